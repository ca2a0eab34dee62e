"""
Plain YAML documents, by the events of libyaml: in a tenth of the time that PyYAML's own parser takes.

These are maps, lists and scalars. Everything else is left to `appimageconfig.files._yaml`,
which reads all of YAML, and which alone describes what is wrong. Values and lines
are the same, whichever of the two reads a text.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any, Final, cast

import attrs
import yaml

from appimageconfig.files import _document

if TYPE_CHECKING:
    from collections.abc import Iterator

# What the two parsers read differently: PyYAML allows no comment directly after | or >, in brackets no question mark in
# a string without quotes, and in some places no tab and no byte-order mark.
_UNUSUAL: Final = re.compile("[\t\ufeff]")
_BLOCK_STYLES: Final = ("|", ">")


class Unusual(Exception):  # noqa: N818 - not an error: the text may be valid
    """The text has something that is not read here."""


def read(text: str, plain: Callable[[str], Any]) -> _document.Document:
    """
    Read *text*; *plain* returns the value of a scalar without quotes, or raises `Unusual`.

    Raises:
        Unusual: The text is invalid or has something that is not read here, or PyYAML was built without libyaml.
    """
    if not yaml.__with_libyaml__ or _UNUSUAL.search(text):
        raise Unusual

    @cache  # Most names and many values are repeated.
    def plain_scalar(scalar: str) -> Any:
        if "?" in scalar:
            raise Unusual
        return plain(scalar)

    try:
        return _Events(cast("Any", yaml).CSafeLoader(text).get_event, plain_scalar).document()
    except (yaml.YAMLError, UnicodeEncodeError):
        raise Unusual from None


@attrs.define
class _Events:
    """The events of a text, and the lines of the members and items that were read from them."""

    _next: Callable[[], Any]
    _plain: Callable[[str], Any]
    _lines: array[int] = attrs.field(factory=lambda: array("L"), init=False)
    _depth: int = attrs.field(default=0, init=False)

    def document(self) -> _document.Document:
        """Read the only document. Its places are built when they are looked up: there may be millions."""
        self._next()
        if self._next().__class__ is not yaml.DocumentStartEvent:
            raise Unusual
        root = self._next()
        if root.__class__ is yaml.ScalarEvent:  # An empty one is on another line for PyYAML.
            raise Unusual
        value = self._value(root)
        self._next()
        if self._next().__class__ is not yaml.StreamEndEvent:
            raise Unusual
        place = _document.Place("", root.start_mark.line + 1)
        return _document.Document(value, lambda: _places(value, place, iter(self._lines)))

    def _value(self, event: Any) -> Any:
        kind = event.__class__
        if kind is yaml.AliasEvent or event.anchor is not None or event.tag is not None:
            raise Unusual
        if kind is yaml.ScalarEvent:
            if event.style in _BLOCK_STYLES:
                raise Unusual
            return self._plain(event.value) if event.implicit[0] else event.value
        self._depth += 1
        if self._depth > _document.DEEPEST:
            raise Unusual
        value = self._map() if kind is yaml.MappingStartEvent else self._list()
        self._depth -= 1
        return value

    def _map(self) -> dict[str, Any]:
        value: dict[str, Any] = {}
        while (event := self._next()).__class__ is not yaml.MappingEndEvent:
            name = self._value(event)
            if name.__class__ is not str or name in value:
                raise Unusual
            self._lines.append(event.start_mark.line + 1)
            value[name] = self._value(self._next())
        return value

    def _list(self) -> list[Any]:
        value: list[Any] = []
        while (event := self._next()).__class__ is not yaml.SequenceEndEvent:
            self._lines.append(event.start_mark.line + 1)
            value.append(self._value(event))
        return value


def _places(value: Any, place: _document.Place, lines: Iterator[int]) -> Iterator[_document.Place]:
    """Yield *place*, which is that of *value*, and the places of everything in it."""
    yield place
    if value.__class__ is dict:
        around = _document.Open(place.path, is_map=True)
        for name, item in value.items():
            yield from _places(item, around.member(name, next(lines)), lines)
    elif value.__class__ is list:
        around = _document.Open(place.path, is_map=False)
        for item in value:
            yield from _places(item, around.item(next(lines)), lines)
