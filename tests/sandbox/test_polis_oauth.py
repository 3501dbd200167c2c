"""Polis in the sandbox: how an application is given a token."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from integrations_sdk.sandbox import Sandbox, polis as module

from .facts import PLAIN
from .test_polis_credentials import CUSTOMER, PATH, pair, refused

AUTHORIZE = "/oauth/authorize"
TOKEN = "/auth/oauth2/token"
ASKED = {"response_type": "code", "client_id": "doorbell-sync"}


def sent_back(polis: httpx.Client, **query: str) -> str:
    reply = polis.get(AUTHORIZE, params={**ASKED, **query}, headers={"Authorization": ""})
    assert reply.status_code == 302, reply.text
    return str(reply.headers["location"])


def code(polis: httpx.Client) -> str:
    return parse_qs(urlsplit(sent_back(polis)).query)["code"][0]


def exchange(polis: httpx.Client, **members: Any) -> httpx.Response:
    body = {
        "client_id": "doorbell-sync",
        "client_secret": "sk-SAMPLE-1",
        "grant_type": "authorization_code",
        **members,
    }
    kept = {name: value for name, value in body.items() if value is not ...}
    return polis.post(TOKEN, json=kept, headers={"Authorization": ""})


def test_the_browser_is_sent_back_with_a_code_and_what_it_brought(polis: httpx.Client) -> None:
    uri = "http://localhost:5000/back?tab=2&x="
    location = urlsplit(sent_back(polis, redirect_uri=uri, state="a b&c=ü"))
    assert (location.scheme, location.netloc, location.path) == ("http", "localhost:5000", "/back")
    query = parse_qs(location.query, keep_blank_values=True)
    assert len(query.pop("code")[0]) > 20
    assert query == {
        "tab": ["2"],
        "x": [""],
        "state": ["a b&c=ü"],
        "organizationId": [CUSTOMER],
    }


def test_without_an_address_it_is_sent_to_the_registered_one(polis: httpx.Client) -> None:
    location = urlsplit(sent_back(polis))
    assert location.geturl().startswith("http://localhost:8000/callback?")
    assert "state" not in parse_qs(location.query, keep_blank_values=True)
    assert parse_qs(sent_back(polis, state=""), keep_blank_values=True)["state"] == [""]


@pytest.mark.parametrize(
    "query",
    [
        {"response_type": "token"},
        {"response_type": ""},
        {"client_id": "nobody"},
        {"client_id": ""},
        {"redirect_uri": "/callback"},
        {"redirect_uri": "javascript:alert(1)"},
        {"redirect_uri": "ftp://localhost/x"},
        {"redirect_uri": "http:///x"},
        {"redirect_uri": "http://[::1"},
        {"redirect_uri": "http://localhost/#x"},
    ],
)
def test_a_request_that_cannot_be_is_not_redirected(
    polis: httpx.Client, query: dict[str, str]
) -> None:
    reply = polis.get(AUTHORIZE, params={**ASKED, **query})
    name = next(iter(query))
    assert name in refused(reply, 400)
    assert "location" not in reply.headers


def test_a_code_becomes_a_token_that_the_sandbox_takes(polis: httpx.Client) -> None:
    reply = exchange(polis, code=code(polis))
    assert reply.status_code == 200
    assert sorted(reply.json()) == ["access_token", "token_type"]
    assert reply.json()["token_type"] == "bearer"
    headers = {"Authorization": f"Bearer {reply.json()['access_token']}"}
    body = {"data": {**pair(), "accessToken": "x"}}
    assert polis.post(PATH, json=body, headers=headers).status_code == 201


def test_a_code_is_good_for_one_token(polis: httpx.Client) -> None:
    one, other = code(polis), code(polis)
    assert one != other
    assert exchange(polis, code=one).status_code == 200
    assert "used before" in refused(exchange(polis, code=one), 400)
    assert exchange(polis, code=other).status_code == 200


def test_a_refused_exchange_does_not_use_the_code_up(polis: httpx.Client) -> None:
    known = code(polis)
    assert "client_secret" in refused(exchange(polis, code=known, client_secret="x"), 401)
    assert "client_id" in refused(exchange(polis, code=known, client_id="x"), 401)
    assert "grant_type" in refused(exchange(polis, code=known, grant_type="password"), 400)
    assert exchange(polis, code=known).status_code == 200


@pytest.mark.parametrize("member", ["client_id", "client_secret", "code", "grant_type"])
@pytest.mark.parametrize("value", [..., None, "", 1])
def test_a_member_that_is_no_text_is_named(polis: httpx.Client, member: str, value: Any) -> None:
    members = {"code": code(polis), member: value}
    assert member in refused(exchange(polis, **members), 400)


def test_an_unknown_code_is_refused(polis: httpx.Client) -> None:
    assert refused(exchange(polis, code="x"), 400)


def test_a_code_that_is_too_old_is_refused(
    polis: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "CODE_SECONDS", 0)
    assert "expired" in refused(exchange(polis, code=code(polis)), 400)


def test_the_exchange_takes_json_and_no_form(polis: httpx.Client) -> None:
    form = {**ASKED, "client_secret": "sk-SAMPLE-1", "code": code(polis)}
    reply = polis.post(TOKEN, data={**form, "grant_type": "authorization_code"})
    assert "Content-Type" in refused(reply, 400)


def test_no_answer_quotes_a_secret(polis: httpx.Client) -> None:
    replies = [
        exchange(polis, code="code-SECRET"),
        exchange(polis, code="x", client_secret="secret-SECRET"),
        polis.post(PATH, json={"data": {"accessToken": "token-SECRET"}}),
        polis.post(PATH, json={"data": {**pair("nobody"), "accessToken": "token-SECRET"}}),
    ]
    assert [reply.status_code for reply in replies] == [400, 401, 400, 404]
    assert not any("SECRET" in reply.text for reply in replies)


def test_the_environment_has_all_that_the_flow_needs(sandbox: Sandbox) -> None:
    variables = sandbox.environment()
    query = {"response_type": "code", "client_id": variables["POLIS_CLIENT_ID"]}
    back = httpx.get(variables["POLIS_BASE_URL"] + AUTHORIZE, params=query, verify=PLAIN)
    body = {
        "client_id": variables["POLIS_CLIENT_ID"],
        "client_secret": variables["POLIS_CLIENT_SECRET"],
        "code": parse_qs(urlsplit(back.headers["location"]).query)["code"][0],
        "grant_type": "authorization_code",
    }
    url = variables["POLIS_BASE_URL"] + TOKEN
    assert httpx.post(url, json=body, verify=PLAIN).status_code == 200


def test_a_reset_forgets_the_codes(sandbox: Sandbox, polis: httpx.Client) -> None:
    known = code(polis)
    sandbox.reset()
    assert refused(exchange(polis, code=known), 400)
