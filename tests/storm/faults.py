"""What goes wrong between a client and a server, a function each, by its name in a plan."""

from __future__ import annotations

import asyncio
import gzip
import json
import socket
import struct
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Final, Protocol, TypeAlias

import attrs

from .plan import FAULTS

_LINGER: Final = struct.pack("ii", 1, 0)
_BETWEEN_DRIPS: Final = 0.02
_LONGEST_SILENCE: Final = 3.0


@attrs.frozen
class Answer:
    """What the sandbox answered, or what is answered in its place."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def head(self, *more: str, length: int | None = None) -> bytes:
        """Return the head, with the body's Content-Length unless told otherwise; -1 is none."""
        lines = [f"HTTP/1.1 {self.status} {HTTPStatus(self.status).phrase}"]
        lines += [f"{name}: {value}" for name, value in self.headers]
        length = len(self.body) if length is None else length
        if length >= 0 and self.status != HTTPStatus.NO_CONTENT:
            lines.append(f"content-length: {length}")
        return "\r\n".join([*lines, *more, "", ""]).encode("latin-1")

    def wire(self) -> bytes:
        return self.head() + self.body


class Exchange(Protocol):
    """One request at the proxy."""

    @property
    def reader(self) -> asyncio.StreamReader:
        """What the client sends."""
        ...

    @property
    def writer(self) -> asyncio.StreamWriter:
        """What goes to the client."""
        ...

    async def forward(self) -> Answer:
        """Have the sandbox answer it."""
        ...


Play: TypeAlias = Callable[[Exchange], Awaitable[bool]]
"""Answers a request, somehow; tells whether the connection stays open."""

PLAYS: Final[dict[str, Play]] = {}


def _named(name: str) -> Callable[[Play], Play]:
    def keep(play: Play) -> Play:
        PLAYS[name] = play
        return play

    return keep


async def calm(exchange: Exchange) -> bool:
    exchange.writer.write((await exchange.forward()).wire())
    return True


def _reset(exchange: Exchange) -> None:
    exchange.writer.get_extra_info("socket").setsockopt(
        socket.SOL_SOCKET, socket.SO_LINGER, _LINGER
    )
    exchange.writer.transport.abort()


def _instead(status: int, body: object, *headers: tuple[str, str]) -> Answer:
    content = json.dumps(body).encode()
    return Answer(status, [("content-type", "application/json"), *headers], content)


@_named("reset before the request was forwarded")
async def _reset_before(exchange: Exchange) -> bool:
    _reset(exchange)
    return False


@_named("close before the request was forwarded")
async def _close_before(_: Exchange) -> bool:
    return False


@_named("reset after the sandbox answered")
async def _reset_after(exchange: Exchange) -> bool:
    await exchange.forward()
    _reset(exchange)
    return False


@_named("close after the sandbox answered")
async def _close_after(exchange: Exchange) -> bool:
    await exchange.forward()
    return False


