"""The SageMaker in memory: real boto3 clients in front of it, and nothing behind."""

from __future__ import annotations

import itertools
import os
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

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
)
from appimageconfig.testing import Assumptions, Fault, InMemorySageMaker

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

LAB = AppImageConfig(
    app_image_config_name="lab", tags={"team": "ml"}, jupyter_lab_app_image_config=JupyterLabAppImageConfig()
)


def test_the_life_of_a_config(client: AppImageConfigClient) -> None:
    """Create, describe, update, describe, delete."""
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


def test_an_update_keeps_what_it_leaves_out(client: AppImageConfigClient) -> None:
    """As the class says."""
    client.create(LAB)
    editor = AppImageConfig(app_image_config_name="lab", code_editor_app_image_config=CodeEditorAppImageConfig())
    client.update(editor)
    details = client.describe("lab")
    assert details.jupyter_lab_app_image_config == JupyterLabAppImageConfig()
    assert details.code_editor_app_image_config == CodeEditorAppImageConfig()


def test_it_refuses_in_the_services_words(client: AppImageConfigClient) -> None:
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
    """By ARN; deleting a key that is not there is nothing."""
    arn = client.create(LAB)
    client.create(attrs.evolve(LAB, app_image_config_name="second", tags=None))
    assert client.list_tags(arn) == {"team": "ml"}
    client.add_tags(arn, {"team": "research", "stage": "dev"})
    assert client.list_tags(arn) == {"team": "research", "stage": "dev"}
    client.delete_tags(arn, ["team", "absent"])
    assert client.list_tags(arn) == {"stage": "dev"}
    assert client.list_tags(arn.replace("/lab", "/second")) == {}


def create_many(client: AppImageConfigClient, count: int) -> list[str]:
    """Create *count* configs and return their names."""
    names = [f"image-{number:03}" for number in range(count)]
    for name in names:
        client.create(AppImageConfig(app_image_config_name=name))
    return names


def listed(client: AppImageConfigClient, **filters: Any) -> list[str | None]:
    """Return the names that a list gives."""
    return [details.app_image_config_name for details in client.list(**filters)]


def test_a_list_has_pages(service: InMemorySageMaker) -> None:
    """Ten a page unless more are asked for, up to the last."""
    sagemaker = service.client()
    names = create_many(AppImageConfigClient(sagemaker), 205)
    first = sagemaker.list_app_image_configs()
    assert len(first["AppImageConfigs"]) == 10
    assert "NextToken" in first
    pages = list(sagemaker.get_paginator("list_app_image_configs").paginate(PaginationConfig={"PageSize": 100}))
    assert [len(page["AppImageConfigs"]) for page in pages] == [100, 100, 5]
    assert sorted(filter(None, listed(AppImageConfigClient(sagemaker)))) == names


def test_a_list_goes_on_with_what_was_there_when_it_began(service: InMemorySageMaker) -> None:
    """A config that comes or goes between two pages shifts nothing."""
    client = AppImageConfigClient(service.client())
    names = create_many(client, 101)
    found = client.list(sort_by="Name", sort_order="Ascending")
    assert next(found).app_image_config_name == names[0]
    client.delete(names[50])
    assert [details.app_image_config_name for details in found] == names[1:]


def test_a_token_of_another_list_is_refused(service: InMemorySageMaker) -> None:
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


def test_its_clients_are_boto3_clients_with_all_checks(service: InMemorySageMaker) -> None:
    """Of the account and region that were asked for; parameters are checked by botocore as always."""
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


def test_an_operation_that_it_does_not_know_is_refused_by_name(service: InMemorySageMaker) -> None:
    """And it says which it knows."""
    with pytest.raises(ClientError, match=r"DescribeDomain is none of the operations .* CreateAppImageConfig"):
        service.client().describe_domain(DomainId="d-1")


def test_instances_share_nothing_and_clients_of_one_share_everything(service: InMemorySageMaker) -> None:
    """An instance is an account in a region."""
    AppImageConfigClient(service.client()).create(LAB)
    assert listed(AppImageConfigClient(service.client())) == ["lab"]
    assert listed(AppImageConfigClient(InMemorySageMaker().client())) == []


