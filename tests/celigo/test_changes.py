"""Changes of several requests, against a Celigo that behaves oddly."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from integrations_sdk import CleanupError, InvalidArgumentError, PermissionDeniedError
from integrations_sdk.celigo import Celigo, Integration
from tests.faces import Face

from .examples import CONNECTOR

ID = CONNECTOR["_id"]
OWN = ("_id", "lastModified")


class Odd:
    """One integration that answers false by true a number of times, and refuses when it is told.

    Args:
        face: Whose client to make.
        stubborn: How often an unlocking does not unlock.
        locks: Whether a change locks.
        refuses: The status that writes are answered by.
        members: What the integration holds besides.
    """

    def __init__(
        self,
        face: Face,
        *,
        stubborn: int = 0,
        locks: bool = True,
        refuses: int | None = None,
        members: Any = None,
    ) -> None:
        self.stored: dict[str, Any] = {**CONNECTOR, **(members or {})}
        self.stubborn = stubborn
        self.locks = locks
        self.refuses = refuses
        self.written: list[dict[str, Any]] = []
        self.client: Any = face.client(
            Celigo, "tok-SAMPLE", transport=face.transport(httpx.MockTransport(self._handle))
        )

    def _handle(self, request: httpx.Request) -> httpx.Response:
        if request.method == "PUT":
            if self.refuses is not None:
                return httpx.Response(self.refuses, json={"errors": [{"message": "No"}]})
            document = json.loads(request.content)
            self.written.append(dict(document))
            told = document.get("updateInProgress")
            if self.locks and told == self.stored["updateInProgress"]:
                document["updateInProgress"] = True
            elif told is False and self.stubborn > 0:
                self.stubborn -= 1
                document["updateInProgress"] = True
            self.stored = {**{name: self.stored[name] for name in OWN}, **document}
        return httpx.Response(200, json=self.stored)


def rename(integration: Integration) -> None:
    integration.name = "Updated"


def update(face: Face, odd: Odd) -> None:
    face.within(odd.client.integration.managed_update(integration_id=ID), rename)


def test_an_update_that_celigo_locks_once_more_is_unlocked_once_more(face: Face) -> None:
    odd = Odd(face, stubborn=1, locks=False)
    update(face, odd)
    assert (odd.stored["version"], odd.stored["updateInProgress"]) == ("1.0.2", False)
    assert [one["updateInProgress"] for one in odd.written] == [True, True, False, False]
    assert [one["version"] for one in odd.written] == ["1.0.1", "1.0.1", "1.0.2", "1.0.2"]


def test_an_integration_that_celigo_keeps_locked_is_not_called_unlocked(face: Face) -> None:
    odd = Odd(face, stubborn=99, locks=False)
    with pytest.raises(CleanupError, match="Celigo took the change, and keeps it locked") as caught:
        update(face, odd)
    assert str(caught.value).count("the customer's integration") == 1
    with pytest.raises(CleanupError, match=f"{ID} is still locked"):
        face(odd.client.integration.unlock(integration_id=ID))


def test_a_lock_that_is_refused_is_an_error_as_it_is(face: Face) -> None:
    odd = Odd(face, refuses=403)
    with pytest.raises(PermissionDeniedError) as caught:
        update(face, odd)
    assert caught.value.operation == "integration.update"
    assert odd.written == []


def test_an_integration_that_holds_a_mask_is_not_locked_at_all(face: Face) -> None:
    odd = Odd(face, members={"settings": {"token": "******"}})
    with pytest.raises(InvalidArgumentError, match=r"settings\.token.*the mask"):
        update(face, odd)
    assert odd.written == []


@pytest.mark.parametrize("locks", [True, False])
def test_a_change_is_unlocked_only_where_it_locked(face: Face, locks: bool) -> None:
    odd = Odd(face, locks=locks)
    face.within(odd.client.integration.edit(integration_id=ID), rename)
    assert (odd.stored["name"], odd.stored["updateInProgress"]) == ("Updated", False)
    assert len(odd.written) == (2 if locks else 1)


def test_a_lock_that_was_there_before_a_change_stays(face: Face) -> None:
    odd = Odd(face, members={"updateInProgress": True})
    face.within(odd.client.integration.edit(integration_id=ID), rename)
    done = face(odd.client.integration.complete_install_step(integration_id=ID))
    assert done.is_locked
    assert [one["updateInProgress"] for one in odd.written] == [True, True]
    assert odd.stored["install"][1]["completed"] is True


def test_a_change_that_is_refused_is_an_error_as_it_is(face: Face) -> None:
    odd = Odd(face, refuses=403)
    with pytest.raises(PermissionDeniedError):
        face.within(odd.client.integration.edit(integration_id=ID), rename)
    with pytest.raises(PermissionDeniedError):
        face(odd.client.integration.complete_install_step(integration_id=ID))


def test_members_that_nobody_documents_are_carried_one_by_one(face: Face) -> None:
    members = {"kept": 1, "gone": 2, "turned": {"a": 3}}
    odd = Odd(face, locks=False, members=members)

    def body(integration: Integration) -> None:
        odd.stored["kept"] = "meanwhile"
        odd.stored["new to us"] = [4]
        del integration.extra["gone"]
        integration.extra["turned"] = {"a": 5}
        integration.extra["added"] = None

    face.within(odd.client.integration.managed_update(integration_id=ID), body)
    assert {name: odd.stored.get(name, "absent") for name in (*members, "new to us", "added")} == {
        "kept": "meanwhile",
        "gone": "absent",
        "turned": {"a": 5},
        "new to us": [4],
        "added": None,
    }
