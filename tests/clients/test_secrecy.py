"""Secrets never show themselves: not in text, logs, tracebacks with locals, copies or pickles.

Every planted secret contains `CANARY`. The tests' own frames hold them too, so of a traceback only
the frames outside of this folder are looked at: those of the library and of what it is built on.
"""

from __future__ import annotations

import asyncio
import base64
import copy
import json
import logging
import pickle
import pprint
import threading
import traceback
import typing
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import attrs
import httpx
import pytest

from integrations_sdk import (
    UNSET,
    AmbiguousWriteError,
    AsyncLosant,
    ConfigurationError,
    ConnectError,
    DeadlineExceededError,
    DecodeError,
    IntegrationsError,
    InvalidArgumentError,
    Losant,
    MissingScopeError,
    Model,
    Secret,
    Timeout,
    TransportError,
    Unset,
    losant as models,
)
from integrations_sdk.core.kinds import present
from integrations_sdk.core.wire import camel_case
from integrations_sdk.losant import Integration, IntegrationPatch, IntegrationPost, MqttConfig

from ..conftest import APPLICATION, INTEGRATION
from ..faces import Face
from ..transports import scripted
from ..transports.scripted import Server, answering
from .recorder import Answer, Recorder, Turn
from .samples import IDS, encoded

HERE = Path(__file__).parents[1]
WORD = "CANARY"
TOKEN = f"{WORD}-token"


def hidden(text: object) -> None:
    """Fail when a text shows a secret."""
    assert WORD not in str(text)


# --- models, with a secret in each field that can hold one


def planted(cls: type[Model]) -> Any:
    """Return a model with every required field filled, and a secret in each secret field."""
    cls.codec.members(cls)  # resolves the types of its fields
    return cls(**{f.name: v for f in attrs.fields(cls) if (v := _planted(f)) is not UNSET})


def _planted(field: attrs.Attribute[Any]) -> Any:
    if field.name == "extra":
        return {"undocumented": f"{WORD}-extra", "deeper": [{"still": f"{WORD}-deeper"}]}
    kind = present(field.type)
    if kind is Secret:
        return f"{WORD}-{field.name}"
    if typing.get_origin(kind) is list and issubclass(kind.__args__[0], Model):
        return [planted(kind.__args__[0])]
    if field.default is not attrs.NOTHING:
        return UNSET
    return 1 if kind is float else "text"


CONFIGS: dict[str, type[Model]] = {
    field.name: present(field.type)
    for field in attrs.fields(IntegrationPost)
    if IntegrationPost.codec.members(IntegrationPost) and field.name.endswith("_config")
}


def post(config: str) -> IntegrationPost:
    return IntegrationPost(name="a", integration_type="mqtt", **{config: planted(CONFIGS[config])})


def echo(config: str) -> dict[str, Any]:
    """What Losant answers: the secrets in clear."""
    return {"id": INTEGRATION, **post(config).to_json(reveal=True)}


def test_the_secrets_of_the_contract_are_planted() -> None:
    revealed = "".join(json.dumps(echo(config)) for config in CONFIGS)

    for name in (
        "connection_string",
        "key_json",
        "password",
        "private_key",
        "access_token",
        "access_key_id",
        "secret_access_key",
        "url",
        "header_value",
    ):
        assert f"{WORD}-{name}" in revealed


def texts(thing: object) -> Iterator[str]:
    """Return every text that a thing turns into without being asked by name."""
    yield repr(thing)
    yield str(thing)
    yield f"{thing}"
    yield f"{thing!r:>400}"
    yield "%s %r" % (thing, thing)  # noqa: UP031 -- as logging does
    yield pprint.pformat(thing)
    yield pprint.pformat([thing])
    if attrs.has(type(thing)):
        yield repr(attrs.astuple(thing))  # type: ignore[arg-type]


