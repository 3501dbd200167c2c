"""Several calls as one: steps and sessions, on both faces."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import inspect
import json
import pydoc
from collections.abc import Awaitable, Callable
from typing import Any, ClassVar

import anyio
import attrs
import httpx
import pytest

from integrations_sdk import (
    AsyncHttpxTransport,
    AsyncLosant,
    ConfigurationError,
    ConnectError,
    IntegrationsError,
    InvalidArgumentError,
    Losant,
    NotFoundError,
    Operation,
)
from integrations_sdk.celigo import AsyncCeligo, Celigo
from integrations_sdk.core.faces import ClientT_co, Resource
from integrations_sdk.core.model import Model
from integrations_sdk.core.steps import Body, Session, Steps, ask, session, steps
from integrations_sdk.core.wire import Codec
from tests.faces import Face


@attrs.define(kw_only=True, repr=False)
class Thing(Model):
    codec: ClassVar[Codec] = Codec()
    id: str


GET = Operation(name="thing.get", method="GET", path="/things/{id}", returns=Thing)
LOCK = attrs.evolve(GET, name="thing.lock", method="PUT")
FREE = attrs.evolve(GET, name="thing.free", method="DELETE")


class Interruption(BaseException):
    """What is no Exception, such as Ctrl-C, and stops neither the test run nor the event loop."""


class Things(Resource[ClientT_co]):
    """Things."""

    @steps
    def both(self, *, first: str, second: str = "b") -> Steps[tuple[str, str]]:
        """Read two things.

        Args:
            first: The first.
            second: The second.
        """
        one = yield from ask(GET({"id": first}))
        two = yield from ask(GET({"id": second}))
        return one.id, two.id

    @steps
    def either(self, *, first: str, second: str) -> Steps[Thing]:
        """Read a thing, or else another."""
        try:
            found = yield from ask(GET({"id": first}))
        except NotFoundError:
            found = yield from ask(GET({"id": second}))
        return found

    @steps
    def careful(self, *, thing: str) -> Steps[None]:
        """Read a thing, and free it whatever happens."""
        try:
            yield from ask(GET({"id": thing}))
        finally:
            yield from ask(FREE({"id": thing}))

    @steps
    def none(self) -> Steps[str]:
        """Make no call at all."""
        yield from ()
        return "done"

    @session
    def borrowed(self, *, thing: str) -> Session[Thing]:
        """Lock a thing, and free it whatever happens.

        Args:
            thing: The thing.
        """
        found = yield from ask(LOCK({"id": thing}))
        try:
            yield Body(found)
        finally:
            yield from ask(FREE({"id": thing}))

    @session
    def checked(self, *, thing: str) -> Session[Thing]:
        """Refuse an argument before anything is entered."""
        if not thing:
            raise InvalidArgumentError("thing", "an id", "nothing")
        return _reading(thing)

    @session
    def deaf(self) -> Session[str]:
        """Swallow what is raised in its body."""
        with contextlib.suppress(ValueError):
            yield Body("x")
        yield from ask(GET({"id": "after"}))

    @session
    def translated(self) -> Session[str]:
        """Raise another error than the body's."""
        try:
            yield Body("x")
        except ValueError as error:
            raise LookupError("translated") from error

    @session
    def bodiless(self) -> Session[str]:
        """Forget the body."""
        yield from ask(GET({"id": "a"}))

    @session
    def twofold(self) -> Session[str]:
        """Have two bodies."""
        yield Body("x")
        yield Body("y")


def _reading(thing: str) -> Session[Thing]:
    found = yield from ask(GET({"id": thing}))
    yield Body(found)


class Server:
    """Answers every request but those that it fails, and keeps what it was asked."""

    def __init__(self, face: Face, **fails: BaseException | int) -> None:
        self.face = face
        self.fails = fails
        self.asked: list[str] = []
        transport = face.transport(httpx.MockTransport(self._handle))
        self.things: Any = Things(face.losant(transport=transport, retry=1))

    def _handle(self, request: httpx.Request) -> httpx.Response:
        id_ = request.url.path.rpartition("/")[2]
        self.asked.append(f"{request.method} {id_}")
        failure = self.fails.get(f"{request.method}_{id_}", 200)
        if isinstance(failure, BaseException):
            raise failure
        return httpx.Response(failure, json={"id": id_})


@pytest.fixture
def serve(face: Face) -> Callable[..., Server]:
    return lambda **fails: Server(face, **fails)


