"""The documentation: every example runs, and every page can be read."""

from __future__ import annotations

import itertools
import re
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from pages import MODULES, PACKAGE, PAGES, ROOT, Reader, blocks
from sybil import Document
from sybil.document import PythonDocStringDocument
from systems import needs_bash

from appimageconfig.cli import cli
from appimageconfig.testing import InMemorySageMaker

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# The blocks of the error gallery raise errors; see test_error_gallery.py.
READ = [page for page in PAGES if page != "docs/reference/error-gallery.md"]
WIDEST = 80  # columns of a code block on a telephone's or a divided screen, and in a terminal
START = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.fixture
def reader(tmp_path: Path, models: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Reader]:
    """
    Yield a reader of a page, who has an account that is empty.

    boto3's settings, in the environment, lead to a SageMaker in memory, so that examples call it as they would call
    AWS. The time of each change is one second after that of the change before.
    """
    del models
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.path", [str(tmp_path), *sys.path])
    monkeypatch.setattr("boto3.DEFAULT_SESSION", None)
    seconds = itertools.count()
    service = InMemorySageMaker(clock=lambda: START + timedelta(seconds=next(seconds)))
    with service.serve() as url:
        settings = {
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": "eu-west-1",
            "AWS_ENDPOINT_URL": url,
            "COLUMNS": "80",
        }
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        yield Reader(url, monkeypatch)
    for module in [file.stem for file in tmp_path.glob("*.py")]:
        sys.modules.pop(module, None)  # another page has another file of that name


@needs_bash
@pytest.mark.enable_socket
@pytest.mark.parametrize("page", READ)
def test_every_example_of_a_page_runs(page: str, reader: Reader) -> None:
    reader.follow(ROOT / page)


@pytest.mark.enable_socket
@pytest.mark.parametrize("module", MODULES)
def test_every_example_in_a_docstring_runs(module: str, reader: Reader) -> None:
    reader.follow(PACKAGE / module)


@pytest.mark.parametrize("page", READ)
def test_no_code_is_cut_off_or_ends_in_a_blank_line(page: str) -> None:
    found = [block for block in blocks(Document.parse(str(ROOT / page))) if not block.is_directive]
    wide = [
        f"{page}:{block.line}: {len(line)} columns: {line}"
        for block in found
        for line in block.source.splitlines()
        if len(line) > WIDEST
    ]
    blank = [f"{page}:{block.line}: ends in a blank line" for block in found if block.source.endswith("\n\n")]
    assert wide + blank == []


@pytest.mark.parametrize("module", MODULES)
def test_code_in_a_docstring_says_its_language(module: str) -> None:
    """Otherwise it would not run."""
    text = (PACKAGE / module).read_text(encoding="utf-8")
    docstrings = [docstring for _, _, docstring in PythonDocStringDocument.extract_docstrings(text)]
    assert [docstring for docstring in docstrings if re.search(r"^(?! *\.\. ).*::$", docstring, re.MULTILINE)] == []


def test_the_page_of_the_command_line_has_the_exit_codes_of_its_help() -> None:
    page = (ROOT / "docs/reference/command-line.md").read_text(encoding="utf-8")
    codes = re.findall(r"^ +(\d+)  ", CliRunner().invoke(cli, ["--help"]).output, re.MULTILINE)
    assert len(codes) == 7
    assert re.findall(r"^\| (\d+) \|", page, re.MULTILINE) == codes
