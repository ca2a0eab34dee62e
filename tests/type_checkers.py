"""
Check the typing examples with mypy, pyright, ty and pyrefly. Run by ``nox -s typing``.

A line of an example that ends in ``# error`` has to be an error in every checker, and no other line in any. The
examples are checked against the installed wheel, as in a user's project.

    python tests/type_checkers.py clients.py values.py
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

EXAMPLES = Path(__file__).parent / "typing_examples"
CHECKERS = {
    "mypy": ["mypy", "--strict", "--ignore-missing-imports", f"--cache-dir={os.devnull}"],
    "pyright": ["pyright", "--project", "pyright.json"],
    "ty": ["ty", "check", "--output-format=concise", "--python", sys.prefix],
    "pyrefly": [
        "pyrefly",
        "check",
        "--output-format=min-text",
        "--preset=strict",
        f"--python-interpreter-path={sys.executable}",
    ],
}
ERROR = re.compile(r"^\s*(?:ERROR )?(?:\S*/)?(?P<file>\w+\.py):(?P<line>\d+).*", re.MULTILINE)


def expected(names: list[str]) -> set[tuple[str, int]]:
    """Return the file and line of each error that the examples announce."""
    return {
        (name, number)
        for name in names
        for number, line in enumerate((EXAMPLES / name).read_text(encoding="utf-8").splitlines(), 1)
        if line.endswith("# error")
    }


def main(names: list[str]) -> int:
    """Compare the verdicts of all checkers with the examples, and return the exit code."""
    failed = 0
    for checker, command in CHECKERS.items():
        run = subprocess.run([*command, *names], cwd=EXAMPLES, capture_output=True, text=True, check=False)
        reports = {
            (match["file"], int(match["line"])): match[0]
            for match in ERROR.finditer(run.stdout)
            if " note: " not in match[0]
        }
        missed = sorted(expected(names) - reports.keys())
        wrong = sorted(reports.keys() - expected(names))
        print(f"{checker}: {len(reports)} errors, {len(missed)} missed, {len(wrong)} not expected")
        for file, line in missed:
            print(f"  {file}:{line}: expected an error")
        for place in wrong:
            print(f"  {reports[place]}")
        failed += bool(missed or wrong) or not reports
        if not reports:
            print(run.stdout, run.stderr)
    return min(failed, 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
