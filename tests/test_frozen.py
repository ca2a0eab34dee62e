"""Read-only containers, and secrets: no output contains the values of environment variables or arguments."""

from __future__ import annotations

import copy
import html
import io
import json
import logging
import pickle
import pprint
import re
import traceback
from contextlib import suppress
from typing import TYPE_CHECKING, Any, cast
from unittest.mock import MagicMock
from urllib.parse import quote, quote_plus

import attrs
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st
from raised import CODES
from rich.pretty import pretty_repr
from wire import Response, Wire

import appimageconfig
from appimageconfig import (
    AppImageConfig,
    AppImageConfigClient,
    ApplyError,
    CodeEditorAppImageConfig,
    ContainerConfig,
    JupyterLabAppImageConfig,
    NotConvergedError,
    Outcome,
    RequestValidationError,
    ServiceError,
    advise,
    dumps,
    from_request,
    from_response,
    to_request,
    unchecked,
)
from appimageconfig.errors import from_client_error
from appimageconfig.testing import Assumptions, Fault, InMemorySageMaker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# A secret, which is searched for in every output.
CANARY = "tweet-4f1c-hush"
ARN = "arn:aws:sagemaker:eu-west-1:123456789012:app-image-config/image"
REQUEST: dict[str, Any] = {
    "AppImageConfigName": "image",
    "JupyterLabAppImageConfig": {
        "ContainerConfig": {
            "ContainerArguments": ["--no-browser", f"--token={CANARY}"],
            "ContainerEnvironmentVariables": {"PASSWORD": CANARY, "AWS_REGION": CANARY},
        }
    },
    "CodeEditorAppImageConfig": {"ContainerConfig": {"ContainerEnvironmentVariables": {"PASSWORD": CANARY}}},
}
CONFIG = from_request(REQUEST)
DESCRIBED = {**REQUEST, "AppImageConfigArn": ARN, "CreationTime": 0, "NewAppImageConfig": {"Token": [CANARY]}}


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Return what this library logs, at DEBUG, with tracebacks."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    logger = logging.getLogger("appimageconfig")
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    yield written
    logger.removeHandler(handler)
    logger.setLevel(logging.NOTSET)


def shown(value: Any) -> str:
    """Return everything that a value and the values in it show."""
    parts: tuple[Any, ...] = attrs.astuple(value, recurse=False) if hasattr(value, "__attrs_attrs__") else ()
    inner = "".join(map(shown, parts))
    return f"{value!r} {value!s} {value} {inner}"


def shown_by_error(error: BaseException) -> str:
    """Return everything that an error shows: its text, its chain, its traceback, its copies and its pickle."""
    texts = traceback.format_exception(error)
    for twin in (error, copy.copy(error), copy.deepcopy(error), error.__cause__, error.__context__):
        texts += [repr(twin), str(twin), repr(getattr(twin, "args", "")), repr(getattr(twin, "__dict__", ""))]
    return "".join(texts) + repr(pickle.dumps(error))


def described(container: Any) -> None:
    """Read a request with *container* as the container config."""
    from_request({"AppImageConfigName": "image", "JupyterLabAppImageConfig": {"ContainerConfig": container}})


INVALID: list[Callable[[], object]] = [
    lambda: ContainerConfig(container_arguments=cast("Any", CANARY)),
    lambda: ContainerConfig(container_arguments=[CANARY + "\n"]),
    lambda: ContainerConfig(container_arguments=[CANARY * 64]),
    lambda: ContainerConfig(container_arguments=[CANARY] * 51),
    lambda: ContainerConfig(container_arguments=cast("Any", [[CANARY]])),
    lambda: ContainerConfig(container_arguments=cast("Any", {CANARY: CANARY})),
    lambda: ContainerConfig(container_environment_variables=cast("Any", CANARY)),
    lambda: ContainerConfig(container_environment_variables=cast("Any", [("PASSWORD", CANARY)])),
    lambda: ContainerConfig(container_environment_variables={"PASSWORD": CANARY * 256}),
    lambda: ContainerConfig(container_environment_variables={"": CANARY}),
    lambda: ContainerConfig(container_environment_variables=cast("Any", {"PASSWORD": {"value": CANARY}})),
    lambda: ContainerConfig(container_environment_variables=cast("Any", {5: CANARY})),
    lambda: JupyterLabAppImageConfig(container_config=REQUEST["JupyterLabAppImageConfig"]),
    lambda: AppImageConfig(app_image_config_name="a", jupyter_lab_app_image_config=cast("Any", CANARY)),
    lambda: CodeEditorAppImageConfig(container_config=cast("Any", CANARY)),
    lambda: attrs.evolve(CONFIG, app_image_config_name="a_b"),
    lambda: described(CANARY),
    lambda: described([CANARY]),
    lambda: described({"ContainerArguments": CANARY}),
    lambda: described({"ContainerArguments": {"token": CANARY}}),
    lambda: described({"ContainerEnvironmentVariables": [{"Key": "PASSWORD", "Value": CANARY}]}),
    lambda: described({"ContainerEnvironmentVariables": {"PASSWORD": [CANARY]}}),
    lambda: described({"Environment": {"PASSWORD": CANARY}}),
    lambda: from_request({**REQUEST, "AppImageConfigName": "a_b"}),
    lambda: from_request(cast("Any", CANARY)),
]


