"""Asynchronous contenders: the same as in `calls`, for many tasks at once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from .calls import TOKEN, transport
from .documents import APPLICATION, INTEGRATION, LOSANT_PATH

AsyncCall = Callable[[], Awaitable[object]]


def httpx(base: str) -> AsyncCall:
    import httpx

    client = httpx.AsyncClient()

    async def call() -> object:
        return (await client.get(base + LOSANT_PATH)).json()

    return call


def httpx2(base: str) -> AsyncCall:
    import httpx2

    client = httpx2.AsyncClient()

    async def call() -> object:
        return (await client.get(base + LOSANT_PATH)).json()

    return call


def aiohttp(base: str) -> AsyncCall:
    import aiohttp

    session = aiohttp.ClientSession()

    async def call() -> object:
        async with session.get(base + LOSANT_PATH) as response:
            return await response.json()

    return call


def pyreqwest(base: str) -> AsyncCall:
    from pyreqwest.client import ClientBuilder

    client = ClientBuilder().build()

    async def call() -> object:
        return await (await client.get(base + LOSANT_PATH).build().send()).json()

    return call


def openai(base: str) -> AsyncCall:
    import openai

    client = openai.AsyncOpenAI(api_key=TOKEN, base_url=f"{base}/openai/v1")
    return lambda: client.models.retrieve("x")


def anthropic(base: str) -> AsyncCall:
    import anthropic

    client = anthropic.AsyncAnthropic(api_key=TOKEN, base_url=base)
    return lambda: client.models.retrieve("x")


def sdk(base: str) -> AsyncCall:
    from integrations_sdk import AsyncLosant

    client = AsyncLosant(TOKEN, base_url=base)
    return lambda: client.integration.get(application_id=APPLICATION, integration_id=INTEGRATION)


def sdk_httpx2(base: str) -> AsyncCall:
    from integrations_sdk import AsyncLosant

    client = AsyncLosant(TOKEN, base_url=base, transport=transport("AsyncHttpx2Transport"))
    return lambda: client.integration.get(application_id=APPLICATION, integration_id=INTEGRATION)


def sdk_fast(base: str) -> AsyncCall:
    from integrations_sdk import AsyncLosant

    client = AsyncLosant(TOKEN, base_url=base, transport=transport("AsyncFastTransport"))
    return lambda: client.integration.get(application_id=APPLICATION, integration_id=INTEGRATION)
