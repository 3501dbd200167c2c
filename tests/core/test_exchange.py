"""One run of a call without I/O: what is sent, and what is made of what comes back."""

from __future__ import annotations

import json
import logging
import math
import pickle
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import attrs
import pytest

from integrations_sdk import (
    UNSET,
    AmbiguousWriteError,
    APIError,
    Attempt,
    Call,
    ConnectError,
    DeadlineExceededError,
    DecodeError,
    Drift,
    IntegrationsError,
    InvalidArgumentError,
    MissingScopeError,
    NotFoundError,
    Operation,
    ResponseTooLargeError,
    Secret,
    Timeout,
    TransportError,
    __version__,
)
from integrations_sdk.core import exchange as room
from integrations_sdk.core.auth import Credentials
from integrations_sdk.core.exchange import Exchange, granted_scopes
from integrations_sdk.core.settings import Platform, Settings, load
from integrations_sdk.core.transport import Fault, Headers, Response
from integrations_sdk.losant import (
    Integration,
    IntegrationPatch,
    IntegrationPost,
    MqttConfig,
    WebsocketConfig,
    WebsocketHeader,
)
from integrations_sdk.losant.integration import CREATE, DELETE, GET, LIST, PATCH
from integrations_sdk.losant.platform import LOSANT

from .examples import APPLICATION, INTEGRATION, integration

TOKEN = Secret("tok-SAMPLE-plain")
IDS = {"applicationId": APPLICATION, "integrationId": INTEGRATION}
URL = f"https://api.losant.com/applications/{APPLICATION}/integrations/{INTEGRATION}"
REPEATABLE = Operation(
    name="part.delete", method="DELETE", path="/x", returns=type(None), repeatable=True
)
EMPTY = PATCH(IDS, body=IntegrationPatch())


def settings(platform: Platform = LOSANT, **told: Any) -> Settings:
    untold: dict[str, Any] = {
        "base_url": None,
        "scopes": None,
        "timeout": None,
        "retry": None,
        "headers": {},
        "query": {},
        "max_response_size": UNSET,
        "strict": None,
        "on_drift": None,
        "rate_limit": UNSET,
        "allow_plain_http": False,
    }
    return load(platform, **{**untold, **told})


def run(call: Call[Any] | None = None, **told: Any) -> Exchange[Any]:
    """Return a run whose request was made."""
    exchange = Exchange(settings(**told), call or GET(IDS))
    exchange.request(TOKEN)
    return exchange


def response(status: int = 200, content: Any = None, **headers: str) -> Response:
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    pairs = [(name.replace("_", "-"), value) for name, value in headers.items()]
    return Response(status=status, headers=Headers(pairs), content=body)


def refusal(call: Call[Any] | None, answer: Response, **told: Any) -> APIError:
    with pytest.raises(APIError) as caught:
        run(call, **told).accept(answer)
    return caught.value


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(
        room, "time", SimpleNamespace(monotonic=clock.monotonic, time=clock.monotonic)
    )
    return clock


# What is sent


def test_a_request_carries_what_the_call_says() -> None:
    call = PATCH(IDS, body=IntegrationPatch(enabled=False), headers={"If-Match": "x"})
    request = Exchange(settings(), call).request(TOKEN)
    assert request.method == "PATCH"
    assert request.url == URL
    assert request.content == b'{"enabled":false}'
    assert dict(request.headers) == {
        "accept": "application/json",
        "user-agent": f"integrations-sdk/{__version__}",
        "content-type": "application/json",
        "if-match": "x",
        "authorization": "Bearer tok-SAMPLE-plain",
    }


@pytest.mark.parametrize("operation", [GET, DELETE])
def test_a_request_without_a_body_has_no_content_type(operation: Operation[Any]) -> None:
    request = Exchange(settings(), operation(IDS)).request(TOKEN)
    assert request.content is None
    assert "content-type" not in dict(request.headers)


