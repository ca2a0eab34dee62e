"""
Carry out plans: the calls that make the actual state match the desired state.

`ensure`, `plan` and `apply` are the bodies of the methods of
`AppImageConfigClient` with these names, which document them.
"""

from __future__ import annotations

from contextlib import suppress
from contextvars import copy_context
from functools import partial
from time import sleep as _sleep
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal, cast

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
from appimageconfig.provisioning._pace import PacedClient
from appimageconfig.provisioning._plan import Actual, Outcome, Plan, Status, Step, step_between

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Mapping

    from appimageconfig.client import AppImageConfigClient
    from appimageconfig.models import AppImageConfig, AppImageConfigDetails

# Seconds before each repetition of what another writer, or a read of an older state, may have thwarted. The last one
# comes 0.7 s after the first attempt: AWS documents no time after which a read returns the last write.
_PAUSES: Final = (0.1, 0.2, 0.4)

_ArnPart = Literal["region", "account"]


def ensure(client: AppImageConfigClient, config: AppImageConfig, *, replace: bool) -> Outcome:
    """Create or update a config so that it matches *config*."""
    return _converge(client, config, _read(client, config), replace=replace)


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
        _arn_part(arn, "account") or None,
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
    # Slow to import, and only this function needs them.
    from concurrent.futures import Future, ThreadPoolExecutor  # noqa: PLC0415
    from queue import SimpleQueue  # noqa: PLC0415

    # Each thread records its own step, so that an interrupt cannot come between the end of a step and its record.
    begun: set[int] = set()
    outcomes: dict[int, Outcome] = {}
    under_way: set[Future[Outcome]] = set()
    # The steps that have ended, and None when throttled calls pause. Faster than `wait`, which looks at every future.
    news: SimpleQueue[Future[Outcome] | None] = SimpleQueue()
    paced = PacedClient(client, max_workers, sleep=_sleep, on_pause=partial(news.put, None))

    def carry_out(position: int) -> Outcome:
        begun.add(position)
        step = plan.steps[position]
        outcomes[position] = outcome = _carry_out(cast("AppImageConfigClient", paced), step, replace=replace)
        return outcome

    def is_stopping() -> bool:
        paced.stopping = paced.stopping or stop()
        return paced.stopping

    def wait_for_news() -> None:
        future = news.get()
        if future is None:
            is_stopping()
        else:
            under_way.remove(future)
            on_outcome(future.result())

    try:
        # The end of the block waits for the steps under way, after an exception also.
        with ThreadPoolExecutor(max_workers, thread_name_prefix="appimageconfig") as pool:
            try:
                for position in range(len(plan.steps)):
                    # Submit only as many steps as run at once: a submitted step begins even after stop() returns true.
                    while len(under_way) >= int(paced.workers):
                        wait_for_news()
                    if is_stopping():
                        break
                    # A thread has a context of its own, and `unchecked` holds in the context that entered it.
                    future = pool.submit(copy_context().run, carry_out, position)
                    under_way.add(future)
                    future.add_done_callback(news.put)
                while under_way:
                    wait_for_news()
            finally:
                paced.stopping = True
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
        _require_region(client, step)  # the only part of the ARN that needs no call
        return _outcome("unchanged", step)
    except Exception as error:  # noqa: BLE001 - reported in the outcome; the other steps continue
        return attrs.evolve(_outcome("failed", step), error=error)


def _create_as_planned(client: AppImageConfigClient, step: Step, config: AppImageConfig) -> Outcome:
    try:
        arn = client.create(config)
    except ResourceInUseError as error:
        actual = _reread(client, step, lambda actual: not actual.difference_to(config))
        if actual is None:
            raise  # the name is in use, although no config has it
        if actual.difference_to(config):
            raise StalePlanError(step.app_image_config_name, "was created after the plan was made") from error
        return _outcome("unchanged", step, actual)
    return attrs.evolve(_outcome("created", step), app_image_config_arn=arn)


def _update_as_planned(client: AppImageConfigClient, step: Step, config: AppImageConfig, *, replace: bool) -> Outcome:
    actual = _read_as_planned(client, step)
    if actual is None:
        raise StalePlanError(step.app_image_config_name, "was deleted after the plan was made")
    return _converge(client, config, actual, replace=replace)


def _delete_as_planned(client: AppImageConfigClient, step: Step) -> Outcome:
    if _read_as_planned(client, step) is not None:
        with trusted():
            client.delete(step.app_image_config_name, missing_ok=True)
    else:  # in the account of the plan, or in another one where it never existed
        _require_region(client, step)
        _require_account(client, step)
    return _outcome("deleted", step)


