"""Every operation of Losant over a real socket, against a server that holds real state."""

from __future__ import annotations

from typing import Any

import pytest

from integrations_sdk import (
    UNSET,
    AuthenticationError,
    BadRequestError,
    InvalidArgumentError,
    MissingScopeError,
    NotFoundError,
    PermissionDeniedError,
    Secret,
)
from integrations_sdk.losant import (
    AzureEventHubConfig,
    GooglePubSubConfig,
    Integration,
    IntegrationPatch,
    IntegrationPost,
    MqttConfig,
    ParticleConfig,
    SqsConfig,
    WebsocketConfig,
    WebsocketHeader,
)
from integrations_sdk.sandbox import Sandbox
from tests.conftest import APPLICATION, INTEGRATION
from tests.faces import Face

UNKNOWN = "ffffffffffffffffffffffff"

POSTS = {
    "azureEventHub": IntegrationPost(
        name="Meters",
        integration_type="azureEventHub",
        azure_event_hub_config=AzureEventHubConfig(
            hub_name="meters", consumer_group="$Default", connection_string="Endpoint=sb://SAMPLE"
        ),
    ),
    "googlePubSub": IntegrationPost(
        name="Docks",
        integration_type="googlePubSub",
        google_pub_sub_config=GooglePubSubConfig(project_id="docks", key_json='{"type": "SAMPLE"}'),
        topics=["projects/docks/topics/arrivals"],
    ),
    "mqtt": IntegrationPost(
        name="Cold room",
        integration_type="mqtt",
        topics=["coldroom/+/temp", "coldroom/+/door"],
        mqtt_config=MqttConfig(
            protocol="mqtts",
            host="mq.coldroom.example",
            port=8883,
            client_id="bridge-1",
            username="bridge",
            password="pw-SAMPLE-2",
            private_key="key-SAMPLE",
            certificate="certificate-SAMPLE",
            ca_certificate="ca-SAMPLE",
            clean=False,
            disable_ssl_verification=True,
            protocol_version="5",
        ),
    ),
    "particle": IntegrationPost(
        name="Trackers",
        integration_type="particle",
        particle_config=ParticleConfig(
            access_token="token-SAMPLE",
            product_slug_or_id="tracker",
            org_slug_or_id="yard",
            device_name_or_id="truck-7",
        ),
    ),
    "sqs": IntegrationPost(
        name="Gates",
        integration_type="sqs",
        enabled=False,
        sqs_config=SqsConfig(
            queue_url="https://sqs.example/1/gates",
            access_key_id="AK-SAMPLE",
            secret_access_key="sk-SAMPLE",
            region="eu-west-1",
        ),
    ),
    "websocket": IntegrationPost(
        name="Weather",
        integration_type="websocket",
        websocket_config=WebsocketConfig(
            url="wss://user:pw-SAMPLE@weather.example/feed",
            username="feed",
            password="pw-SAMPLE-3",
            private_key="key-SAMPLE",
            certificate="certificate-SAMPLE",
            ca_certificate="ca-SAMPLE",
            disable_ssl_verification=False,
            headers=[WebsocketHeader(header_key="X-Station", header_value="st-SAMPLE")],
        ),
    ),
}


def test_get_returns_an_integration_with_every_documented_member_typed(
    face: Face, losant: Any
) -> None:
    found = face(losant.integration.get(application_id=APPLICATION, integration_id=INTEGRATION))
    assert type(found) is Integration
    assert found.id == found.integration_id == INTEGRATION
    assert found.application_id == APPLICATION
    assert found.integration_type == "mqtt"
    assert found.creation_date
    assert found.creation_date.tzinfo
    assert found.extra == {}
    assert found.mqtt_config
    assert isinstance(found.mqtt_config.password, Secret)


