"""Sending by a client or a transport of httpx that a user brings along, or of httpx2.

httpx2 is a continuation of httpx that kept its names, so that one code serves both.
"""

from __future__ import annotations

from contextlib import aclosing, closing
from typing import TYPE_CHECKING, Any, Final

import anyio

from integrations_sdk.core import clock as time
from integrations_sdk.core.transport import Fault, Headers, Request, Response

from .bodies import Body
from .connections import DEADLINE, out_of_step
from .faults import OVERDUE, check_deadline, extensions_of, fault_of, headers_of
from .loggers import address_class

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_GRACE: Final = 0.05  # seconds after the deadline that a task is ended whose library slept on


class _Given:
    """What is the same on both faces."""

    def __init__(
        self, httpx: Any, inner: Any, reached: Callable[[], bool] | None, *, is_client: bool
    ) -> None:
        self._httpx = httpx
        self._inner = inner
        self._reached = reached or _perhaps
        self._is_client = is_client
        self._raised = (httpx.HTTPError, httpx.InvalidURL)
        self._address = address_class(httpx)

    def _outgoing(self, request: Request) -> Any:
        made = self._httpx.Request(
            request.method,
            request.url,
            headers=headers_of(request),
            content=request.content,
            extensions=extensions_of(request),
        )
        made.url = self._address(made.url)
        return made


class Given(_Given):
    """Sends by a client or a transport of the library.

    Args:
        httpx: The library.
        inner: The client or the transport.
        reached: Tells whether it has had a connection to the server; None when nobody knows.
    """

    def __init__(self, httpx: Any, inner: Any, reached: Callable[[], bool] | None = None) -> None:
        is_client = isinstance(inner, httpx.Client)
        super().__init__(httpx, inner, reached, is_client=is_client)

    def send(self, request: Request) -> Response:
        """Send a request and read the whole response; raises a Fault."""
        check_deadline(request)
        before = DEADLINE.set(request.deadline)
        try:
            return self._exchange(request)
        except self._raised as error:
            fault = fault_of(error, request, reached=self._reached())
        except KeyboardInterrupt as interrupt:
            raise interrupt.with_traceback(None)  # noqa: B904 -- itself; frames below hold the body
        finally:
            DEADLINE.reset(before)
        raise fault  # outside of the handler: its exception holds the request

    def _exchange(self, request: Request) -> Response:
        sent = self._outgoing(request)
        with closing(self._open(sent)) as response:
            if response.is_stream_consumed:
                return _as_read(response, request)
            headers, body = _begun(response, request)
            for part in _until(request.deadline, response.stream):
                body.add(part)
            if (connection := out_of_step(response.stream)) is not None:
                connection.close()
            return _ended(response, headers, body)

    def _open(self, request: Any) -> Any:
        if self._is_client:
            return self._inner.send(request, stream=True, follow_redirects=False)
        return self._inner.handle_request(request)

    def close(self) -> None:
        """Close the client or the transport."""
        self._inner.close()


class AsyncGiven(_Given):
    """Sends by an asynchronous client or transport of the library.

    Args:
        httpx: The library.
        inner: The client or the transport.
        reached: Tells whether it has had a connection to the server; None when nobody knows.
    """

    def __init__(self, httpx: Any, inner: Any, reached: Callable[[], bool] | None = None) -> None:
        is_client = isinstance(inner, httpx.AsyncClient)
        super().__init__(httpx, inner, reached, is_client=is_client)

    async def send(self, request: Request) -> Response:
        """Send a request and read the whole response; raises a Fault."""
        check_deadline(request)
        before = DEADLINE.set(request.deadline)
        try:
            with anyio.move_on_after(request.deadline - time.monotonic() + _GRACE):
                return await self._exchange(request)
            fault = Fault(OVERDUE, sent=self._reached(), overdue=True)
        except self._raised as error:
            fault = fault_of(error, request, reached=self._reached())
        except anyio.get_cancelled_exc_class() as cancelled:
            raise cancelled.with_traceback(None)  # noqa: B904 -- itself; frames below hold the body
        finally:
            DEADLINE.reset(before)
        raise fault  # outside of the handler: its exception holds the request

    async def _exchange(self, request: Request) -> Response:
        sent = self._outgoing(request)
        async with aclosing(await self._open(sent)) as response:
            if response.is_stream_consumed:
                return _as_read(response, request)
            headers, body = _begun(response, request)
            async for part in response.stream:
                body.add(part)
            if (connection := out_of_step(response.stream)) is not None:
                await connection.aclose()
            return _ended(response, headers, body)

    async def _open(self, request: Any) -> Any:
        if self._is_client:
            return await self._inner.send(request, stream=True, follow_redirects=False)
        return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        """Close the client or the transport."""
        await self._inner.aclose()


def _perhaps() -> bool:
    return True


def _begun(response: Any, request: Request) -> tuple[Headers, Body]:
    headers = Headers(response.headers.multi_items())
    return headers, Body(request.limit, headers.get("content-length"))


def _ended(response: Any, headers: Headers, body: Body) -> Response:
    content = body.content(headers.get("content-encoding"))
    return Response(response.status_code, headers, content)


def _as_read(response: Any, request: Request) -> Response:
    """Return our form of a response that a hook of the user's read: it is decompressed."""
    body = Body(request.limit, None)
    body.add(response.content)
    headers = Headers(response.headers.multi_items())
    return Response(response.status_code, headers, body.content(None))


def _until(deadline: float, parts: Iterable[bytes]) -> Iterator[bytes]:
    for part in parts:
        yield part
        if time.monotonic() >= deadline:
            raise Fault(OVERDUE, sent=True, overdue=True)
