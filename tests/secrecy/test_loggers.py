"""Whatever logs at DEBUG while a call is made, in whatever library, logs no secret."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest

from ..clients.samples import IDS, encoded
from ..conftest import APPLICATION
from ..faces import Face
from ..transports import scripted
from ..transports.kinds import each_face
from ..transports.scripted import Script, answering
from .looking import TOKEN, WORD, echo, hidden, post

face = each_face("httpx", "httpx2", "fast")

SCRIPTS: dict[str, Script] = {
    "success": answering(encoded(echo("mqtt_config")), status="201 Created"),
    "refusal": answering(encoded({"type": TOKEN, "message": TOKEN}), status="400 Bad Request"),
    "reset": scripted.reset_after_request,
}


@pytest.mark.parametrize("script", SCRIPTS.values(), ids=SCRIPTS.keys())
def test_no_logger_shows_a_secret(
    face: Face, caplog: pytest.LogCaptureFixture, script: Script
) -> None:
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, logger="asyncio")
    if face.is_async:
        watched(face)
    with scripted.Server(script) as server:
        client = face.losant(
            TOKEN, base_url=server.url, headers={"X-Key": f"{WORD}-header"}, retry=1
        )
        arguments: dict[str, Any] = {"application_id": APPLICATION}
        try:
            face(client.integration.create(**arguments, integration=post("mqtt_config")))
            face(client.integration.get(**IDS))
        except Exception as error:  # noqa: BLE001 -- what it is, is of no interest here
            hidden(repr(error))
        face.close(client)

    loggers = {record.name.partition(".")[0] for record in caplog.records}
    assert "integrations_sdk" in loggers
    assert not face.is_async or "asyncio" in loggers
    for record in caplog.records:
        hidden(record.getMessage())
        hidden(repr(record.args))
        hidden(record.exc_text)


def watched(face: Face) -> None:
    """Let the loop of a face log every step of a task, as slow."""

    async def watch() -> None:
        loop = asyncio.get_running_loop()
        loop.set_debug(True)
        loop.slow_callback_duration = 0

    face(watch())
