"""Answers that drift from what the platforms document: nothing is lost, and the user is told once.

Every documented member of every model of every platform is fed every other kind of JSON.
"""

from __future__ import annotations

import importlib
import json
import runpy
import threading
import typing
from datetime import datetime
from pathlib import Path
from typing import Any

import attrs
import pytest

from integrations_sdk import UNSET, DecodeError, Drift, Losant, Model, Operation, Secret
from integrations_sdk.core.kinds import choices, is_model, is_nullable, present
from integrations_sdk.core.model import is_required
from integrations_sdk.core.transport import Headers, Request, Response

PLATFORMS = ("celigo", "cxengage", "losant", "optimizeplayer", "polis")
for _name in PLATFORMS:
    importlib.import_module(f"integrations_sdk.{_name}")


def _below(cls: type[Model]) -> list[type[Model]]:
    return [cls, *(found for child in cls.__subclasses__() for found in _below(child))]


def _may_be_absent(field: attrs.Attribute[Any]) -> bool:
    """Tell whether a field is one of an answer; one with a default is of what is only sent."""
    return field.name == "extra" or field.default is UNSET or is_required(field)


MODELS = {
    f"{cls.__module__.split('.')[1]}.{cls.__name__}": cls
    for cls in _below(Model)
    if cls.__module__.split(".")[1] in PLATFORMS and all(map(_may_be_absent, attrs.fields(cls)))
}
VALUES: dict[str, Any] = {
    "null": None,
    "bool": True,
    "int": 7,
    "float": 1.5,
    "str": "no date",
    "array": [],
    "object": {},
}
KINDS = {bool: {"bool"}, int: {"int"}, float: {"int", "float"}, str: {"str"}, Secret: {"str"}}
ANYTHING = set(VALUES)


class Answers:
    """A transport that answers with the same document to every request."""

    def __init__(self, document: Any) -> None:
        self.document = document

    def send(self, _: Request) -> Response:
        return Response(200, Headers(), json.dumps(self.document).encode())

    def close(self) -> None:
        """Nothing is open."""


Told = list[tuple[str, Drift]]


def get(model: type[Model], name: str = "thing.get") -> Operation[Any]:
    return Operation(name=name, method="GET", path="/thing", returns=model)


def client_of(model: type[Model], document: Any, **options: Any) -> Losant:
    """Make a client of any platform's documents."""
    client = Losant("tok-SAMPLE", transport=Answers(document), **options)
    platform = attrs.evolve(client._settings.platform, codec=model.codec)
    client._settings = attrs.evolve(client._settings, platform=platform)
    return client


def sample(model: type[Model]) -> dict[str, Any]:
    """Return a document with every documented member in it."""
    members = model.codec.members(model)
    return {
        members[f.name]: _sample(f.type, model) for f in attrs.fields(model) if f.name in members
    }


def _sample(type_: Any, model: type[Model]) -> Any:
    inner = present(type_)
    if known := choices(type_):
        return min(known)
    if is_model(inner):
        return sample(inner)
    if typing.get_origin(inner) is list:
        return [_sample(typing.get_args(inner)[0], model)]
    if inner is datetime:
        return model.codec._timestamp(datetime.fromisoformat("2025-02-11T08:15:30.120000+00:00"))
    return {bool: True, int: 5, float: 2.5, str: "text", Secret: "SAMPLE"}.get(inner, {})


def _fitting(type_: Any) -> set[str]:
    """Return the kinds of JSON that a field takes, or that fit it for other reasons."""
    inner = present(type_)
    if {bool, float, int, str} <= set(typing.get_args(inner)):
        return ANYTHING
    fitting = KINDS.get(inner, {"str"} if choices(type_) else set())
    if is_model(inner) or typing.get_origin(inner) is dict:
        fitting = {"object"}  # what is in it is up to its own fields
    if typing.get_origin(inner) is list:
        fitting = {"array"}
    return fitting | {"null"} if is_nullable(type_) else fitting


