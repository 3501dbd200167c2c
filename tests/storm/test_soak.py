"""A short soak of each kind of client: the same bounds as of the long one, `make soak`."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from .soak import KINDS, soak_apart

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/statm").exists(), reason="NOT TESTED: memory is read from Linux's /proc"
)


@pytest.mark.parametrize("kind", KINDS)
def test_a_client_neither_grows_nor_leaks(kind: str) -> None:
    if kind.startswith("fast") and importlib.util.find_spec("pyreqwest") is None:
        pytest.skip("NOT TESTED: the fast transport, for there is no pyreqwest")
    soaked = soak_apart(kind, 2_000)
    assert soaked.passed, soaked
    assert soaked.outcomes["success"] > 1_500
    assert sum(soaked.faults.values()) - soaked.faults["none"] > 50
