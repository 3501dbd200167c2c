"""Every operation of CxEngage over a real socket, at both of its addresses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from integrations_sdk import (
    UNSET,
    APIError,
    AuthenticationError,
    BadRequestError,
    InvalidArgumentError,
    NotFoundError,
    PermissionDeniedError,
    Secret,
)
from integrations_sdk.cxengage import (
    CxEngage,
    DataSift,
    Echo,
    Integration,
    Pusher,
    Salesforce,
    SendGrid,
    Twilio,
    UrbanAirship,
)
from integrations_sdk.sandbox import Sandbox
from tests.faces import Face

TENANT = "harbor"

MODELS: dict[str, Integration] = {
    "salesforce": Salesforce(
        consumer_key="ck-SAMPLE",
        consumer_secret="cs-SAMPLE",
        username="dev@harbor.example",
        secret_token="st-SAMPLE",
        password="pw-SAMPLE",
    ),
    "twilio": Twilio(account="AC-SAMPLE", password="tw-SAMPLE"),
    "sendgrid": SendGrid(account="harbor", password="sg-SAMPLE"),
    "datasift": DataSift(api_key="ds-SAMPLE", username="harbor"),
    "urban-airship": UrbanAirship(username="ua-SAMPLE", password="us-SAMPLE"),
    "pusher": Pusher(key="pk-SAMPLE", secret="ps-SAMPLE"),
    "echo": Echo(),
    "zendesk": Integration(id="zendesk", extra={"api-token": "zd-SAMPLE"}),
}


@pytest.fixture(params=["", "/1.0"])
def version(request: pytest.FixtureRequest) -> str:
    """The path of either address: without a version, and with one."""
    path: str = request.param
    return path


@pytest.fixture
def cxengage(face: Face, sandbox: Sandbox, version: str) -> Any:
    return client_of(face, sandbox, version)


def client_of(face: Face, sandbox: Sandbox, version: str = "", *token: Any, **options: Any) -> Any:
    token = token or (() if "client_id" in options else (sandbox.token("cxengage"),))
    url = sandbox.base_url("cxengage") + version
    return face.client(CxEngage, *token, **{"base_url": url, "strict": True, **options})


def secret_of(sandbox: Sandbox) -> dict[str, str]:
    """Return what a client with an id and a secret is made with."""
    variables = sandbox.environment()
    names = ("client_id", "client_secret", "auth_url")
    return {name: variables[f"CXENGAGE_{name.upper()}"] for name in names}


@pytest.mark.parametrize("provider", MODELS)
def test_what_is_set_reads_back_as_it_was_sent(face: Face, cxengage: Any, provider: str) -> None:
    model = MODELS[provider]
    stored = face(cxengage.integration.set(tenant_id=TENANT, integration=model))
    found = face(cxengage.integration.get(tenant_id=TENANT, integration_id=provider))
    assert type(stored) is type(found) is type(model)
    assert stored == found
    sent = model.to_json(reveal=True)
    got = found.to_json(reveal=True)
    assert {name: got[name] for name in sent} == sent
    assert got.get("type", provider) == provider


def test_a_list_has_every_provider_in_order(face: Face, cxengage: Any) -> None:
    found = face.all(cxengage.integration.list(tenant_id=TENANT))
    assert [one.id for one in found] == sorted(one.id for one in found)
    assert {type(one) for one in found} == {type(model) for model in MODELS.values()} - {
        Integration
    }
    assert all(one.extra == {} for one in found)
    for one in found:
        assert face(cxengage.integration.get(tenant_id=TENANT, integration_id=one.id)) == one


def test_a_list_is_one_page(face: Face, cxengage: Any) -> None:
    page = face(cxengage.integration.list(tenant_id=TENANT))
    assert page.items == page.data
    assert not page.has_next
    assert face(page.next_page()) is None
    reply = face(cxengage.integration.list.with_response(tenant_id=TENANT))
    assert reply.status == 200
    assert reply.value.items == page.items


def test_members_come_as_the_platform_wrote_them(
    face: Face, sandbox: Sandbox, cxengage: Any, version: str
) -> None:
    answer = httpx.get(
        f"{sandbox.base_url('cxengage')}{version}/tenants/{TENANT}/integrations",
        headers={"Authorization": f"Bearer {sandbox.token('cxengage')}"},
    )
    found = face.all(cxengage.integration.list(tenant_id=TENANT))
    assert [one.to_json(reveal=True) for one in found] == answer.json()


def test_secrets_come_in_clear_and_are_secrets_all_the_same(face: Face, cxengage: Any) -> None:
    found = face(cxengage.integration.get(tenant_id=TENANT, integration_id="salesforce"))
    for name in ("consumer_key", "consumer_secret", "secret_token", "password"):
        assert isinstance(getattr(found, name), Secret)
        assert getattr(found, name).reveal() not in repr(found) + str(found.to_json())


def test_a_new_integration_replaces_the_old_one_whole(face: Face, cxengage: Any) -> None:
    api = cxengage.integration
    noted = Twilio(account="AC-1", password="first", extra={"note": "mine"})
    assert face(api.set(tenant_id=TENANT, integration=noted)).extra == {"note": "mine"}
    face(api.set(tenant_id=TENANT, integration=Twilio(account="AC-2", password="second")))
    found = face(api.get(tenant_id=TENANT, integration_id="twilio"))
    assert (found.account, found.password.reveal(), found.extra) == ("AC-2", "second", {})


def test_a_secret_is_rotated_by_sending_the_integration_back(face: Face, cxengage: Any) -> None:
    api = cxengage.integration
    noted = Twilio(account="AC-1", password="first", extra={"note": "mine"})
    face(api.set(tenant_id=TENANT, integration=noted))
    found = face(api.get(tenant_id=TENANT, integration_id="twilio"))
    found.password = Secret("second")
    face(api.set(tenant_id=TENANT, integration=found))
    again = face(api.get(tenant_id=TENANT, integration_id="twilio"))
    assert again == found
    assert again.extra == {"note": "mine"}


def test_the_instance_of_salesforce_outlives_a_replacement(face: Face, sandbox: Sandbox) -> None:
    client = client_of(face, sandbox)
    before = face(client.integration.get(tenant_id=TENANT, integration_id="salesforce"))
    after = face(client.integration.set(tenant_id=TENANT, integration=MODELS["salesforce"]))
    assert before.instance
    assert after.instance == before.instance
    later = client_of(face, sandbox, "/1.0")
    found = face(later.integration.get(tenant_id=TENANT, integration_id="salesforce"))
    assert found.instance is UNSET


@pytest.mark.parametrize("tenant", ["nowhere", "Haven & Söhne", "50%", "a?b#c"])
def test_a_tenant_that_does_not_exist_is_not_found(
    face: Face, cxengage: Any, version: str, tenant: str
) -> None:
    api = cxengage.integration
    for call in (
        lambda: api.get(tenant_id=tenant, integration_id="twilio"),
        lambda: api.set(tenant_id=tenant, integration=MODELS["twilio"]),
        lambda: face.all(api.list(tenant_id=tenant)),
    ):
        with pytest.raises(NotFoundError, match="Tenant not found") as caught:
            face(call())
        assert caught.value.status == (422 if version else 404)
        assert caught.value.request_id


def test_an_integration_that_does_not_exist_is_not_found(
    face: Face, cxengage: Any, version: str
) -> None:
    with pytest.raises(NotFoundError, match="Integration not found") as caught:
        face(cxengage.integration.get(tenant_id=TENANT, integration_id="zendesk"))
    assert caught.value.status == (422 if version else 404)


@pytest.mark.parametrize(
    ("integration", "says"),
    [
        (Twilio(account="AC-SAMPLE"), "password"),
        (Salesforce(), "consumer-key"),
        (DataSift(username="harbor"), "api-key"),
        (Twilio(account="AC-SAMPLE", password="tw-SAMPLE", type="sendgrid"), "type"),
    ],
)
def test_what_the_platform_refuses_is_an_error_that_names_the_member(
    face: Face, cxengage: Any, integration: Integration, says: str
) -> None:
    api = cxengage.integration
    before = face.all(api.list(tenant_id=TENANT))
    with pytest.raises(BadRequestError, match=says):
        face(api.set(tenant_id=TENANT, integration=integration))
    assert face.all(api.list(tenant_id=TENANT)) == before


def test_a_tenant_of_others_is_refused(face: Face, sandbox: Sandbox, version: str) -> None:
    token = sandbox.token("cxengage", scopes=["lighthouse"])
    client = client_of(face, sandbox, version, token)
    assert client.can("integration.get")  # CxEngage has no scopes that could be checked before
    for call in (
        lambda: client.integration.get(tenant_id=TENANT, integration_id="twilio"),
        lambda: client.integration.set(tenant_id=TENANT, integration=MODELS["twilio"]),
        lambda: face.all(client.integration.list(tenant_id=TENANT)),
    ):
        with pytest.raises(PermissionDeniedError) as caught:
            face(call())
        assert caught.value.status == 403


def test_a_wrong_or_expired_token_is_refused(face: Face, sandbox: Sandbox, version: str) -> None:
    for token in ("tok-SAMPLE-wrong", sandbox.token("cxengage", expires_in=-1)):
        client = client_of(face, sandbox, version, token)
        with pytest.raises(AuthenticationError) as caught:
            face(client.integration.get(tenant_id=TENANT, integration_id="twilio"))
        assert caught.value.message
        assert token not in str(caught.value)


def test_a_token_that_expires_is_asked_for_again(face: Face, sandbox: Sandbox) -> None:
    tokens = iter([sandbox.token("cxengage", expires_in=-1), sandbox.token("cxengage")])
    client = client_of(face, sandbox, "", face.provider(lambda: next(tokens)))
    reply = face(client.integration.get.with_response(tenant_id=TENANT, integration_id="twilio"))
    assert [attempt.outcome for attempt in reply.attempts] == ["401", "200"]


def test_a_client_id_and_a_secret_are_good_for_a_token(
    face: Face, sandbox: Sandbox, version: str
) -> None:
    client = client_of(face, sandbox, version, **secret_of(sandbox))
    replies = [
        face(client.integration.get.with_response(tenant_id=TENANT, integration_id="twilio"))
        for _ in range(2)
    ]
    assert [[a.outcome for a in reply.attempts] for reply in replies] == [["200"], ["200"]]


def test_the_environment_of_a_sandbox_is_enough(
    face: Face, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in sandbox.environment().items():
        monkeypatch.setenv(name, value)
    assert len(face.all(face.client(CxEngage).integration.list(tenant_id=TENANT))) == 7
    monkeypatch.delenv("CXENGAGE_TOKEN")
    assert len(face.all(face.client(CxEngage).integration.list(tenant_id=TENANT))) == 7


@pytest.mark.parametrize("wrong", [{"client_secret": "cs-SAMPLE-no"}, {"client_id": "somebody"}])
def test_a_wrong_client_is_refused(face: Face, sandbox: Sandbox, wrong: dict[str, str]) -> None:
    client = client_of(face, sandbox, **{**secret_of(sandbox), **wrong})
    with pytest.raises(AuthenticationError) as caught:
        face.all(client.integration.list(tenant_id=TENANT))
    assert caught.value.operation == "token.request"
    assert caught.value.message == "invalid_client"
    assert [attempt.outcome for attempt in caught.value.attempts] == ["401"]
    assert "SAMPLE" not in str(caught.value)


def test_a_token_that_is_refused_at_once_ends_the_call_and_not_in_a_loop(face: Face) -> None:
    with Sandbox(switches={"cxengage.new_tokens": "expired"}) as sandbox:
        client = client_of(face, sandbox, **secret_of(sandbox))
        with pytest.raises(AuthenticationError) as caught:
            face(client.integration.get(tenant_id=TENANT, integration_id="twilio"))
    assert caught.value.operation == "integration.get"
    assert [attempt.outcome for attempt in caught.value.attempts] in (["401"], ["401", "401"])


@pytest.fixture(params=["text", "object", "list", "empty"])
def outspoken(request: pytest.FixtureRequest) -> Iterator[tuple[Sandbox, str]]:
    """A sandbox for each kind of value that an error may have."""
    with Sandbox(switches={"cxengage.error": request.param}) as sandbox:
        yield sandbox, request.param


def test_an_error_is_read_whatever_its_shape(face: Face, outspoken: tuple[Sandbox, str]) -> None:
    sandbox, shape = outspoken
    client = client_of(face, sandbox)
    with pytest.raises(NotFoundError) as caught:
        face(client.integration.get(tenant_id="nowhere", integration_id="twilio"))
    assert caught.value.status == 404
    assert ("Tenant not found" in caught.value.message) is (shape != "empty")


@pytest.mark.parametrize(("profile", "status"), [("original", 404), ("later", 422)])
def test_a_profile_decides_the_status_whatever_the_address(
    face: Face, profile: str, status: int
) -> None:
    with Sandbox(switches={"cxengage.profile": profile}) as sandbox:
        client = client_of(face, sandbox)
        with pytest.raises(NotFoundError) as caught:
            face(client.integration.get(tenant_id="nowhere", integration_id="twilio"))
        assert caught.value.status == status
        found = face(client.integration.get(tenant_id=TENANT, integration_id="salesforce"))
        assert bool(found.instance) is (profile == "original")


def test_a_provider_that_the_platform_does_not_know_is_refused_where_it_is_strict(
    face: Face,
) -> None:
    with Sandbox(switches={"cxengage.unknown_provider": "refused"}) as sandbox:
        client = client_of(face, sandbox)
        with pytest.raises(NotFoundError):
            face(client.integration.set(tenant_id=TENANT, integration=MODELS["zendesk"]))
        for provider in MODELS.keys() - {"zendesk"}:
            face(client.integration.set(tenant_id=TENANT, integration=MODELS[provider]))


@pytest.mark.parametrize("wrong", ["", ".", ".."])
def test_a_name_that_cannot_travel_is_refused_before_anything_is_sent(
    face: Face, cxengage: Any, wrong: str
) -> None:
    for names in (
        {"tenant_id": wrong, "integration_id": "twilio"},
        {"tenant_id": TENANT, "integration_id": wrong},
    ):
        with pytest.raises(InvalidArgumentError, match="nothing was sent"):
            face(cxengage.integration.get(**names))


def test_there_is_no_way_to_delete_or_to_update(sandbox: Sandbox, cxengage: Any) -> None:
    assert not hasattr(cxengage.integration, "delete")
    assert not hasattr(cxengage.integration, "update")
    headers = {"Authorization": f"Bearer {sandbox.token('cxengage')}"}
    url = f"{sandbox.base_url('cxengage')}/tenants/{TENANT}/integrations/twilio"
    for method in ("PUT", "PATCH", "DELETE"):
        assert httpx.request(method, url, headers=headers).status_code == 405


def test_many_calls_at_once_all_come_back(face: Face, sandbox: Sandbox) -> None:
    client = client_of(face, sandbox, **secret_of(sandbox))
    names = [f"provider-{number:02}" for number in range(20)]
    face.gather(
        *(
            lambda name=name: client.integration.set(
                tenant_id=TENANT, integration=Integration(id=name)
            )
            for name in names
        )
    )
    found = face.all(client.integration.list(tenant_id=TENANT))
    assert [one.id for one in found if one.id.startswith("provider-")] == names


def test_an_error_of_another_kind_is_an_api_error(face: Face, sandbox: Sandbox) -> None:
    client = client_of(face, sandbox, "/nothing/here")
    with pytest.raises(APIError) as caught:
        face(client.integration.get(tenant_id=TENANT, integration_id="twilio"))
    assert caught.value.status == 404
