"""
Request files: what the AWS CLI's ``--cli-input-json`` takes, one request or a list of them, as JSON or YAML.

All files of a call are read before anything is reported, and then every fault of
all of them, each with its file and its line. A file may hold secrets: a message
names members, and shows neither a value nor another piece of the text.

PyYAML is imported when YAML is read or written, and not before.
"""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

import attrs

from appimageconfig._constraints import APP_IMAGE_CONFIG_NAME, is_list, is_map, type_violation
from appimageconfig.advice import Advice, advise
from appimageconfig.errors import InvalidAppImageConfigError, Violation, location
from appimageconfig.files import _document as documents
from appimageconfig.files._document import EMPTY, Document, fault, syntax_fault
from appimageconfig.models import AppImageConfig
from appimageconfig.provisioning._plan import by_name
from appimageconfig.serialization import from_request, to_request

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from os import PathLike

LARGEST_FILE: Final = 10 * 1024 * 1024
"""The most bytes that a request file may have."""

_NAME: Final = "AppImageConfigName"


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
    advice = [piece for request in requests for piece in request.advice()]
    return Checked(tuple(_configs(requests)), tuple(violations), tuple(advice))


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
    requests = [to_request(config) for config in by_name(configs).values()]
    value = requests[0] if len(requests) == 1 else requests
    if file_format == "yaml":
        from appimageconfig.files import _yaml as yaml_documents  # noqa: PLC0415 - most files are JSON

        text = yaml_documents.write(value)
    else:
        text = documents.write_json(value)
    _require_size(len(text.encode()))
    return text


def _require_format(file_format: str) -> None:
    if file_format not in {"json", "yaml"}:
        raise ValueError(f"{file_format!r} is none of json, yaml")


def _format_of(path: str) -> Literal["json", "yaml"]:
    return "yaml" if Path(path).suffix.lower() in {".yaml", ".yml"} else "json"


def _require_size(size: int) -> None:
    if size > LARGEST_FILE:
        raise fault("max", f"has more than {LARGEST_FILE:,} bytes; split it into several files")


# From files to documents, and from documents to requests.


@attrs.frozen
class _Request:
    """A request, and where it stands."""

    config: AppImageConfig | None
    """None if the request has a fault."""
    path: str
    document: Document
    file: str | None

    def advice(self) -> Iterator[Advice]:
        """Yield the advice on it, each with its place."""
        for advice in advise(self.config) if self.config is not None else ():
            path = _joined(self.path, advice.path)
            yield attrs.evolve(advice, path=path, file=self.file, line=self.document.line(path))

    def clash_with(self, first: _Request, name: str) -> Violation:
        """Return the fault that *first* has its *name* already."""
        path, first_path = _joined(self.path, _NAME), _joined(first.path, _NAME)
        other = location(first.file, first.document.line(first_path)).removesuffix(": ")
        message = f"{name!r} is the name of the request in {other} as well"
        return Violation(path, "unique", message, line=self.document.line(path))


def _joined(path: str, inner: str) -> str:
    return f"{path}.{inner}" if path and inner else path or inner


def _read_files(*paths: str | PathLike[str]) -> tuple[list[_Request], list[Violation]]:
    files = [os.fspath(path) for path in paths]
    return _read((file, partial(_file_document, file)) for file in files)


def _read(sources: Iterable[tuple[str | None, Callable[[], Document]]]) -> tuple[list[_Request], list[Violation]]:
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


def _violations(document: Document, file: str | None, requests: dict[str, _Request]) -> Iterator[Violation]:
    """Yield each fault of *document*, and add its requests to *requests*, by name."""
    faulty: set[str] = set()
    for place in document.repeated():
        faulty.add(place.path.partition("]")[0] + "]" if is_list(document.value) else "")
        message = f"stands twice; the first is on line {place.first}"
        yield Violation(place.path, "unique", message, line=place.line)
    for path, value in document.requests():
        config, violations = _config(value, path)
        for violation in violations:
            inner = _joined(path, violation.path)
            yield attrs.evolve(violation, path=inner, line=document.line(inner))
        request = _Request(None if path in faulty else config, path, document, file)
        # Also where the request has other faults, so that all are told at once.
        name = _legal_name(value) if config is None else config.app_image_config_name
        if name is not None and (first := requests.setdefault(name, request)) is not request:
            yield request.clash_with(first, name)


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


def _faultless(requests: Sequence[_Request], violations: Sequence[Violation]) -> list[AppImageConfig]:
    # Raised while no other error is handled: that of a parser holds the whole text.
    if violations:
        raise InvalidAppImageConfigError(violations)
    return _configs(requests)


def _file_document(path: str) -> Document:
    try:
        with Path(path).open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "the path holds a character that no path may hold"
        raise fault("readable", f"cannot be read: {reason}; name a file that exists and that may be read") from None
    _require_size(len(content))
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise fault("syntax", "is not UTF-8; save it as UTF-8", line) from None
    return _document(text, _format_of(path))


def _document(text: str, file_format: str) -> Document:
    _require_size(len(text.encode("utf-8", "surrogatepass")))
    if text.startswith("\ufeff"):
        raise fault("syntax", "begins with a byte-order mark; save it as UTF-8 without one", 1)
    if "\0" in text:
        raise syntax_fault("holds a NUL character; save it as UTF-8", text, text.index("\0"))
    if not text.strip():
        raise fault("required", EMPTY, 1)
    if file_format == "yaml":
        from appimageconfig.files import _yaml as yaml_documents  # noqa: PLC0415 - most files are JSON

        return yaml_documents.read(text)
    return documents.read_json(text)
