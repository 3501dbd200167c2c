"""Lanes: what a client's own connections promise under load, cancellation, threads and forks."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import random
import socket
import ssl
import threading
import time
import warnings
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ClassVar

import anyio
import httpx
import pytest

from integrations_sdk import (
    AmbiguousWriteError,
    AsyncLosant,
    ConnectError,
    DeadlineExceededError,
    Losant,
    Timeout,
)
from integrations_sdk.losant import IntegrationPost
from integrations_sdk.transports.turns import MOST

from ..clients.samples import IDS, encoded, integration
from ..faces import Face
from .kinds import each_face
from .scripted import Peer, Server, answering, reset_after_request, response, silent
from .test_deadlines import unreachable
from .test_faults import until as eventually

BODY = encoded(integration())
ANSWER = response(BODY, "Content-Type: application/json")
TOKEN = "tok-SAMPLE-plain"
POST = IntegrationPost(name="a", integration_type="mqtt")

face = each_face("httpx", "httpx2")


class Quick(asyncio.Protocol):
    """Answers each request a little later; counts the connections that are open."""

    open: int = 0
    most: int = 0
    late: float = 0.0
    served: ClassVar[list[object]] = []

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        Quick.open += 1
        Quick.most = max(Quick.most, Quick.open)

    def connection_lost(self, _error: Exception | None) -> None:
        Quick.open -= 1

    def data_received(self, data: bytes) -> None:
        Quick.served.append(self)
        for _ in range(data.count(b"\r\n\r\n")):
            asyncio.get_running_loop().call_later(Quick.late, self.transport.write, ANSWER)


@contextlib.asynccontextmanager
async def quick(late: float = 0.0) -> AsyncIterator[str]:
    Quick.open, Quick.most, Quick.late = 0, 0, late
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Quick, "127.0.0.1", 0, backlog=2048)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        await until(lambda: not Quick.open)


def descriptors() -> int:
    gc.collect()
    return len(os.listdir("/proc/self/fd"))  # noqa: PTH208 -- the directory changes as it is read


async def succeeded(calls: list[Any]) -> int:
    results = await asyncio.gather(*calls, return_exceptions=True)
    return sum(not isinstance(result, BaseException) for result in results)


async def churn(call: Any, times: int) -> int:
    """Make calls, twenty at once, and cancel each at some moment; return how many were."""
    dice = random.Random(7)
    cancelled = 0

    async def worker() -> None:
        nonlocal cancelled
        for _ in range(times // 20):
            try:
                await asyncio.wait_for(call(), dice.random() * 0.02)
            except asyncio.TimeoutError:
                cancelled += 1
            except httpx.PoolTimeout:
                pass

    await asyncio.gather(*(worker() for _ in range(20)))
    return cancelled


def test_a_thousand_tasks_at_once_succeed_by_a_hundred_connections() -> None:
    async def main() -> None:
        async with quick() as url, AsyncLosant(TOKEN, base_url=url, retry=1) as client:
            assert await succeeded([client.integration.get(**IDS) for _ in range(1_000)]) == 1_000
            assert Quick.most == MOST

    asyncio.run(main())


def test_cancelled_calls_leave_nothing_behind_and_harm_no_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("integrations_sdk.transports.turns.MOST", 10)

    async def main() -> None:
        async with quick() as url:
            before = descriptors()
            async with AsyncLosant(TOKEN, base_url=url, retry=1, timeout=5) as client:
                assert await churn(lambda: client.integration.get(**IDS), 10_000) > 1_000

                assert await succeeded([client.integration.get(**IDS) for _ in range(50)]) == 50
            await until(lambda: not Quick.open)
            assert descriptors() <= before  # fewer, when an earlier test's are closed only now
            assert len(asyncio.all_tasks()) == 1

    asyncio.run(main())


def test_far_fewer_cancellations_spoil_a_pool_of_httpx() -> None:
    """What lanes are for: when this fails, httpx's pool is mended."""

    async def main() -> None:
        async with quick() as url:
            limits, timeout = httpx.Limits(max_connections=10), httpx.Timeout(0.5)
            async with httpx.AsyncClient(base_url=url, limits=limits, timeout=timeout) as client:
                await churn(lambda: client.get("/"), 2_000)

                assert await succeeded([client.get("/") for _ in range(50)]) == 0

    asyncio.run(main())


def test_threads_share_a_client() -> None:
    with (
        Server(answering(BODY), backlog=64) as server,
        Losant(TOKEN, base_url=server.url, retry=1) as client,
        ThreadPoolExecutor(32) as threads,
    ):
        names = threads.map(lambda _: client.integration.get(**IDS).name, range(640))

        assert list(names) == ["Cold room broker"] * 640
        assert server.connections <= 32


def test_calls_one_after_the_other_share_a_connection(face: Face) -> None:
    with Server(answering(BODY)) as server:
        client = face.losant(base_url=server.url)
        for _ in range(5):
            face(client.integration.get(**IDS))

        assert server.connections == 1


