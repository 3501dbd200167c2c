"""What tests run in other processes, which find it by its name."""

from __future__ import annotations

import asyncio
import os

from integrations_sdk import AsyncLosant, Drift, Event, Losant

from ..conftest import APPLICATION, INTEGRATION

IDS = {"application_id": APPLICATION, "integration_id": INTEGRATION}
HEARD: list[str] = []


def provide_token() -> str:
    """Provide the token of whatever process this runs in."""
    return os.environ["TOKEN_OF_THIS_PROCESS"]


def hear(operation: str, drift: Drift) -> None:
    HEARD.append(f"{operation}: {drift.path}")


def read(client: Losant | AsyncLosant) -> tuple[int, str]:
    """Read an integration by a client that came from another process."""
    if isinstance(client, Losant):
        found = client.integration.get(**IDS)
        client.close()
        return os.getpid(), found.id
    return os.getpid(), asyncio.run(_read(client))


async def _read(client: AsyncLosant) -> str:
    async with client:
        return (await client.integration.get(**IDS)).id


def observe(event: Event) -> None:
    """Take note of an event."""
    HEARD.append(type(event).__name__)
