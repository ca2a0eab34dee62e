"""A client of types-boto3. Type-checked, never run."""

import boto3
from botocore.config import Config
from botocore.stub import Stubber
from types_boto3_sagemaker import SageMakerClient

from appimageconfig import AppImageConfig, AppImageConfigClient, custom_image


def clients(typed: SageMakerClient, config: AppImageConfig) -> None:
    AppImageConfigClient(typed)
    AppImageConfigClient(sagemaker=Stubber(typed).client)
    AppImageConfigClient(session=boto3.Session(profile_name="dev"), config=Config())
    entry = custom_image(config, "team-image", 2)
    typed.update_domain(DomainId="d-1", DefaultUserSettings={"JupyterLabAppSettings": {"CustomImages": [entry]}})


def mistakes() -> None:
    AppImageConfigClient(session="dev")  # error
    AppImageConfigClient(config={})  # error
