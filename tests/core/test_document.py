"""JSON documents as such."""

from __future__ import annotations

import contextlib
import json
import math
import subprocess
import sys
import traceback
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from integrations_sdk.core import document
from integrations_sdk.core.secret import MASK
from tests.strategies import json_values


@given(json_values)
def test_what_json_writes_is_read_back(value: Any) -> None:
    assert document.parse(json.dumps(value)) == value
    assert document.parse(json.dumps(value).encode()) == value


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b" ",
        b"{",
        b"{'a': 1}",
        b"[1,]",
        b"<html>canary</html>",
        b'{"canary": tru}',
        b'"canary',
        b"\xff\xfe\xfd canary",
        b'{"canary": "\xff"}',
        b"1 2",
    ],
)
def test_broken_json_is_refused_without_quoting_it(content: bytes) -> None:
    with pytest.raises(ValueError, match="JSON") as caught:
        document.parse(content)
    shown = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    parts = [part for part in shown.format() if "core/document.py" in part and "tests" not in part]
    assert parts
    assert "canary" not in "".join(parts)
    assert caught.value.__context__ is None


def test_broken_json_tells_where() -> None:
    with pytest.raises(ValueError, match=r"broken JSON \(line 2, column 8\)"):
        document.parse('{\n  "a": }')


@pytest.mark.parametrize(
    "content", ["NaN", "Infinity", "-Infinity", "1e999", "-1e999", '{"a": [NaN]}', "1" * 5000]
)
def test_a_number_that_is_none_is_refused(content: str) -> None:
    with pytest.raises(ValueError, match="text that is not JSON"):
        document.parse(content)


@pytest.mark.parametrize(("open_", "close"), [("[", "]"), ('{"a":', "}")])
@pytest.mark.parametrize("depth", [101, 1_000, 100_000])
def test_a_document_nested_beyond_reason_is_refused(open_: str, close: str, depth: int) -> None:
    with pytest.raises(ValueError, match="JSON nested beyond reason") as caught:
        document.parse(open_ * depth + "1" + close * depth)
    assert caught.value.__context__ is None


@pytest.mark.parametrize("form", [str, str.encode, lambda text: text.encode("utf-16")])
def test_a_document_may_be_wide_and_its_texts_full_of_brackets(form: Any) -> None:
    wide: Any = {str(number): {} for number in range(200)}
    values: list[Any] = [[[]] * 200, wide, ["[{" * 200], {"[{" * 200: 1}]
    for value in values:
        assert document.parse(form(json.dumps(value))) == value


@pytest.mark.parametrize("form", [str, str.encode, lambda text: text.encode("utf-16")])
@pytest.mark.parametrize("beside", [1, ["]}" * 200], [[]] * 200])
def test_what_is_beside_the_depth_does_not_hide_it(form: Any, beside: Any) -> None:
    value: Any = json.loads("[" * 50 + "1" + "]" * 50)
    for _ in range(50):
        value = {"a": beside, "b": value}
    assert document.parse(form(json.dumps(value))) == value
    with pytest.raises(ValueError, match="JSON nested beyond reason"):
        document.parse(form(json.dumps([value])))


@pytest.mark.parametrize(("open_", "close"), [("[", "]"), ('{"a":', "}")])
def test_a_deep_document_can_be_masked_and_shaped(open_: str, close: str) -> None:
    parsed = document.parse(open_ * 100 + "1" + close * 100)
    assert MASK in str(document.mask(parsed))
    assert "<int>" in str(document.shape(parsed))


@settings(max_examples=300)
@given(st.binary(max_size=64) | st.text(max_size=64))
def test_parsing_raises_nothing_but_value_errors(content: bytes | str) -> None:
    with contextlib.suppress(ValueError):
        document.parse(content)


