"""
The limits of SageMaker's published service model, each once.

Every constant carries the limits of the model's shape of the same name, and is
an attrs validator. What breaks a limit is reported as `Violation` values, whose
``constraint`` is the model's own word for the broken trait (``min``, ``max``,
``pattern``, ``enum``, ``required``), or ``type`` and ``unknown`` for what the
model says by its structure.
"""

from __future__ import annotations

import re
import unicodedata
from abc import ABC, abstractmethod
from collections.abc import Mapping
from contextlib import AbstractContextManager
from contextvars import ContextVar
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, TypeGuard

import attrs

from appimageconfig.errors import InvalidAppImageConfigError, Violation

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

# The traits of the model that say what a value is, against those that say how much of it there may be.
_STRUCTURE: Final = frozenset({"type", "required", "unknown", "unique"})
_LIMITS: Final = frozenset({"min", "max", "pattern", "enum"})
_enforced: Final[ContextVar[frozenset[str]]] = ContextVar("enforced", default=_STRUCTURE | _LIMITS)


class _Enforcing(AbstractContextManager[None]):
    """Enforces *traits* alone. A class, since one made of a generator takes three times as long for each value read."""

    def __init__(self, traits: frozenset[str]) -> None:
        self._traits = traits

    def __enter__(self) -> None:
        self._token = _enforced.set(self._traits)

    def __exit__(self, *_: object) -> None:
        _enforced.reset(self._token)


def unchecked() -> AbstractContextManager[None]:
    """
    Let values be built and requests be read within the block that are beyond the limits of the service model.

    For the day on which AWS raises a limit before this library does. Lengths,
    numbers of items, ranges, patterns and enums are left to the service; types,
    required members and the names of members stay checked. It holds for the
    thread or task that enters the block, and for no other::

        with unchecked():
            config = AppImageConfig(app_image_config_name="x" * 80)
        client.create(config)
    """
    return _Enforcing(_STRUCTURE)


def trusted() -> AbstractContextManager[None]:
    """Check nothing within the block: its values come from the service, or have been checked already."""
    return _Enforcing(frozenset())


def enforced(violations: Iterable[Violation]) -> tuple[Violation, ...]:
    """Return those of the *violations* that count here: see `unchecked`."""
    traits = _enforced.get()
    return tuple(violation for violation in violations if violation.constraint in traits)


def member_name(field_name: str) -> str:
    """Return the service model's name of a member: ``DefaultUid`` for ``default_uid``."""
    return "".join(word.capitalize() for word in field_name.split("_"))


class Constraint(ABC):
    """What a value must satisfy: an attrs validator that reports the faults of all fields, not only of its own."""

    @abstractmethod
    def violations(self, value: object, path: str) -> Iterator[Violation]:
        """Yield each fault of *value*, which stands at *path*."""

    def accepts(self, value: object) -> bool:
        """Tell whether *value* has no fault. A subclass may find that out faster than by looking for faults."""
        return next(self.violations(value, ""), None) is None

    def __call__(self, instance: attrs.AttrsInstance, attribute: attrs.Attribute[Any], value: object) -> None:
        """Validate one field of *instance*; attrs calls this when all fields are set."""
        if (value is None and attribute.default is None) or not _enforced.get() or self.accepts(value):
            return
        if violations := enforced(_violations_of(instance)):
            raise InvalidAppImageConfigError(violations)


def _violations_of(instance: attrs.AttrsInstance) -> Iterator[Violation]:
    for field in attrs.fields(type(instance)):
        value = getattr(instance, field.name)
        if isinstance(field.validator, Constraint) and not (value is None and field.default is None):
            yield from field.validator.violations(value, member_name(field.name))


def is_map(value: object) -> TypeGuard[Mapping[Any, Any]]:
    """Tell whether *value* is what the model calls a map or a structure."""
    return isinstance(value, Mapping)


def is_list(value: object) -> TypeGuard[Sequence[Any]]:
    """Tell whether *value* is what the model calls a list. A string is none, although Python can iterate over it."""
    return isinstance(value, list | tuple)


# What is expected where Python and the wire differ.
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


