"""Answers that are larger than a client allows, on real sockets and both faces."""

from __future__ import annotations

import gzip
import importlib.util
import subprocess
import sys
import zlib
from pathlib import Path

import pytest

from integrations_sdk import AmbiguousWriteError, ResponseTooLargeError, TransportError

from ..clients.samples import IDS, encoded, integration
from ..faces import Face
from .kinds import KINDS
from .scripted import Peer, Script, Server, answering, response
from .test_faults import CHUNKED, NOW, WRITES, until

KIB = 1024
MIB = 1024 * KIB
LIMIT = 128 * KIB
BODY = encoded(integration())
OK = answering(BODY)
BLANK = b" " * 4 * KIB


def padded(size: int) -> bytes:
    return BODY + b" " * (size - len(BODY))


def announcing(length: int) -> Script:
    """Announce a length, send less than is allowed, and wait."""

    def script(peer: Peer) -> None:
        peer.request()
        peer.send(response(b" " * (LIMIT - KIB), length=length))
        peer.silence()

    return script


def flooding(head: bytes, part: bytes) -> Script:
    """Begin an answer that has no end."""

    def script(peer: Peer) -> None:
        peer.request()
        peer.send(head)
        while True:
            peer.send(part)

    return script


def compressed(body: bytes, encoding: str = "gzip") -> Script:
    return answering(body, f"Content-Encoding: {encoding}")


TOO_LONG: dict[str, Script] = {
    "announced": announcing(LIMIT + 1),
    "announced beyond counting": announcing(10**19),
    "endless chunks": flooding(CHUNKED, b"1000\r\n" + BLANK + b"\r\n"),
    "endless small chunks": flooding(CHUNKED, (b"40\r\n" + b" " * 64 + b"\r\n") * 64),
    "endless until closed": flooding(b"HTTP/1.1 200 OK\r\n\r\n", BLANK),
}
BOMB = gzip.compress(b" " * MIB)
BOMBS: dict[str, Script] = {
    "a bomb": compressed(BOMB),
    "a bomb in deflate": compressed(zlib.compress(b" " * MIB), "deflate"),
    "a bomb in a bomb": compressed(gzip.compress(BOMB), "gzip, gzip"),
    "a bomb of many members": compressed(gzip.compress(BLANK) * 40),
}
TOO_LARGE = {**TOO_LONG, **BOMBS, "one byte too much": answering(padded(LIMIT + 1))}
EACH = pytest.mark.parametrize("script", TOO_LARGE.values(), ids=TOO_LARGE.keys())


@EACH
def test_an_answer_that_is_too_large_is_an_error_that_names_the_bound(
    face: Face, script: Script
) -> None:
    with Server(script, OK) as server:
        client = face.losant(base_url=server.url, retry=NOW, max_response_size=LIMIT)

        with pytest.raises(ResponseTooLargeError, match="max_response_size=") as caught:
            face(client.integration.get(**IDS))

        assert caught.value.reason == "the answer's body is above max_response_size, 131072 bytes"
        assert len(caught.value.attempts) == len(server.requests) == 1
        assert caught.value.__context__ is None


@pytest.mark.parametrize("script", TOO_LONG.values(), ids=TOO_LONG.keys())
def test_a_connection_that_has_more_to_say_is_closed(face: Face, script: Script) -> None:
    with Server(script, OK) as server:
        client = face.losant(base_url=server.url, retry=NOW, max_response_size=LIMIT)
        with pytest.raises(ResponseTooLargeError):
            face(client.integration.get(**IDS))

        until(lambda: server.finished == 1)
        assert face(client.integration.get(**IDS)).name == "Cold room broker"
        assert server.connections == 2


@pytest.mark.parametrize("name", sorted(WRITES))
def test_a_write_whose_answer_is_too_large_is_ambiguous(face: Face, name: str) -> None:
    arguments, _ = WRITES[name]
    with Server(BOMBS["a bomb"]) as server:
        client = face.losant(base_url=server.url, retry=NOW, max_response_size=LIMIT)

        with pytest.raises(AmbiguousWriteError, match="above max_response_size, 131072 bytes"):
            face(getattr(client.integration, name)(**arguments))

        assert len(server.requests) == 1


