"""What Polis is sent, and what is made of what it answers, on both faces."""

from __future__ import annotations

import json
import logging
import traceback
from pathlib import Path
from typing import Any

import httpx
import pytest

from integrations_sdk import (
    UNSET,
    APIError,
    AuthenticationError,
    BadRequestError,
    DecodeError,
    IntegrationsError,
    InternalServerError,
    NotFoundError,
    PermissionDeniedError,
    PreconditionFailedError,
    RateLimitError,
    Retry,
    Secret,
    TransportError,
    UnprocessableEntityError,
)
from integrations_sdk.polis import Integration, Meta, Polis
from integrations_sdk.polis.platform import read_error

from ..clients.recorder import Answer, Recorder, Turn
from ..faces import Face
from .examples import CUSTOMER, DELETE, INTEGRATION, PAIR, SET, TOKEN

NOW = Retry(initial=0, maximum=0)
NEW = {**PAIR, "access_token": "tok-SAMPLE-9"}
CREATED = Answer(201, content=b"")
DONE = Answer(200, content=b"")
LIBRARY = Path(__file__).parents[2] / "integrations_sdk"


def made(face: Face, *turns: Turn, **options: Any) -> tuple[Any, Recorder]:
    recorder = Recorder(face, *turns)
    options = {"retry": NOW, **options}
    return face.client(Polis, TOKEN, transport=recorder.transport, **options), recorder


def call(client: Any, name: str) -> Any:
    return getattr(client.credentials, name)(**(NEW if name == "set" else PAIR))


# What is sent


def test_setting_is_a_post_of_the_documented_body(face: Face) -> None:
    client, recorder = made(face, CREATED)
    face(client.credentials.set(**NEW))
    (request,) = recorder.requests
    assert request.method == "POST"
    assert str(request.url) == "https://api2.polisapp.com/integrations/credentials"
    assert request.headers["authorization"] == f"Bearer {TOKEN}"
    assert request.headers["content-type"] == "application/json"
    assert "etag" not in request.headers
    assert request.content == json.dumps(SET, separators=(",", ":")).encode()


@pytest.mark.parametrize("etag", ["1f4-kPq7Zx0aB2c9LmN3", "MWY0LQ==", '"quoted"', 'W/"weak"', "*"])
def test_deleting_is_a_delete_with_a_body_and_the_etag_as_it_is(face: Face, etag: str) -> None:
    client, recorder = made(face, DONE)
    assert face(client.credentials.delete(**PAIR, etag=etag)) is None
    (request,) = recorder.requests
    assert request.method == "DELETE"
    assert str(request.url) == "https://api2.polisapp.com/integrations/credentials"
    assert request.headers["content-type"] == "application/json"
    assert request.headers["content-length"] == str(len(request.content))
    assert request.headers["etag"] == etag
    assert not {"if-match", "if-none-match"} & set(request.headers)
    assert request.content == json.dumps(DELETE, separators=(",", ":")).encode()


@pytest.mark.parametrize("etag", [None, UNSET, "", Meta().etag, Meta(etag="").etag])
def test_no_etag_and_an_empty_one_are_not_sent(face: Face, etag: Any) -> None:
    client, recorder = made(face, DONE)
    face(client.credentials.delete(**PAIR, etag=etag))
    assert "etag" not in recorder.requests[0].headers


def test_the_etag_of_an_integration_that_came_some_other_way_is_sent(face: Face) -> None:
    found = Integration.from_json(json.dumps(INTEGRATION))
    assert found.meta
    client, recorder = made(face, DONE)
    face(client.credentials.delete(**PAIR, etag=found.meta.etag))
    assert recorder.requests[0].headers["etag"] == "1f4-kPq7Zx0aB2c9LmN3"


@pytest.mark.parametrize("text", ["with space", 'quote"', "ünï", "a/b", "..", "\x00", "5"])
def test_ids_and_tokens_are_any_text(face: Face, text: str) -> None:
    client, recorder = made(face, CREATED)
    face(client.credentials.set(client_id=text, customer_id=text, access_token=Secret(text)))
    sent = json.loads(recorder.requests[0].content)
    assert sent == {"data": {"clientId": text, "customerId": text, "accessToken": text}}