def fail(error: BaseException) -> Callable[[Any], Any]:
    """Return a body that raises."""

    def body(_: Any) -> Any:
        raise error

    return body


BODY_ERRORS = [
    ValueError("SAMPLE"),
    InvalidArgumentError("a", "b", "c"),
    StopIteration("SAMPLE"),
    RuntimeError("SAMPLE"),
    KeyboardInterrupt(),
    asyncio.CancelledError(),
    Interruption(),
]
THROWN_IN = pytest.mark.parametrize("error", BODY_ERRORS, ids=lambda error: type(error).__name__)


def test_steps_make_their_calls_in_order_and_return_what_comes_of_them(
    face: Face, serve: Callable[..., Server]
) -> None:
    server = serve()
    assert face(server.things.both(first="a")) == ("a", "b")
    assert server.asked == ["GET a", "GET b"]


def test_steps_without_a_call_return_at_once(face: Face, serve: Callable[..., Server]) -> None:
    server = serve()
    assert face(server.things.none()) == "done"
    assert server.asked == []


def test_the_error_of_a_call_is_raised_where_the_steps_wait(
    face: Face, serve: Callable[..., Server]
) -> None:
    server = serve(GET_a=404)
    assert face(server.things.either(first="a", second="b")).id == "b"
    assert server.asked == ["GET a", "GET b"]


def test_the_error_of_a_call_that_nobody_handles_ends_the_steps(
    face: Face, serve: Callable[..., Server]
) -> None:
    server = serve(GET_a=404)
    with pytest.raises(NotFoundError) as caught:
        face(server.things.both(first="a"))
    assert caught.value.operation == "thing.get"
    assert server.asked == ["GET a"]


@pytest.mark.parametrize("error", [httpx.ConnectError("x"), KeyboardInterrupt(), Interruption()])
def test_steps_clean_up_by_further_calls(
    face: Face, serve: Callable[..., Server], error: BaseException
) -> None:
    server = serve(GET_a=error)
    expected = ConnectError if isinstance(error, Exception) else type(error)
    with pytest.raises(expected):
        face(server.things.careful(thing="a"))
    assert server.asked == ["GET a", "DELETE a"]


def test_an_error_while_cleaning_up_comes_out_with_the_first_as_its_context(
    face: Face, serve: Callable[..., Server]
) -> None:
    server = serve(GET_a=404, DELETE_a=500)
    with pytest.raises(IntegrationsError) as caught:
        face(server.things.careful(thing="a"))
    assert caught.value.operation == "thing.free"
    assert isinstance(caught.value.__context__, NotFoundError)


def test_a_cancelled_task_still_cleans_up() -> None:
    asked: list[str] = []

    async def main() -> None:
        arrived = asyncio.Event()

        async def handle(request: httpx.Request) -> httpx.Response:
            asked.append(request.method)
            if request.method == "GET":
                arrived.set()
                await asyncio.sleep(60)
            return httpx.Response(200, json={"id": "a"})

        transport = AsyncHttpxTransport(httpx.MockTransport(handle))
        async with AsyncLosant("tok-SAMPLE", transport=transport) as client:
            task = asyncio.create_task(Things(client).careful(thing="a"))
            await arrived.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    asyncio.run(main())
    assert asked == ["GET", "DELETE"]


Work = Callable[[], Awaitable[Any]]


async def cancelled_task(work: Work, ready: asyncio.Event) -> None:
    task = asyncio.ensure_future(work())
    await ready.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert task.cancelled()


async def timed_out_wait(work: Work, ready: asyncio.Event) -> None:
    with pytest.raises(asyncio.TimeoutError):
        await asyncio.wait_for(work(), 0.3)
    assert ready.is_set()


async def moved_on(work: Work, ready: asyncio.Event) -> None:
    with anyio.move_on_after(60) as scope:
        ending = asyncio.ensure_future(ended(scope, ready))
        await work()
        raise AssertionError("the cancellation was swallowed")
    assert scope.cancelled_caught
    await ending


async def failed_after(work: Work, ready: asyncio.Event) -> None:
    async def within() -> None:
        with anyio.fail_after(60) as scope:
            endings.append(asyncio.ensure_future(ended(scope, ready)))
            await work()
            raise AssertionError("the cancellation was swallowed")

    endings: list[asyncio.Future[None]] = []
    with pytest.raises(TimeoutError):
        await within()
    await endings[0]


