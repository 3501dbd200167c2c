"""Certificates that nobody vouches for, on both faces."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import attrs
import pytest

from integrations_sdk import (
    AmbiguousWriteError,
    ConfigurationError,
    ConnectError,
    Retry,
    TransportError,
)
from integrations_sdk.losant import IntegrationPost

from ..clients.samples import IDS, encoded, integration
from ..conftest import APPLICATION
from ..faces import Face
from .kinds import without_environment
from .scripted import Peer, Script, Server, answering, reset_after_request

OPENSSL = shutil.which("openssl")
pytestmark = pytest.mark.skipif(
    OPENSSL is None, reason="NOT TESTED: TLS, for there is no openssl to make certificates with"
)

CREATE: dict[str, Any] = {
    "application_id": APPLICATION,
    "integration": IntegrationPost(name="a", integration_type="mqtt"),
}
CREATED = answering(encoded(integration()), status="201 Created")
NOW = Retry(initial=0)


@attrs.frozen
class Issued:
    """A certificate with its key in one file, and the authority that vouches for it."""

    pem: Path
    authority: Path


def issued(folder: Path, name: str) -> Issued:
    """Make an authority, and let it vouch for a name or an address."""

    def openssl(command: str) -> None:
        assert OPENSSL is not None
        subprocess.run([OPENSSL, *command.split()], check=True, capture_output=True, cwd=folder)

    new = "req -newkey rsa:2048 -nodes"
    openssl(
        f"{new} -x509 -days 2 -subj /CN=authority -keyout ca.key -out ca.pem "
        "-addext keyUsage=critical,keyCertSign,cRLSign"
    )
    openssl(f"{new} -subj /CN=sample -keyout key.pem -out asked.pem")
    (folder / "names").write_text(
        f"subjectAltName={name}\nbasicConstraints=CA:FALSE\n"
        "authorityKeyIdentifier=keyid\nsubjectKeyIdentifier=hash\n"
    )
    openssl(
        "x509 -req -in asked.pem -CA ca.pem -CAkey ca.key -CAcreateserial "
        "-days 2 -extfile names -out made.pem"
    )
    pem = folder / "both.pem"
    pem.write_text((folder / "key.pem").read_text() + (folder / "made.pem").read_text())
    return Issued(pem, folder / "ca.pem")


@pytest.fixture(scope="module")
def for_this_machine(tmp_path_factory: pytest.TempPathFactory) -> Issued:
    return issued(tmp_path_factory.mktemp("this"), "IP:127.0.0.1")


@pytest.fixture(scope="module")
def for_another(tmp_path_factory: pytest.TempPathFactory) -> Issued:
    return issued(tmp_path_factory.mktemp("other"), "DNS:other.example")


def encrypted(issued: Issued, script: Script, *, ask: bool = False) -> Script:
    """Encrypt a script; its server may ask for a certificate of the same authority."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(issued.pem)
    if ask:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(issued.authority)

    def play(peer: Peer) -> None:
        peer.start_tls(context)
        script(peer)

    return play


def https(server: Server) -> str:
    return server.url.replace("http:", "https:")


@pytest.mark.parametrize(("name", "arguments"), [("get", IDS), ("create", CREATE)])
def test_a_certificate_that_nobody_vouches_for_ends_the_call_at_once(
    face: Face, for_this_machine: Issued, name: str, arguments: dict[str, Any]
) -> None:
    with Server(encrypted(for_this_machine, CREATED)) as server:
        client = face.losant(base_url=https(server), retry=NOW)

        with pytest.raises(ConnectError, match="the server's certificate is not trusted") as caught:
            face(getattr(client.integration, name)(**arguments))

        assert caught.value.reason.partition(": ")[2]  # in the words of whoever checked it
        assert len(caught.value.attempts) == server.connections == 1
        assert server.requests == []


