"""The kinds of constraint, at and beyond each limit, and the texts of their violations."""

from __future__ import annotations

import asyncio
import re
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from datetime import date
from threading import Barrier
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
    Violation,
    from_request,
    to_request,
    unchecked,
)
from appimageconfig._constraints import List, Pattern, String


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


def violations_of(model: Any, **members: Any) -> tuple[Violation, ...]:
    """Return the violations of a value with these members."""
    try:
        model(**members)
    except InvalidAppImageConfigError as error:
        return error.violations
    return ()


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
    (AppImageConfig, name("a" * 64), "app_image_config_name", "max"),
    (AppImageConfig, name("A-" * 40 + "a"), "app_image_config_name", "max"),
    (AppImageConfig, name(""), "app_image_config_name", "pattern"),
    (AppImageConfig, name("a\n"), "app_image_config_name", "pattern"),
    (AppImageConfig, name("-a"), "app_image_config_name", "pattern"),
    (AppImageConfig, name("a-"), "app_image_config_name", "pattern"),
    (AppImageConfig, name("my.image"), "app_image_config_name", "pattern"),
    (AppImageConfig, {**name("image"), "tags": tags(51)}, "tags", "max"),
    (AppImageConfig, tagged(""), "tags['']", "min"),
    (AppImageConfig, tagged("k" * 129), f"tags[{'k' * 129!r}]", "max"),
    (AppImageConfig, tagged("k!"), "tags['k!']", "pattern"),
    (AppImageConfig, tagged("k\n"), r"tags['k\n']", "pattern"),
    (AppImageConfig, tagged(value="v" * 257), "tags['k']", "max"),
    (AppImageConfig, tagged(value="\u0301"), "tags['k']", "pattern"),
    (KernelGatewayImageConfig, kernels(0), "kernel_specs", "min"),
    (KernelGatewayImageConfig, kernels(6), "kernel_specs", "max"),
    (KernelSpec, {"name": "k" * 1025}, "name", "max"),
    (KernelSpec, {"name": "k", "display_name": "k" * 1025}, "display_name", "max"),
    (FileSystemConfig, {"mount_path": "/" + "p" * 1024}, "mount_path", "max"),
    (FileSystemConfig, {"mount_path": "root"}, "mount_path", "pattern"),
    (FileSystemConfig, {"mount_path": "/root\n"}, "mount_path", "pattern"),
    (FileSystemConfig, {"default_uid": -1}, "default_uid", "min"),
    (FileSystemConfig, {"default_uid": 65536}, "default_uid", "max"),
    (FileSystemConfig, {"default_gid": 1.0}, "default_gid", "type"),
    (FileSystemConfig, {"default_gid": False}, "default_gid", "type"),
    (ContainerConfig, {"container_arguments": ["a"] * 51}, "container_arguments", "max"),
    (ContainerConfig, {"container_arguments": ["a", "a" * 65]}, "container_arguments[1]", "max"),
    (ContainerConfig, {"container_arguments": ["\t "]}, "container_arguments[0]", "pattern"),
    (ContainerConfig, {"container_arguments": ["a\n"]}, "container_arguments[0]", "pattern"),
    (ContainerConfig, {"container_arguments": [5]}, "container_arguments[0]", "type"),
    (ContainerConfig, {"container_entrypoint": ["a", "b"]}, "container_entrypoint", "max"),
    (ContainerConfig, {"container_entrypoint": ["a" * 257]}, "container_entrypoint[0]", "max"),
    (ContainerConfig, {"container_environment_variables": variables(26)}, "container_environment_variables", "max"),
    (
        ContainerConfig,
        {"container_environment_variables": {"NO_PROXY": "x" * 1455}},
        "container_environment_variables['NO_PROXY']",
        "max",
    ),
    (
        ContainerConfig,
        {"container_environment_variables": {" ": ""}},
        "container_environment_variables[' ']",
        "pattern",
    ),
    (ContainerConfig, {"container_environment_variables": {1: ""}}, "container_environment_variables[1]", "type"),
    (ContainerConfig, {"container_environment_variables": [("A", "1")]}, "container_environment_variables", "type"),
]