async def ended(scope: anyio.CancelScope, ready: asyncio.Event) -> None:
    """Let a scope run out of time once its work is where it is to be cancelled."""
    await ready.wait()
    scope.deadline = anyio.current_time()


async def cancelled_group(work: Work, ready: asyncio.Event) -> None:
    outcomes: list[BaseException | None] = []

    async def watched() -> None:
        try:
            await work()
        except BaseException as error:
            outcomes.append(error)
            raise

    async with anyio.create_task_group() as group:  # so does Starlette when a client hangs up
        group.start_soon(watched)
        await ready.wait()
        group.cancel_scope.cancel()
    assert [type(outcome) for outcome in outcomes] == [asyncio.CancelledError]


SCOPES = [moved_on, failed_after, cancelled_group]
CUT_OFF = pytest.mark.parametrize("cut_off", [cancelled_task, timed_out_wait, *SCOPES])
ID = "61f0a3b29c4e7d1a2b3c4d60"


class Slow:
    """Takes a while over each request, and for ever over the one of a given number."""

    def __init__(self, stuck: int | None = None, failing: int | None = None) -> None:
        self.stuck = stuck
        self.failing = failing
        self.asked: list[str] = []
        self.done: list[str] = []
        self.document: dict[str, Any] = {"_id": ID, "name": "A", "version": "1.0.0"}
        self.ready = asyncio.Event()
        self.transport = AsyncHttpxTransport(httpx.MockTransport(self._handle))

    async def _handle(self, request: httpx.Request) -> httpx.Response:
        number = len(self.asked)
        self.asked.append(request.method)
        if number == self.stuck:
            await self.sleep()
        await asyncio.sleep(0.002)
        if number == self.failing:
            self.ready.set()
            return httpx.Response(500, json={})
        if self.failing is not None and number > self.failing:
            await asyncio.sleep(0.1)  # the scope ends meanwhile
        if request.method == "PUT" and request.content:
            self.document = {"_id": ID, **json.loads(request.content)}
        self.done.append(request.method)
        return httpx.Response(200, json={"id": "a", **self.document})

    async def sleep(self, *_: Any) -> None:
        self.ready.set()
        await asyncio.sleep(60)

    def things(self) -> Any:
        return Things(AsyncLosant("tok-SAMPLE", transport=self.transport, retry=1))

    async def update(self, body: Callable[[Any], Awaitable[None]]) -> None:
        client = AsyncCeligo("tok-SAMPLE", transport=self.transport, retry=1)
        async with client.integration.managed_update(integration_id=ID) as integration:
            integration.name = "B"
            await body(integration)


@CUT_OFF
def test_steps_that_are_cancelled_in_a_call_clean_up(cut_off: Any) -> None:
    async def main() -> None:
        slow = Slow(stuck=0)
        await cut_off(lambda: slow.things().careful(thing="a"), slow.ready)
        assert (slow.asked, slow.done) == (["GET", "DELETE"], ["DELETE"])

    asyncio.run(main())


@CUT_OFF
def test_a_session_that_is_cancelled_in_its_body_cleans_up(cut_off: Any) -> None:
    async def main() -> None:
        slow = Slow()

        async def work() -> None:
            async with slow.things().borrowed(thing="a"):
                await slow.sleep()

        await cut_off(work, slow.ready)
        assert slow.done == ["PUT", "DELETE"]

    asyncio.run(main())


@CUT_OFF
@pytest.mark.parametrize("stuck", [None, 1, 2, 3, 4])  # None: the body; 0 comes before the lock
def test_a_managed_update_that_is_cancelled_leaves_nobody_locked_out(
    cut_off: Any, stuck: int | None
) -> None:
    async def main() -> None:
        slow = Slow(stuck=stuck)

        async def body(_: Any) -> None:
            assert slow.document["updateInProgress"] is True
            if stuck is None:
                await slow.sleep()

        await cut_off(lambda: slow.update(body), slow.ready)
        assert slow.document.get("updateInProgress", False) is False
        assert slow.document["version"] == "1.0.0"
        assert slow.document["name"] == ("B" if stuck == 4 else "A")
        assert slow.asked[-1] == ("GET" if stuck == 1 else "PUT")

    asyncio.run(main())


