"""The clients of CxEngage."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from integrations_sdk.core.auth import AsyncTokenProvider, TokenProvider
from integrations_sdk.core.base import Client, ProviderT, TransportT
from integrations_sdk.core.client import AsyncClient, SyncClient
from integrations_sdk.core.limits import Budget
from integrations_sdk.core.model import UNSET, Unset
from integrations_sdk.core.retry import Retry
from integrations_sdk.core.secret import Secret
from integrations_sdk.core.settings import DriftHook, Observer, named_url
from integrations_sdk.core.transport import AsyncTransport, Timeout, Transport

from .integration import IntegrationResource
from .platform import EnvironmentName, platform_in
from .token import source


class CxEngageClient(Client[TransportT, ProviderT]):
    """What both faces of CxEngage are made from.

    Args:
        token: An access token, or what provides one: it is called when a token is needed, and once
            more when CxEngage refuses it. Environment: ``CXENGAGE_TOKEN``.
        client_id: In the place of a token: the client that one is asked for. Environment:
            ``CXENGAGE_CLIENT_ID``, read when there is no ``CXENGAGE_TOKEN``.
        client_secret: The client's secret. A token is asked for when it is needed, again shortly
            before it expires, and once more when CxEngage refuses it. Environment:
            ``CXENGAGE_CLIENT_SECRET``.
        auth_url: Where tokens are asked for; of a host alone, its ``/1.0/token``. Environment:
            ``CXENGAGE_AUTH_URL``. Default: ``https://auth.cxengage.net/1.0/token``.
        base_url: Where the API is, whatever the environment. Environment: ``CXENGAGE_BASE_URL``.
        environment: Where the API is, by name: ``original`` for ``https://api.cxengage.com``,
            which is the default, or ``1.0`` for ``https://api.cxengage.net/1.0``. Environment:
            ``CXENGAGE_ENVIRONMENT``.
        timeout: Seconds for a call in all, or a Timeout. Environment: ``CXENGAGE_TIMEOUT``.
        retry: Attempts of a call in all, or a Retry. Environment: ``CXENGAGE_ATTEMPTS``.
        headers: Sent with every request, but for those that ask for a token.
        max_response_size: The most bytes that an answer may have, on the wire and decompressed;
            None for any number. Environment: ``CXENGAGE_MAX_RESPONSE_SIZE``. Default: 8 MiB.
        strict: Raise on an answer that drifts from its documentation rather than keep what
            contradicts it in ``extra``. Environment: ``CXENGAGE_STRICT``.
        on_drift: Told of each drift once, with the operation; without it each is logged once.
        observers: Told of each event of each call, such as an OpenTelemetry.
        rate_limit: How fast calls go out at most for this token: a RateLimit or a RedisRateLimit.
            Default: no limit, for CxEngage documents none.
        allow_plain_http: Send the token and the client's secret unencrypted to another machine.
        transport: How to send; by default httpx, with the environment's proxy and certificates.

    Raises:
        ConfigurationError: When there is no token and no client, or none that can travel, or when
            a URL or an environment variable makes no sense.
        InvalidArgumentError: When a timeout, a retry, a header or the environment makes no sense.
    """

    def __init__(
        self,
        token: str | Secret | ProviderT | None = None,
        *,
        client_id: str | None = None,
        client_secret: str | Secret | None = None,
        auth_url: str | None = None,
        base_url: str | None = None,
        environment: EnvironmentName | None = None,
        timeout: Timeout | float | None = None,
        retry: Retry | int | None = None,
        headers: Mapping[str, str] | None = None,
        max_response_size: int | Unset | None = UNSET,
        strict: bool | None = None,
        on_drift: DriftHook | None = None,
        observers: Iterable[Observer] = (),
        rate_limit: Budget | Unset | None = UNSET,
        allow_plain_http: bool = False,
        transport: TransportT | None = None,
    ) -> None:
        token = Secret(token) if isinstance(token, str) else token
        secret = Secret(client_secret) if isinstance(client_secret, str) else client_secret
        del client_secret  # this frame may end up in a traceback
        platform = platform_in(environment)
        super().__init__(
            platform,
            token=source(token, client_id=client_id, client_secret=secret, auth_url=auth_url),
            base_url=named_url(base_url, environment, platform),
            scopes=None,
            timeout=timeout,
            retry=retry,
            headers=headers or {},
            query={},
            max_response_size=max_response_size,
            strict=strict,
            on_drift=on_drift,
            observers=observers,
            rate_limit=rate_limit,
            allow_plain_http=allow_plain_http,
            transport=transport,
        )


class CxEngage(CxEngageClient[Transport, TokenProvider], SyncClient):
    """CxEngage, synchronously. Safe to share between threads; close it, or use it in a ``with``.

    Example:
        >>> with CxEngage() as cxengage:
        ...     for integration in cxengage.integration.list(tenant_id="harbor"):
        ...         print(integration.id)
    """

    @property
    def integration(self) -> IntegrationResource[SyncClient]:
        """The integrations of a tenant."""
        return IntegrationResource(self)


class AsyncCxEngage(CxEngageClient[AsyncTransport, AsyncTokenProvider], AsyncClient):
    """CxEngage, asynchronously. Close it, or use it in an ``async with``.

    Example:
        >>> async with AsyncCxEngage() as cxengage:
        ...     async for integration in cxengage.integration.list(tenant_id="harbor"):
        ...         print(integration.id)
    """

    @property
    def integration(self) -> IntegrationResource[AsyncClient]:
        """The integrations of a tenant."""
        return IntegrationResource(self)