def test_headers_of_the_call_win_over_the_clients_and_the_token_over_both() -> None:
    told = {"X-A": "client", "X-B": "client", "Authorization": "client", "User-Agent": "mine"}
    call = GET(IDS, headers={"x-b": "call", "authorization": "call"})
    sent = dict(Exchange(settings(headers=told), call).request(TOKEN).headers)
    assert (sent["x-a"], sent["x-b"]) == ("client", "call")
    assert sent["authorization"] == "Bearer tok-SAMPLE-plain"
    assert sent["user-agent"] == "mine"


def test_the_query_is_of_the_client_the_call_and_the_token() -> None:
    platform = attrs.evolve(
        LOSANT, authorize=lambda token: Credentials(query={"key": token.reveal(), "b": "token"})
    )
    told = settings(platform, query={"a": "client", "b": "client"})
    call = GET(IDS, query={"a": "ä b/c&d=e", "flag": True})
    request = Exchange(told, call).request(Secret("k+1"))
    assert "a=%C3%A4%20b%2Fc%26d%3De" in request.url
    assert dict(parse_qsl(urlsplit(request.url).query, strict_parsing=True)) == {
        "a": "ä b/c&d=e",
        "b": "token",
        "flag": "true",
        "key": "k+1",
    }
    assert "authorization" not in dict(request.headers)
    assert "k+1" not in repr(request)


def test_a_request_ends_at_the_deadline_of_the_call(clock: Clock) -> None:
    exchange = Exchange(settings(timeout=Timeout(connect=1, read=2, total=30)), GET(IDS))
    assert exchange.request(TOKEN).deadline == 1030
    clock.now += 20
    assert exchange.remaining() == 10
    request = exchange.request(TOKEN)
    assert request.deadline == 1030
    assert request.timeout == Timeout(connect=1, read=2, total=30)


def test_a_call_may_be_without_a_deadline() -> None:
    exchange = Exchange(settings(timeout=Timeout(total=None)), GET(IDS))
    assert exchange.request(TOKEN).deadline == math.inf
    assert exchange.remaining() == math.inf


def test_a_body_that_is_not_documented_is_refused_before_the_run() -> None:
    with pytest.raises(InvalidArgumentError, match=r"^integration\.enabled: expected bool"):
        Exchange(settings(), PATCH(IDS, body=IntegrationPatch(enabled="no")))  # type: ignore[arg-type]
    with pytest.raises(InvalidArgumentError, match=r"^integration: expected IntegrationPatch"):
        Exchange(settings(), PATCH(IDS))


# Scopes


def test_a_token_that_lacks_the_scope_sends_nothing() -> None:
    exchange = Exchange(settings(scopes=["integration.get"]), DELETE(IDS))
    with pytest.raises(MissingScopeError) as caught:
        exchange.request(TOKEN)
    assert caught.value.operation == "integration.delete"
    assert caught.value.required == DELETE.scopes
    assert caught.value.granted == frozenset({"integration.get"})


@pytest.mark.parametrize("scopes", [None, ["integration.delete"], ["x", "all.User"]])
def test_a_token_with_the_scope_or_an_unknown_one_is_sent(scopes: list[str] | None) -> None:
    assert Exchange(settings(scopes=scopes), DELETE(IDS)).request(TOKEN).method == "DELETE"


def test_an_operation_without_scopes_asks_for_none() -> None:
    assert Exchange(settings(scopes=[]), REPEATABLE({})).request(TOKEN).method == "DELETE"


JWT = Secret("e30.eyJzY29wZSI6WyJpbnRlZ3JhdGlvbi5nZXQiXX0.c2ln")
"""Claims ``{"scope":["integration.get"]}``."""


def test_a_jwt_is_believed_about_its_own_scopes() -> None:
    assert Exchange(settings(), GET(IDS)).request(JWT).method == "GET"
    with pytest.raises(MissingScopeError):
        Exchange(settings(), DELETE(IDS)).request(JWT)


