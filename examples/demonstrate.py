"""
Demonstrate the command line with an in-memory SageMaker. No AWS account is needed.

    python examples/demonstrate.py

Checks, plans and applies the example requests, applies them again without changes,
edits one of them, and plans the update.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from appimageconfig.testing import InMemorySageMaker

REQUESTS = Path(__file__).parent / "requests"


def main() -> int:
    """Run each command as a process, and return the exit code of the first that fails."""
    with tempfile.TemporaryDirectory() as folder, InMemorySageMaker().serve() as url:
        requests = Path(shutil.copytree(REQUESTS, Path(folder, "requests")))
        environment = {
            **os.environ,
            "AWS_ACCESS_KEY_ID": "any",
            "AWS_SECRET_ACCESS_KEY": "any",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ENDPOINT_URL_SAGEMAKER": url,
        }

        def command(*arguments: str) -> int:
            files = sorted(f"requests/{path.name}" for path in requests.iterdir())
            print(f"\n$ appimageconfig {' '.join(arguments)} requests/*.json", flush=True)
            program = [sys.executable, "-m", "appimageconfig", *arguments, *files]
            return subprocess.run(program, check=False, cwd=folder, env=environment).returncode  # noqa: S603 - ours

        steps = ["check"], ["plan"], ["apply", "--yes"], ["apply", "--yes"]
        if failed := next(filter(None, (command(*arguments) for arguments in steps)), 0):
            return failed
        changed = requests / "kernel-gateway-conda.json"
        text = changed.read_text(encoding="utf-8")
        changed.write_text(text.replace("/home/sagemaker-user", "/home/sagemaker-user/work"), encoding="utf-8")
        print(f"\nMountPath in requests/{changed.name} is now /home/sagemaker-user/work.", flush=True)
        return command("plan")


if __name__ == "__main__":
    sys.exit(main())
