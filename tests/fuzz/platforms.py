"""Every model, operation and documented answer of every platform, found rather than listed."""

from __future__ import annotations

import importlib
import inspect
import json
import pkgutil
import re
from pathlib import Path
from typing import Any, Final

import integrations_sdk
from integrations_sdk import Model, Operation
from integrations_sdk.core.client import SyncClient
from integrations_sdk.core.settings import Platform
from integrations_sdk.core.transport import Headers, Request, Response

TOKEN: Final = "tok-SAMPLE-fuzz"
_VECTORS: Final = Path(__file__).parent.parent / "vectors"
NAMES: Final = sorted(
    path.parent.name
    for path in Path(integrations_sdk.__file__).parent.glob("*/platform.py")
    if path.parent.name != "sandbox"
)


def _values(name: str) -> list[Any]:
    package = importlib.import_module(f"integrations_sdk.{name}")
    modules = [
        importlib.import_module(f"{package.__name__}.{module.name}")
        for module in pkgutil.iter_modules(package.__path__)
    ]
    return [value for module in modules for value in vars(module).values()]


def _declared(name: str) -> list[tuple[Platform, Operation[Any]]]:
    values = _values(name)
    platforms = {value.name: value for value in values if isinstance(value, Platform)}
    operations = {id(value): value for value in values if isinstance(value, Operation)}
    return [(platforms[_platform(op, platforms)], op) for op in operations.values()]


def _platform(operation: Operation[Any], platforms: dict[str, Platform]) -> str:
    codec = getattr(operation.body or operation.returns, "codec", None)
    same = [name for name, platform in platforms.items() if platform.codec is codec]
    return same[0] if same else min(platforms, key=len)


OPERATIONS: Final = [declared for name in NAMES for declared in _declared(name)]
"""Every operation, with the platform that it is of."""

MODELS: Final = sorted(
    {
        value
        for name in NAMES
        for value in _values(name)
        if isinstance(value, type) and issubclass(value, Model) and hasattr(value, "codec")
    },
    key=lambda model: f"{model.__module__}.{model.__name__}",
)
"""Every model, those of parts of a document too."""

MEMBERS: Final = {model: sorted(model.codec.members(model).values()) for model in MODELS}
"""The members of JSON that each model has fields for."""


def _documents(name: str) -> list[Any]:
    vectors = [
        vector
        for path in sorted((_VECTORS / name).glob("*.json"))
        for vector in json.loads(path.read_text())
    ]
    found = [vector.get("response", {}).get("json") for vector in vectors]
    return [document for document in found if document is not None]


DOCUMENTS: Final = {name: _documents(name) for name in NAMES}
"""What each platform answers, as its vectors have it."""


def platform_of(model: type[Model]) -> str:
    """Return the name of the folder that a model is in."""
    return model.__module__.split(".")[1]


def parameters(operation: Operation[Any]) -> list[str]:
    """Return the names of an operation's path parameters."""
    return re.findall(r"{(\w+)}", operation.path)


class Stub:
    """A transport that keeps the last request and answers what it is told."""

    def __init__(self) -> None:
        self.request: Request | None = None
        self.response = Response(status=200, headers=Headers(), content=b"{}")

    def send(self, request: Request) -> Response:
        self.request = request
        return self.response

    def close(self) -> None:
        return None


def client(platform: Platform, stub: Stub) -> SyncClient:
    """Return a client of a platform that never repeats, whatever else it might be told."""
    told: dict[str, Any] = {
        "token": TOKEN,
        "transport": stub,
        "retry": 1,
        "headers": {},
        "query": {},
        "allow_plain_http": False,
    }
    wanted = inspect.signature(SyncClient.__init__).parameters.values()
    for each in wanted:
        if each.kind is each.KEYWORD_ONLY and each.default is each.empty:
            told.setdefault(each.name, None)
    return SyncClient(platform, **told)
