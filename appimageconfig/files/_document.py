"""
Documents: the value of a text, and the line of every member and item in it.

A text may contain secrets. Messages about it name members, and show no value and
no other part of it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import attrs

from appimageconfig import _paths
from appimageconfig._checking import duplicate
from appimageconfig._frozen import is_list
from appimageconfig.errors import MOST_VIOLATIONS, InvalidAppImageConfigError, Violation

if TYPE_CHECKING:
    from collections.abc import Mapping

EMPTY: Final = "is empty; write a request or a list of requests"

DEEPEST: Final = 100
"""
The maximum number of maps and lists around a value.

No structure of the service has more than 10. Both parsers recurse, and without this bound it would depend on the
version of Python, and on the stack of the caller, which text they can read.
"""

TOO_DEEP: Final = f"is nested too deeply; the maximum is {DEEPEST} levels"

# No structure of the service has a longer path, so longer ones are never looked up. A long name is part of the path of
# everything in it: spelling those out would take memory out of all proportion to the text.
_LONGEST_PATH: Final = 100


def text_error(constraint: str, message: str, line: int | None = None) -> InvalidAppImageConfigError:
    """Return the error that a whole text is invalid."""
    return InvalidAppImageConfigError([Violation("", constraint, message, line=line)])


def syntax_error(message: str, text: str, position: int) -> InvalidAppImageConfigError:
    """Return the error that the syntax of *text* is wrong at *position*."""
    return text_error("syntax", message, text.count("\n", 0, position) + 1)


class Place(NamedTuple):
    """The path and the line of a member or an item."""

    path: str
    line: int
    first: int | None = None
    """The line of the first member with the same name, if this one is a duplicate."""


def duplicate_keys(places: Iterable[Place]) -> list[Violation]:
    """Return the violations of the members whose names were used before in the same map, as many as are reported."""
    found = (
        attrs.evolve(duplicate(place.path, "key", _paths.location(None, place.first)), line=place.line)
        for place in places
        if place.first is not None
    )
    return list(islice(found, MOST_VIOLATIONS + 1))


@attrs.define
class Document:
    """The value of a text, and the places of its members and items."""

    value: Any
    places: Callable[[], Iterable[Place]]
    violations: Sequence[Violation] = ()
    """The duplicate keys, and the values and the names that could not be read, although the syntax is valid."""
    unread: Container[str] = ()
    """The paths at which *value* has None in place of a value that could not be read."""
    _lines: dict[str, int] = attrs.field(factory=dict[str, int], init=False)
    _unread_places: Iterator[Place] | None = attrs.field(default=None, init=False)
    _requests_read: int = attrs.field(default=0, init=False)

    def line(self, path: str) -> int:
        """Return the line of the value at *path*, or of the innermost structure around it if it is missing."""
        request = self.request_at(path)
        self._read_places(int(request[1:-1] or 0))
        while path not in self._lines:
            path = path[: max(path.rfind("."), path.rfind("["), 0)]
        return self._lines[path]

    def _read_places(self, request: int) -> None:
        """Read the places up to those of the request at that index; there may be millions after it."""
        if self._unread_places is None:
            self._unread_places = iter(self.places())
        while self._requests_read <= request:
            end = _paths.item("", self._requests_read + 1) if is_list(self.value) else None
            for place in self._unread_places:
                self._lines[place.path] = place.line
                if place.path == end:
                    break
            self._requests_read += 1

    def request_at(self, path: str) -> str:
        """Return the path of the request in which *path* is."""
        return path.partition("]")[0] + "]" if is_list(self.value) else ""

    def requests(self) -> Iterator[tuple[str, Any]]:
        """Yield the path and the value of each request."""
        if is_list(self.value):
            yield from ((_paths.item("", index), item) for index, item in enumerate(self.value))
        else:
            yield "", self.value


def integer(digits: str) -> int | float:
    """Read an integer; one with more digits than Python reads becomes infinity, which is refused like every float."""
    try:
        return int(digits)
    except ValueError:
        return math.inf


def in_our_words(problems: Mapping[str, str], problem: str) -> str:
    """Return our message for a parser's *problem*. The parser's own may quote the text, and differs by version."""
    words = (words for beginning, words in problems.items() if problem.startswith(beginning))
    return next(words, "the syntax is invalid from here on")


def _shortened(path: str) -> str:
    return path if len(path) <= _LONGEST_PATH else f"{path[:_LONGEST_PATH]}..."


@attrs.define
class Open:
    """A map or a list whose members or items are being read."""

    path: str = attrs.field(converter=_shortened)
    is_map: bool
    _items: int = attrs.field(default=0, init=False)
    _lines: dict[str, int] = attrs.field(factory=dict[str, int], init=False)

    def member(self, name: str, line: int) -> Place:
        """Return the place of the next member."""
        first = self._lines.get(name)
        self._lines.setdefault(name, line)
        return Place(_paths.key(self.path, name), line, first)

    def item(self, line: int) -> Place:
        """Return the place of the next item."""
        self._items += 1
        return Place(_paths.item(self.path, self._items - 1), line)
