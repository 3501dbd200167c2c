"""How a case is written: once, as a function of its subject.

::

    @case(4)
    def test_a_write_that_was_reset_is_sent_once(subject: Subject) -> None:
        with Server(reset_after_request) as server:
            assert subject.client(server.url).write().kind == "ambiguous"
            assert len(server.requests) == 1

It runs over two platforms, by every transport and on both faces, where it has to pass, and on the
naive client, where one of its assertions has to fail: a case that a naive client passes is no test.
"""

from __future__ import annotations

import functools
import importlib.util
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import attrs
import pytest

from ..transports.kinds import KINDS
from .samples import MAIN, Sample
from .subjects import Plan

Test = TypeVar("Test", bound=Callable[..., None])
NUMBERS = range(1, 69)
WIRE = tuple(KINDS)
BOTH = ("sync", "async")


@attrs.frozen
class Written:
    """A test of a case: how often it runs on what has to pass, and on what has to fail."""

    number: int
    test: Callable[..., None]
    passing: int
    failing: int

    @property
    def runs(self) -> int:
        marks: list[pytest.Mark] = getattr(self.test, "pytestmark", [])
        others = [mark.args for mark in marks if mark.name == "parametrize"]
        times = [len(values) for names, values in others if names not in {"subject", "host"}]
        return (self.passing + self.failing) * math.prod(times)


WRITTEN: list[Written] = []


def case(
    number: int,
    *,
    on: Sequence[Sample] = MAIN,
    by: Sequence[str] = WIRE,
    faces: Sequence[str] = BOTH,
    naive: str = "sync",
    habits: Mapping[str, Any] | None = None,
    lacks: str = "",
) -> Callable[[Test], Test]:
    """Make a test of one case, which takes a ``subject``.

    Args:
        number: Which case.
        on: The platforms.
        by: The transports.
        faces: The faces.
        naive: The face of the naive client that has to fail.
        habits: Habits of the naive client that this case is about.
        lacks: Why this library fails it, if it does. It has to: it is a strict xfail.
    """
    ours = [Plan(sample, face, kind) for sample in on for kind in by for face in faces]
    theirs = [Plan(sample, naive, None, dict(habits or {})) for sample in on]
    params = [pytest.param(plan, id=plan.name, marks=_marks(plan, lacks)) for plan in ours]
    params += [pytest.param(plan, id=plan.name) for plan in theirs]

    def decorate(body: Test) -> Test:
        return _put(number, body, "subject", params, (len(ours), len(theirs)))

    return decorate


def server_case(number: int, *, lacks: str = "") -> Callable[[Test], Test]:
    """Make a test of one case about the sandbox, which takes a ``host``: it, or a naive server."""
    marks = [pytest.mark.xfail(reason=lacks, strict=True)] if lacks else []
    params = [pytest.param("sandbox", id="sandbox", marks=marks), pytest.param("naive", id="naive")]

    def decorate(body: Test) -> Test:
        return _put(number, body, "host", params, (1, 1))

    return decorate


def _put(number: int, body: Test, name: str, params: Any, counts: tuple[int, int]) -> Test:
    @functools.wraps(body)
    def test(**arguments: Any) -> None:
        if not arguments[name].is_naive:
            body(**arguments)
            return
        with pytest.raises((AssertionError, pytest.fail.Exception)):
            body(**arguments)

    marked: Any = pytest.mark.case(number)(test)
    marked = pytest.mark.parametrize(name, params, indirect=True)(marked)
    WRITTEN.append(Written(number, marked, *counts))
    chosen: Test = marked
    return chosen


def _marks(plan: Plan, lacks: str) -> list[pytest.MarkDecorator]:
    missing = importlib.util.find_spec(plan.needs) is None
    reason = f"NOT TESTED: the {plan.kind} transport, for there is no {plan.needs}"
    marks = [pytest.mark.skipif(missing, reason=reason)]
    return [*marks, pytest.mark.xfail(reason=lacks, strict=True)] if lacks else marks
