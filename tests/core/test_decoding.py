"""Documents become models: nothing is coerced, nothing is lost, the future does not raise."""

from __future__ import annotations

import json
import pickle
import traceback
from collections import OrderedDict
from datetime import datetime, timezone
from typing import Any, ClassVar

import attrs
import pytest

from integrations_sdk import (
    JSON,
    UNSET,
    DecodeError,
    Drift,
    Maybe,
    Model,
    Secret,
    celigo,
    losant,
    optimizeplayer,
)
from integrations_sdk.core.tolerance import Walk
from integrations_sdk.core.wire import Codec, camel_case
from integrations_sdk.losant import (
    Integration,
    IntegrationList,
    MqttConfig,
    Success,
    WebsocketConfig,
    WebsocketHeader,
)

from .examples import APPLICATION, CONFIGS, INTEGRATION, SECRETS, integration, listing


def drifts_of(document: Any, type_: type[Model] = Integration) -> list[Drift]:
    return type_.codec.decode(type_, document)[1]


@pytest.mark.parametrize("config", CONFIGS)
def test_a_documented_integration_is_read_without_drift(config: str) -> None:
    model, drifts = Integration.codec.decode(Integration, integration(config), strict=True)
    assert drifts == []
    assert model.extra == {}
    assert model.integration_type == config.removesuffix("Config")
    configs = {name: getattr(model, field) for name, field in FIELDS.items()}
    assert [name for name, found in configs.items() if found is not UNSET] == [config]
    assert configs[config].extra == {}
    assert all(
        getattr(configs[config], field.name) is not UNSET
        for field in attrs.fields(type(configs[config]))
    )


FIELDS = {
    "azureEventHubConfig": "azure_event_hub_config",
    "googlePubSubConfig": "google_pub_sub_config",
    "mqttConfig": "mqtt_config",
    "particleConfig": "particle_config",
    "sqsConfig": "sqs_config",
    "websocketConfig": "websocket_config",
}


def test_every_member_arrives_in_its_field() -> None:
    model = Integration.from_json(integration())
    assert model.id == model.integration_id == INTEGRATION
    assert model.application_id == APPLICATION
    assert model.creation_date == datetime(2025, 2, 11, 8, 15, 30, 120_000, timezone.utc)
    assert model.credential_name is None
    assert model.enabled is True
    assert model.topics == ["coldroom/+/temp"]
    assert isinstance(model.mqtt_config, MqttConfig)
    assert model.mqtt_config.port == 8883
    assert model.mqtt_config.password == Secret("pw-SAMPLE-1")
    assert model.mqtt_config.disable_ssl_verification is False
    assert model.status
    assert model.status.disconnect_info
    assert model.status.disconnect_info.ts is None
    assert model.status.disconnect_info.error == "gone"
    assert model.resource_type == "integration"
    assert model.etag == '"1-a"'
    assert model.actions == [{"name": "delete"}]


def test_a_list_in_a_configuration_becomes_models() -> None:
    model = Integration.from_json(integration("websocketConfig"))
    assert isinstance(model.websocket_config, WebsocketConfig)
    assert model.websocket_config.headers == [
        WebsocketHeader(header_key="X-Room", header_value=Secret("SAMPLE-ws-header"))
    ]


@pytest.mark.parametrize("form", [dict, OrderedDict, json.dumps, lambda d: json.dumps(d).encode()])
def test_bytes_text_and_parsed_documents_are_the_same(form: Any) -> None:
    assert Integration.from_json(form(integration())) == Integration.from_json(integration())


