"""A real Redis for the tests of the shared rate limit."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

SERVER = shutil.which("redis-server")


class Server:
    """A Redis that can be killed and started again, on a socket in a folder of its own."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.socket = folder / "redis.sock"
        self.url = f"unix://{self.socket}"
        self._folder = folder
        self._options = options
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        assert SERVER is not None
        where = ["--port", "0", "--unixsocket", str(self.socket), "--dir", str(self._folder)]
        self._process = subprocess.Popen(
            [SERVER, *where, "--save", "", "--appendonly", "no", *self._options],
            stdout=subprocess.DEVNULL,
        )
        until = time.monotonic() + 10
        while not self.socket.exists():  # it appears when the server listens
            assert time.monotonic() < until, "redis-server did not start"
            time.sleep(0.01)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None
        self.socket.unlink(missing_ok=True)

    def suspend(self, *, ended: bool = False) -> None:
        """Let it take connections and answer nothing, until that is ended."""
        import signal

        assert self._process is not None
        self._process.send_signal(signal.SIGCONT if ended else signal.SIGSTOP)


@pytest.fixture
def server() -> Iterator[Server]:
    if SERVER is None:
        pytest.skip("NOT TESTED: the rate limit that is shared, for there is no redis-server")
    if importlib.util.find_spec("redis") is None:
        pytest.skip("NOT TESTED: the rate limit that is shared, for there is no redis-py")
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:  # a socket's path must be short
        server = Server(Path(folder))
        server.start()
        yield server
        server.kill()
