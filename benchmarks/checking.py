"""
The cost of building and checking a full JupyterLab config, compared with json.dumps of its request and sagemaker-core.

sagemaker-core is measured twice. Its pydantic shapes alone check types, in
compiled code, and no limits. Its ``create`` checks the shapes once more as the
arguments of the call, with a validator that is built again for each call; that is
the cost of checking a request before it is sent. (Its ``create`` also calls the
service twice and logs; neither is part of what is measured.)

All in one process and in turns, so that the ratios hold when the machine's
speed does not. Exits with 1 when a ratio is beyond its bound.
"""

from __future__ import annotations

import json
import sys
from statistics import median
from timeit import Timer
from typing import TYPE_CHECKING, Any

from sagemaker.core.resources import Base
from sagemaker.core.shapes import shapes

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

ROUNDS, CALLS = 31, 100
AT_MOST_OF_DUMPS = 2.0
AT_LEAST_OF_SAGEMAKER_CORE = 5.0

ARGUMENTS = [f"--ServerApp.option_{number}=value-{number}" for number in range(50)]
VARIABLES = {f"VARIABLE_{number}": f"/opt/team/path/of/variable/{number}" for number in range(25)}


def build() -> AppImageConfig:
    """Build the config with this library, which checks types, members and every limit."""
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


REQUEST = to_request(build())


def read() -> AppImageConfig:
    """Read the config from its request, which checks the same."""
    return from_request(REQUEST)


def dumps() -> str:
    """Write the request as JSON, for comparison."""
    return json.dumps(REQUEST)


def sagemaker_core_shapes() -> Any:
    """Build the same shapes with sagemaker-core."""
    return shapes.JupyterLabAppImageConfig(
        file_system_config=shapes.FileSystemConfig(
            mount_path="/home/sagemaker-user", default_uid=1000, default_gid=100
        ),
        container_config=shapes.ContainerConfig(
            container_arguments=ARGUMENTS,
            container_entrypoint=["jupyter-lab"],
            container_environment_variables=VARIABLES,
        ),
    )


@Base.add_validate_call
def validated_by_sagemaker_core(
    app_image_config_name: str,
    tags: list[shapes.Tag],
    jupyter_lab_app_image_config: shapes.JupyterLabAppImageConfig,
) -> Any:
    """Take the arguments of sagemaker-core's ``AppImageConfig.create``, checked by its own decorator."""
    return app_image_config_name, tags, jupyter_lab_app_image_config


def validate_with_sagemaker_core() -> Any:
    """Build the same shapes with sagemaker-core and check them as its ``create`` does."""
    return validated_by_sagemaker_core(
        app_image_config_name="team-image",
        tags=[shapes.Tag(key="team", value="ml")],
        jupyter_lab_app_image_config=sagemaker_core_shapes(),
    )


def main() -> int:
    """Measure, print, and compare with the bounds."""
    contenders: dict[str, Callable[[], object]] = {
        "build and check": build,
        "from_request": read,
        "json.dumps of the request": dumps,
        "sagemaker-core, shapes": sagemaker_core_shapes,
        "sagemaker-core, validate": validate_with_sagemaker_core,
    }
    timers = {name: Timer(contender) for name, contender in contenders.items()}
    times: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(ROUNDS):
        for name, timer in timers.items():
            times[name].append(timer.timeit(CALLS) / CALLS * 1e6)
    for name, measured in times.items():
        print(f"{name:26} {median(measured):8.1f} us (median of {ROUNDS} rounds, minimum {min(measured):.1f})")

    def ratio(name: str, other: str) -> float:
        return median(one / another for one, another in zip(times[name], times[other], strict=True))

    of_dumps = ratio("build and check", "json.dumps of the request")
    of_core = ratio("sagemaker-core, validate", "build and check")
    print(f"build and check / json.dumps: {of_dumps:.2f} (at most {AT_MOST_OF_DUMPS})")
    print(f"sagemaker-core, validate / build and check: {of_core:.2f} (at least {AT_LEAST_OF_SAGEMAKER_CORE})")
    print(f"sagemaker-core, shapes / build and check: {ratio('sagemaker-core, shapes', 'build and check'):.2f}")
    print(f"from_request / json.dumps: {ratio('from_request', 'json.dumps of the request'):.2f}")
    return int(of_dumps > AT_MOST_OF_DUMPS or of_core < AT_LEAST_OF_SAGEMAKER_CORE)


if __name__ == "__main__":
    sys.exit(main())
