"""A secret never shows itself."""

from __future__ import annotations

import copy
import hmac
import json
import logging
import pickle
import pprint
import traceback
from collections.abc import Callable
from typing import Any

import attrs
import pytest

from integrations_sdk import Secret
from integrations_sdk.core.secret import MASK
from integrations_sdk.losant import MqttConfig

TEXT = "pw-SAMPLE-7"


@pytest.mark.parametrize(
    "show",
    [
        repr,
        str,
        ascii,
        format,
        pprint.pformat,
        "{}".format,
        "{!r:>40}".format,
        "{0:x<40}".format,
        lambda secret: f"{secret}",
        lambda secret: f"{secret!s:>40}",
        lambda secret: "%s %r" % (secret, secret),  # noqa: UP031 -- one of the ways
        lambda secret: json.dumps({"password": secret}, default=str),
        lambda secret: repr([secret, {"a": secret}, (secret,)]),
        lambda secret: str(dir(secret)),
        lambda secret: repr(
            attrs.asdict(MqttConfig(protocol="m", host="h", port=1, password=secret))
        ),
    ],
)
def test_no_way_of_showing_shows_it(show: Callable[[Secret], str]) -> None:
    assert TEXT not in show(Secret(TEXT))


@pytest.mark.parametrize("show", [repr, str, format])
def test_a_mask_shows_in_its_place(show: Callable[[Secret], str]) -> None:
    assert MASK in show(Secret(TEXT))


@pytest.mark.parametrize(
    "take",
    [
        json.dumps,
        vars,
        iter,
        len,
        bytes,
        int,
        "".join,
        "%d".__mod__,
        pickle.dumps,
        lambda secret: pickle.dumps(secret, 0),
        lambda secret: secret + "",
        lambda secret: secret.__getstate__(),
        lambda secret: secret.__reduce__() and secret.__reduce_ex__(2),
        lambda secret: pickle.dumps(MqttConfig(protocol="m", host="h", port=1, password=secret)),
    ],
)
def test_what_would_write_it_out_is_refused_without_quoting_it(take: Callable[[Any], Any]) -> None:
    with pytest.raises(TypeError) as caught:
        take(Secret(TEXT))
    assert TEXT not in "".join(traceback.format_exception(caught.value))


def test_what_is_refused_says_what_to_do() -> None:
    with pytest.raises(TypeError, match=r"^a Secret cannot be pickled: send it by a channel made "):
        pickle.dumps(Secret(TEXT))
    with pytest.raises(TypeError, match=r"^a Secret shows its state only by reveal\(\)$"):
        Secret(TEXT).__getstate__()


def test_a_log_record_shows_the_mask(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        logging.getLogger("test").debug("%s %r", Secret(TEXT), Secret(TEXT))
    assert MASK in caplog.text
    assert TEXT not in caplog.text


def test_a_traceback_with_locals_shows_the_mask() -> None:
    def fail(password: Secret) -> None:
        raise RuntimeError(password)

    with pytest.raises(RuntimeError) as caught:
        fail(Secret(TEXT))
    whole = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    shown = "".join(list(whole.format())[-2:])
    assert MASK in shown
    assert TEXT not in shown


def test_revealing_returns_the_text() -> None:
    assert Secret(TEXT).reveal() == TEXT


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy])
def test_copies_share_it(copied: Callable[[Any], Any]) -> None:
    secret = Secret(TEXT)
    assert copied(secret) is secret
    assert copied([secret])[0] is secret


def test_secrets_are_equal_by_their_text() -> None:
    assert Secret(TEXT) == Secret(TEXT)
    assert Secret(TEXT) != Secret(f"{TEXT}x")
    assert hash(Secret(TEXT)) == hash(Secret(TEXT))
    assert len({Secret(TEXT), Secret(TEXT), Secret("other")}) == 2


def test_a_secret_equals_no_text() -> None:
    assert Secret(TEXT) != TEXT
    assert hash(Secret(TEXT)) != hash(TEXT)


def test_comparing_takes_constant_time(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[tuple[bytes, bytes]] = []

    def compare(left: bytes, right: bytes) -> bool:
        compared.append((left, right))
        return left == right

    monkeypatch.setattr(hmac, "compare_digest", compare)
    assert Secret("left") != Secret("right")
    assert compared == [(b"left", b"right")]


@pytest.mark.parametrize("text", ["pässwörd", "\ud800", "密码"])
def test_any_text_can_be_compared(text: str) -> None:
    assert Secret(text) == Secret(text)
    assert Secret(text) != Secret("ascii")


def test_only_an_empty_one_is_false() -> None:
    assert Secret(" ")
    assert not Secret("")


@pytest.mark.parametrize("value", [b"pw-SAMPLE-7", None, 7, ["pw-SAMPLE-7"], Secret(TEXT)])
def test_what_is_no_text_is_refused_without_quoting_it(value: Any) -> None:
    with pytest.raises(TypeError, match="a Secret holds text") as caught:
        Secret(value)
    assert TEXT not in str(caught.value)


def test_a_secret_takes_no_further_attributes() -> None:
    with pytest.raises(AttributeError):
        Secret(TEXT).note = "x"  # type: ignore[attr-defined]


def test_what_is_no_text_is_named_by_its_type() -> None:
    value: Any = b"pw-SAMPLE-7"
    with pytest.raises(TypeError, match=r"^a Secret holds text, not bytes$"):
        Secret(value)


def test_secrets_are_told_apart_in_sets_without_comparing_all() -> None:
    assert len({hash(Secret(str(number))) for number in range(50)}) == 50
