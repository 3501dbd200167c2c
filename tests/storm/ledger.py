"""What a worker knows to be stored, and whether what comes back agrees with that.

The journal of the proxy says what the sandbox did for each call; it decides where a client cannot
know, and is the judge where a client says that it does.
"""

from __future__ import annotations

import asyncio
import http.client
import json
from collections import Counter
from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import Any, Final

import attrs

from integrations_sdk import (
    APIError,
    ConnectError,
    DecodeError,
    IntegrationsError,
    InternalServerError,
    InvalidArgumentError,
    NotFoundError,
    RateLimitError,
    TransportError,
)

from .actions import ACTIONS, Action, Slot, Target
from .clients import RETRY
from .plan import PATIENCE, SLOTS, Step
from .world import APPLICATION, CUSTOMERS, cxengage_id, made_up_id, polis_client

GRACE: Final = 0.5
"""Seconds that a call may take beyond its deadline, or after it was cancelled."""

_NEVER_SENT: Final = (ConnectError, InvalidArgumentError)
_SECRET: Final = ("SAMPLE", "eyJ")
"""What is in every secret that is written, and what every token begins with."""


class Violation(Exception):
    """Something happened that never may."""


@attrs.frozen
class Outcome:
    """What came of a step: a value, or an error.

    Attributes:
        value: What the call returned.
        error: What it raised.
        seconds: How long it took; when it was cancelled, how long it took from then.
        late: How many of these seconds the machine had no time for this process.
        cancelled: Whether it was cancelled, before it ended.
    """

    value: Any
    error: BaseException | None
    seconds: float
    late: float = 0
    cancelled: bool = False

    @property
    def is_ambiguous(self) -> bool:
        """Whether it is the error of a write that may have taken effect."""
        return isinstance(self.error, IntegrationsError) and self.error.ambiguous


class Control:
    """Asks the proxy, behind the back of the clients."""

    def __init__(self, url: str) -> None:
        self._connection = http.client.HTTPConnection(url.removeprefix("http://"))

    def __call__(self, asked: str) -> Any:
        self._connection.request("GET", f"/.storm/{asked}")
        return json.loads(self._connection.getresponse().read())

    def close(self) -> None:
        self._connection.close()


