"""SageMaker's AppImageConfig operations in memory, behind real boto3 clients."""

from __future__ import annotations

import json
import os
import re
import time
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache, partial
from io import BytesIO
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, NoReturn, cast
from uuid import uuid4

import attrs
import boto3
import botocore.session
from botocore.awsrequest import AWSResponse
from botocore.exceptions import ConnectionClosedError, UnknownRegionError
from botocore.loaders import create_loader
from botocore.model import ServiceModel
from urllib3 import HTTPResponse

from appimageconfig._frozen import is_list, is_map, redacted_members
from appimageconfig.client import AppImageConfigClient
from appimageconfig.operations import OperationName
from appimageconfig.testing.account import OPERATIONS, READS, Account, Assumptions, Members, RefusedError, Versioned
from appimageconfig.testing.validation import WrongTypeError, validated

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from botocore.config import Config

_MAX_CALLS: Final = 10_000
_MAX_DEPTH: Final = 100  # requests that the service accepts have a depth of 5

# Without these, botocore would read the profile, the files and the credentials of whoever runs the tests.
_NO_CONFIGURATION: Final = {
    "profile": (None, None, None, None),
    "config_file": (None, None, os.devnull, None),
    "credentials_file": (None, None, os.devnull, None),
}


class ConnectionLostError(Exception):
    """The connection closes before a response."""


@attrs.frozen(kw_only=True)
class Fault:
    """
    A failure to inject into a request.

    Make one with `error`, `throttling`, `server_error`, `connection_error`, `slow` or `stale`.
    With ``after=True`` the request is carried out and its response is lost: a client
    that retries finds the result of its own first attempt.
    """

    code: str | None = None
    """Error code of the response, or None."""
    status: int = 400
    """HTTP status of the response."""
    message: str = ""
    """Error message of the response."""
    after: bool = False
    """Whether the request is carried out first."""
    breaks_connection: bool = False
    """Whether the connection closes without a response."""
    seconds: float = 0.0
    """Delay of the response."""
    reads_older_state: bool = False
    """Whether a read gets the state before the last change."""

    @classmethod
    def error(cls, code: str, *, status: int = 400, message: str = "", after: bool = False) -> Fault:
        """Return a fault that refuses the request with *code* and the HTTP *status*."""
        return cls(code=code, status=status, message=message, after=after)

    @classmethod
    def throttling(cls) -> Fault:
        """Return a fault that refuses the request with a ThrottlingException."""
        return cls(code="ThrottlingException", message="Rate exceeded")

    @classmethod
    def server_error(cls, *, after: bool = False) -> Fault:
        """Return a fault that refuses the request with an InternalFailure and the HTTP status 500."""
        return cls(code="InternalFailure", status=500, after=after)

    @classmethod
    def connection_error(cls, *, after: bool = False) -> Fault:
        """Return a fault that closes the connection without a response."""
        return cls(breaks_connection=True, after=after)

    @classmethod
    def slow(cls, seconds: float) -> Fault:
        """Return a fault that delays the response by *seconds*."""
        return cls(seconds=seconds)

    @classmethod
    def stale(cls) -> Fault:
        """
        Return a fault that answers a read from the state before the last change of what it reads.

        DescribeAppImageConfig and ListTags lack the last change of their config or its
        tags: a new config does not exist yet, and a deleted one still does.
        ListAppImageConfigs lacks the last change of any config. Requests of other
        operations do not meet this fault.
        """
        return cls(reads_older_state=True)


@attrs.define(eq=False)
class _ScheduledFault:
    """A fault, the operation that it waits for, how many requests come before it, and how many it is left for."""

    fault: Fault
    operation: OperationName | None
    times: int
    skip: int

    def __str__(self) -> str:
        other = "stale read" if self.fault.reads_older_state else "slow response"
        kind = "lost connection" if self.fault.breaks_connection else self.fault.code or other
        return f"{kind} for {self.operation or 'any operation'} ({self.times} left)"

    def applies_to(self, operation: str) -> bool:
        """Return whether a request of *operation* can meet the fault."""
        return self.operation in {None, operation} and (operation in READS or not self.fault.reads_older_state)