@pytest.mark.parametrize("config", sorted(CONFIGS))
def test_a_model_shows_none_of_its_secrets(config: str) -> None:
    for model in (post(config), getattr(post(config), config), Integration.from_json(echo(config))):
        for text in texts(model):
            # astuple opens `extra`, whose values are no known secrets
            hidden(text.replace(f"{WORD}-extra", "").replace(f"{WORD}-deeper", ""))
        hidden(repr(model))
        hidden(json.dumps(model.to_json()))
        hidden(repr(copy.copy(model)) + repr(copy.deepcopy(model)))
        with pytest.raises(TypeError, match="cannot be pickled") as caught:
            pickle.dumps(model)
        hidden(caught.value)


def test_a_changed_or_compared_model_shows_none_either() -> None:
    one, other = post("mqtt_config"), post("mqtt_config")
    assert one == other
    changed = attrs.evolve(one, name="b")
    assert one != changed
    hidden(repr(changed))
    with pytest.raises(AssertionError) as caught:
        assert_equal(one, changed)
    hidden(caught.value)


def assert_equal(one: object, other: object) -> None:
    if one != other:
        raise AssertionError(f"{one!r} != {other!r}")


# --- what a client makes on its way


class Spy:
    """A transport that keeps what passes through."""

    def __init__(self, face: Face, answer: Answer) -> None:
        self._inner: Any = Recorder(face, answer).transport
        self._is_async = face.is_async
        self.things: list[object] = []

    def send(self, request: Any) -> Any:
        self.things.append(request)
        result = self._inner.send(request)

        async def later() -> Any:
            self.things.append(await result)
            return self.things[-1]

        if self._is_async:
            return later()
        self.things.append(result)
        return result


@pytest.mark.parametrize("config", sorted(CONFIGS))
def test_nothing_on_the_way_of_a_call_shows_a_secret(face: Face, config: str) -> None:
    spy = Spy(face, Answer(201, echo(config), headers={"X-Echo": TOKEN}))
    client = face.losant(TOKEN, transport=spy, headers={"X-Key": f"{WORD}-header"})
    method = client.integration.create
    arguments = {"application_id": APPLICATION, "integration": post(config)}
    call = method.call(**arguments)
    reply = face(client.send_with_response(call))

    things = [client, client.integration, method, call, call.operation, reply, *spy.things]
    things += [client.with_options(headers={"X-Key": f"{WORD}-other"}), reply.headers]
    for thing in things:
        for text in (repr(thing), str(thing), f"{thing}", pprint.pformat(thing)):
            hidden(text)
    assert len(spy.things) == 2
    for thing in (client, call):
        with pytest.raises((TypeError, pickle.PicklingError)) as caught:
            pickle.dumps(thing)
        hidden(caught.value)
    hidden(repr(vars(client)))


def test_a_page_shows_no_secret(face: Face) -> None:
    body = {"items": [echo("mqtt_config")], "page": 0, "perPage": 1, "totalCount": 1}
    client = face.losant(TOKEN, transport=Recorder(face, Answer(json=body)).transport)
    listed = client.integration.list(application_id=APPLICATION)
    first = face(listed)
    for thing in (listed, first, first.data, first.items, *first.items):
        hidden(repr(thing))


# --- errors


class Seen:
    """What one failing call let be seen."""

    def __init__(self, error: BaseException, told: list[str]) -> None:
        self.error = error
        self.told = told


def look(error: BaseException) -> None:
    """Fail when an exception, or anything hung to it, shows a secret."""
    for part in chain(error):
        hidden(repr(part))
        hidden(str(part))
        hidden(part.args)
        hidden(getattr(part, "__notes__", ""))
        trace = traceback.TracebackException(
            type(part), part, part.__traceback__, capture_locals=True
        )
        for frame in trace.stack:
            if Path(frame.filename).is_relative_to(HERE):
                continue
            shown = {n: v for n, v in (frame.locals or {}).items() if WORD in v}
            assert not shown, f"{frame.filename}:{frame.lineno} in {frame.name} shows {shown}"


