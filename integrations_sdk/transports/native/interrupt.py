"""Ctrl-C, while a library waits that is deaf to it."""

from __future__ import annotations

import os
import signal
import socket
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from .messages import exchanged

if TYPE_CHECKING:
    from integrations_sdk.core.transport import Fault, Request, Response

    from .library import Client, Library


class _Ear:
    """Ends the main thread's wait for an answer when Ctrl-C is pressed.

    The library is deaf to signals while it waits. Python tells a socket of them at once, though,
    and a thread that listens there can close the client that waits; then Python sees the signal.
    """

    def __init__(self) -> None:
        self._waiting: Client | None = None
        self._before = -1
        self._heard, self._told = socket.socketpair()
        self._told.setblocking(False)
        threading.Thread(target=self._listen, name="integrations-sdk", daemon=True).start()

    def _listen(self) -> None:
        while signals := self._heard.recv(64):
            by_default = signal.getsignal(signal.SIGINT) is signal.default_int_handler
            if signal.SIGINT in signals and by_default and (client := self._waiting) is not None:
                client.close()
            if self._before != -1:  # whoever listened before us is told too
                with suppress(OSError):
                    os.write(self._before, signals)

    def exchanged(
        self, library: Library, client: Client, request: Request, left: float
    ) -> Response | Fault:
        """Do what the function of this name does."""
        outer, self._waiting = self._waiting, client
        before = signal.set_wakeup_fd(self._told.fileno(), warn_on_full_buffer=False)
        if outer is None:
            self._before = before
        try:
            return exchanged(library, client, request, left)
        finally:
            signal.set_wakeup_fd(before)
            self._waiting = outer


_ears: Final[list[_Ear]] = []
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_ears.clear)  # its thread does not survive a fork


def exchanged_in_main(
    library: Library, client: Client, request: Request, left: float
) -> Response | Fault:
    """Do the same in the main thread, whose the signals are."""
    if not _ears:
        _ears.append(_Ear())
    return _ears[0].exchanged(library, client, request, left)