@attrs.frozen(kw_only=True)
class Call:
    """A recorded request and its response, with environment values and container arguments redacted."""

    operation: str
    """The operation, such as ``CreateAppImageConfig``."""
    request: Mapping[str, Any]
    """The members of the request, as on the wire; empty if the body is not a JSON object."""
    response: Mapping[str, Any] | None
    """The members of the response; None after an error or a lost connection."""
    error_code: str | None
    """The error code of the response, ``ConnectionLost`` after a lost connection, or None."""
    account_id: str
    """The account of the request."""
    region_name: str
    """The region of the request."""


# The body is not compared, since pytest would then show it. Each response has a request id of its own anyway.
@attrs.frozen(eq=False)
class Response:
    """An HTTP response; see `InMemorySageMaker.respond`. Its repr shows only the size of the body."""

    status: int
    """The HTTP status."""
    headers: Mapping[str, str]
    """The headers."""
    body: bytes = attrs.field(eq=False, repr=lambda body: f"<{len(body)} bytes>")
    """The body, as JSON."""


@attrs.frozen(eq=False)
class Snapshot:  # noqa: PLW1641 - no hash, like every value that contains a dict
    """
    The contents of an `InMemorySageMaker` at one time; see `InMemorySageMaker.snapshot`.

    Snapshots with the same contents are equal. The repr shows none of them.
    """

    _stored: dict[tuple[str, str], tuple[dict[str, Members], dict[str, dict[str, str]]]] = attrs.field(repr=False)

    # Not the method of attrs, which pytest recognizes: it would show the contents of two that differ, secrets included.
    def __eq__(self, other: object) -> bool:
        """Compare the contents."""
        return self._stored == other._stored if isinstance(other, Snapshot) else NotImplemented


@cache
def _loader() -> Any:
    """Return the loader of all services: a new loader reads the model again, which takes longer than most tests."""
    return create_loader()


@cache
def _operation_model(name: str) -> Any:
    return ServiceModel(_loader().load_service_model("sagemaker", "service-2")).operation_model(name)


