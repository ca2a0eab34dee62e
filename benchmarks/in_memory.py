"""The in-memory service beside boto3 whose network responds with constants."""

from __future__ import annotations

from functools import partial
from operator import call
from typing import TYPE_CHECKING, Any

from measuring import OURS, SageMaker, compare, in_process, requests, seconds

from appimageconfig import AppImageConfigClient, from_request
from appimageconfig.testing import InMemorySageMaker

if TYPE_CHECKING:
    from collections.abc import Callable

SMALLER, LARGER = 5_000, 10_000


def measure() -> None:
    """Measure a life of a config, the first client of a process, and the growth of a list."""
    lives = {OURS: partial(live, InMemorySageMaker().client()), "boto3": partial(live, SageMaker().client())}
    time = partial(seconds, calls=10)
    compare("in memory: create, describe, delete", lives, time, rounds=41, at_most={"boto3": 1.35})

    setup = "import boto3; from appimageconfig.testing import InMemorySageMaker"
    actions = {
        OURS: in_process("InMemorySageMaker().client()", setup=setup),
        "boto3": in_process("boto3.client('sagemaker')", setup=setup),
    }
    compare("in memory: first client of a process", actions, call, rounds=7, at_most={"boto3": 1.2})

    subject, peer = f"in memory: list of {LARGER:,}, time for each config", f"itself of {SMALLER:,}"
    actions = {OURS: lister(LARGER), peer: lister(SMALLER)}
    compare(subject, actions, call, rounds=3, at_most={peer: 1.2})


def live(client: Any) -> None:
    """Create, describe and delete a config."""
    (request,) = requests(1)
    client.create_app_image_config(**request)
    client.describe_app_image_config(AppImageConfigName="image-0")
    client.delete_app_image_config(AppImageConfigName="image-0")


def lister(count: int) -> Callable[[], float]:
    """Return a function that measures the seconds to list so many configs, for each of them."""
    client = AppImageConfigClient(InMemorySageMaker().client())
    for request in requests(count):
        client.create(from_request(request))
    return lambda: seconds(lambda: sum(1 for _ in client.list())) / count
