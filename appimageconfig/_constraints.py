"""
The kinds of constraint in the service model, as attrs validators.

The numbers are in `limits`. A violation's ``constraint`` is the model's own word
for the trait (``min``, ``max``, ``pattern``, ``enum``, ``required``), or
``type``, ``unknown`` or ``unique`` for a rule that follows from the structure of the model.
"""

from __future__ import annotations

import re
import unicodedata
from abc import ABC, abstractmethod
from collections.abc import Mapping
from contextlib import AbstractContextManager
from contextvars import ContextVar
from datetime import datetime
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Final

import attrs

from appimageconfig import _paths
from appimageconfig._frozen import Received, is_list, is_map, plain
from appimageconfig.errors import InvalidAppImageConfigError, Violation, bounded

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

# The rules on the kind of a value, which hold always, and the limits on its size and content, which AWS may raise.
_STRUCTURE: Final = frozenset({"type", "required", "unknown", "unique"})
_LIMITS: Final = frozenset({"min", "max", "pattern", "enum"})
# The traits that are enforced in the innermost block, and those of the blocks around it.
_EVERYTHING: Final[tuple[frozenset[str], Any]] = (_STRUCTURE | _LIMITS, None)
_enforced: Final[ContextVar[tuple[frozenset[str], Any]]] = ContextVar("enforced", default=_EVERYTHING)


class _Enforcing(AbstractContextManager[None]):
    """
    Enforce only *traits*.

    A class, since a generator-based context manager is three times as slow to enter.
    It keeps no state of its own, so that one object may be entered several times, and
    by several threads.
    """

    def __init__(self, traits: frozenset[str]) -> None:
        self._traits = traits

    def __enter__(self) -> None:
        _enforced.set((self._traits, _enforced.get()))

    def __exit__(self, *_: object) -> None:
        _enforced.set(_enforced.get()[1] or _EVERYTHING)


_RECORD: Final = "record"
_UNCHECKED: Final = _Enforcing(_STRUCTURE)
_TRUSTED: Final = _Enforcing(frozenset())
_RECEIVED: Final = _Enforcing(frozenset({_RECORD}))


def unchecked() -> AbstractContextManager[None]:
    """
    Do not enforce the limits of the service model within the block.

    Use it when AWS raises a limit before this library does. Lengths, numbers of
    items, ranges, patterns and enums are left to the service; types, required
    members and the names of members are still checked. It applies to the thread or
    task that enters the block, and to no other::

        with unchecked():
            config = AppImageConfig(app_image_config_name="x" * 80)
        client.create(config)
    """
    return _UNCHECKED


def trusted() -> AbstractContextManager[None]:
    """Check nothing within the block: its values come from the service, or have been checked already."""
    return _TRUSTED


def received() -> AbstractContextManager[None]:
    """
    Enforce nothing within the block, and remember the values beyond today's limits: they come from the service.

    `attrs.evolve` of a structure checks all of its fields. Those that it does not
    change must not be refused because AWS has raised a limit.
    """
    return _RECEIVED


def enforced(violations: Iterable[Violation]) -> tuple[Violation, ...]:
    """Return those of *violations* that are enforced here, see `unchecked`, as far as an error reports them."""
    traits, _ = _enforced.get()
    return bounded(violation for violation in violations if violation.constraint in traits)


class Constraint(ABC):
    """A constraint on a value: the validator of a field of a `Checked` class."""

    @abstractmethod
    def violations(self, value: object, path: str) -> Iterator[Violation]:
        """Yield each violation of *value*, which is at *path*."""

    @abstractmethod
    def accepts(self, value: object) -> bool:
        """Return whether *value* has no violation, faster than by looking for one."""

    def __call__(self, instance: Any, attribute: attrs.Attribute[Any], value: Any) -> None:  # noqa: B027
        """Do nothing: attrs declares validators as callables, and `checked_together` takes them away."""


def constraint_of(field: attrs.Attribute[Any]) -> Any:
    """Return the constraint of a field of a `Checked` class, or None."""
    return field.metadata.get("constraint")


def checked_together(_: type, fields: list[attrs.Attribute[Any]]) -> list[attrs.Attribute[Any]]:
    """
    Move the validators of *fields* to where `Checked` finds them. The ``field_transformer`` of its subclasses.

    A value is checked once, when all fields are set, so that one error has all of its violations.
    """
    return [
        field if field.validator is None else field.evolve(validator=None, metadata={"constraint": field.validator})
        for field in fields
    ]


