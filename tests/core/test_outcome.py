"""Reading a write back: which call, which pages, and what they mean."""

from __future__ import annotations

import asyncio
import pickle
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from typing import Any

import httpx
import pytest

from integrations_sdk import (
    UNSET,
    AmbiguousWriteError,
    APIError,
    ConfigurationError,
    DecodeError,
    IntegrationsError,
    InvalidArgumentError,
    MissingScopeError,
    NotFoundError,
    Operation,
    Outcome,
    Retry,
)
from integrations_sdk.celigo import Celigo, Integration as CeligoIntegration, PatchOperation
from integrations_sdk.celigo.models import JsonPatch, NewIntegration
from integrations_sdk.celigo.operations import CREATE as CELIGO_CREATE, PATCH
from integrations_sdk.core.auth import Lease
from integrations_sdk.cxengage import CxEngage, Salesforce
from integrations_sdk.cxengage.token import REQUEST
from integrations_sdk.losant import IntegrationPatch, IntegrationPost
from integrations_sdk.losant.integration import CREATE, DELETE, PATCH as LOSANT_PATCH
from tests.clients.recorder import Answer, Recorder
from tests.clients.samples import IDS, integration, page
from tests.conftest import APPLICATION, INTEGRATION
from tests.faces import Face

BEGAN = datetime(2026, 11, 22, 12, 0, 0, 500_000, tzinfo=timezone.utc)
POST = IntegrationPost(name="Bridge", integration_type="mqtt")
CREATION = CREATE({"applicationId": APPLICATION}, body=POST)
CHANGE = LOSANT_PATCH(
    {"applicationId": APPLICATION, "integrationId": INTEGRATION}, body=IntegrationPatch(name="x")
)
DELETION = DELETE({"applicationId": APPLICATION, "integrationId": INTEGRATION})


def dated(moment: datetime | None, **members: Any) -> dict[str, Any]:
    created = {} if moment is None else {"creationDate": moment.isoformat()}
    return integration("Bridge", integrationType="mqtt", **created, **members)


def listed(*items: dict[str, Any], number: int = 0, total: int | None = None) -> dict[str, Any]:
    total = len(items) if total is None else total
    return {**page(number=number, size=len(items) or 1, total=total), "items": list(items)}


def check(face: Face, *answers: Answer, call: Any = CREATION, **told: Any) -> Outcome:
    recorder = Recorder(face, *answers)
    outcome: Outcome = face(face.losant(transport=recorder.transport).check(call, **told))
    return outcome


@pytest.mark.parametrize(
    ("moments", "verdict"),
    [
        ([], False),
        ([BEGAN - timedelta(hours=1)], False),
        ([BEGAN + timedelta(seconds=1)], True),
        ([BEGAN - timedelta(hours=1), BEGAN + timedelta(seconds=1)], True),
        ([BEGAN + timedelta(seconds=1), BEGAN + timedelta(seconds=2)], None),
        ([None], None),
    ],
)
@pytest.mark.parametrize("skew", [timedelta(0), timedelta(hours=5), timedelta(hours=-5)])
def test_what_is_new_is_told_from_what_was_there_by_the_servers_clock(
    face: Face,
    monkeypatch: pytest.MonkeyPatch,
    moments: list[datetime | None],
    verdict: bool | None,
    skew: timedelta,
) -> None:
    now = BEGAN + timedelta(seconds=10)
    monkeypatch.setattr("integrations_sdk.core.outcome.time.time", now.timestamp)
    items = [dated(moment and moment + skew) for moment in moments]
    headers = {"Date": format_datetime(now + skew, usegmt=True)}

    outcome = check(face, Answer(json=listed(*items), headers=headers), since=BEGAN)

    assert outcome.took_effect is verdict, outcome
    assert (outcome.found is None) == (verdict is False or len(outcome.candidates) > 1)


