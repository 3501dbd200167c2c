"""The network: connections that do not come about, answers that break off, servers that stall."""

from __future__ import annotations

import json
import socket
import time
from pathlib import Path
from typing import NoReturn

import pytest

from ..transports.scripted import (
    Peer,
    Script,
    Server,
    close_after_request,
    raw,
    refusing,
    reset_after_request,
    reset_within,
    response,
)
from ..transports.test_deadlines import unreachable
from ..transports.test_faults import until
from .cases import case
from .certificates import Issued, encrypted
from .samples import CANARY, CELIGO, CXENGAGE, LOSANT, NAME
from .subjects import Subject

LATE = 1.0  # the promise is half a second; the rest is for machines with other things to do
DRIP = 0.02


def long(text: str) -> bytes:
    """Return a document of which the half says something already."""
    return json.dumps({"name": text, "id": "a" * 24, "rest": "r" * 200}).encode()


HALF = long(f"{CANARY}-part")[:100]


def an_answer_was_lost(subject: Subject, script: Script) -> None:
    """What is true whenever a request was taken and no whole answer came."""
    sample = subject.sample
    if sample.has("write"):
        with Server(script, sample.obliging) as server:
            assert subject.client(server.url).write().kind == "ambiguous"
            assert len(server.requests) == 1
    for again in ("read", "rewrite"):
        if sample.has(again):
            with Server(script, sample.obliging) as server:
                client = subject.client(server.url)
                assert client.told(client.do(sample.deed(again))) == NAME
                assert len(server.requests) == 2


@case(1)
def test_a_refused_connection_is_told_with_its_host_and_no_secret(subject: Subject) -> None:
    with refusing() as url:
        client = subject.client(url)
        for outcome in (client.read(), client.write()):
            assert outcome.kind == "unsent"
            assert "127.0.0.1" in outcome.shown
            assert CANARY not in outcome.shown


@case(1)
def test_a_write_whose_connection_was_refused_is_tried_again(subject: Subject) -> None:
    with refusing() as url:
        outcome = subject.client(url).write()

    assert len(getattr(outcome.error, "attempts", [])) == 3


def unknown(*_: object, **__: object) -> NoReturn:
    raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


@case(2, by=("httpx", "httpx2"))
def test_a_host_that_no_one_knows_is_told_without_a_secret(
    subject: Subject, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("socket.getaddrinfo", unknown)  # so that no resolver is asked
    outcome = subject.client("https://nowhere.invalid", attempts=2).write()

    assert outcome.kind == "unsent"
    assert "nowhere.invalid" in outcome.shown
    assert CANARY not in outcome.shown
    assert len(outcome.error.attempts) == 2


@case(3)
def test_a_connection_that_does_not_come_about_sent_nothing_of_a_write(subject: Subject) -> None:
    with unreachable() as url:
        outcome = subject.client(url, connect=0.06, attempts=2).write()

    assert outcome.kind == "unsent"
    assert outcome.took < LATE
    assert CANARY not in outcome.shown
    assert len(outcome.error.attempts) == 2


@case(4)
def test_a_reset_before_the_answer_repeats_what_may_be_repeated(subject: Subject) -> None:
    an_answer_was_lost(subject, reset_after_request)


@case(5)
def test_a_close_before_the_answer_repeats_what_may_be_repeated(subject: Subject) -> None:
    an_answer_was_lost(subject, close_after_request)


@case(6)
def test_a_reset_within_the_body_yields_no_part_of_it(subject: Subject) -> None:
    an_answer_was_lost(subject, reset_within(response(HALF, length=len(HALF) * 2)))


@case(7)
def test_a_body_that_is_shorter_than_told_is_no_answer(subject: Subject) -> None:
    an_answer_was_lost(subject, raw(response(HALF, length=len(HALF) * 2)))


@case(8)
@pytest.mark.parametrize("end", [b"", b"\r\nzz\r\n"], ids=["half", "no length"])
def test_chunks_without_an_end_are_no_answer(subject: Subject, end: bytes) -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    an_answer_was_lost(subject, raw(head + b"%x\r\n%s" % (len(HALF), HALF) + end))


@case(9)
def test_a_cut_body_of_no_stated_length_is_not_taken_for_the_whole(subject: Subject) -> None:
    with Server(raw(b"HTTP/1.1 200 OK\r\n\r\n" + HALF)) as server:
        outcome = subject.client(server.url).read()

        assert outcome.kind == "undocumented"
        assert CANARY not in outcome.shown
        assert len(server.requests) == 1


@case(10, on=(LOSANT, CELIGO, CXENGAGE))
def test_what_follows_a_body_is_not_the_answer_to_the_next_call(subject: Subject) -> None:
    smuggled = json.dumps({**subject.sample.record, subject.sample.tells: "smuggled"}).encode()

    def too_much(peer: Peer) -> None:
        peer.request()
        peer.send(subject.sample.deed("read").done + response(smuggled))
        peer.silence()

    with Server(too_much, subject.sample.obliging) as server:
        client = subject.client(server.url, attempts=1)
        told = [client.told(client.read()) for _ in range(2)]

        assert told == [NAME, NAME]
        assert server.connections == 2


@case(11)
@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 7\r\n\r\n{}     ",
        b"\x16\x03\x01 garbage\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nwhat is this\r\n\r\n{}",
    ],
    ids=["two lengths", "garbage", "no header"],
)
def test_what_is_no_http_is_no_answer(subject: Subject, answer: bytes) -> None:
    an_answer_was_lost(subject, raw(answer))


