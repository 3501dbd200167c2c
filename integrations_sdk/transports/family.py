"""Sending by httpx, or by httpx2: a continuation of it that kept its names.

What a client opens for itself is one-connection lanes of the library's own transport. Neither
``httpx.Client`` nor a pool is above them: no redirects are followed, no cookies kept, no
``.netrc`` read, and no URL logged.
"""

from __future__ import annotations

import logging
import os
import socket
import ssl
import time
from contextlib import aclosing, closing
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, Final

import anyio
import attrs

from integrations_sdk.core.errors import ConfigurationError
from integrations_sdk.core.transport import (
    AsyncTransport,
    Fault,
    Headers,
    Request,
    Response,
    Transport,
)

from .connections import DEADLINE, AsyncBackend, AsyncSingle, Backend, Single, out_of_step
from .encoding import decoded
from .environment import proxy_for
from .lanes import OVERDUE, AsyncLanes, Lanes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_EXPIRY: Final = 5.0  # seconds that a connection is kept without a request, as httpx does
_GRACE: Final = 0.05  # seconds after the deadline that a task is ended whose library slept on

# Names of exceptions raised before the first byte of a request leaves; any other may come after it.
_UNSENT: Final = {
    "ConnectError",
    "ConnectTimeout",
    "InvalidURL",
    "LocalProtocolError",
    "PoolTimeout",
    "ProxyError",
    "UnsupportedProtocol",
}
# The next attempt would end the same.
_LASTING: Final = {"InvalidURL", "LocalProtocolError", "UnsupportedProtocol"}

_WORDS: Final = {
    "ConnectTimeout": "no connection within the connect timeout",
    "InvalidURL": "the address cannot be a URL",
    "LocalProtocolError": "the request cannot be written as HTTP",
    "PoolTimeout": "no free connection within the connect timeout",
    "ProxyError": "the proxy refused",
    "ReadTimeout": "no answer within the read timeout",
    "RemoteProtocolError": "the connection was closed before a whole answer came",
    "WriteTimeout": "the request was not taken within the read timeout",
}


@attrs.frozen(eq=False)
class Library:
    """A library of the family: the module itself, and that of its connections."""

    httpx: Any
    httpcore: Any

    def lanes(self) -> Lanes:
        """Return lanes for threads."""
        return Lanes(lambda origin: Given(self.httpx, self._lane(origin), origin))

    def async_lanes(self) -> AsyncLanes:
        """Return lanes for tasks."""
        return AsyncLanes(lambda origin: AsyncGiven(self.httpx, self._async_lane(origin), origin))

    def _lane(self, origin: str) -> Any:
        backend = Backend(self.httpcore)
        class_, proxy = self.httpx.HTTPTransport, proxy_for(origin)
        if proxy is not None:
            return self._by_proxy(class_, origin, proxy, backend)
        return _direct(class_, Single(self._connect(self.httpcore.HTTPConnection, origin, backend)))

    def _async_lane(self, origin: str) -> Any:
        backend = AsyncBackend(self.httpcore)
        class_, proxy = self.httpx.AsyncHTTPTransport, proxy_for(origin)
        if proxy is not None:
            return self._by_proxy(class_, origin, proxy, backend)
        class_of_connection = self.httpcore.AsyncHTTPConnection
        return _direct(class_, AsyncSingle(self._connect(class_of_connection, origin, backend)))

    def _connect(self, class_: Any, origin: str, backend: Any) -> Callable[[Any], Any]:
        context = self._tls(origin)
        return lambda to: class_(
            to, ssl_context=context, keepalive_expiry=_EXPIRY, network_backend=backend
        )

    def _by_proxy(self, class_: Any, origin: str, proxy: str, backend: Any) -> Any:
        try:
            limits = self.httpx.Limits(max_connections=1, keepalive_expiry=_EXPIRY)
            verify = self._tls(origin) or ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            lane = class_(verify=verify, proxy=proxy, limits=limits)
        except (ImportError, ValueError, self.httpx.InvalidURL) as error:
            problem = str(error) if isinstance(error, ImportError) else "is not a proxy's URL"
        else:
            lane._pool._network_backend = backend
            return lane
        # outside of the handler: the exception's frames hold the proxy's password
        raise ConfigurationError(f"the proxy in the environment cannot be used: {problem}")

    def _tls(self, origin: str) -> ssl.SSLContext | None:
        if not origin.startswith("https:"):
            return None  # never used, and 50 ms cheaper
        settings = (os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))
        return _trusted(self.httpx.create_ssl_context, settings)


@lru_cache(maxsize=4)
def _trusted(
    create: Callable[[], ssl.SSLContext], _settings: tuple[str | None, str | None]
) -> ssl.SSLContext:
    """Load the trusted certificates once for each setting of the variables that httpx reads."""
    return create()


