from __future__ import annotations

import os
import signal
import threading
from datetime import UTC, datetime
from itertools import count
from typing import TYPE_CHECKING, Any
from unittest.mock import NonCallableMock

import attrs
import pytest
from botocore.config import Config
from systems import needs_signals
from wire import Response, Wire

from appimageconfig import (
    AccessDeniedError,
    AppImageConfig,
    AppImageConfigClient,
    AppImageConfigError,
    ApplyError,
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
    RequestValidationError,
    ResourceInUseError,
    ResourceLimitExceededError,
    ResourceNotFoundError,
    ServiceError,
    StalePlanError,
    Step,
    from_response,
    unchecked,
)
from appimageconfig.testing import Assumptions, Fault, InMemorySageMaker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

CANARY = "hush-71c2"
ARN = "arn:aws:sagemaker:us-east-1:123456789012:app-image-config/image"


@pytest.fixture
def service() -> InMemorySageMaker:
    """Return an empty SageMaker in memory, where every write has a time of its own."""
    seconds = count()
    return InMemorySageMaker(clock=lambda: datetime.fromtimestamp(next(seconds), UTC))


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
    """Return the actual state, with its tags."""
    details = client.describe(name)
    return details.to_config(client.list_tags(details.app_image_config_arn))


def raising(error: BaseException) -> Callable[..., Any]:
    """Return a function that raises *error*, whatever it is called with."""

    def raise_it(*_: Any, **__: Any) -> None:
        raise error

    return raise_it


def failed(client: AppImageConfigClient, plan: Plan, *, replace: bool = False) -> ApplyError:
    """Apply *plan*, and return the error."""
    with pytest.raises(ApplyError) as caught:
        client.apply(plan, replace=replace)
    return caught.value


def statuses(outcomes: Iterable[Outcome]) -> dict[str, str]:
    """Return the status of each config."""
    return {outcome.app_image_config_name: outcome.status for outcome in outcomes}


def applied(client: AppImageConfigClient) -> set[str]:
    """Return the names of the configs that exist."""
    return {details.app_image_config_name for details in client.list()}


# ensure


def test_ensure_creates_a_missing_config_with_its_tags_in_two_calls(
    client: AppImageConfigClient, made: Callable[[], list[str]]
) -> None:
    outcome = client.ensure(tagged(lab(), team="ml"))
    assert outcome == Outcome(status="created", app_image_config_name="image", app_image_config_arn=ARN)
    assert made() == ["Describe", "Create"]
    assert state(client) == tagged(lab(), team="ml")


@pytest.mark.parametrize(
    ("config", "calls"), [(lab(), ["Describe"]), (tagged(lab(), team="ml"), ["Describe", "ListTags"])]
)
def test_ensure_of_a_config_that_is_up_to_date_only_reads(
    client: AppImageConfigClient, made: Callable[[], list[str]], config: AppImageConfig, calls: list[str]
) -> None:
    client.create(tagged(lab(), team="ml"))
    made()
    assert client.ensure(config) == Outcome(status="unchanged", app_image_config_name="image", app_image_config_arn=ARN)
    assert made() == calls


def test_ensure_updates_a_config_that_differs_and_reads_it_again(
    client: AppImageConfigClient, made: Callable[[], list[str]]
) -> None:
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
def test_ensure_makes_no_update_if_only_tags_differ(
    client: AppImageConfigClient, made: Callable[[], list[str]], declared: dict[str, str], calls: list[str]
) -> None:
    client.create(tagged(lab(), team="ml"))
    made()
    assert client.ensure(tagged(lab(), **declared)).status == "updated"
    assert made() == ["Describe", "ListTags", *calls, "Describe", "ListTags"]
    assert state(client).tags == declared


def test_ensure_adds_only_tags_that_differ(service: InMemorySageMaker, client: AppImageConfigClient) -> None:
    client.create(tagged(lab(), team="ml", stage="test"))
    client.ensure(tagged(lab(), team="ml", stage="prod"))
    (request,) = [call.request for call in service.calls if call.operation == "AddTags"]
    assert request["Tags"] == [{"Key": "stage", "Value": "prod"}]


def test_ensure_keeps_tags_of_aws(client: AppImageConfigClient) -> None:
    """CloudFormation and other services set tags whose keys begin with aws:."""
    client.create(tagged(lab(), **{"aws:stack": "s", "aws-team": "", "old": ""}))
    assert client.ensure(tagged(lab(), team="ml")).status == "updated"
    assert state(client).tags == {"aws:stack": "s", "team": "ml"}
    assert client.ensure(tagged(lab(), team="ml")).status == "unchanged"


def test_ensure_deletes_tags_before_it_adds_others(client: AppImageConfigClient) -> None:
    """A config has at most 50 at any time."""
    client.create(tagged(lab(), **{f"old-{number}": "" for number in range(50)}))
    declared = {f"new-{number}": "" for number in range(50)}
    client.ensure(tagged(lab(), **declared))
    assert state(client).tags == declared


def test_ensure_accepts_an_update_that_removed_the_other_app_config() -> None:
    client = AppImageConfigClient(InMemorySageMaker(assumptions=Assumptions(update="replace")).client())
    client.create(lab())
    assert client.ensure(editor()).status == "updated"
    assert state(client) == tagged(editor())


def test_ensure_reports_an_app_config_that_an_update_kept() -> None:
    """AWS does not document whether an update removes the app configs that it leaves out."""
    client = AppImageConfigClient(InMemorySageMaker(assumptions=Assumptions(update="merge")).client())
    client.create(lab())
    with pytest.raises(NotConvergedError, match="pass replace=True") as caught:
        client.ensure(editor())
    left = 'JupyterLabAppImageConfig: {"FileSystemConfig": {}} -> (absent)'
    assert str(caught.value.difference) == left
    assert state(client).jupyter_lab_app_image_config is not None


def test_ensure_reports_members_that_an_empty_app_config_did_not_clear() -> None:
    """AWS does not document that either."""
    client = AppImageConfigClient(InMemorySageMaker(assumptions=Assumptions(empty_app_config="keeps")).client())
    client.create(lab(mount_path="/a"))
    empty = attrs.evolve(lab(), jupyter_lab_app_image_config=JupyterLabAppImageConfig())
    with pytest.raises(NotConvergedError, match=r'FileSystemConfig: {"MountPath": "/a"} -> \(absent\)'):
        client.ensure(empty)


def test_ensure_sends_no_update_without_an_app_config(
    client: AppImageConfigClient, made: Callable[[], list[str]]
) -> None:
    client.create(lab())
    made()
    with pytest.raises(NotConvergedError):
        client.ensure(AppImageConfig(app_image_config_name="image"))
    assert set(made()) == {"Describe"}


