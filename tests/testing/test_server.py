"""The SageMaker in memory over HTTP: real sockets, on the loopback interface only."""

from __future__ import annotations

import http.client
import json
import logging
import re
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from socketserver import TCPServer
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import attrs
import pytest
import pytest_socket
from systems import needs_signals

import appimageconfig.testing.__main__ as command
from appimageconfig.testing import Fault, InMemorySageMaker
from appimageconfig.testing.server import serve

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator
    from datetime import datetime
    from pathlib import Path

pytestmark = pytest.mark.enable_socket

TARGET = "SageMaker.ListAppImageConfigs"
SCOPE = "AKID/20260101/eu-west-1/sagemaker/aws4_request"
AUTHORIZATION = f"AWS4-HMAC-SHA256 Credential={SCOPE}, SignedHeaders=host, Signature=0"
HEAD = (b"POST / HTTP/1.1", b"Host: 127.0.0.1", f"X-Amz-Target: {TARGET}".encode())
MEBIBYTE = 1024 * 1024
IN_USE = "(Address already in use|Only one usage of .*)"  # on POSIX, and on Windows


@pytest.fixture(autouse=True)
def loopback_only() -> None:
    """Let the tests of this file connect to 127.0.0.1; pytest-socket undoes it after each test."""
    pytest_socket.socket_allow_hosts(["127.0.0.1"], allow_unix_socket=True)


@pytest.fixture
def port(service: InMemorySageMaker) -> Iterator[int]:
    """Serve the service and yield the port; afterwards no thread of the server is left."""
    before = threading.active_count()
    with serve(service) as url:
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
    """Yield an HTTP connection to *port*."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        yield connection


@attrs.frozen
class Got:
    """A response as received."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def error(self) -> tuple[int, str]:
        """Return the status and the type of an error response, after a check of its form."""
        assert self.headers["Content-Type"] == "application/x-amz-json-1.1"
        error = json.loads(self.body)
        assert error.keys() == {"__type", "message"}
        assert error["message"]
        assert "Traceback" not in error["message"]
        return self.status, error["__type"]


def send(
    connection: http.client.HTTPConnection,
    body: bytes = b"{}",
    *,
    method: str = "POST",
    path: str = "/",
    **headers: str,
) -> Got:
    """Send a request and return its response; underscores in the names of *headers* stand for hyphens."""
    headers = {"X_Amz_Target": TARGET, **headers}
    connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items() if value})
    response = connection.getresponse()
    return Got(response.status, dict(response.getheaders()), response.read())


def send_once(port: int, body: bytes = b"{}", *, method: str = "POST", path: str = "/", **headers: str) -> Got:
    """Send a request on its own connection."""
    with connected(port) as connection:
        return send(connection, body, method=method, path=path, **headers)


