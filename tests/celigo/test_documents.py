"""Celigo's documents to models and back: nothing is lost, nothing shows that should not."""

from __future__ import annotations

import copy
import json
from datetime import datetime, timezone
from typing import Any

import pytest
from hypothesis import given, strategies as st

from integrations_sdk import UNSET, DecodeError, InvalidArgumentError, Model
from integrations_sdk.celigo import (
    CloneRequest,
    CloneResult,
    InstallProgress,
    InstallStep,
    Integration,
    NewIntegration,
    PatchOperation,
    TokenInfo,
)
from integrations_sdk.celigo.operations import CLONE, CREATE, PATCH, UPDATE
from integrations_sdk.core.secret import MASK
from tests.core.examples import every_object, unknown_members
from tests.strategies import json_values

from .examples import CONNECTION_STEP, CONNECTOR, DIY, DOCUMENTS, GENERIC_STEP, LISTED, MODERN

NEW = {name: value for name, value in CONNECTOR.items() if name not in {"_id", "lastModified"}}
OF_MODEL: list[tuple[type[Model], Any]] = [
    *((Integration, document) for document in DOCUMENTS.values()),
    (NewIntegration, NEW),
    (NewIntegration, {"name": "Orders", "description": None, "readme": ""}),
    *((InstallStep, step) for step in CONNECTOR["install"]),
    (CloneRequest, {"name": "Copy", "connectionMap": {"a": "b"}, "sandbox": True}),
    (CloneRequest, {"_stackId": "s", "_integrationId": "i"}),
    (PatchOperation, {"op": "copy", "path": "/a", "from": "/b"}),
    (PatchOperation, {"op": "add", "path": "/a", "value": [None, {"b": 1}]}),
    (TokenInfo, {"_userId": "5a1d3c0e9f8b7a6c5d4e3f21", "scope": "*"}),
]


def sent(operation: Any, model: Model) -> Any:
    """Return the body that goes over the wire."""
    content = model.codec.encode(operation.body_name, model, operation.body, wrap=operation.wrap)
    return json.loads(content)


@pytest.mark.parametrize(("class_", "document"), OF_MODEL)
def test_a_document_comes_back_member_by_member(class_: type[Model], document: Any) -> None:
    model = class_.from_json(document, strict=True)
    assert model.to_json(reveal=True) == document
    if not model.extra and document is not LISTED:
        assert json.dumps(model.to_json(reveal=True)) == json.dumps(document)  # in order, too


def test_every_documented_member_has_its_field() -> None:
    listed = Integration.from_json(LISTED, strict=True)
    assert listed.extra == {}
    assert listed.last_modified == datetime(2017, 8, 7, 18, 34, 7, 786000, timezone.utc)
    assert listed.created_at == datetime(2016, 1, 1, tzinfo=timezone.utc)
    assert (listed.description, listed.last_modified_by) == (None, LISTED["lastModifiedBy"])
    counted = (listed.num_flows, listed.num_error, listed.num_registered_connections)
    assert (*counted, listed.num_offline_connections) == (3, 0, 2, 1)
    assert listed.last_error_at
    connector = Integration.from_json(CONNECTOR, strict=True)
    assert connector.extra == {}
    assert isinstance(connector.install, list)
    assert all(step.extra == {} for step in connector.install)
    assert connector.settings == CONNECTOR["settings"]


@pytest.mark.parametrize(
    ("members", "kind"),
    [
        (CONNECTION_STEP, "connection"),
        ({"installURL": ""}, "package"),
        ({"installURL": None}, "package"),
        ({"_connectionId": 5}, "connection"),
        ({"_connectionId": "x", "installURL": "y"}, "connection"),
        (GENERIC_STEP, "generic"),
        ({}, "generic"),
    ],
)
def test_the_kind_of_a_step_is_told_by_its_members(members: dict[str, Any], kind: str) -> None:
    step = InstallStep.from_json(members)
    assert step.kind == kind
    assert step.to_json(reveal=True) == members


def test_an_empty_url_is_not_an_absent_one() -> None:
    assert InstallStep.from_json({"installURL": ""}).to_json() == {"installURL": ""}
    assert InstallStep.from_json({}).to_json() == {}


@pytest.mark.parametrize(
    ("members", "is_locked"),
    [
        ({}, False),
        ({"updateInProgress": False}, False),
        ({"updateInProgress": None}, False),
        ({"updateInProgress": True}, True),
        ({"updateInProgress": "true"}, True),
        ({"updateInProgress": 0}, True),
    ],
)
def test_whether_an_integration_is_locked(members: dict[str, Any], is_locked: bool) -> None:
    integration = Integration.from_json({**DIY, **members})
    assert integration.is_locked is is_locked
    integration.update_in_progress = False
    assert not integration.is_locked
    assert integration.to_json(reveal=True)["updateInProgress"] is False


def test_the_progress_of_an_installation() -> None:
    connector = Integration.from_json(CONNECTOR)
    assert connector.install_progress == InstallProgress(completed=1, total=3)
    assert str(connector.install_progress) == "1 of 3"
    assert not connector.install_progress.is_complete
    for place in (1, 2):
        step = connector.next_install_step
        assert connector.install
        assert step is connector.install[place]
        step.completed = True
    done = connector.install_progress
    assert done.is_complete
    assert connector.next_install_step is None
    bare = Integration.from_json(DIY)
    assert bare.install_progress == InstallProgress(completed=0, total=0)
    assert bare.next_install_step is None
    odd = Integration.from_json({**DIY, "install": [{"completed": "yes"}, {}]})
    assert str(odd.install_progress) == "0 of 2"