# What the two parsers disagree on, if anything: texts are mutated by pieces of them.
PIECES = [
    *(
        b"",
        b"[",
        b"]",
        b"{",
        b"}",
        b'"',
        b":",
        b",",
        b" ",
        b"\n",
        b"\x0c",
        b"\x00",
        b"\x7f",
        b"/**/",
    ),
    *(
        b"0",
        b"-0",
        b"01",
        b"1.",
        b".5",
        b"+1",
        b"-",
        b"1e5",
        b"1E+5",
        b"1e400",
        b"-1e400",
        b"1e-400",
    ),
    *(b"1.7976931348623159e308", b"5e-324", b"9007199254740993", b"18446744073709551616"),
    *(
        b"1" * 4300,
        b"1" * 4301,
        b"0." + b"1" * 5000,
        b"NaN",
        b"-Infinity",
        b"nul",
        b"true",
        b"None",
    ),
    *(
        b"\\",
        b"\\/",
        b"\\u0000",
        b"\\ud800",
        b"\\ud83d\\ude00",
        b"\\ude00\\ud83d",
        b"\\x41",
        b"\\u12",
    ),
    *(b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xef\xbb\xbf", b"\xff\xfe"),
    *(b'"a":', b'"a":1,"a":[],', b"[" * 99, b"]" * 99, b'[{"a":' * 600),
]


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """Draw JSON, and what is almost JSON."""
    text = json.dumps(draw(json_values), ensure_ascii=draw(st.booleans())).encode(
        "utf-8", "replace"
    )
    for _ in range(draw(st.integers(0, 3))):
        at, length = draw(st.integers(0, len(text))), draw(st.integers(0, 3))
        text = text[:at] + draw(st.sampled_from(PIECES)) + text[at + length :]
    return text


def outcome(content: bytes | str, *, large: int) -> str:
    """Return what parsing a document comes to, told from what is merely equal to it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(document, "_LARGE", large)
        try:
            return repr(document.parse(content))
        except ValueError as error:
            return f"{type(error).__name__}: {error}"


@settings(max_examples=200, deadline=None)
@given(content=mutated() | st.binary(max_size=16))
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32-be"])
def test_both_parsers_come_to_the_same(encoding: str, content: bytes) -> None:
    text = content.decode("utf-8", "surrogateescape")
    for form in (content, text, text.encode(encoding, "surrogatepass")):
        assert outcome(form, large=0) == outcome(form, large=sys.maxsize)


def test_the_faster_parser_is_used_for_large_documents_alone() -> None:
    assert _modules_after(b"[" + b" " * (1024 * 1024 - 3) + b"]") == "json"
    assert _modules_after(b"[" + b" " * (1024 * 1024 - 2) + b"]") == "json msgspec"


def test_a_large_document_is_read_without_the_faster_parser() -> None:
    content = b"[" + b" " * 1024 * 1024 + b"1]"
    assert _modules_after(content, "sys.modules['msgspec'] = None") == "json"


def _modules_after(content: bytes, before: str = "") -> str:
    code = f"""
import sys
{before}
from integrations_sdk.core import document
document.parse(sys.stdin.buffer.read())
print(*(name for name in ("json", "msgspec") if sys.modules.get(name)))
"""
    done = subprocess.run(
        [sys.executable, "-c", code], input=content, capture_output=True, check=True, timeout=60
    )
    return done.stdout.decode().strip()


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (None, "null"),
        (True, "bool"),
        ({}, "object"),
        ([], "array"),
        ("", "str"),
        (1, "int"),
        (1.5, "float"),
        (b"", "bytes"),
        ((), "tuple"),
    ],
)
def test_kinds_are_named_in_the_words_of_json(value: object, name: str) -> None:
    assert document.kind(value) == name


def test_a_shape_shows_kinds_and_names_only() -> None:
    assert document.shape({"a": ["x", 1, 1.5, None, True, {"b": "y"}]}) == {
        "a": ["<str>", "<int>", "<float>", None, True, {"b": "<str>"}]
    }


@pytest.mark.parametrize("hide", [document.shape, document.mask])
@given(value=json_values)
def test_what_is_hidden_has_no_text_and_no_number(
    hide: Callable[[document.JSON], document.JSON], value: Any
) -> None:
    def leaves(hidden: Any) -> list[Any]:
        if isinstance(hidden, dict):
            return [leaf for member in hidden.values() for leaf in leaves(member)]
        if isinstance(hidden, list):
            return [leaf for member in hidden for leaf in leaves(member)]
        return [hidden]

    allowed = {None, True, False, "<str>", "<int>", "<float>", MASK}
    assert all(leaf in allowed and type(leaf) not in {int, float} for leaf in leaves(hide(value)))


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ("no", None),
        ("here", ""),
        ({"a": "no", "b": {"c": [1, "here"]}}, ".b.c[1]"),
        ([[], ["no", "here", "here"]], "[1][1]"),
        ({"here": 1}, None),
    ],
)
def test_a_value_is_found_by_its_path(value: Any, path: str | None) -> None:
    assert document.find(value, lambda found: found == "here") == path


@pytest.mark.parametrize("value", [None, True, 0, 1.5, "", [], {}])
def test_json_knows_its_own_values(value: object) -> None:
    assert not document.is_foreign(value)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, {1}, (1,), b"", object()])
def test_json_does_not_know_others(value: object) -> None:
    assert document.is_foreign(value)


# --- members that are there twice, and text that is none

UNWRITABLE = [
    rb'"\ud800"',
    rb'"\uDC00"',
    rb'"\ud83d \ude00"',
    rb'"\\\ud800"',
    rb'{"\udfff": 1}',
    rb'[{"a": ["\ude00\ud83d"]}]',
    b'"\xed\xa0\x80"',
    b'"\xff"',
    b'"\xc0\x80"',
    '"\ud800"'.encode("utf-16", "surrogatepass"),
]


@pytest.mark.parametrize("content", UNWRITABLE)
@pytest.mark.parametrize("large", [0, sys.maxsize])
@pytest.mark.parametrize("unique", [False, True])
def test_text_that_utf_8_cannot_write_is_refused(
    content: bytes, large: int, unique: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(document, "_LARGE", large)
    with pytest.raises(ValueError, match="text that is not JSON") as caught:
        document.parse(content, unique=unique)
    assert type(caught.value) is ValueError
    assert caught.value.__context__ is None


def test_half_of_a_surrogate_pair_in_text_is_refused_too() -> None:
    with pytest.raises(ValueError, match="text that is not JSON"):
        document.parse('"\ud800"')


@pytest.mark.parametrize(
    ("content", "value"),
    [
        (rb'"\ud83d\ude00"', "\U0001f600"),
        (rb'"\uD83D\uDE00 \\ud800"', "\U0001f600 \\ud800"),
        (b'\xef\xbb\xbf"\xc3\xa9"', "\u00e9"),
    ],
)
@pytest.mark.parametrize("large", [0, sys.maxsize])
def test_text_that_looks_like_it_is_read(
    content: bytes, value: str, large: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(document, "_LARGE", large)
    assert document.parse(content) == value


@pytest.mark.parametrize(
    "content", [b'{"a": 1, "a": 1}', rb'[{"b": {"a": 1, "c": 2, "\u0061": 3}}]']
)
@pytest.mark.parametrize("large", [0, sys.maxsize])
def test_a_member_that_is_there_twice_is_refused_where_that_matters(
    content: bytes, large: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(document, "_LARGE", large)
    document.parse(content)
    with pytest.raises(ValueError, match="JSON with a member twice in one object") as caught:
        document.parse(content, unique=True)
    assert type(caught.value) is ValueError
    assert caught.value.__context__ is None


@given(json_values)
def test_no_other_document_is_taken_for_one_with_a_member_twice(value: Any) -> None:
    assert document.parse(json.dumps(value), unique=True) == value


def test_a_byte_order_mark_is_passed_over_in_bytes_and_in_text() -> None:
    assert document.parse("\ufeff[1]") == document.parse(b"\xef\xbb\xbf[1]") == [1]
