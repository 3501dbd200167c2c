"""Every operation of Polis over a real socket, against a server that holds real state."""

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
    Operation,
    PermissionDeniedError,
    PreconditionFailedError,
    Secret,
)
from integrations_sdk.polis import (
    CredentialsReceipt,
    CredentialsRemove,
    CredentialsSet,
    Polis,
    PolisAuth,
    Tokens,
)
from integrations_sdk.polis.credentials import DELETE, SET
from integrations_sdk.sandbox import Sandbox
from tests.faces import Face

CUSTOMER = "3f1d8c52-7a40-4a63-9b0e-2a64d1c7e915"
PAIR = {"client_id": "doorbell-sync", "customer_id": CUSTOMER}
NEW = {**PAIR, "access_token": "tok-SAMPLE-9"}
UNKNOWN = {"client_id": "nobody", "customer_id": CUSTOMER}
RETURN = "https://app.example/back?tenant=7"


@pytest.fixture
def polis(face: Face, sandbox: Sandbox) -> Any:
    """A client of either face whose token may do everything."""
    return face.client(Polis, sandbox.token("polis"), base_url=sandbox.base_url("polis"))


@pytest.fixture
def auth(face: Face, sandbox: Sandbox) -> Any:
    """A client of the authorization server, for the application that the sandbox registered."""
    settings = sandbox.environment()
    return face.client(
        PolisAuth,
        client_id=settings["POLIS_CLIENT_ID"],
        client_secret=settings["POLIS_CLIENT_SECRET"],
        base_url=sandbox.base_url("polis"),
    )


@pytest.fixture(scope="module")
def sandbox_with_412() -> Iterator[Sandbox]:
    with Sandbox(switches={"polis.stale_etag": "412"}) as sandbox:
        yield sandbox


# Setting


def test_set_returns_a_receipt_with_the_etag_of_the_answer(face: Face, polis: Any) -> None:
    reply = face(polis.credentials.set.with_response(**NEW))
    assert type(reply.value) is CredentialsReceipt
    assert reply.status == 201
    assert reply.value.etag
    assert reply.value.etag == reply.headers["ETag"]


def test_credentials_are_set_again_as_often_as_one_likes(face: Face, polis: Any) -> None:
    first = face(polis.credentials.set(**NEW))
    second = face(polis.credentials.set(**{**NEW, "access_token": Secret("tok-SAMPLE-10")}))
    assert first.etag != second.etag


def test_an_integration_that_does_not_exist_gets_no_credentials(face: Face, polis: Any) -> None:
    with pytest.raises(NotFoundError) as caught:
        face(polis.credentials.set(**UNKNOWN, access_token="tok-SAMPLE-9"))
    assert caught.value.message
    assert caught.value.code is None
    assert caught.value.request_id
    assert "SAMPLE" not in str(caught.value)


def test_both_halves_of_the_key_count(face: Face, polis: Any) -> None:
    other = {**PAIR, "customer_id": "00000000-0000-4000-8000-000000000000"}
    with pytest.raises(NotFoundError):
        face(polis.credentials.set(**other, access_token="tok-SAMPLE-9"))
    with pytest.raises(NotFoundError):
        face(polis.credentials.delete(**other))


# Deleting


def test_what_is_deleted_is_gone_and_can_be_set_again(face: Face, polis: Any) -> None:
    face(polis.credentials.set(**NEW))
    reply = face(polis.credentials.delete.with_response(**PAIR))
    assert (reply.value, reply.status) == (None, 200)
    with pytest.raises(NotFoundError):
        face(polis.credentials.delete(**PAIR))
    assert face(polis.credentials.set(**NEW)).etag
    assert face(polis.credentials.delete(**PAIR)) is None


@pytest.mark.parametrize("etag", [None, "", UNSET])
def test_an_etag_that_is_absent_or_empty_asks_for_no_check(
    face: Face, polis: Any, etag: Any
) -> None:
    face(polis.credentials.set(**NEW))
    assert face(polis.credentials.delete(**PAIR, etag=etag)) is None


