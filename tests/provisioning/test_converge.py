from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

import attrs
import pytest
from botocore.config import Config
from wire import Answer, Wire

from appimageconfig import (
    AccessDeniedError,
    AppImageConfig,
    AppImageConfigClient,
    AppImageConfigError,
    CodeEditorAppImageConfig,
    ContainerConfig,
    FileSystemConfig,
    InvalidAppImageConfigError,
    JupyterLabAppImageConfig,
    KernelGatewayImageConfig,
    KernelSpec,
    NotConvergedError,
    Outcome,
    Plan,
    ResourceLimitExceededError,
    ResourceNotFoundError,
    ServiceError,
    StalePlanError,
    ThrottlingError,
    unchecked,
)
from appimageconfig.testing import Assumptions, Fault, InMemorySageMaker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

ARN = "arn:aws:sagemaker:us-east-1:123456789012:app-image-config/image"


def lab(name: str = "image", **files: Any) -> AppImageConfig:
    """Return a config for JupyterLab."""
    app = JupyterLabAppImageConfig(file_system_config=FileSystemConfig(**files))
    return AppImageConfig(app_image_config_name=name, jupyter_lab_app_image_config=app)


def editor(name: str = "image") -> AppImageConfig:
    """Return a config for Code Editor."""
    return AppImageConfig(app_image_config_name=name, code_editor_app_image_config=CodeEditorAppImageConfig())


def tagged(config: AppImageConfig, **tags: str) -> AppImageConfig:
    """Return *config* with tags."""
    return attrs.evolve(config, tags=tags)


def state(client: AppImageConfigClient, name: str = "image") -> AppImageConfig:
    """Return what is there, with its tags."""
    details = client.describe(name)
    return details.to_config(client.list_tags(str(details.app_image_config_arn)))


def statuses(outcomes: Iterable[Outcome]) -> dict[str, str]:
    """Return the status of each config."""
    return {outcome.app_image_config_name: outcome.status for outcome in outcomes}


# ensure


def test_ensure_creates_what_is_not_there(client: AppImageConfigClient, made: Callable[[], list[str]]) -> None:
    """With its tags, in two calls."""
    outcome = client.ensure(tagged(lab(), team="ml"))
    assert outcome == Outcome(status="created", app_image_config_name="image", app_image_config_arn=ARN)
    assert made() == ["Describe", "Create"]
    assert state(client) == tagged(lab(), team="ml")


@pytest.mark.parametrize(
    ("config", "calls"), [(lab(), ["Describe"]), (tagged(lab(), team="ml"), ["Describe", "ListTags"])]
)
def test_ensure_leaves_what_is_as_declared(
    client: AppImageConfigClient, made: Callable[[], list[str]], config: AppImageConfig, calls: list[str]
) -> None:
    """In one call, and two with tags."""
    client.create(tagged(lab(), team="ml"))
    made()
    assert client.ensure(config) == Outcome(status="unchanged", app_image_config_name="image", app_image_config_arn=ARN)
    assert made() == calls


def test_ensure_updates_what_differs_and_looks_again(
    client: AppImageConfigClient, made: Callable[[], list[str]]
) -> None:
    """The outcome has the difference."""
    client.create(tagged(lab(default_uid=1000), team="ml"))
    made()
    outcome = client.ensure(lab(default_uid=0))
    assert (outcome.status, outcome.app_image_config_arn) == ("updated", ARN)
    assert str(outcome.difference) == "JupyterLabAppImageConfig.FileSystemConfig.DefaultUid: 1000 -> 0"
    assert made() == ["Describe", "Update", "Describe"]
    assert state(client) == tagged(lab(default_uid=0), team="ml")


