"""The client: the calls that each method makes, with botocore's Stubber and on the wire, and the errors it raises."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import cache
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast, get_args
from unittest.mock import MagicMock

import attrs
import boto3
import botocore.session
import pytest
import wire
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import ClientError, EndpointConnectionError, NoCredentialsError, NoRegionError
from botocore.stub import Stubber
from hypothesis import given
from hypothesis import strategies as st
from systems import needs_fork, needs_time_zones
from wire import Response, Wire

from appimageconfig import (
    AppImageConfig,
    AppImageConfigClient,
    FileSystemConfig,
    InvalidAppImageConfigError,
    JupyterLabAppImageConfig,
    OperationName,
    RequestValidationError,
    ResourceInUseError,
    ResourceNotFoundError,
    ServiceError,
    ThrottlingError,
    from_response,
    to_request,
    unchecked,
)
from appimageconfig.testing import InMemorySageMaker

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ARN = "arn:aws:sagemaker:eu-west-1:123456789012:app-image-config/image"
CONFIG = AppImageConfig(
    app_image_config_name="image",
    tags={"team": "ml"},
    jupyter_lab_app_image_config=JupyterLabAppImageConfig(file_system_config=FileSystemConfig(default_uid=0)),
)
REQUEST = {
    "AppImageConfigName": "image",
    "Tags": [{"Key": "team", "Value": "ml"}],
    "JupyterLabAppImageConfig": {"FileSystemConfig": {"DefaultUid": 0}},
}
NO_RETRIES = Config(retries={"total_max_attempts": 1, "mode": "standard"})


@pytest.fixture
def stubber() -> Iterator[Stubber]:
    """Return a Stubber of a boto3 client; fail if a response was not used."""
    with Stubber(wire.session().client("sagemaker")) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


def client_of(stubber: Stubber) -> AppImageConfigClient:
    """Return an AppImageConfigClient with the stubbed client."""
    sagemaker: Any = stubber.client
    return AppImageConfigClient(sagemaker)


def refusal(code: str, message: str = "", **more: Any) -> Response:
    """Return an error response of the service."""
    return Response({"__type": code, "message": message}, status=400, **more)


def listed(*names: str) -> dict[str, Any]:
    """Return a response of ListAppImageConfigs."""
    return {"AppImageConfigs": [{"AppImageConfigName": name, "AppImageConfigArn": ARN} for name in names]}


def test_create_sends_the_config_and_returns_its_arn(stubber: Stubber) -> None:
    stubber.add_response("create_app_image_config", {"AppImageConfigArn": ARN}, REQUEST)
    assert client_of(stubber).create(CONFIG) == ARN


def test_describe_returns_details(stubber: Stubber) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    response = {"AppImageConfigArn": ARN, "AppImageConfigName": "image", "CreationTime": now}
    stubber.add_response("describe_app_image_config", response, {"AppImageConfigName": "image"})
    details = client_of(stubber).describe("image")
    assert (details.app_image_config_arn, details.app_image_config_name, details.creation_time) == (ARN, "image", now)
    assert details.kernel_gateway_image_config is None


def test_update_sends_the_app_configs_without_tags(stubber: Stubber) -> None:
    """The operation has no tags."""
    expected = {member: value for member, value in REQUEST.items() if member != "Tags"}
    stubber.add_response("update_app_image_config", {"AppImageConfigArn": ARN}, expected)
    assert client_of(stubber).update(CONFIG) == ARN


def test_update_without_an_app_config_is_refused_before_anything_is_sent() -> None:
    """Tags do not count as one; an empty app config does."""
    wire = Wire(Response({"AppImageConfigArn": ARN}))
    client = AppImageConfigClient(wire.client())
    with pytest.raises(
        InvalidAppImageConfigError,
        match=r"^invalid update:\n  an update needs kernel_gateway_image_config, .*; set tags with add_tags$",
    ):
        client.update(AppImageConfig(app_image_config_name="image", tags={"team": "ml"}))
    assert wire.sent == []
    client.update(
        AppImageConfig(app_image_config_name="image", jupyter_lab_app_image_config=JupyterLabAppImageConfig())
    )
    assert [sent.members for sent in wire.sent] == [{"AppImageConfigName": "image", "JupyterLabAppImageConfig": {}}]


def test_a_config_beyond_the_limits_is_sent_outside_the_block_that_built_it() -> None:
    with unchecked():
        config = AppImageConfig(app_image_config_name="x" * 80, jupyter_lab_app_image_config=JupyterLabAppImageConfig())
    wire = Wire(Response({"AppImageConfigArn": ARN}))
    client = AppImageConfigClient(wire.client())
    client.create(config)
    client.update(config)
    assert [sent.members["AppImageConfigName"] for sent in wire.sent] == ["x" * 80] * 2


def test_delete_sends_the_name(stubber: Stubber) -> None:
    stubber.add_response("delete_app_image_config", {}, {"AppImageConfigName": "image"})
    client_of(stubber).delete("image")


def test_delete_with_missing_ok_accepts_only_a_missing_config(stubber: Stubber) -> None:
    client = client_of(stubber)
    for code in ("ResourceNotFound", "ResourceNotFound", "ResourceInUse"):
        stubber.add_client_error("delete_app_image_config", code, "It does not exist.", http_status_code=400)
    with pytest.raises(ResourceNotFoundError):
        client.delete("image")
    client.delete("image", missing_ok=True)
    with pytest.raises(ResourceInUseError):
        client.delete("image", missing_ok=True)


def test_list_reads_every_page_of_100_also_after_an_empty_one(stubber: Stubber) -> None:
    stubber.add_response(
        "list_app_image_configs",
        {**listed("a", "b"), "NextToken": "1"},
        {"MaxResults": 100},
    )
    stubber.add_response(
        "list_app_image_configs", {"AppImageConfigs": [], "NextToken": "2"}, {"MaxResults": 100, "NextToken": "1"}
    )
    stubber.add_response("list_app_image_configs", listed("c"), {"MaxResults": 100, "NextToken": "2"})
    found = client_of(stubber).list()
    with pytest.raises(AssertionError):
        stubber.assert_no_pending_responses()
    assert [details.app_image_config_name for details in found] == ["a", "b", "c"]


def test_list_requests_each_page_when_its_first_item_is_needed() -> None:
    wire = Wire(Response({**listed("a"), "NextToken": "1"}), Response(listed()))
    found = AppImageConfigClient(wire.client()).list()
    assert len(wire.sent) == 0
    next(found)
    assert len(wire.sent) == 1
    assert list(found) == []
    assert len(wire.sent) == 2


def test_list_sends_every_filter(stubber: Stubber) -> None:
    times = [datetime(2026, 1, day, tzinfo=UTC) for day in (1, 2, 3, 4)]
    expected = {
        "MaxResults": 100,
        "NameContains": "lab",
        "CreationTimeAfter": times[0],
        "CreationTimeBefore": times[1],
        "ModifiedTimeAfter": times[2],
        "ModifiedTimeBefore": times[3],
        "SortBy": "Name",
        "SortOrder": "Ascending",
    }
    stubber.add_response("list_app_image_configs", {"AppImageConfigs": []}, expected)
    found = client_of(stubber).list(
        name_contains="lab",
        creation_time_after=times[0],
        creation_time_before=times[1],
        modified_time_after=times[2],
        modified_time_before=times[3],
        sort_by="Name",
        sort_order="Ascending",
    )
    assert list(found) == []


def test_tag_operations_send_the_arn(stubber: Stubber) -> None:
    """ListTags is called for each page of tags."""
    client = client_of(stubber)
    tags = [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": ""}]
    stubber.add_response("list_tags", {"Tags": tags[:1], "NextToken": "1"}, {"ResourceArn": ARN})
    stubber.add_response("list_tags", {"Tags": tags[1:]}, {"ResourceArn": ARN, "NextToken": "1"})
    assert client.list_tags(ARN) == {"a": "1", "b": ""}
    stubber.add_response("add_tags", {}, {"ResourceArn": ARN, "Tags": tags})
    client.add_tags(ARN, {"a": "1", "b": ""})
    stubber.add_response("delete_tags", {}, {"ResourceArn": ARN, "TagKeys": ["a", "b"]})
    client.delete_tags(ARN, iter(["a", "b"]))
    stubber.add_response("delete_tags", {}, {"ResourceArn": ARN, "TagKeys": ["a", "b", "c", "d"]})
    client.delete_tags(ARN, {"d", "b", "c", "a"})
    stubber.add_response("delete_tags", {}, {"ResourceArn": ARN, "TagKeys": ["a", "b"]})
    client.delete_tags(ARN, {"a": "1", "b": ""}.keys())


@pytest.mark.parametrize("key", ["k!", "k" * 200, "\u0301"])
def test_tags_of_newer_limits_are_read_and_deleted(stubber: Stubber, key: str) -> None:
    """AWS may have raised them."""
    client = client_of(stubber)
    stubber.add_response("list_tags", {"Tags": [{"Key": key, "Value": ""}]}, {"ResourceArn": ARN})
    stubber.add_response("delete_tags", {}, {"ResourceArn": ARN, "TagKeys": [key]})
    client.delete_tags(ARN, client.list_tags(ARN).keys())


Call = Callable[[AppImageConfigClient], object]

EVERY_CALL: list[tuple[Call, str]] = [
    (lambda client: client.create(CONFIG), "CreateAppImageConfig"),
    (lambda client: client.describe("image"), "DescribeAppImageConfig"),
    (lambda client: client.update(CONFIG), "UpdateAppImageConfig"),
    (lambda client: client.delete("image"), "DeleteAppImageConfig"),
    (lambda client: list(client.list()), "ListAppImageConfigs"),
    (lambda client: client.list_tags(ARN), "ListTags"),
    (lambda client: client.add_tags(ARN, {}), "AddTags"),
    (lambda client: client.delete_tags(ARN, ["a"]), "DeleteTags"),
]


# A response with every member that the operations require.
SUCCESS = Response({"AppImageConfigArn": ARN, "AppImageConfigs": [], "Tags": []})


@pytest.mark.parametrize(("call", "operation"), EVERY_CALL, ids=[operation for _, operation in EVERY_CALL])
def test_each_method_makes_one_call(call: Call, operation: str) -> None:
    wire = Wire(SUCCESS)
    call(AppImageConfigClient(wire.client()))
    assert [sent.target for sent in wire.sent] == [f"SageMaker.{operation}"]


WRONG_CALLS: list[tuple[Call, str]] = [
    (lambda client: client.describe("no_name"), "name"),
    (lambda client: client.describe("name\n"), "name"),
    (lambda client: client.delete("x" * 64), "name"),
    (lambda client: client.list(name_contains="a_b"), "name_contains"),
    (lambda client: client.list(name_contains="-a_b-"), "name_contains"),
    (lambda client: client.list(name_contains=""), "name_contains"),
    (lambda client: client.list(name_contains=cast("Any", 5)), "name_contains"),
    (lambda client: client.list(name_contains=cast("Any", ["-"])), "name_contains"),
    (lambda client: client.list(sort_by=cast("Any", "Arn")), "sort_by"),
    (lambda client: client.list(sort_order=cast("Any", "Up")), "sort_order"),
    (lambda client: client.list(creation_time_after=cast("Any", "2026")), "creation_time_after"),
    (lambda client: client.list_tags("image"), "arn"),
    (lambda client: client.add_tags("", {}), "arn"),
    (lambda client: client.add_tags(ARN, {"k!": "v"}), "tags['k!']"),
    (lambda client: client.add_tags(ARN, cast("Any", [{"Key": "k", "Value": "v"}])), "tags"),
    (lambda client: client.delete_tags(ARN, "key"), "keys"),
    (lambda client: client.delete_tags(ARN, []), "keys"),
    (lambda client: client.delete_tags(ARN, set()), "keys"),
    (lambda client: client.delete_tags(ARN, [""]), "keys[0]"),
    (lambda client: client.delete_tags(ARN, ["\ud83d"]), "keys[0]"),
    (lambda client: client.delete_tags(ARN, ["k"] * 51), "keys"),
    (lambda client: client.delete_tags(ARN, {"a": "1"}), "keys"),
]


@pytest.mark.parametrize(("call", "path"), WRONG_CALLS)
def test_an_invalid_argument_is_refused_before_anything_is_sent(call: Call, path: str) -> None:
    """List checks its arguments when it is called, not when it is iterated."""
    wire = Wire()
    with pytest.raises(InvalidAppImageConfigError) as caught:
        call(AppImageConfigClient(wire.client()))
    assert [violation.path for violation in caught.value.violations] == [path]
    assert wire.sent == []


RESOURCE_ARN = "arn: must be the ARN of a SageMaker resource (pattern arn:aws[a-z-]*:sagemaker:[a-z0-9-]*:[0-9]{12}:.+)"
NAME = (
    "name: must consist of letters, digits and hyphens, without a hyphen at either end, "
    "such as 'bad-name' (pattern [a-zA-Z0-9](-*[a-zA-Z0-9]){0,62})"
)


WRONG_ARGUMENTS: list[tuple[Call, str]] = [
    (lambda client: client.describe("bad_name"), f"invalid arguments of describe:\n  {NAME}"),
    (lambda client: client.delete("bad_name"), f"invalid arguments of delete:\n  {NAME}"),
    (
        lambda client: client.list(sort_by=cast("Any", "Arn"), creation_time_after=cast("Any", "2026")),
        (
            "invalid arguments of list:\n"
            "  creation_time_after: must be a datetime, not a string\n"
            "  sort_by: must be one of CreationTime, LastModifiedTime, Name"
        ),
    ),
    (lambda client: client.list_tags("image"), f"invalid arguments of list_tags:\n  {RESOURCE_ARN}"),
    (
        lambda client: client.add_tags("image", {"": "v"}),
        f"invalid arguments of add_tags:\n  {RESOURCE_ARN}\n  tags['']: the key has 0 characters; the minimum is 1",
    ),
    (
        lambda client: client.delete_tags("image", "team"),
        (
            f"invalid arguments of delete_tags:\n  {RESOURCE_ARN}\n"
            "  keys: must be a list, not a string; write a list with the string as its only item"
        ),
    ),
]


@pytest.mark.parametrize(("call", "text"), WRONG_ARGUMENTS)
def test_an_error_about_arguments_names_the_method(call: Call, text: str) -> None:
    with pytest.raises(InvalidAppImageConfigError) as caught:
        call(AppImageConfigClient())
    assert str(caught.value) == text


@pytest.mark.parametrize(
    ("name_contains", "sent", "found"),
    [
        ("team", "team", ["team-1", "my-team-", "teamwork", "Team-1"]),
        ("team-", "team", ["team-1", "my-team-"]),
        ("-team", "team", ["my-team-"]),
        ("--team--", "team", []),
        ("-", None, ["team-1", "my-team-", "Team-1"]),
        ("--", None, []),
        (None, None, ["team-1", "my-team-", "teamwork", "Team-1"]),
    ],
)
def test_list_finds_hyphens_at_the_ends_of_a_part_of_a_name(
    name_contains: str | None, sent: str | None, found: list[str]
) -> None:
    """On every page. What the service returns for other parts is not filtered again."""
    wire = Wire(
        Response({**listed("team-1", "my-team-"), "NextToken": "1"}),
        Response({**listed(), "NextToken": "2"}),
        Response(listed("teamwork", "Team-1")),
    )
    items = AppImageConfigClient(wire.client()).list(name_contains=name_contains)
    assert [details.app_image_config_name for details in items] == found
    assert [request.members.get("NameContains") for request in wire.sent] == [sent] * 3


@pytest.mark.parametrize("prefix", ["", "com.amazonaws.sagemaker#", "com.amazon.coral.service#"])
@pytest.mark.parametrize("message", ["message", "Message"])
def test_an_error_is_read_in_each_form_that_services_send(prefix: str, message: str) -> None:
    """With and without a namespace in the type, and with the message in either spelling."""
    body = {"__type": f"{prefix}ResourceInUse", message: "The ID or Name specified is already in use."}
    client = AppImageConfigClient(Wire(Response(body, status=400)).client())
    with pytest.raises(ResourceInUseError) as caught:
        client.create(CONFIG)
    error = caught.value
    assert error.message == "The ID or Name specified is already in use."
    assert (error.code, error.http_status, error.request_id) == ("ResourceInUse", 400, "request-1")
    assert (error.app_image_config_name, error.operation_name) == ("image", "CreateAppImageConfig")
    assert type(error.__cause__).__name__ == "ResourceInUse"


def test_a_service_error_is_caught_as_a_client_error() -> None:
    client = AppImageConfigClient(Wire(refusal("ResourceNotFound", "It does not exist.")).client())
    with pytest.raises(ClientError) as caught:
        client.describe("image")
    assert caught.value.response.get("Error", {}).get("Code") == "ResourceNotFound"


def test_list_raises_the_error_of_a_later_page_after_the_items_before_it() -> None:
    pages = Wire(
        Response({**listed("a"), "NextToken": "1"}),
        refusal("ValidationException", "The token has expired."),
    )
    found = AppImageConfigClient(pages.client()).list()
    assert next(found).app_image_config_name == "a"
    with pytest.raises(RequestValidationError, match="The token has expired"):
        next(found)


@pytest.mark.usefixtures("no_sleep")
def test_a_conflict_after_a_retry_mentions_the_lost_response() -> None:
    """The first attempt may have created the config."""
    lost = Response({}, status=500)
    wire = Wire(lost, refusal("ResourceInUse", "The ID or Name specified is already in use."))
    config = Config(retries={"total_max_attempts": 3, "mode": "standard"})
    with pytest.raises(ResourceInUseError, match="earlier attempt whose response was lost") as caught:
        AppImageConfigClient(wire.client(config)).create(CONFIG)
    assert caught.value.retry_attempts == 1
    assert len(wire.sent) == 2


@pytest.mark.usefixtures("no_sleep")
def test_throttling_is_retried_by_botocore_and_then_raised() -> None:
    wire = Wire(refusal("ThrottlingException", "Rate exceeded"))
    config = Config(retries={"total_max_attempts": 4, "mode": "standard"})
    with pytest.raises(ThrottlingError, match="Rate exceeded") as caught:
        AppImageConfigClient(wire.client(config)).describe("image")
    assert caught.value.retry_attempts == 3
    assert len(wire.sent) == 4


def test_an_unknown_error_code_raises_a_plain_service_error() -> None:
    client = AppImageConfigClient(Wire(Response({"__type": "InternalFailure"}, status=500)).client(NO_RETRIES))
    with pytest.raises(ServiceError) as caught:
        client.describe("image")
    assert type(caught.value) is ServiceError
    assert (caught.value.code, caught.value.http_status) == ("InternalFailure", 500)


def test_errors_of_botocore_pass_through_unchanged() -> None:
    sagemaker = Wire().client()

    def fail(**_: Any) -> None:
        raise EndpointConnectionError(endpoint_url="https://sagemaker.example")

    sagemaker.meta.events.register_first("before-send.sagemaker", fail)
    sagemaker.meta.events.unregister("needs-retry.sagemaker", unique_id="retry-config-sagemaker")
    with pytest.raises(EndpointConnectionError):
        AppImageConfigClient(sagemaker).describe("image")


WITH_ARN_IN_RESPONSE: list[Call] = [
    lambda client: client.create(CONFIG),
    lambda client: client.update(CONFIG),
    lambda client: client.describe("image"),
    lambda client: client.ensure(CONFIG),
    lambda client: list(client.list()),
    lambda client: client.plan([CONFIG]),
]


def test_tags_that_are_a_string_are_refused() -> None:
    """Only a hand-written fake returns them."""
    sagemaker = MagicMock()
    sagemaker.get_paginator.return_value.paginate.return_value = [{"Tags": "team"}]
    with pytest.raises(InvalidAppImageConfigError, match=r"^invalid response: Tags: must be a list, not a string"):
        AppImageConfigClient(sagemaker).list_tags(ARN)


@pytest.mark.parametrize("call", WITH_ARN_IN_RESPONSE)
def test_a_response_without_an_arn_is_an_error(call: Call) -> None:
    """Only stubs omit it."""
    wire = Wire(Response({"AppImageConfigs": [{"AppImageConfigName": "image"}]}))
    with pytest.raises(InvalidAppImageConfigError) as caught:
        call(AppImageConfigClient(wire.client()))
    assert str(caught.value) == (
        "invalid response: "
        "AppImageConfigArn: required member is missing; if the client is stubbed, add it to the response"
    )


INCOMPLETE: list[tuple[Call, str]] = [
    (lambda client: list(client.list()), "AppImageConfigs"),
    (lambda client: client.plan([CONFIG]), "AppImageConfigs"),
    (lambda client: client.list_tags(ARN), "Tags"),
]


@pytest.mark.parametrize(("call", "member"), INCOMPLETE)
def test_a_page_without_its_list_is_an_error(call: Call, member: str) -> None:
    """It is not a response of the service."""
    wire = Wire(Response({"AppImageConfigArn": ARN}))
    with pytest.raises(InvalidAppImageConfigError) as caught:
        call(AppImageConfigClient(wire.client()))
    assert str(caught.value) == (
        f"invalid response: {member}: required member is missing; if the client is stubbed, add it to the response"
    )


@pytest.mark.parametrize(("call", "operation"), EVERY_CALL, ids=[operation for _, operation in EVERY_CALL])
def test_a_successful_response_that_is_not_json_is_an_error(
    call: Call, operation: str, caplog: pytest.LogCaptureFixture
) -> None:
    """A proxy may respond in place of the service. botocore reads the page as a response without members."""
    caplog.set_level(logging.INFO, "appimageconfig")
    page = attrs.evolve(SUCCESS, headers={"Content-Type": "text/html; charset=utf-8"})
    wire = Wire(page)
    with pytest.raises(InvalidAppImageConfigError) as caught:
        call(AppImageConfigClient(wire.client()))
    assert str(caught.value) == (
        "invalid response: its content type is 'text/html; charset=utf-8', not JSON; "
        "check the endpoint, and the proxies on the way to it"
    )
    assert [sent.target for sent in wire.sent] == [f"SageMaker.{operation}"]
    assert caplog.records == []


DESCRIBED = {"AppImageConfigName": "image", "AppImageConfigArn": ARN}
DESCRIBE: Call = lambda client: client.describe("image")  # noqa: E731 - like those in the lists
LIST: Call = lambda client: list(client.list())  # noqa: E731
LIST_TAGS: Call = lambda client: client.list_tags(ARN)  # noqa: E731
CREATE: Call = lambda client: client.create(CONFIG)  # noqa: E731
CHECK_THE_ENDPOINT = "check the endpoint, and the proxies on the way to it"
UNREADABLE: list[tuple[Call, Any, str]] = [
    *((call, body, f"it cannot be read (AttributeError); {CHECK_THE_ENDPOINT}")
      for call in (DESCRIBE, LIST) for body in ([1, 2], None, 5)),
    (DESCRIBE, {**DESCRIBED, "CreationTime": "x"}, f"it cannot be read (ValueError); {CHECK_THE_ENDPOINT}"),
    (DESCRIBE, {**DESCRIBED, "KernelGatewayImageConfig": {"KernelSpecs": 5}},
     f"it cannot be read (TypeError); {CHECK_THE_ENDPOINT}"),
    (DESCRIBE, {**DESCRIBED, "AppImageConfigName": 5},
     "AppImageConfigName: must be a string, not an integer; write it in quotes"),
    (CREATE, {"AppImageConfigArn": {}}, "AppImageConfigArn: must be a string, not a map"),
    (LIST, {"AppImageConfigs": [None]}, "AppImageConfigs[0]: must be a map, not null"),
    (LIST_TAGS, {"Tags": [{"Key": "a"}]},
     "Value: required member is missing; if the client is stubbed, add it to the response"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "body", "message"), UNREADABLE)
def test_a_response_of_another_form_is_an_error(call: Call, body: Any, message: str) -> None:
    """The parser of botocore fails with the errors of Python that it causes, or returns what it is."""
    with pytest.raises(InvalidAppImageConfigError) as caught:
        call(AppImageConfigClient(Wire(Response(body)).client()))
    assert str(caught.value) == f"invalid response: {message}"


def test_an_error_of_an_event_handler_passes_through() -> None:
    """It is not one of the response."""
    client = Wire().client()

    def fail(**_: object) -> None:
        raise ZeroDivisionError

    client.meta.events.register("before-send.sagemaker", fail)
    for call, _ in EVERY_CALL:
        with pytest.raises(ZeroDivisionError):
            call(AppImageConfigClient(client))


def test_a_list_of_another_type_in_a_fake_response_is_an_error() -> None:
    fake = MagicMock()
    fake.get_paginator().paginate.return_value = [{"AppImageConfigs": 5}]
    with pytest.raises(InvalidAppImageConfigError, match="AppImageConfigs: must be a list, not an integer"):
        list(AppImageConfigClient(fake).list())


@pytest.mark.parametrize("content_type", ["application/x-amz-json-1.1", "Application/JSON"])
def test_a_response_that_is_json_is_accepted(content_type: str) -> None:
    for call, _ in EVERY_CALL:
        call(AppImageConfigClient(Wire(attrs.evolve(SUCCESS, headers={"Content-Type": content_type})).client()))


@pytest.mark.parametrize("response", [None, {}, {"ResponseMetadata": {}}, {"ResponseMetadata": {"HTTPHeaders": None}}])
def test_a_fake_response_without_headers_is_accepted(response: Any) -> None:
    AppImageConfigClient(MagicMock(delete_app_image_config=MagicMock(return_value=response))).delete("image")


def test_describe_fills_in_the_name_that_a_stubbed_response_lacks() -> None:
    """It does not replace one that the response has."""
    wire = Wire(
        Response({"AppImageConfigArn": ARN}), Response({"AppImageConfigArn": ARN, "AppImageConfigName": "other"})
    )
    client = AppImageConfigClient(wire.client())
    assert client.describe("image").app_image_config_name == "image"
    assert client.describe("image").app_image_config_name == "other"


def test_a_mock_without_responses_is_reported_like_a_stubbed_client() -> None:
    client = AppImageConfigClient(MagicMock())
    with pytest.raises(InvalidAppImageConfigError, match="AppImageConfigArn: required member is missing"):
        client.describe("image")
    mock = MagicMock()
    mock.describe_app_image_config.return_value = {"AppImageConfigArn": ARN}
    assert AppImageConfigClient(mock).describe("image").app_image_config_arn == ARN


def test_a_passed_client_is_used_unchanged() -> None:
    """No event handler is added to it, and it is not rebuilt."""
    sagemaker = Wire(Response({"AppImageConfigArn": ARN})).client()
    attributes: dict[str, Any] = {**sagemaker.__dict__}
    user_agent = sagemaker.meta.config.user_agent_extra
    client = AppImageConfigClient(sagemaker)
    client.create(CONFIG)
    assert client.sagemaker is sagemaker
    assert vars(sagemaker) == attributes
    assert sagemaker.meta.config.user_agent_extra == user_agent


def test_a_client_and_arguments_to_build_one_exclude_each_other() -> None:
    with pytest.raises(
        TypeError,
        match=r"^sagemaker is a complete client, so region_name, config would be ignored; pass one or the other$",
    ):
        AppImageConfigClient(Wire().client(), region_name="eu-west-1", config=Config())


async def wait() -> None:
    """Be the methods of aiobotocore's client."""


