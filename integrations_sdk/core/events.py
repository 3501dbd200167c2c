"""What a client does, told as values to those who observe it.

No event holds a secret: of headers and of a query it has the names, and values only of those on the
list of what may show; of a body it has nothing. A secret that was sent with the request, and shows
up in what may show, is replaced.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

import attrs

from .drift import Drift
from .transport import Headers

WaitReason: TypeAlias = Literal["backoff", "retry_after", "rate_limit"]
"""Why a call waits: by the rule of ``retry=``, since the server asks for it, or for its turn."""


@attrs.frozen
class CallInfo:
    """Which run of a call an event is of.

    Attributes:
        id: A number that no other run in this process has.
        platform: As its makers write it.
        operation: Where it is found on a client: ``integration.get``.
        method: The HTTP method.
        base_url: Where the API is.
        template: The path with ``{parameters}``, that of the base URL included.
    """

    id: int
    platform: str
    operation: str
    method: str
    base_url: str
    template: str


@attrs.frozen
class Event:
    """Something that happened while a call ran.

    Attributes:
        call: Which call.
    """

    call: CallInfo


@attrs.frozen
class CallStarted(Event):
    """A call began. Its CallEnded comes last, whatever happens."""


@attrs.frozen
class RequestSent(Event):
    """A request is about to go out; one ResponseReceived or RequestFailed follows.

    Attributes:
        attempt: Which one of this call: 1 is the first.
        url: Where to, without the query.
        query: The members of the query, their question mark included.
        headers: The request's, with ``[hidden]`` for each value that may be a secret.
        queued: Seconds that it waited for its turn by the rate limit.
    """

    attempt: int
    url: str
    query: str
    headers: Headers = attrs.field(eq=False)
    queued: float = 0.0


@attrs.frozen
class ResponseReceived(Event):
    """An answer came, whatever its status.

    Attributes:
        request: What it answers.
        status: The HTTP status.
        elapsed: Seconds since the request went out.
        headers: The answer's, with ``[hidden]`` for each value that may be a secret.
        request_id: The platform's name for the request, if it gave one.
    """

    request: RequestSent
    status: int
    elapsed: float
    headers: Headers = attrs.field(eq=False)
    request_id: str | None = None


@attrs.frozen
class RequestFailed(Event):
    """No whole answer came.

    Attributes:
        request: What was sent.
        error: The name of the error's class.
        reason: What went wrong.
        elapsed: Seconds since the request went out.
    """

    request: RequestSent
    error: str
    reason: str
    elapsed: float


@attrs.frozen
class RetryDecided(Event):
    """Another attempt will be made.

    Attributes:
        attempt: The one that failed.
        error: The name of its error's class.
        outcome: The status that came back, or what went wrong.
        wait: Seconds until the next; 0 where only another token was needed.
    """

    attempt: int
    error: str
    outcome: str
    wait: float


@attrs.frozen
class Waiting(Event):
    """A wait begins.

    Attributes:
        seconds: How long it is, as far as that is known.
        reason: Why.
    """

    seconds: float
    reason: WaitReason


@attrs.frozen
class DriftFound(Event):
    """An answer is not what the platform documents: told once for each place and client.

    Attributes:
        drift: Where, and how.
    """

    drift: Drift


@attrs.frozen
class CallEnded(Event):
    """A call came to its end.

    Attributes:
        attempts: The requests that were made.
        elapsed: Seconds since it began.
        status: That of the last answer; None when there was none.
        error: The name of the class of what it raised; None when it succeeded.
    """

    attempts: int
    elapsed: float
    status: int | None = None
    error: str | None = None
