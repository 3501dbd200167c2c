"""The compression of a body (RFC 9110 section 8.4.1)."""

from __future__ import annotations

import zlib


def decoded(content: bytes, encoding: str | None) -> bytes:
    """Return a body as it was before it was compressed."""
    try:
        for name in reversed((encoding or "").lower().split(",")):
            if name.strip() in {"gzip", "x-gzip", "deflate"}:
                content = zlib.decompress(content, 47)
    except zlib.error:
        pass
    else:
        return content
    raise ValueError
