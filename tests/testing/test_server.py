"""The SageMaker in memory over HTTP: real sockets, on the loopback interface alone."""

from __future__ import annotations

import http.client
import json
import logging
import os
import re
import runpy
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import attrs
import pytest
import pytest_socket
from botocore.config import Config
from wire import session

import appimageconfig.testing.__main__ as command
from appimageconfig.testing import InMemorySageMaker
from appimageconfig.testing.faults import ConnectionLostError
from appimageconfig.testing.server import serve

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from pathlib import Path
from socketserver import TCPServer

pytestmark = pytest.mark.enable_socket

TARGET = "SageMaker.CreateAppImageConfig"
SCOPE = "AKID/20260101/eu-west-1/sagemaker/aws4_request"
AUTHORIZATION = f"AWS4-HMAC-SHA256 Credential={SCOPE}, SignedHeaders=host, Signature=0"
MEBIBYTE = 1024 * 1024


@pytest.fixture(autouse=True)
def loopback_only() -> None:
    """Let the tests of this file connect to 127.0.0.1; pytest-socket undoes it after each test."""
    pytest_socket.socket_allow_hosts(["127.0.0.1"], allow_unix_socket=True)


@attrs.frozen
class FakeAnswer:
    """An answer of the fake service."""

    status: int = 200
    headers: Mapping[str, str] = MappingProxyType({"Content-Type": "application/x-amz-json-1.1"})
    body: bytes = b'{"AppImageConfigArn": "arn"}'


class FakeService:
    """Keeps the requests that reach it and answers them by *answer*."""

    def __init__(self) -> None:
        """Answer everything alike."""
        self.requests: list[tuple[str, bytes, str | None]] = []
        self.answer: Callable[[], FakeAnswer] = FakeAnswer

    def respond(self, target: str, body: bytes, *, region_name: str | None = None) -> FakeAnswer:
        """Record the request and answer it."""
        self.requests.append((target, body, region_name))
        return self.answer()


@pytest.fixture
def fake() -> FakeService:
    """Return a fake service."""
    return FakeService()


@pytest.fixture
def port(fake: FakeService) -> Iterator[int]:
    """Serve the fake service and give the port; afterwards no thread of the server is left."""
    before = threading.active_count()
    with serve(fake) as url:
        yield port_of(url)
    # The thread of a connection ends just after its socket is closed.
    wait_until(lambda: threading.active_count() <= before)


def port_of(url: str) -> int:
    """Return the port in *url*, which has to be on the loopback interface."""
    assert re.fullmatch(r"http://127\.0\.0\.1:[0-9]+", url)
    port = urlsplit(url).port
    assert port
    return port


def wait_until(condition: Callable[[], bool]) -> None:
    """Wait for *condition*, for at most ten seconds."""
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


@contextmanager
def connected(port: int) -> Generator[http.client.HTTPConnection]:
    """Give an HTTP connection to *port*."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        yield connection


@attrs.frozen
class Got:
    """An answer as it came."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def error(self) -> tuple[int, str]:
        """Return the status and the type of an error, having checked the form of the answer."""
        assert self.headers["Content-Type"] == "application/x-amz-json-1.1"
        assert self.headers["x-amzn-RequestId"]
        error = json.loads(self.body)
        assert error.keys() == {"__type", "message"}
        assert error["message"]
        assert "Traceback" not in error["message"]
        return self.status, error["__type"]


def ask(
    connection: http.client.HTTPConnection,
    body: bytes = b"{}",
    *,
    method: str = "POST",
    path: str = "/",
    **headers: str,
) -> Got:
    """Send a request and return its answer; the underscores in the names of *headers* stand for hyphens."""
    headers = {"X_Amz_Target": TARGET, **headers}
    connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items() if value})
    answer = connection.getresponse()
    return Got(answer.status, dict(answer.getheaders()), answer.read())


def ask_once(port: int, body: bytes = b"{}", *, method: str = "POST", path: str = "/", **headers: str) -> Got:
    """Send a request on a connection of its own."""
    with connected(port) as connection:
        return ask(connection, body, method=method, path=path, **headers)