@pytest.mark.parametrize(
    ("declared", "calls"),
    [
        ({"team": "ml", "new": ""}, ["AddTags"]),
        ({"team": "web"}, ["AddTags"]),
        ({}, ["DeleteTags"]),
        ({"new": "tag"}, ["DeleteTags", "AddTags"]),
    ],
)
def test_ensure_sets_only_the_tags_where_only_they_differ(
    client: AppImageConfigClient, made: Callable[[], list[str]], declared: dict[str, str], calls: list[str]
) -> None:
    """They are then all that there are."""
    client.create(tagged(lab(), team="ml"))
    made()
    assert client.ensure(tagged(lab(), **declared)).status == "updated"
    assert made() == ["Describe", "ListTags", *calls, "Describe", "ListTags"]
    assert state(client).tags == declared


def test_ensure_leaves_tags_of_aws_alone(client: AppImageConfigClient) -> None:
    """Those whose keys begin with aws:, which CloudFormation sets."""
    client.create(tagged(lab(), **{"aws:stack": "s", "old": ""}))
    assert client.ensure(tagged(lab(), team="ml")).status == "updated"
    assert state(client).tags == {"aws:stack": "s", "team": "ml"}
    assert client.ensure(tagged(lab(), team="ml")).status == "unchanged"


def test_ensure_can_exchange_as_many_tags_as_there_may_be(client: AppImageConfigClient) -> None:
    """The old ones go first, since there may be no more than 50."""
    client.create(tagged(lab(), **{f"old-{number}": "" for number in range(50)}))
    declared = {f"new-{number}": "" for number in range(50)}
    client.ensure(tagged(lab(), **declared))
    assert state(client).tags == declared


@pytest.mark.parametrize("assumptions", [Assumptions(update="merge"), Assumptions(update="replace")])
def test_ensure_names_what_no_update_changes(assumptions: Assumptions) -> None:
    """Whether an update removes the app config that it leaves out is not documented: never silence."""
    client = AppImageConfigClient(InMemorySageMaker(assumptions=assumptions).client())
    client.create(lab())
    if assumptions.update == "replace":
        assert client.ensure(editor()).status == "updated"
        assert state(client) == tagged(editor())
        return
    with pytest.raises(NotConvergedError, match="pass replace=True") as caught:
        client.ensure(editor())
    left = 'JupyterLabAppImageConfig: {"FileSystemConfig": {}} -> (absent)'
    assert str(caught.value.difference) == left
    assert state(client).jupyter_lab_app_image_config is not None


def test_ensure_names_what_an_empty_app_config_does_not_clear() -> None:
    """Whether {} clears is not documented either."""
    client = AppImageConfigClient(InMemorySageMaker(assumptions=Assumptions(empty_app_config="keeps")).client())
    client.create(lab(mount_path="/a"))
    empty = attrs.evolve(lab(), jupyter_lab_app_image_config=JupyterLabAppImageConfig())
    with pytest.raises(NotConvergedError, match=r'FileSystemConfig: {"MountPath": "/a"} -> \(absent\)'):
        client.ensure(empty)


def test_ensure_sends_no_update_that_says_nothing(client: AppImageConfigClient, made: Callable[[], list[str]]) -> None:
    """A config without any app config cannot be reached by an update."""
    client.create(lab())
    made()
    with pytest.raises(NotConvergedError):
        client.ensure(AppImageConfig(app_image_config_name="image"))
    assert made() == ["Describe", "Describe"]


def test_ensure_deletes_and_creates_anew_only_when_it_is_told_to(
    client: AppImageConfigClient, made: Callable[[], list[str]]
) -> None:
    """The tags stay, unless others are declared; those of AWS come by themselves."""
    client.create(tagged(lab(), **{"team": "ml", "aws:stack": "s"}))
    made()
    outcome = client.ensure(editor(), replace=True)
    assert outcome.status == "replaced"
    assert "CodeEditorAppImageConfig: (absent) -> {}" in str(outcome.difference)
    assert made() == ["Describe", "Update", "Describe", "ListTags", "Delete", "Create", "Describe"]
    assert state(client) == tagged(editor(), team="ml")
    assert client.ensure(tagged(lab(), new="tag"), replace=True).status == "replaced"
    assert state(client) == tagged(lab(), new="tag")


