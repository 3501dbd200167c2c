"""Writes each call down in the journal, in front of everything else."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from integrations_sdk.sandbox.journal import Entry, Journal
from integrations_sdk.sandbox.line import LINE, Line, line_of
from integrations_sdk.sandbox.platform import Operation, Platform
from integrations_sdk.sandbox.redaction import MOST, Redactor

VISIT = "integrations_sdk.visit"
"""Where a scope says what is called."""

UNRECORDED = frozenset({"", "favicon.ico", "inspector", "openapi.json"})
"""First segments of paths that are the sandbox's own, and in no journal."""

_WITHOUT_BODY = (204, 304)


@dataclass
class Visit:
    """What a call is for, and what befell it.

    Attributes:
        platform: The platform that was called, if any.
        operation: What was called, if there is such a thing.
        fault: The kind of the scripted fault that befell it, if any.
    """

    platform: Platform | None
    operation: Operation | None
    fault: str | None = None


class _Tape:
    """A body as it passes by: the beginning that may be kept, and its whole length."""

    def __init__(self) -> None:
        self.kept = bytearray()
        self.size = 0

    def add(self, part: bytes) -> None:
        self.size += len(part)
        if self.size <= MOST:
            self.kept += part


class Recorder:
    """An ASGI application in front of another one.

    Args:
        app: The application whose calls are written down.
        journal: Where to.
        identify: Tells what a request is for.
    """

    def __init__(self, app: ASGIApp, journal: Journal, identify: Callable[[Scope], Visit]) -> None:
        self._app = app
        self._journal = journal
        self._identify = identify

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request through the application behind it."""
        if scope["type"] != "http" or scope["path"].split("/")[1:2] in _UNRECORDED_LISTS:
            await self._app(scope, receive, send)
            return
        scope[VISIT] = self._identify(scope)
        recording = _Recording(scope, self._journal)
        scope[LINE] = _RecordedLine(line_of(scope), recording)
        try:
            await self._app(scope, recording.receiving(receive), recording.sending(send))
        finally:
            recording.end()


_UNRECORDED_LISTS = [[segment] for segment in UNRECORDED]


class _Recording:
    """One call while it goes on."""

    def __init__(self, scope: Scope, journal: Journal) -> None:
        self._scope = scope
        self._journal = journal
        self._timestamp = time.time()
        self._began = time.perf_counter()
        self._sent = _Tape()
        self._answered = _Tape()
        self._start: Message | None = None
        self._declared = math.inf
        self._is_over = False

    def receiving(self, receive: Receive) -> Receive:
        async def receiving() -> Message:
            message = await receive()
            self._sent.add(message.get("body", b""))
            return message

        return receiving

    def sending(self, send: Send) -> Send:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._start = message
                length = Headers(raw=message["headers"]).get("content-length", "")
                self._declared = int(length) if length.isdecimal() else math.inf
                if not self._declared or message["status"] in _WITHOUT_BODY:
                    self.end()  # the caller waits for no more
            elif message["type"] == "http.response.body":
                self._answered.add(message.get("body", b""))
                if not message.get("more_body", False) or self._answered.size >= self._declared:
                    self.end()  # before the caller has the whole answer, and looks for it here
            await send(message)

        return sending

    def end(self) -> None:
        """Write the call down, once."""
        if self._is_over:
            return
        self._is_over = True
        scope, visit = self._scope, self._scope[VISIT]
        redactor = Redactor(visit.platform, visit.operation)
        start = self._start or {"status": None, "headers": []}
        sent, answered = Headers(scope=scope), Headers(raw=start["headers"])
        query = redactor.query(scope["query_string"])
        request_headers = redactor.headers(scope["headers"])
        request_body = redactor.request_body(
            bytes(self._sent.kept), self._sent.size, sent.get("content-type", "")
        )
        entry = Entry(
            number=0,
            timestamp=self._timestamp,
            platform=visit.platform.name if visit.platform else "",
            operation=visit.operation.name if visit.operation else "",
            method=scope["method"],
            path=redactor.path(_path(scope)),
            query=query,
            status=start["status"],
            duration_ms=(time.perf_counter() - self._began) * 1000,
            request_headers=request_headers,
            request_body=request_body,
            response_headers=redactor.headers(start["headers"]),
            response_body=redactor.response_body(
                start["status"],
                bytes(self._answered.kept),
                self._answered.size,
                answered.get("content-type", ""),
            ),
            fault=visit.fault,
        )
        self._journal.add(entry)


class _RecordedLine:
    """A line whose cut ends a recording."""

    def __init__(self, line: Line, recording: _Recording) -> None:
        self.is_immediate: bool = line.is_immediate
        self._line = line
        self._recording = recording

    def cut(self, *, reached: bool) -> None:
        self._recording.end()
        self._line.cut(reached=reached)

    async def wait(self, seconds: float) -> None:
        await self._line.wait(seconds)


def _path(scope: Scope) -> str:
    raw: bytes | None = scope.get("raw_path")
    path: str = raw.decode("latin-1").partition("?")[0] if raw else scope["path"]
    return path
