"""The SageMaker in memory, used through real boto3 clients."""

from __future__ import annotations

import itertools
import json
import os
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, cast, get_args

import attrs
import pytest
from botocore.client import BaseClient
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError, ParamValidationError

from appimageconfig import (
    AppImageConfig,
    AppImageConfigClient,
    CodeEditorAppImageConfig,
    ContainerConfig,
    FileSystemConfig,
    JupyterLabAppImageConfig,
    KernelGatewayImageConfig,
    KernelSpec,
    RequestValidationError,
    ResourceInUseError,
    ResourceNotFoundError,
    ServiceError,
    ThrottlingError,
)
from appimageconfig.operations import OperationName
from appimageconfig.testing import Assumptions, Fault, InMemorySageMaker

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from pathlib import Path

LAB = AppImageConfig(
    app_image_config_name="lab", tags={"team": "ml"}, jupyter_lab_app_image_config=JupyterLabAppImageConfig()
)


def test_create_describe_update_and_delete(client: AppImageConfigClient) -> None:
    """With the times of the changes."""
    before = datetime.now(UTC) - timedelta(milliseconds=1)
    arn = client.create(LAB)
    assert arn == "arn:aws:sagemaker:us-east-1:123456789012:app-image-config/lab"
    created = client.describe("lab")
    assert created.app_image_config_arn == arn
    assert created.to_config(tags=LAB.tags) == LAB
    assert created.creation_time is not None
    assert before <= created.creation_time <= datetime.now(UTC) + timedelta(milliseconds=1)
    gateway = KernelGatewayImageConfig(kernel_specs=[KernelSpec(name="python3")])
    assert client.update(attrs.evolve(LAB, kernel_gateway_image_config=gateway)) == arn
    updated = client.describe("lab")
    assert updated.kernel_gateway_image_config == gateway
    assert updated.creation_time == created.creation_time
    assert updated.last_modified_time is not None
    assert created.last_modified_time is not None
    assert updated.last_modified_time >= created.last_modified_time
    client.delete("lab")
    assert list(client.list()) == []


def test_an_update_keeps_the_app_configs_that_it_omits(client: AppImageConfigClient) -> None:
    """By default; see `Assumptions`."""
    client.create(LAB)
    editor = AppImageConfig(app_image_config_name="lab", code_editor_app_image_config=CodeEditorAppImageConfig())
    client.update(editor)
    details = client.describe("lab")
    assert details.jupyter_lab_app_image_config == JupyterLabAppImageConfig()
    assert details.code_editor_app_image_config == CodeEditorAppImageConfig()


def test_refusals_have_the_codes_and_messages_of_the_service(client: AppImageConfigClient) -> None:
    """ResourceInUse and ResourceNotFound."""
    client.create(LAB)
    with pytest.raises(ResourceInUseError, match="The ID or Name specified is already in use"):
        client.create(LAB)
    other = attrs.evolve(LAB, app_image_config_name="other")
    for call in (lambda: client.describe("other"), lambda: client.update(other), lambda: client.delete("other")):
        with pytest.raises(ResourceNotFoundError, match="does not exist"):
            call()
    with pytest.raises(ResourceNotFoundError, match="does not exist"):
        client.list_tags("arn:aws:sagemaker:us-east-1:123456789012:app-image-config/other")


def test_tags_are_set_overwritten_and_deleted(client: AppImageConfigClient) -> None:
    """By ARN. Deleting a key that does not exist has no effect."""
    arn = client.create(LAB)
    client.create(attrs.evolve(LAB, app_image_config_name="second", tags=None))
    assert client.list_tags(arn) == {"team": "ml"}
    client.add_tags(arn, {"team": "research", "stage": "dev"})
    assert client.list_tags(arn) == {"team": "research", "stage": "dev"}
    client.delete_tags(arn, ["team", "absent"])
    assert client.list_tags(arn) == {"stage": "dev"}
    assert client.list_tags(arn.replace("/lab", "/second")) == {}


def test_more_tags_than_a_resource_can_have_are_refused(client: AppImageConfigClient) -> None:
    """Existing keys count once, and nothing is stored."""
    tags = {f"key-{number}": "" for number in range(50)}
    arn = client.create(attrs.evolve(LAB, tags=tags))
    client.add_tags(arn, {"key-0": "new"})
    for added, total in (({"key-1": "x", "other": ""}, 51), ({f"other-{number}": "" for number in range(50)}, 100)):
        with pytest.raises(RequestValidationError) as caught:
            client.add_tags(arn, added)
        assert (caught.value.code, caught.value.message) == (
            "ValidationException",
            f"A resource has at most 50 tags, not {total}.",
        )
    assert client.list_tags(arn) == {**tags, "key-0": "new"}
    client.delete_tags(arn, ["key-0"])
    client.add_tags(arn, {"other": ""})


def create_many(client: AppImageConfigClient, count: int) -> list[str]:
    """Create *count* configs and return their names."""
    names = [f"image-{number:03}" for number in range(count)]
    for name in names:
        client.create(AppImageConfig(app_image_config_name=name))
    return names


