"""Secrets: one word is planted in every credential, and looked for wherever something shows."""

from __future__ import annotations

import copy
import json
import logging
import pickle
import pprint
import re
import traceback
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest

from ..transports.scripted import Server, answering, refusing
from .cases import case
from .samples import CANARY, CELIGO, CXENGAGE, EVERY, LOSANT, OPTIMIZEPLAYER, POLIS, TOKEN, Deed
from .subjects import Outcome, Subject, settle

ONE = ("httpx",)
HERE = Path(__file__).parents[1]


def echo(deed: Deed) -> bytes:
    """Return a refusal, in the shape of any platform, that repeats what the call held."""
    sent = " or ".join([TOKEN, *re.findall(rf"{CANARY}-\w+", json.dumps(deed.body))])
    said = f"You may not send {sent}"
    return json.dumps({"type": "Bad", "message": said, "errors": [{"message": said}]}).encode()


@attrs.frozen
class Seen:
    """One call that failed, and all that it let be seen."""

    client: Any
    outcome: Outcome
    records: list[logging.LogRecord]
    warned: list[Any]


def failed(subject: Subject, caplog: pytest.LogCaptureFixture) -> Seen:
    """Make a call that holds secrets, to a server that repeats them all in its refusal."""
    sample = subject.sample
    deed = sample.confide or sample.deed("read")
    caplog.set_level(logging.DEBUG)
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        with Server(answering(echo(deed), status="400 Bad Request")) as server:
            caller = subject.client(server.url, headers={})
            outcome = caller.do(deed)
        assert outcome.kind == "refused"
    return Seen(caller.client, outcome, list(caplog.records), list(warned))


def chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def frames(error: BaseException) -> Iterator[str]:
    """Yield the locals of every frame but those of the tests themselves."""
    for part in chain(error):
        trace = traceback.TracebackException(
            type(part), part, part.__traceback__, capture_locals=True
        )
        for frame in trace.stack:
            path = Path(frame.filename)
            if path.name == "naive.py" or not path.is_relative_to(HERE):
                yield repr(frame.locals)


def pickled(thing: object) -> str:
    try:
        return repr(pickle.dumps(thing))
    except (TypeError, pickle.PicklingError, AttributeError) as error:
        return str(error)


CHANNELS: dict[str, Callable[[Seen], Any]] = {
    "repr": lambda seen: repr(seen.client),
    "str": lambda seen: str(seen.client),
    "format": lambda seen: f"{seen.client} {seen.client!r:>300} %s" % seen.client,
    "pprint": lambda seen: pprint.pformat([seen.client, vars(seen.client)]),
    "json": lambda seen: json.dumps(vars(seen.client), default=repr),
    "vars": lambda seen: {name: str(value) for name, value in vars(seen.client).items()},
    "copy": lambda seen: repr(vars(copy.copy(seen.client))),
    "pickle": lambda seen: pickled(seen.client),
    "log": lambda seen: [record.getMessage() for record in seen.records],
    "arguments of the log": lambda seen: [repr(record.args) for record in seen.records],
    "warnings and log of the error": lambda seen: [
        *seen.warned,
        logging.Formatter().formatException((type(seen.outcome.error), seen.outcome.error, None)),
    ],
    "error": lambda seen: [str(seen.outcome.error), repr(seen.outcome.error)],
    "members of the error": lambda seen: [seen.outcome.error.args, seen.outcome.shown],
    "causes and contexts": lambda seen: [repr(part) for part in chain(seen.outcome.error)],
    "locals of the traceback": lambda seen: list(frames(seen.outcome.error)),
    "pickled error": lambda seen: pickled(seen.outcome.error),
}


@case(50, on=EVERY, by=ONE, faces=("sync",))
@pytest.mark.parametrize("channel", CHANNELS)
def test_no_channel_shows_a_credential(
    subject: Subject, caplog: pytest.LogCaptureFixture, channel: str
) -> None:
    seen = failed(subject, caplog)

    assert CANARY not in str(CHANNELS[channel](seen))


