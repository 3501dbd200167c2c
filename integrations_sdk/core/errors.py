"""One tree of exceptions.

    IntegrationsError
    ├── ConfigurationError            the client cannot be made, or is closed
    ├── InvalidArgumentError          an argument that no server would take (also a ValueError)
    ├── MissingScopeError             the token lacks the scope; nothing was sent
    ├── TransportError                no whole answer came back
    │   ├── ConnectError              nothing was sent
    │   ├── DeadlineExceededError     the total deadline passed
    │   │   └── ThrottledError        the client's own rate limit would let it go too late
    │   ├── ResponseTooLargeError     the answer's body is above max_response_size
    │   └── AmbiguousWriteError       a write may or may not have happened
    ├── RateLimitUnavailableError     the shared rate limit is out of reach; nothing was sent
    ├── CleanupError                  what was begun could not be undone
    ├── DecodeError                   an answer that is not what the platform documents
    └── APIError                      the platform refused: ``status``, ``code``, ``message``
        ├── BadRequestError           400
        ├── AuthenticationError       401
        ├── PermissionDeniedError     403
        ├── NotFoundError             404
        ├── ConflictError             409
        ├── PreconditionFailedError   412
        ├── UnprocessableEntityError  422
        ├── RateLimitError            429
        └── InternalServerError       500 and above

Each is one line of text that says what was tried, what came back and what to do next. None holds a
secret: the body of an answer is within reach by ``body()``, and is left behind when an error is
pickled.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeVar

from . import document

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from .call import Call
    from .client import AsyncClient, SyncClient
    from .document import JSON
    from .outcome import Outcome
    from .retry import Attempt, StopReason

_LEFT_BEHIND: Final = frozenset({"_content", "_client", "call"})
"""What may hold secrets, and is not pickled."""

E = TypeVar("E", bound="IntegrationsError")


class IntegrationsError(Exception):
    """The root of everything that this library raises on purpose.

    Attributes:
        operation: The call it is about, such as ``integration.get``; None outside of a call.
        attempts: The requests that were made, in order.
        stopped: Why no further one was made; None when none was made at all.
        asked: The method, and where to, without the query; None outside of a call.
        during: The call that needed a token, where asking for that is what failed.
        ambiguous: Whether it leaves open if a write took effect: see ``check``.
        call: The write that it leaves open; None once the error was pickled.
        hint: What to do next, if that is known.
    """

    operation: str | None = None
    attempts: tuple[Attempt, ...] = ()
    stopped: StopReason | None = None
    asked: str | None = None
    during: str | None = None
    ambiguous: bool = False
    call: Call[Any] | None = None
    hint: str = ""
    _client: SyncClient | AsyncClient | None = None
    _began: datetime | None = None

    def __str__(self) -> str:
        tried = f" (after {len(self.attempts)} attempts)" if len(self.attempts) > 1 else ""
        quota = "; not tried again, for the retry quota is used up"
        return super().__str__() + tried + (quota if self.stopped == "quota" else "")

    def explain(self) -> str:
        """Return the whole story, as several lines of text without a secret or a query.

        It tells what was asked, what came of each attempt, why no other was made, and what to do
        next.
        """
        from .story import told

        return told(self)

    def check(self) -> Outcome:
        """Find out whether the write that this error leaves open took effect.

        Raises:
            ConfigurationError: When it leaves none open, when it was pickled or made by hand, or
                when the client is an asynchronous one.
            IntegrationsError: When the platform cannot be read now.
        """
        from .outcome import check_of

        return check_of(self, self._client, self._began)

    async def acheck(self) -> Outcome:
        """Do the same with an asynchronous client."""
        from .outcome import acheck_of

        return await acheck_of(self, self._client, self._began)

    def leave_open(
        self, call: Call[Any], client: SyncClient | AsyncClient | None, began: datetime
    ) -> None:
        """Take note of a write that may have taken effect, when, and of what can read it back."""
        self.ambiguous = True
        self.call = call
        self._client = client
        self._began = began

    def __reduce__(self) -> tuple[object, ...]:
        state = {name: value for name, value in vars(self).items() if name not in _LEFT_BEHIND}
        return _rebuild, (type(self), self.args), state


def _rebuild(cls: type[E], args: tuple[object, ...]) -> E:
    error = cls.__new__(cls)
    error.args = args
    return error


class ConfigurationError(IntegrationsError):
    """A client cannot be made from these settings, or is used after it was closed."""


class InvalidArgumentError(IntegrationsError, ValueError):
    """An argument that the platform's documentation rules out; nothing was sent.

    Attributes:
        path: Which argument, and where in it: ``integration.mqttConfig.port``.
        expected: What would do.
    """

    def __init__(self, path: str, expected: str, got: str) -> None:
        super().__init__(f"{path}: expected {expected}, got {got}; nothing was sent")
        self.path = path
        self.expected = expected


class MissingScopeError(IntegrationsError):
    """The token is known to lack every scope that would do; nothing was sent.

    Attributes:
        required: The scopes any one of which would do.
        granted: The scopes that the token has.
    """

    def __init__(self, operation: str, required: Collection[str], granted: Collection[str]) -> None:
        self.operation: str | None = operation
        self.required: frozenset[str] = frozenset(required)
        self.granted: frozenset[str] = frozenset(granted)
        has = ", ".join(sorted(granted)) or "none"
        super().__init__(
            f"{operation} needs one of the scopes {', '.join(sorted(required))}; "
            f"the token has {has}. Nothing was sent: make a token with one of them"
        )


class TransportError(IntegrationsError):
    """No whole answer came back.

    Attributes:
        method: The HTTP method.
        url: Where to, without the query.
        reason: What went wrong on the way.
    """

    hint: str = "the answer was lost; trying again does no harm"

    def __init__(self, operation: str, method: str, url: str, reason: str) -> None:
        super().__init__(f"{operation}: {method} {url}: {reason}; {self.hint}")
        self.operation: str | None = operation
        self.method = method
        self.url = url
        self.reason = reason


class ConnectError(TransportError):
    """No connection came about, so nothing was sent."""

    hint = "nothing was sent. Check the address, the network and the proxy"


class DeadlineExceededError(TransportError):
    """The call's total deadline passed before a whole answer came back."""

    hint = "allow more with timeout= if the server is known to be slow"


