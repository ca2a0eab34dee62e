"""The requests of the operations, compared with the service model of the installed botocore."""

from __future__ import annotations

import inspect
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, get_args

import attrs
import pytest
import wire

from appimageconfig import AppImageConfigClient, InvalidAppImageConfigError, operations
from appimageconfig._converter import request_members
from appimageconfig._paths import member_name
from appimageconfig.testing import SageMakerStubber

if TYPE_CHECKING:
    from collections.abc import Mapping

ARN = "arn:aws:sagemaker:eu-west-1:123456789012:app-image-config/image"
MODEL: Any = wire.session().client("sagemaker").meta.service_model
REQUESTS: list[tuple[str, Any]] = [
    ("DescribeAppImageConfig", operations.DescribeAppImageConfigRequest),
    ("DeleteAppImageConfig", operations.DeleteAppImageConfigRequest),
    ("ListAppImageConfigs", operations.ListAppImageConfigsRequest),
    ("AddTags", operations.AddTagsInput),
    ("ListTags", operations.ListTagsInput),
    ("DeleteTags", operations.DeleteTagsInput),
]


@pytest.mark.parametrize(("operation", "request_class"), REQUESTS)
def test_a_request_has_the_name_and_members_of_its_shape(operation: str, request_class: Any) -> None:
    shape = MODEL.operation_model(operation).input_shape
    fields: Mapping[str, Any] = {member_name(field.name): field for field in attrs.fields(request_class)}
    assert request_class.__name__ == shape.name
    assert fields.keys() == shape.members.keys()
    assert {name for name, field in fields.items() if field.default is attrs.NOTHING} == set(shape.required_members)


@pytest.mark.parametrize("method", [AppImageConfigClient.list, SageMakerStubber.add_list])
def test_every_member_of_the_request_to_list_is_a_parameter(method: Any) -> None:
    """Except the size and the token of a page."""
    fields = {field.name for field in attrs.fields(operations.ListAppImageConfigsRequest)}
    assert fields - {"max_results", "next_token"} <= inspect.signature(method).parameters.keys()


def test_a_request_leaves_out_none_and_has_tags_as_a_list() -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    assert request_members(operations.ListAppImageConfigsRequest()) == {}
    assert request_members(operations.ListAppImageConfigsRequest(max_results=5, creation_time_after=now)) == {
        "MaxResults": 5,
        "CreationTimeAfter": now,
    }
    assert request_members(operations.AddTagsInput(resource_arn=ARN, tags={"k": ""})) == {
        "ResourceArn": ARN,
        "Tags": [{"Key": "k", "Value": ""}],
    }
    assert request_members(operations.DeleteTagsInput(resource_arn=ARN, tag_keys=["k"])) == {
        "ResourceArn": ARN,
        "TagKeys": ["k"],
    }


def test_the_keys_of_a_set_are_sorted() -> None:
    """So that equal sets make equal requests, although they may iterate in different orders."""
    keys = ["team", "stage", "owner", "env"]
    for unordered in (set(keys), frozenset(keys), dict.fromkeys(keys).keys()):
        request = operations.DeleteTagsInput(resource_arn=ARN, tag_keys=unordered)
        assert request.tag_keys == ("env", "owner", "stage", "team")


@pytest.mark.parametrize(
    ("keys", "reason"),
    [
        ("team", "keys: must be a list, not a string; write a list with the string as its only item"),
        ({"team": "ml"}, "keys: must be a list, not a map"),
        ({"team", 5}, "keys[0]: must be a string, not an integer; write it in quotes"),
    ],
)
def test_delete_tags_refuses_keys_that_are_a_string_or_a_map(keys: Any, reason: str) -> None:
    with pytest.raises(InvalidAppImageConfigError) as caught:
        operations.DeleteTagsInput(resource_arn=ARN, tag_keys=keys)
    assert [str(violation) for violation in caught.value.violations] == [reason]


def test_the_operation_names_are_those_of_the_service_model() -> None:
    """All that have AppImageConfig in their name, and the operations on tags."""
    about_configs = {name for name in MODEL.operation_names if "AppImageConfig" in name}
    assert {*get_args(operations.OperationName)} == about_configs | {"AddTags", "ListTags", "DeleteTags"}


def test_the_size_of_a_page_and_its_token_are_checked() -> None:
    with pytest.raises(InvalidAppImageConfigError) as caught:
        operations.ListAppImageConfigsRequest(max_results=101, next_token="\n")  # noqa: S106 - of a page
    assert [violation.path for violation in caught.value.violations] == ["max_results", "next_token"]
    with pytest.raises(InvalidAppImageConfigError, match="max_results: is 49; the minimum is 50"):
        operations.ListTagsInput(resource_arn=ARN, max_results=49)
