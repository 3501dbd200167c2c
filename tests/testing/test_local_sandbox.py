"""The sandbox in the process: real clients, no socket, and everything that can go wrong."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from integrations_sdk import (
    AmbiguousWriteError,
    APIError,
    AsyncLosant,
    AuthenticationError,
    Celigo,
    ConnectError,
    CxEngage,
    DeadlineExceededError,
    DecodeError,
    InternalServerError,
    Losant,
    MissingScopeError,
    OptimizePlayer,
    PermissionDeniedError,
    Polis,
    PolisAuth,
    RateLimit,
    RateLimitError,
    ResponseTooLargeError,
    Retry,
    Timeout,
    TransportError,
)
from integrations_sdk.losant import IntegrationPatch
from integrations_sdk.sandbox import SandboxError
from integrations_sdk.testing import LocalSandbox, no_sleep
from tests.conftest import APPLICATION, INTEGRATION

from ..faces import Face

Connect = Callable[..., Any]
ONE = {"application_id": APPLICATION, "integration_id": INTEGRATION}
RENAMED = IntegrationPatch(name="Renamed")
DONE, NOT_DONE = "Renamed", "Cold room broker"
ONCE = Retry(attempts=1)


@pytest.mark.parametrize("client", [Losant, Celigo, Polis, OptimizePlayer, CxEngage])
def test_clients_of_all_platforms_call_it_without_a_socket(
    face: Face,
    connect: Connect,
    sandbox: LocalSandbox,
    client: type,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = connect(sandbox, client)

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    if client is Losant:
        face(made.integration.get(**ONE))
    elif client is CxEngage:
        face(made.integration.get(tenant_id="harbor", integration_id="twilio"))
    elif client is Polis:
        from integrations_sdk.sandbox.polis_examples import CLIENT_ID, CUSTOMER

        face(
            made.credentials.set(client_id=CLIENT_ID, customer_id=CUSTOMER, access_token="tok-NEW")
        )
    else:
        assert face.all(made.integration.list() if face.is_async else face(made.integration.list()))
    assert sandbox.calls.last.status in {200, 201}


def test_an_application_gets_its_token_there(face: Face, connect: Connect) -> None:
    with LocalSandbox() as sandbox:
        client = connect(
            sandbox,
            CxEngage,
            client_id="client-SAMPLE",
            client_secret="secret-SAMPLE",
            auth_url="http://localhost/cxengage/1.0/token",
        )
        face(client.integration.get(tenant_id="harbor", integration_id="echo"))
        assert sandbox.calls.operations == ["token", "integration.get"]
        auth = connect(sandbox, PolisAuth, client_id="a", client_secret="b")
        with pytest.raises(AuthenticationError):
            face(auth.exchange(code="c"))


def test_what_a_client_wrote_is_there_until_the_reset(
    face: Face, connect: Connect, sandbox: LocalSandbox
) -> None:
    losant = connect(sandbox)
    face(losant.integration.patch(**ONE, integration=RENAMED))
    assert face(losant.integration.get(**ONE)).name == "Renamed"
    sandbox.reset()
    assert face(losant.integration.get(**ONE)).name == "Cold room broker"


@pytest.mark.parametrize(
    ("fault", "errors", "name"),
    [
        ({"status": 503}, (InternalServerError, InternalServerError), NOT_DONE),
        ({"status": 429, "retry_after": 1}, (RateLimitError, RateLimitError), NOT_DONE),
        ({"kind": "expired_token"}, (AuthenticationError, AuthenticationError), NOT_DONE),
        ({"kind": "lost_request"}, (TransportError, AmbiguousWriteError), NOT_DONE),
        ({"kind": "lost_answer"}, (TransportError, AmbiguousWriteError), DONE),
        ({"kind": "no_connection"}, (ConnectError, ConnectError), NOT_DONE),
        ({"kind": "truncated_body"}, (TransportError, AmbiguousWriteError), DONE),
        ({"kind": "malformed_json"}, (DecodeError, DecodeError), DONE),
        ({"kind": "html"}, (DecodeError, DecodeError), NOT_DONE),
        ({"delay": 100}, (TransportError, AmbiguousWriteError), DONE),
        ({"kind": "slow_body", "delay": 1000}, (TransportError, AmbiguousWriteError), DONE),
    ],
    ids=str,
)
def test_a_fault_is_the_error_that_it_is_over_a_socket(  # noqa: PLR0917 - fixtures and parameters
    face: Face,
    connect: Connect,
    sandbox: LocalSandbox,
    fault: dict[str, Any],
    errors: tuple[type[Exception], type[Exception]],
    name: str,
) -> None:
    losant, (reading, writing) = connect(sandbox, retry=ONCE), errors
    with no_sleep():
        sandbox.fail_next(**fault)
        with pytest.raises(reading):
            face(losant.integration.get(**ONE))
        sandbox.fail_next(**fault)
        with pytest.raises(writing):
            face(losant.integration.patch(**ONE, integration=RENAMED))
    assert face(losant.integration.get(**ONE)).name == name


@pytest.mark.parametrize("kind", ["lost_request", "lost_answer"])
def test_an_ambiguous_write_can_be_checked(
    face: Face, connect: Connect, sandbox: LocalSandbox, kind: Any
) -> None:
    losant = connect(sandbox)
    sandbox.fail_next(kind)
    call = losant.integration.patch.call(**ONE, integration=RENAMED)
    with pytest.raises(AmbiguousWriteError):
        face(losant.send(call))
    assert face(losant.check(call)).took_effect is (kind == "lost_answer")


def test_waits_between_attempts_pass_at_once_and_are_told(
    face: Face, connect: Connect, sandbox: LocalSandbox
) -> None:
    losant = connect(sandbox)
    sandbox.fail_next(status=503, retry_after=7, times=2)
    before = time.perf_counter()
    with no_sleep() as passing:
        assert face(losant.integration.get(**ONE)).name == "Cold room broker"
    assert passing.waits == [7.0, 7.0]
    assert time.perf_counter() - before < 5
    assert [call.status for call in sandbox.calls] == [503, 503, 200]


def test_waits_for_a_rate_limit_pass_at_once(
    face: Face, connect: Connect, sandbox: LocalSandbox
) -> None:
    rate = 0.2 if face.is_async else 0.1  # not the budget of the other face
    losant = connect(sandbox, rate_limit=RateLimit(rate=rate, burst=1))
    with no_sleep() as passing:
        for _ in range(3):
            face(losant.integration.get(**ONE))
    assert passing.waits == pytest.approx([1 / rate] * 2, abs=0.5)


def test_a_deadline_passes_as_it_would(face: Face, connect: Connect, sandbox: LocalSandbox) -> None:
    losant = connect(sandbox, timeout=Timeout(read=30, total=20))
    with no_sleep() as passing:
        sandbox.fail_next(delay=25)
        with pytest.raises(DeadlineExceededError):
            face(losant.integration.get(**ONE))
        assert passing.waits == pytest.approx([20], abs=0.5)
        sandbox.fail_next(status=429, retry_after=30)
        with pytest.raises(RateLimitError):
            face(losant.integration.get(**ONE))
        sandbox.fail_next("slow_body", delay=10)
        face(losant.integration.get(**ONE))
        assert passing.waits[1:] == [1.0] * 10


def test_no_sleep_ends_with_its_block(sandbox: LocalSandbox) -> None:
    with no_sleep() as outer:
        with no_sleep():
            pass
        with sandbox.client(Losant, retry=Retry(initial=0)) as losant:
            sandbox.fail_next(status=503)
            losant.integration.get(**ONE)
    assert len(outer.waits) == 1
    with sandbox.client(Losant, retry=Retry(initial=0)) as losant:
        sandbox.fail_next(status=503)
        losant.integration.get(**ONE)
    assert len(outer.waits) == 1


def test_a_wait_is_really_waited_without_it(
    face: Face, connect: Connect, sandbox: LocalSandbox
) -> None:
    losant = connect(sandbox)
    sandbox.fail_next(delay=0.05)
    before = time.perf_counter()
    face(losant.integration.get(**ONE))
    assert time.perf_counter() - before >= 0.05


def test_a_scope_that_is_missing_is_missed_on_either_side(
    face: Face, connect: Connect, sandbox: LocalSandbox
) -> None:
    token = sandbox.token("losant", scopes=["all.Application.read"])
    with pytest.raises(MissingScopeError):
        face(connect(sandbox, Losant, token).integration.delete(**ONE))
    assert not sandbox.calls
    trusting = connect(sandbox, Losant, token, scopes=["all.Application"])
    with pytest.raises(PermissionDeniedError):
        face(trusting.integration.delete(**ONE))


def test_an_answer_above_the_limit_is_too_large(
    face: Face, connect: Connect, sandbox: LocalSandbox
) -> None:
    with pytest.raises(ResponseTooLargeError):
        face(connect(sandbox, max_response_size=10).integration.get(**ONE))


def test_a_fault_is_for_the_operation_by_its_name_on_a_client(sandbox: LocalSandbox) -> None:
    sandbox.fail_next(status=500, platform="losant", operation="integration.list")
    with sandbox.client(Losant, retry=1) as losant:
        losant.integration.get(**ONE)
        with pytest.raises(InternalServerError):
            losant.integration.list(application_id=APPLICATION)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"operation": "integration.get"}, "pass platform="),
        ({"operation": "fly", "platform": "polis"}, "polis has no operation 'fly'; it has: cred"),
        ({"operation": "fly", "platform": "police"}, "no platform 'police'; it knows: losant"),
    ],
)
def test_an_operation_that_is_none_is_refused(
    sandbox: LocalSandbox, arguments: dict[str, str], words: str
) -> None:
    with pytest.raises(SandboxError, match=words):
        sandbox.fail_next(status=500, **arguments)  # type: ignore[arg-type]


def test_a_class_that_is_no_client_is_refused(sandbox: LocalSandbox) -> None:
    with pytest.raises(SandboxError, match="int is the client of no platform"):
        sandbox.client(int)  # type: ignore[type-var]


def test_a_synchronous_client_works_inside_of_an_event_loop(sandbox: LocalSandbox) -> None:
    async def test() -> object:
        with sandbox.client(Losant) as losant:
            return losant.integration.get(**ONE).name

    assert asyncio.run(test()) == "Cold room broker"


def test_one_client_serves_many_event_loops(sandbox: LocalSandbox) -> None:
    losant = sandbox.client(AsyncLosant)

    async def test() -> list[Any]:
        return await asyncio.gather(*(losant.integration.get(**ONE) for _ in range(5)))

    assert len(asyncio.run(test()) + asyncio.run(test())) == 10


def test_threads_share_it(sandbox: LocalSandbox) -> None:
    with sandbox.client(Losant) as losant, ThreadPoolExecutor(8) as threads:
        names = list(threads.map(lambda _: losant.integration.get(**ONE).name, range(80)))
    assert names == ["Cold room broker"] * 80
    assert len(sandbox.calls) == 80
    assert [call.number for call in sandbox.calls] == sorted(call.number for call in sandbox.calls)


def test_a_task_that_is_cancelled_in_a_fault_leaves_it_usable(sandbox: LocalSandbox) -> None:
    losant = sandbox.client(AsyncLosant)

    async def test() -> object:
        sandbox.fail_next(delay=60)
        task = asyncio.create_task(losant.integration.get(**ONE))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert sandbox.faults.pending() == []  # it is in the middle of it
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return (await losant.integration.get(**ONE)).name

    assert asyncio.run(test()) == "Cold room broker"


def test_over_a_port_it_is_the_same(face: Face, connect: Connect) -> None:
    with LocalSandbox(port=0) as sandbox:
        losant = connect(sandbox, retry=ONCE)
        sandbox.fail_next("lost_answer")
        with pytest.raises(AmbiguousWriteError):
            face(losant.integration.patch(**ONE, integration=RENAMED))
        assert face(losant.integration.get(**ONE)).name == "Renamed"
        assert [call.fault for call in sandbox.calls] == ["lost_answer", None]
        face.close(losant)


def test_a_body_that_is_too_large_is_refused(
    face: Face, connect: Connect, sandbox: LocalSandbox
) -> None:
    large = IntegrationPatch(name="x" * 2**20)
    with pytest.raises(APIError) as caught:
        face(connect(sandbox).integration.patch(**ONE, integration=large))
    assert caught.value.status == 413


def test_a_call_lets_other_tasks_have_their_turn(sandbox: LocalSandbox) -> None:
    losant = sandbox.client(AsyncLosant)

    async def test() -> list[str]:
        turns: list[str] = []
        asyncio.get_running_loop().call_soon(turns.append, "another")
        await losant.integration.get(**ONE)
        return [*turns]

    assert asyncio.run(test()) == ["another"]
