"""Clients go to other processes with their settings, and without their secrets."""

from __future__ import annotations

import copy
import importlib.util
import pickle
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from integrations_sdk import (
    Celigo,
    ConfigurationError,
    CxEngage,
    Losant,
    OptimizePlayer,
    Polis,
    PolisAuth,
    Retry,
    Timeout,
)

from ..clients.recorder import Answer, Recorder
from ..clients.samples import integration
from ..faces import Face
from . import work

CANARY = "canary-5ae1"


def default(face: Face, **options: Any) -> Any:
    from integrations_sdk import AsyncHttpxTransport, HttpxTransport

    return (AsyncHttpxTransport if face.is_async else HttpxTransport)(**options)


def httpx2(face: Face, **options: Any) -> Any:
    from integrations_sdk import AsyncHttpx2Transport, Httpx2Transport

    return (AsyncHttpx2Transport if face.is_async else Httpx2Transport)(**options)


def fast(face: Face, **options: Any) -> Any:
    from integrations_sdk import AsyncFastTransport, FastTransport

    return (AsyncFastTransport if face.is_async else FastTransport)(**options)


def missing(module: str) -> Any:
    absent = importlib.util.find_spec(module) is None
    return pytest.mark.skipif(absent, reason=f"NOT TESTED: there is no {module}")


each_kind = pytest.mark.parametrize(
    "opened",
    [
        default,
        pytest.param(httpx2, marks=missing("httpx2")),
        pytest.param(fast, marks=missing("pyreqwest")),
    ],
)
CLIENT = {"client_id": "ship", "client_secret": CANARY}

EVERY_CLIENT = [
    pytest.param(Losant, {"access_token": CANARY}, "LOSANT_ACCESS_TOKEN", id="Losant"),
    pytest.param(Celigo, {"api_token": CANARY, "region": "eu"}, "CELIGO_API_TOKEN", id="Celigo"),
    pytest.param(Polis, {"access_token": CANARY}, "POLIS_ACCESS_TOKEN", id="Polis"),
    pytest.param(PolisAuth, CLIENT, "POLIS_CLIENT_SECRET", id="PolisAuth"),
    pytest.param(
        OptimizePlayer, {"api_key": CANARY}, "OPTIMIZEPLAYER_API_KEY", id="OptimizePlayer"
    ),
    pytest.param(CxEngage, {"token": CANARY}, "CXENGAGE_TOKEN", id="CxEngage"),
    pytest.param(CxEngage, CLIENT, "CXENGAGE_CLIENT_SECRET", id="CxEngage by a grant"),
]


def sent(client: object) -> Any:
    """Return what arrives when a client is sent to another process, by any protocol."""
    pickles = [pickle.dumps(client, n) for n in range(2, pickle.HIGHEST_PROTOCOL + 1)]
    assert not [pickled for pickled in pickles if CANARY.encode() in pickled]
    return [pickle.loads(pickled) for pickled in pickles][-1]


@pytest.mark.parametrize(("class_", "arguments", "_variable"), EVERY_CLIENT)
def test_a_client_travels_with_its_settings_and_without_its_secret(
    face: Face, class_: type, arguments: dict[str, Any], _variable: str
) -> None:
    client = face.client(
        class_, **arguments, timeout=Timeout(total=7), retry=Retry(attempts=9), strict=True
    )

    twin = sent(sent(client))

    assert type(twin) is type(client)
    assert repr(twin) == repr(client)
    assert twin._settings.timeout == Timeout(total=7)
    assert twin._settings.retry == Retry(attempts=9)
    assert twin._settings.strict


@pytest.mark.parametrize(("class_", "arguments", "variable"), EVERY_CLIENT)
def test_without_a_secret_in_its_environment_the_first_call_says_what_is_missing(
    face: Face, class_: type, arguments: dict[str, Any], variable: str
) -> None:
    twin = sent(face.client(class_, **arguments))

    with pytest.raises(ConfigurationError, match=variable) as caught:
        face(call_of(twin))

    assert CANARY not in str(caught.value)


def call_of(client: Any) -> Any:
    """Make a call that every client of its class can make."""
    name = type(client).__name__.removeprefix("Async")
    calls: dict[str, Callable[[], Any]] = {
        "Losant": lambda: client.integration.get(**work.IDS),
        "Celigo": lambda: client.token.info(),  # noqa: PLW0108 -- others have no such resource
        "Polis": lambda: client.credentials.delete(client_id="a", customer_id="b"),
        "PolisAuth": lambda: client.exchange(code="c"),
        "OptimizePlayer": lambda: client.integration.get(integration_id=1),
        "CxEngage": lambda: client.integration.get(tenant_id="a", integration_id="b"),
    }
    return calls[name]()


