"""Planted secrets, and where they must not be found.

Every planted secret contains `WORD`. The tests' own frames hold them too, so of a traceback only
the frames outside of the tests are looked at: those of the library and of what it is built on.
"""

from __future__ import annotations

import asyncio
import copy
import logging
import pickle
import pprint
import traceback
import typing
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest

from integrations_sdk import (
    UNSET,
    DecodeError,
    IntegrationsError,
    Model,
    Secret,
)
from integrations_sdk.core.kinds import present
from integrations_sdk.losant import IntegrationPost

from ..conftest import INTEGRATION

HERE = Path(__file__).parents[1]
WORD = "CANARY"
TOKEN = f"{WORD}-token"


def hidden(text: object) -> None:
    """Fail when a text shows a secret."""
    assert WORD not in str(text)


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
