"""What a client is told: by arguments, else by the environment, else by default."""

from __future__ import annotations

import math
import traceback
from typing import Any

import attrs
import pytest

from integrations_sdk import UNSET, ConfigurationError, InvalidArgumentError, Retry, Secret, Timeout
from integrations_sdk.core.settings import Environment, Settings, checked_base_url, load
from integrations_sdk.losant.platform import LOSANT

PLATFORM = attrs.evolve(
    LOSANT, headers={"x-platform": "1"}, query={"a": "platform", "b": "platform"}
)
UNTOLD: dict[str, Any] = {
    "base_url": None,
    "scopes": None,
    "timeout": None,
    "retry": None,
    "headers": {},
    "query": {},
    "max_response_size": UNSET,
    "strict": None,
    "on_drift": None,
    "rate_limit": UNSET,
    "allow_plain_http": False,
}


def loaded(**told: Any) -> Settings:
    return load(PLATFORM, **{**UNTOLD, **told})


DEFAULTS = {
    "base_url": "https://api.losant.com",
    "scopes": None,
    "timeout": Timeout(),
    "retry": Retry(),
    "max_response_size": 8 * 1024 * 1024,
    "strict": False,
}
FROM_ENVIRONMENT = [
    ("base_url", "LOSANT_BASE_URL", "https://env.example/", "https://env.example"),
    ("scopes", "LOSANT_SCOPES", "all.User, integration.get", {"all.User", "integration.get"}),
    ("timeout", "LOSANT_TIMEOUT", "2.5", Timeout(connect=2.5, read=2.5, total=2.5)),
    ("retry", "LOSANT_ATTEMPTS", "7", Retry(attempts=7)),
    ("max_response_size", "LOSANT_MAX_RESPONSE_SIZE", "1024", 1024),
    ("strict", "LOSANT_STRICT", "true", True),
]
FROM_ARGUMENT = {
    "base_url": ("https://arg.example/", "https://arg.example"),
    "scopes": (["all.User"], {"all.User"}),
    "timeout": (20, Timeout(connect=5, read=20, total=20)),
    "retry": (1, Retry(attempts=1)),
    "max_response_size": (None, math.inf),
    "strict": (False, False),
}
ROWS = pytest.mark.parametrize(("name", "variable", "text", "value"), FROM_ENVIRONMENT)


@pytest.mark.parametrize("name", DEFAULTS)
def test_what_nobody_says_has_a_default(name: str) -> None:
    assert getattr(loaded(), name) == DEFAULTS[name]


@ROWS
def test_the_environment_wins_over_the_default(
    monkeypatch: pytest.MonkeyPatch, name: str, variable: str, text: str, value: object
) -> None:
    monkeypatch.setenv(variable, text)
    settings = loaded()
    assert getattr(settings, name) == value
    others = set(DEFAULTS) - {name}
    assert {other: getattr(settings, other) for other in others} == {
        other: DEFAULTS[other] for other in others
    }


@ROWS
def test_an_argument_wins_over_the_environment(
    monkeypatch: pytest.MonkeyPatch, name: str, variable: str, text: str, value: object
) -> None:
    monkeypatch.setenv(variable, text)
    argument, expected = FROM_ARGUMENT[name]
    assert expected != value
    assert getattr(loaded(**{name: argument}), name) == expected


@ROWS
def test_an_empty_variable_counts_as_not_set(
    monkeypatch: pytest.MonkeyPatch, name: str, variable: str, text: str, value: object
) -> None:
    assert text
    assert value is not None
    monkeypatch.setenv(variable, "")
    assert getattr(loaded(), name) == DEFAULTS[name]


@ROWS
def test_a_variable_of_another_platform_is_not_read(
    monkeypatch: pytest.MonkeyPatch, name: str, variable: str, text: str, value: object
) -> None:
    assert value is not None
    monkeypatch.setenv(variable.replace("LOSANT", "OTHER"), text)
    assert getattr(loaded(), name) == DEFAULTS[name]


