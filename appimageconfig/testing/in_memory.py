"""SageMaker's AppImageConfig operations in memory, behind real boto3 clients."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from io import BytesIO
from threading import Lock
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

import attrs
import boto3
import botocore.session
from botocore.awsrequest import AWSResponse
from botocore.exceptions import ConnectionClosedError, UnknownRegionError
from urllib3 import HTTPResponse

from appimageconfig.testing.account import (
    OPERATIONS,
    SECRET_MEMBERS,
    Account,
    Assumptions,
    Members,
    RefusedError,
    StoredConfig,
)
from appimageconfig.testing.faults import ConnectionLostError, Fault, ScheduledFault
from appimageconfig.testing.validation import WrongTypeError, constraint_failures, known_members

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from botocore.awsrequest import AWSPreparedRequest
    from botocore.config import Config

# A developer's own profile, files and credentials are nobody's business here.
_NO_CONFIGURATION: Final = {
    "profile": (None, None, None, None),
    "config_file": (None, None, os.devnull, None),
    "credentials_file": (None, None, os.devnull, None),
}


@attrs.frozen(kw_only=True)
class Call:
    """A request that came, and what was answered. Environment values and container arguments are masked."""

    operation: str
    """The operation, such as ``CreateAppImageConfig``."""
    request: Mapping[str, Any]
    """The members of the request, as the wire has them."""
    answer: Mapping[str, Any] | None
    """The members of the answer; None where there was an error or no answer."""
    error_code: str | None
    """The code of the error that was answered; ``ConnectionLost`` where the connection broke."""
    account_id: str
    """The account that the request was for."""
    region_name: str
    """The region that the request was for."""


@attrs.frozen
class Answer:
    """An HTTP answer; see `InMemorySageMaker.respond`."""

    status: int
    """The HTTP status."""
    headers: Mapping[str, str]
    """The headers."""
    body: bytes
    """The body, as JSON."""


@attrs.frozen
class Snapshot:
    """What an `InMemorySageMaker` held at one time; see `InMemorySageMaker.snapshot`."""

    _stored: dict[tuple[str, str], dict[str, StoredConfig]] = attrs.field(repr=False)


class InMemorySageMaker:
    """
    SageMaker's AppImageConfigs, in memory.

    Its clients are real boto3 clients of which only the network is replaced:
    parameter checks, serialization, signing, retries and parsing run as always.
    They need no credentials and read no configuration. Nothing is sent.

    It answers CreateAppImageConfig, DescribeAppImageConfig, UpdateAppImageConfig,
    DeleteAppImageConfig, ListAppImageConfigs, AddTags, ListTags and DeleteTags.
    Requests are judged by the service model of the installed botocore, and refused
    in the service's words. Accounts and regions share nothing, and neither do two
    instances. It may be used from many threads.

    Args:
        account_id: The account of the clients that name none.
        region_name: The region of the clients that name none.
        assumptions: What it does where AWS does not document what SageMaker does.
        clock: What gives the creation and modification times, as aware datetimes; by default the time of day.
    """

    def __init__(
        self,
        *,
        account_id: str = "123456789012",
        region_name: str = "us-east-1",
        assumptions: Assumptions | None = None,
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        """Begin with no AppImageConfig."""
        self.account_id: Final = account_id
        self.region_name: Final = region_name
        self.assumptions: Final = assumptions or Assumptions()
        self._clock = clock or (lambda: datetime.now(UTC))
        self._lock = Lock()
        self._accounts: dict[tuple[str, str], Account] = {}
        self._calls: list[Call] = []
        self._faults: list[ScheduledFault] = []
        self._botocore: Any = botocore.session.Session(session_vars=_NO_CONFIGURATION)
        self._operation_models: dict[str, Any] = {}
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

        It is typed as what ``boto3.client`` gives without type stubs.

        Args:
            account_id: Its account, by default that of this service.
            region_name: Its region, by default that of this service.
            config: A botocore ``Config``: retries and the like.
        """
        with self._lock:
            client = self._session.client("sagemaker", region_name=region_name, config=config)
        send = partial(self._send, account_id or self.account_id, region_name or self.region_name)
        client.meta.events.register_first("before-send.sagemaker", send)
        return client

    @contextmanager
    def serve(self, *, port: int = 0) -> Generator[str]:
        """
        Serve the same AppImageConfigs over HTTP on loopback, and yield the URL.

        For the AWS CLI, boto3 in another process, and every other SDK: give them the
        URL as the endpoint and any credentials. The region is the one that they sign
        for. The server is stopped when the block ends.

        Args:
            port: The port on 127.0.0.1; 0 takes one that is free.
        """
        from appimageconfig.testing.server import serve  # noqa: PLC0415 - an HTTP server that few need

        with serve(self, port=port) as url:
            yield url

    def respond(
        self, target: str, body: bytes, *, account_id: str | None = None, region_name: str | None = None
    ) -> Answer:
        """
        Answer one request as the service does over HTTP.

        Args:
            target: The ``X-Amz-Target`` header.
            body: The JSON body.
            account_id: The account that it is for.
            region_name: The region that it is for.

        Raises:
            ConnectionLostError: A fault breaks the connection.
        """
        operation = target.rpartition(".")[2]
        place = account_id or self.account_id, region_name or self.region_name
        try:
            account = self._account(*place)
        except UnknownRegionError as error:
            return _http_answer(400, {"__type": "ValidationException", "message": str(error)})
        request: Members = json.loads(body)
        answer: Members | None = None
        code: str | None = None
        try:
            answer = self._answer(operation, account, request)
            return _http_answer(200, answer)
        except RefusedError as refusal:
            code = refusal.code
            return _http_answer(refusal.status, {"__type": refusal.code, "message": refusal.message})
        except ConnectionLostError:
            code = "ConnectionLost"
            raise
        finally:
            self._record(operation, place, request, answer, code)

    @property
    def calls(self) -> tuple[Call, ...]:
        """Every request so far, in the order in which they were answered."""
        with self._lock:
            calls = tuple(self._calls)
        return tuple(attrs.evolve(call, request=_masked(call.request), answer=_masked(call.answer)) for call in calls)

    def inject(self, fault: Fault, *, operation: str | None = None, times: int = 1) -> None:
        """
        Let *fault* happen to the next requests: the next *times* of that *operation*, or of any.

        Faults that wait for the same request happen to one after the other, in the
        order in which they were injected. botocore's retries are requests too.

        Raises:
            ValueError: There is no such operation, or *times* is less than one.
        """
        if operation is not None and operation not in OPERATIONS:
            raise ValueError(f"{operation!r} is none of {', '.join(OPERATIONS)}")
        if times < 1:
            raise ValueError(f"a fault happens once or more, and not {times} times")
        with self._lock:
            self._faults.append(ScheduledFault(fault, operation, times))

    def assert_faults_happened(self) -> None:
        """Raise an AssertionError that names every fault that was injected and has not happened."""
        with self._lock:
            pending = "; ".join(map(str, self._faults))
        if pending:
            raise AssertionError(f"faults that have not happened: {pending}")

    def snapshot(self) -> Snapshot:
        """Return all AppImageConfigs and their tags, of all accounts and regions, for `restore`."""
        with self._lock:
            return Snapshot({place: dict(account.configs) for place, account in self._accounts.items()})

    def restore(self, snapshot: Snapshot) -> None:
        """Put everything back as it was when *snapshot* was taken. Calls and faults stay as they are."""
        with self._lock:
            stored: dict[tuple[str, str], dict[str, StoredConfig]] = attrs.astuple(snapshot, recurse=False)[0]
            for place, account in self._accounts.items():
                account.configs = dict(stored.get(place, {}))

    def _send(self, account_id: str, region_name: str, request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        target: Any = request.headers["X-Amz-Target"]
        body: Any = request.body
        try:
            answer = self.respond(target.decode(), body, account_id=account_id, region_name=region_name)
        except ConnectionLostError as error:
            raise ConnectionClosedError(endpoint_url=request.url) from error
        headers: Any = answer.headers
        stream = HTTPResponse(BytesIO(answer.body), preload_content=False)
        return AWSResponse(request.url, answer.status, headers, stream)

    def _account(self, account_id: str, region_name: str) -> Account:
        key = account_id, region_name
        with self._lock:
            if key not in self._accounts:
                partition = self._botocore.get_partition_for_region(region_name)
                arn_prefix = f"arn:{partition}:sagemaker:{region_name}:{account_id}"
                self._accounts[key] = Account(arn_prefix, self.assumptions, self._clock)
            return self._accounts[key]

    def _record(
        self, operation: str, place: tuple[str, str], request: Members, answer: Members | None, code: str | None
    ) -> None:
        call = Call(
            operation=operation,
            request=request,
            answer=answer,
            error_code=code,
            account_id=place[0],
            region_name=place[1],
        )
        with self._lock:
            self._calls.append(call)

    def _answer(self, operation_name: str, account: Account, request: Members) -> Members:
        operation = OPERATIONS.get(operation_name)
        if operation is None:
            known = ", ".join(OPERATIONS)
            message = f"{operation_name} is none of the operations that InMemorySageMaker knows: {known}."
            raise RefusedError("UnknownOperationException", message)
        fault = self._next_fault(operation_name)
        if fault.seconds:
            time.sleep(fault.seconds)
        if not fault.after:
            _happen(fault)
        shapes = self._shapes(operation_name)
        members = _judged(shapes.input_shape, request)
        try:
            with self._lock:
                answer = operation(account, members)
        finally:
            # A refusal is an answer, and is lost as well.
            if fault.after:
                _happen(fault)
        _check_answer(shapes.output_shape, answer)
        return answer

    def _shapes(self, operation_name: str) -> Any:
        """Return the model of the operation. It is kept: a new one would read its shapes anew."""
        with self._lock:
            if operation_name not in self._operation_models:
                model = self._botocore.get_service_model("sagemaker").operation_model(operation_name)
                self._operation_models[operation_name] = model
            return self._operation_models[operation_name]

    def _next_fault(self, operation_name: str) -> Fault:
        with self._lock:
            for scheduled in self._faults:
                if scheduled.operation in {None, operation_name}:
                    scheduled.times -= 1
                    if not scheduled.times:
                        self._faults.remove(scheduled)
                    return scheduled.fault
        return _NO_FAULT


_NO_FAULT: Final = Fault()


def _http_answer(status: int, members: Members) -> Answer:
    headers = {"x-amzn-RequestId": str(uuid4()), "Content-Type": "application/x-amz-json-1.1"}
    return Answer(status, headers, json.dumps(members).encode())


def _happen(fault: Fault) -> None:
    if fault.breaks_connection:
        raise ConnectionLostError
    if fault.code is not None:
        raise RefusedError(fault.code, fault.message, fault.status)


def _judged(shape: Any, request: Members) -> Members:
    try:
        members: Members = known_members(shape, request)
    except WrongTypeError as error:
        raise RefusedError("SerializationException", str(error)) from error
    if failures := constraint_failures(shape, members):
        detected = f"{len(failures)} validation error{'s' if len(failures) > 1 else ''} detected"
        raise RefusedError("ValidationException", f"{detected}: {'; '.join(failures)}")
    return members


def _check_answer(shape: Any, answer: Members) -> None:
    """See that the service could send *answer*: a wrong one would be a fault of this module."""
    if shape is None:
        wrong = bool(answer)
    else:
        wrong = known_members(shape, answer) != answer or bool(constraint_failures(shape, answer))
    if wrong:
        raise AssertionError("the answer breaks the service model; is account_id one of 12 digits?")


def _masked(value: Any, *, secret: bool = False) -> Any:
    """Copy *value* with the values of environment variables and the container arguments masked."""
    copied: Any = value
    if isinstance(value, dict):
        copied = {key: _masked(item, secret=secret or key in SECRET_MEMBERS) for key, item in copied.items()}
    elif isinstance(value, list):
        copied = [_masked(item, secret=secret) for item in copied]
    elif secret:
        copied = "***"
    return copied
