"""
An HTTP endpoint for an `InMemorySageMaker`, for other processes and other languages.

.. code-block:: python

    import boto3
    from appimageconfig.testing import InMemorySageMaker

    with InMemorySageMaker().serve() as url:
        sagemaker = boto3.client("sagemaker", region_name="eu-west-1", endpoint_url=url)
        sagemaker.list_app_image_configs()

AWS JSON 1.1 is one POST to ``/``, so the standard library's ``http.server`` is enough. The endpoint is for tests:
it listens on the loopback interface only, and checks no signatures. Web pages that a browser shows on the same
machine can send requests to that interface, too, so these are refused.
"""

from __future__ import annotations

import json
import logging
import os
import re
import socket
import sys
import time
from contextlib import contextmanager, suppress
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from io import BufferedReader, RawIOBase
from socketserver import ThreadingTCPServer
from threading import Condition, Thread
from typing import TYPE_CHECKING, Any, Final

from appimageconfig.testing.in_memory import ConnectionLostError

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from appimageconfig.testing.in_memory import InMemorySageMaker

_logger = logging.getLogger("appimageconfig.testing")
_logger.addHandler(logging.NullHandler())

_HOST: Final = "127.0.0.1"
_MAX_BODY: Final = 1024 * 1024
_TIMEOUT: Final = 10.0  # seconds
# The quantifiers have bounds, so that no header makes the search slow.
_CREDENTIAL: Final = re.compile(r"Credential=[^/,\s]{1,128}/[0-9]{8}/([a-z0-9-]{1,63})/[a-z0-9-]{1,63}/aws4_request")
# A web page can let its own name resolve to 127.0.0.1. The browser then takes the endpoint for a part of the page's
# site and may send no Origin, but the header Host has that name.
_HOSTS: Final = re.compile(r"(127\.0\.0\.1|localhost)(:[0-9]{1,5})?", re.IGNORECASE)
_ERROR_CODES: Final = {
    403: "AccessDeniedException",
    404: "UnknownOperationException",
    408: "RequestTimeoutException",
    413: "RequestEntityTooLargeException",
    500: "InternalFailure",
}


@contextmanager
def serve(service: InMemorySageMaker, *, port: int = 0) -> Generator[str]:
    """Serve *service* over HTTP and yield the URL, as `InMemorySageMaker.serve` does."""
    with _Server((_HOST, port), partial(_Handler, service)) as server:
        thread = Thread(target=server.serve_forever, args=(0.05,), name="appimageconfig.testing", daemon=True)
        thread.start()
        try:
            yield f"http://{_HOST}:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


# Not http.server's own server, which asks the name service for the name of this host. That can take seconds.
class _Server(ThreadingTCPServer):
    # Non-daemon threads would be joined without a limit, and a response may be slow on purpose.
    daemon_threads = True
    allow_reuse_address = os.name == "posix"  # on Windows it would let two servers share a port
    request_queue_size = 128

    def __init__(self, *arguments: Any) -> None:
        self._connections: set[socket.socket] = set()
        self._closed: Final = Condition()
        super().__init__(*arguments)

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._closed:
            self._connections.add(request)
        super().process_request(request, client_address)

    def close_request(self, request: Any) -> None:
        super().close_request(request)
        with self._closed:
            self._connections.discard(request)
            self._closed.notify_all()

    def server_close(self) -> None:
        super().server_close()
        with self._closed:
            for connection in self._connections:
                # A handler that waits for a request reads the end; one that responds can still write.
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RD)
            self._closed.wait_for(lambda: not self._connections, _TIMEOUT)

    def handle_error(self, request: Any, client_address: Any) -> None:
        # The client closed the connection. The inherited method prints a traceback.
        del request, client_address
        _logger.debug("A connection broke: %r", sys.exception())


