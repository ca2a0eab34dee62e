"""The command line as its tests run it: in this process, as a process of its own, or as one at a terminal."""

from __future__ import annotations

import codecs
import json
import os
import re
import select
import struct
import subprocess
import sys
import threading
from abc import ABC, abstractmethod
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import attrs
from click.testing import CliRunner

from appimageconfig import from_request
from appimageconfig.cli import cli

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping, Sequence

    from appimageconfig import AppImageConfig, AppImageConfigClient
    from appimageconfig.testing import InMemorySageMaker

# Returns another body for a response of an operation.
Alteration: TypeAlias = "Callable[[str, bytes], bytes]"

COMMAND = [str(Path(sys.executable).parent / "appimageconfig")]
TIME = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)  # of everything that the service creates or changes
SECONDS = 60  # the time limit of a process
ESCAPE = "\x1b"
UID = "JupyterLabAppImageConfig.FileSystemConfig.DefaultUid"
GID = "JupyterLabAppImageConfig.FileSystemConfig.DefaultGid"
IN_MEMORY = "Target: in-memory service, region us-east-1.\n"
PLAN_TO_CREATE = f"""\
+ create lab
    {UID}: 1000
    {GID}: 100
Plan: 1 to create, 0 to update, 0 unchanged, 0 to delete.
"""
CREATED = f"{PLAN_TO_CREATE}created lab\nApplied: 1 created.\n"

UNREADABLE_BODIES = {
    "list": b"[1,2]",
    "null": b"null",
    "not UTF-8": b"\xff\xfe",
    "time": b'{"AppImageConfigName": "lab", "AppImageConfigArn": "x", "CreationTime": 1e18}',
    "structure": b'{"AppImageConfigName": "lab", "AppImageConfigArn": "x", "JupyterLabAppImageConfig": [5]}',
    "deep": b"[" * 100_000,
    "empty": b"",
    "name": b'{"AppImageConfigName": 5, "AppImageConfigArn": "x"}',
}
INVALID_RESPONSE = (
    r"invalid response: (it cannot be read \(\w+\); check the endpoint, and the proxies on the way to it"
    r"|AppImageConfig\w+: (required member is missing|must be a string, not an integer).*)\n"
)

# Variables that change how the output looks.
HIDDEN = ("COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR", "PYTHONIOENCODING", "PYTHONWARNINGS", "TTY_COMPATIBLE")
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_MAX_ATTEMPTS": "1",
    "TZ": "UTC",
}


@attrs.frozen
class Ran:
    """The result of a command."""

    code: int
    out: str
    err: str = ""

    @property
    def json(self) -> Any:
        """The JSON on stdout of a command that wrote nothing to stderr."""
        assert self.err == ""
        return json.loads(self.out)


@attrs.frozen
class _Commands(ABC):
    """Runs commands in *directory*."""

    directory: Path
    url: str

    @property
    def endpoint(self) -> list[str]:
        """The options of commands that call the service of the tests."""
        return ["--endpoint-url", self.url, "--region", "us-east-1"]

    def target(self, *, account: bool = False) -> str:
        """Return the first line of a plan: with the account if any of its configs exists."""
        return f"Target: endpoint {self.url}, region us-east-1{', account 123456789012' if account else ''}.\n"

    def write(self, name: str, *requests: Mapping[str, Any]) -> str:
        """Write a request file into the directory, and return its name."""
        value: Any = requests[0] if len(requests) == 1 else requests
        (self.directory / name).write_text(json.dumps(value, indent=2), encoding="utf-8")
        return name

    @abstractmethod
    def run(self, *arguments: str, **environment: str) -> Ran:
        """Run a command to its end."""

    def call(self, *arguments: str, **environment: str) -> Ran:
        """Run a command that calls the service to its end."""
        return self.run(*arguments, *self.endpoint, **environment)


class Invoker(_Commands):
    """Runs commands in this process, by click's test runner. The directory has to be the current one."""

    def run(self, *arguments: str, stdin: str = "", **environment: str) -> Ran:
        """Run a command to its end, with the text *stdin* on stdin."""
        runner = CliRunner()
        vars(runner).update(mix_stderr=False)  # for click before 8.2, whose successors always separate the streams
        result = runner.invoke(cli, arguments, stdin, {**ENVIRONMENT, **environment}, catch_exceptions=False)
        return Ran(result.exit_code, result.stdout, result.stderr)


