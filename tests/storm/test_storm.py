"""A short storm in a process of its own, and proof that it would notice."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from .broken import BROKEN, KeepsThreads
from .clients import GROUPS
from .plan import fault, steps
from .storm import RATE, Sky, sky, storm, workers_of
from .world import WORKERS

_SYNC = workers_of(GROUPS[0], range(WORKERS))[:2]


@pytest.fixture(scope="module")
def above() -> Iterator[Sky]:
    with sky(seed=1) as above:
        yield above


def test_the_invariants_hold_in_a_storm_of_5000_calls() -> None:
    command = [sys.executable, "-m", "tests.storm", "--calls", "5000", "--seed", "1"]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=300)
    print(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("wrap", BROKEN, ids=lambda wrap: wrap.__name__)
def test_a_broken_promise_is_noticed(above: Sky, wrap: Callable[[Any], Any]) -> None:
    KeepsThreads.ended.clear()
    report = storm(above, 100 * WORKERS, workers=_SYNC, wrap=wrap, patience=0.5)
    KeepsThreads.ended.set()
    assert report.violations
    assert re.search(BROKEN[wrap], report.violations[0])


def test_a_violation_says_how_to_meet_it_again(above: Sky) -> None:
    wrap = next(iter(BROKEN))
    first = storm(above, 100 * WORKERS, workers=_SYNC[:1], wrap=wrap)
    again = storm(above, 100 * WORKERS, workers=_SYNC[:1], wrap=wrap)
    assert f"make storm SEED=1 WORKER={_SYNC[0]} N={100 * WORKERS}" in first.violations[0]
    assert first.violations == again.violations


def test_a_plan_depends_on_its_seed_alone() -> None:
    assert list(steps(1, 3, 500)) == list(steps(1, 3, 500))
    assert list(steps(1, 3, 500)) != list(steps(2, 3, 500))
    assert list(steps(1, 3, 500))[:100] == list(steps(1, 3, 100))


def test_faults_depend_on_the_seed_and_the_request_alone() -> None:
    met = [fault(1, f"0-{number}", 0, RATE) for number in range(1000)]
    assert met == [fault(1, f"0-{number}", 0, RATE) for number in range(1000)]
    assert 200 < len([name for name in met if name is not None]) < 300
