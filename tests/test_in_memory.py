"""The SageMaker in memory: real boto3 clients in front of it, and nothing behind."""

from __future__ import annotations

import itertools
import os
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import attrs
import pytest
from botocore.client import BaseClient
from botocore.config import Config
from botocore.exceptions import ClientError, ParamValidationError

from appimageconfig import (
    AppImageConfig,
    AppImageConfigClient,
    CodeEditorAppImageConfig,
    JupyterLabAppImageConfig,
    KernelGatewayImageConfig,
    KernelSpec,
    ResourceInUseError,
    ResourceNotFoundError,
    ServiceError,
)
from appimageconfig.testing import InMemorySageMaker

if TYPE_CHECKING:
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