class Shell(_Commands):
    """Runs commands as processes."""

    def start(
        self,
        *arguments: str,
        command: Sequence[str] = COMMAND,
        environment: Mapping[str, str] | None = None,
        **options: Any,
    ) -> subprocess.Popen[str]:
        """Start a command, without a terminal."""
        pipe = subprocess.PIPE
        streams: dict[str, Any] = {"stdin": subprocess.DEVNULL, "stdout": pipe, "stderr": pipe, **options}
        # As in pyproject.toml: botocore before 1.36 calls what Python 3.12 deprecates.
        warnings = {"PYTHONWARNINGS": "default,ignore:datetime.datetime.utcnow:DeprecationWarning"}
        inherited = {name: value for name, value in os.environ.items() if name not in HIDDEN}
        env = {**inherited, **ENVIRONMENT, **warnings, **(environment or {})}
        return subprocess.Popen([*command, *arguments], cwd=self.directory, env=env, text=True, **streams)

    def run(self, *arguments: str, command: Sequence[str] = COMMAND, **environment: str) -> Ran:
        """Run a command to its end."""
        with self.start(*arguments, command=command, environment=environment) as process:
            return ended(process)

    @contextmanager
    def terminal(
        self, *arguments: str, command: Sequence[str] = COMMAND, columns: int = 80, **environment: str
    ) -> Generator[Terminal]:
        """Run a command at a terminal."""
        import fcntl  # noqa: PLC0415 - only POSIX has these modules
        import termios  # noqa: PLC0415

        ours, its = os.openpty()
        fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        environment = {"TERM": "xterm-256color", **environment}
        with self.start(
            *arguments, command=command, environment=environment, stdin=its, stdout=its, stderr=its
        ) as process:
            os.close(its)
            try:
                yield Terminal(process, ours)
            finally:
                process.kill()
                os.close(ours)


class Terminal:
    """The terminal of a process, and its contents so far."""

    def __init__(self, process: subprocess.Popen[str], descriptor: int) -> None:
        """Take the process, and the other end of its terminal."""
        self.process = process
        self.written = ""
        self._descriptor = descriptor
        # A character of several bytes can arrive in two reads.
        self._decoder = codecs.getincrementaldecoder("utf-8")()

    @property
    def text(self) -> str:
        """The contents without colors and movements."""
        return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", self.written)

    def wait_for(self, text: str) -> None:
        """Read until *text* is written."""
        while text not in self.written:
            assert self._read(), self.written

    def type(self, text: str) -> None:
        """Type *text*."""
        os.write(self._descriptor, text.encode())

    def code(self) -> int:
        """Wait for the end, and return the exit code."""
        while self._read():
            pass
        return self.process.wait(SECONDS)

    def _read(self) -> bool:
        assert select.select([self._descriptor], [], [], SECONDS)[0], self.written
        try:
            read = os.read(self._descriptor, 65536)
        except OSError:  # on Linux, the end of the process
            read = b""
        # A line's end can, too: replaced in the whole text.
        self.written = (self.written + self._decoder.decode(read)).replace("\r\n", "\n")
        return bool(read)


def ended(process: subprocess.Popen[str]) -> Ran:
    """Wait for the end of *process*."""
    try:
        out, err = process.communicate(timeout=SECONDS)
    finally:
        process.kill()
    assert "Traceback" not in (err or "")
    return Ran(process.returncode, out or "", err or "")


class Gate:
    """Holds back the requests for an operation until it is opened."""

    def __init__(self, service: InMemorySageMaker) -> None:
        """Hold back nothing yet."""
        self.operation = ""
        self._respond = service.respond
        self._waiting = threading.Semaphore(0)
        self._opened = threading.Event()

    def respond(self, target: str, body: bytes, **place: Any) -> Any:
        """Respond to a request once the gate is open."""
        if self.operation and target.endswith(self.operation):
            self._waiting.release()
            assert self._opened.wait(SECONDS)
        return self._respond(target, body, **place)

    def wait_for(self, count: int) -> None:
        """Wait until *count* more requests are held back."""
        for _ in range(count):
            assert self._waiting.acquire(timeout=SECONDS)

    def open(self) -> None:
        """Let all requests pass."""
        self._opened.set()


def lab(name: str = "lab", uid: int = 1000, **members: Any) -> dict[str, Any]:
    """Return a request for JupyterLab."""
    files = {"DefaultUid": uid, "DefaultGid": 100}
    return {"AppImageConfigName": name, "JupyterLabAppImageConfig": {"FileSystemConfig": files}, **members}


def create(client: AppImageConfigClient, *requests: dict[str, Any]) -> None:
    """Create the configs of *requests*."""
    for request in requests:
        client.create(from_request(request))


def state(client: AppImageConfigClient) -> list[AppImageConfig]:
    """Return all configs that exist, by name."""
    return [
        details.to_config(client.list_tags(str(details.app_image_config_arn)) or None)
        for details in client.list(sort_by="Name", sort_order="Ascending")
    ]


def names(client: AppImageConfigClient) -> list[str]:
    """Return the names of all configs that exist."""
    return [config.app_image_config_name for config in state(client)]


def without(missing: str, error: str | None = None) -> list[str]:
    """Return the command where the module *missing* is not installed, or where its import raises *error*."""
    program = f"""
import runpy, sys
class Without:
    def __init__(self, finder): self.finder = finder
    def __getattr__(self, name): return getattr(self.finder, name)
    def find_spec(self, name, *rest):
        if name != {missing!r}: return self.finder.find_spec(name, *rest)
        if {error}: raise {error}
sys.meta_path[:] = map(Without, sys.meta_path)
runpy.run_module("appimageconfig", run_name="__main__", alter_sys=True)
"""
    return [sys.executable, "-c", program]
