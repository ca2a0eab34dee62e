"""What all tests share: no credentials, files or sleep of the machine that runs them."""

from __future__ import annotations

import os
from functools import cache
from typing import TYPE_CHECKING

import pytest
from botocore.loaders import JSONFileLoader
from hypothesis import HealthCheck, settings

from appimageconfig import AppImageConfigClient
from appimageconfig.testing import InMemorySageMaker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# Chosen by --hypothesis-profile. The examples are the same in every run: a commit always passes or always fails.
# Only the nightly run looks for new ones. No example has a deadline: its time depends on the machine.
settings.register_profile(
    "default", max_examples=25, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("ci", settings.get_profile("default"), max_examples=100)
settings.register_profile("nightly", settings.get_profile("default"), max_examples=20_000, derandomize=False)
settings.load_profile("default")


@pytest.fixture(autouse=True, scope="session")
def aws_environment() -> Iterator[None]:
    """Hide the AWS configuration of this machine."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            patch.delenv(name)
        patch.setenv("AWS_CONFIG_FILE", os.devnull)
        patch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
        patch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        yield


@pytest.fixture(scope="module")
def models() -> Iterator[None]:
    """Let all sessions of botocore share the models that they read; each would take 0.1 s to parse SageMaker's."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(JSONFileLoader, "load_file", staticmethod(cache(JSONFileLoader().load_file)))
        yield


@pytest.fixture
def no_sleep(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let botocore retry at once."""

    def return_at_once(seconds: float) -> None:
        del seconds

    monkeypatch.setattr("botocore.endpoint.time.sleep", return_at_once)


@pytest.fixture
def service() -> InMemorySageMaker:
    """Return an empty SageMaker in memory."""
    return InMemorySageMaker()


@pytest.fixture
def client(service: InMemorySageMaker) -> AppImageConfigClient:
    """Return a client of the SageMaker in memory."""
    return AppImageConfigClient(service.client())


@pytest.fixture
def made(service: InMemorySageMaker) -> Callable[[], list[str]]:
    """Return what tells the operations since it was asked last."""
    seen = len(service.calls)

    def since() -> list[str]:
        nonlocal seen
        calls = service.calls[seen:]
        seen += len(calls)
        return [call.operation.removesuffix("AppImageConfig") for call in calls]

    return since
