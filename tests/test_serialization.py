"""Requests and responses: one rename rule, nothing invented, nothing lost, nothing coerced."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import given
from strategies import app_image_configs
from wire import Answer, Wire

from appimageconfig import (
    AppImageConfig,
    AppImageConfigClient,
    AppImageConfigDetails,
    CodeEditorAppImageConfig,
    ContainerConfig,
    FileSystemConfig,
    InvalidAppImageConfigError,
    JupyterLabAppImageConfig,
    KernelGatewayImageConfig,
    KernelSpec,
    from_request,
    from_response,
    to_request,
)

TOO_LONG = "; a longer value has to come with the image, or in several variables"
ONE_ITEM = "write a list that has it as its one item"
BAD_NAME = (
    "must be letters and digits, with hyphens only between them, such as 'a-b' "
    "(pattern [a-zA-Z0-9](-*[a-zA-Z0-9]){0,62})"
)
NO_IMAGE = "the image is named in CreateImageVersion, and joined to this config in UpdateDomain's CustomImages"
REQUESTS = sorted(Path(__file__).parent.parent.glob("examples/requests/*.json"))


def faults(request: Any) -> list[str]:
    """Return what is wrong with *request*."""
    with pytest.raises(InvalidAppImageConfigError) as caught:
        from_request(request)
    return [str(violation) for violation in caught.value.violations]


def test_a_request_is_what_boto3_takes() -> None:
    """Members in PascalCase, in the order of the service model; tags as a list; plain dicts and lists."""
    config = AppImageConfig(
        app_image_config_name="full",
        tags={"team": "ml", "empty": ""},
        kernel_gateway_image_config=KernelGatewayImageConfig(
            kernel_specs=[KernelSpec(name="ir", display_name="R"), KernelSpec(name="python3")],
            file_system_config=FileSystemConfig(mount_path="/root", default_uid=0, default_gid=0),
        ),
        jupyter_lab_app_image_config=JupyterLabAppImageConfig(
            container_config=ContainerConfig(
                container_arguments=["--ServerApp.token="],
                container_entrypoint=["jupyter-lab"],
                container_environment_variables={"NO_PROXY": ""},
            )
        ),
        code_editor_app_image_config=CodeEditorAppImageConfig(),
    )
    assert json.dumps(to_request(config)) == json.dumps(
        {
            "AppImageConfigName": "full",
            "Tags": [{"Key": "team", "Value": "ml"}, {"Key": "empty", "Value": ""}],
            "KernelGatewayImageConfig": {
                "KernelSpecs": [{"Name": "ir", "DisplayName": "R"}, {"Name": "python3"}],
                "FileSystemConfig": {"MountPath": "/root", "DefaultUid": 0, "DefaultGid": 0},
            },
            "JupyterLabAppImageConfig": {
                "ContainerConfig": {
                    "ContainerArguments": ["--ServerApp.token="],
                    "ContainerEntrypoint": ["jupyter-lab"],
                    "ContainerEnvironmentVariables": {"NO_PROXY": ""},
                }
            },
            "CodeEditorAppImageConfig": {},
        }
    )


def test_none_is_absent_and_every_empty_value_travels() -> None:
    """0, "", (), {} and empty structures are values."""
    config = AppImageConfig(
        app_image_config_name="empty",
        tags={},
        kernel_gateway_image_config=KernelGatewayImageConfig(
            kernel_specs=[KernelSpec(name="", display_name="")], file_system_config=FileSystemConfig(default_uid=0)
        ),
        jupyter_lab_app_image_config=JupyterLabAppImageConfig(
            file_system_config=FileSystemConfig(),
            container_config=ContainerConfig(
                container_arguments=(), container_entrypoint=[], container_environment_variables={}
            ),
        ),
    )
    assert to_request(config) == {
        "AppImageConfigName": "empty",
        "Tags": [],
        "KernelGatewayImageConfig": {
            "KernelSpecs": [{"Name": "", "DisplayName": ""}],
            "FileSystemConfig": {"DefaultUid": 0},
        },
        "JupyterLabAppImageConfig": {
            "FileSystemConfig": {},
            "ContainerConfig": {
                "ContainerArguments": [],
                "ContainerEntrypoint": [],
                "ContainerEnvironmentVariables": {},
            },
        },
    }
    assert from_request(to_request(config)) == config


@given(app_image_configs)
def test_a_request_reads_back_as_the_same_value(config: AppImageConfig) -> None:
    """Also by way of JSON."""
    assert from_request(to_request(config)) == config
    assert from_request(json.loads(json.dumps(to_request(config)))) == config


def test_the_result_is_the_callers_own() -> None:
    """Changing a request changes neither the value nor the next request."""
    config = from_request({"AppImageConfigName": "own", "Tags": [{"Key": "a", "Value": "b"}]})
    to_request(config)["Tags"].clear()
    assert to_request(config)["Tags"] == [{"Key": "a", "Value": "b"}]


@given(app_image_configs)
def test_the_wire_body_is_the_one_that_raw_boto3_sends(config: AppImageConfig) -> None:
    """Byte for byte."""
    wire = Wire(Answer({"AppImageConfigArn": "arn"}))
    sagemaker = wire.client()
    AppImageConfigClient(sagemaker).create(config)
    sagemaker.create_app_image_config(**to_request(config))
    ours, raw = wire.sent
    assert ours.body == raw.body
    assert ours.target == raw.target == "SageMaker.CreateAppImageConfig"


@pytest.mark.parametrize("path", REQUESTS, ids=lambda path: path.stem)
def test_the_example_requests_travel_unchanged(path: Path) -> None:
    """What is in the file is what raw boto3 sends for it, and what we send."""
    request = json.loads(path.read_text(encoding="utf-8"))
    assert to_request(from_request(request)) == request
    wire = Wire(Answer({"AppImageConfigArn": "arn"}))
    sagemaker = wire.client()
    AppImageConfigClient(sagemaker).create(from_request(request))
    sagemaker.create_app_image_config(**request)
    assert wire.sent[0].body == wire.sent[1].body
    assert wire.sent[0].members == request


def test_there_are_example_requests_of_every_kind() -> None:
    """At least eight, with every app type."""
    members = {member for path in REQUESTS for member in json.loads(path.read_text(encoding="utf-8"))}
    assert len(REQUESTS) >= 8
    assert members >= {"Tags", "KernelGatewayImageConfig", "JupyterLabAppImageConfig", "CodeEditorAppImageConfig"}


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        ([], ["(request): must be a map of the members of a request, not a list"]),
        ({}, ["AppImageConfigName: is required and missing"]),
        ({"AppImageConfigName": None}, ["AppImageConfigName: must be a string, not null"]),
        ({"AppImageConfigName": 5}, ["AppImageConfigName: must be a string, not an integer; write it in quotes"]),
        (
            {"AppImageConfigName": "a", "Tags": {"team": "ml"}},
            ['Tags: must be a list of maps with Key and Value, not a map; write [{"Key": "team", "Value": "ml"}]'],
        ),
        (
            {"AppImageConfigName": "a", "Tags": ["team", {"Key": "k"}, {"Key": "k", "Value": "v"}]},
            [
                "Tags[0]: must be a map like Tag, not a string",
                "Tags[1].Value: is required and missing",
                "Tags[2].Key: is the key of Tags[1] as well",
            ],
        ),
        (
            {"AppImageConfigName": "a", "JupyterLabAppImageConfig": {"ContainerConfig": {"ContainerEntrypoint": "x"}}},
            [f"JupyterLabAppImageConfig.ContainerConfig.ContainerEntrypoint: must be a list, not a string; {ONE_ITEM}"],
        ),
        (
            {"AppImageConfigName": "a", "KernelGatewayImageConfig": {"KernelSpecs": {"Name": "python3"}}},
            ["KernelGatewayImageConfig.KernelSpecs: must be a list, not a map"],
        ),
        (
            {"AppImageConfigName": "a", "KernelGatewayImageConfig": {"KernelSpecs": []}},
            ["KernelGatewayImageConfig.KernelSpecs: number of items 0, minimum 1"],
        ),
    ],
)
def test_a_request_is_read_strictly(request_: Any, expected: list[str]) -> None:
    """A wrong shape is refused, with its wire path."""
    assert faults(request_) == expected


@pytest.mark.parametrize("not_an_integer", ["0", True, 1.9, None, [0]])
def test_nothing_is_coerced(not_an_integer: Any) -> None:
    """A string, a boolean and a fraction are no integers."""
    request = {
        "AppImageConfigName": "a",
        "KernelGatewayImageConfig": {
            "KernelSpecs": [{"Name": "python3"}],
            "FileSystemConfig": {"DefaultUid": not_an_integer},
        },
    }
    (fault,) = faults(request)
    assert fault.startswith("KernelGatewayImageConfig.FileSystemConfig.DefaultUid: must be an integer, not ")


def test_all_faults_come_at_once_in_the_order_of_the_document() -> None:
    """The first does not hide the others, at any depth."""
    request: dict[str, Any] = {
        "JupyterLabAppImageConfig": {
            "ContainerConfig": {
                "ContainerEnvironmentVariables": {"NO_PROXY": "x" * 257, "": "x", "N": 1},
                "ContainerArguments": ["--ok", " ", "x" * 65],
            },
            "ImageUri": "123456789012.dkr.ecr.eu-west-1.amazonaws.com/image",
        },
        "KernelGatewayImageConfig": {"KernelSpec": [], "FileSystemConfig": {"MountPath": "root", "DefaultGid": -1}},
        "AppImageConfigName": "a_b\n",
    }
    variables = "JupyterLabAppImageConfig.ContainerConfig.ContainerEnvironmentVariables"
    files = "KernelGatewayImageConfig.FileSystemConfig"
    arguments = "JupyterLabAppImageConfig.ContainerConfig.ContainerArguments"
    assert faults(request) == [
        f"{variables}['NO_PROXY']: length 257, limit 256{TOO_LONG}",
        f"{variables}['']: must be one line that is not blank (pattern (?!\\s*$).+)",
        f"{variables}['N']: must be a string, not an integer; write it in quotes",
        f"{arguments}[1]: must be one line that is not blank (pattern (?!\\s*$).+)",
        f"{arguments}[2]: length 65, limit 64",
        f"JupyterLabAppImageConfig.ImageUri: is no member here; {NO_IMAGE}",
        "KernelGatewayImageConfig.KernelSpec: is no member here; did you mean KernelSpecs?",
        f"{files}.MountPath: must be an absolute path, beginning with a slash (pattern \\/.*)",
        f"{files}.DefaultGid: is -1, minimum 0",
        "KernelGatewayImageConfig.KernelSpecs: is required and missing",
        f"AppImageConfigName: {BAD_NAME}",
    ]


DESCRIBED = {
    "AppImageConfigArn": "arn:aws:sagemaker:eu-west-1:123456789012:app-image-config/image",
    "AppImageConfigName": "image",
    "CreationTime": 1767225600.125,
    "LastModifiedTime": 1767225600.25,
    "KernelGatewayImageConfig": {
        "KernelSpecs": [{"Name": "python3", "DisplayName": "Python 3"}],
        "FileSystemConfig": {"MountPath": "/root", "DefaultUid": 0, "DefaultGid": 0},
    },
}


def test_a_response_becomes_details() -> None:
    """With aware times in UTC."""
    assert from_response({**DESCRIBED, "ResponseMetadata": {"RequestId": "x"}}) == AppImageConfigDetails(
        app_image_config_arn="arn:aws:sagemaker:eu-west-1:123456789012:app-image-config/image",
        app_image_config_name="image",
        creation_time=datetime(2026, 1, 1, 0, 0, 0, 125_000, tzinfo=UTC),
        last_modified_time=datetime(2026, 1, 1, 0, 0, 0, 250_000, tzinfo=UTC),
        kernel_gateway_image_config=KernelGatewayImageConfig(
            kernel_specs=[KernelSpec(name="python3", display_name="Python 3")],
            file_system_config=FileSystemConfig(mount_path="/root", default_uid=0, default_gid=0),
        ),
    )


@pytest.mark.parametrize(
    "time",
    [
        1767225600,
        1767225600.0,
        "2026-01-01T00:00:00Z",
        "2026-01-01T01:00:00+01:00",
        "2026-01-01T00:00:00",
        datetime(2026, 1, 1, tzinfo=UTC),
        datetime(2026, 1, 1, 1, tzinfo=timezone(timedelta(hours=1))),
        datetime(2026, 1, 1),  # noqa: DTZ001 - as people stub it
    ],
)
def test_a_time_is_read_as_botocore_the_wire_and_the_cli_write_it(time: object) -> None:
    """And is always in UTC."""
    created = from_response({"CreationTime": time}).creation_time
    assert created is not None
    assert created == datetime(2026, 1, 1, tzinfo=UTC)
    assert created.tzinfo is UTC


def test_a_missing_member_of_a_response_is_none() -> None:
    """Also one that a request would have to carry, and one that is null."""
    details = from_response({"KernelGatewayImageConfig": {"FileSystemConfig": None}, "CreationTime": None})
    assert details.app_image_config_arn is None
    assert details.creation_time is None
    gateway: Any = details.kernel_gateway_image_config
    assert gateway.kernel_specs is None
    assert gateway.file_system_config is None


def test_what_the_service_returned_is_never_refused_and_goes_back_as_it_came() -> None:
    """Beyond today's limits, and with members that nobody knows yet."""
    response = {
        "AppImageConfigName": "x" * 100,
        "KernelGatewayImageConfig": {
            "KernelSpecs": [{"Name": "x" * 2000, "Language": "R"}] * 6,
            "FileSystemConfig": {"MountPath": "relative", "DefaultUid": 70000, "Quota": {"Gib": [1, 2, None]}},
        },
        "JupyterLabAppImageConfig": {
            "ContainerConfig": {"ContainerEntrypoint": ["a", "b"], "ContainerEnvironmentVariables": {"": "x" * 300}}
        },
        "StreamlitAppImageConfig": {"Port": 8501, "Routes": [{"Path": "/"}]},
    }
    config = from_response(response).to_config()
    assert to_request(config) == response
    assert hash(config) == hash(from_response(response).to_config())


