"""The rate limit that is shared, and its limiters."""

from __future__ import annotations

import hashlib
import math
import os
from typing import TYPE_CHECKING, Literal, TypeAlias

from integrations_sdk.core.errors import (
    ConfigurationError,
    InvalidArgumentError,
    RateLimitUnavailableError,
)
from integrations_sdk.core.limits import RateLimit
from integrations_sdk.core.secret import Secret

from .lines import Answer, Argument, Lines

if TYPE_CHECKING:
    from typing_extensions import Self

    from integrations_sdk.core.limits import Limiter

OnFailure: TypeAlias = Literal["open", "closed"]


class RedisRateLimit:
    """How fast calls may go out for one credential, from all who share a Redis.

    It goes by the clock of Redis, so that those of its users need not agree. A call asks Redis
    once, and once more after a wait. Make it by ``from_url``, once, and give it to as many clients
    as you like, of either face; threads, event loops and forked processes may share it. It is
    yours to close. A call that is cancelled while it waits does not give its turn back.
    """

    def __init__(self, lines: Lines, limit: RateLimit, on_failure: OnFailure) -> None:
        self._lines = lines
        self._limit = limit
        self._on_failure: OnFailure = on_failure

    @classmethod
    def from_url(
        cls,
        url: str | Secret | None = None,
        *,
        rate: float,
        burst: int,
        on_failure: OnFailure = "open",
    ) -> Self:
        """Return the rate limit that a Redis keeps. Nothing is sent before the first call.

        Args:
            url: Where Redis is: ``redis://``, ``rediss://`` or ``unix://``, perhaps with a
                password, which never shows. Environment: ``REDIS_URL``.
            rate: Calls a second, in the long run, of all together.
            burst: Calls that may go out at once after a time of silence, of all together.
            on_failure: What to do while Redis is away. ``open``: go on, each process by itself with
                the whole budget, and try Redis again every second. ``closed``: send nothing, and
                raise a RateLimitUnavailableError.

        Raises:
            ConfigurationError: When there is no URL, or one that makes no sense, or when redis-py
                is not installed.
            InvalidArgumentError: When a figure or ``on_failure`` makes no sense.
        """
        source = "REDIS_URL" if url is None else "url"
        url = os.environ.get("REDIS_URL", "") if url is None else url
        where = url if isinstance(url, Secret) else Secret(url)
        del url  # it may hold a password, and this frame may end up in a traceback
        if on_failure not in {"open", "closed"}:
            raise InvalidArgumentError("on_failure", "open or closed", f"{on_failure}")
        limit = RateLimit(rate=rate, burst=burst)
        if not where:
            raise ConfigurationError("there is no URL of a Redis: pass url= or set REDIS_URL")
        lines = Lines(where, goes_on=on_failure == "open")
        if not lines.is_sensible():
            raise ConfigurationError(
                f"{source} is no URL of a Redis: redis://host:6379/0, rediss:// or unix://"
            )
        return cls(lines, limit, on_failure)

    def limiter(self, scope: str, token: Secret) -> Limiter:
        """Return the limiter of a credential, which Redis knows by a hash."""
        local = self._limit.limiter(scope, token)
        return RedisLimiter(self._lines, self._limit, _key(scope, token), local, self._on_failure)

    def close(self) -> None:
        """Close the connection of the synchronous face. A later call opens another."""
        self._lines.close()

    async def aclose(self) -> None:
        """Close the connection of the event loop that runs. A later call opens another."""
        await self._lines.aclose()

    def __repr__(self) -> str:
        limit = self._limit
        return f"<RedisRateLimit rate={limit.rate:g} burst={limit.burst} {self._on_failure}>"

    def __reduce__(self) -> tuple[object, ...]:
        return _from_environment, (self._limit.rate, self._limit.burst, self._on_failure)


class RedisLimiter:
    """The turns of one credential, in a Redis; or in this process, while that is away.

    A turn of this process is a negative number.
    """

    def __init__(
        self, lines: Lines, limit: RateLimit, key: str, local: Limiter, on_failure: OnFailure
    ) -> None:
        self._lines = lines
        self._limit = limit
        self._key = key
        self._local = local
        self._on_failure: OnFailure = on_failure

    def take(self, within: float) -> tuple[int | None, float]:
        """Take the next turn."""
        return self._taken(self._lines.ask(self._key, self._say("take", within), within), within)

    def look(self, turn: int) -> float:
        """Return how many seconds it is until a turn comes."""
        if turn < 0:
            return self._local.look(-turn)
        return self._seen(self._lines.ask(self._key, self._say("look", turn), math.inf))

    def give_back(self, turn: int) -> None:
        """Give a turn of this process back."""
        if turn < 0:
            self._local.give_back(-turn)

    def slow(self, pause: float, age: float) -> None:
        """Slow down, here and in Redis."""
        self._local.slow(pause, age)
        self._lines.ask(self._key, self._say("slow", pause, age), math.inf)

    async def atake(self, within: float) -> tuple[int | None, float]:
        """Take the next turn."""
        arguments = self._say("take", within)
        return self._taken(await self._lines.aask(self._key, arguments, within), within)

    async def alook(self, turn: int) -> float:
        """Return how many seconds it is until a turn comes."""
        if turn < 0:
            return self._local.look(-turn)
        return self._seen(await self._lines.aask(self._key, self._say("look", turn), math.inf))

    async def aslow(self, pause: float, age: float) -> None:
        """Slow down, here and in Redis."""
        self._local.slow(pause, age)
        await self._lines.aask(self._key, self._say("slow", pause, age), math.inf)

    def _say(self, what: str, *figures: float) -> list[Argument]:
        return [what, self._limit.rate, self._limit.burst, *(min(f, 1e15) for f in figures)]

    def _taken(self, answer: Answer | str | None, within: float) -> tuple[int | None, float]:
        if answer is None:
            return None, within
        if isinstance(answer, str):
            self._check_open(answer)
            turn, wait = self._local.take(within)
            return None if turn is None else -turn, wait
        return answer[0] or None, answer[1]

    def _seen(self, answer: Answer | str | None) -> float:
        if isinstance(answer, str):
            self._check_open(answer)
        return answer[1] if isinstance(answer, tuple) else 0.0

    def _check_open(self, reason: str) -> None:
        if self._on_failure == "closed":
            raise RateLimitUnavailableError(
                f"the Redis of the rate limit is away ({reason}), so nothing was sent; "
                "on_failure='open' would go on without it"
            )


def _key(scope: str, token: Secret) -> str:
    owner = hashlib.sha256(f"{scope}\0{token.reveal()}".encode("utf-8", "surrogatepass"))
    return f"integrations_sdk:rate:{owner.hexdigest()[:32]}"


def _from_environment(rate: float, burst: int, on_failure: OnFailure) -> RedisRateLimit:
    """Unpickle. A URL may hold a password, so it is that of the environment at the other end."""
    return RedisRateLimit.from_url(rate=rate, burst=burst, on_failure=on_failure)
