"""Many calls on one client, some of them under faults: does it grow, does it leak?

``python -m tests.storm.soak --calls 100000`` does so for each face of two transports, each in a
process of its own.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import itertools
import json
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import attrs

from integrations_sdk import (
    AsyncFastTransport,
    AsyncLosant,
    FastTransport,
    IntegrationsError,
    Losant,
    Timeout,
)
from integrations_sdk.losant import IntegrationPatch

from .clients import RETRY
from .ledger import Control
from .storm import Sky, held, sky
from .world import APPLICATION

MOST: Final = 4 * 1024 * 1024
"""Bytes that a process may grow by once it is warm."""

KINDS: Final = ("httpx-threads", "httpx-tasks", "fast-threads", "fast-tasks")

_RATE: Final = 0.05
_AT_ONCE: Final = 8
_FIRST: Final = 20
_TIMEOUT: Final = Timeout(connect=1, read=1, total=2)
_SETTLING: Final = 5.0


@attrs.define
class Soaked:
    """What a soak came to.

    Attributes:
        kind: On which transport, on which face.
        calls: How many.
        seconds: How long they took.
        growth: Bytes that the process grew by once it was warm.
        left: Descriptors, threads, tasks and connections that are more than there were before.
        outcomes: Errors by their class, and successes.
        faults: What happened to requests.
    """

    kind: str
    calls: int
    seconds: float = 0
    growth: int = 0
    left: dict[str, int] = attrs.Factory(dict)
    outcomes: dict[str, int] = attrs.Factory(Counter[str])
    faults: dict[str, int] = attrs.Factory(dict)

    @property
    def passed(self) -> bool:
        """Whether it grew and left behind no more than it may."""
        return self.growth <= MOST and not any(self.left.values())


class _Soak:
    def __init__(self, kind: str, calls: int, above: Sky) -> None:
        self.result = Soaked(kind, calls)
        self._above = above
        self._library, _, face = kind.partition("-")
        self._is_async = face == "tasks"
        self._turns: Iterator[int] = iter(())
        self._warm_at = self._warm = 0
        self._control = Control(above.url)
        self._lock = threading.Lock()

    def run(self) -> Soaked:
        self._control("begin")
        self._ride(_FIRST)  # what is started once is started by these
        before = held()
        self.result.outcomes.clear()
        began = time.monotonic()
        self._ride(self.result.calls)
        self.result.seconds = time.monotonic() - began
        self._check(before)
        return self.result

    def _ride(self, calls: int) -> None:
        self._turns = iter(range(calls))
        self._warm_at = calls // 5
        if self._is_async:
            asyncio.run(self._with_tasks())
        else:
            self._with_threads()

    def _options(self) -> dict[str, Any]:
        above = self._above
        ticket = {"x-storm": "soak"}
        base_url = f"{above.url}/losant"
        return {"base_url": base_url, "retry": RETRY, "timeout": _TIMEOUT, "headers": ticket}

    def _with_threads(self) -> None:
        transport = FastTransport() if self._library == "fast" else None
        token = self._above.tokens["losant"]
        with Losant(token, transport=transport, **self._options()) as client:
            threads = [
                threading.Thread(target=self._in_thread, args=(client,)) for _ in range(_AT_ONCE)
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        if transport is not None:
            transport.close()

    async def _with_tasks(self) -> None:
        transport = AsyncFastTransport() if self._library == "fast" else None
        token = self._above.tokens["losant"]
        async with AsyncLosant(token, transport=transport, **self._options()) as client:
            await asyncio.gather(*(self._in_task(client) for _ in range(_AT_ONCE)))
        if transport is not None:
            await transport.aclose()
        self.result.left["tasks"] = len(asyncio.all_tasks()) - 1

    def _in_thread(self, client: Any) -> None:
        for call in self._calls(client):
            try:
                call()
            except IntegrationsError as error:
                self._count(type(error).__name__)
            else:
                self._count("success")

    async def _in_task(self, client: Any) -> None:
        for call in self._calls(client):
            try:
                await call()
            except IntegrationsError as error:
                self._count(type(error).__name__)
            else:
                self._count("success")

    def _count(self, outcome: str) -> None:
        with self._lock:
            self.result.outcomes[outcome] += 1

    def _calls(self, client: Any) -> Iterator[Any]:
        """Yield calls as long as there are any left to make."""
        own = itertools.cycle((_get, _get, _get, _patch, _list))
        for number in self._turns:
            if number == self._warm_at:
                self._warm = _resident()
            yield next(own)(client)
            if number == self.result.calls - 1:  # while the other threads are still there
                self.result.growth = _resident() - self._warm

    def _check(self, before: dict[str, int]) -> None:
        gc.collect()
        until = time.monotonic() + _SETTLING
        while True:
            after = held()
            figures = self._control("figures")
            left = {name: max(0, after[name] - before[name]) for name in before}
            left["connections"] = figures["connections"]
            if not any(left.values()) or time.monotonic() > until:
                break
            time.sleep(0.05)
        self.result.left |= left
        self.result.faults = figures["faults"]


_IDS: Final = {"application_id": APPLICATION, "integration_id": "575ed78e7ae143cd83dc4aab"}


def _get(client: Any) -> Any:
    return lambda: client.integration.get(**_IDS)


def _patch(client: Any) -> Any:
    return lambda: client.integration.patch(**_IDS, integration=IntegrationPatch(name="soaked"))


def _list(client: Any) -> Any:
    return lambda: client.integration.list(application_id=APPLICATION)


def _resident() -> int:
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def soak(kind: str, calls: int) -> Soaked:
    """Soak one kind of client in this process."""
    with sky(1, _RATE) as above:
        return _Soak(kind, calls, above).run()


def soak_apart(kind: str, calls: int) -> Soaked:
    """Soak one kind of client in a process of its own."""
    command = [sys.executable, "-m", "tests.storm.soak", "--calls", str(calls), "--kind", kind]
    root = Path(__file__).parents[2]
    done = subprocess.run(command, cwd=root, check=True, stdout=subprocess.PIPE)
    return Soaked(**json.loads(done.stdout))


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.storm.soak")
    parser.add_argument("--calls", type=int, default=100_000)
    parser.add_argument("--kind", choices=KINDS)
    asked = parser.parse_args()
    if asked.kind is not None:
        print(json.dumps(attrs.asdict(soak(asked.kind, asked.calls))))
        return 0
    soaked = [_told(soak_apart(kind, asked.calls)) for kind in KINDS]
    return not all(result.passed for result in soaked)


def _told(result: Soaked) -> Soaked:
    met = sum(count for name, count in result.faults.items() if name != "none")
    print(
        f"{result.kind}: {result.calls:,} calls in {result.seconds:.0f} s, {met:,} requests met a "
        f"fault; grown by {result.growth / 2**20:.2f} MiB; left behind: {result.left}; "
        f"{dict(result.outcomes)}{'' if result.passed else '  ##### FAILED #####'}",
        flush=True,
    )
    return result


if __name__ == "__main__":
    sys.exit(main())
