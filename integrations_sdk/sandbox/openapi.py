"""The sandbox in an OpenAPI 3.1 document, made from the tables that it works by."""

import re
from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import NamedTuple

from integrations_sdk.sandbox.documents import Json, JsonObject
from integrations_sdk.sandbox.platform import Body, Operation, Platform
from integrations_sdk.sandbox.schema import (
    Anything,
    Choice,
    Either,
    Flag,
    Items,
    Nullable,
    Number,
    Record,
    Rule,
    Text,
)

# Any request may be refused with these: it is malformed, calls another host, is slow or is large.
_REFUSALS = (400, 403, 408, 413, 415)


class Served(NamedTuple):
    """A platform, and those of its operations that its switches let be there."""

    platform: Platform
    operations: Sequence[Operation]


def document(served: Sequence[Served]) -> JsonObject:
    """Return the OpenAPI document of some platforms."""
    paths: dict[str, JsonObject] = {}
    schemes: JsonObject = {}
    named: set[str] = set()
    for platform, operation, path in _everything(served):
        entry = _operation(platform, operation, path)
        # At its further paths, an operation goes without a name, for a name is unique.
        name = f"{platform.name}.{operation.name}"
        if name not in named:
            named.add(name)
            entry = {"operationId": name, **entry}
        paths.setdefault(path, {})[operation.method.lower()] = entry
        schemes |= _schemes(platform, operation)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Sandbox", "version": "1"},
        "servers": [{"url": "/"}],
        "tags": [{"name": platform.name} for platform, _ in served],
        "paths": {**paths},
        "components": {
            "securitySchemes": schemes,
            "schemas": {platform.name: schema(platform.error) for platform, _ in served},
        },
    }


def schema(rule: Rule) -> JsonObject:
    """Return what a rule says as a JSON schema."""
    described: JsonObject = {}  # which allows anything
    match rule:
        case Items():
            described = _items(rule)
        case Record():
            described = _record(rule)
        case Nullable():
            described = {"anyOf": [{"type": "null"}, schema(rule.rule)]}
        case Either():
            described = {"anyOf": [schema(one) for one in rule.rules]}
        case Text():
            described = _text(rule)
        case Number():
            described = {"type": "number", "minimum": rule.least, "maximum": rule.most}
        case Flag():
            described = {"type": "boolean"}
        case Choice():
            described = {"type": "string", "enum": [*rule.values]}
        case Anything():
            pass
    return described


def _items(rule: Items) -> JsonObject:
    most: JsonObject = {} if rule.most is None else {"maxItems": rule.most}
    return {"type": "array", "items": schema(rule.rule), "uniqueItems": rule.unique, **most}


def _text(rule: Text) -> JsonObject:
    described: JsonObject = {"type": "string"}
    if rule.most is not None:
        described |= {"minLength": rule.least, "maxLength": rule.most}
    if rule.pattern is not None:
        described["pattern"] = f"^({rule.pattern})$"
    if rule.secret:
        described["format"] = "password"
    return described


def _record(rule: Record) -> JsonObject:
    described: JsonObject = {
        "type": "object",
        "properties": {name: schema(member) for name, member in rule.members.items()},
        "required": [*rule.required],
    }
    if not rule.open:
        described["additionalProperties"] = False
    if rule.one_of:
        described["oneOf"] = [{"required": [name]} for name in rule.one_of]
    return described


def _everything(served: Sequence[Served]) -> Iterator[tuple[Platform, Operation, str]]:
    for platform, operations in served:
        for base in (platform.base_path, *platform.other_base_paths):
            for operation in operations:
                yield platform, operation, f"/{platform.name}{base}{operation.path}"


def _operation(platform: Platform, operation: Operation, path: str) -> JsonObject:
    body: JsonObject = {} if operation.body is None else {"requestBody": _body(operation.body)}
    return {
        "tags": [platform.name],
        "summary": operation.name,
        "security": [{name: []} for name in _schemes(platform, operation)],
        "parameters": [
            *_path_parameters(platform, path),
            *_parameters("query", operation.query),
            *_parameters("header", operation.headers),
        ],
        **body,
        "responses": _responses(platform, operation),
    }


def _schemes(platform: Platform, operation: Operation) -> JsonObject:
    """Return how an operation is secured, by name; nothing when it is open to all."""
    if operation.security is not None:
        return {f"{platform.name}.{operation.name}": operation.security}
    return {} if operation.public else {platform.name: {**platform.security}}


def _path_parameters(platform: Platform, path: str) -> Iterator[Json]:
    for name in re.findall("{(.*?)}", path):
        parameter: JsonObject = {"name": name, "in": "path", "required": True}
        known = platform.path_parameters.get(name)
        if known is None:
            yield {**parameter, "schema": {"type": "string"}}
        else:
            yield {**parameter, "schema": schema(known.rule), "example": known.example}


def _parameters(place: str, rules: Record) -> Iterator[Json]:
    for name, rule in rules.members.items():
        required = name in rules.required
        yield {"name": name, "in": place, "required": required, "schema": schema(rule)}


def _body(body: Body) -> JsonObject:
    example: JsonObject = {} if body.example is None else {"example": body.example}
    content: JsonObject = {body.media: {"schema": schema(body.rule), **example}}
    return {"required": body.required, "content": content}


def _responses(platform: Platform, operation: Operation) -> JsonObject:
    responses: JsonObject = {
        str(status): _response(status, None if rule is None else schema(rule))
        for status, rule in operation.answers.items()
    }
    secured = bool(_schemes(platform, operation))
    refusals = {*_REFUSALS, *operation.refusals, *([401] if secured else [])}
    error: JsonObject = {"$ref": f"#/components/schemas/{platform.name}"}
    responses |= {str(status): _response(status, error) for status in sorted(refusals)}
    return responses


def _response(status: int, content: Mapping[str, Json] | None) -> JsonObject:
    described: JsonObject = {"description": HTTPStatus(status).phrase}
    if content is not None:
        described["content"] = {"application/json": {"schema": {**content}}}
    return described
