"""Check that PyPI can show the README. Run as a script with the path of the wheel, whose metadata contain it."""

from __future__ import annotations

import re
import sys
from zipfile import ZipFile

from readme_renderer.markdown import render


def main(wheel: str) -> None:
    """Render the README of *wheel* as PyPI does, and look for what is then broken."""
    with ZipFile(wheel) as archive:
        (metadata,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        _, _, readme = archive.read(metadata).decode().partition("\n\n")
    rendered = render(readme)
    if not rendered:
        sys.exit(f"{wheel}: the README cannot be rendered")
    # There, a relative address is one of pypi.org.
    broken = re.findall(r'(?:href|src)="(?!https://|#)[^"]*"', rendered)
    if broken:
        sys.exit(f"{wheel}: PyPI would show the README with {', '.join(broken)}")
    sys.stdout.write(f"{wheel}: PyPI can show the README\n")


if __name__ == "__main__":
    main(sys.argv[1])
