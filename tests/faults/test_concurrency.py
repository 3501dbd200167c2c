"""Many at once: threads, tasks, cancellations, processes, event loops, and closing in between."""

from __future__ import annotations

import asyncio
import contextlib
import copy
import gc
import json
import os
import signal
import sys
import threading
import time
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from ..conftest import INTEGRATION
from ..transports.scripted import Peer, Script, Server, response, silent
from ..transports.test_faults import until
from .cases import BOTH, WIRE, case
from .samples import NAME
from .scripts import in_turn
from .subjects import Caller, Outcome, Subject, settle

LANES = ("httpx", "httpx2")
MOST = 100  # requests of a client at the same time


def echo(subject: Subject, delay: float = 0.0) -> Script:
    """Answer each read with a record whose name is the id that was asked for."""

    def script(peer: Peer) -> None:
        while True:
            key = peer.request().line.split()[1].partition(b"?")[0].rpartition(b"/")[2].decode()
            time.sleep(delay)
            record = {**subject.sample.record, "name": key}
            peer.send(response(json.dumps(record).encode()))

    return script


def key(number: int) -> str:
    return f"{number:024x}"


def asked_for(client: Caller, number: int) -> bool:
    """Read one record of its own name, and tell whether it is the right one."""
    outcome = client.do(client.sample.deed("read"), integration_id=key(number))
    return outcome.kind == "done" and outcome.value.name == key(number)