def test_ensure_with_replace_deletes_and_recreates_and_keeps_the_tags(
    client: AppImageConfigClient, made: Callable[[], list[str]], pauses: list[float]
) -> None:
    """Tags of AWS cannot be set; AWS sets them itself."""
    client.create(tagged(lab(), **{"team": "ml", "aws:stack": "s"}))
    made()
    outcome = client.ensure(editor(), replace=True)
    assert outcome.status == "replaced"
    assert "CodeEditorAppImageConfig: (absent) -> {}" in str(outcome.difference)
    reads = ["Describe"] * 4
    assert made() == ["Describe", "Update", *reads, "ListTags", "ListTags", "Delete", "Create", "Describe"]
    assert pauses == [0.1, 0.2, 0.4]
    assert state(client) == tagged(editor(), team="ml")
    assert client.ensure(tagged(lab(), new="tag"), replace=True).status == "replaced"
    assert state(client) == tagged(lab(), new="tag")


def test_ensure_with_replace_prefers_an_update(client: AppImageConfigClient, made: Callable[[], list[str]]) -> None:
    client.create(lab())
    assert client.ensure(lab(default_uid=5), replace=True).status == "updated"
    assert "Delete" not in made()


RESTORED = "AppImageConfig 'image' could not be replaced, and was restored as it was. Its tags were {'team': 'ml'}"
EXISTS = "AppImageConfig 'image' could not be replaced, but exists; run ensure again. Its tags were {'team': 'ml'}"


def missing(error: str) -> str:
    """Return the note on a replacement after which nothing could be restored."""
    return (
        f"AppImageConfig 'image' may be missing: it could be neither replaced nor restored ({error}); "
        "run ensure again. Its tags were {'team': 'ml'}"
    )


def test_a_config_is_restored_with_its_tags_if_its_replacement_fails(
    service: InMemorySageMaker, client: AppImageConfigClient, made: Callable[[], list[str]]
) -> None:
    client.create(tagged(lab(), **{"team": "ml", "aws:stack": "s"}))
    before = client.describe("image").to_config()
    service.inject(Fault.error("ResourceLimitExceeded"), operation="CreateAppImageConfig")
    made()
    with pytest.raises(ResourceLimitExceededError) as caught:
        client.ensure(AppImageConfig(app_image_config_name="image"), replace=True)
    assert caught.value.__notes__ == [RESTORED]
    assert made()[-3:] == ["Delete", "Create", "Create"]
    assert state(client) == attrs.evolve(before, tags={"team": "ml"})


def test_the_error_has_the_lost_tags_if_the_config_cannot_be_restored(
    service: InMemorySageMaker, client: AppImageConfigClient
) -> None:
    client.create(tagged(lab(), team="ml"))
    service.inject(Fault.error("AccessDeniedException"), operation="CreateAppImageConfig", times=2)
    with pytest.raises(AccessDeniedError) as caught:
        client.ensure(editor(), replace=True)
    assert caught.value.__notes__ == [missing("AccessDeniedError")]
    assert client.ensure(editor()).status == "created"


@pytest.mark.parametrize(
    "event", ["after-call.sagemaker.DeleteAppImageConfig", "before-call.sagemaker.CreateAppImageConfig"]
)
def test_a_config_is_restored_if_its_replacement_is_interrupted(service: InMemorySageMaker, event: str) -> None:
    """Ctrl-C raises a KeyboardInterrupt, which is not an Exception."""
    sagemaker = service.client()
    client = AppImageConfigClient(sagemaker)
    client.create(tagged(lab(), team="ml"))

    def interrupt(**_: Any) -> None:
        sagemaker.meta.events.unregister(event, interrupt)
        raise KeyboardInterrupt

    sagemaker.meta.events.register(event, interrupt)
    with pytest.raises(KeyboardInterrupt) as caught:
        client.ensure(AppImageConfig(app_image_config_name="image"), replace=True)
    assert caught.value.__notes__ == [RESTORED]
    assert state(client) == tagged(lab(), team="ml")


def test_a_config_that_another_writer_deletes_is_replaced(service: InMemorySageMaker) -> None:
    sagemaker, other = service.client(), AppImageConfigClient(service.client())
    other.create(lab())

    def delete(**_: Any) -> None:
        other.delete("image")

    sagemaker.meta.events.register("before-call.sagemaker.DeleteAppImageConfig", delete)
    assert AppImageConfigClient(sagemaker).ensure(editor(), replace=True).status == "replaced"
    assert state(other) == tagged(editor())


def test_a_second_ctrl_c_leaves_a_note_with_the_lost_tags(service: InMemorySageMaker) -> None:
    sagemaker = service.client()
    client = AppImageConfigClient(sagemaker)
    client.create(tagged(lab(), team="ml"))
    sagemaker.meta.events.register("before-call.sagemaker.CreateAppImageConfig", raising(KeyboardInterrupt()))
    with pytest.raises(KeyboardInterrupt) as caught:
        client.ensure(editor(), replace=True)
    assert caught.value.__notes__ == [missing("KeyboardInterrupt")]


def test_a_replacement_that_was_created_although_its_creation_failed_is_kept(service: InMemorySageMaker) -> None:
    once = Config(retries={"total_max_attempts": 1, "mode": "standard"})
    client = AppImageConfigClient(service.client(config=once))
    client.create(tagged(lab(), team="ml"))
    service.inject(Fault.server_error(after=True), operation="CreateAppImageConfig")
    with pytest.raises(ServiceError) as caught:
        client.ensure(editor(), replace=True)
    assert caught.value.__notes__ == [EXISTS]
    assert state(client) == tagged(editor(), team="ml")


def test_a_replacement_whose_response_was_lost_is_found(
    service: InMemorySageMaker, client: AppImageConfigClient
) -> None:
    """Botocore repeats the request, and the service refuses it: the name is in use."""
    client.create(lab())
    service.inject(Fault.server_error(after=True), operation="CreateAppImageConfig")
    assert client.ensure(editor(), replace=True).status == "replaced"
    assert state(client) == tagged(editor())


def described(**members: Any) -> Response:
    """Return a response of DescribeAppImageConfig."""
    return Response({"AppImageConfigArn": ARN, "AppImageConfigName": "image", **members})


