"""A sandbox whose pages are looked at, and a plain client for them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import httpx
import pytest

from integrations_sdk.sandbox import Sandbox


@pytest.fixture(scope="session")
def running() -> Iterator[Sandbox]:
    """Starting a server takes longer than most tests."""
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    """A running sandbox with nothing but its example data, which clients find by themselves."""
    running.reset()
    for name, value in running.environment().items():
        monkeypatch.setenv(name, value)
    return running


class Visitor:
    """A person with a browser that has no scripts."""

    def __init__(self, sandbox: Sandbox, client: httpx.Client) -> None:
        self._sandbox = sandbox
        self._client = client

    def see(self, path: str, **query: str) -> str:
        """Return a page."""
        answer = self._client.get(path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.text

    def ticket(self) -> str:
        found = re.search('name="ticket" value="([^"]+)"', self.see("/inspector/faults"))
        assert found
        return found[1]

    def press(self, path: str, form: Mapping[str, str] | None = None) -> httpx.Response:
        """Send a form as the page would, but for what is said to be otherwise."""
        sent = {"ticket": self.ticket(), **(form or {})}
        return self._client.post(path, data=sent, headers={"Origin": self._sandbox.url})


@pytest.fixture
def visitor(sandbox: Sandbox) -> Iterator[Visitor]:
    with httpx.Client(base_url=sandbox.url, trust_env=False) as client:
        yield Visitor(sandbox, client)