def test_a_new_token_is_checked_again() -> None:
    exchange = Exchange(settings(), DELETE(IDS))
    exchange.request(TOKEN)
    with pytest.raises(MissingScopeError):
        exchange.request(JWT)


def test_what_the_client_was_told_of_scopes_wins_over_the_token() -> None:
    assert Exchange(settings(scopes=["all.User"]), DELETE(IDS)).request(JWT).method == "DELETE"


def test_granted_scopes_are_known_as_far_as_they_are() -> None:
    assert granted_scopes(settings(), None) is None
    assert granted_scopes(settings(), TOKEN) is None
    assert granted_scopes(settings(), JWT) == frozenset({"integration.get"})
    assert granted_scopes(settings(scopes=["a"]), None) == frozenset({"a"})
    assert granted_scopes(settings(scopes=[]), JWT) == frozenset()


# What went wrong on the way

FAULTS = {
    "refused": Fault("connection refused", sent=False),
    "late to connect": Fault("the deadline passed", sent=False, overdue=True),
    "not trusted": Fault("certificate not trusted", sent=False, lasting=True),
    "lost": Fault("closed before an answer", sent=True),
    "late": Fault("the deadline passed", sent=True, overdue=True),
    "broken for good": Fault("no HTTP", sent=True, lasting=True),
    "too large": Fault("above the bound", sent=True, lasting=True, oversized=True),
}


@pytest.mark.parametrize("operation", [GET, LIST, DELETE, REPEATABLE])
@pytest.mark.parametrize(
    ("fault", "class_", "repeats"),
    [
        ("refused", ConnectError, True),
        ("late to connect", DeadlineExceededError, False),
        ("not trusted", ConnectError, False),
        ("lost", TransportError, True),
        ("late", DeadlineExceededError, False),
        ("broken for good", TransportError, False),
        ("too large", ResponseTooLargeError, False),
    ],
)
def test_a_fault_of_a_call_that_may_be_repeated(
    operation: Operation[Any], fault: str, class_: type[TransportError], repeats: bool
) -> None:
    exchange = run(operation(IDS))
    error = exchange.fail(FAULTS[fault])
    assert type(error) is class_
    assert exchange.may_repeat(error) is repeats


@pytest.mark.parametrize("operation", [CREATE, PATCH])
@pytest.mark.parametrize(
    ("fault", "class_", "repeats"),
    [
        ("refused", ConnectError, True),
        ("late to connect", DeadlineExceededError, False),
        ("not trusted", ConnectError, False),
        ("lost", AmbiguousWriteError, False),
        ("late", AmbiguousWriteError, False),
        ("broken for good", AmbiguousWriteError, False),
        ("too large", AmbiguousWriteError, False),
    ],
)
def test_a_fault_of_a_write_is_ambiguous_once_it_was_sent(
    operation: Operation[Any], fault: str, class_: type[TransportError], repeats: bool
) -> None:
    bodies = {
        "POST": IntegrationPost(name="x", integration_type="mqtt"),
        "PATCH": IntegrationPatch(),
    }
    exchange = run(operation(IDS, body=bodies[operation.method]))
    error = exchange.fail(FAULTS[fault])
    assert type(error) is class_
    assert exchange.may_repeat(error) is repeats


def test_an_error_of_the_way_tells_where_to_without_the_query() -> None:
    platform = attrs.evolve(
        LOSANT, authorize=lambda token: Credentials(query={"key": token.reveal()})
    )
    exchange = Exchange(settings(platform), GET(IDS, query={"filter": "secret*"}))
    exchange.request(TOKEN)
    error = exchange.fail(FAULTS["lost"])
    assert (error.operation, error.method, error.url) == ("integration.get", "GET", URL)
    assert error.reason == "closed before an answer"
    assert "SAMPLE" not in str(error)
    assert "secret*" not in str(error)


