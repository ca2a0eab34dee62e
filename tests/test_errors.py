"""Errors: mapped by code, named, picklable, and still botocore's."""

from __future__ import annotations

import copy
import pickle
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pytest
from botocore.exceptions import ClientError
from raised import client_error, every_error, raise_nth

from appimageconfig import (
    AccessDeniedError,
    AppImageConfig,
    AppImageConfigError,
    InvalidAppImageConfigError,
    JupyterLabAppImageConfig,
    NotConvergedError,
    RequestValidationError,
    ResourceInUseError,
    ResourceLimitExceededError,
    ResourceNotFoundError,
    ServiceError,
    StalePlanError,
    ThrottlingError,
    Violation,
    difference,
)
from appimageconfig.errors import ERROR_CODES, from_client_error

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
    error = from_client_error(client_error(code), "image")
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
    assert str(error) == "An error occurred (Unknown) when calling the ListAppImageConfigs operation: Unknown"


def test_a_conflict_after_a_retry_says_that_an_earlier_attempt_may_have_created_it() -> None:
    assert str(from_client_error(client_error("ResourceInUse", retries=1), "image")) == (
        "An error occurred (ResourceInUse) when calling the CreateAppImageConfig operation: "
        "No. AppImageConfig: 'image'. The request was sent 2 times: an earlier attempt whose response was lost may "
        "have created it. Call ensure() to create or update it, or describe() to compare it. Request id: abc-123."
    )


DIFFERENCE = difference(
    AppImageConfig(app_image_config_name="image"),
    AppImageConfig(app_image_config_name="image", jupyter_lab_app_image_config=JupyterLabAppImageConfig()),
)


def same(error: AppImageConfigError, twin: AppImageConfigError) -> bool:
    """Return whether two errors agree in class, text and every field."""
    return (type(error), str(error), vars(error)) == (type(twin), str(twin), vars(twin))


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
            with pytest.raises(type(error)) as caught:
                pool.submit(raise_nth, index).result()
            assert same(error, caught.value)


def test_an_invalid_value_is_a_value_error_with_one_line_for_each_violation() -> None:
    error = InvalidAppImageConfigError([Violation("a.b[0]", "max", "is 3"), Violation("", "type", "no")], "List")
    assert isinstance(error, ValueError)
    assert str(error) == "invalid List:\n  a.b[0]: is 3\n  no"
    assert str(InvalidAppImageConfigError([])) == "invalid request:"


def test_a_difference_that_remains_after_an_update_is_shown_with_what_to_do() -> None:
    assert str(NotConvergedError("image", DIFFERENCE)) == (
        "AppImageConfig 'image' still differs after the update; "
        "pass replace=True to delete and recreate it, or declare what it has:\n"
        f"  {DIFFERENCE.changes[0]}"
    )


def test_a_difference_that_remains_after_a_replacement_is_shown_with_what_to_do() -> None:
    assert str(NotConvergedError("image", DIFFERENCE, "replacement")) == (
        "AppImageConfig 'image' still differs after it was deleted and recreated; declare what it has:\n"
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
        "AppImageConfig 'image' was deleted after the plan was made, and was left unchanged; make a new plan"
    )


def test_secrets_in_the_services_text_are_redacted_in_the_error_and_its_cause() -> None:
    original = client_error("ValidationException", "'hush' and 'hush-hush' are invalid")
    error = from_client_error(original, secrets=["hush", "hush-hush"])
    assert error.message == "'***' and '***' are invalid"
    assert "hush" not in str(original)
