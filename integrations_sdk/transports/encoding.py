"""Content-Encoding: what a server compressed, as it was before."""

from __future__ import annotations

import zlib
from typing import Final

_GZIP: Final = 16 + zlib.MAX_WBITS
_ZLIB: Final = zlib.MAX_WBITS
_RAW: Final = -zlib.MAX_WBITS
_MEMBER: Final = b"\x1f\x8b"
"""How every member of a gzip file begins."""


def decoded(content: bytes, encoding: str | None) -> bytes:
    """Undo the encodings that a ``Content-Encoding`` header lists, the last one first.

    An encoding that was not asked for is left as it is.

    Raises:
        ValueError: When the content is not what the header says, or was cut short.
    """
    if not encoding or not content:
        return content
    for name in reversed(encoding.lower().split(",")):
        try:
            content = _decoded(content, name.strip())
        except zlib.error:
            break
    else:
        return content
    raise ValueError("not compressed as it says")  # outside: the handler's frames hold the content


def _decoded(content: bytes, name: str) -> bytes:
    if name in {"gzip", "x-gzip"}:
        return _gunzipped(content)
    if name == "deflate":
        return _inflated(content)
    return content


def _gunzipped(content: bytes) -> bytes:
    """Read every member: a gzip file may have several, one after the other."""
    members: list[bytes] = []
    while True:
        member, content = _whole(content, _GZIP)
        members.append(member)
        if not content.startswith(_MEMBER):
            return members[0] if len(members) == 1 else b"".join(members)


def _inflated(content: bytes) -> bytes:
    """Read either of the two formats that servers call deflate."""
    try:
        return _whole(content, _ZLIB)[0]
    except zlib.error:
        return _whole(content, _RAW)[0]


def _whole(content: bytes, format_: int) -> tuple[bytes, bytes]:
    """Return what was compressed, and what follows it."""
    reader = zlib.decompressobj(format_)
    whole = reader.decompress(content) + reader.flush()
    if not reader.eof:
        raise zlib.error
    return whole, reader.unused_data
