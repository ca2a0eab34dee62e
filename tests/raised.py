"""Errors as boto3 and this library raise them, in a module that another process can import."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError

from appimageconfig import AppImageConfigError, InvalidAppImageConfigError, StalePlanError, Violation
from appimageconfig.errors import from_client_error


def client_error(code: str, message: str = "No.", *, operation: str = "CreateAppImageConfig", retries: int = 0) -> Any:
    """Return an error as boto3 raises it, of a class that is created at run time."""
    response: Any = {
        "Error": {"Code": code, "Message": message},
        "ResponseMetadata": {"RequestId": "abc-123", "HTTPStatusCode": 400, "RetryAttempts": retries},
    }
    return type(code, (ClientError,), {})(response, operation)


def every_error() -> list[AppImageConfigError]:
    """Return one error of each class."""
    codes = (
        "ResourceInUse",
        "ResourceNotFound",
        "ResourceLimitExceeded",
        "ValidationException",
        "AccessDeniedException",
        "ThrottlingException",
        "InternalFailure",
    )
    violation = Violation("KernelGatewayImageConfig.KernelSpecs", "max", "has 6 items; the maximum is 5")
    return [
        AppImageConfigError("plain"),
        InvalidAppImageConfigError([violation, violation], "request, nothing was sent"),
        StalePlanError("image", "was changed"),
        *(from_client_error(client_error(code, retries=1), "image") for code in codes),
    ]


def raise_nth(index: int) -> None:
    """Raise one of the errors, in another process."""
    raise every_error()[index]
