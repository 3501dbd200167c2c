"""Polis in the sandbox: setting and deleting the credentials of integrations."""

import json
import re
from typing import Any

import httpx
import pytest

from integrations_sdk.sandbox import Sandbox
from integrations_sdk.sandbox.polis_examples import EXAMPLES

from .clients import client_of, served
from .facts import PLAIN

PATH = "/integrations/credentials"
CLIENT = "doorbell-sync"
CUSTOMER = "3f1d8c52-7a40-4a63-9b0e-2a64d1c7e915"
OTHER_CUSTOMER = "8a6b1f0e-2c3d-4e5f-8091-a2b3c4d5e6f7"
GROUP = "9d2e7a10-55c4-4c0b-bb1f-6a1f0e8d7c42"
OTHER_GROUP = "e1c0ffee-7d5b-4b0a-9f3e-5d4c3b2a1908"

ETAG = "2c-Zm9yd2FyZHM/YmFj+w"
"""That of the example whose credentials are set: CLIENT at OTHER_CUSTOMER."""


def pair(client: str = CLIENT, customer: str = CUSTOMER) -> dict[str, Any]:
    return {"clientId": client, "customerId": customer}


def set_(polis: httpx.Client, **members: Any) -> httpx.Response:
    data = {**pair(), "accessToken": "tok-SAMPLE-9", **members}
    return polis.post(PATH, json={"data": data})


def remove(polis: httpx.Client, etag: str | None = None, **members: Any) -> httpx.Response:
    headers = {} if etag is None else {"etag": etag}
    return polis.request("DELETE", PATH, json={"data": {**pair(), **members}}, headers=headers)


def refused(reply: httpx.Response, status: int) -> str:
    assert reply.status_code == status, reply.text
    assert list(reply.json()) == ["message"]
    message: str = reply.json()["message"]
    assert message
    return message


def test_credentials_are_set_and_deleted_with_empty_answers(polis: httpx.Client) -> None:
    created = set_(polis)
    assert (created.status_code, created.content) == (201, b"")
    assert re.fullmatch(r"[0-9a-f]{1,3}-[A-Za-z0-9+/]{20}", created.headers["etag"])
    deleted = remove(polis)
    assert (deleted.status_code, deleted.content) == (200, b"")
    assert "etag" not in deleted.headers


def test_credentials_that_are_set_are_replaced(polis: httpx.Client) -> None:
    etags = [set_(polis, accessToken=token).headers["etag"] for token in ("a", "b", "b")]
    assert len(set(etags)) == 3
    assert refused(remove(polis, etag=etags[1]), 400)
    assert remove(polis, etag=etags[2]).status_code == 200


def test_what_is_not_set_cannot_be_deleted(polis: httpx.Client) -> None:
    assert "no credentials" in refused(remove(polis), 404)
    set_(polis)
    assert remove(polis).status_code == 200
    assert "no credentials" in refused(remove(polis), 404)
    assert set_(polis).status_code == 201


def test_some_examples_have_credentials_from_the_start(sandbox: Sandbox) -> None:
    found = {}
    for example in EXAMPLES:
        data: Any = example["data"]
        key = pair(data.get("clientId", "-"), str(example["customerId"]))
        with client_of(sandbox, "polis") as polis:
            found[data["provider"]] = remove(polis, **key).status_code
    assert found == {
        "nationBuilder": 404,
        "escoware": 200,
        "stripe": 200,
        "crowdskout": 200,
        "republicanNationalCommittee": 404,
    }


def test_the_examples_are_integrations() -> None:
    for example in EXAMPLES:
        data: Any = example["data"]
        meta: Any = example["meta"]
        assert set(example) == {"id", "customerId", "securityGroupId", "data", "meta"}
        assert data.get("status") in {"active", "paused", None}
        assert isinstance(data.get("interactionTypeId", 0), int | float)
        assert meta["resource"] == "integrations"
        assert "accessToken" not in json.dumps(example)