class Ledger:
    """The books of one worker.

    Attributes:
        calls: How many, by their action.
        outcomes: How many, by the class of the error.
        faults: What happened on this side of the wire.
        checks: What the ambiguous writes said when they were read back.
        overrun: The longest stay beyond a deadline, in seconds, and how many more seconds of it the
            machine had no time for this process.
    """

    def __init__(self, worker: int, control: Control, fixed: dict[str, Any]) -> None:
        self._worker = worker
        self._control = control
        self._fixed = fixed
        self._slots = {
            "losant": [Slot(made_up_id(worker, slot)) for slot in range(SLOTS)],
            "celigo": [Slot(made_up_id(worker, slot)) for slot in range(SLOTS)],
            "polis": [Slot(customer) for customer in CUSTOMERS],
            "cxengage": [Slot(cxengage_id(worker, slot)) for slot in range(SLOTS)],
            "optimizeplayer": [Slot(str(id_), "there") for id_ in range(31, 49)],
        }
        self._unsettled: list[tuple[Step, Outcome]] = []
        self.calls: Counter[str] = Counter()
        self.outcomes: Counter[str] = Counter()
        self.faults: Counter[str] = Counter()
        self.checks: Counter[str] = Counter()
        self.overrun = (0.0, 0.0)

    def target(self, step: Step, walk: Callable[[Any], Any]) -> Target:
        """Return what a step is about."""
        slot = self._slots[step.platform][step.slot]
        return Target(slot.id, slot.name, step.marker, step.worker, walk)

    def settle(self, step: Step, outcome: Outcome) -> list[dict[str, Any]]:
        """Check what came of a step, let nothing of it happen from now on, and return what did.

        Raises:
            Violation: When it is what never may be.
        """
        action = ACTIONS[step.action]
        self._count(step, action, outcome)
        _check_error(step, outcome)
        if outcome.error is None:
            self._check_value(step, action, outcome.value)
        else:
            self._check_presence(step, action, outcome)
        applied: list[dict[str, Any]] = []
        if outcome.error is None and action.effect != "deletes":
            self._unsettled.append((step, outcome))
        elif action.writes or action.effect == "refused":
            applied = _applied(self._control(f"seal/{step.ticket}"))
            check_writes(step, outcome, applied, was_there=self._is_there(step))
        return applied

    def audit(self, journal: dict[str, Any]) -> Iterator[tuple[Step, Violation]]:
        """Compare what succeeded with what the sandbox did, and return where they do not agree."""
        for step, outcome in self._unsettled:
            try:
                check_writes(step, outcome, _applied(journal.get(step.ticket, [])))
            except Violation as violation:
                yield step, violation

    def compare(self, documents: dict[str, dict[str, str]]) -> None:
        """Compare the books with what is stored.

        Raises:
            Violation: When they do not agree.
        """
        prefix = f"w{self._worker}-"
        for platform in ("losant", "celigo", "cxengage"):
            stored = {i: n for i, n in documents[platform].items() if n.startswith(prefix)}
            self._compare(platform, stored)
        own = {id_: "set" for id_ in documents["polis"] if id_.startswith(prefix)}
        client = polis_client(self._worker)
        expected = {f"{client}/{slot.id}": "set" for slot in self._slots["polis"] if slot.name}
        if own != expected:
            raise Violation(f"polis has {own}, and should have {expected}")

    def _compare(self, platform: str, stored: dict[str, str]) -> None:
        expected = {slot.id: slot.name for slot in self._slots[platform] if slot.name is not None}
        if stored != expected:
            raise Violation(f"{platform} has {stored}, and should have {expected}")

    def _count(self, step: Step, action: Action, outcome: Outcome) -> None:
        self.calls[step.action] += 1
        self.outcomes[type(outcome.error).__name__ if outcome.error else "success"] += 1
        self.faults["nobody listens"] += step.refused
        self.faults["the task is cancelled"] += outcome.cancelled
        self.faults["a deadline of 10 ms"] += step.patience == "hasty"
        total = PATIENCE[step.patience].total
        if total is None:
            raise AssertionError("a call of a storm has a deadline")
        overrun = outcome.seconds - (0 if outcome.cancelled else total * action.calls)
        self.overrun = max(self.overrun, (overrun - outcome.late, outcome.late))
        if overrun - outcome.late > GRACE:
            ended = "its cancellation" if outcome.cancelled else "its deadline"
            raise Violation(f"it ended {overrun:.3f} s after {ended}")

    def _check_value(self, step: Step, action: Action, value: Any) -> None:
        if action.effect == "refused" or step.refused:
            raise Violation(f"it succeeded, though nobody can have answered: {value!r}")
        slot = self._slots[step.platform][step.slot]
        if slot.name is None and action.effect in {"reads", "changes"}:
            raise Violation(f"it found {slot.id}, which does not exist")
        seen = action.seen(value)
        if action.effect == "fixed":
            expected = self._fixed[slot.id if step.action.endswith("get") else "all"]
        elif action.effect == "lists":
            seen, expected = self._own(step.platform, seen)
        elif action.effect == "reads":
            expected = (slot.id, slot.name)
        elif step.action in {"losant.create", "celigo.create", "celigo.clone"}:
            expected = (seen[0], step.marker)
        elif step.action in {"polis.set", "losant.delete", "celigo.delete", "polis.delete"}:
            return
        else:
            expected = (slot.id, step.marker)
        if seen != expected:
            raise Violation(f"it returned {seen!r}, and should have returned {expected!r}")

    def _own(self, platform: str, seen: dict[str, str]) -> tuple[Any, Any]:
        prefix = f"w{self._worker}-"
        own = {id_: name for id_, name in seen.items() if str(name).startswith(prefix)}
        there = {slot.id: slot.name for slot in self._slots[platform] if slot.name is not None}
        return own, there

    def _is_there(self, step: Step) -> bool:
        return self._slots[step.platform][step.slot].name is not None

    def _check_presence(self, step: Step, action: Action, outcome: Outcome) -> None:
        needs = step.action == "celigo.clone" or action.effect != "creates"
        if isinstance(outcome.error, NotFoundError) and (self._is_there(step) or not needs):
            raise Violation(f"it did not find what is there: {outcome.error}")

    def compare_check(self, step: Step, applied: list[dict[str, Any]], told: Any) -> None:
        """Compare what the reading back of an ambiguous write told with what became of it.

        Args:
            step: The write.
            applied: What the sandbox did for it.
            told: The outcome; or the error, where the platform could not be read.

        Raises:
            Violation: When it is sure of what is wrong.
        """
        if isinstance(told, IntegrationsError):
            self.checks["could not read"] += 1
            return
        deletes = ACTIONS[step.action].effect == "deletes"
        effective = bool(applied) or (deletes and not self._is_there(step))
        if told.took_effect is not None and told.took_effect != effective:
            raise Violation(f"it took effect: {effective}; its check says: {told}")
        self.checks[{True: "it did", False: "it did not", None: "unsure"}[told.took_effect]] += 1

    def book(self, step: Step, outcome: Outcome, applied: list[dict[str, Any]]) -> None:
        """Write down what is stored now, and delete what the plan takes for deleted."""
        action = ACTIONS[step.action]
        if not action.writes:
            return
        slot = self._slots[step.platform][step.into]
        if action.effect == "deletes":
            if slot.name is not None and not applied:
                self._forget(step.platform, slot.id)
            slot.name = None
        elif outcome.error is None:
            id_, slot.name = action.seen(outcome.value)
            slot.id = id_ or slot.id
        elif applied:
            slot.id = slot.id if step.platform == "polis" else applied[-1]["id"]
            slot.name = applied[-1]["name"]

    def _forget(self, platform: str, id_: str) -> None:
        owner = {"losant": APPLICATION, "celigo": "", "polis": polis_client(self._worker)}[platform]
        collection = "polis.credentials" if platform == "polis" else f"{platform}.integrations"
        self._control(f"forget/{collection}/{owner}/{id_}")


