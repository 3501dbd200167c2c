"""Faults that a sandbox is told to have, each for the next calls that it fits.

    sandbox.fail_next(status=429, retry_after=1)
    sandbox.fail_next("lost_answer", method="PATCH", times=2)
    sandbox.faults.pending()   # what is still to come: (fault, times left), in order
    sandbox.clear_faults()

A call takes the first fault that fits it. A reset of the sandbox forgets them all.

``status``: the refusal of that status, in the platform's own shape; nothing is done.
``expired_token``: the 401 of a token that has expired.
``lost_request``: the connection is cut before anything is done.
``lost_answer``: the request is done, and the connection is cut then.
``no_connection``: as ``lost_request``, but a client inside the process is told that nothing was
sent; over a socket nobody can tell.
``late``: the request is done, and its answer comes after ``delay``.
``slow_body``: the same, with the head at once and the body in ten pieces during ``delay``.
``truncated_body``: the request is done, and the connection is cut amid the answer's body.
``malformed_json``: the request is done, and the answer is no JSON.
``html``: a web page with status 200, as a proxy or a captive portal has it; nothing is done.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias, get_args

from integrations_sdk.sandbox.errors import SandboxError
from integrations_sdk.sandbox.platform import Platform

FaultKind: TypeAlias = Literal[
    "status",
    "expired_token",
    "lost_request",
    "lost_answer",
    "no_connection",
    "late",
    "slow_body",
    "truncated_body",
    "malformed_json",
    "html",
]
KINDS: tuple[FaultKind, ...] = get_args(FaultKind)
_SLOW: frozenset[FaultKind] = frozenset({"late", "slow_body"})
_LEAST_STATUS, _MOST_STATUS = 400, 599


@dataclass(frozen=True)
class Fault:
    """What is to go wrong, and with which calls.

    Attributes:
        kind: What happens.
        status: The status of the kind ``status``, 400 to 599.
        retry_after: Whole seconds that an answer of the kind ``status`` asks to wait.
        delay: Seconds that the kinds ``late`` and ``slow_body`` take.
        platform: The only platform that it befalls; None for any.
        operation: The only operation, by the platform's name for it; None for any.
        method: The only HTTP method; None for any.

    Raises:
        SandboxError: The figures do not go with the kind.
    """

    kind: FaultKind
    status: int | None = None
    retry_after: int | None = None
    delay: float = 0.0
    platform: str | None = None
    operation: str | None = None
    method: str | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise SandboxError(f"There is no fault {self.kind!r}; there are: {', '.join(KINDS)}")
        if (self.kind == "status") != (self.status is not None):
            raise SandboxError("A status goes with the fault 'status', and with no other")
        if self.status is not None and not _LEAST_STATUS <= self.status <= _MOST_STATUS:
            raise SandboxError(f"The status of a fault is 400 to 599, not {self.status}")
        if self.retry_after is not None and (self.status is None or self.retry_after < 0):
            raise SandboxError("retry_after is whole seconds from 0, and goes with a status")
        if (self.kind in _SLOW) != (self.delay > 0):
            raise SandboxError("A delay above 0 goes with the faults 'late' and 'slow_body'")

    def fits(self, platform: str, operation: str, method: str) -> bool:
        """Tell whether it befalls a call."""
        return (
            self.platform in {None, platform}
            and self.operation in {None, operation}
            and self.method in {None, method}
        )


@dataclass
class _Planned:
    fault: Fault
    left: int = field(default=1)


class Faults:
    """The faults that are still to come. May be used from any thread."""

    def __init__(self) -> None:
        self._planned: list[_Planned] = []
        self._lock = threading.Lock()

    def plan(self, fault: Fault, *, times: int = 1) -> None:
        """Let a fault befall calls, after those that are planned already.

        Args:
            fault: What is to go wrong.
            times: How many calls it befalls, at least 1.

        Raises:
            SandboxError: It befalls none.
        """
        if times < 1:
            raise SandboxError(f"A fault happens at least once, not {times} times")
        with self._lock:
            self._planned.append(_Planned(fault, times))

    def take(self, platform: str, operation: str, method: str) -> Fault | None:
        """Return the fault that befalls a call, and count it."""
        if not self._planned:
            return None
        with self._lock:
            for planned in self._planned:
                if planned.fault.fits(platform, operation, method):
                    planned.left -= 1
                    if not planned.left:
                        self._planned.remove(planned)
                    return planned.fault
        return None

    def pending(self) -> list[tuple[Fault, int]]:
        """Return what is still to come, in order, and how often."""
        with self._lock:
            return [(planned.fault, planned.left) for planned in self._planned]

    def clear(self) -> None:
        """Forget what is still to come."""
        with self._lock:
            self._planned.clear()


def check_names(fault: Fault, platforms: Sequence[Platform]) -> None:
    """Refuse a fault that could befall no call.

    Raises:
        SandboxError: There is no such platform, operation or method.
    """
    named = [platform for platform in platforms if fault.platform in {None, platform.name}]
    if not named:
        known = ", ".join(platform.name for platform in platforms)
        raise SandboxError(f"The sandbox knows no platform {fault.platform!r}; it knows: {known}")
    operations = [operation for platform in named for operation in platform.operations]
    _check("operation", fault.operation, {operation.name for operation in operations})
    _check("method", fault.method, {operation.method for operation in operations})


def _check(label: str, wanted: str | None, known: set[str]) -> None:
    if wanted is not None and wanted not in known:
        names = ", ".join(sorted(known))
        raise SandboxError(f"There is no {label} {wanted!r}; there are: {names}")
