"""Importing the package beside importing what it is made of, and checking one file beside the same."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from measuring import OURS, in_process, installed, process

if TYPE_CHECKING:
    from measuring import Benchmark

REQUEST = Path(__file__).parent.parent / "examples/requests/kernel-gateway-conda.json"
PARTS = "import attrs, cattrs, botocore.exceptions"
PARTS_OF_COMMAND = "import attrs, cattrs, click"


def measure(benchmark: Benchmark) -> None:
    """Measure in new processes."""
    imports = {OURS: "import appimageconfig", PARTS: PARTS, "boto3": "import boto3"}
    if installed("sagemaker-core"):
        imports["sagemaker-core"] = "from sagemaker.core.resources import AppImageConfig"
    contenders = {name: in_process(statement) for name, statement in imports.items()}
    benchmark.compare("import", contenders, rounds=9, at_most={PARTS: 1.5})

    # Where the operating system does not report it, as on macOS, this row is left out.
    if Path("/proc/self/status").exists():
        contenders = {name: in_process(statement, unit="MiB") for name, statement in imports.items()}
        benchmark.compare("import, resident memory", contenders, rounds=3, unit="MiB", at_most={PARTS: 1.5})

    if installed("click"):
        check = process("-m", "appimageconfig", "check", str(REQUEST))
        contenders = {OURS: check, PARTS_OF_COMMAND: process("-c", PARTS_OF_COMMAND)}
        benchmark.compare("command: check of one file", contenders, rounds=15, at_most={PARTS_OF_COMMAND: 1.85})