def test_only_the_failure_itself_may_be_repeated() -> None:
    exchange = run()
    first = exchange.fail(FAULTS["refused"])
    second = exchange.fail(FAULTS["refused"])
    assert not exchange.may_repeat(first)
    assert exchange.may_repeat(second)
    assert not exchange.may_repeat(KeyError())


# What the platform refused


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
@pytest.mark.parametrize(
    ("call", "repeats"), [(GET(IDS), True), (DELETE(IDS), True), (EMPTY, False)]
)
def test_a_status_that_may_better_is_repeated_for_what_is_safe(
    call: Call[Any], repeats: bool, status: int
) -> None:
    exchange = run(call)
    with pytest.raises(APIError) as caught:
        exchange.accept(response(status))
    assert exchange.may_repeat(caught.value) is repeats


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 412, 413, 422, 501, 505, 302, 204])
def test_another_status_is_not_repeated(status: int) -> None:
    exchange = run()
    with pytest.raises(APIError) as caught:
        exchange.accept(response(status))
    assert not exchange.may_repeat(caught.value)
    assert caught.value.status == status


@pytest.mark.parametrize("status", [408, 500, 502, 503, 504])
def test_a_write_that_may_have_happened_says_so(status: int) -> None:
    error = refusal(EMPTY, response(status))
    assert "The write may or may not have happened: read the resource" in str(error)
    assert "may or may not" not in str(refusal(GET(IDS), response(status)))


@pytest.mark.parametrize("status", [400, 404, 429])
def test_a_write_that_was_refused_did_not_happen(status: int) -> None:
    assert "may or may not" not in str(refusal(EMPTY, response(status)))


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("call", [GET(IDS), DELETE(IDS)])
def test_a_redirect_is_explained_and_not_followed(call: Call[Any], status: int) -> None:
    error = refusal(call, response(status, b"", location="https://sink.example/SAMPLE"))
    assert type(error) is APIError
    assert "Redirects are not followed" in str(error)
    assert "sink" not in str(error)


def test_a_refusal_has_what_the_platform_says() -> None:
    error = refusal(
        GET(IDS),
        response(
            404,
            {"type": "NotFound", "message": "Integration was not found"},
            x_request_id="req-1",
            retry_after="7",
        ),
    )
    assert (error.code, error.message) == ("NotFound", "Integration was not found")
    assert (error.request_id, error.retry_after) == ("req-1", 7.0)
    assert str(error) == (
        f"integration.get: GET {URL} answered 404 NotFound: Integration was not found "
        "(request id req-1)"
    )
    assert error.body(reveal=True) == {
        "type": "NotFound",
        "message": "Integration was not found",
    }


@pytest.mark.parametrize(
    "content", [b"", b"<html>SAMPLE", b"\xff", b"[]", b"5", b'{"type": 5, "message": ["SAMPLE"]}']
)
def test_a_refusal_may_say_anything(content: bytes) -> None:
    error = refusal(GET(IDS), response(400, content))
    assert (error.code, error.message, error.request_id) == (None, "", None)
    assert str(error) == f"integration.get: GET {URL} answered 400"


def test_the_platform_names_its_request_as_it_likes() -> None:
    platform = attrs.evolve(LOSANT, request_id_header="X-Trace")
    assert refusal(None, response(400, x_trace="t-1"), platform=platform).request_id == "t-1"


def test_secrets_that_a_server_repeats_are_replaced() -> None:
    body = IntegrationPatch(
        mqtt_config=MqttConfig(protocol="m", host="h", port=1, password="pw-SAMPLE"),
        websocket_config=WebsocketConfig(
            url="wss://SAMPLE-url",
            headers=[WebsocketHeader(header_key="k", header_value="v-SAMPLE")],
        ),
    )
    said = f"pw-SAMPLE, wss://SAMPLE-url, v-SAMPLE or {TOKEN.reveal()} is wrong"
    error = refusal(
        PATCH(IDS, body=body),
        response(400, {"type": "Bad pw-SAMPLE", "message": said}, x_request_id="r-v-SAMPLE"),
    )
    assert "SAMPLE" not in str(error) + repr(error)
    assert error.message == "[secret], [secret], [secret] or [secret] is wrong"
    assert error.code == "Bad [secret]"
    assert error.request_id == "r-[secret]"
    assert "SAMPLE" not in str(error.body())


