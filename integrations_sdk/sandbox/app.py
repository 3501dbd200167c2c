"""Puts the platforms together into one ASGI application."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Router
from starlette.types import ASGIApp, Receive, Scope, Send

from integrations_sdk.sandbox.documents import Json, JsonObject
from integrations_sdk.sandbox.faults import Faults
from integrations_sdk.sandbox.guard import PATIENCE, Guard, Hosts
from integrations_sdk.sandbox.inspector import Facts, Inspector
from integrations_sdk.sandbox.journal import Journal
from integrations_sdk.sandbox.openapi import Served, document
from integrations_sdk.sandbox.paths import Paths, segments_of
from integrations_sdk.sandbox.platform import Call, Gate, Operation, Platform, Refusal
from integrations_sdk.sandbox.recorder import Recorder, Visit
from integrations_sdk.sandbox.saboteur import Saboteur
from integrations_sdk.sandbox.store import Store
from integrations_sdk.sandbox.switches import settle
from integrations_sdk.sandbox.tokens import TokenError, Tokens, scopes_of

DOCUMENT = "/openapi.json"
"""The path of the OpenAPI document, which anyone on this machine may read."""

_logger = logging.getLogger(__name__)


def load_examples(store: Store, platforms: Sequence[Platform]) -> None:
    """Give each platform that the store has not met before its example data."""
    with store.transaction() as records:
        for platform in platforms:
            _, is_new = records.setting(f"examples:{platform.name}", "loaded")
            if is_new:
                platform.examples(records)


def reload_examples(store: Store, platforms: Sequence[Platform]) -> None:
    """Forget all documents and start again from the example data."""
    with store.transaction() as records:
        records.clear()
        for platform in platforms:
            platform.examples(records)


def start_again(
    store: Store, platforms: Sequence[Platform], journal: Journal, faults: Faults
) -> None:
    """Forget all changes, calls and faults to come."""
    reload_examples(store, platforms)
    faults.clear()
    journal.clear()


def build_app(
    store: Store,
    platforms: Sequence[Platform],
    *,
    host: str,
    redact: bool = False,
    switches: Mapping[str, str] | None = None,
    patience: float = PATIENCE,
    journal: Journal | None = None,
    faults: Faults | None = None,
) -> ASGIApp:
    """Return the application that serves each platform below its name.

    Args:
        store: Where the documents are.
        platforms: What to serve.
        host: The host that the server listens on.
        redact: Whether answers are to hide secrets.
        switches: Values of switches by their full names; the others have their defaults.
        patience: Seconds that a client may take to send a body.
        journal: Where the calls are written down.
        faults: What is to go wrong.

    Raises:
        SandboxError: There is no such switch, or it has no such value.
    """
    journal = Journal() if journal is None else journal
    faults = Faults() if faults is None else faults
    settled = settle(platforms, switches or {})
    tokens = Tokens(store.signing_key())
    houses = {
        platform.name: _House(platform, store, tokens, chosen, platform.gate(chosen), redact)
        for platform in platforms
        for chosen in [{name: settled[f"{platform.name}.{name}"] for name in platform.switches}]
    }

    def refuse(scope: Scope, refusal: Refusal) -> Response:
        return _refusal_response(houses.get(_first(scope)), refusal)

    async def describe(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] in {"GET", "HEAD"}:
            served = [Served(house.platform, house.operations) for house in houses.values()]
            response: Response = JSONResponse(document(served))
        else:
            message = f"{scope['method']} is not offered at this path; allowed are: GET, HEAD"
            response = refuse(scope, Refusal(405, message, headers={"Allow": "GET, HEAD"}))
        await response(scope, receive, send)

    desks: dict[str, ASGIApp] = {DOCUMENT: describe}
    for house in houses.values():
        desks |= _desks(house)
    paths = Paths(desks)

    def find(scope: Scope) -> ASGIApp:
        found = paths.find(segments_of(scope))
        if found is None:
            message = f"{scope['method']} {scope['path']} is not a path of this sandbox"
            raise Refusal(404, message)
        desk, scope["path_params"] = found
        return desk

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            desk = find(scope)
        except Refusal as refusal:
            desk = refuse(scope, refusal)
        await desk(scope, receive, send)

    app: ASGIApp = Router(redirect_slashes=False, default=answer)
    app = Saboteur(app, faults, refuse)
    again = partial(start_again, store, platforms, journal, faults)
    app = Inspector(app, Facts(platforms, store, journal, faults, again))
    app = Guard(app, hosts=Hosts(host), refuse=refuse, patience=patience)
    return Recorder(app, journal, lambda scope: _visit(scope, paths, houses))


def _first(scope: Scope) -> str:
    """Return the first segment of a path, which is a platform's name."""
    path: str = scope["path"]
    return path.lstrip("/").partition("/")[0]


