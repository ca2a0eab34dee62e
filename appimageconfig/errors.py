"""
Every exception that this library raises.

::

    AppImageConfigError
    ├── InvalidAppImageConfigError (ValueError)     found here, nothing was sent
    ├── NotConvergedError                           still differs after an update; in `provisioning`
    ├── StalePlanError                              changed since it was planned; in `provisioning`
    └── ServiceError (botocore's ClientError)       the service said no
        ├── ResourceInUseError
        ├── ResourceNotFoundError
        ├── ResourceLimitExceededError
        ├── RequestValidationError
        ├── AccessDeniedError
        └── ThrottlingError

botocore's own local errors (no credentials, no region, a time-out) pass
through unchanged: they are neither the service's nor ours.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, ClassVar, Final, cast

import attrs
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Mapping, Sequence


class AppImageConfigError(Exception):
    """The base of every exception that this library raises."""


@attrs.frozen
class Violation:
    """One fault of a value or of a request."""

    path: str
    """Where it is on the wire, like ``KernelGatewayImageConfig.KernelSpecs[0].Name``; empty for the request itself."""
    constraint: str
    """One of ``type required unknown min max pattern enum unique``, and for a file ``readable`` and ``syntax``."""
    message: str
    """What is wrong and what would be right. Never the value of an environment variable or of a container argument."""
    file: str | None = None
    """The request file, or None if there is none."""
    line: int | None = None
    """The line in that file, from 1; None if the fault has no line."""

    def __str__(self) -> str:
        """Return the file, the line, the path and the message on one line."""
        return f"{location(self.file, self.line)}{self.path or '(request)'}: {self.message}"


def location(file: str | None, line: int | None) -> str:
    """Return what stands before a message to say where it belongs: ``image.json:3: ``, ``line 3: `` or nothing."""
    if file is None:
        return "" if line is None else f"line {line}: "
    return f"{file}: " if line is None else f"{file}:{line}: "


class InvalidAppImageConfigError(AppImageConfigError, ValueError):
    """A value or a request breaks the service model. Nothing was sent."""

    violations: tuple[Violation, ...]
    """Every fault that was found, in the order of the document or of the fields."""

    def __init__(self, violations: Iterable[Violation]) -> None:
        """Gather *violations* into one error."""
        self.violations = tuple(violations)
        super().__init__(self.violations)

    def __str__(self) -> str:
        """Return one line for each violation, under a line that counts them."""
        count = len(self.violations)
        heading = f"{count} {'fault' if count == 1 else 'faults'}, nothing was sent:"
        return "\n".join([heading, *(f"  {violation}" for violation in self.violations)])


class ServiceError(AppImageConfigError, ClientError):
    """
    The service refused a request.

    It is a botocore `ClientError`, so handlers that catch that go on working,
    and ``response`` and ``operation_name`` are there as always. Pickling,
    copying and `concurrent.futures` keep every field.
    """

    response: Any
    """The error response as botocore parsed it."""
    app_image_config_name: str | None
    """The AppImageConfig that the call was about, or None for a call that names none."""

    _advice: ClassVar[str] = ""

    def __init__(
        self,
        error_response: Mapping[str, Any],
        operation_name: str,
        app_image_config_name: str | None = None,
    ) -> None:
        """Build the error from what botocore's `ClientError` holds and the name that the call was about."""
        super().__init__(cast("Any", error_response), operation_name)
        self.app_image_config_name = app_image_config_name

    def __str__(self) -> str:
        """Return the service's text, the config that it is about, what to do, and the request id for AWS support."""
        sentences = [super().__str__()]
        if self.app_image_config_name is not None:
            sentences.append(f"AppImageConfig: {self.app_image_config_name!r}.")
        sentences.append(self._what_to_do())
        if self.request_id is not None:
            sentences.append(f"Request id: {self.request_id}.")
        return " ".join(filter(None, sentences))

    def __reduce__(self) -> tuple[Any, ...]:
        """Rebuild as the same class: botocore's own `__reduce__` would give back a plain `ClientError`."""
        arguments = (self.response, self.operation_name, self.app_image_config_name)
        return type(self), arguments, self.__dict__

    @property
    def code(self) -> str:
        """The service's error code, such as ``"ResourceInUse"``."""
        return str(self._error.get("Code", "Unknown"))

    @property
    def message(self) -> str:
        """The service's own text."""
        return str(self._error.get("Message", "Unknown"))

    @property
    def request_id(self) -> str | None:
        """The id of the request, for AWS support."""
        return self._metadata.get("RequestId")

    @property
    def http_status(self) -> int | None:
        """The HTTP status of the answer."""
        return self._metadata.get("HTTPStatusCode")

    @property
    def retry_attempts(self) -> int:
        """How many times botocore sent the request again before it gave up."""
        return int(self._metadata.get("RetryAttempts", 0))

    @property
    def _error(self) -> Mapping[str, Any]:
        return cast("Mapping[str, Any]", self.response.get("Error", {}))

    @property
    def _metadata(self) -> Mapping[str, Any]:
        return cast("Mapping[str, Any]", self.response.get("ResponseMetadata", {}))

    def _what_to_do(self) -> str:
        return self._advice


