"""Faults at every call: nothing is lost, and the next run reaches the desired state."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from functools import cache
from itertools import combinations, count, product
from typing import TYPE_CHECKING, Any, Final

import attrs
import pytest
from botocore.config import Config
from botocore.exceptions import BotoCoreError
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import app_image_configs

from appimageconfig import (
    AppImageConfig,
    AppImageConfigClient,
    AppImageConfigError,
    ApplyError,
    CodeEditorAppImageConfig,
    FileSystemConfig,
    JupyterLabAppImageConfig,
    KernelGatewayImageConfig,
    KernelSpec,
    NotConvergedError,
    Outcome,
    ResourceNotFoundError,
    difference,
)
from appimageconfig.testing import Assumptions, Fault, InMemorySageMaker, Snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

APP_CONFIGS: Final = ("kernel_gateway_image_config", "jupyter_lab_app_image_config", "code_editor_app_image_config")
FAULTS: Final = {
    "throttled": Fault.throttling(),
    "500 before": Fault.server_error(),
    "500 after": Fault.server_error(after=True),
    "lost before": Fault.connection_error(),
    "lost after": Fault.connection_error(after=True),
}
REFUSALS: Final = {
    "refused": Fault.error("AccessDeniedException"),
    "in use": Fault.error("ResourceInUse"),
}
STALE: Final = "a stale read"
WRITERS: Final = ("another writer", "another who deletes", "another who adds a tag")


@pytest.fixture(autouse=True, scope="module")
def retry_at_once() -> Iterator[None]:
    """Let botocore retry without a delay."""

    def return_at_once(seconds: float) -> None:
        del seconds

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("botocore.endpoint.time.sleep", return_at_once)
        yield


@cache
def service_of(assumptions: Assumptions) -> tuple[InMemorySageMaker, Snapshot]:
    """Return one service for all tests with these assumptions, since its first client is slow to build, and empty."""
    seconds = count()  # every write has a time of its own
    service = InMemorySageMaker(assumptions=assumptions, clock=lambda: datetime.fromtimestamp(next(seconds), UTC))
    return service, service.snapshot()


class World:
    """A service, a client with events at some of its requests, and a calm client without."""

    def __init__(self, assumptions: Assumptions, attempts: int) -> None:
        """Schedule nothing yet."""
        self.service, self.empty = service_of(assumptions)
        self.assumptions = assumptions
        retries = Config(retries={"total_max_attempts": attempts, "mode": "standard"})
        sagemaker = self.service.client(config=retries)
        sagemaker.meta.events.register("request-created.sagemaker", self._before_request)
        self.client = AppImageConfigClient(sagemaker)
        self.calm = AppImageConfigClient(self.service.client())
        self._lock = threading.Lock()
        self.requests: list[str] = []
        """The operations of the requests since events were scheduled."""
        self._events: dict[int, str] = {}
        self._theirs: AppImageConfig
        self.happened: list[tuple[str, str]] = []
        """The events that happened, and the operations at which they did."""
        self.owed: dict[str, dict[str, str]] = {}
        """The configs that exist, with their tags, as far as nobody asked to delete them."""

    def begin(self, *configs: AppImageConfig) -> None:
        """Begin with exactly *configs*, whose tags are added last."""
        self.service.restore(self.empty)
        for config in configs:
            arn = self.calm.create(untagged(config))
            if config.tags:
                self.calm.add_tags(arn, config.tags)
        self.owed = {config.app_image_config_name: dict(config.tags or {}) for config in configs}

    def happen(self, theirs: AppImageConfig, *events: tuple[int, str]) -> None:
        """Schedule *events* by the position of the request, from 0; other writers write *theirs*."""
        self.requests, self.happened = [], []
        self._events, self._theirs = dict(events), theirs

    def _before_request(self, operation_name: str, **_: Any) -> None:
        with self._lock:
            kind = self._events.get(len(self.requests))
            self.requests.append(operation_name)
            reads = operation_name.startswith(("Describe", "List"))
            if kind is None or (kind == STALE and not reads):
                return
            self.happened.append((kind, operation_name))
            if kind in WRITERS:
                self._write(kind, self._theirs, operation_name)
            else:
                self.service.inject({STALE: Fault.stale(), **FAULTS, **REFUSALS}[kind])

    def _write(self, kind: str, theirs: AppImageConfig, operation_name: str) -> None:
        """Act as another writer. What it writes between the last read and a deletion cannot be kept."""
        name, is_kept = theirs.app_image_config_name, operation_name != "DeleteAppImageConfig"
        there = self.state().get(name)
        tags: Mapping[str, str] | None = None
        if kind == "another who adds a tag":
            if there is not None:
                tags = {"theirs": "x"}
                self.calm.add_tags(self.calm.describe(name).app_image_config_arn, tags)
        else:
            if there is not None:
                self.calm.delete(name)
                self.owed.pop(name, None)
            if kind == "another writer":
                tags = theirs.tags or {}
                self.calm.create(theirs)
        if tags is not None and is_kept:
            self.owed[name] = {**self.owed.get(name, {}), **tags}

    def lost(self, desired: list[AppImageConfig], prune: str | None = None) -> list[str]:
        """Return the configs, and the tags as in a note, that nobody asked to delete and that do not exist."""
        declared = {config.app_image_config_name: config for config in desired}
        state = self.state()
        lost: list[str] = []
        for name, tags in self.owed.items():
            if name not in declared and prune is not None and name.startswith(prune):
                continue
            if name not in state:
                lost.append(repr(name))
            elif name in declared and declared[name].tags is not None:
                continue
            there = state[name].tags if name in state else None
            lost += [f"{key!r}: {value!r}" for key, value in tags.items() if key not in (there or {})]
        return lost

    @property
    def cannot_know_the_tags(self) -> bool:
        """Whether two reads of the tags may have agreed on an older state."""
        stale = self.happened.count((STALE, "ListTags"))
        return stale > 1 or (stale == 1 and any(kind in WRITERS for kind, _ in self.happened))

    def state(self) -> dict[str, AppImageConfig]:
        """Return the configs that exist, with their tags."""
        found = [details.to_config(self.calm.list_tags(details.app_image_config_arn)) for details in self.calm.list()]
        return {config.app_image_config_name: config for config in found}

    def updated(self, actual: AppImageConfig, desired: AppImageConfig) -> AppImageConfig:
        """Return the result of an update from *actual* to *desired*."""
        changes: dict[str, Any] = {}
        for field in APP_CONFIGS:
            new, old = getattr(desired, field), getattr(actual, field)
            is_empty = isinstance(new, JupyterLabAppImageConfig | CodeEditorAppImageConfig) and new == type(new)()
            if is_empty and self.assumptions.empty_app_config == "keeps":
                new = old if old is not None else new
            changes[field] = old if new is None and self.assumptions.update == "merge" else new
        return attrs.evolve(actual, **changes)

    def reaches(self, actual: AppImageConfig | None, desired: AppImageConfig) -> bool:
        """Return whether an update leads from *actual* to *desired*."""
        if actual is None or not difference(untagged(desired), actual):
            return True
        says_something = any(getattr(desired, field) is not None for field in APP_CONFIGS)
        return says_something and not difference(untagged(desired), self.updated(actual, desired))


def untagged(config: AppImageConfig) -> AppImageConfig:
    """Return *config* without tags."""
    return attrs.evolve(config, tags=None)


def named(config: AppImageConfig, name: str) -> AppImageConfig:
    """Return *config* with another name."""
    return attrs.evolve(config, app_image_config_name=name)


@cache
def world_of(assumptions: Assumptions, attempts: int) -> World:
    """Return the world with these assumptions, in which botocore makes so many attempts."""
    return World(assumptions, attempts)


ATTEMPTS: Final = (1, 3)
ASSUMPTIONS: Final = [
    Assumptions(update="merge", empty_app_config="clears"),
    Assumptions(update="merge", empty_app_config="keeps"),
    Assumptions(update="replace", empty_app_config="clears"),
    Assumptions(update="replace", empty_app_config="keeps"),
]


def is_whole(world: World, actual: AppImageConfig, desired: AppImageConfig, starts: list[AppImageConfig]) -> bool:
    """Return whether *actual* is one of *starts*, *desired*, or the result of one request between them."""
    app_configs = [untagged(config) for config in (desired, *starts)]
    app_configs += [untagged(world.updated(start, desired)) for start in starts]
    wanted = desired.tags or {}
    all_tags: list[Mapping[str, str]] = [wanted, *(start.tags or {} for start in starts)]
    all_tags += [{key: value for key, value in tags.items() if key in wanted} for tags in all_tags]
    # Tags that are kept in a replacement are added to those of another writer, and another one may add a tag.
    all_tags += [{**kept, **tags} for kept, tags in product(all_tags, all_tags)]
    all_tags += [{**tags, "theirs": "x"} for tags in all_tags]
    return untagged(actual) in app_configs and actual.tags in all_tags


def ensure(client: AppImageConfigClient, desired: AppImageConfig, *, replace: bool) -> Outcome | Exception:
    """Return the outcome, or the error that a script would get."""
    try:
        return client.ensure(desired, replace=replace)
    except (AppImageConfigError, BotoCoreError) as error:
        return error


@st.composite
def wishes(draw: st.DrawFn) -> tuple[AppImageConfig | None, AppImageConfig, AppImageConfig]:
    """Draw the actual state, the desired state, and the one that another writer wants."""
    one, two, three = (named(draw(app_image_configs), "image") for _ in range(3))
    before = draw(st.sampled_from([one, None, two]))
    return before, two, draw(st.sampled_from([three, two]))


@settings(max_examples=settings().max_examples // 2)
@given(
    st.builds(world_of, st.sampled_from(ASSUMPTIONS), st.sampled_from(ATTEMPTS)),
    wishes(),
    st.sampled_from([*FAULTS, *REFUSALS, STALE, *WRITERS]),
    st.integers(0, 12),
    st.booleans(),
)
def test_ensure_reaches_the_desired_state_after_any_fault(
    world: World,
    wish: tuple[AppImageConfig | None, AppImageConfig, AppImageConfig],
    fault: str,
    position: int,
    replace: bool,  # noqa: FBT001 - Hypothesis passes it by position
) -> None:
    """One fault, or another writer, at any call of the first run; the third run changes nothing."""
    before, desired, theirs = wish
    world.begin(*filter(None, [before]))
    world.happen(theirs, (position, fault))
    first = ensure(world.client, desired, replace=replace)

    after = world.state().get("image")
    if after is None:
        assert before is None or fault == "another who deletes"
    else:
        starts = [config for config in (before, theirs) if config is not None]
        assert is_whole(world, after, desired, starts)
    if isinstance(first, Outcome) and not world.happened:
        assert after is not None
        assert not difference(desired, after)

    world.happen(theirs)
    second = ensure(world.client, desired, replace=replace)
    if world.reaches(after, desired) or replace:
        assert isinstance(second, Outcome), second
        reached = world.state()["image"]
        assert not difference(desired, reached)
        world.happen(theirs)
        third = ensure(world.client, desired, replace=replace)
        assert isinstance(third, Outcome)
        assert third.status == "unchanged"
        assert len(world.requests) == (1 if desired.tags is None else 2)
    else:
        assert isinstance(second, NotConvergedError), second
        assert "image" in world.state()


def lab(name: str, uid: int = 0, tags: dict[str, str] | None = None) -> AppImageConfig:
    """Return a config for JupyterLab."""
    app = JupyterLabAppImageConfig(file_system_config=FileSystemConfig(default_uid=uid))
    return AppImageConfig(app_image_config_name=name, jupyter_lab_app_image_config=app, tags=tags)


EDITOR: Final = AppImageConfig(app_image_config_name="image", code_editor_app_image_config=CodeEditorAppImageConfig())
SCENARIOS: Final[dict[str, tuple[AppImageConfig | None, AppImageConfig, str]]] = {
    "create": (None, lab("image", tags={"team": "ml"}), "Describe Create"),
    "update": (lab("image", uid=5), lab("image"), "Describe Update Describe"),
    "tags": (
        lab("image", tags={"old": "1"}),
        lab("image", tags={"new": "2"}),
        "Describe ListTags DeleteTags AddTags Describe ListTags",
    ),
    "both": (
        lab("image", uid=5, tags={"old": "1"}),
        lab("image", tags={"new": "2"}),
        "Describe ListTags Update DeleteTags AddTags Describe ListTags",
    ),
    "replace": (
        lab("image", tags={"team": "ml"}),
        EDITOR,
        "Describe Update Describe Describe Describe Describe ListTags ListTags Delete Create Describe",
    ),
}


@pytest.mark.parametrize("attempts", ATTEMPTS)
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_ensure_reaches_the_desired_state_after_every_fault_at_each_call(scenario: str, attempts: int) -> None:
    """With more than one attempt, botocore repeats the request, and the first run succeeds."""
    before, desired, calls = SCENARIOS[scenario]
    world, replace = world_of(ASSUMPTIONS[0], attempts), scenario == "replace"
    for position, operation in enumerate(calls.split()):
        for fault in FAULTS:
            world.begin(*filter(None, [before]))
            world.happen(desired, (position, fault))
            first = ensure(world.client, desired, replace=replace)
            ((_, happened_at),) = world.happened
            assert happened_at.removesuffix("AppImageConfig") == operation
            assert isinstance(first, Outcome) == (attempts > 1), (position, first)
            assert isinstance(ensure(world.client, desired, replace=replace), Outcome)
            assert not difference(desired, world.state()["image"])
            assert scenario != "replace" or world.state()["image"].tags == {"team": "ml"}


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_ensure_reaches_the_desired_state_after_stale_reads_at_any_two_calls(scenario: str) -> None:
    """In one run, and without a replacement that is not needed."""
    before, desired, calls = SCENARIOS[scenario]
    world, replaces = world_of(ASSUMPTIONS[0], 1), scenario == "replace"
    for one, two in combinations(range(len(calls.split()) + 2), 2):
        world.begin(*filter(None, [before]))
        world.happen(desired, (one, STALE), (two, STALE))
        assert isinstance(ensure(world.client, desired, replace=True), Outcome)
        assert not difference(desired, world.state()["image"])
        assert ("DeleteAppImageConfig" in world.requests) == replaces
        assert world.cannot_know_the_tags or world.lost([desired]) == []


def provision(
    client: AppImageConfigClient,
    configs: list[AppImageConfig],
    prune: str | None,
    *,
    max_workers: int = 2,
    replace: bool = False,
) -> list[Outcome] | Exception:
    """Plan and apply, as a script does; return the outcomes, or the error of the plan."""
    try:
        plan = client.plan(configs, prune=prune)
        return list(client.apply(plan, max_workers=max_workers, replace=replace))
    except ApplyError as error:
        return list(error.outcomes)
    except (AppImageConfigError, BotoCoreError) as error:
        return error


NAMES: Final = ("team-a", "team-b", "team-c", "team-d")


GATEWAYS: Final = [KernelGatewayImageConfig(kernel_specs=[KernelSpec(name=name)]) for name in ("python3", "ir")]
LABS: Final = [
    JupyterLabAppImageConfig(),
    lab("a").jupyter_lab_app_image_config,
    lab("a", 5).jupyter_lab_app_image_config,
]
# Many are drawn for one example, and it matters only which of them are equal.
small_configs = st.builds(
    AppImageConfig,
    app_image_config_name=st.just("image"),
    tags=st.sampled_from([None, {}, {"team": "ml"}, {"team": "web", "old": ""}]),
    kernel_gateway_image_config=st.none() | st.sampled_from(GATEWAYS),
    jupyter_lab_app_image_config=st.none() | st.sampled_from(LABS),
    code_editor_app_image_config=st.none() | st.just(CodeEditorAppImageConfig()),
)


@st.composite
def worlds_of_many(draw: st.DrawFn) -> tuple[list[AppImageConfig], list[AppImageConfig], AppImageConfig]:
    """Draw the actual configs, the desired ones, and that of another writer; all with an app config."""
    configs = small_configs.filter(lambda config: any(getattr(config, field) is not None for field in APP_CONFIGS))
    before = [named(draw(configs), name) for name in draw(st.sets(st.sampled_from(NAMES)))]
    desired = [named(draw(configs), name) for name in sorted(draw(st.sets(st.sampled_from(NAMES), min_size=1)))]
    there = {config.app_image_config_name: config for config in before}
    for index, config in enumerate(desired):
        if config.app_image_config_name in there and draw(st.booleans()):
            desired[index] = there[config.app_image_config_name]
    return before, desired, named(draw(configs), draw(st.sampled_from(NAMES)))


# At most one at each request: a second fault would wait for the next one.
several_events = (
    st.sampled_from([[*FAULTS, *REFUSALS, STALE, *WRITERS], [STALE]])
    .flatmap(lambda kinds: st.dictionaries(st.integers(0, 18), st.sampled_from(kinds), min_size=1, max_size=3))
    .map(lambda events: list(events.items()))
)


@st.composite
def before_and_desired(draw: st.DrawFn) -> tuple[AppImageConfig | None, AppImageConfig]:
    """Draw the actual and the desired state, which differ often in their tags alone."""
    before, desired = draw(st.none() | small_configs), draw(small_configs)
    if before is not None and draw(st.booleans()):
        before = attrs.evolve(desired, tags=before.tags)
    return before, desired


def notes(error: object) -> str:
    """Return the notes on *error*, or "" if it is an outcome."""
    return "\n".join(getattr(error, "__notes__", ()))


@given(
    st.builds(world_of, st.sampled_from(ASSUMPTIONS), st.sampled_from(ATTEMPTS)),
    before_and_desired(),
    small_configs,
    several_events,
    st.booleans(),
)
def test_ensure_loses_nothing_that_nobody_asked_to_delete(
    world: World,
    wish: tuple[AppImageConfig | None, AppImageConfig],
    theirs: AppImageConfig,
    events: list[tuple[int, str]],
    replace: bool,  # noqa: FBT001 - Hypothesis passes it by position
) -> None:
    """Up to three faults, stale reads and other writers at any calls; after more than one, a note has what is lost."""
    before, desired = wish
    world.begin(*filter(None, [before]))
    world.happen(theirs, *events)
    first = ensure(world.client, desired, replace=replace)

    assert not isinstance(first, ResourceNotFoundError)
    if not world.cannot_know_the_tags:
        lost = world.lost([desired])
        assert len(world.happened) > 1 or not lost
        assert all(text in notes(first) for text in lost)
    if {kind for kind, _ in world.happened} <= {STALE}:
        deleted = "DeleteAppImageConfig" in world.requests
        if world.reaches(before, desired):
            assert isinstance(first, Outcome)
            assert not deleted
        else:
            assert isinstance(first, Outcome) == replace == deleted

    world.happen(theirs)
    after = world.state().get("image")
    second = ensure(world.client, desired, replace=replace)
    assert isinstance(second, Outcome) == (replace or world.reaches(after, desired))


# An example takes long: it makes many calls.
@settings(max_examples=settings().max_examples // 2)
@given(
    st.builds(world_of, st.sampled_from(ASSUMPTIONS), st.sampled_from(ATTEMPTS)),
    worlds_of_many(),
    several_events,
    st.sampled_from([None, "team"]),
    st.booleans(),
)
def test_apply_loses_nothing_that_nobody_asked_to_delete(
    world: World,
    wish: tuple[list[AppImageConfig], list[AppImageConfig], AppImageConfig],
    events: list[tuple[int, str]],
    prune: str | None,
    replace: bool,  # noqa: FBT001 - Hypothesis passes it by position
) -> None:
    """As for ensure. One step at a time: what happens between the reads and the deletion of a step is then known."""
    before, desired, theirs = wish
    world.begin(*before)
    world.happen(theirs, *events)
    outcomes = provision(world.client, desired, prune, max_workers=1, replace=replace)

    if not world.cannot_know_the_tags:
        lost = world.lost(desired, prune)
        assert len(world.happened) > 1 or not lost
        errors = [outcome.error for outcome in outcomes] if isinstance(outcomes, list) else [outcomes]
        assert all(text in "".join(map(notes, errors)) for text in lost)


# An example takes long: it makes many calls.
@settings(max_examples=settings().max_examples // 2)
@given(
    st.sampled_from(ATTEMPTS),
    worlds_of_many(),
    st.sampled_from([*FAULTS, *REFUSALS, STALE, *WRITERS]),
    st.integers(0, 14),
    st.sampled_from([None, "team"]),
)
def test_apply_reaches_the_desired_state_after_any_fault(
    attempts: int,
    wish: tuple[list[AppImageConfig], list[AppImageConfig], AppImageConfig],
    fault: str,
    position: int,
    prune: str | None,
) -> None:
    """One fault, or another writer, at any call of the first plan and apply; no config is lost or half written."""
    # An update that replaces reaches every state that has an app config.
    world = world_of(Assumptions(update="replace"), attempts)
    before, desired, theirs = wish
    name = theirs.app_image_config_name
    world.begin(*before)
    world.happen(theirs, (position, fault))
    outcomes = provision(world.client, desired, prune)

    state = world.state()
    declared = {config.app_image_config_name: config for config in desired}
    for config in before:
        kept = config.app_image_config_name
        if kept not in state:
            assert (prune is not None and kept not in declared) or (fault == "another who deletes" and kept == name)
    for found, actual in state.items():
        starts = [config for config in (*before, theirs) if config.app_image_config_name == found]
        if found in declared:
            assert is_whole(world, actual, declared[found], starts)
        else:
            assert untagged(actual) in map(untagged, starts)
    if isinstance(outcomes, list):
        assert len(outcomes) == len({outcome.app_image_config_name for outcome in outcomes})
        if {kind for kind, _ in world.happened} <= {"throttled"}:
            assert all(outcome.error is None for outcome in outcomes)

    world.happen(theirs)
    again = provision(world.client, desired, prune)
    assert isinstance(again, list)
    assert [outcome for outcome in again if outcome.error is not None] == []
    state = world.state()
    for config in desired:
        assert not difference(config, state[config.app_image_config_name])
    assert prune is None or set(state) == set(declared)

    world.happen(theirs)
    plan = world.client.plan(desired)
    assert plan.changes == ()
    assert len(world.requests) == 1 + sum(config.tags is not None for config in desired)
