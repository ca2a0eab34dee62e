"""Building and reading a full JupyterLab config, which checks types, members and every limit."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from measuring import OURS, load_sagemaker_core, seconds

from appimageconfig import (
    AppImageConfig,
    ContainerConfig,
    FileSystemConfig,
    JupyterLabAppImageConfig,
    from_request,
    to_request,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from measuring import Benchmark

ARGUMENTS = [f"--ServerApp.option_{number}=value-{number}" for number in range(50)]
VARIABLES = {f"VARIABLE_{number}": f"/opt/team/path/of/variable/{number}" for number in range(25)}
DUMPS = "json.dumps of the request"


def build() -> AppImageConfig:
    """Build the config with this library."""
    return AppImageConfig(
        app_image_config_name="team-image",
        tags={"team": "ml"},
        jupyter_lab_app_image_config=JupyterLabAppImageConfig(
            file_system_config=FileSystemConfig(mount_path="/home/sagemaker-user", default_uid=1000, default_gid=100),
            container_config=ContainerConfig(
                container_arguments=ARGUMENTS,
                container_entrypoint=["jupyter-lab"],
                container_environment_variables=VARIABLES,
            ),
        ),
    )


def of_sagemaker_core(core: Any) -> dict[str, Callable[[], object]]:
    """
    Return what sagemaker-core does, in two parts.

    Its pydantic shapes check types, in compiled code, and no limits. Its ``create``
    checks the shapes once more as the arguments of the call, with a validator that
    is built again for each call; that is its cost of checking a request.
    """

    def shapes() -> Any:
        return core.JupyterLabAppImageConfig(
            file_system_config=core.FileSystemConfig(
                mount_path="/home/sagemaker-user", default_uid=1000, default_gid=100
            ),
            container_config=core.ContainerConfig(
                container_arguments=ARGUMENTS,
                container_entrypoint=["jupyter-lab"],
                container_environment_variables=VARIABLES,
            ),
        )

    def create(app_image_config_name: Any, tags: Any, jupyter_lab_app_image_config: Any) -> Any:
        return app_image_config_name, tags, jupyter_lab_app_image_config

    create.__annotations__ = {
        "app_image_config_name": str,
        "tags": list[core.Tag],
        "jupyter_lab_app_image_config": core.JupyterLabAppImageConfig,
    }
    checked = core.Base.add_validate_call(create)
    return {
        "sagemaker-core, types only": shapes,
        "sagemaker-core": lambda: checked("team-image", [core.Tag(key="team", value="ml")], shapes()),
    }


def measure(benchmark: Benchmark) -> None:
    """Measure beside json.dumps of the same request, and beside sagemaker-core."""
    request = to_request(build())
    actions: dict[str, Callable[[], object]] = {OURS: build, DUMPS: lambda: json.dumps(request)}
    if core := load_sagemaker_core():
        actions |= of_sagemaker_core(core)
    contenders = {name: seconds(action, calls=50) for name, action in actions.items()}
    bounds = {DUMPS: 2.0, "sagemaker-core": 0.2}
    benchmark.compare("build and check, full config", contenders, rounds=61, at_most=bounds)
    contenders = {OURS: seconds(lambda: from_request(request), calls=50), DUMPS: contenders[DUMPS]}
    benchmark.compare("from_request, full config", contenders, rounds=61, at_most={DUMPS: 1.35})
