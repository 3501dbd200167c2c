"""What the tests know of Celigo's example data and of its errors."""

from typing import Any

import httpx

MANY = "/integrations"
DIY = "554155c853bb53af2900000b"
INSTALLING = "57974ed227a82a3475cecb15"
INSTALLED = "61f0a3b29c4e7d1a2b3c4d60"
UPDATING = "61f0a3b29c4e7d1a2b3c4d62"
UNINSTALLING = "61f0a3b29c4e7d1a2b3c4d63"
ORDERS = "61f0a3b29c4e7d1a2b3c4d5e"
MODERN = "61f0a3b29c4e7d1a2b3c4d5f"
ALL = [DIY, INSTALLING, INSTALLED, UPDATING, UNINSTALLING, ORDERS, MODERN]
UNKNOWN = "000000000000000000000000"


def one(integration_id: str) -> str:
    return f"{MANY}/{integration_id}"


def got(reply: httpx.Response, status: int = 200) -> Any:
    assert reply.status_code == status, reply.text
    return reply.json()


def refused(reply: httpx.Response, status: int) -> dict[str, str]:
    """The code of each error by its field, which is empty where there is none."""
    assert reply.status_code == status, reply.text
    assert list(reply.json()) == ["errors"]
    errors = reply.json()["errors"]
    assert all(error["message"] and error["code"] for error in errors)
    return {error.get("field", ""): error["code"] for error in errors}