def test_ensure_does_not_replace_what_an_update_can_change(
    client: AppImageConfigClient, made: Callable[[], list[str]]
) -> None:
    """replace=True is the last resort."""
    client.create(lab())
    assert client.ensure(lab(default_uid=5), replace=True).status == "updated"
    assert "Delete" not in made()


def test_a_replacement_that_fails_is_taken_back(
    service: InMemorySageMaker, client: AppImageConfigClient, made: Callable[[], list[str]]
) -> None:
    """The config is as it was, with its tags; those of AWS come by themselves."""
    client.create(tagged(lab(), **{"team": "ml", "aws:stack": "s"}))
    before = client.describe("image").to_config()
    service.inject(Fault.error("ResourceLimitExceeded"), operation="CreateAppImageConfig")
    made()
    with pytest.raises(ResourceLimitExceededError) as caught:
        client.ensure(AppImageConfig(app_image_config_name="image"), replace=True)
    assert caught.value.__notes__ == [
        "AppImageConfig 'image' was deleted to be created anew, and was put back as it was"
    ]
    assert made() == ["Describe", "Describe", "ListTags", "Delete", "Create", "Create"]
    assert state(client) == attrs.evolve(before, tags={"team": "ml"})


def test_a_replacement_that_fails_and_cannot_be_taken_back_says_so(
    service: InMemorySageMaker, client: AppImageConfigClient
) -> None:
    """With the tags that are lost; and run again it is created."""
    client.create(tagged(lab(), team="ml"))
    service.inject(Fault.error("AccessDeniedException"), operation="CreateAppImageConfig", times=2)
    with pytest.raises(AccessDeniedError) as caught:
        client.ensure(editor(), replace=True)
    assert caught.value.__notes__ == [
        (
            "AppImageConfig 'image' was deleted to be created anew, and may be missing: run ensure again. "
            "It could not be put back (AccessDeniedError); its tags were {'team': 'ml'}"
        )
    ]
    assert client.ensure(editor()).status == "created"


def test_a_replacement_whose_failure_came_after_it_says_so(service: InMemorySageMaker) -> None:
    """What was to be put back finds the new one in its place."""
    once = Config(retries={"total_max_attempts": 1, "mode": "standard"})
    client = AppImageConfigClient(service.client(config=once))
    client.create(tagged(lab(), team="ml"))
    service.inject(Fault.server_error(after=True), operation="CreateAppImageConfig")
    with pytest.raises(ServiceError) as caught:
        client.ensure(editor(), replace=True)
    assert caught.value.__notes__ == [
        "AppImageConfig 'image' was to be deleted and created anew, and is there: run ensure again"
    ]
    assert state(client) == tagged(editor(), team="ml")


def test_a_replacement_whose_answer_was_lost_is_found(service: InMemorySageMaker, client: AppImageConfigClient) -> None:
    """Botocore sends it again and meets its own creation."""
    client.create(lab())
    service.inject(Fault.server_error(after=True), operation="CreateAppImageConfig")
    assert client.ensure(editor(), replace=True).status == "replaced"
    assert state(client) == tagged(editor())


def described(**members: Any) -> Answer:
    """Return the answer of a describe."""
    return Answer({"AppImageConfigArn": ARN, "AppImageConfigName": "image", **members})


def test_a_service_that_adds_defaults_of_its_own_is_named_even_after_a_replacement() -> None:
    """Ensuring again would replace again, forever."""
    wire = Wire(described(JupyterLabAppImageConfig={"FileSystemConfig": {"DefaultUid": 1000}}))
    client = AppImageConfigClient(wire.client())
    with pytest.raises(NotConvergedError, match="was deleted and created anew") as caught:
        client.ensure(attrs.evolve(lab(), jupyter_lab_app_image_config=JupyterLabAppImageConfig()), replace=True)
    assert str(caught.value.difference).endswith('FileSystemConfig: {"DefaultUid": 1000} -> (absent)')


