"""
Read-only containers, and the definition and redaction of secrets.

Environment values and container arguments are where secrets hide, so both are
kept in containers whose repr redacts them. Members that this version does not
know may hold anything, and are kept in the same way.
"""

from __future__ import annotations

import re
from collections.abc import ItemsView, Iterable, Iterator, KeysView, Mapping, Sequence, ValuesView
from collections.abc import Set as AbstractSet
from typing import (
    TYPE_CHECKING,
    Any,
    Final,
    NamedTuple,
    Protocol,
    Self,
    SupportsIndex,
    TypeAlias,
    TypeGuard,
    TypeVar,
    cast,
)

import attrs

if TYPE_CHECKING:
    from collections.abc import Callable

K = TypeVar("K")
T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
V_co = TypeVar("V_co", covariant=True)

REDACTED: Final = "***"

SECRET_MEMBERS: Final = frozenset({"ContainerArguments", "ContainerEnvironmentVariables"})
"""The members whose values are redacted wherever a request or a response is shown."""


def is_map(value: object) -> TypeGuard[Mapping[Any, Any]]:
    """Return whether *value* is a map or a structure in the terms of the service model."""
    return type(value) in _MAPS or isinstance(value, Mapping)


def is_list(value: object) -> TypeGuard[Sequence[Any]]:
    """Return whether *value* is a list in the terms of the service model. A string is not, although it is iterable."""
    return isinstance(value, (list, tuple))


class ReadOnlyMapping(Mapping[K, V_co]):
    """A mapping that never changes: hashable, picklable, and equal to every mapping with the same items."""

    __slots__ = ("_items",)

    def __init__(self, items: Mapping[K, V_co]) -> None:
        """Copy *items*."""
        self._items = dict(items)

    def __getitem__(self, key: K) -> V_co:
        """Return the value at *key*."""
        return self._items[key]

    def __iter__(self) -> Iterator[K]:
        """Iterate over the keys in insertion order."""
        return iter(self._items)

    def __len__(self) -> int:
        """Return the number of keys."""
        return len(self._items)

    # The views of a dict are several times as fast as those that Mapping derives from the three methods above.

    def keys(self) -> KeysView[K]:
        """Return a view of the keys."""
        return self._items.keys()

    def values(self) -> ValuesView[V_co]:
        """Return a view of the values."""
        return self._items.values()

    def items(self) -> ItemsView[K, V_co]:
        """Return a view of the items."""
        return self._items.items()

    def __or__(self, other: Mapping[K, V_co]) -> Self:
        """Return a read-only mapping with the items of both; those of *other* replace ours."""
        if not is_map(other):
            return NotImplemented
        # The secrets of either one stay redacted.
        kind: Any = SecretMapping if isinstance(other, SecretMapping) else type(self)
        return cast("Self", kind({**self, **other}))

    def __ror__(self, other: Mapping[K, V_co]) -> Self:
        """Return a mapping of the same class with the items of both; ours replace those of *other*."""
        if not is_map(other):
            return NotImplemented
        return type(self)({**other, **self})

    def __eq__(self, other: object) -> bool:
        """Compare the items with those of any mapping; their order does not matter."""
        if (
            other is None
        ):  # cattrs compares each optional member with it, and the classes take ten times as long to test
            return NotImplemented
        if isinstance(other, ReadOnlyMapping):
            return bool(self._items == cast("Any", other)._items)
        return self._items == dict(other) if is_map(other) else NotImplemented

    def __hash__(self) -> int:
        """Return a hash that agrees with equality."""
        return hash(frozenset(self._items.items()))

    def __repr__(self) -> str:
        """Return the repr of a dict with these items."""
        return repr(self._items)

    def __reduce__(self) -> tuple[Any, ...]:
        """Rebuild from the items; the oldest pickle protocols do not know slots."""
        return type(self), (self._items,)


class _SecretValues(ValuesView[V_co]):
    """The values of a dict; the repr redacts them."""

    __slots__ = ()
    _mapping: Any

    def __iter__(self) -> Iterator[V_co]:
        return iter(self._mapping.values())

    def __repr__(self) -> str:
        return f"dict_values([{', '.join(REDACTED for _ in self)}])"


