"""Compressed bodies, as servers write them."""

from __future__ import annotations

import gzip
import zlib

import pytest

from integrations_sdk.transports.encoding import decoded

BODY = b'{"name": "Cold room broker"}' * 50
GZIP = gzip.compress(BODY)


def raw_deflate(content: bytes) -> bytes:
    writer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return writer.compress(content) + writer.flush()


@pytest.mark.parametrize(
    ("encoding", "content"),
    [
        (None, BODY),
        ("", BODY),
        ("identity", BODY),
        ("gzip", GZIP),
        ("x-gzip", GZIP),
        (" GZip ", GZIP),
        ("gzip, identity", GZIP),
        ("deflate", zlib.compress(BODY)),
        ("deflate", raw_deflate(BODY)),
        ("deflate, gzip", gzip.compress(zlib.compress(BODY))),
        ("gzip,deflate", raw_deflate(GZIP)),
        ("gzip", gzip.compress(BODY[:100]) + gzip.compress(BODY[100:]) + gzip.compress(b"")),
        ("gzip", GZIP + b"\x00" * 8),
        ("br", BODY),
    ],
)
def test_a_body_is_what_it_was_before(encoding: str | None, content: bytes) -> None:
    assert decoded(content, encoding) == BODY


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "gzip, deflate", "deflate, gzip"])
def test_no_body_is_no_body_however_it_is_encoded(encoding: str) -> None:
    assert decoded(b"", encoding) == b""


@pytest.mark.parametrize(
    ("encoding", "content"),
    [
        ("gzip", b"CANARY"),
        ("gzip", GZIP[:-20]),
        ("gzip", GZIP[:-4]),
        ("deflate", b"CANARY"),
        ("gzip", GZIP[:-8] + b"CANARYCA"),
        ("gzip", GZIP + GZIP[:10] + b"\xff\xffCANARY"),
        ("gzip, deflate", GZIP),
        ("deflate, gzip", GZIP),
    ],
)
def test_what_is_broken_is_told_and_not_shown(encoding: str, content: bytes) -> None:
    with pytest.raises(ValueError, match="not compressed as it says") as caught:
        decoded(content, encoding)

    assert caught.value.__context__ is None
    assert "CANARY" not in str(caught.value)