def test_ensure_reports_a_difference_that_remains_after_a_replacement() -> None:
    """A service that adds defaults would let it replace the config again in every run."""
    wire = Wire(described(JupyterLabAppImageConfig={"FileSystemConfig": {"DefaultUid": 1000}}, Tags=[]))
    client = AppImageConfigClient(wire.client())
    with pytest.raises(NotConvergedError, match="was deleted and recreated") as caught:
        client.ensure(attrs.evolve(lab(), jupyter_lab_app_image_config=JupyterLabAppImageConfig()), replace=True)
    assert str(caught.value.difference).endswith('FileSystemConfig: {"DefaultUid": 1000} -> (absent)')


class LaterSageMaker(NonCallableMock):
    """A boto3 client of a later service model, with a member ``Quota`` that the library does not know."""

    lab: Mapping[str, Any] = {"FileSystemConfig": {"DefaultUid": 1, "Quota": 7}}
    tags: Sequence[Mapping[str, str]] = ()

    def describe_app_image_config(self, **request: Any) -> dict[str, Any]:
        """Return the app config."""
        return {**request, "AppImageConfigArn": ARN, "JupyterLabAppImageConfig": self.lab}

    def update_app_image_config(self, **request: Any) -> dict[str, Any]:
        """Replace the app config."""
        self.lab = request["JupyterLabAppImageConfig"]
        return {"AppImageConfigArn": ARN}

    def delete_app_image_config(self, **_: Any) -> dict[str, Any]:
        """Delete the app config."""
        self.lab = {}
        return {}

    def create_app_image_config(self, **request: Any) -> dict[str, Any]:
        """Store an app config and its tags."""
        self.lab, self.tags = request["JupyterLabAppImageConfig"], request["Tags"]
        return {"AppImageConfigArn": ARN}

    def get_paginator(self, _: str) -> LaterSageMaker:
        """Return the paginator of ListTags."""
        return self

    def paginate(self, **_: Any) -> list[dict[str, Any]]:
        """Return all tags on one page."""
        return [{"Tags": self.tags}]


class LaterKernels(LaterSageMaker):
    """A service whose kernels have a member ``Quota``."""

    def __init__(self, *quotas: tuple[str, int]) -> None:
        """Start with these kernels."""
        super().__init__()
        self.gateway: Any = {"KernelSpecs": [{"Name": name, "Quota": quota} for name, quota in quotas]}

    def describe_app_image_config(self, **request: Any) -> dict[str, Any]:
        """Return the app config."""
        return {**request, "AppImageConfigArn": ARN, "KernelGatewayImageConfig": self.gateway}

    def update_app_image_config(self, **request: Any) -> dict[str, Any]:
        """Replace the app config."""
        self.gateway = request["KernelGatewayImageConfig"]
        return {"AppImageConfigArn": ARN}


class ImmutableSageMaker(LaterSageMaker):
    """A service whose updates and new tags change nothing."""

    def update_app_image_config(self, **_: Any) -> dict[str, Any]:
        """Change nothing."""
        return {"AppImageConfigArn": ARN}

    def add_tags(self, **_: Any) -> dict[str, Any]:
        """Change nothing."""
        return {}


def test_an_update_keeps_unmodelled_members_at_every_level() -> None:
    sagemaker = LaterSageMaker()
    client = AppImageConfigClient(sagemaker)
    assert client.ensure(lab(default_uid=5)).status == "updated"
    assert sagemaker.lab == {"FileSystemConfig": {"DefaultUid": 5, "Quota": 7}}
    assert client.ensure(lab(default_uid=5)).status == "unchanged"


@pytest.mark.parametrize(
    ("before", "desired", "after"),
    [
        ([("python3", 7)], ["python3"], [{"Name": "python3", "Quota": 7}]),
        ([("python3", 7), ("ir", 8)], ["ir", "python3"], [{"Name": "ir", "Quota": 8}, {"Name": "python3", "Quota": 7}]),
        ([("python3", 7), ("ir", 8)], ["new", "ir"], [{"Name": "new"}, {"Name": "ir", "Quota": 8}]),
        (
            [("ir", 7), ("ir", 8)],
            ["ir", "ir", "ir"],
            [{"Name": "ir", "Quota": 7}, {"Name": "ir", "Quota": 8}, {"Name": "ir"}],
        ),
    ],
)
def test_an_update_keeps_unmodelled_members_of_kernels_of_the_same_name(
    before: list[tuple[str, int]], desired: list[str], after: list[dict[str, Any]]
) -> None:
    sagemaker = LaterKernels(*before)
    gateway = KernelGatewayImageConfig(
        kernel_specs=[KernelSpec(name=name) for name in desired],
        file_system_config=FileSystemConfig(default_uid=0),
    )
    config = AppImageConfig(app_image_config_name="image", kernel_gateway_image_config=gateway)
    client = AppImageConfigClient(sagemaker)
    assert client.ensure(config).status == "updated"
    assert sagemaker.gateway == {"KernelSpecs": after, "FileSystemConfig": {"DefaultUid": 0}}
    assert client.ensure(config).status == "unchanged"


def test_a_replacement_keeps_unmodelled_members() -> None:
    sagemaker = ImmutableSageMaker()
    assert AppImageConfigClient(sagemaker).ensure(lab(default_uid=5), replace=True).status == "replaced"
    assert sagemaker.lab == {"FileSystemConfig": {"DefaultUid": 5, "Quota": 7}}


def test_a_replacement_has_the_desired_tags() -> None:
    sagemaker = ImmutableSageMaker()
    config = tagged(lab(default_uid=5), team="ml")
    assert AppImageConfigClient(sagemaker).ensure(config, replace=True).status == "replaced"
    assert sagemaker.tags == [{"Key": "team", "Value": "ml"}]


@pytest.mark.parametrize("quota", [7, 8])
def test_an_update_sends_the_desired_values_of_unmodelled_members(quota: int) -> None:
    sagemaker = LaterSageMaker()
    client = AppImageConfigClient(sagemaker)
    files = {"DefaultUid": 5, "Quota": quota}
    response = {
        "AppImageConfigName": "image",
        "AppImageConfigArn": ARN,
        "JupyterLabAppImageConfig": {"FileSystemConfig": files},
    }
    assert client.ensure(from_response(response).to_config()).status == "updated"
    assert sagemaker.lab == {"FileSystemConfig": files}


@pytest.mark.parametrize(
    ("theirs", "expected"),
    [
        (lab(), "unchanged: Describe, Create, Describe"),
        (lab(default_uid=7), "updated: Describe, Create, Describe, Update, Describe"),
    ],
)
def test_ensure_updates_a_config_that_another_writer_created_in_between(
    service: InMemorySageMaker, made: Callable[[], list[str]], theirs: AppImageConfig, expected: str
) -> None:
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


