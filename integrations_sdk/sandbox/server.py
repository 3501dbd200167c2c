"""Runs an ASGI application in a thread of its own, and gives up connections that hold it up."""

import asyncio
import contextlib
import socket
import threading
from collections.abc import Callable

import h11
import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from integrations_sdk.sandbox.errors import SandboxError
from integrations_sdk.sandbox.guard import PATIENCE
from integrations_sdk.sandbox.line import LINE, SocketLine

HIGHEST_PORT = 65535


class BackgroundServer:
    """A running HTTP server; ``stop`` ends it.

    Args:
        app: What answers.
        host: The address to listen on.
        port: The port to listen on; 0 takes a free one.
        patience: Seconds that a client may take to send the head of a request, and to take
            an answer that is larger than the buffers on the way.

    Raises:
        SandboxError: The address cannot be listened on.
    """

    def __init__(self, app: ASGIApp, *, host: str, port: int, patience: float = PATIENCE) -> None:
        # Listening starts here, so a busy port is the caller's error and nobody is turned away.
        self._socket = _listen(host, port)
        self.port: int = self._socket.getsockname()[1]
        self._server = _Server(
            uvicorn.Config(
                app,
                http=type("_PatientConnection", (_Connection,), {"patience": patience}),
                loop="asyncio",
                ws="none",
                lifespan="off",
                log_config=None,
                proxy_headers=False,
                server_header=False,
                timeout_keep_alive=60,
                timeout_graceful_shutdown=1,
            )
        )
        self._thread = threading.Thread(target=self._run, name="integrations-sandbox", daemon=True)
        self._thread.start()
        self._server.ready.wait()

    def _run(self) -> None:
        try:
            asyncio.run(self._server.serve(sockets=[self._socket]))
        finally:
            self._socket.close()
            self._server.ready.set()  # nobody is to wait for a server that could not start

    def stop(self) -> None:
        """Stop listening, drop all connections and end the thread."""
        self._server.end()
        self._thread.join()


class _Connection(H11Protocol):
    """One connection, which does not wait for ever.

    uvicorn would, for the head of a request and for a client to take its answer, and so slow
    clients could use up what the process may open. Bodies are the guard's to wait for.

    Attributes:
        patience: Seconds until a connection that waits in these ways is dropped.
    """

    patience: float = PATIENCE

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        # An access log would show query strings, and a key may travel there. uvicorn's own setting
        # takes the handlers of a logger away, for the whole process; it logs again when one comes
        # later, and pytest brings one to each test.
        self.access_log = False
        super().connection_made(transport)
        self._head = self._drop_later()
        self._answer: asyncio.TimerHandle | None = None
        app, line = self.app, SocketLine(transport)

        async def carried(scope: Scope, receive: Receive, send: Send) -> None:
            scope[LINE] = line
            await app(scope, receive, send)

        self.app = carried

    def handle_events(self) -> None:
        super().handle_events()
        unread, _ = self.conn.trailing_data
        if self.conn.their_state is not h11.IDLE or not unread:
            self._head.cancel()
        elif self._head.cancelled():  # the next head has begun
            self._head = self._drop_later()

    def pause_writing(self) -> None:
        self._answer = self._drop_later()
        super().pause_writing()

    def resume_writing(self) -> None:
        if self._answer is not None:
            self._answer.cancel()
        super().resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        for deadline in (self._head, self._answer):
            if deadline is not None:
                deadline.cancel()
        super().connection_lost(exc)

    def _drop_later(self) -> asyncio.TimerHandle:
        return self.loop.call_later(self.patience, self.transport.abort)


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()
        self._wake: Callable[[], object] = lambda: None

    def end(self) -> None:
        """End the server, from another thread."""
        self.should_exit = True
        self._wake()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        self.ready.set()

    async def main_loop(self) -> None:
        # uvicorn's own looks ten times a second whether to end. This one is told, because tests
        # start and stop many servers, and ticks only to keep the Date header right.
        waker = asyncio.Event()
        loop = asyncio.get_running_loop()
        self._wake = lambda: loop.call_soon_threadsafe(waker.set)
        while not await self.on_tick(0):
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(waker.wait(), timeout=1)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        # Answers are made without awaiting, so whoever is not served yet is a slow client: waiting
        # would only delay the end.
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        await super().shutdown(sockets=sockets)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    if not 0 <= port <= HIGHEST_PORT:
        raise SandboxError(f"Cannot listen on port {port}: ports go from 0 to {HIGHEST_PORT}")
    try:
        listener = socket.create_server((host, port), family=family)
    except OSError as error:
        message = f"Cannot listen on {host} port {port}: {error.strerror or error}"
        raise SandboxError(message) from error
    # Connections inherit this. asyncio sets it only on sockets made with an explicit protocol
    # number, and without it each answer waits 40 ms for the client's acknowledgement.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener
