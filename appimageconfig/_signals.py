"""
SIGINT while the command is imported, and SIGINT and SIGTERM for commands that finish their work before they exit.

The package imports this module first: until the command calls `raise_on_ctrl_c`,
Ctrl-C ends it at once.
"""

from __future__ import annotations

import os
import sys


def _is_command() -> bool:
    """Return whether this process is ``appimageconfig`` or ``python -m appimageconfig``, which is being imported."""
    program, *_ = [*sys.argv, ""]
    if program == "-m":
        return sys.orig_argv[-len(sys.argv)] == "appimageconfig"
    name = os.path.basename(program)  # noqa: PTH119 - pathlib is not imported yet
    return name.removesuffix(".exe") == "appimageconfig"  # on Windows, an installed script is a program


def _let_ctrl_c_end_the_process() -> bool:
    """Return whether Ctrl-C now ends the process at once; a process that ignores Ctrl-C goes on ignoring it."""
    import signal  # noqa: PLC0415 - slow to import, and not needed by programs that import the package

    if signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        return False
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    return True


# A KeyboardInterrupt in the middle of the imports of the package, before the command can handle it, would be shown with
# a traceback. Programs that import the package are left alone.
_dies_of_ctrl_c = _is_command() and _let_ctrl_c_end_the_process()

# Only now, since they import most of what a command needs of the standard library.
from contextlib import contextmanager, suppress  # noqa: E402
from typing import TYPE_CHECKING  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Generator
    from types import FrameType


def raise_on_ctrl_c() -> None:
    """Let Ctrl-C raise a `KeyboardInterrupt` again, once the command is imported."""
    import signal  # noqa: PLC0415 - likewise

    if _dies_of_ctrl_c:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@contextmanager
def arriving(message: str = "") -> Generator[list[int]]:
    """
    Collect SIGINT and SIGTERM in a list instead of ending the process.

    Enter it in the main thread, where signals arrive.

    Args:
        message: Written to stderr when one arrives.
    """
    import signal  # noqa: PLC0415 - likewise

    arrived: list[int] = []

    def arrive(number: int, frame: FrameType | None) -> None:
        del frame
        arrived.append(number)
        # Not sys.stderr: the handler may have interrupted it in the middle of a write, and it is not reentrant.
        with suppress(OSError):  # stderr may have been closed by its reader
            os.write(2, message.encode())

    numbers = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(number, arrive) for number in numbers]
    try:
        yield arrived
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)