@pytest.mark.parametrize(
    ("variable", "text"),
    [
        ("LOSANT_TIMEOUT", "canary"),
        ("LOSANT_TIMEOUT", "-7391"),
        ("LOSANT_TIMEOUT", "0"),
        ("LOSANT_TIMEOUT", "nan"),
        ("LOSANT_TIMEOUT", "inf"),
        ("LOSANT_TIMEOUT", "1e300"),
        ("LOSANT_ATTEMPTS", "canary"),
        ("LOSANT_ATTEMPTS", "0"),
        ("LOSANT_ATTEMPTS", "-7391"),
        ("LOSANT_ATTEMPTS", "2.5"),
        ("LOSANT_ATTEMPTS", "9" * 5000),
        ("LOSANT_MAX_RESPONSE_SIZE", "canary"),
        ("LOSANT_MAX_RESPONSE_SIZE", "0"),
        ("LOSANT_MAX_RESPONSE_SIZE", "-7391"),
        ("LOSANT_MAX_RESPONSE_SIZE", "8e6"),
        ("LOSANT_STRICT", "canary"),
        ("LOSANT_STRICT", "2"),
    ],
)
def test_a_variable_that_makes_no_sense_is_named_and_not_quoted(
    monkeypatch: pytest.MonkeyPatch, variable: str, text: str
) -> None:
    monkeypatch.setenv(variable, text)
    with pytest.raises(ConfigurationError) as caught:
        loaded()
    assert str(caught.value).startswith(f"the environment variable {variable} makes no sense: ")
    assert caught.value.__context__ is None
    *_, frame, message = traceback.TracebackException.from_exception(
        caught.value, capture_locals=True
    ).format()
    assert "settings.py" in frame
    assert "canary" not in frame + message
    assert "7391" not in frame + message


@pytest.mark.parametrize(
    ("text", "value"),
    [("1", True), ("TRUE", True), ("Yes", True), ("0", False), ("False", False), ("no", False)],
)
def test_a_switch_is_read_in_the_usual_words(
    monkeypatch: pytest.MonkeyPatch, text: str, value: bool
) -> None:
    monkeypatch.setenv("LOSANT_STRICT", text)
    assert loaded().strict is value


@pytest.mark.parametrize(
    "told",
    [
        {"timeout": 0},
        {"timeout": -1},
        {"timeout": float("nan")},
        {"timeout": float("inf")},
        {"retry": 0},
        {"max_response_size": 0},
        {"max_response_size": 8e6},
        {"headers": {"x": "a\r\nb"}},
    ],
)
def test_an_argument_that_makes_no_sense_is_refused(told: dict[str, Any]) -> None:
    with pytest.raises(InvalidArgumentError):
        loaded(**told)


def test_scopes_may_be_none_at_all() -> None:
    assert loaded(scopes=[]).scopes == frozenset()


def test_headers_and_query_are_added_to_the_platforms() -> None:
    settings = loaded(headers={"X-Mine": "2"}, query={"b": "mine"})
    assert settings.headers == {"x-platform": "1", "x-mine": "2"}
    assert settings.query == {"a": "platform", "b": "mine"}
    assert PLATFORM.query == {"a": "platform", "b": "platform"}


def test_a_header_of_mine_replaces_the_platforms_in_any_case() -> None:
    assert loaded(headers={"X-PLATFORM": "2"}).headers == {"x-platform": "2"}


def test_the_platform_and_the_hook_are_passed_on() -> None:
    def hook(operation: str, drift: object) -> None:
        raise AssertionError(operation, drift)

    settings = loaded(on_drift=hook)
    assert settings.on_drift is hook
    assert settings.platform is PLATFORM


def test_settings_and_environments_do_not_show_what_they_hold() -> None:
    settings = loaded(headers={"x-api-key": "SAMPLE"}, query={"key": "SAMPLE"})
    assert "SAMPLE" not in repr(settings)
    assert "SAMPLE" not in repr(Environment("LOSANT", {"LOSANT_ACCESS_TOKEN": "SAMPLE"}))


def test_an_environment_is_read_when_it_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    environment = Environment("LOSANT")
    assert environment.text("access_token") is None
    assert environment.secret("access_token") is None
    monkeypatch.setenv("LOSANT_ACCESS_TOKEN", "SAMPLE")
    assert environment.text("access_token") == "SAMPLE"
    assert environment.secret("access_token") == Secret("SAMPLE")
    assert environment.variable("access_token") == "LOSANT_ACCESS_TOKEN"


@pytest.mark.parametrize(
    "url",
    [
        "https://api.losant.com",
        "https://api.losant.com:8443/v1",
        "HTTPS://API.LOSANT.COM",
        "https://192.0.2.1",
        "https://[2001:db8::1]:443",
        "https://[fe80::1%eth0]",
        "http://localhost",
        "http://localhost:8000",
        "http://LOCALHOST:8000/api",
        "http://127.0.0.1:1",
        "http://127.1.2.3",
        "http://[::1]:8000",
    ],
)
def test_a_base_url_is_kept_as_it_is(url: str) -> None:
    assert checked_base_url(url, allow_plain_http=False) == url


