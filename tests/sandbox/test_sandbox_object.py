"""The sandbox in a Python program: starting, stopping, resetting, many at once."""

import asyncio
import contextlib
import logging
import socket
import threading
from pathlib import Path

import httpx
import pytest

from integrations_sdk.sandbox import Sandbox, SandboxError
from integrations_sdk.sandbox.server import BackgroundServer

from .facts import APPLICATION, MANY, ONE, PLAIN
from .raw import connect, head


def get(sandbox: Sandbox, path: str = ONE) -> httpx.Response:
    headers = {"Authorization": f"Bearer {sandbox.token('losant')}"}
    return httpx.get(sandbox.base_url("losant") + path, headers=headers, verify=PLAIN)


def rename(sandbox: Sandbox, name: str) -> None:
    headers = {"Authorization": f"Bearer {sandbox.token('losant')}"}
    url = sandbox.base_url("losant") + ONE
    assert httpx.patch(url, headers=headers, json={"name": name}, verify=PLAIN).status_code == 200


def test_it_serves_inside_a_with_block_and_no_longer() -> None:
    with Sandbox() as sandbox:
        url = sandbox.base_url("losant")
        assert url.startswith("http://127.0.0.1:")
        assert url == f"{sandbox.url}/losant"
        assert get(sandbox).status_code == 200
    with pytest.raises(httpx.ConnectError):
        httpx.get(url, verify=PLAIN)


def test_starting_and_stopping_twice_is_as_good_as_once() -> None:
    sandbox = Sandbox()
    sandbox.stop()
    sandbox.start()
    url = sandbox.url
    sandbox.start()
    assert sandbox.url == url
    assert get(sandbox).status_code == 200
    sandbox.stop()
    sandbox.stop()


def test_it_forgets_everything_when_it_is_stopped() -> None:
    sandbox = Sandbox()
    with sandbox:
        rename(sandbox, "Renamed")
    with sandbox:
        assert get(sandbox).json()["name"] == "Cold room broker"


def test_two_at_once_know_nothing_of_each_other_but_start_alike(sandbox: Sandbox) -> None:
    with Sandbox() as another:
        assert sandbox.url != another.url
        assert get(sandbox, MANY).json() == get(another, MANY).json()
        rename(another, "Renamed")
        assert get(another).json()["name"] == "Renamed"
        assert get(sandbox).json()["name"] == "Cold room broker"


def test_it_leaves_no_thread_behind() -> None:
    before = threading.active_count()
    for _ in range(2):
        with Sandbox() as sandbox:
            get(sandbox)
            assert threading.active_count() == before + 1
    assert threading.active_count() == before


def test_its_port_is_free_again_at_once() -> None:
    with Sandbox() as sandbox:
        get(sandbox)
        port = int(sandbox.url.rpartition(":")[2])
    with Sandbox(port=port) as sandbox:
        assert sandbox.url == f"http://127.0.0.1:{port}"
        assert get(sandbox).status_code == 200


def test_a_reset_brings_the_example_data_back_and_keeps_the_tokens(
    sandbox: Sandbox, losant: httpx.Client
) -> None:
    fresh = losant.get(MANY).json()
    losant.patch(ONE, json={"name": "Renamed"})
    losant.delete(f"{MANY}/{fresh['items'][-1]['id']}")
    losant.post(MANY, json={"name": "More", "integrationType": "sqs"})
    assert losant.get(MANY).json() != fresh
    sandbox.reset()
    assert losant.get(MANY).json() == fresh


def test_the_environment_points_a_client_here(sandbox: Sandbox) -> None:
    environment = sandbox.environment()
    assert list(environment)[:2] == ["LOSANT_BASE_URL", "LOSANT_ACCESS_TOKEN"]
    reply = httpx.get(
        environment["LOSANT_BASE_URL"] + f"/applications/{APPLICATION}/integrations",
        headers={"Authorization": f"Bearer {environment['LOSANT_ACCESS_TOKEN']}"},
        verify=PLAIN,
    )
    assert reply.status_code == 200


def test_the_application_answers_inside_the_process_too() -> None:
    sandbox = Sandbox()
    headers = {"Authorization": f"Bearer {sandbox.token('losant')}"}

    async def call(host: str) -> httpx.Response:
        transport = httpx.ASGITransport(app=sandbox.app)
        async with httpx.AsyncClient(transport=transport, headers=headers) as client:
            return await client.get(f"http://{host}/losant{ONE}")

    try:
        assert sandbox.app is sandbox.app
        reply = asyncio.run(call("localhost"))
        assert (reply.status_code, reply.json()["name"]) == (200, "Cold room broker")
        assert asyncio.run(call("testserver")).status_code == 403
    finally:
        sandbox.stop()


