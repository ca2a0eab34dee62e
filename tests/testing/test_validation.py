"""Validation of requests by the SageMaker in memory: the service model's verdict in the service's words."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.model import ServiceModel
from hypothesis import given
from judge import structures, violating_paths
from service_model import description
from strategies import app_image_configs

from appimageconfig import from_request, to_request
from appimageconfig.testing.validation import WrongTypeError, validated

MODEL: Any = ServiceModel(description(), "sagemaker")
CREATE: Any = MODEL.operation_model("CreateAppImageConfig").input_shape
LIST: Any = MODEL.operation_model("ListAppImageConfigs").input_shape


def container(**members: Any) -> dict[str, Any]:
    """Return a request with a container."""
    return {"AppImageConfigName": "a", "JupyterLabAppImageConfig": {"ContainerConfig": members}}


@pytest.mark.parametrize(
    ("request_", "path", "what"),
    [
        (
            {"AppImageConfigName": "A-" * 40 + "a"},
            "appImageConfigName",
            "Member must have length less than or equal to 63",
        ),
        ({}, "appImageConfigName", "Member must not be null"),
        (
            {"AppImageConfigName": "a", "Tags": [{"Key": "", "Value": ""}]},
            "tags.1.member.key",
            "Member must have length greater than or equal to 1",
        ),
        (
            {"AppImageConfigName": "a", "Tags": [{"Key": "a\u0301", "Value": ""}]},
            "tags.1.member.key",
            r"Member must satisfy regular expression pattern: ([\p{L}\p{Z}\p{N}_.:/=+\-@]*)",
        ),
        (
            {"AppImageConfigName": "a", "CodeEditorAppImageConfig": {"FileSystemConfig": {"DefaultUid": 65536}}},
            "codeEditorAppImageConfig.fileSystemConfig.defaultUid",
            "Member must have value less than or equal to 65535",
        ),
        (
            container(ContainerEnvironmentVariables={"A": "x" * 257}),
            "jupyterLabAppImageConfig.containerConfig.containerEnvironmentVariables.A.member",
            "Member must have length less than or equal to 256",
        ),
        (
            container(ContainerEnvironmentVariables={"k" * 257: ""}),
            f"jupyterLabAppImageConfig.containerConfig.containerEnvironmentVariables.{'k' * 257}.key",
            "Member must have length less than or equal to 256",
        ),
        (
            container(ContainerArguments=["a"] * 51),
            "jupyterLabAppImageConfig.containerConfig.containerArguments",
            "Member must have length less than or equal to 50",
        ),
    ],
)
def test_a_violation_is_reported_in_the_services_words(request_: dict[str, Any], path: str, what: str) -> None:
    """With a path in lower camel case, and indexes from one."""
    _, (failure,) = validated(CREATE, request_)
    # Models before botocore 1.38.14 write the anchors.
    found = failure.replace("pattern: ^", "pattern: ").removesuffix("$")
    assert found == f"Value at '{path}' failed to satisfy constraint: {what}"


def test_a_violation_of_an_enum_lists_the_values() -> None:
    assert validated(LIST, {"SortOrder": "Up"})[1] == [
        "Value at 'sortOrder' failed to satisfy constraint: Member must satisfy enum value set: [Ascending, Descending]"
    ]


@pytest.mark.parametrize(
    ("request_", "path"),
    [
        ({"AppImageConfigName": 5}, "appImageConfigName"),
        ({"Tags": {"a": "b"}}, "tags"),
        (container(ContainerEnvironmentVariables={5: "A"}), "jupyterLabAppImageConfig.containerConfig.containerEnv"),
        (container(ContainerEnvironmentVariables=["A"]), "jupyterLabAppImageConfig.containerConfig.containerEnv"),
        ({"CodeEditorAppImageConfig": {"FileSystemConfig": {"DefaultUid": True}}}, "codeEditorAppImageConfig.file"),
    ],
)
def test_a_wrong_type_cannot_be_read(request_: dict[str, Any], path: str) -> None:
    """No constraint is checked then."""
    with pytest.raises(WrongTypeError, match=f"Value at '{path}.*cannot be read as"):
        validated(CREATE, request_)


def test_unknown_and_null_members_are_left_out() -> None:
    """AWS services read JSON in this way."""
    request: dict[str, Any] = {
        "AppImageConfigName": "a",
        "New": 1,
        "Tags": None,
        "CodeEditorAppImageConfig": {"New": {}},
    }
    assert validated(CREATE, request) == ({"AppImageConfigName": "a", "CodeEditorAppImageConfig": {}}, [])


@given(structures(CREATE))
def test_validation_agrees_with_the_judge(request: dict[str, Any]) -> None:
    """And with from_request by way of the judge: the three share no code."""
    legal = not violating_paths(CREATE, request)
    members: dict[str, Any]
    try:
        members, failures = validated(CREATE, request)
        failed = bool(failures)
    except WrongTypeError:
        failed, members = True, {}
    if legal:
        assert not failed
        from_request(members)
    elif members == request:
        # Either a constraint is violated or a tag key is a duplicate, which only the documentation forbids.
        keys = [tag.get("Key") for tag in request.get("Tags", [])]
        assert failed or len(keys) != len(set(keys))


@given(app_image_configs)
def test_the_request_of_every_valid_config_passes(config: Any) -> None:
    request = to_request(config)
    assert validated(CREATE, request) == (request, [])
