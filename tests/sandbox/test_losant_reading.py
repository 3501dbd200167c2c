from typing import Any

import httpx
import pytest

from integrations_sdk.sandbox import Sandbox

from .facts import (
    APPLICATION,
    INTEGRATION,
    MANY,
    ONE,
    OTHER_APPLICATION,
    OTHER_INTEGRATION,
    PLAIN,
    UNKNOWN,
    integration,
)


def names(reply: httpx.Response) -> list[str]:
    assert reply.status_code == 200, reply.text
    return [item["name"] for item in reply.json()["items"]]


def test_the_first_example_is_an_mqtt_integration_in_full(losant: httpx.Client) -> None:
    reply = losant.get(ONE, params={"_links": "false"})
    assert reply.status_code == 200
    assert reply.headers["content-type"] == "application/json"
    assert reply.json() == {
        "id": INTEGRATION,
        "integrationId": INTEGRATION,
        "applicationId": APPLICATION,
        "creationDate": "2025-02-01T08:15:30.120Z",
        "lastUpdated": "2025-02-01T08:15:30.120Z",
        "name": "Cold room broker",
        "integrationType": "mqtt",
        "enabled": True,
        "topics": ["coldroom/+/temp", "coldroom/+/door"],
        "mqttConfig": {
            "protocol": "mqtts",
            "host": "mq.coldroom.example",
            "port": 8883,
            "clientId": "harbour-bridge",
            "username": "bridge",
            "password": "pw-SAMPLE-1",
        },
        "status": {
            "lastKeepAlive": 1739390400123,
            "connectInfo": {"ts": 1739386800000},
            "disconnectInfo": {"ts": None},
        },
    }


def test_the_examples_have_every_type_and_the_config_that_goes_with_it(
    losant: httpx.Client,
) -> None:
    items = losant.get(MANY).json()["items"]
    kinds = {item["integrationType"] for item in items}
    assert kinds == {"azureEventHub", "googlePubSub", "mqtt", "particle", "sqs", "websocket"}
    assert all(f"{item['integrationType']}Config" in item for item in items)
    assert items[0]["id"] == INTEGRATION


def test_a_list_comes_in_its_envelope(losant: httpx.Client) -> None:
    reply = losant.get(MANY, params={"_links": "false", "page": "1", "perPage": "4"}).json()
    items = reply.pop("items")
    assert [item["name"] for item in items] == ["Gate queue", "Harbour weather"]
    assert reply == {
        "count": 2,
        "totalCount": 6,
        "page": 1,
        "perPage": 4,
        "filter": "",
        "filterField": "",
        "sortField": "name",
        "sortDirection": "asc",
        "applicationId": APPLICATION,
    }


def test_pages_walk_through_everything_once_and_the_one_after_is_empty(
    losant: httpx.Client,
) -> None:
    pages = [names(losant.get(MANY, params={"page": page, "perPage": 4})) for page in range(3)]
    assert [len(page) for page in pages] == [4, 2, 0]
    assert pages[0] + pages[1] == names(losant.get(MANY))


def test_a_page_holds_a_hundred_unless_told_otherwise(losant: httpx.Client) -> None:
    for _ in range(100):
        losant.post(MANY, json=integration())
    reply = losant.get(MANY).json()
    assert (reply["perPage"], reply["count"], reply["totalCount"]) == (100, 100, 106)


@pytest.mark.parametrize("field", ["name", "id", "creationDate", "integrationType", "lastUpdated"])
@pytest.mark.parametrize("direction", ["asc", "desc", "ASC", "DESC"])
def test_lists_are_sorted_by_a_field_in_a_direction(
    losant: httpx.Client, field: str, direction: str
) -> None:
    # Neither the order of names nor of dates is the order of creation any more.
    losant.patch(ONE, json={"name": "Aardvark"})
    losant.post(MANY, json=integration())
    reply = losant.get(MANY, params={"sortField": field, "sortDirection": direction}).json()
    values = [item[field] for item in reply["items"]]
    assert values == sorted(values, reverse=direction.lower() == "desc")
    assert (reply["sortField"], reply["sortDirection"]) == (field, direction)
    assert len(values) == 7


