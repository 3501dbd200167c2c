"""The server: what it refuses, when it wants to be asked again, and answers that are none."""

from __future__ import annotations

import gzip
import itertools
import json

import pytest

from integrations_sdk import (
    AuthenticationError,
    ConflictError,
    NotFoundError,
    PermissionDeniedError,
    PreconditionFailedError,
    RateLimitError,
)

from ..transports.scripted import Peer, Server, answering, response
from .cases import case
from .samples import CANARY, CELIGO, CXENGAGE, LOSANT, NAME, POLIS
from .scripts import in_turn
from .subjects import Subject

LIMITED = "429 Too Many Requests"
MEBIBYTE = 1024 * 1024
ONE = ("httpx",)


def after(value: str, *headers: str) -> bytes:
    return response(b"{}", f"Retry-After: {value}", *headers, status=LIMITED)


@case(17, by=ONE)
def test_a_server_that_asks_to_wait_is_not_asked_again_before(subject: Subject) -> None:
    with Server(in_turn(after("1"), subject.sample.deed("read").done)) as server:
        client = subject.client(server.url)
        outcome = client.read()

        assert client.told(outcome) == NAME
        assert 1.0 <= outcome.took < 3.0


@case(18, by=ONE, faces=("sync",))
def test_a_date_is_measured_by_the_clock_of_the_server(subject: Subject) -> None:
    said = after("Sun, 06 Nov 1994 08:49:38 GMT", "Date: Sun, 06 Nov 1994 08:49:37 GMT")
    with Server(in_turn(said, subject.sample.deed("read").done)) as server:
        client = subject.client(server.url)
        outcome = client.read()

        assert client.told(outcome) == NAME
        assert 1.0 <= outcome.took < 3.0


@case(18, by=ONE, habits={"obeys": True})
def test_a_date_in_the_past_means_now(subject: Subject) -> None:
    past = after("Sun, 06 Nov 1994 08:49:37 GMT")
    with Server(in_turn(past, subject.sample.deed("read").done)) as server:
        client = subject.client(server.url)
        outcome = client.read()
        assert client.told(outcome) == NAME
        assert outcome.took < 1.0
    with Server(in_turn(past)) as server:
        error = subject.client(server.url).write().error
        assert isinstance(error, RateLimitError)
        assert error.retry_after == 0


@case(19, by=ONE, habits={"obeys": True})
@pytest.mark.parametrize(
    "value",
    ["-1", "nan", "inf", "1" + "0" * 30, "", "Fri, 31 Dec 100000 23:59:59 GMT", "soon"],
)
def test_a_time_to_wait_that_makes_no_sense_is_overlooked(subject: Subject, value: str) -> None:
    with Server(in_turn(after(value), subject.sample.deed("read").done)) as server:
        client = subject.client(server.url)
        assert client.told(client.read()) == NAME
    with Server(in_turn(after(value), subject.sample.deed("write").done)) as server:
        outcome = subject.client(server.url).write()
        assert outcome.kind == "refused"
        assert outcome.error.retry_after is None
        assert len(server.requests) == 1


@case(20, by=ONE)
@pytest.mark.parametrize("seconds", [7200, 3], ids=["beyond the cap", "beyond the deadline"])
def test_a_wait_that_is_too_long_ends_the_call_at_once_and_is_told(
    subject: Subject, seconds: int
) -> None:
    with Server(in_turn(after(str(seconds)))) as server:
        outcome = subject.client(server.url, total=2.0).read()

        assert outcome.kind == "refused"
        assert outcome.took < 1.0
        assert len(server.requests) == 1
        assert outcome.error.retry_after == seconds


UNSURE = ["500 Internal Server Error", "502 Bad Gateway", "503 Unavailable", "504 Timeout"]


def only_a_read_is_repeated(subject: Subject, status: str) -> None:
    failed = response(b"{}", status=status)
    with Server(in_turn(failed, subject.sample.deed("read").done)) as server:
        client = subject.client(server.url)
        assert client.told(client.read()) == NAME
        assert len(server.requests) == 2
    with Server(in_turn(failed, subject.sample.deed("write").done)) as server:
        outcome = subject.client(server.url).write()
        assert outcome.kind == "refused"
        assert "may or may not have happened" in outcome.shown
        assert len(server.requests) == 1


@case(21, by=ONE)
@pytest.mark.parametrize("status", UNSURE)
def test_a_write_that_made_a_server_stumble_is_not_repeated(subject: Subject, status: str) -> None:
    only_a_read_is_repeated(subject, status)


