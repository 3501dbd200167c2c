"""How a write is read back, to find out whether it took effect: declared, without asking.

An [Operation][integrations_sdk.Operation] says how: in one of the three ways below, or by a
generator of its own. Such a generator does no I/O: it yields the calls that read, is sent their
replies, and returns what it makes of them; a 404 is raised where it waits. Both faces drive it.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from .errors import NotFoundError

if TYPE_CHECKING:
    from datetime import datetime

    from .call import Call, Operation, Reply, Scalar
    from .model import Model
    from .outcome import Outcome
    from .paging import Paging

    Reading: TypeAlias = Generator[Call[Any], Reply[Any], Outcome]
    ReadBack: TypeAlias = Callable[[Call[Any], datetime | None], Reading]

M = TypeVar("M", bound="Model")
D = TypeVar("D")


def gone(get: Operation[Any]) -> ReadBack:
    """Read back a deletion: by reading what it names, whose path must be the same."""
    return partial(_gone, get)


def as_sent(
    get: Operation[Any],
    *,
    whole: bool = False,
    owned: frozenset[str] = frozenset(),
    unsettled: frozenset[str] = frozenset(),
) -> ReadBack:
    """Read back a change: by comparing what was sent with what is there, at the same path.

    Args:
        get: What reads it.
        whole: Whether what is not sent is dropped.
        owned: Members that the platform sets by itself, so that they are not compared.
        unsettled: Members that the platform may set otherwise than sent, so that another value
            proves nothing.
    """
    return partial(_as_sent, get, whole=whole, owned=owned, unsettled=unsettled)


def among(
    list_: Operation[D],
    paging: Paging[M, D],
    *,
    created: Callable[[M], object],
    query: Callable[[Any], Mapping[str, Scalar]] | None = None,
    unsettled: frozenset[str] = frozenset(),
) -> ReadBack:
    """Read back a creation: by looking for it in a list, whose path must be the same.

    Args:
        list_: What lists.
        paging: How that comes in pages.
        created: From an item to when it was created; what is no date is not known.
        query: From what was sent to what narrows the list down.
        unsettled: As above.
    """
    return partial(_among, list_, paging, created=created, query=query, unsettled=unsettled)


# What the three return, without their choices: functions that have a name can be pickled.


def _gone(get: Operation[Any], call: Call[Any], _since: datetime | None) -> Reading:
    from .outcome import Outcome  # not at the top: it is of use when a write failed, and no sooner

    try:
        reply = yield get(call.path)
    except NotFoundError:
        return Outcome(took_effect=True, reason="it is gone")
    return Outcome(took_effect=False, reason="it is still there", found=reply.value)


def _as_sent(
    get: Operation[Any],
    call: Call[Any],
    _since: datetime | None,
    *,
    whole: bool,
    owned: frozenset[str],
    unsettled: frozenset[str],
) -> Reading:
    from .compare import compared
    from .outcome import Outcome

    try:
        reply = yield get(call.path)
    except NotFoundError:
        return Outcome(took_effect=False, reason="there is no such thing")
    result = compared(call.body, reply.value, whole=whole, owned=owned, unsettled=unsettled)
    return Outcome(took_effect=result.verdict, reason=result.reason, found=reply.value)


def _among(
    list_: Operation[Any],
    paging: Paging[Any, Any],
    call: Call[Any],
    since: datetime | None,
    *,
    created: Callable[[Any], object],
    query: Callable[[Any], Mapping[str, Scalar]] | None,
    unsettled: frozenset[str],
) -> Reading:
    from .compare import compared
    from .outcome import Listed, chosen, earliest
    from .paging import Slice

    page: Call[Any] | None = list_(call.path, query=query(call.body) if query else None)
    walk: Any = None
    found: list[Listed] = []
    while page is not None:
        reply = yield page
        bound = earliest(since, reply)
        part = Slice(paging, page, reply, walk)
        for item in part.items:
            result = compared(call.body, item, unsettled=unsettled)
            if not _is_before(created(item), bound):
                found.append(Listed(item, created(item), result))
        page, walk = part.next_call() or (None, None)
    return chosen(found, since)


def _is_before(moment: object, bound: datetime | None) -> bool:
    from datetime import datetime

    return isinstance(moment, datetime) and bound is not None and moment < bound
