"""One declaration, two faces: what a user calls on a synchronous and on an asynchronous client.

A declaration is a method of a resource that returns a [Call][integrations_sdk.Call]. Found on the
resource of a [SyncClient][integrations_sdk.core.client.SyncClient] it is a `Method`; on that of an
[AsyncClient][integrations_sdk.core.client.AsyncClient] it is an `AsyncMethod`, with the same
arguments and the same result, awaited. A client without resources declares its calls itself.
"""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Concatenate, Generic, ParamSpec, TypeVar, overload

import attrs

from .call import Call, Operation, Reply
from .client import AsyncClient, SyncClient
from .errors import IntegrationsError
from .paging import AsyncPage, AsyncPages, Page, Paging

if TYPE_CHECKING:
    from typing_extensions import Self

P = ParamSpec("P")
T = TypeVar("T")
I = TypeVar("I")  # noqa: E741 -- an item
D = TypeVar("D")
ClientT_co = TypeVar("ClientT_co", bound="SyncClient | AsyncClient", covariant=True)


class Resource(Generic[ClientT_co]):
    """A namespace of calls on a client."""

    def __init__(self, client: ClientT_co) -> None:
        self.client = client

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self.client!r}>"


class Declared(Generic[P, T]):
    """A function of a resource that declares something, and still looks like that function."""

    def __init__(self, function: Callable[..., T]) -> None:
        self.function = function
        self.__name__: str = function.__name__
        self.__qualname__: str = function.__qualname__
        self.__module__: str = function.__module__
        self.__doc__: str | None = function.__doc__

    def __call__(self, *args: Any, **kwargs: Any) -> T:  # noqa: ANN401 -- as the function
        """Return what the function declares for a resource and these arguments."""
        return self.function(*args, **kwargs)

    @property
    def __signature__(self) -> inspect.Signature:
        return _evaluated(self.function)


class Bound(Generic[P, T]):
    """A declaration on the resource of a client, or on the client itself."""

    def __init__(
        self,
        declared: Declared[P, T],
        resource: Resource[Any] | SyncClient | AsyncClient,
        result: Any,  # noqa: ANN401 -- a type, as a value
    ) -> None:
        self._declared = declared
        self._resource = resource
        self._client: Any = client_of(resource)
        self._result = result
        self.__name__: str = declared.__name__
        self.__qualname__: str = declared.__qualname__
        self.__module__: str = declared.__module__
        self.__doc__: str | None = declared.__doc__

    def _declare(self, *args: P.args, **kwargs: P.kwargs) -> T:
        return self._declared.function(self._resource, *args, **kwargs)

    def __get__(self, _instance: object, _owner: type | None = None) -> Self:
        """Look like a function to ``help`` and to documentation generators."""
        return self

    @property
    def __signature__(self) -> inspect.Signature:
        signature = _evaluated(self._declared.function)
        _, *parameters = signature.parameters.values()
        return signature.replace(parameters=parameters, return_annotation=self._result)

    def __repr__(self) -> str:
        owner = type(self._resource).__name__
        return f"<{type(self).__name__} {owner}.{self.__name__}{self.__signature__}>"


class _BoundCall(Bound[P, Call[T]], Generic[P, T]):
    def call(self, *args: P.args, **kwargs: P.kwargs) -> Call[T]:
        """Return the call for these arguments without sending it.

        Raises:
            InvalidArgumentError: When an argument is one that the platform rules out.
        """
        try:
            return self._declared.function(self._resource, *args, **kwargs)
        except IntegrationsError as error:
            failure = error.with_traceback(None)  # as this frame, those below hold the arguments
        finally:
            del args, kwargs
        raise failure


class Method(_BoundCall[P, T]):
    """A call of the synchronous face: call it, and the answer's model is returned."""

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> T:
        """Send the call and return the answer's model."""
        client: SyncClient = self._client
        try:
            call = self.call(*args, **kwargs)
        finally:
            del args, kwargs  # they may hold secrets, and this frame may end up in a traceback
        return client.send(call)

    def with_response(self, *args: P.args, **kwargs: P.kwargs) -> Reply[T]:
        """Do the same, and return the model with status, headers, request id and attempts."""
        client: SyncClient = self._client
        try:
            call = self.call(*args, **kwargs)
        finally:
            del args, kwargs  # they may hold secrets, and this frame may end up in a traceback
        return client.send_with_response(call)


class AsyncMethod(_BoundCall[P, T]):
    """A call of the asynchronous face: await it for the answer's model."""

    async def __call__(self, *args: P.args, **kwargs: P.kwargs) -> T:
        """Send the call and return the answer's model."""
        client: AsyncClient = self._client
        try:
            call = self.call(*args, **kwargs)
        finally:
            del args, kwargs  # they may hold secrets, and this frame may end up in a traceback
        return await client.send(call)

    async def with_response(self, *args: P.args, **kwargs: P.kwargs) -> Reply[T]:
        """Do the same, and return the model with status, headers, request id and attempts."""
        client: AsyncClient = self._client
        try:
            call = self.call(*args, **kwargs)
        finally:
            del args, kwargs  # they may hold secrets, and this frame may end up in a traceback
        return await client.send_with_response(call)