@pytest.mark.parametrize(("model", "members"), LEGAL)
def test_a_value_at_the_limit_is_accepted(model: Any, members: dict[str, Any]) -> None:
    assert model(**members)


@pytest.mark.parametrize(("model", "members", "path", "constraint"), ILLEGAL)
def test_a_value_beyond_the_limit_is_refused(model: Any, members: dict[str, Any], path: str, constraint: str) -> None:
    """The path names the field; the constraint is the service model's word for the limit."""
    (violation,) = violations_of(model, **members)
    assert (violation.path, violation.constraint) == (path, constraint)


@pytest.mark.parametrize(("model", "members"), [case for case in LEGAL if case[0] is AppImageConfig])
def test_a_request_at_the_limit_is_read(model: Any, members: dict[str, Any]) -> None:
    config = model(**members)
    assert from_request(to_request(config)) == config


def test_a_violation_shows_the_size_and_the_limit_and_not_the_value() -> None:
    with pytest.raises(InvalidAppImageConfigError) as caught:
        ContainerConfig(container_environment_variables={"NO_PROXY": "hush" * 100})
    assert str(caught.value.violations[0]) == (
        "container_environment_variables['NO_PROXY']: the value has 400 characters; the maximum is 256; "
        "set a longer value in the image, or split it into several variables"
    )


