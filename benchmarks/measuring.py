"""Measuring, and a SageMaker that responds without a network: all that the subjects share."""

from __future__ import annotations

import gc
import json
import math
import os
import subprocess
import sys
import time
import tracemalloc
import warnings
from functools import cache, partial
from importlib import import_module, metadata
from io import BytesIO
from statistics import median, quantiles
from typing import TYPE_CHECKING, Any, Final

import attrs
import boto3
from botocore.awsrequest import AWSResponse
from urllib3 import HTTPResponse

from appimageconfig import AppImageConfigClient

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

OURS: Final = "this library"
ROOM: Final = 1.08  # the room for noise that bounds of time have
SMALLER: Final = {"s": "ms", "ms": "µs"}
# Whatever the machine's own settings are, also in the processes that are started.
os.environ |= {
    "AWS_ACCESS_KEY_ID": "benchmark",
    "AWS_SECRET_ACCESS_KEY": "benchmark",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
    "PYTHONDONTWRITEBYTECODE": "",  # or each process would compile what it imports
}
for _name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_SAGEMAKER"):
    os.environ.pop(_name, None)


@cache
def installed(peer: str) -> bool:
    """Return whether the distribution *peer* is installed. If not, print once how to install it."""
    try:
        metadata.version(peer)
    except metadata.PackageNotFoundError:
        print(f"skipped: {peer} is not installed; install it with: pip install {peer}")
        return False
    return True


@attrs.frozen
class Comparison:
    """One row of the table: this library beside one peer, measured in the same rounds."""

    subject: str
    peer: str
    ours: list[float]
    theirs: list[float]
    unit: str
    bound: float | None

    @property
    def ratios(self) -> list[float]:
        """The ratio of each round."""
        return [ours / theirs for ours, theirs in zip(self.ours, self.theirs, strict=True)]

    @property
    def ratio(self) -> float:
        """The median of the ratios."""
        return median(self.ratios)

    @property
    def excess(self) -> str:
        """What to report if the ratio exceeds its bound; otherwise empty."""
        allowed = (self.bound or math.inf) * (ROOM if self.unit == "s" else 1)
        text = f"exceeded: {self.subject}, beside {self.peer}: the ratio is {self.ratio:.3f}, at most {allowed:.3f} is"
        return f"{text} allowed" if self.ratio > allowed else ""

    @property
    def cells(self) -> tuple[str, ...]:
        """The cells of the row, as text."""
        ratio = f"{self.ratio:.2f} ± {_spread(self.ratios):.2f}"
        ours, theirs = (self._quantity(samples) for samples in (self.ours, self.theirs))
        return self.subject, ours, self.peer, theirs, ratio, f"{self.bound:g}" if self.bound else ""

    def _quantity(self, samples: list[float]) -> str:
        value, unit = median(samples), self.unit
        spread = f"± {100 * _spread(samples) / value:.0f} %"
        while unit in SMALLER and value < 1:
            value, unit = value * 1000, SMALLER[unit]
        return f"{value:,.3g} {unit} {spread}" if unit else f"{value:,.0f}"


rows: list[Comparison] = []


def _spread(samples: list[float]) -> float:
    """Return half of the interquartile range."""
    low, _, high = quantiles(samples, method="inclusive") if len(samples) > 1 else samples * 3
    return (high - low) / 2


def seconds(action: Callable[[], object], *, calls: int = 1, clock: Callable[[], float] = time.process_time) -> float:
    """Return the seconds of *action* by that clock, by default CPU time; the mean of so many calls."""
    gc.collect()
    begin = clock()
    for _ in range(calls):
        action()
    return (clock() - begin) / calls


def memory(action: Callable[[], object], *, kept: bool = False) -> float:
    """Return the most MiB that Python allocates at a time in *action*, or what its result keeps."""
    gc.collect()
    tracemalloc.start()
    result = action()
    now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    del result
    return (now if kept else peak) / 2**20


def compare(
    subject: str,
    actions: Mapping[str, Callable[[], Any]],
    measure: Callable[[Callable[[], Any]], float] = seconds,
    *,
    rounds: int = 1,
    unit: str = "s",
    at_most: Mapping[str, float] | None = None,
) -> None:
    """
    Measure the actions in turns, A B A B, so that the ratios hold when the speed of the machine does not.

    The first turn warms up and does not count, unless it is the only one. *measure* runs an action and returns its
    measure; it is `operator.call` if the action returns it itself. *at_most* has bounds of the ratios to some peers.
    """
    if rounds > 1:
        for action in actions.values():
            measure(action)
    samples: dict[str, list[float]] = {name: [] for name in actions}
    gc.collect()
    gc.freeze()  # or each collection would go through all modules
    for _ in range(min(rounds, 3) if "--quick" in sys.argv else rounds):
        for name, action in actions.items():
            samples[name].append(measure(action))
    gc.unfreeze()
    for peer in [name for name in actions if name != OURS]:
        row = Comparison(subject, peer, samples[OURS], samples[peer], unit, (at_most or {}).get(peer))
        rows.append(row)
        print(*row.cells, sep=" | ", flush=True)


