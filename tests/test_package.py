"""The package as a whole: its names, its documentation, and what importing it costs."""

from __future__ import annotations

import doctest
import importlib
import inspect
import pkgutil
import subprocess
import sys
from importlib.metadata import metadata, requires
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import appimageconfig

if TYPE_CHECKING:
    from types import ModuleType

ROOT = Path(__file__).parent.parent
MODULES = [
    importlib.import_module(module.name) for module in pkgutil.walk_packages(appimageconfig.__path__, "appimageconfig.")
]


def test_the_public_names_are_listed_sorted_and_there() -> None:
    """Nothing else is promised."""
    assert appimageconfig.__all__ == sorted(appimageconfig.__all__)
    assert all(hasattr(appimageconfig, name) for name in appimageconfig.__all__)


@pytest.mark.parametrize("module", [appimageconfig, *MODULES], ids=lambda module: module.__name__)
def test_every_public_name_is_documented_and_annotated(module: ModuleType) -> None:
    """Modules, classes, functions, methods and properties."""
    assert module.__doc__
    for name, value in vars(module).items():
        if name.startswith("_") or getattr(value, "__module__", None) != module.__name__:
            continue
        assert not inspect.isroutine(value) or (value.__doc__ and "return" in value.__annotations__), name
        assert not inspect.isclass(value) or value.__doc__, name
        members: dict[str, Any] = dict(vars(value)) if inspect.isclass(value) else {}
        for member, attribute in members.items():
            if inspect.isfunction(attribute) and not member.startswith("_"):
                assert attribute.__doc__, f"{name}.{member}"
                assert "return" in attribute.__annotations__, f"{name}.{member}"
            if isinstance(attribute, property):
                assert attribute.__doc__ or member.startswith("_"), f"{name}.{member}"


@pytest.mark.parametrize(
    "statement",
    [
        "import appimageconfig",
        "from appimageconfig import *; AppImageConfigClient(); from_request({'AppImageConfigName': 'a'})",
    ],
)
def test_importing_loads_no_client_machinery(statement: str, tmp_path: Path) -> None:
    """Of botocore only the exceptions; boto3 and the service model come with the first client that is built."""
    program = f"""
import sys
{statement}
loaded = {{name for name in sys.modules if name.split(".")[0] in ("boto3", "botocore", "urllib3", "pytest")}}
loaded -= {{name for name in loaded if name.startswith("botocore.vendored")}}
print(sorted(loaded), "appimageconfig.testing" in sys.modules)
"""
    run = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True, cwd=tmp_path)
    assert run.stdout == "['botocore', 'botocore.exceptions'] False\n"


def test_importing_the_test_kit_loads_no_pytest_and_no_server(tmp_path: Path) -> None:
    """The fixtures and the endpoint are loaded by those who use them."""
    program = """
import sys
import appimageconfig.testing
print([name for name in ("pytest", "http.server", "appimageconfig.testing.server") if name in sys.modules])
"""
    run = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True, cwd=tmp_path)
    assert run.stdout == "[]\n"


def test_the_run_time_dependencies_are_four_without_upper_limits() -> None:
    """attrs, boto3, botocore and cattrs."""
    required = sorted(requirement for requirement in requires("appimageconfig") or [] if "extra ==" not in requirement)
    assert [requirement.split(">=")[0] for requirement in required] == ["attrs", "boto3", "botocore", "cattrs"]
    assert not any(limit in requirement for requirement in required for limit in ("<", "==", "~="))
    assert metadata("appimageconfig")["Requires-Python"] == ">=3.11"


@pytest.mark.parametrize(
    "page",
    ["README.md", *sorted(f"docs/{path.name}" for path in ROOT.glob("docs/*.md") if ">>>" in path.read_text("utf-8"))],
)
def test_the_examples_of_the_documentation_run(page: str) -> None:
    """And print what is shown."""
    results = doctest.testfile(str(ROOT / page), module_relative=False)
    assert results.attempted >= 2
    assert results.failed == 0


def test_the_examples_of_the_docstrings_compile() -> None:
    """Those of the packages, which need an AWS account or nothing."""
    for module in (appimageconfig, importlib.import_module("appimageconfig.testing")):
        _, _, example = (module.__doc__ or "").partition("::\n")
        compile(inspect.cleandoc(example), module.__name__, "exec")
