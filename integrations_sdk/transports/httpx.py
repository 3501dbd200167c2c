"""The httpx transport: any ``httpx.Client`` or ``httpx.BaseTransport``, or its own connections."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

from .direct import AsyncSending, Library, Sending

if TYPE_CHECKING:
    import httpx


def _trusted(_trust_env: bool) -> ssl.SSLContext:
    """Trust whom httpx does, without importing it for that."""
    import certifi

    return ssl.create_default_context(cafile=certifi.where())


def _library(trust_env: bool) -> Library:
    return Library("httpx", "httpcore", _trusted, trust_env)


class HttpxTransport(Sending):
    """Sends by httpx, synchronously.

    Args:
        inner: A client or a transport of yours, with your proxies, certificates and hooks. It
            stays yours: a client of this library leaves it open. Its timeouts are httpx's own,
            which begin anew with every byte of a header: a server that drips can outlast a
            deadline. Without one, connections are opened as for a client that is given no
            transport: these keep to deadlines.
        trust_env: Take proxies and certificates from the environment. One of yours does as you
            told it.
    """

    def __init__(
        self,
        inner: httpx.Client | httpx.BaseTransport | None = None,
        *,
        trust_env: bool = True,
    ) -> None:
        options: dict[str, object] | None = {"trust_env": trust_env} if inner is None else None
        super().__init__(_library(trust_env).transport(inner), options)


class AsyncHttpxTransport(AsyncSending):
    """Sends by httpx, asynchronously.

    Args:
        inner: A client or a transport of yours, with your proxies, certificates and hooks. It
            stays yours: a client of this library leaves it open. Without one, connections are
            opened as for a client that is given no transport.
        trust_env: Take proxies and certificates from the environment. One of yours does as you
            told it.
    """

    def __init__(
        self,
        inner: httpx.AsyncClient | httpx.AsyncBaseTransport | None = None,
        *,
        trust_env: bool = True,
    ) -> None:
        options: dict[str, object] | None = {"trust_env": trust_env} if inner is None else None
        super().__init__(_library(trust_env).async_transport(inner), options)
