"""Advice: documented rules that the model does not encode, each with its code, its path and its page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from appimageconfig import (
    AppImageConfig,
    CodeEditorAppImageConfig,
    ContainerConfig,
    FileSystemConfig,
    JupyterLabAppImageConfig,
    KernelGatewayImageConfig,
    KernelSpec,
    advise,
    from_response,
)
from appimageconfig.advice import DOCUMENTATION

PAGE = Path(__file__).parent.parent / "docs/advice.md"
KERNEL = KernelSpec(name="python3")


def given(**members: Any) -> list[tuple[str, str]]:
    """Return the codes and paths of the advice on a config with these members."""
    return [(advice.code, advice.path) for advice in advise(AppImageConfig(app_image_config_name="image", **members))]


def on_gateway(**files: Any) -> list[tuple[str, str]]:
    """Return the advice on a KernelGateway app with this file system."""
    gateway = KernelGatewayImageConfig(kernel_specs=[KERNEL], file_system_config=FileSystemConfig(**files))
    return given(kernel_gateway_image_config=gateway)


def on_lab(**files: Any) -> list[tuple[str, str]]:
    """Return the advice on a JupyterLab app with this file system."""
    return given(jupyter_lab_app_image_config=JupyterLabAppImageConfig(file_system_config=FileSystemConfig(**files)))


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"default_uid": 1000, "default_gid": 100},
        {"default_uid": 1000},
        {"mount_path": "/home/sagemaker-user", "default_uid": 1000, "default_gid": 100},
    ],
)
def test_there_is_none_on_what_aws_documents(files: dict[str, Any]) -> None:
    """What is left out counts as its documented default."""
    assert on_gateway(**files) == []
    assert on_lab(**files) == []


def test_root_is_right_for_kernel_gateway_apps_alone() -> None:
    """0 and 0 is the other pair that AWS documents for them."""
    root = {"mount_path": "/root", "default_uid": 0, "default_gid": 0}
    assert on_gateway(**root) == []
    assert on_lab(**root) == [("app-uid-gid", "JupyterLabAppImageConfig.FileSystemConfig")]


@pytest.mark.parametrize(("uid", "gid"), [(0, None), (0, 100), (1000, 0), (None, 0), (1001, 100), (1, 2)])
def test_every_other_pair_of_uid_and_gid_is_told(uid: int | None, gid: int | None) -> None:
    """Apart they may be right and together wrong."""
    pair = {"default_uid": uid, "default_gid": gid, "mount_path": "/data"}
    assert on_gateway(**pair) == [("kernel-gateway-uid-gid", "KernelGatewayImageConfig.FileSystemConfig")]
    assert on_lab(**pair) == [("app-uid-gid", "JupyterLabAppImageConfig.FileSystemConfig")]


@pytest.mark.parametrize("home", ["/root", "/root/", "/root/data"])
def test_a_home_of_root_with_another_user_is_told(home: str) -> None:
    """Its path is that of the mount path."""
    assert on_gateway(mount_path=home) == [("home-of-root", "KernelGatewayImageConfig.FileSystemConfig.MountPath")]
    assert on_gateway(mount_path="/rootless") == []


@pytest.mark.parametrize("home", ["/home", "/home/jovyan", None])
def test_root_with_the_home_of_another_user_is_told(home: str | None) -> None:
    """Also where the home is left out, since its default is under /home."""
    root = {"default_uid": 0, "default_gid": 0}
    path = "KernelGatewayImageConfig.FileSystemConfig.MountPath"
    assert on_gateway(mount_path=home, **root) == [("root-away-from-home", path)]
    assert on_gateway(mount_path="/data", **root) == []


def test_the_number_of_app_configs_is_told_unless_it_is_one() -> None:
    """None at all, and more than one."""
    lab, editor = JupyterLabAppImageConfig(), CodeEditorAppImageConfig()
    assert given() == [("no-app-config", "")]
    assert given(jupyter_lab_app_image_config=lab) == []
    assert given(jupyter_lab_app_image_config=lab, code_editor_app_image_config=editor) == [("several-app-configs", "")]
    unknown = from_response({"AppImageConfigName": "image", "StreamlitAppImageConfig": {}}).to_config()
    assert advise(unknown) == ()


def test_several_kernels_are_told() -> None:
    """With their number."""
    gateway = KernelGatewayImageConfig(kernel_specs=[KERNEL] * 3)
    (advice,) = advise(AppImageConfig(app_image_config_name="image", kernel_gateway_image_config=gateway))
    assert (advice.code, advice.path) == ("several-kernel-specs", "KernelGatewayImageConfig.KernelSpecs")
    assert str(advice).startswith("KernelGatewayImageConfig.KernelSpecs: has 3 kernels; AWS documents one")
    assert str(advice).endswith("[several-kernel-specs]")


def test_variables_that_the_platform_overrides_are_told_by_name() -> None:
    """Those that begin with AWS_ or SAGEMAKER_."""
    variables = {"AWS_REGION": "x", "SAGEMAKER_APP_TYPE": "x", "AWS": "x", "aws_region": "x", "MY_AWS_": "x"}
    container = ContainerConfig(container_environment_variables=variables)
    lab = JupyterLabAppImageConfig(container_config=container)
    prefix = "JupyterLabAppImageConfig.ContainerConfig.ContainerEnvironmentVariables"
    assert given(jupyter_lab_app_image_config=lab) == [
        ("overridden-variable", f"{prefix}['AWS_REGION']"),
        ("overridden-variable", f"{prefix}['SAGEMAKER_APP_TYPE']"),
    ]
    editor = CodeEditorAppImageConfig(container_config=container)
    assert len(given(code_editor_app_image_config=editor)) == 2


def test_every_advice_says_where_its_rule_is_documented() -> None:
    """On a page of AWS."""
    for advice in advise(AppImageConfig(app_image_config_name="image")):
        assert advice.documentation == DOCUMENTATION[advice.code]
        assert str(advice).startswith("(config): has no app config")
    assert all(page.startswith("https://docs.aws.amazon.com/sagemaker/") for page in DOCUMENTATION.values())


def test_the_documentation_has_a_table_of_all_advice() -> None:
    """Code by code, with the same pages."""
    rows = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    table = {row.split("`")[1]: row.rpartition("](")[2].removesuffix(") |") for row in rows}
    assert table == DOCUMENTATION
    assert len(rows) == len(table)
