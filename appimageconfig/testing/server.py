"""
The SageMaker in memory over HTTP, for what is not Python, or is in another process.

::

    with serve(service) as url:
        subprocess.run(["aws", "sagemaker", "list-app-image-configs", "--endpoint-url", url], check=True)

It is built on the standard library's ``http.server``, so there is nothing to install beside the library. That is
enough: AWS JSON 1.1 is one POST to ``/``. It is for tests alone: it listens on the loopback interface and on no
other, and it checks no signatures.
"""

from __future__ import annotations

import json
import logging
import os
import re
import socket
import sys
from collections.abc import Mapping
from contextlib import contextmanager, suppress
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from threading import Condition, Thread
from typing import TYPE_CHECKING, Any, Final, NoReturn, Protocol
from uuid import uuid4

import attrs

from appimageconfig.testing.faults import ConnectionLostError

if TYPE_CHECKING:
    from collections.abc import Generator

_logger = logging.getLogger("appimageconfig.testing")
_logger.addHandler(logging.NullHandler())

_HOST: Final = "127.0.0.1"
_LONGEST_BODY: Final = 1024 * 1024
_TIMEOUT: Final = 10  # seconds without a byte
_CONTENT_TYPE: Final = "application/x-amz-json-1.1"
# The quantifiers have bounds, so that a header made for it cannot make the search slow.
_CREDENTIAL: Final = re.compile(r"Credential=[^/,\s]{1,128}/[0-9]{8}/([a-z0-9-]{1,63})/[a-z0-9-]{1,63}/aws4_request")


class Answer(Protocol):
    """An HTTP answer of a service."""

    @property
    def status(self) -> int:
        """The status."""
        ...

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers, without Content-Length, Connection, Date and Server."""
        ...

    @property
    def body(self) -> bytes:
        """The body, as JSON."""
        ...


class Service(Protocol):
    """What answers the requests; it is called from many threads."""

    def respond(self, target: str, body: bytes, *, region_name: str | None = None) -> Answer:
        """
        Answer a request.

        Args:
            target: The header X-Amz-Target, such as ``SageMaker.CreateAppImageConfig``.
            body: The body, which is a JSON object.
            region_name: The region that the request is signed for, if it is signed.

        Raises:
            ConnectionLostError: The connection is to end without an answer.
        """
        ...


@contextmanager
def serve(service: Service, *, port: int = 0) -> Generator[str]:
    """
    Serve *service* on 127.0.0.1 while the block runs, and give the URL.

    When the block ends, requests that are being answered are answered, and every connection is closed.

    Args:
        service: What answers the requests, such as an ``InMemorySageMaker``.
        port: The port; 0 takes any that is free.

    Raises:
        OSError: The port is taken.
    """
    with _Server(service, port) as server:
        thread = Thread(target=server.serve_forever, args=(0.05,), name="appimageconfig.testing", daemon=True)
        thread.start()
        try:
            yield f"http://{_HOST}:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@attrs.frozen
class _Answer:
    """An answer that is not the service's."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@attrs.define
class _RefusedError(Exception):
    """A request that does not reach the service."""

    status: HTTPStatus
    code: str
    message: str


class _Server(ThreadingHTTPServer):
    """Listens on the loopback interface, and knows the connections that are open."""

    daemon_threads = True
    request_queue_size = 128
    # On Windows these would let two servers have the same port.
    allow_reuse_address = os.name == "posix"
    allow_reuse_port = False

    def __init__(self, service: Service, port: int) -> None:
        self._connections: set[Any] = set()
        self._changed: Final = Condition()
        super().__init__((_HOST, port), partial(_Handler, service))

    def server_bind(self) -> None:
        # HTTPServer's own asks the name service for this machine's name, which can take seconds.
        TCPServer.server_bind(self)
        self.server_name = _HOST
        self.server_port = self.socket.getsockname()[1]

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._changed:
            self._connections.add(request)
        super().process_request(request, client_address)

    def close_request(self, request: Any) -> None:
        super().close_request(request)
        with self._changed:
            self._connections.discard(request)
            self._changed.notify_all()

    def server_close(self) -> None:
        super().server_close()
        with self._changed:
            for connection in self._connections:
                # The answer that is being made is still sent; a handler that waits for a request reads the end.
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RD)
            self._changed.wait_for(lambda: not self._connections, _TIMEOUT)

    def handle_error(self, request: Any, client_address: Any) -> None:
        del request, client_address
        # An OSError is a client that went away.
        level = logging.DEBUG if isinstance(sys.exception(), OSError) else logging.ERROR
        _logger.log(level, "A connection broke.", exc_info=True)


