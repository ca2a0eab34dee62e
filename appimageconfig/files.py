"""
Request files: what the AWS CLI's ``--cli-input-json`` takes, one request or a list of them, as JSON or YAML.

All files of a call are read before anything is reported, and then every fault of
all of them, each with its file and its line. A file may hold secrets: a message
names members, and shows neither a value nor another piece of the text.

PyYAML is imported when YAML is read or written, and not before.
"""

from __future__ import annotations

import json
import math
import os
import re
import sys
from collections.abc import Callable, Iterable
from datetime import date
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, cast

import attrs

from appimageconfig.advice import Advice, advise
from appimageconfig.constraints import is_list, is_map, type_violation
from appimageconfig.errors import InvalidAppImageConfigError, Violation, location
from appimageconfig.models import AppImageConfig
from appimageconfig.serialization import from_request, require_config, to_request

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from os import PathLike

    from yaml import Mark, Node

LARGEST_FILE: Final = 10 * 1024 * 1024
"""The most bytes that a request file may have."""

# A few lines of YAML with aliases of aliases stand for more values than any memory holds.
_MOST_REPEATED: Final = 200_000

# No structure of the service has a longer path. Nobody looks for what is nested deeper, and to spell out where it is
# would take memory out of all proportion to the text.
_LONGEST_PATH: Final = 100

_NAME: Final = "AppImageConfigName"
_EMPTY: Final = "is empty; write a request, or a list of requests"


@attrs.frozen
class Checked:
    """What `check` found."""

    configs: tuple[AppImageConfig, ...]
    """The requests without a fault, in the order of the files."""
    violations: tuple[Violation, ...]
    """Every fault, with its file and line, in the order of the files and of the lines in each."""
    advice: tuple[Advice, ...]
    """What `appimageconfig.advise` says of the configs, with its file and line."""


def check(path: str | PathLike[str], *paths: str | PathLike[str]) -> Checked:
    """
    Check request files, and raise nothing for what is in them.

    They are read as `appimageconfig.load` reads them. Requests without a fault are
    returned, and advised on, also where others have faults.

    Raises:
        ImportError: A file is YAML, and PyYAML is not installed.
    """
    requests, violations = _read_files(path, *paths)
    advice = [request.locate(piece) for request in requests for piece in advise(request.config)]
    return Checked(tuple(request.config for request in requests), tuple(violations), tuple(advice))


def load(path: str | PathLike[str], *paths: str | PathLike[str]) -> list[AppImageConfig]:
    """
    Read request files, and return their requests in the order of the files.

    A file holds one request, as the AWS CLI takes it, or a list of requests. It is
    YAML if its name ends in ``.yaml`` or ``.yml``, and otherwise JSON. It is UTF-8,
    and has at most `appimageconfig.files.LARGEST_FILE` bytes, which are 10 MiB.
    Requests are read as strictly as by `from_request`. No member may stand twice,
    and no two requests of a call may have the same name.

    Raises:
        InvalidAppImageConfigError: All faults of all files are in the one error, each with its file and line.
        ImportError: A file is YAML, and PyYAML is not installed.
    """
    return _faultless(*_read_files(path, *paths))


def loads(text: str, *, file_format: Literal["json", "yaml"] = "json") -> list[AppImageConfig]:
    """
    Read *text* as `load` reads a file.

    Raises:
        InvalidAppImageConfigError: All faults are in the one error, each with its line.
        ImportError: The format is YAML, and PyYAML is not installed.
    """
    _require_format(file_format)
    return _faultless(*_read([(None, partial(_document, text, file_format))]))


def dump(configs: Iterable[AppImageConfig], path: str | PathLike[str]) -> None:
    """
    Write a request file, for `load` and the AWS CLI; one that exists is written over.

    One config is written as a request, any other number as a list. The name of the
    file says its format, as for `load`. Environment values and container arguments
    are written as they are.

    Raises:
        InvalidAppImageConfigError: Configs have the same name, or the file would be too large. Nothing was written.
        TypeError: One of *configs* is no `AppImageConfig`. Nothing was written.
        ImportError: The file is YAML, and PyYAML is not installed.
    """
    text = dumps(configs, file_format=_format_of(os.fspath(path)))
    Path(path).write_bytes(text.encode())


