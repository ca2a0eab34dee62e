"""
Documents as YAML, by PyYAML.

PyYAML's safe constructor is not used: it has no bounds, accepts duplicate keys,
and reads 0100 as 64. Neither is the loader of libyaml, which is faster, but ends
the process on deep nesting. Only its events are used, for plain documents.
"""

from __future__ import annotations

import math
import re
import sys
from contextlib import suppress
from datetime import date
from typing import TYPE_CHECKING, Any, Final, cast

import attrs
import yaml
from yaml.constructor import SafeConstructor
from yaml.reader import ReaderError

from appimageconfig.errors import MOST_VIOLATIONS, InvalidAppImageConfigError, Violation
from appimageconfig.files import _document, _libyaml

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from yaml import Mark, Node

# A few lines of YAML with aliases of aliases expand to more values than any memory holds.
_MOST_REPEATED: Final = 200_000

_PROBLEMS: Final[Mapping[str, str]] = {
    "but found another document": "a second document begins; write several requests as a list",
    "could not find expected ':'": "a colon is missing",
    "expected ',' or": "a comma or a closing brace or bracket is missing",
    "expected <block end>": "this does not continue what comes before it; check the indentation and the quotes",
    "expected escape sequence": "write a backslash in double quotes twice",
    "expected the node content": "a value or a closing brace or bracket is missing",
    "found character": "a string cannot begin with this character; put it in quotes, and indent with spaces, not tabs",
    "found undefined alias": "this alias has no anchor; put a string that begins with * in quotes",
    "found undefined tag": "unknown tag; put a string that begins with ! in quotes",
    "found unexpected end": "a closing quote is missing",
    "found unknown escape": "write a backslash in double quotes twice",
    "mapping values are not allowed": "unexpected colon; check the indentation, and put strings with a colon in quotes",
    "second occurrence": "duplicate anchor; use another name",
    "sequence entries are not allowed": "a list is not allowed here; check the indentation",
}

_TAG: Final = "tag:yaml.org,2002:"
_MERGE: Final = f"{_TAG}merge"


def _string(text: str) -> str:
    """Return *text* with a character for each surrogate pair, which an author writes as two escapes, as in JSON."""
    return _SURROGATE_PAIR.sub(lambda pair: pair[0].encode("utf-16", "surrogatepass").decode("utf-16"), text)


_SURROGATE_PAIR: Final = re.compile("[\ud800-\udbff][\udc00-\udfff]")
# A value that is neither a string nor an integer is refused everywhere, by its type alone.
_SCALARS: Final[Mapping[str, Callable[[str], Any]]] = {
    f"{_TAG}bool": bool,
    f"{_TAG}float": lambda _: math.nan,
    f"{_TAG}int": _document.integer,
    f"{_TAG}null": lambda _: None,
    f"{_TAG}str": _string,
    f"{_TAG}timestamp": lambda _: date.min,
    f"{_TAG}value": str,
    _MERGE: str,
}
# The integers that have the same value in YAML 1.1, which PyYAML reads, and in YAML 1.2.
_INTEGER: Final = re.compile("[-+]?(0*[0-7]|[1-9][0-9]*)")
# Those that YAML 1.2 reads as other integers or as strings.
_AMBIGUOUS: Final = re.compile("[-+]?(0[0-7_]+|0b[01][01_]*|[1-9][0-9_]*(:[0-5]?[0-9])*)")
# The integers and other numbers of YAML 1.2 that are strings in YAML 1.1.
_NEW_INTEGER: Final = re.compile(r"([-+]?0[0-9]+|0o[0-7]+)\Z")
_NEW_NUMBER: Final = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
_LONGEST_SHOWN: Final = 20  # PyYAML takes quadratic time to read an integer
# Where messages may show a value. Elsewhere, also below a misspelt member, there may be a secret.
_NOT_SECRET: Final = re.compile(
    r"(\[\d+\]\.)?(AppImageConfigName|Tags\[\d+\]\.\w+|\w+ImageConfig\.(KernelSpecs\[\d+\]|FileSystemConfig)\.\w+)"
)


