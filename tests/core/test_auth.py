"""Tokens: checked before they travel, asked for once, and again only when one was refused."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from integrations_sdk import ConfigurationError, Secret
from integrations_sdk.core.auth import (
    AsyncTokenProvider,
    Credentials,
    QueryKey,
    Token,
    TokenProvider,
    bearer,
    checked,
)
from tests.faces import Face


def ask(face: Face, token: Token[Any], refused: Secret | None = None) -> Secret:
    """Ask for a token as a client of this face does."""
    secret: Secret = face(token.aget(refused) if face.is_async else token.get(refused))
    return secret


class Issuer:
    """A provider that counts how often it is asked."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self) -> str:
        self.asked += 1
        return f"tok-SAMPLE-{self.asked}"


def test_a_bearer_token_goes_into_one_header() -> None:
    credentials = bearer(Secret("tok-SAMPLE"))
    assert credentials.headers == {"authorization": "Bearer tok-SAMPLE"}
    assert credentials.query == {}
    assert "SAMPLE" not in repr(credentials)


def test_a_key_goes_into_one_member_of_the_query() -> None:
    credentials = QueryKey("key")(Secret("tok-SAMPLE"))
    assert credentials.query == {"key": "tok-SAMPLE"}
    assert credentials.headers == {}
    assert "SAMPLE" not in repr(credentials)


def test_credentials_are_empty_until_given() -> None:
    assert Credentials().headers == {}
    assert Credentials().query == {}


@pytest.mark.parametrize("token", ["tok-SAMPLE", Secret("tok-SAMPLE")])
def test_a_good_token_is_kept_as_a_secret(token: str | Secret) -> None:
    assert checked(token, "access_token") == Secret("tok-SAMPLE")


@pytest.mark.parametrize("wrap", [str, Secret])
@pytest.mark.parametrize(
    "token",
    [
        "SAMPLE\n",
        "SAMPLE\r\nX-Other: 1",
        "\tSAMPLE",
        " SAMPLE",
        "SAM PLE",
        "SAMPLE\x00",
        "SAMPLE\x7f",
        "SAMPLÉ",
        "SAMPLE\u2028",
        "SAMPLE\ud800",
        "“SAMPLE”",
    ],
)
def test_a_token_that_cannot_travel_is_refused_without_quoting_it(
    token: str, wrap: Callable[[str], str | Secret]
) -> None:
    with pytest.raises(ConfigurationError, match=r"^access_token has a space, a line") as caught:
        checked(wrap(token), "access_token")
    shown = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    *_, frame, message = shown.format()
    assert "auth.py" in frame
    assert "SAM" not in frame + message
    assert caught.value.__context__ is None


@pytest.mark.parametrize("token", ["", Secret("")])
def test_an_empty_token_is_refused(token: str | Secret) -> None:
    with pytest.raises(ConfigurationError, match=r"^LOSANT_ACCESS_TOKEN is empty: copy the token"):
        checked(token, "LOSANT_ACCESS_TOKEN")


@pytest.mark.parametrize("token", [None, b"tok-SAMPLE", 5, ["tok-SAMPLE"]])
def test_a_token_that_is_no_text_is_refused_without_quoting_it(token: Any) -> None:
    with pytest.raises(ConfigurationError, match="a token is text") as caught:
        checked(token, "access_token")
    assert "SAMPLE" not in str(caught.value)


def test_a_fixed_token_is_always_the_same(face: Face) -> None:
    fixed = Secret("tok-SAMPLE")
    token: Token[Any] = Token(fixed, "access_token")
    assert token.known is fixed
    assert ask(face, token) is fixed
    assert ask(face, token, refused=fixed) is fixed


def test_a_provider_is_not_asked_before_a_token_is_needed(face: Face) -> None:
    issuer = Issuer()
    token = Token(face.provider(issuer), "access_token")
    assert token.known is None
    assert issuer.asked == 0


def test_a_provider_is_asked_once(face: Face) -> None:
    issuer = Issuer()
    token = Token(face.provider(issuer), "access_token")
    assert [ask(face, token).reveal() for _ in range(3)] == ["tok-SAMPLE-1"] * 3
    assert token.known == Secret("tok-SAMPLE-1")
    assert issuer.asked == 1


