"""Every operation of OptimizePlayer over a real socket, in both forms of its answers."""

from __future__ import annotations

import logging
import pickle
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import httpx
import pytest

from integrations_sdk import (
    APIError,
    AuthenticationError,
    IntegrationsError,
    InvalidArgumentError,
    NotFoundError,
    Secret,
    UnprocessableEntityError,
)
from integrations_sdk.optimizeplayer import (
    AnyIntegration,
    Integration,
    IntegrationAmazon,
    IntegrationAweber,
    IntegrationConvertkit,
    IntegrationList,
    IntegrationMailchimp,
    IntegrationSendreach,
    IntegrationStripe,
    IntegrationZapier,
    OptimizePlayer,
)
from integrations_sdk.optimizeplayer.integration import GET
from integrations_sdk.sandbox import Sandbox
from tests.faces import Face

STRIPE, MAILCHIMP, AMAZON, UNKNOWN = 31, 32, 33, 999_999


@pytest.fixture(scope="module", params=["current", "original"])
def server(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    """A sandbox of either form: wrapped and without secrets, or bare and with them."""
    with Sandbox(switches={"optimizeplayer.profile": request.param}) as sandbox:
        yield sandbox


@pytest.fixture
def is_original(server: Sandbox, request: pytest.FixtureRequest) -> bool:
    profile: str = request.node.callspec.params["server"]
    return profile == "original"


def client_of(face: Face, sandbox: Sandbox, key: Any = None, **options: Any) -> Any:
    key = sandbox.token("optimizeplayer") if key is None else key
    options = {"base_url": sandbox.base_url("optimizeplayer"), "retry": 1, **options}
    return face.client(OptimizePlayer, key, **options)


@pytest.fixture
def optimizeplayer(face: Face, server: Sandbox) -> Any:
    return client_of(face, server, strict=True)


def test_get_returns_the_class_of_an_integration_with_every_member_typed(
    face: Face, optimizeplayer: Any, is_original: bool
) -> None:
    found = face(optimizeplayer.integration.get(integration_id=STRIPE))

    assert type(found) is IntegrationStripe
    assert (found.id, found.type, found.provider) == (STRIPE, "IntegrationStripe", "stripe")
    assert (found.account_id, found.use_cloudfront) == (8, False)
    assert found.integration_type == "payment"
    assert found.publishable_key
    assert bool(found.secret_key) is is_original
    assert found.extra == {}


def test_dates_are_naive_and_have_six_digits(face: Face, optimizeplayer: Any) -> None:
    found = face(optimizeplayer.integration.get(integration_id=STRIPE))

    assert found.created_at.tzinfo is None
    assert found.to_json()["created_at"] == "2017-04-25T22:00:31.047560"
    assert found.created_at_utc.isoformat() == "2017-04-25T22:00:31.047560+00:00"
    assert found.updated_at_utc.replace(tzinfo=None) == found.updated_at


def test_a_list_has_every_kind_and_nothing_that_is_not_documented(
    face: Face, optimizeplayer: Any
) -> None:
    found = face.all(optimizeplayer.integration.list())

    assert {type(one) for one in found} == set(get_args(AnyIntegration)) - {Integration}
    assert [one.id for one in found] == sorted(one.id for one in found)
    assert all(one.extra == {} for one in found)
    assert {type(one).__name__ for one in found} == {one.type for one in found}


def test_a_list_is_one_page(face: Face, optimizeplayer: Any) -> None:
    page = face(optimizeplayer.integration.list())

    assert isinstance(page.data, IntegrationList)
    assert page.items == page.data.integrations
    assert not page.has_next
    assert face(page.next_page()) is None
    assert face.all(page) == page.items


def test_a_list_and_a_get_agree(face: Face, optimizeplayer: Any) -> None:
    for one in face.all(optimizeplayer.integration.list()):
        assert face(optimizeplayer.integration.get(integration_id=one.id)) == one


def test_members_come_as_the_platform_wrote_them(
    face: Face, server: Sandbox, optimizeplayer: Any
) -> None:
    answer = httpx.get(
        f"{server.base_url('optimizeplayer')}/integrations",
        params={"api_key": server.token("optimizeplayer")},
    ).json()
    documents = answer if isinstance(answer, list) else answer["integrations"]

    found = face.all(optimizeplayer.integration.list())

    assert [one.to_json(reveal=True) for one in found] == documents


def test_keys_that_are_shown_in_clear_are_secrets_all_the_same(
    face: Face, optimizeplayer: Any
) -> None:
    page = face(optimizeplayer.integration.list())
    for kind, name in (
        (IntegrationConvertkit, "api_key"),
        (IntegrationSendreach, "api_key"),
        (IntegrationAweber, "access_token"),
    ):
        secret = next(getattr(one, name) for one in page.items if type(one) is kind)
        assert isinstance(secret, Secret)
        assert secret.reveal() not in repr(page.items) + str(page.data.to_json())


def test_secrets_are_there_only_in_the_original_form(
    face: Face, optimizeplayer: Any, is_original: bool
) -> None:
    found = {type(one): one for one in face.all(optimizeplayer.integration.list())}

    assert bool(found[IntegrationMailchimp].api_key) is is_original
    assert bool(found[IntegrationAmazon].secret_access_key) is is_original
    assert type(found[IntegrationZapier].to_json()) is dict


def test_the_path_of_the_first_revision_is_a_base_url(face: Face, sandbox: Sandbox) -> None:
    base_url = sandbox.base_url("optimizeplayer")
    for url, has_secrets in ((base_url, False), (base_url.replace("/v1", "/api/v1"), True)):
        client = client_of(face, sandbox, base_url=url)
        assert bool(face(client.integration.get(integration_id=STRIPE)).secret_key) is has_secrets
        assert len(face.all(client.integration.list())) == 18


def test_an_integration_that_is_not_there_or_not_ones_own_is_not_found(
    face: Face, server: Sandbox, optimizeplayer: Any
) -> None:
    stranger = client_of(face, server, server.token("optimizeplayer", scopes=["9"]))
    for client, id_ in ((optimizeplayer, UNKNOWN), (stranger, STRIPE)):
        with pytest.raises(NotFoundError) as caught:
            face(client.integration.get(integration_id=id_))
        assert caught.value.status == 401
        assert caught.value.message
        assert "for what does not exist and for a wrong token alike" in str(caught.value)


def test_a_404_is_not_found_too(face: Face) -> None:
    with Sandbox(switches={"optimizeplayer.missing": "404"}) as sandbox:
        with pytest.raises(NotFoundError) as caught:
            face(client_of(face, sandbox).integration.get(integration_id=UNKNOWN))
        assert caught.value.status == 404
        assert "alike" not in str(caught.value)


@pytest.mark.parametrize("expired", [False, True])
def test_a_wrong_key_is_refused(face: Face, server: Sandbox, expired: bool) -> None:
    key = server.token("optimizeplayer", expires_in=-1) if expired else "k-SAMPLE-wrong"
    client = client_of(face, server, key)

    with pytest.raises(AuthenticationError) as listing:
        face.all(client.integration.list())
    with pytest.raises(NotFoundError) as getting:
        face(client.integration.get(integration_id=STRIPE))

    assert (listing.value.status, getting.value.status) == (401, 401)
    assert "Check the token" in str(listing.value)


def test_a_key_that_expires_is_asked_for_again(face: Face, server: Sandbox) -> None:
    keys = iter([server.token("optimizeplayer", expires_in=-1), server.token("optimizeplayer")])
    client = client_of(face, server, face.provider(lambda: next(keys)))

    reply = face(client.integration.get.with_response(integration_id=STRIPE))

    assert [attempt.outcome for attempt in reply.attempts] == ["401", "200"]


@pytest.mark.parametrize("wrong", ["31", "abc", 31.0, True, None, Secret("31")])
def test_an_id_that_is_no_whole_number_is_refused_before_anything_is_sent(
    face: Face, optimizeplayer: Any, wrong: Any
) -> None:
    with pytest.raises(InvalidArgumentError, match="integration_id: expected a whole number"):
        face(optimizeplayer.integration.get(integration_id=wrong))


def test_an_id_that_is_no_number_is_unprocessable(face: Face, optimizeplayer: Any) -> None:
    with pytest.raises(UnprocessableEntityError) as caught:
        face(optimizeplayer.send(GET({"integrationId": "abc"})))
    assert caught.value.status == 422


def test_another_format_than_json_is_not_offered(face: Face, server: Sandbox) -> None:
    client = client_of(face, server, headers={"Accept": "text/html"})
    with pytest.raises(APIError) as caught:
        face.all(client.integration.list())
    assert caught.value.status == 406
    assert type(caught.value) is APIError


def test_a_reply_tells_the_particulars_of_its_answer(face: Face, optimizeplayer: Any) -> None:
    reply = face(optimizeplayer.integration.get.with_response(integration_id=AMAZON))
    assert (reply.value.id, reply.status) == (AMAZON, 200)
    assert reply.url.endswith("/integrations/33")
    first = face(optimizeplayer.integration.list.with_response())
    assert len(face.all(first.value)) == 18


def test_a_call_is_a_value_that_can_be_sent_later(face: Face, optimizeplayer: Any) -> None:
    call = optimizeplayer.integration.get.call(integration_id=MAILCHIMP)
    assert face(optimizeplayer.send(call)) == face(optimizeplayer.send(call))
    assert repr(call) == "<Call integration.get: GET /integrations/32>"


def test_many_calls_at_once_all_come_back(face: Face, optimizeplayer: Any) -> None:
    ids = range(31, 49)
    found = face.gather(
        *(lambda id_=id_: optimizeplayer.integration.get(integration_id=id_) for id_ in ids)
    )
    assert [one.id for one in found] == list(ids)


def frames(error: BaseException) -> list[str]:
    """Return what a traceback with locals shows of the frames that are not a test's own."""
    trace = traceback.TracebackException.from_exception(error, capture_locals=True)
    tests = str(Path(__file__).parents[1])
    return [f"{frame.locals}" for frame in trace.stack if not frame.filename.startswith(tests)]


@pytest.mark.parametrize("kind", ["default", "client"])
def test_the_key_is_in_no_log_error_address_repr_or_pickle(
    face: Face, sandbox: Sandbox, caplog: pytest.LogCaptureFixture, kind: str
) -> None:
    caplog.set_level(logging.DEBUG)
    key = sandbox.token("optimizeplayer")
    wrong = "k-SAMPLE/wrong+key"
    inner: Any = httpx.AsyncClient() if face.is_async else httpx.Client()
    options = {"transport": face.transport(inner)} if kind == "client" else {}
    good, bad = (client_of(face, sandbox, k, **options) for k in (key, wrong))

    reply = face(good.integration.get.with_response(integration_id=STRIPE))
    page = face(good.integration.list())
    errors: list[IntegrationsError] = []
    for client, call in (
        (good, good.integration.get.call(integration_id=UNKNOWN)),
        (bad, bad.integration.get.call(integration_id=STRIPE)),
        (bad, bad.integration.list.call()),
        (good, GET({"integrationId": "abc"})),
    ):
        with pytest.raises(IntegrationsError) as caught:
            face(client.send(call))
        errors.append(caught.value)
    face.close(inner)

    shown = [repr(thing) for thing in (good, bad, good.integration.get, reply, page, *page.items)]
    shown += [reply.url, *(f"{error!r} {error} {vars(error)}" for error in errors)]
    shown += [f"{error.url} {error.args}" for error in errors if isinstance(error, APIError)]
    shown += [pickle.dumps(error).decode("latin-1") for error in errors]
    shown += [frame for error in errors for frame in frames(error)]
    shown += [f"{record.getMessage()} {record.__dict__}" for record in caplog.records]
    for text in shown:
        for secret in (key, wrong, "k-SAMPLE%2Fwrong%2Bkey"):
            assert secret not in text
    loggers = {record.name.partition(".")[0] for record in caplog.records}
    assert {"integrations_sdk", "httpcore"} <= loggers
    assert ("httpx" in loggers) is (kind == "client")
    for thing in (good, good.integration):
        if kind == "default":
            assert key.encode() not in pickle.dumps(thing)
            continue
        with pytest.raises(TypeError, match="a client or a proxy of its own") as refused:
            pickle.dumps(thing)
        assert key not in str(refused.value)
