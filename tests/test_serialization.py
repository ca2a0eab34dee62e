"""Requests and responses: each member once, nothing added, nothing lost, nothing coerced."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, get_args

import pytest
from attrs import evolve
from botocore import xform_name
from hypothesis import given
from hypothesis import strategies as st
from strategies import app_image_configs, names, tag_text
from wire import Response, Wire, session

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
from appimageconfig.operations import OperationName

REQUESTS = sorted(Path(__file__).parent.parent.glob("examples/requests/*.json"))


def test_to_request_returns_the_arguments_of_boto3() -> None:
    """Members in PascalCase and in the order of the service model; tags as a list; plain dicts and lists."""
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


def test_none_is_left_out_and_every_empty_value_is_sent() -> None:
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
    """Also after a round trip through JSON."""
    assert from_request(to_request(config)) == config
    assert from_request(json.loads(json.dumps(to_request(config)))) == config


def test_changing_a_request_does_not_change_the_config() -> None:
    config = from_request({"AppImageConfigName": "own", "Tags": [{"Key": "a", "Value": "b"}]})
    to_request(config)["Tags"].clear()
    assert to_request(config)["Tags"] == [{"Key": "a", "Value": "b"}]


times = st.datetimes(datetime(1970, 1, 2), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - with one below
FILTERS = {
    "NameContains": names,
    "CreationTimeBefore": times,
    "CreationTimeAfter": times,
    "ModifiedTimeBefore": times,
    "ModifiedTimeAfter": times,
    "SortBy": st.sampled_from(["CreationTime", "LastModifiedTime", "Name"]),
    "SortOrder": st.sampled_from(["Ascending", "Descending"]),
}


def in_order(filters: dict[str, Any]) -> dict[str, Any]:
    """Return *filters* in the order of the service model, which is ours."""
    return {member: filters[member] for member in FILTERS if member in filters}


name_only = names.map(lambda name: {"AppImageConfigName": name})
arns = names.map("arn:aws:sagemaker:eu-west-1:123456789012:app-image-config/{}".format)
tags = st.dictionaries(tag_text.filter(bool), tag_text, max_size=5).map(
    lambda tags: [{"Key": key, "Value": value} for key, value in tags.items()]
)
Call = Callable[[AppImageConfigClient, Any], object]


@cache
def sagemaker() -> Any:
    """Return a client, which takes longer to make than a call."""
    return session().client("sagemaker")


# The requests of each method, and how it is called for one of them.
METHODS: dict[str, tuple[st.SearchStrategy[Any], Call]] = {
    "create_app_image_config": (
        app_image_configs.map(to_request),
        lambda client, request: client.create(from_request(request)),
    ),
    "update_app_image_config": (
        app_image_configs.map(lambda config: to_request(evolve(config, tags=None))).filter(
            lambda request: len(request) > 1
        ),
        lambda client, request: client.update(from_request({**request, "Tags": [{"Key": "not", "Value": "sent"}]})),
    ),
    "describe_app_image_config": (name_only, lambda client, request: client.describe(request["AppImageConfigName"])),
    "delete_app_image_config": (name_only, lambda client, request: client.delete(request["AppImageConfigName"])),
    "list_app_image_configs": (
        st.fixed_dictionaries({}, optional=FILTERS).map(in_order),
        lambda client, request: list(client.list(**{xform_name(member): item for member, item in request.items()})),
    ),
    "list_tags": (
        st.builds(dict, ResourceArn=arns),
        lambda client, request: client.list_tags(request["ResourceArn"]),
    ),
    "add_tags": (
        st.builds(dict, ResourceArn=arns, Tags=tags),
        lambda client, request: client.add_tags(
            request["ResourceArn"], {tag["Key"]: tag["Value"] for tag in request["Tags"]}
        ),
    ),
    "delete_tags": (
        st.builds(dict, ResourceArn=arns, TagKeys=st.lists(tag_text.filter(bool), min_size=1, max_size=50)),
        lambda client, request: client.delete_tags(request["ResourceArn"], request["TagKeys"]),
    ),
}


def test_every_operation_is_compared_with_boto3() -> None:
    assert set(METHODS) == {xform_name(operation) for operation in get_args(OperationName)}


@pytest.mark.parametrize("method", METHODS)
@given(data=st.data())
def test_the_body_on_the_wire_is_byte_equal_to_that_of_boto3(method: str, data: st.DataObject) -> None:
    requests, call = METHODS[method]
    request = data.draw(requests)
    wire = Wire(Response({"AppImageConfigArn": "arn", "AppImageConfigName": "a", "AppImageConfigs": [], "Tags": []}))
    with wire.on(sagemaker()):
        call(AppImageConfigClient(sagemaker()), request)
        if method == "list_app_image_configs":
            list(sagemaker().get_paginator(method).paginate(**request, PaginationConfig={"PageSize": 100}))
        else:
            getattr(sagemaker(), method)(**request)
    ours, raw = wire.sent
    assert (ours.target, ours.body) == (raw.target, raw.body)


@pytest.mark.parametrize("path", REQUESTS, ids=lambda path: path.stem)
def test_the_example_requests_are_sent_unchanged(path: Path) -> None:
    request = json.loads(path.read_text(encoding="utf-8"))
    assert to_request(from_request(request)) == request
    wire = Wire(Response({"AppImageConfigArn": "arn"}))
    sagemaker = wire.client()
    AppImageConfigClient(sagemaker).create(from_request(request))
    sagemaker.create_app_image_config(**request)
    assert wire.sent[0].body == wire.sent[1].body
    assert wire.sent[0].members == request


def test_the_example_requests_use_every_app_type() -> None:
    members = {member for path in REQUESTS for member in json.loads(path.read_text(encoding="utf-8"))}
    assert len(REQUESTS) >= 8
    assert members >= {"Tags", "KernelGatewayImageConfig", "JupyterLabAppImageConfig", "CodeEditorAppImageConfig"}


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


def test_from_response_returns_details() -> None:
    """With aware times in UTC, and without botocore's ResponseMetadata."""
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


