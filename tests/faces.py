"""One test body for both faces of a client."""

from __future__ import annotations

import asyncio
import inspect
import sys
from collections.abc import AsyncIterable, Callable
from typing import Any

from integrations_sdk import AsyncHttpxTransport, HttpxTransport


class Face:
    """Makes clients of one face, and does with their results what their users do.

    ``face(client.integration.get(...))`` is the model on either face: returned, or awaited.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.is_async = name == "async"
        self._loop = asyncio.new_event_loop() if self.is_async else None
        self._clients: list[Any] = []

    def client(self, synchronous: type, *arguments: Any, **options: Any) -> Any:
        """Make a client of this face, by its synchronous class; closed at the end of the test."""
        name = f"Async{synchronous.__name__}" if self.is_async else synchronous.__name__
        client = getattr(sys.modules[synchronous.__module__], name)(*arguments, **options)
        self._clients.append(client)
        return client

    def losant(self, token: Any = "tok-SAMPLE-plain", **options: Any) -> Any:
        """Make a client of Losant."""
        from integrations_sdk import Losant  # here, so that the harness serves without it

        return self.client(Losant, token, **options)

    def transport(self, inner: Any) -> Any:
        """Wrap a transport of httpx that has both faces, such as ``httpx.MockTransport``."""
        return AsyncHttpxTransport(inner) if self.is_async else HttpxTransport(inner)

    def provider(self, function: Callable[[], Any]) -> Any:
        """Return a token provider: a coroutine function on the asynchronous face."""
        if not self.is_async:
            return function

        async def provide() -> Any:
            return function()

        return provide

    def __call__(self, result: Any) -> Any:
        """Return what a call of this face comes to."""
        if self._loop is None:
            return result
        return self._loop.run_until_complete(_awaited(result))

    def all(self, iterable: Any) -> list[Any]:
        """Walk what a list call returned, as a ``for`` or an ``async for`` does."""
        if self._loop is None:
            return list(iterable)
        return self._loop.run_until_complete(_collected(iterable))

    def within(self, session: Any, body: Callable[[Any], Any]) -> Any:
        """Run a function as the body of a ``with`` or an ``async with``, and return its result."""
        if self._loop is None:
            with session as value:
                return body(value)

        async def entered() -> Any:
            async with session as value:
                return await _awaited(body(value))

        return self._loop.run_until_complete(entered())

    def gather(self, *calls: Callable[[], Any]) -> list[Any]:
        """Run calls at the same time: in tasks, or one after the other."""
        if self._loop is None:
            return [call() for call in calls]

        async def together() -> list[Any]:
            return await asyncio.gather(*(_awaited(call()) for call in calls))

        return self._loop.run_until_complete(together())

    def close(self, client: Any) -> None:
        self(client.aclose() if self.is_async else client.close())

    def finish(self) -> None:
        """Close every client, and the event loop."""
        for client in self._clients:
            self.close(client)
        if self._loop is not None:
            self._loop.run_until_complete(_settled())
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
            self._loop.close()


async def _settled() -> None:
    """Let the generators that httpx leaves to the garbage collector come to their ends."""
    for _ in range(3):
        await asyncio.sleep(0)


async def _awaited(result: Any) -> Any:
    return await result if inspect.isawaitable(result) else result


async def _collected(iterable: AsyncIterable[Any]) -> list[Any]:
    return [item async for item in iterable]
