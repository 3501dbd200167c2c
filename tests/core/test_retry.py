"""What may be repeated, when and how often."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from typing import Any

import attrs
import pytest
import tenacity
from hypothesis import given, settings, strategies as st

from integrations_sdk import Attempt, InvalidArgumentError, Retry, StopReason
from integrations_sdk.core.retry import RETRIED_STATUSES, policy, retry_after
from integrations_sdk.core.transport import Headers

NOW = datetime(2026, 11, 5, 12, 0, 0, tzinfo=timezone.utc)


def asked(value: str, **others: str) -> float | None:
    return retry_after(Headers([("Retry-After", value), *others.items()]))


class Failure(Exception):
    """A failure of the fake run, with the wait that the server asks for."""

    def __init__(self, retry_after: float | None = None, *, repeatable: bool = True) -> None:
        super().__init__()
        self.retry_after = retry_after
        self.repeatable = repeatable


class FakeRun:
    """A run on a clock of its own: waiting moves it, and so does an attempt."""

    def __init__(self, *, deadline: float = math.inf, takes: float = 0.0) -> None:
        self.now = 0.0
        self.deadline = deadline
        self.takes = takes
        self.noted: list[float] = []
        self.slept: list[float] = []
        self.stopped: list[StopReason] = []
        self.attempts = 0

    def may_repeat(self, failure: BaseException) -> bool:
        return isinstance(failure, Failure) and failure.repeatable

    def asked_wait(self, failure: BaseException) -> float | None:
        assert isinstance(failure, Failure)
        return failure.retry_after

    def remaining(self) -> float:
        return self.deadline - self.now

    def waiting(self, seconds: float) -> None:
        self.noted.append(seconds)

    def stopping(self, reason: StopReason) -> None:
        self.stopped.append(reason)

    def may_spend(self) -> bool:
        return True

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def call(self, retry: Retry, outcomes: Iterator[BaseException | str]) -> str:
        """Run to the end, an outcome to an attempt."""

        def attempt() -> str:
            self.attempts += 1
            self.now += self.takes
            outcome = next(outcomes)
            if isinstance(outcome, str):
                return outcome
            raise outcome

        return tenacity.Retrying(sleep=self.sleep, **policy(retry, self))(attempt)


def always(failure: BaseException) -> Iterator[BaseException | str]:
    while True:
        yield failure


@pytest.fixture(autouse=True)
def _the_longest_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let chance draw the upper bound of every wait."""
    monkeypatch.setattr("random.uniform", lambda _, high: high)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0.0),
        ("2", 2.0),
        (" 120 ", 120.0),
        ("007", 7.0),
        ("315360000", 315_360_000.0),
    ],
)
def test_a_wait_in_seconds_is_read(value: str, seconds: float) -> None:
    assert asked(value) == seconds


@pytest.mark.parametrize(
    "value",
    [
        "",
        " ",
        "-1",
        "+1",
        "1.5",
        "1e3",
        "0x10",
        "1_000",
        "nan",
        "inf",
        "-inf",
        "Infinity",
        str(10**30),
        "315360001",
        "9" * 13,
        "٣",
        "²",
        "soon",
        "120, 60",
        "Fri, 31 Dec 100000 23:59:59 GMT",
        "Fri, 31 Dec 9999 23:59:59 GMT",
        "Wed, 99 Oct 2015 07:28:00 GMT",
        "Wed, 21 Foo 2015 07:28:00 GMT",
        "Wed, 21 Oct 2015 99:28:00 GMT",
        "Wed, 21 Oct 2015 07:28:00 +99999999999999999999",
        "Wed, 21 Oct",
        "2026-11-05T12:00:00Z",
        "0 0 0 0",
        "\x00",
        "9" * 5000,
    ],
)
def test_a_wait_that_makes_no_sense_is_none(value: str) -> None:
    assert asked(value) is None


def test_no_header_is_no_wait() -> None:
    assert retry_after(Headers()) is None


@pytest.mark.parametrize(
    ("moment", "seconds"),
    [(NOW + timedelta(seconds=90), 90.0), (NOW, 0.0), (NOW - timedelta(days=9), 0.0)],
)
@pytest.mark.parametrize(
    "skew", [timedelta(0), timedelta(days=400), timedelta(days=-400), timedelta(hours=-1)]
)
def test_a_date_is_measured_against_the_servers_own(
    moment: datetime, seconds: float, skew: timedelta
) -> None:
    value = format_datetime(moment + skew, usegmt=True)
    assert asked(value, Date=format_datetime(NOW + skew, usegmt=True)) == seconds