class LaterSageMaker:
    """A boto3 client of a later model: a member has been added, which the library does not know."""

    def __init__(self) -> None:
        """Begin without an update."""
        self.lab = {"FileSystemConfig": {"DefaultUid": 1, "Quota": 7}}

    def describe_app_image_config(self, **request: Any) -> dict[str, Any]:
        """Return what there is."""
        return {**request, "AppImageConfigArn": ARN, "JupyterLabAppImageConfig": self.lab}

    def update_app_image_config(self, **request: Any) -> dict[str, Any]:
        """Replace all of it."""
        self.lab = request["JupyterLabAppImageConfig"]
        return {"AppImageConfigArn": ARN}


def test_an_update_keeps_what_this_version_does_not_know() -> None:
    """At every level."""
    sagemaker = LaterSageMaker()
    client = AppImageConfigClient(cast("Any", sagemaker))
    assert client.ensure(lab(default_uid=5)).status == "updated"
    assert sagemaker.lab == {"FileSystemConfig": {"DefaultUid": 5, "Quota": 7}}
    assert client.ensure(lab(default_uid=5)).status == "unchanged"


@pytest.mark.parametrize(
    ("theirs", "expected"),
    [
        (lab(), "unchanged: Describe, Create, Describe"),
        (lab(default_uid=7), "updated: Describe, Create, Describe, Update, Describe"),
    ],
)
def test_ensure_goes_on_with_what_another_writer_created(
    service: InMemorySageMaker, made: Callable[[], list[str]], theirs: AppImageConfig, expected: str
) -> None:
    """Between the describe and the create."""
    other = AppImageConfigClient(service.client())
    racing = service.client()

    def create_theirs(**_: Any) -> None:
        other.create(theirs)

    racing.meta.events.register("before-call.sagemaker.CreateAppImageConfig", create_theirs)
    outcome = AppImageConfigClient(racing).ensure(lab())
    calls = made()
    calls.remove("Create")  # theirs
    assert f"{outcome.status}: {', '.join(calls)}" == expected
    assert state(other) == tagged(lab())


def test_ensure_finds_its_own_creation_whose_answer_was_lost(
    service: InMemorySageMaker, client: AppImageConfigClient, made: Callable[[], list[str]]
) -> None:
    """Botocore tries again, and is told that the name is taken."""
    service.inject(Fault.connection_error(after=True), operation="CreateAppImageConfig")
    assert client.ensure(lab()).status == "unchanged"
    assert made() == ["Describe", "Create", "Create", "Describe"]


