from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import pytest
from hypothesis import given
from strategies import app_image_configs

from appimageconfig import (
    AppImageConfig,
    AppImageConfigDetails,
    Change,
    CodeEditorAppImageConfig,
    ContainerConfig,
    FileSystemConfig,
    JupyterLabAppImageConfig,
    KernelGatewayImageConfig,
    KernelSpec,
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


def described(config: AppImageConfig, **members: Any) -> AppImageConfigDetails:
    """Return the description of *config*, with other *members*."""
    return from_response({**to_request(config), "AppImageConfigArn": "arn", **members})


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
        (lab(mount_path="/größe"), lab(), [f'{FILES}.MountPath: (absent) -> "/größe"']),
        (lab(mount_path="/\x1b[31m\u202e"), lab(), [f'{FILES}.MountPath: (absent) -> "/\\u001b[31m\\u202e"']),
    ],
)
def test_a_change_is_shown_as_path_old_and_new_value(
    desired: AppImageConfig, actual: AppImageConfig, expected: list[str]
) -> None:
    """Absent and empty differ; order matters only in lists; control characters for a terminal are escaped."""
    found = difference(desired, actual)
    assert str(found).splitlines() == expected
    assert bool(found) == bool(expected)


def test_the_values_of_a_change_are_json_and_none_is_absent() -> None:
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


def test_secrets_are_redacted_in_text_repr_and_json() -> None:
    secret = lab(CANARY, environment={"TOKEN": CANARY})
    unknown = described(NAME_ONLY, **{LAB: {"Token": CANARY}, "NewConfig": {"Token": CANARY}}).to_config()
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


def test_tags_are_not_compared_with_details() -> None:
    """DescribeAppImageConfig returns no tags."""
    assert not difference(tagged(team="ml"), described(NAME_ONLY))


def test_an_unmodelled_member_is_compared_only_if_it_is_desired() -> None:
    old = described(NAME_ONLY, **{LAB: {"Gpu": 1}, "NewConfig": {"A": 1}}).to_config()
    new = described(NAME_ONLY, **{LAB: {"Gpu": 2}, "NewConfig": {"A": 1}}).to_config()
    assert not difference(EMPTY_LAB, old)
    assert str(difference(new, old)) == f"{LAB}.Gpu: *** -> ***"
    assert str(difference(new, EMPTY_LAB)) == f"{LAB}.Gpu: (absent) -> ***\nNewConfig: (absent) -> ***"


@given(app_image_configs, app_image_configs)
def test_configs_have_no_difference_if_and_only_if_they_are_equal(a: AppImageConfig, b: AppImageConfig) -> None:
    assert not difference(a, a)
    assert not difference(a, described(attrs.evolve(a, tags=None)))
    b = attrs.evolve(b, app_image_config_name=a.app_image_config_name, tags=b.tags if a.tags is not None else None)
    assert bool(difference(a, b)) == (a != b)


@given(app_image_configs, app_image_configs)
def test_swapping_desired_and_actual_swaps_old_and_new(a: AppImageConfig, b: AppImageConfig) -> None:
    a, b = attrs.evolve(a, tags=a.tags or {}), attrs.evolve(b, tags=b.tags or {})
    there = {(change.path, repr(change.old), repr(change.new)) for change in difference(a, b).changes}
    back = {(change.path, repr(change.new), repr(change.old)) for change in difference(b, a).changes}
    assert there == back


def test_difference_of_a_dict_is_a_type_error_with_a_hint() -> None:
    wrong: Any = {"AppImageConfigName": "image"}
    with pytest.raises(TypeError, match="read it with from_request"):
        difference(wrong, NAME_ONLY)
