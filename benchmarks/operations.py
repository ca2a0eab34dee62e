"""Single operations on a service with 100 configs: what each peer needs for them, in time and in calls."""

from __future__ import annotations

import contextlib
import io
import json
from functools import partial
from importlib import import_module
from operator import call
from typing import TYPE_CHECKING, Any

from measuring import OURS, SageMaker, compare, installed, list_with_boto3, load_sagemaker_core, requests, seconds

import appimageconfig
from appimageconfig import AppImageConfig, AppImageConfigClient

if TYPE_CHECKING:
    from collections.abc import Callable

    Actions = dict[str, Callable[[], object]]

NAME = "image-0"
CREATE, BUILD, DESCRIBE = "create of a ready value", "build and create", "describe"
ENSURE, LIST, LIST_BUILT_HERE = "ensure, up to date", "list of 100", "list of 100, client built here"
AT_MOST = {CREATE: 1.04, BUILD: 1.09, DESCRIBE: 1.15, LIST: 1.2, LIST_BUILT_HERE: 0.8}


def measure() -> None:
    """Measure time, and then count calls, which needs the AWS CLI only once."""
    service = SageMaker(100)
    peers = {OURS: ours(service), "boto3": boto3(service)}
    if core := load_sagemaker_core():
        peers["sagemaker-core"] = sagemaker_core(core, service)
    for subject, bound in AT_MOST.items():
        rounds, calls = (15, 3) if "list" in subject else (61, 10)
        actions = {peer: done[subject] for peer, done in peers.items() if subject in done}
        compare(subject, actions, partial(seconds, calls=calls), rounds=rounds, at_most={"boto3": bound})

    if installed("awscli"):
        peers["AWS CLI"] = aws_cli(service)
    for subject in (CREATE, ENSURE, LIST):
        counts = {peer: partial(calls_of, service, done[subject]) for peer, done in peers.items() if subject in done}
        compare(f"{subject}, calls", counts, call, unit="", at_most=dict.fromkeys(peers, 1.0))


def calls_of(service: SageMaker, action: Callable[[], object]) -> float:
    """Return the number of calls that *action* makes."""
    before = service.calls
    action()
    return service.calls - before


def gateway(library: Any) -> Any:
    """Build an app config. The classes of sagemaker-core have the same names and fields as those of this library."""
    return library.KernelGatewayImageConfig(
        kernel_specs=[library.KernelSpec(name="python3", display_name="Python 3")],
        file_system_config=library.FileSystemConfig(
            mount_path="/home/sagemaker-user", default_uid=1000, default_gid=100
        ),
    )


def ours(service: SageMaker) -> Actions:
    """Return what this library does."""
    client, built_here = AppImageConfigClient(service.client()), service.own_client()

    def build() -> AppImageConfig:
        return AppImageConfig(app_image_config_name=NAME, kernel_gateway_image_config=gateway(appimageconfig))

    ready = build()
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
    describe = partial(client.describe_app_image_config, AppImageConfigName=NAME)
    return {
        CREATE: lambda: client.create_app_image_config(**ready),
        BUILD: lambda: client.create_app_image_config(**requests(1)[0]),
        **dict.fromkeys((DESCRIBE, ENSURE), describe),
        **dict.fromkeys((LIST, LIST_BUILT_HERE), partial(list_with_boto3, client)),
    }


def sagemaker_core(core: Any, service: SageMaker) -> Actions:
    """Return what sagemaker-core does, which describes each config after it has created or listed it."""
    resource, session, ready = core.AppImageConfig, service.session, gateway(core)
    return {
        CREATE: lambda: resource.create(NAME, kernel_gateway_image_config=ready, session=session),
        BUILD: lambda: resource.create(NAME, kernel_gateway_image_config=gateway(core), session=session),
        DESCRIBE: lambda: resource.get(NAME, session=session),
        LIST: lambda: list(resource.get_all(session=session)),
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
        CREATE: partial(run, "create-app-image-config", "--cli-input-json", json.dumps(requests(1)[0])),
        LIST: partial(run, "list-app-image-configs"),
    }
