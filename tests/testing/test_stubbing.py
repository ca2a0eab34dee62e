"""The stubber expects the requests of the client, and explains each mismatch."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from threading import Barrier, Event
from typing import TYPE_CHECKING, Any, cast

import attrs
import pytest
import wire
from botocore.exceptions import (
    ParamValidationError,
    StubAssertionError,
    StubResponseError,
    UnStubbedResponseError,
)
from botocore.stub import ANY, Stubber
from wire import Response, Wire

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
    ResourceInUseError,
    ThrottlingError,
    from_response,
)
from appimageconfig.testing.stubbing import SageMakerStubber, stub_sagemaker

if TYPE_CHECKING:
    from collections.abc import Callable

ARN = "arn:aws:sagemaker:eu-west-1:123456789012:app-image-config/image"
NOW = datetime(2026, 1, 1, 12, 30, tzinfo=UTC)
CONFIG = AppImageConfig(
    app_image_config_name="image",
    tags={"team": "ml"},
    jupyter_lab_app_image_config=JupyterLabAppImageConfig(file_system_config=FileSystemConfig(default_uid=0)),
)
DESCRIBED = {"AppImageConfigName": "image", "AppImageConfigArn": ARN}
DETAILS = AppImageConfigDetails(
    app_image_config_arn=ARN,
    app_image_config_name="image",
    creation_time=NOW,
    last_modified_time=NOW,
    kernel_gateway_image_config=KernelGatewayImageConfig(kernel_specs=[KernelSpec(name="python3")]),
    code_editor_app_image_config=CodeEditorAppImageConfig(),
)


def stub(*, in_order: bool = True) -> tuple[SageMakerStubber, AppImageConfigClient]:
    """Return a stubber and an `AppImageConfigClient` of the stubbed client."""
    sagemaker = wire.session().client("sagemaker")
    return stub_sagemaker(sagemaker, in_order=in_order), AppImageConfigClient(sagemaker)


def named(name: str) -> AppImageConfig:
    """Return CONFIG under another name."""
    return attrs.evolve(CONFIG, app_image_config_name=name)


def with_secrets(**variables: str) -> AppImageConfig:
    """Return a config with these environment variables, and with container arguments."""
    container = ContainerConfig(container_arguments=["--token", "hunter2"], container_environment_variables=variables)
    lab = JupyterLabAppImageConfig(container_config=container)
    return AppImageConfig(app_image_config_name="image", jupyter_lab_app_image_config=lab)


def reason(error: StubResponseError) -> str:
    """Return the message of the error without botocore's introduction."""
    introduction = f"Error getting response stub for operation {error.kwargs['operation_name']}: "
    assert str(error).startswith(introduction)
    return str(error).removeprefix(introduction)


@pytest.mark.parametrize("in_order", [True, False])
def test_each_add_method_matches_the_call_of_the_client(in_order: bool) -> None:  # noqa: FBT001
    """The client returns the added response."""
    stubber, client = stub(in_order=in_order)
    with stubber:
        stubber.add_create(CONFIG)
        stubber.add_describe(DETAILS)
        stubber.add_update(CONFIG)
        stubber.add_delete("image")
        stubber.add_list(DETAILS)
        stubber.add_list_tags(ARN, {"team": "ml", "stage": ""})
        stubber.add_add_tags(ARN, {"team": "ml"})
        stubber.add_delete_tags(ARN, iter(["team", "stage"]))
        stubber.add_delete_tags(ARN, {"team", "stage", "owner"})
        assert client.create(CONFIG) == ARN
        assert client.describe("image") == DETAILS
        assert client.update(CONFIG) == ARN
        client.delete("image")
        assert list(client.list()) == [DETAILS]
        assert client.list_tags(ARN) == {"team": "ml", "stage": ""}
        client.add_tags(ARN, {"team": "ml"})
        client.delete_tags(ARN, ["team", "stage"])
        client.delete_tags(ARN, {"owner", "stage", "team"})


def test_create_and_update_return_the_given_arn() -> None:
    """If one is given."""
    stubber, client = stub()
    other = "arn:aws:sagemaker:us-west-2:999999999999:app-image-config/image"
    with stubber:
        stubber.add_create(CONFIG, arn=other)
        stubber.add_update(CONFIG, arn=other)
        assert client.create(CONFIG) == client.update(CONFIG) == other


