"""Checks of requests and of arguments; and the agreement with an independent judge that knows only botocore's model."""

from __future__ import annotations

from collections import defaultdict
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pytest
from botocore.model import ServiceModel
from hypothesis import event, given
from judge import matches, structures, violating_paths
from service_model import description
from wire import Response, Wire

from appimageconfig import (
    AppImageConfig,
    AppImageConfigClient,
    ContainerConfig,
    InvalidAppImageConfigError,
    KernelSpec,
    from_request,
    from_response,
    to_request,
)

if TYPE_CHECKING:
    from collections.abc import Callable

CREATE: Any = ServiceModel(description(), "sagemaker").operation_model("CreateAppImageConfig").input_shape


def violations(request: Any) -> list[str]:
    """Return the texts of the violations of *request*."""
    with pytest.raises(InvalidAppImageConfigError) as caught:
        from_request(request)
    return [str(violation) for violation in caught.value.violations]


INVALID: list[tuple[Any, list[str]]] = [
    ([], ["must be a map of the members of a request, not a list"]),
    ({}, ["AppImageConfigName: required member is missing"]),
    ({"AppImageConfigName": None}, ["AppImageConfigName: must be a string, not null"]),
    ({"AppImageConfigName": 5}, ["AppImageConfigName: must be a string, not an integer; write it in quotes"]),
    (
        {"AppImageConfigName": "a", "Tags": {"team": "ml"}},
        ['Tags: must be a list of maps with Key and Value, not a map; write [{"Key": "team", "Value": "ml"}]'],
    ),
    (
        {"AppImageConfigName": "a", "Tags": {}},
        ['Tags: must be a list of maps with Key and Value, not a map; write [{"Key": "team", "Value": "ml"}]'],
    ),
    (
        {"AppImageConfigName": "a", "Tags": [{"Key": "k", "Value": "v"}, {"Key": "k", "Value": "w"}]},
        ["Tags[1].Key: duplicate tag key; the first is at Tags[0]"],
    ),
    (
        {"AppImageConfigName": "a", "Tags": ["team", {"Key": "k"}, {"Key": "k", "Value": "v"}]},
        [
            "Tags[0]: must be a map of the members of Tag, not a string",
            "Tags[1].Value: required member is missing",
            "Tags[2].Key: duplicate tag key; the first is at Tags[1]",
        ],
    ),
    (
        {"AppImageConfigName": "a", "Tags": [{"Key": "k", "Value": "v", "ResourceId": "r"}]},
        ["Tags[0].ResourceId: unknown member 'ResourceId'; the members are Key, Value"],
    ),
    (
        {"AppImageConfigName": "a", "Tags": [{"Key": f"k{number}", "Value": ""} for number in range(51)]},
        ["Tags: has 51 tags; the maximum is 50"],
    ),
    (
        {"AppImageConfigName": "a", "Tags": [{"Key": "k", "Value": "v" * 257}]},
        ["Tags[0].Value: has 257 characters; the maximum is 256"],
    ),
    (
        {"AppImageConfigName": "a", "JupyterLabAppImageConfig": {"ContainerConfig": {"ContainerEntrypoint": "x"}}},
        [
            (
                "JupyterLabAppImageConfig.ContainerConfig.ContainerEntrypoint: must be a list, not a string; "
                "write a list with the string as its only item"
            )
        ],
    ),
    (
        {"AppImageConfigName": "a", "Tags": [{"Key": [], "Value": ""}, {"Key": 5, "Value": ""}] * 2},
        [
            "Tags[0].Key: must be a string, not a list",
            "Tags[1].Key: must be a string, not an integer; write it in quotes",
            "Tags[2].Key: must be a string, not a list",
            "Tags[3].Key: must be a string, not an integer; write it in quotes",
        ],
    ),
    (
        {"AppImageConfigName": "a", "KernelGatewayImageConfig": {"KernelSpecs": {"Name": "python3"}}},
        ["KernelGatewayImageConfig.KernelSpecs: must be a list, not a map"],
    ),
    (
        {"AppImageConfigName": "a", "KernelGatewayImageConfig": {"KernelSpecs": []}},
        ["KernelGatewayImageConfig.KernelSpecs: has 0 items; the minimum is 1"],
    ),
]


@pytest.mark.parametrize(("request_", "expected"), INVALID)
def test_a_wrong_type_or_a_missing_member_is_reported_with_its_path(request_: Any, expected: list[str]) -> None:

    assert violations(request_) == expected


