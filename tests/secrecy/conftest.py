"""What the tests of secrecy share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ..clients.recorder import Recorder, Turn
from ..clients.samples import IDS
from ..conftest import APPLICATION
from ..faces import Face
from .looking import (
    TOKEN,
    failing,
    post,
)


@pytest.fixture
def fail(face: Face, caplog: pytest.LogCaptureFixture) -> Callable[..., Any]:
    """Send a call that holds secrets to a server that answers in some way, and look."""

    def run(*turns: Turn, name: str = "create", config: str = "mqtt_config", **options: Any) -> Any:
        arguments: dict[str, dict[str, Any]] = {
            "create": {"application_id": APPLICATION, "integration": post(config)},
            "list": {"application_id": APPLICATION},
        }
        recorder = Recorder(face, *turns)
        options = {"transport": recorder.transport, "retry": 1, **options}

        def call() -> None:
            client = face.losant(TOKEN, **options)
            face(getattr(client.integration, name)(**arguments.get(name, IDS)))

        return failing(call, caplog)

    return run
