"""Who is calling: where a token comes from, and where it goes in a request."""

from __future__ import annotations

import asyncio
import inspect
import re
import threading
from collections.abc import Awaitable, Callable, Mapping
from typing import Generic, TypeAlias, TypeVar
from weakref import WeakKeyDictionary

import attrs

from .errors import ConfigurationError
from .secret import Secret

TokenProvider: TypeAlias = Callable[[], str | Secret]
"""Called when a token is needed, and once more when the platform refuses it."""

AsyncTokenProvider: TypeAlias = Callable[[], str | Secret | Awaitable[str | Secret]]
"""The same on the asynchronous face, where it may also be a coroutine function."""

P = TypeVar("P")

_VISIBLE_ASCII = re.compile(r"[\x21-\x7e]+")


@attrs.frozen(repr=False)
class Credentials:
    """What authorises one request. Lives no longer than the request does."""

    headers: Mapping[str, str] = {}
    query: Mapping[str, str] = {}


def bearer(token: Secret) -> Credentials:
    """Send the token as RFC 6750 has it."""
    return Credentials(headers={"authorization": f"Bearer {token.reveal()}"})


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
    if _VISIBLE_ASCII.fullmatch(secret.reveal()) is None:
        problem = "has a space, a line break or a non-ASCII character" if secret else "is empty"
        raise ConfigurationError(f"{source} {problem}: copy the token again, without anything else")
    return secret


class Token(Generic[P]):
    """The token of a client and of all that are derived from it: fixed, or from a provider.

    Args:
        token: The token, or what provides one.
        label: What the user calls it: ``access_token``.
    """

    def __init__(self, token: Secret | P, label: str) -> None:
        self._current: Secret | None = token if isinstance(token, Secret) else None
        self._provider: P | None = None if isinstance(token, Secret) else token
        self._source = f"what {label}() returned"
        self._turn = threading.Lock()
        self._turns: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock] = (
            WeakKeyDictionary()
        )

    @property
    def known(self) -> Secret | None:
        """The token, if there is no need to ask for it."""
        return self._current

    def get(self: Token[TokenProvider], refused: Secret | None = None) -> Secret:
        """Return the token; asks the provider for a first one, or for one after a refused one.

        Callers at the same time ask the provider once.
        """
        if self._provider is not None and self._current is refused:
            with self._turn:
                if self._current is refused:
                    self._current = checked(self._provider(), self._source)
        return self._kept()

    async def aget(self: Token[AsyncTokenProvider], refused: Secret | None = None) -> Secret:
        """Do the same where the provider may be a coroutine function."""
        if self._provider is not None and self._current is refused:
            async with self._turns.setdefault(asyncio.get_running_loop(), asyncio.Lock()):
                if self._current is refused:
                    self._current = checked(await _resolved(self._provider()), self._source)
        return self._kept()

    def _kept(self) -> Secret:
        if self._current is None:
            raise AssertionError("a token is fixed, or was provided")
        return self._current


async def _resolved(answer: object) -> object:
    return await answer if inspect.isawaitable(answer) else answer
