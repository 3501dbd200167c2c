"""Turns: how many requests of a transport are on their way at the same time; more wait in order.

A request waits for its turn until its deadline. Its other timeouts begin when it has one, for a
long queue says nothing about the server.
"""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING, Final

from integrations_sdk.core import clock as time
from integrations_sdk.core.transport import Fault, Request

from .faults import OVERDUE

if TYPE_CHECKING:
    import asyncio

MOST: Final = 100
"""Requests at the same time."""

EXPIRY: Final = 5.0
"""Seconds that a connection is kept without a request, as httpx does."""


class Turns:
    """Turns of threads."""

    def __init__(self) -> None:
        self._free = MOST
        self._waiting: deque[threading.Lock] = deque()
        self._lock = threading.Lock()

    def take(self, request: Request) -> None:
        """Wait for a turn, and take it; raises a Fault."""
        with self._lock:
            if self._free:
                self._free -= 1
                return
            mine = threading.Lock()  # held, until whoever gives a turn back lets go of it
            mine.acquire()
            self._waiting.append(mine)
        try:
            granted = mine.acquire(timeout=max(0, min(_left(request), threading.TIMEOUT_MAX)))
        except BaseException:
            if self._was_granted(mine):
                self.give()
            raise
        if not granted and not self._was_granted(mine):
            raise Fault(OVERDUE, sent=False, overdue=True)

    def _was_granted(self, mine: threading.Lock) -> bool:
        """Wait no longer; tell whether a turn came in the last moment."""
        with self._lock:
            waits = mine in self._waiting
            if waits:
                self._waiting.remove(mine)
            return not waits

    def give(self) -> None:
        """Give a turn back: to the first that waits."""
        with self._lock:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._free += 1


class AsyncTurns:
    """Turns of the tasks of one event loop."""

    def __init__(self) -> None:
        self._free = MOST
        self._waiting: deque[asyncio.Future[bool]] = deque()

    def take(self) -> bool:
        """Take a turn, if there is one without waiting."""
        if not self._free:
            return False
        self._free -= 1
        return True

    async def wait(self, request: Request) -> None:
        """Wait for a turn, and take it; raises a Fault."""
        if not await self._granted(request):
            raise Fault(OVERDUE, sent=False, overdue=True)

    async def _granted(self, request: Request) -> bool:
        from asyncio import CancelledError, get_running_loop  # not at the top: threads do without

        loop = get_running_loop()
        granted: asyncio.Future[bool] = loop.create_future()
        self._waiting.append(granted)
        timer = loop.call_later(min(_left(request), threading.TIMEOUT_MAX), _refuse, granted)
        try:
            return await granted
        except CancelledError:
            if granted.done() and not granted.cancelled() and granted.result():
                self.give()
            raise
        finally:
            timer.cancel()

    def give(self) -> None:
        """Give a turn back: to the first that waits."""
        while self._waiting:
            first = self._waiting.popleft()
            if not first.done():
                first.set_result(True)
                return
        self._free += 1


def _refuse(granted: asyncio.Future[bool]) -> None:
    if not granted.done():
        granted.set_result(False)


def _left(request: Request) -> float:
    return request.deadline - time.monotonic()
