"""What httpx leaves open in its connections: how long they may wait, and what they may keep."""

from __future__ import annotations

import math
import time
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Final

import httpcore
import httpx

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator, Iterable, Iterator

DEADLINE: Final[ContextVar[float]] = ContextVar("deadline", default=math.inf)
"""When to give up the request that this thread is about, on the clock of ``time.monotonic``."""

_WAY: Final = ("_stream", "_httpcore_stream", "_connection")


class Body(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body that closes its connection when the server sent more than the body's length.

    httpcore would keep what came too much, and take it for the answer to the next request.
    """

    def __init__(self, inner: Any) -> None:  # noqa: ANN401 -- of either face
        self._inner = inner

    def __iter__(self) -> Iterator[bytes]:
        yield from self._inner
        if (connection := _out_of_step(self._inner)) is not None:
            connection.close()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for part in self._inner:
            yield part
        if (connection := _out_of_step(self._inner)) is not None:
            await connection.aclose()

    def close(self) -> None:
        """Give the connection back, or close it when the body was not read to its end."""
        self._inner.close()

    async def aclose(self) -> None:
        """Do the same on the asynchronous face."""
        await self._inner.aclose()


def _out_of_step(part: Any) -> Any:  # noqa: ANN401 -- there are no public names for these
    """Return a body's connection when, at the end of the body, bytes are left in it.

    A test on sockets fails if httpx or httpcore rename what leads from the one to the other.
    """
    while part is not None:
        if (parser := getattr(part, "_h11_state", None)) is not None:
            return part if parser.trailing_data[0] else None
        steps = (getattr(part, name, None) for name in _WAY)
        part = next((step for step in steps if step is not None), None)
    return None


class _Stream(httpcore.NetworkStream):
    """A connection that waits no longer than the deadline of the request that it serves.

    The timeouts of httpx begin anew with every byte, so that a server which sends one byte of a
    header now and then would hold its thread for ever.
    """

    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _clipped(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _clipped(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        timeout = _clipped(timeout, httpcore.ConnectTimeout)
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, timeout))

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401 -- as httpcore has it
        return self._stream.get_extra_info(info)


class Backend(httpcore.SyncBackend):
    """Opens connections that keep to deadlines."""

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Open a connection."""
        timeout = _clipped(timeout, httpcore.ConnectTimeout)
        return _Stream(super().connect_tcp(host, port, timeout, local_address, socket_options))


def _clipped(timeout: float | None, error: type[httpcore.TimeoutException]) -> float:
    """Return how long a wait may take before the deadline."""
    left = DEADLINE.get() - time.monotonic()
    if left <= 0:
        raise error("the deadline passed")
    return left if timeout is None else min(timeout, left)
