"""Check the files of an sdist. Run as a script with the path of the sdist."""

from __future__ import annotations

import sys
import tarfile
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).parent.parent
EXPECTED = (
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "LICENSE",
    "PKG-INFO",
    "README.md",
    "SECURITY.md",
    "docs/benchmarks.svg",
    "noxfile.py",
    "pyproject.toml",
    *(
        str(path.relative_to(ROOT))
        for folder, pattern in (
            ("appimageconfig", "*.py"),
            ("appimageconfig", "py.typed"),
            ("benchmarks", "*.py"),
            ("benchmarks", "*.md"),
            ("docs", "*.md"),
            ("docs", "conf.py"),
            ("docs/_ext", "*.py"),
            ("docs/_inventories", "*.txt"),
            ("docs/_static", "*.css"),
            ("examples", "*.py"),
            ("examples", "*.json"),
            ("tests", "*.py"),
            ("tests", "*.cjs"),
            ("tests", "*.txt"),
        )
        for path in sorted((ROOT / folder).rglob(pattern))
    ),
)
UNEXPECTED = ("*.pyc", "*/.*", ".nox/*", "docs/_build/*", "dist/*")


def main(sdist: str) -> None:
    """Compare the files of *sdist* with the expected ones."""
    with tarfile.open(sdist) as archive:
        names = {member.name.partition("/")[2] for member in archive.getmembers() if member.isfile()}
    missing = sorted(set(EXPECTED) - names)
    unexpected = sorted(name for name in names if any(fnmatch(name, pattern) for pattern in UNEXPECTED))
    if missing or unexpected:
        sys.exit(f"{sdist}: missing {missing}, unexpected {unexpected}")
    print(f"{sdist}: {len(names)} files, none missing, none unexpected")  # noqa: T201 - a script


if __name__ == "__main__":
    main(sys.argv[1])
