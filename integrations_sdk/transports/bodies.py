"""The body of an answer: no more of it is taken than is allowed, on the wire or decompressed."""

from __future__ import annotations

from io import BytesIO
from typing import Final

from integrations_sdk.core.transport import Fault

from .encoding import decoded

_DIGITS: Final = 15  # of a length that is read as a number; one with more is beyond any limit


class Body:
    """What came of a body so far.

    Args:
        limit: The most bytes that it may have.
        length: The answer's ``Content-Length``.

    Raises:
        Fault: When the answer announces more.
    """

    def __init__(self, limit: float, length: str | None) -> None:
        self._limit = limit
        self._taken = BytesIO()  # a list of parts would cost many times as much, if they are small
        if length is not None and length.isdecimal():
            self._check(int(length) if len(length) <= _DIGITS else 10**_DIGITS)

    def add(self, part: bytes) -> None:
        """Take another part; raises a Fault when there are too many."""
        self._taken.write(part)
        self._check(self._taken.tell())

    def content(self, encoding: str | None) -> bytes:
        """Return the whole, decompressed as ``Content-Encoding`` says; raises a Fault."""
        content = self._taken.getvalue()
        if encoding is None:
            return content
        try:
            content = decoded(content, encoding, self._limit)
        except ValueError:
            fault = Fault("the answer's compression is broken", sent=True)
        else:
            self._check(len(content))
            return content
        raise fault

    def _check(self, size: int) -> None:
        if size > self._limit:
            raise too_large(self._limit)


def too_large(limit: float) -> Fault:
    """Return what is raised for an answer that is larger than a limit."""
    reason = f"the answer's body is above max_response_size, {limit:.0f} bytes"
    return Fault(reason, sent=True, lasting=True, oversized=True)
