"""What observers are told of a call, in which order, on both faces."""

from __future__ import annotations

import asyncio
import logging
import pickle
import subprocess
import sys
import typing
import uuid
from collections.abc import Callable
from typing import Any

import attrs
import httpx
import pytest

from integrations_sdk import (
    AsyncLosant,
    CallEnded,
    CallStarted,
    CxEngage,
    Drift,
    DriftFound,
    InvalidArgumentError,
    Losant,
    MissingScopeError,
    NotFoundError,
    RateLimit,
    RequestFailed,
    RequestSent,
    ResponseReceived,
    RetryDecided,
    TransportError,
    Waiting,
)

from ..clients.conftest import Clock
from ..clients.recorder import Answer
from ..clients.samples import BASE, IDS, ONE, integration
from ..faces import Face
from ..processes import work
from .conftest import Listener, Serve

OK = Answer(json=integration(), headers={"x-request-id": "r-1", "x-new": "SAMPLE-new"})
BUSY = Answer(503, {"message": "busy"})
ONCE = ["CallStarted", "RequestSent", "ResponseReceived", "CallEnded"]


def test_a_call_is_told_from_its_start_to_its_end(
    face: Face, serve: Serve, listener: Listener
) -> None:
    client, _ = serve(OK, observers=[listener])
    face(client.integration.get(**IDS))

    assert listener.names == ONCE
    started, sent, received, ended = listener.events
    assert {event.call for event in listener.events} == {started.call}
    assert attrs.asdict(started.call) == {
        "id": started.call.id,
        "platform": "Losant",
        "operation": "integration.get",
        "method": "GET",
        "base_url": BASE,
        "template": "/applications/{applicationId}/integrations/{integrationId}",
    }
    assert isinstance(sent, RequestSent)
    assert (sent.attempt, sent.url, sent.queued) == (1, ONE, 0.0)
    assert sent.query == "?_actions=false&_links=true&_embedded=true"
    assert sent.headers["authorization"] == "[hidden]"
    assert sent.headers["accept"] == "application/json"
    assert isinstance(received, ResponseReceived)
    assert (received.request, received.status, received.request_id) == (sent, 200, "r-1")
    assert received.headers["x-new"] == "[hidden]"
    assert received.elapsed > 0
    assert isinstance(ended, CallEnded)
    assert (ended.attempts, ended.status, ended.error) == (1, 200, None)
    assert ended.elapsed >= received.elapsed


def test_the_template_has_the_path_of_the_base_url(
    face: Face, serve: Serve, listener: Listener
) -> None:
    client, _ = serve(OK, observers=[listener], base_url="https://proxy.example/losant/v2/")
    face(client.integration.get(**IDS))

    template = listener.events[0].call.template
    assert template == "/losant/v2/applications/{applicationId}/integrations/{integrationId}"


def test_a_member_of_the_query_that_may_be_a_secret_is_named_alone(
    face: Face, serve: Serve, listener: Listener
) -> None:
    client, _ = serve(OK, observers=[listener])
    face(client.with_options(query={"key": "SAMPLE-key"}).integration.get(**IDS))

    assert listener.only(RequestSent).query.endswith("&key=[hidden]")
    assert "?" not in listener.only(RequestSent).url


@pytest.mark.usefixtures("clock")
def test_a_retry_is_told_with_its_wait(face: Face, serve: Serve, listener: Listener) -> None:
    client, _ = serve(BUSY, OK, observers=[listener])
    face(client.integration.get(**IDS))

    assert listener.names == [*ONCE[:3], "RetryDecided", "Waiting", *ONCE[1:]]
    retry, wait = listener.only(RetryDecided), listener.only(Waiting)
    assert (retry.attempt, retry.error, retry.outcome) == (1, "InternalServerError", "503")
    assert (wait.seconds, wait.reason) == (retry.wait, "backoff")
    assert [sent.attempt for sent in listener.all(RequestSent)] == [1, 2]
    assert listener.only(CallEnded).attempts == 2


def test_a_wait_that_the_server_asks_for_says_so(
    face: Face, serve: Serve, listener: Listener, clock: Clock
) -> None:
    limited = Answer(429, {"message": "slow down"}, headers={"retry-after": "7"})
    client, _ = serve(limited, OK, observers=[listener])
    face(client.integration.get(**IDS))

    assert clock.waits == [7.0]
    assert listener.only(Waiting).seconds == 7.0
    assert listener.only(Waiting).reason == "retry_after"


@pytest.mark.usefixtures("clock")
def test_a_connection_that_is_lost_is_told(face: Face, serve: Serve, listener: Listener) -> None:
    client, _ = serve(httpx.ReadError("gone"), observers=[listener], retry=2)
    with pytest.raises(TransportError):
        face(client.integration.get(**IDS))

    failed = listener.all(RequestFailed)
    assert [event.request for event in failed] == listener.all(RequestSent)
    assert {event.error for event in failed} == {"TransportError"}
    assert all(event.reason for event in failed)
    ended = listener.only(CallEnded)
    assert (ended.attempts, ended.status, ended.error) == (2, None, "TransportError")


