"""The fast transport: pyreqwest, an HTTP client written in Rust, on either face.

It keeps the promises of the default transport at a fraction of its cost. What its library does
differently is said where it shows, in the two classes.
"""

from __future__ import annotations

import asyncio
import atexit
import math
import os
import signal
import socket
import threading
import time
from collections import deque
from contextlib import suppress
from datetime import timedelta
from functools import cache
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeAlias
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

from integrations_sdk.core.errors import ConfigurationError
from integrations_sdk.core.transport import Fault, Headers, Request, Response

from .encoding import decoded
from .environment import proxy_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from typing_extensions import Self

_CONNECTIONS: Final = 100
_IDLE_SECONDS: Final = 5.0
_CLIENTS: Final = 32
_LONGEST: Final = 2_000_000.0
# A short deadline is a connection's timeout too, rounded up to this, so that calls share a client.
_STEP: Final = 0.1
# The library tells which of its timeouts ended a call but for the last one, so that one is later.
_GRACE: Final = 0.05
_LAST_MOMENT: Final = 0.02
_PROXIES: Final = frozenset({"http", "https", "socks5", "socks5h"})
_WITH_BODY: Final = frozenset({"PATCH", "POST", "PUT"})
_NO_BODY: Final = (("content-length", "0"),)

_OVERDUE: Final = "the deadline passed"
_NO_PLACE: Final = "no free connection within the connect timeout"
_NO_PEM: Final = "ca_file, SSL_CERT_FILE or certificate holds nothing that can be used"
_CERTIFICATE: Final = b"-----BEGIN CERTIFICATE-----"
_TWICE: Final = "a process that was forked from a forked process cannot use the fast transport"

# How the library words what went wrong.
_CONNECTING: Final = "client error (Connect)"
_UNTRUSTED: Final = "invalid peer certificate: "
_REFUSED: Final = ("tunnel error: unsuccessful", "tunnel error: proxy authorization required")
_SYSTEM: Final = " (os error "
_LOOKUP: Final = "failed to lookup address information: "


_Key: TypeAlias = tuple[str, float, float, bool]
"""Whose client it is: an origin, the two timeouts, and whether it is for the main thread."""


class _Builder(Protocol):
    """A request of the library, while it is made."""

    def headers(self, headers: tuple[tuple[str, str], ...]) -> _Builder: ...

    def body_bytes(self, body: bytes) -> _Builder: ...

    def timeout(self, timeout: timedelta) -> _Builder: ...

    def build(self) -> _Prepared: ...


class _Prepared(Protocol):
    """A request of the library: its ``send`` returns an answer, or promises one."""

    def send(self) -> Any: ...  # noqa: ANN401 -- of either face


class _Client(Protocol):
    """A client of the library."""

    def request(self, method: str, url: object) -> _Builder: ...

    def close(self) -> Any: ...  # noqa: ANN401 -- of either face


class _AnswerHeaders(Protocol):
    """The headers of an answer."""

    def items(self) -> Iterable[tuple[str, str]]: ...

    def keys(self) -> Iterable[str]: ...

    def getall(self, key: str) -> list[str]: ...


class _Answer(Protocol):
    """What the library makes of an answer."""

    @property
    def status(self) -> int: ...

    @property
    def headers(self) -> _AnswerHeaders: ...

    def get_header(self, key: str) -> str | None: ...


class _Library:
    """What is used of pyreqwest. The first transport loads it.

    Raises:
        ConfigurationError: When it is not installed.
    """

    def __init__(self, face: str) -> None:
        try:
            from pyreqwest import client, exceptions, http, proxy
        except ImportError:
            found = False
        else:
            found = True
            self.builder: Callable[[], Any] = getattr(client, face)
            self.proxy: Callable[[str], object] = proxy.ProxyBuilder.all
            self.url: Callable[[str], object] = http.Url
            self.timeout: type[Exception] = exceptions.RequestTimeoutError
            self.pool_timeout: type[Exception] = exceptions.PoolTimeoutError
            self.closed: type[Exception] = exceptions.ClientClosedError
            self.builder_error: type[Exception] = exceptions.BuilderError
        if not found:
            raise ConfigurationError(
                "the fast transport needs pyreqwest, and that Python 3.11: "
                "pip install 'integrations-sdk[fast]'"
            )


