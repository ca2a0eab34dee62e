"""The stubber: what the client sends is what it expects, and it says clearly where that is not so."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from threading import Barrier, Event
from typing import Any, cast

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
from wire import Answer, Wire

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

ARN = "arn:aws:sagemaker:eu-west-1:123456789012:app-image-config/image"
NOW = datetime(2026, 1, 1, 12, 30, tzinfo=UTC)
CONFIG = AppImageConfig(
    app_image_config_name="image",
    tags={"team": "ml"},
    jupyter_lab_app_image_config=JupyterLabAppImageConfig(file_system_config=FileSystemConfig(default_uid=0)),
)
DETAILS = AppImageConfigDetails(
    app_image_config_arn=ARN,
    app_image_config_name="image",
    creation_time=NOW,
    last_modified_time=NOW,
    kernel_gateway_image_config=KernelGatewayImageConfig(kernel_specs=[KernelSpec(name="python3")]),
    code_editor_app_image_config=CodeEditorAppImageConfig(),
)


def stub(*, in_order: bool = True) -> tuple[SageMakerStubber, AppImageConfigClient]:
    """Return a stubber and our client on top of what it stubs."""
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
    """Return what the error says, without botocore's introduction."""
    introduction = f"Error getting response stub for operation {error.kwargs['operation_name']}: "
    assert str(error).startswith(introduction)
    return str(error).removeprefix(introduction)


@pytest.mark.parametrize("in_order", [True, False])
def test_every_operation_is_expected_as_the_client_calls_it(in_order: bool) -> None:  # noqa: FBT001
    """And is answered as the service does."""
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
        assert client.create(CONFIG) == ARN
        assert client.describe("image") == DETAILS
        assert client.update(CONFIG) == ARN
        client.delete("image")
        assert list(client.list()) == [DETAILS]
        assert client.list_tags(ARN) == {"team": "ml", "stage": ""}
        client.add_tags(ARN, {"team": "ml"})
        client.delete_tags(ARN, ["team", "stage"])


def test_the_arn_may_be_chosen() -> None:
    """Of a create and of an update."""
    stubber, client = stub()
    other = "arn:aws:sagemaker:us-west-2:999999999999:app-image-config/image"
    with stubber:
        stubber.add_create(CONFIG, arn=other)
        stubber.add_update(CONFIG, arn=other)
        assert client.create(CONFIG) == client.update(CONFIG) == other


def test_the_default_arn_is_in_the_partition_and_region_of_the_client() -> None:
    """As the service would make it."""
    sagemaker = wire.session().client("sagemaker", region_name="cn-north-1")
    with stub_sagemaker(sagemaker) as stubber:
        stubber.add_create(CONFIG)
        arn = AppImageConfigClient(sagemaker).create(CONFIG)
    assert arn == "arn:aws-cn:sagemaker:cn-north-1:123456789012:app-image-config/image"


def test_times_are_aware_datetimes_for_boto3_too() -> None:
    """One without an offset is taken as UTC, like in a response."""
    stubber, client = stub()
    later = datetime(2026, 1, 1, 14, 30, tzinfo=timezone(timedelta(hours=2)))
    details = attrs.evolve(DETAILS, creation_time=NOW.replace(tzinfo=None), last_modified_time=later)
    with stubber:
        stubber.add_describe(details)
        sagemaker: Any = client.sagemaker
        response = sagemaker.describe_app_image_config(AppImageConfigName="image")
    assert response["CreationTime"] == response["LastModifiedTime"] == NOW
    assert response["AppImageConfigArn"] == ARN


def test_what_has_no_name_is_not_described() -> None:
    """No request could ask for it."""
    stubber, _ = stub()
    with pytest.raises(InvalidAppImageConfigError, match="AppImageConfigName"):
        stubber.add_describe(AppImageConfigDetails())


def test_a_response_that_the_service_model_does_not_know_is_refused() -> None:
    """By Stubber, when it is added."""
    stubber, _ = stub()
    with pytest.raises(ParamValidationError, match="Status"):
        stubber.add_describe(from_response({"AppImageConfigName": "image", "Status": "InService"}))


