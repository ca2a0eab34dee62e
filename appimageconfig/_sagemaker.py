"""The boto3 methods that this library calls."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol, TypeAlias

Operation: TypeAlias = Callable[..., Mapping[str, Any]]


class SageMakerClient(Protocol):
    """
    Any boto3 SageMaker client: typed by types-boto3 or boto3-stubs, stubbed, or in memory.

    The methods are declared as properties that return a callable, since the
    signatures of the typed clients name every keyword, which no method of a
    protocol could do for all of them.
    """

    @property
    def meta(self) -> Any:
        """The client's service model and events."""
        ...

    @property
    def create_app_image_config(self) -> Operation:
        """CreateAppImageConfig."""
        ...

    @property
    def describe_app_image_config(self) -> Operation:
        """DescribeAppImageConfig."""
        ...

    @property
    def update_app_image_config(self) -> Operation:
        """UpdateAppImageConfig."""
        ...

    @property
    def delete_app_image_config(self) -> Callable[..., Any]:
        """DeleteAppImageConfig, which returns nothing of use."""
        ...

    @property
    def add_tags(self) -> Operation:
        """AddTags."""
        ...

    @property
    def delete_tags(self) -> Operation:
        """DeleteTags."""
        ...

    @property
    def get_paginator(self) -> Callable[..., Any]:
        """The paginators of ListAppImageConfigs and ListTags."""
        ...
