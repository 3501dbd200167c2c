"""A managed update of Celigo, cut off at every point: it locks, and leaves nobody locked out."""

from __future__ import annotations

import asyncio
import logging
import pickle
import traceback
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from integrations_sdk import (
    ConnectError,
    IntegrationsError,
    InvalidArgumentError,
    NotFoundError,
    TransportError,
    UnprocessableEntityError,
)
from integrations_sdk.celigo import Celigo, Integration
from integrations_sdk.core.errors import CleanupError
from integrations_sdk.sandbox import Sandbox
from tests.faces import Face

DIY = "61f0a3b29c4e7d1a2b3c4d5e"
CONNECTOR = "61f0a3b29c4e7d1a2b3c4d60"
LOCKED = "61f0a3b29c4e7d1a2b3c4d62"
UNNUMBERED = "61f0a3b29c4e7d1a2b3c4d63"
BEFORE, AFTER = "2.3.0", "2.3.1"
UPDATE = ["GET", "PUT", "GET", "PUT", "PUT"]  # read, lock | read again, push, raise and unlock
PLAIN = httpx.Client(verify=False)  # it meets no TLS, and loads no certificates


class Interruption(BaseException):
    """What is no Exception, such as Ctrl-C, and stops neither the test run nor the event loop."""


class Wire:
    """The way to the sandbox, which can be cut after some requests.

    Args:
        sandbox: Where it leads.
        cut: How many requests get through.
        by: What ends the others.
        lost: Whether the first request that does not get through is done, and its answer lost.
        last: How many requests are ended; by default all after the cut.
    """

    def __init__(
        self,
        sandbox: Sandbox,
        cut: int = 10**6,
        *,
        by: BaseException | None = None,
        lost: bool = False,
        last: int = 10**6,
    ) -> None:
        self._token = sandbox.token("celigo")
        self._cut = range(cut, cut + last)
        self._by = by or httpx.ConnectError("cut")
        self._lost = lost
        self.asked: list[httpx.Request] = []
        self.mock = httpx.MockTransport(self._handle)

    def _handle(self, request: httpx.Request) -> httpx.Response:
        number = len(self.asked)
        self.asked.append(request)
        if number not in self._cut:
            return self._forwarded(request)
        if self._lost and number == self._cut[0]:
            self._forwarded(request)
        raise self._by

    def _forwarded(self, request: httpx.Request) -> httpx.Response:
        response = PLAIN.request(
            request.method, request.url, headers=request.headers, content=request.content
        )
        content_type = {"content-type": response.headers.get("content-type", "")}
        return httpx.Response(response.status_code, content=response.content, headers=content_type)

    @property
    def methods(self) -> list[str]:
        return [request.method for request in self.asked]


class Stage:
    """A client of either face on a wire, and what is stored at its other end."""

    def __init__(self, face: Face, sandbox: Sandbox, wire: Wire) -> None:
        self.face = face
        self.wire = wire
        self._sandbox = sandbox
        self.client = face.client(
            Celigo,
            sandbox.token("celigo"),
            base_url=sandbox.base_url("celigo"),
            transport=face.transport(wire.mock),
            retry=1,
        )

    def update(
        self, body: Callable[[Integration], Any], id_: str = CONNECTOR, **options: Any
    ) -> Any:
        context = self.client.integration.managed_update(integration_id=id_, **options)
        return self.face.within(context, body)

    def stored(self, id_: str = CONNECTOR) -> Any:
        response = PLAIN.get(
            f"{self._sandbox.base_url('celigo')}/integrations/{id_}",
            headers={"authorization": f"Bearer {self._sandbox.token('celigo')}"},
        )
        document = response.raise_for_status().json()
        del document["lastModified"]
        return document


Start = Callable[..., Stage]


@pytest.fixture
def start(face: Face, sandbox: Sandbox) -> Start:
    return lambda *cut, **options: Stage(face, sandbox, Wire(sandbox, *cut, **options))


def rename(integration: Integration) -> None:
    integration.name = "Updated"


def half(error: BaseException) -> Callable[[Integration], None]:
    """Return a body that raises when half of its changes are made."""

    def body(integration: Integration) -> None:
        rename(integration)
        raise error

    return body


