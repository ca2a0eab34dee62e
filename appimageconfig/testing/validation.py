"""
Checks of requests and responses against botocore's service model, with the messages of the service.

They read the model of the installed botocore, and never this library's own limits,
so that tests can compare the two.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_TYPES: Final[dict[str, tuple[type, ...]]] = {
    "string": (str,),
    "integer": (int,),
    "timestamp": (int, float),
    "list": (list,),
    "map": (dict,),
    "structure": (dict,),
}


class WrongTypeError(Exception):
    """A value has another type than its shape."""


def known_members(shape: Any, value: Any, path: str = "") -> Any:
    """
    Return *value* as the service reads it: without unknown members and without members that are null.

    Raises:
        WrongTypeError: A value has another type than its shape.
    """
    if not _is_readable(shape, value):
        message = f"Value at '{path}' cannot be read as a {shape.type_name}"
        raise WrongTypeError(message)
    if shape.type_name == "structure":
        return {
            name: known_members(member, value[name], _join(path, _lower(name)))
            for name, member in shape.members.items()
            if value.get(name) is not None
        }
    if shape.type_name == "list":
        return [known_members(shape.member, item, f"{path}.{index}.member") for index, item in enumerate(value, 1)]
    if shape.type_name == "map":
        return {
            known_members(shape.key, key, f"{path}.{key}.key"): known_members(shape.value, item, f"{path}.{key}.member")
            for key, item in value.items()
        }
    return value


def _is_readable(shape: Any, value: object) -> bool:
    return isinstance(value, _TYPES[shape.type_name]) and not isinstance(value, bool)


def constraint_failures(shape: Any, value: Any, path: str = "") -> list[str]:
    """Return one message for each constraint of *shape* that *value*, from `known_members`, does not satisfy."""
    return [f"Value at '{where}' failed to satisfy constraint: {what}" for where, what in _failures(shape, value, path)]


def _failures(shape: Any, value: Any, path: str) -> Iterator[tuple[str, str]]:
    if shape.type_name == "structure":
        for name in shape.required_members:
            if name not in value:
                yield _join(path, _lower(name)), "Member must not be null"
        for name, item in value.items():
            yield from _failures(shape.members[name], item, _join(path, _lower(name)))
        return
    if shape.type_name == "list":
        for index, item in enumerate(value, 1):
            yield from _failures(shape.member, item, f"{path}.{index}.member")
    if shape.type_name == "map":
        for key, item in value.items():
            yield from _failures(shape.key, key, f"{path}.{key}.key")
            yield from _failures(shape.value, item, f"{path}.{key}.member")
    for what in _unsatisfied(shape, value):
        yield path, what


def _unsatisfied(shape: Any, value: Any) -> Iterator[str]:
    traits = shape.metadata
    if not traits:
        return
    noun, size = ("value", value) if shape.type_name in {"integer", "timestamp"} else ("length", len(value))
    if size < traits.get("min", size):
        yield f"Member must have {noun} greater than or equal to {traits['min']}"
    if size > traits.get("max", size):
        yield f"Member must have {noun} less than or equal to {traits['max']}"
    if "pattern" in traits and not _matcher(traits["pattern"])(value):
        yield f"Member must satisfy regular expression pattern: {traits['pattern']}"
    if "enum" in traits and value not in traits["enum"]:
        yield f"Member must satisfy enum value set: [{', '.join(traits['enum'])}]"


@cache
def _matcher(pattern: str) -> Callable[[str], object]:
    r"""
    Return a predicate for strings that match *pattern* in full.

    `re` does not support ``\p{L}``. A pattern with it is matched in ASCII: the class becomes ``a-zA-Z``, and each
    letter of the string an ``a``; likewise separators and numbers.
    """
    in_python = pattern.removeprefix("^").removesuffix("$")
    for unicode_class, ascii_class in ((r"\p{L}", "a-zA-Z"), (r"\p{Z}", " "), (r"\p{N}", "0-9")):
        in_python = in_python.replace(unicode_class, ascii_class)
    fullmatch = re.compile(in_python).fullmatch
    if r"\p{" not in pattern:
        return fullmatch
    return lambda value: fullmatch("".join(map(_in_ascii, value)))


def _in_ascii(character: str) -> str:
    if character.isascii():
        return character
    category = unicodedata.category(character)
    # A character that is unassigned in this Python's version of Unicode may be a letter in the service's.
    return "a" if category == "Cn" else {"L": "a", "Z": " ", "N": "0"}.get(category[0], "\x00")


def _lower(member: str) -> str:
    return member[0].lower() + member[1:]


def _join(path: str, member: str) -> str:
    return f"{path}.{member}" if path else member
