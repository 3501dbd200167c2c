"""Sending by one connection of httpcore, which is the engine of httpx, or of httpcore2, of httpx2.

Neither ``httpx.Client`` nor a pool is above it: no redirects are followed, no cookies kept, no
``.netrc`` read, and no URL logged. httpx itself is imported only for a proxy, or when something
wants to see its requests.
"""

from __future__ import annotations

import os
import ssl
import sys
from contextlib import aclosing, closing
from functools import lru_cache, partial
from importlib import import_module
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import anyio
import attrs

from integrations_sdk.core.errors import ConfigurationError
from integrations_sdk.core.transport import (
    AsyncTransport,
    Headers,
    Request,
    Response,
    Transport,
)
from integrations_sdk.core.travel import reopening

from .bodies import Body
from .connections import DEADLINE, AsyncBackend, AsyncSingle, Backend, Single, out_of_step
from .environment import proxy_for
from .faults import check_deadline, extensions_of, fault_of, headers_of
from .lanes import AsyncLanes, Lanes
from .loggers import keep_headers_out_of_logs
from .turns import EXPIRY

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator, Mapping


@attrs.frozen
class Library:
    """A library of the family.

    Attributes:
        name: Its own.
        engine: That of what it sends by.
        trusted: Loads whom it trusts by default; takes ``trust_env``.
        trust_env: Whether the environment tells proxies and certificates.
    """

    name: str
    engine: str
    trusted: Callable[[bool], ssl.SSLContext]
    trust_env: bool = True

    @property
    def httpx(self) -> Any:
        """The library."""
        return import_module(self.name)

    @property
    def httpcore(self) -> Any:
        """Its engine."""
        return import_module(self.engine)

    def transport(self, inner: Any) -> Transport:
        """Return what sends by a client or a transport of the library, or by its engine."""
        keep_headers_out_of_logs(self.engine)
        if inner is None:
            return Lanes(self._lane)
        from .family import Given

        return Given(self.httpx, inner)

    def async_transport(self, inner: Any) -> AsyncTransport:
        """Do the same for the asynchronous face."""
        keep_headers_out_of_logs(self.engine)
        if inner is None:
            return AsyncLanes(self._async_lane)
        from .family import AsyncGiven

        return AsyncGiven(self.httpx, inner)

    def watched(self, face: str, method: str) -> bool:
        """Tell whether somebody looks on: a method of a transport or of a pool is not its own.

        Mocks such as respx, recorders and tracers put a function of theirs in its place. Who has
        not imported httpx cannot have done that to it.
        """
        return not (
            _is_own(sys.modules.get(self.name), f"{face}HTTPTransport", method)
            and _is_own(sys.modules.get(self.engine), f"{face}ConnectionPool", method)
        )

    def raised(self, error: Exception) -> bool:
        """Tell whether an exception is theirs: of the engine, or of what stands in for it."""
        return type(error).__module__.partition(".")[0] in {self.name, self.engine, "h11"}

    def _lane(self, origin: str) -> Transport:
        if (proxy := self._proxy(origin)) is not None:
            return self.lane_of_httpx(origin, proxy)
        return Lane(self, origin, Single(self._connect("HTTPConnection", origin, Backend)))

    def _async_lane(self, origin: str) -> AsyncTransport:
        if (proxy := self._proxy(origin)) is not None:
            return self.async_lane_of_httpx(origin, proxy)
        connect = self._connect("AsyncHTTPConnection", origin, AsyncBackend)
        return AsyncLane(self, origin, AsyncSingle(connect))

    def _proxy(self, origin: str) -> str | None:
        return proxy_for(origin) if self.trust_env else None

    def _connect(
        self, class_: str, origin: str, backend: Callable[[Any], Any]
    ) -> Callable[[], Any]:
        httpcore = self.httpcore
        return partial(
            getattr(httpcore, class_),
            httpcore.URL(origin).origin,
            ssl_context=self._tls(origin),
            keepalive_expiry=EXPIRY,
            network_backend=backend(httpcore),
        )

    def lane_of_httpx(self, origin: str, proxy: str | None = None) -> Transport:
        """Return a lane that is a whole transport of httpx: for a proxy, and for who looks on."""
        from .family import Given

        backend = Backend(self.httpcore)
        lane = self._whole("HTTPTransport", origin, proxy, backend)
        return Given(self.httpx, lane, partial(backend.has_layers, _layers(origin, proxy)))

    def async_lane_of_httpx(self, origin: str, proxy: str | None = None) -> AsyncTransport:
        """Do the same for the asynchronous face."""
        from .family import AsyncGiven

        backend = AsyncBackend(self.httpcore)
        lane = self._whole("AsyncHTTPTransport", origin, proxy, backend)
        return AsyncGiven(self.httpx, lane, partial(backend.has_layers, _layers(origin, proxy)))

    def _whole(self, class_: str, origin: str, proxy: str | None, backend: object) -> Any:
        httpx = self.httpx
        try:
            limits = httpx.Limits(max_connections=1, keepalive_expiry=EXPIRY)
            verify = self._tls(origin) or ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            lane = getattr(httpx, class_)(verify=verify, proxy=proxy, limits=limits)
        except (ImportError, ValueError, httpx.InvalidURL) as error:
            problem = str(error) if isinstance(error, ImportError) else "is not a proxy's URL"
        else:
            # There is no argument for this; a test on sockets fails if it is renamed.
            lane._pool._network_backend = backend
            return lane
        # outside of the handler: the exception's frames hold the proxy's password
        raise ConfigurationError(f"the proxy in the environment cannot be used: {problem}")

    def _tls(self, origin: str) -> ssl.SSLContext | None:
        if not origin.lower().startswith("https:"):
            return None  # never used, and 50 ms cheaper
        told: Mapping[str, str] = os.environ if self.trust_env else {}
        return _trusted(self, told.get("SSL_CERT_FILE"), told.get("SSL_CERT_DIR"))