def read(text: str) -> _document.Document:
    """
    Read *text* as YAML.

    Raises:
        InvalidAppImageConfigError: *text* is not valid YAML.
    """
    with suppress(_libyaml.Unusual):
        return _libyaml.read(text, _plain)
    return _read_all(text)


def _plain(text: str) -> Any:
    """Return the value of a scalar without quotes and tag, as `_Nodes` does."""
    tag = _RESOLVER.resolve(yaml.ScalarNode, text, (True, False))
    if tag in {_MERGE, f"{_TAG}value"} or (tag == f"{_TAG}int" and not _INTEGER.fullmatch(text)):
        raise _libyaml.Unusual
    return _SCALARS[tag](text)


def _read_all(text: str) -> _document.Document:
    root = _root(text)
    nodes = _Nodes([_document.Place("", root.start_mark.line + 1)])
    value = nodes.value(root, "")
    violations = nodes.violations + _document.duplicate_keys(nodes.places)
    return _document.Document(value, lambda: nodes.places, violations, nodes.unread)


class _Loader(yaml.SafeLoader):
    """Bound the depth of the nodes."""

    _depth = 0

    def get_event(self) -> Any:
        """Return the next event."""
        event = cast("Any", super()).get_event()
        self._depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if self._depth > _document.DEEPEST:
            raise _document.text_error("max", _document.TOO_DEEP, event.start_mark.line + 1)
        return event


# After PyYAML's own resolvers, the first of which decides. A tag in the text comes before all of them.
cast("Any", _Loader).add_implicit_resolver(f"{_TAG}int", _NEW_INTEGER, [*"-+0"])
cast("Any", _Loader).add_implicit_resolver(f"{_TAG}float", _NEW_NUMBER, [*"-+.0123456789"])

_RESOLVER: Final = cast("Any", _Loader(""))


def _root(text: str) -> Node:
    try:
        loader = _Loader(text)
    except ReaderError as error:
        message = "contains a character that YAML does not allow; write it as an escape, in double quotes"
        raise _document.syntax_error(message, text, error.position) from None
    try:
        node = loader.get_single_node()
    except InvalidAppImageConfigError:  # a ValueError, too
        raise
    except yaml.MarkedYAMLError as error:
        mark, start = cast("Mark", error.problem_mark), error.context_mark
        message = f"invalid YAML at column {mark.column + 1}: {_document.in_our_words(_PROBLEMS, str(error.problem))}"
        if start and start.line != mark.line and str(error.context).startswith("while"):
            message += f", in the block that begins on line {start.line + 1}"
        raise _document.text_error("syntax", message, mark.line + 1) from None
    except (OverflowError, ValueError):
        raise _document.text_error(
            "syntax", "invalid YAML: a number in an escape or a version is too large", loader.line + 1
        ) from None
    if node is None:
        raise _document.text_error("required", _document.EMPTY, 1)
    return node


