"""What holds for every document, whatever is in it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from integrations_sdk import DecodeError, Model
from integrations_sdk.core.secret import MASK
from integrations_sdk.losant import Integration, IntegrationList, IntegrationPatch, Success
from tests.strategies import json_values

from .examples import CONFIGS, every_object, integration, listing, unknown_members

documents = st.sampled_from(sorted(CONFIGS)).map(integration)


def exact(document: Any) -> str:
    """Return what tells 1 from True and from 1.0."""
    return json.dumps(document, sort_keys=True)


@settings(deadline=None, max_examples=40)
@given(data=st.data())
def test_decoding_and_encoding_a_document_with_unknown_members_is_the_identity(
    data: st.DataObject,
) -> None:
    document: Any = listing(data.draw(documents))
    for found in every_object(document):
        found.update(data.draw(unknown_members))
    for item in document["items"]:
        model = Integration.from_json(item, strict=True)
        assert exact(model.to_json(reveal=True)) == exact(item)
    model_of_list = IntegrationList.from_json(json.dumps(document), strict=True)
    assert exact(model_of_list.to_json(reveal=True)) == exact(document)


@settings(deadline=None, max_examples=200)
@given(document=documents, data=st.data())
def test_a_document_that_drifts_anywhere_is_written_back_as_it_came(
    document: dict[str, Any], data: st.DataObject
) -> None:
    for _ in range(data.draw(st.integers(1, 3))):
        places = [found for found in every_object(document) if found]
        place = data.draw(st.sampled_from(places))
        place[data.draw(st.sampled_from(sorted(place)))] = data.draw(json_values)
    before = exact(document)
    try:
        model, drifts = Integration.codec.decode(Integration, document)
    except DecodeError as error:
        assert error.path == "id"  # noqa: PT017 -- not always raised
        return
    assert exact(model.to_json(reveal=True)) == before
    assert exact(document) == before
    for drift in drifts:
        assert drift.expected != drift.got


@settings(deadline=None, max_examples=150)
@given(document=documents, data=st.data())
def test_strict_raises_just_where_there_is_a_drift(
    document: dict[str, Any], data: st.DataObject
) -> None:
    document[data.draw(st.sampled_from(sorted(set(document) - {"id"})))] = data.draw(json_values)
    _, drifts = Integration.codec.decode(Integration, document)
    if not drifts:
        Integration.from_json(document, strict=True)
        return
    with pytest.raises(DecodeError) as caught:
        Integration.from_json(document, strict=True)
    assert caught.value.path == drifts[0].path


@pytest.mark.parametrize("type_", [Integration, IntegrationList, IntegrationPatch, Success])
@settings(deadline=None, max_examples=100)
@given(value=json_values | st.dictionaries(st.sampled_from(["id", "items", "name"]), json_values))
def test_no_document_makes_decoding_raise_anything_else(type_: type[Model], value: Any) -> None:
    try:
        type_.from_json(value)
        type_.from_json(json.dumps(value))
    except DecodeError:
        return


@settings(deadline=None, max_examples=200)
@given(content=st.binary(max_size=80) | st.text(max_size=80))
def test_no_bytes_make_decoding_raise_anything_else(content: bytes | str) -> None:
    try:
        model = Integration.from_json(content)
    except DecodeError:
        return
    assert model.id is not None


@settings(deadline=None, max_examples=80)
@given(document=documents, unknown=unknown_members)
def test_a_masked_document_shows_no_secret_and_no_unknown_value(
    document: dict[str, Any], unknown: dict[str, Any]
) -> None:
    marked = {name: ["SAMPLE-unknown", 735246, value] for name, value in unknown.items()}
    for found in every_object(document):
        if "self" not in found:  # what is below _links is free-form, and is shown
            found.update(marked)
    free_form = {"_links", "_actions", "_embedded"}
    written = Integration.from_json(document).to_json()
    shown = exact({name: value for name, value in written.items() if name not in free_form})
    assert "SAMPLE" not in shown
    assert "735246" not in shown
    assert MASK in shown


def test_halves_of_surrogate_pairs_are_written_back_as_they_came() -> None:
    config = '{"projectId": "\\udbff", "keyJson": "\\udfff"}'
    text = f'{{"id": "x", "name": "\\ud800", "googlePubSubConfig": {config}}}'
    model = Integration.from_json(json.loads(text))  # as text it would be refused
    assert json.dumps(model.to_json(reveal=True)) == text
    assert model == Integration.from_json(json.loads(text))
    repr(model)