class _Handler(BaseHTTPRequestHandler):
    """Answers the requests of one connection."""

    protocol_version = "HTTP/1.1"
    default_request_version = "HTTP/1.1"  # of a request that does not tell: it gets an answer with headers too
    disable_nagle_algorithm = True  # or the body of an answer waits for the client to acknowledge its headers
    timeout = _TIMEOUT

    def __init__(self, service: Service, *connection: Any) -> None:
        self._service: Final = service
        super().__init__(*connection)  # this answers all requests

    def do_POST(self) -> None:
        target = self.headers.get("X-Amz-Target", "")
        body = self._read()
        if body is None:
            return
        try:
            self._check(target, body)
            answer = self._respond(target, body)
        except _RefusedError as refusal:
            answer = _refusal(refusal.status, refusal.code, refusal.message)
        except ConnectionLostError:
            _logger.debug("%s %r: the connection is lost", self.command, target)
            self.close_connection = True
            return
        self._send(answer, target)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        # http.server calls this for every request that it does not hand to do_POST.
        del explain
        if code == HTTPStatus.NOT_IMPLEMENTED:
            code, fault = HTTPStatus.METHOD_NOT_ALLOWED, "MethodNotAllowedException"
            message = f"{self.command} is not allowed: every request is a POST to /."
        else:
            fault = "SerializationException"
        self._send_last(_refusal(HTTPStatus(code), fault, message or HTTPStatus(code).phrase))

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - http.server names it so
        # http.server calls this when it has waited too long for a request.
        _logger.debug(format, *args)

    def _read(self) -> bytes | None:
        """Return the body; give None where the request was refused and what is left of it is unknown."""
        try:
            return self._read_exactly(self._length())
        except TimeoutError:
            message = f"The rest of the body did not come within {_TIMEOUT} seconds."
            refusal = _refusal(HTTPStatus.REQUEST_TIMEOUT, "RequestTimeoutException", message)
        except _RefusedError as error:
            refusal = _refusal(error.status, error.code, error.message)
        self._send_last(refusal)
        return None

    def _length(self) -> int:
        lengths = set(self.headers.get_all("Content-Length", []))
        if not lengths or "Transfer-Encoding" in self.headers:
            message = "A Content-Length is needed, and no Transfer-Encoding."
            raise _RefusedError(HTTPStatus.LENGTH_REQUIRED, "LengthRequiredException", message)
        length = lengths.pop()
        if lengths or not (length.isascii() and length.isdecimal()):
            raise _RefusedError(HTTPStatus.BAD_REQUEST, "SerializationException", "The Content-Length is no number.")
        # int() refuses numbers of thousands of digits.
        if len(length) > len(str(_LONGEST_BODY)) or int(length) > _LONGEST_BODY:
            message = f"The body has more than {_LONGEST_BODY} bytes."
            raise _RefusedError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "RequestEntityTooLargeException", message)
        return int(length)

    def _read_exactly(self, length: int) -> bytes:
        body = self.rfile.read(length)
        if len(body) < length:
            message = f"The body ended after {len(body)} of {length} bytes."
            raise _RefusedError(HTTPStatus.BAD_REQUEST, "SerializationException", message)
        return body

    def _check(self, target: str, body: bytes) -> None:
        if self.path != "/":
            message = "There is only the path /."
            raise _RefusedError(HTTPStatus.NOT_FOUND, "UnknownOperationException", message)
        if not target:
            message = "The header X-Amz-Target is missing: it names the operation."
            raise _RefusedError(HTTPStatus.BAD_REQUEST, "UnknownOperationException", message)
        try:
            # json.loads would take UTF-16 and UTF-32 too.
            members = json.loads(body.decode(), parse_constant=_refuse_constant)
        except (ValueError, RecursionError) as error:
            message = f"The body is no JSON in UTF-8: {error}"
            raise _RefusedError(HTTPStatus.BAD_REQUEST, "SerializationException", message) from error
        if not isinstance(members, dict):
            raise _RefusedError(HTTPStatus.BAD_REQUEST, "SerializationException", "The body is no JSON object.")

    def _respond(self, target: str, body: bytes) -> Answer:
        credential = _CREDENTIAL.search(self.headers.get("Authorization", ""))
        region_name = credential[1] if credential else None
        try:
            return self._service.respond(target, body, region_name=region_name)
        except ConnectionLostError:
            raise
        except Exception as error:
            _logger.exception("%r failed", target)
            message = "The service failed; the logger appimageconfig.testing has the traceback."
            raise _RefusedError(HTTPStatus.INTERNAL_SERVER_ERROR, "InternalFailure", message) from error

    def _send(self, answer: Answer, target: str = "") -> None:
        own = {"Server": "appimageconfig.testing", "Date": self.date_time_string()}
        own["Content-Length"] = str(len(answer.body))
        if self.close_connection:
            own["Connection"] = "close"
        _logger.debug("%s %r %d", self.command, target, answer.status)
        self.send_response_only(answer.status)
        for name, value in [*own.items(), *answer.headers.items()]:
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    def _send_last(self, answer: Answer) -> None:
        """Send an answer to a request of which something may be unread, and end the connection."""
        self.close_connection = True
        self._send(answer)
        # To close with bytes unread would reset the connection, and the client could lose the answer. So what is on
        # its way is thrown away, as long as it does not stall and within bounds.
        with suppress(OSError):
            self.connection.settimeout(1)
            self.connection.shutdown(socket.SHUT_WR)
            for _ in range(256):
                if not self.connection.recv(65536):
                    break


def _refusal(status: HTTPStatus, code: str, message: str) -> _Answer:
    headers = {"x-amzn-RequestId": str(uuid4()), "Content-Type": _CONTENT_TYPE}
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        headers["Allow"] = "POST"
    return _Answer(status, headers, json.dumps({"__type": code, "message": message}).encode())


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")
