"""
The AppImageConfigs of one account in one region, and the operations on them.

Requests and responses have the members and values of the wire.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from operator import itemgetter
from typing import Any, Final, Literal, get_args
from uuid import uuid4

import attrs
from botocore import xform_name

from appimageconfig._converter import tags_from_page
from appimageconfig.operations import OperationName

Members = dict[str, Any]

_DEFAULT_PAGE: Final = 10  # ListAppImageConfigs: "The default value is 10."
_DEFAULT_IDS: Final = (1000, 100)  # uid and gid, from the documentation of FileSystemConfig in the service model
# The app configs, and the pairs of uid and gid that are documented for each.
_APP_CONFIGS: Final = {
    "KernelGatewayImageConfig": {_DEFAULT_IDS, (0, 0)},
    "JupyterLabAppImageConfig": {_DEFAULT_IDS},
    "CodeEditorAppImageConfig": {_DEFAULT_IDS},
}


@attrs.frozen(kw_only=True)
class Assumptions:
    """Behavior of `InMemorySageMaker` that AWS does not document for SageMaker."""

    update: Literal["merge", "replace"] = "merge"
    """Whether an update keeps the app configs that it omits (``merge``) or removes them (``replace``)."""
    empty_app_config: Literal["clears", "keeps"] = "clears"
    """Whether ``{}`` for an app config in an update empties it (``clears``) or leaves it unchanged (``keeps``)."""
    several_app_configs: Literal["accepted", "refused"] = "accepted"
    """Whether one AppImageConfig may hold more than one app config."""
    uid_gid_pairs: Literal["any", "documented"] = "any"
    """Whether any uid and gid are accepted, or only 1000 and 100, and for KernelGateway apps also 0 and 0."""


@attrs.define
class RefusedError(Exception):
    """An error response of the service."""

    code: str
    message: str
    status: int = 400


class Account:
    """
    An account in a region.

    Not thread-safe: the caller runs one operation at a time. A change replaces the members or the tags of a config, so
    that snapshots and pages of a list keep their state.
    """

    def __init__(self, arn_prefix: str, assumptions: Assumptions, clock: Callable[[], datetime]) -> None:
        """Start empty; ARNs begin with *arn_prefix*."""
        self.configs: dict[str, Members] = {}  # what describe and list show, by name
        self.tags: dict[str, dict[str, str]] = {}  # by ARN
        self._pages: dict[str, tuple[list[Members], int]] = {}  # by token: all items, and where the page starts
        self._arn_prefix = arn_prefix
        self._assumptions = assumptions
        self._clock = clock

    def create_app_image_config(self, request: Members) -> Members:
        """Run CreateAppImageConfig."""
        name = request["AppImageConfigName"]
        app_configs = _app_configs(request)
        self._check(app_configs)
        if name in self.configs:
            raise RefusedError("ResourceInUse", "The ID or Name specified is already in use.")
        now = self._now()
        arn = f"{self._arn_prefix}:app-image-config/{name}"
        identity = {"AppImageConfigArn": arn, "AppImageConfigName": name}
        self.configs[name] = {**identity, "CreationTime": now, "LastModifiedTime": now, **app_configs}
        self.tags[arn] = tags_from_page({"Tags": (), **request})
        return {"AppImageConfigArn": arn}

    def describe_app_image_config(self, request: Members) -> Members:
        """Run DescribeAppImageConfig."""
        return self._find(request)

    def update_app_image_config(self, request: Members) -> Members:
        """Run UpdateAppImageConfig."""
        config = self._find(request)
        before, after = _app_configs(config), _app_configs(request)
        if self._assumptions.empty_app_config == "keeps":
            after = {member: value or before.get(member, {}) for member, value in after.items()}
        if self._assumptions.update == "merge":
            after = {**before, **after}
        self._check(after)
        others = {member: value for member, value in config.items() if member not in before}
        self.configs[config["AppImageConfigName"]] = {**others, **after, "LastModifiedTime": self._now()}
        return {"AppImageConfigArn": config["AppImageConfigArn"]}

    def delete_app_image_config(self, request: Members) -> Members:
        """Run DeleteAppImageConfig."""
        config = self._find(request)
        del self.configs[config["AppImageConfigName"]], self.tags[config["AppImageConfigArn"]]
        return {}

    def list_app_image_configs(self, request: Members) -> Members:
        """Run ListAppImageConfigs."""
        token = request.get("NextToken")
        if token is not None and token not in self._pages:
            raise RefusedError("ValidationException", "The NextToken is not from a response of this operation.")
        found, start = (_search(self.configs.values(), request), 0) if token is None else self._pages[token]
        end = start + request.get("MaxResults", _DEFAULT_PAGE)
        page: Members = {"AppImageConfigs": found[start:end]}
        if end < len(found):
            page["NextToken"] = str(uuid4())
            self._pages[page["NextToken"]] = found, end
        return page

    def add_tags(self, request: Members) -> Members:
        """Run AddTags."""
        tags = {**self._tags(request), **tags_from_page(request)}
        self.tags[request["ResourceArn"]] = tags
        return _tag_list(tags)

    def list_tags(self, request: Members) -> Members:
        """Run ListTags."""
        return _tag_list(self._tags(request))

    def delete_tags(self, request: Members) -> Members:
        """Run DeleteTags."""
        tags = self._tags(request).items()
        self.tags[request["ResourceArn"]] = {key: value for key, value in tags if key not in request["TagKeys"]}
        return {}

    def _now(self) -> float:
        return round(self._clock().timestamp(), 3)  # the service's times have milliseconds

    def _find(self, request: Members) -> Members:
        name = request["AppImageConfigName"]
        if name not in self.configs:
            raise RefusedError("ResourceNotFound", f"AppImageConfig {name} does not exist.")
        return self.configs[name]

    def _tags(self, request: Members) -> dict[str, str]:
        arn = request["ResourceArn"]
        if arn not in self.tags:
            raise RefusedError("ResourceNotFound", f"Resource {arn} does not exist.")
        return self.tags[arn]

    def _check(self, app_configs: Members) -> None:
        if self._assumptions.several_app_configs == "refused" and len(app_configs) > 1:
            raise RefusedError("ValidationException", "Only one app config is supported for an AppImageConfig.")
        if self._assumptions.uid_gid_pairs == "documented":
            for member, app_config in app_configs.items():
                files = app_config.get("FileSystemConfig", {})
                ids = files.get("DefaultUid", _DEFAULT_IDS[0]), files.get("DefaultGid", _DEFAULT_IDS[1])
                if ids not in _APP_CONFIGS[member]:
                    message = (
                        "Unsupported FileSystemConfig parameters. "
                        "Only supported values of DefaultUId and DefaultGID are 1000 and 100 respectively"
                    )
                    raise RefusedError("ValidationException", message)


OPERATIONS: Final[dict[str, Callable[[Account, Members], Members]]] = {
    operation: getattr(Account, xform_name(operation)) for operation in get_args(OperationName)
}
"""The operations that are implemented, by name."""


def _search(configs: Iterable[Members], request: Members) -> list[Members]:
    name_part = request.get("NameContains", "")
    created = request.get("CreationTimeAfter", 0), request.get("CreationTimeBefore", float("inf"))
    modified = request.get("ModifiedTimeAfter", 0), request.get("ModifiedTimeBefore", float("inf"))
    found = [
        config
        for config in configs
        if name_part in config["AppImageConfigName"]
        and created[0] <= config["CreationTime"] <= created[1]
        and modified[0] <= config["LastModifiedTime"] <= modified[1]
    ]
    sort_by = request.get("SortBy", "CreationTime")
    sort_member = "AppImageConfigName" if sort_by == "Name" else sort_by
    return sorted(found, key=itemgetter(sort_member), reverse=request.get("SortOrder") != "Ascending")


def _app_configs(request: Members) -> Members:
    return {member: request[member] for member in _APP_CONFIGS if member in request}


def _tag_list(tags: dict[str, str]) -> Members:
    return {"Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}
