"""Signals at any moment of an `apply` whose endpoint is slow: it ends as documented, and the next run converges."""

from __future__ import annotations

import re
import signal
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest
from command_line import SECONDS, Invoker, Shell, create, ended, lab, names, state
from hypothesis import settings
from systems import needs_signals

from appimageconfig import from_request

if TYPE_CHECKING:
    from collections.abc import Iterator

    from appimageconfig import AppImageConfigClient
    from appimageconfig.testing import InMemorySageMaker

pytestmark = [pytest.mark.enable_socket, needs_signals]

PAUSE = 0.03  # before and after each change of the state
COUNT = min(settings().max_examples // 8, 100)  # 3 in the default profile
DELAYS = [0.8 * number / COUNT for number in range(COUNT)]


@pytest.fixture
def called(service: InMemorySageMaker, monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Make the service slow, and return what is set at the first request."""
    called = threading.Event()
    respond = service.respond

    def respond_slowly(target: str, body: bytes, **place: Any) -> Any:
        called.set()
        time.sleep(PAUSE)
        response = respond(target, body, **place)
        time.sleep(PAUSE)
        return response

    monkeypatch.setattr(service, "respond", respond_slowly)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield called
    signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("delay", DELAYS)
def test_an_interrupted_apply_ends_as_documented_and_the_next_one_converges(  # noqa: PLR0917 - fixtures
    shell: Shell,
    invoker: Invoker,
    client: AppImageConfigClient,
    called: threading.Event,
    delay: float,
    number: signal.Signals,
) -> None:
    """Before and after the changes the signal itself may end the process, which shells report as 130 or 143."""
    create(client, lab("lab-0", uid=0), lab("lab-9"))
    called.clear()
    desired = [lab(f"lab-{count}", Tags=[{"Key": "team", "Value": "ml"}]) for count in range(4)]
    arguments = ["apply", "--yes", "--max-workers", "2", "--prune", "lab-", shell.write("labs.json", *desired)]
    with shell.start(*arguments, *shell.endpoint) as process:
        assert called.wait(SECONDS)
        time.sleep(delay)
        process.send_signal(number)
        run = ended(process)
    last = run.err.splitlines()[-1:]
    if run.code == 128 + number:
        assert re.fullmatch(r"Interrupted\.( Requests under way were finished; not started: .+\.)?", last[0])
    else:
        assert (run.code, last) in [(0, []), (-number, [])]
    reported = set(re.findall(r"^created (.*)$", run.out, re.MULTILINE))
    assert reported <= set(names(client))
    assert invoker.call(*arguments).code == 0
    assert state(client) == list(map(from_request, desired))
