"""The AWS CLI: ``aws sagemaker``."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from botocore import xform_name
from clients.foreign import ForeignClient, Members, RefusedError

AWS = Path(sys.executable).parent / "aws"
# Nothing of the machine changes what is printed.
PLAIN = {"AWS_PAGER": "", "AWS_DEFAULT_OUTPUT": "json", "PYTHONWARNINGS": "ignore", "PYTHONUTF8": "1"}


class Client(ForeignClient):
    """A process for each operation, which collects the pages of lists."""

    def call(self, operation: str, members: Members) -> Members:
        """Carry out *operation*."""
        request = json.dumps(members, default=str)  # times
        run = subprocess.run(
            [AWS, "sagemaker", xform_name(operation, "-"), "--cli-input-json", request],
            check=False,
            capture_output=True,
            text=True,
            env={**os.environ, **PLAIN},
            timeout=60,
        )
        error = r"An error occurred \((\w+)\) when calling the (\w+) operation: (.*)"
        if refused := re.search(error, run.stderr):
            assert run.returncode != 0
            assert refused[2] == operation
            raise RefusedError(refused[1], refused[3])
        assert run.returncode == 0, run.stderr
        response: Members = json.loads(run.stdout or "{}", parse_float=_time)  # no other value has a fraction
        return response


def _time(seconds: str) -> datetime:
    return datetime.fromtimestamp(float(seconds), UTC)
