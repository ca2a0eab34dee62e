"""Real boto3 clients with scripted responses, whose requests are recorded at botocore's before-send event."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import contextmanager
from functools import cache
from io import BytesIO
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import attrs
import boto3
from botocore.awsrequest import AWSResponse
from urllib3 import HTTPResponse

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable

    from botocore.awsrequest import AWSPreparedRequest
    from botocore.config import Config


@attrs.frozen
class Response:
    """An HTTP response of the service."""

    body: Mapping[str, Any] | bytes = MappingProxyType({})
    status: int = 200
    headers: Mapping[str, str] = MappingProxyType({})


@attrs.frozen
class Sent:
    """A request as it was sent."""

    target: str
    body: bytes
    user_agent: str
    url: str

    @property
    def members(self) -> dict[str, Any]:
        """The members of the request."""
        members: dict[str, Any] = json.loads(self.body)
        return members


class Wire:
    """Records requests and responds with *responses*, repeating the last one."""

    def __init__(self, *responses: Response) -> None:
        """Take the responses, in order; without any, an empty one."""
        self.sent: list[Sent] = []
        self._responses = list(responses) or [Response()]

    def client(self, config: Config | None = None) -> Any:
        """Return a boto3 client on this wire."""
        client = session().client("sagemaker", config=config)
        client.meta.events.register_first("before-send.sagemaker", self.respond)
        return client

    @contextmanager
    def on(self, client: Any) -> Generator[None]:
        """Record the requests of *client*, and respond to them. One client for many wires saves time."""
        client.meta.events.register_first("before-send.sagemaker", self.respond)
        try:
            yield
        finally:
            client.meta.events.unregister("before-send.sagemaker", self.respond)

    def respond(self, request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        """Record *request* and return the next response."""
        items: Iterable[tuple[str, Any]] = request.headers.items()
        headers = {name.lower(): value.decode() if isinstance(value, bytes) else value for name, value in items}
        body: Any = request.body
        self.sent.append(Sent(headers["x-amz-target"], body, headers["user-agent"], request.url))
        response = self._responses.pop(0) if len(self._responses) > 1 else self._responses[0]
        response_headers: Any = {"x-amzn-RequestId": f"request-{len(self.sent)}", **response.headers}
        content: Any = dict(response.body) if isinstance(response.body, Mapping) else response.body
        content = content if isinstance(content, bytes) else json.dumps(content).encode()
        stream = HTTPResponse(BytesIO(content), preload_content=False)
        return AWSResponse(request.url, response.status, response_headers, stream)


@cache
def session() -> Any:
    """Return the one boto3 session of all tests, which reads the service model once."""
    return boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name="eu-west-1")  # noqa: S106
