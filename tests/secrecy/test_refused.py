"""What is refused before anything is sent is not quoted."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest

from integrations_sdk import (
    ConfigurationError,
    DecodeError,
    IntegrationsError,
    InvalidArgumentError,
    MissingScopeError,
    Secret,
)
from integrations_sdk.losant import Integration, IntegrationPatch, IntegrationPost, MqttConfig

from ..clients.recorder import Answer, Recorder
from ..clients.samples import IDS, encoded
from ..conftest import APPLICATION
from ..faces import Face
from .looking import (
    TOKEN,
    WORD,
    echo,
    failing,
    hidden,
    look_at_copies,
    planted,
    post,
)

BAD_TOKENS = [f"{WORD}\r\nX-Evil: 1", f"{WORD} token", f"{WORD}ü", f"\n{WORD}", f"{WORD}\x00"]


@pytest.mark.parametrize("token", BAD_TOKENS)
@pytest.mark.parametrize("given", [str, Secret])
def test_a_token_that_cannot_travel_is_not_shown(
    face: Face, caplog: pytest.LogCaptureFixture, token: str, given: Callable[[str], Any]
) -> None:
    error = failing(lambda: face.losant(given(token)), caplog)

    assert type(error) is ConfigurationError


@pytest.mark.parametrize("token", BAD_TOKENS[:3])
def test_a_token_of_the_environment_that_cannot_travel_is_not_shown(
    face: Face,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    token: str,
) -> None:
    monkeypatch.setenv("LOSANT_ACCESS_TOKEN", token)

    error = failing(lambda: face.losant(None), caplog)

    assert type(error) is ConfigurationError


@pytest.mark.parametrize("token", [*BAD_TOKENS, f"{WORD}".encode()])
@pytest.mark.parametrize("plain", [True, False])
def test_a_token_of_a_provider_that_cannot_travel_is_not_shown(
    face: Face, caplog: pytest.LogCaptureFixture, token: Any, plain: bool
) -> None:
    provider = (lambda: token) if plain else face.provider(lambda: token)

    def run() -> None:
        client = face.losant(provider, transport=Recorder(face, Answer()).transport)
        face(client.integration.get(**IDS))

    assert type(failing(run, caplog)) is ConfigurationError


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("base_url", f"https://user:{WORD}@losant.example"),
        ("base_url", f"https://losant.example?key={WORD}"),
        ("base_url", f"{WORD}://losant.example"),
        ("headers", {"X-Key": f"{WORD}\r\n"}),
        ("headers", {f"{WORD} ": "1"}),
        ("headers", {"X-Key": f"{WORD}ü"}),
    ],
)
def test_a_setting_that_is_refused_is_not_quoted(face: Face, name: str, value: Any) -> None:
    with pytest.raises(IntegrationsError) as caught:
        face.losant("tok-SAMPLE", **{name: value})

    hidden(caught.value)
    hidden(repr(caught.value))
    look_at_copies(caught.value)


def test_a_missing_scope_shows_no_token(face: Face, caplog: pytest.LogCaptureFixture) -> None:
    claims = base64.urlsafe_b64encode(json.dumps({"scope": ["devices.*"]}).encode()).decode()
    token = f"{WORD}.{claims.rstrip('=')}.{WORD}"

    def run() -> None:
        client = face.losant(token, transport=Recorder(face, Answer()).transport)
        face(client.integration.get(**IDS))

    assert type(failing(run, caplog)) is MissingScopeError


def broken_body(**members: Any) -> IntegrationPost:
    body = post("mqtt_config")
    for name, value in members.items():
        setattr(body if hasattr(body, name) else body.mqtt_config, name, value)
    return body


BODIES: dict[str, Callable[[], Any]] = {
    "a number for a text": lambda: broken_body(name=5),
    "a text for a number": lambda: broken_body(port="1883"),
    "no number": lambda: broken_body(port=float("nan")),
    "an infinite number": lambda: broken_body(port=float("inf")),
    "a mask": lambda: broken_body(password=Secret("*" * 10)),
    "a set in extra": lambda: broken_body(extra={"a": {WORD}}),
    "bytes in extra": lambda: broken_body(extra={"a": WORD.encode()}),
    "half of a surrogate pair": lambda: broken_body(host="\ud800", topics=[5]),
    "a dict for a model": lambda: broken_body(mqtt_config={"host": "h"}),
}


@pytest.mark.parametrize("make", BODIES.values(), ids=BODIES.keys())
def test_a_body_that_is_refused_is_not_shown(
    face: Face, caplog: pytest.LogCaptureFixture, make: Callable[[], Any]
) -> None:
    def run() -> None:
        client = face.losant(TOKEN, transport=Recorder(face, Answer()).transport)
        face(client.integration.create(application_id=APPLICATION, integration=make()))

    assert type(failing(run, caplog)) is InvalidArgumentError


@pytest.mark.parametrize(
    "document",
    [
        encoded(echo("mqtt_config"))[:-5],
        encoded(echo("mqtt_config")).decode()[:-5],
        json.dumps(TOKEN),
        {"password": TOKEN},
        {"id": [TOKEN]},
        [TOKEN],
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_document_that_came_some_other_way_is_not_shown(
    caplog: pytest.LogCaptureFixture, document: Any
) -> None:
    error = failing(lambda: Integration.from_json(document), caplog)

    assert type(error) is DecodeError


def test_an_argument_that_is_no_id_is_not_quoted(face: Face, caplog: Any) -> None:
    """A token where an id belongs is an easy slip."""

    def run() -> None:
        client = face.losant(TOKEN, transport=Recorder(face, Answer()).transport)
        face(client.integration.patch(**{**IDS, "integration_id": TOKEN}, integration=PATCH))

    with pytest.raises(InvalidArgumentError) as caught:
        run()
    hidden(caught.value)


PATCH = IntegrationPatch(mqtt_config=planted(MqttConfig))
