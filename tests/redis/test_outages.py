"""What happens while the Redis of a rate limit is away."""

from __future__ import annotations

import contextlib
import logging
import pickle
import time
import traceback
import uuid
from typing import Any

import httpx
import pytest

from integrations_sdk import (
    ConfigurationError,
    InvalidArgumentError,
    RateLimitUnavailableError,
    RedisRateLimit,
    Secret,
)

from ..conftest import APPLICATION, INTEGRATION
from ..faces import Face
from .conftest import Server

IDS = {"application_id": APPLICATION, "integration_id": INTEGRATION}
CANARY = "CANARY-password"


class Calls:
    """A client of a face whose rate limit is kept by a Redis, and what reached its server."""

    def __init__(self, face: Face, url: str, **options: Any) -> None:
        self.face = face
        self.sent = 0
        self.limit = RedisRateLimit.from_url(url, **{"rate": 0.01, "burst": 4, **options})
        transport = face.transport(httpx.MockTransport(self._answer))
        token = f"tok-{uuid.uuid4()}"
        self.client = face.losant(token, transport=transport, rate_limit=self.limit, timeout=5)

    def _answer(self, _: httpx.Request) -> httpx.Response:
        self.sent += 1
        return httpx.Response(200, json={"id": INTEGRATION})

    def get(self) -> None:
        self.face(self.client.integration.get(**IDS))

    def close(self) -> None:
        self.face(self.limit.aclose()) if self.face.is_async else self.limit.close()


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.message for record in caplog.records if record.levelno >= logging.WARNING]


