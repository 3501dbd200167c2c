"""The tutorial is done in a folder of its own, block by block, as it is printed."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import sysconfig
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parent.parent
TUTORIAL = (ROOT / "docs" / "tutorial.md").read_text()
_BLOCK = re.compile(r'^```(\w+)(?: title="([\w.]+)")?\n(.*?)^```', re.MULTILINE | re.DOTALL)
_SERVER = "python -m integrations_sdk.sandbox"
_DONE = "done with this block: "

# What needs the network is installed already; and any free port will do.
_PREPARED = r"""
pip() { test "$*" = "install .[sandbox]"; }
python() {
    if test "$2" = integrations_sdk.sandbox; then set -- "$@" --port 0; fi
    command python "$@"
}
"""

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="its commands are a shell's")


class Block(NamedTuple):
    language: str
    file: str
    text: str


BLOCKS = [Block(*match.groups(default="")) for match in _BLOCK.finditer(TUTORIAL)]


class Terminal:
    """A shell that remembers, as the reader's does."""

    def __init__(self, folder: Path) -> None:
        paths = [sysconfig.get_path("purelib"), str(ROOT)]
        ours = ("CELIGO_", "CXENGAGE_", "LOSANT_", "OPTIMIZEPLAYER_", "POLIS_")
        clean = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        self._shell = subprocess.Popen(
            ["bash", "-e"],
            cwd=folder,
            env={**clean, "PYTHONPATH": os.pathsep.join(paths), "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.type(_PREPARED)

    def type(self, text: str) -> None:
        assert self._shell.stdin
        self._shell.stdin.write(text)
        self._shell.stdin.flush()

    def read_until(self, wanted: str) -> str:
        """Return what it prints before a line that begins as wanted."""
        assert self._shell.stdout
        lines: list[str] = []
        for line in self._shell.stdout:
            if line.startswith(wanted):
                return "".join(lines)
            lines.append(line)
        raise AssertionError("the shell gave up: " + "".join(lines))

    def run(self, text: str) -> str:
        self.type(f"{text}\necho '{_DONE}'\n")
        return self.read_until(_DONE)

    def close(self) -> None:
        """End it with all that runs in it."""
        if self._shell.poll() is None:
            os.killpg(self._shell.pid, signal.SIGTERM)
        self._shell.communicate(timeout=10)


@contextmanager
def terminal(folder: Path) -> Iterator[Terminal]:
    opened = Terminal(folder)
    watchdog = threading.Timer(60, opened.close)
    watchdog.start()
    try:
        yield opened
    finally:
        watchdog.cancel()
        opened.close()


def test_every_command_of_the_tutorial_works_as_printed(tmp_path: Path) -> None:
    printed = ""
    with terminal(tmp_path) as first, terminal(tmp_path) as second:
        current = first
        for block in BLOCKS:
            if block.language == "python":
                (tmp_path / block.file).write_text(block.text)
            elif block.language == "text":
                pattern = re.escape(block.text).replace("…", ".*")
                assert re.fullmatch(pattern, printed), printed
            elif block.text.startswith(_SERVER):
                first.type(block.text)
                first.read_until("# The sandbox listens")
                current = second
            else:
                printed = current.run(block.text)
    assert {block.language for block in BLOCKS} == {"python", "sh", "text"}


def test_every_program_of_the_tutorial_is_run() -> None:
    files = [block.file for block in BLOCKS if block.language == "python"]
    commands = "".join(block.text for block in BLOCKS if block.language == "sh")
    assert files
    assert all(f"python {file}\n" in commands for file in files)