@pytest.mark.parametrize(
    ("member", "value", "expected", "got"),
    [
        ("enabled", "false", "bool", "str"),
        ("enabled", 1, "bool", "int"),
        ("enabled", 0.0, "bool", "float"),
        ("enabled", None, "bool", "null"),
        ("name", 5, "str", "int"),
        ("name", {"a": "b"}, "str", "object"),
        ("name", None, "str", "null"),
        ("credentialName", 5, "str", "int"),
        ("integrationType", 5, "str", "int"),
        ("topics", "a", "array", "str"),
        ("topics", {"a": 1}, "array", "object"),
        ("topics", None, "array", "null"),
        ("creationDate", 1739390400123, "date-time", "int"),
        ("creationDate", "yesterday", "date-time", "str"),
        ("mqttConfig", "x", "object", "str"),
        ("mqttConfig", None, "object", "null"),
        ("status", [], "object", "array"),
        ("_links", [], "object", "array"),
        ("_links", None, "object", "null"),
    ],
)
def test_a_member_of_another_kind_is_left_absent_and_kept_raw(
    member: str, value: Any, expected: str, got: str
) -> None:
    document = integration(**{member: value})
    model, drifts = Integration.codec.decode(Integration, document)
    field = next(n for n, m in Integration.codec.members(Integration).items() if m == member)
    assert getattr(model, field) is UNSET
    assert model.extra == {member: value}
    assert drifts == [Drift(member, expected, got)]
    assert model.to_json(reveal=True) == document


@pytest.mark.parametrize(
    ("value", "expected", "got"),
    [("8883", "number", "str"), (True, "number", "bool"), (None, "number", "null")],
)
def test_a_number_is_no_text_and_no_bool(value: Any, expected: str, got: str) -> None:
    document = integration("mqttConfig")
    document["mqttConfig"]["port"] = value
    model, drifts = Integration.codec.decode(Integration, document)
    assert drifts == [Drift("mqttConfig.port", expected, got)]
    assert model.mqtt_config is UNSET  # it cannot be without its port
    assert model.extra == {"mqttConfig": document["mqttConfig"]}
    assert model.to_json(reveal=True) == document


@pytest.mark.parametrize("value", [1.9, 1.0, "1", True, None])
def test_a_whole_number_is_nothing_else(value: Any) -> None:
    model, drifts = IntegrationList.codec.decode(IntegrationList, listing(page=value))
    assert model.page is UNSET
    assert [drift.path for drift in drifts] == ["page"]
    assert drifts[0].expected == "int"


def test_a_whole_number_stays_one_where_any_number_will_do() -> None:
    model = Integration.from_json(integration())
    assert isinstance(model.mqtt_config, MqttConfig)
    assert type(model.mqtt_config.port) is int
    model = Integration.from_json(integration(mqttConfig={**CONFIGS["mqttConfig"], "port": 1.5}))
    assert isinstance(model.mqtt_config, MqttConfig)
    assert model.mqtt_config.port == 1.5


@pytest.mark.parametrize(
    ("path", "change"),
    [
        ("topics[1]", {"topics": ["a", 5, "b"]}),
        ("status.connectInfo.ts", {"status": {"connectInfo": {"ts": "now"}}}),
        ("mqttConfig.host", {"mqttConfig": {"protocol": "mqtt", "port": 1}}),
        (
            "websocketConfig.headers[1].headerValue",
            {
                "websocketConfig": {
                    "url": "wss://h",
                    "headers": [
                        {"headerKey": "a", "headerValue": "b"},
                        {"headerKey": "a", "headerValue": 5},
                    ],
                }
            },
        ),
        (
            "websocketConfig.headers[0].headerKey",
            {"websocketConfig": {"url": "wss://h", "headers": [{"headerValue": "b"}]}},
        ),
    ],
)
def test_a_drift_names_its_exact_path(path: str, change: dict[str, Any]) -> None:
    assert [drift.path for drift in drifts_of(integration(**change))] == [path]


def test_a_drift_costs_the_smallest_member_that_can_be_absent() -> None:
    config = {**CONFIGS["websocketConfig"], "headers": [{"headerKey": 5, "headerValue": "v"}]}
    model = Integration.from_json(integration(websocketConfig=config))
    assert isinstance(model.websocket_config, WebsocketConfig)
    assert model.websocket_config.headers is UNSET
    assert model.websocket_config.extra == {"headers": config["headers"]}
    assert model.websocket_config.username == "u"


