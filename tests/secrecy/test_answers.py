"""What a server says, and what goes wrong on the way, shows no secret."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from typing import Any

import pytest

from integrations_sdk import (
    DecodeError,
    IntegrationsError,
    Model,
)
from integrations_sdk.core.wire import camel_case
from integrations_sdk.losant import IntegrationPost, MqttConfig

from ..clients.recorder import Answer, Recorder
from ..clients.samples import IDS, encoded
from ..conftest import APPLICATION, INTEGRATION
from ..faces import Face
from .looking import (
    CONFIGS,
    TOKEN,
    WORD,
    echo,
    failing,
    hidden,
    post,
)

Fail = Callable[..., Any]


@pytest.mark.parametrize("config", sorted(CONFIGS))
@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 412, 418, 422, 429, 500, 302])
def test_what_a_server_repeats_in_an_error_is_replaced(
    fail: Fail, status: int, config: str
) -> None:
    secrets = [TOKEN, *all_secrets(post(config))]
    said = {
        "type": f"Bad{''.join(secrets)}",
        "message": f"Bearer {TOKEN} may not send {' or '.join(secrets)}",
        "details": {TOKEN: secrets},
    }
    error = fail(
        Answer(status, said, headers={"X-Request-Id": f"id-{TOKEN}"}),
        config=config,
    )

    assert error.status == status
    assert error.message.startswith("Bearer [secret] may not send [secret]")
    assert error.code.startswith("Bad[secret]")
    assert error.request_id == "id-[secret]"
    hidden([error.code, error.message, error.request_id])
    assert WORD in json.dumps(error.body(reveal=True))


def all_secrets(model: Model) -> list[str]:
    """Find the secrets of a model's JSON, by their word."""
    found: list[str] = []

    def walk(value: Any) -> None:
        if isinstance(value, str) and WORD in value:
            found.append(value)
        for inner in value.values() if isinstance(value, dict) else ():
            walk(inner)
        for inner in value if isinstance(value, list) else ():
            walk(inner)

    walk(model.to_json(reveal=True))
    return [s for s in found if "extra" not in s and "deeper" not in s]


def test_a_secret_within_another_leaves_no_rest(face: Face) -> None:
    class_, inner, outer = MqttConfig, f"{WORD}", f"{WORD}-AND-MORE-{WORD}"
    body = IntegrationPost(
        name="a",
        integration_type="mqtt",
        mqtt_config=class_(protocol="m", host="h", port=1, password=inner, private_key=outer),
    )
    recorder = Recorder(face, Answer(400, {"type": "x", "message": f"<{outer}> <{inner}>"}))
    client = face.losant("tok-SAMPLE", transport=recorder.transport)

    with pytest.raises(IntegrationsError) as caught:
        face(client.integration.create(application_id=APPLICATION, integration=body))

    assert "<[secret]> <[secret]>" in str(caught.value)


BROKEN: dict[str, bytes] = {
    "cut": encoded(echo("mqtt_config"))[:-5],
    "two": encoded(echo("mqtt_config")) * 2,
    "NaN": b'{"secret": "%s", "n": NaN}' % TOKEN.encode(),
    "html": f"<html>{TOKEN}</html>".encode(),
    "no UTF-8": b'{"secret": "%s\xff"}' % TOKEN.encode(),
    "text": json.dumps(TOKEN).encode(),
    "array": json.dumps([TOKEN]).encode(),
    "no id": json.dumps({"password": TOKEN}).encode(),
    "wrong id": json.dumps({"id": [TOKEN]}).encode(),
    "deep": b"[" * 100_000 + json.dumps(TOKEN).encode(),
    "member": json.dumps({TOKEN: TOKEN}).encode(),
}


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN.keys())
@pytest.mark.parametrize("name", ["get", "create", "list"])
def test_an_answer_that_cannot_be_read_is_not_shown(fail: Fail, name: str, content: bytes) -> None:
    status = 201 if name == "create" else 200

    error = fail(
        Answer(status, content=content, headers={"content-type": f"text/{TOKEN}"}), name=name
    )

    assert type(error) is DecodeError
    hidden(error.body() if b'{"CANARY' not in content else "")


@pytest.mark.parametrize("config", sorted(CONFIGS))
def test_a_drift_is_told_without_what_drifted(fail: Fail, config: str) -> None:
    body = {**echo(config), "enabled": TOKEN, "topics": TOKEN, camel_case(config): [TOKEN]}

    error = fail(Answer(201, body), strict=True)

    assert type(error) is DecodeError


def test_the_log_of_a_drift_has_no_value(face: Face, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    body = {"id": INTEGRATION, "enabled": TOKEN}
    client = face.losant(TOKEN, transport=Recorder(face, Answer(json=body)).transport)

    face(client.integration.get(**IDS))

    assert "drifts from its documentation" in caplog.text
    hidden(caplog.text)


@pytest.mark.parametrize("status", [200, 401, 503])
def test_the_tokens_that_a_provider_returns_are_hidden_too(
    face: Face, caplog: pytest.LogCaptureFixture, status: int
) -> None:
    tokens = iter(f"{TOKEN}-{n}" for n in range(9))

    def run() -> None:
        recorder = Recorder(
            face,
            Answer(401, {"type": f"{TOKEN}-0", "message": f"{TOKEN}-0"}),
            Answer(status, {"type": f"{TOKEN}-1", "message": f"{TOKEN}-0 {TOKEN}-1"}),
        )
        provider = face.provider(lambda: next(tokens))
        client = face.losant(provider, transport=recorder.transport, retry=1)
        face(client.integration.get(**IDS))

    failing(run, caplog)
