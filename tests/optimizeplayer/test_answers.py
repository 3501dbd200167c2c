"""What OptimizePlayer answers: in an envelope or without, and errors in any form."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from hypothesis import given, strategies as st

from integrations_sdk import (
    APIError,
    AuthenticationError,
    BadRequestError,
    ConfigurationError,
    DecodeError,
    Drift,
    IntegrationsError,
    InternalServerError,
    NotFoundError,
    RateLimitError,
    Retry,
    UnprocessableEntityError,
)
from integrations_sdk.core.document import parse
from integrations_sdk.optimizeplayer import Integration, IntegrationStripe, OptimizePlayer
from integrations_sdk.optimizeplayer.platform import OPTIMIZEPLAYER, read_error
from tests.faces import Face
from tests.strategies import json_values

from .documents import integration

KEY = "k/SAMPLE+key="
ONE = integration("IntegrationStripe")
OTHER = integration("IntegrationMailchimp", id=32)


class Answers:
    """Clients whose platform gives one answer, and what it was asked."""

    def __init__(self, face: Face) -> None:
        self._face = face
        self.requests: list[httpx.Request] = []

    def client(self, *answers: httpx.Response, **options: Any) -> Any:
        def answer(request: httpx.Request) -> httpx.Response:
            self.requests.append(request)
            return answers[min(len(self.requests), len(answers)) - 1]

        transport = self._face.transport(httpx.MockTransport(answer))
        return self._face.client(
            OptimizePlayer, KEY, **{"transport": transport, "retry": 1, **options}
        )


@pytest.fixture
def answers(face: Face) -> Answers:
    return Answers(face)


def test_a_call_is_a_get_with_the_key_in_the_query(face: Face, answers: Answers) -> None:
    client = answers.client(httpx.Response(200, json=ONE))
    face(client.integration.get(integration_id=31))

    (request,) = answers.requests
    assert request.method == "GET"
    assert str(request.url) == (
        "https://api.optimizeplayer.com/v1/integrations/31?api_key=k%2FSAMPLE%2Bkey%3D"
    )
    assert request.headers["accept"] == "application/json"
    assert "authorization" not in request.headers
    assert request.content == b""


def test_an_integration_comes_bare_or_wrapped(face: Face, answers: Answers) -> None:
    for body in (ONE, {"integration": ONE}, {"integration": ONE, "meta": {}}):
        client = answers.client(httpx.Response(200, json=body))
        found = face(client.integration.get(integration_id=31))
        assert type(found) is IntegrationStripe
        assert found.to_json(reveal=True) == ONE


def test_a_list_comes_bare_or_wrapped(face: Face, answers: Answers) -> None:
    bare = [ONE, OTHER]
    for body in (bare, {"integrations": bare}, {"integrations": bare, "meta": {"total": 2}}):
        client = answers.client(httpx.Response(200, json=body))
        page = face(client.integration.list())
        assert [one.to_json(reveal=True) for one in page.items] == bare
        assert page.data.extra.keys() == ({"meta"} if "meta" in body else set())
        assert face.all(client.integration.list()) == page.items


@pytest.mark.parametrize("body", [[], {"integrations": []}])
def test_an_account_may_have_no_integrations(face: Face, answers: Answers, body: Any) -> None:
    page = face(answers.client(httpx.Response(200, json=body)).integration.list())
    assert page.items == []
    assert not page.has_next


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "$: expected object, got null"),
        (b"OK", "$: expected JSON, got text/plain: broken JSON (line 1, column 1)"),
        (b"null", "$: expected object, got null"),
        (b"{}", "id: expected int, got nothing"),
        (b'{"integration": null}', "id: expected int, got nothing"),
        (b'{"integration": {"id": "31"}}', "id: expected int, got str"),
        (b'[{"id": 31}]', "$: expected object, got array"),
    ],
)
def test_an_answer_that_is_no_integration_is_an_error(
    face: Face, answers: Answers, content: bytes, problem: str
) -> None:
    response = httpx.Response(200, content=content, headers={"Content-Type": "text/plain"})
    with pytest.raises(DecodeError) as caught:
        face(answers.client(response).integration.get(integration_id=31))
    assert str(caught.value) == f"integration.get: the answer with status 200: {problem}"


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (None, "$: expected object, got null"),
        ({}, "integrations: expected array, got nothing"),
        ({"integrations": None}, "integrations: expected array, got null"),
        ({"integrations": {"id": 1}}, "integrations: expected array, got object"),
        ([{"id": 1}, 5], "integrations[1]: expected object, got int"),
        ([{"id": 1}, {}], "integrations[1].id: expected int, got nothing"),
    ],
)
def test_an_answer_that_is_no_list_is_an_error(
    face: Face, answers: Answers, body: Any, problem: str
) -> None:
    response = httpx.Response(200, content=json.dumps(body))
    with pytest.raises(DecodeError) as caught:
        face.all(answers.client(response).integration.list())
    assert str(caught.value) == f"integration.list: the answer with status 200: {problem}"


def test_a_drift_is_told_with_its_place(face: Face, answers: Answers) -> None:
    told: list[tuple[str, Drift]] = []
    client = answers.client(
        httpx.Response(200, json=[ONE, {**OTHER, "title": 5}]),
        on_drift=lambda operation, drift: told.append((operation, drift)),
    )
    assert len(face.all(client.integration.list())) == 2
    assert told == [("integration.list", Drift("integrations[].title", "str", "int"))]
    with pytest.raises(DecodeError):
        face.all(client.with_options(strict=True).integration.list())


# --- errors


@pytest.mark.parametrize(
    ("status", "listing", "getting"),
    [
        (400, BadRequestError, BadRequestError),
        (401, AuthenticationError, NotFoundError),
        (404, NotFoundError, NotFoundError),
        (405, APIError, APIError),
        (406, APIError, APIError),
        (422, UnprocessableEntityError, UnprocessableEntityError),
        (429, RateLimitError, RateLimitError),
        (500, InternalServerError, InternalServerError),
        (503, InternalServerError, InternalServerError),
    ],
)
def test_a_status_is_an_error_of_its_class(
    face: Face,
    answers: Answers,
    status: int,
    listing: type[IntegrationsError],
    getting: type[IntegrationsError],
) -> None:
    client = answers.client(httpx.Response(status, json={"error": "No"}))
    calls: list[tuple[Callable[[], Any], type[IntegrationsError]]] = [
        (lambda: client.send(client.integration.list.call()), listing),
        (lambda: client.integration.get(integration_id=31), getting),
    ]
    for call, class_ in calls:
        with pytest.raises(APIError) as caught:
            face(call())
        assert type(caught.value) is class_
        assert (caught.value.status, caught.value.message) == (status, "No")


def test_a_read_is_repeated_when_the_platform_is_busy(face: Face, answers: Answers) -> None:
    busy = httpx.Response(429, headers={"Retry-After": "0"})
    down = httpx.Response(503, headers={"Retry-After": "0"})
    client = answers.client(busy, down, httpx.Response(200, json=[ONE]), retry=Retry(attempts=3))
    reply = face(client.integration.list.with_response())
    assert [attempt.outcome for attempt in reply.attempts] == ["429", "503", "200"]


def test_a_limit_without_a_number_says_none(face: Face, answers: Answers) -> None:
    with pytest.raises(RateLimitError) as caught:
        face.all(answers.client(httpx.Response(429)).integration.list())
    assert caught.value.retry_after is None


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", ""),
        (b"Unauthorized", ""),
        (b"<html><h1>Unauthorized</h1></html>", ""),
        (b"\xff\xfe", ""),
        (b'"Unauthorized"', "Unauthorized"),
        (b'{"error": "Unauthorized"}', "Unauthorized"),
        (b'{"message": "Unauthorized"}', "Unauthorized"),
        (b'{"error": {"message": "Unauthorized"}}', "Unauthorized"),
        (b'{"error": "Unauthorized", "message": "Wrong key"}', "Unauthorized; Wrong key"),
        (b'{"errors": ["Too big", "Too old"]}', "Too big; Too old"),
        (b'{"errors": "Too big"}', "Too big"),
        (b'{"errors": {"id": ["is invalid", "is odd"]}}', "id: is invalid; id: is odd"),
        (b'{"errors": [{"message": "Too big", "code": 7}]}', "Too big"),
        (b'["Too big"]', "Too big"),
        (b"{}", ""),
        (b"[]", ""),
        (b"null", ""),
        (b"401", ""),
        (b'{"error": null, "errors": [null, 5, true], "message": " "}', ""),
    ],
)
def test_an_error_may_have_any_body(
    face: Face, answers: Answers, body: bytes, message: str
) -> None:
    with pytest.raises(AuthenticationError) as caught:
        face.all(answers.client(httpx.Response(401, content=body)).integration.list())
    assert caught.value.message == message
    assert caught.value.code is None
    assert caught.value.status == 401


@given(st.binary() | st.text().map(str.encode))
def test_no_body_makes_reading_an_error_fail(content: bytes) -> None:
    try:
        body = parse(content)
    except ValueError:
        body = None
    code, message = read_error(body)
    assert code is None
    assert isinstance(message, str)


@given(st.sampled_from(["error", "errors", "message"]), json_values)
def test_no_error_makes_reading_it_fail(name: str, said: Any) -> None:
    _, message = read_error({name: said})
    assert isinstance(message, str)
    assert not isinstance(said, str) or message == (said if said.strip() else "")


# --- the key


def test_a_key_that_the_platform_repeats_is_replaced(
    face: Face, answers: Answers, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    said = f"{KEY} at /v1/integrations?api_key=k%2FSAMPLE%2Bkey%3D"
    headers = {"X-Request-Id": f"r-{KEY}"}
    client = answers.client(httpx.Response(401, json={"error": said}, headers=headers))
    with pytest.raises(AuthenticationError) as caught:
        face.all(client.integration.list())
    error = caught.value
    assert error.message == "[secret] at /v1/integrations?api_key=[secret]"
    assert error.request_id == "r-[secret]"
    shown = f"{error} {error!r} {vars(error).keys()} {error.url} {error.body()} {caplog.text}"
    assert "SAMPLE" not in shown


def test_a_client_needs_a_key(face: Face, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPTIMIZEPLAYER_API_KEY", raising=False)
    with pytest.raises(ConfigurationError, match="api_key= or set OPTIMIZEPLAYER_API_KEY"):
        face.client(OptimizePlayer)
    for wrong in ("", "k SAMPLE", "k\nSAMPLE"):
        with pytest.raises(ConfigurationError) as caught:
            face.client(OptimizePlayer, wrong)
        assert "SAMPLE" not in str(caught.value)


def test_the_environment_says_where_and_who(
    face: Face, answers: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPTIMIZEPLAYER_API_KEY", "k-SAMPLE-env")
    monkeypatch.setenv("OPTIMIZEPLAYER_BASE_URL", "http://localhost:3500/api/v1/")
    transport = face.transport(
        httpx.MockTransport(
            lambda request: httpx.Response(
                200 if str(request.url).endswith("?api_key=k-SAMPLE-env") else 401, json=ONE
            )
        )
    )
    client = face.client(OptimizePlayer, transport=transport)
    assert repr(client).endswith("OptimizePlayer http://localhost:3500/api/v1>")
    reply = face(client.integration.get.with_response(integration_id=31))
    assert isinstance(reply.value, Integration)
    assert reply.url == "http://localhost:3500/api/v1/integrations/31"


def test_the_default_is_the_production_host() -> None:
    assert OPTIMIZEPLAYER.base_url == "https://api.optimizeplayer.com/v1"


def test_the_key_wins_over_a_query_of_the_users(face: Face, answers: Answers) -> None:
    client = answers.client(httpx.Response(200, json=[]))
    face.all(client.with_options(query={"api_key": "mine", "a": "b"}).integration.list())
    assert dict(answers.requests[0].url.params) == {"api_key": KEY, "a": "b"}
