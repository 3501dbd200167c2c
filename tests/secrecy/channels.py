"""The channels by which a value may show, each a function from a scene to the texts it tells.

A channel leads to a hit when a text has `WORD` in it, in clear or as base64 or hexadecimal.
"""

from __future__ import annotations

import base64
import copy
import dataclasses
import io
import json
import logging
import pickle
import pprint
import sys
import traceback
from collections.abc import Callable, Iterator
from operator import attrgetter
from pathlib import Path
from typing import Any, Final

import attrs

from .looking import HERE, WORD, chain


@attrs.frozen
class Scene:
    """What is left when a call has failed.

    Attributes:
        error: What it raised.
        things: What its caller may hold: the client, the call, a model.
        records: What was logged meanwhile.
        warned: What was warned of meanwhile.
    """

    error: BaseException
    things: list[Any]
    records: list[logging.LogRecord]
    warned: list[str]

    @property
    def all(self) -> list[Any]:
        return [*chain(self.error), *self.things]


def _each(show: Callable[[Any], str]) -> Callable[[Scene], Iterator[str]]:
    return lambda scene: (show(thing) for thing in scene.all)


def _or_refusal(show: Callable[[Any], Any]) -> Callable[[Any], str]:
    """Return what shows a thing, or how it refuses to be shown."""

    def shown(thing: Any) -> str:
        try:
            return str(show(thing))
        except Exception as error:  # noqa: BLE001 -- whatever a serializer raises
            return f"{error} {error!r}"

    return shown


def _attributes(thing: Any) -> str:
    """Return what a debugger lists: every attribute but those with an underscore."""
    names = [name for name in dir(thing) if not name.startswith("_")]
    return repr({name: _or_refusal(attrgetter(name))(thing) for name in names})


def _as_dict(thing: Any) -> str:
    if dataclasses.is_dataclass(thing) and not isinstance(thing, type):
        return repr(dataclasses.asdict(thing))
    return repr(attrs.asdict(thing)) if attrs.has(type(thing)) else ""


def _as_tuple(thing: Any) -> str:
    return repr(attrs.astuple(thing)) if attrs.has(type(thing)) else ""


def _as_json(thing: Any) -> str:
    to_json = getattr(thing, "to_json", None)
    written = json.dumps(to_json()) if to_json is not None else ""
    return written + _or_refusal(json.dumps)(thing) + json.dumps(thing, default=repr)


def _pickled(thing: Any) -> str:
    return pickle.dumps(thing, protocol=0).decode("latin-1")


def _log_line(thing: Any) -> str:
    record = logging.LogRecord("x", logging.ERROR, "x", 1, "%s %r", (thing, thing), None)
    return logging.Formatter().format(record)


def _story(scene: Scene) -> Iterator[str]:
    for part in chain(scene.error):
        yield repr(part.args)
        yield repr(getattr(part, "__notes__", ""))
        yield repr(getattr(part, "attempts", ""))
        explain = getattr(part, "explain", str)
        yield str(explain())


def _body(scene: Scene) -> Iterator[str]:
    for part in chain(scene.error):
        body = getattr(part, "body", None)
        yield repr(body()) if callable(body) else repr(body)


def _frames(scene: Scene) -> Iterator[str]:
    for part in chain(scene.error):
        trace = traceback.TracebackException(
            type(part), part, part.__traceback__, capture_locals=True
        )
        yield from (
            f"{frame.filename}:{frame.lineno} {frame.locals}"
            for frame in trace.stack
            if not Path(frame.filename).is_relative_to(HERE) or frame.name == "naive"
        )


def _excepthook(scene: Scene) -> Iterator[str]:
    written, stderr = io.StringIO(), sys.stderr
    sys.stderr = written
    try:
        sys.__excepthook__(type(scene.error), scene.error, scene.error.__traceback__)
    finally:
        sys.stderr = stderr
    yield written.getvalue()


def _logged(scene: Scene) -> Iterator[str]:
    for record in scene.records:
        yield logging.Formatter("%(name)s %(message)s").format(record)
        yield repr(record.args)


CHANNELS: Final[dict[str, Callable[[Scene], Iterator[str]]]] = {
    "repr": _each(repr),
    "str": _each(str),
    "format": _each(lambda thing: f"{thing:}{thing!r:>400}"),
    "pprint": _each(lambda thing: pprint.pformat([thing])),
    "attributes": _each(_attributes),
    "asdict": _each(_as_dict),
    "astuple": _each(_as_tuple),
    "json": _each(_as_json),
    "pickle": _each(_or_refusal(_pickled)),
    "copy": _each(lambda thing: repr(copy.copy(thing))),
    "deepcopy": _each(_or_refusal(lambda thing: repr(copy.deepcopy(thing)))),
    "a log line of one's own": _each(_log_line),
    "args, notes, attempts, explanation": _story,
    "the shape of the body": _body,
    "a traceback with locals": _frames,
    "sys.excepthook": _excepthook,
    "the loggers at DEBUG": _logged,
    "warnings": lambda scene: iter(scene.warned),
}


def _marks() -> set[str]:
    content = WORD.encode()
    coded = [base64.b64encode(bytes(n) + content + bytes(3)).decode() for n in range(3)]
    inner = [code[-(-n * 8 // 6) : (n + len(content)) * 8 // 6] for n, code in enumerate(coded)]
    return {WORD, WORD.lower(), content.hex(), *inner}


MARKS: Final = _marks()


def hits(channel: str, scene: Scene) -> list[str]:
    """Return the texts of a channel in which a secret shows."""
    return [text for text in CHANNELS[channel](scene) if any(mark in text for mark in MARKS)]
