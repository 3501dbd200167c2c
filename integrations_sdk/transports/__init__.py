"""How bytes move: one small protocol, and the libraries behind it.

A client opens the httpx transport unless it is given another one::

    client = Losant(transport=HttpxTransport(httpx.Client(proxy="http://proxy.example:3128")))
"""

from __future__ import annotations

from integrations_sdk.core.transport import (
    AsyncTransport,
    Fault,
    Headers,
    Request,
    Response,
    Transport,
    Transports,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .httpx import AsyncHttpxTransport, HttpxTransport

__all__ = [
    "DEFAULT",
    "AsyncHttpxTransport",
    "AsyncTransport",
    "Fault",
    "Headers",
    "HttpxTransport",
    "Request",
    "Response",
    "Transport",
]


if not TYPE_CHECKING:  # a checker that sees it believes in every name

    def __getattr__(name: str) -> object:
        if name in {"AsyncHttpxTransport", "HttpxTransport"}:
            from . import httpx

            return getattr(httpx, name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def _open(base_url: str) -> Transport:
    from .httpx import open_sync

    return open_sync(base_url)


def _open_async(base_url: str) -> AsyncTransport:
    from .httpx import open_async

    return open_async(base_url)


DEFAULT = Transports(sync=_open, asynchronous=_open_async)
"""The transport of a client that is given none."""
