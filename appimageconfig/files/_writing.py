"""
Files that are replaced as a whole or not at all.

A file that is opened to be overwritten is empty until everything is written, and
what it contained is lost if the disk is full or the process is interrupted. So the
new content is written to a temporary file beside it, which then takes its place.
"""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from functools import partial
from pathlib import Path

_PRIVATE = 0o600
_SHARED = 0o666  # less the umask, like every new file


def replace(path: str, content: bytes, *, is_private: bool) -> None:
    """
    Write *content* to the file at *path*.

    Args:
        path: The file. A symbolic link, a device or a pipe is written directly.
        content: The whole content.
        is_private: Whether a new file is for its owner alone. An existing file keeps its mode.

    Raises:
        OSError: The content cannot be written. A file that existed is unchanged.
    """
    target = Path(path)
    opener = partial(os.open, mode=_PRIVATE if is_private else _SHARED)
    try:
        existing = _status(target)
        if existing is not None and not stat.S_ISREG(existing.st_mode):
            # A link remains one, and a device or a pipe has no content that could be lost.
            with open(target, "wb", opener=opener) as file:
                file.write(content)
            return
        if existing is not None:
            # Whoever may write to the directory can replace a file that is read-only: here that is refused.
            os.close(os.open(target, os.O_WRONLY))
        # Hidden, and with a suffix that no request file has: never read by mistake. Short, since the name of the target
        # may be as long as the file system allows.
        temporary = target.with_name(f".{os.urandom(8).hex()}.tmp")
        try:
            with open(temporary, "xb", opener=opener) as file:
                if existing is not None:
                    temporary.chmod(stat.S_IMODE(existing.st_mode))
                file.write(content)
                file.flush()
                # Otherwise the new name may reach the disk before the content does.
                os.fsync(file.fileno())
            temporary.replace(target)
        except BaseException:  # Ctrl-C, too
            with suppress(OSError):
                temporary.unlink()
            raise
    except OSError as error:
        # A full disk names no file, and other errors name one that no longer exists.
        raise OSError(error.errno, error.strerror, path) from error


def _status(path: Path) -> os.stat_result | None:
    try:
        return path.lstat()
    except FileNotFoundError:
        return None
