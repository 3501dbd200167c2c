"""What is special about httpx: clients of it that a user brings along, and Python's resolver."""

from __future__ import annotations

import logging
import socket
import sys
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpcore
import httpx
import pytest

from integrations_sdk import (
    AsyncHttpxTransport,
    ConfigurationError,
    ConnectError,
    DeadlineExceededError,
    HttpxTransport,
    IntegrationsError,
    Timeout,
)
from integrations_sdk.transports import DEFAULT

from ..clients.samples import IDS, encoded, integration
from ..faces import Face
from .kinds import each_face
from .scripted import Peer, Server, answering, dripping, response
from .test_faults import NOW, OK, WRITES

face = each_face("httpx")

BODY = encoded(integration())


def given(face: Face, inner: Any) -> Any:
    return AsyncHttpxTransport(inner) if face.is_async else HttpxTransport(inner)


@pytest.fixture
def inner(face: Face) -> Iterator[Any]:
    """An httpx client of the user's, that follows redirects and has a header and a hook."""
    seen: list[str] = []

    async def ahook(request: httpx.Request) -> None:
        seen.append(request.method)

    hooks: Any = {"request": [ahook if face.is_async else lambda r: seen.append(r.method)]}
    class_: Any = httpx.AsyncClient if face.is_async else httpx.Client
    client = class_(follow_redirects=True, headers={"X-Mine": "1"}, event_hooks=hooks)
    client.seen = seen
    yield client
    face(client.aclose() if face.is_async else client.close())


def test_a_client_of_httpx_sends_with_its_hooks(face: Face, inner: Any) -> None:
    with Server(answering(BODY)) as server:
        client = face.losant(base_url=server.url, transport=given(face, inner))

        assert face(client.integration.get(**IDS)).name == "Cold room broker"

        assert inner.seen == ["GET"]
        assert server.requests[0].headers["authorization"] == "Bearer tok-SAMPLE-plain"
        assert server.requests[0].headers["user-agent"].startswith("integrations-sdk/")