def _layers(origin: str, proxy: str | None) -> int:
    """Return how many layers of TLS there are before a byte of a request goes to its server.

    None are counted without a proxy: httpx tells then by its exceptions.
    """
    if proxy is None or not origin.lower().startswith("https:"):
        return 0
    return 2 if proxy.lower().startswith("https:") else 1


class Sending:
    """What the synchronous transports of both libraries have in common."""

    def __init__(self, way: Transport, options: dict[str, object] | None) -> None:
        self._way = way
        self._options = options

    def __reduce__(self) -> tuple[object, ...]:
        return reopening(self, self._options)

    def send(self, request: Request) -> Response:
        """Send a request and read the whole response; raises a Fault."""
        return self._way.send(request)

    def close(self) -> None:
        """Close the client, the transport or the connections."""
        self._way.close()


class AsyncSending:
    """What the asynchronous transports of both libraries have in common."""

    def __init__(self, way: AsyncTransport, options: dict[str, object] | None) -> None:
        self._way = way
        self._options = options

    def __reduce__(self) -> tuple[object, ...]:
        return reopening(self, self._options)

    async def send(self, request: Request) -> Response:
        """Send a request and read the whole response; raises a Fault."""
        return await self._way.send(request)

    async def aclose(self) -> None:
        """Close the client, the transport, or the connections of this event loop."""
        await self._way.aclose()


@lru_cache(maxsize=4)
def _trusted(library: Library, file: str | None, directory: str | None) -> ssl.SSLContext:
    """Load the trusted certificates once for each setting of the variables that httpx reads."""
    if not file and not directory:
        return library.trusted(library.trust_env)
    try:
        return ssl.create_default_context(cafile=file, capath=None if file else directory)
    except OSError as error:  # as ssl.SSLError is
        problem = error.strerror or "no certificates"
    raise ConfigurationError(f"SSL_CERT_FILE or SSL_CERT_DIR cannot be used: {problem}")


def _is_own(module: ModuleType | None, class_: str, method: str) -> bool:
    """Tell whether a method is the one that its library came with."""
    found = getattr(module, class_, None)
    if found is None:
        return True
    function = getattr(found, method)
    if type(function) is not FunctionType:
        return False
    return bool(function.__globals__["__name__"].startswith(f"{found.__module__}._"))


class _Nothing:
    """A body that is not there: httpcore would send an empty one by a step of its own."""

    def __iter__(self) -> Iterator[bytes]:
        return iter(())

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for part in self:
            yield part


_NOTHING: Final = _Nothing()


