"""Limits of how often a platform may be called."""

import math
import time
from collections.abc import Callable

from integrations_sdk.sandbox.platform import Gate, Refusal


class LeakyBucket:
    """A bucket that each call fills by one and that leaks at a steady rate.

    Args:
        size: How many calls it holds.
        per_second: How many calls leak from it in a second.
        clock: Tells the time in seconds.
    """

    def __init__(
        self, size: int, per_second: float, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._size = size
        self._per_second = per_second
        self._clock = clock
        self._level = 0.0
        self._moment = clock()

    def wait(self) -> float:
        """Take a call in and return 0, or return the seconds until there is room for it."""
        now = self._clock()
        self._level = max(0.0, self._level - (now - self._moment) * self._per_second)
        self._moment = now
        excess = self._level + 1 - self._size
        if excess > 0:
            return excess / self._per_second
        self._level += 1
        return 0.0


def bucket_gate(bucket: LeakyBucket) -> Gate:
    """Return a gate that answers 429 with ``Retry-After``, in whole seconds, when it is full."""

    def gate() -> None:
        wait = math.ceil(bucket.wait())
        if wait:
            message = f"Too many requests; there is room again after {wait} s"
            raise Refusal(429, message, headers={"Retry-After": str(wait)})

    return gate
