"""What can go wrong with a request, on demand."""

from __future__ import annotations

import attrs


class ConnectionLostError(Exception):
    """The connection breaks before an answer comes."""


@attrs.frozen(kw_only=True)
class Fault:
    """
    What goes wrong with one request.

    Make one by `error`, `throttling`, `server_error`, `connection_error` or `slow`.
    With ``after=True`` the request is carried out first and its answer is lost:
    what a client that retries finds is its own work.
    """

    code: str | None = None
    """The error code of the answer; None for none."""
    status: int = 400
    """The HTTP status of the answer."""
    message: str = ""
    """The text of the answer."""
    after: bool = False
    """Whether the request is carried out first."""
    breaks_connection: bool = False
    """Whether there is no answer at all."""
    seconds: float = 0.0
    """How long the answer takes."""

    @classmethod
    def error(cls, code: str, *, status: int = 400, message: str = "", after: bool = False) -> Fault:
        """Return an answer with an error *code* and an HTTP *status*."""
        return cls(code=code, status=status, message=message, after=after)

    @classmethod
    def throttling(cls) -> Fault:
        """Return the refusal of a request that comes too soon after others."""
        return cls(code="ThrottlingException", message="Rate exceeded")

    @classmethod
    def server_error(cls, *, after: bool = False) -> Fault:
        """Return an HTTP 500."""
        return cls(code="InternalFailure", status=500, after=after)

    @classmethod
    def connection_error(cls, *, after: bool = False) -> Fault:
        """Return a connection that closes without an answer."""
        return cls(breaks_connection=True, after=after)

    @classmethod
    def slow(cls, seconds: float) -> Fault:
        """Return a right answer that takes that many *seconds*."""
        return cls(seconds=seconds)


@attrs.define(eq=False)
class ScheduledFault:
    """A fault, the operation that it waits for, and how often it is still to come."""

    fault: Fault
    operation: str | None
    times: int

    def __str__(self) -> str:
        """Name the fault, the operation and the count."""
        kind = "a broken connection" if self.fault.breaks_connection else self.fault.code or "a slow answer"
        return f"{kind} for {self.operation or 'any operation'}, {self.times} more"
