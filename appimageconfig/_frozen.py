"""
Read-only containers, and the definition and redaction of secrets.

Environment values and container arguments are where secrets hide, so both are
kept in containers whose repr redacts them. Members that this version does not
know may hold anything, and are kept in the same way.
"""

from __future__ import annotations

from collections.abc import ItemsView, Iterable, Iterator, KeysView, Mapping, Sequence, ValuesView
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING, Any, Final, Protocol, Self, TypeAlias, TypeGuard, TypeVar, cast

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
    return isinstance(value, _MAPS)


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
        if isinstance(other, ReadOnlyMapping):
            return bool(self._items == cast("Any", other)._items)
        return self._items == dict(other) if is_map(other) else NotImplemented

    def __hash__(self) -> int:
        """Return a hash that agrees with equality."""
        return hash(frozenset(self._items.items()))

    def __repr__(self) -> str:
        """Return the repr of a dict with these items."""
        return repr(self._items)


class SecretMapping(ReadOnlyMapping[K, V_co]):
    """A `ReadOnlyMapping` whose repr shows the keys and redacts the values."""

    __slots__ = ()

    def __repr__(self) -> str:
        """Return the keys, each with a redacted value."""
        return "{" + ", ".join(f"{key!r}: {REDACTED}" for key in self) + "}"


# The classes of nearly all maps are here by themselves, since the test of an abstract class takes several times as long.
_MAPS: Final = (dict, ReadOnlyMapping, SecretMapping, Mapping)


class SecretTuple(tuple[V_co, ...]):
    """A tuple whose repr redacts the items and shows how many there are."""

    __slots__ = ()

    def __repr__(self) -> str:
        """Return one redacted item for each item."""
        return "(" + f"{REDACTED}, " * len(self) + ")"


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


def secrets_in(members: Any) -> list[str]:
    """Return the secrets in *members*, a request on the wire."""
    found: list[Any] = []
    redacted_members(members, found.append)
    return [secret for secret in found if isinstance(secret, str)]


# Shorter values such as "1" or "yes" occur in any text by chance; redacting them would make messages unreadable.
_SHORTEST_SECRET: Final = 4


def redacted_text(value: Any, secrets: Iterable[str]) -> Any:
    """Return a copy of *value*, a text or a structure of texts, in which *secrets* are redacted."""
    hidden = sorted({secret for secret in secrets if len(secret) >= _SHORTEST_SECRET}, key=len, reverse=True)
    return _without(value, hidden) if hidden else value


def _without(value: Any, hidden: Sequence[str]) -> Any:
    if isinstance(value, str):
        for secret in hidden:
            value = value.replace(secret, REDACTED)
        return value
    if is_map(value):
        return {key: _without(item, hidden) for key, item in value.items()}
    return [_without(item, hidden) for item in value] if is_list(value) else value


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
    return is_list(value) or (
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


def deeply_secret(value: Mapping[str, Any]) -> Mapping[str, Any]:
    """Copy a mapping, and all containers in it, into their secret forms."""
    return value if value is NO_SECRETS else cast("Mapping[str, Any]", _deeply_secret(value))


def _deeply_secret(value: Any) -> Any:
    if is_map(value):
        return SecretMapping({key: _deeply_secret(item) for key, item in value.items()})
    if is_list(value):
        return SecretTuple(map(_deeply_secret, value))
    return value


def thawed(value: Any) -> Any:
    """Copy read-only containers into dicts and lists, which JSON and botocore accept."""
    if is_map(value):
        return {key: thawed(item) for key, item in value.items()}
    if is_list(value):
        return [thawed(item) for item in value]
    return value
