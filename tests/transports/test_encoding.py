"""Compressed bodies, as servers write them."""

from __future__ import annotations

import gzip
import random
import zlib
from collections.abc import Callable

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
        ("gzip", gzip.compress(BODY[:100]) + gzip.compress(b"") * 2000 + gzip.compress(BODY[100:])),
        ("gzip", gzip.compress(BODY, 0)),
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


@pytest.mark.parametrize("size", [0, 1, 16383, 16384, 16385, 262143, 262144, 262145, 1000000])
@pytest.mark.parametrize("compress", [gzip.compress, zlib.compress, raw_deflate])
def test_no_byte_is_lost_where_parts_meet(size: int, compress: Callable[[bytes], bytes]) -> None:
    dice = random.Random(size)
    for body in (bytes(size), dice.randbytes(size)):
        encoding = "gzip" if compress is gzip.compress else "deflate"
        assert decoded(compress(body), encoding, size) == body


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "gzip, gzip", "deflate, gzip"])
def test_of_more_than_is_enough_only_a_little_is_made(encoding: str) -> None:
    body = bytes(8 * 1024 * 1024)
    for name in encoding.split(", "):
        body = gzip.compress(body) if name == "gzip" else zlib.compress(body)
    assert 1000 < len(decoded(body, encoding, 1000)) < 300_000


@pytest.mark.parametrize("encoding", ["gzip, gzip, gzip, gzip", "identity," * 100])
def test_what_is_encoded_more_often_than_anybody_does_is_broken(encoding: str) -> None:
    with pytest.raises(ValueError, match="not compressed as it says"):
        decoded(GZIP, encoding)
