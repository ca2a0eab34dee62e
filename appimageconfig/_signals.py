"""SIGINT and SIGTERM for commands that finish their work before they exit."""

from __future__ import annotations

import os
import signal
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator
    from types import FrameType


@contextmanager
def arriving(message: str = "") -> Generator[list[int]]:
    """
    Collect SIGINT and SIGTERM in a list instead of ending the process.

    Enter it in the main thread, where signals arrive.

    Args:
        message: Written to stderr when one arrives.
    """
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
