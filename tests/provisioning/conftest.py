from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def pauses() -> Iterator[list[float]]:
    """Return the pauses before repetitions, in seconds. They take no time."""
    seconds: list[float] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("appimageconfig.provisioning._converge._sleep", seconds.append)
        yield seconds