def test_the_etag_of_a_receipt_lets_a_deletion_through_and_one_before_does_not(
    face: Face, polis: Any
) -> None:
    before = face(polis.credentials.set(**NEW)).etag
    present = face(polis.credentials.set(**NEW)).etag
    with pytest.raises(BadRequestError) as caught:
        face(polis.credentials.delete(**PAIR, etag=before))
    assert "etag" in caught.value.message
    assert face(polis.credentials.delete(**PAIR, etag=present)) is None


def test_an_etag_that_is_out_of_date_is_an_error_of_its_own_where_the_platform_says_so(
    face: Face, sandbox_with_412: Sandbox
) -> None:
    sandbox_with_412.reset()
    client = face.client(
        Polis, sandbox_with_412.token("polis"), base_url=sandbox_with_412.base_url("polis")
    )
    face(client.credentials.set(**NEW))
    with pytest.raises(PreconditionFailedError) as caught:
        face(client.credentials.delete(**PAIR, etag="1f4-stale"))
    assert caught.value.status == 412
    assert "Read the resource again" in str(caught.value)


# What the platform refuses


@pytest.mark.parametrize("operation", ["set", "delete"])
def test_a_wrong_or_expired_token_is_refused(face: Face, sandbox: Sandbox, operation: str) -> None:
    for token in ("tok-SAMPLE-wrong", sandbox.token("polis", expires_in=-1)):
        client = face.client(Polis, token, base_url=sandbox.base_url("polis"))
        with pytest.raises(AuthenticationError) as caught:
            face(_call(client, operation))
        assert caught.value.message
        assert token not in str(caught.value)


@pytest.mark.parametrize("operation", ["set", "delete"])
def test_a_token_without_a_right_to_the_integration_is_refused(
    face: Face, sandbox: Sandbox, operation: str
) -> None:
    token = sandbox.token("polis", scopes=["11111111-2222-4333-8444-555555555555"])
    client = face.client(Polis, token, base_url=sandbox.base_url("polis"))
    assert client.can(f"credentials.{operation}")  # Polis documents no scopes
    with pytest.raises(PermissionDeniedError):
        face(_call(client, operation))


@pytest.mark.parametrize(
    ("operation", "body"),
    [
        (SET, CredentialsSet),
        (DELETE, CredentialsRemove),
    ],
)
def test_content_that_the_platform_refuses_is_a_bad_request(
    face: Face, polis: Any, operation: Operation[Any], body: Any
) -> None:
    names = {"clientId": "", "customerId": "", "accessToken": ""}
    with pytest.raises(BadRequestError) as caught:
        face(polis.send(operation({}, body=body.from_json({"data": names}))))
    assert caught.value.message


def test_a_token_that_expires_is_asked_for_again(face: Face, sandbox: Sandbox) -> None:
    tokens = iter([sandbox.token("polis", expires_in=-1), sandbox.token("polis")])
    provider = face.provider(lambda: next(tokens))
    client = face.client(Polis, provider, base_url=sandbox.base_url("polis"))
    reply = face(client.credentials.set.with_response(**NEW))
    assert [attempt.outcome for attempt in reply.attempts] == ["401", "201"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/integrations", 404), ("GET", "/integrations/credentials", 405)],
)
def test_nothing_that_is_not_documented_is_offered(
    face: Face, polis: Any, method: str, path: str, status: int
) -> None:
    probe = Operation(name="probe", method=method, path=path, returns=type(None))
    with pytest.raises(APIError) as caught:
        face(polis.send(probe({})))
    assert caught.value.status == status