def test_every_drift_is_reported() -> None:
    document = integration(enabled="yes", topics=5, status={"lastKeepAlive": "never"})
    assert drifts_of(document) == [
        Drift("enabled", "bool", "str"),
        Drift("topics", "array", "int"),
        Drift("status.lastKeepAlive", "number", "str"),
    ]


def test_unknown_members_are_no_drift() -> None:
    document = integration(newMember={"a": [1, None]}, extra="x", self=1, __class__="y")
    document["mqttConfig"]["qos"] = 2
    model, drifts = Integration.codec.decode(Integration, document, strict=True)
    assert drifts == []
    assert model.extra == {
        "newMember": {"a": [1, None]},
        "extra": "x",
        "self": 1,
        "__class__": "y",
    }
    assert isinstance(model.mqtt_config, MqttConfig)
    assert model.mqtt_config.extra == {"qos": 2}
    assert type(model) is Integration


def test_unknown_members_survive_beside_a_drift() -> None:
    model = Integration.from_json(integration(enabled="yes", extra=[1], newMember=2))
    assert model.extra == {"enabled": "yes", "extra": [1], "newMember": 2}


@pytest.mark.parametrize("type_", ["meridian", "from-the-future", ""])
def test_an_unknown_choice_is_kept_as_it_came(type_: str) -> None:
    model, drifts = Integration.codec.decode(Integration, integration(integrationType=type_))
    assert model.integration_type == type_
    assert drifts == []


def test_absent_is_not_null() -> None:
    absent = Integration.from_json({"id": "x"})
    null = Integration.from_json({"id": "x", "credentialName": None})
    assert absent.credential_name is UNSET
    assert null.credential_name is None
    assert absent != null
    assert absent.to_json() == {"id": "x"}
    assert null.to_json() == {"id": "x", "credentialName": None}


@pytest.mark.parametrize(
    ("document", "error"),
    [
        ({"name": "x"}, "id: expected str, got nothing"),
        ({"id": 5}, "id: expected str, got int"),
        ({"id": None}, "id: expected str, got null"),
        ([], r"\$: expected object, got array"),
        (None, r"\$: expected object, got null"),
        (5, r"\$: expected object, got int"),
        ("[]", r"\$: expected object, got array"),
        ("{", r"\$: expected JSON, got broken JSON \(line 1, column 2\)"),
        (b"\xff", r"\$: expected JSON, got text that is not JSON"),
        (b"", r"\$: expected JSON, got broken JSON"),
        ("[" * 100_000, r"\$: expected JSON, got JSON nested beyond reason"),
    ],
)
def test_a_document_without_an_identity_is_refused(document: Any, error: str) -> None:
    with pytest.raises(DecodeError, match=f"^{error}"):
        Integration.from_json(document)


def test_an_item_without_an_identity_makes_a_list_unusable() -> None:
    with pytest.raises(DecodeError, match=r"^items\[1\].id: expected str, got nothing$"):
        IntegrationList.from_json(listing(integration(), {"name": "x"}))


def test_a_list_without_items_is_refused() -> None:
    with pytest.raises(DecodeError, match=r"^items: expected array, got nothing$"):
        IntegrationList.from_json({"totalCount": 0})


def test_an_item_of_another_kind_makes_a_list_unusable() -> None:
    with pytest.raises(DecodeError, match=r"^items\[0\]: expected object, got str$"):
        IntegrationList.from_json(listing(items=["x"]))


def test_a_drift_in_a_list_names_the_item() -> None:
    document = listing(integration(), integration(enabled=1))
    assert drifts_of(document, IntegrationList) == [Drift("items[1].enabled", "bool", "int")]
    model = IntegrationList.from_json(document)
    assert [item.enabled for item in model.items] == [True, UNSET]


