"""What a repetition means: to a write, to a key, to an outage, to a walk over pages."""

from __future__ import annotations

import json
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest

from integrations_sdk import NotFoundError, PreconditionFailedError

from ..transports.scripted import (
    Peer,
    Script,
    Server,
    answering,
    reset_after_request,
    response,
    silent,
)
from .cases import case
from .samples import CELIGO, CXENGAGE, LOSANT, POLIS, Sample
from .subjects import Subject


@case(36)
def test_a_write_that_timed_out_after_it_was_sent_is_sent_once(subject: Subject) -> None:
    with Server(silent, subject.sample.obliging) as server:
        outcome = subject.client(server.url, total=0.1).write()

        assert outcome.kind == "ambiguous"
        assert server.connections == 1


@case(37, on=(CELIGO, CXENGAGE, POLIS))
def test_all_attempts_of_a_write_carry_one_key_and_the_next_write_another(
    subject: Subject,
) -> None:
    with Server(reset_after_request, subject.sample.obliging) as server:
        client = subject.client(server.url)
        assert client.keyed("first").kind == "done"
        one, other = server.requests
        assert one == other
        assert one.headers["idempotency-key"] == "first"
        assert client.keyed("second").kind == "done"
        assert server.requests[2].headers["idempotency-key"] == "second"


GONE = answering(b"{}", status="404 Not Found")


def deleting_twice(subject: Subject) -> None:
    with Server(reset_after_request, GONE) as server:
        assert subject.client(server.url).delete().kind == "done"
        assert len(server.requests) == 2
    with Server(GONE) as server:
        assert isinstance(subject.client(server.url).delete().error, NotFoundError)
        assert len(server.requests) == 1


@case(38, on=(CELIGO, POLIS))
def test_what_a_lost_delete_left_to_be_deleted_is_gone(subject: Subject) -> None:
    deleting_twice(subject)


@case(38, on=(LOSANT,))
def test_what_a_lost_delete_of_another_platform_left_is_gone_too(subject: Subject) -> None:
    deleting_twice(subject)


@case(39, on=(CELIGO, CXENGAGE))
def test_a_write_that_meets_its_own_effect_can_find_that_out(subject: Subject) -> None:
    sample = subject.sample

    def changed_by_itself(peer: Peer) -> None:
        while True:
            method = peer.request().line.split()[0]
            changed = response(b"{}", status="412 Precondition Failed")
            peer.send(sample.deed("read").done if method == b"GET" else changed)

    with Server(reset_after_request, changed_by_itself) as server:
        error = subject.client(server.url).rewrite().error
        assert isinstance(error, PreconditionFailedError)
        assert len(server.requests) == 2

        check = getattr(error, "acheck" if subject.is_async else "check", None)
        assert check is not None
        assert subject.face(check()).took_effect


LAST = 25  # pages, for what would not end otherwise

REFUSING = answering(b"{}", status="503 Service Unavailable")


@case(40, by=("httpx",))
def test_an_outage_is_not_made_worse_by_repetitions(subject: Subject) -> None:
    calls = 150
    with Server(REFUSING) as server:
        client = subject.client(server.url)
        for _ in range(calls):
            assert client.read().kind == "refused"

        assert len(server.requests) <= calls + 100


def _page(sample: Sample, items: list[dict[str, str]]) -> bytes:
    if sample is LOSANT:
        return json.dumps({"items": items, "page": 0, "perPage": 1, "totalCount": 9000}).encode()
    return json.dumps(items).encode()


def listing(subject: Subject, following: Callable[[int], int], count: int = 1) -> Script:
    """Answer every page with so many records, and a link to the page that follows."""
    body = _page(subject.sample, [subject.sample.record] * count)

    def script(peer: Peer) -> None:
        while True:
            url = urlsplit(peer.request().line.split()[1].decode())
            here = int(parse_qs(url.query).get("page", ["0"])[0])
            host = f"http://127.0.0.1:{peer._sock.getsockname()[1]}"
            link = f'Link: <{host}{url.path}?page={following(here)}>; rel="next"'
            peer.send(response(body, *([link] if following(here) < LAST else [])))

    return script


@case(41)
@pytest.mark.parametrize(
    "following",
    [lambda _: 1, lambda here: (here + 1) % 3],
    ids=["the same page", "pages in a circle"],
)
def test_a_walk_that_comes_back_ends_with_an_error(
    subject: Subject, following: Callable[[int], int]
) -> None:
    with Server(listing(subject, following)) as server:
        outcome = subject.client(server.url).walk()

        assert outcome.kind == "undocumented"
        assert len(server.requests) <= 4


@case(41, on=(CELIGO,))
def test_a_walk_over_empty_pages_ends(subject: Subject) -> None:
    with Server(listing(subject, lambda here: here + 1, count=0)) as server:
        subject.client(server.url).walk()

        assert len(server.requests) < LAST
