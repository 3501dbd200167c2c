"""Content-Encoding: what a server compressed, as it was before."""

from __future__ import annotations

import math
import zlib
from io import BytesIO
from typing import Final

_GZIP: Final = 16 + zlib.MAX_WBITS
_ZLIB: Final = zlib.MAX_WBITS
_RAW: Final = -zlib.MAX_WBITS
_MEMBER: Final = b"\x1f\x8b"
"""How every member of a gzip file begins."""

_BROKEN: Final = "not compressed as it says"
_NESTED: Final = 3
_TAKEN: Final = 16 * 1024  # bytes that are read at once, for what is left of them is copied
_MADE: Final = 256 * 1024  # bytes that are made of them at once


def decoded(content: bytes, encoding: str | None, limit: float = math.inf) -> bytes:
    """Undo the encodings that a ``Content-Encoding`` header lists, the last one first.

    An encoding that was not asked for is left as it is.

    Args:
        content: What was sent.
        encoding: The header.
        limit: How many bytes are enough: where there are more, only some of these are returned.

    Raises:
        ValueError: When the content is not what the header says, was cut short, or was encoded
            more often than anybody does.
    """
    if not encoding or not content:
        return content
    names = encoding.lower().split(",")
    if len(names) > _NESTED:
        raise ValueError(_BROKEN)
    for name in reversed(names):
        try:
            content = _decoded(content, name.strip(), limit)
        except zlib.error:
            break
        if len(content) > limit:
            return content
    else:
        return content
    raise ValueError(_BROKEN)  # outside of the handler: its frames hold the content


def _decoded(content: bytes, name: str, limit: float) -> bytes:
    if name in {"gzip", "x-gzip"}:
        return _gunzipped(content, limit)
    if name == "deflate":
        return _inflated(content, limit)
    return content


def _gunzipped(content: bytes, limit: float) -> bytes:
    """Read every member: a gzip file may have several, one after the other."""
    whole = BytesIO()
    rest = memoryview(content)
    while True:
        rest = _read(rest, _GZIP, whole, limit)
        if whole.tell() > limit or bytes(rest[:2]) != _MEMBER:
            return whole.getvalue()


def _inflated(content: bytes, limit: float) -> bytes:
    """Read either of the two formats that servers call deflate."""
    for format_ in (_ZLIB, _RAW):
        whole = BytesIO()
        try:
            _read(memoryview(content), format_, whole, limit)
        except zlib.error:
            continue
        return whole.getvalue()
    raise zlib.error


def _read(content: memoryview, format_: int, whole: BytesIO, limit: float) -> memoryview:
    """Write what was compressed to the end of a whole, and return what follows it.

    Args:
        content: Compressed.
        format_: In the numbers of zlib.
        whole: Where to write to.
        limit: How large that may become, or a little larger.
    """
    reader = zlib.decompressobj(format_)
    taken = 0
    while not reader.eof and whole.tell() <= limit:
        part: bytes | memoryview = reader.unconsumed_tail
        if not part:
            part = content[taken : taken + _TAKEN]
            taken += len(part)
        made = reader.decompress(part, _MADE)
        if not part and not made:
            raise zlib.error  # cut short
        whole.write(made)
    return content[taken - len(reader.unused_data) :]