def test_only_what_drifts_is_gone_through_member_by_member(monkeypatch: pytest.MonkeyPatch) -> None:
    paths: list[str] = []
    descend = Walk.descend

    def watched(walk: Walk, type_: Any, value: Any, path: str) -> Any:
        paths.append(path)
        return descend(walk, type_, value, path)

    monkeypatch.setattr(Walk, "descend", watched)
    IntegrationList.from_json(listing(integration(), integration(enabled=1), integration()))
    assert paths == ["", "items", "items[1]", "items[1].enabled"]


def test_strict_raises_on_the_first_drift() -> None:
    document = integration(enabled="canary", topics=["a", 5])
    with pytest.raises(DecodeError) as caught:
        Integration.from_json(document, strict=True)
    error = caught.value
    assert (error.path, error.expected, error.got) == ("enabled", "bool", "str")
    assert str(error) == "enabled: expected bool, got str"


@pytest.mark.parametrize("strict", [True, False])
@pytest.mark.parametrize(
    "document",
    [
        {"id": {"canary": "canary"}},
        {"id": ["canary"], "mqttConfig": {"password": "canary"}},
        '{"id": "canary", ]',
        ["canary"],
    ],
)
def test_an_error_never_holds_the_value(document: Any, strict: bool) -> None:
    with pytest.raises(DecodeError) as caught:
        Integration.from_json(document, strict=strict)
    shown = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    library = [part for part in shown.format() if "/integrations_sdk/core/" in part]
    assert library
    assert "canary" not in "".join(library) + str(caught.value)
    assert caught.value.__context__ is None


def test_a_success_is_a_bool() -> None:
    assert Success.from_json({"success": True}).success is True
    with pytest.raises(DecodeError, match=r"^success: expected bool, got str$"):
        Success.from_json({"success": "true"})


@pytest.mark.parametrize("config", CONFIGS)
def test_a_model_does_not_show_its_secrets(config: str) -> None:
    model = Integration.from_json(integration(config, newSecret="SAMPLE-new"))
    for shown in (repr(model), str(model), f"{model}", str(model.to_json())):
        assert not [secret for secret in [*SECRETS, "SAMPLE-new"] if secret in shown]


def test_a_repr_shows_what_is_there_and_the_names_of_the_rest() -> None:
    model = Integration.from_json({"id": "x", "enabled": False, "b": "SAMPLE", "a": 1})
    assert repr(model) == "Integration(id='x', enabled=False, extra=<a, b>)"


def test_unset_is_false_and_says_so() -> None:
    assert not UNSET
    assert repr(UNSET) == "UNSET"


def test_names_are_written_in_camel_case_but_where_they_are_not() -> None:
    assert camel_case("application_id") == "applicationId"
    assert camel_case("id") == "id"
    members = MqttConfig.codec.members(MqttConfig)
    assert members["disable_ssl_verification"] == "disableSSLVerification"
    assert members["ca_certificate"] == "caCertificate"
    assert "extra" not in members


@attrs.define(kw_only=True, repr=False)
class Ledger(Model):
    """Of another platform: its own style, and kinds of fields that Losant has none of."""

    codec: ClassVar[Codec] = Codec(style=str.upper, timestamp=lambda moment: str(moment.year))

    total: int
    closed: Maybe[datetime | None] = UNSET
    parts: Maybe[list[int | None]] = UNSET
    notes: Maybe[dict[str, str] | None] = UNSET


def test_a_platform_has_its_own_style() -> None:
    model = Ledger.from_json('{"TOTAL": 5, "total": 6, "CLOSED": "2025-02-11T08:15:30Z"}')
    assert model.total == 5
    assert model.extra == {"total": 6}
    assert model.to_json(reveal=True) == {"TOTAL": 5, "total": 6, "CLOSED": "2025"}


def test_a_codec_can_be_pickled_whatever_it_has_decoded() -> None:
    before = Integration.codec.decode(Integration, integration())
    codec = pickle.loads(pickle.dumps(Integration.codec))
    assert codec.decode(Integration, integration()) == before


