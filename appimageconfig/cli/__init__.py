"""
The command line: parse the arguments, call the library, print the result.

boto3, the in-memory service and rich are imported by the commands that need them;
``check`` needs none of them unless it prints to a terminal.
"""

from __future__ import annotations

import errno
import json
import os
import re
import signal
import sys
from collections import Counter
from contextlib import suppress
from functools import partial, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Concatenate, Final, Literal, NoReturn, ParamSpec, TypeAlias, get_args
from urllib.parse import urlsplit

import attrs
import click
from botocore import exceptions as botocore_errors
from botocore.exceptions import BotoCoreError

from appimageconfig import _signals, files
from appimageconfig._converter import redacted
from appimageconfig._paths import printable
from appimageconfig.cli import terminal
from appimageconfig.client import AppImageConfigClient
from appimageconfig.errors import (
    MOST_VIOLATIONS,
    AppImageConfigError,
    ApplyError,
    InvalidAppImageConfigError,
    NotConvergedError,
    Violation,
)
from appimageconfig.limits import APP_IMAGE_CONFIG_NAME

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from appimageconfig.models import AppImageConfig, AppImageConfigDetails
    from appimageconfig.provisioning import Outcome, Plan

P = ParamSpec("P")
ExitCode: TypeAlias = int
Connect: TypeAlias = "Callable[[], AppImageConfigClient]"

INVALID: Final = 1
SETTINGS: Final = 2  # also click's own code for an invalid command line
FAILED: Final = 3
PENDING: Final = 4
CLOSED_PIPE: Final = 128 + 13  # what a shell reports for a program that SIGPIPE ended

_EXIT_CODES: Final = """\b
Exit codes:
  0    success
  1    a request or a name is invalid, or check --strict found warnings; nothing was sent
  2    invalid command line, or invalid or missing settings (credentials, region, profile); nothing was changed
  3    the service refused a request, could not be reached or gave no valid response (apply, delete: for at least one
       config), a result could not be written, or export could not make a file name of a name
  4    changes are pending: apply or delete was not confirmed, or plan --exit-code found some
  130  interrupted by Ctrl-C: requests under way were finished, no others were started (SIGTERM: 143)
  141  stdout was closed by its reader"""

# Of SageMaker's endpoints in the public partitions and of their dual-stack variants, from botocore's partitions.json.
_AWS_DOMAINS: Final = (
    ".amazonaws.com",
    ".amazonaws.com.cn",
    ".amazonaws.eu",
    ".api.aws",
    ".api.amazonwebservices.com.cn",
    ".api.amazonwebservices.eu",
)
# The names that --directory makes files of, since the service might return any: those of configs, also if AWS allows
# longer ones, except the names of devices on Windows, where a repository with the files may be checked out.
_FILE_NAME: Final = re.compile(
    r"(?!(con|prn|aux|nul|com[0-9]|lpt[0-9])\Z)[a-z0-9](-*[a-z0-9])*", re.ASCII | re.IGNORECASE
)
_SETTINGS_ERRORS: Final = (
    botocore_errors.NoCredentialsError,
    botocore_errors.PartialCredentialsError,
    botocore_errors.NoRegionError,
    botocore_errors.ProfileNotFound,
)
# The advice that errors give to callers in Python, and what to do in a shell instead.
_ADVICE: Final = {
    "pass replace=True to delete and recreate it": "pass --replace to delete and recreate it",
    "Call ensure() to create or update it, or describe() to compare it.": (
        "Run apply to create or update it, or describe to compare it."
    ),
    "or raise the retries of the botocore Config.": "or set AWS_MAX_ATTEMPTS to a larger number.",
}
_FINISHING: Final = "\nFinishing the requests under way...\n"
_HINTS: Final[dict[tuple[type[BotoCoreError], ...], str]] = {
    (botocore_errors.NoCredentialsError,): (
        "Pass --profile or set AWS_PROFILE; to try plan or apply without an account, pass --in-memory."
    ),
    (botocore_errors.NoRegionError,): (
        "Pass --region or set AWS_DEFAULT_REGION; to try plan or apply without an account, pass --in-memory."
    ),
    (botocore_errors.ProfileNotFound,): "Check --profile, AWS_PROFILE and the AWS configuration files.",
    (botocore_errors.ConnectionError, botocore_errors.HTTPClientError): (
        "Check --region, --endpoint-url and the network."
    ),
}
_STYLES: Final = {
    "create": "green",
    "created": "green",
    "update": "yellow",
    "updated": "yellow",
    "replaced": "yellow",
    "delete": "red",
    "deleted": "red",
    "failed": "bold red",
}


