from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import httpx
import pytest

from integrations_sdk.sandbox import Sandbox

from .facts import MANY, ONE, PLAIN, integration

T = TypeVar("T")

# Eight members of one integration, each with a value for each writer.
MEMBERS = ["name", "enabled", "topics", "mqttConfig"]


@pytest.fixture(params=["memory", "file"])
def shared(request: pytest.FixtureRequest, tmp_path: Path) -> Sandbox:
    return Sandbox(data=tmp_path / "data" if request.param == "file" else None)


def at_once(work: Callable[[int], T]) -> list[T]:
    with ThreadPoolExecutor(32) as pool:
        return list(pool.map(work, range(32)))


def test_32_writers_of_new_integrations_lose_none(shared: Sandbox) -> None:
    with shared, client(shared) as losant:

        def write(number: int) -> list[str]:
            bodies = [{**integration(), "name": f"{number}-{count}"} for count in range(5)]
            return [losant.post(MANY, json=body).json()["id"] for body in bodies]

        made = [key for keys in at_once(write) for key in keys]
        items = losant.get(MANY, params={"perPage": "1000"}).json()["items"]
    assert len(set(made)) == 160
    assert set(made) < {item["id"] for item in items}


def test_32_writers_of_one_integration_lose_no_update(shared: Sandbox) -> None:
    """Each writes a member of its own, so any lost update would be missing at the end."""
    with shared, client(shared) as losant:
        kinds = ["name", "enabled", "topics", "credentialName"]

        def value(kind: str, number: int) -> object:
            values = {
                "name": f"Name {number}",
                "enabled": False,
                "topics": [f"t/{number}"],
                "credentialName": "Hub identity",
            }
            return values[kind]

        def write(number: int) -> httpx.Response:
            kind = kinds[number % 4]
            return losant.patch(ONE, json={kind: value(kind, number)})

        replies = at_once(write)
        after = losant.get(ONE).json()
    assert [reply.status_code for reply in replies] == [200] * 32
    assert after["name"] in {f"Name {number}" for number in range(0, 32, 4)}
    assert after["enabled"] is False
    assert after["topics"][0] in {f"t/{number}" for number in range(2, 32, 4)}
    assert after["credentialName"] == "Hub identity"


def test_of_32_deletes_one_succeeds(shared: Sandbox) -> None:
    with shared, client(shared) as losant:
        statuses = at_once(lambda _: losant.delete(ONE).status_code)
    assert sorted(statuses) == [200] + [404] * 31


def client(sandbox: Sandbox) -> httpx.Client:
    return httpx.Client(
        base_url=sandbox.base_url("losant"),
        headers={"Authorization": f"Bearer {sandbox.token('losant')}"},
        verify=PLAIN,
        trust_env=False,
        timeout=20,
    )
