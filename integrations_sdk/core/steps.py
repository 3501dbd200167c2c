"""Several calls as one: a declaration yields calls, is sent their models, and returns its result.

Such a generator does no I/O, so both runners drive it, as httpx drives its ``Auth.auth_flow``. What
goes wrong in a call, or in the body of a session, is raised where the generator waits, so that it
can clean up by further calls. Between calls it only sees models::

    @session
    def borrowed(self, *, thing_id: str) -> Session[Thing]:
        thing = yield from ask(LOCK({"thingId": thing_id}))
        try:
            yield Body(thing)  # the with block runs here
        finally:
            yield from ask(UNLOCK({"thingId": thing_id}))

On the asynchronous face, calls after something went wrong are shielded from the cancellation of a
scope of anyio or trio, which would strike each of them anew. They end by their own deadlines.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import AbstractAsyncContextManager, AbstractContextManager, contextmanager
from functools import cached_property, partial
from inspect import GEN_CREATED, getgeneratorstate
from typing import (
    TYPE_CHECKING,
    Any,
    Concatenate,
    Generic,
    ParamSpec,
    TypeAlias,
    TypeVar,
    get_args,
    get_origin,
    get_type_hints,
    overload,
)

import attrs

from .call import Call
from .client import AsyncClient, SyncClient
from .faces import Bound, Declared, Resource, client_of

if TYPE_CHECKING:
    from types import TracebackType

    from typing_extensions import Self

P = ParamSpec("P")
T = TypeVar("T")
V = TypeVar("V")


@attrs.frozen
class Body(Generic[V]):
    """The place of the ``with`` block among the steps of a session, and what it is given."""

    value: V


Steps: TypeAlias = Generator[Call[Any], Any, T]
"""Calls to make one after the other, and what comes of them."""

Session: TypeAlias = Generator[Call[Any] | Body[V], Any, None]
"""Calls to make before and after the body of a ``with`` statement."""


@attrs.frozen
class _Done:
    result: Any


def ask(call: Call[T]) -> Generator[Call[T], T, T]:
    """Make one call from within steps and return its model, by ``yield from``."""
    return (yield call)


def _move(step: Callable[[], Any]) -> Call[Any] | Body[Any] | _Done:
    try:
        moved: Call[Any] | Body[Any] = step()
    except StopIteration as stop:
        return _Done(stop.value)
    return moved


def _advance(
    client: SyncClient, flow: Generator[Any, Any, Any], step: Callable[[], Any]
) -> Body[Any] | _Done:
    """Make calls until the body of a session, or the end."""
    moved = _move(step)
    while isinstance(moved, Call):
        try:
            model = client.send(moved)
        except BaseException as error:  # noqa: BLE001 -- Ctrl-C too must let it clean up
            moved = _move(partial(flow.throw, error))
        else:
            moved = _move(partial(flow.send, model))
    return moved


async def _aadvance(
    client: AsyncClient,
    flow: Generator[Any, Any, Any],
    step: Callable[[], Any],
    failure: BaseException | None = None,
) -> Body[Any] | _Done:
    """Do the same on the asynchronous face; what went wrong before may be given."""
    moved = _move(step)
    while isinstance(moved, Call):
        try:
            with _shielded_after(failure):
                model = await client.send(moved)
        except BaseException as error:  # noqa: BLE001 -- a cancelled task too must let it clean up
            failure = error
            moved = _move(partial(flow.throw, error))
        else:
            moved = _move(partial(flow.send, model))
    return moved


@contextmanager
def _shielded_after(failure: BaseException | None) -> Generator[None, None, None]:
    """Let what follows a failure finish, though the scope around it is cancelled, now or later.

    After an ordinary error too: a scope that ends while it is cleaned up would else prevent that.
    """
    if failure is None:
        yield
        return
    import anyio

    with anyio.CancelScope(shield=True):
        yield


class StepsMethod(Bound[P, Steps[T]], Generic[P, T]):
    """Steps on the synchronous face: call it, and all its calls are made."""

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> T:
        """Make the calls, and return what comes of them."""
        flow = self._declare(*args, **kwargs)
        done = _advance(self._client, flow, partial(next, flow))
        result: T = _result(done)
        return result


class AsyncStepsMethod(Bound[P, Steps[T]], Generic[P, T]):
    """Steps on the asynchronous face: await it, and all its calls are made."""

    async def __call__(self, *args: P.args, **kwargs: P.kwargs) -> T:
        """Make the calls, and return what comes of them."""
        flow = self._declare(*args, **kwargs)
        done = await _aadvance(self._client, flow, partial(next, flow))
        result: T = _result(done)
        return result


class SessionMethod(Bound[P, Session[V]], Generic[P, V]):
    """A session on the synchronous face: use what it returns in a ``with`` statement."""

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> AbstractContextManager[V, None]:
        """Return the context manager; its first call is made when it is entered."""
        return _Context(self._client, self._declare(*args, **kwargs))


class AsyncSessionMethod(Bound[P, Session[V]], Generic[P, V]):
    """A session on the asynchronous face: use it in an ``async with`` statement."""

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> AbstractAsyncContextManager[V, None]:
        """Return the context manager; its first call is made when it is entered."""
        return _AsyncContext(self._client, self._declare(*args, **kwargs))


class _Context(AbstractContextManager[V, None]):
    def __init__(self, client: SyncClient, flow: Session[V]) -> None:
        self._client = client
        self._flow = flow

    def __enter__(self) -> V:
        value: V = _body(_advance(self._client, self._flow, _enter(self._flow)))
        return value

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            _end(_advance(self._client, self._flow, _leave(self._flow, exc)))
        except BaseException as raised:
            if not _is_again(raised, exc):
                raise


class _AsyncContext(AbstractAsyncContextManager[V, None]):
    def __init__(self, client: AsyncClient, flow: Session[V]) -> None:
        self._client = client
        self._flow = flow

    async def __aenter__(self) -> V:
        value: V = _body(await _aadvance(self._client, self._flow, _enter(self._flow)))
        return value

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            _end(await _aadvance(self._client, self._flow, _leave(self._flow, exc), exc))
        except BaseException as raised:
            if not _is_again(raised, exc):
                raise


def _enter(flow: Session[Any]) -> Callable[[], Any]:
    if getgeneratorstate(flow) != GEN_CREATED:
        raise RuntimeError("a session is entered once: call the method again for another one")
    return partial(next, flow)


def _leave(flow: Session[Any], exc: BaseException | None) -> Callable[[], Any]:
    return partial(next, flow) if exc is None else partial(flow.throw, exc)


def _is_again(raised: BaseException, exc: BaseException | None) -> bool:
    """Tell whether what a session raises is what was raised in its body.

    A StopIteration comes out of a generator as the cause of a RuntimeError (PEP 479).
    """
    stopped = isinstance(exc, StopIteration) and isinstance(raised, RuntimeError)
    return raised is exc or (stopped and raised.__cause__ is exc)


def _end(moved: Body[Any] | _Done) -> None:
    if isinstance(moved, _Done):
        return
    raise AssertionError("a session has one body: yield it once")


def _result(moved: Body[Any] | _Done) -> Any:  # noqa: ANN401 -- whatever the steps return
    if isinstance(moved, _Done):
        return moved.result
    raise AssertionError("steps have no body: declare a session")


def _body(moved: Body[Any] | _Done) -> Any:  # noqa: ANN401 -- whatever the body is given
    if isinstance(moved, Body):
        return moved.value
    raise AssertionError("a session has a body: yield it")


class DeclaredSteps(Declared[P, Steps[T]], Generic[P, T]):
    """Declared steps."""

    @cached_property
    def result(self) -> Any:  # noqa: ANN401 -- a type, as a value
        """What comes of them."""
        return get_args(get_type_hints(self.function)["return"])[2]

    @overload
    def __get__(self, instance: None, owner: type) -> Self: ...
    @overload
    def __get__(self, instance: Resource[SyncClient], owner: type) -> StepsMethod[P, T]: ...
    @overload
    def __get__(self, instance: Resource[AsyncClient], owner: type) -> AsyncStepsMethod[P, T]: ...
    def __get__(
        self, instance: Resource[Any] | None, owner: type
    ) -> Self | StepsMethod[P, T] | AsyncStepsMethod[P, T]:
        if instance is None:
            return self
        if isinstance(client_of(instance), AsyncClient):
            return AsyncStepsMethod(self, instance, self.result)
        return StepsMethod(self, instance, self.result)


class DeclaredSession(Declared[P, Session[V]], Generic[P, V]):
    """A declared session."""

    @cached_property
    def value(self) -> Any:  # noqa: ANN401 -- a type, as a value
        """What its body is given."""
        yielded = get_args(get_args(get_type_hints(self.function)["return"])[0])
        return next(get_args(arm)[0] for arm in yielded if get_origin(arm) is Body)

    @overload
    def __get__(self, instance: None, owner: type) -> Self: ...
    @overload
    def __get__(self, instance: Resource[SyncClient], owner: type) -> SessionMethod[P, V]: ...
    @overload
    def __get__(self, instance: Resource[AsyncClient], owner: type) -> AsyncSessionMethod[P, V]: ...
    def __get__(
        self, instance: Resource[Any] | None, owner: type
    ) -> Self | SessionMethod[P, V] | AsyncSessionMethod[P, V]:
        if instance is None:
            return self
        manager: Any = AbstractContextManager  # a class, as a value to be subscripted
        if isinstance(client_of(instance), AsyncClient):
            manager = AbstractAsyncContextManager
            return AsyncSessionMethod(self, instance, manager[self.value, None])
        return SessionMethod(self, instance, manager[self.value, None])


def steps(function: Callable[Concatenate[Any, P], Steps[T]]) -> DeclaredSteps[P, T]:
    """Declare several calls as one."""
    return DeclaredSteps(function)


def session(function: Callable[Concatenate[Any, P], Session[V]]) -> DeclaredSession[P, V]:
    """Declare calls before and after the body of a ``with`` statement."""
    return DeclaredSession(function)
