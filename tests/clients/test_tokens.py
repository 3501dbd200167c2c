"""Where tokens come from, when another is asked for, and what their scopes allow."""

from __future__ import annotations

import asyncio
import base64
import itertools
import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from integrations_sdk import (
    AsyncLosant,
    AuthenticationError,
    ConfigurationError,
    Losant,
    MissingScopeError,
    Secret,
)
from integrations_sdk.losant import IntegrationPatch, IntegrationPost

from ..conftest import APPLICATION
from ..faces import Face
from .recorder import Answer, Recorder
from .samples import IDS, integration

Serve = Callable[..., tuple[Any, Recorder]]
OK = Answer(json=integration())
UNAUTHORIZED = Answer(401, {"type": "Unauthorized", "message": "Unauthorized"})


class Provider:
    """Hands out one token after the other, and counts."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self) -> str:
        self.asked += 1
        return f"tok-SAMPLE-{self.asked}"


def accepting(*tokens: str) -> Callable[[httpx.Request], Answer]:
    """A server that takes some tokens and refuses all others."""
    good = {f"Bearer {token}" for token in tokens}
    return lambda request: OK if request.headers["authorization"] in good else UNAUTHORIZED


def jwt(**claims: Any) -> str:
    def part(value: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    return f"{part({'alg': 'none'})}.{part(claims)}.c2ln"


@pytest.mark.parametrize("make", [str, Secret])
def test_a_provider_may_return_text_or_a_secret(
    face: Face, serve: Serve, make: Callable[[str], Any]
) -> None:
    provider = face.provider(lambda: make("tok-SAMPLE-provided"))
    client, recorder = serve(OK, token=provider)

    face(client.integration.get(**IDS))

    assert recorder.tokens == ["Bearer tok-SAMPLE-provided"]


def test_the_asynchronous_face_takes_a_plain_provider_too(face: Face, serve: Serve) -> None:
    client, recorder = serve(OK, token=lambda: "tok-SAMPLE-plain-provider")

    face(client.integration.get(**IDS))

    assert recorder.tokens == ["Bearer tok-SAMPLE-plain-provider"]


def test_a_provider_is_asked_when_a_token_is_needed_and_not_again(face: Face, serve: Serve) -> None:
    provider = Provider()
    client, recorder = serve(OK, token=face.provider(provider))
    assert provider.asked == 0

    face(client.integration.get(**IDS))
    face(client.integration.get(**IDS))

    assert provider.asked == 1
    assert recorder.tokens == ["Bearer tok-SAMPLE-1"] * 2


@pytest.mark.parametrize("name", ["get", "create", "patch", "delete"])
def test_a_refused_token_is_replaced_once_and_the_call_sent_again(
    face: Face, serve: Serve, name: str
) -> None:
    done = {"create": Answer(201, integration()), "delete": Answer(json={"success": True})}
    arguments: dict[str, dict[str, Any]] = {
        "create": {
            "application_id": APPLICATION,
            "integration": IntegrationPost(name="a", integration_type="mqtt"),
        },
        "patch": {**IDS, "integration": IntegrationPatch(name="b")},
    }
    provider = Provider()
    client, recorder = serve(UNAUTHORIZED, done.get(name, OK), token=face.provider(provider))

    method = getattr(client.integration, name)
    reply = face(method.with_response(**arguments.get(name, IDS)))

    assert provider.asked == 2
    assert recorder.tokens == ["Bearer tok-SAMPLE-1", "Bearer tok-SAMPLE-2"]
    assert [r.method for r in recorder.requests] == [recorder.requests[0].method] * 2
    assert recorder.requests[0].read() == recorder.requests[1].read()
    assert [a.outcome for a in reply.attempts] == ["401", str(reply.status)]


def test_a_token_that_is_refused_again_is_an_error_after_one_refresh(
    face: Face, serve: Serve
) -> None:
    provider = Provider()
    client, recorder = serve(UNAUTHORIZED, token=face.provider(provider))

    with pytest.raises(AuthenticationError, match="Check the token") as caught:
        face(client.integration.get(**IDS))

    assert provider.asked == 2
    assert len(recorder.requests) == 2
    assert [a.outcome for a in caught.value.attempts] == ["401", "401"]


def test_one_refresh_is_all_that_a_call_gets_even_when_it_is_repeated(
    face: Face, serve: Serve, clock: Any
) -> None:
    provider = Provider()
    client, recorder = serve(
        UNAUTHORIZED, Answer(503, {}), UNAUTHORIZED, OK, token=face.provider(provider)
    )

    with pytest.raises(AuthenticationError):
        face(client.integration.get(**IDS))

    assert provider.asked == 2
    assert len(recorder.requests) == 3
    assert len(clock.waits) == 1


def test_a_provider_with_no_other_token_to_give_is_not_tried_with_the_same_one(
    face: Face, serve: Serve
) -> None:
    client, recorder = serve(UNAUTHORIZED, token=face.provider(lambda: "tok-SAMPLE-same"))

    with pytest.raises(AuthenticationError):
        face(client.integration.get(**IDS))

    assert len(recorder.requests) == 1


@pytest.mark.parametrize("make", [str, Secret])
def test_a_fixed_token_that_is_refused_is_not_sent_again(
    face: Face, serve: Serve, make: Callable[[str], Any]
) -> None:
    client, recorder = serve(UNAUTHORIZED, OK, token=make("tok-SAMPLE-fixed"))

    with pytest.raises(AuthenticationError):
        face(client.integration.get(**IDS))

    assert len(recorder.requests) == 1


def test_a_forbidden_call_asks_for_no_other_token(face: Face, serve: Serve) -> None:
    provider = Provider()
    client, _ = serve(Answer(403, {}), OK, token=face.provider(provider))

    with pytest.raises(Exception, match="403"):
        face(client.integration.get(**IDS))

    assert provider.asked == 1


def test_threads_that_are_refused_together_ask_once() -> None:
    provider = Provider()
    asked = threading.Semaphore(0)

    def provide() -> str:
        if provider.asked:
            asked.acquire(timeout=0.05)  # long enough for the others to be refused as well
        return provider()

    together = threading.Barrier(8, timeout=5)
    old_ones = itertools.count()

    def answer(request: httpx.Request) -> Answer:
        if request.headers["authorization"] == "Bearer tok-SAMPLE-1":
            next(old_ones)
            together.wait()  # every thread has sent the old token before any is refused
            return UNAUTHORIZED
        return OK

    face = Face("sync")
    recorder = Recorder(face, answer)
    client: Losant = face.losant(provide, transport=recorder.transport)
    with ThreadPoolExecutor(8) as pool:
        models = list(pool.map(lambda _: client.integration.get(**IDS), range(8)))

    assert len(models) == 8
    assert provider.asked == 2
    assert next(old_ones) == 8


def test_tasks_that_are_refused_together_ask_once() -> None:
    face = Face("async")
    asked = 0

    async def provider() -> str:
        nonlocal asked
        asked += 1
        token = f"tok-SAMPLE-{asked}"
        await asyncio.sleep(0)  # let the others in
        return token

    recorder = Recorder(face, accepting("tok-SAMPLE-2"))
    client: AsyncLosant = face.losant(provider, transport=recorder.transport)
    calls = [lambda: client.integration.get(**IDS)] * 8

    try:
        assert len(face.gather(*calls)) == 8
    finally:
        face.finish()

    assert asked == 2
    assert recorder.tokens.count("Bearer tok-SAMPLE-1") == 8
    assert recorder.tokens.count("Bearer tok-SAMPLE-2") == 8


def test_a_provider_works_in_one_event_loop_after_the_other() -> None:
    provider = Provider()
    first = Face("async")
    recorder = Recorder(first, accepting("tok-SAMPLE-1", "tok-SAMPLE-2"))
    client = AsyncLosant(provider, transport=recorder.transport)

    async def call() -> str:
        return str((await client.integration.get(**IDS)).name)

    assert [asyncio.run(call()), asyncio.run(call())] == ["Cold room broker"] * 2
    assert provider.asked == 1
    first.finish()


@pytest.mark.parametrize("token", ["tok SAMPLE", "tok-SAMPLE\r\nX-Evil: 1", "tok-SÄMPLE", ""])
def test_what_a_provider_returns_is_checked(face: Face, serve: Serve, token: str) -> None:
    client, recorder = serve(OK, token=face.provider(lambda: token))

    with pytest.raises(ConfigurationError, match=r"what access_token\(\) returned") as caught:
        face(client.integration.get(**IDS))

    assert recorder.requests == []
    assert not token or token not in str(caught.value)


def test_an_exception_of_the_provider_is_the_users_to_handle(face: Face, serve: Serve) -> None:
    def broken() -> str:
        raise LookupError("the vault is shut")

    client, recorder = serve(OK, token=face.provider(broken))

    with pytest.raises(LookupError, match="the vault is shut"):
        face(client.integration.get(**IDS))
    assert recorder.requests == []


@pytest.mark.parametrize("token", ["", "tok SAMPLE", "tok\n", "tök"])
def test_a_token_that_cannot_travel_is_refused_when_the_client_is_made(
    face: Face, token: str
) -> None:
    with pytest.raises(ConfigurationError, match=r"^access_token (is empty|has a space)"):
        face.losant(token)


@pytest.mark.parametrize("token", [b"tok-SAMPLE-bytes", 5, ["tok"]])
def test_a_token_of_another_type_is_refused_when_the_client_is_made(face: Face, token: Any) -> None:
    with pytest.raises(ConfigurationError, match="access_token") as caught:
        face.losant(token)

    assert "SAMPLE" not in str(caught.value)


@pytest.mark.parametrize("returned", [b"tok-SAMPLE-bytes", None, 5])
def test_a_provider_that_returns_another_type_is_named(
    face: Face, serve: Serve, returned: Any
) -> None:
    for provider in (face.provider(lambda: returned), lambda: returned):
        client, _ = serve(OK, token=provider)

        with pytest.raises(ConfigurationError, match=r"what access_token\(\) returned"):
            face(client.integration.get(**IDS))


# --- scopes


CALLS: dict[str, dict[str, Any]] = {
    "list": {"application_id": APPLICATION},
    "get": IDS,
    "create": {
        "application_id": APPLICATION,
        "integration": IntegrationPost(name="a", integration_type="mqtt"),
    },
    "patch": {**IDS, "integration": IntegrationPatch(name="b")},
    "delete": IDS,
}
READS = ["all.Application.read", "all.Organization.read", "all.User.read"]


@pytest.mark.parametrize("name", sorted(CALLS))
def test_a_missing_scope_is_told_before_anything_is_sent(
    face: Face, serve: Serve, name: str
) -> None:
    client, recorder = serve(OK, scopes=["devices.*"])

    with pytest.raises(MissingScopeError, match="Nothing was sent") as caught:
        face(getattr(client.integration, name)(**CALLS[name]))

    assert recorder.requests == []
    assert caught.value.operation == f"integration.{name}"
    assert caught.value.granted == {"devices.*"}
    assert {"all.Application", "all.Organization", "all.User"} < caught.value.required
    assert not client.can(f"integration.{name}")


@pytest.mark.parametrize(
    ("scope", "allowed"),
    [
        ("all.Application", {"list", "get", "create", "patch", "delete"}),
        ("all.User.bounded", {"list", "get", "create", "patch", "delete"}),
        *[(scope, {"list", "get"}) for scope in READS],
        ("integration.*", {"get", "patch", "delete"}),
        ("integrations.*", {"list", "create"}),
        ("integration.get", {"get"}),
        ("integrations.get", {"list"}),
        ("integrations.post", {"create"}),
        ("integration.patch", {"patch"}),
        ("integration.delete", {"delete"}),
        ("integration", set()),
        ("*", set()),
        ("all", set()),
    ],
)
def test_a_scope_allows_exactly_these_operations(
    face: Face, serve: Serve, scope: str, allowed: set[str]
) -> None:
    client, _ = serve(OK, scopes=[scope])

    assert {name for name in CALLS if client.can(f"integration.{name}")} == allowed


def test_a_token_of_unknown_scopes_is_tried(face: Face, serve: Serve) -> None:
    client, recorder = serve(OK)

    assert client.can("integration.get")
    face(client.integration.get(**IDS))
    assert len(recorder.requests) == 1


@pytest.mark.parametrize(
    "claims",
    [
        {"scope": ["integration.get"]},
        {"scope": "integration.get devices.*"},
        {"scopes": ["integration.get"]},
        {"scp": "integration.get"},
    ],
)
def test_the_scopes_that_a_jwt_claims_are_believed(
    face: Face, serve: Serve, claims: dict[str, Any]
) -> None:
    client, recorder = serve(OK, token=jwt(**claims))

    assert client.can("integration.get")
    assert not client.can("integration.delete")
    face(client.integration.get(**IDS))
    with pytest.raises(MissingScopeError):
        face(client.integration.delete(**IDS))
    assert len(recorder.requests) == 1


def test_scopes_that_were_told_win_over_the_tokens_claims(face: Face, serve: Serve) -> None:
    client, _ = serve(OK, token=jwt(scope=["devices.*"]), scopes=["integration.*"])

    assert face(client.integration.get(**IDS)).name == "Cold room broker"


def test_the_scopes_of_a_provided_token_are_checked_once_it_is_known(
    face: Face, serve: Serve
) -> None:
    client, recorder = serve(OK, token=face.provider(lambda: jwt(scope=["integration.get"])))
    assert client.can("integration.delete")

    with pytest.raises(MissingScopeError):
        face(client.integration.delete(**IDS))

    assert not client.can("integration.delete")
    assert recorder.requests == []


@pytest.mark.parametrize("token", ["a.b.c", "a.e30.c", f"a.{'!' * 5}.c", "a.b.c.d", "a.W10.c"])
def test_a_token_that_only_looks_like_a_jwt_says_nothing(
    face: Face, serve: Serve, token: str
) -> None:
    client, _ = serve(OK, token=token)

    assert client.can("integration.delete")


@pytest.mark.parametrize("name", ["integration.fly", "gateway.get", "integration", "", "repr.x"])
def test_can_knows_the_operations(face: Face, serve: Serve, name: str) -> None:
    client, _ = serve(OK)

    with pytest.raises(ConfigurationError, match="Losant has no operation"):
        client.can(name)