def test_the_connection_that_was_used_last_is_used_first() -> None:
    async def main() -> None:
        async with quick(late=0.005) as url, AsyncLosant(TOKEN, base_url=url) as client:
            await asyncio.gather(*(client.integration.get(**IDS) for _ in range(9)))
            assert Quick.most == 9
            Quick.served.clear()
            for _ in range(5):
                await client.integration.get(**IDS)
            assert len(set(Quick.served)) == 1

    asyncio.run(main())


def test_a_connection_that_failed_is_not_used_again(face: Face) -> None:
    with Server(reset_after_request, answering(BODY)) as server:
        client = face.losant(base_url=server.url)

        assert face(client.integration.get(**IDS)).name == "Cold room broker"
        assert face(client.integration.get(**IDS)).name == "Cold room broker"

        assert server.connections == 2


def test_a_connection_that_the_server_closed_between_calls_is_replaced(face: Face) -> None:
    closed = threading.Event()

    def once(peer: Peer) -> None:
        peer.request()
        peer.send(ANSWER)
        peer.close()
        closed.set()

    with Server(once, answering(BODY)) as server:
        client = face.losant(base_url=server.url, retry=1)

        face(client.integration.get(**IDS))
        assert closed.wait(5)
        assert face(client.integration.get(**IDS)).name == "Cold room broker"

        assert len(server.requests) == server.connections == 2