@case(22, by=ONE)
def test_a_write_that_took_a_server_too_long_is_not_repeated(subject: Subject) -> None:
    only_a_read_is_repeated(subject, "408 Request Timeout")


@case(23, by=ONE)
def test_a_conflict_is_an_error_of_its_own_and_never_repeated(subject: Subject) -> None:
    with Server(answering(b"{}", status="409 Conflict")) as server:
        client = subject.client(server.url)
        for outcome in (client.read(), client.write()):
            assert isinstance(outcome.error, ConflictError)
        assert len(server.requests) == 2


@case(24, on=(LOSANT, CELIGO, POLIS), by=ONE)
def test_a_precondition_is_an_error_of_its_own_and_never_repeated(subject: Subject) -> None:
    with Server(answering(b"{}", 'ETag: "3f"', status="412 Precondition Failed")) as server:
        outcome = subject.client(server.url).delete()

        assert isinstance(outcome.error, PreconditionFailedError)
        assert len(server.requests) == 1


@case(24, on=(POLIS, CELIGO), by=ONE)
def test_a_precondition_tells_what_would_have_met_it(subject: Subject) -> None:
    with Server(answering(b"{}", 'ETag: "3f"', status="412 Precondition Failed")) as server:
        outcome = subject.client(server.url).delete()

        assert getattr(outcome.error, "etag", None) == '"3f"'


@case(25, by=ONE)
@pytest.mark.parametrize(
    ("status", "class_"),
    [("401 Unauthorized", AuthenticationError), ("403 Forbidden", PermissionDeniedError)],
)
def test_a_token_that_is_refused_is_not_tried_over_and_over(
    subject: Subject, status: str, class_: type[Exception]
) -> None:
    with Server(answering(b"{}", status=status)) as server:
        assert isinstance(subject.client(server.url).read().error, class_)
        assert len(server.requests) == 1


@case(25, by=ONE)
def test_a_token_that_is_refused_is_asked_for_once_more(subject: Subject) -> None:
    numbers = itertools.count(1)
    provider = subject.face.provider(lambda: f"tok-{next(numbers)}")
    with Server(answering(b"{}", status="401 Unauthorized")) as server:
        subject.client(server.url, token=provider).read()

        sent = [request.headers["authorization"] for request in server.requests]
        assert sent == ["Bearer tok-1", "Bearer tok-2"]


@case(26, by=ONE)
def test_a_page_of_html_is_no_answer_and_not_quoted(subject: Subject) -> None:
    page = f"<html>Sign in, {CANARY}</html>".encode()
    with Server(answering(page, "Content-Type: text/html")) as server:
        outcome = subject.client(server.url).read()

        assert outcome.kind == "undocumented"
        assert "text/html" in outcome.shown
        assert CANARY not in outcome.shown
        assert len(server.requests) == 1


@case(27, by=ONE)
def test_broken_json_is_no_answer_and_not_held_by_its_error(subject: Subject) -> None:
    body = json.dumps({**subject.sample.record, "secret": CANARY}).encode()[:-2]
    with Server(answering(body, "Content-Type: application/json")) as server:
        outcome = subject.client(server.url).read()

        assert outcome.kind == "undocumented"
        assert CANARY not in outcome.shown
        assert len(server.requests) == 1


@case(28, by=ONE)
def test_nothing_is_an_answer_only_where_it_is_documented(subject: Subject) -> None:
    with Server(in_turn(subject.sample.deed("delete").done)) as server:
        assert subject.client(server.url).delete().kind == "done"
        assert len(server.requests) == 1
    with Server(answering(b"")) as server:
        outcome = subject.client(server.url).read()
        assert outcome.kind == "undocumented"
        assert "empty" in outcome.shown
        assert len(server.requests) == 1


@case(29, on=(LOSANT, CELIGO, CXENGAGE), by=ONE)
@pytest.mark.parametrize("wrong", [7, 1.5, True, [CANARY], {"a": CANARY}], ids=str)
def test_a_member_of_another_type_is_told_by_its_path_and_not_bent(
    subject: Subject, wrong: object
) -> None:
    member = subject.sample.tells
    body = json.dumps({**subject.sample.record, member: wrong}).encode()
    with Server(answering(body)) as server:
        outcome = subject.client(server.url, strict=True).read()
        assert outcome.kind == "undocumented"
        assert member in outcome.shown
        assert CANARY not in outcome.shown

        kept = subject.client(server.url).read().value
        assert not getattr(kept, member)
        assert kept.extra[member] == wrong


