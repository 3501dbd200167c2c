"""What holds for any document, address and answer: the harnesses' checks, by hypothesis."""

from __future__ import annotations

import gzip
import json
import zlib
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from integrations_sdk import Model, Operation
from integrations_sdk.core.settings import Platform
from integrations_sdk.core.transport import Headers, Response
from tests.strategies import json_values

from . import addresses, answers, decoding
from .chunks import Chunks
from .platforms import DOCUMENTS, MEMBERS, MODELS, NAMES, OPERATIONS, TOKEN, parameters, platform_of

any_text = st.text(max_size=12) | st.text(st.characters(), max_size=6)
"""Text with halves of surrogate pairs, too."""
hostile_text = any_text | st.sampled_from(addresses.HOSTILE)
each_operation = pytest.mark.parametrize(
    ("platform", "operation"),
    OPERATIONS,
    ids=[f"{platform.name}-{operation.name}" for platform, operation in OPERATIONS],
)
each_platform = pytest.mark.parametrize("name", NAMES)


def models(name: str) -> st.SearchStrategy[type[Model]]:
    return st.sampled_from([model for model in MODELS if platform_of(model) == name])


@st.composite
def changed(draw: st.DrawFn, value: Any) -> Any:
    """Return a document with another value in one or more of its places."""
    if isinstance(value, (dict, list)) and value and draw(st.integers(0, 5)):
        keys = sorted(value) if isinstance(value, dict) else range(len(value))
        key: Any = draw(st.sampled_from(list(keys)))
        copy: Any = value.copy()
        copy[key] = draw(changed(value[key]))
        return copy
    return draw(json_values)


@each_platform
@settings(max_examples=1000)
@given(data=st.data(), choices=st.binary(min_size=4, max_size=90), strict=st.booleans())
def test_any_members_of_any_model_are_read_or_refused(
    name: str, data: st.DataObject, choices: bytes, strict: bool
) -> None:
    model = data.draw(models(name))
    decoding.check(model, Chunks(choices).json(MEMBERS[model]), strict=strict)


@each_platform
@settings(max_examples=600)
@given(data=st.data(), strict=st.booleans())
def test_any_change_of_a_real_document_is_read_or_refused(
    name: str, data: st.DataObject, strict: bool
) -> None:
    document = data.draw(changed(data.draw(st.sampled_from(DOCUMENTS[name]))))
    decoding.check(data.draw(models(name)), document, strict=strict)


@each_platform
@settings(max_examples=200)
@given(data=st.data())
def test_any_bytes_are_read_or_refused(name: str, data: st.DataObject) -> None:
    text = json.dumps(data.draw(st.sampled_from(DOCUMENTS[name]))).encode()
    at, length = data.draw(st.integers(0, len(text))), data.draw(st.integers(0, 20))
    content = text[:at] + data.draw(st.binary(max_size=8)) + text[at + length :]
    decoding.check(data.draw(models(name)), content, strict=False)


@each_operation
@settings(max_examples=180)
@given(data=st.data())
def test_any_argument_travels_as_it_is_or_is_refused(
    platform: Platform, operation: Operation[Any], data: st.DataObject
) -> None:
    path = {name: data.draw(hostile_text) for name in parameters(operation)}
    query = data.draw(st.dictionaries(st.sampled_from(["page", "x-y", "é"]), hostile_text))
    headers = data.draw(st.dictionaries(st.just("x-room") | any_text, hostile_text, max_size=2))
    addresses.check(platform, operation, path, query, headers)


@settings(max_examples=1500)
@given(
    scheme=st.sampled_from(["https://", "http://", "HTTPS://", "ftp://", "//", ""]),
    host=st.sampled_from(["h.example", "127.0.0.1", "localhost", "[::1]", "u:p@h.example", "h:8"])
    | st.text("aü.:-@[]1", max_size=5),
    rest=st.text("/aé%?#@ \n\\:.;", max_size=6),
)
def test_any_base_url_is_one_host_and_one_path_or_is_refused(
    scheme: str, host: str, rest: str
) -> None:
    addresses.check_base_url(scheme + host + rest)


header_text = st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=20).map(
    str.strip
)
said = header_text | st.sampled_from(
    [TOKEN, "120", '</x?page=2>; rel="next"', "<//evil.example>; rel=next", "text/html"]
)
bodies = (
    json_values.map(lambda value: json.dumps(value).encode())
    | st.binary(max_size=40)
    | st.dictionaries(
        st.sampled_from(["error", "errors", "message", "code", "type", "field"]),
        json_values | st.just(f"bad {TOKEN}"),
    ).map(lambda value: json.dumps(value).encode())
)


@each_operation
@settings(max_examples=140)
@given(
    status=st.sampled_from(answers.STATUSES),
    headers=st.lists(st.tuples(st.sampled_from(answers.NAMES), said), max_size=3),
    content=bodies,
)
def test_any_answer_is_a_value_or_an_error_that_shows_no_token(
    platform: Platform,
    operation: Operation[Any],
    status: int,
    headers: list[tuple[str, str]],
    content: bytes,
) -> None:
    answers.check(platform, operation, Response(status, Headers(headers), content))


@settings(max_examples=800)
@given(
    encoding=st.sampled_from(answers.ENCODINGS),
    content=st.binary(max_size=60),
    packed=st.sampled_from([gzip.compress, zlib.compress, bytes]),
    cut=st.integers(0, 6),
    after=st.binary(max_size=4),
)
def test_any_compressed_body_is_read_or_refused(
    encoding: str, content: bytes, packed: Any, cut: int, after: bytes
) -> None:
    whole: bytes = packed(content)
    answers.check_encoding(encoding, whole[: len(whole) - cut] + after)


date_text = st.datetimes().map(lambda moment: moment.strftime("%a, %d %b %Y %H:%M:%S GMT"))


@pytest.mark.parametrize(
    ("check", "texts"),
    [
        (answers.check_wait, any_text | st.integers().map(str) | date_text),
        (answers.check_wait, st.tuples(date_text, date_text).map("|".join)),
        (answers.check_token, json_values.map(json.dumps) | any_text),
        (
            answers.check_timestamp,
            st.datetimes().map(str) | st.text("0123456789-:.TZ+ ", max_size=30),
        ),
        (answers.check_redirect, any_text.map(lambda text: f"https://a/b?state=s&code={text}")),
        (answers.check_redirect, st.text("https:/?&=[]sc%#", max_size=30)),
        (
            answers.check_document,
            json_values.map(json.dumps) | st.text('[]{}":,0e-\\u', max_size=30),
        ),
    ],
)
@settings(max_examples=400)
@given(data=st.data())
def test_any_text_is_read_or_refused(check: Any, texts: Any, data: st.DataObject) -> None:
    check(data.draw(texts))