# Success


@pytest.mark.parametrize("content", [b"", b"{}", b"Created", b"<html>", b"\xff", b'{"etag": "x"}'])
@pytest.mark.parametrize("etag", [None, "", "1f4-kPq7Zx0aB2c9LmN3"])
def test_any_body_is_ignored_and_the_etag_is_that_of_the_header(
    face: Face, content: bytes, etag: str | None
) -> None:
    headers = {} if etag is None else {"ETag": etag}
    client, _ = made(face, Answer(201, content=content, headers=headers), strict=True)
    assert face(client.credentials.set(**NEW)).etag == etag
    client, _ = made(face, Answer(200, content=content, headers=headers), strict=True)
    if not content.startswith(b"<"):
        assert face(client.credentials.delete(**PAIR)) is None
        return
    with pytest.raises(DecodeError, match="a page in the place of an answer"):
        face(client.credentials.delete(**PAIR))


@pytest.mark.parametrize(("name", "status"), [("set", 200), ("delete", 201), ("delete", 204)])
def test_a_status_that_is_not_documented_is_no_success(face: Face, name: str, status: int) -> None:
    client, _ = made(face, Answer(status, content=b""))
    with pytest.raises(APIError) as caught:
        face(call(client, name))
    assert type(caught.value) is APIError


# Refusals


@pytest.mark.parametrize("name", ["set", "delete"])
@pytest.mark.parametrize(
    ("status", "class_"),
    [
        (400, BadRequestError),
        (401, AuthenticationError),
        (403, PermissionDeniedError),
        (404, NotFoundError),
        (405, APIError),
        (409, PreconditionFailedError),
        (412, PreconditionFailedError),
        (422, UnprocessableEntityError),
        (429, RateLimitError),
        (500, InternalServerError),
        (503, InternalServerError),
    ],
)
def test_every_documented_status_is_an_error_of_its_kind(
    face: Face, name: str, status: int, class_: type[APIError]
) -> None:
    answer = Answer(status, {"message": "Not so"}, headers={"x-request-id": "r-1"})
    client, _ = made(face, answer, retry=1)
    with pytest.raises(IntegrationsError) as caught:
        face(call(client, name))
    error = caught.value
    assert type(error) is class_
    assert isinstance(error, APIError)
    assert (error.status, error.message, error.request_id) == (status, "Not so", "r-1")
    assert error.operation == f"credentials.{name}"


@pytest.mark.parametrize(
    ("body", "code", "message"),
    [
        (None, None, ""),
        ({}, None, ""),
        ([], None, ""),
        (5, None, ""),
        (True, None, ""),
        ("Unauthorized", None, "Unauthorized"),
        ({"message": "Unauthorized"}, None, "Unauthorized"),
        ({"message": "first", "error": "second"}, None, "first"),
        ({"message": "", "error": "second"}, None, "second"),
        ({"message": None, "error": "second"}, None, "second"),
        ({"message": ["a"], "error": "second"}, None, "second"),
        ({"error": "second"}, None, "second"),
        ({"error": {"message": "deeper"}}, None, "deeper"),
        ({"error": {"code": "E1", "message": "deeper"}}, "E1", "deeper"),
        ({"error": {"error": {"message": "too deep"}}}, None, ""),
        ({"error": {}}, None, ""),
        ({"error": ["a"]}, None, ""),
        ({"code": "E1", "message": "said"}, "E1", "said"),
        ({"code": 7, "message": "said"}, None, "said"),
        ({"message": {"text": "a"}}, None, ""),
    ],
)
def test_an_error_of_any_form_is_read(body: Any, code: str | None, message: str) -> None:
    assert read_error(body) == (code, message)


@pytest.mark.parametrize("content", [b"", b"Service Unavailable", b"<html>", b"\xff", b"{"])
def test_an_error_that_is_no_json_is_an_error_all_the_same(face: Face, content: bytes) -> None:
    client, _ = made(face, Answer(403, content=content))
    with pytest.raises(PermissionDeniedError) as caught:
        face(call(client, "set"))
    assert caught.value.message == ""