@pytest.fixture
def restless() -> Iterator[None]:
    """Let threads take turns ten times as often, so that they get into each other's way."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(before / 10)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("restless")
@case(42, by=("httpx", "fast"), faces=("sync",), habits={"shares": False})
def test_32_threads_get_3200_right_answers(subject: Subject) -> None:
    count = 200 if subject.is_naive else 3_200
    with Server(echo(subject), backlog=64) as server, ThreadPoolExecutor(32) as threads:
        client = subject.client(server.url, attempts=1, total=20)
        began = time.monotonic()

        right = list(threads.map(lambda number: asked_for(client, number), range(count)))

        assert right == [True] * count
        assert time.monotonic() - began < 10
        assert server.connections <= MOST


async def at_once(calls: list[Any]) -> list[Any]:
    """Return what calls came to, or what they raised."""
    return await asyncio.gather(*calls, return_exceptions=True)


async def gathered(client: Caller, count: int) -> list[Any]:
    """Read so many records at once, on the asynchronous face of either client."""
    return await at_once([coroutine(client, key(number)) for number in range(count)])


def coroutine(client: Caller, integration_id: str) -> Any:
    deed = client.sample.deed("read")
    if hasattr(client.client, "acall"):
        path = deed.path.replace(deed.arguments["integration_id"], integration_id)
        return client.client.acall(deed.method, path)
    method = client.method(deed.name)
    return method(**{**deed.arguments, "integration_id": integration_id})


def names(answers: list[Any]) -> list[str]:
    return [getattr(answer, "name", repr(answer)) for answer in answers]


@case(43, by=LANES, faces=("async",), naive="async", habits={"shares": False})
def test_1000_tasks_at_once_get_1000_right_answers(subject: Subject) -> None:
    count = 130 if subject.is_naive else 1_000
    with Server(echo(subject), backlog=256) as server:
        client = subject.client(server.url, attempts=1, total=5)
        began = time.monotonic()

        answers = subject.face(gathered(client, count))

        assert names(answers) == [key(number) for number in range(count)]
        assert time.monotonic() - began < 5
        assert server.connections <= MOST


@case(44, by=("httpx",), faces=("async",), naive="async")
def test_after_five_hundred_cancellations_fifty_of_fifty_succeed(subject: Subject) -> None:
    """Ten thousand are cancelled where lanes are tested; here it is what both can be put to."""
    with Server(echo(subject, 0.004), backlog=256) as server:
        client = subject.client(server.url, attempts=1, total=2.0)

        async def churned() -> list[Any]:
            for number in range(25):
                tasks = [asyncio.ensure_future(coroutine(client, key(0))) for _ in range(20)]
                await asyncio.sleep(number / 25 * 0.01)
                under_way = [task for task in tasks if task.cancel()]
                await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 5)
                assert all(task.cancelled() for task in under_way)
            return await gathered(client, 50)

        assert names(subject.face(churned())) == [key(number) for number in range(50)]
        active = subject.face(tasks_left())
        assert active == 1


async def tasks_left() -> int:
    return len(asyncio.all_tasks())


class Interrupted(BaseException):
    """What the handler of a signal raises."""


@contextlib.contextmanager
def interrupted(seconds: float) -> Iterator[None]:
    """Raise in the main thread after some time, as Ctrl-C does."""

    def handle(_number: int, _frame: object) -> None:
        raise Interrupted

    before = signal.signal(signal.SIGALRM, handle)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


COME_BACK = response(b"{}", "Retry-After: 1", status="503 Service Unavailable")


@case(45, faces=("sync",), habits={"obeys": True, "tries": 2})
def test_an_interrupt_ends_a_wait_between_attempts_at_once(subject: Subject) -> None:
    with Server(in_turn(COME_BACK)) as server:
        client = subject.client(server.url)
        began = time.monotonic()

        with pytest.raises(Interrupted), interrupted(0.1):
            client.read()

        assert time.monotonic() - began < 0.8
        assert len(server.requests) == 1


@case(45, faces=("async",), naive="async", habits={"obeys": True, "tries": 2})
def test_a_cancellation_ends_a_wait_between_attempts_at_once(subject: Subject) -> None:
    with Server(in_turn(COME_BACK)) as server:
        client = subject.client(server.url)

        async def cancelled() -> float:
            task = asyncio.ensure_future(coroutine(client, key(0)))
            await asyncio.sleep(0.1)
            began = time.monotonic()
            task.cancel()
            await asyncio.wait([task])
            assert task.cancelled()
            return time.monotonic() - began

        assert subject.face(cancelled()) < 0.8
        assert len(server.requests) == 1


@case(46, by=("httpx",))
def test_a_call_that_finds_all_connections_taken_ends_at_its_deadline(subject: Subject) -> None:
    with Server(silent, backlog=256) as server:
        held = subject.client(server.url, attempts=1, total=0.8 if subject.is_naive else 3.0)
        hurried = copy.copy(held)
        if subject.is_naive:
            hurried.client = copy.copy(held.client)
            hurried.client.timeout = 0.4
            hurried.client._http = held.client._http
        else:
            hurried.client = held.client.with_options(timeout=0.4)

        outcome = with_all_taken(subject, held, hurried, server)

        assert outcome.kind in {"overdue", "unsent"}
        assert outcome.took < 1.0
        assert server.connections == MOST


def with_all_taken(subject: Subject, held: Caller, hurried: Caller, server: Server) -> Outcome:
    """Make a call while a hundred others wait for an answer that never comes."""

    async def asynchronously() -> Outcome:
        tasks = [asyncio.ensure_future(coroutine(held, key(n))) for n in range(MOST)]
        while server.connections < MOST:  # noqa: ASYNC110 -- counted by other threads
            await asyncio.sleep(0.005)
        began = time.monotonic()
        (answer,) = await at_once([coroutine(hurried, key(0))])
        took = time.monotonic() - began
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        return Outcome(settle(lambda: _raise(answer)).kind, took, error=answer)

    if subject.is_async:
        outcome: Outcome = subject.face(asynchronously())
        return outcome
    with ThreadPoolExecutor(MOST) as threads:
        calls = [threads.submit(held.read) for _ in range(MOST)]
        until(lambda: server.connections >= MOST)
        outcome = hurried.read()
        server.hang_up()
        for call in calls:
            call.result(10)
    return outcome


def _raise(error: Exception) -> None:
    raise error


def once_more(subject: Subject, client: Caller) -> bool:
    """Read in another process or another event loop than before."""
    if not subject.is_async:
        return client.read().kind == "done"

    async def read() -> bool:
        return bool((await coroutine(client, key(0))).name)

    with contextlib.suppress(Exception):
        return asyncio.run(read())
    return False


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
@pytest.mark.filterwarnings("ignore:This process.*is multi-threaded:DeprecationWarning")
@case(47, by=LANES)
def test_a_forked_process_does_not_use_its_parents_connection(subject: Subject) -> None:
    with Server(subject.sample.obliging) as server:
        client = subject.client(server.url, attempts=1)
        assert client.told(client.read()) == NAME

        child = os.fork()
        if child == 0:
            code = 1
            with contextlib.suppress(BaseException):
                code = 0 if once_more(subject, client) else 2
            os._exit(code)
        _, status = os.waitpid(child, 0)

        assert os.waitstatus_to_exitcode(status) == 0
        assert server.connections == 2
        assert client.told(client.read()) == NAME
        assert server.connections == 2


@case(48, by=WIRE, faces=("async",), naive="async", habits={"tries": 1})
def test_a_second_event_loop_is_served_like_the_first(subject: Subject) -> None:
    with Server(subject.sample.obliging) as server, warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # of event loops that ended
        client = subject.client(server.url, attempts=1)
        try:
            assert [once_more(subject, client) for _ in range(3)] == [True] * 3
        finally:
            subject.forget()
            del client
            gc.collect()


@case(49, by=LANES, faces=BOTH)
def test_a_call_that_is_under_way_when_its_client_closes_gets_its_answer(
    subject: Subject,
) -> None:
    taken, go_on = threading.Event(), threading.Event()

    def slow(peer: Peer) -> None:
        peer.request()
        taken.set()
        go_on.wait(5)
        peer.send(subject.sample.deed("read").done)
        peer.silence()

    with Server(slow, subject.sample.obliging) as server:
        client = subject.client(server.url, attempts=1)
        outcome = closed_meanwhile(subject, client, taken, go_on)

        assert client.told(outcome) == NAME
        assert len(server.requests) == 1


def closed_meanwhile(
    subject: Subject, client: Caller, taken: threading.Event, go_on: threading.Event
) -> Outcome:
    async def asynchronously() -> Any:
        task = asyncio.ensure_future(coroutine(client, INTEGRATION))
        while not taken.is_set():  # noqa: ASYNC110 -- by another thread
            await asyncio.sleep(0.005)
        await client.client.aclose()
        go_on.set()
        return await task

    if subject.is_async:
        return settle(lambda: subject.face(asynchronously()))
    with ThreadPoolExecutor(1) as threads:
        call = threads.submit(client.read)
        assert taken.wait(5)
        client.close()
        go_on.set()
        return call.result(5)


@case(49)
def test_a_client_closes_twice_and_then_says_that_it_is_closed(subject: Subject) -> None:
    with Server(subject.sample.obliging) as server:
        client = subject.client(server.url)
        assert client.told(client.read()) == NAME
        client.close()
        client.close()

        outcome = client.read()

        assert outcome.kind == "configuration"
        assert "closed" in outcome.shown
        assert len(server.requests) == 1
