"""The requests of the operations, held against the service model of the installed botocore."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import attrs
import pytest
import wire

from appimageconfig import InvalidAppImageConfigError, operations
from appimageconfig._constraints import member_name
from appimageconfig.serialization import request_members

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
def test_a_request_has_the_name_and_the_members_of_its_shape(operation: str, request_class: Any) -> None:
    """All of them, and required where the model requires them."""
    shape = MODEL.operation_model(operation).input_shape
    fields: Mapping[str, Any] = {member_name(field.name): field for field in attrs.fields(request_class)}
    assert request_class.__name__ == shape.name
    assert fields.keys() == shape.members.keys()
    assert {name for name, field in fields.items() if field.default is attrs.NOTHING} == set(shape.required_members)


def test_what_is_none_is_left_out_and_tags_become_a_list() -> None:
    """As in every structure."""
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


def test_a_page_has_the_size_that_the_model_allows() -> None:
    """One to 100 configs, at least 50 tags, and a token of one line."""
    with pytest.raises(InvalidAppImageConfigError) as caught:
        operations.ListAppImageConfigsRequest(max_results=101, next_token="\n")  # noqa: S106 - of a page
    assert [fault.path for fault in caught.value.violations] == ["MaxResults", "NextToken"]
    with pytest.raises(InvalidAppImageConfigError, match="MaxResults: is 49, minimum 50"):
        operations.ListTagsInput(resource_arn=ARN, max_results=49)
