"""Files of the repository that a script writes, and that tests compare with what it would write today."""

from __future__ import annotations

from difflib import unified_diff
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path


def compare(path: Path, actual: str) -> None:
    """Fail with the difference between the file and *actual*, and with the command that rewrites it."""
    committed = path.read_text(encoding="utf-8")
    if committed != actual:
        difference = unified_diff(committed.splitlines(), actual.splitlines(), "committed", "actual", n=0, lineterm="")
        heading = f"{path.name} differs; if you mean the change, run nox -s snapshots:"
        pytest.fail("\n".join([heading, *difference]), pytrace=False)
