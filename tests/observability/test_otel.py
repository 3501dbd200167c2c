"""Spans and metrics, on both faces, as an exporter in memory has them."""

from __future__ import annotations

import asyncio
import contextvars
import importlib.util
import logging
import threading
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.trace import SpanKind, StatusCode

from integrations_sdk import (
    AsyncHttpxTransport,
    AsyncLosant,
    ConfigurationError,
    CxEngage,
    NotFoundError,
    OpenTelemetry,
    TransportError,
)

from ..clients.recorder import Answer, Recorder
from ..clients.samples import IDS, ONE, integration
from ..faces import Face
from .conftest import Serve, Telemetry

OK = Answer(json=integration(), headers={"x-request-id": "r-1"})
BUSY = Answer(503, {"message": "busy"})
TEMPLATE = "/applications/{applicationId}/integrations/{integrationId}"
NAMES = {
    "integrations_sdk.platform": "Losant",
    "integrations_sdk.operation": "integration.get",
}
REQUEST = {
    "http.request.method": "GET",
    "url.template": TEMPLATE,
    "server.address": "api.losant.com",
    "server.port": 443,
    "url.scheme": "https",
}


def parent_of(span: ReadableSpan) -> int | None:
    return span.parent.span_id if span.parent is not None else None


def id_of(span: ReadableSpan) -> int:
    assert span.context is not None
    return int(span.context.span_id)


def named(telemetry: Telemetry, part: str) -> list[ReadableSpan]:
    return [span for span in telemetry.spans if part in span.name]


def test_a_call_is_a_span_within_the_callers_and_its_request_within_that(
    face: Face, serve: Serve, telemetry: Telemetry
) -> None:
    client, _ = serve(OK, observers=[telemetry.observer])
    with telemetry.tracers.get_tracer("app").start_as_current_span("app") as outer:
        face(client.integration.get(**IDS))
        assert trace.get_current_span() is outer

    request, call, app = telemetry.spans
    assert (parent_of(request), parent_of(call)) == (id_of(call), id_of(app))
    assert (call.name, call.kind) == ("Losant integration.get", SpanKind.INTERNAL)
    assert call.attributes == {**NAMES, "integrations_sdk.attempts": 1}
    assert (request.name, request.kind) == (f"GET {TEMPLATE}", SpanKind.CLIENT)
    assert request.attributes == {
        **NAMES,
        **REQUEST,
        "url.full": ONE,
        "http.response.status_code": 200,
        "integrations_sdk.request_id": "r-1",
    }
    assert request.status.status_code is call.status.status_code is StatusCode.UNSET


def test_a_port_that_is_named_is_the_servers(
    face: Face, serve: Serve, telemetry: Telemetry
) -> None:
    url = "http://127.0.0.1:8099/base"
    client, _ = serve(OK, observers=[telemetry.observer], base_url=url)
    face(client.integration.get(**IDS))

    attributes = telemetry.spans[0].attributes or {}
    assert attributes["server.port"] == 8099
    assert attributes["url.scheme"] == "http"
    assert attributes["url.template"] == f"/base{TEMPLATE}"


@pytest.mark.usefixtures("clock")
def test_a_retry_is_another_request_and_is_counted(
    face: Face, serve: Serve, telemetry: Telemetry
) -> None:
    client, _ = serve(BUSY, OK, observers=[telemetry.observer])
    face(client.integration.get(**IDS))

    first, second, call = telemetry.spans
    assert parent_of(first) == parent_of(second) == id_of(call)
    assert first.attributes is not None
    assert second.attributes is not None
    assert first.attributes["error.type"] == "503"
    assert first.status.status_code is StatusCode.ERROR
    assert "http.request.resend_count" not in first.attributes
    assert second.attributes["http.request.resend_count"] == 1
    assert call.status.status_code is StatusCode.UNSET
    assert [event.name for event in call.events] == ["retry", "wait"]
    (retried,) = telemetry.points("integrations_sdk.client.retries")
    assert retried.value == 1
    assert retried.attributes == {**NAMES, "error.type": "InternalServerError"}


