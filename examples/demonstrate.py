"""
Demonstrate the library and its command line with an in-memory SageMaker. No AWS account is needed.

    python examples/demonstrate.py

Creates a config, and shows the error of a second creation. Then plans and applies
example requests, applies them again without changes, and applies a change.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from appimageconfig import (
    AppImageConfig,
    AppImageConfigClient,
    FileSystemConfig,
    JupyterLabAppImageConfig,
    ResourceInUseError,
)
from appimageconfig.testing import InMemorySageMaker

REQUESTS = Path(__file__).parent / "requests"
SHOWN = "code-editor.json", "jupyter-lab-full.json", "kernel-gateway-conda.json"
HOME = "/home/sagemaker-user"


def create_twice(client: AppImageConfigClient) -> None:
    """Print the ARN of a new config, and the error of creating it again."""
    home = FileSystemConfig(mount_path=HOME, default_uid=1000, default_gid=100)
    lab = JupyterLabAppImageConfig(file_system_config=home)
    config = AppImageConfig(app_image_config_name="team-image", jupyter_lab_app_image_config=lab)
    print("create:", client.create(config))
    try:
        client.create(config)
    except ResourceInUseError as error:
        print(f"create again: {type(error).__name__}: {error}")


def run_commands(url: str, folder: Path) -> int:
    """Run each command as a process in *folder*, and return the exit code of the first that fails."""
    requests = folder / "requests"
    requests.mkdir()
    for name in SHOWN:
        shutil.copy(REQUESTS / name, requests)
    environment = {
        **os.environ,
        "AWS_ACCESS_KEY_ID": "any",
        "AWS_SECRET_ACCESS_KEY": "any",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_ENDPOINT_URL_SAGEMAKER": url,
    }

    def command(*arguments: str) -> int:
        print(f"\n$ appimageconfig {' '.join(arguments)}", flush=True)
        program = [sys.executable, "-m", "appimageconfig", *arguments]
        return subprocess.run(program, check=False, cwd=folder, env=environment).returncode  # noqa: S603 - ours

    steps = ["plan", "requests"], ["apply", "--yes", "requests"], ["apply", "--yes", "requests"]
    if failed := next(filter(None, (command(*arguments) for arguments in steps)), 0):
        return failed
    changed = requests / "kernel-gateway-conda.json"
    changed.write_text(changed.read_text(encoding="utf-8").replace(HOME, f"{HOME}/work"), encoding="utf-8")
    print(f"\nMountPath in requests/{changed.name} is now {HOME}/work.", flush=True)
    return command("apply", "--yes", "requests")


def main() -> int:
    """Run the demonstration."""
    service = InMemorySageMaker(region_name="eu-west-1")
    create_twice(AppImageConfigClient(service.client()))
    with tempfile.TemporaryDirectory() as folder, service.serve() as url:
        return run_commands(url, Path(folder))


if __name__ == "__main__":
    sys.exit(main())