@pytest.mark.parametrize("build", INVALID)
def test_no_violation_shows_a_secret(build: Callable[[], object], log: io.StringIO) -> None:
    """Neither a secret of the wrong type, nor one beside a violation."""
    with pytest.raises(appimageconfig.InvalidAppImageConfigError) as caught:
        build()
    assert CANARY not in shown_by_error(caught.value) + log.getvalue()


def test_no_value_shows_a_secret() -> None:
    details = from_response(DESCRIBED)
    with unchecked():
        loose = from_request(REQUEST)
    for value in (CONFIG, loose, details, details.to_config(), pickle.loads(pickle.dumps(CONFIG)), advise(CONFIG)):  # noqa: S301 - our own pickle
        assert CANARY not in shown(value)
    container = (details.jupyter_lab_app_image_config or JupyterLabAppImageConfig()).container_config
    assert container is not None
    assert CANARY not in shown(container.container_arguments) + shown(container.container_environment_variables)
    assert CANARY not in shown(details.unmodelled) + shown(details.unmodelled["NewAppImageConfig"]["Token"])


CALLS: list[Callable[[AppImageConfigClient], object]] = [
    lambda client: client.create(CONFIG),
    lambda client: client.update(CONFIG),
    lambda client: client.describe("image"),
    lambda client: client.delete("image"),
    lambda client: list(client.list()),
    lambda client: client.list_tags(ARN),
    lambda client: client.add_tags(ARN, {"a": "b"}),
    lambda client: client.delete_tags(ARN, ["a"]),
    lambda client: client.ensure(CONFIG),
    lambda client: client.plan([CONFIG]),
    lambda client: client.apply(client.plan([CONFIG])),
]


@pytest.mark.parametrize("call", CALLS)
def test_no_successful_call_logs_a_secret(call: Callable[[AppImageConfigClient], object], log: io.StringIO) -> None:
    call(AppImageConfigClient(Wire(Response({**DESCRIBED, "AppImageConfigs": [DESCRIBED], "Tags": []})).client()))
    assert CANARY not in log.getvalue()
    assert "AppImageConfig" in log.getvalue() or "Tags" in log.getvalue()


@pytest.mark.parametrize("call", CALLS[:2])
@pytest.mark.parametrize("code", CODES)
def test_no_service_error_shows_a_secret(
    code: str, call: Callable[[AppImageConfigClient], object], log: io.StringIO
) -> None:
    """Even if the service quotes the request; the code and the rest of the text are kept."""
    text = f"1 validation error detected: Value '{{PASSWORD={CANARY}, X=--token={CANARY}}}' at 'x' failed to satisfy"
    refusal = Response({"__type": code, "message": text}, status=400)
    once = Config(retries={"total_max_attempts": 1, "mode": "standard"})
    with pytest.raises(appimageconfig.ServiceError) as caught:
        call(AppImageConfigClient(Wire(refusal).client(once)))
    error = caught.value
    assert CANARY not in shown_by_error(error) + shown_by_error(cast("BaseException", error.__cause__)) + log.getvalue()
    assert error.code == code
    assert error.message == "1 validation error detected: Value '{PASSWORD=***, X=***}' at 'x' failed to satisfy"
    assert f"failed: {code}" in log.getvalue()


WITHOUT_SECRETS = attrs.evolve(CONFIG, jupyter_lab_app_image_config=None, code_editor_app_image_config=None)
OTHER_SECRETS = from_request(json.loads(json.dumps(REQUEST).replace(CANARY, "other")))