def test_an_update_locks_pushes_raises_the_version_and_unlocks(start: Start) -> None:
    stage = start()
    before = stage.stored()
    seen = []

    def body(integration: Integration) -> None:
        seen.append((integration.is_locked, stage.stored()["updateInProgress"]))
        rename(integration)
        assert isinstance(integration.settings, dict)
        integration.settings["colour"] = "red"

    stage.update(body)
    assert seen == [(True, True)]
    assert stage.stored() == {
        **before,
        "name": "Updated",
        "settings": {**before["settings"], "colour": "red"},
        "version": AFTER,
        "updateInProgress": False,
    }
    assert stage.wire.methods == UPDATE


def test_the_version_is_raised_by_the_last_request_alone(start: Start) -> None:
    stage = start()
    stage.update(rename)
    pushed, last = (request.content for request in stage.wire.asked[-2:])
    assert b'"version":"2.3.0"' in pushed
    assert b'"updateInProgress":true' in pushed
    assert b'"version":"2.3.1"' in last
    assert b'"updateInProgress":false' in last
    for request in stage.wire.asked:
        assert b'"lastModified"' not in request.content
        assert b'"_id":"61f0a3b29c4e7d1a2b3c4d60"' not in request.content


def test_an_update_without_a_change_raises_the_version(start: Start) -> None:
    stage = start()
    before = stage.stored()
    stage.update(lambda integration: integration.id)
    assert stage.stored() == {**before, "version": AFTER}
    assert stage.wire.methods == ["GET", "PUT", "GET", "PUT"]


def test_what_else_the_body_changes_is_kept(start: Start) -> None:
    stage = start()
    before = stage.stored()

    def body(integration: Integration) -> None:
        other = Integration.from_json({**before, "readme": "meanwhile", "updateInProgress": True})
        content = {name: v for name, v in other.to_json(reveal=True).items() if name != "_id"}
        stage.wire.mock.handle_request(
            httpx.Request("PUT", stage.wire.asked[0].url, headers=_headers(stage), json=content)
        )
        rename(integration)
        integration.extra["shade"] = 1

    stage.update(body)
    changed = {"readme": "meanwhile", "name": "Updated", "shade": 1, "version": AFTER}
    assert stage.stored() == {**before, **changed}


def _headers(stage: Stage) -> dict[str, str]:
    return {"authorization": stage.wire.asked[0].headers["authorization"]}


def test_a_member_that_the_body_takes_away_is_gone(start: Start) -> None:
    stage = start()

    def body(integration: Integration) -> None:
        integration.extra.pop("flowGroupings", None)
        integration.extra["shade"] = {"a": 1}

    def again(integration: Integration) -> None:
        assert integration.extra.pop("shade") == {"a": 1}

    stage.update(body)
    stage.update(again)
    assert "shade" not in stage.stored()
    assert stage.stored()["version"] == "2.3.2"


@pytest.mark.parametrize(
    ("version", "body", "after"),
    [
        ("3.0.0", rename, "3.0.0"),
        ("2.3.0", rename, "2.3.0"),
        (None, lambda integration: setattr(integration, "version", "2.4.0"), "2.4.0"),
        ("2.5.0", lambda integration: setattr(integration, "version", "2.4.0"), "2.5.0"),
    ],
)
def test_the_version_can_be_told(
    start: Start, version: str | None, body: Callable[[Integration], None], after: str
) -> None:
    stage = start()
    stage.update(body, version=version)
    assert stage.stored()["version"] == after
    assert stage.stored()["updateInProgress"] is False


@pytest.mark.parametrize(
    ("id_", "version", "says"),
    [
        (CONNECTOR, "2.2.9", r"version: expected at least 2\.3\.0, got 2\.2\.9"),
        (UNNUMBERED, None, "the present one has no next patch release"),
        (DIY, None, "the present one has no next patch release"),
    ],
)
def test_a_version_that_cannot_be_is_refused_before_anything_is_locked(
    start: Start, id_: str, version: str | None, says: str
) -> None:
    stage = start()
    with pytest.raises(InvalidArgumentError, match=says):
        stage.update(rename, id_, version=version)
    assert stage.wire.methods == ["GET"]


def test_a_version_that_is_no_number_is_left_to_celigo(start: Start) -> None:
    stage = start()
    stage.update(rename, UNNUMBERED, version="summer-edition")
    assert stage.stored(UNNUMBERED)["version"] == "summer-edition"
    assert stage.stored(UNNUMBERED)["updateInProgress"] is False


