"""A server without a wire: what is sent is kept, and answered in turn."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import attrs
import httpx

from ..faces import Face
from .samples import encoded


@attrs.frozen
class Answer:
    """One answer. ``json`` is the body unless ``content`` is given."""

    status: int = 200
    json: Any = None
    content: bytes | None = None
    headers: Mapping[str, str] = attrs.Factory(dict[str, str])

    def response(self) -> httpx.Response:
        content = encoded(self.json) if self.content is None else self.content
        headers = {"content-type": "application/json", **self.headers}
        return httpx.Response(self.status, content=content, headers=headers)


Turn: TypeAlias = "Answer | Exception | Callable[[httpx.Request], Answer]"


class Recorder:
    """Answers in turn, the last one for ever: by an answer, an exception, or a function."""

    def __init__(self, face: Face, *turns: Turn) -> None:
        self._turns = turns
        self.requests: list[httpx.Request] = []
        self.transport = face.transport(httpx.MockTransport(self._handle))

    def _handle(self, request: httpx.Request) -> httpx.Response:
        turn = self._turns[min(len(self.requests), len(self._turns) - 1)]
        self.requests.append(request)
        if isinstance(turn, Exception):
            raise turn
        return (turn if isinstance(turn, Answer) else turn(request)).response()

    @property
    def tokens(self) -> list[str]:
        """The tokens that came, in order."""
        return [request.headers["authorization"] for request in self.requests]
