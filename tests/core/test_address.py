"""How text travels in a URL."""

from __future__ import annotations

from urllib.parse import unquote_to_bytes

import pytest
from hypothesis import given, strategies as st

from integrations_sdk.core import address


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("", ""),
        ("AZaz09._~-", "AZaz09._~-"),
        ("a/b", "a%2Fb"),
        ("a b+c", "a%20b%2Bc"),
        ("%41", "%2541"),
        ("x=1&y", "x%3D1%26y"),
        ("é\n", "%C3%A9%0A"),
        ("٣", "%D9%A3"),
    ],
)
def test_all_but_unreserved_characters_are_percent_encoded(text: str, written: str) -> None:
    assert address.quoted(text) == written


@given(st.text())
def test_what_is_percent_encoded_is_read_back_as_it_was(text: str) -> None:
    assert unquote_to_bytes(address.quoted(text)) == text.encode()


def test_what_utf_8_cannot_write_is_an_error_unless_it_may_be_replaced() -> None:
    with pytest.raises(UnicodeEncodeError):
        address.quoted("a\ud800")
    assert address.quoted("a\ud800", errors="replace") == "a%3F"


def test_a_query_is_written_in_the_order_of_its_members() -> None:
    assert address.query({}) == ""
    assert address.query({"b": "1 2", "a&": "", "é": "="}) == "b=1%202&a%26=&%C3%A9=%3D"
