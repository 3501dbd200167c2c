"""Puts the platforms together into one ASGI application."""

import logging
from collections.abc import Mapping, Sequence

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from integrations_sdk.sandbox.documents import JsonObject
from integrations_sdk.sandbox.guard import PATIENCE, Guard, Hosts
from integrations_sdk.sandbox.platform import Call, Operation, Platform, Refusal
from integrations_sdk.sandbox.store import Store
from integrations_sdk.sandbox.tokens import TokenError, Tokens, scopes_of

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


def build_app(
    store: Store,
    platforms: Sequence[Platform],
    *,
    host: str,
    redact: bool = False,
    patience: float = PATIENCE,
) -> ASGIApp:
    """Return the application that serves each platform below its name.

    Args:
        store: Where the documents are.
        platforms: What to serve.
        host: The host that the server listens on.
        redact: Whether answers are to hide secrets.
        patience: Seconds that a client may take to send a body.
    """
    tokens = Tokens(store.signing_key())
    by_name = {platform.name: platform for platform in platforms}

    def refuse(scope: Scope, refusal: Refusal) -> Response:
        name = scope["path"].lstrip("/").partition("/")[0]
        return _refusal_response(by_name.get(name), refusal)

    async def unknown(scope: Scope, receive: Receive, send: Send) -> None:
        message = f"{scope['method']} {scope['path']} is not a path of this sandbox"
        await refuse(scope, Refusal(404, message))(scope, receive, send)

    def router(platform: Platform) -> Router:
        paths: dict[str, dict[str, Operation]] = {}
        for operation in platform.operations:
            paths.setdefault(operation.path, {})[operation.method] = operation
        routes = [
            Route(path, _Desk(platform, operations, store, tokens, redact=redact))
            for path, operations in paths.items()
        ]
        return Router(routes, redirect_slashes=False, default=unknown)

    mounts = [Mount(f"/{platform.name}", router(platform)) for platform in platforms]
    app = Router(mounts, redirect_slashes=False, default=unknown)
    return Guard(app, hosts=Hosts(host), refuse=refuse, patience=patience)


def _refusal_response(platform: Platform | None, refusal: Refusal) -> Response:
    body = {"message": refusal.message} if platform is None else platform.error_body(refusal)
    return JSONResponse(body, refusal.status, headers=refusal.headers)


class _Desk:
    """Answers the calls to one path of a platform."""

    def __init__(
        self,
        platform: Platform,
        operations: Mapping[str, Operation],
        store: Store,
        tokens: Tokens,
        *,
        redact: bool,
    ) -> None:
        self._platform = platform
        self._operations = operations
        self._store = store
        self._tokens = tokens
        self._redact = redact

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        response = self._respond(request, await request.body())
        await response(scope, receive, send)

    def _respond(self, request: Request, body: bytes) -> Response:
        try:
            return self._answer(self._operation(request), request, body)
        except Refusal as refusal:
            return _refusal_response(self._platform, refusal)
        except Exception:
            _logger.exception("%s %s failed", request.method, request.scope["path"])
            fault = Refusal(500, "The sandbox failed; its log has the reason")
            return _refusal_response(self._platform, fault)

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
        with self._store.transaction() as records:
            call = Call(
                request=request,
                body=body,
                claims=self._claims(operation, request),
                records=records,
                tokens=self._tokens,
                redact=self._redact,
            )
            return operation.handle(call)

    def _claims(self, operation: Operation, request: Request) -> JsonObject:
        """Check the token, before anything is said about what exists."""
        if operation.public:
            return {}
        token = self._platform.credential(request)
        if not token:
            raise Refusal(401, "The request carries no access token")
        try:
            claims = self._tokens.claims(token, audience=self._platform.name)
        except TokenError as error:
            raise Refusal(401, str(error)) from error
        if operation.scopes and operation.scopes.isdisjoint(scopes_of(claims)):
            wanted = ", ".join(sorted(operation.scopes))
            message = f"{operation.name} needs a token with at least one of the scopes: {wanted}"
            raise Refusal(403, message)
        return claims
