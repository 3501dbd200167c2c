"""The body of an answer: no more of it is taken than is allowed, on the wire or decompressed."""

from __future__ import annotations

from io import BytesIO

from integrations_sdk.core.transport import Fault

from .encoding import decoded


class Body:
    """What came of a body so far.

    Args:
        limit: The most bytes that it may have.
        length: The answer's ``Content-Length``.

    Raises:
        Fault: When the answer announces more.
    """

    def __init__(self, limit: float, length: str | None) -> None:
        if length is not None:
            check_announced(length, limit)
        self._limit = limit
        self._size = 0
        self._taken = BytesIO()  # a list of parts would cost many times as much, if they are small

    def add(self, part: bytes) -> None:
        """Take another part; raises a Fault when it is too much."""
        self._size += len(part)
        if self._size > self._limit:
            raise too_large(self._limit)
        self._taken.write(part)

    def content(self, encoding: str | None) -> bytes:
        """Return the whole, decompressed as ``Content-Encoding`` says; raises a Fault."""
        content = self._taken.getvalue()
        return content if encoding is None else decompressed(content, encoding, self._limit)


def check_announced(length: str, limit: float) -> None:
    """Raise a Fault when a ``Content-Length`` is above a limit."""
    if length.isdecimal() and float(length) > limit:
        raise too_large(limit)


def too_large(limit: float) -> Fault:
    """Return what is raised when a body is above a limit."""
    reason = f"the answer's body is above max_response_size, {limit:.0f} bytes"
    return Fault(reason, sent=True, lasting=True, oversized=True)


def decompressed(content: bytes, encoding: str, limit: float) -> bytes:
    """Return a body as it was before ``Content-Encoding``; raises a Fault."""
    try:
        content = decoded(content, encoding, limit)
    except ValueError:
        fault = Fault("the answer's compression is broken", sent=True)
    else:
        if len(content) <= limit:
            return content
        fault = too_large(limit)
    raise fault
