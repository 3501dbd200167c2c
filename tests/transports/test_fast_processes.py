"""The fast transport and threads, loops, tasks, processes and signals."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from integrations_sdk import Timeout
from integrations_sdk.transports import (
    AsyncFastTransport,
    FastTransport,
)

from ..faces import Face
from ..secrecy.looking import WORD, look
from .fast_parts import (
    HERE,
    OK,
    asked,
    face,
    needs_pyreqwest,
    opened,
    run,
)
from .scripted import (
    Peer,
    Server,
    answering,
    response,
)
from .test_deadlines import takes_at_most
from .test_faults import until

__all__ = ["face", "opened"]  # fixtures

pytestmark = needs_pyreqwest


def test_threads_share_it(face: Face, opened: Callable[..., Any]) -> None:
    def call(_: int) -> int:
        send: Any = transport.send(asked(server.url))
        return (asyncio.run(send) if face.is_async else send).status  # type: ignore[no-any-return]

    with Server(OK, backlog=64) as server, ThreadPoolExecutor(32) as pool:
        transport = opened()

        assert [*pool.map(call, range(320))] == [200] * 320
        assert server.connections <= 100


def test_one_loop_after_the_other_uses_it() -> None:
    transport = AsyncFastTransport()
    with Server(OK) as server:
        for _ in range(5):
            assert asyncio.run(transport.send(asked(server.url))).status == 200

        assert server.connections == 1
        asyncio.run(transport.aclose())


def test_tasks_that_are_cancelled_leave_nothing_behind() -> None:
    delays = random.Random(1)
    answered = answering(b"ok")

    async def cancelled(transport: AsyncFastTransport, url: str) -> None:
        task = asyncio.ensure_future(transport.send(asked(url, "POST", content=b"{}")))
        await asyncio.sleep(delays.random() * 0.02)
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task

    async def run_all(url: str) -> None:
        async with AsyncFastTransport() as transport:
            await transport.send(asked(url))
            for _ in range(20):
                await asyncio.gather(*(cancelled(transport, url) for _ in range(100)))
            sends = (transport.send(asked(url)) for _ in range(50))
            answers = await asyncio.gather(*sends)
            assert [answer.status for answer in answers] == [200] * 50
            assert len(asyncio.all_tasks()) == 1

    before = open_files()
    with Server(answered, backlog=256) as server:
        asyncio.run(run_all(server.url))
        assert server.connections < 500  # most of them served many
        until(lambda: server.finished == server.connections)
    until(lambda: open_files() <= before + 8)  # the library's own, and its loop's


def open_files() -> int:
    files = Path("/proc/self/fd")
    return len([*files.iterdir()]) if files.exists() else 0


def test_a_task_that_is_cancelled_while_it_waits_for_a_place_sends_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("integrations_sdk.transports.turns.MOST", 1)

    async def cancelled(url: str) -> None:
        async with AsyncFastTransport() as transport:
            tasks = [asyncio.ensure_future(transport.send(asked(url))) for _ in range(3)]
            await asyncio.to_thread(until, lambda: len(server.requests) > 0)
            for task in reversed(tasks):
                task.cancel()
                with pytest.raises(asyncio.CancelledError) as caught:
                    await task
                look(caught.value)

    def listening(peer: Peer) -> None:
        peer.request()
        peer.silence()

    with Server(listening) as server, takes_at_most(2):
        asyncio.run(cancelled(f"{server.url}/?key={WORD}"))
        assert len(server.requests) == server.connections == 1


def test_a_place_that_is_given_to_a_task_that_is_cancelled_goes_to_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("integrations_sdk.transports.turns.MOST", 1)

    async def called(url: str) -> None:
        async with AsyncFastTransport() as transport:

            async def first() -> None:
                await transport.send(asked(url))
                second.cancel()  # it has its place by now, and does not know

            holding = asyncio.ensure_future(first())
            await asyncio.sleep(0)
            second = asyncio.ensure_future(transport.send(asked(url)))
            third = asyncio.ensure_future(transport.send(asked(url, timeout=Timeout(1))))
            await asyncio.gather(holding, second, return_exceptions=True)
            assert second.cancelled()
            assert (await third).status == 200

    with Server(OK) as server:
        asyncio.run(called(server.url))
        assert len(server.requests) == 2


FORKED = """
import asyncio, math, os, signal, sys
from integrations_sdk import Timeout
from integrations_sdk.transports import AsyncFastTransport, FastTransport, Request

def call():
    request = Request("GET", sys.argv[1], (), None, Timeout(), math.inf)
    if sys.argv[2] == "sync":
        return transport.send(request).status
    return asyncio.run(transport.send(request)).status

transport = FastTransport() if sys.argv[2] == "sync" else AsyncFastTransport()
print(call(), flush=True)
for _ in range(2):
    if not (child := os.fork()):
        signal.alarm(10)
        print(call(), call(), flush=True)
        if not (grandchild := os.fork()):
            try:
                call()
            except BaseException as error:
                print(f"{type(error).__name__}: {error}", flush=True)
            os._exit(0)
        os.waitpid(grandchild, 0)
        print(call(), flush=True)
        os._exit(0)
    os.waitpid(child, 0)
    print(call(), flush=True)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="NOT TESTED: there is no fork here")