class _Clients:
    """The library's clients: it sets the proxy and some timeouts for a whole client.

    Its threads do not survive a fork, and their connections stay the parent's.
    """

    def __init__(
        self,
        library: _Library,
        way: _Way,
        ca_file: str | os.PathLike[str] | None,
        certificate: str | os.PathLike[str] | None,
    ) -> None:
        self._library = library
        self._way = way
        authorities = ca_file or os.environ.get("SSL_CERT_FILE")
        self._authorities = _content(authorities, "ca_file" if ca_file else "SSL_CERT_FILE")
        if self._authorities is not None and _CERTIFICATE not in self._authorities:
            raise ConfigurationError(_NO_PEM)  # which the library would pass by
        self._identity = _content(certificate, "certificate")
        self._begin()
        if way.given or authorities or certificate:
            self._make("", 1.0, 1.0)  # now, so that what is wrong shows

    def _begin(self) -> None:
        self._opened: dict[_Key, _Client] = {}
        self._lock = threading.Lock()
        self._process = os.getpid()
        self.main = threading.main_thread().ident
        # A call takes one of these and gives it back, so that few threads wait at the same time.
        self.places: SimpleQueue[None] = SimpleQueue()
        for _ in range(_CONNECTIONS):
            self.places.put(None)

    def here(self) -> _Clients:
        """Return this, with nothing in it that is another process's."""
        if self._process != os.getpid():
            _LEFT_TO_PARENTS.append(self._opened)
            self._begin()
        return self

    def of(self, request: Request, left: float, *, apart: bool) -> _Client:
        """Return the client for a request that has some seconds left."""
        read = request.timeout.read
        # Only the end of this timeout tells that nothing was sent, so no other may come before it.
        connect = min(request.timeout.connect, read)
        if left < connect:
            connect = min(connect, _rounded(left))
        key: _Key = (_origin(request), connect, read, apart)
        return self._opened.get(key) or self._open(key)

    def _open(self, key: _Key) -> _Client:
        with self._lock:
            client = self._opened.get(key)
            if client is None:
                client = self._make(*key[:3])
                while len(self._opened) >= _CLIENTS:
                    del self._opened[next(iter(self._opened))]  # it lives on for its last calls
                self._opened[key] = client
            return client

    def _make(self, origin: str, connect: float, read: float) -> _Client:
        """Make a client, in the library's usual mode or, in a forked process, in its other one."""
        problem = _TWICE
        for multithreaded in (False, True):
            builder = self._builder(origin, connect, read).runtime_multithreaded(multithreaded)
            try:
                if self._authorities is not None:
                    builder.add_root_certificate_pem(self._authorities)
                if self._identity is not None:
                    builder.identity_pem(self._identity)
                client: _Client = builder.build()
            except RuntimeError:
                continue
            except (ValueError, self._library.builder_error):
                problem = _NO_PEM
                break
            return client
        raise ConfigurationError(problem)  # outside of the handler, whose frames hold a key

    def _builder(self, origin: str, connect: float, read: float) -> Any:  # noqa: ANN401 -- of either face
        builder = self._library.builder().no_proxy()
        proxy = self._way.proxy(self._library, origin)
        if proxy is not None:
            builder.proxy(proxy)
        return (
            builder.follow_redirects(False)
            .referer(False)
            .user_agent("")
            .default_headers([("accept-encoding", "gzip, deflate")])
            .gzip(False)
            .deflate(False)
            .brotli(False)
            .zstd(False)
            .max_connections(_CONNECTIONS)
            .pool_timeout(timedelta(seconds=connect))
            .pool_max_idle_per_host(_CONNECTIONS)
            .pool_idle_timeout(timedelta(seconds=_IDLE_SECONDS))
            .connect_timeout(timedelta(seconds=connect))
            .read_timeout(timedelta(seconds=read + _GRACE))
        )

    def forget_main(self) -> None:
        """Forget the clients of the main thread: one of them was closed."""
        with self._lock:
            self._opened = {key: c for key, c in self._opened.items() if not key[3]}

    def forget_all(self) -> list[_Client]:
        """Forget every client, and return them to be closed."""
        with self.here()._lock:
            clients, self._opened = [*self._opened.values()], {}
        return clients


