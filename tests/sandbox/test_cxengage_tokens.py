"""CxEngage in the sandbox: who gets a token, what it reaches, and for how long."""

import base64
import json
from collections.abc import Iterator

import httpx
import pytest

from integrations_sdk.sandbox import Sandbox

from .facts import PLAIN

MANY = "/tenants/harbor/integrations"
OTHERS = "/tenants/lighthouse/integrations"
TOKEN = "/1.0/token"
GRANT = {"grant_type": "client_credentials"}
CLIENT = ("client-SAMPLE", "secret-SAMPLE")
NARROW = ("client-SAMPLE-2", "secret-SAMPLE-2")


@pytest.fixture
def anyone(sandbox: Sandbox) -> Iterator[httpx.Client]:
    """A client without a token."""
    url = sandbox.base_url("cxengage")
    with httpx.Client(base_url=url, verify=PLAIN, trust_env=False) as client:
        yield client


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def refused(reply: httpx.Response, status: int) -> str:
    assert reply.status_code == status, reply.text
    assert list(reply.json()) == ["error"]
    message: str = reply.json()["error"]
    return message


@pytest.mark.parametrize("path", [TOKEN, "/token"])
def test_a_client_gets_a_token_of_one_hour(anyone: httpx.Client, path: str) -> None:
    reply = anyone.post(path, auth=CLIENT, data=GRANT)
    assert reply.status_code == 200
    assert reply.headers["cache-control"] == "no-store"
    given = reply.json()
    token = given.pop("access_token")
    assert given == {"token_type": "bearer", "expires_in": 3600}
    payload = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
    assert payload["exp"] - payload["iat"] == 3600
    for tenant in (MANY, OTHERS):
        assert anyone.get(tenant, headers=bearer(token)).status_code == 200


def test_a_token_reaches_the_tenants_of_its_client_alone(anyone: httpx.Client) -> None:
    token = anyone.post(TOKEN, auth=NARROW, data=GRANT).json()["access_token"]
    assert anyone.get(OTHERS, headers=bearer(token)).status_code == 200
    assert "no access" in refused(anyone.get(MANY, headers=bearer(token)), 403)


def basic(pair: bytes) -> str:
    return f"Basic {base64.b64encode(pair).decode()}"


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Basic",
        "Basic !!!",
        "Basic Y2xpZW50",
        basic(b"client-SAMPLE"),
        basic(b"client-SAMPLE:"),
        basic(b":secret-SAMPLE"),
        basic(b"client-SAMPLE:secret-SAMPLE-2"),
        basic(b"client-SAMPLE-2:secret-SAMPLE"),
        basic(b"client-SAMPLE:secret-SAMPLE\n"),
        basic(b"\xff:\xff"),
        basic(b"client-SAMPLE:secret-SAMPLE").replace("Y2", "Y2!"),
        basic(b"client-SAMPLE:secret-SAMPLE").replace("Basic", "Bearer"),
    ],
)
def test_a_client_that_is_not_known_gets_none(anyone: httpx.Client, header: str) -> None:
    reply = anyone.post(TOKEN, headers={"Authorization": header}, data=GRANT)
    assert refused(reply, 401) == "invalid_client"
    assert reply.headers["www-authenticate"] == "Basic"


def test_the_word_basic_may_be_written_in_any_case(anyone: httpx.Client) -> None:
    header = basic(b"client-SAMPLE:secret-SAMPLE").replace("Basic", "bAsIc")
    reply = anyone.post(TOKEN, headers={"Authorization": header}, data=GRANT)
    assert reply.status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"grant_type=",
        b"grant_type=password",
        b"grant_type=client_credentials&grant_type=password",
        b'{"grant_type": "client_credentials"}',
        b"\xff",
    ],
)
def test_what_grants_nothing_is_refused(anyone: httpx.Client, body: bytes) -> None:
    reply = anyone.post(TOKEN, auth=CLIENT, content=body)
    assert refused(reply, 400) == "unsupported_grant_type"


def test_a_switch_gives_out_tokens_that_have_expired_and_does_not_say_so() -> None:
    with (
        Sandbox(switches={"cxengage.new_tokens": "expired"}) as sandbox,
        httpx.Client(base_url=sandbox.base_url("cxengage"), verify=PLAIN) as client,
    ):
        given = client.post(TOKEN, auth=CLIENT, data=GRANT).json()
        assert given["expires_in"] == 3600
        reply = client.get(MANY, headers=bearer(given["access_token"]))
        assert "expired" in refused(reply, 401)
        token = sandbox.token("cxengage")
        assert client.get(MANY, headers=bearer(token)).status_code == 200


@pytest.mark.parametrize("path", [MANY, f"{MANY}/echo", "/tenants/nowhere/integrations"])
def test_a_token_that_is_missing_wrong_or_expired_is_refused(
    sandbox: Sandbox, anyone: httpx.Client, path: str
) -> None:
    expired = sandbox.token("cxengage", expires_in=-1)
    values = ["", "Bearer", "Bearer x", sandbox.token("cxengage"), f"Bearer {expired}"]
    for value in [*values, f"Bearer {sandbox.token('losant')}"]:
        for base in ("", "/1.0"):
            refused(anyone.get(base + path, headers={"Authorization": value}), 401)


def test_a_token_may_be_made_for_some_tenants(sandbox: Sandbox, anyone: httpx.Client) -> None:
    token = sandbox.token("cxengage", scopes=["harbor"])
    assert anyone.get(MANY, headers=bearer(token)).status_code == 200
    calls = [("GET", OTHERS), ("GET", f"{OTHERS}/fax"), ("POST", f"/1.0{OTHERS}/twilio")]
    for method, path in calls:
        refused(anyone.request(method, path, headers=bearer(token), content=b"no json"), 403)
    refused(anyone.get("/tenants/nowhere/integrations", headers=bearer(token)), 404)


def test_a_refused_tenant_is_as_it_was(sandbox: Sandbox, anyone: httpx.Client) -> None:
    token = sandbox.token("cxengage", scopes=[])
    sent = {"account": "a", "password": "b"}
    refused(anyone.post(f"{OTHERS}/twilio", headers=bearer(token), json=sent), 403)
    everything = bearer(sandbox.token("cxengage"))
    assert anyone.get(f"{OTHERS}/twilio", headers=everything).json()["account"] == "AC-SAMPLE-7"


def test_the_token_of_the_environment_outlasts_the_file_it_is_written_to(sandbox: Sandbox) -> None:
    token = sandbox.environment()["CXENGAGE_TOKEN"]
    payload = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
    assert payload["exp"] - payload["iat"] > 300 * 24 * 3600


def test_the_variables_point_here(sandbox: Sandbox, anyone: httpx.Client) -> None:
    found = sandbox.environment()
    assert found["CXENGAGE_BASE_URL"] == f"{sandbox.url}/cxengage"
    assert found["CXENGAGE_AUTH_URL"] == f"{sandbox.url}/cxengage/1.0/token"
    client = (found["CXENGAGE_CLIENT_ID"], found["CXENGAGE_CLIENT_SECRET"])
    given = anyone.post(found["CXENGAGE_AUTH_URL"], auth=client, data=GRANT).json()
    for token in (given["access_token"], found["CXENGAGE_TOKEN"]):
        url = f"{found['CXENGAGE_BASE_URL']}{MANY}"
        assert anyone.get(url, headers=bearer(token)).status_code == 200
