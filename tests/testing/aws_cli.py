"""
The AWS CLI against the endpoint.

pytest does not collect this file by itself: the AWS CLI pins a version of
botocore, so it needs an environment of its own.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import pytest_socket

from appimageconfig import AppImageConfigClient, from_request

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from appimageconfig.testing import InMemorySageMaker

REQUESTS = sorted(Path(__file__).parents[2].glob("examples/requests/*.json"))
AWS = Path(sys.executable).parent / "aws"


@pytest.fixture
def aws(service: InMemorySageMaker) -> Iterator[Callable[..., subprocess.CompletedProcess[str]]]:
    """Return a function that runs ``aws sagemaker`` against the service."""
    environment = {
        **os.environ,
        "AWS_ACCESS_KEY_ID": "in-memory",
        "AWS_SECRET_ACCESS_KEY": "in-memory",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_PAGER": "",
        "PYTHONWARNINGS": "ignore",
    }
    pytest_socket.enable_socket()
    pytest_socket.socket_allow_hosts(["127.0.0.1"])
    with service.serve() as url:

        def run(*arguments: str) -> subprocess.CompletedProcess[str]:
            command = [str(AWS), "sagemaker", *arguments, "--endpoint-url", url, "--output", "json"]
            return subprocess.run(command, check=False, capture_output=True, text=True, env=environment, timeout=60)

        yield run
    pytest_socket.disable_socket(allow_unix_socket=True)


def output(run: subprocess.CompletedProcess[str]) -> Any:
    """Return the response that the AWS CLI printed."""
    assert run.stderr == ""
    assert run.returncode == 0
    return json.loads(run.stdout) if run.stdout else None


def test_the_aws_cli_runs_every_operation(
    aws: Callable[..., subprocess.CompletedProcess[str]], service: InMemorySageMaker
) -> None:
    """In the region that the AWS CLI signs for."""
    path = next(path for path in REQUESTS if path.stem == "jupyter-lab-full")
    config = from_request(json.loads(path.read_text(encoding="utf-8")))
    name = config.app_image_config_name
    arn = output(aws("create-app-image-config", "--cli-input-json", f"file://{path}"))["AppImageConfigArn"]
    assert arn == f"arn:aws:sagemaker:eu-west-1:123456789012:app-image-config/{name}"
    client = AppImageConfigClient(service.client(region_name="eu-west-1"))
    assert client.describe(name).to_config(client.list_tags(arn)) == config

    described = output(aws("describe-app-image-config", "--app-image-config-name", name))
    assert described["JupyterLabAppImageConfig"]["ContainerConfig"]["ContainerEntrypoint"] == ["jupyter-lab"]
    output(aws("update-app-image-config", "--app-image-config-name", name, "--code-editor-app-image-config", "{}"))
    assert client.describe(name).code_editor_app_image_config is not None
    output(aws("add-tags", "--resource-arn", arn, "--tags", "Key=stage,Value=prod"))
    tags = output(aws("list-tags", "--resource-arn", arn))["Tags"]
    assert {"Key": "stage", "Value": "prod"} in tags
    output(aws("delete-tags", "--resource-arn", arn, "--tag-keys", "team", "stage"))
    assert client.list_tags(arn) == {}
    listed = output(aws("list-app-image-configs", "--name-contains", "geo"))
    assert [item["AppImageConfigName"] for item in listed["AppImageConfigs"]] == [name]
    output(aws("delete-app-image-config", "--app-image-config-name", name))
    assert output(aws("list-app-image-configs")) == {"AppImageConfigs": []}


@pytest.mark.parametrize("path", REQUESTS, ids=lambda path: path.stem)
def test_every_example_request_is_accepted(
    path: Path, aws: Callable[..., subprocess.CompletedProcess[str]], service: InMemorySageMaker
) -> None:
    """As --cli-input-json; the config is the one that this library reads from the file."""
    output(aws("create-app-image-config", "--cli-input-json", f"file://{path}"))
    (call,) = service.calls
    assert call.error_code is None
    config = from_request(json.loads(path.read_text(encoding="utf-8")))
    details = AppImageConfigClient(service.client(region_name="eu-west-1")).describe(config.app_image_config_name)
    assert details.to_config(config.tags) == config


def test_the_aws_cli_prints_the_errors_of_the_service(aws: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    """With their codes and messages."""
    create = ("create-app-image-config", "--app-image-config-name", "image")
    output(aws(*create))
    for run, text in (
        (aws(*create), "(ResourceInUse) when calling the CreateAppImageConfig operation: The ID or Name specified is"),
        (
            aws("describe-app-image-config", "--app-image-config-name", "other"),
            "(ResourceNotFound) when calling the DescribeAppImageConfig operation: AppImageConfig other does not exist",
        ),
        (
            aws("create-app-image-config", "--app-image-config-name", "a_b"),
            "(ValidationException) when calling the CreateAppImageConfig operation: 1 validation error detected: Value",
        ),
        (
            aws("describe-domain", "--domain-id", "d-1"),
            "(UnknownOperationException) when calling the DescribeDomain operation: InMemorySageMaker does not",
        ),
    ):
        assert run.returncode not in {0, None}
        assert text in run.stderr
