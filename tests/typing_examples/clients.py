"""Every kind of boto3 client is taken. Type-checked, never run."""

from typing import Any, assert_type

import boto3
from botocore.client import BaseClient
from botocore.config import Config
from botocore.stub import Stubber
from types_boto3_sagemaker import SageMakerClient

from appimageconfig import AppImageConfigClient, AppImageConfigDetails
from appimageconfig.testing import InMemorySageMaker


def clients(typed: SageMakerClient, untyped: Any, base: BaseClient) -> None:
    """Pass in a client of types-boto3, one without types, and one of botocore-stubs alone."""
    AppImageConfigClient(typed)
    AppImageConfigClient(untyped)
    AppImageConfigClient(base)
    AppImageConfigClient(InMemorySageMaker().client())
    AppImageConfigClient(sagemaker=Stubber(typed).client)


def built() -> None:
    """Let one be built."""
    AppImageConfigClient()
    AppImageConfigClient(
        session=boto3.Session(profile_name="dev"),
        region_name="eu-west-1",
        endpoint_url="https://localhost",
        config=Config(),
    )


def results(client: AppImageConfigClient) -> None:
    """Know what each method returns."""
    details = client.describe("image")
    assert_type(details, AppImageConfigDetails)
    assert_type(details.app_image_config_arn, str | None)
    assert_type(client.create(details.to_config()), str)
    assert_type(client.update(details.to_config(tags={"team": "ml"})), str)
    assert_type(client.list_tags("arn"), dict[str, str])
    for item in client.list(sort_by="Name", sort_order="Ascending"):
        assert_type(item, AppImageConfigDetails)


def mistakes(client: AppImageConfigClient) -> None:
    """Be told of a mistake by the type checker."""
    client.list(sort_by="Arn")  # type: ignore[arg-type]
    client.create({"AppImageConfigName": "image"})  # type: ignore[arg-type]
    client.delete("image", True)  # type: ignore[call-arg]  # noqa: FBT003
    AppImageConfigClient("sagemaker")  # type: ignore[arg-type]
