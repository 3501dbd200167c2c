"""Documents of OptimizePlayer become the class of their kind, and lose nothing on the way."""

from __future__ import annotations

import contextlib
import copy
import json
import pickle
from datetime import datetime, timedelta, timezone
from typing import Any, get_args

import attrs
import pytest
from hypothesis import given, settings, strategies as st

from integrations_sdk import JSON, UNSET, DecodeError, Drift, Secret, optimizeplayer
from integrations_sdk.optimizeplayer import (
    AnyIntegration,
    Integration,
    IntegrationAmazon,
    IntegrationGoogleAnalytics,
    IntegrationHtml,
    IntegrationList,
    IntegrationMailchimp,
    IntegrationStripe,
    as_utc,
)
from tests.strategies import json_values

from .documents import MOMENT, NAMES_OF_SECRETS, OWN, PROVIDERS, integration

KINDS = sorted(OWN)

STRIPE: dict[str, JSON] = {
    "id": 1,
    "title": "integration-1",
    "type": "IntegrationStripe",
    "account_id": 2,
    "use_cloudfront": False,
    "integration_type": "payment",
    "provider": "stripe",
    "created_at": "2017-04-25T22:00:47.047560",
    "updated_at": "2017-04-25T22:00:47.047560",
    "publishable_key": "publishable_key",
    "secret_key": "secret_key",
}
MAILCHIMP: dict[str, JSON] = {
    "id": 2,
    "title": "integration-2",
    "type": "IntegrationMailchimp",
    "account_id": 2,
    "use_cloudfront": False,
    "integration_type": "email",
    "provider": "mailchimp",
    "created_at": "2017-04-26T19:22:20.387166",
    "updated_at": "2017-04-26T19:22:20.387166",
    "api_key": "api_key",
}
EXAMPLES: list[dict[str, Any]] = [STRIPE, MAILCHIMP, *map(integration, KINDS)]


def named(kind: str) -> Any:
    return getattr(optimizeplayer, kind)


def test_every_kind_has_a_class_and_a_place_in_the_union() -> None:
    assert {kind.__name__ for kind in get_args(AnyIntegration)} == {*KINDS, "Integration"}


def test_the_documented_examples_read_as_documented() -> None:
    stripe = Integration.from_json(STRIPE, strict=True)
    assert stripe == IntegrationStripe(
        id=1,
        title="integration-1",
        type="IntegrationStripe",
        account_id=2,
        use_cloudfront=False,
        integration_type="payment",
        provider="stripe",
        created_at=datetime(2017, 4, 25, 22, 0, 47, 47560),  # noqa: DTZ001 -- naive, as it came
        updated_at=datetime(2017, 4, 25, 22, 0, 47, 47560),  # noqa: DTZ001 -- the same
        publishable_key="publishable_key",
        secret_key="secret_key",
    )
    mailchimp = Integration.from_json(MAILCHIMP, strict=True)
    assert isinstance(mailchimp, IntegrationMailchimp)
    assert mailchimp.api_key == Secret("api_key")
    listed = IntegrationList.from_json({"integrations": [STRIPE, MAILCHIMP]}, strict=True)
    assert listed.integrations == [stripe, mailchimp]


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_has_a_typed_field_for_every_documented_member(kind: str) -> None:
    document = integration(kind)
    found = Integration.from_json(document, strict=True)
    assert type(found) is named(kind)
    assert found.extra == {}
    assert all(getattr(found, name) is not UNSET for name in document)
    fields = {field.name for field in attrs.fields(type(found))} - {"extra"}
    assert fields == set(document)
    assert found.to_json(reveal=True) == document
    assert json.dumps(found.to_json(reveal=True), sort_keys=True) == json.dumps(
        document, sort_keys=True
    )


@pytest.mark.parametrize("kind", KINDS)
def test_what_the_platform_leaves_out_is_unset(kind: str) -> None:
    document = {n: v for n, v in integration(kind).items() if n not in NAMES_OF_SECRETS}
    found = Integration.from_json(document, strict=True)
    assert type(found) is named(kind)
    assert all(getattr(found, name) is UNSET for name in OWN[kind] if name in NAMES_OF_SECRETS)
    assert found.to_json(reveal=True) == document
    assert type(Integration.from_json({"id": 1, "type": kind})) is named(kind)


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_is_known_by_its_type_in_any_case(kind: str) -> None:
    for written in (kind.lower(), kind.upper(), kind.swapcase()):
        found = Integration.from_json(integration(kind, type=written))
        assert type(found) is named(kind)
        assert found.type == written


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("lacking", [{}, {"type": None}, {"type": 5}])
def test_without_a_type_a_kind_is_known_by_its_provider(kind: str, lacking: Any) -> None:
    document = {**integration(kind), **lacking}
    if not lacking:
        del document["type"]
    found = Integration.from_json(document)
    assert type(found) is named(kind)
    assert found.type is UNSET
    assert found.to_json(reveal=True) == document
    assert type(Integration.from_json({"id": 1, "provider": PROVIDERS[kind].upper()})) is type(
        found
    )


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("IntegrationConvertKit", "IntegrationConvertkit"),
        ("IntegrationGetResponse", "IntegrationGetresponse"),
        ("IntegrationPayPal", "IntegrationPaypal"),
        ("IntegrationHTML", "IntegrationHtml"),
        ("IntegrationAmazonS3", "IntegrationAmazon"),
    ],
)
def test_plausible_spellings_are_known(name: str, kind: str) -> None:
    assert type(Integration.from_json(integration(name))) is named(kind)


