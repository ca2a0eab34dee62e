"""The client: build the request, call boto3, read the response, and raise the service's errors as typed exceptions."""

from __future__ import annotations

import logging
import os
from contextlib import suppress
from datetime import UTC, datetime
from inspect import iscoroutinefunction
from threading import RLock
from traceback import walk_tb
from typing import TYPE_CHECKING, Any, Final, get_args

import attrs
from botocore import xform_name
from botocore.exceptions import BotoCoreError, ClientError

from appimageconfig import _paths
from appimageconfig._checking import has_app_config, require_config
from appimageconfig._constraints import trusted
from appimageconfig._converter import (
    details_from_page,
    details_from_response,
    request_members,
    require_json,
    require_members,
    tags_from_page,
    unreadable_response,
)
from appimageconfig._frozen import NO_SECRETS, secrets_in
from appimageconfig.errors import (
    ApplyError,
    InvalidAppImageConfigError,
    ResourceNotFoundError,
    Violation,
    from_client_error,
)
from appimageconfig.operations import (
    AddTagsInput,
    DeleteAppImageConfigRequest,
    DeleteTagsInput,
    DescribeAppImageConfigRequest,
    ListAppImageConfigsRequest,
    ListTagsInput,
    OperationName,
    name_filter,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from boto3.session import Session
    from botocore.config import Config

    from appimageconfig.errors import AppImageConfigError
    from appimageconfig.models import AppImageConfig, AppImageConfigDetails
    from appimageconfig.operations import SortBy, SortOrder
    from appimageconfig.provisioning import Outcome, Plan

_logger = logging.getLogger("appimageconfig")
_logger.addHandler(logging.NullHandler())

_LARGEST_PAGE: Final = 100  # the maximum of the service model's shape MaxResults

_NOTHING_TO_UPDATE = Violation(
    "",
    "required",
    "an update needs kernel_gateway_image_config, jupyter_lab_app_image_config or code_editor_app_image_config; "
    "set tags with add_tags",
)

# boto3 does not allow one session to build two clients at the same time, and callers may share a session. A process is
# forked only before or after a client is built: in the child, the thread that builds it would never release the lock,
# nor finish what it had begun in the session. The lock is reentrant, since that thread may be the one that forks.
_building = RLock()
with suppress(AttributeError):  # Windows has no fork
    os.register_at_fork(before=_building.acquire, after_in_parent=_building.release, after_in_child=_building.release)


class AppImageConfigClient:
    """
    A client for SageMaker's AppImageConfig API.

    Every method raises `InvalidAppImageConfigError`, before anything is sent, if an
    argument breaks the service model, and a `ServiceError` if the service refuses
    the request. A successful response that is not the service's, such as the HTML of
    a proxy, is an `InvalidAppImageConfigError` of the ``subject`` ``response``; the
    request has been sent. botocore's own errors (no credentials, no region, a
    time-out) pass through unchanged. A client may be used from many threads.

    The logger ``appimageconfig`` records each change at INFO, and at DEBUG the name
    of each operation, the config or ARN it is about, and the code of an error. It
    never records a request or a response.

    Args:
        sagemaker: A boto3 SageMaker client, which is not changed. Without one, the client is built at the first
            call from the other arguments.
        session: The boto3 session to build the client from. By default that of ``boto3.setup_default_session``, or a
            new one, whose times are in UTC: they are read faster than those in the local time zone.
        region_name: The region; by default the session's.
        endpoint_url: The endpoint; by default botocore's choice.
        config: A botocore ``Config``: retries, time-outs, proxies, FIPS and dual-stack endpoints.

    Raises:
        TypeError: *sagemaker* is not a SageMaker client, or is passed together with arguments to build one from.
    """

    def __init__(
        self,
        sagemaker: Any = None,
        *,
        session: Session | None = None,
        region_name: str | None = None,
        endpoint_url: str | None = None,
        config: Config | None = None,
    ) -> None:
        """Store the client, or the arguments to build it from at the first call."""
        arguments = {"session": session, "region_name": region_name, "endpoint_url": endpoint_url, "config": config}
        if sagemaker is not None and (given := [name for name, value in arguments.items() if value is not None]):
            message = f"sagemaker is a complete client, so {', '.join(given)} would be ignored; pass one or the other"
            raise TypeError(message)
        if sagemaker is not None:
            _require_operations(sagemaker)
        self._client = sagemaker
        self._session = session
        self._region_name = region_name
        self._endpoint_url = endpoint_url
        self._config = config

    def __repr__(self) -> str:
        """Return the region and the endpoint, as far as they are known before the boto3 client is built."""
        known: Any = getattr(self._client, "meta", self._session)
        region_name = self._region_name or getattr(known, "region_name", None)
        endpoint_url = getattr(known, "endpoint_url", self._endpoint_url)
        return f"AppImageConfigClient(region_name={region_name!r}, endpoint_url={endpoint_url!r})"

    @property
    def sagemaker(self) -> Any:
        """The boto3 client that makes the calls, for its other operations. Built when it is first needed."""
        if self._client is None:
            with _building:
                if self._client is None:
                    self._client = self._build()
        return self._client

    def _build(self) -> Any:
        from importlib.metadata import version  # noqa: PLC0415 - slower to import than this package

        import boto3  # noqa: PLC0415 - heavy, and not needed if a client is passed in
        from botocore.config import Config  # noqa: PLC0415 - likewise

        config = self._config or Config()
        ours = f"appimageconfig/{version('appimageconfig')}"
        theirs = getattr(config, "user_agent_extra", None)
        session: Any = self._session or boto3.DEFAULT_SESSION or _new_session()
        return session.client(
            "sagemaker",
            region_name=self._region_name,
            endpoint_url=self._endpoint_url,
            config=config.merge(Config(user_agent_extra=f"{theirs} {ours}" if theirs else ours)),
        )

    def create(self, config: AppImageConfig) -> str:
        """
        Create an AppImageConfig and return its ARN.

        Makes one CreateAppImageConfig call.

        Raises:
            ResourceInUseError: The name is in use.
            ResourceLimitExceededError: The account has reached a quota.
        """
        require_config(config)
        arn = self._write("create_app_image_config", config)
        _logger.info("Created AppImageConfig %r", config.app_image_config_name)
        return arn

    def describe(self, name: str) -> AppImageConfigDetails:
        """
        Describe an AppImageConfig.

        Makes one DescribeAppImageConfig call. The response has no tags; see `list_tags`.

        Raises:
            ResourceNotFoundError: The config does not exist.
        """
        request = DescribeAppImageConfigRequest(app_image_config_name=name)
        return details_from_response(self._call("describe_app_image_config", request), request.app_image_config_name)

    def update(self, config: AppImageConfig) -> str:
        """
        Update the app configs of an AppImageConfig and return its ARN.

        Makes one UpdateAppImageConfig call. Its request has no tags, so ``config.tags``
        is not sent; see `add_tags`. AWS does not document whether the service keeps or
        removes an app config that the request leaves out: describe it where that matters.

        Raises:
            InvalidAppImageConfigError: *config* has no app config, so there is nothing to update.
            ResourceNotFoundError: The config does not exist.
        """
        require_config(config)
        if not has_app_config(config):
            raise InvalidAppImageConfigError([_NOTHING_TO_UPDATE], "update")
        with trusted():
            untagged = attrs.evolve(config, tags=None)
        arn = self._write("update_app_image_config", untagged)
        _logger.info("Updated AppImageConfig %r", config.app_image_config_name)
        return arn

    def delete(self, name: str, *, missing_ok: bool = False) -> None:
        """
        Delete an AppImageConfig.

        Makes one DeleteAppImageConfig call.

        Args:
            name: Name of the config to delete.
            missing_ok: Do not fail if the config does not exist.

        Raises:
            ResourceNotFoundError: The config does not exist and *missing_ok* is false.
        """
        request = DeleteAppImageConfigRequest(app_image_config_name=name)
        try:
            self._call("delete_app_image_config", request)
        except ResourceNotFoundError:
            if not missing_ok:
                raise
        else:
            _logger.info("Deleted AppImageConfig %r", name)

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
        Iterate over the AppImageConfigs of the account and region that match every filter.

        Makes one ListAppImageConfigs call for each page of up to 100, when the first
        item of the page is needed. The items are complete: no config is described.

        Pass aware datetimes: botocore reads a naive one in the local time zone.

        Args:
            name_contains: A part of the name. The service model allows no hyphen at either end of it: the service gets
                it without those, and what it returns is compared with the whole here.
            creation_time_after: Only configs created at or after this time.
            creation_time_before: Only configs created at or before this time.
            modified_time_after: Only configs last modified at or after this time.
            modified_time_before: Only configs last modified at or before this time.
            sort_by: ``CreationTime`` (the service's default), ``LastModifiedTime`` or ``Name``.
            sort_order: ``Descending`` (the service's default) or ``Ascending``.
        """
        accepted, compared = name_filter(name_contains)
        request = ListAppImageConfigsRequest(
            name_contains=accepted,
            creation_time_after=creation_time_after,
            creation_time_before=creation_time_before,
            modified_time_after=modified_time_after,
            modified_time_before=modified_time_before,
            sort_by=sort_by,
            sort_order=sort_order,
        )
        return self._items(request, compared)

    def _items(self, request: ListAppImageConfigsRequest, compared: str) -> Iterator[AppImageConfigDetails]:
        for page in self._pages("list_app_image_configs", request, page_size=_LARGEST_PAGE):
            for details in details_from_page(page):
                if compared in details.app_image_config_name:
                    yield details

    def list_tags(self, arn: str) -> dict[str, str]:
        """
        Return the tags of an AppImageConfig.

        Makes one ListTags call for each page of tags.

        Raises:
            ResourceNotFoundError: The resource does not exist.
        """
        tags: dict[str, str] = {}
        for page in self._pages("list_tags", ListTagsInput(resource_arn=arn)):
            tags |= tags_from_page(page)
        return tags

    def add_tags(self, arn: str, tags: Mapping[str, str]) -> None:
        """
        Add tags to an AppImageConfig; existing keys get the new values.

        Makes one AddTags call.

        Raises:
            ResourceNotFoundError: The resource does not exist.
        """
        self._call("add_tags", AddTagsInput(resource_arn=arn, tags=tags))
        _logger.info("Added tags to %r", arn)

    def delete_tags(self, arn: str, keys: Iterable[str]) -> None:
        """
        Delete tags of an AppImageConfig.

        Makes one DeleteTags call.

        Args:
            arn: The ARN.
            keys: The keys of the tags, at most 50, in any order; a set is accepted. Their lengths and characters are
                left to the service, since they are those of existing tags.

        Raises:
            ResourceNotFoundError: The resource does not exist.
        """
        self._call("delete_tags", DeleteTagsInput(resource_arn=arn, tag_keys=keys))
        _logger.info("Deleted tags of %r", arn)

    def ensure(self, config: AppImageConfig, *, replace: bool = False) -> Outcome:
        """
        Create or update an AppImageConfig so that it matches *config*, and return the outcome.

        It can be run any number of times, by several writers at once, and again after
        any failure. Tags are compared and set only if ``config.tags`` is not None; tags
        that it does not contain are then deleted, except those whose keys begin with
        ``aws:``.

        Makes these calls. Reading the actual state is DescribeAppImageConfig, and
        ListTags if *config* has tags.

        1. Read. If the config is up to date, the outcome is ``unchanged``.
        2. If it does not exist: CreateAppImageConfig, and the outcome is ``created``. If
           the name is then in use, because of another writer or of an earlier attempt
           whose response was lost, read again and go on with step 3.
        3. If it differs: UpdateAppImageConfig, DeleteTags and AddTags, each only if it
           has something to change. Then read again, since AWS does not document whether
           an update keeps what it leaves out. If the config matches, the outcome is
           ``updated``.
        4. If it still differs, fail. With *replace*, instead: ListTags until two of them
           agree, DeleteAppImageConfig, CreateAppImageConfig with the same tags, and read
           again; the outcome is ``replaced``. If another writer created the config in
           between, AddTags restores the tags that it lacks.

        AWS does not document when a read returns the last change, nor when the name of
        a deleted config is free. So these are repeated up to three times, after 0.1,
        0.2 and 0.4 seconds: a read that does not find what was written just before;
        CreateAppImageConfig, if the name is in use and a read finds no config; and
        steps 2 to 4, if another writer interferes. If nothing is amiss, nothing is
        repeated.

        Args:
            config: The desired state.
            replace: Delete and recreate the config if an update cannot make it match. Between the two calls no config
                of that name exists. If the replacement fails, the old config is created again with its tags, and a
                note on the error says whether that succeeded, and what the tags were.

        Raises:
            NotConvergedError: The service accepted every request, and the config still differs from *config*.
            ResourceInUseError: The name is in use, although no config has it.
        """
        from appimageconfig.provisioning import _converge  # noqa: PLC0415 - not every program provisions

        require_config(config)
        return _converge.ensure(self, config, replace=replace)

    def plan(self, configs: Iterable[AppImageConfig], *, prune: str | None = None) -> Plan:
        """
        Compare *configs* with the account and region, and return the steps that `apply` would carry out.

        Makes one ListAppImageConfigs call for each 100 configs that exist, and one
        ListTags call for each existing config whose desired state has tags. Changes
        nothing, and makes no call if there is nothing to compare.

        Args:
            configs: The desired states, each name once.
            prune: A name prefix such as ``"team-"``. Existing configs whose names begin with it and that are not in
                *configs* are deleted. By default nothing is deleted.

        Raises:
            InvalidAppImageConfigError: Two of *configs* have the same name.
            TypeError: *prune* is not a string.
            ValueError: *prune* is empty, which would delete every other config.
        """
        from appimageconfig.provisioning import _converge, _plan  # noqa: PLC0415 - likewise

        _plan.require_prefix(prune)
        return _converge.plan(self, configs, prune)

    def apply(
        self,
        plan: Plan,
        *,
        max_workers: int = 4,
        replace: bool = False,
        on_outcome: Callable[[Outcome], None] | None = None,
        stop: Callable[[], bool] | None = None,
    ) -> tuple[Outcome, ...]:
        """
        Carry out a plan, and return the outcomes of its steps, in the order of the plan.

        A failed step does not stop the others. A config whose last-modified time or
        tags have changed since the plan was made is left unchanged, with a
        `StalePlanError`, unless it is up to date. If an exception such as
        `KeyboardInterrupt` interrupts the call, the steps under way are finished, no
        further step is begun, and a note on the exception lists both.

        A config whose ARN is not that of the plan, because the client is for another
        account or region, is left unchanged likewise. A creation has no ARN to compare,
        and of an unchanged config only the region is compared.

        A step makes the calls of `ensure` for an update; CreateAppImageConfig for a
        creation, and if the name is in use those that read the actual state;
        DescribeAppImageConfig and DeleteAppImageConfig for a deletion, and
        ListAppImageConfigs if the config does not exist, since any config shows the
        account; and none for an unchanged config. A read that does not find the state of
        the plan is repeated up to three times, after 0.1, 0.2 and 0.4 seconds.

        A call that the service throttles is repeated as well, after pauses of 0.1 to 5
        seconds, and fewer steps are carried out at once until calls are accepted again.
        Its step fails if the pauses since the last accepted call add up to a minute, or
        to 5 seconds once `apply` is interrupted or *stop* has returned true.

        Args:
            plan: The result of `plan`.
            max_workers: The largest number of steps to carry out at once, 1 or more.
            replace: As for `ensure`.
            on_outcome: Called in this thread with each outcome as its step ends, for progress.
            stop: Called before each step and each pause; no further step is begun once it returns true, and steps that
                were not begun have no outcome. For a signal handler.

        Raises:
            ApplyError: A step failed. Raised after all steps have ended; it has all outcomes.
            TypeError: *plan* is not a `Plan`.
            ValueError: *max_workers* is less than 1.
        """
        from appimageconfig.provisioning import _converge, _plan  # noqa: PLC0415 - likewise

        _plan.require_plan(plan)
        if max_workers < 1:
            raise ValueError(f"max_workers is {max_workers}; the minimum is 1")
        outcomes = _converge.apply(
            self,
            plan,
            max_workers,
            replace=replace,
            on_outcome=on_outcome or (lambda _: None),
            stop=stop or (lambda: False),
        )
        if errors := [outcome.error for outcome in outcomes if outcome.error is not None]:
            failed = f"{len(errors)} step{'s' if len(errors) > 1 else ''} of {len(plan.steps)} failed"
            raise ApplyError(failed, errors, outcomes)
        return outcomes

    def _write(self, method: str, config: AppImageConfig) -> str:
        response = self._call(method, config)
        require_members(response, "AppImageConfigArn")
        arn: str = response["AppImageConfigArn"]
        return arn

    # Debuggers and error trackers show the local variables of a traceback, so here no variable has a request as boto3
    # takes it: the values that it is made from redact their secrets.

    def _call(self, method: str, request: attrs.AttrsInstance) -> Any:
        """Call a method of the boto3 client."""
        _log_call(method, request)
        try:
            response = getattr(self.sagemaker, method)(**self._members(method, request))
        except Exception as error:
            if (typed := _typed(error, request)) is not None:
                raise typed from error
            raise
        require_json(response)
        return {} if response is None else response

    def _pages(self, method: str, request: attrs.AttrsInstance, page_size: int | None = None) -> Iterator[Any]:
        _log_call(method, request)
        try:
            for page in self.sagemaker.get_paginator(method).paginate(
                **request_members(request), PaginationConfig={"PageSize": page_size}
            ):
                require_json(page)
                yield page
        except Exception as error:
            if (typed := _typed(error, request)) is not None:
                raise typed from error
            raise

    def _members(self, method: str, request: attrs.AttrsInstance) -> Mapping[str, Any]:
        members = request_members(request)
        unmodelled = getattr(request, "unmodelled", NO_SECRETS)
        if unmodelled is NO_SECRETS or not unmodelled:  # to ask a mapping for its length takes longer
            return members
        # A member at the top of a response need not be a member of the request.
        model = self.sagemaker.meta.service_model.operation_model(_paths.member_name(method))
        return {member: value for member, value in members.items() if member in model.input_shape.members}


def _new_session() -> Any:
    """Return a session whose clients read times by `_time`: half of the time to list goes into botocore's parser."""
    import boto3  # noqa: PLC0415 - heavy, and not needed if a client is passed in
    import botocore.session  # noqa: PLC0415 - likewise

    session = botocore.session.get_session()
    session.get_component("response_parser_factory").set_parser_defaults(timestamp_parser=_time)
    return boto3.Session(botocore_session=session)


def _time(value: Any) -> datetime:
    """Return the time of a response in UTC; one that is not in seconds as botocore's own parser does."""
    with suppress(OverflowError, OSError, TypeError):
        return datetime.fromtimestamp(value, UTC)
    from botocore.utils import parse_timestamp  # noqa: PLC0415 - needed only for times of other forms

    return parse_timestamp(value)


def _require_operations(sagemaker: object) -> None:
    # A hand-written fake in a test has the operations as well, so the class does not matter.
    methods = [getattr(sagemaker, xform_name(operation), None) for operation in get_args(OperationName)]
    is_asynchronous = any(map(iscoroutinefunction, methods))
    if all(map(callable, methods)) and not is_asynchronous:
        return
    found, hint = f"an object of type {type(sagemaker).__name__}", "make one with boto3.client('sagemaker')"
    if isinstance(sagemaker, str):
        found, hint = "a string", f"to choose the region, pass region_name={sagemaker!r}"
    elif is_asynchronous:
        found = "an asynchronous client"
        hint = "make one with boto3.client('sagemaker'), and call the methods with asyncio.to_thread"
    elif isinstance(sagemaker, type):
        found = f"the class {sagemaker.__name__}"
    elif callable(getattr(sagemaker, "client", None)):
        is_session = hasattr(sagemaker, "get_available_regions")  # otherwise it may be an InMemorySageMaker
        hint = "pass a session as session=..." if is_session else "call its .client(), and pass the result"
    raise TypeError(f"sagemaker must be a boto3 SageMaker client, not {found}; {hint}")


def _log_call(method: str, request: attrs.AttrsInstance) -> None:
    if _logger.isEnabledFor(logging.DEBUG):
        _logger.debug("%s%s", _paths.member_name(method), _about(request))


def _typed(error: Exception, request: attrs.AttrsInstance) -> AppImageConfigError | None:
    """Return the error of this library for *error*, or None if it passes through."""
    if isinstance(error, ClientError):
        typed = from_client_error(error, _name_in(_subject(request)), secrets_in(request))
        _logger.debug("%s%s failed: %s", typed.operation_name, _about(request), typed.code)
        return typed
    # botocore does not expect a body of JSON that is not of the service model, and raises whatever comes of it.
    was_parsing = any(
        frame.f_globals.get("__name__") == "botocore.parsers" or frame.f_code.co_name == "_add_modeled_error_fields"
        for frame, _ in walk_tb(error.__traceback__)
    )
    return unreadable_response(error) if was_parsing and not isinstance(error, BotoCoreError) else None


def _subject(request: attrs.AttrsInstance) -> str | None:
    """Return the name or the ARN that *request* is about."""
    return getattr(request, "app_image_config_name", getattr(request, "resource_arn", None))


def _name_in(subject: str | None) -> str | None:
    """Return the name of the config: *subject* itself, or the last part of the ARN of an AppImageConfig."""
    _, is_config, name = (subject or "").rpartition(":app-image-config/")
    return name or None if is_config or not name.startswith("arn:") else None


def _about(request: attrs.AttrsInstance) -> str:
    subject = _subject(request)
    return "" if subject is None else f" of {subject!r}"
