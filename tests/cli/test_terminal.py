"""The command line at a terminal: the confirmation of apply and delete, colors, tables and the progress bar."""

from __future__ import annotations

import json
import os
import re
import signal
from typing import TYPE_CHECKING

import pytest
from command_line import ESCAPE, IN_MEMORY, PLAN_TO_CREATE, TIME, UID, Shell, Terminal, create, lab, names, without
from systems import needs_terminals

if TYPE_CHECKING:
    from collections.abc import Callable

    from appimageconfig import AppImageConfigClient

pytestmark = [pytest.mark.enable_socket, needs_terminals]


def test_apply_asks_for_confirmation_and_shows_a_progress_bar(shell: Shell, client: AppImageConfigClient) -> None:
    name = "lab-" + "x" * 50
    shell.write("lab.json", lab(name))
    with shell.terminal("apply", "lab.json", *shell.endpoint, columns=40) as terminal:
        terminal.wait_for("[y/N]: ")
        plan = PLAN_TO_CREATE.replace("create lab", f"create {name}")
        assert terminal.text == f"{shell.target()}{plan}Apply this plan? [y/N]: "
        terminal.type("y\n")
        assert terminal.code() == 0
    assert f"{ESCAPE}[32m+ create {name}{ESCAPE}[0m\n{ESCAPE}[32m    {UID}: 1000{ESCAPE}[0m\n" in terminal.written
    assert "Applying " in terminal.text
    # The outcomes are above the bar and do not color it, and the bar is removed at the end.
    assert f"{ESCAPE}[32mcreated {name}{ESCAPE}[0m\nApplying " in terminal.written
    assert terminal.written.endswith(f"{ESCAPE}[2KApplied: 1 created.\n")
    assert names(client) == [name]


@pytest.mark.parametrize(("typed", "shown"), [("n\n", "n\n"), ("\xe4\n", "\xe4\n"), ("\x04", "\n")])
def test_apply_changes_nothing_unless_it_is_confirmed(
    shell: Shell, made: Callable[[], list[str]], typed: str, shown: str
) -> None:
    """By no, by anything else, or by Ctrl-D."""
    shell.write("lab.json", lab())
    with shell.terminal("apply", "lab.json", *shell.endpoint, PYTHONIOENCODING="ascii") as terminal:
        terminal.wait_for("[y/N]: ")
        terminal.type(typed)
        assert terminal.code() == 4
    assert terminal.text.endswith(f"[y/N]: {shown}Nothing was changed.\n")
    assert made() == ["ListAppImageConfigs"]


@pytest.mark.parametrize("options", [[], ["--yes"], ["--output", "json"]], ids=["question", "yes", "json"])
def test_apply_asks_nothing_and_shows_no_progress_bar_if_there_are_no_changes(
    shell: Shell, client: AppImageConfigClient, options: list[str]
) -> None:
    create(client, lab())
    shell.write("lab.json", lab())
    with shell.terminal("apply", "lab.json", *options, *shell.endpoint) as terminal:
        assert terminal.code() == 0
    if "json" in options:
        assert [outcome["status"] for outcome in json.loads(terminal.text)["outcomes"]] == ["unchanged"]
    else:
        assert terminal.written == (
            f"{shell.target(account=True)}No changes.\nPlan: 0 to create, 0 to update, 1 unchanged, 0 to delete.\n"
        )


def test_delete_asks_for_confirmation(shell: Shell, client: AppImageConfigClient) -> None:
    create(client, lab("a"), lab("b"), lab("c"))
    with shell.terminal("delete", "a", "b", *shell.endpoint) as terminal:
        terminal.wait_for("[y/N]: ")
        assert terminal.text == f"{shell.target()}Delete a, b? [y/N]: "
        assert names(client) == ["a", "b", "c"]
        terminal.type("y\n")
        assert terminal.code() == 0
    assert terminal.text == f"{shell.target()}Delete a, b? [y/N]: y\ndeleted a\ndeleted b\n"
    assert names(client) == ["c"]


def test_delete_deletes_nothing_unless_it_is_confirmed(shell: Shell, made: Callable[[], list[str]]) -> None:
    with shell.terminal("delete", "lab", *shell.endpoint) as terminal:
        terminal.wait_for("[y/N]: ")
        terminal.type("n\n")
        assert terminal.code() == 4
    assert terminal.text == f"{shell.target()}Delete lab? [y/N]: n\nNothing was changed.\n"
    assert made() == []


def test_delete_does_not_ask_with_yes(shell: Shell, client: AppImageConfigClient) -> None:
    create(client, lab())
    with shell.terminal("delete", "-y", "lab", *shell.endpoint) as terminal:
        assert terminal.code() == 0
    assert terminal.text == "deleted lab\n"


