"""The client: serialize the request, call boto3, translate the error, structure the answer."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING, Any, cast

import attrs

from appimageconfig._constraints import trusted
from appimageconfig.errors import (
    AppImageConfigError,
    InvalidAppImageConfigError,
    ResourceNotFoundError,
    ServiceError,
    Violation,
    service_errors,
)
from appimageconfig.operations import (
    AddTagsInput,
    DeleteAppImageConfigRequest,
    DeleteTagsInput,
    DescribeAppImageConfigRequest,
    ListAppImageConfigsRequest,
    ListTagsInput,
)
from appimageconfig.provisioning import _converge as convergence
from appimageconfig.provisioning._plan import has_app_config, require_plan
from appimageconfig.serialization import (
    details_from_page,
    from_response,
    request_members,
    require_config,
    tags_from_page,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
    from datetime import datetime

    from boto3.session import Session
    from botocore.client import BaseClient
    from botocore.config import Config

    from appimageconfig._sagemaker import Operation, SageMakerClient
    from appimageconfig.models import AppImageConfig, AppImageConfigDetails
    from appimageconfig.operations import SortBy, SortOrder
    from appimageconfig.provisioning import Outcome, Plan

_logger = logging.getLogger("appimageconfig")
_logger.addHandler(logging.NullHandler())

_LARGEST_PAGE = 100  # the maximum of the service model's shape MaxResults

_NOTHING_TO_UPDATE = Violation(
    "",
    "required",
    "an update has to carry kernel_gateway_image_config, jupyter_lab_app_image_config or "
    "code_editor_app_image_config; tags are set by add_tags",
)

# boto3 does not allow one session to build two clients at the same time, and callers may share a session.
_building = Lock()


@contextmanager
def _calling(operation_name: str, about: str | None = None, secrets: Iterable[str] = ()) -> Generator[None]:
    """Log a call of the block, without what is sent or answered, and translate its errors."""
    subject = "" if about is None else f" of {about!r}"
    _logger.debug("%s%s", operation_name, subject)
    try:
        with service_errors(about, secrets):
            yield
    except ServiceError as error:
        _logger.debug("%s%s failed: %s", operation_name, subject, error.code)
        raise


class AppImageConfigClient:
    """
    Create, describe, update, delete, list and tag AppImageConfigs.

    Every method raises a `ServiceError` where the service refuses the request, and
    `InvalidAppImageConfigError`, before anything is sent, where an argument breaks
    the service model. botocore's own errors (no credentials, no region, a
    time-out) pass through unchanged. A client may be used from many threads.

    The logger ``appimageconfig`` gets, at DEBUG, the name of each operation, the
    name that it is about, and the code of an error; never a request or an answer.

    Args:
        sagemaker: A boto3 SageMaker client. It is used as it is and never altered. Without it, one is built at the
            first call, from the other arguments.
        session: The boto3 session to build the client from. By default that of ``boto3.setup_default_session``, or a
            new one.
        region_name: The region, by default the session's.
        endpoint_url: The endpoint, by default botocore's choice.
        config: A botocore ``Config``: retries, time-outs, proxies, FIPS and dual-stack endpoints.

    Raises:
        TypeError: *sagemaker* is given together with what a client would be built from.
    """

    def __init__(
        self,
        sagemaker: SageMakerClient | BaseClient | None = None,
        *,
        session: Session | None = None,
        region_name: str | None = None,
        endpoint_url: str | None = None,
        config: Config | None = None,
    ) -> None:
        """Take a client, or what to build one from. Nothing is built or called yet."""
        arguments = {"session": session, "region_name": region_name, "endpoint_url": endpoint_url, "config": config}
        if sagemaker is not None and (given := [name for name, value in arguments.items() if value is not None]):
            message = f"sagemaker is a finished client: {', '.join(given)} would be ignored; set them where it is built"
            raise TypeError(message)
        self._client = cast("SageMakerClient | None", sagemaker)
        self._session = session
        self._region_name = region_name
        self._endpoint_url = endpoint_url
        self._config = config

    @property
    def sagemaker(self) -> SageMakerClient:
        """The boto3 client that makes the calls; built when it is first needed."""
        if self._client is None:
            with _building:
                if self._client is None:
                    self._client = self._build()
        return self._client

    def _build(self) -> SageMakerClient:
        from importlib.metadata import version  # noqa: PLC0415 - slower to import than this package

        import boto3  # noqa: PLC0415 - heavy, and not needed where a client is passed in
        from botocore.config import Config  # noqa: PLC0415 - likewise

        config = self._config or Config()
        ours = f"appimageconfig/{version('appimageconfig')}"
        theirs = getattr(config, "user_agent_extra", None)
        session: Any = self._session or boto3.DEFAULT_SESSION or boto3.Session()
        client = session.client(
            "sagemaker",
            region_name=self._region_name,
            endpoint_url=self._endpoint_url,
            config=config.merge(Config(user_agent_extra=f"{theirs} {ours}" if theirs else ours)),
        )
        return cast("SageMakerClient", client)

    def create(self, config: AppImageConfig) -> str:
        """
        Create *config* and return its ARN.

        One call of CreateAppImageConfig.

        Raises:
            ResourceInUseError: The name is taken.
            ResourceLimitExceededError: A quota of the account is used up.
        """
        require_config(config)
        return self._write(self.sagemaker.create_app_image_config, "CreateAppImageConfig", config)

    def describe(self, name: str) -> AppImageConfigDetails:
        """
        Return the AppImageConfig called *name*.

        One call of DescribeAppImageConfig. Tags are not part of its answer: see `list_tags`.

        Raises:
            ResourceNotFoundError: No AppImageConfig has that name.
        """
        request = DescribeAppImageConfigRequest(app_image_config_name=name)
        with _calling("DescribeAppImageConfig", name):
            response = self.sagemaker.describe_app_image_config(**request_members(request))
        return from_response(response)

    def update(self, config: AppImageConfig) -> str:
        """
        Send the app configs of *config* to the AppImageConfig of that name, and return its ARN.

        One call of UpdateAppImageConfig. Its request has no tags, so those of *config*
        are not sent: see `add_tags`. Whether the service keeps or removes an app config
        that the request leaves out is not documented: describe it where that matters.

        Raises:
            InvalidAppImageConfigError: *config* carries no app config, so that the update would say nothing.
            ResourceNotFoundError: No AppImageConfig has that name.
        """
        require_config(config)
        if not has_app_config(config):
            raise InvalidAppImageConfigError([_NOTHING_TO_UPDATE])
        with trusted():
            untagged = attrs.evolve(config, tags=None)
        return self._write(self.sagemaker.update_app_image_config, "UpdateAppImageConfig", untagged)

    def delete(self, name: str, *, missing_ok: bool = False) -> None:
        """
        Delete the AppImageConfig called *name*.

        One call of DeleteAppImageConfig.

        Args:
            name: The name of the AppImageConfig.
            missing_ok: Whether it is as well if there is none of that name.

        Raises:
            ResourceNotFoundError: No AppImageConfig has that name, and *missing_ok* is false.
        """
        request = DeleteAppImageConfigRequest(app_image_config_name=name)
        try:
            with _calling("DeleteAppImageConfig", name):
                self.sagemaker.delete_app_image_config(**request_members(request))
        except ResourceNotFoundError:
            if not missing_ok:
                raise

    def list(
        self,
        *,
        name_contains: str | None = None,
        creation_time_after: datetime | None = None,
        creation_time_before: datetime | None = None,
        modified_time_after: datetime | None = None,
        modified_time_before: datetime | None = None,
        sort_by: SortBy | None = None,
        sort_order: SortOrder | None = None,
    ) -> Iterator[AppImageConfigDetails]:
        """
        Iterate over the AppImageConfigs of the account and region that pass every filter.

        Lazy: one call of ListAppImageConfigs for each page of up to 100, made when
        its first item is asked for. The items are whole, so nothing is described.

        Args:
            name_contains: A part of the name; the service model allows no hyphen at either end of it.
            creation_time_after: Only what was created on or after this time.
            creation_time_before: Only what was created on or before this time.
            modified_time_after: Only what was last modified on or after this time.
            modified_time_before: Only what was last modified on or before this time.
            sort_by: ``CreationTime`` (the service's default), ``LastModifiedTime`` or ``Name``.
            sort_order: ``Descending`` (the service's default) or ``Ascending``.

        Pass aware times: botocore reads a naive one in the local time zone.
        """
        request = ListAppImageConfigsRequest(
            name_contains=name_contains,
            creation_time_after=creation_time_after,
            creation_time_before=creation_time_before,
            modified_time_after=modified_time_after,
            modified_time_before=modified_time_before,
            sort_by=sort_by,
            sort_order=sort_order,
        )
        return self._items(request)

    def _items(self, request: ListAppImageConfigsRequest) -> Iterator[AppImageConfigDetails]:
        paginator = self.sagemaker.get_paginator("list_app_image_configs")
        with _calling("ListAppImageConfigs"):
            for page in paginator.paginate(**request_members(request), PaginationConfig={"PageSize": _LARGEST_PAGE}):
                yield from details_from_page(page)

    def list_tags(self, arn: str) -> dict[str, str]:
        """
        Return the tags of the AppImageConfig with that *arn*.

        One call of ListTags for each page of tags.

        Raises:
            ResourceNotFoundError: There is no such resource.
        """
        request = ListTagsInput(resource_arn=arn)
        tags: dict[str, str] = {}
        with _calling("ListTags"):
            for page in self.sagemaker.get_paginator("list_tags").paginate(**request_members(request)):
                tags |= tags_from_page(page)
        return tags

    def add_tags(self, arn: str, tags: Mapping[str, str]) -> None:
        """
        Set *tags* on the AppImageConfig with that *arn*: new keys are added, the values of others overwritten.

        One call of AddTags.

        Raises:
            ResourceNotFoundError: There is no such resource.
        """
        request = AddTagsInput(resource_arn=arn, tags=tags)
        with _calling("AddTags"):
            self.sagemaker.add_tags(**request_members(request))

    def delete_tags(self, arn: str, keys: Iterable[str]) -> None:
        """
        Take the tags with these *keys*, one to 50, off the AppImageConfig with that *arn*.

        One call of DeleteTags.

        Raises:
            ResourceNotFoundError: There is no such resource.
        """
        request = DeleteTagsInput(resource_arn=arn, tag_keys=keys)
        with _calling("DeleteTags"):
            self.sagemaker.delete_tags(**request_members(request))

    def ensure(self, config: AppImageConfig, *, replace: bool = False) -> Outcome:
        """
        Make the AppImageConfig of that name what *config* declares, and tell what was done.

        It may be run any number of times, by several at once, and again after any
        failure. Tags are compared and set only where ``config.tags`` is not None; they
        are then all the tags that there are, but for those whose keys begin with
        ``aws:``, which are left alone.

        The calls, in this order. To read the actual state: DescribeAppImageConfig, and
        ListTags if *config* declares tags.

        1. Read. As declared: that is all, and the outcome is ``unchanged``.
        2. Not there: CreateAppImageConfig, and the outcome is ``created``. If the name
           turns out to be taken, by another writer or by an attempt of our own whose
           answer was lost, read again and go on with what is there.
        3. Different: UpdateAppImageConfig, DeleteTags and AddTags, each only if it has
           something to say; then read again, since AWS does not document whether an
           update keeps what it leaves out. As declared: the outcome is ``updated``.
        4. Still different: an error. With *replace*, instead, ListTags,
           DeleteAppImageConfig, CreateAppImageConfig with the same tags and what
           *config* declares, read again, and the outcome is ``replaced``.

        Args:
            config: The desired state.
            replace: Whether an AppImageConfig that no update makes as declared may be deleted and created anew. In
                between there is none of that name. Where that fails, the old one is created again, with its tags, and
                a note on the error says what came of it.

        Raises:
            NotConvergedError: What the service describes still differs from *config* after every request succeeded.
        """
        require_config(config)
        return convergence.ensure(self, config, replace=replace)

    def plan(self, configs: Iterable[AppImageConfig], *, prune: bool = False, name_contains: str | None = None) -> Plan:
        """
        Return what would have to be done to make the account and region what *configs* declare. Changes nothing.

        One call of ListAppImageConfigs for each 100 that exist, and one of ListTags for
        each config that exists and declares tags. No call where nothing is declared.

        Print the plan, look at ``plan.changes``, and pass it to `apply`.

        Args:
            configs: The desired states, each name once.
            prune: Whether to delete what exists and is not declared.
            name_contains: Only what has this in its name, in this case, is deleted; *prune* does not go without it.

        Raises:
            InvalidAppImageConfigError: Two of *configs* have the same name.
            ValueError: *prune* and *name_contains* are not given together.
        """
        if prune != bool(name_contains):
            raise ValueError("prune deletes what has name_contains in its name: give both of them, or neither")
        return convergence.plan(self, configs, name_contains)

    def apply(
        self,
        plan: Plan,
        *,
        max_workers: int = 4,
        replace: bool = False,
        stop: Callable[[], bool] | None = None,
    ) -> Iterator[Outcome]:
        """
        Carry out *plan*, and yield the outcome of each step as it ends.

        Begins when the first outcome is asked for. A step that fails does not keep the
        others from being carried out: its outcome has the error. A config that is not
        as the plan found it, by its last-modified time or its tags, is left alone, with
        a `StalePlanError`; unless it is as declared already. When the iteration is
        ended early, or interrupted, nothing more is begun, and the steps under way are
        finished first.

        The calls of a step are those of `ensure` for an update; CreateAppImageConfig
        for a creation, and if the name is taken those that read the actual state;
        DescribeAppImageConfig and DeleteAppImageConfig for a deletion; and none for
        what is unchanged.

        Args:
            plan: What `plan` returned.
            max_workers: How many steps may be under way at once, 1 or more.
            replace: As for `ensure`.
            stop: Asked before each step; once it returns true no further step is begun. For a signal handler.

        Raises:
            TypeError: *plan* is no `Plan`.
            ValueError: *max_workers* is less than 1.
        """
        require_plan(plan)
        if max_workers < 1:
            raise ValueError(f"max_workers is {max_workers}, minimum 1")
        return convergence.apply(self, plan, max_workers, stop or (lambda: False), replace=replace)

    def _write(self, operation: Operation, operation_name: str, config: AppImageConfig) -> str:
        request = request_members(config)
        if config.unmodelled:
            # A member that a response carried at its top need not be one that a request may carry.
            accepted = self.sagemaker.meta.service_model.operation_model(operation_name).input_shape.members
            request = {member: value for member, value in request.items() if member in accepted}
        with _calling(operation_name, config.app_image_config_name, config.secrets()):
            response = operation(**request)
        arn = from_response(response).app_image_config_arn
        if arn is None:
            message = (
                f"{operation_name} of {config.app_image_config_name!r} succeeded, but its response holds no ARN; "
                "if the client is stubbed, add AppImageConfigArn to the response"
            )
            raise AppImageConfigError(message)
        return arn
