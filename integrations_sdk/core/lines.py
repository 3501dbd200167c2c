"""Events as lines of the log."""

from __future__ import annotations

import logging

from .events import DriftFound, Event, RequestFailed, ResponseReceived, RetryDecided
from .logs import log
from .transport import Headers


def write(event: Event) -> None:
    """Log an event, if there is a line for it."""
    if isinstance(event, (ResponseReceived, RequestFailed)):
        if log.isEnabledFor(logging.DEBUG):
            _write_attempt(event)
    elif isinstance(event, RetryDecided):
        log.info("%s: %s; again in %.1f s", event.call.operation, event.outcome, event.wait)
    elif isinstance(event, DriftFound):
        name = event.call.operation
        log.warning("%s: the answer drifts from its documentation: %s", name, event.drift)


def _write_attempt(event: ResponseReceived | RequestFailed) -> None:
    request = event.request
    if isinstance(event, ResponseReceived):
        outcome, came = str(event.status), _written(event.headers)
    else:
        outcome, came = event.reason, "none"
    log.debug(
        "%s: %s %s: %s in %.0f ms (attempt %d%s); headers sent: %s; headers received: %s",
        event.call.operation,
        event.call.method,
        request.url + request.query,
        outcome,
        event.elapsed * 1000,
        request.attempt,
        f", waited {request.queued:.3f} s for its turn" if request.queued else "",
        _written(request.headers),
        came,
    )


def _written(headers: Headers) -> str:
    return ", ".join(f"{name}: {value}" for name, value in headers.items())
