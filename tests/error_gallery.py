"""
Run the mistakes in the error gallery. Run as a script, it rewrites the page with what they print.

The page has the mistakes and what to do about them; the output after each is written here. It is one session from top
to bottom, in a directory of its own, where each file that the page shows exists. Python and the commands call the same
service in memory, which Python has as ``service``.
"""

from __future__ import annotations

import doctest
import io
import os
import re
import shlex
import signal
import subprocess
import sys
import tempfile
import traceback
from contextlib import ExitStack, chdir, redirect_stderr, redirect_stdout
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from unittest import mock

from botocore.loaders import JSONFileLoader
from click.testing import CliRunner

from appimageconfig.cli import cli
from appimageconfig.testing import Assumptions, InMemorySageMaker

PAGE = Path(__file__).parent.parent / "docs/reference/error-gallery.md"
BLOCK = re.compile(
    r"^```(?P<kind>python|pycon|console|\{code-block\} \w+)\n(?P<options>(?::[^\n]*\n)*)\n?(?P<body>.*?)^```$", re.M | re.S
)
TIME = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
    # As by default in new versions of botocore: how often it retried is in some messages.
    "AWS_RETRY_MODE": "standard",
    "AWS_MAX_ATTEMPTS": "3",
}
# What differs from one run to the next, and what the page has instead.
VARIABLE = {
    r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}": "ad04fe2f-3c3a-4bc5-8a9c-d5b4a4a4f4f1",
    r"127\.0\.0\.1:[0-9]+": "127.0.0.1:8080",
    r"(?<=0x)[0-9a-f]{8,}": "7f0123456789",
}


class Session:
    """A run of the page."""

    def __init__(self, service: InMemorySageMaker, clock: mock.Mock) -> None:
        """Begin with *service*, whose *clock* is called at every change."""
        self._names: dict[str, Any] = {"__name__": "__main__", "service": service}
        self._clock = clock
        self._code = 0

    def run(self, block: re.Match[str]) -> str:
        """Run a block of the page, and return it with its output."""
        body, kind = block["body"], block["kind"]
        if kind == "pycon":
            examples = doctest.DocTestParser().get_examples(body)
            shown = "".join(map(self._example, examples))
        elif kind == "console":
            shown = "".join(map(self._command, re.findall(r"^\$ (.*)\n(\^C\n)?", body, re.M)))
        elif kind == "python":
            exec(body, self._names)  # noqa: S102 - our own page
            return block[0]
        else:
            name = block["options"].removeprefix(":caption: ").strip()
            Path(name).write_text(body.removesuffix("\n"), encoding="utf-8")
            return block[0]
        for variable, constant in VARIABLE.items():
            shown = re.sub(variable, constant, shown)
        return f"```{kind}\n{shown}```"

    def _example(self, example: doctest.Example) -> str:
        output = io.StringIO()
        with redirect_stdout(output), redirect_stderr(output):
            try:
                exec(compile(example.source, "<stdin>", "single"), self._names)  # noqa: S102 - our own page
            except BaseException as error:  # noqa: BLE001 - KeyboardInterrupt is one of the mistakes
                output.write("".join(traceback.format_exception_only(error)))
        prompts = (">>> ", *["... "] * example.source.count("\n"))
        lines = example.source.splitlines(keepends=True)
        return "".join(map("".join, zip(prompts, lines, strict=False))) + _ended(output.getvalue())

    def _command(self, command: tuple[str, str]) -> str:
        line, interrupt = command
        words = shlex.split(line)
        if words == ["echo", "$?"]:
            return f"$ {line}\n{self._code}\n"
        environment = dict(word.split("=", 1) for word in words if re.match("[A-Z_]+=", word))
        program, *arguments = words[len(environment) :]
        if program == "python":
            run = subprocess.run(
                [sys.executable, *arguments], check=False, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
            )
            self._code, output = run.returncode, run.stdout
        else:
            if interrupt:
                self._clock.side_effect = self._interrupt
            result = CliRunner().invoke(cli, arguments, env=environment, catch_exceptions=False)
            self._code, output = result.exit_code, result.output
        return f"$ {line}\n{interrupt}{_ended(output)}"

    def _interrupt(self) -> Any:
        """Press Ctrl-C at the first change, as the clock of the service."""
        self._clock.side_effect = None
        signal.raise_signal(signal.SIGINT)
        return mock.DEFAULT


def _ended(text: str) -> str:
    return f"{text.rstrip()}\n" if text.strip() else ""


def rewritten(page: str) -> str:
    """Return *page* with the output of a fresh run."""
    with ExitStack() as stack:
        stack.enter_context(chdir(stack.enter_context(tempfile.TemporaryDirectory())))
        stack.enter_context(mock.patch.dict(os.environ, ENVIRONMENT))
        # Neither botocore's retries nor the pauses of ensure and apply take time.
        stack.enter_context(mock.patch("botocore.endpoint.time.sleep"))
        stack.enter_context(mock.patch("appimageconfig.provisioning._converge._sleep"))
        # A command would take 0.1 s to parse the service model.
        stack.enter_context(mock.patch.object(JSONFileLoader, "load_file", staticmethod(cache(JSONFileLoader().load_file))))
        clock = mock.Mock(return_value=TIME)
        service = InMemorySageMaker(
            region_name="eu-west-1", clock=clock, assumptions=Assumptions(empty_app_config="keeps")
        )
        os.environ["AWS_ENDPOINT_URL"] = stack.enter_context(service.serve())
        return BLOCK.sub(Session(service, clock).run, page)


if __name__ == "__main__":
    PAGE.write_text(rewritten(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
