"""Measuring, and a SageMaker that responds without a network: all that the subjects share."""

from __future__ import annotations

import gc
import json
import os
import resource
import subprocess
import sys
import time
import tracemalloc
import warnings
from functools import cache
from importlib import import_module, metadata
from io import BytesIO
from statistics import median, quantiles
from typing import TYPE_CHECKING, Any

import attrs
import boto3
from botocore.awsrequest import AWSResponse
from urllib3 import HTTPResponse

from appimageconfig import AppImageConfigClient

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Contenders = Mapping[str, Callable[[], float]]

OURS = "this library"
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
    at_most: float | None

    @property
    def ratios(self) -> list[float]:
        """The ratio of each round."""
        return [ours / theirs for ours, theirs in zip(self.ours, self.theirs, strict=True)]

    @property
    def exceeds_bound(self) -> bool:
        """Whether the ratio exceeds its bound."""
        return self.at_most is not None and median(self.ratios) > self.at_most

    @property
    def cells(self) -> tuple[str, ...]:
        """The cells of the row, as text."""
        bound = "" if self.at_most is None else f"{self.at_most:g}"
        ours, theirs = (_quantity(samples, self.unit) for samples in (self.ours, self.theirs))
        return self.subject, ours, self.peer, theirs, f"{median(self.ratios):.2f} ± {spread(self.ratios):.2f}", bound


def spread(samples: list[float]) -> float:
    """Return half of the interquartile range."""
    if len(samples) == 1:
        return 0.0
    low, _, high = quantiles(samples, method="inclusive")
    return (high - low) / 2


def _quantity(samples: list[float], unit: str) -> str:
    middle = median(samples)
    percent = f" ± {spread(samples) / middle:.0%}".replace("%", " %")
    if unit != "s":
        return f"{middle:,.1f} {unit}{percent}" if unit else f"{middle:,.0f}"
    factor, prefix = (1, "") if middle >= 1 else (1e3, "m") if middle >= 1e-3 else (1e6, "µ")  # noqa: PLR2004 - SI
    return f"{middle * factor:.{3 if factor == 1 else 1}f} {prefix}s{percent}"


@attrs.frozen
class Benchmark:
    """Everything measured so far. Each subject adds its rows."""

    quick: bool
    rows: list[Comparison] = attrs.field(factory=list[Comparison])

    def compare(
        self,
        subject: str,
        contenders: Contenders,
        *,
        rounds: int = 1,
        unit: str = "s",
        at_most: Mapping[str, float] | None = None,
    ) -> None:
        """
        Measure the contenders in turns, A B A B, so that the ratios hold when the speed of the machine does not.

        Args:
            subject: What they do.
            contenders: Functions that do it once and return the measure; the first is this library.
            rounds: Number of turns, after one that warms up and does not count; a single turn is not warmed up.
            unit: Unit of the measure.
            at_most: Bounds of the ratio for some of the peers, with room for noise.
        """
        if rounds > 1:
            for contender in contenders.values():
                contender()
        samples: dict[str, list[float]] = {name: [] for name in contenders}
        gc.collect()
        gc.freeze()  # or each collection would go through all modules
        for _ in range(min(rounds, 3) if self.quick else rounds):
            for name, contender in contenders.items():
                samples[name].append(contender())
        gc.unfreeze()
        ours, *peers = contenders
        for peer in peers:
            bound = (at_most or {}).get(peer)
            row = Comparison(subject, peer, samples[ours], samples[peer], unit, bound)
            self.rows.append(row)
            print(*row.cells, sep=" | ", flush=True)


def seconds(
    action: Callable[[], object], *, calls: int = 1, clock: Callable[[], float] = time.process_time
) -> Callable[[], float]:
    """Return a contender: the seconds of *action* by that clock, by default CPU time; the mean of so many calls."""

    def measure() -> float:
        gc.collect()
        begin = clock()
        for _ in range(calls):
            action()
        return (clock() - begin) / calls

    return measure


