"""Clients that mean harm: others are served meanwhile, and memory stays bounded."""

import gzip
import socket
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest

from integrations_sdk.sandbox import Sandbox
from integrations_sdk.sandbox.app import build_app, load_examples
from integrations_sdk.sandbox.losant import LOSANT
from integrations_sdk.sandbox.server import BackgroundServer
from integrations_sdk.sandbox.store import Store
from integrations_sdk.sandbox.tokens import Tokens

from .clients import client_of
from .facts import MANY, ONE, PLAIN, integration, python
from .raw import connect, head

MEBIBYTE = 1024 * 1024
UNREADABLE = b'{"name": '
BOMB = gzip.compress(bytes(64 * MEBIBYTE), compresslevel=1)

# A path of each platform that wants a token, and what an error of its is made of.
SHAPES: dict[str, tuple[str, Any]] = {
    "losant": (MANY, {"type": str, "message": str}),
    "celigo": ("/integrations", {"errors": [{"code": str, "message": str}]}),
    "polis": ("/integrations/credentials", {"message": str}),
    "optimizeplayer": ("/integrations", {"error": str}),
    "cxengage": ("/tenants/harbor/integrations/twilio", {"error": str}),
}


def shape(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: shape(content) for name, content in value.items()}
    return [shape(item) for item in value] if isinstance(value, list) else type(value)


@pytest.mark.parametrize("platform", SHAPES)
def test_a_missing_token_is_answered_in_the_platforms_shape(
    sandbox: Sandbox, platform: str
) -> None:
    path, error = SHAPES[platform]
    for token in ("", "Bearer", "Bearer x", "Basic x", "Bearer " + "x" * 8000):
        method = "POST" if platform == "polis" else "GET"
        answer = httpx.request(
            method,
            sandbox.base_url(platform) + path,
            headers={"Authorization": token},
            content=UNREADABLE,
            verify=PLAIN,
        )
        assert answer.status_code == 401
        assert shape(answer.json()) == error


@pytest.mark.parametrize("platform", ["losant", "celigo", "polis", "cxengage"])
def test_a_body_that_is_no_json_is_answered_in_the_platforms_shape(
    sandbox: Sandbox, platform: str
) -> None:
    path, error = SHAPES[platform]
    with client_of(sandbox, platform) as client:
        headers = {"Content-Type": "application/json"}
        answer = client.post(path, content=UNREADABLE, headers=headers)
    assert answer.status_code == 400
    assert shape(answer.json()) == error


@pytest.mark.parametrize("platform", SHAPES)
@pytest.mark.parametrize("coding", ["gzip", "GZIP", "deflate", "gzip, gzip", "br", "zstd"])
def test_a_compressed_body_is_refused_unread(sandbox: Sandbox, platform: str, coding: str) -> None:
    path, error = SHAPES[platform]
    answer = httpx.post(
        sandbox.base_url(platform) + path,
        content=BOMB,
        headers={"Content-Encoding": coding},
        verify=PLAIN,
    )
    assert answer.status_code == 415
    assert answer.headers["connection"] == "close"
    assert shape(answer.json()) == error


def test_a_body_that_says_it_is_not_compressed_is_read(losant: httpx.Client) -> None:
    headers = {"Content-Encoding": "identity"}
    assert losant.patch(ONE, json={"name": "x"}, headers=headers).status_code == 200


@pytest.mark.parametrize(
    "bomb",
    [
        b"X: " + b"x" * (2 * MEBIBYTE),
        b"".join(b"X-%d: x\r\n" % number for number in range(100_000)),
        b"X: \x00\r\n\r\n",
        b"X : x\r\n\r\n",
        b"Content-Length: -1\r\n\r\n",
        b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"Transfer-Encoding: gzip, chunked\r\n\r\n",
        b"Host: localhost\r\n\r\n",
    ],
    ids=["long", "many", "nul", "space", "negative", "twice", "coding", "two hosts"],
)
def test_a_head_that_is_no_head_is_refused(sandbox: Sandbox, bomb: bytes) -> None:
    with connect(sandbox) as connection:
        try:
            connection.sendall(head(sandbox, "GET", f"/losant{ONE}")[:-2] + bomb)
            answer = connection.recv(4096)
        except (ConnectionResetError, BrokenPipeError):
            answer = b""  # it was too long to be heard to its end
    assert answer == b"" or answer.split()[1] in {b"400", b"501"}


@contextmanager
def impatient() -> Iterator[tuple[BackgroundServer, str]]:
    """A Losant that waits for a tenth of a second only, and a token of it."""
    store = Store()
    load_examples(store, [LOSANT])
    app = build_app(store, [LOSANT], host="127.0.0.1", patience=0.1)
    server = BackgroundServer(app, host="127.0.0.1", port=0, patience=0.1)
    try:
        yield server, LOSANT.token(Tokens(store.signing_key()))
    finally:
        server.stop()
        store.close()


