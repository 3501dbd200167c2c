"""What may show in a log line, and what is taken out of what a server says."""

from __future__ import annotations

import base64
import html
import json
import tracemalloc
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given, strategies as st

from integrations_sdk.core.redaction import HEADERS, Redaction, masked, query, unlisted

SECRET = 'pa+ss/w"ö&rd <4711>='
LONG = "eyJhbGciOiJIUzI1NiJ9.eyJzY29wZSI6WyJhIl19.c2lnbmF0dXJlLW9mLXRoaXM"

FORMS: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "percent-encoded": lambda text: quote(text, safe=""),
    "percent-encoded but for slashes": quote,
    "in a form": quote_plus,
    "in JSON": lambda text: json.dumps(text)[1:-1],
    "in JSON, as UTF-8": lambda text: json.dumps(text, ensure_ascii=False)[1:-1],
    "in JSON, as PHP writes it": lambda text: json.dumps(text)[1:-1].replace("/", r"\/"),
    "in HTML": lambda text: html.escape(text, quote=False),
    "in an attribute of HTML": html.escape,
    "in hexadecimal": lambda text: text.encode().hex(),
    "in base64": lambda text: base64.b64encode(text.encode()).decode().rstrip("="),
    "in base64 for URLs": lambda text: base64.urlsafe_b64encode(text.encode()).decode().rstrip("="),
    "in two lines": lambda text: f"{text[:7]}\n  {text[7:]}",
    "in capitals": lambda text: text.upper().replace("Ö", "ö"),
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())
@pytest.mark.parametrize("secret", [SECRET, LONG])
def test_a_secret_is_found_in_every_form(secret: str, form: Callable[[str], str]) -> None:
    shown = Redaction([secret])(f"<{form(secret)}> is refused")

    assert shown.startswith("<[secret]")
    assert shown.endswith("> is refused")
    assert len(shown) <= len("<[secret]==> is refused")


@pytest.mark.parametrize("before", ["", "u", "us", "user"])
def test_a_secret_is_found_in_the_middle_of_base64(before: str) -> None:
    code = base64.b64encode(f"{before}:{SECRET}:more".encode()).decode()

    shown = Redaction([SECRET])(code)

    assert "[secret]" in shown
    assert len(shown.replace("[secret]", "")) <= len(before) * 2 + 14


@pytest.mark.parametrize("part", [LONG[:16], LONG[-16:], LONG.split(".")[1], LONG[20:50]])
def test_a_part_of_a_long_secret_is_found(part: str) -> None:
    assert Redaction([LONG])(f"the token '{part}' is bad") == "the token '[secret]' is bad"


def test_fifteen_characters_of_a_long_secret_may_be_a_word_of_any_sentence() -> None:
    assert Redaction(["the integration of harbour"])("the integration") == "the integration"


@pytest.mark.parametrize(
    ("secrets", "text", "shown"),
    [
        (["CANARY", "CANARY-AND-MORE"], "<CANARY-AND-MORE> <CANARY>", "<[secret]> <[secret]>"),
        (["secret", "s"], "a secret is [secret]", "a [secret] i[secret] [[secret]]"),
        (["abcdefgh", "ghijklmn"], "-abcdefghijklmn-", "-[secret]-"),
        (["", "x"], "abc", "abc"),
        ([], "abc", "abc"),
    ],
)
def test_secrets_that_overlap_leave_no_rest(secrets: list[str], text: str, shown: str) -> None:
    assert Redaction(secrets)(text) == shown


def test_a_text_that_nobody_would_read_is_cut_without_leaving_half_a_secret() -> None:
    shown = Redaction([LONG])("." * 9_980 + LONG * 1_000_000)

    assert len(shown) < 10_000
    assert LONG[:8] not in shown
    assert shown.endswith("...")


@given(secret=st.text(min_size=1, max_size=40), around=st.text(max_size=10))
def test_no_secret_is_left_wherever_it_stands(secret: str, around: str) -> None:
    assert secret not in Redaction([secret])(around + secret + around).replace("[secret]", "\0")


@given(text=st.text(max_size=60).filter(str.isprintable))
def test_a_text_without_secrets_stays_as_it_is(text: str) -> None:
    assert Redaction(["\x00none-of-this-is-in-there"])(text) == text


def test_a_log_line_names_every_header_and_shows_those_of_the_list() -> None:
    sent = [("Content-Type", "application/json"), ("authorization", "Bearer x"), ("X-New", "1")]

    assert list(masked(sent, HEADERS)) == [
        ("Content-Type", "application/json"),
        ("authorization", "[hidden]"),
        ("X-New", "[hidden]"),
    ]
    assert ("X-New", "1") in masked(sent, HEADERS | {"x-new"})
    assert not {"authorization", "cookie", "set-cookie", "proxy-authorization"} & HEADERS


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("", ""),
        ("page=2&key=abc", "?page=2&key=[hidden]"),
        ("page=a=b&page", "?page=a=b&page="),
        ("Page=2", "?Page=[hidden]"),
    ],
)
def test_a_log_line_names_every_member_of_a_query(sent: str, shown: str) -> None:
    assert query(sent, frozenset({"page"})) == shown


def test_what_is_not_on_the_list_and_no_word_counts_as_a_secret() -> None:
    sent = {"Accept": "application/json", "X-Key": "key-SAMPLE-1", "X-Team": "cold"}

    assert unlisted(sent, HEADERS) == ["key-SAMPLE-1"]


@pytest.mark.parametrize("character", ["\x1b", "\x00", "\x85", "\u202e", "\ud800"])
def test_what_a_server_says_does_nothing_to_a_terminal(character: str) -> None:
    said = Redaction([])(f"a{character}[31m\n\tb")
    assert said == "a\N{REPLACEMENT CHARACTER}[31m\n\tb"


def test_a_large_body_costs_little_and_is_found_where_it_is_repeated() -> None:
    body = "".join(f"member {number} of a long text, " for number in range(40_000))  # 1.4 MB
    small = [f"pin-{number:05}" for number in range(2_000)]
    tracemalloc.start()

    hide = Redaction([LONG, body, *small])
    shown = hide(f"not found: {LONG}, {small[7]}, {small[-1]}; {body[500_000:500_059]}")

    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 40 * 1024 * 1024
    assert shown == "not found: [secret], [secret], [secret]; [secret]"