def test_both_ways_to_say_stale_tell_to_read_again(face: Face) -> None:
    for status in (409, 412):
        client, _ = made(face, Answer(status, {"message": "no"}))
        with pytest.raises(PreconditionFailedError, match="Read the resource again") as caught:
            face(client.credentials.delete(**PAIR, etag="old"))
        assert caught.value.status == status


# Repeating


LOST = httpx.ReadError("gone")
NOT_SENT = httpx.ConnectError("refused")


@pytest.mark.parametrize("name", ["set", "delete"])
@pytest.mark.parametrize(
    "first", [Answer(429, {}), Answer(503, {}), Answer(500, {}), LOST, NOT_SENT]
)
def test_both_operations_are_repeated(face: Face, name: str, first: Turn) -> None:
    client, recorder = made(face, first, CREATED if name == "set" else DONE)
    face(call(client, name))
    one, two = recorder.requests
    assert one.content == two.content
    assert one.headers["authorization"] == two.headers["authorization"]


@pytest.mark.parametrize("first", [Answer(503, {}), Answer(500, {}), LOST])
def test_what_is_gone_when_deleting_is_repeated_was_deleted(face: Face, first: Turn) -> None:
    client, recorder = made(face, first, Answer(404, {"message": "no such"}))
    reply = face(client.credentials.delete.with_response(**PAIR, etag="e"))
    assert (reply.value, reply.status) == (None, 404)
    assert [request.headers["etag"] for request in recorder.requests] == ["e", "e"]


@pytest.mark.parametrize("first", [Answer(429, {}), NOT_SENT, Answer(404, {})])
def test_what_no_attempt_can_have_deleted_is_not_found(face: Face, first: Turn) -> None:
    client, _ = made(face, first, Answer(404, {}))
    with pytest.raises(NotFoundError):
        face(client.credentials.delete(**PAIR))


def test_what_is_not_found_when_setting_is_repeated_is_not_found(face: Face) -> None:
    client, _ = made(face, Answer(503, {}), Answer(404, {}))
    with pytest.raises(NotFoundError):
        face(client.credentials.set(**NEW))


@pytest.mark.parametrize("name", ["set", "delete"])
def test_a_lost_answer_says_that_trying_again_does_no_harm(face: Face, name: str) -> None:
    client, recorder = made(face, LOST)
    with pytest.raises(TransportError, match="trying again does no harm"):
        face(call(client, name))
    assert len(recorder.requests) == 3


# Secrets


@pytest.mark.parametrize("given", [str, Secret])
@pytest.mark.parametrize(
    "turn",
    [
        LOST,
        NOT_SENT,
        Answer(400, {"message": "CANARY-1 and CANARY-2 are wrong"}),
        Answer(503, content=b"CANARY-1"),
        Answer(404, {"error": {"code": "CANARY-1", "message": "CANARY-2"}}),
    ],
)
def test_no_error_shows_a_token(
    face: Face, given: Any, turn: Turn, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    recorder = Recorder(face, turn)
    client = face.client(Polis, "CANARY-1", transport=recorder.transport, retry=NOW)
    with pytest.raises(IntegrationsError) as caught:
        face(client.credentials.set(**PAIR, access_token=given("CANARY-2")))
    trace = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    shown = [str(frame.locals) for frame in trace.stack if str(LIBRARY) in frame.filename]
    assert shown
    assert "CANARY" not in "".join([str(caught.value), repr(caught.value), caplog.text, *shown])


def test_a_call_shows_no_token(face: Face) -> None:
    client, _ = made(face, CREATED)
    made_call = client.credentials.set.call(**NEW)
    assert repr(made_call) == (
        "<Call credentials.set: POST /integrations/credentials with CredentialsSet>"
    )
    assert "SAMPLE" not in repr(made_call.body)
    assert CUSTOMER in repr(made_call.body)
