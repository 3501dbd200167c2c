"""How text travels in a URL: everything but unreserved characters percent-encoded (RFC 3986)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Mapping

_UNRESERVED: Final = re.compile(r"[A-Za-z0-9._~-]*")


def quoted(text: str, errors: str = "strict") -> str:
    """Return a text as it travels in a path or in a query."""
    if _UNRESERVED.fullmatch(text) is not None:
        return text  # as nearly all are
    return quote(text, safe="", errors=errors)


def query(members: Mapping[str, str]) -> str:
    """Return a query as it travels, without its question mark."""
    return "&".join([f"{quoted(name)}={quoted(value)}" for name, value in members.items()])
