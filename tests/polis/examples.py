"""Polis's documents, with invented values, and strategies for those that it might write."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

CUSTOMER = "3f1d8c52-7a40-4a63-9b0e-2a64d1c7e915"
USER = "c3c9d9c4-0b57-4e0e-9d0a-3b1de2d0a0ff"
PAIR = {"client_id": "doorbell-sync", "customer_id": CUSTOMER}
KEY: dict[str, Any] = {"clientId": "doorbell-sync", "customerId": CUSTOMER}
TOKEN = "tok-SAMPLE-plain"

INTEGRATION: dict[str, Any] = {
    "id": "b0a7c6d1-1c1e-4b7f-8a55-0f7d2c9e4b31",
    "customerId": CUSTOMER,
    "securityGroupId": "9d2e7a10-55c4-4c0b-bb1f-6a1f0e8d7c42",
    "data": {
        "provider": "nationBuilder",
        "status": "active",
        "accountName": "Elm Ward",
        "slug": "elm-ward",
        "interactionTypeId": 4,
        "pushAllInteractions": False,
        "clientId": "doorbell-sync",
    },
    "meta": {
        "etag": "1f4-kPq7Zx0aB2c9LmN3",
        "created": "2024-05-02T10:00:00.000Z",
        "modified": "2024-05-02T10:00:00.000Z",
        "resource": "integrations",
        "createdBy": USER,
        "modifiedBy": USER,
        "isDeleted": False,
    },
}
MINIMAL: dict[str, Any] = {
    "id": "b0a7c6d1-1c1e-4b7f-8a55-0f7d2c9e4b31",
    "securityGroupId": "9d2e7a10-55c4-4c0b-bb1f-6a1f0e8d7c42",
    "customerId": CUSTOMER,
    "data": {"provider": "stripe"},
}
SET: dict[str, Any] = {"data": {**KEY, "accessToken": "tok-SAMPLE-9"}}
DELETE: dict[str, Any] = {"data": KEY}
TOKEN_REQUEST: dict[str, Any] = {
    "client_id": "doorbell-sync",
    "client_secret": "sk-SAMPLE-1",
    "code": "code-SAMPLE-1",
    "grant_type": "authorization_code",
}
TOKENS: dict[str, Any] = {"token_type": "bearer", "access_token": "tok-SAMPLE-2"}

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**60), 2**60)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)
unknown_members = st.dictionaries(
    st.text(min_size=1, max_size=6).map(lambda name: f"x-{name}"), json_values, max_size=3
)