class _SecretItems(ItemsView[K, V_co]):
    """The items of a dict; the repr shows the keys and redacts the values."""

    __slots__ = ()
    _mapping: Any

    def __iter__(self) -> Iterator[tuple[K, V_co]]:
        return iter(self._mapping.items())

    def __repr__(self) -> str:
        return f"dict_items([{', '.join(f'({key!r}, {REDACTED})' for key in self._mapping)}])"


class SecretMapping(ReadOnlyMapping[K, V_co]):
    """A `ReadOnlyMapping` whose repr, and those of its views, show the keys and redact the values."""

    __slots__ = ()

    def values(self) -> ValuesView[V_co]:
        """Return a view of the values."""
        return _SecretValues(self._items)

    def items(self) -> ItemsView[K, V_co]:
        """Return a view of the items."""
        return _SecretItems(self._items)

    def __repr__(self) -> str:
        """Return the keys, each with a redacted value."""
        return "{" + ", ".join(f"{key!r}: {REDACTED}" for key in self) + "}"


# Nearly all maps are of these classes. The test of an abstract class takes several times as long.
_MAPS: Final = frozenset({dict, ReadOnlyMapping, SecretMapping})


class SecretTuple(tuple[V_co, ...]):
    """A tuple whose repr redacts the items and shows how many there are. Its slices and sums are of the same class."""

    __slots__ = ()

    def __getitem__(self, index: Any) -> Any:
        """Return an item as it is, or a slice."""
        found: Any = cast("Any", super()).__getitem__(index)
        return SecretTuple(found) if isinstance(index, slice) else found

    def __add__(self, other: Any) -> Any:
        """Return the items of both."""
        return SecretTuple(cast("Any", super()).__add__(other))

    def __radd__(self, other: Any) -> Any:
        """Return the items of both, of which a plain tuple is the first."""
        return SecretTuple(cast("Any", tuple).__add__(other, self))

    def __mul__(self, times: SupportsIndex) -> Any:
        """Return the items, repeated."""
        return SecretTuple(super().__mul__(times))

    __rmul__ = __mul__

    def __repr__(self) -> str:
        """Return one redacted item for each item."""
        return "(" + f"{REDACTED}, " * len(self) + ")"

    def __rich_repr__(self) -> Iterator[str]:
        """Return the same to rich, whose tracebacks show the items of every tuple otherwise."""
        return iter([REDACTED] * len(self))


def redacted_members(value: Any, redact: Callable[[Any], Any] = lambda _: REDACTED) -> Any:
    """
    Return a copy of *value*, a request or a response on the wire, with its secrets redacted.

    Args:
        value: The members, or a part of them.
        redact: Returns the text to show instead of a secret.
    """
    return _redacted(value, redact, secret=False)


def _redacted(value: Any, redact: Callable[[Any], Any], *, secret: bool) -> Any:
    if is_map(value):
        return {key: _redacted(item, redact, secret=secret or key in SECRET_MEMBERS) for key, item in value.items()}
    if is_list(value):
        return [_redacted(item, redact, secret=secret) for item in value]
    return redact(value) if secret else value


def secrets_in(value: Any) -> Iterator[str]:
    """Yield the text of each secret in *value*, a structure or a request: what its secret containers contain."""
    if attrs.has(cast("Any", type(value))):
        for field in attrs.fields(cast("Any", type(value))):
            yield from secrets_in(getattr(value, field.name))
    elif isinstance(value, SecretMapping | SecretTuple):
        yield from _texts(value)
    elif isinstance(value, _SecretValues | _SecretItems):
        yield from _texts([*value])
    elif is_map(value) or is_list(value):
        for item in value.values() if is_map(value) else value:
            yield from secrets_in(item)


def _texts(value: Any) -> Iterator[str]:
    if is_map(value) or is_list(value):
        for item in value.values() if is_map(value) else value:
            yield from _texts(item)
    elif isinstance(value, str | int | float) and not isinstance(value, bool):
        yield str(value)


# Shorter values such as "1" or "yes" occur in any text by chance; redacting them would make messages unreadable.
_SHORTEST_SECRET: Final = 4


