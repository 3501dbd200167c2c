"""From a customer's consent to a token, on both faces."""

from __future__ import annotations

import json
import logging
import traceback
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

import httpx
import pytest
from hypothesis import given, strategies as st

from integrations_sdk import (
    AmbiguousWriteError,
    AuthenticationError,
    BadRequestError,
    DecodeError,
    IntegrationsError,
    InvalidArgumentError,
    Secret,
)
from integrations_sdk.polis import AuthorizeUrl, PolisAuth, Redirect
from integrations_sdk.polis.redirect import read_redirect

from ..clients.recorder import Answer, Recorder, Turn
from ..faces import Face
from .examples import TOKEN_REQUEST, TOKENS

RETURN = "https://app.example/back?tenant=7&x=é"
BACK = "https://app.example/back"
STATE = "state-1"
LIBRARY = Path(__file__).parents[2] / "integrations_sdk"


def made(face: Face, *turns: Turn, **options: Any) -> tuple[Any, Recorder]:
    recorder = Recorder(face, *turns)
    options = {"client_id": "doorbell-sync", "client_secret": "sk-SAMPLE-1", **options}
    return face.client(PolisAuth, transport=recorder.transport, **options), recorder


# To Polis


def test_the_authorize_url_is_the_documented_one(face: Face) -> None:
    auth, recorder = made(face, Answer())
    made_url = auth.authorize_url(redirect_uri=RETURN, state=STATE)
    assert type(made_url) is AuthorizeUrl
    url, state = made_url
    parts = urlsplit(url)
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == (
        "https://knock.polisapp.com/oauth/authorize"
    )
    assert parse_qsl(parts.query) == [
        ("response_type", "code"),
        ("client_id", "doorbell-sync"),
        ("redirect_uri", RETURN),
        ("state", STATE),
    ]
    assert state == STATE
    assert url.isascii()
    assert "sk-SAMPLE" not in url
    assert recorder.requests == []


def test_a_state_is_fresh_and_long_each_time(face: Face) -> None:
    auth, _ = made(face, Answer())
    states = {auth.authorize_url().state for _ in range(100)}
    assert len(states) == 100
    assert min(len(state) for state in states) >= 43  # 32 bytes in base64
    url, state = auth.authorize_url()
    assert dict(parse_qsl(urlsplit(url).query)) == {
        "response_type": "code",
        "client_id": "doorbell-sync",
        "state": state,
    }


@pytest.mark.parametrize("name", ["redirect_uri", "state"])
@pytest.mark.parametrize("wrong", ["", 5, "\ud800"])
def test_what_cannot_travel_is_refused(face: Face, name: str, wrong: Any) -> None:
    auth, _ = made(face, Answer())
    with pytest.raises(InvalidArgumentError, match=f"{name}: expected"):
        auth.authorize_url(**{name: wrong})


# And back


@pytest.mark.parametrize("base", [BACK, "/back", "", "http://[::1]:5000/back"])
def test_a_redirect_is_read(face: Face, base: str) -> None:
    auth, _ = made(face, Answer())
    url = f"{base}?code=code-SAMPLE%2F1&state={STATE}&organizationId=o-1&mine=7#part"
    back = auth.read_redirect(url=url, state=STATE)
    assert back == Redirect(code=Secret("code-SAMPLE/1"), state=STATE, organization_id="o-1")
    assert "SAMPLE" not in repr(back)


@pytest.mark.parametrize("more", ["", "&organizationId=a&organizationId=b"])
def test_an_organization_is_named_once_or_not_at_all(more: str) -> None:
    back = read_redirect(url=f"{BACK}?code=c&state={STATE}{more}", state=STATE)
    assert back.organization_id is None


@pytest.mark.parametrize(
    "query",
    [
        "code=code-SAMPLE&state=other-SAMPLE",
        "code=code-SAMPLE",
        "code=code-SAMPLE&state=",
        f"code=code-SAMPLE&state={STATE}&state=other-SAMPLE",
        f"code=code-SAMPLE&state={STATE}&state={STATE}",
        f"code=code-SAMPLE&state={STATE.upper()}",
        f"code=code-SAMPLE&State={STATE}",
        "",
    ],
)
def test_another_state_is_not_trusted(query: str) -> None:
    error = refused(url=f"{BACK}?{query}", state=STATE)
    assert error.path == "url.state"
    assert "do not trust it" in str(error)


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("", "perhaps the customer refused"),
        ("&error=access_denied", "perhaps the customer refused"),
        ("&code=", "perhaps the customer refused"),
        ("&code=code-SAMPLE&code=another-SAMPLE", "got several"),
    ],
)
def test_no_code_is_told_from_another_state(query: str, says: str) -> None:
    error = refused(url=f"{BACK}?state={STATE}{query}", state=STATE)
    assert error.path == "url.code"
    assert says in str(error)


