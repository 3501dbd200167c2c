from __future__ import annotations

import json
from datetime import datetime, timezone

import pytest
import yaml

from integrations_sdk import Secret
from integrations_sdk.cli import output, progress, tables
from integrations_sdk.cli.output import Look
from integrations_sdk.losant import Integration
from integrations_sdk.sandbox import Sandbox

from ..conftest import APPLICATION, INTEGRATION
from .conftest import Program

LIST = ("losant", "integration", "list", "--application-id", APPLICATION)
HOSTILE = "\x1b]0;x\x07\u202e\x9b\x7f\n\ud800 ü"


@pytest.fixture
def hostile() -> Integration:
    return Integration(id="1", name=HOSTILE)


def test_a_table_shows_what_tells_records_apart(integrations: Program, sandbox: Sandbox) -> None:
    del sandbox
    ran = integrations(*LIST, "--output", "table")
    head, _, first, *_ = ran.out.splitlines()
    assert head.split() == ["id", "name", "integrationType", "enabled", "lastUpdated"]
    assert first.split()[:3] == [INTEGRATION, "Cold", "room"]
    assert "2025-02-01 08:15" in first
    assert max(map(len, ran.out.splitlines())) <= 100


def test_columns_are_chosen_by_their_paths(integrations: Program, sandbox: Sandbox) -> None:
    del sandbox
    ran = integrations(*LIST, "--output", "table", "--columns", "name, mqttConfig.port,topics.0")
    lines = ran.out.splitlines()
    assert lines[0].split() == ["name", "mqttConfig.port", "topics.0"]
    assert lines[2].split() == ["Cold", "room", "broker", "8883", "coldroom/+/temp"]


def test_a_terminal_gets_a_table_and_how_many_there_are(
    integrations: Program, sandbox: Sandbox
) -> None:
    del sandbox
    ran = integrations(*LIST, terminal=True)
    assert "integrationType" in ran.out
    assert "6 found" in ran.err


def test_one_record_is_a_line_for_each_member(integrations: Program, sandbox: Sandbox) -> None:
    del sandbox
    one = ("--application-id", APPLICATION, "--integration-id", INTEGRATION)
    lines = integrations("losant", "integration", "get", *one, "--output", "table").out.splitlines()
    members = dict(line.split(maxsplit=1) for line in lines if len(line.split()) > 1)
    assert members["mqttConfig.password"].strip() == "**********"
    assert members["enabled"].strip() == "yes"


@pytest.mark.parametrize("format_", ["table", "json", "jsonl", "yaml"])
def test_no_output_steers_a_terminal(
    format_: output.Format, hostile: Integration, capsys: pytest.CaptureFixture[str]
) -> None:
    output.write_one(hostile, Look(format=format_))
    output.write_many([hostile], Look(format=format_))
    written = capsys.readouterr().out
    assert not {"\x1b", "\x07", "\u202e", "\x9b", "\x7f", "\ud800"} & set(written)
    written.encode()
    assert "ü" in written


def test_what_is_escaped_is_still_the_same_json(
    hostile: Integration, capsys: pytest.CaptureFixture[str]
) -> None:
    output.write_one(hostile, Look(format="json"))
    assert json.loads(capsys.readouterr().out)["name"] == HOSTILE
    output.write_many([hostile], Look(format="jsonl"))
    assert json.loads(capsys.readouterr().out)["name"] == HOSTILE


def test_yaml_keeps_texts_that_look_like_something_else(
    capsys: pytest.CaptureFixture[str],
) -> None:
    model = Integration(id="0123", name="no", topics=["2024-01-01", "null", "1e3", ""])
    output.write_one(model, Look(format="yaml"))
    assert yaml.safe_load(capsys.readouterr().out) == model.to_json()


def test_nothing_is_written_where_nothing_came_back(capsys: pytest.CaptureFixture[str]) -> None:
    output.write_one(None, Look(format="json"))
    assert capsys.readouterr().out == ""


def test_columns_of_records_without_familiar_members_are_the_first() -> None:
    assert tables.chosen([{"a": 1, "b": {"c": 1}}, {"d": 2}]) == ["a", "d"]


def test_values_that_are_no_models_are_written_too() -> None:
    assert output.document_of(Secret("x")) == "**********"
    assert output.document_of(Secret("x"), reveal=True) == "x"
    moment = datetime(2026, 11, 22, tzinfo=timezone.utc)
    assert output.document_of(moment) == "2026-11-22T00:00:00+00:00"


def test_progress_shows_after_a_while_and_not_before(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import threading

    from rich.status import Status

    started = threading.Event()
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    monkeypatch.setattr(progress, "_PATIENCE", 0.01)
    monkeypatch.setattr(Status, "start", lambda _self: started.set())
    with progress.shown("waiting") as tell:
        assert started.wait(timeout=5)
        assert list(progress.counted("ab", "letters", tell)) == ["a", "b"]
    started.clear()
    monkeypatch.setattr(progress, "_PATIENCE", 60)
    with progress.shown("waiting"):
        pass
    assert not started.is_set()
    assert not any(isinstance(each, threading.Timer) for each in threading.enumerate())
    assert "waiting" not in capsys.readouterr().out
