"""
Checking, which covers types, members and every limit: a full JupyterLab config, and many requests in YAML.

YAML is read with positions, beside PyYAML's parser in C, which reports none, and checks nothing.
"""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any

from measuring import OURS, compare, installed, load_sagemaker_core, memory, requests, seconds

import appimageconfig

if TYPE_CHECKING:
    from collections.abc import Callable

CONFIGS, NAME = 10_000, "team-image"
DUMPS, CORE, PYYAML = "json.dumps of the request", "sagemaker-core", "PyYAML's CSafeLoader"
ARGUMENTS = [f"--ServerApp.option_{number}=value-{number}" for number in range(50)]
VARIABLES = {f"VARIABLE_{number}": f"/opt/team/path/of/variable/{number}" for number in range(25)}


def lab(library: Any) -> Any:
    """Build the app config. The classes of sagemaker-core have the same names and fields as those of this library."""
    return library.JupyterLabAppImageConfig(
        file_system_config=library.FileSystemConfig(
            mount_path="/home/sagemaker-user", default_uid=1000, default_gid=100
        ),
        container_config=library.ContainerConfig(
            container_arguments=ARGUMENTS,
            container_entrypoint=["jupyter-lab"],
            container_environment_variables=VARIABLES,
        ),
    )


def build() -> Any:
    """Build the config with this library."""
    return appimageconfig.AppImageConfig(
        app_image_config_name=NAME, tags={"team": "ml"}, jupyter_lab_app_image_config=lab(appimageconfig)
    )


def build_with(core: Any) -> Callable[[], object]:
    """Return what the ``create`` of sagemaker-core does before its call: a validator that is built for each call."""

    def create(app_image_config_name: Any, tags: Any, jupyter_lab_app_image_config: Any) -> Any:
        return app_image_config_name, tags, jupyter_lab_app_image_config

    types = (str, list[core.Tag], core.JupyterLabAppImageConfig)
    create.__annotations__ = dict(zip(create.__annotations__, types, strict=False))
    checked = core.Base.add_validate_call(create)
    return lambda: checked(NAME, [core.Tag(key="team", value="ml")], lab(core))


def measure() -> None:
    """Measure beside json.dumps of the same request, and beside sagemaker-core, whose shapes check only types."""
    request = appimageconfig.to_request(build())
    actions: dict[str, Callable[[], object]] = {OURS: build, DUMPS: partial(json.dumps, request)}
    if core := load_sagemaker_core():
        actions |= {f"{CORE}, types only": partial(lab, core), CORE: build_with(core)}
    time = partial(seconds, calls=50)
    compare("build and check, full config", actions, time, rounds=61, at_most={DUMPS: 1.9, CORE: 0.2})
    actions = {OURS: partial(appimageconfig.from_request, request), DUMPS: actions[DUMPS]}
    compare("from_request, full config", actions, time, rounds=61, at_most={DUMPS: 1.25})
    if installed("PyYAML"):
        measure_yaml()


def measure_yaml() -> None:
    """Measure the time and the peak memory of a text of many requests."""
    import yaml  # noqa: PLC0415 - it may not be installed

    if not yaml.__with_libyaml__:
        print("skipped: this PyYAML has no parser in C; install a wheel with: pip install --only-binary :all: PyYAML")
        return
    text = appimageconfig.dumps(map(appimageconfig.from_request, requests(CONFIGS)), file_format="yaml")
    actions = {
        OURS: partial(appimageconfig.loads, text, file_format="yaml"),
        PYYAML: partial(yaml.load, text, Loader=yaml.CSafeLoader),
    }
    subject = f"YAML of {CONFIGS:,} requests"
    compare(subject, actions, rounds=3, at_most={PYYAML: 0.8})
    compare(f"{subject}, peak memory", actions, memory, unit="MiB", at_most={PYYAML: 2.0})