def test_the_default_arn_is_in_the_partition_and_region_of_the_client() -> None:
    """Like those of the service."""
    sagemaker = wire.session().client("sagemaker", region_name="cn-north-1")
    with stub_sagemaker(sagemaker) as stubber:
        stubber.add_create(CONFIG)
        arn = AppImageConfigClient(sagemaker).create(CONFIG)
    assert arn == "arn:aws-cn:sagemaker:cn-north-1:123456789012:app-image-config/image"


def test_times_in_responses_are_aware_datetimes() -> None:
    """Also for boto3. A time without an offset is in UTC."""
    stubber, client = stub()
    later = datetime(2026, 1, 1, 14, 30, tzinfo=timezone(timedelta(hours=2)))
    details = attrs.evolve(DETAILS, creation_time=NOW.replace(tzinfo=None), last_modified_time=later)
    with stubber:
        stubber.add_describe(details)
        sagemaker: Any = client.sagemaker
        response = sagemaker.describe_app_image_config(AppImageConfigName="image")
    assert response["CreationTime"] == response["LastModifiedTime"] == NOW
    assert response["AppImageConfigArn"] == ARN


def test_a_response_with_an_unknown_member_is_refused() -> None:
    """By Stubber, when it is added."""
    stubber, _ = stub()
    with pytest.raises(ParamValidationError, match="Status"):
        stubber.add_describe(from_response({**DESCRIBED, "Status": "InService"}))


def test_a_member_that_only_responses_have_is_not_expected_in_a_request() -> None:
    """The client does not send it either."""
    stubber, client = stub()
    config = from_response({**DESCRIBED, "CodeEditorAppImageConfig": {}, "Status": "x"}).to_config()
    with stubber:
        stubber.add_create(config)
        stubber.add_update(config)
        client.create(config)
        client.update(config)


def test_the_pages_of_a_list_are_expected_with_their_tokens_and_filters() -> None:
    """As the client sends them."""
    stubber, client = stub()
    times = [NOW + timedelta(days=day) for day in range(4)]
    filters: dict[str, Any] = {
        "name_contains": "lab",
        "creation_time_after": times[0],
        "creation_time_before": times[1],
        "modified_time_after": times[2],
        "modified_time_before": times[3],
        "sort_by": "Name",
        "sort_order": "Ascending",
    }
    other = attrs.evolve(DETAILS, app_image_config_name="other-lab")
    with stubber:
        stubber.add_list(DETAILS, other, next_token="1", **filters)  # noqa: S106 - not a password
        stubber.add_list(page_token="1", **filters)  # noqa: S106 - likewise
        assert list(client.list(**filters)) == [DETAILS, other]


@pytest.mark.parametrize("name_contains", ["lab-", "-lab", "--lab--", "-", "--", None])
def test_a_list_accepts_the_filters_that_the_client_accepts(name_contains: str | None) -> None:
    """The request has what the service accepts, and the client filters what it returns."""
    stubber, client = stub()
    names = ["lab-1", "a-b", "1-lab", "1--lab--2", "lab"]
    found = [attrs.evolve(DETAILS, app_image_config_name=name) for name in names]
    with stubber:
        stubber.add_list(*found, name_contains=name_contains)
        listed = [details.app_image_config_name for details in client.list(name_contains=name_contains)]
    assert listed == [name for name in names if (name_contains or "") in name]


@pytest.mark.parametrize("name_contains", ["a_b", "", 5, "-_-"])
def test_a_list_refuses_the_filters_that_the_client_refuses(name_contains: Any) -> None:
    """With the same text."""
    stubber, client = stub()
    messages: list[str] = []
    for call in (stubber.add_list, client.list):
        with pytest.raises(InvalidAppImageConfigError) as caught:
            call(name_contains=name_contains)
        messages.append(str(caught.value))
    assert messages[0] == messages[1]


