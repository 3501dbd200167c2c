"""All that is particular to Losant's API, as one value: https://docs.losant.com/rest-api/overview."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from integrations_sdk import transports
from integrations_sdk.core.auth import bearer
from integrations_sdk.core.settings import Platform

from .models import LosantModel

if TYPE_CHECKING:
    from integrations_sdk.core.document import JSON


def read_error(body: JSON) -> tuple[str | None, str]:
    """Read Losant's schema *Error*: ``{"type": ..., "message": ...}``."""
    if not isinstance(body, dict):
        return None, ""
    code, message = body.get("type"), body.get("message")
    return (
        code if isinstance(code, str) else None,
        message if isinstance(message, str) else "",
    )


LOSANT: Final = Platform(
    name="Losant",
    prefix="LOSANT",
    base_url="https://api.losant.com",
    credential="access_token",
    authorize=bearer,
    codec=LosantModel.codec,
    read_error=read_error,
    transports=transports.DEFAULT,
    logged_headers=frozenset({"accept-version", "losantdomain"}),
    logged_query=frozenset(
        {
            "_actions",
            "_embedded",
            "_links",
            "filterField",
            "includeWorkflows",
            "page",
            "perPage",
            "sortDirection",
            "sortField",
        }
    ),
)
