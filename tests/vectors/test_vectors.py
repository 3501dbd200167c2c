"""Wire vectors: what goes over the wire for a call, and what an answer becomes, as data.

Each file in a platform's folder holds vectors. A vector names a call and its arguments; what must
be sent for it; the answer; and the model or the error that the answer becomes. Those marked
``"sandbox": true`` are turned around as well: the same request, made by plain httpx, must get the
same answer from the sandbox. The members of a vector:

- ``name``, and ``call`` with its ``operation`` and ``arguments``; an argument that is a model is
  ``{"$model": "integrations_sdk.losant.IntegrationPatch", "json": {...}}``; ``set`` beside them
  names attributes to set afterwards, such as ``{"mqtt_config.port": 8883}``.
- ``options``: arguments of the client, such as ``{"strict": true}``. ``client``: its class, where
  the folder does not name it.
- ``request``: ``method``, ``path``, ``query``, ``headers`` (those that matter; one that is null
  must not be there), and ``json`` or ``form``; ``"json": null`` stands for no body.
- ``response``: ``status``, ``headers``, and ``json`` or ``text``.
- ``result``, whose ``json`` is the model written out, or ``"as answered"`` where that is the
  answer's JSON, member for member; or ``error``: its ``class`` and attributes.
- ``sent``: false where no request may leave.
- ``sandbox``: true to turn it around. ``token``: what to ask of the sandbox's token, such as
  ``{"scopes": []}``. ``generated``: members that the sandbox makes up, whatever their value.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Collection, Iterator
from functools import reduce
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import httpx
import pytest

import integrations_sdk
from integrations_sdk import Model, Retry
from integrations_sdk.sandbox import Sandbox
from tests.faces import Face

FOLDER = Path(__file__).parent
TOKEN = "tok-SAMPLE-vector"
BASE_URL = "https://api.example"


def _vectors() -> dict[str, Any]:
    found = {}
    for path in sorted(FOLDER.glob("*/*.json")):
        content = json.loads(path.read_text())
        for vector in content if isinstance(content, list) else [content]:
            name = f"{path.parent.name}: {vector['name']}"
            assert name not in found, f"two vectors are called {name!r}"
            found[name] = {"platform": path.parent.name, **vector}
    return found


VECTORS = _vectors()
TURNED_AROUND = [name for name, vector in VECTORS.items() if vector.get("sandbox")]
PLATFORMS = sorted({vector["platform"] for vector in VECTORS.values()})


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_platform_has_at_least_sixty_vectors(platform: str) -> None:
    assert sum(vector["platform"] == platform for vector in VECTORS.values()) >= 60


@pytest.mark.parametrize("name", VECTORS, ids=list(VECTORS))
def test_a_call_sends_what_the_vector_says_and_becomes_what_it_says(face: Face, name: str) -> None:
    vector = VECTORS[name]
    sent: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return _response(vector.get("response", {"status": 200, "json": {}}))

    client = face.client(
        _client_class(vector),
        TOKEN,
        base_url=BASE_URL,
        retry=Retry(attempts=1),
        transport=face.transport(httpx.MockTransport(answer)),
        **vector.get("options", {}),
    )
    outcome = _outcome(face, client, vector)
    for request in sent[:1]:
        _compare_request(vector.get("request", {}), request)
    _compare_outcome(vector, outcome)
    assert bool(sent) is vector.get("sent", True)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox


@pytest.mark.parametrize("name", TURNED_AROUND, ids=TURNED_AROUND)
def test_the_sandbox_answers_a_vector_as_the_platform_does(sandbox: Sandbox, name: str) -> None:
    vector = VECTORS[name]
    platform, request, expected = vector["platform"], vector["request"], vector["response"]
    sandbox.reset()
    token = sandbox.token(platform, **vector.get("token", {}))
    headers, query = (
        {name: text.replace(TOKEN, token) for name, text in members.items() if text is not None}
        for members in (
            {"accept": "application/json", **_lower(request.get("headers", {}))},
            request.get("query", {}),
        )
    )
    if not any(token in value for value in (*query.values(), *headers.values())):
        headers["authorization"] = f"Bearer {token}"
    got = httpx.request(
        request["method"],
        sandbox.base_url(platform) + request["path"],
        params=query,
        headers=headers,
        json=request.get("json"),
        data=request.get("form"),
    )
    assert got.status_code == expected["status"], got.text
    generated = vector.get("generated", ())
    if "json" in expected:
        _compare_json(expected["json"], got.json(), generated)
    if "text" in expected:
        assert got.text == expected["text"]
    for header, text in expected.get("headers", {}).items():
        assert header in got.headers
        assert header in generated or got.headers[header] == text


def _client_class(vector: dict[str, Any]) -> Any:
    """Return the synchronous class; the face finds the other."""
    if "client" in vector:
        return getattr(integrations_sdk, vector["client"])
    front_door: Any = integrations_sdk
    names = {name.lower(): name for name in front_door.__all__}
    return getattr(front_door, names[vector["platform"]])


def _outcome(face: Face, client: Any, vector: dict[str, Any]) -> Any:
    resource, _, operation = vector["call"]["operation"].partition(".")
    arguments = {name: _argument(v) for name, v in vector["call"].get("arguments", {}).items()}
    try:
        return face(getattr(getattr(client, resource), operation)(**arguments))
    except integrations_sdk.IntegrationsError as error:
        return error


def _argument(value: Any) -> Any:
    if isinstance(value, dict) and "$model" in value:
        module, _, name = value["$model"].rpartition(".")
        model = getattr(importlib.import_module(module), name).from_json(value["json"])
        for path, content in value.get("set", {}).items():
            *way, attribute = path.split(".")
            setattr(reduce(getattr, way, model), attribute, _argument(content))
        return model
    if isinstance(value, list):
        return [_argument(item) for item in value]
    return value


def _response(response: dict[str, Any]) -> httpx.Response:
    headers = _lower(response.get("headers", {}))
    content = response.get("text", "").encode()
    if "json" in response:  # which may be null; to httpx, that is no body
        headers.setdefault("content-type", "application/json")
        content = json.dumps(response["json"]).encode()
    elif content:
        headers.setdefault("content-type", "text/plain; charset=utf-8")
    return httpx.Response(response["status"], headers=headers, content=content)


def _lower(headers: dict[str, Any]) -> dict[str, Any]:
    return {name.lower(): value for name, value in headers.items()}


def _compare_request(expected: dict[str, Any], sent: httpx.Request) -> None:
    path, _, query = sent.url.raw_path.decode().partition("?")
    got: dict[str, Any] = {"method": sent.method, "path": path}
    got["query"] = _members(query)
    got["headers"] = {name: sent.headers.get(name) for name in expected.get("headers", {})}
    if "json" in expected:
        got["json"] = json.loads(sent.content) if sent.content else None
    if "form" in expected:
        got["form"] = _members(sent.content.decode())
    _compare_json(expected, {name: got[name] for name in expected})


def _members(form: str) -> dict[str, str]:
    pairs = parse_qsl(form, keep_blank_values=True)
    assert len(dict(pairs)) == len(pairs), form
    return dict(pairs)


def _compare_outcome(vector: dict[str, Any], outcome: Any) -> None:
    if "error" not in vector:
        assert not isinstance(outcome, Exception), outcome
        if "result" in vector:
            source = "response" if vector["result"] == "as answered" else "result"
            _compare_json(vector[source]["json"], _as_json(outcome))
        return
    expected = dict(vector["error"])
    assert type(outcome).__name__ == expected.pop("class"), outcome
    assert {name: getattr(outcome, name) for name in expected} == expected


def _as_json(outcome: Any) -> Any:
    if isinstance(outcome, Model):
        return outcome.to_json(reveal=True)
    if hasattr(outcome, "items") and hasattr(outcome, "data"):  # a page
        return _as_json(outcome.data)
    if isinstance(outcome, (list, tuple)):
        return [_as_json(item) for item in outcome]
    return outcome


def _compare_json(expected: Any, got: Any, generated: Collection[str] = ()) -> None:
    """Compare documents, but for the values of members that a server makes up: ids and dates."""
    expected, got = _without(expected, generated), _without(got, generated)
    assert got == expected
    # To Python, true is 1; in JSON it is not. 1.0 and 1 are kept apart, too.
    assert json.dumps(got, sort_keys=True) == json.dumps(expected, sort_keys=True)


def _without(document: Any, names: Collection[str]) -> Any:
    if isinstance(document, dict):
        return {
            name: "made up" if name in names else _without(value, names)
            for name, value in document.items()
        }
    if isinstance(document, list):
        return [_without(item, names) for item in document]
    return document