def trickling(head: bytes, drop: bytes) -> Script:
    """Begin an answer, and let it drip for longer than a deadline lasts."""

    def script(peer: Peer) -> None:
        peer.request()
        peer.send(head)
        ends = time.monotonic() + LATE + 0.5
        while time.monotonic() < ends:
            peer.send(drop)
            time.sleep(DRIP)

    return script


@case(12)
@pytest.mark.parametrize(
    "script",
    [
        trickling(b"HTTP/1.1 200 OK\r\nX-Slow: ", b"a"),
        trickling(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
    ],
    ids=["a header", "chunks"],
)
def test_a_server_that_drips_does_not_outlast_the_deadline(
    subject: Subject, script: Script
) -> None:
    with Server(script, subject.sample.obliging) as server:
        outcome = subject.client(server.url, total=0.15).read()

        assert outcome.took < 0.15 + LATE
        assert outcome.kind == "overdue"
        assert len(server.requests) == 1


def flooding(peer: Peer) -> None:
    peer.request()
    ends = time.monotonic() + LATE + 0.5
    while time.monotonic() < ends:
        peer.send(b"HTTP/1.1 103 Early Hints\r\n\r\n" * 50)
        time.sleep(0.001)


@case(13)
def test_interim_answers_without_an_end_end_at_the_deadline(subject: Subject) -> None:
    with Server(flooding, subject.sample.obliging) as server:
        outcome = subject.client(server.url, total=0.15).write()

        assert outcome.kind == "ambiguous"
        assert outcome.took < 0.15 + LATE
        assert len(server.requests) == 1


@case(13)
def test_a_header_that_is_too_long_is_not_read_to_its_end(subject: Subject) -> None:
    script = raw(b"HTTP/1.1 200 OK\r\nX-Long: ", b"a" * 1_000_000, b"\r\n\r\n{}")
    with Server(script, subject.sample.obliging) as server:
        assert subject.client(server.url).write().kind == "ambiguous"
        assert len(server.requests) == 1


@case(14)
@pytest.mark.parametrize("which", ["self_signed", "for_another", "expired"])
def test_a_certificate_that_nobody_vouches_for_ends_the_call_at_once(
    subject: Subject,
    certificates: dict[str, Issued],
    monkeypatch: pytest.MonkeyPatch,
    which: str,
) -> None:
    issued = certificates[which]
    if which != "self_signed":
        monkeypatch.setenv("SSL_CERT_FILE", str(issued.authority))
    with Server(encrypted(issued.pem, subject.sample.obliging)) as server:
        url = server.url.replace("http:", "https:")

        assert subject.client(url).write().kind == "unsent"

        assert server.connections == 1
        assert server.requests == []


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Issued]:
    from .certificates import issued

    def folder(name: str) -> Path:
        return tmp_path_factory.mktemp(name)

    return {
        "self_signed": issued(folder("self"), "IP:127.0.0.1"),
        "for_another": issued(folder("other"), "DNS:other.example"),
        "expired": issued(folder("expired"), "IP:127.0.0.1", days=-1),
    }


def answering_once(peer: Peer, answer: bytes) -> None:
    """Answer as if the connection stayed open, then close it."""
    peer.request()
    peer.send(answer)


@case(15, habits={"shares": False})
@pytest.mark.parametrize("name", ["read", "write"])
def test_a_connection_that_closed_between_calls_is_replaced_unseen(
    subject: Subject, name: str
) -> None:
    deed = subject.sample.deed("read")

    def twice(peer: Peer) -> None:
        answering_once(peer, deed.done)
        answering_once(peer, deed.done)

    with Server(twice, subject.sample.obliging) as server:
        client = subject.client(server.url, attempts=1)
        assert [client.told(client.read()) for _ in range(2)] == [NAME, NAME]
        until(lambda: server.finished > 0)
        subject.notice_a_close()

        assert client.told(client.do(subject.sample.deed(name))) == NAME

        assert (len(server.requests), server.connections) == (3, 2)


@case(16)
def test_a_write_on_a_connection_that_closes_under_it_is_sent_once(subject: Subject) -> None:
    def once_more(peer: Peer) -> None:
        answering_once(peer, subject.sample.deed("read").done)
        peer.request()

    with Server(once_more, subject.sample.obliging) as server:
        client = subject.client(server.url)
        assert client.told(client.read()) == NAME

        assert client.write().kind == "ambiguous"

        assert (len(server.requests), server.connections) == (2, 1)
