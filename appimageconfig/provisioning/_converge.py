"""
Carry out plans: the calls that make the actual state match the desired state.

`ensure`, `plan` and `apply` are the bodies of the methods of
`AppImageConfigClient` with these names, which document them.
"""

from __future__ import annotations

from contextlib import suppress
from contextvars import copy_context
from typing import TYPE_CHECKING

import attrs

from appimageconfig._checking import by_name, has_app_config
from appimageconfig._constraints import trusted
from appimageconfig.errors import (
    NotConvergedError,
    ResourceInUseError,
    ResourceNotFoundError,
    StalePlanError,
)
from appimageconfig.provisioning._difference import (
    NO_DIFFERENCE,
    Difference,
    contents,
    difference,
    own_tags,
    replacement_of,
    update_of,
)
from appimageconfig.provisioning._plan import Actual, Outcome, Plan, Status, Step, step_between

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Mapping

    from appimageconfig.client import AppImageConfigClient
    from appimageconfig.models import AppImageConfig, AppImageConfigDetails


def ensure(client: AppImageConfigClient, config: AppImageConfig, *, replace: bool) -> Outcome:
    """Create or update a config so that it matches *config*."""
    try:
        actual = _read(client, config)
    except ResourceNotFoundError:
        try:
            return _create(client, config)
        except ResourceInUseError:
            actual = _read(client, config)
    return _converge(client, config, actual, replace=replace)


def plan(client: AppImageConfigClient, configs: Iterable[AppImageConfig], prune: str | None) -> Plan:
    """Compare *configs* with the actual state; delete other configs whose names begin with *prune*."""
    declared = by_name(configs)
    steps: dict[str, Step] = {}
    deletions: dict[str, Step] = {}
    arn = ""
    for details in client.list() if declared or prune else ():
        name = details.app_image_config_name
        arn = details.app_image_config_arn
        if name in declared:
            # A config that is deleted before its tags are read is created.
            with suppress(ResourceNotFoundError):
                found = _with_tags(client, details, declared[name]).difference_to(declared[name])
                steps[name] = step_between("update" if found else "unchanged", declared[name], details, found)
        elif prune and name.startswith(prune):
            deletions[name] = step_between("delete", None, details, contents(details.to_config(), created=False))
    return Plan(
        (
            *(
                steps.get(name) or step_between("create", config, None, contents(config, created=True))
                for name, config in declared.items()
            ),
            *(deletions[name] for name in sorted(deletions)),
        ),
        "".join(arn.split(":")[4:5]) or None,
    )


def apply(
    client: AppImageConfigClient,
    plan: Plan,
    max_workers: int,
    *,
    replace: bool,
    on_outcome: Callable[[Outcome], None],
    stop: Callable[[], bool],
) -> tuple[Outcome, ...]:
    """Carry out *plan*, and return the outcomes of the steps that were begun, in the order of the plan."""
    # Slow to import, and only this function needs it.
    from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait  # noqa: PLC0415

    # Each thread records its own step, so that an interrupt cannot come between the end of a step and its record.
    begun: set[int] = set()
    outcomes: dict[int, Outcome] = {}
    under_way: set[Future[Outcome]] = set()

    def carry_out(position: int) -> Outcome:
        begun.add(position)
        outcomes[position] = outcome = _carry_out(client, plan.steps[position], replace=replace)
        return outcome

    def wait_for_one() -> None:
        for future in wait(under_way, return_when=FIRST_COMPLETED).done:
            under_way.remove(future)
            on_outcome(future.result())

    try:
        # The end of the block waits for the steps under way, after an exception also.
        with ThreadPoolExecutor(max_workers, thread_name_prefix="appimageconfig") as pool:
            for position in range(len(plan.steps)):
                # Submit only as many steps as run at once: a submitted step begins even after stop() returns true.
                if len(under_way) == max_workers:
                    wait_for_one()
                if stop():
                    break
                # A thread has a context of its own, and `unchecked` holds in the context that entered it.
                under_way.add(pool.submit(copy_context().run, carry_out, position))
            while under_way:
                wait_for_one()
    except BaseException as error:  # Ctrl-C, or an exception of on_outcome or stop
        error.add_note(_note(plan, begun, outcomes))
        raise
    return tuple(outcomes[position] for position in sorted(outcomes))


def _note(plan: Plan, begun: Container[int], outcomes: Mapping[int, Outcome]) -> str:
    """Return a note that lists the changes of an interrupted *plan* by how far they went."""
    found: dict[str, list[str]] = {"Ended": [], "Unfinished": [], "Not begun": []}
    for position, step in enumerate(plan.steps):
        if step.action == "unchanged":
            continue
        if position in outcomes:
            found["Ended"].append(str(outcomes[position]))
        else:  # unfinished: after a second Ctrl-C, or one while a thread starts, which do not wait for the thread
            found["Unfinished" if position in begun else "Not begun"].append(step.app_image_config_name)
    lines = (f"{heading}: {'; '.join(texts)}" for heading, texts in found.items() if texts)
    return "\n".join(["apply was interrupted.", *lines])