SLOW = {
    "silent from the start": b"",
    "silent in a head": b"GET / HTTP/1.1\r\nHost: loc",
    "silent in the next head": b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\nGET / HT",
    "silent in a body": b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{",
    "silent in a chunk": b"POST / HTTP/1.1\r\nHost: localhost\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n9\r\n{",
}


@pytest.mark.parametrize("sent", SLOW.values(), ids=SLOW)
def test_a_slow_client_is_hung_up_on_while_others_are_served(sent: bytes) -> None:
    with impatient() as (server, token), ExitStack() as stack:
        address = ("127.0.0.1", server.port)
        slow = [
            stack.enter_context(socket.create_connection(address, timeout=10)) for _ in range(20)
        ]
        for connection in slow:
            connection.sendall(sent)
        headers = {"Authorization": f"Bearer {token}"}
        url = f"http://127.0.0.1:{server.port}/losant{ONE}"
        assert httpx.get(url, headers=headers, verify=PLAIN, timeout=2).status_code == 200
        for connection in slow:
            while connection.recv(65536):
                pass


def hung_up(connection: socket.socket, sent: bytes, pause: threading.Event) -> bool:
    """Tell whether a client that goes on sending, and reads nothing, is hung up on in time."""
    for _ in range(1000):
        try:
            connection.sendall(sent)
        except (ConnectionResetError, BrokenPipeError):
            return True
        pause.wait(0.01)
    return False


def test_a_head_that_comes_drop_by_drop_is_hung_up_on() -> None:
    with impatient() as (server, _), socket.socket() as connection:
        connection.connect(("127.0.0.1", server.port))
        assert hung_up(connection, b"x", threading.Event())


def test_a_client_that_reads_no_answer_is_hung_up_on() -> None:
    with impatient() as (server, token), socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.settimeout(10)
        connection.connect(("127.0.0.1", server.port))
        request = f"GET /losant{MANY} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}"
        assert hung_up(connection, f"{request}\r\n\r\n".encode() * 100, threading.Event())


def memory_of(process_id: int) -> int:
    """The resident memory of a process, in MiB."""
    status = Path(f"/proc/{process_id}/status").read_text()
    fields = dict(line.split(":", 1) for line in status.splitlines())
    return int(fields["VmRSS"].split()[0]) // 1024


@contextmanager
def alone() -> Iterator[tuple[int, str]]:
    """A sandbox in a process of its own: the process's id, and a base URL."""
    process = python("-m", "integrations_sdk.sandbox", "--port", "0")
    assert process.stdout
    with process:
        try:
            yield process.pid, process.stdout.readline().strip().partition("=")[2]
        finally:
            process.kill()


@pytest.mark.skipif(sys.platform != "linux", reason="the memory of a process is read from /proc")
def test_endless_bodies_take_no_more_memory_than_allowed_ones() -> None:
    """16 clients send 32 MiB each, or as much as is taken of them."""
    chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    start = b"POST /losant/x HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
    with alone() as (process_id, url):
        address = ("127.0.0.1", int(url.split(":")[2].split("/")[0]))

        def flood(_: int) -> int:
            with socket.create_connection(address, timeout=10) as connection:
                connection.sendall(start)
                sent = 0
                with suppress(OSError):
                    while sent < 512:
                        connection.sendall(chunk)
                        sent += 1
            return sent

        assert httpx.get(url, verify=PLAIN).status_code == 404
        before = memory_of(process_id)
        with ThreadPoolExecutor(16) as pool:
            assert sum(pool.map(flood, range(16))) < 16 * 512
        growth = memory_of(process_id) - before
        assert httpx.get(url, verify=PLAIN).status_code == 404
    assert growth < 48


def test_of_32_holders_of_an_etag_only_the_last_one_is_heeded(sandbox: Sandbox) -> None:
    data = {
        "clientId": "doorbell-sync",
        "customerId": "3f1d8c52-7a40-4a63-9b0e-2a64d1c7e915",
        "accessToken": "tok-SAMPLE-9",
    }
    with client_of(sandbox, "polis") as polis, ThreadPoolExecutor(32) as pool:

        def put(_: int) -> str:
            return polis.post("/integrations/credentials", json={"data": data}).headers["etag"]

        def remove(etag: str) -> int:
            headers = {"etag": etag}
            answer = polis.request(
                "DELETE", "/integrations/credentials", json={"data": data}, headers=headers
            )
            return answer.status_code

        etags = list(pool.map(put, range(32)))
        statuses = sorted(pool.map(remove, etags))
    assert len(set(etags)) == 32
    assert statuses.count(200) == 1
    assert set(statuses) <= {200, 400, 404}


def test_32_writers_of_one_provider_leave_one_whole_record(sandbox: Sandbox) -> None:
    path = "/tenants/harbor/integrations/twilio"
    with client_of(sandbox, "cxengage") as cxengage, ThreadPoolExecutor(32) as pool:

        def write(number: int) -> int:
            record = {"account": f"AC-{number}", "password": f"tw-{number}", f"own-{number}": "x"}
            return cxengage.post(path, json=record).status_code

        assert set(pool.map(write, range(32))) == {200}
        stored = cxengage.get(path).json()
    number = stored["account"].removeprefix("AC-")
    whole = {"id": "twilio", "account": f"AC-{number}", "password": f"tw-{number}"}
    assert stored == {**whole, f"own-{number}": "x"}


def test_by_default_nobody_from_outside_can_connect(sandbox: Sandbox, losant: httpx.Client) -> None:
    assert sandbox.url.startswith("http://127.0.0.1:")
    port = int(sandbox.url.rpartition(":")[2])
    # All of 127.0.0.0/8 is this machine, and only 127.0.0.1 is listened on.
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.2", port), timeout=10)
    assert losant.post(MANY, json=integration()).status_code == 201
