"""CxEngage in the sandbox: its integrations, their tenants and its errors."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from integrations_sdk.sandbox import Sandbox

from .facts import PLAIN

MANY = "/tenants/harbor/integrations"
OTHERS = "/tenants/lighthouse/integrations"

# provider: the members without which it does not work, each with an invented value
NEEDED = {
    "datasift": {"api-key": "ds-SAMPLE", "username": "ops"},
    "echo": {},
    "pusher": {"key": "pk-SAMPLE", "secret": "ps-SAMPLE"},
    "salesforce": {
        "consumer-key": "ck-SAMPLE",
        "consumer-secret": "cs-SAMPLE",
        "username": "ops@harbor.example",
        "secret-token": "st-SAMPLE",
        "password": "pw-SAMPLE",
    },
    "sendgrid": {"account": "ops", "password": "sg-SAMPLE"},
    "twilio": {"account": "AC-SAMPLE", "password": "tw-SAMPLE"},
    "urban-airship": {"username": "ua-SAMPLE", "password": "us-SAMPLE"},
}
SECRETS = {
    "datasift": {"api-key"},
    "pusher": {"secret"},
    "salesforce": {"consumer-secret", "secret-token", "password"},
    "sendgrid": {"password"},
    "twilio": {"password"},
    "urban-airship": {"password"},
}


def client_of(sandbox: Sandbox, **options: Any) -> httpx.Client:
    headers = {"Authorization": f"Bearer {sandbox.token('cxengage', **options)}"}
    return httpx.Client(
        base_url=sandbox.base_url("cxengage"), headers=headers, verify=PLAIN, trust_env=False
    )


@contextmanager
def served(*, redact: bool = False, **switches: str) -> Iterator[httpx.Client]:
    """A sandbox of its own, with switches."""
    named = {f"cxengage.{name}": value for name, value in switches.items()}
    with Sandbox(redact=redact, switches=named) as sandbox, client_of(sandbox) as client:
        yield client


@pytest.fixture
def engage(sandbox: Sandbox) -> Iterator[httpx.Client]:
    with client_of(sandbox) as client:
        yield client


def got(reply: httpx.Response) -> Any:
    assert reply.status_code == 200, reply.text
    return reply.json()


def refused(reply: httpx.Response, status: int) -> str:
    assert reply.status_code == status, reply.text
    assert list(reply.json()) == ["error"]
    message: str = reply.json()["error"]
    assert message
    return message


# --- Reading --------------------------------------------------------------------------------------


@pytest.mark.parametrize("base", ["", "/1.0"])
def test_the_list_is_a_bare_array_of_all_providers_in_the_order_of_ids(
    engage: httpx.Client, base: str
) -> None:
    listed = got(engage.get(base + MANY))
    assert [item["id"] for item in listed] == sorted(NEEDED)
    for item in listed:
        assert NEEDED[item["id"]].keys() <= item.keys()
        assert got(engage.get(f"{base}{MANY}/{item['id']}")) == item


def test_every_tenant_has_echo_from_the_start(engage: httpx.Client) -> None:
    assert [item["id"] for item in got(engage.get(OTHERS))] == ["echo", "twilio"]
    assert got(engage.get(f"{OTHERS}/echo")) == {"id": "echo"}


def test_secrets_are_shown_in_clear(engage: httpx.Client) -> None:
    listed = {item["id"]: item for item in got(engage.get(MANY))}
    for provider, names in SECRETS.items():
        for name in names:
            assert "SAMPLE" in listed[provider][name]


def test_for_a_demonstration_secrets_are_masked_and_kept() -> None:
    with served(redact=True) as engage:
        for provider, sent in NEEDED.items():
            shown = got(engage.post(f"{MANY}/{provider}", json=sent))
            hidden = {name for name, value in shown.items() if value == "******"}
            assert hidden == SECRETS.get(provider, set())
        shown = got(engage.post(f"{MANY}/fax", json={"password": "fx-SAMPLE"}))
        assert shown == {"id": "fax", "password": "fx-SAMPLE"}  # nobody says what is secret here
        assert "******" in engage.get(MANY).text


def test_type_is_there_only_where_it_was_sent(engage: httpx.Client) -> None:
    assert "type" not in got(engage.get(f"{MANY}/twilio"))
    assert got(engage.get(f"{OTHERS}/twilio"))["type"] == "twilio"


# --- Writing --------------------------------------------------------------------------------------


@pytest.mark.parametrize("base", ["", "/1.0"])
@pytest.mark.parametrize("provider", sorted(NEEDED.keys() - {"salesforce"}))
def test_what_is_posted_is_answered_kept_and_listed(
    engage: httpx.Client, provider: str, base: str
) -> None:
    sent = {"id": provider, **NEEDED[provider]}
    assert got(engage.post(f"{base}{OTHERS}/{provider}", json=sent)) == sent
    assert got(engage.get(f"{OTHERS}/{provider}")) == sent
    assert sent in got(engage.get(OTHERS))
    assert sent not in got(engage.get(MANY)) or provider == "echo"


def test_a_post_replaces_the_whole_record(engage: httpx.Client) -> None:
    first = {"id": "twilio", "type": "twilio", "account": "a", "password": "p", "note": "n"}
    second = {"id": "twilio", "account": "b", "password": "q"}
    assert got(engage.post(f"{MANY}/twilio", json=first)) == first
    assert got(engage.post(f"{MANY}/twilio", json=second)) == second
    assert got(engage.get(f"{MANY}/twilio")) == second
    assert len(got(engage.get(MANY))) == 7


def test_the_id_may_be_left_to_the_path(engage: httpx.Client) -> None:
    reply = engage.post(f"{MANY}/twilio", json=NEEDED["twilio"])
    assert got(reply) == {"id": "twilio", **NEEDED["twilio"]}
    assert next(iter(reply.json())) == "id"


def test_members_that_no_page_names_are_kept_as_they_came(engage: httpx.Client) -> None:
    extra = {"region": "eu", "retry-limit": 3, "tags": ["a", None], "nested": {"x": 1.5}}
    sent = {"id": "sendgrid", **NEEDED["sendgrid"], **extra}
    assert got(engage.post(f"{MANY}/sendgrid", json=sent)) == sent
    assert got(engage.get(f"{MANY}/sendgrid")) == sent


def test_providers_that_no_page_names_are_kept_too(engage: httpx.Client) -> None:
    sent = {"id": "fax machine", "number": 7}
    assert got(engage.post(f"{MANY}/fax machine", json=sent)) == sent
    assert got(engage.get(f"{MANY}/fax%20machine")) == sent
    assert len(got(engage.get(MANY))) == 8


@pytest.mark.parametrize(("base", "status"), [("", 404), ("/1.0", 422)])
def test_a_switch_refuses_them_but_not_those_that_the_pages_name(base: str, status: int) -> None:
    with served(unknown_provider="refused") as engage:
        refused(engage.post(f"{base}{MANY}/fax", json={"id": "fax"}), status)
        for provider, sent in NEEDED.items():
            got(engage.post(f"{base}{MANY}/{provider}", json=sent))
        assert len(got(engage.get(MANY))) == 7


def test_echo_keeps_nothing_but_its_id(engage: httpx.Client) -> None:
    sent = {"id": "echo", "type": "echo", "volume": "11"}
    assert got(engage.post(f"{MANY}/echo", json=sent)) == {"id": "echo"}
    assert got(engage.get(f"{MANY}/echo")) == {"id": "echo"}


def test_a_reset_brings_the_example_data_back(sandbox: Sandbox, engage: httpx.Client) -> None:
    before = got(engage.get(OTHERS))
    engage.post(f"{OTHERS}/fax", json={})
    engage.post(f"{OTHERS}/twilio", json=NEEDED["twilio"])
    sandbox.reset()
    assert got(engage.get(OTHERS)) == before


# --- The instance of Salesforce -------------------------------------------------------------------

SALESFORCE = f"{MANY}/salesforce"


def test_without_a_version_salesforce_has_an_instance_of_the_servers_making(
    engage: httpx.Client,
) -> None:
    assert got(engage.get(SALESFORCE))["instance"] == "na-17"
    shown = got(engage.post(SALESFORCE, json=NEEDED["salesforce"]))
    assert shown == {"id": "salesforce", **NEEDED["salesforce"], "instance": "na-17"}
    assert shown in got(engage.get(MANY))
    other = got(engage.post(f"{OTHERS}/salesforce", json=NEEDED["salesforce"]))
    assert other["instance"] == "eu-3"


def test_an_instance_that_was_sent_is_answered_until_it_is_sent_no_more(
    engage: httpx.Client,
) -> None:
    sent = {**NEEDED["salesforce"], "instance": "ap-1"}
    assert got(engage.post(SALESFORCE, json=sent))["instance"] == "ap-1"
    assert got(engage.get(SALESFORCE))["instance"] == "ap-1"
    assert got(engage.post(SALESFORCE, json=NEEDED["salesforce"]))["instance"] == "na-17"


def test_with_a_version_nobody_has_an_instance_unless_it_was_sent(engage: httpx.Client) -> None:
    for provider in got(engage.get(f"/1.0{MANY}")):
        assert "instance" not in provider
    sent = {"id": "salesforce", **NEEDED["salesforce"]}
    assert got(engage.post(f"/1.0{SALESFORCE}", json=sent)) == sent
    sent["instance"] = "ap-1"
    assert got(engage.post(f"/1.0{SALESFORCE}", json=sent)) == sent


# --- What it refuses ------------------------------------------------------------------------------

LACKS = [(provider, name) for provider, needed in NEEDED.items() for name in needed]


@pytest.mark.parametrize(("provider", "name"), LACKS)
def test_a_provider_does_without_nothing_that_it_needs(
    engage: httpx.Client, provider: str, name: str
) -> None:
    before = got(engage.get(MANY))
    sent = {key: value for key, value in NEEDED[provider].items() if key != name}
    assert name in refused(engage.post(f"{MANY}/{provider}", json=sent), 400)
    for wrong in (None, 7, ["x"]):
        message = refused(engage.post(f"{MANY}/{provider}", json={**sent, name: wrong}), 400)
        assert f"{name} must be a string" in message
    assert got(engage.get(MANY)) == before


def test_everything_that_is_missing_is_named(engage: httpx.Client) -> None:
    message = refused(engage.post(SALESFORCE, json={}), 400)
    assert [name for name in NEEDED["salesforce"] if f"{name} is required" in message] == list(
        NEEDED["salesforce"]
    )


@pytest.mark.parametrize("name", ["id", "type"])
@pytest.mark.parametrize("provider", ["twilio", "echo", "fax"])
def test_a_body_that_means_another_provider_is_refused(
    engage: httpx.Client, provider: str, name: str
) -> None:
    sent = {**NEEDED.get(provider, {}), name: "sendgrid"}
    message = refused(engage.post(f"{OTHERS}/{provider}", json=sent), 400)
    assert message == f"{name} must be {provider}, as in the path"
    refused(engage.post(f"{OTHERS}/{provider}", json={**sent, name: 7}), 400)
    sent[name] = provider
    got(engage.post(f"{OTHERS}/{provider}", json=sent))


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"x"', b"null"])
def test_a_body_that_is_no_json_object_is_refused(engage: httpx.Client, body: bytes) -> None:
    refused(engage.post(f"{MANY}/echo", content=body), 400)


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/tenants/nowhere/integrations", "Tenant not found"),
        ("/tenants/nowhere/integrations/echo", "Tenant not found"),
        ("/tenants/Harbor/integrations", "Tenant not found"),
        ("/tenants/har%00bor/integrations", "Tenant not found"),
        (f"{MANY}/fax", "Integration not found"),
        (f"{OTHERS}/sendgrid", "Integration not found"),
    ],
)
def test_what_does_not_exist_has_the_status_of_its_page(
    engage: httpx.Client, path: str, message: str
) -> None:
    assert refused(engage.get(path), 404) == message
    assert refused(engage.get(f"/1.0{path}"), 422) == message


@pytest.mark.parametrize(("base", "status"), [("", 404), ("/1.0", 422)])
def test_a_post_makes_no_tenant(engage: httpx.Client, base: str, status: int) -> None:
    path = "/tenants/nowhere/integrations/twilio"
    for body in (b'{"account": "a", "password": "b"}', b"no json"):
        refused(engage.post(base + path, content=body), status)
    refused(engage.get(path), 404)


@pytest.mark.parametrize("base", ["", "/1.0"])
@pytest.mark.parametrize(("profile", "status"), [("original", 404), ("later", 422)])
def test_a_profile_that_is_chosen_holds_for_both_paths(
    profile: str, status: int, base: str
) -> None:
    with served(profile=profile) as engage:
        refused(engage.get(f"{base}/tenants/nowhere/integrations"), status)
        shown = got(engage.get(f"{base}{SALESFORCE}"))
        assert ("instance" in shown) == (profile == "original")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", f"{MANY}/twilio", "GET, POST, HEAD"),
        ("PATCH", f"{MANY}/twilio", "GET, POST, HEAD"),
        ("DELETE", f"/1.0{MANY}/twilio", "GET, POST, HEAD"),
        ("POST", MANY, "GET, HEAD"),
        ("DELETE", f"/1.0{MANY}", "GET, HEAD"),
        ("GET", "/1.0/token", "POST"),
    ],
)
def test_a_method_that_no_page_has_is_not_offered(
    engage: httpx.Client, method: str, path: str, allowed: str
) -> None:
    reply = engage.request(method, path, json=NEEDED["twilio"])
    refused(reply, 405)
    assert reply.headers["allow"] == allowed


@pytest.mark.parametrize(
    "path", ["/tenants/harbor", "/tenants/harbor/twilio", f"/1.1{MANY}", f"{MANY}/", f"{MANY}/a/b"]
)
def test_a_path_that_no_page_has_is_not_found(engage: httpx.Client, path: str) -> None:
    assert "is not a path of this sandbox" in refused(engage.get(path), 404)


@pytest.mark.parametrize(
    ("shape", "body"),
    [
        ("text", b'{"error":"Tenant not found"}'),
        ("object", b'{"error":{"message":"Tenant not found"}}'),
        ("list", b'{"error":["Tenant not found"]}'),
        ("empty", b""),
    ],
)
def test_a_switch_changes_what_an_error_is(shape: str, body: bytes) -> None:
    with served(error=shape) as engage:
        reply = engage.get("/tenants/nowhere/integrations")
        assert (reply.status_code, reply.content) == (404, body)
        assert ("content-type" in reply.headers) == bool(body)
        # Wherever a refusal is made, it has this shape, and its headers.
        replies = {
            engage.get(MANY, headers={"Authorization": ""}): 401,
            engage.get(MANY, headers={"Host": "evil.example"}): 403,
            engage.get("/nothing"): 404,
            engage.put(f"{MANY}/echo"): 405,
            engage.post(f"{MANY}/echo", content=b"x" * (1024 * 1024 + 1)): 413,
        }
        kinds = {"text": str, "object": dict, "list": list}
        for refusal, status in replies.items():
            assert refusal.status_code == status
            if body:
                assert isinstance(refusal.json()["error"], kinds[shape])
            else:
                assert refusal.content == b""
        assert engage.put(f"{MANY}/echo").headers["allow"] == "GET, POST, HEAD"
        assert got(engage.get(f"{MANY}/echo")) == {"id": "echo"}
