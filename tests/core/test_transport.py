"""The values on both sides of the transport."""

from __future__ import annotations

import math
from typing import Any

import pytest

from integrations_sdk import InvalidArgumentError, Timeout
from integrations_sdk.core.transport import Fault, Headers, Request, Response


def test_a_timeout_has_sensible_defaults() -> None:
    assert Timeout() == Timeout(connect=5.0, read=30.0, total=60.0)


@pytest.mark.parametrize(
    ("figure", "timeout"),
    [
        (20, Timeout(connect=5.0, read=20, total=20)),
        (2.5, Timeout(connect=2.5, read=2.5, total=2.5)),
        (Timeout(read=1.0), Timeout(connect=5.0, read=1.0, total=60.0)),
    ],
)
def test_a_figure_is_the_total_and_the_longest_silence(
    figure: Timeout | float, timeout: Timeout
) -> None:
    assert Timeout.of(figure) == timeout


def test_a_timeout_stays_the_object_it_is() -> None:
    timeout = Timeout()
    assert Timeout.of(timeout) is timeout


def test_only_the_total_may_be_without_bound() -> None:
    assert Timeout(total=None).total is None


@pytest.mark.parametrize("name", ["connect", "read", "total"])
@pytest.mark.parametrize("seconds", [0, -1, math.nan, math.inf, -math.inf, 1e300, 2_000_001])
def test_a_timeout_that_no_socket_takes_is_refused(name: str, seconds: float) -> None:
    with pytest.raises(InvalidArgumentError, match=rf"^timeout\.{name}: expected seconds above 0"):
        Timeout(**{name: seconds})


@pytest.mark.parametrize("name", ["connect", "read", "total"])
def test_a_timeout_may_be_tiny_or_weeks(name: str) -> None:
    Timeout(**{name: 1e-9})
    Timeout(**{name: 2_000_000})


def test_headers_are_found_in_any_case() -> None:
    headers = Headers([("X-Request-Id", "a"), ("ETag", '"1"')])
    assert headers["x-request-id"] == headers["X-REQUEST-ID"] == headers.get("x-Request-ID") == "a"
    assert "etag" in headers
    assert "date" not in headers
    assert headers.get("date") is None
    assert list(headers) == ["x-request-id", "etag"]
    assert len(headers) == 2
    with pytest.raises(KeyError):
        headers["date"]


def test_several_values_of_a_header_are_joined() -> None:
    headers = Headers([("Via", "a"), ("date", "now"), ("via", "b"), ("VIA", "c")])
    assert dict(headers) == {"via": "a, b, c", "date": "now"}


def test_headers_do_not_show_their_values() -> None:
    assert repr(Headers([("Set-Cookie", "SAMPLE")])) == "Headers(set-cookie)"
    assert repr(Headers()) == "Headers()"


def test_headers_are_read_when_somebody_asks_and_once() -> None:
    asked: list[None] = []

    def pairs() -> list[tuple[str, str]]:
        asked.append(None)
        return [("ETag", "a")]

    headers = Headers(pairs)

    assert asked == []
    assert (headers["etag"], len(headers), dict(headers)) == ("a", 1, {"etag": "a"})
    assert len(asked) == 1


def test_a_request_shows_neither_query_nor_headers_nor_body() -> None:
    request = Request(
        method="POST",
        url="https://h.example/a?key=SAMPLE",
        headers=(("authorization", "Bearer SAMPLE"),),
        content=b"SAMPLE",
        timeout=Timeout(),
        deadline=math.inf,
    )
    assert repr(request) == "<Request POST https://h.example/a>"


def test_a_response_shows_no_body() -> None:
    response = Response(status=200, headers=Headers(), content=b"SAMPLE")
    assert repr(response) == "<Response 200, 6 bytes>"


@pytest.mark.parametrize("value", [Request, Response])
def test_requests_and_responses_are_not_compared_by_their_secrets(value: Any) -> None:
    assert value.__eq__ is object.__eq__


def test_a_fault_says_what_went_wrong() -> None:
    fault = Fault("no answer", sent=True)
    assert str(fault) == fault.reason == "no answer"
    assert (fault.sent, fault.overdue, fault.lasting) == (True, False, False)
    fault = Fault("no trust", sent=False, overdue=True, lasting=True)
    assert (fault.sent, fault.overdue, fault.lasting) == (False, True, True)