def dumps(configs: Iterable[AppImageConfig], *, file_format: Literal["json", "yaml"] = "json") -> str:
    """
    Return what `dump` writes.

    Raises:
        InvalidAppImageConfigError: Configs have the same name, or the text would be too large for a file.
        TypeError: One of *configs* is no `AppImageConfig`.
        ImportError: The format is YAML, and PyYAML is not installed.
    """
    _require_format(file_format)
    if isinstance(configs, AppImageConfig):
        raise TypeError("AppImageConfigs are due, not one of them: put it in a list")
    requests = list(map(to_request, _distinct(configs)))
    value = requests[0] if len(requests) == 1 else requests
    text = _yaml_text(value) if file_format == "yaml" else _json_text(value)
    _require_size(len(text.encode()))
    return text


def _require_format(file_format: str) -> None:
    if file_format not in {"json", "yaml"}:
        raise ValueError(f"{file_format!r} is none of json, yaml")


def _format_of(path: str) -> Literal["json", "yaml"]:
    return "yaml" if Path(path).suffix.lower() in {".yaml", ".yml"} else "json"


def _require_size(size: int) -> None:
    if size > LARGEST_FILE:
        raise _fault("max", f"has more than {LARGEST_FILE:,} bytes; split it into several files")


def _distinct(configs: Iterable[AppImageConfig]) -> list[AppImageConfig]:
    """Return *configs*, having seen that they are AppImageConfigs, each with a name of its own."""
    distinct = list(configs)
    first: dict[str, int] = {}
    clashes: list[Violation] = []
    for index, config in enumerate(distinct):
        require_config(config)
        earlier = first.setdefault(config.app_image_config_name, index)
        if earlier != index:
            clashes.append(_name_clash(config, f"[{index}].{_NAME}", f"[{earlier}]"))
    if clashes:
        raise InvalidAppImageConfigError(clashes)
    return distinct


def _name_clash(config: AppImageConfig, path: str, other: str, line: int | None = None) -> Violation:
    return Violation(path, "unique", f"{config.app_image_config_name!r} is the name of {other} as well", line=line)


def _fault(constraint: str, message: str, line: int | None = None) -> InvalidAppImageConfigError:
    return InvalidAppImageConfigError([Violation("", constraint, message, line=line)])


def _syntax_fault(message: str, text: str, position: int) -> InvalidAppImageConfigError:
    return _fault("syntax", message, text.count("\n", 0, position) + 1)


# From files to documents, and from documents to requests.


@attrs.frozen
class _Place:
    """Where a member or an item stands."""

    path: str
    line: int
    first: int | None = None
    """The line of the same member before it, if it stands twice."""


@attrs.define
class _Document:
    """What a text holds, and where."""

    value: Any
    places: Callable[[], Iterable[_Place]]
    has_repeated: bool
    _lines: dict[str, int] = attrs.field(factory=dict[str, int], init=False)

    def line(self, path: str) -> int:
        """Return the line of what stands at *path*, or of the innermost structure in which it is missing."""
        if not self._lines:
            self._lines = {place.path: place.line for place in self.places()}
        while path not in self._lines:
            path = path[: max(path.rfind("."), path.rfind("["), 0)]
        return self._lines[path]

    def repeated(self) -> list[_Place]:
        """Return the members that have stood before."""
        return [place for place in self.places() if place.first is not None] if self.has_repeated else []

    def requests(self) -> Iterator[tuple[str, Any]]:
        """Yield the path and the value of each request."""
        if is_list(self.value):
            yield from ((f"[{index}]", item) for index, item in enumerate(self.value))
        else:
            yield "", self.value


@attrs.frozen
class _Request:
    """A request without a fault."""

    config: AppImageConfig
    path: str
    document: _Document
    file: str | None

    def locate(self, advice: Advice) -> Advice:
        """Return *advice* on it with its place."""
        path = _joined(self.path, advice.path)
        return attrs.evolve(advice, path=path, file=self.file, line=self.document.line(path))

    def clash_with(self, first: _Request) -> Violation:
        """Return the fault that *first* has its name already."""
        path, first_path = _joined(self.path, _NAME), _joined(first.path, _NAME)
        other = f"the request in {location(first.file, first.document.line(first_path)).removesuffix(': ')}"
        return _name_clash(self.config, path, other, self.document.line(path))


def _joined(path: str, inner: str) -> str:
    return f"{path}.{inner}" if path and inner else path or inner


def _read_files(*paths: str | PathLike[str]) -> tuple[list[_Request], list[Violation]]:
    files = [os.fspath(path) for path in paths]
    return _read((file, partial(_file_document, file)) for file in files)