@pytest.mark.parametrize("actual", [None, WITHOUT_SECRETS, OTHER_SECRETS])
def test_no_plan_and_no_outcome_shows_a_secret(actual: AppImageConfig | None, log: io.StringIO) -> None:
    """As text, repr or JSON; for a creation, an update and a removal; in success and failure."""
    for desired, there in ((CONFIG, actual), (actual or WITHOUT_SECRETS, CONFIG)):
        service = InMemorySageMaker(assumptions=Assumptions(update="replace"))
        client = AppImageConfigClient(service.client())
        if there is not None:
            client.create(there)
        plan = client.plan([desired])
        assert CANARY not in shown(plan) + json.dumps(plan.to_dict())
        # The service may quote what is sent to it.
        quoted = CANARY if desired is CONFIG else "value"
        for operation in ("CreateAppImageConfig", "UpdateAppImageConfig"):
            service.inject(Fault.error("ValidationException", message=f"'{quoted}' is wrong"), operation=operation)
        outcomes: list[Outcome] = []
        with pytest.raises(ApplyError) as caught:
            client.apply(plan, on_outcome=outcomes.append)
        assert CANARY not in shown_by_error(caught.value)
        with suppress(ApplyError):
            client.apply(plan, on_outcome=outcomes.append)
        assert len(outcomes) == 2
        for outcome in outcomes:
            assert CANARY not in shown(outcome) + json.dumps(outcome.to_dict())
    assert CANARY not in log.getvalue()


def test_a_not_converged_error_shows_no_secret() -> None:
    client = AppImageConfigClient(InMemorySageMaker().client())
    client.create(CONFIG)
    for desired in (WITHOUT_SECRETS, OTHER_SECRETS, CONFIG):
        with suppress(NotConvergedError):
            assert CANARY not in shown(client.ensure(desired))
    with pytest.raises(NotConvergedError) as caught:
        client.ensure(WITHOUT_SECRETS)
    assert CANARY not in shown_by_error(caught.value)


def in_json(text: str) -> str:
    """Return *text* as JSON in ASCII."""
    return json.dumps(text)[1:-1]


def in_raw_json(text: str) -> str:
    """Return *text* as JSON in Unicode."""
    return json.dumps(text, ensure_ascii=False)[1:-1]


def in_upper_case_json(text: str) -> str:
    """Return *text* as JSON of another library."""
    return "".join(rf"\u{ord(char):04X}" if "\x7f" < char < "\ud800" else in_json(char) for char in text)


def in_repr(text: str) -> str:
    """Return *text* as in a repr."""
    return repr(text)[1:-1]


def in_ascii(text: str) -> str:
    """Return *text* as in a repr in ASCII."""
    return ascii(text)[1:-1]


def in_path(text: str) -> str:
    """Return *text* as in the path of a URL."""
    return quote(text)


def in_query(text: str) -> str:
    """Return *text* as in the query of a URL."""
    return re.sub("%..", lambda escape: escape[0].lower(), quote_plus(text))


def in_html(text: str) -> str:
    """Return *text* as in HTML."""
    return html.escape(text)


def in_ascii_html(text: str) -> str:
    """Return *text* as in HTML in ASCII."""
    return html.escape(text, quote=False).encode("ascii", "xmlcharrefreplace").decode()


SPELLINGS = [in_json, in_raw_json, in_upper_case_json, in_repr, in_ascii, in_path, in_query, in_html, in_ascii_html]
SECRETS = [
    'p\u00e4ss "w\u00f6rd"\\n',
    "C:\\new\\table & 'co'",
    "a+b c/d?e=f%20",
    "\U0001f511\U0001f511 <key>",
    "tab\tand\u2028line",
    "&amp;amp;",
]


def redacted(text: str, *secrets: str) -> str:
    """Return what the error shows of the service's *text*."""
    original = ClientError({"Error": {"Code": "ValidationException", "Message": text}}, "CreateAppImageConfig")
    return from_client_error(original, secrets=secrets).message


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("outer", [str, *SPELLINGS])
@pytest.mark.parametrize("inner", [str, *SPELLINGS])
def test_a_secret_is_redacted_in_every_spelling(
    inner: Callable[[str], str], outer: Callable[[str], str], secret: str
) -> None:
    """Of JSON, a repr, a URL or HTML, and of one in the other; nothing around it is."""
    text = f"Value [{outer(inner(secret))}] is invalid; see [{secret}]"
    assert redacted(text, secret, "another") == "Value [***] is invalid; see [***]"


# HTML has no spelling of control characters.
printed = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=4, max_size=20)


