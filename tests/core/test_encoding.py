"""Models become documents: masked for showing, in clear for sending, and checked before."""

from __future__ import annotations

import enum
import json
import math
import traceback
from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any, ClassVar

import attrs
import pytest

from integrations_sdk import JSON, UNSET, InvalidArgumentError, Maybe, Model, Secret
from integrations_sdk.core.model import HIDDEN, named, secrets_in
from integrations_sdk.core.secret import MASK
from integrations_sdk.core.wire import Codec
from integrations_sdk.losant import (
    GooglePubSubConfig,
    Integration,
    IntegrationList,
    IntegrationPatch,
    IntegrationPost,
    MqttConfig,
    WebsocketConfig,
    WebsocketHeader,
)

from .examples import APPLICATION, CONFIGS, INTEGRATION, SECRETS, integration, listing


def encoded(model: Model, type_: type[Model] = IntegrationPatch) -> Any:
    return json.loads(type_.codec.encode("integration", model, type_))


def mqtt(**fields: Any) -> MqttConfig:
    return MqttConfig(**{"protocol": "mqtt", "host": "h", "port": 1883, **fields})


@pytest.mark.parametrize("config", CONFIGS)
def test_revealing_writes_every_document_back_as_it_came(config: str) -> None:
    document = integration(config, newMember={"a": ["x", 1]})
    assert Integration.from_json(document).to_json(reveal=True) == document


@pytest.mark.parametrize("config", CONFIGS)
def test_secrets_are_masked_unless_asked(config: str) -> None:
    written = Integration.from_json(integration(config)).to_json()
    document = integration(config)
    masked = {
        name
        for name, value in document[config].items()
        if written[config][name] != value  # type: ignore[index]
    }
    assert masked == SECRET_MEMBERS[config]
    assert not [secret for secret in SECRETS if secret in json.dumps(written)]
    for member in (config, "_links", "_actions", "_embedded"):  # the last three are free-form
        written.pop(member, None)
        document.pop(member, None)
    assert written == document


SECRET_MEMBERS = {
    "azureEventHubConfig": {"connectionString"},
    "googlePubSubConfig": {"keyJson"},
    "mqttConfig": {"password", "privateKey"},
    "particleConfig": {"accessToken"},
    "sqsConfig": {"accessKeyId", "secretAccessKey"},
    "websocketConfig": {"url", "password", "privateKey", "headers"},
}


def test_unknown_members_are_masked_to_their_shape() -> None:
    model = Integration.from_json({"id": "x", "new": {"a": ["s", 1, 1.5, None, True]}, "b": "s"})
    assert model.to_json() == {
        "id": "x",
        "new": {"a": [MASK, MASK, MASK, None, True]},
        "b": MASK,
    }


def test_a_secret_in_a_member_that_drifted_is_masked_too() -> None:
    document = integration(mqttConfig={"password": "pw-SAMPLE-1", "port": "8883"})
    assert "pw-SAMPLE-1" not in json.dumps(Integration.from_json(document).to_json())


def test_a_field_wins_over_a_raw_member_of_the_same_name() -> None:
    model = Integration.from_json({"id": "x", "enabled": "yes"})
    model.enabled = False
    assert model.to_json(reveal=True) == {"id": "x", "enabled": False}


def test_writing_does_not_change_the_model() -> None:
    model = Integration.from_json(integration(new={"a": "b"}))
    model.to_json()
    assert model == Integration.from_json(integration(new={"a": "b"}))


def test_a_list_of_models_is_written() -> None:
    document = listing(integration("mqttConfig"), integration("sqsConfig"))
    assert IntegrationList.from_json(document).to_json(reveal=True) == document


def test_a_body_is_compact_json_with_its_secrets_in_clear() -> None:
    patch = IntegrationPatch(enabled=False, credential_name=None, mqtt_config=mqtt(password="pw"))
    content = IntegrationPatch.codec.encode("integration", patch, IntegrationPatch)
    assert content == (
        b'{"enabled":false,"credentialName":null,'
        b'"mqttConfig":{"protocol":"mqtt","host":"h","port":1883,"password":"pw"}}'
    )


def test_an_empty_patch_is_an_empty_object() -> None:
    assert encoded(IntegrationPatch()) == {}


def test_unset_leaves_a_member_out_and_none_writes_null() -> None:
    assert encoded(IntegrationPatch(name=UNSET, credential_name=None)) == {"credentialName": None}


def test_unknown_members_of_a_body_are_sent() -> None:
    assert encoded(IntegrationPatch(extra={"newMember": [1, None]})) == {"newMember": [1, None]}


def test_a_secret_may_be_given_as_text() -> None:
    config = mqtt(password="pw-SAMPLE")
    assert config.password == Secret("pw-SAMPLE")
    config.password = "pw-SAMPLE-2"  # type: ignore[assignment] # the converter takes text
    assert config.password == Secret("pw-SAMPLE-2")
    assert WebsocketHeader(header_key="k", header_value="v").header_value == Secret("v")
    assert mqtt(password=UNSET).password is UNSET


