"""A call is a value: what to ask, declared without asking."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Generic, TypeAlias, TypeVar
from urllib.parse import urlencode

import attrs

from . import address, arguments
from .document import JSON
from .errors import APIError
from .model import UNSET, Model, Unset

if TYPE_CHECKING:
    from .read_back import ReadBack
    from .retry import Attempt
    from .transport import Headers

T = TypeVar("T")
Scalar: TypeAlias = str | int | float | bool | Unset | None


@attrs.frozen(repr=False, eq=False)
class Operation(Generic[T]):
    """One endpoint of a platform: all about it that does not change from call to call.

    Attributes:
        name: Where it is found on a client: ``integration.get``.
        method: The HTTP method.
        path: The path below the base URL, with ``{parameters}``.
        returns: The model that a success decodes to; ``type(None)`` when nothing comes back.
        scopes: The scopes any one of which suffices; none when the platform has no scopes.
        success: The statuses that mean success.
        writes: Whether it changes anything; by default unless its method is safe (RFC 9110 section
            9.2.1).
        repeatable: Whether a call that may have been processed may be sent again; by default when
            it changes nothing.
        body: The model that it takes as its body, if it takes one.
        body_name: The argument that takes it.
        is_form: Whether the body travels as a form rather than as JSON.
        wrap: From the document of the body to what is sent, where that is not the same.
        unwrap: From an answer's body, None where there is none, and its headers to the document
            that is decoded: where that is inside of an envelope, or a header, or nothing at all.
        empty: The body that an answer without one stands for, by its status.
        reads_body: Whether an answer's body says anything; if not, it may be anything at all, and
            ``unwrap`` is given None in its place.
        errors: What a status means here, where it is not what it means everywhere.
        when_gone: The document that a 404 stands for, once an earlier attempt of the same call
            may have deleted what it names.
        read_back: How to find out whether a write took effect; a sentence that says why, where
            there is no way to.
        document: Where the platform describes it.
    """

    name: str
    method: str
    path: str
    returns: type[T]
    scopes: frozenset[str] = frozenset()
    success: frozenset[int] = frozenset({200})
    writes: bool = attrs.Factory(lambda self: self.method not in {"GET", "HEAD"}, takes_self=True)
    repeatable: bool = attrs.Factory(lambda self: not self.writes, takes_self=True)
    body: type[Model] | None = None
    body_name: str = "body"
    is_form: bool = False
    wrap: Callable[[dict[str, JSON]], JSON] | None = None
    unwrap: Callable[[JSON, Headers], JSON] | None = None
    empty: Mapping[int, JSON] = attrs.Factory(dict[int, JSON])
    reads_body: bool = True
    errors: Mapping[int, type[APIError]] = attrs.Factory(dict[int, type[APIError]])
    when_gone: JSON | Unset = UNSET
    read_back: ReadBack | str = "there is nothing to read it back by"
    document: str = ""

    def __call__(
        self,
        path: Mapping[str, str],
        *,
        query: Mapping[str, Scalar] | None = None,
        headers: Mapping[str, str] | None = None,
        body: Model | None = None,
    ) -> Call[T]:
        """Return the call for these arguments; query members that are None or UNSET are left out.

        Raises:
            InvalidArgumentError: When a path parameter is empty or a dot segment, or one, a
                member of the query or a header cannot travel.
        """
        for name, value in path.items():
            arguments.segment(name, value)
        return Call(
            self,
            path=dict(path),
            query=written(query) if query else {},
            headers=arguments.headers("headers", headers) if headers else {},
            body=body,
        )

    def __repr__(self) -> str:
        return f"<Operation {self.name}: {self.method} {self.path}>"


@attrs.frozen(repr=False)
class Call(Generic[T]):
    """One request that has not been sent: an operation and its arguments.

    Send it with ``client.send(call)``. Two calls are equal when they ask the same.
    """

    operation: Operation[T]
    path: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Model | None

    @property
    def target(self) -> str:
        """The path below the base URL, every parameter percent-encoded."""
        return self.operation.path.format_map(
            {name: address.quoted(value) for name, value in self.path.items()}
        )

    def with_query(self, **query: Scalar) -> Call[T]:
        """Return the same call with some members of its query replaced."""
        return attrs.evolve(self, query={**self.query, **written(query)})

    def __repr__(self) -> str:
        question = f"?{urlencode(self.query)}" if self.query else ""
        body = f" with {type(self.body).__name__}" if self.body is not None else ""
        return (
            f"<Call {self.operation.name}: {self.operation.method} {self.target}{question}{body}>"
        )


@attrs.frozen
class Reply(Generic[T]):
    """What came back, with the answer's particulars.

    Attributes:
        value: The model.
        url: Where it came from, without the query.
        status: The HTTP status.
        headers: The answer's headers; their values are not in the repr.
        request_id: The platform's name for the request, if it gave one.
        elapsed: Seconds from the start of the call, every attempt and wait included.
        attempts: The requests that were made, in order; the last one succeeded.
    """

    value: T
    url: str
    status: int
    headers: Headers
    request_id: str | None
    elapsed: float
    attempts: tuple[Attempt, ...]


def written(query: Mapping[str, Scalar]) -> dict[str, str]:
    """Return a query as it travels, without what is None or UNSET.

    Raises:
        InvalidArgumentError: When UTF-8 cannot write a name or a value.
    """
    return {
        arguments.text("query", name): arguments.text(name, _text(value))
        for name, value in query.items()
        if value is not None and value is not UNSET
    }


def _text(value: Scalar) -> str:
    if isinstance(value, str):
        return str.__str__(value)  # str() would name an enum's member, not return its text
    return str(value).lower() if isinstance(value, bool) else str(value)
