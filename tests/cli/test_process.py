"""The command line as a process: how it starts, signals, and pipes and streams that are closed."""

from __future__ import annotations

import errno
import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from command_line import (
    COMMAND,
    CREATED,
    IN_MEMORY,
    INVALID_RESPONSE,
    SECONDS,
    UNREADABLE_BODIES,
    Alteration,
    Gate,
    Ran,
    Shell,
    create,
    ended,
    lab,
    names,
    without,
)
from systems import needs_bash, needs_dev_full, needs_signals

from appimageconfig.testing import Response

if TYPE_CHECKING:
    from collections.abc import Callable

    from appimageconfig import AppImageConfigClient
    from appimageconfig.testing import InMemorySageMaker

pytestmark = pytest.mark.enable_socket


# Start


@pytest.mark.parametrize("argument", ["--help", "nonsense"])
def test_module_and_script_are_the_same_command(shell: Shell, argument: str) -> None:
    script, module = (
        shell.run(argument, command=command) for command in (COMMAND, [sys.executable, "-m", "appimageconfig"])
    )
    assert module == script


def test_check_imports_only_what_it_needs(shell: Shell) -> None:
    """The others are slow to import."""
    shell.write("lab.json", lab(uid=5))
    command = [sys.executable, "-X", "importtime", "-m", "appimageconfig"]
    run = shell.run("check", "lab.json", command=command)
    assert run.code == 0
    imported = set(re.findall(r"\| +([\w.]+)$", run.err, re.MULTILINE))
    assert "appimageconfig.cli" in imported
    assert not imported & {"boto3", "botocore.session", "botocore.client", "rich", "yaml"}
    assert not imported & {"appimageconfig.provisioning", "appimageconfig.testing"}


def test_without_click_the_error_says_what_to_install(shell: Shell) -> None:
    message = "The command line needs click: pip install 'appimageconfig[cli]'\n"
    assert shell.run("check", "x.json", command=without("click")) == Ran(2, "", message)


def test_without_rich_commands_work_without_a_terminal(shell: Shell) -> None:
    shell.write("lab.json", {"AppImageConfigName": "lab"})
    assert shell.run("check", "lab.json", command=without("rich")).code == 0


@pytest.mark.parametrize("command", ["check lab.yaml", "plan --in-memory lab.yaml"])
def test_without_pyyaml_the_error_for_yaml_says_what_to_install(shell: Shell, command: str) -> None:
    (shell.directory / "lab.yaml").write_text("AppImageConfigName: lab", encoding="utf-8")
    run = shell.run(*shlex.split(command), command=without("yaml"))
    assert (run.code, run.out) == (2, "")
    assert "YAML needs PyYAML: pip install 'appimageconfig[yaml]'" in run.err


def test_other_missing_modules_raise_an_import_error(shell: Shell) -> None:
    """A broken installation is not reported as a missing extra."""
    with shell.start("list", command=without("boto3")) as process:
        _, err = process.communicate(timeout=SECONDS)
    assert process.returncode == 1
    assert "No module named 'boto3'" in err
    assert "pip install" not in err


def test_ctrl_c_during_the_import_exits_with_130(shell: Shell) -> None:
    assert shell.run("list", command=without("click", "KeyboardInterrupt")) == Ran(130, "")


def test_nothing_is_imported_before_ctrl_c_ends_the_process() -> None:
    """Except for what arranges it. Python itself has imported os before, and nothing can be arranged without signal."""
    program = """
import os, signal, sys
class Finder:
    @staticmethod
    def find_spec(name, *_):
        if signal.getsignal(signal.SIGINT) is signal.default_int_handler: print(name)
sys.meta_path.insert(0, Finder)
sys.argv = ["appimageconfig"]
import appimageconfig
"""
    # Without the .pth files of the environment, which may import some of the modules.
    command = [sys.executable, "-S", "-c", program]
    variables = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    run = subprocess.run(command, check=True, capture_output=True, text=True, env=variables)
    assert run.stdout.splitlines() == ["appimageconfig", "appimageconfig._signals", "__future__"]


