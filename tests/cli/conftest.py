"""A sandbox, and the program run in this process."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterator
from typing import NamedTuple

import pytest

from integrations_sdk.cli import main
from integrations_sdk.sandbox import Sandbox


class Ran(NamedTuple):
    """What came of a command."""

    code: int
    out: str
    err: str


Program = Callable[..., Ran]


@pytest.fixture(scope="package")
def one_sandbox() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(one_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    """A sandbox with its example data, and the variables that point there."""
    one_sandbox.reset()
    for name, value in one_sandbox.environment().items():
        monkeypatch.setenv(name, value)
    return one_sandbox


@pytest.fixture
def integrations(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Program:
    """The program: give it arguments, and what is on its standard input."""
    monkeypatch.setenv("COLUMNS", "100")

    def run(*arguments: str, stdin: str = "", terminal: bool = False) -> Ran:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode())))
        with monkeypatch.context() as patch:
            patch.setattr(sys.stdout, "isatty", lambda: terminal, raising=False)
            patch.setattr(sys.stderr, "isatty", lambda: terminal, raising=False)
            code = main(arguments)
        out, err = capsys.readouterr()
        return Ran(code, out, err)

    return run