@pytest.mark.usefixtures("gate")
@pytest.mark.parametrize(("command", "calls"), [("apply lab.json", ["ListAppImageConfigs"]), ("delete lab", [])])
def test_ctrl_c_at_the_confirmation_changes_nothing(
    shell: Shell, made: Callable[[], list[str]], command: str, calls: list[str]
) -> None:
    shell.write("lab.json", lab())
    with shell.terminal(*command.split(), *shell.endpoint) as terminal:
        terminal.wait_for("[y/N]: ")
        terminal.process.send_signal(signal.SIGINT)
        # Python handles a signal that arrives just before it reads only after it has read.
        terminal.type("\n")
        assert terminal.code() == 130
    assert re.search(r"\[y/N\]: \n+Interrupted\.\n$", terminal.text)
    assert made() == calls


def test_apply_shows_the_plan_on_stderr_if_stdout_is_json(shell: Shell) -> None:
    """So that stdout can be redirected to a file."""
    shell.write("lab.json", lab())
    with (shell.directory / "out.json").open("w", encoding="utf-8") as file:
        ours, its = os.openpty()
        arguments = ["apply", "--in-memory", "--output", "json", "lab.json"]
        with shell.start(*arguments, stdin=its, stdout=file, stderr=its) as process:
            os.close(its)
            terminal = Terminal(process, ours)
            terminal.wait_for("[y/N]: ")
            assert terminal.text == f"{IN_MEMORY}{PLAN_TO_CREATE}Apply this plan? [y/N]: "
            terminal.type("y\n")
            assert terminal.code() == 0
            os.close(ours)
    result = json.loads((shell.directory / "out.json").read_text(encoding="utf-8"))
    assert [outcome["status"] for outcome in result["outcomes"]] == ["created"]


def test_apply_prints_the_plan_before_the_question_if_stdout_is_a_pipe(shell: Shell) -> None:
    """As with ``tee``. The bar is on the terminal, and the outcomes are not."""
    shell.write("lab.json", lab())
    ours, its = os.openpty()
    environment = {"TERM": "xterm-256color"}
    with shell.start("apply", "--in-memory", "lab.json", stdin=its, stderr=its, environment=environment) as process:
        os.close(its)
        terminal = Terminal(process, ours)
        terminal.wait_for("[y/N]: ")
        assert process.stdout
        assert process.stdout.readline() == IN_MEMORY
        terminal.type("y\n")
        assert terminal.code() == 0
        assert process.stdout.read().endswith("\ncreated lab\nApplied: 1 created.\n")
        os.close(ours)
    assert "Applying " in terminal.text
    assert "created" not in terminal.text


def test_narrow_terminal_cuts_nothing_off_and_text_is_not_markup(shell: Shell, client: AppImageConfigClient) -> None:
    """Names can be copied, and square brackets and colons are shown as they are, in values and in tables."""
    display_name = "[red]R[/red] :snake: " + "x" * 80
    gateway = {"KernelSpecs": [{"Name": "ir", "DisplayName": display_name}]}
    create(client, lab("lab-" + "x" * 50), {"AppImageConfigName": "r", "KernelGatewayImageConfig": gateway})
    with shell.terminal("describe", "r", *shell.endpoint, columns=30) as terminal:
        assert terminal.code() == 0
    assert f"\nKernelGatewayImageConfig.KernelSpecs[0].DisplayName: {display_name}\n" in terminal.written
    with shell.terminal("list", *shell.endpoint, columns=30) as terminal:
        assert terminal.code() == 0
    assert terminal.written.startswith(f"{ESCAPE}[1mNAME ")
    assert [line.rstrip() for line in terminal.text.splitlines()] == [
        "NAME                                                    APPS           LAST MODIFIED",
        f"lab-{'x' * 50}  JupyterLab     {TIME.isoformat()}",
        f"r                                                       KernelGateway  {TIME.isoformat()}",
    ]


def test_violations_and_warnings_are_colored_only_at_a_terminal_without_no_color(shell: Shell) -> None:
    shell.write("labs.json", lab("a", uid=5), {"AppImageConfigName": "lab", "Tag": []})
    violation = "labs.json:13: [1].Tag: unknown member 'Tag'; did you mean 'Tags'?"
    with shell.terminal("check", "labs.json") as terminal:
        assert terminal.code() == 1
    assert terminal.written.startswith(f"{ESCAPE}[31m{violation}{ESCAPE}[0m\n{ESCAPE}[33mlabs.json:5: ")
    with shell.terminal("check", "labs.json", NO_COLOR="1") as terminal:
        assert terminal.code() == 1
    assert terminal.written.startswith(f"{violation}\nlabs.json:5: ")
    run = shell.run("check", "labs.json")
    assert run.out.startswith(f"{violation}\nlabs.json:5: ")
    assert ESCAPE not in run.out


def test_without_rich_the_error_says_what_to_install(shell: Shell) -> None:
    shell.write("lab.json", {"AppImageConfigName": "lab"})
    with shell.terminal("check", "lab.json", command=without("rich")) as terminal:
        assert terminal.code() == 2
    assert terminal.text == "The command line needs rich: pip install 'appimageconfig[cli]'\n"
