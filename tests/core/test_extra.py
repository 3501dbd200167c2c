"""Members without a field: kept as they came, and shown only when asked by name."""

from __future__ import annotations

import copy
import json
import pickle
from typing import Any

import attrs
import pytest

from integrations_sdk import JSON
from integrations_sdk.celigo import Integration
from integrations_sdk.core.extra import Extra

MEMBERS: dict[str, JSON] = {"new": "SAMPLE-1", "deeper": [{"still": "SAMPLE-2"}]}


def made() -> Integration:
    return Integration.from_json({"_id": "x", **MEMBERS})


def assigned() -> Integration:
    model = Integration(id="x")
    model.extra = dict(MEMBERS)
    return model


WAYS = {
    "decoded": made,
    "given": lambda: Integration(id="x", extra=dict(MEMBERS)),
    "assigned": assigned,
    "changed": lambda: attrs.evolve(made(), name="a"),
    "copied": lambda: copy.copy(made()),
    "copied deeply": lambda: copy.deepcopy(assigned()),
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS.keys())
def test_no_value_shows_unless_it_is_asked_for(way: Any) -> None:
    model = way()

    for shown in (repr(model), repr(attrs.asdict(model)), repr(attrs.astuple(model))):
        assert "SAMPLE" not in shown
        assert "<deeper, new>" in shown
    assert "SAMPLE" not in json.dumps(model.to_json())
    with pytest.raises(TypeError, match="not JSON serializable"):
        json.dumps(attrs.asdict(model))
    with pytest.raises(TypeError, match="cannot be pickled") as caught:
        pickle.dumps(model)
    assert "SAMPLE" not in str(caught.value)
    with pytest.raises(TypeError, match="asked by name"):
        model.extra.__getstate__()


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS.keys())
def test_it_is_used_as_a_dict_is(way: Any) -> None:
    model = way()

    assert model.extra == MEMBERS
    assert dict(model.extra) == MEMBERS
    assert model.extra["new"] == "SAMPLE-1"
    assert model.extra.get("gone") is None
    model.extra["added"] = None
    assert model.extra.pop("new") == "SAMPLE-1"
    del model.extra["deeper"]
    assert list(model.extra) == ["added"]
    assert model.to_json(reveal=True)["added"] is None
    with pytest.raises(KeyError):
        model.extra["new"]
    with pytest.raises(AttributeError):
        model.extra.members  # noqa: B018


def test_each_model_has_its_own() -> None:
    one, other = Integration(id="x"), Integration(id="x")
    third = Integration(id="x", extra=dict(MEMBERS))
    one.extra["new"] = 1

    assert other.extra == {}
    assert third.extra == MEMBERS
    assert one != other
    assert third == made()
    deep: Any = copy.deepcopy(third)
    deep.extra["deeper"].append(1)
    assert third.extra == MEMBERS


def test_what_has_none_can_be_pickled() -> None:
    model = Integration(id="x", name="a")

    assert pickle.loads(pickle.dumps(model)) == model
    assert pickle.loads(pickle.dumps(Extra())) == {}
    assert repr(model) == "Integration(id='x', name='a')"
