"""
Plain YAML, by the events of libyaml: ten times faster than PyYAML's own parser.

This reads what requests are usually written in: maps, lists, strings and numbers.
Everything else is left to `appimageconfig.files._yaml`, which reads all of YAML, and
which alone describes what is wrong: other syntax, duplicate keys, and any error.
Values and lines are the same, whichever of the two reads a text.
"""

from __future__ import annotations

import re
from array import array
from functools import cache
from typing import TYPE_CHECKING, Any, Final, cast

import attrs
import yaml

from appimageconfig.files import _document

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# Where the two parsers disagree: tabs, and the line breaks and the byte-order mark of Unicode.
_UNUSUAL: Final = re.compile("[\t\x85\u2028\u2029\ufeff]")

_BLOCK_STYLES: Final = ("|", ">")


class Unusual(Exception):  # noqa: N818 - not an error: the text may be valid
    """The text has something that is not read here."""


def read(text: str, plain: Callable[[str], Any]) -> _document.Document:
    """
    Read *text* as YAML.

    Args:
        text: The text.
        plain: Returns the value of a scalar without quotes. May raise `Unusual`.

    Raises:
        Unusual: The text has something that is not read here, or is invalid, or PyYAML was built without libyaml.
    """
    if not yaml.__with_libyaml__ or _UNUSUAL.search(text):
        raise Unusual
    try:
        events = cast("Any", yaml).CSafeLoader(text)
        return _Reader(events.get_event, cache(plain)).document()
    except (yaml.YAMLError, UnicodeEncodeError):
        raise Unusual from None


@attrs.define
class _Reader:
    """Build a document from events. Its own stack is at most as deep as a document may be."""

    _next: Callable[[], Any]
    _plain: Callable[[str], Any]
    _lines: array[int] = attrs.field(factory=lambda: array("L"), init=False)
    _depth: int = attrs.field(default=0, init=False)

    def document(self) -> _document.Document:
        """Return the only document."""
        self._next()
        start = self._next()
        if start.__class__ is not yaml.DocumentStartEvent or start.version or start.tags:
            raise Unusual
        root = self._next()
        if root.__class__ is yaml.ScalarEvent:
            raise Unusual
        value = self._value(root)
        self._next()
        if self._next().__class__ is not yaml.StreamEndEvent:
            raise Unusual
        first = _document.Place("", root.start_mark.line + 1)
        return _document.Document(value, lambda: _places(value, first, iter(self._lines)))

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
