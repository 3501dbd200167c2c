"""The httpx transport: any ``httpx.Client`` or ``httpx.BaseTransport``, or one of its own.

What is opened by default is httpx's own transport without ``httpx.Client`` above it: no redirects
are followed, no cookies kept, no ``.netrc`` read, and no URL logged.
"""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import ssl
import time
from contextlib import aclosing, closing
from functools import lru_cache
from typing import TYPE_CHECKING, Final, TypeVar
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass
from weakref import WeakKeyDictionary

import anyio
import httpx

from integrations_sdk.core.errors import ConfigurationError
from integrations_sdk.core.settings import is_loopback
from integrations_sdk.core.transport import Fault, Headers, Request, Response

from .connections import DEADLINE, Backend, Body

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

T = TypeVar("T")

_LIMITS: Final = httpx.Limits(max_connections=100, max_keepalive_connections=20)
_log: Final = logging.getLogger("httpx")
_OVERDUE: Final = "the deadline passed"
# httpx's own timeouts end at the deadline and tell whether anything was sent; only what slips past
# them, a server that sends a byte now and then, is ended this many seconds later.
_GRACE: Final = 0.05

# Raised before the first byte of a request leaves; any other may come after it.
_UNSENT: Final = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.InvalidURL,
    httpx.LocalProtocolError,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)
# The next attempt would end the same.
_LASTING: Final = (httpx.InvalidURL, httpx.LocalProtocolError, httpx.UnsupportedProtocol)

_WORDS: Final[dict[type[Exception], str]] = {
    httpx.ConnectTimeout: "no connection within the connect timeout",
    httpx.DecodingError: "the answer's compression is broken",
    httpx.InvalidURL: "the address cannot be a URL",
    httpx.LocalProtocolError: "the request cannot be written as HTTP",
    httpx.PoolTimeout: "no free connection within the connect timeout",
    httpx.ProxyError: "the proxy refused",
    httpx.ReadTimeout: "no answer within the read timeout",
    httpx.RemoteProtocolError: "the connection was closed before a whole answer came",
    httpx.WriteTimeout: "the request was not taken within the read timeout",
}


class _Address(httpx.URL):
    """The address of a request of ours."""


class _WithoutQuery(logging.Filter):
    """Leaves the query of our requests, where a key may travel, out of what httpx logs."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(
                arg.copy_with(query=None) if isinstance(arg, _Address) else arg
                for arg in record.args
            )
        return True


_FILTER: Final = _WithoutQuery()


class HttpxTransport:
    """Sends by httpx, synchronously.

    Args:
        inner: A client or a transport of yours, with your proxies, certificates and hooks. It
            stays yours: a client of this library leaves it open. Its timeouts are httpx's own,
            which begin anew with every byte of a header: a server that drips can outlast a
            deadline. The transport that a client opens for itself keeps to it.
    """

    def __init__(self, inner: httpx.Client | httpx.BaseTransport) -> None:
        self._inner = inner
        _log.addFilter(_FILTER)

    def send(self, request: Request) -> Response:
        """Send a request and read the whole response; raises a Fault."""
        check_deadline(request)
        before = DEADLINE.set(request.deadline)
        try:
            with closing(self._open(outgoing(request))) as response:
                response.stream = Body(response.stream)
                content = b"".join(_until(request.deadline, response.iter_bytes()))
                return incoming(response, content)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            fault = fault_of(error, request)
        except KeyboardInterrupt as interrupt:
            raise interrupt.with_traceback(None)  # noqa: B904 -- itself; frames below hold the body
        finally:
            DEADLINE.reset(before)
        raise fault  # outside of the handler: its exception holds the request

    def _open(self, request: httpx.Request) -> httpx.Response:
        if isinstance(self._inner, httpx.Client):
            return self._inner.send(request, stream=True, follow_redirects=False)
        return self._inner.handle_request(request)

    def close(self) -> None:
        """Close the client or the transport."""
        self._inner.close()


class AsyncHttpxTransport:
    """Sends by httpx, asynchronously.

    Args:
        inner: A client or a transport of yours, with your proxies, certificates and hooks. It
            stays yours: a client of this library leaves it open.
    """

    def __init__(self, inner: httpx.AsyncClient | httpx.AsyncBaseTransport) -> None:
        self._inner = inner
        _log.addFilter(_FILTER)

    async def send(self, request: Request) -> Response:
        """Send a request and read the whole response; raises a Fault."""
        check_deadline(request)
        try:
            with anyio.move_on_after(request.deadline - time.monotonic() + _GRACE):
                async with aclosing(await self._open(outgoing(request))) as response:
                    response.stream = Body(response.stream)
                    return incoming(response, b"".join([c async for c in response.aiter_bytes()]))
            fault = Fault(_OVERDUE, sent=True, overdue=True)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            fault = fault_of(error, request)
        except anyio.get_cancelled_exc_class() as cancelled:
            raise cancelled.with_traceback(None)  # noqa: B904 -- itself; frames below hold the body
        raise fault  # outside of the handler: its exception holds the request

    async def _open(self, request: httpx.Request) -> httpx.Response:
        if isinstance(self._inner, httpx.AsyncClient):
            return await self._inner.send(request, stream=True, follow_redirects=False)
        return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        """Close the client or the transport."""
        await self._inner.aclose()


def open_sync(base_url: str) -> HttpxTransport:
    """Open a transport for one base URL, with the proxy and the certificates of the environment.

    Raises:
        ConfigurationError: When the environment's proxy is none that httpx can use.
    """
    transport = _by_proxy(
        lambda proxy: httpx.HTTPTransport(verify=_tls_for(base_url), proxy=proxy, limits=_LIMITS),
        base_url,
    )
    # httpx has no argument for what httpcore offers; a test on sockets fails if this is renamed.
    transport._pool._network_backend = Backend()  # pyright: ignore[reportPrivateUsage]
    return HttpxTransport(transport)


def open_async(base_url: str) -> AsyncHttpxTransport:
    """Do the same for the asynchronous face."""

    def open_() -> httpx.AsyncHTTPTransport:
        return _by_proxy(
            lambda proxy: httpx.AsyncHTTPTransport(
                verify=_tls_for(base_url), proxy=proxy, limits=_LIMITS
            ),
            base_url,
        )

    return AsyncHttpxTransport(_PerLoop(open_))


class _PerLoop(httpx.AsyncBaseTransport):
    """A pool for each event loop: the connections of one are of no use, and no harm, in another.

    So a client may outlive a loop, as it does between two calls of ``asyncio.run``, and may serve
    several loops in several threads.
    """

    def __init__(self, open_: Callable[[], httpx.AsyncBaseTransport]) -> None:
        self._open = open_
        self._first: httpx.AsyncBaseTransport | None = open_()  # now, so that a bad proxy shows
        self._pools: WeakKeyDictionary[asyncio.AbstractEventLoop, httpx.AsyncBaseTransport] = (
            WeakKeyDictionary()
        )

    def _here(self) -> httpx.AsyncBaseTransport:
        loop = asyncio.get_running_loop()
        pool = self._pools.get(loop)
        if pool is None:
            pool, self._first = self._first or self._open(), None
            self._pools[loop] = pool
        return pool

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return await self._here().handle_async_request(request)

    async def aclose(self) -> None:
        """Close the pool of this loop; those of others go with their loops."""
        await self._here().aclose()


def check_deadline(request: Request) -> None:
    """Raise a Fault when there is no time left to send a request."""
    if time.monotonic() >= request.deadline:
        raise Fault(_OVERDUE, sent=False, overdue=True)


def outgoing(request: Request) -> httpx.Request:
    """Return httpx's form of a request."""
    left = request.deadline - time.monotonic()
    connect = min(request.timeout.connect, left)
    silence = min(request.timeout.read, left)
    timeout = {"connect": connect, "pool": connect, "read": silence, "write": silence}
    made = httpx.Request(
        request.method,
        request.url,
        headers={"accept-encoding": "gzip, deflate", **dict(request.headers)},
        content=request.content,
        extensions={"timeout": timeout},
    )
    made.url = _Address(made.url)
    return made


