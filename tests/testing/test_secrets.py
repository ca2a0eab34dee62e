"""What the test doubles show of environment values and container arguments when an assertion fails."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from appimageconfig.testing import InMemorySageMaker, Response

if TYPE_CHECKING:
    from pathlib import Path

# A module of its own, because pytest shows the source of a test that fails.
CONTENTS = """
from appimageconfig import AppImageConfig, AppImageConfigClient, ContainerConfig, JupyterLabAppImageConfig
from appimageconfig.testing import InMemorySageMaker

def config(number):
    container = ContainerConfig(
        container_arguments=[f"--token=hush-{number}"],
        container_environment_variables={"PASSWORD": f"hush-{number}"},
    )
    return AppImageConfig(
        app_image_config_name="image", jupyter_lab_app_image_config=JupyterLabAppImageConfig(container_config=container)
    )

def service(number):
    service = InMemorySageMaker()
    AppImageConfigClient(service.client()).create(config(number))
    return service

def response(number):
    return service(number).respond("SageMaker.DescribeAppImageConfig", b'{"AppImageConfigName": "image"}')
"""

TESTS = """
from attrs import evolve
from appimageconfig import to_request
from appimageconfig.testing import InMemorySageMaker, stub_sagemaker
from contents import config, response, service

def test_snapshots():
    assert service(1).snapshot() == service(2).snapshot()

def test_all_calls():
    assert service(1).calls == ()

def test_one_call():
    assert service(1).calls[0] == evolve(service(2).calls[0], operation="Other")

def test_a_request():
    assert service(1).calls[0].request == {}

def test_responses():
    assert response(1) == response(2)

def test_a_call_that_does_not_match():
    sagemaker = InMemorySageMaker().client()
    with stub_sagemaker(sagemaker) as stub:
        stub.add_create(config(1))
        sagemaker.create_app_image_config(**to_request(config(2)))

def test_responses_that_are_left():
    with stub_sagemaker(InMemorySageMaker().client()) as stub:
        stub.add_create(config(1))
"""


def test_pytest_shows_no_secret_of_the_test_doubles(tmp_path: Path) -> None:
    """
    Neither in a repr nor in a comparison of what differs.

    A long traceback shows the arguments of botocore's own functions.
    """
    (tmp_path / "contents.py").write_text(CONTENTS)
    (tmp_path / "test_it.py").write_text(TESTS)
    command = [sys.executable, "-m", "pytest", "-vv", "-p", "no:cacheprovider", "--tb=short"]
    run = subprocess.run(command, check=False, capture_output=True, text=True, cwd=tmp_path, timeout=120)
    assert "7 failed" in run.stdout
    assert "***" in run.stdout
    assert "hush" not in run.stdout + run.stderr


def test_snapshots_are_compared_by_their_contents(service: InMemorySageMaker) -> None:
    """Those of other accounts included."""
    empty = service.snapshot()
    assert empty == InMemorySageMaker().snapshot()
    assert empty != {}
    service.respond("SageMaker.CreateAppImageConfig", b'{"AppImageConfigName": "a"}', account_id="210987654321")
    assert service.snapshot() != empty
    assert repr(service.snapshot()) == "Snapshot()"


def test_the_repr_of_a_response_shows_the_size_of_its_body() -> None:
    """The body of a describe has secrets."""
    assert repr(Response(200, {}, b'{"a": 1}')) == "Response(status=200, headers={}, body=<8 bytes>)"
