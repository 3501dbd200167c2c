"""A sign of life, for whoever waits at a terminal."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from typing import Final, TypeVar

T = TypeVar("T")
_PATIENCE: Final = 1.0  # seconds until a person wonders


@contextmanager
def shown(what: str) -> Generator[Callable[[str], None], None, None]:
    """Show that something goes on once it takes more than a second, on standard error.

    Nothing shows unless that is a terminal. What it gives changes the words.
    """
    if not sys.stderr.isatty():
        yield lambda _words: None
        return
    from rich.console import Console

    status = Console(stderr=True).status(what)
    timer = threading.Timer(_PATIENCE, status.start)
    timer.daemon = True
    timer.start()
    try:
        yield status.update
    finally:
        timer.cancel()
        timer.join()
        status.stop()


def counted(items: Iterable[T], what: str, tell: Callable[[str], None]) -> Iterator[T]:
    """Go through items, and tell how many came."""
    for number, item in enumerate(items, 1):
        tell(f"{what}: {number} so far")
        yield item
