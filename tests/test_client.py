"""The client: exactly the calls that it documents, with Stubber as users test it, and at the wire."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

import boto3
import botocore.session
import pytest
import wire
from botocore.config import Config
from botocore.exceptions import ClientError, EndpointConnectionError, NoCredentialsError, NoRegionError
from botocore.stub import Stubber
from wire import Answer, Wire

from appimageconfig import (
    AppImageConfig,
    AppImageConfigClient,
    AppImageConfigError,
    FileSystemConfig,
    InvalidAppImageConfigError,
    JupyterLabAppImageConfig,
    RequestValidationError,
    ResourceInUseError,
    ResourceNotFoundError,
    ServiceError,
    ThrottlingError,
    from_response,
    to_request,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

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
    """Return a Stubber of a boto3 client, and see afterwards that all of its responses were used."""
    with Stubber(wire.session().client("sagemaker")) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


def client_of(stubber: Stubber) -> AppImageConfigClient:
    """Return our client on top of the stubbed one."""
    sagemaker: Any = stubber.client
    return AppImageConfigClient(sagemaker)


def refusal(code: str, message: str = "", **more: Any) -> Answer:
    """Return the service's answer to a request that it refuses."""
    return Answer({"__type": code, "message": message}, status=400, **more)


def test_create_sends_the_config_and_returns_its_arn(stubber: Stubber) -> None:
    """One call of CreateAppImageConfig, tags included."""
    stubber.add_response("create_app_image_config", {"AppImageConfigArn": ARN}, REQUEST)
    assert client_of(stubber).create(CONFIG) == ARN


def test_describe_returns_details(stubber: Stubber) -> None:
    """One call of DescribeAppImageConfig, and no ListTags."""
    now = datetime(2026, 1, 1, tzinfo=UTC)
    response = {"AppImageConfigArn": ARN, "AppImageConfigName": "image", "CreationTime": now}
    stubber.add_response("describe_app_image_config", response, {"AppImageConfigName": "image"})
    details = client_of(stubber).describe("image")
    assert (details.app_image_config_arn, details.app_image_config_name, details.creation_time) == (ARN, "image", now)
    assert details.kernel_gateway_image_config is None


def test_update_sends_the_app_configs_without_tags(stubber: Stubber) -> None:
    """One call of UpdateAppImageConfig, whose request has no tags."""
    expected = {member: value for member, value in REQUEST.items() if member != "Tags"}
    stubber.add_response("update_app_image_config", {"AppImageConfigArn": ARN}, expected)
    assert client_of(stubber).update(CONFIG) == ARN


def test_an_update_that_says_nothing_is_refused_before_anything_is_sent() -> None:
    """It carries no app config; tags do not count, an empty app config does."""
    wire = Wire(Answer({"AppImageConfigArn": ARN}))
    client = AppImageConfigClient(wire.client())
    with pytest.raises(InvalidAppImageConfigError, match="an update has to carry"):
        client.update(AppImageConfig(app_image_config_name="image", tags={"team": "ml"}))
    assert wire.sent == []
    client.update(
        AppImageConfig(app_image_config_name="image", jupyter_lab_app_image_config=JupyterLabAppImageConfig())
    )
    assert [sent.members for sent in wire.sent] == [{"AppImageConfigName": "image", "JupyterLabAppImageConfig": {}}]


def test_delete_deletes(stubber: Stubber) -> None:
    """One call of DeleteAppImageConfig."""
    stubber.add_response("delete_app_image_config", {}, {"AppImageConfigName": "image"})
    client_of(stubber).delete("image")


def test_delete_of_what_is_not_there_is_an_error_unless_it_may_be_missing(stubber: Stubber) -> None:
    """And missing_ok forgives nothing else."""
    client = client_of(stubber)
    for code in ("ResourceNotFound", "ResourceNotFound", "ResourceInUse"):
        stubber.add_client_error("delete_app_image_config", code, "It does not exist.", http_status_code=400)
    with pytest.raises(ResourceNotFoundError):
        client.delete("image")
    client.delete("image", missing_ok=True)
    with pytest.raises(ResourceInUseError):
        client.delete("image", missing_ok=True)


