"""A budget that is shared through a real Redis."""

from __future__ import annotations

import asyncio
import math
import os
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from integrations_sdk import RateLimit, RateLimitError, RedisRateLimit, Secret
from integrations_sdk.core.bucket import Bucket
from integrations_sdk.core.limits import Limiter
from integrations_sdk.redis import script

from ..conftest import APPLICATION, INTEGRATION
from ..faces import Face
from .conftest import Server

ROOT = Path(__file__).parents[2]
IDS = {"application_id": APPLICATION, "integration_id": INTEGRATION}
Shared = Callable[..., RedisRateLimit]


@pytest.fixture
def token() -> Secret:
    """A credential of this test alone."""
    return Secret(f"tok-{uuid.uuid4()}")


@pytest.fixture
def shared(server: Server) -> Iterator[Shared]:
    """Make rate limits, each as if by another process."""
    made: list[RedisRateLimit] = []

    def make(rate: float = 0.001, burst: int = 3, **options: Any) -> RedisRateLimit:
        options = {"on_failure": "closed", **options}
        made.append(RedisRateLimit.from_url(server.url, rate=rate, burst=burst, **options))
        return made[-1]

    yield make
    for limit in made:
        limit.close()


def left(limiter: Limiter) -> int:
    """Use up what may go out at once, and tell how much it was."""
    count = 0
    while limiter.take(9.0)[0] is not None:
        count += 1
    return count


def test_a_budget_is_shared_by_credential(shared: Shared, token: Secret) -> None:
    assert left(shared().limiter("P", token)) == 3
    assert left(shared().limiter("P", token)) == 0
    assert left(shared().limiter("Q", token)) == 3
    assert left(shared().limiter("P", Secret(f"{token.reveal()}x"))) == 3