NOT_CLIENTS: list[tuple[Callable[[], object], str]] = [
    (lambda: "eu-west-1", "a string; to choose the region, pass region_name='eu-west-1'"),
    (wire.session, "an object of type Session; pass a session as session=..."),
    (InMemorySageMaker, "an object of type InMemorySageMaker; call its .client(), and pass the result"),
    (lambda: InMemorySageMaker, "the class InMemorySageMaker; make one with boto3.client('sagemaker')"),
    (
        lambda: wire.session().client("sts"),
        "an object of type STS; make one with boto3.client('sagemaker')",
    ),
    (botocore.session.Session, "an object of type Session; make one with boto3.client('sagemaker')"),
    (AppImageConfigClient, "an object of type AppImageConfigClient; make one with boto3.client('sagemaker')"),
    (lambda: MagicMock(spec=["list_tags"]), "an object of type MagicMock; make one with boto3.client('sagemaker')"),
    (
        lambda: SimpleNamespace(**dict.fromkeys(map(xform_name, get_args(OperationName)), wait)),
        "an asynchronous client; make one with boto3.client('sagemaker'), and call the methods with asyncio.to_thread",
    ),
    (lambda: 0, "an object of type int; make one with boto3.client('sagemaker')"),
]


@pytest.mark.parametrize(("make", "found"), NOT_CLIENTS, ids=[found for _, found in NOT_CLIENTS])
def test_an_object_that_is_not_a_sagemaker_client_is_refused_at_once(make: Callable[[], object], found: str) -> None:
    with pytest.raises(TypeError) as caught:
        AppImageConfigClient(make())
    assert str(caught.value) == f"sagemaker must be a boto3 SageMaker client, not {found}"


