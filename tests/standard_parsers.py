"""
Request files as the standard parsers read them: `json.loads`, and the safe loader of PyYAML.

What the documentation says that this library refuses in addition is refused here
by a few lines of other code: duplicate keys and names, and in YAML tags and
numbers that YAML 1.1 and YAML 1.2 read differently.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, ClassVar, cast

import yaml

from appimageconfig import from_request

if TYPE_CHECKING:
    from request_files import Format

    from appimageconfig import AppImageConfig


class Refused(Exception):  # noqa: N818 - not an error: one of the two results
    """A standard parser, or `from_request`, refuses a text."""


def configs_in(text: str, file_format: Format) -> list[AppImageConfig]:
    """
    Return the configs of *text*.

    Raises:
        Refused: There is something wrong with it.
    """
    try:
        value: Any = _yaml_value(text) if file_format == "yaml" else json.loads(text, object_pairs_hook=_unique)
        configs = list(map(from_request, value if value.__class__ is list else [value]))
        _unique([(config.app_image_config_name, config) for config in configs])
    # PyYAML and from_request raise many: RecursionError for an alias of itself, IndexError for `!!int ''`, TypeError.
    except Exception as error:
        raise Refused from error
    if text.startswith("\ufeff"):
        raise Refused
    return configs


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) < len(pairs):
        raise Refused
    return dict(pairs)


_TAG = "tag:yaml.org,2002:"


class _Loader(yaml.SafeLoader):
    """Refuse duplicate keys, keys that are not strings, and ambiguous numbers, as documented."""

    def __init__(self, text: str) -> None:
        """Begin with no map."""
        cast("Any", super()).__init__(text)
        self._flat: set[int] = set()

    def flatten_mapping(self, node: Any) -> None:
        """
        Resolve ``<<`` by the specification: of several maps in a list the first wins.

        In PyYAML up to 6.0.3 the first wins, too; in later ones the last.
        """
        if id(node) in self._flat:  # a map with an anchor, in the place of an alias
            return
        self._flat.add(id(node))
        own = [(name, item) for name, item in node.value if name.tag != f"{_TAG}merge"]
        _unique([(name.value, item) for name, item in own])
        if any(name.tag != f"{_TAG}str" for name, _ in own):
            raise Refused
        merged: list[Any] = []
        for source in [item for name, item in node.value if name.tag == f"{_TAG}merge"]:
            for mapping in reversed(source.value) if isinstance(source, yaml.SequenceNode) else [source]:
                if mapping.tag != f"{_TAG}map":
                    raise Refused
                self.flatten_mapping(mapping)
                merged += mapping.value
        node.value = merged + own

    def _integer(self, node: Any) -> Any:
        """Read an integer that has the same value in YAML 1.1 and in YAML 1.2."""
        value = cast("Any", self).construct_yaml_int(node)
        if not re.fullmatch("[-+]?[0-9]+", node.value) or value != int(node.value):
            raise Refused
        return value

    def _text(self, node: Any) -> str:
        """Read a string. Two escapes for the halves of one character are that character, as in JSON."""
        text: str = cast("Any", self).construct_scalar(node)
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")

    def _refuse(self, node: Any) -> Any:
        raise Refused(node.tag)

    # `=` and `<<` are values of types of their own, for which PyYAML has no constructors. Everybody else reads strings.
    # Of the types that it has constructors for, those of the second line have no use in a request.
    yaml_constructors: ClassVar[Any] = {
        **cast("Any", yaml.SafeLoader).yaml_constructors,
        **dict.fromkeys((f"{_TAG}binary", f"{_TAG}omap", f"{_TAG}pairs", f"{_TAG}set"), _refuse),
        **dict.fromkeys((f"{_TAG}merge", f"{_TAG}str", f"{_TAG}value"), _text),
        f"{_TAG}int": _integer,
    }


# What YAML 1.2 reads as a number, where PyYAML, which reads YAML 1.1, does not. PyYAML has no constructor for it.
_NUMBER = re.compile(r"([-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|0o[0-7]+)\Z")
cast("Any", _Loader).add_implicit_resolver("!number", _NUMBER, list("-+.0123456789"))


def _yaml_value(text: str) -> Any:
    loader: Any = _Loader(text)
    try:
        return loader.get_single_data()
    finally:
        loader.dispose()