def chain(error: BaseException | None) -> Iterator[BaseException]:
    """Walk an exception, its causes and its contexts, the suppressed ones too."""
    seen: list[BaseException] = []
    waiting = [error]
    while waiting:
        part = waiting.pop()
        if part is None or part in seen:
            continue
        seen.append(part)
        yield part
        waiting += [part.__cause__, part.__context__]


def look_at_copies(error: IntegrationsError) -> None:
    """Fail when a pickle or a copy shows a secret, or is not the same error."""
    pickled = pickle.dumps(error)
    assert WORD.encode() not in pickled
    for twin in (pickle.loads(pickled), copy.copy(error), copy.deepcopy(error)):
        assert type(twin) is type(error)
        assert (str(twin), twin.operation) == (str(error), error.operation)
        assert [vars_of(a) for a in twin.attempts] == [vars_of(a) for a in error.attempts]
        hidden(repr(twin))
        if isinstance(twin, DecodeError):
            assert not twin.body(reveal=True)


def vars_of(attempt: Any) -> dict[str, Any]:
    return attrs.asdict(attempt)


def failing(run: Callable[[], Any], caplog: pytest.LogCaptureFixture) -> Any:
    """Run what fails, and look at its error, its warnings and its logs."""
    caplog.set_level(logging.DEBUG)
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        try:
            run()
        except (IntegrationsError, asyncio.CancelledError, UnicodeError) as error:
            caught: BaseException = error
        else:
            raise AssertionError("it did not fail")
    look(caught)
    logging.getLogger("test").error("caught", exc_info=caught)
    for record in caplog.records[:-1]:
        hidden(record.getMessage())
        hidden(repr(record.args))
        hidden(record.exc_text)
    for warning in warned:
        hidden(warning.message)
    if isinstance(caught, IntegrationsError):
        look_at_copies(caught)
    return caught


@pytest.fixture
def fail(face: Face, caplog: pytest.LogCaptureFixture) -> Callable[..., Any]:
    """Send a call that holds secrets to a server that answers in some way, and look."""

    def run(*turns: Turn, name: str = "create", config: str = "mqtt_config", **options: Any) -> Any:
        arguments: dict[str, dict[str, Any]] = {
            "create": {"application_id": APPLICATION, "integration": post(config)},
            "list": {"application_id": APPLICATION},
        }
        recorder = Recorder(face, *turns)
        options = {"transport": recorder.transport, "retry": 1, **options}

        def call() -> None:
            client = face.losant(TOKEN, **options)
            face(getattr(client.integration, name)(**arguments.get(name, IDS)))

        return failing(call, caplog)

    return run


Fail = Callable[..., Any]


@pytest.mark.parametrize("config", sorted(CONFIGS))
@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 412, 418, 422, 429, 500, 302])
def test_what_a_server_repeats_in_an_error_is_replaced(
    fail: Fail, status: int, config: str
) -> None:
    secrets = [TOKEN, *all_secrets(post(config))]
    said = {
        "type": f"Bad{''.join(secrets)}",
        "message": f"Bearer {TOKEN} may not send {' or '.join(secrets)}",
        "details": {TOKEN: secrets},
    }
    error = fail(
        Answer(status, said, headers={"X-Request-Id": f"id-{TOKEN}"}),
        config=config,
    )

    assert error.status == status
    assert error.message.startswith("Bearer [secret] may not send [secret]")
    assert error.code.startswith("Bad[secret]")
    assert error.request_id == "id-[secret]"
    hidden([error.code, error.message, error.request_id])
    assert WORD in json.dumps(error.body(reveal=True))


def all_secrets(model: Model) -> list[str]:
    """Find the secrets of a model's JSON, by their word."""
    found: list[str] = []

    def walk(value: Any) -> None:
        if isinstance(value, str) and WORD in value:
            found.append(value)
        for inner in value.values() if isinstance(value, dict) else ():
            walk(inner)
        for inner in value if isinstance(value, list) else ():
            walk(inner)

    walk(model.to_json(reveal=True))
    return [s for s in found if "extra" not in s and "deeper" not in s]


