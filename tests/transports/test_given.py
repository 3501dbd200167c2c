"""Clients of httpx and of httpx2 that a user brings along: what they are sent is bounded too."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from integrations_sdk import ResponseTooLargeError, transports

from ..clients.samples import IDS
from ..faces import Face
from .kinds import each_face
from .scripted import Script, Server
from .test_bounds import BOMBS, EACH, LIMIT, TOO_LONG
from .test_faults import NOW, until

face = each_face("httpx")


@pytest.fixture
def losant(face: Face) -> Iterator[Callable[..., Any]]:
    """Make clients of Losant that send by a client of a library, which is closed in the end."""
    inner: list[Any] = []

    def made(library: str, url: str, **options: Any) -> Any:
        module: Any = pytest.importorskip(library, reason=f"NOT TESTED: clients of {library}")
        prefix = "Async" if face.is_async else ""
        inner.append(getattr(module, f"{prefix}Client")(**options))
        transport = getattr(transports, f"{prefix}{library.capitalize()}Transport")(inner[-1])
        return face.losant(base_url=url, transport=transport, retry=NOW, max_response_size=LIMIT)

    yield made
    for client in inner:
        face(client.aclose() if face.is_async else client.close())


@EACH
@pytest.mark.parametrize("library", ["httpx", "httpx2"])
def test_no_more_is_taken_than_is_allowed(
    losant: Any, library: str, face: Face, script: Script
) -> None:
    with Server(script) as server:
        client = losant(library, server.url)

        with pytest.raises(ResponseTooLargeError):
            face(client.integration.get(**IDS))


@pytest.mark.parametrize("script", TOO_LONG.values(), ids=TOO_LONG.keys())
@pytest.mark.parametrize("library", ["httpx", "httpx2"])
def test_a_connection_that_has_more_to_say_is_closed(
    losant: Any, library: str, face: Face, script: Script
) -> None:
    with Server(script) as server:
        with pytest.raises(ResponseTooLargeError):
            face(losant(library, server.url).integration.get(**IDS))

        until(lambda: server.finished == 1)


def test_what_a_hook_has_read_is_bounded_all_the_same(losant: Any, face: Face) -> None:
    async def aread(response: Any) -> None:
        await response.aread()

    hooks = {"response": [aread if face.is_async else lambda response: response.read()]}
    with Server(BOMBS["a bomb"]) as server:
        client = losant("httpx", server.url, event_hooks=hooks)

        with pytest.raises(ResponseTooLargeError):
            face(client.integration.get(**IDS))
