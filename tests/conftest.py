"""What all tests share."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from .faces import Face

APPLICATION = "575ec8687ae143cd83dc4a97"
INTEGRATION = "575ed78e7ae143cd83dc4aab"
_OURS = ("CELIGO_", "CXENGAGE_", "LOSANT_", "OPTIMIZEPLAYER_", "POLIS_")


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
