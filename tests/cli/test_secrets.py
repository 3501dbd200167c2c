"""Secrets on their way in and out: by no command line, and shown to nobody who did not ask."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click
import pytest

from integrations_sdk.cli import app
from integrations_sdk.cli.options import Option
from integrations_sdk.sandbox import Sandbox

from ..conftest import APPLICATION, INTEGRATION
from .conftest import Program
from .test_commands import COMMANDS

ONE = ("--application-id", APPLICATION, "--integration-id", INTEGRATION)
PATCH = ("losant", "integration", "patch", *ONE)
WHOLE = [
    *("--set", "mqttConfig.protocol=mqtt", "--set", "mqttConfig.host=h"),
    *("--set", "mqttConfig.port=1"),
]


def password(out: str) -> str:
    document: dict[str, dict[str, str]] = json.loads(out.partition("\n\n")[2])
    return document["mqttConfig"]["password"]


def test_no_option_takes_a_secret_itself() -> None:
    for path, command in COMMANDS.items():
        for option in command.params:
            names = " ".join(option.opts)
            if isinstance(option, Option) and any(w in names for w in ("token", "secret", "code")):
                assert option.make_metavar(click.Context(app.root)) != "TEXT", (path, names)


@pytest.mark.parametrize("source", ["env:PW", "-", "@FILE"])
def test_a_secret_comes_from_elsewhere(
    source: str, integrations: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "password"
    file.write_text("hunter2 \n")
    monkeypatch.setenv("PW", "hunter2 ")
    member = f"mqttConfig.password={source.replace('FILE', str(file))}"
    given = (*PATCH, *WHOLE, "--set-secret", member, "--dry-run")
    assert password(integrations(*given, "--reveal", stdin="hunter2 \n").out) == "hunter2 "
    masked = integrations(*given, stdin="hunter2 \n")
    assert password(masked.out) == "**********"
    assert "hunter2" not in masked.out + masked.err


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("=hunter2", "must not stand on the command line"),
        ("=env:NOT_SET", "NOT_SET is not set"),
        ("=@/nowhere/hunter2.txt", "cannot read"),
        ("=-", "there is no text in -"),
        ("", "there is no terminal to ask on"),
    ],
)
def test_a_secret_that_is_not_there_is_a_usage_error(
    source: str, said: str, integrations: Program
) -> None:
    ran = integrations(*PATCH, *WHOLE, "--set-secret", f"mqttConfig.password{source}")
    assert ran.code == 2
    assert said in ran.err


def test_standard_input_is_read_once(integrations: Program) -> None:
    two = ("--set-secret", "mqttConfig.password=-", "--set-secret", "mqttConfig.privateKey=-")
    ran = integrations(*PATCH, *WHOLE, *two, stdin="x")
    assert ran.code == 2
    assert "standard input can be read once" in ran.err


def test_a_person_is_asked_for_a_secret_without_an_echo(
    integrations: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, object]] = []

    def prompt(text: str, **settings: object) -> str:
        asked.append((text, settings["hide_input"]))
        return "hunter2"

    monkeypatch.setattr(click, "prompt", prompt)
    given = (*PATCH, *WHOLE, "--set-secret", "mqttConfig.password", "--dry-run", "--reveal")
    monkeypatch.setattr("integrations_sdk.cli.sources.Sources.may_ask", True)
    assert password(integrations(*given).out) == "hunter2"
    assert asked == [("mqttConfig.password", True)]


def test_a_person_is_asked_for_a_token_that_is_nowhere_else(
    integrations: Program, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = sandbox.token("losant")
    monkeypatch.delenv("LOSANT_ACCESS_TOKEN")
    monkeypatch.setattr("integrations_sdk.cli.sources.Sources.may_ask", True)
    monkeypatch.setattr(click, "prompt", lambda *_, **__: token)
    assert integrations("losant", "integration", "get", *ONE).code == 0


def test_a_token_comes_from_a_file(
    integrations: Program, sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "token"
    file.write_text(sandbox.token("losant"))
    monkeypatch.setenv("LOSANT_ACCESS_TOKEN", "wrong")
    get = ("losant", "integration", "get", *ONE)
    assert integrations(*get).code == 4
    assert integrations(*get, "--token-file", str(file)).code == 0
    assert integrations(*get, "--access-token-file", "-", stdin=file.read_text()).code == 0


@pytest.mark.parametrize("output", ["table", "json", "jsonl", "yaml"])
def test_what_is_secret_is_masked_until_it_is_asked_for(
    output: str, integrations: Program, sandbox: Sandbox
) -> None:
    del sandbox
    get = ("losant", "integration", "get", *ONE, "--output", output)
    clear = json.loads(integrations(*get[:-1], "json", "--reveal").out)["mqttConfig"]["password"]
    assert clear not in integrations(*get).out
    assert clear in integrations(*get, "--reveal").out


def test_a_dry_run_needs_no_token_and_shows_none(
    integrations: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("OPTIMIZEPLAYER_API_KEY", "LOSANT_ACCESS_TOKEN"):
        monkeypatch.setenv(variable, "t0ken-canary")
    header = ("--headers", "x-api-key=h3ader-canary")
    for call in (("optimizeplayer", "integration", "list"), ("losant", "integration", "get", *ONE)):
        ran = integrations(*call, *header, "--dry-run")
        assert ran.code == 0
        assert "canary" not in ran.out + ran.err
    monkeypatch.delenv("OPTIMIZEPLAYER_API_KEY")
    assert integrations("optimizeplayer", "integration", "list", "--dry-run").code == 0


def test_a_dry_run_sends_nothing(
    integrations: Program, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOSANT_BASE_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("CELIGO_BASE_URL", "http://127.0.0.1:1")
    assert integrations(*PATCH, "--set", "enabled=false", "--dry-run").code == 0
    which = ("--integration-id", "0" * 24)
    for call in ("edit", "managed-update", "unlock"):
        ran = integrations("celigo", "integration", call, *which, "--dry-run")
        assert ran.out.startswith("GET ")
        assert "Other requests may follow" in ran.out
    assert sys.stdin.read() == ""
    del sandbox
