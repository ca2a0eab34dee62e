"""
The pace of `apply`: throttled calls are repeated after pauses, and fewer steps are carried out at once.

The number of steps at once changes as the window of TCP does: it is halved when a call is throttled, and grows by one
after as many accepted calls.
"""

from __future__ import annotations

from itertools import islice
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, TypeVar

from appimageconfig.errors import ServiceError, ThrottlingError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from appimageconfig.client import AppImageConfigClient
    from appimageconfig.models import AppImageConfigDetails

T = TypeVar("T")

# Seconds. The pauses double from the first to the longest, and begin again when a call is accepted.
_FIRST_PAUSE: Final = 0.1
_LONGEST_PAUSE: Final = 5.0
# A throttled call fails when the pauses since the last accepted call add up to this. Pauses and no clock: time that
# passes in a slow call, or in the caller's code, does not count.
_PATIENCE: Final = 60.0
_PATIENCE_WHEN_STOPPING: Final = 5.0


class PacedClient:
    """
    The methods of an `AppImageConfigClient` that carry out steps, for all threads of one `apply`.

    A throttled call is repeated, and not its step: the call did nothing, while the step may have changed the config, so
    that it no longer matches the plan, or deleted it to replace it, so that its tags are known only here.
    """

    def __init__(
        self,
        client: AppImageConfigClient,
        max_workers: int,
        *,
        sleep: Callable[[float], object],
        on_pause: Callable[[], None],
    ) -> None:
        """Begin with *max_workers*; *on_pause* is called in the thread that pauses."""
        self.sagemaker = client.sagemaker
        self.workers: float = max_workers
        """The number of steps to carry out at once, 1 or more."""
        self.stopping = False
        """Whether throttled calls fail soon, because `apply` is to end."""
        self._client = client
        self._max_workers = max_workers
        self._sleep = sleep
        self._on_pause = on_pause
        self._gate = Lock()  # held during a pause: no call begins then
        self._pauses = 0
        self._paused = 0.0  # seconds since the last accepted call

    def __getattr__(self, name: str) -> Callable[..., Any]:
        """Return a method of the client that repeats a throttled call."""
        method = getattr(self._client, name)
        return lambda *args, **kwargs: self._repeat(lambda: method(*args, **kwargs))

    def list(self) -> Iterator[AppImageConfigDetails]:
        """Return at most one config: steps need no more, and the call is made here, not by the iterator."""
        return iter(self._repeat(lambda: [*islice(self._client.list(), 1)]))

    def _repeat(self, call: Callable[[], T]) -> T:
        while True:
            with self._gate:
                pauses = self._pauses
            try:
                result = call()
            except ThrottlingError:
                if not self._pause(pauses):
                    raise
            except ServiceError:
                self._accept()
                raise
            else:
                self._accept()
                return result

    def _accept(self) -> None:
        # Without the lock, since a pause may hold it for seconds: a change that another thread overwrites is made again
        # by the next call.
        self._paused = 0.0
        self.workers = min(self._max_workers, self.workers + 1 / self.workers)

    def _pause(self, pauses: int) -> bool:
        """Pause, unless another thread has since the call began after *pauses*; return whether to repeat the call."""
        with self._gate:
            if pauses != self._pauses:
                return True
            if self._paused >= (_PATIENCE_WHEN_STOPPING if self.stopping else _PATIENCE):
                # Each step that is left may fail likewise, after all retries of botocore: let that not take long.
                self.workers = self._max_workers
                return False
            self.workers = max(1, self.workers / 2)
            self._on_pause()
            pause = min(self._paused + _FIRST_PAUSE, _LONGEST_PAUSE)  # after 0.1 and 0.2 follows 0.4
            self._sleep(pause)
            self._paused += pause
            self._pauses += 1
            return True
