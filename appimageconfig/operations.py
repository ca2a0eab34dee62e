"""
The requests of the operations other than create and update, whose request is an `AppImageConfig`.

Each class has the service model's name of the request's shape, and is checked
and serialized like every structure. Its ``SUBJECT`` names the request in errors,
and its ``PARAMETERS`` the fields that the client's method has another name for.
"""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import ClassVar, Literal, TypeAlias

import attrs

from appimageconfig import limits
from appimageconfig._constraints import Checked, checked_together
from appimageconfig._frozen import frozen_mapping, strings

SortBy: TypeAlias = Literal["CreationTime", "LastModifiedTime", "Name"]
SortOrder: TypeAlias = Literal["Ascending", "Descending"]
OperationName: TypeAlias = Literal[
    "CreateAppImageConfig",
    "DescribeAppImageConfig",
    "UpdateAppImageConfig",
    "DeleteAppImageConfig",
    "ListAppImageConfigs",
    "AddTags",
    "ListTags",
    "DeleteTags",
]


@attrs.frozen(kw_only=True, eq=False, repr=False, field_transformer=checked_together)
class DescribeAppImageConfigRequest(Checked):
    """The config to describe."""

    SUBJECT: ClassVar[str] = "arguments of describe"
    PARAMETERS: ClassVar[Mapping[str, str]] = {"app_image_config_name": "name"}
    app_image_config_name: str = attrs.field(validator=limits.APP_IMAGE_CONFIG_NAME)


@attrs.frozen(kw_only=True, eq=False, repr=False, field_transformer=checked_together)
class DeleteAppImageConfigRequest(Checked):
    """The config to delete."""

    SUBJECT: ClassVar[str] = "arguments of delete"
    PARAMETERS: ClassVar[Mapping[str, str]] = {"app_image_config_name": "name"}
    app_image_config_name: str = attrs.field(validator=limits.APP_IMAGE_CONFIG_NAME)


@attrs.frozen(kw_only=True, eq=False, repr=False, field_transformer=checked_together)
class ListAppImageConfigsRequest(Checked):
    """The configs to list, their order, and the size of a page."""

    SUBJECT: ClassVar[str] = "arguments of list"
    max_results: int | None = attrs.field(default=None, validator=limits.MAX_RESULTS)
    next_token: str | None = attrs.field(default=None, validator=limits.NEXT_TOKEN)
    name_contains: str | None = attrs.field(default=None, validator=limits.APP_IMAGE_CONFIG_NAME)
    creation_time_before: datetime | None = attrs.field(default=None, validator=limits.TIMESTAMP)
    creation_time_after: datetime | None = attrs.field(default=None, validator=limits.TIMESTAMP)
    modified_time_before: datetime | None = attrs.field(default=None, validator=limits.TIMESTAMP)
    modified_time_after: datetime | None = attrs.field(default=None, validator=limits.TIMESTAMP)
    sort_by: SortBy | None = attrs.field(default=None, validator=limits.APP_IMAGE_CONFIG_SORT_KEY)
    sort_order: SortOrder | None = attrs.field(default=None, validator=limits.SORT_ORDER)


def name_filter(name_contains: str | None) -> tuple[str | None, str]:
    """
    Return the part of *name_contains* that the service accepts, and the text to look for in the names that it returns.

    The service model allows no hyphen at either end of the filter. Anything else that it does not allow is left for the
    request to report.
    """
    if isinstance(name_contains, str) and name_contains.strip("-") != name_contains:
        return name_contains.strip("-") or None, name_contains
    return name_contains, ""


@attrs.frozen(kw_only=True, eq=False, repr=False, field_transformer=checked_together)
class AddTagsInput(Checked):
    """The resource to tag, and its tags."""

    SUBJECT: ClassVar[str] = "arguments of add_tags"
    PARAMETERS: ClassVar[Mapping[str, str]] = {"resource_arn": "arn"}
    resource_arn: str = attrs.field(validator=limits.RESOURCE_ARN)
    tags: Mapping[str, str] = attrs.field(converter=frozen_mapping, validator=limits.TAG_LIST)


@attrs.frozen(kw_only=True, eq=False, repr=False, field_transformer=checked_together)
class ListTagsInput(Checked):
    """The resource whose tags to list."""

    SUBJECT: ClassVar[str] = "arguments of list_tags"
    PARAMETERS: ClassVar[Mapping[str, str]] = {"resource_arn": "arn"}
    resource_arn: str = attrs.field(validator=limits.RESOURCE_ARN)
    next_token: str | None = attrs.field(default=None, validator=limits.NEXT_TOKEN)
    max_results: int | None = attrs.field(default=None, validator=limits.LIST_TAGS_MAX_RESULTS)


def _keys(keys: Iterable[str]) -> tuple[str, ...]:
    # Their order does not matter. Sorted, equal sets make equal requests.
    return strings(sorted(keys, key=str) if isinstance(keys, AbstractSet) else keys)


@attrs.frozen(kw_only=True, eq=False, repr=False, field_transformer=checked_together)
class DeleteTagsInput(Checked):
    """The resource, and the keys of the tags to delete."""

    SUBJECT: ClassVar[str] = "arguments of delete_tags"
    PARAMETERS: ClassVar[Mapping[str, str]] = {"resource_arn": "arn", "tag_keys": "keys"}
    resource_arn: str = attrs.field(validator=limits.RESOURCE_ARN)
    tag_keys: tuple[str, ...] = attrs.field(converter=_keys, validator=limits.TAG_KEY_LIST)