@pytest.mark.parametrize("kind", POSTS)
def test_what_is_created_reads_back_as_it_was_sent(face: Face, losant: Any, kind: str) -> None:
    post = POSTS[kind]
    created = face(losant.integration.create(application_id=APPLICATION, integration=post))
    found = face(losant.integration.get(application_id=APPLICATION, integration_id=created.id))
    sent, stored = post.to_json(reveal=True), found.to_json(reveal=True)
    assert {name: stored[name] for name in sent} == sent
    assert found.enabled is (kind != "sqs")
    assert found.extra == {}


def test_the_server_names_the_mqtt_client_when_nobody_does(face: Face, losant: Any) -> None:
    post = IntegrationPost(
        name="Bridge",
        integration_type="mqtt",
        mqtt_config=MqttConfig(protocol="mqtt", host="mq.example", port=1883),
    )
    created = face(losant.integration.create(application_id=APPLICATION, integration=post))
    assert created.mqtt_config.client_id


def test_patch_changes_what_it_names_and_nothing_else(face: Face, losant: Any) -> None:
    ids = {"application_id": APPLICATION, "integration_id": INTEGRATION}
    before = face(losant.integration.get(**ids))
    after = face(losant.integration.patch(**ids, integration=IntegrationPatch(enabled=False)))
    assert after.enabled is False
    assert after.last_updated >= before.last_updated
    after.enabled, after.last_updated = before.enabled, before.last_updated
    assert after == before


def test_patch_replaces_a_configuration_whole(face: Face, losant: Any) -> None:
    ids = {"application_id": APPLICATION, "integration_id": INTEGRATION}
    config = MqttConfig(protocol="mqtt", host="mq.new.example", port=1883, client_id="c")
    patch = IntegrationPatch(mqtt_config=config)
    after = face(losant.integration.patch(**ids, integration=patch))
    assert after.mqtt_config == config
    assert after.mqtt_config.password is UNSET


def test_a_secret_is_rotated_by_sending_the_configuration_back(face: Face, losant: Any) -> None:
    ids = {"application_id": APPLICATION, "integration_id": INTEGRATION}
    config = face(losant.integration.get(**ids)).mqtt_config
    config.password = Secret("pw-SAMPLE-rotated")
    face(losant.integration.patch(**ids, integration=IntegrationPatch(mqtt_config=config)))
    found = face(losant.integration.get(**ids))
    assert found.mqtt_config == config
    assert found.mqtt_config.password.reveal() == "pw-SAMPLE-rotated"


def test_null_detaches_a_credential_and_absence_does_not(face: Face, losant: Any) -> None:
    everything = face.all(losant.integration.list(application_id=APPLICATION))
    attached = next(found for found in everything if found.credential_name)
    ids = {"application_id": APPLICATION, "integration_id": attached.id}
    kept = face(losant.integration.patch(**ids, integration=IntegrationPatch(topics=[])))
    assert kept.credential_name == attached.credential_name
    patch = IntegrationPatch(credential_name=None)
    assert not face(losant.integration.patch(**ids, integration=patch)).credential_name


def test_an_empty_patch_is_valid(face: Face, losant: Any) -> None:
    ids = {"application_id": APPLICATION, "integration_id": INTEGRATION}
    before = face(losant.integration.get(**ids))
    after = face(losant.integration.patch(**ids, integration=IntegrationPatch()))
    assert after.name == before.name


def test_what_is_deleted_is_gone(face: Face, losant: Any) -> None:
    ids = {"application_id": APPLICATION, "integration_id": INTEGRATION}
    assert face(losant.integration.delete(**ids, include_workflows=True)).success is True
    with pytest.raises(NotFoundError) as caught:
        face(losant.integration.get(**ids))
    assert caught.value.code == "NotFound"
    assert caught.value.request_id
    with pytest.raises(NotFoundError):
        face(losant.integration.delete(**ids))


