"""Calls that a client declares itself, and what their frames keep to themselves."""

from __future__ import annotations

import inspect
import traceback
from typing import Any

import pytest

from integrations_sdk import (
    APIError,
    AsyncLosant,
    Call,
    ConfigurationError,
    IntegrationsError,
    InvalidArgumentError,
    Losant,
    Operation,
    Reply,
)
from integrations_sdk.core.arguments import filled
from integrations_sdk.core.faces import Resource, endpoint
from integrations_sdk.losant import Success

from ..faces import Face
from .recorder import Answer, Recorder

PING: Operation[Success] = Operation(
    name="ping", method="POST", path="/ping", returns=Success, scopes=frozenset({"ping"})
)
CANARY = "CANARY-word"


class Own(Losant):
    """A client with a call of its own."""

    @endpoint(PING)
    def ping(self, *, word: str) -> Call[Success]:
        """Ping.

        Args:
            word: Anything.
        """
        return PING({}, headers={"x-base": repr(self), "x-length": str(len(filled("word", word)))})


class AsyncOwn(AsyncLosant):
    """The same."""

    ping = Own.ping


class Pings(Resource[Any]):
    ping = Own.ping


def made(face: Face, *answers: Answer, **options: Any) -> tuple[Any, Recorder]:
    recorder = Recorder(face, *answers)
    return face.client(Own, "tok-SAMPLE", transport=recorder.transport, **options), recorder


def test_a_call_of_the_client_itself_is_sent_by_it(face: Face) -> None:
    client, recorder = made(face, Answer(json={"success": True}))
    assert face(client.ping(word="abc")) == Success(success=True)
    reply = face(client.ping.with_response(word="abc"))
    assert type(reply) is Reply
    assert face(client.send(client.ping.call(word="abc"))) == reply.value
    assert [r.headers["x-length"] for r in recorder.requests] == ["3", "3", "3"]
    assert recorder.requests[0].headers["x-base"] == repr(client)


def test_it_is_sent_with_the_settings_of_a_derived_client(face: Face) -> None:
    client, recorder = made(face, Answer(json={"success": True}))
    face(client.with_options(headers={"x-mark": "m"}).ping(word="a"))
    assert recorder.requests[0].headers["x-mark"] == "m"


def test_it_looks_like_any_other_call(face: Face) -> None:
    client, _ = made(face, Answer())
    signature = inspect.signature(client.ping)
    assert list(signature.parameters) == ["word"]
    assert signature.return_annotation is Success
    kind = "AsyncMethod AsyncOwn" if face.is_async else "Method Own"
    assert repr(client.ping).startswith(f"<{kind}.ping(*, word: str)")
    assert type(client).ping.operation is PING


def test_whether_the_token_may_make_it_is_known_by_its_name_alone(face: Face) -> None:
    assert made(face, Answer(), scopes=["ping"])[0].can("ping")
    assert not made(face, Answer(), scopes=["other"])[0].can("ping")
    with pytest.raises(ConfigurationError, match="no operation 'pong'"):
        made(face, Answer())[0].can("pong")


@pytest.mark.parametrize("way", ["", "with_response", "send"])
@pytest.mark.parametrize("on", ["client", "resource"])
@pytest.mark.parametrize("word", [CANARY, f"{CANARY}\ud800"])
def test_no_frame_of_the_library_keeps_what_was_passed_once_it_failed(
    face: Face, way: str, on: str, word: str
) -> None:
    client, _ = made(face, Answer(400, {}))
    method = (client if on == "client" else Pings(client)).ping

    def call() -> Any:
        if way == "send":
            return face(client.send(method.call(word=word)))
        return face((getattr(method, way) if way else method)(word=word))

    with pytest.raises(IntegrationsError) as caught:
        call()
    assert isinstance(caught.value, APIError if word == CANARY else InvalidArgumentError)
    trace = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    frames = [frame for frame in trace.stack if "integrations_sdk" in frame.filename]
    assert frames
    for frame in frames:
        assert CANARY not in str(frame.locals), f"{frame.filename}:{frame.lineno} {frame.name}"
