"""The pytest fixtures."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import entry_points
from typing import TYPE_CHECKING

from appimageconfig import AppImageConfig
from appimageconfig.testing.pytest_plugin import app_image_config_client, in_memory_sagemaker

if TYPE_CHECKING:
    from pathlib import Path

    from appimageconfig import AppImageConfigClient
    from appimageconfig.testing import InMemorySageMaker

# pytest collects imported fixtures as those of this file.
__all__ = ["app_image_config_client", "in_memory_sagemaker"]

TEST = """
from appimageconfig import AppImageConfig

def test_one(app_image_config_client, in_memory_sagemaker):
    app_image_config_client.create(AppImageConfig(app_image_config_name="a"))
    assert len(in_memory_sagemaker.calls) == 1

def test_two(app_image_config_client):
    assert list(app_image_config_client.list()) == []
"""


def test_the_client_is_a_client_of_the_service(
    app_image_config_client: AppImageConfigClient,
    in_memory_sagemaker: InMemorySageMaker,
) -> None:
    """The service records its calls."""
    app_image_config_client.create(AppImageConfig(app_image_config_name="image"))
    assert [call.operation for call in in_memory_sagemaker.calls] == ["CreateAppImageConfig"]


def pytest_in(folder: Path) -> str:
    """Run pytest in *folder* and return what it prints."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    return subprocess.run(command, check=False, capture_output=True, text=True, cwd=folder, timeout=120).stdout


def test_a_conftest_can_load_the_plugin(tmp_path: Path) -> None:
    """Each test gets its own service."""
    (tmp_path / "conftest.py").write_text('pytest_plugins = ["appimageconfig.testing.pytest_plugin"]\n')
    (tmp_path / "test_it.py").write_text(TEST)
    assert "2 passed" in pytest_in(tmp_path)


def test_the_plugin_is_not_loaded_by_default(tmp_path: Path) -> None:
    """Installing the library does not change other tests."""
    (tmp_path / "test_it.py").write_text(TEST)
    assert "fixture 'app_image_config_client' not found" in pytest_in(tmp_path)
    assert not [entry for entry in entry_points(group="pytest11") if "appimageconfig" in entry.value]