class InMemorySageMaker:
    """
    SageMaker's AppImageConfig operations, in memory.

    Its clients are real boto3 clients of which only the network is replaced:
    parameter checks, serialization, signing, retries and parsing run as always.
    They need no credentials and read no configuration. Nothing is sent.

    It implements CreateAppImageConfig, DescribeAppImageConfig, UpdateAppImageConfig,
    DeleteAppImageConfig, ListAppImageConfigs, AddTags, ListTags and DeleteTags.
    Requests are checked against the service model of the installed botocore, and
    refused with the service's codes and messages. Accounts and regions share nothing,
    and neither do two instances. It is thread-safe.

    Args:
        account_id: Default account of the clients.
        region_name: Default region of the clients.
        assumptions: Behavior where AWS does not document that of SageMaker.
        clock: Returns the time, as an aware datetime; the current time by default. It is called for each creation and
            modification time, and for each request under a rate limit.

    Raises:
        TypeError: *account_id* or *region_name* is not a string.
        ValueError: *account_id* does not have 12 digits, or AWS has no region *region_name*.
    """

    def __init__(
        self,
        *,
        account_id: str = "123456789012",
        region_name: str = "us-east-1",
        assumptions: Assumptions | None = None,
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        """Start without AppImageConfigs."""
        _require_account_id(account_id)
        self._botocore: Any = botocore.session.Session(session_vars=_NO_CONFIGURATION)
        self._botocore.register_component("data_loader", _loader())
        self._partition(region_name)  # raises the errors
        self.account_id: Final = account_id
        self.region_name: Final = region_name
        self.assumptions: Final = assumptions or Assumptions()
        self._clock = clock or (lambda: datetime.now(UTC))
        self._lock = Lock()
        self._accounts: dict[tuple[str, str], Account] = {}
        self._calls: deque[Call] = deque(maxlen=_MAX_CALLS)
        self._faults: list[_ScheduledFault] = []
        self._session: Any = boto3.Session(
            aws_access_key_id="in-memory",
            aws_secret_access_key="in-memory",  # noqa: S106 - it opens nothing
            region_name=region_name,
            botocore_session=self._botocore,
        )

    def client(
        self, *, account_id: str | None = None, region_name: str | None = None, config: Config | None = None
    ) -> Any:
        """
        Return a new boto3 SageMaker client.

        Its type is that of ``boto3.client`` without type stubs.

        Args:
            account_id: Account of the client, by default that of this service.
            region_name: Region of the client, by default that of this service.
            config: A botocore ``Config``, for retries and the like.

        Raises:
            TypeError: *account_id* or *region_name* is not a string.
            ValueError: *account_id* does not have 12 digits, or AWS has no region *region_name*.
        """
        if region_name is not None:
            self._partition(region_name)
        with self._lock:
            client = self._session.client("sagemaker", region_name=region_name, config=config)
        self.attach(client, account_id=account_id)
        # Requests that attach leaves alone are refused.
        send = partial(self._send, account_id, client.meta.region_name)
        client.meta.events.register_first("before-send.sagemaker", send)
        return client

    def attach(self, client: Any, *, account_id: str | None = None) -> None:
        """
        Respond to the AppImageConfig operations of an existing boto3 client, in its region.

        AddTags, ListTags and DeleteTags are among them for the ARN of an AppImageConfig.
        All other requests go on to where they went before: to a handler of
        ``before-send``, such as that of moto, or to the network. Handlers of
        ``before-send`` do not get the requests that this service responds to.

        A client that is attached again uses only the service and account of the last time.

        Args:
            client: A boto3 SageMaker client. It signs its requests, so it needs credentials of any kind.
            account_id: Account of the AppImageConfigs, by default that of this service.

        Raises:
            TypeError: *client* is not a boto3 SageMaker client, or *account_id* is not a string.
            ValueError: *account_id* does not have 12 digits.
        """
        if account_id is not None:
            _require_account_id(account_id)
        AppImageConfigClient(client)  # raises the TypeError
        events = client.meta.events
        attached = getattr(events.emit, "func", None) is _emit
        emit = events.emit.args[0] if attached else events.emit
        events.emit = partial(_emit, emit, partial(self._send, account_id, client.meta.region_name))

    def serve(self, *, port: int = 0) -> AbstractContextManager[str]:
        """
        Serve the same AppImageConfigs over HTTP on loopback, and yield the URL.

        For the AWS CLI, boto3 in another process, and every other SDK: give them the
        URL as the endpoint and any credentials. The region is the one that they sign
        for. The end of the block waits up to 10 seconds for responses under way.

        Args:
            port: Port on 127.0.0.1; 0 takes a free one.

        Raises:
            OSError: The port is in use.
        """
        from appimageconfig.testing.server import serve  # noqa: PLC0415 - an HTTP server that few need

        return serve(self, port=port)

    def respond(
        self, target: str, body: bytes, *, account_id: str | None = None, region_name: str | None = None
    ) -> Response:
        """
        Return the service's HTTP response to one request.

        Args:
            target: The ``X-Amz-Target`` header.
            body: The JSON body.
            account_id: Account of the request, by default that of this service.
            region_name: Region of the request, by default that of this service.

        Raises:
            ConnectionLostError: A fault breaks the connection.
            TypeError: *account_id* is not a string.
            ValueError: *account_id* does not have 12 digits.
        """
        if account_id is not None:
            _require_account_id(account_id)
        operation = target.rpartition(".")[2]
        place = {
            "account_id": self.account_id if account_id is None else account_id,
            "region_name": self.region_name if region_name is None else region_name,
        }
        request: Members = {}
        response: Members | None = None
        code: str | None = None
        try:
            account = self._account(**place)
            request = _decoded(body)
            response = self._run(operation, account, request)
        except RefusedError as refusal:
            code = refusal.code
            return _http_response(refusal.status, {"__type": code, "message": refusal.message})
        except ConnectionLostError:
            code = "ConnectionLost"
            raise
        else:
            return _http_response(200, response)
        finally:
            call = Call(operation=operation, request=request, response=response, error_code=code, **place)
            self._calls.append(call)  # atomic, as the copy below is

    @property
    def calls(self) -> tuple[Call, ...]:
        """The last 10,000 requests, in the order of the responses."""
        return tuple(
            attrs.evolve(call, request=redacted_members(call.request), response=redacted_members(call.response))
            for call in self._calls.copy()
        )

    def inject(self, fault: Fault, *, operation: OperationName | None = None, times: int = 1, skip: int = 0) -> None:
        """
        Inject *fault* into the next requests.

        A request meets one fault at most: the one that was injected first. botocore's
        retries are requests, too.

        Args:
            fault: The failure.
            operation: The only operation that it applies to, such as ``"CreateAppImageConfig"``.
            times: Number of requests that fail.
            skip: Number of requests that it applies to and that come before the first one that fails.

        Raises:
            ValueError: *operation* is not implemented or does not read while *fault* is a stale read, *times* is less
                than one, or *skip* is negative.
        """
        if operation is not None and operation not in OPERATIONS:
            raise ValueError(f"unknown operation {operation!r}; expected one of {', '.join(OPERATIONS)}")
        if times < 1:
            raise ValueError(f"times must be at least 1, got {times}")
        if skip < 0:
            raise ValueError(f"skip must be at least 0, got {skip}")
        scheduled = _ScheduledFault(fault, operation, times, skip)
        if operation is not None and not scheduled.applies_to(operation):
            raise ValueError(f"{operation} does not read; a stale read needs one of {', '.join(READS)}")
        with self._lock:
            self._faults.append(scheduled)

    def assert_faults_happened(self) -> None:
        """Assert that every injected fault has happened, and list those that have not."""
        with self._lock:
            pending = "; ".join(map(str, self._faults))
        if pending:
            raise AssertionError(f"injected faults that did not happen: {pending}")

    def snapshot(self) -> Snapshot:
        """Return all AppImageConfigs and their tags, of all accounts and regions, for `restore`."""
        with self._lock:
            # A request that is refused may be the first of its account, which is then empty.
            used = {place: account for place, account in self._accounts.items() if account.configs}
            return Snapshot({place: (account.configs.copy(), account.tags.copy()) for place, account in used.items()})

    def restore(self, snapshot: Snapshot) -> None:
        """
        Restore the AppImageConfigs and tags of *snapshot*.

        Recorded calls and injected faults are not affected. A stale read finds nothing older than *snapshot*.
        """
        with self._lock:
            stored: dict[tuple[str, str], Any] = attrs.astuple(snapshot, recurse=False)[0]
            for place, account in self._accounts.items():
                account.configs, account.tags = map(Versioned, stored.get(place, ({}, {})))

    def _send(self, account_id: str | None, region_name: str, request: Any, **_: Any) -> AWSResponse:
        target = request.headers["X-Amz-Target"].decode()
        try:
            response = self.respond(target, request.body, account_id=account_id, region_name=region_name)
        except ConnectionLostError as error:
            raise ConnectionClosedError(endpoint_url=request.url) from error
        stream = HTTPResponse(BytesIO(response.body), preload_content=False)
        return AWSResponse(request.url, response.status, cast("Any", response.headers), stream)

    def _account(self, account_id: str, region_name: str) -> Account:
        key = account_id, region_name
        with self._lock:
            if key not in self._accounts:
                try:
                    partition = self._partition(region_name)
                except ValueError as error:
                    raise RefusedError("ValidationException", str(error)) from error
                arn_prefix = f"arn:{partition}:sagemaker:{region_name}:{account_id}"
                self._accounts[key] = Account(arn_prefix, self.assumptions, self._clock)
            return self._accounts[key]

    def _partition(self, region_name: str) -> str:
        """Return the partition of a region, as it is in ARNs."""
        if not isinstance(cast("object", region_name), str):
            raise TypeError(f"region_name must be a string, not {type(region_name).__name__}")
        with suppress(UnknownRegionError):
            # botocore's patterns of regions also match names with other characters, and of any length.
            if re.fullmatch("[a-z0-9-]{1,63}", region_name):
                return cast("str", self._botocore.get_partition_for_region(region_name))
        raise ValueError(f"unknown region {region_name!r}; expected a name such as 'eu-west-1'")

    def _run(self, operation_name: str, account: Account, request: Members) -> Members:
        operation = OPERATIONS.get(operation_name)
        if operation is None:
            message = f"InMemorySageMaker does not implement {operation_name}. It implements {', '.join(OPERATIONS)}."
            raise RefusedError("UnknownOperationException", message)
        fault = self._next_fault(operation_name)
        if fault.seconds:
            time.sleep(fault.seconds)
        if not fault.after:
            _happen(fault)
        model = _operation_model(operation_name)
        try:
            with self._lock:
                account.throttle()
                members = _checked(model.input_shape, request)
                response = operation(account.before(members) if fault.reads_older_state else account, members)
        finally:
            # A refusal is a response, too, and is lost as well.
            if fault.after:
                _happen(fault)
        return response

    def _next_fault(self, operation_name: str) -> Fault:
        with self._lock:
            candidates = [scheduled for scheduled in self._faults if scheduled.applies_to(operation_name)]
            ready = [scheduled for scheduled in candidates if not scheduled.skip]
            for scheduled in candidates:
                scheduled.skip = max(0, scheduled.skip - 1)
            if not ready:
                return _NO_FAULT
            ready[0].times -= 1
            if not ready[0].times:
                self._faults.remove(ready[0])
            return ready[0].fault


_NO_FAULT: Final = Fault()


def _require_account_id(account_id: str) -> None:
    if not isinstance(cast("object", account_id), str):
        raise TypeError(f"account_id must be a string of 12 digits, not {type(account_id).__name__}")
    if not re.fullmatch("[0-9]{12}", account_id):
        raise ValueError(f"{account_id!r} is not an account ID; expected 12 digits")


# botocore calls all handlers of before-send, and then takes the first response. A handler of ours would not keep the
# request from the other ones, and that of moto raises an error if moto does not implement the operation.
def _emit(emit: Callable[..., Any], send: Callable[..., Any], event_name: str, **arguments: Any) -> Any:
    operation = event_name.removeprefix("before-send.sagemaker.")
    if operation in OPERATIONS and (
        not operation.endswith("Tags") or ":app-image-config/" in json.loads(arguments["request"].body)["ResourceArn"]
    ):
        return [(send, send(**arguments))]
    return emit(event_name, **arguments)


def _happen(fault: Fault) -> None:
    if fault.breaks_connection:
        raise ConnectionLostError
    if fault.code is not None:
        raise RefusedError(fault.code, fault.message, fault.status)


def _http_response(status: int, members: Members) -> Response:
    headers = {"x-amzn-RequestId": str(uuid4()), "Content-Type": "application/x-amz-json-1.1"}
    return Response(status, headers, json.dumps(members).encode())


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not valid JSON")


_decoder: Final = json.JSONDecoder(parse_constant=_refuse_constant)


_TOO_DEEP: Final = f"The body is nested more than {_MAX_DEPTH} levels deep."


def _decoded(body: bytes) -> Members:
    try:
        request = _decoder.decode(body.decode())  # json.loads would accept UTF-16 and UTF-32, too
    except RecursionError as error:  # its text depends on the version of Python
        raise RefusedError("SerializationException", _TOO_DEEP) from error
    except ValueError as error:
        raise RefusedError("SerializationException", f"The body is not JSON in UTF-8: {error}") from error
    if not isinstance(request, dict):
        raise RefusedError("SerializationException", "The body is not a JSON object.")
    # Not recursive. What Python's decoder can read, functions that are may still not be able to.
    containers: list[Any] = [request]
    for _ in range(_MAX_DEPTH):
        items = [item for container in containers for item in (container.values() if is_map(container) else container)]
        containers = [item for item in items if is_map(item) or is_list(item)]
    if containers:
        raise RefusedError("SerializationException", _TOO_DEEP)
    return cast("Members", request)


def _checked(shape: Any, request: Members) -> Any:
    try:
        members, failures = validated(shape, request)
    except WrongTypeError as error:
        raise RefusedError("SerializationException", str(error)) from error
    if failures:
        detected = f"{len(failures)} validation error{'s' if len(failures) > 1 else ''} detected"
        raise RefusedError("ValidationException", f"{detected}: {'; '.join(failures)}")
    return members