def send_raw(port: int, *parts: bytes, ends: bool = True) -> bytes:
    """Send *parts*, end the sending side unless told otherwise, and return all that comes back."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as raw:
        raw.sendall(b"\r\n".join(parts))
        if ends:
            raw.shutdown(socket.SHUT_WR)
        received = b""
        while block := raw.recv(65536):
            received += block
    return received


def got(received: bytes) -> Got:
    """Return the one answer that is in *received*."""
    head, _, body = received.partition(b"\r\n\r\n")
    status, *lines = head.decode().split("\r\n")
    assert status.startswith("HTTP/1.1 ")
    answer = Got(int(status.split()[1]), dict(line.split(": ", 1) for line in lines), body)
    assert answer.headers["Content-Length"] == str(len(body))
    return answer


def error_of(received: bytes) -> tuple[int, str]:
    """Return the status and the type of the error in *received*, after which the connection was closed."""
    answer = got(received)
    assert answer.headers["Connection"] == "close"
    return answer.error()


def test_a_request_reaches_the_service_and_its_answer_the_client(fake: FakeService, port: int) -> None:
    """The target and the body as they are, and the region of the signature."""
    fake.answer = lambda: FakeAnswer(418, {"x-amzn-RequestId": "one", "Content-Type": "text/plain"}, b"short")
    answer = ask_once(port, b'{"A":  1}', Authorization=AUTHORIZATION)
    assert fake.requests == [(TARGET, b'{"A":  1}', "eu-west-1")]
    assert (answer.status, answer.body) == (418, b"short")
    assert answer.headers.keys() == {"Server", "Date", "Content-Length", "x-amzn-RequestId", "Content-Type"}
    assert answer.headers["x-amzn-RequestId"] == "one"


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Bearer abc",
        "AWS4-HMAC-SHA256 Credential=AKID/20260101/eu-west-1",
        # The scope of a SigV4A signature has no region.
        "AWS4-ECDSA-P256-SHA256 Credential=AKID/20260101/sagemaker/aws4_request, SignedHeaders=host, Signature=0",
        "Credential=" * 5000,
    ],
)
def test_a_request_without_a_credential_scope_has_no_region(fake: FakeService, port: int, authorization: str) -> None:
    """Nor is one made up."""
    assert ask_once(port, Authorization=authorization).status == 200
    assert fake.requests == [(TARGET, b"{}", None)]


def test_a_connection_is_kept_for_many_requests(fake: FakeService, port: int) -> None:
    """A refusal of what was read to its end keeps it too."""
    with connected(port) as connection:
        assert ask(connection).status == 200
        local = connection.sock.getsockname()
        assert ask(connection, b"no JSON").error() == (400, "SerializationException")
        assert ask(connection, path="/elsewhere").error() == (404, "UnknownOperationException")
        assert ask(connection, X_Amz_Target="").error() == (400, "UnknownOperationException")
        assert ask(connection).status == 200
        assert connection.sock.getsockname() == local
    assert len(fake.requests) == 2


def test_many_clients_are_served_at_once(fake: FakeService, port: int) -> None:
    """Each answer waits for all requests to have come."""
    barrier = threading.Barrier(20, timeout=10)

    def wait_for_all() -> FakeAnswer:
        barrier.wait()
        return FakeAnswer()

    fake.answer = wait_for_all
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(ask_once, [port] * 20))
    assert [answer.status for answer in answers] == [200] * 20


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "OPTIONS", "BREW"])
def test_every_method_but_post_is_refused(fake: FakeService, port: int, method: str) -> None:
    """With 405 and what is allowed."""
    answer = ask_once(port, method=method)
    assert answer.error() == (405, "MethodNotAllowedException")
    assert answer.headers["Allow"] == "POST"
    assert fake.requests == []


def test_the_answer_to_head_has_no_body(port: int) -> None:
    """As HTTP has it."""
    answer = ask_once(port, b"", method="HEAD")
    assert (answer.status, answer.headers["Allow"], answer.body) == (405, "POST", b"")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "Expecting value"),
        (b"{", "Expecting property name"),
        (b'{"A": NaN}', "NaN is no JSON"),
        (b'{"A": "\xff"}', "can't decode byte"),
        ('{"A": 1}'.encode("utf-16"), "can't decode byte"),
        (b'{"A":' + b"[" * 200_000, "recursion"),
        (b'{"A":' + b"1" * 5000 + b"}", "integer string"),
        (b"[]", "no JSON object"),
        (b"null", "no JSON object"),
    ],
)
def test_a_body_that_is_no_json_object_is_refused(fake: FakeService, port: int, body: bytes, reason: str) -> None:
    """It never reaches the service."""
    answer = ask_once(port, body)
    assert answer.error() == (400, "SerializationException")
    assert reason in json.loads(answer.body)["message"]
    assert fake.requests == []


HEAD = (b"POST / HTTP/1.1", b"Host: 127.0.0.1", f"X-Amz-Target: {TARGET}".encode())


@pytest.mark.parametrize(
    ("headers", "body", "error"),
    [
        ((), b"{}", (411, "LengthRequiredException")),
        ((b"Transfer-Encoding: chunked",), b"2\r\n{}\r\n0\r\n\r\n", (411, "LengthRequiredException")),
        ((b"Transfer-Encoding: chunked", b"Content-Length: 2"), b"{}", (411, "LengthRequiredException")),
        ((b"Content-Length: two",), b"{}", (400, "SerializationException")),
        ((b"Content-Length: -1",), b"{}", (400, "SerializationException")),
        ((b"Content-Length: \xb2",), b"{}", (400, "SerializationException")),
        ((b"Content-Length:",), b"{}", (400, "SerializationException")),
        ((b"Content-Length: 2", b"Content-Length: 3"), b"{}", (400, "SerializationException")),
        ((b"Content-Length: 1048577",), b"{}", (413, "RequestEntityTooLargeException")),
        ((b"Content-Length: " + b"9" * 5000,), b"{}", (413, "RequestEntityTooLargeException")),
        ((b"Content-Length: 3",), b"{}", (400, "SerializationException")),
    ],
)
def test_a_body_without_a_length_that_is_right_is_refused(
    fake: FakeService, port: int, headers: tuple[bytes, ...], body: bytes, error: tuple[int, str]
) -> None:
    """The connection ends, since where the next request begins is unknown."""
    assert error_of(send_raw(port, *HEAD, *headers, b"", body)) == error
    assert fake.requests == []
    assert ask_once(port).status == 200


@pytest.mark.parametrize(
    ("request_parts", "status"),
    [
        ((b"hello", b"", b""), 400),
        ((b"POST /", b"", b""), 400),
        ((b"POST / HTTP/9", b"", b""), 400),
        ((b"POST / HTTP/2.0", b"", b""), 505),
        ((b"\x16\x03\x01\x02\x00\x01\x00", b"", b""), 400),
        ((b"POST /" + b"a" * 65536,), 414),
        ((*HEAD, b"A: " + b"a" * 65536, b"", b""), 431),
        ((*HEAD, *[b"A: a"] * 200, b"", b""), 431),
    ],
)
def test_what_is_not_http_is_refused(port: int, request_parts: tuple[bytes, ...], status: int) -> None:
    """In the same form, and the server lives on."""
    assert error_of(send_raw(port, *request_parts)) == (status, "SerializationException")
    assert ask_once(port).status == 200


@pytest.mark.parametrize("parts", [(), (b"", b""), (b"POST / HT",), (*HEAD, b"Content-Le")])
def test_a_client_may_go_away_in_the_middle(port: int, parts: tuple[bytes, ...]) -> None:
    """At any point, and the server lives on."""
    send_raw(port, *parts)
    assert ask_once(port).status == 200


def test_a_request_of_one_connection_may_follow_another_at_once(fake: FakeService, port: int) -> None:
    """Without waiting for the answer."""
    request = b"\r\n".join([*HEAD, b"Content-Length: 2", b"", b"{}"])
    assert send_raw(port, request + request).count(b"HTTP/1.1 200 OK") == 2
    assert len(fake.requests) == 2


def test_http_1_0_is_answered_and_closed(port: int) -> None:
    """Unless the client asks to keep the connection."""
    answer = got(send_raw(port, b"POST / HTTP/1.0", *HEAD[1:], b"Content-Length: 2", b"", b"{}", ends=False))
    assert (answer.status, answer.headers["Connection"]) == (200, "close")


def test_a_client_may_wait_for_100_continue(port: int) -> None:
    """As curl does before a large body."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as raw:
        raw.sendall(
            b"\r\n".join([*HEAD, b"Content-Length: 2", b"Expect: 100-continue", b"Connection: close", b"", b""])
        )
        assert raw.recv(65536) == b"HTTP/1.1 100 Continue\r\n\r\n"
        raw.sendall(b"{}")
        assert raw.recv(65536).startswith(b"HTTP/1.1 200 OK\r\n")