def test_ensure_finds_its_own_creation_whose_response_was_lost(
    service: InMemorySageMaker, client: AppImageConfigClient, made: Callable[[], list[str]]
) -> None:
    service.inject(Fault.connection_error(after=True), operation="CreateAppImageConfig")
    assert client.ensure(lab()).status == "unchanged"
    assert made() == ["Describe", "Create", "Create", "Describe"]


def test_ensure_in_many_threads_creates_once_and_converges(service: InMemorySageMaker) -> None:
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


def test_ensure_accepts_a_config_that_was_built_in_unchecked() -> None:
    with unchecked():
        config = lab("x" * 80)
    wire = Wire(described(AppImageConfigName="x" * 80, JupyterLabAppImageConfig={"FileSystemConfig": {}}))
    assert AppImageConfigClient(wire.client()).ensure(config).status == "unchanged"


def test_ensure_changes_tags_that_break_the_model() -> None:
    """The service may accept longer values than this version knows."""
    details = described(JupyterLabAppImageConfig={"FileSystemConfig": {}})
    long, short = (Response({"Tags": [{"Key": "team", "Value": value}]}) for value in ("x" * 300, "ml"))
    wire = Wire(details, long, Response(), details, short)
    assert AppImageConfigClient(wire.client()).ensure(tagged(lab(), team="ml")).status == "updated"


def test_ensure_replaces_a_config_that_was_built_in_unchecked() -> None:
    with unchecked():
        config = lab("x" * 80)
    before = described(AppImageConfigName="x" * 80)
    after = described(AppImageConfigName="x" * 80, JupyterLabAppImageConfig={"FileSystemConfig": {}})
    written = Response({"AppImageConfigArn": ARN})
    tags = Response({"Tags": []})
    wire = Wire(before, written, *[before] * 4, tags, tags, Response(), written, after)
    assert AppImageConfigClient(wire.client()).ensure(config, replace=True).status == "replaced"


def test_apply_deletes_a_config_whose_name_breaks_the_model() -> None:
    """The service may accept longer names than this version knows."""
    config = {"AppImageConfigName": "x" * 80, "AppImageConfigArn": ARN}
    wire = Wire(Response({"AppImageConfigs": [config]}), Response(config), Response())
    client = AppImageConfigClient(wire.client())
    assert statuses(client.apply(client.plan([], prune="x"))) == {"x" * 80: "deleted"}
    assert wire.sent[-1].target == "SageMaker.DeleteAppImageConfig"


def test_ensure_of_tags_needs_the_arn_in_the_response() -> None:
    client = AppImageConfigClient(Wire(Response({"AppImageConfigName": "image"})).client())
    with pytest.raises(AppImageConfigError, match="if the client is stubbed, add it to the response"):
        client.ensure(tagged(lab()))


@pytest.mark.parametrize("method", ["ensure", "plan", "apply"])
def test_a_wrong_type_is_refused_before_any_call(method: str) -> None:
    wire = Wire()
    wrong: Any = {"ensure": {"a": 1}, "plan": [{"a": 1}], "apply": [lab()]}[method]
    with pytest.raises(TypeError, match=r"read it with from_request|client\.plan"):
        getattr(AppImageConfigClient(wire.client()), method)(wrong)
    assert wire.sent == []


# plan


def test_plan_shows_the_steps_and_only_lists(client: AppImageConfigClient, made: Callable[[], list[str]]) -> None:
    for config in (lab("same"), lab("changed", default_uid=1), lab("other")):
        client.create(config)
    made()
    plan = client.plan([lab("new"), lab("changed", default_uid=0), lab("same")])
    assert str(plan) == (
        "+ create new\n"
        "    JupyterLabAppImageConfig.FileSystemConfig: {}\n"
        "~ update changed\n"
        "    JupyterLabAppImageConfig.FileSystemConfig.DefaultUid: 1 -> 0\n"
        "Plan: 1 to create, 1 to update, 1 unchanged, 0 to delete."
    )
    assert made() == ["ListAppImageConfigs"]


@pytest.mark.parametrize(("existing", "lists"), [(0, 1), (1, 1), (100, 1), (101, 2), (250, 3)])
def test_plan_lists_100_configs_a_call_and_describes_none(
    client: AppImageConfigClient, made: Callable[[], list[str]], existing: int, lists: int
) -> None:
    configs = [lab(f"image-{number}") for number in range(existing)]
    for config in configs:
        client.create(config)
    made()
    assert {step.action for step in client.plan([*configs, lab("new")]).steps[:-1]} <= {"unchanged"}
    assert made() == ["ListAppImageConfigs"] * lists


def test_plan_reads_tags_only_of_existing_configs_that_set_them(
    client: AppImageConfigClient, made: Callable[[], list[str]]
) -> None:
    for name in ("a", "b", "c"):
        client.create(tagged(lab(name), team="ml"))
    made()
    plan = client.plan([tagged(lab("a"), team="ml"), tagged(lab("b")), lab("c"), tagged(lab("d"), team="ml")])
    assert [step.action for step in plan.steps] == ["unchanged", "update", "unchanged", "create"]
    assert sorted(made()) == ["ListAppImageConfigs", "ListTags", "ListTags"]


def test_plan_of_no_configs_makes_no_call(client: AppImageConfigClient, made: Callable[[], list[str]]) -> None:
    assert client.plan([]) == Plan(())
    assert made() == []


def test_plan_creates_a_config_that_is_deleted_while_it_is_made(service: InMemorySageMaker) -> None:
    client = AppImageConfigClient(service.client())
    client.create(tagged(lab()))
    service.inject(Fault.error("ResourceNotFound"), operation="ListTags")
    assert [step.action for step in client.plan([tagged(lab())]).steps] == ["create"]


def test_plan_refuses_duplicate_names_and_makes_no_call(
    client: AppImageConfigClient, made: Callable[[], list[str]]
) -> None:
    with pytest.raises(InvalidAppImageConfigError) as caught:
        client.plan([lab("a"), lab("b"), editor("a"), lab("b"), lab("a")])
    assert [str(violation) for violation in caught.value.violations] == [
        "[2].app_image_config_name: duplicate name 'a'; the first is at [0]",
        "[3].app_image_config_name: duplicate name 'b'; the first is at [1]",
        "[4].app_image_config_name: duplicate name 'a'; the first is at [0]",
    ]
    assert made() == []


def test_plan_of_a_single_config_is_a_type_error(client: AppImageConfigClient) -> None:
    wrong: Any = lab()
    with pytest.raises(TypeError, match="put it into a list"):
        client.plan(wrong)


