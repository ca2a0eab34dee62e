"""Listing and planning 10,000 configs, and how both grow with the number of configs."""

from __future__ import annotations

from functools import partial
from operator import call
from typing import TYPE_CHECKING

from measuring import OURS, SageMaker, compare, list_with_boto3, memory, requests, seconds

from appimageconfig import AppImageConfigClient, from_request

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from appimageconfig import AppImageConfig, Plan

LARGEST, MIDDLE, SMALLEST = SIZES = (10_000, 1_000, 100)
NAMES = {LARGEST: OURS, MIDDLE: f"itself of {MIDDLE:,}", SMALLEST: f"itself of {SMALLEST:,}"}
LIST, RETAINED = "boto3, list", "the plan itself"


def measure() -> None:
    """Measure beside listing with boto3, which is also the least that a plan can take."""
    services = {size: SageMaker(size) for size in SIZES}
    clients = {size: AppImageConfigClient(service.client()) for size, service in services.items()}
    listings = {size: partial(list_all, client, size) for size, client in clients.items()}
    plans = {size: partial(plan, client, list(map(from_request, requests(size)))) for size, client in clients.items()}
    with_boto3 = partial(list_with_boto3, services[LARGEST].client())
    for subject, action, bound in (
        ("list of 10,000, client passed in", listings[LARGEST], 1.17),
        ("list of 10,000, client built here", partial(list_all, services[LARGEST].own_client(), LARGEST), 0.75),
        ("plan of 10,000, unchanged", plans[LARGEST], 1.65),
    ):
        compare(subject, {OURS: action, LIST: with_boto3}, rounds=9, at_most={LIST: bound})
    grow("list of 10,000", listings)
    grow("plan of 10,000", plans)
    peaks = {OURS: partial(memory, plans[LARGEST]), RETAINED: partial(memory, plans[LARGEST], kept=True)}
    compare("plan of 10,000, peak memory", peaks, call, unit="MiB", at_most={RETAINED: 1.6})


def list_all(client: AppImageConfigClient, size: int) -> None:
    """List all configs."""
    if sum(bool(details.app_image_config_name) for details in client.list()) != size:
        raise RuntimeError("configs are missing")


def plan(client: AppImageConfigClient, configs: list[AppImageConfig]) -> Plan:
    """Plan as many configs as exist, all unchanged."""
    if changes := client.plan(configs):
        raise RuntimeError(f"nothing should change:\n{changes}")
    return changes


def grow(subject: str, actions: Mapping[int, Callable[[], object]]) -> None:
    """Compare the time and the peak memory for each config of the largest number with those of smaller ones."""

    def time(size: int) -> float:
        return seconds(actions[size], calls=MIDDLE // size or 1) / size

    def peak(size: int) -> float:
        return memory(actions[size]) * 1024 / size

    def of_each(measure: Callable[[int], float]) -> dict[str, Callable[[], float]]:
        return {name: partial(measure, size) for size, name in NAMES.items()}

    bounds = {NAMES[MIDDLE]: 1.2}
    compare(f"{subject}, time for each config", of_each(time), call, rounds=5, at_most=bounds)
    compare(f"{subject}, peak memory for each config", of_each(peak), call, unit="KiB", at_most=bounds)