def test_a_token_is_found_in_the_environment_of_the_other_process(
    face: Face, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder = Recorder(face, Answer(json=integration()))
    twin = sent(face.losant(CANARY))
    monkeypatch.setenv("LOSANT_ACCESS_TOKEN", "tok-of-the-worker")
    monkeypatch.setattr(twin._wire, "given", recorder.transport)

    face(twin.integration.get(**work.IDS))

    assert recorder.requests[0].headers["authorization"] == "Bearer tok-of-the-worker"


def test_a_provider_travels_by_its_name(face: Face, monkeypatch: pytest.MonkeyPatch) -> None:
    recorder = Recorder(face, Answer(json=integration()))
    twin = sent(face.losant(work.provide_token))
    monkeypatch.setenv("TOKEN_OF_THIS_PROCESS", "tok-provided")
    monkeypatch.setattr(twin._wire, "given", recorder.transport)

    face(twin.integration.get(**work.IDS))

    assert recorder.requests[0].headers["authorization"] == "Bearer tok-provided"


def test_a_hook_travels_by_its_name(face: Face) -> None:
    recorder = Recorder(face, Answer(json={**integration(), "name": 7}))
    twin = sent(face.losant(CANARY, on_drift=work.hear)).with_options()
    twin._wire.given = recorder.transport
    twin._token = face.losant("tok-SAMPLE")._token

    face(twin.integration.get(**work.IDS))

    assert work.HEARD.pop() == "integration.get: name"


class Vault:
    def token(self) -> str:
        return CANARY


@pytest.mark.parametrize(
    "provider", [lambda: CANARY, Vault().token], ids=["a lambda", "a method of an object"]
)
def test_what_may_hold_a_secret_does_not_travel(face: Face, provider: Any) -> None:
    for client, argument in (
        (face.losant(provider), "access_token"),
        (face.losant(CANARY, on_drift=lambda _operation, _drift: None), "on_drift"),
    ):
        with pytest.raises(TypeError, match=f"{argument} travels by its name") as caught:
            pickle.dumps(client)
        assert CANARY not in str(caught.value)


def test_a_header_or_a_query_that_may_be_a_secret_does_not_travel(face: Face) -> None:
    plain = face.losant(CANARY, accept_version="^1.29.0", domain="ship.example")
    assert sent(plain)._settings.headers == plain._settings.headers
    assert sent(plain)._settings.query == plain._settings.query

    for client, name in (
        (plain.with_options(headers={"X-Key": CANARY}), "x-key in headers="),
        (plain.with_options(query={"key": CANARY}), "key in query="),
    ):
        with pytest.raises(TypeError, match=name) as caught:
            pickle.dumps(client)
        assert CANARY not in str(caught.value)


def test_a_name_that_the_other_process_does_not_know_is_told_at_the_first_call(
    face: Face, monkeypatch: pytest.MonkeyPatch
) -> None:
    pickled = pickle.dumps(face.losant(work.provide_token))
    monkeypatch.delattr(work, "provide_token")
    twin = pickle.loads(pickled)

    with pytest.raises(ConfigurationError, match=r"work\.provide_token is not known"):
        face(twin.integration.get(**work.IDS))


def test_a_client_travels_after_calls_under_a_rate_limit_too(face: Face) -> None:
    recorder = Recorder(face, Answer(json={"_userId": "1", "scope": "all"}))
    client = face.client(Celigo, CANARY, transport=recorder.transport)
    face(client.token.info())
    client._wire.given = None

    assert sent(client)._settings.rate_limit == client._settings.rate_limit


def test_a_copy_shares_connections_and_token_and_closes_neither(face: Face) -> None:
    recorder = Recorder(face, Answer(json=integration()), Answer(json=integration()))
    client = face.losant(CANARY, transport=recorder.transport)

    for twin in (copy.copy(client), copy.deepcopy(client)):
        face(twin.integration.get(**work.IDS))
        face.close(twin)

    assert [r.headers["authorization"] for r in recorder.requests] == [f"Bearer {CANARY}"] * 2
    assert twin._wire is client._wire


@each_kind
def test_a_transport_travels_as_it_was_opened(face: Face, opened: Callable[..., Any]) -> None:
    transport = opened(face, trust_env=False)

    twin = sent(face.losant(CANARY, transport=transport))._wire.given

    assert type(twin) is type(transport)
    assert twin._options == transport._options
    face(twin.aclose() if face.is_async else twin.close())
    face(transport.aclose() if face.is_async else transport.close())


def test_a_transport_with_a_client_or_a_proxy_of_its_own_does_not_travel(face: Face) -> None:
    given = [face.transport(httpx.MockTransport(lambda _: httpx.Response(200)))]
    if importlib.util.find_spec("pyreqwest") is not None:
        given.append(fast(face, proxy=f"http://user:{CANARY}@proxy.example"))
    for transport in given:
        with pytest.raises(TypeError, match="has a client or a proxy of its own") as caught:
            pickle.dumps(face.losant(CANARY, transport=transport))
        assert CANARY not in str(caught.value)