def redacted_text(value: Any, secrets: Iterable[str], kept: Iterable[object] = ()) -> Any:
    """
    Return a copy of *value*, a text or a structure of texts, in which *secrets* are redacted.

    They are found as they are, and as JSON, a repr, a URL or HTML escapes them, also
    one in the other. The texts in *kept* remain.
    """
    hidden = {secret for secret in secrets if len(secret) >= _SHORTEST_SECRET}
    return _without(value, hidden, frozenset(kept)) if hidden else value


def _without(value: Any, hidden: AbstractSet[str], kept: AbstractSet[object]) -> Any:
    if isinstance(value, str):
        return value if value in kept else _redacted_text(value, hidden)
    if is_map(value):
        return {key: _without(item, hidden, kept) for key, item in value.items()}
    return [_without(item, hidden, kept) for item in value] if is_list(value) else value


def _redacted_text(text: str, hidden: AbstractSet[str]) -> str:
    found = sorted(span for reading in _readings(text) for span in _spans(reading, hidden))
    shown, end = "", 0
    for start, stop in found:
        if start >= end:  # otherwise it overlaps with the one before it
            shown += text[end:start] + REDACTED
        end = max(end, stop)
    return shown + text[end:]


class _Reading(NamedTuple):
    """A text with its escapes decoded, and for each character where it begins and ends in the original."""

    text: str
    starts: Sequence[int]
    ends: Sequence[int]


def _spans(reading: _Reading, hidden: AbstractSet[str]) -> Iterator[tuple[int, int]]:
    for secret in hidden:
        position = reading.text.find(secret)
        while position >= 0:
            yield reading.starts[position], reading.ends[position + len(secret) - 1]
            position = reading.text.find(secret, position + 1)


def _readings(text: str) -> Iterator[_Reading]:
    """Yield *text* as it is, and decoded once and twice, in every combination."""
    readings = [_Reading(text, range(len(text)), range(1, len(text) + 1))]
    yield from readings
    for _ in range(2):
        readings = [
            _decoded(reading, escape, decode)
            for reading in readings
            for escape, decode in _ESCAPES
            if re.search(escape, reading.text)
        ]
        yield from readings


def _decoded(reading: _Reading, escape: str, decode: Callable[[str], str]) -> _Reading:
    text, position = "", 0
    starts: list[int] = []
    ends: list[int] = []
    for match in re.finditer(escape, reading.text):
        first, last = match.span()
        characters = decode(match[0])
        text += reading.text[position:first] + characters
        starts += [*reading.starts[position:first], *[reading.starts[first]] * len(characters)]
        ends += [*reading.ends[position:first], *[reading.ends[last - 1]] * len(characters)]
        position = last
    return _Reading(
        text + reading.text[position:], [*starts, *reading.starts[position:]], [*ends, *reading.ends[position:]]
    )


def _from_json(escape: str) -> str:
    """Decode an escape of JSON or of a repr."""
    codes = [chr(int(code, 16)) for code in re.findall("[0-9a-fA-F]{2,}", escape)]
    # The halves of a surrogate pair become one character.
    text = "".join(codes).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text or {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}.get(escape[1], escape[1])


def _from_url(escape: str) -> str:
    from urllib.parse import unquote_plus  # noqa: PLC0415 - only for errors, like html below

    return unquote_plus(escape)


def _from_html(escape: str) -> str:
    from html import unescape  # noqa: PLC0415 - likewise

    return unescape(escape)


# Only errors need these patterns, so that `re` compiles them when they are first used, and keeps them.
_ESCAPES: Final[Sequence[tuple[str, Callable[[str], str]]]] = (
    (
        (
            r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}"
            r"|\\x[0-9a-fA-F]{2}|\\U00(?:0[0-9a-fA-F]|10)[0-9a-fA-F]{4}|\\[^uUx]"
        ),
        _from_json,
    ),
    ("(?:%[0-9a-fA-F]{2})+", _from_url),
    (r"(?:\+|%[0-9a-fA-F]{2})+", _from_url),  # in a query, where a plus is a space
    ("&(?:#[0-9]+|#[xX][0-9a-fA-F]+|[a-zA-Z][a-zA-Z0-9]*);", _from_html),
)


# The converters of the models copy sequences, iterators and mappings. They leave everything else as it is, so that the
# validators report it together with the other violations of the value. A string would become a list of letters, and a
# set has no order, so neither counts as a sequence here; `Ordered` says so to type checkers, which take the types of
# the arguments from the converters. mypy does not solve the type variable of a generic converter: one for each type.


