"""The conversion of responses: times, members that this version does not know, and the first use from many threads."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

import attrs
import pytest

from appimageconfig import (
    AppImageConfig,
    FileSystemConfig,
    JupyterLabAppImageConfig,
    difference,
    from_response,
    to_request,
)

if TYPE_CHECKING:
    from pathlib import Path

ARN = "arn:aws:sagemaker:eu-west-1:123456789012:app-image-config/image"
NAMES = {"AppImageConfigName": "image", "AppImageConfigArn": ARN}


@pytest.mark.parametrize(
    "time",
    [
        1767225600,
        1767225600.0,
        "2026-01-01T00:00:00Z",
        "2026-01-01T01:00:00+01:00",
        "2026-01-01T00:00:00",
        datetime(2026, 1, 1, tzinfo=UTC),
        datetime(2026, 1, 1, 1, tzinfo=timezone(timedelta(hours=1))),
        datetime(2026, 1, 1),  # noqa: DTZ001 - as people stub it
    ],
)
def test_a_time_is_read_in_every_form_and_becomes_utc(time: object) -> None:
    """As botocore returns it, as the wire has it, as the AWS CLI prints it, and as stubs have it."""
    created = from_response({**NAMES, "CreationTime": time}).creation_time
    assert created is not None
    assert created == datetime(2026, 1, 1, tzinfo=UTC)
    assert created.tzinfo is UTC


def test_a_response_is_not_checked_and_is_sent_back_unchanged() -> None:
    """Beyond today's limits, and with members that this version does not know."""
    request = {
        "AppImageConfigName": "x" * 100,
        "KernelGatewayImageConfig": {
            "KernelSpecs": [{"Name": "x" * 2000, "Language": "R"}] * 6,
            "FileSystemConfig": {"MountPath": "relative", "DefaultUid": 70000, "Quota": {"Gib": [1, 2, None]}},
        },
        "JupyterLabAppImageConfig": {
            "ContainerConfig": {"ContainerEntrypoint": ["a", "b"], "ContainerEnvironmentVariables": {"": "x" * 300}}
        },
        "StreamlitAppImageConfig": {"Port": 8501, "Routes": [{"Path": "/"}]},
    }
    config = from_response({**request, "AppImageConfigArn": ARN}).to_config()
    assert json.loads(json.dumps(to_request(config))) == request
    assert hash(config) == hash(from_response({**request, "AppImageConfigArn": ARN}).to_config())


@pytest.mark.parametrize("gateway", [{"FileSystemConfig": None}, {"KernelSpecs": None}])
def test_a_required_list_that_a_response_lacks_is_not_sent_back(gateway: dict[str, object]) -> None:
    config = from_response({**NAMES, "KernelGatewayImageConfig": gateway}).to_config()
    assert to_request(config) == {"AppImageConfigName": "image", "KernelGatewayImageConfig": {}}


def test_a_null_member_that_this_version_does_not_know_is_absent() -> None:
    assert from_response({**NAMES, "StreamlitAppImageConfig": None}).unmodelled == {}


def test_an_unknown_member_survives_a_change_of_a_known_one() -> None:
    response = {
        **NAMES,
        "JupyterLabAppImageConfig": {"IdleTimeout": 60, "FileSystemConfig": {"DefaultUid": 1}},
    }
    config = from_response(response).to_config()
    lab = config.jupyter_lab_app_image_config
    assert lab is not None
    changed = attrs.evolve(
        config,
        jupyter_lab_app_image_config=attrs.evolve(lab, file_system_config=FileSystemConfig(default_uid=2)),
    )
    assert to_request(changed)["JupyterLabAppImageConfig"] == {
        "FileSystemConfig": {"DefaultUid": 2},
        "IdleTimeout": 60,
    }
    assert changed != attrs.evolve(changed, jupyter_lab_app_image_config=JupyterLabAppImageConfig())


def test_the_first_use_from_many_threads_is_safe(tmp_path: Path) -> None:
    """The converter compiles its functions on the first use."""
    program = """
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from appimageconfig import from_request, from_response, to_request
request = {"AppImageConfigName": "a", "JupyterLabAppImageConfig": {"ContainerConfig": {"ContainerArguments": ["x"]}}}
response = {**request, "AppImageConfigArn": "arn:aws:sagemaker:eu-west-1:123456789012:app-image-config/a"}
barrier = Barrier(16)
def use(_):
    barrier.wait()
    assert to_request(from_request(request)) == to_request(from_response(response).to_config()) == request
with ThreadPoolExecutor(16) as pool:
    list(pool.map(use, range(16)))
"""
    subprocess.run([sys.executable, "-c", program], check=True, cwd=tmp_path, timeout=60)


@pytest.mark.parametrize(("member", "value"), [("DefaultUid", "1000"), ("DefaultGid", 100.0), ("MountPath", 5)])
def test_a_response_is_not_coerced(member: str, value: object) -> None:
    response = {**NAMES, "CodeEditorAppImageConfig": {"FileSystemConfig": {member: value}}}
    sent = to_request(from_response(response).to_config())["CodeEditorAppImageConfig"]["FileSystemConfig"][member]
    assert (type(sent), sent) == (type(value), value)


def test_the_value_of_an_unknown_member_is_redacted_in_a_difference() -> None:
    config = from_response({**NAMES, "JupyterLabAppImageConfig": {"NewMember": 5}}).to_config()
    (change,) = difference(config, AppImageConfig(app_image_config_name="image")).changes
    assert change.new == {"NewMember": "***"}