def _applied(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [entry for entry in entries if entry["status"] < HTTPStatus.BAD_REQUEST]


def _check_error(step: Step, outcome: Outcome) -> None:
    """Check that an error is one of those that its faults can come to."""
    error = outcome.error
    if error is None or (outcome.cancelled and isinstance(error, asyncio.CancelledError)):
        return
    if not isinstance(error, IntegrationsError):
        raise Violation(f"it raised {type(error).__name__}: {error}")
    if len(error.attempts) > RETRY.attempts:
        raise Violation(f"it made {len(error.attempts)} attempts: {error}")
    if any(secret in f"{error!r} {error} {error.explain()}" for secret in _SECRET):
        raise Violation(f"a secret shows in {error!r}")
    if isinstance(error, InvalidArgumentError) != (ACTIONS[step.action].effect == "refused"):
        raise Violation(f"it raised what was not to be expected: {error}")
    if step.refused and not isinstance(error, (TransportError, InvalidArgumentError)):
        raise Violation(f"nobody listens, and it raised {type(error).__name__}: {error}")
    expected = (
        TransportError,
        DecodeError,
        InternalServerError,
        InvalidArgumentError,
        NotFoundError,
        RateLimitError,
    )
    is_undocumented = type(error) is APIError and error.status == HTTPStatus.OK
    if not isinstance(error, expected) and not is_undocumented:
        raise Violation(f"it raised {type(error).__name__}: {error}")


def check_writes(
    step: Step, outcome: Outcome, applied: list[dict[str, Any]], *, was_there: bool = True
) -> None:
    """Check what the sandbox did for a call against what the call said.

    Args:
        step: The call.
        outcome: What it said.
        applied: What the sandbox did for it.
        was_there: Whether what was to be deleted was there.

    Raises:
        Violation: When a write was applied twice, was lost after it was acknowledged, or was
            applied though it was said that nothing was sent.
    """
    action, count = ACTIONS[step.action], len(applied)
    if count > 1 and not action.repeatable:
        raise Violation(f"it was applied {count} times")
    if isinstance(outcome.error, _NEVER_SENT) and count:
        raise Violation(f"it was applied, and said that nothing was sent: {outcome.error}")
    if isinstance(outcome.error, RateLimitError) and count and not action.repeatable:
        raise Violation(f"it was applied, and said that it was refused: {outcome.error}")
    if outcome.error is None and action.writes and was_there and not count:
        raise Violation("it was acknowledged, and never applied")