def test_add_describe_refuses_a_name_that_describe_does_not_send() -> None:
    """The response could never be used."""
    stubber, client = stub()
    details = from_response({**DESCRIBED, "AppImageConfigName": "a" * 64})
    calls: list[Callable[[], object]] = [lambda: stubber.add_describe(details), lambda: client.describe("a" * 64)]
    for call in calls:
        with pytest.raises(InvalidAppImageConfigError, match="name: has 64 characters"):
            call()


WITHOUT_A_REQUIRED_MEMBER: list[tuple[dict[str, Any], str]] = [
    ({}, "KernelSpecs"),
    ({"KernelSpecs": None}, "KernelSpecs"),
    ({"KernelSpecs": [{}]}, "Name"),
    ({"KernelSpecs": [{"Name": None}]}, "Name"),
]


@pytest.mark.parametrize(("gateway", "member"), WITHOUT_A_REQUIRED_MEMBER)
def test_add_describe_refuses_a_response_without_a_required_member(gateway: dict[str, Any], member: str) -> None:
    """One that is null is missing as well."""
    stubber, _ = stub()
    details = from_response({**DESCRIBED, "KernelGatewayImageConfig": gateway})
    with pytest.raises(ParamValidationError, match=f'Missing required parameter in .*: "{member}"'):
        stubber.add_describe(details)


def test_add_error_raises_the_error_of_the_service() -> None:
    """With its code, message and status, for any or for the expected parameters."""
    stubber, client = stub()
    with stubber:
        stubber.add_error("CreateAppImageConfig", "ResourceInUse", "It is taken.")
        stubber.add_error("ListTags", "ThrottlingException", http_status=429, expected_params={"ResourceArn": ARN})
        with pytest.raises(ResourceInUseError, match=r"It is taken\.") as refused:
            client.create(CONFIG)
        with pytest.raises(ThrottlingError) as throttled:
            client.list_tags(ARN)
    assert (refused.value.http_status, throttled.value.http_status) == (400, 429)


@pytest.mark.parametrize("operation", ["CreateAppImageConfigs", "create_app_image_config", ""])
def test_an_error_of_an_unknown_operation_is_refused(operation: str) -> None:
    """It would never be used."""
    stubber, _ = stub()
    with pytest.raises(
        ValueError, match=f"unknown operation '{operation}'; expected a name such as 'CreateAppImageConfig'"
    ):
        stubber.add_error(cast("Any", operation), "ResourceInUse")
    stubber.assert_no_pending_responses()


def test_botocores_own_stubber_methods_work_beside_ours() -> None:
    """Also without a with statement, and with ANY."""
    stubber, client = stub()
    assert isinstance(stubber, Stubber)
    expected = {"AppImageConfigName": ANY, "Tags": [{"Key": "team", "Value": ANY}], "JupyterLabAppImageConfig": ANY}
    stubber.add_response("create_app_image_config", {"AppImageConfigArn": ARN}, expected)
    stubber.add_delete("image")
    stubber.add_response("describe_app_image_config", {"AppImageConfigArn": ARN})
    stubber.add_client_error("delete_app_image_config", "ResourceInUse", expected_params={"AppImageConfigName": ANY})
    stubber.add_response("list_domains", {"Domains": []}, {})
    stubber.activate()
    assert client.create(CONFIG) == ARN
    client.delete("image")
    assert client.describe("image").app_image_config_arn == ARN
    with pytest.raises(ResourceInUseError):
        client.delete("image")
    sagemaker: Any = client.sagemaker
    assert sagemaker.list_domains() == {"Domains": []}
    stubber.deactivate()
    stubber.assert_no_pending_responses()
    sent = Wire(Response(DESCRIBED))
    sagemaker.meta.events.register_first("before-send.sagemaker", sent.respond)
    client.describe("image")
    assert len(sent.sent) == 1


def test_out_of_order_a_call_gets_the_first_matching_response() -> None:
    """A response without expected parameters matches all."""
    stubber, client = stub(in_order=False)
    arns = [ARN + number for number in "1234"]
    with stubber:
        stubber.add_create(named("a"), arn=arns[0])
        stubber.add_create(named("b"), arn=arns[1])
        stubber.add_create(named("b"), arn=arns[2])
        stubber.add_delete("a")
        stubber.add_response("create_app_image_config", {"AppImageConfigArn": arns[3]})
        client.delete("a")
        assert [client.create(named(name)) for name in "bcba"] == [arns[1], arns[3], arns[2], arns[0]]


