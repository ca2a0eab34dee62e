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

_TYPES: Final[dict[str, Any]] = {
    "string": (str,),
    "integer": (int,),
    "timestamp": (int, float),
    "list": (list,),
    "map": (dict,),
    "structure": (dict,),
}


class WrongTypeError(Exception):
    """A value has another type than its shape."""


def validated(shape: Any, value: Any) -> tuple[Any, list[str]]:
    """
    Return *value* as the service reads it, and a message for each constraint that it does not satisfy.

    The service ignores unknown members, and members that are null.

    Raises:
        WrongTypeError: A value has another type than its shape.
    """
    failures: list[str] = []
    return _read(shape, value, "", failures), failures


def _read(shape: Any, value: Any, path: str, failures: list[str]) -> Any:
    kind = shape.type_name
    if not isinstance(value, _TYPES[kind]) or isinstance(value, bool):
        article = "an" if kind == "integer" else "a"
        raise WrongTypeError(f"Value at '{path}' cannot be read as {article} {kind}")
    read: Any = value
    if kind == "structure":
        read = {}
        for name, member in shape.members.items():
            place = f"{path}.{name[0].lower()}{name[1:]}".removeprefix(".")
            if value.get(name) is not None:
                read[name] = _read(member, value[name], place, failures)
            elif name in shape.required_members:
                failures.append(f"Value at '{place}' failed to satisfy constraint: Member must not be null")
    elif kind == "list":
        read = [_read(shape.member, item, f"{path}.{index}.member", failures) for index, item in enumerate(value, 1)]
    elif kind == "map":
        read = {}
        for key, item in value.items():
            name = _read(shape.key, key, f"{path}.{key}.key", failures)
            read[name] = _read(shape.value, item, f"{path}.{key}.member", failures)
    failures.extend(f"Value at '{path}' failed to satisfy constraint: {what}" for what in _unsatisfied(shape, value))
    return read


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

    `re` does not support ``\p{L}``. A pattern with it is matched with ``L`` instead of the class, and instead of each
    letter of the string; likewise separators and numbers.
    """
    in_python = pattern.removeprefix("^").removesuffix("$")
    if r"\p{" not in pattern:
        return re.compile(in_python).fullmatch
    fullmatch = re.compile(re.sub(r"\\p{([LZN])}", r"\1", in_python)).fullmatch
    return lambda value: fullmatch("".join(map(_class, value)))


@cache
def _class(character: str) -> str:
    category = unicodedata.category(character)
    # A character that is unassigned in this Python's version of Unicode may be a letter in the service's.
    class_ = "L" if category == "Cn" else category[0]
    return class_ if class_ in "LZN" else character
