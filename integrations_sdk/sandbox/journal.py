"""The calls that a sandbox received: the last ones, without anything secret.

    sandbox.journal.entries()           # oldest first, all that are kept
    sandbox.journal.entries(after=17)   # what came after the entry with this number
    sandbox.journal.wait(17, timeout=5) # the same, but waits until there is something
    await sandbox.journal.wait_async(17, timeout=5)
    stop = sandbox.journal.subscribe(print)  # called with each entry, in the thread that adds it
    sandbox.journal.clear()             # numbers go on

An entry is there before the last byte of its answer is sent. What it shows was redacted when it was
made, by the tables of the platform: see ``redaction.py``. All of it may be called from any thread.
"""

import asyncio
import contextlib
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timezone

from integrations_sdk.sandbox.documents import Json

KEPT = 500
"""How many entries a journal keeps."""


@dataclass(frozen=True)
class Entry:
    """One call that the sandbox received, without its secrets.

    Attributes:
        number: Which one it was, from 1; 0 until it is in a journal.
        timestamp: When it came, in seconds since 1970.
        platform: The platform that was called; empty when the path is of none.
        operation: What the platform calls what was called, such as ``integration.get``; empty
            when there is no such path or method.
        method: The HTTP method.
        path: The path as it was sent, with the platform's name before it.
        query: The query without its question mark; what is not documented shows as ``******``.
        status: The status of the answer; None when the connection was cut instead.
        duration_ms: Milliseconds until the answer was complete.
        request_headers: By their names in lower case; what may hold a secret shows as ``******``.
        request_body: The JSON, or the members of the form, that were sent, with ``******`` in the
            place of secrets and of what is not documented; a text in brackets for what is neither
            or is too large; None when there was no body.
        response_headers: The same of the answer.
        response_body: The same of the answer.
        fault: The kind of the scripted fault that befell it, if any.
    """

    number: int
    timestamp: float
    platform: str
    operation: str
    method: str
    path: str
    query: str
    status: int | None
    duration_ms: float
    request_headers: Mapping[str, str]
    request_body: Json
    response_headers: Mapping[str, str]
    response_body: Json
    fault: str | None = None

    @property
    def at(self) -> datetime:
        """When it came, in UTC."""
        return datetime.fromtimestamp(self.timestamp, timezone.utc)


Listener = Callable[[Entry], object]


class Journal:
    """The last calls, oldest first.

    Args:
        size: How many to keep.
    """

    def __init__(self, size: int = KEPT) -> None:
        self._entries: deque[Entry] = deque(maxlen=size)
        self._last = 0
        self._listeners: list[Listener] = []
        self._added = threading.Condition()  # of an RLock: wait reads while it holds it

    def add(self, entry: Entry) -> None:
        """Number an entry and keep it; the oldest goes when there are too many."""
        with self._added:
            self._last += 1
            entry = replace(entry, number=self._last)
            self._entries.append(entry)
            listeners = list(self._listeners)
            self._added.notify_all()
        for listener in listeners:
            listener(entry)

    def entries(self, after: int = 0) -> list[Entry]:
        """Return what is kept, oldest first.

        Args:
            after: Only entries with a higher number.
        """
        with self._added:
            return [entry for entry in self._entries if entry.number > after]

    def clear(self) -> None:
        """Forget all entries."""
        with self._added:
            self._entries.clear()

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call a function with each entry that is added from now on.

        Args:
            listener: What to call, in the thread that adds the entry; it must be quick.

        Returns:
            What ends the subscription.
        """
        with self._added:
            self._listeners.append(listener)

        def stop() -> None:
            with self._added, contextlib.suppress(ValueError):
                self._listeners.remove(listener)

        return stop

    def wait(self, after: int, *, timeout: float) -> list[Entry]:
        """Return the entries after a number; wait for one when there is none.

        Args:
            after: The number of the last entry that is known; 0 for none.
            timeout: Seconds to wait at most; the list is empty then.
        """
        with self._added:
            self._added.wait_for(lambda: self._newest() > after, timeout)
            return self.entries(after)

    async def wait_async(self, after: int, *, timeout: float) -> list[Entry]:
        """Do the same without holding up an event loop of asyncio."""
        loop, added = asyncio.get_running_loop(), asyncio.Event()
        stop = self.subscribe(lambda _: loop.call_soon_threadsafe(added.set))
        try:
            if not self.entries(after):
                with contextlib.suppress(asyncio.TimeoutError):
                    await asyncio.wait_for(added.wait(), timeout)
            return self.entries(after)
        finally:
            stop()

    def _newest(self) -> int:
        return self._entries[-1].number if self._entries else 0
