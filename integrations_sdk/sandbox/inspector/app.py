"""Serves the pages, and does what their buttons ask for."""

import ipaddress
import secrets
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import TypeAlias
from urllib.parse import parse_qsl

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route, Router
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from integrations_sdk.sandbox.errors import SandboxError
from integrations_sdk.sandbox.inspector.calls import calls_page, row, wanted
from integrations_sdk.sandbox.inspector.events import Events
from integrations_sdk.sandbox.inspector.facts import Facts
from integrations_sdk.sandbox.inspector.html import Html, element, join
from integrations_sdk.sandbox.inspector.layout import Frame
from integrations_sdk.sandbox.inspector.planning import faults_page, pending, planned
from integrations_sdk.sandbox.inspector.state import state_page
from integrations_sdk.sandbox.journal import Entry

_ASSETS = Path(__file__).with_name("assets")
_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
    # With none at all, a browser would not say where a form comes from.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
_DIGITS = 15
"""How many digits a call's number has at most, for reading longer ones takes long."""

_SAID = {
    "planned": "Planned. It befalls the next call that fits.",
    "cleared": "No faults are to come any more.",
    "reset": "Back to the example data; calls and faults are forgotten.",
}

Form: TypeAlias = Mapping[str, str]


class Inspector:
    """An ASGI application in front of another one: it answers ``/`` and all below ``/inspector/``.

    It stands behind the guard, which sees to the names that it is called by.

    Args:
        app: The application that answers the rest.
        facts: The sandbox.
    """

    def __init__(self, app: ASGIApp, facts: Facts) -> None:
        self._app = app
        self._facts = facts
        self._ticket = secrets.token_urlsafe(16)
        self._router = Router(
            [
                _shown("/", self._calls),
                _shown("/inspector/calls/{number}", self._call),
                Route("/inspector/events", _Stream(self._events), methods=["GET"]),
                _shown("/inspector/faults", self._faults),
                self._done("/inspector/faults/plan", self._plan),
                self._done("/inspector/faults/clear", self._clear),
                _shown("/inspector/state", self._state),
                self._done("/inspector/reset", self._reset),
                _shown("/inspector/{name}", _asset),
            ],
            redirect_slashes=False,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or let the application behind answer it."""
        path: str = scope.get("path", "")
        if scope["type"] != "http" or not (path == "/" or path.startswith("/inspector/")):
            await self._app(scope, receive, send)
            return

        async def secured(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(_HEADERS)
            await send(message)

        if _is_near(scope):
            await self._router(scope, receive, secured)
        else:
            refusal = PlainTextResponse("The inspector shows on this machine only.\n", 403)
            await refusal(scope, receive, secured)

    # --- What is shown ------------------------------------------------------------------------

    def _calls(self, request: Request) -> Response:
        return _page(calls_page(self._facts, self._frame(request), request.query_params, None))

    def _call(self, request: Request) -> Response:
        frame = self._frame(request)
        entry = self._facts.entry(_number(request.path_params["number"]) or 0)
        if entry is None:
            lost = element(
                "p", {"class": "lead"}, "It is not kept any more: there were newer ones."
            )
            return _page(
                frame.page("/", "No such call", element("h1", None, "No such call"), lost), 404
            )
        return _page(calls_page(self._facts, frame, request.query_params, entry))

    def _events(self, request: Request) -> Events:
        query = request.query_params
        after = request.headers.get("last-event-id") or query.get("after", "")

        def show_call(entry: Entry) -> Html | None:
            found = wanted([entry], query.get("platform", ""), query.get("text", ""))
            return row(entry) if found else None

        def show_faults() -> Html:
            frame = self._frame(request)
            return join([frame.waiting(), pending(frame)])

        journal = self._facts.journal
        newest = max((entry.number for entry in journal.entries()), default=0)
        known = _number(after)
        return Events(
            journal,
            pending=self._facts.faults.pending,
            show_call=show_call,
            show_faults=show_faults,
            after=newest if known is None else known,
        )

    def _faults(self, request: Request) -> Response:
        return _page(faults_page(self._facts, self._frame(request), said=_said(request)))

    def _state(self, request: Request) -> Response:
        return _page(state_page(self._facts, self._frame(request), said=_said(request)))

    # --- What is done -------------------------------------------------------------------------

    def _plan(self, request: Request, form: Form) -> Response:
        try:
            fault, times = planned(form, self._facts.platforms)
        except SandboxError as error:
            frame = self._frame(request)
            page = faults_page(self._facts, frame, form, said=str(error), is_bad=True)
            return _page(page, 400)
        self._facts.faults.plan(fault, times=times)
        return _go("/inspector/faults?done=planned")

    def _clear(self, _request: Request, _form: Form) -> Response:
        self._facts.faults.clear()
        return _go("/inspector/faults?done=cleared")

    def _reset(self, _request: Request, _form: Form) -> Response:
        self._facts.reset()
        return _go("/inspector/state?done=reset")

    def _done(self, path: str, act: Callable[[Request, Form], Response]) -> Route:
        async def answer(request: Request) -> Response:
            form = dict(parse_qsl((await request.body()).decode(errors="replace")))
            if self._is_ours(request, form):
                return act(request, form)
            told = (
                "This form does not come from this sandbox's own page, or from before it started."
            )
            again = element("p", None, element("a", {"href": "/"}, "Go to the sandbox's page"))
            head = element("h1", None, "Not done")
            page = self._frame(request).page("", "Not done", head, again, said=told, is_bad=True)
            return _page(page, 403)

        return Route(path, answer, methods=["POST"])

    def _is_ours(self, request: Request, form: Form) -> bool:
        """Tell whether a form was sent by a page of ours, and not by one of another site."""
        # The guard lets any page of this machine in; here only this server's own will do.
        is_same = request.headers.get("origin") == _origin(request)
        ticket = form.get("ticket", "").encode()
        return is_same and secrets.compare_digest(ticket, self._ticket.encode())

    def _frame(self, request: Request) -> Frame:
        return Frame(_origin(request), self._ticket, self._facts.faults.pending())


class _Stream:
    """An endpoint that answers by events."""

    def __init__(self, events: Callable[[Request], Events]) -> None:
        self._events = events

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._events(Request(scope, receive))(receive, send)


def _shown(path: str, show: Callable[[Request], Response]) -> Route:
    async def answer(request: Request) -> Response:
        return show(request)

    return Route(path, answer, methods=["GET"])


def _asset(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in _assets():
        return PlainTextResponse("There is nothing here.\n", 404)
    return Response(_assets()[name], media_type=_TYPES[Path(name).suffix])


@cache
def _assets() -> Mapping[str, bytes]:
    return {path.name: path.read_bytes() for path in _ASSETS.iterdir() if path.suffix in _TYPES}


def _page(page: Html, status: int = 200) -> Response:
    return Response(page, status, media_type="text/html")


def _go(path: str) -> Response:
    return RedirectResponse(path, 303)


def _said(request: Request) -> str:
    return _SAID.get(request.query_params.get("done", ""), "")


def _number(text: str) -> int | None:
    is_one = text.isascii() and text.isdecimal() and len(text) <= _DIGITS
    return int(text) if is_one else None


def _origin(request: Request) -> str:
    return f"http://{request.headers.get('host', 'localhost')}"


def _is_near(scope: Scope) -> bool:
    """Tell whether a request comes from this machine, as far as it can be told."""
    host = (scope.get("client") or ("", 0))[0]
    try:
        address = ipaddress.ip_address(host)
    except ValueError:  # a caller in this process
        return True
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return (mapped or address).is_loopback