def test_equals_are_sorted_by_id(losant: httpx.Client) -> None:
    for _ in range(5):
        losant.post(MANY, json=integration())
    for direction in ("asc", "desc"):
        items = losant.get(MANY, params={"sortDirection": direction}).json()["items"]
        ids = [item["id"] for item in items if item["name"] == "New one"]
        assert ids == sorted(ids)


def test_capitals_come_before_small_letters(losant: httpx.Client) -> None:
    losant.patch(ONE, json={"name": "cold room broker"})
    assert names(losant.get(MANY))[-1] == "cold room broker"


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("Dock events", ["Dock events"]),
        (
            "*er*",
            ["Cold room broker", "Electricity meters", "Forklift trackers", "Harbour weather"],
        ),
        ("*r", ["Cold room broker", "Harbour weather"]),
        ("G?te queue", ["Gate queue"]),
        ("Gate", []),
        ("gate queue", []),
        ("[G]ate queue", []),
        ("*", [...]),
        ("", [...]),
    ],
)
def test_a_filter_is_a_case_sensitive_glob_over_the_whole_name(
    losant: httpx.Client, pattern: str, found: list[Any]
) -> None:
    reply = losant.get(MANY, params={"filterField": "name", "filter": pattern})
    assert names(reply) == (names(losant.get(MANY)) if found == [...] else found)
    assert (reply.json()["filterField"], reply.json()["filter"]) == ("name", pattern)


def test_brackets_in_a_filter_stand_for_themselves(losant: httpx.Client) -> None:
    losant.patch(ONE, json={"name": "Cold room [2]"})
    reply = losant.get(MANY, params={"filterField": "name", "filter": "*[2]"})
    assert names(reply) == ["Cold room [2]"]


def test_a_filter_counts_what_it_found_before_paging(losant: httpx.Client) -> None:
    params = {"filterField": "integrationType", "filter": "*s*", "perPage": "1"}
    reply = losant.get(MANY, params=params).json()
    assert (reply["count"], reply["totalCount"]) == (1, 2)


def test_a_filter_without_a_field_does_nothing(losant: httpx.Client) -> None:
    assert len(names(losant.get(MANY, params={"filter": "Dock*"}))) == 6


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("page", "-1"),
        ("page", "1.5"),
        ("page", "one"),
        ("page", "1" * 5000),
        ("perPage", "0"),
        ("perPage", "ten"),
        ("sortField", "enabled"),
        ("sortDirection", "Asc"),
        ("filterField", "id"),
    ],
)
def test_a_query_that_makes_no_sense_is_refused(
    losant: httpx.Client, parameter: str, value: str
) -> None:
    reply = losant.get(MANY, params={parameter: value})
    assert reply.status_code == 400
    assert reply.json()["type"] == "Validation"
    assert parameter in reply.json()["message"]


def test_blank_and_unknown_parameters_are_as_good_as_none(losant: httpx.Client) -> None:
    blank = dict.fromkeys(["page", "perPage", "sortField", "sortDirection", "filterField"], "")
    plain = losant.get(MANY).json()
    assert losant.get(MANY, params=blank | {"colour": "red"}).json() == plain


@pytest.mark.parametrize("links", [None, "true", "1", ""])
def test_hypermedia_is_there_by_default(losant: httpx.Client, links: str | None) -> None:
    params = {} if links is None else {"_links": links, "_actions": "false", "_embedded": "true"}
    one = losant.get(ONE, params=params).json()
    assert (one["_type"], one["_links"]) == ("integration", {"self": {"href": ONE}})
    many = losant.get(MANY, params=params).json()
    assert (many["_type"], many["_links"]) == ("integrations", {"self": {"href": MANY}})
    assert many["items"][0] == one


@pytest.mark.parametrize("links", ["false", "False"])
def test_hypermedia_can_be_turned_off(losant: httpx.Client, links: str) -> None:
    one = losant.get(ONE, params={"_links": links}).json()
    many = losant.get(MANY, params={"_links": links}).json()
    for document in (one, many, many["items"][0]):
        assert not [name for name in document if name.startswith("_")]


