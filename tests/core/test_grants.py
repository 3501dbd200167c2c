"""Tokens that are had by a call of their own: asked for once, renewed in time, never shown."""

from __future__ import annotations

import asyncio
import base64
import logging
import math
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ClassVar

import attrs
import httpx
import pytest

from integrations_sdk import (
    AuthenticationError,
    BadRequestError,
    ConfigurationError,
    DeadlineExceededError,
    DecodeError,
    InternalServerError,
    Model,
    Operation,
    Retry,
    Secret,
    Timeout,
)
from integrations_sdk.core.auth import Basic, Grant, Lease, bearer
from integrations_sdk.core.client import AsyncClient, SyncClient
from integrations_sdk.core.model import to_required_secret
from integrations_sdk.core.settings import Platform
from integrations_sdk.core.transport import Request
from integrations_sdk.core.wire import Codec, as_is
from integrations_sdk.transports import DEFAULT
from tests.faces import Face

from .test_leases import Clock, clock

__all__ = ["clock"]  # a fixture

PAIR = base64.b64encode(b"user:SAMPLE-secret").decode()


class Document(Model):
    codec: ClassVar[Codec] = Codec(style=as_is)


@attrs.define(kw_only=True, repr=False)
class Thing(Document):
    name: str


@attrs.define(kw_only=True, repr=False)
class Question(Document):
    grant_type: str


@attrs.define(kw_only=True, repr=False)
class Granted(Document):
    access_token: Secret = attrs.field(converter=to_required_secret)
    expires_in: float


def platform(base_url: str, authorize: Callable[[Secret], Any], credential: str) -> Platform:
    return Platform(
        name="Plain",
        prefix="PLAIN",
        base_url=base_url,
        credential=credential,
        authorize=authorize,
        codec=Document.codec,
        read_error=lambda body: (None, str(body)),
        transports=DEFAULT,
    )


GET = Operation(name="thing.get", method="GET", path="/thing", returns=Thing)
ASK = Operation(
    name="token.ask",
    method="POST",
    path="/token",
    returns=Granted,
    repeatable=True,
    body=Question,
    is_form=True,
)


def options(auth_url: str = "https://auth.example", **given: Any) -> dict[str, Any]:
    grant = Grant(
        platform=platform(auth_url, Basic("user"), "password"),
        secret=Secret("SAMPLE-secret"),
        call=ASK({}, body=Question(grant_type="client_credentials")),
        lease=lambda granted: Lease(granted.access_token, granted.expires_in),
        url_name="auth_url",
    )
    missing = dict.fromkeys(
        ("base_url", "scopes", "timeout", "retry", "strict", "on_drift", "rate_limit", "transport")
    )
    plain: dict[str, Any] = {"headers": {}, "query": {}, "allow_plain_http": False}
    return {**missing, **plain, "token": grant, **given}


class Plain(SyncClient):
    def __init__(self, **given: Any) -> None:
        super().__init__(platform("https://api.example", bearer, "token"), **options(**given))


class AsyncPlain(AsyncClient):
    def __init__(self, **given: Any) -> None:
        super().__init__(platform("https://api.example", bearer, "token"), **options(**given))


class Server:
    """Grants tokens, and takes the last one that it granted."""

    def __init__(self, face: Face, *, expires_in: Any = 3600, refuses: int = 0) -> None:
        self.granted = 0
        self.expires_in = expires_in
        self.refuses = refuses
        self.seen: list[httpx.Request] = []
        self.transport = face.transport(httpx.MockTransport(self.answer))

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.seen.append(request)
        if request.url.host == "auth.example":
            self.granted += 1
            token = {"access_token": f"tok-{self.granted}", "expires_in": self.expires_in}
            return httpx.Response(200, json=token)
        right = request.headers["authorization"] == f"Bearer tok-{self.granted}"
        if self.refuses > 0 or not right:
            self.refuses -= 1
            return httpx.Response(401, json="no")
        return httpx.Response(200, json={"name": "it"})

    @property
    def paths(self) -> list[str]:
        return [f"{request.url.host}{request.url.path}" for request in self.seen]