def listed(client: AppImageConfigClient, **filters: Any) -> list[str | None]:
    """Return the names in a list."""
    return [details.app_image_config_name for details in client.list(**filters)]


def test_a_list_has_pages(service: InMemorySageMaker) -> None:
    """10 items per page by default."""
    sagemaker = service.client()
    names = create_many(AppImageConfigClient(sagemaker), 205)
    first = sagemaker.list_app_image_configs()
    assert len(first["AppImageConfigs"]) == 10
    assert "NextToken" in first
    pages = list(sagemaker.get_paginator("list_app_image_configs").paginate(PaginationConfig={"PageSize": 100}))
    assert [len(page["AppImageConfigs"]) for page in pages] == [100, 100, 5]
    assert sorted(filter(None, listed(AppImageConfigClient(sagemaker)))) == names


def test_a_list_shows_the_state_of_its_first_page(service: InMemorySageMaker) -> None:
    """A config that is deleted between two pages does not shift the others."""
    client = AppImageConfigClient(service.client())
    names = create_many(client, 101)
    found = client.list(sort_by="Name", sort_order="Ascending")
    assert next(found).app_image_config_name == names[0]
    client.delete(names[50])
    assert [details.app_image_config_name for details in found] == names[1:]


def test_an_unknown_next_token_is_refused(service: InMemorySageMaker) -> None:
    """As a ValidationException."""
    with pytest.raises(ClientError, match="ValidationException"):
        service.client().list_app_image_configs(NextToken="x")


def test_a_list_is_filtered_and_sorted() -> None:
    """By a part of the name, and by times on or before and on or after."""
    start, second = datetime(2026, 1, 1, tzinfo=UTC), timedelta(seconds=1)
    ticks = (start + tick * second for tick in itertools.count())
    client = AppImageConfigClient(InMemorySageMaker(clock=lambda: next(ticks)).client())
    for name in ("b-lab", "a-lab", "c-editor"):
        client.create(AppImageConfig(app_image_config_name=name))
    client.update(attrs.evolve(LAB, app_image_config_name="b-lab"))

    assert listed(client) == ["c-editor", "a-lab", "b-lab"]
    assert listed(client, sort_by="CreationTime", sort_order="Ascending") == ["b-lab", "a-lab", "c-editor"]
    assert listed(client, sort_by="LastModifiedTime") == ["b-lab", "c-editor", "a-lab"]
    assert listed(client, sort_by="Name") == ["c-editor", "b-lab", "a-lab"]
    assert listed(client, name_contains="lab", sort_order="Ascending") == ["b-lab", "a-lab"]
    assert listed(client, creation_time_after=start + second) == ["c-editor", "a-lab"]
    assert listed(client, creation_time_before=start + second) == ["a-lab", "b-lab"]
    assert listed(client, modified_time_after=start + 3 * second) == ["b-lab"]
    assert listed(client, modified_time_before=start + second) == ["a-lab"]


def test_clients_are_boto3_clients_of_an_account_and_region(service: InMemorySageMaker) -> None:
    """Botocore's own checks of parameters are made, too."""
    sagemaker = InMemorySageMaker(account_id="210987654321", region_name="cn-north-1").client(
        config=Config(retries={"total_max_attempts": 7})
    )
    assert issubclass(type(sagemaker), BaseClient)
    created = sagemaker.create_app_image_config(AppImageConfigName="image")
    assert created["AppImageConfigArn"] == "arn:aws-cn:sagemaker:cn-north-1:210987654321:app-image-config/image"
    assert created["ResponseMetadata"]["RequestId"]
    configured: Any = sagemaker.meta.config
    assert configured.retries["total_max_attempts"] == 7
    with pytest.raises(ParamValidationError):
        service.client().create_app_image_config(AppImageConfigName=5)


def test_an_operation_that_is_not_implemented_is_refused(service: InMemorySageMaker) -> None:
    """The message lists the implemented ones."""
    with pytest.raises(
        ClientError, match=r"InMemorySageMaker does not implement DescribeDomain\. It implements Create"
    ):
        service.client().describe_domain(DomainId="d-1")


def test_instances_share_nothing_and_clients_of_one_share_everything(service: InMemorySageMaker) -> None:
    """Two instances have nothing in common."""
    AppImageConfigClient(service.client()).create(LAB)
    assert listed(AppImageConfigClient(service.client())) == ["lab"]
    assert listed(AppImageConfigClient(InMemorySageMaker().client())) == []


