"""Arguments on their way out: each travels as exactly what it is, or is refused."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import unquote_to_bytes

import attrs
import httpx

from integrations_sdk import (
    APIError,
    ConfigurationError,
    DecodeError,
    InvalidArgumentError,
    Operation,
    Secret,
)
from integrations_sdk.core.settings import Platform, checked_base_url, is_loopback
from integrations_sdk.core.transport import Request

from .chunks import Chunks
from .platforms import OPERATIONS, TOKEN, Stub, client, parameters

HOSTILE: Final = (
    "../x",
    "a/b",
    "%2e%2e",
    "a?b#c",
    "\r\nx: y",
    "\\",
    "\ud800",
    "é",
    "@evil.example",
    "//evil.example",
    "{tenant_id}",
    "\x00",
    "",
    "..",
)
CORPUS: Final = (
    b"",
    *(
        bytes([0, number, 0, len(raw)]) + raw + bytes([2, len(raw)]) + raw + bytes([1]) + raw
        for raw in (text.encode("utf-8", "surrogatepass") for text in HOSTILE)
        for number in (0, 9, 12, len(OPERATIONS) - 1)
    ),
    *(
        b"\x00\x00\x01" + url
        for url in (
            b"https://api.example/v1/",
            b"http://127.0.0.1:8080",
            b"http://api.example",
            b"https://user:pw@api.example",
            b"https://api.example\\@evil.example",
            b"https://[::1]/x",
            b"https://b\xc3\xbccher.example/\xc3\xa9",
            b"https://api.example:99999",
            b"https://api.example/%0d%0ax",
        )
    ),
)
_BASE: Final = re.compile(r"(?i:https?)://(\[[^]@/]+\]|[^/?#@\\\s\[\]:]+)(:\d*)?(/[^?#\s]*)?")
_SAFE: Final = re.compile(r"[A-Za-z0-9._~-]|%[0-9A-F]{2}")


def run(data: bytes) -> None:
    """Send an operation's arguments, or take a text for the address of an API."""
    chunks = Chunks(data)
    platform, operation = chunks.pick(OPERATIONS)
    if chunks.byte() % 4 == 1:
        check_base_url(chunks.rest().decode("utf-8", "surrogateescape"))
        return
    path = {name: chunks.text() for name in parameters(operation)}
    query = {f"m{number}": chunks.text() for number in range(chunks.byte() % 4)}
    headers = {chunks.text(): chunks.text() for _ in range(chunks.byte() % 3)}
    check(platform, operation, path, query, headers)


def check(
    platform: Platform,
    operation: Operation[Any],
    path: Mapping[str, str],
    query: Mapping[str, str],
    headers: Mapping[str, str],
) -> None:
    """Make a request; nothing in it may be another text than the arguments, or elsewhere."""
    bare = attrs.evolve(operation, body=None, is_form=False)
    try:
        call = bare(path, query=query, headers=headers)
    except InvalidArgumentError as error:
        assert error.__context__ is None
        assert any(_is_refused(text) for text in (*path.values(), *query.values())) or headers
        return
    stub = Stub()
    with contextlib.suppress(APIError, DecodeError):  # the stub's answer is of no matter
        client(platform, stub).send(call)
    request = stub.request
    assert request is not None
    credentials = platform.authorize(Secret(TOKEN))
    _check_url(request, platform.base_url, operation.path, path)
    asked = {**platform.query, **query, **credentials.query}
    _check_query(request.url.partition("?")[2], asked)
    _check_headers(request, headers, credentials.headers)


def _is_refused(text: str) -> bool:
    return text in {"", ".", ".."} or any("\ud800" <= letter <= "\udfff" for letter in text)


def _check_url(request: Request, base: str, template: str, path: Mapping[str, str]) -> None:
    assert request.url.isascii()
    assert request.url.startswith(base)
    assert "#" not in request.url
    segments = request.url[len(base) :].partition("?")[0].split("/")
    expected = template.split("/")
    assert len(segments) == len(expected)
    for got, wanted in zip(segments, expected, strict=True):
        if not wanted.startswith("{"):
            assert got == wanted
            continue
        assert not _SAFE.sub("", got), "a character that is not percent-encoded"
        assert unquote_to_bytes(got) == path[wanted.strip("{}")].encode()
        assert got not in {"", ".", ".."}


def _check_query(raw: str, expected: Mapping[str, str]) -> None:
    pairs = [member.split("=") for member in raw.split("&")] if raw else []
    assert not _SAFE.sub("", "".join(part for pair in pairs for part in pair))
    got = [(unquote_to_bytes(name), unquote_to_bytes(value)) for name, value in pairs]
    assert got == [(name.encode(), value.encode()) for name, value in expected.items()]


def _check_headers(
    request: Request, given: Mapping[str, str], credentials: Mapping[str, str]
) -> None:
    names = [name for name, _ in request.headers]
    assert len(set(names)) == len(names)
    for name, value in request.headers:
        assert re.fullmatch(r"[!#$%&'*+.^_`|~0-9a-z-]+", name)
        assert re.fullmatch(r"[\t\x20-\x7e]*", value)
    wanted = {**{name.lower(): value for name, value in given.items()}, **credentials}
    assert wanted.items() <= dict(request.headers).items()


def check_base_url(text: str) -> None:
    """Take a text for a base URL; one that is taken names one host, and is ready to travel."""
    try:
        url = checked_base_url(text, allow_plain_http=False)
    except ConfigurationError as error:
        assert error.__context__ is None
        return
    found = _BASE.fullmatch(url)
    assert found is not None, "not one host and one path"
    assert url.isascii()
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL:
        return  # then nothing is sent there
    assert not parsed.userinfo
    assert not parsed.query
    host = parsed.raw_host.decode()
    assert parsed.scheme == "https" or is_loopback(host)
    assert host == found[1].strip("[]").lower()