_LEFT_TO_PARENTS: Final[list[object]] = []
"""Clients of a process that forked this one: to let go of them would disturb its connections."""


class _Way:
    """The proxy that was given, or the environment's. Its repr shows no password."""

    def __init__(self, given: str | None) -> None:
        self.given = given is not None
        self._given = given

    def proxy(self, library: _Library, origin: str) -> object | None:
        """Return the library's form of the proxy to an origin, or None for none."""
        try:
            return self._proxy(library, origin)
        except ValueError:
            where = "proxy" if self.given else "proxy in the environment"
        # outside of the handler: the exception's frames hold the proxy's password
        raise ConfigurationError(f"the {where} cannot be used: is not a proxy's URL")

    def _proxy(self, library: _Library, origin: str) -> object | None:
        url = self._given if self.given else _of_environment(origin)
        if url is None:
            return None
        if urlsplit(url).scheme not in _PROXIES:
            raise ValueError  # which the library would pass by
        return library.proxy(url)


def _of_environment(origin: str) -> str | None:
    try:
        return proxy_for(origin)
    except ValueError:
        return None  # there is no such address, as sending will tell


def _content(path: str | os.PathLike[str] | None, name: str) -> bytes | None:
    if not path:
        return None
    try:
        return Path(path).read_bytes()
    except OSError as error:
        problem = os.strerror(error.errno or 0)
    raise ConfigurationError(f"the file of {name} cannot be read: {problem}")


def _rounded(seconds: float) -> float:
    return max(1, math.ceil(seconds / _STEP)) * _STEP


def _origin(request: Request) -> str:
    """Return the scheme and the authority of an address: all that a client of ours depends on."""
    end = request.url.find("/", len("https://"))
    return (request.url[:end] if end > 0 else request.url).partition("?")[0]


def _target(url: str) -> str:
    """Return what of an address goes to its server."""
    rest = url.partition("://")[2]
    authority = rest.partition("/")[0].partition("?")[0]
    return rest[len(authority) :].removeprefix("/")


def _left(request: Request) -> float:
    """Return how many seconds a request has left.

    Raises:
        Fault: When there are none.
    """
    left = request.deadline - time.monotonic()
    if left <= 0:
        raise Fault(_OVERDUE, sent=False, overdue=True)
    return left


def _no_place(request: Request) -> Fault:
    if time.monotonic() >= request.deadline:
        return Fault(_OVERDUE, sent=False, overdue=True)
    return Fault(_NO_PLACE, sent=False)


def _prepared(
    library: _Library, client: _Client, request: Request, left: float
) -> _Prepared | Fault:
    """Return the library's form of a request, or why it has none."""
    try:
        url = library.url(request.url)
    except ValueError:
        return Fault("the address cannot be a URL", sent=False, lasting=True)
    if (kept := str(url)) != request.url and _target(kept) != _target(request.url):
        return Fault("the address would not be sent as it is written", sent=False, lasting=True)
    try:
        builder = client.request(request.method, url).headers(request.headers)
        if request.content is not None:
            builder = builder.body_bytes(request.content)
        elif request.method in _WITH_BODY:
            builder = builder.headers(_NO_BODY)
        if left < _LONGEST:
            last = left if left >= request.timeout.connect else _rounded(left)
            builder = builder.timeout(timedelta(seconds=last + 2 * _GRACE))
        return builder.build()
    except ValueError:
        return Fault("the request cannot be written as HTTP", sent=False, lasting=True)