@pytest.mark.parametrize("cut_off", [moved_on, failed_after])
def test_an_error_in_the_body_of_a_cancelled_scope_leaves_nobody_locked_out(cut_off: Any) -> None:
    async def main() -> None:
        slow = Slow()

        async def body(_: Any) -> None:
            try:
                await slow.sleep()
            except asyncio.CancelledError:
                raise ValueError("SAMPLE") from None

        async def work() -> None:
            with pytest.raises(ValueError, match="SAMPLE"):
                await slow.update(body)
            await asyncio.sleep(60)  # where the scope is heard of again

        await cut_off(work, slow.ready)
        assert slow.document["updateInProgress"] is False

    asyncio.run(main())


@pytest.mark.parametrize("cut_off", [moved_on, failed_after])
def test_a_scope_that_ends_while_an_error_is_cleaned_up_leaves_nobody_locked_out(
    cut_off: Any,
) -> None:
    async def main() -> None:
        slow = Slow(failing=3)

        async def work() -> None:
            with pytest.raises(IntegrationsError):
                await slow.update(lambda _: asyncio.sleep(0))
            await asyncio.sleep(60)  # where the scope is heard of again

        await cut_off(work, slow.ready)
        assert slow.done == ["GET", "PUT", "GET", "GET", "PUT"]
        assert slow.document["updateInProgress"] is False

    asyncio.run(main())


def test_a_call_that_cleans_up_keeps_its_own_deadline() -> None:
    async def main() -> None:
        slow = Slow(stuck=1)
        client = AsyncLosant("tok-SAMPLE", transport=slow.transport, retry=1, timeout=0.2)
        things: Any = Things(client)
        with anyio.fail_after(5), anyio.move_on_after(0.05):
            with pytest.raises(IntegrationsError) as caught:
                async with things.borrowed(thing="a"):
                    await anyio.sleep(60)
            assert isinstance(caught.value.__context__, asyncio.CancelledError)
        assert slow.asked == ["PUT", "DELETE"]

    asyncio.run(main())


@pytest.mark.parametrize("client_class", [Celigo, AsyncCeligo])
def test_a_client_can_do_whatever_is_declared_without_known_scopes(client_class: Any) -> None:
    client = client_class("tok-SAMPLE")
    for name in ("patch", "unlock", "edit", "managed_update", "complete_install_step", "get"):
        assert client.can(f"integration.{name}") is True


@pytest.mark.parametrize(
    "name", ["integration.lock", "integration", "patch", "integration.client", "", "other.patch"]
)
def test_what_is_not_declared_is_no_operation(name: str) -> None:
    with pytest.raises(ConfigurationError, match="has no operation"):
        Celigo("tok-SAMPLE").can(name)


def test_a_session_makes_its_calls_around_its_body(
    face: Face, serve: Callable[..., Server]
) -> None:
    server = serve()
    context = server.things.borrowed(thing="a")
    assert server.asked == []

    def body(thing: Thing) -> str:
        assert server.asked == ["PUT a"]
        return thing.id

    assert face.within(context, body) == "a"
    assert server.asked == ["PUT a", "DELETE a"]


def test_a_call_in_the_body_goes_between(face: Face, serve: Callable[..., Server]) -> None:
    server = serve()
    context = server.things.borrowed(thing="a")
    assert face.within(context, lambda _: server.things.both(first="x")) == ("x", "b")
    assert server.asked == ["PUT a", "GET x", "GET b", "DELETE a"]


@THROWN_IN
def test_what_the_body_raises_comes_out_after_the_session_has_cleaned_up(
    face: Face, serve: Callable[..., Server], error: BaseException
) -> None:
    server = serve()
    with pytest.raises((type(error), RuntimeError)) as caught:
        face.within(server.things.borrowed(thing="a"), fail(error))
    if not (face.is_async and isinstance(error, (StopIteration, asyncio.CancelledError))):
        assert caught.value is error  # a coroutine and an event loop make their own of these
    else:
        assert caught.type is asyncio.CancelledError or caught.value.__cause__ is error
    assert server.asked == ["PUT a", "DELETE a"]


def test_a_session_that_cannot_be_entered_has_no_body(
    face: Face, serve: Callable[..., Server]
) -> None:
    server = serve(PUT_a=404)
    with pytest.raises(NotFoundError):
        face.within(server.things.borrowed(thing="a"), fail(AssertionError("the body ran")))
    assert server.asked == ["PUT a"]


def test_an_error_while_leaving_comes_out_with_the_bodys_as_its_context(
    face: Face, serve: Callable[..., Server]
) -> None:
    server = serve(DELETE_a=404)
    error = ValueError("SAMPLE")
    with pytest.raises(NotFoundError) as caught:
        face.within(server.things.borrowed(thing="a"), fail(error))
    assert caught.value.__context__ is error
    with pytest.raises(NotFoundError):
        face.within(server.things.borrowed(thing="a"), lambda thing: thing.id)