def test_plan_deletes_undeclared_configs_whose_names_begin_with_prune(client: AppImageConfigClient) -> None:
    for name in ("team-b", "team-a", "other", "team-keep", "my-team-a"):
        client.create(lab(name))
    assert client.plan([lab("team-keep")]).changes == ()
    plan = client.plan([lab("team-keep"), lab("new")], prune="team-")
    assert [f"{step.action} {step.app_image_config_name}" for step in plan.steps] == [
        "unchanged team-keep",
        "create new",
        "delete team-a",
        "delete team-b",
    ]
    kept, new, *deleted = client.apply(plan)
    assert (kept.status, new.status) == ("unchanged", "created")
    arns = {name: f"{ARN.removesuffix('image')}{name}" for name in ("team-a", "team-b")}
    assert deleted == [
        Outcome(status="deleted", app_image_config_name=name, app_image_config_arn=arn) for name, arn in arns.items()
    ]
    assert applied(client) == {"new", "other", "team-keep", "my-team-a"}


@pytest.mark.parametrize(
    ("prefix", "deleted"),
    [("team-9-", ["team-9-a"]), ("team-9", ["team-9", "team-9-a", "team-90"]), ("9", []), ("Team", [])],
)
def test_plan_of_no_configs_prunes_by_prefix(client: AppImageConfigClient, prefix: str, deleted: list[str]) -> None:
    for name in ("team-90", "team-9", "team-9-a", "my-team-9-a"):
        client.create(lab(name))
    assert [step.app_image_config_name for step in client.plan([], prune=prefix).steps] == deleted


@pytest.mark.parametrize(
    ("prune", "error", "message"),
    [
        (True, TypeError, "prune must be a name prefix such as 'team-', not True"),
        (False, TypeError, "prune must be a name prefix such as 'team-', not False"),
        (["team-"], TypeError, "prune must be a name prefix such as 'team-', not ['team-']"),
        ("", ValueError, "prune is empty, and would delete every other config; pass a name prefix such as 'team-'"),
    ],
)
def test_plan_refuses_to_prune_by_anything_but_a_prefix(
    client: AppImageConfigClient, made: Callable[[], list[str]], prune: Any, error: type[Exception], message: str
) -> None:
    with pytest.raises(error) as caught:
        client.plan([lab()], prune=prune)
    assert str(caught.value) == message
    assert made() == []


def test_a_plan_shows_the_contents_of_creations_and_deletions(client: AppImageConfigClient) -> None:
    gateway = KernelGatewayImageConfig(
        kernel_specs=[KernelSpec(name="python3", display_name="Python\u202e \N{SNAKE}"), KernelSpec(name="ir")],
        file_system_config=FileSystemConfig(mount_path="/a\x1b[31m", default_uid=0),
    )
    container = ContainerConfig(
        container_arguments=[CANARY, CANARY], container_environment_variables={"TOKEN\x1b": CANARY, "B": ""}
    )
    config = AppImageConfig(
        app_image_config_name="new",
        tags={"team.a": "ml", "x\u2028": "\u2028"},
        kernel_gateway_image_config=gateway,
        jupyter_lab_app_image_config=JupyterLabAppImageConfig(container_config=container),
        code_editor_app_image_config=CodeEditorAppImageConfig(),
    )
    tags = ["    Tags['team.a']: \"ml\"", "    Tags['x\\u2028']: \"\\u2028\""]
    app_configs = [
        '    KernelGatewayImageConfig.KernelSpecs[0].Name: "python3"',
        '    KernelGatewayImageConfig.KernelSpecs[0].DisplayName: "Python\\u202e \N{SNAKE}"',
        '    KernelGatewayImageConfig.KernelSpecs[1].Name: "ir"',
        '    KernelGatewayImageConfig.FileSystemConfig.MountPath: "/a\\u001b[31m"',
        "    KernelGatewayImageConfig.FileSystemConfig.DefaultUid: 0",
        "    JupyterLabAppImageConfig.ContainerConfig.ContainerArguments[0]: ***",
        "    JupyterLabAppImageConfig.ContainerConfig.ContainerArguments[1]: ***",
        "    JupyterLabAppImageConfig.ContainerConfig.ContainerEnvironmentVariables['TOKEN\\x1b']: ***",
        "    JupyterLabAppImageConfig.ContainerConfig.ContainerEnvironmentVariables['B']: ***",
        "    CodeEditorAppImageConfig: {}",
    ]
    plan = client.plan([config])
    assert str(plan).splitlines() == [
        "+ create new",
        *tags,
        *app_configs,
        "Plan: 1 to create, 0 to update, 0 unchanged, 0 to delete.",
    ]
    client.apply(plan)
    plan = client.plan([], prune="new")
    assert str(plan).splitlines() == [
        "- delete new",
        *app_configs,
        "Plan: 0 to create, 0 to update, 0 unchanged, 1 to delete.",
    ]


def test_unmodelled_members_are_redacted_in_a_plan() -> None:
    """They may hold secrets, in a creation and in a deletion."""
    secrets = {
        "JupyterLabAppImageConfig": {"FileSystemConfig": {"Quota\x1b": [CANARY]}, "Token": {"Key": CANARY}},
        "NewConfig": {"Token": CANARY},
    }
    old, new = ({"AppImageConfigName": name, "AppImageConfigArn": ARN, **secrets} for name in ("old", "new"))
    sagemaker = NonCallableMock()
    sagemaker.get_paginator.return_value.paginate.return_value = [{"AppImageConfigs": [old]}]
    plan = AppImageConfigClient(sagemaker).plan([from_response(new).to_config()], prune="old")
    contents = [
        "    JupyterLabAppImageConfig.FileSystemConfig['Quota\\x1b']: ***",
        "    JupyterLabAppImageConfig.Token: ***",
        "    NewConfig: ***",
    ]
    summary = "Plan: 1 to create, 0 to update, 0 unchanged, 1 to delete."
    assert str(plan).splitlines() == ["+ create new", *contents, "- delete old", *contents, summary]
    assert CANARY not in repr(plan)
    assert CANARY not in str(plan.to_dict())


# apply


def test_apply_carries_out_a_plan_and_a_second_plan_is_empty(
    client: AppImageConfigClient, made: Callable[[], list[str]]
) -> None:
    client.create(lab("changed", default_uid=1))
    configs = [lab("new"), tagged(lab("changed", default_uid=0), team="ml")]
    plan = client.plan(configs)
    made()
    new, changed = client.apply(plan, max_workers=1)
    assert (new.status, changed.status) == ("created", "updated")
    assert changed.difference == plan.steps[1].difference
    assert made() == ["Create", "Describe", "ListTags", "Update", "AddTags", "Describe", "ListTags"]
    again = client.plan(configs)
    assert not again
    made()
    assert {(outcome.status, outcome.app_image_config_arn) for outcome in client.apply(again)} == {
        ("unchanged", f"{ARN.rpartition('/')[0]}/{name}") for name in ("new", "changed")
    }
    assert made() == []


