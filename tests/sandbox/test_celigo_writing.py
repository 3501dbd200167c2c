"""Celigo in the sandbox: creating, replacing and deleting, and the rules of managed updates."""

import re
from typing import Any

import httpx
import pytest

from .celigo_facts import (
    ALL,
    DIY,
    INSTALLED,
    INSTALLING,
    MANY,
    MODERN,
    ORDERS,
    UNINSTALLING,
    UNKNOWN,
    UPDATING,
    got,
    one,
    refused,
)
from .clients import served

DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


def test_a_new_integration_is_answered_whole_and_kept(celigo: httpx.Client) -> None:
    body = {"name": "New", "readme": "", "flowGroupings": [{"name": "x", "_id": "y"}], "x-y": None}
    created = got(celigo.post(MANY, json=body), 201)
    assert re.fullmatch("[0-9a-f]{24}", created["_id"])
    assert DATE.fullmatch(created["createdAt"])
    assert created == {
        "_id": created["_id"],
        "lastModified": created["createdAt"],
        "createdAt": created["createdAt"],
        **body,
    }
    assert got(celigo.get(one(created["_id"]))) == created
    assert got(celigo.get(MANY))[-1] == created


def test_a_creation_cannot_set_what_the_server_owns(celigo: httpx.Client) -> None:
    body = {"name": "New", "_id": DIY, "lastModified": "x", "createdAt": "y"}
    created = got(celigo.post(MANY, json=body), 201)
    assert created["_id"] != DIY
    assert DATE.fullmatch(created["lastModified"])
    assert DATE.fullmatch(created["createdAt"])


def test_a_creation_can_make_a_smart_connector_integration(celigo: httpx.Client) -> None:
    body = {"name": "New", "_connectorId": "5fd2c1b0a9e8d7c6b5a49382", "mode": "install"}
    created = got(celigo.post(MANY, json=body), 201)
    assert created.items() >= body.items()
    assert "updateInProgress" not in created


def test_the_same_body_twice_makes_two(celigo: httpx.Client) -> None:
    first, second = (got(celigo.post(MANY, json={"name": "Twin"}), 201) for _ in range(2))
    assert first["_id"] != second["_id"]
    assert len(got(celigo.get(MANY))) == len(ALL) + 2


@pytest.mark.parametrize(
    ("members", "field", "code"),
    [
        ({"name": ...}, "name", "missing_required_field"),
        ({"name": None}, "name", "invalid_field"),
        ({"name": ""}, "name", "invalid_field"),
        ({"name": "x" * 101}, "name", "invalid_field"),
        ({"name": 1}, "name", "invalid_field"),
        ({"description": "x" * 5121}, "description", "invalid_field"),
        ({"description": 1}, "description", "invalid_field"),
        ({"readme": None}, "readme", "invalid_field"),
        ({"mode": "paused"}, "mode", "enum"),
        ({"mode": None}, "mode", "enum"),
        ({"install": {}}, "install", "invalid_field"),
        ({"install": [{"completed": 1}]}, "install[0].completed", "invalid_field"),
        ({"install": [{}, {"installURL": None}]}, "install[1].installURL", "invalid_field"),
        ({"settings": []}, "settings", "invalid_field"),
        ({"version": 2}, "version", "invalid_field"),
        ({"updateInProgress": "false"}, "updateInProgress", "invalid_field"),
        ({"_connectorId": "short"}, "_connectorId", "invalid_field"),
    ],
)
def test_a_member_that_cannot_be_is_named(
    celigo: httpx.Client, members: dict[str, Any], field: str, code: str
) -> None:
    body = {"name": "Fine", **members}
    body = {name: value for name, value in body.items() if value is not ...}
    before = got(celigo.get(MANY))
    assert refused(celigo.post(MANY, json=body), 422) == {field: code}
    assert refused(celigo.put(one(ORDERS), json=body), 422) == {field: code}
    assert got(celigo.get(MANY)) == before


def test_all_that_is_wrong_is_named_at_once(celigo: httpx.Client) -> None:
    reply = celigo.post(MANY, json={"mode": "x", "settings": 1})
    assert refused(reply, 422) == {
        "name": "missing_required_field",
        "mode": "enum",
        "settings": "invalid_field",
    }


