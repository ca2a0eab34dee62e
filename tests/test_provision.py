"""The example script, run as a user runs it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
REQUESTS = sorted(ROOT.glob("examples/requests/*.json"))


def provision(*arguments: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run the script."""
    command = [sys.executable, str(ROOT / "examples/provision.py"), *map(str, arguments)]
    environment = {**os.environ, "PYTHONWARNINGS": "ignore"}
    return subprocess.run(command, check=False, capture_output=True, text=True, cwd=cwd, env=environment, timeout=120)


def test_it_provisions_every_example_request_in_memory(tmp_path: Path) -> None:
    """Creates, meets the conflict, lists, updates, describes and deletes; and says so."""
    run = provision("--in-memory", *REQUESTS, cwd=tmp_path)
    assert run.stderr == ""
    assert run.returncode == 0
    names = {json.loads(path.read_text(encoding="utf-8"))["AppImageConfigName"] for path in REQUESTS}
    first, second, listed, updated, deleted = (
        run.stdout.split(heading)[1] for heading in ("First run:", "Second run:", "Listed:", "Updated ", "Deleted:")
    )
    for name in names:
        assert f"created  arn:aws:sagemaker:us-east-1:123456789012:app-image-config/{name}\n" in first
        assert f"exists   {name}\n" in second
        assert f"{name}, created 20" in listed
        assert f"{name}\n" in deleted
    assert "/home/sagemaker-user/work" in updated


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ('{"AppImageConfigName": "a_b", "Tags": {}}', "2 faults, nothing was sent:"),
        ('{"AppImageConfigName": ', "cannot be read as JSON"),
    ],
)
def test_it_names_the_file_that_is_wrong(tmp_path: Path, content: str, expected: str) -> None:
    """And creates nothing, without a traceback."""
    wrong = tmp_path / "wrong.json"
    wrong.write_text(content, encoding="utf-8")
    run = provision("--in-memory", REQUESTS[0], wrong, cwd=tmp_path)
    assert run.returncode == 1
    assert run.stdout == ""
    assert run.stderr.startswith(f"{wrong}: ")
    assert expected in run.stderr
    assert "Traceback" not in run.stderr


def test_without_a_region_it_says_so(tmp_path: Path) -> None:
    """In botocore's words, without a traceback."""
    run = provision(*REQUESTS, cwd=tmp_path)
    assert (run.returncode, run.stderr) == (1, "You must specify a region.\n")
