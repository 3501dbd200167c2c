"""All that is particular to OptimizePlayer's API, as one value: https://github.com/EvilZorge/slate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from integrations_sdk import transports
from integrations_sdk.core.auth import QueryKey
from integrations_sdk.core.document import sentences
from integrations_sdk.core.settings import Platform

from .models import OptimizePlayerModel

if TYPE_CHECKING:
    from integrations_sdk.core.document import JSON


def read_error(body: JSON) -> tuple[str | None, str]:
    """Read an error: OptimizePlayer documents statuses, but no body for them.

    Any of ``error``, ``errors`` and ``message`` is read, as one text or as several, in objects
    and arrays; there are no codes.
    """
    if isinstance(body, dict):
        body = [body.get(name) for name in ("error", "errors", "message")]
    return None, "; ".join(sentences(body))


OPTIMIZEPLAYER: Final = Platform(
    name="OptimizePlayer",
    prefix="OPTIMIZEPLAYER",
    base_url="https://api.optimizeplayer.com/v1",
    credential="api_key",
    authorize=QueryKey("api_key"),
    codec=OptimizePlayerModel.codec,
    read_error=read_error,
    transports=transports.DEFAULT,
)
