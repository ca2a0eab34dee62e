"""The commands, run in this process by click's test runner; most of them call a service on loopback."""

from __future__ import annotations

import errno
import json
import os
import re
import shlex
import socket
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import pytest
from command_line import (
    CREATED,
    ENVIRONMENT,
    ESCAPE,
    GID,
    IN_MEMORY,
    INVALID_RESPONSE,
    TIME,
    UID,
    UNREADABLE_BODIES,
    Alteration,
    Invoker,
    Ran,
    create,
    lab,
    names,
    state,
)
from systems import needs_errors_of_posix, needs_modes

from appimageconfig import from_request, load
from appimageconfig.files import schema
from appimageconfig.testing import Fault, InMemorySageMaker

if TYPE_CHECKING:
    from collections.abc import Callable

    from appimageconfig import AppImageConfigClient

pytestmark = pytest.mark.enable_socket

ROOT = Path(__file__).parents[2]
REQUESTS = sorted(map(str, ROOT.glob("examples/requests/*.json")))
SHOWN_TIME = TIME.isoformat()
REFUSED = Fault.error("AccessDeniedException", message="Not you.")
INVALID = {"AppImageConfigName": "a_b", "JupyterLabAppImageConfig": {"FileSystemConfig": {"MountPath": "home"}}}
NO_CHANGES = "No changes.\nPlan: 0 to create, 0 to update, 1 unchanged, 0 to delete.\n"
WITHOUT_ACCOUNT = "to try plan or apply without an account, pass --in-memory.\n"
CANNOT_ASK = "cannot ask for confirmation: stdin is not a terminal; pass --yes"


def usage_error(command: str, message: str) -> str:
    """Return the text of an error of the command line."""
    return f"{message}. Try 'appimageconfig {command} --help' for help.\n"


def arn(name: str = "lab") -> str:
    """Return the ARN of an AppImageConfig."""
    return f"arn:aws:sagemaker:us-east-1:123456789012:app-image-config/{name}"


# The command as a whole


def test_help_lists_every_command_and_every_exit_code(invoker: Invoker) -> None:
    run = invoker.run("--help")
    assert (run.code, run.err) == (0, "")
    assert run.out.startswith("Usage: appimageconfig [OPTIONS] COMMAND [ARGS]...\n")
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
        "schema",
    ]
    assert re.findall(r"^    (\d+) ", codes, re.MULTILINE) == ["0", "1", "2", "3", "4", "130", "141"]
    assert "143" in codes
    assert invoker.run("-h") == run


def test_version_is_that_of_the_distribution(invoker: Invoker) -> None:
    assert invoker.run("--version") == Ran(0, f"appimageconfig {version('appimageconfig')}\n")


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("nonsense", "No such command 'nonsense'"),
        ("--nonsense", "No such option"),
        ("check --nonsense x.json", "No such option"),
        ("check", "Missing argument 'FILE...'"),
        ("check --output xml x.json", "'xml' is not one of 'text', 'json'"),
        ("delete", "Missing argument 'NAME...'"),
        ("apply --max-workers 0 x.json", "0 is not in the range 1<=x<=64"),
        ("list --in-memory", "No such option"),
        ("describe --in-memory lab", "No such option"),
        ("delete --in-memory lab", "No such option"),
        ("export --in-memory", "No such option"),
        ("plan --in-memory --profile me x", "--in-memory uses no account; omit --profile and --endpoint-url. "),
        ("apply --yes --in-memory --endpoint-url http://localhost x", "account; omit --profile and --endpoint-url. "),
        (
            "plan --prune '' x.json",
            "--prune needs a name prefix; an empty one would delete every other config. ",
        ),
        ("apply --in-memory x.json", "cannot ask for confirmation: stdin is not a terminal; pass --yes. "),
        ("delete lab", "cannot ask for confirmation: stdin is not a terminal; pass --yes. "),
        ("export --name-contains '' lab", "pass either NAME or --name-contains. "),
        ("list --region us-east-1 --endpoint-url localhost:8080", "localhost:8080; check --region, --endpoint-url"),
        ("list --region us-east-1 --endpoint-url http://127.0.0.1:99999", "Port out of range 0-65535; check --region,"),
        (
            "list --region us-east-1 --endpoint-url http://127.0.0.1:x",
            "Port could not be cast to integer value as 'x'; ",
        ),
        ("list --region us-east-1 --endpoint-url http://[::1", "(such as https://localhost:8080), AWS_* variables"),
    ],
)
def test_invalid_command_line_exits_with_2_and_says_what_to_do(invoker: Invoker, command: str, message: str) -> None:
    run = invoker.run(*shlex.split(command))
    assert (run.code, run.out) == (2, "")
    assert message in run.err
    assert re.fullmatch(r".*[.?] Try 'appimageconfig.* --help' for help[.]\n|.*the profile[.]\n", run.err)


@pytest.mark.parametrize(
    ("command", "variables", "code", "message"),
    [
        (
            "list --region us-east-1",
            {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""},
            2,
            f"Unable to locate credentials. Pass --profile or set AWS_PROFILE; {WITHOUT_ACCOUNT}",
        ),
        (
            "list",
            {},
            2,
            f"You must specify a region. Pass --region or set AWS_DEFAULT_REGION; {WITHOUT_ACCOUNT}",
        ),
        (
            "list --profile nobody",
            {},
            2,
            "The config profile (nobody) could not be found. Check --profile, AWS_PROFILE and the AWS",
        ),
        ("list --region us-east-1", {"AWS_MAX_ATTEMPTS": "many"}, 2, "'many'; check --region, --endpoint-url (such"),
        ("list --region us-east-1", {"AWS_ENDPOINT_URL": "nowhere"}, 2, "nowhere; check --region, --endpoint-url"),
    ],
    ids=["credentials", "region", "profile", "variable", "endpoint"],
)
def test_missing_or_invalid_setting_is_reported_with_what_to_check(
    invoker: Invoker, command: str, variables: dict[str, str], code: int, message: str
) -> None:
    run = invoker.run(*shlex.split(command), **variables)
    assert (run.code, run.out) == (code, "")
    assert message in run.err
    assert run.err.count("\n") == 1