def _direct(class_: Any, single: Single) -> Any:
    """Make a transport of the library that sends by one connection rather than by a pool.

    It is one of the library's own, so that what patches that, as respx does, sees every request.
    There is no argument for this; a test on sockets fails if the attribute is renamed.
    """
    transport = class_.__new__(class_)
    transport._pool = single
    return transport


class Sending:
    """What the synchronous transports of both libraries have in common."""

    def __init__(self, library: Library, inner: Any) -> None:
        self._way: Transport = library.lanes() if inner is None else Given(library.httpx, inner)

    def send(self, request: Request) -> Response:
        """Send a request and read the whole response; raises a Fault."""
        return self._way.send(request)

    def close(self) -> None:
        """Close the client, the transport or the connections."""
        self._way.close()


class AsyncSending:
    """What the asynchronous transports of both libraries have in common."""

    def __init__(self, library: Library, inner: Any) -> None:
        self._way: AsyncTransport = (
            library.async_lanes() if inner is None else AsyncGiven(library.httpx, inner)
        )

    async def send(self, request: Request) -> Response:
        """Send a request and read the whole response; raises a Fault."""
        return await self._way.send(request)

    async def aclose(self) -> None:
        """Close the client, the transport, or the connections of this event loop."""
        await self._way.aclose()


class _Given:
    """What is the same on both faces."""

    def __init__(self, httpx: Any, inner: Any, *, is_client: bool, origin: str | None) -> None:
        self._httpx = httpx
        self._inner = inner
        self._is_client = is_client
        self._raised = (httpx.HTTPError, httpx.InvalidURL)
        self._address = address_class(httpx)
        self._origin = None if origin is None else httpx.URL(origin)

    def _outgoing(self, request: Request) -> Any:
        if self._origin is not None:
            return self._prepared(request, self._origin)
        made = self._httpx.Request(
            request.method,
            request.url,
            headers=_headers(request),
            content=request.content,
            extensions=_extensions(request),
        )
        made.url = self._address(made.url, request.url)
        return made

    def _prepared(self, request: Request, origin: Any) -> Any:
        """Do without what httpx does for any address and any body: a fifth of a call's cost."""
        content = request.content or b""
        headers = [("host", origin.netloc.decode()), *_headers(request)]
        if request.content is not None or request.method in {"POST", "PUT", "PATCH"}:
            headers.append(("content-length", str(len(content))))
        made = self._httpx.Request(
            request.method,
            origin,
            headers=headers,
            stream=self._httpx.ByteStream(content),
            extensions=_extensions(request),
        )
        made.url = self._address(origin, request.url)
        made.read()
        return made


class Given(_Given):
    """Sends by a client or a transport of the library."""

    def __init__(self, httpx: Any, inner: Any, origin: str | None = None) -> None:
        is_client = isinstance(inner, httpx.Client)
        super().__init__(httpx, inner, is_client=is_client, origin=origin)

    def send(self, request: Request) -> Response:
        """Send a request and read the whole response; raises a Fault."""
        check_deadline(request)
        before = DEADLINE.set(request.deadline)
        try:
            return self._exchange(request)
        except self._raised as error:
            fault = fault_of(error, request)
        except KeyboardInterrupt as interrupt:
            raise interrupt.with_traceback(None)  # noqa: B904 -- itself; frames below hold the body
        finally:
            DEADLINE.reset(before)
        raise fault  # outside of the handler: its exception holds the request

    def _exchange(self, request: Request) -> Response:
        sent = self._outgoing(request)
        with closing(self._open(sent)) as response:
            if response.is_stream_consumed:  # a hook of the user's read it
                return incoming(response, response.content)
            content = b"".join(_until(request.deadline, response.stream))
            if (connection := out_of_step(response.stream)) is not None:
                connection.close()
            return incoming(response, inflated(content, response))

    def _open(self, request: Any) -> Any:
        if self._is_client:
            return self._inner.send(request, stream=True, follow_redirects=False)
        return self._inner.handle_request(request)

    def close(self) -> None:
        """Close the client or the transport."""
        self._inner.close()


