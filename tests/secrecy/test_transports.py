"""No transport shows a secret, in a frame or in a log."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from integrations_sdk import (
    AmbiguousWriteError,
    ConnectError,
    DeadlineExceededError,
    DecodeError,
    IntegrationsError,
    Timeout,
    TransportError,
)

from ..clients.recorder import Answer
from ..clients.samples import IDS, encoded
from ..conftest import APPLICATION
from ..faces import Face
from ..transports import scripted
from ..transports.scripted import Server, answering
from .looking import (
    TOKEN,
    echo,
    hidden,
    post,
)

Fail = Callable[..., Any]


@pytest.mark.parametrize(
    ("fault", "class_"),
    [
        (httpx.ConnectError, ConnectError),
        (httpx.ConnectTimeout, ConnectError),
        (httpx.ProxyError, ConnectError),
        (httpx.LocalProtocolError, ConnectError),
        (httpx.UnsupportedProtocol, ConnectError),
        (httpx.ReadError, AmbiguousWriteError),
        (httpx.RemoteProtocolError, AmbiguousWriteError),
        (httpx.DecodingError, AmbiguousWriteError),
    ],
)
def test_the_words_of_httpx_are_not_passed_on(
    fail: Fail, fault: type[httpx.HTTPError], class_: type[IntegrationsError]
) -> None:
    error = fail(fault(f"Illegal header value b'Bearer {TOKEN}'"))

    assert type(error) is class_


SCRIPTS: dict[str, scripted.Script] = {
    "reset": scripted.reset_after_request,
    "close": scripted.close_after_request,
    "garbage": scripted.raw(f"{TOKEN}\r\n\r\n".encode()),
    "half": scripted.raw(scripted.response(TOKEN.encode(), length=10_000)),
    "chunk": scripted.raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nCANARY\r\n"),
    "gzip": scripted.raw(scripted.response(TOKEN.encode(), "Content-Encoding: gzip")),
    "header": scripted.raw(f"HTTP/1.1 200 OK\r\n{TOKEN}\r\n\r\n".encode()),
    "silent": scripted.silent,
    "drip": scripted.dripping(scripted.response(length=10_000), TOKEN.encode()),
    "400": answering(encoded({"type": TOKEN, "message": TOKEN}), status="400 Bad"),
    "html": answering(f"<html>{TOKEN}".encode()),
}


ECHOING_IN_PLACE_OF_HTTP = [SCRIPTS[name] for name in ("garbage", "chunk", "header")]


@pytest.mark.parametrize("script", SCRIPTS.values(), ids=SCRIPTS.keys())
@pytest.mark.parametrize("name", ["get", "create"])
def test_no_frame_of_the_real_transport_shows_a_secret(
    fail: Fail, caplog: pytest.LogCaptureFixture, name: str, script: scripted.Script
) -> None:
    if script in ECHOING_IN_PLACE_OF_HTTP:  # httpcore logs what it cannot read, at DEBUG
        caplog.set_level(logging.INFO, logger="httpcore.http11")
    with Server(script) as server:
        error = fail(
            Answer(),
            name=name,
            transport=None,
            base_url=server.url,
            timeout=Timeout(connect=1, read=1, total=0.1),
            retry=2,
        )

    assert isinstance(error, IntegrationsError)
    assert isinstance(error, (TransportError, DecodeError)) or hasattr(error, "status")


def test_a_refused_connection_shows_no_secret(fail: Fail) -> None:
    with scripted.refusing() as address:
        error = fail(Answer(), transport=None, base_url=address, retry=2)

    assert type(error) is ConnectError


def test_a_deadline_shows_no_secret(fail: Fail) -> None:
    with Server(scripted.silent) as server:
        error = fail(
            Answer(), name="get", transport=None, base_url=server.url, timeout=Timeout(total=0.05)
        )

    assert type(error) is DeadlineExceededError


def test_everything_is_logged_and_nothing_told(
    face: Face, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with Server(answering(encoded(echo("mqtt_config")), status="201 Created")) as server:
        client = face.losant(TOKEN, base_url=server.url)
        arguments = {"application_id": APPLICATION, "integration": post("mqtt_config")}
        face(client.integration.create(**arguments))
        face.close(client)

    loggers = {record.name.partition(".")[0] for record in caplog.records}
    assert {"integrations_sdk", "httpcore"} <= loggers
    hidden(caplog.text)
    for record in caplog.records:
        hidden(repr(record.args))


def test_a_client_of_httpx_logs_no_secret_either(
    face: Face, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    mock = httpx.MockTransport(lambda _: httpx.Response(200, json=echo("mqtt_config")))
    class_: Any = httpx.AsyncClient if face.is_async else httpx.Client
    inner = class_(transport=mock)
    client = face.losant(TOKEN, transport=face.transport(inner))
    face(client.integration.get(**IDS))
    face(inner.aclose() if face.is_async else inner.close())

    assert "httpx" in {record.name for record in caplog.records}
    hidden(caplog.text)
