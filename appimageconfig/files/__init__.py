"""
Request files: the AWS CLI's ``--cli-input-json``, one request or a list of requests, as JSON or YAML.

All files of a call are read before anything is reported, and then all violations
are reported together, each with its file and line. A file may contain secrets:
messages name members, and show no value and no other part of the text.

PyYAML is imported only when YAML is read or written.
"""

from __future__ import annotations

import errno
import os
import sys
from functools import partial
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias, TypeVar, cast

import attrs

from appimageconfig import _paths
from appimageconfig._checking import by_name, duplicate, installed_shape
from appimageconfig._constraints import type_violation
from appimageconfig._frozen import is_map, secrets_in
from appimageconfig.advice import Advice, advise
from appimageconfig.errors import MOST_VIOLATIONS, InvalidAppImageConfigError, Violation, bounded
from appimageconfig.files import _json, _writing
from appimageconfig.files._document import EMPTY, Document, syntax_error, text_error
from appimageconfig.limits import APP_IMAGE_CONFIG_NAME
from appimageconfig.models import AppImageConfig
from appimageconfig.serialization import from_request, to_request

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from os import PathLike

LARGEST_FILE: Final = 10 * 1024 * 1024
"""The maximum size of a request file, in bytes."""

_STDIN: Final = "-"
_NAME: Final = "AppImageConfigName"
_YAML: Final = (".yaml", ".yml")
_SUFFIXES: Final = (".json", *_YAML)


@attrs.frozen
class Checked:
    """The result of `appimageconfig.check`."""

    configs: tuple[AppImageConfig, ...]
    """The valid requests, in the order of the files."""
    violations: tuple[Violation, ...]
    """
    Every violation with its file and line, in the order of the files and of the lines in each.

    There are at most 1,000, and then one more which says that there are others.
    """
    advice: tuple[Advice, ...]
    """The result of `appimageconfig.advise` for the valid requests, with file and line."""


def check(path: str | PathLike[str], *paths: str | PathLike[str]) -> Checked:
    """
    Check request files, and return violations instead of raising them.

    Reads the files as `load` does. Valid requests are returned, with advice, even if
    others have violations. A file that cannot be read is a violation, too. Nothing
    more is read after 1,000 violations. The path ``-`` is stdin: JSON if it begins
    with a brace or a bracket, and otherwise YAML.

    Raises:
        TypeError: A path is not a string or an ``os.PathLike`` of one.
        ImportError: A file is YAML, and PyYAML is not installed.
    """
    requests, violations = _read([_readable_source(_path(each)) for each in (path, *paths)])
    advice = [
        request.located(piece) for request in requests if request.config is not None for piece in advise(request.config)
    ]
    return Checked(tuple(_configs(requests)), violations, tuple(advice))


def load(path: str | PathLike[str], *paths: str | PathLike[str]) -> list[AppImageConfig]:
    """
    Read request files, and return their requests in the order of the files.

    A file contains one request, as the AWS CLI takes it, or a list of requests. It
    is YAML if its name ends in ``.yaml`` or ``.yml``, and otherwise JSON. It is
    encoded in UTF-8 and has at most `appimageconfig.files.LARGEST_FILE` bytes
    (10 MiB). Requests are read as strictly as by `from_request`. Duplicate keys, and
    two requests with the same name in one call, are violations. Members that only the
    installed botocore knows are kept.

    Raises:
        InvalidAppImageConfigError: All violations of all files, up to 1,000, each with its file and line.
        OSError: A file cannot be read. `check` reports it together with the violations of the others.
        TypeError: A path is not a string or an ``os.PathLike`` of one.
        ImportError: A file is YAML, and PyYAML is not installed.
    """
    return _valid(*_read([_source(_path(each), _content) for each in (path, *paths)]))


def paths_in(directory: str | PathLike[str]) -> list[str]:
    """
    Return the paths of the request files in *directory*, sorted by name.

    These are the files whose names end in ``.json``, ``.yaml`` or ``.yml``, in upper
    or lower case. Hidden files and the files in other directories in it are left out.

    Raises:
        OSError: The directory cannot be read.
    """
    with os.scandir(_path(directory)) as entries:
        return sorted(
            entry.path
            for entry in entries
            if Path(entry.name).suffix.lower() in _SUFFIXES and entry.name[0] != "." and not entry.is_dir()
        )


def schema() -> dict[str, Any]:
    """
    Return a JSON Schema (2020-12) of request files, for editors.

    It has the types, required members, bounds, patterns and descriptions of all
    members, and allows no others. It agrees with `appimageconfig.from_request`, except
    for what JSON Schema cannot express: it accepts duplicate tag keys, duplicate names
    in a list, and ``1000.0`` as an integer, and it refuses tags with code points that
    Unicode has not assigned. It also refuses members that only the installed botocore knows.
    """
    from appimageconfig.files import _schema  # noqa: PLC0415 - it imports much that only this function needs

    return _schema.schema()