def _carry_out(client: AppImageConfigClient, step: Step, *, replace: bool) -> Outcome:
    try:
        if step.config is None:
            return _delete_as_planned(client, step)
        if step.action == "create":
            return _create_as_planned(client, step, step.config)
        if step.action == "update":
            return _update_as_planned(client, step, step.config, replace=replace)
        return _outcome("unchanged", step)
    except Exception as error:  # noqa: BLE001 - reported in the outcome; the other steps continue
        return attrs.evolve(_outcome("failed", step), error=error)


def _create_as_planned(client: AppImageConfigClient, step: Step, config: AppImageConfig) -> Outcome:
    try:
        return _create(client, config)
    except ResourceInUseError as error:
        actual = _read(client, config)
        if actual.difference_to(config):
            raise StalePlanError(step.app_image_config_name, "was created") from error
        return _outcome("unchanged", step, actual)


def _update_as_planned(client: AppImageConfigClient, step: Step, config: AppImageConfig, *, replace: bool) -> Outcome:
    try:
        actual = _read(client, config)
    except ResourceNotFoundError as error:
        raise StalePlanError(step.app_image_config_name, "was deleted") from error
    found = actual.difference_to(config)
    if found and (found != step.difference or actual.details.last_modified_time != step.last_modified_time):
        raise StalePlanError(step.app_image_config_name, "was changed")
    return _converge(client, config, actual, replace=replace)


def _delete_as_planned(client: AppImageConfigClient, step: Step) -> Outcome:
    name = step.app_image_config_name
    with suppress(ResourceNotFoundError), trusted():
        if client.describe(name).last_modified_time != step.last_modified_time:
            raise StalePlanError(name, "was changed")
        client.delete(name)
    return _outcome("deleted", step)


def _create(client: AppImageConfigClient, config: AppImageConfig) -> Outcome:
    arn = client.create(config)
    return attrs.evolve(_outcome("created", config), app_image_config_arn=arn)


def _read(client: AppImageConfigClient, config: AppImageConfig) -> Actual:
    """Read the actual state: the tags only if *config* has some."""
    with trusted():  # the name was checked when the config was built, unless in `unchecked`
        details = client.describe(config.app_image_config_name)
    return _with_tags(client, details, config)


def _with_tags(client: AppImageConfigClient, details: AppImageConfigDetails, config: AppImageConfig) -> Actual:
    return Actual(details, None if config.tags is None else client.list_tags(details.app_image_config_arn))


def _converge(client: AppImageConfigClient, config: AppImageConfig, actual: Actual, *, replace: bool) -> Outcome:
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


def _update(client: AppImageConfigClient, config: AppImageConfig, actual: Actual) -> None:
    if difference(config, actual.details) and has_app_config(config):
        client.update(update_of(config, actual.details))
    if actual.tags is not None:
        arn = actual.details.app_image_config_arn
        # Deleted first: with the added ones there might be more than 50 in between.
        desired = config.tags or {}
        if keys := [key for key in own_tags(actual.tags) if key not in desired]:
            client.delete_tags(arn, keys)
        if tags := {key: value for key, value in desired.items() if actual.tags.get(key) != value}:
            client.add_tags(arn, tags)


def _replace(client: AppImageConfigClient, config: AppImageConfig, details: AppImageConfigDetails) -> None:
    name = config.app_image_config_name
    tags = client.list_tags(details.app_image_config_arn)
    replacement = replacement_of(update_of(config, details), tags)
    try:
        with trusted():
            client.delete(name, missing_ok=True)
        client.create(replacement)
    except ResourceInUseError:
        # Created by another writer, or by an earlier attempt whose response was lost: the caller reads and compares it.
        return
    except BaseException as error:  # also KeyboardInterrupt, by Ctrl-C
        error.add_note(_restore(client, name, replacement_of(details.to_config(), tags)))
        raise


def _restore(client: AppImageConfigClient, name: str, config: AppImageConfig) -> str:
    """Create the config that was deleted, or may have been, as it was, and return a note that says what happened."""
    try:
        client.create(config)
    except ResourceInUseError:
        return f"AppImageConfig {name!r} could not be replaced, but exists; run ensure again"
    except BaseException as error:
        note = (
            f"AppImageConfig {name!r} was deleted, could not be recreated, and may be missing; run ensure again. "
            f"It could not be restored ({type(error).__name__}); its tags were {dict(config.tags or {})}"
        )
        if isinstance(error, Exception):
            return note  # the error that made the replacement fail is raised
        error.add_note(note)  # a second Ctrl-C
        raise
    return f"AppImageConfig {name!r} could not be replaced, and was restored as it was"


def _outcome(
    status: Status, of: AppImageConfig | Step, actual: Actual | None = None, found: Difference = NO_DIFFERENCE
) -> Outcome:
    arn = of.app_image_config_arn if isinstance(of, Step) else None
    if actual is not None:
        arn = actual.details.app_image_config_arn
    return Outcome(
        status=status, app_image_config_name=of.app_image_config_name, app_image_config_arn=arn, difference=found
    )