def _received(answer: _Answer, body: bytes) -> Response | Fault:
    """Return our form of an answer."""
    try:
        content = decoded(body, answer.get_header("content-encoding"))
    except ValueError:
        return Fault("the answer's compression is broken", sent=True)
    return Response(answer.status, _headers(answer.headers), content)


def _headers(headers: _AnswerHeaders) -> Headers:
    try:
        return Headers(headers.items())
    except ValueError:  # the library reads ASCII only
        return Headers(_readable(headers))


def _readable(headers: _AnswerHeaders) -> Iterable[tuple[str, str]]:
    for name in dict.fromkeys(headers.keys()):
        try:
            values = headers.getall(name)
        except ValueError:
            continue
        yield name, ", ".join(values)


def _fault(library: _Library, error: Exception, request: Request) -> Fault:
    """Tell what an exception of the library means; its own words quote the address."""
    details: Any = getattr(error, "details", None) or {}
    causes: list[str] = [cause["message"] for cause in details.get("causes") or ()]
    sent = _CONNECTING not in causes and not isinstance(error, library.pool_timeout)
    if isinstance(error, library.timeout):
        if time.monotonic() >= request.deadline:
            return Fault(_OVERDUE, sent=sent, overdue=True)
        if isinstance(error, library.pool_timeout):
            return Fault(_NO_PLACE, sent=False)
        words = "no answer within the read" if sent else "no connection within the connect"
        return Fault(f"{words} timeout", sent=sent)
    if isinstance(error, library.closed):
        return Fault("the transport was closed", sent=True)
    return _lost(causes) if sent else _unconnected(causes[-1])


def _lost(causes: list[str]) -> Fault:
    reason = "the connection was lost"
    if causes and _SYSTEM in causes[-1]:
        reason = f"{reason}: {causes[-1].partition(_SYSTEM)[0]}"
    elif causes:
        reason = "the connection was closed before a whole answer came"
    return Fault(reason, sent=True)


def _unconnected(cause: str) -> Fault:
    """Tell why there was no connection, in the words of the system, the resolver or TLS."""
    if cause.startswith(_UNTRUSTED):
        reason = f"the server's certificate is not trusted: {cause.removeprefix(_UNTRUSTED)}"
        return Fault(reason, sent=False, lasting=True)
    if cause in _REFUSED:
        return Fault("the proxy refused", sent=False)
    cause = cause.partition(_SYSTEM)[0].removeprefix(_LOOKUP)
    return Fault("no connection" if cause == _CONNECTING else f"no connection: {cause}", sent=False)


def _exchanged(
    library: _Library, client: _Client, request: Request, left: float
) -> Response | Fault:
    """Send a request, and return what came of it: exceptions of the library go no further."""
    prepared = _prepared(library, client, request, left)
    if isinstance(prepared, Fault):
        return prepared
    try:
        answer = prepared.send()
        return _received(answer, bytes(answer.bytes()))
    except Exception as error:  # noqa: BLE001 -- whatever it is, it may quote the request
        return _fault(library, error, request)


class _Ear:
    """Ends the main thread's wait for an answer when Ctrl-C is pressed.

    The library is deaf to signals while it waits. Python tells a socket of them at once, though,
    and a thread that listens there can close the client that waits; then Python sees the signal.
    """

    def __init__(self) -> None:
        self._waiting: _Client | None = None
        self._before = -1
        self._heard, self._told = socket.socketpair()
        self._told.setblocking(False)
        threading.Thread(target=self._listen, name="integrations-sdk", daemon=True).start()

    def _listen(self) -> None:
        while signals := self._heard.recv(64):
            by_default = signal.getsignal(signal.SIGINT) is signal.default_int_handler
            if signal.SIGINT in signals and by_default and (client := self._waiting) is not None:
                client.close()
            if self._before != -1:  # whoever listened before us is told too
                with suppress(OSError):
                    os.write(self._before, signals)

    def exchanged(
        self, library: _Library, client: _Client, request: Request, left: float
    ) -> Response | Fault:
        """Do what the function of this name does."""
        outer, self._waiting = self._waiting, client
        before = signal.set_wakeup_fd(self._told.fileno(), warn_on_full_buffer=False)
        if outer is None:
            self._before = before
        try:
            return _exchanged(library, client, request, left)
        finally:
            signal.set_wakeup_fd(before)
            self._waiting = outer