@pytest.fixture
def opened(face: Face, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The transports that clients open for themselves, in memory."""
    server, transports = Server(face), []

    def open_() -> Any:
        inner = httpx.MockTransport(server.answer)
        transport: Any = face.transport(inner)
        transport.closed = 0

        def close() -> None:
            transport.closed += 1

        async def aclose() -> None:
            transport.closed += 1

        transport.close, transport.aclose = close, aclose
        transports.append(transport)
        return transport

    monkeypatch.setattr("integrations_sdk.transports.httpx.HttpxTransport", open_)
    monkeypatch.setattr("integrations_sdk.transports.httpx.AsyncHttpxTransport", open_)
    return transports


def test_a_token_is_asked_for_when_it_is_needed_and_once(face: Face) -> None:
    server = Server(face)
    client = face.client(Plain, transport=server.transport)
    assert server.seen == []
    for _ in range(3):
        assert face(client.send(GET({}))).name == "it"
    assert server.paths == ["auth.example/token", *["api.example/thing"] * 3]
    asking = server.seen[0]
    assert asking.method == "POST"
    assert asking.headers["authorization"] == f"Basic {PAIR}"
    assert asking.headers["content-type"] == "application/x-www-form-urlencoded"
    assert asking.content == b"grant_type=client_credentials"
    assert server.seen[1].headers["authorization"] == "Bearer tok-1"


def test_the_client_that_asks_has_the_headers_of_its_own_platform_alone(face: Face) -> None:
    server = Server(face)
    client = face.client(
        Plain, transport=server.transport, headers={"X-Mine": "1"}, query={"mine": "1"}
    )
    face(client.send(GET({})))
    asking, asked = server.seen
    assert ("x-mine" in asking.headers, asking.url.query) == (False, b"")
    assert (asked.headers["x-mine"], asked.url.query) == ("1", b"mine=1")


def test_a_refused_token_is_asked_for_again_once_and_not_in_a_loop(face: Face) -> None:
    server = Server(face, refuses=1)
    client = face.client(Plain, transport=server.transport)
    reply = face(client.send_with_response(GET({})))
    assert [attempt.outcome for attempt in reply.attempts] == ["401", "200"]
    assert server.granted == 2
    server.refuses = 1000
    with pytest.raises(AuthenticationError):
        face(client.send(GET({})))
    assert server.granted == 3


def test_a_granted_token_is_renewed_before_it_ends(face: Face, clock: Clock) -> None:
    server = Server(face)
    client = face.client(Plain, transport=server.transport)
    face(client.send(GET({})))
    clock.now += 3550
    face(client.send(GET({})))
    assert server.granted == 2
    assert "401" not in [attempt.outcome for attempt in _attempts(face, client)]


def _attempts(face: Face, client: Any) -> Any:
    return face(client.send_with_response(GET({}))).attempts


def test_many_calls_at_once_ask_once(face: Face) -> None:
    server = Server(face)
    client = face.client(Plain, transport=server.transport)
    calls = [lambda: client.send(GET({}))] * 10
    if face.is_async:
        face.gather(*calls)
    else:
        with ThreadPoolExecutor(10) as threads:
            list(threads.map(lambda call: call(), calls))
    assert server.granted == 1


def test_derived_clients_share_the_token(face: Face) -> None:
    server = Server(face)
    client = face.client(Plain, transport=server.transport)
    face(client.with_options(timeout=5).send(GET({})))
    face(client.send(GET({})))
    assert server.granted == 1


def test_both_platforms_are_reached_by_one_transport_and_closing_closes_it(
    face: Face, opened: list[Any]
) -> None:
    client = face.client(Plain)
    face(client.send(GET({})))
    (transport,) = opened
    face.close(client.with_options(timeout=5))
    assert transport.closed == 0
    face.close(client)
    face.close(client)
    assert transport.closed == 1
    with pytest.raises(ConfigurationError, match="closed"):
        face(client.send(GET({})))


def test_a_closed_client_asks_for_no_token(face: Face) -> None:
    server = Server(face)
    client = face.client(Plain, transport=server.transport)
    face.close(client)
    with pytest.raises(ConfigurationError, match="closed"):
        face(client.send(GET({})))
    assert server.seen == []


def test_an_error_of_the_asking_tells_its_own_story_and_no_secret(
    face: Face, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    def echo(request: httpx.Request) -> httpx.Response:
        said = f"{request.headers['authorization']} is not for SAMPLE-secret of user"
        return httpx.Response(400, json=said, headers={"x-request-id": PAIR})

    client = face.client(Plain, transport=face.transport(httpx.MockTransport(echo)))
    with pytest.raises(BadRequestError) as caught:
        face(client.send(GET({})))
    error = caught.value
    assert error.operation == "token.ask"
    assert error.url == "https://auth.example/token"
    assert [attempt.outcome for attempt in error.attempts] == ["400"]
    assert error.message == "Basic [secret] is not for [secret] of user"
    assert error.request_id == "[secret]"
    for shown in (str(error), repr(error), caplog.text, repr(client)):
        assert "SAMPLE" not in shown
        assert PAIR not in shown


def test_an_answer_without_a_token_is_told_by_the_call_that_asked(face: Face) -> None:
    answer = httpx.MockTransport(lambda _: httpx.Response(200, json={"expires_in": 5}))
    client = face.client(Plain, transport=face.transport(answer))
    with pytest.raises(DecodeError, match="access_token: expected str, got nothing") as caught:
        face(client.send(GET({})))
    assert caught.value.operation == "token.ask"


def test_the_asking_is_repeated_when_the_server_is_busy(face: Face) -> None:
    server = Server(face)
    turns = iter([httpx.Response(503, headers={"retry-after": "0"})])
    flaky = httpx.MockTransport(lambda request: next(turns, None) or server.answer(request))
    client = face.client(Plain, transport=face.transport(flaky))
    assert face(client.send(GET({}))).name == "it"


@pytest.mark.parametrize("url", ["http://auth.example", "ftp://auth.example", "auth.example"])
def test_the_secret_is_not_sent_just_anywhere(face: Face, url: str) -> None:
    with pytest.raises(ConfigurationError, match=r"^auth_url "):
        face.client(Plain, auth_url=url)


def test_the_secret_goes_over_plain_http_only_where_it_is_allowed(face: Face) -> None:
    face.client(Plain, auth_url="http://127.0.0.1:1")
    face.client(Plain, auth_url="http://auth.example", allow_plain_http=True)


def test_a_secret_that_cannot_travel_is_refused_when_the_client_is_made(face: Face) -> None:
    grant = attrs.evolve(options()["token"], secret=Secret("SAM PLE"))
    with pytest.raises(ConfigurationError, match=r"^password has a space") as caught:
        face.client(Plain, token=grant)
    assert "SAM" not in str(caught.value)


def test_a_client_that_could_not_be_made_can_be_shown_in_a_traceback() -> None:
    assert repr(Plain.__new__(Plain)) == "<Plain not made>"


# --- the deadline of the call that needs the token


@pytest.mark.parametrize(("timeout", "bound"), [(0.5, 0.5), (10, 10), (100, 60), (None, 60)])
def test_the_asking_ends_by_the_deadline_of_the_call_and_by_its_own(
    face: Face, timeout: float | None, bound: float
) -> None:
    server = Server(face)
    deadlines: list[float] = []
    send = server.transport.send

    def watched(request: Request) -> Any:
        deadlines.append(request.deadline - time.monotonic())
        return send(request)

    server.transport.send = watched
    client = face.client(Plain, transport=server.transport, timeout=60)
    face(client.with_options(timeout=Timeout(total=timeout)).send(GET({})))

    asking, asked = deadlines
    assert bound - 5 < asking <= bound
    assert asked > asking - 5
    assert asked <= (math.inf if timeout is None else timeout)


def test_an_asking_that_fails_names_the_call_that_needs_the_token(face: Face) -> None:
    late = face.transport(httpx.MockTransport(lambda _: httpx.Response(503)))
    client = face.client(Plain, transport=late, retry=1)
    with pytest.raises(InternalServerError) as caught:
        face(client.send(GET({})))
    error = caught.value
    assert (error.operation, error.during, error.stopped) == ("token.ask", "thing.get", "attempts")
    assert "For: a token, which thing.get needs" in error.explain()


def test_an_asking_that_fails_after_a_write_was_lost_leaves_the_write_open(face: Face) -> None:
    put = Operation(name="thing.put", method="PUT", path="/x", returns=Thing, repeatable=True)
    server = Server(face, expires_in=0)

    def once(request: httpx.Request) -> httpx.Response:
        if request.method == "PUT":
            raise httpx.ReadError("gone")
        return httpx.Response(400, json="no") if server.granted else server.answer(request)

    transport = face.transport(httpx.MockTransport(once))
    client = face.client(Plain, transport=transport, retry=Retry(attempts=2, initial=0))
    with pytest.raises(BadRequestError) as caught:
        face(client.send(put({})))
    error = caught.value
    assert (error.operation, error.during) == ("token.ask", "thing.put")
    assert error.ambiguous
    assert error.call == put({})


def test_a_thread_waits_for_anothers_token_no_longer_than_its_deadline() -> None:
    asked, answered = threading.Event(), threading.Event()
    face = Face("sync")
    server = Server(face)

    def slow() -> str:
        asked.set()
        assert answered.wait(5)
        return "tok-0"

    client = face.client(Plain, token=slow, transport=server.transport)
    with ThreadPoolExecutor(1) as threads:
        first = threads.submit(client.send, GET({}))
        assert asked.wait(5)
        with pytest.raises(DeadlineExceededError, match="the deadline passed") as caught:
            client.with_options(timeout=0.05).send(GET({}))
        answered.set()
        assert first.result(5).name == "it"
    assert caught.value.stopped == "deadline"
    assert not caught.value.ambiguous
    face.finish()


def test_a_task_waits_for_anothers_token_no_longer_than_its_deadline() -> None:
    face = Face("async")
    server = Server(face)

    async def both() -> None:
        asked, answered = asyncio.Event(), asyncio.Event()

        async def slow() -> str:
            asked.set()
            await answered.wait()
            return "tok-0"

        client = face.client(Plain, token=slow, transport=server.transport)
        first = asyncio.create_task(client.send(GET({})))
        await asked.wait()
        with pytest.raises(DeadlineExceededError, match="the deadline passed"):
            await client.with_options(timeout=0.05).send(GET({}))
        answered.set()
        assert (await first).name == "it"
        assert (await client.send(GET({}))).name == "it"

    face(both())
    face.finish()
