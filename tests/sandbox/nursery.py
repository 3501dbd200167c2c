"""Starts sandboxes quickly: it has imported all, and forks a sandbox for each line that it reads.

Each of them writes two lines: its process's id at once; its URL and its tokens when it serves.
"""

import os
import signal
import sys

from integrations_sdk.sandbox import Sandbox


def main(data: str) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody asks how they ended
    for _ in sys.stdin:
        if not os.fork():
            serve(data)


def serve(data: str) -> None:
    sys.stdout.write(f"{os.getpid()}\n")
    sys.stdout.flush()
    with Sandbox(data=data) as sandbox:
        tokens = f"{sandbox.token('losant')} {sandbox.token('celigo')}"
        sys.stdout.write(f"{sandbox.url} {tokens}\n")
        sys.stdout.flush()
        signal.pause()


if __name__ == "__main__":
    main(sys.argv[1])