def test_a_secret_within_another_leaves_no_rest(face: Face) -> None:
    class_, inner, outer = MqttConfig, f"{WORD}", f"{WORD}-AND-MORE-{WORD}"
    body = IntegrationPost(
        name="a",
        integration_type="mqtt",
        mqtt_config=class_(protocol="m", host="h", port=1, password=inner, private_key=outer),
    )
    recorder = Recorder(face, Answer(400, {"type": "x", "message": f"<{outer}> <{inner}>"}))
    client = face.losant("tok-SAMPLE", transport=recorder.transport)

    with pytest.raises(IntegrationsError) as caught:
        face(client.integration.create(application_id=APPLICATION, integration=body))

    assert "<[secret]> <[secret]>" in str(caught.value)


BROKEN: dict[str, bytes] = {
    "cut": encoded(echo("mqtt_config"))[:-5],
    "two": encoded(echo("mqtt_config")) * 2,
    "NaN": b'{"secret": "%s", "n": NaN}' % TOKEN.encode(),
    "html": f"<html>{TOKEN}</html>".encode(),
    "no UTF-8": b'{"secret": "%s\xff"}' % TOKEN.encode(),
    "text": json.dumps(TOKEN).encode(),
    "array": json.dumps([TOKEN]).encode(),
    "no id": json.dumps({"password": TOKEN}).encode(),
    "wrong id": json.dumps({"id": [TOKEN]}).encode(),
    "deep": b"[" * 100_000 + json.dumps(TOKEN).encode(),
    "member": json.dumps({TOKEN: TOKEN}).encode(),
}


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN.keys())
@pytest.mark.parametrize("name", ["get", "create", "list"])
def test_an_answer_that_cannot_be_read_is_not_shown(fail: Fail, name: str, content: bytes) -> None:
    status = 201 if name == "create" else 200

    error = fail(
        Answer(status, content=content, headers={"content-type": f"text/{TOKEN}"}), name=name
    )

    assert type(error) is DecodeError
    hidden(error.body() if b'{"CANARY' not in content else "")


@pytest.mark.parametrize("config", sorted(CONFIGS))
def test_a_drift_is_told_without_what_drifted(fail: Fail, config: str) -> None:
    body = {**echo(config), "enabled": TOKEN, "topics": TOKEN, camel_case(config): [TOKEN]}

    error = fail(Answer(201, body), strict=True)

    assert type(error) is DecodeError


