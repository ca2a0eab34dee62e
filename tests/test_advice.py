"""Advice: documented rules outside the service model, each with its code, path, text and page."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from appimageconfig import (
    Advice,
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

PAGE = Path(__file__).parent.parent / "docs/reference/warning-codes.md"
KERNEL = KernelSpec(name="python3")


def advice_on(**members: Any) -> list[str]:
    """Return the texts of the advice on a config with these members."""
    return [str(advice) for advice in advise(AppImageConfig(app_image_config_name="image", **members))]


def advice_on_gateway(**files: Any) -> list[str]:
    """Return the texts of the advice on a KernelGateway app with this file system."""
    gateway = KernelGatewayImageConfig(kernel_specs=[KERNEL], file_system_config=FileSystemConfig(**files))
    return advice_on(kernel_gateway_image_config=gateway)


def advice_on_lab(**files: Any) -> list[str]:
    """Return the texts of the advice on a JupyterLab app with this file system."""
    lab = JupyterLabAppImageConfig(file_system_config=FileSystemConfig(**files))
    return advice_on(jupyter_lab_app_image_config=lab)


def advice_on_editor(**files: Any) -> list[str]:
    """Return the texts of the advice on a Code Editor app with this file system."""
    editor = CodeEditorAppImageConfig(file_system_config=FileSystemConfig(**files))
    return advice_on(code_editor_app_image_config=editor)


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"default_uid": 1000, "default_gid": 100},
        {"default_uid": 1000},
        {"mount_path": "/home/sagemaker-user", "default_uid": 1000, "default_gid": 100},
    ],
)
def test_documented_ids_and_paths_get_no_advice(files: dict[str, Any]) -> None:
    """An absent member counts as its documented default."""
    assert advice_on_gateway(**files) == []
    assert advice_on_lab(**files) == []
    assert advice_on_editor(**files) == []


def test_root_is_documented_for_kernel_gateway_apps_only() -> None:
    root = {"mount_path": "/root", "default_uid": 0, "default_gid": 0}
    message = "DefaultUid is 0 and DefaultGid is 0; AWS documents 1000 and 100 for this type of app [app-uid-gid]"
    assert advice_on_gateway(**root) == []
    assert advice_on_lab(**root) == [f"JupyterLabAppImageConfig.FileSystemConfig: {message}"]
    assert advice_on_editor(**root) == [f"CodeEditorAppImageConfig.FileSystemConfig: {message}"]


@pytest.mark.parametrize(
    ("uid", "gid", "ids"),
    [
        (0, None, "DefaultUid is 0 and DefaultGid is 100"),
        (0, 100, "DefaultUid is 0 and DefaultGid is 100"),
        (1000, 0, "DefaultUid is 1000 and DefaultGid is 0"),
        (None, 0, "DefaultUid is 1000 and DefaultGid is 0"),
        (1001, 100, "DefaultUid is 1001 and DefaultGid is 100"),
        (1, 2, "DefaultUid is 1 and DefaultGid is 2"),
    ],
)
def test_an_undocumented_pair_of_ids_is_reported(uid: int | None, gid: int | None, ids: str) -> None:
    """Each of the two ids may be a documented one."""
    pair = {"default_uid": uid, "default_gid": gid, "mount_path": "/data"}
    assert advice_on_gateway(**pair) == [
        (
            f"KernelGatewayImageConfig.FileSystemConfig: {ids}; "
            "AWS documents 1000 and 100, or 0 and 0, for KernelGateway apps [kernel-gateway-uid-gid]"
        )
    ]
    assert advice_on_lab(**pair) == [
        (
            f"JupyterLabAppImageConfig.FileSystemConfig: {ids}; "
            "AWS documents 1000 and 100 for this type of app [app-uid-gid]"
        )
    ]


@pytest.mark.parametrize("home", ["/root", "/root/", "/root/data"])
def test_the_home_of_root_with_another_user_is_reported(home: str) -> None:
    assert advice_on_gateway(mount_path=home) == [
        (
            "KernelGatewayImageConfig.FileSystemConfig.MountPath: "
            "is in the home directory of root, which user 1000 may not have access to [home-of-root]"
        )
    ]
    assert advice_on_gateway(mount_path="/rootless") == []


@pytest.mark.parametrize("home", ["/home", "/home/jovyan", None])
def test_root_with_the_home_of_a_user_is_reported(home: str | None) -> None:
    """The default mount path is below /home."""
    root = {"default_uid": 0, "default_gid": 0}
    assert advice_on_gateway(mount_path=home, **root) == [
        (
            "KernelGatewayImageConfig.FileSystemConfig.MountPath: "
            "is in the home directory of a user, but DefaultUid is root's [root-away-from-home]"
        )
    ]
    assert advice_on_gateway(mount_path="/homes", **root) == []


def test_a_config_without_app_config_is_reported() -> None:
    assert advice_on() == ["the config has no app config, which only images for RStudio do without [no-app-config]"]
    assert advice_on(jupyter_lab_app_image_config=JupyterLabAppImageConfig()) == []


def test_an_app_config_that_this_version_does_not_know_counts_as_one() -> None:
    config = from_response(
        {"AppImageConfigName": "image", "AppImageConfigArn": "arn", "StreamlitAppImageConfig": {}}
    ).to_config()
    assert advise(config) == ()


RESPONSES: list[dict[str, Any]] = [
    {"KernelGatewayImageConfig": {}},
    {"KernelGatewayImageConfig": {"FileSystemConfig": {}}},
    {"KernelGatewayImageConfig": {"KernelSpecs": None, "FileSystemConfig": None}},
    {"KernelGatewayImageConfig": {"KernelSpecs": [{}]}},
    {"JupyterLabAppImageConfig": {"ContainerConfig": {}}},
    {"CodeEditorAppImageConfig": {"ContainerConfig": {"ContainerEnvironmentVariables": {5: None}}}},
    {"CodeEditorAppImageConfig": {"FileSystemConfig": {"MountPath": 5, "DefaultUid": 1000, "DefaultGid": None}}},
]


@pytest.mark.parametrize("response", RESPONSES)
def test_a_response_that_lacks_members_gets_no_advice_about_them(response: dict[str, Any]) -> None:
    """And raises nothing, also if a member is of another type."""
    names = {"AppImageConfigName": "image", "AppImageConfigArn": "arn"}
    assert advise(from_response({**names, **response}).to_config()) == ()


def test_ids_of_another_type_are_not_documented() -> None:
    files = {"DefaultUid": {"Id": 1000}, "DefaultGid": "100"}
    for app in ("KernelGatewayImageConfig", "JupyterLabAppImageConfig"):
        response = {"AppImageConfigName": "image", "AppImageConfigArn": "arn", app: {"FileSystemConfig": files}}
        (advice,) = advise(from_response(response).to_config())
        assert advice.message.startswith("DefaultUid is {'Id': 1000} and DefaultGid is 100; AWS documents ")


def test_several_app_configs_are_reported() -> None:
    lab, editor = JupyterLabAppImageConfig(), CodeEditorAppImageConfig()
    assert advice_on(jupyter_lab_app_image_config=lab, code_editor_app_image_config=editor) == [
        (
            "the config has JupyterLabAppImageConfig and CodeEditorAppImageConfig; AWS documents one image kernel; "
            "use one config for each app [several-app-configs]"
        )
    ]


def test_several_kernel_specs_are_reported() -> None:
    assert advice_on(kernel_gateway_image_config=KernelGatewayImageConfig(kernel_specs=[KERNEL] * 2)) == [
        "KernelGatewayImageConfig.KernelSpecs: has 2 kernel specs; AWS documents one [several-kernel-specs]"
    ]


def test_variables_that_the_platform_overrides_are_reported_by_name() -> None:
    variables = {"AWS_REGION": "x", "SAGEMAKER_APP_TYPE": "x", "AWS": "x", "aws_region": "x", "MY_AWS_": "x"}
    container = ContainerConfig(container_environment_variables=variables)
    path = "ContainerConfig.ContainerEnvironmentVariables"
    message = "may be overridden: the platform sets variables that begin with AWS_ and SAGEMAKER_ [overridden-variable]"
    assert advice_on(jupyter_lab_app_image_config=JupyterLabAppImageConfig(container_config=container)) == [
        f"JupyterLabAppImageConfig.{path}['AWS_REGION']: {message}",
        f"JupyterLabAppImageConfig.{path}['SAGEMAKER_APP_TYPE']: {message}",
    ]
    assert advice_on(code_editor_app_image_config=CodeEditorAppImageConfig(container_config=container)) == [
        f"CodeEditorAppImageConfig.{path}['AWS_REGION']: {message}",
        f"CodeEditorAppImageConfig.{path}['SAGEMAKER_APP_TYPE']: {message}",
    ]


def test_advice_has_the_page_that_documents_its_rule() -> None:
    (advice,) = advise(AppImageConfig(app_image_config_name="image"))
    assert (advice.code, advice.path) == ("no-app-config", "")
    assert advice.documentation == "https://docs.aws.amazon.com/sagemaker/latest/dg/rstudio-byoi-create.html"


def test_advice_shows_its_file_and_line() -> None:
    assert str(Advice("code", "Tags", "is odd", "image.json", 3)) == "image.json:3: Tags: is odd [code]"


def test_the_documentation_has_a_section_on_every_code() -> None:
    """With its message, which the tests of the page run, and its source. A new code needs a new section."""
    _, *sections = PAGE.read_text(encoding="utf-8").split("\n## ")
    found = {section.partition("\n")[0]: section for section in sections}
    assert list(found) == list(DOCUMENTATION)
    for code, section in found.items():
        assert section.count(f"[{code}]\n```\n\n") == 1, code
        assert re.findall(r"^Source: \[.+\]\((.+)\)\.$", section, re.MULTILINE) == [DOCUMENTATION[code]], code
