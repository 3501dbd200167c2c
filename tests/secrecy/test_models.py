"""Models show none of their secrets, nor does what a client makes on its way."""

from __future__ import annotations

import copy
import json
import pickle
import pprint
import typing
from typing import Any

import attrs
import pytest

from integrations_sdk import (
    UNSET,
    Model,
    Secret,
    Unset,
    losant as models,
)
from integrations_sdk.core.kinds import present
from integrations_sdk.losant import Integration

from ..clients.recorder import Answer, Recorder
from ..conftest import APPLICATION
from ..faces import Face
from .looking import (
    CONFIGS,
    TOKEN,
    WORD,
    echo,
    hidden,
    post,
    texts,
)


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
