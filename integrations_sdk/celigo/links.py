"""The next page, as the ``Link`` header of a page names it: RFC 8288."""

from __future__ import annotations

import re
from typing import Final, NoReturn, TypeVar
from urllib.parse import SplitResult, parse_qsl, urljoin, urlsplit

import attrs

from integrations_sdk.core.call import Call, Reply
from integrations_sdk.core.errors import DecodeError

T = TypeVar("T")

_LINK: Final = re.compile(r'<([^>]*)>((?:[^,"<]|"[^"]*")*)')
_REL: Final = re.compile(r';\s*rel\s*=\s*(?:"([^"]*)"|([^\s;,"]+))', re.IGNORECASE)
_PORTS: Final = {"http": 80, "https": 443}


def following(call: Call[T], reply: Reply[T]) -> Call[T] | None:
    """Return the call for the page after this one; None after the last.

    The query of the link is taken as it is. Where the link leads is never followed blindly: the
    token would go along.

    Raises:
        DecodeError: When the link leads to another host, or to something else than the same list.
    """
    target = _next(reply.headers.get("link", ""))
    if target is None:
        return None
    here = urlsplit(reply.url)
    there = _resolved(reply.url, target)
    if there is None:
        _refuse(call, "a URL", "other text")
    if _host(there) != _host(here):
        _refuse(call, f"the next page on {here.netloc}", "one elsewhere, where no token is sent")
    if there.path.rstrip("/") != here.path.rstrip("/"):
        _refuse(call, "the next page of the same list", "something else on the same host")
    return attrs.evolve(call, query=dict(parse_qsl(there.query, keep_blank_values=True)))


def _next(header: str) -> str | None:
    for target, parameters in _LINK.findall(header):
        rel = _REL.search(parameters)
        if rel is not None and "next" in (rel[1] or rel[2] or "").lower().split():
            return str(target)
    return None


def _resolved(base: str, target: str) -> SplitResult | None:
    try:
        parts = urlsplit(urljoin(base, target))
        _ = parts.port  # a wrong one is found when it is asked for
    except ValueError:
        return None
    return parts


def _host(url: SplitResult) -> tuple[str | None, int | None]:
    """Return host and port; a port that goes without saying, for either scheme, is none."""
    port = url.port if url.port != _PORTS.get(url.scheme) else None
    return url.hostname, port


def _refuse(call: Call[T], expected: str, got: str) -> NoReturn:
    raise DecodeError("Link", expected, got, operation=call.operation.name, status=200)
