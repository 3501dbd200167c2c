"""What carries a request to the application: a socket's connection, or a caller in this process.

Beside what ASGI has, a line can be cut and can wait. Whoever serves the application puts one into
the scope, below ``LINE``; where nobody did, a stand-in does what ASGI alone allows.
"""

import asyncio
from typing import Protocol

from starlette.types import Receive, Scope

LINE = "integrations_sdk.line"
"""Where a scope has its line."""


class Line(Protocol):
    """What carries one request.

    Attributes:
        is_immediate: Whether a request is all there from the start, so that nobody has to wait for
            it; then no event loop is needed to answer it.
    """

    is_immediate: bool

    def cut(self, *, reached: bool) -> None:
        """Cut the connection without an answer, or without the rest of one.

        Args:
            reached: Whether the caller is to think that the request may have reached the server.
                A socket cannot deny it.
        """
        ...

    async def wait(self, seconds: float) -> None:
        """Keep the caller waiting."""
        ...


class UnknownLine:
    """The line of a server that tells nothing of its connections."""

    is_immediate: bool = False

    def cut(self, *, reached: bool) -> None:
        """Fail, which makes a server drop the connection, or answer 500."""
        del reached
        raise ConnectionResetError("the sandbox was told to cut the connection")

    async def wait(self, seconds: float) -> None:
        """Sleep."""
        await asyncio.sleep(seconds)


class SocketLine(UnknownLine):
    """A connection of asyncio's.

    Args:
        transport: Its end here.
    """

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport

    def cut(self, *, reached: bool) -> None:
        """Close the connection, with what was not sent yet."""
        del reached
        self._transport.abort()


def line_of(scope: Scope) -> Line:
    """Return what carries a request."""
    line: Line = scope.get(LINE) or UnknownLine()
    return line


async def gone(receive: Receive) -> None:
    """Wait until a server has noticed that the connection was cut."""
    while (await receive())["type"] != "http.disconnect":
        pass