def type_violation(path: str, expected: str, value: Any) -> Violation:
    """Return the violation that *value* is not *expected*, naming its type in words that fit JSON as well as Python."""
    kind = _kind(value.__class__)
    return Violation(path, "type", f"must be {expected}, not {kind}{_TYPE_HINTS.get((expected, kind), '')}")


def _kind(type_: type) -> str:
    return next((name for types, name in _KINDS if issubclass(type_, types)), f"a {type_.__name__}")


# What people mean who write the one where the other is due.
_TYPE_HINTS: Final = {
    ("an integer", "a string"): "; write the number without quotes",
    ("a string", "a boolean"): "; write it in quotes",
    ("a string", "an integer"): "; write it in quotes",
    ("a string", "a number"): "; write it in quotes",
    ("a string", "a date"): "; write it in quotes",
    ("a list", "a string"): "; write a list that has it as its one item",
    ("a map", "a list"): "; write {name: value}: the list of Key and Value is CloudFormation's way",
    (TAGS_ON_THE_WIRE, "a map"): '; write [{"Key": "team", "Value": "ml"}]',
    (TAGS_IN_PYTHON, "a list"): '; write {"team": "ml"}: the list of Key and Value is read by from_request',
    (REQUEST, "a string"): "; parse the JSON first, with json.loads",
}


def _bounds(
    path: str, size: int, minimum: int, maximum: int | None, *, noun: str, if_too_much: str = ""
) -> Iterator[Violation]:
    if size < minimum:
        yield Violation(path, "min", f"{noun} {size}, minimum {minimum}")
    if maximum is not None and size > maximum:
        yield Violation(path, "max", f"{noun} {size}, limit {maximum}{if_too_much}")


