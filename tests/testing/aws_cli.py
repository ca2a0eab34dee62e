"""
The AWS CLI does the whole life of a config against the endpoint.

It is a file of its own, which is named to pytest by a session of its own: the
AWS CLI pins one version of botocore.
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
    """Return what runs ``aws sagemaker`` against the service."""
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


def answer(run: subprocess.CompletedProcess[str]) -> Any:
    """Return what the AWS CLI printed."""
    assert run.stderr == ""
    assert run.returncode == 0
    return json.loads(run.stdout) if run.stdout else None


def test_a_config_lives(aws: Callable[..., subprocess.CompletedProcess[str]], service: InMemorySageMaker) -> None:
    """From create to delete, with tags, in the region that the AWS CLI signs for."""
    path = next(path for path in REQUESTS if path.stem == "jupyter-lab-full")
    config = from_request(json.loads(path.read_text(encoding="utf-8")))
    name = config.app_image_config_name
    arn = answer(aws("create-app-image-config", "--cli-input-json", f"file://{path}"))["AppImageConfigArn"]
    assert arn == f"arn:aws:sagemaker:eu-west-1:123456789012:app-image-config/{name}"
    client = AppImageConfigClient(service.client(region_name="eu-west-1"))
    assert client.describe(name).to_config(client.list_tags(arn)) == config

    described = answer(aws("describe-app-image-config", "--app-image-config-name", name))
    assert described["JupyterLabAppImageConfig"]["ContainerConfig"]["ContainerEntrypoint"] == ["jupyter-lab"]
    answer(aws("update-app-image-config", "--app-image-config-name", name, "--code-editor-app-image-config", "{}"))
    assert client.describe(name).code_editor_app_image_config is not None
    answer(aws("add-tags", "--resource-arn", arn, "--tags", "Key=stage,Value=prod"))
    tags = answer(aws("list-tags", "--resource-arn", arn))["Tags"]
    assert {"Key": "stage", "Value": "prod"} in tags
    answer(aws("delete-tags", "--resource-arn", arn, "--tag-keys", "team", "stage"))
    assert client.list_tags(arn) == {}
    listed = answer(aws("list-app-image-configs", "--name-contains", "geo"))
    assert [item["AppImageConfigName"] for item in listed["AppImageConfigs"]] == [name]
    answer(aws("delete-app-image-config", "--app-image-config-name", name))
    assert answer(aws("list-app-image-configs")) == {"AppImageConfigs": []}


@pytest.mark.parametrize("path", REQUESTS, ids=lambda path: path.stem)
def test_every_example_request_is_taken(
    path: Path, aws: Callable[..., subprocess.CompletedProcess[str]], service: InMemorySageMaker
) -> None:
    """As --cli-input-json, with what this library makes of it."""
    answer(aws("create-app-image-config", "--cli-input-json", f"file://{path}"))
    (call,) = service.calls
    assert call.error_code is None
    config = from_request(json.loads(path.read_text(encoding="utf-8")))
    details = AppImageConfigClient(service.client(region_name="eu-west-1")).describe(config.app_image_config_name)
    assert details.to_config(config.tags) == config


def test_errors_are_those_of_the_service(aws: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    """As the AWS CLI prints them."""
    create = ("create-app-image-config", "--app-image-config-name", "image")
    answer(aws(*create))
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
            "(UnknownOperationException) when calling the DescribeDomain operation: DescribeDomain is none of",
        ),
    ):
        assert run.returncode not in {0, None}
        assert text in run.stderr
