"""Lists in pages: walked to their end, and never in circles."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import pytest

from integrations_sdk import AsyncPage, AsyncPages, Call, DecodeError, Page, Reply
from integrations_sdk.core.paging import Paging
from integrations_sdk.losant import Integration, IntegrationList
from integrations_sdk.losant.integration import LIST, PAGES
from integrations_sdk.transports import Headers
from tests.faces import Face

from .examples import APPLICATION

FIRST = LIST({"applicationId": APPLICATION})


def page_of(*names: str, **members: Any) -> IntegrationList:
    """Return a page of integrations, by their ids."""
    return IntegrationList(items=[Integration(id=name) for name in names], **members)


class Pager:
    """A client of either face that answers from a script and remembers what it was asked."""

    def __init__(self, face: Face, answer: Callable[[Call[Any]], IntegrationList]) -> None:
        self._face = face
        self._answer = answer
        self.sent: list[Call[Any]] = []

    def send_with_response(self, call: Call[Any]) -> Any:
        self.sent.append(call)
        assert len(self.sent) < 30, "a walk without end"
        reply = Reply(
            value=self._answer(call),
            url="https://api.example/things",
            status=200,
            headers=Headers(),
            request_id=None,
            elapsed=0.0,
            attempts=(),
        )
        if not self._face.is_async:
            return reply

        async def later() -> Any:
            return reply

        return later()

    def walk(self, call: Call[Any] = FIRST, paging: Paging[Any, Any] = PAGES) -> Any:
        """Return what a list method returns."""
        client: Any = self
        if self._face.is_async:
            return AsyncPages(client, paging, call)
        return Page(client, paging, call, self.send_with_response(call))

    @property
    def asked(self) -> list[str | None]:
        """The pages that were asked for."""
        return [call.query.get("page") for call in self.sent]


def three_pages(call: Call[Any]) -> IntegrationList:
    number = int(call.query.get("page", 0))
    names = [["a", "b"], ["c", "d"], ["e"]][number]
    return page_of(*names, page=number, per_page=2, total_count=5)


def ids(items: list[Any]) -> list[str]:
    return [item.id for item in items]


def test_a_walk_meets_every_item_in_order(face: Face) -> None:
    pager = Pager(face, three_pages)
    assert ids(face.all(pager.walk())) == ["a", "b", "c", "d", "e"]
    assert pager.asked == [None, "1", "2"]


def test_the_first_page_is_there_at_once(face: Face) -> None:
    pager = Pager(face, three_pages)
    page = face(pager.walk())
    assert ids(page.items) == ["a", "b"]
    assert page.data.total_count == 5
    assert page.has_next
    assert pager.asked == [None]


def test_pages_are_fetched_one_by_one(face: Face) -> None:
    pager = Pager(face, three_pages)
    page = face(pager.walk())
    second = face(page.next_page())
    assert ids(second.items) == ["c", "d"]
    third = face(second.next_page())
    assert ids(third.items) == ["e"]
    assert not third.has_next
    assert face(third.next_page()) is None
    assert pager.asked == [None, "1", "2"]


def test_pages_can_be_walked_too(face: Face) -> None:
    pager = Pager(face, three_pages)
    page = face(pager.walk())
    pages = face.all(page.pages())
    assert [ids(page.items) for page in pages] == [["a", "b"], ["c", "d"], ["e"]]
    assert pages[0] is page


def test_a_page_can_be_iterated_itself(face: Face) -> None:
    page = face(Pager(face, three_pages).walk())
    second = face(page.next_page())
    assert ids(face.all(second)) == ["c", "d", "e"]
    assert ids(face.all(page)) == ["a", "b", "c", "d", "e"]


def test_a_page_is_fetched_only_when_it_is_reached(face: Face) -> None:
    pager = Pager(face, three_pages)
    if face.is_async:
        items = pager.walk().__aiter__()
        assert pager.asked == []
        first = [face(items.__anext__()).id for _ in range(2)]
        assert pager.asked == [None]
        assert face(items.__anext__()).id == "c"
        face(items.aclose())
    else:
        items = iter(pager.walk())
        first = [next(items).id for _ in range(2)]
        assert pager.asked == [None]
        assert next(items).id == "c"
    assert first == ["a", "b"]
    assert pager.asked == [None, "1"]


def test_leaving_a_walk_early_leaves_no_generator_behind() -> None:
    face = Face("async")
    open_: list[Any] = []
    items = Pager(face, three_pages).walk().__aiter__()

    async def leave() -> None:
        hooks = sys.get_asyncgen_hooks()
        sys.set_asyncgen_hooks(firstiter=open_.append)
        await items.__anext__()
        sys.set_asyncgen_hooks(*hooks)
        await items.aclose()

    face(leave())
    face.finish()
    assert open_ == [items]


def test_a_walk_begins_where_it_is_told(face: Face) -> None:
    pager = Pager(face, three_pages)
    assert ids(face.all(pager.walk(FIRST.with_query(page=1)))) == ["c", "d", "e"]
    assert pager.asked == ["1", "2"]


def test_the_rest_of_the_question_is_kept(face: Face) -> None:
    pager = Pager(face, three_pages)
    face.all(pager.walk(FIRST.with_query(filter="cold*", perPage=2)))
    assert [call.query["filter"] for call in pager.sent] == ["cold*"] * 3
    assert [call.path for call in pager.sent] == [{"applicationId": APPLICATION}] * 3


def test_a_walk_may_begin_again(face: Face) -> None:
    pages = Pager(face, three_pages).walk()
    assert ids(face.all(pages)) == ids(face.all(pages)) == ["a", "b", "c", "d", "e"]


def test_an_empty_page_ends_a_walk(face: Face) -> None:
    def answer(call: Call[Any]) -> IntegrationList:
        number = int(call.query.get("page", 0))
        names = ["a", "b"] if number < 2 else []
        return page_of(*names, page=number, per_page=2, total_count=1_000)

    pager = Pager(face, answer)
    assert len(face.all(pager.walk())) == 4
    assert pager.asked == [None, "1", "2"]


def test_an_empty_list_has_one_page(face: Face) -> None:
    pager = Pager(face, lambda _: page_of(page=0, per_page=100, total_count=0))
    assert face.all(pager.walk()) == []
    assert len(pager.sent) == 1


@pytest.mark.parametrize(
    ("members", "more"),
    [
        ({"total_count": 2}, False),
        ({"total_count": 3}, True),
        ({"total_count": 4, "page": 0}, True),
        ({"total_count": 4, "page": 1}, False),
        ({"total_count": 5, "per_page": 5}, False),
        ({"total_count": 5, "per_page": 4}, True),
        ({}, False),
        ({"page": 0, "per_page": 2}, True),
        ({"page": 0, "per_page": 3}, False),
    ],
)
def test_the_last_page_reaches_the_total_or_without_one_is_short(
    face: Face, members: dict[str, Any], more: bool
) -> None:
    page = face(Pager(face, lambda _: page_of("a", "b", **members)).walk())
    assert page.has_next is more


def test_a_server_that_always_sends_the_same_page_ends_in_an_error(face: Face) -> None:
    pager = Pager(face, lambda _: page_of("a", page=0, per_page=1, total_count=9))
    with pytest.raises(DecodeError, match="a page not seen before") as caught:
        face.all(pager.walk())
    assert caught.value.operation == "integration.list"
    assert len(pager.sent) == 2


def circle(length: int) -> Paging[Integration, IntegrationList]:
    """Return a paging whose last page leads to its first."""

    def following(call: Call[Any], _: Reply[IntegrationList]) -> Call[Any]:
        return call.with_query(page=(int(call.query["page"]) + 1) % length)

    return Paging(item=Integration, items=lambda answer: answer.items, following=following)


@pytest.mark.parametrize("length", [1, 2, 5])
def test_a_walk_in_circles_ends_in_an_error(face: Face, length: int) -> None:
    pager = Pager(face, lambda _: page_of("a"))
    pages = pager.walk(FIRST.with_query(page=0), circle(length))
    with pytest.raises(DecodeError, match="one for a second time"):
        face.all(pages)
    assert len(pager.sent) == length


def test_a_circle_that_is_walked_by_hand_ends_in_an_error(face: Face) -> None:
    pager = Pager(face, lambda _: page_of("a"))
    page = face(pager.walk(FIRST.with_query(page=0), circle(2)))
    second = face(page.next_page())
    assert second.has_next
    with pytest.raises(DecodeError):
        face(second.next_page())
    assert len(pager.sent) == 2


def test_a_page_may_be_left_twice(face: Face) -> None:
    pager = Pager(face, lambda _: page_of("a"))
    page = face(pager.walk(FIRST.with_query(page=0), circle(3)))
    for _ in range(2):
        assert face(face(page.next_page()).next_page()).has_next
    assert len(pager.sent) == 5


@pytest.mark.parametrize(("barren", "ends"), [(19, True), (20, False)])
def test_pages_without_an_item_are_passed_by_but_not_for_ever(
    face: Face, barren: int, ends: bool
) -> None:
    def answer(call: Call[Any]) -> IntegrationList:
        number = int(call.query["page"])
        return page_of(*(["a"] if number in {0, barren + 1} else []))

    def following(call: Call[Any], _: Reply[IntegrationList]) -> Call[Any] | None:
        number = int(call.query["page"])
        return call.with_query(page=number + 1) if number <= barren else None

    paging = Paging(item=Integration, items=lambda answer: answer.items, following=following)
    pager = Pager(face, answer)
    if ends:
        assert len(face.all(pager.walk(FIRST.with_query(page=0), paging))) == 2
        return
    with pytest.raises(DecodeError, match="expected an item on one of 20 pages"):
        face.all(pager.walk(FIRST.with_query(page=0), paging))
    assert len(pager.sent) == 1 + barren


def test_pages_say_what_they_are(face: Face) -> None:
    pages = Pager(face, three_pages).walk()
    if face.is_async:
        assert repr(pages) == "<AsyncPages of Integration, not fetched: await or iterate>"
    page = face(pages)
    name = "AsyncPage" if face.is_async else "Page"
    assert type(page) is (AsyncPage if face.is_async else Page)
    assert repr(page) == f"<{name} of 2 Integration, more to come>"
    last = face.all(page.pages())[-1]
    assert repr(last) == f"<{name} of 1 Integration>"