def test_unreachable_endpoint_is_reported_with_what_to_check(invoker: Invoker) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and not listened on
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/"
        run = invoker.run("list", "--region", "us-east-1", "--endpoint-url", url)
    message = f'Could not connect to the endpoint URL: "{url}". Check --region, --endpoint-url and the network.\n'
    assert run == Ran(3, "", message)


@pytest.mark.parametrize("command", ["apply --yes lab.json", "describe lab"])
def test_error_of_the_service_exits_with_3_and_says_what_to_do(
    invoker: Invoker, service: InMemorySageMaker, command: str
) -> None:
    invoker.write("lab.json", lab())
    service.inject(REFUSED)
    run = invoker.call(*shlex.split(command))
    assert (run.code, run.out) == (3, "")
    assert re.search(r"\(AccessDeniedException\) when calling the \w+ operation.* Not you\..* Check the", run.err)


@pytest.mark.parametrize(
    ("code", "advice"),
    [
        ("ThrottlingException", "Try again later, or set AWS_MAX_ATTEMPTS to a larger number."),
        ("ResourceInUse", "Run apply to create or update it, or describe to compare it."),
    ],
)
@pytest.mark.parametrize("command", ["describe lab", "delete --yes lab"])
def test_advice_is_about_the_command_line_and_not_about_python(
    invoker: Invoker, service: InMemorySageMaker, command: str, code: str, advice: str
) -> None:
    service.inject(Fault.error(code, message="No."))
    run = invoker.call(*shlex.split(command))
    assert run.code == 3
    assert f" AppImageConfig: 'lab'. {advice}" in run.out + run.err


@pytest.mark.parametrize("command", ["describe lab", "list", "export", "plan lab.json", "apply --yes lab.json"])
@pytest.mark.parametrize("body", UNREADABLE_BODIES.values(), ids=UNREADABLE_BODIES)
def test_a_response_that_cannot_be_read_exits_with_3_and_says_what_to_check(
    invoker: Invoker, client: AppImageConfigClient, altered: Callable[[Alteration], None], command: str, body: bytes
) -> None:
    create(client, lab())
    invoker.write("lab.json", lab())
    altered(lambda _, __: body)
    run = invoker.call(*shlex.split(command))
    assert (run.code, run.out) == (3, "")
    assert re.fullmatch(INVALID_RESPONSE, run.err)


# check


def test_check_reports_all_violations_and_warnings_of_all_files(invoker: Invoker) -> None:
    """In the order of the files, with lines; the counts are on stderr."""
    invoker.write("a.json", INVALID)
    invoker.write("b.json", lab("b", uid=5), {"AppImageConfigName": "lab", "Tag": []})
    run = invoker.run("check", "a.json", "missing.json", "b.json")
    assert run.code == 1
    assert re.sub(r"must .*", "must", run.out) == (
        "a.json:2: AppImageConfigName: must\n"
        "a.json:5: JupyterLabAppImageConfig.FileSystemConfig.MountPath: must\n"
        "missing.json: cannot be read: No such file or directory; pass a file that exists and is readable\n"
        "b.json:13: [1].Tag: unknown member 'Tag'; did you mean 'Tags'?\n"
        "b.json:5: [0].JupyterLabAppImageConfig.FileSystemConfig: DefaultUid is 5 and DefaultGid is 100; "
        "AWS documents 1000 and 100 for this type of app [app-uid-gid]\n"
    )
    assert run.err == "1 valid request, 4 violations, 1 warning.\n"


def test_check_says_that_there_are_more_than_1000_violations(invoker: Invoker) -> None:
    invoker.write("many.json", *({"AppImageConfigName": "lab", "Tag": 1} for _ in range(600)))
    run = invoker.run("check", "many.json")
    assert (run.code, run.out.count("\n")) == (1, 1001)
    assert run.out.endswith("\nhas more than 1,000 violations; correct these to see the others\n")
    assert run.err == "0 valid requests, more than 1,000 violations, 0 warnings.\n"


def test_check_prints_violations_and_warnings_as_json(invoker: Invoker) -> None:
    invoker.write("a.json", {"AppImageConfigName": "a_b"})
    invoker.write("b.json", lab("b", uid=5))
    run = invoker.run("check", "--output", "json", "a.json", "b.json")
    assert run.code == 1
    assert list(run.json) == ["violations", "warnings"]
    (violation,), (warning,) = run.json["violations"], run.json["warnings"]
    assert "must consist of letters" in violation.pop("message")
    assert violation == {"path": "AppImageConfigName", "constraint": "pattern", "file": "a.json", "line": 2}
    assert "DefaultUid is 5" in warning.pop("message")
    assert warning == {
        "code": "app-uid-gid",
        "path": "JupyterLabAppImageConfig.FileSystemConfig",
        "file": "b.json",
        "line": 4,
        "documentation": "https://docs.aws.amazon.com/sagemaker/latest/dg/studio-updated-byoi-specs.html",
    }


@pytest.mark.parametrize(
    ("uid", "arguments", "code", "warnings"),
    [
        (1000, [], 0, "0 warnings"),
        (1000, ["--strict"], 0, "0 warnings"),
        (5, [], 0, "1 warning"),
        (5, ["--strict"], 1, "1 warning"),
    ],
)
def test_check_fails_for_warnings_only_if_strict(
    invoker: Invoker, uid: int, arguments: list[str], code: int, warnings: str
) -> None:
    invoker.write("lab.json", lab(uid=uid))
    run = invoker.run("check", *arguments, "lab.json")
    assert (run.code, run.err) == (code, f"1 valid request, 0 violations, {warnings}.\n")
    assert run.out.count("\n") == int(warnings[0])


def test_control_characters_are_escaped_and_each_violation_stays_on_its_line(invoker: Invoker) -> None:
    """A request file may come from anywhere, and is not to steer the terminal."""
    invoker.write("lab.json", {"AppImageConfigName": "lab", f"a{ESCAPE}[31m\nx.json:1: b": 1})
    run = invoker.run("check", "lab.json")
    assert run.out.startswith(r"lab.json:3: ['a\x1b[31m\nx.json:1: b']: unknown member")
    assert run.out.count("\n") == 1


