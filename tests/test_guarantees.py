"""The page of the documentation that lists the promises of this library, each with its tests."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs/explanation/guarantees.md").read_text(encoding="utf-8")
TESTS = sorted(set(re.findall(r"`(tests/[^`]*)`", PAGE)))


@cache
def names_in(path: str) -> set[str]:
    """Return the names of the tests in the file at *path*."""
    module = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return {node.name for node in module.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


@pytest.mark.parametrize("test", TESTS)
def test_each_test_that_the_page_names_exists(test: str) -> None:
    path, _, name = test.partition("::")
    assert name in names_in(path)


@pytest.mark.parametrize("path", sorted(set(re.findall(r"`(benchmarks/[^`]*)`", PAGE))))
def test_each_benchmark_that_the_page_names_exists(path: str) -> None:
    assert (ROOT / path).is_file()


def test_each_promise_names_a_test_or_a_benchmark() -> None:
    promises = re.split(r"\n(?=\*\*)", PAGE.partition("## Not promised")[0])[1:]
    assert len(promises) > 15
    assert [promise for promise in promises if "`tests/" not in promise and "`benchmarks/" not in promise] == []
