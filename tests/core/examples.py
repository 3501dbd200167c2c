"""Documents as Losant writes them, with invented values, and strategies for those it might."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import strategies as st

from tests.strategies import json_values

APPLICATION = "6423a0c1d2e3f40516273849"
INTEGRATION = "6423a5e9b7c8d90a1b2c3d4e"

CONFIGS: dict[str, dict[str, Any]] = {
    "azureEventHubConfig": {
        "hubName": "cold-hub",
        "consumerGroup": "$Default",
        "connectionString": "Endpoint=sb://SAMPLE-azure",
        "hostName": "cold.servicebus.example",
    },
    "googlePubSubConfig": {"projectId": "cold-room", "keyJson": '{"k": "SAMPLE-google"}'},
    "mqttConfig": {
        "protocol": "mqtts",
        "host": "mq.coldroom.example",
        "port": 8883,
        "clientId": "c-1",
        "username": "bridge",
        "password": "pw-SAMPLE-1",
        "privateKey": "key-SAMPLE-1",
        "certificate": "cert",
        "caCertificate": "ca",
        "clean": True,
        "disableSSLVerification": False,
        "protocolVersion": "5",
    },
    "particleConfig": {
        "accessToken": "SAMPLE-particle",
        "productSlugOrId": "p",
        "orgSlugOrId": "o",
        "deviceNameOrId": "d",
    },
    "sqsConfig": {
        "queueUrl": "https://sqs.example/q",
        "accessKeyId": "SAMPLE-sqs-id",
        "secretAccessKey": "SAMPLE-sqs-key",
        "region": "eu-north-1",
    },
    "websocketConfig": {
        "url": "wss://u:SAMPLE-ws-url@ws.example",
        "username": "u",
        "password": "SAMPLE-ws-password",
        "privateKey": "SAMPLE-ws-key",
        "certificate": "cert",
        "caCertificate": "ca",
        "disableSSLVerification": True,
        "headers": [{"headerKey": "X-Room", "headerValue": "SAMPLE-ws-header"}],
    },
}

TYPE_OF = {config: config.removesuffix("Config") for config in CONFIGS}


def integration(config: str = "mqttConfig", **members: Any) -> dict[str, Any]:
    """Return the document of an integration, every documented member in it."""
    document = {
        "id": INTEGRATION,
        "integrationId": INTEGRATION,
        "applicationId": APPLICATION,
        "creationDate": "2025-02-11T08:15:30.120Z",
        "lastUpdated": "2025-02-12T19:02:04.007Z",
        "name": "Cold room broker",
        "credentialName": None,
        "integrationType": TYPE_OF[config],
        "enabled": True,
        "topics": ["coldroom/+/temp"],
        config: copy.deepcopy(CONFIGS[config]),
        "status": {
            "lastKeepAlive": 1739390400123,
            "nextAttempt": 1739390400123.5,
            "connectInfo": {"ts": 1739386800000},
            "disconnectInfo": {"ts": None, "error": "gone"},
        },
        "_type": "integration",
        "_etag": '"1-a"',
        "_links": {"self": {"href": f"/applications/{APPLICATION}/integrations/{INTEGRATION}"}},
        "_actions": [{"name": "delete"}],
        "_embedded": {},
    }
    return {**document, **members}


def listing(*items: dict[str, Any], **members: Any) -> dict[str, Any]:
    """Return the document of a page of integrations."""
    document = {
        "items": list(items),
        "count": len(items),
        "totalCount": len(items),
        "perPage": 100,
        "page": 0,
        "sortField": "name",
        "sortDirection": "asc",
        "applicationId": APPLICATION,
    }
    return {**document, **members}


SECRETS = [
    "SAMPLE-azure",
    "SAMPLE-google",
    "pw-SAMPLE-1",
    "key-SAMPLE-1",
    "SAMPLE-particle",
    "SAMPLE-sqs-id",
    "SAMPLE-sqs-key",
    "SAMPLE-ws-url",
    "SAMPLE-ws-password",
    "SAMPLE-ws-key",
    "SAMPLE-ws-header",
]
"""Every secret of ``CONFIGS``, or the telling part of it."""

unknown_members = st.dictionaries(
    st.text(max_size=8).map(lambda name: f"~{name}")
    | st.sampled_from(["extra", "self", "cls", "__class__", "__proto__", "codec"]),
    json_values,
    max_size=3,
)


def every_object(document: Any) -> list[dict[str, Any]]:
    """Return the objects of a document, the outermost first."""
    if isinstance(document, list):
        return [found for item in document for found in every_object(item)]
    if not isinstance(document, dict):
        return []
    return [document, *(found for item in document.values() for found in every_object(item))]
