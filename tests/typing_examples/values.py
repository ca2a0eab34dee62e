"""Values, as a type checker sees them. Type-checked, never run."""

from collections.abc import Mapping
from typing import Any, assert_type

import attrs

from appimageconfig import (
    AppImageConfig,
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
    """Pass a list, a tuple or an iterator for a sequence, and any mapping for a map."""
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


def change(config: AppImageConfig) -> AppImageConfig:
    """Change a value with evolve."""
    return attrs.evolve(config, tags=None)


def convert(config: AppImageConfig) -> None:
    """Convert a value to a request and back."""
    assert_type(to_request(config), dict[str, Any])
    assert_type(from_request({"AppImageConfigName": "image"}), AppImageConfig)
    assert_type(from_response({}).to_config(), AppImageConfig)


def mistakes(config: AppImageConfig) -> None:
    """Make mistakes that a type checker reports."""
    FileSystemConfig(default_uid="0")  # type: ignore[arg-type]
    FileSystemConfig("/root")  # type: ignore[call-arg]
    KernelGatewayImageConfig()  # type: ignore[call-arg]
    ContainerConfig(container_arguments=5)  # type: ignore[arg-type]
    ContainerConfig(container_arguments="--flag")  # type: ignore[arg-type]
    ContainerConfig(container_arguments={"--flag"})  # type: ignore[arg-type]
    ContainerConfig(container_entrypoint={"jupyter-lab": ""})  # type: ignore[arg-type]
    KernelGatewayImageConfig(kernel_specs={KernelSpec(name="python3")})  # type: ignore[arg-type]
    JupyterLabAppImageConfig(kernel_specs=[])  # type: ignore[call-arg]
    config.app_image_config_name = "other"  # type: ignore[misc]