def test_a_base_url_beyond_ascii_is_written_as_it_travels() -> None:
    url = checked_base_url("https://bücher.example:8443/größe/%41/", allow_plain_http=False)

    assert url == "https://xn--bcher-kva.example:8443/gr%C3%B6%C3%9Fe/%41"


def test_a_port_is_no_part_of_a_host_that_is_beyond_ascii() -> None:
    url = checked_base_url("https://例.中国:8443/v1", allow_plain_http=False)
    assert url == "https://xn--fsq.xn--fiqs8s:8443/v1"


@pytest.mark.parametrize(
    "host",
    [
        f"{'ü' * 70}.example",
        "a\\b",
        "a%2fb",
        "a{b}",
        "a<b>",
        "ü\\b",
        "[::1]ü",
        "[v1.x]",
        "ü\uff052f",
    ],
)
def test_a_host_that_is_neither_a_name_nor_an_address_is_refused(host: str) -> None:
    with pytest.raises(ConfigurationError, match="has a host that is neither"):
        checked_base_url(f"https://{host}/v1", allow_plain_http=False)


@pytest.mark.parametrize("slashes", ["/", "//"])
def test_a_base_url_loses_its_final_slash(slashes: str) -> None:
    assert (
        checked_base_url(f"https://h.example/v1{slashes}", allow_plain_http=False)
        == "https://h.example/v1"
    )


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("https://canary@h.example", "must not hold a user"),
        ("https://u:canary@h.example", "must not hold a user"),
        ("https://@h.example", "must not hold a user"),
        ("https://:canary@h.example", "must not hold a user"),
        ("https://h.example\\@canary.example", "must not hold a user"),
        ("http://u:canary@127.0.0.1", "must not hold a user"),
        ("https://h.example?key=canary", "must not hold a user"),
        ("https://h.example?", "must not hold a user"),
        ("https://h.example/#canary", "must not hold a user"),
        ("https://h.example/#", "must not hold a user"),
        ("h.example", "must look like https://host/path"),
        ("//h.example", "must look like https://host/path"),
        ("", "must look like https://host/path"),
        ("https://", "must look like https://host/path"),
        ("https:///canary", "must look like https://host/path"),
        ("https://:443", "must look like https://host/path"),
        ("ftp://h.example", "must look like https://host/path"),
        ("file:///canary", "must look like https://host/path"),
        ("https://[::1", "is not a URL"),
        ("https://h.example:port", "is not a URL"),
        ("https://h.example:99999", "is not a URL"),
        ("https://h.example\n", "is not a URL"),
        (" https://h.example", "is not a URL"),
        ("https://h.exa mple", "is not a URL"),
        ("https://h.example/\tcanary", "is not a URL"),
        ("https://h.example/\x00", "is not a URL"),
        ("https://h.example/\r\nHost: canary", "is not a URL"),
        ("http://h.example", "unencrypted to h.example"),
        ("http://192.0.2.1", "unencrypted to 192.0.2.1"),
        ("http://127.0.0.1.h.example", "unencrypted to 127.0.0.1.h.example"),
        ("http://localhost.h.example", "unencrypted to localhost.h.example"),
        ("http://0.0.0.0", r"unencrypted to 0\.0\.0\.0"),
    ],
)
def test_a_base_url_that_tokens_should_not_go_to_is_refused_without_quoting_it(
    url: str, problem: str
) -> None:
    with pytest.raises(ConfigurationError, match=f"^base_url .*{problem}") as caught:
        checked_base_url(url, allow_plain_http=False)
    assert "canary" not in str(caught.value)
    assert caught.value.__context__ is None


def test_plain_http_can_be_allowed_by_name() -> None:
    assert loaded(base_url="http://h.example", allow_plain_http=True).base_url == "http://h.example"


def test_allowing_plain_http_allows_no_user() -> None:
    with pytest.raises(ConfigurationError, match="must not hold a user"):
        loaded(base_url="http://u:p@h.example", allow_plain_http=True)


def test_a_base_url_of_the_environment_is_checked_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOSANT_BASE_URL", "http://h.example")
    with pytest.raises(ConfigurationError, match="unencrypted to h"):
        loaded()