@pytest.mark.parametrize(("before", "verdict"), [(59, True), (61, False)])
def test_without_the_servers_clock_a_minute_is_allowed_for(
    face: Face, before: int, verdict: bool
) -> None:
    made = dated(BEGAN - timedelta(seconds=before))
    assert check(face, Answer(json=listed(made)), since=BEGAN).took_effect is verdict


def test_without_a_moment_what_is_found_may_have_been_there(face: Face) -> None:
    outcome = check(face, Answer(json=listed(dated(BEGAN))))
    assert outcome.took_effect is None
    assert "perhaps it was there before" in outcome.reason
    assert outcome.candidates == (outcome.found,)


def test_all_pages_are_looked_through_and_the_list_is_narrowed_down(face: Face) -> None:
    recorder = Recorder(
        face,
        Answer(json=listed(integration("Bridge 2"), total=2)),
        Answer(json=listed(dated(BEGAN), number=1, total=2)),
    )
    client = face.losant(transport=recorder.transport)
    assert face(client.check(CREATION, since=BEGAN)).took_effect is True
    assert [request.method for request in recorder.requests] == ["GET", "GET"]
    query = dict(recorder.requests[0].url.params)
    assert (query["filterField"], query["filter"]) == ("name", "Bridge")


@pytest.mark.parametrize("moments", [[BEGAN], [BEGAN - timedelta(hours=1)]])
def test_pages_in_a_circle_tell_nothing(face: Face, moments: list[datetime]) -> None:
    circle = Answer(json=listed(*map(dated, moments), number=-1, total=9))
    with pytest.raises(DecodeError, match="not seen before"):
        check(face, circle, since=BEGAN)


def test_pages_without_an_item_come_to_an_end(face: Face) -> None:
    def more(request: httpx.Request) -> Answer:
        assert len(recorder.requests) < 50
        here = str(request.url).partition("?")[0]
        link = f'<{here}?after={len(recorder.requests)}>; rel="next"'
        return Answer(json=[], headers={"link": link})

    recorder = Recorder(face, more)
    client = face.client(Celigo, "tok-SAMPLE", transport=recorder.transport)
    with pytest.raises(DecodeError, match="an item on one of 20 pages"):
        face(client.check(CELIGO_CREATE({}, body=NewIntegration(name="x"))))


@pytest.mark.parametrize("call", [DELETION, CHANGE])
def test_a_page_of_404_says_nothing_of_a_write(face: Face, call: Any) -> None:
    with pytest.raises(NotFoundError):
        check(face, Answer(404, content=b"\xef\xbb\xbf <html>"), call=call)


def test_a_write_may_be_left_open_by_what_was_not_asked(face: Face) -> None:
    tokens = iter([Lease("tok-SAMPLE", 1e-6)])

    def token() -> Lease:
        try:
            return next(tokens)
        except StopIteration:
            raise MissingScopeError("token.get", {"a"}, ()) from None

    recorder = Recorder(face, Answer(503))
    client = face.losant(token, transport=recorder.transport, retry=Retry(attempts=2, initial=0))
    with pytest.raises(MissingScopeError) as caught:
        face(client.send(DELETION))
    assert caught.value.ambiguous
    assert caught.value.attempts == ()
    with pytest.raises(MissingScopeError):  # no longer an IndexError
        face(caught.value.acheck() if face.is_async else caught.value.check())


@pytest.mark.parametrize(("name", "pattern"), [("a*b?c[d]", "a*b*c*d*"), ("é ü.x", "é ü.x")])
def test_a_name_is_no_pattern(face: Face, name: str, pattern: str) -> None:
    recorder = Recorder(face, Answer(json=listed()))
    post = IntegrationPost(name=name, integration_type="mqtt")
    call = CREATE({"applicationId": APPLICATION}, body=post)
    face(face.losant(transport=recorder.transport).check(call))
    assert dict(recorder.requests[0].url.params)["filter"] == pattern


