"""Time that passes at once while the library waits."""

from __future__ import annotations

import time
from collections.abc import Generator
from contextlib import contextmanager
from typing import ClassVar

from integrations_sdk.core import clock


class PassingTime:
    """The time of the library while nobody really waits.

    Attributes:
        waits: How long each wait would have been, in seconds, in order.
    """

    _ahead: ClassVar[float] = 0.0  # of all, and for good: a monotonic clock never goes back

    def __init__(self) -> None:
        self.waits: list[float] = []

    def advance(self, seconds: float) -> None:
        """Let time pass: deadlines come nearer, leases of tokens end."""
        PassingTime._ahead += seconds

    @staticmethod
    def monotonic() -> float:
        """Return what ``time.monotonic`` would."""
        return time.monotonic() + PassingTime._ahead

    def sleep(self, seconds: float) -> None:
        """Let time pass, and take note of it."""
        self.waits.append(seconds)
        self.advance(seconds)

    async def asleep(self, seconds: float) -> None:
        """Do the same, and let other tasks go on."""
        from anyio.lowlevel import checkpoint

        self.sleep(seconds)
        await checkpoint()


@contextmanager
def no_sleep() -> Generator[PassingTime, None, None]:
    """Let every wait of the library pass at once: between attempts, for a rate limit, for a fault.

    Deadlines take part: a call that would have waited for longer than its timeout fails as it
    would have. The time of everything else goes on as ever: of your own ``time.sleep``, of dates,
    of what a server really takes. It holds for all clients of the process, in whatever thread.
    """
    passing = PassingTime()
    former = clock.sleep, clock.asleep
    clock.monotonic = PassingTime.monotonic
    clock.sleep, clock.asleep = passing.sleep, passing.asleep
    try:
        yield passing
    finally:
        clock.sleep, clock.asleep = former
