"""Date-times as JavaScript writes them, and as RFC 3339 allows."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given, strategies as st

from integrations_sdk.core import timestamps

UTC = timezone.utc


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2025-02-11T08:15:30.120Z", datetime(2025, 2, 11, 8, 15, 30, 120_000, UTC)),
        ("2025-02-11t08:15:30z", datetime(2025, 2, 11, 8, 15, 30, 0, UTC)),
        ("2025-02-11 08:15:30Z", datetime(2025, 2, 11, 8, 15, 30, 0, UTC)),
        ("2025-02-11T08:15:30.1Z", datetime(2025, 2, 11, 8, 15, 30, 100_000, UTC)),
        ("2025-02-11T08:15:30.123456789Z", datetime(2025, 2, 11, 8, 15, 30, 123_456, UTC)),
        (
            "2025-02-11T08:15:30+05:30",
            datetime(2025, 2, 11, 8, 15, 30, 0, timezone(timedelta(hours=5, minutes=30))),
        ),
        ("2025-02-11T08:15:30", datetime(2025, 2, 11, 8, 15, 30)),  # noqa: DTZ001 -- has no zone
    ],
)
def test_rfc_3339_is_read(text: str, moment: datetime) -> None:
    read = timestamps.parse(text)
    assert read == moment
    assert read.utcoffset() == moment.utcoffset()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2025-02-11",
        "20250211T081530Z",
        "2025-13-11T08:15:30Z",
        "2025-02-30T08:15:30Z",
        "2025-02-11T24:15:30Z",
        "2025-02-11T08:15:60Z",
        "2025-02-11T08:15:30.Z",
        "2025-02-11T08:15:30+25:00",
        "2025-02-11T08:15:30Z ",
        "٢٠٢٥-02-11T08:15:30Z",
        "1739390400123",
        "Tue, 11 Feb 2025 08:15:30 GMT",
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 -- of several libraries
        timestamps.parse(text)


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (datetime(2025, 2, 11, 8, 15, 30, 120_000, UTC), "2025-02-11T08:15:30.120Z"),
        (datetime(2025, 2, 11, 8, 15, 30, 0, UTC), "2025-02-11T08:15:30.000Z"),
        (datetime(2025, 2, 11, 8, 15, 30, 123_456, UTC), "2025-02-11T08:15:30.123456Z"),
        (
            datetime(2025, 2, 11, 8, 15, 30, 0, timezone(timedelta(hours=-3))),
            "2025-02-11T08:15:30.000-03:00",
        ),
        (datetime(2025, 2, 11, 8, 15, 30), "2025-02-11T08:15:30.000"),  # noqa: DTZ001 -- no zone
    ],
)
def test_a_date_time_is_written_as_javascript_does(moment: datetime, text: str) -> None:
    assert timestamps.javascript(moment) == text


@given(st.datetimes(timezones=st.just(UTC) | st.just(timezone(timedelta(hours=9, minutes=30)))))
def test_what_is_written_is_read_back(moment: datetime) -> None:
    assert timestamps.parse(timestamps.javascript(moment)) == moment
    assert timestamps.parse(timestamps.javascript(moment)).utcoffset() == moment.utcoffset()


@given(st.from_regex(re.compile(r"\d{4}-[01]\d-[0-3]\dT[0-2]\d:[0-6]\d:[0-6]\d\.\d{3}Z", re.ASCII)))
def test_the_usual_form_is_read_as_any_other(text: str) -> None:
    def read(form: str) -> datetime | None:
        try:
            return timestamps.parse(form)
        except ValueError:
            return None

    assert read(text) == read(text.lower())


@given(st.datetimes().map(lambda moment: moment.isoformat(timespec="milliseconds") + "Z"))
def test_what_javascript_wrote_is_written_back_as_it_came(text: str) -> None:
    assert timestamps.javascript(timestamps.parse(text)) == text


def test_what_is_refused_is_not_quoted() -> None:
    with pytest.raises(ValueError, match=r"^no RFC 3339 date-time$"):
        timestamps.parse("CANARY")


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (datetime(2025, 2, 11, 8, 15, 30, 0, UTC), "2025-02-11T08:15:30.000000+00:00"),
        (datetime(2025, 2, 11, 8, 15, 30, 7), "2025-02-11T08:15:30.000007"),  # noqa: DTZ001
    ],
)
def test_a_date_time_may_be_written_with_six_digits(moment: datetime, text: str) -> None:
    assert timestamps.six_digits(moment) == text
    assert timestamps.parse(text) == moment