def test_a_lock_that_was_left_behind_is_taken_over(start: Start) -> None:
    stage = start()
    assert stage.stored(LOCKED)["updateInProgress"] is True
    stage.update(rename, LOCKED)
    after = stage.stored(LOCKED)
    assert (after["name"], after["version"], after["updateInProgress"]) == (
        "Updated",
        "1.10.3",
        False,
    )


BODY_ERRORS = [
    ValueError("SAMPLE"),
    TransportError("flow.update", "PUT", "https://h.example", "refused"),
    KeyboardInterrupt(),
    asyncio.CancelledError(),
    Interruption(),
]


@pytest.mark.parametrize("error", BODY_ERRORS, ids=lambda error: type(error).__name__)
def test_a_body_that_raises_leaves_everything_as_it_was(start: Start, error: BaseException) -> None:
    stage = start()
    before = stage.stored()
    with pytest.raises(type(error)) as caught:
        stage.update(half(error))
    assert stage.stored() == before
    assert stage.wire.methods == ["GET", "PUT", "GET", "PUT"]
    if not isinstance(error, asyncio.CancelledError):
        assert caught.value is error
    assert caught.value.__cause__ is None


def test_what_celigo_refuses_leaves_everything_as_it_was(start: Start) -> None:
    stage = start()
    before = stage.stored()

    def body(integration: Integration) -> None:
        integration.name = "x" * 101

    with pytest.raises(UnprocessableEntityError):
        stage.update(body)
    assert stage.stored() == before


def test_a_wrong_type_leaves_everything_as_it_was(start: Start) -> None:
    stage = start()
    before = stage.stored()
    wrong: Any = 5

    def body(integration: Integration) -> None:
        integration.name = wrong

    with pytest.raises(InvalidArgumentError, match=r"integration\.name: expected str"):
        stage.update(body)
    assert stage.stored() == before


def test_an_integration_that_the_body_deletes_is_not_said_to_be_locked(start: Start) -> None:
    stage = start()

    def body(_: Integration) -> Any:
        return stage.client.integration.delete(integration_id=CONNECTOR)

    with pytest.raises(NotFoundError):
        stage.update(body)


# Cut off after the n-th request, for each n. What ends the others may end them all, as when the
# process is killed or the network is down, or just one.

CUTS = pytest.mark.parametrize("cut", range(len(UPDATE)))
LOST = pytest.mark.parametrize("lost", [False, True], ids=["unsent", "answer lost"])
DEATHS = pytest.mark.parametrize(
    "by", [httpx.ConnectError("SAMPLE"), KeyboardInterrupt(), asyncio.CancelledError()], ids=repr
)


@CUTS
@LOST
@DEATHS
def test_an_update_that_is_cut_off_is_ended_by_unlocking(
    start: Start, cut: int, lost: bool, by: BaseException
) -> None:
    stage = start(cut, by=by, lost=lost)
    before = stage.stored()
    with pytest.raises((IntegrationsError, type(by))):
        stage.update(rename)
    done = cut + lost
    cut_off = stage.stored()
    is_done = done == len(UPDATE)
    assert cut_off["version"] == (AFTER if is_done else BEFORE)
    assert cut_off["updateInProgress"] is (1 < done < len(UPDATE))
    later = start()
    unlocked = stage.face(later.client.integration.unlock(integration_id=CONNECTOR))
    assert not unlocked.is_locked
    pushed = {"name": "Updated"} if done >= len(UPDATE) - 1 else {}
    raised = {"version": AFTER} if is_done else {}
    assert later.stored() == {**before, **pushed, **raised, "updateInProgress": False}
    assert later.wire.methods == (["GET", "PUT"] if cut_off["updateInProgress"] else ["GET"])


@CUTS
@LOST
@DEATHS
def test_an_update_that_is_disturbed_once_ends_by_unlocking_itself(
    start: Start, cut: int, lost: bool, by: BaseException
) -> None:
    stage = start(cut, by=by, lost=lost, last=1)
    before = stage.stored()
    expected = ConnectError if isinstance(by, Exception) else type(by)
    with pytest.raises(expected) as caught:
        stage.update(rename)
    assert not isinstance(caught.value, CleanupError)
    after = stage.stored()
    pushed = {"name": "Updated"} if cut + lost >= len(UPDATE) - 1 else {}
    raised = {"version": AFTER} if cut + lost == len(UPDATE) else {}
    assert after == {**before, **pushed, **raised, "updateInProgress": False}


