"""What the tests of the fast transport have in common."""

from __future__ import annotations

import importlib.util
import math
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from integrations_sdk import Timeout
from integrations_sdk.transports import (
    AsyncFastTransport,
    FastTransport,
    Fault,
    Request,
)

from ..faces import Face
from ..secrecy.looking import WORD, look
from .kinds import each_face
from .scripted import (
    answering,
)

face = each_face("fast")
needs_pyreqwest = pytest.mark.skipif(
    importlib.util.find_spec("pyreqwest") is None,
    reason="NOT TESTED: the fast transport, for there is no pyreqwest",
)

OK = answering(b"ok")
HERE = Path(__file__).parents[2]
HEADERS = (("authorization", f"Bearer {WORD}"), ("user-agent", "ours/1"), ("accept", "a/b"))


def asked(url: str, method: str = "GET", **changes: Any) -> Request:
    values: dict[str, Any] = {
        "headers": HEADERS,
        "content": None,
        "timeout": Timeout(),
        "deadline": math.inf,
    }
    return Request(method=method, url=url, **{**values, **changes})


@pytest.fixture
def opened(face: Face) -> Iterator[Callable[..., Any]]:
    """Open transports of a face, which are closed at the end of the test."""
    transports: list[Any] = []

    def open_(**options: Any) -> Any:
        transports.append((AsyncFastTransport if face.is_async else FastTransport)(**options))
        return transports[-1]

    yield open_
    for transport in transports:
        close(face, transport)


def close(face: Face, transport: Any) -> None:
    face(transport.aclose() if face.is_async else transport.close())


def fault(face: Face, transport: Any, request: Request) -> Fault:
    """Send what cannot succeed, and look for secrets in what comes of it."""
    with pytest.raises(Fault) as caught:
        face(transport.send(request))
    look(caught.value)
    assert caught.value.__context__ is None
    assert caught.value.__cause__ is None
    return caught.value


def told(fault: Fault) -> tuple[bool, bool, bool]:
    return (fault.sent, fault.overdue, fault.lasting)


def run(code: str, *arguments: str) -> str:
    """Run a script in a process of its own, and return what it says."""
    command = [sys.executable, "-c", code, *arguments]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=30, cwd=HERE, check=False)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout
