"""What the cases about a server are put to: the sandbox, or a naive one, by the same requests."""

from __future__ import annotations

import http.client
import json
import socket
from typing import Any

from integrations_sdk.sandbox import Sandbox

from ..conftest import APPLICATION
from .naive_server import NaiveServer

LISTS = {
    "losant": f"/applications/{APPLICATION}/integrations",
    "celigo": "/integrations",
}
NEW: dict[str, dict[str, Any]] = {
    "losant": {
        "integrationType": "mqtt",
        "mqttConfig": {"protocol": "mqtt", "host": "mq.example", "port": 1883, "clientId": "c"},
    },
    "celigo": {"readme": "Sample"},
}
PATIENCE = 1.0  # seconds to wait for an answer


class Host:
    """A server that is running.

    Args:
        is_naive: Which of the two it is.
        threaded: Whether the naive one serves several requests at once.
    """

    def __init__(self, *, is_naive: bool, threaded: bool) -> None:
        self.is_naive = is_naive
        self._server = _server(is_naive=is_naive, threaded=threaded)
        self._server.start()
        if is_naive:
            self.port: int = self._server.port
        else:
            self.port = int(self._server.url.rpartition(":")[2])

    def path(self, platform: str) -> str:
        """Return where a platform's list of integrations is."""
        if self.is_naive:
            return f"/{platform}{LISTS[platform]}"
        base: str = self._server.base_url(platform)
        return f"/{base.partition('//')[2].partition('/')[2]}{LISTS[platform]}"

    def token(self, platform: str) -> str:
        return "any" if self.is_naive else str(self._server.token(platform))

    def head(self, platform: str, *headers: str, method: str = "POST") -> bytes:
        """Return the head of a request as it travels."""
        lines = [
            f"{method} {self.path(platform)} HTTP/1.1",
            f"Host: 127.0.0.1:{self.port}",
            f"Authorization: Bearer {self.token(platform)}",
            *headers,
        ]
        return "\r\n".join([*lines, "", ""]).encode()

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)

    def ask(
        self, platform: str, method: str = "GET", *, key: str = "", body: Any = None, **headers: str
    ) -> tuple[int, dict[str, str], Any]:
        """Send one request; return the status, headers and document of its answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        sent = {
            "Authorization": f"Bearer {self.token(platform)}",
            "Content-Type": "application/json",
            **headers,
        }
        content = body if isinstance(body, (bytes, type(None))) else json.dumps(body).encode()
        path = f"{self.path(platform)}/{key}" if key else self.path(platform)
        try:
            connection.request(method, path, content, sent)
            answer = connection.getresponse()
            names = {name.lower(): value for name, value in answer.getheaders()}
            text = answer.read()
        finally:
            connection.close()
        return answer.status, names, json.loads(text) if text else None

    def stop(self) -> None:
        self._server.stop()


def _server(*, is_naive: bool, threaded: bool) -> Any:
    return NaiveServer(threaded=threaded) if is_naive else Sandbox()


def status_of(connection: socket.socket) -> int | None:
    """Return the status that a server answers in time; None when it answers nothing."""
    try:
        data = connection.recv(65_536)
    except OSError:
        return None
    return int(data.split()[1]) if data else None