def _read(sources: Iterable[tuple[str | None, Callable[[], _Document]]]) -> tuple[list[_Request], list[Violation]]:
    requests: dict[str, _Request] = {}
    violations: list[Violation] = []
    for file, document in sources:
        try:
            found = tuple(_violations(document(), file, requests))
        except InvalidAppImageConfigError as error:
            found = error.violations
        located = [attrs.evolve(violation, file=file) for violation in found]
        violations += sorted(located, key=lambda violation: violation.line or 0)
    return list(requests.values()), violations


def _violations(document: _Document, file: str | None, requests: dict[str, _Request]) -> Iterator[Violation]:
    """Yield each fault of *document*, and add its requests without a fault to *requests*, by name."""
    faulty: set[str] = set()
    for place in document.repeated():
        faulty.add(place.path.partition("]")[0] + "]" if is_list(document.value) else "")
        message = f"stands twice; the first is on line {place.first}"
        yield Violation(place.path, "unique", message, line=place.line)
    for path, value in document.requests():
        try:
            config = _config(value, path)
        except InvalidAppImageConfigError as error:
            for violation in error.violations:
                inner = _joined(path, violation.path)
                yield attrs.evolve(violation, path=inner, line=document.line(inner))
            continue
        if path not in faulty:
            request = _Request(config, path, document, file)
            first = requests.setdefault(config.app_image_config_name, request)
            if first is not request:
                yield request.clash_with(first)


def _config(value: Any, path: str) -> AppImageConfig:
    if not is_map(value):
        expected = "a request" if path else "a request, or a list of requests"
        raise InvalidAppImageConfigError([type_violation("", expected, value)])
    return from_request(value)


def _faultless(requests: Sequence[_Request], violations: Sequence[Violation]) -> list[AppImageConfig]:
    # Raised while no other error is handled: that of a parser holds the whole text.
    if violations:
        raise InvalidAppImageConfigError(violations)
    return [request.config for request in requests]


def _file_document(path: str) -> _Document:
    try:
        with Path(path).open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "the path holds a character that no path may hold"
        raise _fault("readable", f"cannot be read: {reason}; name a file that exists and that may be read") from None
    _require_size(len(content))
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise _fault("syntax", "is not UTF-8; save it as UTF-8", line) from None
    return _document(text, _format_of(path))


def _document(text: str, file_format: str) -> _Document:
    _require_size(len(text.encode("utf-8", "surrogatepass")))
    if text.startswith("\ufeff"):
        raise _fault("syntax", "begins with a byte-order mark; save it as UTF-8 without one", 1)
    if "\0" in text:
        raise _syntax_fault("holds a NUL character; save it as UTF-8", text, text.index("\0"))
    if not text.strip():
        raise _fault("required", _EMPTY, 1)
    return _yaml_document(text) if file_format == "yaml" else _json_document(text)


def _integer(digits: str) -> int | float:
    """Read an integer; one of more digits than Python reads is infinite, which is refused as every float is."""
    try:
        return int(digits)
    except ValueError:
        return math.inf


def _in_our_words(problems: Mapping[str, str], problem: str) -> str:
    """Say a parser's *problem* as we do: what a parser says may quote the text, and differs between versions."""
    words = (words for beginning, words in problems.items() if problem.startswith(beginning))
    return next(words, "it cannot be understood from here on")


def _shortened(path: str) -> str:
    return path if len(path) <= _LONGEST_PATH else f"{path[:_LONGEST_PATH]}..."


@attrs.define
class _Open:
    """A map or a list whose members or items are being placed."""

    path: str = attrs.field(converter=_shortened)
    is_map: bool
    _items: int = attrs.field(default=0, init=False)
    _lines: dict[str, int] = attrs.field(factory=dict[str, int], init=False)

    def member(self, name: str, line: int) -> _Place:
        """Return the place of the next member."""
        first = self._lines.get(name)
        self._lines.setdefault(name, line)
        if self.path.endswith(".ContainerEnvironmentVariables"):
            return _Place(f"{self.path}[{name!r}]", line, first)
        return _Place(f"{self.path}.{name}" if self.path else name, line, first)

    def item(self, line: int) -> _Place:
        """Return the place of the next item."""
        self._items += 1
        return _Place(f"{self.path}[{self._items - 1}]", line)


# JSON.

