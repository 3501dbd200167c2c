"""A call is a value: what to ask, declared without asking."""

from __future__ import annotations

import enum
from typing import Any
from urllib.parse import unquote, urlencode, urlsplit

import attrs
import pytest
from hypothesis import given, strategies as st

from integrations_sdk import UNSET, Attempt, Call, InvalidArgumentError, Operation, Reply
from integrations_sdk.core.transport import Headers
from integrations_sdk.losant import Integration, IntegrationPatch, MqttConfig

GET = Operation(
    name="part.get", method="GET", path="/rooms/{roomId}/parts/{partId}", returns=Integration
)
PATCH = attrs.evolve(
    GET, name="part.patch", method="PATCH", body=IntegrationPatch, repeatable=False
)
segments = st.text(min_size=1).filter(lambda text: text not in {".", ".."})


@given(room=segments, part=segments)
def test_any_text_as_a_path_parameter_stays_one_segment(room: str, part: str) -> None:
    target = GET({"roomId": room, "partId": part}).target
    parts = urlsplit(f"https://h.example{target}")
    assert parts.path == target
    assert target.isascii()
    assert [unquote(segment, errors="strict") for segment in target.split("/")] == [
        "",
        "rooms",
        room,
        "parts",
        part,
    ]


@pytest.mark.parametrize(
    ("id_", "written"),
    [
        ("a/b", "a%2Fb"),
        ("../x", "..%2Fx"),
        ("%2e%2e", "%252e%252e"),
        ("a?b#c", "a%3Fb%23c"),
        ("a\\b", "a%5Cb"),
        ("a\x00b", "a%00b"),
        ("a\r\nb", "a%0D%0Ab"),
        ("a b+c", "a%20b%2Bc"),
        ("{roomId}", "%7BroomId%7D"),
        ("\u00e9", "%C3%A9"),
        ("e\u0301", "e%CC%81"),
        ("...", "..."),
    ],
)
def test_a_path_parameter_is_percent_encoded_and_not_normalised(id_: str, written: str) -> None:
    assert GET({"roomId": "r", "partId": id_}).target == f"/rooms/r/parts/{written}"


@pytest.mark.parametrize("id_", ["", ".", "..", None, 5, "\ud800"])
def test_what_is_no_segment_is_refused_by_its_name(id_: Any) -> None:
    with pytest.raises(InvalidArgumentError, match=r"^partId: expected "):
        GET({"roomId": "r", "partId": id_})


class Direction(str, enum.Enum):
    DOWN = "desc"


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (True, "true"),
        (False, "false"),
        (0, "0"),
        (7, "7"),
        (1.5, "1.5"),
        ("", ""),
        ("True", "True"),
        ("a b&c", "a b&c"),
        (Direction.DOWN, "desc"),
    ],
)
def test_a_member_of_the_query_is_written_as_text(value: Any, written: str) -> None:
    ids = {"roomId": "r", "partId": "p"}
    call = GET(ids, query={"x": value})
    assert call.query == {"x": written}
    assert urlencode(call.query) == urlencode({"x": written})
    assert GET(ids).with_query(x=value) == call


@pytest.mark.parametrize("value", [None, UNSET])
def test_a_member_that_is_not_given_is_left_out(value: Any) -> None:
    ids = {"roomId": "r", "partId": "p"}
    assert GET(ids, query={"x": value, "y": 1}).query == {"y": "1"}
    assert GET(ids, query={"x": 5}).with_query(x=value).query == {"x": "5"}


def test_a_query_that_utf_8_cannot_write_is_refused() -> None:
    with pytest.raises(InvalidArgumentError, match=r"^filter: expected text that UTF-8"):
        GET({"roomId": "r", "partId": "p"}, query={"filter": "a\udcff"})


def test_headers_are_checked() -> None:
    ids = {"roomId": "r", "partId": "p"}
    assert GET(ids, headers={"If-Match": "x"}).headers == {"if-match": "x"}
    with pytest.raises(InvalidArgumentError, match=r"^headers\[If-Match\]"):
        GET(ids, headers={"If-Match": "x\n"})


def test_calls_are_equal_when_they_ask_the_same() -> None:
    ids = {"roomId": "r", "partId": "p"}
    assert GET(ids, query={"x": 1}) == GET(dict(ids), query={"x": "1"})
    assert GET(ids) != GET({**ids, "partId": "q"})
    assert GET(ids) != GET(ids, query={"x": 1})
    assert GET(ids) != GET(ids, headers={"x": "1"})
    assert PATCH(ids, body=IntegrationPatch(name="a")) != PATCH(ids, body=IntegrationPatch())
    assert GET(ids) != attrs.evolve(GET)(ids)


def test_a_call_keeps_nothing_of_the_callers() -> None:
    ids = {"roomId": "r", "partId": "p"}
    call = GET(ids)
    ids["partId"] = "q"
    assert call.target == "/rooms/r/parts/p"


def test_replacing_a_query_leaves_the_call_alone() -> None:
    first = GET({"roomId": "r", "partId": "p"}, query={"page": 1, "filter": "x"})
    assert first.with_query(page=2).query == {"page": "2", "filter": "x"}
    assert first.query == {"page": "1", "filter": "x"}


def test_a_repr_shows_the_question_and_not_the_body() -> None:
    body = IntegrationPatch(mqtt_config=MqttConfig(protocol="m", host="h", port=1, password="pw"))
    call = PATCH({"roomId": "r", "partId": "a/b"}, query={"x": "1 2"}, body=body)
    assert repr(call) == (
        "<Call part.patch: PATCH /rooms/r/parts/a%2Fb?x=1+2 with IntegrationPatch>"
    )
    assert repr(GET({"roomId": "r", "partId": "p"})) == "<Call part.get: GET /rooms/r/parts/p>"


def test_the_repr_of_a_call_shows_no_header() -> None:
    call = GET({"roomId": "r", "partId": "p"}, headers={"x-key": "SAMPLE"})
    assert "SAMPLE" not in repr(call)


def test_the_repr_of_an_operation_shows_where_it_goes() -> None:
    assert repr(GET) == "<Operation part.get: GET /rooms/{roomId}/parts/{partId}>"


@pytest.mark.parametrize(
    ("method", "repeatable"),
    [
        ("GET", True),
        ("HEAD", True),
        ("POST", False),
        ("PATCH", False),
        ("PUT", False),
        ("DELETE", False),
    ],
)
def test_only_a_safe_method_is_repeatable_unless_declared(method: str, repeatable: bool) -> None:
    operation = Operation(name="a.b", method=method, path="/", returns=type(None))
    assert operation.repeatable is repeatable
    declared = Operation(
        name="a.b", method=method, path="/", returns=type(None), repeatable=not repeatable
    )
    assert declared.repeatable is not repeatable


def test_a_reply_does_not_show_the_values_of_headers() -> None:
    reply = Reply(
        value=5,
        url="https://api.example/rooms/r",
        status=200,
        headers=Headers([("Set-Cookie", "SAMPLE")]),
        request_id=None,
        elapsed=0.1,
        attempts=(Attempt(started=0.0, elapsed=0.1, outcome="200"),),
    )
    assert "set-cookie" in repr(reply)
    assert "SAMPLE" not in repr(reply)


def test_a_call_can_be_made_by_hand() -> None:
    ids = {"roomId": "r", "partId": "p"}
    assert Call(GET, path=ids, query={}, headers={}, body=None) == GET(ids)
