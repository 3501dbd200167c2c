"""A sandbox on a real socket, back to its example data before each test."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from integrations_sdk.sandbox import Sandbox
from tests.faces import Face


@pytest.fixture(scope="session")
def running_sandbox() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running_sandbox: Sandbox) -> Sandbox:
    running_sandbox.reset()
    return running_sandbox


@pytest.fixture
def losant(face: Face, sandbox: Sandbox) -> Any:
    """A client of either face whose token may do everything."""
    return face.losant(sandbox.token("losant"), base_url=sandbox.base_url("losant"))
