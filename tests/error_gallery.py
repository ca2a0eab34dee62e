"""
Run the mistakes in the error gallery. As a script, rewrite the page with what they print.

The page contains the mistakes and what to do about them, and the output after each is written here. It is one session
from top to bottom. Python and the commands call the same service in memory, which Python has as ``service``.
"""

from __future__ import annotations

import doctest
import io
import os
import re
import signal
import sys
import tempfile
import traceback
from contextlib import ExitStack, chdir, redirect_stderr, redirect_stdout
from datetime import UTC, datetime
from functools import cache
from itertools import chain, repeat
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from unittest import mock

import pytest
from botocore.loaders import JSONFileLoader
from pages import ROOT, Reader, blocks
from sybil import Document

from appimageconfig.testing import Assumptions, InMemorySageMaker

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pages import Block

PAGE: Final = ROOT / "docs/reference/error-gallery.md"

TIME: Final = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
SETTINGS: Final = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
    # Some messages say how often botocore retried, and its defaults depend on the version.
    "AWS_RETRY_MODE": "standard",
    "AWS_MAX_ATTEMPTS": "3",
    "COLUMNS": "80",
}
# What differs from one run to the next, or between versions of the service model, and what the page has instead.
VARIABLE: Final = {
    r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}": "ad04fe2f-3c3a-4bc5-8a9c-d5b4a4a4f4f1",
    r"127\.0\.0\.1:[0-9]+": "127.0.0.1:8080",
    r"(?<=expression pattern: )\^": "",
}


class Session:
    """A run of the page."""

    def __init__(self, service: InMemorySageMaker, clock: mock.Mock, reader: Reader) -> None:
        """Begin with *service*, whose *clock* is called at every change, and what runs commands."""
        self._names: dict[str, Any] = {"__name__": "__main__", "service": service}
        self._clock = clock
        self._reader = reader

    def output(self, block: Block) -> str:
        """Run a block, and return it with what it prints."""
        source = str(block.source)
        shown = source
        if block.caption:
            Path(block.caption).write_text(source, encoding="utf-8")
        elif block.language == "pycon":
            shown = "".join(map(self._run, doctest.DocTestParser().get_examples(source)))
        elif block.language == "console":
            shown = "".join(self._type(*command) for command in re.findall(r"^\$ (.*)\n(\^C\n)?", source, re.MULTILINE))
        else:
            exec(source, self._names)  # noqa: S102 - our own page
        for variable, constant in VARIABLE.items():
            shown = re.sub(variable, constant, shown)
        return shown

    def _run(self, example: doctest.Example) -> str:
        output = io.StringIO()
        with redirect_stdout(output), redirect_stderr(output):
            try:
                exec(compile(example.source, "<stdin>", "single"), self._names)  # noqa: S102 - our own page
            except BaseException as error:  # noqa: BLE001 - a KeyboardInterrupt, too
                output.writelines(traceback.format_exception_only(error))
        prompts = chain([">>> "], repeat("... "))
        lines = [f"{prompt}{line}\n" for prompt, line in zip(prompts, example.source.splitlines(), strict=False)]
        return "".join([*lines, _ended(output.getvalue())])

    def _type(self, command: str, interrupt: str) -> str:
        if command.startswith("unset "):
            self._reader.patch.delenv(command.removeprefix("unset "))
            return f"$ {command}\n"
        if interrupt:
            self._clock.side_effect = self._press_ctrl_c
        # The handler of signals writes to the descriptor of stderr.
        with mock.patch("os.write", _write_to_stderr):
            printed = self._reader.run(command)
        return f"$ {command}\n{interrupt}{_ended(printed)}"

    def _press_ctrl_c(self) -> Any:
        """Press Ctrl-C while the service makes a change, as its clock."""
        self._clock.side_effect = None
        signal.raise_signal(signal.SIGINT)
        return mock.DEFAULT


def _write_to_stderr(descriptor: int, text: bytes) -> int:
    del descriptor
    return sys.stderr.write(text.decode())


def _ended(text: str) -> str:
    return f"{text.strip()}\n" if text.strip() else ""


def rewritten(page: str) -> str:
    """Return *page* with the output of a fresh run."""
    with ExitStack() as stack, pytest.MonkeyPatch.context() as patch:
        stack.enter_context(chdir(stack.enter_context(tempfile.TemporaryDirectory())))
        # Neither botocore's retries nor the pauses of ensure and apply take time.
        stack.enter_context(mock.patch("time.sleep"))
        stack.enter_context(mock.patch("appimageconfig.provisioning._converge._sleep"))
        # Each session of botocore would take 0.1 s to parse the service model.
        load = staticmethod(cache(JSONFileLoader().load_file))
        stack.enter_context(mock.patch.object(JSONFileLoader, "load_file", load))
        clock = mock.Mock(return_value=TIME)
        ignoring = Assumptions(empty_app_config="keeps")  # then not every update converges
        service = InMemorySageMaker(region_name="eu-west-1", clock=clock, assumptions=ignoring)
        url = stack.enter_context(service.serve())
        for name, value in {**SETTINGS, "AWS_ENDPOINT_URL": url}.items():
            patch.setenv(name, value)
        return "".join(_parts(page, Session(service, clock, Reader(url, patch))))


def _parts(page: str, session: Session) -> Iterator[str]:
    end = 0
    for block in blocks(Document(page, str(PAGE))):
        fence, source = page[block.region.start : block.region.end], str(block.source)
        before, _, after = fence.rpartition(source)
        yield page[end : block.region.start] + before + session.output(block) + after
        end = block.region.end
    yield page[end:]


if __name__ == "__main__":
    PAGE.write_text(rewritten(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
