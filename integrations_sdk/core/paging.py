"""Lists that come in pages: the next page is a pure function of this one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Generator, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

import attrs

from . import address
from .call import Call, Reply
from .errors import DecodeError

if TYPE_CHECKING:
    from .client import AsyncClient, SyncClient

I = TypeVar("I")  # noqa: E741 -- an item
D = TypeVar("D")


@attrs.frozen
class Paging(Generic[I, D]):
    """How an answer is a page of items.

    Attributes:
        item: The model of one item.
        items: From an answer to its items.
        following: From a call and its answer to the call for the next page; None after the last.
    """

    item: type[I]
    items: Callable[[D], Sequence[I]]
    following: Callable[[Call[D], Reply[D]], Call[D] | None]


@attrs.frozen
class _Walk:
    """The way to a page.

    Attributes:
        depths: How far into the walk each of its pages came, by what was asked for it.
        depth: How far this one did.
        barren: How many pages without an item came one after the other, this one the last.
    """

    depths: dict[str, int] = attrs.field(factory=dict[str, int], eq=False)
    depth: int = 0
    barren: int = 0


_BARREN: Final = 20  # pages without an item; some platforms filter after they cut a list in pages


class Slice(Generic[I, D]):
    """One page without the way to the next."""

    data: D
    """The answer whole: the items, and what the platform says about the list."""
    items: Sequence[I]
    """The items of this page alone."""

    def __init__(
        self, paging: Paging[I, D], call: Call[D], reply: Reply[D], walk: _Walk | None
    ) -> None:
        self.data = reply.value
        self.items = paging.items(reply.value)
        self._paging = paging
        self._reply = reply
        self._following = paging.following(call, reply)
        walk = walk or _Walk({_place(call): 0})
        self._walk = attrs.evolve(walk, barren=0 if self.items else walk.barren + 1)

    @property
    def has_next(self) -> bool:
        """Whether there is a page after this one."""
        return self._following is not None

    def next_call(self) -> tuple[Call[D], _Walk] | None:
        """Return the call for the next page, and end a walk that leads nowhere."""
        following, walk = self._following, self._walk
        if following is None:
            return None
        depth = walk.depth + 1
        if walk.barren >= _BARREN:
            problem = f"an item on one of {_BARREN} pages", "none, and yet another page"
        elif walk.depths.setdefault(_place(following), depth) < depth:
            problem = "a page not seen before", "one for a second time"
        else:
            return following, attrs.evolve(walk, depth=depth)
        raise DecodeError(
            "$",
            *problem,
            operation=following.operation.name,
            status=self._reply.status,
            request_id=self._reply.request_id,
        )

    def __repr__(self) -> str:
        more = ", more to come" if self.has_next else ""
        return f"<{type(self).__name__} of {len(self.items)} {self._paging.item.__name__}{more}>"


class Page(Slice[I, D]):
    """One page of a list. Iterating it walks this page and all after it, fetching as it goes."""

    def __init__(
        self,
        client: SyncClient,
        paging: Paging[I, D],
        call: Call[D],
        reply: Reply[D],
        walk: _Walk | None = None,
    ) -> None:
        super().__init__(paging, call, reply, walk)
        self._client = client

    def next_page(self) -> Page[I, D] | None:
        """Fetch the next page; None after the last.

        Raises:
            DecodeError: When the platform sends the walk in circles, or from one page without an
                item to the next.
        """
        following = self.next_call()
        if following is None:
            return None
        call, walk = following
        reply = self._client.send_with_response(call)
        return Page(self._client, self._paging, call, reply, walk)

    def pages(self) -> Iterator[Page[I, D]]:
        """Walk the pages: this one, then all after it."""
        page: Page[I, D] | None = self
        while page is not None:
            yield page
            page = page.next_page()

    def __iter__(self) -> Iterator[I]:
        for page in self.pages():
            yield from page.items


class AsyncPage(Slice[I, D]):
    """One page of a list. Iterating it walks this page and all after it, fetching as it goes."""

    def __init__(
        self,
        client: AsyncClient,
        paging: Paging[I, D],
        call: Call[D],
        reply: Reply[D],
        walk: _Walk | None = None,
    ) -> None:
        super().__init__(paging, call, reply, walk)
        self._client = client

    async def next_page(self) -> AsyncPage[I, D] | None:
        """Fetch the next page; None after the last.

        Raises:
            DecodeError: When the platform sends the walk in circles, or from one page without an
                item to the next.
        """
        following = self.next_call()
        if following is None:
            return None
        call, walk = following
        reply = await self._client.send_with_response(call)
        return AsyncPage(self._client, self._paging, call, reply, walk)

    async def pages(self) -> AsyncIterator[AsyncPage[I, D]]:
        """Walk the pages: this one, then all after it."""
        page: AsyncPage[I, D] | None = self
        while page is not None:
            yield page
            page = await page.next_page()

    async def __aiter__(self) -> AsyncIterator[I]:
        page: AsyncPage[I, D] | None = self
        while page is not None:  # not by pages(): closing a generator leaves those within open
            for item in page.items:
                yield item
            page = await page.next_page()


class AsyncPages(Generic[I, D]):
    """A list that is not fetched yet: await it for its first page, or iterate all its items."""

    def __init__(self, client: AsyncClient, paging: Paging[I, D], call: Call[D]) -> None:
        self._client = client
        self._paging = paging
        self._call = call

    async def _first(self) -> AsyncPage[I, D]:
        reply = await self._client.send_with_response(self._call)
        return AsyncPage(self._client, self._paging, self._call, reply)

    def __await__(self) -> Generator[Any, None, AsyncPage[I, D]]:
        return self._first().__await__()

    async def __aiter__(self) -> AsyncIterator[I]:
        page: AsyncPage[I, D] | None = await self._first()
        while page is not None:
            for item in page.items:
                yield item
            page = await page.next_page()

    def __repr__(self) -> str:
        return f"<AsyncPages of {self._paging.item.__name__}, not fetched: await or iterate>"


def _place(call: Call[Any]) -> str:
    """Return what tells the pages of a walk apart."""
    return f"{call.target}?{address.query(call.query)}"