class ThrottledError(DeadlineExceededError):
    """The client's own rate limit would let the request go only after the call's deadline.

    Attributes:
        retry_after: Seconds until its turn would have come.
    """

    hint = "it was not sent. Call less often, or allow more with timeout="

    def __init__(self, operation: str, method: str, url: str, retry_after: float) -> None:
        reason = f"its turn by the rate limit comes in {retry_after:.3f} s, after the deadline"
        super().__init__(operation, method, url, reason)
        self.retry_after: float = retry_after


class ResponseTooLargeError(TransportError):
    """The body of the answer to a read is above the client's ``max_response_size``.

    Reading stopped there, and the connection was closed. It is not repeated.
    """

    hint = "allow more with max_response_size= if the answer is known to be large"


class AmbiguousWriteError(TransportError):
    """A write was sent and its answer lost: it may or may not have happened.

    It is not repeated, since that might do it twice. ``check`` reads the resource to find out.
    """

    ambiguous = True

    hint = "the write may or may not have happened. Read the resource before you try again"


class RateLimitUnavailableError(IntegrationsError):
    """What keeps the shared rate limit is out of reach, and calls are not to go without it."""


class CleanupError(IntegrationsError):
    """What was begun could not be undone: the message says what is left, and what to do about it.

    Its ``__cause__`` is what went wrong first, if that was not the undoing itself.
    """


class _AnswerError(IntegrationsError):
    """What errors about an answer share: the answer itself, kept out of sight."""

    _content: bytes = b""

    def body(self, *, reveal: bool = False) -> JSON:
        """Return the answer's body, for the person debugging.

        Args:
            reveal: Return it as it came. By default only its shape shows: member names, with the
                kind of each value in its place.

        Returns:
            The parsed JSON, or its text where it is no JSON; empty once the error was pickled.
        """
        try:
            parsed = document.parse(self._content)
        except ValueError:
            parsed = self._content.decode("utf-8", "replace")
        return parsed if reveal or not self._content else document.shape(parsed)

    def is_page(self) -> bool:
        """Tell whether the body is a page, as what stands before a platform sends it."""
        return document.is_page(self._content)