def test_an_unknown_member_survives_a_change_of_another() -> None:
    """Describe, evolve, update: nothing is dropped."""
    response = {**DESCRIBED, "JupyterLabAppImageConfig": {"IdleTimeout": 60, "FileSystemConfig": {"DefaultUid": 1}}}
    config = from_response(response).to_config()
    lab = config.jupyter_lab_app_image_config
    assert lab is not None
    changed = attrs.evolve(
        config,
        jupyter_lab_app_image_config=attrs.evolve(lab, file_system_config=FileSystemConfig(default_uid=2)),
    )
    assert to_request(changed)["JupyterLabAppImageConfig"] == {
        "FileSystemConfig": {"DefaultUid": 2},
        "IdleTimeout": 60,
    }
    assert changed != attrs.evolve(changed, jupyter_lab_app_image_config=JupyterLabAppImageConfig())


def test_the_first_use_from_many_threads_is_safe(tmp_path: Path) -> None:
    """The converter is complete when the import is: nothing is left to be made on the first use."""
    program = """
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from appimageconfig import from_request, from_response, to_request
request = {"AppImageConfigName": "a", "JupyterLabAppImageConfig": {"ContainerConfig": {"ContainerArguments": ["x"]}}}
barrier = Barrier(16)
def use(_):
    barrier.wait()
    assert to_request(from_request(request)) == to_request(from_response(request).to_config()) == request
with ThreadPoolExecutor(16) as pool:
    list(pool.map(use, range(16)))
"""
    subprocess.run([sys.executable, "-c", program], check=True, cwd=tmp_path, timeout=60)
