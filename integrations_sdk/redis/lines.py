"""The ways to one Redis: a connection for each process, and for each of its event loops.

One command at a time goes by each, which is as fast as Redis answers. What goes wrong is told by a
word: an exception of redis-py may hold the URL, and with it a password.
"""

from __future__ import annotations

import os
import threading
import time
from typing import TYPE_CHECKING, Any, Final, TypeAlias
from weakref import WeakKeyDictionary

from integrations_sdk.core.errors import ConfigurationError
from integrations_sdk.core.logs import log

from .script import SCRIPT

if TYPE_CHECKING:
    import asyncio

    from integrations_sdk.core.secret import Secret

PATIENCE: Final = 0.25
"""Seconds to wait for a connection to Redis, and for an answer."""

AGAIN: Final = 1.0
"""Seconds for which calls go on without a Redis that is away, before one of them tries it again."""

Answer: TypeAlias = tuple[int, float]
"""A turn, 0 for none, and seconds."""

Argument: TypeAlias = "str | float"


class Lines:
    """Asks a Redis, on either face.

    Args:
        url: Where it is.
        goes_on: Whether calls go on without it, so that there is no need to try it for each.

    Raises:
        ConfigurationError: When redis-py is not installed.
    """

    def __init__(self, url: Secret, *, goes_on: bool) -> None:
        _check_library()
        self._url = url
        self._goes_on = goes_on
        self._left_to_parents: list[Any] = []
        self._begin()

    def _begin(self) -> None:
        self._lock = threading.Lock()
        self._line: tuple[Any, Any] | None = None  # a client of redis-py, and its script
        self._loops: WeakKeyDictionary[asyncio.AbstractEventLoop, tuple[asyncio.Lock, Any, Any]] = (
            WeakKeyDictionary()
        )
        self._failures = 0
        self._away: str | None = None  # what was wrong last, unless it is well again
        self._again_at = 0.0
        self._pid = os.getpid()  # the last: another thread of a child may go on once it is right

    def is_sensible(self) -> bool:
        """Tell whether the URL can be one. Nothing is sent."""
        from redis import Redis

        try:
            self._client(Redis, None)
        except ValueError:
            return False
        return True

    def ask(self, key: str, arguments: list[Argument], within: float) -> Answer | str | None:
        """Run the script on a key.

        Args:
            key: Whose budget it is about.
            arguments: What the script is told.
            within: Seconds in which the connection must become free.

        Returns:
            The answer; in words, why there is none; None when the connection was not free in time.
        """
        self._notice_fork()
        if (away := self._rest()) is not None:
            return away
        failures = self._failures
        if not self._lock.acquire(timeout=max(0.0, min(within, threading.TIMEOUT_MAX))):
            return None
        try:
            if self._away is not None and failures != self._failures:
                return self._away  # it failed while this call waited for the connection
            return self._exchange(key, arguments)
        finally:
            self._lock.release()

    def _exchange(self, key: str, arguments: list[Argument]) -> Answer | str:
        from redis import Redis, RedisError
        from redis.retry import Retry

        try:
            if self._line is None:
                client = self._client(Redis, Retry)
                self._line = client, client.register_script(SCRIPT)
            answer = self._line[1](keys=[key], args=arguments)
        except (RedisError, OSError) as error:
            reason = type(error).__name__
        else:
            return self._came(answer)
        return self._failed(reason)

    async def aask(self, key: str, arguments: list[Argument], within: float) -> Answer | str | None:
        """Do the same on the asynchronous face."""
        import anyio

        self._notice_fork()
        if (away := self._rest()) is not None:
            return away
        with anyio.move_on_after(max(0.0, within)):  # asyncio's own may swallow a cancellation
            return await self._in_turn(key, arguments)
        return None

    async def _in_turn(self, key: str, arguments: list[Argument]) -> Answer | str:
        lock, _, script = self._line_of_loop()
        failures = self._failures
        async with lock:
            if self._away is not None and failures != self._failures:
                return self._away
            return await self._aexchange(script, key, arguments)

    async def _aexchange(self, script: Any, key: str, arguments: list[Argument]) -> Answer | str:
        from redis import RedisError

        try:
            answer = await script(keys=[key], args=arguments)
        except (RedisError, OSError) as error:
            reason = type(error).__name__
        else:
            return self._came(answer)
        return self._failed(reason)

    def _line_of_loop(self) -> tuple[asyncio.Lock, Any, Any]:
        import asyncio

        from redis.asyncio import Redis
        from redis.asyncio.retry import Retry

        loop = asyncio.get_running_loop()
        line = self._loops.get(loop)
        if line is None:
            for other in list(self._loops):  # a connection refers to its loop, and would keep it
                if other.is_closed():
                    self._loops.pop(other, None)
            client = self._client(Redis, Retry)
            line = asyncio.Lock(), client, client.register_script(SCRIPT)
            self._loops[loop] = line
        return line

    def _client(self, class_: Any, retry: Any) -> Any:
        from redis.backoff import NoBackoff

        return class_.from_url(
            self._url.reveal(),
            socket_timeout=PATIENCE,
            socket_connect_timeout=PATIENCE,
            retry=None if retry is None else retry(NoBackoff(), 0),
        )

    def _notice_fork(self) -> None:
        if self._pid != os.getpid():
            self._left_to_parents += [self._line, self._loops]  # to close them would disturb it
            self._begin()

    def _rest(self) -> str | None:
        """Return why Redis is not to be asked now, if it is not."""
        if self._away is None or not self._goes_on or time.monotonic() >= self._again_at:
            return None
        return self._away

    def _came(self, answer: Any) -> Answer:
        if self._away is not None:
            self._away = None
            log.info("the Redis of the rate limit is back")
        turn, seconds = answer
        return int(turn), float(seconds)

    def _failed(self, reason: str) -> str:
        self._failures += 1
        self._again_at = time.monotonic() + AGAIN
        if self._away is None:
            instead = "each process goes by itself" if self._goes_on else "nothing is sent"
            log.warning("the Redis of the rate limit is away (%s): %s", reason, instead)
        self._away = reason
        return reason

    def close(self) -> None:
        """Close the connection of the synchronous face."""
        self._notice_fork()
        with self._lock:
            line, self._line = self._line, None
        if line is not None:
            line[0].close()

    async def aclose(self) -> None:
        """Close the connection of this event loop."""
        import asyncio

        self._notice_fork()
        line = self._loops.pop(asyncio.get_running_loop(), None)
        if line is not None:
            async with line[0]:
                await line[1].aclose()


def _check_library() -> None:
    try:
        import redis
    except ImportError:
        found = False
    else:
        found = hasattr(redis, "asyncio")
    if not found:
        raise ConfigurationError(
            "RedisRateLimit needs redis-py: pip install 'integrations-sdk[redis]'"
        )
