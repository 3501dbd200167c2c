"""One contender in a process of its own: it gets ready, then measures once for each line it reads.

Its heap, its garbage collector and its imports are its own, as they are in an application.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import sys
import time
import tracemalloc
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from .calls import Call
from .contenders import TABLE, Contender
from .processes import raise_file_limit
from .tasks import AsyncCall

Values = dict[str, Any]
Round = Callable[[], Values]

LIST_LENGTH: Final = 10_000
TASKS: Final = 100
IDLE_CLIENTS: Final = 50
_MOST_CLIENTS: Final = 1_000
_FEWEST_CLIENTS: Final = 30
_LONGEST_CLIENTS: Final = 1.5
# Clients that are only made are made for an encrypted address, as they are in real life; none calls
# it. Certificates are loaded, or shared, as each sees fit.
_ENCRYPTED: Final = "https://127.0.0.1:9"


def one_call(contender: Contender, base: str) -> Round:
    """Time calls one after the other, for a fifth of a second."""
    assert contender.call
    call = contender.call(base)
    _check(call())
    spent = _time(call, 100)
    count = max(20, int(0.2 / spent))

    def measure() -> Values:
        for _ in range(10):  # it may have closed its connection meanwhile
            call()
        busy = time.process_time()
        spent = _time(call, count)
        return {"seconds": spent, "cpu_seconds": (time.process_time() - busy) / count}

    return measure


def many_tasks(contender: Contender, base: str, tasks: int = TASKS) -> Round:
    """Count the calls that many tasks get done in a second."""
    loop = asyncio.new_event_loop()
    call = loop.run_until_complete(_opened(contender, base))
    _check(loop.run_until_complete(_awaited(call)))
    return lambda: loop.run_until_complete(_load(call, tasks, seconds=1.0))


async def _load(call: AsyncCall, tasks: int, seconds: float) -> Values:
    done = 0
    failed: Counter[str] = Counter()

    async def work() -> None:
        nonlocal done
        while time.perf_counter() < end:
            try:
                await call()
                done += 1
            except Exception as error:  # noqa: BLE001 -- counted, whatever it is
                failed[type(error).__name__] += 1

    await asyncio.gather(*(_awaited(call) for _ in range(tasks)), return_exceptions=True)
    busy, began = time.process_time(), time.perf_counter()
    end = began + seconds
    await asyncio.gather(*(work() for _ in range(tasks)))
    busy, spent = time.process_time() - busy, time.perf_counter() - began
    return {
        "calls_per_second": done / spent,
        "cpu_seconds": busy / max(done, 1),
        "failed": dict(failed),
    }


def whole_list(contender: Contender, path: str) -> Round:
    """Time the decoding of a list."""
    assert contender.decode
    decode = contender.decode(path)

    def measure() -> Values:
        gc.collect()
        began = time.perf_counter()
        decoded = decode()
        spent = time.perf_counter() - began
        assert isinstance(decoded, list)
        assert len(decoded) == LIST_LENGTH
        return {"seconds": spent}

    measure()
    return measure


def more_clients(contender: Contender, _base: str) -> Round:
    """Time how further clients are made, and weigh them."""
    open_ = _opener(contender)

    def make(most: int) -> list[object]:
        until = time.perf_counter() + _LONGEST_CLIENTS
        made: list[object] = []
        while len(made) < most and (len(made) < _FEWEST_CLIENTS or time.perf_counter() < until):
            made.append(open_(_ENCRYPTED))
        return made

    first = open_(_ENCRYPTED)

    def measure() -> Values:
        gc.collect()
        before, began = _memory(), time.perf_counter()
        kept = make(_MOST_CLIENTS)
        spent = time.perf_counter() - began
        gc.collect()
        held = _memory() - before
        values: Values = {"seconds": spent / len(kept), "bytes": held / len(kept)}
        tracemalloc.start()
        kept.append(make(_FEWEST_CLIENTS))
        gc.collect()
        kept.append(first)
        return {**values, "traced_bytes": tracemalloc.get_traced_memory()[0] / _FEWEST_CLIENTS}

    return measure


def idle_clients(contender: Contender, base: str) -> Round:
    """Weigh clients that made a call each, and keep its connection."""
    loop = asyncio.new_event_loop()

    def called() -> object:
        if contender.call:
            call = contender.call(base)
            _check(call())
            return call
        awaited = loop.run_until_complete(_opened(contender, base))
        _check(loop.run_until_complete(_awaited(awaited)))
        return awaited

    kept = [called()]

    def measure() -> Values:
        gc.collect()
        before, began = _memory(), time.perf_counter()
        kept.extend(called() for _ in range(IDLE_CLIENTS))
        spent = time.perf_counter() - began
        gc.collect()
        held = _memory() - before
        return {"bytes": held / IDLE_CLIENTS, "seconds": spent / IDLE_CLIENTS}

    return measure


async def _awaited(call: AsyncCall) -> object:
    return await call()


async def _opened(contender: Contender, base: str) -> AsyncCall:
    assert contender.tasks
    return contender.tasks(base)  # in a loop, since some clients ask for it


def _opener(contender: Contender) -> Callable[[str], object]:
    open_ = contender.call or contender.tasks
    assert open_
    return open_


def _time(call: Call, count: int) -> float:
    began = time.perf_counter()
    for _ in range(count):
        call()
    return (time.perf_counter() - began) / count


def _check(answer: Any) -> None:
    """Make sure that what was decoded is a document, and no error."""
    assert answer["id"] if isinstance(answer, dict) else answer.id


def _memory() -> int:
    """Return the bytes of memory that this process has; the most it ever had, where not Linux."""
    statistics = Path("/proc/self/statm")
    if statistics.exists():
        return int(statistics.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


KINDS: Final[dict[str, Callable[..., Round]]] = {
    "call": one_call,
    "tasks": many_tasks,
    "list": whole_list,
    "clients": more_clients,
    "idle": idle_clients,
    "growth": many_tasks,
}


def main(kind: str, row: str, target: str, *tasks: str) -> None:
    """Get ready, say so, and measure at each line of input."""
    raise_file_limit()
    try:
        measure = KINDS[kind](TABLE[row], target, *map(int, tasks))
    except Exception as error:  # noqa: BLE001 -- told, whatever it is
        print(json.dumps({"missing": f"{type(error).__name__}: {error}"}), flush=True)
        return
    print(json.dumps({"ready": row}), flush=True)
    for _ in sys.stdin:
        print(json.dumps(measure()), flush=True)
    os._exit(0)  # without the complaints of clients that nobody closed


if __name__ == "__main__":
    main(*sys.argv[1:])
