"""One run of a call, without I/O: what to send, and what to make of what comes back."""

from __future__ import annotations

import logging
import math
from typing import TYPE_CHECKING, Final, Generic, TypeVar

import attrs

from integrations_sdk._version import __version__

from . import address, clock as time, document, quota, redaction, scopes
from .call import Reply
from .drift import anywhere
from .errors import (
    AmbiguousWriteError,
    APIError,
    AuthenticationError,
    ConflictError,
    ConnectError,
    DeadlineExceededError,
    DecodeError,
    IntegrationsError,
    MissingScopeError,
    PreconditionFailedError,
    ResponseTooLargeError,
    ThrottledError,
    TransportError,
    error_class,
)
from .logs import log
from .model import Unset, secrets_in
from .retry import RETRIED_STATUSES, Attempt, is_perhaps_done, retry_after, why_final
from .transport import Headers, Request

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from .auth import Credentials
    from .call import Call
    from .client import AsyncClient, SyncClient
    from .document import JSON
    from .drift import Drift
    from .redaction import Redaction
    from .retry import Noted, StopReason
    from .secret import Secret
    from .settings import Settings
    from .transport import Fault, Response
    from .watch import Watch
    from .wire import Sighting

T = TypeVar("T")
_HEADERS: Final = {"accept": "application/json", "user-agent": f"integrations-sdk/{__version__}"}

_UNSURE: Final = "The write may or may not have happened: read the resource before you try again"
_EITHER: Final = "The platform answers so for what does not exist and for a wrong token alike"
_OWN_EFFECT: Final = (
    "An earlier attempt of this very call may have succeeded, and be what this one contradicts: "
    "read the resource before you try again"
)
_REDIRECTED: Final = "Redirects are not followed, for the token would go along: check base_url"