_ears: Final[list[_Ear]] = []
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_ears.clear)  # its thread does not survive a fork


def _exchanged_in_main(
    library: _Library, client: _Client, request: Request, left: float
) -> Response | Fault:
    """Do the same in the main thread, whose the signals are."""
    if not _ears:
        _ears.append(_Ear())
    return _ears[0].exchanged(library, client, request, left)


class FastTransport:
    """Sends by pyreqwest, synchronously. Needs ``pip install 'integrations-sdk[fast]'``.

    It is yours to close, by ``close()`` or as a context manager; a client of this library leaves
    it open. One transport serves any number of clients, threads and hosts. It differs from the
    default transport in this:

    - The read timeout bounds the wait for the whole head of an answer, connecting and sending
      included; after that, as usual, each wait for bytes of its body.
    - Each host and pair of timeouts has connections of its own, up to 100.
    - Ctrl-C ends a waiting call at once, but what was handed over is not taken back: it may still
      be sent, and its connection is open until an answer or a timeout comes. Handlers of your own
      for signals run when the call ends.
    - Names are resolved, certificates checked and errors worded by Rust libraries. Certificates
      are those of the system, or of ``SSL_CERT_FILE`` and ``SSL_CERT_DIR``.
    - Header names go out as ``Title-Case``. Of an answer, headers that are not ASCII are left out.
    - In a process that is forked it opens connections of its own; in one that is forked from that
      one again, it cannot be used.

    Args:
        proxy: The URL of a proxy for every call. The default is the environment's, and none for
            a loopback address.
        ca_file: A PEM file of certificates to trust, besides those of the system.
        certificate: A PEM file with a certificate of yours and its key, for servers that ask.

    Raises:
        ConfigurationError: When pyreqwest is not installed, or an argument cannot be used.
    """

    def __init__(
        self,
        *,
        proxy: str | None = None,
        ca_file: str | os.PathLike[str] | None = None,
        certificate: str | os.PathLike[str] | None = None,
    ) -> None:
        way = _Way(proxy)
        del proxy  # it may hold a password, which would be seen in a traceback from here
        self._library = _Library("SyncClientBuilder")
        self._clients = _Clients(self._library, way, ca_file, certificate)

    def send(self, request: Request) -> Response:
        """Send a request and read the whole response; raises a Fault."""
        left = _left(request)
        clients = self._clients.here()
        in_main = threading.get_ident() == clients.main
        try:
            clients.places.get(timeout=min(request.timeout.connect, left))
        except Empty:
            fault = _no_place(request)
        else:
            return self._exchanged(clients, request, in_main=in_main)
        raise fault

    def _exchanged(self, clients: _Clients, request: Request, *, in_main: bool) -> Response:
        left = request.deadline - time.monotonic()
        try:
            client = clients.of(request, left, apart=in_main)
            exchanged = _exchanged_in_main if in_main else _exchanged
            outcome = exchanged(self._library, client, request, left)
        except KeyboardInterrupt as interrupt:
            clients.forget_main()  # it was closed, and only this thread has calls on it
            interrupt.__context__ = None  # an exception of the library quotes the address
            raise interrupt.with_traceback(None)  # noqa: B904 -- itself; frames below hold the body
        finally:
            clients.places.put(None)
        if isinstance(outcome, Fault):
            raise outcome
        return outcome

    def close(self) -> None:
        """Close every connection, and end the calls that wait for one. A later call opens anew."""
        for client in self._clients.forget_all():
            client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class AsyncFastTransport:
    """Sends by pyreqwest, asynchronously, on asyncio. Needs ``integrations-sdk[fast]``.

    It is yours to close, by ``aclose()`` or as an asynchronous context manager; a client of this
    library leaves it open. One transport serves any number of clients and event loops. What is
    said of [FastTransport][integrations_sdk.transports.FastTransport] is true of it too; a task
    that is cancelled is like a call that is interrupted.

    Args:
        proxy: The URL of a proxy for every call. The default is the environment's, and none for
            a loopback address.
        ca_file: A PEM file of certificates to trust, besides those of the system.
        certificate: A PEM file with a certificate of yours and its key, for servers that ask.

    Raises:
        ConfigurationError: When pyreqwest is not installed, or an argument cannot be used.
    """

    def __init__(
        self,
        *,
        proxy: str | None = None,
        ca_file: str | os.PathLike[str] | None = None,
        certificate: str | os.PathLike[str] | None = None,
    ) -> None:
        way = _Way(proxy)
        del proxy  # it may hold a password, which would be seen in a traceback from here
        _leave_in_order()
        self._library = _Library("ClientBuilder")
        self._clients = _Clients(self._library, way, ca_file, certificate)
        self._places: WeakKeyDictionary[asyncio.AbstractEventLoop, _Places] = WeakKeyDictionary()

    async def send(self, request: Request) -> Response:
        """Send a request and read the whole response; raises a Fault."""
        left = _left(request)
        places = self._places_here()
        if not places.take():
            await places.wait(request, left)
            left = request.deadline - time.monotonic()
        try:
            client = self._clients.here().of(request, left, apart=False)
            outcome = await _promised(self._library, client, request, left)
        except asyncio.CancelledError as cancelled:
            raise cancelled.with_traceback(None)  # noqa: B904 -- itself; frames below hold the body
        finally:
            places.give()
        if isinstance(outcome, Fault):
            raise outcome
        return outcome

    def _places_here(self) -> _Places:
        loop = asyncio.get_running_loop()
        places = self._places.get(loop)
        if places is None:
            places = self._places[loop] = _Places()
        return places

    async def aclose(self) -> None:
        """Close every connection, and end the calls that wait for one. A later call opens anew."""
        for client in self._clients.forget_all():
            await client.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()


