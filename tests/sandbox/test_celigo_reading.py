"""Celigo in the sandbox: who may call, what is listed, and how the pages of a list go together."""

import base64
from typing import Any

import httpx
import pytest

from integrations_sdk.sandbox import Sandbox

from .celigo_facts import (
    ALL,
    DIY,
    INSTALLED,
    INSTALLING,
    MANY,
    MODERN,
    ORDERS,
    UNKNOWN,
    UPDATING,
    got,
    one,
    refused,
)
from .clients import client_of, served
from .facts import PLAIN


def ids(reply: httpx.Response) -> list[str]:
    return [item["_id"] for item in got(reply)]


def test_a_list_is_a_bare_array_of_everything(celigo: httpx.Client) -> None:
    reply = celigo.get(MANY)
    assert ids(reply) == ALL
    assert got(reply) == [got(celigo.get(one(key))) for key in ALL]
    assert "link" not in reply.headers


def test_an_integration_made_by_hand_has_four_members(celigo: httpx.Client) -> None:
    assert got(celigo.get(one(DIY))) == {
        "_id": DIY,
        "lastModified": "2017-08-07T18:34:07.786Z",
        "name": "Licensing and Usage",
        "readme": "Keeps the licensing data of all customers in step.",
    }


def test_the_examples_have_every_kind_of_step_mode_and_version(celigo: httpx.Client) -> None:
    found = got(celigo.get(MANY))
    steps = [step for item in found for step in item.get("install", [])]
    assert {step["completed"] for step in steps} == {True, False}
    assert any("_connectionId" in step for step in steps)
    assert {step.get("installURL") for step in steps} > {"", None}
    assert {item.get("mode") for item in found} == {None, "install", "settings", "uninstall"}
    assert {item.get("updateInProgress") for item in found} == {None, True, False}
    modern = got(celigo.get(one(MODERN)))
    assert modern["description"] is None
    assert modern["flowGroupings"][0]["name"] == "Hourly"


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("key", [UNKNOWN, DIY.upper(), "orders", "0"])
def test_an_unknown_id_is_not_found_even_with_a_bad_body(
    celigo: httpx.Client, method: str, key: str
) -> None:
    assert refused(celigo.request(method, one(key), content=b"x"), 404) == {"": "not_found"}
    assert refused(celigo.post(f"{one(key)}/clone"), 404) == {"": "not_found"}


def test_a_token_can_be_checked(celigo: httpx.Client) -> None:
    info = got(celigo.get("/tokenInfo"))
    assert list(info) == ["_userId"]
    assert len(info["_userId"]) == 24


@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer wrong", "Basic eDp5"])
def test_a_missing_or_wrong_token_is_refused(celigo: httpx.Client, authorization: str) -> None:
    for path in ("/tokenInfo", MANY, one(DIY), one(UNKNOWN)):
        reply = celigo.get(path, headers={"Authorization": authorization})
        assert refused(reply, 401) == {"": "unauthorized"}


def test_an_expired_token_and_one_of_another_platform_are_refused(sandbox: Sandbox) -> None:
    with client_of(sandbox, "celigo", expires_in=-1) as expired:
        assert refused(expired.get("/tokenInfo"), 401) == {"": "unauthorized"}
    headers = {"Authorization": f"Bearer {sandbox.token('losant')}"}
    foreign = httpx.get(sandbox.base_url("celigo") + MANY, headers=headers, verify=PLAIN)
    assert refused(foreign, 401) == {"": "unauthorized"}


def test_a_monitor_may_read_and_nothing_else(sandbox: Sandbox) -> None:
    with client_of(sandbox, "celigo", scopes=["monitor"]) as monitor:
        assert [monitor.get(path).status_code for path in (MANY, one(DIY))] == [200, 200]
        writes = [
            monitor.post(MANY, json={"name": "x"}),
            monitor.put(one(DIY), json={"name": "x"}),
            monitor.patch(one(DIY), json=[]),
            monitor.delete(one(DIY)),
            monitor.post(f"{one(DIY)}/clone"),
        ]
        assert [refused(reply, 403) for reply in writes] == [{"": "forbidden"}] * 5
    with client_of(sandbox, "celigo", scopes=["manage"]) as manager:
        assert ids(manager.get(MANY)) == ALL
        assert manager.put(one(DIY), json={"name": "x"}).status_code == 200