def test_in_order_each_of_eight_threads_gets_its_own_response() -> None:
    """Although all calls match before the first one gets its response."""
    stubber, client = stub()
    names = [f"image-{number}" for number in range(8)]
    matched = {name: Event() for name in names}
    barrier = Barrier(8)

    def wait(params: dict[str, Any], **_: Any) -> None:
        matched[params["AppImageConfigName"]].set()
        barrier.wait(timeout=10)

    def create(predecessor: str | None, name: str) -> str:
        assert predecessor is None or matched[predecessor].wait(timeout=10)
        return client.create(named(name)).rpartition("/")[2]

    sagemaker: Any = client.sagemaker
    sagemaker.meta.events.register_last("before-parameter-build.sagemaker", wait)
    with stubber, ThreadPoolExecutor(8) as pool:
        for name in names:
            stubber.add_create(named(name))
        assert list(pool.map(create, [None, *names], names)) == names


def test_out_of_order_each_of_eight_threads_gets_the_response_for_its_parameters() -> None:
    """Also while responses are added."""
    stubber, client = stub(in_order=False)
    names = [f"image-{number}" for number in range(64)]

    def create_and_delete(name: str) -> str:
        stubber.add_delete(name)
        arn = client.create(named(name))
        client.delete(name)
        return arn.rpartition("/")[2]

    with stubber, ThreadPoolExecutor(8) as pool:
        for name in reversed(names):
            stubber.add_create(named(name))
        assert list(pool.map(create_and_delete, names)) == names


def test_a_mismatch_shows_a_diff_of_the_whole_parameters() -> None:
    """The response is left for a call that matches."""
    stubber, client = stub()
    root = FileSystemConfig(default_uid=1000)
    changed = attrs.evolve(CONFIG, jupyter_lab_app_image_config=JupyterLabAppImageConfig(file_system_config=root))
    with stubber:
        stubber.add_update(CONFIG)
        with pytest.raises(StubAssertionError) as caught:
            client.update(changed)
        client.update(CONFIG)
    assert caught.value.kwargs["operation_name"] == "UpdateAppImageConfig"
    assert reason(caught.value).splitlines() == [
        "UpdateAppImageConfig of 'image' was called with other parameters than expected:",
        "--- expected",
        "+++ actual",
        "@@ -1,8 +1,8 @@",
        " {",
        '   "AppImageConfigName": "image",',
        '   "JupyterLabAppImageConfig": {',
        '     "FileSystemConfig": {',
        '-      "DefaultUid": 0',
        '+      "DefaultUid": 1000',
        "     }",
        "   }",
        " }",
    ]


def test_the_diff_shows_equal_values_as_equal() -> None:
    """Such as ANY, and a time in another zone."""
    stubber, client = stub()
    elsewhere = NOW.astimezone(timezone(timedelta(hours=2)))
    expected = {
        "MaxResults": ANY,
        "CreationTimeAfter": elsewhere,
        "CreationTimeBefore": NOW,
        "SortBy": "Name",
        "NextToken": ANY,
    }
    stubber.add_response("list_app_image_configs", {}, expected)
    with pytest.raises(StubAssertionError) as caught, stubber:
        next(client.list(creation_time_after=NOW, creation_time_before=NOW + timedelta(days=1), sort_by="Name"))
    assert [line for line in reason(caught.value).splitlines() if line[0] in "+-"] == [
        "--- expected",
        "+++ actual",
        '-  "CreationTimeBefore": "2026-01-01 12:30:00+00:00",',
        '+  "CreationTimeBefore": "2026-01-02 12:30:00+00:00",',
        '-  "NextToken": "<ANY>",',
    ]


def test_the_diff_compares_lists_item_by_item() -> None:
    """Also if one is shorter."""
    stubber, client = stub()
    stubber.add_delete_tags(ARN, ["a", "b", "c"])
    with pytest.raises(StubAssertionError) as caught, stubber:
        client.delete_tags(ARN, ["a", "x"])
    assert [line.replace(",", "") for line in reason(caught.value).splitlines()[3:] if line[0] in "+-"] == [
        '-    "b"',
        '-    "c"',
        '+    "x"',
    ]


