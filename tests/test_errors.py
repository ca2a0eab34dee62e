"""Errors: mapped by code, named, picklable, and still botocore's and boto3's."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys
import time
import traceback
import tracemalloc
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from itertools import count
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any
from unittest.mock import MagicMock

import boto3
import pytest
from botocore.exceptions import ClientError
from raised import client_error, every_error, raise_nth
from wire import Response, Wire

from appimageconfig import (
    AccessDeniedError,
    AppImageConfig,
    AppImageConfigClient,
    AppImageConfigError,
    ApplyError,
    ContainerConfig,
    InvalidAppImageConfigError,
    JupyterLabAppImageConfig,
    NotConvergedError,
    Outcome,
    RequestValidationError,
    ResourceInUseError,
    ResourceLimitExceededError,
    ResourceNotFoundError,
    ServiceError,
    StalePlanError,
    ThrottlingError,
    Violation,
    difference,
    from_request,
)
from appimageconfig.errors import ERROR_CODES, from_client_error

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CONFIG = AppImageConfig(app_image_config_name="image")
CODES: dict[str, type[ServiceError]] = {
    "ResourceInUse": ResourceInUseError,
    "ResourceNotFound": ResourceNotFoundError,
    "ResourceLimitExceeded": ResourceLimitExceededError,
    "ValidationException": RequestValidationError,
    "ValidationError": RequestValidationError,
    "InvalidParameter": RequestValidationError,
    "InvalidParameterCombination": RequestValidationError,
    "InvalidParameterValue": RequestValidationError,
    "MissingParameter": RequestValidationError,
    "SerializationException": RequestValidationError,
    "AccessDenied": AccessDeniedError,
    "AccessDeniedException": AccessDeniedError,
    "ExpiredToken": AccessDeniedError,
    "ExpiredTokenException": AccessDeniedError,
    "IncompleteSignature": AccessDeniedError,
    "InvalidClientTokenId": AccessDeniedError,
    "InvalidSignatureException": AccessDeniedError,
    "MissingAuthenticationToken": AccessDeniedError,
    "MissingAuthenticationTokenException": AccessDeniedError,
    "NotAuthorized": AccessDeniedError,
    "OptInRequired": AccessDeniedError,
    "RequestExpired": AccessDeniedError,
    "SignatureDoesNotMatch": AccessDeniedError,
    "UnauthorizedOperation": AccessDeniedError,
    "UnrecognizedClientException": AccessDeniedError,
    "RequestLimitExceeded": ThrottlingError,
    "RequestThrottled": ThrottlingError,
    "RequestThrottledException": ThrottlingError,
    "SlowDown": ThrottlingError,
    "Throttling": ThrottlingError,
    "ThrottledException": ThrottlingError,
    "ThrottlingException": ThrottlingError,
    "TooManyRequestsException": ThrottlingError,
    "InternalFailure": ServiceError,
    "400": ServiceError,
}


@pytest.mark.parametrize(("code", "expected"), CODES.items())
def test_the_error_code_decides_the_class(code: str, expected: type[ServiceError]) -> None:
    """An unknown code gives a plain ServiceError."""
    error = from_client_error(ClientError({"Error": {"Code": code}}, "CreateAppImageConfig"), "image")
    assert type(error) is expected
    assert isinstance(error, ClientError)
    assert isinstance(error, AppImageConfigError)
    assert error.code == code


def test_every_mapped_code_is_tested() -> None:
    assert {**ERROR_CODES, "InternalFailure": ServiceError, "400": ServiceError} == CODES


ADVICE = {
    "ResourceInUse": " Call ensure() to create or update it, or describe() to compare it.",
    "ResourceNotFound": " Check the name, the account and the region.",
    "ResourceLimitExceeded": " Delete configs that are not needed, or request a quota increase.",
    "ValidationException": "",
    "AccessDeniedException": " Check the credentials and that their policy allows the operation.",
    "ThrottlingException": " Try again later, or raise the retries of the botocore Config.",
    "InternalFailure": "",
}


@pytest.mark.parametrize(("code", "advice"), ADVICE.items())
def test_an_error_names_the_config_and_says_what_to_do(code: str, advice: str) -> None:
    """The service's own text does neither."""
    assert str(from_client_error(client_error(code), "image")) == (
        f"An error occurred ({code}) when calling the CreateAppImageConfig operation: No. "
        f"AppImageConfig: 'image'.{advice} Request id: abc-123."
    )