def test_four_processes_together_keep_to_the_budget(server: Server) -> None:
    rate, burst, seconds = 150, 100, 3.0
    command = [sys.executable, "-m", "tests.redis.worker"]
    workers = [
        subprocess.Popen(
            [*command, face, server.url, str(rate), str(burst)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for face in ["sync", "async"] * 2
    ]
    for worker in workers:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "ready\n"
    end = time.time() + seconds
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.write(f"{end}\n")
        worker.stdin.flush()
    calls = [int(worker.communicate(timeout=30)[0]) for worker in workers]
    assert sum(calls) == pytest.approx(burst + rate * seconds, rel=0.05)
    assert min(calls) > 0


def test_clients_of_both_faces_wait_for_their_turns(
    face: Face, shared: Shared, token: Secret
) -> None:
    limit = shared(rate=20, burst=1)
    transport = face.transport(httpx.MockTransport(lambda _: httpx.Response(200, json={"id": "x"})))
    client = face.losant(token, transport=transport, rate_limit=limit)
    began = time.monotonic()
    replies = [face(client.integration.get.with_response(**IDS)) for _ in range(6)]
    assert time.monotonic() - began >= 0.25
    assert sum(reply.attempts[0].queued for reply in replies) > 0.05
    if face.is_async:
        face(limit.aclose())


def test_a_refusal_slows_down_all_who_share_the_budget(
    face: Face, shared: Shared, token: Secret
) -> None:
    limit = shared(rate=100, burst=50)
    refusal = httpx.Response(429, json={}, headers={"Retry-After": "30"})
    transport = face.transport(httpx.MockTransport(lambda _: refusal))
    client = face.losant(token, transport=transport, rate_limit=limit, retry=1)
    with pytest.raises(RateLimitError):
        face(client.integration.get(**IDS))
    scope = f"Losant {client._settings.base_url}"
    turn, wait = shared(rate=100, burst=50).limiter(scope, token).take(1.0)
    assert turn is None
    assert 25 < wait < 31
    if face.is_async:
        face(limit.aclose())


def test_threads_take_no_more_than_there_is(shared: Shared, token: Secret) -> None:
    limiter = shared(burst=200).limiter("P", token)
    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(lambda _: left(limiter), range(8))) == 200


def test_each_event_loop_has_a_connection_of_its_own(shared: Shared, token: Secret) -> None:
    limit = shared(burst=40)
    taken: list[int] = []

    async def take() -> None:
        limiter = limit.limiter("P", token)
        turns = await asyncio.gather(*(limiter.atake(9.0) for _ in range(10)))
        taken.append(sum(turn is not None for turn, _ in turns))
        await limit.aclose()

    threads = [threading.Thread(target=asyncio.run, args=(take(),)) for _ in range(2)]
    for thread in threads:
        thread.start()
    asyncio.run(take())
    asyncio.run(take())
    for thread in threads:
        thread.join()
    assert taken == [10] * 4


@pytest.mark.skipif(not hasattr(os, "fork"), reason="NOT TESTED: there is no fork here")
def test_event_loops_one_after_the_other_leave_no_line(shared: Shared) -> None:
    lines = shared()._lines
    loops = []

    async def opened() -> None:
        loops.append(asyncio.get_running_loop())  # as a connection does
        lines._line_of_loop()

    for _ in range(9):
        asyncio.run(opened())
    assert len(lines._loops) == 1


def test_a_task_that_is_cancelled_as_its_turn_comes_is_cancelled(
    shared: Shared, token: Secret, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit = shared()

    async def main() -> None:
        came = asyncio.Event()

        async def answer(*_: object) -> tuple[int, float]:
            await came.wait()
            return 1, 0.0

        async def work() -> None:
            await limit.limiter("P", token).atake(9.0)
            await asyncio.sleep(0.5)

        monkeypatch.setattr(limit._lines, "_in_turn", answer)
        task = asyncio.create_task(work())
        await asyncio.sleep(0.01)
        came.set()
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())


def test_a_forked_process_connects_anew(server: Server, token: Secret) -> None:
    code = f"""
import os
from integrations_sdk import RedisRateLimit, Secret
limit = RedisRateLimit.from_url({server.url!r}, rate=0.001, burst=100, on_failure="closed")
limiter = limit.limiter("P", Secret({token.reveal()!r}))
def take(count):
    return sum(limiter.take(9.0)[0] is not None for _ in range(count))
assert take(10) == 10
children = []
for _ in range(3):
    limit._lines._lock.acquire()  # as if another thread were asking
    child = os.fork()
    if not child:
        os._exit(take(20))
    limit._lines._lock.release()
    children.append(child)
mine = take(20)
print(mine, *(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children))
print(take(100))
limit.close()
"""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("20 20 20 20\n10\n", "")


def test_redis_knows_a_credential_by_a_hash_and_forgets_it(
    server: Server, shared: Shared, token: Secret
) -> None:
    from redis import Redis

    left(shared(rate=10.0).limiter("P", token))
    with Redis.from_url(server.url) as redis:
        keys: Any = redis.keys()  # it may be of one face or the other, to its types
        (key,) = keys
        assert key.startswith(b"integrations_sdk:rate:")
        lasts: Any = redis.ttl(key)
        assert 0 < lasts < 120
        stored = key + repr(redis.hgetall(key)).encode()
    assert token.reveal().encode() not in stored


def test_a_turn_from_before_redis_forgot_has_come(
    server: Server, shared: Shared, token: Secret
) -> None:
    limiter = shared(rate=0.01, burst=1).limiter("P", token)
    limiter.take(math.inf)
    turn, wait = limiter.take(math.inf)
    assert turn is not None
    assert wait > 90
    server.kill()
    server.start()
    assert limiter.look(turn) == 0.0


def test_the_script_does_what_the_bucket_does(server: Server) -> None:
    """By the same steps at the same times, with the clock of Redis replaced by an argument."""
    from redis import Redis

    steps: list[tuple[str, float, tuple[float, ...]]] = [
        *[("take", 0.0, (9.0,))] * 8,
        ("take", 0.05, (0.1,)),
        ("look", 0.1, (7.0,)),
        ("slow", 0.2, (2.0, 0.0)),
        ("slow", 0.3, (1.0, 0.2)),
        *[("look", 1.0, (float(turn),)) for turn in range(1, 9)],
        *[("take", 3.5, (99.0,))] * 6,
        ("slow", 3.6, (0.0, 0.1)),
        ("look", 3.7, (14.0,)),
        *[("take", 20.0, (99.0,))] * 12,
        *[("take", 90.0, (99.0,))] * 12,
        ("slow", 91.0, (1e9, 0.0)),
        ("take", 92.0, (1e6,)),
    ]
    bucket = Bucket(RateLimit(rate=10.0, burst=5), 5_000.0)
    clock = "{tostring(ARGV[6]), 0}"
    with Redis.from_url(server.url) as redis:
        run = redis.register_script(script.SCRIPT.replace(script.CLOCK, clock))
        for what, at, figures in steps:
            now = 5_000.0 + at
            padded = [*figures, 0.0][:2]
            turn, seconds = run(keys=["k"], args=[what, 10.0, 5, *padded, now])
            if what == "slow":
                bucket.slow(now, *figures)
            elif what == "look":
                assert float(seconds) == pytest.approx(bucket.look(now, int(figures[0])), abs=1e-6)
            else:
                expected, wait = bucket.take(now, figures[0])
                assert (turn or None) == expected
                assert float(seconds) == pytest.approx(wait, abs=1e-6)
