"""The cases themselves: all are there, all can fail, and what fails them is no straw man."""

from __future__ import annotations

import pytest

from ..transports.scripted import Server
from . import (  # noqa: F401 -- each writes its cases down
    test_attacks,
    test_concurrency,
    test_network,
    test_sandbox,
    test_secrets,
    test_semantics,
    test_server,
)
from .cases import NUMBERS, WRITTEN
from .samples import MAIN, NAME, Sample
from .subjects import Plan

ENOUGH = 500


def test_every_case_is_there() -> None:
    assert sorted({test.number for test in WRITTEN}) == list(NUMBERS)


def test_every_case_runs_on_what_has_to_pass_and_on_what_has_to_fail() -> None:
    for test in WRITTEN:
        assert test.passing > 0, test
        assert test.failing > 0, test


def test_the_cases_run_five_hundred_times_and_more() -> None:
    assert sum(test.runs for test in WRITTEN) >= ENOUGH


@pytest.mark.parametrize("sample", MAIN, ids=lambda sample: sample.name)
def test_the_naive_client_works_while_nothing_goes_wrong(sample: Sample) -> None:
    subject = Plan(sample, "sync", None).subject()
    with Server(sample.obliging) as server:
        client = subject.client(server.url)
        assert client.told(client.read()) == NAME
        assert client.told(client.write()) == NAME
        assert len(server.requests) == 2
    subject.finish()
