"""New processes: importing the package, and a cold start from nothing to the first response."""

from __future__ import annotations

import resource
from functools import partial
from operator import call
from pathlib import Path

from measuring import OURS, compare, in_process, installed, requests, run, seconds

from appimageconfig import AppImageConfigClient, from_request
from appimageconfig.testing import InMemorySageMaker

PARTS, PARTS_OF_COMMAND = "import attrs, cattrs, botocore.exceptions", "import attrs, cattrs, click"
IMPORTS = {OURS: "import appimageconfig", PARTS: PARTS, "boto3": "import boto3"}
SCRIPTS = {
    OURS: "from appimageconfig import AppImageConfigClient; AppImageConfigClient().describe('image-0')",
    "boto3": "import boto3; boto3.client('sagemaker').describe_app_image_config(AppImageConfigName='image-0')",
}
COMMANDS = {
    "describe": (["describe", "image-0"], ["describe-app-image-config", "--app-image-config-name", "image-0"]),
    "list of 100": (["list", "--output", "json"], ["list-app-image-configs", "--output", "json"]),
}
REQUEST = Path(__file__).parent.parent / "examples/requests/kernel-gateway-conda.json"


def measure() -> None:
    """Measure the CPU time and the memory of processes; the service is an HTTP server on loopback."""
    imports, scripts, commands = dict(IMPORTS), dict(SCRIPTS), installed("awscli") and installed("click")
    if installed("sagemaker-core"):
        imports["sagemaker-core"] = "from sagemaker.core.resources import AppImageConfig"
        scripts["sagemaker-core"] = f"{imports['sagemaker-core']}; AppImageConfig.get('image-0')"
    times = {name: in_process(statement) for name, statement in imports.items()}
    compare("import", times, call, rounds=21, at_most={PARTS: 1.4})
    if Path("/proc/self/status").exists():  # on Linux
        sizes = {name: in_process(statement, unit="MiB") for name, statement in imports.items()}
        compare("import, resident memory", sizes, call, rounds=3, unit="MiB", at_most={PARTS: 1.3})

    cpu_time = partial(seconds, clock=time_of_processes)
    if installed("click"):
        check = partial(run, "-m", "appimageconfig", "check", str(REQUEST))
        actions = {OURS: check, PARTS_OF_COMMAND: partial(run, "-c", PARTS_OF_COMMAND)}
        compare("command: check of one file", actions, cpu_time, rounds=15, at_most={PARTS_OF_COMMAND: 1.7})

    service = InMemorySageMaker()
    client = AppImageConfigClient(service.client())
    for request in requests(100):
        client.create(from_request(request))
    with service.serve() as url:
        start = partial(run, AWS_ENDPOINT_URL_SAGEMAKER=url)
        actions = {name: partial(start, "-c", script) for name, script in scripts.items()}
        compare("cold start, script: describe", actions, cpu_time, rounds=7, at_most={"boto3": 1.1})
        for command, (ours, theirs) in COMMANDS.items() if commands else ():
            actions = {
                OURS: partial(start, "-m", "appimageconfig", *ours),
                "AWS CLI": partial(start, "-m", "awscli", "sagemaker", *theirs),
            }
            compare(f"cold start, command: {command}", actions, cpu_time, rounds=7, at_most={"AWS CLI": 0.9})


def time_of_processes() -> float:
    """Return the CPU time of all processes that have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
