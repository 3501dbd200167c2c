"""Turns of threads: in order, and none is lost."""

from __future__ import annotations

import math
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from integrations_sdk import Timeout
from integrations_sdk.core import clock
from integrations_sdk.core.transport import Fault, Request
from integrations_sdk.transports.turns import Turns


def test_threads_that_wait_get_their_turn_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("integrations_sdk.transports.turns.MOST", 2)
    turns, stop = Turns(), threading.Event()
    request = Request("GET", "http://h.example/", (), None, Timeout(), math.inf)

    def work(_: int) -> int:
        for count in range(10_000):
            if stop.is_set():
                return count
            turns.take(request)
            time.sleep(0.001)
            turns.give()
        return 10_000

    with ThreadPoolExecutor(6) as threads:
        counts = threads.map(work, range(6))
        time.sleep(0.3)
        stop.set()

    done = list(counts)
    assert min(done) * 2 > max(done)


def test_a_thread_that_is_interrupted_while_it_waits_takes_no_turn_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("integrations_sdk.transports.turns.MOST", 1)
    turns = Turns()
    soon = Request("GET", "http://h.example/", (), None, Timeout(), clock.monotonic() + 0.05)
    turns.take(soon)
    for _ in range(3):
        with pytest.raises(Fault, match="the deadline passed"):
            turns.take(soon)
    turns.give()

    turns.take(soon)  # it would raise if one who gave up were still in the queue