@_named("cut in mid-body")
async def _cut(exchange: Exchange) -> bool:
    answer = await exchange.forward()
    exchange.writer.write(answer.wire()[: -max(1, len(answer.body) // 2)])
    return False


@_named("reset in mid-body")
async def _reset_within(exchange: Exchange) -> bool:
    await _cut(exchange)
    _reset(exchange)
    return False


@_named("truncated chunk")
async def _truncated_chunk(exchange: Exchange) -> bool:
    answer = await exchange.forward()
    exchange.writer.write(answer.head("transfer-encoding: chunked", length=-1))
    exchange.writer.write(b"%x\r\n" % (len(answer.body) + 1) + answer.body)
    return False


@_named("slow drip")
async def _drip(exchange: Exchange) -> bool:
    wire = (await exchange.forward()).wire()
    gone = asyncio.ensure_future(exchange.reader.read(1))
    for place in range(len(wire)):
        exchange.writer.write(wire[place : place + 1])
        await asyncio.wait([gone], timeout=_BETWEEN_DRIPS)
        if gone.done():
            break
    gone.cancel()
    return False


async def _silence(exchange: Exchange) -> bool:
    await asyncio.wait_for(exchange.reader.read(1), _LONGEST_SILENCE)
    return False


@_named("stall before the request was forwarded")
async def _stall_before(exchange: Exchange) -> bool:
    return await _silence(exchange)


@_named("stall after the sandbox answered")
async def _stall_after(exchange: Exchange) -> bool:
    await exchange.forward()
    return await _silence(exchange)


@_named("garbage for a status line")
async def _garbage(exchange: Exchange) -> bool:
    await exchange.forward()
    exchange.writer.write(b"220 mail.example ESMTP\r\n\r\n")
    return False


@_named("bytes after the answer")
async def _extra(exchange: Exchange) -> bool:
    exchange.writer.write((await exchange.forward()).wire() + b'{"id": "of nobody"}')
    return True


@_named("the answer twice")
async def _twice(exchange: Exchange) -> bool:
    exchange.writer.write((await exchange.forward()).wire() * 2)
    return True


@_named("429 with Retry-After: 0")
async def _limited(exchange: Exchange) -> bool:
    exchange.writer.write(_instead(429, {}, ("retry-after", "0")).wire())
    return True


@_named("503 before the request was forwarded")
async def _unavailable(exchange: Exchange) -> bool:
    exchange.writer.write(_instead(503, {}).wire())
    return True


@_named("503 after the sandbox answered")
async def _failing(exchange: Exchange) -> bool:
    await exchange.forward()
    return await _unavailable(exchange)


@_named("200 with HTML")
async def _html(exchange: Exchange) -> bool:
    await exchange.forward()
    page = Answer(200, [("content-type", "text/html")], b"<html><body>Sign in</body></html>")
    exchange.writer.write(page.wire())
    return True


@_named("invalid JSON")
async def _invalid(exchange: Exchange) -> bool:
    answer = await exchange.forward()
    exchange.writer.write(attrs.evolve(answer, body=answer.body[:-1]).wire())
    return True


@_named("Content-Length too short")
async def _short(exchange: Exchange) -> bool:
    answer = await exchange.forward()
    exchange.writer.write(answer.head(length=len(answer.body) // 2) + answer.body)
    return True


@_named("Content-Length too long")
async def _long(exchange: Exchange) -> bool:
    answer = await exchange.forward()
    exchange.writer.write(answer.head(length=len(answer.body) + 9) + answer.body)
    return False


@_named("two Content-Lengths")
async def _two_lengths(exchange: Exchange) -> bool:
    answer = await exchange.forward()
    exchange.writer.write(answer.head(f"content-length: {len(answer.body) + 9}") + answer.body)
    return True


@_named("gzip that is none")
async def _broken_gzip(exchange: Exchange) -> bool:
    answer = await exchange.forward()
    headers = [*answer.headers, ("content-encoding", "gzip")]
    packed = gzip.compress(answer.body)[:-9] or b"?"
    exchange.writer.write(Answer(answer.status, headers, packed).wire())
    return True


@_named("gzip")
async def _gzip(exchange: Exchange) -> bool:
    answer = await exchange.forward()
    headers = [*answer.headers, ("content-encoding", "gzip")]
    packed = gzip.compress(answer.body) if answer.body else b""
    exchange.writer.write(Answer(answer.status, headers, packed).wire())
    return True


@_named("an interim answer first")
async def _interim(exchange: Exchange) -> bool:
    answer = await exchange.forward()
    exchange.writer.write(b"HTTP/1.1 103 Early Hints\r\nlink: </a>; rel=preload\r\n\r\n")
    exchange.writer.write(answer.wire())
    return True


@_named("the answer in pieces")
async def _pieces(exchange: Exchange) -> bool:
    wire = (await exchange.forward()).wire()
    for place in range(0, len(wire), 97):
        exchange.writer.write(wire[place : place + 97])
        await asyncio.sleep(0)
    return True


@_named("close after the answer")
async def _hang_up(exchange: Exchange) -> bool:
    exchange.writer.write((await exchange.forward()).wire())
    return False


if PLAYS.keys() != FAULTS.keys():
    raise AssertionError(f"planned or played only: {PLAYS.keys() ^ FAULTS.keys()}")
