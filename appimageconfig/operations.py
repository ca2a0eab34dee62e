"""
The requests of the operations, as attrs values that are checked and serialized like every structure.

Each class carries the service model's name of the request's shape. Create and
update are not among them: their request is an `AppImageConfig`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal, TypeAlias

import attrs

from appimageconfig import _constraints as constraints
from appimageconfig.models import read_only, string_tuple

SortBy: TypeAlias = Literal["CreationTime", "LastModifiedTime", "Name"]
SortOrder: TypeAlias = Literal["Ascending", "Descending"]


@attrs.frozen(kw_only=True)
class DescribeAppImageConfigRequest:
    """Which AppImageConfig to describe."""

    app_image_config_name: str = attrs.field(validator=constraints.APP_IMAGE_CONFIG_NAME)


@attrs.frozen(kw_only=True)
class DeleteAppImageConfigRequest:
    """Which AppImageConfig to delete."""

    app_image_config_name: str = attrs.field(validator=constraints.APP_IMAGE_CONFIG_NAME)


@attrs.frozen(kw_only=True)
class ListAppImageConfigsRequest:
    """Which AppImageConfigs to list, in which order, and how many a page."""

    max_results: int | None = attrs.field(default=None, validator=constraints.MAX_RESULTS)
    next_token: str | None = attrs.field(default=None, validator=constraints.NEXT_TOKEN)
    name_contains: str | None = attrs.field(default=None, validator=constraints.APP_IMAGE_CONFIG_NAME)
    creation_time_before: datetime | None = attrs.field(default=None, validator=constraints.TIMESTAMP)
    creation_time_after: datetime | None = attrs.field(default=None, validator=constraints.TIMESTAMP)
    modified_time_before: datetime | None = attrs.field(default=None, validator=constraints.TIMESTAMP)
    modified_time_after: datetime | None = attrs.field(default=None, validator=constraints.TIMESTAMP)
    sort_by: SortBy | None = attrs.field(default=None, validator=constraints.APP_IMAGE_CONFIG_SORT_KEY)
    sort_order: SortOrder | None = attrs.field(default=None, validator=constraints.SORT_ORDER)


@attrs.frozen(kw_only=True)
class AddTagsInput:
    """Which resource to tag, and how."""

    resource_arn: str = attrs.field(validator=constraints.RESOURCE_ARN)
    tags: Mapping[str, str] = attrs.field(converter=read_only, validator=constraints.TAG_LIST)


@attrs.frozen(kw_only=True)
class ListTagsInput:
    """Which resource's tags to list."""

    resource_arn: str = attrs.field(validator=constraints.RESOURCE_ARN)
    next_token: str | None = attrs.field(default=None, validator=constraints.NEXT_TOKEN)
    max_results: int | None = attrs.field(default=None, validator=constraints.LIST_TAGS_MAX_RESULTS)


@attrs.frozen(kw_only=True)
class DeleteTagsInput:
    """Which tags to take off which resource."""

    resource_arn: str = attrs.field(validator=constraints.RESOURCE_ARN)
    tag_keys: tuple[str, ...] = attrs.field(converter=string_tuple, validator=constraints.TAG_KEY_LIST)


@attrs.frozen(kw_only=True)
class CustomImage:
    """Which image is run as which AppImageConfig says; a part of UpdateDomain's request."""

    image_name: str = attrs.field(validator=constraints.IMAGE_NAME)
    image_version_number: int | None = attrs.field(default=None, validator=constraints.IMAGE_VERSION_NUMBER)
    app_image_config_name: str = attrs.field(validator=constraints.APP_IMAGE_CONFIG_NAME)
