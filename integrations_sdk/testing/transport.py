"""Transports that call a sandbox inside of the process, without a socket."""

from __future__ import annotations

from typing import TYPE_CHECKING

from integrations_sdk import transports
from integrations_sdk.core import clock

from .passage import Passage

if TYPE_CHECKING:
    from integrations_sdk.core.transport import Request, Response
    from integrations_sdk.sandbox import Sandbox


class SandboxTransport:
    """Calls a sandbox, whatever the host of an address says.

    Args:
        sandbox: What to call; it need not be started.
    """

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def send(self, request: Request) -> Response:
        """Send a request and read the whole response; raises a Fault."""
        pauses = Passage(self._sandbox.app, request).pauses()
        try:
            while True:
                try:
                    clock.sleep(next(pauses))
                except StopIteration as end:
                    response: Response = end.value
                    return response
        finally:
            pauses.close()

    def close(self) -> None:
        """Do nothing: there is no connection."""


class AsyncSandboxTransport:
    """Calls a sandbox from tasks, of whatever event loop.

    Args:
        sandbox: What to call; it need not be started.
    """

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    async def send(self, request: Request) -> Response:
        """Send a request and read the whole response; raises a Fault."""
        from anyio.lowlevel import checkpoint

        await checkpoint()  # as a socket does: others have their turn, and it can be cancelled
        pauses = Passage(self._sandbox.app, request).pauses()
        try:
            while True:
                try:
                    seconds = next(pauses)
                except StopIteration as end:
                    response: Response = end.value
                    return response
                await clock.asleep(seconds)
        finally:
            pauses.close()

    async def aclose(self) -> None:
        """Do nothing: there is no connection."""


class AsyncBriefTransport:
    """Opens a connection for each request, so that none is left when an event loop ends."""

    async def send(self, request: Request) -> Response:
        """Send a request and read the whole response; raises a Fault."""
        inner = transports.DEFAULT.asynchronous()
        try:
            return await inner.send(request)
        finally:
            await inner.aclose()

    async def aclose(self) -> None:
        """Do nothing: there is no connection."""
