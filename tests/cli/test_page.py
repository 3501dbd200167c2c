from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from integrations_sdk.cli import failures
from integrations_sdk.sandbox import Sandbox

from .conftest import Program

PAGE = (Path(__file__).parent.parent.parent / "docs" / "command-line.md").read_text()
_SHELL = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
COMMANDS = [
    line
    for block in _SHELL.findall(PAGE)
    for line in block.replace("\\\n", "").splitlines()
    if line.startswith("integrations ")
]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_of_the_page_does_what_it_says(
    command: str, integrations: Program, sandbox: Sandbox
) -> None:
    del sandbox
    ran = integrations(*shlex.split(command)[1:])
    assert ran.code == 0, ran.err
    assert ran.out


def test_every_exit_code_is_documented() -> None:
    documented = {int(code) for code in re.findall(r"^\| (\d+) \|", PAGE, re.MULTILINE)}
    own = {0, failures.OTHER, failures.AMBIGUOUS, failures.INTERRUPTED, failures.PIPE}
    assert documented == own | {code for code, _ in failures.CODES}
