"""The documents that are served and decoded."""

from __future__ import annotations

import json
from typing import Any, Final

APPLICATION: Final = "575ec8687ae143cd83dc4a97"
INTEGRATION: Final = "57955788124b37010084c053"
LOSANT_PATH: Final = f"/applications/{APPLICATION}/integrations/{INTEGRATION}"

_LOSANT: Final = {
    "id": INTEGRATION,
    "integrationId": INTEGRATION,
    "applicationId": APPLICATION,
    "creationDate": "2025-02-11T08:15:30.120Z",
    "lastUpdated": "2025-02-12T19:02:04.007Z",
    "name": "Cold room broker",
    "integrationType": "mqtt",
    "enabled": True,
    "topics": ["coldroom/+/temp", "coldroom/+/door"],
    "mqttConfig": {
        "protocol": "mqtts",
        "host": "mq.coldroom.example",
        "port": 8883,
        "clientId": "harbour-bridge",
        "username": "bridge",
        "password": "pw-SAMPLE-1",
    },
    "status": {
        "lastKeepAlive": 1739390400123,
        "connectInfo": {"ts": 1739386800000},
        "disconnectInfo": {"ts": None},
    },
    "_type": "integration",
    "_links": {"self": {"href": LOSANT_PATH}},
}
_OPENAI: Final = {"id": "x", "object": "model", "created": 1739386800, "owned_by": "sample"}
_ANTHROPIC: Final = {
    "id": "x",
    "type": "model",
    "display_name": "Sample",
    "created_at": "2025-02-11T08:15:30Z",
    "lifecycle": "active",
    "max_input_tokens": 200000,
    "max_tokens": 64000,
}
_STRIPE: Final = {
    "id": "cus_SAMPLE",
    "object": "customer",
    "address": None,
    "balance": 0,
    "created": 1739386800,
    "currency": "usd",
    "default_source": None,
    "delinquent": False,
    "description": "Harbour Cold Store",
    "email": "ada@coldroom.example",
    "invoice_prefix": "0759376C",
    "invoice_settings": {"custom_fields": None, "default_payment_method": None, "footer": None},
    "livemode": False,
    "metadata": {"room": "3"},
    "name": "Ada Sample",
    "next_invoice_sequence": 1,
    "phone": None,
    "preferred_locales": ["en"],
    "shipping": None,
    "tax_exempt": "none",
    "test_clock": None,
}

SERVED: Final[dict[str, bytes]] = {
    path: json.dumps(document, separators=(",", ":")).encode()
    for path, document in {
        LOSANT_PATH: _LOSANT,
        "/openai/v1/models/x": _OPENAI,
        "/v1/models/x": _ANTHROPIC,
        "/v1/customers/cus_SAMPLE": _STRIPE,
    }.items()
}


def celigo_list(length: int) -> bytes:
    """Return a list of Celigo's with every documented member, the same in every run."""
    records = [_integration(number) for number in range(length)]
    return json.dumps(records, separators=(",", ":")).encode()


def _id(kind: int, number: int) -> str:
    return f"{0x57974ED2 + number:08x}{kind:04x}27a82a34{number % 65536:04x}"


def _integration(number: int) -> dict[str, Any]:
    minute, second = number // 60 % 60, number % 60
    return {
        "_id": _id(1, number),
        "lastModified": f"2024-03-05T11:{minute:02}:{second:02}.{number % 1000:03}Z",
        "name": f"Storefront {number} - Ledger Connector",
        "description": f"Orders, refunds and stock of storefront {number}",
        "readme": "Nightly posting of paid orders to the ledger; ask the finance team before a "
        "change, and look at the dashboard after one.",
        "_connectorId": _id(2, number % 40),
        "install": [
            _step("Storefront Connection", "storefront", number % 2 == 0, connection=number),
            _step("Ledger Connection", "ledger", number % 3 == 0, connection=number + 1),
            {**_step("Ledger Bundle", "ledger", number % 5 == 0), "installURL": ""},
        ],
        "mode": "install" if number % 7 == 0 else "settings",
        "settings": {
            "sections": [
                {
                    "id": "orders",
                    "title": "Orders",
                    "fields": [
                        {"name": "statuses", "type": "select", "value": ["paid", "sent"]},
                        {"name": "since", "type": "input", "value": None},
                        {"name": "batch", "type": "input", "value": number % 500},
                    ],
                }
            ],
            "commonresources": {"ledgerConnectionId": _id(3, number + 1)},
        },
        "version": f"1.{number % 12}.{number % 5}",
        "updateInProgress": False,
        "createdAt": f"2023-12-01T08:{minute:02}:{second:02}.000Z",
        "lastModifiedBy": _id(4, number % 25),
        "numFlows": number % 9,
        "numError": number % 4,
        "numRegisteredConnections": 2,
        "numOfflineConnections": number % 2,
        "lastErrorAt": f"2024-03-04T23:{minute:02}:{second:02}.001Z",
    }


def _step(
    name: str, logo: str, completed: bool, *, connection: int | None = None
) -> dict[str, Any]:
    compact = name.replace(" ", "")
    step = {
        "name": name,
        "description": f"Set up the {name.lower()}",
        "imageURL": f"/images/company-logos/{logo}.png",
        "completed": completed,
        "installerFunction": f"verify{compact}",
        "uninstallerFunction": f"forget{compact}",
    }
    return step if connection is None else {**step, "_connectionId": _id(3, connection)}
