"""Which scopes an operation asks for, and which a token has.

An operation names a row of scopes, any one of which suffices. A wildcard such as ``thing.*`` is a
member of the row like any other: scopes are compared as whole words, never by prefix.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from . import document

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from .document import JSON
    from .secret import Secret

_CLAIMS = ("scope", "scopes", "scp")


def parse(scopes: str | Iterable[str]) -> frozenset[str]:
    """Read scopes from a sequence, or from text that separates them by spaces or commas."""
    return frozenset(scopes.replace(",", " ").split() if isinstance(scopes, str) else scopes)


def suffices(granted: Collection[str] | None, required: Collection[str]) -> bool:
    """Tell whether a token may make a call; an unknown grant, or no requirement, lets it pass."""
    return granted is None or not required or not frozenset(required).isdisjoint(granted)


def from_token(token: Secret) -> frozenset[str] | None:
    """Read the scopes that a JSON Web Token claims, without verifying it.

    Returns:
        The scopes, or None when the token is no JWT or does not speak of scopes plainly.
    """
    parts = token.reveal().split(".")
    if len(parts) != 3:  # noqa: PLR2004 -- header, claims, signature: RFC 7519
        return None
    claims = _claims(parts[1])
    for name in _CLAIMS:
        value = claims.get(name)
        if isinstance(value, str):
            return parse(value)
        if document.is_array(value):
            named = [item for item in value if isinstance(item, str)]
            return frozenset(named) if len(named) == len(value) else None
    return None


def _claims(part: str) -> dict[str, JSON]:
    try:
        claims = document.parse(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except ValueError:
        return {}
    return claims if document.is_object(claims) else {}