def test_an_error_has_every_part_of_the_response() -> None:
    original = client_error("ResourceNotFound", "It does not exist.", operation="DescribeAppImageConfig", retries=2)
    error = from_client_error(original, "image")
    assert error.operation_name == "DescribeAppImageConfig"
    assert error.code == "ResourceNotFound"
    assert error.message == "It does not exist."
    assert error.request_id == "abc-123"
    assert error.http_status == 400
    assert error.retry_attempts == 2
    assert error.app_image_config_name == "image"
    assert error.response == original.response
    assert str(error) == (
        "An error occurred (ResourceNotFound) when calling the DescribeAppImageConfig operation: It does not exist. "
        "AppImageConfig: 'image'. Check the name, the account and the region. Request id: abc-123."
    )


def test_an_error_without_metadata_has_defaults() -> None:
    """Stubbed responses often have none."""
    error = from_client_error(ClientError({}, "ListAppImageConfigs"))
    assert (error.code, error.message) == ("Unknown", "Unknown")
    assert (error.request_id, error.http_status, error.retry_attempts) == (None, None, 0)
    assert str(error) == "An error occurred (Unknown) when calling the ListAppImageConfigs operation: Unknown."


@pytest.mark.parametrize(
    ("message", "sentence"),
    [
        ("Rate exceeded", ": Rate exceeded."),
        ("Rate exceeded.\n", ": Rate exceeded."),
        ("Really?", ": Really?"),
        ("No!", ": No!"),
        ("It failed because:", ": It failed because."),
        ("", "."),
    ],
)
def test_the_services_text_ends_as_a_sentence(message: str, sentence: str) -> None:
    """The service often leaves out the full stop, and sometimes the text."""
    error = from_client_error(client_error("ValidationException", message), "image")
    assert str(error) == (
        f"An error occurred (ValidationException) when calling the CreateAppImageConfig operation{sentence} "
        "AppImageConfig: 'image'. Request id: abc-123."
    )


def test_a_conflict_after_a_retry_says_that_an_earlier_attempt_may_have_created_it() -> None:
    assert str(from_client_error(client_error("ResourceInUse", retries=1), "image")) == (
        "An error occurred (ResourceInUse) when calling the CreateAppImageConfig operation: "
        "No. AppImageConfig: 'image'. The request was sent 2 times: an earlier attempt whose response was lost may "
        "have created it. Call ensure() to create or update it, or describe() to compare it. Request id: abc-123."
    )


def refused(code: str) -> tuple[Any, ServiceError]:
    """Return a boto3 client that gets an error response with *code*, and the error of creating a config with it."""
    sagemaker = Wire(Response({"__type": code, "message": "No."}, status=400)).client()
    with pytest.raises(ServiceError) as caught:
        AppImageConfigClient(sagemaker).create(CONFIG)
    return sagemaker, caught.value


MODELLED: list[type[ServiceError]] = [ResourceInUseError, ResourceNotFoundError, ResourceLimitExceededError]


@pytest.mark.parametrize("public_class", MODELLED)
def test_boto3s_own_except_clause_catches_the_error(public_class: type[ServiceError]) -> None:
    """Beside that of our class, of its bases and of ClientError."""
    sagemaker, error = refused(public_class.__name__.removesuffix("Error"))
    codes = ("ResourceInUse", "ResourceNotFound", "ResourceLimitExceeded")
    clauses = {code: getattr(sagemaker.exceptions, code) for code in codes}
    assert [code for code, clause in clauses.items() if isinstance(error, clause)] == [error.code]
    assert [clause for clause in MODELLED if isinstance(error, clause)] == [public_class]
    for clause in (clauses[error.code], public_class, ServiceError, AppImageConfigError, ClientError):
        with pytest.raises(clause):
            raise error


@pytest.mark.parametrize("public_class", MODELLED)
def test_an_error_of_boto3s_class_looks_like_one_of_ours(public_class: type[ServiceError]) -> None:
    _, error = refused(public_class.__name__.removesuffix("Error"))
    names = ("__name__", "__qualname__", "__module__", "__doc__")
    assert [getattr(type(error), name) for name in names] == [getattr(public_class, name) for name in names]
    said = f"An error occurred ({error.code}) when calling the CreateAppImageConfig operation: No."
    assert repr(error) == f"{public_class.__name__}({said!r})"
    (line,) = traceback.format_exception_only(error)
    assert line.startswith(f"appimageconfig.{public_class.__name__}: {said} AppImageConfig: 'image'. ")


@pytest.mark.parametrize("code", ["ValidationException", "AccessDeniedException", "ThrottlingException", "NewCode"])
def test_an_error_whose_code_boto3_has_no_class_for_is_of_our_class(code: str) -> None:
    _, error = refused(code)
    assert type(error) is ERROR_CODES.get(code, ServiceError)


