"""What a client is told: by arguments, else by the environment, else by default."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Final, TypeVar
from urllib.parse import SplitResult, quote, urlsplit

import attrs

from . import address, arguments, scopes as scope
from .drift import DriftHook as DriftHook, Told
from .errors import ConfigurationError
from .limits import Pace
from .model import UNSET, Unset
from .observer import Observer as Observer, checked as checked_observers
from .quota import Quota
from .redaction import Standing
from .retry import Retry
from .secret import Secret
from .transport import Timeout, Transports
from .wire import Codec

if TYPE_CHECKING:
    from .auth import Credentials
    from .document import JSON
    from .limits import Budget, RateLimit

T = TypeVar("T")
_LOOPBACK: Final = r"127(\.\d{1,3}){3}"  # RFC 1122
_AUTHORITY: Final = r"([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+(%[A-Za-z0-9._-]+)?])(:[0-9]*)?"
_WANTED: Final = {
    "attempts": "a whole number of at least 1",
    "max_response_size": "a whole number of bytes, at least 1",
    "strict": "true or false",
    "timeout": "a number of seconds",
}
_LARGEST: Final = 8 * 1024 * 1024  # bytes


@attrs.frozen(repr=False, eq=False)
class Platform:
    """All that is particular to one platform: values and pure functions.

    Attributes:
        name: As its makers write it.
        prefix: What its environment variables begin with.
        base_url: Where its API is.
        credential: What the user calls the token: ``access_token``.
        authorize: From the token to what goes into a request.
        codec: How its documents are written.
        read_error: From the body of an error to its code and its message.
        transports: How its clients send unless told otherwise.
        headers: Sent with every request.
        query: Sent with every request.
        request_id_header: Where it names a request.
        rate_limit: What it documents that one credential may send; None when it documents nothing.
        logged_headers: Those whose values a log line may show, in lower case, besides what
            is no secret on any platform.
        logged_query: The members of a query whose values a log line may show.
    """

    name: str
    prefix: str
    base_url: str
    credential: str
    authorize: Callable[[Secret], Credentials]
    codec: Codec
    read_error: Callable[[JSON], tuple[str | None, str]]
    transports: Transports
    headers: Mapping[str, str] = attrs.Factory(dict[str, str])
    query: Mapping[str, str] = attrs.Factory(dict[str, str])
    request_id_header: str = "x-request-id"
    rate_limit: RateLimit | None = None
    logged_headers: frozenset[str] = frozenset()
    logged_query: frozenset[str] = frozenset()


def _pace(settings: Settings) -> Pace | None:
    return Pace.of(settings.rate_limit, f"{settings.platform.name} {settings.base_url}")


@attrs.frozen(repr=False, eq=False)
class Settings:
    """What every call of a client needs to know."""

    platform: Platform
    base_url: str
    scopes: frozenset[str] | None
    timeout: Timeout
    retry: Retry
    headers: Mapping[str, str]
    query: Mapping[str, str]
    max_response_size: float
    strict: bool
    on_drift: DriftHook | None
    rate_limit: Budget | None
    quota: Quota | None
    told: Told = attrs.field(factory=Told)
    """Which drifts the client told of already: kept by those that are derived from it."""
    observers: tuple[Observer, ...] = ()
    redacted: Standing = attrs.field(init=False, factory=Standing)
    """What replaces its secrets where they are repeated."""

    encoded: str = attrs.field(
        init=False, default=attrs.Factory(lambda self: address.query(self.query), takes_self=True)
    )
    """The query as it travels: that of most calls, so that it is not written anew for each."""

    pace: Pace | None = attrs.field(init=False, default=attrs.Factory(_pace, takes_self=True))
    """How its calls wait for their turns; None when they need not."""


@attrs.frozen(repr=False)
class Environment:
    """The environment variables of one platform, read when a client is made."""

    prefix: str
    variables: Mapping[str, str] = attrs.field(factory=lambda: os.environ)

    def pick(self, argument: T | None, name: str, read: Callable[[str], T], default: T) -> T:
        """Return an argument, else a variable, else a default.

        Raises:
            ConfigurationError: When the variable cannot be read. Never quotes it.
        """
        if argument is not None:
            return argument
        text = self.text(name)
        if text is None:
            return default
        try:
            return read(text)
        except ValueError:
            pass  # raised below: the exception quotes the value
        del text
        raise ConfigurationError(
            f"the environment variable {self.variable(name)} makes no sense: expected "
            f"{_WANTED.get(name, 'one of the documented values')}"
        )

    def text(self, name: str) -> str | None:
        """Return a variable; an empty one counts as not set."""
        return self.variables.get(self.variable(name)) or None

    def secret(self, name: str) -> Secret | None:
        """Do the same for a variable that frames and tracebacks must not show."""
        text = self.text(name)
        return Secret(text) if text is not None else None

    def variable(self, name: str) -> str:
        """Return the full name of a variable: ``PREFIX_BASE_URL``."""
        return f"{self.prefix}_{name.upper()}"


def named_url(base_url: str | None, name: object, platform: Platform) -> str | None:
    """Return the base URL that arguments ask for: itself, else that of a named environment.

    So an environment that is named by an argument goes before a base URL that is in a variable.
    """
    return platform.base_url if base_url is None and name is not None else base_url


def load(
    platform: Platform,
    *,
    base_url: str | None,
    scopes: Iterable[str] | None,
    timeout: Timeout | float | None,
    retry: Retry | int | None,
    headers: Mapping[str, str],
    query: Mapping[str, str],
    max_response_size: int | Unset | None,
    strict: bool | None,
    on_drift: DriftHook | None,
    rate_limit: Budget | Unset | None,
    allow_plain_http: bool,
    observers: Iterable[Observer] = (),
) -> Settings:
    """Put a client's settings together.

    Raises:
        ConfigurationError: When one makes no sense.
    """
    env = Environment(platform.prefix)
    url = env.pick(base_url, "base_url", str, platform.base_url)
    attempts = env.pick(
        None if retry is None else Retry.of(retry),
        "attempts",
        lambda text: Retry.of(int(text)),
        Retry(),
    )
    return Settings(
        platform=platform,
        base_url=checked_base_url(url, allow_plain_http=allow_plain_http),
        scopes=env.pick(
            None if scopes is None else scope.parse(scopes), "scopes", scope.parse, None
        ),
        timeout=env.pick(
            None if timeout is None else Timeout.of(timeout),
            "timeout",
            lambda text: Timeout.of(float(text)),
            Timeout(),
        ),
        retry=attempts,
        headers={**platform.headers, **arguments.headers("headers", headers)},
        query={**platform.query, **query},
        max_response_size=env.pick(
            None if max_response_size is UNSET else largest(max_response_size),
            "max_response_size",
            lambda text: largest(int(text)),
            _LARGEST,
        ),
        strict=env.pick(strict, "strict", _read_bool, default=False),
        on_drift=on_drift,
        rate_limit=platform.rate_limit if isinstance(rate_limit, Unset) else rate_limit,
        quota=Quota.of(attempts.quota),
        observers=checked_observers(observers),
    )


def largest(size: int | None) -> float:
    """Return the most bytes that an answer may have; infinity for None.

    Raises:
        InvalidArgumentError: When it is below 1, or no whole number.
    """
    size = arguments.at_least("max_response_size", size, 1)
    return math.inf if size is None else size


def checked_base_url(url: str, *, allow_plain_http: bool, name: str = "base_url") -> str:
    """Return a base URL without its final slash.

    Raises:
        ConfigurationError: When tokens should not be sent there. Never quotes it.
    """
    parts = _split(url)
    if parts is None:
        raise ConfigurationError(f"{name} is not a URL")
    host = parts.hostname or ""
    if parts.scheme not in {"http", "https"} or not host:
        raise ConfigurationError(f"{name} must look like https://host/path")
    if parts.username is not None or "?" in url or "#" in url:
        raise ConfigurationError(f"{name} must not hold a user, a password, a query or a fragment")
    if parts.scheme == "http" and not (allow_plain_http or is_loopback(host)):
        raise ConfigurationError(
            f"{name} would send the token unencrypted to {host}: use https://, or "
            "allow_plain_http=True if you know that nobody is listening"
        )
    netloc = parts.netloc if parts.netloc.isascii() else _by_idna(parts.netloc)
    if re.fullmatch(_AUTHORITY, netloc) is None:
        raise ConfigurationError(f"{name} has a host that is neither a name nor an address")
    if url.isascii():
        return url.rstrip("/")
    return f"{parts.scheme}://{netloc}{quote(parts.path, safe='/%')}".rstrip("/")


def _by_idna(netloc: str) -> str:
    """Return a host and its port in ASCII; nothing where IDNA cannot write it."""
    host, colon, port = netloc.partition(":")
    try:
        return f"{host.encode('idna').decode()}{colon}{port}"
    except UnicodeError:
        return ""


def _split(url: str) -> SplitResult | None:
    if " " in url or not url.isprintable():
        return None  # urlsplit would leave such characters out, a transport would not
    try:
        parts = urlsplit(url)
        _ = parts.port  # a wrong one is found when it is asked for
    except ValueError:
        return None
    return parts


def is_loopback(host: str) -> bool:
    """Tell whether a host is this machine itself, by its name."""
    return host in {"localhost", "::1"} or re.fullmatch(_LOOPBACK, host) is not None


def _read_bool(text: str) -> bool:
    known = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
    if text.lower() not in known:
        raise ValueError
    return known[text.lower()]
