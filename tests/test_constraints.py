"""The limits of the service model, on both sides of each."""

from __future__ import annotations

import asyncio
import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from appimageconfig import (
    AppImageConfig,
    ContainerConfig,
    FileSystemConfig,
    InvalidAppImageConfigError,
    KernelGatewayImageConfig,
    KernelSpec,
    from_request,
    to_request,
    unchecked,
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


NOT_BLANK = re.compile(r"(?!\s*$).+")

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


MISTAKES: list[tuple[dict[str, Any], str]] = [
    ({"Tags": {"team": "ml"}}, "Tags: must be a list of maps with Key and Value, not a map; write [{"),
    (
        {"JupyterLabAppImageConfig": {"ContainerConfig": {"ContainerEnvironmentVariables": [{"Key": "a"}]}}},
        "ContainerEnvironmentVariables: must be a map, not a list; write {name: value}: the list of Key and Value is",
    ),
    (
        {"JupyterLabAppImageConfig": {"ContainerConfig": {"ContainerEntrypoint": "start.sh"}}},
        "ContainerEntrypoint: must be a list, not a string; write a list that has it as its one item",
    ),
    (
        {"JupyterLabAppImageConfig": {"ImageUri": "1234.dkr.ecr.eu-west-1.amazonaws.com/image"}},
        "ImageUri: is no member here; the image is named in CreateImageVersion, and joined to this config in Update",
    ),
    (
        {"JupyterLabAppImageConfig": {"FileSystemConfig": {"DefaultUid": "0"}}},
        "DefaultUid: must be an integer, not a string; write the number without quotes",
    ),
    (
        {"JupyterLabAppImageConfig": {"FileSystemConfig": {"MountPath": "home"}}},
        "MountPath: must be an absolute path, beginning with a slash",
    ),
    (
        {"JupyterLabAppImageConfig": {"ContainerConfig": {"ContainerEnvironmentVariables": {"P": "x" * 257}}}},
        "ContainerEnvironmentVariables['P']: length 257, limit 256; a longer value has to come with the image",
    ),
    (
        {"AppImageConfigName": "team_image:1.0"},
        "AppImageConfigName: must be letters and digits, with hyphens only between them, such as 'team-image-1-0'",
    ),
    ({"AppImageConfigName": "_"}, "AppImageConfigName: must be letters and digits, with hyphens only between them (pa"),
    ({"kernel_gateway_image_config": {}}, "kernel_gateway_image_config: is no member here; did you mean KernelGateway"),
    ({"tags": []}, "tags: is no member here; did you mean Tags?"),
]


@pytest.mark.parametrize(("mistake", "sentence"), MISTAKES)
def test_a_common_mistake_gets_a_sentence_that_says_what_the_api_wants(mistake: dict[str, Any], sentence: str) -> None:
    """In the place of the mistake, and as its only fault."""
    with pytest.raises(InvalidAppImageConfigError) as caught:
        from_request({"AppImageConfigName": "image", **mistake})
    (violation,) = caught.value.violations
    assert sentence in str(violation)


def test_json_that_was_not_parsed_is_told() -> None:
    """As it was read from a file."""
    text: Any = '{"AppImageConfigName": "image"}'
    with pytest.raises(InvalidAppImageConfigError, match=r"not a string; parse the JSON first, with json\.loads"):
        from_request(text)


@given(st.lists(st.text(st.sampled_from("a \t\n\x0b\x1c\x85\u00a0\u2003\u3000\ufeff"), max_size=4), max_size=4))
@example(["a", "\n"])
def test_many_strings_are_judged_like_one_by_the_models_pattern(arguments: list[str]) -> None:
    """The quick way for many strings and the pattern itself agree on every kind of white space."""
    wrong = {f"ContainerArguments[{index}]" for index, text in enumerate(arguments) if not NOT_BLANK.fullmatch(text)}
    if wrong:
        with pytest.raises(InvalidAppImageConfigError) as caught:
            ContainerConfig(container_arguments=arguments)
        assert {violation.path for violation in caught.value.violations} == wrong
    else:
        assert ContainerConfig(container_arguments=arguments).container_arguments == tuple(arguments)


BEYOND = [(model, members) for model, members, _, constraint in ILLEGAL if constraint in {"min", "max", "pattern"}]


@pytest.mark.parametrize(("model", "members"), BEYOND)
def test_a_limit_can_be_lifted_for_a_block(model: Any, members: dict[str, Any]) -> None:
    """And holds again after it."""
    with unchecked():
        assert model(**members)
    with pytest.raises(InvalidAppImageConfigError):
        model(**members)


def test_types_and_members_stay_checked_when_limits_are_lifted() -> None:
    """What is wrong by its kind is wrong under any limit; the limits that are broken beside it are not told."""
    request: dict[str, Any] = {
        "AppImageConfigName": "x" * 80,
        "KernelGatewayImageConfig": {"KernelSpec": [], "FileSystemConfig": {"DefaultUid": "0", "DefaultGid": 70000}},
    }
    with unchecked(), pytest.raises(InvalidAppImageConfigError) as caught:
        from_request(request)
    assert [(violation.path, violation.constraint) for violation in caught.value.violations] == [
        ("KernelGatewayImageConfig.KernelSpec", "unknown"),
        ("KernelGatewayImageConfig.FileSystemConfig.DefaultUid", "type"),
        ("KernelGatewayImageConfig.KernelSpecs", "required"),
    ]
    with unchecked(), pytest.raises(InvalidAppImageConfigError, match="1 fault"):
        FileSystemConfig(default_uid=True, default_gid=70000)
    with unchecked():
        assert from_request({"AppImageConfigName": "x" * 80}).app_image_config_name == "x" * 80


def is_refused() -> bool:
    """Tell whether a limit holds here."""
    try:
        FileSystemConfig(default_uid=70000)
    except InvalidAppImageConfigError:
        return True
    return False


def test_limits_are_lifted_for_one_thread_and_one_task_alone() -> None:
    """Whatever others do at the same time; and blocks may be nested."""

    async def task() -> bool:
        await asyncio.sleep(0)
        return is_refused()

    async def lifting_task() -> bool:
        with unchecked():
            await asyncio.sleep(0)
            return is_refused()

    async def both() -> list[bool]:
        return list(await asyncio.gather(task(), lifting_task(), task()))

    assert asyncio.run(both()) == [True, False, True]
    with unchecked(), ThreadPoolExecutor(1) as pool:
        assert pool.submit(is_refused).result()
        with unchecked():
            assert not is_refused()
        assert not is_refused()
    assert is_refused()