def test_list_is_lazy_and_crosses_empty_pages(stubber: Stubber) -> None:
    """One call for each page of up to 100, when its first item is asked for; no Describe for the items."""
    stubber.add_response(
        "list_app_image_configs",
        {"AppImageConfigs": [{"AppImageConfigName": "a"}, {"AppImageConfigName": "b"}], "NextToken": "1"},
        {"MaxResults": 100},
    )
    stubber.add_response(
        "list_app_image_configs", {"AppImageConfigs": [], "NextToken": "2"}, {"MaxResults": 100, "NextToken": "1"}
    )
    stubber.add_response(
        "list_app_image_configs",
        {"AppImageConfigs": [{"AppImageConfigName": "c"}]},
        {"MaxResults": 100, "NextToken": "2"},
    )
    found = client_of(stubber).list()
    with pytest.raises(AssertionError):
        stubber.assert_no_pending_responses()
    assert [details.app_image_config_name for details in found] == ["a", "b", "c"]


def test_list_makes_no_call_before_its_first_item_and_none_ahead() -> None:
    """The second page is asked for after the last item of the first."""
    wire = Wire(Answer({"AppImageConfigs": [{"AppImageConfigName": "a"}], "NextToken": "1"}), Answer({}))
    found = AppImageConfigClient(wire.client()).list()
    assert len(wire.sent) == 0
    next(found)
    assert len(wire.sent) == 1
    assert list(found) == []
    assert len(wire.sent) == 2


def test_list_passes_every_filter(stubber: Stubber) -> None:
    """As the service model names them; None is not sent."""
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