class ResourceInUseError(ServiceError):
    """The name is taken: an AppImageConfig of that name exists already, or something still uses it."""

    def _what_to_do(self) -> str:
        advice = "Call update() to change the one that exists, or describe() to compare it."
        if self.retry_attempts:
            advice = (
                f"The request was sent {self.retry_attempts + 1} times: an earlier attempt, whose answer was lost, "
                f"may have created it. {advice}"
            )
        return advice


class ResourceNotFoundError(ServiceError):
    """No AppImageConfig has that name, in this account and region."""

    _advice = "Check the name, the account and the region."


class ResourceLimitExceededError(ServiceError):
    """A quota of the account is used up."""

    _advice = "Delete what is not needed, or ask AWS for a higher quota."


class RequestValidationError(ServiceError):
    """The service found the request invalid, by a rule that the published model does not hold."""


class AccessDeniedError(ServiceError):
    """The credentials are missing a permission, expired, or not valid."""

    _advice = "Check the credentials and that their policy allows the operation."


class ThrottlingError(ServiceError):
    """Too many requests, also after botocore's own retries."""

    _advice = "Try again later, or raise the retries of the botocore Config."


# ValidationException, throttling and authorization errors are in no SageMaker model: the codes are those of AWS's
# "Common Errors" pages and of the signature check, under which AWS services answer for all operations alike.
ERROR_CODES: Mapping[str, type[ServiceError]] = {
    code: error
    for error, codes in {
        ResourceInUseError: ("ResourceInUse",),
        ResourceNotFoundError: ("ResourceNotFound",),
        ResourceLimitExceededError: ("ResourceLimitExceeded",),
        RequestValidationError: (
            "ValidationException",
            "ValidationError",
            "InvalidParameter",
            "InvalidParameterCombination",
            "InvalidParameterValue",
            "MissingParameter",
            "SerializationException",
        ),
        AccessDeniedError: (
            "AccessDenied",
            "AccessDeniedException",
            "ExpiredToken",
            "ExpiredTokenException",
            "IncompleteSignature",
            "InvalidClientTokenId",
            "InvalidSignatureException",
            "MissingAuthenticationToken",
            "MissingAuthenticationTokenException",
            "NotAuthorized",
            "OptInRequired",
            "RequestExpired",
            "SignatureDoesNotMatch",
            "UnauthorizedOperation",
            "UnrecognizedClientException",
        ),
        ThrottlingError: (
            "RequestLimitExceeded",
            "RequestThrottled",
            "RequestThrottledException",
            "SlowDown",
            "Throttling",
            "ThrottledException",
            "ThrottlingException",
            "TooManyRequestsException",
        ),
    }.items()
    for code in codes
}


# A shorter value stands in any text by chance, and masking it would only spoil the text.
_SHORTEST_SECRET: Final = 4


def from_client_error(
    error: ClientError, app_image_config_name: str | None = None, secrets: Iterable[str] = ()
) -> ServiceError:
    """
    Return the `ServiceError` that says what botocore's *error* says.

    The class is found by the error code, never by the class of *error*: boto3
    makes new exception classes for every client. A code that is not known is a
    plain `ServiceError`.

    The service may quote what was sent. Each of the *secrets* is masked in the
    response and in *error* itself, which a traceback shows as the cause; all but
    those of fewer than four characters.
    """
    hidden = sorted({secret for secret in secrets if len(secret) >= _SHORTEST_SECRET}, key=len, reverse=True)
    if hidden:
        error.response = _masked(error.response, hidden)
        error.args = tuple(_masked(list(error.args), hidden))
    response = cast("Mapping[str, Any]", error.response)
    error_class = ERROR_CODES.get(response.get("Error", {}).get("Code", ""), ServiceError)
    return error_class(response, error.operation_name, app_image_config_name)


def _masked(value: Any, secrets: Sequence[str]) -> Any:
    inner: Any = value
    if isinstance(value, str):
        for secret in secrets:
            inner = inner.replace(secret, "***")
    elif isinstance(value, dict):
        inner = {key: _masked(item, secrets) for key, item in inner.items()}
    elif isinstance(value, list):
        inner = [_masked(item, secrets) for item in inner]
    return inner


@contextmanager
def service_errors(app_image_config_name: str | None = None, secrets: Iterable[str] = ()) -> Generator[None]:
    """Raise a botocore `ClientError` of the block as the `ServiceError` that it stands for, caused by the original."""
    try:
        yield
    except ClientError as error:
        raise from_client_error(error, app_image_config_name, secrets) from error
