"""How bytes move: one small protocol, and the libraries behind it.

A client opens the httpx transport unless it is given another one::

    client = Losant(transport=HttpxTransport(httpx.Client(proxy="http://proxy.example:3128")))
"""

from __future__ import annotations

from importlib import import_module

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
    from .fast import AsyncFastTransport, FastTransport
    from .httpx import AsyncHttpxTransport, HttpxTransport
    from .httpx2 import AsyncHttpx2Transport, Httpx2Transport

__all__ = [
    "DEFAULT",
    "AsyncFastTransport",
    "AsyncHttpx2Transport",
    "AsyncHttpxTransport",
    "AsyncTransport",
    "FastTransport",
    "Fault",
    "Headers",
    "Httpx2Transport",
    "HttpxTransport",
    "Request",
    "Response",
    "Transport",
]


_LIBRARIES = {
    "AsyncFastTransport": "fast",
    "AsyncHttpx2Transport": "httpx2",
    "AsyncHttpxTransport": "httpx",
    "FastTransport": "fast",
    "Httpx2Transport": "httpx2",
    "HttpxTransport": "httpx",
}

if not TYPE_CHECKING:  # a checker that sees it believes in every name

    def __getattr__(name: str) -> object:
        if name not in _LIBRARIES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module(f"{__name__}.{_LIBRARIES[name]}"), name)


def _open() -> Transport:
    from .httpx import HttpxTransport

    return HttpxTransport()


def _open_async() -> AsyncTransport:
    from .httpx import AsyncHttpxTransport

    return AsyncHttpxTransport()


DEFAULT = Transports(sync=_open, asynchronous=_open_async)
"""The transport of a client that is given none."""