class Checked:
    """The base of the classes whose fields have constraints."""

    __slots__ = ()
    SUBJECT: ClassVar[str] = ""
    """What is invalid, in errors; the name of the class if it is empty."""
    PARAMETERS: ClassVar[Mapping[str, str]] = {}
    """The names of fields in errors, where the caller knows them by another one."""

    def __attrs_post_init__(self) -> None:
        """
        Check the fields.

        Raises:
            InvalidAppImageConfigError: The fields have violations that are enforced.
        """
        traits, _ = _enforced.get()
        if not traits:
            return
        model: Any = type(self)
        for name, accepts, optional in _checks(model):
            value = getattr(self, name)
            if not (value is None and optional) and not accepts(value):
                self._look_closer(traits)
                break

    def _look_closer(self, traits: frozenset[str]) -> None:
        if violations := enforced(self._violations()):
            raise InvalidAppImageConfigError(violations, self.SUBJECT or type(self).__name__)
        # Not accepted, and yet not refused: strings or integers of a subclass, or values beyond a limit.
        beyond: dict[str, Any] = dict(self._beyond)
        for name, constraint, value in self._present():
            if not constraint.accepts(value):
                beyond[name] = plain(value)
                object.__setattr__(self, name, beyond[name])
        if _RECORD in traits:
            object.__setattr__(self, "unmodelled", Received(getattr(self, "unmodelled", {}), beyond))

    def _violations(self) -> Iterator[Violation]:
        for name, constraint, value in self._present():
            if name not in self._beyond or self._beyond[name] != value:
                yield from constraint.violations(value, self.PARAMETERS.get(name, name))

    def _present(self) -> Iterator[tuple[str, Constraint, Any]]:
        """Yield the name, the constraint and the value of each field that is not absent."""
        model: Any = type(self)
        for name, constraint, optional in _constraints(model):
            value = getattr(self, name)
            if not (value is None and optional):
                yield name, constraint, value

    @property
    def _beyond(self) -> Mapping[str, Any]:
        """The values beyond today's limits that the service returned, by the names of their fields."""
        return getattr(getattr(self, "unmodelled", None), "beyond", {})


@cache
def _constraints(model: Any) -> tuple[tuple[str, Constraint, bool], ...]:
    """Return the name and the constraint of each field that has one, and whether None is accepted."""
    fields = [(field, constraint_of(field)) for field in attrs.fields(model)]
    return tuple((field.name, constraint, field.default is None) for field, constraint in fields if constraint)


@cache
def _checks(model: Any) -> tuple[tuple[str, Callable[[object], bool], bool], ...]:
    """Return the same with the quick check in the place of the constraint: it is looked up once, not for each value."""
    return tuple((name, constraint.accepts, optional) for name, constraint, optional in _constraints(model))


# The names of the expected kinds of value where Python and the wire differ.
TAGS_IN_PYTHON: Final = "a map of tag keys to tag values"
TAGS_ON_THE_WIRE: Final = "a list of maps with Key and Value"
REQUEST: Final = "a map of the members of a request"

_KINDS: Final[tuple[tuple[type | tuple[type, ...], str], ...]] = (
    (type(None), "null"),
    (bool, "a boolean"),
    (int, "an integer"),
    (float, "a number"),
    (str, "a string"),
    (Mapping, "a map"),
    ((list, tuple), "a list"),
)

# How to correct a value of the wrong kind: by the expected kind and the actual one.
_TYPE_HINTS: Final = {
    ("an integer", "a string"): "; write the number without quotes",
    ("a string", "a boolean"): "; write it in quotes",
    ("a string", "an integer"): "; write it in quotes",
    ("a string", "a number"): "; write it in quotes",
    ("a string", "a date"): "; write it in quotes",
    ("a list", "a string"): "; write a list with the string as its only item",
    ("a map", "a list"): "; write {name: value}, not CloudFormation's list of Key and Value",
    (TAGS_ON_THE_WIRE, "a map"): '; write [{"Key": "team", "Value": "ml"}]',
    (TAGS_IN_PYTHON, "a list"): '; write {"team": "ml"}, or read the list of Key and Value with from_request',
    (REQUEST, "a string"): "; parse the JSON first, with json.loads",
}


def type_violation(path: str, expected: str, value: Any) -> Violation:
    """Return the violation that *value* is not *expected*, in terms that fit both JSON and Python."""
    kind = _kind(value.__class__)
    return Violation(path, "type", f"must be {expected}, not {kind}{_TYPE_HINTS.get((expected, kind), '')}")


