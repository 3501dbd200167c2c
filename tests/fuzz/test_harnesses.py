"""The bodies that atheris guides, on the corpus that it starts from."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from . import addresses, answers, decoding
from .platforms import MODELS, NAMES, OPERATIONS

HARNESSES = {
    name: (harness.run, harness.CORPUS)
    for name, harness in (("decoding", decoding), ("addresses", addresses), ("answers", answers))
}


@pytest.mark.parametrize("name", HARNESSES)
def test_a_harness_finds_nothing_in_the_corpus_that_it_starts_from(name: str) -> None:
    run: Callable[[bytes], None]
    run, corpus = HARNESSES[name]
    for data in corpus:
        run(data)
    assert len(corpus) >= 20


def test_every_platform_is_fuzzed() -> None:
    assert {model.__module__.split(".")[1] for model in MODELS} == set(NAMES)
    assert len({platform.prefix for platform, _ in OPERATIONS}) == len(NAMES)
