"""`InMemorySageMaker.attach`: on clients that others respond to as well, such as moto."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import boto3
import pytest
import wire
from botocore.config import Config
from botocore.exceptions import ClientError
from moto import mock_aws
from wire import Response, Wire

from appimageconfig import AppImageConfig, AppImageConfigClient, JupyterLabAppImageConfig, ResourceNotFoundError
from appimageconfig.testing import Fault, InMemorySageMaker, stub_sagemaker

if TYPE_CHECKING:
    from collections.abc import Iterator

LAB = AppImageConfig(
    app_image_config_name="lab", tags={"team": "ml"}, jupyter_lab_app_image_config=JupyterLabAppImageConfig()
)
DOMAIN_ARN = "arn:aws:sagemaker:eu-west-1:123456789012:domain/d-1"


@pytest.fixture
def moto() -> Iterator[Any]:
    """Yield a SageMaker client of moto."""
    with mock_aws():
        session: Any = boto3.Session()
        yield session.client("sagemaker", region_name="eu-west-1")


def domain_of(sagemaker: Any) -> str:
    """Create a domain and return its ARN."""
    domain = sagemaker.create_domain(
        DomainName="research",
        AuthMode="IAM",
        DefaultUserSettings={"ExecutionRole": "arn:aws:iam::123456789012:role/studio"},
        SubnetIds=["subnet-1"],
        VpcId="vpc-1",
        Tags=[{"Key": "team", "Value": "ml"}],
    )
    return str(domain["DomainArn"])


def test_beside_moto_each_service_responds_to_its_own_operations(service: InMemorySageMaker, moto: Any) -> None:
    """Moto has no AppImageConfigs, and fails if a request for one reaches it."""
    service.attach(moto)
    domain_arn = domain_of(moto)
    assert moto.describe_domain(DomainId=domain_arn.rpartition("/")[2])["Status"] == "InService"

    client = AppImageConfigClient(moto)
    assert client.ensure(LAB).status == "created"
    assert client.ensure(attrs.evolve(LAB, tags={"team": "research"})).status == "updated"
    (listed,) = client.list()
    client.delete_tags(listed.app_image_config_arn or "", {"team"})
    client.delete("lab")

    assert {call.region_name for call in service.calls} == {"eu-west-1"}
    assert not [call for call in service.calls if call.error_code not in {None, "ResourceNotFound"}]


def test_beside_moto_tags_are_those_of_the_service_that_has_the_resource(service: InMemorySageMaker, moto: Any) -> None:
    """By the ARN in the request."""
    service.attach(moto)
    domain_arn = domain_of(moto)
    config_arn = moto.create_app_image_config(AppImageConfigName="lab")["AppImageConfigArn"]
    for arn in (domain_arn, config_arn):
        moto.add_tags(ResourceArn=arn, Tags=[{"Key": "stage", "Value": "dev"}])
    moto.delete_tags(ResourceArn=domain_arn, TagKeys=["team"])
    assert moto.list_tags(ResourceArn=config_arn)["Tags"] == [{"Key": "stage", "Value": "dev"}]
    assert moto.list_tags(ResourceArn=domain_arn)["Tags"] == [{"Key": "stage", "Value": "dev"}]
    assert [call.operation for call in service.calls] == ["CreateAppImageConfig", "AddTags", "ListTags"]


def test_the_clients_of_the_service_work_beside_moto(service: InMemorySageMaker) -> None:
    """Moto is part of every client that is made after its import, and does not get the requests of these."""
    with mock_aws():
        assert AppImageConfigClient(service.client()).create(LAB).endswith(":app-image-config/lab")


def test_a_handler_of_before_send_gets_only_the_other_requests(service: InMemorySageMaker) -> None:
    """Whether it is registered before or after, and for all operations or one."""
    before, after = Wire(Response({"Domains": []})), Wire(Response({"Domains": []}))
    sagemaker = before.client()
    service.attach(sagemaker)
    sagemaker.meta.events.register_first("before-send.sagemaker.CreateAppImageConfig", after.respond)
    sagemaker.create_app_image_config(AppImageConfigName="lab")
    sagemaker.list_domains()
    sagemaker.list_tags(ResourceArn=DOMAIN_ARN)
    assert [sent.target for sent in before.sent] == ["SageMaker.ListDomains", "SageMaker.ListTags"]
    assert after.sent == []
    assert [call.operation for call in service.calls] == ["CreateAppImageConfig"]


def test_the_client_keeps_its_region_and_retries(service: InMemorySageMaker) -> None:
    """The account is that of the service, unless another one is passed."""
    retries = Config(retries={"total_max_attempts": 2, "mode": "standard"})
    sagemaker = wire.session().client("sagemaker", region_name="cn-north-1", config=retries)
    service.attach(sagemaker)
    service.inject(Fault.connection_error())
    created = sagemaker.create_app_image_config(AppImageConfigName="lab")
    assert created["AppImageConfigArn"] == "arn:aws-cn:sagemaker:cn-north-1:123456789012:app-image-config/lab"
    assert created["ResponseMetadata"]["RetryAttempts"] == 1
    service.attach(sagemaker, account_id="210987654321")
    created = sagemaker.create_app_image_config(AppImageConfigName="lab")
    assert created["AppImageConfigArn"] == "arn:aws-cn:sagemaker:cn-north-1:210987654321:app-image-config/lab"


def test_a_client_uses_the_service_that_it_was_attached_to_last(service: InMemorySageMaker) -> None:
    """Also if it is attached thousands of times, as one client of all tests would be."""
    sagemaker = Wire(Response({"Domains": []})).client()
    for _ in range(2000):
        service.attach(sagemaker)
    AppImageConfigClient(sagemaker).create(LAB)
    assert [call.operation for call in service.calls] == ["CreateAppImageConfig"]
    other = InMemorySageMaker()
    other.attach(sagemaker)
    with pytest.raises(ResourceNotFoundError):
        AppImageConfigClient(sagemaker).describe("lab")
    assert sagemaker.list_domains()["Domains"] == []
    assert (len(service.calls), len(other.calls)) == (1, 1)


def test_a_client_of_a_service_can_be_attached_to_another(service: InMemorySageMaker) -> None:
    """It still refuses all other operations, so that nothing is sent."""
    sagemaker = service.client()
    other = InMemorySageMaker()
    other.attach(sagemaker)
    sagemaker.create_app_image_config(AppImageConfigName="lab")
    assert [call.operation for call in other.calls] == ["CreateAppImageConfig"]
    with pytest.raises(ClientError, match="InMemorySageMaker does not implement ListDomains"):
        sagemaker.list_domains()


def test_an_active_stubber_comes_first(service: InMemorySageMaker) -> None:
    """Botocore asks it before a request is made."""
    sagemaker = wire.session().client("sagemaker")
    service.attach(sagemaker)
    with stub_sagemaker(sagemaker) as stubber:
        stubber.add_delete("lab")
        sagemaker.delete_app_image_config(AppImageConfigName="lab")
    assert service.calls == ()


def test_only_a_sagemaker_client_can_be_attached(service: InMemorySageMaker) -> None:
    with pytest.raises(TypeError, match="must be a boto3 SageMaker client, not an object of type S3"):
        service.attach(wire.session().client("s3"))
