"""What may be repeated, when and how often: one policy that both runners follow, by tenacity."""

from __future__ import annotations

import re
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Final, Literal, Protocol, TypeAlias

import attrs

from .document import kind
from .errors import (
    AmbiguousWriteError,
    APIError,
    DeadlineExceededError,
    DecodeError,
    IntegrationsError,
    InvalidArgumentError,
    TransportError,
)
from .quota import CAPACITY

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tenacity import RetryCallState
    from typing_extensions import NotRequired, TypedDict

    class Policy(TypedDict):
        """The arguments that ``tenacity.Retrying`` and ``tenacity.AsyncRetrying`` share."""

        retry: Callable[[RetryCallState], bool]
        wait: Callable[[RetryCallState], float]
        stop: Callable[[RetryCallState], bool]
        before_sleep: Callable[[RetryCallState], None]
        reraise: bool

    class Noted(TypedDict):
        """What is written down of an attempt while a call runs: an Attempt, if somebody asks."""

        started: float
        elapsed: float
        outcome: str
        queued: float
        waited: NotRequired[float]
        request_id: NotRequired[str | None]


StopReason: TypeAlias = Literal[
    "attempts", "deadline", "final", "quota", "retry_after", "status", "write"
]
"""Why a failure was not followed by another attempt.

``attempts``, ``deadline``, ``quota`` and ``retry_after``: the rule of the client's that ended it.
``status``: the answer would be the same again. ``write``: a write that must not be done twice.
``final``: what else would fail in the same way again.
"""


class Run(Protocol):
    """What a policy must know of the run it decides about."""

    def may_repeat(self, failure: BaseException) -> bool:
        """Tell whether a failure may be followed by another attempt at all."""
        ...

    def asked_wait(self, failure: BaseException) -> float | None:
        """Return how many seconds the server asked to wait, if it did."""
        ...

    def remaining(self) -> float:
        """Return how many seconds are left until the deadline."""
        ...

    def waiting(self, seconds: float) -> None:
        """Take note of a wait that is about to begin."""
        ...

    def stopping(self, reason: StopReason) -> None:
        """Take note of the rule that ends the run."""
        ...

    def may_spend(self) -> bool:
        """Take what another attempt costs from the client's quota; False when it is used up."""
        ...


RETRIED_STATUSES: Final = frozenset({408, 429, 500, 502, 503, 504})
"""Answers that a later attempt may better: RFC 9110 for 408 and 5xx, RFC 6585 for 429."""

_NOT_DONE: Final = frozenset({501, 505})  # which tell that the server cannot do it at all
_LONGEST_SENSIBLE_WAIT: Final = 10 * 365 * 86_400


@attrs.frozen
class Retry:
    """How often a call that may be repeated is attempted, and how long it waits in between.

    Waits grow exponentially with full jitter: a random time between nothing and
    ``initial * 2 ** n`` seconds, never above ``maximum``. A ``Retry-After`` of the server is
    obeyed instead; one above ``retry_after_cap``, or beyond the call's deadline, ends the call at
    once with the error, whose ``retry_after`` says when to come back.

    Args:
        attempts: Attempts in all; 1 never repeats.
        initial: Upper bound of the first wait, in seconds.
        maximum: Upper bound of any wait, in seconds.
        retry_after_cap: The longest ``Retry-After`` to sit out, in seconds.
        quota: How much the calls of a client may be repeated while they fail: a retry takes 5, one
            after a timeout 10; a success returns what its last retry took, or 1 if it needed none.
            None sets no bound.

    Raises:
        InvalidArgumentError: When there is no attempt at all, a wait is negative, or the quota is
            below 1.
    """

    attempts: int = 3
    initial: float = 0.5
    maximum: float = 8.0
    retry_after_cap: float = 60.0
    quota: int | None = CAPACITY

    def __attrs_post_init__(self) -> None:
        if self.attempts < 1:
            raise InvalidArgumentError("retry.attempts", "at least 1", f"{self.attempts}")
        for name in ("initial", "maximum", "retry_after_cap"):
            seconds: float = getattr(self, name)
            if not seconds >= 0:
                raise InvalidArgumentError(f"retry.{name}", "seconds from 0", f"{seconds}")
        if self.quota is not None and self.quota < 1:
            raise InvalidArgumentError("retry.quota", "at least 1, or None", f"{self.quota}")

    @classmethod
    def of(cls, value: Retry | int) -> Retry:
        """Return the policy for a figure: a number is how often to attempt."""
        if isinstance(value, Retry):
            return value
        if not isinstance(value, int):  # pyright: ignore[reportUnnecessaryIsInstance] -- callers without a type checker
            raise InvalidArgumentError("retry", "how often to attempt, or a Retry", kind(value))
        return cls(attempts=value)