@cache
def _leave_in_order() -> None:
    """Let the library's thread get out of Python before Python ends.

    It tells an event loop of each answer; were Python to end meanwhile, the process would abort.
    """
    atexit.register(time.sleep, _LAST_MOMENT)


async def _promised(
    library: _Library, client: _Client, request: Request, left: float
) -> Response | Fault:
    """Do what is done on the synchronous face."""
    prepared = _prepared(library, client, request, left)
    if isinstance(prepared, Fault):
        return prepared
    try:
        answer = await prepared.send()
        return _received(answer, bytes(await answer.bytes()))
    except Exception as error:  # noqa: BLE001 -- whatever it is, it may quote the request
        return _fault(library, error, request)


class _Places:
    """How many calls may be under way in an event loop; the others wait in order.

    The library has such a limit too, but a call that is cancelled while it waits there is sent.
    """

    def __init__(self) -> None:
        self._free = _CONNECTIONS
        self._waiting: deque[asyncio.Future[bool]] = deque()

    def take(self) -> bool:
        """Take a place if one is free."""
        if not self._free:
            return False
        self._free -= 1
        return True

    def give(self) -> None:
        """Give a place back, to the first that waits."""
        while self._waiting:
            first = self._waiting.popleft()
            if not first.done():
                first.set_result(True)
                return
        self._free += 1

    async def wait(self, request: Request, left: float) -> None:
        """Wait for a place, and take it; raises a Fault."""
        loop = asyncio.get_running_loop()
        granted: asyncio.Future[bool] = loop.create_future()
        self._waiting.append(granted)
        seconds = min(request.timeout.connect, left)
        timer = loop.call_later(seconds, _refuse, granted)
        try:
            in_time = await granted
        except asyncio.CancelledError:
            if granted.done() and not granted.cancelled() and granted.result():
                self.give()
            raise
        finally:
            timer.cancel()
        if not in_time:
            raise _no_place(request)


def _refuse(granted: asyncio.Future[bool]) -> None:
    if not granted.done():
        granted.set_result(False)
