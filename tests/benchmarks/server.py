"""The server that is called: canned answers on loopback, from a process of its own.

It listens on one port for each delay, prints their addresses as a line of JSON, and ends when its
input does.
"""

from __future__ import annotations

import asyncio
import json
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Final, cast

from .documents import LOSANT_PATH, SERVED
from .processes import child, nodelay, raise_file_limit

DELAYS: Final = (0, 5, 50)
"""In milliseconds."""

_END: Final = b"\r\n\r\n"


def _answer(status: str, body: bytes) -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
    return head.encode() + _END + body


_ANSWERS: Final = {path.encode(): _answer("200 OK", body) for path, body in SERVED.items()}
_UNKNOWN: Final = _answer("404 Not Found", b'{"message":"no such path"}')


class _Connection(asyncio.Protocol):
    def __init__(self, delay: float) -> None:
        self._delay = delay
        self._rest = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is no subclass

    def data_received(self, data: bytes) -> None:
        *heads, self._rest = (self._rest + data).split(_END)
        paths = (head.split(b" ", 2)[1].partition(b"?")[0] for head in heads)
        answers = b"".join(_ANSWERS.get(path, _UNKNOWN) for path in paths)
        if self._delay:
            asyncio.get_running_loop().call_later(self._delay, self._transport.write, answers)
        else:
            self._transport.write(answers)


async def _serve() -> None:
    loop = asyncio.get_running_loop()
    addresses = {}
    for delay in DELAYS:
        server = await loop.create_server(
            lambda seconds=delay / 1000: _Connection(seconds),  # type: ignore[misc]
            "127.0.0.1",
            backlog=2048,
        )
        addresses[delay] = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    print(json.dumps(addresses), flush=True)
    await asyncio.to_thread(sys.stdin.read)


@contextmanager
def running() -> Iterator[dict[int, str]]:
    """Run the server in a process of its own, and say where it listens for each delay."""
    with child("-m", "tests.benchmarks.server") as server:
        yield {int(delay): url for delay, url in server.read().items()}


def ceiling(base: str, *, seconds: float = 1.0, connections: int = 64) -> float:
    """Return how many calls per second plain sockets get out of the server."""
    host, port = base.removeprefix("http://").split(":")
    request = f"GET {LOSANT_PATH} HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n".encode()
    with ExitStack() as stack:
        opened = [socket.create_connection((host, int(port))) for _ in range(connections)]
        for sock in opened:
            stack.enter_context(sock)
            nodelay(sock)
        calls = 0
        began = time.perf_counter()
        while (spent := time.perf_counter() - began) < seconds:
            for sock in opened:
                sock.sendall(request)
            for sock in opened:
                sock.recv(65536)
            calls += connections
    return calls / spent


if __name__ == "__main__":
    raise_file_limit()
    try:
        import uvloop
    except ImportError:
        asyncio.run(_serve())
    else:
        uvloop.run(_serve())
