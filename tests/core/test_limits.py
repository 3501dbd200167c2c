"""Rate limits: whose budget it is, and how a limiter is shared."""

from __future__ import annotations

import gc
import math
import pickle
import uuid
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import pytest

from integrations_sdk import Celigo, InvalidArgumentError, Losant, RateLimit, Secret
from integrations_sdk.core import limits
from integrations_sdk.core.limits import Limiter, Pace

TINY = RateLimit(rate=0.001, burst=2)


@pytest.fixture
def token() -> Secret:
    """A credential of this test alone."""
    return Secret(f"tok-{uuid.uuid4()}")


def left(limiter: Limiter) -> int:
    """Use up what may go out at once, and tell how much it was."""
    count = 0
    while limiter.take(0.0)[0] is not None:
        count += 1
    return count


@pytest.mark.parametrize(
    ("figures", "words"),
    [
        ({"rate": 0, "burst": 1}, "rate_limit.rate"),
        ({"rate": -1, "burst": 1}, "rate_limit.rate"),
        ({"rate": math.nan, "burst": 1}, "rate_limit.rate"),
        ({"rate": math.inf, "burst": 1}, "rate_limit.rate"),
        ({"rate": 2e6, "burst": 1}, "rate_limit.rate"),
        ({"rate": 1, "burst": 0}, "rate_limit.burst"),
        ({"rate": 1, "burst": math.inf}, "rate_limit.burst"),
        ({"rate": 1, "burst": math.nan}, "rate_limit.burst"),
    ],
)
def test_a_limit_that_makes_no_sense_is_refused(figures: Any, words: str) -> None:
    with pytest.raises(InvalidArgumentError, match=words):
        RateLimit(**figures)


def test_a_limit_is_a_value() -> None:
    assert pickle.loads(pickle.dumps(TINY)) == TINY == RateLimit(rate=0.001, burst=2)


def test_one_credential_has_one_limiter(token: Secret) -> None:
    first = TINY.limiter("P", token)
    assert RateLimit(rate=0.001, burst=2).limiter("P", Secret(token.reveal())) is first


@pytest.mark.parametrize(
    ("limit", "scope", "suffix"),
    [(TINY, "P", "x"), (TINY, "Q", ""), (RateLimit(rate=0.002, burst=2), "P", "")],
    ids=["another credential", "another platform", "another limit"],
)
def test_another_has_its_own(token: Secret, limit: RateLimit, scope: str, suffix: str) -> None:
    assert left(TINY.limiter("P", token)) == 2
    assert left(limit.limiter(scope, Secret(token.reveal() + suffix))) == 2


def test_a_budget_that_is_spent_stays_spent_when_its_clients_are_gone(token: Secret) -> None:
    assert left(TINY.limiter("P", token)) == 2
    gc.collect()
    assert left(TINY.limiter("P", token)) == 0


def test_a_limiter_that_is_as_good_as_new_is_forgotten(
    token: Secret, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 5_000.0
    clock = SimpleNamespace(monotonic=lambda: now)
    monkeypatch.setattr("integrations_sdk.core.limits.time", clock)
    left(TINY.limiter("P", token))
    key = (TINY, "P", token)
    other = Secret("tok-other")
    TINY.limiter("P", other)
    assert key in limits._kept
    now += 2_001
    TINY.limiter("Q", other)
    assert key not in limits._kept


def test_a_client_looks_for_its_limiter_again_when_its_token_changes(token: Secret) -> None:
    pace = Pace(TINY, "P")
    first = pace.limiter(token)
    assert pace.limiter(token) is first
    second = pace.limiter(Secret("tok-another"))
    assert second is not first
    assert pace.limiter(token) is first


def test_a_pace_travels_without_the_token(token: Secret) -> None:
    pace = Pace(TINY, "P")
    limiter = pace.limiter(token)
    pickled = pickle.dumps(pace)
    assert token.reveal().encode() not in pickled
    assert pickle.loads(pickled).limiter(token) is limiter


def test_threads_together_take_no_more_than_there_is(token: Secret) -> None:
    limiter = RateLimit(rate=0.001, burst=5_000).limiter("P", token)
    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(lambda _: left(limiter), range(8))) == 5_000


@pytest.mark.parametrize("wrong", [300, "300", True, {"rate": 300}])
def test_what_is_no_limit_is_refused(wrong: Any) -> None:
    with pytest.raises(InvalidArgumentError, match="rate_limit: expected a RateLimit"):
        Losant("tok-SAMPLE", rate_limit=wrong)
    with Losant("tok-SAMPLE") as client, pytest.raises(InvalidArgumentError):
        client.with_options(rate_limit=wrong)


def test_a_platform_that_documents_a_budget_has_a_limit_by_default() -> None:
    limits = {
        "documented": Celigo("tok-SAMPLE"),
        "undocumented": Losant("tok-SAMPLE"),
        "off": Celigo("tok-SAMPLE", rate_limit=None),
        "given": Losant("tok-SAMPLE", rate_limit=TINY),
        "derived": Losant("tok-SAMPLE").with_options(rate_limit=TINY),
        "kept": Losant("tok-SAMPLE", rate_limit=TINY).with_options(timeout=3),
        "taken off": Celigo("tok-SAMPLE").with_options(rate_limit=None),
    }
    assert {name: client._settings.rate_limit for name, client in limits.items()} == {
        "documented": RateLimit(rate=300, burst=1000),
        "undocumented": None,
        "off": None,
        "given": TINY,
        "derived": TINY,
        "kept": TINY,
        "taken off": None,
    }
