"""How long a thread of this process had to wait for its turn: a busy machine is no slow call."""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from typing_extensions import Self

_BEAT: Final = 0.02
_LATE: Final = 0.05


class Pulse:
    """A thread that does nothing but wake up, and takes note of when it woke up late."""

    def __init__(self) -> None:
        self._ended = threading.Event()
        self._last = time.monotonic()
        self._late: deque[tuple[float, float]] = deque(maxlen=1000)
        self._thread = threading.Thread(target=self._beat, name="pulse")

    def _beat(self) -> None:
        while not self._ended.wait(_BEAT):
            now = time.monotonic()
            if (late := now - self._last - _BEAT) > _LATE:
                self._late.append((now, late))
            self._last = now

    def lateness(self, since: float) -> float:
        """Return how many seconds, of those since a moment, a thread waited for its turn."""
        now = time.monotonic()
        late = sum(seconds for moment, seconds in list(self._late) if moment >= since)
        return late + max(0, now - self._last - _LATE)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()
