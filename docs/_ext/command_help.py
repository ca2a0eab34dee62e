"""The help of the commands is plain text, which sphinx-click takes for reStructuredText."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import click
    from sphinx.application import Sphinx


def escape(app: Sphinx, context: click.Context, lines: list[str]) -> None:
    """Keep asterisks, as in ``*.json``, and the dashes of options."""
    del app, context
    for number, line in enumerate(lines):
        if not line.startswith(".. option::"):
            lines[number] = re.sub(r"(?<=\s)(--[a-z-]+)", r"``\1``", line.replace("*", r"\*"))


def clear(app: Sphinx, context: click.Context, lines: list[str]) -> None:
    """Leave out the exit codes at the end, for which the page has a table."""
    del app, context
    lines.clear()


def setup(app: Sphinx) -> dict[str, bool]:
    """Change what sphinx-click has found."""
    app.connect("sphinx-click-process-description", escape)
    app.connect("sphinx-click-process-options", escape)
    app.connect("sphinx-click-process-epilog", clear)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
