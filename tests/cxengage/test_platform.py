"""What is particular to CxEngage: errors of any shape, addresses by name, and its documents."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from integrations_sdk import ConfigurationError, InvalidArgumentError
from integrations_sdk.cxengage import CxEngage
from integrations_sdk.cxengage.integration import GET, LIST, SET
from integrations_sdk.cxengage.platform import read_error
from integrations_sdk.cxengage.token import REQUEST
from tests.faces import Face

from .documents import json_values

TOKEN = "tok-SAMPLE"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"error": "Tenant not found"}, (None, "Tenant not found")),
        ({"error": {"message": "Tenant not found"}}, (None, "Tenant not found")),
        ({"error": {"code": "no-tenant", "message": "Not found"}}, ("no-tenant", "Not found")),
        ({"error": {"code": 7, "message": "Not found"}}, (None, "Not found")),
        ({"error": {"account": "is missing"}}, (None, "account: is missing")),
        (
            {"error": ["account is missing", {"message": "password is missing"}]},
            (None, "account is missing; password is missing"),
        ),
        (
            {"error": {"account": ["is missing", "is odd"]}},
            (None, "account: is missing; account: is odd"),
        ),
        (
            {"error": "invalid_client", "error_description": "No such client"},
            ("invalid_client", "No such client"),
        ),
        ({"error": "invalid_client", "error_description": ""}, (None, "invalid_client")),
        ({"error": ["a"], "error_description": "b"}, (None, "b")),
        ({"error": None}, (None, "")),
        ({"error": 5}, (None, "")),
        ({"error": {}}, (None, "")),
        ({"error": []}, (None, "")),
        ({"error": "  "}, (None, "")),
        ({}, (None, "")),
        (None, (None, "")),
        ("Tenant not found", (None, "")),
        (["error"], (None, "")),
    ],
)
def test_an_error_is_read_whatever_its_shape(body: Any, expected: Any) -> None:
    assert read_error(body) == expected


@given(body=json_values)
def test_no_body_of_an_error_is_too_odd(body: Any) -> None:
    for value in (body, {"error": body}, {"error": "e", "error_description": body}):
        code, message = read_error(value)
        assert code is None or isinstance(code, str)
        assert isinstance(message, str)


@pytest.mark.parametrize(
    ("environment", "url"),
    [
        (None, "https://api.cxengage.com"),
        ("original", "https://api.cxengage.com"),
        ("1.0", "https://api.cxengage.net/1.0"),
    ],
)
def test_the_address_has_a_name(face: Face, environment: Any, url: str) -> None:
    client = face.client(CxEngage, TOKEN, environment=environment)
    assert repr(client) == f"<{type(client).__name__} {url}>"


def test_the_name_may_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CXENGAGE_ENVIRONMENT", "1.0")
    assert "https://api.cxengage.net/1.0" in repr(CxEngage(TOKEN))
    assert "https://api.cxengage.com" in repr(CxEngage(TOKEN, environment="original"))
    monkeypatch.setenv("CXENGAGE_ENVIRONMENT", "SAMPLE-2.0")
    with pytest.raises(ConfigurationError, match="CXENGAGE_ENVIRONMENT makes no sense"):
        CxEngage(TOKEN)


def test_arguments_win_over_variables_and_a_base_url_over_a_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert "https://own.example/x>" in repr(
        CxEngage(TOKEN, base_url="https://own.example/x/", environment="1.0")
    )
    monkeypatch.setenv("CXENGAGE_BASE_URL", "https://own.example")
    assert "https://own.example>" in repr(CxEngage(TOKEN))
    assert "https://api.cxengage.net/1.0>" in repr(CxEngage(TOKEN, environment="1.0"))


def test_an_address_that_has_no_name_is_refused(face: Face) -> None:
    wrong: Any = "2.0"
    with pytest.raises(InvalidArgumentError, match=r"environment: expected one of original, 1\.0"):
        face.client(CxEngage, TOKEN, environment=wrong)


def test_a_token_goes_over_plain_http_to_this_machine_only(face: Face) -> None:
    with pytest.raises(ConfigurationError, match="unencrypted") as caught:
        face.client(CxEngage, TOKEN, base_url="http://api.cxengage.com")
    assert TOKEN not in str(caught.value)
    for url in ("http://127.0.0.1:8787", "http://localhost", "http://[::1]:80/x"):
        face.client(CxEngage, TOKEN, base_url=url)
    client = face.client(CxEngage, TOKEN, base_url="http://api.cxengage.com", allow_plain_http=True)
    assert "http://api.cxengage.com" in repr(client)


def test_every_operation_is_what_the_pages_say() -> None:
    assert [(o.method, o.path) for o in (LIST, GET, SET)] == [
        ("GET", "/tenants/{tenant_id}/integrations"),
        ("GET", "/tenants/{tenant_id}/integrations/{integration_id}"),
        ("POST", "/tenants/{tenant_id}/integrations/{integration_id}"),
    ]
    assert [o.success for o in (LIST, GET, SET)] == [{200}, {200}, {200, 201}]
    assert all(operation.repeatable for operation in (LIST, GET, SET, REQUEST))
    assert all(operation.document.startswith("https://") for operation in (LIST, GET, SET, REQUEST))
