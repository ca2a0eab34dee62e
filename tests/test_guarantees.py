"""What the documentation promises and claims: each has a test or a benchmark that shows it, and it exists."""

from __future__ import annotations

import ast
import re
import tomllib
from functools import cache

import pytest
from pages import PAGES, ROOT

TEXTS = {page: (ROOT / page).read_text(encoding="utf-8") for page in PAGES}
README = TEXTS["README.md"]
GUARANTEES = TEXTS["docs/explanation/guarantees.md"]
BENCHMARKS = TEXTS["docs/benchmarks.md"]
# The others show what is claimed, or quote.
CLAIMING = [page for page in PAGES if TEXTS[page] not in {BENCHMARKS, GUARANTEES}]
TESTS = sorted({test for text in TEXTS.values() for test in re.findall(r"`(tests/[^`]*::[^`]*)`", text)})
SCRIPTS = sorted({path for text in TEXTS.values() for path in re.findall(r"`(benchmarks/[^`]*)`", text)})

# Words of claims that a reader would otherwise have to believe.
CLAIM = re.compile(
    r"\b(faster|slower|cheaper|lightweight|less (time|memory)|more time|(ten|several|many) times"
    r"|lossless|idempotent|any number of times|makes? one call|byte for byte)\b"
)
SHOWN = re.compile(r"\bguarantees\b|\bbenchmarks\b|\]\(#notes\)")


@cache
def names_in(path: str) -> set[str]:
    """Return the names of the tests in the file at *path*."""
    module = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return {node.name for node in module.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


@pytest.mark.parametrize("test", TESTS)
def test_each_test_that_a_page_names_exists(test: str) -> None:
    path, _, name = test.partition("::")
    assert name in names_in(path)


@pytest.mark.parametrize("path", SCRIPTS)
def test_each_benchmark_that_a_page_names_exists(path: str) -> None:
    assert (ROOT / path).is_file()


def test_each_promise_names_a_test_or_a_benchmark() -> None:
    promises = re.split(r"\n(?=\*\*)", GUARANTEES.partition("## Not promised")[0])[1:]
    assert len(promises) > 20
    assert [promise for promise in promises if "`tests/" not in promise and "`benchmarks/" not in promise] == []


@pytest.mark.parametrize("page", CLAIMING)
def test_a_section_that_makes_a_claim_links_to_what_shows_it(page: str) -> None:
    prose = re.sub(r"^```.*?^```$", "", TEXTS[page], flags=re.MULTILINE | re.DOTALL)
    claims = {section: CLAIM.search(section) for section in re.split(r"^#", prose, flags=re.MULTILINE)}
    assert [claim[0] for section, claim in claims.items() if claim and not SHOWN.search(section)] == []


def test_each_note_of_the_readme_exists_and_shows_a_claim() -> None:
    """And each point of the comparison has one."""
    text, _, notes = README.partition("\n## Notes\n")
    used = [int(number) for number in re.findall(r"\[\[(\d+)\]\]\(#notes\)", text)]
    items = re.findall(r"^(\d+)\. (.+)$", notes, re.MULTILINE)
    assert sorted(set(used)) == list(range(1, len(items) + 1)) == [int(number) for number, _ in items]
    assert [item for _, item in items if "`tests/" not in item and "docs/benchmarks.md" not in item] == []
    points = re.findall(r"^\| (.+?) \|", text, re.MULTILINE)[1:]
    assert len(points) > 5
    assert [point for point in points if not point.endswith("](#notes)")] == []


@cache
def measured() -> dict[tuple[str, str], tuple[str, str, float]]:
    """Return the figures of this library and of a peer, and their ratio, by the subject and the peer."""
    found: dict[tuple[str, str], tuple[str, str, float]] = {}
    subject = ours = ""
    for line in re.findall(r"^\| (?!Subject).*", BENCHMARKS, re.MULTILINE):
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        subject, ours = cells[0] or subject, cells[1] or ours
        found[subject, cells[2]] = ours, cells[3], float(cells[4].partition(" ")[0])
    return found


def point(title: str) -> list[str]:
    """Return the cells of this library, boto3 and sagemaker-core in the comparison of the README."""
    line = next(line for line in README.splitlines() if line.startswith(f"| {title} "))
    return [cell.strip() for cell in line.split("|")[2:5]]


def test_the_calls_in_the_readme_are_those_of_the_benchmarks() -> None:
    create, listed = "create of a ready value, calls", "list of 100, calls"
    (ours, boto3, _), (_, core, _) = (measured()[create, peer] for peer in ("boto3", "sagemaker-core"))
    (our_list, boto3_list, _), (_, core_list, _) = (measured()[listed, peer] for peer in ("boto3", "sagemaker-core"))
    calls = [f"{ours}, {our_list}", f"{boto3}, {boto3_list}", f"{core}, {core_list}"]
    assert point("calls: create one, list 100") == calls


def test_the_import_compares_in_the_readme_as_in_the_benchmarks() -> None:
    assert point("time and memory to import") == ["less than boto3", "the measure", "more than boto3"]
    for subject in ("import", "import, resident memory"):
        beside_boto3, beside_core = (measured()[subject, peer][2] for peer in ("boto3", "sagemaker-core"))
        assert beside_core < beside_boto3 < 1


def test_the_design_has_the_layers_that_are_checked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    layers = project["tool"]["importlinter"]["contracts"][0]["layers"]
    assert re.findall(r"^```text\n(.*?)\n```$", TEXTS["docs/explanation/design.md"], re.MULTILINE | re.DOTALL) == [
        "\n".join(layers)
    ]
