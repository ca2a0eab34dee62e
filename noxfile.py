"""
Everything that has to pass, and how it is run.

``nox`` alone runs all of it, ``nox -s NAME`` one session, ``nox -l`` lists them.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import nox

ROOT = Path(__file__).parent
PROJECT = nox.project.load_toml(ROOT / "pyproject.toml")
THIS_PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
# The versions that are supported, as far as they are installed, and the one that runs nox.
PYTHONS = sorted({"3.11", "3.12", "3.13", THIS_PYTHON})

# pyenv's own commands start only the versions that are switched on; those that are installed stand here.
if "PYENV_ROOT" in os.environ:
    installed = Path(os.environ["PYENV_ROOT"]).glob("versions/*/bin")
    os.environ["PATH"] = os.pathsep.join([os.environ["PATH"], *sorted(map(str, installed))])

nox.needs_version = ">=2025.2.9"
nox.options.sessions = ["lint", "typing", "docs", "package", "demo", "aws_cli", "coverage", "tests_oldest", "tests"]
nox.options.error_on_missing_interpreters = False


def install(session: nox.Session, *groups: str) -> None:
    """Build the wheel and install it with its extras and the dependency *groups*."""
    session.install(".[cli,yaml]", *nox.project.dependency_groups(PROJECT, *groups))


def run_tests(session: nox.Session) -> None:
    """Run the tests against the installed wheel, having made sure that they will not import the checkout."""
    where = session.run(
        "python", "-P", "-c", "import appimageconfig; print(appimageconfig.__file__)", silent=True, log=False
    )
    if "site-packages" not in str(where):
        session.error(f"the tests would run against {where}, not against the wheel")
    session.run("pytest", "--numprocesses=auto", *session.posargs)


@nox.session
def demo(session: nox.Session) -> None:
    """Check, plan, apply, apply again, change and plan the example requests, in memory, by a script and by commands."""
    install(session)
    requests = sorted(str(path.relative_to(ROOT)) for path in ROOT.glob("examples/requests/*.json"))
    session.run("python", "examples/provision.py", "--in-memory", *requests, *session.posargs)
    session.run("python", "examples/demonstrate.py")


@nox.session
def lint(session: nox.Session) -> None:
    """Check style, formatting, the direction of imports, and spelling."""
    install(session, "lint")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("lint-imports")
    session.run("codespell")


@nox.session
def typing(session: nox.Session) -> None:
    """Check the types of the package, the tests and the examples with two type checkers, strictly."""
    install(session, "typing")
    session.run("mypy")
    session.run("pyright")


@nox.session
def docs(session: nox.Session) -> None:
    """Build the documentation; a warning is an error."""
    install(session, "docs")
    session.run("sphinx-build", "--fail-on-warning", "--keep-going", "--fresh-env", "-b", "html", "docs", "docs/_build")


@nox.session
def package(session: nox.Session) -> None:
    """Build the sdist, from it the wheel, and check what they contain."""
    session.install(*nox.project.dependency_groups(PROJECT, "package"))
    target = Path(session.create_tmp()) / "dist"
    for leftover in target.glob("*"):
        leftover.unlink()
    session.run("python", "-m", "build", "--outdir", str(target), silent=True)
    session.run("twine", "check", "--strict", *map(str, target.glob("*")))
    session.run("check-wheel-contents", "--package", "appimageconfig", *map(str, target.glob("*.whl")))
    session.run("python", "tests/sdist_contents.py", *map(str, target.glob("*.tar.gz")))


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """Run the tests with the newest dependencies."""
    install(session, "test")
    run_tests(session)


@nox.session(python=PYTHONS)
def tests_oldest(session: nox.Session) -> None:
    """Run the tests with the oldest dependencies that pyproject.toml allows."""
    session.install("uv")
    session.run("uv", "pip", "install", "--resolution", "lowest-direct", ".[cli,yaml]")
    session.install(*nox.project.dependency_groups(PROJECT, "test"))
    run_tests(session)


@nox.session
def aws_cli(session: nox.Session) -> None:
    """Let the AWS CLI do the whole life of a config against the in-memory endpoint."""
    session.install(".[cli,yaml]", "awscli>=1.33", *nox.project.dependency_groups(PROJECT, "test"))
    session.run("pytest", "tests/testing/aws_cli.py", *session.posargs)


@nox.session
def coverage(session: nox.Session) -> None:
    """Require that the tests run every line and every branch."""
    # In the checkout, where every process finds the same files, whichever directory it is started in.
    session.install("-e", ".[cli,yaml]", *nox.project.dependency_groups(PROJECT, "coverage"))
    session.run("coverage", "run", str(Path(session.bin) / "pytest"), "--numprocesses=auto", *session.posargs)
    session.run("coverage", "combine")
    session.run("coverage", "report")


@nox.session
def nightly(session: nox.Session) -> None:
    """Look for new examples that break a law: 20,000 for most, and fewer where each is many calls."""
    install(session, "test")
    laws = [
        "tests/test_checking.py",
        "tests/test_checking_agreement.py",
        "tests/files",
        "tests/provisioning",
    ]
    session.run("pytest", "--hypothesis-profile=nightly", "--timeout=3600", *laws, *session.posargs)


@nox.session
def benchmark(session: nox.Session) -> None:
    """Measure what checking, planning and the SageMaker in memory cost, and that checking is linear in its input."""
    install(session, "benchmark")
    session.run("python", "benchmarks/checking.py")
    session.run("python", "benchmarks/linear_time.py")
    session.run("python", "benchmarks/in_memory.py")
    session.run("python", "benchmarks/provisioning.py")
