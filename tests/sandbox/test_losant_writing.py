import re
from datetime import datetime, timezone
from typing import Any

import httpx
import pytest

from .facts import APPLICATION, CONFIGS, CREDENTIAL, INTEGRATION, MANY, ONE, UNKNOWN, integration

DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


def test_a_new_integration_is_answered_with_what_the_platform_adds(losant: httpx.Client) -> None:
    reply = losant.post(MANY, json=integration(), params={"_links": "false"})
    assert reply.status_code == 201
    created = reply.json()
    assert re.fullmatch("[0-9a-f]{24}", created["id"])
    assert DATE.fullmatch(created["creationDate"])
    assert created == {
        **integration(),
        "id": created["id"],
        "integrationId": created["id"],
        "applicationId": APPLICATION,
        "creationDate": created["creationDate"],
        "lastUpdated": created["creationDate"],
        "enabled": True,
        "topics": [],
        "status": {"connectInfo": {"ts": None}, "disconnectInfo": {"ts": None}},
    }
    assert losant.get(f"{MANY}/{created['id']}", params={"_links": "false"}).json() == created


def test_what_was_created_carries_the_present_time(losant: httpx.Client) -> None:
    before = datetime.now(timezone.utc).isoformat(timespec="milliseconds")[:23]
    created = losant.post(MANY, json=integration()).json()["creationDate"]
    after = datetime.now(timezone.utc).isoformat(timespec="milliseconds")[:23]
    assert before <= created[:23] <= after


@pytest.mark.parametrize("kind", CONFIGS)
def test_every_type_can_be_created_with_and_without_its_config(
    losant: httpx.Client, kind: str
) -> None:
    body = integration(kind) | {
        "enabled": False,
        "topics": ["a", "b"],
        "credentialName": CREDENTIAL,
    }
    created = losant.post(MANY, json=body)
    assert created.status_code == 201
    assert created.json().items() >= body.items()
    del body[f"{kind}Config"]
    bare = losant.post(MANY, json=body)
    assert bare.status_code == 201
    assert f"{kind}Config" not in bare.json()


def test_the_same_body_twice_makes_two_integrations(losant: httpx.Client) -> None:
    first, second = (losant.post(MANY, json=integration()).json()["id"] for _ in range(2))
    assert first != second
    assert losant.get(MANY).json()["totalCount"] == 8


def test_an_mqtt_client_id_is_assigned_when_left_out(losant: httpx.Client) -> None:
    created = losant.post(MANY, json=integration(clientId=...)).json()
    assert created["mqttConfig"]["clientId"] == f"losant-{created['id']}"
    assert losant.get(f"{MANY}/{created['id']}").json()["mqttConfig"] == created["mqttConfig"]
    config = {"protocol": "ws", "host": "b.example", "port": 80}
    patched = losant.patch(ONE, json={"mqttConfig": config}).json()
    assert patched["mqttConfig"] == {**config, "clientId": f"losant-{INTEGRATION}"}


def test_a_patch_changes_what_it_names_and_nothing_else(losant: httpx.Client) -> None:
    before = losant.get(ONE).json()
    reply = losant.patch(ONE, json={"enabled": False, "topics": []})
    assert reply.status_code == 200
    after = reply.json()
    assert losant.get(ONE).json() == after
    assert after["lastUpdated"] > before["lastUpdated"]
    moved = {"enabled": False, "topics": [], "lastUpdated": after["lastUpdated"]}
    assert after == before | moved


def test_a_patch_replaces_a_config_whole(losant: httpx.Client) -> None:
    config = {"protocol": "mqtt", "host": "other.example", "port": 1.5, "clientId": "x"}
    after = losant.patch(ONE, json={"mqttConfig": config}).json()
    assert after["mqttConfig"] == config  # neither the user name nor the password is left


def test_an_empty_patch_is_fine(losant: httpx.Client) -> None:
    before = losant.get(ONE).json()
    reply = losant.patch(ONE, json={})
    assert reply.status_code == 200
    assert reply.json() == before | {"lastUpdated": reply.json()["lastUpdated"]}


def test_a_credential_is_attached_by_name_and_detached_by_null(losant: httpx.Client) -> None:
    attached = losant.patch(ONE, json={"credentialName": CREDENTIAL}).json()
    assert attached["credentialName"] == CREDENTIAL
    assert losant.patch(ONE, json={"name": "Other"}).json()["credentialName"] == CREDENTIAL
    for _ in range(2):
        detached = losant.patch(ONE, json={"credentialName": None})
        assert detached.status_code == 200
        assert "credentialName" not in detached.json()
    assert "credentialName" not in losant.get(ONE).json()


def test_a_refused_change_changes_nothing(losant: httpx.Client) -> None:
    before = losant.get(ONE).json()
    assert losant.patch(ONE, json={"name": "Other", "topics": "none"}).status_code == 400
    assert losant.get(ONE).json() == before


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"json": {}},
        {"params": {"includeWorkflows": "true"}},
        {"params": {"includeWorkflows": "False"}, "json": {}},
    ],
)
def test_a_deleted_integration_is_gone(losant: httpx.Client, options: dict[str, Any]) -> None:
    reply = losant.request("DELETE", ONE, **options)
    assert reply.status_code == 200
    assert reply.json() == {"success": True}
    again = [losant.get(ONE), losant.patch(ONE, json={}), losant.request("DELETE", ONE, **options)]
    assert [reply.status_code for reply in again] == [404, 404, 404]
    assert losant.get(MANY).json()["totalCount"] == 5


@pytest.mark.parametrize("body", [b"{", b"[]", b"null"])
def test_a_delete_with_a_body_that_is_no_object_deletes_nothing(
    losant: httpx.Client, body: bytes
) -> None:
    assert losant.request("DELETE", ONE, content=body).status_code == 400
    assert losant.get(ONE).status_code == 200


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_an_unknown_integration_is_not_found_even_with_a_bad_body(
    losant: httpx.Client, method: str
) -> None:
    reply = losant.request(method, f"{MANY}/{UNKNOWN}", content=b"no json")
    assert reply.status_code == 404
    assert reply.json() == {"type": "NotFound", "message": "Integration was not found"}


def test_any_text_comes_back_as_it_was_sent(losant: httpx.Client) -> None:
    texts = ["naïve", "e\u0301", "日本", "😀", "\x00", "\u2028", "</script>", "'; DROP TABLE--"]
    created = losant.post(MANY, json=integration() | {"topics": texts}).json()
    assert losant.get(f"{MANY}/{created['id']}").json()["topics"] == texts
