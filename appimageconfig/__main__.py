"""``appimageconfig`` and ``python -m appimageconfig``: the command line, if the extra ``cli`` is installed."""

from __future__ import annotations

import sys

from appimageconfig import _signals


def main() -> None:
    """Run the command line with the arguments of this process, and exit."""
    try:
        from appimageconfig.cli import cli  # noqa: PLC0415 - it needs the extra

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
