"""Rate limits: what a client may send, waiting for a turn, and slowing down when told to.

What a client is given is a [Budget][integrations_sdk.core.limits.Budget]; for each credential that
makes a [Limiter][integrations_sdk.core.limits.Limiter], which both runners ask for turns. Those of
[RateLimit][integrations_sdk.RateLimit] are kept in this process.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, Protocol
from weakref import WeakValueDictionary

import attrs

from . import clock as time
from .bucket import Bucket
from .document import kind
from .errors import InvalidArgumentError
from .locks import Lock
from .logs import log
from .transport import LONGEST

if TYPE_CHECKING:
    from .errors import ThrottledError
    from .secret import Secret

FASTEST: Final = 1_000_000.0
"""Calls a second; more need no limit."""


class Limiter(Protocol):
    """Hands out the turns of one credential, in order, on either face."""

    def take(self, within: float) -> tuple[int | None, float]:
        """Take the next turn.

        Args:
            within: Seconds in which it must come.

        Returns:
            The turn and the seconds until it comes; no turn when that is too late.
        """
        ...

    def look(self, turn: int) -> float:
        """Return how many seconds it is until a turn comes, as things are now."""
        ...

    def give_back(self, turn: int) -> None:
        """Give a turn back that is not used."""
        ...

    def slow(self, pause: float, age: float) -> None:
        """Slow down, for the server said that it is too much.

        Args:
            pause: Seconds in which nothing may go out.
            age: Seconds since the request was sent that was refused.
        """
        ...

    async def atake(self, within: float) -> tuple[int | None, float]:
        """Take the next turn, where that may take a while."""
        ...

    async def alook(self, turn: int) -> float:
        """Look, where that may take a while."""
        ...

    async def aslow(self, pause: float, age: float) -> None:
        """Slow down, where that may take a while."""
        ...


class Budget(Protocol):
    """What may be spent for one credential: a RateLimit, or what shares one further."""

    def limiter(self, scope: str, token: Secret) -> Limiter:
        """Return the limiter of a credential: the same to all who ask.

        Args:
            scope: What the credential is good for: a platform, and where it is.
            token: The credential.
        """
        ...


@attrs.frozen
class RateLimit:
    """How fast calls may go out for one credential of a platform, from one process.

    A call that is too much waits for its turn, in order; one whose turn comes after its deadline
    fails at once with a ThrottledError. An answer 429 stops all calls of the credential for as
    long as its ``Retry-After`` says, and halves the rate, which recovers within a minute. All
    clients of a process that have the same credential and the same limit share it.

    Args:
        rate: Calls a second, in the long run.
        burst: Calls that may go out at once after a time of silence.

    Raises:
        InvalidArgumentError: When a figure is not above zero, or the rate is above a million.
    """

    rate: float
    burst: int

    def __attrs_post_init__(self) -> None:
        if not 0 < self.rate <= FASTEST:
            wanted = f"calls a second above 0, at most {FASTEST:.0f}"
            raise InvalidArgumentError("rate_limit.rate", wanted, f"{self.rate}")
        if not 1 <= self.burst < math.inf:
            raise InvalidArgumentError("rate_limit.burst", "at least 1", f"{self.burst}")

    def limiter(self, scope: str, token: Secret) -> Limiter:
        """Return the limiter of a credential: the same to all who ask."""
        return _shared(self, scope, token)


class LocalLimiter:
    """A bucket with a clock, safe to share between threads and event loops."""

    def __init__(self, limit: RateLimit) -> None:
        self._bucket = Bucket(limit, time.monotonic())
        self._lock = Lock()

    def take(self, within: float) -> tuple[int | None, float]:
        """Take the next turn."""
        with self._lock:
            return self._bucket.take(time.monotonic(), within)

    def look(self, turn: int) -> float:
        """Return how many seconds it is until a turn comes."""
        with self._lock:
            return self._bucket.look(time.monotonic(), turn)

    def give_back(self, turn: int) -> None:
        """Give a turn back that is not used."""
        with self._lock:
            self._bucket.give_back(turn)

    def slow(self, pause: float, age: float) -> None:
        """Slow down."""
        with self._lock:
            was_cut = self._bucket.slow(time.monotonic(), pause, age)
            rate = self._bucket.rate
        if was_cut:
            log.info("slowed down after an answer 429: %.3g calls a second", rate)

    async def atake(self, within: float) -> tuple[int | None, float]:
        """Take the next turn, at once."""
        return self.take(within)

    async def alook(self, turn: int) -> float:
        """Look, at once."""
        return self.look(turn)

    async def aslow(self, pause: float, age: float) -> None:
        """Slow down, at once."""
        self.slow(pause, age)

    def is_at_rest(self) -> bool:
        """Tell whether it is as good as new, so that nothing is lost with it."""
        with self._lock:
            return self._bucket.is_at_rest(time.monotonic())


_Key = tuple["RateLimit", str, "Secret"]
_in_use: WeakValueDictionary[_Key, LocalLimiter] = WeakValueDictionary()
_kept: dict[_Key, LocalLimiter] = {}
"""Those that are not at rest: a client that is closed leaves its calls in the server's count."""