@case(30)
def test_an_answer_without_an_end_is_not_read_to_it(subject: Subject) -> None:
    sent = [0]

    def flooding(peer: Peer) -> None:
        part = b"a" * 65_536
        peer.request()
        peer.send(b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n"\r\n')
        for _ in range(32 * 16):
            peer.send(b"10000\r\n" + part + b"\r\n")
            sent[0] += len(part)
        peer.send(b'1\r\n"\r\n0\r\n\r\n')

    with Server(flooding) as server:
        outcome = subject.client(server.url, attempts=1).read()

        assert "MiB" in outcome.shown or "bytes" in outcome.shown
        assert sent[0] < 24 * MEBIBYTE


BOMB = gzip.compress(b'{"a": "' + b"a" * 32 * MEBIBYTE + b'"}', 1)


@case(31)
@pytest.mark.parametrize(
    ("content", "encoding"),
    [(BOMB, "gzip"), (gzip.compress(BOMB), "gzip, gzip")],
    ids=["once", "twice"],
)
def test_a_small_answer_does_not_become_a_large_one(
    subject: Subject, content: bytes, encoding: str
) -> None:
    with Server(answering(content, f"Content-Encoding: {encoding}")) as server:
        outcome = subject.client(server.url, attempts=1).read()

        assert outcome.kind == "lost"


def with_member(subject: Subject, text: bytes) -> bytes:
    """Return a good record with a further member."""
    return json.dumps(subject.sample.record).encode()[:-1] + b', "more": %s}' % text


@case(32, by=ONE)
@pytest.mark.parametrize(("opened", "closed"), [(b"[", b"]"), (b'{"a":', b"}")])
def test_an_answer_that_is_nested_too_deeply_is_an_error(
    subject: Subject, opened: bytes, closed: bytes
) -> None:
    deep = with_member(subject, opened * 100_000 + b"1" + closed * 100_000)
    with Server(answering(deep)) as server:
        assert subject.client(server.url).read().kind == "undocumented"
        assert len(server.requests) == 1


@case(33, on=(CXENGAGE, LOSANT), by=ONE)
def test_a_credential_that_is_there_twice_is_an_error(subject: Subject) -> None:
    config = b'{"mqttConfig": {"password": "one", "password": "two"}, '
    start = config if subject.sample is LOSANT else b'{"password": "one", '
    with Server(answering(start + json.dumps(subject.sample.record).encode()[1:])) as server:
        outcome = subject.client(server.url).read()

        assert outcome.kind == "undocumented"
        assert len(server.requests) == 1


@case(34, by=ONE)
@pytest.mark.parametrize("number", [b"NaN", b"-Infinity", b"1e999", b"1" * 5000], ids=len)
def test_a_number_that_json_does_not_know_is_an_error(subject: Subject, number: bytes) -> None:
    with Server(answering(with_member(subject, number))) as server:
        assert subject.client(server.url).read().kind == "undocumented"
        assert len(server.requests) == 1


@case(35, by=ONE)
@pytest.mark.parametrize(
    "text",
    [b'"\xff\xfe"', b'"\xc3"'],
    ids=["no UTF-8", "half a character"],
)
def test_text_that_is_no_utf_8_is_an_error(subject: Subject, text: bytes) -> None:
    with Server(answering(with_member(subject, text))) as server:
        assert subject.client(server.url).read().kind == "undocumented"
        assert len(server.requests) == 1


@case(35, by=ONE)
@pytest.mark.parametrize(
    "text", [b'"\\ud800"', b'"\xed\xa0\x80"'], ids=["escaped", "as if it were UTF-8"]
)
def test_half_of_a_surrogate_pair_is_an_error(subject: Subject, text: bytes) -> None:
    with Server(answering(with_member(subject, text))) as server:
        assert subject.client(server.url).read().kind == "undocumented"
        assert len(server.requests) == 1


@case(35, by=ONE)
def test_a_byte_order_mark_is_read_over_or_refused_at_once(subject: Subject) -> None:
    body = b"\xef\xbb\xbf" + json.dumps(subject.sample.record).encode()
    with Server(answering(body)) as server:
        assert subject.client(server.url).read().kind in {"done", "undocumented"}
        assert len(server.requests) == 1


@case(25, by=ONE)
def test_what_is_not_there_is_not_asked_for_again(subject: Subject) -> None:
    with Server(answering(b"{}", status="404 Not Found")) as server:
        assert isinstance(subject.client(server.url).read().error, NotFoundError)
        assert len(server.requests) == 1