@needs_signals
@pytest.mark.usefixtures("gate")
@pytest.mark.parametrize("command", [COMMAND, [sys.executable, "-m", "appimageconfig"]], ids=["script", "module"])
def test_ctrl_c_at_any_time_of_the_start_ends_the_command_without_a_traceback(
    shell: Shell, command: list[str], gate: Gate
) -> None:
    """Killed by the signal while it is imported, and with the same code for a shell, 130, as soon as it runs."""
    gate.operation = "ListAppImageConfigs"
    # Before this, Python itself does not handle signals.
    started = [*command[:1], "-v", *command[1:]] if command[1:] else [sys.executable, "-v", *command]
    for step in range(20):
        with shell.start("list", *shell.endpoint, command=started) as process:
            assert process.stderr
            while "import 'appimageconfig._signals'" not in process.stderr.readline():
                pass
            time.sleep(step * 0.015)
            process.send_signal(signal.SIGINT)
            _, err = process.communicate(timeout=SECONDS)
        assert process.returncode in {130, -signal.SIGINT}
        assert "Traceback" not in err
        assert "KeyboardInterrupt" not in err


# Errors, on one line


@pytest.mark.parametrize("body", UNREADABLE_BODIES.values(), ids=UNREADABLE_BODIES)
def test_a_response_that_cannot_be_read_is_one_line_on_stderr(
    shell: Shell, client: AppImageConfigClient, altered: Callable[[Alteration], None], body: bytes
) -> None:
    create(client, lab())
    altered(lambda _, __: body)
    run = shell.call("describe", "lab")
    assert (run.code, run.out) == (3, "")
    assert re.fullmatch(INVALID_RESPONSE, run.err)


