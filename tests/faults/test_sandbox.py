"""The sandbox: bodies without an end, slow clients, writers at once, kill -9, pages of the web."""

from __future__ import annotations

import contextlib
import gzip
import http.client
import json
import socket
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from integrations_sdk.sandbox import Sandbox

from ..sandbox.facts import python
from .cases import server_case
from .hosts import LISTS, NEW, Host, status_of
from .naive_server import NaiveServer

PLATFORMS = pytest.mark.parametrize("platform", ["losant", "celigo"])
MEBIBYTE = 1024 * 1024


@PLATFORMS
@server_case(62)
def test_a_body_that_is_too_large_is_refused_before_it_is_sent(host: Host, platform: str) -> None:
    with host.connect() as connection:
        connection.sendall(host.head(platform, f"Content-Length: {10**12}"))
        assert status_of(connection) == 413


@PLATFORMS
@server_case(62)
def test_chunks_that_become_too_many_are_refused(host: Host, platform: str) -> None:
    with host.connect() as connection:
        connection.sendall(host.head(platform, "Transfer-Encoding: chunked"))
        with contextlib.suppress(OSError):
            for _ in range(17):
                connection.sendall(b"10000\r\n" + b"x" * 0x10000 + b"\r\n")
        assert status_of(connection) == 413


@PLATFORMS
@server_case(62)
def test_a_compressed_body_is_not_inflated(host: Host, platform: str) -> None:
    bomb = gzip.compress(b'{"name": "' + b"a" * MEBIBYTE + b'"}')
    status, _, _ = host.ask(platform, "POST", body=bomb, **{"Content-Encoding": "gzip"})
    assert status in {400, 413, 415}


@PLATFORMS
@server_case(63)
def test_slow_clients_do_not_keep_others_waiting(host: Host, platform: str) -> None:
    with contextlib.ExitStack() as stack:
        for _ in range(4):
            slow = stack.enter_context(host.connect())
            slow.sendall(host.head(platform, "Content-Length: 100") + b'{"name')
        quick = stack.enter_context(host.connect())
        quick.sendall(host.head(platform, method="GET"))
        assert status_of(quick) == 200


@PLATFORMS
@server_case(64)
@pytest.mark.parametrize("body", [b"{", b'{"name": "\xff"}', b'{"a": NaN}', b"[" * 100_000])
def test_what_is_no_json_is_refused_in_the_words_of_its_platform(
    host: Host, platform: str, body: bytes
) -> None:
    status, _, document = host.ask(platform, "POST", body=body)
    assert status == 400
    assert {"losant": "type", "celigo": "errors"}[platform] in document


@PLATFORMS
@server_case(64)
@pytest.mark.parametrize("value", ["", "Bearer", "Bearer wrong", "Basic YTpi"])
def test_who_shows_no_token_is_refused(host: Host, platform: str, value: str) -> None:
    status, _, document = host.ask(platform, Authorization=value)
    assert status == 401
    assert {"losant": "type", "celigo": "errors"}[platform] in document


@PLATFORMS
@server_case(65)
def test_32_writers_at_once_lose_nothing(host: Host, platform: str) -> None:
    def write(number: int) -> list[tuple[str, str]]:
        wrong = []
        for count in range(3):
            name = f"{number}-{count}"
            _, _, made = host.ask(platform, "POST", body={**NEW[platform], "name": name})
            key = made.get("id") or made.get("_id")
            _, _, found = host.ask(platform, key=key)
            if found.get("name") != name:
                wrong.append((name, str(found.get("name"))))
        return wrong

    with ThreadPoolExecutor(32) as threads:
        assert [each for each in threads.map(write, range(32)) if each] == []


def started(host: Host, data: Path) -> tuple[Any, int, str]:
    """Start the same kind of server in a process of its own; return its port and a token."""
    if host.is_naive:
        process = python("-m", "tests.faults.naive_server", str(data))
        assert process.stdout
        return process, int(process.stdout.readline()), "any"
    process = python("-m", "integrations_sdk.sandbox", "--port", "0", "--data", str(data))
    assert process.stdout
    lines = [process.stdout.readline() for _ in range(2)]
    found = dict(line.removeprefix("export ").strip().split("=", 1) for line in lines)
    port = found["LOSANT_BASE_URL"].rpartition("/")[0].rpartition(":")[2]
    return process, int(port), found["LOSANT_ACCESS_TOKEN"]


def written_until_killed(process: Any, port: int, token: str) -> list[dict[str, Any]]:
    """Write, by four connections, until the server is killed; return what it acknowledged."""
    answered: list[dict[str, Any]] = []
    enough = threading.Event()

    def write(number: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        with contextlib.suppress(OSError, http.client.HTTPException):
            for count in range(1_000):
                body = json.dumps({**NEW["losant"], "name": f"{number}-{count}"})
                path = f"/losant{LISTS['losant']}"
                connection.request("POST", path, body, {"Authorization": f"Bearer {token}"})
                answered.append(json.loads(connection.getresponse().read()))
                if len(answered) >= 70:
                    enough.set()
        connection.close()

    writers = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for writer in writers:
        writer.start()
    assert enough.wait(20)
    process.kill()
    for writer in writers:
        writer.join()
    return answered


@server_case(66)
def test_what_was_acknowledged_survives_kill_9(host: Host, tmp_path: Path) -> None:
    data = tmp_path / "data"
    process, port, token = started(host, data)
    with process:
        answered = written_until_killed(process, port, token)
    again: Any = NaiveServer(file=data) if host.is_naive else Sandbox(data=data)
    again.start()
    try:
        kept = all_names(host, again)
    finally:
        again.stop()

    assert {item["name"] for item in answered} <= kept


def all_names(host: Host, server: Any) -> set[str]:
    port = server.port if host.is_naive else int(server.url.rpartition(":")[2])
    token = "any" if host.is_naive else server.token("losant")
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    path = f"/losant{LISTS['losant']}?perPage=10000"
    connection.request("GET", path, headers={"Authorization": f"Bearer {token}"})
    items = json.loads(connection.getresponse().read())["items"]
    connection.close()
    return {item["name"] for item in items}


@pytest.mark.skipif(sys.platform != "linux", reason="127.0.0.2 is this machine on Linux alone")
@server_case(67)
def test_only_this_machine_can_connect_unless_told_otherwise(host: Host) -> None:
    assert answers("127.0.0.1", host.port)
    assert not answers("127.0.0.2", host.port)
    with Sandbox(host="127.0.0.2") as sandbox:
        assert answers("127.0.0.2", int(sandbox.url.rpartition(":")[2]))


def answers(address: str, port: int) -> bool:
    try:
        socket.create_connection((address, port), timeout=2).close()
    except OSError:
        return False
    return True


@PLATFORMS
@server_case(68)
@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "127.0.0.1.evil.example"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
    ],
    ids=lambda headers: " ".join(f"{name} {value}" for name, value in headers.items()),
)
def test_a_page_of_the_web_cannot_call_it(
    host: Host, platform: str, headers: dict[str, str]
) -> None:
    status, answered, _ = host.ask(platform, **headers)

    assert status == 403
    assert not [name for name in answered if name.startswith("access-control")]