def test_it_needs_no_credentials_and_reads_no_configuration(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A profile in the environment that does not exist is ignored."""
    monkeypatch.setenv("AWS_PROFILE", "nowhere")
    monkeypatch.setenv("AWS_CONFIG_FILE", os.fspath(tmp_path / "none"))
    client = AppImageConfigClient(InMemorySageMaker().client())
    assert client.create(LAB).endswith("/lab")


def test_no_change_of_eight_threads_is_lost(client: AppImageConfigClient) -> None:
    """Each thread creates, updates and lists."""

    def work(number: int) -> None:
        for step in range(10):
            config = attrs.evolve(LAB, app_image_config_name=f"t{number}-{step}")
            client.create(config)
            client.update(config)
            assert config.app_image_config_name in listed(client, name_contains=f"t{number}")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    assert len(listed(client)) == 80


def test_one_of_many_concurrent_creates_of_one_name_succeeds(client: AppImageConfigClient) -> None:
    """The others get ResourceInUse."""

    def create(_: int) -> str | None:
        try:
            return client.create(LAB)
        except ServiceError:
            return None

    with ThreadPoolExecutor(8) as pool:
        assert sum(arn is not None for arn in pool.map(create, range(8))) == 1


def refused(service: InMemorySageMaker, **request: Any) -> str:
    """Return the message of the ValidationException for a create."""
    with pytest.raises(ClientError) as caught:
        service.client().create_app_image_config(**request)
    error: Any = caught.value.response.get("Error")
    assert error["Code"] == "ValidationException"
    return str(error["Message"])


def test_requests_are_checked_against_the_service_model(service: InMemorySageMaker) -> None:
    """The message counts the violations, like that of the service."""
    assert refused(service, AppImageConfigName="a_b") == (
        "1 validation error detected: Value at 'appImageConfigName' failed to satisfy constraint: "
        "Member must satisfy regular expression pattern: " + name_pattern()
    )
    assert refused(service, AppImageConfigName="A-" * 40 + "a", Tags=[{"Key": "!", "Value": ""}]).startswith(
        "2 validation errors detected: Value at 'appImageConfigName' failed to satisfy constraint: "
        "Member must have length less than or equal to 63; Value at 'tags.1.member.key' failed"
    )


def name_pattern() -> str:
    """Return the pattern of names as the installed model writes it."""
    model = InMemorySageMaker().client().meta.service_model
    pattern: str = (
        model.operation_model("CreateAppImageConfig").input_shape.members["AppImageConfigName"].metadata["pattern"]
    )
    return pattern


def test_a_wrong_type_gets_a_serialization_exception(service: InMemorySageMaker) -> None:
    """Botocore does not send it, other clients may."""
    response = service.respond("SageMaker.CreateAppImageConfig", b'{"AppImageConfigName": 5}')
    assert response.status == 400
    assert b"SerializationException" in response.body
    assert b"Value at 'appImageConfigName' cannot be read as a string" in response.body


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "not JSON in UTF-8: Expecting value"),
        (b"{", "not JSON in UTF-8: Expecting property name"),
        (b'{"A": NaN}', "not JSON in UTF-8: NaN is not valid JSON"),
        (b'{"A": "\xff"}', "not JSON in UTF-8: 'utf-8' codec can't decode byte"),
        ('{"A": 1}'.encode("utf-16"), "not JSON in UTF-8: 'utf-8' codec can't decode byte"),
        (b'{"A":' + b"[" * 200_000, "The body is nested more than 100 levels deep."),
        (b'{"A":' * 500 + b"1" + b"}" * 500, "The body is nested more than 100 levels deep."),
        (b'{"A":' + b"[" * 100 + b"]" * 100 + b"}", "The body is nested more than 100 levels deep."),
        (b'{"A":' + b"1" * 5000 + b"}", "integer string"),
        (b"[]", "The body is not a JSON object."),
        (b"null", "The body is not a JSON object."),
    ],
)
def test_a_body_that_is_not_a_json_object_gets_a_serialization_exception(
    service: InMemorySageMaker, body: bytes, reason: str
) -> None:
    """It is recorded without a request."""
    response = service.respond("SageMaker.CreateAppImageConfig", body)
    error = json.loads(response.body)
    assert (response.status, error["__type"]) == (400, "SerializationException")
    assert reason in error["message"]
    (call,) = service.calls
    assert (call.request, call.response, call.error_code) == ({}, None, "SerializationException")


def test_a_body_of_a_hundred_levels_is_accepted_and_recorded(service: InMemorySageMaker) -> None:
    """As an unknown member, which is ignored."""
    body = b'{"A":' + b"[" * 99 + b"]" * 99 + b"}"
    assert service.respond("SageMaker.ListAppImageConfigs", body).status == 200
    assert service.calls[0].request == json.loads(body)


def test_the_last_ten_thousand_calls_are_recorded(service: InMemorySageMaker) -> None:
    """A service that runs for long does not grow."""
    service.respond("SageMaker.DescribeAppImageConfig", b"{}")
    for _ in range(10_000):
        service.respond("SageMaker.X", b"{}")
    assert [call.operation for call in service.calls] == ["X"] * 10_000


def test_the_last_thousand_tokens_of_a_list_are_accepted(service: InMemorySageMaker) -> None:
    """An older one is refused like one that never existed."""
    sagemaker = service.client()
    create_many(AppImageConfigClient(sagemaker), 2)
    tokens = [sagemaker.list_app_image_configs(MaxResults=1)["NextToken"] for _ in range(1001)]
    assert len(sagemaker.list_app_image_configs(NextToken=tokens[1])["AppImageConfigs"]) == 1
    with pytest.raises(ClientError) as caught:
        sagemaker.list_app_image_configs(NextToken=tokens[0])
    assert caught.value.response.get("Error", {}).get("Message") == (
        "The NextToken is not from one of the last 1000 responses of this operation that had one."
    )


def test_unknown_and_null_members_are_ignored(service: InMemorySageMaker) -> None:
    """As the service does."""
    service.respond("SageMaker.CreateAppImageConfig", b'{"AppImageConfigName": "a", "New": 1, "Tags": null}')
    assert set(service.client().describe_app_image_config(AppImageConfigName="a")) == {
        "AppImageConfigArn",
        "AppImageConfigName",
        "CreationTime",
        "LastModifiedTime",
        "ResponseMetadata",
    }


def test_accounts_and_regions_share_nothing(service: InMemorySageMaker) -> None:
    """Each has its own names, and its own ARNs."""
    clients = [
        AppImageConfigClient(service.client(account_id=account, region_name=region))
        for account in (None, "210987654321")
        for region in (None, "eu-west-1")
    ]
    arns = {client.create(LAB) for client in clients}
    assert len(arns) == 4
    assert all(listed(client) == ["lab"] for client in clients)
    with pytest.raises(ResourceNotFoundError):
        clients[0].list_tags(clients[1].describe("lab").app_image_config_arn or "")


EDITOR = AppImageConfig(app_image_config_name="lab", code_editor_app_image_config=CodeEditorAppImageConfig())


def under(**assumptions: Any) -> AppImageConfigClient:
    """Return a client of a service with these assumptions, in which LAB exists."""
    client = AppImageConfigClient(InMemorySageMaker(assumptions=Assumptions(**assumptions)).client())
    client.create(LAB)
    return client


def test_with_update_replace_an_update_removes_the_app_configs_that_it_omits() -> None:
    """And keeps the tags."""
    client = under(update="replace")
    client.update(EDITOR)
    assert client.describe("lab").jupyter_lab_app_image_config is None
    assert client.list_tags(client.describe("lab").app_image_config_arn or "") == {"team": "ml"}


def test_assumption_keeps_ignores_an_empty_app_config_in_an_update() -> None:
    """By default it clears the app config."""
    files = FileSystemConfig(mount_path="/data")
    full = attrs.evolve(EDITOR, code_editor_app_image_config=CodeEditorAppImageConfig(file_system_config=files))
    keeping, clearing = under(empty_app_config="keeps"), under()
    for client in (keeping, clearing):
        client.update(full)
        client.update(EDITOR)
    assert keeping.describe("lab").code_editor_app_image_config == full.code_editor_app_image_config
    assert clearing.describe("lab").code_editor_app_image_config == CodeEditorAppImageConfig()
    keeping.create(attrs.evolve(EDITOR, app_image_config_name="new"))
    assert keeping.describe("new").code_editor_app_image_config == CodeEditorAppImageConfig()


def test_with_several_app_configs_refused_only_one_is_accepted() -> None:
    """In a create and in an update."""
    both = attrs.evolve(EDITOR, jupyter_lab_app_image_config=JupyterLabAppImageConfig())
    client = under(several_app_configs="refused")
    with pytest.raises(RequestValidationError, match="Only one app config"):
        client.create(attrs.evolve(both, app_image_config_name="new"))
    with pytest.raises(RequestValidationError, match="Only one app config"):
        client.update(EDITOR)
    under().update(both)


def test_with_uid_gid_pairs_documented_other_pairs_are_refused() -> None:
    """With the message that users of the service report."""

    def config(**files: Any) -> dict[str, Any]:
        gateway = KernelGatewayImageConfig(
            kernel_specs=[KernelSpec(name="python3")], file_system_config=FileSystemConfig(**files)
        )
        lab = JupyterLabAppImageConfig(file_system_config=FileSystemConfig(**files))
        return {
            "gateway": AppImageConfig(app_image_config_name="new", kernel_gateway_image_config=gateway),
            "lab": AppImageConfig(app_image_config_name="new", jupyter_lab_app_image_config=lab),
        }

    def is_accepted(config: AppImageConfig) -> bool:
        try:
            under(uid_gid_pairs="documented").create(config)
        except RequestValidationError as error:
            return not error.message.startswith("Unsupported FileSystemConfig parameters. Only supported values of")
        return True

    for files in ({}, {"default_uid": 1000}, {"default_uid": 1000, "default_gid": 100}):
        assert {kind: is_accepted(value) for kind, value in config(**files).items()} == {"gateway": True, "lab": True}
    root = config(default_uid=0, default_gid=0)
    assert {kind: is_accepted(value) for kind, value in root.items()} == {"gateway": True, "lab": False}
    for files in ({"default_uid": 0}, {"default_uid": 1, "default_gid": 2}):
        assert {kind: is_accepted(value) for kind, value in config(**files).items()} == {"gateway": False, "lab": False}
    under().create(root["lab"])


def retrying(service: InMemorySageMaker, attempts: int) -> AppImageConfigClient:
    """Return a client that sends a request up to *attempts* times."""
    return AppImageConfigClient(
        service.client(config=Config(retries={"total_max_attempts": attempts, "mode": "standard"}))
    )


@pytest.mark.usefixtures("no_sleep")
@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (Fault.throttling(), "ThrottlingException"),
        (Fault.server_error(), "InternalFailure"),
        (Fault.error("ServiceUnavailable", status=503, message="Later."), "ServiceUnavailable"),
    ],
)
def test_a_fault_before_the_change_changes_nothing_and_is_retried(
    service: InMemorySageMaker, fault: Fault, code: str
) -> None:
    """By botocore, as often as configured."""
    service.inject(fault, operation="CreateAppImageConfig", times=2)
    with pytest.raises(ServiceError) as caught:
        retrying(service, 2).create(LAB)
    assert caught.value.code == code
    assert caught.value.http_status == fault.status
    assert listed(AppImageConfigClient(service.client())) == []
    service.inject(fault, operation="CreateAppImageConfig", times=2)
    retrying(service, 3).create(LAB)
    service.assert_faults_happened()
    assert [call.error_code for call in service.calls if call.operation.startswith("Create")] == [code] * 4 + [None]


@pytest.mark.usefixtures("no_sleep")
def test_a_fault_after_a_refusal_loses_the_refusal(service: InMemorySageMaker) -> None:
    """A refusal is a response, too."""
    once = Config(retries={"total_max_attempts": 1, "mode": "standard"})
    service.inject(Fault.connection_error(after=True))
    with pytest.raises(ConnectionClosedError):
        service.client(config=once).describe_app_image_config(AppImageConfigName="absent")
    assert [call.error_code for call in service.calls] == ["ConnectionLost"]


@pytest.mark.parametrize("fault", [Fault.server_error(after=True), Fault.connection_error(after=True)])
def test_a_fault_after_the_change_loses_the_response(service: InMemorySageMaker, fault: Fault) -> None:
    """The retry conflicts with the first attempt, and the error says so."""
    service.inject(fault)
    with pytest.raises(ResourceInUseError, match="an earlier attempt whose response was lost may have created it"):
        retrying(service, 2).create(LAB)
    assert listed(AppImageConfigClient(service.client())) == ["lab"]


@pytest.mark.usefixtures("no_sleep")
def test_a_connection_fault_is_a_botocore_error(service: InMemorySageMaker) -> None:
    """After its retries."""
    service.inject(Fault.connection_error(), times=2)
    with pytest.raises(ConnectionClosedError):
        retrying(service, 2).create(LAB)
    assert [call.error_code for call in service.calls] == ["ConnectionLost"] * 2
    retrying(service, 1).create(LAB)


def test_a_slow_response_is_delayed(service: InMemorySageMaker) -> None:
    """The request is carried out."""
    service.inject(Fault.slow(0.05))
    begin = time.perf_counter()
    retrying(service, 1).create(LAB)
    assert time.perf_counter() - begin >= 0.05
    assert listed(AppImageConfigClient(service.client())) == ["lab"]


def test_faults_apply_to_their_operation_in_the_order_of_injection(service: InMemorySageMaker) -> None:
    """Those that did not happen can be asserted."""
    service.inject(Fault.error("First"), operation="DescribeAppImageConfig")
    service.inject(Fault.error("Second"))
    service.inject(Fault.slow(1), operation="DeleteAppImageConfig", times=2)
    service.inject(Fault.connection_error(), operation="ListTags")
    client = retrying(service, 1)
    for code, call in (("Second", lambda: client.create(LAB)), ("First", lambda: client.describe("lab"))):
        with pytest.raises(ServiceError) as caught:
            call()
        assert caught.value.code == code
    client.create(LAB)
    with pytest.raises(AssertionError) as pending:
        service.assert_faults_happened()
    assert str(pending.value) == (
        "injected faults that did not happen: slow response for DeleteAppImageConfig (2 left); "
        "lost connection for ListTags (1 left)"
    )
    service.inject(Fault.throttling())
    with pytest.raises(AssertionError, match=r"ThrottlingException for any operation \(1 left\)"):
        service.assert_faults_happened()


def test_inject_refuses_an_unknown_operation_and_a_count_below_one(service: InMemorySageMaker) -> None:
    """Such a fault would never happen."""
    with pytest.raises(ValueError, match="unknown operation 'Create'; expected one of CreateAppImageConfig, "):
        service.inject(Fault.throttling(), operation=cast("Any", "Create"))
    with pytest.raises(ValueError, match="times must be at least 1, got 0"):
        service.inject(Fault.throttling(), times=0)


def test_faults_can_be_injected_into_every_operation(service: InMemorySageMaker) -> None:
    """By its name."""
    for operation in get_args(OperationName):
        service.inject(Fault.throttling(), operation=operation)


def test_calls_are_recorded_with_secrets_redacted(service: InMemorySageMaker) -> None:
    """With the operation, the request, the response or error, the account and the region."""
    container = ContainerConfig(
        container_arguments=["--token=hush"],
        container_entrypoint=["start.sh"],
        container_environment_variables={"PASSWORD": "hush"},
    )
    config = attrs.evolve(LAB, jupyter_lab_app_image_config=JupyterLabAppImageConfig(container_config=container))
    client = AppImageConfigClient(service.client(region_name="eu-west-1"))
    client.create(config)
    client.describe("lab")
    with pytest.raises(ResourceNotFoundError):
        client.describe("other")
    created, described, missed = service.calls
    assert "hush" not in repr(service.calls)
    redacted = {
        "ContainerArguments": ["***"],
        "ContainerEntrypoint": ["start.sh"],
        "ContainerEnvironmentVariables": {"PASSWORD": "***"},
    }
    assert created.request["JupyterLabAppImageConfig"] == {"ContainerConfig": redacted}
    assert created.response == {"AppImageConfigArn": "arn:aws:sagemaker:eu-west-1:123456789012:app-image-config/lab"}
    assert (created.account_id, created.region_name, created.error_code) == ("123456789012", "eu-west-1", None)
    assert described.response is not None
    assert described.response["JupyterLabAppImageConfig"] == {"ContainerConfig": redacted}
    assert (missed.operation, missed.response, missed.error_code) == (
        "DescribeAppImageConfig",
        None,
        "ResourceNotFound",
    )


def test_a_snapshot_can_be_restored(service: InMemorySageMaker) -> None:
    """Any number of times, in all accounts and regions."""
    here, there = (AppImageConfigClient(service.client(region_name=region)) for region in (None, "eu-west-1"))
    arn = here.create(LAB)
    snapshot = service.snapshot()
    assert "lab" not in repr(snapshot)
    for _ in range(2):
        there.create(LAB)
        here.update(EDITOR)
        here.add_tags(arn, {"stage": "dev"})
        here.create(attrs.evolve(LAB, app_image_config_name="second"))
        service.restore(snapshot)
        assert listed(there) == []
        assert listed(here) == ["lab"]
        assert here.describe("lab").to_config(here.list_tags(arn)) == LAB


def test_serve_starts_the_http_server_for_this_service(
    service: InMemorySageMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """See the tests of the server."""
    served: list[object] = []

    @contextmanager
    def serve(service: InMemorySageMaker, *, port: int) -> Generator[str]:
        served.extend([service, port])
        yield "http://127.0.0.1:1"

    monkeypatch.setattr("appimageconfig.testing.server.serve", serve)
    with service.serve(port=1) as url:
        assert url == "http://127.0.0.1:1"
    assert served == [service, 1]


def test_an_unknown_region_is_refused(service: InMemorySageMaker) -> None:
    """A client in another process may sign for any region."""
    response = service.respond("SageMaker.ListAppImageConfigs", b"{}", region_name="nowhere")
    assert response.status == 400
    error = json.loads(response.body)
    assert error == {
        "__type": "ValidationException",
        "message": "unknown region 'nowhere'; expected a name such as 'eu-west-1'",
    }


WRONG_PLACES: list[tuple[dict[str, Any], type[Exception], str]] = [
    *(
        ({"account_id": wrong}, ValueError, f"{wrong!r} is not an account ID; expected 12 digits")
        for wrong in ("12", "", "1234567890123", "12345678901\u0662", "123456789012\n", "acct-id")
    ),
    ({"account_id": 123456789012}, TypeError, "account_id must be a string of 12 digits, not int"),
    *(
        ({"region_name": wrong}, ValueError, f"unknown region {wrong!r}; expected a name such as 'eu-west-1'")
        for wrong in ("nowhere", "", "us-east-1\n", "us-\u00fcnder-1", f"us-{'a' * 60}-1", "US-EAST-1", "aws-global")
    ),
    ({"region_name": 1}, TypeError, "region_name must be a string, not int"),
]


@pytest.mark.parametrize(("place", "error", "message"), WRONG_PLACES)
def test_an_account_or_region_that_cannot_be_in_an_arn_is_refused(
    service: InMemorySageMaker, place: dict[str, Any], error: type[Exception], message: str
) -> None:
    """By the service and by its clients, before there is a request."""
    for make in (InMemorySageMaker, service.client):
        with pytest.raises(error) as caught:
            make(**place)
        assert str(caught.value) == message


def test_an_account_that_is_not_one_is_refused_by_attach_and_respond(service: InMemorySageMaker) -> None:
    """The caller is wrong, and not the request."""
    client = service.client()
    for call in (
        lambda: service.attach(client, account_id="12"),
        lambda: service.respond("SageMaker.ListAppImageConfigs", b"{}", account_id="12"),
    ):
        with pytest.raises(ValueError, match=r"^'12' is not an account ID; expected 12 digits$"):
            call()
    assert service.calls == ()


NOTHING_OLDER = "AppImageConfig lab does not exist."


def test_a_stale_describe_lacks_the_last_change_of_the_config(
    service: InMemorySageMaker, client: AppImageConfigClient
) -> None:
    """A new config does not exist yet, an updated one is as before, and a deleted one still exists."""

    def stale() -> AppImageConfig:
        service.inject(Fault.stale())
        client.create(attrs.evolve(LAB, app_image_config_name=f"other-{len(service.calls)}"))  # of another config
        return client.describe("lab").to_config()

    client.create(LAB)
    with pytest.raises(ResourceNotFoundError, match=NOTHING_OLDER):
        stale()
    untagged = client.describe("lab").to_config()
    client.update(EDITOR)
    assert stale() == untagged
    updated = client.describe("lab").to_config()
    assert updated == attrs.evolve(EDITOR, jupyter_lab_app_image_config=JupyterLabAppImageConfig())
    client.delete("lab")
    assert stale() == updated
    with pytest.raises(ResourceNotFoundError):
        client.describe("lab")
    client.create(EDITOR)
    with pytest.raises(ResourceNotFoundError, match=NOTHING_OLDER):
        stale()
    service.assert_faults_happened()


def test_stale_tags_lack_the_last_change_of_the_tags(service: InMemorySageMaker, client: AppImageConfigClient) -> None:
    """Changes of the config itself are not among them."""
    arn = client.create(LAB)

    def stale() -> dict[str, str]:
        service.inject(Fault.stale(), operation="ListTags")
        return client.list_tags(arn)

    with pytest.raises(ResourceNotFoundError, match=f"Resource {arn} does not exist"):
        stale()
    client.add_tags(arn, {"stage": "dev"})
    client.update(EDITOR)
    assert stale() == {"team": "ml"}
    client.delete_tags(arn, ["team"])
    assert stale() == {"team": "ml", "stage": "dev"}
    client.delete("lab")
    assert stale() == {"stage": "dev"}
    with pytest.raises(ResourceNotFoundError):
        client.list_tags(arn)


def test_a_stale_list_lacks_the_last_change_of_any_config(
    service: InMemorySageMaker, client: AppImageConfigClient
) -> None:
    """All of its pages do."""

    def stale() -> list[str]:
        service.inject(Fault.stale(), operation="ListAppImageConfigs")
        return sorted(filter(None, listed(client)))

    assert stale() == []
    names = create_many(client, 102)
    assert stale() == names[:-1]
    client.delete(names[0])
    assert stale() == names
    client.update(attrs.evolve(LAB, app_image_config_name=names[1]))
    assert stale() == names[1:]


def test_a_stale_read_finds_nothing_older_than_a_restored_snapshot(
    service: InMemorySageMaker, client: AppImageConfigClient
) -> None:
    """The test began there."""
    client.create(LAB)
    service.restore(service.snapshot())
    service.inject(Fault.stale())
    assert client.describe("lab").app_image_config_name == "lab"


def test_a_stale_read_finds_one_of_the_last_thousand_changes(
    service: InMemorySageMaker, client: AppImageConfigClient
) -> None:
    """Older versions are not kept."""
    client.create(LAB)
    create_many(client, 999)
    service.inject(Fault.stale())
    with pytest.raises(ResourceNotFoundError):
        client.describe("lab")
    client.create(AppImageConfig(app_image_config_name="last"))
    service.inject(Fault.stale())
    assert client.describe("lab").app_image_config_name == "lab"


def test_writes_do_not_meet_a_stale_read(service: InMemorySageMaker) -> None:
    """It waits for a read, and cannot be injected into a write."""
    service.inject(Fault.stale())
    client = AppImageConfigClient(service.client())
    client.create(LAB)
    client.delete("lab")
    with pytest.raises(AssertionError, match=r"did not happen: stale read for any operation \(1 left\)"):
        service.assert_faults_happened()
    assert client.describe("lab").to_config(LAB.tags) == LAB
    message = "UpdateAppImageConfig does not read; a stale read needs one of "
    with pytest.raises(ValueError, match=message + "DescribeAppImageConfig, ListAppImageConfigs, ListTags$"):
        service.inject(Fault.stale(), operation="UpdateAppImageConfig")


def test_a_fault_can_skip_requests(service: InMemorySageMaker) -> None:
    """Those that it applies to, whether or not they meet another fault."""
    service.inject(Fault.error("Late"), operation="DescribeAppImageConfig", skip=2)
    service.inject(Fault.error("Early"), operation="DescribeAppImageConfig", skip=1)
    service.inject(Fault.error("After"), operation="DescribeAppImageConfig", skip=2, times=2)
    client = AppImageConfigClient(service.client())
    client.create(LAB)
    codes: list[str | None] = []
    for _ in range(6):
        try:
            client.describe("lab")
        except ServiceError as error:
            codes.append(error.code)
        else:
            codes.append(None)
    assert codes == [None, "Early", "Late", "After", "After", None]
    with pytest.raises(ValueError, match="skip must be at least 0, got -1"):
        service.inject(Fault.stale(), skip=-1)


def test_a_name_that_is_freed_late_is_a_fault_of_the_creates_after_the_delete(
    service: InMemorySageMaker, client: AppImageConfigClient
) -> None:
    """As the guide shows."""
    client.create(LAB)
    late = Fault.error("ResourceInUse", message="The ID or Name specified is already in use.")
    service.inject(late, operation="CreateAppImageConfig", times=2)
    client.delete("lab")
    for _ in range(2):
        with pytest.raises(ResourceInUseError, match="already in use"):
            client.create(LAB)
    client.create(LAB)


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        """Start at the beginning of a year."""
        self.now = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        """Return the time."""
        return self.now


def limited(clock: Clock, **limit: Any) -> InMemorySageMaker:
    """Return a service with a rate limit."""
    return InMemorySageMaker(assumptions=Assumptions(**limit), clock=clock)


def accepted(service: InMemorySageMaker, requests: int, **place: str) -> int:
    """Send a number of requests at once, and return how many were accepted."""
    statuses = [
        service.respond("SageMaker.ListAppImageConfigs", b"{}", **cast("Any", place)).status for _ in range(requests)
    ]
    return statuses.count(200)


def test_requests_above_the_rate_are_throttled() -> None:
    """After a pause, as many as the bucket holds are accepted at once."""
    clock = Clock()
    service = limited(clock, requests_per_second=10, burst=5)
    assert accepted(service, 8) == 5
    for pause, expected in ((0.1, 1), (0.3, 3), (0.05, 0), (0.05, 1), (60, 5), (0, 0)):
        clock.now += timedelta(seconds=pause)
        assert accepted(service, 8) == expected


def test_the_rate_limit_of_each_account_and_region_is_its_own() -> None:
    """As all else is."""
    service = limited(Clock(), requests_per_second=0.001)
    for account_id in ("123456789012", "210987654321"):
        for region_name in ("us-east-1", "eu-west-1"):
            assert accepted(service, 3, account_id=account_id, region_name=region_name) == 1


def test_a_throttled_request_has_the_words_of_the_service_and_changes_nothing() -> None:
    """Requests that are refused for another reason count, too."""
    service = limited(Clock(), requests_per_second=1, burst=2)
    assert service.respond("SageMaker.CreateAppImageConfig", b"{}").status == 400
    client = retrying(service, 1)
    arn = client.create(LAB)
    before = service.snapshot()
    calls: list[Callable[[], object]] = [lambda: client.delete("lab"), lambda: client.add_tags(arn, {"stage": "dev"})]
    for call in calls:
        with pytest.raises(ThrottlingError) as caught:
            call()
        assert (caught.value.code, caught.value.message) == ("ThrottlingException", "Rate exceeded")
    assert service.snapshot() == before
    assert [call.error_code for call in service.calls][2:] == ["ThrottlingException"] * 2


def test_a_rate_limit_holds_for_many_threads() -> None:
    """The bucket is emptied once."""
    service = limited(Clock(), requests_per_second=1, burst=50)
    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(accepted, [service] * 8, [20] * 8)) == 50


def test_a_rate_limit_uses_the_current_time_by_default() -> None:
    """The bucket fills while the test waits."""
    assert accepted(InMemorySageMaker(assumptions=Assumptions(requests_per_second=0.001)), 2) == 1
    service = InMemorySageMaker(assumptions=Assumptions(requests_per_second=200))
    for _ in range(3):
        assert accepted(service, 1) == 1
        time.sleep(0.005)


@pytest.mark.parametrize(
    ("limit", "message"),
    [
        ({"requests_per_second": 0}, "'requests_per_second' must be >= 0.001: 0"),
        ({"requests_per_second": float("nan")}, "'requests_per_second' must be >= 0.001: nan"),
        ({"burst": 0}, "'burst' must be >= 1: 0"),
        ({"burst": 1_000_001}, "'burst' must be <= 1000000: 1000001"),
    ],
)
def test_a_rate_limit_without_meaning_is_refused(limit: dict[str, Any], message: str) -> None:
    """When the assumptions are made."""
    with pytest.raises(ValueError, match=message) as caught:
        Assumptions(**limit)
    assert str(caught.value) == message


@pytest.mark.parametrize("rate", [0.001, 1e300, float("inf")])
def test_the_extreme_rates_are_limits_like_others(rate: float) -> None:
    """Of the least, a thousand seconds let one request through; the largest are not reached."""
    clock = Clock()
    service = limited(clock, requests_per_second=rate, burst=1_000_000)
    assert accepted(service, 2) == 2
    clock.now += timedelta(days=365)
    assert accepted(service, 2) == 2
