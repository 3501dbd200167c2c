"""Every transport against servers that fail, on real sockets and both faces."""

from __future__ import annotations

import errno
import gzip
import os
import time
import zlib
from collections.abc import Callable
from typing import Any

import pytest

from integrations_sdk import (
    AmbiguousWriteError,
    ConnectError,
    DecodeError,
    IntegrationsError,
    Retry,
    TransportError,
)
from integrations_sdk.losant import IntegrationPatch, IntegrationPost

from ..clients.samples import IDS, encoded, integration
from ..conftest import APPLICATION
from ..faces import Face
from .kinds import notice_a_close
from .scripted import (
    Peer,
    Script,
    Server,
    answering,
    close_after_request,
    raw,
    refusing,
    reset_after_request,
    reset_within,
    response,
)

NOW = Retry(initial=0)
BODY = encoded(integration())
HALF = BODY[: len(BODY) // 2]
OK = answering(BODY)
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
WRITES: dict[str, tuple[dict[str, Any], Script]] = {
    "create": (
        {
            "application_id": APPLICATION,
            "integration": IntegrationPost(name="a", integration_type="mqtt"),
        },
        answering(BODY, status="201 Created"),
    ),
    "patch": ({**IDS, "integration": IntegrationPatch(name="b")}, OK),
}

# A request was taken, and no whole answer came: cases of one kind for the runner above.
LOST: dict[str, Script] = {
    "reset before the response": reset_after_request,
    "closed before the response": close_after_request,
    "closed within the status line": raw(b"HTTP/1.1 20"),
    "closed within the headers": raw(b"HTTP/1.1 200 OK\r\nContent-Type: appl"),
    "reset within the headers": reset_within(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n"),
    "reset within the body": reset_within(response(HALF, length=len(BODY))),
    "half of a body": raw(response(HALF, length=len(BODY))),
    "no body at all": raw(response(b"", length=len(BODY))),
    "chunks without an end": raw(CHUNKED + b"%x\r\n%s\r\n" % (len(HALF), HALF)),
    "half of a chunk": raw(CHUNKED + b"%x\r\n%s" % (len(BODY), HALF)),
    "a chunk of no length": raw(CHUNKED + b"zz\r\n" + BODY),
    "a garbage status line": raw(b"\x16\x03\x01 garbage\r\n\r\n"),
    "another protocol": raw(b"SSH-2.0-OpenSSH_9.6\r\n"),
    "a status that is no number": raw(b"HTTP/1.1 OK OK\r\n\r\n"),
    "conflicting lengths": raw(
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 7\r\n\r\n1234567"
    ),
    "a length that is no number": raw(b"HTTP/1.1 200 OK\r\nContent-Length: all\r\n\r\n{}"),
    "a header without a colon": raw(b"HTTP/1.1 200 OK\r\nwhat is this\r\n\r\n{}"),
    "a header of 300 kB": raw(b"HTTP/1.1 200 OK\r\nX-Long: ", b"a" * 300_000, b"\r\n\r\n{}"),
    "a header of 1 MB": raw(b"HTTP/1.1 200 OK\r\nX-Long: ", b"a" * 1_000_000, b"\r\n\r\n{}"),
    "broken gzip": raw(response(b"not gzip", "Content-Encoding: gzip", "Connection: close")),
}


@pytest.mark.parametrize("script", LOST.values(), ids=LOST.keys())
def test_a_read_whose_answer_was_lost_is_repeated(face: Face, script: Script) -> None:
    with Server(script, OK) as server:
        client = face.losant(base_url=server.url, retry=NOW)

        reply = face(client.integration.get.with_response(**IDS))

        assert reply.value.name == "Cold room broker"
        assert len(server.requests) == len(reply.attempts) == 2


@pytest.mark.parametrize("script", LOST.values(), ids=LOST.keys())
def test_a_read_that_is_never_answered_is_an_error_that_says_so(face: Face, script: Script) -> None:
    with Server(script) as server:
        client = face.losant(base_url=server.url, retry=NOW)

        with pytest.raises(TransportError, match="the answer was lost") as caught:
            face(client.integration.get(**IDS))

        assert type(caught.value) is TransportError
        assert len(server.requests) == len(caught.value.attempts) == 3
        assert caught.value.__cause__ is None
        assert caught.value.__context__ is None


@pytest.mark.parametrize("script", LOST.values(), ids=LOST.keys())
@pytest.mark.parametrize("name", sorted(WRITES))
def test_a_write_whose_answer_was_lost_is_sent_exactly_once(
    face: Face, name: str, script: Script
) -> None:
    arguments, done = WRITES[name]
    with Server(script, done) as server:
        client = face.losant(base_url=server.url, retry=NOW)

        with pytest.raises(AmbiguousWriteError, match="may or may not have happened"):
            face(getattr(client.integration, name)(**arguments))

        assert len(server.requests) == server.connections == 1


@pytest.mark.parametrize("script", LOST.values(), ids=LOST.keys())
def test_a_deletion_whose_answer_was_lost_is_repeated_and_done_when_nothing_is_left(
    face: Face, script: Script
) -> None:
    with Server(script, answering(b'{"type": "NotFound"}', status="404 Not Found")) as server:
        client = face.losant(base_url=server.url, retry=NOW)

        assert face(client.integration.delete(**IDS)).success is True

        assert len(server.requests) == 2


@pytest.mark.parametrize("name", ["get", *sorted(WRITES)])
def test_a_refused_connection_is_tried_again_whatever_the_call(face: Face, name: str) -> None:
    arguments, _ = {**WRITES, "get": (IDS, OK)}[name]
    with refusing() as address:
        client = face.losant(base_url=address, retry=NOW)

        with pytest.raises(ConnectError, match="nothing was sent") as caught:
            face(getattr(client.integration, name)(**arguments))

    assert len(caught.value.attempts) == 3
    assert "127.0.0.1" in str(caught.value)
    assert caught.value.reason == f"no connection: {os.strerror(errno.ECONNREFUSED)}"
    assert "SAMPLE" not in str(caught.value)


@pytest.mark.parametrize("base", ["https://losant test.example", "https://[losant"])
def test_an_address_that_cannot_be_read_is_this_librarys_error(face: Face, base: str) -> None:
    with pytest.raises(IntegrationsError):
        face(face.losant(base_url=base, retry=NOW).integration.get(**IDS))


def test_a_body_that_ends_with_the_connection_is_read(face: Face) -> None:
    with Server(raw(b"HTTP/1.1 200 OK\r\n\r\n" + BODY)) as server:
        client = face.losant(base_url=server.url)
        assert face(client.integration.get(**IDS)).name == "Cold room broker"


def test_a_body_that_ends_with_the_connection_too_early_is_no_answer(face: Face) -> None:
    with Server(raw(b"HTTP/1.1 200 OK\r\n\r\n" + HALF)) as server:
        client = face.losant(base_url=server.url)

        with pytest.raises(DecodeError, match="broken JSON"):
            face(client.integration.get(**IDS))


@pytest.mark.parametrize("excess", [b"\r\n", b"garbage", response(encoded({"id": "smuggled"}))])
def test_what_comes_after_the_stated_length_is_not_taken_for_the_next_answer(
    face: Face, excess: bytes
) -> None:
    def too_much(peer: Peer) -> None:
        peer.request()
        peer.send(response(BODY) + excess)
        peer.silence()

    with Server(too_much, OK) as server:
        client = face.losant(base_url=server.url, retry=1)

        names = [face(client.integration.get(**IDS)).name for _ in range(2)]

        assert names == ["Cold room broker"] * 2
        assert server.connections == 2


def test_compression_that_is_cut_short_is_no_answer(face: Face) -> None:
    content = gzip.compress(BODY)[:-20]
    with Server(answering(content, "Content-Encoding: gzip")) as server:
        client = face.losant(base_url=server.url, retry=1)

        with pytest.raises(TransportError, match="the answer's compression is broken"):
            face(client.integration.get(**IDS))


@pytest.mark.parametrize(
    ("encoding", "compress"), [("gzip", gzip.compress), ("deflate", zlib.compress)]
)
def test_compressed_bodies_are_asked_for_and_read(
    face: Face, encoding: str, compress: Callable[[bytes], bytes]
) -> None:
    with Server(answering(compress(BODY), f"Content-Encoding: {encoding}")) as server:
        client = face.losant(base_url=server.url)

        assert face(client.integration.get(**IDS)).name == "Cold room broker"
        assert server.requests[0].headers["accept-encoding"] == "gzip, deflate"


def test_chunks_are_put_together(face: Face) -> None:
    chunks = b"".join(b"1\r\n%c\r\n" % byte for byte in BODY) + b"0\r\nX-Trailer: 1\r\n\r\n"
    with Server(raw(CHUNKED + chunks)) as server:
        client = face.losant(base_url=server.url)
        assert face(client.integration.get(**IDS)).name == "Cold room broker"


def test_interim_responses_are_passed_over(face: Face) -> None:
    interim = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </>\r\n\r\n"
    with Server(raw(interim + response(BODY))) as server:
        client = face.losant(base_url=server.url)
        assert face(client.integration.get(**IDS)).name == "Cold room broker"


def test_what_is_on_the_wire_is_one_plain_request(face: Face) -> None:
    arguments, done = WRITES["patch"]
    with Server(done) as server:
        client = face.losant(base_url=server.url)

        face(client.integration.patch(**arguments))

        (request,) = server.requests
        path = f"/applications/{APPLICATION}/integrations/{IDS['integration_id']}"
        query = "_actions=false&_links=true&_embedded=true"
        assert request.line.decode() == f"PATCH {path}?{query} HTTP/1.1"
        assert request.headers["host"] == f"127.0.0.1:{server.port}"
        assert request.headers["authorization"] == "Bearer tok-SAMPLE-plain"
        assert request.headers["content-length"] == str(len(request.body))
        assert request.body == b'{"name":"b"}'
        assert "cookie" not in request.headers


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See", "307 Temp", "308 Perm"])
@pytest.mark.parametrize("name", ["get", *sorted(WRITES)])
def test_a_redirect_takes_no_credential_to_its_sink(face: Face, name: str, status: str) -> None:
    arguments, _ = {**WRITES, "get": (IDS, OK)}[name]
    with (
        Server(OK) as sink,
        Server(answering(b"{}", f"Location: {sink.url}/steal", status=status)) as server,
    ):
        client = face.losant(base_url=server.url, retry=NOW)

        with pytest.raises(IntegrationsError, match="Redirects are not followed"):
            face(getattr(client.integration, name)(**arguments))

        assert (sink.connections, len(server.requests)) == (0, 1)


def test_cookies_are_not_kept(face: Face) -> None:
    with Server(answering(BODY, "Set-Cookie: session=SAMPLE")) as server:
        client = face.losant(base_url=server.url)
        face(client.integration.get(**IDS))
        face(client.integration.get(**IDS))

        assert ["cookie" in request.headers for request in server.requests] == [False, False]


# --- connections


def test_calls_one_after_the_other_share_a_connection(face: Face) -> None:
    with Server(OK) as server:
        client = face.losant(base_url=server.url)
        for _ in range(5):
            face(client.integration.get(**IDS))
        face(client.with_options(timeout=9).integration.get(**IDS))

        assert (len(server.requests), server.connections) == (6, 1)


def test_an_error_leaves_the_connection_in_use(face: Face) -> None:
    with Server(answering(b'{"type": "NotFound"}', status="404 Not Found")) as server:
        client = face.losant(base_url=server.url)
        for _ in range(3):
            with pytest.raises(IntegrationsError):
                face(client.integration.get(**IDS))

        assert (len(server.requests), server.connections) == (3, 1)


def once(body: bytes) -> Script:
    """Answer one request as if the connection stayed open, then close it."""

    def script(peer: Peer) -> None:
        peer.request()
        peer.send(response(body))

    return script


@pytest.mark.parametrize("name", ["get", *sorted(WRITES)])
def test_a_connection_that_was_closed_between_calls_is_replaced_unseen(
    face: Face, name: str
) -> None:
    arguments, done = {**WRITES, "get": (IDS, OK)}[name]
    with Server(once(BODY), done) as server:
        client = face.losant(base_url=server.url, retry=1)
        face(client.integration.get(**IDS))
        until(lambda: server.finished == 1)
        notice_a_close(face)

        face(getattr(client.integration, name)(**arguments))

        assert (len(server.requests), server.connections) == (2, 2)


def answer_then_lose(peer: Peer) -> None:
    """Answer a first request, and close after a second one on the same connection."""
    peer.request()
    peer.send(response(BODY))
    peer.request()


@pytest.mark.parametrize("name", sorted(WRITES))
def test_a_write_on_a_reused_connection_that_closes_is_ambiguous_and_seen_once(
    face: Face, name: str
) -> None:
    arguments, done = WRITES[name]
    with Server(answer_then_lose, done) as server:
        client = face.losant(base_url=server.url, retry=NOW)
        face(client.integration.get(**IDS))

        with pytest.raises(AmbiguousWriteError):
            face(getattr(client.integration, name)(**arguments))

        assert [r.line.split()[0] for r in server.requests] == [b"GET", _method(name)]
        assert server.connections == 1


def _method(name: str) -> bytes:
    return {"create": b"POST"}.get(name, name.upper().encode())


def test_close_closes_the_connections(face: Face) -> None:
    with Server(OK) as server:
        client = face.losant(base_url=server.url)
        face(client.integration.get(**IDS))
        assert server.finished == 0

        face.close(client)

        until(lambda: server.finished == 1)


def test_calls_at_the_same_time_do_not_mix_their_answers(face: Face) -> None:
    def echo(peer: Peer) -> None:
        while True:
            page = peer.request().line.split(b"page=")[1].split()[0]
            peer.send(response(encoded({"items": [], "page": int(page)})))

    with Server(echo, backlog=64) as server:
        client = face.losant(base_url=server.url)
        calls = [
            lambda n=n: client.integration.list(application_id=APPLICATION, page=n)
            for n in range(40)
        ]
        pages = face.gather(*calls)

        assert [page.data.page for page in pages] == list(range(40))


def until(condition: Callable[[], bool]) -> None:
    """Wait for what another thread is about to do; it never takes long."""
    for _ in range(400):
        if condition():
            return
        time.sleep(0.005)
    raise AssertionError("it never came")