def test_the_bucket_is_known_by_either_name_of_its_provider() -> None:
    for provider in ("amazon", "amazons3"):
        assert type(Integration.from_json({"id": 1, "provider": provider})) is IntegrationAmazon


@pytest.mark.parametrize(
    "document",
    [
        {"type": "IntegrationTelegraph"},
        {"type": "IntegrationTelegraph", "provider": "stripe"},
        {"type": "Stripe"},
        {"type": ""},
        {"provider": "telegraph"},
        {"provider": 5},
        {},
    ],
)
def test_an_unknown_kind_keeps_all_its_members(document: dict[str, JSON]) -> None:
    whole: dict[str, JSON] = {"id": 1, **document, "api_key": "SAMPLE", "wire": {"length": 3}}
    found = Integration.from_json(whole)
    assert type(found) is Integration
    assert found.extra["wire"] == {"length": 3}
    assert found.to_json(reveal=True) == whole
    assert "SAMPLE" not in f"{found!r} {found.to_json()}"


def test_a_class_reads_its_own_kind_whatever_the_type_says() -> None:
    found = IntegrationStripe.from_json(MAILCHIMP)
    assert type(found) is IntegrationStripe
    assert found.type == "IntegrationMailchimp"
    assert found.extra == {"api_key": "api_key"}
    assert type(IntegrationAmazon.from_json({"id": 1})) is IntegrationAmazon


@pytest.mark.parametrize("kind", KINDS)
def test_secrets_show_nowhere(kind: str) -> None:
    found = Integration.from_json(integration(kind))
    planted = [v for n, v in OWN[kind].items() if n in NAMES_OF_SECRETS]
    shown = f"{found!r} {found} {found.to_json()} {IntegrationList(integrations=[found])!r}"
    assert all(secret not in shown for secret in planted)
    for name in OWN[kind]:
        assert isinstance(getattr(found, name), Secret) is (name in NAMES_OF_SECRETS)
    if planted:
        with pytest.raises(TypeError, match="cannot be pickled"):
            pickle.dumps(found)
    assert copy.deepcopy(found) == found


def test_a_secret_of_the_wrong_kind_stays_hidden() -> None:
    found = Integration.from_json(integration(secret_key={"SAMPLE": "SAMPLE"}))
    assert isinstance(found, IntegrationStripe)
    assert found.secret_key is UNSET
    assert "SAMPLE" not in repr(found)
    with pytest.raises(DecodeError) as caught:
        Integration.from_json(integration(secret_key=["SAMPLE"]), strict=True)
    assert str(caught.value) == "secret_key: expected str, got array"


def test_a_secret_may_be_given_as_text() -> None:
    assert IntegrationStripe(id=1, secret_key="SAMPLE").secret_key == Secret("SAMPLE")


# --- dates


def test_a_date_stays_naive_and_keeps_its_six_digits() -> None:
    found = Integration.from_json(integration())
    assert found.created_at
    assert found.created_at.tzinfo is None
    assert found.to_json()["created_at"] == MOMENT
    assert found.to_json()["updated_at"] == "2018-06-01T00:00:00.000000"


def test_a_date_is_in_utc_where_that_is_said() -> None:
    found = Integration.from_json(integration())
    assert found.created_at_utc == datetime(2018, 5, 6, 7, 8, 9, 10, timezone.utc)
    assert found.updated_at_utc == datetime(2018, 6, 1, tzinfo=timezone.utc)
    assert Integration(id=1).created_at_utc is UNSET
    assert Integration(id=1).updated_at_utc is UNSET


@pytest.mark.parametrize(
    ("zone", "hours"), [("Z", 0), ("+00:00", 0), ("+02:00", 2), ("-03:30", -3.5)]
)
def test_a_zone_is_kept_if_one_ever_comes(zone: str, hours: float) -> None:
    text = f"{MOMENT}{zone}"
    found = Integration.from_json(integration(created_at=text, updated_at=text), strict=True)
    assert found.created_at
    assert found.created_at == found.updated_at
    assert found.created_at.utcoffset() == timedelta(hours=hours)
    utc = found.created_at_utc
    assert utc
    assert utc == found.created_at == found.updated_at_utc
    assert utc.utcoffset() == timedelta(0)