@pytest.mark.parametrize("command", ["describe lab", "list", "delete --yes lab", "apply --yes lab.json"])
def test_the_page_of_a_proxy_is_a_failure_of_every_command(
    shell: Shell, service: InMemorySageMaker, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    """Although its status is 200."""
    page = Response(200, {"Content-Type": "text/html"}, b"<html>Please log in.</html>")

    def respond(*_: Any, **__: Any) -> Response:
        return page

    monkeypatch.setattr(service, "respond", respond)
    shell.write("lab.json", lab())
    run = shell.call(*shlex.split(command))
    assert run.code == 3
    assert (run.out + run.err).count("\n") == 1
    assert "invalid response: its content type is 'text/html', not JSON; check the endpoint, and " in run.out + run.err


@pytest.mark.parametrize(
    ("command", "variables", "message"),
    [
        ("nonsense", {}, "No such command 'nonsense'. Try 'appimageconfig --help' for help."),
        ("check", {}, "Missing argument 'FILE...'. Try 'appimageconfig check --help' for help."),
        ("check --output xml x.json", {}, "'xml' is not one of 'text', 'json'."),
        (
            "list --region us-east-1 --endpoint-url http://127.0.0.1:99999",
            {},
            "Port out of range 0-65535; ",
        ),
        ("list --region ../x", {}, "; check --region, --endpoint-url"),
        (
            "list --region x",
            {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""},
            "Unable to locate credentials. Pass --profile",
        ),
        ("list", {}, "You must specify a region. Pass --region"),
        ("list --profile nobody", {}, "The config profile (nobody) could not be found. Check --profile"),
    ],
)
def test_invalid_or_missing_settings_are_one_line_on_stderr(
    shell: Shell, command: str, variables: dict[str, str], message: str
) -> None:
    run = shell.run(*shlex.split(command), **variables)
    assert (run.code, run.out) == (2, "")
    assert message in run.err
    assert run.err.count("\n") == 1


# Signals


def interrupt(process: subprocess.Popen[str], number: signal.Signals = signal.SIGINT) -> None:
    """Send *process* a signal, and wait until it says that it has arrived."""
    process.send_signal(number)
    assert process.stderr
    assert [process.stderr.readline(), process.stderr.readline()] == ["\n", "Finishing the requests under way...\n"]


@needs_signals
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_apply_finishes_the_requests_under_way_and_lists_the_rest(
    shell: Shell, client: AppImageConfigClient, gate: Gate, number: signal.Signals
) -> None:
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
    assert run.err == f"Interrupted. Requests under way were finished; not started: {left}.\n"


@needs_signals
def test_interrupted_apply_prints_the_whole_plan_and_the_outcomes_as_json(
    shell: Shell, client: AppImageConfigClient, gate: Gate
) -> None:
    """Unchanged configs are not among those that were not started."""
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
    assert run.err.endswith("not started: none.\n")


@needs_signals
def test_apply_exits_with_130_even_if_everything_was_finished(
    shell: Shell, client: AppImageConfigClient, gate: Gate
) -> None:
    shell.write("lab.json", lab())
    gate.operation = "CreateAppImageConfig"
    with shell.start("apply", "--yes", "lab.json", *shell.endpoint) as process:
        gate.wait_for(1)
        interrupt(process)
        gate.open()
        run = ended(process)
    assert (run.code, run.out) == (130, shell.target() + CREATED)
    assert run.err.endswith("Interrupted. Requests under way were finished; not started: none.\n")
    assert names(client) == ["lab"]


@needs_signals
def test_interrupted_delete_finishes_the_request_under_way_and_lists_the_rest(
    shell: Shell, client: AppImageConfigClient, gate: Gate
) -> None:
    create(client, lab("a"), lab("b"), lab("c"))
    gate.operation = "DeleteAppImageConfig"
    with shell.start("delete", "--yes", "a", "b", "c", *shell.endpoint) as process:
        gate.wait_for(1)
        interrupt(process)
        gate.open()
        run = ended(process)
    left = "Interrupted. Requests under way were finished; not started: b, c.\n"
    assert run == Ran(130, "deleted a\n", left)
    assert names(client) == ["b", "c"]


@needs_signals
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_export_leaves_whole_files_and_lists_the_rest(
    shell: Shell, client: AppImageConfigClient, number: signal.Signals
) -> None:
    """The second file is a named pipe, at which the command waits for a reader."""
    create(client, lab("a"), lab("b"), lab("c"))
    os.mkfifo(shell.directory / "b.json")
    with shell.start("export", "--directory", ".", "--overwrite", *shell.endpoint) as process:
        until = time.monotonic() + SECONDS
        while not (shell.directory / "a.json").exists():
            assert time.monotonic() < until
            time.sleep(0.01)
        process.send_signal(number)
        reader = os.open(shell.directory / "b.json", os.O_RDONLY | os.O_NONBLOCK)
        run = ended(process)
        os.close(reader)
    assert run.code == 128 + number
    # The signal can arrive before the second file is begun.
    assert run.out in {"a.json\n", "a.json\nb.json\n"}
    left = "c.json" if "b.json" in run.out else "b.json, c.json"
    assert run.err == f"Interrupted. Files under way were finished; not written: {left}.\n"
    assert sorted(path.name for path in shell.directory.iterdir()) == ["a.json", "b.json"]


@needs_signals
def test_commands_that_only_read_end_at_once(shell: Shell, gate: Gate) -> None:
    gate.operation = "ListAppImageConfigs"
    with shell.start("list", *shell.endpoint) as process:
        gate.wait_for(1)
        process.send_signal(signal.SIGINT)
        assert ended(process) == Ran(130, "", "\nInterrupted.\n")


# Streams


def test_command_ends_quietly_when_the_reader_of_stdout_exits(shell: Shell) -> None:
    """As with ``head -1``. The plan is longer than the buffer of a pipe."""
    many = shell.write("many.json", *({"AppImageConfigName": f"{'x' * 50}-{count:04}"} for count in range(3000)))
    with shell.start("plan", "--in-memory", many) as process:
        assert process.stdout
        assert process.stdout.readline() == IN_MEMORY
        process.stdout.close()
        process.stdout = None
        assert ended(process) == Ran(141, "")


def test_apply_starts_no_more_requests_after_the_reader_of_stdout_exits(
    shell: Shell, client: AppImageConfigClient, gate: Gate
) -> None:
    """The requests under way are finished."""
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
def test_command_ends_quietly_if_stdout_never_had_a_reader(
    shell: Shell, client: AppImageConfigClient, command: str
) -> None:
    create(client, lab())
    reader, writer = os.pipe()
    os.close(reader)
    with shell.start(command, *shell.endpoint, stdout=writer) as process:
        os.close(writer)
        assert ended(process) == Ran(141, "")


def test_command_ends_quietly_if_stderr_has_no_reader_either(shell: Shell) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with shell.start("list", stdout=writer, stderr=writer) as process:
        os.close(writer)
        assert ended(process) == Ran(141, "")


def test_unwritable_stdout_is_reported(shell: Shell) -> None:
    """Here a file that is open only for reading; a full disk fails in the same way."""
    shell.write("lab.json", lab())
    with (
        Path(os.devnull).open(encoding="utf-8") as unwritable,
        shell.start("plan", "--in-memory", "lab.json", stdout=unwritable) as process,
    ):
        assert ended(process) == Ran(3, "", f"[Errno {errno.EBADF}] {os.strerror(errno.EBADF)}\n")


@needs_dev_full
@pytest.mark.parametrize("arguments", ["--help", "--version", "check --help", "schema"])
def test_full_disk_is_reported_by_every_output(shell: Shell, arguments: str) -> None:
    with (
        Path("/dev/full").open("w", encoding="utf-8") as full,
        shell.start(*arguments.split(), stdout=full) as process,
    ):
        assert ended(process) == Ran(3, "", f"[Errno {errno.ENOSPC}] {os.strerror(errno.ENOSPC)}\n")


@pytest.mark.parametrize("arguments", ["--help", "--version", "check --help", "schema"])
def test_every_output_ends_quietly_without_a_reader(shell: Shell, arguments: str) -> None:
    """As with ``| true``."""
    reader, writer = os.pipe()
    os.close(reader)
    with shell.start(*arguments.split(), stdout=writer) as process:
        os.close(writer)
        assert ended(process) == Ran(141, "")


@needs_dev_full
def test_invalid_command_line_exits_with_2_even_if_it_cannot_be_reported(shell: Shell) -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as full, shell.start("nonsense", stderr=full) as process:
        assert ended(process) == Ran(2, "")


@needs_bash
@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_a_closed_stream_does_not_affect_the_others(shell: Shell, closed: str) -> None:
    shell.write("lab.json", {"AppImageConfigName": "lab"})
    run = shell.run("check", "--strict", "lab.json", command=["sh", "-c", f'exec "$0" "$@" {closed}', *COMMAND])
    assert (run.code, bool(run.out), bool(run.err)) == (1, " >&-" not in f" {closed}", "2>&-" not in closed)


@needs_bash
def test_apply_requires_yes_if_stdin_is_closed(shell: Shell) -> None:
    shell.write("lab.json", lab())
    run = shell.run("apply", "--in-memory", "lab.json", command=["sh", "-c", 'exec "$0" "$@" <&-', *COMMAND])
    assert run.code == 2
    assert "pass --yes" in run.err


def test_characters_that_stdout_cannot_encode_are_escaped_except_in_an_export(
    shell: Shell, client: AppImageConfigClient
) -> None:
    """A request file is UTF-8 whatever the encoding of stdout."""
    name = "Pythön \U0001f40d"
    request = {"AppImageConfigName": "lab", "KernelGatewayImageConfig": {"KernelSpecs": [{"Name": name}]}}
    create(client, request)
    run = shell.call("describe", "lab", PYTHONIOENCODING="ascii:strict")
    assert (run.code, run.err) == (0, "")
    assert run.out.endswith("KernelSpecs[0].Name: Pyth\\xf6n \\U0001f40d\n")
    assert shell.call("export", PYTHONIOENCODING="ascii:strict").json == request
