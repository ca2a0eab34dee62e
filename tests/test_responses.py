"""
Responses that SageMaker does not return, but a proxy, another server or a defect may.

A method returns what it declares, or raises an error of this library or of botocore.
"""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from hypothesis import event, given
from hypothesis import strategies as st
from mutations import VALUES, changed_value
from wire import Response, Wire, session

from appimageconfig import (
    AppImageConfig,
    AppImageConfigClient,
    AppImageConfigDetails,
    AppImageConfigError,
    ApplyError,
    FileSystemConfig,
    JupyterLabAppImageConfig,
    difference,
    to_request,
)

if TYPE_CHECKING:
    from collections.abc import Callable

ARN = "arn:aws:sagemaker:eu-west-1:123456789012:app-image-config/image"
CONFIG = AppImageConfig(
    app_image_config_name="image",
    tags={"team": "ml"},
    jupyter_lab_app_image_config=JupyterLabAppImageConfig(file_system_config=FileSystemConfig(default_uid=0)),
)
FILES = {"MountPath": "/root", "DefaultUid": 0, "DefaultGid": 0}
APP = {
    "FileSystemConfig": FILES,
    "ContainerConfig": {
        "ContainerArguments": ["--flag"],
        "ContainerEntrypoint": ["run"],
        "ContainerEnvironmentVariables": {"KEY": "value"},
    },
}
DETAILS = {
    "AppImageConfigName": "image",
    "AppImageConfigArn": ARN,
    "CreationTime": 1767225600.125,
    "LastModifiedTime": 1767225600.25,
    "KernelGatewayImageConfig": {"KernelSpecs": [{"Name": "a", "DisplayName": "b"}], "FileSystemConfig": FILES},
    "JupyterLabAppImageConfig": APP,
    "CodeEditorAppImageConfig": APP,
}
# A response of every operation at once, since one body responds to all calls of a method.
EVERYTHING = {**DETAILS, "AppImageConfigs": [DETAILS], "Tags": [{"Key": "team", "Value": "ml"}], "NextToken": "more"}


def used(details: AppImageConfigDetails) -> AppImageConfigDetails:
    """Return *details* after they were shown, sent back and compared."""
    assert repr(details)
    assert to_request(details.to_config())
    assert difference(CONFIG, details)
    return details


def planned(client: AppImageConfigClient) -> str:
    """Return the text of a plan that has been carried out."""
    plan = client.plan([CONFIG], prune="im")
    client.apply(plan, max_workers=1)
    return str(plan)


METHODS: dict[str, Callable[[AppImageConfigClient], Any]] = {
    "create": lambda client: client.create(CONFIG),
    "describe": lambda client: used(client.describe("image")),
    "update": lambda client: client.update(CONFIG),
    "delete": lambda client: client.delete("image", missing_ok=True),
    "list": lambda client: list(map(used, client.list(name_contains="a-"))),
    "list_tags": lambda client: client.list_tags(ARN),
    "add_tags": lambda client: client.add_tags(ARN, {"team": "ml"}),
    "delete_tags": lambda client: client.delete_tags(ARN, {"team"}),
    "ensure": lambda client: client.ensure(CONFIG),
    "ensure and replace": lambda client: client.ensure(CONFIG, replace=True),
    "plan and apply": planned,
}
EXPECTED = (AppImageConfigError, BotoCoreError, ClientError)


@cache
def sagemaker() -> Any:
    """Return the one client of these tests, which takes longer to make than a call."""
    return session().client("sagemaker", config=Config(retries={"total_max_attempts": 1, "mode": "standard"}))


def outcome(method: str, response: Response) -> Any:
    """Return the result of *method*, or the error that it raises, which has to be one of ours or of botocore."""
    try:
        with Wire(response).on(sagemaker()):
            return METHODS[method](AppImageConfigClient(sagemaker()))
    except EXPECTED as error:
        for each in error.exceptions if isinstance(error, ApplyError) else [error]:
            assert isinstance(each, EXPECTED)
        return error


BODIES = {
    "empty": b"",
    "null": b"null",
    "a list": b"[1,2]",
    "a string": b'""',
    "a number": b"5",
    "not UTF-8": b"\xff\xfe{",
    "HTML": b"<html><body>Please log in.</body></html>",
    "cut off": b'{"AppImageConfigArn": "arn:aws',
    "deeply nested": b'{"a":' * 100_000,
    "a deeply nested list": b"[" * 100_000,
    "a time beyond the calendar": json.dumps({**DETAILS, "CreationTime": 1e18}).encode(),
    "a time before the calendar": json.dumps({**DETAILS, "LastModifiedTime": -1e18}).encode(),
    "a time that is not a number": json.dumps({**DETAILS, "CreationTime": float("nan")}).encode(),
    "a time with 400 digits": json.dumps({**DETAILS, "CreationTime": 10**400}).encode(),
    "a list of null": b'{"AppImageConfigs": [null], "Tags": [null]}',
    "a tag without a value": b'{"Tags": [{"Key": "team"}]}',
    "an error of no type": b'{"__type": 5, "message": []}',
    "an error of a type that is a list": b'{"__type": [], "Message": {}}',
}


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("status", [200, 400])
def test_a_body_that_is_not_a_response_raises_no_other_error(body: str, status: int, method: str) -> None:
    outcome(method, Response(BODIES[body], status))


@pytest.mark.parametrize("method", METHODS)
def test_a_page_for_a_browser_is_not_a_success(method: str) -> None:
    """A captive portal, or a proxy that wants a login, responds to every request with status 200."""
    response = Response(BODIES["HTML"], headers={"content-type": "text/html; charset=utf-8"})
    assert isinstance(outcome(method, response), Exception)


RESULTS: dict[str, Callable[[Any], bool]] = {
    "create": lambda arn: isinstance(arn, str),
    "update": lambda arn: isinstance(arn, str),
    "describe": lambda details: isinstance(details.app_image_config_name, str),
    "list": lambda found: all(isinstance(details.app_image_config_arn, str) for details in found),
    "list_tags": lambda tags: all(isinstance(text, str) for text in [*tags, *tags.values()]),
}


@pytest.mark.parametrize("method", METHODS)
@given(data=st.data())
def test_a_response_with_any_change_is_read_or_raises_an_error_of_ours_or_of_botocore(
    method: str, data: st.DataObject
) -> None:
    """Members are missing, unknown and of wrong types; the result has the types that it declares."""
    value: Any = data.draw(st.sampled_from([EVERYTHING, DETAILS, {"__type": "ResourceNotFound", "message": "No."}]))
    for _ in range(data.draw(st.integers(1, 3))):
        value = changed_value(data, value)
    content_type = data.draw(st.sampled_from(["application/x-amz-json-1.1", "application/json", "text/html", ""]))
    body = json.dumps(value).encode()[: data.draw(st.none() | st.integers(0, 1000))]
    response = Response(
        body, data.draw(st.sampled_from([200, 200, 200, 204, 302, 400, 500])), {"content-type": content_type}
    )
    result = outcome(method, response)
    if not isinstance(result, Exception) and method in RESULTS:
        event("returns")
        assert RESULTS[method](result)


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_members_of_any_type_raise_no_other_error(value: Any) -> None:
    """Each member of a page, in turn."""
    for member in DETAILS:
        body = json.dumps({"AppImageConfigs": [{**DETAILS, member: value}]}).encode()
        outcome("list", Response(body))
