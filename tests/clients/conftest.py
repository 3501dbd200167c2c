"""What the tests of the clients share."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from ..faces import Face
from .recorder import Recorder, Turn


@pytest.fixture
def serve(face: Face) -> Callable[..., tuple[Any, Recorder]]:
    """Make a client, and the recorder that answers it."""

    def make(*turns: Turn, token: Any = "tok-SAMPLE-plain", **options: Any) -> Any:
        recorder = Recorder(face, *turns)
        return face.losant(token, transport=recorder.transport, **options), recorder

    return make


class Clock:
    """Time that passes only while somebody waits."""

    def __init__(self) -> None:
        self.now = time.monotonic()
        self.waits: list[float] = []

    def monotonic(self) -> float:
        return self.now

    def wait(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Let every wait between attempts pass at once, and keep how long each was."""
    clock = Clock()
    real = asyncio.sleep

    async def sleep(seconds: float) -> None:
        if seconds > 0:
            clock.wait(seconds)
        await real(0)

    def wait(seconds: float) -> None:
        clock.wait(seconds)  # which a test may replace

    stopped = SimpleNamespace(monotonic=clock.monotonic)
    monkeypatch.setattr("integrations_sdk.transports.faults.time", stopped)
    replaced = {"time": clock.monotonic, "sleep": wait}
    for name, value in {**replaced, "monotonic": clock.monotonic, "asleep": sleep}.items():
        monkeypatch.setattr(f"integrations_sdk.core.clock.{name}", value)
    return clock
