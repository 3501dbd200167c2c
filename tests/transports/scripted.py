"""A server on a raw loopback socket that does to its clients what servers should not do.

It plays one script to each connection, in order, and the last one to every connection after that::

    with Server(reset_after_request, answering(b"{}")) as server:
        ...
        assert server.requests[0].line == b"GET / HTTP/1.1"
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, TypeAlias

import attrs

if TYPE_CHECKING:
    from typing_extensions import Self

_LINGER = struct.pack("ii", 1, 0)
_BETWEEN_DRIPS = 0.01
_DRIPS = 200


@attrs.frozen
class Received:
    """One request, as it came off the wire."""

    head: bytes
    body: bytes

    @property
    def line(self) -> bytes:
        return self.head.partition(b"\r\n")[0]

    @property
    def headers(self) -> dict[str, str]:
        lines = self.head.decode("latin-1").split("\r\n")[1:]
        return {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}


class Gone(Exception):
    """The client closed the connection, or the server is closing."""


class Peer:
    """One client, as a script sees it."""

    def __init__(self, server: Server, sock: socket.socket) -> None:
        self._server = server
        self._sock = sock
        self._buffer = b""

    def request(self) -> Received:
        """Read a whole request and keep it."""
        while b"\r\n\r\n" not in self._buffer:
            self._buffer += self._more()
        head, _, self._buffer = self._buffer.partition(b"\r\n\r\n")
        length = int(Received(head, b"").headers.get("content-length", "0"))
        while len(self._buffer) < length:
            self._buffer += self._more()
        body, self._buffer = self._buffer[:length], self._buffer[length:]
        received = Received(head, body)
        self._server.requests.append(received)
        return received

    def _more(self) -> bytes:
        data = self._sock.recv(65536)
        if not data:
            raise Gone
        return data

    def read(self) -> bytes:
        """Read what comes next, whatever it is."""
        data, self._buffer = self._buffer, b""
        return data or self._more()

    def send(self, data: bytes) -> None:
        self._sock.sendall(data)

    def drip(self, data: bytes) -> None:
        """Send the same bytes over and over, slowly, for longer than any test should take."""
        for _ in range(_DRIPS):
            if self._server.stopping.wait(_BETWEEN_DRIPS):
                break
            self.send(data)

    def silence(self) -> None:
        """Say nothing until the client hangs up."""
        with contextlib.suppress(Gone):
            while True:
                self._more()

    def stall(self) -> None:
        """Read nothing, until the server is closing."""
        self._server.stopping.wait(5)

    def reset(self) -> None:
        """Hang up by a RST."""
        self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER)
        self._sock.close()

    def start_tls(self, context: ssl.SSLContext) -> None:
        self._sock = context.wrap_socket(self._sock, server_side=True)
        self._server.sockets.append(self._sock)

    def close(self) -> None:
        self._sock.close()


Script: TypeAlias = Callable[[Peer], None]


class Server:
    """Plays scripts to its clients; leaves no thread and no socket behind."""

    def __init__(self, *scripts: Script, backlog: int = 16) -> None:
        self._scripts = scripts
        self.requests: list[Received] = []
        self.connections = 0
        self.finished = 0
        self.stopping = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=backlog)
        self.port: int = self._listener.getsockname()[1]
        self.sockets: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._acceptor = threading.Thread(target=self._accept, name="scripted-acceptor")

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self._acceptor.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        with contextlib.suppress(OSError):  # wakes the acceptor
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
        self._acceptor.join(timeout=2)
        self._listener.close()
        self.hang_up()
        for thread in self._threads:
            thread.join(timeout=2)
        alive = [t.name for t in (self._acceptor, *self._threads) if t.is_alive()]
        if alive:
            raise AssertionError(f"threads left behind: {alive}")

    def hang_up(self) -> None:
        """Close every connection that there is."""
        for sock in self.sockets:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        while True:
            sock, _ = self._listener.accept()
            if self.stopping.is_set():
                sock.close()
                return
            script = self._scripts[min(self.connections, len(self._scripts) - 1)]
            self.connections += 1
            self.sockets.append(sock)
            name = f"scripted-{self.connections}"
            thread = threading.Thread(target=self._play, args=(script, sock), name=name)
            self._threads.append(thread)
            thread.start()

    def _play(self, script: Script, sock: socket.socket) -> None:
        peer = Peer(self, sock)
        with contextlib.suppress(Gone, OSError):
            script(peer)
        peer.close()
        sock.close()
        self.finished += 1


def response(
    body: bytes = b"", *headers: str, status: str = "200 OK", length: int | None = None
) -> bytes:
    """Return a response with a Content-Length, which is the body's unless told otherwise."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body) if length is None else length}"]
    return "\r\n".join([*lines, *headers, "", ""]).encode() + body


def raw(*parts: bytes) -> Script:
    """Read one request, send bytes as they are, and close."""

    def script(peer: Peer) -> None:
        peer.request()
        for part in parts:
            peer.send(part)

    return script


def answering(body: bytes, *headers: str, status: str = "200 OK") -> Script:
    """Answer every request on the connection, and keep it alive."""

    def script(peer: Peer) -> None:
        while True:
            peer.request()
            peer.send(response(body, *headers, status=status))

    return script


def dripping(head: bytes, drop: bytes) -> Script:
    """Read one request, begin an answer, and let it drip without an end."""

    def script(peer: Peer) -> None:
        peer.request()
        peer.send(head)
        peer.drip(drop)

    return script


def reset_after_request(peer: Peer) -> None:
    peer.request()
    peer.reset()


def close_after_request(peer: Peer) -> None:
    peer.request()


def reset_within(part: bytes) -> Script:
    """Send a part of an answer, then reset."""

    def script(peer: Peer) -> None:
        peer.request()
        peer.send(part)
        peer.reset()

    return script


def silent(peer: Peer) -> None:
    """Take everything and never say a word."""
    peer.silence()


@contextlib.contextmanager
def refusing() -> Iterator[str]:
    """Hold a port that nobody listens on, and yield its URL."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{sock.getsockname()[1]}"
