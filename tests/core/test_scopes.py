"""The scopes of Losant's operations, word for word, and those of a token."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from integrations_sdk import Operation, Secret
from integrations_sdk.core import scopes
from integrations_sdk.losant import integration
from tests.strategies import json_values

BOUNDED = {"all.Application.bounded", "all.Organization.bounded", "all.User.bounded"}
TABLE: dict[str, set[str]] = {
    "integration.delete": {
        "all.Application",
        "all.Organization",
        "all.User",
        "integration.*",
        "integration.delete",
        *BOUNDED,
    },
    "integration.get": {
        "all.Application",
        "all.Application.read",
        "all.Organization",
        "all.Organization.read",
        "all.User",
        "all.User.read",
        "integration.*",
        "integration.get",
        *BOUNDED,
    },
    "integration.patch": {
        "all.Application",
        "all.Organization",
        "all.User",
        "integration.*",
        "integration.patch",
        *BOUNDED,
    },
    "integration.list": {
        "all.Application",
        "all.Application.read",
        "all.Organization",
        "all.Organization.read",
        "all.User",
        "all.User.read",
        "integrations.*",
        "integrations.get",
        *BOUNDED,
    },
    "integration.create": {
        "all.Application",
        "all.Organization",
        "all.User",
        "integrations.*",
        "integrations.post",
        *BOUNDED,
    },
}
"""Losant's table; its own name for ``integration.list`` is ``integrations.get``, and so on."""

OPERATIONS: dict[str, Operation[Any]] = {
    operation.name: operation
    for operation in vars(integration).values()
    if isinstance(operation, Operation)
}
EVERY_SCOPE = sorted({scope for row in TABLE.values() for scope in row})
FOREIGN = [
    "*",
    "all",
    "all.*",
    "all.Device",
    "all.Device.read",
    "all.application",
    "ALL.APPLICATION",
    "all.Application.",
    "all.Application.read.bounded",
    "integration",
    "integration.",
    "integration.g",
    "integration.get.x",
    "integration.*.get",
    "integrations",
    "integrations.patch",
    "integrations.delete",
    "integration.post",
    "devices.*",
    "",
]


def test_every_operation_is_in_the_table() -> None:
    assert set(OPERATIONS) == set(TABLE)


@pytest.mark.parametrize("name", TABLE)
def test_an_operation_asks_for_its_row_of_the_table(name: str) -> None:
    assert OPERATIONS[name].scopes == TABLE[name]


@pytest.mark.parametrize("name", TABLE)
@pytest.mark.parametrize("scope", EVERY_SCOPE)
def test_one_scope_suffices_just_where_the_table_has_it(name: str, scope: str) -> None:
    assert scopes.suffices({scope}, OPERATIONS[name].scopes) is (scope in TABLE[name])


@pytest.mark.parametrize("name", TABLE)
@pytest.mark.parametrize("scope", FOREIGN)
def test_no_other_scope_suffices_by_likeness(name: str, scope: str) -> None:
    assert not scopes.suffices({scope}, OPERATIONS[name].scopes)


@pytest.mark.parametrize(
    "group", ["all.Application.read", "all.Organization.read", "all.User.read"]
)
def test_a_read_only_group_reads_and_never_writes(group: str) -> None:
    allowed = {name for name, op in OPERATIONS.items() if scopes.suffices({group}, op.scopes)}
    assert allowed == {"integration.get", "integration.list"}


def test_a_wildcard_covers_its_own_resource_only() -> None:
    def allowed(scope: str) -> set[str]:
        return {name for name, op in OPERATIONS.items() if scopes.suffices({scope}, op.scopes)}

    assert allowed("integration.*") == {
        "integration.get",
        "integration.patch",
        "integration.delete",
    }
    assert allowed("integrations.*") == {"integration.list", "integration.create"}


@given(granted=st.sets(st.sampled_from([*EVERY_SCOPE, *FOREIGN])))
@pytest.mark.parametrize("name", TABLE)
def test_any_one_of_a_row_suffices_and_nothing_else(name: str, granted: set[str]) -> None:
    expected = bool(granted & TABLE[name])
    assert scopes.suffices(granted, OPERATIONS[name].scopes) is expected


