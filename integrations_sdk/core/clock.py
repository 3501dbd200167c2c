"""The time that calls go by: the machine's, unless a test lets waits pass at once."""

from __future__ import annotations

import time as machine
from collections.abc import Awaitable, Callable


async def _asleep(seconds: float) -> None:
    from asyncio import sleep  # not at the top: a synchronous program does without

    await sleep(seconds)


monotonic: Callable[[], float] = machine.monotonic
time: Callable[[], float] = machine.time
sleep: Callable[[float], None] = machine.sleep
asleep: Callable[[float], Awaitable[None]] = _asleep