@given(secret=printed, spelling=st.sampled_from(SPELLINGS))
def test_every_secret_is_redacted_in_every_spelling(secret: str, spelling: Callable[[str], str]) -> None:
    assert redacted(f"[{spelling(secret)}]", secret) == "[***]"


def test_a_text_without_secrets_remains_as_it_is() -> None:
    r"""Its escapes, too, and what has an escape's beginning alone."""
    text = r"100% of \u00e4 &amp; &bogus; %C3%A4 a+b \uXYZ \x4 \d800 \ud800 %e4 &#0; \ "
    assert redacted(text, "hush") == text


def test_overlapping_secrets_are_redacted_as_one() -> None:
    assert redacted("[hush-a-hush] [hush] [hushhush]", "hush-a", "a-hush", "hush") == "[***] [***] [******]"


def test_the_leaves_of_members_that_this_version_does_not_know_are_redacted() -> None:
    """Texts and numbers at any depth, but not truth values, whose text is a word."""
    unknown: dict[str, Any] = {"Token": CANARY, "Pins": [{"Pin": 123456, "Factor": 0.125}], "On": True, "Off": None}
    described: dict[str, Any] = {
        **DESCRIBED,
        "KernelGatewayImageConfig": {"KernelSpecs": [{"Name": "python3", "New": "of-a-kernel"}]},
        "NewAppImageConfig": unknown,
    }
    config = from_response(described).to_config()
    quoted = f"Token={CANARY} Pin=123456 Factor=0.125 On=True Off=None New=of-a-kernel Name=python3"
    refusal = ClientError({"Error": {"Code": "ValidationException", "Message": quoted}}, "CreateAppImageConfig")
    with pytest.raises(RequestValidationError) as caught:
        AppImageConfigClient(MagicMock(create_app_image_config=MagicMock(side_effect=refusal))).create(config)
    assert caught.value.message == "Token=*** Pin=*** Factor=*** On=True Off=None New=*** Name=python3"


def test_values_of_up_to_three_characters_are_not_redacted() -> None:
    """They occur in any text by chance."""
    container = ContainerConfig(container_environment_variables={"DEBUG": "err", "EMPTY": "", "NAME": "detect"})
    config = AppImageConfig(
        app_image_config_name="image", code_editor_app_image_config=CodeEditorAppImageConfig(container_config=container)
    )
    refusal = Response({"__type": "ValidationException", "message": "1 error: did not detect 'x'"}, status=400)
    with pytest.raises(RequestValidationError) as caught:
        AppImageConfigClient(Wire(refusal).client()).create(config)
    assert caught.value.message == "1 error: did not *** 'x'"


def test_a_secret_that_is_not_a_string_does_not_hide_the_service_error() -> None:
    """A response is not checked, and botocore's own checks can be turned off."""
    container = {"ContainerArguments": [5, CANARY]}
    response = {
        "AppImageConfigName": "image",
        "AppImageConfigArn": ARN,
        "JupyterLabAppImageConfig": {"ContainerConfig": container},
    }
    answer = Response({"__type": "ValidationException", "message": f"[5, {CANARY}] is invalid"}, status=400)
    with pytest.raises(RequestValidationError, match=r": \[5, \*\*\*\] is invalid\. "):
        AppImageConfigClient(Wire(answer).client(Config(parameter_validation=False))).create(
            from_response(response).to_config()
        )


def test_a_wrong_value_is_refused_before_botocore_prints_it() -> None:
    wire = Wire()
    wrong = {"AppImageConfigName": "a", "JupyterLabAppImageConfig": {"ContainerConfig": {"ContainerArguments": CANARY}}}
    with pytest.raises(Exception, match=CANARY):
        wire.client().create_app_image_config(**wrong)
    with pytest.raises(appimageconfig.InvalidAppImageConfigError) as caught:
        AppImageConfigClient(wire.client()).create(from_request(wrong))
    assert CANARY not in shown_by_error(caught.value)


def test_nothing_is_printed_without_a_logging_handler(capsys: pytest.CaptureFixture[str]) -> None:
    """The logger has a NullHandler, which keeps logging's last resort silent."""
    refusal = Response({"__type": "ResourceInUse", "message": CANARY}, status=400)
    with suppress(ClientError):
        AppImageConfigClient(Wire(refusal).client()).create(CONFIG)
    assert capsys.readouterr() == ("", "")
    handlers = logging.getLogger("appimageconfig").handlers
    assert any(isinstance(handler, logging.NullHandler) for handler in handlers)


