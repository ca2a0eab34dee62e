"""
The AppImageConfigs of one account in one region, and the operations on them.

Requests and responses have the members and values of the wire.
"""

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from copy import copy
from datetime import UTC, datetime, timedelta
from operator import itemgetter
from typing import Any, Final, Generic, Literal, Self, TypeVar, get_args
from uuid import uuid4

import attrs
from attrs.validators import ge, le, optional
from botocore import xform_name

from appimageconfig._converter import tags_from_wire
from appimageconfig.operations import OperationName

Members = dict[str, Any]
T = TypeVar("T")

_REMEMBERED: Final = 1000  # changes, for stale reads
_MAX_TOKENS: Final = 1000
_MAX_TAGS: Final = 50  # "SageMaker AI resources have a 50 tag limit", says AWS's page on the propagation of tags
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
    requests_per_second: float | None = attrs.field(default=None, validator=optional(ge(0.001)))
    """
    Rate of the requests of each account and region. Those above it are refused with a ThrottlingException. None means
    any rate; the least is 0.001.
    """
    burst: int = attrs.field(default=1, validator=[ge(1), le(1_000_000)])
    """Number of requests, 1 to 1,000,000, that are accepted at once after a pause, if there is a rate limit."""


@attrs.define
class RefusedError(Exception):
    """An error response of the service."""

    code: str
    message: str
    status: int = 400


class Versioned(dict[str, T], Generic[T]):
    """A dict that remembers what its last changes replaced."""

    def __init__(self, items: Mapping[str, T] | None = None) -> None:
        """Copy *items*; nothing was there before them."""
        super().__init__(items or {})
        self._replaced: deque[tuple[str, T | None]] = deque(maxlen=_REMEMBERED)

    def __setitem__(self, key: str, value: T) -> None:
        """Set an item."""
        self._replaced.append((key, self.get(key)))
        super().__setitem__(key, value)

    def __delitem__(self, key: str) -> None:
        """Delete an item."""
        self._replaced.append((key, self[key]))
        super().__delitem__(key)

    def before(self, key: str | None) -> Self:
        """Return the items before the last change of *key*, or if it is None, of any key."""
        for changed, value in reversed(self._replaced):
            if key in {None, changed}:
                items = {**self, changed: value}
                return type(self)({name: item for name, item in items.items() if item is not None})
        return self


class Account:
    """
    An account in a region.

    Not thread-safe: the caller runs one operation at a time. A change replaces the members or the tags of a config, so
    that snapshots and pages of a list keep their state.
    """

    def __init__(self, arn_prefix: str, assumptions: Assumptions, clock: Callable[[], datetime]) -> None:
        """Start empty; ARNs begin with *arn_prefix*."""
        self.configs: Versioned[Members] = Versioned()  # what describe and list show, by name
        self.tags: Versioned[dict[str, str]] = Versioned()  # by ARN
        self._pages: dict[str, tuple[list[Members], int]] = {}  # by token: all items, and where the page starts
        self._arn_prefix = arn_prefix
        self._assumptions = assumptions
        self._clock = clock
        self._full_at = datetime.min.replace(tzinfo=UTC)  # when the token bucket of the rate limit is full again

    def throttle(self) -> None:
        """Refuse the request if it exceeds the rate limit."""
        if self._assumptions.requests_per_second is None:
            return
        # A full time instead of a number of tokens: its sums are exact, so that a test's own clock can be, too.
        interval = timedelta(seconds=1 / self._assumptions.requests_per_second)
        now = self._clock()
        full_at = max(now, self._full_at)
        if full_at - now > (self._assumptions.burst - 1) * interval:
            raise RefusedError("ThrottlingException", "Rate exceeded")
        self._full_at = full_at + interval

    def before(self, request: Members) -> Self:
        """Return the account in which *request* reads the state before the last change of what it reads."""
        older = copy(self)
        older.configs = self.configs.before(request.get("AppImageConfigName"))
        older.tags = self.tags.before(request.get("ResourceArn"))
        return older

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
        self.tags[arn] = tags_from_wire(request.get("Tags", ()))
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
            message = (
                f"The NextToken is not from one of the last {_MAX_TOKENS} responses of this operation that had one."
            )
            raise RefusedError("ValidationException", message)
        found, start = (_search(self.configs.values(), request), 0) if token is None else self._pages[token]
        end = start + request.get("MaxResults", _DEFAULT_PAGE)
        page: Members = {"AppImageConfigs": found[start:end]}
        if end < len(found):
            if len(self._pages) == _MAX_TOKENS:
                del self._pages[next(iter(self._pages))]  # the oldest
            page["NextToken"] = str(uuid4())
            self._pages[page["NextToken"]] = found, end
        return page

    def add_tags(self, request: Members) -> Members:
        """Run AddTags."""
        tags = {**self._tags(request), **tags_from_wire(request.get("Tags", ()))}
        if len(tags) > _MAX_TAGS:
            raise RefusedError("ValidationException", f"A resource has at most {_MAX_TAGS} tags, not {len(tags)}.")
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

READS: Final[tuple[OperationName, ...]] = ("DescribeAppImageConfig", "ListAppImageConfigs", "ListTags")
"""The operations that change nothing."""


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