class Exchange(Generic[T]):
    """One run of a call.

    Both runners do the same with it: send what [request][] returns, hand what comes back to
    [accept][] or [fail][], and repeat as its policy decides.

    Args:
        settings: The client's.
        call: What to run.
        claimed: From a token to the scopes that it claims to have.
        deadline: When to give up at the latest, on the clock of ``time.monotonic``.

    Raises:
        InvalidArgumentError: When the body is not what the operation takes.
    """

    def __init__(
        self,
        settings: Settings,
        call: Call[T],
        claimed: Callable[[Secret], frozenset[str] | None] = scopes.from_token,
        deadline: float = math.inf,
    ) -> None:
        self._settings = settings
        self._call = call
        self._claimed = claimed
        self._operation = call.operation
        self._content = self._encoded_body()
        self._url = settings.base_url + call.target
        self._began = self._sent = time.monotonic()
        total = settings.timeout.total
        self.deadline: float = deadline if total is None else min(deadline, self._began + total)
        self._attempts: list[Noted] = []
        self._repeatable: BaseException | None = None
        self._tokens: list[Secret] = []
        self._credentials: list[Credentials] = []
        self._asked_again = False
        self._queued = 0.0  # seconds, before the next request
        self._cost = quota.RETRY
        self._spent = quota.SUCCESS
        self._unsure = False  # whether an attempt was made that may have been processed
        self._stopped: StopReason | None = None
        self._hides: tuple[int, Redaction | None] = (-1, None)
        is_observed = settings.observers or log.isEnabledFor(logging.DEBUG)
        self.watch: Watch | None = self._watching() if is_observed else None
        """What tells of this run; None when nobody listens."""

    def request(self, token: Secret) -> Request:
        """Return what to send.

        Raises:
            MissingScopeError: When the token is known to lack every scope that would do.
        """
        self._check_scopes(token)
        credentials = self._settings.platform.authorize(token)
        self._tokens.append(token)
        self._credentials.append(credentials)
        self._sent = time.monotonic()
        headers = {
            **_HEADERS,
            **self._content_type(),
            **self._settings.headers,
            **self._call.headers,
            **credentials.headers,
        }
        query = self._settings.encoded
        if self._call.query or credentials.query:
            query = address.query({**self._settings.query, **self._call.query, **credentials.query})
        self._request = Request(
            method=self._operation.method,
            url=f"{self._url}?{query}" if query else self._url,
            headers=tuple(headers.items()),
            content=self._content,
            timeout=self._settings.timeout,
            deadline=self.deadline,
            limit=self._settings.max_response_size,
        )
        return self._request

    def sending(self) -> None:
        """Take note that the request is about to go out."""
        if self.watch is not None:
            self.watch.sending(self._request, self._queued)
            self._sent = time.monotonic()  # what an observer takes is no part of the request

    def note(self, outcome: str, response: Response | None = None, error: str = "") -> None:
        """Write down how a request went, and what came back, or which error it is."""
        queued, self._queued = self._queued, 0.0
        noted: Noted = {
            "started": self._sent - self._began,
            "elapsed": time.monotonic() - self._sent,
            "outcome": outcome,
            "queued": queued,
        }
        self._attempts.append(noted)
        if self.watch is None:
            return
        if response is not None:
            self.watch.received(response, noted["elapsed"])
        else:
            self.watch.failed(error, outcome, noted["elapsed"])

    def refused(self, response: Response) -> bool:
        """Tell whether to ask for another token: once in a run, when this one is refused."""
        if response.status != 401 or self._asked_again:  # noqa: PLR2004
            return False
        self._asked_again = True
        self._request_id(response)
        return True

    def value(self, response: Response) -> T:
        """Return the model that an answer stands for.

        Raises:
            APIError: When the platform refused.
            DecodeError: When it answered something undocumented.
        """
        if response.status in self._operation.success:
            self._succeeded()
            return self._decode(response, self._document)
        gone_document = self._operation.when_gone
        gone = response.status == 404 and self._unsure and not document.is_page(response.content)  # noqa: PLR2004
        if gone and not isinstance(gone_document, Unset):
            self._succeeded()
            return self._decode(response, lambda _: gone_document)
        raise self._refusal(response)

    def _succeeded(self) -> None:
        if self._settings.quota is not None:
            self._settings.quota.give(self._spent)

    def accept(self, response: Response) -> Reply[T]:
        """Do the same, and return the model with the answer's particulars."""
        came = response.headers  # these alone, so that nothing keeps the body
        value, request_id = self.value(response), self._request_id(response)
        return Reply(
            value=value,
            url=self._url,
            status=response.status,
            headers=Headers(lambda: self._harmless(came)),
            request_id=request_id,
            elapsed=time.monotonic() - self._began,
            attempts=self._told(),
        )

    def fail(self, fault: Fault) -> TransportError:
        """Return the error that a transport's fault stands for."""
        hide = self._redaction()
        reason = hide(fault.reason)
        self._unsure |= fault.sent
        class_: type[TransportError] = TransportError
        if fault.sent and not self._operation.repeatable:
            class_ = AmbiguousWriteError
        elif fault.overdue:
            class_ = DeadlineExceededError
        elif fault.oversized:
            class_ = ResponseTooLargeError
        elif not self._unsure:
            class_ = ConnectError
        self.note(reason, error=class_.__name__)
        error = class_(self._operation.name, self._operation.method, hide(self._url), reason)
        if class_ in {TransportError, ConnectError} and not fault.lasting:
            self._repeatable = error
            self._cost = quota.RETRY_AFTER_TIMEOUT if fault.timed_out else quota.RETRY
        return error

    def may_repeat(self, failure: BaseException) -> bool:
        """Tell whether a failure may be followed by another attempt."""
        return failure is self._repeatable

    def asked_wait(self, failure: BaseException) -> float | None:
        """Return how many seconds the server asked to wait."""
        wait: float | None = getattr(failure, "retry_after", None)
        return wait

    def remaining(self) -> float:
        """Return how many seconds are left until the deadline."""
        return self.deadline - time.monotonic()

    def waiting(self, seconds: float) -> None:
        """Take note of a wait that is about to begin."""
        last = self._attempts[-1]
        last["waited"] = seconds
        failure = self._repeatable
        watch = self.watch or self._watching()
        watch.retrying(type(failure).__name__, last["outcome"], seconds)
        is_asked = failure is not None and self.asked_wait(failure) is not None
        watch.waiting(seconds, "retry_after" if is_asked else "backoff")

    def renewing(self) -> None:
        """Take note that another token was had, and the request goes out once more."""
        if self.watch is not None:
            self.watch.retrying(AuthenticationError.__name__, self._attempts[-1]["outcome"])

    def queueing(self, seconds: float) -> None:
        """Take note of a wait for a turn that is about to begin."""
        if self.watch is not None:
            self.watch.waiting(seconds, "rate_limit")

    def stopping(self, reason: StopReason) -> None:
        """Take note of the rule that ends the run."""
        self._stopped = reason

    def may_spend(self) -> bool:
        """Take what another attempt costs from the client's quota; False when it is used up."""
        self._spent = self._cost
        return self._settings.quota is None or self._settings.quota.take(self._cost)

    def go(self) -> None:
        """Take note that the turn of a request has come, after a wait."""
        now = time.monotonic()
        self._queued, self._sent = now - self._sent, now

    def too_late(self, seconds: float) -> ThrottledError:
        """Return the error for a turn that comes after the deadline."""
        return ThrottledError(self._operation.name, self._operation.method, self._url, seconds)

    def age(self) -> float:
        """Return how many seconds ago the last request was sent."""
        return time.monotonic() - self._sent

    def tell(
        self, error: IntegrationsError, client: SyncClient | AsyncClient | None = None
    ) -> None:
        """Give an error the story of this run, unless it has its own: of asking for a token."""
        if self._unsure and self._operation.writes:
            error.leave_open(self._call, client, self._told()[0].at)
        if error.operation not in {None, self._operation.name}:
            error.during = self._operation.name
            return
        error.operation = self._operation.name
        error.attempts = self._told()
        error.asked = f"{self._operation.method} {self._url}"
        error.stopped = self._stopped or why_final(error)

    def _told(self) -> tuple[Attempt, ...]:
        began = time.time() - time.monotonic() + self._began
        return tuple(
            Attempt(**noted, timestamp=began + noted["started"]) for noted in self._attempts
        )

    def _encoded_body(self) -> bytes | None:
        operation = self._operation
        if operation.body is None:
            return None
        return self._settings.platform.codec.encode(
            operation.body_name,
            self._call.body,
            operation.body,
            is_form=operation.is_form,
            wrap=operation.wrap,
        )

    def _content_type(self) -> dict[str, str]:
        if self._content is None:
            return {}
        if self._operation.is_form:
            return {"content-type": "application/x-www-form-urlencoded"}
        return {"content-type": "application/json"}

    def _check_scopes(self, token: Secret) -> None:
        if not self._operation.scopes or token in self._tokens:
            return
        granted = granted_scopes(self._settings, token, self._claimed)
        if granted is not None and not scopes.suffices(granted, self._operation.scopes):
            raise MissingScopeError(self._operation.name, self._operation.scopes, granted)

    def _refusal(self, response: Response) -> APIError:
        code, message = self._settings.platform.read_error(_read(response.content))
        class_ = self._operation.errors.get(response.status, error_class(response.status))
        hint = self._hint(response.status, class_)
        self._unsure |= is_perhaps_done(response.status)
        hide = self._redaction()
        error = class_(
            self._operation.name,
            self._operation.method,
            hide(self._url),
            response.status,
            code=hide(code) if code is not None else None,
            message=hide(message),
            request_id=self._request_id(response, hide),
            hint=hint,
            retry_after=retry_after(response.headers),
            etag=hide(etag) if (etag := response.headers.get("etag")) is not None else None,
            content=response.content,
        )
        if response.status in RETRIED_STATUSES and self._operation.repeatable:
            self._repeatable = error
            self._cost = quota.RETRY
        return error

    def _hint(self, status: int, class_: type[APIError]) -> str:
        if status == 401 and not issubclass(class_, AuthenticationError):  # noqa: PLR2004
            return _EITHER
        if is_perhaps_done(status) and not self._operation.repeatable:
            return _UNSURE
        if self._unsure and issubclass(class_, (ConflictError, PreconditionFailedError)):
            return _OWN_EFFECT
        return _REDIRECTED if 300 <= status < 400 else ""  # noqa: PLR2004

    def _document(self, response: Response) -> JSON:
        operation = self._operation
        if not response.content and response.status in operation.empty:
            body = operation.empty[response.status]
        elif operation.unwrap is None or (response.content and operation.reads_body):
            unique = self._settings.platform.codec.holds_secrets(operation.returns)
            body = document.parse(response.content, unique=unique)
        else:
            body = None
        return body if operation.unwrap is None else operation.unwrap(body, response.headers)

    def _decode(self, response: Response, read: Callable[[Response], JSON]) -> T:
        returns = self._operation.returns
        codec = self._settings.platform.codec
        try:
            if returns is type(None) or not self._operation.reads_body:
                _check_no_page(response)
            if returns is type(None):
                return None  # pyright: ignore[reportReturnType] -- T is None, as returns says; mypy knows
            value, drifts = codec.decode(returns, read(response), strict=self._settings.strict)
        except DecodeError as error:
            problem = (error.path, error.expected, error.got)
        except ValueError as error:
            problem = ("$", "JSON", f"{self._redaction()(_kind(response))}: {error}")
        else:
            if drifts:
                self._report(drifts)
            if (noticed := codec.noticed()) and self._is_unseen(noticed):
                self._report(codec.undocumented(value))
            return value
        self._unsure = True  # whoever answered so may not be the platform
        raise DecodeError(
            *problem,
            operation=self._operation.name,
            status=response.status,
            request_id=self._request_id(response, self._redaction()),
            content=response.content,
        )

    def _report(self, drifts: Iterable[Drift]) -> None:
        told, name, hide = self._settings.told, self._operation.name, self._redaction()
        for drift in map(anywhere, drifts):
            if told.is_new(name, drift.path, drift.kind):
                watch = self.watch or self._watching()
                watch.drifted(attrs.evolve(drift, path=hide(drift.path)))

    def _is_unseen(self, noticed: set[Sighting]) -> bool:
        return self._settings.told.is_unseen(self._operation.name, noticed)

    def _watching(self) -> Watch:
        from .watch import Watch  # not at the top: few calls have anything to tell

        return Watch(self._settings, self._operation, self._redaction)

    def _request_id(self, response: Response, hide: Redaction | None = None) -> str | None:
        """Return the request's name; in an answer that is no error, a token is looked for alone."""
        request_id = response.headers.get(self._settings.platform.request_id_header)
        if request_id is None:
            return None
        if hide is None and any(token.reveal() in request_id for token in self._tokens):
            hide = self._redaction()
        request_id = hide(request_id) if hide is not None else request_id
        if self._attempts:
            self._attempts[-1]["request_id"] = request_id
        return request_id

    def _harmless(self, came: Headers) -> list[tuple[str, str]]:
        hide = self._redaction()
        return [(name, hide(value)) for name, value in came.items()]

    def _redaction(self) -> Redaction:
        """Return what replaces all that was sent in confidence, where a server repeats it."""
        count, hide = self._hides
        if hide is None or count != len(self._tokens):
            hide = self._settings.redacted.of(self._standing())
            if own := secrets_in(self._call.body):
                hide = redaction.Redaction(own, hide)
            self._hides = len(self._tokens), hide
        return hide

    def _standing(self) -> list[str]:
        """Return what goes in confidence with every call of this client."""
        settings, platform = self._settings, self._settings.platform
        sent = [secret.reveal() for secret in self._tokens]
        for credentials in self._credentials:  # as they went, perhaps encoded
            sent += [value.rpartition(" ")[2] for value in credentials.headers.values()]
        sent += redaction.unlisted(settings.headers, redaction.HEADERS | platform.logged_headers)
        sent += redaction.unlisted(settings.query, platform.logged_query)
        return sent


def granted_scopes(
    settings: Settings,
    token: Secret | None,
    claimed: Callable[[Secret], frozenset[str] | None] = scopes.from_token,
) -> frozenset[str] | None:
    """Return the scopes of a token as far as they are known: as told, else as it claims."""
    if settings.scopes is not None or token is None:
        return settings.scopes
    return claimed(token)


def _read(content: bytes) -> JSON:
    """Read the body of an error, which may be anything."""
    try:
        return document.parse(content)
    except ValueError:
        return None


def _check_no_page(response: Response) -> None:
    """See that an answer of which nothing is read comes from the platform.

    Raises:
        ValueError: When it is a page with the one status that proxies send those with.
    """
    if response.status == 200 and document.is_page(response.content):  # noqa: PLR2004
        raise ValueError("a page in the place of an answer")


def _kind(response: Response) -> str:
    if not response.content:
        return "an empty body"
    return response.headers.get("content-type", "text of no stated kind").partition(";")[0]