@pytest.mark.parametrize("text", ['{"AppImageConfigName": "lab",\n"Tag": []}', "AppImageConfigName: lab\nTag: []\n"])
def test_check_reads_json_and_yaml_from_stdin(invoker: Invoker, text: str) -> None:
    run = invoker.run("check", "-", stdin=text)
    counts = "0 valid requests, 1 violation, 0 warnings.\n"
    assert run == Ran(1, "<stdin>:2: Tag: unknown member 'Tag'; did you mean 'Tags'?\n", counts)


def test_check_reads_the_request_files_in_a_directory(invoker: Invoker) -> None:
    """Sorted by name: not hidden files, those in other directories, or those with other suffixes."""
    directory = invoker.directory / "labs"
    (directory / "inner.json").mkdir(parents=True)
    for name in ("c.YML", "b.yaml", "a.json", ".hidden.json", "notes.txt", "inner.json/d.json"):
        (directory / name).write_text('{"AppImageConfigName": "a_b"}', encoding="utf-8")
    run = invoker.run("check", "labs", invoker.write("lab.json", lab()))
    assert run.code == 1
    assert [line.partition(": AppImageConfigName: must")[0] for line in run.out.splitlines()] == [
        f"{Path('labs/a.json')}:1",
        f"{Path('labs/b.yaml')}:1",
        f"{Path('labs/c.YML')}:1",
    ]
    assert run.err == "1 valid request, 3 violations, 0 warnings.\n"


def refusal(path: str) -> str | None:
    """Return why the system does not open a file of that name."""
    with pytest.raises(OSError) as caught:  # noqa: PT011 - the systems differ
        Path(path).read_bytes()
    return caught.value.strerror


UNREADABLE = [
    "missing.json: cannot be read: No such file or directory; pass a file that exists and is readable",
    "empty: cannot be read: Is a directory; it contains no *.json, *.yaml or *.yml file",
    f"{'x' * 300}: cannot be read: {refusal('x' * 300)}; pass a file that exists and is readable",
    "lab.json:3: Tag: unknown member 'Tag'; did you mean 'Tags'?",
]


def test_unreadable_files_are_reported_with_the_violations_of_the_others(
    invoker: Invoker, made: Callable[[], list[str]]
) -> None:
    (invoker.directory / "empty").mkdir()
    invoker.write("lab.json", {"AppImageConfigName": "lab", "Tag": []})
    paths = ["missing.json", "empty", "x" * 300, "lab.json"]
    counts = "0 valid requests, 4 violations, 0 warnings.\n"
    assert invoker.run("check", *paths) == Ran(1, "".join(f"{line}\n" for line in UNREADABLE), counts)
    expected = Ran(1, "", "".join(f"{line}\n" for line in ["invalid request file:", *(f"  {x}" for x in UNREADABLE)]))
    assert invoker.call("plan", *paths) == expected
    assert invoker.call("apply", "--yes", *paths) == expected
    assert made() == []


def test_file_without_permission_to_read_it_is_a_violation(invoker: Invoker, monkeypatch: pytest.MonkeyPatch) -> None:
    """And not an invalid command line. Simulated, since root may read every file."""

    def refuse(*_: object) -> NoReturn:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    def deny(*_: object) -> bool:
        return False

    invoker.write("lab.json", lab())
    monkeypatch.setattr(os, "access", deny)  # as click would ask
    monkeypatch.setattr(Path, "open", refuse)
    run = invoker.run("check", "lab.json")
    assert run.out == "lab.json: cannot be read: Permission denied; pass a file that exists and is readable\n"
    assert run.code == 1


# plan


def test_plan_shows_the_changes_and_makes_none(
    invoker: Invoker, client: AppImageConfigClient, made: Callable[[], list[str]]
) -> None:
    create(client, lab("changed", uid=1), lab("same"))
    before = state(client)
    invoker.write("labs.json", lab("new"), lab("changed"), lab("same"))
    made()
    assert invoker.call("plan", "labs.json") == Ran(
        0,
        f"{invoker.target(account=True)}"
        "+ create new\n"
        f"    {UID}: 1000\n"
        f"    {GID}: 100\n"
        "~ update changed\n"
        f"    {UID}: 1 -> 1000\n"
        "Plan: 1 to create, 1 to update, 1 unchanged, 0 to delete.\n",
    )
    structured = invoker.call("plan", "--exit-code", "--output", "json", "labs.json")
    assert structured.code == 4
    assert structured.json == {
        "target": {"endpoint": invoker.url, "region": "us-east-1", "account": "123456789012"},
        "steps": [
            {
                "action": "create",
                "app_image_config_name": "new",
                "difference": [{"path": UID, "new": 1000}, {"path": GID, "new": 100}],
            },
            {
                "action": "update",
                "app_image_config_name": "changed",
                "difference": [{"path": UID, "old": 1, "new": 1000}],
            },
            {"action": "unchanged", "app_image_config_name": "same", "difference": []},
        ],
    }
    assert made() == ["ListAppImageConfigs"] * 2
    assert state(client) == before


def test_plan_with_exit_code_exits_with_0_if_there_are_no_changes(
    invoker: Invoker, client: AppImageConfigClient
) -> None:
    create(client, lab())
    invoker.write("lab.json", lab())
    assert invoker.call("plan", "--exit-code", "lab.json") == Ran(0, invoker.target(account=True) + NO_CHANGES)


def test_unchanged_configs_are_shown_only_with_verbose(invoker: Invoker, client: AppImageConfigClient) -> None:
    create(client, lab())
    invoker.write("lab.json", lab())
    expected = Ran(0, f"{invoker.target(account=True)}= unchanged lab\n{NO_CHANGES}")
    assert invoker.call("plan", "--verbose", "lab.json") == expected
    assert invoker.call("apply", "-y", "-v", "lab.json") == expected