def test_an_unknown_grant_lets_a_call_pass() -> None:
    assert scopes.suffices(None, {"integration.get"})


def test_a_call_without_requirement_passes() -> None:
    assert scopes.suffices(frozenset(), frozenset())
    assert scopes.suffices({"x"}, frozenset())


def test_no_scope_at_all_does_not_suffice() -> None:
    assert not scopes.suffices(frozenset(), {"integration.get"})


@pytest.mark.parametrize(
    "given_",
    [
        "all.User integration.get",
        "all.User,integration.get",
        " all.User ,\n integration.get  all.User",
        ["all.User", "integration.get"],
        ("integration.get", "all.User"),
        {"all.User", "integration.get"},
        iter(["all.User", "integration.get"]),
    ],
)
def test_scopes_are_read_from_text_and_from_sequences(given_: Any) -> None:
    assert scopes.parse(given_) == {"all.User", "integration.get"}


def test_no_scopes_are_read_from_no_text() -> None:
    assert scopes.parse("") == frozenset()


def part(claims: bytes) -> str:
    return base64.urlsafe_b64encode(claims).decode().rstrip("=")


def jwt(claims: Any) -> Secret:
    return Secret(f"{part(b'{}')}.{part(json.dumps(claims).encode())}.c2ln")


@pytest.mark.parametrize("claim", ["scope", "scopes", "scp"])
@pytest.mark.parametrize(
    "value",
    [
        ["all.User", "integration.get"],
        "all.User integration.get",
        "all.User,integration.get",
    ],
)
def test_a_jwt_claims_scopes_as_a_list_or_as_text(claim: str, value: Any) -> None:
    token = jwt({"sub": "x", claim: value})
    assert scopes.from_token(token) == frozenset({"all.User", "integration.get"})


@pytest.mark.parametrize("value", [[], "", " "])
def test_a_jwt_may_claim_no_scope(value: Any) -> None:
    assert scopes.from_token(jwt({"scope": value})) == frozenset()


@pytest.mark.parametrize(
    "claims",
    [
        {},
        {"sub": "x"},
        {"scope": None},
        {"scope": 5},
        {"scope": {"all.User": True}},
        {"scope": [{"name": "all.User"}]},
        {"scope": ["all.User", 5]},
        ["all.User"],
        "all.User",
        None,
    ],
)
def test_a_jwt_that_does_not_speak_of_scopes_tells_nothing(claims: Any) -> None:
    assert scopes.from_token(jwt(claims)) is None


@pytest.mark.parametrize(
    "token",
    [
        "",
        "tok-SAMPLE-plain",
        "a.b",
        "a.b.c",
        "a.b.c.d",
        "..",
        "a.%%%.c",
        "a.é.c",
        f"a.{part(b'{')}.c",
        f"a.{part(b'NaN')}.c",
        f"a.{part(bytes([255, 254]))}.c",
        f"a.{part(b'[' * 100_000)}.c",
        f"{part(json.dumps({'scope': 'all.User'}).encode())}.x.c",
    ],
)
def test_a_token_that_is_no_jwt_tells_nothing(token: str) -> None:
    assert scopes.from_token(Secret(token)) is None


@pytest.mark.parametrize("length", range(8))
def test_the_padding_of_base64_is_left_out_in_a_jwt(length: int) -> None:
    token = jwt({"pad": "x" * length, "scope": "all.User"})
    assert "=" not in token.reveal()
    assert scopes.from_token(token) == frozenset({"all.User"})


@settings(max_examples=200)
@given(st.text() | st.lists(st.text(max_size=12), min_size=3, max_size=3).map(".".join))
def test_no_token_makes_reading_its_scopes_raise(token: str) -> None:
    granted = scopes.from_token(Secret(token))
    assert granted is None or isinstance(granted, frozenset)


@given(json_values)
def test_no_claims_make_reading_scopes_raise(claims: Any) -> None:
    granted = scopes.from_token(jwt({"scope": claims}))
    assert granted is None or all(isinstance(scope, str) for scope in granted)
