"""What an error knows: why the call ended, and whether it leaves a write open."""

from __future__ import annotations

from typing import Any

import attrs
import httpx
import pytest

from integrations_sdk import APIError, IntegrationsError, NotFoundError
from integrations_sdk.celigo import Celigo, Integration as CeligoIntegration

from ..conftest import INTEGRATION
from ..faces import Face
from .conftest import Clock
from .recorder import Answer, Recorder
from .samples import IDS, ONE
from .test_retry import WRITES, Serve, failure

pytestmark = pytest.mark.usefixtures("clock")  # no wait takes time


@pytest.mark.parametrize("lost", [Answer(503, {}), failure(httpx.ReadError)])
def test_a_deletion_that_is_repeated_and_finds_nothing_is_done(
    face: Face, serve: Serve, lost: Answer | Exception
) -> None:
    client, recorder = serve(lost, Answer(404, {"type": "NotFound", "message": "no"}))

    reply = face(client.integration.delete.with_response(**IDS))

    assert reply.value.success is True
    assert [r.method for r in recorder.requests] == ["DELETE", "DELETE"]


@pytest.mark.parametrize("harmless", [Answer(429, {}), failure(httpx.ConnectError)])
def test_a_deletion_that_finds_nothing_after_an_attempt_that_did_nothing_is_refused(
    face: Face, serve: Serve, harmless: Answer | Exception
) -> None:
    client, _ = serve(harmless, Answer(404, {}))

    with pytest.raises(NotFoundError) as caught:
        face(client.integration.delete(**IDS))

    assert not caught.value.ambiguous


@pytest.mark.parametrize(
    ("turns", "options", "stopped"),
    [
        ([Answer(503, {})], {}, "attempts"),
        ([failure(httpx.ConnectError)], {"retry": 1}, "attempts"),
        ([Answer(404, {})], {}, "status"),
        ([Answer(503, {}), Answer(403, {})], {}, "status"),
        ([failure(httpx.UnsupportedProtocol)], {}, "final"),
        ([Answer(content=b"<html>")], {}, "final"),
        ([Answer(503, {}, headers={"Retry-After": "61"})], {}, "retry_after"),
        ([Answer(503, {}, headers={"Retry-After": "6"})], {"timeout": 5}, "deadline"),
    ],
)
def test_an_error_says_why_no_other_attempt_was_made(
    face: Face,
    serve: Serve,
    turns: list[Answer | Exception],
    options: dict[str, Any],
    stopped: str,
) -> None:
    client, _ = serve(*turns, **options)

    with pytest.raises(IntegrationsError) as caught:
        face(client.integration.get(**IDS))

    error = caught.value
    assert error.stopped == stopped
    assert error.asked == f"GET {ONE}"
    assert not error.ambiguous
    assert error.call is None
    assert len(error.explain().splitlines()) == 4 + len(error.attempts)


@pytest.mark.parametrize("name", sorted(WRITES))
@pytest.mark.parametrize(
    ("turn", "left"),
    [
        (failure(httpx.ReadError), ("write", True)),
        (Answer(408, {}), ("write", True)),
        (Answer(500, {}), ("write", True)),
        (Answer(429, {}), ("write", False)),
        (Answer(400, {}), ("status", False)),
        (failure(httpx.ConnectError), ("attempts", False)),
        (Answer(content=b"<html>"), ("final", True)),
    ],
)
def test_an_error_says_whether_a_write_is_left_open(
    face: Face,
    serve: Serve,
    name: str,
    turn: Answer | Exception,
    left: tuple[str, bool],
) -> None:
    stopped, ambiguous = left
    arguments, answer = WRITES[name]
    if isinstance(turn, Answer) and turn.status == 200:
        turn = attrs.evolve(turn, status=answer.status)
    client, _ = serve(turn)

    with pytest.raises(IntegrationsError) as caught:
        face(getattr(client.integration, name)(**arguments))

    error = caught.value
    assert (error.stopped, error.ambiguous) == (stopped, ambiguous)
    wanted = getattr(client.integration, name).call(**arguments) if ambiguous else None
    assert error.call == wanted
    assert ("error.check()" in error.explain()) is ambiguous


@pytest.mark.parametrize("status", [404, 409, 412, 429])
def test_a_replacement_that_may_meet_its_own_effect_says_so(face: Face, status: int) -> None:
    recorder = Recorder(face, failure(httpx.ReadError), Answer(status, {}))
    client = face.client(Celigo, "tok-SAMPLE-plain", transport=recorder.transport, retry=2)
    changed = CeligoIntegration(id=INTEGRATION, name="a")

    with pytest.raises(APIError) as caught:
        face(client.integration.update(integration_id=INTEGRATION, integration=changed))

    error = caught.value
    assert error.ambiguous
    assert error.call is not None
    assert ("An earlier attempt of this very call" in str(error)) == (status in {409, 412})


@pytest.mark.parametrize("status", [409, 412])
def test_a_first_conflict_is_somebody_elses(face: Face, serve: Serve, status: int) -> None:
    client, _ = serve(failure(httpx.ConnectError), Answer(status, {}))

    with pytest.raises(APIError, match="Read the resource again") as caught:
        face(client.integration.delete(**IDS))

    assert not caught.value.ambiguous


def test_attempts_have_their_moment_and_their_request_id(
    face: Face, serve: Serve, clock: Clock
) -> None:
    first, last = (Answer(s, {}, headers={"X-Request-Id": f"r-{s}"}) for s in (503, 404))
    client, _ = serve(first, failure(httpx.ReadError), last)
    began = clock.now

    with pytest.raises(NotFoundError) as caught:
        face(client.integration.get(**IDS))

    attempts = caught.value.attempts
    assert [a.request_id for a in attempts] == ["r-503", None, "r-404"]
    for attempt in attempts:
        assert attempt.timestamp == pytest.approx(began + attempt.started)
        assert attempt.at.tzinfo is not None
