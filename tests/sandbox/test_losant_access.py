"""Who may do what: tokens, their scopes, and in which order a request is refused."""

import base64
import hashlib
import hmac
import json
from typing import Any

import httpx
import pytest

from integrations_sdk.sandbox import Sandbox

from .facts import MANY, ONE, UNKNOWN, integration

ALL = {"all.Application", "all.Organization", "all.User"}
BOUNDED = {"all.Application.bounded", "all.Organization.bounded", "all.User.bounded"}
READ = {"all.Application.read", "all.Organization.read", "all.User.read"}

# operation: (method, path, body, scopes any one of which suffices), as the clients document them
OPERATIONS = {
    "integrations.get": ("GET", MANY, None, ALL | BOUNDED | READ | {"integrations.*"}),
    "integrations.post": ("POST", MANY, integration(), ALL | BOUNDED | {"integrations.*"}),
    "integration.get": ("GET", ONE, None, ALL | BOUNDED | READ | {"integration.*"}),
    "integration.patch": ("PATCH", ONE, {}, ALL | BOUNDED | {"integration.*"}),
    "integration.delete": ("DELETE", ONE, {}, ALL | BOUNDED | {"integration.*"}),
}
NEVER = {
    "all.Device",
    "all.Device.read",
    "all",
    "all.*",
    "*",
    "integration",
    "integrations",
    "integration.",
    "credential.*",
    "all.application",
    "",
}
SCOPES = sorted(
    ALL | BOUNDED | READ | NEVER | OPERATIONS.keys() | {"integration.*", "integrations.*"}
)


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("operation", OPERATIONS)
def test_an_operation_is_open_to_its_scopes_and_to_no_others(
    sandbox: Sandbox, losant: httpx.Client, operation: str, scope: str
) -> None:
    method, path, body, groups = OPERATIONS[operation]
    token = sandbox.token("losant", scopes=[scope])
    reply = losant.request(method, path, json=body, headers=bearer(token))
    if scope in groups | {operation}:
        assert reply.is_success, reply.text
    else:
        assert reply.status_code == 403
        assert reply.json()["type"] == "Forbidden"
        assert operation in reply.json()["message"]


def test_one_scope_of_many_suffices(sandbox: Sandbox, losant: httpx.Client) -> None:
    token = sandbox.token("losant", scopes=["all.Device", "integration.get", "credential.get"])
    assert losant.get(ONE, headers=bearer(token)).status_code == 200


def test_a_token_without_scopes_may_do_nothing(sandbox: Sandbox, losant: httpx.Client) -> None:
    token = sandbox.token("losant", scopes=[])
    assert losant.get(ONE, headers=bearer(token)).status_code == 403


def refused(reply: httpx.Response) -> str:
    assert reply.status_code == 401, reply.text
    assert reply.json()["type"] == "Unauthorized"
    message: str = reply.json()["message"]
    return message


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Basic dXNlcjpwYXNz", "Token x", "{token}", "Bearer{token}"]
)
def test_a_request_without_a_bearer_token_is_refused(
    sandbox: Sandbox, losant: httpx.Client, header: str
) -> None:
    value = header.format(token=sandbox.token("losant"))
    assert "no access token" in refused(losant.get(ONE, headers={"Authorization": value}))


def test_the_word_bearer_may_be_written_in_any_case(sandbox: Sandbox, losant: httpx.Client) -> None:
    value = f"bEARER  {sandbox.token('losant')}"
    assert losant.get(ONE, headers={"Authorization": value}).status_code == 200


@pytest.mark.parametrize("seconds", [0, -1, -1e6])
def test_an_expired_token_is_refused(
    sandbox: Sandbox, losant: httpx.Client, seconds: float
) -> None:
    token = sandbox.token("losant", expires_in=seconds)
    assert "expired" in refused(losant.get(ONE, headers=bearer(token)))


def test_a_token_lasts_as_long_as_was_asked_for(sandbox: Sandbox, losant: httpx.Client) -> None:
    token = sandbox.token("losant", expires_in=60)
    assert losant.get(ONE, headers=bearer(token)).status_code == 200
    assert payload(token)["exp"] - payload(token)["iat"] == 60
    year = payload(sandbox.token("losant"))
    assert year["exp"] - year["iat"] == 365 * 24 * 60 * 60


def payload(token: str) -> dict[str, Any]:
    part = token.split(".")[1]
    document: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=="))
    return document


def test_a_token_is_a_json_web_token_that_names_its_scopes(sandbox: Sandbox) -> None:
    token = sandbox.token("losant", scopes=["integration.get"])
    header = token.split(".")[0]
    assert json.loads(base64.urlsafe_b64decode(header + "==")) == {"alg": "HS256", "typ": "JWT"}
    said = payload(token)
    assert said.pop("exp") > said.pop("iat") > 1_700_000_000
    assert said == {
        "sub": "575ec8687ae143cd83dc4a97",
        "subtype": "apiToken",
        "scope": ["integration.get"],
        "iss": "sandbox",
        "aud": "losant",
    }


def forged(header: dict[str, str], claims: dict[str, object], key: bytes) -> str:
    parts = [json.dumps(part).encode() for part in (header, claims)]
    signed = b".".join(base64.urlsafe_b64encode(part).rstrip(b"=") for part in parts)
    if not key:
        return f"{signed.decode()}."
    signature = hmac.new(key, signed, hashlib.sha256).digest()
    return f"{signed.decode()}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


def test_a_token_that_this_sandbox_did_not_sign_is_refused(
    sandbox: Sandbox, losant: httpx.Client
) -> None:
    real = sandbox.token("losant")
    claims: dict[str, object] = {**payload(real)}
    with Sandbox() as another:
        foreign = another.token("losant")
    head, body, signature = real.split(".")
    tokens = {
        "foreign": foreign,
        "another key": forged({"alg": "HS256", "typ": "JWT"}, claims, b"key"),
        "no algorithm": forged({"alg": "none"}, claims, b""),
        "no signature": f"{head}.{body}.",
        "two parts": f"{head}.{body}",
        "a changed end": f"{head}.{body}.{signature[:-4]}AAAA",
        "another body": f"{head}.{foreign.split('.')[1][:-2]}AA.{signature}",
        "a padded signature": f"{real}=",
        "text": "secret-SAMPLE",
        "no ASCII": "t\xe9st.\xfc.\xdf",
    }
    for name, token in tokens.items():
        value = f"Bearer {token}".encode("latin-1")
        reply = losant.get(ONE, headers=[(b"Authorization", value)])
        assert "not issued by this sandbox" in refused(reply), name
        assert token not in reply.text


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/applications/1/integrations"), ("POST", MANY), ("PATCH", ONE)]
)
def test_nothing_is_said_to_whom_is_not_known(losant: httpx.Client, method: str, path: str) -> None:
    reply = losant.request(method, path, content=b"no json", headers={"Authorization": ""})
    assert reply.status_code == 401


@pytest.mark.parametrize("path", ["/applications/1/integrations/2", f"{MANY}/{UNKNOWN}", ONE])
def test_nothing_is_said_to_whom_may_not(sandbox: Sandbox, losant: httpx.Client, path: str) -> None:
    token = sandbox.token("losant", scopes=["integration.get"])
    assert losant.patch(path, content=b"no json", headers=bearer(token)).status_code == 403
