"""
Every limit against long input: checking takes time linear in its length, whatever the input.

Each string of the service model is given inputs of 10,000 and of 100,000
characters that are made to make a pattern backtrack. They are checked as a
whole, where the length is found wrong before the pattern is tried, and against
the bare pattern. Only the largest growth is reported.
"""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

from measuring import OURS, seconds

from appimageconfig import limits
from appimageconfig._constraints import List, Map, String

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from measuring import Benchmark

SHORT, LONG = 10_000, 100_000
AT_MOST = 30.0
# Below this, in seconds, the time of the clock itself is what is measured.
NEGLIGIBLE = 50e-6

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


def strings(name: str, constraint: object) -> Iterator[tuple[str, String]]:
    """Yield the string constraints of a constraint, with their names."""
    match constraint:
        case String():
            yield name, constraint
        case List():
            yield from strings(f"{name} item", constraint.item)
        case Map():
            yield from strings(f"{name} key", constraint.key)
            yield from strings(f"{name} value", constraint.value)
        case _:
            pass


def text(kind: str, length: int) -> str:
    """Return an input of that kind and about that length."""
    beginning, unit, end = INPUTS[kind]
    return beginning + unit * (length // len(unit)) + end


def check(constraint: String, value: str) -> Callable[[], float]:
    """Return a contender: the seconds to check *value*, and to match it alone."""

    def run() -> None:
        list(constraint.violations(value, "X"))
        constraint.accepts(value)
        if constraint.pattern is not None:
            constraint.pattern.matches(value)

    measure_one = seconds(run)
    return lambda: max(min(measure_one() for _ in range(3)), NEGLIGIBLE)


def measure(benchmark: Benchmark) -> None:
    """Find the largest growth, and measure it once more."""
    cases = {
        f"{name}: {kind}": (check(constraint, text(kind, LONG)), check(constraint, text(kind, SHORT)))
        for limit, value in vars(limits).items()
        for name, constraint in strings(limit, value)
        for kind in INPUTS
    }
    gc.freeze()  # as when it is measured
    name = max(cases, key=lambda name: cases[name][0]() / cases[name][1]())
    gc.unfreeze()
    peer = f"itself of {SHORT:,}"
    subject = f"check of {LONG:,} characters, largest growth ({name})"
    benchmark.compare(subject, dict(zip((OURS, peer), cases[name], strict=True)), rounds=5, at_most={peer: AT_MOST})
