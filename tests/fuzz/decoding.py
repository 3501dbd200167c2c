"""Documents of every model: an SDK error or a model, and a model that loses nothing."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, Final

import attrs

from integrations_sdk import UNSET, DecodeError, InvalidArgumentError, Model
from integrations_sdk.core import document, timestamps

from .chunks import Chunks
from .platforms import DOCUMENTS, MEMBERS, MODELS, platform_of

CORPUS: Final = (
    b"",
    b"\x00\x01\x01\x01{}",
    b"\x00\x05\x00\x01[1, {]",
    *(
        bytes([0, number, 0, 1]) + json.dumps(DOCUMENTS[platform_of(model)][0]).encode()
        for number, model in enumerate(MODELS)
    ),
    *(bytes([0, number, 1, 0, 0, number]) + bytes(range(1, 60)) for number in range(len(MODELS))),
    *(bytes([0, number, 0, 2, 0, 4, 0, 0, 3, 1, 1, 9]) for number in range(len(MODELS))),
)


def run(data: bytes) -> None:
    """Decode a text, a document made of a model's own members, or a real one that is changed."""
    chunks = Chunks(data)
    model = chunks.pick(MODELS)
    strict = chunks.flag()
    way = chunks.byte() % 3
    if way == 1:
        check(model, chunks.rest(), strict=strict)
    elif way == 0:
        check(model, chunks.json(MEMBERS[model]), strict=strict)
    else:
        real = json.loads(json.dumps(chunks.pick(DOCUMENTS[platform_of(model)])))
        for _ in range(1 + chunks.byte() % 3):
            real = _changed(real, chunks, MEMBERS[model])
        check(model, real, strict=strict)


def _changed(value: Any, chunks: Chunks, names: list[str]) -> Any:
    if isinstance(value, dict) and value and chunks.byte() % 8:
        name = chunks.pick(sorted(value))
        return {**value, name: _changed(value[name], chunks, names)}
    if isinstance(value, list) and value and chunks.byte() % 8:
        index = chunks.byte() % len(value)
        return [*value[:index], _changed(value[index], chunks, names), *value[index + 1 :]]
    return chunks.json(names)


def check(type_: type[Model], given: Any, *, strict: bool) -> None:
    """Decode a document; what comes of it must be an SDK error, or hold all of it."""
    try:
        model = type_.from_json(given, strict=strict)
    except DecodeError as error:
        assert "\n" not in str(error)
        assert error.__context__ is None
        return
    parsed = document.parse(given) if isinstance(given, (bytes, str)) else given
    written = model.to_json(reveal=True)
    if _has_other_constant(model):
        return  # what a request always says is said in the place of what came
    assert _holds(written, parsed), "something was lost"
    again = type_.from_json(written)
    assert again == model
    assert again.to_json(reveal=True) == written
    for shown in (repr(model), model.to_json()):
        assert shown is not None
    _send(model, written)


def _has_other_constant(model: Model) -> bool:
    members = model.codec.members(type(model))
    return any(
        members[field.name] in model.extra
        for field in attrs.fields(type(model))
        if field.name != "extra" and field.default not in {UNSET, attrs.NOTHING}
    )


def _send(model: Model, written: dict[str, document.JSON]) -> None:
    try:
        body = model.codec.encode("body", model, type(model))
    except InvalidArgumentError as error:
        assert "\n" not in str(error) or "\n" in "".join(_names(written))
        return
    assert json.loads(body) == written


def _names(value: document.JSON) -> list[str]:
    if isinstance(value, dict):
        return [name for key, member in value.items() for name in (key, *_names(member))]
    return [name for item in value for name in _names(item)] if isinstance(value, list) else []


def _holds(written: document.JSON, came: document.JSON) -> bool:
    """Tell whether a document has all that came; a member with a default may be more."""
    if isinstance(came, dict):
        return isinstance(written, dict) and all(
            name in written and _holds(written[name], member) for name, member in came.items()
        )
    if isinstance(came, list):
        return (
            isinstance(written, list)
            and len(written) == len(came)
            and all(map(_holds, written, came))
        )
    if isinstance(came, str) and isinstance(written, str):
        return written == came or _moment(written) == _moment(came) is not None
    return json.dumps(written) == json.dumps(came)  # to Python, 1 is 1.0 and true


def _moment(text: str) -> datetime | None:
    try:
        return timestamps.parse(text)
    except ValueError:
        return None
