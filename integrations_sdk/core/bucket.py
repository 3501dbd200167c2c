"""The token bucket of a rate limit, without I/O and without a clock of its own.

Turns are numbered as they are taken, and earned as time passes: a turn has come when as many were
earned. So those that wait go in the order in which they came, and what slows the bucket down slows
all of them down alike.
"""

from __future__ import annotations

import math
from bisect import bisect_left, insort
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from .limits import RateLimit

RECOVERY: Final = 60.0
"""Seconds in which a rate grows from nothing to what it was before it was cut."""

LEAST: Final = 1 / 16
"""The part of the rate below which it is never cut."""

LONGEST_PAUSE: Final = 3600.0
"""Seconds: a server that asks for more is asked again after that."""

SOON: Final = 1e-6
"""Seconds that make no difference, while figures of floating point may."""


class Bucket:
    """The turns of one budget.

    Args:
        limit: Its rate and its burst.
        now: The time, in seconds on any clock that does not go backwards, as everywhere below.
    """

    def __init__(self, limit: RateLimit, now: float) -> None:
        self._full = limit.rate
        self._burst = limit.burst
        self._slope = limit.rate / RECOVERY
        self._rate = limit.rate
        self._taken = 0
        self._earned = float(limit.burst)
        self._at = now
        self._paused_until = now
        self._cut_at = -math.inf
        self._returned: list[int] = []  # in order: turns that nobody uses, and that were not earned

    def take(self, now: float, within: float) -> tuple[int | None, float]:
        """Take the next turn, unless it comes too late.

        Args:
            now: The time.
            within: Seconds in which it must come.

        Returns:
            The turn and the seconds until it comes; no turn when that is too late.
        """
        self._earn(now)
        turn = self._taken + 1
        wait = 0.0
        if turn > self._earned or now < self._paused_until:  # which spares most the rest
            wait = self._until(turn, now)
            if wait and wait >= within:
                return None, wait
        self._taken = turn
        return turn, wait

    def look(self, now: float, turn: int) -> float:
        """Return how many seconds it is until a turn comes, as things are now."""
        self._earn(now)
        return self._until(turn, now)

    def give_back(self, turn: int) -> None:
        """Give a turn back that is not used. Those that come later do not wait for it."""
        if turn <= self._earned and turn != self._taken:
            self._earned = min(self._earned + 1, self._taken + self._burst)
        else:
            insort(self._returned, turn)
        while self._returned and self._returned[-1] == self._taken:
            self._returned.pop()
            self._taken -= 1

    def slow(self, now: float, pause: float, age: float) -> bool:
        """Slow down, for the server said that it is too much.

        Args:
            now: The time.
            pause: Seconds in which nothing may go out.
            age: Seconds since the request was sent that was refused. One that was on its way when
                the rate was cut says nothing new, and does not cut it again.

        Returns:
            Whether the rate was cut.
        """
        self._earn(now)
        self._paused_until = max(self._paused_until, now + min(pause, LONGEST_PAUSE))
        self._earned = min(self._earned, self._taken)
        if now - age < self._cut_at:
            return False
        self._cut_at = now
        self._rate = max(self._rate / 2, self._full * LEAST)
        return True

    def is_at_rest(self, now: float) -> bool:
        """Tell whether the bucket is as good as new."""
        self._earn(now)
        return self._earned - self._taken >= self._burst and self._rate >= self._full

    @property
    def rate(self) -> float:
        """Turns that are earned in a second, at present."""
        return self._rate

    def _earn(self, now: float) -> None:
        at, self._at = self._at, now
        passed = now - max(at, self._paused_until)
        if passed <= 0:
            return
        earned = self._earned + passed * self._full
        if self._rate < self._full:
            rising = min(passed, (self._full - self._rate) / self._slope)
            earned -= rising * (self._full - self._rate - rising * self._slope / 2)
            self._rate = min(self._full, self._rate + rising * self._slope)
        while self._returned and self._returned[0] <= earned:
            del self._returned[0]
            earned += 1  # whoever comes after it moves up
        self._earned = min(earned, self._taken + self._burst)

    def _until(self, turn: int, now: float) -> float:
        pause = max(0.0, self._paused_until - now)
        unused = bisect_left(self._returned, turn)
        wait = pause + self._time_for(turn - unused - self._earned)
        return wait if wait > SOON else 0.0

    def _time_for(self, missing: float) -> float:
        if missing <= 0:
            return 0.0
        rising = (self._full - self._rate) / self._slope
        while_rising = rising * (self._rate + rising * self._slope / 2)
        if missing > while_rising:
            return rising + (missing - while_rising) / self._full
        return 2 * missing / (self._rate + math.sqrt(self._rate**2 + 2 * self._slope * missing))