def memory(action: Callable[[], object], *, kept: bool = False) -> Callable[[], float]:
    """Return a contender: the most MiB that Python allocates at a time in *action*, or what its result keeps."""

    def measure() -> float:
        gc.collect()
        tracemalloc.start()
        result = action()
        now, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        del result
        return (now if kept else peak) / 2**20

    return measure


# It imports nothing that the statement may import.
_IN_PROCESS = """
import sys, time
def resident():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmRSS"))
exec(sys.argv[2])
before = time.process_time() if sys.argv[1] == "s" else resident()
exec(sys.argv[3])
print((time.process_time() if sys.argv[1] == "s" else resident()) - before)
"""


def in_process(statement: str, *, setup: str = "", unit: str = "s") -> Callable[[], float]:
    """Return a contender: the CPU time, or the resident memory in MiB, of *statement* in a new process."""
    return lambda: float(_run("-c", _IN_PROCESS, unit, setup, statement).splitlines()[-1])


def process(*arguments: str, **variables: str) -> Callable[[], float]:
    """Return a contender: the CPU time of a Python process from start to end."""
    return seconds(lambda: _run(*arguments, **variables), clock=_time_of_processes)


def _time_of_processes() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _run(*arguments: str, **variables: str) -> str:
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
    """
    A SageMaker that contains the configs of `requests` and never changes.

    Its clients are real ones of which only the network is replaced, at botocore's
    event before-send. A page has ten configs unless the request asks for more.
    """

    def __init__(self, count: int = 1) -> None:
        """Prepare the responses, so that they cost little when they are sent."""
        self.calls = 0
        self.session: Any = boto3.Session()
        self.session.events.register_first("before-send.sagemaker", self.respond)
        arn = "arn:aws:sagemaker:us-east-1:123456789012:app-image-config/"
        times = {"CreationTime": 1767225600.125, "LastModifiedTime": 1767225600.125}
        self._items = [
            json.dumps({**request, **times, "AppImageConfigArn": arn + request["AppImageConfigName"]}).encode()
            for request in requests(count)
        ]
        self._arn = json.dumps({"AppImageConfigArn": f"{arn}image-0"}).encode()

    def client(self) -> Any:
        """Return a boto3 client."""
        return self.session.client("sagemaker")

    def own_client(self) -> AppImageConfigClient:
        """Return a client of this library that has built its boto3 client itself."""
        client = AppImageConfigClient()
        events: Any = client.sagemaker.meta.events
        events.register_first("before-send.sagemaker", self.respond)
        return client

    def respond(self, request: Any, **_: Any) -> Any:
        """Respond to a request."""
        self.calls += 1
        match request.headers["X-Amz-Target"].decode().rpartition(".")[2]:
            case "CreateAppImageConfig":
                body = self._arn
            case "DescribeAppImageConfig":
                body = self._items[0]
            case "ListAppImageConfigs":
                body = self._page(**json.loads(request.body))
            case "DeleteAppImageConfig":
                body = b""
            case operation:
                raise ValueError(f"no response to {operation}; add one here")
        return AWSResponse(request.url, 200, {}, HTTPResponse(BytesIO(body), preload_content=False))  # type: ignore[arg-type]

    def _page(self, MaxResults: int = 10, NextToken: str = "0", **_: Any) -> bytes:  # noqa: N803 - the service's names
        end = int(NextToken) + MaxResults
        more = b', "NextToken": "%d"' % end if end < len(self._items) else b""
        return b'{"AppImageConfigs": [%s]%s}' % (b",".join(self._items[int(NextToken) : end]), more)


def list_with_boto3(client: Any) -> int:
    """List as a script does it with boto3, in pages of 100, and return the number of configs."""
    pages = client.get_paginator("list_app_image_configs").paginate(PaginationConfig={"PageSize": 100})
    return sum(bool(item["AppImageConfigName"]) for page in pages for item in page["AppImageConfigs"])


def load_sagemaker_core() -> Any:
    """Return the module of sagemaker-core that has its resources and its shapes, or None."""
    if not installed("sagemaker-core"):
        return None
    with warnings.catch_warnings(action="ignore"):  # its docstrings have invalid escape sequences
        return import_module("sagemaker.core.resources")