def loads(text: str, *, file_format: Literal["json", "yaml"] = "json") -> list[AppImageConfig]:
    """
    Read *text* as `load` reads a file.

    Raises:
        InvalidAppImageConfigError: All violations, up to 1,000, each with its line.
        TypeError: *text* is not a string.
        ImportError: The format is YAML, and PyYAML is not installed.
    """
    _require_format(file_format)
    _require_text(text)
    return _valid(*_read([(None, partial(_parsed, text, file_format))]))


def dump(configs: Iterable[AppImageConfig], path: str | PathLike[str]) -> None:
    """
    Write a request file for `load` and the AWS CLI; an existing file is replaced.

    A single config is written as a request, any other number as a list. The format
    depends on the name of the file, as for `load`. Environment values and container
    arguments are written in plain text: a new file that contains some can be read
    and written only by its owner (mode 0600). An existing file keeps its mode.

    The file is replaced as a whole or not at all. Only a symbolic link, a device or
    a pipe is written directly.

    On Windows, a new file has the permissions of its directory, and a file that a
    program has open cannot be replaced.

    Raises:
        InvalidAppImageConfigError: Two configs have the same name, or the file would be too large. Nothing is written.
        TypeError: *configs* is not an iterable of `AppImageConfig`, or *path* is not a path. Nothing is written.
        OSError: The file cannot be written, for instance because the disk is full. It is as it was before.
        ImportError: The file is YAML, and PyYAML is not installed.
    """
    file = _path(path)
    found = by_name(configs).values()
    content = _written(found, _format_of(file)).encode()
    _writing.replace(file, content, is_private=any(True for config in found for _ in secrets_in(config)))


def dumps(configs: Iterable[AppImageConfig], *, file_format: Literal["json", "yaml"] = "json") -> str:
    """
    Return the text of a request file, as `dump` writes it.

    Raises:
        InvalidAppImageConfigError: Two configs have the same name, or the text would be too large for a file.
        TypeError: *configs* is not an iterable of `AppImageConfig`.
        ImportError: The format is YAML, and PyYAML is not installed.
    """
    _require_format(file_format)
    return _written(by_name(configs).values(), file_format)


def _written(configs: Iterable[AppImageConfig], file_format: Literal["json", "yaml"]) -> str:
    requests = [_request(config) for config in configs]
    value = requests[0] if len(requests) == 1 else requests
    text: str = _module_of(file_format).write(value)
    _require_size(len(text.encode()))
    return text


def _request(config: AppImageConfig) -> dict[str, Any]:
    """Return the request of *config*, without the members of a response that requests do not have."""
    request = to_request(config)
    extra = {member for member in config.unmodelled if installed_shape(AppImageConfig, member) is None}
    return {member: value for member, value in request.items() if member not in extra}


def _path(path: object) -> str:
    found: object = cast("Any", path).__fspath__() if isinstance(path, os.PathLike) else path
    if isinstance(found, str):
        return found
    hint = {"bytes": "; decode it with os.fsdecode", "list": "; unpack it: *paths", "tuple": "; unpack it: *paths"}
    name = type(found).__name__
    raise TypeError(f"expected the path of a request file, got {name}{hint.get(name, '')}")


def _require_text(text: object) -> None:
    if not isinstance(text, str):
        name = type(text).__name__
        hint = {"bytes": "; decode it first", "dict": "; read it with from_request"}.get(name, "")
        if isinstance(text, os.PathLike):
            hint = "; read a file with load"
        raise TypeError(f"expected the text of a request file, got {name}{hint}")


def _require_format(file_format: str) -> None:
    if file_format not in {"json", "yaml"}:
        raise ValueError(f"file_format is {file_format!r}; expected 'json' or 'yaml'")


def _module_of(file_format: str) -> Any:
    """Return the module that reads and writes documents in that format."""
    if file_format == "json":
        return _json
    if find_spec("yaml") is None:
        raise ImportError("YAML needs PyYAML: pip install 'appimageconfig[yaml]'", name="yaml")
    from appimageconfig.files import _yaml  # noqa: PLC0415 - it needs the extra

    return _yaml


def _format_of(path: str) -> Literal["json", "yaml"]:
    return "yaml" if Path(path).suffix.lower() in _YAML else "json"


def _require_size(size: int) -> None:
    if size > LARGEST_FILE:
        raise text_error("max", f"has more than {LARGEST_FILE:,} bytes; split it into several files")


# From files to documents, and from documents to requests.

F = TypeVar("F", Advice, Violation)
_Source: TypeAlias = "tuple[str | None, Callable[[], Document]]"


@attrs.frozen
class _Request:
    """A request and its place."""

    config: AppImageConfig | None
    """None if the request has a violation."""
    path: str
    document: Document
    file: str | None

    def located(self, found: F) -> F:
        """Return *found*, which concerns the request, with its place in the file."""
        path = _paths.inside(self.path, found.path)
        return attrs.evolve(found, path=path, file=self.file, line=self.document.line(path))