def test_the_tag_operations_take_an_arn(stubber: Stubber) -> None:
    """One call each, and one of ListTags for each page of tags."""
    client = client_of(stubber)
    tags = [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": ""}]
    stubber.add_response("list_tags", {"Tags": tags[:1], "NextToken": "1"}, {"ResourceArn": ARN})
    stubber.add_response("list_tags", {"Tags": tags[1:]}, {"ResourceArn": ARN, "NextToken": "1"})
    assert client.list_tags(ARN) == {"a": "1", "b": ""}
    stubber.add_response("add_tags", {}, {"ResourceArn": ARN, "Tags": tags})
    client.add_tags(ARN, {"a": "1", "b": ""})
    stubber.add_response("delete_tags", {}, {"ResourceArn": ARN, "TagKeys": ["a", "b"]})
    client.delete_tags(ARN, iter(["a", "b"]))


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


@pytest.mark.parametrize(("call", "operation"), EVERY_CALL, ids=[operation for _, operation in EVERY_CALL])
def test_each_method_makes_one_call(call: Call, operation: str) -> None:
    """And no other, whatever the service answers."""
    wire = Wire(Answer({"AppImageConfigArn": ARN}))
    call(AppImageConfigClient(wire.client()))
    assert [sent.target for sent in wire.sent] == [f"SageMaker.{operation}"]


WRONG_CALLS: list[tuple[Call, str]] = [
    (lambda client: client.describe("no_name"), "AppImageConfigName"),
    (lambda client: client.describe("name\n"), "AppImageConfigName"),
    (lambda client: client.delete("x" * 64), "AppImageConfigName"),
    (lambda client: client.list(name_contains="a_b"), "NameContains"),
    (lambda client: client.list(sort_by=cast("Any", "Arn")), "SortBy"),
    (lambda client: client.list(sort_order=cast("Any", "Up")), "SortOrder"),
    (lambda client: client.list(creation_time_after=cast("Any", "2026")), "CreationTimeAfter"),
    (lambda client: client.list_tags("image"), "ResourceArn"),
    (lambda client: client.add_tags(ARN, {"k!": "v"}), "Tags[0].Key"),
    (lambda client: client.add_tags(ARN, cast("Any", [{"Key": "k", "Value": "v"}])), "Tags"),
    (lambda client: client.delete_tags(ARN, "key"), "TagKeys"),
    (lambda client: client.delete_tags(ARN, []), "TagKeys"),
]


@pytest.mark.parametrize(("call", "path"), WRONG_CALLS)
def test_a_wrong_argument_is_refused_before_anything_is_sent(call: Call, path: str) -> None:
    """By the service model, as a request is; at the call, not at the first item of a list."""
    wire = Wire()
    with pytest.raises(InvalidAppImageConfigError) as caught:
        call(AppImageConfigClient(wire.client()))
    assert [violation.path for violation in caught.value.violations] == [path]
    assert wire.sent == []


@pytest.mark.parametrize("prefix", ["", "com.amazonaws.sagemaker#", "com.amazon.coral.service#"])
@pytest.mark.parametrize("message", ["message", "Message"])
def test_the_code_is_read_from_the_wire_in_each_of_its_forms(prefix: str, message: str) -> None:
    """A namespaced type, and a message in either spelling."""
    body = {"__type": f"{prefix}ResourceInUse", message: "The ID or Name specified is already in use."}
    client = AppImageConfigClient(Wire(Answer(body, status=400)).client())
    with pytest.raises(ResourceInUseError) as caught:
        client.create(CONFIG)
    error = caught.value
    assert error.message == "The ID or Name specified is already in use."
    assert (error.code, error.http_status, error.request_id) == ("ResourceInUse", 400, "request-1")
    assert (error.app_image_config_name, error.operation_name) == ("image", "CreateAppImageConfig")
    assert type(error.__cause__).__name__ == "ResourceInUse"


def test_handlers_for_client_errors_go_on_working() -> None:
    """As they are written in the scripts of the world."""
    client = AppImageConfigClient(Wire(refusal("ResourceNotFound", "It does not exist.")).client())
    with pytest.raises(ClientError) as caught:
        client.describe("image")
    assert caught.value.response.get("Error", {}).get("Code") == "ResourceNotFound"


def test_an_error_of_a_later_page_is_translated() -> None:
    """After the items of the pages before it."""
    pages = Wire(
        Answer({"AppImageConfigs": [{"AppImageConfigName": "a"}], "NextToken": "1"}),
        refusal("ValidationException", "The token has expired."),
    )
    found = AppImageConfigClient(pages.client()).list()
    assert next(found).app_image_config_name == "a"
    with pytest.raises(RequestValidationError, match="The token has expired"):
        next(found)


@pytest.mark.usefixtures("no_sleep")
def test_a_conflict_after_a_lost_response_says_so() -> None:
    """The first attempt may have created it: botocore retried, and the retry met the conflict."""
    lost = Answer({}, status=500)
    wire = Wire(lost, refusal("ResourceInUse", "The ID or Name specified is already in use."))
    config = Config(retries={"total_max_attempts": 3, "mode": "standard"})
    with pytest.raises(ResourceInUseError, match="earlier attempt, whose answer was lost") as caught:
        AppImageConfigClient(wire.client(config)).create(CONFIG)
    assert caught.value.retry_attempts == 1
    assert len(wire.sent) == 2


@pytest.mark.usefixtures("no_sleep")
def test_throttling_is_retried_by_botocore_and_then_raised() -> None:
    """As often as the client's own configuration says."""
    wire = Wire(refusal("ThrottlingException", "Rate exceeded"))
    config = Config(retries={"total_max_attempts": 4, "mode": "standard"})
    with pytest.raises(ThrottlingError, match="Rate exceeded") as caught:
        AppImageConfigClient(wire.client(config)).describe("image")
    assert caught.value.retry_attempts == 3
    assert len(wire.sent) == 4


def test_an_unknown_failure_is_a_service_error() -> None:
    """Of whatever code and status."""
    client = AppImageConfigClient(Wire(Answer({"__type": "InternalFailure"}, status=500)).client(NO_RETRIES))
    with pytest.raises(ServiceError) as caught:
        client.describe("image")
    assert type(caught.value) is ServiceError
    assert (caught.value.code, caught.value.http_status) == ("InternalFailure", 500)


def test_errors_of_botocore_itself_pass_through() -> None:
    """They are not the service's."""
    sagemaker = Wire().client()

    def fail(**_: Any) -> None:
        raise EndpointConnectionError(endpoint_url="https://sagemaker.example")

    sagemaker.meta.events.register_first("before-send.sagemaker", fail)
    sagemaker.meta.events.unregister("needs-retry.sagemaker", unique_id="retry-config-sagemaker")
    with pytest.raises(EndpointConnectionError):
        AppImageConfigClient(sagemaker).describe("image")


def test_a_response_without_an_arn_is_an_error_that_says_so(stubber: Stubber) -> None:
    """It comes from a stub: the service always sends one."""
    stubber.add_response("create_app_image_config", {}, REQUEST)
    with pytest.raises(AppImageConfigError, match="'image' succeeded, but its response holds no ARN"):
        client_of(stubber).create(CONFIG)


def test_a_client_that_is_passed_in_is_used_as_it_is() -> None:
    """Not one handler is added to it, and it is not rebuilt."""
    sagemaker = Wire(Answer({"AppImageConfigArn": ARN})).client()
    attributes: dict[str, Any] = {**sagemaker.__dict__}
    user_agent = sagemaker.meta.config.user_agent_extra
    client = AppImageConfigClient(sagemaker)
    client.create(CONFIG)
    assert client.sagemaker is sagemaker
    assert vars(sagemaker) == attributes
    assert sagemaker.meta.config.user_agent_extra == user_agent


def test_a_client_and_what_to_build_one_from_exclude_each_other() -> None:
    """What would be ignored is refused."""
    with pytest.raises(TypeError, match="region_name, config would be ignored"):
        AppImageConfigClient(Wire().client(), region_name="eu-west-1", config=Config())


def built(client: AppImageConfigClient, wire: Wire) -> Any:
    """Return the boto3 client that *client* builds, put on the *wire*."""
    sagemaker: Any = client.sagemaker
    sagemaker.meta.events.register_first("before-send.sagemaker", wire.answer)
    return sagemaker


def test_a_client_is_built_from_session_region_endpoint_and_config() -> None:
    """Everything passes through to botocore, and the user agent names this library beside what was there."""
    wire_ = Wire(Answer({"AppImageConfigArn": ARN}))
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


def test_a_client_is_built_at_the_first_call_and_once() -> None:
    """Also from many threads."""
    wire_ = Wire(Answer({"AppImageConfigArn": ARN}))
    built_sessions: list[str] = []

    class Session(boto3.Session):
        def client(self, service_name: str, **arguments: Any) -> Any:  # type: ignore[override]
            built_sessions.append(service_name)
            sagemaker = wire.session().client(service_name, **arguments)
            sagemaker.meta.events.register_first("before-send.sagemaker", wire_.answer)
            return sagemaker

    client = AppImageConfigClient(session=Session())
    assert built_sessions == []
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(client.create, [CONFIG] * 8)) == {ARN}
    assert built_sessions == ["sagemaker"]
    assert "appimageconfig/" in wire_.sent[0].user_agent


