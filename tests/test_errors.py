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
    AppImageConfigError,
    InvalidAppImageConfigError,
    RequestValidationError,
    ResourceInUseError,
    ResourceLimitExceededError,
    ResourceNotFoundError,
    ServiceError,
    ThrottlingError,
    Violation,
)
from appimageconfig.errors import from_client_error, service_errors


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("ResourceInUse", ResourceInUseError),
        ("ResourceNotFound", ResourceNotFoundError),
        ("ResourceLimitExceeded", ResourceLimitExceededError),
        ("ValidationException", RequestValidationError),
        ("AccessDeniedException", AccessDeniedError),
        ("UnrecognizedClientException", AccessDeniedError),
        ("ExpiredTokenException", AccessDeniedError),
        ("ThrottlingException", ThrottlingError),
        ("InternalFailure", ServiceError),
        ("400", ServiceError),
    ],
)
def test_the_class_is_found_by_the_error_code(code: str, expected: type[ServiceError]) -> None:
    """And an unknown code is a plain ServiceError."""
    error = from_client_error(client_error(code), "image")
    assert type(error) is expected
    assert isinstance(error, ClientError)
    assert isinstance(error, AppImageConfigError)
    assert error.code == code


def test_an_error_has_everything_that_the_service_said() -> None:
    """Operation, code, message, request id, status, retries, the config's name, and the response itself."""
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


def test_an_error_without_metadata_is_an_error_all_the_same() -> None:
    """Stubber's responses often have none."""
    error = from_client_error(ClientError({}, "ListAppImageConfigs"))
    assert (error.code, error.message) == ("Unknown", "Unknown")
    assert (error.request_id, error.http_status, error.retry_attempts) == (None, None, 0)
    assert str(error) == "An error occurred (Unknown) when calling the ListAppImageConfigs operation: Unknown"


def test_a_conflict_names_the_config_and_says_what_to_do() -> None:
    """The service's own text names nothing."""
    text = str(from_client_error(client_error("ResourceInUse", "The ID or Name specified is already in use."), "image"))
    assert "AppImageConfig: 'image'. Call update()" in text
    assert "earlier attempt" not in text


def test_a_conflict_after_a_retry_says_that_an_earlier_attempt_may_have_created_it() -> None:
    """Only a describe can tell."""
    text = str(from_client_error(client_error("ResourceInUse", retries=1), "image"))
    assert "The request was sent 2 times: an earlier attempt, whose answer was lost, may have created it." in text


def same(error: AppImageConfigError, twin: AppImageConfigError) -> bool:
    """Tell whether two errors agree in class, text and every field."""
    return (type(error), str(error), vars(error)) == (type(twin), str(twin), vars(twin))


@pytest.mark.parametrize("error", every_error(), ids=lambda error: type(error).__name__)
def test_every_error_pickles_and_copies_with_every_field(error: AppImageConfigError) -> None:
    """The class, the text, the fields and the notes."""
    error.add_note("seen in staging")
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        assert same(error, pickle.loads(pickle.dumps(error, protocol)))  # noqa: S301 - our own pickle
    assert same(error, copy.copy(error))
    assert same(error, copy.deepcopy(error))


def test_every_error_crosses_a_process_boundary() -> None:
    """As concurrent.futures and multiprocessing pass it back."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        for index, error in enumerate(every_error()):
            with pytest.raises(type(error)) as caught:
                pool.submit(raise_nth, index).result()
            assert same(error, caught.value)


def test_an_invalid_value_is_a_value_error_with_one_line_for_each_fault() -> None:
    """Its text reads well in a terminal."""
    error = InvalidAppImageConfigError([Violation("A.B[0]", "max", "length 3, limit 2"), Violation("", "type", "no")])
    assert isinstance(error, ValueError)
    assert str(error) == "2 faults, nothing was sent:\n  A.B[0]: length 3, limit 2\n  (request): no"


def test_the_block_raises_what_the_service_said_from_the_original() -> None:
    """And lets every other error through as it is."""
    original = client_error("ResourceInUse")
    with pytest.raises(ResourceInUseError) as caught, service_errors("image"):
        raise original
    assert caught.value.__cause__ is original
    with pytest.raises(KeyError), service_errors("image"):
        raise KeyError("x")