def _kind(type_: type) -> str:
    return next((name for types, name in _KINDS if issubclass(type_, types)), f"a {type_.__name__}")


def _range_violations(
    path: str, size: int, minimum: int, maximum: int | None, found: str, *, if_above: str = ""
) -> Iterator[Violation]:
    if size < minimum:
        yield Violation(path, "min", f"{found}; the minimum is {minimum}")
    if maximum is not None and size > maximum:
        yield Violation(path, "max", f"{found}; the maximum is {maximum}{if_above}")


class Pattern:
    """A regular expression of the model."""

    def __init__(self, expression: str, words: str) -> None:
        """Take the model's *expression*, and *words* that complete the sentence "The value must ..."."""
        self.expression = expression
        self.words = words

    @cached_property
    def matches(self) -> Callable[[str], object]:
        """Return whether the whole of a string matches; a trailing newline is part of it."""
        return self._matcher()

    def _matcher(self) -> Callable[[str], object]:
        return re.compile(self.expression).fullmatch

    def all_match(self, values: Collection[str], joined: str) -> bool:
        """Return whether the whole of each of *values* matches; *joined* is all of them in one string."""
        del joined
        return all(map(self.matches, values))

    def message(self, value: str) -> str:
        """Return the message of a violation, which does not show *value*: it may be a secret."""
        return f"must {self.words}{self._suggestion(value)} (pattern {self.expression})"

    def _suggestion(self, value: str) -> str:
        del value
        return ""


class NamePattern(Pattern):
    """The pattern of names, which people often make from an image's tag, with its dots and underscores."""

    def _suggestion(self, value: str) -> str:
        name = re.sub("[^a-zA-Z0-9-]+", "-", value).strip("-")
        return f", such as {name!r}" if name else ""


class NotBlankPattern(Pattern):
    r"""
    The pattern ``(?!\s*$).+`` of arguments and of the names of environment variables: one line that is not blank.

    `str.strip` treats the same characters as white space as ``\s`` does, and is several times as fast for many strings.
    """

    def all_match(self, values: Collection[str], joined: str) -> bool:
        """Return whether each of *values* is one line that is not blank."""
        return "\n" not in joined and all(map(str.strip, values))


class TagPattern(Pattern):
    r"""
    The pattern of tag keys and values, whose Unicode classes `re` does not support.

    A character matches that is a letter, a separator or a number by its general
    category (``\p{L}``, ``\p{Z}``, ``\p{N}``), or one of ``_.:/=+-@``. A code point
    that this Python's Unicode version does not assign is left to the service,
    whose version may be newer.
    """

    def _matcher(self) -> Callable[[str], object]:
        ascii_only = re.compile(r"[A-Za-z0-9 _.:/=+\-@]*").fullmatch
        return lambda value: ascii_only(value) or all(map(_may_be_in_a_tag, value))

    def all_match(self, values: Collection[str], joined: str) -> bool:
        """Return whether all characters may be in a tag."""
        del values
        return bool(self.matches(joined))


def _may_be_in_a_tag(character: str) -> bool:
    category = unicodedata.category(character)
    return character in "_.:/=+-@" or category[0] in "LZN" or category == "Cn"


@attrs.frozen(kw_only=True, eq=False)
class String(Constraint):
    """A string. Its length is checked first, so that no pattern is matched against a long one."""

    min: int = 0
    max: int | None = None
    pattern: Pattern | None = None
    enum: tuple[str, ...] = ()
    if_too_long: str = ""

    def violations(self, value: object, path: str) -> Iterator[Violation]:
        if not isinstance(value, str):
            yield type_violation(path, "a string", value)
            return
        if not _can_be_encoded(value):
            yield Violation(path, "type", "contains half of a surrogate pair; write the whole character")
            return
        fits = self.max is None or len(value) <= self.max
        found = f"has {len(value)} characters"
        yield from _range_violations(path, len(value), self.min, self.max, found, if_above=self.if_too_long)
        if self.pattern is not None and fits and not self.pattern.matches(value):
            yield Violation(path, "pattern", self.pattern.message(value))
        if self.enum and value not in self.enum:
            yield Violation(path, "enum", f"must be one of {', '.join(self.enum)}")

    def accepts(self, value: object) -> bool:
        return (
            type(value) is str
            and self.min <= len(value)
            and (self.max is None or len(value) <= self.max)
            and (self.pattern is None or bool(self.pattern.matches(value)))
            and (not self.enum or value in self.enum)
            and (value.isascii() or _can_be_encoded(value))
        )

    def accepts_all(self, values: Collection[Any]) -> bool:
        """Return true if none of *values* has a violation. May return false where `violations` finds none."""
        # The fastest way to find out whether all of them are plain strings, measured against all(...).
        if [*map(type, values)].count(str) != len(values):
            return False
        joined = "".join(values)
        return (
            (self.max is None or len(joined) <= self.max or max(map(len, values)) <= self.max)
            and (not self.min or min(map(len, values), default=self.min) >= self.min)
            and (self.pattern is None or self.pattern.all_match(values, joined))
            and not self.enum
            and (joined.isascii() or _can_be_encoded(joined))
        )


