"""The client, its arguments and its results, as a type checker sees them. Type-checked, never run."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, assert_type

import boto3
from botocore.client import BaseClient
from botocore.config import Config
from botocore.stub import Stubber
from types_boto3_sagemaker import SageMakerClient

from appimageconfig import (
    AppImageConfig,
    AppImageConfigClient,
    AppImageConfigDetails,
    CustomImageEntry,
    Difference,
    NotConvergedError,
    Outcome,
    Plan,
    Step,
    custom_image,
    difference,
    load,
)
from appimageconfig.testing import InMemorySageMaker


def clients(typed: SageMakerClient, untyped: Any, base: BaseClient) -> None:
    """Pass a client of types-boto3, an untyped one, and one of botocore-stubs."""
    AppImageConfigClient(typed)
    AppImageConfigClient(untyped)
    AppImageConfigClient(base)
    AppImageConfigClient(InMemorySageMaker().client())
    AppImageConfigClient(sagemaker=Stubber(typed).client)


def built() -> None:
    """Build a client from a session, a region, an endpoint and a config."""
    AppImageConfigClient()
    AppImageConfigClient(
        session=boto3.Session(profile_name="dev"),
        region_name="eu-west-1",
        endpoint_url="https://localhost",
        config=Config(),
    )


def results(client: AppImageConfigClient) -> None:
    """Infer the result of each method."""
    details = client.describe("image")
    assert_type(details, AppImageConfigDetails)
    assert_type(details.app_image_config_arn, str | None)
    assert_type(client.create(details.to_config()), str)
    assert_type(client.update(details.to_config(tags={"team": "ml"})), str)
    assert_type(client.list_tags("arn"), dict[str, str])
    for item in client.list(sort_by="Name", sort_order="Ascending"):
        assert_type(item, AppImageConfigDetails)


def provisioning(client: AppImageConfigClient, config: AppImageConfig) -> None:
    """Infer the results of ensure, plan and apply."""
    outcome = client.ensure(config)
    assert_type(outcome, Outcome)
    assert_type(outcome.difference, Difference)
    assert_type(outcome.error, Exception | None)
    if outcome.status == "created":
        assert_type(outcome.app_image_config_arn, str | None)
    plan = client.plan(load("a.json", "b.yaml"), prune=True, name_contains="team")
    assert_type(plan, Plan)
    assert_type(plan.changes, tuple[Step, ...])
    assert_type(plan.steps[0].last_modified_time, datetime | None)
    assert_type(client.apply(plan, max_workers=2), Iterator[Outcome])
    assert_type(difference(config, client.describe("image")), Difference)
    try:
        client.ensure(config, replace=True)
    except NotConvergedError as error:
        assert_type(error.difference, Difference)


def custom_images(typed: SageMakerClient, config: AppImageConfig) -> None:
    """Pass the entry to a client of types-boto3."""
    entry = custom_image(config, "team-image", 2)
    assert_type(entry, CustomImageEntry)
    typed.update_domain(DomainId="d-1", DefaultUserSettings={"JupyterLabAppSettings": {"CustomImages": [entry]}})


def mistakes(client: AppImageConfigClient) -> None:
    """Make mistakes that a type checker reports."""
    client.list(sort_by="Arn")  # type: ignore[arg-type]
    client.create({"AppImageConfigName": "image"})  # type: ignore[arg-type]
    client.delete("image", True)  # type: ignore[call-arg]  # noqa: FBT003
    client.ensure([])  # type: ignore[arg-type]
    client.plan(load("a.json")[0])  # type: ignore[arg-type]
    client.apply(load("a.json"))  # type: ignore[arg-type]
    if client.plan([]).steps[0].action == "recreate":  # type: ignore[comparison-overlap]
        pass
