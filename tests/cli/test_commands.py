"""The command line: each test runs the installed command as a process, most of them against an endpoint on loopback."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import re
import select
import shlex
import signal
import socket
import struct
import subprocess
import sys
import termios
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import pytest
import pytest_socket

from appimageconfig import AppImageConfig, from_request, load
from appimageconfig.testing import Fault, InMemorySageMaker

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Mapping, Sequence

    from appimageconfig import AppImageConfigClient

pytestmark = pytest.mark.enable_socket

ROOT = Path(__file__).parents[2]
REQUESTS = sorted(map(str, ROOT.glob("examples/requests/*.json")))
COMMAND = [str(Path(sys.executable).parent / "appimageconfig")]
TIME = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
SHOWN_TIME = "2026-01-02T03:04:05+00:00"
SECONDS = 60  # in which every process has to end
REFUSED = Fault.error("AccessDeniedException", message="Not you.")
ESCAPE = "\x1b"


@attrs.frozen
class Ran:
    """What came of a process."""

    code: int
    out: str
    err: str = ""

    @property
    def json(self) -> Any:
        """The JSON on stdout, of a process that wrote nothing to stderr."""
        assert self.err == ""
        return json.loads(self.out)


class Terminal:
    """The terminal at which a process runs, and what is on it so far."""

    def __init__(self, process: subprocess.Popen[str], descriptor: int) -> None:
        """Take the process, and the other end of its terminal."""
        self.process = process
        self.written = ""
        self._descriptor = descriptor

    @property
    def text(self) -> str:
        """What is written, without colours and movements."""
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
            text = os.read(self._descriptor, 65536).decode()
        except OSError:  # which is how Linux says that the process has ended
            text = ""
        self.written += text.replace("\r\n", "\n")
        return bool(text)


class Shell:
    """Runs the command in a directory, and knows an endpoint."""

    def __init__(self, directory: Path, url: str) -> None:
        """Take the directory and the URL of the endpoint."""
        self.directory = directory
        self.endpoint = ["--endpoint-url", url, "--region", "us-east-1"]

    def write(self, name: str, *requests: Mapping[str, Any]) -> str:
        """Write a request file into the directory, and return its name."""
        value: Any = requests[0] if len(requests) == 1 else requests
        (self.directory / name).write_text(json.dumps(value, indent=2), encoding="utf-8")
        return name

    def start(
        self,
        *arguments: str,
        command: Sequence[str] = COMMAND,
        environment: Mapping[str, str] | None = None,
        **options: Any,
    ) -> subprocess.Popen[str]:
        """Start the command, without a terminal."""
        pipe = subprocess.PIPE
        streams: dict[str, Any] = {"stdin": subprocess.DEVNULL, "stdout": pipe, "stderr": pipe, **options}
        return subprocess.Popen(
            [*command, *arguments], cwd=self.directory, env=self._environment(environment or {}), text=True, **streams
        )

    def run(self, *arguments: str, command: Sequence[str] = COMMAND, **environment: str) -> Ran:
        """Run the command to its end."""
        with self.start(*arguments, command=command, environment=environment) as process:
            return ended(process)

    def call(self, *arguments: str, **environment: str) -> Ran:
        """Run a command that calls the endpoint to its end."""
        return self.run(*arguments, *self.endpoint, **environment)

    def call_all(self, *commands: str) -> list[Ran]:
        """Run commands that call the endpoint, at the same time."""
        return at_once(*(partial(self.call, *shlex.split(command)) for command in commands))

    @contextmanager
    def terminal(
        self, *arguments: str, command: Sequence[str] = COMMAND, columns: int = 80, **environment: str
    ) -> Generator[Terminal]:
        """Run the command at a terminal."""
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

    @staticmethod
    def _environment(more: Mapping[str, str]) -> dict[str, str]:
        """Return the environment without what says how to print, and with credentials; *more* may empty a variable."""
        hidden = {"COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR", "PYTHONIOENCODING", "PYTHONWARNINGS", "TTY_COMPATIBLE"}
        return {
            **{name: value for name, value in os.environ.items() if name not in hidden},
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_MAX_ATTEMPTS": "1",
            # As in pyproject.toml: botocore before 1.36 calls what Python 3.12 deprecates.
            "PYTHONWARNINGS": "default,ignore:datetime.datetime.utcnow:DeprecationWarning",
            "TZ": "UTC",
            **more,
        }


def ended(process: subprocess.Popen[str]) -> Ran:
    """Wait for the end of *process*."""
    try:
        out, err = process.communicate(timeout=SECONDS)
    finally:
        process.kill()
    assert "Traceback" not in (err or "")
    return Ran(process.returncode, out or "", err or "")


def at_once(*calls: Callable[[], Ran]) -> list[Ran]:
    """Make *calls* at the same time."""
    with ThreadPoolExecutor() as pool:
        return [future.result() for future in [pool.submit(call) for call in calls]]


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[InMemorySageMaker, str]]:
    """Serve one SageMaker to all tests of this file."""
    service = InMemorySageMaker(clock=lambda: TIME)
    pytest_socket.enable_socket()
    with service.serve() as url:
        yield service, url
    pytest_socket.disable_socket(allow_unix_socket=True)


@pytest.fixture
def service(served: tuple[InMemorySageMaker, str]) -> Iterator[InMemorySageMaker]:
    """Return the one that is served, empty."""
    service, _ = served
    empty = service.snapshot()
    yield service
    service.restore(empty)
    service.assert_faults_happened()


@pytest.fixture
def shell(served: tuple[InMemorySageMaker, str], service: InMemorySageMaker, tmp_path: Path) -> Shell:
    """Return what runs the command."""
    del service
    pytest_socket.socket_allow_hosts(["127.0.0.1"], allow_unix_socket=True)
    return Shell(tmp_path, served[1])


class Gate:
    """Holds back the requests for an operation until it is opened."""

    def __init__(self, service: InMemorySageMaker) -> None:
        """Hold back nothing yet."""
        self.operation = ""
        self._respond = service.respond
        self._waiting = threading.Semaphore(0)
        self._opened = threading.Event()

    def respond(self, target: str, body: bytes, **place: Any) -> Any:
        """Answer a request once it may pass."""
        if self.operation and target.endswith(self.operation):
            self._waiting.release()
            assert self._opened.wait(SECONDS)
        return self._respond(target, body, **place)

    def wait_for(self, count: int) -> None:
        """Wait until *count* more requests are held back."""
        for _ in range(count):
            assert self._waiting.acquire(timeout=SECONDS)

    def open(self) -> None:
        """Let everything pass."""
        self._opened.set()


@pytest.fixture
def gate(service: InMemorySageMaker, monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    """Return a gate in front of the service; the processes of the test may be interrupted, whatever started pytest."""
    gate = Gate(service)
    monkeypatch.setattr(service, "respond", gate.respond)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield gate
    gate.open()
    signal.signal(signal.SIGINT, before)


def lab(name: str = "lab", uid: int = 1000, **members: Any) -> dict[str, Any]:
    """Return a request for JupyterLab."""
    files = {"DefaultUid": uid, "DefaultGid": 100}
    return {"AppImageConfigName": name, "JupyterLabAppImageConfig": {"FileSystemConfig": files}, **members}


def create(client: AppImageConfigClient, *requests: dict[str, Any]) -> None:
    """Create what *requests* declare."""
    for request in requests:
        client.create(from_request(request))


def state(client: AppImageConfigClient) -> list[AppImageConfig]:
    """Return everything that there is, by name."""
    return [
        details.to_config(client.list_tags(str(details.app_image_config_arn)) or None)
        for details in client.list(sort_by="Name", sort_order="Ascending")
    ]


def names(client: AppImageConfigClient) -> list[str]:
    """Return the names of everything that there is."""
    return [config.app_image_config_name for config in state(client)]


def arn(name: str = "lab") -> str:
    """Return the ARN of an AppImageConfig."""
    return f"arn:aws:sagemaker:us-east-1:123456789012:app-image-config/{name}"


UID = "JupyterLabAppImageConfig.FileSystemConfig.DefaultUid"
PLAN_TO_CREATE = "+ create lab\nPlan: 1 to create, 0 to update, 0 unchanged.\n"
CREATED = f"{PLAN_TO_CREATE}created lab\nApplied: 1 created.\n"


# The command as a whole


def test_help_names_every_command_and_every_exit_code(shell: Shell) -> None:
    """And -h is the same."""
    run = shell.run("--help")
    assert (run.code, run.err) == (0, "")
    _, _, after = run.out.partition("\nCommands:\n")
    commands, _, codes = after.partition("\n  Exit codes:\n")
    assert re.findall(r"^  (\w+) ", commands, re.MULTILINE) == [
        "apply",
        "check",
        "delete",
        "describe",
        "export",
        "list",
        "plan",
    ]
    assert "..." not in commands
    assert re.findall(r"^    (\d+) ", codes, re.MULTILINE) == ["0", "1", "2", "3", "4", "130", "141"]
    assert "143" in codes
    assert shell.run("-h") == run


def test_the_module_is_the_command(shell: Shell) -> None:
    """Under the same name."""
    commands = [COMMAND, [sys.executable, "-m", "appimageconfig"]]
    for argument in ("--help", "nonsense"):
        script, module = at_once(*(partial(shell.run, argument, command=command) for command in commands))
        assert module == script


def test_the_version_is_that_of_the_distribution(shell: Shell) -> None:
    """On a line of its own."""
    assert shell.run("--version") == Ran(0, f"appimageconfig {version('appimageconfig')}\n")


WRONG = {
    "nonsense": "No such command 'nonsense'",
    "--nonsense": "No such option",
    "check --nonsense x.json": "No such option",
    "check": "Missing argument 'FILE...'",
    "check --output xml x.json": "'xml' is not one of 'text', 'json'",
    "delete": "Missing argument 'NAME...'",
    "apply --max-workers 0 x.json": "0 is not in the range 1<=x<=64",
    "list --in-memory --profile me": "leave out --profile and --endpoint-url",
    "list --in-memory --endpoint-url http://localhost": "leave out --profile and --endpoint-url",
    "plan --in-memory --name-contains a x.json": "give both of them, or neither",
    "list --region us-east-1 --endpoint-url localhost:8080": "localhost:8080; check --region, --endpoint-url (such as",
    "list --region us-east-1 --endpoint-url http://[::1": "check --region, --endpoint-url (such as https://localhost",
}


def test_a_wrong_command_line_is_told_with_what_would_be_right(shell: Shell) -> None:
    """The exit code is 2."""
    runs = at_once(*(partial(shell.run, *shlex.split(command)) for command in WRONG))
    for run, message in zip(runs, WRONG.values(), strict=True):
        assert (run.code, run.out) == (2, "")
        assert message in run.err
        assert "for help.\n" in run.err


WRONG_SETTINGS: list[tuple[str, dict[str, str], int, str]] = [
    (
        "list --region us-east-1",
        {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""},
        3,
        "Unable to locate credentials\nPass --profile, or set AWS_PROFILE; or try it without an account, with",
    ),
    ("list", {}, 3, "You must specify a region.\nPass --region, or set AWS_DEFAULT_REGION; or try it without"),
    ("list --profile nobody", {}, 3, "profile (nobody) could not be found\nCheck --profile, AWS_PROFILE and the"),
    ("list --region us-east-1", {"AWS_MAX_ATTEMPTS": "many"}, 2, "'many'; check --region, --endpoint-url (such"),
    ("list --region us-east-1", {"AWS_ENDPOINT_URL": "nowhere"}, 2, "nowhere; check --region, --endpoint-url (such"),
]


def test_a_setting_that_is_missing_or_wrong_is_told_with_how_to_mend_it(shell: Shell) -> None:
    """Of the AWS configuration, wherever it stands."""
    calls = [partial(shell.run, *shlex.split(command), **variables) for command, variables, _, _ in WRONG_SETTINGS]
    for run, (_, _, code, message) in zip(at_once(*calls), WRONG_SETTINGS, strict=True):
        assert (run.code, run.out) == (code, "")
        assert message in run.err


def test_an_endpoint_that_refuses_the_connection_is_told(shell: Shell) -> None:
    """With what to check."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and not listened on
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/"
        run = shell.run("list", "--region", "us-east-1", "--endpoint-url", url)
    message = f'Could not connect to the endpoint URL: "{url}"\nCheck --region, --endpoint-url and the network.\n'
    assert run == Ran(3, "", message)


