"""Values: immutable, compared by value, copied from their arguments, and checked."""

from __future__ import annotations

import copy
import pickle
from collections import deque
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, cast
from unittest.mock import ANY

import attrs
import pytest
from hypothesis import given
from strategies import app_image_configs

from appimageconfig import (
    AppImageConfig,
    AppImageConfigDetails,
    CodeEditorAppImageConfig,
    ContainerConfig,
    FileSystemConfig,
    InvalidAppImageConfigError,
    JupyterLabAppImageConfig,
    KernelGatewayImageConfig,
    KernelSpec,
    to_request,
)
from appimageconfig._frozen import ReadOnlyMapping, SecretMapping, SecretTuple

ARN = "arn:aws:sagemaker:eu-west-1:123456789012:app-image-config/full"
EVERY_CLASS = (
    AppImageConfig,
    AppImageConfigDetails,
    CodeEditorAppImageConfig,
    ContainerConfig,
    FileSystemConfig,
    JupyterLabAppImageConfig,
    KernelGatewayImageConfig,
    KernelSpec,
)


def full_config(**changes: Any) -> AppImageConfig:
    """Return a config in which every member has a value."""
    files = FileSystemConfig(mount_path="/home/sagemaker-user", default_uid=1000, default_gid=100)
    container = ContainerConfig(
        container_arguments=["--no-browser"],
        container_entrypoint=["jupyter-lab"],
        container_environment_variables={"STAGE": "test"},
    )
    config = AppImageConfig(
        app_image_config_name="full",
        tags={"team": "ml"},
        kernel_gateway_image_config=KernelGatewayImageConfig(
            kernel_specs=[KernelSpec(name="python3", display_name="Python 3")], file_system_config=files
        ),
        jupyter_lab_app_image_config=JupyterLabAppImageConfig(file_system_config=files, container_config=container),
        code_editor_app_image_config=CodeEditorAppImageConfig(file_system_config=files, container_config=container),
    )
    return attrs.evolve(config, **changes)


def details(**members: Any) -> AppImageConfigDetails:
    """Return the actual state of a config, with these members."""
    return AppImageConfigDetails(app_image_config_arn=ARN, app_image_config_name="full", **members)


@pytest.mark.parametrize("model", EVERY_CLASS)
def test_values_are_frozen_slotted_and_keyword_only(model: type[attrs.AttrsInstance]) -> None:
    assert all(field.kw_only for field in attrs.fields(model))
    assert "__dict__" not in dir(model)
    with pytest.raises(TypeError, match="positional"):
        model("by position")  # type: ignore[call-arg]
    value = details() if model is AppImageConfigDetails else full_config()
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        value.app_image_config_name = "other"  # type: ignore[misc]


@given(app_image_configs)
def test_a_value_survives_pickle_copy_and_evolve(config: AppImageConfig) -> None:
    pickled = [pickle.dumps(config, protocol) for protocol in range(pickle.HIGHEST_PROTOCOL + 1)]
    for twin in (
        *map(pickle.loads, pickled),
        copy.copy(config),
        copy.deepcopy(config),
        attrs.evolve(config),
    ):
        assert twin == config
        assert hash(twin) == hash(config)
        assert to_request(twin) == to_request(config)


def test_arguments_are_copied() -> None:
    arguments, variables, kernels, tags = ["--a"], {"A": "1"}, [KernelSpec(name="python3")], {"team": "ml"}
    container = ContainerConfig(container_arguments=arguments, container_environment_variables=variables)
    gateway = KernelGatewayImageConfig(kernel_specs=kernels)
    config = AppImageConfig(app_image_config_name="image", tags=tags)
    arguments.append("--b")
    variables["B"] = "2"
    kernels.clear()
    tags.clear()
    assert container == ContainerConfig(container_arguments=("--a",), container_environment_variables={"A": "1"})
    assert gateway.kernel_specs == (KernelSpec(name="python3"),)
    assert config.tags == {"team": "ml"}


def values_of_a_dict(items: list[Any]) -> Any:
    """Return *items* as the values of a dict."""
    return dict(enumerate(items)).values()


ORDERED: list[Callable[[list[Any]], Any]] = [list, tuple, deque, iter, reversed, values_of_a_dict]


@pytest.mark.parametrize("kind", ORDERED)
def test_every_ordered_iterable_becomes_a_tuple(kind: Any) -> None:
    arguments, kernels = ["--a", "--a", "--b"], [KernelSpec(name="ir"), KernelSpec(name="python3")]
    assert ContainerConfig(container_arguments=kind(arguments)).container_arguments == tuple(kind(arguments))
    assert ContainerConfig(container_entrypoint=kind(["sh"])).container_entrypoint == ("sh",)
    assert KernelGatewayImageConfig(kernel_specs=kind(kernels)).kernel_specs == tuple(kind(kernels))


