"""The clients of Losant."""

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
from .platform import LOSANT


class LosantClient(Client[TransportT, ProviderT]):
    """What both faces of Losant are made from.

    Args:
        access_token: An API token of the application, or what provides one: it is called when a
            token is needed, and once more when Losant refuses it. Environment:
            ``LOSANT_ACCESS_TOKEN``.
        base_url: Where the API is. Environment: ``LOSANT_BASE_URL``. Default:
            ``https://api.losant.com``.
        scopes: The scopes that the token has, checked before a call is sent. Environment:
            ``LOSANT_SCOPES``, separated by spaces. Default: what the token claims, if it is a JWT.
        timeout: Seconds for a call in all, or a Timeout. Environment: ``LOSANT_TIMEOUT``.
        retry: Attempts of a call in all, or a Retry. Environment: ``LOSANT_ATTEMPTS``.
        headers: Sent with every request.
        accept_version: The API's version, as a range: ``^1.29.0``. Header ``Accept-Version``.
        domain: The domain of a white-labelled experience, seldom needed. Header ``losantdomain``.
        actions: Ask for what can be done with a resource, in ``_actions``.
        links: Ask for where related resources are, in ``_links``.
        embedded: Ask for related resources, in ``_embedded``.
        max_response_size: The most bytes that an answer may have, on the wire and decompressed;
            None for any number. Environment: ``LOSANT_MAX_RESPONSE_SIZE``. Default: 8 MiB.
        strict: Raise on an answer that drifts from its documentation rather than keep what
            contradicts it in ``extra``. Environment: ``LOSANT_STRICT``.
        on_drift: Told of each drift once, with the operation; without it each is logged once.
        observers: Told of each event of each call, such as an OpenTelemetry.
        rate_limit: How fast calls go out at most for this token: a RateLimit or a RedisRateLimit.
            Default: no limit, for Losant documents none.
        allow_plain_http: Send the token unencrypted to another machine.
        transport: How to send; by default httpx, with the environment's proxy and certificates.

    Raises:
        ConfigurationError: When there is no token, or none that can travel, or when base_url or
            an environment variable makes no sense.
        InvalidArgumentError: When a timeout, a retry or a header makes no sense.
    """

    def __init__(
        self,
        access_token: str | Secret | ProviderT | None = None,
        *,
        base_url: str | None = None,
        scopes: Iterable[str] | None = None,
        timeout: Timeout | float | None = None,
        retry: Retry | int | None = None,
        headers: Mapping[str, str] | None = None,
        accept_version: str | None = None,
        domain: str | None = None,
        actions: bool = False,
        links: bool = True,
        embedded: bool = True,
        max_response_size: int | Unset | None = UNSET,
        strict: bool | None = None,
        on_drift: DriftHook | None = None,
        observers: Iterable[Observer] = (),
        rate_limit: Budget | Unset | None = UNSET,
        allow_plain_http: bool = False,
        transport: TransportT | None = None,
    ) -> None:
        access_token = Secret(access_token) if isinstance(access_token, str) else access_token
        named = {"Accept-Version": accept_version, "losantdomain": domain}
        flags = {"_actions": actions, "_links": links, "_embedded": embedded}
        super().__init__(
            LOSANT,
            token=access_token,
            base_url=base_url,
            scopes=scopes,
            timeout=timeout,
            retry=retry,
            headers={**{n: v for n, v in named.items() if v is not None}, **(headers or {})},
            query={name: str(flag).lower() for name, flag in flags.items()},
            max_response_size=max_response_size,
            strict=strict,
            on_drift=on_drift,
            observers=observers,
            rate_limit=rate_limit,
            allow_plain_http=allow_plain_http,
            transport=transport,
        )


class Losant(LosantClient[Transport, TokenProvider], SyncClient):
    """Losant, synchronously. Safe to share between threads; close it, or use it in a ``with``.

    Example:
        >>> with Losant() as losant:
        ...     for integration in losant.integration.list(application_id=application):
        ...         print(integration.name)
    """

    @property
    def integration(self) -> IntegrationResource[SyncClient]:
        """The integrations of an application."""
        return IntegrationResource(self)


class AsyncLosant(LosantClient[AsyncTransport, AsyncTokenProvider], AsyncClient):
    """Losant, asynchronously. Close it, or use it in an ``async with``.

    Example:
        >>> async with AsyncLosant() as losant:
        ...     async for integration in losant.integration.list(application_id=application):
        ...         print(integration.name)
    """

    @property
    def integration(self) -> IntegrationResource[AsyncClient]:
        """The integrations of an application."""
        return IntegrationResource(self)