@pytest.mark.parametrize("operation", get_args(OperationName))
def test_an_object_without_one_of_the_operations_is_refused(operation: str) -> None:
    sagemaker = MagicMock(**{xform_name(operation): None})
    with pytest.raises(TypeError, match="not an object of type MagicMock"):
        AppImageConfigClient(sagemaker)


def test_a_repr_has_the_region_and_the_endpoint_as_far_as_they_are_known() -> None:
    """It does not build the boto3 client."""
    endpoint = "https://sagemaker.example"
    assert repr(AppImageConfigClient()) == "AppImageConfigClient(region_name=None, endpoint_url=None)"
    assert repr(AppImageConfigClient(region_name="eu-west-3", endpoint_url=endpoint)) == (
        "AppImageConfigClient(region_name='eu-west-3', endpoint_url='https://sagemaker.example')"
    )
    client = AppImageConfigClient(session=wire.session())
    assert repr(client) == "AppImageConfigClient(region_name='eu-west-1', endpoint_url=None)"
    assert repr(AppImageConfigClient(session=wire.session(), region_name="us-west-2")) == (
        "AppImageConfigClient(region_name='us-west-2', endpoint_url=None)"
    )
    built = (
        "AppImageConfigClient(region_name='eu-west-1', endpoint_url='https://api.sagemaker.eu-west-1.amazonaws.com')"
    )
    assert client.sagemaker
    assert repr(client) == repr(AppImageConfigClient(wire.session().client("sagemaker"))) == built