def test_ensure_run_twice_at_once_converges(service: InMemorySageMaker) -> None:
    """Every one of many threads succeeds, and one has created it."""
    client = AppImageConfigClient(service.client())
    barrier = threading.Barrier(8)
    found: list[str] = []

    def run() -> None:
        barrier.wait()
        found.append(client.ensure(tagged(lab(), team="ml")).status)

    threads = [threading.Thread(target=run) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == ["created"] + ["unchanged"] * 7
    assert state(client) == tagged(lab(), team="ml")


def test_ensure_goes_beyond_the_limits_where_the_config_does() -> None:
    """The name of a config was checked when it was built, as its builder wished."""
    with unchecked():
        config = lab("x" * 80)
    wire = Wire(described(AppImageConfigName="x" * 80, JupyterLabAppImageConfig={"FileSystemConfig": {}}))
    assert AppImageConfigClient(wire.client()).ensure(config).status == "unchanged"


def test_a_description_without_an_arn_is_named_where_tags_are_declared() -> None:
    """Which only a stub gives."""
    client = AppImageConfigClient(Wire(Answer({"AppImageConfigName": "image"})).client())
    with pytest.raises(AppImageConfigError, match="add AppImageConfigArn to the response"):
        client.ensure(tagged(lab()))


@pytest.mark.parametrize("method", ["ensure", "plan", "apply"])
def test_what_is_wrong_is_refused_before_any_call(method: str) -> None:
    """With what would be right."""
    wire = Wire()
    wrong: Any = {"ensure": {"a": 1}, "plan": [{"a": 1}], "apply": [lab()]}[method]
    with pytest.raises(TypeError, match=r"read it with from_request|client\.plan"):
        getattr(AppImageConfigClient(wire.client()), method)(wrong)
    assert wire.sent == []


# plan


def test_a_plan_tells_what_would_be_done_and_does_nothing(
    client: AppImageConfigClient, made: Callable[[], list[str]]
) -> None:
    """In the order of the declarations, by one list."""
    for config in (lab("same"), lab("changed", default_uid=1), lab("other")):
        client.create(config)
    made()
    plan = client.plan([lab("new"), lab("changed", default_uid=0), lab("same")])
    assert str(plan) == (
        "+ create new\n"
        "~ update changed\n"
        "    JupyterLabAppImageConfig.FileSystemConfig.DefaultUid: 1 -> 0\n"
        "= unchanged same\n"
        "Plan: 1 to create, 1 to update, 1 unchanged."
    )
    assert made() == ["ListAppImageConfigs"]


@pytest.mark.parametrize(("existing", "lists"), [(0, 1), (1, 1), (100, 1), (101, 2), (250, 3)])
def test_a_plan_lists_a_hundred_at_a_time(
    client: AppImageConfigClient, made: Callable[[], list[str]], existing: int, lists: int
) -> None:
    """And describes nothing."""
    configs = [lab(f"image-{number}") for number in range(existing)]
    for config in configs:
        client.create(config)
    made()
    assert {step.action for step in client.plan([*configs, lab("new")]).steps[:-1]} <= {"unchanged"}
    assert made() == ["ListAppImageConfigs"] * lists


def test_a_plan_reads_the_tags_of_those_that_declare_them_and_exist(
    client: AppImageConfigClient, made: Callable[[], list[str]]
) -> None:
    """One call each."""
    for name in ("a", "b", "c"):
        client.create(tagged(lab(name), team="ml"))
    made()
    plan = client.plan([tagged(lab("a"), team="ml"), tagged(lab("b")), lab("c"), tagged(lab("d"), team="ml")])
    assert [step.action for step in plan.steps] == ["unchanged", "update", "unchanged", "create"]
    assert sorted(made()) == ["ListAppImageConfigs", "ListTags", "ListTags"]


def test_a_plan_of_nothing_calls_nothing(client: AppImageConfigClient, made: Callable[[], list[str]]) -> None:
    """There is nothing to compare."""
    assert client.plan([]) == Plan(())
    assert made() == []


def test_a_plan_creates_what_is_deleted_while_it_is_made(service: InMemorySageMaker) -> None:
    """Listed, and gone before its tags are read."""
    client = AppImageConfigClient(service.client())
    client.create(tagged(lab()))
    service.inject(Fault.error("ResourceNotFound"), operation="ListTags")
    assert [step.action for step in client.plan([tagged(lab())]).steps] == ["create"]


def test_a_name_that_stands_twice_is_an_error(client: AppImageConfigClient, made: Callable[[], list[str]]) -> None:
    """All of them at once, and nothing is called."""
    with pytest.raises(InvalidAppImageConfigError) as caught:
        client.plan([lab("a"), lab("b"), editor("a"), lab("b"), lab("a")])
    assert [str(violation) for violation in caught.value.violations] == [
        "[2].AppImageConfigName: 'a' is the name of [0] as well; declare each config once",
        "[3].AppImageConfigName: 'b' is the name of [1] as well; declare each config once",
        "[4].AppImageConfigName: 'a' is the name of [0] as well; declare each config once",
    ]
    assert made() == []


def test_one_config_instead_of_many_is_refused(client: AppImageConfigClient) -> None:
    """With what to do."""
    wrong: Any = lab()
    with pytest.raises(TypeError, match="put the one into a list"):
        client.plan(wrong)


def test_a_plan_prunes_what_is_not_declared_only_by_a_part_of_its_name(client: AppImageConfigClient) -> None:
    """Off by default; sorted by name, after the rest."""
    for name in ("team-b", "team-a", "other", "team-keep"):
        client.create(lab(name))
    assert client.plan([lab("team-keep")]).changes == ()
    plan = client.plan([lab("team-keep"), lab("new")], prune=True, name_contains="team-")
    assert [f"{step.action} {step.app_image_config_name}" for step in plan.steps] == [
        "unchanged team-keep",
        "create new",
        "delete team-a",
        "delete team-b",
    ]
    assert statuses(client.apply(plan)) == {
        "team-keep": "unchanged",
        "new": "created",
        "team-a": "deleted",
        "team-b": "deleted",
    }
    assert sorted(str(details.app_image_config_name) for details in client.list()) == ["new", "other", "team-keep"]


def test_a_plan_may_prune_everything_of_a_name(client: AppImageConfigClient) -> None:
    """With nothing declared at all."""
    client.create(lab("team-a"))
    assert [step.action for step in client.plan([], prune=True, name_contains="team").steps] == ["delete"]


@pytest.mark.parametrize("arguments", [{"prune": True}, {"name_contains": "a"}, {"prune": True, "name_contains": ""}])
def test_pruning_needs_a_part_of_the_name(
    client: AppImageConfigClient, made: Callable[[], list[str]], arguments: Any
) -> None:
    """And a part of the name means nothing without it."""
    with pytest.raises(ValueError, match="give both of them, or neither"):
        client.plan([lab()], **arguments)
    assert made() == []


# apply


def test_apply_carries_out_a_plan_and_tells_of_each(
    client: AppImageConfigClient, made: Callable[[], list[str]]
) -> None:
    """A second plan changes nothing, and applying it calls nothing."""
    client.create(lab("changed", default_uid=1))
    configs = [lab("new"), tagged(lab("changed", default_uid=0), team="ml")]
    plan = client.plan(configs)
    made()
    outcomes = {outcome.app_image_config_name: outcome for outcome in client.apply(plan, max_workers=1)}
    assert statuses(outcomes.values()) == {"new": "created", "changed": "updated"}
    assert outcomes["changed"].difference == plan.steps[1].difference
    assert made() == ["Create", "Describe", "ListTags", "Update", "AddTags", "Describe", "ListTags"]
    again = client.plan(configs)
    made()
    assert statuses(client.apply(again)) == {"new": "unchanged", "changed": "unchanged"}
    assert made() == []


def test_apply_goes_on_past_a_failure_and_reports_it(service: InMemorySageMaker, client: AppImageConfigClient) -> None:
    """Nothing is swallowed."""
    client.create(lab("b", default_uid=1))
    plan = client.plan([lab("a"), lab("b"), lab("c")])
    service.inject(Fault.throttling(), operation="UpdateAppImageConfig", times=9)
    outcomes = {outcome.app_image_config_name: outcome for outcome in client.apply(plan)}
    assert statuses(outcomes.values()) == {"a": "created", "b": "failed", "c": "created"}
    assert isinstance(outcomes["b"].error, ThrottlingError)


@pytest.mark.usefixtures("no_sleep")
def test_apply_reports_every_kind_of_error() -> None:
    """Of botocore and of Python, too."""

    class Broken:
        """A client that has nothing."""

    wrong: Any = Broken()
    plan = AppImageConfigClient(InMemorySageMaker().client()).plan([lab()])
    (outcome,) = AppImageConfigClient(wrong).apply(plan)
    assert outcome.status == "failed"
    assert isinstance(outcome.error, AttributeError)


CHANGES: list[tuple[Callable[[AppImageConfigClient], object], str]] = [
    (lambda client: client.update(lab(default_uid=7)), "was changed"),
    (lambda client: client.update(lab(default_uid=1, default_gid=7)), "was changed"),
    (lambda client: client.update(lab(default_uid=1)), "was changed"),
    (lambda client: client.add_tags(ARN, {"theirs": "x"}), "was changed"),
    (lambda client: client.delete("image"), "was deleted"),
]


@pytest.mark.parametrize(("change", "what"), CHANGES)
def test_apply_refuses_what_changed_since_the_plan(change: Callable[[AppImageConfigClient], object], what: str) -> None:
    """By its last-modified time, its tags, or its absence; the others are carried out."""
    times = (datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=second) for second in range(100))
    client = AppImageConfigClient(InMemorySageMaker(clock=lambda: next(times)).client())
    client.create(lab(default_uid=1))
    plan = client.plan([tagged(lab(default_uid=0), team="ml"), lab("other")])
    change(client)
    before = statuses([]) if what == "was deleted" else state(client)
    outcomes = {outcome.app_image_config_name: outcome for outcome in client.apply(plan)}
    assert statuses(outcomes.values()) == {"image": "failed", "other": "created"}
    error = outcomes["image"].error
    assert isinstance(error, StalePlanError)
    assert str(error) == f"AppImageConfig 'image' {what} since the plan was made, so it was left alone; plan again"
    if what == "was deleted":
        with pytest.raises(ResourceNotFoundError):
            client.describe("image")
    else:
        assert state(client) == before


