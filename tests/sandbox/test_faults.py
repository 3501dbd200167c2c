"""Scripted faults over a socket: what befalls whom, and what was done when it did."""

from __future__ import annotations

import time

import httpx
import pytest

from integrations_sdk.sandbox import Sandbox, SandboxError
from integrations_sdk.sandbox.faults import KINDS, FaultKind
from integrations_sdk.sandbox.sandbox import PLATFORMS

from .clients import client_of
from .facts import MANY, ONE

RENAMED = {"name": "Renamed"}


def name_of(losant: httpx.Client) -> str:
    name: str = losant.get(ONE).json()["name"]
    return name


def test_a_status_is_answered_in_the_platforms_shape(
    sandbox: Sandbox, losant: httpx.Client
) -> None:
    sandbox.fail_next(status=429, retry_after=1)
    answer = losant.patch(ONE, json=RENAMED)
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "1")
    assert answer.json()["type"] == "TooManyRequests"
    assert name_of(losant) == "Cold room broker"


@pytest.mark.parametrize("platform", [platform.name for platform in PLATFORMS])
@pytest.mark.parametrize("status", [400, 418, 429, 499, 503, 599])
def test_every_platform_has_a_shape_for_every_status(
    sandbox: Sandbox, platform: str, status: int
) -> None:
    sandbox.fail_next(status=status)
    with client_of(sandbox, platform) as client:
        answer = client.get("/integrations")
    assert answer.status_code == status
    assert answer.json()


def test_a_token_expires(sandbox: Sandbox, losant: httpx.Client) -> None:
    sandbox.fail_next("expired_token")
    answer = losant.get(ONE)
    assert (answer.status_code, answer.json()["type"]) == (401, "Unauthorized")
    assert losant.get(ONE).status_code == 200


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("lost_request", "Cold room broker"),
        ("no_connection", "Cold room broker"),
        ("lost_answer", "Renamed"),
        ("truncated_body", "Renamed"),
    ],
)
def test_a_connection_is_cut_before_or_after_the_work(
    sandbox: Sandbox, losant: httpx.Client, kind: FaultKind, name: str
) -> None:
    sandbox.fail_next(kind)
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        losant.patch(ONE, json=RENAMED)
    found = sandbox.journal.entries()[-1]
    assert found.fault == kind
    assert found.status == (200 if kind == "truncated_body" else None)
    assert name_of(losant) == name


def test_an_answer_that_is_no_json_comes_after_the_work(
    sandbox: Sandbox, losant: httpx.Client
) -> None:
    sandbox.fail_next("malformed_json")
    answer = losant.patch(ONE, json=RENAMED)
    assert answer.status_code == 200
    with pytest.raises(ValueError, match="Expecting"):
        answer.json()
    assert name_of(losant) == "Renamed"


def test_an_answer_without_a_body_is_malformed_too(sandbox: Sandbox) -> None:
    with client_of(sandbox, "celigo") as celigo:
        key = celigo.get("/integrations").json()[0]["_id"]
        sandbox.fail_next("malformed_json", method="DELETE")
        answer = celigo.delete(f"/integrations/{key}")
        assert answer.status_code == 200
        assert answer.content


def test_a_web_page_comes_instead_of_the_work(sandbox: Sandbox, losant: httpx.Client) -> None:
    sandbox.fail_next("html")
    answer = losant.patch(ONE, json=RENAMED)
    assert (answer.status_code, answer.headers["content-type"][:9]) == (200, "text/html")
    assert name_of(losant) == "Cold room broker"


@pytest.mark.parametrize("kind", [None, "late", "slow_body"])
def test_an_answer_takes_its_time(
    sandbox: Sandbox, losant: httpx.Client, kind: FaultKind | None
) -> None:
    sandbox.fail_next(kind, delay=0.1)
    before = time.perf_counter()
    answer = losant.patch(ONE, json=RENAMED)
    assert time.perf_counter() - before >= 0.1
    assert (answer.status_code, answer.json()["name"]) == (200, "Renamed")
    assert sandbox.journal.entries()[-1].duration_ms >= 100