def test_a_token_that_a_server_repeats_as_it_stood_in_the_address_is_replaced() -> None:
    exchange = Exchange(settings(), GET(IDS))
    exchange.request(Secret("tok/SAMPLE+="))
    said = "no such thing at /x?key=tok%2FSAMPLE%2B%3D"
    with pytest.raises(APIError) as caught:
        exchange.accept(response(404, {"type": "NotFound", "message": said}))
    assert caught.value.message == "no such thing at /x?key=[secret]"


def test_a_401_that_means_something_else_says_so() -> None:
    hidden = attrs.evolve(GET, errors={401: NotFoundError})
    error = refusal(hidden(IDS), response(401))
    assert type(error) is NotFoundError
    assert error.status == 401
    assert str(error).endswith("for what does not exist and for a wrong token alike")
    assert "alike" not in str(refusal(hidden(IDS), response(404)))
    assert "Check the token" in str(refusal(GET(IDS), response(401)))


def test_a_secret_within_a_longer_one_leaves_nothing_of_it() -> None:
    config = MqttConfig(protocol="m", host="h", port=1, password="pw", private_key="pw-SAMPLE")
    body = IntegrationPatch(mqtt_config=config)
    error = refusal(PATCH(IDS, body=body), response(400, {"message": "no: pw-SAMPLE"}))
    assert error.message == "no: [secret]"


def test_an_empty_secret_is_not_found_everywhere() -> None:
    config = MqttConfig(protocol="m", host="h", port=1, password="")
    body = IntegrationPatch(mqtt_config=config)
    error = refusal(PATCH(IDS, body=body), response(400, {"message": "too short"}))
    assert error.message == "too short"


def test_a_run_without_a_request_knows_no_token() -> None:
    with pytest.raises(APIError) as caught:
        Exchange(settings(), GET(IDS)).accept(response(400, {"message": "no"}))
    assert caught.value.message == "no"


def test_a_token_that_is_refused_is_asked_for_again_once() -> None:
    exchange = run()
    assert not exchange.refused(response(403))
    assert exchange.refused(response(401))
    assert not exchange.refused(response(401))


# What came back


def test_a_success_is_a_reply(clock: Clock) -> None:
    exchange = run()
    clock.now += 0.5
    exchange.note("200")
    reply = exchange.accept(response(200, integration(), x_request_id="req-1", etag="x"))
    assert reply.value.id == INTEGRATION
    assert (reply.status, reply.request_id) == (200, "req-1")
    assert reply.headers["etag"] == "x"
    assert reply.elapsed == 0.5
    assert reply.attempts == (Attempt(0.0, 0.5, "200", timestamp=1000.0, request_id="req-1"),)


@pytest.mark.parametrize("content", [b"", b"Created", b"\xff", b"{}", b'{"id": 5}'])
def test_a_document_may_be_in_a_header_and_the_body_be_anything(content: bytes) -> None:
    operation = Operation(
        name="part.mark",
        method="PUT",
        path="/x",
        returns=Integration,
        unwrap=lambda body, headers: {"id": headers["x-id"], "name": body},
        reads_body=False,
    )
    value = run(operation({})).accept(response(200, content, x_id="i-1")).value
    assert (value.id, value.extra) == ("i-1", {"name": None})


@pytest.mark.parametrize(
    ("status", "content", "name"),
    [(204, b"", "none"), (200, b'"some"', "some"), (204, b'"some"', "some"), (200, b"", None)],
)
def test_an_answer_without_a_body_may_stand_for_one(
    status: int, content: bytes, name: str | None
) -> None:
    operation = Operation(
        name="part.find",
        method="GET",
        path="/x",
        returns=Integration,
        success=frozenset({200, 204}),
        unwrap=lambda body, _: {"id": "i-1", "called": body},
        empty={204: "none"},
    )
    value = run(operation({})).accept(response(status, content)).value
    assert value.extra == {"called": name}