def test_apply_carries_out_the_other_steps_if_one_fails_and_raises_at_the_end(
    service: InMemorySageMaker, client: AppImageConfigClient
) -> None:
    client.create(lab("b", default_uid=1))
    plan = client.plan([lab("a"), lab("b"), lab("c")])
    service.inject(Fault.error("AccessDeniedException"), operation="UpdateAppImageConfig")
    error = failed(client, plan)
    assert [outcome.status for outcome in error.outcomes] == ["created", "failed", "created"]
    assert error.exceptions == (error.outcomes[1].error,)
    assert isinstance(error, AppImageConfigError)
    assert str(error) == f"1 step of 3 failed:\n  {error.outcomes[1]}"


def test_the_errors_of_the_steps_can_be_handled_by_class(
    service: InMemorySageMaker, client: AppImageConfigClient
) -> None:
    plan = client.plan([lab("a"), lab("b"), lab("c")])
    service.inject(Fault.error("AccessDeniedException"), operation="CreateAppImageConfig")
    service.inject(Fault.error("ResourceLimitExceeded"), operation="CreateAppImageConfig")
    errors: list[BaseException] = []
    try:
        client.apply(plan, max_workers=1)
    except* AccessDeniedError as group:
        errors.append(group)
    except* ResourceLimitExceededError as group:
        errors.append(group)
    for caught, error in zip(errors, (AccessDeniedError, ResourceLimitExceededError), strict=True):
        assert isinstance(caught, ApplyError)
        assert len(caught.exceptions) == 1
        assert isinstance(caught.exceptions[0], error)
        assert [outcome.status for outcome in caught.outcomes] == ["failed", "failed", "created"]


def test_a_failed_outcome_keeps_an_exception_of_any_class(service: InMemorySageMaker) -> None:
    sagemaker = service.client()
    error = ZeroDivisionError("division by zero")
    sagemaker.meta.events.register("before-call.sagemaker.CreateAppImageConfig", raising(error))
    client = AppImageConfigClient(sagemaker)
    group = failed(client, client.plan([lab()]))
    (outcome,) = group.outcomes
    assert group.message == "1 step of 1 failed"
    assert outcome.error is error
    assert str(outcome) == "failed image: division by zero"


CHANGES: list[Callable[[AppImageConfigClient], object]] = [
    lambda client: client.update(lab(default_uid=7)),
    lambda client: client.update(lab(default_uid=1, default_gid=7)),
    lambda client: client.update(lab(default_uid=1)),
    lambda client: client.add_tags(ARN, {"theirs": "x"}),
]


def stale(error: ApplyError) -> str:
    """Return the error of the config "image", which is stale; "other" was created."""
    assert statuses(error.outcomes) == {"image": "failed", "other": "created"}
    (stale_error,) = error.exceptions
    assert isinstance(stale_error, StalePlanError)
    return str(stale_error)


@pytest.mark.parametrize("change", CHANGES)
def test_apply_leaves_a_config_unchanged_that_changed_since_the_plan(
    client: AppImageConfigClient, change: Callable[[AppImageConfigClient], object]
) -> None:
    client.create(lab(default_uid=1))
    plan = client.plan([tagged(lab(default_uid=0), team="ml"), lab("other")])
    change(client)
    before = state(client)
    assert stale(failed(client, plan)) == (
        "AppImageConfig 'image' was changed after the plan was made, so its step was not carried out; make a new plan"
    )
    assert state(client) == before


def test_apply_does_not_recreate_a_config_that_was_deleted_since_the_plan(client: AppImageConfigClient) -> None:
    client.create(lab(default_uid=1))
    plan = client.plan([lab(default_uid=0), lab("other")])
    client.delete("image")
    assert stale(failed(client, plan)) == (
        "AppImageConfig 'image' was deleted after the plan was made, so its step was not carried out; make a new plan"
    )
    with pytest.raises(ResourceNotFoundError):
        client.describe("image")


def test_apply_refuses_a_config_that_was_created_since_the_plan_and_differs(client: AppImageConfigClient) -> None:
    plan = client.plan([lab("a"), lab("b"), tagged(lab("c"), team="ml")])
    for config in (lab("a", default_uid=5), lab("b"), lab("c")):
        client.create(config)
    group = failed(client, plan)
    a, b, c = group.outcomes
    assert group.message == "2 steps of 3 failed"
    assert (a.status, b.status, c.status) == ("failed", "unchanged", "failed")
    assert str(a.error) == (
        "AppImageConfig 'a' was created after the plan was made, so its step was not carried out; make a new plan"
    )
    assert isinstance(getattr(a.error, "__cause__", None), ResourceInUseError)
    assert b.app_image_config_arn == client.describe("b").app_image_config_arn


def test_apply_accepts_a_config_that_is_up_to_date_since_the_plan(
    client: AppImageConfigClient, made: Callable[[], list[str]]
) -> None:
    """The same plan may be applied twice at once."""
    client.create(lab(default_uid=1))
    plan = client.plan([lab(default_uid=0)])
    client.update(lab(default_uid=0))
    made()
    assert statuses(client.apply(plan)) == {"image": "unchanged"}
    assert made() == ["Describe"]


OTHER_PLACES: dict[str, dict[str, Any]] = {
    "another account": {"account_id": "210987654321"},
    "another region": {"region_name": "eu-west-1"},
    "another partition": {"region_name": "us-gov-west-1"},
}


@pytest.mark.parametrize("place", OTHER_PLACES)
@pytest.mark.parametrize("desired", [lab(default_uid=0), lab(default_uid=1)])
def test_apply_refuses_a_config_of_another_account_or_region(
    service: InMemorySageMaker, client: AppImageConfigClient, place: str, desired: AppImageConfig
) -> None:
    """Whether or not the config there is up to date."""
    client.create(lab(default_uid=1))
    client.create(lab("old"))
    plan = client.plan([lab(default_uid=0)], prune="old")
    other = AppImageConfigClient(service.client(**OTHER_PLACES[place]))
    arn = other.create(desired)
    other.create(lab("old"))
    before = state(other)
    error = failed(other, plan)
    assert str(error).splitlines() == [
        "2 steps of 2 failed:",
        *(
            f"  failed {name}: AppImageConfig '{name}' has the ARN {found}, and in the plan {planned}, "
            "so its step was not carried out; make a new plan"
            for name, found, planned in [
                ("image", arn, ARN),
                ("old", arn.replace("/image", "/old"), ARN.replace("/image", "/old")),
            ]
        ),
    ]
    assert state(other) == before
    assert applied(other) == {"image", "old"}


