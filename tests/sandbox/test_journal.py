"""The journal: what came in is there, in order, and nothing of it is secret."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Iterator

import httpx
import pytest
from hypothesis import given, settings, strategies
from starlette.types import Message, Receive, Scope, Send

from integrations_sdk.sandbox import Sandbox
from integrations_sdk.sandbox.journal import Entry, Journal
from integrations_sdk.sandbox.redaction import MOST, Redactor
from integrations_sdk.sandbox.sandbox import PLATFORMS

from .clients import client_of
from .facts import MANY, ONE, PLAIN

SAMPLE = "a-SECRET-value-1234"


@pytest.fixture
def last(sandbox: Sandbox) -> Iterator[list[Entry]]:
    """The entries that come while the test runs."""
    found: list[Entry] = []
    stop = sandbox.journal.subscribe(found.append)
    yield found
    stop()


def entry(path: str = "/losant") -> Entry:
    return Entry(0, 0.0, "losant", "", "GET", path, "", 200, 1.0, {}, None, {}, None)


def test_a_call_is_there_when_its_answer_is(sandbox: Sandbox, losant: httpx.Client) -> None:
    answer = losant.patch(ONE, json={"name": "Renamed"}, params={"_links": "false"})
    (found,) = sandbox.journal.entries()
    assert (found.platform, found.operation) == ("losant", "integration.patch")
    assert (found.method, found.path, found.query) == ("PATCH", f"/losant{ONE}", "_links=false")
    assert (found.status, found.fault) == (200, None)
    assert found.request_body == {"name": "Renamed"}
    assert isinstance(found.response_body, dict)
    assert found.response_body["name"] == "Renamed"
    assert found.request_headers["content-type"] == "application/json"
    assert found.response_headers["x-request-id"] == answer.headers["x-request-id"]
    assert 0 < found.duration_ms < 30_000
    assert found.at.tzinfo is not None


def test_secrets_are_hidden_both_ways(sandbox: Sandbox, losant: httpx.Client) -> None:
    config = {"protocol": "mqtt", "host": "mq.example", "port": 1883, "password": SAMPLE}
    losant.patch(ONE, json={"mqttConfig": config})
    (found,) = sandbox.journal.entries()
    for body in (found.request_body, found.response_body):
        assert isinstance(body, dict)
        shown = body["mqttConfig"]
        assert isinstance(shown, dict)
        assert (shown["host"], shown["port"], shown["password"]) == ("mq.example", 1883, "******")
    assert found.request_headers["authorization"] == "******"
    assert SAMPLE not in repr(found)
    assert sandbox.token("losant")[:30] not in repr(found)


def test_a_member_that_no_table_has_is_hidden(sandbox: Sandbox) -> None:
    with client_of(sandbox, "celigo") as celigo:
        sent = {
            "name": "New",
            "settings": {"key": SAMPLE, "pin": 1234, "on": [SAMPLE]},
            "x": SAMPLE,
        }
        celigo.post("/integrations", json=sent)
    (found,) = sandbox.journal.entries()
    hidden = {"key": "******", "pin": "******", "on": ["******"]}
    assert found.request_body == {"name": "New", "settings": hidden, "x": "******"}
    assert SAMPLE not in repr(found)


def test_a_key_in_a_query_is_hidden(sandbox: Sandbox) -> None:
    key = sandbox.token("optimizeplayer")
    url = sandbox.base_url("optimizeplayer") + "/integrations"
    httpx.get(url, params={"api_key": key}, verify=PLAIN)
    (found,) = sandbox.journal.entries()
    assert found.query == "api_key=******"
    assert key not in repr(found)


def test_a_form_and_basic_credentials_are_hidden(sandbox: Sandbox) -> None:
    form = {"grant_type": "client_credentials", "other": SAMPLE}
    url = sandbox.base_url("cxengage") + "/token"
    answer = httpx.post(url, data=form, auth=("client-SAMPLE", "secret-SAMPLE"), verify=PLAIN)
    (found,) = sandbox.journal.entries()
    assert found.request_body == {"grant_type": "client_credentials", "other": "******"}
    assert isinstance(found.response_body, dict)
    assert found.response_body["access_token"] == "******"
    assert answer.json()["access_token"] not in repr(found)


def test_a_secret_in_a_path_is_hidden(sandbox: Sandbox, losant: httpx.Client) -> None:
    token = sandbox.token("losant")
    losant.get(f"/applications/{token}/integrations", headers={"Authorization": f"Bearer {token}"})
    (found,) = sandbox.journal.entries()
    assert found.path == "/losant/applications/******/integrations"
    assert token not in repr(found)


def test_what_the_door_refuses_is_written_down(sandbox: Sandbox, losant: httpx.Client) -> None:
    losant.get(ONE, headers={"Host": "evil.example"})
    losant.post(MANY, content=b"x" * (2 * 1024 * 1024))
    losant.get("/nowhere")
    found = sandbox.journal.entries()
    assert [each.status for each in found] == [403, 413, 404]
    assert [each.operation for each in found] == ["integration.get", "integrations.post", ""]


def test_what_is_no_json_is_told_by_its_size(sandbox: Sandbox, losant: httpx.Client) -> None:
    losant.post(MANY, content=SAMPLE.encode())
    (found,) = sandbox.journal.entries()
    assert found.request_body == f"[hidden: {len(SAMPLE)} bytes that are no JSON]"


def test_the_sandboxs_own_pages_are_in_no_journal(sandbox: Sandbox) -> None:
    httpx.get(f"{sandbox.url}/openapi.json", verify=PLAIN)
    httpx.get(f"{sandbox.url}/", verify=PLAIN)
    assert sandbox.journal.entries() == []


def test_a_reset_empties_it_and_numbers_go_on(sandbox: Sandbox, losant: httpx.Client) -> None:
    losant.get(ONE)
    (before,) = sandbox.journal.entries()
    sandbox.reset()
    assert sandbox.journal.entries() == []
    losant.get(ONE)
    (after,) = sandbox.journal.entries()
    assert after.number == before.number + 1


def test_only_so_many_are_kept() -> None:
    journal = Journal(3)
    for _ in range(5):
        journal.add(entry())
    assert [each.number for each in journal.entries()] == [3, 4, 5]
    assert [each.number for each in journal.entries(after=4)] == [5]


def test_whoever_waits_gets_the_next() -> None:
    journal = Journal()
    later = threading.Timer(0.02, journal.add, [entry("/losant/a")])
    later.start()
    before = time.monotonic()
    found = journal.wait(0, timeout=30)
    assert time.monotonic() - before < 15
    later.join()
    assert [each.path for each in found] == ["/losant/a"]
    assert journal.wait(1, timeout=0.001) == []


def test_whoever_waits_in_an_event_loop_gets_the_next() -> None:
    journal = Journal()

    async def wait() -> list[Entry]:
        waiting = asyncio.create_task(journal.wait_async(0, timeout=30))
        await asyncio.sleep(0)
        await asyncio.to_thread(journal.add, entry("/losant/a"))
        return await waiting

    assert [each.path for each in asyncio.run(wait())] == ["/losant/a"]
    assert asyncio.run(journal.wait_async(1, timeout=0.001)) == []
    assert len(asyncio.run(journal.wait_async(0, timeout=30))) == 1


def test_a_subscription_ends() -> None:
    journal, heard = Journal(), list[Entry]()
    stop = journal.subscribe(heard.append)
    journal.add(entry())
    stop()
    stop()
    journal.add(entry())
    assert [each.number for each in heard] == [1]


_json = strategies.recursive(
    strategies.none() | strategies.booleans() | strategies.just(SAMPLE) | strategies.integers(),
    lambda inner: strategies.lists(inner) | strategies.dictionaries(strategies.text(), inner),
    max_leaves=20,
)
_operations = [
    pytest.param(platform, operation, id=f"{platform.name}-{operation.name}-{operation.method}")
    for platform in PLATFORMS
    for operation in platform.operations
]


@pytest.mark.parametrize(("platform", "operation"), _operations)
@settings(max_examples=25)
@given(value=_json)
def test_any_document_can_be_written_down(platform, operation, value) -> None:  # type: ignore[no-untyped-def] # noqa: ANN001
    redactor = Redactor(platform, operation)
    body = json.dumps(value).encode()
    for kept in (
        redactor.request_body(body, len(body), "application/json"),
        redactor.response_body(200, body, len(body), "application/json"),
        redactor.response_body(500, body, len(body), "application/json"),
    ):
        json.dumps(kept)
    assert redactor.request_body(b"", MOST + 1, "") == f"[hidden: {MOST + 1} bytes]"


def test_a_call_is_there_when_an_answer_without_a_body_is(sandbox: Sandbox) -> None:
    kept: list[int] = []

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":  # all that a caller waits for
            kept.append(len(sandbox.journal.entries()))

    async def receive() -> Message:
        return {"type": "http.request", "body": b""}

    token = sandbox.token("celigo").encode()
    scope: Scope = {
        "type": "http",
        "method": "DELETE",
        "path": "/celigo/v1/integrations/554155c853bb53af2900000b",
        "query_string": b"",
        "headers": [(b"host", b"localhost"), (b"authorization", b"Bearer " + token)],
    }
    asyncio.run(_answered(sandbox, scope, receive, send))
    assert kept == [1]
    assert sandbox.journal.entries()[0].status == 204


async def _answered(sandbox: Sandbox, scope: Scope, receive: Receive, send: Send) -> None:
    await sandbox.app(scope, receive, send)
