"""The clients of Polis."""

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

from .credentials import CredentialsResource
from .platform import POLIS, PolisEnvironment, hosts


class PolisClient(Client[TransportT, ProviderT]):
    """What both faces of Polis are made from.

    Args:
        access_token: A token of Polis, or what provides one: it is called when a token is needed,
            and once more when Polis refuses it. Environment: ``POLIS_ACCESS_TOKEN``.
        base_url: Where the API is, whatever ``environment`` says. Environment:
            ``POLIS_BASE_URL``.
        environment: Which of Polis's environments to call: ``production``, ``beta``, ``v1`` or
            ``sandbox``. Environment: ``POLIS_ENVIRONMENT``. Default: ``production``, which is
            ``https://api2.polisapp.com``.
        timeout: Seconds for a call in all, or a Timeout. Environment: ``POLIS_TIMEOUT``.
        retry: Attempts of a call in all, or a Retry. Environment: ``POLIS_ATTEMPTS``.
        headers: Sent with every request.
        max_response_size: The most bytes that an answer may have, on the wire and decompressed;
            None for any number. Environment: ``POLIS_MAX_RESPONSE_SIZE``. Default: 8 MiB.
        strict: Raise on an answer that drifts from its documentation rather than keep what
            contradicts it in ``extra``. Environment: ``POLIS_STRICT``.
        on_drift: Told of each drift once, with the operation; without it each is logged once.
        observers: Told of each event of each call, such as an OpenTelemetry.
        rate_limit: How fast calls go out at most for this token: a RateLimit or a RedisRateLimit.
            Default: no limit, for Polis documents none.
        allow_plain_http: Send the token unencrypted to another machine.
        transport: How to send; by default httpx, with the environment's proxy and certificates.

    Raises:
        ConfigurationError: When there is no token, or none that can travel, or when base_url,
            environment or an environment variable makes no sense.
        InvalidArgumentError: When a timeout, a retry or a header makes no sense.
    """

    def __init__(
        self,
        access_token: str | Secret | ProviderT | None = None,
        *,
        base_url: str | None = None,
        environment: PolisEnvironment | None = None,
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
        access_token = Secret(access_token) if isinstance(access_token, str) else access_token
        super().__init__(
            POLIS,
            token=access_token,
            base_url=hosts(base_url, environment).api,
            scopes=None,
            timeout=timeout,
            retry=retry,
            headers=headers if headers is not None else {},
            query={},
            max_response_size=max_response_size,
            strict=strict,
            on_drift=on_drift,
            observers=observers,
            rate_limit=rate_limit,
            allow_plain_http=allow_plain_http,
            transport=transport,
        )


class Polis(PolisClient[Transport, TokenProvider], SyncClient):
    """Polis, synchronously. Safe to share between threads; close it, or use it in a ``with``.

    Example:
        >>> with Polis() as polis:
        ...     polis.credentials.set(
        ...         client_id="doorbell-sync", customer_id=customer, access_token=token
        ...     )
    """

    @property
    def credentials(self) -> CredentialsResource[SyncClient]:
        """The credentials of an integration."""
        return CredentialsResource(self)


class AsyncPolis(PolisClient[AsyncTransport, AsyncTokenProvider], AsyncClient):
    """Polis, asynchronously. Close it, or use it in an ``async with``.

    Example:
        >>> async with AsyncPolis() as polis:
        ...     await polis.credentials.set(
        ...         client_id="doorbell-sync", customer_id=customer, access_token=token
        ...     )
    """

    @property
    def credentials(self) -> CredentialsResource[AsyncClient]:
        """The credentials of an integration."""
        return CredentialsResource(self)
