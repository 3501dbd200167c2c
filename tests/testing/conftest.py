from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

import integrations_sdk
from integrations_sdk import Losant
from integrations_sdk.testing import LocalSandbox

from ..faces import Face


@pytest.fixture(scope="module")
def _one_for_all() -> Iterator[LocalSandbox]:
    with LocalSandbox() as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(_one_for_all: LocalSandbox) -> LocalSandbox:
    """A sandbox in the process, with nothing but its example data."""
    _one_for_all.reset()
    return _one_for_all


@pytest.fixture
def connect(face: Face) -> Callable[..., Any]:
    """Make a client of a sandbox, of this test's face."""

    def make(sandbox: LocalSandbox, client: type = Losant, *token: Any, **options: Any) -> Any:
        name = f"Async{client.__name__}" if face.is_async else client.__name__
        return sandbox.client(getattr(integrations_sdk, name), *token, **options)

    return make
