"""The error gallery: it is up to date, and no message is missing."""

from __future__ import annotations

import ast
import re
from itertools import chain
from typing import TYPE_CHECKING

import pytest
import snapshots
from error_gallery import PAGE, rewritten
from pages import MODULES, PACKAGE, ROOT, blocks
from sybil import Document
from systems import needs_bash

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

WIDEST = 80
PRINTING = {"pycon", "console"}
# Where a user can look up a message, in the output of a block.
SHOWN = (PAGE, ROOT / "docs/reference/warning-codes.md")
# Two words: a text for people. Others are names, codes and patterns.
TEXT = re.compile(r"[A-Za-z]{2} [a-z]{2}")
CODE = re.compile(r"(>>>|\.\.\.|\$) ")
HOLE = "\0"  # where an f-string has a value
# Texts that are not messages about mistakes, and messages of mistakes that are not made here.
NOT_SHOWN = {
    "__init__.py": {"has no attribute": "as Python says of any module"},
    "cli/__init__.py": {
        "bold red": "a style",
        "Exit codes:": "the end of --help",
        "Apply this plan?": "a question, at a terminal alone",
        "Interrupted. Files under way": "after a Ctrl-C between two files that export writes",
    },
    "cli/terminal.py": {"Nothing was changed.": "after the answer to the question above"},
    "files/_schema.py": {
        "AppImageConfig request file": "the title of the schema",
        "A request of CreateAppImageConfig,": "its description",
        "| Its repr": "a pattern for docstrings",
    },
    "testing/__main__.py": {
        "aws sagemaker list-app-image-configs": "printed at the start, as something to try",
        "Any credentials are accepted.": "likewise",
    },
    "_checking.py": {
        "by the service model of the installed botocore": "needs a botocore that is newer than this package"
    },
    "testing/server.py": {"The request did not arrive within": "takes ten seconds"},
    "testing/stubbing.py": {"The call began before the stubber was activated.": "needs two threads"},
}


def is_other(node: ast.AST) -> bool:
    """Return whether a node is a docstring, the help of an option, or a line for the log."""
    match node:
        case ast.Expr(value=ast.Constant()) | ast.keyword(arg="help" | "description"):
            return True
        case ast.Call(func=ast.Attribute(value=ast.Name(id="_logger"))):
            return True
        case _:
            return False


def texts(node: ast.AST) -> Iterator[str]:
    """Yield each text for people in the code."""
    if is_other(node):
        return
    found = ""
    inside: Iterable[ast.AST] = ast.iter_child_nodes(node)
    match node:
        case ast.Constant(value=str(text)):
            found = text
        case ast.JoinedStr(values=parts):
            found = "".join(str(part.value) if isinstance(part, ast.Constant) else HOLE for part in parts)
            inside = [part for part in parts if isinstance(part, ast.FormattedValue)]
        case ast.Dict(values=values):  # the keys are what the values are shown for
            inside = values
        case _:
            pass
    if TEXT.search(found):
        yield found
    yield from chain.from_iterable(map(texts, inside))


def on_one_line(text: str) -> str:
    return " ".join(text.split())


@pytest.fixture(scope="module")
def shown() -> str:
    """Return all output in the blocks of the pages, without the code: each block on a line of its own."""
    found = (block for page in SHOWN for block in blocks(Document(page.read_text(encoding="utf-8"), str(page))))
    outputs = (
        [line for line in block.source.splitlines() if not CODE.match(line)]
        for block in found
        if CODE.match(block.source)
    )
    return "\n".join(on_one_line(" ".join(lines)) for lines in outputs)


@needs_bash
@pytest.mark.enable_socket
def test_the_gallery_shows_what_the_mistakes_print() -> None:
    snapshots.compare(PAGE, rewritten(PAGE.read_text(encoding="utf-8")))


@pytest.mark.parametrize("module", MODULES)
def test_every_message_of_a_module_is_shown(module: str, shown: str) -> None:
    """
    If this fails, make the mistake in the gallery, and run nox -s snapshots.

    An f-string is looked up as a whole, with any values.
    """
    found = set(texts(ast.parse((PACKAGE / module).read_text(encoding="utf-8"))))
    missing = {
        text
        for text in found
        if not re.search(".*?".join(re.escape(on_one_line(part)) for part in text.split(HOLE)), shown)
    }
    exempt = NOT_SHOWN.get(module, {})
    assert {text for text in missing if not any(part in text for part in exempt)} == set()
    assert {part for part in exempt if not any(part in text for text in missing)} == set()


def test_what_to_do_follows_every_message() -> None:
    page = PAGE.read_text(encoding="utf-8")
    printing = [
        block
        for block in blocks(Document(page, str(PAGE)))
        if block.language in PRINTING and not all(map(CODE.match, block.source.splitlines()))
    ]
    assert len(printing) > 100
    assert [block.line for block in printing if not re.match(r"\n\n(`?\w)", page[block.region.end :])] == []


def test_the_mistakes_are_not_cut_off() -> None:
    """Messages are: they are as they print, and browsers wrap them."""
    found = blocks(Document(PAGE.read_text(encoding="utf-8"), str(PAGE)))
    code = [
        line
        for block in found
        for line in block.source.splitlines()
        if block.language not in PRINTING or CODE.match(line)
    ]
    assert [line for line in code if len(line) > WIDEST] == []
