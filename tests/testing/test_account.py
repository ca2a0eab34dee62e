"""The documentation of `Assumptions`."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

import attrs

from appimageconfig.testing import Assumptions

PAGE = Path(__file__).parents[2] / "docs/explanation/what-is-known-of-the-service.md"


def test_the_documentation_lists_every_assumption_with_its_default() -> None:
    """And with the other values of those that are a choice."""
    hints: dict[str, Any] = get_type_hints(Assumptions)
    rows = [line.split("|") for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    found = {row[1].strip(" `"): (row[2].strip().split(":")[0].strip("`"), row[3].strip(" `")) for row in rows}
    assert [(name, default) for name, (default, _) in found.items()] == [
        (field.name, str(field.default)) for field in attrs.fields(Assumptions)
    ]
    choices = {name: get_args(hint) for name, hint in hints.items() if get_origin(hint) is Literal}
    assert len(choices) == 4
    assert {name: found[name] for name in choices} == choices