class _SettingsError(click.ClickException):
    """A setting or an installation that the command needs is invalid or missing; its --help would not help."""

    exit_code = SETTINGS


class _Commands(click.Group):
    """The commands. Errors that a user can mend are printed without a traceback."""

    def main(self, *args: Any, **options: Any) -> NoReturn:
        """Run a command, and exit with the code that it returns, which click's own standalone mode ignores."""
        terminal.prepare_streams()
        try:
            code = super().main(*args, **{**options, "prog_name": self.name, "standalone_mode": False})
        except click.ClickException as error:
            code = error.exit_code
            text = _sentence(error.format_message())
            if isinstance(error, click.UsageError) and error.ctx is not None:
                text = f"{text} Try '{error.ctx.command_path} --help' for help."
            try:
                terminal.note(printable(text))
            except OSError:
                terminal.discard_output()
        except click.Abort:
            terminal.note("Interrupted.")
            code = 128 + signal.SIGINT
        sys.exit(code)

    def make_context(self, *args: Any, **options: Any) -> click.Context:
        """Parse the arguments; --help and --version already print here."""
        try:
            return super().make_context(*args, **options)
        except OSError as error:
            raise click.exceptions.Exit(_unwritable(error)) from error

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command, and return its exit code."""
        try:
            try:
                code = super().invoke(ctx)
            except InvalidAppImageConfigError as error:
                terminal.note(error)
                code = FAILED if error.subject == "response" else INVALID
            except (AppImageConfigError, BotoCoreError) as error:
                terminal.note(printable(" ".join([_sentence(_for_the_shell(str(error))), *_hints([error])])))
                code = SETTINGS if isinstance(error, _SETTINGS_ERRORS) else FAILED
            except ImportError as error:
                if error.name != "yaml":
                    raise
                raise _SettingsError(str(error)) from error
            sys.stdout.flush()
        except OSError as error:
            return _unwritable(error)
        return code


def _unwritable(error: OSError) -> ExitCode:
    """Report that the output cannot be written, and return the exit code."""
    # Windows has the error of an invalid argument for a pipe without a reader.
    is_closed = isinstance(error, BrokenPipeError) or (os.name == "nt" and error.errno == errno.EINVAL)
    if not is_closed:
        terminal.note(error)
    terminal.discard_output()
    return CLOSED_PIPE if is_closed else FAILED


@click.group(
    "appimageconfig",
    cls=_Commands,
    context_settings={"help_option_names": ["--help", "-h"], "show_default": True},
    epilog=_EXIT_CODES,
)
@click.version_option(package_name="appimageconfig", message="%(prog)s %(version)s")
def cli() -> None:
    """
    Check and provision Amazon SageMaker AppImageConfigs from request files.

    A request file contains the JSON that the AWS CLI's create-app-image-config takes as --cli-input-json, or a list
    of such requests, as JSON or YAML.

    Environment values and container arguments are shown as ***, except by export, which writes request files.
    """


def _calls_the_service(command: Callable[Concatenate[Connect, P], ExitCode]) -> Callable[..., ExitCode]:
    """Give *command* a function that makes a client, and the options for its account, region and endpoint."""

    @click.option("--profile", help="Profile in the AWS configuration files.")
    @click.option("--region", help="AWS region.  [default: the region of the profile]")
    @click.option("--endpoint-url", help="Endpoint URL.  [default: the AWS endpoint of the region]")
    @wraps(command)
    def with_connect(
        *,
        profile: str | None,
        region: str | None,
        endpoint_url: str | None,
        in_memory: bool = False,
        **options: Any,
    ) -> ExitCode:
        if in_memory and (profile or endpoint_url):
            raise click.UsageError("--in-memory uses no account; omit --profile and --endpoint-url")

        def connect() -> AppImageConfigClient:
            if in_memory:
                from appimageconfig.testing import InMemorySageMaker  # noqa: PLC0415 - slow to import, and rarely needed

                try:
                    return AppImageConfigClient(InMemorySageMaker(region_name=region or "us-east-1").client())
                except ValueError as error:
                    raise click.UsageError(str(error)) from error
            import boto3  # noqa: PLC0415 - slow to import, and not needed by every command

            client = AppImageConfigClient(
                session=boto3.Session(profile_name=profile), region_name=region, endpoint_url=endpoint_url
            )
            try:
                # botocore looks at the port only when it signs a request.
                endpoint: str = client.sagemaker.meta.endpoint_url
                _ = urlsplit(endpoint).port
            except ValueError as error:
                where = "--region, --endpoint-url (such as https://localhost:8080), AWS_* variables and the profile"
                raise _SettingsError(f"{str(error).rstrip('.')}; check {where}") from error
            return client

        return command(connect, **options)  # type: ignore[call-arg]  # click passes the options of the command

    return with_connect


# A path, so that the shell completes it. An unreadable file is reported with the violations of the others.
_files = click.argument("paths", metavar="FILE...", nargs=-1, required=True, type=click.Path(readable=False))
_name_contains = click.option("--name-contains", help="Only configs whose names contain this text.")
_output = click.option(
    "--output",
    type=click.Choice(["text", "json"]),
    default="text",
    help="Output format.",
)
_yes = click.option("-y", "--yes", is_flag=True, help="Do not ask for confirmation.")


def _plans(command: Callable[P, ExitCode]) -> Callable[P, ExitCode]:
    """Give *command* the arguments and options of a plan."""
    for option in (
        click.option("--in-memory", is_flag=True, help="Use an empty in-memory service instead of an account."),
        click.option("-v", "--verbose", is_flag=True, help="Also show configs that are up to date."),
        click.option(
            "--prune", metavar="PREFIX", help="Delete configs whose names begin with PREFIX and that are in no FILE."
        ),
        _files,
    ):
        command = option(command)
    return command


@cli.command()
@_files
@click.option("--strict", is_flag=True, help="Treat warnings as errors.")
@_output
def check(paths: tuple[str, ...], *, strict: bool, output: str) -> ExitCode:
    """
    Validate request files against the service model. Needs no account.

    FILE may also be a directory, for its *.json, *.yaml and *.yml files, or - for stdin.
    """
    checked = _checked(paths)
    if output == "json":
        violations = [attrs.asdict(violation) for violation in checked.violations]
        warnings = [{**attrs.asdict(advice), "documentation": advice.documentation} for advice in checked.advice]
        terminal.print_json({"violations": violations, "warnings": warnings})
    else:
        for violation in checked.violations:
            terminal.print_line(printable(violation), "red")
        for advice in checked.advice:
            terminal.print_line(printable(advice), "yellow")
        violations_found = _count(len(checked.violations), "violation")
        if len(checked.violations) > MOST_VIOLATIONS:
            violations_found = f"more than {MOST_VIOLATIONS:,} violations"
        requests, warnings_found = _count(len(checked.configs), "valid request"), _count(len(checked.advice), "warning")
        terminal.note(f"{requests}, {violations_found}, {warnings_found}.")
    return INVALID if checked.violations or (strict and checked.advice) else 0


@cli.command()
@_plans
@click.option("--exit-code", is_flag=True, help="Exit with code 4 if there are changes.")
@_output
@_calls_the_service
def plan(
    connect: Connect,
    paths: tuple[str, ...],
    *,
    prune: str | None,
    verbose: bool,
    exit_code: bool,
    output: str,
) -> ExitCode:
    """
    Show the changes that apply would make. Changes nothing.

    FILE may also be a directory, for its *.json, *.yaml and *.yml files, or - for stdin.
    """
    client, planned = _planned(connect, paths, prune)
    if output == "json":
        terminal.print_json({"target": _target(client, planned), **planned.to_dict()})
    else:
        _print_plan(client, planned, verbose=verbose)
    return PENDING if exit_code and planned else 0


@cli.command()
@_plans
@_yes
@click.option("--replace", is_flag=True, help="Delete and recreate configs that an update cannot make match.")
@click.option(
    "--max-workers",
    type=click.IntRange(1, 64),
    default=4,
    help="Maximum number of configs to change at the same time.",
)
@_output
@_calls_the_service
def apply(
    connect: Connect,
    paths: tuple[str, ...],
    *,
    prune: str | None,
    verbose: bool,
    yes: bool,
    replace: bool,
    max_workers: int,
    output: str,
) -> ExitCode:
    """
    Create or update configs to match FILE...

    Shows the plan, asks for confirmation, and carries it out. Configs that are up to date are left unchanged, so apply
    can be run any number of times.

    FILE may also be a directory, for its *.json, *.yaml and *.yml files, or - for stdin.
    """
    _require_confirmable(yes=yes)
    client, planned = _planned(connect, paths, prune)
    if output == "text":
        _print_plan(client, planned, verbose=verbose)
    if planned and not yes:
        if output == "json":
            terminal.note(f"{_target_line(client, planned)}\n{planned}")
        if not terminal.confirm("Apply this plan?"):
            return PENDING
    outcomes, signals = _carry_out(client, planned, max_workers=max_workers, replace=replace, is_text=output == "text")
    if output == "json":
        shown = {"target": _target(client, planned), "plan": planned.to_dict()}
        terminal.print_json({**shown, "outcomes": [outcome.to_dict() for outcome in outcomes]})
    elif planned:
        from appimageconfig.provisioning import Status  # noqa: PLC0415 - slow to import, and not needed by every command

        count = Counter(outcome.status for outcome in outcomes)
        counts = [f"{count[status]} {status}" for status in get_args(Status) if count[status]]
        terminal.print_line(f"Applied: {', '.join(counts) or 'nothing'}.")
    if not replace and any(isinstance(outcome.error, NotConvergedError) for outcome in outcomes):
        terminal.note("Pass --replace to delete and recreate configs that an update cannot make match.")
    names = [step.app_image_config_name for step in planned.changes]
    return _ended(outcomes, names, signals)


@cli.command()
@click.argument("name")
@_output
@_calls_the_service
def describe(connect: Connect, name: str, *, output: str) -> ExitCode:
    """Show the details of a config."""
    from appimageconfig.provisioning._difference import leaves  # noqa: PLC0415 - slow to import, and not needed by every command

    _require_valid(name)
    members = redacted(connect().describe(name))
    if output == "json":
        terminal.print_json(members)
    else:
        for path, value in leaves("", members):
            text = value if isinstance(value, str) else json.dumps(value)
            terminal.print_line(printable(f"{path}: {text}"))
    return 0


@cli.command("list")
@_name_contains
@_output
@_calls_the_service
def list_configs(connect: Connect, *, name_contains: str | None, output: str) -> ExitCode:
    """List configs, sorted by name."""
    _require_valid_part(name_contains)
    found = connect().list(name_contains=name_contains, sort_by="Name", sort_order="Ascending")
    if output == "json":
        terminal.print_json([redacted(details) for details in found])
    else:
        terminal.print_table(("NAME", "APPS", "LAST MODIFIED"), map(_row, found))
    return 0


@cli.command()
@click.argument("names", metavar="NAME...", nargs=-1, required=True)
@click.option("--missing-ok", is_flag=True, help="Do not fail if a config does not exist.")
@_yes
@_output
@_calls_the_service
def delete(connect: Connect, names: tuple[str, ...], *, missing_ok: bool, yes: bool, output: str) -> ExitCode:
    """Delete configs. Asks for confirmation."""
    from appimageconfig.provisioning import Outcome  # noqa: PLC0415 - slow to import, and not needed by every command

    _require_valid(*names)
    _require_confirmable(yes=yes)
    outcomes: list[Outcome] = []
    client = connect()
    once = list(dict.fromkeys(names))
    if not yes:
        terminal.note(_target_line(client))
        if not terminal.confirm(f"Delete {', '.join(once)}?"):
            return PENDING
    with _signals.arriving(_FINISHING) as signals:
        for name in once:
            if signals:
                break
            outcome = Outcome(status="deleted", app_image_config_name=name)
            try:
                client.delete(name, missing_ok=missing_ok)
            except (AppImageConfigError, BotoCoreError) as error:
                outcome = Outcome(status="failed", app_image_config_name=name, error=error)
            outcomes.append(outcome)
            if output == "text":
                terminal.print_line(_for_the_shell(str(outcome)), _STYLES[outcome.status])
    if output == "json":
        terminal.print_json({"outcomes": [outcome.to_dict() for outcome in outcomes]})
    return _ended(outcomes, once, signals)


@cli.command()
@click.argument("names", metavar="[NAME]...", nargs=-1)
@_name_contains
@click.option(
    "--format",
    "file_format",
    type=click.Choice(["json", "yaml"]),
    default="json",
    help="Format of the request files.",
)
@click.option(
    "--directory",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write each config to its own file in this directory, and print the paths.",
)
@click.option("--overwrite", is_flag=True, help="Overwrite existing files.")
@_output
@_calls_the_service
def export(
    connect: Connect,
    names: tuple[str, ...],
    *,
    name_contains: str | None,
    file_format: Literal["json", "yaml"],
    directory: Path | None,
    overwrite: bool,
    output: str,
) -> ExitCode:
    """
    Write existing configs as request files, with their tags.

    Writes the named configs, or all configs, to stdout or to a directory. Environment values and container arguments
    are written in plain text. Applying an exported file changes nothing.
    """
    from appimageconfig.provisioning._difference import own_tags  # noqa: PLC0415 - slow to import, and not needed by every command

    if names and name_contains is not None:
        raise click.UsageError("pass either NAME or --name-contains")
    _require_valid(*names)
    _require_valid_part(name_contains)
    client = connect()
    found = (
        map(client.describe, dict.fromkeys(names))
        if names
        else client.list(name_contains=name_contains, sort_by="Name", sort_order="Ascending")
    )
    configs = [details.to_config(own_tags(client.list_tags(details.app_image_config_arn)) or None) for details in found]
    if directory is None:
        sys.stdout.flush()
        sys.stdout.buffer.write(files.dumps(configs, file_format=file_format).encode())
        return 0
    refused = [name for config in configs if not _FILE_NAME.fullmatch(name := config.app_image_config_name)]
    paths = {
        directory / f"{config.app_image_config_name}.{file_format}": config
        for config in configs
        if config.app_image_config_name not in refused
    }
    written, signals = _write_files(paths, directory, overwrite=overwrite)
    if output == "json":
        terminal.print_json([str(path) for path in written])
    else:
        for path in written:
            terminal.print_line(str(path))
    for name in refused:
        terminal.note(f"not exported: {name!r} cannot be the name of a file; export it without --directory")
    if signals:
        left = ", ".join(str(path) for path in paths if path not in written)
        terminal.note(f"Interrupted. Files under way were finished; not written: {left or 'none'}.")
        return 128 + signals[0]
    return FAILED if refused else 0


def _write_files(
    files_to_write: Mapping[Path, AppImageConfig], directory: Path, *, overwrite: bool
) -> tuple[list[Path], list[int]]:
    """Write a request file for each config, and return the paths of those written, and the signals that arrived."""
    written: list[Path] = []
    try:
        # First, since it fails for a path that cannot be: Path.exists is false for it from Python 3.14 on.
        directory.mkdir(parents=True, exist_ok=True)
        if not overwrite and (existing := ", ".join(str(path) for path in files_to_write if path.exists())):
            raise click.UsageError(f"{existing} would be overwritten; pass --overwrite or another --directory")
        with _signals.arriving() as signals:  # otherwise SIGTERM would leave a temporary file
            for path, config in files_to_write.items():
                if signals:
                    break
                files.dump([config], path)
                written.append(path)
    except OSError as error:
        message = f"cannot write {error.filename or directory}: {error.strerror}; pass another --directory"
        raise click.UsageError(message) from error
    return written, signals


@cli.command()
def schema() -> ExitCode:
    """Print a JSON Schema of request files, for editors."""
    terminal.print_json(files.schema())
    return 0


def _checked(paths: tuple[str, ...]) -> files.Checked:
    """Check the files, and those in the directories among them."""
    found: list[str] = []
    for path in paths:
        inside: list[str] = []
        with suppress(OSError):  # also if it is not a directory
            inside = files.paths_in(path)
        found += inside or [path]
    return files.check(*found)


def _planned(connect: Connect, paths: tuple[str, ...], prune: str | None) -> tuple[AppImageConfigClient, Plan]:
    """Return the client and the plan. Invalid files are reported before problems with the account."""
    if prune == "":
        raise click.UsageError("--prune needs a name prefix; an empty one would delete every other config")
    checked = _checked(paths)
    if checked.violations:
        raise InvalidAppImageConfigError(checked.violations, "request file")
    client = connect()
    return client, client.plan(checked.configs, prune=prune)


def _carry_out(
    client: AppImageConfigClient, plan: Plan, *, max_workers: int, replace: bool, is_text: bool
) -> tuple[tuple[Outcome, ...], list[int]]:
    """Apply *plan*, and return the outcomes of the steps that were begun, and the signals that arrived."""
    bar = terminal.progress(len(plan.changes) if is_text else 0)
    with _signals.arriving(_FINISHING) as signals, bar as advance:

        def report(outcome: Outcome) -> None:
            if outcome.status != "unchanged":
                advance()
                if is_text:
                    terminal.print_line(_for_the_shell(str(outcome)), _STYLES[outcome.status])

        try:
            outcomes = client.apply(
                plan, max_workers=max_workers, replace=replace, on_outcome=report, stop=partial(bool, signals)
            )
        except ApplyError as error:
            outcomes = error.outcomes
    return outcomes, signals


def _require_confirmable(*, yes: bool) -> None:
    if not yes and not sys.stdin.isatty():
        raise click.UsageError("cannot ask for confirmation: stdin is not a terminal; pass --yes")


def _ended(outcomes: Sequence[Outcome], names: Iterable[str], signals: Sequence[int]) -> ExitCode:
    """Print the hints for the *outcomes*, and return the exit code."""
    errors = [outcome.error for outcome in outcomes if outcome.error]
    for hint in _hints(errors):
        terminal.note(hint)
    if signals:
        begun = {outcome.app_image_config_name for outcome in outcomes}
        left = ", ".join(name for name in names if name not in begun)
        terminal.note(f"Interrupted. Requests under way were finished; not started: {left or 'none'}.")
        return 128 + signals[0]
    return FAILED if errors else 0


def _require_valid(*names: str) -> None:
    """Report all invalid names before anything is sent, and as arguments, not as members of a request."""
    _require_no([piece for name in names for piece in APP_IMAGE_CONFIG_NAME.violations(name, f"NAME {name!r}")])


def _require_valid_part(name_contains: str | None) -> None:
    """Report a text that no name contains. Hyphens at its ends are fine, although a name has none there."""
    if part := (name_contains or "").strip("-"):
        _require_no(list(APP_IMAGE_CONFIG_NAME.violations(part, f"--name-contains {name_contains!r}")))


def _require_no(violations: Sequence[Violation]) -> None:
    if violations:
        raise InvalidAppImageConfigError(violations, "name")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _print_plan(client: AppImageConfigClient, plan: Plan, *, verbose: bool) -> None:
    terminal.print_line(_target_line(client, plan))
    for step in plan.steps if verbose else plan.changes:
        terminal.print_line(str(step), _STYLES.get(step.action, ""))
    if not plan:
        terminal.print_line("No changes.")
    terminal.print_line(plan.summary())


def _target_line(client: AppImageConfigClient, plan: Plan | None = None) -> str:
    target = _target(client, plan)
    parts = ("in-memory service" if name == "in_memory" else f"{name} {value}" for name, value in target.items())
    return f"Target: {', '.join(parts)}."


def _target(client: AppImageConfigClient, plan: Plan | None) -> dict[str, Any]:
    """Return where a command acts: the account only if *plan* knows it, since no call is made to find it out."""
    options = click.get_current_context().params
    meta = client.sagemaker.meta
    if options.get("in_memory"):
        return {"in_memory": True, "region": meta.region_name}
    endpoint: str = meta.endpoint_url
    # Access keys in the environment take precedence over a profile that is named there, but not over --profile.
    variables = () if os.environ.get("AWS_ACCESS_KEY_ID") else ("AWS_DEFAULT_PROFILE", "AWS_PROFILE")
    profiles = (options["profile"], *map(os.environ.get, variables))
    target = {
        "endpoint": None if (urlsplit(endpoint).hostname or "").endswith(_AWS_DOMAINS) else endpoint,
        "region": meta.region_name,
        "profile": next(filter(None, profiles), None),
        "account": None if plan is None else plan.account_id,
    }
    return {name: value for name, value in target.items() if value}


def _row(details: AppImageConfigDetails) -> tuple[str, str, str]:
    apps = {
        "KernelGateway": details.kernel_gateway_image_config,
        "JupyterLab": details.jupyter_lab_app_image_config,
        "CodeEditor": details.code_editor_app_image_config,
    }
    names = ", ".join(name for name, app in apps.items() if app is not None)
    time = details.last_modified_time
    return details.app_image_config_name, names, "" if time is None else time.isoformat(timespec="seconds")


def _for_the_shell(text: str) -> str:
    """Return *text* with the advice for callers in Python replaced."""
    for python, shell in _ADVICE.items():
        text = text.replace(python, shell)
    return text


def _hints(errors: Sequence[Exception]) -> list[str]:
    """Return what to do about *errors* that do not say it themselves."""
    return [hint for kinds, hint in _HINTS.items() if any(isinstance(error, kinds) for error in errors)]


def _sentence(text: str) -> str:
    """Return *text*, another sentence of which may follow."""
    return text if text.endswith((".", "!", "?")) else f"{text}."
