"""
The exceptions of the client library. `appimageconfig.testing` has a few of its own.

::

    AppImageConfigError
    ├── InvalidAppImageConfigError (ValueError)     found here, not by the service
    ├── ApplyError (ExceptionGroup)                 some steps of a plan failed
    ├── NotConvergedError                           still differs from the desired state after an update
    ├── StalePlanError                              changed since the plan was made
    └── ServiceError (botocore's ClientError)       the service refused the request
        ├── ResourceInUseError
        ├── ResourceNotFoundError
        ├── ResourceLimitExceededError
        ├── RequestValidationError
        ├── AccessDeniedError
        └── ThrottlingError

botocore's own local errors (no credentials, no region, a time-out) pass through
unchanged.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal, Self, cast

import attrs
from botocore.exceptions import ClientError

from appimageconfig import _paths
from appimageconfig._frozen import redacted_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from appimageconfig.provisioning import Difference, Outcome


class AppImageConfigError(Exception):
    """The base class of this library's exceptions."""

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:  # noqa: FBT001 - IPython's protocol
        del cycle
        printer.text(f"{type(self).__name__}: {self}")


@attrs.frozen
class Violation:
    """A limit or rule of the service model that a value, a request or a request file breaks."""

    path: str
    """
    The path of the member. For a value built in Python it is a field such as ``default_uid``, for a request a wire path
    such as ``KernelGatewayImageConfig.KernelSpecs[0].Name``. It is empty for the value or the request itself.
    """
    constraint: str
    """One of ``type required unknown min max pattern enum unique``, and for a file ``readable`` and ``syntax``."""
    message: str
    """What is wrong and what is allowed. Never the value of an environment variable or of a container argument."""
    file: str | None = None
    """The request file, or None."""
    line: int | None = None
    """The line in that file, from 1, or None."""

    def __str__(self) -> str:
        """Return the file, the line, the path and the message, without those that are empty."""
        return ": ".join(filter(None, (_paths.location(self.file, self.line), self.path, self.message)))


MOST_VIOLATIONS: Final = 1_000
"""The maximum number of violations that one call reports."""


def bounded(violations: Iterable[Violation]) -> tuple[Violation, ...]:
    """
    Return the first `MOST_VIOLATIONS` of *violations*, and if there are more, one more that says so.

    No further one is looked for: a file of 10 MiB may have millions, and each takes
    longer to spell out than to find.
    """
    found = tuple(islice(violations, MOST_VIOLATIONS + 1))
    if len(found) <= MOST_VIOLATIONS:
        return found
    message = f"has more than {MOST_VIOLATIONS:,} violations; correct these to see the others"
    return (*found[:MOST_VIOLATIONS], Violation("", "max", message))


class InvalidAppImageConfigError(AppImageConfigError, ValueError):
    """
    A value, a request or a request file breaks the service model, or a response is not one of the service.

    It has every violation up to 1,000. If there are more, the last violation, the
    1,001st, has the constraint ``max`` and an empty path, and says so.
    """

    violations: tuple[Violation, ...]
    """The violations, in the order of the document or of the fields."""
    subject: str
    """What is invalid, such as ``FileSystemConfig``."""

    def __init__(self, violations: Iterable[Violation], subject: str = "request") -> None:
        """Combine the *violations* of one *subject* into one error."""
        self.violations = bounded(violations)
        self.subject = subject
        super().__init__(self.violations, subject)

    def __str__(self) -> str:
        """Return a heading that names the subject, and one line for each violation; all on one line for a response."""
        if self.subject == "response":  # an outcome of `apply` or of the command line, each of which has one line
            return f"invalid response: {'; '.join(map(str, self.violations))}"
        return "\n".join([f"invalid {self.subject}:", *(f"  {violation}" for violation in self.violations)])


class ApplyError(AppImageConfigError, ExceptionGroup[Exception]):
    """
    Some steps of a plan failed. The other steps were carried out.

    It is the `ExceptionGroup` of the errors of the failed steps, so that
    ``except* ThrottlingError`` handles those of that class, and raises the rest.
    """

    outcomes: tuple[Outcome, ...]
    """The outcomes of all steps that were begun, in the order of the plan."""

    def __new__(cls, message: str, exceptions: Sequence[Exception], outcomes: Iterable[Outcome] = ()) -> Self:
        """Create the group; `ExceptionGroup` takes no further arguments."""
        del outcomes
        return super().__new__(cls, message, exceptions)

    def __init__(self, message: str, exceptions: Sequence[Exception], outcomes: Iterable[Outcome] = ()) -> None:
        """Combine the *exceptions* of the failed steps, and keep all *outcomes*."""
        super().__init__(message, exceptions)
        self.outcomes = tuple(outcomes)

    def derive(self, excs: Sequence[Exception], /) -> Self:  # type: ignore[override]
        """Return a group of some of the exceptions, for ``except*``, ``split`` and ``subgroup``."""
        return type(self)(self.message, excs, self.outcomes)

    def __str__(self) -> str:
        """Return the heading, and one line for each failed step."""
        failed = (outcome for outcome in self.outcomes if outcome.error in self.exceptions)
        return "\n".join([f"{self.message}:", *(f"  {outcome}" for outcome in failed)])