def test_apply_refuses_what_was_created_since_the_plan(client: AppImageConfigClient) -> None:
    """Unless it is what was to be created."""
    plan = client.plan([lab("a"), lab("b")])
    client.create(lab("a", default_uid=5))
    client.create(lab("b"))
    outcomes = {outcome.app_image_config_name: outcome for outcome in client.apply(plan)}
    assert statuses(outcomes.values()) == {"a": "failed", "b": "unchanged"}
    assert "'a' was created since the plan" in str(outcomes["a"].error)
    assert str(outcomes["b"].app_image_config_arn).endswith("app-image-config/b")


def test_apply_leaves_what_has_become_as_declared_since_the_plan(
    client: AppImageConfigClient, made: Callable[[], list[str]]
) -> None:
    """So that the same plan may be applied twice at once."""
    client.create(lab(default_uid=1))
    plan = client.plan([lab(default_uid=0)])
    client.update(lab(default_uid=0))
    made()
    assert statuses(client.apply(plan)) == {"image": "unchanged"}
    assert made() == ["Describe"]


def test_a_deletion_refuses_what_changed_and_takes_what_is_gone() -> None:
    """By its last-modified time."""
    times = (datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=second) for second in range(100))
    client = AppImageConfigClient(InMemorySageMaker(clock=lambda: next(times)).client())
    for name in ("a", "b", "c"):
        client.create(lab(name))
    plans = [client.plan([], prune=True, name_contains=name) for name in ("a", "b", "c")]
    client.update(lab("a", default_uid=5))
    client.delete("b")
    found = statuses(outcome for plan in plans for outcome in client.apply(plan))
    assert found == {"a": "failed", "b": "deleted", "c": "deleted"}
    assert [details.app_image_config_name for details in client.list()] == ["a"]