def test_a_list_walks_all_pages_in_order(face: Face, losant: Any) -> None:
    whole = face(losant.integration.list(application_id=APPLICATION))
    names = [found.name for found in whole.items]
    assert names == sorted(names)
    assert whole.data.total_count == whole.data.count == len(names) > 2
    walked = face.all(losant.integration.list(application_id=APPLICATION, per_page=2))
    assert walked == list(whole.items)


def test_a_list_sorts_filters_and_starts_where_it_is_told(face: Face, losant: Any) -> None:
    whole = face.all(losant.integration.list(application_id=APPLICATION))
    backwards = losant.integration.list(application_id=APPLICATION, sort_direction="desc")
    assert face.all(backwards) == whole[::-1]
    second = face(losant.integration.list(application_id=APPLICATION, page=1, per_page=3))
    assert list(second.items) == whole[3:6]
    assert second.data.page == 1
    filtered = losant.integration.list(
        application_id=APPLICATION, filter_field="integrationType", filter="mq*"
    )
    assert face.all(filtered) == [found for found in whole if found.integration_type == "mqtt"]
    by_age = losant.integration.list(application_id=APPLICATION, sort_field="creationDate")
    dates = [found.creation_date for found in face.all(by_age)]
    assert dates == sorted(dates)


def test_a_reply_tells_the_particulars_of_its_answer(face: Face, losant: Any) -> None:
    ids = {"application_id": APPLICATION, "integration_id": INTEGRATION}
    reply = face(losant.integration.get.with_response(**ids))
    assert (reply.value.id, reply.status) == (INTEGRATION, 200)
    assert reply.request_id == reply.headers["X-Request-Id"]
    assert [attempt.outcome for attempt in reply.attempts] == ["200"]
    assert reply.elapsed >= reply.attempts[0].elapsed > 0
    first = face(losant.integration.list.with_response(application_id=APPLICATION))
    assert len(face.all(first.value)) == first.value.data.total_count


def test_a_call_is_a_value_that_can_be_sent_later(face: Face, losant: Any) -> None:
    call = losant.integration.get.call(application_id=APPLICATION, integration_id=INTEGRATION)
    assert face(losant.send(call)) == face(losant.send(call))


@pytest.mark.parametrize(
    ("operation", "scopes"),
    [
        ("get", ["integration.get"]),
        ("get", ["all.Application.read"]),
        ("patch", ["integration.*"]),
        ("delete", ["all.User.bounded"]),
        ("list", ["integrations.*"]),
        ("create", ["integrations.post"]),
    ],
)
def test_one_scope_of_the_row_suffices(
    face: Face, sandbox: Sandbox, operation: str, scopes: list[str]
) -> None:
    token = sandbox.token("losant", scopes=scopes)
    client = face.losant(token, base_url=sandbox.base_url("losant"))
    assert client.can(f"integration.{operation}")
    face(_call(client, operation))


@pytest.mark.parametrize(
    ("operation", "scopes"),
    [
        ("get", ["integrations.*"]),
        ("list", ["integration.*"]),
        ("patch", ["all.Application.read"]),
        ("delete", ["integration.patch"]),
        ("create", ["integrations.get"]),
    ],
)
def test_both_sides_agree_on_which_scopes_do_not_suffice(
    face: Face, sandbox: Sandbox, operation: str, scopes: list[str]
) -> None:
    token, url = sandbox.token("losant", scopes=scopes), sandbox.base_url("losant")
    client = face.losant(token, base_url=url)
    assert not client.can(f"integration.{operation}")
    with pytest.raises(MissingScopeError) as known_before:
        face(_call(client, operation))
    assert known_before.value.granted == set(scopes)
    unchecked = face.losant(token, base_url=url, scopes=["all.Application"])
    with pytest.raises(PermissionDeniedError):
        face(_call(unchecked, operation))


def test_a_wrong_or_expired_token_is_refused(face: Face, sandbox: Sandbox) -> None:
    for token in ("tok-SAMPLE-wrong", sandbox.token("losant", expires_in=-1)):
        client = face.losant(token, base_url=sandbox.base_url("losant"))
        with pytest.raises(AuthenticationError) as caught:
            face(_call(client, "get"))
        assert caught.value.code == "Unauthorized"