def test_an_answer_without_a_body_may_stand_for_a_document() -> None:
    operation = attrs.evolve(GET, success=frozenset({200, 204}), empty={204: {"id": "i-1"}})
    assert run(operation(IDS)).accept(response(204, b"")).value.id == "i-1"
    with pytest.raises(DecodeError, match="an empty body"):
        run(operation(IDS)).accept(response(200, b""))


def test_an_operation_that_returns_nothing_reads_no_body() -> None:
    assert run(REPEATABLE({})).accept(response(200, b"whatever")).value is None


@pytest.mark.parametrize("status", [201, 202, 204])
def test_a_success_that_is_not_this_operations_is_refused(status: int) -> None:
    assert type(refusal(GET(IDS), response(status, integration()))) is APIError


@pytest.mark.parametrize(
    ("answer", "got"),
    [
        (response(200, b""), "an empty body: broken JSON (line 1, column 1)"),
        (
            response(200, b"<html>SAMPLE", content_type="text/html; charset=utf-8"),
            "text/html: broken JSON (line 1, column 1)",
        ),
        (response(200, b"\xff"), "text of no stated kind: text that is not JSON"),
        (
            response(200, b"[" * 101 + b"]" * 101, content_type="application/json"),
            "application/json: JSON nested beyond reason",
        ),
    ],
)
def test_an_answer_that_is_no_json_is_named_by_its_kind(answer: Response, got: str) -> None:
    with pytest.raises(DecodeError) as caught:
        run().accept(answer)
    error = caught.value
    assert str(error) == (
        f"integration.get: the answer with status 200: $: expected JSON, got {got}"
    )
    assert error.status == 200
    assert error.__context__ is None
    assert "SAMPLE" not in str(error)


def test_an_answer_without_identity_names_the_place() -> None:
    with pytest.raises(DecodeError) as caught:
        run().accept(response(200, {"id": 5, "name": "SAMPLE"}, x_request_id="req-1"))
    error = caught.value
    assert (error.path, error.expected, error.got) == ("id", "str", "int")
    assert (error.operation, error.request_id) == ("integration.get", "req-1")
    assert error.body() == {"id": "<int>", "name": "<str>"}
    assert error.body(reveal=True) == {"id": 5, "name": "SAMPLE"}
    assert error.__context__ is None


def test_a_drift_is_told_with_its_operation(caplog: pytest.LogCaptureFixture) -> None:
    told: list[tuple[str, Drift]] = []
    exchange = run(on_drift=lambda operation, drift: told.append((operation, drift)))
    with caplog.at_level(logging.DEBUG, "integrations_sdk"):
        exchange.accept(response(200, integration(enabled="SAMPLE", topics=5)))
    assert told == [
        ("integration.get", Drift("enabled", "bool", "str")),
        ("integration.get", Drift("topics", "array", "int")),
    ]
    assert not caplog.text


def test_a_drift_need_not_be_told() -> None:
    assert run().accept(response(200, integration(enabled="x"))).value.extra == {"enabled": "x"}


def test_a_strict_client_raises_on_a_drift() -> None:
    told: list[Any] = []
    exchange = run(strict=True, on_drift=lambda *drift: told.append(drift))
    with pytest.raises(DecodeError, match="enabled: expected bool, got str"):
        exchange.accept(response(200, integration(enabled="x")))
    assert told == []


# The story of a run


