"""kill -9 at random moments, with writers at work: what was answered is there afterwards.

KILLS says how often, and SEED repeats a run as far as threads allow.
"""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from .facts import python
from .writers import PATHS, Record, Server, Writer, send

KILLS = int(os.environ.get("KILLS", "20"))
SEED = os.environ.get("SEED") or str(random.SystemRandom().randrange(10**6))

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no kill -9")


class Nursery:
    """Starts sandboxes over one file, one after the other."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        self._child = 0

    def bear(self) -> None:
        assert self._process.stdin
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        line = self._line()
        while not line.strip().isdecimal():  # of one that was killed before anybody listened
            line = self._line()
        self._child = int(line)

    def server(self) -> Server:
        url, losant, celigo = self._line().split()
        return Server(url, {"losant": losant, "celigo": celigo})

    def kill(self) -> None:
        os.kill(self._child, signal.SIGKILL)
        self._child = 0

    def end(self) -> None:
        if self._child:
            self.kill()
        self._process.kill()

    def _line(self) -> str:
        assert self._process.stdout
        line = self._process.stdout.readline()
        assert line, "the nursery has ended"
        return line


@pytest.fixture
def nursery(tmp_path: Path) -> Iterator[Nursery]:
    script = str(Path(__file__).with_name("nursery.py"))
    with python(script, str(tmp_path / "data"), stdin=subprocess.PIPE) as process:
        nursery = Nursery(process)
        try:
            yield nursery
        finally:
            nursery.end()


def everything(server: Server) -> dict[Record, dict[str, object]]:
    connection = server.connect()
    found: dict[Record, dict[str, object]] = {}
    for platform in PATHS:
        query = Record(platform, "")
        listed = send(connection, server, "GET", query, None)
        for item in listed["items"] if platform == "losant" else listed:
            found[Record(platform, item["id" if platform == "losant" else "_id"])] = item
    connection.close()
    return found


def is_sound(data: Path) -> bool:
    connection = sqlite3.connect(data)
    try:
        return connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    finally:
        connection.close()


def check(server: Server, writers: list[Writer], data: Path) -> None:
    found = everything(server)
    for writer in writers:
        writer.check(found)
    assert is_sound(data)


def test_what_was_answered_survives_every_kill(nursery: Nursery, tmp_path: Path) -> None:
    sys.stdout.write(f"SEED={SEED}\n")  # shown when it fails
    moments = random.Random(SEED)
    writers = [Writer(number, SEED) for number in range(4)]
    data = tmp_path / "data"
    for count in range(KILLS):
        nursery.bear()
        if count % 10 == 9:  # before it serves, or just then
            time.sleep(moments.uniform(0, 0.02))
            nursery.kill()
            continue
        server = nursery.server()
        check(server, writers, data)
        threads = [threading.Thread(target=writer.work, args=[server]) for writer in writers]
        for thread in threads:
            thread.start()
        time.sleep(moments.uniform(0, 0.1))
        nursery.kill()
        for thread in threads:
            thread.join()
    nursery.bear()
    check(nursery.server(), writers, data)
    answered = sum(writer.answered for writer in writers)
    sys.stdout.write(f"{KILLS} kills, {answered} writes answered, none of them lost\n")
    assert answered
