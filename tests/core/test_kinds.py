"""What kinds of values a field holds, and which it takes as they are."""

from __future__ import annotations

import enum
from datetime import datetime, timezone
from typing import Any, ClassVar, Literal

import attrs
import pytest
from cattrs import Converter

from integrations_sdk import JSON, Maybe, Model, Secret
from integrations_sdk.core.kinds import (
    Mismatch,
    describe,
    is_nullable,
    plain,
    present,
    register_leaves,
)
from integrations_sdk.core.wire import Codec

OpenChoice = Literal["a", "b"] | str
Anything = bool | int | float | str | list[Any] | dict[str, Any] | None
NOTHING: frozenset[type] = frozenset()
maybe: Any = Maybe  # for types as values

REFUSED: list[tuple[Any, tuple[object, ...]]] = [
    (str, (None, 1, True, b"x", [], {})),
    (bool, (None, 0, 1, "true", [], {})),
    (int, (None, True, 1.0, "1", [], {})),
    (float, (None, False, "1.5", [], {})),
    (OpenChoice, (None, 1, ["a"], {})),
    (Secret, (None, 1, b"x", ["x"], {})),
    (datetime, (None, 1, "", "yesterday", "2025-02-11", [])),
    (list[str], (None, "x", {}, [1], ["x", None], ("x",))),
    (dict[str, JSON], (None, "x", [], 1)),
    (maybe[str], (None,)),
    (maybe[str | None], (1,)),
    (maybe[list[int] | None], ([None],)),
    (list[list[int]], ([1],)),
]


@attrs.define(kw_only=True, repr=False)
class Part(Model):
    codec: ClassVar[Codec] = Codec()

    id: str


@attrs.define(kw_only=True, repr=False)
class Wheel(Part):
    size: int


class Colour(str, enum.Enum):
    RED = "red"


class Size(enum.IntEnum):
    LARGE = 3


@pytest.fixture
def converter() -> Converter:
    converter = Converter(detailed_validation=False)
    register_leaves(converter)
    return converter


@pytest.mark.parametrize(
    ("type_", "taken"),
    [
        (str, {str}),
        (bool, {bool}),
        (int, {int}),
        (float, {float, int}),
        (datetime, NOTHING),
        (Secret, NOTHING),
        (Part, NOTHING),
        (list[str], NOTHING),
        (dict[str, JSON], {dict}),
        (OpenChoice, NOTHING),
        (Literal["a"], NOTHING),
        (Anything, {bool, int, float, str, list, dict, type(None)}),
        (maybe[str], {str}),
        (maybe[float], {float, int}),
        (maybe[OpenChoice], NOTHING),
        (maybe[bool | None], {bool, type(None)}),
        (maybe[dict[str, JSON] | None], {dict, type(None)}),
        (maybe[Part | None], {type(None)}),
    ],
)
def test_a_field_takes_values_of_its_own_types_as_they_are(type_: Any, taken: set[type]) -> None:
    assert plain(type_) == taken


@pytest.mark.parametrize(
    ("type_", "inner"),
    [
        (str, str),
        (maybe[str], str),
        (maybe[str | None], str),
        (maybe[list[int]], list[int]),
        (Part | Wheel, Part),
        (maybe[Wheel | Part | None], Part),
        (str | int, str | int),
        (str | Part, str | Part),
    ],
)
def test_what_a_field_holds_when_it_is_there(type_: Any, inner: Any) -> None:
    assert present(type_) == inner


@pytest.mark.parametrize(
    ("type_", "name"),
    [
        (Part, "object"),
        (maybe[Part | Wheel], "object"),
        (maybe[dict[str, JSON]], "object"),
        (maybe[list[Part]], "array"),
        (int, "int"),
        (maybe[float | None], "number"),
        (bool, "bool"),
        (maybe[datetime], "date-time"),
        (Secret, "str"),
        (maybe[OpenChoice], "str"),
    ],
)
def test_a_field_is_described_in_the_words_of_json(type_: Any, name: str) -> None:
    assert describe(type_) == name


@pytest.mark.parametrize(
    ("type_", "nullable"), [(str, False), (maybe[str], False), (str | None, True), (Anything, True)]
)
def test_only_what_says_so_may_be_null(type_: Any, nullable: bool) -> None:
    assert is_nullable(type_) is nullable


@pytest.mark.parametrize(
    ("type_", "value"),
    [
        (str, ""),
        (str, Colour.RED),
        (bool, False),
        (int, -1),
        (int, Size.LARGE),
        (float, 1.5),
        (float, 2),
        (float, Size.LARGE),
        (OpenChoice, "a"),
        (OpenChoice, "newer"),
        (maybe[str], "x"),
        (maybe[str | None], None),
        (maybe[str | None], "x"),
        (list[str], ["x", ""]),
        (list[str], []),
        (maybe[list[int] | None], None),
        (maybe[list[int] | None], [1]),
        (list[list[int]], [[1], []]),
        (dict[str, JSON], {"a": [1, None]}),
        (maybe[dict[str, JSON]], {}),
        (Anything, {"a": 1}),
        (Anything, True),
    ],
)
def test_a_value_of_the_kind_is_taken_as_it_is(
    converter: Converter, type_: Any, value: object
) -> None:
    taken = converter.structure(value, type_)
    assert taken == value
    assert type(taken) is type(value)


@pytest.mark.parametrize(
    ("type_", "value"), [(type_, value) for type_, values in REFUSED for value in values]
)
def test_a_value_of_another_kind_is_refused_without_a_word(
    converter: Converter, type_: Any, value: object
) -> None:
    with pytest.raises(Mismatch) as caught:
        converter.structure(value, type_)
    assert caught.value.args == ()
    assert caught.value.__context__ is None


def test_secrets_and_date_times_are_made_of_their_text(converter: Converter) -> None:
    noon = datetime(2025, 2, 11, 12, tzinfo=timezone.utc)
    assert converter.structure("pw", Secret) == Secret("pw")
    assert converter.structure("2025-02-11T12:00:00Z", datetime) == noon
    assert converter.structure(["pw", "pw"], list[Secret]) == [Secret("pw")] * 2
    assert converter.structure("pw", maybe[Secret]) == Secret("pw")
