"""Versions of a SmartConnector's release: whole numbers with dots between them."""

from __future__ import annotations

import re
from itertools import zip_longest
from typing import Final

_DOTTED: Final = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})*", re.ASCII)
_PARTS: Final = 3  # major, minor, patch


def parsed(version: str) -> list[int] | None:
    """Return the numbers of a version; None where it is none."""
    if _DOTTED.fullmatch(version) is None:
        return None
    return [int(part) for part in version.split(".")]


def next_patch(version: str) -> str | None:
    """Return the patch release after a version: ``1.0.2`` for ``1.0.1``, ``2.1.1`` for ``2.1``."""
    numbers = parsed(version)
    if numbers is None:
        return None
    numbers += [0] * (_PARTS - len(numbers))
    return ".".join(map(str, [*numbers[:-1], numbers[-1] + 1]))


def is_lower(version: str, other: str) -> bool:
    """Tell whether a version is known to be lower than another."""
    mine, theirs = parsed(version), parsed(other)
    if mine is None or theirs is None:
        return False
    pairs = list(zip_longest(mine, theirs, fillvalue=0))
    return [left for left, _ in pairs] < [right for _, right in pairs]
