"""The proxies of the environment, on real sockets and both faces."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from integrations_sdk import (
    AmbiguousWriteError,
    ConfigurationError,
    ConnectError,
    DeadlineExceededError,
    Retry,
    Timeout,
)
from integrations_sdk.losant import IntegrationPatch
from integrations_sdk.transports.environment import proxy_for

from ..clients.samples import IDS, encoded, integration
from ..faces import Face
from .kinds import without_environment
from .scripted import Peer, Script, Server, answering, reset_after_request, response, silent

BODY = encoded(integration("by proxy"))
VIA = answering(BODY)
NOW = Retry(initial=0)
FAR = "http://losant.test"  # nobody resolves it: what reaches it went by a proxy


def far(face: Face, base: str = FAR, **options: Any) -> Any:
    return face.losant(base_url=base, allow_plain_http=True, retry=NOW, **options)


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"])
@pytest.mark.parametrize("scheme", ["http://", ""])
def test_the_environments_proxy_is_used(
    face: Face, monkeypatch: pytest.MonkeyPatch, name: str, scheme: str
) -> None:
    with Server(VIA) as proxy:
        monkeypatch.setenv(name, f"{scheme}127.0.0.1:{proxy.port}")

        assert face(far(face).integration.get(**IDS)).name == "by proxy"

        assert proxy.requests[0].line.startswith(b"GET http://losant.test/applications/")


def test_a_proxy_is_told_its_own_password_and_in_its_own_header(
    face: Face, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Server(VIA) as proxy:
        monkeypatch.setenv("HTTP_PROXY", f"http://user:pw-SAMPLE@127.0.0.1:{proxy.port}")

        face(far(face).integration.get(**IDS))

        headers = proxy.requests[0].headers
        assert headers["proxy-authorization"] == "Basic dXNlcjpwdy1TQU1QTEU="
        assert headers["authorization"] == "Bearer tok-SAMPLE-plain"


@pytest.mark.parametrize("exempt", ["losant.test", ".test", "other.example,losant.test", "*"])
def test_no_proxy_exempts_hosts(monkeypatch: pytest.MonkeyPatch, exempt: str) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    assert proxy_for(FAR) == "http://127.0.0.1:1"

    monkeypatch.setenv("NO_PROXY", exempt)
    assert proxy_for(FAR) is None


def test_no_proxy_bypasses_it(face: Face, monkeypatch: pytest.MonkeyPatch) -> None:
    with Server(VIA) as proxy, Server(answering(encoded(integration("direct")))) as server:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("NO_PROXY", "0.0.0.0")
        here = f"http://0.0.0.0:{server.port}"  # this machine by a name that is not known to be it

        assert face(far(face, here).integration.get(**IDS)).name == "direct"

        assert proxy.connections == 0


def test_no_proxy_leaves_other_hosts_alone(face: Face, monkeypatch: pytest.MonkeyPatch) -> None:
    with Server(VIA) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("NO_PROXY", "other.example,test.losant")

        assert face(far(face).integration.get(**IDS)).name == "by proxy"


def test_a_token_for_this_machine_never_goes_to_a_proxy(
    face: Face, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Server(VIA) as proxy, Server(answering(encoded(integration("direct")))) as sandbox:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("ALL_PROXY", proxy.url)
        client = face.losant(base_url=sandbox.url)

        assert face(client.integration.get(**IDS)).name == "direct"
        assert proxy.connections == 0


def test_a_proxy_sees_nothing_of_an_encrypted_call_but_its_host(
    face: Face, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[bytes] = []

    def tunnel(peer: Peer) -> None:
        sent.append(peer.request().head)
        peer.send(b"HTTP/1.1 200 Connection established\r\n\r\n")
        sent.append(peer.read())

    with Server(tunnel) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)

        with pytest.raises(ConnectError):
            face(far(face, "https://losant.test").with_options(retry=1).integration.get(**IDS))

        assert sent[0].startswith(b"CONNECT losant.test:443 HTTP/1.1")
        assert b"tok-SAMPLE" not in b"".join(sent)
        assert sent[1].startswith(b"\x16\x03")  # a TLS handshake


@pytest.mark.parametrize("status", ["403 Forbidden", "407 Proxy Authentication Required"])
def test_a_proxy_that_refuses_is_a_connect_error(
    face: Face, monkeypatch: pytest.MonkeyPatch, status: str
) -> None:
    def refuse(peer: Peer) -> None:
        peer.request()
        peer.send(response(b"tok-SAMPLE-plain", status=status))

    with Server(refuse) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)

        with pytest.raises(ConnectError, match="the proxy refused") as caught:
            face(far(face, "https://losant.test").integration.get(**IDS))

        assert "SAMPLE" not in str(caught.value)


@pytest.mark.parametrize(
    "proxy", ["gopher://user:pw-SAMPLE@127.0.0.1:1", "http://user:pw-SAMPLE@[::1"]
)
def test_a_proxy_that_cannot_be_used_is_told_and_its_password_is_not(
    face: Face, monkeypatch: pytest.MonkeyPatch, proxy: str
) -> None:
    monkeypatch.setenv("HTTP_PROXY", proxy)

    with pytest.raises(ConfigurationError, match="the proxy in the environment") as caught:
        face(far(face).integration.get(**IDS))

    assert "SAMPLE" not in str(caught.value)
    assert caught.value.__context__ is None


def closing(peer: Peer) -> None:
    peer.request()


def garbage(peer: Peer) -> None:
    peer.request()
    peer.send(b"SSH-2.0-OpenSSH_9.6\r\n")


def half_open(peer: Peer) -> None:
    peer.request()
    peer.send(b"HTTP/1.1 200 Conn")


def closing_within_tls(peer: Peer) -> None:
    peer.request()
    peer.send(b"HTTP/1.1 200 Connection established\r\n\r\n")
    peer.read()


NO_TUNNELS = (closing, garbage, half_open, closing_within_tls, reset_after_request, silent)


@pytest.mark.parametrize("script", NO_TUNNELS, ids=lambda script: script.__name__)
def test_a_write_for_which_a_proxy_opens_no_tunnel_was_never_sent(
    face: Face, monkeypatch: pytest.MonkeyPatch, script: Script
) -> None:
    with Server(script) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        client = far(face, "https://losant.test", timeout=Timeout(connect=0.2, read=0.3, total=9))

        with pytest.raises(ConnectError, match="nothing was sent") as caught:
            face(client.integration.delete(**IDS))

        assert len(caught.value.attempts) == proxy.connections == 3


def test_a_deadline_that_passes_while_a_proxy_thinks_leaves_no_doubt(
    face: Face, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Server(silent) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)

        with pytest.raises(DeadlineExceededError):
            face(far(face, "https://losant.test", timeout=0.3).integration.delete(**IDS))


def test_an_answer_that_is_lost_behind_a_plain_proxy_is_ambiguous(
    face: Face, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Server(reset_after_request) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)

        with pytest.raises(AmbiguousWriteError):
            face(far(face).integration.patch(**IDS, integration=IntegrationPatch(name="b")))

        assert len(proxy.requests) == 1


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "ALL_PROXY"])
def test_a_transport_may_be_told_to_pass_the_environments_proxy_by(
    face: Face, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    transport = without_environment(face)
    with Server(VIA) as proxy, Server(answering(encoded(integration("direct")))) as server:
        monkeypatch.setenv(variable, proxy.url)
        here = f"http://0.0.0.0:{server.port}"  # this machine by a name that is not known to be it

        assert face(far(face, here).integration.get(**IDS)).name == "by proxy"
        client = far(face, here, transport=transport)
        assert face(client.integration.get(**IDS)).name == "direct"

        assert (proxy.connections, server.connections) == (1, 1)
        face(transport.aclose() if face.is_async else transport.close())


def test_the_passwords_of_netrc_stay_there(
    face: Face, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".netrc").write_text("default login CANARY password CANARY\n")
    (tmp_path / ".netrc").chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    with Server(VIA) as server:
        face(face.losant(base_url=server.url).integration.get(**IDS))

        (request,) = server.requests
        assert request.headers["authorization"] == "Bearer tok-SAMPLE-plain"
        assert b"CANARY" not in request.head