def test_mappings_are_read_only() -> None:
    variables = ContainerConfig(container_environment_variables={"A": "1"}).container_environment_variables
    assert isinstance(variables, Mapping)
    with pytest.raises(TypeError, match="item assignment"):
        variables["A"] = "2"  # type: ignore[index]


@pytest.mark.parametrize("not_a_sequence", ["--flag", b"--flag", bytearray(b"--flag"), {"--flag"}, {"--flag": ""}, 5])
def test_a_string_or_a_set_is_not_a_list(not_a_sequence: Any) -> None:
    """A string would become a list of letters; a set has no order."""
    with pytest.raises(InvalidAppImageConfigError, match="must be a list, not") as caught:
        ContainerConfig(container_arguments=not_a_sequence, container_entrypoint=not_a_sequence)
    assert [violation.path for violation in caught.value.violations] == ["container_arguments", "container_entrypoint"]


def test_evolve_checks_the_new_value() -> None:
    with pytest.raises(InvalidAppImageConfigError, match="default_uid: is -1; the minimum is 0"):
        attrs.evolve(FileSystemConfig(default_uid=0), default_uid=-1)


def test_order_counts_in_sequences_and_not_in_mappings() -> None:
    one = ContainerConfig(container_environment_variables={"A": "1", "B": "2"})
    other = ContainerConfig(container_environment_variables={"B": "2", "A": "1"})
    assert one == other
    assert hash(one) == hash(other)
    assert ContainerConfig(container_arguments=["a", "b"]) != ContainerConfig(container_arguments=["b", "a"])


def test_absent_and_empty_are_not_equal() -> None:
    assert ContainerConfig() != ContainerConfig(container_arguments=())
    assert JupyterLabAppImageConfig() != JupyterLabAppImageConfig(container_config=ContainerConfig())
    assert full_config(tags=None) != full_config(tags={})


def test_a_repr_redacts_arguments_and_the_values_of_variables() -> None:
    """It shows how many arguments there are, and the names of the variables."""
    container = ContainerConfig(
        container_arguments=["--token=hush"],
        container_environment_variables={"PASSWORD": "hush"},
    )
    shown = repr(container) + repr(container.container_environment_variables)
    assert "hush" not in shown
    assert "container_arguments=(***, )" in shown
    assert "{'PASSWORD': ***}" in shown
    assert "container_entrypoint=None" in shown
    assert repr(ContainerConfig()).count("None") == len(attrs.fields(ContainerConfig)) - 1
    assert "tags={'team': 'ml'}" in repr(full_config())
    assert "tags=None" in repr(full_config(tags=None))


def test_a_read_only_mapping_keeps_its_order() -> None:
    mapping = ReadOnlyMapping({"b": 1, "a": 2})
    assert list(mapping) == ["b", "a"]
    assert dict(mapping) == {"b": 1, "a": 2}
    assert mapping == ANY


CONTAINERS: list[Any] = [
    ReadOnlyMapping({"b": 1, "a": 2}),
    SecretMapping({"b": "hush", "a": SecretTuple(["hush"])}),
    SecretTuple(["hush", SecretMapping({"a": "hush"})]),
]


@pytest.mark.parametrize("container", CONTAINERS, ids=repr)
@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_container_pickles_and_copies_as_itself(container: Any, protocol: int) -> None:
    for twin in (
        pickle.loads(pickle.dumps(container, protocol)),  # noqa: S301 - our own pickle
        copy.copy(container),
        copy.deepcopy(container),
    ):
        assert (type(twin), twin, repr(twin)) == (type(container), container, repr(container))


@pytest.mark.parametrize("ours", [{"a": "1", "b": "2"}, full_config(tags={"a": "1", "b": "2"}).tags])
@pytest.mark.parametrize("theirs", [{"b": "3", "c": "4"}, full_config(tags={"b": "3", "c": "4"}).tags])
def test_mappings_are_united_as_dicts_are(ours: Any, theirs: Any) -> None:
    """With a read-only mapping on either side, or on both: the items on the right replace those on the left."""
    united = ours | theirs
    assert list(united.items()) == [("a", "1"), ("b", "3"), ("c", "4")]
    assert type(united) is (dict if type(ours) is type(theirs) is dict else ReadOnlyMapping)


UNIONS: list[Callable[[Any, Any], Any]] = [lambda one, other: one | other, lambda one, other: other | one]


@pytest.mark.parametrize("unite", UNIONS)
def test_a_union_with_variables_redacts_their_values(unite: Callable[[Any, Any], Any]) -> None:
    variables = ContainerConfig(container_environment_variables={"A": "hush"}).container_environment_variables
    assert repr(unite(variables, {})) == "{'A': ***}"
    assert repr(unite(variables, full_config(tags={}).tags)) == "{'A': ***}"
    assert ContainerConfig(container_environment_variables=unite(variables, {"B": "b"})) == ContainerConfig(
        container_environment_variables={"A": "hush", "B": "b"}
    )
    with pytest.raises(TypeError, match="unsupported operand"):
        unite(variables, [("B", "b")])