class DecodeError(_AnswerError):
    """JSON that is not what the platform documents; the message never quotes a value.

    Attributes:
        path: Where in the document: ``install[2].completed``; ``$`` for all of it.
        expected: What was expected there.
        status: The status of the answer; None for a document that came some other way.
        request_id: The platform's name for the request, if it gave one.
    """

    def __init__(
        self,
        path: str,
        expected: str,
        got: str,
        *,
        operation: str | None = None,
        status: int | None = None,
        request_id: str | None = None,
        content: bytes = b"",
    ) -> None:
        where = f"{operation}: the answer with status {status}: " if operation else ""
        super().__init__(f"{where}{path}: expected {expected}, got {got}")
        self.path = path
        self.expected = expected
        self.got = got
        self.operation: str | None = operation
        self.status = status
        self.request_id = request_id
        self._content = content


class APIError(_AnswerError):
    """The platform answered with an error, or with a status that this operation does not know.

    Attributes:
        status: The HTTP status.
        code: The platform's own word for it, if it gave one.
        message: The platform's sentence, secrets replaced; empty if it gave none.
        method: The HTTP method.
        url: Where to, without the query.
        request_id: The platform's name for the request, if it gave one.
        retry_after: Seconds that the server asks to wait; None if it does not say.
        etag: The version that the resource has, as the server names it; None if it does not.
    """

    def __init__(
        self,
        operation: str,
        method: str,
        url: str,
        status: int,
        *,
        code: str | None = None,
        message: str = "",
        request_id: str | None = None,
        retry_after: float | None = None,
        etag: str | None = None,
        hint: str = "",
        content: bytes = b"",
    ) -> None:
        self.operation: str | None = operation
        self.method = method
        self.url = url
        self.status = status
        self.code = code
        self.message = message
        self.request_id = request_id
        self.retry_after = retry_after
        self.etag = etag
        self._content = content
        if hint:
            self.hint = hint
        super().__init__(self._line(self.hint))

    def _line(self, hint: str) -> str:
        said = f"{self.status} {self.code}" if self.code else f"{self.status}"
        line = f"{self.operation}: {self.method} {self.url} answered {said}"
        line += f": {self.message}" if self.message else ""
        line += f" (request id {self.request_id})" if self.request_id else ""
        return " ".join((f"{line}. {hint}" if hint else line).split())


class BadRequestError(APIError):
    """400: the platform finds the request malformed."""


class AuthenticationError(APIError):
    """401: the token is missing, wrong, expired or revoked."""

    hint = "Check the token: it may be mistyped, expired, revoked or for another environment"


class PermissionDeniedError(APIError):
    """403: the token is good, but not for this."""

    hint = "The token lacks the right to do this: check its scopes and what it is bound to"


class NotFoundError(APIError):
    """404: there is no such thing, or none that this token may see."""


class ConflictError(APIError):
    """409: the request contradicts the resource as it stands."""

    hint = "Read the resource again before you retry"


class PreconditionFailedError(APIError):
    """412: the resource changed since it was read."""

    hint = "Read the resource again before you retry"


class UnprocessableEntityError(APIError):
    """422: the request is well-formed, but its content is refused."""


class RateLimitError(APIError):
    """429: too many requests; ``retry_after`` says when to come back, if the server did."""


class InternalServerError(APIError):
    """500 and above: the fault is the platform's."""


_BY_STATUS: dict[int, type[APIError]] = {
    400: BadRequestError,
    401: AuthenticationError,
    403: PermissionDeniedError,
    404: NotFoundError,
    409: ConflictError,
    412: PreconditionFailedError,
    422: UnprocessableEntityError,
    429: RateLimitError,
}


def error_class(status: int) -> type[APIError]:
    """Return the class of errors for a status."""
    return _BY_STATUS.get(status, InternalServerError if status >= 500 else APIError)  # noqa: PLR2004
