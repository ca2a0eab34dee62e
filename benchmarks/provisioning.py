"""
What a plan costs beside listing with raw boto3, and what a check costs beside importing what it is made of.

Exits with 1 when a figure is beyond its bound.
"""

from __future__ import annotations

import gc
import json
import subprocess
import sys
import tracemalloc
from datetime import datetime
from io import BytesIO
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING, Any

import boto3
from botocore.awsrequest import AWSResponse
from urllib3 import HTTPResponse

from appimageconfig import (
    AppImageConfig,
    AppImageConfigClient,
    FileSystemConfig,
    KernelGatewayImageConfig,
    KernelSpec,
)
from appimageconfig.testing import InMemorySageMaker

if TYPE_CHECKING:
    from collections.abc import Callable

CONFIGS, ROUNDS, PROCESSES = 10_000, 15, 31
AT_MOST_OF_LISTING = 1.3
AT_MOST_GROWTH = 2.6
AT_MOST_OF_MEMORY = 1.5
AT_MOST_OF_IMPORT = 2.0
REQUEST = Path(__file__).parent.parent / "examples/requests/kernel-gateway-conda.json"


def declared(count: int) -> list[AppImageConfig]:
    """Return that many configs, like those that people write."""
    gateway = KernelGatewayImageConfig(
        kernel_specs=[KernelSpec(name="python3", display_name="Python 3")],
        file_system_config=FileSystemConfig(mount_path="/home/sagemaker-user", default_uid=1000, default_gid=100),
    )
    return [
        AppImageConfig(app_image_config_name=f"image-{number}", kernel_gateway_image_config=gateway)
        for number in range(count)
    ]


class Account:
    """An account in which *count* configs are as declared."""

    def __init__(self, count: int) -> None:
        """Create them."""
        self.service = InMemorySageMaker()
        self.raw: Any = self.service.client()
        self.client = AppImageConfigClient(self.service.client())
        self.configs = declared(count)
        for config in self.configs:
            self.client.create(config)

    def list_raw(self) -> None:
        """List as a script does it with boto3."""
        for page in self.raw.get_paginator("list_app_image_configs").paginate(PaginationConfig={"PageSize": 100}):
            for item in page["AppImageConfigs"]:
                item["AppImageConfigName"]

    def plan(self) -> None:
        """Plan, with nothing to change."""
        if self.client.plan(self.configs).changes:
            raise AssertionError("something would change")


def seconds(action: Callable[[], object]) -> float:
    """Return how long *action* takes."""
    gc.collect()
    begin = perf_counter()
    action()
    return perf_counter() - begin


def memory_ratio(account: Account) -> float:
    """Return the most memory that a plan takes while it is made, by what it takes when it is made."""
    bodies = [
        json.dumps({"AppImageConfigs": page["AppImageConfigs"], "NextToken": str(number)}, default=datetime.timestamp)
        for number, page in enumerate(account.raw.get_paginator("list_app_image_configs").paginate(), start=1)
    ]
    bodies[-1] = bodies[-1].replace(f', "NextToken": "{len(bodies)}"', "")

    def answer(request: Any, **_: Any) -> AWSResponse:
        # The SageMaker in memory would keep a record of its answers.
        body = bodies[int(json.loads(request.body).get("NextToken", 0))].encode()
        return AWSResponse(request.url, 200, {}, HTTPResponse(BytesIO(body), preload_content=False))

    session: Any = boto3.Session(aws_access_key_id="x", aws_secret_access_key="x", region_name="us-east-1")  # noqa: S106
    sagemaker = session.client("sagemaker")
    sagemaker.meta.events.register_first("before-send.sagemaker", answer)
    client = AppImageConfigClient(sagemaker)
    client.plan(account.configs)
    gc.collect()
    tracemalloc.start()
    plan = client.plan(account.configs)
    kept, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    if plan.changes:
        raise AssertionError("something would change")
    print(f"memory: {peak / 1e6:.1f} MB at most, {kept / 1e6:.1f} MB kept for {len(plan.steps):,} steps")
    return peak / kept


def seconds_of_process(*arguments: str) -> float:
    """Return how long a process takes from start to end."""
    return seconds(lambda: subprocess.run([sys.executable, *arguments], check=True, capture_output=True))  # noqa: S603 - those below


def main() -> int:
    """Measure, print, and compare with the bounds."""
    account = Account(CONFIGS)
    before = len(account.service.calls)
    account.plan()
    calls = len(account.service.calls) - before
    pairs = [(seconds(account.plan), seconds(account.list_raw)) for _ in range(ROUNDS)]
    listing = median(ours / theirs for ours, theirs in pairs)
    times = [median(column) for column in zip(*pairs, strict=True)]
    print(f"plan of {CONFIGS:,} unchanged: {calls} calls, {times[0]:.2f} s; raw listing {times[1]:.2f} s")
    print(f"ratio: {listing:.2f} (at most {AT_MOST_OF_LISTING})")

    half = Account(CONFIGS // 2)
    growth = median(seconds(account.plan) / seconds(half.plan) for _ in range(5))
    print(f"{CONFIGS:,} / {CONFIGS // 2:,} configs: {growth:.2f} (at most {AT_MOST_GROWTH})")
    memory = memory_ratio(account)
    print(f"memory while planning / of the plan: {memory:.2f} (at most {AT_MOST_OF_MEMORY})")

    check = ("-m", "appimageconfig", "check", str(REQUEST))
    imports = ("-c", "import attrs, cattrs, rich")
    processes = [(seconds_of_process(*check), seconds_of_process(*imports)) for _ in range(PROCESSES)]
    start = median(ours / theirs for ours, theirs in processes)
    milliseconds = [median(column) * 1e3 for column in zip(*processes, strict=True)]
    print(f"check of one file: {milliseconds[0]:.0f} ms; import attrs, cattrs, rich: {milliseconds[1]:.0f} ms")
    print(f"ratio: {start:.2f} (at most {AT_MOST_OF_IMPORT})")
    return int(
        calls != CONFIGS // 100
        or listing > AT_MOST_OF_LISTING
        or growth > AT_MOST_GROWTH
        or memory > AT_MOST_OF_MEMORY
        or start > AT_MOST_OF_IMPORT
    )


if __name__ == "__main__":
    sys.exit(main())
