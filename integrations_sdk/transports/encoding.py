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

    What was cut short becomes what there is of it. An encoding that was not asked for is left as
    it is.

    Raises:
        ValueError: When the content is not what the header says.
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
    raise ValueError(
        "not compressed as it says"
    )  # outside of the handler: its frames hold the content


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
        reader = zlib.decompressobj(_GZIP)
        members.append(reader.decompress(content) + reader.flush())
        content = reader.unused_data
        if not content.startswith(_MEMBER):
            return members[0] if len(members) == 1 else b"".join(members)


def _inflated(content: bytes) -> bytes:
    """Read either of the two formats that servers call deflate."""
    reader = zlib.decompressobj(_ZLIB)
    try:
        return reader.decompress(content) + reader.flush()
    except zlib.error:
        reader = zlib.decompressobj(_RAW)
    return reader.decompress(content) + reader.flush()
