"""What httpx and httpcore leave open: how long a connection may wait, and what it may keep.

httpcore2 has the same names as httpcore, so that all of this serves both: they come as a module.
"""

from __future__ import annotations

import math
import socket
import ssl
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Final

import anyio

from integrations_sdk.core import clock as time
from integrations_sdk.core.transport import LONGEST

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

DEADLINE: Final[ContextVar[float]] = ContextVar("deadline", default=math.inf)
"""When to give up the request that this thread or task is about, on the clock of
``time.monotonic``."""

_PART: Final = 64 * 1024  # bytes
_WAY: Final = ("_stream", "_httpcore_stream", "_connection")


class Single:
    """One connection at a time, which is replaced when it is not good any longer.

    Args:
        connect: Makes a connection of httpcore; nothing is opened by that yet.
    """

    def __init__(self, connect: Callable[[], Any]) -> None:
        self._connect = connect
        self._connection: Any = None

    def handle_request(self, request: Any) -> Any:
        """Send a request, by the same connection as the last one if that is still good."""
        if not self._is_good():
            self.close()
            self._connection = self._connect()
        return self._connection.handle_request(request)

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.close()

    def _is_good(self) -> bool:
        connection = self._connection
        return connection is not None and connection.is_idle() and not connection.has_expired()


class AsyncSingle(Single):
    """The same for tasks."""

    async def handle_async_request(self, request: Any) -> Any:
        """Send a request, by the same connection as the last one if that is still good."""
        if not self._is_good():
            await self.aclose()
            self._connection = self._connect()
        return await self._connection.handle_async_request(request)

    async def aclose(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            await self._connection.aclose()


class _Opening:
    """What backends of both faces know: how far the last connection that they opened has come."""

    def __init__(self, httpcore: Any) -> None:
        self._httpcore = httpcore
        self._layers = 0

    def has_layers(self, count: int) -> bool:
        """Tell whether so many layers of TLS are agreed upon: a proxy's own, and the server's."""
        return self._layers >= count

    def add_layer(self) -> None:
        """Take note of one more."""
        self._layers += 1


class _Stream:
    """A connection that waits no longer than the deadline of the request that it serves.

    The timeouts of httpx begin anew with every byte, so that a server which sends one byte of a
    header now and then would hold its thread for ever.
    """

    def __init__(self, stream: Any, httpcore: Any, opening: _Opening) -> None:
        self._stream = stream
        self._httpcore = httpcore
        self._opening = opening

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        data: bytes = self._stream.read(max_bytes, _clipped(timeout, self._httpcore.ReadTimeout))
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for start in range(0, len(buffer), _PART):  # the timeout begins anew with each part
            part = buffer[start : start + _PART]
            self._stream.write(part, _clipped(timeout, self._httpcore.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None
    ) -> _Stream:
        try:
            timeout = _clipped(timeout, self._httpcore.ConnectTimeout)
            inner = self._stream.start_tls(ssl_context, server_hostname, timeout)
        except BaseException:
            self._stream.close()
            raise
        self._opening.add_layer()
        return _Stream(inner, self._httpcore, self._opening)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class Backend(_Opening):
    """Opens connections that keep to deadlines."""

    def __init__(self, httpcore: Any) -> None:
        super().__init__(httpcore)
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, *args: Any, **kwargs: Any
    ) -> _Stream:
        """Open a connection: to the first address of the host that takes one."""
        self._layers = 0
        end = time.monotonic() + _clipped(timeout, self._httpcore.ConnectTimeout)
        error: Exception = self._httpcore.ConnectError("the host has no address")
        for address in self._addresses(host, port):
            left = max(0.001, end - time.monotonic())
            try:
                stream = self._inner.connect_tcp(address, port, left, *args, **kwargs)
            except (self._httpcore.ConnectError, self._httpcore.ConnectTimeout) as failed:
                error = failed
            else:
                return _Stream(stream, self._httpcore, self)
            if time.monotonic() >= end:
                break
        raise error

    def _addresses(self, host: str, port: int) -> Iterator[str]:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise self._httpcore.ConnectError("the host's name cannot be resolved") from error
        return (str(address[0]) for *_, address in found)


class _AsyncStream:
    """The same for tasks."""

    def __init__(self, stream: Any, httpcore: Any, opening: _Opening) -> None:
        self._stream = stream
        self._httpcore = httpcore
        self._opening = opening

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109
        timeout = _clipped(timeout, self._httpcore.ReadTimeout)
        try:
            data: bytes = await self._stream.read(max_bytes, timeout)
        except ssl.SSLError as error:  # httpcore maps it on the synchronous face alone
            raise self._httpcore.ReadError(str(error)) from error
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109
        timeout = _clipped(timeout, self._httpcore.WriteTimeout)
        try:
            if buffer:
                await self._stream.write(buffer, timeout)
        except ssl.SSLError as error:  # the same
            raise self._httpcore.WriteError(str(error)) from error

    async def aclose(self) -> None:
        await self._stream.aclose()

    async def start_tls(
        self,
        ssl_context: Any,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109
    ) -> _AsyncStream:
        try:
            timeout = _clipped(timeout, self._httpcore.ConnectTimeout)
            inner = await self._stream.start_tls(ssl_context, server_hostname, timeout)
        except BaseException:  # httpcore leaves it open when the task is cancelled
            with anyio.CancelScope(shield=True):
                await self._stream.aclose()
            raise
        self._opening.add_layer()
        return _AsyncStream(inner, self._httpcore, self._opening)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class AsyncBackend(_Opening):
    """Opens connections that keep to deadlines, for tasks."""

    def __init__(self, httpcore: Any) -> None:
        super().__init__(httpcore)
        self._inner = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109
        *args: Any,
        **kwargs: Any,
    ) -> _AsyncStream:
        """Open a connection."""
        self._layers = 0
        timeout = _clipped(timeout, self._httpcore.ConnectTimeout)
        stream = await self._inner.connect_tcp(host, port, timeout, *args, **kwargs)
        return _AsyncStream(stream, self._httpcore, self)


def _clipped(timeout: float | None, error: Callable[[str], Exception]) -> float:
    """Return how long a wait may take before the deadline."""
    left = DEADLINE.get() - time.monotonic()
    if left <= 0:
        raise error("the deadline passed")
    return min(left, LONGEST if timeout is None else timeout)


def out_of_step(part: Any) -> Any:
    """Return the connection of a body when, at the body's end, bytes are left in it.

    httpcore would take what came too much for the answer to the next request. A test on sockets
    fails if httpx or httpcore rename what leads from the one to the other.
    """
    while part is not None:
        if (parser := getattr(part, "_h11_state", None)) is not None:
            return part if parser.trailing_data[0] else None
        steps = (getattr(part, name, None) for name in _WAY)
        part = next((step for step in steps if step is not None), None)
    return None