def test_plan_reads_requests_from_stdin_and_directories(invoker: Invoker) -> None:
    (invoker.directory / "labs").mkdir()
    invoker.write("labs/a.json", {"AppImageConfigName": "a"})
    run = invoker.run("plan", "--in-memory", "labs", "-", stdin="AppImageConfigName: b")
    summary = "Plan: 2 to create, 0 to update, 0 unchanged, 0 to delete.\n"
    assert run == Ran(0, f"{IN_MEMORY}+ create a\n+ create b\n{summary}")


def test_plan_shows_the_content_of_configs_that_prune_deletes(invoker: Invoker, client: AppImageConfigClient) -> None:
    create(client, lab("team-9"), lab("my-team-9"), lab("other"))
    invoker.write("none.json")
    assert invoker.call("plan", "--exit-code", "--prune", "team-", "none.json") == Ran(
        4,
        f"{invoker.target(account=True)}"
        "- delete team-9\n"
        f"    {UID}: 1000\n"
        f"    {GID}: 100\n"
        "Plan: 0 to create, 0 to update, 0 unchanged, 1 to delete.\n",
    )


# Where plan and apply act


PROFILES = """
[profile one]
region = us-west-1
[profile two]
region = us-west-2
"""


@pytest.mark.parametrize(
    ("options", "variables", "target"),
    [
        ("--profile one", {}, {"region": "us-west-1", "profile": "one"}),
        ("--profile one --region eu-west-1", {}, {"region": "eu-west-1", "profile": "one"}),
        ("--profile one", {"AWS_PROFILE": "two"}, {"region": "us-west-1", "profile": "one"}),
        ("", {"AWS_PROFILE": "two"}, {"region": "us-west-2", "profile": "two"}),
        ("", {"AWS_PROFILE": "one", "AWS_DEFAULT_PROFILE": "two"}, {"region": "us-west-2", "profile": "two"}),
        ("--region eu-west-1", {}, {"region": "eu-west-1"}),
    ],
)
def test_target_is_the_region_and_the_profile(
    invoker: Invoker, options: str, variables: dict[str, str], target: dict[str, str]
) -> None:
    (invoker.directory / "config").write_text(PROFILES, encoding="utf-8")
    invoker.write("none.json")
    environment = {**variables, "AWS_CONFIG_FILE": "config", "AWS_ACCESS_KEY_ID": ""}
    command = ["plan", "none.json", *options.split()]
    run = invoker.run(*command, **environment)
    line = ", ".join(f"{name} {value}" for name, value in target.items())
    assert run == Ran(0, f"Target: {line}.\nNo changes.\nPlan: 0 to create, 0 to update, 0 unchanged, 0 to delete.\n")
    assert invoker.run(*command, "--output", "json", **environment).json == {"target": target, "steps": []}


def test_target_omits_a_profile_whose_credentials_are_not_used(invoker: Invoker) -> None:
    """Access keys in the environment take precedence over AWS_PROFILE, and not over --profile."""
    (invoker.directory / "config").write_text(PROFILES, encoding="utf-8")
    invoker.write("none.json")
    environment = {"AWS_PROFILE": "two", "AWS_CONFIG_FILE": "config"}
    assert "AWS_ACCESS_KEY_ID" in ENVIRONMENT
    assert invoker.run("plan", "none.json", **environment).out.startswith("Target: region us-west-2.\n")
    run = invoker.run("plan", "none.json", "--profile", "one", **environment)
    assert run.out.startswith("Target: region us-west-1, profile one.\n")


@pytest.mark.parametrize(
    "url",
    [
        "https://api.sagemaker.us-east-1.amazonaws.com",
        "https://vpce-1.api.sagemaker.us-east-1.vpce.amazonaws.com",
        "https://api.sagemaker.cn-north-1.amazonaws.com.cn",
        "https://api.sagemaker.eusc-de-east-1.amazonaws.eu",
        "https://api.sagemaker.us-east-1.api.aws",
        "https://api.sagemaker.cn-north-1.api.amazonwebservices.com.cn",
        "https://api.sagemaker.eusc-de-east-1.api.amazonwebservices.eu",
    ],
)
def test_target_omits_endpoints_of_aws(invoker: Invoker, url: str) -> None:
    invoker.write("none.json")
    run = invoker.run("plan", "none.json", "--region", "us-east-1", "--endpoint-url", url)
    assert run.out.startswith("Target: region us-east-1.\n")


@pytest.mark.parametrize("url", ["http://localhost:4566", "https://amazonaws.com.example.org", "https://myapi.aws"])
def test_target_shows_other_endpoints(invoker: Invoker, url: str) -> None:
    invoker.write("none.json")
    run = invoker.run("plan", "none.json", "--region", "us-east-1", "--endpoint-url", url)
    assert run.out.startswith(f"Target: endpoint {url}, region us-east-1.\n")


def test_target_shows_the_account_if_a_config_exists_there(invoker: Invoker, client: AppImageConfigClient) -> None:
    """Also where the plan only creates. Without a config no account is shown, since no call is made to find it out."""
    invoker.write("lab.json", lab())
    assert invoker.call("plan", "lab.json").out.startswith(f"{invoker.target()}+ create lab\n")
    create(client, lab("old"))
    assert invoker.call("plan", "lab.json").out.startswith(f"{invoker.target(account=True)}+ create lab\n")


def test_an_unknown_region_of_the_in_memory_service_is_an_invalid_option(invoker: Invoker) -> None:
    invoker.write("lab.json", lab())
    run = invoker.run("plan", "--in-memory", "--region", "nowhere", "lab.json")
    assert (run.code, run.out) == (2, "")
    assert run.err.startswith("unknown region 'nowhere'; expected a name such as 'eu-west-1'. Try")


@pytest.mark.parametrize("command", ["plan", "apply --yes"])
def test_nothing_is_sent_if_any_file_is_invalid(invoker: Invoker, made: Callable[[], list[str]], command: str) -> None:
    invoker.write("lab.json", lab())
    invoker.write("invalid.json", INVALID)
    run = invoker.call(*shlex.split(command), "lab.json", "invalid.json")
    assert (run.code, run.out) == (1, "")
    assert re.sub(r"must .*", "must", run.err) == (
        "invalid request file:\n"
        "  invalid.json:2: AppImageConfigName: must\n"
        "  invalid.json:5: JupyterLabAppImageConfig.FileSystemConfig.MountPath: must\n"
    )
    assert made() == []


