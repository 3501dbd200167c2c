"""The OpenAPI document: it tells of all that there is, and says nothing of its own."""

import json
import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from integrations_sdk.sandbox import Sandbox
from integrations_sdk.sandbox.documents import Json
from integrations_sdk.sandbox.openapi import schema
from integrations_sdk.sandbox.sandbox import PLATFORMS
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
    check,
)

from .facts import PLAIN

METHODS = {"get", "post", "put", "patch", "delete"}


def document(sandbox: Sandbox) -> dict[str, Any]:
    answer = httpx.get(f"{sandbox.url}/openapi.json", verify=PLAIN)
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def operations(found: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in found["paths"].items():
        for method, operation in item.items():
            yield path, method, operation


def test_every_operation_is_told_of_at_each_of_its_paths(sandbox: Sandbox) -> None:
    told = {(method, path) for path, method, _ in operations(document(sandbox))}
    assert told == {
        (operation.method.lower(), f"/{platform.name}{base}{operation.path}")
        for platform in PLATFORMS
        for base in (platform.base_path, *platform.other_base_paths)
        for operation in platform.operations
        if operation.only_with is None
    }


def test_what_a_switch_adds_is_told_of_only_then() -> None:
    path = "/optimizeplayer/v1/integrations"
    for value, methods in (("refused", {"get"}), ("accepted", {"get", "post"})):
        with Sandbox(switches={"optimizeplayer.form_post": value}) as sandbox:
            assert document(sandbox)["paths"][path].keys() == methods


def test_every_operation_says_how_it_is_answered_and_who_may_call(sandbox: Sandbox) -> None:
    found = document(sandbox)
    names = [operation.get("operationId") for _, _, operation in operations(found)]
    known = [name for name in names if name is not None]
    assert len(set(known)) == len(known)
    for path, method, operation in operations(found):
        assert method in METHODS
        statuses = operation["responses"].keys()
        assert any(status < "400" for status in statuses), f"{method} {path} has no success"
        assert not any(status >= "500" for status in statuses)
        for requirement in operation["security"]:
            assert requirement.keys() <= found["components"]["securitySchemes"].keys()
            assert "401" in statuses
        named = {item["name"] for item in operation["parameters"] if item["in"] == "path"}
        assert named == set(re.findall("{(.*?)}", path))


def test_the_examples_of_paths_are_there(sandbox: Sandbox) -> None:
    variables = sandbox.environment()
    for path, item in document(sandbox)["paths"].items():
        if "get" not in item or "{" not in path:
            continue
        name = path.split("/")[1]
        examples = {
            parameter["name"]: parameter["example"]
            for parameter in item["get"]["parameters"]
            if parameter["in"] == "path"
        }
        token = variables[next(one.token_variable for one in PLATFORMS if one.name == name)]
        answer = httpx.get(
            sandbox.url + path.format(**examples),
            params={"api_key": token},
            headers={"Authorization": f"Bearer {token}"},
            verify=PLAIN,
        )
        assert answer.status_code == 200


@pytest.mark.parametrize("method", ["POST", "DELETE", "OPTIONS"])
def test_the_document_can_only_be_read(sandbox: Sandbox, method: str) -> None:
    answer = httpx.request(method, f"{sandbox.url}/openapi.json", verify=PLAIN)
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")


def test_the_document_holds_no_secret_and_is_shown_to_no_foreign_page(sandbox: Sandbox) -> None:
    text = json.dumps(document(sandbox))
    assert not re.search("pw-SAMPLE|sk-SAMPLE|secret-SAMPLE", text)
    origin = {"Origin": "http://evil.example"}
    answer = httpx.get(f"{sandbox.url}/openapi.json", headers=origin, verify=PLAIN)
    assert answer.status_code == 403


RULES: list[tuple[Rule, dict[str, Json]]] = [
    (Text(), {"type": "string"}),
    (Text(1, 9), {"type": "string", "minLength": 1, "maxLength": 9}),
    (Text(secret=True), {"type": "string", "format": "password"}),
    (Text(pattern="a|b"), {"type": "string", "pattern": "^(a|b)$"}),
    (Number(1, 9), {"type": "number", "minimum": 1, "maximum": 9}),
    (Flag(), {"type": "boolean"}),
    (Choice(["a"]), {"type": "string", "enum": ["a"]}),
    (Anything(), {}),
    (Nullable(Flag()), {"anyOf": [{"type": "null"}, {"type": "boolean"}]}),
    (Either([Flag(), Anything()]), {"anyOf": [{"type": "boolean"}, {}]}),
    (
        Items(Flag(), most=2, unique=True),
        {"type": "array", "items": {"type": "boolean"}, "uniqueItems": True, "maxItems": 2},
    ),
    (
        Record({"a": Flag()}, required=["a"], one_of=["a", "b"]),
        {
            "type": "object",
            "properties": {"a": {"type": "boolean"}},
            "required": ["a"],
            "additionalProperties": False,
            "oneOf": [{"required": ["a"]}, {"required": ["b"]}],
        },
    ),
    (Record({}, open=True), {"type": "object", "properties": {}, "required": []}),
]


@pytest.mark.parametrize(("rule", "expected"), RULES)
def test_a_rule_is_told_as_a_json_schema(rule: Rule, expected: dict[str, Json]) -> None:
    assert schema(rule) == expected


def test_a_text_fits_its_pattern_from_end_to_end() -> None:
    assert not list(check(Text(pattern="a|b"), "b"))
    for text in ("", "ab", "b\n", "c"):
        assert [found.rule for found in check(Text(pattern="a|b"), text, "x")] == ["pattern"]


def test_one_of_several_rules_is_enough() -> None:
    rule = Either([Flag(), Items(Flag())])
    assert not [*check(rule, True), *check(rule, [True]), *check(Anything(), None)]
    assert [found.message for found in check(rule, 1, "x")] == ["x is of none of its kinds"]
