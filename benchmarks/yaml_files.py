"""Reading many requests from YAML, with their positions, beside PyYAML's parser in C, which reports none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from measuring import OURS, installed, memory, requests, seconds

from appimageconfig import dumps, from_request, loads

if TYPE_CHECKING:
    from measuring import Benchmark

CONFIGS = 10_000
PEER = "PyYAML's CSafeLoader"


def measure(benchmark: Benchmark) -> None:
    """Measure time and peak memory; this library also checks the requests and builds the configs."""
    if not installed("PyYAML"):
        return
    import yaml  # noqa: PLC0415 - it may not be installed

    if not yaml.__with_libyaml__:
        print("skipped: this PyYAML has no parser in C; install a wheel with: pip install --only-binary :all: PyYAML")
        return
    text = dumps(map(from_request, requests(CONFIGS)), file_format="yaml")
    actions = {
        OURS: lambda: loads(text, file_format="yaml"),
        PEER: lambda: yaml.load(text, Loader=yaml.CSafeLoader),
    }
    subject = f"YAML of {CONFIGS:,} requests"
    times = {name: seconds(action) for name, action in actions.items()}
    benchmark.compare(subject, times, rounds=3, at_most={PEER: 0.85})
    peaks = {name: memory(action) for name, action in actions.items()}
    benchmark.compare(f"{subject}, peak memory", peaks, unit="MiB", at_most={PEER: 2.0})
