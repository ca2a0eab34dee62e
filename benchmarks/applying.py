"""Applying a plan of 200 creations with several workers, on a service that takes 50 ms for each."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from operator import call
from time import perf_counter
from typing import Any

from measuring import OURS, compare, requests, seconds

from appimageconfig import AppImageConfigClient, from_request
from appimageconfig.testing import Fault, InMemorySageMaker

CONFIGS, LATENCY = 200, 0.05
IDEAL = "the ideal"
AT_MOST = {1: 1.05, 4: 1.05, 16: 1.12}  # by the number of workers


def measure() -> None:
    """Measure beside the ideal, in which only the service takes time, and a pool of threads with boto3."""
    for workers, bound in AT_MOST.items():
        actions = {
            OURS: partial(creations, workers),
            IDEAL: partial(float, -(-CONFIGS // workers) * LATENCY),
            "boto3 in a pool of threads": partial(creations, workers, with_boto3=True),
        }
        rounds = 5 if workers > 1 else 2
        compare(f"apply {CONFIGS} creations, workers: {workers}", actions, call, rounds=rounds, at_most={IDEAL: bound})


def creations(workers: int, *, with_boto3: bool = False) -> float:
    """Return the seconds that pass while a plan is applied, or a script with boto3 does the same."""
    service = InMemorySageMaker()
    sagemaker: Any = service.client()
    client = AppImageConfigClient(sagemaker)
    plan = client.plan(map(from_request, requests(CONFIGS)))
    service.inject(Fault.slow(LATENCY), times=CONFIGS)

    def script() -> None:
        with ThreadPoolExecutor(workers) as pool:
            for request in requests(CONFIGS):
                pool.submit(sagemaker.create_app_image_config, **request)

    action = script if with_boto3 else partial(client.apply, plan, max_workers=workers)
    return seconds(action, clock=perf_counter)
