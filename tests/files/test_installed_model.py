"""Members that the installed botocore knows and this version of the library does not."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from botocore.loaders import Loader

if TYPE_CHECKING:
    from pathlib import Path

REQUEST: dict[str, Any] = {
    "AppImageConfigName": "image",
    "KernelGatewayImageConfig": {"KernelSpecs": [{"Name": "python3", "Kind": "newer"}]},
    "RStudioAppImageConfig": {"Ports": [8787], "FileSystemConfig": {"DefaultUid": 0}},
}
RESPONSE = {
    **REQUEST,
    "AppImageConfigArn": "arn:aws:sagemaker:us-east-1:123456789012:app-image-config/image",
    "State": "x",
}


IMPORTS = """
import json
from appimageconfig import (
    AppImageConfigClient, InvalidAppImageConfigError, difference, dumps, from_request, from_response, loads, to_request
)
"""


@pytest.fixture(scope="module")
def newer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a directory with the model of a newer botocore: new members in a request, a structure and a response."""
    model = Loader().load_service_model("sagemaker", "service-2")
    shapes = model["shapes"]
    text, app = {"shape": "KernelName"}, {"shape": "RStudioAppImageConfig"}
    shapes["Ports"] = {"type": "list", "member": {"shape": "DefaultUid"}}
    members = {"Ports": {"shape": "Ports"}, "FileSystemConfig": {"shape": "FileSystemConfig"}}
    shapes["RStudioAppImageConfig"] = {"type": "structure", "members": members}
    shapes["KernelSpec"]["members"]["Kind"] = text
    shapes["CreateAppImageConfigRequest"]["members"]["RStudioAppImageConfig"] = app
    shapes["DescribeAppImageConfigResponse"]["members"] |= {"RStudioAppImageConfig": app, "State": text}
    path = tmp_path_factory.mktemp("data")
    (path / "sagemaker/2017-07-24").mkdir(parents=True)
    (path / "sagemaker/2017-07-24/service-2.json").write_text(json.dumps(model), encoding="utf-8")
    return path


def run(program: str, data: Path) -> str:
    """Run a program with that data of botocore, and return what it prints."""
    environment = {**os.environ, "AWS_DATA_PATH": str(data)}
    command = [sys.executable, "-c", f"{IMPORTS}\nREQUEST, RESPONSE = {REQUEST!r}, {RESPONSE!r}\n{program}"]
    return subprocess.check_output(command, env=environment, text=True, timeout=60)


ROUND_TRIP = """
config = from_response(RESPONSE).to_config({"team": "ml"})
for file_format in ("json", "yaml"):
    (read,) = loads(dumps([config], file_format=file_format), file_format=file_format)
    print(to_request(read) == {**REQUEST, "Tags": [{"Key": "team", "Value": "ml"}]})
print(to_request(from_request(REQUEST)) == REQUEST, difference(config, from_response(RESPONSE)).changes)
"""


def test_what_is_written_from_a_response_is_read(newer: Path) -> None:
    """Without a member of the response that requests do not have."""
    assert run(ROUND_TRIP, newer) == "True\nTrue\nTrue ()\n"


SENT = """
from botocore.stub import Stubber
import boto3
client = boto3.client("sagemaker", "us-east-1", aws_access_key_id="a", aws_secret_access_key="b")
with Stubber(client) as stubber:
    stubber.add_response("create_app_image_config", {"AppImageConfigArn": RESPONSE["AppImageConfigArn"]}, REQUEST)
    AppImageConfigClient(client).create(*loads(json.dumps(REQUEST)))
    stubber.assert_no_pending_responses()
"""


def test_members_of_the_installed_botocore_are_sent(newer: Path) -> None:
    run(SENT, newer)


INVALID = """
requests = [
    {"AppImageConfigName": "a", "RStudioAppImageConfig": "secret"},
    {"AppImageConfigName": "b", "RStudioAppImageConfig": {"Ports": ["secret"]}},
    {"AppImageConfigName": "c", "Role": "r"},
    {"AppImageConfigName": "d", "KernelGatewayImageConfig": {"KernelSpecs": [{"Name": "x", "Kind": 5, "Kin": "y"}]}},
    {"AppImageConfigName": "e", "State": "y", "Tags": [{"Key": "a", "Value": "b", "Kind": "x"}]},
]
try:
    loads(json.dumps(requests))
except InvalidAppImageConfigError as error:
    print(*error.violations, sep="\\n")
"""


def test_other_members_and_values_of_other_types_are_violations(newer: Path) -> None:
    """The values are not shown."""
    by_model = "by the service model of the installed botocore"
    members = "AppImageConfigName, Tags, KernelGatewayImageConfig, JupyterLabAppImageConfig, CodeEditorAppImageConfig"
    spec = "[3].KernelGatewayImageConfig.KernelSpecs[0]"
    assert run(INVALID, newer).splitlines() == [
        f"line 1: [0].RStudioAppImageConfig: is not a valid structure {by_model}",
        f"line 1: [1].RStudioAppImageConfig: is not a valid structure {by_model}",
        f"line 1: [2].Role: unknown member 'Role'; the members are {members}",
        f"line 1: {spec}.Kind: is not a valid string {by_model}",
        f"line 1: {spec}.Kin: unknown member 'Kin'; the members are Name, DisplayName",
        f"line 1: [4].State: unknown member 'State'; the members are {members}",
        "line 1: [4].Tags[0].Kind: unknown member 'Kind'; the members are Key, Value",
    ]


LAZY = """
import sys
loads(json.dumps({"AppImageConfigName": "a"}))
print("botocore.loaders" in sys.modules)
try:
    loads(json.dumps({"AppImageConfigName": "a", "State": "x"}))
except InvalidAppImageConfigError:
    print("botocore.loaders" in sys.modules)
"""


def test_the_model_of_botocore_is_loaded_only_for_an_unknown_member(newer: Path) -> None:
    assert run(LAZY, newer) == "False\nTrue\n"