def _read(sources: Iterable[_Source]) -> tuple[list[_Request], tuple[Violation, ...]]:
    requests: dict[str, _Request] = {}
    violations: list[Violation] = []
    for file, document in sources:
        # One more than an error reports, so that it says that there are more; the other files are not read then.
        room = MOST_VIOLATIONS + 1 - len(violations)
        if not room:
            break
        try:
            found = tuple(islice(_violations(document(), file, requests), room))
        except InvalidAppImageConfigError as error:
            found = error.violations
        located = [attrs.evolve(violation, file=file) for violation in found]
        violations += sorted(located, key=lambda violation: violation.line or 0)
    return list(requests.values()), bounded(violations)


def _violations(document: Document, file: str | None, requests: dict[str, _Request]) -> Iterator[Violation]:
    """Yield each violation of *document*, and add its requests to *requests*, by name."""
    yield from document.violations
    invalid = {document.request_at(violation.path) for violation in document.violations}
    for path, value in document.requests():
        config, violations = _config(value, path)
        request = _Request(None if path in invalid else config, path, document, file)
        for violation in map(request.located, violations):
            # The type of a value that could not be read is not wrong.
            if violation.constraint != "type" or violation.path not in document.unread:
                yield violation
        # Also if the request has other violations, so that all are reported at once.
        name = _legal_name(value) if config is None else config.app_image_config_name
        if name is not None and (first := requests.setdefault(name, request)) is not request:
            other = _paths.location(first.file, first.document.line(_paths.member(first.path, _NAME)))
            yield request.located(duplicate(_NAME, f"name {name!r}", other))


def _config(value: Any, path: str) -> tuple[AppImageConfig | None, tuple[Violation, ...]]:
    if not is_map(value):
        expected = "a request" if path else "a request, or a list of requests"
        return None, (type_violation("", expected, value),)
    try:
        return from_request(value), ()
    except InvalidAppImageConfigError as error:
        return None, error.violations


def _legal_name(request: Any) -> str | None:
    name: object = request.get(_NAME) if is_map(request) else None
    return name if isinstance(name, str) and APP_IMAGE_CONFIG_NAME.accepts(name) else None


def _configs(requests: Iterable[_Request]) -> list[AppImageConfig]:
    return [request.config for request in requests if request.config is not None]


def _valid(requests: Sequence[_Request], violations: Sequence[Violation]) -> list[AppImageConfig]:
    # Not raised while a parser's error is handled: its context contains the whole text.
    if violations:
        raise InvalidAppImageConfigError(violations, "request file")
    return _configs(requests)


def _source(file: str, content: Callable[[str], bytes]) -> _Source:
    return file, lambda: _parsed(_text(content(file)), _format_of(file))


def _readable_source(file: str) -> _Source:
    return ("<stdin>", _stdin_document) if file == _STDIN else _source(file, _readable_content)


def _content(path: str) -> bytes:
    with Path(path).open("rb") as file:
        return file.read(LARGEST_FILE + 1)


def _readable_content(path: str) -> bytes:
    try:
        return sys.stdin.buffer.read(LARGEST_FILE + 1) if path == _STDIN else _content(path)
    except (OSError, ValueError) as error:
        advice = "pass a file that exists and is readable"
        reason = error.strerror if isinstance(error, OSError) else "the path contains a character that is not allowed"
        # Windows only refuses the permission to open a directory.
        if isinstance(error, IsADirectoryError) or (os.name == "nt" and Path(path).is_dir()):
            reason = os.strerror(errno.EISDIR)
            advice = "pass the files in it" if paths_in(path) else "it contains no *.json, *.yaml or *.yml file"
        raise text_error("readable", f"cannot be read: {reason}; {advice}") from None


def _stdin_document() -> Document:
    text = _text(_readable_content(_STDIN))
    return _parsed(text, "json" if text.lstrip().startswith(("{", "[")) else "yaml")


def _text(content: bytes) -> str:
    _require_size(len(content))
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise text_error("syntax", "is not UTF-8; save it as UTF-8", line) from None


def _parsed(text: str, file_format: str) -> Document:
    _require_size(len(text.encode("utf-8", "surrogatepass")))
    if text.startswith("\ufeff"):
        raise text_error("syntax", "begins with a byte-order mark; save it as UTF-8 without one", 1)
    if "\0" in text:
        raise syntax_error("contains a NUL character; save it as UTF-8", text, text.index("\0"))
    if not text.strip():
        raise text_error("required", EMPTY, 1)
    document: Document = _module_of(file_format).read(text)
    return document


# As in the package itself, which imports this one later.
for _public in (check, dump, dumps, load, loads):
    _public.__module__ = "appimageconfig"