def incoming(response: httpx.Response, content: bytes) -> Response:
    """Return our form of a response."""
    return Response(response.status_code, Headers(response.headers.multi_items()), content)


def fault_of(error: httpx.HTTPError | httpx.InvalidURL, request: Request) -> Fault:
    """Tell what an exception of httpx means; its own words may quote the request."""
    sent = not isinstance(error, _UNSENT)
    if isinstance(error, httpx.TimeoutException) and time.monotonic() >= request.deadline:
        return Fault(_OVERDUE, sent=sent, overdue=True)
    cause = _os_error(error)
    if isinstance(cause, ssl.SSLCertVerificationError):
        reason = f"the server's certificate is not trusted: {cause.verify_message}"
        return Fault(reason, sent=False, lasting=True)
    words = "no connection" if not sent else "the connection was lost"
    reason = _WORDS.get(type(error), words)
    if cause is not None:
        reason = f"{reason}: {_words_of(cause)}"
    return Fault(reason, sent=sent, lasting=isinstance(error, _LASTING))


def _words_of(error: OSError) -> str:
    """Return what the system calls an error: asyncio puts words of its own in their place."""
    if isinstance(error, (socket.gaierror, ssl.SSLError)):  # their numbers are not the system's
        return str(error.strerror)
    return os.strerror(error.errno or 0)


def _os_error(error: BaseException) -> OSError | None:
    """Return the operating system's error at the root of an exception; its text is not ours."""
    found = None
    while (cause := error.__cause__ or error.__context__) is not None:
        error = cause
        if isinstance(error, OSError) and error.errno is not None:
            found = error
    return found


def _until(deadline: float, chunks: Iterator[bytes]) -> Iterator[bytes]:
    for chunk in chunks:
        yield chunk
        if time.monotonic() >= deadline:
            raise Fault(_OVERDUE, sent=True, overdue=True)


def _tls_for(base_url: str) -> ssl.SSLContext:
    if urlsplit(base_url).scheme != "https":
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # never used, and 50 ms cheaper
    return _tls(os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))


@lru_cache(maxsize=4)
def _tls(_file: str | None, _directory: str | None) -> ssl.SSLContext:
    """Load the trusted certificates once for each setting of the variables that httpx reads."""
    return httpx.create_ssl_context()


def _by_proxy(open_: Callable[[str | None], T], base_url: str) -> T:
    try:
        return open_(_proxy_for(base_url))
    except (ImportError, ValueError, httpx.InvalidURL) as error:
        problem = str(error) if isinstance(error, ImportError) else "is not a proxy's URL"
    # outside of the handler: the exception's frames hold the proxy's password
    raise ConfigurationError(f"the proxy in the environment cannot be used: {problem}")


def _proxy_for(base_url: str) -> str | None:
    """Return the environment's proxy; none for a loopback address, which is this machine's own."""
    parts = urlsplit(base_url)
    if parts.hostname is None or is_loopback(parts.hostname) or proxy_bypass(parts.hostname):
        return None
    proxies = getproxies()
    proxy = proxies.get(parts.scheme) or proxies.get("all")
    return proxy if proxy is None or "://" in proxy else f"http://{proxy}"