class NotConvergedError(AppImageConfigError):
    """The service accepted every request, and the config still differs from the desired state."""

    def __init__(
        self,
        app_image_config_name: str,
        difference: Difference,
        attempt: Literal["update", "replacement", "race"] = "update",
    ) -> None:
        """Take the name, the remaining difference, and the last attempt; ``race`` if other writers thwarted each."""
        super().__init__(app_image_config_name, difference, attempt)
        self.app_image_config_name = app_image_config_name
        self.difference = difference
        self.attempt = attempt

    def __str__(self) -> str:
        """Return the remaining difference and what to do."""
        done, advice = "the update", "pass replace=True to delete and recreate it, or add the rest to the desired state"
        if self.attempt == "replacement":
            done, advice = "it was deleted and recreated", "add the rest to the desired state"
        elif self.attempt == "race":
            done, advice = "several attempts, since another writer changes it at the same time", "run ensure again"
        changes = "\n".join(f"  {change}" for change in self.difference.changes)
        return f"AppImageConfig {self.app_image_config_name!r} still differs after {done}; {advice}:\n{changes}"


class StalePlanError(AppImageConfigError):
    """A config has changed since the plan was made, or is in another account or region. Nothing was done to it."""

    def __init__(self, app_image_config_name: str, what_happened: str) -> None:
        """Take the name, and what happened to the config, such as ``was deleted after the plan was made``."""
        super().__init__(app_image_config_name, what_happened)
        self.app_image_config_name = app_image_config_name
        self.what_happened = what_happened

    def __str__(self) -> str:
        """Return the change and what to do."""
        name, what = self.app_image_config_name, self.what_happened
        return f"AppImageConfig {name!r} {what}, so its step was not carried out; make a new plan"


class ServiceError(AppImageConfigError, ClientError):
    """
    The service refused a request.

    It is a botocore `ClientError` with its ``response`` and ``operation_name``. An
    error that the client raises is also an instance of the boto3 client's own
    exception class, such as ``sagemaker.exceptions.ResourceInUse``. So existing
    handlers of both keep working. Pickling, copying and `concurrent.futures` keep
    every attribute.
    """

    response: Any
    """The error response as botocore parsed it."""
    app_image_config_name: str | None
    """The config that the request was about, or None."""

    _advice: ClassVar[str] = ""
    _pickled_as: ClassVar[type[ServiceError] | None] = None

    def __init__(
        self,
        error_response: Mapping[str, Any],
        operation_name: str,
        app_image_config_name: str | None = None,
    ) -> None:
        """Take the arguments of botocore's `ClientError`, and the config that the request was about."""
        super().__init__(cast("Any", error_response), operation_name)
        self.app_image_config_name = app_image_config_name

    def __str__(self) -> str:
        """Return the service's text, the config, what to do, and the request id for AWS support."""
        sentences = [_ended(super().__str__())]
        if self.app_image_config_name is not None:
            sentences.append(f"AppImageConfig: {self.app_image_config_name!r}.")
        sentences.append(self._what_to_do())
        if self.request_id is not None:
            sentences.append(f"Request id: {self.request_id}.")
        return " ".join(filter(None, sentences))

    def __reduce__(self) -> tuple[Any, ...]:
        """Rebuild this class: botocore would rebuild a `ClientError`, and another process has no such boto3 client."""
        return self._pickled_as or type(self), (self.response, self.operation_name), self.__dict__

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
        """The HTTP status of the response."""
        return self._metadata.get("HTTPStatusCode")

    @property
    def retry_attempts(self) -> int:
        """How many times botocore retried the request."""
        return int(self._metadata.get("RetryAttempts", 0))

    @property
    def _error(self) -> Mapping[str, Any]:
        return cast("Mapping[str, Any]", self.response.get("Error", {}))

    @property
    def _metadata(self) -> Mapping[str, Any]:
        return cast("Mapping[str, Any]", self.response.get("ResponseMetadata", {}))

    def _what_to_do(self) -> str:
        return self._advice


