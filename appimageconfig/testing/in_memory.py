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
from typing import TYPE_CHECKING, Any, Final, Literal
from uuid import uuid4

import attrs
import boto3
import botocore.session
from botocore.awsrequest import AWSResponse
from botocore.exceptions import ConnectionClosedError, UnknownRegionError
from urllib3 import HTTPResponse

from appimageconfig.testing.faults import ConnectionLostError, Fault, ScheduledFault
from appimageconfig.testing.validation import WrongTypeError, constraint_failures, known_members

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable

    from botocore.awsrequest import AWSPreparedRequest
    from botocore.config import Config

_Members = dict[str, Any]

_APP_CONFIGS: Final = ("KernelGatewayImageConfig", "JupyterLabAppImageConfig", "CodeEditorAppImageConfig")
# A developer's own profile, files and credentials are nobody's business here.
_NO_CONFIGURATION: Final = {
    "profile": (None, None, None, None),
    "config_file": (None, None, os.devnull, None),
    "credentials_file": (None, None, os.devnull, None),
}
_DEFAULT_PAGE: Final = 10  # ListAppImageConfigs: "The default value is 10."
_MASKED: Final = frozenset({"ContainerArguments", "ContainerEnvironmentVariables"})
# FileSystemConfig, in the service model: what is not specified defaults to these.
_DEFAULT_UID: Final = 1000
_DEFAULT_GID: Final = 100


@attrs.frozen(kw_only=True)
class Assumptions:
    """What AWS does not document, and how `InMemorySageMaker` behaves instead."""

    update: Literal["merge", "replace"] = "merge"
    """Whether an update keeps the app configs that it leaves out (``merge``) or removes them (``replace``)."""
    empty_app_config: Literal["clears", "keeps"] = "clears"
    """Whether ``{}`` for an app config in an update clears what it held (``clears``) or says nothing (``keeps``)."""
    several_app_configs: Literal["accepted", "refused"] = "accepted"
    """Whether one AppImageConfig may hold more than one app config."""
    uid_gid_pairs: Literal["any", "documented"] = "any"
    """Whether any pair of ids is taken, or only 1000 and 100, and for KernelGateway apps 0 and 0 as well."""


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


@attrs.define
class _RefusedError(Exception):
    code: str
    message: str
    status: int = 400


@attrs.frozen
class _Stored:
    """One AppImageConfig, with its members as the wire has them. It is replaced, never changed."""

    name: str
    arn: str
    creation_time: float
    last_modified_time: float
    app_configs: _Members
    tags: dict[str, str]

    def details(self) -> _Members:
        return {
            "AppImageConfigArn": self.arn,
            "AppImageConfigName": self.name,
            "CreationTime": self.creation_time,
            "LastModifiedTime": self.last_modified_time,
            **self.app_configs,
        }


@attrs.define
class _Place:
    """An account in a region."""

    account_id: str
    region_name: str
    partition: str
    stored: dict[str, _Stored] = attrs.field(factory=dict[str, _Stored])
    pages: dict[str, tuple[list[_Stored], int]] = attrs.field(factory=dict[str, tuple[list[_Stored], int]])


