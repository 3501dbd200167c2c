"""A lock that a forked process finds open."""

from __future__ import annotations

import os
import threading
from weakref import WeakSet


class Lock:
    """A lock for threads. A thread of the parent that holds it does not exist in a forked child.

    There it would never be released, so a child begins with all of them open.
    """

    __slots__ = ("__weakref__", "_lock")

    def __init__(self) -> None:
        self._lock = threading.Lock()
        _ALL.add(self)

    def acquire(self, timeout: float = -1) -> bool:
        """Take it, and tell whether that was possible within so many seconds; -1 for no bound."""
        return self._lock.acquire(timeout=timeout)

    def release(self) -> None:
        """Give it back."""
        if self._lock.locked():  # not in a child that was forked by who held it
            self._lock.release()

    def __enter__(self) -> None:
        self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        self.release()

    def renew(self) -> None:
        """Open it, whoever holds it."""
        self._lock = threading.Lock()


_ALL: WeakSet[Lock] = WeakSet()


def _renew_all() -> None:
    for lock in list(_ALL):
        lock.renew()


if hasattr(os, "register_at_fork"):  # not on Windows, where nothing forks
    os.register_at_fork(after_in_child=_renew_all)