# apply


def test_apply_creates_then_changes_nothing_and_updates_after_a_change(
    invoker: Invoker, client: AppImageConfigClient, made: Callable[[], list[str]]
) -> None:
    invoker.write("lab.json", lab())
    assert invoker.call("apply", "--yes", "lab.json") == Ran(0, invoker.target() + CREATED)
    assert made() == ["ListAppImageConfigs", "Create"]

    assert invoker.call("apply", "--yes", "lab.json") == Ran(0, invoker.target(account=True) + NO_CHANGES)
    assert made() == ["ListAppImageConfigs"]

    invoker.write("lab.json", lab(uid=0))
    assert invoker.call("apply", "--yes", "lab.json") == Ran(
        0,
        f"{invoker.target(account=True)}"
        "~ update lab\n"
        f"    {UID}: 1000 -> 0\n"
        "Plan: 0 to create, 1 to update, 0 unchanged, 0 to delete.\n"
        "updated lab\n"
        "Applied: 1 updated.\n",
    )
    assert made() == ["ListAppImageConfigs", "Describe", "Update", "Describe"]
    assert state(client) == [from_request(lab(uid=0))]


def test_apply_prints_the_plan_and_the_outcomes_as_json(
    invoker: Invoker, service: InMemorySageMaker, client: AppImageConfigClient
) -> None:
    create(client, lab("changed", uid=1), lab("same"))
    invoker.write("labs.json", lab("changed"), lab("new"), lab("same"))
    service.inject(REFUSED, operation="UpdateAppImageConfig")
    run = invoker.call("apply", "--yes", "--output", "json", "labs.json")
    assert run.code == 3
    assert list(run.json) == ["target", "plan", "outcomes"]
    assert run.json["target"] == {"endpoint": invoker.url, "region": "us-east-1", "account": "123456789012"}
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


def test_apply_carries_out_the_other_steps_after_a_failure(
    invoker: Invoker, service: InMemorySageMaker, client: AppImageConfigClient
) -> None:
    create(client, lab("a", uid=1))
    invoker.write("labs.json", lab("a"), lab("b"), lab("c"))
    service.inject(REFUSED, operation="UpdateAppImageConfig")
    run = invoker.call("apply", "--yes", "labs.json")
    assert (run.code, run.err) == (3, "")
    assert "\nfailed a: An error occurred (AccessDeniedException) when calling the UpdateAppImageConfig" in run.out
    assert run.out.endswith("\nApplied: 2 created, 1 failed.\n")
    assert names(client) == ["a", "b", "c"]


def test_apply_replaces_only_with_the_option_and_recommends_it(invoker: Invoker, client: AppImageConfigClient) -> None:
    create(client, lab(Tags=[{"Key": "team", "Value": "ml"}]))
    invoker.write("lab.json", {"AppImageConfigName": "lab", "CodeEditorAppImageConfig": {}})
    run = invoker.call("apply", "--yes", "lab.json")
    assert run.code == 3
    assert (
        "\nfailed lab: AppImageConfig 'lab' still differs after the update; pass --replace to delete and recreate it, "
        "or add the rest to the desired state:\n"
    ) in run.out
    assert run.out.endswith("\nApplied: 1 failed.\n")
    assert run.err == "Pass --replace to delete and recreate configs that an update cannot make match.\n"

    run = invoker.call("apply", "--yes", "--replace", "lab.json")
    assert (run.code, run.err) == (0, "")
    assert run.out.endswith("\nreplaced lab\nApplied: 1 replaced.\n")
    (config,) = state(client)
    assert (config.jupyter_lab_app_image_config, config.tags) == (None, {"team": "ml"})


