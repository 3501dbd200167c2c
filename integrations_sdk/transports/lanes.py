"""Lanes: one connection each, which serves one request at a time.

They are what a client sends by unless it is given a transport, in the place of a pool whose
connections are shared. A lane whose request did not come to its end, because it failed or was
cancelled, is closed and never used again: nothing that is left in its connection can be taken for
the answer to another request, and nothing has to be repaired.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Generic, TypeVar
from weakref import WeakKeyDictionary

import anyio

from integrations_sdk.core.transport import AsyncTransport, Request, Response, Transport

from .faults import origin_of
from .turns import AsyncTurns, Turns

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

LaneT = TypeVar("LaneT")


class _Lot(Generic[LaneT]):
    """Where lanes wait for their next request, the last used first: it is most likely open."""

    def __init__(self) -> None:
        self.process = os.getpid()
        self._lanes: dict[str, list[LaneT]] = {}
        self._closed = False

    def take(self, origin: str) -> LaneT | None:
        try:
            return self._lanes[origin].pop()  # in one step, so that threads need no lock
        except (KeyError, IndexError):
            return None

    def put(self, origin: str, lane: LaneT) -> bool:
        """Keep a lane, unless it came too late."""
        if not self._closed:
            self._lanes.setdefault(origin, []).append(lane)
        return not self._closed

    def close(self) -> list[LaneT]:
        """Keep none any longer, and return those that are to be closed."""
        self._closed = True
        lanes, self._lanes = self._lanes, {}
        return [lane for origin in lanes.values() for lane in origin]


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
        if not lot.put(origin, lane):
            lane.close()
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
        if not lot.put(origin, lane):
            await _close(lane)
        return response

    def _here(self) -> _Loop:
        from asyncio import get_running_loop  # not at the top: threads do without

        loop = get_running_loop()
        here = self._loops.get(loop)
        if here is None or here.lot.process != os.getpid():
            here = self._loops[loop] = _Loop()
        return here

    async def aclose(self) -> None:
        """Close the lanes of this event loop; those of others go with their loops."""
        for lane in self._here().lot.close():
            await lane.aclose()


class _Loop:
    """The lanes of one event loop."""

    def __init__(self) -> None:
        self.turns = AsyncTurns()
        self.lot: _Lot[AsyncTransport] = _Lot()


async def _close(lane: AsyncTransport) -> None:
    with anyio.CancelScope(shield=True):  # the task may be cancelled, and is to end all the same
        await lane.aclose()
