"""One typed SDK, synchronous and asynchronous, for the integrations APIs of several platforms.

    from integrations_sdk import Losant

Nothing is imported before it is used, so a program pays for the platforms that it names.
"""

from __future__ import annotations

from importlib import import_module

from ._version import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .core.call import Call as Call
    from .core.call import Operation as Operation
    from .core.call import Reply as Reply
    from .core.document import JSON as JSON
    from .core.errors import AmbiguousWriteError as AmbiguousWriteError
    from .core.errors import APIError as APIError
    from .core.errors import AuthenticationError as AuthenticationError
    from .core.errors import BadRequestError as BadRequestError
    from .core.errors import ConfigurationError as ConfigurationError
    from .core.errors import ConflictError as ConflictError
    from .core.errors import ConnectError as ConnectError
    from .core.errors import DeadlineExceededError as DeadlineExceededError
    from .core.errors import DecodeError as DecodeError
    from .core.errors import IntegrationsError as IntegrationsError
    from .core.errors import InternalServerError as InternalServerError
    from .core.errors import InvalidArgumentError as InvalidArgumentError
    from .core.errors import MissingScopeError as MissingScopeError
    from .core.errors import NotFoundError as NotFoundError
    from .core.errors import PermissionDeniedError as PermissionDeniedError
    from .core.errors import PreconditionFailedError as PreconditionFailedError
    from .core.errors import RateLimitError as RateLimitError
    from .core.errors import TransportError as TransportError
    from .core.errors import UnprocessableEntityError as UnprocessableEntityError
    from .core.model import UNSET as UNSET
    from .core.model import Maybe as Maybe
    from .core.model import Model as Model
    from .core.model import Unset as Unset
    from .core.paging import AsyncPage as AsyncPage
    from .core.paging import AsyncPages as AsyncPages
    from .core.paging import Page as Page
    from .core.retry import Attempt as Attempt
    from .core.retry import Retry as Retry
    from .core.secret import Secret as Secret
    from .core.tolerance import Drift as Drift
    from .core.transport import Timeout as Timeout
    from .losant import AsyncLosant as AsyncLosant
    from .losant import Losant as Losant
    from .transports import AsyncHttpxTransport as AsyncHttpxTransport
    from .transports import HttpxTransport as HttpxTransport

__all__ = [
    "JSON",
    "UNSET",
    "APIError",
    "AmbiguousWriteError",
    "AsyncHttpxTransport",
    "AsyncLosant",
    "AsyncPage",
    "AsyncPages",
    "Attempt",
    "AuthenticationError",
    "BadRequestError",
    "Call",
    "ConfigurationError",
    "ConflictError",
    "ConnectError",
    "DeadlineExceededError",
    "DecodeError",
    "Drift",
    "HttpxTransport",
    "IntegrationsError",
    "InternalServerError",
    "InvalidArgumentError",
    "Losant",
    "Maybe",
    "MissingScopeError",
    "Model",
    "NotFoundError",
    "Operation",
    "Page",
    "PermissionDeniedError",
    "PreconditionFailedError",
    "RateLimitError",
    "Reply",
    "Retry",
    "Secret",
    "Timeout",
    "TransportError",
    "UnprocessableEntityError",
    "Unset",
    "__version__",
]

_ROOMS = {
    "core.call": ("Call", "Operation", "Reply"),
    "core.document": ("JSON",),
    "core.errors": (
        "APIError",
        "AmbiguousWriteError",
        "AuthenticationError",
        "BadRequestError",
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
        "TransportError",
        "UnprocessableEntityError",
    ),
    "core.model": ("UNSET", "Maybe", "Model", "Unset"),
    "core.paging": ("AsyncPage", "AsyncPages", "Page"),
    "core.retry": ("Attempt", "Retry"),
    "core.secret": ("Secret",),
    "core.transport": ("Timeout",),
    "core.tolerance": ("Drift",),
    "losant": ("AsyncLosant", "Losant"),
    "transports": ("AsyncHttpxTransport", "HttpxTransport"),
}
_ROOM_OF = {name: room for room, names in _ROOMS.items() for name in names}


if not TYPE_CHECKING:  # a checker that sees it believes in every name

    def __getattr__(name: str) -> object:
        if name not in _ROOM_OF:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(import_module(f"{__name__}.{_ROOM_OF[name]}"), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted(globals().keys() | _ROOM_OF.keys())
