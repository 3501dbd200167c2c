"""Does to a call what the script of faults says."""

from collections.abc import Callable
from dataclasses import dataclass, field

from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from integrations_sdk.sandbox.faults import Fault, Faults
from integrations_sdk.sandbox.line import gone, line_of
from integrations_sdk.sandbox.platform import Refusal
from integrations_sdk.sandbox.recorder import VISIT, Visit

_PIECES = 10
_MALFORMED = b'{"items": [{"id": '
_PAGE = "<!doctype html><title>Sign in</title><p>Sign in to this network first."
_EMPTY = (204, 304)


@dataclass
class _Answer:
    """What the application behind answered, kept back."""

    status: int = 200
    headers: list[tuple[bytes, bytes]] = field(default_factory=list[tuple[bytes, bytes]])
    body: bytes = b""

    async def take(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], list(message["headers"])
        else:
            self.body += message.get("body", b"")

    def with_body(self, body: bytes) -> "_Answer":
        """Return the same with another body, and what the headers say of it."""
        kept = [
            pair for pair in self.headers if pair[0] not in {b"content-length", b"content-type"}
        ]
        described = [
            (b"content-length", str(len(body)).encode()),
            (b"content-type", b"application/json"),
        ]
        return _Answer(200 if self.status in _EMPTY else self.status, kept + described, body)

    async def send(self, send: Send, *pieces: bytes, more: bool = False) -> None:
        """Send the head, and pieces of a body."""
        await send({"type": "http.response.start", "status": self.status, "headers": self.headers})
        for index, piece in enumerate(pieces, start=1):
            is_last = index == len(pieces) and not more
            await send({"type": "http.response.body", "body": piece, "more_body": not is_last})


class Saboteur:
    """An ASGI application in front of another one, which gets whole bodies only.

    Args:
        app: The application that is kept from working.
        faults: The script.
        refuse: Shapes a refusal for the path of a request.
    """

    def __init__(
        self, app: ASGIApp, faults: Faults, refuse: Callable[[Scope, Refusal], Response]
    ) -> None:
        self._app = app
        self._faults = faults
        self._refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request as the script says, or as the application does."""
        visit: Visit | None = scope.get(VISIT)
        fault = None
        if visit is not None and visit.platform is not None:
            name = visit.operation.name if visit.operation else ""
            fault = self._faults.take(visit.platform.name, name, scope["method"])
        if visit is None or fault is None:
            await self._app(scope, receive, send)
            return
        visit.fault = fault.kind
        replaced = self._replaced(scope, fault)
        if replaced is not None:
            await replaced(scope, receive, send)
        elif fault.kind in {"lost_request", "no_connection"}:
            await _cut(scope, receive, reached=fault.kind == "lost_request")
        else:
            answer = _Answer()
            await self._app(scope, receive, answer.take)
            await _spoil(fault, answer, scope, receive, send)

    def _replaced(self, scope: Scope, fault: Fault) -> Response | None:
        """Return the answer of a fault that keeps the request from being done, if it has one."""
        if fault.kind == "expired_token":
            return self._refuse(scope, Refusal(401, "The access token has expired"))
        if fault.kind == "html":
            return HTMLResponse(_PAGE)
        if fault.status is None:
            return None
        asked = None if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
        message = f"The sandbox was told to answer {fault.status}"
        return self._refuse(scope, Refusal(fault.status, message, headers=asked))


async def _spoil(fault: Fault, answer: _Answer, scope: Scope, receive: Receive, send: Send) -> None:
    """Do to an answer what a fault says, once the request was done."""
    if fault.kind == "late":
        await line_of(scope).wait(fault.delay)
        await answer.send(send, answer.body)
    elif fault.kind == "malformed_json":
        await answer.with_body(_MALFORMED).send(send, _MALFORMED)
    elif fault.kind == "slow_body":
        await _dribble(fault, answer, scope, send)
    elif fault.kind == "truncated_body":
        body = answer.body or b"{}"
        await answer.with_body(body).send(send, body[: len(body) // 2], more=True)
        await _cut(scope, receive, reached=True)
    else:
        await _cut(scope, receive, reached=True)


async def _dribble(fault: Fault, answer: _Answer, scope: Scope, send: Send) -> None:
    size = -(-len(answer.body) // _PIECES) or 1
    await answer.send(send)
    for index in range(_PIECES):
        await line_of(scope).wait(fault.delay / _PIECES)
        piece = answer.body[index * size :][:size]
        await send(
            {
                "type": "http.response.body",
                "body": piece,
                "more_body": index < _PIECES - 1,
            }
        )


async def _cut(scope: Scope, receive: Receive, *, reached: bool) -> None:
    line_of(scope).cut(reached=reached)
    await gone(receive)