@pytest.mark.usefixtures("clock")
def test_a_token_that_is_refused_is_a_retry_without_a_wait(
    face: Face, serve: Serve, listener: Listener
) -> None:
    tokens = iter(["tok-SAMPLE-old", "tok-SAMPLE-new"])
    provide = face.provider(lambda: next(tokens))
    client, _ = serve(Answer(401, {"message": "no"}), OK, token=provide, observers=[listener])
    face(client.integration.get(**IDS))

    assert listener.names == [*ONCE[:3], "RetryDecided", *ONCE[1:]]
    retry = listener.only(RetryDecided)
    assert (retry.error, retry.outcome, retry.wait) == ("AuthenticationError", "401", 0.0)


@pytest.mark.usefixtures("clock")
def test_a_wait_for_a_turn_is_told_before_it_begins(
    face: Face, serve: Serve, listener: Listener
) -> None:
    limit = RateLimit(rate=2, burst=1)
    token = f"tok-{uuid.uuid4()}"
    client, _ = serve(OK, token=token, observers=[listener], rate_limit=limit)
    for _ in range(2):
        face(client.integration.get(**IDS))

    assert listener.names == [*ONCE, "CallStarted", "Waiting", *ONCE[1:]]
    wait = listener.only(Waiting)
    assert wait.reason == "rate_limit"
    assert wait.seconds == pytest.approx(0.5)
    assert listener.all(RequestSent)[1].queued == pytest.approx(0.5)


def test_an_error_ends_a_call_by_its_name(face: Face, serve: Serve, listener: Listener) -> None:
    client, _ = serve(Answer(404, {"message": "no such thing"}), observers=[listener])
    with pytest.raises(NotFoundError):
        face(client.integration.get(**IDS))

    assert listener.names == ONCE
    ended = listener.only(CallEnded)
    assert (ended.status, ended.error) == (404, "NotFoundError")


def test_a_call_that_is_not_sent_has_a_start_and_an_end(
    face: Face, serve: Serve, listener: Listener
) -> None:
    client, _ = serve(OK, observers=[listener], scopes=["devices.get"])
    with pytest.raises(MissingScopeError):
        face(client.integration.get(**IDS))

    assert listener.names == ["CallStarted", "CallEnded"]
    assert listener.only(CallEnded).error == "MissingScopeError"
    assert listener.only(CallEnded).attempts == 0


class Breaking:
    """A transport that is interrupted."""

    def __init__(self, error: BaseException, *, is_async: bool) -> None:
        self._error, self._is_async = error, is_async

    def send(self, _: object) -> Any:
        async def later() -> None:
            raise self._error

        if self._is_async:
            return later()
        raise self._error


@pytest.mark.parametrize("class_", [asyncio.CancelledError, KeyboardInterrupt, RuntimeError])
def test_what_interrupts_a_call_ends_its_request_and_itself(
    face: Face, listener: Listener, class_: type[BaseException]
) -> None:
    if face.is_async and class_ is KeyboardInterrupt:
        pytest.skip("it stops the loop of the tests")
    transport: Any = Breaking(class_(), is_async=face.is_async)
    client = face.losant(transport=transport, observers=[listener])
    with pytest.raises(class_):
        face(client.integration.get(**IDS))

    assert listener.names == ["CallStarted", "RequestSent", "RequestFailed", "CallEnded"]
    assert listener.only(RequestFailed).error == class_.__name__
    assert listener.only(CallEnded).error == class_.__name__


def test_a_request_for_a_token_is_a_call_within(face: Face, listener: Listener) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        token = {"access_token": "tok-SAMPLE", "token_type": "bearer", "expires_in": 3600}
        is_grant = b"grant_type" in request.content
        return httpx.Response(200, json=token if is_grant else {"id": "zendesk"})

    client = face.client(
        CxEngage,
        client_id="harbor-client",
        client_secret="cs-SAMPLE",
        transport=face.transport(httpx.MockTransport(answer)),
        observers=[listener],
        on_drift=lambda *_: None,
    )
    face(client.integration.get(tenant_id="harbor", integration_id="zendesk"))

    order = [(type(event).__name__, event.call.operation) for event in listener.events]
    outer, inner = order[0][1], order[1][1]
    assert outer != inner
    calls = [operation for name, operation in order if name in {"CallStarted", "CallEnded"}]
    assert calls == [outer, inner, inner, outer]


DRIFTING = Answer(json=integration(unheard="SAMPLE-of"))


def test_a_drift_is_an_event_and_still_a_warning(
    face: Face, serve: Serve, listener: Listener, caplog: pytest.LogCaptureFixture
) -> None:
    client, _ = serve(DRIFTING, observers=[listener])
    for _ in range(2):
        face(client.integration.get(**IDS))

    assert listener.only(DriftFound).drift.path == "unheard"
    assert [record.levelname for record in caplog.records] == ["WARNING"]


def test_a_hook_for_drifts_is_told_beside_the_observers(
    face: Face, serve: Serve, listener: Listener, caplog: pytest.LogCaptureFixture
) -> None:
    told: list[tuple[str, Drift]] = []
    hook: Callable[[str, Drift], None] = lambda *what: told.append(what)  # noqa: E731
    client, _ = serve(DRIFTING, observers=[listener], on_drift=hook)
    face(client.integration.get(**IDS))

    assert told == [("integration.get", listener.only(DriftFound).drift)]
    assert caplog.records == []


