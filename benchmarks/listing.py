"""Listing and planning 10,000 configs, and how both grow with the number of configs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from measuring import OURS, SageMaker, list_with_boto3, memory, requests, seconds

from appimageconfig import AppImageConfigClient, from_request

if TYPE_CHECKING:
    from collections.abc import Callable

    from measuring import Benchmark

    from appimageconfig import Plan

LARGEST, MIDDLE, SMALLEST = SIZES = (10_000, 1_000, 100)


def measure(benchmark: Benchmark) -> None:
    """Measure beside listing with boto3, which is also the least that a plan can take."""
    services = {size: SageMaker(size) for size in SIZES}
    listings = {size: lister(AppImageConfigClient(service.client()), size) for size, service in services.items()}
    plans = {size: planner(AppImageConfigClient(service.client()), size) for size, service in services.items()}
    raw = services[LARGEST].client()
    for subject, action, bound in (
        ("list of 10,000, client passed in", listings[LARGEST], 1.25),
        ("list of 10,000, client built here", lister(services[LARGEST].own_client(), LARGEST), 0.85),
        ("plan of 10,000, unchanged", plans[LARGEST], 1.8),
    ):
        contenders = {OURS: seconds(action), "boto3, list": seconds(lambda: list_with_boto3(raw))}
        benchmark.compare(subject, contenders, rounds=9, at_most={"boto3, list": bound})
    grow(benchmark, "list of 10,000", listings)
    grow(benchmark, "plan of 10,000", plans)
    contenders = {OURS: memory(plans[LARGEST]), "the plan itself": memory(plans[LARGEST], kept=True)}
    benchmark.compare("plan of 10,000, peak memory", contenders, unit="MiB", at_most={"the plan itself": 1.6})


def lister(client: AppImageConfigClient, size: int) -> Callable[[], object]:
    """Return a function that lists all configs."""

    def run() -> None:
        if sum(bool(details.app_image_config_name) for details in client.list()) != size:
            raise RuntimeError("configs are missing")

    return run


def planner(client: AppImageConfigClient, size: int) -> Callable[[], object]:
    """Return a function that plans as many configs as exist, all unchanged."""
    configs = [from_request(request) for request in requests(size)]

    def run() -> Plan:
        if plan := client.plan(configs):
            raise RuntimeError(f"nothing should change:\n{plan}")
        return plan

    return run


def grow(benchmark: Benchmark, subject: str, actions: dict[int, Callable[[], object]]) -> None:
    """Compare the time and the peak memory for each config of the largest number with those of smaller ones."""

    def per_config(measure_one: Callable[[], float], size: float) -> Callable[[], float]:
        return lambda: measure_one() / size

    names = {LARGEST: OURS, MIDDLE: f"itself of {MIDDLE:,}", SMALLEST: f"itself of {SMALLEST:,}"}
    bounds = {names[MIDDLE]: 1.3}
    times = {name: per_config(seconds(actions[size], calls=MIDDLE // size or 1), size) for size, name in names.items()}
    benchmark.compare(f"{subject}, time for each config", times, rounds=5, at_most=bounds)
    peaks = {name: per_config(memory(actions[size]), size / 1024) for size, name in names.items()}
    benchmark.compare(f"{subject}, peak memory for each config", peaks, unit="KiB", at_most=bounds)