def test_an_error_is_on_both_spans(face: Face, serve: Serve, telemetry: Telemetry) -> None:
    client, _ = serve(Answer(404, {"message": "SAMPLE"}), observers=[telemetry.observer])
    with pytest.raises(NotFoundError):
        face(client.integration.get(**IDS))

    request, call = telemetry.spans
    assert (request.attributes or {})["error.type"] == "404"
    assert (call.attributes or {})["error.type"] == "NotFoundError"
    assert request.status.status_code is call.status.status_code is StatusCode.ERROR
    assert "SAMPLE" not in request.to_json() + call.to_json()


def test_a_connection_that_is_lost_is_an_error_of_its_class(
    face: Face, serve: Serve, telemetry: Telemetry
) -> None:
    client, _ = serve(httpx.ReadError("gone"), observers=[telemetry.observer], retry=1)
    with pytest.raises(TransportError):
        face(client.integration.get(**IDS))

    request, _ = telemetry.spans
    assert (request.attributes or {})["error.type"] == "TransportError"
    assert "http.response.status_code" not in (request.attributes or {})


def test_durations_are_in_seconds_and_in_the_conventions_buckets(
    face: Face, serve: Serve, telemetry: Telemetry
) -> None:
    client, _ = serve(OK, OK, Answer(404, {}), observers=[telemetry.observer])
    for _ in range(2):
        face(client.integration.get(**IDS))
    with pytest.raises(NotFoundError):
        face(client.integration.get(**IDS))

    good, bad = telemetry.points("http.client.request.duration")
    assert good.attributes == {**REQUEST, "http.response.status_code": 200}
    assert good.count == 2
    assert 0 < good.sum < 5
    assert good.explicit_bounds[:3] == (0.005, 0.01, 0.025)
    assert good.explicit_bounds[-1] == 10
    assert bad.attributes == {**REQUEST, "http.response.status_code": 404, "error.type": "404"}


def test_a_request_for_a_token_is_within_the_call_that_needs_it(
    face: Face, telemetry: Telemetry
) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        token = {"access_token": "tok-SAMPLE", "token_type": "bearer", "expires_in": 3600}
        is_grant = b"grant_type" in request.content
        return httpx.Response(200, json=token if is_grant else {"id": "zendesk"})

    client = face.client(
        CxEngage,
        client_id="harbor-client",
        client_secret="cs-SAMPLE",
        transport=face.transport(httpx.MockTransport(answer)),
        observers=[telemetry.observer],
        on_drift=lambda *_: None,
    )
    face(client.integration.get(tenant_id="harbor", integration_id="zendesk"))

    asking, token, _, call = telemetry.spans
    assert (parent_of(asking), parent_of(token)) == (id_of(token), id_of(call))


def test_what_a_transport_does_is_within_the_request(face: Face, telemetry: Telemetry) -> None:
    seen: list[Any] = []

    def answer(_: httpx.Request) -> httpx.Response:
        seen.append(trace.get_current_span())
        return httpx.Response(200, json=integration())

    transport = face.transport(httpx.MockTransport(answer))
    client = face.losant(transport=transport, observers=[telemetry.observer])
    face(client.integration.get(**IDS))

    (current,) = seen
    assert current.get_span_context() == telemetry.spans[0].context


def test_a_drift_is_an_event_of_the_call(face: Face, serve: Serve, telemetry: Telemetry) -> None:
    answer = Answer(json=integration(unheard="SAMPLE-of"))
    client, _ = serve(answer, observers=[telemetry.observer], on_drift=lambda *_: None)
    face(client.integration.get(**IDS))

    (event,) = telemetry.spans[-1].events
    assert event.name == "drift"
    assert event.attributes == {
        "integrations_sdk.drift.path": "unheard",
        "integrations_sdk.drift.kind": "unknown member",
    }