def test_a_refusal_of_the_service_is_told(shell: Shell, service: InMemorySageMaker) -> None:
    """Before anything is done the exit code is 3."""
    shell.write("lab.json", lab())
    service.inject(REFUSED, times=2)
    for run in shell.call_all("apply --yes lab.json", "describe lab"):
        assert (run.code, run.out) == (3, "")
        assert re.search(r"\(AccessDeniedException\) when calling the \w+ operation.* Not you\..* Check the", run.err)


def without(missing: str, error: str | None = None) -> list[str]:
    """Return the command where the module *missing* is not installed, or where *error* is raised instead of that."""
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


def test_without_the_extra_the_command_says_what_to_install(shell: Shell) -> None:
    """The exit code is 2."""
    message = "The command line needs click: pip install 'appimageconfig[cli]'\n"
    assert shell.run("check", "x.json", command=without("click")) == Ran(2, "", message)


def test_without_rich_the_command_works_where_there_is_no_terminal(shell: Shell) -> None:
    """At a terminal it says what to install."""
    shell.write("lab.json", {"AppImageConfigName": "lab"})
    assert shell.run("check", "lab.json", command=without("rich")).code == 0
    with shell.terminal("check", "lab.json", command=without("rich")) as terminal:
        assert terminal.code() == 2
    assert terminal.text == "The command line needs rich: pip install 'appimageconfig[cli]'\n"


