"""From the start of a process to its end after one response, which comes from an HTTP server on loopback."""

from __future__ import annotations

from typing import TYPE_CHECKING

from measuring import OURS, installed, process, requests

from appimageconfig import AppImageConfigClient, from_request
from appimageconfig.testing import InMemorySageMaker

if TYPE_CHECKING:
    from measuring import Benchmark

SCRIPTS = {
    OURS: "from appimageconfig import AppImageConfigClient; AppImageConfigClient().describe('image-0')",
    "boto3": "import boto3; boto3.client('sagemaker').describe_app_image_config(AppImageConfigName='image-0')",
    "sagemaker-core": "from sagemaker.core.resources import AppImageConfig; AppImageConfig.get('image-0')",
}
COMMANDS = {
    "describe": (["describe", "image-0"], ["describe-app-image-config", "--app-image-config-name", "image-0"]),
    "list of 100": (["list", "--output", "json"], ["list-app-image-configs", "--output", "json"]),
}


def measure(benchmark: Benchmark) -> None:
    """Measure scripts, and the command line beside the AWS CLI."""
    service = InMemorySageMaker()
    client = AppImageConfigClient(service.client())
    for request in requests(100):
        client.create(from_request(request))
    with service.serve() as url:
        scripts = SCRIPTS if installed("sagemaker-core") else {name: SCRIPTS[name] for name in (OURS, "boto3")}
        contenders = {name: process("-c", script, AWS_ENDPOINT_URL_SAGEMAKER=url) for name, script in scripts.items()}
        benchmark.compare("cold start, script: describe", contenders, rounds=7, at_most={"boto3": 1.2})
        if installed("awscli") and installed("click"):
            for command, (ours, theirs) in COMMANDS.items():
                contenders = {
                    OURS: process("-m", "appimageconfig", *ours, AWS_ENDPOINT_URL_SAGEMAKER=url),
                    "AWS CLI": process("-m", "awscli", "sagemaker", *theirs, AWS_ENDPOINT_URL_SAGEMAKER=url),
                }
                benchmark.compare(f"cold start, command: {command}", contenders, rounds=7, at_most={"AWS CLI": 1.0})
