"""What became of a write whose answer was lost, and the two runners that find out."""

from __future__ import annotations

import time
from datetime import datetime, timedelta, timezone
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import attrs

from .call import Call
from .client import AsyncClient, SyncClient
from .errors import (
    ConfigurationError,
    IntegrationsError,
    InvalidArgumentError,
    NotFoundError,
)
from .model import Model
from .retry import http_date

if TYPE_CHECKING:
    from collections.abc import Callable

    from .call import Reply
    from .compare import Comparison
    from .read_back import Reading

_BY_THE_SERVERS_CLOCK: Final = timedelta(seconds=1)  # its Date has whole seconds
_BY_OUR_OWN_CLOCK: Final = timedelta(seconds=60)


@attrs.frozen
class Outcome:
    """What is known of a write after it was read back.

    It is the state at that moment: a write that is still on its way may take effect later, and what
    is as the write would have left it may be so for another reason.

    Attributes:
        took_effect: Whether the platform now has what was written; None when it cannot be told.
        reason: Why, as a sentence that names members and shows no value.
        found: What was read; None when that is nothing, or one of several.
        candidates: What was found in a list, of which any may be what was written.
    """

    took_effect: bool | None
    reason: str
    found: Model | None = None
    candidates: tuple[Model, ...] = ()


def check(client: SyncClient, call: Call[Any], since: datetime | None) -> Outcome:
    """Read a write back."""
    reading = _begun(call, since)
    step: Callable[[], Call[Any]] = partial(next, reading)
    while isinstance(moved := _move(step), Call):
        try:
            reply = client.send_with_response(moved)
        except NotFoundError as error:
            if error.is_page():
                raise
            step = partial(reading.throw, error)
        else:
            step = partial(reading.send, reply)
    return moved


async def acheck(client: AsyncClient, call: Call[Any], since: datetime | None) -> Outcome:
    """Do the same on the asynchronous face."""
    reading = _begun(call, since)
    step: Callable[[], Call[Any]] = partial(next, reading)
    while isinstance(moved := _move(step), Call):
        try:
            reply = await client.send_with_response(moved)
        except NotFoundError as error:
            if error.is_page():
                raise
            step = partial(reading.throw, error)
        else:
            step = partial(reading.send, reply)
    return moved


def check_of(error: IntegrationsError, client: object, began: datetime | None) -> Outcome:
    """Read back the write that an error leaves open."""
    call = _call_of(error)
    if isinstance(client, SyncClient):
        return client.check(call, since=began)
    raise ConfigurationError("the client is asynchronous: await error.acheck()")


async def acheck_of(error: IntegrationsError, client: object, began: datetime | None) -> Outcome:
    """Do the same on the asynchronous face."""
    call = _call_of(error)
    if isinstance(client, AsyncClient):
        return await client.check(call, since=began)
    raise ConfigurationError("the client is synchronous: call error.check()")


def _call_of(error: IntegrationsError) -> Call[Any]:
    if not error.ambiguous:
        raise ConfigurationError("there is nothing to check: this error leaves no write open")
    if error.call is None:
        raise ConfigurationError(
            "this error was pickled or made by hand, and knows no call: declare it again, by "
            "call() of the client's method, and pass it to client.check()"
        )
    return error.call


def _begun(call: Call[Any], since: datetime | None) -> Reading:
    if since is not None and since.tzinfo is None:
        raise InvalidArgumentError("since", "a moment with its time zone", "one without")
    read_back = call.operation.read_back
    return _unknown(read_back) if isinstance(read_back, str) else read_back(call, since)


def _unknown(reason: str) -> Reading:
    yield from ()
    return Outcome(took_effect=None, reason=reason)


def _move(step: Callable[[], Call[Any]]) -> Call[Any] | Outcome:
    try:
        return step()
    except StopIteration as stop:
        outcome: Outcome = stop.value
    return outcome


def earliest(since: datetime | None, reply: Reply[Any]) -> datetime | None:
    """Return when what was sent can have been created at the earliest, by the server's clock.

    Args:
        since: When it was sent for the first time, by this machine's clock.
        reply: An answer that came just now; its date tells the server's clock.
    """
    if since is None:
        return None
    date = http_date(reply.headers.get("date", ""))
    if date is None:
        return since - _BY_OUR_OWN_CLOCK
    now = datetime.fromtimestamp(time.time(), timezone.utc)
    return since + (date - now) - _BY_THE_SERVERS_CLOCK


@attrs.frozen(eq=False)
class Listed:
    """An item of a list that is not known to be older than what was sent."""

    item: Model
    created: object
    comparison: Comparison

    @property
    def is_new(self) -> bool:
        """Whether it is known to be no older."""
        return isinstance(self.created, datetime)


def chosen(listed: list[Listed], since: datetime | None) -> Outcome:
    """Return what it means that these are listed."""
    alike = [each for each in listed if each.comparison.verdict is not False]
    dated = [each for each in listed if since is not None and each.is_new]
    perhaps = alike or [each for each in dated if each.comparison.same]
    candidates = tuple(each.item for each in perhaps)
    if not perhaps:
        return Outcome(took_effect=False, reason="nothing new is listed that is as it was sent")
    if len(perhaps) > 1:
        reason = "several are listed that may be what was sent"
        return Outcome(took_effect=None, reason=reason, candidates=candidates)
    only, verdict = perhaps[0], None
    if not alike:
        reason = f"one is listed that is new, but {only.comparison.reason}"
    elif only not in dated:
        reason = "one is listed that is as it was sent, but perhaps it was there before"
    else:
        verdict, reason = True, "one is listed that is as it was sent, and new"
    return Outcome(took_effect=verdict, reason=reason, found=only.item, candidates=candidates)