CHANGES: list[tuple[Call, list[str]]] = [
    (lambda client: client.create(CONFIG), ["Created AppImageConfig 'image'"]),
    (lambda client: client.update(CONFIG), ["Updated AppImageConfig 'image'"]),
    (lambda client: client.delete("image"), ["Deleted AppImageConfig 'image'"]),
    (lambda client: client.add_tags(ARN, {"team": "ml"}), [f"Added tags to {ARN!r}"]),
    (lambda client: client.delete_tags(ARN, ["team"]), [f"Deleted tags of {ARN!r}"]),
    (lambda client: client.describe("image"), []),
    (lambda client: list(client.list()), []),
    (lambda client: client.list_tags(ARN), []),
]


@pytest.mark.parametrize(("call", "records"), CHANGES)
def test_each_change_is_one_info_record(call: Call, records: list[str], caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "appimageconfig")
    call(AppImageConfigClient(Wire(SUCCESS).client()))
    assert caplog.messages == records


@pytest.mark.parametrize(("call", "_"), CHANGES)
def test_a_change_that_was_not_made_has_no_record(call: Call, _: object, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "appimageconfig")
    with pytest.raises(ServiceError):
        call(AppImageConfigClient(Wire(refusal("ResourceNotFound")).client()))
    AppImageConfigClient(Wire(refusal("ResourceNotFound")).client()).delete("image", missing_ok=True)
    assert caplog.records == []


