"""The story of a failed call, as text for whoever has to find out what happened."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from .errors import IntegrationsError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .retry import Attempt, StopReason

_STOPPED: Final[dict[StopReason, str]] = {
    "attempts": "the attempts that retry= allows were used up",
    "deadline": "the deadline that timeout= sets left no time for another attempt",
    "final": "another attempt would fail in the same way",
    "quota": "the client's retry quota was used up: much has failed of late",
    "retry_after": "the server asks to wait for longer than retry_after_cap allows",
    "status": "the platform would give the same answer again",
    "write": "this write must not be done twice, and is not repeated",
}
_NEXT: Final[dict[StopReason, str]] = {
    "attempts": "try again later, or find out from the platform what is wrong there",
    "deadline": "allow more with timeout= if the server is known to be slow",
    "final": "read what the first line says: what is wrong there lasts",
    "quota": "try again later, when the platform is back",
    "retry_after": "try again later",
    "status": "read what the platform says in the first line, and change the call",
    "write": "read the resource before you try again",
}
_CHECK: Final = "error.check(), or await error.acheck(), reads whether the write took effect"


def told(error: IntegrationsError) -> str:
    """Return the story of an error: lines of text that show neither secret nor query."""
    return "\n".join(_lines(error))


def _lines(error: IntegrationsError) -> Iterator[str]:
    said = str(error.args[0]) if error.args else ""
    if error.hint:
        said = said.removesuffix(error.hint).rstrip(" .;")
    yield f"{type(error).__name__}: {said}"
    if error.asked is not None:
        yield f"Asked: {error.operation}, {error.asked}"
    if error.during is not None:
        yield f"For: a token, which {error.during} needs"
    for number, attempt in enumerate(error.attempts, 1):
        yield f"  {number}. {_line(attempt)}"
    if not error.attempts:
        yield "  no request on record"
    if error.stopped is not None:
        yield f"Stopped: {_STOPPED[error.stopped]}"
    if advice := _advice(error):
        yield f"Next: {advice}"
    if isinstance(error.__cause__, IntegrationsError):
        yield "Before that:"
        yield from (f"  {line}" for line in _lines(error.__cause__))


def _line(attempt: Attempt) -> str:
    when = attempt.at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    line = f"{when} (+{attempt.started:.3f} s): {attempt.outcome} after {attempt.elapsed:.3f} s"
    line += f" (request id {attempt.request_id})" if attempt.request_id else ""
    line += f"; its turn came after {attempt.queued:.3f} s" if attempt.queued else ""
    return f"{line}; waited {attempt.waited:.3f} s" if attempt.waited else line


def _advice(error: IntegrationsError) -> str:
    if error.ambiguous and error.call is not None:
        return _CHECK
    wait: float | None = getattr(error, "retry_after", None)
    if wait is not None:
        return f"come back in {wait:.0f} s, as the server asks"
    return error.hint or (_NEXT[error.stopped] if error.stopped is not None else "")
