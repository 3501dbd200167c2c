"""What the tests know of the example data, and bodies that the platform takes as they are."""

import copy
import os
import ssl
import subprocess
import sys
from pathlib import Path
from typing import Any

import integrations_sdk.sandbox

APPLICATION = "575ec8687ae143cd83dc4a97"
OTHER_APPLICATION = "575ec8687ae143cd83dc4a98"
INTEGRATION = "575ed78e7ae143cd83dc4aab"
OTHER_INTEGRATION = "575ed78e7ae143cd83dc4ab1"
UNKNOWN = "000000000000000000000000"
CREDENTIAL = "Hub identity"

# Loading the certificates that a client verifies with takes longer than a start of the sandbox.
PLAIN = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)

MANY = f"/applications/{APPLICATION}/integrations"
ONE = f"{MANY}/{INTEGRATION}"

CONFIGS: dict[str, dict[str, Any]] = {
    "azureEventHub": {"hubName": "h", "consumerGroup": "g", "connectionString": "cs-SAMPLE"},
    "googlePubSub": {"projectId": "p", "keyJson": "key-SAMPLE"},
    "mqtt": {"protocol": "mqtt", "host": "mq.example", "port": 1883, "clientId": "c"},
    "particle": {"accessToken": "tok-SAMPLE"},
    "sqs": {"queueUrl": "https://sqs.example/1"},
    "websocket": {"url": "wss://feed.example"},
}


def integration(kind: str = "mqtt", /, **config: Any) -> dict[str, Any]:
    """A body for a POST, its config changed by members; ``...`` takes a member away."""
    merged = copy.deepcopy(CONFIGS[kind]) | config
    kept = {name: value for name, value in merged.items() if value is not ...}
    return {"name": "New one", "integrationType": kind, f"{kind}Config": kept}


def python(*arguments: str, **options: Any) -> "subprocess.Popen[str]":
    """A Python process that finds the package where this one found it."""
    package = Path(integrations_sdk.sandbox.__file__).parents[2]
    return subprocess.Popen(
        [sys.executable, *arguments],
        env={**os.environ, "PYTHONPATH": str(package), "PYTHONWARNINGS": "error"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,
    )
