"""What some operating systems lack, and the tests that need it."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import Final

import pytest

_is_windows: Final = sys.platform == "win32"

needs_bash: Final = pytest.mark.skipif(_is_windows, reason="Windows has no POSIX shell")
needs_dev_full: Final = pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
needs_dev_stdout: Final = pytest.mark.skipif(_is_windows, reason="Windows has no /dev/stdout")
needs_errors_of_posix: Final = pytest.mark.skipif(_is_windows, reason="Windows reports another error")
needs_fork: Final = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
needs_limits_of_files: Final = pytest.mark.skipif(_is_windows, reason="Windows cannot limit the size of files")
needs_long_paths: Final = pytest.mark.skipif(_is_windows, reason="Windows limits whole paths to 260 characters")
needs_modes: Final = pytest.mark.skipif(_is_windows, reason="Windows has no modes of owner, group and others")
needs_named_pipes: Final = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
needs_replacing_open_files: Final = pytest.mark.skipif(_is_windows, reason="Windows does not replace an open file")
needs_signals: Final = pytest.mark.skipif(_is_windows, reason="Windows cannot send SIGINT or SIGTERM to a process")
needs_surrogates_refused: Final = pytest.mark.skipif(_is_windows, reason="Windows allows surrogates in paths")
needs_terminals: Final = pytest.mark.skipif(not hasattr(os, "openpty"), reason="this system has no pseudo-terminals")
needs_time_zones: Final = pytest.mark.skipif(not hasattr(time, "tzset"), reason="this system has no tzset")
