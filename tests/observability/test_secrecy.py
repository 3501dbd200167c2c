"""No event, span or metric shows a secret: every platform, every class of errors.

The server repeats all that it was sent in confidence, in all forms, wherever it can.
"""

from __future__ import annotations

import contextlib
import pprint
from typing import Any

import attrs
import pytest

from integrations_sdk import (
    Event,
    IntegrationsError,
    RequestFailed,
    RequestSent,
    ResponseReceived,
)
from integrations_sdk.core import errors

from ..clients.recorder import Answer, Recorder
from ..conftest import APPLICATION
from ..faces import Face
from ..secrecy.channels import MARKS
from ..secrecy.looking import WORD
from ..secrecy.platforms import HEADER, TOKEN, WAYS, Server, answered
from ..secrecy.test_matrix import CELLS, FAILURES
from .conftest import Listener, Telemetry


def shown(event: Event) -> str:
    """Return all that an event has to show, its headers included."""
    parts = [repr(event), pprint.pformat(attrs.asdict(event)), repr(attrs.astuple(event))]
    if isinstance(event, (RequestSent, ResponseReceived)):
        parts += [repr(dict(event.headers))]
    if isinstance(event, (ResponseReceived, RequestFailed)):
        parts += [shown(event.request)]
    return " ".join(parts)


def exported(telemetry: Telemetry) -> str:
    data = telemetry.reader.get_metrics_data()
    metrics = data.to_json() if data is not None else ""
    return " ".join([*(span.to_json() for span in telemetry.spans), metrics])


def hits(text: str) -> list[str]:
    return [mark for mark in MARKS if mark in text]


@pytest.mark.parametrize("cell", CELLS.values(), ids=CELLS.keys())
def test_nothing_that_is_told_shows_a_secret(
    face: Face,
    listener: Listener,
    telemetry: Telemetry,
    cell: tuple[str, type[IntegrationsError]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    way, class_ = cell
    made = face.client

    def observed(*arguments: Any, **options: Any) -> Any:
        return made(*arguments, **options, observers=[listener, telemetry.observer])

    monkeypatch.setattr(face, "client", observed)
    run, _ = FAILURES[class_](face, WAYS[way])
    with pytest.raises(class_):
        run()

    assert [event for event in listener.events if hits(shown(event))] == []
    assert hits(exported(telemetry)) == []
    if class_ is not errors.InvalidArgumentError:  # of which nothing is a call
        assert listener.names[-1] == "CallEnded"
        assert telemetry.spans


@pytest.mark.parametrize("way", WAYS)
def test_a_success_that_repeats_everything_shows_no_secret(
    face: Face, listener: Listener, telemetry: Telemetry, way: str
) -> None:
    server = Server(face, lambda _, said: answered(WAYS[way].success, b"", said))
    client = WAYS[way].client(
        face,
        transport=server,
        headers={"X-Key": HEADER},
        observers=[listener, telemetry.observer],
        retry=1,
    )
    with contextlib.suppress(IntegrationsError):  # of those that want a document
        face(client.send(WAYS[way].call(client)))

    received = listener.all(ResponseReceived)[-1]
    assert received.request_id is not None
    assert "[secret]" in received.request_id
    assert "[secret]" in received.headers["content-type"]
    assert received.headers["x-echo"] == "[hidden]"
    assert [event for event in listener.events if hits(shown(event))] == []
    assert hits(exported(telemetry)) == []


@pytest.mark.parametrize("is_provided", [False, True])
def test_a_token_in_the_place_of_an_id_does_not_show(
    face: Face, listener: Listener, telemetry: Telemetry, is_provided: bool
) -> None:
    """An easy slip; the platform's ids are checked, another's may be anything."""
    token: Any = face.provider(lambda: TOKEN) if is_provided else TOKEN
    transport = Recorder(face, Answer(404, {})).transport
    client = face.losant(token, transport=transport, observers=[listener, telemetry.observer])
    call = client.integration.list.call(application_id=APPLICATION)
    call = attrs.evolve(call, path=dict.fromkeys(call.path, TOKEN))
    with pytest.raises(IntegrationsError):
        face(client.send(call))

    assert "[secret]" in listener.only(RequestSent).url
    assert [event for event in listener.events if hits(shown(event))] == []
    assert hits(exported(telemetry)) == []


def test_what_looks_for_secrets_finds_one(telemetry: Telemetry, listener: Listener) -> None:
    tracer = telemetry.tracers.get_tracer("naive")
    tracer.start_span("naive", attributes={"url.full": f"https://x/?key={TOKEN}"}).end()

    assert hits(exported(telemetry))
    assert WORD in TOKEN
    assert listener.events == []