def test_the_log_of_a_drift_has_no_value(face: Face, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    body = {"id": INTEGRATION, "enabled": TOKEN}
    client = face.losant(TOKEN, transport=Recorder(face, Answer(json=body)).transport)

    face(client.integration.get(**IDS))

    assert "drifts from its documentation" in caplog.text
    hidden(caplog.text)


@pytest.mark.parametrize(
    ("fault", "class_"),
    [
        (httpx.ConnectError, ConnectError),
        (httpx.ConnectTimeout, ConnectError),
        (httpx.ProxyError, ConnectError),
        (httpx.LocalProtocolError, ConnectError),
        (httpx.UnsupportedProtocol, ConnectError),
        (httpx.ReadError, AmbiguousWriteError),
        (httpx.RemoteProtocolError, AmbiguousWriteError),
        (httpx.DecodingError, AmbiguousWriteError),
    ],
)
def test_the_words_of_httpx_are_not_passed_on(
    fail: Fail, fault: type[httpx.HTTPError], class_: type[IntegrationsError]
) -> None:
    error = fail(fault(f"Illegal header value b'Bearer {TOKEN}'"))

    assert type(error) is class_


SCRIPTS: dict[str, scripted.Script] = {
    "reset": scripted.reset_after_request,
    "close": scripted.close_after_request,
    "garbage": scripted.raw(f"{TOKEN}\r\n\r\n".encode()),
    "half": scripted.raw(scripted.response(TOKEN.encode(), length=10_000)),
    "chunk": scripted.raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nCANARY\r\n"),
    "gzip": scripted.raw(scripted.response(TOKEN.encode(), "Content-Encoding: gzip")),
    "header": scripted.raw(f"HTTP/1.1 200 OK\r\n{TOKEN}\r\n\r\n".encode()),
    "silent": scripted.silent,
    "drip": scripted.dripping(scripted.response(length=10_000), TOKEN.encode()),
    "400": answering(encoded({"type": TOKEN, "message": TOKEN}), status="400 Bad"),
    "html": answering(f"<html>{TOKEN}".encode()),
}


ECHOING_IN_PLACE_OF_HTTP = [SCRIPTS[name] for name in ("garbage", "chunk", "header")]


@pytest.mark.parametrize("script", SCRIPTS.values(), ids=SCRIPTS.keys())
@pytest.mark.parametrize("name", ["get", "create"])
def test_no_frame_of_the_real_transport_shows_a_secret(
    fail: Fail, caplog: pytest.LogCaptureFixture, name: str, script: scripted.Script
) -> None:
    if script in ECHOING_IN_PLACE_OF_HTTP:  # httpcore logs what it cannot read, at DEBUG
        caplog.set_level(logging.INFO, logger="httpcore.http11")
    with Server(script) as server:
        error = fail(
            Answer(),
            name=name,
            transport=None,
            base_url=server.url,
            timeout=Timeout(connect=1, read=1, total=0.1),
            retry=2,
        )

    assert isinstance(error, IntegrationsError)
    assert isinstance(error, (TransportError, DecodeError)) or hasattr(error, "status")


def test_a_refused_connection_shows_no_secret(fail: Fail) -> None:
    with scripted.refusing() as address:
        error = fail(Answer(), transport=None, base_url=address, retry=2)

    assert type(error) is ConnectError


def test_a_deadline_shows_no_secret(fail: Fail) -> None:
    with Server(scripted.silent) as server:
        error = fail(
            Answer(), name="get", transport=None, base_url=server.url, timeout=Timeout(total=0.05)
        )

    assert type(error) is DeadlineExceededError


def test_everything_is_logged_and_nothing_told(
    face: Face, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with Server(answering(encoded(echo("mqtt_config")), status="201 Created")) as server:
        client = face.losant(TOKEN, base_url=server.url)
        arguments = {"application_id": APPLICATION, "integration": post("mqtt_config")}
        face(client.integration.create(**arguments))
        face.close(client)

    loggers = {record.name.partition(".")[0] for record in caplog.records}
    assert {"integrations_sdk", "httpcore"} <= loggers
    hidden(caplog.text)
    for record in caplog.records:
        hidden(repr(record.args))


def test_a_client_of_httpx_logs_no_secret_either(
    face: Face, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    mock = httpx.MockTransport(lambda _: httpx.Response(200, json=echo("mqtt_config")))
    class_: Any = httpx.AsyncClient if face.is_async else httpx.Client
    inner = class_(transport=mock)
    client = face.losant(TOKEN, transport=face.transport(inner))
    face(client.integration.get(**IDS))
    face(inner.aclose() if face.is_async else inner.close())

    assert "httpx" in {record.name for record in caplog.records}
    hidden(caplog.text)


@pytest.mark.parametrize("status", [200, 401, 503])
def test_the_tokens_that_a_provider_returns_are_hidden_too(
    face: Face, caplog: pytest.LogCaptureFixture, status: int
) -> None:
    tokens = iter(f"{TOKEN}-{n}" for n in range(9))

    def run() -> None:
        recorder = Recorder(
            face,
            Answer(401, {"type": f"{TOKEN}-0", "message": f"{TOKEN}-0"}),
            Answer(status, {"type": f"{TOKEN}-1", "message": f"{TOKEN}-0 {TOKEN}-1"}),
        )
        provider = face.provider(lambda: next(tokens))
        client = face.losant(provider, transport=recorder.transport, retry=1)
        face(client.integration.get(**IDS))

    failing(run, caplog)


# --- what is refused before anything is sent

BAD_TOKENS = [f"{WORD}\r\nX-Evil: 1", f"{WORD} token", f"{WORD}ü", f"\n{WORD}", f"{WORD}\x00"]


@pytest.mark.parametrize("token", BAD_TOKENS)
@pytest.mark.parametrize("given", [str, Secret])
def test_a_token_that_cannot_travel_is_not_shown(
    face: Face, caplog: pytest.LogCaptureFixture, token: str, given: Callable[[str], Any]
) -> None:
    error = failing(lambda: face.losant(given(token)), caplog)

    assert type(error) is ConfigurationError


@pytest.mark.parametrize("token", BAD_TOKENS[:3])
def test_a_token_of_the_environment_that_cannot_travel_is_not_shown(
    face: Face,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    token: str,
) -> None:
    monkeypatch.setenv("LOSANT_ACCESS_TOKEN", token)

    error = failing(lambda: face.losant(None), caplog)

    assert type(error) is ConfigurationError


@pytest.mark.parametrize("token", [*BAD_TOKENS, f"{WORD}".encode()])
@pytest.mark.parametrize("plain", [True, False])
def test_a_token_of_a_provider_that_cannot_travel_is_not_shown(
    face: Face, caplog: pytest.LogCaptureFixture, token: Any, plain: bool
) -> None:
    provider = (lambda: token) if plain else face.provider(lambda: token)

    def run() -> None:
        client = face.losant(provider, transport=Recorder(face, Answer()).transport)
        face(client.integration.get(**IDS))

    assert type(failing(run, caplog)) is ConfigurationError


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("base_url", f"https://user:{WORD}@losant.example"),
        ("base_url", f"https://losant.example?key={WORD}"),
        ("base_url", f"{WORD}://losant.example"),
        ("headers", {"X-Key": f"{WORD}\r\n"}),
        ("headers", {f"{WORD} ": "1"}),
        ("headers", {"X-Key": f"{WORD}ü"}),
    ],
)
def test_a_setting_that_is_refused_is_not_quoted(face: Face, name: str, value: Any) -> None:
    with pytest.raises(IntegrationsError) as caught:
        face.losant("tok-SAMPLE", **{name: value})

    hidden(caught.value)
    hidden(repr(caught.value))
    look_at_copies(caught.value)


def test_a_missing_scope_shows_no_token(face: Face, caplog: pytest.LogCaptureFixture) -> None:
    claims = base64.urlsafe_b64encode(json.dumps({"scope": ["devices.*"]}).encode()).decode()
    token = f"{WORD}.{claims.rstrip('=')}.{WORD}"

    def run() -> None:
        client = face.losant(token, transport=Recorder(face, Answer()).transport)
        face(client.integration.get(**IDS))

    assert type(failing(run, caplog)) is MissingScopeError


def broken_body(**members: Any) -> IntegrationPost:
    body = post("mqtt_config")
    for name, value in members.items():
        setattr(body if hasattr(body, name) else body.mqtt_config, name, value)
    return body


BODIES: dict[str, Callable[[], Any]] = {
    "a number for a text": lambda: broken_body(name=5),
    "a text for a number": lambda: broken_body(port="1883"),
    "no number": lambda: broken_body(port=float("nan")),
    "an infinite number": lambda: broken_body(port=float("inf")),
    "a mask": lambda: broken_body(password=Secret("*" * 10)),
    "a set in extra": lambda: broken_body(extra={"a": {WORD}}),
    "bytes in extra": lambda: broken_body(extra={"a": WORD.encode()}),
    "half of a surrogate pair": lambda: broken_body(host="\ud800", topics=[5]),
    "a dict for a model": lambda: broken_body(mqtt_config={"host": "h"}),
}


@pytest.mark.parametrize("make", BODIES.values(), ids=BODIES.keys())
def test_a_body_that_is_refused_is_not_shown(
    face: Face, caplog: pytest.LogCaptureFixture, make: Callable[[], Any]
) -> None:
    def run() -> None:
        client = face.losant(TOKEN, transport=Recorder(face, Answer()).transport)
        face(client.integration.create(application_id=APPLICATION, integration=make()))

    assert type(failing(run, caplog)) is InvalidArgumentError


@pytest.mark.parametrize(
    "document",
    [
        encoded(echo("mqtt_config"))[:-5],
        encoded(echo("mqtt_config")).decode()[:-5],
        json.dumps(TOKEN),
        {"password": TOKEN},
        {"id": [TOKEN]},
        [TOKEN],
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_document_that_came_some_other_way_is_not_shown(
    caplog: pytest.LogCaptureFixture, document: Any
) -> None:
    error = failing(lambda: Integration.from_json(document), caplog)

    assert type(error) is DecodeError


def test_an_argument_that_is_no_id_is_not_quoted(face: Face, caplog: Any) -> None:
    """A token where an id belongs is an easy slip."""

    def run() -> None:
        client = face.losant(TOKEN, transport=Recorder(face, Answer()).transport)
        face(client.integration.patch(**{**IDS, "integration_id": TOKEN}, integration=PATCH))

    with pytest.raises(InvalidArgumentError) as caught:
        run()
    hidden(caught.value)


PATCH = IntegrationPatch(mqtt_config=planted(MqttConfig))


def test_a_closed_client_shows_no_secret(face: Face, caplog: pytest.LogCaptureFixture) -> None:
    client = face.losant(TOKEN)
    face.close(client)
    arguments = {**IDS, "integration": PATCH}

    error = failing(lambda: face(client.integration.patch(**arguments)), caplog)

    assert type(error) is ConfigurationError


def test_a_task_that_is_cancelled_shows_no_secret(caplog: pytest.LogCaptureFixture) -> None:
    face = Face("async")

    async def cancelled(client: Any) -> None:
        task = asyncio.ensure_future(client.integration.get(**IDS))
        for _ in range(50):
            await asyncio.sleep(0.001)
        task.cancel()
        await task

    with Server(scripted.silent) as server:
        client = face.losant(TOKEN, base_url=server.url)
        error = failing(lambda: face(cancelled(client)), caplog)
        face.finish()

    assert isinstance(error, asyncio.CancelledError)


def test_a_call_that_is_interrupted_while_it_sends_shows_no_secret(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("integrations_sdk.transports.connections._Stream.write", interrupted)
    with Server(scripted.silent) as server, Losant(TOKEN, base_url=server.url) as client:
        try:
            client.integration.patch(**IDS, integration=PATCH)
        except KeyboardInterrupt as error:
            look(error)
        else:
            raise AssertionError("it was not interrupted")


def test_a_task_that_is_cancelled_while_it_sends_shows_no_secret() -> None:
    heard = threading.Event()

    def stalled(peer: scripted.Peer) -> None:
        peer.read()
        heard.set()
        peer.stall()  # take no more, so that the client cannot send it all

    async def cancelled(url: str) -> None:
        large = IntegrationPatch(name="n" * 10_000_000, mqtt_config=planted(MqttConfig))
        async with AsyncLosant(TOKEN, base_url=url) as client:
            task = asyncio.ensure_future(client.integration.patch(**IDS, integration=large))
            assert await asyncio.to_thread(heard.wait, 5)
            task.cancel()
            try:
                await task
            except asyncio.CancelledError as error:
                look(error)
            else:
                raise AssertionError("it was not cancelled")

    with Server(stalled) as server:
        asyncio.run(cancelled(server.url))


def test_the_look_at_frames_finds_what_is_there() -> None:
    try:
        json.loads(f'{{"a": "{WORD}"')
    except ValueError as error:
        with pytest.raises(AssertionError, match=r"json.* shows"):
            look(error)


def test_every_secret_field_is_text_or_a_secret() -> None:
    """A field that can hold a secret takes nothing else, which would show."""
    for name in models.__all__:
        cls = getattr(models, name)
        if not (isinstance(cls, type) and issubclass(cls, Model)):
            continue
        cls.codec.members(cls)
        for field in attrs.fields(cls):
            if present(field.type) is Secret:
                assert field.converter is not None, f"{name}.{field.name}"
                assert Unset not in typing.get_args(field.type) or field.default is UNSET