_registry_lock: Final = Lock()


def _shared(limit: RateLimit, scope: str, token: Secret) -> LocalLimiter:
    key = (limit, scope, token)
    with _registry_lock:
        for idle in [key for key, limiter in _kept.items() if limiter.is_at_rest()]:
            del _kept[idle]
        limiter = _in_use.get(key)
        if limiter is None:
            limiter = _in_use[key] = LocalLimiter(limit)
        _kept[key] = limiter
        return limiter


class Pace:
    """Finds the limiters of a client: one for each token that it has."""

    def __init__(self, budget: Budget, scope: str) -> None:
        self._budget = budget
        self._scope = scope
        self._last: tuple[Secret | None, Limiter | None] = (None, None)

    @classmethod
    def of(cls, budget: Budget | None, scope: str) -> Pace | None:
        """Return the pace of a client, or None for one without a limit.

        Raises:
            InvalidArgumentError: When the budget is none.
        """
        if budget is not None and not callable(getattr(budget, "limiter", None)):
            wanted = "a RateLimit, a RedisRateLimit or None"  # callers without a type checker
            raise InvalidArgumentError("rate_limit", wanted, kind(budget))
        return None if budget is None else cls(budget, scope)

    def limiter(self, token: Secret) -> Limiter:
        """Return the limiter of a token."""
        known, limiter = self._last
        if known is not token or limiter is None:
            limiter = self._budget.limiter(self._scope, token)
            self._last = token, limiter
        return limiter

    def __reduce__(self) -> tuple[type[Pace], tuple[Budget, str]]:
        return Pace, (self._budget, self._scope)  # the token stays here


class Run(Protocol):
    """What must be known of the run that waits for its turn."""

    def remaining(self) -> float:
        """Return how many seconds are left until the deadline."""
        ...

    def too_late(self, seconds: float) -> ThrottledError:
        """Return the error for a turn that comes after the deadline."""
        ...

    def queueing(self, seconds: float) -> None:
        """Take note of a wait for a turn that is about to begin."""
        ...

    def go(self) -> None:
        """Take note that the turn has come, after a wait."""
        ...


def wait_for_turn(limiter: Limiter, run: Run) -> None:
    """Wait for a turn on the synchronous face.

    Raises:
        ThrottledError: When it comes after the deadline.
    """
    turn, wait = limiter.take(run.remaining())
    if turn is None:
        raise run.too_late(wait)
    if not wait:
        return
    try:
        run.queueing(wait)
        while wait:
            time.sleep(_checked(wait, run))
            wait = limiter.look(turn)
    except BaseException:
        limiter.give_back(turn)
        raise
    run.go()


async def await_turn(limiter: Limiter, run: Run) -> None:
    """Wait for a turn on the asynchronous face.

    Raises:
        ThrottledError: When it comes after the deadline.
    """
    turn, wait = await limiter.atake(run.remaining())
    if turn is None:
        raise run.too_late(wait)
    if not wait:
        return
    try:
        run.queueing(wait)
        while wait:
            await time.asleep(_checked(wait, run))
            wait = await limiter.alook(turn)
    except BaseException:
        limiter.give_back(turn)
        raise
    run.go()


def _checked(wait: float, run: Run) -> float:
    if wait >= run.remaining():
        raise run.too_late(wait)
    return min(wait, LONGEST)
