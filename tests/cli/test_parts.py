"""What a command is made of, on its own."""

from __future__ import annotations

import errno
import sys
from datetime import datetime, timezone
from importlib.util import find_spec
from pathlib import Path

import click
import pytest

from integrations_sdk import cli
from integrations_sdk.cli import docstrings, options
from integrations_sdk.sandbox import Sandbox

from ..conftest import APPLICATION, INTEGRATION
from .conftest import Program

ONE = ("--application-id", APPLICATION, "--integration-id", INTEGRATION)


def test_a_moment_needs_a_time_zone() -> None:
    moment = options.Moment()
    read = moment.convert("2026-11-22T03:04:05Z", None, None)
    assert read == datetime(2026, 11, 22, 3, 4, 5, tzinfo=timezone.utc)
    for wrong in ("2026-11-22T03:04:05", "yesterday"):
        with pytest.raises(click.BadParameter):
            moment.convert(wrong, None, None)


def test_a_pair_needs_a_name_and_a_value() -> None:
    pair = options.Pair()
    assert pair.convert("a=b=c", None, None) == ("a", "b=c")
    for wrong in ("a", "=b"):
        with pytest.raises(click.BadParameter):
            pair.convert(wrong, None, None)


def test_a_type_that_no_text_stands_for_has_no_option() -> None:
    assert options.settings_of(datetime) is not None
    assert options.settings_of(Path) is None


def test_a_docstring_is_taken_apart() -> None:
    def declared() -> None:
        """Do a thing.

        More ``words`` of [it][elsewhere].

        Args:
            one: The first,
                on two lines. Environment: ``THE_ONE``.
            two:
                The second.

        Raises:
            ValueError: Never.

        Platform: *Thing*.
        """

    found = docstrings.described(declared)
    assert found.summary == "Do a thing."
    assert found.details == ("More words of it.",)
    assert found.arguments["two"] == "The second."
    assert found.arguments["one"].startswith("The first, on two lines.")
    assert found.variable("one") == "THE_ONE"
    assert found.variable("two") is None
    assert docstrings.described(object()).variable("x") is None


@pytest.mark.parametrize("missing", ["click", "rich", "yaml"])
def test_a_library_that_is_missing_is_named_with_the_extra(
    missing: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(cli, "find_spec", lambda name: None if name == missing else find_spec(name))
    assert cli.main(["--help"]) == 1
    assert "integrations-sdk[cli]" in capsys.readouterr().err


@pytest.mark.parametrize("shell", ["bash", "fish", "zsh"])
def test_completion_that_cannot_be_written_is_told(
    shell: str, integrations: Program, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    for variable in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "ZDOTDIR"):
        monkeypatch.delenv(variable, raising=False)
    assert integrations("--install-completion", shell).code == 0
    (tmp_path / "file").touch()
    monkeypatch.setenv("HOME", str(tmp_path / "file"))
    ran = integrations("--install-completion", shell)
    assert ran.code == 1
    assert "Cannot write" in ran.err


def test_a_sandbox_without_its_extra_says_which_to_install(
    integrations: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in sys.modules if name.startswith("integrations_sdk.sandbox")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "starlette", None)
    monkeypatch.setitem(sys.modules, "starlette.types", None)
    ran = integrations("sandbox")
    assert ran.code == 1
    assert "integrations-sdk[sandbox]" in ran.err


@pytest.mark.parametrize(("number", "code"), [(errno.EPIPE, 141), (errno.ENOSPC, 1)])
def test_output_that_cannot_be_written_has_its_code(
    number: int,
    code: int,
    integrations: Program,
    sandbox: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    del sandbox

    def write(_text: str) -> int:
        raise OSError(number, "No room")

    kept = sys.stdout
    monkeypatch.setattr(sys.stdout, "write", write)
    ran = integrations("losant", "integration", "get", *ONE)
    sys.stdout.close()  # what is written to from then on, and leads nowhere
    monkeypatch.setattr(sys, "stdout", kept)
    assert ran.code == code
    assert ran.err == ("" if number == errno.EPIPE else "Cannot write the output: No room\n")


@pytest.mark.parametrize(("call", "said"), [("get", "Interrupted\n"), ("delete", "may or may not")])
def test_an_interruption_says_what_it_leaves_open(
    call: str, said: str, integrations: Program, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    from integrations_sdk.core.client import SyncClient

    del sandbox

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(SyncClient, "send", interrupted)
    ran = integrations("losant", "integration", call, *ONE)
    assert ran.code == 130
    assert said in ran.err


def test_a_terminal_is_told_that_a_call_without_an_answer_is_done(
    integrations: Program, sandbox: Sandbox
) -> None:
    del sandbox
    which = ("--integration-id", "61f0a3b29c4e7d1a2b3c4d5e")
    ran = integrations("celigo", "integration", "delete", *which, terminal=True)
    assert (ran.code, ran.out, ran.err) == (0, "", "Done\n")


def test_lines_come_one_by_one_on_a_terminal_too(integrations: Program, sandbox: Sandbox) -> None:
    del sandbox
    listed = ("losant", "integration", "list", "--application-id", APPLICATION)
    ran = integrations(*listed, "--output", "jsonl", "--limit", "2", terminal=True)
    assert ran.out.count("\n") == 2
