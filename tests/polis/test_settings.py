"""Where the clients of Polis call, and as whom."""

from __future__ import annotations

from typing import Any

import pytest

from integrations_sdk import ConfigurationError, Secret
from integrations_sdk.polis import Polis, PolisAuth

from ..clients.recorder import Answer, Recorder
from ..faces import Face

APIS = {
    "production": "https://api2.polisapp.com",
    "beta": "https://api.beta.polisapp.com/v1",
    "v1": "https://api.polisapp.com/v1",
    "sandbox": "https://api.sandbox.polisapp.com",
}
LIVE = ("https://api.polisapp.com", "https://knock.polisapp.com")
SERVERS = {
    "production": LIVE,
    "beta": LIVE,
    "v1": LIVE,
    "sandbox": ("https://api.sandbox.polisapp.com", "https://hq.stage.polisapp.com"),
}


def api(face: Face, **options: Any) -> str:
    """Return where a client sends its calls."""
    recorder = Recorder(face, Answer(200, content=b""))
    client = face.client(Polis, "tok-SAMPLE", transport=recorder.transport, **options)
    face(client.credentials.delete(client_id="c", customer_id="d"))
    return str(recorder.requests[0].url).removesuffix("/integrations/credentials")


def servers(face: Face, **options: Any) -> tuple[str, str]:
    """Return where a client exchanges codes, and where it sends browsers."""
    recorder = Recorder(face, Answer(json={"access_token": "tok-SAMPLE"}))
    auth = face.client(
        PolisAuth,
        client_id="c",
        client_secret="sk-SAMPLE",
        transport=recorder.transport,
        **options,
    )
    face(auth.exchange(code="code-SAMPLE"))
    return (
        str(recorder.requests[0].url).removesuffix("/auth/oauth2/token"),
        auth.authorize_url().url.partition("/oauth/authorize?")[0],
    )


def test_the_default_is_production(face: Face) -> None:
    assert api(face) == APIS["production"]
    assert servers(face) == LIVE


@pytest.mark.parametrize("name", APIS)
def test_an_environment_is_named_by_argument_or_variable(
    face: Face, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    assert api(face, environment=name) == APIS[name]
    assert servers(face, environment=name) == SERVERS[name]
    monkeypatch.setenv("POLIS_ENVIRONMENT", name)
    assert api(face) == APIS[name]
    assert servers(face) == SERVERS[name]


def test_a_base_url_wins_over_an_environment(face: Face, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLIS_BASE_URL", "https://variable.example")
    monkeypatch.setenv("POLIS_ENVIRONMENT", "v1")
    here = "https://here.example/p"
    assert api(face, base_url=f"{here}/", environment="beta") == here
    assert servers(face, base_url=f"{here}/", environment="sandbox") == (here, here)


def test_an_argument_wins_over_a_variable(face: Face, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLIS_BASE_URL", "https://variable.example")
    monkeypatch.setenv("POLIS_ENVIRONMENT", "v1")
    assert api(face, environment="sandbox") == APIS["sandbox"]
    assert servers(face, environment="sandbox") == SERVERS["sandbox"]
    assert api(face) == "https://variable.example"
    assert servers(face) == ("https://variable.example", "https://variable.example")


@pytest.mark.parametrize("name", APIS)
def test_the_variable_of_the_api_leads_to_the_server_next_to_it(
    face: Face, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("POLIS_BASE_URL", f"{APIS[name]}/")
    assert api(face) == APIS[name]
    assert servers(face) == SERVERS[name]


def test_a_base_url_of_the_server_leads_to_the_pages_next_to_it(face: Face) -> None:
    assert servers(face, base_url="https://api.polisapp.com") == LIVE


@pytest.mark.parametrize("url", ["ftp://x", "http://elsewhere.example", "x", "", "https://u:p@h"])
def test_a_base_url_that_makes_no_sense_is_refused(face: Face, url: str) -> None:
    for make in (api, servers):
        with pytest.raises(ConfigurationError, match="base_url"):
            make(face, base_url=url)


@pytest.mark.parametrize("name", ["prod", "BETA", "api2"])
def test_an_environment_that_is_none_is_refused(
    face: Face, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    for make in (api, servers):
        with pytest.raises(ConfigurationError, match=r"^environment is none of Polis's: use one"):
            make(face, environment=name)
    monkeypatch.setenv("POLIS_ENVIRONMENT", name)
    for make in (api, servers):
        with pytest.raises(ConfigurationError, match="POLIS_ENVIRONMENT is none of Polis's"):
            make(face)


def test_a_client_without_a_token_says_how_to_give_one(face: Face) -> None:
    with pytest.raises(ConfigurationError, match=r"pass access_token= or set POLIS_ACCESS_TOKEN"):
        face.client(Polis)
    with pytest.raises(ConfigurationError, match=r"pass client_id= or set POLIS_CLIENT_ID"):
        face.client(PolisAuth, client_secret="sk-SAMPLE")
    with pytest.raises(ConfigurationError, match=r"pass client_id="):
        face.client(PolisAuth, client_id="", client_secret="sk-SAMPLE")
    with pytest.raises(ConfigurationError, match=r"client_secret= or set POLIS_CLIENT_SECRET"):
        face.client(PolisAuth, client_id="c")


@pytest.mark.parametrize("wrong", ["", "SAMPLE secret", "SAMPLE\r\n"])
def test_a_secret_that_cannot_be_one_is_refused_and_not_quoted(face: Face, wrong: str) -> None:
    for class_, options in ((Polis, {}), (PolisAuth, {"client_id": "c"})):
        name = "access_token" if class_ is Polis else "client_secret"
        with pytest.raises(ConfigurationError, match=f"^{name}") as caught:
            face.client(class_, **{name: wrong}, **options)
        assert "SAMPLE" not in str(caught.value)


def test_everything_may_come_from_variables(face: Face, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLIS_CLIENT_ID", "doorbell-sync")
    monkeypatch.setenv("POLIS_CLIENT_SECRET", "sk-SAMPLE-1")
    monkeypatch.setenv("POLIS_ACCESS_TOKEN", "tok-SAMPLE-1")
    recorder = Recorder(face, Answer(json={"access_token": "t"}), Answer(201, content=b""))
    auth = face.client(PolisAuth, transport=recorder.transport)
    face(auth.exchange(code=Secret("code")))
    client = face.client(Polis, transport=recorder.transport, headers={"x-mine": "m"})
    face(client.credentials.set(client_id="c", customer_id="d", access_token="t"))
    exchange, set_ = recorder.requests
    assert b'"client_secret":"sk-SAMPLE-1"' in exchange.content
    assert set_.headers["authorization"] == "Bearer tok-SAMPLE-1"
    assert set_.headers["x-mine"] == "m"


def test_reprs_show_where_and_no_secret(face: Face) -> None:
    client = face.client(Polis, "tok-SAMPLE")
    auth = face.client(PolisAuth, client_id="c", client_secret="sk-SAMPLE", environment="sandbox")
    kind = "Async" if face.is_async else ""
    assert repr(client) == f"<{kind}Polis https://api2.polisapp.com>"
    assert repr(auth) == f"<{kind}PolisAuth https://api.sandbox.polisapp.com>"
    assert "SAMPLE" not in repr(vars(client)) + repr(vars(auth))
