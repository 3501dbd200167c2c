"""Processes of one's own, told what to do by lines of JSON."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import IO, Any, Final

ROOT: Final = Path(__file__).parents[2]
_FILES: Final = 8192
_KEPT: Final = ("LANG", "LC_ALL", "PATH", "SYSTEMROOT", "TMPDIR", "VIRTUAL_ENV")


class Child:
    """A process that answers in lines of JSON."""

    def __init__(self, stdin: IO[str], stdout: IO[str]) -> None:
        self._stdin = stdin
        self._stdout = stdout

    def read(self) -> dict[str, Any]:
        """Wait for its next answer."""
        line = self._stdout.readline()
        if not line:
            return {"missing": "its process died"}
        answer: dict[str, Any] = json.loads(line)
        return answer

    def ask(self) -> dict[str, Any]:
        """Have it do its work once."""
        try:
            self._stdin.write("\n")
            self._stdin.flush()
        except BrokenPipeError:
            return {"missing": "its process died"}
        return self.read()


@contextmanager
def child(*arguments: str) -> Iterator[Child]:
    """Start a Python process, which ends when it is left."""
    with subprocess.Popen(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield Child(process.stdin, process.stdout)
        finally:
            try:
                process.stdin.close()
            except BrokenPipeError:  # it was the first to go
                process.kill()


@cache
def _home() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="bench-home-")


def environment() -> dict[str, str]:
    """Return what every process gets: no proxies, keys, addresses or settings of the user's."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return {**kept, "HOME": _home().name}


def raise_file_limit() -> None:
    """Allow some thousand connections, if the system does."""
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _FILES if hard == resource.RLIM_INFINITY else min(_FILES, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))


def nodelay(sock: socket.socket) -> None:
    """Send small packets at once."""
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
