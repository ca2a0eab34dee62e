"""
What a text holds, and where everything in it stands: documents, and how they are read from JSON and written to it.

A text may hold secrets. What is said of it names members, and shows no value and
no other piece of it.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import attrs

from appimageconfig._constraints import is_list
from appimageconfig.errors import InvalidAppImageConfigError, Violation

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

EMPTY: Final = "is empty; write a request, or a list of requests"

# No structure of the service has a longer path. Nobody looks for what is nested deeper, and to spell out where it is
# would take memory out of all proportion to the text.
_LONGEST_PATH: Final = 100


def fault(constraint: str, message: str, line: int | None = None) -> InvalidAppImageConfigError:
    """Return the error that a whole text is wrong."""
    return InvalidAppImageConfigError([Violation("", constraint, message, line=line)])


def syntax_fault(message: str, text: str, position: int) -> InvalidAppImageConfigError:
    """Return the error that *text* is wrong at *position*."""
    return fault("syntax", message, text.count("\n", 0, position) + 1)


class Place(NamedTuple):
    """Where a member or an item stands."""

    path: str
    line: int
    first: int | None = None
    """The line of the same member before it, if it stands twice."""


@attrs.define
class Document:
    """What a text holds, and where."""

    value: Any
    places: Callable[[], Iterable[Place]]
    has_repeated: bool
    _lines: dict[str, int] = attrs.field(factory=dict[str, int], init=False)

    def line(self, path: str) -> int:
        """Return the line of what stands at *path*, or of the innermost structure in which it is missing."""
        if not self._lines:
            self._lines = {place.path: place.line for place in self.places()}
        while path not in self._lines:
            path = path[: max(path.rfind("."), path.rfind("["), 0)]
        return self._lines[path]

    def repeated(self) -> list[Place]:
        """Return the members that have stood before."""
        return [place for place in self.places() if place.first is not None] if self.has_repeated else []

    def requests(self) -> Iterator[tuple[str, Any]]:
        """Yield the path and the value of each request."""
        if is_list(self.value):
            yield from ((f"[{index}]", item) for index, item in enumerate(self.value))
        else:
            yield "", self.value


def integer(digits: str) -> int | float:
    """Read an integer; one of more digits than Python reads is infinite, which is refused as every float is."""
    try:
        return int(digits)
    except ValueError:
        return math.inf


def in_our_words(problems: Mapping[str, str], problem: str) -> str:
    """Say a parser's *problem* as we do: what a parser says may quote the text, and differs between versions."""
    words = (words for beginning, words in problems.items() if problem.startswith(beginning))
    return next(words, "it cannot be understood from here on")


def _shortened(path: str) -> str:
    return path if len(path) <= _LONGEST_PATH else f"{path[:_LONGEST_PATH]}..."


@attrs.define
class Open:
    """A map or a list whose members or items are being placed."""

    path: str = attrs.field(converter=_shortened)
    is_map: bool
    _items: int = attrs.field(default=0, init=False)
    _lines: dict[str, int] = attrs.field(factory=dict[str, int], init=False)

    def member(self, name: str, line: int) -> Place:
        """Return the place of the next member."""
        first = self._lines.get(name)
        self._lines.setdefault(name, line)
        if self.path.endswith(".ContainerEnvironmentVariables"):
            return Place(f"{self.path}[{name!r}]", line, first)
        return Place(f"{self.path}.{name}" if self.path else name, line, first)

    def item(self, line: int) -> Place:
        """Return the place of the next item."""
        self._items += 1
        return Place(f"{self.path}[{self._items - 1}]", line)


_TRAILING_COMMA: Final = "nothing follows this comma; remove it"
_PROBLEMS: Final[Mapping[str, str]] = {
    "Expecting ','": "a comma, or a closing brace or bracket, is missing",
    "Expecting ':'": "a colon is missing",
    "Expecting property name": "the name of a member is missing; write it in double quotes",
    "Expecting value": "a value is missing; write text in double quotes",
    "Extra data": "the request has ended before this; write several requests as a list, [{...}, {...}]",
    "Illegal trailing comma": _TRAILING_COMMA,
    "Invalid \\": "write a backslash in text twice",
    "Invalid control character": "text has to end on its line; write a line break in it as \\n",
    "Unterminated string": "the double quote that ends this text is missing",
}


def read_json(text: str) -> Document:
    """
    Read *text* as JSON.

    Raises:
        InvalidAppImageConfigError: It is none.
    """
    has_repeated = False

    def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal has_repeated
        value = dict(pairs)
        has_repeated = has_repeated or len(value) < len(pairs)
        return value

    try:
        value = json.loads(text, object_pairs_hook=members, parse_int=integer)
    except json.JSONDecodeError as error:
        position, problem = _json_problem(text, error)
        column = position - text.rfind("\n", 0, position)
        raise syntax_fault(f"is no JSON at column {column}: {problem}", text, position) from None
    except RecursionError:
        raise fault("max", "is nested too deeply") from None
    return Document(value, partial(_json_places, text), has_repeated)


def _json_problem(text: str, error: json.JSONDecodeError) -> tuple[int, str]:
    """Return where the mistake is and what it is; *error* says where it was noticed."""
    position = error.pos
    before, start = text[:position].rstrip(), len(text) - len(text.lstrip())
    if text.startswith(("//", "/*", "#"), position):
        return position, "JSON has no comments; remove it, or write YAML"
    if text.startswith("'", position):
        return position, "write names and text in double quotes"
    if text[start] not in "{[":
        return start, "the opening brace or bracket is missing"
    if before.endswith(",") and text.startswith(("}", "]"), position):
        return len(before) - 1, _TRAILING_COMMA
    if not text[position:].strip():
        return len(before), "it ends here, and a closing brace or bracket is missing"
    return position, in_our_words(_PROBLEMS, error.msg)


_PART: Final = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[^\s"{}\[\],:]+|[\n{}\[\]]')


def _json_places(text: str) -> Iterator[Place]:
    """Yield the place of everything in *text*, which is known to be JSON."""
    line = 1
    around: list[Open] = []
    place: Place | None = None
    for match in _PART.finditer(text):
        part = match[0]
        if part == "\n":
            line += 1
        elif part in "}]":
            around.pop()
        elif place is None and around and around[-1].is_map:
            place = around[-1].member(json.loads(part), line)
            yield place
        else:
            if place is None:
                place = around[-1].item(line) if around else Place("", line)
                yield place
            if part in "{[":
                around.append(Open(place.path, part == "{"))
            place = None


def write_json(value: Any) -> str:
    """Return *value* as JSON that can always be encoded as UTF-8."""
    text = json.dumps(value, ensure_ascii=False, indent=2)
    # A lone surrogate is no character of UTF-8. Python's escape for it is that of JSON.
    return text.encode("utf-8", "backslashreplace").decode() + "\n"
