"""Every channel, for every platform and every class of errors: no secret shows."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable
from typing import Any

import attrs
import pytest

import integrations_sdk
from integrations_sdk import Celigo, IntegrationsError, Secret
from integrations_sdk.core import errors

from ..faces import Face
from .channels import CHANNELS, Scene, hits
from .looking import WORD
from .platforms import HEADER, OBJECT, TOKEN, WAYS, Server, Way, answered, failing, refusing

Failure = Callable[[Face, Way], tuple[Callable[[], Any], list[Any]]]


def asked(answer: Any, **changes: Any) -> Failure:
    """Send a way's call, its operation perhaps changed, to a server that answers so."""

    def prepare(face: Face, way: Way) -> tuple[Callable[[], Any], list[Any]]:
        server = Server(face, answer)
        client = way.client(face, transport=server, headers={"X-Key": HEADER}, retry=1)
        call = way.call(client)
        call = attrs.evolve(call, operation=attrs.evolve(call.operation, **changes))
        things = [client, call, call.operation, call.body]
        return lambda: face(client.send(call)), things

    return prepare


def closed(face: Face, way: Way) -> tuple[Callable[[], Any], list[Any]]:
    run, things = asked(refusing(500))(face, way)
    face.close(things[0])
    return run, things


def header_refused(face: Face, way: Way) -> tuple[Callable[[], Any], list[Any]]:
    _, things = asked(refusing(500))(face, way)
    client = things[0]
    return lambda: client.with_options(headers={"X-Key": f"{HEADER}\r\nX-Evil: 1"}), things


def scope_missing(face: Face, way: Way) -> tuple[Callable[[], Any], list[Any]]:
    _, things = asked(refusing(500), scopes=frozenset({"integration.get"}))(face, way)
    client = things[0].with_options(scopes=["devices.get"])
    return lambda: face(client.send(things[1])), [client, *things]


def kept_locked(face: Face, _: Way) -> tuple[Callable[[], Any], list[Any]]:
    locked = {"_id": OBJECT, "updateInProgress": True, "password": f"{WORD}-undocumented"}
    server = Server(face, lambda _, said: answered(200, locked, said))
    client = face.client(Celigo, TOKEN, transport=server, headers={"X-Key": HEADER}, retry=1)
    return lambda: face(client.integration.unlock(integration_id=OBJECT)), [client]


class Unavailable:
    """A budget whose keeper is away, or whose next turn comes too late."""

    def __init__(self, failure: Exception | None = None) -> None:
        self._failure = failure

    def limiter(self, _scope: str, _token: Secret) -> Any:
        return self

    def take(self, _within: float) -> tuple[int | None, float]:
        if self._failure is not None:
            raise self._failure
        return None, 99.0

    async def atake(self, within: float) -> tuple[int | None, float]:
        return self.take(within)


def limited(failure: Exception | None = None) -> Failure:
    def prepare(face: Face, way: Way) -> tuple[Callable[[], Any], list[Any]]:
        _, things = asked(refusing(500))(face, way)
        client = things[0].with_options(rate_limit=Unavailable(failure))
        return lambda: face(client.send(things[1])), [client, *things]

    return prepare


def of_another_kind(_: Any, said: str) -> Any:
    return answered(299, {"id": [said], "_id": [said], "access_token": [said], "items": said}, said)


DECODED = {"success": frozenset({299}), "returns": integrations_sdk.losant.Success, "unwrap": None}

