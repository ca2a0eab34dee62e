"""``appimageconfig`` and ``python -m appimageconfig``: the command line, if the extra ``cli`` is installed."""

from __future__ import annotations

import sys
from importlib.util import find_spec


def main() -> int:
    """Run the command line with the arguments of this process, and return the exit code."""
    if missing := [name for name in ("click", "rich") if find_spec(name) is None]:
        needed = " and ".join(missing)
        sys.stderr.write(f"The command line needs {needed}: pip install 'appimageconfig[cli]'\n")
        return 2
    from appimageconfig import cli  # noqa: PLC0415 - it needs the extra

    return cli.main()


if __name__ == "__main__":
    sys.exit(main())
