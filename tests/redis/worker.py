"""One of several processes that share a budget: calls as fast as it may, and says how often."""

from __future__ import annotations

import asyncio
import sys
import time

import httpx

from integrations_sdk import (
    AsyncHttpxTransport,
    AsyncLosant,
    DeadlineExceededError,
    HttpxTransport,
    Losant,
    RedisRateLimit,
)

IDS = {"application_id": "575ec8687ae143cd83dc4a97", "integration_id": "575ed78e7ae143cd83dc4aab"}


def answer(_: httpx.Request) -> httpx.Response:
    return httpx.Response(200, json={"id": "575ed78e7ae143cd83dc4aab"})


def wait_for_start() -> float:
    """Say that this process is ready, and return until when to call."""
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    return float(input())


def synchronously(limit: RedisRateLimit) -> int:
    calls = 0
    transport = HttpxTransport(httpx.MockTransport(answer))
    with Losant("tok-SAMPLE-shared", rate_limit=limit, transport=transport) as losant:
        losant.with_options(rate_limit=None).integration.get(**IDS)  # import everything
        until = wait_for_start()
        while (left := until - time.time()) > 0:
            try:
                losant.with_options(timeout=left).integration.get(**IDS)
            except DeadlineExceededError:
                break
            calls += 1
    limit.close()
    return calls


async def asynchronously(limit: RedisRateLimit) -> int:
    transport = AsyncHttpxTransport(httpx.MockTransport(answer))
    async with AsyncLosant("tok-SAMPLE-shared", rate_limit=limit, transport=transport) as losant:
        await losant.with_options(rate_limit=None).integration.get(**IDS)  # import everything
        until = wait_for_start()

        async def task() -> int:
            calls = 0
            while (left := until - time.time()) > 0:
                try:
                    await losant.with_options(timeout=left).integration.get(**IDS)
                except DeadlineExceededError:
                    break
                calls += 1
            return calls

        calls = sum(await asyncio.gather(*(task() for _ in range(8))))
    await limit.aclose()
    return calls


if __name__ == "__main__":
    face, url, rate, burst = sys.argv[1:]
    shared = RedisRateLimit.from_url(url, rate=float(rate), burst=int(burst), on_failure="closed")
    is_async = face == "async"
    made = asyncio.run(asynchronously(shared)) if is_async else synchronously(shared)
    sys.stdout.write(f"{made}\n")
