"""
Measure this library beside its peers.

Without options, the figures are written to docs/benchmarks.md and docs/benchmarks.svg.
"""

from __future__ import annotations

import argparse
import sys

import applying
import checking
import in_memory
import linear_time
import listing
import measuring
import operations
import report
import starting

MODULES = (starting, operations, listing, applying, checking, in_memory, linear_time)
SUBJECTS = {module.__name__: module for module in MODULES}


def main() -> int:
    """Measure, and return 1 if a bound is exceeded and the bounds are checked."""
    parser = argparse.ArgumentParser(prog="python benchmarks", description=__doc__)
    parser.add_argument("--check", action="store_true", help="fail if a ratio exceeds its bound; write nothing")
    parser.add_argument("--quick", action="store_true", help="three rounds at most; write nothing")
    parser.add_argument("--subject", action="append", choices=SUBJECTS, help="only this one; write nothing")
    options = parser.parse_args()
    for name in options.subject or SUBJECTS:
        SUBJECTS[name].measure()
    excesses = list(filter(None, (row.excess for row in measuring.rows)))
    print(*excesses, sep="\n")
    if not (options.check or options.quick or options.subject):
        report.write(measuring.rows)
    return int(options.check and bool(excesses))


if __name__ == "__main__":
    sys.exit(main())