def send_raw(port: int, *lines: bytes, ends: bool = True) -> bytes:
    """Send *lines*, close the sending side if *ends*, and return everything that is received."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as raw:
        raw.sendall(b"\r\n".join(lines))
        if ends:
            raw.shutdown(socket.SHUT_WR)
        received = b""
        while block := raw.recv(65536):
            received += block
    return received


def error_of(received: bytes) -> tuple[int, str]:
    """Return the status and the type of the error response in *received*, which ends the connection."""
    head, _, body = received.partition(b"\r\n\r\n")
    status, *lines = head.decode().split("\r\n")
    assert status.startswith("HTTP/1.1 ")
    response = Got(int(status.split()[1]), dict(line.split(": ", 1) for line in lines), body)
    assert response.headers["Content-Length"] == str(len(body))
    assert response.headers["Connection"] == "close"
    return response.error()


def test_a_request_is_passed_to_the_service_and_its_response_returned(service: InMemorySageMaker, port: int) -> None:
    """In the region that the request is signed for."""
    body = b'{"AppImageConfigName": "image"}'
    response = send_once(port, body, X_Amz_Target="SageMaker.CreateAppImageConfig", Authorization=AUTHORIZATION)
    arn = "arn:aws:sagemaker:eu-west-1:123456789012:app-image-config/image"
    assert (response.status, json.loads(response.body)) == (200, {"AppImageConfigArn": arn})
    assert response.headers.keys() == {"x-amzn-RequestId", "Content-Type", "Date", "Content-Length"}
    (call,) = service.calls
    assert (call.operation, call.request) == ("CreateAppImageConfig", {"AppImageConfigName": "image"})


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
def test_a_request_without_a_credential_scope_is_for_the_default_region(
    service: InMemorySageMaker, port: int, authorization: str
) -> None:
    """Signatures are not required."""
    assert send_once(port, Authorization=authorization).status == 200
    assert [call.region_name for call in service.calls] == ["us-east-1"]


def test_a_connection_serves_many_requests(port: int) -> None:
    """Also after an error response of the service."""
    with connected(port) as connection:
        assert send(connection).status == 200
        local = connection.sock.getsockname()
        assert send(connection, b"not JSON").error() == (400, "SerializationException")
        assert send(connection).status == 200
        assert connection.sock.getsockname() == local


def test_requests_are_served_concurrently(service: InMemorySageMaker, port: int) -> None:
    """Twenty slow responses take less time than one after the other, by far."""
    service.inject(Fault.slow(1), times=20)
    began = time.monotonic()
    with ThreadPoolExecutor(20) as pool:
        responses = list(pool.map(send_once, [port] * 20))
    assert [response.status for response in responses] == [200] * 20
    assert time.monotonic() - began < 15


@pytest.mark.parametrize(("path", "target"), [("/elsewhere", TARGET), ("/", "")])
def test_a_request_without_an_operation_gets_a_404(
    service: InMemorySageMaker, port: int, path: str, target: str
) -> None:
    """The operation is named by the path and the target."""
    response = send_once(port, path=path, X_Amz_Target=target)
    assert response.error() == (404, "UnknownOperationException")
    assert "Send a POST to / with the header X-Amz-Target" in response.body.decode()
    assert service.calls == ()


@pytest.mark.parametrize(
    ("headers", "body", "error"),
    [
        ((), b"{}", (400, "SerializationException")),
        ((b"Transfer-Encoding: chunked",), b"2\r\n{}\r\n0\r\n\r\n", (400, "SerializationException")),
        ((b"Transfer-Encoding: chunked", b"Content-Length: 2"), b"{}", (400, "SerializationException")),
        ((b"Content-Length: 2", b"Content-Length: 2"), b"{}", (400, "SerializationException")),
        ((b"Content-Length: 2, 2",), b"{}", (400, "SerializationException")),
        ((b"Content-Length: +2",), b"{}", (400, "SerializationException")),
        ((b"Content-Length: two",), b"{}", (400, "SerializationException")),
        ((b"Content-Length: -1",), b"{}", (400, "SerializationException")),
        ((b"Content-Length: \xb2",), b"{}", (400, "SerializationException")),
        ((b"Content-Length:",), b"{}", (400, "SerializationException")),
        ((b"Content-Length: " + b"9" * 5000,), b"{}", (400, "SerializationException")),
        ((b"Content-Length: 3",), b"{}", (400, "SerializationException")),
        ((b"Content-Length: 1048577",), b"{}", (413, "RequestEntityTooLargeException")),
    ],
)
def test_a_body_with_a_wrong_length_is_refused(
    service: InMemorySageMaker, port: int, headers: tuple[bytes, ...], body: bytes, error: tuple[int, str]
) -> None:
    """The connection is closed, because the start of the next request is unknown."""
    assert error_of(send_raw(port, *HEAD, *headers, b"", body)) == error
    assert service.calls == ()
    assert send_once(port).status == 200


@pytest.mark.parametrize(
    ("lines", "error", "message"),
    [
        (
            (b"Content-Length: 2", b"Transfer-Encoding: chunked", b"", b"{}"),
            (400, "SerializationException"),
            "A Transfer-Encoding is not supported. Send the header Content-Length.",
        ),
        (
            (b"Content-Length: 2", b"Content-Length: 3", b"", b"{}"),
            (400, "SerializationException"),
            "The header Content-Length is missing or is not a length.",
        ),
        (
            (b"Content-Length: 1048577", b"", b"{}"),
            (413, "RequestEntityTooLargeException"),
            "The body has 1048577 bytes, limit 1048576.",
        ),
        (
            (b"Content-Length: 3", b"", b"{}"),
            (400, "SerializationException"),
            "The body ended after 2 of 3 bytes.",
        ),
        (
            (b"X-Amz-Target: SageMaker.DeleteAppImageConfig", b"Content-Length: 2", b"", b"{}"),
            (404, "UnknownOperationException"),
            "Send a POST to / with the header X-Amz-Target, which names the operation.",
        ),
        (
            (b"Host: localhost", b"Content-Length: 2", b"", b"{}"),
            (403, "AccessDeniedException"),
            "The header Host must be 127.0.0.1 or localhost, with or without a port.",
        ),
        (
            (b"Origin: null", b"Content-Length: 2", b"", b"{}"),
            (403, "AccessDeniedException"),
            "Requests of web pages are refused, and the header Origin says that this is one.",
        ),
    ],
)
def test_a_refusal_says_what_is_wrong_with_the_request(
    service: InMemorySageMaker, port: int, lines: tuple[bytes, ...], error: tuple[int, str], message: str
) -> None:
    """A header that is repeated is wrong, since two programs may read it in two ways."""
    received = send_raw(port, *HEAD, *lines)
    assert error_of(received) == error
    assert json.loads(received.partition(b"\r\n\r\n")[2])["message"] == message
    assert service.calls == ()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "LocalHost", "127.0.0.1:8080", "localhost:8080"])
def test_a_request_to_the_loopback_interface_is_accepted(port: int, host: str) -> None:
    """The port may be another one, that of a tunnel."""
    assert send_once(port, Host=host).status == 200


@pytest.mark.parametrize(
    "host", ["attacker.example", "127.0.0.1.attacker.example", "localhost:8080:9", "127.0.0.1:", "[::1]", "\xff"]
)
def test_a_request_to_another_host_is_refused(service: InMemorySageMaker, port: int, host: str) -> None:
    """The page of an attacker can let its own name resolve to 127.0.0.1."""
    assert send_once(port, Host=host).error() == (403, "AccessDeniedException")
    assert service.calls == ()


@pytest.mark.parametrize("version", [b"HTTP/1.0", b"HTTP/1.1"])
def test_a_request_without_a_host_is_refused(port: int, version: bytes) -> None:
    """Browsers always send one, and so do all SDKs."""
    assert error_of(send_raw(port, b"POST / " + version, HEAD[2], b"Content-Length: 2", b"", b"{}"))[0] == 403


def test_a_head_request_gets_no_body(port: int) -> None:
    """HTTP does not allow one."""
    received = send_raw(port, b"HEAD / HTTP/1.1", b"Host: 127.0.0.1", b"", b"")
    assert received.startswith(b"HTTP/1.1 501 ")
    assert received.endswith(b"\r\n\r\n")


@pytest.mark.parametrize("uri", [b"http://127.0.0.1/", b"*", b"//evil/", b"/%2e%2e/", b"/\xff\x00", b"/?a=b"])
def test_another_form_of_uri_gets_a_404(port: int, uri: bytes) -> None:
    """The endpoint is not a proxy."""
    lines = (b"POST " + uri + b" HTTP/1.1", *HEAD[1:], b"Content-Length: 2", b"", b"{}")
    assert error_of(send_raw(port, *lines)) == (404, "UnknownOperationException")


def test_a_body_of_the_maximum_size_is_accepted(port: int) -> None:
    """1 MiB."""
    body = b'{"A": "' + b"a" * (MEBIBYTE - 9) + b'"}'
    assert len(body) == MEBIBYTE
    assert send_once(port, body).status == 200


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        ((b"GET / HTTP/1.1", b"", b""), 501),
        ((b"BREW / HTTP/1.1", b"", b""), 501),
        ((b"one two three four", b"", b""), 400),
        ((b"POST / HTTP/2.0", b"", b""), 505),
        ((b"POST /" + b"a" * 65536,), 414),
        ((*HEAD, b"A: " + b"a" * 65536, b"", b""), 431),
    ],
)
def test_other_methods_and_invalid_http_get_a_json_error(port: int, lines: tuple[bytes, ...], status: int) -> None:
    """Not the HTML of http.server."""
    assert error_of(send_raw(port, *lines)) == (status, "SerializationException")
    assert send_once(port).status == 200


@pytest.mark.parametrize("lines", [(), (b"", b""), (b"POST / HT",), (*HEAD, b"Content-Le")])
def test_a_client_may_disconnect_at_any_point(port: int, lines: tuple[bytes, ...]) -> None:
    """The server continues."""
    send_raw(port, *lines)
    assert send_once(port).status == 200


def test_a_connection_reset_is_logged_at_debug_level(
    port: int, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is an error of the client, and not printed."""
    caplog.set_level(logging.DEBUG, "appimageconfig.testing")
    with socket.create_connection(("127.0.0.1", port), timeout=10) as raw:
        raw.sendall(HEAD[0])
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    wait_until(lambda: "A connection broke: ConnectionResetError" in caplog.text)
    assert {record.levelno for record in caplog.records} == {logging.DEBUG}
    assert capsys.readouterr() == ("", "")


