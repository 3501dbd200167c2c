"""CxEngage's documents with invented values: what its pages show, and what it might write."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from integrations_sdk.cxengage import (
    DataSift,
    Echo,
    Integration,
    Pusher,
    Salesforce,
    SendGrid,
    Twilio,
    UrbanAirship,
)

SALESFORCE: dict[str, Any] = {
    "id": "salesforce",
    "type": "salesforce",
    "consumer-key": "consumerkey",
    "consumer-secret": "consumersecret",
    "username": "dev@userevents.example",
    "secret-token": "secret-token",
    "password": "password",
}
SALESFORCE_REPLY: dict[str, Any] = {
    **SALESFORCE,
    "username": "email@userevents.example",  # another than in the request, as on the page
    "instance": "instance-id",
}
TWILIO: dict[str, Any] = {"id": "twilio", "account": "SID", "password": "Token"}
SENDGRID: dict[str, Any] = {"id": "sendgrid", "account": "username", "password": "password"}
DATASIFT: dict[str, Any] = {"id": "datasift", "api-key": "api-key", "username": "username"}
URBAN_AIRSHIP: dict[str, Any] = {
    "id": "urban-airship",
    "type": "urban-airship",
    "username": "appkey",
    "password": "appmaster",
}
PUSHER: dict[str, Any] = {"id": "pusher", "type": "pusher", "key": "key", "secret": "secret"}
ECHO: dict[str, Any] = {"id": "echo"}
GENERIC: dict[str, Any] = {"id": "zendesk", "type": "zendesk", "api-token": "SAMPLE-zendesk"}

CLASSES: dict[str, type[Integration]] = {
    "salesforce": Salesforce,
    "twilio": Twilio,
    "sendgrid": SendGrid,
    "datasift": DataSift,
    "urban-airship": UrbanAirship,
    "pusher": Pusher,
    "echo": Echo,
    "zendesk": Integration,
}
DOCUMENTS: dict[str, dict[str, Any]] = {
    document["id"]: document
    for document in (
        SALESFORCE_REPLY,
        TWILIO,
        SENDGRID,
        DATASIFT,
        URBAN_AIRSHIP,
        PUSHER,
        ECHO,
        GENERIC,
    )
}

SECRETS = {
    "salesforce": ["consumer_key", "consumer_secret", "secret_token", "password"],
    "twilio": ["password"],
    "sendgrid": ["password"],
    "datasift": ["api_key"],
    "urban-airship": ["username", "password"],
    "pusher": ["key", "secret"],
    "echo": [],
}

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)
member_names = st.sampled_from(
    [
        "id",
        "type",
        "username",
        "password",
        "consumer-key",
        "consumer_key",
        "api-key",
        "instance",
        "extra",
        "self",
        "codec",
    ]
) | st.text(max_size=8)
unknown_members = st.dictionaries(
    st.text(max_size=8).map(lambda name: f"~{name}")
    | st.sampled_from(["extra", "self", "cls", "__class__", "codec", "api_token"]),
    json_values,
    max_size=3,
)