def test_to_config_returns_the_actual_state_with_the_given_tags() -> None:
    config = full_config()
    actual = details(
        creation_time=datetime(2026, 1, 1, tzinfo=UTC),
        kernel_gateway_image_config=config.kernel_gateway_image_config,
        jupyter_lab_app_image_config=config.jupyter_lab_app_image_config,
        code_editor_app_image_config=config.code_editor_app_image_config,
    )
    assert actual.to_config(tags={"team": "ml"}) == config
    assert actual.to_config() == full_config(tags=None)
    assert actual.to_config(tags={}) == full_config(tags={})


def test_to_config_refuses_invalid_tags() -> None:
    with pytest.raises(InvalidAppImageConfigError, match=r"tags\[''\]: the key has 0 characters; the minimum is 1"):
        details().to_config(tags={"": "x"})


VIOLATIONS: list[tuple[Callable[[], object], str]] = [
    (
        lambda: KernelSpec(name=cast("Any", 5), display_name="k" * 1025),
        (
            "invalid KernelSpec:\n"
            "  name: must be a string, not an integer; write it in quotes\n"
            "  display_name: has 1025 characters; the maximum is 1024"
        ),
    ),
    (
        lambda: FileSystemConfig(mount_path="home", default_uid=70000, default_gid=-1),
        (
            "invalid FileSystemConfig:\n"
            "  mount_path: must be an absolute path, which begins with a slash (pattern \\/.*)\n"
            "  default_uid: is 70000; the maximum is 65535\n"
            "  default_gid: is -1; the minimum is 0"
        ),
    ),
    (
        lambda: ContainerConfig(
            container_arguments=["a", "\n"],
            container_entrypoint=["a", "b"],
            container_environment_variables={"A": cast("Any", 1)},
        ),
        (
            "invalid ContainerConfig:\n"
            "  container_arguments[1]: must be a single line that is not blank (pattern (?!\\s*$).+)\n"
            "  container_entrypoint: has 2 items; the maximum is 1\n"
            "  container_environment_variables['A']: the value must be a string, not an integer; write it in quotes"
        ),
    ),
    (
        lambda: KernelGatewayImageConfig(kernel_specs=[]),
        "invalid KernelGatewayImageConfig:\n  kernel_specs: has 0 items; the minimum is 1",
    ),
    (
        lambda: KernelGatewayImageConfig(kernel_specs=cast("Any", ["python3"])),
        "invalid KernelGatewayImageConfig:\n  kernel_specs[0]: must be a KernelSpec, not a string",
    ),
    (
        lambda: JupyterLabAppImageConfig(
            file_system_config=cast("Any", {"MountPath": "/root"}), container_config=cast("Any", FileSystemConfig())
        ),
        (
            "invalid JupyterLabAppImageConfig:\n"
            "  file_system_config: must be a FileSystemConfig, not a map\n"
            "  container_config: must be a ContainerConfig, not a FileSystemConfig"
        ),
    ),
    (
        lambda: CodeEditorAppImageConfig(container_config=cast("Any", "sh")),
        "invalid CodeEditorAppImageConfig:\n  container_config: must be a ContainerConfig, not a string",
    ),
    (
        lambda: AppImageConfig(
            app_image_config_name="my_image",
            tags={"": "x"},
            code_editor_app_image_config=cast("Any", JupyterLabAppImageConfig()),
        ),
        (
            "invalid AppImageConfig:\n"
            "  app_image_config_name: must consist of letters, digits and hyphens, without a hyphen at either end, "
            "such as 'my-image' (pattern [a-zA-Z0-9](-*[a-zA-Z0-9]){0,62})\n"
            "  tags['']: the key has 0 characters; the minimum is 1\n"
            "  code_editor_app_image_config: must be a CodeEditorAppImageConfig, not a JupyterLabAppImageConfig"
        ),
    ),
    (
        lambda: AppImageConfigDetails(
            app_image_config_arn="image", app_image_config_name=cast("Any", None), creation_time=cast("Any", "2026")
        ),
        (
            "invalid AppImageConfigDetails:\n"
            "  app_image_config_arn: must be the ARN of an AppImageConfig "
            "(pattern arn:aws[a-z\\-]*:sagemaker:[a-z0-9\\-]*:[0-9]{12}:app-image-config/.*)\n"
            "  app_image_config_name: must be a string, not null\n"
            "  creation_time: must be a datetime, not a string"
        ),
    ),
]


@pytest.mark.parametrize(("build", "text"), VIOLATIONS)
def test_an_error_names_the_class_and_the_fields(build: Callable[[], object], text: str) -> None:
    """Nothing is sent when a value is built, so the error does not speak of it."""
    with pytest.raises(InvalidAppImageConfigError) as caught:
        build()
    assert str(caught.value) == text


def test_the_name_and_the_arn_of_details_are_required() -> None:
    with pytest.raises(TypeError, match="'app_image_config_arn' and 'app_image_config_name'"):
        AppImageConfigDetails()  # type: ignore[call-arg]
