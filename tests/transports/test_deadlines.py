"""The total deadline, against servers that take their time, on real sockets and both faces."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest

from integrations_sdk import (
    AmbiguousWriteError,
    ConnectError,
    DeadlineExceededError,
    Retry,
    Timeout,
    TransportError,
)
from integrations_sdk.losant import IntegrationPost

from ..clients.samples import IDS
from ..conftest import APPLICATION
from ..faces import Face
from .scripted import Peer, Script, Server, dripping, response, silent

TOTAL = 0.1
# The library aims at half a second; the rest is for machines that have other things to do.
LATE = 2.0
CREATE: dict[str, Any] = {
    "application_id": APPLICATION,
    "integration": IntegrationPost(name="a", integration_type="mqtt"),
}
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"

SLOW: dict[str, Script] = {
    "silent": silent,
    "drips its status line": dripping(b"", b"H"),
    "drips a header": dripping(b"HTTP/1.1 200 OK\r\nX-Slow: ", b"a"),
    "drips headers": dripping(b"HTTP/1.1 200 OK\r\n", b"X-Slow: a\r\n"),
    "drips its body": dripping(response(length=10_000), b" "),
    "drips chunks": dripping(CHUNKED, b"1\r\n \r\n"),
    "drips a body that ends with the connection": dripping(b"HTTP/1.1 200 OK\r\n\r\n", b" "),
    "drips interim responses": dripping(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "stops within its body": dripping(response(b"{", length=10), b""),
}


@contextlib.contextmanager
def takes_at_most(seconds: float) -> Iterator[None]:
    began = time.monotonic()
    yield
    assert time.monotonic() - began < seconds


@pytest.mark.parametrize("script", SLOW.values(), ids=SLOW.keys())
def test_a_read_ends_at_its_deadline(face: Face, script: Script) -> None:
    with Server(script) as server:
        client = face.losant(base_url=server.url, timeout=Timeout(total=TOTAL))

        with (
            takes_at_most(TOTAL + LATE),
            pytest.raises(DeadlineExceededError, match="allow more with timeout=") as caught,
        ):
            face(client.integration.get(**IDS))

        assert caught.value.reason == "the deadline passed"
        assert len(caught.value.attempts) == server.connections == 1
        assert caught.value.attempts[0].elapsed >= TOTAL


@pytest.mark.parametrize("script", SLOW.values(), ids=SLOW.keys())
def test_a_write_that_ends_at_its_deadline_is_ambiguous(face: Face, script: Script) -> None:
    with Server(script) as server:
        client = face.losant(base_url=server.url, timeout=Timeout(total=TOTAL))

        with takes_at_most(TOTAL + LATE), pytest.raises(AmbiguousWriteError) as caught:
            face(client.integration.create(**CREATE))

        assert caught.value.reason == "the deadline passed"
        assert server.connections == 1


def flooding(peer: Peer) -> None:
    flood = b"HTTP/1.1 100 Continue\r\n\r\n" * 500
    peer.request()
    while True:
        peer.send(flood)


def test_an_endless_flood_of_interim_responses_ends_at_the_deadline(face: Face) -> None:
    with Server(flooding) as server:
        client = face.losant(base_url=server.url, timeout=Timeout(total=TOTAL))

        with takes_at_most(TOTAL + LATE), pytest.raises(DeadlineExceededError):
            face(client.integration.get(**IDS))


def test_a_server_that_is_silent_ends_one_attempt_by_the_read_timeout(face: Face) -> None:
    with Server(silent) as server:
        timeout = Timeout(read=0.05, total=5)
        client = face.losant(base_url=server.url, timeout=timeout, retry=1)

        with takes_at_most(1), pytest.raises(TransportError) as caught:
            face(client.integration.get(**IDS))

        assert type(caught.value) is TransportError
        assert caught.value.reason == "no answer within the read timeout"


def test_a_timeout_takes_its_part_of_the_retry_quota(face: Face) -> None:
    with Server(silent, silent, silent) as server:
        retry = Retry(quota=10, initial=0.0)
        client = face.losant(base_url=server.url, timeout=Timeout(read=0.05, total=5), retry=retry)

        with pytest.raises(TransportError, match="for the retry quota is used up"):
            face(client.integration.get(**IDS))

        assert server.connections == 2


def test_the_deadline_covers_all_attempts(face: Face) -> None:
    with Server(silent) as server:
        timeout = Timeout(read=0.04, total=TOTAL)
        client = face.losant(base_url=server.url, timeout=timeout, retry=99)

        with takes_at_most(TOTAL + LATE), pytest.raises(TransportError):
            face(client.integration.get(**IDS))

        assert 1 <= server.connections <= 3


@contextlib.contextmanager
def unreachable() -> Iterator[str]:
    """A port whose queue of connections is full: the next one waits for ever."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _ in range(4):
            sock = stack.enter_context(socket.socket())
            sock.setblocking(False)
            sock.connect_ex(listener.getsockname())
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


@pytest.mark.parametrize("name", ["get", "create"])
def test_a_connection_that_does_not_come_about_sent_nothing(face: Face, name: str) -> None:
    arguments = {"get": IDS, "create": CREATE}[name]
    with unreachable() as address:
        timeout = Timeout(connect=0.05, total=5)
        client = face.losant(base_url=address, timeout=timeout, retry=1)

        with takes_at_most(1), pytest.raises(ConnectError) as caught:
            face(getattr(client.integration, name)(**arguments))

    assert caught.value.reason == "no connection within the connect timeout"


@pytest.mark.parametrize("name", ["get", "create"])
def test_a_deadline_that_passes_while_connecting_leaves_no_doubt(face: Face, name: str) -> None:
    arguments = {"get": IDS, "create": CREATE}[name]
    with unreachable() as address:
        client = face.losant(base_url=address, timeout=Timeout(total=TOTAL), retry=1)

        with takes_at_most(TOTAL + LATE), pytest.raises(DeadlineExceededError) as caught:
            face(getattr(client.integration, name)(**arguments))

    assert caught.value.reason == "the deadline passed"


@pytest.mark.parametrize("name", ["get", "create"])
def test_a_tls_handshake_that_never_ends_sent_nothing(face: Face, name: str) -> None:
    arguments = {"get": IDS, "create": CREATE}[name]
    with Server(silent) as server:
        address = server.url.replace("http:", "https:")
        client = face.losant(base_url=address, timeout=Timeout(total=TOTAL), retry=1)

        with takes_at_most(TOTAL + LATE), pytest.raises(DeadlineExceededError):
            face(getattr(client.integration, name)(**arguments))