def test_a_forked_process_opens_connections_of_its_own(face: Face) -> None:
    with Server(OK) as server:
        said = run(FORKED, server.url, face.name).splitlines()

        twice = "a process that was forked from a forked process cannot use the fast transport"
        each = ["200 200", f"ConfigurationError: {twice}", "200", "200"]
        assert said == ["200", *each, *each]
        assert server.connections == 3


LEAVING = """
import asyncio, math, sys, time
from integrations_sdk import Timeout
from integrations_sdk.transports import AsyncFastTransport, Request

class Slow(asyncio.SelectorEventLoop):
    def call_soon_threadsafe(self, *arguments, **options):
        handle = super().call_soon_threadsafe(*arguments, **options)
        time.sleep(0.005)
        return handle

transport, loop = AsyncFastTransport(), Slow()
request = Request("GET", sys.argv[1], (), None, Timeout(), math.inf)
print(loop.run_until_complete(transport.send(request)).status)
"""


def test_python_ends_in_order_right_after_a_call() -> None:
    with Server(OK) as server:
        for _ in range(3):
            assert run(LEAVING, server.url) == "200\n"


INTERRUPTED = """
import math, os, signal, sys, threading, time, traceback
from integrations_sdk import Timeout
from integrations_sdk.transports import FastTransport, Request

secret = "CANARY"
url, threads = sys.argv[1], int(sys.argv[2])
request = Request("POST", url + "?key=" + secret, (("a", secret),), b"CANARY", Timeout(), math.inf)
transport = FastTransport()
ended = []

def call():
    try:
        ended.append(transport.send(request).status)
    except Exception as error:
        ended.append(error)

signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored by jobs in the background
others = [threading.Thread(target=call) for _ in range(threads)]
for other in others:
    other.start()
print("ready", flush=True)
try:
    transport.send(request)
except KeyboardInterrupt as error:
    caught = error
print("interrupted", flush=True)
trace = traceback.TracebackException.from_exception(caught, capture_locals=True)
held = [frame for frame in trace.stack if "integrations_sdk" in frame.filename]
assert not any(secret in value for frame in held for value in frame.locals.values())
assert caught.__context__ is None
for other in others:
    other.join()
assert ended == [200] * threads, ended
assert transport.send(request).status == 200
assert signal.set_wakeup_fd(-1) == -1
"""


@pytest.mark.skipif(sys.platform == "win32", reason="NOT TESTED: signals are sent otherwise there")
@pytest.mark.parametrize("threads", [0, 32])
def test_ctrl_c_ends_the_call_of_the_main_thread_and_no_other(threads: int) -> None:
    answers = threading.Event()

    def late(peer: Peer) -> None:
        while True:
            peer.request()
            answers.wait(10)
            peer.send(response(b"ok"))

    command = [sys.executable, "-c", INTERRUPTED]
    with Server(late, backlog=64) as server:
        process = subprocess.Popen(
            [*command, server.url, str(threads)], stdout=subprocess.PIPE, text=True, cwd=HERE
        )
        assert process.stdout is not None
        with process.stdout as said:
            assert said.readline() == "ready\n"
            until(lambda: len(server.requests) == threads + 1)
            with takes_at_most(0.5):
                process.send_signal(signal.SIGINT)
                assert said.readline() == "interrupted\n"
            answers.set()
            assert process.wait(10) == 0
        assert len(server.requests) == threads + 2


def test_an_interrupted_call_leads_to_no_exception_of_the_library(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def interrupted(*_: object) -> None:
        try:
            int(WORD)
        except ValueError:
            raise KeyboardInterrupt  # noqa: B904 -- as a signal does

    monkeypatch.setattr("integrations_sdk.transports.fast.exchanged_in_main", interrupted)
    with FastTransport() as transport:
        try:
            transport.send(asked(f"http://127.0.0.1/?key={WORD}"))
        except KeyboardInterrupt as error:
            look(error)
        else:
            raise AssertionError("it was not interrupted")


def test_a_handler_of_ones_own_runs_and_the_call_goes_on() -> None:
    seen: list[int] = []

    def signalling(peer: Peer) -> None:
        peer.request()
        os.kill(os.getpid(), signal.SIGINT)
        peer.send(response(b"ok"))

    before = signal.signal(signal.SIGINT, lambda number, _: seen.append(number))
    try:
        with Server(signalling) as server, FastTransport() as transport:
            assert transport.send(asked(server.url)).status == 200
        assert seen == [signal.SIGINT]
    finally:
        signal.signal(signal.SIGINT, before)


def test_who_listened_for_signals_before_hears_of_them_too() -> None:
    async def called(url: str) -> list[str]:
        loop, seen = asyncio.get_running_loop(), asyncio.Event()
        loop.add_signal_handler(signal.SIGUSR1, seen.set)
        with FastTransport() as transport:
            transport.send(asked(url))
        await asyncio.wait_for(seen.wait(), 5)
        return ["seen"]

    def signalling(peer: Peer) -> None:
        peer.request()
        os.kill(os.getpid(), signal.SIGUSR1)
        peer.send(response(b"ok"))

    with Server(signalling) as server:
        assert asyncio.run(called(server.url)) == ["seen"]
