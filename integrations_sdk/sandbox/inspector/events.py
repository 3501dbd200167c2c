"""What happens, as it happens: server-sent events, whose data is markup."""

import asyncio
from collections.abc import Callable
from typing import Any

from starlette.types import Receive, Send

from integrations_sdk.sandbox.faults import Fault
from integrations_sdk.sandbox.inspector.html import Html
from integrations_sdk.sandbox.journal import Entry, Journal
from integrations_sdk.sandbox.line import gone

_TICK = 1.0
"""Seconds after which to look for what nobody announces: planned faults, a cleared list."""

_BEATS = 15
"""Ticks without an event after which a comment is sent, so that nobody takes the line for dead."""


class Events:
    """One browser's share of what happens.

    Args:
        journal: The calls.
        pending: Returns the faults to come.
        show_call: Writes a call, or nothing if it is not wanted.
        show_faults: Writes the faults to come.
        after: The number of the last call that the browser has.
    """

    def __init__(
        self,
        journal: Journal,
        *,
        pending: Callable[[], list[tuple[Fault, int]]],
        show_call: Callable[[Entry], Html | None],
        show_faults: Callable[[], Html],
        after: int,
    ) -> None:
        self._journal = journal
        self._pending = pending
        self._show_call = show_call
        self._show_faults = show_faults
        self._after = after
        self._told: list[tuple[Fault, int]] | None = None
        self._idle = 0

    async def __call__(self, receive: Receive, send: Send) -> None:
        """Answer a request until the browser goes."""
        headers = [(b"content-type", b"text/event-stream"), (b"cache-control", b"no-store")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await _send(send, "retry: 1000\n\n")
        leaving = asyncio.ensure_future(gone(receive))
        try:
            while not leaving.done():
                await _send(send, await self._next(leaving))
        finally:
            leaving.cancel()

    async def _next(self, leaving: "asyncio.Future[None]") -> str:
        """Wait for what happens next, and return it as events."""
        waiting = asyncio.ensure_future(self._journal.wait_async(self._after, timeout=_TICK))
        try:
            both: set[asyncio.Future[Any]] = {waiting, leaving}  # of different results
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
            entries = waiting.result() if waiting.done() else []
        finally:
            waiting.cancel()
        events = self._cleared() + "".join(self._call(entry) for entry in entries) + self._faults()
        self._idle = 0 if events else self._idle + 1
        return ": still here\n\n" if self._idle and self._idle % _BEATS == 0 else events

    def _cleared(self) -> str:
        kept = self._journal.entries()
        # A browser may know calls of a sandbox that was there before this one.
        if not self._after or (kept and kept[0].number <= self._after <= kept[-1].number):
            return ""
        self._after = 0  # so that it is said once; numbers only grow
        return _event("cleared", "")

    def _call(self, entry: Entry) -> str:
        self._after = entry.number
        shown = self._show_call(entry)
        return "" if shown is None else _event("call", shown, str(entry.number))

    def _faults(self) -> str:
        pending = self._pending()
        if pending == self._told:
            return ""
        self._told = pending
        return _event("faults", self._show_faults())


def _event(name: str, data: str, number: str = "") -> str:
    lines = "".join(f"data: {line}\n" for line in data.splitlines() or [""])
    return f"event: {name}\n{f'id: {number}' if number else ':'}\n{lines}\n"


async def _send(send: Send, text: str) -> None:
    if text:
        await send({"type": "http.response.body", "body": text.encode(), "more_body": True})
