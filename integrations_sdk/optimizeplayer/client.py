"""The clients of OptimizePlayer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from integrations_sdk.core.auth import AsyncTokenProvider, TokenProvider
from integrations_sdk.core.base import Client, ProviderT, TransportT
from integrations_sdk.core.client import AsyncClient, SyncClient
from integrations_sdk.core.limits import Budget
from integrations_sdk.core.model import UNSET, Unset
from integrations_sdk.core.retry import Retry
from integrations_sdk.core.secret import Secret
from integrations_sdk.core.settings import DriftHook, Observer
from integrations_sdk.core.transport import AsyncTransport, Timeout, Transport

from .integration import IntegrationResource
from .platform import OPTIMIZEPLAYER


class OptimizePlayerClient(Client[TransportT, ProviderT]):
    """What both faces of OptimizePlayer are made from.

    Args:
        api_key: The API key of an account, or what provides one: it is called when a key is
            needed, and once more when OptimizePlayer refuses it. It travels in the query, and
            shows in no log, error or repr. Environment: ``OPTIMIZEPLAYER_API_KEY``.
        base_url: Where the API is. Environment: ``OPTIMIZEPLAYER_BASE_URL``. Default:
            ``https://api.optimizeplayer.com/v1``.
        timeout: Seconds for a call in all, or a Timeout. Environment: ``OPTIMIZEPLAYER_TIMEOUT``.
        retry: Attempts of a call in all, or a Retry. Environment: ``OPTIMIZEPLAYER_ATTEMPTS``.
        headers: Sent with every request.
        max_response_size: The most bytes that an answer may have, on the wire and decompressed;
            None for any number. Environment: ``OPTIMIZEPLAYER_MAX_RESPONSE_SIZE``. Default: 8 MiB.
        strict: Raise on an answer that drifts from its documentation rather than keep what
            contradicts it in ``extra``. Environment: ``OPTIMIZEPLAYER_STRICT``.
        on_drift: Told of each drift once, with the operation; without it each is logged once.
        observers: Told of each event of each call, such as an OpenTelemetry.
        rate_limit: How fast calls go out at most for this key: a RateLimit or a RedisRateLimit.
            Default: no limit, for OptimizePlayer documents none.
        allow_plain_http: Send the key unencrypted to another machine.
        transport: How to send; by default httpx, with the environment's proxy and certificates.

    Raises:
        ConfigurationError: When there is no key, or none that can travel, or when base_url or an
            environment variable makes no sense.
        InvalidArgumentError: When a timeout, a retry or a header makes no sense.
    """

    def __init__(
        self,
        api_key: str | Secret | ProviderT | None = None,
        *,
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
        api_key = Secret(api_key) if isinstance(api_key, str) else api_key
        super().__init__(
            OPTIMIZEPLAYER,
            token=api_key,
            base_url=base_url,
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


class OptimizePlayer(OptimizePlayerClient[Transport, TokenProvider], SyncClient):
    """OptimizePlayer, synchronously. Safe to share between threads; close it, or use a ``with``.

    Example:
        >>> with OptimizePlayer() as optimizeplayer:
        ...     for integration in optimizeplayer.integration.list():
        ...         print(integration.title)
    """

    @property
    def integration(self) -> IntegrationResource[SyncClient]:
        """The integrations of the account."""
        return IntegrationResource(self)


class AsyncOptimizePlayer(OptimizePlayerClient[AsyncTransport, AsyncTokenProvider], AsyncClient):
    """OptimizePlayer, asynchronously. Close it, or use it in an ``async with``.

    Example:
        >>> async with AsyncOptimizePlayer() as optimizeplayer:
        ...     async for integration in optimizeplayer.integration.list():
        ...         print(integration.title)
    """

    @property
    def integration(self) -> IntegrationResource[AsyncClient]:
        """The integrations of the account."""
        return IntegrationResource(self)
