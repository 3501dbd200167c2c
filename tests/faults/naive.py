"""The client that people write on a Friday afternoon. Every case of this folder has to fail it.

It is no straw man: it works while nothing goes wrong, which `test_cases.py` shows. It has the usual
habits: it tries everything three times, follows redirects, writes URLs by f-strings, logs what it
does, quotes what failed, and leaves time limits to httpx.
"""

from __future__ import annotations

import contextlib
import json
import logging
import time
import uuid
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx

from .samples import Deed

log = logging.getLogger("naive")
_MOST_PAGES = 30  # or it would not end, and no case with it


class Record:
    """An object with the members of a document."""

    def __init__(self, **members: Any) -> None:
        for name, value in members.items():
            setattr(self, name, value)


@dataclass
class Friday:
    """A client of any platform.

    Args:
        base_url: Where the API is.
        token: The token.
        timeout: That of httpx.
        tries: How often it tries.
        obeys: Whether it waits for as long as ``Retry-After`` says.
        shares: Whether its calls share connections.
    """

    base_url: str
    token: str
    timeout: float = 5.0
    tries: int = 3
    obeys: bool = False
    shares: bool = True
    headers: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.headers["Authorization"] = f"Bearer {self.token}"
        self._http = self._opened()

    def _opened(self) -> Any:
        return httpx.Client(timeout=self.timeout, follow_redirects=True)

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name != "_http"}

    def call(self, method: str, path: str, body: Any = None) -> Any:
        url, headers = f"{self.base_url}{path}", self.headers
        problem: BaseException | None = None
        for _ in range(self.tries):
            try:
                headers = {**self.headers, "Idempotency-Key": str(uuid.uuid4())}
                log.info("%s %s %s %s", method, url, headers, body)
                self.last = self._sent(method, url, headers, body)
                log.info("%s %s", self.last.status_code, self.last.text)
                if self.obeys and "Retry-After" in self.last.headers:
                    time.sleep(float(self.last.headers["Retry-After"]))
                self.last.raise_for_status()
                return self._read(self.last)
            except BaseException as error:  # noqa: BLE001 -- a habit
                problem = error
        raise RuntimeError(f"{method} {url} with {headers} and {body}: {problem}") from problem

    def _sent(self, method: str, url: str, headers: dict[str, str], body: Any) -> Any:
        if not self.shares:
            return httpx.request(
                method, url, headers=headers, json=body, timeout=self.timeout, verify=False
            )
        return self._http.request(method, url, headers=headers, json=body, timeout=self.timeout)

    def _read(self, response: httpx.Response) -> Any:
        document = json.loads(response.text)
        return Record(**document) if isinstance(document, dict) else document

    def do(self, deed: Deed) -> Any:
        return self.call(deed.method, deed.path, deed.body)

    def walk(self, path: str) -> Iterator[Any]:
        """Walk a list: as long as there is a next page."""
        for number in range(_MOST_PAGES):
            page = self.call("GET", path)
            yield from page if isinstance(page, list) else page.items
            path = self._next(path, page, number)
            if not path:
                return

    def _next(self, path: str, page: Any, number: int) -> str:
        if isinstance(page, list):
            url = self.last.links.get("next", {}).get("url", "")
            self.base_url = "" if url else self.base_url
            return str(url)
        more = (page.page + 1) * page.perPage < page.totalCount
        return f"{path.partition('?')[0]}?page={number + 1}" if more else ""

    def close(self) -> None:
        self._http.close()


class AsyncFriday(Friday):
    """The same with ``async`` and ``await`` in front of it."""

    def _opened(self) -> Any:
        return httpx.AsyncClient(timeout=self.timeout, follow_redirects=True)

    async def acall(self, method: str, path: str, body: Any = None) -> Any:
        problem: BaseException | None = None
        for _ in range(self.tries):
            try:
                async with self._connected() as http:
                    answer = await http.request(
                        method,
                        f"{self.base_url}{path}",
                        headers=self.headers,
                        json=body,
                        timeout=self.timeout,
                    )
                if self.obeys and "Retry-After" in answer.headers:
                    time.sleep(float(answer.headers["Retry-After"]))  # noqa: ASYNC251 -- a habit
                answer.raise_for_status()
                return self._read(answer)
            except BaseException as error:  # noqa: BLE001 -- a habit
                problem = error
        raise RuntimeError(f"{method} {path} with {self.headers}: {problem}") from problem

    @contextlib.asynccontextmanager
    async def _connected(self) -> AsyncIterator[Any]:
        if self.shares:
            yield self._http
            return
        async with httpx.AsyncClient(verify=False) as http:
            yield http

    async def aclose(self) -> None:
        await self._http.aclose()
