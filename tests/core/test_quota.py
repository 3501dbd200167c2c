"""The retry quota by itself: what retries take, and what successes give back."""

from __future__ import annotations

import pickle
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, strategies as st

from integrations_sdk import InvalidArgumentError, Retry
from integrations_sdk.core.quota import Quota


def drained(quota: Quota, cost: int) -> int:
    """Tell how often a cost can be taken."""
    times = 0
    while quota.take(cost):
        times += 1
    return times


def test_a_quota_is_taken_until_there_is_not_enough_left() -> None:
    assert drained(Quota(500), 5) == 100
    assert drained(Quota(500), 10) == 50
    assert drained(Quota(14), 5) == 2


def test_what_is_given_back_can_be_taken_again_up_to_the_capacity() -> None:
    quota = Quota(20)
    assert drained(quota, 5) == 4
    quota.give(5)
    assert drained(quota, 5) == 1
    for _ in range(100):
        quota.give(1)
    assert drained(quota, 1) == 20


@given(
    capacity=st.integers(1, 50),
    steps=st.lists(st.tuples(st.booleans(), st.integers(1, 10)), max_size=100),
)
def test_never_more_is_taken_than_was_there_and_given(
    capacity: int, steps: list[tuple[bool, int]]
) -> None:
    quota = Quota(capacity)
    left = capacity
    for gives, amount in steps:
        if gives:
            quota.give(amount)
            left = min(capacity, left + amount)
        else:
            assert quota.take(amount) == (amount <= left)
            left -= amount if amount <= left else 0
    assert drained(quota, 1) == left


def test_threads_together_take_no_more_than_there_is() -> None:
    quota = Quota(10_000)
    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda _: drained(quota, 1), range(8)))
    assert sum(taken) == 10_000


def test_a_quota_travels_to_another_process_as_a_full_one() -> None:
    quota = Quota(20)
    quota.take(20)
    assert drained(pickle.loads(pickle.dumps(quota)), 5) == 4


def test_a_quota_of_nothing_is_refused() -> None:
    with pytest.raises(InvalidArgumentError, match=r"retry\.quota: expected at least 1, or None"):
        Retry(quota=0)
