"""What is special about the fast transport, on real sockets and both faces."""

from __future__ import annotations

import asyncio
import gc
import logging
import math
import os
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from integrations_sdk import ConfigurationError, Timeout
from integrations_sdk.core import clock
from integrations_sdk.transports import (
    AsyncFastTransport,
    FastTransport,
    Fault,
    Request,
    Response,
)

from ..faces import Face
from ..secrecy.looking import WORD, hidden, look
from .fast_parts import (
    HEADERS,
    OK,
    asked,
    close,
    face,
    fault,
    needs_pyreqwest,
    opened,
    run,
    told,
)
from .scripted import (
    Peer,
    Script,
    Server,
    answering,
    close_after_request,
    raw,
    refusing,
    reset_after_request,
    response,
    silent,
)
from .test_deadlines import takes_at_most, unreachable
from .test_faults import until
from .test_tls import Issued, encrypted, for_this_machine, https

__all__ = ["face", "for_this_machine", "opened"]  # fixtures

pytestmark = needs_pyreqwest


# --- what it needs


ALONE = """
import sys, math
import integrations_sdk.transports
assert "pyreqwest" not in sys.modules
from integrations_sdk import Losant, Timeout
from integrations_sdk.transports import FastTransport, Request
with FastTransport() as transport, Losant("token", transport=transport) as client:
    transport.send(Request("GET", sys.argv[1], (), None, Timeout(), math.inf))
assert "pyreqwest" in sys.modules
print(*sorted({"httpx", "httpcore", "anyio", "h11"} & sys.modules.keys()))
"""


def test_it_needs_no_other_library_and_is_loaded_when_it_is_wanted() -> None:
    with Server(OK) as server:
        assert run(ALONE, server.url) == "\n"


