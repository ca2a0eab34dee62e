"""The AWS SDK for JavaScript, in Node.js."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from clients.foreign import ForeignClient, Members, RefusedError

NODE = Path(sys.executable).parent / "node"
SCRIPT = Path(__file__).with_suffix(".cjs")


class Client(ForeignClient):
    """A process for each operation."""

    def call(self, operation: str, members: Members) -> Members:
        """Carry out *operation*."""
        request = json.dumps(members, default=str)  # times
        run = subprocess.run(
            [NODE, SCRIPT, operation, request], capture_output=True, text=True, check=False, timeout=60
        )
        assert run.returncode == 0, run.stderr
        result = json.loads(run.stdout)
        if "error" in result:
            raise RefusedError(**result["error"])
        response: Members = result["response"]
        return response
