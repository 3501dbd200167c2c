"""The log as the environment asks for it."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

CALL = """
import json, logging, sys
from integrations_sdk import Losant
from integrations_sdk.core.transport import Headers, Response
class Answering:
    def __init__(self): self.statuses = [503, 200]
    def send(self, request):
        return Response(self.statuses.pop(0), Headers(), json.dumps({"id": "x"}).encode())
    def close(self): pass
def call():
    from integrations_sdk import Retry
    losant = Losant("tok-SAMPLE", transport=Answering(), retry=Retry(initial=0))
    losant.integration.get(application_id="5" * 24, integration_id="6" * 24)
"""


def lines(code: str, level: str | None) -> list[str]:
    """Return what a program writes to standard error."""
    environment = {k: v for k, v in os.environ.items() if k != "INTEGRATIONS_SDK_LOG"}
    if level is not None:
        environment["INTEGRATIONS_SDK_LOG"] = level
    done = subprocess.run(
        [sys.executable, "-c", CALL + code],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stdout == ""
    return done.stderr.splitlines()


@pytest.mark.parametrize(("level", "levels"), [("info", "I"), ("debug", "DID"), ("DEBUG", "DID")])
def test_a_level_in_the_environment_shows_the_log(level: str, levels: str) -> None:
    written = lines("call()", level)

    assert "".join(line.split()[1][0] for line in written) == levels
    for line in written:
        time, _, name, operation, *_ = line.split()
        assert (len(time), name, operation) == (12, "integrations_sdk:", "integration.get:")
    assert not any("SAMPLE" in line for line in written)


@pytest.mark.parametrize("level", [None, ""])
def test_without_a_level_nothing_is_shown(level: str | None) -> None:
    assert lines("call()", level) == []


def test_many_clients_write_each_line_once() -> None:
    assert len(lines("Losant('tok-SAMPLE'), Losant('tok-SAMPLE'); call()", "info")) == 1


def test_a_client_that_came_from_another_process_shows_it_too() -> None:
    code = """
import os, pickle
level = os.environ.pop("INTEGRATIONS_SDK_LOG")
sent = pickle.dumps(Losant("tok-SAMPLE"))
from integrations_sdk.core import logs
logs._state["is_configured"] = False
os.environ["INTEGRATIONS_SDK_LOG"] = level
pickle.loads(sent)
print(logs.log.level, len(logs.log.handlers), file=sys.stderr)
"""
    assert lines(code, "debug") == ["10 1"]


def test_a_program_that_says_where_its_log_goes_is_left_to_it() -> None:
    code = "logging.basicConfig(format='mine %(message)s'); call()"
    written = lines(code, "info")

    assert len(written) == 1
    assert written[0].startswith("mine integration.get: 503; again in ")


def test_another_level_is_refused_by_name() -> None:
    code = """
from integrations_sdk import ConfigurationError
for _ in range(2):
    try:
        call()
    except ConfigurationError as error:
        print(error, file=sys.stderr)
"""
    refusal = "the environment variable INTEGRATIONS_SDK_LOG must be debug or info"
    assert lines(code, "verbose") == [refusal] * 2
