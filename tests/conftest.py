"""What all tests share."""

from __future__ import annotations

import os
from collections.abc import Iterator
from weakref import WeakValueDictionary

import pytest
from hypothesis import settings

from integrations_sdk.core import limits

from .faces import Face

# The same examples in every run, so that a change is to blame for what fails; others are found by
# `make test ARGS=--hypothesis-profile=explore`.
settings.register_profile("steady", derandomize=True, deadline=None)
settings.register_profile("brief", parent=settings.get_profile("steady"), max_examples=20)
settings.register_profile("explore", deadline=None, print_blob=True)
settings.load_profile("steady")

APPLICATION = "575ec8687ae143cd83dc4a97"
INTEGRATION = "575ed78e7ae143cd83dc4aab"
_OURS = ("CELIGO_", "CXENGAGE_", "INTEGRATIONS_SDK_", "LOSANT_", "OPTIMIZEPLAYER_", "POLIS_")


@pytest.fixture(params=["sync", "async"])
def face(request: pytest.FixtureRequest) -> Iterator[Face]:
    """Either face, one after the other: a test that takes it runs twice."""
    face = Face(request.param)
    yield face
    face.finish()


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the developer's own tokens and proxies out of the tests."""
    for name in os.environ:
        if name.startswith(_OURS) or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


@pytest.fixture(autouse=True)
def _no_budget_from_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """Begin with full rate limits: what a test spends would make others wait."""
    monkeypatch.setattr(limits, "_kept", {})
    monkeypatch.setattr(limits, "_in_use", WeakValueDictionary())
