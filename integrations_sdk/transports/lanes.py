"""Lanes: one connection each, which serves one request at a time.

They are what a client sends by unless it is given a transport, in the place of a pool whose
connections are shared. A lane whose request did not come to its end, because it failed or was
cancelled, is closed and never used again: nothing that is left in its connection can be taken for
the answer to another request, and nothing has to be repaired.
"""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from typing import TYPE_CHECKING, Generic, TypeVar
from weakref import WeakKeyDictionary

import anyio

from integrations_sdk.core.transport import AsyncTransport, Request, Response, Transport

from .faults import origin_of
from .turns import EXPIRY, AsyncTurns, Turns

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Iterator

LaneT = TypeVar("LaneT")


class _Lot(Generic[LaneT]):
    """Where lanes wait for their next request, the last used first: it is most likely open."""

    def __init__(self) -> None:
        self.process = os.getpid()
        self._lanes: dict[str, deque[tuple[float, LaneT]]] = {}
        self._closed = False
        self._lock = threading.Lock()

    def take(self, origin: str) -> LaneT | None:
        with self._lock:
            lanes = self._lanes.get(origin)
            return lanes.pop()[1] if lanes else None

    def put(self, origin: str, lane: LaneT) -> list[LaneT]:
        """Keep a lane; return those that are to be closed, for nobody used them for a while."""
        now = time.monotonic()
        with self._lock:
            if self._closed:
                return [lane]
            self._lanes.setdefault(origin, deque()).append((now, lane))
            return [lane for lanes in self._lanes.values() for lane in _expired(lanes, now)]

    def close(self) -> list[LaneT]:
        """Keep none any longer, and return those that are to be closed."""
        with self._lock:
            self._closed = True
            return self.abandoned()

    def abandoned(self) -> list[LaneT]:
        """Return the lanes of a parent process, whose lock may be held by a thread of its own."""
        lanes, self._lanes = self._lanes, {}
        return [lane for waiting in lanes.values() for _, lane in waiting]


def _expired(lanes: deque[tuple[float, LaneT]], now: float) -> Iterator[LaneT]:
    while lanes and lanes[0][0] < now - EXPIRY:
        yield lanes.popleft()[1]


class Lanes:
    """Lanes for threads.

    Args:
        open_: Opens a lane to an origin, ``https://api.example.com``.
    """

    def __init__(self, open_: Callable[[str], Transport]) -> None:
        self._open = open_
        self._begin()

    def _begin(self) -> None:
        self._turns = Turns()
        self._lot: _Lot[Transport] = _Lot()

    def send(self, request: Request) -> Response:
        """Send a request by a lane of its own; raises a Fault."""
        if self._lot.process != os.getpid():  # a fork: the parent goes on with its connections
            for lane in self._lot.abandoned():
                lane.close()
            self._begin()
        turns = self._turns
        turns.take(request)
        try:
            return self._send(request)
        finally:
            turns.give()

    def _send(self, request: Request) -> Response:
        lot, origin = self._lot, origin_of(request)
        lane = lot.take(origin) or self._open(origin)
        try:
            response = lane.send(request)
        except BaseException:
            lane.close()
            raise
        for idle in lot.put(origin, lane):
            idle.close()
        return response

    def close(self) -> None:
        """Close the lanes; one that is in use is closed once its request has ended."""
        for lane in self._lot.close():
            lane.close()


class AsyncLanes:
    """Lanes for tasks: other ones for each event loop, which may come one after the other.

    Args:
        open_: Opens a lane to an origin, ``https://api.example.com``.
    """

    def __init__(self, open_: Callable[[str], AsyncTransport]) -> None:
        self._open = open_
        self._loops: WeakKeyDictionary[asyncio.AbstractEventLoop, _Loop] = WeakKeyDictionary()

    async def send(self, request: Request) -> Response:
        """Send a request by a lane of its own; raises a Fault."""
        here = self._here()
        if not here.turns.take():
            await here.turns.wait(request)
        try:
            return await self._send(here.lot, request)
        finally:
            here.turns.give()

    async def _send(self, lot: _Lot[AsyncTransport], request: Request) -> Response:
        origin = origin_of(request)
        lane = lot.take(origin) or self._open(origin)
        try:
            response = await lane.send(request)
        except BaseException:
            await _close(lane)
            raise
        for idle in lot.put(origin, lane):
            await _close(idle)
        return response

    def _here(self) -> _Loop:
        from asyncio import get_running_loop  # not at the top: threads do without

        loop = get_running_loop()
        here = self._loops.get(loop)
        if here is None or here.lot.process != os.getpid():
            for other in list(self._loops):  # a connection refers to its loop, and would keep it
                if other.is_closed():
                    self._loops.pop(other, None)
            here = self._loops[loop] = _Loop()
        return here

    async def aclose(self) -> None:
        """Close the lanes of this event loop; those of others go with their loops."""
        for lane in self._here().lot.close():
            await _close(lane)


class _Loop:
    """The lanes of one event loop."""

    def __init__(self) -> None:
        self.turns = AsyncTurns()
        self.lot: _Lot[AsyncTransport] = _Lot()


async def _close(lane: AsyncTransport) -> None:
    with anyio.CancelScope(shield=True):  # the task may be cancelled, and is to end all the same
        await lane.aclose()
