"""Values: immutable, compared by value, copied from their arguments, and checked."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
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
    from_response,
    to_request,
)
from appimageconfig._frozen import ReadOnlyMapping

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


@pytest.mark.parametrize("model", EVERY_CLASS)
def test_values_are_frozen_slotted_and_keyword_only(model: type[attrs.AttrsInstance]) -> None:
    assert all(field.kw_only for field in attrs.fields(model))
    assert "__dict__" not in dir(model)
    with pytest.raises(TypeError, match="positional"):
        model("by position")  # type: ignore[call-arg]
    value = AppImageConfigDetails() if model is AppImageConfigDetails else full_config()
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        value.app_image_config_name = "other"  # type: ignore[misc]


@given(app_image_configs)
def test_a_value_survives_pickle_copy_and_evolve(config: AppImageConfig) -> None:
    for twin in (
        pickle.loads(pickle.dumps(config)),  # noqa: S301 - our own pickle
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


def test_sequences_become_tuples_and_mappings_are_read_only() -> None:
    container = ContainerConfig(container_arguments=iter(["--a"]), container_environment_variables={"A": "1"})
    assert container.container_arguments == ("--a",)
    variables = container.container_environment_variables
    assert isinstance(variables, Mapping)
    with pytest.raises(TypeError, match="item assignment"):
        variables["A"] = "2"  # type: ignore[index]


@pytest.mark.parametrize("not_a_sequence", ["--flag", b"--flag", bytearray(b"--flag"), {"--flag"}, {"--flag": ""}, 5])
def test_a_string_or_a_set_is_not_a_list(not_a_sequence: Any) -> None:
    """A string would become a list of letters; a set has no order."""
    with pytest.raises(InvalidAppImageConfigError, match="must be a list, not") as caught:
        ContainerConfig(container_arguments=not_a_sequence, container_entrypoint=not_a_sequence)
    assert [violation.path for violation in caught.value.violations] == ["container_arguments", "container_entrypoint"]


def test_building_a_value_reports_all_its_violations_at_once() -> None:
    """In the order of the fields."""
    with pytest.raises(InvalidAppImageConfigError) as caught:
        FileSystemConfig(mount_path="home", default_uid=True, default_gid=65536)
    assert [(violation.path, violation.constraint) for violation in caught.value.violations] == [
        ("mount_path", "pattern"),
        ("default_uid", "type"),
        ("default_gid", "max"),
    ]


def test_evolve_checks_the_new_value() -> None:
    with pytest.raises(InvalidAppImageConfigError, match="default_uid: is -1; the minimum is 0"):
        attrs.evolve(FileSystemConfig(default_uid=0), default_uid=-1)


def test_a_structure_of_the_wrong_class_is_refused() -> None:
    with pytest.raises(InvalidAppImageConfigError) as caught:
        JupyterLabAppImageConfig(
            file_system_config={"MountPath": "/root"},  # type: ignore[arg-type]
            container_config=FileSystemConfig(),  # type: ignore[arg-type]
        )
    assert str(caught.value) == (
        "invalid JupyterLabAppImageConfig:\n"
        "  file_system_config: must be a FileSystemConfig, not a map\n"
        "  container_config: must be a ContainerConfig, not a FileSystemConfig"
    )


def test_a_required_member_cannot_be_none() -> None:
    with pytest.raises(InvalidAppImageConfigError, match="app_image_config_name: must be a string, not null"):
        AppImageConfig(app_image_config_name=None)  # type: ignore[arg-type]


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


def test_a_read_only_mapping_keeps_its_order_and_pickles() -> None:
    mapping = ReadOnlyMapping({"b": 1, "a": 2})
    assert list(mapping) == ["b", "a"]
    assert dict(mapping) == {"b": 1, "a": 2}
    assert mapping == ANY
    assert len(mapping) == len(pickle.loads(pickle.dumps(mapping)))  # noqa: S301 - our own pickle


def test_to_config_returns_the_actual_state_with_the_given_tags() -> None:
    config = full_config()
    details = AppImageConfigDetails(
        app_image_config_arn="arn:aws:sagemaker:eu-west-1:123456789012:app-image-config/full",
        app_image_config_name="full",
        creation_time=datetime(2026, 1, 1, tzinfo=UTC),
        kernel_gateway_image_config=config.kernel_gateway_image_config,
        jupyter_lab_app_image_config=config.jupyter_lab_app_image_config,
        code_editor_app_image_config=config.code_editor_app_image_config,
    )
    assert details.to_config(tags={"team": "ml"}) == config
    assert details.to_config() == full_config(tags=None)
    assert details.to_config(tags={}) == full_config(tags={})


def test_to_config_refuses_invalid_tags_and_a_missing_name() -> None:
    with pytest.raises(InvalidAppImageConfigError, match=r"tags\[''\]: the key has 0 characters; the minimum is 1"):
        AppImageConfigDetails(app_image_config_name="image").to_config(tags={"": "x"})
    with pytest.raises(InvalidAppImageConfigError) as caught:
        from_response({}).to_config()
    assert str(caught.value) == (
        "invalid response:\n"
        "  AppImageConfigName: required member is missing; if the client is stubbed, add it to the response"
    )


def test_a_time_must_be_a_datetime() -> None:
    with pytest.raises(InvalidAppImageConfigError, match="creation_time: must be a datetime, not a string"):
        AppImageConfigDetails(creation_time="2026-01-01")  # type: ignore[arg-type]