def broken(_: object) -> None:
    raise ValueError("broken observer")


@pytest.mark.parametrize("status", [200, 404])
def test_an_observer_that_raises_is_logged_once_and_changes_nothing(
    face: Face,
    serve: Serve,
    listener: Listener,
    caplog: pytest.LogCaptureFixture,
    status: int,
) -> None:
    answer = Answer(status, integration(message="SAMPLE-said"))
    client, _ = serve(answer, observers=[broken, listener], on_drift=lambda *_: None)
    for one in (client, client.with_options(timeout=3)):
        if status == 200:
            assert face(one.integration.get(**IDS)).id
        else:
            with pytest.raises(NotFoundError):
                face(one.integration.get(**IDS))

    assert [name for name in listener.names if name != "DriftFound"] == ONCE * 2
    (record,) = caplog.records
    assert (record.levelname, record.getMessage()) == (
        "ERROR",
        "integration.get: an observer failed at CallStarted, and the call went on; once is logged",
    )
    assert "broken observer" in caplog.text


def test_what_an_observer_raises_is_logged_without_the_error_of_the_call(
    face: Face, serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    def fails_at_the_end(event: object) -> None:
        if isinstance(event, CallEnded):
            broken(event)

    client, _ = serve(Answer(404, {"message": "SAMPLE"}), observers=[fails_at_the_end])
    with pytest.raises(NotFoundError):
        face(client.integration.get(**IDS))

    assert "broken observer" in caplog.text
    assert "NotFoundError" not in caplog.text


def test_a_derived_client_has_the_same_observers_unless_told_otherwise(
    face: Face, serve: Serve, listener: Listener
) -> None:
    client, _ = serve(OK, observers=iter([listener]))
    other = Listener()
    for one in (
        client.with_options(timeout=3),
        client.with_options(observers=[other]),
        client.with_options(observers=[]),
    ):
        face(one.integration.get(**IDS))

    assert listener.names == ONCE
    assert other.names == ONCE


async def coroutine_function(_: object) -> None:
    """Would have to be awaited."""


@pytest.mark.parametrize("observers", [[3], 3, [coroutine_function]])
def test_what_cannot_be_told_is_refused(face: Face, observers: Any) -> None:
    with pytest.raises(
        InvalidArgumentError, match="observers: expected functions that take an event"
    ):
        face.losant(observers=observers)
    with pytest.raises(InvalidArgumentError, match="observers"):
        face.losant().with_options(observers=observers)


def test_observers_travel_by_their_names(face: Face) -> None:
    client = pickle.loads(pickle.dumps(face.losant("tok-SAMPLE", observers=[work.observe])))
    (observer,) = client._settings.observers
    observer(CallStarted(call=None))  # type: ignore[arg-type]

    assert work.HEARD.pop() == "CallStarted"
    with pytest.raises(TypeError, match="observers travels by its name"):
        pickle.dumps(face.losant("tok-SAMPLE", observers=[lambda _: None]))


def test_events_are_values_that_show_no_header(
    face: Face, serve: Serve, listener: Listener
) -> None:
    client, _ = serve(BUSY, observers=[listener], retry=1)
    with pytest.raises(Exception, match="503"):
        face(client.integration.get(**IDS))

    for event in listener.events:
        assert hash(event) == hash(attrs.evolve(event))
        assert event == attrs.evolve(event)
        assert "application/json" not in repr(event)
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            event.call = event.call  # type: ignore[misc]


def test_nobody_listening_costs_no_event_and_no_import() -> None:
    code = """
import json, sys
from integrations_sdk import Losant
from integrations_sdk.core.transport import Headers, Response
class Answering:
    def send(self, request): return Response(200, Headers(), json.dumps({"id": "x"}).encode())
    def close(self): pass
call = dict(application_id="575ec8687ae143cd83dc4a97", integration_id="575ed78e7ae143cd83dc4aab")
Losant("tok-SAMPLE", transport=Answering()).integration.get(**call)
print(sorted({"integrations_sdk.core.events", "integrations_sdk.core.watch"} & set(sys.modules)))
print(sorted(name for name in sys.modules if name.startswith("opentelemetry")))
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.splitlines() == ["[]", "[]"]


@pytest.mark.parametrize("class_", [Losant, AsyncLosant])
def test_the_hints_of_a_client_can_be_resolved(class_: Any) -> None:
    assert "observers" in typing.get_type_hints(class_.__init__)


def test_an_attempt_is_logged_from_the_same_events(
    face: Face, serve: Serve, listener: Listener, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "integrations_sdk")
    client, _ = serve(OK, observers=[listener])
    face(client.integration.get(**IDS))

    (line,) = caplog.messages
    sent = listener.only(RequestSent)
    assert line.startswith(f"integration.get: GET {sent.url}{sent.query}: 200 in ")
    assert "authorization: [hidden]" in line
    assert "x-request-id: r-1" in line
