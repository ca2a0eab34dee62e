"""``appimageconfig`` and ``python -m appimageconfig``: the command line, if the extra ``cli`` is installed."""

from __future__ import annotations

import gc
import sys

from appimageconfig import _signals


def main() -> None:
    """Run the command line with the arguments of this process, and exit."""
    # Python's garbage collector would go through all modules again and again while they are imported, and once more at
    # the end. A command can be long, so that it is enabled again, for what is created from then on.
    gc.disable()
    try:
        from appimageconfig.cli import cli  # noqa: PLC0415 - it needs the extra

        gc.freeze()
        gc.enable()
        _signals.raise_on_ctrl_c()
        cli.main()
    except ModuleNotFoundError as error:
        if error.name not in {"click", "rich"}:
            raise
        sys.stderr.write(f"The command line needs {error.name}: pip install 'appimageconfig[cli]'\n")
        sys.exit(2)
    except KeyboardInterrupt:  # while it is imported; afterwards the commands handle it
        sys.exit(130)


if __name__ == "__main__":
    main()
