"""
Output: results on stdout, everything else on stderr; colors and a progress bar only on a terminal.

rich is imported only if there is a terminal.
"""

from __future__ import annotations

import functools
import json
import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import click

from appimageconfig._paths import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Sequence

    from rich.console import Console

_WIDEST: Final = 100_000


@functools.cache
def _console(*, stderr: bool = False, width: int | None = None) -> Console:
    """Return the console of stdout or stderr, which prints text as it is: no markup, emoji codes or highlighting."""
    from rich.console import Console  # noqa: PLC0415 - slow to import, and needed only for a terminal

    return Console(stderr=stderr, width=width, soft_wrap=True, markup=False, emoji=False, highlight=False)


def prepare_streams() -> None:
    """Open the standard streams that are closed, and make all of them take every character."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:  # closed, for instance by >&-
            nowhere = os.open(os.devnull, os.O_RDWR)
            setattr(sys, name, os.fdopen(nowhere, mode, encoding="utf-8", closefd=False))
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        # The encoding may lack characters; and stdout and stderr may be read together, in the order of writing.
        stream.reconfigure(errors="backslashreplace", line_buffering=True)  # type: ignore[union-attr]


def discard_output() -> None:
    """Send stdout and stderr to nowhere: Python would write their buffers when it exits, and fail again."""
    for stream in (sys.stdout, sys.stderr):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _printable(text: object) -> str:
    """Return the lines of *text*, with control characters escaped."""
    return "\n".join(map(printable, str(text).split("\n")))


def print_line(text: str, style: str = "") -> None:
    """Write a line to stdout, with a style if it is a terminal."""
    if sys.stdout.isatty():
        from rich.text import Text  # noqa: PLC0415 - slow to import, and needed only for a terminal

        # Not print's own style, which would color the progress bar as well.
        _console().print(Text(_printable(text), style))
    else:
        sys.stdout.write(f"{_printable(text)}\n")


def print_json(value: Any) -> None:
    """Write *value* to stdout as JSON."""
    sys.stdout.write(json.dumps(value, indent=2) + "\n")


def print_table(heading: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write a table to a terminal, and otherwise tab-separated lines without a heading, each row as it comes."""
    if not sys.stdout.isatty():
        for row in rows:
            sys.stdout.write("\t".join(map(printable, row)) + "\n")
        return
    from rich.table import Table  # noqa: PLC0415 - slow to import, and needed only for a terminal

    table = Table(*heading, box=None, pad_edge=False)
    for row in rows:
        table.add_row(*map(printable, row))
    # As wide as its content: a narrower terminal wraps the lines, and nothing is cut off.
    _console(width=_WIDEST).print(table)


def note(text: object) -> None:
    """Write a message to stderr."""
    click.echo(_printable(text), err=True)


def confirm(question: str) -> bool:
    """Ask *question* on stderr, and return whether the answer on stdin is yes."""
    click.echo(f"{_printable(question)} [y/N]: ", nl=False, err=True)
    answer = sys.stdin.readline()
    if not answer.endswith("\n"):  # ended with Ctrl-D
        note("")
    if answer.strip().lower() in {"y", "yes"}:
        return True
    note("Nothing was changed.")
    return False


@contextmanager
def progress(total: int) -> Generator[Callable[[], None]]:
    """Show a progress bar of *total* steps on a terminal, if any; yield the function that advances it."""
    if not total or not sys.stderr.isatty():
        yield lambda: None
        return
    from rich.progress import Progress  # noqa: PLC0415 - slow to import, and needed only for a terminal

    # If both are the same terminal, the lines of stdout are printed above the bar.
    console = _console() if sys.stdout.isatty() else _console(stderr=True)
    with Progress(console=console, transient=True, redirect_stdout=False, redirect_stderr=False) as bar:
        task = bar.add_task("Applying", total=total)
        yield lambda: bar.advance(task)