def test_a_missing_member_of_a_response_is_none() -> None:
    """Also one that a request requires, and one that is null."""
    details = from_response({**DESCRIBED, "KernelGatewayImageConfig": {"FileSystemConfig": None}, "CreationTime": None})
    assert details.creation_time is None
    assert details.code_editor_app_image_config is None
    gateway: Any = details.kernel_gateway_image_config
    assert gateway.kernel_specs is None
    assert gateway.file_system_config is None


@pytest.mark.parametrize(
    ("response", "error"),
    [
        ({"AppImageConfigName": "image", "AppImageConfigArn": "arn", "JupyterLabAppImageConfig": 5}, "AttributeError"),
        ({"AppImageConfigName": "image", "AppImageConfigArn": "arn", "CreationTime": float("inf")}, "OverflowError"),
        (
            {"AppImageConfigName": "image", "AppImageConfigArn": "arn", "KernelGatewayImageConfig": {"KernelSpecs": 5}},
            "TypeError",
        ),
        *(
            ({"AppImageConfigName": "image", "AppImageConfigArn": "arn", **members}, "TypeError")
            for members in (
                {"KernelGatewayImageConfig": {"KernelSpecs": [{"Name": "python3"}, None]}},
                {"JupyterLabAppImageConfig": {"ContainerConfig": {"ContainerArguments": True}}},
                {"JupyterLabAppImageConfig": {"ContainerConfig": {"ContainerEntrypoint": "python3"}}},
                {"JupyterLabAppImageConfig": {"ContainerConfig": {"ContainerEnvironmentVariables": ["A"]}}},
            )
        ),
        ("x", "AttributeError"),
    ],
)
def test_a_response_of_other_types_is_refused_without_being_shown(response: Any, error: str) -> None:
    with pytest.raises(InvalidAppImageConfigError) as caught:
        from_response(response)
    assert str(caught.value) == (
        f"invalid response: it cannot be read ({error}); check the endpoint, and the proxies on the way to it"
    )


def test_a_name_or_an_arn_that_is_a_list_is_refused() -> None:
    with pytest.raises(InvalidAppImageConfigError, match=r"AppImageConfigName: must be a string, not a list$"):
        from_response({"AppImageConfigName": [], "AppImageConfigArn": "arn"})


def test_a_required_member_that_is_null_in_a_response_is_not_sent_back() -> None:
    gateway = {"KernelSpecs": None, "FileSystemConfig": {"DefaultUid": 0}}
    details = from_response(
        {"AppImageConfigName": "image", "AppImageConfigArn": "arn", "KernelGatewayImageConfig": gateway}
    )
    assert to_request(details.to_config())["KernelGatewayImageConfig"] == {"FileSystemConfig": {"DefaultUid": 0}}


@pytest.mark.parametrize(
    ("missing", "violations"),
    [
        ({}, "AppImageConfigName AppImageConfigArn"),
        ({"AppImageConfigName": "image", "AppImageConfigArn": None}, "AppImageConfigArn"),
        ({"AppImageConfigArn": "arn"}, "AppImageConfigName"),
    ],
)
def test_a_response_without_a_name_or_an_arn_is_refused(missing: dict[str, Any], violations: str) -> None:
    """The service always returns them."""
    with pytest.raises(InvalidAppImageConfigError) as caught:
        from_response({**missing, "CreationTime": 0})
    assert str(caught.value) == "invalid response: " + "; ".join(
        f"{member}: required member is missing; if the client is stubbed, add it to the response"
        for member in violations.split()
    )
