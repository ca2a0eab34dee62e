"""The documentation of `Assumptions`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

import attrs

from appimageconfig.testing import Assumptions

PAGE = Path(__file__).parents[2] / "docs/explanation/what-is-known-of-the-service.md"


def test_the_documentation_lists_every_assumption_with_its_default() -> None:
    """And with the other values of those that are a choice."""
    hints: dict[str, Any] = get_type_hints(Assumptions)
    rows = re.findall(r"^\| `(\w+)`: (.*?) \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    found = {name: re.findall(r"`(\w+)`", values) for name, values in rows}
    assert {name: values[0] for name, values in found.items()} == {
        field.name: str(field.default) for field in attrs.fields(Assumptions)
    }
    choices = {name: get_args(hint) for name, hint in hints.items() if get_origin(hint) is Literal}
    assert len(choices) == 4
    assert {name: tuple(found[name]) for name in choices} == choices
