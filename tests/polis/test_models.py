"""Every document of Polis as a model, and back."""

from __future__ import annotations

import copy
import json
from datetime import datetime, timezone
from typing import Any

import attrs
import pytest
from hypothesis import given, settings, strategies as st

from integrations_sdk import UNSET, DecodeError, Model, Secret
from integrations_sdk.polis import (
    CredentialsReceipt,
    CredentialsRemove,
    CredentialsSet,
    Integration,
    IntegrationData,
    Meta,
    TokenRequest,
    Tokens,
)

from .examples import (
    CUSTOMER,
    DELETE,
    INTEGRATION,
    MINIMAL,
    SET,
    TOKEN_REQUEST,
    TOKENS,
    USER,
    json_values,
    unknown_members,
)

DOCUMENTS: list[tuple[type[Model], dict[str, Any]]] = [
    (Integration, INTEGRATION),
    (Integration, MINIMAL),
    (IntegrationData, INTEGRATION["data"]),
    (Meta, INTEGRATION["meta"]),
    (CredentialsSet, SET),
    (CredentialsRemove, DELETE),
    (CredentialsReceipt, {"etag": "1f4-kPq7Zx0aB2c9LmN3"}),
    (CredentialsReceipt, {"etag": None}),
    (TokenRequest, TOKEN_REQUEST),
    (Tokens, TOKENS),
]


def exact(document: object) -> str:
    """Return what tells 1 from True and from 1.0."""
    return json.dumps(document, sort_keys=True)


@pytest.mark.parametrize(("cls", "document"), DOCUMENTS)
def test_every_document_has_a_field_for_each_member_and_is_written_back(
    cls: type[Model], document: dict[str, Any]
) -> None:
    model = cls.from_json(json.dumps(document), strict=True)
    assert exact(model.to_json(reveal=True)) == exact(document)
    models = [model]
    for found in models:
        assert found.extra == {}
        values = (getattr(found, field.name) for field in attrs.fields(type(found)))
        models += [value for value in values if isinstance(value, Model)]


def test_an_integration_is_typed() -> None:
    found = Integration.from_json(INTEGRATION)
    assert found == Integration(
        id=INTEGRATION["id"],
        customer_id=CUSTOMER,
        security_group_id=INTEGRATION["securityGroupId"],
        data=IntegrationData(
            provider="nationBuilder",
            status="active",
            account_name="Elm Ward",
            slug="elm-ward",
            interaction_type_id=4,
            push_all_interactions=False,
            client_id="doorbell-sync",
        ),
        meta=Meta(
            etag="1f4-kPq7Zx0aB2c9LmN3",
            created=datetime(2024, 5, 2, 10, tzinfo=timezone.utc),
            modified=datetime(2024, 5, 2, 10, tzinfo=timezone.utc),
            resource="integrations",
            created_by=USER,
            modified_by=USER,
            is_deleted=False,
        ),
    )
    assert found.data
    assert type(found.data.interaction_type_id) is int


@pytest.mark.parametrize("etag", ["", "1f4-kPq7Zx0aB2c9LmN3", "MWY0LWtQcTdaeDA9PQ=="])
def test_an_etag_is_opaque(etag: str) -> None:
    assert Meta.from_json({"etag": etag}).etag == etag


@pytest.mark.parametrize("number", [4, 4.5, -1, 0])
def test_a_type_of_interaction_is_any_number(number: float) -> None:
    data = IntegrationData.from_json({"interactionTypeId": number}, strict=True)
    assert data.interaction_type_id == number
    assert exact(data.to_json()) == exact({"interactionTypeId": number})


def test_what_contradicts_its_type_is_kept_beside() -> None:
    found = IntegrationData.from_json({"interactionTypeId": "4", "provider": "stripe"})
    assert (found.interaction_type_id, found.extra) == (UNSET, {"interactionTypeId": "4"})
    with pytest.raises(DecodeError, match="interactionTypeId: expected number, got str"):
        IntegrationData.from_json({"interactionTypeId": "4"}, strict=True)


