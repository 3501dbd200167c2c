"""The httpx2 transport: any client or transport of httpx2, or connections of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from integrations_sdk.core.errors import ConfigurationError

from .family import AsyncSending, Library, Sending

if TYPE_CHECKING:
    import httpx2


class Httpx2Transport(Sending):
    """Sends by httpx2, synchronously.

    Args:
        inner: A client or a transport of httpx2, as
            [HttpxTransport][integrations_sdk.HttpxTransport] takes one of httpx. Without one,
            connections are opened as for a client that is given no transport, but by httpx2.

    Raises:
        ConfigurationError: When httpx2 is not installed.
    """

    def __init__(self, inner: httpx2.Client | httpx2.BaseTransport | None = None) -> None:
        super().__init__(_library(), inner)


class AsyncHttpx2Transport(AsyncSending):
    """Sends by httpx2, asynchronously.

    Args:
        inner: A client or a transport of httpx2, as
            [AsyncHttpxTransport][integrations_sdk.AsyncHttpxTransport] takes one of httpx. Without
            one, connections are opened as for a client that is given no transport, but by httpx2.

    Raises:
        ConfigurationError: When httpx2 is not installed.
    """

    def __init__(self, inner: httpx2.AsyncClient | httpx2.AsyncBaseTransport | None = None) -> None:
        super().__init__(_library(), inner)


def _library() -> Library:
    try:
        import httpcore2
        import httpx2
    except ModuleNotFoundError:
        pass  # raised below, without the search for it
    else:
        return Library(httpx2, httpcore2)
    raise ConfigurationError("httpx2 is not installed: pip install 'integrations-sdk[httpx2]'")