@attrs.define
class _Nodes:
    """The values of the nodes of a YAML document, and their places."""

    places: list[_document.Place]
    violations: list[Violation] = attrs.field(factory=list[Violation], init=False)
    unread: set[str] = attrs.field(factory=set[str], init=False)
    _seen: set[int] = attrs.field(factory=set[int], init=False)
    _repeated: int = attrs.field(default=0, init=False)
    _depth: int = attrs.field(default=0, init=False)

    def value(self, node: Any, path: str) -> Any:
        """Return the value of *node*, which is at *path*; None if it cannot be read."""
        self._repeated += id(node) in self._seen
        self._seen.add(id(node))
        if self._repeated > _MOST_REPEATED:
            raise _document.text_error(
                "max", f"has aliases that repeat more than {_MOST_REPEATED:,} values; write them out"
            )
        if (node.id, node.tag) in {("mapping", f"{_TAG}map"), ("sequence", f"{_TAG}seq")}:
            self._depth += 1
            if self._depth > _document.DEEPEST:
                message = f"has an alias of something that contains it, or {_document.TOO_DEEP}"
                raise _document.text_error("max", message, node.start_mark.line + 1)
            value = self._map(node, path) if node.id == "mapping" else self._list(node, path)
            self._depth -= 1
        elif node.id != "scalar" or node.tag not in _SCALARS:
            return self._add_unread(node, path, "unknown tag; put a string that begins with ! in quotes")
        elif node.tag == f"{_TAG}int" and not _INTEGER.fullmatch(node.value):
            return self._add_unread(node, path, f"{_not_decimal(node, path)}; write it in decimal, or in quotes")
        else:
            value = _SCALARS[node.tag](node.value)
        self.unread.discard(path)  # This value may override a merged one.
        return value

    def _map(self, node: Any, path: str) -> dict[str, Any]:
        around = _document.Open(path, is_map=True)
        value: dict[str, Any] = {}
        # Merged members give way to those of the map itself, whatever their order.
        for name, item in sorted(node.value, key=lambda member: bool(member[0].tag != _MERGE)):
            if name.tag == _MERGE:
                value |= self._merged(item, path)
            elif (name.id, name.tag) == ("scalar", f"{_TAG}str"):
                member = _string(name.value)
                place = around.member(member, name.start_mark.line + 1)
                self.places.append(place)
                value[member] = self.value(item, place.path)
            else:
                self._add_violation(name, path, "has a member whose name is not a string; put the name in quotes")
        return value

    def _merged(self, node: Any, path: str) -> dict[str, Any]:
        merged: dict[str, Any] = {}
        for source in reversed(node.value if node.id == "sequence" else [node]):
            if source.id == "mapping":
                merged |= self.value(source, path) or {}
            else:
                self._add_violation(source, path, "merges something other than a map or a list of maps with <<")
        return merged

    def _list(self, node: Any, path: str) -> list[Any]:
        around = _document.Open(path, is_map=False)
        value: list[Any] = []
        for item in node.value:
            place = around.item(item.start_mark.line + 1)
            self.places.append(place)
            value.append(self.value(item, place.path))
        return value

    def _add_unread(self, node: Any, path: str, message: str) -> Any:
        self._add_violation(node, path, message)
        self.unread.add(path)

    def _add_violation(self, node: Any, path: str, message: str) -> None:
        if len(self.violations) <= MOST_VIOLATIONS:
            self.violations.append(Violation(path, "syntax", message, line=node.start_mark.line + 1))


def _not_decimal(node: Any, path: str) -> str:
    """Return how an integer that is not decimal is read; only that it is not where it may be a secret."""
    text: str = node.value
    is_old, is_new = _AMBIGUOUS.fullmatch(text), _NEW_INTEGER.match(text)
    if not (is_old or is_new) or len(text) > _LONGEST_SHOWN or not _NOT_SECRET.fullmatch(path):
        return "is an integer that is not in plain decimal form"
    old = cast("Any", SafeConstructor()).construct_yaml_int(node) if is_old else f"the string {text!r}"
    new = int(text, 8 if "o" in text else 10) if is_new or text.lstrip("+-").isdecimal() else f"the string {text!r}"
    return f"is ambiguous: YAML 1.1 reads {old} and YAML 1.2 reads {new}"


class _Dumper(yaml.SafeDumper):
    """Write strings in double quotes that would be read as something else."""


def _represent(dumper: Any, text: str) -> Any:
    # PyYAML reads some line breaks back as others, unless they are escapes.
    is_number = _NEW_INTEGER.match(text) or _NEW_NUMBER.match(text)
    style = '"' if not text.isprintable() or is_number else None
    return dumper.represent_scalar(f"{_TAG}str", text, style=style)


_Dumper.add_representer(str, _represent)


def write(value: Any) -> str:
    """Return *value* as YAML that can always be encoded as UTF-8."""
    return yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=sys.maxsize)
