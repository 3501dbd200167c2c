"""How clients are made, derived and closed, on both faces."""

from __future__ import annotations

import inspect
import itertools
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from integrations_sdk import (
    AsyncHttpxTransport,
    AsyncLosant,
    ConfigurationError,
    DecodeError,
    Drift,
    HttpxTransport,
    Losant,
    MissingScopeError,
    Retry,
    Secret,
    Timeout,
)
from integrations_sdk.transports import Headers, Request, Response

from ..faces import Face
from .recorder import Answer, Recorder
from .samples import FLAGS, IDS, ONE, encoded, integration

Serve = Callable[..., tuple[Any, Recorder]]
OK = Answer(json=integration())


class Own:
    """A transport of the user's own, of either face, that counts how often it is closed."""

    def __init__(self, face: Face) -> None:
        self.is_async = face.is_async
        self.closed = 0
        self.requests: list[Request] = []

    def send(self, request: Request) -> Any:
        self.requests.append(request)
        answer = Response(200, Headers([("X-Request-Id", "mine")]), encoded(integration("own")))

        async def later() -> Response:
            return answer

        return later() if self.is_async else answer

    def close(self) -> None:
        self.closed += 1

    async def aclose(self) -> None:
        self.closed += 1


@pytest.fixture
def opened(face: Face, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The transports that clients open for themselves, each an `Own`."""
    transports: list[Any] = []

    def open_() -> Own:
        transport = Own(face)
        transports.append(transport)
        return transport

    monkeypatch.setattr("integrations_sdk.transports.httpx.HttpxTransport", open_)
    monkeypatch.setattr("integrations_sdk.transports.httpx.AsyncHttpxTransport", open_)
    return transports


def test_a_client_opens_its_transport_when_it_first_sends(face: Face, opened: list[Any]) -> None:
    client = face.losant()
    client.integration.get.call(**IDS)
    assert opened == []

    face(client.integration.get(**IDS))
    face(client.integration.get(**IDS))

    (transport,) = opened
    assert len(transport.requests) == 2


def test_closing_closes_what_the_client_opened_once(face: Face, opened: list[Any]) -> None:
    client = face.losant()
    face(client.integration.get(**IDS))

    face.close(client)
    face.close(client)

    assert opened[0].closed == 1


def test_closing_a_client_that_never_sent_opens_nothing(face: Face, opened: list[Any]) -> None:
    face.close(face.losant())

    assert opened == []


@pytest.mark.parametrize("used", [True, False])
def test_a_closed_client_refuses_calls(face: Face, opened: list[Any], used: bool) -> None:
    client = face.losant()
    if used:
        face(client.integration.get(**IDS))
    face.close(client)

    with pytest.raises(ConfigurationError, match="this client is closed"):
        face(client.integration.get(**IDS))
    assert len(opened) == used


def test_a_transport_that_was_given_stays_open(face: Face) -> None:
    transport = Own(face)
    client = face.losant(transport=transport)
    assert face(client.integration.get(**IDS)).name == "own"

    face.close(client)

    assert transport.closed == 0
    with pytest.raises(ConfigurationError, match="this client is closed"):
        face(client.integration.get(**IDS))


def test_a_transport_of_ones_own_gets_the_whole_request(face: Face) -> None:
    transport = Own(face)
    client = face.losant(transport=transport, timeout=Timeout(connect=1, read=2, total=None))

    face(client.integration.get(**IDS))

    (request,) = transport.requests
    assert request.method == "GET"
    assert request.url == f"{ONE}?{FLAGS}"
    assert dict(request.headers)["authorization"] == "Bearer tok-SAMPLE-plain"
    assert request.content is None
    assert request.timeout == Timeout(connect=1, read=2, total=None)
    assert request.deadline == float("inf")


@pytest.mark.parametrize("fails", [False, True])
def test_a_client_is_a_context_manager(face: Face, opened: list[Any], fails: bool) -> None:
    async def asynchronously(client: AsyncLosant) -> None:
        async with client as entered:
            assert entered is client
            await client.integration.get(**IDS)
            if fails:
                raise KeyError("the user's own")

    def synchronously(client: Losant) -> None:
        with client as entered:
            assert entered is client
            client.integration.get(**IDS)
            if fails:
                raise KeyError("the user's own")

    client = face.losant()
    run = asynchronously if face.is_async else synchronously
    if fails:
        with pytest.raises(KeyError, match="the user's own"):
            face(run(client))
    else:
        face(run(client))

    assert opened[0].closed == 1


def test_a_derived_client_shares_connections_and_token_and_closes_nothing(
    face: Face, opened: list[Any]
) -> None:
    asked = itertools.count(1)
    client = face.losant(face.provider(lambda: f"tok-SAMPLE-{next(asked)}"))
    face(client.integration.get(**IDS))

    derived = client.with_options(headers={"X-Team": "cold"})
    face(derived.integration.get(**IDS))
    face.close(derived)
    face(client.integration.get(**IDS))
    face(derived.integration.get(**IDS))

    (transport,) = opened
    assert transport.closed == 0
    assert [dict(r.headers)["authorization"] for r in transport.requests] == [
        "Bearer tok-SAMPLE-1"
    ] * 4
    assert [dict(r.headers).get("x-team") for r in transport.requests] == [
        None,
        "cold",
        None,
        "cold",
    ]


def test_a_derived_client_is_closed_with_the_one_it_came_from(
    face: Face, opened: list[Any]
) -> None:
    client = face.losant()
    derived = client.with_options(timeout=3)
    face(derived.integration.get(**IDS))

    face.close(client)

    assert opened[0].closed == 1
    with pytest.raises(ConfigurationError, match="this client is closed"):
        face(derived.integration.get(**IDS))


def test_with_options_changes_the_derived_client_alone(face: Face, serve: Serve) -> None:
    drifted = Answer(json=integration(enabled="yes"))
    told: list[tuple[str, Drift]] = []
    client, recorder = serve(
        drifted,
        headers={"X-Team": "cold", "X-Kept": "1"},
        scopes=["integration.get"],
        on_drift=lambda operation, drift: told.append((operation, drift)),
    )

    derived = client.with_options(
        headers={"x-team": "warm"}, query={"_links": "false", "extra": "a b"}, on_drift=None
    )
    face(derived.integration.get(**IDS))
    assert told == []
    face(client.integration.get(**IDS))
    assert told == [("integration.get", Drift("enabled", "bool", "str"))]

    first, second = recorder.requests
    assert first.headers["x-team"] == "warm"
    assert first.headers["x-kept"] == "1"
    assert first.url.query == b"_actions=false&_links=false&_embedded=true&extra=a%20b"
    assert second.headers["x-team"] == "cold"
    assert second.url.query.decode() == FLAGS

    with pytest.raises(DecodeError, match="enabled: expected bool, got str"):
        face(client.with_options(strict=True).integration.get(**IDS))
    with pytest.raises(MissingScopeError):
        face(client.with_options(scopes=["integration.patch"]).integration.get(**IDS))
    face(client.with_options(scopes=None).integration.get(**IDS))
    assert len(recorder.requests) == 4


def test_with_options_changes_timeout_and_attempts(face: Face) -> None:
    transport = Own(face)
    client = face.losant(transport=transport, timeout=9, retry=2)

    face(client.integration.get(**IDS))
    face(client.with_options(timeout=1).integration.get(**IDS))
    face(client.with_options(retry=Retry(attempts=1)).integration.get(**IDS))

    assert [r.timeout.total for r in transport.requests] == [9, 1, 9]


def test_with_options_checks_headers(face: Face) -> None:
    with pytest.raises(ValueError, match=r"headers\[X-Bad\]: expected one line of visible ASCII"):
        face.losant().with_options(headers={"X-Bad": "a\r\nb"})


def test_settings_come_from_the_environment(face: Face, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = {
        "ACCESS_TOKEN": "tok-SAMPLE-env",
        "BASE_URL": "http://127.0.0.1:9/env/",
        "SCOPES": "integration.get, integration.patch",
        "TIMEOUT": "7.5",
        "STRICT": "yes",
    }
    for name, value in settings.items():
        monkeypatch.setenv(f"LOSANT_{name}", value)
    transport = Own(face)
    client = face.losant(None, transport=transport)
    assert repr(client) == f"<{type(client).__name__} http://127.0.0.1:9/env>"

    face(client.integration.get(**IDS))

    (request,) = transport.requests
    assert dict(request.headers)["authorization"] == "Bearer tok-SAMPLE-env"
    assert request.url.startswith("http://127.0.0.1:9/env/applications/")
    assert request.timeout.total == 7.5
    assert client.can("integration.patch")
    assert not client.can("integration.delete")
    drifting = Recorder(face, Answer(json=integration(enabled=1)))
    with pytest.raises(DecodeError):
        face(face.losant(None, transport=drifting.transport).integration.get(**IDS))


def test_the_number_of_attempts_comes_from_the_environment(
    face: Face, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOSANT_ATTEMPTS", "1")
    client, recorder = serve(Answer(503, {}))

    with pytest.raises(Exception, match="503"):
        face(client.integration.get(**IDS))

    assert len(recorder.requests) == 1


def test_arguments_win_over_the_environment(face: Face, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ACCESS_TOKEN", "BASE_URL", "TIMEOUT", "ATTEMPTS", "STRICT"):
        monkeypatch.setenv(f"LOSANT_{name}", "nonsense")
    transport = Own(face)
    client = face.losant(
        "tok-SAMPLE-given",
        base_url="https://losant.example",
        timeout=3,
        retry=1,
        strict=False,
        transport=transport,
    )

    face(client.integration.get(**IDS))

    (request,) = transport.requests
    assert dict(request.headers)["authorization"] == "Bearer tok-SAMPLE-given"
    assert request.url.startswith("https://losant.example/")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BASE_URL", "ftp://losant.example"),
        ("BASE_URL", "http://losant.example"),
        ("BASE_URL", "https://user:pw-SAMPLE@losant.example"),
        ("TIMEOUT", "soon"),
        ("TIMEOUT", "0"),
        ("ATTEMPTS", "0"),
        ("ATTEMPTS", "two"),
        ("STRICT", "perhaps"),
        ("ACCESS_TOKEN", "tok SAMPLE"),
    ],
)
def test_a_setting_that_makes_no_sense_is_named_and_never_quoted(
    face: Face, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv("LOSANT_ACCESS_TOKEN", "tok-SAMPLE-env")
    monkeypatch.setenv(f"LOSANT_{name}", value)

    with pytest.raises(ConfigurationError) as caught:
        face.losant(None)

    assert value not in str(caught.value)
    assert f"LOSANT_{name}" in str(caught.value) or name == "BASE_URL"


@pytest.mark.parametrize("empty", [None, ""])
def test_without_a_token_the_error_says_what_to_do(
    face: Face, monkeypatch: pytest.MonkeyPatch, empty: str | None
) -> None:
    if empty is not None:
        monkeypatch.setenv("LOSANT_ACCESS_TOKEN", empty)

    with pytest.raises(ConfigurationError) as caught:
        face.losant(None)

    assert str(caught.value) == (
        "no token for Losant: pass access_token= or set LOSANT_ACCESS_TOKEN. "
        "To try without an account, start the sandbox: python -m integrations_sdk.sandbox"
    )


def test_a_client_of_httpx_that_was_given_stays_open(face: Face) -> None:
    mock = httpx.MockTransport(lambda _: httpx.Response(200, json=integration("by httpx")))
    inner: Any = (
        httpx.AsyncClient(transport=mock, headers={"X-Hook": "1"})
        if face.is_async
        else httpx.Client(transport=mock, headers={"X-Hook": "1"})
    )
    wrapped: Any = AsyncHttpxTransport(inner) if face.is_async else HttpxTransport(inner)
    client = face.losant(transport=wrapped)

    assert face(client.integration.get(**IDS)).name == "by httpx"
    face.close(client)

    assert not inner.is_closed
    face(wrapped.aclose() if face.is_async else wrapped.close())
    assert inner.is_closed


@pytest.mark.parametrize("class_", [Losant, AsyncLosant])
def test_all_settings_but_the_token_are_keywords(class_: type) -> None:
    token, *others = inspect.signature(class_).parameters.values()

    assert token.name == "access_token"
    assert {p.kind for p in others} == {inspect.Parameter.KEYWORD_ONLY}


def test_a_secret_will_do_as_a_token(face: Face) -> None:
    transport = Own(face)
    client = face.losant(Secret("tok-SAMPLE-secret"), transport=transport)

    face(client.integration.get(**IDS))

    assert dict(transport.requests[0].headers)["authorization"] == "Bearer tok-SAMPLE-secret"
