"""The documentation of `Assumptions`."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args, get_type_hints

import attrs

from appimageconfig.testing import Assumptions

PAGE = Path(__file__).parents[2] / "docs/assumptions.md"


def test_the_documentation_lists_every_assumption_with_its_values() -> None:
    """With its default first."""
    hints: dict[str, Any] = get_type_hints(Assumptions)
    expected = [
        (field.name, field.default, *(value for value in get_args(hints[field.name]) if value != field.default))
        for field in attrs.fields(Assumptions)
    ]
    rows = [line.split("|") for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    assert [tuple(cell.strip(" `") for cell in row[1:4]) for row in rows] == expected