def test_closed_sends_nothing_while_redis_is_away_and_goes_on_when_it_is_back(
    face: Face, server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    calls = Calls(face, server.url, on_failure="closed")
    calls.get()
    server.kill()
    with pytest.raises(RateLimitUnavailableError):
        calls.get()
    with pytest.raises(RateLimitUnavailableError) as caught:
        calls.get()
    assert str(caught.value) == (
        "the Redis of the rate limit is away (ConnectionError), so nothing was sent; "
        "on_failure='open' would go on without it"
    )
    assert caught.value.operation == "integration.get"
    assert caught.value.__cause__ is caught.value.__context__ is None
    assert calls.sent == 1
    assert warnings(caplog) == [
        "the Redis of the rate limit is away (ConnectionError): nothing is sent"
    ]
    server.start()
    for _ in range(20):  # on a busy machine a quarter of a second may be too little
        with contextlib.suppress(RateLimitUnavailableError):
            calls.get()
            break
    assert calls.sent == 2
    calls.close()


def test_open_goes_on_by_itself_and_comes_back(
    face: Face,
    server: Server,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("integrations_sdk.redis.lines.AGAIN", 0.2)
    calls = Calls(face, server.url, on_failure="open")
    for _ in range(4):
        calls.get()
    server.kill()
    for _ in range(4):
        calls.get()
    with pytest.raises(Exception, match="its turn by the rate limit"):  # its own is used up, too
        calls.get()
    assert warnings(caplog) == [
        "the Redis of the rate limit is away (ConnectionError): each process goes by itself"
    ]
    server.start()
    time.sleep(0.25)  # until Redis is tried again; it knows nothing of before
    for _ in range(4):
        calls.get()
    assert calls.sent == 12
    assert len(warnings(caplog)) == 1
    server.kill()
    with pytest.raises(Exception, match="its turn by the rate limit"):
        calls.get()
    assert len(warnings(caplog)) == 2
    calls.close()


@pytest.mark.parametrize("on_failure", ["open", "closed"])
def test_a_redis_that_says_nothing_costs_little_time(
    face: Face, server: Server, on_failure: str
) -> None:
    calls = Calls(face, server.url, on_failure=on_failure)
    calls.get()
    server.suspend()
    began = time.monotonic()
    if on_failure == "open":
        for _ in range(3):
            calls.get()
    else:
        with pytest.raises(RateLimitUnavailableError, match="TimeoutError"):
            calls.get()
    assert 0.2 < time.monotonic() - began < 1.5
    server.suspend(ended=True)
    calls.close()


def test_calls_that_wait_for_a_redis_that_is_away_fail_together(face: Face, server: Server) -> None:
    if not face.is_async:
        pytest.skip("calls of one thread come one after the other anyway")
    calls = Calls(face, server.url, on_failure="closed", burst=100)
    calls.get()
    server.suspend()
    began = time.monotonic()

    async def failing() -> None:
        with pytest.raises(RateLimitUnavailableError):
            await calls.client.integration.get(**IDS)

    face.gather(*[failing] * 50)
    assert time.monotonic() - began < 2.0
    server.suspend(ended=True)
    calls.close()


def test_a_call_that_is_refused_by_redis_says_so(face: Face, server: Server) -> None:
    from redis import Redis

    calls = Calls(face, server.url, on_failure="closed")
    calls.get()
    with Redis.from_url(server.url) as redis:
        redis.config_set("requirepass", CANARY)
    calls.close()
    with pytest.raises(RateLimitUnavailableError, match="is away") as caught:
        calls.get()
    assert calls.sent == 1
    assert CANARY not in str(caught.value)
    calls.close()


# What needs no server


def test_a_password_never_shows(face: Face, caplog: pytest.LogCaptureFixture) -> None:
    pytest.importorskip("redis", reason="NOT TESTED: there is no redis-py")
    caplog.set_level(logging.DEBUG)
    calls = Calls(face, f"redis://user:{CANARY}@127.0.0.1:1/0", on_failure="closed")
    with pytest.raises(RateLimitUnavailableError) as caught:
        calls.get()
    shown = "".join(
        line
        for frame in traceback.TracebackException.from_exception(
            caught.value, capture_locals=True
        ).format()
        if "tests" not in (line := frame).split("\n", 1)[0]
    )
    assert "lines.py" in shown or "limit.py" in shown
    texts = [shown, caplog.text, repr(calls.limit), str(vars(calls.limit)), repr(calls.client)]
    assert CANARY not in "".join(texts)
    calls.close()


@pytest.mark.parametrize(
    "url",
    [
        f"http://user:{CANARY}@host",
        f"redis://user:{CANARY}@host:port/0",
        CANARY,
        f"redis://h:1?socket_timeout={CANARY}",
    ],
)
def test_a_url_that_makes_no_sense_is_refused_and_not_quoted(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("redis", reason="NOT TESTED: there is no redis-py")
    with pytest.raises(ConfigurationError, match=r"^url is no URL of a Redis") as caught:
        RedisRateLimit.from_url(url, rate=1, burst=1)
    monkeypatch.setenv("REDIS_URL", url)
    with pytest.raises(ConfigurationError, match=r"^REDIS_URL is no URL of a Redis"):
        RedisRateLimit.from_url(rate=1, burst=1)
    lines = traceback.TracebackException.from_exception(caught.value, capture_locals=True).format()
    assert CANARY not in "".join(line for line in lines if "limit.py" in line)
    assert CANARY not in str(caught.value)
    assert caught.value.__context__ is None


def test_the_url_may_be_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("redis", reason="NOT TESTED: there is no redis-py")
    monkeypatch.delenv("REDIS_URL", raising=False)
    with pytest.raises(ConfigurationError, match="set REDIS_URL"):
        RedisRateLimit.from_url(rate=1, burst=1)
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1/0")
    limit = RedisRateLimit.from_url(rate=2.5, burst=1)
    assert repr(limit) == "<RedisRateLimit rate=2.5 burst=1 open>"


def test_it_travels_without_its_url(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("redis", reason="NOT TESTED: there is no redis-py")
    url = f"redis://user:{CANARY}@127.0.0.1:1/0"
    limit = RedisRateLimit.from_url(url, rate=2, burst=1, on_failure="closed")
    pickled = pickle.dumps(limit)
    assert CANARY.encode() not in pickled
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1/0")
    assert repr(pickle.loads(pickled)) == repr(limit)


def test_arguments_that_make_no_sense_are_refused() -> None:
    pytest.importorskip("redis", reason="NOT TESTED: there is no redis-py")
    wrong: Any = "ajar"
    with pytest.raises(InvalidArgumentError, match="on_failure: expected open or closed"):
        RedisRateLimit.from_url("redis://h", rate=1, burst=1, on_failure=wrong)
    with pytest.raises(InvalidArgumentError, match=r"rate_limit\.rate"):
        RedisRateLimit.from_url("redis://h", rate=0, burst=1)


def test_without_redis_py_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "redis", None)
    with pytest.raises(ConfigurationError, match=r"pip install 'integrations-sdk\[redis\]'"):
        RedisRateLimit.from_url(Secret("redis://h"), rate=1, burst=1)
