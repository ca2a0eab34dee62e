"""
What is printed, and where: results on stdout, and the rest on stderr; with colours and a bar at a terminal alone.

rich is imported where there is a terminal.
"""

from __future__ import annotations

import functools
import json
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Sequence

    from rich.console import Console

_WIDEST: Final = 100_000


@functools.cache
def _console() -> Console:
    from rich.console import Console  # noqa: PLC0415 - slow to import, and needed by terminals alone

    return Console(soft_wrap=True)


def printable(text: object) -> str:
    """Return *text* without what would steer a terminal: names and values may come from anywhere."""
    return "".join(
        char if char.isprintable() or char == "\n" else char.encode("unicode_escape").decode("ascii")
        for char in str(text)
    )


def on_one_line(text: object) -> str:
    """Return *text* on one line."""
    return str(text).replace("\n", "\\n")


def print_line(text: str, style: str = "") -> None:
    """Write text to stdout, with a style if it is a terminal."""
    if sys.stdout.isatty():
        from rich.text import Text  # noqa: PLC0415 - slow to import, and needed by terminals alone

        _console().print(Text(printable(text), style))
    else:
        sys.stdout.write(f"{printable(text)}\n")


def print_json(value: Any) -> None:
    """Write *value* to stdout as JSON."""
    sys.stdout.write(json.dumps(value, indent=2) + "\n")


def print_table(heading: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write a table to a terminal, and otherwise lines with tabs and without a heading, each as it comes."""
    if not sys.stdout.isatty():
        for row in rows:
            sys.stdout.write("\t".join(map(printable, row)) + "\n")
        return
    from rich.console import Console  # noqa: PLC0415 - slow to import, and needed by terminals alone
    from rich.markup import escape  # noqa: PLC0415 - likewise
    from rich.table import Table  # noqa: PLC0415 - likewise

    table = Table(*heading, box=None, pad_edge=False)
    for row in rows:
        table.add_row(*(escape(printable(cell)) for cell in row))
    # As wide as it has to be: a terminal that is narrower wraps the lines, and nothing is cut off.
    Console(width=_WIDEST).print(table)


def note(text: object) -> None:
    """Write what is no result to stderr."""
    click.echo(printable(text), err=True)


@contextmanager
def progress(total: int) -> Generator[Callable[[], None]]:
    """Show a bar of *total* steps if there is a terminal, below what is printed; give what advances it."""
    if not sys.stderr.isatty():
        yield lambda: None
        return
    from rich.console import Console  # noqa: PLC0415 - slow to import, and needed by terminals alone
    from rich.progress import Progress  # noqa: PLC0415 - likewise

    # Where both are the same terminal, the lines of stdout have to go past the bar.
    console = _console() if sys.stdout.isatty() else Console(stderr=True)
    with Progress(console=console, transient=True, redirect_stdout=False, redirect_stderr=False) as bar:
        task = bar.add_task("Applying", total=total)
        yield lambda: bar.advance(task)
