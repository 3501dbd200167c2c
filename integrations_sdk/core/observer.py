"""Who is told what a client does."""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from typing import TYPE_CHECKING, Protocol

from .document import kind
from .errors import InvalidArgumentError

if TYPE_CHECKING:
    from .events import Event


class Observer(Protocol):
    """Told of each event of a client's calls, at once and in order, where the call runs.

    It must not wait: the call does not go on before it returns. What it raises is logged, once,
    and changes nothing about the call.
    """

    def __call__(self, event: Event, /) -> None:
        """Take note of an event."""
        ...


def checked(observers: Iterable[Observer]) -> tuple[Observer, ...]:
    """Return observers as they are kept.

    Raises:
        InvalidArgumentError: When one cannot be called, or would have to be awaited.
    """
    wanted = "functions that take an event"  # of callers without a type checker
    if not isinstance(observers, Iterable):  # pyright: ignore[reportUnnecessaryIsInstance] -- the same
        raise InvalidArgumentError("observers", wanted, kind(observers))
    kept = tuple(observers)
    for observer in kept:
        if not callable(observer):
            raise InvalidArgumentError("observers", wanted, kind(observer))
        if inspect.iscoroutinefunction(observer):
            raise InvalidArgumentError("observers", wanted, "a coroutine function")
    return kept
