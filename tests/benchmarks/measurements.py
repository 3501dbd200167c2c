"""What is measured, and the rounds that do it."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from .contenders import TABLE
from .documents import celigo_list
from .processes import ROOT, child, environment
from .server import DELAYS
from .worker import IDLE_CLIENTS, LIST_LENGTH, TASKS

_LIBRARIES: Final = ("httpx", "httpx2", "requests", "pyreqwest")
_SDKS: Final = ("losant-rest", "openai", "anthropic", "stripe")
_OURS: Final = ("sdk", "sdk-httpx2", "sdk-fast")
_OURS_ASYNC: Final = ("sdk-async", "sdk-fast-async")

GROWTH: Final = (1, 10, 100, 1000)
GROWING: Final = ("httpx", "aiohttp", "sdk", "sdk-fast")


@dataclass(frozen=True)
class Measurement:
    """One of the things that are measured.

    Attributes:
        name: Its name on the command line.
        title: What its figures are.
        values: What each round yields; the first is compared.
        rows: Its contenders.
        baseline: What the others are compared to.
        rounds: How many, unless told otherwise.
        fresh: Whether each round has a process of its own.
    """

    name: str
    title: str
    values: tuple[str, ...]
    rows: tuple[str, ...]
    baseline: str | None
    rounds: int
    fresh: bool = False


ALL: Final = {
    one.name: one
    for one in (
        Measurement(
            "call",
            "one warm call, decoded",
            ("seconds", "cpu_seconds"),
            ("raw", "http.client", *_LIBRARIES, *_SDKS, *_OURS, "sdk-memory"),
            "httpx",
            rounds=15,
        ),
        Measurement(
            "tasks",
            f"calls of {TASKS} tasks at once",
            ("calls_per_second", "cpu_seconds"),
            ("httpx", "httpx2", "aiohttp", "pyreqwest", "openai", "anthropic", *_OURS),
            "openai",
            rounds=9,
        ),
        Measurement(
            "start",
            "a fresh process, up to one decoded answer",
            ("seconds",),
            (
                *("nothing", "http.client", *_LIBRARIES, "httpx-unverified"),
                *(*_SDKS, *_OURS, "sdk-certificates"),
            ),
            "httpx",
            rounds=15,
        ),
        Measurement(
            "list",
            f"a list of {LIST_LENGTH:,} integrations, decoded",
            ("seconds",),
            ("json", "orjson", "msgspec", "pydantic", "sdk-list", "sdk-msgspec"),
            "pydantic",
            rounds=11,
        ),
        Measurement(
            "clients",
            "each further client",
            ("seconds", "bytes", "traced_bytes"),
            (*_LIBRARIES, *_SDKS, *_OURS, *_OURS_ASYNC),
            "httpx",
            rounds=5,
            fresh=True,
        ),
        Measurement(
            "idle",
            f"each of {IDLE_CLIENTS} clients that keep a connection",
            ("bytes", "seconds"),
            ("raw", *_LIBRARIES, "aiohttp", "openai", "anthropic", "stripe", *_OURS, *_OURS_ASYNC),
            "httpx",
            rounds=3,
            fresh=True,
        ),
        Measurement(
            "growth",
            "more tasks, and a slower server",
            ("cpu_seconds", "calls_per_second"),
            tuple(f"{row}/{n}/{delay}" for row in GROWING for delay in DELAYS for n in GROWTH),
            None,
            rounds=3,
            fresh=True,
        ),
    )
}


def label(row: str) -> str:
    """Return the name of a row: of a contender, or of one with some tasks and a slow server."""
    key, *cell = row.split("/")
    name = TABLE[key].label
    return f"{name}, {cell[0]} tasks, {cell[1]} ms" if cell else name


Asked = Callable[[], dict[str, Any]]


def measure(
    one: Measurement, servers: dict[int, str], rounds: int, rows: Iterable[str]
) -> dict[str, Any]:
    """Measure contenders in turn, round after round.

    Returns:
        For each row the values of all rounds; for those that cannot be had, why not.
    """
    figures: dict[str, dict[str, list[Any]]] = {}
    missing: dict[str, str] = {}
    result: dict[str, Any] = {"rounds": rounds, "rows": figures, "missing": missing}
    with ExitStack() as stack:
        target = servers[0]
        if one.name == "list":
            target, result["size"] = stack.enter_context(_list_file())
        asked: dict[str, Asked] = {}
        for row in rows:
            asked[row] = stack.enter_context(_asking(one, row, servers, target))
        for number in range(rounds):
            turn = number % len(asked)
            for row in [*list(asked)[turn:], *list(asked)[:turn]]:
                if row in missing:
                    continue
                answer = asked[row]()
                if "missing" in answer:
                    missing[row] = answer["missing"]
                    figures.pop(row, None)
                    continue
                for name, value in answer.items():
                    figures.setdefault(row, {}).setdefault(name, []).append(value)
    return result


@contextmanager
def _asking(one: Measurement, row: str, servers: dict[int, str], target: str) -> Iterator[Asked]:
    """Yield what measures one row once."""
    if one.name == "start":
        yield lambda: _started(TABLE[row].start or "", target)
        return
    key, *cell = row.split("/")
    if cell:
        target = servers[int(cell.pop())]
    arguments = ("-m", "tests.benchmarks.worker", one.name, key, target, *cell)
    if one.fresh:
        yield lambda: _fresh(arguments)
        return
    with child(*arguments) as process:
        ready = process.read()
        yield (lambda: ready) if "missing" in ready else process.ask


def _fresh(arguments: tuple[str, ...]) -> dict[str, Any]:
    with child(*arguments) as process:
        ready: dict[str, Any] = process.read()
        return ready if "missing" in ready else process.ask()


def _started(script: str, base: str) -> dict[str, Any]:
    began = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-c", script, base],
        cwd=ROOT,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        assert process.stderr
        line = process.stdout.readline()
        spent = time.perf_counter() - began
        words = process.stderr.read().strip()
    if not line:
        return {"missing": words.splitlines()[-1] if words else "it said nothing"}
    return {"seconds": spent}


@contextmanager
def _list_file() -> Iterator[tuple[str, int]]:
    content = celigo_list(LIST_LENGTH)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "list.json"
        path.write_bytes(content)
        yield str(path), len(content)
