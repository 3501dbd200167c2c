"""What comes of an answer: a model, or the one error that says what is wrong with it."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from typing import Any

import pytest

from integrations_sdk import (
    APIError,
    AuthenticationError,
    BadRequestError,
    ConflictError,
    DecodeError,
    Drift,
    InternalServerError,
    NotFoundError,
    PermissionDeniedError,
    PreconditionFailedError,
    RateLimitError,
    UnprocessableEntityError,
)
from integrations_sdk.core.drift import anywhere
from integrations_sdk.losant import IntegrationPatch, IntegrationPost

from ..conftest import APPLICATION, INTEGRATION
from ..faces import Face
from .recorder import Answer, Recorder
from .samples import IDS, ONE, encoded, integration

Serve = Callable[..., tuple[Any, Recorder]]

CALLS: dict[str, tuple[dict[str, Any], int]] = {
    "list": ({"application_id": APPLICATION}, 200),
    "get": (IDS, 200),
    "create": (
        {
            "application_id": APPLICATION,
            "integration": IntegrationPost(name="a", integration_type="mqtt"),
        },
        201,
    ),
    "patch": ({**IDS, "integration": IntegrationPatch(name="b")}, 200),
    "delete": (IDS, 200),
}

ERRORS: list[tuple[int, type[APIError], str, str]] = [
    (400, BadRequestError, "Validation", "Body: name is required"),
    (401, AuthenticationError, "Unauthorized", "Unauthorized"),
    (403, PermissionDeniedError, "Forbidden", "Token lacks scope"),
    (404, NotFoundError, "NotFound", "Integration was not found"),
    (409, ConflictError, "Conflict", "Name is taken"),
    (412, PreconditionFailedError, "Precondition", "Changed"),
    (413, APIError, "TooLarge", "Too large"),
    (422, UnprocessableEntityError, "Unprocessable", "No"),
    (429, RateLimitError, "RateLimited", "Slow down"),
    (500, InternalServerError, "Internal", "Oops"),
    (503, InternalServerError, "Unavailable", "Later"),
    (599, InternalServerError, "Odd", "Odd"),
    (100 + 199, APIError, "Odd", "Odd"),
    (202, APIError, "Accepted", "Not what Losant documents"),
]


@pytest.mark.parametrize("name", sorted(CALLS))
@pytest.mark.parametrize(("status", "class_", "code", "message"), ERRORS)
def test_a_status_has_its_error(
    *,
    face: Face,
    serve: Serve,
    name: str,
    status: int,
    class_: type[APIError],
    code: str,
    message: str,
) -> None:
    arguments, _ = CALLS[name]
    refusal = Answer(
        status, {"type": code, "message": message}, headers={"X-Request-Id": "req-SAMPLE"}
    )
    client, recorder = serve(refusal, retry=1)

    with pytest.raises(APIError) as caught:
        face(getattr(client.integration, name)(**arguments))

    error = caught.value
    assert type(error) is class_
    assert (error.status, error.code, error.message) == (status, code, message)
    assert error.request_id == "req-SAMPLE"
    assert error.operation == f"integration.{name}"
    assert error.method == recorder.requests[0].method
    assert error.url == str(recorder.requests[0].url).partition("?")[0]
    assert error.retry_after is None
    assert error.body() == {"type": "<str>", "message": "<str>"}
    assert error.body(reveal=True) == {"type": code, "message": message}
    assert str(error).startswith(
        f"integration.{name}: {error.method} {error.url} answered {status} {code}: {message} "
        "(request id req-SAMPLE)"
    )
    assert [a.outcome for a in error.attempts] == [str(status)]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"Bad gateway",
        b"<html><body>502</body></html>",
        b"[]",
        b"null",
        b'"text"',
        b'{"type": 5, "message": ["a"]}',
        b'{"error": "other shape"}',
        b"\xff\xfe",
        b"[" * 100_000,
    ],
)
@pytest.mark.parametrize("status", [400, 404, 413, 500])
def test_an_error_of_any_other_shape_is_still_its_statuss_error(
    face: Face, serve: Serve, status: int, content: bytes
) -> None:
    client, _ = serve(Answer(status, content=content), retry=1)

    with pytest.raises(APIError) as caught:
        face(client.integration.get(**IDS))

    error = caught.value
    assert (error.status, error.code, error.message) == (status, None, "")
    assert f"GET {ONE} answered {status}" in str(error)
    error.body()
    error.body(reveal=True)


def test_a_hint_says_what_to_do(face: Face, serve: Serve) -> None:
    client, _ = serve(Answer(403, {"type": "Forbidden", "message": "no"}))

    with pytest.raises(PermissionDeniedError, match="check its scopes and what it is bound to"):
        face(client.integration.get(**IDS))


@pytest.mark.parametrize("name", sorted(CALLS))
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    "location", ["https://sink.example/steal", "http://api.losant.com/", "/elsewhere", ""]
)
def test_a_redirect_is_not_followed(
    face: Face, serve: Serve, name: str, status: int, location: str
) -> None:
    arguments, _ = CALLS[name]
    client, recorder = serve(
        Answer(status, {}, headers={"Location": location}), Answer(json=integration())
    )

    with pytest.raises(APIError, match="Redirects are not followed") as caught:
        face(getattr(client.integration, name)(**arguments))

    assert caught.value.status == status
    assert len(recorder.requests) == 1


@pytest.mark.parametrize("name", sorted(CALLS))
@pytest.mark.parametrize(
    ("content", "kind", "got"),
    [
        (b"<html>Sign in</html>", "text/html; charset=utf-8", "text/html: broken JSON"),
        (b"", "application/json", "an empty body"),
        (b'{"id": "575e', "application/json", "application/json: broken JSON (line 1, column"),
        (b'{"id": "5"} trailing', "application/json", "broken JSON"),
        (b'{"page": NaN}', "application/json", "text that is not JSON"),
        (b'{"page": -Infinity}', "application/json", "text that is not JSON"),
        (b'{"page": 1e999}', "application/json", "text that is not JSON"),
        (b'{"page": ' + b"1" * 5000 + b"}", "application/json", "text that is not JSON"),
        (b"[" * 100_000, "application/json", "JSON nested beyond reason"),
        (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "application/json", "beyond reason"),
        (b'{"id": "\xff"}', "application/json", "text that is not JSON"),
    ],
    ids=lambda value: repr(value)[:24],
)
def test_an_answer_that_is_not_json_is_told_and_never_quoted(
    *, face: Face, serve: Serve, name: str, content: bytes, kind: str, got: str
) -> None:
    arguments, status = CALLS[name]
    client, _ = serve(
        Answer(status, content=content, headers={"content-type": kind, "x-request-id": "req-9"})
    )

    with pytest.raises(DecodeError) as caught:
        face(getattr(client.integration, name)(**arguments))

    error = caught.value
    assert got in str(error)
    assert (error.path, error.status, error.request_id) == ("$", status, "req-9")
    assert error.operation == f"integration.{name}"
    assert error.__cause__ is None
    assert error.__context__ is None
    assert "Sign in" not in str(error)
    assert [a.outcome for a in error.attempts] == [str(status)]
    error.body()


@pytest.mark.parametrize(
    ("name", "body", "problem"),
    [
        ("get", [], "$: expected object, got array"),
        ("get", None, "$: expected object, got null"),
        ("get", "text", "$: expected object, got str"),
        ("get", {}, "id: expected str, got nothing"),
        ("get", {"id": 5}, "id: expected str, got int"),
        ("get", {"id": None}, "id: expected str, got null"),
        ("list", {}, "items: expected array, got nothing"),
        ("list", {"items": {}}, "items: expected array, got object"),
        ("list", {"items": [integration(), 7]}, "items[1]: expected object, got int"),
        ("list", {"items": [{"name": "x"}]}, "items[0].id: expected str, got nothing"),
        ("delete", {"success": "true"}, "success: expected bool, got str"),
        ("delete", {}, "success: expected bool, got nothing"),
    ],
)
def test_an_answer_of_the_wrong_kind_is_told_with_its_place(
    face: Face, serve: Serve, name: str, body: Any, problem: str
) -> None:
    client, _ = serve(Answer(json=body))

    with pytest.raises(DecodeError) as caught:
        face(getattr(client.integration, name)(**CALLS[name][0]))

    assert str(caught.value) == f"integration.{name}: the answer with status 200: {problem}"
    assert caught.value.body(reveal=True) == body


DRIFTS = [
    ({"enabled": "false"}, Drift("enabled", "bool", "str")),
    ({"topics": ["a", 5]}, Drift("topics[1]", "str", "int")),
    ({"creationDate": "yesterday"}, Drift("creationDate", "date-time", "str")),
    ({"mqttConfig": "none"}, Drift("mqttConfig", "object", "str")),
    (
        {"mqttConfig": {"protocol": "mqtt", "host": "h", "port": "1883"}},
        Drift("mqttConfig.port", "number", "str"),
    ),
    ({"status": {"connectInfo": {"ts": "now"}}}, Drift("status.connectInfo.ts", "number", "str")),
]


@pytest.mark.parametrize(("members", "drift"), DRIFTS)
def test_a_drifting_member_costs_that_member_and_is_told(
    face: Face, serve: Serve, members: dict[str, Any], drift: Drift
) -> None:
    told: list[tuple[str, Drift]] = []
    body = integration(**members)
    client, _ = serve(Answer(json=body), on_drift=lambda *what: told.append(what))

    model = face(client.integration.get(**IDS))

    assert model.id == INTEGRATION
    assert model.name == "Cold room broker"
    assert told == [("integration.get", anywhere(drift))]
    assert model.to_json(reveal=True) == body


@pytest.mark.parametrize(("members", "drift"), DRIFTS)
def test_a_strict_client_raises_on_drift(
    face: Face, serve: Serve, members: dict[str, Any], drift: Drift
) -> None:
    client, _ = serve(Answer(json=integration(**members)), strict=True)

    with pytest.raises(DecodeError) as caught:
        face(client.integration.get(**IDS))

    assert (caught.value.path, caught.value.expected, caught.value.got) == (
        drift.path,
        drift.expected,
        drift.got,
    )


def test_what_is_not_documented_yet_is_kept(face: Face, serve: Serve) -> None:
    body = integration(integrationType="teleport", teleportConfig={"a": [1, None]}, __class__="x")
    client, _ = serve(Answer(json=body), strict=True)

    model = face(client.integration.get(**IDS))

    assert model.integration_type == "teleport"
    assert model.extra == {"teleportConfig": {"a": [1, None]}, "__class__": "x"}
    assert model.to_json(reveal=True) == body


@pytest.mark.parametrize("kind", ["text/plain", "application/octet-stream", "text/html"])
def test_json_is_read_whatever_it_is_called(face: Face, serve: Serve, kind: str) -> None:
    client, _ = serve(Answer(json=integration(), headers={"content-type": kind}))

    assert face(client.integration.get(**IDS)).id == INTEGRATION


def test_a_compressed_answer_is_read(face: Face, serve: Serve) -> None:
    content = gzip.compress(encoded(integration("packed")))
    client, _ = serve(Answer(content=content, headers={"content-encoding": "gzip"}))

    assert face(client.integration.get(**IDS)).name == "packed"


def test_201_is_what_create_expects_and_200_is_not(face: Face, serve: Serve) -> None:
    client, _ = serve(Answer(200, integration()))

    with pytest.raises(APIError, match="answered 200"):
        face(client.integration.create(**CALLS["create"][0]))
