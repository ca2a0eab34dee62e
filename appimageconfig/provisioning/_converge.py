"""
Carry out what `provisioning` decides, by the calls of a client.

Each function is the body of the client's method of the same name, which documents it.
"""

from __future__ import annotations

from contextlib import suppress
from contextvars import copy_context
from functools import partial
from typing import TYPE_CHECKING, Protocol

import attrs

from appimageconfig._constraints import trusted
from appimageconfig.errors import AppImageConfigError, ResourceInUseError, ResourceNotFoundError
from appimageconfig.provisioning._plan import (
    NO_DIFFERENCE,
    Actual,
    Difference,
    NotConvergedError,
    Outcome,
    Plan,
    StalePlanError,
    Status,
    Step,
    by_name,
    creation,
    deletion,
    has_app_config,
    replacement_of,
    tag_keys_to_delete,
    tags_to_add,
    update_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from appimageconfig.models import AppImageConfig, AppImageConfigDetails


class Client(Protocol):
    """What is needed of `AppImageConfigClient`."""

    def create(self, config: AppImageConfig) -> str:
        """CreateAppImageConfig."""
        ...

    def describe(self, name: str) -> AppImageConfigDetails:
        """DescribeAppImageConfig."""
        ...

    def update(self, config: AppImageConfig) -> str:
        """UpdateAppImageConfig."""
        ...

    def delete(self, name: str, *, missing_ok: bool = False) -> None:
        """DeleteAppImageConfig."""
        ...

    def list(self) -> Iterator[AppImageConfigDetails]:
        """ListAppImageConfigs."""
        ...

    def list_tags(self, arn: str) -> dict[str, str]:
        """ListTags."""
        ...

    def add_tags(self, arn: str, tags: Mapping[str, str]) -> None:
        """AddTags."""
        ...

    def delete_tags(self, arn: str, keys: Iterable[str]) -> None:
        """DeleteTags."""
        ...


def ensure(client: Client, config: AppImageConfig, *, replace: bool) -> Outcome:
    """Make the AppImageConfig of that name what *config* declares."""
    try:
        actual = _read(client, config)
    except ResourceNotFoundError:
        try:
            return _create(client, config)
        except ResourceInUseError:
            actual = _read(client, config)
    return _converge(client, config, actual, replace=replace)


def plan(client: Client, configs: Iterable[AppImageConfig], prune: str | None) -> Plan:
    """Return what would have to be done; *prune* is a part of the names of what is deleted if it is not declared."""
    declared = by_name(configs)
    steps: dict[str, Step] = {}
    deletions: dict[str, Step] = {}
    for details in client.list() if declared or prune else ():
        name = details.app_image_config_name or ""
        if name in declared:
            # One that is gone before its tags are read is to be created.
            with suppress(ResourceNotFoundError):
                steps[name] = _with_tags(client, details, declared[name]).step_to(declared[name])
        elif prune and prune in name:
            deletions[name] = deletion(details)
    return Plan(
        (
            *(steps.get(name) or creation(config) for name, config in declared.items()),
            *(deletions[name] for name in sorted(deletions)),
        )
    )


def apply(
    client: Client, plan: Plan, max_workers: int, stop: Callable[[], bool], *, replace: bool
) -> Iterator[Outcome]:
    """Carry out *plan*."""
    # Not needed by those who only read and check.
    from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait  # noqa: PLC0415

    under_way: set[Future[Outcome]] = set()
    with ThreadPoolExecutor(max_workers, thread_name_prefix="appimageconfig") as pool:
        for step in plan.steps:
            # Nothing waits in the pool, so that nothing has to be called back from it.
            if len(under_way) == max_workers:
                ended, under_way = wait(under_way, return_when=FIRST_COMPLETED)
                yield from (future.result() for future in ended)
            if stop():
                break
            # A thread does not know what `unchecked` allows unless it is told.
            under_way.add(pool.submit(copy_context().run, partial(_carry_out, client, step, replace=replace)))
        while under_way:
            ended, under_way = wait(under_way, return_when=FIRST_COMPLETED)
            yield from (future.result() for future in ended)


def _carry_out(client: Client, step: Step, *, replace: bool) -> Outcome:
    try:
        if step.config is None:
            return _delete_as_planned(client, step)
        if step.action == "create":
            return _create_as_planned(client, step, step.config)
        if step.action == "update":
            return _update_as_planned(client, step, step.config, replace=replace)
        return _outcome("unchanged", step)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is reported, and the other steps go on
        return attrs.evolve(_outcome("failed", step), error=error)


def _create_as_planned(client: Client, step: Step, config: AppImageConfig) -> Outcome:
    try:
        return _create(client, config)
    except ResourceInUseError as error:
        actual = _read(client, config)
        if actual.difference_to(config):
            raise StalePlanError(step.app_image_config_name, "was created") from error
        return _outcome("unchanged", step, actual)


def _update_as_planned(client: Client, step: Step, config: AppImageConfig, *, replace: bool) -> Outcome:
    try:
        actual = _read(client, config)
    except ResourceNotFoundError as error:
        raise StalePlanError(step.app_image_config_name, "was deleted") from error
    found = actual.difference_to(config)
    if found and (found != step.difference or actual.details.last_modified_time != step.last_modified_time):
        raise StalePlanError(step.app_image_config_name, "was changed")
    return _converge(client, config, actual, replace=replace)


def _delete_as_planned(client: Client, step: Step) -> Outcome:
    name = step.app_image_config_name
    with suppress(ResourceNotFoundError), trusted():
        if client.describe(name).last_modified_time != step.last_modified_time:
            raise StalePlanError(name, "was changed")
        client.delete(name)
    return _outcome("deleted", step)


def _create(client: Client, config: AppImageConfig) -> Outcome:
    arn = client.create(config)
    return attrs.evolve(_outcome("created", config), app_image_config_arn=arn)


def _read(client: Client, config: AppImageConfig) -> Actual:
    """Read the actual state of all that *config* declares."""
    with trusted():  # the name was checked when the config was built, as its builder wished
        details = client.describe(config.app_image_config_name)
    return _with_tags(client, details, config)


def _with_tags(client: Client, details: AppImageConfigDetails, config: AppImageConfig) -> Actual:
    return Actual(details, None if config.tags is None else client.list_tags(_arn(details)))


def _converge(client: Client, config: AppImageConfig, actual: Actual, *, replace: bool) -> Outcome:
    found = actual.difference_to(config)
    if not found:
        return _outcome("unchanged", config, actual)
    _update(client, config, actual)
    after = _read(client, config)
    if not (left := after.difference_to(config)):
        return _outcome("updated", config, after, found)
    if not replace:
        raise NotConvergedError(config.app_image_config_name, left)
    _replace(client, config, after.details)
    after = _read(client, config)
    if left := after.difference_to(config):
        raise NotConvergedError(config.app_image_config_name, left, "replacement")
    return _outcome("replaced", config, after, found)


def _update(client: Client, config: AppImageConfig, actual: Actual) -> None:
    if actual.app_configs_differ_from(config) and has_app_config(config):
        client.update(update_of(config, actual.details))
    if actual.tags is not None:
        arn = _arn(actual.details)
        # Deleted first: with the new ones added, there might be too many for a while.
        if keys := tag_keys_to_delete(config, actual.tags):
            client.delete_tags(arn, keys)
        if tags := tags_to_add(config, actual.tags):
            client.add_tags(arn, tags)


def _replace(client: Client, config: AppImageConfig, details: AppImageConfigDetails) -> None:
    name = config.app_image_config_name
    tags = client.list_tags(_arn(details))
    replacement = replacement_of(update_of(config, details), tags)
    try:
        with trusted():
            client.delete(name, missing_ok=True)
        client.create(replacement)
    except ResourceInUseError:
        # By another writer, or by an attempt of our own whose answer was lost: the caller reads it and compares.
        return
    except BaseException as error:  # Ctrl-C as well
        error.add_note(_put_back(client, name, replacement_of(details.to_config(), tags)))
        raise


def _put_back(client: Client, name: str, config: AppImageConfig) -> str:
    """Create what was deleted, or may have been, as it was, and say what came of it."""
    try:
        client.create(config)
    except ResourceInUseError:
        return f"AppImageConfig {name!r} was to be deleted and created anew, and is there: run ensure again"
    except Exception as error:  # noqa: BLE001 - what kept the new one from being created is raised
        return (
            f"AppImageConfig {name!r} was deleted to be created anew, and may be missing: run ensure again. "
            f"It could not be put back ({type(error).__name__}); its tags were {dict(config.tags or {})}"
        )
    return f"AppImageConfig {name!r} was deleted to be created anew, and was put back as it was"


def _arn(details: AppImageConfigDetails) -> str:
    if details.app_image_config_arn is None:
        message = (
            f"the description of {details.app_image_config_name!r} holds no ARN, which its tags are read by; "
            "if the client is stubbed, add AppImageConfigArn to the response"
        )
        raise AppImageConfigError(message)
    return details.app_image_config_arn


def _outcome(
    status: Status, of: AppImageConfig | Step, actual: Actual | None = None, found: Difference = NO_DIFFERENCE
) -> Outcome:
    if actual is not None:
        arn = actual.details.app_image_config_arn
    else:
        arn = of.app_image_config_arn if isinstance(of, Step) else None
    return Outcome(
        status=status, app_image_config_name=of.app_image_config_name, app_image_config_arn=arn, difference=found
    )
