"""The pages of the documentation, and how each of their code blocks is run as an example."""

from __future__ import annotations

import doctest
import json
import os
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import attrs
import pytest
import yaml
from click.testing import CliRunner
from sybil import Document, Lexeme, Region
from sybil.document import PythonDocStringDocument
from sybil.evaluators.doctest import DocTestEvaluator, OutputChecker
from sybil.evaluators.python import PythonEvaluator
from sybil.parsers.abstract import DocTestStringParser
from sybil.parsers.markdown.lexers import RawFencedCodeBlockLexer
from sybil.parsers.rest import DocTestParser
from sybil.parsers.rest import PythonCodeBlockParser as PythonInDocstringParser

import appimageconfig
from appimageconfig.cli import cli

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sybil import Example

ROOT: Final = Path(__file__).parent.parent
PAGES: Final = [
    "README.md",
    *sorted(path.relative_to(ROOT).as_posix() for path in ROOT.glob("docs/**/*.md") if "_build" not in path.parts),
]
PACKAGE: Final = Path(appimageconfig.__file__).parent
MODULES: Final = sorted(path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py"))

OPTIONS: Final = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
SECONDS: Final = 60  # the time limit of a command
# Commands that need a network, or change the machine. What they name is checked.
NOT_RUN: Final = re.compile(r"(aws|eval|git|nox|npm|pip|pipx|pre-commit|python3? -m venv|source|uv) ")
# Blocks that are parsed, no more.
PARSED: Final[dict[str, Callable[[str], object]]] = {
    "json": json.loads,
    "yaml": lambda text: list(yaml.safe_load_all(text)),
    "toml": tomllib.loads,
    "python": lambda text: compile(text, "a page", "exec"),
}
SHOWN: Final = {"diff", "hcl", "ini", "makefile", "text"}

_FENCES: Final = RawFencedCodeBlockLexer(
    re.compile(r"(?P<info>.*)\n(?P<options>(?:[ \t]*:[\w-]+:.*\n)*)", re.MULTILINE)
)
_DOCTEST: Final = DocTestStringParser(DocTestEvaluator(OPTIONS))
_CHECKER: Final = OutputChecker()


@attrs.frozen
class Block:
    """A fenced block of a page."""

    language: str
    caption: str | None
    source: Lexeme
    line: int
    region: Region

    @property
    def is_directive(self) -> bool:
        """Whether Sphinx makes something else of it than code."""
        return self.language.startswith("{")


def blocks(document: Document) -> Iterator[Block]:
    """Yield the fenced blocks of a page."""
    for region in _FENCES(document):
        info = region.lexemes["info"].strip()
        caption = re.search(r":caption: (\S+)", region.lexemes["options"])
        yield Block(
            language=info.removeprefix("{code-block} "),
            caption=caption[1] if caption else None,
            source=region.lexemes["source"],
            line=document.text.count("\n", 0, region.start) + 1,
            region=region,
        )


@attrs.define
class Reader:
    """Follows a page in an empty directory, which is the current one, with an account of its own."""

    url: str
    patch: pytest.MonkeyPatch
    code: int = 0

    def follow(self, path: Path) -> None:
        """Run all examples of a page or a docstring, one after the other."""
        if path.suffix == ".py":
            document = PythonDocStringDocument.parse(str(path), PythonInDocstringParser(), DocTestParser(OPTIONS))
            document.evaluators.clear()  # an example in a docstring imports what it needs
        else:
            document = Document.parse(str(path), self.examples)
        for example in document.examples():
            example.evaluate()

    def examples(self, document: Document) -> Iterator[Region]:
        """Parse a page."""
        for block in blocks(document):
            region = block.region
            region.parsed = block.source
            if block.caption:
                yield self._with(region, self.write(block.caption, block.language))
            elif block.language == "python" and block.source.startswith(">>> "):
                for prompt in _DOCTEST(block.source, document.path):
                    prompt.adjust(region, block.source)
                    yield prompt
            elif block.language == "python":
                yield self._with(region, PythonEvaluator())
            elif block.language in {"console", "sh"}:
                yield self._with(region, self.type if block.language == "console" else self.paste)
            elif block.language in PARSED:
                yield self._with(region, self.parse(block.language))
            elif not block.is_directive and block.language not in SHOWN:
                raise ValueError(f"{document.path}:{block.line}: a block of an unknown kind: {block.language!r}")

    @staticmethod
    def _with(region: Region, evaluator: Callable[[Example], str | None]) -> Region:
        region.evaluator = evaluator
        return region

    @staticmethod
    def parse(language: str) -> Callable[[Example], None]:
        """Return what parses a block."""

        def parse(example: Example) -> None:
            PARSED[language](example.parsed)

        return parse

    def write(self, name: str, language: str) -> Callable[[Example], None]:
        """Return what writes a block to the file *name*."""

        def write(example: Example) -> None:
            if language in PARSED:
                PARSED[language](example.parsed)
            path = Path(name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(example.parsed, encoding="utf-8")

        return write

    def type(self, example: Example) -> str | None:
        """Run the commands of a console block, and compare what they print with what the page shows."""
        block = re.sub(r"\\\n\s*", "", example.parsed)
        if not block.startswith("$ "):
            return "A console block begins with a command, after '$ '."
        for command, shown in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE):
            printed = self.run(command)
            if not _CHECKER.check_output(shown, printed, OPTIONS):
                return f"$ {command}\n{_CHECKER.output_difference(doctest.Example('', shown), printed, OPTIONS)}"
        return None

    def paste(self, example: Example) -> str | None:
        """Run the commands of a block without prompts, whose output the page does not show. They have to succeed."""
        for command in re.sub(r"\\\n\s*", "", example.parsed).splitlines():
            printed = self.run(command)
            if self.code:
                return f"{command}\nexit code {self.code}\n{printed}"
        return None

    def run(self, command: str) -> str:
        """Run a command, and return what it prints."""
        if NOT_RUN.match(command):
            return self.check(command)
        if command == "echo $?":
            return f"{self.code}\n"
        if assignment := re.fullmatch(r"export (\w+)=(\S*)", command):
            self.patch.setenv(*assignment.groups())
            return ""
        if in_process := re.fullmatch(r"appimageconfig( [^|&;<>$*]*)(< (\S+))?", command):
            stdin = Path(in_process[3]).read_text(encoding="utf-8") if in_process[3] else ""
            result = CliRunner().invoke(cli, shlex.split(in_process[1]), stdin, catch_exceptions=False)
            self.code, printed = result.exit_code, result.output
        else:
            process = subprocess.run(
                ["bash", "-c", command],  # noqa: S607 - the one that a reader has
                env={**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                timeout=SECONDS,
                check=False,
            )
            self.code, printed = process.returncode, process.stdout
        return printed.replace(f"endpoint {self.url}, ", "")  # nor is AWS's own endpoint shown

    def check(self, command: str) -> str:
        """Check the extras, the sessions and the files that a command names, which is not run."""
        project: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
        sessions = re.findall(r"^def (\w+)\(session", (ROOT / "noxfile.py").read_text(encoding="utf-8"), re.MULTILINE)
        extras = {extra for found in re.findall(r"appimageconfig\[([\w,]+)\]", command) for extra in found.split(",")}
        assert extras <= project["project"]["optional-dependencies"].keys(), command
        assert set(re.findall(r"nox -s (\w+)", command)) <= set(sessions), command
        assert all(Path(path).is_file() for path in re.findall(r"file://(\S+)", command)), command
        self.code = 0
        return ""
