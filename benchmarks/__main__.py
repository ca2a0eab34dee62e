"""
Measure this library beside its peers.

Without options, the figures are written to docs/benchmarks.md and docs/benchmarks.svg.
"""

from __future__ import annotations

import argparse
import sys

import applying
import checking
import cold_start
import imports
import in_memory
import linear_time
import listing
import operations
import report
import yaml_files
from measuring import Benchmark

SUBJECTS = {
    module.__name__: module
    for module in (
        imports,
        cold_start,
        operations,
        listing,
        applying,
        checking,
        yaml_files,
        in_memory,
        linear_time,
    )
}


def main() -> int:
    """Measure, and return 1 if a bound is exceeded and the bounds are checked."""
    parser = argparse.ArgumentParser(prog="python benchmarks", description=__doc__)
    parser.add_argument("--check", action="store_true", help="fail if a ratio exceeds its bound; write nothing")
    parser.add_argument("--quick", action="store_true", help="three rounds at most; write nothing")
    parser.add_argument("--subject", action="append", choices=SUBJECTS, help="only this one; write nothing")
    options = parser.parse_args()
    benchmark = Benchmark(quick=options.quick)
    for name in options.subject or SUBJECTS:
        SUBJECTS[name].measure(benchmark)
    exceeded = [row for row in benchmark.rows if row.exceeds_bound]
    for row in exceeded:
        print("exceeds its bound:", *row.cells, sep=" | ")
    if not (options.check or options.quick or options.subject):
        report.write(benchmark.rows)
    return int(options.check and bool(exceeded))


if __name__ == "__main__":
    sys.exit(main())