def test_paths_have_the_version_before_them(sandbox: Sandbox, celigo: httpx.Client) -> None:
    assert sandbox.base_url("celigo") == f"{sandbox.url}/celigo/v1"
    assert refused(celigo.get(f"{sandbox.url}/celigo/integrations"), 404) == {"": "not_found"}
    wrong = celigo.put(MANY, json={})
    assert refused(wrong, 405) == {"": "method_not_allowed"}
    assert wrong.headers["allow"] == "GET, POST, HEAD"


def test_the_environment_points_a_client_here(sandbox: Sandbox) -> None:
    environment = sandbox.environment()
    headers = {"Authorization": f"Bearer {environment['CELIGO_API_TOKEN']}"}
    url = f"{environment['CELIGO_BASE_URL']}/integrations/{DIY}"
    assert got(httpx.get(url, headers=headers, verify=PLAIN))["_id"] == DIY


# --- Pages ----------------------------------------------------------------------------------------


def following(reply: httpx.Response) -> str:
    url, separator, relation = reply.headers["link"].partition(">; ")
    assert (url[0], separator, relation) == ("<", ">; ", 'rel="next"')
    return str(url[1:])


def test_a_limit_makes_pages_that_lead_to_each_other(celigo: httpx.Client) -> None:
    reply = celigo.get(MANY, params={"limit": 3, "exclude": "install"})
    pages = [ids(reply)]
    while "link" in reply.headers:
        url = following(reply)
        assert url.startswith(f"{str(celigo.base_url).rstrip('/')}/integrations?")
        reply = celigo.get(url)
        pages.append(ids(reply))
        assert not any("install" in item for item in got(reply))
    assert pages == [ALL[:3], ALL[3:6], ALL[6:]]


def test_the_link_leads_to_the_host_that_was_called(sandbox: Sandbox, celigo: httpx.Client) -> None:
    port = sandbox.url.rpartition(":")[2]
    reply = celigo.get(MANY, params={"limit": 1}, headers={"Host": f"localhost:{port}"})
    assert following(reply).startswith(f"http://localhost:{port}/celigo/v1/integrations?")


@pytest.mark.parametrize("limit", [7, 8, 1000, 1001, 999_999_999])
def test_a_page_that_holds_everything_leads_nowhere(celigo: httpx.Client, limit: int) -> None:
    reply = celigo.get(MANY, params={"limit": limit})
    assert ids(reply) == ALL
    assert "link" not in reply.headers


def test_what_changes_between_two_pages_shifts_nothing(celigo: httpx.Client) -> None:
    first = celigo.get(MANY, params={"limit": 3})
    celigo.delete(one(ALL[0]))
    celigo.delete(one(ALL[2]))
    created = got(celigo.post(MANY, json={"name": "New"}), 201)["_id"]
    second = celigo.get(following(first))
    assert [*ids(second), *ids(celigo.get(following(second)))] == [*ALL[3:], created]


def test_more_than_a_thousand_records_come_in_pages_even_without_a_limit() -> None:
    with served("celigo") as celigo:
        for _ in range(1001 - len(ALL)):
            assert celigo.post(f"{one(DIY)}/clone").status_code == 201
        first = celigo.get(MANY)
        second = celigo.get(following(first))
        largest = celigo.get(MANY, params={"limit": 5000})
    assert (len(ids(first)), len(ids(second))) == (1000, 1)
    assert "link" not in second.headers
    assert len(set(ids(first) + ids(second))) == 1001
    assert ids(largest) == ids(first)


@pytest.mark.parametrize(
    "limit", ["0", "-1", "1.5", "x", "1e3", "٣", " 1", "1000000000", "0" * 5000 + "1"]
)
def test_a_limit_that_is_none_is_refused(celigo: httpx.Client, limit: str) -> None:
    reply = celigo.get(MANY, params={"limit": limit})
    assert refused(reply, 400) == {"limit": "invalid_query_params"}


@pytest.mark.parametrize(
    "after", ["x", "....", "AAAA", "€", base64.b64encode(b"\xff" * 9).decode()]
)
def test_a_cursor_that_no_link_had_is_refused(celigo: httpx.Client, after: str) -> None:
    reply = celigo.get(MANY, params={"after": after})
    assert refused(reply, 400) == {"after": "invalid_query_params"}


