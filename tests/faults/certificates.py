"""Certificates that are wrong in one way each."""

from __future__ import annotations

import ssl
import subprocess
from pathlib import Path

import attrs

from ..transports.scripted import Peer, Script


@attrs.frozen
class Issued:
    """A certificate with its key in one file, and the authority that vouches for it."""

    pem: Path
    authority: Path


def issued(folder: Path, name: str, *, days: int = 2) -> Issued:
    """Make an authority, and let it vouch for a name or an address for so many days."""

    def openssl(command: str) -> None:
        subprocess.run(["openssl", *command.split()], check=True, capture_output=True, cwd=folder)

    new = "req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
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
        f"-days {days} -extfile names -out made.pem"
    )
    pem = folder / "both.pem"
    pem.write_text((folder / "key.pem").read_text() + (folder / "made.pem").read_text())
    return Issued(pem, folder / "ca.pem")


def encrypted(pem: Path, script: Script) -> Script:
    """Encrypt a script."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)

    def play(peer: Peer) -> None:
        peer.start_tls(context)
        script(peer)

    return play
