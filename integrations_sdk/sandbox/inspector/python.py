"""A call as the SDK makes it again: named here, never imported.

What was secret is not known any more, so ``******`` stands in its place; the address and the
credential are read from the environment.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from integrations_sdk.sandbox.documents import Json, JsonObject

_WIDTH = 88
_INDENT = "    "


@dataclass(frozen=True)
class Sent:
    """What a call was made of.

    Attributes:
        parameters: Those of its path and its query, by the platform's names.
        headers: Its headers, by names in lower case.
        body: Its body, secrets hidden.
    """

    parameters: Mapping[str, str]
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    body: Json = None


@dataclass(frozen=True)
class _Literal:
    """Python that stands for itself, around a value."""

    before: str
    value: Json
    after: str = ")"


Argument: TypeAlias = "Json | _Literal | list[_Literal]"
Arguments: TypeAlias = dict[str, Argument]


@dataclass(frozen=True)
class _Spelling:
    """How the SDK spells an operation.

    Attributes:
        function: Where it is on a client, such as ``integration.get``.
        names: The arguments for parameters of the path and the query.
        model: What the body becomes: the argument, and the model that reads it.
        others: Finds the arguments that are neither.
        client: The client, when it is not the platform's usual one.
    """

    function: str
    names: Mapping[str, str] = field(default_factory=dict[str, str])
    model: tuple[str, str] | None = None
    others: Callable[[Sent], Arguments] = lambda _sent: {}
    client: str = ""


def _patch_operations(sent: Sent) -> Arguments:
    operations = sent.body if isinstance(sent.body, list) else []
    return {"operations": [_Literal("PatchOperation.from_json(", each) for each in operations]}


def _whole_integration(sent: Sent) -> Arguments:
    # The id is in the path, and the model has it too.
    body = sent.body if isinstance(sent.body, dict) else {}
    whole: JsonObject = {"_id": sent.parameters.get("_id"), **body}
    return {"integration": _Literal("Integration.from_json(", whole)}


def _polis_key(sent: Sent) -> JsonObject:
    data = sent.body.get("data") if isinstance(sent.body, dict) else None
    data = data if isinstance(data, dict) else {}
    return {"client_id": data.get("clientId"), "customer_id": data.get("customerId")}


def _polis_set(sent: Sent) -> Arguments:
    return {**_polis_key(sent), "access_token": "******"}


def _polis_delete(sent: Sent) -> Arguments:
    etag: Arguments = {"etag": sent.headers["etag"]} if sent.headers.get("etag") else {}
    return {**_polis_key(sent), **etag}


CLIENTS = {
    "losant": "Losant",
    "celigo": "Celigo",
    "polis": "Polis",
    "optimizeplayer": "OptimizePlayer",
    "cxengage": "CxEngage",
}
_LOSANT = {"applicationId": "application_id", "integrationId": "integration_id"}
_LOSANT_LIST = {
    "applicationId": "application_id",
    "page": "page",
    "perPage": "per_page",
    "sortField": "sort_field",
    "sortDirection": "sort_direction",
    "filterField": "filter_field",
    "filter": "filter",
}
_CELIGO = {"_id": "integration_id"}
_CELIGO_LIST = {name: name for name in ("limit", "after", "include", "exclude")}
_OPTIMIZEPLAYER = {"id": "integration_id"}
_CXENGAGE = {"tenant": "tenant_id", "id": "integration_id"}

SPELLINGS = {
    ("losant", "integrations.get"): _Spelling("integration.list", _LOSANT_LIST),
    ("losant", "integrations.post"): _Spelling(
        "integration.create", _LOSANT, ("integration", "IntegrationPost")
    ),
    ("losant", "integration.get"): _Spelling("integration.get", _LOSANT),
    ("losant", "integration.patch"): _Spelling(
        "integration.patch", _LOSANT, ("integration", "IntegrationPatch")
    ),
    ("losant", "integration.delete"): _Spelling(
        "integration.delete", {**_LOSANT, "includeWorkflows": "include_workflows"}
    ),
    ("celigo", "tokenInfo"): _Spelling("token.info"),
    ("celigo", "integrations.list"): _Spelling("integration.list", _CELIGO_LIST),
    ("celigo", "integrations.create"): _Spelling(
        "integration.create", model=("integration", "NewIntegration")
    ),
    ("celigo", "integrations.get"): _Spelling("integration.get", _CELIGO),
    ("celigo", "integrations.update"): _Spelling(
        "integration.update", _CELIGO, others=_whole_integration
    ),
    ("celigo", "integrations.patch"): _Spelling(
        "integration.patch", _CELIGO, others=_patch_operations
    ),
    ("celigo", "integrations.delete"): _Spelling("integration.delete", _CELIGO),
    ("celigo", "integrations.clone"): _Spelling(
        "integration.clone", _CELIGO, ("request", "CloneRequest")
    ),
    ("polis", "credentials.set"): _Spelling("credentials.set", others=_polis_set),
    ("polis", "credentials.delete"): _Spelling("credentials.delete", others=_polis_delete),
    ("polis", "oauth.token"): _Spelling(
        "exchange", others=lambda _sent: {"code": "******"}, client="PolisAuth"
    ),
    ("optimizeplayer", "integrations.list"): _Spelling("integration.list"),
    ("optimizeplayer", "integrations.get"): _Spelling("integration.get", _OPTIMIZEPLAYER),
    ("cxengage", "integrations.list"): _Spelling("integration.list", _CXENGAGE),
    ("cxengage", "integrations.get"): _Spelling("integration.get", _CXENGAGE),
    ("cxengage", "integrations.set"): _Spelling(
        "integration.set", {"tenant": "tenant_id"}, ("integration", "Integration")
    ),
}
_NUMBERS = {
    ("optimizeplayer", "id"),
    ("losant", "page"),
    ("losant", "perPage"),
    ("celigo", "limit"),
}
_FLAGS = {("losant", "includeWorkflows")}


def python(platform: str, operation: str, sent: Sent) -> str | None:
    """Return a program that makes a call again, or None when no function of the SDK is for it.

    Args:
        platform: The platform's name.
        operation: The sandbox's name for the operation.
        sent: What the call was made of.
    """
    spelling = SPELLINGS.get((platform, operation))
    if spelling is None:
        return None
    client = spelling.client or CLIENTS[platform]
    variable = client.lower()
    arguments = _arguments(platform, spelling, sent)
    lines = [f"from integrations_sdk import {client}"]
    models = {value.before.partition(".")[0] for value in _literals(arguments)}
    lines += [f"from integrations_sdk.{platform} import {model}" for model in sorted(models)]
    call = _write_call(f"{variable}.{spelling.function}", arguments)
    return "\n".join([*lines, "", f"with {client}() as {variable}:", f"{_INDENT}print({call})", ""])


def _arguments(platform: str, spelling: _Spelling, sent: Sent) -> Arguments:
    arguments: Arguments = {
        argument: _parameter((platform, name), sent.parameters[name])
        for name, argument in spelling.names.items()
        if name in sent.parameters
    }
    if spelling.model is not None:
        argument, model = spelling.model
        arguments[argument] = _Literal(f"{model}.from_json(", sent.body)
    return arguments | spelling.others(sent)


def _parameter(name: tuple[str, str], text: str) -> Json:
    if name in _NUMBERS and text.isdecimal():
        return int(text)
    return text.lower() == "true" if name in _FLAGS else text


def _literals(arguments: Arguments) -> list[_Literal]:
    values = [each for value in arguments.values() for each in _listed(value)]
    return [value for value in values if isinstance(value, _Literal)]


def _listed(value: Argument) -> list[Argument]:
    return [*value] if isinstance(value, list) else [value]


def _write_call(function: str, arguments: Arguments) -> str:
    if not arguments:
        return f"{function}()"
    inner = 2 * _INDENT
    written = [f"{name}={_write(value, inner)}" for name, value in arguments.items()]
    return f"{function}(\n" + "".join(f"{inner}{each},\n" for each in written) + f"{_INDENT})"


def _write(value: Argument, indent: str) -> str:
    """Return Python for a value, on one line where it fits."""
    if isinstance(value, _Literal):
        return f"{value.before}{_write(value.value, indent)}{value.after}"
    flat = _write_flat(value)
    if len(indent) + len(flat) <= _WIDTH or not isinstance(value, dict | list) or not value:
        return flat
    deeper = indent + _INDENT
    if isinstance(value, dict):
        rows = [f"{json.dumps(name)}: {_write(each, deeper)}" for name, each in value.items()]
        return "{\n" + "".join(f"{deeper}{row},\n" for row in rows) + indent + "}"
    rows = [_write(each, deeper) for each in value]
    return "[\n" + "".join(f"{deeper}{row},\n" for row in rows) + indent + "]"


def _write_flat(value: Argument) -> str:
    match value:
        case _Literal():
            return f"{value.before}{_write_flat(value.value)}{value.after}"
        case dict():
            members = (f"{json.dumps(name)}: {_write_flat(each)}" for name, each in value.items())
            return "{" + ", ".join(members) + "}"
        case list():
            return "[" + ", ".join(_write_flat(each) for each in value) + "]"
        case str():
            return json.dumps(value, ensure_ascii=False)
        case _:
            return repr(value)
