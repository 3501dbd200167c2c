"""What a case is put to: this library, by any transport and on either face, or the naive client.

Either is judged by what happened, not by the names of its exceptions.
"""

from __future__ import annotations

import inspect
import time
from collections.abc import Callable
from typing import Any

import attrs
import httpx

from integrations_sdk import (
    AmbiguousWriteError,
    APIError,
    ConfigurationError,
    ConnectError,
    DeadlineExceededError,
    DecodeError,
    IntegrationsError,
    InvalidArgumentError,
    Retry,
    Timeout,
    TransportError,
)

from ..faces import Face
from ..transports.kinds import KINDS, KindOfFace
from .naive import AsyncFriday, Friday
from .samples import CANARY, TOKEN, Deed, Sample

_OURS: dict[type[IntegrationsError], str] = {  # the narrower before the wider
    AmbiguousWriteError: "ambiguous",
    DeadlineExceededError: "overdue",
    ConnectError: "unsent",
    TransportError: "lost",
    DecodeError: "undocumented",
    APIError: "refused",
    InvalidArgumentError: "argument",
    ConfigurationError: "configuration",
}
_THEIRS: dict[type[Exception], str] = {
    httpx.ConnectError: "unsent",
    httpx.ConnectTimeout: "unsent",
    httpx.PoolTimeout: "unsent",
    httpx.TimeoutException: "overdue",
    httpx.UnsupportedProtocol: "argument",
    httpx.LocalProtocolError: "argument",
    httpx.InvalidURL: "argument",
    httpx.TransportError: "lost",
    httpx.HTTPStatusError: "refused",
    ValueError: "undocumented",
}


@attrs.frozen
class Outcome:
    """What became of a call.

    Attributes:
        kind: ``done``, or what went wrong; ``foreign`` for what nobody thought of.
        took: Seconds.
    """

    kind: str
    took: float
    value: Any = None
    error: Any = None

    @property
    def shown(self) -> str:
        """What an error shows without being asked by name."""
        error = self.error
        seen = [error, error.__cause__, error.__context__] if error is not None else []
        public = [
            {name: value for name, value in vars(part).items() if name[0] != "_"}
            for part in seen
            if part is not None
        ]
        return " ".join(map(repr, [*seen, *map(str, seen), *public]))


def _kind_of(error: BaseException, kinds: Any) -> str:
    return next((kind for class_, kind in kinds.items() if isinstance(error, class_)), "foreign")


def settle(run: Callable[[], Any]) -> Outcome:
    """Run a call and tell what became of it.

    Raises:
        AssertionError: When this library raises what is not its own, or shows a secret.
    """
    began = time.monotonic()
    try:
        value = run()
    except IntegrationsError as error:
        outcome = Outcome(_kind_of(error, _OURS), time.monotonic() - began, error=error)
        assert outcome.kind != "foreign", outcome.shown
        assert CANARY not in outcome.shown
        return outcome
    except Exception as error:  # noqa: BLE001 -- whatever it is, it is judged
        cause = error.__cause__ or error
        return Outcome(_kind_of(cause, _THEIRS), time.monotonic() - began, error=error)
    return Outcome("done", time.monotonic() - began, value)


class Caller:
    """A client of this library that is about to call one server."""

    def __init__(self, face: Face, client: Any, sample: Sample) -> None:
        self.face = face
        self.client = client
        self.sample = sample

    def method(self, name: str) -> Any:
        resource, _, method = name.partition(".")
        return getattr(getattr(self.client, resource), method)

    def do(self, deed: Deed, **changed: Any) -> Outcome:
        method = self.method(deed.name)
        return settle(lambda: self.face(method(**{**deed.arguments, **changed})))

    def read(self) -> Outcome:
        return self.do(self.sample.deed("read"))

    def write(self) -> Outcome:
        return self.do(self.sample.deed("write"))

    def rewrite(self) -> Outcome:
        return self.do(self.sample.deed("rewrite"))

    def delete(self) -> Outcome:
        return self.do(self.sample.deed("delete"))

    def keyed(self, key: str) -> Outcome:
        """Do a write that may be repeated, by a key that the caller chose for it."""
        keyed = self.client.with_options(headers={"Idempotency-Key": key})
        return Caller(self.face, keyed, self.sample).rewrite()

    def walk(self) -> Outcome:
        """Walk a list to its end."""
        arguments = self.sample.deed("read").arguments
        owner = {name: value for name, value in arguments.items() if name != "integration_id"}
        listed = self.client.integration.list
        return settle(lambda: self.face.all(listed(**owner)))

    def told(self, outcome: Outcome) -> Any:
        """Return the name of the record that came."""
        assert outcome.kind == "done", outcome
        return getattr(outcome.value, self.sample.tells, None)

    def close(self) -> None:
        self.face.close(self.client)


