"""What the README says about raw boto3, beside this library."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from botocore.exceptions import ClientError, ParamValidationError
from wire import Response, Wire

from appimageconfig import (
    AppImageConfig,
    AppImageConfigClient,
    ContainerConfig,
    InvalidAppImageConfigError,
    JupyterLabAppImageConfig,
    ResourceInUseError,
    from_request,
)
from appimageconfig.testing import InMemorySageMaker

SECRET = "a-token-of-the-team"  # noqa: S105 - no real one
SECRETS = {"TOKEN": SECRET}
ARN = "arn:aws:sagemaker:eu-west-1:123456789012:app-image-config/team-image"


def lab(**members: Any) -> dict[str, Any]:
    """Return a request for a JupyterLab app with *members*."""
    return {"AppImageConfigName": "team-image", "JupyterLabAppImageConfig": members}


@pytest.mark.parametrize(
    "request_",
    [
        {"AppImageConfigName": "a" * 64},
        {"AppImageConfigName": "team_image"},
        {
            "AppImageConfigName": "team-image",
            "KernelGatewayImageConfig": {"KernelSpecs": [{"Name": f"kernel-{number}"} for number in range(6)]},
        },
        lab(FileSystemConfig={"DefaultUid": True}),
        lab(FileSystemConfig={"DefaultGid": 65_536}),
        lab(FileSystemConfig={"MountPath": "home"}),
        lab(ContainerConfig={"ContainerEnvironmentVariables": {"PATHS": "x" * 1_500}}),
    ],
    ids=["long name", "name", "kernels", "boolean", "group", "path", "variable"],
)
def test_boto3_sends_what_breaks_a_maximum_or_a_pattern(request_: dict[str, Any]) -> None:
    """And a boolean for an integer. This library refuses each of them."""
    wire = Wire()
    wire.client().create_app_image_config(**request_)
    assert [sent.members for sent in wire.sent] == [request_]
    with pytest.raises(InvalidAppImageConfigError):
        from_request(request_)


@pytest.mark.parametrize(
    "request_",
    [
        {"AppImageConfigName": 5},
        {},
        {"AppImageConfigName": "team-image", "Tag": []},
        {"AppImageConfigName": "team-image", "KernelGatewayImageConfig": {"KernelSpecs": []}},
    ],
    ids=["type", "required", "unknown", "minimum"],
)
def test_boto3_refuses_a_wrong_type_an_unknown_or_missing_member_and_a_minimum(request_: dict[str, Any]) -> None:
    wire = Wire()
    with pytest.raises(ParamValidationError):
        wire.client().create_app_image_config(**request_)
    assert wire.sent == []


def test_a_second_creation_by_boto3_fails_and_ensure_changes_nothing() -> None:
    sagemaker = InMemorySageMaker().client()
    sagemaker.create_app_image_config(**lab())
    with pytest.raises(ClientError, match="ResourceInUse"):
        sagemaker.create_app_image_config(**lab())
    assert AppImageConfigClient(sagemaker).ensure(from_request(lab())).status == "unchanged"


def test_boto3_has_another_class_for_a_conflict_in_each_session() -> None:
    """So it can be named only where the client is at hand. Ours catches the errors of both."""
    clients = [InMemorySageMaker().client(), InMemorySageMaker().client()]  # each with a session of its own
    one, other = (sagemaker.exceptions.ResourceInUse for sagemaker in clients)
    assert one is not other
    config = AppImageConfig(app_image_config_name="team-image")
    for sagemaker in clients:
        AppImageConfigClient(sagemaker).create(config)
        with pytest.raises(ResourceInUseError):
            AppImageConfigClient(sagemaker).create(config)


def test_boto3_shows_environment_variables_and_this_library_does_not(caplog: pytest.LogCaptureFixture) -> None:
    """In botocore's debug log, which only botocore can change, and in the repr of a request."""
    request = lab(ContainerConfig={"ContainerEnvironmentVariables": SECRETS})
    client = Wire(Response({"AppImageConfigArn": ARN})).client()
    with caplog.at_level(logging.DEBUG, logger="botocore"):
        client.create_app_image_config(**request)
    assert SECRET in caplog.text
    assert SECRET in repr(request)

    caplog.clear()
    container = ContainerConfig(container_environment_variables=SECRETS)
    config = AppImageConfig(
        app_image_config_name="team-image",
        jupyter_lab_app_image_config=JupyterLabAppImageConfig(container_config=container),
    )
    with caplog.at_level(logging.DEBUG, logger="appimageconfig"):
        AppImageConfigClient(client).create(config)
    assert "CreateAppImageConfig of 'team-image'" in caplog.text
    assert SECRET not in caplog.text + repr(config)