def test_a_moment_has_a_time_zone(face: Face) -> None:
    with pytest.raises(InvalidArgumentError, match=r"^since: expected a moment with its time zone"):
        check(face, Answer(), since=datetime(2026, 11, 22))  # noqa: DTZ001 -- that is the point


def test_a_platform_that_cannot_be_read_raises(face: Face) -> None:
    with pytest.raises(APIError, match="403"):
        check(face, Answer(403, {}), call=DELETION)


def test_a_call_without_a_way_back_asks_nothing(face: Face) -> None:
    call = Operation(name="a.b", method="POST", path="/x", returns=type(None))({})
    recorder = Recorder(face, Answer())
    outcome = face(face.losant(transport=recorder.transport).check(call))
    assert outcome == Outcome(None, "there is nothing to read it back by")
    assert recorder.requests == []


def test_what_a_change_is_about_may_be_gone(face: Face) -> None:
    path = {"applicationId": APPLICATION, "integrationId": INTEGRATION}
    call = LOSANT_PATCH(path, body=IntegrationPatch(name="a"))
    assert check(face, Answer(404, {}), call=call) == Outcome(False, "there is no such thing")


# Errors and their checks


def lost(face: Face) -> IntegrationsError:
    recorder = Recorder(face, Answer(500, {}))
    client = face.losant(transport=recorder.transport)
    with pytest.raises(IntegrationsError) as caught:
        face(client.integration.create(application_id=APPLICATION, integration=POST))
    return caught.value


def of_the_other_face(face: Face, error: IntegrationsError) -> Any:
    return error.check() if face.is_async else asyncio.run(error.acheck())


def test_an_error_of_the_other_face_says_which_to_ask(face: Face) -> None:
    wanted = "await error.acheck" if face.is_async else "call error.check"
    with pytest.raises(ConfigurationError, match=wanted):
        of_the_other_face(face, lost(face))


def test_an_error_that_travelled_says_what_to_do_instead(face: Face) -> None:
    again = pickle.loads(pickle.dumps(lost(face)))
    assert again.ambiguous
    assert again.call is None
    by_hand = AmbiguousWriteError("a.b", "POST", "https://h.example/x", "gone")
    for error in (again, by_hand):
        with pytest.raises(ConfigurationError, match=r"pass it to client\.check"):
            face(error.acheck() if face.is_async else error.check())


def test_an_error_that_leaves_nothing_open_has_nothing_to_check(face: Face) -> None:
    recorder = Recorder(face, Answer(404, {}))
    with pytest.raises(APIError) as caught:
        face(face.losant(transport=recorder.transport).integration.get(**IDS))
    error = caught.value
    assert not error.ambiguous
    with pytest.raises(ConfigurationError, match="leaves no write open"):
        face(error.acheck() if face.is_async else error.check())


# A JSON Patch of Celigo's

FOUND = {
    "_id": INTEGRATION,
    "name": "a",
    "settings": {"x/y": {"z": [1, 2]}, "n": None, "key": "******"},
}


def operation(op: str, path: str, value: Any = None, **others: Any) -> PatchOperation:
    return PatchOperation(op=op, path=path, value=value, **others)