MISTAKES: list[tuple[dict[str, Any], str]] = [
    (
        {"Tags": {"team": "ml"}},
        'Tags: must be a list of maps with Key and Value, not a map; write [{"Key": "team", "Value": "ml"}]',
    ),
    (
        {"JupyterLabAppImageConfig": {"ContainerConfig": {"ContainerEnvironmentVariables": [{"Key": "a"}]}}},
        (
            "JupyterLabAppImageConfig.ContainerConfig.ContainerEnvironmentVariables: must be a map, not a list; "
            "write {name: value}, not CloudFormation's list of Key and Value"
        ),
    ),
    (
        {"JupyterLabAppImageConfig": {"ContainerConfig": {"ContainerEnvironmentVariables": {"DEBUG": True}}}},
        (
            "JupyterLabAppImageConfig.ContainerConfig.ContainerEnvironmentVariables['DEBUG']: "
            "the value must be a string, not a boolean; write it in quotes"
        ),
    ),
    (
        {"JupyterLabAppImageConfig": {"ContainerConfig": {"ContainerEnvironmentVariables": {"PORT": 8888}}}},
        (
            "JupyterLabAppImageConfig.ContainerConfig.ContainerEnvironmentVariables['PORT']: "
            "the value must be a string, not an integer; write it in quotes"
        ),
    ),
    (
        {"JupyterLabAppImageConfig": {"ContainerConfig": {"ContainerEnvironmentVariables": {"VERSION": 1.4}}}},
        (
            "JupyterLabAppImageConfig.ContainerConfig.ContainerEnvironmentVariables['VERSION']: "
            "the value must be a string, not a number; write it in quotes"
        ),
    ),
    (
        {"JupyterLabAppImageConfig": {"ContainerConfig": {"ContainerArguments": [date(2026, 1, 1)]}}},
        (
            "JupyterLabAppImageConfig.ContainerConfig.ContainerArguments[0]: "
            "must be a string, not a date; write it in quotes"
        ),
    ),
    (
        {"JupyterLabAppImageConfig": {"ContainerConfig": {"ContainerEntrypoint": "start.sh"}}},
        (
            "JupyterLabAppImageConfig.ContainerConfig.ContainerEntrypoint: "
            "must be a list, not a string; write a list with the string as its only item"
        ),
    ),
    (
        {"JupyterLabAppImageConfig": {"ContainerConfig": {"ContainerEnvironmentVariables": {"P": "x" * 257}}}},
        (
            "JupyterLabAppImageConfig.ContainerConfig.ContainerEnvironmentVariables['P']: "
            "the value has 257 characters; the maximum is 256; "
            "set a longer value in the image, or split it into several variables"
        ),
    ),
    (
        {"JupyterLabAppImageConfig": {"ContainerConfig": {"ContainerEnvironmentVariables": {" ": ""}}}},
        (
            "JupyterLabAppImageConfig.ContainerConfig.ContainerEnvironmentVariables[' ']: "
            r"the key must be a single line that is not blank (pattern (?!\s*$).+)"
        ),
    ),
    (
        {"JupyterLabAppImageConfig": {"FileSystemConfig": {"DefaultUid": "0"}}},
        (
            "JupyterLabAppImageConfig.FileSystemConfig.DefaultUid: "
            "must be an integer, not a string; write the number without quotes"
        ),
    ),
    (
        {"JupyterLabAppImageConfig": {"FileSystemConfig": {"DefaultUid": 65536, "DefaultGid": -1}}},
        (
            "JupyterLabAppImageConfig.FileSystemConfig.DefaultUid: is 65536; the maximum is 65535\n"
            "JupyterLabAppImageConfig.FileSystemConfig.DefaultGid: is -1; the minimum is 0"
        ),
    ),
    (
        {"JupyterLabAppImageConfig": {"FileSystemConfig": {"MountPath": "home"}}},
        (
            "JupyterLabAppImageConfig.FileSystemConfig.MountPath: "
            r"must be an absolute path, which begins with a slash (pattern \/.*)"
        ),
    ),
    (
        {"AppImageConfigName": "team_image:1.0"},
        (
            "AppImageConfigName: must consist of letters, digits and hyphens, without a hyphen at either end, "
            "such as 'team-image-1-0' (pattern [a-zA-Z0-9](-*[a-zA-Z0-9]){0,62})"
        ),
    ),
    (
        {"AppImageConfigName": "_"},
        (
            "AppImageConfigName: must consist of letters, digits and hyphens, without a hyphen at either end "
            "(pattern [a-zA-Z0-9](-*[a-zA-Z0-9]){0,62})"
        ),
    ),
    ({"AppImageConfigName": ("image",)}, "AppImageConfigName: must be a string, not a list"),
    ({"AppImageConfigName": "x" * 64}, "AppImageConfigName: has 64 characters; the maximum is 63"),
    (
        {"Tags": [{"Key": "a!", "Value": ""}]},
        (
            "Tags[0].Key: must consist of letters, numbers, spaces and _ . : / = + - @ "
            r"(pattern ([\p{L}\p{Z}\p{N}_.:/=+\-@]*))"
        ),
    ),
    ({"Tags": [{"Key": "", "Value": ""}]}, "Tags[0].Key: has 0 characters; the minimum is 1"),
    ({"Tags": [{"Key": str(key), "Value": ""} for key in range(51)]}, "Tags: has 51 tags; the maximum is 50"),
    (
        {"JupyterLabAppImageConfig": {"ContainerConfig": {"ContainerEntrypoint": ["a", "b"]}}},
        "JupyterLabAppImageConfig.ContainerConfig.ContainerEntrypoint: has 2 items; the maximum is 1",
    ),
    (
        {"JupyterLabAppImageConfig": {"ContainerConfig": {"ContainerEnvironmentVariables": variables(26)}}},
        "JupyterLabAppImageConfig.ContainerConfig.ContainerEnvironmentVariables: has 26 entries; the maximum is 25",
    ),
    (
        {"KernelGatewayImageConfig": None},
        "KernelGatewayImageConfig: must be a map of the members of KernelGatewayImageConfig, not null",
    ),
]


@pytest.mark.parametrize(("mistake", "text"), MISTAKES)
def test_a_common_mistake_is_reported_with_a_hint(mistake: dict[str, Any], text: str) -> None:
    with pytest.raises(InvalidAppImageConfigError) as caught:
        from_request({"AppImageConfigName": "image", **mistake})
    assert "\n".join(map(str, caught.value.violations)) == text


def test_json_text_is_refused_with_a_hint_to_parse_it() -> None:
    json_text: Any = '{"AppImageConfigName": "image"}'
    with pytest.raises(InvalidAppImageConfigError) as caught:
        from_request(json_text)
    assert str(caught.value) == (
        "invalid request, nothing was sent:\n"
        "  must be a map of the members of a request, not a string; parse the JSON first, with json.loads"
    )


