"""Listing and planning, and how both grow with the number of configs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from measuring import OURS, SageMaker, list_with_boto3, memory, requests, sagemaker_core, seconds

from appimageconfig import AppImageConfigClient, from_request

if TYPE_CHECKING:
    from collections.abc import Callable

    from measuring import Benchmark

    from appimageconfig import Plan

LARGEST, MIDDLE, SMALLEST = SIZES = (10_000, 1_000, 100)


def measure(benchmark: Benchmark) -> None:
    """Measure clients that are passed in, and one that this library builds itself."""
    listings: dict[int, Callable[[], object]] = {}
    plans: dict[int, Callable[[], object]] = {}
    for size in SIZES:
        service = SageMaker(size)
        listings[size] = lister(AppImageConfigClient(service.client()), size)
        plans[size] = planner(AppImageConfigClient(service.client()), size)
        if size != MIDDLE:
            compare(benchmark, service, size, listings[size], plans[size])
    grow(benchmark, "list", listings)
    grow(benchmark, "plan", plans)
    plan = plans[LARGEST]
    contenders = {OURS: memory(plan), "the plan itself": memory(plan, kept=True)}
    benchmark.compare(f"plan of {LARGEST:,}, peak memory", contenders, unit="MiB", at_most={"the plan itself": 1.5})


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


def compare(
    benchmark: Benchmark, service: SageMaker, size: int, listing: Callable[[], object], plan: Callable[[], object]
) -> None:
    """Compare with listing by boto3, which is also the least that a plan can take."""
    raw = service.client()
    boto3: dict[str, Callable[[], object]] = {"boto3": lambda: list_with_boto3(raw)}
    core: dict[str, Callable[[], object]] = {}
    if size == SMALLEST and (module := sagemaker_core()):  # it makes a call for each config: too long for more
        core["sagemaker-core"] = lambda: list(module.AppImageConfig.get_all(session=service.session))
    own = lister(service.own_client(), size)
    for subject, actions, bound in (
        (f"list of {size:,}, client passed in", {OURS: listing, **boto3, **core}, 1.25),
        (f"list of {size:,}, client built here", {OURS: own, **boto3}, 0.85),
        (f"plan of {size:,}, unchanged", {OURS: plan, "boto3, list": boto3["boto3"]}, 1.8),
    ):
        contenders = {name: seconds(action) for name, action in actions.items()}
        rounds = 7 if size == LARGEST else 15
        benchmark.compare(subject, contenders, rounds=rounds, at_most={"boto3": bound, "boto3, list": bound})


def grow(benchmark: Benchmark, subject: str, actions: dict[int, Callable[[], object]]) -> None:
    """Compare the time and the peak memory for each config of the largest number with those of smaller ones."""

    def per_config(measure_one: Callable[[], float], size: float) -> Callable[[], float]:
        return lambda: measure_one() / size

    names = {LARGEST: OURS, MIDDLE: f"itself of {MIDDLE:,}", SMALLEST: f"itself of {SMALLEST:,}"}
    times = {name: per_config(seconds(actions[size], calls=MIDDLE // size or 1), size) for size, name in names.items()}
    benchmark.compare(f"{subject} of {LARGEST:,}, time for each config", times, rounds=5, at_most={names[MIDDLE]: 1.3})
    peaks = {name: per_config(memory(actions[size]), size / 1024) for size, name in names.items()}
    benchmark.compare(
        f"{subject} of {LARGEST:,}, peak memory for each config", peaks, unit="KiB", at_most={names[MIDDLE]: 1.3}
    )
