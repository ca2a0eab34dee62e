"""Fixtures of the command line's tests: a SageMaker that is served on loopback, and commands that call it."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, Any

import attrs
import pytest
import pytest_socket
from command_line import HIDDEN, TIME, Alteration, Gate, Invoker, Shell

from appimageconfig.testing import InMemorySageMaker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from appimageconfig.testing import Response


@pytest.fixture(scope="package")
def served() -> Iterator[tuple[InMemorySageMaker, str]]:
    """Serve one SageMaker to all tests of the package, and yield it with its URL."""
    service = InMemorySageMaker(clock=lambda: TIME)
    pytest_socket.enable_socket()
    with service.serve() as url:
        yield service, url
    pytest_socket.disable_socket(allow_unix_socket=True)


@pytest.fixture
def service(served: tuple[InMemorySageMaker, str]) -> Iterator[InMemorySageMaker]:
    """Yield the SageMaker that is served, empty. Every injected fault has to happen."""
    service, _ = served
    empty = service.snapshot()
    yield service
    service.restore(empty)
    service.assert_faults_happened()


@pytest.fixture
def url(served: tuple[InMemorySageMaker, str], service: InMemorySageMaker) -> str:
    """Return the URL of the SageMaker that is served."""
    del service
    pytest_socket.socket_allow_hosts(["127.0.0.1"], allow_unix_socket=True)
    return served[1]


@pytest.fixture
def shell(url: str, tmp_path: Path) -> Shell:
    """Return what runs commands as processes, in an empty directory."""
    return Shell(tmp_path, url)


@pytest.fixture
def invoker(url: str, tmp_path: Path, models: None, monkeypatch: pytest.MonkeyPatch) -> Invoker:
    """Return what runs commands in this process, in an empty directory."""
    del models
    monkeypatch.chdir(tmp_path)
    for name in HIDDEN:
        monkeypatch.delenv(name, raising=False)
    return Invoker(tmp_path, url)


@pytest.fixture
def altered(service: InMemorySageMaker, monkeypatch: pytest.MonkeyPatch) -> Callable[[Alteration], None]:
    """Return the function that lets the service alter the bodies of its responses, by their operations."""

    def alter(alteration: Alteration) -> None:
        respond = service.respond

        def altering(target: str, body: bytes, **place: Any) -> Response:
            response = respond(target, body, **place)
            return attrs.evolve(response, body=alteration(target.rpartition(".")[2], response.body))

        monkeypatch.setattr(service, "respond", altering)

    return alter


@pytest.fixture
def gate(service: InMemorySageMaker, monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    """Yield a gate in front of the service, and let SIGINT reach the processes, however pytest was started."""
    gate = Gate(service)
    monkeypatch.setattr(service, "respond", gate.respond)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield gate
    gate.open()
    signal.signal(signal.SIGINT, before)
