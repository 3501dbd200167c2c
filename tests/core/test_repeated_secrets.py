"""What was sent in confidence does not show in an error, in whichever form a server repeats it."""

from __future__ import annotations

import base64
import json
from typing import Any

import attrs
import pytest

from integrations_sdk import APIError, Call, MissingScopeError, Secret
from integrations_sdk.core.auth import Credentials
from integrations_sdk.core.exchange import Exchange, granted_scopes
from integrations_sdk.core.settings import Platform
from integrations_sdk.core.transport import Headers, Response
from integrations_sdk.losant import Integration, IntegrationPatch, MqttConfig, WebsocketConfig
from integrations_sdk.losant.integration import GET, PATCH
from integrations_sdk.losant.platform import LOSANT
from tests.fuzz.platforms import TOKEN, Stub, client

from .examples import APPLICATION, INTEGRATION

IDS = {"applicationId": APPLICATION, "integrationId": INTEGRATION}


def message(said: str, call: Call[Any] | None = None, platform: Platform = LOSANT) -> str:
    """Return the message of the error that a call ends with when a server says this."""
    stub = Stub()
    content = json.dumps({"type": "Validation", "message": said}).encode()
    stub.response = Response(400, Headers([("X-Request-Id", said)]), content)
    with pytest.raises(APIError) as caught:
        client(platform, stub).send(call or GET(IDS))
    assert caught.value.request_id == caught.value.message
    return caught.value.message


def patch(*secrets: str) -> Call[Integration]:
    """Return a call whose body has these passwords, up to three."""
    password, key, url = [*secrets, "", "", ""][:3]
    config = MqttConfig(protocol="m", host="h", port=1, password=password, private_key=key)
    return PATCH(
        IDS, body=IntegrationPatch(mqtt_config=config, websocket_config=WebsocketConfig(url=url))
    )


def test_a_token_is_replaced_wherever_it_is() -> None:
    assert message(f"<{TOKEN}> and {TOKEN}") == "<[secret]> and [secret]"


def test_what_was_not_sent_in_confidence_stays() -> None:
    assert message("mqtt and Bearer") == "mqtt and Bearer"


def test_a_secret_of_the_body_is_replaced_as_it_is_and_as_a_url_has_it() -> None:
    assert message("pw/1 or pw%2F1", patch("pw/1")) == "[secret] or [secret]"


def test_an_empty_secret_is_nothing_to_replace() -> None:
    assert message("as it was", patch("")) == "as it was"


def test_a_longer_secret_goes_before_one_that_is_in_it() -> None:
    assert message("azzb zz yy", patch("zz", "azzb", "yy")) == "[secret] [secret] [secret]"


def test_half_of_a_surrogate_pair_in_a_secret_does_no_harm() -> None:
    assert message("pw? pw%3F", patch("pw\ud800")) == "pw? [secret]"


@pytest.mark.parametrize("scheme", ["", "Basic ", "Key v1 "])
def test_a_credential_is_replaced_as_it_went_without_its_scheme(scheme: str) -> None:
    def authorize(token: Secret) -> Credentials:
        return Credentials({"x-key": scheme + base64.b64encode(token.reveal().encode()).decode()})

    written = base64.b64encode(TOKEN.encode()).decode()
    platform = attrs.evolve(LOSANT, authorize=authorize)
    assert message(f"Basic v1 {written}", platform=platform) == "Basic v1 [secret]"


def test_scopes_are_those_that_were_told_before_those_that_a_token_claims() -> None:
    settings = client(LOSANT, Stub())._settings
    told = attrs.evolve(settings, scopes=frozenset({"told"}))
    claimed = {"claimed": frozenset({"claimed"})}
    token = Secret("claimed")
    assert granted_scopes(told, token, lambda _: frozenset()) == frozenset({"told"})
    assert granted_scopes(settings, token, lambda t: claimed[t.reveal()]) == frozenset({"claimed"})
    assert granted_scopes(settings, None, lambda _: frozenset()) is None
    with pytest.raises(MissingScopeError, match="the token has claimed") as caught:
        Exchange(settings, GET(IDS), lambda t: claimed[t.reveal()]).request(token)
    assert caught.value.required == GET.scopes