def test_the_application_lets_a_servers_lifespan_pass() -> None:
    sandbox = Sandbox()
    sent: list[str] = []
    messages = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]

    async def live() -> None:
        async def receive() -> dict[str, str]:
            return messages.pop(0)

        async def send(message: dict[str, str]) -> None:
            sent.append(message["type"])

        scope = {"type": "lifespan", "asgi": {"version": "3.0"}}
        await sandbox.app(scope, receive, send)  # type: ignore[arg-type]

    try:
        asyncio.run(live())
    finally:
        sandbox.stop()
    assert sent == ["lifespan.startup.complete", "lifespan.shutdown.complete"]


def test_a_sandbox_that_is_not_running_has_no_url() -> None:
    sandbox = Sandbox()
    for call in (lambda: sandbox.url, lambda: sandbox.base_url("losant"), sandbox.environment):
        with pytest.raises(SandboxError, match=r"not running: call start\(\)"):
            call()


def test_an_unknown_platform_is_named_with_the_known_ones(sandbox: Sandbox) -> None:
    for call in (sandbox.base_url, sandbox.token):
        with pytest.raises(SandboxError, match="no platform 'lossant'; it knows: losant"):
            call("lossant")


@pytest.mark.parametrize("port", [-1, 65536])
def test_a_port_that_is_none_is_refused(port: int) -> None:
    with pytest.raises(SandboxError, match=f"port {port}: ports go from 0 to 65535"):
        Sandbox(port=port).start()


def test_a_busy_port_is_refused_and_nothing_stays_open(tmp_path: Path) -> None:
    with Sandbox() as first:
        port = int(first.url.rpartition(":")[2])
        second = Sandbox(port=port, data=tmp_path / "data")
        with pytest.raises(SandboxError, match=f"port {port}: Address already in use"):
            second.start()
        # SQLite's companions of an open database are gone.
        assert [path.name for path in tmp_path.iterdir()] == ["data"]
    with second:
        assert get(second).status_code == 200


def test_an_address_of_another_machine_is_refused() -> None:
    with pytest.raises(SandboxError, match=r"Cannot listen on 192\.0\.2\.1 port 0"):
        Sandbox(host="192.0.2.1").start()


@pytest.mark.parametrize("host", ["0.0.0.0", "localhost"])
def test_the_url_is_one_that_this_machine_can_call(host: str) -> None:
    with Sandbox(host=host) as sandbox:
        name = "127.0.0.1" if host == "0.0.0.0" else host
        assert sandbox.url.startswith(f"http://{name}:")
        assert get(sandbox).status_code == 200


@pytest.mark.skipif(not socket.has_dualstack_ipv6(), reason="this machine has no IPv6")
def test_the_url_of_ipv6_has_brackets() -> None:
    with Sandbox(host="::") as sandbox:
        assert sandbox.url.startswith("http://[::1]:")
        assert get(sandbox).status_code == 200


@pytest.mark.parametrize(
    ("bound", "hosts"),
    [
        ("0.0.0.0", {"192.168.7.7:8787": 200, "[fd00::7]": 200, "evil.example": 403}),
        ("127.0.0.7", {"127.0.0.7": 200, "192.168.7.7": 403, "evil.example": 403}),
    ],
)
def test_an_explicit_address_may_be_called_by_its_name(bound: str, hosts: dict[str, int]) -> None:
    with Sandbox(host=bound) as sandbox:
        headers = {"Authorization": f"Bearer {sandbox.token('losant')}"}
        with httpx.Client(headers=headers, verify=PLAIN) as client:
            url = sandbox.base_url("losant") + ONE
            replies = {host: client.get(url, headers={"Host": host}) for host in hosts}
    assert {host: reply.status_code for host, reply in replies.items()} == hosts


def test_a_client_in_mid_request_does_not_hold_up_the_end(
    caplog: pytest.LogCaptureFixture,
) -> None:
    sandbox = Sandbox()
    with caplog.at_level(logging.WARNING):
        with sandbox:
            slow = connect(sandbox)
            slow.sendall(head(sandbox, Content_Length="100") + b"{")
            idle = connect(sandbox)
            idle.sendall(head(sandbox, "GET", f"/losant{ONE}"))
            assert idle.recv(12) == b"HTTP/1.1 200"
        for connection in (slow, idle):
            with connection, contextlib.suppress(ConnectionResetError):
                while data := connection.recv(65536):
                    assert not data.startswith(b"HTTP/1.1 5")
    assert not caplog.records


def test_a_server_that_cannot_start_keeps_nobody_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    crashes: list[threading.ExceptHookArgs] = []
    monkeypatch.setattr(threading, "excepthook", crashes.append)
    monkeypatch.setattr("uvicorn.Server.startup", lambda *_args, **_options: 1 / 0)
    server = BackgroundServer(lambda *_args: None, host="127.0.0.1", port=0)  # type: ignore[arg-type]
    server.stop()
    assert [crash.exc_type for crash in crashes] == [ZeroDivisionError]


def test_scopes_that_are_a_bare_text_are_refused(sandbox: Sandbox) -> None:
    with pytest.raises(SandboxError, match=r"\['all.Application'\]"):
        sandbox.token("losant", scopes="all.Application")