def test_the_limits_of_texts_are_taken(celigo: httpx.Client) -> None:
    body = {"name": "x" * 100, "description": "y" * 5120}
    assert got(celigo.post(MANY, json=body), 201).items() >= body.items()
    assert got(celigo.post(MANY, json={"name": "x", "description": None}), 201)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'"name"', b"null", b'{"name": NaN}'])
def test_a_body_that_is_no_json_object_is_refused(celigo: httpx.Client, content: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    for method, path in (("POST", MANY), ("PUT", one(DIY))):
        reply = celigo.request(method, path, content=content, headers=headers)
        assert refused(reply, 400) == {"": "validation_failed"}


@pytest.mark.parametrize("media", ["", "text/plain", "application/x-www-form-urlencoded", "json"])
def test_a_body_that_does_not_call_itself_json_is_refused(celigo: httpx.Client, media: str) -> None:
    headers = {"Content-Type": media} if media else {}
    body = b'{"name": "x"}'
    calls = (("POST", MANY), ("PUT", one(DIY)), ("PATCH", one(DIY)), ("POST", f"{one(DIY)}/clone"))
    for method, path in calls:
        reply = celigo.request(method, path, content=body, headers=headers)
        assert refused(reply, 415) == {"": "unsupported_media_type"}


@pytest.mark.parametrize("media", ["application/json;charset=utf-8", "Application/JSON"])
def test_json_may_be_called_by_its_other_names(celigo: httpx.Client, media: str) -> None:
    reply = celigo.post(MANY, content=b'{"name": "x"}', headers={"Content-Type": media})
    assert reply.status_code == 201


# --- Replacing ------------------------------------------------------------------------------------


def test_a_put_replaces_all_but_what_the_server_owns(celigo: httpx.Client) -> None:
    before = got(celigo.get(one(MODERN)))
    after = got(celigo.put(one(MODERN), json={"name": "Renamed", "x": {"y": 1}}))
    assert after == {
        "_id": MODERN,
        "lastModified": after["lastModified"],
        "createdAt": before["createdAt"],
        "name": "Renamed",
        "x": {"y": 1},
    }
    assert after["lastModified"] > before["lastModified"]
    assert got(celigo.get(one(MODERN))) == after


@pytest.mark.parametrize("key", ALL)
def test_what_was_read_can_be_put_back_unchanged(celigo: httpx.Client, key: str) -> None:
    before = got(celigo.get(one(key)))
    after = got(celigo.put(one(key), json=before))
    assert after == before | {"lastModified": after["lastModified"]}
    assert after["lastModified"] > before["lastModified"]
    assert [step.get("installURL") for step in after.get("install", [])] == [
        step.get("installURL") for step in before.get("install", [])
    ]


def test_a_put_cannot_change_what_the_server_owns(celigo: httpx.Client) -> None:
    before = got(celigo.get(one(INSTALLED)))
    changes = {"lastModified": "x", "createdAt": "y", "_connectorId": "0" * 24}
    after = got(celigo.put(one(INSTALLED), json={**before, **changes}))
    assert after == before | {"lastModified": after["lastModified"]}
    diy = got(celigo.put(one(DIY), json={"name": "x", **changes}))
    assert sorted(diy) == ["_id", "lastModified", "name"]


def test_a_put_of_another_id_is_refused(celigo: httpx.Client) -> None:
    for wrong in (UNKNOWN, ORDERS, None, 1):
        reply = celigo.put(one(DIY), json={"name": "x", "_id": wrong})
        assert refused(reply, 400) == {"_id": "invalid_ref"}
    assert got(celigo.get(one(DIY)))["name"] == "Licensing and Usage"


# --- Managed updates ------------------------------------------------------------------------------


def put(celigo: httpx.Client, key: str, /, **changes: Any) -> Any:
    """Read, change and write; ``...`` takes a member away."""
    body = {**got(celigo.get(one(key))), **changes}
    kept = {name: value for name, value in body.items() if value is not ...}
    return got(celigo.put(one(key), json=kept))


@pytest.mark.parametrize("flag", [False, ...])
def test_a_change_turns_the_flag_on_unless_it_speaks_of_it(
    celigo: httpx.Client, flag: object
) -> None:
    assert put(celigo, INSTALLED, settings={"a": 1}, updateInProgress=flag)["updateInProgress"]
    assert got(celigo.get(one(INSTALLED)))["updateInProgress"] is True


@pytest.mark.parametrize("flag", [False, ...])
def test_a_change_turns_a_flag_on_that_was_never_there(celigo: httpx.Client, flag: object) -> None:
    assert put(celigo, INSTALLING, mode="settings", updateInProgress=flag)["updateInProgress"]


def test_true_and_1_are_different_settings(celigo: httpx.Client) -> None:
    put(celigo, UPDATING, settings={"a": [1, {"b": True}]}, updateInProgress=False)
    assert not put(celigo, UPDATING, settings={"a": [1, {"b": True}]})["updateInProgress"]
    assert put(celigo, UPDATING, settings={"a": [1, {"b": 1}]})["updateInProgress"]


def test_a_put_that_changes_nothing_is_no_update(celigo: httpx.Client) -> None:
    assert put(celigo, INSTALLED)["updateInProgress"] is False
    assert put(celigo, INSTALLED, updateInProgress=...)["updateInProgress"] is False
    assert "updateInProgress" not in put(celigo, INSTALLING)


def test_only_false_turns_the_flag_off(celigo: httpx.Client) -> None:
    assert put(celigo, UPDATING)["updateInProgress"] is True
    assert put(celigo, UPDATING, updateInProgress=...)["updateInProgress"] is True
    assert put(celigo, UPDATING, readme="x", updateInProgress=True)["updateInProgress"] is True
    final = put(celigo, UPDATING, version="1.11.0", updateInProgress=False)
    assert (final["version"], final["updateInProgress"]) == ("1.11.0", False)


def test_the_flag_can_be_turned_on_alone(celigo: httpx.Client) -> None:
    assert put(celigo, INSTALLED, updateInProgress=True)["updateInProgress"] is True


def test_an_integration_made_by_hand_has_no_managed_updates(celigo: httpx.Client) -> None:
    assert "updateInProgress" not in put(celigo, ORDERS, readme="changed")
    assert put(celigo, ORDERS, readme="again", updateInProgress=False)["updateInProgress"] is False


@pytest.mark.parametrize("version", ["2.2.9", "2.2", "2", "1.99.99", "0"])
def test_a_version_does_not_go_down(celigo: httpx.Client, version: str) -> None:
    body = {**got(celigo.get(one(INSTALLED))), "version": version}
    assert refused(celigo.put(one(INSTALLED), json=body), 422) == {"version": "invalid_field"}
    patch = [{"op": "replace", "path": "/version", "value": version}]
    assert refused(celigo.patch(one(INSTALLED), json=patch), 422) == {"version": "invalid_field"}
    assert got(celigo.get(one(INSTALLED)))["version"] == "2.3.0"


@pytest.mark.parametrize(
    "version", ["2.3.0", "2.3", "2.3.0.0", "2.3.0.1", "2.10", "3", "beta", "2.3.x", "", "1" * 5000]
)
def test_a_version_goes_up_stays_or_is_no_row_of_numbers(
    celigo: httpx.Client, version: str
) -> None:
    assert put(celigo, INSTALLED, version=version)["version"] == version


def test_any_version_follows_one_that_is_no_row_of_numbers(celigo: httpx.Client) -> None:
    assert put(celigo, UNINSTALLING, version="0.1")["version"] == "0.1"
    assert "version" not in put(celigo, UNINSTALLING, version=...)


# --- Deleting -------------------------------------------------------------------------------------


@pytest.mark.parametrize("switches", [{}, {"delete": "200"}])
def test_a_deleted_integration_is_gone(switches: dict[str, Any]) -> None:
    with served("celigo", **switches) as celigo:
        reply = celigo.delete(one(INSTALLED))
        assert (reply.status_code, reply.content) == (int(switches.get("delete", 204)), b"")
        assert refused(celigo.delete(one(INSTALLED)), 404) == {"": "not_found"}
        assert refused(celigo.get(one(INSTALLED)), 404) == {"": "not_found"}
        assert len(got(celigo.get(MANY))) == len(ALL) - 1
