"""The clients of Celigo integrator.io."""

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
from .platform import Region, in_region
from .token import TokenResource


class CeligoClient(Client[TransportT, ProviderT]):
    """What both faces of Celigo are made from.

    Args:
        api_token: An API token of the account, or a personal one, or what provides one: it is
            called when a token is needed, and once more when Celigo refuses it. Environment:
            ``CELIGO_API_TOKEN``.
        region: Where the account lives: ``us``, ``eu``, ``au`` or ``ca``. Environment:
            ``CELIGO_REGION``. Default: ``us``.
        base_url: Where the API is, whatever the region. Environment: ``CELIGO_BASE_URL``, which
            goes before ``CELIGO_REGION`` and after a region that is given here. Default:
            ``https://api.integrator.io/v1``, or that of the region.
        timeout: Seconds for a call in all, or a Timeout. Environment: ``CELIGO_TIMEOUT``.
        retry: Attempts of a call in all, or a Retry. Environment: ``CELIGO_ATTEMPTS``.
        headers: Sent with every request.
        max_response_size: The most bytes that an answer may have, on the wire and decompressed;
            None for any number. Environment: ``CELIGO_MAX_RESPONSE_SIZE``. Default: 8 MiB.
        strict: Raise on an answer that drifts from its documentation rather than keep what
            contradicts it in ``extra``. Environment: ``CELIGO_STRICT``.
        on_drift: Told of each drift once, with the operation; without it each is logged once.
        observers: Told of each event of each call, such as an OpenTelemetry.
        rate_limit: How fast calls go out at most for this token: a RateLimit, a RedisRateLimit, or
            None for no limit. Default: what Celigo documents, 300 a second after 1000 at once.
        allow_plain_http: Send the token unencrypted to another machine.
        transport: How to send; by default httpx, with the environment's proxy and certificates.

    Raises:
        ConfigurationError: When there is no token, or none that can travel, or when region,
            base_url or an environment variable makes no sense.
        InvalidArgumentError: When a timeout, a retry or a header makes no sense.
    """

    def __init__(
        self,
        api_token: str | Secret | ProviderT | None = None,
        *,
        region: Region | None = None,
        base_url: str | None = None,
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
        api_token = Secret(api_token) if isinstance(api_token, str) else api_token
        platform = in_region(region)
        super().__init__(
            platform,
            token=api_token,
            base_url=named_url(base_url, region, platform),
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


class Celigo(CeligoClient[Transport, TokenProvider], SyncClient):
    """Celigo, synchronously. Safe to share between threads; close it, or use it in a ``with``.

    Example:
        >>> with Celigo(region="eu") as celigo:
        ...     for integration in celigo.integration.list():
        ...         print(integration.name)
    """

    @property
    def integration(self) -> IntegrationResource[SyncClient]:
        """The integrations of the account."""
        return IntegrationResource(self)

    @property
    def token(self) -> TokenResource[SyncClient]:
        """The token itself."""
        return TokenResource(self)


class AsyncCeligo(CeligoClient[AsyncTransport, AsyncTokenProvider], AsyncClient):
    """Celigo, asynchronously. Close it, or use it in an ``async with``.

    Example:
        >>> async with AsyncCeligo(region="eu") as celigo:
        ...     async for integration in celigo.integration.list():
        ...         print(integration.name)
    """

    @property
    def integration(self) -> IntegrationResource[AsyncClient]:
        """The integrations of the account."""
        return IntegrationResource(self)

    @property
    def token(self) -> TokenResource[AsyncClient]:
        """The token itself."""
        return TokenResource(self)