def _can_be_encoded(text: str) -> bool:
    """Return whether *text* can be encoded in UTF-8: a lone surrogate cannot, and JSON may have one as an escape."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


@attrs.frozen(kw_only=True, eq=False)
class Integer(Constraint):
    """An integer. A boolean is not one, although Python counts it as one."""

    min: int
    max: int | None = None

    def violations(self, value: object, path: str) -> Iterator[Violation]:
        if not isinstance(value, int) or isinstance(value, bool):
            yield type_violation(path, "an integer", value)
        else:
            yield from _range_violations(path, value, self.min, self.max, f"is {value}")

    def accepts(self, value: object) -> bool:
        return type(value) is int and value >= self.min and (self.max is None or value <= self.max)


@attrs.frozen(eq=False)
class Timestamp(Constraint):
    """A point in time."""

    def violations(self, value: object, path: str) -> Iterator[Violation]:
        if not self.accepts(value):
            yield type_violation(path, "a datetime", value)

    def accepts(self, value: object) -> bool:
        return isinstance(value, datetime)


@attrs.frozen(eq=False)
class Structure(Constraint):
    """A structure: an instance of the attrs class of that shape, which has checked itself."""

    model: type[attrs.AttrsInstance]

    def violations(self, value: object, path: str) -> Iterator[Violation]:
        if not self.accepts(value):
            yield type_violation(path, f"a {self.model.__name__}", value)

    def accepts(self, value: object) -> bool:
        return isinstance(value, self.model)


@attrs.frozen(kw_only=True, eq=False)
class List(Constraint):
    """A list whose items have the same constraint."""

    item: Constraint
    min: int = 0
    max: int

    def violations(self, value: object, path: str) -> Iterator[Violation]:
        if not is_list(value):
            yield type_violation(path, "a list", value)
            return
        yield from self.size_violations(len(value), path)
        for index, item in enumerate(value):
            yield from self.item.violations(item, _paths.item(path, index))

    def accepts(self, value: object) -> bool:
        if not is_list(value) or not self.min <= len(value) <= self.max:
            return False
        return self.item.accepts_all(value) if isinstance(self.item, String) else all(map(self.item.accepts, value))

    def size_violations(self, size: int, path: str) -> Iterator[Violation]:
        """Yield the violation of a list with *size* items, if it is too short or too long."""
        yield from _range_violations(path, size, self.min, self.max, f"has {size} items")


@attrs.frozen(kw_only=True, eq=False)
class Map(Constraint):
    """A map of strings to strings."""

    key: String
    value: String
    max: int
    expected: str = "a map"
    entries: str = "entries"

    def violations(self, value: object, path: str) -> Iterator[Violation]:
        if not is_map(value):
            yield type_violation(path, self.expected, value)
            return
        yield from self.size_violations(len(value), path)
        for key, item in value.items():
            place = _paths.entry(path, key)
            for noun, violations in (
                ("key", self.key.violations(key, place)),
                ("value", self.value.violations(item, place)),
            ):
                for violation in violations:
                    yield attrs.evolve(violation, message=f"the {noun} {violation.message}")

    def accepts(self, value: object) -> bool:
        return (
            is_map(value)
            and len(value) <= self.max
            and self.key.accepts_all(value.keys())
            # A list, since the view of a read-only mapping is several times as slow to iterate.
            and self.value.accepts_all([*value.values()])
        )

    def size_violations(self, size: int, path: str) -> Iterator[Violation]:
        """Yield the violation of a map with *size* entries, if it has too many."""
        yield from _range_violations(path, size, 0, self.max, f"has {size} {self.entries}")


@attrs.frozen(kw_only=True, eq=False)
class Tags(Map):
    """Tags: a map in Python; on the wire a list of Key and Value, in the order of the map."""

    expected: str = TAGS_IN_PYTHON
    entries: str = "tags"
