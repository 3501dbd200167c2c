"""What is said of a request that had no whole answer, and what is asked of every request.

The exceptions of httpx, httpx2 and what is below them have the same names, and are told by these.
"""

from __future__ import annotations

import os
import socket
import ssl
from typing import Any, Final

from integrations_sdk.core import clock as time
from integrations_sdk.core.transport import OVERDUE as OVERDUE, Fault, Request

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


def origin_of(request: Request) -> str:
    """Return the part of an address before its path."""
    end = request.url.find("/", len("https://"))
    return (request.url[:end] if end > 0 else request.url).partition("?")[0]


def check_deadline(request: Request) -> None:
    """Raise a Fault when there is no time left to send a request."""
    if time.monotonic() >= request.deadline:
        raise Fault(OVERDUE, sent=False, overdue=True)


def headers_of(request: Request) -> tuple[tuple[str, str], ...]:
    """Return what to send, with the compressions that are understood."""
    if "accept-encoding" in dict(request.headers):
        return request.headers
    return (("accept-encoding", "gzip, deflate"), *request.headers)


def extensions_of(request: Request) -> dict[str, Any]:
    """Return the timeouts of a request, where httpx and httpcore look for them."""
    left = request.deadline - time.monotonic()
    connect = min(request.timeout.connect, left)
    silence = min(request.timeout.read, left)
    return {"timeout": {"connect": connect, "pool": connect, "read": silence, "write": silence}}


def fault_of(error: Exception, request: Request, *, reached: bool = True) -> Fault:
    """Tell what an exception of the library means; its own words may quote the request.

    Args:
        error: The exception.
        request: What was to be sent.
        reached: Whether there was a connection to the server, as there is not when a proxy opens
            no tunnel to it.
    """
    names = {class_.__name__ for class_ in type(error).__mro__}
    # h11's own exceptions are not mapped by httpcore once the head of a request has left.
    sent = names.isdisjoint(_UNSENT) or type(error).__module__.startswith("h11")
    no_tunnel = sent and not reached
    sent = sent and reached
    if "TimeoutException" in names and time.monotonic() >= request.deadline:
        return Fault(OVERDUE, sent=sent, overdue=True)
    cause = _os_error(error)
    if isinstance(cause, ssl.SSLCertVerificationError):
        reason = f"the server's certificate is not trusted: {cause.verify_message}"
        return Fault(reason, sent=False, lasting=True)
    words = "the connection was lost" if sent or no_tunnel else "no connection"
    reason = _WORDS.get(type(error).__name__, words)
    if cause is not None:
        reason = f"{reason}: {_words_of(cause)}"
    if no_tunnel:
        reason = f"the proxy opened no tunnel: {reason}"
    return Fault(
        reason,
        sent=sent,
        lasting=not names.isdisjoint(_LASTING),
        timed_out="TimeoutException" in names,
    )


def _words_of(error: OSError) -> str:
    """Return what the system calls an error: asyncio puts words of its own in their place."""
    if isinstance(error, (socket.gaierror, ssl.SSLError)):  # their numbers are not the system's
        return str(error.strerror)
    return os.strerror(error.errno or 0)


def _os_error(error: BaseException) -> OSError | None:
    """Return the operating system's error at the root of an exception; its text is not ours."""
    found = None
    while (cause := error.__cause__) is not None:  # a context may be the caller's own affair
        error = cause
        if isinstance(error, OSError) and error.errno is not None:
            found = error
    return found