def test_threads_have_their_calls_within_their_own_spans(telemetry: Telemetry) -> None:
    face = Face("sync")
    transport = Recorder(face, OK).transport
    client = face.losant(transport=transport, observers=[telemetry.observer])
    tracer, start = telemetry.tracers.get_tracer("app"), threading.Barrier(8)

    def work(number: int) -> None:
        start.wait()
        for _ in range(5):
            with tracer.start_as_current_span(f"app {number}"):
                client.integration.get(**IDS)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    face.finish()
    assert_nested(telemetry, 40)


def test_tasks_have_their_calls_within_their_own_spans(telemetry: Telemetry) -> None:
    async def answer(_: httpx.Request) -> httpx.Response:
        await asyncio.sleep(0)
        return httpx.Response(200, json=integration())

    async def work(client: AsyncLosant, number: int) -> None:
        for _ in range(5):
            with telemetry.tracers.get_tracer("app").start_as_current_span(f"app {number}"):
                await client.integration.get(**IDS)

    async def run() -> None:
        inner = AsyncHttpxTransport(httpx.MockTransport(answer))
        async with AsyncLosant("tok", transport=inner, observers=[telemetry.observer]) as client:
            await asyncio.gather(*(work(client, number) for number in range(8)))

    asyncio.run(run())
    assert_nested(telemetry, 40)


def assert_nested(telemetry: Telemetry, count: int) -> None:
    apps, calls = named(telemetry, "app "), named(telemetry, "integration.get")
    requests = named(telemetry, "GET ")
    assert len(apps) == len(calls) == len(requests) == count
    assert sorted(map(id_of, apps)) == sorted(parent_of(call) or 0 for call in calls)
    assert sorted(map(id_of, calls)) == sorted(parent_of(request) or 0 for request in requests)


class Stuck:
    """A transport that never answers."""

    async def send(self, _: object) -> Any:
        await asyncio.get_running_loop().create_future()


def test_a_task_that_is_cancelled_ends_its_spans(telemetry: Telemetry) -> None:
    async def run() -> None:
        transport: Any = Stuck()
        async with AsyncLosant(
            "tok", transport=transport, observers=[telemetry.observer]
        ) as client:
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(_get(client), 0.01)

    asyncio.run(run())
    request, call = telemetry.spans
    for span in (request, call):
        assert (span.attributes or {})["error.type"] == "CancelledError"
    assert telemetry.observer._runs == {}


async def _get(client: AsyncLosant) -> Any:
    return await client.integration.get(**IDS)


def test_a_coroutine_that_is_closed_elsewhere_ends_its_spans_without_a_word(
    telemetry: Telemetry, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "opentelemetry")

    transport: Any = Stuck()
    client = AsyncLosant("tok", transport=transport, observers=[telemetry.observer])

    async def begin() -> Any:
        coroutine = _get(client)
        contextvars.copy_context().run(coroutine.send, None)  # as in a task, which is then lost
        return coroutine

    loop = asyncio.new_event_loop()
    coroutine = loop.run_until_complete(begin())
    coroutine.close()
    loop.close()

    assert [(span.attributes or {})["error.type"] for span in telemetry.spans] == [
        "GeneratorExit"
    ] * 2
    assert caplog.messages == []


def test_nothing_is_kept_of_calls_that_ended(
    face: Face, serve: Serve, telemetry: Telemetry
) -> None:
    client, _ = serve(OK, Answer(404, {}), observers=[telemetry.observer])
    face(client.integration.get(**IDS))
    with pytest.raises(NotFoundError):
        face(client.integration.get(**IDS))

    assert telemetry.observer._runs == {}


def test_the_providers_of_the_program_serve_by_default(face: Face, serve: Serve) -> None:
    client, _ = serve(OK, observers=[OpenTelemetry()])

    assert face(client.integration.get(**IDS)).id


def test_without_the_library_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    found: Callable[..., Any] = lambda *_: None  # noqa: E731
    monkeypatch.setattr("integrations_sdk.otel.find_spec", found)

    with pytest.raises(ConfigurationError, match=r"pip install 'integrations-sdk\[otel\]'"):
        OpenTelemetry()
    assert importlib.util.find_spec("opentelemetry") is not None