def test_an_unmapped_code_raises_a_service_error_of_boto3s_class() -> None:
    sagemaker, error = refused("ConflictException")
    assert isinstance(error, sagemaker.exceptions.ConflictException)
    assert (type(error).__name__, type(copy.copy(error))) == ("ServiceError", ServiceError)


def test_errors_of_two_sessions_are_of_the_classes_of_their_own_clients() -> None:
    """As boto3's are."""
    sagemaker, error = refused("ResourceInUse")
    session: Any = boto3.Session("a", "b", region_name="eu-west-1")
    other = session.client("sagemaker")
    other.meta.events.register_first("before-send.sagemaker", Wire(Response({"__type": "ResourceInUse"}, 400)).respond)
    with pytest.raises(other.exceptions.ResourceInUse) as caught:
        AppImageConfigClient(other).create(CONFIG)
    assert isinstance(caught.value, ResourceInUseError)
    assert not isinstance(caught.value, sagemaker.exceptions.ResourceInUse)
    assert not isinstance(error, other.exceptions.ResourceInUse)


class FakeClientError(ClientError):
    """An exception that a hand-written fake client raises."""

    def __init__(self, code: str) -> None:
        """Take the code alone."""
        super().__init__({"Error": {"Code": code}}, "CreateAppImageConfig")


@pytest.mark.parametrize(
    "raised_by_fake",
    [
        FakeClientError("ResourceInUse"),
        ResourceInUseError({"Error": {"Code": "ResourceInUse"}}, "CreateAppImageConfig"),
        ServiceError({"Error": {"Code": "ResourceInUse"}}, "CreateAppImageConfig"),
        ResourceNotFoundError({"Error": {"Code": "ResourceInUse"}}, "CreateAppImageConfig"),
    ],
)
def test_an_error_of_a_fake_client_becomes_one_of_our_class(raised_by_fake: ClientError) -> None:
    with pytest.raises(ServiceError) as caught:
        AppImageConfigClient(MagicMock(create_app_image_config=MagicMock(side_effect=raised_by_fake))).create(CONFIG)
    assert type(caught.value) is ResourceInUseError
    assert caught.value.app_image_config_name == "image"
    assert caught.value.__cause__ is raised_by_fake


DIFFERENCE = difference(
    AppImageConfig(app_image_config_name="image"),
    AppImageConfig(app_image_config_name="image", jupyter_lab_app_image_config=JupyterLabAppImageConfig()),
)


def same(error: AppImageConfigError, twin: AppImageConfigError) -> bool:
    """Return whether two errors agree in text, in every field, and in their class except for boto3's."""
    public_class = ERROR_CODES.get(error.code, ServiceError) if isinstance(error, ServiceError) else type(error)
    return (public_class, repr(error), str(error), vars(error)) == (type(twin), repr(twin), str(twin), vars(twin))


@pytest.mark.parametrize("error", every_error(), ids=lambda error: type(error).__name__)
def test_every_error_pickles_and_copies_with_every_field(error: AppImageConfigError) -> None:
    """The class, the text, the fields and the notes."""
    error.add_note("seen in staging")
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        assert same(error, pickle.loads(pickle.dumps(error, protocol)))  # noqa: S301 - our own pickle
    assert same(error, copy.copy(error))
    assert same(error, copy.deepcopy(error))


def test_every_error_is_raised_unchanged_from_another_process() -> None:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        for index, error in enumerate(every_error()):
            with pytest.raises(AppImageConfigError) as caught:
                pool.submit(raise_nth, index).result()
            assert same(error, caught.value)


def test_an_error_is_raised_unchanged_from_another_thread() -> None:
    """Boto3's except clause catches it there, too."""
    sagemaker, error = refused("ResourceInUse")
    with ThreadPoolExecutor(1) as pool, pytest.raises(sagemaker.exceptions.ResourceInUse) as caught:
        pool.submit(AppImageConfigClient(sagemaker).create, CONFIG).result()
    assert type(caught.value) is type(error)


def test_an_error_is_unpickled_in_a_process_that_has_no_client(tmp_path: Path) -> None:
    program = """
import pickle, sys
error = pickle.load(sys.stdin.buffer)
print(type(error), error.code, error.retry_attempts, error.app_image_config_name, "boto3" in sys.modules)
"""
    error = from_client_error(client_error("ResourceInUse", retries=1), "image")
    run = subprocess.run(
        [sys.executable, "-c", program], input=pickle.dumps(error), check=True, capture_output=True, cwd=tmp_path
    )
    assert run.stdout.decode().strip() == "<class 'appimageconfig.ResourceInUseError'> ResourceInUse 1 image False"


