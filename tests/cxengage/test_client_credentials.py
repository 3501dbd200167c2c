"""A client id and a client secret in the place of a token."""

from __future__ import annotations

import base64
import copy
import pickle
import traceback
from pathlib import Path
from typing import Any

import httpx
import pytest

from integrations_sdk import (
    AuthenticationError,
    BadRequestError,
    ConfigurationError,
    DecodeError,
    Secret,
)
from integrations_sdk.cxengage import CxEngage
from tests.faces import Face

CLIENT = {"client_id": "harbor-app", "client_secret": "cs-SAMPLE"}
PAIR = base64.b64encode(b"harbor-app:cs-SAMPLE").decode()
URL = "https://auth.cxengage.net/1.0/token"


class Server:
    """Both hosts in memory. Grants numbered tokens, and takes the last one alone."""

    def __init__(self, face: Face, **granted: Any) -> None:
        self.asked: list[httpx.Request] = []
        self.tokens: list[str] = []
        self.answer = {"token_type": "bearer", "expires_in": 3600, **granted}
        self.transport = face.transport(httpx.MockTransport(self._handle))

    def _handle(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("token"):
            self.asked.append(request)
            token = f"tok-SAMPLE-{len(self.asked)}"
            return httpx.Response(200, json={"access_token": token, **self.answer})
        self.tokens.append(request.headers["authorization"])
        if self.tokens[-1] != f"Bearer tok-SAMPLE-{len(self.asked)}":
            return httpx.Response(401, json={"error": "expired"})
        return httpx.Response(200, json=[{"id": "echo"}])


def walk(face: Face, client: Any) -> Any:
    return face.all(client.integration.list(tenant_id="harbor"))


def test_a_token_is_asked_for_as_the_page_says(face: Face) -> None:
    server = Server(face)
    client = face.client(CxEngage, **CLIENT, transport=server.transport)
    assert server.asked == []
    assert [walk(face, client)[0].id for _ in range(3)] == ["echo"] * 3
    (request,) = server.asked
    assert (request.method, str(request.url)) == ("POST", URL)
    assert request.headers["authorization"] == f"Basic {PAIR}"
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"
    assert request.content == b"grant_type=client_credentials"
    assert server.tokens == ["Bearer tok-SAMPLE-1"] * 3


def test_the_members_may_come_from_the_environment(
    face: Face, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CXENGAGE_CLIENT_ID", "harbor-app")
    monkeypatch.setenv("CXENGAGE_CLIENT_SECRET", "cs-SAMPLE")
    monkeypatch.setenv("CXENGAGE_AUTH_URL", "https://auth.example/own/token")
    server = Server(face)
    walk(face, face.client(CxEngage, transport=server.transport))
    assert str(server.asked[0].url) == "https://auth.example/own/token"
    assert server.asked[0].headers["authorization"] == f"Basic {PAIR}"
    walk(face, face.client(CxEngage, auth_url="https://b.example", transport=server.transport))
    assert str(server.asked[1].url) == "https://b.example/1.0/token"
    monkeypatch.setenv("CXENGAGE_CLIENT_SECRET", "another")
    walk(face, face.client(CxEngage, **CLIENT, transport=server.transport))
    assert server.asked[2].headers["authorization"] == f"Basic {PAIR}"


def test_arguments_win_over_the_environment_and_there_a_token_over_a_client(
    face: Face, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CXENGAGE_TOKEN", "tok-env")
    monkeypatch.setenv("CXENGAGE_CLIENT_ID", "harbor-app")
    monkeypatch.setenv("CXENGAGE_CLIENT_SECRET", "cs-SAMPLE")
    server = Server(face)
    walk(face, face.client(CxEngage, client_id="harbor-app", transport=server.transport))
    assert len(server.asked) == 1
    for client in (
        face.client(CxEngage, transport=server.transport),
        face.client(CxEngage, "tok-mine", transport=server.transport),
    ):
        with pytest.raises(AuthenticationError):
            walk(face, client)
    assert server.tokens[1:] == ["Bearer tok-env", "Bearer tok-mine"]
    assert len(server.asked) == 1


def test_an_auth_url_of_a_host_alone_is_where_its_tokens_are(face: Face) -> None:
    server = Server(face)
    for url in ("https://auth.example", "https://auth.example/", "https://auth.example/1.0/token"):
        walk(face, face.client(CxEngage, **CLIENT, auth_url=url, transport=server.transport))
    assert {str(request.url) for request in server.asked} == {"https://auth.example/1.0/token"}
    walk(
        face,
        face.client(
            CxEngage, **CLIENT, auth_url="https://auth.example/token", transport=server.transport
        ),
    )
    assert str(server.asked[-1].url) == "https://auth.example/token"


def test_a_refused_token_is_replaced_once_in_a_call(face: Face) -> None:
    server = Server(face)
    client = face.client(CxEngage, **CLIENT, transport=server.transport)
    walk(face, client)
    server.asked.append(server.asked[0])  # somebody else asked: ours is no longer the last
    assert len(walk(face, client)) == 1
    assert server.tokens[1:] == ["Bearer tok-SAMPLE-1", "Bearer tok-SAMPLE-3"]


def test_a_token_of_unknown_life_is_kept(face: Face) -> None:
    for expires_in in ({}, {"expires_in": "3600"}, {"expires_in": None}):
        server = Server(face, **expires_in)
        if not expires_in:
            del server.answer["expires_in"]
        client = face.client(CxEngage, **CLIENT, transport=server.transport)
        walk(face, client)
        walk(face, client)
        assert len(server.asked) == 1


def test_a_token_of_no_life_serves_one_call_and_no_loop(face: Face) -> None:
    server = Server(face, expires_in=0)
    client = face.client(CxEngage, **CLIENT, transport=server.transport)
    walk(face, client)
    walk(face, client)
    assert len(server.asked) == 2


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({}, "no token for CxEngage: pass token=, or client_id= and client_secret="),
        ({"client_id": "a"}, "no client_secret for CxEngage: pass client_secret= or set CXENGAGE_"),
        ({"client_secret": "b"}, "no client_id for CxEngage: pass client_id= or set CXENGAGE_CLI"),
        ({"token": "tok", "client_id": "a"}, "but not both"),
        ({"token": "tok", "client_secret": "b"}, "but not both"),
        ({"client_id": "", "client_secret": "b"}, "without a colon"),
        ({"client_id": "a:b", "client_secret": "b"}, "without a colon"),
        ({"client_id": "a", "client_secret": ""}, "client_secret is empty"),
        ({"client_id": "a", "client_secret": "SAMPLE b"}, "client_secret has a space"),
        ({"client_id": "a", "client_secret": 5}, "client_secret is int: a token is text"),
        ({**CLIENT, "auth_url": "http://auth.example"}, "auth_url would send the token unencryp"),
        ({**CLIENT, "auth_url": "auth.example"}, "auth_url must look like https"),
        ({**CLIENT, "auth_url": "https://u:p@auth.example"}, "auth_url must not hold a user"),
    ],
)
def test_a_client_that_makes_no_sense_is_not_made(face: Face, given: Any, says: str) -> None:
    with pytest.raises(ConfigurationError, match=says) as caught:
        face.client(CxEngage, **given)
    assert "SAMPLE" not in str(caught.value)
    hidden(caught.value)


def test_the_secret_goes_over_plain_http_where_it_is_allowed(face: Face) -> None:
    server = Server(face)
    for options in (
        {"auth_url": "http://127.0.0.1:9"},
        {"auth_url": "http://auth.example", "allow_plain_http": True},
    ):
        client = face.client(CxEngage, **CLIENT, **options, transport=server.transport)
        assert walk(face, client)
    assert {request.url.scheme for request in server.asked} == {"http"}


@pytest.mark.parametrize("as_secret", [False, True])
def test_nothing_secret_shows_when_the_asking_is_refused(face: Face, as_secret: bool) -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        said = {"error": "invalid_client", "error_description": request.headers["authorization"]}
        return httpx.Response(400, json=said)

    secret = Secret("cs-SAMPLE") if as_secret else "cs-SAMPLE"
    client = face.client(
        CxEngage,
        client_id="harbor-app",
        client_secret=secret,
        transport=face.transport(httpx.MockTransport(refuse)),
    )
    with pytest.raises(BadRequestError) as caught:
        walk(face, client)
    error = caught.value
    assert error.operation == "token.request"
    assert (error.code, error.message) == ("invalid_client", "Basic [secret]")
    assert error.url == URL
    hidden(error)
    hidden(pickle.loads(pickle.dumps(error)))
    hidden(copy.copy(error))


def test_nothing_secret_shows_when_the_answer_is_odd(face: Face) -> None:
    odd = {"access_token": ["tok-SAMPLE"], "refresh": "cs-SAMPLE"}
    transport = face.transport(httpx.MockTransport(lambda _: httpx.Response(200, json=odd)))
    client = face.client(CxEngage, **CLIENT, transport=transport)
    with pytest.raises(DecodeError, match="access_token: expected str, got array") as caught:
        walk(face, client)
    assert caught.value.operation == "token.request"
    hidden(caught.value)


def test_a_token_that_cannot_travel_is_not_sent(face: Face) -> None:
    odd = {"access_token": "tok SAMPLE"}
    transport = face.transport(httpx.MockTransport(lambda _: httpx.Response(200, json=odd)))
    client = face.client(CxEngage, **CLIENT, transport=transport)
    with pytest.raises(ConfigurationError, match=r"what token\.request\(\) returned has") as caught:
        walk(face, client)
    hidden(caught.value)


def hidden(error: BaseException) -> None:
    """Fail when an exception, or a frame of the library under it, shows a secret."""
    for shown in (str(error), repr(error)):
        assert "SAMPLE" not in shown
        assert PAIR not in shown
    trace = traceback.TracebackException.from_exception(error, capture_locals=True)
    for frame in trace.stack:
        if "integrations_sdk" in Path(frame.filename).parts:
            for name, value in (frame.locals or {}).items():
                assert "SAMPLE" not in value, f"{frame.name} shows {name}"
                assert PAIR not in value, f"{frame.name} shows {name}"
