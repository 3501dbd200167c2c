"""What the libraries below log of our requests when everything is logged."""

from __future__ import annotations

import logging
from typing import Any

import httpcore
import pytest

from integrations_sdk import Timeout
from integrations_sdk.losant import IntegrationPatch

from ..clients.samples import IDS, encoded, integration
from ..faces import Face
from .scripted import Server, answering
from .test_given import losant as losant
from .test_proxies import far

WORDS = ("CANARY", "SAMPLE")
BODY = encoded(integration("CANARY"))
ANSWER = answering(BODY, "Set-Cookie: session=CANARY", "X-Echo: tok-SAMPLE-plain")
OURS = {"headers": {"X-Mine": "CANARY"}}


def call(face: Face, client: Any) -> None:
    client = client.with_options(**OURS, query={"key": "CANARY"}, timeout=Timeout(total=None))
    patch = IntegrationPatch(name="CANARY")
    assert face(client.integration.patch(**IDS, integration=patch)).name == "CANARY"


def look(caplog: pytest.LogCaptureFixture, *loggers: str) -> None:
    logged = [record.getMessage() for record in caplog.records]
    assert [message for message in logged if any(word in message for word in WORDS)] == []
    assert set(loggers) <= {record.name.partition(".")[0] for record in caplog.records}


def test_no_header_no_query_and_no_body_is_logged(
    face: Face, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with Server(ANSWER) as server:
        call(face, face.losant(base_url=server.url))

    look(caplog, "integrations_sdk")


def test_nor_by_way_of_a_proxy(
    face: Face, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.DEBUG)
    with Server(ANSWER) as proxy:
        monkeypatch.setenv("HTTP_PROXY", f"http://user:pw-SAMPLE@127.0.0.1:{proxy.port}")
        call(face, far(face))

    look(caplog, "integrations_sdk")


@pytest.mark.parametrize("library", ["httpx", "httpx2"])
def test_nor_by_a_client_of_the_users(
    losant: Any, face: Face, library: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with Server(ANSWER) as server:
        call(face, losant(library, server.url))

    look(caplog, library, library.replace("httpx", "httpcore"))


def test_the_steps_of_httpcore_keep_their_names(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    face = Face("sync")
    with Server(ANSWER) as server:
        call(face, face.losant(base_url=server.url))
    face.finish()

    steps = [record.getMessage() for record in caplog.records if "httpcore.http11" in record.name]
    assert "send_request_headers.started" in steps
    assert "receive_response_headers.complete" in steps


def test_what_others_send_by_httpcore_is_logged_as_ever(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with Server(ANSWER) as server, httpcore.ConnectionPool() as pool:
        pool.request("GET", server.url)

    logged = [record.getMessage() for record in caplog.records]
    assert any("receive_response_headers.complete return_value" in message for message in logged)