def test_without_its_library_it_says_what_to_install(
    face: Face, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyreqwest", None)

    with pytest.raises(ConfigurationError, match=r"pip install 'integrations-sdk\[fast\]'"):
        AsyncFastTransport() if face.is_async else FastTransport()


# --- what is on the wire

AS_WRITTEN = [
    "/a%2Fb%2E%0A%41%7C%7E%27%20%25",
    "/%C3%A9/%FF",
    "/a~b|c'd/-._~",
    "/a/%2e%2ed/..b/c../...",
    "/;=,@:!$&()*+",
    "//double//",
    "/?a=%27b%27&c=%2B+%20&d",
    "?q=1",
    "/a?b=/../c",
]


@pytest.mark.parametrize("target", AS_WRITTEN)
def test_an_address_is_sent_as_it_is_written(
    face: Face, opened: Callable[..., Any], target: str
) -> None:
    with Server(OK) as server:
        face(opened().send(asked(server.url + target)))

        written = target if target.startswith("/") else f"/{target}"
        assert server.requests[0].line == f"GET {written} HTTP/1.1".encode()


@pytest.mark.parametrize(
    "target",
    ["/a/../b", "/a/%2e%2E/b", "/./a", "/a/%2e", "/a\\b", "/a b", "/a?b='", "/a\tb", "/\u00e9"],
)
def test_an_address_that_the_library_would_change_is_not_sent(
    face: Face, opened: Callable[..., Any], target: str
) -> None:
    with Server(OK) as server:
        ended = fault(face, opened(), asked(server.url + target))

        assert ended.reason == "the address would not be sent as it is written"
        assert told(ended) == (False, False, True)
        assert server.connections == 0


def test_a_request_is_sent_as_it_is_given(face: Face, opened: Callable[..., Any]) -> None:
    headers = (*HEADERS, ("x-two", "1"), ("X-Two", "2"), ("accept-encoding", "identity"))
    with Server(OK) as server:
        transport = opened()
        face(transport.send(asked(server.url, "PATCH", headers=headers, content=b"\x00{}")))
        face(transport.send(asked(server.url, "POST", headers=())))

        first, second = server.requests
        assert first.head.split(b"\r\n") == [
            b"PATCH / HTTP/1.1",
            f"Authorization: Bearer {WORD}".encode(),
            b"User-Agent: ours/1",
            b"Accept: a/b",
            b"X-Two: 1",
            b"X-Two: 2",
            b"Accept-Encoding: identity",
            f"Host: 127.0.0.1:{server.port}".encode(),
            b"Content-Length: 3",
        ]
        assert first.body == b"\x00{}"
        assert second.headers["content-length"] == "0"
        assert second.headers["accept-encoding"] == "gzip, deflate"
        assert b"reqwest" not in second.head


@pytest.mark.parametrize("pair", [("x", "a\nb"), ("x y", "1"), ("", "1")])
def test_headers_that_cannot_be_written_are_not_sent(
    face: Face, opened: Callable[..., Any], pair: tuple[str, str]
) -> None:
    with Server(OK) as server:
        ended = fault(face, opened(), asked(server.url, headers=(*HEADERS, pair)))

        assert ended.reason == "the request cannot be written as HTTP"
        assert told(ended) == (False, False, True)
        assert server.connections == 0


@pytest.mark.parametrize("url", ["http://[losant/", "losant", "http:///", "http://a b/"])
def test_what_is_no_address_is_told(face: Face, opened: Callable[..., Any], url: str) -> None:
    ended = fault(face, opened(), asked(url))

    assert ended.reason == "the address cannot be a URL"
    assert told(ended) == (False, False, True)


def test_headers_of_an_answer_are_joined_and_those_not_in_ascii_left_out(
    face: Face, opened: Callable[..., Any]
) -> None:
    given = ("X-Two: 1", "X-Two: 2", "X-Name: caf\u00e9", "Set-Cookie: a=b", "X-Empty:")
    with Server(answering(b"ok", *given[:2]), answering(b"ok", *given)) as server:
        transport = opened()
        face(transport.send(asked(server.url)))
        answer: Response = face(opened().send(asked(server.url)))

    assert answer.status == 200
    assert answer.content == b"ok"
    assert dict(answer.headers) == {
        "content-length": "2",
        "x-two": "1, 2",
        "set-cookie": "a=b",
        "x-empty": "",
    }


# --- faults


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        (close_after_request, "the connection was closed before a whole answer came"),
        (raw(b"garbage\r\n\r\n"), "the connection was closed before a whole answer came"),
        (raw(response(b"{", length=9)), "the connection was closed before a whole answer came"),
        (reset_after_request, f"the connection was lost: {os.strerror(104)}"),
        (answering(b"{}", "Content-Encoding: gzip"), "the answer's compression is broken"),
        (silent, "no answer within the read timeout"),
    ],
)
def test_a_fault_tells_what_happened_and_nothing_of_the_request(
    face: Face, opened: Callable[..., Any], script: Script, reason: str
) -> None:
    with Server(script) as server:
        url = f"{server.url}/path?key={WORD}"
        timeout = Timeout(read=0.05)
        ended = fault(face, opened(), asked(url, content=WORD.encode(), timeout=timeout))

        assert ended.reason == reason
        assert told(ended) == (True, False, False)


def test_where_nobody_listens_nothing_was_sent(face: Face, opened: Callable[..., Any]) -> None:
    with refusing() as url:
        ended = fault(face, opened(), asked(f"{url}/?key={WORD}"))

    assert ended.reason == f"no connection: {os.strerror(111)}"
    assert told(ended) == (False, False, False)


def test_a_deadline_that_has_passed_sends_nothing(face: Face, opened: Callable[..., Any]) -> None:
    with Server(OK) as server:
        ended = fault(face, opened(), asked(server.url, deadline=clock.monotonic()))

        assert told(ended) == (False, True, False)
        assert server.connections == 0


@pytest.mark.parametrize("shortest", ["all", "connect", "read", "deadline"])
def test_whatever_ends_a_connection_tells_that_nothing_was_sent(
    face: Face, opened: Callable[..., Any], shortest: str
) -> None:
    figures = {"connect": 5.0, "read": 30.0, "deadline": 60.0}
    for name in figures if shortest == "all" else [shortest]:
        figures[name] = 0.3
    deadline = clock.monotonic() + figures.pop("deadline")
    with unreachable() as url, takes_at_most(0.8):
        ended = fault(face, opened(), asked(url, timeout=Timeout(**figures), deadline=deadline))

    assert told(ended) == (False, shortest in {"all", "deadline"}, False)