def test_another_module_that_is_missing_is_not_the_extra(shell: Shell) -> None:
    """An installation that is broken is not hidden."""
    with shell.start("list", command=without("boto3")) as process:
        _, err = process.communicate(timeout=SECONDS)
    assert process.returncode == 1
    assert "No module named 'boto3'" in err
    assert "pip install" not in err


def test_an_interruption_while_the_command_is_imported_ends_it_quietly(shell: Shell) -> None:
    """It takes a moment, in which people may change their minds."""
    assert shell.run("list", command=without("click", "KeyboardInterrupt")) == Ran(130, "")


@pytest.mark.parametrize("command", ["check lab.yaml", "plan --in-memory lab.yaml"])
def test_without_pyyaml_yaml_is_refused_with_what_to_install(shell: Shell, command: str) -> None:
    """The exit code is 2."""
    (shell.directory / "lab.yaml").write_text("AppImageConfigName: lab", encoding="utf-8")
    run = shell.run(*shlex.split(command), command=without("yaml"))
    assert (run.code, run.out) == (2, "")
    assert "YAML needs PyYAML: pip install 'appimageconfig[yaml]'" in run.err


# check


FAULTY = {"AppImageConfigName": "a_b", "JupyterLabAppImageConfig": {"FileSystemConfig": {"MountPath": "home"}}}


def test_check_reports_all_faults_of_all_files_and_the_advice(shell: Shell) -> None:
    """In the order of the files, with lines; the exit code is 1, and the counts are on stderr."""
    shell.write("a.json", FAULTY)
    shell.write("b.json", lab("b", uid=5), {"AppImageConfigName": "lab", "Tag": []})
    run = shell.run("check", "a.json", "missing.json", "b.json")
    assert run.code == 1
    assert [re.sub(r": (must be|cannot be|is no|has) .*", r": \1", line) for line in run.out.splitlines()] == [
        "a.json:2: AppImageConfigName: must be",
        "a.json:5: JupyterLabAppImageConfig.FileSystemConfig.MountPath: must be",
        "missing.json: (request): cannot be",
        "b.json:13: [1].Tag: is no",
        "b.json:5: [0].JupyterLabAppImageConfig.FileSystemConfig: has",
    ]
    assert "[1].Tag: is no member here; did you mean Tags?\n" in run.out
    assert run.out.endswith("for this type of app AWS documents 1000 and 100 [app-uid-gid]\n")
    assert run.err == "Requests without a fault: 1, faults: 4, pieces of advice: 1.\n"


def test_check_as_json_holds_the_same(shell: Shell) -> None:
    """And nothing else is printed."""
    shell.write("a.json", {"AppImageConfigName": "a_b"})
    shell.write("b.json", lab("b", uid=5))
    run = shell.run("check", "--output", "json", "a.json", "b.json")
    assert run.code == 1
    (violation,), (advice,) = run.json.pop("violations"), run.json.pop("advice")
    assert "must be letters and digits" in violation.pop("message")
    assert violation == {"path": "AppImageConfigName", "constraint": "pattern", "file": "a.json", "line": 2}
    assert "has DefaultUid 5" in advice.pop("message")
    assert advice == {
        "code": "app-uid-gid",
        "path": "JupyterLabAppImageConfig.FileSystemConfig",
        "file": "b.json",
        "line": 4,
        "documentation": "https://docs.aws.amazon.com/sagemaker/latest/dg/studio-updated-byoi-specs.html",
    }


@pytest.mark.parametrize(
    ("uid", "arguments", "code"), [(1000, [], 0), (1000, ["--strict"], 0), (5, [], 0), (5, ["--strict"], 1)]
)
def test_advice_fails_a_check_only_if_it_is_strict(shell: Shell, uid: int, arguments: list[str], code: int) -> None:
    """What is faultless passes, without a word on stdout."""
    shell.write("lab.json", lab(uid=uid))
    run = shell.run("check", *arguments, "lab.json")
    assert (run.code, run.out.count("\n")) == (code, 0 if uid == 1000 else 1)
    assert run.err == f"Requests without a fault: 1, faults: 0, pieces of advice: {run.out.count('app-uid-gid')}.\n"


def test_check_imports_neither_boto3_nor_rich(shell: Shell) -> None:
    """So that it is quick."""
    shell.write("lab.json", lab(uid=5))
    command = [sys.executable, "-X", "importtime", "-m", "appimageconfig"]
    run = shell.run("check", "lab.json", command=command)
    assert run.code == 0
    imported = set(re.findall(r"\| +([\w.]+)$", run.err, re.MULTILINE))
    assert "appimageconfig.cli" in imported
    assert not imported & {"boto3", "botocore.session", "botocore.client", "rich", "yaml", "appimageconfig.testing"}


def test_what_would_steer_a_terminal_is_escaped(shell: Shell) -> None:
    """Each finding stays on its line."""
    shell.write("lab.json", {"AppImageConfigName": "lab", f"a{ESCAPE}[31m\nx.json:1: b": 1})
    run = shell.run("check", "lab.json")
    assert run.out.startswith("lab.json:3: a\\x1b[31m\\nx.json:1: b: is no member here")
    assert run.out.count("\n") == 1


# plan


def test_a_plan_shows_what_would_be_done_and_does_nothing(
    shell: Shell, client: AppImageConfigClient, made: Callable[[], list[str]]
) -> None:
    """It only lists, and the exit code is 0, or 4 with --exit-code."""
    create(client, lab("changed", uid=1), lab("same"))
    before = state(client)
    shell.write("labs.json", lab("new"), lab("changed"), lab("same"))
    made()
    text, structured = shell.call_all("plan labs.json", "plan --exit-code --output json labs.json")
    assert made() == ["ListAppImageConfigs"] * 2
    assert text == Ran(
        0,
        "+ create new\n"
        "~ update changed\n"
        f"    {UID}: 1 -> 1000\n"
        "= unchanged same\n"
        "Plan: 1 to create, 1 to update, 1 unchanged.\n",
    )
    assert structured.code == 4
    assert structured.json == {
        "steps": [
            {"action": "create", "app_image_config_name": "new", "difference": []},
            {
                "action": "update",
                "app_image_config_name": "changed",
                "difference": [{"path": UID, "old": 1, "new": 1000}],
            },
            {"action": "unchanged", "app_image_config_name": "same", "difference": []},
        ]
    }
    assert state(client) == before


