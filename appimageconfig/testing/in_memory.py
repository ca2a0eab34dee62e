"""SageMaker's AppImageConfig operations in memory, behind real boto3 clients."""

from __future__ import annotations

import json
import os
from copy import deepcopy
from datetime import UTC, datetime
from io import BytesIO
from threading import Lock
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

import attrs
import boto3
import botocore.session
from botocore.awsrequest import AWSResponse
from urllib3 import HTTPResponse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

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


@attrs.define
class _RefusedError(Exception):
    code: str
    message: str


@attrs.define
class _Stored:
    """One AppImageConfig, with its members as the wire has them."""

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


class InMemorySageMaker:
    """
    An account's AppImageConfigs in one region, in memory.

    Its clients are real boto3 clients of which only the network is replaced:
    parameter checks, serialization, signing, retries and parsing run as always.
    They need no credentials and read no configuration. Nothing is sent.

    It answers CreateAppImageConfig, DescribeAppImageConfig, UpdateAppImageConfig,
    DeleteAppImageConfig, ListAppImageConfigs, AddTags, ListTags and DeleteTags. It
    may be used from many threads. Two instances share nothing.

    AWS does not document whether an update removes the app configs that it leaves
    out. Here it keeps them.

    Args:
        account_id: The account in the ARNs.
        region_name: The region of the clients and in the ARNs.
        clock: What gives the creation and modification times, as aware datetimes; by default the time of day.
    """

    def __init__(
        self,
        *,
        account_id: str = "123456789012",
        region_name: str = "us-east-1",
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        """Begin with no AppImageConfig."""
        self._clock = clock or (lambda: datetime.now(UTC))
        self.account_id: Final = account_id
        self.region_name: Final = region_name
        self._stored: dict[str, _Stored] = {}
        self._pages: dict[str, tuple[list[_Stored], int]] = {}
        self._lock = Lock()
        botocore_session = botocore.session.Session(session_vars=_NO_CONFIGURATION)
        self._partition = botocore_session.get_partition_for_region(region_name)
        self._session = boto3.Session(
            aws_access_key_id="in-memory",
            aws_secret_access_key="in-memory",  # noqa: S106 - it opens nothing
            region_name=region_name,
            botocore_session=botocore_session,
        )
        self._operations: Final[dict[str, Callable[[_Members], _Members]]] = {
            "CreateAppImageConfig": self._create,
            "DescribeAppImageConfig": self._describe,
            "UpdateAppImageConfig": self._update,
            "DeleteAppImageConfig": self._delete,
            "ListAppImageConfigs": self._list,
            "AddTags": self._add_tags,
            "ListTags": self._list_tags,
            "DeleteTags": self._delete_tags,
        }

    def client(self, *, config: Config | None = None) -> Any:
        """
        Return a new boto3 SageMaker client of this account and region.

        It is typed as what ``boto3.client`` gives without type stubs.

        Args:
            config: A botocore ``Config``: retries and the like.
        """
        session: Any = self._session
        with self._lock:
            client = session.client("sagemaker", config=config)
        client.meta.events.register_first("before-send.sagemaker", self._send)
        return client

    def _send(self, request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        target: Any = request.headers["X-Amz-Target"]
        body: Any = request.body
        try:
            status, answer = 200, self._answer(target.decode().rpartition(".")[2], json.loads(body))
        except _RefusedError as refusal:
            status, answer = 400, {"__type": refusal.code, "message": refusal.message}
        headers: Any = {"x-amzn-RequestId": str(uuid4()), "Content-Type": "application/x-amz-json-1.1"}
        return AWSResponse(
            request.url, status, headers, HTTPResponse(BytesIO(json.dumps(answer).encode()), preload_content=False)
        )

    def _now(self) -> float:
        return round(self._clock().timestamp(), 3)  # the service's times have milliseconds

    def _answer(self, operation_name: str, request: _Members) -> _Members:
        operation = self._operations.get(operation_name)
        if operation is None:
            known = ", ".join(self._operations)
            message = f"{operation_name} is none of the operations that InMemorySageMaker knows: {known}."
            raise _RefusedError("UnknownOperationException", message)
        with self._lock:
            return deepcopy(operation(request))

    def _find(self, request: _Members) -> _Stored:
        name = request["AppImageConfigName"]
        if name not in self._stored:
            raise _RefusedError("ResourceNotFound", f"AppImageConfig {name} does not exist.")
        return self._stored[name]

    def _find_by_arn(self, request: _Members) -> _Stored:
        arn = request["ResourceArn"]
        for stored in self._stored.values():
            if stored.arn == arn:
                return stored
        raise _RefusedError("ResourceNotFound", f"Resource {arn} does not exist.")

    def _create(self, request: _Members) -> _Members:
        name = request["AppImageConfigName"]
        if name in self._stored:
            raise _RefusedError("ResourceInUse", "The ID or Name specified is already in use.")
        now = self._now()
        stored = self._stored[name] = _Stored(
            name=name,
            arn=f"arn:{self._partition}:sagemaker:{self.region_name}:{self.account_id}:app-image-config/{name}",
            creation_time=now,
            last_modified_time=now,
            app_configs=_app_configs(request),
            tags=_tags(request.get("Tags", ())),
        )
        return {"AppImageConfigArn": stored.arn}

    def _describe(self, request: _Members) -> _Members:
        return self._find(request).details()

    def _update(self, request: _Members) -> _Members:
        stored = self._find(request)
        stored.app_configs |= _app_configs(request)
        stored.last_modified_time = self._now()
        return {"AppImageConfigArn": stored.arn}

    def _delete(self, request: _Members) -> _Members:
        del self._stored[self._find(request).name]
        return {}

    def _list(self, request: _Members) -> _Members:
        if "NextToken" in request:
            token = request["NextToken"]
            if token not in self._pages:
                raise _RefusedError("ValidationException", "The NextToken is none that was given out here.")
            found, start = self._pages[token]
        else:
            found, start = self._search(request), 0
        end = start + request.get("MaxResults", _DEFAULT_PAGE)
        page: _Members = {"AppImageConfigs": [stored.details() for stored in found[start:end]]}
        if end < len(found):
            page["NextToken"] = str(uuid4())
            self._pages[page["NextToken"]] = found, end
        return page

    def _search(self, request: _Members) -> list[_Stored]:
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
                for stored in self._stored.values()
                if name_part in stored.name
                and created[0] <= stored.creation_time <= created[1]
                and modified[0] <= stored.last_modified_time <= modified[1]
            ),
            key=keys[request.get("SortBy", "CreationTime")],
            reverse=request.get("SortOrder", "Descending") == "Descending",
        )

    def _add_tags(self, request: _Members) -> _Members:
        stored = self._find_by_arn(request)
        stored.tags |= _tags(request["Tags"])
        return _tag_list(stored.tags)

    def _list_tags(self, request: _Members) -> _Members:
        return _tag_list(self._find_by_arn(request).tags)

    def _delete_tags(self, request: _Members) -> _Members:
        stored = self._find_by_arn(request)
        for key in request["TagKeys"]:
            stored.tags.pop(key, None)
        return {}


def _app_configs(request: _Members) -> _Members:
    return {member: request[member] for member in _APP_CONFIGS if member in request}


def _tags(tags: Iterable[_Members]) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in tags}


def _tag_list(tags: dict[str, str]) -> _Members:
    return {"Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}
