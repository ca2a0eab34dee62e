"""
Every limit against long input: checking takes time linear in its length, whatever the input.

Each string of the service model is given inputs of 10,000 and of 100,000
characters that are made to make a pattern backtrack. They are checked as a
whole, where the length is found wrong before the pattern is tried, and against
the bare pattern. Exits with 1 when ten times the length costs more than thirty
times the time.
"""

from __future__ import annotations

import sys
from timeit import Timer
from typing import TYPE_CHECKING

from appimageconfig import limits
from appimageconfig._constraints import Constraint, List, Map, String, Tags

if TYPE_CHECKING:
    from collections.abc import Iterator

SHORT, LONG = 10_000, 100_000
AT_MOST = 30.0
# Below this, in microseconds, the time of the clock itself is what is measured.
NEGLIGIBLE = 50.0

# What an input begins with, what it repeats, and what it ends with.
INPUTS = {
    "letters": ("", "a", ""),
    "letters, then what is wrong": ("", "a", "!"),
    "hyphens": ("", "-", ""),
    "a letter and hyphens": ("a", "-", ""),
    "letters and hyphens": ("", "a-", ""),
    "white space": ("", " ", ""),
    "white space, then a newline": ("", " ", "\n"),
    "white space and newlines": ("", " \n", ""),
    "slashes": ("", "/", ""),
    "letters of another script": ("", "名", ""),
    "combining marks": ("", "\u0301", ""),
    "an ARN whose partition does not end": ("arn:aws", "-", ""),
    "an ARN whose region does not end": ("arn:aws:sagemaker:", "a", ""),
    "an ARN whose name does not end": ("arn:aws:sagemaker:a:123456789012:app-image-config/", "a", "\n"),
}


def strings() -> Iterator[tuple[str, String]]:
    """Yield every string constraint of the model, with its name."""
    for name, constraint in vars(limits).items():
        if isinstance(constraint, Constraint):
            yield from parts(name, constraint)


def parts(name: str, constraint: Constraint) -> Iterator[tuple[str, String]]:
    """Yield the string constraints of a constraint."""
    match constraint:
        case String():
            yield name, constraint
        case List():
            yield from parts(f"{name} item", constraint.item)
        case Map() | Tags():
            yield from parts(f"{name} key", constraint.key)
            yield from parts(f"{name} value", constraint.value)
        case _:
            pass


def text(kind: str, length: int) -> str:
    """Return an input of that kind and about that length."""
    beginning, unit, end = INPUTS[kind]
    return beginning + unit * (length // len(unit)) + end


def microseconds(constraint: String, value: str, *, pattern: bool) -> float:
    """Return how long it takes to check *value*, or to match it alone."""

    def check() -> None:
        if pattern and constraint.pattern is not None:
            constraint.pattern.matches(value)
        else:
            list(constraint.violations(value, "X"))
            constraint.accepts(value)
            constraint.accepts_all((value,))

    return min(Timer(check).repeat(repeat=3, number=1)) * 1e6


def main() -> int:
    """Measure every constraint with every input and print the slowest of each."""
    slow = 0
    print(
        f"{'limit':52} {'check':>10} {'growth':>7} {'pattern':>10} {'growth':>7}   (us for {LONG:,}, times {SHORT:,})"
    )
    for name, constraint in strings():
        row = f"{name:52}"
        for pattern in (False, True):
            times = {
                kind: [microseconds(constraint, text(kind, length), pattern=pattern) for length in (SHORT, LONG)]
                for kind in INPUTS
            }
            longest = max(long for _, long in times.values())
            growth = max(long / max(short, NEGLIGIBLE) for short, long in times.values())
            slow += growth > AT_MOST
            row += f" {longest:10.1f} {growth:7.1f}"
        print(row)
    print(f"{slow} of all grow faster than {AT_MOST:.0f} times with ten times the length")
    return int(slow > 0)


if __name__ == "__main__":
    sys.exit(main())
