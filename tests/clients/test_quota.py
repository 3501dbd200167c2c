"""The retry quota of a client: an outage is not amplified, on both faces."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from integrations_sdk import InternalServerError, Retry, TransportError

from .recorder import Answer, Recorder
from .samples import IDS, integration

Serve = Callable[..., tuple[Any, Recorder]]

DOWN = Answer(503, {})
OK = Answer(json=integration())
AT_ONCE: dict[str, Any] = {"initial": 0.0}


def fail(face: Any, client: Any, times: int = 1) -> Any:
    """Make calls that fail, and return the error of the last."""
    error: Any = None
    for _ in range(times):
        with pytest.raises((InternalServerError, TransportError)) as caught:
            face(client.integration.get(**IDS))
        error = caught.value
    return error


@pytest.mark.parametrize(("quota", "most"), [(500, 1_100), (None, 3_000)])
def test_a_thousand_failing_calls_make_few_more_attempts(
    face: Any, serve: Serve, quota: int | None, most: int
) -> None:
    client, recorder = serve(DOWN, retry=Retry(quota=quota, **AT_ONCE))
    fail(face, client, 1_000)
    assert len(recorder.requests) == most


def test_by_default_there_is_a_quota() -> None:
    assert Retry().quota == Retry.of(7).quota == 500


def test_the_error_says_that_the_quota_is_used_up(face: Any, serve: Serve) -> None:
    client, _ = serve(DOWN, retry=Retry(quota=9, **AT_ONCE))

    first, second = fail(face, client), fail(face, client)

    words = "; not tried again, for the retry quota is used up"
    assert str(first).endswith(f"(after 2 attempts){words}")
    assert str(second).endswith(f"answered 503{words}")
    assert isinstance(second, InternalServerError)
    assert len(second.attempts) == 1


def test_a_call_that_ends_for_another_reason_takes_nothing_and_says_nothing(
    face: Any, serve: Serve
) -> None:
    client, _ = serve(DOWN, retry=Retry(attempts=1, quota=5, **AT_ONCE))
    assert "quota" not in str(fail(face, client, 3))
    repeating = client.with_options(retry=Retry(quota=5, **AT_ONCE))
    assert len(fail(face, repeating).attempts) == 2


@pytest.mark.parametrize("timeout", [httpx.ReadTimeout, httpx.ConnectTimeout])
def test_a_retry_after_a_timeout_takes_twice_as_much(
    face: Any, serve: Serve, timeout: type[httpx.TimeoutException]
) -> None:
    client, recorder = serve(timeout("told"), retry=Retry(quota=100, **AT_ONCE))
    fail(face, client, 100)
    assert len(recorder.requests) == 100 + 100 // 10


def test_a_retry_after_a_lost_connection_takes_as_much_as_after_an_answer(
    face: Any, serve: Serve
) -> None:
    client, recorder = serve(httpx.ReadError("told"), retry=Retry(quota=100, **AT_ONCE))
    fail(face, client, 100)
    assert len(recorder.requests) == 100 + 100 // 5


def test_a_success_returns_what_its_last_retry_took(face: Any, serve: Serve) -> None:
    client, recorder = serve(*[DOWN, OK] * 20, DOWN, retry=Retry(quota=5, **AT_ONCE))
    for _ in range(20):
        face(client.integration.get(**IDS))
    assert len(recorder.requests) == 40
    assert len(fail(face, client).attempts) == 2
    assert len(fail(face, client).attempts) == 1


def test_a_success_at_the_first_attempt_returns_a_little(face: Any, serve: Serve) -> None:
    client, _ = serve(DOWN, DOWN, *[OK] * 4, DOWN, OK, DOWN, retry=Retry(quota=5, **AT_ONCE))
    fail(face, client)
    for _ in range(4):
        face(client.integration.get(**IDS))
    assert len(fail(face, client).attempts) == 1  # 4 are not enough for one
    face(client.integration.get(**IDS))
    assert len(fail(face, client).attempts) == 2


def test_a_refusal_returns_nothing(face: Any, serve: Serve) -> None:
    client, _ = serve(DOWN, DOWN, *[Answer(404, {})] * 9, DOWN, retry=Retry(quota=5, **AT_ONCE))
    fail(face, client)
    for _ in range(9):
        with pytest.raises(Exception, match="404"):
            face(client.integration.get(**IDS))
    assert len(fail(face, client).attempts) == 1


def test_derived_clients_share_the_quota_and_one_of_another_size_has_its_own(
    face: Any, serve: Serve
) -> None:
    client, _ = serve(DOWN, retry=Retry(quota=5, **AT_ONCE))
    derived = client.with_options(timeout=9, retry=Retry(attempts=2, quota=5, **AT_ONCE))
    assert len(fail(face, derived).attempts) == 2
    assert len(fail(face, client).attempts) == 1
    other = client.with_options(retry=Retry(quota=10, **AT_ONCE))
    assert len(fail(face, other).attempts) == 3
    without = client.with_options(retry=Retry(quota=None, **AT_ONCE))
    assert len(fail(face, without, 9).attempts) == 3


def test_calls_at_the_same_time_take_from_one_quota(face: Any, serve: Serve) -> None:
    client, recorder = serve(DOWN, retry=Retry(quota=100, **AT_ONCE))

    def call() -> Any:
        return client.integration.get(**IDS)

    if face.is_async:

        async def failing() -> None:
            with pytest.raises(InternalServerError):
                await call()

        face.gather(*[failing] * 200)
    else:
        fail(face, client, 200)
    assert len(recorder.requests) == 200 + 20