TEXTS: list[Callable[[Any], object]] = [
    lambda text: KernelSpec(name=text),
    lambda text: ContainerConfig(container_arguments=["é", text]),
    lambda text: ContainerConfig(container_environment_variables={"A": "é", "B": text}),
]


@pytest.mark.parametrize("build", TEXTS)
@pytest.mark.parametrize("wrong", [None, "\ud83d"], ids=["None", "half of a surrogate pair"])
def test_what_is_not_a_text_is_refused_alone_and_among_others(
    build: Callable[[Any], object], wrong: str | None
) -> None:
    build("\U0001f40d")
    with pytest.raises(InvalidAppImageConfigError, match=r"must be a string, not null|half of a surrogate pair"):
        build(wrong)


@pytest.mark.parametrize("tag", [{"Key": "team"}, {"Key": "team", "ImageUri": "ml"}])
def test_a_mapping_with_a_default_does_not_get_the_members_that_a_tag_lacks(tag: dict[str, str]) -> None:
    with_default = defaultdict(str, tag)
    found = violations({"AppImageConfigName": "a", "Tags": [with_default]})
    assert "Tags[0].Value: required member is missing" in found
    assert found == violations({"AppImageConfigName": "a", "Tags": [tag]})
    assert with_default == tag


def test_a_tag_may_be_any_mapping() -> None:
    tags = [MappingProxyType({"Key": "team", "Value": "ml"}), {"Key": "stage", "Value": ""}]
    assert from_request({"AppImageConfigName": "a", "Tags": tags}).tags == {"team": "ml", "stage": ""}


@pytest.mark.parametrize("not_an_integer", ["0", True, 1.9, None, [0]])
def test_an_integer_is_not_coerced(not_an_integer: Any) -> None:
    request = {
        "AppImageConfigName": "a",
        "KernelGatewayImageConfig": {
            "KernelSpecs": [{"Name": "python3"}],
            "FileSystemConfig": {"DefaultUid": not_an_integer},
        },
    }
    (violation,) = violations(request)
    assert violation.startswith("KernelGatewayImageConfig.FileSystemConfig.DefaultUid: must be an integer, not ")


def test_all_violations_are_reported_in_the_order_of_the_document() -> None:
    """At any depth."""
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
    assert violations(request) == [
        (
            f"{variables}['NO_PROXY']: the value has 257 characters; the maximum is 256; "
            "set a longer value in the image, or split it into several variables"
        ),
        f"{variables}['']: the key must be a single line that is not blank (pattern (?!\\s*$).+)",
        f"{variables}['N']: the value must be a string, not an integer; write it in quotes",
        f"{arguments}[1]: must be a single line that is not blank (pattern (?!\\s*$).+)",
        f"{arguments}[2]: has 65 characters; the maximum is 64",
        (
            "JupyterLabAppImageConfig.ImageUri: unknown member 'ImageUri'; "
            "CreateImageVersion takes the image, and CustomImages in UpdateDomain attaches it to this config"
        ),
        "KernelGatewayImageConfig.KernelSpec: unknown member 'KernelSpec'; did you mean 'KernelSpecs'?",
        f"{files}.MountPath: must be an absolute path, which begins with a slash (pattern \\/.*)",
        f"{files}.DefaultGid: is -1; the minimum is 0",
        "KernelGatewayImageConfig.KernelSpecs: required member is missing",
        (
            r"AppImageConfigName: must consist of letters, digits and hyphens, without a hyphen at either end, "
            r"such as 'a-b' (pattern [a-zA-Z0-9](-*[a-zA-Z0-9]){0,62})"
        ),
    ]


@pytest.mark.parametrize(
    ("member", "hint"),
    [
        ("kernel_gateway_image_config", "did you mean 'KernelGatewayImageConfig'?"),
        ("tags", "did you mean 'Tags'?"),
        ("TAGS", "did you mean 'Tags'?"),
        (
            "Environment",
            (
                "the members are AppImageConfigName, Tags, KernelGatewayImageConfig, JupyterLabAppImageConfig, "
                "CodeEditorAppImageConfig"
            ),
        ),
    ],
)
def test_an_unknown_member_is_reported_with_the_nearest_name_or_all_of_them(member: str, hint: str) -> None:
    expected = f"{member}: unknown member {member!r}; {hint}"
    assert violations({"AppImageConfigName": "image", member: {}}) == [expected]