def test_a_plan_that_finds_all_as_declared_says_so_by_its_exit_code(shell: Shell, client: AppImageConfigClient) -> None:
    """It is 0."""
    create(client, lab())
    shell.write("lab.json", lab())
    run = shell.call("plan", "--exit-code", "lab.json")
    assert run == Ran(0, "= unchanged lab\nPlan: 0 to create, 0 to update, 1 unchanged.\n")


def test_nothing_is_sent_while_any_file_is_faulty(shell: Shell, made: Callable[[], list[str]]) -> None:
    """Every fault is told, and the exit code is 1."""
    shell.write("lab.json", lab())
    shell.write("faulty.json", FAULTY)
    for run in shell.call_all("plan lab.json faulty.json", "apply --yes lab.json faulty.json"):
        assert (run.code, run.out) == (1, "")
        assert run.err.startswith("2 faults, nothing was sent:\n  faulty.json:2: AppImageConfigName: must be")
    assert made() == []


# apply


def test_apply_may_be_run_any_number_of_times(
    shell: Shell, client: AppImageConfigClient, made: Callable[[], list[str]]
) -> None:
    """The first run creates, the second only lists, and after a change it updates."""
    shell.write("lab.json", lab())
    assert shell.call("apply", "--yes", "lab.json") == Ran(0, CREATED)
    assert made() == ["ListAppImageConfigs", "Create"]

    same = "= unchanged lab\nPlan: 0 to create, 0 to update, 1 unchanged.\n"
    assert shell.call("apply", "--yes", "lab.json") == Ran(0, same)
    assert made() == ["ListAppImageConfigs"]

    shell.write("lab.json", lab(uid=0))
    assert shell.call("apply", "--yes", "lab.json") == Ran(
        0,
        "~ update lab\n"
        f"    {UID}: 1000 -> 0\n"
        "Plan: 0 to create, 1 to update, 0 unchanged.\n"
        "updated lab\n"
        "Applied: 1 updated.\n",
    )
    assert made() == ["ListAppImageConfigs", "Describe", "Update", "Describe"]
    assert state(client) == [from_request(lab(uid=0))]


def test_apply_as_json_holds_the_plan_and_the_outcomes(
    shell: Shell, service: InMemorySageMaker, client: AppImageConfigClient
) -> None:
    """What failed has its error."""
    create(client, lab("changed", uid=1), lab("same"))
    shell.write("labs.json", lab("changed"), lab("new"), lab("same"))
    service.inject(REFUSED, operation="UpdateAppImageConfig")
    run = shell.call("apply", "--yes", "--output", "json", "labs.json")
    assert run.code == 3
    assert [step["action"] for step in run.json["plan"]["steps"]] == ["update", "create", "unchanged"]
    outcomes = {outcome["app_image_config_name"]: outcome for outcome in run.json["outcomes"]}
    assert [outcomes[name]["status"] for name in ("changed", "new", "same")] == ["failed", "created", "unchanged"]
    assert outcomes["changed"]["error"]["type"] == "AccessDeniedError"
    assert "Not you" in outcomes["changed"]["error"]["message"]
    assert outcomes["new"] == {
        "status": "created",
        "app_image_config_name": "new",
        "app_image_config_arn": arn("new"),
        "difference": [],
    }


def test_apply_goes_on_past_a_failure(shell: Shell, service: InMemorySageMaker, client: AppImageConfigClient) -> None:
    """It names what failed, and the exit code is 3; retries of botocore are requests too."""
    create(client, lab("a", uid=1))
    shell.write("labs.json", lab("a"), lab("b"), lab("c"))
    service.inject(Fault.throttling(), operation="UpdateAppImageConfig", times=2)
    run = shell.call("apply", "--yes", "labs.json", AWS_MAX_ATTEMPTS="2", AWS_RETRY_MODE="standard")
    assert (run.code, run.err) == (3, "")
    assert "\nfailed a: An error occurred (ThrottlingException) when calling the UpdateAppImageConfig" in run.out
    assert run.out.endswith("\nApplied: 2 created, 1 failed.\n")
    assert names(client) == ["a", "b", "c"]


def test_apply_replaces_only_when_it_is_told_to(shell: Shell, client: AppImageConfigClient) -> None:
    """Without, it names what differs, and the option."""
    create(client, lab(Tags=[{"Key": "team", "Value": "ml"}]))
    shell.write("lab.json", {"AppImageConfigName": "lab", "CodeEditorAppImageConfig": {}})
    run = shell.call("apply", "--yes", "lab.json")
    assert run.code == 3
    assert "\nfailed lab: AppImageConfig 'lab' still differs after the update" in run.out
    assert run.out.endswith("\nApplied: 1 failed.\n")
    assert run.err == "With --replace, apply deletes and creates anew what no update makes as declared.\n"

    run = shell.call("apply", "--yes", "--replace", "lab.json")
    assert (run.code, run.err) == (0, "")
    assert run.out.endswith("\nreplaced lab\nApplied: 1 replaced.\n")
    (config,) = state(client)
    assert (config.jupyter_lab_app_image_config, config.tags) == (None, {"team": "ml"})


def test_apply_prunes_by_a_part_of_the_name(shell: Shell, client: AppImageConfigClient) -> None:
    """Only that."""
    create(client, lab("team-old"), lab("other"))
    shell.write("lab.json", lab("team-lab"))
    run = shell.call("apply", "--yes", "--prune", "--name-contains", "team-", "--max-workers", "1", "lab.json")
    assert (run.code, run.err) == (0, "")
    assert run.out.endswith("\ncreated team-lab\ndeleted team-old\nApplied: 1 created, 1 deleted.\n")
    assert names(client) == ["other", "team-lab"]


def test_apply_needs_yes_where_there_is_no_terminal(
    shell: Shell, client: AppImageConfigClient, made: Callable[[], list[str]]
) -> None:
    """Even if there is nothing to change; nothing is sent, and the exit code is 2."""
    create(client, lab())
    made()
    shell.write("lab.json", lab())
    run = shell.call("apply", "lab.json")
    assert (run.code, run.out) == (2, "")
    assert "stdin is no terminal: pass --yes" in run.err
    assert made() == []