class Indexable(Protocol[T_co]):
    """A list, a tuple, a deque or any other sequence except a string, whose ``in`` takes only strings."""

    def __getitem__(self, index: int, /) -> T_co: ...
    def __contains__(self, value: object, /) -> bool: ...
    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[T_co]: ...


Ordered: TypeAlias = Indexable[T] | Iterator[T] | ValuesView[T]


def _is_ordered(value: Any) -> bool:
    return isinstance(value, (list, tuple)) or (
        isinstance(value, Iterable) and not isinstance(value, str | bytes | bytearray | Mapping | AbstractSet)
    )


def frozen_tuple(value: Iterable[T]) -> tuple[T, ...]:
    """Copy a sequence or an iterator into a tuple."""
    return tuple(value) if _is_ordered(value) else cast("Any", value)


def strings(value: Iterable[str]) -> tuple[str, ...]:
    """Copy a sequence or an iterator into a tuple."""
    return frozen_tuple(value)


def optional_strings(value: Ordered[str] | None) -> tuple[str, ...] | None:
    """Copy a sequence or an iterator into a tuple."""
    return None if value is None else frozen_tuple(value)


def optional_secret_strings(value: Ordered[str] | None) -> tuple[str, ...] | None:
    """Copy a sequence or an iterator into a `SecretTuple`."""
    return SecretTuple(value) if value is not None and _is_ordered(value) else cast("Any", value)


def frozen_mapping(value: Mapping[str, str]) -> Mapping[str, str]:
    """Copy a mapping into a `ReadOnlyMapping`."""
    return ReadOnlyMapping(value) if is_map(value) else value


def optional_mapping(value: Mapping[str, str] | None) -> Mapping[str, str] | None:
    """Copy a mapping into a `ReadOnlyMapping`."""
    return None if value is None else frozen_mapping(value)


def optional_secret_mapping(value: Mapping[str, str] | None) -> Mapping[str, str] | None:
    """Copy a mapping into a `SecretMapping`."""
    return SecretMapping(value) if is_map(value) else value


NO_SECRETS: Final[SecretMapping[str, Any]] = SecretMapping({})


class Received(SecretMapping[str, Any]):
    """
    What a response has beyond this version: members that it does not know, and values that its limits do not allow.

    A structure keeps it as its ``unmodelled``, so that `attrs.evolve` gives it to the
    changed structure.
    """

    __slots__ = ("beyond",)

    def __init__(self, items: Mapping[str, Any], beyond: Mapping[str, Any] | None = None) -> None:
        """Copy the unknown members; *beyond* has the values beyond the limits by the names of their fields."""
        super().__init__(items)
        self.beyond: Mapping[str, Any] = beyond or {}

    def __reduce__(self) -> tuple[Any, ...]:
        """Rebuild from both."""
        return type(self), (self._items, self.beyond)


def deeply_secret(value: Mapping[str, Any]) -> Mapping[str, Any]:
    """Copy a mapping, and all containers in it, into their secret forms."""
    is_ready = value is NO_SECRETS or isinstance(value, Received)
    return value if is_ready else cast("Mapping[str, Any]", _deeply_secret(value))


def _deeply_secret(value: Any) -> Any:
    if is_map(value):
        return SecretMapping({plain(key): _deeply_secret(item) for key, item in value.items()})
    if is_list(value):
        return SecretTuple(map(_deeply_secret, value))
    return plain(value)


def plain(value: Any) -> Any:
    """
    Copy strings and integers of a subclass, such as members of an enum, into plain ones, also in lists and maps.

    JSON has only plain ones, and writers of other formats refuse the subclasses.
    """
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return int.__int__(value)
    if is_map(value):
        items = {plain(key): plain(item) for key, item in value.items()}
        return type(value)(items) if isinstance(value, ReadOnlyMapping) else items
    if is_list(value):
        return (SecretTuple if isinstance(value, SecretTuple) else tuple)(map(plain, value))
    return value


def thawed(value: Any) -> Any:
    """Copy read-only containers into dicts and lists, which JSON and botocore accept."""
    if is_map(value):
        return {key: thawed(item) for key, item in value.items()}
    if is_list(value):
        return [thawed(item) for item in value]
    return value
