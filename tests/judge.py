"""
An independent judge of requests, and strategies for requests, derived from botocore's service model.

Nothing here uses this library: the limits are read from the model's shapes.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any

import regex
from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# One value of every type, to put where another type is expected.
OF_EVERY_TYPE: list[Any] = [None, True, 5, 1.9, "text", "0", [], ["a"], {}, {"Key": "a"}, [{"Key": "a", "Value": "b"}]]


def violating_paths(shape: Any, value: Any, path: str = "") -> set[str]:
    """Return the wire paths at which *value* breaks *shape*."""
    return set(_violating_paths(shape, value, path))


def _violating_paths(shape: Any, value: Any, path: str) -> Iterator[str]:
    judges: dict[str, tuple[type, Callable[[Any, Any, str], Iterator[str]]]] = {
        "string": (str, _of_string),
        "integer": (int, _of_integer),
        "list": (list, _of_list),
        "map": (dict, _of_map),
        "structure": (dict, _of_structure),
    }
    python_type, judge = judges[shape.type_name]
    if isinstance(value, python_type) and not isinstance(value, bool):
        yield from judge(shape, value, path)
    else:
        yield path


def _outside(shape: Any, size: int) -> bool:
    return not shape.metadata.get("min", 0) <= size <= shape.metadata.get("max", size)


def _of_string(shape: Any, value: str, path: str) -> Iterator[str]:
    # No encoding has half of a surrogate pair.
    is_text = not any("\ud800" <= character <= "\udfff" for character in value)
    if not is_text or _outside(shape, len(value)) or not matches(shape.metadata.get("pattern", "(?s:.*)"), value):
        yield path


def matches(pattern: str, value: str) -> bool:
    """Return whether all of *value* matches a pattern of the model; unassigned code points match any character."""
    pattern = pattern.removeprefix("^").removesuffix("$")
    if r"\p{" in pattern:
        assigned = "".join(character for character in value if unicodedata.category(character) != "Cn")
        return regex.fullmatch(pattern, assigned) is not None
    return re.fullmatch(pattern, value) is not None


def _of_integer(shape: Any, value: int, path: str) -> Iterator[str]:
    if _outside(shape, value):
        yield path


def _of_list(shape: Any, value: list[Any], path: str) -> Iterator[str]:
    if _outside(shape, len(value)):
        yield path
    keys: list[Any] = []
    for index, item in enumerate(value):
        yield from _violating_paths(shape.member, item, f"{path}[{index}]")
        # The documentation of AddTags says so, not a trait of the model: tag keys must be unique per resource.
        if shape.name == "TagList" and isinstance(item, dict) and "Key" in item:
            if isinstance(item["Key"], str) and item["Key"] in keys:
                yield f"{path}[{index}].Key"
            keys.append(item["Key"])


def _of_map(shape: Any, value: dict[Any, Any], path: str) -> Iterator[str]:
    if _outside(shape, len(value)):
        yield path
    for key, item in value.items():
        yield from _violating_paths(shape.key, key, f"{path}[{key!r}]")
        yield from _violating_paths(shape.value, item, f"{path}[{key!r}]")


def _of_structure(shape: Any, value: dict[str, Any], path: str) -> Iterator[str]:
    prefix = f"{path}." if path else ""
    for member, item in value.items():
        if member in shape.members:
            yield from _violating_paths(shape.members[member], item, prefix + member)
        else:
            yield prefix + member
    for member in shape.required_members:
        if member not in value:
            yield prefix + member


def values(shape: Any) -> st.SearchStrategy[Any]:
    """Return a strategy for values of *shape*: legal, on both sides of each limit, and of the wrong type."""
    strategies: dict[str, Callable[[Any], st.SearchStrategy[Any]]] = {
        "string": _strings,
        "integer": lambda shape: st.sampled_from(_sizes(shape, below=True)) | st.integers(),
        "list": _lists,
        "map": _maps,
        "structure": structures,
    }
    right = strategies[shape.type_name](shape)
    # Mostly of the right type: otherwise hardly any whole request would be valid.
    return st.integers(0, 19).flatmap(lambda number: st.sampled_from(OF_EVERY_TYPE) if number == 0 else right)


def _sizes(shape: Any, *, below: bool = False) -> list[int]:
    """Return the sizes on both sides of the limits of *shape*."""
    minimum, maximum = shape.metadata.get("min", 0), shape.metadata.get("max", 3)
    sizes = {minimum - 1, minimum, maximum, maximum + 1}
    return sorted(size for size in sizes if below or size >= 0)


def _strings(shape: Any) -> st.SearchStrategy[str]:
    pattern: str = shape.metadata.get("pattern", "(?s:.*)").removeprefix("^").removesuffix("$")

    def at_limit(first: str, rest: str, size: int) -> str:
        return (first + rest * size)[:size]

    def with_newline(text: str) -> str:
        return text + "\n"

    matching: st.SearchStrategy[str] = (
        st.text("aZ0 é_.:/=+-@", min_size=1, max_size=9)
        if r"\p{" in pattern
        else st.from_regex(pattern, fullmatch=True).filter(lambda text: len(text) <= shape.metadata["max"])
    )
    at_limits = st.builds(
        at_limit, st.sampled_from("a/"), st.sampled_from(["a", "a-", "b ", "9"]), st.sampled_from(_sizes(shape))
    )
    return st.one_of(
        matching,
        matching,
        matching,
        at_limits,
        at_limits,
        at_limits,
        matching.map(with_newline),
        st.text(max_size=6),
        st.text("a-/ _.\t\n\u00a0\u0301\U000e07ff\u2160\ud83d", max_size=4),
    )


def _lists(shape: Any) -> st.SearchStrategy[list[Any]]:
    items = values(shape.member)
    if shape.name == "TagList":
        few = st.lists(items, max_size=3)
        many = st.sampled_from(_sizes(shape)).map(lambda size: [{"Key": f"k{n}", "Value": ""} for n in range(size)])
        return few | few | many | few.map(lambda tags: tags + tags[-1:])

    def repeated(item: object, size: int) -> list[object]:
        return [item] * size

    return st.lists(items, min_size=shape.metadata.get("min", 0), max_size=min(shape.metadata["max"], 3)) | st.builds(
        repeated, items, st.sampled_from(_sizes(shape))
    )


def _maps(shape: Any) -> st.SearchStrategy[dict[Any, Any]]:
    keys, items = values(shape.key).filter(lambda key: not isinstance(key, list | dict)), values(shape.value)
    many = st.sampled_from(_sizes(shape)).map(lambda size: {f"NAME_{number}": "" for number in range(size)})
    return st.dictionaries(keys, items, max_size=3) | many


def structures(shape: Any) -> st.SearchStrategy[dict[str, Any]]:
    """Return a strategy for structures, some of which lack a required member or have unknown ones."""
    required = {name: values(shape.members[name]) for name in shape.required_members}
    optional = {name: values(member) for name, member in shape.members.items() if name not in required}
    right = st.fixed_dictionaries(required, optional=optional)
    incomplete = st.fixed_dictionaries({}, optional={**required, **optional})
    unknown = st.fixed_dictionaries(required, optional=optional | {"ImageUri": st.just("a"), "name": st.none()})
    return st.integers(0, 9).flatmap(lambda number: {0: incomplete, 1: unknown}.get(number, right))
