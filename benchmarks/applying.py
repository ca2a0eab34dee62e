"""Applying a plan of 200 creations with several workers, on a service that takes 50 ms for each."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING

from measuring import OURS, requests

from appimageconfig import AppImageConfigClient, from_request
from appimageconfig.testing import Fault, InMemorySageMaker

if TYPE_CHECKING:
    from collections.abc import Callable

    from measuring import Benchmark

CONFIGS, LATENCY = 200, 0.05
AT_MOST = {1: 1.1, 4: 1.1, 16: 1.2}  # workers and the bound of the ratio to the ideal


def measure(benchmark: Benchmark) -> None:
    """Measure beside the ideal, in which only the service takes time, and a pool of threads with boto3."""
    for workers, bound in AT_MOST.items():
        contenders: dict[str, Callable[[], float]] = {
            OURS: partial(apply, workers),
            "the ideal": partial(float, -(-CONFIGS // workers) * LATENCY),
        }
        if workers > 1:  # a single one is a loop
            contenders["boto3 in a pool of threads"] = partial(create_with_boto3, workers)
        subject = f"apply {CONFIGS} creations, workers: {workers}"
        benchmark.compare(subject, contenders, rounds=5 if workers > 1 else 2, at_most={"the ideal": bound})


def apply(workers: int) -> float:
    """Return the seconds that a plan takes."""
    service = InMemorySageMaker()
    client = AppImageConfigClient(service.client())
    plan = client.plan(map(from_request, requests(CONFIGS)))
    service.inject(Fault.slow(LATENCY), times=CONFIGS)
    begin = perf_counter()
    client.apply(plan, max_workers=workers)
    return perf_counter() - begin


def create_with_boto3(workers: int) -> float:
    """Return the seconds that a script with boto3 takes."""
    service = InMemorySageMaker()
    client = service.client()
    service.inject(Fault.slow(LATENCY), times=CONFIGS)
    begin = perf_counter()
    with ThreadPoolExecutor(workers) as pool:
        for request in requests(CONFIGS):
            pool.submit(client.create_app_image_config, **request)
    return perf_counter() - begin
