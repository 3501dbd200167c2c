"""What tests of your own code need: a sandbox in the process, faults, records, time that passes.

    from integrations_sdk.testing import LocalSandbox, no_sleep

With pytest, the fixtures are there by themselves: ``pytest --fixtures`` lists them. Nothing here is
imported before it is used.
"""

from __future__ import annotations

from importlib import import_module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from integrations_sdk.sandbox.faults import FaultKind as FaultKind

    from .calls import Calls as Calls, ReceivedCall as ReceivedCall
    from .examples import Example as Example, example as example
    from .passing_time import PassingTime as PassingTime, no_sleep as no_sleep
    from .sandbox import LocalSandbox as LocalSandbox
    from .transport import (
        AsyncSandboxTransport as AsyncSandboxTransport,
        SandboxTransport as SandboxTransport,
    )

_ROOMS = {
    "calls": ("Calls", "ReceivedCall"),
    "examples": ("Example", "example"),
    "passing_time": ("PassingTime", "no_sleep"),
    "sandbox": ("FaultKind", "LocalSandbox"),
    "transport": ("AsyncSandboxTransport", "SandboxTransport"),
}
_ROOM_OF = {name: room for room, names in _ROOMS.items() for name in names}
_OF_THE_EXTRA = {"pytest", "respx", "starlette", "uvicorn"}

if not TYPE_CHECKING:  # checkers read the imports above, and would believe in every name
    __all__ = list(_ROOM_OF)

    def __getattr__(name: str) -> object:
        if name not in _ROOM_OF:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        missing = None
        try:
            module = import_module(f"{__name__}.{_ROOM_OF[name]}")
        except ModuleNotFoundError as error:
            missing = (error.name or "").partition(".")[0]
            if missing not in _OF_THE_EXTRA:
                raise
        if missing is not None:
            raise ModuleNotFoundError(
                f"integrations_sdk.testing.{name} needs {missing}, which is not installed: "
                "pip install 'integrations-sdk[testing]'",
                name=missing,
            )
        value = getattr(module, name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted(globals().keys() | _ROOM_OF.keys())
