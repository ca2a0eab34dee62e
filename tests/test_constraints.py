"""The limits of the service model, on both sides of each."""

from __future__ import annotations

from typing import Any

import pytest

from appimageconfig import (
    AppImageConfig,
    ContainerConfig,
    FileSystemConfig,
    InvalidAppImageConfigError,
    KernelGatewayImageConfig,
    KernelSpec,
    from_request,
    to_request,
)


def variables(count: int) -> dict[str, str]:
    """Return *count* environment variables."""
    return {f"V{number}": "" for number in range(count)}


def tags(count: int) -> dict[str, str]:
    """Return *count* tags."""
    return {f"k{number}": "" for number in range(count)}


def name(text: str) -> dict[str, Any]:
    """Return the arguments of a config of that name."""
    return {"app_image_config_name": text}


def tagged(key: str = "k", value: str = "v") -> dict[str, Any]:
    """Return the arguments of a config with one tag."""
    return {"app_image_config_name": "image", "tags": {key: value}}


def kernels(count: int) -> dict[str, Any]:
    """Return the arguments of a KernelGateway app with *count* kernels."""
    return {"kernel_specs": [KernelSpec(name="python3")] * count}


LEGAL = [
    (AppImageConfig, name("a" * 63)),
    (AppImageConfig, name("A--9")),
    (AppImageConfig, {**name("image"), "tags": tags(50)}),
    (AppImageConfig, tagged("k" * 128, "v" * 256)),
    (AppImageConfig, tagged("Ünïcode 名前 ①", "a_.:/=+-@ \u2003")),
    (AppImageConfig, tagged("\U000e07ff")),  # assigned by no Unicode version so far
    (AppImageConfig, tagged(value="")),
    (KernelGatewayImageConfig, kernels(1)),
    (KernelGatewayImageConfig, kernels(5)),
    (KernelSpec, {"name": "k" * 1024, "display_name": "k" * 1024}),
    (KernelSpec, {"name": "", "display_name": "Python [conda env: a]\n"}),
    (FileSystemConfig, {"mount_path": "/" + "p" * 1023, "default_uid": 0, "default_gid": 65535}),
    (ContainerConfig, {"container_arguments": ["a" * 64] * 50}),
    (ContainerConfig, {"container_entrypoint": ["a" * 256]}),
    (ContainerConfig, {"container_environment_variables": variables(25)}),
    (ContainerConfig, {"container_environment_variables": {"k" * 256: "v" * 256, " k": "\n"}}),
]

ILLEGAL = [
    (AppImageConfig, name("a" * 64), "AppImageConfigName", "max"),
    (AppImageConfig, name("A-" * 40 + "a"), "AppImageConfigName", "max"),
    (AppImageConfig, name(""), "AppImageConfigName", "pattern"),
    (AppImageConfig, name("a\n"), "AppImageConfigName", "pattern"),
    (AppImageConfig, name("-a"), "AppImageConfigName", "pattern"),
    (AppImageConfig, name("a-"), "AppImageConfigName", "pattern"),
    (AppImageConfig, name("my.image"), "AppImageConfigName", "pattern"),
    (AppImageConfig, {**name("image"), "tags": tags(51)}, "Tags", "max"),
    (AppImageConfig, tagged(""), "Tags[0].Key", "min"),
    (AppImageConfig, tagged("k" * 129), "Tags[0].Key", "max"),
    (AppImageConfig, tagged("k!"), "Tags[0].Key", "pattern"),
    (AppImageConfig, tagged("k\n"), "Tags[0].Key", "pattern"),
    (AppImageConfig, tagged(value="v" * 257), "Tags[0].Value", "max"),
    (AppImageConfig, tagged(value="\u0301"), "Tags[0].Value", "pattern"),
    (KernelGatewayImageConfig, kernels(0), "KernelSpecs", "min"),
    (KernelGatewayImageConfig, kernels(6), "KernelSpecs", "max"),
    (KernelSpec, {"name": "k" * 1025}, "Name", "max"),
    (KernelSpec, {"name": "k", "display_name": "k" * 1025}, "DisplayName", "max"),
    (FileSystemConfig, {"mount_path": "/" + "p" * 1024}, "MountPath", "max"),
    (FileSystemConfig, {"mount_path": "root"}, "MountPath", "pattern"),
    (FileSystemConfig, {"mount_path": "/root\n"}, "MountPath", "pattern"),
    (FileSystemConfig, {"default_uid": -1}, "DefaultUid", "min"),
    (FileSystemConfig, {"default_uid": 65536}, "DefaultUid", "max"),
    (FileSystemConfig, {"default_gid": 1.0}, "DefaultGid", "type"),
    (FileSystemConfig, {"default_gid": False}, "DefaultGid", "type"),
    (ContainerConfig, {"container_arguments": ["a"] * 51}, "ContainerArguments", "max"),
    (ContainerConfig, {"container_arguments": ["a", "a" * 65]}, "ContainerArguments[1]", "max"),
    (ContainerConfig, {"container_arguments": ["\t "]}, "ContainerArguments[0]", "pattern"),
    (ContainerConfig, {"container_arguments": ["a\n"]}, "ContainerArguments[0]", "pattern"),
    (ContainerConfig, {"container_arguments": [5]}, "ContainerArguments[0]", "type"),
    (ContainerConfig, {"container_entrypoint": ["a", "b"]}, "ContainerEntrypoint", "max"),
    (ContainerConfig, {"container_entrypoint": ["a" * 257]}, "ContainerEntrypoint[0]", "max"),
    (ContainerConfig, {"container_environment_variables": variables(26)}, "ContainerEnvironmentVariables", "max"),
    (
        ContainerConfig,
        {"container_environment_variables": {"NO_PROXY": "x" * 1455}},
        "ContainerEnvironmentVariables['NO_PROXY']",
        "max",
    ),
    (ContainerConfig, {"container_environment_variables": {" ": ""}}, "ContainerEnvironmentVariables[' ']", "pattern"),
    (ContainerConfig, {"container_environment_variables": {1: ""}}, "ContainerEnvironmentVariables[1]", "type"),
    (ContainerConfig, {"container_environment_variables": [("A", "1")]}, "ContainerEnvironmentVariables", "type"),
]


@pytest.mark.parametrize(("model", "members"), LEGAL)
def test_what_is_legal_is_not_refused(model: Any, members: dict[str, Any]) -> None:
    """Up to the limit itself."""
    assert model(**members)


@pytest.mark.parametrize(("model", "members", "path", "constraint"), ILLEGAL)
def test_what_is_illegal_is_refused(model: Any, members: dict[str, Any], path: str, constraint: str) -> None:
    """With the wire path, and the word of the service model for what is broken."""
    with pytest.raises(InvalidAppImageConfigError) as caught:
        model(**members)
    assert [(fault.path, fault.constraint) for fault in caught.value.violations] == [(path, constraint)]


@pytest.mark.parametrize(("model", "members"), [case for case in LEGAL if case[0] is AppImageConfig])
def test_a_request_has_the_same_limits_as_a_value(model: Any, members: dict[str, Any]) -> None:
    """What could be built can be read."""
    config = model(**members)
    assert from_request(to_request(config)) == config


def test_a_violation_says_the_limit_and_what_it_is_now() -> None:
    """Never the value of an environment variable."""
    with pytest.raises(InvalidAppImageConfigError) as caught:
        ContainerConfig(container_environment_variables={"NO_PROXY": "hush" * 100})
    assert str(caught.value.violations[0]) == (
        "ContainerEnvironmentVariables['NO_PROXY']: length 400, limit 256; "
        "a longer value has to come with the image, or in several variables"
    )
