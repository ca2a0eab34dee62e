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
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, TypeGuard

import attrs

from appimageconfig.errors import InvalidAppImageConfigError, Violation

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence

_checked: Final[ContextVar[bool]] = ContextVar("checked", default=True)


@contextmanager
def trusted() -> Generator[None]:
    """Check nothing within the block: its values come from the service, or have been checked already."""
    token = _checked.set(False)
    try:
        yield
    finally:
        _checked.reset(token)


def member_name(field_name: str) -> str:
    """Return the service model's name of a member: ``DefaultUid`` for ``default_uid``."""
    return "".join(word.capitalize() for word in field_name.split("_"))


class Constraint(ABC):
    """What a value must satisfy: an attrs validator that reports the faults of all fields, not only of its own."""

    @abstractmethod
    def violations(self, value: object, path: str) -> Iterator[Violation]:
        """Yield each fault of *value*, which stands at *path*."""

    def __call__(self, instance: attrs.AttrsInstance, attribute: attrs.Attribute[Any], value: object) -> None:
        """Validate one field of *instance*; attrs calls this when all fields are set."""
        if value is None and attribute.default is None:
            return
        if _checked.get() and next(self.violations(value, ""), None) is not None:
            raise InvalidAppImageConfigError(_violations_of(instance))


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
    return Violation(path, "type", f"must be {expected}, not {_kind(value.__class__)}")


def _kind(type_: type) -> str:
    return next((name for types, name in _KINDS if issubclass(type_, types)), f"a {type_.__name__}")


def _bounds(path: str, noun: str, size: int, minimum: int, maximum: int | None) -> Iterator[Violation]:
    if size < minimum:
        yield Violation(path, "min", f"{noun} {size}, minimum {minimum}")
    if maximum is not None and size > maximum:
        yield Violation(path, "max", f"{noun} {size}, limit {maximum}")


class Pattern:
    """A regular expression of the model, matched in full."""

    def __init__(self, expression: str, words: str) -> None:
        """Take the model's *expression* and say it in *words*."""
        self.expression = expression
        self.words = words
        self._fullmatch = re.compile(self._in_python()).fullmatch

    def _in_python(self) -> str:
        return self.expression

    def matches(self, value: str) -> bool:
        """Tell whether the whole of *value* matches; a trailing newline is part of it."""
        return self._fullmatch(value) is not None


class TagPattern(Pattern):
    r"""
    The pattern of tag keys and values, whose Unicode classes `re` does not know.

    A character passes that is a letter, a separator or a number by its general
    category (``\p{L}``, ``\p{Z}``, ``\p{N}``), or one of ``_.:/=+-@``. A code point
    that this Python's Unicode version does not assign is left to the service,
    whose version may be newer.
    """

    def _in_python(self) -> str:
        return r"[A-Za-z0-9 _.:/=+\-@]*"

    def matches(self, value: str) -> bool:
        """Tell whether every character of *value* is one that the pattern allows."""
        return super().matches(value) or all(map(_may_stand_in_a_tag, value))


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

    def violations(self, value: object, path: str) -> Iterator[Violation]:
        """Yield each fault of *value*, which stands at *path*."""
        if not isinstance(value, str):
            yield type_violation(path, "a string", value)
            return
        yield from _bounds(path, "length", len(value), self.min, self.max)
        fits = self.max is None or len(value) <= self.max
        if self.pattern is not None and fits and not self.pattern.matches(value):
            yield Violation(path, "pattern", f"must be {self.pattern.words}: {self.pattern.expression}")
        if self.enum and value not in self.enum:
            yield Violation(path, "enum", f"must be one of {', '.join(self.enum)}")


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
        yield from _bounds(path, "is", value, self.min, self.max)


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
        if not isinstance(value, self.model):
            yield type_violation(path, f"a {self.model.__name__}", value)


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

    def bounds(self, size: int, path: str) -> Iterator[Violation]:
        """Yield what is wrong with *size* items."""
        yield from _bounds(path, "number of items", size, self.min, self.max)


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
        yield from _bounds(path, "number of entries", len(value), 0, self.max)
        for name, item in value.items():
            yield from self.key.violations(name, f"{path}[{name!r}]")
            yield from self.value.violations(item, f"{path}[{name!r}]")


@attrs.frozen(kw_only=True)
class Tags(Constraint):
    """Tags: a mapping in Python; on the wire a list of Key and Value, in the order of the mapping."""

    key: String
    value: String
    max: int

    def violations(self, value: object, path: str) -> Iterator[Violation]:
        """Yield each fault of *value*, which stands at *path*."""
        if not is_map(value):
            yield type_violation(path, "a mapping of tag keys to tag values", value)
            return
        yield from self.bounds(len(value), path)
        for index, (key, item) in enumerate(value.items()):
            yield from self.key.violations(key, f"{path}[{index}].Key")
            yield from self.value.violations(item, f"{path}[{index}].Value")

    def bounds(self, size: int, path: str) -> Iterator[Violation]:
        """Yield what is wrong with *size* tags."""
        yield from _bounds(path, "number of tags", size, 0, self.max)


_NOT_BLANK: Final = Pattern(r"(?!\s*$).+", "one line that is not blank")
_TAG: Final = TagPattern(r"([\p{L}\p{Z}\p{N}_.:/=+\-@]*)", "letters, digits, separators and _ . : / = + - @")

APP_IMAGE_CONFIG_NAME: Final = String(
    max=63,
    pattern=Pattern(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}", "letters and digits, with hyphens only between them"),
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
    key=String(max=256, pattern=_NOT_BLANK), value=String(max=256), max=25
)
MAX_RESULTS: Final = Integer(min=1, max=100)
LIST_TAGS_MAX_RESULTS: Final = Integer(min=50)
NEXT_TOKEN: Final = String(max=8192, pattern=Pattern(r".*", "one line"))
APP_IMAGE_CONFIG_SORT_KEY: Final = String(enum=("CreationTime", "LastModifiedTime", "Name"))
SORT_ORDER: Final = String(enum=("Ascending", "Descending"))
TIMESTAMP: Final = Timestamp()


def kernel_specs(kernel_spec: type[attrs.AttrsInstance]) -> List:
    """Return the limits of the shape ``KernelSpecs``, whose items are instances of the class *kernel_spec*."""
    return List(item=Structure(kernel_spec), min=1, max=5)