@pytest.mark.parametrize("cut", [2, 3])
@pytest.mark.parametrize("error", BODY_ERRORS, ids=lambda error: type(error).__name__)
def test_when_even_unlocking_fails_the_error_says_so_and_how_to_do_it(
    start: Start, cut: int, error: BaseException, caplog: pytest.LogCaptureFixture
) -> None:
    stage = start(cut)
    error.__cause__ = None
    with caplog.at_level(logging.ERROR), pytest.raises((type(error), CleanupError)) as caught:
        stage.update(half(error))
    locked: Any = caught.value
    if isinstance(error, Exception):
        assert locked.__cause__ is error
    else:  # what interrupts a program is not replaced
        assert caught.type is type(error)
        loops_own = caught.value is not error  # of a cancellation, the event loop makes its own
        locked = (locked.__context__ if loops_own else locked).__cause__
    assert type(locked) is CleanupError
    told = str(locked)
    assert f"the customer's integration {CONNECTOR} is still locked" in told
    assert f"integration.unlock(integration_id='{CONNECTOR}')" in told
    assert "SAMPLE" not in told
    assert told in caplog.text
    assert stage.stored()["updateInProgress"] is True
    shown = "".join(traceback.format_exception(caught.value))
    assert told in shown
    assert type(error).__name__ in shown
    assert str(pickle.loads(pickle.dumps(locked))) == told


def test_a_second_interruption_while_unlocking_goes_first(start: Start) -> None:
    stage = start(2, by=Interruption())
    error = ValueError("SAMPLE")
    with pytest.raises(Interruption) as caught:
        stage.update(half(error))
    locked = caught.value.__cause__
    assert type(locked) is CleanupError
    assert locked.__cause__ is error


def test_a_fault_that_may_hold_a_secret_is_not_quoted(start: Start) -> None:
    stage = start(2, by=RuntimeError("SAMPLE"))
    with pytest.raises(CleanupError, match="RuntimeError") as caught:
        stage.update(half(ValueError("SAMPLE")))
    assert "SAMPLE" not in str(caught.value)


def test_an_update_that_is_dropped_says_that_it_is_locked(
    face: Face, start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    stage = start()
    context = stage.client.integration.managed_update(integration_id=CONNECTOR)
    face(context.__aenter__() if face.is_async else context.__enter__())
    del context
    assert "is still locked (updateInProgress)" in caplog.text
    assert stage.wire.methods == ["GET", "PUT"]


def test_a_cancelled_task_unlocks(sandbox: Sandbox) -> None:
    face = Face("async")
    stage = Stage(face, sandbox, Wire(sandbox))
    before = stage.stored()

    async def main() -> None:
        entered = asyncio.Event()

        async def work() -> None:
            async with stage.client.integration.managed_update(integration_id=CONNECTOR) as found:
                rename(found)
                entered.set()
                await asyncio.sleep(60)

        task = asyncio.ensure_future(work())
        await entered.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    face(main())
    face.finish()
    assert stage.stored() == before


def test_unlock_changes_nothing_else(start: Start) -> None:
    stage = start()
    before = stage.stored(LOCKED)
    for methods in (["GET", "PUT"], ["GET", "PUT", "GET"]):
        unlocked = stage.face(stage.client.integration.unlock(integration_id=LOCKED))
        assert unlocked.update_in_progress is False
        assert stage.stored(LOCKED) == {**before, "updateInProgress": False}
        assert stage.wire.methods == methods


@pytest.mark.parametrize("cut", [1, 2, 3])
def test_a_step_that_is_completed_locks_nobody_out(start: Start, cut: int) -> None:
    installing = "57974ed227a82a3475cecb15"
    stage = start(cut, by=Interruption(), last=1)
    with pytest.raises(Interruption):
        stage.face(stage.client.integration.complete_install_step(integration_id=installing))
    assert stage.stored(installing).get("updateInProgress", False) is False
    dead = start(cut)
    expected = (CleanupError, TransportError)
    with pytest.raises(expected) as caught:
        dead.face(dead.client.integration.complete_install_step(integration_id=installing))
    assert "integration.unlock" in str(caught.value)
