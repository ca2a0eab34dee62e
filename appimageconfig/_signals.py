"""SIGINT and SIGTERM for commands that finish what they are at before they end."""

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
    Give a list to which SIGINT and SIGTERM are added as they arrive, and nothing else comes of them.

    It has to be entered in the main thread, since signals arrive there.

    Args:
        message: What is written to stderr when one arrives.
    """
    arrived: list[int] = []

    def arrive(number: int, frame: FrameType | None) -> None:
        del frame
        arrived.append(number)
        # sys.stderr may be at work on something else, which it interrupts, and cannot be entered twice.
        with suppress(OSError):  # nobody may be reading it any more
            os.write(2, message.encode())

    numbers = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(number, arrive) for number in numbers]
    try:
        yield arrived
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)
