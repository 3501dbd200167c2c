"""Several calls as one: steps and sessions, on both faces."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import inspect
import pydoc
from collections.abc import Callable
from typing import Any, ClassVar

import attrs
import httpx
import pytest

from integrations_sdk import (
    AsyncLosant,
    ConnectError,
    IntegrationsError,
    InvalidArgumentError,
    Losant,
    NotFoundError,
    Operation,
)
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

        from integrations_sdk import AsyncHttpxTransport

        transport = AsyncHttpxTransport(httpx.MockTransport(handle))
        async with AsyncLosant("tok-SAMPLE", transport=transport) as client:
            task = asyncio.create_task(Things(client).careful(thing="a"))
            await arrived.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    asyncio.run(main())
    assert asked == ["GET", "DELETE"]


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
    assert inspect.signature(things.careful).return_annotation is type(None)
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
