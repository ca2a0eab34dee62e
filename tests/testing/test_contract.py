"""The SageMaker in memory behaves the same in process and over HTTP."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import attrs
import pytest
import pytest_socket
import wire
from botocore.config import Config
from botocore.exceptions import ConnectionClosedError

from appimageconfig import (
    AppImageConfig,
    AppImageConfigClient,
    CodeEditorAppImageConfig,
    ContainerConfig,
    FileSystemConfig,
    JupyterLabAppImageConfig,
    ResourceInUseError,
    ResourceNotFoundError,
    ServiceError,
    ThrottlingError,
    unchecked,
)
from appimageconfig.testing import Fault, InMemorySageMaker

if TYPE_CHECKING:
    from collections.abc import Iterator

CONFIG = AppImageConfig(
    app_image_config_name="contract",
    tags={"team": "ml", "empty": ""},
    jupyter_lab_app_image_config=JupyterLabAppImageConfig(
        file_system_config=FileSystemConfig(mount_path="/home/sagemaker-user", default_uid=0, default_gid=0),
        container_config=ContainerConfig(
            container_arguments=(), container_environment_variables={"EMPTY": "", "UNICODE": "名前"}
        ),
    ),
)
ONCE = Config(retries={"total_max_attempts": 1, "mode": "standard"})


@pytest.fixture(params=["in process", "over http"])
def sagemaker(request: pytest.FixtureRequest, service: InMemorySageMaker) -> Iterator[Any]:
    """Yield a boto3 client of the service, without retries."""
    if request.param == "in process":
        yield service.client(config=ONCE)
        return
    pytest_socket.enable_socket()
    pytest_socket.socket_allow_hosts(["127.0.0.1"])
    with service.serve() as url:
        client = wire.session().client("sagemaker", region_name="us-east-1", endpoint_url=url, config=ONCE)
        yield client
        client.close()
    pytest_socket.disable_socket(allow_unix_socket=True)


@pytest.fixture
def client(sagemaker: Any) -> AppImageConfigClient:
    """Return an `AppImageConfigClient` on top of it."""
    return AppImageConfigClient(sagemaker)


def test_a_config_is_created_changed_tagged_listed_and_deleted(client: AppImageConfigClient) -> None:
    """Each change is visible at once."""
    arn = client.create(CONFIG)
    assert arn == "arn:aws:sagemaker:us-east-1:123456789012:app-image-config/contract"
    details = client.describe("contract")
    assert details.to_config(client.list_tags(arn)) == CONFIG
    assert client.update(attrs.evolve(CONFIG, code_editor_app_image_config=CodeEditorAppImageConfig())) == arn
    client.add_tags(arn, {"team": "research"})
    client.delete_tags(arn, ["empty"])
    changed = client.describe("contract")
    assert changed.code_editor_app_image_config == CodeEditorAppImageConfig()
    assert changed.jupyter_lab_app_image_config == CONFIG.jupyter_lab_app_image_config
    assert client.list_tags(arn) == {"team": "research"}
    assert list(client.list()) == [changed]
    client.delete("contract")
    assert list(client.list()) == []


def test_conflicts_and_missing_configs_raise_the_errors_of_the_service(client: AppImageConfigClient) -> None:
    """With its codes and messages."""
    with pytest.raises(ResourceNotFoundError, match="does not exist"):
        client.describe("contract")
    client.create(CONFIG)
    with pytest.raises(ResourceInUseError, match="The ID or Name specified is already in use") as caught:
        client.create(CONFIG)
    assert (caught.value.http_status, caught.value.code) == (400, "ResourceInUse")
    assert caught.value.request_id


def test_a_violation_of_the_service_model_is_refused_by_the_service(client: AppImageConfigClient) -> None:
    """If this library does not refuse it first."""
    with unchecked():
        config = AppImageConfig(app_image_config_name="a_b")
    with pytest.raises(ServiceError, match="1 validation error detected: Value at 'appImageConfigName' failed"):
        client.create(config)


def test_a_list_has_pages_and_filters(client: AppImageConfigClient, sagemaker: Any) -> None:
    """Of the requested size."""
    names = [f"image-{number:03}" for number in range(120)]
    for name in names:
        client.create(AppImageConfig(app_image_config_name=name))
    found = [details.app_image_config_name for details in client.list(sort_by="Name", sort_order="Ascending")]
    assert found == names
    page = sagemaker.list_app_image_configs(NameContains="9", MaxResults=5, SortBy="Name")
    assert [item["AppImageConfigName"] for item in page["AppImageConfigs"]] == [
        "image-119",
        "image-109",
        "image-099",
        "image-098",
        "image-097",
    ]
    assert page["NextToken"]


def test_injected_faults_reach_the_client(client: AppImageConfigClient, service: InMemorySageMaker) -> None:
    """Each kind of fault."""
    service.inject(Fault.throttling())
    with pytest.raises(ThrottlingError):
        client.create(CONFIG)
    service.inject(Fault.server_error(after=True))
    with pytest.raises(ServiceError, match="InternalFailure"):
        client.create(CONFIG)
    service.inject(Fault.connection_error())
    with pytest.raises(ConnectionClosedError):
        client.describe("contract")
    service.inject(Fault.slow(0.01))
    assert client.describe("contract").app_image_config_name == "contract"
    service.assert_faults_happened()


def test_eight_threads_create_update_and_list(client: AppImageConfigClient) -> None:
    """No change is lost."""

    def work(number: int) -> None:
        for step in range(5):
            config = attrs.evolve(CONFIG, app_image_config_name=f"t{number}-{step}")
            client.create(config)
            client.update(attrs.evolve(config, code_editor_app_image_config=CodeEditorAppImageConfig()))
            assert len(list(client.list(name_contains=f"t{number}"))) == step + 1

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    found = list(client.list())
    assert len(found) == 40
    assert all(details.code_editor_app_image_config is not None for details in found)
