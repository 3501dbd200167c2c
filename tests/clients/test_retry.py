"""What is repeated, when and how often, on both faces."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from email.utils import format_datetime
from typing import Any

import httpx
import pytest

from integrations_sdk import (
    AmbiguousWriteError,
    APIError,
    Attempt,
    ConnectError,
    DeadlineExceededError,
    DecodeError,
    IntegrationsError,
    InternalServerError,
    NotFoundError,
    RateLimitError,
    Retry,
    Timeout,
    TransportError,
)
from integrations_sdk.losant import IntegrationPatch, IntegrationPost

from ..conftest import APPLICATION
from ..faces import Face
from .conftest import Clock
from .recorder import Answer, Recorder
from .samples import IDS, integration, page

Serve = Callable[..., tuple[Any, Recorder]]

OK = Answer(json=integration())
READS: dict[str, tuple[dict[str, Any], Answer]] = {
    "get": (IDS, OK),
    "list": (
        {"application_id": APPLICATION},
        Answer(json=page("a", number=0, size=9, total=1)),
    ),
}
WRITES: dict[str, tuple[dict[str, Any], Answer]] = {
    "create": (
        {
            "application_id": APPLICATION,
            "integration": IntegrationPost(name="a", integration_type="mqtt"),
        },
        Answer(201, integration()),
    ),
    "patch": ({**IDS, "integration": IntegrationPatch(name="b")}, OK),
}
# What httpx raises before a byte was sent, and what it may raise after.
UNSENT: list[type[httpx.HTTPError]] = [
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
]
LOST: list[type[httpx.HTTPError]] = [
    httpx.ReadError,
    httpx.ReadTimeout,
    httpx.WriteError,
    httpx.WriteTimeout,
    httpx.CloseError,
    httpx.RemoteProtocolError,
    httpx.DecodingError,
]
RETRIED = [408, 429, 500, 502, 503, 504]
OTHERS = [400, 401, 402, 403, 404, 405, 409, 410, 412, 413, 418, 422, 425, 431, 501, 505, 511, 599]


def failure(fault: type[httpx.HTTPError]) -> httpx.HTTPError:
    return fault("told by httpx")  # type: ignore[call-arg, unused-ignore]


@pytest.mark.parametrize("name", sorted(READS))
@pytest.mark.parametrize("fault", UNSENT + LOST)
def test_a_read_is_repeated_when_no_answer_came(
    face: Face, serve: Serve, clock: Clock, name: str, fault: type[httpx.HTTPError]
) -> None:
    arguments, answer = READS[name]
    client, recorder = serve(failure(fault), failure(fault), answer)

    reply = face(getattr(client.integration, name).with_response(**arguments))

    assert len(recorder.requests) == 3
    assert len({request.read() for request in recorder.requests}) == 1
    assert len({str(request.url) for request in recorder.requests}) == 1
    assert reply.attempts[-1].outcome == "200"
    assert [a.waited for a in reply.attempts] == [*clock.waits, 0.0]


@pytest.mark.parametrize("status", RETRIED)
def test_a_read_is_repeated_when_a_later_attempt_may_do_better(
    face: Face, serve: Serve, clock: Clock, status: int
) -> None:
    client, recorder = serve(Answer(status, {}), Answer(status, {}), OK)

    reply = face(client.integration.get.with_response(**IDS))

    assert len(recorder.requests) == 3
    assert [a.outcome for a in reply.attempts] == [str(status), str(status), "200"]
    assert reply.elapsed == pytest.approx(sum(clock.waits))


@pytest.mark.parametrize("status", OTHERS)
def test_a_read_is_not_repeated_when_the_answer_would_be_the_same(
    face: Face, serve: Serve, clock: Clock, status: int
) -> None:
    client, recorder = serve(Answer(status, {}), OK)

    with pytest.raises(APIError) as caught:
        face(client.integration.get(**IDS))

    assert caught.value.status == status
    assert len(recorder.requests) == 1
    assert clock.waits == []


def test_an_answer_that_cannot_be_read_is_not_asked_for_again(
    face: Face, serve: Serve, clock: Clock
) -> None:
    client, recorder = serve(Answer(content=b"<html>"), OK)

    with pytest.raises(DecodeError):
        face(client.integration.get(**IDS))

    assert len(recorder.requests) == 1


@pytest.mark.parametrize("name", sorted(WRITES))
@pytest.mark.parametrize("fault", UNSENT)
def test_a_write_is_repeated_when_nothing_was_sent(
    face: Face, serve: Serve, clock: Clock, name: str, fault: type[httpx.HTTPError]
) -> None:
    arguments, answer = WRITES[name]
    client, recorder = serve(failure(fault), answer)

    reply = face(getattr(client.integration, name).with_response(**arguments))

    assert len(recorder.requests) == 2
    assert recorder.requests[0].read() == recorder.requests[1].read()
    assert [a.outcome for a in reply.attempts[1:]] == [str(reply.status)]


@pytest.mark.parametrize("name", sorted(WRITES))
@pytest.mark.parametrize("fault", LOST)
def test_a_write_whose_answer_was_lost_is_ambiguous_and_not_repeated(
    face: Face, serve: Serve, clock: Clock, name: str, fault: type[httpx.HTTPError]
) -> None:
    arguments, answer = WRITES[name]
    client, recorder = serve(failure(fault), answer)

    with pytest.raises(AmbiguousWriteError, match="may or may not have happened") as caught:
        face(getattr(client.integration, name)(**arguments))

    assert len(recorder.requests) == 1
    assert clock.waits == []
    assert caught.value.operation == f"integration.{name}"
    assert caught.value.method == recorder.requests[0].method
    assert "Read the resource before you try again" in str(caught.value)


@pytest.mark.parametrize("name", sorted(WRITES))
@pytest.mark.parametrize("status", RETRIED)
def test_a_write_that_was_answered_is_not_repeated(
    face: Face, serve: Serve, clock: Clock, name: str, status: int
) -> None:
    arguments, answer = WRITES[name]
    client, recorder = serve(Answer(status, {}), answer)

    with pytest.raises(APIError) as caught:
        face(getattr(client.integration, name)(**arguments))

    assert caught.value.status == status
    assert len(recorder.requests) == 1
    unsure = "may or may not have happened" in str(caught.value)
    assert unsure == (status != 429)  # 429 refuses before anything happens


@pytest.mark.parametrize("lasting", [httpx.UnsupportedProtocol, httpx.LocalProtocolError])
def test_what_would_fail_the_same_way_is_not_repeated(
    face: Face, serve: Serve, clock: Clock, lasting: type[httpx.HTTPError]
) -> None:
    client, recorder = serve(failure(lasting), OK)

    with pytest.raises(ConnectError, match="nothing was sent"):
        face(client.integration.get(**IDS))

    assert len(recorder.requests) == 1


@pytest.mark.parametrize("attempts", [1, 2, 3, 5])
def test_attempts_are_counted_the_first_included(
    face: Face, serve: Serve, clock: Clock, attempts: int
) -> None:
    client, recorder = serve(Answer(503, {"type": "Busy", "message": "later"}), retry=attempts)

    with pytest.raises(InternalServerError) as caught:
        face(client.integration.get(**IDS))

    assert len(recorder.requests) == len(caught.value.attempts) == attempts
    assert len(clock.waits) == attempts - 1
    told = f"(after {attempts} attempts)"
    assert (told in str(caught.value)) == (attempts > 1)


def test_three_attempts_are_the_default(face: Face, serve: Serve, clock: Clock) -> None:
    client, recorder = serve(failure(httpx.ConnectError))

    with pytest.raises(ConnectError, match=r"\(after 3 attempts\)") as caught:
        face(client.integration.get(**IDS))

    assert len(recorder.requests) == 3
    assert {a.outcome for a in caught.value.attempts} == {"no connection"}


def test_the_last_failure_is_the_one_that_is_raised(face: Face, serve: Serve, clock: Clock) -> None:
    client, _ = serve(failure(httpx.ReadError), Answer(503, {}), Answer(404, {}))

    with pytest.raises(NotFoundError) as caught:
        face(client.integration.get(**IDS))

    outcomes = [a.outcome for a in caught.value.attempts]
    assert outcomes == ["the connection was lost", "503", "404"]
    assert caught.value.__cause__ is None


def test_waits_grow_and_are_bounded(face: Face, serve: Serve, clock: Clock) -> None:
    retry = Retry(attempts=7, initial=1.0, maximum=4.0)
    client, _ = serve(Answer(503, {}), retry=retry, timeout=Timeout(total=None))

    with pytest.raises(InternalServerError):
        face(client.integration.get(**IDS))

    for wait, bound in zip(clock.waits, [1, 2, 4, 4, 4, 4], strict=True):
        assert 0 <= wait <= bound


def test_waits_of_nothing_are_no_waits(face: Face, serve: Serve, clock: Clock) -> None:
    client, recorder = serve(Answer(503, {}), retry=Retry(attempts=4, initial=0))

    with pytest.raises(InternalServerError):
        face(client.integration.get(**IDS))

    assert len(recorder.requests) == 4
    assert sum(clock.waits) == 0


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("seconds", [0, 2, 30])
def test_retry_after_in_seconds_is_honoured(
    face: Face, serve: Serve, clock: Clock, status: int, seconds: int
) -> None:
    client, recorder = serve(Answer(status, {}, headers={"Retry-After": str(seconds)}), OK)

    reply = face(client.integration.get.with_response(**IDS))

    assert len(recorder.requests) == 2
    assert sum(clock.waits) == seconds
    assert reply.attempts[0].waited == seconds


@pytest.mark.parametrize("skew", [-86_400, 0, 86_400])
def test_retry_after_as_a_date_is_honoured_by_the_servers_own_clock(
    face: Face, serve: Serve, clock: Clock, skew: int
) -> None:
    now = dt.datetime.now(dt.timezone.utc) + dt.timedelta(seconds=skew)
    headers = {
        "Date": format_datetime(now, usegmt=True),
        "Retry-After": format_datetime(now + dt.timedelta(seconds=9), usegmt=True),
    }
    client, _ = serve(Answer(429, {}, headers=headers), OK)

    face(client.integration.get(**IDS))

    assert clock.waits == [9.0]


def test_a_date_that_is_past_means_now(face: Face, serve: Serve, clock: Clock) -> None:
    headers = {"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}
    client, recorder = serve(Answer(503, {}, headers=headers), OK)

    face(client.integration.get(**IDS))

    assert len(recorder.requests) == 2
    assert sum(clock.waits) == 0


@pytest.mark.parametrize(
    "nonsense", ["-1", "nan", "inf", "1e30", "9" * 30, "", "soon", "Mon, 01 Jan 100000 00:00:00"]
)
def test_a_retry_after_that_makes_no_sense_is_ignored(
    face: Face, serve: Serve, clock: Clock, nonsense: str
) -> None:
    client, recorder = serve(Answer(503, {}, headers={"Retry-After": nonsense}), OK)

    face(client.integration.get(**IDS))

    assert len(recorder.requests) == 2
    assert all(0 <= wait <= 0.5 for wait in clock.waits)


@pytest.mark.parametrize("name", ["get", "create"])
def test_a_retry_after_beyond_the_cap_ends_the_call_at_once(
    face: Face, serve: Serve, clock: Clock, name: str
) -> None:
    arguments, _ = {**READS, **WRITES}[name]
    retry = Retry(retry_after_cap=10)
    client, recorder = serve(Answer(429, {}, headers={"Retry-After": "11"}), retry=retry)

    with pytest.raises(RateLimitError) as caught:
        face(getattr(client.integration, name)(**arguments))

    assert caught.value.retry_after == 11
    assert clock.waits == []
    assert len(recorder.requests) == 1


def test_a_retry_after_beyond_the_deadline_ends_the_call_at_once(
    face: Face, serve: Serve, clock: Clock
) -> None:
    client, recorder = serve(Answer(503, {}, headers={"Retry-After": "6"}), timeout=5)

    with pytest.raises(InternalServerError) as caught:
        face(client.integration.get(**IDS))

    assert caught.value.retry_after == 6
    assert clock.waits == []
    assert len(recorder.requests) == 1


def test_the_deadline_covers_attempts_and_waits(face: Face, serve: Serve, clock: Clock) -> None:
    def slow(_: httpx.Request) -> Answer:
        clock.now += 2
        return Answer(503, {}, headers={"Retry-After": "1"})

    client, recorder = serve(slow, retry=99, timeout=9)

    with pytest.raises(InternalServerError) as caught:
        face(client.integration.get(**IDS))

    assert len(recorder.requests) == 3
    assert [a.started for a in caught.value.attempts] == pytest.approx([0, 3, 6])
    assert clock.waits == [1, 1]  # a third wait would end on the deadline


def test_no_attempt_begins_after_the_deadline(face: Face, serve: Serve, clock: Clock) -> None:
    def late(_: httpx.Request) -> Answer:
        clock.now += 11
        return Answer(503, {})

    client, recorder = serve(late, timeout=10)

    with pytest.raises(IntegrationsError):
        face(client.integration.get(**IDS))

    assert len(recorder.requests) == 1


@pytest.mark.parametrize("name", ["get", "create"])
def test_a_call_whose_deadline_passed_before_it_was_sent_sends_nothing(
    face: Face, serve: Serve, clock: Clock, name: str
) -> None:
    def slow_token() -> str:
        clock.now += 11
        return "tok-SAMPLE-late"

    arguments, answer = {**READS, **WRITES}[name]
    client, recorder = serve(answer, token=face.provider(slow_token), timeout=10)

    with pytest.raises(DeadlineExceededError) as caught:
        face(getattr(client.integration, name)(**arguments))

    assert caught.value.reason == "the deadline passed"
    assert recorder.requests == []


def test_without_a_total_there_is_no_deadline(face: Face, serve: Serve, clock: Clock) -> None:
    def slow(_: httpx.Request) -> Answer:
        clock.now += 1_000_000
        return Answer(503, {})

    client, recorder = serve(slow, slow, OK, timeout=Timeout(total=None))

    assert face(client.integration.get(**IDS)).name == "Cold room broker"
    assert len(recorder.requests) == 3


def test_attempts_are_told_with_their_times(face: Face, serve: Serve, clock: Clock) -> None:
    def slow(_: httpx.Request) -> Answer:
        clock.now += 2
        return Answer(503, {}, headers={"Retry-After": "3"})

    client, _ = serve(slow, OK)

    reply = face(client.integration.get.with_response(**IDS))

    first, second = reply.attempts
    assert (first.outcome, second.outcome) == ("503", "200")
    assert (first.started, first.elapsed, first.waited) == pytest.approx((0, 2, 3))
    assert (second.started, second.elapsed, second.waited) == pytest.approx((5, 0, 0))
    assert isinstance(first, Attempt)
    assert reply.elapsed == pytest.approx(5)


def test_a_transport_error_says_where_to_and_never_the_query(
    face: Face, serve: Serve, clock: Clock
) -> None:
    client, _ = serve(failure(httpx.ReadTimeout), retry=1)

    with pytest.raises(TransportError) as caught:
        face(client.integration.get(**IDS))

    error = caught.value
    assert type(error) is TransportError
    assert error.url.endswith(f"/integrations/{IDS['integration_id']}")
    assert error.reason == "no answer within the read timeout"
    assert str(error) == (
        f"integration.get: GET {error.url}: no answer within the read timeout; "
        "the answer was lost; trying again does no harm"
    )


def test_a_page_further_on_is_repeated_like_the_first(
    face: Face, serve: Serve, clock: Clock
) -> None:
    client, recorder = serve(
        Answer(json=page("a", number=0, size=1, total=2)),
        Answer(502, {}),
        failure(httpx.ReadError),
        Answer(json=page("b", number=1, size=1, total=2)),
    )

    items = face.all(client.integration.list(application_id=APPLICATION))

    assert [item.name for item in items] == ["a", "b"]
    assert len(recorder.requests) == 4