@pytest.mark.parametrize("name", ["client_id", "customer_id", "access_token"])
@pytest.mark.parametrize("wrong", ["", None, 5])
def test_what_cannot_be_right_is_refused_before_anything_is_sent(
    face: Face, polis: Any, name: str, wrong: Any
) -> None:
    with pytest.raises(InvalidArgumentError, match=f"{name}: expected"):
        face(polis.credentials.set(**{**NEW, name: wrong}))
    if name != "access_token":
        with pytest.raises(InvalidArgumentError, match=f"{name}: expected"):
            face(polis.credentials.delete(**{**PAIR, name: wrong}))


@pytest.mark.parametrize("etag", ["a\r\nX-Evil: 1", "é", " ", 7])
def test_an_etag_that_is_no_header_is_refused_before_anything_is_sent(
    face: Face, polis: Any, etag: Any
) -> None:
    with pytest.raises(InvalidArgumentError, match="etag"):
        face(polis.credentials.delete(**PAIR, etag=etag))


def test_many_calls_at_once_all_come_back(face: Face, polis: Any) -> None:
    receipts = face.gather(*(lambda: polis.credentials.set(**NEW) for _ in range(20)))
    assert len({receipt.etag for receipt in receipts}) == 20


# Authorization


def test_a_customers_consent_becomes_a_token_that_opens_the_api(
    face: Face, sandbox: Sandbox, auth: Any
) -> None:
    url, state = auth.authorize_url(redirect_uri=RETURN)
    back = auth.read_redirect(url=_browser(url), state=state)
    assert back.organization_id
    tokens = face(auth.exchange(code=back.code))
    assert type(tokens) is Tokens
    assert tokens.token_type == "bearer"
    assert tokens.extra == {}
    client = face.client(Polis, tokens.access_token, base_url=sandbox.base_url("polis"))
    assert face(client.credentials.set(**NEW)).etag


def test_a_state_of_ones_own_comes_back(auth: Any) -> None:
    url, state = auth.authorize_url(redirect_uri=RETURN, state="a state & more")
    assert state == "a state & more"
    assert auth.read_redirect(url=_browser(url), state=state).state == state


def test_a_redirect_of_somebody_else_is_not_trusted(auth: Any) -> None:
    location = _browser(auth.authorize_url(redirect_uri=RETURN).url)
    mine = auth.authorize_url(redirect_uri=RETURN).state
    with pytest.raises(InvalidArgumentError, match=r"url\.state"):
        auth.read_redirect(url=location, state=mine)


def test_a_code_can_be_exchanged_once(face: Face, auth: Any) -> None:
    url, state = auth.authorize_url(redirect_uri=RETURN)
    code = auth.read_redirect(url=_browser(url), state=state).code
    face(auth.exchange(code=code))
    with pytest.raises(BadRequestError) as caught:
        face(auth.exchange(code=code))
    assert code.reveal() not in str(caught.value)


def test_a_wrong_client_secret_is_refused(face: Face, sandbox: Sandbox) -> None:
    auth = face.client(
        PolisAuth,
        client_id="doorbell-sync",
        client_secret="sk-SAMPLE-wrong",
        base_url=sandbox.base_url("polis"),
    )
    with pytest.raises(AuthenticationError) as caught:
        face(auth.exchange(code="code-SAMPLE"))
    assert len(caught.value.attempts) == 1
    assert "SAMPLE" not in str(caught.value)


@pytest.mark.parametrize("code", ["", None])
def test_a_code_that_cannot_be_right_is_refused_before_anything_is_sent(
    face: Face, auth: Any, code: Any
) -> None:
    with pytest.raises(InvalidArgumentError, match="code: expected"):
        face(auth.exchange(code=code))


def _browser(url: str) -> str:
    """Follow a URL as the browser of a customer who agrees would: return where it is sent."""
    answer = httpx.get(url)
    assert answer.status_code == 302
    return answer.headers["location"]


def _call(client: Any, operation: str) -> Any:
    return getattr(client.credentials, operation)(**(NEW if operation == "set" else PAIR))
