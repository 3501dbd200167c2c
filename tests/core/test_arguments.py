"""Arguments that no server would take are refused before anything is sent."""

from __future__ import annotations

import traceback
from typing import Any, Literal

import pytest
from hypothesis import given, strategies as st

from integrations_sdk import InvalidArgumentError, Secret
from integrations_sdk.core import arguments

Direction = Literal["asc", "desc"]


@given(st.text(min_size=1).filter(lambda text: text not in {".", ".."}))
def test_any_text_but_dots_is_a_segment(text: str) -> None:
    assert arguments.segment("id", text) == text


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("", "expected an id, got an empty text"),
        (".", "expected an id, got a dot segment"),
        ("..", "expected an id, got a dot segment"),
        (None, "expected text, got null"),
        (5, "expected text, got int"),
        (b"x", "expected text, got bytes"),
        ("\udcff", "expected text that UTF-8 can write, got other text"),
    ],
)
def test_what_is_no_segment_is_refused(value: Any, message: str) -> None:
    with pytest.raises(InvalidArgumentError) as caught:
        arguments.segment("id", value)
    assert str(caught.value) == f"id: {message}; nothing was sent"
    assert caught.value.__context__ is None


@pytest.mark.parametrize("id_", ["575ec8687ae143cd83dc4a97", "A" * 24, "0" * 24])
def test_24_hexadecimal_characters_are_an_id(id_: str) -> None:
    assert arguments.object_id("application_id", id_) == id_


@pytest.mark.parametrize(
    ("id_", "got"),
    [
        ("5" * 23, "23 characters"),
        ("5" * 25, "25 characters"),
        ("g" * 24, "other characters"),
        (f"{'5' * 23}\n", "other characters"),
        ("5" * 24 + "\n", "25 characters"),
        ("٣" * 24, "other characters"),
        ("", "an empty text"),
        ("..", "a dot segment"),
        (None, "null"),
    ],
)
def test_anything_else_is_no_id_and_is_not_quoted(id_: Any, got: str) -> None:
    with pytest.raises(InvalidArgumentError, match=rf"^application_id: expected .*, got {got};"):
        arguments.object_id("application_id", id_)


def test_an_id_is_asked_for_by_what_it_is_made_of() -> None:
    with pytest.raises(InvalidArgumentError) as caught:
        arguments.object_id("application_id", "5")
    assert str(caught.value) == (
        "application_id: expected 24 hexadecimal characters, got 1 characters; nothing was sent"
    )


@pytest.mark.parametrize("value", ["asc", "desc", None])
def test_a_choice_is_one_of_the_known(value: str | None) -> None:
    assert arguments.choice("sort_direction", value, Direction) == value


@pytest.mark.parametrize("value", ["ASC", "", "ascending", 5, []])
def test_another_choice_is_refused_with_the_known_ones(value: Any) -> None:
    with pytest.raises(InvalidArgumentError) as caught:
        arguments.choice("sort_direction", value, Direction)
    assert str(caught.value) == (
        f"sort_direction: expected one of asc, desc, got {value!r}; nothing was sent"
    )


@pytest.mark.parametrize("value", [None, 1, 2, 10**30])
def test_a_number_may_be_any_from_the_least(value: int | None) -> None:
    assert arguments.at_least("per_page", value, 1) == value


@pytest.mark.parametrize(
    ("value", "got"), [(0, "0"), (-1, "-1"), (True, "bool"), (1.5, "float"), ("5", "str")]
)
def test_a_number_below_the_least_is_refused(value: Any, got: str) -> None:
    with pytest.raises(InvalidArgumentError) as caught:
        arguments.at_least("per_page", value, 1)
    assert str(caught.value) == (
        f"per_page: expected a whole number of at least 1, got {got}; nothing was sent"
    )


def test_headers_are_returned_in_lower_case() -> None:
    given_ = {"X-Room": "cold", "ETag": '"1-a"', "x-empty": "", "x-tab": "a\tb c"}
    assert arguments.headers("headers", given_) == {
        "x-room": "cold",
        "etag": '"1-a"',
        "x-empty": "",
        "x-tab": "a\tb c",
    }


def test_what_is_no_text_is_no_name_of_a_header() -> None:
    wrong: Any = {5: "x"}
    with pytest.raises(InvalidArgumentError, match="expected names of headers, got int"):
        arguments.headers("headers", wrong)


@pytest.mark.parametrize("name", ["", "x y", "x:", "x\r\nother", "é", "x\x00"])
def test_what_is_no_name_of_a_header_is_refused(name: str) -> None:
    with pytest.raises(InvalidArgumentError, match=r"^headers: expected names of headers, got \d"):
        arguments.headers("headers", {name: "x"})


@pytest.mark.parametrize(
    ("value", "got"),
    [
        ("SAMPLE\r\nx: y", "other text"),
        ("SAMPLE\n", "other text"),
        (" SAMPLE", "other text"),
        ("SAMPLE ", "other text"),
        ("SAMPLÉ", "other text"),
        ("SAMPLE\x00", "other text"),
        ("SAMPLE\x7f", "other text"),
        (None, "null"),
        (5, "int"),
        (b"SAMPLE", "bytes"),
        (Secret("SAMPLE"), "Secret"),
    ],
)
def test_a_header_that_cannot_travel_is_refused_without_quoting_it(value: Any, got: str) -> None:
    with pytest.raises(InvalidArgumentError) as caught:
        arguments.headers("headers", {"X-Key": value})
    assert str(caught.value) == (
        f"headers[X-Key]: expected one line of visible ASCII, got {got}; nothing was sent"
    )
    assert "SAMPL" not in "".join(traceback.format_exception_only(caught.value))


@given(st.text(max_size=20))
def test_no_text_smuggles_a_line_into_a_header(value: str) -> None:
    try:
        (taken,) = arguments.headers("headers", {"x": value}).values()
    except InvalidArgumentError:
        return
    assert taken == value
    assert taken.isascii()
    assert not {"\r", "\n", "\x00"} & set(taken)


def test_an_invalid_argument_is_a_value_error_too() -> None:
    with pytest.raises(ValueError, match="per_page"):
        arguments.at_least("per_page", 0, 1)


@pytest.mark.parametrize("value", [0, 1, -1, 2**70])
def test_a_whole_number_is_taken(value: int) -> None:
    assert arguments.whole_number("id", value) == value


@pytest.mark.parametrize(
    ("value", "got"), [(True, "bool"), (1.0, "float"), ("1", "str"), (None, "null")]
)
def test_what_is_no_whole_number_is_refused(value: Any, got: str) -> None:
    with pytest.raises(InvalidArgumentError) as caught:
        arguments.whole_number("id", value)
    assert str(caught.value) == f"id: expected a whole number, got {got}; nothing was sent"


def test_a_text_with_something_in_it_is_filled() -> None:
    assert arguments.filled("id", "..") == ".."


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("", "name: expected a token, got an empty text; nothing was sent"),
        (None, "name: expected text, got null; nothing was sent"),
        (b"x", "name: expected text, got bytes; nothing was sent"),
        (["SAMPLE"], "name: expected text, got array; nothing was sent"),
        ("SAMPLE\ud800", "name: expected text that UTF-8 can write, got other text"),
    ],
)
def test_what_is_not_filled_is_refused_and_not_quoted(value: Any, message: str) -> None:
    with pytest.raises(InvalidArgumentError) as caught:
        arguments.filled("name", value, "a token")
    assert str(caught.value).startswith(message)
    assert caught.value.__context__ is None