def test_ids_may_be_spelt_in_capitals(losant: httpx.Client) -> None:
    path = f"/applications/{APPLICATION.upper()}/integrations/{INTEGRATION.upper()}"
    assert losant.get(path).json() == losant.get(ONE).json()


def test_applications_do_not_see_each_other(losant: httpx.Client) -> None:
    other = f"/applications/{OTHER_APPLICATION}/integrations"
    assert names(losant.get(other)) == ["Irrigation broker", "Orders"]
    assert losant.get(f"{other}/{OTHER_INTEGRATION}").status_code == 200
    for method in ("GET", "PATCH", "DELETE"):
        reply = losant.request(method, f"{MANY}/{OTHER_INTEGRATION}", json={})
        assert reply.status_code == 404
        assert reply.json() == {"type": "NotFound", "message": "Integration was not found"}
    assert losant.get(f"{other}/{INTEGRATION}").status_code == 404


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", f"/applications/{UNKNOWN}/integrations"),
        ("POST", f"/applications/{UNKNOWN}/integrations"),
        ("GET", f"/applications/{UNKNOWN}/integrations/{INTEGRATION}"),
        ("PATCH", f"/applications/{UNKNOWN}/integrations/{INTEGRATION}"),
        ("DELETE", f"/applications/{UNKNOWN}/integrations/{INTEGRATION}"),
    ],
)
def test_an_unknown_application_is_not_found_even_with_a_bad_body(
    losant: httpx.Client, method: str, path: str
) -> None:
    reply = losant.request(method, path, content=b"no json")
    assert reply.status_code == 404
    assert reply.json() == {"type": "NotFound", "message": "Application was not found"}


@pytest.mark.parametrize(
    ("path", "member"),
    [
        ("/applications/1/integrations", "applicationId"),
        (f"/applications/{APPLICATION}f/integrations", "applicationId"),
        (f"{MANY}/{INTEGRATION[:-1]}", "integrationId"),
        (f"{MANY}/{INTEGRATION[:-1]}g", "integrationId"),
        (f"{MANY}/{INTEGRATION[:-1]}%D9%A3", "integrationId"),
    ],
)
def test_an_id_that_is_none_is_refused(losant: httpx.Client, path: str, member: str) -> None:
    reply = losant.get(path)
    assert reply.status_code == 400
    assert reply.json() == {
        "type": "Validation",
        "message": f"{member} must be 24 hexadecimal digits",
    }


def test_secrets_are_shown_in_clear_as_the_platform_does(losant: httpx.Client) -> None:
    text = losant.get(MANY).text
    for secret in ("pw-SAMPLE-1", "key-SAMPLE-2", "tok-SAMPLE-3", "sk-SAMPLE-4", "key-SAMPLE-5"):
        assert secret in text


def test_a_redacting_sandbox_shows_no_secret_but_keeps_them_all() -> None:
    secrets = integration("websocket", password="pw-SAMPLE-9", privateKey="key-SAMPLE-9")
    headers = [{"headerKey": "Authorization", "headerValue": "SAMPLE-9"}]
    secrets["websocketConfig"] |= {"headers": headers, "url": "wss://me:SAMPLE-9@feed.example"}
    with Sandbox(redact=True) as sandbox:
        auth = {"Authorization": f"Bearer {sandbox.token('losant')}"}
        with httpx.Client(
            base_url=sandbox.base_url("losant"), headers=auth, verify=PLAIN
        ) as losant:
            created = losant.post(MANY, json=secrets)
            replies = [created, losant.get(MANY), losant.patch(ONE, json={}), losant.get(ONE)]
    assert "SAMPLE" not in "".join(reply.text for reply in replies)
    config = created.json()["websocketConfig"]
    assert config["password"] == config["privateKey"] == config["url"] == "******"
    assert config["headers"] == [{"headerKey": "Authorization", "headerValue": "******"}]
    assert replies[-1].json()["mqttConfig"]["username"] == "bridge"
