"""One request through the sandbox's application, by hand: without a socket or an event loop.

The application never awaits anything but its line, so whoever drives it decides how waits are
waited: a transport for threads sleeps, one for tasks lets others go on.
"""

from __future__ import annotations

from collections.abc import Coroutine, Generator
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote, urlsplit

import attrs

from integrations_sdk.core import clock
from integrations_sdk.core.transport import OVERDUE, Fault, Headers, Request, Response
from integrations_sdk.sandbox.line import LINE
from integrations_sdk.transports.bodies import too_large

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Scope

_CUT: Final = "the connection was closed before a whole answer came"
_SILENT: Final = "no answer within the read timeout"


@attrs.frozen
class _Pause:
    """What the application waits for."""

    seconds: float

    def __await__(self) -> Generator[float, None, None]:
        yield self.seconds


class _Line:
    """The line of a request that is all there."""

    is_immediate: bool = True

    def __init__(self) -> None:
        self.fault: Fault | None = None

    def cut(self, *, reached: bool) -> None:
        self.fault = Fault(_CUT if reached else "no connection", sent=reached)

    async def wait(self, seconds: float) -> None:
        await _Pause(seconds)


class Passage:
    """A request on its way through an application.

    Args:
        app: The application.
        request: What is sent to it.
    """

    def __init__(self, app: ASGIApp, request: Request) -> None:
        self._app = app
        self._request = request
        self._line = _Line()
        self._was_taken = False
        self._status = 0
        self._headers: tuple[tuple[str, str], ...] = ()
        self._body = bytearray()

    def pauses(self) -> Generator[float, None, Response]:
        """Yield each wait in seconds, and return the answer.

        Raises:
            Fault: When there is no whole answer, or none in time.
        """
        request = self._request
        if clock.monotonic() >= request.deadline:
            raise Fault(OVERDUE, sent=False, overdue=True)
        running: Coroutine[Any, Any, None] = self._run()
        try:
            while True:
                try:
                    seconds: float = running.send(None)
                except StopIteration:
                    break
                yield from self._within_timeouts(seconds)
        finally:
            running.close()
        return self._response()

    def _within_timeouts(self, seconds: float) -> Generator[float, None, None]:
        left = max(0.0, self._request.deadline - clock.monotonic())
        silence = self._request.timeout.read
        yield min(seconds, left, silence)
        if seconds > min(left, silence):
            if left <= silence:
                raise Fault(OVERDUE, sent=True, overdue=True)
            raise Fault(_SILENT, sent=True, timed_out=True)

    async def _run(self) -> None:
        await self._app(self._scope(), self._receive, self._send)

    def _response(self) -> Response:
        if self._line.fault is not None:
            raise self._line.fault
        if len(self._body) > self._request.limit:
            raise too_large(self._request.limit)
        return Response(self._status, Headers(self._headers), bytes(self._body))

    def _scope(self) -> Scope:
        request, parts = self._request, urlsplit(self._request.url)
        content = request.content
        headers = {"host": parts.netloc, **{name.lower(): value for name, value in request.headers}}
        if content is not None:
            headers["content-length"] = str(len(content))
        return {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": request.method,
            "scheme": parts.scheme,
            "path": unquote(parts.path),
            "raw_path": parts.path.encode("ascii"),
            "query_string": parts.query.encode("ascii"),
            "root_path": "",
            "headers": [(n.encode("latin-1"), v.encode("latin-1")) for n, v in headers.items()],
            "client": ("127.0.0.1", 0),
            "server": (parts.hostname, parts.port or 80),
            "state": {},
            LINE: self._line,
        }

    async def _receive(self) -> Message:
        if self._was_taken:
            return {"type": "http.disconnect"}
        self._was_taken = True
        return {"type": "http.request", "body": self._request.content or b"", "more_body": False}

    async def _send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
            self._headers = tuple(
                (name.decode("latin-1"), value.decode("latin-1"))
                for name, value in message["headers"]
            )
        else:
            self._body += message.get("body", b"")
