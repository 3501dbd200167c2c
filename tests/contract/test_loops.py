"""One asynchronous client in several event loops, over a real socket."""

from __future__ import annotations

import asyncio
import gc
from concurrent.futures import ThreadPoolExecutor

import pytest

from integrations_sdk import AsyncLosant
from integrations_sdk.sandbox import Sandbox
from tests.conftest import APPLICATION, INTEGRATION

# The sockets of a loop that is gone are closed by the garbage collector, which says so.
pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


def test_a_client_serves_one_loop_after_another(sandbox: Sandbox) -> None:
    losant = AsyncLosant(sandbox.token("losant"), base_url=sandbox.base_url("losant"))
    ids = {"application_id": APPLICATION, "integration_id": INTEGRATION}

    async def read() -> str:
        return (await losant.integration.get(**ids)).id

    assert [asyncio.run(read()) for _ in range(3)] == [INTEGRATION] * 3
    asyncio.run(losant.aclose())
    gc.collect()  # here, where its complaints are expected


def test_a_client_serves_a_loop_in_each_of_several_threads(sandbox: Sandbox) -> None:
    losant = AsyncLosant(sandbox.token("losant"), base_url=sandbox.base_url("losant"))

    async def count() -> int:
        return len([found async for found in losant.integration.list(application_id=APPLICATION)])

    def in_a_thread(_: int) -> int:
        return asyncio.run(count())

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(in_a_thread, range(12))) == [6] * 12
    asyncio.run(losant.aclose())
    gc.collect()  # here, where its complaints are expected
