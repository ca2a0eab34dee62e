"""
pytest fixtures, and assertions that show no secret. A plugin that is loaded only on request.

.. code-block:: python

    # conftest.py
    pytest_plugins = ["appimageconfig.testing.pytest_plugin"]

When an assertion fails, pytest shows the items that differ. For values that contain
environment values or container arguments the plugin shows their reprs instead,
which redact them, and for two configs the changes.
"""

from __future__ import annotations

from typing import Final

import pytest

from appimageconfig._frozen import secrets_in
from appimageconfig.client import AppImageConfigClient
from appimageconfig.models import AppImageConfig
from appimageconfig.provisioning import difference
from appimageconfig.testing.in_memory import InMemorySageMaker, Snapshot

_LONGEST_REPR: Final = 200  # pytest cuts explanations that are too long


@pytest.fixture
def in_memory_sagemaker() -> InMemorySageMaker:
    """Return an `appimageconfig.testing.InMemorySageMaker` without AppImageConfigs, a new one for each test."""
    return InMemorySageMaker()


@pytest.fixture
def app_image_config_client(in_memory_sagemaker: InMemorySageMaker) -> AppImageConfigClient:
    """Return a client of the fixture `in_memory_sagemaker`."""
    return AppImageConfigClient(in_memory_sagemaker.client())


def pytest_assertrepr_compare(op: str, left: object, right: object) -> list[str] | None:
    """Explain a failed comparison of values with secrets; leave every other to pytest."""
    if not any(isinstance(value, Snapshot) or any(secrets_in(value)) for value in (left, right)):
        return None
    lines = [f"{_shortened(left)} {op} {_shortened(right)}", "Secrets are redacted, and may be what differs."]
    if isinstance(left, AppImageConfig) and isinstance(right, AppImageConfig):
        lines += map(str, difference(right, left).changes)
    return lines


def _shortened(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _LONGEST_REPR else f"{text[:_LONGEST_REPR]}..."