def _ended(text: str) -> str:
    """Return *text*, which often lacks its full stop, as a sentence."""
    text = text.rstrip(": \n")  # also what botocore writes before a message that is empty
    return text if text.endswith((".", "!", "?")) else f"{text}."


class ResourceInUseError(ServiceError):
    """The name is in use: a config with that name exists, or something still uses it."""

    def _what_to_do(self) -> str:
        advice = "Call ensure() to create or update it, or describe() to compare it."
        if self.retry_attempts:
            advice = (
                f"The request was sent {self.retry_attempts + 1} times: an earlier attempt whose response was lost "
                f"may have created it. {advice}"
            )
        return advice


class ResourceNotFoundError(ServiceError):
    """The config does not exist in this account and region."""

    _advice = "Check the name, the account and the region."


class ResourceLimitExceededError(ServiceError):
    """The account has reached a quota."""

    _advice = "Delete configs that are not needed, or request a quota increase."


class RequestValidationError(ServiceError):
    """The service found the request invalid by a rule that is not in its published model."""


class AccessDeniedError(ServiceError):
    """The credentials lack a permission, have expired, or are not valid."""

    _advice = "Check the credentials and that their policy allows the operation."


class ThrottlingError(ServiceError):
    """
    The service throttled the request, and botocore's retries as well.

    A step of `AppImageConfigClient.apply` fails with it only if all calls have been throttled for about a minute.
    """

    _advice = "Try again later, or raise the retries of the botocore Config."


# ValidationException, throttling and authorization errors are not in the SageMaker model. The codes are those of AWS's
# "Common Errors" pages and of the signature check, which are the same for all services and operations.
ERROR_CODES: Final[Mapping[str, type[ServiceError]]] = {
    code: error_class
    for error_class, codes in {
        ResourceInUseError: "ResourceInUse",
        ResourceNotFoundError: "ResourceNotFound",
        ResourceLimitExceededError: "ResourceLimitExceeded",
        RequestValidationError: (
            "ValidationException ValidationError InvalidParameter InvalidParameterCombination InvalidParameterValue "
            "MissingParameter SerializationException"
        ),
        AccessDeniedError: (
            "AccessDenied AccessDeniedException ExpiredToken ExpiredTokenException IncompleteSignature "
            "InvalidClientTokenId InvalidSignatureException MissingAuthenticationToken "
            "MissingAuthenticationTokenException NotAuthorized OptInRequired RequestExpired SignatureDoesNotMatch "
            "UnauthorizedOperation UnrecognizedClientException"
        ),
        ThrottlingError: (
            "RequestLimitExceeded RequestThrottled RequestThrottledException SlowDown Throttling ThrottledException "
            "ThrottlingException TooManyRequestsException"
        ),
    }.items()
    for code in codes.split()
}


@lru_cache(maxsize=64)  # bounded, since boto3 makes new exception classes for each session
def _combined(public_class: type[ServiceError], boto3_class: type[ClientError]) -> type[ServiceError]:
    """Return a subclass of both classes that looks like *public_class*, and is pickled as one."""
    names = {
        "__doc__": public_class.__doc__,
        "__module__": public_class.__module__,
        "__qualname__": public_class.__qualname__,
        "_pickled_as": public_class,
    }
    return type(public_class.__name__, (public_class, boto3_class), names)


def from_client_error(
    error: ClientError, app_image_config_name: str | None = None, secrets: Iterable[str] = ()
) -> ServiceError:
    """
    Return the `ServiceError` for botocore's *error*, as an instance of the class of *error* too.

    The `ServiceError` class depends on the error code alone: most codes have no
    class in boto3. A code that is not known gives a plain `ServiceError`.

    The service may quote the request. *secrets* are redacted in the response and in
    *error* itself, which a traceback shows as the cause: without botocore's frames,
    whose local variables contain the request. The code and the request id remain.
    """
    original = ServiceError(cast("Mapping[str, Any]", error.response), error.operation_name)
    public_class: Any = ERROR_CODES.get(original.code, ServiceError)
    response = redacted_text(original.response, secrets, kept=(original.code, original.request_id))
    error.response = response
    error.args = ClientError(response, error.operation_name).args
    error.__traceback__ = None
    boto3_class: Any = type(error)
    # boto3's own classes define nothing. A fake client may raise one that has another signature, or a `ServiceError`.
    is_boto3s = boto3_class is not ClientError and boto3_class.__init__ is ClientError.__init__
    error_class = _combined(public_class, boto3_class) if is_boto3s else public_class
    return error_class(response, error.operation_name, app_image_config_name)
