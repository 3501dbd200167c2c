"""What the pages are told while they are open."""

from __future__ import annotations

import json
import logging
from collections.abc import Generator
from contextlib import contextmanager

import httpx
import pytest

from integrations_sdk import Celigo
from integrations_sdk.sandbox import Sandbox

PATIENCE = 10.0


class Listener:
    """An EventSource."""

    def __init__(self, answer: httpx.Response) -> None:
        self._lines = answer.iter_lines()

    def next(self) -> tuple[str, str]:
        """Return the name and the data of the next event."""
        name, data = "", list[str]()
        for line in self._lines:
            if line.startswith("event: "):
                name = line[7:]
            elif line.startswith("data: "):
                data.append(line[6:])
            elif not line and name:
                return name, "\n".join(data)
        raise AssertionError("the events ended")

    def names(self, count: int) -> list[str]:
        return [self.next()[0] for _ in range(count)]


@contextmanager
def listening(sandbox: Sandbox, **query: str) -> Generator[Listener, None, None]:
    with (
        httpx.Client(trust_env=False, timeout=PATIENCE) as client,
        client.stream("GET", f"{sandbox.url}/inspector/events", params=query) as answer,
    ):
        assert answer.headers["content-type"] == "text/event-stream"
        listener = Listener(answer)
        assert listener.next()[0] == "faults"  # how things stand
        yield listener


def ask(times: int = 1) -> None:
    with Celigo() as celigo:
        for _ in range(times):
            celigo.token.info()


def test_a_call_is_told_as_a_line_of_the_list(sandbox: Sandbox) -> None:
    with listening(sandbox) as listener:
        ask()
        name, data = listener.next()
    assert name == "call"
    assert data.startswith('<li><a href="/inspector/calls/')
    assert "tokenInfo" in data


def test_a_page_is_told_only_of_calls_that_it_shows(sandbox: Sandbox) -> None:
    with listening(sandbox, platform="losant") as listener:
        ask()
        httpx.get(f"{sandbox.url}/losant/nothing", trust_env=False)
        assert "/nothing" in listener.next()[1]


def test_a_page_that_was_away_is_told_what_it_missed(sandbox: Sandbox) -> None:
    ask(3)
    first = sandbox.journal.entries()[0].number
    with httpx.Client(trust_env=False, timeout=PATIENCE) as client:
        headers = {"Last-Event-ID": str(first)}  # wins over what the page once asked for
        address = f"{sandbox.url}/inspector/events?after=0"
        with client.stream("GET", address, headers=headers) as answer:
            assert Listener(answer).names(3) == ["call", "call", "faults"]


def test_faults_that_are_planned_anywhere_are_told(sandbox: Sandbox) -> None:
    with listening(sandbox) as listener:
        sandbox.fail_next(status=418)
        assert "Status 418" in listener.next()[1]
        sandbox.clear_faults()
        assert "every call is served" in listener.next()[1]


def test_a_list_that_was_cleared_is_told_once(sandbox: Sandbox) -> None:
    ask()
    with listening(sandbox) as listener:
        sandbox.journal.clear()
        assert listener.next()[0] == "cleared"
        ask()
        assert listener.next()[0] == "call"


def test_a_page_of_an_earlier_sandbox_is_told_to_start_again(sandbox: Sandbox) -> None:
    ask()
    with (
        httpx.Client(trust_env=False, timeout=PATIENCE) as client,
        client.stream("GET", f"{sandbox.url}/inspector/events?after=99999") as answer,
    ):
        listener = Listener(answer)
        assert listener.names(2) == ["cleared", "faults"]
        ask()
        assert listener.next()[0] == "call"


@pytest.mark.parametrize("after", ["", "-1", "x", "9" * 6000, "²"])
def test_a_number_that_is_none_means_from_now_on(sandbox: Sandbox, after: str) -> None:
    ask()
    with listening(sandbox, after=after) as listener:
        httpx.get(f"{sandbox.url}/polis/later", trust_env=False)
        assert "/later" in listener.next()[1]


def test_open_pages_do_not_keep_a_sandbox_from_stopping(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    with Sandbox() as sandbox, listening(sandbox) as listener:
        sandbox.stop()
        with pytest.raises(httpx.TransportError):
            listener.next()
    # The server would complain of what it had to cancel.
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


def test_what_is_told_is_on_one_line(sandbox: Sandbox) -> None:
    with listening(sandbox) as listener:
        httpx.get(f"{sandbox.url}/losant/a%0Adata:%20b", trust_env=False)
        assert json.dumps(listener.next()[1]).count("\\n") == 0
