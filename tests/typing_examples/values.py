"""Values, as a type checker sees them. Type-checked, never run."""

from collections import deque
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, assert_type

import attrs

from appimageconfig import (
    AppImageConfig,
    AppImageConfigDetails,
    ContainerConfig,
    FileSystemConfig,
    JupyterLabAppImageConfig,
    KernelGatewayImageConfig,
    KernelSpec,
    from_request,
    from_response,
    to_request,
)


def build() -> AppImageConfig:
    container = ContainerConfig(
        container_arguments=[f"--flag={number}" for number in range(3)],
        container_entrypoint=("jupyter-lab",),
        container_environment_variables={"A": "1"},
    )
    assert_type(container.container_arguments, tuple[str, ...] | None)
    assert_type(container.container_environment_variables, Mapping[str, str] | None)
    gateway = KernelGatewayImageConfig(kernel_specs=(KernelSpec(name=name) for name in ("python3", "ir")))
    assert_type(gateway.kernel_specs, tuple[KernelSpec, ...])
    return AppImageConfig(
        app_image_config_name="image",
        tags={"team": "ml"},
        kernel_gateway_image_config=gateway,
        jupyter_lab_app_image_config=JupyterLabAppImageConfig(container_config=container),
    )


def convert(config: AppImageConfig, details: AppImageConfigDetails) -> None:
    assert_type(attrs.evolve(config, tags=None), AppImageConfig)
    assert_type(to_request(config), dict[str, Any])
    assert_type(from_request({"AppImageConfigName": "image"}), AppImageConfig)
    assert_type(from_response({}).to_config(), AppImageConfig)
    assert_type(details.app_image_config_name, str)
    assert_type(details.app_image_config_arn, str)
    assert_type(details.creation_time, datetime | None)


def generated() -> Iterator[str]:
    yield "jupyter-lab"


def ordered(strings: list[str], variables: dict[str, str], specs: dict[str, KernelSpec]) -> None:
    ContainerConfig(container_arguments=strings, container_entrypoint=None)
    ContainerConfig(container_arguments=(*strings,), container_entrypoint=generated())
    ContainerConfig(container_arguments=map(str, range(3)), container_entrypoint=deque(strings))
    ContainerConfig(container_arguments=(string for string in strings), container_entrypoint=variables.values())
    ContainerConfig(container_arguments=reversed(strings))
    KernelGatewayImageConfig(kernel_specs=[KernelSpec(name="python3")])
    KernelGatewayImageConfig(kernel_specs=specs.values())
    KernelGatewayImageConfig(kernel_specs=deque(specs.values()))
    KernelGatewayImageConfig(kernel_specs=map(lambda name: KernelSpec(name=name), strings))


def mistakes(config: AppImageConfig, string: str, strings: set[str], variables: dict[str, str]) -> None:
    ContainerConfig(container_arguments="--flag")  # error
    ContainerConfig(container_arguments=string)  # error
    ContainerConfig(container_arguments=strings)  # error
    ContainerConfig(container_arguments=frozenset(strings))  # error
    ContainerConfig(container_arguments=variables)  # error
    ContainerConfig(container_arguments=b"--flag")  # error
    ContainerConfig(container_arguments=[1])  # error
    ContainerConfig(container_arguments=5)  # error
    ContainerConfig(container_entrypoint="jupyter-lab")  # error
    ContainerConfig(container_entrypoint={"jupyter-lab"})  # error
    ContainerConfig(container_entrypoint={"jupyter-lab": "1"})  # error
    KernelGatewayImageConfig(kernel_specs="python3")  # error
    KernelGatewayImageConfig(kernel_specs={KernelSpec(name="python3")})  # error
    KernelGatewayImageConfig(kernel_specs={"python3": KernelSpec(name="python3")})  # error
    KernelGatewayImageConfig(kernel_specs=KernelSpec(name="python3"))  # error
    KernelGatewayImageConfig()  # error
    FileSystemConfig(default_uid="0")  # error
    FileSystemConfig("/root")  # error
    JupyterLabAppImageConfig(kernel_specs=[])  # error
    config.app_image_config_name = "other"  # error