# It imports nothing that the statement may import.
_IN_PROCESS = """
import sys, time
def resident():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmRSS"))
measure = time.process_time if sys.argv[1] == "s" else resident
exec(sys.argv[2])
before = measure()
exec(sys.argv[3])
print(measure() - before)
"""


def in_process(statement: str, *, setup: str = "", unit: str = "s") -> Callable[[], float]:
    """Return a function that measures the CPU time, or the resident memory in MiB, of *statement* in a new process."""
    return lambda: float(run("-c", _IN_PROCESS, unit, setup, statement).splitlines()[-1])


def run(*arguments: str, **variables: str) -> str:
    """Run Python, and return what it prints."""
    command = [sys.executable, "-P", *arguments]  # the installed package, not that of the current directory
    environment = os.environ | variables
    return subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout  # noqa: S603


def requests(count: int) -> list[dict[str, Any]]:
    """Return that many requests like those that people write."""
    return [
        {
            "AppImageConfigName": f"image-{number}",
            "KernelGatewayImageConfig": {
                "KernelSpecs": [{"Name": "python3", "DisplayName": "Python 3"}],
                "FileSystemConfig": {"MountPath": "/home/sagemaker-user", "DefaultUid": 1000, "DefaultGid": 100},
            },
        }
        for number in range(count)
    ]


class SageMaker:
    """A SageMaker that has the configs of `requests` and never changes. Its clients are real; the network is not."""

    def __init__(self, count: int = 1) -> None:
        """Prepare the responses, so that they cost little when they are sent."""
        self.calls = 0
        self.session: Any = boto3.Session()
        self.session.events.register_first("before-send.sagemaker", self.respond)
        self.client: Callable[[], Any] = partial(self.session.client, "sagemaker")
        arn = "arn:aws:sagemaker:us-east-1:123456789012:app-image-config/"
        times = {"CreationTime": 1767225600.125, "LastModifiedTime": 1767225600.125}
        self._items = [
            json.dumps({**request, **times, "AppImageConfigArn": arn + request["AppImageConfigName"]}).encode()
            for request in requests(count)
        ]
        self._responses = {
            "CreateAppImageConfig": json.dumps({"AppImageConfigArn": f"{arn}image-0"}).encode(),
            "DescribeAppImageConfig": self._items[0],
            "DeleteAppImageConfig": b"",
        }

    def own_client(self) -> AppImageConfigClient:
        """Return a client of this library that has built its boto3 client itself."""
        client = AppImageConfigClient()
        client.sagemaker.meta.events.register_first("before-send.sagemaker", self.respond)
        return client

    def respond(self, request: Any, **_: Any) -> Any:
        """Respond to a request."""
        self.calls += 1
        operation = request.headers["X-Amz-Target"].decode().rpartition(".")[2]
        is_list = operation == "ListAppImageConfigs"
        body = self._page(**json.loads(request.body)) if is_list else self._responses[operation]
        return AWSResponse(request.url, 200, {}, HTTPResponse(BytesIO(body), preload_content=False))  # type: ignore[arg-type]

    def _page(self, MaxResults: int = 10, NextToken: str = "0", **_: Any) -> bytes:  # noqa: N803 - the service's names
        end = int(NextToken) + MaxResults
        more = b', "NextToken": "%d"' % end if end < len(self._items) else b""
        return b'{"AppImageConfigs": [%s]%s}' % (b",".join(self._items[int(NextToken) : end]), more)


def list_with_boto3(client: Any) -> int:
    """List as a script does it with boto3, in pages of 100, and return the number of configs."""
    pages = client.get_paginator("list_app_image_configs").paginate(PaginationConfig={"PageSize": 100})
    return sum(bool(item["AppImageConfigName"]) for page in pages for item in page["AppImageConfigs"])


@cache
def load_sagemaker_core() -> Any:
    """Return the module of sagemaker-core that has its resources and its shapes, or None."""
    if not installed("sagemaker-core"):
        return None
    with warnings.catch_warnings(action="ignore"):  # its docstrings have invalid escape sequences
        return import_module("sagemaker.core.resources")
