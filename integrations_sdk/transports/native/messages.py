"""Requests and answers of pyreqwest, and what its exceptions mean."""

from __future__ import annotations

import math
import sys
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from integrations_sdk.core import clock as time
from integrations_sdk.core.transport import LONGEST, Fault, Headers, Request, Response

from ..bodies import check_announced, decompressed, too_large
from ..faults import OVERDUE
from .clients import GRACE, rounded

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .library import Answer, AnswerHeaders, Client, Library, Prepared

_WITH_BODY: Final = frozenset({"PATCH", "POST", "PUT"})
_NO_BODY: Final = (("content-length", "0"),)
_NO_PLACE: Final = "no free connection within the connect timeout"

# How the library words what went wrong.
_CONNECTING: Final = "client error (Connect)"
_UNTRUSTED: Final = "invalid peer certificate: "
_REFUSED: Final = ("tunnel error: unsuccessful", "tunnel error: proxy authorization required")
_SYSTEM: Final = " (os error "
_LOOKUP: Final = "failed to lookup address information: "


def _target(url: str) -> str:
    """Return what of an address goes to its server."""
    rest = url.partition("://")[2]
    authority = rest.partition("/")[0].partition("?")[0]
    return rest[len(authority) :].removeprefix("/")


def _prepared(library: Library, client: Client, request: Request, left: float) -> Prepared | Fault:
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
        if left < LONGEST:
            last = left if left >= request.timeout.connect else rounded(left)
            builder = builder.timeout(timedelta(seconds=last + 2 * GRACE))
        return builder.build_streamed()
    except ValueError:
        return Fault("the request cannot be written as HTTP", sent=False, lasting=True)


def _most(request: Request) -> int:
    """Return how many bytes tell that a body is too large, or that it is not."""
    return sys.maxsize if request.limit == math.inf else int(request.limit) + 1


def _announced(answer: Answer, request: Request) -> Answer:
    """Return an answer whose body may be read; raises a Fault."""
    length = answer.get_header("content-length")
    if length is not None:
        check_announced(length, request.limit)
    return answer


def _received(answer: Answer, body: bytes | None, request: Request) -> Response:
    """Return our form of an answer, whose body has a type of the library's; raises a Fault."""
    if body is not None and len(body) > request.limit:
        raise too_large(request.limit)
    encoding = answer.get_header("content-encoding")
    if body is not None and encoding is not None:
        body = decompressed(body, encoding, request.limit)
    return Response(answer.status, Headers(lambda: _pairs(answer.headers)), bytes(body or b""))


def _pairs(headers: AnswerHeaders) -> Iterable[tuple[str, str]]:
    try:
        return tuple(headers.items())
    except ValueError:  # the library reads ASCII only
        return _readable(headers)


def _readable(headers: AnswerHeaders) -> Iterable[tuple[str, str]]:
    for name in dict.fromkeys(headers.keys()):
        try:
            values = headers.getall(name)
        except ValueError:
            continue
        yield name, ", ".join(values)


def _fault(library: Library, error: Exception, request: Request) -> Fault:
    """Tell what an exception of the library means; its own words quote the address."""
    details: Any = getattr(error, "details", None) or {}
    causes: list[str] = [cause["message"] for cause in details.get("causes") or ()]
    sent = _CONNECTING not in causes and not isinstance(error, library.pool_timeout)
    if isinstance(error, library.timeout):
        if time.monotonic() >= request.deadline:
            return Fault(OVERDUE, sent=sent, overdue=True)
        if isinstance(error, library.pool_timeout):
            return Fault(_NO_PLACE, sent=False, timed_out=True)
        words = "no answer within the read" if sent else "no connection within the connect"
        return Fault(f"{words} timeout", sent=sent, timed_out=True)
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


def exchanged(library: Library, client: Client, request: Request, left: float) -> Response | Fault:
    """Send a request, and return what came of it: exceptions of the library go no further."""
    prepared = _prepared(library, client, request, left)
    if isinstance(prepared, Fault):
        return prepared
    try:
        with prepared as answer:
            reader = _announced(answer, request).body_reader
            return _received(answer, reader.read(_most(request)), request)
    except Fault as fault:
        return fault.with_traceback(None)  # its frames hold the answer
    except Exception as error:  # noqa: BLE001 -- whatever it is, it may quote the request
        return _fault(library, error, request)


async def promised(
    library: Library, client: Client, request: Request, left: float
) -> Response | Fault:
    """Do what is done on the synchronous face."""
    prepared = _prepared(library, client, request, left)
    if isinstance(prepared, Fault):
        return prepared
    try:
        async with prepared as answer:
            reader = _announced(answer, request).body_reader
            return _received(answer, await reader.read(_most(request)), request)
    except Fault as fault:
        return fault.with_traceback(None)  # its frames hold the answer
    except Exception as error:  # noqa: BLE001 -- whatever it is, it may quote the request
        return _fault(library, error, request)