def test_a_list_of_key_and_value_is_refused_for_tags_with_a_hint() -> None:
    """Python has a map where the wire has a list."""
    on_the_wire: Any = [{"Key": "team", "Value": "ml"}]
    with pytest.raises(InvalidAppImageConfigError) as caught:
        AppImageConfig(app_image_config_name="image", tags=on_the_wire)
    assert str(caught.value) == (
        "invalid AppImageConfig:\n  tags: must be a map of tag keys to tag values, not a list; "
        'write {"team": "ml"}, or read the list of Key and Value with from_request'
    )


@given(st.lists(st.text(st.sampled_from("a \t\n\x0b\x1c\x85\u00a0\u2003\u3000\ufeff"), max_size=4), max_size=4))
@example(["a", "\n"])
def test_a_list_of_strings_is_checked_as_the_models_pattern_checks_each(arguments: list[str]) -> None:
    """The fast check of many strings agrees with the pattern on every kind of white space."""
    invalid = [f"container_arguments[{index}]" for index, text in enumerate(arguments) if not NOT_BLANK.fullmatch(text)]
    assert [violation.path for violation in violations_of(ContainerConfig, container_arguments=arguments)] == invalid


def test_a_list_of_enum_values_is_checked() -> None:
    """The service model has no such list so far."""
    letters = List(item=String(enum=("a", "b")), max=2)
    assert [str(violation) for violation in letters.violations(["b", "c"], "letters")] == [
        "letters[1]: must be one of a, b"
    ]
    assert not letters.accepts(["b", "c"])


BEYOND = [(model, members) for model, members, _, constraint in ILLEGAL if constraint in {"min", "max", "pattern"}]


@pytest.mark.parametrize(("model", "members"), BEYOND)
def test_unchecked_lifts_each_limit_within_the_block(model: Any, members: dict[str, Any]) -> None:
    with unchecked():
        assert model(**members)
    with pytest.raises(InvalidAppImageConfigError):
        model(**members)


def test_unchecked_still_checks_types_and_members() -> None:
    """Violations of limits beside them are not reported."""
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
    with unchecked(), pytest.raises(InvalidAppImageConfigError) as caught:
        FileSystemConfig(default_uid=True, default_gid=70000)
    assert [violation.path for violation in caught.value.violations] == ["default_uid"]
    with unchecked():
        assert from_request({"AppImageConfigName": "x" * 80}).app_image_config_name == "x" * 80


def is_refused() -> bool:
    """Return whether a limit is enforced here."""
    return bool(violations_of(FileSystemConfig, default_uid=70000))


@pytest.mark.enable_socket  # on Windows, an event loop wakes itself through a pair of network sockets
def test_unchecked_applies_only_to_the_thread_and_task_that_enters_it() -> None:
    """Blocks may be nested."""

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


def test_one_unchecked_object_may_be_entered_several_times() -> None:
    """In one thread; and in two that leave it in the order in which they entered it."""
    block = unchecked()
    with block:
        with block:
            assert not is_refused()
        assert not is_refused()
    assert is_refused()
    turns = [Barrier(2) for _ in range(3)]

    def first() -> list[bool]:
        with block:
            turns[0].wait()
            turns[1].wait()
        refused = [is_refused()]
        turns[2].wait()
        return [*refused, is_refused()]

    def second() -> list[bool]:
        turns[0].wait()
        with block:
            turns[1].wait()
            turns[2].wait()
            refused = [is_refused()]
        return [*refused, is_refused()]

    with ThreadPoolExecutor(2) as pool:
        one, two = pool.submit(first), pool.submit(second)
    assert (one.result(), two.result()) == ([True, True], [False, True])


def test_a_block_that_is_left_where_it_was_not_entered_enforces_everything() -> None:
    """As when a generator that holds it is closed in another task."""
    block = unchecked()
    copy_context().run(block.__enter__)
    block.__exit__(None, None, None)
    assert is_refused()


def test_a_list_of_strings_with_any_pattern_accepts_what_each_item_accepts() -> None:
    """Some patterns look at all strings at once, and the others at each."""
    vowels = List(item=String(pattern=Pattern("[aeiou]+", "consist of vowels")), max=2)
    assert vowels.accepts(["a", "ei"])
    assert not vowels.accepts(["a", "b"])
