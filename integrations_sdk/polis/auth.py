"""The clients of Polis's authorization server."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from integrations_sdk.core.arguments import filled
from integrations_sdk.core.auth import AsyncTokenProvider, TokenProvider
from integrations_sdk.core.base import Client, ProviderT, TransportT, environment_token
from integrations_sdk.core.call import Call, Operation
from integrations_sdk.core.client import AsyncClient, SyncClient
from integrations_sdk.core.faces import endpoint
from integrations_sdk.core.limits import Budget
from integrations_sdk.core.model import UNSET, Unset
from integrations_sdk.core.retry import Retry
from integrations_sdk.core.secret import Secret
from integrations_sdk.core.settings import DriftHook, Observer
from integrations_sdk.core.transport import AsyncTransport, Timeout, Transport

from .models import TokenRequest, Tokens
from .platform import POLIS_AUTH, PolisEnvironment, client_id as found_client_id, hosts
from .redirect import AuthorizeUrl, Redirect, authorize_url, read_redirect

EXCHANGE: Final = Operation(
    name="exchange",
    method="POST",
    path="/auth/oauth2/token",
    returns=Tokens,
    body=TokenRequest,
    body_name="request",
    read_back="a code can be exchanged once: send the customer to authorize_url again",
    document="https://github.com/PolisPolitics/slate/blob/master/source/includes/_authentication.md",
)


class PolisAuthClient(Client[TransportT, ProviderT]):
    """What both faces of Polis's authorization server are made from.

    Args:
        client_id: The application, as Polis registered it. Environment: ``POLIS_CLIENT_ID``.
        client_secret: Its secret. Environment: ``POLIS_CLIENT_SECRET``.
        base_url: Where a code is exchanged, whatever ``environment`` says. Environment:
            ``POLIS_BASE_URL``; for a URL of Polis's API, the authorization server next to it.
        environment: Which of Polis's environments to call: ``production``, ``beta``, ``v1`` or
            ``sandbox``. Environment: ``POLIS_ENVIRONMENT``. Default: ``production``.
        timeout: Seconds for a call in all, or a Timeout. Environment: ``POLIS_TIMEOUT``.
        retry: Attempts of a call in all, or a Retry. Environment: ``POLIS_ATTEMPTS``.
        headers: Sent with every request.
        max_response_size: The most bytes that an answer may have, on the wire and decompressed;
            None for any number. Environment: ``POLIS_MAX_RESPONSE_SIZE``. Default: 8 MiB.
        strict: Raise on an answer that drifts from its documentation rather than keep what
            contradicts it in ``extra``. Environment: ``POLIS_STRICT``.
        on_drift: Told of each drift once, with the operation; without it each is logged once.
        observers: Told of each event of each call, such as an OpenTelemetry.
        rate_limit: How fast calls go out at most for this secret: a RateLimit or a RedisRateLimit.
            Default: no limit, for Polis documents none.
        allow_plain_http: Send the secret unencrypted to another machine.
        transport: How to send; by default httpx, with the environment's proxy and certificates.

    Raises:
        ConfigurationError: When there is no client_id or no client_secret, or when base_url,
            environment or an environment variable makes no sense.
        InvalidArgumentError: When a timeout, a retry or a header makes no sense.
    """

    def __init__(
        self,
        *,
        client_id: str | None = None,
        client_secret: str | Secret | None = None,
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
        client_secret = Secret(client_secret) if isinstance(client_secret, str) else client_secret
        found = hosts(base_url, environment)
        self._pages = found.pages
        self._client_id = found_client_id(client_id)
        super().__init__(
            POLIS_AUTH,
            token=client_secret,
            base_url=found.token,
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

    def authorize_url(
        self, *, redirect_uri: str | None = None, state: str | None = None
    ) -> AuthorizeUrl:
        """Return where to send a customer's browser, so that the customer may let you in.

        Nothing is sent. Keep the state in the customer's session until the browser comes back.

        Args:
            redirect_uri: Where Polis sends the browser back to; by default where the application
                was registered for.
            state: What comes back with the browser; by default 32 random bytes, as text.

        Returns:
            The URL and the state, by name or as a pair.

        Raises:
            InvalidArgumentError: When an argument is empty, or no text.
        """
        return authorize_url(self._pages, self._client_id, redirect_uri, state)

    @staticmethod
    def read_redirect(*, url: str, state: str) -> Redirect:
        """Return what a customer's browser brought back, once it is known to be that customer's.

        Nothing is sent. States are compared in constant time.

        Args:
            url: The URL that the browser was redirected to, whole or from its path on.
            state: The state that ``authorize_url`` returned, from the customer's session.

        Raises:
            InvalidArgumentError: When the state is another one, so that the redirect must not be
                trusted, or when there is no code: the customer may have refused. Its ``path`` tells
                which: ``url.state`` or ``url.code``. It quotes no part of the URL.
        """
        try:
            return read_redirect(url=url, state=state)
        finally:
            del url  # it holds the code, and this frame may end up in a traceback

    @endpoint(EXCHANGE)
    def exchange(self, *, code: str | Secret) -> Call[Tokens]:
        """Exchange the code of a redirect for a token.

        Args:
            code: The code that the browser brought back; it can be exchanged once.

        Raises:
            InvalidArgumentError: When the code is empty, or no text.
            BadRequestError: When Polis refuses the code.
            AuthenticationError: When Polis refuses the client_id or the client_secret.
            AmbiguousWriteError: When the answer was lost, and the code perhaps with it: send the
                customer to ``authorize_url`` again.

        Polis: *Authentication*.
        """
        text = code.reveal() if isinstance(code, Secret) else code
        secret = self._token.known or environment_token(POLIS_AUTH)  # of another process
        request = TokenRequest(
            client_id=self._client_id,
            client_secret=secret,
            code=Secret(filled("code", text, "a code")),
        )
        return EXCHANGE({}, body=request)


class PolisAuth(PolisAuthClient[Transport, TokenProvider], SyncClient):
    """Polis's authorization server, synchronously: from a customer's consent to a token.

    Example:
        >>> with PolisAuth() as auth:
        ...     url, state = auth.authorize_url(redirect_uri="https://app.example/back")
        ...     back = auth.read_redirect(url=where_the_browser_came_back_to, state=state)
        ...     tokens = auth.exchange(code=back.code)
    """


class AsyncPolisAuth(PolisAuthClient[AsyncTransport, AsyncTokenProvider], AsyncClient):
    """Polis's authorization server, asynchronously: from a customer's consent to a token.

    Example:
        >>> async with AsyncPolisAuth() as auth:
        ...     url, state = auth.authorize_url(redirect_uri="https://app.example/back")
        ...     back = auth.read_redirect(url=where_the_browser_came_back_to, state=state)
        ...     tokens = await auth.exchange(code=back.code)
    """