_TRAILING_COMMA: Final = "nothing follows this comma; remove it"
_JSON_PROBLEMS: Final[Mapping[str, str]] = {
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


def _json_document(text: str) -> _Document:
    has_repeated = False

    def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal has_repeated
        value = dict(pairs)
        has_repeated = has_repeated or len(value) < len(pairs)
        return value

    try:
        value = json.loads(text, object_pairs_hook=members, parse_int=_integer)
    except json.JSONDecodeError as error:
        position, problem = _json_problem(text, error)
        column = position - text.rfind("\n", 0, position)
        raise _syntax_fault(f"is no JSON at column {column}: {problem}", text, position) from None
    except RecursionError:
        raise _fault("max", "is nested too deeply") from None
    return _Document(value, partial(_json_places, text), has_repeated)


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
    return position, _in_our_words(_JSON_PROBLEMS, error.msg)


_JSON_PART: Final = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[^\s"{}\[\],:]+|[\n{}\[\]]')


def _json_places(text: str) -> Iterator[_Place]:
    """Yield the place of everything in *text*, which is known to be JSON."""
    line = 1
    around: list[_Open] = []
    place: _Place | None = None
    for match in _JSON_PART.finditer(text):
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
                place = around[-1].item(line) if around else _Place("", line)
                yield place
            if part in "{[":
                around.append(_Open(place.path, part == "{"))
            place = None


def _json_text(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, indent=2)
    # A lone surrogate is no character of UTF-8. Python's escape for it is that of JSON.
    return text.encode("utf-8", "backslashreplace").decode() + "\n"


# YAML. PyYAML's safe constructor could make the values as well, but it knows no bounds, takes a member that stands
# twice, and reads 0100 as 64. The loader of libyaml is faster, but deep nesting ends the process.

_YAML_PROBLEMS: Final[Mapping[str, str]] = {
    "but found another document": "a second document begins; write several requests as a list",
    "could not find expected ':'": "a colon is missing",
    "expected ',' or": "a comma, or a closing brace or bracket, is missing",
    "expected <block end>": "this does not go with what stands before it; check the indentation and the quotes",
    "expected escape sequence": "write a backslash in double quotes twice",
    "found character": "no text begins with this character; put it in quotes, and indent with spaces, not with tabs",
    "found undefined alias": "this alias has no anchor; put text that begins with * in quotes",
    "found undefined tag": "this tag is not known; put text that begins with ! in quotes",
    "found unexpected end": "a quote is not closed",
    "found unknown escape": "write a backslash in double quotes twice",
    "mapping values are not allowed": "no colon may stand here; check the indentation, and put text with it in quotes",
    "second occurrence": "there is an anchor of this name already",
    "sequence entries are not allowed": "no list may begin here; check the indentation",
}

_TAG: Final = "tag:yaml.org,2002:"
_MERGE: Final = f"{_TAG}merge"
# What is neither text nor an integer is refused wherever it stands, for its type alone.
_YAML_SCALARS: Final[Mapping[str, Callable[[str], Any]]] = {
    f"{_TAG}bool": bool,
    f"{_TAG}float": lambda _: math.nan,
    f"{_TAG}int": _integer,
    f"{_TAG}null": lambda _: None,
    f"{_TAG}str": str,
    f"{_TAG}timestamp": lambda _: date.min,
    f"{_TAG}value": str,
    _MERGE: str,
}
# The integers that have the same value in YAML 1.1, which PyYAML reads, and in 1.2, which the AWS CLI reads.
_YAML_INTEGER: Final = re.compile("[-+]?(0|[1-9][0-9]*)")
# What YAML 1.2 reads as a number, and PyYAML as text.
_YAML_NUMBER: Final = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|0o[0-7]+")


def _yaml_document(text: str) -> _Document:
    try:
        root = _yaml_root(text)
        nodes = _Nodes([_Place("", root.start_mark.line + 1)])
        value = nodes.value(root, "")
    except RecursionError:
        raise _fault("max", "is nested too deeply, or an alias stands within what it stands for") from None
    if nodes.faults:
        raise InvalidAppImageConfigError(nodes.faults)
    return _Document(value, lambda: nodes.places, any(place.first for place in nodes.places))


def _require_yaml() -> None:
    if find_spec("yaml") is None:
        raise ImportError("YAML needs PyYAML: pip install 'appimageconfig[yaml]'", name="yaml")


def _yaml_root(text: str) -> Node:
    _require_yaml()
    import yaml  # noqa: PLC0415 - it needs the extra
    from yaml.reader import ReaderError  # noqa: PLC0415 - likewise

    try:
        loader = yaml.SafeLoader(text)
    except ReaderError as error:
        message = "holds a character that YAML does not allow; write it as an escape, in double quotes"
        raise _syntax_fault(message, text, error.position) from None
    try:
        node = loader.get_single_node()
    except yaml.MarkedYAMLError as error:
        mark, start = cast("Mark", error.problem_mark), error.context_mark
        message = f"is no YAML at column {mark.column + 1}: {_in_our_words(_YAML_PROBLEMS, str(error.problem))}"
        if start and start.line != mark.line and str(error.context).startswith("while"):
            message += f", in what begins on line {start.line + 1}"
        raise _fault("syntax", message, mark.line + 1) from None
    except (OverflowError, ValueError):
        raise _fault("syntax", "is no YAML: a number in an escape or a version is too large", loader.line + 1) from None
    if node is None:
        raise _fault("required", _EMPTY, 1)
    return node


@attrs.define
class _Nodes:
    """The values of the nodes of a YAML document, and where they stand."""

    places: list[_Place]
    faults: list[Violation] = attrs.field(factory=list[Violation], init=False)
    _seen: set[int] = attrs.field(factory=set[int], init=False)
    _repeated: int = attrs.field(default=0, init=False)

    def value(self, node: Any, path: str) -> Any:
        """Return the value of *node*, which stands at *path*; anything if there are faults."""
        self._repeated += id(node) in self._seen
        self._seen.add(id(node))
        if self._repeated > _MOST_REPEATED:
            raise _fault("max", f"has aliases that repeat more than {_MOST_REPEATED:,} values; write them out")
        if (node.id, node.tag) == ("mapping", f"{_TAG}map"):
            return self._map(node, path)
        if (node.id, node.tag) == ("sequence", f"{_TAG}seq"):
            return self._list(node, path)
        if node.id != "scalar" or node.tag not in _YAML_SCALARS:
            self._add_fault(node, path, "has a tag that is not known; put text that begins with ! in quotes")
            return None
        if node.tag == f"{_TAG}int" and not _YAML_INTEGER.fullmatch(node.value):
            self._add_fault(node, path, "differs between versions of YAML; write the integer in decimal, or in quotes")
        return _YAML_SCALARS[node.tag](node.value)

    def _map(self, node: Any, path: str) -> dict[str, Any]:
        around = _Open(path, is_map=True)
        value: dict[str, Any] = {}
        # Wherever they stand, merged members give way to those of the map itself.
        for name, item in sorted(node.value, key=lambda member: bool(member[0].tag != _MERGE)):
            if name.tag == _MERGE:
                value |= self._merged(item, path)
            elif (name.id, name.tag) == ("scalar", f"{_TAG}str"):
                place = around.member(name.value, name.start_mark.line + 1)
                self.places.append(place)
                value[name.value] = self.value(item, place.path)
            else:
                self._add_fault(name, path, "has a member whose name is no text; put the name in quotes")
        return value

    def _merged(self, node: Any, path: str) -> dict[str, Any]:
        merged: dict[str, Any] = {}
        for source in reversed(node.value if node.id == "sequence" else [node]):
            if source.id == "mapping":
                merged |= self.value(source, path) or {}
            else:
                self._add_fault(source, path, "has << with something other than a map or a list of maps")
        return merged

    def _list(self, node: Any, path: str) -> list[Any]:
        around = _Open(path, is_map=False)
        value: list[Any] = []
        for item in node.value:
            place = around.item(item.start_mark.line + 1)
            self.places.append(place)
            value.append(self.value(item, place.path))
        return value

    def _add_fault(self, node: Any, path: str, message: str) -> None:
        self.faults.append(Violation(path, "syntax", message, line=node.start_mark.line + 1))


def _yaml_text(value: Any) -> str:
    _require_yaml()
    import yaml  # noqa: PLC0415 - it needs the extra

    class Dumper(yaml.SafeDumper):
        """Puts text in double quotes that would be read as something else."""

    def represent(dumper: Any, text: str) -> Any:
        # PyYAML reads some line breaks back as others, unless they are escapes.
        style = '"' if not text.isprintable() or _YAML_NUMBER.fullmatch(text) else None
        return dumper.represent_scalar(f"{_TAG}str", text, style=style)

    Dumper.add_representer(str, represent)
    return yaml.dump(value, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=sys.maxsize)