@attrs.frozen
class Snapshot:
    """What an `InMemorySageMaker` held at one time; see `InMemorySageMaker.snapshot`."""

    _stored: dict[tuple[str, str], dict[str, _Stored]] = attrs.field(repr=False)


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
        self._places: dict[tuple[str, str], _Place] = {}
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
        self._operations: Final[dict[str, Callable[[_Place, _Members], _Members]]] = {
            "CreateAppImageConfig": self._create,
            "DescribeAppImageConfig": self._describe,
            "UpdateAppImageConfig": self._update,
            "DeleteAppImageConfig": self._delete,
            "ListAppImageConfigs": self._list,
            "AddTags": self._add_tags,
            "ListTags": self._list_tags,
            "DeleteTags": self._delete_tags,
        }

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
        try:
            place = self._place(account_id or self.account_id, region_name or self.region_name)
        except UnknownRegionError as error:
            return _http_answer(400, {"__type": "ValidationException", "message": str(error)})
        request: _Members = json.loads(body)
        answer: _Members | None = None
        code: str | None = None
        try:
            answer = self._answer(operation, place, request)
            return _http_answer(200, answer)
        except _RefusedError as refusal:
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
        """
        if operation is not None and operation not in self._operations:
            message = f"{operation!r} is none of {', '.join(self._operations)}"
            raise ValueError(message)
        with self._lock:
            self._faults.append(ScheduledFault(fault, operation, times))

    def assert_faults_happened(self) -> None:
        """Raise an AssertionError that names every fault that was injected and has not happened."""
        with self._lock:
            pending = "; ".join(map(str, self._faults))
        if pending:
            message = f"faults that have not happened: {pending}"
            raise AssertionError(message)

    def snapshot(self) -> Snapshot:
        """Return all AppImageConfigs and their tags, of all accounts and regions, for `restore`."""
        with self._lock:
            return Snapshot({key: dict(place.stored) for key, place in self._places.items()})

    def restore(self, snapshot: Snapshot) -> None:
        """Put everything back as it was when *snapshot* was taken. Calls and faults stay as they are."""
        with self._lock:
            stored: dict[tuple[str, str], dict[str, _Stored]] = attrs.astuple(snapshot, recurse=False)[0]
            for key, place in self._places.items():
                place.stored = dict(stored.get(key, {}))

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

    def _place(self, account_id: str, region_name: str) -> _Place:
        key = account_id, region_name
        with self._lock:
            if key not in self._places:
                partition = self._botocore.get_partition_for_region(region_name)
                self._places[key] = _Place(account_id, region_name, partition)
            return self._places[key]

    def _record(
        self, operation: str, place: _Place, request: _Members, answer: _Members | None, code: str | None
    ) -> None:
        call = Call(
            operation=operation,
            request=request,
            answer=answer,
            error_code=code,
            account_id=place.account_id,
            region_name=place.region_name,
        )
        with self._lock:
            self._calls.append(call)

    def _answer(self, operation_name: str, place: _Place, request: _Members) -> _Members:
        operation = self._operations.get(operation_name)
        if operation is None:
            known = ", ".join(self._operations)
            message = f"{operation_name} is none of the operations that InMemorySageMaker knows: {known}."
            raise _RefusedError("UnknownOperationException", message)
        fault = self._next_fault(operation_name)
        if fault.seconds:
            time.sleep(fault.seconds)
        if not fault.after:
            _happen(fault)
        shapes = self._shapes(operation_name)
        members = _judged(shapes.input_shape, request)
        with self._lock:
            answer = operation(place, members)
        _check_answer(shapes.output_shape, answer)
        if fault.after:
            _happen(fault)
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

    def _now(self) -> float:
        return round(self._clock().timestamp(), 3)  # the service's times have milliseconds

    def _create(self, place: _Place, request: _Members) -> _Members:
        name = request["AppImageConfigName"]
        self._check(_app_configs(request))
        if name in place.stored:
            raise _RefusedError("ResourceInUse", "The ID or Name specified is already in use.")
        now = self._now()
        place.stored[name] = _Stored(
            name=name,
            arn=f"arn:{place.partition}:sagemaker:{place.region_name}:{place.account_id}:app-image-config/{name}",
            creation_time=now,
            last_modified_time=now,
            app_configs=_app_configs(request),
            tags=_tags(request.get("Tags", ())),
        )
        return {"AppImageConfigArn": place.stored[name].arn}

    def _describe(self, place: _Place, request: _Members) -> _Members:
        return _find(place, request).details()

    def _update(self, place: _Place, request: _Members) -> _Members:
        stored = _find(place, request)
        sent = _app_configs(request)
        if self.assumptions.empty_app_config == "keeps":
            sent = {member: value or stored.app_configs.get(member, {}) for member, value in sent.items()}
        if self.assumptions.update == "merge":
            sent = {**stored.app_configs, **sent}
        self._check(sent)
        place.stored[stored.name] = attrs.evolve(stored, app_configs=sent, last_modified_time=self._now())
        return {"AppImageConfigArn": stored.arn}

    def _delete(self, place: _Place, request: _Members) -> _Members:
        del place.stored[_find(place, request).name]
        return {}

    def _list(self, place: _Place, request: _Members) -> _Members:
        if "NextToken" in request:
            token = request["NextToken"]
            if token not in place.pages:
                raise _RefusedError("ValidationException", "The NextToken is none that was given out here.")
            found, start = place.pages[token]
        else:
            found, start = _search(place, request), 0
        end = start + request.get("MaxResults", _DEFAULT_PAGE)
        page: _Members = {"AppImageConfigs": [stored.details() for stored in found[start:end]]}
        if end < len(found):
            page["NextToken"] = str(uuid4())
            place.pages[page["NextToken"]] = found, end
        return page

    def _add_tags(self, place: _Place, request: _Members) -> _Members:
        stored = _find_by_arn(place, request)
        place.stored[stored.name] = changed = attrs.evolve(stored, tags={**stored.tags, **_tags(request["Tags"])})
        return _tag_list(changed.tags)

    def _list_tags(self, place: _Place, request: _Members) -> _Members:
        return _tag_list(_find_by_arn(place, request).tags)

    def _delete_tags(self, place: _Place, request: _Members) -> _Members:
        stored = _find_by_arn(place, request)
        tags = {key: value for key, value in stored.tags.items() if key not in request["TagKeys"]}
        place.stored[stored.name] = attrs.evolve(stored, tags=tags)
        return {}

    def _check(self, app_configs: _Members) -> None:
        if self.assumptions.several_app_configs == "refused" and len(app_configs) > 1:
            raise _RefusedError("ValidationException", "Only one app config is supported for an AppImageConfig.")
        if self.assumptions.uid_gid_pairs == "documented":
            for member, app_config in app_configs.items():
                _check_ids(app_config.get("FileSystemConfig", {}), root=member == "KernelGatewayImageConfig")


_NO_FAULT: Final = Fault()


def _http_answer(status: int, members: _Members) -> Answer:
    headers = {"x-amzn-RequestId": str(uuid4()), "Content-Type": "application/x-amz-json-1.1"}
    return Answer(status, headers, json.dumps(members).encode())


def _happen(fault: Fault) -> None:
    if fault.breaks_connection:
        raise ConnectionLostError
    if fault.code is not None:
        raise _RefusedError(fault.code, fault.message, fault.status)


def _judged(shape: Any, request: _Members) -> _Members:
    try:
        members: _Members = known_members(shape, request)
    except WrongTypeError as error:
        raise _RefusedError("SerializationException", str(error)) from error
    if failures := constraint_failures(shape, members):
        detected = f"{len(failures)} validation error{'s' if len(failures) > 1 else ''} detected"
        raise _RefusedError("ValidationException", f"{detected}: {'; '.join(failures)}")
    return members


def _check_answer(shape: Any, answer: _Members) -> None:
    """See that the service could send *answer*: a wrong one would be a fault of this module."""
    if shape is None:
        wrong = bool(answer)
    else:
        wrong = known_members(shape, answer) != answer or bool(constraint_failures(shape, answer))
    if wrong:
        message = "the answer breaks the service model; is account_id one of 12 digits?"
        raise AssertionError(message)


def _check_ids(files: _Members, *, root: bool) -> None:
    ids = files.get("DefaultUid", _DEFAULT_UID), files.get("DefaultGid", _DEFAULT_GID)
    if ids != (_DEFAULT_UID, _DEFAULT_GID) and not (root and ids == (0, 0)):
        message = (
            "Unsupported FileSystemConfig parameters. "
            "Only supported values of DefaultUId and DefaultGID are 1000 and 100 respectively"
        )
        raise _RefusedError("ValidationException", message)


def _find(place: _Place, request: _Members) -> _Stored:
    name = request["AppImageConfigName"]
    if name not in place.stored:
        raise _RefusedError("ResourceNotFound", f"AppImageConfig {name} does not exist.")
    return place.stored[name]


def _find_by_arn(place: _Place, request: _Members) -> _Stored:
    arn = request["ResourceArn"]
    stored = place.stored.get(arn.rpartition("/")[2])
    if stored is None or stored.arn != arn:
        raise _RefusedError("ResourceNotFound", f"Resource {arn} does not exist.")
    return stored


def _search(place: _Place, request: _Members) -> list[_Stored]:
    name_part = request.get("NameContains", "")
    created = request.get("CreationTimeAfter", 0), request.get("CreationTimeBefore", float("inf"))
    modified = request.get("ModifiedTimeAfter", 0), request.get("ModifiedTimeBefore", float("inf"))
    keys: dict[str, Callable[[_Stored], Any]] = {
        "CreationTime": lambda stored: stored.creation_time,
        "LastModifiedTime": lambda stored: stored.last_modified_time,
        "Name": lambda stored: stored.name,
    }
    return sorted(
        (
            stored
            for stored in place.stored.values()
            if name_part in stored.name
            and created[0] <= stored.creation_time <= created[1]
            and modified[0] <= stored.last_modified_time <= modified[1]
        ),
        key=keys[request.get("SortBy", "CreationTime")],
        reverse=request.get("SortOrder", "Descending") == "Descending",
    )


def _app_configs(request: _Members) -> _Members:
    return {member: request[member] for member in _APP_CONFIGS if member in request}


def _tags(tags: Iterable[_Members]) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in tags}


def _tag_list(tags: dict[str, str]) -> _Members:
    return {"Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}


def _masked(value: Any, *, secret: bool = False) -> Any:
    """Copy *value* with the values of environment variables and the container arguments masked."""
    copied: Any = value
    if isinstance(value, dict):
        copied = {key: _masked(item, secret=secret or key in _MASKED) for key, item in copied.items()}
    elif isinstance(value, list):
        copied = [_masked(item, secret=secret) for item in copied]
    elif secret:
        copied = "***"
    return copied
