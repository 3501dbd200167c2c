"""Lists of several pages, on both faces."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest
from hypothesis import given, settings, strategies as st

from integrations_sdk import AsyncPage, AsyncPages, DecodeError, NotFoundError, Page

from ..conftest import APPLICATION
from ..faces import Face
from .recorder import Answer, Recorder
from .samples import page

Serve = Callable[..., tuple[Any, Recorder]]
NAMES = list("abcdefg")


def losant(names: list[str], default: int = 3) -> Callable[[httpx.Request], Answer]:
    """A server that pages as Losant does."""

    def answer(request: httpx.Request) -> Answer:
        query = parse_qs(request.url.query.decode())
        number = int(query.get("page", ["0"])[0])
        size = int(query.get("perPage", [str(default)])[0])
        here = names[number * size : (number + 1) * size]
        return Answer(json=page(*here, number=number, size=size, total=len(names)))

    return answer


def pages_asked(recorder: Recorder) -> list[str | None]:
    queries = [parse_qs(request.url.query.decode()) for request in recorder.requests]
    return [query["page"][0] if "page" in query else None for query in queries]


def names_of(items: Iterable[Any]) -> list[str]:
    return [item.name for item in items]


def test_iterating_a_list_walks_all_its_pages(face: Face, serve: Serve) -> None:
    client, recorder = serve(losant(NAMES))

    items = face.all(client.integration.list(application_id=APPLICATION))

    assert names_of(items) == NAMES
    assert pages_asked(recorder) == [None, "1", "2"]


def test_the_first_page_alone_is_one_request(face: Face, serve: Serve) -> None:
    client, recorder = serve(losant(NAMES))

    first = face(client.integration.list(application_id=APPLICATION))

    assert names_of(first.items) == ["a", "b", "c"]
    assert first.has_next
    assert (first.data.total_count, first.data.per_page, first.data.page) == (7, 3, 0)
    assert type(first) is (AsyncPage if face.is_async else Page)
    assert len(recorder.requests) == 1


def test_a_page_is_iterated_from_itself_on(face: Face, serve: Serve) -> None:
    client, recorder = serve(losant(NAMES))
    first = face(client.integration.list(application_id=APPLICATION))

    assert names_of(face.all(first)) == NAMES
    assert names_of(face.all(face(first.next_page()))) == NAMES[3:]
    assert pages_asked(recorder) == [None, "1", "2", "1", "2"]


def test_pages_are_walked_one_by_one(face: Face, serve: Serve) -> None:
    client, recorder = serve(losant(NAMES))
    first = face(client.integration.list(application_id=APPLICATION))

    pages = face.all(first.pages())

    assert [names_of(p.items) for p in pages] == [["a", "b", "c"], ["d", "e", "f"], ["g"]]
    assert [p.has_next for p in pages] == [True, True, False]
    assert pages[0] is first
    assert pages_asked(recorder) == [None, "1", "2"]


def test_next_page_is_none_after_the_last(face: Face, serve: Serve) -> None:
    client, recorder = serve(losant(["a", "b"], default=1))
    first = face(client.integration.list(application_id=APPLICATION))

    second = face(first.next_page())
    assert names_of(second.items) == ["b"]
    assert not second.has_next
    assert face(second.next_page()) is None
    assert len(recorder.requests) == 2


def test_a_walk_may_begin_further_on_and_keeps_its_other_arguments(
    face: Face, serve: Serve
) -> None:
    client, recorder = serve(losant(NAMES))

    items = face.all(
        client.integration.list(
            application_id=APPLICATION, page=1, per_page=2, filter="*", sort_direction="desc"
        )
    )

    assert names_of(items) == NAMES[2:]
    assert pages_asked(recorder) == ["1", "2", "3"]
    for request in recorder.requests:
        query = parse_qs(request.url.query.decode())
        assert (query["perPage"], query["filter"], query["sortDirection"]) == (
            ["2"],
            ["*"],
            ["desc"],
        )


def test_an_empty_list_is_one_request(face: Face, serve: Serve) -> None:
    client, recorder = serve(losant([]))

    assert face.all(client.integration.list(application_id=APPLICATION)) == []
    assert len(recorder.requests) == 1


def test_a_list_that_says_nothing_of_its_length_ends_with_its_page(
    face: Face, serve: Serve
) -> None:
    client, recorder = serve(Answer(json={"items": [{"id": "1"}]}))

    assert len(face.all(client.integration.list(application_id=APPLICATION))) == 1
    assert len(recorder.requests) == 1


def test_a_list_that_shrinks_while_it_is_walked_ends(face: Face, serve: Serve) -> None:
    client, _ = serve(
        Answer(json=page("a", number=0, size=1, total=3)),
        Answer(json=page(number=1, size=1, total=3)),
    )

    assert names_of(face.all(client.integration.list(application_id=APPLICATION))) == ["a"]


@pytest.mark.parametrize("number", [0, 1])
def test_a_server_that_repeats_a_page_for_ever_ends_with_an_error(
    face: Face, serve: Serve, number: int
) -> None:
    client, recorder = serve(Answer(json=page("a", number=number, size=1, total=99)))

    with pytest.raises(DecodeError, match="expected a page not seen before, got one for a second"):
        face.all(client.integration.list(application_id=APPLICATION))

    assert len(recorder.requests) <= 3


def test_a_server_that_sends_the_walk_back_ends_with_an_error(face: Face, serve: Serve) -> None:
    numbers = [0, 1, 2, 0]
    turns = [Answer(json=page("a", number=n, size=1, total=99)) for n in numbers]
    client, recorder = serve(*turns)

    with pytest.raises(DecodeError, match=r"integration\.list"):
        face.all(client.integration.list(application_id=APPLICATION))

    assert len(recorder.requests) == 4


def test_an_error_further_on_is_raised_where_it_happens(face: Face, serve: Serve) -> None:
    client, _ = serve(Answer(json=page("a", number=0, size=1, total=2)), Answer(404, {}))
    first = face(client.integration.list(application_id=APPLICATION))

    with pytest.raises(NotFoundError):
        face(first.next_page())


def test_with_response_tells_of_the_first_page(face: Face, serve: Serve) -> None:
    client, recorder = serve(losant(NAMES))

    reply = face(client.integration.list.with_response(application_id=APPLICATION, per_page=6))

    assert reply.status == 200
    assert names_of(reply.value.items) == NAMES[:6]
    assert len(recorder.requests) == 1
    assert names_of(face.all(reply.value)) == NAMES


def test_pages_show_what_they_are(face: Face, serve: Serve) -> None:
    client, _ = serve(losant(NAMES))
    listed = client.integration.list(application_id=APPLICATION)

    if face.is_async:
        assert isinstance(listed, AsyncPages)
        assert repr(listed) == "<AsyncPages of Integration, not fetched: await or iterate>"
    first = face(listed)
    name = type(first).__name__
    assert repr(first) == f"<{name} of 3 Integration, more to come>"
    assert repr(face.all(first.pages())[-1]) == f"<{name} of 1 Integration>"


def test_an_asynchronous_list_is_not_fetched_before_it_is_awaited() -> None:
    face = Face("async")
    recorder = Recorder(face, losant(NAMES))
    client = face.losant(transport=recorder.transport)

    listed = client.integration.list(application_id=APPLICATION)
    assert not inspect.iscoroutine(listed)  # nothing is left behind when it is dropped
    assert recorder.requests == []
    face.finish()


@settings(max_examples=60, deadline=None)
@given(
    count=st.integers(0, 30),
    size=st.integers(1, 12),
    is_async=st.booleans(),
)
def test_every_item_comes_exactly_once_in_order(count: int, size: int, is_async: bool) -> None:
    face = Face("async" if is_async else "sync")
    names = [f"n{i}" for i in range(count)]
    recorder = Recorder(face, losant(names))
    client = face.losant(transport=recorder.transport)
    try:
        items = face.all(client.integration.list(application_id=APPLICATION, per_page=size))
    finally:
        face.finish()

    assert names_of(items) == names
    assert len(recorder.requests) == max(1, -(-count // size))


@pytest.mark.parametrize("total", ["250", None, ...])
def test_a_list_without_a_total_goes_on_while_its_pages_are_full(face: Face, total: object) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        page = int(request.url.params.get("page", "0"))
        items = [{"id": f"{number}"} for number in range(250)][page * 100 : page * 100 + 100]
        told = {} if total is ... else {"totalCount": total}
        return httpx.Response(200, json={"items": items, "page": page, "perPage": 100, **told})

    client = face.losant(transport=face.transport(httpx.MockTransport(answer)))
    assert len(face.all(client.integration.list(application_id=APPLICATION))) == 250
