"""The token bucket of a rate limit, on a clock of the test's own."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, strategies as st

from integrations_sdk import RateLimit
from integrations_sdk.core.bucket import LEAST, LONGEST_PAUSE, RECOVERY, Bucket

START = 1_000.0
RATES = st.floats(0.1, 1_000.0)
BURSTS = st.integers(1, 50)


def bucket(rate: float = 10.0, burst: int = 5) -> Bucket:
    return Bucket(RateLimit(rate=rate, burst=burst), START)


def waits(of: Bucket, count: int, now: float = START) -> list[float]:
    return [of.take(now, math.inf)[1] for _ in range(count)]


def taken(of: Bucket, within: float = math.inf) -> tuple[int | None, float]:
    turn, wait = of.take(START, within)
    return turn, round(wait, 6)


def test_a_burst_goes_at_once_and_what_follows_at_the_rate() -> None:
    assert waits(bucket(), 8) == pytest.approx([0.0] * 5 + [0.1, 0.2, 0.3])


def test_silence_earns_no_more_than_a_burst() -> None:
    full = bucket()
    waits(full, 5)
    assert waits(full, 6, START + 3600) == pytest.approx([0.0] * 5 + [0.1])


def test_a_turn_that_comes_too_late_is_not_taken() -> None:
    empty = bucket()
    waits(empty, 5)
    for within in (0.0, 0.05, 0.1):
        assert taken(empty, within) == (None, 0.1)
    assert taken(empty, 0.11) == (6, 0.1)


def test_a_turn_that_is_there_is_taken_even_without_time() -> None:
    assert bucket().take(START, 0.0) == (1, 0.0)


def test_a_turn_has_come_when_its_time_has_passed() -> None:
    empty = bucket()
    waits(empty, 5)
    turn, wait = empty.take(START, 9.0)
    assert turn is not None
    assert empty.look(START + wait / 2, turn) == pytest.approx(wait / 2)
    assert empty.look(START + wait, turn) == 0.0


def test_the_last_turns_that_are_given_back_are_taken_again() -> None:
    empty = bucket()
    turns = [empty.take(START, math.inf)[0] for _ in range(10)]
    for turn in (9, 7, 10, 8):
        assert turn in turns
        empty.give_back(turn)
    assert taken(empty) == (7, 0.2)


def test_those_behind_a_turn_given_back_move_up_and_those_before_it_do_not() -> None:
    empty = bucket()
    waits(empty, 10)
    empty.give_back(7)
    assert taken(empty) == (11, 0.5)
    assert [empty.look(START, turn) for turn in (6, 8, 10)] == pytest.approx([0.1, 0.2, 0.4])
    assert [empty.look(START + 0.3, turn) for turn in (8, 9, 11)] == pytest.approx([0, 0, 0.2])


def test_the_only_one_left_of_a_crowd_goes_next() -> None:
    empty = bucket()
    waits(empty, 45)
    _, _ = taken(empty)
    for turn in range(6, 46):
        empty.give_back(turn)
    assert empty.look(START, 46) == pytest.approx(0.1)


def test_a_turn_that_came_and_was_not_used_is_anothers() -> None:
    empty = bucket()
    waits(empty, 8)
    later = START + 0.2
    assert [empty.look(later, turn) for turn in (7, 8)] == pytest.approx([0, 0.1])
    empty.give_back(7)
    assert empty.look(later, 8) == 0


def test_turns_given_back_are_forgotten_when_their_time_is_over() -> None:
    busy = bucket(rate=1_000.0, burst=1)
    for second in range(1, 20):
        for _ in range(1_000):
            turn, _ = busy.take(START + second, math.inf)
            assert turn is not None
            if turn % 2:
                busy.give_back(turn)
            busy.take(START + second, math.inf)
    assert len(busy._returned) < 5_000


def test_a_pause_holds_everybody_up_and_keeps_their_order() -> None:
    empty = bucket()
    waits(empty, 7)
    empty.slow(START, pause=3.0, age=0.0)
    assert [empty.look(START, turn) for turn in (5, 6, 7)] == pytest.approx(
        [3.0, 3.199, 3.393], abs=0.01
    )
    assert empty.take(START + 1, math.inf)[1] > empty.look(START + 1, 7) > 2.0
    assert empty.look(START + 3, 5) == 0.0


def test_a_pause_is_not_made_shorter_by_another_nor_longer_than_an_hour() -> None:
    held = bucket()
    held.slow(START, pause=5.0, age=0.0)
    held.slow(START, pause=1.0, age=0.0)
    assert held.take(START, math.inf)[1] > 5.0
    held.slow(START, pause=1e12, age=0.0)
    assert LONGEST_PAUSE < held.take(START, math.inf)[1] < LONGEST_PAUSE + 2


def test_a_refusal_halves_the_rate_and_takes_what_was_saved_up() -> None:
    cut = bucket()
    assert cut.slow(START, pause=0.0, age=0.0)
    assert cut.rate == 5.0
    assert waits(cut, 1) == pytest.approx([0.2], abs=0.01)


def test_refusals_of_requests_that_were_on_their_way_cut_the_rate_once() -> None:
    cut = bucket()
    assert cut.slow(START + 1, pause=0.0, age=0.5)
    assert not any(cut.slow(START + 1 + late, pause=0.0, age=0.5) for late in (0.0, 0.1, 0.4))
    assert cut.rate == pytest.approx(5.0, abs=0.1)
    assert cut.slow(START + 2, pause=0.0, age=0.5)
    assert cut.rate == pytest.approx(2.5, abs=0.2)


def test_the_rate_is_never_cut_to_nothing() -> None:
    cut = bucket()
    for moment in range(100):
        cut.slow(START + moment / 1000, pause=0.0, age=0.0)
    assert cut.rate == pytest.approx(10.0 * LEAST, rel=0.01)


def test_the_rate_recovers_steadily() -> None:
    cut = bucket()
    cut.slow(START, pause=0.0, age=0.0)
    seen = []
    for second in range(0, 61, 10):
        cut.look(START + second, 1)
        seen.append(cut.rate)
    slope = 10.0 / RECOVERY
    assert seen == pytest.approx([min(10.0, 5.0 + second * slope) for second in range(0, 61, 10)])


def test_a_bucket_is_at_rest_when_it_is_as_good_as_new() -> None:
    used = bucket()
    assert used.is_at_rest(START)
    waits(used, 5)
    assert not used.is_at_rest(START + 0.4)
    assert used.is_at_rest(START + 0.6)
    used.slow(START + 1, pause=0.0, age=0.0)
    assert not used.is_at_rest(START + 10)
    assert used.is_at_rest(START + 40)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["take", "take", "take", "slow", "give back", "pass"]),
        st.floats(0.0, 5.0),
    ),
    max_size=80,
)


@given(rate=RATES, burst=BURSTS, steps=STEPS)
def test_in_any_stretch_of_time_no_more_goes_out_than_a_burst_and_the_rate(
    rate: float, burst: int, steps: list[tuple[str, float]]
) -> None:
    of, now = bucket(rate, burst), START
    waiting: list[int] = []
    sent: list[float] = []
    for what, figure in [*steps, *[("pass", 20.0)] * 20]:
        if what == "take":
            turn, _ = of.take(now, figure)
            waiting += [turn] if turn is not None else []
        elif what == "slow":
            of.slow(now, pause=figure, age=figure)
        elif what == "give back" and waiting:
            of.give_back(waiting.pop(int(figure) % len(waiting)))
        until = now + figure if what == "pass" else now
        while waiting and (wait := of.look(now, waiting[0])) <= until - now:
            now += wait
            if not wait:
                sent.append(now)
                waiting.pop(0)
        now = until
    for first, began in enumerate(sent):
        for last in range(first, len(sent)):
            assert last - first + 1 <= burst + rate * (sent[last] - began) + 1e-6 * rate + 1e-6


@given(rate=RATES, burst=BURSTS, steps=STEPS)
def test_turns_come_in_the_order_in_which_they_were_taken(
    rate: float, burst: int, steps: list[tuple[str, float]]
) -> None:
    of, now = bucket(rate, burst), START
    turns: list[int] = []
    for what, figure in steps:
        if what == "take":
            turn, _ = of.take(now, math.inf)
            assert turn is not None
            turns.append(turn)
        elif what == "slow":
            of.slow(now, pause=figure, age=0.0)
        else:
            now += figure / 10
        coming = [of.look(now, turn) for turn in turns]
        assert coming == sorted(coming)


@given(rate=RATES, burst=BURSTS, ahead=st.integers(0, 100), pause=st.floats(0.0, 100.0))
def test_a_wait_is_exact(rate: float, burst: int, ahead: int, pause: float) -> None:
    of = bucket(rate, burst)
    of.slow(START, pause=pause, age=0.0)
    waits(of, ahead)
    turn, wait = of.take(START, math.inf)
    assert turn is not None
    assert of.look(START + wait * 0.99 - 1e-5, turn) > 0.0
    assert of.look(START + wait + 1e-6, turn) == 0.0
