"""CxEngage's documents: every example typed, told apart, kept whole, and its secrets kept."""

from __future__ import annotations

import copy
from typing import Any, get_args

import attrs
import pytest
from hypothesis import given, strategies as st

from integrations_sdk import UNSET, DecodeError, Secret
from integrations_sdk.cxengage import (
    AnyIntegration,
    Echo,
    Integration,
    Salesforce,
    Twilio,
    UrbanAirship,
)

from .documents import (
    CLASSES,
    DOCUMENTS,
    GENERIC,
    SALESFORCE_REPLY,
    SECRETS,
    TWILIO,
    json_values,
    member_names,
    unknown_members,
)

KNOWN = sorted(SECRETS)


@pytest.mark.parametrize("provider", DOCUMENTS)
def test_an_example_becomes_its_class_and_comes_back_as_it_was(provider: str) -> None:
    document = DOCUMENTS[provider]
    model = Integration.from_json(copy.deepcopy(document), strict=True)
    assert type(model) is CLASSES[provider]
    assert model.to_json(reveal=True) == document
    assert CLASSES[provider].from_json(document, strict=True) == model
    assert model.id == provider


@pytest.mark.parametrize("provider", KNOWN)
def test_every_documented_member_has_a_typed_field(provider: str) -> None:
    model = Integration.from_json(DOCUMENTS[provider], strict=True)
    assert model.extra == {}
    for field in attrs.fields(type(model)):
        value = getattr(model, field.name)
        if field.name in SECRETS[provider]:
            assert isinstance(value, Secret)
        elif field.name != "extra" and value is not UNSET:
            assert type(value) is str


@pytest.mark.parametrize("provider", KNOWN)
def test_members_are_hyphenated(provider: str) -> None:
    model = Integration.from_json(DOCUMENTS[provider])
    names = [field.name for field in attrs.fields(type(model)) if field.name != "extra"]
    document = {name.replace("_", "-") for name in names if getattr(model, name) is not UNSET}
    assert document == DOCUMENTS[provider].keys()


def test_a_provider_that_is_not_known_keeps_all_that_it_has() -> None:
    model = Integration.from_json(GENERIC)
    assert type(model) is Integration
    assert (model.id, model.type) == ("zendesk", "zendesk")
    assert model.extra == {"api-token": "SAMPLE-zendesk"}
    assert "SAMPLE" not in repr(model) + str(model.to_json())


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ({"id": "salesforce"}, Salesforce),
        ({"id": "salesforce", "type": "twilio"}, Salesforce),
        ({"id": "crm", "type": "salesforce"}, Salesforce),
        ({"id": "crm", "type": "salesforce-2"}, Integration),
        ({"id": "Salesforce"}, Integration),
        ({"id": "crm", "type": None}, Integration),
        ({"id": "crm", "type": ["twilio"]}, Integration),
        ({"id": "urban_airship"}, Integration),
    ],
)
def test_the_id_names_the_class_and_else_the_type(names: Any, expected: type) -> None:
    model = Integration.from_json(names)
    assert type(model) is expected
    assert model.id == names["id"]
    assert model.to_json(reveal=True) == names


def test_a_document_read_as_a_class_stays_of_that_class() -> None:
    assert type(Twilio.from_json(SALESFORCE_REPLY)) is Twilio
    assert Twilio.from_json(SALESFORCE_REPLY).to_json(reveal=True) == SALESFORCE_REPLY


def test_the_union_names_every_class() -> None:
    assert set(get_args(AnyIntegration)) == set(CLASSES.values())


@pytest.mark.parametrize("document", [{}, {"type": "twilio"}, {"id": None}, {"id": 5}, []])
@pytest.mark.parametrize("class_", [Integration, Twilio, Echo])
def test_a_record_without_an_id_is_none(document: Any, class_: type[Integration]) -> None:
    with pytest.raises(DecodeError):
        class_.from_json(document)


def test_a_member_of_another_kind_is_kept_and_its_field_absent() -> None:
    document: dict[str, Any] = {**TWILIO, "password": 5, "account": None}
    model = Twilio.from_json(document)
    assert (model.password, model.account) == (UNSET, UNSET)
    assert model.to_json(reveal=True) == document
    with pytest.raises(DecodeError, match="account: expected str, got null"):
        Twilio.from_json(document, strict=True)


@pytest.mark.parametrize("provider", KNOWN)
def test_secrets_show_nowhere_unless_they_are_asked_for(provider: str) -> None:
    secret_members = {name.replace("_", "-") for name in SECRETS[provider]}
    document = {
        name: f"SAMPLE-{name}" if name in secret_members else value
        for name, value in DOCUMENTS[provider].items()
    }
    model = Integration.from_json(document)
    for shown in (repr(model), str(model), str([model]), f"{model}", str(model.to_json())):
        assert "SAMPLE" not in shown
    assert model.to_json(reveal=True) == document


def test_secrets_are_taken_as_text_or_as_secrets() -> None:
    assert Twilio(password="SAMPLE") == Twilio(password=Secret("SAMPLE"))
    assert UrbanAirship(username="SAMPLE").username == Secret("SAMPLE")
    wrong: Any = 5
    with pytest.raises(TypeError):
        Twilio(password=wrong)


@given(provider=st.sampled_from(sorted(DOCUMENTS)), members=unknown_members)
def test_what_is_read_is_written_as_it_was(provider: str, members: dict[str, Any]) -> None:
    document = {**members, **DOCUMENTS[provider]}
    assert Integration.from_json(copy.deepcopy(document)).to_json(reveal=True) == document


@given(
    provider=st.sampled_from(sorted(DOCUMENTS)),
    members=st.dictionaries(member_names, json_values, max_size=4),
)
def test_nothing_but_a_decode_error_comes_of_any_object(
    provider: str, members: dict[str, Any]
) -> None:
    document = {**DOCUMENTS[provider], **members}
    if isinstance(document["id"], str):
        model = Integration.from_json(copy.deepcopy(document))
        assert model.to_json(reveal=True) == document
    else:
        with pytest.raises(DecodeError, match="id: expected str"):
            Integration.from_json(document)


@given(document=json_values)
def test_nothing_but_a_decode_error_comes_of_any_document(document: Any) -> None:
    for class_ in (Integration, Salesforce):
        with pytest.raises(DecodeError):
            class_.from_json(document)