FAILURES: dict[type[IntegrationsError], Failure] = {
    errors.ConfigurationError: closed,
    errors.InvalidArgumentError: header_refused,
    errors.MissingScopeError: scope_missing,
    errors.TransportError: asked(failing(), repeatable=True),
    errors.ConnectError: asked(failing(sent=False)),
    errors.DeadlineExceededError: asked(failing(overdue=True), repeatable=True),
    errors.ThrottledError: limited(),
    errors.ResponseTooLargeError: asked(failing(oversized=True), repeatable=True),
    errors.AmbiguousWriteError: asked(failing(), repeatable=False),
    errors.RateLimitUnavailableError: limited(errors.RateLimitUnavailableError("it is away")),
    errors.CleanupError: kept_locked,
    errors.DecodeError: asked(of_another_kind, **DECODED),
    errors.APIError: asked(refusing(418)),
    errors.BadRequestError: asked(refusing(400), errors={}),
    errors.AuthenticationError: asked(refusing(401), errors={}),
    errors.PermissionDeniedError: asked(refusing(403), errors={}),
    errors.NotFoundError: asked(refusing(404), errors={}),
    errors.ConflictError: asked(refusing(409), errors={}),
    errors.PreconditionFailedError: asked(refusing(412), errors={}),
    errors.UnprocessableEntityError: asked(refusing(422), errors={}),
    errors.RateLimitError: asked(refusing(429), errors={}),
    errors.InternalServerError: asked(refusing(503), errors={}),
}
"""One way to each class of errors. Its operation is changed where a platform has none that fits."""


def watch(run: Callable[[], Any], things: list[Any], caplog: pytest.LogCaptureFixture) -> Scene:
    """Run what fails, and keep all that could show."""
    caplog.set_level(logging.DEBUG)
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        try:
            run()
        except IntegrationsError as error:
            caught = error
        else:
            raise AssertionError("it did not fail")
    logging.getLogger("test").error("caught", exc_info=caught)
    return Scene(caught, things, caplog.records, [str(warning.message) for warning in warned])


CELLS = {
    f"{way}: {class_.__name__}": (way, class_)
    for way in WAYS
    for class_ in FAILURES
    if class_ is not errors.CleanupError or way == "celigo"  # no other has what is undone
}


@pytest.mark.parametrize(("way", "class_"), CELLS.values(), ids=CELLS.keys())
def test_no_channel_shows_a_secret(
    face: Face, caplog: pytest.LogCaptureFixture, way: str, class_: type[IntegrationsError]
) -> None:
    scene = watch(*FAILURES[class_](face, WAYS[way]), caplog)

    assert type(scene.error) is class_
    assert {name: found for name in CHANNELS if (found := hits(name, scene))} == {}


def tree(root: type[IntegrationsError]) -> set[type[IntegrationsError]]:
    return {root}.union(*(tree(child) for child in root.__subclasses__()))


def test_every_class_of_errors_and_at_least_twelve_channels_are_looked_at() -> None:
    ours = {error for error in tree(IntegrationsError) if error.__module__ == errors.__name__}
    raised = {error for error in ours if not error.__name__.startswith("_")} - {IntegrationsError}

    assert set(FAILURES) == raised
    assert len(CHANNELS) >= 12
    platforms = {way.partition(" ")[0].partition("'")[0] for way in WAYS}
    assert platforms == {"losant", "celigo", "polis", "optimizeplayer", "cxengage"}


def test_the_requests_of_the_matrix_hold_secrets(face: Face) -> None:
    for way in WAYS.values():
        server = Server(face, refusing(400))
        client = way.client(face, transport=server, headers={"X-Key": HEADER})
        with pytest.raises(IntegrationsError):
            face(client.send(way.call(client)))
        (request,) = server.requests
        sent = f"{request.url} {request.headers} {request.content!r}"
        assert WORD in sent.replace(HEADER, "")
        assert HEADER in sent


@attrs.define
class NaiveModel:
    password: str

    def to_json(self) -> dict[str, str]:
        return {"password": self.password}


class NaiveError(Exception):
    def body(self) -> Any:
        return self.args


@pytest.mark.parametrize("channel", CHANNELS)
def test_each_channel_finds_what_a_naive_library_shows(
    channel: str, caplog: pytest.LogCaptureFixture
) -> None:
    def naive() -> None:
        token = TOKEN
        warnings.warn(token, stacklevel=1)
        logging.getLogger("naive").debug("authorization: %s", token)
        raise NaiveError(token)

    caplog.set_level(logging.DEBUG)
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        with pytest.raises(NaiveError) as raised:
            naive()
    caught = raised.value
    said = [str(warning.message) for warning in warned]

    assert hits(channel, Scene(caught, [NaiveModel(TOKEN)], caplog.records, said))
