"""Clients in pools of processes: they are sent there, and find their token there."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import pytest

from integrations_sdk import Losant
from integrations_sdk.core.locks import Lock
from integrations_sdk.sandbox import Sandbox

from ..faces import Face
from . import work

CALLS = 200
METHODS = [
    pytest.param(
        "fork",
        marks=[
            pytest.mark.skipif(not hasattr(os, "fork"), reason="NOT TESTED: there is no fork here"),
            pytest.mark.filterwarnings("ignore:This process.*multi-threaded:DeprecationWarning"),
        ],
    ),
    "spawn",
]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def client(face: Face, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A client whose own token is wrong; that of other processes is in their environment."""
    monkeypatch.setenv("LOSANT_ACCESS_TOKEN", sandbox.token("losant"))
    return face.losant("tok-of-this-process-alone", base_url=sandbox.base_url("losant"), timeout=30)


def right(results: list[tuple[int, str]]) -> bool:
    return [id_ for _, id_ in results] == [work.IDS["integration_id"]] * CALLS


@pytest.mark.parametrize("method", METHODS)
def test_a_pool_of_processes_calls_by_a_client_that_is_sent_to_it(client: Any, method: str) -> None:
    context = multiprocessing.get_context(method)
    with ProcessPoolExecutor(2, mp_context=context) as pool:
        results = list(pool.map(work.read, [client] * CALLS))

    assert right(results)
    assert os.getpid() not in {process for process, _ in results}


def test_a_dask_cluster_calls_by_a_client_that_is_sent_to_it(client: Any) -> None:
    distributed = pytest.importorskip("distributed", reason="NOT TESTED: there is no Dask")
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=2, dashboard_address=None, silence_logs=50
        ) as cluster,
        distributed.Client(cluster) as dask,
    ):
        futures = dask.map(work.read, [client] * CALLS, pure=False)
        results = dask.gather(futures)

    assert right(results)
    assert os.getpid() not in {process for process, _ in results}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="NOT TESTED: there is no fork here")
@pytest.mark.filterwarnings("ignore:This process.*multi-threaded:DeprecationWarning")
def test_a_fork_while_another_thread_asks_for_a_token_leaves_the_child_able_to_call(
    sandbox: Sandbox,
) -> None:
    asked, forked = threading.Event(), threading.Event()
    parent = os.getpid()

    def provide() -> str:
        if os.getpid() == parent:
            asked.set()
            assert forked.wait(10)
        return sandbox.token("losant")

    with Losant(provide, base_url=sandbox.base_url("losant"), timeout=10) as losant:
        thread = threading.Thread(target=work.read, args=[losant.with_options()])
        thread.start()
        assert asked.wait(10)
        status = in_a_child(lambda: losant.integration.get(**work.IDS))
        forked.set()
        thread.join(10)

    assert status == 0
    assert not thread.is_alive()


def in_a_child(action: Callable[[], object]) -> int:
    """Do something in a forked process, and return the status that it ends with."""
    child = os.fork()
    if child == 0:
        status = 1
        with contextlib.suppress(BaseException):
            action()
            status = 0
        os._exit(status)
    ends = time.monotonic() + 20
    while time.monotonic() < ends:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.01)
    os.kill(child, 9)
    os.waitpid(child, 0)
    raise AssertionError("the child hangs")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="NOT TESTED: there is no fork here")
@pytest.mark.filterwarnings("ignore:This process.*multi-threaded:DeprecationWarning")
def test_a_lock_that_is_held_while_a_process_forks_is_open_in_the_child() -> None:
    lock = Lock()
    with lock:
        assert in_a_child(lock.__enter__) == 0
