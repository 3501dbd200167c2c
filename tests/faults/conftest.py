"""What every case takes, and the two figures that the run prints."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator

import pytest

from .cases import NUMBERS
from .hosts import Host
from .subjects import Subject

ONE_AT_A_TIME = 63
_seconds: dict[str, float] = {}


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "case(number): the case that a test of a fault is about")


@pytest.fixture
def subject(request: pytest.FixtureRequest) -> Iterator[Subject]:
    """What the case is put to: this library in one of its forms, or the naive client."""
    subject: Subject = request.param.subject()
    yield subject
    subject.finish()


@pytest.fixture
def host(request: pytest.FixtureRequest) -> Iterator[Host]:
    """A server: the sandbox, or the naive one, which serves one request at a time if asked to."""
    number = request.node.get_closest_marker("case").args[0]
    host = Host(is_naive=request.param == "naive", threaded=number != ONE_AT_A_TIME)
    yield host
    host.stop()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    began = time.perf_counter()
    result = yield
    if item.get_closest_marker("case") is not None:
        _seconds[item.nodeid] = time.perf_counter() - began
    return result


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if _seconds:
        naive = sum("naive" in name for name in _seconds)
        terminalreporter.write_line(
            f"faults: {len(NUMBERS)} cases, {len(_seconds)} runs, of which {naive} on what has to "
            f"fail, in {sum(_seconds.values()):.0f} s"
        )