class _Lane:
    """What is the same on both faces."""

    def __init__(self, library: Library, origin: str, single: Any) -> None:
        self._library = library
        self._single = single
        self._httpcore = library.httpcore
        parts = urlsplit(origin)
        self._origin = origin
        self._host: tuple[bytes, bytes] = (b"host", parts.netloc.encode())
        self._to = {
            "scheme": parts.scheme.encode(),
            "host": (parts.hostname or "").encode(),
            "port": parts.port,
        }

    def _outgoing(self, request: Request) -> Any:
        headers = [(name.encode(), value.encode()) for name, value in headers_of(request)]
        given = {name.lower() for name, _ in headers}
        has_body = request.content is not None or request.method in {"POST", "PUT", "PATCH"}
        if has_body and b"content-length" not in given:
            headers.insert(0, (b"content-length", b"%d" % len(request.content or b"")))
        if b"host" not in given:
            headers.insert(0, self._host)
        target = request.url[len(self._origin) :]
        return self._httpcore.Request(
            request.method,
            self._httpcore.URL(target=target if target[:1] == "/" else f"/{target}", **self._to),
            headers=headers,
            content=_NOTHING if request.content is None else request.content,
            extensions=extensions_of(request),
        )


class Lane(_Lane):
    """Sends by one connection."""

    _shown: Transport | None = None  # what is used as long as somebody looks on

    def send(self, request: Request) -> Response:
        """Send a request and read the whole response; raises a Fault."""
        if self._library.watched("", "handle_request"):
            self._shown = self._shown or self._library.lane_of_httpx(self._origin)
            return self._shown.send(request)
        check_deadline(request)
        before = DEADLINE.set(request.deadline)
        try:
            return self._exchange(request)
        except Exception as error:
            if not self._library.raised(error):
                raise
            fault = fault_of(error, request)
        except KeyboardInterrupt as interrupt:
            raise interrupt.with_traceback(None)  # noqa: B904 -- itself; frames below hold the body
        finally:
            DEADLINE.reset(before)
        raise fault  # outside of the handler: its exception holds the request

    def _exchange(self, request: Request) -> Response:
        with closing(self._single.handle_request(self._outgoing(request))) as response:
            headers, body = _begun(response, request)
            for part in response.stream:
                body.add(part)
            if (connection := out_of_step(response.stream)) is not None:
                connection.close()
            return _ended(response, headers, body)

    def close(self) -> None:
        """Close the connection."""
        self._single.close()
        if self._shown is not None:
            self._shown.close()


class AsyncLane(_Lane):
    """Sends by one connection, for tasks."""

    _shown: AsyncTransport | None = None  # what is used as long as somebody looks on

    async def send(self, request: Request) -> Response:
        """Send a request and read the whole response; raises a Fault."""
        if self._library.watched("Async", "handle_async_request"):
            self._shown = self._shown or self._library.async_lane_of_httpx(self._origin)
            return await self._shown.send(request)
        check_deadline(request)
        before = DEADLINE.set(request.deadline)
        try:
            return await self._exchange(request)
        except Exception as error:
            if not self._library.raised(error):
                raise
            fault = fault_of(error, request)
        except anyio.get_cancelled_exc_class() as cancelled:
            raise cancelled.with_traceback(None)  # noqa: B904 -- itself; frames below hold the body
        finally:
            DEADLINE.reset(before)
        raise fault  # outside of the handler: its exception holds the request

    async def _exchange(self, request: Request) -> Response:
        response = await self._single.handle_async_request(self._outgoing(request))
        async with aclosing(response):
            headers, body = _begun(response, request)
            async for part in response.stream:
                body.add(part)
            if (connection := out_of_step(response.stream)) is not None:
                await connection.aclose()
            return _ended(response, headers, body)

    async def aclose(self) -> None:
        """Close the connection."""
        await self._single.aclose()
        if self._shown is not None:
            await self._shown.aclose()


def _begun(response: Any, request: Request) -> tuple[Headers, Body]:
    headers = Headers((n.decode("latin-1"), v.decode("latin-1")) for n, v in response.headers)
    return headers, Body(request.limit, headers.get("content-length"))


def _ended(response: Any, headers: Headers, body: Body) -> Response:
    return Response(response.status, headers, body.content(headers.get("content-encoding")))