def test_attempts_are_written_down_as_they_went(clock: Clock) -> None:
    exchange = run()
    clock.now += 1.0
    exchange.note("503")
    exchange.waiting(0.5)
    clock.now += 0.5
    exchange.request(TOKEN)
    clock.now += 2.0
    error = exchange.fail(FAULTS["lost"])
    exchange.tell(error)
    assert error.attempts == (
        Attempt(started=0.0, elapsed=1.0, outcome="503", waited=0.5, timestamp=1000.0),
        Attempt(started=1.5, elapsed=2.0, outcome="closed before an answer", timestamp=1001.5),
    )
    assert str(error).endswith("(after 2 attempts)")


def test_any_error_of_a_run_is_told_its_operation() -> None:
    error = IntegrationsError("something")
    run().tell(error)
    assert error.operation == "integration.get"
    assert error.attempts == ()


@pytest.mark.parametrize(("wait", "asked"), [("7", 7.0), ("nonsense", None)])
def test_the_wait_that_a_server_asks_for_is_known(wait: str, asked: float | None) -> None:
    exchange = run()
    assert exchange.asked_wait(refusal(None, response(503, retry_after=wait))) == asked
    assert exchange.asked_wait(exchange.fail(FAULTS["lost"])) is None


def test_logs_show_names_but_no_query_token_or_body(
    caplog: pytest.LogCaptureFixture,
) -> None:
    platform = attrs.evolve(
        LOSANT, authorize=lambda token: Credentials(query={"key": token.reveal()})
    )
    body = IntegrationPatch(name="SAMPLE-name")
    with caplog.at_level(logging.DEBUG):
        exchange = Exchange(settings(platform), PATCH(IDS, body=body, query={"q": "SAMPLE-q"}))
        exchange.request(TOKEN)
        exchange.sending()
        exchange.note("503")
        exchange.waiting(1.25)
    question = "?q=[hidden]&key=[hidden]"
    assert f"integration.patch: PATCH {URL}{question}: 503 in 0 ms (attempt 1)" in caplog.text
    assert "integration.patch: 503; again in 1.2 s" in caplog.text
    assert "SAMPLE" not in caplog.text


PAGE = b"\n<!doctype html><title>Sign in</title>"


@pytest.mark.parametrize(
    "operation",
    [
        REPEATABLE,
        Operation(name="a", method="POST", path="/x", returns=Integration, reads_body=False),
    ],
    ids=["nothing comes back", "what comes back says nothing"],
)
def test_a_page_is_no_answer_though_nothing_is_read_of_one(operation: Operation[Any]) -> None:
    with pytest.raises(DecodeError, match="a page in the place of an answer"):
        run(operation({})).value(response(200, PAGE))


def test_with_201_a_page_is_as_good_as_any_body_of_which_nothing_is_read() -> None:
    operation = attrs.evolve(REPEATABLE, success=frozenset({201}))
    assert run(operation({})).value(response(201, PAGE)) is None


def test_a_page_of_404_does_not_say_that_what_was_deleted_is_gone() -> None:
    exchange = run(attrs.evolve(REPEATABLE, when_gone=None)({}))
    exchange.fail(Fault("the connection was lost", sent=True))
    with pytest.raises(NotFoundError):
        exchange.value(response(404, PAGE))
    with pytest.raises(NotFoundError):
        exchange.value(response(404, b"\xef\xbb\xbf" + PAGE))
    assert exchange.value(response(404, b"")) is None


def test_what_was_deleted_before_gives_back_what_its_retry_took() -> None:
    exchange = run(attrs.evolve(REPEATABLE, when_gone=None)({}))
    exchange.fail(Fault("the connection was lost", sent=True))
    quota = exchange._settings.quota
    assert quota is not None
    before = quota._left
    assert exchange.may_spend()
    exchange.value(response(404, b""))
    assert quota._left == before


def test_a_reply_keeps_no_body_and_can_be_pickled() -> None:
    came = response(200, integration(), x_request_id="r")
    reply = run().accept(came)
    closure: Any = getattr(reply.headers._pairs, "__closure__", ())
    assert not any(cell.cell_contents is came for cell in closure)
    assert dict(pickle.loads(pickle.dumps(reply.headers))) == {"x-request-id": "r"}