def test_the_default_session_is_used_where_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """As boto3.setup_default_session made it."""
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", wire.session())
    sagemaker: Any = AppImageConfigClient().sagemaker
    assert sagemaker.meta.region_name == "eu-west-1"


def test_what_is_missing_in_the_environment_is_botocores_error() -> None:
    """No region when the client is built, no credentials when it calls."""
    with pytest.raises(NoRegionError):
        AppImageConfigClient(session=boto3.Session(botocore_session=botocore.session.Session())).describe("image")
    with pytest.raises(NoCredentialsError):
        AppImageConfigClient(session=boto3.Session(region_name="eu-west-1")).describe("image")


def test_a_member_that_only_responses_have_is_not_sent_back() -> None:
    """Nothing could be done with it: the request has no such member. The rest of the config goes."""
    config = from_response({"AppImageConfigName": "image", "JupyterLabAppImageConfig": {}, "Status": "InService"})
    wire = Wire(Answer({"AppImageConfigArn": ARN}))
    client = AppImageConfigClient(wire.client())
    client.update(config.to_config())
    client.create(config.to_config())
    expected: dict[str, Any] = {"AppImageConfigName": "image", "JupyterLabAppImageConfig": {}}
    assert [sent.members for sent in wire.sent] == [expected, expected]


@pytest.mark.parametrize(
    ("what", "sentence"),
    [
        (REQUEST, "an AppImageConfig is due, not dict: read it with from_request"),
        (from_response({"AppImageConfigName": "image"}), r"not AppImageConfigDetails: call its to_config\(\)"),
        ("image", "an AppImageConfig is due, not str$"),
    ],
)
def test_what_is_no_config_is_refused_with_how_to_make_one(what: Any, sentence: str) -> None:
    """Before a client is built, or anything sent."""
    client = AppImageConfigClient()
    for call in (client.create, client.update, to_request):
        with pytest.raises(TypeError, match=sentence):
            call(what)
