"""Losant's documents as tests send and get them."""

from __future__ import annotations

import json
from typing import Any

from ..conftest import APPLICATION, INTEGRATION

TOKEN = "tok-SAMPLE-plain"  # what the harness makes clients with
BASE = "https://api.losant.com"
ALL = f"{BASE}/applications/{APPLICATION}/integrations"
ONE = f"{ALL}/{INTEGRATION}"
FLAGS = "_actions=false&_links=true&_embedded=true"
IDS = {"application_id": APPLICATION, "integration_id": INTEGRATION}


def integration(name: str = "Cold room broker", **members: Any) -> dict[str, Any]:
    return {"id": INTEGRATION, "applicationId": APPLICATION, "name": name, **members}


def page(*names: str, number: int, size: int, total: int) -> dict[str, Any]:
    return {
        "items": [integration(name) for name in names],
        "count": len(names),
        "totalCount": total,
        "perPage": size,
        "page": number,
    }


def encoded(document: object) -> bytes:
    return json.dumps(document).encode()