def test_nothing_is_read_after_the_deadline(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The connection is closed at once."""
    monkeypatch.setattr("appimageconfig.testing.server._TIMEOUT", 0.0)
    assert send_raw(port, ends=False) == b""


def test_an_idle_connection_is_closed(
    port: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without a response, and nothing is printed."""
    monkeypatch.setattr("appimageconfig.testing.server._TIMEOUT", 0.1)
    assert send_raw(port, ends=False) == b""
    assert send_raw(port, *HEAD, ends=False) == b""
    assert capsys.readouterr() == ("", "")


def trickle(port: int, start: bytes) -> bytes:
    """Send *start*, and then a byte every 50 ms until there is a response or the connection ends."""
    with socket.create_connection(("127.0.0.1", port), timeout=0.05) as raw:
        raw.sendall(start)
        for _ in range(200):
            with suppress(TimeoutError):
                return raw.recv(65536)
            raw.sendall(b"a")
    pytest.fail("the server reads for ever")


def test_a_request_that_trickles_is_ended(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The time is that of the whole request, however often a byte arrives."""
    monkeypatch.setattr("appimageconfig.testing.server._TIMEOUT", 0.3)
    assert trickle(port, b"") == b""
    assert trickle(port, HEAD[0] + b"\r\nA: ") == b""
    received = trickle(port, b"\r\n".join([*HEAD, b"Content-Length: 1000", b"", b""]))
    assert error_of(received) == (408, "RequestTimeoutException")
    assert b"The request did not arrive within 0.3 seconds." in received


def test_a_client_that_waits_for_100_continue_gets_it_at_once(port: int) -> None:
    """Before it sends the body."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as raw:
        head = [*HEAD, b"Content-Length: 2", b"Expect: 100-continue", b"Connection: close", b"", b""]
        raw.sendall(b"\r\n".join(head))
        assert raw.recv(65536) == b"HTTP/1.1 100 Continue\r\n\r\n"
        raw.sendall(b"{}")
        assert raw.recv(65536).startswith(b"HTTP/1.1 200 OK\r\n")


def test_a_response_may_take_longer_than_a_request(
    service: InMemorySageMaker, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the connection can be used again."""
    monkeypatch.setattr("appimageconfig.testing.server._TIMEOUT", 0.3)
    service.inject(Fault.slow(0.5))
    with connected(port) as connection:
        assert send(connection).status == 200
        time.sleep(0.2)
        assert send(connection).status == 200


def test_a_connection_fault_closes_the_connection_without_a_response(service: InMemorySageMaker, port: int) -> None:
    """The next request gets a response."""
    service.inject(Fault.connection_error())
    with pytest.raises(http.client.RemoteDisconnected):
        send_once(port)
    assert send_once(port).status == 200


def test_an_exception_of_the_service_is_logged_and_returned_as_500(
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    """The traceback is in the log and not in the response, and nothing is printed."""

    def clock() -> datetime:
        raise TimeoutError("a secret")

    with serve(InMemorySageMaker(clock=clock)) as url:
        response = send_once(
            port_of(url), b'{"AppImageConfigName": "image"}', X_Amz_Target="SageMaker.CreateAppImageConfig"
        )
    assert response.error() == (500, "InternalFailure")
    assert b"secret" not in response.body
    assert [(record.name, record.levelno) for record in caplog.records] == [("appimageconfig.testing", logging.ERROR)]
    assert "TimeoutError: a secret" in caplog.text
    assert capsys.readouterr() == ("", "")


def test_the_log_has_the_method_the_target_and_the_status(
    service: InMemorySageMaker, port: int, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither bodies nor credentials."""
    caplog.set_level(logging.DEBUG, "appimageconfig.testing")
    send_once(port, b'{"A": "a secret"}', Authorization=AUTHORIZATION)
    send_once(port, b'{"A": "a secret"', Authorization=AUTHORIZATION)
    send_once(port, b'{"A": "a secret"}', path="/elsewhere")
    service.inject(Fault.connection_error())
    with pytest.raises(http.client.RemoteDisconnected):
        send_once(port)
    assert [record.getMessage() for record in caplog.records] == [
        f"POST '{TARGET}' 200",
        f"POST '{TARGET}' 400",
        "POST 404 Send a POST to / with the header X-Amz-Target, which names the operation.",
        f"POST '{TARGET}': connection closed by a fault",
    ]
    assert capsys.readouterr() == ("", "")


def test_the_server_listens_on_loopback_only(service: InMemorySageMaker, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is bound to 127.0.0.1, not to all interfaces."""
    bound: list[tuple[str, int]] = []
    activate = TCPServer.server_activate

    def record(server: TCPServer) -> None:
        bound.append(server.socket.getsockname())
        activate(server)

    monkeypatch.setattr(TCPServer, "server_activate", record)
    with serve(service) as url:
        assert bound == [("127.0.0.1", port_of(url))]


def test_the_end_of_the_block_closes_idle_connections_and_frees_the_port(service: InMemorySageMaker) -> None:
    """Without waiting for their timeout."""
    with serve(service) as url:
        idle = http.client.HTTPConnection("127.0.0.1", port_of(url), timeout=10)
        assert send(idle).status == 200
        began = time.monotonic()
    assert time.monotonic() - began < 15
    with closing(idle):
        assert idle.sock.recv(1) == b""
    with pytest.raises(ConnectionRefusedError):
        send_once(port_of(url))
    with serve(service, port=port_of(url)) as again:
        assert again == url


def test_the_end_of_the_block_waits_for_responses_under_way(service: InMemorySageMaker) -> None:
    """The client receives them."""
    service.inject(Fault.slow(0.3))
    with ThreadPoolExecutor(1) as pool:
        with serve(service) as url:
            response = pool.submit(send_once, port_of(url))
            wait_until(lambda: happened(service))
        assert len(service.calls) == 1
    assert response.result().status == 200


def happened(service: InMemorySageMaker) -> bool:
    """Return whether the injected faults have happened."""
    try:
        service.assert_faults_happened()
    except AssertionError:
        return False
    return True


def test_the_end_of_the_block_does_not_wait_for_ever(
    service: InMemorySageMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A response may be slower than the test that serves it."""
    monkeypatch.setattr("appimageconfig.testing.server._TIMEOUT", 0.1)
    service.inject(Fault.slow(2))
    with ThreadPoolExecutor(1) as pool:
        with serve(service) as url:
            response = pool.submit(send_once, port_of(url))
            wait_until(lambda: happened(service))
        assert not response.done()


def test_the_server_stops_when_the_block_raises(service: InMemorySageMaker) -> None:
    """The exception is passed on."""
    with pytest.raises(KeyError) as raised, serve(service) as url:
        raise KeyError(url)
    with pytest.raises(ConnectionRefusedError):
        send_once(port_of(raised.value.args[0]))


def test_a_port_in_use_raises_oserror(service: InMemorySageMaker, port: int) -> None:
    """The first server continues."""
    with pytest.raises(OSError, match=IN_USE), serve(service, port=port):
        pass
    assert send_once(port).status == 200


@contextmanager
def started(where: Path, *arguments: str) -> Generator[subprocess.Popen[str]]:
    """Run the command as a process, outside of the checkout."""
    pipe = subprocess.PIPE
    start = [sys.executable, "-m", "appimageconfig.testing"]
    with subprocess.Popen([*start, *arguments], stdout=pipe, stderr=pipe, text=True, cwd=where) as process:
        try:
            yield process
        finally:
            process.kill()


@needs_signals
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_command_serves_until_a_signal_arrives(number: signal.Signals, tmp_path: Path) -> None:
    """It prints the URL to stdout and a hint to stderr, and exits with 0."""
    with started(tmp_path, "--region", "eu-west-1") as process:
        assert process.stdout
        url = process.stdout.readline().strip()
        assert send_once(port_of(url)).status == 200
        process.send_signal(number)
        rest, hint = process.communicate(timeout=30)
    assert (process.returncode, rest) == (0, "")
    assert hint == (
        f"Try: aws sagemaker list-app-image-configs --endpoint-url {url} --region eu-west-1\n"
        "Any credentials are accepted. Press Ctrl-C to stop.\n"
    )


def test_main_reports_a_port_in_use_and_restores_the_signal_handlers(
    port: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """The exit code is 1."""
    before = signal.getsignal(signal.SIGTERM)
    assert command.main(["--port", str(port)]) == 1
    assert signal.getsignal(signal.SIGTERM) is before
    out, err = capsys.readouterr()
    assert out == ""
    assert re.fullmatch(rf"Cannot listen on 127\.0\.0\.1:{port}: {IN_USE}\n", err)


@pytest.mark.parametrize(
    ("argument", "error"),
    [
        *(
            (f"--port={wrong}", f"argument --port: {wrong!r} is not a port; expected a number from 0 to 65535\n")
            for wrong in ("65536", "-1", "http", "²", "")
        ),
        ("--account-id=12345", "'12345' is not an account ID; expected 12 digits\n"),
        ("--region=nowhere", "unknown region 'nowhere'; expected a name such as 'eu-west-1'\n"),
    ],
)
def test_main_refuses_invalid_options(argument: str, error: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The exit code is 2, and nothing is served."""
    with pytest.raises(SystemExit) as ended:
        command.main([argument])
    assert ended.value.code == 2
    assert capsys.readouterr().err.endswith(f"python -m appimageconfig.testing: error: {error}")


def test_help_shows_the_options_and_their_defaults(capsys: pytest.CaptureFixture[str]) -> None:
    """As every command does."""
    with pytest.raises(SystemExit) as ended:
        command.main(["--help"])
    assert ended.value.code == 0
    shown = " ".join(capsys.readouterr().out.split())
    for text in (
        "usage: python -m appimageconfig.testing",
        "port to listen on (default: a free one)",
        "AWS account (default: 123456789012)",
        "region of unsigned requests (default: us-east-1)",
    ):
        assert text in shown