def test_a_mismatch_only_in_type_is_explained() -> None:
    """A diff would be empty."""
    stubber, client = stub()
    stubber.add_response("delete_tags", {}, {"ResourceArn": ARN, "TagKeys": ("a",)})
    with (
        pytest.raises(
            StubAssertionError, match="The parameters differ only in type, such as a tuple instead of a list"
        ),
        stubber,
    ):
        client.delete_tags(ARN, ["a"])


@pytest.mark.parametrize("in_order", [True, False])
def test_secrets_are_redacted_and_numbered(in_order: bool) -> None:  # noqa: FBT001
    """The same value has the same number on both sides, so that differences are visible."""
    stubber, client = stub(in_order=in_order)
    stubber.add_create(with_secrets(SAME="hunter2", CHANGED="hunter3", GONE="hunter4"))
    with pytest.raises(StubAssertionError) as caught, stubber:
        client.create(with_secrets(SAME="hunter2", CHANGED="hunter5"))
    text = reason(caught.value)
    assert "hunter" not in str(caught.value)
    assert "--token" not in text
    lines = [line.replace(" ", "").rstrip(",") for line in text.splitlines()]
    assert [line for line in lines if "***" in line] == [
        '"***1"',
        '"***2"',
        '-"CHANGED":"***3"',
        '-"GONE":"***4"',
        '+"CHANGED":"***5"',
        '"SAME":"***2"',
    ]


def test_botocores_any_is_shown_in_a_mismatch() -> None:
    """It is shown where the member is missing in the call."""
    stubber, client = stub()
    container = {"ContainerEnvironmentVariables": {"A": ANY, "B": ANY}, "ContainerArguments": ANY}
    expected = {"AppImageConfigName": "image", "JupyterLabAppImageConfig": {"ContainerConfig": container}}
    stubber.add_response("create_app_image_config", {}, expected)
    with pytest.raises(StubAssertionError) as caught, stubber:
        client.create(with_secrets(A="hunter3"))
    text = reason(caught.value)
    assert "hunter" not in text
    assert '"B": "<ANY>"' in text
    assert '"A": "<ANY>"' not in text


def test_in_order_a_call_of_another_operation_is_a_mismatch() -> None:
    """The message names both operations, and the remedy."""
    stubber, client = stub()
    stubber.add_create(CONFIG)
    stubber.add_delete("image")
    with pytest.raises(StubAssertionError) as caught, stubber:
        client.delete("image")
    assert caught.value.kwargs["operation_name"] == "DeleteAppImageConfig"
    assert reason(caught.value) == (
        "DeleteAppImageConfig of 'image' was called, but the next response is for CreateAppImageConfig of 'image'. "
        "Stub with in_order=False if the order does not matter."
    )


@pytest.mark.parametrize("in_order", [True, False])
def test_a_call_without_any_response_left_is_unstubbed(in_order: bool) -> None:  # noqa: FBT001
    """The message says how many responses were added for the operation."""
    stubber, client = stub(in_order=in_order)
    with stubber:
        with pytest.raises(UnStubbedResponseError) as never:
            client.delete("image")
        stubber.add_delete("image")
        client.delete("image")
        with pytest.raises(UnStubbedResponseError) as again:
            client.delete("image")
    introduction = "DeleteAppImageConfig of 'image' was called, but no responses are left. Responses added for"
    assert reason(never.value) == f"{introduction} DeleteAppImageConfig: none."
    assert reason(again.value) == f"{introduction} DeleteAppImageConfig: 1, all used."


def test_out_of_order_a_call_of_an_operation_without_responses_is_a_mismatch() -> None:
    """The message lists the responses that are left."""
    stubber, client = stub(in_order=False)
    stubber.add_create(CONFIG)
    stubber.add_list()
    stubber.add_delete("image")
    with pytest.raises(StubAssertionError) as never, stubber:
        client.list_tags(ARN)
    stubber.activate()
    client.delete("image")
    with pytest.raises(StubAssertionError) as again:
        client.delete("image")
    left = "Responses left:\n  CreateAppImageConfig of 'image'\n  ListAppImageConfigs"
    assert reason(never.value) == (
        f"ListTags of '{ARN}' was called, but no response is left for it. Responses added for ListTags: none. "
        f"{left}\n  DeleteAppImageConfig of 'image'"
    )
    assert reason(again.value) == (
        "DeleteAppImageConfig of 'image' was called, but no response is left for it. "
        f"Responses added for DeleteAppImageConfig: 1, all used. {left}"
    )