def test_a_certificate_for_another_host_ends_the_call_at_once(
    face: Face, for_another: Issued, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(for_another.authority))
    with Server(encrypted(for_another, CREATED)) as server:
        client = face.losant(base_url=https(server), retry=NOW)

        with pytest.raises(ConnectError, match=r"not trusted.*127\.0\.0\.1"):
            face(client.integration.create(**CREATE))

        assert server.connections == 1
        assert server.requests == []


def test_the_certificates_of_the_environment_are_trusted(
    face: Face, for_this_machine: Issued, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(for_this_machine.authority))
    with Server(encrypted(for_this_machine, CREATED)) as server:
        client = face.losant(base_url=https(server).upper().replace("HTTPS", "Https"))

        for _ in range(2):
            assert face(client.integration.create(**CREATE)).name == "Cold room broker"

        assert (len(server.requests), server.connections) == (2, 1)
        face.close(client)


def test_a_transport_may_be_told_to_pass_the_environments_certificates_by(
    face: Face, for_this_machine: Issued, monkeypatch: pytest.MonkeyPatch
) -> None:
    transport = without_environment(face)
    monkeypatch.setenv("SSL_CERT_FILE", str(for_this_machine.authority))
    with Server(encrypted(for_this_machine, CREATED)) as server:
        client = face.losant(base_url=https(server), retry=1, transport=transport)

        with pytest.raises(ConnectError, match="not trusted"):
            face(client.integration.create(**CREATE))
    face(transport.aclose() if face.is_async else transport.close())


@pytest.mark.parametrize(("script", "is_lost"), [(CREATED, False), (reset_after_request, True)])
def test_what_goes_through_a_proxys_tunnel_may_have_been_processed(
    face: Face, for_another: Issued, monkeypatch: pytest.MonkeyPatch, script: Script, is_lost: bool
) -> None:
    def tunnel(peer: Peer) -> None:
        peer.request()
        peer.send(b"HTTP/1.1 200 Connection established\r\n\r\n")
        encrypted(for_another, script)(peer)

    monkeypatch.setenv("SSL_CERT_FILE", str(for_another.authority))
    with Server(tunnel) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        client = face.losant(base_url="https://other.example", retry=NOW)

        with pytest.raises(AmbiguousWriteError) if is_lost else nullcontext():
            face(client.integration.create(**CREATE))

        connect, create = proxy.requests
        assert connect.line == b"CONNECT other.example:443 HTTP/1.1"
        assert "authorization" not in connect.headers
        assert create.headers["authorization"] == "Bearer tok-SAMPLE-plain"
        face.close(client)


def test_a_server_that_speaks_no_tls_is_not_spoken_to_in_clear(face: Face) -> None:
    def plain(peer: Peer) -> None:
        peer.send(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
        peer.silence()

    with Server(plain) as server:
        client = face.losant(base_url=https(server), retry=1)

        with pytest.raises(ConnectError, match="nothing was sent"):
            face(client.integration.get(**IDS))


@pytest.mark.parametrize(("name", "arguments"), [("get", IDS), ("create", CREATE)])
def test_a_server_that_wants_a_certificate_of_ours_ends_the_call_with_an_error_of_ours(
    face: Face,
    for_this_machine: Issued,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    arguments: dict[str, Any],
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(for_this_machine.authority))
    with Server(encrypted(for_this_machine, CREATED, ask=True)) as server:
        client = face.losant(base_url=https(server), retry=1)

        with pytest.raises(TransportError):
            face(getattr(client.integration, name)(**arguments))

        assert server.requests == []


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_certificates_that_cannot_be_used_are_a_mistake_in_the_configuration(
    face: Face, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str | None
) -> None:
    path = tmp_path / "SAMPLE.pem"
    if content is not None:
        path.write_text(content)
    monkeypatch.setenv("SSL_CERT_FILE", str(path))

    with pytest.raises(ConfigurationError, match="SSL_CERT_FILE"):
        face(called(face))


def called(face: Face) -> Any:
    return face.losant(base_url="https://127.0.0.1:1", retry=1).integration.get(**IDS)
