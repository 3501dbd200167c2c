"""Passwords with a user, and tokens with an end."""

from __future__ import annotations

import base64
import itertools
import threading
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import pytest

from integrations_sdk import ConfigurationError, Secret
from integrations_sdk.core.auth import Basic, Lease, Token, TokenProvider
from tests.faces import Face


class Clock:
    """Time that passes when it is told to."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1000.0
        stopped = SimpleNamespace(monotonic=lambda: self.now)
        monkeypatch.setattr("integrations_sdk.core.auth.time", stopped)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


# --- Basic


def test_a_user_and_a_password_go_into_one_header() -> None:
    credentials = Basic("Aladdin")(Secret("open sesame"))
    assert credentials.headers == {"authorization": "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="}
    assert credentials.query == {}
    assert "QWxh" not in repr(credentials)


def test_a_password_may_hold_a_colon_and_a_user_may_be_foreign() -> None:
    header = Basic("üser")(Secret("a:b")).headers["authorization"]
    assert base64.b64decode(header.removeprefix("Basic ")).decode() == "üser:a:b"


@pytest.mark.parametrize("user", ["", "a:b", "a\nb", "a\x00", "\ud800"])
def test_a_user_that_cannot_travel_is_refused(user: str) -> None:
    with pytest.raises(ConfigurationError, match="without a colon"):
        Basic(user)


# --- leases


def ask(face: Face, token: Token[Any], refused: Secret | None = None) -> str:
    secret: Secret = face(token.aget(refused) if face.is_async else token.get(refused))
    return secret.reveal()


def leases(face: Face, *lifetimes: float) -> Token[Any]:
    counted, seconds = itertools.count(1), iter(lifetimes)
    provider = face.provider(lambda: Lease(f"tok-{next(counted)}", next(seconds)))
    return Token(provider, "token")


def test_a_lease_never_shows_its_token() -> None:
    assert "SAMPLE" not in repr(Lease("tok-SAMPLE", 1.0))


@pytest.mark.parametrize(
    ("lifetime", "kept", "renewed"), [(3600, 3539, 3541), (100, 89, 91), (1, 0.8, 0.95)]
)
def test_a_lease_is_renewed_shortly_before_it_ends(
    face: Face, clock: Clock, lifetime: float, kept: float, renewed: float
) -> None:
    token = leases(face, lifetime, lifetime)
    assert ask(face, token) == "tok-1"
    clock.now = 1000 + kept
    assert ask(face, token) == "tok-1"
    clock.now = 1000 + renewed
    assert ask(face, token) == "tok-2"


@pytest.mark.parametrize("lifetime", [float("inf"), 10**400, 1e300])
def test_a_lease_without_an_end_is_kept(face: Face, clock: Clock, lifetime: float) -> None:
    token = leases(face, lifetime)
    assert ask(face, token) == "tok-1"
    clock.now += 1e8
    assert ask(face, token) == "tok-1"


@pytest.mark.parametrize("lifetime", [0, -5])
def test_a_lease_that_has_ended_serves_the_call_it_was_asked_for(
    face: Face, clock: Clock, lifetime: float
) -> None:
    assert clock.now
    token = leases(face, lifetime, 3600, 3600)
    assert [ask(face, token), ask(face, token), ask(face, token)] == ["tok-1", "tok-2", "tok-2"]


def test_a_leased_token_that_is_refused_is_replaced_at_once(face: Face, clock: Clock) -> None:
    assert clock.now
    token = leases(face, 3600, 3600)
    first = Secret(ask(face, token))
    assert token.known == first
    assert ask(face, token, refused=token.known) == "tok-2"


def test_a_token_without_a_lease_is_never_due(face: Face, clock: Clock) -> None:
    counted = itertools.count(1)
    token = Token(face.provider(lambda: f"tok-{next(counted)}"), "token")
    assert ask(face, token) == "tok-1"
    clock.now += 1e8
    assert ask(face, token) == "tok-1"


def test_threads_whose_lease_ends_ask_once(clock: Clock) -> None:
    asked: list[int] = []
    together = threading.Barrier(8, timeout=10)

    def provide() -> Lease:
        asked.append(1)
        return Lease(f"tok-{len(asked)}", 3600)

    token: Token[TokenProvider] = Token(provide, "token")
    token.get()
    clock.now += 3600

    def get(_: int) -> str:
        together.wait()
        return token.get().reveal()

    with ThreadPoolExecutor(8) as threads:
        assert set(threads.map(get, range(8))) == {"tok-2"}
    assert len(asked) == 2


def test_a_leased_token_is_checked_as_any_other(face: Face) -> None:
    token = Token(face.provider(lambda: Lease("tok SAMPLE", 5)), "token")
    with pytest.raises(ConfigurationError, match=r"what token\(\) returned has a space") as caught:
        ask(face, token)
    assert "SAMPLE" not in str(caught.value)
