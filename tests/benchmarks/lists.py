"""Contenders that decode a long list of Celigo's: each takes its bytes, and decodes them."""

from __future__ import annotations

import json
import sys
from importlib import import_module
from pathlib import Path

from .calls import TOKEN, Call


def parsed(path: str) -> Call:
    content = Path(path).read_bytes()
    return lambda: json.loads(content)


def orjson(path: str) -> Call:
    import orjson

    content = Path(path).read_bytes()
    return lambda: orjson.loads(content)


def msgspec(path: str) -> Call:
    from msgspec.json import decode

    content = Path(path).read_bytes()
    return lambda: decode(content)


def pydantic(path: str) -> Call:
    from pydantic import TypeAdapter

    from .pydantic_models import Integration

    adapter = TypeAdapter(list[Integration])
    content = Path(path).read_bytes()
    return lambda: adapter.validate_json(content)


def sdk(path: str) -> Call:
    """Decode by the standard library's parser alone, as for those without the extra."""
    sys.modules["msgspec"] = None  # type: ignore[assignment]
    return _sdk(path)


def sdk_msgspec(path: str) -> Call:
    import_module("msgspec")  # or it is not available
    return _sdk(path)


def _sdk(path: str) -> Call:
    from integrations_sdk import Celigo
    from integrations_sdk.transports import Headers, Request, Response

    class Memory:
        def send(self, request: Request) -> Response:
            return Response(200, Headers([("content-type", "application/json")]), content)

        def close(self) -> None:
            pass

    content = Path(path).read_bytes()
    client = Celigo(
        TOKEN, base_url="http://127.0.0.1", transport=Memory(), max_response_size=len(content)
    )
    return lambda: client.integration.list().items
