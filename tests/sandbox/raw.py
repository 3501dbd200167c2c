"""HTTP by hand, for requests that no client would send."""

import json
import re
import socket
from typing import Any

from integrations_sdk.sandbox import Sandbox

from .facts import MANY


def connect(sandbox: Sandbox) -> socket.socket:
    host, port = sandbox.url.removeprefix("http://").split(":")
    return socket.create_connection((host, int(port)), timeout=10)


def head(
    sandbox: Sandbox, method: str = "POST", path: str = f"/losant{MANY}", **headers: str
) -> bytes:
    """The start of a request; a header's name may be spelt with underscores."""
    lines = {
        "Host": sandbox.url.removeprefix("http://"),
        "Authorization": f"Bearer {sandbox.token('losant')}",
    } | {name.replace("_", "-"): value for name, value in headers.items()}
    fields = "".join(f"{name}: {value}\r\n" for name, value in lines.items() if value)
    return f"{method} {path} HTTP/1.1\r\n{fields}\r\n".encode()


def reply(connection: socket.socket) -> tuple[int, dict[str, str], Any]:
    """One response: its status, headers and JSON body."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += received(connection)
    start, _, body = data.partition(b"\r\n\r\n")
    status, *fields = start.decode().split("\r\n")
    headers = dict(field.lower().split(": ", 1) for field in fields)
    while len(body) < int(headers["content-length"]):
        body += received(connection)
    return int(re.split(" ", status)[1]), headers, json.loads(body)


def received(connection: socket.socket) -> bytes:
    data = connection.recv(65536)
    assert data, "the connection was closed"
    return data
