"""The public names and their signatures change only together with a committed list, which a review sees."""

from __future__ import annotations

from difflib import unified_diff

import pytest
from public_api import LIST, public_api


def test_the_public_api_is_the_committed_one() -> None:
    committed, actual = LIST.read_text(encoding="utf-8"), public_api()
    if committed != actual:
        difference = unified_diff(committed.splitlines(), actual.splitlines(), "committed", "actual", n=0, lineterm="")
        pytest.fail(
            "\n".join(["the public API differs; if you mean it, run nox -s snapshots:", *difference]), pytrace=False
        )