@pytest.mark.parametrize("value", [b"pw-SAMPLE", 5, None])
def test_what_is_no_text_cannot_be_a_secret(value: Any) -> None:
    with pytest.raises(TypeError, match="a Secret holds text") as caught:
        mqtt(password=value)
    assert "SAMPLE" not in str(caught.value)
    with pytest.raises(TypeError, match="a Secret holds text"):
        WebsocketHeader(header_key="k", header_value=value)


@pytest.mark.parametrize(
    ("change", "path", "expected", "got"),
    [
        ({"name": 5}, "name", "str", "int"),
        ({"enabled": "canary"}, "enabled", "bool", "str"),
        ({"topics": "canary"}, "topics", "array", "str"),
        ({"topics": ("canary",)}, "topics", "array", "tuple"),
        ({"topics": {"canary"}}, "topics", "array", "set"),
        ({"topics": ["a", 5]}, "topics[1]", "str", "int"),
        ({"topics": None}, "topics", "array", "null"),
        ({"mqtt_config": mqtt(port="canary")}, "mqttConfig.port", "number", "str"),
        ({"mqtt_config": {"host": "canary"}}, "mqttConfig.protocol", "str", "nothing"),
        ({"mqtt_config": mqtt(clean=1)}, "mqttConfig.clean", "bool", "int"),
        (
            {
                "websocket_config": WebsocketConfig(
                    url="wss://h",
                    headers=[WebsocketHeader(header_key=5, header_value="v")],  # type: ignore[arg-type]
                )
            },
            "websocketConfig.headers[0].headerKey",
            "str",
            "int",
        ),
    ],
)
def test_a_body_of_the_wrong_kind_is_refused_by_its_path(
    change: dict[str, Any], path: str, expected: str, got: str
) -> None:
    with pytest.raises(InvalidArgumentError) as caught:
        encoded(IntegrationPatch(**change))
    assert caught.value.path == f"integration.{path}"
    assert caught.value.expected == expected
    assert str(caught.value) == (
        f"integration.{path}: expected {expected}, got {got}; nothing was sent"
    )


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_number_that_json_does_not_know_is_refused_by_its_path(value: float) -> None:
    with pytest.raises(InvalidArgumentError, match=r"^integration\.mqttConfig\.port: expected"):
        encoded(IntegrationPatch(mqtt_config=mqtt(port=value)))


def test_a_value_that_json_does_not_know_is_refused_by_its_path() -> None:
    extra: Any = {"new": [1, {"when": datetime(2025, 2, 11, tzinfo=timezone.utc), "tags": {1, 2}}]}
    with pytest.raises(InvalidArgumentError, match=r"^integration\.new\[1\]\.when: expected"):
        encoded(IntegrationPatch(extra=extra))


class Protocol(str, enum.Enum):
    MQTTS = "mqtts"


class Port(enum.IntEnum):
    TLS = 8883


def test_members_of_enums_are_the_text_and_the_number_that_they_are() -> None:
    config = mqtt(protocol=Protocol.MQTTS, port=Port.TLS, password=Protocol.MQTTS)
    assert encoded(IntegrationPatch(mqtt_config=config)) == {
        "mqttConfig": {"protocol": "mqtts", "host": "h", "port": 8883, "password": "mqtts"}
    }


@pytest.mark.parametrize(
    ("masked", "path"),
    [
        (lambda: IntegrationPatch(mqtt_config=mqtt(password=MASK)), "mqttConfig.password"),
        (lambda: IntegrationPatch.from_json(just("mqttConfig")), "mqttConfig.password"),
        (lambda: IntegrationPatch.from_json(just("sqsConfig")), "sqsConfig.accessKeyId"),
        (lambda: IntegrationPatch.from_json(just("websocketConfig")), "websocketConfig.url"),
        (lambda: IntegrationPatch(extra={"new": ["x", MASK]}), "new[1]"),
        (
            lambda: IntegrationPatch(
                websocket_config=WebsocketConfig(
                    url="wss://h", headers=[WebsocketHeader(header_key="k", header_value=MASK)]
                )
            ),
            "websocketConfig.headers[0].headerValue",
        ),
    ],
)
def test_a_mask_that_is_sent_back_is_refused_by_its_path(
    masked: Callable[[], IntegrationPatch], path: str
) -> None:
    with pytest.raises(InvalidArgumentError, match="the mask that stands in for it") as caught:
        encoded(masked())
    assert caught.value.path == f"integration.{path}"


def just(config: str) -> Any:
    """Return what a user might read, and send back: one configuration, masked."""
    return {config: Integration.from_json(integration(config)).to_json()[config]}


@pytest.mark.parametrize(
    ("body", "got"),
    [
        ({"enabled": False}, "dict"),
        (None, "NoneType"),
        (Integration(id="x"), "Integration"),
        (GooglePubSubConfig(), "GooglePubSubConfig"),
    ],
)
def test_another_model_than_asked_for_is_refused(body: Any, got: str) -> None:
    with pytest.raises(InvalidArgumentError, match=rf"^integration: .*from_json.* got {got};"):
        encoded(body)


