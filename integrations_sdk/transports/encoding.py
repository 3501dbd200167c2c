"""Content-Encoding: what a server compressed, as it was before."""

from __future__ import annotations

import math
import zlib
from typing import Final

_GZIP: Final = 16 + zlib.MAX_WBITS
_ZLIB: Final = zlib.MAX_WBITS
_RAW: Final = -zlib.MAX_WBITS
_MEMBER: Final = b"\x1f\x8b"
"""How every member of a gzip file begins."""

_BROKEN: Final = "not compressed as it says"
_NESTED: Final = 3
_MEMBERS: Final = 256  # each costs a copy of what follows it


def decoded(content: bytes, encoding: str | None, limit: float = math.inf) -> bytes:
    """Undo the encodings that a ``Content-Encoding`` header lists, the last one first.

    An encoding that was not asked for is left as it is.

    Args:
        content: What was sent.
        encoding: The header.
        limit: How many bytes are enough: of more, this many and one are returned.

    Raises:
        ValueError: When the content is not what the header says, was cut short, or was encoded
            more often than anybody does.
    """
    if not encoding or not content:
        return content
    names = encoding.lower().split(",")
    if len(names) > _NESTED:
        raise ValueError(_BROKEN)
    most = 0 if limit == math.inf else int(limit) + 1
    for name in reversed(names):
        try:
            content = _decoded(content, name.strip(), most)
        except zlib.error:
            break
        if len(content) > limit:
            return content
    else:
        return content
    raise ValueError(_BROKEN)  # outside: the handler's frames hold the content


def _decoded(content: bytes, name: str, most: int) -> bytes:
    if name in {"gzip", "x-gzip"}:
        return _gunzipped(content, most)
    if name == "deflate":
        return _inflated(content, most)
    return content


def _gunzipped(content: bytes, most: int) -> bytes:
    """Read every member: a gzip file may have several, one after the other."""
    members: list[bytes] = []
    left = most
    for _ in range(_MEMBERS):
        member, content = _whole(content, _GZIP, left)
        members.append(member)
        left = most and left - len(member)
        if (most and not left) or not content.startswith(_MEMBER):
            return members[0] if len(members) == 1 else b"".join(members)
    raise zlib.error


def _inflated(content: bytes, most: int) -> bytes:
    """Read either of the two formats that servers call deflate."""
    try:
        return _whole(content, _ZLIB, most)[0]
    except zlib.error:
        return _whole(content, _RAW, most)[0]


def _whole(content: bytes, format_: int, most: int) -> tuple[bytes, bytes]:
    """Return what was compressed, but no more bytes than asked for, and what follows it.

    Args:
        content: Compressed.
        format_: In the numbers of zlib.
        most: How many bytes; 0 for all.
    """
    reader = zlib.decompressobj(format_)
    whole = reader.decompress(content, most)
    if not reader.eof and not 0 < most <= len(whole):
        raise zlib.error
    return whole, reader.unused_data