@pytest.mark.parametrize(
    "script",
    [answering(padded(LIMIT)), compressed(gzip.compress(padded(LIMIT)))],
    ids=["plain", "gzip"],
)
def test_an_answer_may_be_as_large_as_is_allowed(face: Face, script: Script) -> None:
    with Server(script) as server:
        client = face.losant(base_url=server.url, max_response_size=LIMIT)

        assert face(client.integration.get(**IDS)).name == "Cold room broker"


def test_eight_mebibytes_are_allowed_unless_told_otherwise(face: Face) -> None:
    def script(peer: Peer) -> None:
        for size in (8 * MIB, 8 * MIB + 1):
            peer.request()
            peer.send(response(padded(size)))

    with Server(script, answering(padded(8 * MIB + 1))) as server:
        client = face.losant(base_url=server.url)
        assert face(client.integration.get(**IDS)).name == "Cold room broker"
        with pytest.raises(ResponseTooLargeError):
            face(client.integration.get(**IDS))

        allowed = client.with_options(max_response_size=None)
        assert face(allowed.integration.get(**IDS)).name == "Cold room broker"


@pytest.mark.parametrize("times", [4, 40])
def test_what_is_encoded_more_often_than_anybody_does_is_no_answer(face: Face, times: int) -> None:
    body = BODY
    for _ in range(times):
        body = gzip.compress(body, 1)
    with Server(compressed(body, ", ".join(["gzip"] * times))) as server:
        client = face.losant(base_url=server.url, retry=1)

        with pytest.raises(TransportError, match="the answer's compression is broken"):
            face(client.integration.get(**IDS))


# --- memory

PEAK = """
import asyncio, importlib, pathlib, sys

import integrations_sdk
from integrations_sdk import ResponseTooLargeError, transports

url, kind, face = sys.argv[1:]
ids = dict(application_id="575ec8687ae143cd83dc4a97", integration_id="575ed78e7ae143cd83dc4aab")


def open_(name):
    library, _, given = kind.partition(" ")
    inner = []
    if given:
        inner = [getattr(importlib.import_module(library), name + "Client")()]
    return getattr(transports, f"{name}{library.capitalize()}Transport")(*inner)


def peak():
    status = pathlib.Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0])


async def amain():
    transport = open_("Async")
    client = integrations_sdk.AsyncLosant("tok-SAMPLE-plain", base_url=url, transport=transport)
    await client.integration.get(**ids)
    before = peak()
    try:
        await client.integration.get(**ids)
    except ResponseTooLargeError:
        print(peak() - before)
    await transport.aclose()


def main():
    transport = open_("")
    client = integrations_sdk.Losant("tok-SAMPLE-plain", base_url=url, transport=transport)
    client.integration.get(**ids)
    before = peak()
    try:
        client.integration.get(**ids)
    except ResponseTooLargeError:
        print(peak() - before)
    transport.close()


asyncio.run(amain()) if face == "async" else main()
"""


@pytest.fixture(scope="module")
def bomb() -> bytes:
    """256 MiB in a third of one, and an end that nobody comes to."""
    writer = zlib.compressobj(9, wbits=16 + zlib.MAX_WBITS)
    parts = [writer.compress(b" " * MIB) + writer.flush(zlib.Z_FULL_FLUSH) for _ in range(2)]
    return parts[0] + parts[1] * 255


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="NOT TESTED: memory needs /proc")
@pytest.mark.parametrize("face", ["sync", "async"])
@pytest.mark.parametrize("kind", [*KINDS, "httpx given", "httpx2 given"])
def test_a_bomb_of_a_quarter_of_a_gibibyte_takes_24_mebibytes_at_most(
    face: str, kind: str, bomb: bytes
) -> None:
    library = KINDS[kind.partition(" ")[0]].needs
    if importlib.util.find_spec(library) is None:
        pytest.skip(f"NOT TESTED: the {kind} transport, for there is no {library}")
    assert len(bomb) < MIB / 3

    def script(peer: Peer) -> None:
        peer.request()
        peer.send(response(BODY))
        peer.request()
        peer.send(response(bomb, "Content-Encoding: gzip"))
        peer.silence()

    with Server(script) as server:
        ran = subprocess.run(
            [sys.executable, "-c", PEAK, server.url, kind, face],
            capture_output=True,
            text=True,
            timeout=30,
            check=True,
            cwd=Path(__file__).parents[2],
        )

    assert int(ran.stdout) <= 24 * KIB, ran.stdout
