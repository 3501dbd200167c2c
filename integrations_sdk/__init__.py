"""One typed SDK, synchronous and asynchronous, for the integrations APIs of several platforms.

    from integrations_sdk import Losant

Nothing is imported before it is used, so a program pays for the platforms that it names.
"""

from __future__ import annotations

from importlib import import_module

from ._version import __version__ as __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .celigo import AsyncCeligo as AsyncCeligo, Celigo as Celigo
    from .core.call import Call as Call, Operation as Operation, Reply as Reply
    from .core.document import JSON as JSON
    from .core.drift import Drift as Drift
    from .core.errors import (
        AmbiguousWriteError as AmbiguousWriteError,
        APIError as APIError,
        AuthenticationError as AuthenticationError,
        BadRequestError as BadRequestError,
        CleanupError as CleanupError,
        ConfigurationError as ConfigurationError,
        ConflictError as ConflictError,
        ConnectError as ConnectError,
        DeadlineExceededError as DeadlineExceededError,
        DecodeError as DecodeError,
        IntegrationsError as IntegrationsError,
        InternalServerError as InternalServerError,
        InvalidArgumentError as InvalidArgumentError,
        MissingScopeError as MissingScopeError,
        NotFoundError as NotFoundError,
        PermissionDeniedError as PermissionDeniedError,
        PreconditionFailedError as PreconditionFailedError,
        RateLimitError as RateLimitError,
        RateLimitUnavailableError as RateLimitUnavailableError,
        ResponseTooLargeError as ResponseTooLargeError,
        ThrottledError as ThrottledError,
        TransportError as TransportError,
        UnprocessableEntityError as UnprocessableEntityError,
    )
    from .core.events import (
        CallEnded as CallEnded,
        CallInfo as CallInfo,
        CallStarted as CallStarted,
        DriftFound as DriftFound,
        Event as Event,
        RequestFailed as RequestFailed,
        RequestSent as RequestSent,
        ResponseReceived as ResponseReceived,
        RetryDecided as RetryDecided,
        Waiting as Waiting,
    )
    from .core.limits import RateLimit as RateLimit
    from .core.model import UNSET as UNSET, Maybe as Maybe, Model as Model, Unset as Unset
    from .core.observer import Observer as Observer
    from .core.outcome import Outcome as Outcome
    from .core.paging import AsyncPage as AsyncPage, AsyncPages as AsyncPages, Page as Page
    from .core.retry import Attempt as Attempt, Retry as Retry, StopReason as StopReason
    from .core.secret import Secret as Secret
    from .core.transport import Timeout as Timeout
    from .cxengage import AsyncCxEngage as AsyncCxEngage, CxEngage as CxEngage
    from .losant import AsyncLosant as AsyncLosant, Losant as Losant
    from .optimizeplayer import (
        AsyncOptimizePlayer as AsyncOptimizePlayer,
        OptimizePlayer as OptimizePlayer,
    )
    from .otel import OpenTelemetry as OpenTelemetry
    from .polis import (
        AsyncPolis as AsyncPolis,
        AsyncPolisAuth as AsyncPolisAuth,
        Polis as Polis,
        PolisAuth as PolisAuth,
    )
    from .redis import RedisRateLimit as RedisRateLimit
    from .transports import (
        AsyncFastTransport as AsyncFastTransport,
        AsyncHttpx2Transport as AsyncHttpx2Transport,
        AsyncHttpxTransport as AsyncHttpxTransport,
        FastTransport as FastTransport,
        Httpx2Transport as Httpx2Transport,
        HttpxTransport as HttpxTransport,
    )

_ROOMS = {
    "celigo": ("AsyncCeligo", "Celigo"),
    "core.call": ("Call", "Operation", "Reply"),
    "core.document": ("JSON",),
    "core.drift": ("Drift",),
    "core.errors": (
        "APIError",
        "AmbiguousWriteError",
        "AuthenticationError",
        "BadRequestError",
        "CleanupError",
        "ConfigurationError",
        "ConflictError",
        "ConnectError",
        "DeadlineExceededError",
        "DecodeError",
        "IntegrationsError",
        "InternalServerError",
        "InvalidArgumentError",
        "MissingScopeError",
        "NotFoundError",
        "PermissionDeniedError",
        "PreconditionFailedError",
        "RateLimitError",
        "RateLimitUnavailableError",
        "ThrottledError",
        "ResponseTooLargeError",
        "TransportError",
        "UnprocessableEntityError",
    ),
    "core.events": (
        "CallEnded",
        "CallInfo",
        "CallStarted",
        "DriftFound",
        "Event",
        "RequestFailed",
        "RequestSent",
        "ResponseReceived",
        "RetryDecided",
        "Waiting",
    ),
    "core.limits": ("RateLimit",),
    "core.model": ("UNSET", "Maybe", "Model", "Unset"),
    "core.observer": ("Observer",),
    "core.outcome": ("Outcome",),
    "core.paging": ("AsyncPage", "AsyncPages", "Page"),
    "core.retry": ("Attempt", "Retry", "StopReason"),
    "core.secret": ("Secret",),
    "core.transport": ("Timeout",),
    "cxengage": ("AsyncCxEngage", "CxEngage"),
    "losant": ("AsyncLosant", "Losant"),
    "optimizeplayer": ("AsyncOptimizePlayer", "OptimizePlayer"),
    "otel": ("OpenTelemetry",),
    "polis": ("AsyncPolis", "AsyncPolisAuth", "Polis", "PolisAuth"),
    "redis": ("RedisRateLimit",),
    "transports": (
        "AsyncFastTransport",
        "AsyncHttpx2Transport",
        "AsyncHttpxTransport",
        "FastTransport",
        "Httpx2Transport",
        "HttpxTransport",
    ),
}
_ROOM_OF = {name: room for room, names in _ROOMS.items() for name in names}

if not TYPE_CHECKING:  # checkers read the imports above, and would believe in every name
    __all__ = list(_ROOM_OF)

    def __getattr__(name: str) -> object:
        if name not in _ROOM_OF:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(import_module(f"{__name__}.{_ROOM_OF[name]}"), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted(globals().keys() | _ROOM_OF.keys())
