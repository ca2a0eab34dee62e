"""The in-memory service beside boto3 whose network responds with constants."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from measuring import OURS, SageMaker, in_process, requests, seconds

from appimageconfig import AppImageConfigClient, from_request
from appimageconfig.testing import InMemorySageMaker

if TYPE_CHECKING:
    from collections.abc import Callable

    from measuring import Benchmark

SMALLER, LARGER = 5_000, 10_000


def measure(benchmark: Benchmark) -> None:
    """Measure a life of a config, the first client of a process, and the growth of a list."""
    lives = {OURS: life(InMemorySageMaker().client()), "boto3": life(SageMaker().client())}
    contenders = {name: seconds(action, calls=10) for name, action in lives.items()}
    benchmark.compare("in memory: create, describe, delete", contenders, rounds=41, at_most={"boto3": 1.45})

    setup = "import boto3; from appimageconfig.testing import InMemorySageMaker"
    contenders = {
        OURS: in_process("InMemorySageMaker().client()", setup=setup),
        "boto3": in_process("boto3.client('sagemaker')", setup=setup),
    }
    benchmark.compare("in memory: first client of a process", contenders, rounds=7, at_most={"boto3": 1.3})

    contenders = {OURS: time_of_item(LARGER), f"itself of {SMALLER:,}": time_of_item(SMALLER)}
    benchmark.compare(
        f"in memory: list of {LARGER:,}, time for each config",
        contenders,
        rounds=3,
        at_most={f"itself of {SMALLER:,}": 1.3},
    )


def life(client: Any) -> Callable[[], None]:
    """Return a function that creates, describes and deletes a config."""
    (request,) = requests(1)

    def run() -> None:
        client.create_app_image_config(**request)
        client.describe_app_image_config(AppImageConfigName="image-0")
        client.delete_app_image_config(AppImageConfigName="image-0")

    return run


def time_of_item(count: int) -> Callable[[], float]:
    """Return a contender: the seconds to list so many configs, for each of them."""
    client = AppImageConfigClient(InMemorySageMaker().client())
    for request in requests(count):
        client.create(from_request(request))
    measure_one = seconds(lambda: sum(1 for _ in client.list()))
    return lambda: measure_one() / count