def test_a_connector_is_told_by_its_member() -> None:
    assert Integration.from_json(CONNECTOR).is_smart_connector
    assert Integration.from_json({**DIY, "_connectorId": 5}).is_smart_connector
    assert not Integration.from_json(MODERN).is_smart_connector


def test_no_value_of_the_settings_shows() -> None:
    for model in (Integration.from_json(CONNECTOR), NewIntegration.from_json(NEW)):
        for text in (repr(model), str(model), f"{model}", json.dumps(model.to_json())):
            assert "SAMPLE" not in text
            assert "commonresources" in text
        assert model.to_json()["settings"] == {
            "sections": [{"temp": MASK}],
            "commonresources": {"netsuiteConnectionId": MASK},
        }
    patch = PatchOperation(op="add", path="/settings/key", value="SAMPLE")
    assert repr(patch) == "PatchOperation(op='add', path='/settings/key', value=<...>)"
    assert patch.to_json()["value"] == MASK
    assert "value=None" in repr(PatchOperation(op="add", path="/a", value=None))


SERVER_OWNED = {
    "_id",
    "lastModified",
    "createdAt",
    "numFlows",
    "numError",
    "numRegisteredConnections",
    "numOfflineConnections",
    "lastErrorAt",
}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_an_update_sends_all_but_what_is_celigos_own(name: str) -> None:
    document = DOCUMENTS[name]
    integration = Integration.from_json(document)
    integration.name = "Renamed"
    expected = {k: v for k, v in document.items() if k not in SERVER_OWNED}
    assert sent(UPDATE, integration) == {**expected, "name": "Renamed"}
    assert integration.last_modified  # the model itself stays whole


@given(unknown=unknown_members, settings=st.dictionaries(st.text(max_size=5), json_values))
def test_an_update_sends_what_nobody_documents(unknown: Any, settings: Any) -> None:
    document = {**copy.deepcopy(CONNECTOR), "settings": settings, **unknown}
    document["install"][0].update(unknown)
    integration = Integration.from_json(document)
    assert integration.to_json(reveal=True) == document
    wanted = {k: v for k, v in document.items() if k not in SERVER_OWNED}
    assert sent(UPDATE, integration) == wanted


@given(data=st.data(), replacement=json_values)
def test_a_document_that_drifts_anywhere_is_sent_back_as_it_came(
    data: st.DataObject, replacement: Any
) -> None:
    document = copy.deepcopy({**MODERN, **CONNECTOR})
    place = data.draw(st.sampled_from(every_object(document)))
    member = data.draw(st.sampled_from(sorted(place))) if place else "new"
    place[member] = replacement
    try:
        integration = Integration.from_json(document)
    except DecodeError:
        assert not isinstance(document["_id"], str)
        return
    assert integration.to_json(reveal=True) == document
    wanted = {k: v for k, v in document.items() if k not in SERVER_OWNED}
    assert sent(UPDATE, integration) == wanted


@given(document=json_values)
def test_no_document_breaks_a_model(document: Any) -> None:
    for class_ in (Integration, NewIntegration, InstallStep, CloneResult, TokenInfo):
        try:
            model = class_.from_json(json.dumps(document))
        except DecodeError:
            continue
        assert model.to_json(reveal=True) == document


def test_a_body_of_the_wrong_kind_is_refused_although_others_drift() -> None:
    integration = Integration.from_json({**DIY, "readme": 5})
    assert sent(UPDATE, integration)["readme"] == 5
    wrong: Any = 5
    integration.name = wrong
    with pytest.raises(InvalidArgumentError, match=r"integration\.name: expected str, got int"):
        sent(UPDATE, integration)


@pytest.mark.parametrize("mask", ["******", MASK])
def test_a_mask_is_never_sent(mask: str) -> None:
    masked = [
        (UPDATE, Integration.from_json({**DIY, "settings": {"a": [{"key": mask}]}})),
        (UPDATE, Integration.from_json({**DIY, "connection": {"bearerToken": mask}})),
        (CREATE, NewIntegration(name="x", settings={"key": mask})),
        (CLONE, CloneRequest(extra={"key": mask})),
    ]
    for operation, model in masked:
        with pytest.raises(InvalidArgumentError, match="got the mask that stands in for it"):
            sent(operation, model)
    stars = NewIntegration(name="***", readme="a ****** b")
    assert sent(CREATE, stars) == {"name": "***", "readme": "a ****** b"}


def test_a_patch_is_sent_as_a_bare_array() -> None:
    from integrations_sdk.celigo import JsonPatch

    operations = [
        PatchOperation(op="replace", path="/name", value="x"),
        PatchOperation(op="move", path="/a", from_="/b"),
        PatchOperation(op="add", path="/c", value=None),
    ]
    assert sent(PATCH, JsonPatch(operations=operations)) == [
        {"op": "replace", "path": "/name", "value": "x"},
        {"op": "move", "path": "/a", "from": "/b"},
        {"op": "add", "path": "/c", "value": None},
    ]


def test_a_new_integration_sends_what_is_given_and_no_more() -> None:
    assert sent(CREATE, NewIntegration(name="Orders")) == {"name": "Orders"}
    assert sent(CREATE, NewIntegration.from_json(NEW)) == NEW
    assert NewIntegration(name="x").readme is UNSET
    with pytest.raises(InvalidArgumentError, match=r"^integration: expected NewIntegration"):
        sent(CREATE, Integration.from_json(DIY))
