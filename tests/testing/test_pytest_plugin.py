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


def pytest_in(folder: Path, *arguments: str) -> str:
    """Run pytest in *folder* and return what it prints."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
    return subprocess.run(command, check=False, capture_output=True, text=True, cwd=folder, timeout=120).stdout


def test_a_conftest_can_load_the_plugin(tmp_path: Path) -> None:
    """Each test gets its own service."""
    (tmp_path / "conftest.py").write_text('pytest_plugins = ["appimageconfig.testing.pytest_plugin"]\n')
    (tmp_path / "test_it.py").write_text(TEST)
    assert "2 passed" in pytest_in(tmp_path)


FAILING = """
import pytest
from appimageconfig import (
    AppImageConfig, AppImageConfigClient, CodeEditorAppImageConfig, ContainerConfig, FileSystemConfig
)
from appimageconfig.testing import InMemorySageMaker

def container(secret):
    return ContainerConfig(container_arguments=[secret], container_environment_variables={"A": secret})

def config(secret):
    lab = CodeEditorAppImageConfig(container_config=container(secret))
    return AppImageConfig(app_image_config_name="image", code_editor_app_image_config=lab)

def snapshot(secret):
    service = InMemorySageMaker()
    AppImageConfigClient(service.client()).create(config(secret))
    return service.snapshot()

PARTS = [
    container,
    config,
    snapshot,
    lambda secret: [config(secret)],
    lambda secret: {"a": config(secret)},
    lambda secret: container(secret).container_arguments,
    lambda secret: container(secret).container_arguments[0:],
    lambda secret: container(secret).container_environment_variables,
    lambda secret: container(secret).container_environment_variables.items(),
    lambda secret: [*container(secret).container_environment_variables.keys(), secret == "tweet-1"],
]

@pytest.mark.parametrize("part", PARTS)
def test_part(part):
    number = 1
    assert part(f"tweet-{number}") == part(f"tweet-{number + 1}")

def test_plain_values_are_left_to_pytest():
    assert FileSystemConfig(default_uid=1) == FileSystemConfig(default_uid=2)
"""


def test_a_failed_assertion_shows_no_secret(tmp_path: Path) -> None:
    """Where pytest would show the items that differ; it shows those of everything else."""
    (tmp_path / "conftest.py").write_text('pytest_plugins = ["appimageconfig.testing.pytest_plugin"]\n')
    (tmp_path / "test_it.py").write_text(FAILING)
    printed = pytest_in(tmp_path, "-vv")
    assert "11 failed" in printed
    explained = "\n".join(line for line in printed.splitlines() if line.startswith("E "))
    assert "tweet-1" not in explained
    assert "tweet-2" not in explained
    assert explained.count("Secrets are redacted, and may be what differs.") == 9
    arguments = "CodeEditorAppImageConfig.ContainerConfig.ContainerArguments[0]: *** -> ***"
    assert explained.count(arguments) == 1
    assert "default_uid: 1 != 2" in explained


def test_the_plugin_is_not_loaded_by_default(tmp_path: Path) -> None:
    """Installing the library does not change other tests."""
    (tmp_path / "test_it.py").write_text(TEST)
    assert "fixture 'app_image_config_client' not found" in pytest_in(tmp_path)
    assert not [entry for entry in entry_points(group="pytest11") if "appimageconfig" in entry.value]
