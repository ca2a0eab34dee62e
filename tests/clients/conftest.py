"""The foreign client of this run, against an endpoint of its own for each test."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

import pytest
from clients.foreign import REGION, TIME

from appimageconfig.testing import InMemorySageMaker

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clients.foreign import ForeignClient


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--client``."""
    parser.addoption("--client", required=True, help="module of this folder with the client, such as aiobotocore")


@pytest.fixture
def service() -> InMemorySageMaker:
    """Return an empty SageMaker in memory, in which it is always the same time."""
    return InMemorySageMaker(region_name=REGION, clock=lambda: TIME)


@pytest.fixture
def foreign(
    service: InMemorySageMaker, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[ForeignClient]:
    """Yield the client of this run, with the service as its endpoint."""
    with service.serve() as url:
        for name, value in {
            "AWS_ACCESS_KEY_ID": "in-memory",
            "AWS_SECRET_ACCESS_KEY": "in-memory",
            "AWS_DEFAULT_REGION": REGION,
            "AWS_REGION": REGION,  # of the SDK for JavaScript
            "AWS_ENDPOINT_URL_SAGEMAKER": url,
        }.items():
            monkeypatch.setenv(name, value)
        yield import_module(f"clients.{request.config.getoption('client')}").Client()
