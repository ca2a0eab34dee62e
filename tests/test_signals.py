"""The signals that commands collect instead of being ended by them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from appimageconfig._signals import arriving


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signals_are_collected_and_reported_on_stderr(
    number: signal.Signals, capfd: pytest.CaptureFixture[str]
) -> None:
    with arriving("Finishing...\n") as signals:
        assert signals == []
        signal.raise_signal(number)
        signal.raise_signal(number)
    assert signals == [number, number]
    assert capfd.readouterr().err == "Finishing...\nFinishing...\n"


def test_handlers_are_restored_after_an_error() -> None:
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    with pytest.raises(ZeroDivisionError), arriving():
        raise ZeroDivisionError
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before


def test_signal_is_collected_even_if_stderr_has_no_reader() -> None:
    """Otherwise the handler would raise an error in the middle of the work that is to be finished."""
    reader, writer = os.pipe()
    os.close(reader)
    stderr = os.dup(2)
    os.dup2(writer, 2)
    try:
        with arriving("Finishing...\n") as signals:
            signal.raise_signal(signal.SIGINT)
    finally:
        os.dup2(stderr, 2)
        os.close(stderr)
        os.close(writer)
    assert signals == [signal.SIGINT]


@pytest.mark.parametrize(
    ("handler", "code", "out"),
    [("default_int_handler", -signal.SIGINT, ""), ("SIG_IGN", 0, "goes on\n")],
)
def test_ctrl_c_ends_the_command_while_it_is_imported_unless_the_process_ignores_it(
    handler: str, code: int, out: str
) -> None:
    program = f"""
import signal, sys
signal.signal(signal.SIGINT, signal.{handler})
sys.argv = ["appimageconfig"]
import appimageconfig
signal.raise_signal(signal.SIGINT)
print("goes on")
"""
    run = subprocess.run([sys.executable, "-c", program], check=False, capture_output=True, text=True)
    assert (run.returncode, run.stdout, run.stderr) == (code, out, "")