@dataclass(frozen=True)
class _House:
    """What the desks of one platform have in common."""

    platform: Platform
    store: Store
    tokens: Tokens
    switches: Mapping[str, str]
    gate: Gate
    redact: bool

    @property
    def operations(self) -> list[Operation]:
        """The operations that the switches let be there."""
        return [
            operation
            for operation in self.platform.operations
            if operation.only_with is None
            or self.switches[operation.only_with[0]] == operation.only_with[1]
        ]


def _desks(house: _House) -> dict[str, ASGIApp]:
    """Return what answers at each path of a platform."""
    platform = house.platform
    paths: dict[str, dict[str, Operation]] = {}
    for base in (platform.base_path, *platform.other_base_paths):
        for operation in house.operations:
            path = f"/{platform.name}{base}{operation.path}"
            paths.setdefault(path, {})[operation.method] = operation
    return {path: _Desk(house, operations) for path, operations in paths.items()}


def _refusal_response(house: _House | None, refusal: Refusal) -> Response:
    body: Json = {"message": refusal.message}
    if house is not None:
        refusal.switches = house.switches
        body = house.platform.error_body(refusal)
    if body is None:
        return Response(status_code=refusal.status, headers=refusal.headers)
    return JSONResponse(body, refusal.status, headers=refusal.headers)


def _visit(scope: Scope, paths: Paths[ASGIApp], houses: Mapping[str, _House]) -> Visit:
    """Return what a request is for."""
    try:
        found = paths.find(segments_of(scope))
    except Refusal:
        found = None
    if found is not None and isinstance(found[0], _Desk):
        return found[0].visit(scope["method"])
    house = houses.get(_first(scope))
    return Visit(None if house is None else house.platform, None)


class _Desk:
    """Answers the calls to one path of a platform."""

    def __init__(self, house: _House, operations: Mapping[str, Operation]) -> None:
        self._house = house
        self._operations = operations

    def visit(self, method: str) -> Visit:
        """Return what a call by a method is for."""
        method = "GET" if method == "HEAD" else method
        return Visit(self._house.platform, self._operations.get(method))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        response = self._respond(request, await request.body())
        await response(scope, receive, send)

    def _respond(self, request: Request, body: bytes) -> Response:
        try:
            return self._answer(self._operation(request), request, body)
        except Refusal as refusal:
            return _refusal_response(self._house, refusal)
        except Exception:
            _logger.exception("%s %s failed", request.method, request.scope["path"])
            fault = Refusal(500, "The sandbox failed; its log has the reason")
            return _refusal_response(self._house, fault)

    def _operation(self, request: Request) -> Operation:
        method = "GET" if request.method == "HEAD" else request.method
        if method in self._operations:
            return self._operations[method]
        methods = [*self._operations, *(["HEAD"] if "GET" in self._operations else [])]
        allowed = ", ".join(methods)
        message = f"{request.method} is not offered at this path; allowed are: {allowed}"
        raise Refusal(405, message, headers={"Allow": allowed})

    def _answer(self, operation: Operation, request: Request, body: bytes) -> Response:
        # One transaction, and no await in it: the answer leaves after all is stored.
        house = self._house
        with house.store.transaction() as records:
            claims = self._claims(operation, request)
            house.gate()
            call = Call(
                request=request,
                body=body,
                claims=claims,
                records=records,
                tokens=house.tokens,
                redact=house.redact,
                switches=house.switches,
            )
            return operation.handle(call)

    def _claims(self, operation: Operation, request: Request) -> JsonObject:
        """Check the token, before anything is said about what exists."""
        if operation.public:
            return {}
        token = self._house.platform.credential(request)
        if not token:
            raise Refusal(401, "The request carries no access token")
        try:
            claims = self._house.tokens.claims(token, audience=self._house.platform.name)
        except TokenError as error:
            raise Refusal(401, str(error)) from error
        if operation.scopes and operation.scopes.isdisjoint(scopes_of(claims)):
            wanted = ", ".join(sorted(operation.scopes))
            message = f"{operation.name} needs a token with at least one of the scopes: {wanted}"
            raise Refusal(403, message)
        return claims
