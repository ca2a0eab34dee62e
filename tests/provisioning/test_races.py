"""Other writers, names that are freed late, and reads of an older state: at chosen requests, with exact texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import pytest
from wire import Response, Wire

from appimageconfig import (
    AccessDeniedError,
    AppImageConfig,
    AppImageConfigClient,
    ApplyError,
    CodeEditorAppImageConfig,
    FileSystemConfig,
    JupyterLabAppImageConfig,
    NotConvergedError,
    ResourceInUseError,
    ResourceLimitExceededError,
    StalePlanError,
    unchecked,
)
from appimageconfig.testing import Fault, InMemorySageMaker

if TYPE_CHECKING:
    from collections.abc import Callable

IN_USE = Fault.error("ResourceInUse", message="The ID or Name specified is already in use.")
ARN = "arn:aws:sagemaker:us-east-1:123456789012:app-image-config/image"


def lab(uid: int = 0, *, name: str = "image", tags: dict[str, str] | None = None) -> AppImageConfig:
    """Return a config for JupyterLab."""
    app = JupyterLabAppImageConfig(file_system_config=FileSystemConfig(default_uid=uid))
    return AppImageConfig(app_image_config_name=name, jupyter_lab_app_image_config=app, tags=tags)


def editor(tags: dict[str, str] | None = None) -> AppImageConfig:
    """Return a config for Code Editor, which an update cannot make of one for JupyterLab."""
    app = CodeEditorAppImageConfig()
    return AppImageConfig(app_image_config_name="image", code_editor_app_image_config=app, tags=tags)


def state(client: AppImageConfigClient) -> AppImageConfig:
    """Return the actual state, with its tags."""
    details = client.describe("image")
    return details.to_config(client.list_tags(details.app_image_config_arn))


@pytest.fixture
def calm(service: InMemorySageMaker) -> AppImageConfigClient:
    """Return the client of another writer."""
    return AppImageConfigClient(service.client())


@pytest.fixture
def before(service: InMemorySageMaker, client: AppImageConfigClient) -> Callable[..., None]:
    """Return a function that schedules what happens before the next requests of an operation by the client."""
    del service

    def schedule(operation: str, *actions: Callable[[], object]) -> None:
        left = list(actions)

        def act(**_: Any) -> None:
            if left:
                left.pop(0)()

        client.sagemaker.meta.events.register(f"before-call.sagemaker.{operation}", act)

    return schedule


# Reads of an older state


@pytest.mark.parametrize("stale", [1, 2, 3])
@pytest.mark.parametrize("replace", [False, True])
def test_a_stale_read_after_an_update_is_repeated(
    service: InMemorySageMaker,
    client: AppImageConfigClient,
    made: Callable[[], list[str]],
    pauses: list[float],
    *,
    replace: bool,
    stale: int,
) -> None:
    """It needs no replacement."""
    client.create(lab(1))
    service.inject(Fault.stale(), operation="DescribeAppImageConfig", skip=1, times=stale)
    made()
    assert client.ensure(lab(2), replace=replace).status == "updated"
    assert made() == ["Describe", "Update", *["Describe"] * (stale + 1)]
    assert pauses == [0.1, 0.2, 0.4][:stale]


def test_stale_tags_after_an_update_are_read_again(
    service: InMemorySageMaker, client: AppImageConfigClient, pauses: list[float]
) -> None:
    client.create(lab(tags={"team": "web"}))
    service.inject(Fault.stale(), operation="ListTags", skip=1)
    assert client.ensure(lab(tags={"team": "ml"})).status == "updated"
    assert pauses == [0.1]


def test_an_update_that_was_made_for_an_older_state_is_repeated(
    service: InMemorySageMaker, client: AppImageConfigClient, made: Callable[[], list[str]]
) -> None:
    """The stale read lacks the tag that has to be deleted. It needs no replacement."""
    client.add_tags(client.create(lab()), {"old": ""})
    service.inject(Fault.stale(), operation="ListTags")
    made()
    assert client.ensure(lab(tags={"team": "ml"}), replace=True).status == "updated"
    assert state(client) == lab(tags={"team": "ml"})
    assert {"Delete", "Create"}.isdisjoint(made())


@pytest.mark.parametrize("replace", [False, True])
def test_a_config_that_another_writer_updates_at_the_same_time_is_updated_again(
    client: AppImageConfigClient,
    calm: AppImageConfigClient,
    before: Callable[..., None],
    made: Callable[[], list[str]],
    *,
    replace: bool,
) -> None:
    """It needs no replacement."""
    client.create(lab(1))
    before("DescribeAppImageConfig", list, lambda: calm.update(lab(3)))
    made()
    assert client.ensure(lab(2), replace=replace).status == "updated"
    assert state(calm) == lab(2, tags={})
    assert "Delete" not in made()


@pytest.mark.parametrize("stale", [1, 2, 3])
def test_a_stale_read_that_finds_nothing_is_repeated(
    service: InMemorySageMaker,
    client: AppImageConfigClient,
    made: Callable[[], list[str]],
    pauses: list[float],
    stale: int,
) -> None:
    """Only the creation shows that the config exists."""
    client.create(lab())
    service.inject(Fault.stale(), operation="DescribeAppImageConfig", times=stale)
    made()
    assert client.ensure(lab()).status == "unchanged"
    assert made() == ["Describe", *["Create", "Describe"] * stale]
    assert pauses == [0.1, 0.2, 0.4][: stale - 1]


def test_a_stale_read_after_a_replacement_is_repeated(service: InMemorySageMaker, client: AppImageConfigClient) -> None:
    client.create(lab(tags={"team": "ml"}))
    service.inject(Fault.stale(), operation="DescribeAppImageConfig", skip=5, times=3)
    assert client.ensure(editor(), replace=True).status == "replaced"
    assert state(client) == editor(tags={"team": "ml"})
    service.assert_faults_happened()


@pytest.mark.parametrize("skip", [0, 1])
def test_a_stale_read_of_the_tags_does_not_lose_one_in_a_replacement(
    service: InMemorySageMaker, client: AppImageConfigClient, made: Callable[[], list[str]], skip: int
) -> None:
    client.add_tags(client.create(lab(tags={"team": "ml"})), {"stage": "test"})
    service.inject(Fault.stale(), operation="ListTags", skip=skip)
    made()
    assert client.ensure(editor(), replace=True).status == "replaced"
    assert made().count("ListTags") == 3 + skip
    assert state(client) == editor(tags={"team": "ml", "stage": "test"})


def test_tags_that_never_settle_do_not_prevent_a_replacement(client: AppImageConfigClient, made: Any) -> None:
    arn = client.create(lab())
    number = iter(range(9))

    def tag(**_: Any) -> None:
        client.sagemaker.meta.events.unregister("before-call.sagemaker.ListTags", tag)
        client.add_tags(arn, {"number": str(next(number))})
        client.sagemaker.meta.events.register("before-call.sagemaker.ListTags", tag)

    client.sagemaker.meta.events.register("before-call.sagemaker.ListTags", tag)
    assert client.ensure(editor(), replace=True).status == "replaced"
    assert made().count("ListTags") == 4
    client.sagemaker.meta.events.unregister("before-call.sagemaker.ListTags", tag)
    assert state(client) == editor(tags={"number": "3"})


@pytest.mark.parametrize("wanted", [lab(), lab(tags={"team": "ml"})])
def test_nothing_is_repeated_where_nothing_is_amiss(
    client: AppImageConfigClient, pauses: list[float], wanted: AppImageConfig
) -> None:
    for config in (lab(1), wanted, wanted):
        client.ensure(config)
        client.apply(client.plan([attrs.evolve(config, app_image_config_name="other")]))
    client.apply(client.plan([], prune="other"))
    assert pauses == []


def test_a_stale_read_does_not_make_a_plan_stale(
    service: InMemorySageMaker, client: AppImageConfigClient, pauses: list[float]
) -> None:
    """One says that a new config does not exist, one shows its state before the last update."""
    client.create(lab(1))
    client.create(lab(1, name="old"))
    plan = client.plan([lab(2)], prune="old")
    service.inject(Fault.stale(), operation="DescribeAppImageConfig", times=2)
    assert [outcome.status for outcome in client.apply(plan, max_workers=1)] == ["updated", "deleted"]
    assert pauses == [0.1, 0.2]
    assert [details.app_image_config_name for details in client.list()] == ["image"]

    client.update(lab(3))
    plan = client.plan([lab(4)])
    service.inject(Fault.stale(), operation="DescribeAppImageConfig")
    assert [outcome.status for outcome in client.apply(plan)] == ["updated"]

    client.delete("image")
    plan = client.plan([lab(5)])
    client.create(lab(5))
    service.inject(Fault.stale(), operation="DescribeAppImageConfig", times=3)
    assert [outcome.status for outcome in client.apply(plan)] == ["unchanged"]


# Other writers


def test_ensure_creates_a_config_that_another_writer_deletes_before_its_update(
    client: AppImageConfigClient, calm: AppImageConfigClient, before: Callable[..., None], made: Callable[[], list[str]]
) -> None:
    client.create(lab(1))
    made()
    before("UpdateAppImageConfig", lambda: calm.delete("image"))
    assert client.ensure(lab(2)).status == "created"
    assert made() == ["Describe", "Delete", "Update", "Describe", "Create"]


def test_ensure_updates_a_config_that_another_writer_recreates_before_its_update(
    client: AppImageConfigClient, calm: AppImageConfigClient, before: Callable[..., None]
) -> None:
    client.create(lab(1))
    before("UpdateAppImageConfig", lambda: calm.delete("image"))
    before("DescribeAppImageConfig", list, lambda: calm.create(lab(3)))
    assert client.ensure(lab(2), replace=True).status == "updated"
    assert state(calm) == lab(2, tags={})


@pytest.mark.parametrize("operation", ["DeleteTags", "AddTags", "ListTags"])
def test_ensure_creates_a_config_that_another_writer_deletes_before_its_tags(
    client: AppImageConfigClient, calm: AppImageConfigClient, before: Callable[..., None], operation: str
) -> None:
    client.create(lab(tags={"old": ""}))
    before(operation, lambda: calm.delete("image"))
    assert client.ensure(lab(tags={"new": ""})).status == "created"
    assert state(client) == lab(tags={"new": ""})


def test_ensure_creates_a_config_that_another_writer_deletes_before_or_after_its_replacement(
    client: AppImageConfigClient, calm: AppImageConfigClient, before: Callable[..., None]
) -> None:
    client.create(lab())
    before("ListTags", lambda: calm.delete("image"))
    assert client.ensure(editor(), replace=True).status == "created"
    calm.update(lab())
    before("DescribeAppImageConfig", *[list] * 5, lambda: calm.delete("image"))
    assert client.ensure(editor(), replace=True).status == "created"
    assert state(client) == editor(tags={})


def test_ensure_ends_if_another_writer_always_deletes_the_config(
    client: AppImageConfigClient, calm: AppImageConfigClient, before: Callable[..., None], pauses: list[float]
) -> None:
    def recreate() -> None:
        calm.delete("image", missing_ok=True)
        calm.create(lab(1))

    before("DescribeAppImageConfig", *[recreate] * 99)
    before("UpdateAppImageConfig", *[lambda: calm.delete("image")] * 99)
    with pytest.raises(NotConvergedError) as caught:
        client.ensure(lab(2))
    assert str(caught.value) == (
        "AppImageConfig 'image' still differs after several attempts, since another writer changes it at the same "
        "time; run ensure again:\n"
        "  JupyterLabAppImageConfig.FileSystemConfig.DefaultUid: (absent) -> 2"
    )
    assert caught.value.attempt == "race"
    assert pauses == [0.1, 0.2, 0.4]


@pytest.mark.parametrize(
    ("theirs", "tags"),
    [
        (editor(), {"team": "ml", "stage": "test"}),
        (editor({"their": "tag"}), {"team": "ml", "stage": "test", "their": "tag"}),
        (editor({"stage": "prod"}), {"team": "ml", "stage": "prod"}),
        (lab(tags={"their": "tag"}), {"team": "ml", "stage": "test", "their": "tag"}),
    ],
)
def test_tags_are_kept_if_another_writer_creates_the_config_during_a_replacement(
    client: AppImageConfigClient,
    calm: AppImageConfigClient,
    before: Callable[..., None],
    theirs: AppImageConfig,
    tags: dict[str, str],
) -> None:
    """If theirs has to be replaced, too, its tags are kept as well."""
    client.create(lab(tags={"team": "ml", "stage": "test"}))
    before("CreateAppImageConfig", lambda: calm.create(theirs))
    assert client.ensure(editor(), replace=True).status == "replaced"
    assert state(client) == editor(tags=tags)


def test_a_config_that_another_writer_creates_during_a_replacement_is_updated(
    client: AppImageConfigClient, calm: AppImageConfigClient, before: Callable[..., None]
) -> None:
    client.create(attrs.evolve(lab(1), code_editor_app_image_config=CodeEditorAppImageConfig(), tags={"team": "ml"}))
    before("CreateAppImageConfig", lambda: calm.create(lab(2)))
    assert client.ensure(lab(3), replace=True).status == "updated"
    assert state(client) == lab(3, tags={"team": "ml"})


def test_a_replacement_with_tags_of_its_own_has_exactly_these(
    client: AppImageConfigClient, calm: AppImageConfigClient, before: Callable[..., None]
) -> None:
    client.create(lab(tags={"old": ""}))
    before("CreateAppImageConfig", lambda: calm.create(editor({"their": "tag"})))
    assert client.ensure(editor({"new": ""}), replace=True).status == "updated"
    assert state(client) == editor({"new": ""})


def test_tags_are_kept_if_another_writer_creates_and_deletes_the_config_during_a_replacement(
    client: AppImageConfigClient, calm: AppImageConfigClient, before: Callable[..., None]
) -> None:
    client.create(lab(tags={"team": "ml"}))
    before("CreateAppImageConfig", lambda: calm.create(editor()))
    before("AddTags", lambda: calm.delete("image"))
    assert client.ensure(editor(), replace=True).status == "replaced"
    assert state(client) == editor(tags={"team": "ml"})


# Names that are freed late, and refusals


@pytest.mark.parametrize("late", [1, 2, 3])
def test_a_replacement_waits_for_a_name_that_is_freed_late(
    service: InMemorySageMaker, client: AppImageConfigClient, pauses: list[float], late: int
) -> None:
    client.create(lab(tags={"team": "ml"}))
    service.inject(IN_USE, operation="CreateAppImageConfig", times=late)
    assert client.ensure(editor(), replace=True).status == "replaced"
    assert state(client) == editor(tags={"team": "ml"})
    assert pauses[3:] == [0.1, 0.2, 0.4][:late]


def test_a_deleted_config_that_a_stale_read_still_shows_is_not_one_of_another_writer(
    service: InMemorySageMaker, client: AppImageConfigClient
) -> None:
    client.create(lab(tags={"team": "ml"}))
    service.inject(IN_USE, operation="CreateAppImageConfig", times=2)
    service.inject(Fault.stale(), operation="DescribeAppImageConfig", skip=5, times=2)
    service.inject(Fault.stale(), operation="ListTags", skip=2, times=2)
    assert client.ensure(editor(), replace=True).status == "replaced"
    assert state(client) == editor(tags={"team": "ml"})
    service.assert_faults_happened()


@pytest.mark.parametrize(
    ("late", "what"),
    [
        (4, "could not be replaced, and was restored as it was."),
        (7, "could not be replaced, and was restored as it was."),
        (8, "may be missing: it could be neither replaced nor restored (ResourceInUseError); run ensure again."),
    ],
)
def test_a_config_is_restored_or_its_tags_are_noted_if_its_name_is_freed_too_late(
    service: InMemorySageMaker, client: AppImageConfigClient, late: int, what: str
) -> None:
    client.create(lab(tags={"team": "ml"}))
    service.inject(IN_USE, operation="CreateAppImageConfig", times=late)
    with pytest.raises(ResourceInUseError, match="when calling the CreateAppImageConfig") as caught:
        client.ensure(editor(), replace=True)
    assert caught.value.__notes__ == [f"AppImageConfig 'image' {what} Its tags were {{'team': 'ml'}}"]
    assert [details.app_image_config_name for details in client.list()] == ["image"] * (late < 8)
    assert client.ensure(editor(), replace=True).status == ("replaced" if late < 8 else "created")


def test_the_tags_are_kept_if_a_replacement_fails_and_another_writer_creates_the_config(
    service: InMemorySageMaker, client: AppImageConfigClient, calm: AppImageConfigClient, before: Callable[..., None]
) -> None:
    client.create(lab(tags={"team": "ml"}))

    def create_theirs() -> None:
        calm.create(editor())
        service.inject(Fault.error("ResourceLimitExceeded"), operation="CreateAppImageConfig")

    before("CreateAppImageConfig", create_theirs)
    with pytest.raises(ResourceLimitExceededError) as caught:
        client.ensure(editor(), replace=True)
    assert caught.value.__notes__ == [
        "AppImageConfig 'image' could not be replaced, but exists; run ensure again. Its tags were {'team': 'ml'}"
    ]
    assert state(client) == editor(tags={"team": "ml"})


@pytest.mark.parametrize("code", ["ResourceInUse", "AccessDenied"])
def test_a_refused_deletion_loses_nothing_and_keeps_its_error(
    service: InMemorySageMaker, client: AppImageConfigClient, code: str
) -> None:
    """A conflict of the deletion is not one of the creation: something still uses the config."""
    client.create(lab(tags={"team": "ml"}))
    refusal = Fault.error(code, message="The config is in use by an app.")
    service.inject(refusal, operation="DeleteAppImageConfig")
    with pytest.raises((ResourceInUseError, AccessDeniedError)) as caught:
        client.ensure(editor(), replace=True)
    assert (caught.value.operation_name, caught.value.message) == (
        "DeleteAppImageConfig",
        "The config is in use by an app.",
    )
    assert caught.value.__notes__ == [
        "AppImageConfig 'image' could not be replaced, but exists; run ensure again. Its tags were {'team': 'ml'}"
    ]
    assert state(client).tags == {"team": "ml"}


def test_a_creation_whose_name_is_never_free_fails_with_that_error(
    service: InMemorySageMaker, client: AppImageConfigClient, made: Callable[[], list[str]]
) -> None:
    """Not with the ResourceNotFoundError of the read after it."""
    service.inject(IN_USE, operation="CreateAppImageConfig", times=5)
    plan = client.plan([lab()])
    made()
    with pytest.raises(ResourceInUseError):
        client.ensure(lab())
    assert made() == [*["Describe", "Create"] * 4]
    with pytest.raises(ApplyError) as caught:
        client.apply(plan)
    (error,) = caught.value.exceptions
    assert isinstance(error, ResourceInUseError)
    assert made() == ["Create", *["Describe"] * 4]


def test_apply_refuses_a_config_that_was_created_since_the_plan_after_it_has_read_it_again(
    client: AppImageConfigClient, pauses: list[float]
) -> None:
    plan = client.plan([lab(1)])
    client.create(lab(2))
    with pytest.raises(ApplyError) as caught:
        client.apply(plan)
    (error,) = caught.value.exceptions
    assert isinstance(error, StalePlanError)
    assert pauses == [0.1, 0.2, 0.4]


def test_ensure_creates_a_config_that_was_built_in_unchecked_after_a_conflict() -> None:
    with unchecked():
        config = attrs.evolve(lab(), app_image_config_name="x" * 80)
    in_use = Response({"__type": "ResourceInUse", "message": ""}, status=400)
    not_found = Response({"__type": "ResourceNotFound", "message": ""}, status=400)
    wire = Wire(not_found, in_use, not_found, Response({"AppImageConfigArn": ARN}))
    assert AppImageConfigClient(wire.client()).ensure(config).status == "created"
