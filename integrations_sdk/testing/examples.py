"""One call of each operation, as the sandbox's example data has it, and its answer."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import attrs

from integrations_sdk import (
    APIError,
    Celigo,
    CxEngage,
    Losant,
    OptimizePlayer,
    Polis,
    PolisAuth,
)
from integrations_sdk.celigo import CloneRequest, NewIntegration, PatchOperation
from integrations_sdk.core.call import Operation
from integrations_sdk.core.transport import Request, Response, Timeout
from integrations_sdk.cxengage import Twilio
from integrations_sdk.losant import IntegrationPatch, IntegrationPost, MqttConfig
from integrations_sdk.sandbox import SandboxError
from integrations_sdk.sandbox.celigo_examples import DIY
from integrations_sdk.sandbox.polis_examples import CLIENT_ID, CLIENT_SECRET, CUSTOMER

from .operations import declared
from .sandbox import LocalSandbox
from .transport import SandboxTransport

_APPLICATION: Final = "575ec8687ae143cd83dc4a97"
_INTEGRATION: Final = "575ed78e7ae143cd83dc4aab"
_ALL: Final = {"application_id": _APPLICATION}
_ONE: Final = {**_ALL, "integration_id": _INTEGRATION}
_TENANT: Final = {"tenant_id": "harbor"}
_PAIR: Final = {"client_id": CLIENT_ID, "customer_id": CUSTOMER}


@attrs.frozen
class Example:
    """A call of an operation, and what is answered.

    Attributes:
        platform: The platform, such as ``losant``.
        operation: The operation, with its method, its path and the model of its answers.
        sent: The body that is sent; None for none.
        status: The status of the answer.
        headers: Its headers, by names in lower case.
        content: Its body.
        value: What the client returns: a model, a page of them, or None; of a refusal, None.
    """

    platform: str
    operation: Operation[Any]
    sent: bytes | None = attrs.field(repr=False)
    status: int
    headers: dict[str, str] = attrs.field(repr=False)
    content: bytes = attrs.field(repr=False)
    value: Any


class _Kept(SandboxTransport):
    """A transport that keeps what went through it last."""

    def __init__(self, sandbox: LocalSandbox) -> None:
        super().__init__(sandbox)
        self.exchanged: list[tuple[Request, Response]] = []

    def send(self, request: Request) -> Response:
        response = super().send(request)
        self.exchanged.append((request, response))
        return response


def _losant(ask: Callable[[Losant], object]) -> Callable[[LocalSandbox, _Kept], object]:
    return lambda sandbox, kept: ask(sandbox.client(Losant, transport=kept, retry=1))


def _celigo(ask: Callable[[Celigo], object]) -> Callable[[LocalSandbox, _Kept], object]:
    return lambda sandbox, kept: ask(sandbox.client(Celigo, transport=kept, retry=1))


def _polis(ask: Callable[[Polis], object]) -> Callable[[LocalSandbox, _Kept], object]:
    return lambda sandbox, kept: ask(sandbox.client(Polis, transport=kept, retry=1))


def _player(ask: Callable[[OptimizePlayer], object]) -> Callable[[LocalSandbox, _Kept], object]:
    return lambda sandbox, kept: ask(sandbox.client(OptimizePlayer, transport=kept, retry=1))


def _cxengage(ask: Callable[[CxEngage], object]) -> Callable[[LocalSandbox, _Kept], object]:
    return lambda sandbox, kept: ask(sandbox.client(CxEngage, transport=kept, retry=1))


def _exchange(sandbox: LocalSandbox, kept: _Kept) -> object:
    url = f"http://localhost/polis/oauth/authorize?response_type=code&client_id={CLIENT_ID}"
    consent = Request("GET", url, (), None, Timeout(), float("inf"))
    location = SandboxTransport(sandbox).send(consent).headers["location"]
    code = parse_qs(urlsplit(location).query)["code"][0]
    auth = sandbox.client(
        PolisAuth, client_id=CLIENT_ID, client_secret=CLIENT_SECRET, transport=kept, retry=1
    )
    return auth.exchange(code=code)


def _renamed(celigo: Celigo) -> object:
    integration = celigo.integration.get(integration_id=DIY)
    integration.name = "Renamed"
    return celigo.integration.update(integration_id=DIY, integration=integration)


_BROKER: Final = MqttConfig(protocol="mqtts", host="mq.example", port=8883)

_CALLS: Final[dict[str, dict[str, Callable[[LocalSandbox, _Kept], object]]]] = {
    "losant": {
        "integration.list": _losant(
            lambda losant: losant.integration.list(application_id=_APPLICATION)
        ),
        "integration.get": _losant(lambda losant: losant.integration.get(**_ONE)),
        "integration.create": _losant(
            lambda losant: losant.integration.create(
                **_ALL,
                integration=IntegrationPost(
                    name="New broker", integration_type="mqtt", mqtt_config=_BROKER
                ),
            )
        ),
        "integration.patch": _losant(
            lambda losant: losant.integration.patch(
                **_ONE, integration=IntegrationPatch(name="Renamed")
            )
        ),
        "integration.delete": _losant(
            lambda losant: losant.integration.delete(
                application_id=_APPLICATION, integration_id=_INTEGRATION
            )
        ),
    },
    "celigo": {
        "token.info": _celigo(lambda celigo: celigo.token.info()),
        "integration.list": _celigo(lambda celigo: celigo.integration.list()),
        "integration.get": _celigo(lambda celigo: celigo.integration.get(integration_id=DIY)),
        "integration.create": _celigo(
            lambda celigo: celigo.integration.create(integration=NewIntegration(name="New"))
        ),
        "integration.update": _celigo(_renamed),
        "integration.patch": _celigo(
            lambda celigo: celigo.integration.patch(
                integration_id=DIY,
                operations=[PatchOperation(op="replace", path="/name", value="Renamed")],
            )
        ),
        "integration.delete": _celigo(lambda celigo: celigo.integration.delete(integration_id=DIY)),
        "integration.clone": _celigo(
            lambda celigo: celigo.integration.clone(
                integration_id=DIY, request=CloneRequest(name="Copy")
            )
        ),
    },
    "polis": {
        "credentials.set": _polis(
            lambda polis: polis.credentials.set(**_PAIR, access_token="tok-SAMPLE")  # noqa: S106 - invented
        ),
        "credentials.delete": _polis(
            lambda polis: polis.credentials.delete(client_id="canvass-desk", customer_id=CUSTOMER)
        ),
        "exchange": _exchange,
    },
    "optimizeplayer": {
        "integration.list": _player(lambda player: player.integration.list()),
        "integration.get": _player(lambda player: player.integration.get(integration_id=31)),
    },
    "cxengage": {
        "integration.list": _cxengage(lambda cxengage: cxengage.integration.list(**_TENANT)),
        "integration.get": _cxengage(
            lambda cxengage: cxengage.integration.get(**_TENANT, integration_id="twilio")
        ),
        "integration.set": _cxengage(
            lambda cxengage: cxengage.integration.set(
                **_TENANT,
                integration=Twilio(account="AC-SAMPLE", password="tw-SAMPLE"),  # noqa: S106 - invented
            )
        ),
    },
}


def example(platform: str, operation: str) -> Example:
    """Return a call of an operation and its answer, from a sandbox of its own.

    Args:
        platform: The platform, such as ``losant``.
        operation: The operation by its name on a client, such as ``integration.get``.

    Raises:
        SandboxError: There is no such platform or operation.
    """
    return _example(platform, operation, None, None)


def refused(
    platform: str, operation: str, *, status: int, retry_after: int | None = None
) -> Example:
    """Return a call of an operation that the platform refuses.

    Args:
        platform: The platform, such as ``losant``.
        operation: The operation by its name on a client, such as ``integration.get``.
        status: The status of the refusal, 400 to 599.
        retry_after: Whole seconds that it asks to wait.

    Raises:
        SandboxError: There is no such platform, operation or status.
    """
    return _example(platform, operation, status, retry_after)


@cache
def _example(platform: str, operation: str, status: int | None, retry_after: int | None) -> Example:
    if platform not in _CALLS:
        raise SandboxError(f"There is no platform {platform!r}; there are: {', '.join(_CALLS)}")
    calls = _CALLS[platform]
    if operation not in calls:
        known = ", ".join(calls)
        raise SandboxError(f"{platform} has no operation {operation!r}; it has: {known}")
    with LocalSandbox() as sandbox:
        kept, value = _Kept(sandbox), None
        try:
            if status is not None:
                sandbox.fail_next(
                    status=status, retry_after=retry_after, platform=platform, operation=operation
                )
            value = calls[operation](sandbox, kept)
        except APIError:
            if status is None:
                raise
    request, response = kept.exchanged[-1]
    return Example(
        platform=platform,
        operation=declared(platform)[operation],
        sent=request.content,
        status=response.status,
        headers=dict(response.headers),
        content=response.content,
        value=value,
    )
