"""The rate limit of a client, on both faces: it waits, in order, and slows down when told to."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable
from typing import Any

import attrs
import pytest

from integrations_sdk import DeadlineExceededError, RateLimit, RateLimitError, Retry, ThrottledError

from ..faces import Face
from .conftest import Clock
from .recorder import Answer, Recorder
from .samples import IDS, integration

OK = Answer(json=integration())
SLOW = RateLimit(rate=2, burst=3)
Get = Callable[..., Any]


@pytest.fixture
def own() -> str:
    """A credential of this test alone."""
    return f"tok-{uuid.uuid4()}"


@pytest.fixture
def serve(face: Face, clock: Clock, own: str) -> Callable[..., tuple[Any, Recorder, Clock]]:
    """Make a client with a credential of its own, and the recorder that answers it."""

    def make(*turns: Any, **options: Any) -> Any:
        recorder = Recorder(face, *turns)
        options = {"rate_limit": SLOW, "token": own, **options}
        return face.losant(transport=recorder.transport, **options), recorder, clock

    return make


def get(face: Face, client: Any) -> Any:
    return face(client.integration.get.with_response(**IDS))


def test_a_burst_goes_at_once_and_the_next_wait_for_their_turn(face: Face, serve: Get) -> None:
    client, recorder, clock = serve(OK)
    replies = [get(face, client) for _ in range(6)]
    assert clock.waits == pytest.approx([0.5] * 3)
    assert len(recorder.requests) == 6
    assert [reply.attempts[0].queued for reply in replies] == pytest.approx([0] * 3 + [0.5] * 3)
    assert [reply.attempts[0].started for reply in replies] == pytest.approx([0] * 3 + [0.5] * 3)


def test_a_wait_is_in_the_log(face: Face, serve: Get, caplog: pytest.LogCaptureFixture) -> None:
    client, *_ = serve(OK)
    caplog.set_level(logging.DEBUG, "integrations_sdk")
    for _ in range(4):
        get(face, client)
    assert "(attempt 1, waited 0.500 s for its turn)" in caplog.messages[-1]
    assert "(attempt 1)" in caplog.messages[-2]


def test_calls_at_the_same_time_go_in_order(face: Face, serve: Get) -> None:
    if not face.is_async:
        pytest.skip("calls of one thread come one after the other anyway")
    client, *_ = serve(OK)
    came: list[int] = []

    def numbered(number: int) -> Callable[[], Any]:
        async def call() -> None:
            await client.integration.get(**IDS)
            came.append(number)

        return call

    face.gather(*(numbered(number) for number in range(12)))
    assert came == list(range(12))


def test_a_turn_after_the_deadline_fails_at_once_and_nothing_is_sent(
    face: Face, serve: Get
) -> None:
    client, recorder, clock = serve(OK, timeout=10, rate_limit=RateLimit(rate=0.1, burst=1))
    get(face, client)
    for _ in range(3):  # none of them takes a turn
        with pytest.raises(ThrottledError) as caught:
            get(face, client)
        assert caught.value.retry_after == pytest.approx(10.0)
        assert isinstance(caught.value, DeadlineExceededError)
        assert str(caught.value).endswith(
            "its turn by the rate limit comes in 10.000 s, after the deadline; it was not sent. "
            "Call less often, or allow more with timeout="
        )
        assert caught.value.attempts == ()
    assert (len(recorder.requests), clock.waits) == (1, [])
    get(face, client.with_options(timeout=11))
    assert clock.waits == pytest.approx([10.0])


def test_clients_of_one_credential_share_its_budget(face: Face, serve: Get, own: str) -> None:
    first, _, clock = serve(OK, token=f"{own}-1")
    second, *_ = serve(OK, token=f"{own}-1")
    other, *_ = serve(OK, token=f"{own}-2")
    for client in (first, second, first.with_options(timeout=9), other, other, other):
        get(face, client)
    assert clock.waits == []
    get(face, second)
    assert clock.waits == pytest.approx([0.5])


def test_every_request_takes_a_turn(face: Face, serve: Get) -> None:
    busy = Answer(503, {})
    client, recorder, clock = serve(busy, busy, OK, retry=Retry(initial=0.0))
    get(face, client)
    get(face, client)
    assert len(recorder.requests) == 4
    assert clock.waits[-1:] == pytest.approx([0.5])


def test_a_refused_token_costs_a_turn_of_each(face: Face, serve: Get) -> None:
    tokens = iter([f"tok-{uuid.uuid4()}", f"tok-{uuid.uuid4()}"])
    client, recorder, _ = serve(Answer(401, {}), OK, token=face.provider(lambda: next(tokens)))
    get(face, client)
    assert len(set(recorder.tokens)) == 2


def test_a_refusal_holds_up_all_calls_of_the_credential(face: Face, serve: Get, own: str) -> None:
    too_many = Answer(429, {}, headers={"Retry-After": "7"})
    client, _, clock = serve(too_many, OK, token=f"{own}-1", retry=1)
    other, *_ = serve(OK, token=f"{own}-1")
    free, *_ = serve(OK, token=f"{own}-2")
    with pytest.raises(RateLimitError):
        get(face, client)
    get(face, free)
    assert clock.waits == []
    get(face, other)
    assert sum(clock.waits) == pytest.approx(8.0, abs=0.1)  # 7, and a turn at half the rate
    clock.waits.clear()
    get(face, client)
    assert sum(clock.waits) == pytest.approx(1.0, abs=0.1)


def test_a_call_that_is_refused_comes_again_after_what_the_server_asks(
    face: Face, serve: Get
) -> None:
    client, _, clock = serve(Answer(429, {}, headers={"Retry-After": "7"}), OK)
    first, second = get(face, client).attempts
    assert first.waited == 7.0
    assert second.queued == pytest.approx(1.0, abs=0.1)
    assert sum(clock.waits) == pytest.approx(8.0, abs=0.1)


def test_the_rate_is_whole_again_after_a_minute(face: Face, serve: Get) -> None:
    client, _, clock = serve(Answer(429, {}), OK, retry=1)
    with pytest.raises(RateLimitError):
        get(face, client)
    clock.now += 60
    clock.waits.clear()
    for _ in range(5):
        get(face, client)
    assert clock.waits == pytest.approx([0.5] * 2)


def test_a_refusal_with_a_long_wait_fails_the_others_at_once(face: Face, serve: Get) -> None:
    client, recorder, clock = serve(Answer(429, {}, headers={"Retry-After": "1800"}), OK, retry=1)
    with pytest.raises(RateLimitError):
        get(face, client)
    with pytest.raises(ThrottledError, match=r"comes in 180[01]"):
        get(face, client)
    assert (len(recorder.requests), clock.waits) == (1, [])


def test_a_platform_without_a_documented_budget_never_waits(face: Face, serve: Get) -> None:
    client, recorder, clock = serve(Answer(429, {}, headers={"Retry-After": "9"}), OK, retry=1)
    free = client.with_options(rate_limit=None)
    with pytest.raises(RateLimitError):
        get(face, free)
    for _ in range(20):
        get(face, free)
    assert (len(recorder.requests), clock.waits) == (21, [])


def test_a_call_that_is_cancelled_while_it_waits_gives_its_turn_back(
    face: Face, serve: Get, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, _, clock = serve(OK, rate_limit=attrs.evolve(SLOW, burst=1))
    get(face, client)

    def interrupted(_: float) -> None:
        raise KeyboardInterrupt

    waited = clock.wait
    monkeypatch.setattr(clock, "wait", interrupted)
    if not face.is_async:
        monkeypatch.setattr("integrations_sdk.core.limits.time.sleep", interrupted)
    for _ in range(10):
        with pytest.raises(KeyboardInterrupt):
            get(face, client)
    monkeypatch.setattr(clock, "wait", waited)
    if not face.is_async:
        monkeypatch.setattr("integrations_sdk.core.limits.time.sleep", waited)
    get(face, client)
    assert clock.waits == pytest.approx([0.5])