def test_a_client_of_httpx_logs_our_requests_without_their_query(
    face: Face, inner: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with Server(answering(BODY), answering(BODY)) as server:
        client = face.losant(base_url=server.url, transport=given(face, inner))
        face(client.integration.get(**IDS))
        face(_get(face, inner, f"{server.url}/mine?a=b"))
        sent = server.requests[0].line

    ours, theirs = (r.getMessage() for r in caplog.records if r.name == "httpx")

    assert b"?_actions=false" in sent
    assert "/integrations/" in ours
    assert "?" not in ours
    assert "/mine?a=b" in theirs


def test_a_client_of_httpx_that_follows_redirects_does_not_here(face: Face, inner: Any) -> None:
    with (
        Server(answering(BODY)) as sink,
        Server(answering(b"", f"Location: {sink.url}", status="307 Temporary")) as server,
    ):
        client = face.losant(base_url=server.url, transport=given(face, inner))

        with pytest.raises(IntegrationsError, match="Redirects are not followed"):
            face(client.integration.get(**IDS))

        assert sink.connections == 0


def test_a_client_of_httpx_stays_open_when_ours_is_closed(face: Face, inner: Any) -> None:
    with Server(answering(BODY)) as server:
        client = face.losant(base_url=server.url, transport=given(face, inner))
        face(client.integration.get(**IDS))
        face.close(client)

        assert not inner.is_closed
        assert face(_get(face, inner, server.url)).status_code == 200
        assert server.connections == 1


def _get(face: Face, inner: Any, url: str) -> Any:
    return inner.get(url)


def test_what_comes_too_much_closes_the_connection_of_a_given_client_too(
    face: Face, inner: Any
) -> None:
    def too_much(peer: Peer) -> None:
        peer.request()
        peer.send(response(BODY) * 2)
        peer.silence()

    with Server(too_much, answering(encoded(integration("second")))) as server:
        client = face.losant(base_url=server.url, transport=given(face, inner), retry=1)

        names = [face(client.integration.get(**IDS)).name for _ in range(2)]

    assert names == ["Cold room broker", "second"]


def test_a_body_that_drips_into_a_given_client_ends_at_the_deadline(face: Face, inner: Any) -> None:
    with Server(dripping(response(length=10_000), b" ")) as server:
        timeout = Timeout(total=0.1)
        client = face.losant(base_url=server.url, transport=given(face, inner), timeout=timeout)
        began = time.monotonic()

        with pytest.raises(DeadlineExceededError):
            face(client.integration.get(**IDS))

        assert time.monotonic() - began < 2.0  # a naive client waits for all ten thousand bytes


class Own(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """A transport of the user's own that answers from memory, and counts its closing."""

    def __init__(self) -> None:
        self.closed = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        assert request.headers["authorization"] == "Bearer tok-SAMPLE-plain"
        return httpx.Response(200, stream=Parts())

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return self.handle_request(request)

    def close(self) -> None:
        self.closed += 1

    async def aclose(self) -> None:
        self.closed += 1


class Parts(httpx.SyncByteStream, httpx.AsyncByteStream):
    def __iter__(self) -> Iterator[bytes]:
        yield BODY[:9]
        yield BODY[9:]

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for part in self:
            yield part


def test_a_transport_of_the_users_own_is_enough(face: Face) -> None:
    own = Own()
    transport = given(face, own)
    client = face.losant(transport=transport)

    assert face(client.integration.get(**IDS)).name == "Cold room broker"
    face.close(client)
    assert own.closed == 0
    face(transport.aclose() if face.is_async else transport.close())
    assert own.closed == 1


def test_a_response_that_a_hook_has_read_is_read_again(face: Face) -> None:
    async def aread(response: httpx.Response) -> None:
        await response.aread()

    hook: Any = aread if face.is_async else lambda response: response.read()
    class_: Any = httpx.AsyncClient if face.is_async else httpx.Client
    inner = class_(transport=Own(), event_hooks={"response": [hook]})
    client = face.losant(transport=given(face, inner))

    assert face(client.integration.get(**IDS)).name == "Cold room broker"
    face(inner.aclose() if face.is_async else inner.close())


def test_the_default_transports_open_and_close(face: Face) -> None:
    opened = (DEFAULT.asynchronous if face.is_async else DEFAULT.sync)()

    assert type(opened).__name__ == ("AsyncHttpxTransport" if face.is_async else "HttpxTransport")
    for _ in range(2):
        face(opened.aclose() if face.is_async else opened.close())  # type: ignore[union-attr]


@pytest.mark.parametrize("name", ["get", *sorted(WRITES)])
def test_a_server_that_comes_back_is_reached(
    face: Face, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    arguments, done = {**WRITES, "get": (IDS, OK)}[name]
    resolve = socket.getaddrinfo
    failures = iter([socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")])

    def flaky(host: Any, *args: Any, **kwargs: Any) -> Any:
        for failure in failures:
            raise failure
        return resolve("127.0.0.1", *args, **kwargs)

    with Server(done) as server:
        monkeypatch.setattr(socket, "getaddrinfo", flaky)
        client = face.losant(
            base_url=f"http://losant.test:{server.port}", allow_plain_http=True, retry=NOW
        )

        reply = face(getattr(client.integration, name).with_response(**arguments))

        first, _ = reply.attempts
        assert first.outcome == "no connection: Temporary failure in name resolution"
        assert len(server.requests) == 1


def test_a_name_that_nobody_knows_is_a_connect_error(
    face: Face, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(*_: Any, **__: Any) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    client = face.losant(base_url="https://losant.test", retry=NOW)

    with pytest.raises(ConnectError, match=r"losant\.test.*Name or service not known"):
        face(client.integration.get(**IDS))


def test_a_socks_proxy_needs_an_extra_of_httpx(face: Face, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "socks5://user:pw-SAMPLE@h:1")
    monkeypatch.setitem(sys.modules, "socksio", None)

    with pytest.raises(ConfigurationError, match="the proxy in the environment") as caught:
        face(
            face.losant(base_url="http://losant.test", allow_plain_http=True).integration.get(**IDS)
        )

    assert "SAMPLE" not in str(caught.value)
    assert caught.value.__context__ is None


class Proxy:
    """Stands in for a function and looks like it, as what wrapt makes does."""

    def __init__(self, function: Any, seen: list[str]) -> None:
        self._function = function
        self._seen = seen

    def __get__(self, instance: Any, _owner: type) -> Any:
        if instance is None:
            return self
        return lambda request: self(instance, request)

    def __call__(self, instance: Any, request: Any) -> Any:
        self._seen.append(request.method)
        return self._function(instance, request)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._function, name)


WATCHED = {
    "a transport of httpx": lambda is_async: (
        httpx.AsyncHTTPTransport if is_async else httpx.HTTPTransport
    ),
    "a pool of httpcore": lambda is_async: (
        httpcore.AsyncConnectionPool if is_async else httpcore.ConnectionPool
    ),
}


@pytest.mark.parametrize("class_of", WATCHED.values(), ids=WATCHED.keys())
@pytest.mark.parametrize("disguised", [False, True], ids=["a function", "a proxy"])
def test_what_replaces_a_method_sees_every_request_until_it_is_undone(
    face: Face, monkeypatch: pytest.MonkeyPatch, class_of: Any, disguised: bool
) -> None:
    class_ = class_of(face.is_async)
    name = "handle_async_request" if face.is_async else "handle_request"
    original, seen = getattr(class_, name), list[str]()

    def watching(self: Any, request: Any) -> Any:
        seen.append(request.method)
        return original(self, request)

    with Server(answering(BODY)) as server:
        client = face.losant(base_url=server.url)
        face(client.integration.get(**IDS))
        with monkeypatch.context() as patch:
            patch.setattr(class_, name, Proxy(original, seen) if disguised else watching)
            for _ in range(2):
                assert face(client.integration.get(**IDS)).name == "Cold room broker"
        face(client.integration.get(**IDS))

        assert len(seen) == 2
        assert (len(server.requests), server.connections) == (4, 2)
