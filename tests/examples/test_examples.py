"""The example scripts, run as processes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
REQUESTS = sorted(ROOT.glob("examples/requests/*.json"))


def run(script: str, *arguments: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a script of the examples."""
    command = [sys.executable, str(ROOT / "examples" / script), *map(str, arguments)]
    environment = {**os.environ, "PYTHONWARNINGS": "ignore"}
    return subprocess.run(command, check=False, capture_output=True, text=True, cwd=cwd, env=environment, timeout=120)


def test_provision_creates_every_example_request_and_the_second_run_changes_nothing(tmp_path: Path) -> None:
    ended = run("provision.py", "--in-memory", *REQUESTS, cwd=tmp_path)
    assert ended.stderr == ""
    assert ended.returncode == 0
    names = [json.loads(path.read_text(encoding="utf-8"))["AppImageConfigName"] for path in REQUESTS]
    lines = ended.stdout.splitlines()
    assert [line for line in lines if line.startswith("+")] == [f"+ create {name}" for name in names]
    assert '    KernelGatewayImageConfig.FileSystemConfig.MountPath: "/home/sagemaker-user"' in lines
    applied = lines.index("Plan: 10 to create, 0 to update, 0 unchanged, 0 to delete.") + 1
    assert sorted(lines[applied:-2]) == sorted(f"created {name}" for name in names)
    assert lines[-2:] == ["No changes.", "Plan: 0 to create, 0 to update, 10 unchanged, 0 to delete."]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (
            '{"AppImageConfigName": "a_b",\n "Tags": {}}',
            ["invalid.json:1: AppImageConfigName: ", "invalid.json:2: Tags: "],
        ),
        ('{"AppImageConfigName": ', ["invalid.json:1: invalid JSON"]),
    ],
)
def test_provision_reports_the_violations_of_a_file_and_creates_nothing(
    tmp_path: Path, content: str, expected: list[str]
) -> None:
    (tmp_path / "invalid.json").write_text(content, encoding="utf-8")
    ended = run("provision.py", "--in-memory", REQUESTS[0], "invalid.json", cwd=tmp_path)
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert all(line in ended.stderr for line in expected)
    assert "Traceback" not in ended.stderr


def test_provision_reports_a_missing_file(tmp_path: Path) -> None:
    ended = run("provision.py", "--in-memory", "missing.json", cwd=tmp_path)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert "missing.json" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_provision_reports_a_missing_region(tmp_path: Path) -> None:
    ended = run("provision.py", *REQUESTS, cwd=tmp_path)
    assert (ended.returncode, ended.stderr) == (1, "You must specify a region.\n")


def test_demonstration_shows_the_arn_the_conflict_two_runs_and_a_change(tmp_path: Path) -> None:
    ended = run("demonstrate.py", cwd=tmp_path)
    assert ended.returncode == 0, ended.stderr
    python, plan, apply, again, change = ended.stdout.split("$ appimageconfig ")
    created, conflict, _ = python.split("\n", maxsplit=2)
    assert created == "create: arn:aws:sagemaker:eu-west-1:123456789012:app-image-config/team-image"
    assert conflict.startswith("create again: ResourceInUseError: An error occurred (ResourceInUse)")
    assert plan.startswith("plan requests\n")
    assert "+ create conda-forecasting" in plan
    assert "Plan: 3 to create, 0 to update, 0 unchanged, 0 to delete." in plan
    assert apply.startswith("apply --yes requests\n")
    assert "created conda-forecasting" in apply
    assert "Applied: 3 created." in apply
    assert again.startswith("apply --yes requests\n")
    assert "No changes.\nPlan: 0 to create, 0 to update, 3 unchanged, 0 to delete." in again
    assert "Applied" not in again
    assert change.startswith("apply --yes requests\n")
    assert "~ update conda-forecasting\n    KernelGatewayImageConfig.FileSystemConfig.MountPath:" in change
    assert "updated conda-forecasting\nApplied: 1 updated, 2 unchanged." in change