def test_a_body_of_the_largest_size_is_taken(fake: FakeService, port: int) -> None:
    """One MiB."""
    body = b'{"A": "' + b"a" * (MEBIBYTE - 9) + b'"}'
    assert len(body) == MEBIBYTE
    assert ask_once(port, body).status == 200
    assert fake.requests == [(TARGET, body, None)]


def test_a_client_that_sends_too_much_gets_the_refusal(fake: FakeService, port: int) -> None:
    """Though it reads only when it has sent all."""
    answer = ask_once(port, b"a" * (8 * MEBIBYTE))
    assert answer.error() == (413, "RequestEntityTooLargeException")
    assert fake.requests == []


def test_a_client_that_never_stops_sending_is_cut_off(port: int) -> None:
    """What it sends is not read for ever."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as raw:
        raw.sendall(b"\r\n".join([*HEAD, b"Content-Length: 999999999", b"", b""]))
        with pytest.raises(ConnectionError):
            raw.sendall(b"a" * (64 * MEBIBYTE))
    assert ask_once(port).status == 200


def test_a_client_that_stalls_in_its_body_is_refused(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """After the timeout."""
    monkeypatch.setattr("appimageconfig.testing.server._Handler.timeout", 0.1)
    received = send_raw(port, *HEAD, b"Content-Length: 3", b"", b"{}", ends=False)
    assert error_of(received) == (408, "RequestTimeoutException")


def test_a_connection_that_is_idle_is_closed(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """After the timeout, without a word."""
    monkeypatch.setattr("appimageconfig.testing.server._Handler.timeout", 0.1)
    assert send_raw(port, ends=False) == b""


def test_a_lost_connection_has_no_answer(fake: FakeService, port: int) -> None:
    """And the next one is served."""

    def lose() -> FakeAnswer:
        raise ConnectionLostError

    fake.answer = lose
    with pytest.raises(http.client.RemoteDisconnected):
        ask_once(port)
    fake.answer = FakeAnswer
    assert ask_once(port).status == 200


def test_a_failure_of_the_service_is_answered_and_logged(
    fake: FakeService, port: int, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    """The traceback is in the log, not in the answer, and on stderr is nothing."""

    def fail() -> FakeAnswer:
        raise TimeoutError("a secret")

    fake.answer = fail
    answer = ask_once(port)
    assert answer.error() == (500, "InternalFailure")
    assert b"secret" not in answer.body
    failures = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert [record.name for record in failures] == ["appimageconfig.testing"]
    assert "TimeoutError: a secret" in caplog.text
    assert capsys.readouterr() == ("", "")


def test_an_answer_that_cannot_be_sent_is_logged(
    fake: FakeService, port: int, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    """And the server lives on."""
    fake.answer = lambda: FakeAnswer(headers={"x-amzn-RequestId": "☃"})
    with pytest.raises(http.client.RemoteDisconnected):
        ask_once(port)
    wait_until(lambda: "UnicodeEncodeError" in caplog.text)
    assert caplog.records[-1].levelno == logging.ERROR
    fake.answer = FakeAnswer
    assert ask_once(port).status == 200
    assert capsys.readouterr() == ("", "")


def test_a_client_that_is_gone_when_the_answer_comes_is_no_error(
    fake: FakeService, port: int, caplog: pytest.LogCaptureFixture
) -> None:
    """It is logged for whoever looks for it."""
    caplog.set_level(logging.DEBUG, "appimageconfig.testing")
    gone = threading.Event()

    def answer_late() -> FakeAnswer:
        gone.wait(10)
        return FakeAnswer(body=b"{}" + b" " * (32 * MEBIBYTE))

    fake.answer = answer_late
    with socket.create_connection(("127.0.0.1", port), timeout=10) as raw:
        raw.sendall(b"\r\n".join([*HEAD, b"Content-Length: 2", b"", b"{}"]))
        wait_until(lambda: bool(fake.requests))
    gone.set()
    wait_until(lambda: "A connection broke." in caplog.text)
    assert {record.levelno for record in caplog.records} == {logging.DEBUG}


def test_the_log_has_the_method_the_target_and_the_status(
    port: int, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither what is sent nor who signed it."""
    caplog.set_level(logging.DEBUG, "appimageconfig.testing")
    ask_once(port, b'{"A": "a secret"}', Authorization=AUTHORIZATION)
    ask_once(port, b'{"A": "a secret"', Authorization=AUTHORIZATION)
    assert [record.getMessage() for record in caplog.records] == [f"POST '{TARGET}' 200", f"POST '{TARGET}' 400"]
    assert capsys.readouterr() == ("", "")