def test_a_session_suppresses_nothing(face: Face, serve: Callable[..., Server]) -> None:
    server = serve()
    error = ValueError("SAMPLE")
    with pytest.raises(ValueError, match="SAMPLE") as caught:
        face.within(server.things.deaf(), fail(error))
    assert caught.value is error
    assert server.asked == ["GET after"]


def test_a_session_may_raise_another_error(face: Face, serve: Callable[..., Server]) -> None:
    with pytest.raises(LookupError, match="translated") as caught:
        face.within(serve().things.translated(), fail(ValueError("SAMPLE")))
    assert isinstance(caught.value.__cause__, ValueError)


def test_a_session_checks_its_arguments_before_it_is_entered(serve: Callable[..., Server]) -> None:
    server = serve()
    with pytest.raises(InvalidArgumentError):
        server.things.checked(thing="")
    assert server.asked == []


def test_a_session_is_entered_once(face: Face, serve: Callable[..., Server]) -> None:
    server = serve()
    context = server.things.borrowed(thing="a")
    assert face.within(context, lambda thing: thing.id) == "a"
    with pytest.raises(RuntimeError, match="entered once"):
        face.within(context, fail(AssertionError("the body ran")))
    nested = server.things.borrowed(thing="a")
    if not face.is_async:
        with nested, pytest.raises(RuntimeError, match="entered once"):
            nested.__enter__()
    assert server.asked == ["PUT a", "DELETE a"] * (1 if face.is_async else 2)


def test_a_session_has_one_body(face: Face, serve: Callable[..., Server]) -> None:
    with pytest.raises(AssertionError, match="a session has a body"):
        face.within(serve().things.bodiless(), fail(ValueError("the body ran")))
    with pytest.raises(AssertionError, match="a session has one body"):
        face.within(serve().things.twofold(), lambda value: value)


def test_steps_have_no_body(face: Face, serve: Callable[..., Server]) -> None:
    class Wrong(Resource[ClientT_co]):
        @steps
        def wrong(self) -> Steps[str]:
            yield Body("x")  # type: ignore[misc]
            return "y"

    with pytest.raises(AssertionError, match="declare a session"):
        face(Wrong(serve().things.client).wrong())


def test_a_session_that_is_dropped_makes_no_further_call(serve: Callable[..., Server]) -> None:
    server = serve()
    flow = _reading("a")
    next(flow)
    flow.close()
    context = server.things.checked(thing="a")
    del context
    gc.collect()
    assert server.asked == []


@pytest.mark.parametrize("client_class", [Losant, AsyncLosant])
def test_both_faces_show_name_signature_and_docstring(client_class: Any) -> None:
    things = Things(client_class("tok-SAMPLE"))
    assert things.both.__name__ == "both"
    assert things.both.__qualname__ == "Things.both"
    assert str(inspect.signature(things.both)) == (
        "(*, first: str, second: str = 'b') -> tuple[str, str]"
    )
    assert inspect.signature(things.either).return_annotation is Thing
    nothing = inspect.signature(things.careful).return_annotation
    assert nothing in {None, type(None)}  # Python 3.10 says None
    for method in (things.both, things.borrowed):
        assert method.__doc__
        text = pydoc.plain(pydoc.render_doc(method))
        assert method.__doc__.splitlines()[0] in text
        assert f"{method.__name__}(*, " in text
    assert "borrowed(self, *, thing: str)" in pydoc.plain(pydoc.render_doc(Things))


def test_a_session_says_what_it_returns_on_each_face() -> None:
    synchronous: Any = contextlib.AbstractContextManager
    asynchronous: Any = contextlib.AbstractAsyncContextManager
    for client, manager in ((Losant("t"), synchronous), (AsyncLosant("t"), asynchronous)):
        things: Any = Things(client)
        assert inspect.signature(things.borrowed).return_annotation == manager[Thing, None]
        assert isinstance(things.borrowed(thing="a"), manager)


def test_a_declaration_is_found_on_the_class() -> None:
    for name in ("both", "borrowed"):
        declared = getattr(Things, name)
        assert declared is vars(Things)[name]
        assert "self" in inspect.signature(declared).parameters
    flow = Things.both(None, first="a")
    assert next(flow) == GET({"id": "a"})
