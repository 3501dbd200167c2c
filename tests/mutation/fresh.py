"""A plugin of pytest: codecs forget their models before each test.

What a codec knows of a model is made at its first use, by code that a mutant may change. Without
this, the first test of a process would be the only one to run that code, and what a process
inherits would not run at all.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator

import pytest

from integrations_sdk import Model
from integrations_sdk.core.wire import Codec


@pytest.fixture(autouse=True)
def _fresh_codecs() -> None:
    for codec in set(_codecs(Model)):
        fresh: Codec = copy.copy(codec)  # as it pickles: without what it knows
        vars(codec).clear()
        vars(codec).update(vars(fresh))


def _codecs(model: type[Model]) -> Iterator[Codec]:
    for below in model.__subclasses__():
        if "codec" in vars(below):
            yield below.codec
        yield from _codecs(below)
