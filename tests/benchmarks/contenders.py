"""All that is compared, in one table, and where each takes part."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from . import calls, lists, start, tasks
from .calls import Call
from .tasks import AsyncCall


@dataclass(frozen=True)
class Contender:
    """Something that is measured.

    Attributes:
        label: Its name in tables.
        package: The distribution whose version is told.
        call: Opens a client and returns what makes one call.
        tasks: The same, asynchronously.
        start: A script that makes one call.
        decode: Returns what decodes the list in a file.
    """

    label: str
    package: str | None = None
    call: Callable[[str], Call] | None = None
    tasks: Callable[[str], AsyncCall] | None = None
    start: str | None = None
    decode: Callable[[str], Call] | None = None


TABLE: Final[dict[str, Contender]] = {
    "nothing": Contender("an empty script", start=start.NOTHING),
    "raw": Contender("a bare socket", call=calls.raw),
    "http.client": Contender("http.client", call=calls.http_client, start=start.HTTP_CLIENT),
    "httpx": Contender("httpx", "httpx", calls.httpx, tasks.httpx, start.HTTPX),
    "httpx-unverified": Contender("httpx, verify=False", start=start.HTTPX_UNVERIFIED),
    "httpx2": Contender("httpx2", "httpx2", calls.httpx2, tasks.httpx2, start.HTTPX2),
    "requests": Contender("requests", "requests", calls.requests, start=start.REQUESTS),
    "aiohttp": Contender("aiohttp", "aiohttp", tasks=tasks.aiohttp),
    "pyreqwest": Contender(
        "pyreqwest", "pyreqwest", calls.pyreqwest, tasks.pyreqwest, start.PYREQWEST
    ),
    "losant-rest": Contender(
        "losant-rest", "losant-rest", calls.losant_rest, start=start.LOSANT_REST
    ),
    "openai": Contender("openai", "openai", calls.openai, tasks.openai, start.OPENAI),
    "anthropic": Contender(
        "anthropic", "anthropic", calls.anthropic, tasks.anthropic, start.ANTHROPIC
    ),
    "stripe": Contender("stripe", "stripe", calls.stripe, start=start.STRIPE),
    "sdk": Contender("SDK", "integrations-sdk", calls.sdk, tasks.sdk, start.SDK),
    "sdk-async": Contender("SDK, asynchronous", tasks=tasks.sdk),
    "sdk-certificates": Contender("SDK, certificates loaded", start=start.SDK_CERTIFICATES),
    "sdk-httpx2": Contender(
        "SDK on httpx2", None, calls.sdk_httpx2, tasks.sdk_httpx2, start.SDK_HTTPX2
    ),
    "sdk-fast": Contender("SDK, fast", None, calls.sdk_fast, tasks.sdk_fast, start.SDK_FAST),
    "sdk-fast-async": Contender("SDK, fast, asynchronous", tasks=tasks.sdk_fast),
    "sdk-memory": Contender("SDK, nothing sent", call=calls.sdk_memory),
    "json": Contender("json, parsed only", decode=lists.parsed),
    "orjson": Contender("orjson, parsed only", "orjson", decode=lists.orjson),
    "msgspec": Contender("msgspec, parsed only", "msgspec", decode=lists.msgspec),
    "pydantic": Contender("pydantic", "pydantic", decode=lists.pydantic),
    "sdk-list": Contender("SDK", decode=lists.sdk),
    "sdk-msgspec": Contender("SDK with msgspec", decode=lists.sdk_msgspec),
}