@pytest.mark.parametrize(
    "key",
    [
        pair("nobody"),
        pair(customer="00000000-0000-0000-0000-000000000000"),
        pair(customer="no-uuid"),
        pair(CUSTOMER, CLIENT),
        pair(CLIENT.upper()),
        pair("", OTHER_CUSTOMER) | {"clientId": "b0a7c6d1-1c1e-4b7f-8a55-0f7d2c9e4b36"},
    ],
)
def test_an_unknown_pair_is_not_found(polis: httpx.Client, key: dict[str, str]) -> None:
    assert "no integration" in refused(set_(polis, **key), 404)
    assert "no integration" in refused(remove(polis, **key), 404)


def test_a_token_reaches_the_integrations_of_its_security_groups(sandbox: Sandbox) -> None:
    beyond = pair("canvass-desk", OTHER_CUSTOMER)
    with client_of(sandbox, "polis", scopes=[GROUP]) as polis:
        assert set_(polis).status_code == 201
        assert "security group" in refused(set_(polis, **beyond), 403)
        assert "security group" in refused(remove(polis, **beyond), 403)
    with client_of(sandbox, "polis", scopes=[OTHER_GROUP]) as polis:
        assert refused(remove(polis), 403)
        assert set_(polis, **beyond).status_code == 201


# --- Bodies ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("member", ["clientId", "customerId", "accessToken"])
@pytest.mark.parametrize("value", [None, "", 1, [], {}])
def test_a_member_that_is_no_text_is_named(polis: httpx.Client, member: str, value: Any) -> None:
    assert f"data.{member}" in refused(set_(polis, **{member: value}), 400)
    if member != "accessToken":
        key = pair(customer=OTHER_CUSTOMER) | {member: value}
        assert f"data.{member}" in refused(remove(polis, **key), 400)


@pytest.mark.parametrize("body", [{}, {"data": {}}, pair(), {"data": [pair()]}, {"data": None}])
def test_a_body_without_its_members_is_refused(polis: httpx.Client, body: Any) -> None:
    for method in ("POST", "DELETE"):
        assert "data" in refused(polis.request(method, PATH, json=body), 400)


def test_everything_that_is_missing_is_named_at_once(polis: httpx.Client) -> None:
    message = refused(polis.post(PATH, json={"data": {}}), 400)
    assert re.findall(r"data\.(\w+) is required", message) == [
        "clientId",
        "customerId",
        "accessToken",
    ]


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b"data=x"])
def test_a_body_that_is_no_json_object_is_refused(polis: httpx.Client, content: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    for method in ("POST", "DELETE"):
        assert refused(polis.request(method, PATH, content=content, headers=headers), 400)


@pytest.mark.parametrize("media", ["", "text/plain", "application/x-www-form-urlencoded"])
def test_a_body_that_does_not_call_itself_json_is_refused(polis: httpx.Client, media: str) -> None:
    content = json.dumps({"data": {**pair(customer=OTHER_CUSTOMER), "accessToken": "x"}}).encode()
    headers = {"Content-Type": media} if media else {}
    for method in ("POST", "DELETE"):
        reply = polis.request(method, PATH, content=content, headers=headers)
        assert "Content-Type" in refused(reply, 400)


def test_a_secret_in_the_address_does_not_count(polis: httpx.Client) -> None:
    query = {**pair(), "accessToken": "tok-SAMPLE"}
    assert refused(polis.post(PATH, params=query, json={"data": pair()}), 400)
    assert refused(polis.delete(PATH, params=pair(customer=OTHER_CUSTOMER)), 400)


def test_further_members_do_no_harm(polis: httpx.Client) -> None:
    assert set_(polis, note="x").status_code == 201
    assert remove(polis, accessToken="x").status_code == 200


# --- etag -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("etag", "status"),
    [
        (None, 200),
        ("", 200),
        (ETAG, 200),
        (f'"{ETAG}"', 400),
        (f"W/{ETAG}", 400),
        (ETAG.lower(), 400),
        ("*", 400),
        ("stale", 400),
    ],
)
def test_an_etag_is_compared_as_it_stands(
    polis: httpx.Client, etag: str | None, status: int
) -> None:
    reply = remove(polis, etag=etag, customerId=OTHER_CUSTOMER)
    assert reply.status_code == status
    # A refused deletion leaves the credentials, and their etag, as they were.
    again = remove(polis, etag=ETAG, customerId=OTHER_CUSTOMER)
    assert again.status_code == (404 if status == 200 else 200)


