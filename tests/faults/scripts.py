"""Scripts for servers that more than one file of cases uses."""

from __future__ import annotations

import threading

from ..transports.scripted import Peer, Script


def in_turn(*answers: bytes) -> Script:
    """Answer requests, of whatever connection, one after the other; the last answer for ever."""
    left = list(answers)
    lock = threading.Lock()

    def script(peer: Peer) -> None:
        while True:
            peer.request()
            with lock:
                answer = left.pop(0) if len(left) > 1 else left[0]
            peer.send(answer)

    return script
