"""The clients of pyreqwest that a transport opens, and what they are told."""

from __future__ import annotations

import math
import os
import threading
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias
from urllib.parse import urlsplit

from integrations_sdk.core.errors import ConfigurationError

from ..environment import proxy_for
from ..faults import origin_of
from ..turns import EXPIRY, MOST, Turns

if TYPE_CHECKING:
    from integrations_sdk.core.transport import Request

    from .library import Client, Library

_CLIENTS: Final = 32
# A short deadline is a connection's timeout too, rounded up to this, so that calls share a client.
_STEP: Final = 0.1
GRACE: Final = 0.05
"""The library tells which of its timeouts ended a call but for the last one, so that one is later
by so many seconds."""
_PROXIES: Final = frozenset({"http", "https", "socks5", "socks5h"})
_NO_PEM: Final = "ca_file, SSL_CERT_FILE or certificate holds nothing that can be used"
_CERTIFICATE: Final = b"-----BEGIN CERTIFICATE-----"
_TWICE: Final = "a process that was forked from a forked process cannot use the fast transport"

_Key: TypeAlias = tuple[str, float, float, bool]
"""Whose client it is: an origin, the two timeouts, and whether it is for the main thread."""


class Clients:
    """The library's clients: it sets the proxy and some timeouts for a whole client.

    Its threads do not survive a fork, and their connections stay the parent's.
    """

    def __init__(
        self,
        library: Library,
        way: Way,
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
        self._opened: dict[_Key, Client] = {}
        self._lock = threading.Lock()
        self._process = os.getpid()
        self.main: int | None = threading.main_thread().ident
        self.turns: Turns = Turns()

    def here(self) -> Clients:
        """Return this, with nothing in it that is another process's."""
        if self._process != os.getpid():
            _LEFT_TO_PARENTS.append(self._opened)
            self._begin()
        return self

    def of(self, request: Request, left: float, *, apart: bool) -> Client:
        """Return the client for a request that has some seconds left."""
        read = request.timeout.read
        # Only the end of this timeout tells that nothing was sent, so no other may come before it.
        connect = min(request.timeout.connect, read)
        if left < connect:
            connect = min(connect, rounded(left))
        key: _Key = (origin_of(request), connect, read, apart)
        return self._opened.get(key) or self._open(key)

    def _open(self, key: _Key) -> Client:
        with self._lock:
            client = self._opened.get(key)
            if client is None:
                client = self._make(*key[:3])
                while len(self._opened) >= _CLIENTS:
                    del self._opened[next(iter(self._opened))]  # it lives on for its last calls
                self._opened[key] = client
            return client

    def _make(self, origin: str, connect: float, read: float) -> Client:
        """Make a client, in the library's usual mode or, in a forked process, in its other one."""
        problem = _TWICE
        for multithreaded in (False, True):
            builder = self._builder(origin, connect, read).runtime_multithreaded(multithreaded)
            try:
                if self._authorities is not None:
                    builder.add_root_certificate_pem(self._authorities)
                if self._identity is not None:
                    builder.identity_pem(self._identity)
                client: Client = builder.build()
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
            .max_connections(MOST)
            .pool_timeout(timedelta(seconds=connect))
            .pool_max_idle_per_host(MOST)
            .pool_idle_timeout(timedelta(seconds=EXPIRY))
            .connect_timeout(timedelta(seconds=connect))
            .read_timeout(timedelta(seconds=read + GRACE))
        )

    def forget_main(self) -> None:
        """Forget the clients of the main thread: one of them was closed."""
        with self._lock:
            self._opened = {key: c for key, c in self._opened.items() if not key[3]}

    def forget_all(self) -> list[Client]:
        """Forget every client, and return them to be closed."""
        with self.here()._lock:
            clients, self._opened = [*self._opened.values()], {}
        return clients


_LEFT_TO_PARENTS: Final[list[object]] = []
"""Clients of a process that forked this one: to let go of them would disturb its connections."""


class Way:
    """The proxy that was given, or the environment's. Its repr shows no password."""

    def __init__(self, given: str | None, *, trust_env: bool) -> None:
        self._given = given
        self._trust_env = trust_env

    @property
    def given(self) -> bool:
        """Whether the proxy was given."""
        return self._given is not None

    def proxy(self, library: Library, origin: str) -> object | None:
        """Return the library's form of the proxy to an origin, or None for none."""
        try:
            return self._proxy(library, origin)
        except ValueError:
            where = "proxy" if self.given else "proxy in the environment"
        # outside of the handler: the exception's frames hold the proxy's password
        raise ConfigurationError(f"the {where} cannot be used: is not a proxy's URL")

    def _proxy(self, library: Library, origin: str) -> object | None:
        url = self._given
        if url is None and self._trust_env:
            url = _of_environment(origin)
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


def rounded(seconds: float) -> float:
    """Return a short time rounded up, so that few different ones are in use."""
    return max(1, math.ceil(seconds / _STEP)) * _STEP