@pytest.mark.parametrize("place", OTHER_PLACES)
def test_apply_reports_no_config_as_deleted_that_is_missing_in_another_account_or_region(
    service: InMemorySageMaker, client: AppImageConfigClient, place: str
) -> None:
    """The account is that of any config there."""
    client.create(lab())
    plan = client.plan([], prune="image")
    other = AppImageConfigClient(service.client(**OTHER_PLACES[place]))
    other.create(lab("other"))
    (error,) = failed(other, plan).exceptions
    assert isinstance(error, StalePlanError)
    if place == "another account":
        what = "account 123456789012, and this client is for account 210987654321"
    else:
        what = f"region us-east-1, and this client is for region {other.sagemaker.meta.region_name}"
    assert str(error) == (
        f"AppImageConfig 'image' was planned for {what}, so its step was not carried out; make a new plan"
    )
    assert applied(client) == {"image"}


def test_apply_cannot_compare_the_account_if_no_config_exists_there(
    service: InMemorySageMaker, client: AppImageConfigClient
) -> None:
    client.create(lab())
    plan = client.plan([], prune="image")
    other = AppImageConfigClient(service.client(account_id="210987654321"))
    assert statuses(other.apply(plan)) == {"image": "deleted"}
    assert applied(client) == {"image"}


def test_apply_refuses_an_unchanged_config_of_another_region_without_a_call(
    service: InMemorySageMaker, client: AppImageConfigClient, made: Callable[[], list[str]]
) -> None:
    """Its account cannot be compared without one."""
    client.create(lab())
    plan = client.plan([lab()])
    made()
    there = AppImageConfigClient(service.client(region_name="eu-west-1"))
    (error,) = failed(there, plan).exceptions
    assert str(error) == (
        "AppImageConfig 'image' was planned for region us-east-1, and this client is for region eu-west-1, "
        "so its step was not carried out; make a new plan"
    )
    assert statuses(AppImageConfigClient(service.client(account_id="210987654321")).apply(plan)) == {
        "image": "unchanged"
    }
    assert made() == []


def test_apply_compares_only_what_is_known() -> None:
    """Steps may be built by hand, fakes have no region, and ARNs need not have all parts."""
    fake = AppImageConfigClient(LaterSageMaker())
    step = Step(action="unchanged", app_image_config_name="image", config=lab(), app_image_config_arn=ARN)
    for client in (fake, AppImageConfigClient(Wire().client())):
        for arn in (None, "arn", "arn:aws:sagemaker"):
            plan = Plan((attrs.evolve(step, app_image_config_arn=arn),))
            assert statuses(client.apply(plan)) == {"image": "unchanged"}
    assert statuses(fake.apply(Plan((step,)))) == {"image": "unchanged"}
    sagemaker = AppImageConfigClient(InMemorySageMaker().client())
    sagemaker.create(lab())
    (described,) = sagemaker.list()
    by_hand = Step(action="delete", app_image_config_name="image", last_modified_time=described.last_modified_time)
    assert statuses(sagemaker.apply(Plan((by_hand,)))) == {"image": "deleted"}
    sagemaker.create(lab("other"))
    assert statuses(sagemaker.apply(Plan((by_hand,)))) == {"image": "deleted"}


def test_apply_deletes_no_config_that_changed_and_accepts_one_that_is_gone(client: AppImageConfigClient) -> None:
    for name in ("a", "b", "c"):
        client.create(lab(f"team-{name}"))
    plan = client.plan([], prune="team-")
    client.update(lab("team-a", default_uid=5))
    client.delete("team-b")
    error = failed(client, plan)
    assert statuses(error.outcomes) == {"team-a": "failed", "team-b": "deleted", "team-c": "deleted"}
    assert str(error) == (
        "1 step of 3 failed:\n"
        "  failed team-a: AppImageConfig 'team-a' was changed after the plan was made, "
        "so its step was not carried out; make a new plan"
    )
    assert applied(client) == {"team-a"}


def test_apply_replaces_only_with_replace(client: AppImageConfigClient) -> None:
    client.create(lab())
    (error,) = failed(client, client.plan([editor()])).exceptions
    assert isinstance(error, NotConvergedError)
    (outcome,) = client.apply(client.plan([editor()]), replace=True)
    assert outcome.status == "replaced"


def test_apply_reports_each_outcome_as_its_step_ends_and_returns_them_in_the_order_of_the_plan(
    service: InMemorySageMaker,
) -> None:
    sagemaker = service.client()
    client = AppImageConfigClient(sagemaker)
    client.create(lab("slow", default_uid=1))
    plan = client.plan([lab("slow"), *(lab(f"image-{number}") for number in range(6))])
    others_ended = threading.Event()
    reported: list[Outcome] = []

    def wait_for_the_others(**_: Any) -> None:
        assert others_ended.wait(timeout=60)

    def report(outcome: Outcome) -> None:
        assert threading.current_thread() is caller
        reported.append(outcome)
        if len(reported) == 6:
            others_ended.set()

    caller = threading.current_thread()
    sagemaker.meta.events.register("before-call.sagemaker.UpdateAppImageConfig", wait_for_the_others)
    outcomes = client.apply(plan, max_workers=2, on_outcome=report)
    assert outcomes == (reported[-1], *reported[:-1])
    assert statuses(outcomes) == {"slow": "updated", **{f"image-{number}": "created" for number in range(6)}}
    assert [outcome.app_image_config_name for outcome in outcomes] == [
        step.app_image_config_name for step in plan.steps
    ]


@pytest.mark.parametrize("max_workers", [1, 5])
def test_apply_runs_max_workers_steps_at_once(service: InMemorySageMaker, max_workers: int) -> None:
    """No step ends before that many have begun, so fewer would never end."""
    sagemaker = service.client()
    all_begun = threading.Barrier(max_workers, timeout=60)
    running = threading.Semaphore(max_workers)

    def begin(**_: Any) -> None:
        assert running.acquire(blocking=False)
        all_begun.wait()

    def end(**_: Any) -> None:
        running.release()

    sagemaker.meta.events.register("before-call.sagemaker.CreateAppImageConfig", begin)
    sagemaker.meta.events.register("after-call.sagemaker.CreateAppImageConfig", end)
    client = AppImageConfigClient(sagemaker)
    names = [f"image-{number}" for number in range(4 * max_workers)]
    plan = client.plan(list(map(lab, names)))
    assert statuses(client.apply(plan, max_workers=max_workers)) == dict.fromkeys(names, "created")