@case(50, by=ONE)
def test_what_a_server_repeats_in_a_header_is_in_no_log(
    subject: Subject, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with Server(answering(b"{}", f"X-Echo: {TOKEN}", status="400 Bad Request")) as server:
        assert subject.client(server.url).read().kind == "refused"

    assert CANARY not in caplog.text


@case(51, on=EVERY, by=ONE)
@pytest.mark.parametrize("copied", [pickled, lambda thing: repr(vars(copy.deepcopy(thing)))])
def test_a_client_does_not_take_its_token_along(
    subject: Subject, copied: Callable[[object], str]
) -> None:
    client = subject.client("https://nowhere.invalid").client
    try:
        text = copied(client)
    except TypeError as error:
        text = str(error)

    assert CANARY not in text


@case(51, on=(LOSANT, CELIGO, CXENGAGE), by=ONE)
def test_an_error_travels_without_its_request_and_its_answer(subject: Subject) -> None:
    said = echo(subject.sample.deed("read"))
    with Server(answering(said, status="400 Bad Request")) as server:
        error = subject.client(server.url).read().error

        twin = pickle.loads(pickle.dumps(error))

        assert type(twin) is type(error)
        assert str(twin) == str(error)
        assert CANARY not in repr(pickle.dumps(error))


@case(52, on=(OPTIMIZEPLAYER,))
@pytest.mark.parametrize("status", ["200 OK", "400 Bad Request", "503 Unavailable"])
def test_a_key_in_a_query_is_in_no_log_and_no_error(
    subject: Subject, caplog: pytest.LogCaptureFixture, status: str
) -> None:
    caplog.set_level(logging.DEBUG)
    with Server(answering(b'{"id": 7}', status=status)) as server:
        outcome = subject.client(server.url, headers={"X-Team": "cold"}).read()

        assert f"api_key={TOKEN}" in server.requests[0].line.decode()
    assert CANARY not in caplog.text
    for record in caplog.records:
        assert CANARY not in repr(record.args)
    assert CANARY not in outcome.shown
    assert not hasattr(outcome.error, "request")


@case(52, on=(LOSANT, OPTIMIZEPLAYER), by=ONE)
def test_a_key_in_a_query_is_not_told_when_no_connection_comes_about(
    subject: Subject, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with refusing() as url:
        outcome = subject.client(url).read()

    assert outcome.kind == "unsent"
    assert CANARY not in outcome.shown + caplog.text


@case(53, on=(LOSANT, CXENGAGE, POLIS))
@pytest.mark.parametrize("status", ["401 Unauthorized", "422 No"])
def test_what_a_server_repeats_is_replaced(subject: Subject, status: str) -> None:
    deed = subject.sample.deed("confide")
    with Server(answering(echo(deed), status=status)) as server:
        outcome = subject.client(server.url).do(deed)

        assert outcome.kind == "refused"
        assert CANARY not in outcome.shown
        assert CANARY not in repr(getattr(outcome.error, "message", TOKEN))


@case(54, on=EVERY, by=ONE)
@pytest.mark.parametrize(
    "token",
    [f"{CANARY}\r\nX-Evil: 1", f"{CANARY}\n", f"{CANARY}ü", f"{CANARY}\x00", f" {CANARY}"],
    ids=["a line break", "a line feed", "not ASCII", "NUL", "a space"],
)
def test_a_token_that_cannot_travel_is_refused_at_once_and_not_quoted(
    subject: Subject, token: str
) -> None:
    with Server(answering(b"{}", status="400 Bad Request")) as server:
        deed = subject.sample.confide or subject.sample.deed("read")
        outcome = settle(lambda: subject.client(server.url, token=token).do(deed))

        assert outcome.kind == "configuration"
        assert CANARY not in outcome.shown
        assert server.connections == 0