def _read_as_planned(client: AppImageConfigClient, step: Step) -> Actual | None:
    """Read the actual state of the config in the plan; it is that of the plan, or the desired one."""

    def is_as_planned(actual: Actual) -> bool:
        if step.config is not None:
            found = actual.difference_to(step.config)
            if not found or found != step.difference:
                return not found
        return actual.details.last_modified_time == step.last_modified_time

    actual = _reread(client, step, is_as_planned)
    if actual is not None:
        found, planned = actual.details.app_image_config_arn, step.app_image_config_arn
        if planned not in {None, found}:
            what = f"has the ARN {found}, and in the plan {planned}"
            raise StalePlanError(step.app_image_config_name, what)
        if not is_as_planned(actual):
            raise StalePlanError(step.app_image_config_name, "was changed after the plan was made")
    return actual


def _require_region(client: AppImageConfigClient, step: Step) -> None:
    """Raise a `StalePlanError` if the region of *client*, as far as it is known, is not that of the plan."""
    region = getattr(getattr(client.sagemaker, "meta", None), "region_name", None)
    _require_part(step, "region", region if isinstance(region, str) else "")  # a fake client may have none


def _require_account(client: AppImageConfigClient, step: Step) -> None:
    """Raise a `StalePlanError` if the account of any config is not that of the plan."""
    found = next(client.list(), None)
    _require_part(step, "account", "" if found is None else _arn_part(found.app_image_config_arn, "account"))


def _require_part(step: Step, part: _ArnPart, actual: str) -> None:
    planned = _arn_part(step.app_image_config_arn or "", part)
    if planned and actual and planned != actual:
        what = f"was planned for {part} {planned}, and this client is for {part} {actual}"
        raise StalePlanError(step.app_image_config_name, what)


def _arn_part(arn: str, part: _ArnPart) -> str:
    """Return the region or the account in *arn*, or "" if it has none."""
    position = {"region": 3, "account": 4}[part]
    return "".join(arn.split(":")[position : position + 1])


def _read(client: AppImageConfigClient, of: AppImageConfig | Step) -> Actual | None:
    """Read the actual state, with tags only if the desired state has some, or return None if the config is missing."""
    config = of.config if isinstance(of, Step) else of
    with suppress(ResourceNotFoundError):
        with trusted():  # the name was checked when the config was built, unless in `unchecked`
            details = client.describe(of.app_image_config_name)
        return _with_tags(client, details, config)
    return None


def _reread(
    client: AppImageConfigClient, of: AppImageConfig | Step, is_expected: Callable[[Actual], bool]
) -> Actual | None:
    """Read the actual state, and again after a pause while it is not as expected: a read may be of an older state."""
    for pause in _PAUSES:
        actual = _read(client, of)
        if actual is not None and is_expected(actual):
            return actual
        _sleep(pause)
    return _read(client, of)


def _with_tags(client: AppImageConfigClient, details: AppImageConfigDetails, config: AppImageConfig | None) -> Actual:
    compared = config is not None and config.tags is not None
    return Actual(details, client.list_tags(details.app_image_config_arn) if compared else None)


def _converge(client: AppImageConfigClient, config: AppImageConfig, actual: Actual | None, *, replace: bool) -> Outcome:
    """Make the config match, and begin again, a few times, if another writer interferes."""
    pauses = list(_PAUSES)
    while isinstance(result := _attempt(client, config, actual, replace=replace), Difference):
        if not pauses:
            raise NotConvergedError(config.app_image_config_name, result, "race")
        _sleep(pauses.pop(0))
        actual = _read(client, config)
    return result


def _attempt(
    client: AppImageConfigClient, config: AppImageConfig, actual: Actual | None, *, replace: bool
) -> Outcome | Difference:
    """Return the outcome, or the difference that is left because of another writer or a read of an older state."""
    name = config.app_image_config_name
    if actual is None:
        created = _create(client, config)
        if isinstance(created, str):
            return attrs.evolve(_outcome("created", config), app_image_config_arn=created)
        actual = created
    found = actual.difference_to(config)
    if not found:
        return _outcome("unchanged", config, actual)
    after = _update(client, config, actual)
    if after is None:
        return contents(config, created=True)
    left = after.difference_to(config)
    if not left:
        return _outcome("updated", config, after, found)
    if any(change not in found.changes for change in left.changes):
        return left  # the update was made for an older state, or another writer made a change after it
    if not replace:
        raise NotConvergedError(name, left)
    return _replace(client, config, after.details, found)


