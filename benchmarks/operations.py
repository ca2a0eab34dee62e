"""Single operations: what this library adds to boto3, in time and in calls."""

from __future__ import annotations

import contextlib
import io
import json
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any

from measuring import OURS, SageMaker, installed, list_with_boto3, requests, sagemaker_core, seconds

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


def config() -> AppImageConfig:
    """Build the first config of `requests`, as people write it."""
    return AppImageConfig(
        app_image_config_name=NAME,
        kernel_gateway_image_config=KernelGatewayImageConfig(
            kernel_specs=[KernelSpec(name="python3", display_name="Python 3")],
            file_system_config=FileSystemConfig(mount_path="/home/sagemaker-user", default_uid=1000, default_gid=100),
        ),
    )


def core_shapes(core: Any) -> Any:
    """Build the same with sagemaker-core."""
    return core.KernelGatewayImageConfig(
        kernel_specs=[core.KernelSpec(name="python3", display_name="Python 3")],
        file_system_config=core.FileSystemConfig(mount_path="/home/sagemaker-user", default_uid=1000, default_gid=100),
    )


def measure(benchmark: Benchmark) -> None:
    """Measure, with the same responses for all."""
    service = SageMaker()
    raw, client = service.client(), AppImageConfigClient(service.client())
    (request,) = requests(1)
    ready = from_request(request)
    create: Actions = {OURS: lambda: client.create(ready), "boto3": lambda: raw.create_app_image_config(**request)}
    build: Actions = {
        OURS: lambda: client.create(config()),
        "boto3": lambda: raw.create_app_image_config(**requests(1)[0]),
    }
    describe: Actions = {
        OURS: lambda: client.describe(NAME),
        "boto3": lambda: raw.describe_app_image_config(AppImageConfigName=NAME),
    }
    if core := sagemaker_core():
        resource, session, built = core.AppImageConfig, service.session, core_shapes(core)
        create["sagemaker-core"] = lambda: resource.create(NAME, kernel_gateway_image_config=built, session=session)
        build["sagemaker-core"] = lambda: resource.create(
            NAME, kernel_gateway_image_config=core_shapes(core), session=session
        )
        describe["sagemaker-core"] = lambda: resource.get(NAME, session=session)
    for subject, actions, bound in (
        ("create of a ready value", create, 1.09),
        ("build and create", build, 1.14),
        ("describe", describe, 1.2),
    ):
        contenders = {name: seconds(action, calls=10) for name, action in actions.items()}
        benchmark.compare(subject, contenders, rounds=61, at_most={"boto3": bound})
    count_calls(benchmark)


def count_calls(benchmark: Benchmark) -> None:
    """Count the calls of a create, a no-op and a list of 100."""
    service = SageMaker(100)
    raw, client, core = service.client(), AppImageConfigClient(service.client()), sagemaker_core()
    (request,) = requests(1)
    create: Actions = {
        OURS: lambda: client.create(config()),
        "boto3": lambda: raw.create_app_image_config(**request),
    }
    ensure: Actions = {
        OURS: lambda: client.ensure(config()),
        "boto3, describe": lambda: raw.describe_app_image_config(AppImageConfigName=NAME),
    }
    listing: Actions = {OURS: lambda: list(client.list()), "boto3": lambda: list_with_boto3(raw)}
    if core:
        resource, session = core.AppImageConfig, service.session
        create["sagemaker-core"] = lambda: resource.create(
            NAME, kernel_gateway_image_config=core_shapes(core), session=session
        )
        listing["sagemaker-core"] = lambda: list(resource.get_all(session=session))
    if installed("awscli"):
        run = aws_cli(service)
        create["AWS CLI"] = lambda: run("create-app-image-config", "--cli-input-json", json.dumps(request))
        listing["AWS CLI"] = lambda: run("list-app-image-configs")

    def calls(action: Callable[[], object]) -> float:
        before = service.calls
        action()
        return service.calls - before

    for subject, actions in (("create", create), ("ensure, up to date", ensure), ("list of 100", listing)):
        contenders = {name: partial(calls, action) for name, action in actions.items()}
        benchmark.compare(f"{subject}, calls", contenders, unit="calls", at_most=dict.fromkeys(actions, 1.0))


def aws_cli(service: SageMaker) -> Callable[..., None]:
    """Return a function that runs a command of the AWS CLI in this process."""
    driver = import_module("awscli.clidriver").create_clidriver()
    driver.session.get_component("event_emitter").register_first("before-send.sagemaker", service.respond)

    def run(*arguments: str) -> None:
        with contextlib.redirect_stdout(io.StringIO()):
            if driver.main(["sagemaker", *arguments]) != 0:
                raise RuntimeError(f"aws sagemaker {arguments[0]} failed")

    return run