def test_apply_replaces_only_when_it_is_told_to(client: AppImageConfigClient) -> None:
    """As ensure does."""
    client.create(lab())
    plan = client.plan([editor()])
    (outcome,) = client.apply(plan)
    assert isinstance(outcome.error, NotConvergedError)
    (outcome,) = client.apply(client.plan([editor()]), replace=True)
    assert outcome.status == "replaced"


def test_apply_yields_each_outcome_as_it_ends(service: InMemorySageMaker, client: AppImageConfigClient) -> None:
    """A slow one keeps none of the others waiting."""
    client.create(lab("slow", default_uid=1))
    plan = client.plan([lab("slow"), *(lab(f"image-{number}") for number in range(6))])
    service.inject(Fault.slow(1.0), operation="UpdateAppImageConfig")
    outcomes = list(client.apply(plan, max_workers=2))
    assert outcomes[-1].app_image_config_name == "slow"
    assert len(outcomes) == 7


@pytest.mark.parametrize("max_workers", [1, 3])
def test_apply_has_no_more_under_way_than_it_may(service: InMemorySageMaker, max_workers: int) -> None:
    """And as many, where there is enough to do."""
    sagemaker = service.client()
    lock = threading.Lock()
    now: list[int] = [0]
    most: list[int] = [0]

    def begin(**_: Any) -> None:
        with lock:
            now[0] += 1
            most[0] = max(most[0], now[0])
        time.sleep(0.02)

    def end(**_: Any) -> None:
        with lock:
            now[0] -= 1

    sagemaker.meta.events.register("before-call.sagemaker.CreateAppImageConfig", begin)
    sagemaker.meta.events.register("after-call.sagemaker.CreateAppImageConfig", end)
    client = AppImageConfigClient(sagemaker)
    plan = client.plan([lab(f"image-{number}") for number in range(20)])
    assert len(list(client.apply(plan, max_workers=max_workers))) == 20
    assert most[0] == max_workers


