"""The client and its results, as a type checker sees them. Type-checked, never run."""

from datetime import datetime
from typing import Any, assert_type

from appimageconfig import (
    AppImageConfig,
    AppImageConfigClient,
    AppImageConfigDetails,
    ApplyError,
    CustomImageEntry,
    Difference,
    NotConvergedError,
    OperationName,
    Outcome,
    Plan,
    SortBy,
    Step,
    ThrottlingError,
    custom_image,
    difference,
    load,
)
from appimageconfig.testing import Fault, InMemorySageMaker, stub_sagemaker


def clients() -> None:
    AppImageConfigClient()
    AppImageConfigClient(region_name="eu-west-1", endpoint_url="https://localhost")
    client = AppImageConfigClient(InMemorySageMaker().client())
    client.sagemaker.describe_domain(DomainId="d-1")
    try:
        client.sagemaker.delete_domain(DomainId="d-1")
    except client.sagemaker.exceptions.ResourceInUse:
        print(client.sagemaker.meta.region_name)


def results(client: AppImageConfigClient, sort_by: SortBy) -> None:
    details = client.describe("image")
    assert_type(details, AppImageConfigDetails)
    assert_type(client.create(details.to_config()), str)
    assert_type(client.update(details.to_config(tags={"team": "ml"})), str)
    assert_type(client.list_tags(details.app_image_config_arn), dict[str, str])
    client.delete_tags(details.app_image_config_arn, {"team", "cost"})
    for item in client.list(sort_by=sort_by, sort_order="Ascending"):
        assert_type(item, AppImageConfigDetails)


def report(outcome: Outcome) -> None:
    print(outcome)


def provisioning(client: AppImageConfigClient, config: AppImageConfig) -> None:
    outcome = client.ensure(config)
    assert_type(outcome, Outcome)
    assert_type(outcome.difference, Difference)
    assert_type(outcome.error, Exception | None)
    plan = client.plan(load("a.json", "b.yaml"), prune="team-")
    assert_type(plan, Plan)
    assert_type(plan.changes, tuple[Step, ...])
    assert_type(plan.steps[0].last_modified_time, datetime | None)
    assert_type(client.apply(plan, max_workers=2, on_outcome=report), tuple[Outcome, ...])
    assert_type(difference(config, client.describe("image")), Difference)
    try:
        client.apply(plan)
    except ApplyError as error:
        assert_type(error.outcomes, tuple[Outcome, ...])
        assert_type(error.exceptions[0], Exception | ExceptionGroup[Exception])
    try:
        client.apply(plan)
    except* ThrottlingError as group:
        assert_type(group, ExceptionGroup[ThrottlingError])
    try:
        client.ensure(config, replace=True)
    except NotConvergedError as error:
        assert_type(error.difference, Difference)


def custom_images(client: AppImageConfigClient, config: AppImageConfig) -> None:
    entry = custom_image(config, "team-image", 2)
    assert_type(entry, CustomImageEntry)
    settings: dict[str, Any] = {"JupyterLabAppSettings": {"CustomImages": [entry]}}
    client.sagemaker.update_domain(DomainId="d-1", DefaultUserSettings=settings)


def test_kit(service: InMemorySageMaker, operation: OperationName, config: AppImageConfig) -> None:
    service.inject(Fault.throttling(), operation=operation)
    service.inject(Fault.throttling(), operation="CreateAppImageConfig")
    with stub_sagemaker(service.client()) as stubber:
        stubber.add_create(config)


def mistakes(client: AppImageConfigClient, service: InMemorySageMaker) -> None:
    client.list(sort_by="Arn")  # error
    client.create({"AppImageConfigName": "image"})  # error
    client.delete("image", True)  # error
    client.ensure([])  # error
    client.plan(load("a.json")[0])  # error
    client.plan([], prune=True)  # error
    client.plan([], prune="team-", name_contains="team-")  # error
    client.apply(load("a.json"))  # error
    client.delete_tags("arn", 5)  # error
    client.add_tags("arn", [{"Key": "team", "Value": "ml"}])  # error
    service.inject(Fault.throttling(), operation="CreateAppImage")  # error