@pytest.mark.parametrize("seconds", [2_000_000.0, 1e300, math.inf])
def test_a_far_deadline_is_none(face: Face, opened: Callable[..., Any], seconds: float) -> None:
    timeout = Timeout(2_000_000, 2_000_000, 2_000_000)
    with Server(OK) as server:
        deadline = clock.monotonic() + seconds
        assert face(opened().send(asked(server.url, timeout=timeout, deadline=deadline)))


# --- connections


def test_closing_it_closes_its_connections_and_twice_is_no_error(
    face: Face, opened: Callable[..., Any]
) -> None:
    with Server(OK) as server:
        transport = opened()
        assert face.within(transport, lambda t: t.send(asked(server.url))).status == 200
        until(lambda: server.finished == 1)
        close(face, transport)

        assert face(transport.send(asked(server.url))).status == 200
        assert server.connections == 2


def test_one_that_is_forgotten_closes_its_connections(face: Face) -> None:
    with Server(OK) as server:
        transport: Any = AsyncFastTransport() if face.is_async else FastTransport()
        face(transport.send(asked(server.url)))
        del transport
        gc.collect()

        until(lambda: server.finished == 1)


def test_it_ends_the_calls_that_wait_when_it_is_closed(
    face: Face, opened: Callable[..., Any]
) -> None:
    transport = opened()

    async def closed_while_it_waits(request: Request) -> None:
        waiting = asyncio.ensure_future(transport.send(request))
        await asyncio.to_thread(until, lambda: len(server.requests) > 0)
        await transport.aclose()
        await waiting

    def closed_meanwhile(request: Request) -> None:
        with ThreadPoolExecutor() as pool:
            waiting = pool.submit(transport.send, request)
            until(lambda: len(server.requests) > 0)
            transport.close()
            waiting.result()

    def listening(peer: Peer) -> None:
        peer.request()
        peer.silence()

    with Server(listening) as server, takes_at_most(2):
        call: Any = closed_while_it_waits if face.is_async else closed_meanwhile
        with pytest.raises(Fault, match="the transport was closed") as caught:
            face(call(asked(server.url)))

        assert caught.value.sent


def test_many_pairs_of_timeouts_keep_few_connections(
    face: Face, opened: Callable[..., Any]
) -> None:
    with Server(OK, backlog=128) as server:
        transport = opened()
        for n in range(60):
            face(transport.send(asked(server.url, timeout=Timeout(read=10 + n))))

        until(lambda: server.connections - server.finished <= 32)


def test_calls_beyond_a_hundred_wait_for_a_place(opened: Callable[..., Any], face: Face) -> None:
    if not face.is_async:
        pytest.skip("NOT TESTED: a thousand threads")

    under_way: list[int] = [0]
    lock = threading.Lock()

    def counting(peer: Peer) -> None:
        while True:
            peer.request()
            with lock:
                under_way.append(under_way[-1] + 1)
            time.sleep(0.001)
            with lock:
                under_way.append(under_way[-1] - 1)
            peer.send(response(b"ok"))

    async def together() -> list[Response]:
        calls: list[Any] = [transport.send(asked(server.url)) for _ in range(1000)]
        answers: list[Response] = await asyncio.gather(*calls)
        return answers

    with Server(counting, backlog=256) as server:
        transport = opened()
        answers: list[Response] = face(together())

    assert [answer.status for answer in answers] == [200] * 1000
    assert 1 < max(under_way) <= 100


