"""The examples of CxEngage's pages, sent and answered as they stand there."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from integrations_sdk import InvalidArgumentError, NotFoundError, UnprocessableEntityError
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
from tests.faces import Face

from .documents import (
    CLASSES,
    DATASIFT,
    DOCUMENTS,
    ECHO,
    GENERIC,
    PUSHER,
    SALESFORCE,
    SALESFORCE_REPLY,
    SENDGRID,
    TWILIO,
    URBAN_AIRSHIP,
)

TOKEN = "tok-SAMPLE"
Serve = Callable[..., tuple[Any, list[httpx.Request]]]

# The model that a reader of the page writes, what must be sent for it, and what is answered.
# The curls of the pages send a type where the bodies beside them have none.
EXAMPLES: dict[str, tuple[Integration, dict[str, Any], dict[str, Any]]] = {
    "salesforce": (
        Salesforce(
            consumer_key="consumerkey",
            consumer_secret="consumersecret",
            username="dev@userevents.example",
            secret_token="secret-token",
            password="password",
        ),
        SALESFORCE,
        SALESFORCE_REPLY,
    ),
    "salesforce by curl": (
        Salesforce(
            consumer_key="consumerkey",
            consumer_secret="consumersecret",
            username="email@userevents.example",
            secret_token="secret-token",
            password="password",
            instance="instance-id",
        ),
        SALESFORCE_REPLY,
        SALESFORCE_REPLY,
    ),
    "twilio": (
        Twilio(account="SID", password="Token"),
        {**TWILIO, "type": "twilio"},
        TWILIO,
    ),
    "sendgrid": (
        SendGrid(account="username", password="password"),
        {**SENDGRID, "type": "sendgrid"},
        SENDGRID,
    ),
    "datasift": (
        DataSift(api_key="api-key", username="username"),
        {**DATASIFT, "type": "datasift"},
        DATASIFT,
    ),
    "urban-airship": (
        UrbanAirship(username="appkey", password="appmaster"),
        URBAN_AIRSHIP,
        URBAN_AIRSHIP,
    ),
    "pusher": (Pusher(key="key", secret="secret"), PUSHER, PUSHER),
    "echo": (Echo(), {**ECHO, "type": "echo"}, ECHO),
    "another provider": (
        Integration(id="zendesk", extra={"api-token": "SAMPLE-zendesk"}),
        GENERIC,
        GENERIC,
    ),
}


@pytest.fixture
def serve(face: Face) -> Serve:
    """Make a client, and the list of what it sends."""

    def make(document: Any = None, status: int = 200, **options: Any) -> Any:
        sent: list[httpx.Request] = []

        def answer(request: httpx.Request) -> httpx.Response:
            sent.append(request)
            content = b"" if document is None else json.dumps(document).encode()
            return httpx.Response(status, content=content)

        transport = face.transport(httpx.MockTransport(answer))
        return face.client(CxEngage, TOKEN, transport=transport, retry=1, **options), sent

    return make


@pytest.mark.parametrize("status", [200, 201])
@pytest.mark.parametrize("name", EXAMPLES)
def test_what_a_page_sends_is_sent_and_what_it_answers_is_read(
    face: Face, serve: Serve, name: str, status: int
) -> None:
    model, body, reply = EXAMPLES[name]
    client, sent = serve(reply, status, strict=True)

    found = face(client.integration.set(tenant_id="tenant1", integration=model))

    (request,) = sent
    assert request.method == "POST"
    assert str(request.url) == (
        f"https://api.cxengage.com/tenants/tenant1/integrations/{body['id']}"
    )
    assert request.headers["authorization"] == f"Bearer {TOKEN}"
    assert request.headers["content-type"] == "application/json; charset=utf-8"
    assert json.loads(request.content) == body
    assert type(found) is CLASSES[body["id"]]
    assert found.to_json(reveal=True) == reply


@pytest.mark.parametrize("provider", DOCUMENTS)
def test_what_was_read_can_be_sent_back_as_it_is(face: Face, serve: Serve, provider: str) -> None:
    document = {**DOCUMENTS[provider], "colour": ["red", {"deep": None}]}
    client, sent = serve(document)
    found = face(client.integration.get(tenant_id="tenant1", integration_id=provider))
    face(client.integration.set(tenant_id="tenant1", integration=found))
    assert json.loads(sent[1].content) == {**document, "type": provider}
    assert found.to_json(reveal=True) == document  # and the caller's model stays as it was


def test_a_type_of_the_callers_is_kept(face: Face, serve: Serve) -> None:
    client, sent = serve(TWILIO)
    model = Twilio(account="SID", password="Token", type="twilio-2")
    face(client.integration.set(tenant_id="tenant1", integration=model))
    assert json.loads(sent[0].content)["type"] == "twilio-2"


@pytest.mark.parametrize(
    ("tenant", "path"),
    [
        ("tenant1", "tenant1"),
        ("Haven & Söhne", "Haven%20%26%20S%C3%B6hne"),
        ("a/b", "a%2Fb"),
        ("a?b#c", "a%3Fb%23c"),
        ("50%", "50%25"),
        ("...", "..."),
        ("港", "%E6%B8%AF"),
    ],
)
def test_the_name_of_a_tenant_is_percent_encoded(
    face: Face, serve: Serve, tenant: str, path: str
) -> None:
    client, sent = serve(TWILIO)
    face(client.integration.get(tenant_id=tenant, integration_id="a b"))
    face(client.integration.set(tenant_id=tenant, integration=Integration(id="a b")))
    assert [request.url.raw_path.decode() for request in sent] == [
        f"/tenants/{path}/integrations/a%20b"
    ] * 2


@pytest.mark.parametrize("wrong", ["", ".", "..", "\ud800", None, 5])
def test_a_name_that_cannot_travel_is_refused_before_anything_is_sent(
    face: Face, serve: Serve, wrong: Any
) -> None:
    client, sent = serve(TWILIO)
    api = client.integration
    refused: dict[str, list[Callable[[], Any]]] = {
        "tenant_id": [
            lambda: api.get(tenant_id=wrong, integration_id="echo"),
            lambda: api.set(tenant_id=wrong, integration=Echo()),
            lambda: face.all(api.list(tenant_id=wrong)),
        ],
        "integration_id": [lambda: api.get(tenant_id="t", integration_id=wrong)],
        "integration.id": [lambda: api.set(tenant_id="t", integration=Echo(id=wrong))],
    }
    for name, calls in refused.items():
        for call in calls:
            with pytest.raises(InvalidArgumentError, match=f"^{name}: expected"):
                face(call())
    assert sent == []


@pytest.mark.parametrize("wrong", [TWILIO, "twilio", None, Twilio])
def test_what_is_no_integration_is_refused_before_anything_is_sent(
    face: Face, serve: Serve, wrong: Any
) -> None:
    client, sent = serve(TWILIO)
    with pytest.raises(InvalidArgumentError, match=r"^integration: expected Integration \(") as err:
        face(client.integration.set(tenant_id="tenant1", integration=wrong))
    assert "Token" not in str(err.value)
    assert sent == []


def test_a_member_of_another_kind_and_a_mask_are_refused(face: Face, serve: Serve) -> None:
    client, sent = serve(TWILIO)
    number: Any = 5
    masked = Twilio.from_json(Twilio(account="SID", password="SAMPLE").to_json())
    for model, where in ((Twilio(account=number), "account"), (masked, "password")):
        with pytest.raises(InvalidArgumentError, match=rf"^integration\.{where}: expected"):
            face(client.integration.set(tenant_id="tenant1", integration=model))
    assert sent == []


def test_a_list_is_one_page_of_whatever_there_is(face: Face, serve: Serve) -> None:
    documents = [DATASIFT, ECHO, GENERIC]
    client, sent = serve(documents, strict=True)
    found = face.all(client.integration.list(tenant_id="tenant1"))
    assert [type(one) for one in found] == [DataSift, Echo, Integration]
    assert [one.to_json(reveal=True) for one in found] == documents
    page = face(client.integration.list(tenant_id="tenant1"))
    assert page.items == page.data == found
    assert not page.has_next
    assert face(page.next_page()) is None
    assert [str(request.url) for request in sent] == [
        "https://api.cxengage.com/tenants/tenant1/integrations"
    ] * 2
    assert sent[0].content == b""


def test_a_tenant_without_integrations_has_an_empty_list(face: Face, serve: Serve) -> None:
    client, _ = serve([])
    assert face.all(client.integration.list(tenant_id="tenant1")) == []


ANSWERS: list[tuple[Any, str]] = [
    ({"error": "Tenant not found"}, "Tenant not found"),
    ({"error": {"message": "Tenant not found"}}, "Tenant not found"),
    ({"error": ["Tenant", "not found"]}, "Tenant; not found"),
    (None, ""),
    ("Tenant not found", ""),
]


@pytest.mark.parametrize("status", [404, 422])
@pytest.mark.parametrize(("document", "message"), ANSWERS)
def test_what_does_not_exist_is_not_found_by_either_status(
    face: Face, serve: Serve, status: int, document: Any, message: str
) -> None:
    client, _ = serve(document, status)
    for call in (
        lambda: client.integration.get(tenant_id="t", integration_id="echo"),
        lambda: client.integration.set(tenant_id="t", integration=Echo()),
        lambda: face.all(client.integration.list(tenant_id="t")),
    ):
        with pytest.raises(NotFoundError) as caught:
            face(call())
        assert (caught.value.status, caught.value.message) == (status, message)
        assert not isinstance(caught.value, UnprocessableEntityError)


def test_secrets_that_a_server_repeats_are_replaced(face: Face, serve: Serve) -> None:
    client, _ = serve({"error": f"{TOKEN} may not set pw-SAMPLE"}, 404)
    with pytest.raises(NotFoundError) as caught:
        face(client.integration.set(tenant_id="t", integration=Twilio(password="pw-SAMPLE")))
    assert caught.value.message == "[secret] may not set [secret]"
    assert "SAMPLE" not in str(caught.value) + repr(caught.value)
