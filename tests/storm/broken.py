"""Transports that break a promise each: a storm that does not notice is no test."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, ClassVar, Final

from integrations_sdk.core import clock
from integrations_sdk.transports import Fault, Headers, Request, Response


class Broken:
    """Sends by another transport, and breaks no promise yet."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def send(self, request: Request) -> Response:
        response: Response = self._inner.send(request)
        return response

    def close(self) -> None:
        self._inner.close()


def _writes(request: Request) -> bool:
    return request.method != "GET"


class SendsWritesTwice(Broken):
    def send(self, request: Request) -> Response:
        if _writes(request):
            super().send(request)
        return super().send(request)


class RepeatsLostWrites(Broken):
    def send(self, request: Request) -> Response:
        try:
            return super().send(request)
        except Fault:
            if request.method in {"PATCH", "POST"}:
                return super().send(request)
            raise


class InventsAnswers(Broken):
    def send(self, request: Request) -> Response:
        if request.method == "DELETE":
            return Response(200, Headers(), b'{"success": true}')
        return super().send(request)


class CrossesAnswers(Broken):
    _last: Response | None = None

    def send(self, request: Request) -> Response:
        if _writes(request):
            return super().send(request)
        response = super().send(request)
        crossed, self._last = self._last or response, response
        return crossed


class Overstays(Broken):
    def send(self, request: Request) -> Response:
        response = super().send(request)
        if _writes(request):
            time.sleep(max(0, request.deadline - clock.monotonic()) + 0.7)
        return response


class RaisesForeignErrors(Broken):
    def send(self, request: Request) -> Response:
        try:
            return super().send(request)
        except Fault as fault:
            raise OSError(fault.reason) from None


class DeniesSending(Broken):
    def send(self, request: Request) -> Response:
        try:
            return super().send(request)
        except Fault as fault:
            raise Fault(fault.reason, sent=False, lasting=True) from None


class KeepsConnections(Broken):
    def close(self) -> None:
        pass


class KeepsThreads(Broken):
    ended: ClassVar = threading.Event()
    _kept = False

    def send(self, request: Request) -> Response:
        if not self._kept:
            self._kept = True
            threading.Thread(target=self.ended.wait).start()
        return super().send(request)


BROKEN: Final[dict[Callable[[Any], Any], str]] = {
    SendsWritesTwice: "it was applied 2 times",
    RepeatsLostWrites: "it was applied 2 times",
    InventsAnswers: "it was acknowledged, and never applied",
    CrossesAnswers: "should have returned|does not exist|did not find",
    Overstays: "after its deadline",
    RaisesForeignErrors: "it raised OSError",
    DeniesSending: "said that nothing was sent",
    KeepsConnections: "left behind|unclosed",
    KeepsThreads: "left behind",
}
"""A pattern of what a storm is to say of each of them."""