class NaiveCaller(Caller):
    """The naive client in the place of this library's."""

    def do(self, deed: Deed, **changed: Any) -> Outcome:
        path = deed.path
        for name, value in changed.items():
            path = path.replace(str(deed.arguments[name]), str(value))
        if isinstance(self.client, AsyncFriday):
            return settle(lambda: self.face(self.client.acall(deed.method, path, deed.body)))
        return settle(lambda: self.client.call(deed.method, path, deed.body))

    def keyed(self, key: str) -> Outcome:
        del key  # it makes its own, for each request
        return self.rewrite()

    def walk(self) -> Outcome:
        path = self.sample.deed("read").path.rpartition("/")[0]
        return settle(lambda: list(self.client.walk(path)))


@attrs.frozen
class Plan:
    """One subject, before it is there.

    Attributes:
        kind: The transport; None for the naive client.
        habits: What the naive client is told beside what it always does.
    """

    sample: Sample
    face: str
    kind: str | None
    habits: dict[str, Any] = attrs.Factory(dict[str, Any])

    @property
    def name(self) -> str:
        return "-".join((self.sample.name, self.kind or "naive", self.face))

    @property
    def needs(self) -> str:
        """The module without which nothing can be tested."""
        return KINDS[self.kind].needs if self.kind else "httpx"

    def subject(self) -> Subject:
        face = KindOfFace(KINDS[self.kind], self.face) if self.kind else Face(self.face)
        return Subject(self, face)


class Subject:
    """Makes clients that call a server; all are closed at the end of the test."""

    def __init__(self, plan: Plan, face: Face) -> None:
        self.plan = plan
        self.sample = plan.sample
        self.face = face
        self.is_naive = plan.kind is None
        self.is_async = face.is_async

    def client(
        self,
        url: str,
        *,
        token: Any = TOKEN,
        total: float = 5.0,
        connect: float = 5.0,
        attempts: int = 3,
        **options: Any,
    ) -> Caller:
        """Make a client.

        Args:
            url: Where the API is.
            token: The token.
            total: Seconds that a call may take.
            connect: Seconds that a connection may take to come about.
            attempts: How often a call may be attempted; without a wait in between.
            options: Further settings, which the naive client does not have.
        """
        if self.is_naive:
            class_ = AsyncFriday if self.is_async else Friday
            friday = class_(
                url,
                token,
                min(total, connect),
                headers=dict(options.get("headers", {})),
                **self.plan.habits,
            )
            self.face._clients.append(friday)
            return NaiveCaller(self.face, friday, self.sample)
        options.setdefault("retry", Retry(attempts, initial=0))
        if "rate_limit" in inspect.signature(self.sample.client).parameters:
            options.setdefault("rate_limit", None)
        timeout = Timeout(connect=connect, read=total, total=total)
        client = self.face.client(
            self.sample.client, token, base_url=url, timeout=timeout, **options
        )
        return Caller(self.face, client, self.sample)

    def notice_a_close(self) -> None:
        """Wait until the transport knows that a server closed a connection."""
        if isinstance(self.face, KindOfFace):
            time.sleep(self.face.kind.notices)

    def forget(self) -> None:
        """Leave clients to the garbage collector, whose event loop is closed already."""
        self.face._clients.clear()

    def finish(self) -> None:
        self.face.finish()