# The time-out of a socket begins again with each byte. A client that sends one now and then would never reach it.
class _Incoming(RawIOBase):
    def __init__(self, connection: socket.socket) -> None:
        super().__init__()
        self._connection: Final = connection
        self.deadline = 0.0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._connection.settimeout(left)
        return self._connection.recv_into(buffer)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    default_request_version = "HTTP/1.1"  # the inherited HTTP/0.9 sends an error without a status
    wbufsize = -1  # headers and body leave together: a client that still sends may lose what comes after its reset

    def __init__(self, service: InMemorySageMaker, *connection: Any) -> None:
        self._service: Final = service
        super().__init__(*connection)  # this handles all requests of the connection

    def setup(self) -> None:
        super().setup()
        self.rfile.close()
        self._incoming = _Incoming(self.connection)
        self.rfile = self._reader = BufferedReader(self._incoming)

    def handle_one_request(self) -> None:
        # Twice: a connection may be idle for as long as a request may take to arrive.
        self._incoming.deadline = time.monotonic() + _TIMEOUT
        try:
            self._reader.peek()
        except TimeoutError:
            self.close_connection = True
            return
        self._incoming.deadline = time.monotonic() + _TIMEOUT
        super().handle_one_request()

    def do_POST(self) -> None:
        length, target = self._header("Content-Length"), self._header("X-Amz-Target")
        if "Transfer-Encoding" in self.headers:
            self.send_error(400, "A Transfer-Encoding is not supported. Send the header Content-Length.")
        elif not re.fullmatch("[0-9]{1,19}", length):
            self.send_error(400, "The header Content-Length is missing or is not a length.")
        elif int(length) > _MAX_BODY:
            self.send_error(413, f"The body has {length} bytes, limit {_MAX_BODY}.")
        elif (body := self._body(int(length))) is None:
            self.send_error(408, f"The request did not arrive within {_TIMEOUT:g} seconds.")
        elif len(body) < int(length):
            self.send_error(400, f"The body ended after {len(body)} of {length} bytes.")
        elif not _HOSTS.fullmatch(self._header("Host")):
            self.send_error(403, "The header Host must be 127.0.0.1 or localhost, with or without a port.")
        elif "Origin" in self.headers:
            self.send_error(403, "Requests of web pages are refused, and the header Origin says that this is one.")
        elif self.path != "/" or not re.fullmatch("[A-Za-z0-9_.]+", target):
            self.send_error(404, "Send a POST to / with the header X-Amz-Target, which names the operation.")
        else:
            self._respond(target, body)

    def _header(self, name: str) -> str:
        """Return a header; one that is repeated has commas, and so is not one that is accepted."""
        return ", ".join(self.headers.get_all(name, []))

    def _body(self, length: int) -> bytes | None:
        try:
            return self.rfile.read(length)
        except TimeoutError:
            return None

    def _respond(self, target: str, body: bytes) -> None:
        credential = _CREDENTIAL.search(self.headers.get("Authorization", ""))
        try:
            response = self._service.respond(target, body, region_name=credential[1] if credential else None)
        except ConnectionLostError:
            _logger.debug("%s %r: connection closed by a fault", self.command, target)
            self.close_connection = True
        except Exception:
            _logger.exception("%r failed", target)
            self.send_error(500, "The service failed. The logger appimageconfig.testing has the traceback.")
        else:
            _logger.debug("%s %r %d", self.command, target, response.status)
            self._send(response.status, response.headers, response.body)

    # http.server calls this, too, for everything that it does not pass to do_POST.
    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        del explain
        _logger.debug("%s %d %s", self.command, code, message)
        text = message or HTTPStatus(code).phrase
        error = {"__type": _ERROR_CODES.get(code, "SerializationException"), "message": text}
        # The connection ends because the body may be unread.
        headers = {"Content-Type": "application/x-amz-json-1.1", "Connection": "close"}
        self._send(code, headers, json.dumps(error).encode())

    def _send(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        self.send_response_only(status)
        for name, value in {**headers, "Date": self.date_time_string(), "Content-Length": len(body)}.items():
            self.send_header(name, str(value))
        self.connection.settimeout(_TIMEOUT)  # reading has set what was left of its own
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def handle_expect_100(self) -> bool:
        accepted = super().handle_expect_100()
        self.wfile.flush()
        return accepted

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - http.server's name
        _logger.debug(format, *args)
