"""Losant's scopes: rows of which any one suffices.

Reading is allowed by the read-only groups too, writing is not. ``integration.*`` covers one
integration; listing and creating belong to ``integrations.*``, and neither implies the other.
https://docs.losant.com/rest-api/overview/#api-tokens
"""

from __future__ import annotations

from typing import Final

_GROUPS: Final = ("all.Application", "all.Organization", "all.User")


def writing(resource: str, action: str) -> frozenset[str]:
    """Return the scopes that allow a change."""
    bounded = [f"{group}.bounded" for group in _GROUPS]
    return frozenset([*_GROUPS, *bounded, f"{resource}.*", f"{resource}.{action}"])


def reading(resource: str, action: str) -> frozenset[str]:
    """Return the scopes that allow a look."""
    return writing(resource, action) | {f"{group}.read" for group in _GROUPS}