@attrs.frozen
class Attempt:
    """One request of a call, as it went.

    Attributes:
        started: Seconds since the call began.
        elapsed: Seconds until its answer or its failure.
        outcome: The status that came back, or what went wrong.
        waited: Seconds waited after it, before the next; 0 for the last.
        timestamp: When it began, in seconds since 1970.
        request_id: The platform's name for it, if it gave one and somebody looked.
        queued: Seconds that it waited for its turn by the rate limit, before it started.
    """

    started: float
    elapsed: float
    outcome: str
    waited: float = 0.0
    timestamp: float = 0.0
    request_id: str | None = None
    queued: float = 0.0

    @property
    def at(self) -> datetime:
        """When it began, by this machine's clock, in UTC."""
        return datetime.fromtimestamp(self.timestamp, timezone.utc)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Read how many seconds a server asks to wait: RFC 9110 section 10.2.3, in both its forms.

    A date is measured against the server's own ``Date`` where there is one, so that a wrong clock
    on either side does no harm; one in the past means now.

    Returns:
        Seconds, or None when the header is absent or makes no sense.
    """
    value = headers.get("retry-after", "").strip()
    if re.fullmatch(r"[0-9]{1,12}", value):
        seconds = float(value)
    else:
        moment = http_date(value)
        if moment is None:
            return None
        now = http_date(headers.get("date", "")) or datetime.now(timezone.utc)
        seconds = max(0.0, (moment - now).total_seconds())
    return seconds if seconds <= _LONGEST_SENSIBLE_WAIT else None


def http_date(value: str) -> datetime | None:
    """Read a date as HTTP writes it; None where it is none."""
    from email.utils import parsedate_to_datetime  # not at the top: few servers send a date

    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=timezone.utc)


def is_perhaps_done(status: int) -> bool:
    """Tell whether a request that was answered so may have been processed all the same."""
    return status == 408 or (status >= 500 and status not in _NOT_DONE)  # noqa: PLR2004


def why_final(error: IntegrationsError) -> StopReason | None:
    """Return why an error that may not be repeated may not; None where nothing was sent."""
    if isinstance(error, AmbiguousWriteError):
        return "write"
    if isinstance(error, DeadlineExceededError):
        return "deadline"
    if isinstance(error, APIError):
        return "write" if error.status in RETRIED_STATUSES else "status"
    return "final" if isinstance(error, (TransportError, DecodeError)) else None


def stopped(
    retry: Retry, *, attempts: int, asked: float | None, wait: float, remaining: float
) -> StopReason | None:
    """Return the rule that ends a run after a failure that may be repeated; None to go on.

    Args:
        retry: How often, and how long.
        attempts: Attempts so far.
        asked: Seconds that the server asks to wait, if it does.
        wait: Seconds until the next attempt.
        remaining: Seconds until the deadline.
    """
    if attempts >= retry.attempts:
        return "attempts"
    if asked is not None and asked > retry.retry_after_cap:
        return "retry_after"
    if wait >= remaining:
        return "deadline"
    return None


def policy(retry: Retry, run: Run) -> Policy:
    """Return the policy for one run of a call."""
    from tenacity import wait_random_exponential

    backoff = wait_random_exponential(multiplier=retry.initial, max=retry.maximum)

    def wait(state: RetryCallState) -> float:
        asked = run.asked_wait(_failure(state))
        return asked if asked is not None else backoff(state)

    def stop(state: RetryCallState) -> bool:
        reason = stopped(
            retry,
            attempts=state.attempt_number,
            asked=run.asked_wait(_failure(state)),
            wait=state.upcoming_sleep,
            remaining=run.remaining(),
        )
        if reason is None and not run.may_spend():
            reason = "quota"
        if reason is not None:
            run.stopping(reason)
        return reason is not None

    return {
        "retry": lambda state: _failed(state) and run.may_repeat(_failure(state)),
        "wait": wait,
        "stop": stop,
        "before_sleep": lambda state: run.waiting(state.upcoming_sleep),
        "reraise": True,
    }


def _failed(state: RetryCallState) -> bool:
    return state.outcome is not None and state.outcome.failed


def _failure(state: RetryCallState) -> BaseException:
    failure = state.outcome.exception() if state.outcome is not None else None
    if failure is None:
        raise AssertionError("asked about an attempt that did not fail")
    return failure
