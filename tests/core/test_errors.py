"""One tree of exceptions, for the person who reads them."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, strategies as st

import integrations_sdk
from integrations_sdk import (
    AmbiguousWriteError,
    APIError,
    Attempt,
    AuthenticationError,
    BadRequestError,
    CleanupError,
    ConfigurationError,
    ConflictError,
    ConnectError,
    DeadlineExceededError,
    DecodeError,
    IntegrationsError,
    InternalServerError,
    InvalidArgumentError,
    MissingScopeError,
    NotFoundError,
    PermissionDeniedError,
    PreconditionFailedError,
    RateLimitError,
    RateLimitUnavailableError,
    ResponseTooLargeError,
    ThrottledError,
    TransportError,
    UnprocessableEntityError,
)
from integrations_sdk.core.errors import error_class

URL = "https://h.example/applications/x"
PARENTS: dict[type[IntegrationsError], type[BaseException]] = {
    IntegrationsError: Exception,
    ConfigurationError: IntegrationsError,
    InvalidArgumentError: IntegrationsError,
    MissingScopeError: IntegrationsError,
    TransportError: IntegrationsError,
    ConnectError: TransportError,
    DeadlineExceededError: TransportError,
    ThrottledError: DeadlineExceededError,
    ResponseTooLargeError: TransportError,
    AmbiguousWriteError: TransportError,
    RateLimitUnavailableError: IntegrationsError,
    CleanupError: IntegrationsError,
    DecodeError: IntegrationsError,
    APIError: IntegrationsError,
    BadRequestError: APIError,
    AuthenticationError: APIError,
    PermissionDeniedError: APIError,
    NotFoundError: APIError,
    ConflictError: APIError,
    PreconditionFailedError: APIError,
    UnprocessableEntityError: APIError,
    RateLimitError: APIError,
    InternalServerError: APIError,
}
BY_STATUS: dict[int, type[APIError]] = {
    400: BadRequestError,
    401: AuthenticationError,
    403: PermissionDeniedError,
    404: NotFoundError,
    409: ConflictError,
    412: PreconditionFailedError,
    422: UnprocessableEntityError,
    429: RateLimitError,
    500: InternalServerError,
    501: InternalServerError,
    502: InternalServerError,
    503: InternalServerError,
    504: InternalServerError,
    599: InternalServerError,
}
OF_AN_ANSWER = [class_ for class_ in PARENTS if issubclass(class_, APIError)]
OF_THE_WAY = [
    class_
    for class_ in PARENTS
    if issubclass(class_, TransportError) and class_ is not ThrottledError
]


def api_error(class_: type[APIError] = APIError, **particulars: Any) -> APIError:
    told = {
        "code": "NotFound",
        "message": "Integration was not found",
        "request_id": "req-1",
        "retry_after": 2.5,
        "content": b'{"message": "canary", "size": 7391}',
        **particulars,
    }
    return class_("integration.get", "GET", URL, 404, **told)


MAKERS: dict[type[IntegrationsError], Callable[[], IntegrationsError]] = {
    IntegrationsError: lambda: IntegrationsError("something"),
    ConfigurationError: lambda: ConfigurationError("no token"),
    InvalidArgumentError: lambda: InvalidArgumentError("per_page", "at least 1", "0"),
    MissingScopeError: lambda: MissingScopeError("integration.get", ["b", "a"], ["z", "y"]),
    RateLimitUnavailableError: lambda: RateLimitUnavailableError("the Redis is away"),
    ThrottledError: lambda: ThrottledError("integration.get", "GET", URL, 75.0),
    CleanupError: lambda: CleanupError("it is still locked: unlock it"),
    DecodeError: lambda: DecodeError(
        "items[2].id",
        "str",
        "nothing",
        operation="integration.list",
        status=200,
        request_id="req-1",
        content=b'{"items": "canary"}',
    ),
    **{c: lambda c=c: c("integration.get", "GET", URL, "refused") for c in OF_THE_WAY},  # type: ignore[misc]
    **{c: lambda c=c: api_error(c) for c in OF_AN_ANSWER},  # type: ignore[misc]
}
EVERY = pytest.mark.parametrize("class_", PARENTS)


def test_the_tree_is_whole() -> None:
    front_door: Any = integrations_sdk  # its names appear when they are used
    exported = {
        value
        for name in front_door.__all__
        if isinstance(value := getattr(front_door, name), type) and issubclass(value, BaseException)
    }
    assert set(PARENTS) == exported == set(MAKERS)


@EVERY
def test_every_error_has_its_place_in_the_tree(class_: type[IntegrationsError]) -> None:
    assert issubclass(class_, PARENTS[class_])


def test_an_invalid_argument_is_a_value_error() -> None:
    assert issubclass(InvalidArgumentError, ValueError)


@pytest.mark.parametrize("status", range(100, 600))
def test_a_status_has_its_class(status: int) -> None:
    fallback = InternalServerError if status >= 500 else APIError
    assert error_class(status) is BY_STATUS.get(status, fallback)


@EVERY
@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_every_error_pickles_with_all_but_the_body(
    class_: type[IntegrationsError], protocol: int
) -> None:
    error = MAKERS[class_]()
    error.attempts = (Attempt(started=0.0, elapsed=0.1, outcome="503", waited=0.5),) * 2
    pickled = pickle.dumps(error, protocol)
    assert b"canary" not in pickled
    again = pickle.loads(pickled)
    assert type(again) is class_
    assert str(again) == str(error)
    assert repr(again) == repr(error)
    expected = {name: value for name, value in vars(error).items() if name != "_content"}
    assert vars(again) == expected
    if isinstance(again, (APIError, DecodeError)):
        assert again.body() == again.body(reveal=True) == ""


@EVERY
def test_every_error_can_be_copied(class_: type[IntegrationsError]) -> None:
    error = MAKERS[class_]()
    assert str(copy.copy(error)) == str(copy.deepcopy(error)) == str(error)


@EVERY
def test_every_error_is_one_line(class_: type[IntegrationsError]) -> None:
    assert len(str(MAKERS[class_]()).splitlines()) == 1


@pytest.mark.parametrize("broken", ["a\nb", "a\r\nb", "a\u2028b", "a\x85b", "a\x0bb"])
def test_what_a_platform_says_stays_on_one_line(broken: str) -> None:
    error = api_error(message=broken, code=broken)
    assert len(str(error).splitlines()) == 1
    assert error.message == error.code == broken


@EVERY
def test_an_error_says_how_often_it_was_tried(class_: type[IntegrationsError]) -> None:
    error = MAKERS[class_]()
    once = str(error)
    attempt = Attempt(started=0.0, elapsed=0.1, outcome="503")
    error.attempts = (attempt,)
    assert str(error) == once
    error.attempts = (attempt, attempt, attempt)
    assert str(error) == f"{once} (after 3 attempts)"


def test_an_error_outside_of_a_call_knows_of_none() -> None:
    error = IntegrationsError("something")
    assert error.operation is None
    assert error.attempts == ()


def test_an_invalid_argument_says_where_and_what_would_do() -> None:
    error = InvalidArgumentError("integration.mqttConfig.port", "number", "str")
    assert (error.path, error.expected) == ("integration.mqttConfig.port", "number")
    assert str(error) == ("integration.mqttConfig.port: expected number, got str; nothing was sent")


def test_a_missing_scope_says_which_would_do() -> None:
    error = MissingScopeError("integration.get", ["b", "a"], ["z", "y"])
    assert error.operation == "integration.get"
    assert error.required == frozenset({"a", "b"})
    assert error.granted == frozenset({"y", "z"})
    assert str(error) == (
        "integration.get needs one of the scopes a, b; the token has y, z. "
        "Nothing was sent: make a token with one of them"
    )
    assert "the token has none." in str(MissingScopeError("integration.get", ["a"], []))


@pytest.mark.parametrize(
    ("class_", "advice"),
    [
        (TransportError, "the answer was lost; trying again does no harm"),
        (ConnectError, "nothing was sent. Check the address, the network and the proxy"),
        (DeadlineExceededError, "allow more with timeout= if the server is known to be slow"),
        (
            ResponseTooLargeError,
            "allow more with max_response_size= if the answer is known to be large",
        ),
        (
            AmbiguousWriteError,
            "the write may or may not have happened. Read the resource before you try again",
        ),
    ],
)
def test_an_error_on_the_way_says_what_to_do(class_: type[TransportError], advice: str) -> None:
    error = class_("integration.get", "GET", URL, "connection refused")
    assert (error.operation, error.method, error.url) == ("integration.get", "GET", URL)
    assert error.reason == "connection refused"
    assert str(error) == f"integration.get: GET {URL}: connection refused; {advice}"


def test_a_decode_error_says_where_and_of_what() -> None:
    assert str(DecodeError("$", "JSON", "text")) == "$: expected JSON, got text"
    error = MAKERS[DecodeError]()
    assert str(error) == (
        "integration.list: the answer with status 200: items[2].id: expected str, got nothing"
    )
    assert vars(error) == {
        "path": "items[2].id",
        "expected": "str",
        "got": "nothing",
        "operation": "integration.list",
        "status": 200,
        "request_id": "req-1",
        "_content": b'{"items": "canary"}',
    }


@pytest.mark.parametrize(
    ("particulars", "line"),
    [
        (
            {},
            "404 NotFound: Integration was not found (request id req-1)",
        ),
        ({"code": None}, "404: Integration was not found (request id req-1)"),
        ({"message": ""}, "404 NotFound (request id req-1)"),
        ({"request_id": None}, "404 NotFound: Integration was not found"),
        ({"code": None, "message": "", "request_id": None}, "404"),
        (
            {"message": "", "request_id": None, "hint": "Look again"},
            "404 NotFound. Look again",
        ),
    ],
)
def test_an_error_of_the_platform_says_what_came_back(
    particulars: dict[str, Any], line: str
) -> None:
    assert str(api_error(**particulars)) == f"integration.get: GET {URL} answered {line}"


@pytest.mark.parametrize("class_", OF_AN_ANSWER)
def test_an_error_of_the_platform_has_its_particulars(class_: type[APIError]) -> None:
    error = api_error(class_)
    assert (error.operation, error.method, error.url) == ("integration.get", "GET", URL)
    assert (error.status, error.code, error.request_id) == (404, "NotFound", "req-1")
    assert (error.message, error.retry_after) == ("Integration was not found", 2.5)


@pytest.mark.parametrize(
    ("class_", "hint"),
    [
        (AuthenticationError, "Check the token"),
        (PermissionDeniedError, "check its scopes"),
        (ConflictError, "Read the resource again"),
        (PreconditionFailedError, "Read the resource again"),
    ],
)
def test_some_errors_know_what_to_do(class_: type[APIError], hint: str) -> None:
    assert hint in str(api_error(class_))
    given_ = str(api_error(class_, hint="Something else"))
    assert given_.endswith(". Something else")
    assert hint not in given_


@pytest.mark.parametrize(
    ("content", "shape", "revealed"),
    [
        (
            b'{"message": "canary", "n": 7391, "f": 1.5, "ok": true, "x": [null]}',
            {"message": "<str>", "n": "<int>", "f": "<float>", "ok": True, "x": [None]},
            {"message": "canary", "n": 7391, "f": 1.5, "ok": True, "x": [None]},
        ),
        (b"[]", [], []),
        (b"null", None, None),
        (b"<html>canary", "<str>", "<html>canary"),
        (b"canary \xff", "<str>", "canary \ufffd"),
        (b"", "", ""),
        (b'{"canary": NaN}', "<str>", '{"canary": NaN}'),
        (b"[" * 1000, "<str>", "[" * 1000),
    ],
)
@pytest.mark.parametrize("class_", [APIError, DecodeError])
def test_a_body_shows_its_shape_unless_asked(
    class_: type[IntegrationsError], content: bytes, shape: Any, revealed: Any
) -> None:
    error = (
        api_error(content=content)
        if class_ is APIError
        else DecodeError("$", "JSON", "text", content=content)
    )
    assert isinstance(error, (APIError, DecodeError))
    assert error.body() == shape
    assert error.body(reveal=True) == revealed
    assert "canary" not in str(error) + repr(error)


@given(st.dictionaries(st.text(max_size=5), st.text(min_size=1, max_size=5)))
def test_a_revealed_body_is_as_it_came(content: dict[str, str]) -> None:
    assert api_error(content=json.dumps(content).encode()).body(reveal=True) == content
