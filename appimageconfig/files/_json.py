"""Documents as JSON."""

from __future__ import annotations

import json
import re
from functools import partial
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Final

from appimageconfig.files import _document

if TYPE_CHECKING:
    from collections.abc import Iterator

_TRAILING_COMMA: Final = "remove this comma; nothing follows it"
_PROBLEMS: Final = {
    "Expecting ','": "a comma or a closing brace or bracket is missing",
    "Expecting ':'": "a colon is missing",
    "Expecting property name": "a member name is missing; write it in double quotes",
    "Expecting value": "a value is missing; write strings in double quotes",
    "Extra data": "the document ends before this; write several requests as a list, [{...}, {...}]",
    "Illegal trailing comma": _TRAILING_COMMA,
    "Invalid \\": "write a backslash in a string twice",
    "Invalid control character": "a string must end on its line; write a line break in it as \\n",
    "Unterminated string": "the closing double quote of this string is missing",
}


def read(text: str) -> _document.Document:
    """
    Read *text* as JSON.

    Raises:
        InvalidAppImageConfigError: *text* is not valid JSON.
    """
    if _depth(text) > _document.DEEPEST:
        raise _document.text_error("max", _document.TOO_DEEP)
    has_duplicates = False

    def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal has_duplicates
        value = dict(pairs)
        has_duplicates = has_duplicates or len(value) < len(pairs)
        return value

    try:
        value = json.loads(text, object_pairs_hook=members, parse_int=_document.integer)
    except json.JSONDecodeError as error:
        position, problem = _problem(text, error)
        column = position - text.rfind("\n", 0, position)
        raise _document.syntax_error(f"invalid JSON at column {column}: {problem}", text, position) from None
    return _document.Document(
        value, partial(_places, text), _document.duplicate_keys(_places(text)) if has_duplicates else ()
    )


_ESCAPE: Final = re.compile(r"\\.")
_BRACKET: Final = re.compile(r"[{}\[\]]")
_STEPS: Final = {"{": 1, "[": 1, "}": -1, "]": -1}


def _depth(text: str) -> int:
    """Return how deep the braces and brackets of *text* nest, up to the first mistake in it or further."""
    # Without its escapes, every second part of a text between double quotes is a string.
    outside_strings = "".join(_ESCAPE.sub("", text).split('"')[::2])
    return max(accumulate(map(_STEPS.__getitem__, _BRACKET.findall(outside_strings))), default=0)


def _problem(text: str, error: json.JSONDecodeError) -> tuple[int, str]:
    """Return the position and the description of the mistake; *error* has the position where it was noticed."""
    position = error.pos
    before, start = text[:position].rstrip(), len(text) - len(text.lstrip())
    if text.startswith(("//", "/*", "#"), position):
        return position, "JSON has no comments; remove this one, or write YAML"
    if text.startswith("'", position):
        return position, "write member names and strings in double quotes"
    if text[start] not in "{[":
        return start, "the opening brace or bracket is missing"
    if before.endswith(",") and text.startswith(("}", "]"), position):
        return len(before) - 1, _TRAILING_COMMA
    if not text[position:].strip():
        return len(before), "the document ends here, and a closing brace or bracket is missing"
    return position, _document.in_our_words(_PROBLEMS, error.msg)


_PART: Final = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[^\s"{}\[\],:]+|[\n{}\[\]]')


def _places(text: str) -> Iterator[_document.Place]:
    """Yield the place of everything in *text*, which is valid JSON."""
    line = 1
    around: list[_document.Open] = []
    place: _document.Place | None = None
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
                place = around[-1].item(line) if around else _document.Place("", line)
                yield place
            if part in "{[":
                around.append(_document.Open(place.path, part == "{"))
            place = None


def write(value: Any) -> str:
    """Return *value* as JSON that can always be encoded as UTF-8."""
    text = json.dumps(value, ensure_ascii=False, indent=2)
    # UTF-8 cannot encode a lone surrogate. Python escapes it as JSON does.
    return text.encode("utf-8", "backslashreplace").decode() + "\n"