def test_it_needs_no_credentials_and_reads_no_configuration(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Not even a profile that is named in the environment and is nowhere."""
    monkeypatch.setenv("AWS_PROFILE", "nowhere")
    monkeypatch.setenv("AWS_CONFIG_FILE", os.fspath(tmp_path / "none"))
    client = AppImageConfigClient(InMemorySageMaker().client())
    assert client.create(LAB).endswith("/lab")


def test_threads_lose_nothing(client: AppImageConfigClient) -> None:
    """Eight at once, each creating, updating and listing."""

    def work(number: int) -> None:
        for step in range(10):
            config = attrs.evolve(LAB, app_image_config_name=f"t{number}-{step}")
            client.create(config)
            client.update(config)
            assert config.app_image_config_name in listed(client, name_contains=f"t{number}")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    assert len(listed(client)) == 80


def test_one_of_many_creates_of_one_name_wins(client: AppImageConfigClient) -> None:
    """The others meet the conflict."""

    def create(_: int) -> str | None:
        try:
            return client.create(LAB)
        except ServiceError:
            return None

    with ThreadPoolExecutor(8) as pool:
        assert sum(arn is not None for arn in pool.map(create, range(8))) == 1


def refused(service: InMemorySageMaker, **request: Any) -> str:
    """Return the text of the ValidationException that a create is refused with."""
    with pytest.raises(ClientError) as caught:
        service.client().create_app_image_config(**request)
    error: Any = caught.value.response.get("Error")
    assert error["Code"] == "ValidationException"
    return str(error["Message"])


def test_requests_are_judged_by_the_service_model(service: InMemorySageMaker) -> None:
    """As the service does it: every breach, counted."""
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


def test_a_wrong_type_is_a_serialization_exception(service: InMemorySageMaker) -> None:
    """Botocore would not send it; other clients may."""
    answer = service.respond("SageMaker.CreateAppImageConfig", b'{"AppImageConfigName": 5}')
    assert answer.status == 400
    assert b"SerializationException" in answer.body
    assert b"Value at 'appImageConfigName' cannot be read as a string" in answer.body


def test_what_the_model_does_not_know_is_neither_kept_nor_sent(service: InMemorySageMaker) -> None:
    """As the service reads JSON."""
    service.respond("SageMaker.CreateAppImageConfig", b'{"AppImageConfigName": "a", "New": 1, "Tags": null}')
    assert set(service.client().describe_app_image_config(AppImageConfigName="a")) == {
        "AppImageConfigArn",
        "AppImageConfigName",
        "CreationTime",
        "LastModifiedTime",
        "ResponseMetadata",
    }


def test_an_answer_that_the_service_could_not_send_is_a_fault_of_the_test() -> None:
    """Such as an ARN with an account of other than twelve digits."""
    client = AppImageConfigClient(InMemorySageMaker(account_id="12").client())
    with pytest.raises(AssertionError, match="is account_id one of 12 digits"):
        client.create(LAB)


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


def test_an_update_may_remove_what_it_leaves_out() -> None:
    """If that is what is assumed."""
    client = under(update="replace")
    client.update(EDITOR)
    assert client.describe("lab").jupyter_lab_app_image_config is None
    assert client.list_tags(client.describe("lab").app_image_config_arn or "") == {"team": "ml"}


def test_an_empty_app_config_may_say_nothing() -> None:
    """If that is what is assumed; otherwise it clears."""
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


def test_several_app_configs_may_be_refused() -> None:
    """If that is what is assumed: when created, and when updated."""
    both = attrs.evolve(EDITOR, jupyter_lab_app_image_config=JupyterLabAppImageConfig())
    client = under(several_app_configs="refused")
    with pytest.raises(RequestValidationError, match="Only one app config"):
        client.create(attrs.evolve(both, app_image_config_name="new"))
    with pytest.raises(RequestValidationError, match="Only one app config"):
        client.update(EDITOR)
    under().update(both)


def test_other_pairs_of_uid_and_gid_may_be_refused() -> None:
    """If that is what is assumed; with the words that people report of the service."""

    def config(**files: Any) -> dict[str, Any]:
        gateway = KernelGatewayImageConfig(
            kernel_specs=[KernelSpec(name="python3")], file_system_config=FileSystemConfig(**files)
        )
        lab = JupyterLabAppImageConfig(file_system_config=FileSystemConfig(**files))
        return {
            "gateway": AppImageConfig(app_image_config_name="new", kernel_gateway_image_config=gateway),
            "lab": AppImageConfig(app_image_config_name="new", jupyter_lab_app_image_config=lab),
        }

    def is_taken(config: AppImageConfig) -> bool:
        try:
            under(uid_gid_pairs="documented").create(config)
        except RequestValidationError as error:
            return not error.message.startswith("Unsupported FileSystemConfig parameters. Only supported values of")
        return True

    for files in ({}, {"default_uid": 1000}, {"default_uid": 1000, "default_gid": 100}):
        assert {kind: is_taken(value) for kind, value in config(**files).items()} == {"gateway": True, "lab": True}
    root = config(default_uid=0, default_gid=0)
    assert {kind: is_taken(value) for kind, value in root.items()} == {"gateway": True, "lab": False}
    for files in ({"default_uid": 0}, {"default_uid": 1, "default_gid": 2}):
        assert {kind: is_taken(value) for kind, value in config(**files).items()} == {"gateway": False, "lab": False}
    under().create(root["lab"])


def retrying(service: InMemorySageMaker, attempts: int) -> AppImageConfigClient:
    """Return a client that sends a request up to that many times."""
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
def test_a_fault_before_the_change_is_retried_and_changes_nothing(
    service: InMemorySageMaker, fault: Fault, code: str
) -> None:
    """By botocore, as often as it is configured to."""
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
    """It is an answer as well."""
    once = Config(retries={"total_max_attempts": 1, "mode": "standard"})
    service.inject(Fault.connection_error(after=True))
    with pytest.raises(ConnectionClosedError):
        service.client(config=once).describe_app_image_config(AppImageConfigName="absent")
    assert [call.error_code for call in service.calls] == ["ConnectionLost"]


@pytest.mark.parametrize("fault", [Fault.server_error(after=True), Fault.connection_error(after=True)])
def test_a_fault_after_the_change_is_a_lost_response(service: InMemorySageMaker, fault: Fault) -> None:
    """The retry finds its own work, and the error says that this may be so."""
    service.inject(fault)
    with pytest.raises(ResourceInUseError, match="earlier attempt, whose answer was lost"):
        retrying(service, 2).create(LAB)
    assert listed(AppImageConfigClient(service.client())) == ["lab"]


@pytest.mark.usefixtures("no_sleep")
def test_a_broken_connection_is_botocores_error(service: InMemorySageMaker) -> None:
    """When its retries are used up."""
    service.inject(Fault.connection_error(), times=2)
    with pytest.raises(ConnectionClosedError):
        retrying(service, 2).create(LAB)
    assert [call.error_code for call in service.calls] == ["ConnectionLost"] * 2
    retrying(service, 1).create(LAB)


def test_a_slow_answer_takes_its_time(service: InMemorySageMaker) -> None:
    """In seconds, and is right."""
    service.inject(Fault.slow(0.05))
    begin = time.perf_counter()
    retrying(service, 1).create(LAB)
    assert time.perf_counter() - begin >= 0.05
    assert listed(AppImageConfigClient(service.client())) == ["lab"]


def test_faults_wait_for_their_operation_and_come_in_order(service: InMemorySageMaker) -> None:
    """One that never happened is told when asked."""
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
        "faults that have not happened: a slow answer for DeleteAppImageConfig, 2 more; "
        "a broken connection for ListTags, 1 more"
    )
    service.inject(Fault.throttling())
    with pytest.raises(AssertionError, match="ThrottlingException for any operation, 1 more"):
        service.assert_faults_happened()


def test_a_fault_for_an_operation_that_there_is_not_is_refused(service: InMemorySageMaker) -> None:
    """It could never happen."""
    with pytest.raises(ValueError, match="'Create' is none of CreateAppImageConfig, "):
        service.inject(Fault.throttling(), operation="Create")
    with pytest.raises(ValueError, match="once or more, and not 0 times"):
        service.inject(Fault.throttling(), times=0)


def test_calls_are_recorded_with_secrets_masked(service: InMemorySageMaker) -> None:
    """Operation, request, answer or error, and for whom."""
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
    masked = {
        "ContainerArguments": ["***"],
        "ContainerEntrypoint": ["start.sh"],
        "ContainerEnvironmentVariables": {"PASSWORD": "***"},
    }
    assert created.request["JupyterLabAppImageConfig"] == {"ContainerConfig": masked}
    assert created.answer == {"AppImageConfigArn": "arn:aws:sagemaker:eu-west-1:123456789012:app-image-config/lab"}
    assert (created.account_id, created.region_name, created.error_code) == ("123456789012", "eu-west-1", None)
    assert described.answer is not None
    assert described.answer["JupyterLabAppImageConfig"] == {"ContainerConfig": masked}
    assert (missed.operation, missed.answer, missed.error_code) == ("DescribeAppImageConfig", None, "ResourceNotFound")


def test_a_snapshot_can_be_restored(service: InMemorySageMaker) -> None:
    """As often as one likes, in all accounts and regions."""
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


def test_it_serves_the_same_over_http(service: InMemorySageMaker, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a port of loopback; see the tests of the server."""
    served: list[object] = []

    @contextmanager
    def serve(service: InMemorySageMaker, *, port: int) -> Generator[str]:
        served.extend([service, port])
        yield "http://127.0.0.1:1"

    monkeypatch.setattr("appimageconfig.testing.server.serve", serve)
    with service.serve(port=1) as url:
        assert url == "http://127.0.0.1:1"
    assert served == [service, 1]


def test_a_region_that_there_is_not_is_refused(service: InMemorySageMaker) -> None:
    """A client in another process may sign for any."""
    answer = service.respond("SageMaker.ListAppImageConfigs", b"{}", region_name="nowhere")
    assert answer.status == 400
    assert b"Unknown region: 'nowhere'" in answer.body
