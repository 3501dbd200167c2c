"""What is closed, cancelled or interrupted shows no secret."""

from __future__ import annotations

import asyncio
import json
import threading
from typing import Any

import pytest

from integrations_sdk import (
    AsyncLosant,
    ConfigurationError,
    Losant,
)
from integrations_sdk.losant import IntegrationPatch, MqttConfig

from ..clients.samples import IDS
from ..faces import Face
from ..transports import scripted
from ..transports.scripted import Server
from .looking import (
    TOKEN,
    WORD,
    failing,
    look,
    planted,
)

PATCH = IntegrationPatch(mqtt_config=planted(MqttConfig))


def test_a_closed_client_shows_no_secret(face: Face, caplog: pytest.LogCaptureFixture) -> None:
    client = face.losant(TOKEN)
    face.close(client)
    arguments = {**IDS, "integration": PATCH}

    error = failing(lambda: face(client.integration.patch(**arguments)), caplog)

    assert type(error) is ConfigurationError


def test_a_task_that_is_cancelled_shows_no_secret(caplog: pytest.LogCaptureFixture) -> None:
    face = Face("async")

    async def cancelled(client: Any) -> None:
        task = asyncio.ensure_future(client.integration.get(**IDS))
        for _ in range(50):
            await asyncio.sleep(0.001)
        task.cancel()
        await task

    with Server(scripted.silent) as server:
        client = face.losant(TOKEN, base_url=server.url)
        error = failing(lambda: face(cancelled(client)), caplog)
        face.finish()

    assert isinstance(error, asyncio.CancelledError)


def test_a_call_that_is_interrupted_while_it_sends_shows_no_secret(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("integrations_sdk.transports.connections._Stream.write", interrupted)
    with Server(scripted.silent) as server, Losant(TOKEN, base_url=server.url) as client:
        try:
            client.integration.patch(**IDS, integration=PATCH)
        except KeyboardInterrupt as error:
            look(error)
        else:
            raise AssertionError("it was not interrupted")


def test_a_task_that_is_cancelled_while_it_sends_shows_no_secret() -> None:
    heard = threading.Event()

    def stalled(peer: scripted.Peer) -> None:
        peer.read()
        heard.set()
        peer.stall()  # take no more, so that the client cannot send it all

    async def cancelled(url: str) -> None:
        large = IntegrationPatch(name="n" * 10_000_000, mqtt_config=planted(MqttConfig))
        async with AsyncLosant(TOKEN, base_url=url) as client:
            task = asyncio.ensure_future(client.integration.patch(**IDS, integration=large))
            assert await asyncio.to_thread(heard.wait, 5)
            task.cancel()
            try:
                await task
            except asyncio.CancelledError as error:
                look(error)
            else:
                raise AssertionError("it was not cancelled")

    with Server(stalled) as server:
        asyncio.run(cancelled(server.url))


def test_the_look_at_frames_finds_what_is_there() -> None:
    try:
        json.loads(f'{{"a": "{WORD}"')
    except ValueError as error:
        with pytest.raises(AssertionError, match=r"json.* shows"):
            look(error)