def wrong_answers(model: type[Model]) -> list[tuple[str, bool, dict[str, Any]]]:
    """Return members, whether the model needs them, and documents with another kind there."""
    members = model.codec.members(model)
    return [
        (members[field.name], is_required(field), {**sample(model), members[field.name]: value})
        for field in attrs.fields(model)
        if field.name in members
        for kind, value in VALUES.items()
        if kind not in _fitting(field.type)
    ]


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS.keys())
def test_a_documented_answer_is_no_drift(model: type[Model]) -> None:
    told: Told = []
    client = client_of(model, sample(model), on_drift=lambda *what: told.append(what), strict=True)

    found = client.send(get(model)({}))

    assert found.to_json(reveal=True) == sample(model)
    assert told == []


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS.keys())
def test_a_member_of_another_kind_costs_nothing_and_is_told_once(model: type[Model]) -> None:
    for member, is_needed, document in wrong_answers(model):
        told: Told = []
        client = client_of(model, document, on_drift=lambda *what: told.append(what))  # noqa: B023
        call = get(model)({})
        if not is_needed:
            for _ in range(2):
                assert client.send(call).to_json(reveal=True) == document
            ((operation, drift),) = told
            assert (operation, drift.path, drift.kind) == ("thing.get", member, "wrong type")
            assert "no date" not in str(drift)
        with pytest.raises(DecodeError) as caught:
            client.with_options(strict=True).send(call)
        assert caught.value.path == member


def test_every_platform_has_answers_that_are_fed_in_many_wrong_ways() -> None:
    wrong = {name: len(wrong_answers(model)) for name, model in MODELS.items()}

    for platform in PLATFORMS:
        assert sum(n for name, n in wrong.items() if name.startswith(platform)) >= 40


# --- what is undocumented


def asked(model: type[Model], document: Any, **options: Any) -> tuple[Any, Told]:
    told: Told = []
    client = client_of(model, document, on_drift=lambda *what: told.append(what), **options)
    return client.send(get(model)({})), told


LOSANT = MODELS["losant.Integration"]


@pytest.mark.parametrize("strict", [False, True])
def test_unknown_members_and_values_are_told_and_never_raise(strict: bool) -> None:
    broker = {"protocol": "quic", "host": "h", "port": 1, "qos": "SAMPLE"}
    document = {"id": "x", "_new": [1], "mqttConfig": broker, "status": {"uptime": 5}}

    found, told = asked(LOSANT, document, strict=strict)

    assert found.to_json(reveal=True) == document
    assert [drift for _, drift in told] == [
        Drift("_new", "no such member", "array", "unknown member"),
        Drift("mqttConfig.protocol", "one of mqtt, mqtts, ws, wss", "another", "unknown value"),
        Drift("status.uptime", "no such member", "int", "unknown member"),
    ]


def test_what_is_new_in_kind_is_told_without_the_members_that_it_brings() -> None:
    _, told = asked(MODELS["cxengage.Integration"], {"id": "zendesk", "api-token": "SAMPLE"})

    assert [(drift.path, drift.kind) for _, drift in told] == [("id", "unknown value")]


def test_what_was_not_told_beside_something_new_in_kind_is_told_when_it_comes_alone() -> None:
    told: Told = []
    broker = {"protocol": "mqtt", "host": "h", "port": 1, "qos": 1}
    strange = {"id": "x", "mqttConfig": {**broker, "protocol": "quic"}}
    client = client_of(LOSANT, strange, on_drift=lambda *what: told.append(what))
    answers: Any = client._wire.transport()
    for document in (strange, {"id": "x", "mqttConfig": broker}, strange):
        answers.document = document
        client.send(get(LOSANT)({}))

    assert [(drift.path, drift.kind) for _, drift in told] == [
        ("mqttConfig.protocol", "unknown value"),
        ("mqttConfig.qos", "unknown member"),
    ]


def test_a_place_in_a_list_is_told_once_for_ten_thousand_records() -> None:
    records = [
        {"_id": f"{n}", "new": n, "mode": "sleep", "numFlows": "many", "install": [{"new": n}] * 2}
        for n in range(10_000)
    ]
    records += [{"_id": "x", "new": 1}]

    found, told = asked(MODELS["celigo.IntegrationList"], {"items": records})

    assert len(found.items) == 10_001
    assert sorted((drift.path, drift.kind) for _, drift in told) == [
        ("items[].install[].new", "unknown member"),
        ("items[].mode", "unknown value"),
        ("items[].new", "unknown member"),
        ("items[].numFlows", "wrong type"),
    ]


def test_what_is_known_to_be_sent_and_sets_that_are_open_are_no_drift() -> None:
    modern = {"_id": "x", "flowGroupings": [], "sandbox": False, "settings": {"anything": 1}}
    assert asked(MODELS["celigo.Integration"], modern)[1] == []
    other = {"id": 1, "type": "IntegrationDrip", "provider": "drip", "integration_type": "video"}
    assert asked(MODELS["optimizeplayer.Integration"], other)[1] == []