CONTAINER = ContainerConfig(
    container_arguments=["--no-browser", CANARY], container_environment_variables={"PASSWORD": CANARY}
)
ARGUMENTS: Any = CONTAINER.container_arguments
VARIABLES: Any = CONTAINER.container_environment_variables

PARTS: list[tuple[Callable[[], Any], Any, str]] = [
    (lambda: ARGUMENTS[1:], (CANARY,), "(***, )"),
    (lambda: ARGUMENTS[::-1], (CANARY, "--no-browser"), "(***, ***, )"),
    (lambda: ARGUMENTS + ("a",), ("--no-browser", CANARY, "a"), "(***, ***, ***, )"),  # noqa: RUF005 - what is tested
    (lambda: ("a",) + ARGUMENTS, ("a", "--no-browser", CANARY), "(***, ***, ***, )"),  # noqa: RUF005 - likewise
    (lambda: ARGUMENTS + ARGUMENTS, ("--no-browser", CANARY) * 2, "(***, ***, ***, ***, )"),
    (lambda: ARGUMENTS * 2, ("--no-browser", CANARY) * 2, "(***, ***, ***, ***, )"),
    (lambda: 2 * ARGUMENTS, ("--no-browser", CANARY) * 2, "(***, ***, ***, ***, )"),
    (lambda: copy.copy(ARGUMENTS), ("--no-browser", CANARY), "(***, ***, )"),
]


@pytest.mark.parametrize(("part", "expected", "shown_as"), PARTS)
def test_a_slice_or_a_sum_of_arguments_shows_no_secret(part: Callable[[], Any], expected: Any, shown_as: str) -> None:
    assert part() == expected
    assert repr(part()) == shown_as


@pytest.mark.parametrize("other", [["a"], "a", None])
def test_arguments_are_added_only_to_a_tuple(other: Any) -> None:
    """As those of every tuple."""
    with pytest.raises(TypeError):
        assert ARGUMENTS + other
    with pytest.raises(TypeError):
        assert other + ARGUMENTS


def test_a_view_of_variables_shows_no_secret() -> None:
    """And is otherwise that of a dict."""
    assert repr(VARIABLES.keys()) == "dict_keys(['PASSWORD'])"
    assert repr(VARIABLES.values()) == "dict_values([***])"
    assert repr(VARIABLES.items()) == "dict_items([('PASSWORD', ***)])"
    assert list(VARIABLES.values()) == [CANARY]
    assert (CANARY in VARIABLES.values(), len(VARIABLES.values())) == (True, 1)
    assert VARIABLES.items() == {"PASSWORD": CANARY}.items()


def test_pretty_printers_show_no_secret() -> None:
    details = from_response(DESCRIBED)
    for value in (ARGUMENTS, VARIABLES, CONTAINER, CONFIG, details, {"config": [CONFIG, ARGUMENTS, VARIABLES]}):
        assert CANARY not in pprint.pformat(value, width=1) + pretty_repr(value, max_width=1)


def test_no_traceback_of_a_service_error_has_a_request_in_its_local_variables() -> None:
    """As debuggers, error trackers and rich show them. That of its cause has none, either."""
    answer = Response({"__type": "ValidationException", "message": "No."}, status=400)
    client = AppImageConfigClient(Wire(answer).client())
    for call in (lambda: client.create(CONFIG), lambda: client.update(CONFIG), lambda: list(client.list())):
        with pytest.raises(ServiceError) as caught:
            call()
        shown_locals = traceback.TracebackException.from_exception(caught.value, capture_locals=True).format()
        assert CANARY not in "".join(line for line in shown_locals if "test_frozen" not in line)


def test_every_public_function_and_method_is_covered() -> None:
    """Add a new one above."""
    methods = {name for name in vars(AppImageConfigClient) if not name.startswith("_")} - {"sagemaker"}
    reading = {"describe", "list", "list_tags", "plan"}
    writing = {"add_tags", "apply", "create", "delete", "delete_tags", "ensure", "update"}
    assert methods == reading | writing
    assert len(CALLS) == len(methods)
    functions = {name for name in appimageconfig.__all__ if callable(getattr(appimageconfig, name)) and name.islower()}
    showing = {"dump", "dumps", "to_request"}
    assert functions - showing == {
        "advise",
        "check",
        "custom_image",
        "difference",
        "from_request",
        "from_response",
        "load",
        "loads",
        "unchecked",
    }
    assert CANARY in str(to_request(CONFIG))
    assert CANARY in dumps([CONFIG])