def test_apply_does_not_recommend_replace_after_a_replacement(
    invoker: Invoker, service: InMemorySageMaker, client: AppImageConfigClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Here the service stores another value than it was sent, so that the config differs even after it is recreated."""
    create(client, lab(uid=1))
    invoker.write("lab.json", lab(uid=1000))
    respond = service.respond

    def store_another_uid(target: str, body: bytes, **place: Any) -> Any:
        return respond(target, body.replace(b"1000", b"999"), **place)

    monkeypatch.setattr(service, "respond", store_another_uid)
    run = invoker.call("apply", "--yes", "--replace", "lab.json")
    assert (run.code, run.err) == (3, "")
    assert "\nfailed lab: AppImageConfig 'lab' still differs after it was deleted and recreated" in run.out


def test_apply_prunes_only_configs_whose_names_begin_with_the_prefix(
    invoker: Invoker, client: AppImageConfigClient
) -> None:
    create(client, lab("team-9"), lab("team-90"), lab("my-team-9"))
    invoker.write("lab.json", lab("team-lab"))
    run = invoker.call("apply", "--yes", "--prune", "team-9", "--max-workers", "1", "lab.json")
    assert (run.code, run.err) == (0, "")
    assert run.out.endswith("\ncreated team-lab\ndeleted team-9\ndeleted team-90\nApplied: 1 created, 2 deleted.\n")
    assert names(client) == ["my-team-9", "team-lab"]


def test_apply_requires_yes_without_a_terminal_and_sends_nothing(
    invoker: Invoker, client: AppImageConfigClient, made: Callable[[], list[str]]
) -> None:
    """Even if there is nothing to change: whether it succeeds does not depend on the account."""
    create(client, lab())
    made()
    invoker.write("lab.json", lab())
    assert invoker.call("apply", "lab.json") == Ran(2, "", usage_error("apply", CANNOT_ASK))
    assert made() == []


def test_apply_requires_yes_if_the_requests_are_on_stdin(invoker: Invoker, made: Callable[[], list[str]]) -> None:
    text = json.dumps(lab())
    assert invoker.call("apply", "-", stdin=text) == Ran(2, "", usage_error("apply", CANNOT_ASK))
    assert made() == []
    assert invoker.call("apply", "--yes", "-", stdin=text) == Ran(0, invoker.target() + CREATED)


def test_apply_sends_each_file_as_the_aws_cli_does(
    invoker: Invoker, service: InMemorySageMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As ``aws sagemaker create-app-image-config --cli-input-json`` would."""
    sent: dict[str, dict[str, Any]] = {}
    respond = service.respond

    def record(target: str, body: bytes, **place: Any) -> Any:
        request = json.loads(body)
        if target.endswith(".CreateAppImageConfig"):
            sent[request["AppImageConfigName"]] = request
        return respond(target, body, **place)

    monkeypatch.setattr(service, "respond", record)
    run = invoker.call("apply", "--yes", *REQUESTS)
    assert (run.code, run.err) == (0, "")
    requests = [json.loads(Path(path).read_text(encoding="utf-8")) for path in REQUESTS]
    assert sent == {request["AppImageConfigName"]: request for request in requests}


# describe, list and delete


def test_describe_prints_the_path_and_the_value_of_each_member(invoker: Invoker, client: AppImageConfigClient) -> None:
    gateway = {"KernelSpecs": [{"Name": "python3", "DisplayName": "Python\n3 \U0001f40d"}]}
    container = {"ContainerArguments": ["--quiet"], "ContainerEnvironmentVariables": {"A.B": "value"}}
    app = {"FileSystemConfig": {"DefaultUid": 0}, "ContainerConfig": container}
    create(client, lab(KernelGatewayImageConfig=gateway, JupyterLabAppImageConfig=app, CodeEditorAppImageConfig={}))
    text = invoker.call("describe", "lab")
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
    redacted = {"ContainerArguments": ["***"], "ContainerEnvironmentVariables": {"A.B": "***"}}
    assert invoker.call("describe", "--output", "json", "lab").json == {
        "AppImageConfigArn": arn(),
        "AppImageConfigName": "lab",
        "CreationTime": SHOWN_TIME,
        "LastModifiedTime": SHOWN_TIME,
        "KernelGatewayImageConfig": gateway,
        "JupyterLabAppImageConfig": {**app, "ContainerConfig": redacted},
        "CodeEditorAppImageConfig": {},
    }


def test_describe_of_a_missing_config_says_what_to_check(invoker: Invoker) -> None:
    run = invoker.call("describe", "lab")
    assert (run.code, run.out) == (3, "")
    assert "AppImageConfig: 'lab'. Check the name, the account and the region." in run.err


@pytest.mark.parametrize(
    ("command", "names"),
    [("describe a_b", ["a_b"]), ("delete a b_ _c", ["b_", "_c"]), ("export a b_ _c", ["b_", "_c"])],
)
def test_all_invalid_names_are_reported_and_nothing_is_sent(
    invoker: Invoker, made: Callable[[], list[str]], command: str, names: list[str]
) -> None:
    run = invoker.call(*shlex.split(command))
    assert (run.code, run.out) == (1, "")
    heading, *violations = run.err.splitlines()
    assert heading == "invalid name:"
    assert [line.partition(": must consist of letters, ")[0] for line in violations] == [
        f"  NAME {name!r}" for name in names
    ]
    assert made() == []


@pytest.mark.parametrize("command", ["list --name-contains", "export --name-contains"])
@pytest.mark.parametrize("part", ["a_b", "-a_b-"])
def test_a_part_of_no_name_is_reported_as_the_option_and_nothing_is_sent(
    invoker: Invoker, made: Callable[[], list[str]], command: str, part: str
) -> None:
    run = invoker.call(*command.split(), part)
    assert run == Ran(
        1,
        "",
        f"invalid name:\n  --name-contains {part!r}: must consist of letters, digits and hyphens, without a hyphen at "
        "either end, such as 'a-b' (pattern [a-zA-Z0-9](-*[a-zA-Z0-9]){0,62})\n",
    )
    assert made() == []


def test_delete_deletes_each_name_once(invoker: Invoker, client: AppImageConfigClient) -> None:
    create(client, lab("a"), lab("b"))
    assert invoker.call("delete", "--yes", "a", "b", "a") == Ran(0, "deleted a\ndeleted b\n")


def test_list_prints_tab_separated_lines_by_name(invoker: Invoker, client: AppImageConfigClient) -> None:
    create(client, lab("b"), lab("a", CodeEditorAppImageConfig={}), {"AppImageConfigName": "team-c"})
    rows = [("a", "JupyterLab, CodeEditor", SHOWN_TIME), ("b", "JupyterLab", SHOWN_TIME), ("team-c", "", SHOWN_TIME)]
    assert invoker.call("list") == Ran(0, "".join("\t".join(row) + "\n" for row in rows))
    assert invoker.call("list", "--output", "json", "--name-contains", "team-").json == [
        {
            "AppImageConfigArn": arn("team-c"),
            "AppImageConfigName": "team-c",
            "CreationTime": SHOWN_TIME,
            "LastModifiedTime": SHOWN_TIME,
        }
    ]


def test_control_characters_in_names_are_escaped_and_each_config_stays_on_its_line(
    invoker: Invoker, client: AppImageConfigClient, altered: Callable[[Alteration], None]
) -> None:
    """In a table, tabs separate the columns, too."""
    create(client, {"AppImageConfigName": "evil"})
    altered(lambda _, body: body.replace(b'Name": "evil"', rb'Name": "a\n\u001b[31mb\tc"'))
    escaped = r"a\n\x1b[31mb\tc"
    assert invoker.call("list") == Ran(0, f"{escaped}\t\t{SHOWN_TIME}\n")
    assert f"AppImageConfigName: {escaped}\n" in invoker.call("describe", "evil").out


def test_list_finds_names_by_a_part_with_a_hyphen_at_its_end(invoker: Invoker, client: AppImageConfigClient) -> None:
    create(client, lab("team-lab"), lab("teamwork"), lab("my-team"))
    assert invoker.call("list", "--name-contains", "team-") == Ran(0, f"team-lab\tJupyterLab\t{SHOWN_TIME}\n")
    assert invoker.call("list", "--name-contains", "-team") == Ran(0, f"my-team\tJupyterLab\t{SHOWN_TIME}\n")


def test_delete_requires_yes_without_a_terminal_and_deletes_nothing(
    invoker: Invoker, client: AppImageConfigClient, made: Callable[[], list[str]]
) -> None:
    create(client, lab())
    made()
    assert invoker.call("delete", "lab", stdin="y\n") == Ran(2, "", usage_error("delete", CANNOT_ASK))
    assert made() == []


def test_delete_deletes_the_others_after_a_failure(
    invoker: Invoker, client: AppImageConfigClient, made: Callable[[], list[str]]
) -> None:
    create(client, lab("a"), lab("b"))
    made()
    run = invoker.call("delete", "--yes", "a", "missing", "b")
    assert (run.code, run.err) == (3, "")
    first, second, third = run.out.splitlines()
    assert (first, third) == ("deleted a", "deleted b")
    assert second.startswith("failed missing: An error occurred (ResourceNotFound) when calling the Delete")
    assert made() == ["Delete"] * 3


def test_delete_prints_outcomes_as_json_and_hints_on_stderr(
    invoker: Invoker, service: InMemorySageMaker, client: AppImageConfigClient
) -> None:
    create(client, lab("a"), lab("b"))
    service.inject(Fault.connection_error(), operation="DeleteAppImageConfig")
    run = invoker.call("delete", "--yes", "--output", "json", "a", "b")
    assert (run.code, run.err) == (3, "Check --region, --endpoint-url and the network.\n")
    failed, deleted = json.loads(run.out)["outcomes"]
    assert (failed["app_image_config_name"], failed["status"]) == ("a", "failed")
    assert failed["error"]["type"] == "ConnectionClosedError"
    assert deleted == {
        "status": "deleted",
        "app_image_config_name": "b",
        "app_image_config_arn": None,
        "difference": [],
    }
    assert names(client) == ["a"]


def test_delete_with_missing_ok_succeeds_for_a_missing_config(invoker: Invoker) -> None:
    assert invoker.call("delete", "-y", "--missing-ok", "missing") == Ran(0, "deleted missing\n")


# export


TAGGED = lab("b", Tags=[{"Key": "team", "Value": "ml"}])


@pytest.fixture
def exported(client: AppImageConfigClient) -> None:
    """Create configs with a secret and with tags, one of them of AWS."""
    container = {"ContainerEnvironmentVariables": {"TOKEN": "a secret"}}
    create(client, lab("a", JupyterLabAppImageConfig={"ContainerConfig": container}))
    create(client, {**TAGGED, "Tags": [*TAGGED["Tags"], {"Key": "aws:stack", "Value": "s"}]})


@pytest.mark.usefixtures("exported")
@pytest.mark.parametrize("file_format", ["json", "yaml"])
def test_applying_an_export_changes_nothing(invoker: Invoker, made: Callable[[], list[str]], file_format: str) -> None:
    """It contains secrets and tags, except the tags of AWS, which nobody else may set."""
    run = invoker.call("export", "--format", file_format)
    assert (run.code, run.err) == (0, "")
    assert "a secret" in run.out
    path = invoker.directory / f"exported.{file_format}"
    path.write_text(run.out, encoding="utf-8")
    assert load(path)[1] == from_request(TAGGED)
    made()
    run = invoker.call("apply", "--yes", path.name)
    assert run == Ran(0, invoker.target(account=True) + NO_CHANGES.replace("1 unchanged", "2 unchanged"))
    assert made() == ["ListAppImageConfigs", "ListTags"]


@pytest.mark.usefixtures("exported")
def test_export_writes_a_file_for_each_config_and_overwrites_only_with_the_option(invoker: Invoker) -> None:
    assert invoker.call("export", "--directory", "new/one") == Ran(
        0, f"{Path('new/one/a.json')}\n{Path('new/one/b.json')}\n"
    )
    path = invoker.directory / "new/one/b.json"
    assert json.loads(path.read_text(encoding="utf-8")) == TAGGED

    path.write_text("mine", encoding="utf-8")
    run = invoker.call("export", "--directory", "new/one")
    assert (run.code, run.out) == (2, "")
    existing = f"{Path('new/one/a.json')}, {Path('new/one/b.json')}"
    assert f"{existing} would be overwritten; pass --overwrite or another --directory" in run.err
    assert path.read_text(encoding="utf-8") == "mine"

    command = ["export", "--directory", "new/one", "--overwrite", "--name-contains", "b", "--output", "json"]
    run = invoker.call(*command)
    assert (run.code, run.json) == (0, [str(Path("new/one/b.json"))])
    assert json.loads(path.read_text(encoding="utf-8")) == TAGGED


@pytest.mark.usefixtures("exported")
@needs_modes
def test_exported_files_with_secrets_can_be_read_only_by_their_owner(invoker: Invoker) -> None:
    before = os.umask(0o022)
    try:
        assert invoker.call("export", "--directory", "new").code == 0
    finally:
        os.umask(before)
    modes = {path.name: path.stat().st_mode & 0o777 for path in (invoker.directory / "new").iterdir()}
    assert modes == {"a.json": 0o600, "b.json": 0o644}


UNSAFE = [
    "../x", "/x/y", "a/b", "..", ".", "", "a\\b", "C:x", "a:b", "CON", "nul", "Com1", "lpt9", "a\n", "a\nb", "\x1b[31m",
    "a\0", "-a", "a-", "a_b", "a.b", "\u017f", "é", "~", "a b",
]  # fmt: skip


@pytest.mark.parametrize("file_format", ["json", "yaml"])
def test_names_of_the_service_that_cannot_be_names_of_files_are_reported_and_the_others_exported(
    invoker: Invoker, client: AppImageConfigClient, altered: Callable[[Alteration], None], file_format: str
) -> None:
    """No file is written outside the directory, or to a device."""
    create(client, *({"AppImageConfigName": f"unsafe-{index}"} for index in range(len(UNSAFE))), lab("console"))
    longer = "x" * 100
    create(client, {"AppImageConfigName": "longer"})

    def rename(operation: str, body: bytes) -> bytes:
        if operation == "ListAppImageConfigs":
            for index, name in [*enumerate(UNSAFE)][::-1]:
                body = body.replace(b'Name": "unsafe-%d"' % index, b'Name": %s' % json.dumps(name).encode())
        return body.replace(b'Name": "longer"', b'Name": "%s"' % longer.encode())

    altered(rename)
    directory = invoker.directory / "new"
    run = invoker.call("export", "--directory", "new", "--format", file_format)
    paths = [str(Path("new", f"{name}.{file_format}")) for name in ("console", longer)]
    assert (run.code, run.out.splitlines()) == (3, paths)
    assert sorted(run.err.splitlines()) == sorted(
        f"not exported: {name!r} cannot be the name of a file; export it without --directory" for name in UNSAFE
    )
    assert [*invoker.directory.iterdir()] == [directory]
    assert sorted(directory.iterdir()) == sorted(invoker.directory / path for path in paths)


@pytest.mark.usefixtures("exported")
@pytest.mark.parametrize(
    ("directory", "message"),
    [
        ("file", "Directory 'file' is a file"),
        pytest.param(
            "file/new",
            "cannot write file/new: Not a directory; pass another --directory",
            marks=needs_errors_of_posix,
        ),
        pytest.param(
            "x" * 300,
            f"cannot write {'x' * 300}: File name too long; pass another --directory",
            marks=needs_errors_of_posix,
        ),
    ],
    ids=["file", "parent", "name"],
)
def test_export_into_an_unusable_directory_is_an_invalid_command_line(
    invoker: Invoker, directory: str, message: str
) -> None:
    (invoker.directory / "file").touch()
    run = invoker.call("export", "--directory", directory)
    assert (run.code, run.out) == (2, "")
    assert message in run.err


@pytest.mark.usefixtures("exported")
def test_export_writes_the_named_configs_once_in_the_order_of_the_names(
    invoker: Invoker, made: Callable[[], list[str]]
) -> None:
    made()
    run = invoker.call("export", "b", "a", "b")
    assert [request["AppImageConfigName"] for request in run.json] == ["b", "a"]
    assert made() == ["Describe", "ListTags"] * 2
    assert invoker.call("export", "b").json == TAGGED
    assert invoker.call("export", "b", "--directory", "new") == Ran(0, f"{Path('new/b.json')}\n")


@pytest.mark.usefixtures("exported")
def test_export_of_a_missing_config_writes_nothing(invoker: Invoker) -> None:
    run = invoker.call("export", "a", "missing", "--directory", "new")
    assert (run.code, run.out) == (3, "")
    assert "AppImageConfig: 'missing'. Check the name, the account and the region." in run.err
    assert not (invoker.directory / "new").exists()


# schema


def test_schema_is_that_of_the_library(invoker: Invoker) -> None:
    assert invoker.run("schema").json == schema()


# Shell completion


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shell_completion_script_is_printed_for_the_shell(invoker: Invoker, shell: str) -> None:
    run = invoker.run(_APPIMAGECONFIG_COMPLETE=f"{shell}_source")
    assert run.code == 0
    assert f"_APPIMAGECONFIG_COMPLETE={shell}_complete" in run.out


@pytest.mark.parametrize(
    ("typed", "completions"),
    [
        ("appimageconfig de", ["plain,delete", "plain,describe"]),
        ("appimageconfig plan --ver", ["plain,--verbose"]),
        ("appimageconfig plan --output j", ["plain,json"]),
        ("appimageconfig check la", ["file,la"]),
        ("appimageconfig export --directory la", ["dir,la"]),
    ],
)
def test_commands_options_values_and_files_are_completed(invoker: Invoker, typed: str, completions: list[str]) -> None:
    environment = {"COMP_WORDS": typed, "COMP_CWORD": str(typed.count(" "))}
    run = invoker.run(_APPIMAGECONFIG_COMPLETE="bash_complete", **environment)
    assert (run.code, run.out.splitlines()) == (0, completions)


# in memory


def test_in_memory_calls_nothing_and_each_command_starts_empty(invoker: Invoker, made: Callable[[], list[str]]) -> None:
    """It needs no credentials and no region, and the environment's endpoint is not called."""
    invoker.write("lab.json", lab())
    environment = {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "AWS_ENDPOINT_URL": invoker.url}
    for _ in range(2):
        assert invoker.run("apply", "--in-memory", "--yes", "lab.json", **environment) == Ran(0, IN_MEMORY + CREATED)
    run = invoker.run("plan", "--in-memory", "--region", "eu-west-1", "--output", "json", "lab.json", **environment)
    assert run.json["target"] == {"in_memory": True, "region": "eu-west-1"}
    assert made() == []


# Secrets


CANARY = "c4n4ry-in-the-mine"


def test_secrets_are_shown_only_by_export(invoker: Invoker, service: InMemorySageMaker) -> None:
    """Environment values and arguments: in text and JSON, in violations, errors of the service and differences."""

    def with_secret(secret: str) -> None:
        container = {"ContainerArguments": [secret], "ContainerEnvironmentVariables": {"TOKEN": secret}}
        invoker.write("lab.json", lab(JupyterLabAppImageConfig={"ContainerConfig": container}))

    with_secret(CANARY * 20)
    runs = [invoker.run("check", "lab.json"), invoker.run("check", "--output", "json", "lab.json")]
    assert [run.code for run in runs] == [1, 1]

    with_secret(CANARY)
    refusal = Fault.error("ValidationException", message=f"{CANARY!r} is refused.")
    service.inject(refusal, operation="CreateAppImageConfig")
    runs += [invoker.call("apply", "--yes", "lab.json"), invoker.call("apply", "--yes", "--output", "json", "lab.json")]
    assert [run.code for run in runs[2:]] == [3, 0]
    assert "'***' is refused." in runs[2].out

    with_secret(f"{CANARY}-2")
    commands = [
        "plan lab.json",
        "plan --output json lab.json",
        "describe lab",
        "describe --output json lab",
        "list --output json",
        "apply --yes lab.json",
        "export",
        "delete --yes lab",
    ]
    *others, updated, export, deleted = [invoker.call(*shlex.split(command)) for command in commands]
    runs += [*others, updated, deleted]
    assert [run.code for run in [*runs[4:], export]] == [0] * 8
    assert "TOKEN']: *** -> ***" in updated.out
    assert not [run for run in runs if CANARY in run.out + run.err]
    assert export.out.count(CANARY) == 2
