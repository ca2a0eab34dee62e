"""A foreign client as its tests use it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from botocore.exceptions import ClientError

Members = dict[str, Any]

REGION = "eu-west-1"  # not the default of the service
TIME = datetime(2026, 1, 2, 3, 4, 5, 678000, tzinfo=UTC)  # of everything that the service creates or changes


class RefusedError(Exception):
    """An error response, as the client reported it."""

    def __init__(self, code: str, message: str) -> None:
        """Take the code and the message."""
        super().__init__(code, message)
        self.code = code
        self.message = message

    @classmethod
    def of(cls, error: ClientError) -> Self:
        """Return the error response that botocore raised as *error*."""
        response: Any = error.response
        return cls(response["Error"]["Code"], response["Error"]["Message"])


class ForeignClient(ABC):
    """A client of SageMaker that is not this library's, configured by environment variables alone."""

    @abstractmethod
    def call(self, operation: str, members: Members) -> Members:
        """
        Carry out *operation* and return its response, of a list with the items of all pages.

        Names are those of the wire. Times are datetimes in requests, and datetimes or ISO 8601 in responses.

        Raises:
            RefusedError: The response is an error.
        """

    def expressible(self, members: Members) -> Members:
        """Return what of a request the client can send."""
        return members
