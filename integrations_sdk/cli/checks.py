"""What may keep a call from working, looked at one by one."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final, Literal, TypeAlias
from urllib.parse import urlsplit

import attrs

from integrations_sdk import transports
from integrations_sdk.core.transport import Fault, Request, Timeout
from integrations_sdk.transports.environment import proxy_for

if TYPE_CHECKING:
    from integrations_sdk.core.transport import Headers

Result: TypeAlias = Literal["ok", "failed", "skipped"]
_TOLERATED: Final = 60.0  # seconds that a clock may be wrong
_LARGEST: Final = 1024 * 1024  # bytes
_WAY: Final = "check the base URL, the firewall and the proxy"
_TRUST: Final = (
    "if a proxy of your own opens connections, let its authority be trusted: SSL_CERT_FILE; else "
    "do not trust this server"
)
UNREACHABLE: Final = 8
"""The exit code for an API that no call comes to."""


@attrs.frozen
class Finding:
    """What came of a check.

    Attributes:
        check: What was looked at.
        result: How it went.
        found: What was found.
        advice: What to do about it.
        code: The exit code that a failure stands for.
    """

    check: str
    result: Result
    found: str
    advice: str = ""
    code: int = UNREACHABLE

    @property
    def failed(self) -> bool:
        """Whether it stands in the way."""
        return self.result == "failed"


@attrs.frozen
class Place:
    """Where an API is."""

    url: str
    host: str
    port: int
    is_secure: bool

    @classmethod
    def of(cls, url: str) -> Place:
        """Return the place of a base URL."""
        parts = urlsplit(url)
        secure = parts.scheme == "https"
        return cls(url, parts.hostname or "", parts.port or (443 if secure else 80), secure)


def network(place: Place, timeout: float) -> Iterator[Finding]:
    """Look at the way to a place: proxy, DNS, TLS, an answer, and its clock."""
    proxy = _proxy(place)
    if proxy is None:
        yield Finding("proxy", "ok", "none: calls go straight to the API")
        dns = _dns(place.host, place.port)
    else:
        yield Finding("proxy", "ok", f"calls go by {proxy.host}:{proxy.port}")
        dns = _dns(proxy.host, proxy.port)
    yield dns
    if dns.result == "failed":
        return
    yield _tls(place, timeout) if proxy is None else Finding("TLS", "skipped", "behind the proxy")
    yield from _answer(place, timeout)


def clock(headers: Headers, now: float) -> Finding:
    """Compare this machine's clock to the server's.

    Args:
        headers: The answer's, with its ``Date``.
        now: Seconds since 1970, by this machine.
    """
    said = headers.get("date")
    try:
        moment = parsedate_to_datetime(said) if said is not None else None
    except ValueError:
        moment = None
    if moment is None:
        return Finding("clock", "skipped", "the server does not tell its time")
    skew = now - moment.timestamp()
    if abs(skew) <= _TOLERATED:
        return Finding("clock", "ok", f"within {_TOLERATED:.0f} s of the server's")
    way = "ahead of" if skew > 0 else "behind"
    return Finding(
        "clock",
        "failed",
        f"{abs(skew):.0f} s {way} the server's",
        "set this machine's clock, best by NTP: tokens and certificates depend on it",
        code=1,
    )


def _proxy(place: Place) -> Place | None:
    """Return the proxy that calls go by; what may be a password in its URL is dropped."""
    url = proxy_for(place.url)
    return Place.of(url) if url is not None else None


def _dns(host: str, port: int) -> Finding:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        said = getattr(error, "strerror", None) or "it is no name"
        advice = "check the spelling of the base URL or the proxy, and this machine's DNS"
        return Finding("DNS", "failed", f"{host}: {said}", advice)
    addresses = list(dict.fromkeys(str(each[4][0]) for each in found))
    return Finding("DNS", "ok", f"{host} is {', '.join(addresses[:3])}")


def _tls(place: Place, timeout: float) -> Finding:
    if not place.is_secure:
        return Finding("TLS", "skipped", f"plain HTTP to {place.host}")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False  # nothing is sent: trust is what the library's own call tells
    context.verify_mode = ssl.CERT_NONE
    try:
        with (
            socket.create_connection((place.host, place.port), timeout) as plain,
            context.wrap_socket(plain, server_hostname=place.host) as secure,
        ):
            version = secure.version()
    except OSError as error:
        advice = "check the base URL, the firewall, and whether a proxy must be set: HTTPS_PROXY"
        return Finding("TLS", "failed", error.strerror or "no connection came about", advice)
    return Finding("TLS", "ok", f"{version}")


def _answer(place: Place, timeout: float) -> Iterator[Finding]:
    """Ask for the base URL, without a credential: any answer will do."""
    transport = transports.DEFAULT.sync()
    request = Request(
        method="GET",
        url=place.url,
        headers=(("accept", "application/json"),),
        content=None,
        timeout=Timeout.of(timeout),
        deadline=time.monotonic() + timeout,
        limit=_LARGEST,
    )
    began = time.monotonic()
    try:
        response = transport.send(request)
    except Fault as fault:
        is_trust = "certificate" in fault.reason
        yield Finding("answer", "failed", fault.reason, _TRUST if is_trust else _WAY)
        return
    finally:
        transport.close()
    elapsed = (time.monotonic() - began) * 1000
    yield Finding("answer", "ok", f"status {response.status} after {elapsed:.0f} ms")
    yield clock(response.headers, time.time())