def apply_error() -> ApplyError:
    """Return the error of a plan with three steps, of which two failed."""
    throttled, stale = from_client_error(client_error("ThrottlingException"), "a"), StalePlanError("c", "was changed")
    outcomes = [
        Outcome(status="failed", app_image_config_name="a", error=throttled),
        Outcome(status="created", app_image_config_name="b", app_image_config_arn="arn"),
        Outcome(status="failed", app_image_config_name="c", error=stale),
    ]
    return ApplyError("2 steps of 3 failed", [throttled, stale], outcomes)


STALE_LINE = "  failed c: AppImageConfig 'c' was changed, so its step was not carried out; make a new plan"


def test_an_apply_error_lists_the_failed_steps() -> None:
    assert str(apply_error()) == (
        "2 steps of 3 failed:\n"
        "  failed a: An error occurred (ThrottlingException) when calling the CreateAppImageConfig operation: No. "
        "AppImageConfig: 'a'. Try again later, or raise the retries of the botocore Config. Request id: abc-123.\n"
        f"{STALE_LINE}"
    )


def test_an_apply_error_is_the_group_of_the_errors() -> None:
    error = apply_error()
    assert isinstance(error, AppImageConfigError)
    assert isinstance(error, ExceptionGroup)
    assert error.message == "2 steps of 3 failed"
    assert [type(one) for one in error.exceptions] == [ThrottlingError, StalePlanError]
    assert isinstance(error.outcomes, tuple)
    assert [outcome.status for outcome in error.outcomes] == ["failed", "created", "failed"]


def twins(error: ApplyError) -> list[ApplyError]:
    """Return the copies and the pickled copies of *error*."""
    pickled = [pickle.dumps(error, protocol) for protocol in range(pickle.HIGHEST_PROTOCOL + 1)]
    return [copy.copy(error), copy.deepcopy(error), *map(pickle.loads, pickled)]


def test_an_apply_error_pickles_and_copies() -> None:
    """The errors in its outcomes remain those of the group."""
    error = apply_error()
    error.add_note("seen in staging")
    for twin in twins(error):
        assert type(twin) is ApplyError
        assert (str(twin), repr(twin), twin.__notes__) == (str(error), repr(error), ["seen in staging"])
        assert [outcome.to_dict() for outcome in twin.outcomes] == [outcome.to_dict() for outcome in error.outcomes]
        assert [outcome.error for outcome in twin.outcomes if outcome.error] == list(twin.exceptions)


def test_the_parts_of_an_apply_error_have_its_class_and_all_outcomes() -> None:
    error = apply_error()
    throttled, stale = error.split(ThrottlingError)
    parts = [throttled, stale, error.subgroup(StalePlanError), error.derive(error.exceptions[1:])]
    for part in parts:
        assert type(part) is ApplyError
        assert part.outcomes == error.outcomes
        assert len(part.exceptions) == 1
    assert throttled is not None
    assert throttled.exceptions == error.exceptions[:1]
    assert {str(part) for part in parts[1:]} == {f"2 steps of 3 failed:\n{STALE_LINE}"}
    assert error.subgroup(ResourceInUseError) is None


def test_except_star_handles_the_errors_by_class() -> None:
    """And raises the rest."""
    error = apply_error()
    handled: list[BaseException] = []

    def handle_throttling() -> None:
        try:
            raise error
        except* ThrottlingError as group:
            handled.extend(group.exceptions)

    with pytest.raises(ApplyError) as caught:
        handle_throttling()
    assert handled == [error.exceptions[0]]
    assert caught.value.exceptions == error.exceptions[1:]
    assert caught.value.outcomes == error.outcomes