@given(st.datetimes(), st.timezones() | st.none())
def test_as_utc_moves_no_moment_that_has_a_zone(moment: datetime, zone: Any) -> None:
    if zone is None:
        utc = as_utc(moment)
        assert utc
        assert utc.replace(tzinfo=None) == moment
    elif timedelta(1) < moment - datetime.min < timedelta(3_000_000):  # noqa: DTZ901 -- naive too
        # In one zone, for Python takes no moment for equal to one that a clock shows twice.
        there = moment.replace(tzinfo=zone)
        assert as_utc(there) == there.astimezone(timezone.utc)


# --- drift


@pytest.mark.parametrize(
    ("member", "value", "expected", "got"),
    [
        ("title", None, "str", "null"),
        ("account_id", "8", "int", "str"),
        ("account_id", True, "int", "bool"),
        ("use_cloudfront", "false", "bool", "str"),
        ("created_at", "yesterday", "date-time", "str"),
        ("updated_at", 5, "date-time", "int"),
        ("provider", 5, "str", "int"),
        ("integration_type", [], "str", "array"),
    ],
)
def test_a_member_that_drifts_is_kept_as_it_came(
    member: str, value: Any, expected: str, got: str
) -> None:
    document = integration(**{member: value})
    found, drifts = Integration.codec.decode(Integration, document)
    assert type(found) is IntegrationStripe
    assert drifts == [Drift(member, expected, got)]
    assert getattr(found, member) is UNSET
    assert found.to_json(reveal=True) == document


def test_parameters_of_a_form_are_an_object() -> None:
    found = Integration.from_json(integration("IntegrationHtml", params="a=b"))
    assert isinstance(found, IntegrationHtml)
    assert found.params is UNSET
    assert found.extra == {"params": "a=b"}


def test_the_flag_and_the_address_of_cloudfront_are_two_things() -> None:
    found = Integration.from_json(integration("IntegrationAmazon", use_cloudfront=True))
    assert isinstance(found, IntegrationAmazon)
    assert (found.use_cloudfront, found.cloudfront) == (True, "d1.example.net")


def test_a_family_that_is_spelled_strangely_or_is_new_stays_as_it_came() -> None:
    for family in ("csn", "cdn", "telegraph"):
        found = Integration.from_json(integration(integration_type=family), strict=True)
        assert found.integration_type == family


@pytest.mark.parametrize("id_", ["1", None, 1.0, True])
def test_an_integration_without_its_id_is_none(id_: Any) -> None:
    with pytest.raises(DecodeError) as caught:
        Integration.from_json(integration(id=id_))
    assert caught.value.path == "id"
    with pytest.raises(DecodeError) as within:
        IntegrationList.from_json({"integrations": [STRIPE, integration(id=id_)]})
    assert within.value.path == "integrations[1].id"


# --- any document

KNOWN = {name for example in EXAMPLES for name in example}
UNKNOWN = st.dictionaries(st.text().filter(lambda name: name not in KNOWN), json_values)


@settings(deadline=None)
@given(st.sampled_from(EXAMPLES), UNKNOWN)
def test_reading_and_writing_gives_back_the_document(example: Any, more: Any) -> None:
    document = {**example, **more}
    found = Integration.from_json(json.dumps(document), strict=True)
    assert found.to_json(reveal=True) == json.loads(json.dumps(document))
    assert Integration.from_json(found.to_json(reveal=True)) == found
    assert found.extra == json.loads(json.dumps(more))


@settings(deadline=None)
@given(st.sampled_from(EXAMPLES), st.dictionaries(st.sampled_from(sorted(KNOWN)), json_values))
def test_no_member_of_any_kind_makes_anything_but_a_model_or_a_decode_error(
    example: Any, changed: Any
) -> None:
    document = {**example, **changed}
    try:
        found = Integration.from_json(document)
    except DecodeError:
        assert type(document["id"]) is not int
        return
    written = found.to_json(reveal=True)
    moments = {"created_at", "updated_at"}  # another way of writing one is written in ours
    assert {n: v for n, v in written.items() if n not in moments} == {
        n: v for n, v in document.items() if n not in moments
    }


@given(json_values)
def test_no_document_raises_anything_but_a_decode_error(document: Any) -> None:
    for model in (Integration, IntegrationList, IntegrationGoogleAnalytics):
        with contextlib.suppress(DecodeError):
            model.from_json(json.dumps(document))
