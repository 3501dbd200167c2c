"""The seam between what a call means and how its bytes move.

A runner hands a [Request][integrations_sdk.transports.Request] to a transport and gets a
[Response][integrations_sdk.transports.Response], or a
[Fault][integrations_sdk.transports.Fault] that says whether the server may have seen it. Nothing
above this seam knows an HTTP library. None of these values shows a header's value, a query or a
body in its repr, since frames that hold them end up in tracebacks.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final, Protocol, TypeVar, overload

import attrs

from .document import kind
from .errors import InvalidArgumentError

T = TypeVar("T")
OVERDUE: Final = "the deadline passed"
"""What is said of a request that did not end by its deadline."""

LONGEST: Final = 2_000_000.0
"""Seconds, 23 days: sockets count milliseconds in 31 bits."""


@attrs.frozen
class Timeout:
    """How long a call may take, in seconds.

    Args:
        connect: For one connection to come about.
        read: For each wait for bytes from the server, and for each write to it.
        total: For the whole call: every attempt, every wait between them, and the wait for its turn
            when a hundred others are on their way. None sets no bound.

    Raises:
        InvalidArgumentError: When a figure is not above zero, or beyond what a socket can count.
    """

    connect: float = 5.0
    read: float = 30.0
    total: float | None = 60.0

    def __attrs_post_init__(self) -> None:
        for name, seconds in attrs.asdict(self).items():
            if seconds is not None and not 0 < seconds <= LONGEST:
                wanted = f"seconds above 0, at most {LONGEST:.0f}"
                raise InvalidArgumentError(f"timeout.{name}", wanted, f"{seconds}")

    @classmethod
    def of(cls, value: Timeout | float) -> Timeout:
        """Return the timeout for a figure: a number is the total, and the longest silence too."""
        if isinstance(value, Timeout):
            return value
        if not isinstance(value, (int, float)):  # pyright: ignore[reportUnnecessaryIsInstance] -- callers without a type checker
            raise InvalidArgumentError("timeout", "seconds, or a Timeout", kind(value))
        return cls(connect=min(cls().connect, value), read=value, total=value)


class Headers(Mapping[str, str]):
    """Response headers: names in any case, several values joined by a comma, values not in repr.

    Args:
        pairs: Names and values; or what returns them, and is called when somebody asks.
    """

    __slots__ = ("_pairs", "_read")

    def __init__(
        self, pairs: Iterable[tuple[str, str]] | Callable[[], Iterable[tuple[str, str]]] = ()
    ) -> None:
        self._pairs = pairs if callable(pairs) else tuple(pairs)
        self._read: dict[str, str] | None = None

    @property
    def _values(self) -> dict[str, str]:
        pairs = self._pairs  # before the look at what was read: another thread may be doing this
        if self._read is None:
            values: dict[str, str] = {}
            for name, value in pairs() if callable(pairs) else pairs:
                key = name.lower()
                values[key] = f"{values[key]}, {value}" if key in values else value
            self._read = values
            self._pairs = ()  # let go of what they came from
        return self._read

    def __getitem__(self, name: str) -> str:
        return self._values[name.lower()]

    @overload
    def get(self, key: str, /) -> str | None: ...

    @overload
    def get(self, key: str, /, default: str | T) -> str | T: ...

    def get(self, key: str, /, default: object = None) -> object:
        """Return a header, else the default: by no exception, as the inherited method does."""
        return self._values.get(key.lower(), default)

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __reduce__(self) -> tuple[type[Headers], tuple[tuple[tuple[str, str], ...]]]:
        return Headers, (tuple(self._values.items()),)  # what they come from may hold a token

    def __repr__(self) -> str:
        return f"Headers({', '.join(self._values)})"


@attrs.frozen(repr=False, eq=False)
class Request:
    """What goes to the wire.

    Attributes:
        method: In capitals.
        url: Absolute, with everything in it percent-encoded. May carry a key in its query.
        headers: Names and values, in order.
        content: The body, or None for a request without one.
        timeout: The longest waits for a connection and for bytes.
        deadline: When to give up, on the clock of ``time.monotonic``; infinity for never.
        limit: The most bytes that the answer's body may have, on the wire and decompressed;
            infinity for any number.
    """

    method: str
    url: str
    headers: tuple[tuple[str, str], ...]
    content: bytes | None
    timeout: Timeout
    deadline: float
    limit: float = math.inf

    def __repr__(self) -> str:
        return f"<Request {self.method} {self.url.partition('?')[0]}>"


@attrs.frozen(repr=False, eq=False)
class Response:
    """What came back, whole: status, headers and the decompressed body."""

    status: int
    headers: Headers
    content: bytes

    def __repr__(self) -> str:
        return f"<Response {self.status}, {len(self.content)} bytes>"


class Fault(Exception):
    """Raised by a transport when no whole response came back.

    Args:
        reason: What went wrong, in words without any part of the request.
        sent: Whether the server may have seen the request.
        overdue: Whether the request's deadline ended it.
        lasting: Whether the next attempt would end the same: a certificate that is not trusted.
        timed_out: Whether one of the request's timeouts ended it.
        oversized: Whether the answer's body was larger than the request's limit.
    """

    def __init__(
        self,
        reason: str,
        *,
        sent: bool,
        overdue: bool = False,
        lasting: bool = False,
        timed_out: bool = False,
        oversized: bool = False,
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.sent = sent
        self.overdue = overdue
        self.lasting = lasting
        self.timed_out = timed_out
        self.oversized = oversized


class Transport(Protocol):
    """Moves one request at a time for each thread that calls it."""

    def send(self, request: Request) -> Response:
        """Send a request and read the whole response; raises a Fault."""
        ...

    def close(self) -> None:
        """Close every connection. Closing twice is no error."""
        ...


class AsyncTransport(Protocol):
    """Moves requests of many tasks."""

    async def send(self, request: Request) -> Response:
        """Send a request and read the whole response; raises a Fault."""
        ...

    async def aclose(self) -> None:
        """Close every connection. Closing twice is no error."""
        ...


@attrs.frozen(repr=False, eq=False)
class Transports:
    """How a client opens a transport when it is given none: one opener for each face."""

    sync: Callable[[], Transport]
    asynchronous: Callable[[], AsyncTransport]
