"""The story of a failed call, for whoever has to find out what happened."""

from __future__ import annotations

import pickle
from typing import Any, get_args

import pytest

from integrations_sdk import (
    Attempt,
    CleanupError,
    ConfigurationError,
    DecodeError,
    InternalServerError,
    NotFoundError,
    RateLimitError,
    Retry,
    StopReason,
    TransportError,
)
from integrations_sdk.core.retry import stopped

URL = "https://h.example/x"
DAY = "2026-10-30"
ATTEMPTS = (
    Attempt(0.0, 0.0124, "503", 0.5, timestamp=1793356800.25, request_id="r-1"),
    Attempt(0.5124, 30.0, "no answer within the read timeout", timestamp=1793356800.7624),
)


def failed(**particulars: Any) -> InternalServerError:
    error = InternalServerError("part.get", "GET", URL, 503, message="Busy", **particulars)
    error.attempts = ATTEMPTS
    error.asked = f"GET {URL}"
    error.stopped = "attempts"
    return error


def test_a_story_tells_what_was_asked_each_attempt_why_it_ended_and_what_to_do() -> None:
    assert failed().explain().splitlines() == [
        f"InternalServerError: part.get: GET {URL} answered 503: Busy",
        f"Asked: part.get, GET {URL}",
        f"  1. {DAY}T10:40:00.250Z (+0.000 s): 503 after 0.012 s (request id r-1); waited 0.500 s",
        f"  2. {DAY}T10:40:00.762Z (+0.512 s): no answer within the read timeout after 30.000 s",
        "Stopped: the attempts that retry= allows were used up",
        "Next: try again later, or find out from the platform what is wrong there",
    ]


def test_a_story_survives_a_pickle() -> None:
    error = failed(hint="Look again")
    again = pickle.loads(pickle.dumps(error))
    assert again.explain() == error.explain()
    assert (again.stopped, again.asked, again.hint) == ("attempts", f"GET {URL}", "Look again")


@pytest.mark.parametrize("reason", get_args(StopReason))
def test_every_reason_to_stop_has_words_and_advice(reason: StopReason) -> None:
    error = failed()
    error.stopped = reason
    told = error.explain()
    assert "\nStopped: " in told
    assert "\nNext: " in told


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (failed(retry_after=90.0), "Next: come back in 90 s, as the server asks"),
        (failed(hint="Look again"), "Next: Look again"),
        (TransportError("a", "GET", URL, "gone"), "Next: the answer was lost; trying again"),
        (NotFoundError("a", "GET", URL, 404), "  no request on record"),
        (ConfigurationError("no token"), "ConfigurationError: no token"),
        (ConfigurationError(), "ConfigurationError: "),
        (DecodeError("$", "JSON", "text"), "DecodeError: $: expected JSON, got text"),
    ],
)
def test_a_story_tells_what_is_known(error: Any, line: str) -> None:
    assert line in error.explain()


def test_a_hint_is_told_once() -> None:
    told = failed(hint="Look again").explain()
    assert told.count("Look again") == 1
    assert told.startswith(f"InternalServerError: part.get: GET {URL} answered 503: Busy\n")


def test_a_token_that_could_not_be_had_names_the_call_that_needs_it() -> None:
    error = RateLimitError("token.ask", "POST", URL, 429)
    error.during = "thing.get"
    assert "For: a token, which thing.get needs" in error.explain()


def test_a_story_goes_back_to_what_went_wrong_first() -> None:
    left = CleanupError("it is still locked")
    left.__cause__ = failed()
    lines = left.explain().splitlines()
    assert lines[:2] == ["CleanupError: it is still locked", "  no request on record"]
    assert lines[2:4] == [
        "Before that:",
        f"  InternalServerError: part.get: GET {URL} answered 503: Busy",
    ]


def test_what_a_platform_says_adds_no_line() -> None:
    error = InternalServerError("part.get", "GET", URL, 503, message="a\nStopped: b")
    assert "\nStopped" not in error.explain()


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ({}, None),
        ({"attempts": 3}, "attempts"),
        ({"asked": 60.0, "wait": 60.0}, None),
        ({"asked": 61.0, "wait": 61.0}, "retry_after"),
        ({"wait": 99.0}, None),
        ({"wait": 100.0}, "deadline"),
        ({"asked": 61.0, "wait": 100.0}, "retry_after"),
        ({"attempts": 9, "asked": 61.0, "wait": 100.0}, "attempts"),
    ],
)
def test_the_first_rule_that_ends_a_run_is_the_reason(
    told: dict[str, Any], reason: StopReason | None
) -> None:
    given: Any = {"attempts": 2, "asked": None, "wait": 1.0, "remaining": 100.0, **told}
    assert stopped(Retry(), **given) == reason