def test_a_token_that_expires_is_asked_for_again(face: Face, sandbox: Sandbox) -> None:
    tokens = iter([sandbox.token("losant", expires_in=-1), sandbox.token("losant")])
    provider = face.provider(lambda: next(tokens))
    client = face.losant(provider, base_url=sandbox.base_url("losant"))
    reply = face(
        client.integration.get.with_response(application_id=APPLICATION, integration_id=INTEGRATION)
    )
    assert [attempt.outcome for attempt in reply.attempts] == ["401", "200"]


@pytest.mark.parametrize(
    ("patch", "says"),
    [
        (IntegrationPatch(name=""), "name"),
        (IntegrationPatch(topics=["a", "a"]), "topics"),
        (IntegrationPatch(credential_name="nobody"), "nobody"),
        (IntegrationPatch(sqs_config=SqsConfig(queue_url="https://q.example")), "sqsConfig"),
        (IntegrationPatch(extra={"colour": "red"}), "colour"),
        (
            IntegrationPatch(
                mqtt_config=MqttConfig(
                    protocol="mqtt", host="h", port=1883, extra={"colour": "red"}
                )
            ),
            "colour",
        ),
    ],
)
def test_what_the_platform_refuses_is_an_error_that_names_the_member(
    face: Face, losant: Any, patch: IntegrationPatch, says: str
) -> None:
    ids = {"application_id": APPLICATION, "integration_id": INTEGRATION}
    before = face(losant.integration.get(**ids))
    with pytest.raises(BadRequestError) as caught:
        face(losant.integration.patch(**ids, integration=patch))
    assert says in caught.value.message
    assert face(losant.integration.get(**ids)) == before


@pytest.mark.parametrize("wrong", ["", "575ed78e", "zzzzzzzzzzzzzzzzzzzzzzzz", "..", "a/b"])
def test_a_malformed_id_is_refused_before_anything_is_sent(
    face: Face, losant: Any, wrong: str
) -> None:
    with pytest.raises(InvalidArgumentError, match="integration_id"):
        face(losant.integration.get(application_id=APPLICATION, integration_id=wrong))


def test_a_wrong_type_in_a_patch_is_refused_before_anything_is_sent(
    face: Face, losant: Any
) -> None:
    ids = {"application_id": APPLICATION, "integration_id": INTEGRATION}
    wrong: Any = "yes"
    with pytest.raises(InvalidArgumentError, match=r"integration\.enabled: expected bool, got str"):
        face(losant.integration.patch(**ids, integration=IntegrationPatch(enabled=wrong)))


def test_an_unknown_application_is_not_found(face: Face, losant: Any) -> None:
    with pytest.raises(NotFoundError, match="Application was not found"):
        face(losant.integration.list(application_id=UNKNOWN))


def test_many_calls_at_once_all_come_back(face: Face, losant: Any) -> None:
    names = [f"Bridge {number}" for number in range(20)]
    face.gather(
        *(
            lambda name=name: losant.integration.create(
                application_id=APPLICATION,
                integration=IntegrationPost(name=name, integration_type="mqtt"),
            )
            for name in names
        )
    )
    listed = losant.integration.list(
        application_id=APPLICATION, per_page=7, filter_field="name", filter="Bridge*"
    )
    assert sorted(found.name for found in face.all(listed)) == sorted(names)


def _call(client: Any, operation: str) -> Any:
    arguments: dict[str, Any] = {"application_id": APPLICATION}
    if operation in {"get", "patch", "delete"}:
        arguments["integration_id"] = INTEGRATION
    if operation == "patch":
        arguments["integration"] = IntegrationPatch(enabled=True)
    if operation == "create":
        arguments["integration"] = POSTS["mqtt"]
    return getattr(client.integration, operation)(**arguments)
