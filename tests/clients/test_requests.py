"""What goes to the wire, byte for byte, on both faces."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
import respx

from integrations_sdk import InvalidArgumentError, __version__
from integrations_sdk.losant import IntegrationPatch, IntegrationPost, MqttConfig

from ..conftest import APPLICATION, INTEGRATION
from ..faces import Face
from .recorder import Answer, Recorder
from .samples import ALL, FLAGS, IDS, ONE, integration, page

Serve = Callable[..., tuple[Any, Recorder]]

BROKER = IntegrationPost(
    name="Kühlraum",
    integration_type="mqtt",
    topics=["coldroom/+/temp"],
    mqtt_config=MqttConfig(protocol="mqtts", host="mq.example", port=8883, password="pw-SAMPLE"),
)
BROKER_BYTES = (
    b'{"name":"K\\u00fchlraum","integrationType":"mqtt","topics":["coldroom/+/temp"],'
    b'"mqttConfig":{"protocol":"mqtts","host":"mq.example","port":8883,"password":"pw-SAMPLE"}}'
)

FILTER = "&filterField=name&filter=cold%20%2A%26%2F%C3%BC%2B"

OPERATIONS: list[tuple[str, dict[str, Any], Answer, str, str, bytes]] = [
    (
        "list",
        {"application_id": APPLICATION},
        Answer(json=page("a", number=0, size=100, total=1)),
        "GET",
        f"{ALL}?{FLAGS}",
        b"",
    ),
    (
        "list",
        {
            "application_id": APPLICATION,
            "page": 0,
            "per_page": 5,
            "sort_field": "creationDate",
            "sort_direction": "desc",
            "filter_field": "name",
            "filter": "cold *&/ü+",
        },
        Answer(json=page("a", number=0, size=100, total=1)),
        "GET",
        f"{ALL}?{FLAGS}&page=0&perPage=5&sortField=creationDate&sortDirection=desc{FILTER}",
        b"",
    ),
    ("get", IDS, Answer(json=integration()), "GET", f"{ONE}?{FLAGS}", b""),
    (
        "create",
        {"application_id": APPLICATION, "integration": BROKER},
        Answer(201, integration()),
        "POST",
        f"{ALL}?{FLAGS}",
        BROKER_BYTES,
    ),
    (
        "patch",
        {**IDS, "integration": IntegrationPatch(enabled=False, credential_name=None)},
        Answer(json=integration()),
        "PATCH",
        f"{ONE}?{FLAGS}",
        b'{"enabled":false,"credentialName":null}',
    ),
    (
        "patch",
        {**IDS, "integration": IntegrationPatch()},
        Answer(json=integration()),
        "PATCH",
        f"{ONE}?{FLAGS}",
        b"{}",
    ),
    ("delete", IDS, Answer(json={"success": True}), "DELETE", f"{ONE}?{FLAGS}", b""),
    (
        "delete",
        {**IDS, "include_workflows": True},
        Answer(json={"success": True}),
        "DELETE",
        f"{ONE}?{FLAGS}&includeWorkflows=true",
        b"",
    ),
    (
        "delete",
        {**IDS, "include_workflows": False},
        Answer(json={"success": True}),
        "DELETE",
        f"{ONE}?{FLAGS}&includeWorkflows=false",
        b"",
    ),
]


@pytest.mark.parametrize(("name", "arguments", "answer", "method", "url", "body"), OPERATIONS)
def test_an_operation_sends_exactly_this(
    *,
    face: Face,
    serve: Serve,
    name: str,
    arguments: dict[str, Any],
    answer: Answer,
    method: str,
    url: str,
    body: bytes,
) -> None:
    client, recorder = serve(answer)

    face(getattr(client.integration, name)(**arguments))

    (request,) = recorder.requests
    assert request.method == method
    assert str(request.url) == url
    assert request.url.raw_path.decode() == url.removeprefix("https://api.losant.com")
    assert request.read() == body
    expected = [
        ("host", "api.losant.com"),
        ("accept-encoding", "gzip, deflate"),
        ("accept", "application/json"),
        ("user-agent", f"integrations-sdk/{__version__}"),
    ]
    if body:
        expected += [("content-type", "application/json")]
    expected += [("authorization", "Bearer tok-SAMPLE-plain")]
    if body:
        expected += [("content-length", str(len(body)))]
    assert sorted(request.headers.multi_items()) == sorted(expected)


def test_the_clients_own_headers_and_flags_go_along(face: Face, serve: Serve) -> None:
    client, recorder = serve(
        Answer(json=integration()),
        headers={"X-Team": "cold"},
        accept_version="^1.29.0",
        domain="white.example",
        actions=True,
        links=False,
        embedded=False,
    )

    face(client.integration.get(**IDS))

    (request,) = recorder.requests
    assert request.url.query == b"_actions=true&_links=false&_embedded=false"
    assert request.headers["x-team"] == "cold"
    assert request.headers["accept-version"] == "^1.29.0"
    assert request.headers["losantdomain"] == "white.example"


def test_a_header_of_the_clients_replaces_a_default_but_never_the_token(
    face: Face, serve: Serve
) -> None:
    client, recorder = serve(
        Answer(json=integration()), headers={"User-Agent": "mine/1", "Authorization": "Basic x"}
    )

    face(client.integration.get(**IDS))

    (request,) = recorder.requests
    assert request.headers.get_list("user-agent") == ["mine/1"]
    assert request.headers.get_list("authorization") == ["Bearer tok-SAMPLE-plain"]


@pytest.mark.parametrize("base", ["http://127.0.0.1:8000/v1/", "http://localhost:8000/v1"])
def test_paths_go_below_the_base_url(face: Face, serve: Serve, base: str) -> None:
    client, recorder = serve(Answer(json=integration()), base_url=base)

    face(client.integration.get(**IDS))

    (request,) = recorder.requests
    assert request.url.path == f"/v1/applications/{APPLICATION}/integrations/{INTEGRATION}"


def test_what_create_sends_is_what_the_model_says(face: Face, serve: Serve) -> None:
    client, recorder = serve(Answer(201, integration()))

    face(client.integration.create(application_id=APPLICATION, integration=BROKER))

    assert json.loads(recorder.requests[0].read()) == BROKER.to_json(reveal=True)


def test_with_response_tells_the_answers_particulars(face: Face, serve: Serve) -> None:
    answer = Answer(201, integration(), headers={"X-Request-Id": "req-7", "X-Two": "b"})
    client, _ = serve(answer)

    reply = face(
        client.integration.create.with_response(application_id=APPLICATION, integration=BROKER)
    )

    assert reply.value.name == "Cold room broker"
    assert reply.status == 201
    assert reply.request_id == "req-7"
    assert reply.headers["X-TWO"] == "b"
    assert 0 <= reply.attempts[0].started <= reply.elapsed
    assert [(a.outcome, a.waited) for a in reply.attempts] == [("201", 0.0)]


def test_with_response_without_a_request_id(face: Face, serve: Serve) -> None:
    client, _ = serve(Answer(json=integration()))

    assert face(client.integration.get.with_response(**IDS)).request_id is None


def test_a_call_is_built_unsent_and_sent_later(face: Face, serve: Serve) -> None:
    client, recorder = serve(Answer(json=integration()))

    call = client.integration.get.call(**IDS)
    assert recorder.requests == []
    assert repr(call) == (
        f"<Call integration.get: GET /applications/{APPLICATION}/integrations/{INTEGRATION}>"
    )

    assert face(client.send(call)).name == "Cold room broker"
    assert face(client.send_with_response(call)).status == 200
    assert [str(r.url) for r in recorder.requests] == [f"{ONE}?{FLAGS}"] * 2


def test_a_call_can_be_sent_by_another_client(face: Face, serve: Serve) -> None:
    builder, unused = serve(Answer(json=integration()))
    sender, recorder = serve(Answer(json=integration()), token="tok-SAMPLE-other")

    face(sender.send(builder.integration.get.call(**IDS)))

    assert unused.requests == []
    assert recorder.tokens == ["Bearer tok-SAMPLE-other"]


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("get", {**IDS, "integration_id": ""}),
        ("get", {**IDS, "integration_id": ".."}),
        ("get", {**IDS, "application_id": "../../../admin"}),
        ("get", {**IDS, "application_id": "575ec8687ae143cd83dc4a9\n"}),
        ("get", {**IDS, "application_id": None}),
        ("delete", {**IDS, "integration_id": "%2e%2e"}),
        ("list", {"application_id": APPLICATION, "page": -1}),
        ("list", {"application_id": APPLICATION, "per_page": 0}),
        ("list", {"application_id": APPLICATION, "sort_field": "colour"}),
        ("list", {"application_id": APPLICATION, "sort_direction": "up"}),
        ("create", {"application_id": APPLICATION, "integration": {"name": "a dict"}}),
        ("patch", {**IDS, "integration": None}),
    ],
)
def test_an_argument_that_losant_rules_out_is_refused_unsent(
    face: Face, serve: Serve, name: str, arguments: dict[str, Any]
) -> None:
    client, recorder = serve(Answer(json=integration()))

    with pytest.raises(InvalidArgumentError, match="nothing was sent"):
        face(getattr(client.integration, name)(**arguments))

    assert recorder.requests == []


def test_respx_mocks_the_default_transport(face: Face) -> None:
    client = face.losant(base_url="https://api.losant.com")

    with respx.mock:
        route = respx.get(ONE).mock(return_value=httpx.Response(200, json=integration("by respx")))
        assert face(client.integration.get(**IDS)).name == "by respx"

    request = route.calls.last.request
    assert request.headers["authorization"] == "Bearer tok-SAMPLE-plain"
    assert request.url.query.decode() == FLAGS


def test_respx_faults_are_this_librarys_errors(face: Face) -> None:
    client = face.losant(retry=1)

    with respx.mock:
        respx.get(ONE).mock(side_effect=httpx.ConnectError)
        with pytest.raises(Exception, match="nothing was sent") as caught:
            face(client.integration.get(**IDS))

    assert type(caught.value).__name__ == "ConnectError"
