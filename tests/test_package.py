"""The package as a whole: its names, its documentation, its dependencies, and the modules that an import loads."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import subprocess
import sys
import typing
from importlib.metadata import metadata, requires
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import appimageconfig

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

ROOT = Path(__file__).parent.parent
MODULES = [
    importlib.import_module(module.name) for module in pkgutil.walk_packages(appimageconfig.__path__, "appimageconfig.")
]


def test_public_names_exist_and_are_sorted() -> None:
    assert appimageconfig.__all__ == sorted(appimageconfig.__all__)
    assert all(hasattr(appimageconfig, name) for name in appimageconfig.__all__)


def test_public_names_show_the_package_as_their_module() -> None:
    """In tracebacks, reprs and pickles. The aliases of Literal types have no name to show."""
    for package in (appimageconfig, importlib.import_module("appimageconfig.testing")):
        public = [
            value
            for name in package.__all__
            if inspect.isroutine(value := getattr(package, name)) or inspect.isclass(value)
        ]
        assert {value.__module__ for value in public} == {package.__name__}
    assert {name for name in appimageconfig.__all__ if typing.get_origin(getattr(appimageconfig, name))} == {
        "Action",
        "OperationName",
        "SortBy",
        "SortOrder",
        "Status",
    }


def has_return_annotation(function: Callable[..., object]) -> bool:
    """Return whether a function, or the function in a fixture, annotates its result."""
    return inspect.signature(inspect.unwrap(function)).return_annotation is not inspect.Signature.empty


@pytest.mark.parametrize("module", [appimageconfig, *MODULES], ids=lambda module: module.__name__)
def test_every_public_name_is_documented_and_annotated(module: ModuleType) -> None:
    assert module.__doc__
    for name, value in vars(module).items():
        if name.startswith("_") or getattr(value, "__module__", None) != module.__name__:
            continue
        assert not inspect.isroutine(value) or (value.__doc__ and has_return_annotation(value)), name
        assert not inspect.isclass(value) or value.__doc__, name
        members: dict[str, Any] = dict(vars(value)) if inspect.isclass(value) else {}
        for member, attribute in members.items():
            if inspect.isfunction(attribute) and not member.startswith("_"):
                assert inspect.getdoc(getattr(value, member)), f"{name}.{member}"
                assert has_return_annotation(attribute), f"{name}.{member}"
            if isinstance(attribute, property):
                assert attribute.__doc__ or member.startswith("_"), f"{name}.{member}"


@pytest.mark.parametrize(
    "statement",
    [
        "import appimageconfig",
        "import appimageconfig as a; a.AppImageConfigClient(); a.from_request({'AppImageConfigName': 'a'})",
    ],
)
def test_import_loads_neither_boto3_nor_botocores_client(statement: str, tmp_path: Path) -> None:
    """They are loaded with the first client that is built; of botocore only the exceptions are needed before."""
    program = f"""
import sys
{statement}
loaded = {{name for name in sys.modules if name.split(".")[0] in ("boto3", "botocore", "urllib3", "pytest")}}
loaded -= {{name for name in loaded if name.startswith("botocore.vendored")}}
print(sorted(loaded), "appimageconfig.testing" in sys.modules)
"""
    run = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True, cwd=tmp_path)
    assert run.stdout == "['botocore', 'botocore.exceptions'] False\n"


@pytest.mark.parametrize(
    ("statement", "loaded"),
    [
        ("dir(a), a.AppImageConfigClient(), hasattr(a, 'Difference')", ["provisioning"]),
        ("dir(a), a.AppImageConfigClient(), hasattr(a, 'difer')", []),
        ("a.Advice", ["advice"]),
        ("a.advice.DOCUMENTATION", ["advice"]),
        ("a.custom_image", ["custom_images"]),
        ("a.check", ["advice", "files"]),
        ("a.files.paths_in", ["advice", "files"]),
        ("pickle.loads(b'cappimageconfig\\nPlan\\n.')", ["provisioning"]),
    ],
)
def test_modules_that_few_programs_need_are_loaded_when_a_name_of_theirs_is_first_used(
    statement: str, loaded: list[str], tmp_path: Path
) -> None:
    program = f"""
import sys, pickle
import appimageconfig as a
{statement}
modules = [f"appimageconfig.{{name}}" for name in ("advice", "custom_images", "files", "provisioning")]
print([name.partition(".")[2] for name in modules if name in sys.modules])
"""
    run = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True, cwd=tmp_path)
    assert run.stdout == f"{loaded}\n"


@pytest.mark.parametrize("module", ["advice", "custom_images", "files", "provisioning"])
def test_a_module_that_has_been_imported_is_an_attribute_of_a_package_that_is_imported_again(
    module: str, tmp_path: Path
) -> None:
    """As a test may do it. Between two threads it is the same: a module is ready before it is an attribute."""
    program = f"""
import sys
import appimageconfig.{module}
del sys.modules["appimageconfig"]
import appimageconfig
print(appimageconfig.{module}.__name__)
"""
    run = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True, cwd=tmp_path)
    assert run.stdout == f"appimageconfig.{module}\n"


def test_names_that_are_not_loaded_yet_are_listed(tmp_path: Path) -> None:
    """By dir(), from which completion and the suggestions of an AttributeError come."""
    program = "import appimageconfig as a; print(set(a.__all__) <= set(dir(a)), 'Plan' in vars(a)); a.Plam"
    run = subprocess.run([sys.executable, "-c", program], check=False, capture_output=True, text=True, cwd=tmp_path)
    assert run.stdout == "True False\n"
    assert "module 'appimageconfig' has no attribute 'Plam'. Did you mean: 'Plan'?" in run.stderr


def test_import_of_testing_loads_neither_pytest_nor_the_server(tmp_path: Path) -> None:
    program = """
import sys
import appimageconfig.testing
print([name for name in ("pytest", "http.server", "appimageconfig.testing.server") if name in sys.modules])
"""
    run = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True, cwd=tmp_path)
    assert run.stdout == "[]\n"


def test_there_are_four_dependencies_without_upper_bounds() -> None:
    required = sorted(requirement for requirement in requires("appimageconfig") or [] if "extra ==" not in requirement)
    assert [requirement.split(">=")[0] for requirement in required] == ["attrs", "boto3", "botocore", "cattrs"]
    assert not any(limit in requirement for requirement in required for limit in ("<", "==", "~="))
    assert metadata("appimageconfig")["Requires-Python"] == ">=3.11"