@pytest.mark.parametrize("provider", ["escoware", "crowdskout", "a new one", ""])
@pytest.mark.parametrize("status", ["active", "paused", "resting"])
def test_a_provider_and_a_status_that_are_new_keep_their_names(provider: str, status: str) -> None:
    document: dict[str, Any] = {"provider": provider, "status": status}
    found = IntegrationData.from_json(document, strict=True)
    assert (found.provider, found.status) == (provider, status)


def test_an_older_name_of_the_customer_is_no_alias() -> None:
    found = Integration.from_json({"id": "1", "organizationId": CUSTOMER})
    assert found.customer_id is UNSET
    assert found.extra == {"organizationId": CUSTOMER}


def test_ids_are_not_validated() -> None:
    assert Integration.from_json({"id": "not-a-uuid-g"}, strict=True).id == "not-a-uuid-g"


@pytest.mark.parametrize(
    ("cls", "document", "path"),
    [
        (Integration, {}, "id"),
        (Integration, {"id": 5}, "id"),
        (Tokens, {"token_type": "bearer"}, "access_token"),
        (Tokens, {"access_token": None}, "access_token"),
        (Tokens, ["access_token"], "$"),
    ],
)
def test_what_has_no_identity_is_no_document(cls: type[Model], document: Any, path: str) -> None:
    with pytest.raises(DecodeError) as caught:
        cls.from_json(document)
    assert caught.value.path == path


@pytest.mark.parametrize(
    ("model", "masked"),
    [
        (CredentialsSet.from_json(SET), ("data", "accessToken")),
        (TokenRequest.from_json(TOKEN_REQUEST), ("client_secret",)),
        (TokenRequest.from_json(TOKEN_REQUEST), ("code",)),
        (Tokens.from_json(TOKENS), ("access_token",)),
    ],
)
def test_a_secret_shows_only_when_it_is_asked_for(model: Model, masked: tuple[str, ...]) -> None:
    for text in (repr(model), str(model), f"{model}", json.dumps(model.to_json())):
        assert "SAMPLE" not in text
    hidden, shown = model.to_json(), model.to_json(reveal=True)
    for name in masked:
        hidden, shown = hidden[name], shown[name]  # type: ignore[assignment] # objects on the way
    assert str(hidden) == str(Secret(""))
    assert "SAMPLE" in str(shown)


@settings(deadline=None, max_examples=60)
@given(data=st.data())
def test_decoding_and_encoding_a_document_with_unknown_members_is_the_identity(
    data: st.DataObject,
) -> None:
    cls, example = data.draw(st.sampled_from(DOCUMENTS))
    document = copy.deepcopy(example)
    for found in (document, document.get("data"), document.get("meta")):
        if isinstance(found, dict):
            found.update(data.draw(unknown_members))
    model = cls.from_json(json.dumps(document), strict=True)
    assert exact(model.to_json(reveal=True)) == exact(document)


@settings(deadline=None, max_examples=150)
@given(data=st.data())
def test_a_document_that_drifts_anywhere_is_written_back_as_it_came(data: st.DataObject) -> None:
    document = copy.deepcopy(INTEGRATION)
    place = data.draw(st.sampled_from([document, document["data"], document["meta"]]))
    place[data.draw(st.sampled_from(sorted(set(place) - {"id"})))] = data.draw(json_values)
    assert exact(Integration.from_json(document).to_json(reveal=True)) == exact(document)


@pytest.mark.parametrize(
    "cls", [Integration, IntegrationData, Meta, CredentialsReceipt, CredentialsSet, Tokens]
)
@settings(deadline=None, max_examples=60)
@given(
    value=json_values
    | st.dictionaries(
        st.sampled_from(["id", "data", "meta", "etag", "access_token", "created"]), json_values
    )
)
def test_no_document_makes_decoding_raise_anything_else(cls: type[Model], value: Any) -> None:
    for form in (value, json.dumps(value)):
        try:
            cls.from_json(form)
        except DecodeError:
            continue


@settings(deadline=None, max_examples=100)
@given(content=st.binary(max_size=60) | st.text(max_size=60))
def test_no_bytes_make_decoding_raise_anything_else(content: bytes | str) -> None:
    try:
        Integration.from_json(content)
    except DecodeError:
        return