@pytest.mark.parametrize(
    "url",
    ["http://[SAMPLE?state=x", None, 5, b"/?code=SAMPLE", f"/?{'SAMPLE&' * 200}", {"code": "x"}],
)
def test_what_is_no_url_is_refused(url: Any) -> None:
    assert refused(url=url, state=STATE).path == "url"


@pytest.mark.parametrize("state", ["", None])
def test_there_is_no_way_to_expect_no_state(state: Any) -> None:
    assert refused(url=f"{BACK}?code=code-SAMPLE&state=", state=state).path == "state"


@given(state=st.text(min_size=1, alphabet=st.characters(exclude_categories=["Cs"])))
def test_any_state_comes_back(state: str) -> None:
    url = f"{BACK}?code=c&state={quote(state, safe='')}"
    assert read_redirect(url=url, state=state).state == state


@given(url=st.text(), state=st.text(max_size=3))
def test_no_url_makes_it_raise_anything_else(url: str, state: str) -> None:
    with pytest.raises(InvalidArgumentError):
        read_redirect(url=url, state=f"never-{state}")


def refused(**arguments: Any) -> InvalidArgumentError:
    """Return the error of a redirect that is refused; it shows no part of it, nor does a frame."""
    with pytest.raises(InvalidArgumentError) as caught:
        PolisAuth.read_redirect(**arguments)
    look(caught.value)
    return caught.value


def look(error: BaseException, *more: str) -> None:
    trace = traceback.TracebackException.from_exception(error, capture_locals=True)
    shown = [str(frame.locals) for frame in trace.stack if str(LIBRARY) in frame.filename]
    assert shown
    assert "SAMPLE" not in "".join([str(error), repr(error), *shown, *more])
    assert error.__context__ is None


# For a token


def test_a_code_is_exchanged_by_a_post_of_json(face: Face) -> None:
    auth, recorder = made(face, Answer(json=TOKENS))
    tokens = face(auth.exchange(code="code-SAMPLE-1"))
    (request,) = recorder.requests
    assert request.method == "POST"
    assert str(request.url) == "https://api.polisapp.com/auth/oauth2/token"
    assert request.headers["content-type"] == "application/json"
    assert "authorization" not in request.headers
    assert request.content == json.dumps(TOKEN_REQUEST, separators=(",", ":")).encode()
    assert tokens.access_token == Secret("tok-SAMPLE-2")
    assert tokens.token_type == "bearer"
    assert tokens.to_json(reveal=True) == TOKENS
    assert "SAMPLE" not in repr(tokens) + json.dumps(tokens.to_json())


def test_it_is_a_call_like_any_other(face: Face) -> None:
    auth, _ = made(face, Answer(json=TOKENS))
    assert auth.can("exchange")
    reply = face(auth.exchange.with_response(code=Secret("code-SAMPLE-1")))
    assert (reply.status, reply.value.access_token.reveal()) == (200, "tok-SAMPLE-2")
    call = auth.exchange.call(code="code-SAMPLE-1")
    assert repr(call) == "<Call exchange: POST /auth/oauth2/token with TokenRequest>"
    assert face(auth.send(call)) == reply.value
    derived = auth.with_options(timeout=5)
    assert face(derived.exchange(code="code-SAMPLE-1")) == reply.value
    assert derived.authorize_url(state=STATE) == auth.authorize_url(state=STATE)


def test_more_than_is_documented_is_kept(face: Face) -> None:
    auth, _ = made(face, Answer(json={**TOKENS, "expires_in": 60, "refresh_token": "r-SAMPLE"}))
    tokens = face(auth.exchange(code="c"))
    assert tokens.extra == {"expires_in": 60, "refresh_token": "r-SAMPLE"}
    assert "SAMPLE" not in repr(tokens)


@pytest.mark.parametrize("turn", [Answer(503, {}), Answer(500, {}), Answer(429, {})])
def test_a_code_is_not_sent_twice(face: Face, turn: Turn) -> None:
    auth, recorder = made(face, turn)
    with pytest.raises(IntegrationsError):
        face(auth.exchange(code="code-SAMPLE-1"))
    assert len(recorder.requests) == 1


@pytest.mark.parametrize("given", [str, Secret])
@pytest.mark.parametrize(
    ("turn", "class_"),
    [
        (httpx.ReadError("gone"), AmbiguousWriteError),
        (Answer(400, {"error": "invalid_grant: code-SAMPLE-1"}), BadRequestError),
        (Answer(401, {"message": "not sk-SAMPLE-1"}), AuthenticationError),
        (Answer(200, {"token_type": "bearer", "secret": "tok-SAMPLE-2"}), DecodeError),
        (Answer(200, content=b"tok-SAMPLE-2"), DecodeError),
        (Answer(200, content=b""), DecodeError),
    ],
)
def test_no_error_shows_a_secret(
    face: Face,
    given: Any,
    turn: Turn,
    class_: type[IntegrationsError],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    auth, _ = made(face, turn)
    with pytest.raises(IntegrationsError) as caught:
        face(auth.exchange(code=given("code-SAMPLE-1")))
    assert type(caught.value) is class_
    look(caught.value, caplog.text)
