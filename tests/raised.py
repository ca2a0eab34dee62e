"""Errors as boto3 and this library raise them, in a module that another process can import."""

from __future__ import annotations

from typing import Any

import wire

from appimageconfig import (
    AppImageConfigError,
    Change,
    Difference,
    InvalidAppImageConfigError,
    NotConvergedError,
    StalePlanError,
    Violation,
)
from appimageconfig.errors import from_client_error

CODES = (
    "ResourceInUse",
    "ResourceNotFound",
    "ResourceLimitExceeded",
    "ValidationException",
    "AccessDeniedException",
    "ThrottlingException",
    "InternalFailure",
)


def client_error(code: str, message: str = "No.", *, operation: str = "CreateAppImageConfig", retries: int = 0) -> Any:
    """Return an error as boto3 raises it: of a class of the client for some codes, and a ClientError for the others."""
    response: Any = {
        "Error": {"Code": code, "Message": message},
        "ResponseMetadata": {"RequestId": "abc-123", "HTTPStatusCode": 400, "RetryAttempts": retries},
    }
    return wire.session().client("sagemaker").exceptions.from_code(code)(response, operation)


def every_error() -> list[AppImageConfigError]:
    """Return one error of each class."""
    violation = Violation("KernelGatewayImageConfig.KernelSpecs", "max", "has 6 items; the maximum is 5")
    return [
        AppImageConfigError("plain"),
        InvalidAppImageConfigError([violation, violation], "request, nothing was sent"),
        NotConvergedError("image", Difference((Change("Tags['team']", "ml", None),))),
        StalePlanError("image", "was changed"),
        *(from_client_error(client_error(code, retries=1), "image") for code in CODES),
    ]


def raise_nth(index: int) -> None:
    """Raise one of the errors, in another process."""
    raise every_error()[index]
