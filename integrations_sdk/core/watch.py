"""One run of a call as its observers are told of it."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from . import clock as time, lines, redaction
from .events import (
    CallEnded,
    CallInfo,
    CallStarted,
    DriftFound,
    Event,
    RequestFailed,
    RequestSent,
    ResponseReceived,
    RetryDecided,
    Waiting,
)
from .logs import log
from .transport import Headers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import TracebackType

    from typing_extensions import Self

    from .call import Operation
    from .drift import Drift
    from .events import WaitReason
    from .redaction import Redaction
    from .settings import Settings
    from .transport import Request, Response

_ABANDONED: Final = "the call ended while it was under way"
_ids: Final = itertools.count(1)


class Watch:
    """Makes the events of a run, and tells the observers and the log; entered while it lasts.

    Args:
        settings: The client's.
        operation: What runs.
        hide: Returns what replaces all that was sent in confidence so far.
    """

    def __init__(
        self, settings: Settings, operation: Operation[Any], hide: Callable[[], Redaction]
    ) -> None:
        self._settings = settings
        self._hide = hide
        platform = settings.platform
        self._call = CallInfo(
            id=next(_ids),
            platform=platform.name,
            operation=operation.name,
            method=operation.method,
            base_url=settings.base_url,
            template=urlsplit(settings.base_url).path + operation.path,
        )
        self._shown = (
            redaction.HEADERS | platform.logged_headers | {platform.request_id_header.lower()}
        )
        self._pending: RequestSent | None = None
        self._attempts = 0
        self._status: int | None = None
        self._began = self._sent = time.monotonic()

    def __enter__(self) -> Self:
        self._tell(CallStarted(self._call))
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        error = exc_type.__name__ if exc_type is not None else None
        if error is not None:
            self.failed(error, _ABANDONED, time.monotonic() - self._sent)
        elapsed = time.monotonic() - self._began
        self._tell(CallEnded(self._call, self._attempts, elapsed, self._status, error))

    def sending(self, request: Request, queued: float) -> None:
        """Tell that a request is about to go out, after a wait of some seconds for its turn."""
        self._attempts += 1
        self._sent = time.monotonic()
        address, _, query = request.url.partition("?")
        asked = redaction.query(query, self._settings.platform.logged_query)
        url, mark, query = self._hide()(address + asked).partition("?")
        headers = self._headers(request.headers)
        sent = RequestSent(self._call, self._attempts, url, mark + query, headers, queued)
        self._pending = sent
        self._tell(sent)

    def received(self, response: Response, elapsed: float) -> None:
        """Tell that an answer came."""
        self._status = response.status
        request_id = response.headers.get(self._settings.platform.request_id_header)
        if request_id is not None:
            request_id = self._hide()(request_id)
        if (request := self._taken()) is not None:
            headers = self._headers(response.headers.items())
            self._tell(
                ResponseReceived(self._call, request, response.status, elapsed, headers, request_id)
            )

    def failed(self, error: str, reason: str, elapsed: float) -> None:
        """Tell that no whole answer came, if a request is under way."""
        if (request := self._taken()) is not None:
            self._tell(RequestFailed(self._call, request, error, reason, elapsed))

    def retrying(self, error: str, outcome: str, wait: float = 0.0) -> None:
        """Tell that another attempt will be made."""
        self._tell(RetryDecided(self._call, self._attempts, error, outcome, wait))

    def waiting(self, seconds: float, reason: WaitReason) -> None:
        """Tell that a wait begins."""
        self._tell(Waiting(self._call, seconds, reason))

    def drifted(self, drift: Drift) -> None:
        """Tell of a drift: the log, too, unless there is a hook in its place."""
        hook, event = self._settings.on_drift, DriftFound(self._call, drift)
        self._tell(event, is_logged=hook is None)
        if hook is None:
            return
        try:
            hook(self._call.operation, drift)
        except Exception:  # noqa: BLE001 -- whatever a user wrote
            log.exception("%s: on_drift failed, and the call went on", self._call.operation)

    def _taken(self) -> RequestSent | None:
        request, self._pending = self._pending, None
        return request

    def _headers(self, sent: Iterable[tuple[str, str]]) -> Headers:
        """Return headers that may show; they are looked through when somebody asks for them."""
        hide, shown = self._hide(), self._shown
        return Headers(
            lambda: [(hide(name), hide(value)) for name, value in redaction.masked(sent, shown)]
        )

    def _tell(self, event: Event, *, is_logged: bool = True) -> None:
        for observer in self._settings.observers:
            try:
                observer(event)
            except Exception as failure:  # noqa: BLE001 -- the same
                failure.__suppress_context__ = True  # that is the call's, and its caller's to log
                if self._settings.told.is_new("an observer failed", id(observer)):
                    log.exception(
                        "%s: an observer failed at %s, and the call went on; once is logged",
                        self._call.operation,
                        type(event).__name__,
                    )
        if is_logged:
            lines.write(event)