def test_a_member_that_only_responses_have_is_not_expected_in_a_request() -> None:
    """The client does not send it either."""
    stubber, client = stub()
    config = from_response({"AppImageConfigName": "image", "CodeEditorAppImageConfig": {}, "Status": "x"}).to_config()
    with stubber:
        stubber.add_create(config)
        stubber.add_update(config)
        client.create(config)
        client.update(config)


def test_the_pages_of_a_list_are_expected_with_their_tokens_and_filters() -> None:
    """As the client asks for them."""
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
    other = AppImageConfigDetails(app_image_config_name="other")
    with stubber:
        stubber.add_list(DETAILS, other, next_token="1", **filters)  # noqa: S106 - no password
        stubber.add_list(page_token="1", **filters)  # noqa: S106 - likewise
        assert list(client.list(**filters)) == [DETAILS, other]


def test_an_error_is_raised_as_the_client_raises_it() -> None:
    """With its code, text and status, for any parameters or for those that are expected."""
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
def test_an_error_of_no_operation_is_refused(operation: str) -> None:
    """It would wait for ever."""
    stubber, _ = stub()
    with pytest.raises(ValueError, match=f"no operation '{operation}'"):
        stubber.add_error(cast("Any", operation), "ResourceInUse")
    stubber.assert_no_pending_responses()


def test_stubbers_own_methods_are_mixed_in() -> None:
    """Also without a with statement, and with ANY."""
    stubber, client = stub()
    assert isinstance(stubber, Stubber)
    expected = {"AppImageConfigName": ANY, "Tags": [{"Key": "team", "Value": ANY}], "JupyterLabAppImageConfig": ANY}
    stubber.add_response("create_app_image_config", {"AppImageConfigArn": ARN}, expected)
    stubber.add_delete("image")
    stubber.add_response("describe_app_image_config", {"AppImageConfigName": "image"})
    stubber.add_client_error("delete_app_image_config", "ResourceInUse", expected_params={"AppImageConfigName": ANY})
    stubber.add_response("list_domains", {"Domains": []}, {})
    stubber.activate()
    assert client.create(CONFIG) == ARN
    client.delete("image")
    assert client.describe("whatever").app_image_config_name == "image"
    with pytest.raises(ResourceInUseError):
        client.delete("image")
    sagemaker: Any = client.sagemaker
    assert sagemaker.list_domains() == {"Domains": []}
    stubber.deactivate()
    stubber.assert_no_pending_responses()
    sent = Wire(Answer({"AppImageConfigName": "image"}))
    sagemaker.meta.events.register_first("before-send.sagemaker", sent.answer)
    client.describe("image")
    assert len(sent.sent) == 1


def test_out_of_order_a_call_takes_the_first_response_that_matches_it() -> None:
    """One that expects nothing of the parameters matches all."""
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


def test_eight_threads_get_a_response_each_in_order() -> None:
    """Though all of them have matched theirs, one after the other, before the first one is answered."""
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


def test_eight_threads_get_the_response_of_their_own_parameters() -> None:
    """In whatever order they come, also while responses are added."""
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


def test_other_parameters_are_shown_beside_the_expected_ones() -> None:
    """Whole, line by line; the response stays for a call that is right."""
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
        "UpdateAppImageConfig of 'image' was called, but not as expected:",
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


def test_what_any_stands_for_is_no_difference() -> None:
    """Nor is a time in another zone; only what differs is marked."""
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


def test_a_shorter_list_is_a_difference() -> None:
    """Item by item."""
    stubber, client = stub()
    stubber.add_delete_tags(ARN, ["a", "b", "c"])
    with pytest.raises(StubAssertionError) as caught, stubber:
        client.delete_tags(ARN, ["a", "x"])
    assert [line.replace(",", "") for line in reason(caught.value).splitlines()[3:] if line[0] in "+-"] == [
        '-    "b"',
        '-    "c"',
        '+    "x"',
    ]


def test_a_difference_of_types_alone_is_said() -> None:
    """The lines would be the same."""
    stubber, client = stub()
    stubber.add_response("delete_tags", {}, {"ResourceArn": ARN, "TagKeys": ("a",)})
    with pytest.raises(StubAssertionError, match="differ in their types alone"), stubber:
        client.delete_tags(ARN, ["a"])