SUBJECTS: dict[str, str] = {
    "CreateAppImageConfig": " of 'image'",
    "DescribeAppImageConfig": " of 'image'",
    "UpdateAppImageConfig": " of 'image'",
    "DeleteAppImageConfig": " of 'image'",
    "ListAppImageConfigs": "",
    "ListTags": f" of {ARN!r}",
    "AddTags": f" of {ARN!r}",
    "DeleteTags": f" of {ARN!r}",
}


@pytest.mark.parametrize(("call", "operation"), EVERY_CALL, ids=[operation for _, operation in EVERY_CALL])
def test_the_debug_log_has_the_operation_its_subject_and_the_code_of_an_error(
    call: Call, operation: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The error of a tag operation names the config of the ARN."""
    caplog.set_level(logging.DEBUG, "appimageconfig")
    with pytest.raises(ServiceError) as caught:
        call(AppImageConfigClient(Wire(refusal("AccessDeniedException")).client()))
    subject = SUBJECTS[operation]
    assert caplog.messages == [f"{operation}{subject}", f"{operation}{subject} failed: AccessDeniedException"]
    assert caught.value.app_image_config_name == ("image" if subject else None)


def test_the_error_about_tags_of_another_resource_names_no_config() -> None:
    client = AppImageConfigClient(Wire(refusal("AccessDeniedException")).client())
    for resource in ("image/team", "domain/d-123", "app-image-config"):
        with pytest.raises(ServiceError) as caught:
            client.list_tags(f"arn:aws:sagemaker:eu-west-1:123456789012:{resource}")
        assert caught.value.app_image_config_name is None


def built(client: AppImageConfigClient, wire: Wire) -> Any:
    """Return the boto3 client that *client* builds, connected to *wire*."""
    sagemaker: Any = client.sagemaker
    sagemaker.meta.events.register_first("before-send.sagemaker", wire.respond)
    return sagemaker


def test_a_client_is_built_from_session_region_endpoint_and_config() -> None:
    """The user agent names this library after what the config adds to it."""
    wire_ = Wire(Response({"AppImageConfigArn": ARN}))
    client = AppImageConfigClient(
        session=wire.session(),
        region_name="us-west-2",
        endpoint_url="https://sagemaker.example",
        config=Config(user_agent_extra="deploy/7", connect_timeout=3, retries={"total_max_attempts": 2}),
    )
    sagemaker = built(client, wire_)
    assert client.create(CONFIG) == ARN
    assert wire_.sent[0].url == "https://sagemaker.example/"
    assert "deploy/7 appimageconfig/" in wire_.sent[0].user_agent
    configured: Any = sagemaker.meta.config
    assert (sagemaker.meta.region_name, configured.connect_timeout) == ("us-west-2", 3)
    assert configured.retries["total_max_attempts"] == 2


def test_a_client_is_built_once_at_the_first_call() -> None:
    """Also if many threads make the first call."""
    wire_ = Wire(Response({"AppImageConfigArn": ARN}))
    built_sessions: list[str] = []

    class Session(boto3.Session):
        def client(self, service_name: str, **arguments: Any) -> Any:  # type: ignore[override]
            built_sessions.append(service_name)
            sagemaker = wire.session().client(service_name, **arguments)
            sagemaker.meta.events.register_first("before-send.sagemaker", wire_.respond)
            return sagemaker

    client = AppImageConfigClient(session=Session())
    assert built_sessions == []
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(client.create, [CONFIG] * 8)) == {ARN}
    assert built_sessions == ["sagemaker"]
    assert "appimageconfig/" in wire_.sent[0].user_agent


@needs_fork
def test_a_process_that_is_forked_while_a_client_is_built_can_build_one(tmp_path: Path) -> None:
    """In the child, the thread that builds it is gone. The thread that builds it may fork, too."""
    program = """
import os, signal, threading, time
import boto3
from appimageconfig import AppImageConfigClient

class Session(boto3.Session):
    def client(self, *arguments, **options):
        building.set()
        time.sleep(0.5)
        return super().client(*arguments, **options)

class ForkingSession(boto3.Session):
    def client(self, *arguments, **options):
        children.append(os.fork())
        return super().client(*arguments, **options)

building, children = threading.Event(), []
client = AppImageConfigClient(session=Session("a", "b", region_name="eu-west-1"))
thread = threading.Thread(target=lambda: client.sagemaker)
thread.start()
building.wait()
children.append(os.fork())
signal.alarm(100)
assert client.sagemaker
if children[0]:
    thread.join()
    assert AppImageConfigClient(session=ForkingSession("a", "b", region_name="eu-west-1")).sagemaker
    if all(children):
        assert [os.waitpid(child, 0)[1] for child in children] == [0, 0]
"""
    command = [sys.executable, "-W", "ignore", "-c", program]
    # On macOS, a forked process must not ask the system for its proxies.
    environment = {**os.environ, "no_proxy": "*"}
    run = subprocess.run(
        command, check=False, capture_output=True, text=True, cwd=tmp_path, env=environment, timeout=200
    )
    assert (run.returncode, run.stderr) == (0, "")


def test_a_client_is_built_from_the_default_session(monkeypatch: pytest.MonkeyPatch) -> None:
    """As ``boto3.setup_default_session`` sets it."""
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", wire.session())
    sagemaker: Any = AppImageConfigClient().sagemaker
    assert sagemaker.meta.region_name == "eu-west-1"


def test_a_missing_region_or_missing_credentials_raise_botocores_error() -> None:
    with pytest.raises(NoRegionError):
        AppImageConfigClient(session=boto3.Session(botocore_session=botocore.session.Session())).describe("image")
    with pytest.raises(NoCredentialsError):
        AppImageConfigClient(session=boto3.Session(region_name="eu-west-1")).describe("image")


def test_a_member_that_the_request_does_not_have_is_not_sent() -> None:
    """Botocore would refuse it."""
    names = {"AppImageConfigName": "image", "AppImageConfigArn": ARN}
    config = from_response({**names, "JupyterLabAppImageConfig": {}, "Status": "InService"})
    wire = Wire(Response({"AppImageConfigArn": ARN}))
    client = AppImageConfigClient(wire.client())
    client.update(config.to_config())
    client.create(config.to_config())
    expected: dict[str, Any] = {"AppImageConfigName": "image", "JupyterLabAppImageConfig": {}}
    assert [sent.members for sent in wire.sent] == [expected, expected]


@pytest.mark.parametrize(
    ("what", "sentence"),
    [
        (REQUEST, "^expected an AppImageConfig, got dict; read it with from_request$"),
        (
            from_response({"AppImageConfigName": "image", "AppImageConfigArn": ARN}),
            r"^expected an AppImageConfig, got AppImageConfigDetails; call its to_config\(\)$",
        ),
        ("image", "^expected an AppImageConfig, got str$"),
    ],
)
def test_an_argument_that_is_not_a_config_is_a_type_error_with_a_hint(what: Any, sentence: str) -> None:
    client = AppImageConfigClient()
    for call in (client.create, client.update, client.ensure, to_request):
        with pytest.raises(TypeError, match=sentence):
            call(what)


TIMES = [
    *(0, 1767225600, 1767225600.125, -1.5, 1e10, "1767225600", "1767225600.5", "-3"),
    *("2026-01-01T00:00:00Z", "2026-01-01T02:00:00+02:00", "20260101T000000Z", "Thu, 01 Jan 2026 00:00:00 GMT"),
]


@cache
def built_here() -> Any:
    """Return the boto3 client of a client that was built here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ACCESS_KEY_ID", "test")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "test")
        return AppImageConfigClient(region_name="eu-west-1").sagemaker


@cache
def built_by_boto3() -> Any:
    """Return a boto3 client with botocore's own parsers."""
    return wire.session().client("sagemaker")


def time_read_by(sagemaker: Any, value: object) -> Any:
    """Return the time of a response with *value*, or the class of the error."""
    with Wire(Response({"CreationTime": value})).on(sagemaker):
        try:
            return sagemaker.describe_app_image_config(AppImageConfigName="a")["CreationTime"]
        except (ValueError, OverflowError, RuntimeError, TypeError) as error:
            return type(error)


@pytest.fixture
def zone(request: pytest.FixtureRequest) -> Iterator[None]:
    """Set the local time zone."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", request.param)
        time.tzset()
        yield
    time.tzset()


@needs_time_zones
@pytest.mark.usefixtures("zone")
@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "America/St_Johns"], indirect=True)
def test_a_client_that_is_built_here_reads_times_as_boto3_does() -> None:
    """By a faster parser: numbers, which the service returns, in UTC."""
    for value in TIMES:
        found = time_read_by(built_here(), value)
        assert found.timestamp() == time_read_by(built_by_boto3(), value).timestamp()
        assert isinstance(value, str) or found.tzinfo is UTC


numbers = (
    st.integers(-(10**20), 10**20) | st.floats(-1e20, 1e20) | st.sampled_from([float("nan"), float("inf"), 10**400])
)


@given(value=numbers | st.text("0123456789.:-+eETZ ", max_size=25))
def test_any_time_is_read_as_boto3_reads_it(value: float | str) -> None:
    """And what boto3 does not read is not read."""
    ours, theirs = (time_read_by(client, value) for client in (built_here(), built_by_boto3()))
    if isinstance(theirs, type):
        assert ours is theirs or ours.year in {1, 9999}  # within the calendar in UTC, and beyond it in the local zone
    else:
        assert ours.timestamp() == theirs.timestamp()
