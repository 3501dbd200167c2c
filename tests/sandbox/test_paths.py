"""Paths are taken segment by segment, as they were sent."""

import asyncio
import json
from collections.abc import MutableMapping
from typing import Any

import pytest

from integrations_sdk.sandbox import Sandbox

from .facts import MANY, ONE
from .raw import connect, head, reply

ENCODED = ["a%2Fb", "%2F", "%2e%2e", "..", ".", "%0A", "x%0a", "%00", "%3F%23", "%25", "caf%C3%A9"]


def asked(sandbox: Sandbox, platform: str, method: str, path: str) -> tuple[int, Any]:
    token = f"Bearer {sandbox.token(platform)}"
    with connect(sandbox) as connection:
        start = head(sandbox, method, f"/{platform}{path}", Authorization=token)
        if method == "POST":
            start = start[:-2] + b"Content-Length: 2\r\n\r\n{}"
        connection.sendall(start)
        status, _, body = reply(connection)
    return status, body


@pytest.mark.parametrize("encoded", ENCODED)
def test_an_id_may_hold_any_character(sandbox: Sandbox, encoded: str) -> None:
    path = f"/tenants/harbor/integrations/{encoded}"
    stored = asked(sandbox, "cxengage", "POST", path)
    assert stored[0] == 200
    assert asked(sandbox, "cxengage", "GET", path) == stored
    assert asked(sandbox, "cxengage", "GET", path + "x")[0] == 404


@pytest.mark.parametrize("encoded", ENCODED)
def test_an_id_that_nobody_has_is_not_found_by_the_platform(sandbox: Sandbox, encoded: str) -> None:
    status, body = asked(sandbox, "celigo", "GET", f"/v1/integrations/{encoded}")
    assert status == 404
    assert body["errors"][0]["message"] == "The integration was not found"


def test_an_encoded_slash_leads_to_no_other_path(sandbox: Sandbox) -> None:
    for path in (MANY.replace("/", "%2F"), ONE.replace("/integrations/", "%2Fintegrations/")):
        status, body = asked(sandbox, "losant", "GET", f"/{path.lstrip('/')}")
        assert status == 404
        assert "is not a path of this sandbox" in body["message"]


def test_letters_may_be_encoded_without_need(sandbox: Sandbox) -> None:
    status, body = asked(sandbox, "losant", "GET", ONE.replace("integrations", "%69ntegrations"))
    assert (status, body["name"]) == (200, "Cold room broker")


def test_a_path_that_is_not_utf_8_is_refused(sandbox: Sandbox) -> None:
    status, body = asked(sandbox, "losant", "GET", f"{MANY}/%FF")
    assert (status, body["type"]) == (400, "Validation")


def test_a_caller_inside_the_process_may_leave_the_raw_path_out() -> None:
    sandbox = Sandbox()
    headers = [(b"authorization", f"Bearer {sandbox.token('cxengage')}".encode())]
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/cxengage/tenants/harbor/integrations/a b",
        "query_string": b"",
        "headers": headers,
    }
    sent: list[MutableMapping[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request"}

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    async def call() -> None:
        await sandbox.app(scope, receive, send)

    try:
        asyncio.run(call())
    finally:
        sandbox.stop()
    assert sent[0]["status"] == 404
    assert json.loads(sent[1]["body"]) == {"error": "Integration not found"}
