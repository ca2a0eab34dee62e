from __future__ import annotations

import copy
import json
import pickle
from typing import TYPE_CHECKING, Any

import attrs
import pytest
from hypothesis import given
from strategies import app_image_configs

from appimageconfig import (
    AppImageConfig,
    Change,
    CodeEditorAppImageConfig,
    ContainerConfig,
    Difference,
    FileSystemConfig,
    JupyterLabAppImageConfig,
    KernelGatewayImageConfig,
    KernelSpec,
    NotConvergedError,
    Outcome,
    Plan,
    StalePlanError,
    Step,
    difference,
    from_response,
    to_request,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

CANARY = "hush-71c2"


def lab(*arguments: str, environment: Mapping[str, str] | None = None, **files: Any) -> AppImageConfig:
    """Return a config for JupyterLab."""
    container = ContainerConfig(container_arguments=arguments, container_environment_variables=environment)
    app = JupyterLabAppImageConfig(file_system_config=FileSystemConfig(**files), container_config=container)
    return AppImageConfig(app_image_config_name="image", jupyter_lab_app_image_config=app)


def kernels(*names: str) -> AppImageConfig:
    """Return a config with these kernels."""
    gateway = KernelGatewayImageConfig(kernel_specs=[KernelSpec(name=name) for name in names])
    return AppImageConfig(app_image_config_name="image", kernel_gateway_image_config=gateway)


def tagged(**tags: str) -> AppImageConfig:
    """Return a config with tags and nothing else."""
    return AppImageConfig(app_image_config_name="image", tags=tags)


NAME_ONLY = AppImageConfig(app_image_config_name="image")
EMPTY_LAB = attrs.evolve(NAME_ONLY, jupyter_lab_app_image_config=JupyterLabAppImageConfig())
LAB, FILES = "JupyterLabAppImageConfig", "JupyterLabAppImageConfig.FileSystemConfig"
CONTAINER = "JupyterLabAppImageConfig.ContainerConfig"


@pytest.mark.parametrize(
    ("desired", "actual", "expected"),
    [
        (lab(default_uid=0), lab(default_uid=1000), [f"{FILES}.DefaultUid: 1000 -> 0"]),
        (lab(default_uid=0), lab(), [f"{FILES}.DefaultUid: (absent) -> 0"]),
        (lab(), lab(mount_path="/a"), [f'{FILES}.MountPath: "/a" -> (absent)']),
        (EMPTY_LAB, NAME_ONLY, [f"{LAB}: (absent) -> {{}}"]),
        (NAME_ONLY, EMPTY_LAB, [f"{LAB}: {{}} -> (absent)"]),
        (
            attrs.evolve(
                NAME_ONLY, jupyter_lab_app_image_config=JupyterLabAppImageConfig(container_config=ContainerConfig())
            ),
            EMPTY_LAB,
            [f"{CONTAINER}: (absent) -> {{}}"],
        ),
        (lab(environment={}), lab(), [f"{CONTAINER}.ContainerEnvironmentVariables: (absent) -> {{}}"]),
        (lab(), lab(environment={}), [f"{CONTAINER}.ContainerEnvironmentVariables: {{}} -> (absent)"]),
        (
            lab(environment={"A": "1"}),
            lab(environment={}),
            [f"{CONTAINER}.ContainerEnvironmentVariables['A']: (absent) -> ***"],
        ),
        (
            lab(environment={"B": "2", "A": ""}),
            lab(environment={"A": "1", "C": "3"}),
            [
                f"{CONTAINER}.ContainerEnvironmentVariables['B']: (absent) -> ***",
                f"{CONTAINER}.ContainerEnvironmentVariables['A']: *** -> ***",
                f"{CONTAINER}.ContainerEnvironmentVariables['C']: *** -> (absent)",
            ],
        ),
        (
            lab("a", "b"),
            lab("b", "a"),
            [f"{CONTAINER}.ContainerArguments[0]: *** -> ***", f"{CONTAINER}.ContainerArguments[1]: *** -> ***"],
        ),
        (lab("a"), lab("a", "b"), [f"{CONTAINER}.ContainerArguments[1]: *** -> (absent)"]),
        (
            kernels("ir", "python3"),
            kernels("python3", "ir"),
            [
                'KernelGatewayImageConfig.KernelSpecs[0].Name: "python3" -> "ir"',
                'KernelGatewayImageConfig.KernelSpecs[1].Name: "ir" -> "python3"',
            ],
        ),
        (kernels("a", "b"), kernels("a"), ['KernelGatewayImageConfig.KernelSpecs[1]: (absent) -> {"Name": "b"}']),
        (
            attrs.evolve(NAME_ONLY, code_editor_app_image_config=CodeEditorAppImageConfig()),
            EMPTY_LAB,
            ["JupyterLabAppImageConfig: {} -> (absent)", "CodeEditorAppImageConfig: (absent) -> {}"],
        ),
        (tagged(team="ml", b="2"), tagged(b="2", team="ml"), []),
        (tagged(team="ml"), tagged(team="x", old=""), ['Tags[\'team\']: "x" -> "ml"', "Tags['old']: \"\" -> (absent)"]),
        (tagged(), tagged(**{"aws:stack": "s"}), []),
        (tagged(**{"aws:stack": "t"}), tagged(**{"aws:stack": "s"}), ['Tags[\'aws:stack\']: "s" -> "t"']),
        (tagged(), NAME_ONLY, ["Tags: (absent) -> {}"]),
        (NAME_ONLY, tagged(team="ml"), []),
        (lab(environment={"B": "2", "A": "1"}), lab(environment={"A": "1", "B": "2"}), []),
        (attrs.evolve(NAME_ONLY, app_image_config_name="other"), NAME_ONLY, []),
        (lab(mount_path="/\x1b[31m\u202e"), lab(), [f'{FILES}.MountPath: (absent) -> "/\\u001b[31m\\u202e"']),
    ],
)
def test_each_change_is_a_line_with_path_old_and_new(
    desired: AppImageConfig, actual: AppImageConfig, expected: list[str]
) -> None:
    """Absent and empty differ; order counts in lists alone; what steers a terminal is escaped."""
    found = difference(desired, actual)
    assert str(found).splitlines() == expected
    assert bool(found) == bool(expected)


def test_the_values_of_a_change_are_those_of_json() -> None:
    """None is absent."""
    found = difference(lab(mount_path="/b", default_uid=0), lab(mount_path="/a", default_gid=0))
    assert found.changes == (
        Change(f"{FILES}.MountPath", "/a", "/b"),
        Change(f"{FILES}.DefaultUid", None, 0),
        Change(f"{FILES}.DefaultGid", 0, None),
    )
    assert found.to_dict() == [
        {"path": f"{FILES}.MountPath", "old": "/a", "new": "/b"},
        {"path": f"{FILES}.DefaultUid", "new": 0},
        {"path": f"{FILES}.DefaultGid", "old": 0},
    ]


def test_no_difference_shows_a_secret() -> None:
    """Neither of a part nor of a whole, as text, repr or JSON."""
    secret = lab(CANARY, environment={"TOKEN": CANARY})
    unknown = from_response(
        {**to_request(NAME_ONLY), LAB: {"Token": CANARY}, "NewConfig": {"Token": CANARY}}
    ).to_config()
    for desired, actual in [
        (secret, NAME_ONLY),
        (NAME_ONLY, secret),
        (secret, lab()),
        (lab(), secret),
        (unknown, secret),
    ]:
        found = difference(desired, actual)
        assert found
        assert CANARY not in f"{found} {found!r} {found.to_dict()}"


def test_tags_of_a_description_are_not_compared() -> None:
    """It has none: they are read by another call."""
    assert not difference(tagged(team="ml"), from_response({"AppImageConfigName": "image"}))


def test_a_member_that_this_version_does_not_know_is_compared_where_it_is_desired() -> None:
    """What the service has beyond that is left as it is."""
    old = from_response({**to_request(EMPTY_LAB), LAB: {"Gpu": 1}, "NewConfig": {"A": 1}}).to_config()
    new = from_response({**to_request(EMPTY_LAB), LAB: {"Gpu": 2}, "NewConfig": {"A": 1}}).to_config()
    assert not difference(EMPTY_LAB, old)
    assert str(difference(new, old)) == f"{LAB}.Gpu: *** -> ***"
    assert str(difference(new, EMPTY_LAB)) == f"{LAB}.Gpu: (absent) -> ***\nNewConfig: (absent) -> ***"


@given(app_image_configs, app_image_configs)
def test_there_is_no_difference_only_where_nothing_differs(a: AppImageConfig, b: AppImageConfig) -> None:
    """A config is the description of itself; two that are the same but for their names and unsaid tags are the same."""
    assert not difference(a, a)
    assert not difference(a, from_response(to_request(attrs.evolve(a, tags=None))))
    b = attrs.evolve(b, app_image_config_name=a.app_image_config_name, tags=b.tags if a.tags is not None else None)
    assert bool(difference(a, b)) == (a != b)


@given(app_image_configs, app_image_configs)
def test_every_change_is_mirrored_from_the_other_side(a: AppImageConfig, b: AppImageConfig) -> None:
    """What is added on the way there is removed on the way back."""
    a, b = attrs.evolve(a, tags=a.tags or {}), attrs.evolve(b, tags=b.tags or {})
    there = {(change.path, repr(change.old), repr(change.new)) for change in difference(a, b).changes}
    back = {(change.path, repr(change.new), repr(change.old)) for change in difference(b, a).changes}
    assert there == back


def test_what_is_no_config_is_refused_with_how_to_make_one() -> None:
    """Before anything is compared."""
    wrong: Any = {"AppImageConfigName": "image"}
    with pytest.raises(TypeError, match="read it with from_request"):
        difference(wrong, NAME_ONLY)


PLAN = Plan(
    (
        Step(action="create", app_image_config_name="new", config=NAME_ONLY),
        Step(
            action="update",
            app_image_config_name="image",
            config=lab(default_uid=0),
            difference=Difference((Change("Path.To", 1, None),)),
        ),
        Step(action="unchanged", app_image_config_name="same", config=NAME_ONLY),
        Step(action="delete", app_image_config_name="old"),
    )
)


def test_a_plan_reads_like_a_plan() -> None:
    """A sign for each step, an update with its difference, and a line that counts."""
    assert str(PLAN).splitlines() == [
        "+ create new",
        "~ update image",
        "    Path.To: 1 -> (absent)",
        "= unchanged same",
        "- delete old",
        "Plan: 1 to create, 1 to update, 1 unchanged, 1 to delete.",
    ]
    assert str(Plan(())) == "Plan: 0 to create, 0 to update, 0 unchanged."
    assert [step.app_image_config_name for step in PLAN.changes] == ["new", "image", "old"]


def test_a_plan_serializes_to_json() -> None:
    """Its steps with their differences, without the configs themselves."""
    assert json.loads(json.dumps(PLAN.to_dict())) == {
        "steps": [
            {"action": "create", "app_image_config_name": "new", "difference": []},
            {"action": "update", "app_image_config_name": "image", "difference": [{"path": "Path.To", "old": 1}]},
            {"action": "unchanged", "app_image_config_name": "same", "difference": []},
            {"action": "delete", "app_image_config_name": "old", "difference": []},
        ]
    }


def test_an_outcome_is_a_line_and_json() -> None:
    """With the error, and the notes on it, if there is one."""
    error = StalePlanError("image", "was changed")
    error.add_note("a note")
    failed = Outcome(status="failed", app_image_config_name="image", error=error)
    text = "AppImageConfig 'image' was changed since the plan was made, so it was left alone; plan again\na note"
    assert str(failed) == f"failed image: {text}"
    assert json.loads(json.dumps(failed.to_dict())) == {
        "status": "failed",
        "app_image_config_name": "image",
        "app_image_config_arn": None,
        "difference": [],
        "error": {"type": "StalePlanError", "message": text},
    }
    assert str(Outcome(status="created", app_image_config_name="image")) == "created image"
    assert "error" not in Outcome(status="created", app_image_config_name="image").to_dict()


@pytest.mark.parametrize(
    "error",
    [
        NotConvergedError("image", Difference((Change("A", 1, None),))),
        NotConvergedError("image", Difference((Change("A", 1, None),)), "replacement"),
        StalePlanError("image", "was deleted"),
    ],
)
def test_the_errors_survive_pickling_and_copying(error: Exception) -> None:
    """With all their fields."""
    for twin in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):  # noqa: S301 - our own pickle
        assert type(twin) is type(error)
        assert vars(twin) == vars(error)
        assert str(twin) == str(error)


def test_what_has_not_converged_is_named_with_what_to_do() -> None:
    """Other advice once it has been replaced."""
    left = Difference((Change("A", 1, None), Change("B", None, {})))
    assert str(NotConvergedError("image", left)) == (
        "AppImageConfig 'image' still differs after the update; "
        "pass replace=True to delete it and create it anew, or declare what it has:\n"
        "  A: 1 -> (absent)\n  B: (absent) -> {}"
    )
    assert "was deleted and created anew; declare what it has" in str(NotConvergedError("image", left, "replacement"))
