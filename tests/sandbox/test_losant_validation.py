"""Each rule of the published schemas, broken once, and kept at its very edge."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from .facts import CONFIGS, MANY, ONE, integration

LONG = {255: "x" * 256, 256: "x" * 257, 1024: "x" * 1025, 32767: "x" * 32768}

# (type, member of its config, most characters); the least is 1, or 4 for keys and certificates.
TEXTS = [
    ("azureEventHub", "hubName", 256),
    ("azureEventHub", "consumerGroup", 256),
    ("azureEventHub", "connectionString", 1024),
    ("googlePubSub", "projectId", 255),
    ("googlePubSub", "keyJson", 32767),
    ("mqtt", "host", 1024),
    ("mqtt", "clientId", 1024),
    ("mqtt", "username", 1024),
    ("mqtt", "password", 1024),
    ("mqtt", "privateKey", 32767),
    ("mqtt", "certificate", 32767),
    ("mqtt", "caCertificate", 32767),
    ("particle", "accessToken", 1024),
    ("particle", "productSlugOrId", 1024),
    ("particle", "orgSlugOrId", 1024),
    ("particle", "deviceNameOrId", 1024),
    ("websocket", "url", 1024),
    ("websocket", "username", 1024),
    ("websocket", "password", 1024),
    ("websocket", "privateKey", 32767),
    ("websocket", "certificate", 32767),
    ("websocket", "caCertificate", 32767),
]
# Strings whose published limits no validator enforces.
FREE_TEXTS = [("sqs", name) for name in ("queueUrl", "accessKeyId", "secretAccessKey", "region")]
FLAGS = [
    ("mqtt", "clean"),
    ("mqtt", "disableSSLVerification"),
    ("websocket", "disableSSLVerification"),
]
REQUIRED = [
    ("azureEventHub", "hubName"),
    ("azureEventHub", "consumerGroup"),
    ("mqtt", "protocol"),
    ("mqtt", "host"),
    ("mqtt", "port"),
    ("particle", "accessToken"),
    ("sqs", "queueUrl"),
    ("websocket", "url"),
]
NOT_TEXT: list[Any] = [None, 1, True, [], {}]


def least(most: int) -> int:
    return 4 if most == 32767 else 1


def each(*values: Any) -> tuple[Any, ...]:
    """Values of any type: a bare tuple of them has none that a checker could name."""
    return values


def broken_configs() -> Iterator[tuple[str, str, Any]]:
    """(type, member, value) that the platform does not take; ``...`` is a member left out."""
    for kind, member, most in TEXTS:
        yield kind, member, "x" * (least(most) - 1)
        yield kind, member, LONG[most]
        yield from ((kind, member, value) for value in NOT_TEXT)
    for kind, member in FREE_TEXTS:
        yield from ((kind, member, value) for value in NOT_TEXT)
    for kind, member in FLAGS:
        yield from ((kind, member, value) for value in each(None, 0, 1, "true", []))
    for kind, member in REQUIRED:
        yield kind, member, ...
    for kind in CONFIGS:
        yield kind, "colour", "red"
    yield from (("mqtt", "port", value) for value in (0, 0.5, 65536, True, False, "1883", None))
    yield from (("mqtt", "protocol", value) for value in each("MQTT", "http", "", None, 1, [], {}))
    yield from (("mqtt", "protocolVersion", value) for value in ("3.1", "4", 5, None))
    header = {"headerKey": "k", "headerValue": "v"}
    yield from (("websocket", "headers", value) for value in each(None, {}, "k: v", [header] * 51))


def described(case: tuple[str, str, Any]) -> str:
    kind, member, value = case
    text = "left out" if value is ... else repr(value)
    return f"{kind}.{member}={text if len(text) < 20 else f'{len(value)} long'}"


@pytest.mark.parametrize("case", list(broken_configs()), ids=described)
def test_a_config_that_breaks_a_rule_is_refused_by_its_name(
    losant: httpx.Client, case: tuple[str, str, Any]
) -> None:
    kind, member, value = case
    body = integration(kind, **{member: value})
    reply = losant.post(MANY, json=body)
    assert reply.status_code == 400, reply.text
    assert reply.json()["type"] == "Validation"
    assert f"{kind}Config.{member} " in reply.json()["message"]
    assert reply.json().keys() == {"type", "message"}


EDGES: list[tuple[str, str, Any]] = [
    *((kind, member, "x" * size) for kind, member, most in TEXTS for size in (least(most), most)),
    *((kind, member, text) for kind, member in FREE_TEXTS for text in ("", "x" * 40000)),
    *((kind, member, value) for kind, member in FLAGS for value in (True, False)),
    *(("mqtt", "port", value) for value in (1, 1.0, 8883.5, 65535)),
    *(("mqtt", "protocol", value) for value in ("mqtt", "mqtts", "ws", "wss")),
    *(("mqtt", "protocolVersion", value) for value in ("3.1.1", "5")),
    ("websocket", "headers", []),
    ("websocket", "headers", [{"headerKey": "k", "headerValue": "v"}] * 50),
    ("googlePubSub", "projectId", ...),
    ("googlePubSub", "keyJson", ...),
]


@pytest.mark.parametrize("case", EDGES, ids=described)
def test_a_config_at_the_edge_of_a_rule_is_taken(
    losant: httpx.Client, case: tuple[str, str, Any]
) -> None:
    kind, member, value = case
    body = integration(kind, **{member: value})
    reply = losant.post(MANY, json=body)
    assert reply.status_code == 201, reply.text
    assert reply.json()[f"{kind}Config"] == body[f"{kind}Config"]


@pytest.mark.parametrize(
    ("header", "member"),
    [
        ({"headerKey": "k"}, "websocketConfig.headers[1].headerValue is required"),
        ({"headerValue": "v"}, "websocketConfig.headers[1].headerKey is required"),
        ({"headerKey": "", "headerValue": "v"}, "websocketConfig.headers[1].headerKey "),
        ({"headerKey": "k", "headerValue": "v" * 1025}, "websocketConfig.headers[1].headerValue "),
        ({"headerKey": "k", "headerValue": 1}, "websocketConfig.headers[1].headerValue "),
        ({"headerKey": "k", "headerValue": "v", "x": 1}, "websocketConfig.headers[1].x is not"),
        ("k: v", "websocketConfig.headers[1] must be an object"),
    ],
)
def test_a_header_that_breaks_a_rule_is_refused_by_its_place(
    losant: httpx.Client, header: Any, member: str
) -> None:
    good = {"headerKey": "k", "headerValue": "v"}
    reply = losant.post(MANY, json=integration("websocket", headers=[good, header]))
    assert reply.status_code == 400
    assert member in reply.json()["message"]


@pytest.mark.parametrize(
    ("connection_string", "host_name", "status"),
    [("cs", ..., 201), (..., "h", 201), ("cs", "h", 400), (..., ..., 400), ("cs", "x" * 257, 400)],
)
def test_an_event_hub_has_a_connection_string_or_a_host_name(
    losant: httpx.Client, connection_string: Any, host_name: Any, status: int
) -> None:
    body = integration("azureEventHub", connectionString=connection_string, hostName=host_name)
    reply = losant.post(MANY, json=body)
    assert reply.status_code == status
    if status == 400:
        message = reply.json()["message"]
        assert "azureEventHubConfig" in message
        assert "exactly one of connectionString and hostName" in message


BROKEN: list[tuple[str, Any]] = [
    *(("name", value) for value in each("", LONG[255], None, 1, True, [], {})),
    *(("enabled", value) for value in ("true", 1, 0, None)),
    *(("topics", value) for value in (None, "a", {"0": "a"}, [1], [""], ["x" * 1025], ["a", None])),
    ("topics", ["a", "b", "a"]),
    *(
        ("credentialName", value)
        for value in each("", LONG[255], 1, True, [], "No such credential")
    ),
    *((f"{kind}Config", value) for kind in CONFIGS for value in each(None, [], "x", 1)),
    ("id", "575ed78e7ae143cd83dc4aab"),
    ("integrationId", "575ed78e7ae143cd83dc4aab"),
    ("applicationId", "575ec8687ae143cd83dc4a97"),
    ("creationDate", "2025-02-01T08:15:30.120Z"),
    ("lastUpdated", "2025-02-01T08:15:30.120Z"),
    ("status", {}),
    ("_type", "integration"),
    ("colour", "red"),
    ("__proto__", {}),
]


@pytest.mark.parametrize(("member", "value"), BROKEN)
@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_a_member_that_breaks_a_rule_is_refused_by_its_name(
    losant: httpx.Client, method: str, member: str, value: Any
) -> None:
    body = {member: value} if method == "PATCH" else {**integration(), member: value}
    reply = losant.request(method, ONE if method == "PATCH" else MANY, json=body)
    assert reply.status_code == 400, reply.text
    assert reply.json()["type"] == "Validation"
    assert member in reply.json()["message"]


@pytest.mark.parametrize("member", ["name", "integrationType"])
def test_a_new_integration_needs_a_name_and_a_type(losant: httpx.Client, member: str) -> None:
    body = integration()
    del body[member]
    reply = losant.post(MANY, json=body)
    assert reply.status_code == 400
    assert f"{member} is required" in reply.json()["message"]


@pytest.mark.parametrize("kind", ["meridian", "MQTT", "", None, 1, [], {}])
def test_an_unknown_type_is_refused_with_the_known_ones(losant: httpx.Client, kind: Any) -> None:
    reply = losant.post(MANY, json={"name": "New one", "integrationType": kind})
    assert reply.status_code == 400
    known = "azureEventHub, googlePubSub, mqtt, particle, sqs, websocket"
    assert f"integrationType must be one of: {known}" in reply.json()["message"]


def test_a_new_integration_cannot_have_its_credential_detached(losant: httpx.Client) -> None:
    reply = losant.post(MANY, json={**integration(), "credentialName": None})
    assert reply.status_code == 400
    assert "credentialName must be a string" in reply.json()["message"]


def test_the_type_cannot_be_patched(losant: httpx.Client) -> None:
    reply = losant.patch(ONE, json={"integrationType": "mqtt"})
    assert reply.status_code == 400
    assert "integrationType is not allowed here" in reply.json()["message"]


@pytest.mark.parametrize("kind", [kind for kind in CONFIGS if kind != "mqtt"])
def test_a_config_of_another_type_is_refused(losant: httpx.Client, kind: str) -> None:
    stray = {f"{kind}Config": CONFIGS[kind]}
    for reply in (
        losant.post(MANY, json=integration("mqtt") | stray),
        losant.patch(ONE, json=stray),
    ):
        assert reply.status_code == 400
        expected = f"{kind}Config does not go with the integrationType mqtt"
        assert expected in reply.json()["message"]


def test_a_credential_of_another_application_does_not_count(losant: httpx.Client) -> None:
    reply = losant.patch(ONE, json={"credentialName": "Queue reader"})
    assert reply.status_code == 400
    assert "credentialName" in reply.json()["message"]


@pytest.mark.parametrize("name", ["x", "x" * 255, "😀" * 255])
def test_a_name_at_the_edge_is_taken(losant: httpx.Client, name: str) -> None:
    assert losant.patch(ONE, json={"name": name}).json()["name"] == name


@pytest.mark.parametrize("topics", [[], ["x" * 1024], ["a", "A"]])
def test_topics_at_the_edge_are_taken(losant: httpx.Client, topics: list[str]) -> None:
    assert losant.patch(ONE, json={"topics": topics}).json()["topics"] == topics


def test_several_mistakes_are_named_at_once_but_never_endlessly(losant: httpx.Client) -> None:
    body = {"name": 1, "topics": [1] * 50, "mqttConfig": {"port": True}}
    message = losant.patch(ONE, json=body).json()["message"]
    assert message.startswith("name must be a string; topics[0] must be a string; ")
    assert message.count(";") == 9


def test_no_message_repeats_a_value_that_was_sent(losant: httpx.Client) -> None:
    body = integration("mqtt", password=["pw-SAMPLE"], port="pw-SAMPLE", privateKey="SAM")
    assert "SAM" not in losant.post(MANY, json=body).text
