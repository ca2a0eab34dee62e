"""The public names and their signatures change only together with a committed list, which a review sees."""

from __future__ import annotations

import snapshots
from public_api import LIST, public_api


def test_the_public_api_is_the_committed_one() -> None:
    snapshots.compare(LIST, public_api())
