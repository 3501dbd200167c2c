"""The door of the sandbox: who may call, how much they may send, and how slowly.

It stands in front of every path, so that no platform's module has to think of these things.
"""

import asyncio
import contextlib
import ipaddress
import uuid
from collections.abc import Callable
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from integrations_sdk.sandbox.line import line_of
from integrations_sdk.sandbox.platform import Refusal

MAX_BODY = 1024 * 1024
PATIENCE = 30.0
"""Seconds that a client may take to send a request's body."""

# After a refusal in mid-body, this much more of the body is read and thrown away. Closing at once
# would make the kernel reset the connection, and the client would lose the very answer.
_LINGER_BYTES = 8 * MAX_BODY
_LINGER_SECONDS = 1.0

_ANY_ADDRESS = {"", "0.0.0.0", "::"}  # noqa: S104 - compared with, not bound to


class Hosts:
    """The names that this server may be called by.

    A web page can make its visitor's browser call a local server, by pointing a name of its own at
    127.0.0.1 (DNS rebinding). The browser then sends that name as Host and Origin, so a name that
    is not ours gives the attack away. An address cannot be rebound: when the server was told to
    listen on all addresses, any address is taken.

    Args:
        bound: The host that the server listens on.
    """

    def __init__(self, bound: str) -> None:
        self._names = {"localhost", bound.lower()}
        self._any_address = bound in _ANY_ADDRESS

    def allow(self, authority: str) -> bool:
        """Tell whether ``host`` or ``host:port`` names this server."""
        try:
            host = urlsplit(f"//{authority}").hostname or ""
            if host in self._names:
                return True
            return ipaddress.ip_address(host).is_loopback or self._any_address
        except ValueError:
            return False

    def allow_origin(self, origin: str) -> bool:
        """Tell whether pages of an origin, such as ``http://localhost:5173``, are ours."""
        scheme, separator, authority = origin.partition("://")
        return bool(scheme and separator) and self.allow(authority)


class Guard:
    """An ASGI application in front of another one.

    Args:
        app: The application that is guarded; it gets whole bodies only.
        hosts: The names that this server may be called by.
        refuse: Shapes a refusal for the path of a request.
        patience: Seconds that a client may take to send a body.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        hosts: Hosts,
        refuse: Callable[[Scope, Refusal], Response],
        patience: float = PATIENCE,
    ) -> None:
        self._app = app
        self._hosts = hosts
        self._refuse = refuse
        self._patience = patience

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, by a refusal or through the guarded application."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        send = _numbered(send)
        try:
            body = await self._read(scope, receive)
        except ClientDisconnect:
            return
        except Refusal as refusal:
            await _hang_up(self._refuse(scope, refusal), scope, receive, send)
            return
        try:
            self._check_names(Headers(scope=scope))
        except Refusal as refusal:
            await self._refuse(scope, refusal)(scope, receive, send)
        else:
            await self._app(scope, _replay(body, receive), send)

    async def _read(self, scope: Scope, receive: Receive) -> bytes:
        headers = Headers(scope=scope)
        declared = headers.get("content-length", "")
        if declared.isdecimal() and int(declared) > MAX_BODY:
            raise _too_large()
        coding = headers.get("content-encoding", "")
        if coding.lower() not in {"", "identity"}:  # it may hold a thousand times what it weighs
            raise Refusal(415, f"A body of the Content-Encoding {coding!r} is not taken")
        if line_of(scope).is_immediate:
            return await _body(receive)
        try:
            return await asyncio.wait_for(_body(receive), self._patience)
        except asyncio.TimeoutError:
            message = f"The body did not arrive within {self._patience:g} seconds"
            raise Refusal(408, message) from None

    def _check_names(self, headers: Headers) -> None:
        for host in headers.getlist("host"):
            if not self._hosts.allow(host):
                raise Refusal(403, f"This sandbox is not the host {host!r}")
        for origin in headers.getlist("origin"):
            if not self._hosts.allow_origin(origin):
                raise Refusal(403, f"Pages of the origin {origin!r} may not call this sandbox")


def _numbered(send: Send) -> Send:
    async def numbered(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message)["X-Request-Id"] = uuid.uuid4().hex
        await send(message)

    return numbered


async def _body(receive: Receive) -> bytes:
    body = bytearray()
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        body += message.get("body", b"")
        if len(body) > MAX_BODY:
            raise _too_large()
        more = message.get("more_body", False)
    return bytes(body)


def _too_large() -> Refusal:
    return Refusal(413, f"The body is larger than {MAX_BODY} bytes")


def _replay(body: bytes, receive: Receive) -> Receive:
    """Give an application the body that was read before it."""
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return messages.pop() if messages else await receive()

    return replay


async def _hang_up(response: Response, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a request whose body is still on its way, and close the connection."""
    if line_of(scope).is_immediate:
        await response(scope, receive, send)
        return
    headers = [*response.raw_headers, (b"connection", b"close")]
    start = {"type": "http.response.start", "status": response.status_code, "headers": headers}
    await send(start)
    await send({"type": "http.response.body", "body": response.body, "more_body": True})
    with contextlib.suppress(asyncio.TimeoutError):
        await asyncio.wait_for(_discard(receive), _LINGER_SECONDS)
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _discard(receive: Receive) -> None:
    left = _LINGER_BYTES
    while left > 0:
        message = await receive()
        if not message.get("more_body", False):
            return
        left -= len(message["body"])