@pytest.mark.parametrize(
    ("operations", "verdict"),
    [
        ([operation("replace", "/name", "a")], True),
        ([operation("replace", "/name", "b")], False),
        ([operation("add", "/settings/x~1y/z", [1, 2])], True),
        ([operation("add", "/settings/x~1y/z/1", 2)], None),
        ([operation("replace", "/settings/x~1y/z/1", 2)], True),
        ([operation("replace", "/settings/x~1y/z/1", 3)], False),
        ([operation("remove", "/readme")], True),
        ([operation("remove", "/settings/x~1y")], False),
        ([operation("remove", "/settings/x~1y/z/0")], None),
        ([operation("add", "/nowhere/at/all", 1)], False),
        ([operation("replace", "/settings/n", None)], True),
        ([operation("remove", "/settings/n")], True),
        ([operation("add", "/settings/absent", None)], True),
        ([operation("replace", "/settings/key", "k")], None),
        ([operation("test", "/name", "z"), operation("replace", "/name", "a")], True),
        ([operation("test", "/name", "z")], None),
        ([operation("copy", "/readme", from_="/name")], None),
        ([operation("replace", "/name", "a"), operation("move", "/x", from_="/name")], None),
        ([operation("add", "/settings", {}), operation("add", "/settings/n", 1)], None),
        ([operation("replace", "/name", "a"), operation("replace", "/readme", "r")], False),
        ([operation("replace", "/name", "a"), operation("replace", "/named", "r")], False),
    ],
)
def test_a_json_patch_is_found_in_the_document_as_far_as_it_shows(
    face: Face, operations: list[PatchOperation], verdict: bool | None
) -> None:
    recorder = Recorder(face, Answer(json=FOUND))
    client = face.client(Celigo, "tok-SAMPLE", transport=recorder.transport)
    call = PATCH({"_id": INTEGRATION}, body=JsonPatch(operations=operations))
    assert face(client.check(call)).took_effect is verdict


def test_a_json_patch_of_what_is_gone_did_not_take_effect(face: Face) -> None:
    recorder = Recorder(face, Answer(404, {}))
    client = face.client(Celigo, "tok-SAMPLE", transport=recorder.transport)
    call = PATCH({"_id": INTEGRATION}, body=JsonPatch(operations=[operation("remove", "/name")]))
    assert face(client.check(call)) == Outcome(False, "there is no such thing")


def test_how_a_write_is_read_back_can_be_pickled() -> None:
    for declared in (CREATE, DELETE, LOSANT_PATCH):
        assert pickle.loads(pickle.dumps(declared)).name == declared.name


# What platforms set by themselves


@pytest.mark.parametrize(
    ("members", "verdict"),
    [
        ({"name": "a", "lastModifiedBy": "u-2", "_connectorId": INTEGRATION}, True),
        ({"name": "a", "lastModified": "2026-01-01T00:00:00.000Z", "numFlows": 3}, True),
        ({"name": "a", "updateInProgress": True}, None),
        ({"name": "a", "readme": "r"}, False),
        ({"name": "b"}, False),
    ],
)
def test_a_replacement_is_told_from_what_celigo_sets_by_itself(
    face: Face, members: dict[str, Any], verdict: bool | None
) -> None:
    recorder = Recorder(face, Answer(json={"_id": INTEGRATION, **members}))
    client = face.client(Celigo, "tok-SAMPLE", transport=recorder.transport)
    sent = CeligoIntegration(
        id=INTEGRATION, name="a", last_modified_by="u-1", update_in_progress=False
    )
    if "updateInProgress" not in members:
        sent.update_in_progress = UNSET
    call = client.integration.update.call(integration_id=INTEGRATION, integration=sent)
    assert face(client.check(call)).took_effect is verdict


@pytest.mark.parametrize(
    ("members", "verdict"),
    [
        ({"username": "u", "password": "p"}, True),
        ({"username": "u", "password": "p", "instance": "na-17"}, True),
        ({"username": "u", "password": "p", "consumer-key": "k"}, False),
        ({"username": "u", "password": "q"}, False),
    ],
)
def test_a_setting_is_told_from_what_cxengage_sets_or_leaves_out(
    face: Face, members: dict[str, Any], verdict: bool
) -> None:
    recorder = Recorder(face, Answer(json={"id": "salesforce", **members}))
    client = face.client(CxEngage, "tok-SAMPLE", transport=recorder.transport)
    sent = Salesforce(username="u", password="p")
    call = client.integration.set.call(tenant_id="harbor", integration=sent)
    assert face(client.check(call)).took_effect is verdict


def test_asking_for_a_token_writes_nothing() -> None:
    assert not REQUEST.writes
    assert REQUEST.repeatable