def test_a_post_needs_what_is_documented() -> None:
    post = IntegrationPost(name="x", integration_type="sqs")
    assert encoded(post, IntegrationPost) == {"name": "x", "integrationType": "sqs"}
    post.name = None  # type: ignore[assignment]
    with pytest.raises(InvalidArgumentError, match=r"^integration\.name: expected str, got null"):
        encoded(post, IntegrationPost)


def test_a_refused_body_leaves_no_secret_in_the_frame_that_raises() -> None:
    patch = IntegrationPatch(name=5, mqtt_config=mqtt(password="pw-SAMPLE"))  # type: ignore[arg-type]
    with pytest.raises(InvalidArgumentError) as caught:
        encoded(patch)
    shown = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    assert "pw-SAMPLE" not in "".join(shown.format()).replace('password="pw-SAMPLE"', "")
    assert caught.value.__context__ is None


@pytest.mark.parametrize("config", CONFIGS)
def test_the_secrets_of_a_model_are_known(config: str) -> None:
    found = secrets_in([{"a": (Integration.from_json(integration(config)), 5)}])
    link = f"/applications/{APPLICATION}/integrations/{INTEGRATION}"  # free-form, and long
    assert sorted(found) == sorted([*REVEALED[config], link])


REVEALED = {
    "azureEventHubConfig": ["Endpoint=sb://SAMPLE-azure"],
    "googlePubSubConfig": ['{"k": "SAMPLE-google"}'],
    "mqttConfig": ["pw-SAMPLE-1", "key-SAMPLE-1"],
    "particleConfig": ["SAMPLE-particle"],
    "sqsConfig": ["SAMPLE-sqs-id", "SAMPLE-sqs-key"],
    "websocketConfig": [
        "wss://u:SAMPLE-ws-url@ws.example",
        "SAMPLE-ws-password",
        "SAMPLE-ws-key",
        "SAMPLE-ws-header",
    ],
}


def test_what_is_sent_may_be_another_document_than_the_bodys() -> None:
    post = IntegrationPost(name="x", integration_type="sqs")
    for wrap, sent in (
        (lambda written: [written["name"]], ["x"]),
        (lambda written: {"data": written}, {"data": post.to_json()}),
    ):
        content = post.codec.encode("integration", post, IntegrationPost, wrap=wrap)
        assert json.loads(content) == sent


def test_a_member_that_came_of_another_type_than_documented_is_sent_back() -> None:
    config = {"protocol": "mqtt", "host": "h", "port": 1, "clean": "yes"}
    came: Any = {"name": 5, "topics": ["a", 1], "mqttConfig": config}
    patch = IntegrationPatch.from_json(came)
    assert patch.name is UNSET
    assert encoded(patch) == came
    assert isinstance(patch.mqtt_config, MqttConfig)
    patch.mqtt_config.clean = True
    assert encoded(patch)["mqttConfig"]["clean"] is True
    patch.mqtt_config.clean = "no"  # type: ignore[assignment]
    with pytest.raises(InvalidArgumentError, match=r"mqttConfig\.clean: expected bool, got str"):
        encoded(patch)
    headers: Any = {"url": "u", "headers": [{"headerKey": 5, "headerValue": "v"}], "username": []}
    assert encoded(IntegrationPatch.from_json({"websocketConfig": headers})) == {
        "websocketConfig": headers
    }


@attrs.define(kw_only=True, repr=False)
class Drawer(Model):
    codec: ClassVar[Codec] = Codec(mask="xxx")
    label: Maybe[str] = UNSET
    content: Maybe[JSON] = attrs.field(default=UNSET, metadata={**HIDDEN, **named("inside")})


@pytest.mark.parametrize(
    ("content", "shown", "masked"),
    [
        ({"b": "SAMPLE", "a": [1, True]}, "<a, b>", {"b": MASK, "a": [MASK, True]}),
        ({}, "<>", {}),
        (None, "None", None),
        ("SAMPLE", "<...>", MASK),
        (["SAMPLE"], "<...>", [MASK]),
    ],
)
def test_of_a_free_form_field_only_the_names_of_members_show(
    content: Any, shown: str, masked: Any
) -> None:
    drawer = Drawer(label="top", content=content)
    assert repr(drawer) == f"Drawer(label='top', content={shown})"
    assert drawer.to_json() == {"label": "top", "inside": masked}
    assert drawer.to_json(reveal=True) == {"label": "top", "inside": content}


@pytest.mark.parametrize("mask", ["xxx", MASK])
def test_the_mask_of_a_platform_is_refused_like_our_own(mask: str) -> None:
    for drawer in (Drawer(label=mask), Drawer(content={"a": mask}), Drawer(extra={"a": mask})):
        with pytest.raises(InvalidArgumentError, match="the mask"):
            encoded(drawer, Drawer)
    assert encoded(Drawer(label="xxxx"), Drawer) == {"label": "xxxx"}
    assert encoded(IntegrationPatch(name="xxx")) == {"name": "xxx"}