def test_the_server_listens_on_loopback_alone(fake: FakeService, monkeypatch: pytest.MonkeyPatch) -> None:
    """The address that it is bound to is 127.0.0.1, and not that of all interfaces."""
    bound: list[tuple[str, int]] = []
    activate = TCPServer.server_activate

    def record(server: TCPServer) -> None:
        bound.append(server.socket.getsockname())
        activate(server)

    monkeypatch.setattr(TCPServer, "server_activate", record)
    with serve(fake) as url:
        assert bound == [("127.0.0.1", port_of(url))]


def test_the_end_of_the_block_closes_what_is_open(fake: FakeService) -> None:
    """A kept connection too, at once, and the port is free again."""
    with serve(fake) as url:
        idle = http.client.HTTPConnection("127.0.0.1", port_of(url), timeout=10)
        assert ask(idle).status == 200
        began = time.monotonic()
    assert time.monotonic() - began < 5
    with closing(idle):
        assert idle.sock.recv(1) == b""
    with pytest.raises(ConnectionRefusedError):
        ask_once(port_of(url))
    with serve(fake, port=port_of(url)) as again:
        assert again == url


def test_the_end_of_the_block_waits_for_an_answer_that_is_being_made(fake: FakeService) -> None:
    """The client gets it."""

    def answer_slowly() -> FakeAnswer:
        time.sleep(0.3)
        return FakeAnswer()

    fake.answer = answer_slowly
    with ThreadPoolExecutor(1) as pool, serve(fake) as url:
        answer = pool.submit(ask_once, port_of(url))
        wait_until(lambda: bool(fake.requests))
    assert answer.result().status == 200