def test_a_client_that_does_not_wait_finds_the_work_done(
    sandbox: Sandbox, losant: httpx.Client
) -> None:
    sandbox.fail_next("slow_body", delay=30)
    with pytest.raises(httpx.ReadTimeout):
        losant.patch(ONE, json=RENAMED, timeout=httpx.Timeout(5, read=0.05))
    assert name_of(losant) == "Renamed"


def test_a_fault_befalls_only_what_it_fits(sandbox: Sandbox, losant: httpx.Client) -> None:
    sandbox.fail_next(status=503, platform="celigo")
    sandbox.fail_next(status=502, operation="integrations.get")
    sandbox.fail_next(status=500, method="PATCH", times=2)
    assert losant.get(ONE).status_code == 200
    assert losant.get(MANY).status_code == 502
    codes = [losant.patch(ONE, json=RENAMED).status_code for _ in range(3)]
    assert codes == [500, 500, 200]


def test_faults_come_in_order_and_can_be_looked_at(sandbox: Sandbox, losant: httpx.Client) -> None:
    sandbox.fail_next(status=503, times=2)
    sandbox.fail_next("expired_token")
    assert [losant.get(ONE).status_code for _ in range(2)] == [503, 503]
    assert [(fault.kind, left) for fault, left in sandbox.faults.pending()] == [
        ("expired_token", 1)
    ]
    assert [losant.get(ONE).status_code for _ in range(2)] == [401, 200]


@pytest.mark.parametrize("forget", ["clear_faults", "reset"])
def test_what_is_planned_can_be_forgotten(
    sandbox: Sandbox, losant: httpx.Client, forget: str
) -> None:
    sandbox.fail_next(status=503, times=5)
    getattr(sandbox, forget)()
    assert losant.get(ONE).status_code == 200


def test_the_sandboxs_own_pages_take_no_fault(sandbox: Sandbox, losant: httpx.Client) -> None:
    sandbox.fail_next(status=503)
    assert losant.get(f"{sandbox.url}/openapi.json").status_code == 200
    assert losant.get(ONE).status_code == 503


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({}, "A status goes with"),
        ({"kind": "html", "status": 500}, "A status goes with"),
        ({"kind": "nothing"}, "There is no fault 'nothing'; there are: status, expired_token"),
        ({"status": 200}, "400 to 599, not 200"),
        ({"kind": "html", "retry_after": 1}, "retry_after is whole seconds"),
        ({"status": 429, "retry_after": -1}, "retry_after is whole seconds"),
        ({"kind": "late"}, "A delay above 0"),
        ({"status": 429, "delay": 1}, "A delay above 0"),
        ({"status": 429, "times": 0}, "at least once, not 0"),
        ({"status": 429, "platform": "lossant"}, "no platform 'lossant'; it knows: losant"),
        ({"status": 429, "operation": "fly"}, "no operation 'fly'; there are: credentials.delete"),
        ({"status": 429, "method": "get"}, "no method 'get'; there are: DELETE, GET"),
        (
            {"status": 429, "platform": "polis", "operation": "integration.get"},
            "no operation 'integration.get'; there are: credentials.delete",
        ),
    ],
)
def test_a_fault_that_makes_no_sense_is_refused(
    sandbox: Sandbox, arguments: dict[str, str], words: str
) -> None:
    with pytest.raises(SandboxError, match=words):
        sandbox.fail_next(**arguments)  # type: ignore[arg-type]
    assert sandbox.faults.pending() == []


def test_the_kinds_are_all_played_here() -> None:
    assert set(KINDS) == {
        "status",
        "expired_token",
        "lost_request",
        "lost_answer",
        "no_connection",
        "late",
        "slow_body",
        "truncated_body",
        "malformed_json",
        "html",
    }