def test_out_of_order_a_mismatch_shows_the_closest_response() -> None:
    """The one for the same name, or else the one with the fewest changed lines."""
    stubber, client = stub(in_order=False)
    editor = attrs.evolve(named("b"), tags=None, code_editor_app_image_config=CodeEditorAppImageConfig())
    stubber.add_delete("a")
    stubber.add_create(editor)
    stubber.add_create(named("a"))
    with pytest.raises(StubAssertionError) as same_name, stubber:
        client.create(named("b"))
    with pytest.raises(StubAssertionError) as least_change, stubber:
        client.create(named("c"))
    with pytest.raises(StubAssertionError) as only, stubber:
        client.delete("b")
    assert reason(same_name.value).startswith(
        "CreateAppImageConfig of 'b' was called with other parameters than the closest of the 2 responses left for it, "
        "CreateAppImageConfig of 'b':\n--- expected\n"
    )
    assert '-  "CodeEditorAppImageConfig": {},' in reason(same_name.value).splitlines()
    assert "responses left for it, CreateAppImageConfig of 'a':\n" in reason(least_change.value)
    assert reason(only.value).startswith(
        "DeleteAppImageConfig of 'b' was called with other parameters than expected:\n--- expected\n"
    )
    assert '-  "AppImageConfigName": "a"' in reason(only.value).splitlines()


def test_the_end_of_the_block_asserts_that_all_responses_were_used() -> None:
    """And deactivates the stubber."""
    stubber, client = stub()
    stubber.add_create(CONFIG)
    stubber.add_list()
    stubber.add_list_tags(ARN, {})
    stubber.add_error("CreateAppImageConfig", "ResourceInUse")
    with pytest.raises(AssertionError) as several, stubber:
        client.create(CONFIG)
    assert str(several.value) == (
        "3 responses were not used:\n"
        "  ListAppImageConfigs\n"
        f"  ListTags of '{ARN}'\n"
        "  CreateAppImageConfig with any parameters"
    )
    sagemaker: Any = client.sagemaker
    sagemaker.meta.events.register_first("before-send.sagemaker", Wire(Response({"AppImageConfigArn": ARN})).respond)
    assert client.create(CONFIG) == ARN
    alone, _ = stub()
    alone.add_delete("image")
    with pytest.raises(AssertionError) as single:
        alone.assert_no_pending_responses()
    assert str(single.value) == "1 response was not used:\n  DeleteAppImageConfig of 'image'"


def test_an_exception_in_the_block_is_passed_on() -> None:
    """The end of the block asserts nothing then."""
    stubber, _ = stub()
    stubber.add_create(CONFIG)
    with pytest.raises(ZeroDivisionError) as caught, stubber:
        raise ZeroDivisionError
    assert caught.value.__context__ is None
    with pytest.raises(AssertionError, match="1 response was not used"):
        stubber.assert_no_pending_responses()


def test_a_presigned_url_uses_no_response() -> None:
    """Nothing is sent for it."""
    stubber, client = stub()
    sagemaker: Any = client.sagemaker
    with stubber:
        stubber.add_delete("image")
        url = sagemaker.generate_presigned_url("describe_app_image_config", {"AppImageConfigName": "image"})
        client.delete("image")
    assert url.startswith("https://api.sagemaker.eu-west-1.amazonaws.com/")


def test_a_call_that_began_before_the_stubber_was_activated_is_not_sent() -> None:
    """It has no response."""
    stubber, client = stub()

    def activate(**_: Any) -> None:
        stubber.activate()

    sagemaker: Any = client.sagemaker
    sagemaker.meta.events.register("before-parameter-build.sagemaker", activate)
    stubber.add_delete("image")
    with pytest.raises(UnStubbedResponseError, match="began before the stubber was activated"):
        client.delete("image")