def test_a_provider_is_asked_again_only_when_its_token_is_refused(face: Face) -> None:
    issuer = Issuer()
    token = Token(face.provider(issuer), "access_token")
    first = ask(face, token)
    second = ask(face, token, refused=first)
    assert second.reveal() == "tok-SAMPLE-2"
    assert ask(face, token, refused=first) is second  # refused before the second came
    assert ask(face, token) is second
    assert issuer.asked == 2


def test_a_plain_function_provides_on_both_faces(face: Face) -> None:
    assert ask(face, Token(Issuer(), "access_token")).reveal() == "tok-SAMPLE-1"


def test_a_provider_may_return_a_secret(face: Face) -> None:
    provider = face.provider(lambda: Secret("tok-SAMPLE"))
    assert ask(face, Token(provider, "access_token")) == Secret("tok-SAMPLE")


@pytest.mark.parametrize("answer", ["tok-SAMPLE\n", "", Secret("tok SAMPLE")])
def test_what_a_provider_returns_is_checked(face: Face, answer: Any) -> None:
    token = Token(face.provider(lambda: answer), "access_token")
    with pytest.raises(ConfigurationError, match=r"^what access_token\(\) returned ") as caught:
        ask(face, token)
    assert "SAMPLE" not in str(caught.value)
    assert token.known is None


def test_a_provider_that_fails_is_asked_again_next_time(face: Face) -> None:
    answers: list[str | Exception] = [RuntimeError("the vault is sealed"), "tok-SAMPLE"]

    def provide() -> str:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    token = Token(face.provider(provide), "access_token")
    with pytest.raises(RuntimeError, match="the vault is sealed"):
        ask(face, token)
    assert ask(face, token).reveal() == "tok-SAMPLE"


def test_many_threads_ask_once() -> None:
    asked: list[int] = []
    all_there, two_at_once = threading.Barrier(16, timeout=10), threading.Barrier(2)

    def provide() -> str:
        asked.append(1)
        with contextlib.suppress(threading.BrokenBarrierError):
            two_at_once.wait(0.05)
        return f"tok-SAMPLE-{len(asked)}"

    token: Token[TokenProvider] = Token(provide, "access_token")

    def get(refused: Secret | None) -> Secret:
        all_there.wait()
        return token.get(refused)

    with ThreadPoolExecutor(16) as threads:
        first = set(threads.map(get, [None] * 16))
        assert len(asked) == 1
        second = set(threads.map(get, list(first) * 16))
    assert len(asked) == 2
    assert [len(first), len(second)] == [1, 1]


def test_many_tasks_ask_once() -> None:
    asked: list[int] = []

    async def provide() -> str:
        asked.append(1)
        await asyncio.sleep(0)
        return f"tok-SAMPLE-{len(asked)}"

    async def main() -> None:
        token: Token[AsyncTokenProvider] = Token(provide, "access_token")
        first = set(await asyncio.gather(*(token.aget() for _ in range(16))))
        assert len(asked) == 1
        (refused,) = first
        second = set(await asyncio.gather(*(token.aget(refused) for _ in range(16))))
        assert len(asked) == 2
        assert [len(first), len(second)] == [1, 1]

    asyncio.run(main())


def test_a_token_serves_one_event_loop_after_another() -> None:
    token: Token[AsyncTokenProvider] = Token(Issuer(), "access_token")
    first = asyncio.run(token.aget())
    second = asyncio.run(token.aget(refused=first))
    assert [first.reveal(), second.reveal()] == ["tok-SAMPLE-1", "tok-SAMPLE-2"]


def test_a_loop_that_was_closed_is_not_kept_by_who_waited_there() -> None:
    async def two_at_once(token: Token[AsyncTokenProvider]) -> None:
        await asyncio.gather(token.aget(), token.aget(refused=token.known))

    async def provide() -> str:
        await asyncio.sleep(0)
        return "tok-SAMPLE"

    token: Token[AsyncTokenProvider] = Token(provide, "access_token")
    for _ in range(3):
        token._current = None
        asyncio.run(two_at_once(token))
    assert len(token._turns) == 1
