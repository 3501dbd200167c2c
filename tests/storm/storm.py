"""A storm: workers that follow their plans at the same time, in threads and in tasks."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeVar

import attrs

from integrations_sdk import IntegrationsError

from .actions import ACTIONS
from .clients import GROUPS, Clients, Group
from .ledger import Control, Ledger, Outcome, Violation
from .plan import PATIENCE, Step, fault, steps
from .pulse import Pulse
from .world import WORKERS

T = TypeVar("T")

RATE: Final = 0.25
"""The share of requests that something happens to."""


@attrs.define
class Report:
    """What a storm came to."""

    seed: int
    seconds: float = 0
    overrun: tuple[float, float] = (0, 0)
    calls: Counter[str] = attrs.Factory(Counter)
    outcomes: Counter[str] = attrs.Factory(Counter)
    faults: Counter[str] = attrs.Factory(Counter)
    checks: Counter[str] = attrs.Factory(Counter)
    violations: list[str] = attrs.Factory(list)
    not_tested: list[str] = attrs.Factory(list)


@attrs.frozen
class Sky:
    """Where a storm happens: a proxy with its sandbox, and a port that nobody listens on.

    Attributes:
        seed: What the plan is made of.
        rate: The share of requests that something happens to.
        url: Where the proxy is.
        nowhere: Where nobody listens.
        tokens: For each platform.
    """

    seed: int
    rate: float
    url: str
    nowhere: str
    tokens: dict[str, str]


@contextlib.contextmanager
def sky(seed: int, rate: float = RATE) -> Iterator[Sky]:
    """Run a proxy in a process of its own."""
    command = [sys.executable, "-m", "tests.storm.proxy", str(seed), str(rate)]
    root = Path(__file__).parents[2]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    with (
        socket.socket() as held,
        subprocess.Popen(
            command, cwd=root, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as process,
    ):
        held.bind(("127.0.0.1", 0))
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
        nowhere = f"http://127.0.0.1:{held.getsockname()[1]}"
        yield Sky(seed, rate, told["url"], nowhere, told["tokens"])
        process.communicate()


def storm(
    above: Sky,
    calls: int,
    *,
    workers: Sequence[int] = range(WORKERS),
    wrap: Callable[[Any], Any] | None = None,
    patience: float = 5,
) -> Report:
    """Run a storm.

    Args:
        above: Where.
        calls: How many, if all workers make them together.
        workers: Which of the workers to let loose, each with its own share.
        wrap: Puts something between the clients and their transports.
        patience: Seconds that connections and descriptors have to go away once all are closed.
    """
    report = Report(above.seed)
    _Storm(report, above, calls // WORKERS, wrap).run(workers, patience)
    return report


class _Storm:
    def __init__(
        self, report: Report, above: Sky, share: int, wrap: Callable[[Any], Any] | None
    ) -> None:
        self._report = report
        self._above = above
        self._share = share
        self._wrap = wrap
        self._over = threading.Event()
        self._pulse = Pulse()
        self._fixed: dict[str, Any] = {}
        self._control = Control(above.url)
        self._control("begin")
        self._ledgers: dict[int, Ledger] = {}

    def run(self, workers: Sequence[int], patience: float) -> None:
        by_group = {group: workers_of(group, workers) for group in GROUPS}
        groups = {group: own for group, own in by_group.items() if own and group.is_installed}
        self._report.not_tested = [str(g) for g, own in by_group.items() if own and g not in groups]
        with _strays() as strays:
            self._open_and_close(groups)
            before = held()
            began = time.monotonic()
            with self._pulse:
                self._let_loose(groups)
            self._report.seconds = time.monotonic() - began
            self._settle()
            self._check_leaks(before, patience)
            self._control.close()
        self._report.violations += strays

    def _clients(self, group: Group) -> Clients:
        above = self._above
        return Clients(
            group, url=above.url, nowhere=above.nowhere, tokens=above.tokens, wrap=self._wrap
        )

    def _open_and_close(self, groups: dict[Group, list[int]]) -> None:
        """Have everything imported, and started that is started once; keep what never changes."""
        for group in groups:
            clients = self._clients(group)
            if group.is_async:
                asyncio.run(_once(clients))
            else:
                clients.warm()
                clients.close()
        above = self._above
        honest = Clients(GROUPS[0], url=above.url, nowhere=above.nowhere, tokens=above.tokens)
        everything = honest.players()
        honest.close()
        self._fixed = {"all": everything, **{str(item.id): item for item in everything}}

    def _let_loose(self, groups: dict[Group, list[int]]) -> None:
        shared = {group: self._clients(group) for group in groups if not group.is_async}
        for clients in shared.values():
            clients.warm()
        threads = [
            threading.Thread(target=self._in_thread, args=(worker, clients))
            for group, clients in shared.items()
            for worker in groups[group]
        ]
        for thread in threads:
            thread.start()
        try:
            asyncio.run(self._in_loop({g: own for g, own in groups.items() if g.is_async}))
        except BaseException:
            self._over.set()
            raise
        finally:
            for thread in threads:
                thread.join()
            for clients in shared.values():
                clients.close()

    async def _in_loop(self, groups: dict[Group, list[int]]) -> None:
        asyncio.get_running_loop().set_exception_handler(self._stray)
        shared = {group: self._clients(group) for group in groups}
        for clients in shared.values():
            await clients.awarm()
        await asyncio.gather(
            *(self._in_task(worker, shared[group]) for group in groups for worker in groups[group])
        )
        for clients in shared.values():
            await clients.aclose()
        left = asyncio.all_tasks() - {asyncio.current_task()}
        if left:
            self._report.violations.append(f"tasks left behind: {left}")

    def _stray(self, _: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        self._report.violations.append(f"in the event loop: {context}")

    def _plan(self, worker: int, clients: Clients) -> Iterator[tuple[Step, Ledger]]:
        """Go through a plan, until it ends or something is wrong anywhere."""
        control = Control(self._above.url)
        ledger = self._ledgers[worker] = Ledger(worker, control, self._fixed)
        try:
            for step in steps(self._report.seed, worker, self._share):
                if self._over.is_set():
                    break
                yield step, ledger
        finally:
            control.close()

    def _in_thread(self, worker: int, clients: Clients) -> None:
        for step, ledger in self._plan(worker, clients):
            value, error = None, None
            began = time.monotonic()
            try:
                value = ACTIONS[step.action].run(clients.of(step), ledger.target(step, list))
            except BaseException as raised:  # noqa: BLE001 -- whatever it is, it is judged
                error = raised.with_traceback(None)
            seconds, late = time.monotonic() - began, self._pulse.lateness(began)
            outcome = Outcome(value, error, seconds, late)
            applied = self._judged(step, partial(ledger.settle, step, outcome))
            if applied is not None and outcome.is_ambiguous:
                told = _checked(outcome.error)
                self._judged(step, partial(ledger.compare_check, step, applied, told))
            self._judged(step, partial(ledger.book, step, outcome, applied or []))

    async def _in_task(self, worker: int, clients: Clients) -> None:
        for step, ledger in self._plan(worker, clients):
            task = asyncio.ensure_future(_called(step, clients.of(step), ledger))
            since = [time.monotonic()]
            timer = None
            if step.cancel is not None:
                timer = asyncio.get_running_loop().call_later(step.cancel, _cancel, task, since)
            await asyncio.wait([task])
            seconds, late = time.monotonic() - since[-1], self._pulse.lateness(since[-1])
            if timer is not None:
                timer.cancel()
            was_cancelled = len(since) > 1
            error = asyncio.CancelledError() if task.cancelled() else task.exception()
            value = None if error is not None else task.result()
            outcome = Outcome(value, error, seconds, late, was_cancelled)
            await self._in_step(step, ledger, outcome)

    async def _in_step(self, step: Step, ledger: Ledger, outcome: Outcome) -> None:
        """Judge a step, asking the proxy in a thread: it may block."""
        judge, beside = self._judged, asyncio.to_thread
        applied = await beside(judge, step, partial(ledger.settle, step, outcome))
        if applied is not None and outcome.is_ambiguous:
            told = await _achecked(outcome.error)
            judge(step, partial(ledger.compare_check, step, applied, told))
        await beside(judge, step, partial(ledger.book, step, outcome, applied or []))

    def _judged(self, step: Step, judge: Callable[[], T]) -> T | None:
        """Run a part of the judgement; None, and the end of the storm, when something is wrong."""
        try:
            return judge()
        except Exception as error:  # noqa: BLE001 -- a mistake of the storm's own must not be lost
            self._over.set()
            self._report.violations.append(self._told(step, _group(step.worker), error))
            return None

    def _told(self, step: Step, group: Group, error: Exception) -> str:
        seed = self._report.seed
        said = error if isinstance(error, Violation) else f"the storm itself failed: {error!r}"
        fate = [
            fault(seed, step.ticket, attempt, self._above.rate) or "none" for attempt in range(3)
        ]
        timeout = PATIENCE[step.patience]
        return (
            f"worker {step.worker} ({group}), step {step.number}, {step.action}: {said}\n"
            f"  {timeout}, nobody listens: {step.refused}, cancelled after: {step.cancel}\n"
            f"  faults planned for its requests: {'; '.join(fate)}\n"
            f"  again: make storm SEED={seed} WORKER={step.worker} N={self._share * WORKERS}"
        )

    def _settle(self) -> None:
        report = self._report
        journal, documents = self._control("journal"), self._control("documents")
        for worker, ledger in self._ledgers.items():
            report.calls += ledger.calls
            report.outcomes += ledger.outcomes
            report.faults += ledger.faults
            report.checks += ledger.checks
            report.overrun = max(report.overrun, ledger.overrun)
            for step, violation in ledger.audit(journal):
                report.violations.append(self._told(step, _group(worker), violation))
            try:
                if not self._over.is_set():
                    ledger.compare(documents)
            except Violation as violation:
                again = f"make storm SEED={report.seed} WORKER={worker} N={self._share * WORKERS}"
                report.violations.append(f"worker {worker}, at the end: {violation}\n  {again}")

    def _check_leaks(self, before: dict[str, int], patience: float) -> None:
        """Check that nothing is left once everything is closed."""
        gc.collect()
        until = time.monotonic() + patience
        while True:
            after = held()
            figures = self._control("figures")
            left = {name: after[name] - before[name] for name in before}
            left["connections"] = figures["connections"]
            if not any(count > 0 for count in left.values()) or time.monotonic() > until:
                break
            time.sleep(0.05)
        self._report.faults += Counter(figures["faults"])
        if figures["failures"]:
            self._report.violations.append(f"the sandbox failed {figures['failures']} times")
        if any(count > 0 for count in left.values()):
            self._report.violations.append(f"left behind: {left}")


def workers_of(group: Group, workers: Sequence[int]) -> list[int]:
    """Return which of the workers belong to a group."""
    return [worker for worker in workers if _group(worker) == group]


def _group(worker: int) -> Group:
    return GROUPS[worker % len(GROUPS)]


def _cancel(task: asyncio.Task[Any], since: list[float]) -> None:
    since.append(time.monotonic())
    task.cancel()


def _checked(error: Any) -> Any:
    try:
        return error.check()
    except IntegrationsError as failure:
        return failure


async def _achecked(error: Any) -> Any:
    try:
        return await error.acheck()
    except IntegrationsError as failure:
        return failure


async def _called(step: Step, client: Any, ledger: Ledger) -> Any:
    return await ACTIONS[step.action].run(client, ledger.target(step, _collected))


async def _collected(items: Any) -> list[Any]:
    return [item async for item in items]


async def _once(clients: Clients) -> None:
    await clients.awarm()
    await clients.aclose()


def held() -> dict[str, int]:
    """Count what this process holds: open descriptors, and threads of Python and of libraries."""
    return {
        "descriptors": len([*Path("/proc/self/fd").iterdir()]),
        "threads": len([*Path("/proc/self/task").iterdir()]),
    }


@contextlib.contextmanager
def _strays() -> Iterator[list[str]]:
    """Collect the exceptions that nobody catches, in threads and in finalizers."""
    strays: list[str] = []
    hooks = threading.excepthook, sys.unraisablehook
    threading.excepthook = lambda args: strays.append(f"in a thread: {args.exc_value!r}")
    sys.unraisablehook = lambda args: strays.append(f"in {args.object!r}: {args.exc_value!r}")
    try:
        yield strays
    finally:
        threading.excepthook, sys.unraisablehook = hooks
