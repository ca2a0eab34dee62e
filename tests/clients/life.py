"""
What a foreign client does with the endpoint, by ``nox -s clients``.

pytest does not collect this file by itself: each client needs an environment of its own. ``--client`` names it.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from clients.foreign import REGION, TIME, RefusedError

from appimageconfig import AppImageConfig, AppImageConfigClient, from_request
from appimageconfig.testing import Fault

if TYPE_CHECKING:
    from clients.foreign import ForeignClient, Members

    from appimageconfig.testing import InMemorySageMaker

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

REQUESTS = sorted(Path(__file__).parents[2].glob("examples/requests/*.json"))
ARN = f"arn:aws:sagemaker:{REGION}:123456789012:app-image-config/whole-life"
NAME = {"AppImageConfigName": "whole-life"}
CREATION: Members = {
    **NAME,
    "Tags": [{"Key": "team", "Value": "maps"}, {"Key": "empty", "Value": ""}],
    "KernelGatewayImageConfig": {
        "KernelSpecs": [{"Name": "python3", "DisplayName": "Python 3 (名前)"}, {"Name": "scala"}],
        "FileSystemConfig": {"MountPath": "/root", "DefaultUid": 0, "DefaultGid": 0},
    },
    "JupyterLabAppImageConfig": {
        "FileSystemConfig": {"MountPath": "/home/sagemaker-user", "DefaultUid": 1000, "DefaultGid": 100},
        "ContainerConfig": {
            "ContainerArguments": ["--no-browser", "--ServerApp.token="],
            "ContainerEntrypoint": ["jupyter-lab"],
            "ContainerEnvironmentVariables": {"GDAL_CACHEMAX": "512", "EMPTY": "", "camelCase": "名前"},
        },
    },
    "CodeEditorAppImageConfig": {
        "FileSystemConfig": {},
        "ContainerConfig": {"ContainerArguments": [], "ContainerEntrypoint": ["code"]},
    },
}
UPDATE: Members = {
    **NAME,
    "KernelGatewayImageConfig": {"KernelSpecs": [{"Name": "R", "DisplayName": "R"}]},
    "CodeEditorAppImageConfig": {"FileSystemConfig": {"DefaultUid": 1000, "DefaultGid": 100}},
}


def stored(service: InMemorySageMaker, name: str) -> AppImageConfig:
    """Return the config *name* as this library reads it."""
    client = AppImageConfigClient(service.client())
    details = client.describe(name)
    return details.to_config(client.list_tags(details.app_image_config_arn))


def without_times(details: Members) -> Members:
    """Return *details* without their times, which have to be those of the service."""
    times = [details[member] for member in ("CreationTime", "LastModifiedTime")]
    assert [time if isinstance(time, datetime) else datetime.fromisoformat(time) for time in times] == [TIME, TIME]
    return {member: details[member] for member in details if not member.endswith("Time")}


def tags(foreign: ForeignClient) -> dict[str, str]:
    """Return the tags of the config, as the client lists them."""
    listed = foreign.call("ListTags", {"ResourceArn": ARN})
    return {tag["Key"]: tag["Value"] for tag in listed["Tags"]}


def refusal(foreign: ForeignClient, operation: str, **members: Any) -> tuple[str, str]:
    """Return the code and the message with which *operation* is refused."""
    with pytest.raises(RefusedError) as caught:
        foreign.call(operation, members)
    return caught.value.code, caught.value.message


def test_a_config_lives_from_its_creation_to_its_deletion(foreign: ForeignClient, service: InMemorySageMaker) -> None:
    """With settings of all three kinds. After each step, the client and this library read the same."""
    creation, update = foreign.expressible(CREATION), foreign.expressible(UPDATE)
    settings = {member: creation[member] for member in creation if member != "Tags"}
    assert foreign.call("CreateAppImageConfig", creation) == {"AppImageConfigArn": ARN}
    assert stored(service, "whole-life") == from_request(creation)
    assert without_times(foreign.call("DescribeAppImageConfig", NAME)) == {"AppImageConfigArn": ARN, **settings}
    (listed,) = foreign.call("ListAppImageConfigs", {})["AppImageConfigs"]
    assert without_times(listed) == {"AppImageConfigArn": ARN, **settings}

    assert foreign.call("UpdateAppImageConfig", update) == {"AppImageConfigArn": ARN}
    assert stored(service, "whole-life") == from_request({**creation, **update})
    described = foreign.call("DescribeAppImageConfig", NAME)
    assert without_times(described) == {"AppImageConfigArn": ARN, **settings, **update}

    before = {tag["Key"]: tag["Value"] for tag in creation["Tags"]}
    foreign.call("AddTags", {"ResourceArn": ARN, "Tags": [{"Key": "team", "Value": "geo"}, {"Key": "a", "Value": "b"}]})
    assert tags(foreign) == {**before, "team": "geo", "a": "b"}
    foreign.call("DeleteTags", {"ResourceArn": ARN, "TagKeys": ["a", *before]})
    assert tags(foreign) == {}

    assert refusal(foreign, "CreateAppImageConfig", **NAME) == (
        "ResourceInUse",
        "The ID or Name specified is already in use.",
    )
    foreign.call("DeleteAppImageConfig", NAME)
    assert refusal(foreign, "DescribeAppImageConfig", **NAME) == (
        "ResourceNotFound",
        "AppImageConfig whole-life does not exist.",
    )
    assert foreign.call("ListAppImageConfigs", {}) == {"AppImageConfigs": []}


def test_a_list_has_the_configs_of_all_pages(foreign: ForeignClient, service: InMemorySageMaker) -> None:
    """Filtered by time and name, and sorted."""
    client = AppImageConfigClient(service.client())
    names = [f"page-{number:02}" for number in range(23)]
    for name in (*names, "other"):
        client.create(AppImageConfig(app_image_config_name=name))
    criteria = {
        "NameContains": "page",
        "CreationTimeAfter": TIME - timedelta(seconds=1),
        "CreationTimeBefore": TIME + timedelta(seconds=1),
        "SortBy": "Name",
        "SortOrder": "Descending",
    }
    listed = foreign.call("ListAppImageConfigs", criteria)["AppImageConfigs"]
    assert [item["AppImageConfigName"] for item in listed] == names[::-1]
    assert [call.operation for call in service.calls].count("ListAppImageConfigs") == 3
    later = {"ModifiedTimeAfter": TIME + timedelta(seconds=1)}
    assert foreign.call("ListAppImageConfigs", later) == {"AppImageConfigs": []}


@pytest.mark.parametrize("path", REQUESTS, ids=lambda path: path.stem)
def test_every_example_request_is_accepted(path: Path, foreign: ForeignClient, service: InMemorySageMaker) -> None:
    """The config is the one that this library reads from the file."""
    request = foreign.expressible(json.loads(path.read_text(encoding="utf-8")))
    foreign.call("CreateAppImageConfig", request)
    assert stored(service, request["AppImageConfigName"]) == from_request({"Tags": [], **request})


def test_zeros_and_empty_values_are_sent_as_far_as_the_client_can(
    foreign: ForeignClient, service: InMemorySageMaker
) -> None:
    """What it cannot send, it leaves out."""
    request = {
        **NAME,
        "KernelGatewayImageConfig": {
            "KernelSpecs": [{"Name": "python3", "DisplayName": ""}],
            "FileSystemConfig": {"MountPath": "/root", "DefaultUid": 0, "DefaultGid": 0},
        },
    }
    foreign.call("CreateAppImageConfig", request)
    sent = foreign.expressible(request)
    assert stored(service, "whole-life") == from_request({**sent, "Tags": []})


def test_a_request_beyond_the_maximums_is_sent_and_refused_by_the_service(
    foreign: ForeignClient, service: InMemorySageMaker
) -> None:
    """Unlike this library, no client checks them."""
    kernels = [{"Name": f"kernel-{number}"} for number in range(6)]
    variables = {"PATHS": "x" * 1_500}
    code, message = refusal(
        foreign,
        "CreateAppImageConfig",
        **NAME,
        KernelGatewayImageConfig={"KernelSpecs": kernels},
        JupyterLabAppImageConfig={"ContainerConfig": {"ContainerEnvironmentVariables": variables}},
    )
    assert code == "ValidationException"
    assert message.startswith("2 validation errors detected: ")
    assert [call.operation for call in service.calls] == ["CreateAppImageConfig"]


def test_errors_have_the_codes_and_messages_of_the_service(foreign: ForeignClient) -> None:
    """Also those that the client has no class for."""
    code, message = refusal(foreign, "CreateAppImageConfig", AppImageConfigName="a_b")
    assert code == "ValidationException"
    assert message.startswith("1 validation error detected: Value at 'appImageConfigName' failed to satisfy")
    code, message = refusal(foreign, "DescribeDomain", DomainId="d-1")
    assert code == "UnknownOperationException"
    assert message.startswith("InMemorySageMaker does not")


@pytest.mark.parametrize(
    "fault",
    [Fault.throttling(), Fault.server_error(), Fault.connection_error()],
    ids=["throttled", "failed", "cut off"],
)
def test_the_client_retries_a_fault(fault: Fault, foreign: ForeignClient, service: InMemorySageMaker) -> None:
    """As it retries those of AWS."""
    service.inject(fault)
    assert foreign.call("ListAppImageConfigs", {}) == {"AppImageConfigs": []}
    first, second = (call.error_code for call in service.calls)
    assert first is not None
    assert second is None
