"""Every platform, and every way to be let in, with a canary in each field that holds a secret."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import quote

import attrs

from integrations_sdk import Call, Celigo, CxEngage, Losant, OptimizePlayer, Polis, PolisAuth
from integrations_sdk.celigo import NewIntegration
from integrations_sdk.core.transport import Fault, Headers, Request, Response
from integrations_sdk.cxengage import Salesforce

from ..conftest import APPLICATION
from ..faces import Face
from .looking import CONFIGS, WORD, planted

TOKEN: Final = f"{WORD}-token-0/+=4711"
HEADER: Final = f"{WORD}-header-4711"
OBJECT: Final = "57974ed227a82a3475cecb15"
UUID: Final = "3f1d8c52-7a40-4a63-9b0e-2a64d1c7e915"


def _extra() -> dict[str, Any]:
    return {"undocumented": f"{WORD}-extra-4711", "deeper": [{"still": f"{WORD}-deeper-4711"}]}


def _losant_body() -> Any:
    from integrations_sdk.losant import IntegrationPost

    configs = {name: planted(config) for name, config in CONFIGS.items()}
    return IntegrationPost(name="a", integration_type="mqtt", extra=_extra(), **configs)


@attrs.frozen
class Way:
    """A client, and a call that sends all that the platform takes in confidence.

    Attributes:
        client: Makes it, of a face.
        call: What to send.
        success: The status that answers it.
    """

    client: Callable[..., Any]
    call: Callable[[Any], Call[Any]]
    success: int = 200


def _client(class_: type, **arguments: str) -> Callable[..., Any]:
    return lambda face, **options: face.client(class_, **arguments, **options)


WAYS: Final[dict[str, Way]] = {
    "losant": Way(
        _client(Losant, access_token=TOKEN),
        lambda client: client.integration.create.call(
            application_id=APPLICATION, integration=_losant_body()
        ),
        201,
    ),
    "celigo": Way(
        _client(Celigo, api_token=TOKEN),
        lambda client: client.integration.create.call(
            integration=NewIntegration(name="a", extra=_extra())
        ),
        201,
    ),
    "polis": Way(
        _client(Polis, access_token=TOKEN),
        lambda client: client.credentials.set.call(
            client_id="doorbell-sync", customer_id=UUID, access_token=f"{WORD}-third-party-4711"
        ),
        201,
    ),
    "polis's authorization server": Way(
        _client(PolisAuth, client_id="doorbell-sync", client_secret=TOKEN),
        lambda client: client.exchange.call(code=f"{WORD}-code-4711"),
    ),
    "optimizeplayer": Way(
        _client(OptimizePlayer, api_key=TOKEN), lambda client: client.integration.list.call()
    ),
    "cxengage": Way(
        _client(CxEngage, token=TOKEN),
        lambda client: client.integration.set.call(
            tenant_id="harbor", integration=planted(Salesforce)
        ),
    ),
    "cxengage by a client secret": Way(
        _client(CxEngage, client_id="harbor-client", client_secret=f"{WORD}-client-secret-4711"),
        lambda client: client.integration.set.call(
            tenant_id="harbor", integration=planted(Salesforce)
        ),
    ),
}


def forms(secret: str) -> list[str]:
    """Return a secret as servers are known to repeat it."""
    half = len(secret) // 2
    return [
        secret,
        quote(secret, safe=""),
        json.dumps(secret),
        base64.b64encode(f"user:{secret}".encode()).decode(),
        f"{secret[:half]} {secret[half:]}",
        f"{secret[:half]}\n{secret[half:]}",
        secret.encode().hex(),
    ]


class Server:
    """A transport that answers, or fails, with all that it was sent in confidence.

    Args:
        face: Whether it is awaited.
        answer: From a request, and what it holds in confidence in many forms, to the response.
    """

    def __init__(self, face: Face, answer: Callable[[Request, str], Response]) -> None:
        self._is_async = face.is_async
        self._answer = answer
        self.requests: list[Request] = []

    def send(self, request: Request) -> Any:
        async def later() -> Response:
            return self._respond(request)

        return later() if self._is_async else self._respond(request)

    def close(self) -> None:
        """Nothing is open."""

    async def aclose(self) -> None:
        """Nothing is open."""

    def _respond(self, request: Request) -> Response:
        if request.url.endswith("/token") and "cxengage" in request.url:
            return answered(200, {"access_token": TOKEN, "token_type": "bearer"})
        self.requests.append(request)
        try:
            raise OSError(f"{request.headers}")  # noqa: TRY301 -- as a library below may
        except OSError:
            return self._answer(request, repeated(request))


def repeated(request: Request) -> str:
    """Return what a request holds in confidence, in all forms."""
    secrets = {TOKEN, HEADER, *_canaries(json.loads(request.content or b"null"))}
    return " or ".join(form for secret in sorted(secrets) for form in forms(secret))


def _canaries(document: Any) -> list[str]:
    if isinstance(document, str):
        return [document] if WORD in document else []
    parts = document.values() if isinstance(document, dict) else document
    return (
        [found for part in parts for found in _canaries(part)]
        if isinstance(document, (dict, list))
        else []
    )


def answered(status: int, document: Any, said: str = "") -> Response:
    content = document if isinstance(document, bytes) else json.dumps(document).encode()
    headers = [("content-type", f"application/json; {said}"), ("x-request-id", f"id {said}")]
    return Response(status, Headers([*headers, ("x-echo", said)]), content)


def refusing(status: int) -> Callable[[Request, str], Response]:
    """Answer with an error that repeats everything, wherever a platform may say something."""
    return lambda _, said: answered(
        status,
        {
            "type": said,
            "message": said,
            "error": {"code": said, "message": said},
            "errors": [{"field": said, "code": said, "message": said}],
        },
        said,
    )


def failing(**how: bool) -> Callable[[Request, str], Response]:
    """Fail on the way, in the words of a transport that quotes what it sent."""

    def fail(_: Request, said: str) -> Response:
        raise Fault(f"the connection broke: {said}", **{"sent": True, **how})

    return fail
