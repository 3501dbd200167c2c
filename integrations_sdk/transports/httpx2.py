"""The httpx2 transport: any client or transport of httpx2, or connections of its own."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

from integrations_sdk.core.errors import ConfigurationError

from .direct import AsyncSending, Library, Sending

if TYPE_CHECKING:
    import ssl

    import httpx2


class Httpx2Transport(Sending):
    """Sends by httpx2, synchronously.

    Args:
        inner: A client or a transport of httpx2, as
            [HttpxTransport][integrations_sdk.HttpxTransport] takes one of httpx. Without one,
            connections are opened as for a client that is given no transport, but by httpx2.
        trust_env: Take proxies and certificates from the environment.

    Raises:
        ConfigurationError: When httpx2 is not installed.
    """

    def __init__(
        self,
        inner: httpx2.Client | httpx2.BaseTransport | None = None,
        *,
        trust_env: bool = True,
    ) -> None:
        options: dict[str, object] | None = {"trust_env": trust_env} if inner is None else None
        super().__init__(_library(trust_env).transport(inner), options)


class AsyncHttpx2Transport(AsyncSending):
    """Sends by httpx2, asynchronously.

    Args:
        inner: A client or a transport of httpx2, as
            [AsyncHttpxTransport][integrations_sdk.AsyncHttpxTransport] takes one of httpx. Without
            one, connections are opened as for a client that is given no transport, but by httpx2.
        trust_env: Take proxies and certificates from the environment.

    Raises:
        ConfigurationError: When httpx2 is not installed.
    """

    def __init__(
        self,
        inner: httpx2.AsyncClient | httpx2.AsyncBaseTransport | None = None,
        *,
        trust_env: bool = True,
    ) -> None:
        options: dict[str, object] | None = {"trust_env": trust_env} if inner is None else None
        super().__init__(_library(trust_env).async_transport(inner), options)


def _library(trust_env: bool) -> Library:
    if find_spec("httpx2") is None:
        raise ConfigurationError("httpx2 is not installed: pip install 'integrations-sdk[httpx2]'")
    return Library("httpx2", "httpcore2", _trusted, trust_env)


def _trusted(trust_env: bool) -> ssl.SSLContext:
    import httpx2

    return httpx2.create_ssl_context(trust_env=trust_env)
