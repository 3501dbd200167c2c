"""What a platform chooses about its documents: names, date-times and the mask."""

from __future__ import annotations

import json
import math
from datetime import datetime, timezone
from typing import Any, ClassVar

import attrs
import pytest

from integrations_sdk import JSON, UNSET, InvalidArgumentError, Maybe, Model, Secret
from integrations_sdk.core import timestamps
from integrations_sdk.core.model import named, to_secret
from integrations_sdk.core.secret import MASK
from integrations_sdk.core.wire import Codec, as_is, camel_case, hyphen_case

NOON = datetime(2025, 2, 11, 12, 0, 0, 1500, tzinfo=timezone.utc)


@attrs.define(kw_only=True, repr=False)
class Wheel(Model):
    codec: ClassVar[Codec]

    made_on: Maybe[datetime] = UNSET
    pass_word: Maybe[Secret] = attrs.field(default=UNSET, converter=to_secret)
    spoke_lengths: Maybe[list[float]] = attrs.field(default=UNSET, metadata=named("Spokes"))


Wheel.codec = Codec()


@pytest.mark.parametrize(
    ("style", "member"),
    [(camel_case, "consumerKeyId"), (hyphen_case, "consumer-key-id"), (as_is, "consumer_key_id")],
)
def test_a_style_makes_a_member_of_a_fields_name(style: Any, member: str) -> None:
    assert style("consumer_key_id") == member
    assert style("id") == "id"


def test_a_codec_writes_names_and_date_times_as_it_was_told() -> None:
    codec = Codec(hyphen_case, timestamps.six_digits, mask="[hidden]")
    wheel = Wheel(made_on=NOON, pass_word="pw", spoke_lengths=[1, 2.5])
    written: JSON = {
        "made-on": "2025-02-11T12:00:00.001500+00:00",
        "pass-word": "pw",
        "Spokes": [1, 2.5],
    }
    assert codec.dump(wheel, reveal=True) == written
    assert codec.dump(wheel, reveal=False) == {**written, "pass-word": MASK}
    assert json.loads(codec.encode("wheel", wheel, Wheel)) == written
    assert codec.decode(Wheel, written) == (wheel, [])


def test_a_codec_writes_as_javascript_does_unless_it_is_told() -> None:
    assert Codec().dump(Wheel(made_on=NOON, pass_word="pw"), reveal=True) == {
        "madeOn": "2025-02-11T12:00:00.001500Z",
        "passWord": "pw",
    }


@pytest.mark.parametrize("mask", [MASK, "[hidden]"])
def test_a_mask_is_refused_with_what_is_wanted_in_its_place(mask: str) -> None:
    codec = Codec(mask="[hidden]")
    with pytest.raises(InvalidArgumentError) as caught:
        codec.encode("wheel", Wheel(pass_word=mask), Wheel)
    assert str(caught.value) == (
        "wheel.passWord: expected a secret's value, got the mask that stands in for it; "
        "nothing was sent"
    )
    assert codec.encode("wheel", Wheel(pass_word="hidden"), Wheel) == b'{"passWord":"hidden"}'


def test_a_value_that_json_does_not_know_is_refused_with_what_it_does() -> None:
    strange: Any = {"X.": {1}}
    with pytest.raises(InvalidArgumentError) as caught:
        Codec().encode("wheel", Wheel(extra=strange), Wheel)
    assert str(caught.value) == (
        "wheel.X.: expected a value that JSON knows, got one that it does not; nothing was sent"
    )


def test_no_number_that_json_does_not_know_is_written_whatever_a_wrap_makes_of_a_body() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        Codec().encode("wheel", Wheel(), Wheel, wrap=lambda _: math.nan)


def test_a_form_is_written_as_forms_are() -> None:
    wheel = Wheel(pass_word="a b&c", extra={"n": 1})
    assert Codec().encode("wheel", wheel, Wheel, is_form=True) == b"passWord=a+b%26c&n=1"


@attrs.define(kw_only=True, repr=False)
class Cart(Model):
    codec: ClassVar[Codec] = Wheel.codec

    wheels: Maybe[list[Wheel]] = UNSET
    notes: Maybe[JSON] = UNSET


def test_what_came_of_another_type_in_an_item_of_a_list_is_sent_back() -> None:
    came: Any = {"wheels": [{}, {"madeOn": 5, "Spokes": [1]}]}
    cart = Cart.from_json(came)
    assert json.loads(cart.codec.encode("cart", cart, Cart)) == came
    came["wheels"][0]["madeOn"] = 5
    first = Wheel(extra={"madeOn": 5})
    assert isinstance(cart.wheels, list)
    cart.wheels[1] = Wheel(spoke_lengths=["long"])  # type: ignore[list-item]
    with pytest.raises(InvalidArgumentError, match=r"^cart\.wheels\[1\]\.Spokes\[0\]: expected "):
        cart.codec.encode("cart", cart, Cart)
    cart.wheels[:] = [first]
    assert json.loads(cart.codec.encode("cart", cart, Cart)) == {"wheels": [{"madeOn": 5}]}


def test_secrets_and_date_times_within_a_free_form_field_are_written_as_elsewhere() -> None:
    notes: Any = {"by": [{"key": Secret("pw"), "at": NOON}]}
    cart = Cart(notes=notes)
    assert cart.to_json() == {"notes": {"by": [{"key": MASK, "at": "2025-02-11T12:00:00.001500Z"}]}}
    assert cart.to_json(reveal=True) == {
        "notes": {"by": [{"key": "pw", "at": "2025-02-11T12:00:00.001500Z"}]}
    }


def test_an_item_that_is_unset_is_nothing_that_can_be_sent() -> None:
    wheels: Any = [UNSET]
    with pytest.raises(
        InvalidArgumentError, match=r"^cart\.wheels\[0\]: expected object, got noth"
    ):
        Cart.codec.encode("cart", Cart(wheels=wheels), Cart)