def test_apply_begins_no_step_after_stop_and_returns_those_under_way(service: InMemorySageMaker) -> None:
    sagemaker = service.client()
    client = AppImageConfigClient(sagemaker)
    client.create(lab("slow", default_uid=1))
    plan = client.plan([lab("slow"), lab("quick"), lab("late")])
    stopped = threading.Event()

    def wait_for_the_stop(**_: Any) -> None:
        assert stopped.wait(timeout=60)

    def stop() -> bool:
        if "quick" in applied(client):
            stopped.set()
        return stopped.is_set()

    sagemaker.meta.events.register("before-call.sagemaker.UpdateAppImageConfig", wait_for_the_stop)
    assert statuses(client.apply(plan, max_workers=2, stop=stop)) == {"quick": "created", "slow": "updated"}
    assert applied(client) == {"quick", "slow"}


def test_a_stopped_apply_raises_the_errors_of_the_steps_that_were_begun(
    service: InMemorySageMaker, client: AppImageConfigClient
) -> None:
    plan = client.plan([lab("a"), lab("b")])
    service.inject(Fault.error("AccessDeniedException"), operation="CreateAppImageConfig")
    reported: list[Outcome] = []
    with pytest.raises(ApplyError, match="1 step of 2 failed") as caught:
        client.apply(plan, max_workers=1, on_outcome=reported.append, stop=lambda: bool(reported))
    assert statuses(caught.value.outcomes) == {"a": "failed"}


@pytest.mark.parametrize("error", [KeyboardInterrupt(), ValueError("no space left")])
def test_an_interrupted_apply_says_which_steps_ended_and_which_were_not_begun(
    client: AppImageConfigClient, error: BaseException
) -> None:
    """Whatever interrupts it, the steps under way end: here one of two."""
    client.create(lab("same"))
    plan = client.plan([lab("same"), *(lab(f"image-{number}") for number in range(5))])
    with pytest.raises(type(error)) as caught:
        client.apply(plan, max_workers=2, on_outcome=raising(error))
    assert caught.value is error
    (note,) = error.__notes__
    assert note.splitlines() == [
        "apply was interrupted.",
        "Ended: created image-0",
        "Not begun: image-1; image-2; image-3; image-4",
    ]
    assert applied(client) == {"same", "image-0"}


def test_an_exception_in_stop_begins_no_step(client: AppImageConfigClient) -> None:
    plan = client.plan([lab("a"), lab("b")])
    with pytest.raises(ZeroDivisionError) as caught:
        client.apply(plan, stop=raising(ZeroDivisionError()))
    assert caught.value.__notes__ == ["apply was interrupted.\nNot begun: a; b"]
    assert applied(client) == set()


@needs_signals
def test_ctrl_c_finishes_the_step_under_way(service: InMemorySageMaker) -> None:
    sagemaker = service.client()
    client = AppImageConfigClient(sagemaker)
    client.create(lab("changed", default_uid=1))
    plan = client.plan([lab("a"), lab("changed"), lab("b")])

    def press_ctrl_c(**_: Any) -> None:
        os.kill(os.getpid(), signal.SIGINT)

    sagemaker.meta.events.register("before-call.sagemaker.UpdateAppImageConfig", press_ctrl_c)
    with pytest.raises(KeyboardInterrupt) as caught:
        client.apply(plan, max_workers=1)
    assert caught.value.__notes__ == ["apply was interrupted.\nEnded: created a; updated changed\nNot begun: b"]
    assert state(client, "changed") == tagged(lab("changed"))


def test_a_second_ctrl_c_does_not_wait_for_the_step_under_way(
    service: InMemorySageMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    sagemaker = service.client()
    client = AppImageConfigClient(sagemaker)
    client.create(lab("slow", default_uid=1))
    plan = client.plan([lab("slow"), lab("a"), lab("b")])
    second, begun, go_on = KeyboardInterrupt(), threading.Event(), threading.Event()

    def wait_for_the_test(**_: Any) -> None:
        begun.set()
        assert go_on.wait(timeout=60)

    def interrupt_once_both_are_begun(_: Outcome) -> None:
        assert begun.wait(timeout=60)
        raise KeyboardInterrupt

    sagemaker.meta.events.register("before-call.sagemaker.UpdateAppImageConfig", wait_for_the_test)
    monkeypatch.setattr(threading.Thread, "join", raising(second))  # where apply waits for its threads
    with pytest.raises(KeyboardInterrupt) as caught:
        client.apply(plan, max_workers=2, on_outcome=interrupt_once_both_are_begun)
    go_on.set()
    assert caught.value is second
    assert second.__notes__ == ["apply was interrupted.\nEnded: created a\nUnfinished: slow\nNot begun: b"]


def test_a_step_that_exits_the_program_interrupts_apply(service: InMemorySageMaker) -> None:
    """A handler of botocore's events may call sys.exit()."""
    sagemaker = service.client()
    client = AppImageConfigClient(sagemaker)
    client.create(lab("exits", default_uid=1))
    plan = client.plan([lab("a"), lab("exits"), lab("b")])
    sagemaker.meta.events.register("before-call.sagemaker.UpdateAppImageConfig", raising(SystemExit(3)))
    with pytest.raises(SystemExit) as caught:
        client.apply(plan, max_workers=1)
    assert caught.value.__notes__ == ["apply was interrupted.\nEnded: created a\nUnfinished: exits\nNot begun: b"]


def test_unchecked_applies_in_the_threads_of_apply(client: AppImageConfigClient) -> None:
    client.create(lab())
    with unchecked():
        (error,) = failed(client, client.plan([tagged(lab(), team="x" * 300)])).exceptions
    assert isinstance(error, RequestValidationError)
    assert "Member must have length less than or equal to 256" in str(error)


def test_apply_refuses_max_workers_below_1_at_once(client: AppImageConfigClient) -> None:
    with pytest.raises(ValueError, match="max_workers is 0; the minimum is 1"):
        client.apply(Plan(()), max_workers=0)


def test_ensure_updates_the_order_of_kernels(client: AppImageConfigClient) -> None:
    first, second = KernelSpec(name="python3"), KernelSpec(name="ir")
    config = AppImageConfig(
        app_image_config_name="image",
        kernel_gateway_image_config=KernelGatewayImageConfig(kernel_specs=[first, second]),
    )
    client.create(config)
    gateway = KernelGatewayImageConfig(kernel_specs=[second, first])
    assert client.ensure(attrs.evolve(config, kernel_gateway_image_config=gateway)).status == "updated"
    assert state(client).kernel_gateway_image_config == gateway
