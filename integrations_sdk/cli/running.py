"""One run of a declared call: send it, or show what would be sent."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, NoReturn

from integrations_sdk.core import redaction
from integrations_sdk.core.call import Call
from integrations_sdk.core.faces import Pages
from integrations_sdk.core.steps import DeclaredSession

from .output import Look, printable, write_many, write_one
from .progress import counted, shown

if TYPE_CHECKING:
    from integrations_sdk.core.client import SyncClient
    from integrations_sdk.core.document import JSON
    from integrations_sdk.core.transport import Request

    from .declared import Declaration

_SHOWN: Final = redaction.HEADERS


def run(
    declaration: Declaration,
    client: SyncClient,
    arguments: dict[str, Any],
    *,
    look: Look,
    limit: int | None = None,
    change: Callable[[Any], None] | None = None,
) -> None:
    """Send a call, and write what comes back.

    Args:
        declaration: What to call.
        client: What sends it.
        arguments: Its arguments.
        look: How the result is to look.
        limit: How many items of a list to write at most; None for all.
        change: What a session does in its body.

    Raises:
        IntegrationsError: As the call does.
    """
    method = declaration.on(client)
    if isinstance(declaration.declared, Pages):
        _list(method, arguments, look=look, limit=limit, name=declaration.name)
        return
    try:
        value = _one(declaration, method, arguments, change)
    except KeyboardInterrupt:
        raise KeyboardInterrupt(_doubt(declaration)) from None
    write_one(value, look)
    if value is None and sys.stderr.isatty():
        sys.stderr.write("Done\n")


def _one(
    declaration: Declaration,
    method: Callable[..., Any],
    arguments: dict[str, Any],
    change: Callable[[Any], None] | None,
) -> object:
    with shown(f"{declaration.resource} {declaration.name}".strip()):
        if not isinstance(declaration.declared, DeclaredSession):
            return method(**arguments)
        with method(**arguments) as changed:
            if change is not None:
                change(changed)
        return None


def _doubt(declaration: Declaration) -> str:
    """Say what an interruption leaves open."""
    operation = declaration.operation
    if operation is not None and not operation.writes:
        return ""
    return f"{declaration.name} may or may not have happened: read the resource before another try"


def _list(
    method: Callable[..., Any],
    arguments: dict[str, Any],
    *,
    look: Look,
    limit: int | None,
    name: str,
) -> None:
    if look.for_many() == "jsonl" and sys.stdout.isatty():  # lines show that something goes on
        write_many(islice(method(**arguments), limit), look)
        return
    if look.for_many() == "jsonl":
        with shown(name) as tell:
            write_many(counted(islice(method(**arguments), limit), name, tell), look)
        return
    with shown(name) as tell:
        items: list[object] = list(counted(islice(method(**arguments), limit), name, tell))
    write_many(items, look)


class NotSent(Exception):
    """What would have been sent."""

    def __init__(self, request: Request) -> None:
        super().__init__("a dry run sends nothing")
        self.request: Request = request


class DryTransport:
    """A transport that sends nothing."""

    def send(self, request: Request) -> NoReturn:
        """Raise the request."""
        raise NotSent(request)

    def close(self) -> None:
        """Close nothing."""


def show(
    declaration: Declaration, client: SyncClient, arguments: dict[str, Any], look: Look
) -> None:
    """Print the first request of a call, which is the only one of most; nothing is sent.

    Args:
        declaration: What to call.
        client: One with a DryTransport.
        arguments: Its arguments.
        look: Whether secrets of the body are to show.
    """
    declared: Any = declaration.declared(declaration.owner(client), **arguments)
    is_one = hasattr(declared, "operation")
    call: Call[Any] = declared if is_one else next(declared)
    try:
        client.send(call)
    except NotSent as dry:
        request = dry.request
    else:
        raise AssertionError("a dry run sends nothing")
    lines = [f"{request.method} {request.url}"]
    lines += [f"{name}: {value}" for name, value in redaction.masked(request.headers, _SHOWN)]
    body = _body(call, look)
    if body is not None:
        lines += ["", *json.dumps(body, indent=2, ensure_ascii=False).split("\n")]
    if not is_one:
        declared.close()
        lines += ["", "Other requests may follow: they depend on the answer."]
    sys.stdout.write("\n".join(map(printable, lines)) + "\n")


def _body(call: Call[Any], look: Look) -> JSON:
    if call.body is None:
        return None
    written = call.body.to_json(reveal=look.reveal)
    wrap = call.operation.wrap
    return written if wrap is None else wrap(written)
