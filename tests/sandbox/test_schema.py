"""The rules that Losant's tables leave unused, and how far masks and checks reach."""

import contextlib

from hypothesis import given, strategies as st

from integrations_sdk.sandbox.documents import Json, NotJsonError, parse
from integrations_sdk.sandbox.schema import (
    Choice,
    Flag,
    Items,
    Nullable,
    Number,
    Record,
    Text,
    check,
    mask,
)

SECRET = Text(1, 9, secret=True)
RULE = Record(
    {
        "text": Text(1, 3),
        "secret": Nullable(SECRET),
        "number": Number(1, 3),
        "flag": Flag(),
        "choice": Choice(["a", "b"]),
        "items": Items(Record({"secret": SECRET}, required=["secret"]), most=2),
    },
    required=["text"],
    one_of=["number", "flag"],
    open=True,
)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)
LIKELY = st.dictionaries(
    st.sampled_from([*RULE.members, "other"]),
    JSON | st.sampled_from(["a", 1, True]) | st.lists(st.fixed_dictionaries({"secret": JSON})),
)


def test_every_violation_has_its_place_and_its_kind() -> None:
    value: Json = {
        "secret": 1,
        "number": 4,
        "flag": 0,
        "choice": "c",
        "items": [{}, [], {"secret": "", "more": 1}],
        "other": "is fine",
    }
    assert [(path, rule) for path, rule, _ in check(RULE, value)] == [
        ("text", "required"),
        ("", "one-of"),
        ("secret", "type"),
        ("number", "limit"),
        ("flag", "type"),
        ("choice", "choice"),
        ("items", "limit"),
        ("items[0].secret", "required"),
        ("items[1]", "type"),
        ("items[2].secret", "limit"),
        ("items[2].more", "unknown"),
    ]


def test_a_document_that_is_no_object_is_called_the_document() -> None:
    assert [message for *_, message in check(RULE, [])] == ["The document must be an object"]
    messages = [message for *_, message in check(RULE, {"text": "a"})]
    assert messages == ["The document must have exactly one of number and flag"]


def test_a_mask_hides_secrets_at_any_depth_and_nothing_else() -> None:
    value: Json = {"secret": "s", "text": "t", "items": [{"secret": "s"}, "odd"], "other": ["s"]}
    assert mask(RULE, value) == {
        "secret": "******",
        "text": "t",
        "items": [{"secret": "******"}, "odd"],
        "other": ["s"],
    }
    assert mask(RULE, {"secret": None}) == {"secret": None}


@given(JSON | LIKELY)
def test_any_json_can_be_checked_and_masked(value: Json) -> None:
    for violation in check(RULE, value):
        assert violation.message
    mask(RULE, value)


@given(st.binary() | st.text().map(str.encode))
def test_any_bytes_are_json_or_said_not_to_be(body: bytes) -> None:
    with contextlib.suppress(NotJsonError):
        parse(body)
