"""What the clients of both faces have in common: their settings, their token, their transport."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import attrs

from . import arguments, logs, scopes as scope
from .auth import Bounded, Grant, Token, checked
from .call import Operation, Scalar, written
from .drift import Told
from .errors import ConfigurationError
from .exchange import granted_scopes
from .limits import Budget
from .locks import Lock
from .model import UNSET, Unset
from .observer import Observer, checked as checked_observers
from .quota import Quota
from .redaction import HEADERS
from .retry import Retry
from .secret import Secret
from .settings import DriftHook, Environment, Platform, checked_base_url, largest, load
from .transport import Timeout
from .travel import by_name, check_plain

if TYPE_CHECKING:
    from typing_extensions import Self

TransportT = TypeVar("TransportT")
ProviderT = TypeVar("ProviderT")


class Wire(Generic[TransportT]):
    """The transport of a client and of all that are derived from it, opened at first use."""

    def __init__(self, given: TransportT | None, open_: Callable[[], TransportT]) -> None:
        self.given = given
        self._open = open_
        self._in_use: TransportT | None = None
        self._closed = False
        self._turn = Lock()

    def transport(self) -> TransportT:
        """Return the transport.

        Raises:
            ConfigurationError: When the client is closed.
        """
        in_use = self._in_use
        return in_use if in_use is not None else self._begin()

    def _begin(self) -> TransportT:
        with self._turn:
            if self._closed:
                raise ConfigurationError("this client is closed: make a new one, or close it later")
            if self._in_use is None:
                self._in_use = self.given if self.given is not None else self._open()
            return self._in_use

    def close(self) -> TransportT | None:
        """Refuse further calls, and return what is to be closed: nothing that was given."""
        with self._turn:
            self._closed = True
            opened, self._in_use = self._in_use, None
            return opened if self.given is None else None


class Client(Generic[TransportT, ProviderT]):
    """What the clients of both faces and of all platforms have in common."""

    def __init__(
        self,
        platform: Platform,
        *,
        token: str | Secret | ProviderT | Grant | None,
        transport: TransportT | None,
        base_url: str | None,
        scopes: Iterable[str] | None,
        timeout: Timeout | float | None,
        retry: Retry | int | None,
        headers: Mapping[str, str],
        query: Mapping[str, str],
        max_response_size: int | Unset | None = UNSET,
        strict: bool | None,
        on_drift: DriftHook | None,
        rate_limit: Budget | Unset | None = UNSET,
        allow_plain_http: bool,
        observers: Iterable[Observer] = (),
    ) -> None:
        logs.configure()
        self._settings = load(
            platform,
            base_url=base_url,
            scopes=scopes,
            timeout=timeout,
            retry=retry,
            headers=headers,
            query=query,
            max_response_size=max_response_size,
            strict=strict,
            on_drift=on_drift,
            rate_limit=rate_limit,
            allow_plain_http=allow_plain_http,
            observers=observers,
        )
        self._wire: Wire[TransportT] = Wire(transport, self._open)
        self._derived = False
        self._source: ProviderT | Grant | None = None if isinstance(token, (str, Secret)) else token
        self._token: Token[ProviderT] = (
            self._granted(token, allow_plain_http=allow_plain_http)
            if isinstance(token, Grant)
            else resolve_token(platform, token)
        )

    def _open(self) -> TransportT:
        """Open the transport of a client that was given none."""
        raise NotImplementedError

    def _provider(self, grant: Grant) -> Bounded:
        """Return what asks for a token by this client."""
        raise NotImplementedError

    def _granted(self, grant: Grant, *, allow_plain_http: bool) -> Token[ProviderT]:
        """Return the token of a grant: a client beside this one asks for it."""
        platform = grant.platform
        url = checked_base_url(
            platform.base_url, allow_plain_http=allow_plain_http, name=grant.url_name
        )
        asking = self._twin()
        asking._settings = attrs.evolve(
            self._settings,
            platform=platform,
            base_url=url,
            scopes=None,
            headers=platform.headers,
            query=platform.query,
            rate_limit=platform.rate_limit,
        )
        label = platform.credential
        asking._token = Token(
            checked(grant.secret, label)
            if grant.secret is not None
            else _from_environment(platform),
            label,
        )
        return Token(asking._provider(grant), grant.call.operation.name)

    def _twin(self) -> Self:
        """Return another client that is as this one, connections and token included."""
        twin = object.__new__(type(self))
        vars(twin).update(vars(self))
        return twin

    def with_options(
        self,
        *,
        timeout: Timeout | float | None = None,
        retry: Retry | int | None = None,
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, Scalar] | None = None,
        scopes: Iterable[str] | Unset | None = UNSET,
        max_response_size: int | Unset | None = UNSET,
        strict: bool | None = None,
        on_drift: DriftHook | Unset | None = UNSET,
        rate_limit: Budget | Unset | None = UNSET,
        observers: Iterable[Observer] | Unset = UNSET,
    ) -> Self:
        """Return a client with other settings that shares this one's connections and token.

        It shares the retry quota, too, unless its own is of another size.

        Closing it closes nothing: the connections belong to the client it came from.

        Args:
            timeout: Seconds in all, or a Timeout.
            retry: Attempts in all, or a Retry.
            headers: Sent with every request, besides those of this client.
            query: Sent with every request, besides that of this client.
            scopes: The scopes that the token has; None when they are not known.
            max_response_size: The most bytes that an answer may have; None for any number.
            strict: Whether an answer that drifts from its documentation raises.
            on_drift: Told of each drift once, from now on; None to log each instead.
            rate_limit: How fast calls may go out: a RateLimit or a RedisRateLimit; None for no
                limit.
            observers: Told of each event of each call, in the place of this client's.
        """
        try:
            more = arguments.headers("headers", headers or {})
        finally:
            del headers  # they may be secrets, and this frame may end up in a traceback
        current = self._settings
        attempts = Retry.of(retry) if retry is not None else current.retry
        is_same = attempts.quota == current.retry.quota
        derived = self._twin()
        derived._derived = True
        derived._settings = attrs.evolve(
            current,
            timeout=Timeout.of(timeout) if timeout is not None else current.timeout,
            retry=attempts,
            headers={**current.headers, **more},
            query={**current.query, **written(query or {})},
            scopes=_scopes(scopes) if scopes is not UNSET else current.scopes,
            max_response_size=(
                largest(max_response_size)
                if max_response_size is not UNSET
                else current.max_response_size
            ),
            strict=strict if strict is not None else current.strict,
            on_drift=on_drift if on_drift is not UNSET else current.on_drift,
            rate_limit=rate_limit if rate_limit is not UNSET else current.rate_limit,
            quota=current.quota if is_same else Quota.of(attempts.quota),
            told=current.told if on_drift is UNSET and observers is UNSET else Told(),
            observers=(
                checked_observers(observers) if observers is not UNSET else current.observers
            ),
        )
        return derived

    def __copy__(self) -> Self:
        return self.with_options()

    def __deepcopy__(self, _memo: object) -> Self:
        return self.with_options()

    def __getstate__(self) -> dict[str, Any]:
        """Return what goes to another process: no secret, and no connection.

        Raises:
            TypeError: When a header, or a member of the query, may be a secret, or when what
                provides the token, or is told of drift or of events, cannot be found by a name.
        """
        settings, hook = self._settings, self._settings.on_drift
        platform = settings.platform
        check_plain(settings.headers, HEADERS | platform.logged_headers, "headers=")
        check_plain(settings.query, platform.logged_query, "query=")
        source: Any = self._source  # a provider of either face
        if isinstance(source, Grant):
            source = attrs.evolve(source, secret=None)
        elif source is not None:
            source = by_name(source, platform.credential)
        mine = {"_settings", "_source", "_token", "_wire", "_derived"}
        return {
            **{name: value for name, value in vars(self).items() if name not in mine},
            "_settings": attrs.evolve(
                settings,
                on_drift=hook and by_name(hook, "on_drift"),
                observers=tuple(by_name(each, "observers") for each in settings.observers),
            ),
            "_source": source,
            "_transport": self._wire.given,
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Become a client as it was in another process; its token is found when it is needed."""
        logs.configure()
        transport: TransportT | None = state.pop("_transport")
        vars(self).update(state)
        self._derived = False
        self._wire = Wire(transport, self._open)
        platform = self._settings.platform
        source: Any = self._source  # a provider of either face
        if isinstance(source, Grant):
            self._token = self._granted(source, allow_plain_http=True)  # as it was allowed
        else:
            self._token = Token(source or _from_environment(platform), platform.credential)

    def can(self, operation: str) -> bool:
        """Tell whether the token may make a call, as far as that is known without asking.

        Args:
            operation: The resource and its method, ``integration.patch``; the method alone, where
                it is one of the client's own.

        Returns:
            False only when the token is known to lack every scope that would do. True for a method
            that makes several calls, whose scopes are not known.

        Raises:
            ConfigurationError: When there is no such operation.
        """
        from .faces import Declared  # that module is built upon this one

        resource, _, method = operation.rpartition(".")
        namespace: object = getattr(self, resource, None) if resource else self
        declared: object = getattr(type(namespace), method, None)
        declaration: object = getattr(declared, "operation", None)
        if not isinstance(declared, Declared):
            name = self._settings.platform.name
            raise ConfigurationError(f"{name} has no operation {operation!r}")
        if not isinstance(declaration, Operation):
            return True
        required: frozenset[str] = declaration.scopes
        return scope.suffices(granted_scopes(self._settings, self._token.known), required)

    def __repr__(self) -> str:
        is_made = "_settings" in vars(self)  # a traceback may show one that could not be made
        return f"<{type(self).__name__} {self._settings.base_url if is_made else 'not made'}>"


def resolve_token(platform: Platform, token: str | Secret | ProviderT | None) -> Token[ProviderT]:
    """Return the token that a client was given, else the one in its environment variable.

    Raises:
        ConfigurationError: When there is none, or none that can travel in a header.
    """
    label = platform.credential
    if token is None:
        return Token(environment_token(platform), label)
    if isinstance(token, (str, Secret)) or not callable(token):
        return Token(checked(token, label), label)
    return Token(token, label)


def environment_token(platform: Platform) -> Secret:
    """Return the token that is in a platform's environment variable.

    Raises:
        ConfigurationError: When there is none, or none that can travel in a header.
    """
    env = Environment(platform.prefix)
    label = env.variable(platform.credential)
    token = env.secret(platform.credential)
    if token is None:
        raise ConfigurationError(
            f"no token for {platform.name}: pass {platform.credential}= or set {label}. "
            "To try without an account, start the sandbox: python -m integrations_sdk.sandbox"
        )
    return checked(token, label)


def _from_environment(platform: Platform) -> Any:  # noqa: ANN401 -- a provider of either face
    return partial(environment_token, platform)


def _scopes(scopes: Iterable[str] | None) -> frozenset[str] | None:
    return scope.parse(scopes) if scopes is not None else None