@pytest.mark.parametrize(("status", "switches"), [(200, {}), (204, {"empty_list": "204"})])
def test_a_list_of_nothing_is_an_empty_array_or_by_a_switch_no_body(
    status: int, switches: dict[str, Any]
) -> None:
    with served("celigo", **switches) as celigo:
        beyond = base64.urlsafe_b64encode(f"9999 {UNKNOWN}".encode()).decode()
        assert got(celigo.get(MANY, params={"after": beyond})) == []
        for key in ALL:
            celigo.delete(one(key))
        reply = celigo.get(MANY)
        assert (reply.status_code, reply.content) == (status, b"[]" if status == 200 else b"")


# --- Projections ----------------------------------------------------------------------------------


def listed(celigo: httpx.Client, key: str, **query: str) -> object:
    found = {item["_id"]: item for item in got(celigo.get(MANY, params=query))}
    return found[key]


def test_include_shows_what_it_names_and_the_id(celigo: httpx.Client) -> None:
    whole = got(celigo.get(one(INSTALLED)))
    names = "version,name,settings.commonresources,install.name,nothing,name.first"
    assert listed(celigo, INSTALLED, include=names) == {
        "_id": INSTALLED,
        "name": whole["name"],
        "install": [{"name": step["name"]} for step in whole["install"]],
        "settings": {"commonresources": whole["settings"]["commonresources"]},
        "version": "2.3.0",
    }
    assert listed(celigo, DIY, include="version") == {"_id": DIY}


def test_exclude_shows_everything_else_and_the_id(celigo: httpx.Client) -> None:
    whole = got(celigo.get(one(INSTALLED)))
    del whole["settings"]["sections"][0]["fields"], whole["settings"]["sections"][1]["fields"]
    del whole["version"], whole["lastModified"]
    names = "_id,version,lastModified,settings.sections.fields,name.first"
    assert listed(celigo, INSTALLED, exclude=names) == whole


def test_a_single_integration_is_always_whole(celigo: httpx.Client) -> None:
    whole = got(celigo.get(one(ORDERS)))
    for query in ({"include": "name"}, {"exclude": "name"}, {"include": "a", "exclude": "b"}):
        assert got(celigo.get(one(ORDERS), params=query)) == whole


def test_include_and_exclude_exclude_each_other(celigo: httpx.Client) -> None:
    reply = celigo.get(MANY, params={"include": "name", "exclude": "install"})
    assert refused(reply, 400) == {"exclude": "invalid_query_params"}


BAD_NAMES = ["na me", "name,", ",name", "a..b", ".a", "$where", "a[0]", "näme", "*"]


@pytest.mark.parametrize("names", BAD_NAMES)
@pytest.mark.parametrize("parameter", ["include", "exclude"])
def test_names_of_bad_characters_are_refused(
    celigo: httpx.Client, parameter: str, names: str
) -> None:
    reply = celigo.get(MANY, params={parameter: names})
    assert refused(reply, 400) == {parameter: "invalid_query_params"}


def test_redaction_hides_the_texts_of_settings_and_nothing_else(celigo: httpx.Client) -> None:
    plain = {item["_id"]: item for item in got(celigo.get(MANY))}
    with served("celigo", redact=True) as hidden:
        shown = {item["_id"]: item for item in got(hidden.get(MANY))}
        assert got(hidden.get(one(INSTALLED))) == shown[INSTALLED]
        patch = [{"op": "add", "path": "/version", "value": "2.4.0"}]
        assert "tok-SAMPLE" not in hidden.patch(one(INSTALLED), json=patch).text
        assert "tok-SAMPLE" not in hidden.post(f"{one(INSTALLED)}/clone").text
    assert shown[DIY] == plain[DIY]
    assert shown[UPDATING] == plain[UPDATING]
    fields = shown[INSTALLED]["settings"]["sections"][0]["fields"]
    assert [field["value"] for field in fields] == [True, 250, None, "******"]
    assert {**shown[INSTALLED], "settings": 0} == {**plain[INSTALLED], "settings": 0}
    assert set(shown[INSTALLING]["settings"]["commonresources"].values()) == {"******"}
