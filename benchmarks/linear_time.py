"""
Every limit against long input: checking takes time linear in its length, whatever the input.

Each string of the service model is given inputs of 10,000 and of 100,000
characters that are made to make a pattern backtrack. They are checked as a
whole, where the length is found wrong before the pattern is tried, and against
the bare pattern. Only the largest growth is reported.
"""

from __future__ import annotations

import gc
from functools import partial
from operator import call
from typing import TYPE_CHECKING

from measuring import OURS, compare, seconds

from appimageconfig import limits
from appimageconfig._constraints import List, Map, String

if TYPE_CHECKING:
    from collections.abc import Iterator

SHORT, LONG = 10_000, 100_000
PEER = f"itself of {SHORT:,}"
AT_MOST = 30.0  # 10 is linear, 100 is quadratic
NEGLIGIBLE = 50e-6  # below this, in seconds, the time of the clock itself is what is measured
ARN = "arn:aws:sagemaker:a:123456789012:app-image-config/"
# What an input begins with, what it repeats, and what it ends with.
PLAIN = (("", "a", ""), ("", "a", "!"), ("", "-", ""), ("a", "-", ""), ("", "a-", ""), ("", "/", ""))
BLANK_OR_FOREIGN = (("", " ", ""), ("", " ", "\n"), ("", " \n", ""), ("", "名", ""), ("", "\u0301", ""))
ENDLESS = (("arn:aws", "-", ""), ("arn:aws:sagemaker:", "a", ""), (ARN, "a", "\n"))


def measure() -> None:
    """Find the largest growth, and measure it once more."""
    cases = {
        f"{name}: {beginning!r}, {unit!r} repeated, {end!r}": {
            who: partial(check, constraint, beginning + unit * (length // len(unit)) + end)
            for who, length in {OURS: LONG, PEER: SHORT}.items()
        }
        for limit, value in vars(limits).items()
        for name, constraint in strings(limit, value)
        for beginning, unit, end in PLAIN + BLANK_OR_FOREIGN + ENDLESS
    }
    gc.freeze()  # as when it is measured
    name = max(cases, key=lambda name: cases[name][OURS]() / cases[name][PEER]())
    gc.unfreeze()
    subject = f"check of {LONG:,} characters, largest growth ({name})"
    compare(subject, cases[name], call, rounds=5, at_most={PEER: AT_MOST})


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


def check(constraint: String, value: str) -> float:
    """Return the seconds to check *value*, and to match it alone."""

    def run() -> None:
        list(constraint.violations(value, "X"))
        constraint.accepts(value)
        if constraint.pattern is not None:
            constraint.pattern.matches(value)

    return max(min(seconds(run) for _ in range(3)), NEGLIGIBLE)