def test_the_server_ends_when_the_block_raises(fake: FakeService) -> None:
    """With the error of the block."""
    with pytest.raises(KeyError) as raised, serve(fake) as url:
        raise KeyError(url)
    with pytest.raises(ConnectionRefusedError):
        ask_once(port_of(raised.value.args[0]))


def test_a_port_is_served_once(fake: FakeService, port: int) -> None:
    """The second server raises, and the first one goes on."""
    with pytest.raises(OSError, match="in use"), serve(fake, port=port):
        pass
    assert ask_once(port).status == 200


def test_two_servers_share_nothing() -> None:
    """Each has its own service and its own port."""
    one, other = FakeService(), FakeService()
    with serve(one) as first, serve(other) as second:
        assert first != second
        ask_once(port_of(first))
    assert (len(one.requests), len(other.requests)) == (1, 0)


def test_boto3_speaks_to_it() -> None:
    """A real client in front of the SageMaker in memory, over a real connection."""
    service = InMemorySageMaker()
    with serve(service) as url:
        client = session().client("sagemaker", endpoint_url=url, config=Config(proxies={}))
        arn = client.create_app_image_config(AppImageConfigName="lab")["AppImageConfigArn"]
        assert arn == "arn:aws:sagemaker:eu-west-1:123456789012:app-image-config/lab"
        with pytest.raises(client.exceptions.ResourceInUse):
            client.create_app_image_config(AppImageConfigName="lab")
        client.close()