class Pattern:
    """A regular expression of the model."""

    def __init__(self, expression: str, words: str) -> None:
        """Take the model's *expression* and say it in *words*."""
        self.expression = expression
        self.words = words

    @cached_property
    def matches(self) -> Callable[[str], object]:
        """Tell whether the whole of a string matches; a trailing newline is part of it."""
        return self._matcher()

    def _matcher(self) -> Callable[[str], object]:
        return re.compile(self.expression).fullmatch

    def all_match(self, values: Collection[str]) -> bool:
        """Tell whether the whole of each of *values* matches."""
        return all(map(self.matches, values))

    def message(self, value: str) -> str:
        """Say what is wrong with *value*, without showing it: it may be a secret."""
        return f"must be {self.words}{self._suggestion(value)} (pattern {self.expression})"

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

    `str.strip` knows the same white space as ``\s``, and is several times as fast for many strings.
    """

    def all_match(self, values: Collection[str]) -> bool:
        """Tell whether each of *values* is one line that is not blank."""
        return all(map(str.strip, values)) and "\n" not in "".join(values)


class TagPattern(Pattern):
    r"""
    The pattern of tag keys and values, whose Unicode classes `re` does not know.

    A character passes that is a letter, a separator or a number by its general
    category (``\p{L}``, ``\p{Z}``, ``\p{N}``), or one of ``_.:/=+-@``. A code point
    that this Python's Unicode version does not assign is left to the service,
    whose version may be newer.
    """

    def _matcher(self) -> Callable[[str], object]:
        ascii_only = re.compile(r"[A-Za-z0-9 _.:/=+\-@]*").fullmatch
        return lambda value: ascii_only(value) or all(map(_may_stand_in_a_tag, value))


def _may_stand_in_a_tag(character: str) -> bool:
    category = unicodedata.category(character)
    return character in "_.:/=+-@" or category[0] in "LZN" or category == "Cn"


@attrs.frozen(kw_only=True)
class String(Constraint):
    """A string. Its length is checked first, so that no pattern ever sees a long one."""

    min: int = 0
    max: int | None = None
    pattern: Pattern | None = None
    enum: tuple[str, ...] = ()
    if_too_long: str = ""

    def violations(self, value: object, path: str) -> Iterator[Violation]:
        """Yield each fault of *value*, which stands at *path*."""
        if not isinstance(value, str):
            yield type_violation(path, "a string", value)
            return
        yield from _bounds(path, len(value), self.min, self.max, noun="length", if_too_much=self.if_too_long)
        fits = self.max is None or len(value) <= self.max
        if self.pattern is not None and fits and not self.pattern.matches(value):
            yield Violation(path, "pattern", self.pattern.message(value))
        if self.enum and value not in self.enum:
            yield Violation(path, "enum", f"must be one of {', '.join(self.enum)}")

    def accepts(self, value: object) -> bool:
        """Tell whether *value* has no fault."""
        return (
            type(value) is str
            and self.min <= len(value)
            and (self.max is None or len(value) <= self.max)
            and (self.pattern is None or bool(self.pattern.matches(value)))
            and (not self.enum or value in self.enum)
        )

    def accepts_all(self, values: Collection[Any]) -> bool:
        """Tell whether none of *values* has a fault; false also for what is worth a closer look."""
        # The quickest way to learn that all of them are strings.
        try:
            "".join(values)
        except TypeError:
            return False
        return (
            (self.max is None or max(map(len, values), default=0) <= self.max)
            and (not self.min or min(map(len, values), default=self.min) >= self.min)
            and (self.pattern is None or self.pattern.all_match(values))
            and not self.enum
        )


@attrs.frozen(kw_only=True)
class Integer(Constraint):
    """An integer. A boolean is none, although Python counts it as one."""

    min: int
    max: int | None = None

    def violations(self, value: object, path: str) -> Iterator[Violation]:
        """Yield each fault of *value*, which stands at *path*."""
        if not isinstance(value, int) or isinstance(value, bool):
            yield type_violation(path, "an integer", value)
            return
        yield from _bounds(path, value, self.min, self.max, noun="is")

    def accepts(self, value: object) -> bool:
        """Tell whether *value* has no fault."""
        return type(value) is int and value >= self.min and (self.max is None or value <= self.max)


@attrs.frozen
class Timestamp(Constraint):
    """A point in time."""

    def violations(self, value: object, path: str) -> Iterator[Violation]:
        """Yield each fault of *value*, which stands at *path*."""
        if not isinstance(value, datetime):
            yield type_violation(path, "a datetime", value)


@attrs.frozen
class Structure(Constraint):
    """A structure: an instance of the attrs class that stands for it, and that has checked itself."""

    model: type[attrs.AttrsInstance]

    def violations(self, value: object, path: str) -> Iterator[Violation]:
        """Yield each fault of *value*, which stands at *path*."""
        if not self.accepts(value):
            yield type_violation(path, f"a {self.model.__name__}", value)

    def accepts(self, value: object) -> bool:
        """Tell whether *value* has no fault."""
        return isinstance(value, self.model)


@attrs.frozen(kw_only=True)
class List(Constraint):
    """A list of like items."""

    item: Constraint
    min: int = 0
    max: int

    def violations(self, value: object, path: str) -> Iterator[Violation]:
        """Yield each fault of *value*, which stands at *path*."""
        if not is_list(value):
            yield type_violation(path, "a list", value)
            return
        yield from self.bounds(len(value), path)
        for index, item in enumerate(value):
            yield from self.item.violations(item, f"{path}[{index}]")

    def accepts(self, value: object) -> bool:
        """Tell whether *value* has no fault."""
        if not is_list(value) or not self.min <= len(value) <= self.max:
            return False
        return self.item.accepts_all(value) if isinstance(self.item, String) else all(map(self.item.accepts, value))

    def bounds(self, size: int, path: str) -> Iterator[Violation]:
        """Yield what is wrong with *size* items."""
        yield from _bounds(path, size, self.min, self.max, noun="number of items")


@attrs.frozen(kw_only=True)
class Map(Constraint):
    """A map from strings to strings."""

    key: String
    value: String
    max: int

    def violations(self, value: object, path: str) -> Iterator[Violation]:
        """Yield each fault of *value*, which stands at *path*."""
        if not is_map(value):
            yield type_violation(path, "a map", value)
            return
        yield from _bounds(path, len(value), 0, self.max, noun="number of entries")
        for name, item in value.items():
            yield from self.key.violations(name, f"{path}[{name!r}]")
            yield from self.value.violations(item, f"{path}[{name!r}]")

    def accepts(self, value: object) -> bool:
        """Tell whether *value* has no fault."""
        return (
            is_map(value)
            and len(value) <= self.max
            and self.key.accepts_all(value.keys())
            and self.value.accepts_all(value.values())
        )


@attrs.frozen(kw_only=True)
class Tags(Map):
    """Tags: a mapping in Python; on the wire a list of Key and Value, in the order of the mapping."""

    def violations(self, value: object, path: str) -> Iterator[Violation]:
        """Yield each fault of *value*, which stands at *path*."""
        if not is_map(value):
            yield type_violation(path, TAGS_IN_PYTHON, value)
            return
        yield from self.bounds(len(value), path)
        for index, (key, item) in enumerate(value.items()):
            yield from self.key.violations(key, f"{path}[{index}].Key")
            yield from self.value.violations(item, f"{path}[{index}].Value")

    def bounds(self, size: int, path: str) -> Iterator[Violation]:
        """Yield what is wrong with *size* tags."""
        yield from _bounds(path, size, 0, self.max, noun="number of tags")


_NOT_BLANK: Final = NotBlankPattern(r"(?!\s*$).+", "one line that is not blank")
_TAG: Final = TagPattern(r"([\p{L}\p{Z}\p{N}_.:/=+\-@]*)", "letters, digits, separators and _ . : / = + - @")

APP_IMAGE_CONFIG_NAME: Final = String(
    max=63,
    pattern=NamePattern(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}", "letters and digits, with hyphens only between them"),
)
TAG_KEY: Final = String(min=1, max=128, pattern=_TAG)
TAG_VALUE: Final = String(max=256, pattern=_TAG)
TAG_LIST: Final = Tags(key=TAG_KEY, value=TAG_VALUE, max=50)
TAG_KEY_LIST: Final = List(item=TAG_KEY, min=1, max=50)
APP_IMAGE_CONFIG_ARN: Final = String(
    max=256,
    pattern=Pattern(
        r"arn:aws[a-z\-]*:sagemaker:[a-z0-9\-]*:[0-9]{12}:app-image-config/.*", "the ARN of an AppImageConfig"
    ),
)
RESOURCE_ARN: Final = String(
    max=256,
    pattern=Pattern(r"arn:aws[a-z-]*:sagemaker:[a-z0-9-]*:[0-9]{12}:.+", "the ARN of a SageMaker resource"),
)
KERNEL_NAME: Final = String(max=1024)
KERNEL_DISPLAY_NAME: Final = String(max=1024)
MOUNT_PATH: Final = String(max=1024, pattern=Pattern(r"\/.*", "an absolute path, beginning with a slash"))
DEFAULT_UID: Final = Integer(min=0, max=65535)
DEFAULT_GID: Final = Integer(min=0, max=65535)
CUSTOM_IMAGE_CONTAINER_ARGUMENTS: Final = List(item=String(max=64, pattern=_NOT_BLANK), max=50)
CUSTOM_IMAGE_CONTAINER_ENTRYPOINT: Final = List(item=String(max=256, pattern=_NOT_BLANK), max=1)
CUSTOM_IMAGE_CONTAINER_ENVIRONMENT_VARIABLES: Final = Map(
    key=String(max=256, pattern=_NOT_BLANK),
    value=String(max=256, if_too_long="; a longer value has to come with the image, or in several variables"),
    max=25,
)
IMAGE_NAME: Final = String(
    min=1,
    max=63,
    pattern=Pattern(r"[a-zA-Z0-9]([-.]?[a-zA-Z0-9]){0,62}", "letters and digits, with single hyphens or dots between"),
)
IMAGE_VERSION_NUMBER: Final = Integer(min=0)
MAX_RESULTS: Final = Integer(min=1, max=100)
LIST_TAGS_MAX_RESULTS: Final = Integer(min=50)
NEXT_TOKEN: Final = String(max=8192, pattern=Pattern(r".*", "one line"))
APP_IMAGE_CONFIG_SORT_KEY: Final = String(enum=("CreationTime", "LastModifiedTime", "Name"))
SORT_ORDER: Final = String(enum=("Ascending", "Descending"))
TIMESTAMP: Final = Timestamp()


def kernel_specs(kernel_spec: type[attrs.AttrsInstance]) -> List:
    """Return the limits of the shape ``KernelSpecs``, whose items are instances of the class *kernel_spec*."""
    return List(item=Structure(kernel_spec), min=1, max=5)