def test_each_operation_is_told_of_once_in_a_family_of_clients() -> None:
    told: Told = []
    client = client_of(LOSANT, {"id": "x", "new": 1}, on_drift=lambda *what: told.append(what))

    for one in (client, client, client.with_options(timeout=3)):
        one.send(get(LOSANT)({}))
    client.send(get(LOSANT, "thing.list")({}))

    assert [operation for operation, _ in told] == ["thing.get", "thing.list"]
    other: Told = []
    client.with_options(on_drift=lambda *what: other.append(what)).send(get(LOSANT)({}))
    assert len(other) == 1


def test_threads_that_meet_the_same_drift_tell_it_once() -> None:
    told: Told = []
    client = client_of(LOSANT, {"id": "x", "new": 1}, on_drift=lambda *what: told.append(what))
    start = threading.Barrier(8)

    def ask() -> None:
        start.wait()
        for _ in range(20):
            client.send(get(LOSANT)({}))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(told) == 1


def test_members_of_any_name_cost_no_memory_without_end() -> None:
    told: Told = []
    client = client_of(LOSANT, {}, on_drift=lambda *what: told.append(what))
    answers: Any = client._wire.transport()
    for start in range(0, 5_000, 100):
        answers.document = {"id": "x"} | {f"m{start + n}": 1 for n in range(100)}
        client.send(get(LOSANT)({}))

    assert len(client._settings.told._told) <= 1_000
    assert 0 < len(told) <= 1_000


@pytest.mark.parametrize("name", ["tok-SAMPLE", "a\nb", "\x1b[2J", "", "x" * 101, "é"])
def test_a_name_that_is_none_does_not_show(name: str) -> None:
    _, told = asked(LOSANT, {"id": "x", name: 1})

    assert [drift.path for _, drift in told] in (["<...>"], ["[secret]"])


def test_without_a_hook_a_warning_is_logged_once_and_has_no_value(
    caplog: pytest.LogCaptureFixture,
) -> None:
    document = {"id": "x", "new": "SAMPLE-1", "enabled": "SAMPLE-2", "integrationType": "SAMPLE-3"}
    client = client_of(LOSANT, document)
    for _ in range(2):
        client.send(get(LOSANT)({}))

    assert [record.levelname for record in caplog.records] == ["WARNING"] * 2
    assert "thing.get: the answer drifts from its documentation: enabled: expected" in caplog.text
    assert "SAMPLE" not in caplog.text


def test_a_hook_that_raises_is_logged_and_costs_the_call_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def hook(*_: object) -> None:
        raise ValueError("broken hook")

    client = client_of(LOSANT, {"id": "x", "new": 1}, on_drift=hook)

    assert client.send(get(LOSANT)({})).id == "x"
    (record,) = caplog.records
    assert (record.levelname, record.getMessage()) == (
        "ERROR",
        "thing.get: on_drift failed, and the call went on",
    )
    assert "broken hook" in caplog.text


def test_the_tour_of_every_operation_meets_no_drift(
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    tour = Path(__file__).parents[1] / "examples" / "tour.py"
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(tour), run_name="__main__")

    assert ended.value.code == 0

    assert "Asynchronous" in capsys.readouterr().out
    assert [record for record in caplog.records if record.name == "integrations_sdk"] == []


def test_a_document_that_came_some_other_way_is_no_news_to_a_client() -> None:
    LOSANT.from_json({"id": "x", "new": 1})

    assert LOSANT.codec.noticed() == set()
    assert asked(LOSANT, {"id": "x"})[1] == []


@pytest.mark.parametrize(
    ("document", "path"),
    [
        ({"id": "x", "integrationType": "teleport"}, "integrationType"),
        ({"id": "x", "enabled": True, "new": 1}, "new"),
        ({"id": "x", "new": 1, "status": {"lastKeepAlive": "never"}}, "new"),
    ],
)
def test_one_thing_that_is_undocumented_is_enough(document: dict[str, Any], path: str) -> None:
    _, told = asked(LOSANT, document)

    assert path in [drift.path for _, drift in told if drift.kind != "wrong type"]


def test_what_is_known_to_be_sent_is_not_told_beside_what_is_new() -> None:
    _, told = asked(MODELS["celigo.Integration"], {"_id": "x", "sandbox": False, "new": 1})

    assert [drift.path for _, drift in told] == ["new"]


def test_an_answer_that_is_refused_and_a_body_leave_nothing_behind() -> None:
    client = client_of(LOSANT, {"id": "x", "enabled": 5, "new": 1}, strict=True)
    with pytest.raises(DecodeError):
        client.send(get(LOSANT)({}))
    assert LOSANT.codec.noticed() == set()

    LOSANT.codec.encode("integration", LOSANT.from_json({"id": "x", "new": 1}), LOSANT)
    assert LOSANT.codec.noticed() == set()