@pytest.mark.parametrize("date", [None, "", "nonsense", "Wed, 99 Oct 2015 07:28:00 GMT"])
def test_a_date_without_the_servers_is_measured_against_ours(
    monkeypatch: pytest.MonkeyPatch, date: str | None
) -> None:
    class Clock(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            assert tz is timezone.utc
            return NOW

    monkeypatch.setattr("integrations_sdk.core.retry.datetime", Clock)
    others = {} if date is None else {"Date": date}
    value = format_datetime(NOW + timedelta(seconds=30), usegmt=True)
    assert asked(value, **others) == 30.0


@pytest.mark.parametrize(
    "value",
    [
        "Thu, 05 Nov 2026 12:00:30 GMT",
        "Thursday, 05-Nov-26 12:00:30 GMT",
        "Thu Nov  5 12:00:30 2026",
        "Thu, 05 Nov 2026 12:00:30 -0000",
        "Thu, 05 Nov 2026 13:00:30 +0100",
    ],
)
def test_a_date_is_read_in_all_its_old_forms(value: str) -> None:
    assert asked(value, Date="Thu, 05 Nov 2026 12:00:00 GMT") == 30.0


@settings(max_examples=300)
@given(
    value=st.text(max_size=30)
    | st.lists(
        st.sampled_from(["Wed,", "21", "Oct", "2015", "07:28:00", "GMT", "-9999", "0", ",", ":"]),
        max_size=7,
    ).map(" ".join),
    date=st.none() | st.text(max_size=30),
)
def test_no_header_makes_reading_a_wait_raise(value: str, date: str | None) -> None:
    others = {} if date is None else {"Date": date}
    seconds = asked(value, **others)
    assert seconds is None or 0 <= seconds <= 315_360_000


@given(st.datetimes(), st.datetimes())
def test_no_two_dates_make_reading_a_wait_raise(moment: datetime, date: datetime) -> None:
    seconds = asked(format_datetime(moment), Date=format_datetime(date))
    assert seconds is None or 0 <= seconds <= 315_360_000


def test_some_statuses_may_be_better_later() -> None:
    assert frozenset({408, 429, 500, 502, 503, 504}) == RETRIED_STATUSES


def test_a_number_is_how_often_to_attempt() -> None:
    assert Retry.of(1) == Retry(attempts=1)
    retry = Retry(initial=0)
    assert Retry.of(retry) is retry


@pytest.mark.parametrize("attempts", [0, -1])
def test_no_attempt_at_all_is_refused(attempts: int) -> None:
    with pytest.raises(InvalidArgumentError, match=r"^retry\.attempts: expected at least 1, got"):
        Retry(attempts=attempts)


@pytest.mark.parametrize("name", ["initial", "maximum", "retry_after_cap"])
@pytest.mark.parametrize("seconds", [-1, -0.001, math.nan, -math.inf])
def test_a_wait_before_now_is_refused(name: str, seconds: float) -> None:
    with pytest.raises(InvalidArgumentError, match=rf"^retry\.{name}: expected seconds from 0"):
        Retry(**{name: seconds})  # type: ignore[arg-type]


def test_a_wait_may_be_nothing() -> None:
    assert Retry(initial=0, maximum=0, retry_after_cap=0).maximum == 0


def test_waits_grow_to_the_maximum() -> None:
    run, failure = FakeRun(), Failure()
    with pytest.raises(Failure) as caught:
        run.call(Retry(attempts=7, initial=0.5, maximum=8.0), always(failure))
    assert caught.value is failure
    assert run.attempts == 7
    assert run.slept == [0.5, 1.0, 2.0, 4.0, 8.0, 8.0]
    assert run.noted == run.slept


def test_waits_are_drawn_between_nothing_and_their_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[tuple[float, float]] = []

    def uniform(low: float, high: float) -> float:
        drawn.append((low, high))
        return low

    monkeypatch.setattr("random.uniform", uniform)
    run = FakeRun()
    with pytest.raises(Failure):
        run.call(Retry(attempts=3), always(Failure()))
    assert drawn[:2] == [(0, 0.5), (0, 1.0)]
    assert run.slept == [0, 0]


@pytest.mark.parametrize("attempts", [1, 2, 5])
def test_attempts_are_as_many_as_allowed(attempts: int) -> None:
    run = FakeRun()
    with pytest.raises(Failure):
        run.call(Retry(attempts=attempts), always(Failure()))
    assert run.attempts == attempts
    assert len(run.slept) == attempts - 1


def test_a_success_ends_the_run() -> None:
    run = FakeRun()
    assert run.call(Retry(), iter([Failure(), "done", Failure()])) == "done"
    assert run.attempts == 2


@pytest.mark.parametrize("failure", [Failure(repeatable=False), KeyError("x"), KeyboardInterrupt()])
def test_what_may_not_be_repeated_is_raised_at_once(failure: BaseException) -> None:
    run = FakeRun()
    with pytest.raises(type(failure)) as caught:
        run.call(Retry(), always(failure))
    assert caught.value is failure
    assert run.attempts == 1
    assert run.slept == run.noted == []


@pytest.mark.parametrize("wait", [0.0, 2.0, 60.0])
def test_what_the_server_asks_for_is_waited_instead(wait: float) -> None:
    run = FakeRun()
    assert run.call(Retry(initial=0.1), iter([Failure(wait), "done"])) == "done"
    assert run.slept == [wait]


def test_a_wait_beyond_the_cap_ends_the_run_at_once() -> None:
    run, failure = FakeRun(), Failure(60.1)
    with pytest.raises(Failure) as caught:
        run.call(Retry(retry_after_cap=60.0), always(failure))
    assert caught.value is failure
    assert (run.attempts, run.slept) == (1, [])


@pytest.mark.parametrize("wait", [10.0, 11.0])
def test_a_wait_that_reaches_the_deadline_ends_the_run_at_once(wait: float) -> None:
    run = FakeRun(deadline=10.0)
    with pytest.raises(Failure):
        run.call(Retry(), always(Failure(wait)))
    assert (run.attempts, run.slept) == (1, [])


def test_a_wait_that_ends_before_the_deadline_is_sat_out() -> None:
    run = FakeRun(deadline=10.0)
    assert run.call(Retry(), iter([Failure(9.9), "done"])) == "done"


def test_attempts_use_up_the_time_that_is_left() -> None:
    run = FakeRun(deadline=10.0, takes=4.0)
    with pytest.raises(Failure):
        run.call(Retry(attempts=9, initial=1.0), always(Failure()))
    assert run.attempts == 2
    assert run.slept == [1.0]
    assert run.now < 10.0


@settings(max_examples=60)
@given(
    attempts=st.integers(1, 5),
    waits=st.lists(st.none() | st.floats(0, 100), min_size=5, max_size=5),
    deadline=st.floats(0.1, 200),
    cap=st.floats(0, 100),
)
def test_no_run_waits_beyond_its_deadline_or_the_cap(
    attempts: int, waits: list[float | None], deadline: float, cap: float
) -> None:
    run = FakeRun(deadline=deadline)
    with contextlib.suppress(Failure):
        run.call(
            Retry(attempts=attempts, retry_after_cap=cap), iter([*map(Failure, waits), "done"])
        )
    assert run.attempts <= attempts
    assert run.now < deadline
    assert all(slept <= max(cap, 8.0) for slept in run.slept)
    assert run.noted == run.slept


def test_a_policy_cannot_judge_an_attempt_that_did_not_fail() -> None:
    made = policy(Retry(), FakeRun())
    state = tenacity.RetryCallState(tenacity.Retrying(), None, (), {})
    assert not made["retry"](state)
    for ask in (made["wait"], made["stop"]):
        with pytest.raises(AssertionError, match="did not fail"):
            ask(state)
    state.set_result("done")
    assert not made["retry"](state)
    with pytest.raises(AssertionError, match="did not fail"):
        made["wait"](state)


def test_an_attempt_is_a_plain_record() -> None:
    attempt = Attempt(started=0.0, elapsed=0.1, outcome="503")
    assert attempt.waited == 0.0
    assert attrs.evolve(attempt, waited=1.0) == Attempt(0.0, 0.1, "503", 1.0)


@pytest.mark.parametrize(("value", "got"), [("3", "str"), (None, "null"), (1.5, "float")])
def test_what_is_no_policy_is_refused(value: Any, got: str) -> None:
    with pytest.raises(InvalidArgumentError) as caught:
        Retry.of(value)
    assert str(caught.value) == (
        f"retry: expected how often to attempt, or a Retry, got {got}; nothing was sent"
    )


def test_a_wait_is_read_from_headers_in_lower_case() -> None:
    assert retry_after({"retry-after": "7"}) == 7
    dates = {
        "retry-after": format_datetime(NOW + timedelta(seconds=9), usegmt=True),
        "date": format_datetime(NOW, usegmt=True),
    }
    assert retry_after(dates) == 9


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"attempts": 0}, "retry.attempts: expected at least 1, got 0"),
        ({"maximum": -1.5}, "retry.maximum: expected seconds from 0, got -1.5"),
        ({"quota": 0}, "retry.quota: expected at least 1, or None, got 0"),
    ],
)
def test_a_policy_that_makes_no_sense_is_refused_with_its_figure(
    wrong: dict[str, Any], says: str
) -> None:
    with pytest.raises(InvalidArgumentError) as caught:
        Retry(**wrong)
    assert str(caught.value) == f"{says}; nothing was sent"


def test_a_quota_may_be_the_least_or_none() -> None:
    assert Retry(quota=1).quota == 1
    assert Retry(quota=None).quota is None


@pytest.mark.parametrize(
    ("failure", "deadline", "may_spend", "reason"),
    [
        (Failure(), math.inf, True, "attempts"),
        (Failure(61), math.inf, True, "retry_after"),
        (Failure(5), 5, True, "deadline"),
        (Failure(), math.inf, False, "quota"),
    ],
)
def test_a_run_is_told_why_it_ends(
    failure: Failure, deadline: float, may_spend: bool, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = FakeRun(deadline=deadline)
    reasons: list[str] = []
    monkeypatch.setattr(run, "may_spend", lambda: may_spend)
    monkeypatch.setattr(run, "stopping", reasons.append)
    with pytest.raises(Failure):
        run.call(Retry(attempts=3, initial=0), always(failure))
    assert reasons == [reason]
    assert run.attempts == (3 if reason == "attempts" else 1)
