"""Who is calling: where a token comes from, and where it goes in a request."""

from __future__ import annotations

import base64
import inspect
import math
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any, Generic, TypeAlias, TypeVar, cast
from weakref import WeakKeyDictionary

import attrs

from . import clock as time, scopes
from .errors import ConfigurationError
from .locks import Lock
from .secret import Secret
from .transport import LONGEST, OVERDUE, Fault

if TYPE_CHECKING:
    import asyncio

    from .call import Call
    from .settings import Platform

_EARLY = 60.0  # seconds before its end that a token is renewed, or a tenth of a shorter life
_FOREVER = 1e9  # seconds: 31 years, so that no figure is beyond a clock's reach


@attrs.frozen(repr=False)
class Lease:
    """A token, and how long it is good for.

    Attributes:
        token: The token.
        expires_in: Seconds from now until it expires; infinity for a token that does not.
    """

    token: str | Secret
    expires_in: float = math.inf


TokenProvider: TypeAlias = Callable[[], str | Secret | Lease]
"""Called when a token is needed, and once more when the platform refuses it.

A [Lease][integrations_sdk.core.auth.Lease] is renewed shortly before it ends, too.
"""

AsyncTokenProvider: TypeAlias = Callable[[], str | Secret | Lease | Awaitable[str | Secret | Lease]]
"""The same on the asynchronous face, where it may also be a coroutine function."""

P = TypeVar("P")
T = TypeVar("T")


@attrs.frozen(repr=False, eq=False)
class Bounded:
    """A provider that ends by the deadline of the call that needs the token.

    Attributes:
        provide: From a deadline, on the clock of ``time.monotonic``, to what a provider returns.
    """

    provide: Callable[[float], Lease | Awaitable[Lease]]


_VISIBLE_ASCII = r"[\x21-\x7e]+"


@attrs.frozen(repr=False, eq=False)
class Credentials:
    """What authorises one request. Lives no longer than the request does."""

    headers: Mapping[str, str] = {}
    query: Mapping[str, str] = {}


def bearer(token: Secret) -> Credentials:
    """Send the token as RFC 6750 has it."""
    return Credentials(headers={"authorization": f"Bearer {token.reveal()}"})


@attrs.frozen
class Basic:
    """Sends a password, together with its user, as RFC 7617 has it.

    Args:
        user: The user, which is no secret.

    Raises:
        ConfigurationError: When the user cannot be told from the password, or cannot travel.
    """

    user: str

    def __attrs_post_init__(self) -> None:
        if not self.user or ":" in self.user or not self.user.isprintable():
            raise ConfigurationError(
                "the user of a password is text without a colon or a control character"
            )

    def __call__(self, password: Secret) -> Credentials:
        """Return what authorises a request."""
        pair = base64.b64encode(f"{self.user}:{password.reveal()}".encode()).decode()
        return Credentials(headers={"authorization": f"Basic {pair}"})


@attrs.frozen(repr=False, eq=False)
class Grant:
    """How a token is had by a call of its own.

    Attributes:
        platform: Whom to ask, where, and how the asking is authorised.
        secret: What authorises it; None for what is in the platform's environment variable.
        call: What to ask.
        lease: From the answer's model to the token.
        url_name: What the user calls the platform's base URL.
    """

    platform: Platform
    secret: Secret | None
    call: Call[Any]
    lease: Callable[[Any], Lease]
    url_name: str = "base_url"


@attrs.frozen
class QueryKey:
    """Sends a key as a member of the query, for platforms that take it nowhere else."""

    name: str

    def __call__(self, key: Secret) -> Credentials:
        """Return what authorises a request."""
        return Credentials(query={self.name: key.reveal()})


def checked(token: object, source: str) -> Secret:
    """Return a token that can travel in a header.

    Args:
        token: As the user gave it.
        source: Where it came from, for the error.

    Raises:
        ConfigurationError: When it is no text, empty, or has a character that no token has. Never
            quotes it.
    """
    text, kind = token.reveal() if isinstance(token, Secret) else token, type(token).__name__
    secret = Secret(text) if isinstance(text, str) else None
    del token, text  # this frame may end up in a traceback
    if secret is None:
        raise ConfigurationError(f"{source} is {kind}: a token is text")
    if re.fullmatch(_VISIBLE_ASCII, secret.reveal()) is None:
        problem = "has a space, a line break or a non-ASCII character" if secret else "is empty"
        raise ConfigurationError(f"{source} {problem}: copy the token again, without anything else")
    return secret