def test_who_waits_for_a_connection_until_the_deadline_sent_nothing(
    face: Face, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("integrations_sdk.transports.turns.MOST", 1)
    with Server(silent) as server:
        client = face.losant(base_url=server.url, retry=1, timeout=Timeout(total=5))
        impatient = client.with_options(timeout=Timeout(total=0.1))

        with occupied(face, client, server):
            began = time.monotonic()
            with pytest.raises(DeadlineExceededError) as caught:
                face(impatient.integration.delete(**IDS))
            assert time.monotonic() - began < 2.0

        assert caught.value.reason == "the deadline passed"
        assert server.connections == 1


@contextlib.contextmanager
def occupied(face: Face, client: Any, server: Server) -> Iterator[None]:
    """Hold the only connection with a call that has no answer, until the server is gone."""

    async def call() -> None:
        await client.integration.get(**IDS)

    def sync_call() -> None:
        with contextlib.suppress(Exception):
            client.integration.get(**IDS)

    if face.is_async:
        task = face(started(call))
        face(until(lambda: bool(server.connections)))
        yield
        task.cancel()
        return
    thread = threading.Thread(target=sync_call)
    thread.start()
    while not server.connections:
        time.sleep(0.001)
    yield
    server.stopping.set()
    for sock in server.sockets:
        sock.shutdown(2)
    thread.join(5)


async def started(call: Any) -> Any:
    return asyncio.get_running_loop().create_task(call())


async def until(happened: Any) -> None:
    while not happened():  # noqa: ASYNC110 -- some of it happens in other threads
        await asyncio.sleep(0.001)


def test_connections_that_nobody_used_for_a_while_are_closed(
    face: Face, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("integrations_sdk.transports.lanes.EXPIRY", 0.05)
    gone = threading.Semaphore(0)

    def serving(peer: Peer) -> None:
        peer.request()
        together.wait(5)
        try:
            while True:
                peer.send(ANSWER)
                peer.request()
        finally:
            gone.release()

    together = threading.Barrier(3)
    with Server(serving) as server:
        client = face.losant(base_url=server.url)
        if face.is_async:
            face(succeeded_together(client, 3))
        else:
            with ThreadPoolExecutor(3) as threads:
                list(threads.map(lambda _: client.integration.get(**IDS), range(3)))
        time.sleep(0.1)
        face(client.integration.get(**IDS))

        assert [gone.acquire(timeout=5) for _ in range(2)] == [True] * 2
        assert not gone.acquire(blocking=False)


async def succeeded_together(client: Any, count: int) -> None:
    assert await succeeded([client.integration.get(**IDS) for _ in range(count)]) == count


def test_an_event_loop_that_ended_keeps_no_connection() -> None:
    with Server(answering(BODY), backlog=64) as server, warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # as Python itself does
        client = AsyncLosant(TOKEN, base_url=server.url, retry=1)
        asyncio.run(once(client))
        before = descriptors()
        for _ in range(5):
            asyncio.run(once(client))

        eventually(lambda: descriptors() <= before + 2)  # the last loop's, on both sides
        del client
        gc.collect()


def test_closing_in_a_cancelled_scope_closes_every_connection() -> None:
    async def main() -> None:
        async with quick() as url:
            client = AsyncLosant(TOKEN, base_url=url, retry=1)
            assert await succeeded([client.integration.get(**IDS) for _ in range(5)]) == 5
            with anyio.CancelScope() as scope:
                scope.cancel()
                await client.aclose()
            await until(lambda: not Quick.open)

    asyncio.run(main())


def test_a_host_header_of_the_users_is_sent_in_the_place_of_ours(face: Face) -> None:
    with Server(answering(BODY)) as server:
        client = face.losant(base_url=server.url, headers={"Host": "api.example.com"})

        assert face(client.integration.get(**IDS)).name == "Cold room broker"
        assert server.requests[0].head.lower().count(b"host: ") == 1
        assert server.requests[0].headers["host"] == "api.example.com"


def test_what_the_caller_is_handling_says_nothing_about_a_request(face: Face) -> None:
    with Server(silent) as server:
        client = face.losant(base_url=server.url, timeout=Timeout(read=0.05), retry=1)
        create = client.integration.create

        try:
            raise ssl.SSLCertVerificationError(1, "another server's")  # noqa: TRY301
        except ssl.SSLCertVerificationError:
            with pytest.raises(AmbiguousWriteError) as caught:
                face(create(application_id=IDS["application_id"], integration=POST))

    assert caught.value.reason == "no answer within the read timeout"


def test_all_addresses_of_a_host_are_tried_within_one_deadline(
    face: Face, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = socket.getaddrinfo

    def resolved(host: str, *args: Any, **options: Any) -> Any:
        return real("127.0.0.1", *args, **options) * (3 if host == "localhost" else 1)

    monkeypatch.setattr("socket.getaddrinfo", resolved)
    with unreachable() as url:
        timeout = Timeout(connect=0.2, total=5)
        address = url.replace("127.0.0.1", "localhost")
        client = face.losant(base_url=address, timeout=timeout, retry=1)
        began = time.monotonic()

        with pytest.raises(ConnectError):
            face(client.integration.get(**IDS))

        assert time.monotonic() - began < 0.5


def test_a_large_body_that_is_read_slowly_ends_at_the_deadline(face: Face) -> None:
    def slow(peer: Peer) -> None:
        while True:
            peer.read()
            time.sleep(0.05)

    large = IntegrationPost(name="n" * 20_000_000, integration_type="mqtt")
    with Server(slow) as server:
        client = face.losant(base_url=server.url, timeout=Timeout(total=0.3))
        began = time.monotonic()

        with pytest.raises(AmbiguousWriteError):
            face(client.integration.create(application_id=IDS["application_id"], integration=large))

        assert time.monotonic() - began < 2.0


def test_a_client_serves_one_event_loop_after_the_other() -> None:
    async def names(client: AsyncLosant, count: int) -> list[object]:
        calls = (client.integration.get(**IDS) for _ in range(count))
        return [answer.name for answer in await asyncio.gather(*calls)]

    with Server(answering(BODY), backlog=64) as server:
        client = AsyncLosant(TOKEN, base_url=server.url, retry=1)
        for _ in range(3):
            with contextlib.closing(asyncio.new_event_loop()) as loop:
                assert loop.run_until_complete(names(client, 3)) == ["Cold room broker"] * 3
                loop.run_until_complete(client._wire.transport().aclose())


def test_a_client_serves_event_loops_of_several_threads() -> None:
    with Server(answering(BODY), backlog=64) as server:
        client = AsyncLosant(TOKEN, base_url=server.url, retry=1)

        async def many() -> int:
            found = await succeeded([client.integration.get(**IDS) for _ in range(20)])
            await client._wire.transport().aclose()
            return found

        with ThreadPoolExecutor(4) as threads:
            assert list(threads.map(lambda _: asyncio.run(many()), range(4))) == [20] * 4


def test_a_call_that_ends_after_its_transport_was_closed_leaves_no_connection(face: Face) -> None:
    began, go_on, hung_up = threading.Event(), threading.Event(), threading.Event()

    def slow(peer: Peer) -> None:
        peer.request()
        began.set()
        go_on.wait(5)
        peer.send(ANSWER)
        peer.silence()
        hung_up.set()

    async def closed_in_between(client: Any) -> str:
        call = asyncio.ensure_future(client.integration.get(**IDS))
        await until(began.is_set)
        await client._wire.transport().aclose()
        go_on.set()
        return str((await call).name)

    with Server(slow) as server:
        client = face.losant(base_url=server.url)
        if face.is_async:
            assert face(closed_in_between(client)) == "Cold room broker"
        else:
            with ThreadPoolExecutor(1) as threads:
                call = threads.submit(lambda: client.integration.get(**IDS).name)
                assert began.wait(5)
                client._wire.transport().close()
                go_on.set()
                assert call.result(5) == "Cold room broker"
        assert hung_up.wait(5)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
@pytest.mark.filterwarnings("ignore:This process.*is multi-threaded:DeprecationWarning")
def test_a_forked_child_opens_connections_of_its_own(face: Face) -> None:
    with Server(answering(BODY)) as server:
        client = face.losant(base_url=server.url, retry=1, timeout=5)
        face(client.integration.get(**IDS))

        child = os.fork()
        if child == 0:
            code = 1
            with contextlib.suppress(BaseException):
                name = (
                    asyncio.run(once(client))
                    if face.is_async
                    else client.integration.get(**IDS).name
                )
                code = 0 if name == "Cold room broker" else 2
            os._exit(code)

        _, status = os.waitpid(child, 0)
        assert os.waitstatus_to_exitcode(status) == 0
        assert server.connections == 2
        assert face(client.integration.get(**IDS)).name == "Cold room broker"
        assert server.connections == 2


async def once(client: AsyncLosant) -> object:
    return (await client.integration.get(**IDS)).name
