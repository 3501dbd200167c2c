"""The sandbox behind a raw socket where faults happen: a process of its own, for a storm.

Each request of a call carries the call's ticket. The proxy plays the fault that the plan has for
it, and keeps a journal of what the sandbox did, by ticket. A request without a ticket meets no
fault. What is below ``/.storm/`` is for those who run the storm.

``python -m tests.storm.proxy SEED RATE`` writes one line of JSON, and ends with its input.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import sys
from collections import Counter, defaultdict
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import unquote, urlsplit

import attrs

from integrations_sdk.sandbox.app import build_app, load_examples, reload_examples
from integrations_sdk.sandbox.sandbox import PLATFORMS
from integrations_sdk.sandbox.store import Store
from integrations_sdk.sandbox.tokens import Tokens

from .faults import PLAYS, Answer, calm
from .plan import fault
from .world import APPLICATION, CUSTOMERS, WORKERS, polis_client

_CONTROL: Final = "/.storm/"
_READS: Final = {"GET", "HEAD"}
_GONE: Final = (OSError, asyncio.IncompleteReadError, asyncio.TimeoutError)


@attrs.frozen
class Received:
    """A request, as it came."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


class Proxy:
    """Plays the faults of a plan, and keeps the journal."""

    def __init__(self, seed: int, rate: float) -> None:
        self._seed = seed
        self._rate = rate
        self._store = Store()
        load_examples(self._store, PLATFORMS)
        self._app = build_app(self._store, PLATFORMS, host="127.0.0.1")
        self._open = 0
        self._turn = asyncio.Lock()
        self._begin()

    def _begin(self) -> None:
        reload_examples(self._store, PLATFORMS)
        self._furnish()
        self._seen: Counter[str] = Counter()
        self._played: Counter[str] = Counter()
        self._journal: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
        self._sealed: set[str] = set()
        self._failures = 0

    def tokens(self) -> dict[str, str]:
        tokens = Tokens(self._store.signing_key())
        return {platform.name: platform.token(tokens) for platform in PLATFORMS}

    def _furnish(self) -> None:
        """Give each worker integrations of its own at Polis, which no call can make."""
        with self._store.transaction() as records:
            example = next(iter(records.all("polis.integrations", "doorbell-sync")))
            for worker in range(WORKERS):
                for customer in CUSTOMERS:
                    own = {**example, "customerId": customer}
                    records.put("polis.integrations", polis_client(worker), customer, own)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection."""
        self._open += 1
        try:
            with contextlib.suppress(*_GONE):
                while await self._answer(await _received(reader), reader, writer):
                    await writer.drain()
        finally:
            self._open -= 1
            writer.close()

    async def _answer(
        self, request: Received, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        if request.target.startswith(_CONTROL):
            body = json.dumps(await self._control(request)).encode()
            writer.write(Answer(200, [("content-type", "application/json")], body).wire())
            return True
        ticket = request.headers.get("x-storm")
        exchange = _Exchange(self, request, ticket, reader, writer)
        if ticket is None:
            return await calm(exchange)
        attempt = self._seen[ticket]
        self._seen[ticket] += 1
        name = fault(self._seed, ticket, attempt, self._rate)
        self._played[name or "none"] += 1
        return await (calm if name is None else PLAYS[name])(exchange)

    async def forward(self, request: Received, ticket: str | None) -> Answer:
        """Have the sandbox answer a request, unless its call was settled before."""
        async with self._turn:
            if ticket in self._sealed and request.method not in _READS:
                self._played["came after its call was settled"] += 1
                raise ConnectionAbortedError
            answer = await _called(self._app, request)
            self._failures += answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR
            if ticket is not None and request.method not in _READS:
                self._journal[ticket].append(_entry(request, answer))
            return answer

    async def _control(self, request: Received) -> object:
        asked = request.target.removeprefix(_CONTROL)
        if asked == "figures":
            return {
                "faults": self._played,
                "connections": self._open - 1,
                "failures": self._failures,
            }
        if asked == "journal":
            return self._journal
        if asked == "documents":
            return self._documents()
        async with self._turn:
            if asked == "begin":
                self._begin()
                return None
            verb, _, rest = asked.partition("/")
            if verb == "seal":
                self._sealed.add(rest)
                return self._journal.get(rest, [])
            collection, owner, key = rest.split("/")
            with self._store.transaction() as records:
                records.delete(collection, owner, key)
            return None

    def _documents(self) -> dict[str, dict[str, str]]:
        """Return what is stored: for each platform, the names of its documents by their ids."""
        with self._store.transaction() as records:
            losant = records.all("losant.integrations", APPLICATION)
            celigo = records.all("celigo.integrations", "")
            cxengage = records.all("cxengage.integrations", "harbor")
            polis = {
                f"{polis_client(worker)}/{customer}": "set"
                for worker in range(WORKERS)
                for customer in CUSTOMERS
                if records.get("polis.credentials", polis_client(worker), customer)
            }
        return {
            "losant": {str(item["id"]): str(item["name"]) for item in losant},
            "celigo": {str(item["_id"]): str(item["name"]) for item in celigo},
            "cxengage": {str(item["id"]): str(item.get("marker")) for item in cxengage},
            "polis": polis,
        }


@attrs.frozen
class _Exchange:
    _proxy: Proxy
    _request: Received
    _ticket: str | None
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def forward(self) -> Answer:
        return await self._proxy.forward(self._request, self._ticket)


async def _received(reader: asyncio.StreamReader) -> Received:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    line, *lines = head.rstrip().split("\r\n")
    method, target, _ = line.split(" ")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return Received(method, target, headers, body)


def _entry(request: Received, answer: Answer) -> dict[str, Any]:
    document: object = None
    with contextlib.suppress(ValueError):
        document = json.loads(answer.body)
    found = document if isinstance(document, dict) else {}
    return {
        "method": request.method,
        "status": answer.status,
        "id": found.get("_id", found.get("id")),
        "name": found.get("name", found.get("marker", dict(answer.headers).get("etag"))),
    }


async def _called(app: Any, request: Received) -> Answer:
    """Call an ASGI application."""
    parts = urlsplit(request.target)
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": "http",
        "path": unquote(parts.path),
        "raw_path": parts.path.encode(),
        "query_string": parts.query.encode(),
        "root_path": "",
        "headers": [(n.encode(), v.encode("latin-1")) for n, v in request.headers.items()],
        "client": ("127.0.0.1", 0),
        "server": ("127.0.0.1", 80),
    }
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": request.body, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await app(scope, receive, send)
    headers = [
        (name.decode("latin-1"), value.decode("latin-1")) for name, value in sent[0]["headers"]
    ]
    kept = [(name, value) for name, value in headers if name.lower() != "content-length"]
    return Answer(sent[0]["status"], kept, b"".join(part.get("body", b"") for part in sent[1:]))


async def main(seed: int, rate: float) -> None:
    logging.getLogger("asyncio").setLevel(logging.ERROR)  # it warns of clients that are gone
    proxy = Proxy(seed, rate)
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0, backlog=512)
    port: int = server.sockets[0].getsockname()[1]
    print(json.dumps({"url": f"http://127.0.0.1:{port}", "tokens": proxy.tokens()}), flush=True)
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    loop.add_reader(sys.stdin.fileno(), ended.set)
    await ended.wait()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), float(sys.argv[2])))
