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
        check_announced(length, limit)
        self._limit = limit
        self._taken = BytesIO()  # a list of parts would cost many times as much, if they are small

    def add(self, part: bytes) -> None:
        """Take another part; raises a Fault when it is too much."""
        check(self._taken.tell() + len(part), self._limit)
        self._taken.write(part)

    def content(self, encoding: str | None) -> bytes:
        """Return the whole, decompressed as ``Content-Encoding`` says; raises a Fault."""
        return decompressed(self._taken.getvalue(), encoding, self._limit)


def check_announced(length: str | None, limit: float) -> None:
    """Raise a Fault when a ``Content-Length`` is above a limit."""
    if length is not None and length.isdecimal():
        check(int(length) if len(length) <= _DIGITS else 10**_DIGITS, limit)


def check(size: int, limit: float) -> None:
    """Raise a Fault when so many bytes are above a limit."""
    if size > limit:
        reason = f"the answer's body is above max_response_size, {limit:.0f} bytes"
        raise Fault(reason, sent=True, lasting=True, oversized=True)


def decompressed(content: bytes, encoding: str | None, limit: float) -> bytes:
    """Return a body as ``Content-Encoding`` says; raises a Fault."""
    if encoding is None:
        return content
    try:
        content = decoded(content, encoding, limit)
    except ValueError:
        fault = Fault("the answer's compression is broken", sent=True)
    else:
        check(len(content), limit)
        return content
    raise fault