class Printer:
    """IPython's pretty printer, as far as the protocol needs it."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.output = ""

    def text(self, text: str) -> None:
        """Print *text*."""
        self.output += text


@pytest.mark.parametrize("error", [*every_error(), apply_error()], ids=lambda error: type(error).__name__)
def test_a_notebook_shows_the_class_and_the_text_of_an_error(error: Any) -> None:
    """Instead of the repr, which is on one line."""
    printer = Printer()
    error._repr_pretty_(printer, cycle=False)
    assert printer.output == f"{type(error).__name__}: {error}"


def test_an_invalid_value_is_a_value_error_with_one_line_for_each_violation() -> None:
    error = InvalidAppImageConfigError([Violation("a.b[0]", "max", "is 3"), Violation("", "type", "no")], "List")
    assert isinstance(error, ValueError)
    assert str(error) == "invalid List:\n  a.b[0]: is 3\n  no"
    assert str(InvalidAppImageConfigError([])) == "invalid request:"


MORE = Violation("", "max", "has more than 1,000 violations; correct these to see the others")


def test_an_error_has_at_most_1000_violations_and_says_that_there_are_more() -> None:
    """No further one is looked for. The copies of the error are the same."""
    looked_for = count()
    error = InvalidAppImageConfigError(Violation(f"[{number}]", "type", "no") for number in looked_for)
    assert next(looked_for) == 1001
    assert len(error.violations) == 1001
    assert (error.violations[999].path, error.violations[1000]) == ("[999]", MORE)
    assert str(error).endswith("\n  [999]: no\n  has more than 1,000 violations; correct these to see the others")
    assert same(error, copy.copy(error))
    assert same(error, pickle.loads(pickle.dumps(error)))  # noqa: S301 - our own pickle
    assert MORE not in InvalidAppImageConfigError(error.violations[:1000]).violations


MANY: list[Callable[[], object]] = [
    lambda: from_request({"AppImageConfigName": "a", "Tags": [{}] * 1_000_000}),
    lambda: from_request({"AppImageConfigName": "a", "KernelGatewayImageConfig": {"KernelSpecs": [0] * 1_000_000}}),
    lambda: from_request({f"Member{number}": 0 for number in range(2_000)}),
    lambda: ContainerConfig(container_arguments=[""] * 1_000_000),
    lambda: ContainerConfig(container_environment_variables={f"V{number}": "x" * 257 for number in range(2_000)}),
    lambda: AppImageConfigClient().plan([CONFIG] * 2_000),
]


@pytest.mark.parametrize("call", MANY)
def test_every_check_stops_after_1000_violations(call: Callable[[], object]) -> None:
    """In little time and memory."""
    tracemalloc.start()
    before = time.process_time()
    with pytest.raises(InvalidAppImageConfigError) as caught:
        call()
    seconds, (_, peak) = time.process_time() - before, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (len(caught.value.violations), caught.value.violations[-1]) == (1001, MORE)
    assert seconds < 10
    assert peak < 50_000_000


def test_a_difference_that_remains_after_an_update_is_shown_with_what_to_do() -> None:
    assert str(NotConvergedError("image", DIFFERENCE)) == (
        "AppImageConfig 'image' still differs after the update; "
        "pass replace=True to delete and recreate it, or add the rest to the desired state:\n"
        f"  {DIFFERENCE.changes[0]}"
    )


def test_a_difference_that_remains_after_a_replacement_is_shown_with_what_to_do() -> None:
    assert str(NotConvergedError("image", DIFFERENCE, "replacement")) == (
        "AppImageConfig 'image' still differs after it was deleted and recreated; add the rest to the desired state:\n"
        f"  {DIFFERENCE.changes[0]}"
    )


def test_an_error_shows_its_arguments_in_its_repr() -> None:
    violation = Violation("tags", "type", "is odd")
    assert (
        repr(InvalidAppImageConfigError([violation], "List")) == f"InvalidAppImageConfigError(({violation!r},), 'List')"
    )
    assert repr(NotConvergedError("image", DIFFERENCE, "replacement")) == (
        f"NotConvergedError('image', {DIFFERENCE!r}, 'replacement')"
    )
    assert repr(StalePlanError("image", "was deleted")) == "StalePlanError('image', 'was deleted')"


def test_a_stale_plan_error_says_what_happened_and_what_to_do() -> None:
    assert str(StalePlanError("image", "was deleted")) == (
        "AppImageConfig 'image' was deleted, so its step was not carried out; make a new plan"
    )


def test_secrets_in_the_services_text_are_redacted_in_the_error_and_its_cause() -> None:
    original = client_error("ValidationException", "'hush' and 'hush-hush' are invalid")
    error = from_client_error(original, secrets=["hush", "hush-hush"])
    assert error.message == "'***' and '***' are invalid"
    assert "hush" not in str(original)


@pytest.mark.parametrize("quoted", ["Resource", "ResourceInUse", "abc-123", "operation", "Create"])
def test_redaction_keeps_the_code_the_class_and_the_request_id(quoted: str) -> None:
    """An environment value may be a part of them, or the same."""
    original = client_error("ResourceInUse", f"The value {quoted} is in use.")
    error = from_client_error(original, secrets=[quoted])
    assert isinstance(error, ResourceInUseError)
    assert isinstance(error, type(original))
    assert (error.code, error.request_id, error.http_status) == ("ResourceInUse", "abc-123", 400)
    assert error.message == "The value *** is in use."
    for text in (error.args[0], str(original)):
        assert text == (
            "An error occurred (ResourceInUse) when calling the CreateAppImageConfig operation: "
            "The value *** is in use."
        )