def test_a_record_whose_etag_is_empty_is_deleted_without_one(polis: httpx.Client) -> None:
    key = pair("donation-box")
    assert "etag" in refused(remove(polis, etag="x", **key), 400)
    assert remove(polis, etag="", **key).status_code == 200


def test_if_match_is_another_header(polis: httpx.Client) -> None:
    body = {"data": pair(customer=OTHER_CUSTOMER)}
    reply = polis.request("DELETE", PATH, json=body, headers={"If-Match": '"stale"'})
    assert reply.status_code == 200


def test_a_stale_etag_is_412_by_a_switch() -> None:
    with served("polis", stale_etag="412") as polis:
        assert "etag" in refused(remove(polis, etag="stale", customerId=OTHER_CUSTOMER), 412)
        assert remove(polis, etag=ETAG, customerId=OTHER_CUSTOMER).status_code == 200


# --- Access and paths -----------------------------------------------------------------------------


@pytest.mark.parametrize("authorization", ["", "Bearer wrong", "Basic eDp5"])
def test_a_missing_or_wrong_token_is_refused(polis: httpx.Client, authorization: str) -> None:
    for method in ("POST", "DELETE"):
        reply = polis.request(method, PATH, headers={"Authorization": authorization})
        assert refused(reply, 401)


def test_an_expired_token_is_refused(sandbox: Sandbox) -> None:
    with client_of(sandbox, "polis", expires_in=-1) as polis:
        assert "expired" in refused(set_(polis), 401)


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "HEAD"])
def test_credentials_cannot_be_read(polis: httpx.Client, method: str) -> None:
    reply = polis.request(method, PATH)
    assert reply.status_code == 405
    assert reply.headers["allow"] == "POST, DELETE"


@pytest.mark.parametrize(
    "path", ["/integrations", f"/integrations/{EXAMPLES[0]['id']}", f"{PATH}/", "/v2" + PATH]
)
def test_there_is_nothing_else(polis: httpx.Client, path: str) -> None:
    for method in ("GET", "POST", "PATCH", "DELETE"):
        assert "not a path" in refused(polis.request(method, path), 404)


def test_later_hosts_have_a_version_before_the_path(polis: httpx.Client) -> None:
    polis.base_url = httpx.URL(f"{polis.base_url}v1/")
    assert set_(polis).status_code == 201
    assert remove(polis).status_code == 200


def test_the_environment_points_a_client_here(sandbox: Sandbox) -> None:
    environment = sandbox.environment()
    assert environment["POLIS_BASE_URL"] == f"{sandbox.url}/polis"
    headers = {"Authorization": f"Bearer {environment['POLIS_ACCESS_TOKEN']}"}
    body = {"data": {**pair(), "accessToken": "x"}}
    url = environment["POLIS_BASE_URL"] + PATH
    assert httpx.post(url, json=body, headers=headers, verify=PLAIN).status_code == 201


def test_a_reset_brings_the_credentials_back(sandbox: Sandbox, polis: httpx.Client) -> None:
    assert remove(polis, customerId=OTHER_CUSTOMER).status_code == 200
    sandbox.reset()
    assert remove(polis, etag=ETAG, customerId=OTHER_CUSTOMER).status_code == 200
