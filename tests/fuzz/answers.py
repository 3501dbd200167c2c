"""What comes back: whatever it is, a value, or an SDK error that shows no token."""

from __future__ import annotations

import base64
import contextlib
import gzip
import json
import pickle
import zlib
from typing import Any, Final

import attrs

from integrations_sdk import (
    APIError,
    DecodeError,
    IntegrationsError,
    InvalidArgumentError,
    Operation,
    Secret,
)
from integrations_sdk.celigo.links import following
from integrations_sdk.core import document, scopes, timestamps
from integrations_sdk.core.retry import retry_after
from integrations_sdk.core.settings import Platform
from integrations_sdk.core.transport import Headers, Response
from integrations_sdk.polis.redirect import read_redirect
from integrations_sdk.transports.encoding import decoded

from .chunks import Chunks
from .platforms import MEMBERS, OPERATIONS, TOKEN, Stub, client, parameters

STATUSES: Final = (200, 201, 204, 301, 400, 401, 403, 404, 408, 409, 412, 422, 429, 500, 503, 599)
ENCODINGS: Final = ("gzip", "deflate", "gzip, deflate", "br", "GZIP,identity", "deflate,gzip", "")
NAMES: Final = (
    "retry-after",
    "date",
    "link",
    "x-request-id",
    "content-type",
    "total",
    "x-total",
    "etag",
    "location",
)
_ERRORS: Final = ("error", "errors", "message", "code", "type", "error_description", "field")
_LONGEST: Final = 10 * 365 * 86_400
_REFUSED: Final = b'{"error": {"message": "bad ' + TOKEN.encode() + b'"}, "errors": [{"code": 5}]}'
_LINK: Final = b'<https://api.integrator.io/v1/integrations?page=2>; rel="next"'
CORPUS: Final = (
    b"",
    b"\x01\x00\x00" + gzip.compress(b"{}" * 40),
    b"\x01\x00\x01" + zlib.compress(b"{}" * 40),
    b"\x01\x00\x00" + gzip.compress(b"{}" * 40)[:-5],
    *(b"\x02" + text for text in (b"120", b"Wed, 21 Oct 2026 07:28:00 GMT", b"-1", b"1e400")),
    *(b"\x03" + text for text in (b"a.eyJzY29wZSI6ICJhIGIifQ.c", b"..", b"a.b.c")),
    b'\x06{"errors": [{"message": "x"}], "error": {"message": ["a", {"b": "c"}]}}',
    *(b"\x04" + text for text in (b"2025-02-11T08:15:30.120Z", b"2025-02-11T08:15:30+25:00")),
    b"\x05https://app.example/back?state=s&code=c&organizationId=o",
    *(
        b"\x00\x00" + bytes([number, 0, status, 1, 0, name, len(said)]) + said + b"\x01" + body
        for number in (0, 3, 9, 11, 14, len(OPERATIONS) - 1)
        for status in range(0, len(STATUSES), 3)
        for name, said in ((0, b"7"), (2, _LINK), (3, TOKEN.encode()), (4, b"text/html"))
        for body in (b"{}", b"<html>", _REFUSED)
    ),
)


def run(data: bytes) -> None:
    """Read an answer, or one of the parts that are read by themselves."""
    chunks = Chunks(data)
    kind = chunks.byte() % (len(_READERS) + 2)
    if kind == 0:
        _run_answer(chunks)
    elif kind == 1:
        check_encoding(chunks.pick(ENCODINGS), chunks.rest())
    else:
        _READERS[kind - 2](chunks.rest().decode("utf-8", "surrogateescape"))


def _run_answer(chunks: Chunks) -> None:
    platform, operation = chunks.pick(OPERATIONS)
    status = chunks.pick(STATUSES)
    headers = [(chunks.pick(NAMES), _line(chunks.text())) for _ in range(chunks.byte() % 4)]
    if chunks.flag():
        content = chunks.rest()
    else:
        names = [*_ERRORS, *MEMBERS.get(operation.returns, ())]
        content = json.dumps(chunks.json(names)).encode()
    check(platform, operation, Response(status, Headers(headers), content))


def _line(text: str) -> str:
    """Return a text as a header's value can come: latin-1, on one line."""
    seen = text.encode("utf-8", "surrogateescape").decode("latin-1")
    return "".join(letter for letter in seen if letter == "\t" or " " <= letter != "\x7f").strip()


def check(platform: Platform, operation: Operation[Any], response: Response) -> None:
    """Answer a call; what comes of it must be a value, or an SDK error of one line."""
    bare = attrs.evolve(operation, body=None, is_form=False)
    call = bare(dict.fromkeys(parameters(operation), "x"))
    stub = Stub()
    stub.response = response
    try:
        reply = client(platform, stub).send_with_response(call)
    except IntegrationsError as error:
        _check_error(error)
        return
    assert TOKEN not in repr(reply) or TOKEN.encode() in response.content
    try:
        after = following(call, reply)
    except IntegrationsError as error:
        _check_error(error)
        return
    assert after is None or after.path == call.path


def _check_error(error: IntegrationsError) -> None:
    assert not {"\r", "\n"} & set(str(error))
    pickled = pickle.loads(pickle.dumps(error))
    for shown in (str(error), repr(error), error.explain(), repr(vars(pickled))):
        assert TOKEN not in shown
    if isinstance(error, (APIError, DecodeError)):
        error.body()
        error.body(reveal=True)


def check_encoding(encoding: str, content: bytes) -> None:
    """Undo an encoding, or refuse what is none."""
    try:
        whole = decoded(content, encoding)
    except ValueError as error:
        assert error.__context__ is None
        return
    if encoding == "gzip" and content:
        with contextlib.suppress(OSError):  # what follows the last member is read more strictly
            assert gzip.decompress(content) == whole


def check_wait(text: str) -> None:
    """Read a Retry-After, and a Date beside it."""
    value, _, date = text.partition("|")
    seconds = retry_after(Headers([("Retry-After", value), ("Date", date)]))
    assert seconds is None or 0 <= seconds <= _LONGEST


def check_token(text: str) -> None:
    """Read the scopes of a token, and those of its claims."""
    claims = base64.urlsafe_b64encode(text.encode("utf-8", "surrogateescape")).decode()
    for token in (text, f"a.{claims}.c"):
        granted = scopes.from_token(Secret(token))
        assert granted is None or all(isinstance(scope, str) for scope in granted)


def check_timestamp(text: str) -> None:
    """Read a date-time; one that is read is written and read again."""
    try:
        moment = timestamps.parse(text)
    except ValueError:
        return
    assert timestamps.parse(timestamps.javascript(moment)) == moment


def check_redirect(text: str) -> None:
    """Read what a browser brings back."""
    with contextlib.suppress(InvalidArgumentError):
        assert read_redirect(url=text, state="s").code


def check_document(text: str) -> None:
    """Parse JSON; what is parsed can be shown without its values, and told in sentences."""
    try:
        parsed = document.parse(text)
    except ValueError as error:
        assert error.__context__ is None
        return
    for platform, _ in OPERATIONS:
        code, message = platform.read_error(parsed)
        assert code is None or isinstance(code, str)
        assert isinstance(message, str)
    json.dumps([document.shape(parsed), document.mask(parsed)])


_READERS: Final = (check_wait, check_token, check_timestamp, check_redirect, check_document)