class AsyncGiven(_Given):
    """Sends by an asynchronous client or transport of the library."""

    def __init__(self, httpx: Any, inner: Any, origin: str | None = None) -> None:
        is_client = isinstance(inner, httpx.AsyncClient)
        super().__init__(httpx, inner, is_client=is_client, origin=origin)

    async def send(self, request: Request) -> Response:
        """Send a request and read the whole response; raises a Fault."""
        check_deadline(request)
        before = DEADLINE.set(request.deadline)
        try:
            with anyio.move_on_after(request.deadline - time.monotonic() + _GRACE):
                return await self._exchange(request)
            fault = Fault(OVERDUE, sent=True, overdue=True)
        except self._raised as error:
            fault = fault_of(error, request)
        except anyio.get_cancelled_exc_class() as cancelled:
            raise cancelled.with_traceback(None)  # noqa: B904 -- itself; frames below hold the body
        finally:
            DEADLINE.reset(before)
        raise fault  # outside of the handler: its exception holds the request

    async def _exchange(self, request: Request) -> Response:
        sent = self._outgoing(request)
        async with aclosing(await self._open(sent)) as response:
            if response.is_stream_consumed:  # a hook of the user's read it
                return incoming(response, response.content)
            content = b"".join([part async for part in response.stream])
            if (connection := out_of_step(response.stream)) is not None:
                await connection.aclose()
            return incoming(response, inflated(content, response))

    async def _open(self, request: Any) -> Any:
        if self._is_client:
            return await self._inner.send(request, stream=True, follow_redirects=False)
        return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        """Close the client or the transport."""
        await self._inner.aclose()


def check_deadline(request: Request) -> None:
    """Raise a Fault when there is no time left to send a request."""
    if time.monotonic() >= request.deadline:
        raise Fault(OVERDUE, sent=False, overdue=True)


def _headers(request: Request) -> tuple[tuple[str, str], ...]:
    if any(name == "accept-encoding" for name, _ in request.headers):
        return request.headers
    return (("accept-encoding", "gzip, deflate"), *request.headers)


def _extensions(request: Request) -> dict[str, Any]:
    left = request.deadline - time.monotonic()
    connect = min(request.timeout.connect, left)
    silence = min(request.timeout.read, left)
    return {"timeout": {"connect": connect, "pool": connect, "read": silence, "write": silence}}


def incoming(response: Any, content: bytes) -> Response:
    """Return our form of a response."""
    return Response(response.status_code, Headers(response.headers.multi_items()), content)


def inflated(content: bytes, response: Any) -> bytes:
    """Return the body of an answer that may be compressed; raises a Fault."""
    encoding = response.headers.get("content-encoding")
    if encoding is None:
        return content
    try:
        return decoded(content, encoding)
    except ValueError:
        fault = Fault("the answer's compression is broken", sent=True)
    raise fault


def fault_of(error: Exception, request: Request) -> Fault:
    """Tell what an exception of the library means; its own words may quote the request."""
    names = {class_.__name__ for class_ in type(error).__mro__}
    sent = names.isdisjoint(_UNSENT)
    if "TimeoutException" in names and time.monotonic() >= request.deadline:
        return Fault(OVERDUE, sent=sent, overdue=True)
    cause = _os_error(error)
    if isinstance(cause, ssl.SSLCertVerificationError):
        reason = f"the server's certificate is not trusted: {cause.verify_message}"
        return Fault(reason, sent=False, lasting=True)
    words = "no connection" if not sent else "the connection was lost"
    reason = _WORDS.get(type(error).__name__, words)
    if cause is not None:
        reason = f"{reason}: {_words_of(cause)}"
    return Fault(reason, sent=sent, lasting=not names.isdisjoint(_LASTING))


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


def _until(deadline: float, parts: Iterable[bytes]) -> Iterator[bytes]:
    for part in parts:
        yield part
        if time.monotonic() >= deadline:
            raise Fault(OVERDUE, sent=True, overdue=True)


class _WithoutQuery(logging.Filter):
    """Leaves the query of our requests, where a key may travel, out of what a client logs."""

    def __init__(self, address: type[Any]) -> None:
        super().__init__()
        self._address = address

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(map(self._without_query, record.args))
        return True

    def _without_query(self, arg: Any) -> Any:
        return arg.copy_with(query=None) if isinstance(arg, self._address) else arg


@lru_cache
def address_class(httpx: Any) -> type[Any]:
    """Make the class of the addresses of our requests, and keep a library from logging their query.

    An address of ours is sent as it is: a transport reads its origin and its path, and only what
    asks for more of it, such as respx or a hook, has it parsed.
    """

    class Address(httpx.URL):  # type: ignore[misc]  # a class of either library
        raw_scheme = raw_host = raw_path = b""  # plain attributes in the place of properties
        port: int | None = None

        def __init__(self, origin: Any, text: str) -> None:
            self.raw_scheme, self.raw_host, self.port = (
                origin.raw_scheme,
                origin.raw_host,
                origin.port,
            )
            self.raw_path = text[text.index("/", len("https://")) :].encode("ascii")
            self._text = text

        @cached_property
        def _uri_reference(self) -> Any:
            return httpx.URL(self._text)._uri_reference

    logging.getLogger(httpx.__name__).addFilter(_WithoutQuery(Address))
    return Address