@pytest.mark.parametrize(
    ("members", "named"),
    [
        ({"AppImageConfigArn": "arn", "CreationTime": 0, "LastModifiedTime": 0}, None),
        ({"LastModifiedTime": None, "CreationTime": ""}, "CreationTime, LastModifiedTime"),
        ({"AppImageConfigArn": "arn", "ResponseMetadata": {}}, "AppImageConfigArn, ResponseMetadata"),
        ({"ResponseMetadata": {"HTTPStatusCode": 200}}, "ResponseMetadata"),
    ],
)
def test_a_response_is_one_violation_beside_those_of_its_other_members(
    members: dict[str, Any], named: str | None
) -> None:
    response: dict[str, Any] = {"AppImageConfigName": "a", "Tag": [], **members}
    assert violations(response) == [
        (
            f"is a response of DescribeAppImageConfig, not a request: it has {named or ', '.join(members)}; write "
            "request files with appimageconfig export, or read the response with from_response and call to_config() "
            "on the result"
        ),
        "Tag: unknown member 'Tag'; did you mean 'Tags'?",
    ]
    assert len(response) == len(members) + 2


def test_a_member_name_that_is_not_a_string_is_unknown() -> None:
    (violation,) = violations({"AppImageConfigName": "image", "CodeEditorAppImageConfig": {0: ""}})
    assert violation.startswith("CodeEditorAppImageConfig.0: unknown member 0; the members are FileSystemConfig, ")


def test_duplicate_names_in_a_list_of_configs_are_all_reported() -> None:
    configs = [AppImageConfig(app_image_config_name=name) for name in ("a", "b", "a", "b", "a")]
    with pytest.raises(InvalidAppImageConfigError) as caught:
        AppImageConfigClient().plan(configs)
    assert str(caught.value) == (
        "invalid list of configs:\n"
        "  [2].app_image_config_name: duplicate name 'a'; the first is at [0]\n"
        "  [3].app_image_config_name: duplicate name 'b'; the first is at [1]\n"
        "  [4].app_image_config_name: duplicate name 'a'; the first is at [0]"
    )


def test_a_single_config_is_refused_for_a_list_of_configs() -> None:
    config: Any = AppImageConfig(app_image_config_name="a")
    with pytest.raises(
        TypeError, match=r"^expected an iterable of AppImageConfig, got a single AppImageConfig; put it into a list$"
    ):
        AppImageConfigClient().plan(config)


def test_update_accepts_an_app_config_that_this_version_does_not_know() -> None:
    config = from_response(
        {"AppImageConfigName": "image", "AppImageConfigArn": "arn", "StreamlitAppImageConfig": {}}
    ).to_config()
    wire = Wire(Response({"AppImageConfigArn": "arn"}))
    assert AppImageConfigClient(wire.client()).update(config) == "arn"


@given(structures(CREATE))
def test_from_request_reports_exactly_the_paths_that_the_judge_finds(request: dict[str, Any]) -> None:
    expected = violating_paths(CREATE, request)
    event(f"{min(len(expected), 5)} paths")
    assert paths_from_request(request) == expected


def paths_from_request(request: dict[str, Any]) -> set[str]:
    """Return the paths of the violations of *request*; what is read makes the same request."""
    try:
        config = from_request(request)
    except InvalidAppImageConfigError as error:
        return {violation.path for violation in error.violations}
    assert to_request(config) == request
    return set()


@pytest.mark.parametrize(
    ("request_", "paths"),
    [
        ({"AppImageConfigName": "a"}, set[str]()),
        ({}, {"AppImageConfigName"}),
        ({"AppImageConfigName": "a" * 64, "Name": 1}, {"AppImageConfigName", "Name"}),
        ({"AppImageConfigName": "a", "KernelGatewayImageConfig": {}}, {"KernelGatewayImageConfig.KernelSpecs"}),
        ({"AppImageConfigName": "a", "Tags": [{"Key": "!", "Value": ""}] * 2}, {"Tags[0].Key", "Tags[1].Key"}),
    ],
)
def test_the_judge_finds_violations(request_: dict[str, Any], paths: set[str]) -> None:
    """A judge that finds nothing would agree with anything."""
    assert violating_paths(CREATE, request_) == paths


def test_the_judge_matches_unicode_classes() -> None:
    """By the package ``regex``, which this library does not use."""
    pattern = CREATE.members["Tags"].member.members["Key"].metadata["pattern"]
    assert matches(pattern, "Ünï 名前 Ⅷ \u2003")
    assert not matches(pattern, "a\u0301")
    assert not matches(pattern, "a\n")
