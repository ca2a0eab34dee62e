"""
pytest fixtures. A plugin that is loaded only on request.

::

    # conftest.py
    pytest_plugins = ["appimageconfig.testing.pytest_plugin"]
"""

from __future__ import annotations

import pytest

from appimageconfig.client import AppImageConfigClient
from appimageconfig.testing.in_memory import InMemorySageMaker


@pytest.fixture
def in_memory_sagemaker() -> InMemorySageMaker:
    """Return an `appimageconfig.testing.InMemorySageMaker` without AppImageConfigs, a new one for each test."""
    return InMemorySageMaker()


@pytest.fixture
def app_image_config_client(in_memory_sagemaker: InMemorySageMaker) -> AppImageConfigClient:
    """Return a client of the fixture `in_memory_sagemaker`."""
    return AppImageConfigClient(in_memory_sagemaker.client())