def test_items_and_objects_may_be_null() -> None:
    document: JSON = {"TOTAL": 5, "PARTS": [1, None], "CLOSED": None, "NOTES": None}
    assert Ledger.from_json(document, strict=True).to_json() == document
    assert drifts_of({"TOTAL": 5, "PARTS": [1, "x"]}, Ledger) == [Drift("PARTS[1]", "int", "str")]
    assert drifts_of({"TOTAL": 5, "NOTES": 5}, Ledger) == [Drift("NOTES", "object", "int")]


def test_a_required_number_that_is_missing_is_named() -> None:
    with pytest.raises(DecodeError, match=r"^TOTAL: expected int, got nothing$"):
        Ledger.from_json({"total": 5})


@attrs.define(kw_only=True, repr=False)
class Shelf(Model):
    """A model that cannot be without another."""

    codec: ClassVar[Codec] = Ledger.codec

    ledger: Ledger


@pytest.mark.parametrize(
    ("document", "path", "got"),
    [
        ("{}", "LEDGER", "nothing"),
        ('{"LEDGER": null}', "LEDGER", "null"),
        ('{"LEDGER": {}}', "LEDGER.TOTAL", "nothing"),
    ],
)
def test_a_required_object_that_is_missing_is_named(document: str, path: str, got: str) -> None:
    with pytest.raises(DecodeError) as caught:
        Shelf.from_json(document)
    assert (caught.value.path, caught.value.got) == (path, got)
    assert caught.value.expected == ("object" if path == "LEDGER" else "int")


@attrs.define(kw_only=True, repr=False)
class Shape(Model):
    codec: ClassVar[Codec] = Codec()
    kind: str

    @classmethod
    def variant(cls, _document: Any) -> Any:
        return Circle if _document.get("kind") == "circle" and issubclass(Circle, cls) else cls


@attrs.define(kw_only=True, repr=False)
class Circle(Shape):
    radius: Maybe[int] = UNSET


@attrs.define(kw_only=True, repr=False)
class Drawing(Model):
    codec: ClassVar[Codec] = Codec()
    shapes: list[Circle | Shape]
    frame: Maybe[Circle | Shape | None] = UNSET


def test_a_union_of_a_model_and_its_variants_is_read_as_the_model_chooses() -> None:
    circle: JSON = {"kind": "circle", "radius": 1}
    drawing = Drawing.from_json({"shapes": [circle, {"kind": "star", "points": 5}], "frame": None})
    assert drawing.shapes == [
        Circle(kind="circle", radius=1),
        Shape(kind="star", extra={"points": 5}),
    ]
    assert drawing.frame is None
    assert Drawing.from_json({"shapes": [], "frame": circle}).frame == Circle(
        kind="circle", radius=1
    )


def test_a_union_of_models_drifts_as_a_model_does() -> None:
    document: JSON = {"shapes": [{"kind": "circle", "radius": "1"}], "frame": 5}
    drawing, drifts = Drawing.codec.decode(Drawing, document)
    assert drawing.shapes == [Circle(kind="circle", extra={"radius": "1"})]
    assert drifts == [
        Drift("shapes[0].radius", "int", "str"),
        Drift("frame", "object", "int"),
    ]
    assert drawing.to_json(reveal=True) == document


def test_who_holds_secrets_is_known() -> None:
    codec = losant.Integration.codec
    assert [
        codec.holds_secrets(type_) for type_ in (losant.Integration, losant.IntegrationList)
    ] == [True] * 2
    assert codec.holds_secrets(list[losant.MqttConfig])
    assert not codec.holds_secrets(losant.Success)
    assert not codec.holds_secrets(type(None))
    assert not celigo.Integration.codec.holds_secrets(list[celigo.Integration])
    assert optimizeplayer.Integration.codec.holds_secrets(optimizeplayer.Integration)


def test_a_member_that_is_there_twice_beside_a_secret_is_refused() -> None:
    with pytest.raises(DecodeError, match="a member twice"):
        losant.Integration.from_json(b'{"id": "1", "name": "a", "name": "b"}')
    assert celigo.Integration.from_json(b'{"_id": "1", "name": "a", "name": "b"}').name == "b"