class _BoundPages(_BoundCall[P, D], Generic[P, I, D]):
    def __init__(self, declared: Pages[P, I, D], resource: Resource[Any], page: Any) -> None:  # noqa: ANN401 -- a generic class, to be subscripted
        result = page[declared.paging.item, declared.operation.returns]
        super().__init__(declared, resource, result)
        self._paging = declared.paging


class PageMethod(_BoundPages[P, I, D]):
    """A list of the synchronous face: call it for its first page; iterate that for all items."""

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> Page[I, D]:
        """Fetch the first page."""
        return self.with_response(*args, **kwargs).value

    def with_response(self, *args: P.args, **kwargs: P.kwargs) -> Reply[Page[I, D]]:
        """Do the same, and return the page with status, headers, request id and attempts."""
        client: SyncClient = self._client
        call = self.call(*args, **kwargs)
        reply = client.send_with_response(call)
        return _replaced(reply, Page(client, self._paging, call, reply))


class AsyncPageMethod(_BoundPages[P, I, D]):
    """A list of the asynchronous face: await it for its first page, or iterate all its items."""

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> AsyncPages[I, D]:
        """Return the list, to be awaited or iterated."""
        return AsyncPages(self._client, self._paging, self.call(*args, **kwargs))

    async def with_response(self, *args: P.args, **kwargs: P.kwargs) -> Reply[AsyncPage[I, D]]:
        """Fetch the first page, and return it with status, headers, request id and attempts."""
        client: AsyncClient = self._client
        call = self.call(*args, **kwargs)
        reply = await client.send_with_response(call)
        return _replaced(reply, AsyncPage(client, self._paging, call, reply))


class Endpoint(Declared[P, Call[T]], Generic[P, T]):
    """A declared call."""

    def __init__(self, operation: Operation[T], function: Callable[..., Call[T]]) -> None:
        super().__init__(function)
        self.operation = operation

    @overload
    def __get__(self, instance: None, owner: type) -> Self: ...
    @overload
    def __get__(self, instance: Resource[SyncClient] | SyncClient, owner: type) -> Method[P, T]: ...
    @overload
    def __get__(
        self, instance: Resource[AsyncClient] | AsyncClient, owner: type
    ) -> AsyncMethod[P, T]: ...
    def __get__(
        self, instance: Resource[Any] | SyncClient | AsyncClient | None, owner: type
    ) -> Self | Method[P, T] | AsyncMethod[P, T]:
        if instance is None:
            return self
        if isinstance(client_of(instance), AsyncClient):
            return AsyncMethod(self, instance, self.operation.returns)
        return Method(self, instance, self.operation.returns)


class Pages(Declared[P, Call[D]], Generic[P, I, D]):
    """A declared list."""

    def __init__(
        self, operation: Operation[D], function: Callable[..., Call[D]], paging: Paging[I, D]
    ) -> None:
        super().__init__(function)
        self.operation = operation
        self.paging = paging

    @overload
    def __get__(self, instance: None, owner: type) -> Self: ...
    @overload
    def __get__(self, instance: Resource[SyncClient], owner: type) -> PageMethod[P, I, D]: ...
    @overload
    def __get__(self, instance: Resource[AsyncClient], owner: type) -> AsyncPageMethod[P, I, D]: ...
    def __get__(
        self, instance: Resource[Any] | None, owner: type
    ) -> Self | PageMethod[P, I, D] | AsyncPageMethod[P, I, D]:
        if instance is None:
            return self
        if isinstance(instance.client, AsyncClient):
            return AsyncPageMethod(self, instance, AsyncPages)
        return PageMethod(self, instance, Page)


def endpoint(
    operation: Operation[T],
) -> Callable[[Callable[Concatenate[Any, P], Call[T]]], Endpoint[P, T]]:
    """Declare a call: the decorated function turns its arguments into one, and that is all."""
    return lambda function: Endpoint(operation, function)


def pages(
    operation: Operation[D], paging: Paging[I, D]
) -> Callable[[Callable[Concatenate[Any, P], Call[D]]], Pages[P, I, D]]:
    """Declare a list: the decorated function turns its arguments into the call for a page."""
    return lambda function: Pages(operation, function, paging)


def client_of(owner: Resource[Any] | SyncClient | AsyncClient) -> SyncClient | AsyncClient:
    """Return the client that a call of a resource, or of a client itself, is sent by."""
    if isinstance(owner, Resource):
        client: SyncClient | AsyncClient = owner.client
        return client
    return owner


def _evaluated(function: Callable[..., object]) -> inspect.Signature:
    """Return a function's signature with its annotations as types, not as text."""
    signature = inspect.signature(function)
    hints = typing.get_type_hints(function)
    return signature.replace(
        parameters=[
            parameter.replace(annotation=hints.get(parameter.name, parameter.empty))
            for parameter in signature.parameters.values()
        ],
        return_annotation=hints["return"],
    )


def _replaced(reply: Reply[Any], value: T) -> Reply[T]:
    return attrs.evolve(reply, value=value)