def applied(client: AppImageConfigClient) -> set[str]:
    """Return the names of what is there."""
    return {str(details.app_image_config_name) for details in client.list()}


def test_apply_begins_nothing_more_once_it_is_told_to_stop(client: AppImageConfigClient) -> None:
    """What is under way is finished, and told of."""
    plan = client.plan([lab(f"image-{number}") for number in range(10)])
    outcomes: list[Outcome] = []
    for outcome in client.apply(plan, max_workers=2, stop=lambda: len(outcomes) >= 3):
        outcomes.append(outcome)  # noqa: PERF402 - stop reads it
    assert 3 <= len(outcomes) < 10
    assert {outcome.app_image_config_name for outcome in outcomes} == applied(client)


def test_an_iteration_that_is_ended_early_finishes_what_is_under_way(client: AppImageConfigClient) -> None:
    """And begins nothing more."""
    plan = client.plan([lab(f"image-{number}") for number in range(10)])
    outcomes: Iterator[Outcome] = client.apply(plan, max_workers=1)
    next(outcomes)
    outcomes.close()  # type: ignore[attr-defined]
    assert applied(client) == {"image-0"}


def test_apply_knows_in_its_threads_what_is_unchecked(service: InMemorySageMaker) -> None:
    """As if it ran in the caller's."""
    with unchecked():
        client = AppImageConfigClient(service.client())
        secret = ContainerConfig(container_environment_variables={"A": "x" * 300})
        app = JupyterLabAppImageConfig(container_config=secret)
        plan = client.plan([attrs.evolve(lab(), jupyter_lab_app_image_config=app)])
        (outcome,) = client.apply(plan)
    assert "Member must have length less than or equal to 256" in str(outcome.error)


def test_too_few_workers_are_refused(client: AppImageConfigClient) -> None:
    """At once, and not with the first outcome."""
    with pytest.raises(ValueError, match="max_workers is 0, minimum 1"):
        client.apply(Plan(()), max_workers=0)


def test_kernels_are_declared_in_order(client: AppImageConfigClient) -> None:
    """So that an update reorders them."""
    first, second = KernelSpec(name="python3"), KernelSpec(name="ir")
    config = AppImageConfig(
        app_image_config_name="image",
        kernel_gateway_image_config=KernelGatewayImageConfig(kernel_specs=[first, second]),
    )
    client.create(config)
    gateway = KernelGatewayImageConfig(kernel_specs=[second, first])
    assert client.ensure(attrs.evolve(config, kernel_gateway_image_config=gateway)).status == "updated"
    assert state(client).kernel_gateway_image_config == gateway