def test_a_call_that_gets_no_place_was_not_sent(
    face: Face, opened: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("integrations_sdk.transports.turns.MOST", 1)
    transport = opened()
    timeout = Timeout(connect=0.1, read=5)

    def hurried(url: str) -> Request:
        return asked(url, timeout=timeout, deadline=clock.monotonic() + 0.2)

    async def second(url: str) -> None:
        first = asyncio.ensure_future(transport.send(asked(url, timeout=timeout)))
        await asyncio.to_thread(until, lambda: server.connections == 1)
        try:
            await transport.send(hurried(url))
        finally:
            first.cancel()

    def second_in_threads(url: str) -> None:
        with ThreadPoolExecutor() as pool:
            first = pool.submit(transport.send, asked(url, timeout=timeout))
            until(lambda: server.connections == 1)
            try:
                pool.submit(transport.send, hurried(url)).result()
            finally:
                transport.close()
                first.exception()

    with Server(silent) as server, takes_at_most(2):
        call: Any = second if face.is_async else second_in_threads
        with pytest.raises(Fault) as caught:
            face(call(server.url))

        assert told(caught.value) == (False, True, False)
        assert server.connections == 1


# --- what it shows


def test_nothing_is_logged_that_is_secret(
    face: Face, opened: Callable[..., Any], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for name in ("reqwest", "hyper", "hyper_util", "pyreqwest"):
        caplog.set_level(logging.DEBUG, name)
    with Server(answering(WORD.encode(), f"X-Key: {WORD}")) as server:
        transport = opened()
        answer = face(transport.send(asked(f"{server.url}/?key={WORD}", content=WORD.encode())))
        close(face, transport)
        from pyreqwest.logging import flush_logs

        flush_logs()

    hidden(caplog.text)
    hidden(repr(answer))
    hidden(repr(vars(transport)))


# --- certificates and proxies


def test_the_certificates_that_are_given_are_trusted(
    face: Face, opened: Callable[..., Any], for_this_machine: Issued, tmp_path: Path
) -> None:
    bundle = tmp_path / "bundle.pem"
    bundle.write_text(for_this_machine.pem.read_text() + for_this_machine.authority.read_text())
    with Server(encrypted(for_this_machine, OK)) as server:
        assert face(opened(ca_file=bundle).send(asked(https(server)))).status == 200

        ended = fault(face, opened(), asked(https(server)))
        assert ended.reason.startswith("the server's certificate is not trusted: ")
        assert told(ended) == (False, False, True)


def test_a_server_that_asks_is_shown_a_certificate(
    face: Face, opened: Callable[..., Any], for_this_machine: Issued
) -> None:
    with Server(encrypted(for_this_machine, OK, ask=True)) as server:
        trusting = {"ca_file": str(for_this_machine.authority)}
        shown = opened(**trusting, certificate=for_this_machine.pem)
        assert face(shown.send(asked(https(server)))).status == 200

        with pytest.raises(Fault):
            face(opened(**trusting).send(asked(https(server))))
        assert len(server.requests) == 1


@pytest.mark.parametrize("name", ["ca_file", "certificate"])
@pytest.mark.parametrize("content", [None, "", f"{WORD}", f"-----BEGIN PRIVATE KEY-----\n{WORD}"])
def test_a_file_that_cannot_be_used_is_told_and_not_shown(
    opened: Callable[..., Any], tmp_path: Path, name: str, content: str | None
) -> None:
    file = tmp_path / "a.pem"
    if content is not None:
        file.write_text(content)

    with pytest.raises(ConfigurationError, match=name) as caught:
        opened(**{name: file})

    look(caught.value)


def test_the_proxy_that_is_given_is_used_for_every_call(
    face: Face, opened: Callable[..., Any]
) -> None:
    with Server(OK) as proxy, Server(OK) as server:
        given = proxy.url.replace("://", "://user:pw@")
        face(opened(proxy=given).send(asked(f"{server.url}/a")))

        assert proxy.requests[0].line == f"GET {server.url}/a HTTP/1.1".encode()
        assert proxy.requests[0].headers["proxy-authorization"] == "Basic dXNlcjpwdw=="
        assert server.connections == 0


@pytest.mark.parametrize("proxy", [f"gopher://u:{WORD}@h", f"http://u:{WORD}@[::1", WORD, ""])
def test_a_proxy_that_cannot_be_used_is_told_at_once(
    opened: Callable[..., Any], proxy: str
) -> None:
    with pytest.raises(ConfigurationError, match="the proxy cannot be used") as caught:
        opened(proxy=proxy)

    look(caught.value)
