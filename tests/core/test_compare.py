"""What was sent, beside what is read."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest

from integrations_sdk import UNSET, Model
from integrations_sdk.celigo import Integration as CeligoIntegration
from integrations_sdk.core.compare import Comparison, compared
from integrations_sdk.cxengage import Integration as CxEngageIntegration, Twilio
from integrations_sdk.losant import (
    Integration,
    IntegrationPatch,
    MqttConfig,
    WebsocketConfig,
    WebsocketHeader,
)


def broker(**members: Any) -> MqttConfig:
    return MqttConfig(**{"protocol": "mqtt", "host": "h", "port": 1883, **members})


def sockets(*values: str) -> WebsocketConfig:
    headers = [WebsocketHeader(header_key="k", header_value=value) for value in values]
    return WebsocketConfig(url="wss://h", headers=headers)


def patched(sent: IntegrationPatch, **found: Any) -> bool | None:
    return compared(sent, Integration(id="i-1", **found)).verdict


@pytest.mark.parametrize(
    ("sent", "found", "verdict"),
    [
        ({"name": "a"}, {"name": "a", "enabled": True}, True),
        ({"name": "a"}, {"name": "b"}, False),
        ({"name": "a"}, {}, False),
        ({"name": "a", "enabled": False}, {"name": "a", "enabled": True}, False),
        ({"topics": []}, {"topics": []}, True),
        ({"topics": ["a", "b"]}, {"topics": ["a", "b"]}, True),
        ({"topics": ["a", "b"]}, {"topics": ["a"]}, False),
        ({"topics": ["a", "b"]}, {"topics": ["a", "c"]}, False),
        ({"credential_name": None}, {}, True),
        ({"credential_name": None}, {"credential_name": None}, True),
        ({"credential_name": None}, {"credential_name": "c"}, False),
        ({}, {"name": "a"}, None),
        ({"extra": {"colour": "red"}}, {"extra": {"colour": "red"}}, True),
        ({"extra": {"colour": "red"}}, {"extra": {"colour": "blue"}}, False),
        ({"extra": {"colour": "red"}}, {}, False),
        ({"enabled": True}, {"extra": {"enabled": "yes"}}, None),
        ({"name": "***a"}, {"name": "***a"}, True),
        ({"name": "a"}, {"name": "***"}, None),
    ],
)
def test_only_what_was_sent_is_compared(
    sent: dict[str, Any], found: dict[str, Any], verdict: bool | None
) -> None:
    assert patched(IntegrationPatch(**sent), **found) is verdict


@pytest.mark.parametrize(
    ("sent", "found", "verdict"),
    [
        (broker(), broker(), True),
        (broker(), broker(username="u"), None),  # filled in, or left from before
        (broker(username="u"), broker(), False),
        (broker(password="p"), broker(password="p"), True),
        (broker(password="p"), broker(password="q"), False),
        (broker(password="p"), broker(password="******"), None),
        (broker(password="p"), broker(password=""), None),
        (broker(password="p"), broker(), None),
        (broker(), broker(password="q"), None),
        (broker(), broker(password="******"), None),
        (broker(host="x", password="p"), broker(password="******"), False),
        (broker(port=1883.0), broker(), True),
        (broker(), UNSET, False),
    ],
)
def test_secrets_are_compared_as_far_as_they_show(
    sent: MqttConfig, found: Any, verdict: bool | None
) -> None:
    assert patched(IntegrationPatch(mqtt_config=sent), mqtt_config=found) is verdict


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        (sockets("a", "b"), True),
        (sockets("a", "c"), False),
        (sockets("a", "***"), None),
        (sockets("a"), False),
    ],
)
def test_models_in_a_list_are_compared_one_by_one(
    found: WebsocketConfig, verdict: bool | None
) -> None:
    sent = IntegrationPatch(websocket_config=sockets("a", "b"))
    assert patched(sent, websocket_config=found) is verdict


def test_what_the_platform_may_set_proves_nothing() -> None:
    unsettled = frozenset({"mqttConfig.clientId"})

    def verdict(sent: MqttConfig, found: MqttConfig) -> bool | None:
        return compared(
            IntegrationPatch(mqtt_config=sent),
            Integration(id="i-1", mqtt_config=found),
            unsettled=unsettled,
        ).verdict

    assert verdict(broker(), broker(client_id="assigned")) is True
    assert verdict(broker(client_id="mine"), broker(client_id="mine")) is True
    assert verdict(broker(client_id="mine"), broker(client_id="assigned")) is None


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        ({"name": "a"}, True),
        ({"name": "a", "readme": "r"}, False),
        ({"name": "a", "extra": {"colour": "red"}}, False),
        ({"name": "a", "readme": None}, True),
        ({"name": "a", "last_modified": datetime(2026, 1, 1, tzinfo=timezone.utc)}, True),
    ],
)
def test_what_is_replaced_whole_drops_what_was_not_sent(
    found: dict[str, Any], verdict: bool
) -> None:
    sent, read = CeligoIntegration(id="i-1", name="a"), CeligoIntegration(id="i-1", **found)
    owned = frozenset({"_id", "lastModified"})
    assert compared(sent, read, whole=True, owned=owned).verdict is verdict


def test_models_of_two_kinds_are_compared_by_their_members() -> None:
    members = {"account": "a", "password": "p"}
    sent = CxEngageIntegration(id="twilio", extra=dict(members))
    assert compared(sent, Twilio(account="a", password="p"), whole=True).verdict is True
    assert compared(sent, Twilio(account="a", password="q"), whole=True).verdict is False
    assert compared(sent, Twilio(account="a", password="***"), whole=True).verdict is None


def test_nothing_sent_tells_nothing() -> None:
    assert compared(None, Integration(id="i-1")) == Comparison((), (), ())


def test_a_comparison_names_members_and_shows_no_value() -> None:
    sent = IntegrationPatch(name="canary", mqtt_config=broker(password="canary", host="canary"))
    found: Model = Integration(id="i-1", name="canary", mqtt_config=broker(password="***"))
    result = compared(sent, found)
    assert result == Comparison(
        same=("name", "mqttConfig.protocol", "mqttConfig.port"),
        different=("mqttConfig.host",),
        unknown=("mqttConfig.password",),
    )
    assert result.reason == "not as it was sent: mqttConfig.host"
    assert "canary" not in repr(result)


@pytest.mark.parametrize(
    ("groups", "reason"),
    [
        ((("a",), (), ()), "it is as it was sent"),
        ((("a",), (), ("b",)), "cannot be compared: b; all else is as it was sent"),
        (((), (), ("b", "c")), "cannot be compared: b, c"),
        (((), (), ()), "nothing was sent that can be compared"),
    ],
)
def test_a_comparison_says_what_it_rests_on(groups: Any, reason: str) -> None:
    assert Comparison(*groups).reason == reason
