"""Example data of Polis, all of it invented."""

from integrations_sdk.sandbox.documents import Json, JsonObject

CLIENT_ID = "doorbell-sync"
CLIENT_SECRET = "sk-SAMPLE-1"  # noqa: S105 - of an application that exists only here
REDIRECT_URI = "http://localhost:8000/callback"
"""Where the application's users are sent back to unless the request says otherwise."""

CUSTOMER = "3f1d8c52-7a40-4a63-9b0e-2a64d1c7e915"
OTHER_CUSTOMER = "8a6b1f0e-2c3d-4e5f-8091-a2b3c4d5e6f7"
GROUPS = ("9d2e7a10-55c4-4c0b-bb1f-6a1f0e8d7c42", "e1c0ffee-7d5b-4b0a-9f3e-5d4c3b2a1908")
USER = "c3c9d9c4-0b57-4e0e-9d0a-3b1de2d0a0ff"


def _integration(
    integration_id: str, etag: str, customer: str, group: str, **data: Json
) -> JsonObject:
    return {
        "id": integration_id,
        "customerId": customer,
        "securityGroupId": group,
        "data": data,
        "meta": {
            "etag": etag,
            "created": "2024-05-02T10:00:00.000Z",
            "modified": "2024-05-02T10:00:00.000Z",
            "resource": "integrations",
            "createdBy": USER,
            "modifiedBy": USER,
            "isDeleted": False,
        },
    }


EXAMPLES: list[JsonObject] = [
    _integration(
        "b0a7c6d1-1c1e-4b7f-8a55-0f7d2c9e4b31",
        "1f4-kPq7Zx0aB2c9LmN3",
        CUSTOMER,
        GROUPS[0],
        provider="nationBuilder",
        status="active",
        accountName="Elm Ward",
        slug="elm-ward",
        interactionTypeId=4,
        pushAllInteractions=False,
        clientId=CLIENT_ID,
    ),
    _integration(
        "b0a7c6d1-1c1e-4b7f-8a55-0f7d2c9e4b32",
        "a1BxcTIvOThrK3g9",
        CUSTOMER,
        GROUPS[0],
        provider="escoware",
        status="paused",
        accountName="Elm Ward",
        pushAllInteractions=True,
        clientId="canvass-desk",
    ),
    _integration(
        "b0a7c6d1-1c1e-4b7f-8a55-0f7d2c9e4b33",
        "",
        CUSTOMER,
        GROUPS[0],
        provider="stripe",
        clientId="donation-box",
    ),
    _integration(
        "b0a7c6d1-1c1e-4b7f-8a55-0f7d2c9e4b34",
        "2c-Zm9yd2FyZHM/YmFj+w",
        OTHER_CUSTOMER,
        GROUPS[0],
        provider="crowdskout",
        status="active",
        slug="north",
        interactionTypeId=7.5,
        clientId=CLIENT_ID,
    ),
    _integration(
        "b0a7c6d1-1c1e-4b7f-8a55-0f7d2c9e4b35",
        "1db-Qm9hcmRpbmdQYXNz",
        OTHER_CUSTOMER,
        GROUPS[1],
        provider="republicanNationalCommittee",
        status="active",
        clientId="canvass-desk",
    ),
    # One that no third party pushes to, so nothing can set its credentials.
    _integration(
        "b0a7c6d1-1c1e-4b7f-8a55-0f7d2c9e4b36",
        "1-SW1wb3J0cw",
        OTHER_CUSTOMER,
        GROUPS[1],
        provider="nationBuilder",
        status="active",
    ),
]

CREDENTIALS_SET = (
    (CLIENT_ID, OTHER_CUSTOMER),
    ("canvass-desk", CUSTOMER),
    ("donation-box", CUSTOMER),
)
"""Which integrations have credentials from the start: their ``clientId`` and ``customerId``."""