@pytest.mark.parametrize("in_order", [True, False])
def test_secrets_are_masked_and_their_differences_seen(in_order: bool) -> None:  # noqa: FBT001
    """The same value has the same number on both sides."""
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


def test_any_in_the_place_of_a_secret_is_no_secret() -> None:
    """It is shown where nothing came for it."""
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


def test_a_call_of_another_operation_is_told() -> None:
    """By both names, with what to do about it."""
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
def test_a_call_when_nothing_is_left_is_told(in_order: bool) -> None:  # noqa: FBT001
    """Whether there was nothing at all or all is used."""
    stubber, client = stub(in_order=in_order)
    with stubber:
        with pytest.raises(UnStubbedResponseError) as never:
            client.delete("image")
        stubber.add_delete("image")
        client.delete("image")
        with pytest.raises(UnStubbedResponseError) as again:
            client.delete("image")
    introduction = "DeleteAppImageConfig of 'image' was called, but no response is left"
    assert reason(never.value) == f"{introduction}: none was added for it."
    assert reason(again.value) == f"{introduction}: all that were added for DeleteAppImageConfig are used (1)."


def test_out_of_order_a_call_of_an_operation_without_response_is_told() -> None:
    """With what is left."""
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
    left = "Left are:\n  CreateAppImageConfig of 'image'\n  ListAppImageConfigs"
    assert reason(never.value) == (
        f"ListTags of '{ARN}' was called, but there is no response for it: none was added for it. "
        f"{left}\n  DeleteAppImageConfig of 'image'"
    )
    assert reason(again.value) == (
        "DeleteAppImageConfig of 'image' was called, but there is no response for it: "
        f"all that were added for DeleteAppImageConfig are used (1). {left}"
    )


def test_out_of_order_the_nearest_response_is_shown() -> None:
    """The one of the same name, or else the one with the least to change."""
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
        "CreateAppImageConfig of 'b' was called, but none of the 2 responses left for it expects that; "
        "the nearest is number 1, CreateAppImageConfig of 'b':\n--- expected\n"
    )
    assert '-  "CodeEditorAppImageConfig": {},' in reason(same_name.value).splitlines()
    assert "the nearest is number 2, CreateAppImageConfig of 'a':\n" in reason(least_change.value)
    assert reason(only.value).startswith(
        "DeleteAppImageConfig of 'b' was called, but the only response left for it is DeleteAppImageConfig of 'a':\n"
    )


def test_the_end_of_the_block_tells_what_was_not_called() -> None:
    """By operation and name, and the client is free again."""
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
    sagemaker.meta.events.register_first("before-send.sagemaker", Wire(Answer({"AppImageConfigArn": ARN})).answer)
    assert client.create(CONFIG) == ARN
    alone, _ = stub()
    alone.add_delete("image")
    with pytest.raises(AssertionError) as single:
        alone.assert_no_pending_responses()
    assert str(single.value) == "1 response was not used:\n  DeleteAppImageConfig of 'image'"


def test_an_exception_in_flight_is_not_masked() -> None:
    """It says more than the responses that it left unused."""
    stubber, _ = stub()
    stubber.add_create(CONFIG)
    with pytest.raises(ZeroDivisionError) as caught, stubber:
        raise ZeroDivisionError
    assert caught.value.__context__ is None
    with pytest.raises(AssertionError, match="1 response was not used"):
        stubber.assert_no_pending_responses()


def test_a_presigned_url_takes_no_response() -> None:
    """Nothing is sent for it."""
    stubber, client = stub()
    sagemaker: Any = client.sagemaker
    with stubber:
        stubber.add_delete("image")
        url = sagemaker.generate_presigned_url("describe_app_image_config", {"AppImageConfigName": "image"})
        client.delete("image")
    assert url.startswith("https://api.sagemaker.eu-west-1.amazonaws.com/")


def test_a_call_that_began_before_the_stubber_was_active_is_not_sent() -> None:
    """It has no response, and says so."""
    stubber, client = stub()

    def activate(**_: Any) -> None:
        stubber.activate()

    sagemaker: Any = client.sagemaker
    sagemaker.meta.events.register("before-parameter-build.sagemaker", activate)
    stubber.add_delete("image")
    with pytest.raises(UnStubbedResponseError, match="began before the stubber was activated"):
        client.delete("image")