def _create(
    client: AppImageConfigClient,
    config: AppImageConfig,
    kept: Mapping[str, str] = MappingProxyType({}),
    gone: AppImageConfigDetails | None = None,
) -> str | Actual:
    """
    Create *config* and return its ARN, or return what another writer created, to which the tags in *kept* are added.

    The name may be in use for a while after its config was deleted. Then a read finds nothing, or the config that is
    *gone*, and the request is repeated a few times.
    """
    for pause in _PAUSES:
        with suppress(ResourceInUseError):
            return client.create(config)
        # An earlier attempt of this request whose response was lost counts as another writer.
        actual = _read(client, config)
        if actual is not None and actual.details != gone:
            with suppress(ResourceNotFoundError):
                if missing := {key: value for key, value in kept.items() if key not in (actual.tags or {})}:
                    client.add_tags(actual.details.app_image_config_arn, missing)
                return actual
        _sleep(pause)
    return client.create(config)


def _update(client: AppImageConfigClient, config: AppImageConfig, actual: Actual) -> Actual | None:
    """Update what differs, and return the state after that, or None if the config no longer exists."""
    with suppress(ResourceNotFoundError):
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
        return _reread_until_equal(client, config)
    return None


def _reread_until_equal(client: AppImageConfigClient, config: AppImageConfig) -> Actual | None:
    return _reread(client, config, lambda actual: not actual.difference_to(config))


def _settled_tags(client: AppImageConfigClient, arn: str) -> Mapping[str, str] | None:
    """
    Return the tags of a config that is to be deleted, or None if it no longer exists.

    They are read until two reads agree: tags that a read of an older state lacks would be lost.
    """
    with suppress(ResourceNotFoundError):
        tags = client.list_tags(arn)
        for pause in _PAUSES:
            before, tags = tags, client.list_tags(arn)
            if tags == before:
                break
            _sleep(pause)
        return tags
    return None


def _replace(
    client: AppImageConfigClient, config: AppImageConfig, details: AppImageConfigDetails, found: Difference
) -> Outcome | Difference:
    """Delete and recreate the config, and return as `_attempt`; *found* is the difference at its beginning."""
    tags = _settled_tags(client, details.app_image_config_arn)
    if tags is None:
        return contents(config, created=True)
    is_ours = _recreate(client, config, details, tags)
    after = _reread_until_equal(client, config)
    if after is None:
        return contents(config, created=True)
    left = after.difference_to(config)
    if left and is_ours:
        raise NotConvergedError(config.app_image_config_name, left, "replacement")
    return left or _outcome("replaced", config, after, found)


def _recreate(
    client: AppImageConfigClient, config: AppImageConfig, details: AppImageConfigDetails, tags: Mapping[str, str]
) -> bool:
    """Delete and create the config, and return whether it was created here, and not by another writer."""
    kept = own_tags(tags) if config.tags is None else {}
    gone = None
    try:
        with trusted():
            client.delete(config.app_image_config_name, missing_ok=True)
        gone = details
        return isinstance(_create(client, replacement_of(update_of(config, details), tags), kept, gone), str)
    except BaseException as error:  # also KeyboardInterrupt, by Ctrl-C
        error.add_note(_restore(client, replacement_of(details.to_config(), tags), kept, gone))
        raise


def _restore(
    client: AppImageConfigClient, config: AppImageConfig, kept: Mapping[str, str], gone: AppImageConfigDetails | None
) -> str:
    """Create the config that was deleted, or may have been, as it was, and return a note that says what happened."""
    name, tags = config.app_image_config_name, f"Its tags were {dict(config.tags or {})}"
    try:
        restored = isinstance(_create(client, config, kept, gone), str)
    except BaseException as error:
        note = (
            f"AppImageConfig {name!r} may be missing: it could be neither replaced nor restored "
            f"({type(error).__name__}); run ensure again. {tags}"
        )
        if isinstance(error, Exception):
            return note  # the error that made the replacement fail is raised
        error.add_note(note)  # a second Ctrl-C
        raise
    what = "was restored as it was" if restored else "exists; run ensure again"
    return f"AppImageConfig {name!r} could not be replaced, {'and' if restored else 'but'} {what}. {tags}"


def _outcome(
    status: Status, of: AppImageConfig | Step, actual: Actual | None = None, found: Difference = NO_DIFFERENCE
) -> Outcome:
    arn = of.app_image_config_arn if isinstance(of, Step) else None
    if actual is not None:
        arn = actual.details.app_image_config_arn
    return Outcome(
        status=status, app_image_config_name=of.app_image_config_name, app_image_config_arn=arn, difference=found
    )