class Token(Generic[P]):
    """The token of a client and of all that are derived from it: fixed, or from a provider.

    Args:
        token: The token, or what provides one.
        label: What the user calls it: ``access_token``.
    """

    def __init__(self, token: Secret | P | Bounded, label: str) -> None:
        self._current: Secret | None = token if isinstance(token, Secret) else None
        self._renew_at = math.inf
        self._provider: P | Bounded | None = None if isinstance(token, Secret) else token
        self._source = f"what {label}() returned"
        self._claimed: tuple[Secret | None, frozenset[str] | None] = (None, None)
        self._turn = Lock()
        self._turns: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock] = (
            WeakKeyDictionary()
        )

    @property
    def known(self) -> Secret | None:
        """The token, if there is no need to ask for it."""
        return self._current

    def get(
        self: Token[TokenProvider], refused: Secret | None = None, deadline: float = math.inf
    ) -> Secret:
        """Return the token; asks the provider for a first one, or for one after a refused one.

        It asks for one after a leased one, too, shortly before that expires. Callers at the same
        time ask the provider once.

        Raises:
            Fault: When the deadline passes while another caller asks.
        """
        if self._provider is not None and self._is_due(refused):
            left = max(0.0, deadline - time.monotonic())
            if not self._turn.acquire(timeout=min(left, LONGEST)):
                raise Fault(OVERDUE, sent=False, overdue=True)
            try:
                if self._is_due(refused):
                    self._keep(time.monotonic(), _asked(self._provider, deadline))
            finally:
                self._turn.release()
        return self._kept()

    async def aget(
        self: Token[AsyncTokenProvider], refused: Secret | None = None, deadline: float = math.inf
    ) -> Secret:
        """Do the same where the provider may be a coroutine function."""
        if self._provider is not None and self._is_due(refused):
            turn = self._turn_here()
            await _taken(turn, deadline)
            try:
                if self._is_due(refused):
                    provider = self._provider
                    self._keep(time.monotonic(), await _resolved(_asked(provider, deadline)))
            finally:
                turn.release()
        return self._kept()

    def _turn_here(self) -> asyncio.Lock:
        import asyncio  # not at the top: it takes longer to import than all else in this file

        for other in [loop for loop in self._turns if loop.is_closed()]:
            self._turns.pop(other, None)  # its lock may refer to it, and would keep it
        return self._turns.setdefault(asyncio.get_running_loop(), asyncio.Lock())

    def claimed(self, token: Secret) -> frozenset[str] | None:
        """Return the scopes that a token claims to have: read once, for it costs as much as a call.

        None when it does not speak of them.
        """
        known, claimed = self._claimed
        if known is not token:
            claimed = scopes.from_token(token)
            self._claimed = token, claimed
        return claimed

    def _is_due(self, refused: Secret | None) -> bool:
        return self._current is refused or time.monotonic() >= self._renew_at

    def _keep(self, asked: float, answer: str | Secret | Lease) -> None:
        lease = answer if isinstance(answer, Lease) else Lease(answer)
        del answer  # this frame may end up in a traceback
        self._current = checked(lease.token, self._source)
        lifetime = min(lease.expires_in, _FOREVER)
        self._renew_at = asked + lifetime - min(_EARLY, lifetime / 10)

    def _kept(self) -> Secret:
        if self._current is None:
            raise AssertionError("a token is fixed, or was provided")
        return self._current


def _asked(provider: Callable[[], T] | Bounded, deadline: float) -> T:
    if isinstance(provider, Bounded):
        return cast("T", provider.provide(deadline))  # of the same face as its client
    return provider()


async def _taken(turn: asyncio.Lock, deadline: float) -> None:
    """Take a turn; raises a Fault when the deadline passes before."""
    import anyio  # not at the top: it is of no use to a client of threads, or with a fixed token

    with anyio.move_on_after(deadline - time.monotonic()):
        await turn.acquire()
        return
    raise Fault(OVERDUE, sent=False, overdue=True)


async def _resolved(
    answer: str | Secret | Lease | Awaitable[str | Secret | Lease],
) -> str | Secret | Lease:
    return await answer if inspect.isawaitable(answer) else answer
