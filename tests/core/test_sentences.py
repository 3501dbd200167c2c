"""What the body of an error says to people, wherever in it that is."""

from __future__ import annotations

from typing import Any

import pytest

from integrations_sdk.core import document


@pytest.mark.parametrize(
    ("said", "sentences"),
    [
        ("No such thing", ["No such thing"]),
        (" padded ", [" padded "]),
        ("", []),
        (" \n", []),
        (None, []),
        (5, []),
        (True, []),
        ([], []),
        (["a", "", None, ["b"], 5], ["a", "b"]),
        ({"message": "a"}, ["a"]),
        ({"Message": "a"}, ["Message: a"]),
        ({"name": ["is short", "is taken"]}, ["name: is short", "name: is taken"]),
        ({"name": {"first": "is short"}, "age": 5}, ["name: first: is short"]),
        ([{"message": "a", "field": "b"}], ["a", "field: b"]),
        ({"errors": {"message": {"message": "a"}}}, ["errors: a"]),
    ],
)
def test_sentences_are_found_with_the_names_that_lead_there(
    said: Any, sentences: list[str]
) -> None:
    assert list(document.sentences(said)) == sentences


def test_a_member_that_says_nothing_to_people_is_left_out_at_any_depth() -> None:
    said: Any = {"code": "E7", "message": "a", "more": [{"code": ["E8"], "why": "b"}]}
    assert list(document.sentences(said, without="code")) == ["a", "more: why: b"]
    assert list(document.sentences(said, "why")) == ["code: E7", "a", "more: code: E8"]
