"""Single operations on a service with 100 configs: what each peer needs for them, in time and in calls."""

from __future__ import annotations

import contextlib
import io
import json
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any

from measuring import OURS, SageMaker, installed, list_with_boto3, load_sagemaker_core, requests, seconds

from appimageconfig import (
    AppImageConfig,
    AppImageConfigClient,
    FileSystemConfig,
    KernelGatewayImageConfig,
    KernelSpec,
    from_request,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from measuring import Benchmark

    Actions = dict[str, Callable[[], object]]

NAME = "image-0"
CREATE, BUILD, DESCRIBE = "create of a ready value", "build and create", "describe"
ENSURE, LIST, LIST_BUILT_HERE = "ensure, up to date", "list of 100", "list of 100, client built here"
AT_MOST = {CREATE: 1.09, BUILD: 1.14, DESCRIBE: 1.2, LIST: 1.3, LIST_BUILT_HERE: 0.9}


def measure(benchmark: Benchmark) -> None:
    """Measure time, and then count calls, which needs the AWS CLI only once."""
    service = SageMaker(100)
    peers = {OURS: ours(service), "boto3": boto3(service)}
    if core := load_sagemaker_core():
        peers["sagemaker-core"] = sagemaker_core(core, service)
    for subject, bound in AT_MOST.items():
        rounds, calls = (15, 3) if "list" in subject else (61, 10)
        contenders = {
            peer: seconds(actions[subject], calls=calls) for peer, actions in peers.items() if subject in actions
        }
        benchmark.compare(subject, contenders, rounds=rounds, at_most={"boto3": bound})

    if installed("awscli"):
        peers["AWS CLI"] = aws_cli(service)
    for subject in (CREATE, ENSURE, LIST):
        contenders = {
            peer: partial(calls_of, service, actions[subject]) for peer, actions in peers.items() if subject in actions
        }
        benchmark.compare(f"{subject}, calls", contenders, unit="", at_most=dict.fromkeys(peers, 1.0))


def calls_of(service: SageMaker, action: Callable[[], object]) -> float:
    """Return the number of calls that *action* makes."""
    before = service.calls
    action()
    return service.calls - before


def ours(service: SageMaker) -> Actions:
    """Return what this library does."""
    client, built_here = AppImageConfigClient(service.client()), service.own_client()
    ready = from_request(requests(1)[0])

    def build() -> AppImageConfig:
        return AppImageConfig(
            app_image_config_name=NAME,
            kernel_gateway_image_config=KernelGatewayImageConfig(
                kernel_specs=[KernelSpec(name="python3", display_name="Python 3")],
                file_system_config=FileSystemConfig(
                    mount_path="/home/sagemaker-user", default_uid=1000, default_gid=100
                ),
            ),
        )

    return {
        CREATE: lambda: client.create(ready),
        BUILD: lambda: client.create(build()),
        DESCRIBE: lambda: client.describe(NAME),
        ENSURE: lambda: client.ensure(ready),
        LIST: lambda: list(client.list()),
        LIST_BUILT_HERE: lambda: list(built_here.list()),
    }


def boto3(service: SageMaker) -> Actions:
    """Return what a script with boto3 does; to find a config up to date, it has to describe it at least."""
    client = service.client()
    (ready,) = requests(1)

    def describe() -> object:
        return client.describe_app_image_config(AppImageConfigName=NAME)

    return {
        CREATE: lambda: client.create_app_image_config(**ready),
        BUILD: lambda: client.create_app_image_config(**requests(1)[0]),
        DESCRIBE: describe,
        ENSURE: describe,
        **dict.fromkeys((LIST, LIST_BUILT_HERE), lambda: list_with_boto3(client)),
    }


def sagemaker_core(core: Any, service: SageMaker) -> Actions:
    """Return what sagemaker-core does, which describes each config after it has created or listed it."""
    create = partial(core.AppImageConfig.create, NAME, session=service.session)

    def build() -> Any:
        return core.KernelGatewayImageConfig(
            kernel_specs=[core.KernelSpec(name="python3", display_name="Python 3")],
            file_system_config=core.FileSystemConfig(
                mount_path="/home/sagemaker-user", default_uid=1000, default_gid=100
            ),
        )

    ready = build()
    return {
        CREATE: lambda: create(kernel_gateway_image_config=ready),
        BUILD: lambda: create(kernel_gateway_image_config=build()),
        DESCRIBE: lambda: core.AppImageConfig.get(NAME, session=service.session),
        LIST: lambda: list(core.AppImageConfig.get_all(session=service.session)),
    }


def aws_cli(service: SageMaker) -> Actions:
    """Return commands of the AWS CLI, run in this process."""
    driver = import_module("awscli.clidriver").create_clidriver()
    driver.session.get_component("event_emitter").register_first("before-send.sagemaker", service.respond)

    def run(*arguments: str) -> None:
        with contextlib.redirect_stdout(io.StringIO()):
            if driver.main(["sagemaker", *arguments]) != 0:
                raise RuntimeError(f"aws sagemaker {arguments[0]} failed")

    return {
        CREATE: lambda: run("create-app-image-config", "--cli-input-json", json.dumps(requests(1)[0])),
        LIST: lambda: run("list-app-image-configs"),
    }
