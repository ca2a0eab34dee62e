"""
What the SageMaker in memory costs, beside raw boto3 whose network answers a constant.

Exits with 1 when a ratio is beyond its bound.
"""

from __future__ import annotations

import json
import subprocess
import sys
from io import BytesIO
from statistics import median
from time import perf_counter
from typing import Any

import boto3
from botocore.awsrequest import AWSResponse
from urllib3 import HTTPResponse

from appimageconfig import AppImageConfig, AppImageConfigClient
from appimageconfig.testing import InMemorySageMaker

ROUNDS, CALLS = 31, 30
AT_MOST_OF_CONSTANT = 1.3
AT_MOST_OF_FIRST_CLIENT = 1.15
AT_MOST_GROWTH = 2.6

REQUEST: dict[str, Any] = {
    "AppImageConfigName": "team-image",
    "Tags": [{"Key": "team", "Value": "ml"}],
    "KernelGatewayImageConfig": {
        "KernelSpecs": [{"Name": "python3", "DisplayName": "Python 3"}],
        "FileSystemConfig": {"MountPath": "/home/sagemaker-user", "DefaultUid": 1000, "DefaultGid": 100},
    },
}
ARN = "arn:aws:sagemaker:us-east-1:123456789012:app-image-config/team-image"
DETAILS = {
    "AppImageConfigArn": ARN,
    "AppImageConfigName": "team-image",
    "CreationTime": 1767225600.125,
    "LastModifiedTime": 1767225600.125,
    "KernelGatewayImageConfig": REQUEST["KernelGatewayImageConfig"],
}
ANSWERS = {
    "CreateAppImageConfig": json.dumps({"AppImageConfigArn": ARN}).encode(),
    "DescribeAppImageConfig": json.dumps(DETAILS).encode(),
    "DeleteAppImageConfig": b"",
}

FIRST_CLIENT = {
    "in memory": "InMemorySageMaker().client()",
    "boto3": "boto3.client('sagemaker', region_name='us-east-1', aws_access_key_id='x', aws_secret_access_key='x')",
}


def constant(request: Any, **_: Any) -> AWSResponse:
    """Answer with a constant."""
    body = ANSWERS[request.headers["X-Amz-Target"].decode().rpartition(".")[2]]
    return AWSResponse(request.url, 200, {}, HTTPResponse(BytesIO(body), preload_content=False))


def seconds_of_rounds(sagemaker: Any) -> float:
    """Return how long it takes to create, describe and delete, many times."""
    begin = perf_counter()
    for _ in range(CALLS):
        sagemaker.create_app_image_config(**REQUEST)
        sagemaker.describe_app_image_config(AppImageConfigName="team-image")
        sagemaker.delete_app_image_config(AppImageConfigName="team-image")
    return perf_counter() - begin


def seconds_of_first_client(expression: str) -> float:
    """Return how long a new process takes to make its first client, once everything is imported."""
    program = (
        "import boto3, time; from appimageconfig.testing import InMemorySageMaker\n"
        f"begin = time.perf_counter(); {expression}; print(time.perf_counter() - begin)"
    )
    run = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)  # noqa: S603 - the programs above
    return float(run.stdout)


def seconds_of_list(count: int) -> float:
    """Return how long it takes to list that many configs; the best of three."""
    client = AppImageConfigClient(InMemorySageMaker().client())
    for number in range(count):
        client.create(AppImageConfig(app_image_config_name=f"image-{number}"))
    times: list[float] = []
    for _ in range(3):
        begin = perf_counter()
        found = sum(1 for _ in client.list())
        times.append(perf_counter() - begin)
        if found != count:
            message = f"listed {found} of {count}"
            raise AssertionError(message)
    return min(times)


def main() -> int:
    """Measure, print, and compare with the bounds."""
    raw: Any = boto3.Session(aws_access_key_id="x", aws_secret_access_key="x", region_name="us-east-1").client(  # noqa: S106
        "sagemaker"
    )
    raw.meta.events.register_first("before-send.sagemaker", constant)
    in_memory = InMemorySageMaker().client()
    pairs = [(seconds_of_rounds(in_memory), seconds_of_rounds(raw)) for _ in range(ROUNDS)]
    rounds = median(ours / theirs for ours, theirs in pairs)
    microseconds = [median(times) / CALLS * 1e6 for times in zip(*pairs, strict=True)]
    print(f"create, describe, delete: {microseconds[0]:.0f} us in memory, {microseconds[1]:.0f} us with a constant")
    print(f"ratio: {rounds:.2f} (at most {AT_MOST_OF_CONSTANT})")

    firsts = [[seconds_of_first_client(expression) for expression in FIRST_CLIENT.values()] for _ in range(11)]
    first = median(ours / theirs for ours, theirs in firsts)
    milliseconds = [median(times) * 1e3 for times in zip(*firsts, strict=True)]
    print(f"first client: {milliseconds[0]:.0f} ms in memory, {milliseconds[1]:.0f} ms with boto3")
    print(f"ratio: {first:.2f} (at most {AT_MOST_OF_FIRST_CLIENT})")

    half, whole = seconds_of_list(5_000), seconds_of_list(10_000)
    print(f"list: 5,000 in {half:.2f} s, 10,000 in {whole:.2f} s")
    print(f"ratio: {whole / half:.2f} (at most {AT_MOST_GROWTH})")
    return int(rounds > AT_MOST_OF_CONSTANT or first > AT_MOST_OF_FIRST_CLIENT or whole / half > AT_MOST_GROWTH)


if __name__ == "__main__":
    sys.exit(main())