START = [sys.executable, "-m", "appimageconfig.testing"]


@contextmanager
def started(where: Path, *arguments: str) -> Generator[subprocess.Popen[str]]:
    """Run the command as a process of its own, away from the checkout."""
    pipe = subprocess.PIPE
    with subprocess.Popen([*START, *arguments], stdout=pipe, stderr=pipe, text=True, cwd=where) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_command_serves_until_a_signal_comes(number: signal.Signals, tmp_path: Path) -> None:
    """One line on stdout, one on stderr, and the exit code is 0."""
    with started(tmp_path, "--region", "eu-west-1") as process:
        assert process.stdout
        url = process.stdout.readline().strip()
        assert ask_once(port_of(url), b"no JSON").error() == (400, "SerializationException")
        process.send_signal(number)
        rest, hint = process.communicate(timeout=30)
    assert (process.returncode, rest) == (0, "")
    assert hint.count("\n") == 1
    assert f"aws sagemaker list-app-image-configs --endpoint-url {url} --region eu-west-1" in hint
    assert "Ctrl-C" in hint


def test_the_command_refuses_a_port_that_is_taken(port: int, tmp_path: Path) -> None:
    """With one line, and the exit code is 1."""
    with started(tmp_path, "--port", str(port)) as process:
        out, error = process.communicate(timeout=30)
    assert (process.returncode, out) == (1, "")
    assert error == f"Cannot listen on port {port} of 127.0.0.1: Address already in use\n"


def send_once_it_is_handled(number: signal.Signals, before: object) -> None:
    """Send this process a signal as soon as its handler is another than *before*."""
    while signal.getsignal(number) is before:
        time.sleep(0.01)
    os.kill(os.getpid(), number)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_main_serves_until_a_signal_comes(number: signal.Signals, capsys: pytest.CaptureFixture[str]) -> None:
    """And puts the handlers back that were there before."""
    before = signal.getsignal(number)
    sender = threading.Thread(target=send_once_it_is_handled, args=(number, before))
    sender.start()
    assert command.main([]) == 0
    sender.join()
    assert signal.getsignal(number) is before
    url, hint = capsys.readouterr()
    assert port_of(url.rstrip("\n"))
    assert url.rstrip("\n") in hint


def test_main_refuses_a_port_that_is_taken(port: int, capsys: pytest.CaptureFixture[str]) -> None:
    """It says which, and puts the handlers back."""
    before = signal.getsignal(signal.SIGTERM)
    assert command.main(["--port", str(port)]) == 1
    assert signal.getsignal(signal.SIGTERM) is before
    assert capsys.readouterr() == ("", f"Cannot listen on port {port} of 127.0.0.1: Address already in use\n")


@pytest.mark.parametrize("wrong", ["65536", "-1", "http", "²", "", "9" * 5000])
def test_main_refuses_what_is_no_port(wrong: str, capsys: pytest.CaptureFixture[str]) -> None:
    """As argparse refuses."""
    with pytest.raises(SystemExit) as ended:
        command.main([f"--port={wrong}"])
    assert ended.value.code == 2
    assert "a port is a number from 0 to 65535" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--region", "nowhere"], "Unknown region: 'nowhere'"),
        (["--account-id", "12345"], "'12345' is no account: an account has 12 digits"),
    ],
)
def test_main_refuses_a_region_or_an_account_that_is_none(
    arguments: list[str], reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before it listens."""
    with pytest.raises(SystemExit) as ended:
        command.main(arguments)
    assert ended.value.code == 2
    assert reason in capsys.readouterr().err


def test_the_module_runs_main(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """With the arguments of the process."""
    monkeypatch.setattr("sys.argv", ["appimageconfig.testing", "--help"])
    assert command.__file__
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(command.__file__, run_name="__main__")
    assert ended.value.code == 0
    assert "python -m appimageconfig.testing" in capsys.readouterr().out