def test_the_first_run_sends_what_the_aws_cli_sends(
    shell: Shell, service: InMemorySageMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each file is the request, as for aws sagemaker create-app-image-config --cli-input-json."""
    sent: dict[str, dict[str, Any]] = {}
    respond = service.respond

    def record(target: str, body: bytes, **place: Any) -> Any:
        request = json.loads(body)
        if target.endswith(".CreateAppImageConfig"):
            sent[request["AppImageConfigName"]] = request
        return respond(target, body, **place)

    monkeypatch.setattr(service, "respond", record)
    run = shell.call("apply", "--yes", *REQUESTS)
    assert (run.code, run.err) == (0, "")
    requests = [json.loads(Path(path).read_text(encoding="utf-8")) for path in REQUESTS]
    assert sent == {request["AppImageConfigName"]: request for request in requests}


# describe, list and delete


def test_describe_shows_each_member_with_its_path(shell: Shell, client: AppImageConfigClient) -> None:
    """A line each, whatever it holds; environment values and arguments are masked."""
    gateway = {"KernelSpecs": [{"Name": "python3", "DisplayName": "Python\n3 \U0001f40d"}]}
    container = {"ContainerArguments": ["--quiet"], "ContainerEnvironmentVariables": {"A.B": "value"}}
    app = {"FileSystemConfig": {"DefaultUid": 0}, "ContainerConfig": container}
    create(client, lab(KernelGatewayImageConfig=gateway, JupyterLabAppImageConfig=app, CodeEditorAppImageConfig={}))
    text, structured = shell.call_all("describe lab", "describe --output json lab")
    assert (text.code, text.err) == (0, "")
    assert text.out.splitlines() == [
        f"AppImageConfigArn: {arn()}",
        "AppImageConfigName: lab",
        f"CreationTime: {SHOWN_TIME}",
        f"LastModifiedTime: {SHOWN_TIME}",
        "KernelGatewayImageConfig.KernelSpecs[0].Name: python3",
        "KernelGatewayImageConfig.KernelSpecs[0].DisplayName: Python\\n3 \U0001f40d",
        "JupyterLabAppImageConfig.FileSystemConfig.DefaultUid: 0",
        "JupyterLabAppImageConfig.ContainerConfig.ContainerArguments[0]: ***",
        "JupyterLabAppImageConfig.ContainerConfig.ContainerEnvironmentVariables['A.B']: ***",
        "CodeEditorAppImageConfig: {}",
    ]
    masked = {"ContainerArguments": ["***"], "ContainerEnvironmentVariables": {"A.B": "***"}}
    assert structured.json == {
        "AppImageConfigArn": arn(),
        "AppImageConfigName": "lab",
        "CreationTime": SHOWN_TIME,
        "LastModifiedTime": SHOWN_TIME,
        "KernelGatewayImageConfig": gateway,
        "JupyterLabAppImageConfig": {**app, "ContainerConfig": masked},
        "CodeEditorAppImageConfig": {},
    }


def test_describe_tells_of_what_is_not_there_and_of_what_cannot_be(shell: Shell, made: Callable[[], list[str]]) -> None:
    """By 3 and by 1; what cannot be is not asked for."""
    faulty = shell.call("describe", "a_b")
    assert (faulty.code, faulty.out) == (1, "")
    assert faulty.err.startswith("1 fault, nothing was sent:\n  AppImageConfigName: must be letters and digits")
    assert made() == []
    missing = shell.call("describe", "lab")
    assert (missing.code, missing.out) == (3, "")
    assert "AppImageConfig: 'lab'. Check the name, the account and the region." in missing.err
    assert made() == ["Describe"]


def test_list_writes_lines_with_tabs_where_there_is_no_terminal(shell: Shell, client: AppImageConfigClient) -> None:
    """By name, and without a heading."""
    create(client, lab("b"), lab("a", CodeEditorAppImageConfig={}), {"AppImageConfigName": "team-c"})
    text, structured = shell.call_all("list", "list --output json --name-contains team")
    rows = [("a", "JupyterLab, CodeEditor", SHOWN_TIME), ("b", "JupyterLab", SHOWN_TIME), ("team-c", "", SHOWN_TIME)]
    assert text == Ran(0, "".join("\t".join(row) + "\n" for row in rows))
    assert structured.json == [
        {
            "AppImageConfigArn": arn("team-c"),
            "AppImageConfigName": "team-c",
            "CreationTime": SHOWN_TIME,
            "LastModifiedTime": SHOWN_TIME,
        }
    ]


def test_delete_goes_on_past_a_failure(
    shell: Shell, service: InMemorySageMaker, client: AppImageConfigClient, made: Callable[[], list[str]]
) -> None:
    """It names what failed, and the exit code is 3."""
    create(client, lab("a"), lab("b"), lab("c"), lab("d"))
    made()
    run = shell.call("delete", "a", "missing", "b")
    assert (run.code, run.err) == (3, "")
    first, second, third = run.out.splitlines()
    assert (first, third) == ("deleted a", "deleted b")
    assert second.startswith("failed missing: An error occurred (ResourceNotFound) when calling the Delete")
    assert made() == ["Delete"] * 3

    service.inject(Fault.connection_error(), operation="DeleteAppImageConfig")
    run = shell.call("delete", "--output", "json", "c", "d")
    assert (run.code, run.err) == (3, "Check --region, --endpoint-url and the network.\n")
    lost, deleted = json.loads(run.out)["outcomes"]
    assert (lost["app_image_config_name"], lost["status"]) == ("c", "failed")
    assert lost["error"]["type"] == "ConnectionClosedError"
    assert deleted == {
        "status": "deleted",
        "app_image_config_name": "d",
        "app_image_config_arn": None,
        "difference": [],
    }
    assert names(client) == ["c"]


def test_delete_may_take_what_is_missing_as_deleted(shell: Shell) -> None:
    """The exit code is 0."""
    assert shell.call("delete", "--missing-ok", "missing") == Ran(0, "deleted missing\n")


def test_delete_sends_nothing_while_any_name_is_faulty(shell: Shell, made: Callable[[], list[str]]) -> None:
    """All of them are told, and the exit code is 1."""
    run = shell.call("delete", "a", "b_", "_c")
    assert (run.code, run.out) == (1, "")
    assert run.err.startswith("2 faults, nothing was sent:\n  NAME 'b_': must be")
    assert "\n  NAME '_c': must be" in run.err
    assert made() == []


# export


TAGGED = lab("b", Tags=[{"Key": "team", "Value": "ml"}])


@pytest.fixture
def exported(client: AppImageConfigClient) -> None:
    """Let there be something to export, with a secret, and tags, one of them of AWS."""
    container = {"ContainerEnvironmentVariables": {"TOKEN": "a secret ü"}}
    create(client, lab("a", JupyterLabAppImageConfig={"ContainerConfig": container}))
    create(client, {**TAGGED, "Tags": [*TAGGED["Tags"], {"Key": "aws:stack", "Value": "s"}]})


@pytest.mark.usefixtures("exported")
@pytest.mark.parametrize("file_format", ["json", "yaml"])
def test_what_was_exported_and_is_applied_changes_nothing(
    shell: Shell, made: Callable[[], list[str]], file_format: str
) -> None:
    """Secrets and tags are in it, but for the tags of AWS."""
    run = shell.call("export", "--format", file_format, PYTHONIOENCODING="ascii")
    assert (run.code, run.err) == (0, "")
    assert "a secret ü" in run.out
    path = shell.directory / f"exported.{file_format}"
    path.write_text(run.out, encoding="utf-8")
    assert load(path)[1] == from_request(TAGGED)
    made()
    run = shell.call("apply", "--yes", path.name)
    assert run == Ran(0, "= unchanged a\n= unchanged b\nPlan: 0 to create, 0 to update, 2 unchanged.\n")
    assert made() == ["ListAppImageConfigs", "ListTags"]


@pytest.mark.usefixtures("exported")
def test_export_writes_files_into_a_directory_and_over_none_of_them(shell: Shell) -> None:
    """Unless it is told to; the paths are printed."""
    text = shell.call("export", "--directory", "new/one")
    assert text == Ran(0, "new/one/a.json\nnew/one/b.json\n")
    path = shell.directory / "new/one/b.json"
    assert json.loads(path.read_text(encoding="utf-8")) == TAGGED

    path.write_text("mine", encoding="utf-8")
    run = shell.call("export", "--directory", "new/one")
    assert (run.code, run.out) == (2, "")
    assert "new/one/a.json, new/one/b.json would be written over: pass --overwrite" in run.err
    assert path.read_text(encoding="utf-8") == "mine"

    command = ["export", "--directory", "new/one", "--overwrite", "--name-contains", "b", "--output", "json"]
    run = shell.call(*command)
    assert (run.code, run.json) == (0, ["new/one/b.json"])
    assert json.loads(path.read_text(encoding="utf-8")) == TAGGED


@pytest.mark.usefixtures("exported")
@pytest.mark.parametrize(
    ("directory", "message"),
    [
        ("file", "Directory 'file' is a file"),
        ("file/new", "file/new cannot be written: Not a directory; pass another --directory"),
        ("x" * 300, "cannot be written: File name too long; pass another --directory"),
    ],
    ids=["file", "parent", "name"],
)
def test_a_directory_that_cannot_be_written_is_told(shell: Shell, directory: str, message: str) -> None:
    """The exit code is 2."""
    (shell.directory / "file").touch()
    run = shell.call("export", "--directory", directory)
    assert (run.code, run.out) == (2, "")
    assert message in run.err


# in memory


def test_in_memory_needs_no_account(shell: Shell, made: Callable[[], list[str]]) -> None:
    """No credentials, no region and no network; each run begins with nothing."""
    shell.write("lab.json", lab())
    nothing = {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}
    commands = (["apply", "--yes", "lab.json"], ["list"])
    runs = at_once(*(partial(shell.run, *command, "--in-memory", **nothing) for command in commands))
    assert runs == [Ran(0, CREATED), Ran(0, "")]
    assert made() == []


# Interruption


def interrupt(process: subprocess.Popen[str], number: signal.Signals = signal.SIGINT) -> None:
    """Send *process* a signal, and wait until it says that it has come."""
    process.send_signal(number)
    assert process.stderr
    assert [process.stderr.readline(), process.stderr.readline()] == ["\n", "Finishing what is under way...\n"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_apply_that_is_interrupted_finishes_what_is_under_way(
    shell: Shell, client: AppImageConfigClient, gate: Gate, number: signal.Signals
) -> None:
    """It reports that, begins nothing more, and names what it did not begin; the exit code is 128 and the signal."""
    every = [f"lab-{count}" for count in range(20)]
    shell.write("labs.json", *map(lab, every))
    gate.operation = "CreateAppImageConfig"
    arguments = ["apply", "--yes", "--max-workers", "2", "labs.json", *shell.endpoint]
    with shell.start(*arguments) as process:
        gate.wait_for(2)
        interrupt(process, number)
        gate.open()
        run = ended(process)
    assert run.code == 128 + number
    reported = re.findall(r"^created (.*)$", run.out, re.MULTILINE)
    assert sorted(reported) == names(client) == ["lab-0", "lab-1"]
    assert run.out.endswith("\nApplied: 2 created.\n")
    left = ", ".join(name for name in every if name not in reported)
    assert run.err == f"Interrupted. What was under way was finished; not begun: {left}.\n"


def test_apply_that_is_interrupted_reports_as_json(shell: Shell, client: AppImageConfigClient, gate: Gate) -> None:
    """The plan is whole, and what was not begun has no outcome; what does not change is not missed."""
    create(client, lab("z"))
    shell.write("labs.json", lab("a"), lab("z"))
    gate.operation = "CreateAppImageConfig"
    arguments = ["apply", "--yes", "--output", "json", "--max-workers", "1", "labs.json", *shell.endpoint]
    with shell.start(*arguments) as process:
        gate.wait_for(1)
        interrupt(process)
        gate.open()
        run = ended(process)
    assert run.code == 130
    result = json.loads(run.out)
    assert [step["action"] for step in result["plan"]["steps"]] == ["create", "unchanged"]
    assert [outcome["app_image_config_name"] for outcome in result["outcomes"]] == ["a"]
    assert run.err.endswith("not begun: nothing that changes.\n")


def test_an_interruption_when_all_is_begun_is_told_as_well(
    shell: Shell, client: AppImageConfigClient, gate: Gate
) -> None:
    """Everything is finished, and the exit code is that of an interruption."""
    shell.write("lab.json", lab())
    gate.operation = "CreateAppImageConfig"
    with shell.start("apply", "--yes", "lab.json", *shell.endpoint) as process:
        gate.wait_for(1)
        interrupt(process)
        gate.open()
        run = ended(process)
    assert (run.code, run.out) == (130, CREATED)
    assert run.err.endswith("Interrupted. What was under way was finished; not begun: nothing that changes.\n")
    assert names(client) == ["lab"]


def test_delete_that_is_interrupted_finishes_what_is_under_way(
    shell: Shell, client: AppImageConfigClient, gate: Gate
) -> None:
    """As apply does."""
    create(client, lab("a"), lab("b"), lab("c"))
    gate.operation = "DeleteAppImageConfig"
    with shell.start("delete", "a", "b", "c", *shell.endpoint) as process:
        gate.wait_for(1)
        interrupt(process)
        gate.open()
        run = ended(process)
    left = "Interrupted. What was under way was finished; not begun: b, c.\n"
    assert run == Ran(130, "deleted a\n", left)
    assert names(client) == ["b", "c"]


def test_what_only_reads_ends_at_once(shell: Shell, gate: Gate) -> None:
    """The exit code is 130."""
    gate.operation = "ListAppImageConfigs"
    with shell.start("list", *shell.endpoint) as process:
        gate.wait_for(1)
        process.send_signal(signal.SIGINT)
        assert ended(process) == Ran(130, "", "\nInterrupted.\n")


# Streams


def many(shell: Shell) -> str:
    """Write a request file whose plan is longer than what a pipe holds, and return its name."""
    return shell.write("many.json", *({"AppImageConfigName": f"{'x' * 50}-{count:04}"} for count in range(3000)))


def test_a_reader_of_stdout_that_goes_away_ends_the_command_quietly(shell: Shell) -> None:
    """As head -1 does; the exit code is 141."""
    with shell.start("plan", "--in-memory", many(shell)) as process:
        assert process.stdout
        assert process.stdout.readline().startswith("+ create x")
        process.stdout.close()
        process.stdout = None
        assert ended(process) == Ran(141, "")


def test_apply_begins_nothing_more_when_the_reader_of_stdout_goes_away(
    shell: Shell, client: AppImageConfigClient, gate: Gate
) -> None:
    """What is under way is finished."""
    shell.write("labs.json", lab("a"), lab("b"), lab("c"))
    gate.operation = "CreateAppImageConfig"
    with shell.start("apply", "--yes", "--max-workers", "1", "labs.json", *shell.endpoint) as process:
        gate.wait_for(1)
        assert process.stdout
        process.stdout.close()
        process.stdout = None
        gate.open()
        assert ended(process) == Ran(141, "")
    assert names(client) == ["a"]


@pytest.mark.parametrize("command", ["list", "export"])
def test_a_pipe_without_a_reader_ends_the_command_quietly(
    shell: Shell, client: AppImageConfigClient, command: str
) -> None:
    """Before anything is written; the exit code is 141."""
    create(client, lab())
    reader, writer = os.pipe()
    os.close(reader)
    with shell.start(command, *shell.endpoint, stdout=writer) as process:
        os.close(writer)
        assert ended(process) == Ran(141, "")


def test_a_pipe_without_a_reader_may_take_stderr_too(shell: Shell) -> None:
    """The exit code is 141."""
    reader, writer = os.pipe()
    os.close(reader)
    with shell.start("list", stdout=writer, stderr=writer) as process:
        os.close(writer)
        assert ended(process) == Ran(141, "")


def test_a_stdout_that_cannot_be_written_is_told(shell: Shell) -> None:
    """Here a file that is open for reading alone, as it might be a full disk. The exit code is 3."""
    shell.write("lab.json", lab())
    with (
        Path(os.devnull).open(encoding="utf-8") as unwritable,
        shell.start("plan", "--in-memory", "lab.json", stdout=unwritable) as process,
    ):
        assert ended(process) == Ran(3, "", f"[Errno {errno.EBADF}] {os.strerror(errno.EBADF)}\n")


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_streams_may_be_closed(shell: Shell, closed: str) -> None:
    """What would be written to them is lost, and the rest is done."""
    shell.write("lab.json", {"AppImageConfigName": "lab"})
    run = shell.run("check", "--strict", "lab.json", command=["sh", "-c", f'exec "$0" "$@" {closed}', *COMMAND])
    assert (run.code, bool(run.out), bool(run.err)) == (1, " >&-" not in f" {closed}", "2>&-" not in closed)


def test_apply_without_stdin_needs_yes(shell: Shell) -> None:
    """As without a terminal."""
    shell.write("lab.json", lab())
    run = shell.run("apply", "--in-memory", "lab.json", command=["sh", "-c", 'exec "$0" "$@" <&-', *COMMAND])
    assert run.code == 2
    assert "pass --yes" in run.err


def test_every_encoding_will_do(shell: Shell, client: AppImageConfigClient) -> None:
    """What it lacks is escaped."""
    name = "Pythön \U0001f40d"
    create(client, {"AppImageConfigName": "lab", "KernelGatewayImageConfig": {"KernelSpecs": [{"Name": name}]}})
    run = shell.call("describe", "lab", PYTHONIOENCODING="ascii:strict")
    assert (run.code, run.err) == (0, "")
    assert run.out.endswith("KernelSpecs[0].Name: Pyth\\xf6n \\U0001f40d\n")


# At a terminal


def test_apply_shows_the_plan_and_asks_at_a_terminal(shell: Shell, client: AppImageConfigClient) -> None:
    """After a yes it is carried out, with a progress bar and the outcomes above it."""
    name = "lab-" + "x" * 50
    shell.write("lab.json", lab(name))
    with shell.terminal("apply", "lab.json", *shell.endpoint, columns=40) as terminal:
        terminal.wait_for("[y/N]: ")
        assert terminal.text == (
            f"+ create {name}\nPlan: 1 to create, 0 to update, 0 unchanged.\nCarry out this plan? [y/N]: "
        )
        terminal.type("y\n")
        assert terminal.code() == 0
    assert f"{ESCAPE}[32m+ create {name}{ESCAPE}[0m\n" in terminal.written
    assert "Applying " in terminal.text
    # The bar is not dyed by the lines above it, and nothing is left of it.
    assert f"{ESCAPE}[32mcreated {name}{ESCAPE}[0m\nApplying " in terminal.written
    assert terminal.written.endswith(f"{ESCAPE}[2KApplied: 1 created.\n")
    assert names(client) == [name]


@pytest.mark.parametrize(("answer", "shown"), [("n\n", "n\n"), ("\xe4\n", "\xe4\n"), ("\x04", "\n")])
def test_apply_does_nothing_unless_the_answer_is_yes(
    shell: Shell, made: Callable[[], list[str]], answer: str, shown: str
) -> None:
    """Be it no, anything else or Ctrl-D; the exit code is 4."""
    shell.write("lab.json", lab())
    with shell.terminal("apply", "lab.json", *shell.endpoint, PYTHONIOENCODING="ascii") as terminal:
        terminal.wait_for("[y/N]: ")
        terminal.type(answer)
        assert terminal.code() == 4
    assert terminal.text.endswith(f"[y/N]: {shown}Nothing was done.\n")
    assert made() == ["ListAppImageConfigs"]


def test_apply_may_be_interrupted_at_its_question(shell: Shell, made: Callable[[], list[str]], gate: Gate) -> None:
    """The exit code is 130."""
    del gate
    shell.write("lab.json", lab())
    with shell.terminal("apply", "lab.json", *shell.endpoint) as terminal:
        terminal.wait_for("[y/N]: ")
        terminal.process.send_signal(signal.SIGINT)
        # A signal that comes just before the answer is read waits for it.
        terminal.type("\n")
        assert terminal.code() == 130
    assert re.search(r"\[y/N\]: \n+Interrupted\.\n", terminal.text)
    assert made() == ["ListAppImageConfigs"]


def test_apply_asks_with_the_plan_on_stderr_where_stdout_takes_json(shell: Shell) -> None:
    """So that stdout can be redirected."""
    shell.write("lab.json", lab())
    with (shell.directory / "out.json").open("w", encoding="utf-8") as file:
        ours, its = os.openpty()
        arguments = ["apply", "--in-memory", "--output", "json", "lab.json"]
        with shell.start(*arguments, stdin=its, stdout=file, stderr=its) as process:
            os.close(its)
            terminal = Terminal(process, ours)
            terminal.wait_for("[y/N]: ")
            assert terminal.text == f"{PLAN_TO_CREATE}Carry out this plan? [y/N]: "
            terminal.type("y\n")
            assert terminal.code() == 0
            os.close(ours)
    result = json.loads((shell.directory / "out.json").read_text(encoding="utf-8"))
    assert [outcome["status"] for outcome in result["outcomes"]] == ["created"]


def test_the_plan_comes_before_the_question_where_stdout_is_a_pipe(shell: Shell) -> None:
    """As with tee; the bar is on the terminal, and the outcomes are not."""
    shell.write("lab.json", lab())
    ours, its = os.openpty()
    environment = {"TERM": "xterm-256color"}
    with shell.start("apply", "--in-memory", "lab.json", stdin=its, stderr=its, environment=environment) as process:
        os.close(its)
        terminal = Terminal(process, ours)
        terminal.wait_for("[y/N]: ")
        assert process.stdout
        assert process.stdout.readline() == "+ create lab\n"
        terminal.type("y\n")
        assert terminal.code() == 0
        assert process.stdout.read().endswith("\ncreated lab\nApplied: 1 created.\n")
        os.close(ours)
    assert "Applying " in terminal.text
    assert "created" not in terminal.text


def test_nothing_is_cut_off_or_altered_at_a_terminal(shell: Shell, client: AppImageConfigClient) -> None:
    """However narrow it is: long paths, square brackets and colons stay, and names can be copied."""
    display_name = "[red]R[/red] :snake: " + "x" * 80
    spec = {"Name": "ir", "DisplayName": display_name}
    create(
        client, lab("lab-" + "x" * 50), {"AppImageConfigName": "r", "KernelGatewayImageConfig": {"KernelSpecs": [spec]}}
    )
    with shell.terminal("describe", "r", *shell.endpoint, columns=30) as terminal:
        assert terminal.code() == 0
    assert f"\nKernelGatewayImageConfig.KernelSpecs[0].DisplayName: {display_name}\n" in terminal.text
    with shell.terminal("list", *shell.endpoint, columns=30) as terminal:
        assert terminal.code() == 0
    assert terminal.written.startswith(f"{ESCAPE}[1mNAME ")
    assert [line.rstrip() for line in terminal.text.splitlines()] == [
        "NAME                                                    APPS           LAST MODIFIED",
        f"lab-{'x' * 50}  JupyterLab     {SHOWN_TIME}",
        f"r                                                       KernelGateway  {SHOWN_TIME}",
    ]


def test_findings_are_coloured_at_a_terminal_and_nowhere_else(shell: Shell) -> None:
    """Unless NO_COLOR is set."""
    shell.write("labs.json", lab("a", uid=5), {"AppImageConfigName": "lab", "Tag": []})
    fault = "labs.json:13: [1].Tag: is no member here; did you mean Tags?"
    with shell.terminal("check", "labs.json") as terminal:
        assert terminal.code() == 1
    assert terminal.written.startswith(f"{ESCAPE}[31m{fault}{ESCAPE}[0m\n{ESCAPE}[33mlabs.json:5: ")
    with shell.terminal("check", "labs.json", NO_COLOR="1") as terminal:
        assert terminal.code() == 1
    assert terminal.written.startswith(f"{fault}\nlabs.json:5: ")
    run = shell.run("check", "labs.json")
    assert run.out.startswith(f"{fault}\nlabs.json:5: ")
    assert ESCAPE not in run.out


# Secrets


CANARY = "c4n4ry-in-the-mine"


def test_secrets_are_shown_by_export_alone(shell: Shell, service: InMemorySageMaker) -> None:
    """Neither environment values nor arguments, in text nor JSON, before, after and when something fails."""

    def with_secret(secret: str) -> None:
        container = {"ContainerArguments": [secret], "ContainerEnvironmentVariables": {"TOKEN": secret}}
        shell.write("lab.json", lab(JupyterLabAppImageConfig={"ContainerConfig": container}))

    with_secret(CANARY * 20)
    runs = [shell.run("check", "lab.json"), shell.run("check", "--output", "json", "lab.json")]
    assert [run.code for run in runs] == [1, 1]

    with_secret(CANARY)
    refusal = Fault.error("ValidationException", message=f"{CANARY!r} is refused.")
    service.inject(refusal, operation="CreateAppImageConfig")
    runs += [shell.call("apply", "--yes", "lab.json"), shell.call("apply", "--yes", "--output", "json", "lab.json")]
    assert [run.code for run in runs[2:]] == [3, 0]
    assert "'***' is refused." in runs[2].out

    with_secret(f"{CANARY}-2")
    *reading, export = shell.call_all(
        "plan lab.json",
        "plan --output json lab.json",
        "describe lab",
        "describe --output json lab",
        "list --output json",
        "export",
    )
    runs += [*reading, shell.call("apply", "--yes", "lab.json"), shell.call("delete", "lab")]
    assert [run.code for run in runs[4:]] == [0] * 7
    assert "TOKEN']: *** -> ***" in runs[-2].out
    assert not [run for run in runs if CANARY in run.out + run.err]
    assert export.out.count(CANARY) == 2


# The documentation


def test_the_commands_of_the_documentation_print_what_it_shows(shell: Shell) -> None:
    """
    In each console block, a line that begins with "$ " is a command, and up to the next one is what it prints.

    Commands of appimageconfig are run one after the other, without a terminal, against one endpoint, and their stdout
    and stderr compared with what is shown. What "$ cat FILE" shows is written to that file. Other commands are not
    run, and nothing is shown of them.
    """
    page = (ROOT / "docs/command-line.md").read_text(encoding="utf-8")
    environment = {"AWS_ENDPOINT_URL": shell.endpoint[1], "AWS_DEFAULT_REGION": "us-east-1"}
    ran = 0
    for block in re.findall(r"^```console\n(.*?)^```$", page, re.MULTILINE | re.DOTALL):
        for command, shown in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE):
            program, *arguments = shlex.split(command)
            if program == "cat":
                (shell.directory / arguments[0]).write_text(shown, encoding="utf-8")
            elif program == "appimageconfig":
                with shell.start(*arguments, environment=environment, stderr=subprocess.STDOUT) as process:
                    assert (command, ended(process).out) == (command, shown)
                ran += 1
            else:
                assert (command, shown) == (command, "")
    assert ran >= 10
