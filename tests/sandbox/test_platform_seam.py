"""The shared parts, carrying a platform that is unlike Losant in every way.

Acme has its key in the query, names with hyphens, tenants, a body on DELETE, empty answers, an
endpoint that gives out tokens, tokens of one hour and errors of its own shape.
"""

from collections.abc import Iterator

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from integrations_sdk.sandbox.app import build_app, load_examples, reload_examples
from integrations_sdk.sandbox.documents import Json
from integrations_sdk.sandbox.errors import SandboxError
from integrations_sdk.sandbox.losant import LOSANT
from integrations_sdk.sandbox.platform import Call, Operation, Platform, Refusal
from integrations_sdk.sandbox.server import BackgroundServer
from integrations_sdk.sandbox.store import Records, Store
from integrations_sdk.sandbox.tokens import Tokens

from .facts import PLAIN

HOUR = 3600


def give_token(call: Call) -> Response:
    token = ACME.token(call.tokens, expires_in=HOUR)
    return JSONResponse({"access_token": token, "expires_in": HOUR, "claims": call.claims})


def put(call: Call) -> Response:
    tenant = call.path("tenant")
    if tenant != call.claims["sub"]:
        raise Refusal(403, f"no access to {tenant}")
    sent = call.json_object()
    call.records.put("acme.providers", tenant, str(sent["provider-id"]), sent)
    return Response(status_code=204)


def listed(call: Call) -> Response:
    return JSONResponse(call.records.all("acme.providers", call.path("tenant")))


def delete(call: Call) -> Response:
    call.records.delete("acme.providers", call.path("tenant"), str(call.json_object()["id"]))
    return Response(status_code=200)


def crash(call: Call) -> Response:
    call.records.clear()
    raise ZeroDivisionError


def error_body(refusal: Refusal) -> Json:
    return {"errors": [{"code": refusal.status, "text": refusal.message}]}


def examples(records: Records) -> None:
    for key in ("b", "a"):
        records.put("acme.providers", "harbour", key, {"provider-id": key})


def api_key(request: Request) -> str:
    return request.query_params.get("api_key", "")


PROVIDERS = "/tenants/{tenant}/providers"

ACME = Platform(
    name="acme",
    operations=[
        Operation("token", "POST", "/token", give_token, public=True),
        Operation("list", "GET", PROVIDERS, listed),
        Operation("put", "POST", PROVIDERS, put),
        Operation("delete", "DELETE", PROVIDERS, delete),
        Operation("crash", "POST", "/crash", crash, public=True),
    ],
    examples=examples,
    error_body=error_body,
    base_url_variable="ACME_BASE_URL",
    token_variable="ACME_API_KEY",
    hint="curl $ACME_BASE_URL",
    claims={"sub": "harbour"},
    token_seconds=HOUR,
    credential=api_key,
)


@pytest.fixture
def store() -> Iterator[Store]:
    store = Store()
    load_examples(store, [ACME])
    yield store
    store.close()


@pytest.fixture
def acme(store: Store) -> Iterator[httpx.Client]:
    app = build_app(store, [ACME, LOSANT], host="127.0.0.1")
    server = BackgroundServer(app, host="127.0.0.1", port=0)
    token = ACME.token(Tokens(store.signing_key()))
    url = f"http://127.0.0.1:{server.port}/acme"
    with httpx.Client(base_url=url, params={"api_key": token}, verify=PLAIN) as client:
        yield client
    server.stop()


def keys(reply: httpx.Response) -> list[str]:
    return [item["provider-id"] for item in reply.json()]


def test_its_documents_come_in_the_order_in_which_they_were_made(acme: httpx.Client) -> None:
    assert keys(acme.get("/tenants/harbour/providers")) == ["b", "a"]
    for key in ("c", "b"):
        reply = acme.post("/tenants/harbour/providers", json={"provider-id": key})
        assert (reply.status_code, reply.content) == (204, b"")
    assert keys(acme.get("/tenants/harbour/providers")) == ["b", "a", "c"]


def test_its_delete_has_a_body_and_its_answer_none(acme: httpx.Client) -> None:
    reply = acme.request("DELETE", "/tenants/harbour/providers", json={"id": "b"})
    assert (reply.status_code, reply.content) == (200, b"")
    assert keys(acme.get("/tenants/harbour/providers")) == ["a"]


def test_its_handlers_know_whose_token_it_is(acme: httpx.Client) -> None:
    reply = acme.post("/tenants/elsewhere/providers", json={"provider-id": "x"})
    assert reply.status_code == 403
    assert reply.json() == {"errors": [{"code": 403, "text": "no access to elsewhere"}]}


def test_it_gives_out_tokens_to_whom_has_none(acme: httpx.Client) -> None:
    reply = acme.post("/token", params={"api_key": ""}).json()
    assert reply["claims"] == {}
    params = {"api_key": reply["access_token"]}
    assert acme.get("/tenants/harbour/providers", params=params).status_code == 200


def test_its_errors_have_its_own_shape_wherever_they_are_made(acme: httpx.Client) -> None:
    statuses = {
        acme.get("/nothing"): 404,
        acme.put("/tenants/harbour/providers"): 405,
        acme.get("/token"): 405,
        acme.get("/tenants/harbour/providers", params={"api_key": ""}): 401,
        acme.get("/tenants/harbour/providers", headers={"Host": "evil.example"}): 403,
        acme.post("/tenants/harbour/providers", content=b"x" * (1024 * 1024 + 1)): 413,
    }
    for reply, status in statuses.items():
        assert reply.status_code == status
        assert [error["code"] for error in reply.json()["errors"]] == [status]


def test_a_token_of_one_platform_is_of_no_use_at_another(acme: httpx.Client, store: Store) -> None:
    token = LOSANT.token(Tokens(store.signing_key()))
    reply = acme.get("/tenants/harbour/providers", params={"api_key": token})
    assert reply.status_code == 401
    assert "meant for losant, not acme" in reply.text


def test_a_fault_of_the_sandbox_is_answered_logged_and_undone(
    acme: httpx.Client, caplog: pytest.LogCaptureFixture
) -> None:
    reply = acme.post("/crash")
    assert reply.status_code == 500
    assert reply.json()["errors"][0]["text"] == "The sandbox failed; its log has the reason"
    assert reply.headers["x-request-id"]
    assert keys(acme.get("/tenants/harbour/providers")) == ["b", "a"]
    assert "ZeroDivisionError" in caplog.text  # the line is written after the answer


def test_a_platform_that_is_new_to_a_store_gets_its_examples_alone(store: Store) -> None:
    with store.transaction() as records:
        records.delete("acme.providers", "harbour", "a")
    load_examples(store, [ACME, LOSANT])
    with store.transaction() as records:
        assert records.all("acme.providers", "harbour") == [{"provider-id": "b"}]
        assert len(records.all("losant.integrations", "575ec8687ae143cd83dc4a97")) == 6
    reload_examples(store, [ACME])
    with store.transaction() as records:
        assert len(records.all("acme.providers", "harbour")) == 2
        assert records.all("losant.integrations", "575ec8687ae143cd83dc4a97") == []


def test_a_transaction_that_fails_leaves_no_trace(store: Store) -> None:
    def fail() -> None:
        with store.transaction() as records:
            records.clear()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with store.transaction() as records:
        assert records.get("acme.providers", "harbour", "a") == {"provider-id": "a"}


def test_transactions_do_not_nest(store: Store) -> None:
    with store.transaction(), pytest.raises(SandboxError, match="within a transaction"):
        store.signing_key()
