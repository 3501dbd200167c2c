"""The retry quota: how far a client may amplify an outage by repeating its calls."""

from __future__ import annotations

from typing import Final

from .locks import Lock

CAPACITY: Final = 500
RETRY: Final = 5
"""What a retry costs."""

RETRY_AFTER_TIMEOUT: Final = 10
SUCCESS: Final = 1
"""What a call gives back that succeeds at its first attempt."""


class Quota:
    """A token bucket that retries take from and successes refill, safe to share between threads.

    Args:
        capacity: What it holds at the start, and at most.
    """

    __slots__ = ("_capacity", "_left", "_turn")

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._left = capacity
        self._turn = Lock()

    @classmethod
    def of(cls, capacity: int | None) -> Quota | None:
        """Return a full quota, or None for none."""
        return None if capacity is None else cls(capacity)

    def take(self, cost: int) -> bool:
        """Take what a retry costs; False when there is not enough left."""
        with self._turn:
            if cost > self._left:
                return False
            self._left -= cost
            return True

    def give(self, amount: int) -> None:
        """Give back what a success returns, up to the capacity."""
        if self._left < self._capacity:  # nearly never: a client that succeeds takes no lock
            with self._turn:
                self._left = min(self._capacity, self._left + amount)

    def __reduce__(self) -> tuple[type[Quota], tuple[int]]:
        return Quota, (self._capacity,)
