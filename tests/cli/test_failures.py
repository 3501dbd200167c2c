from __future__ import annotations

import json

import pytest

from integrations_sdk.cli import failures
from integrations_sdk.core import errors
from integrations_sdk.core.errors import IntegrationsError
from integrations_sdk.sandbox import Sandbox

from ..conftest import APPLICATION, INTEGRATION
from ..transports.scripted import Script, Server, answering, reset_after_request
from .conftest import Program

GET = (
    *("losant", "integration", "get", "--application-id", APPLICATION),
    *("--integration-id", INTEGRATION, "--retry", "1"),
)
CREATE = (
    *("losant", "integration", "create", "--application-id", APPLICATION),
    *("--set", "name=x", "--set", "integrationType=mqtt", "--retry", "1"),
)


def refusing(status: str, message: str = "No") -> Script:
    return answering(json.dumps({"type": "No", "message": message}).encode(), status=status)


@pytest.mark.parametrize(
    ("script", "code", "said"),
    [
        (refusing("400 Bad Request"), 1, "BadRequestError"),
        (refusing("401 Unauthorized"), 4, "AuthenticationError"),
        (refusing("403 Forbidden"), 4, "PermissionDeniedError"),
        (refusing("404 Not Found"), 5, "NotFoundError"),
        (refusing("409 Conflict"), 6, "ConflictError"),
        (refusing("412 Precondition Failed"), 6, "PreconditionFailedError"),
        (refusing("422 Unprocessable Content"), 1, "UnprocessableEntityError"),
        (refusing("429 Too Many Requests"), 7, "RateLimitError"),
        (refusing("500 Internal Server Error"), 1, "InternalServerError"),
        (answering(b"<html>"), 1, "DecodeError"),
        (reset_after_request, 8, "TransportError"),
    ],
)
def test_the_exit_code_tells_the_class_of_the_error(
    script: Script, code: int, said: str, integrations: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOSANT_ACCESS_TOKEN", "t0ken-canary")
    with Server(script) as server:
        ran = integrations(*GET, "--base-url", server.url)
    assert (ran.code, ran.out) == (code, "")
    assert ran.err.startswith(f"{said}: ")
    assert "Stopped: " in ran.err
    assert "t0ken-canary" not in ran.err


def test_what_needs_no_server_has_its_code_too(
    integrations: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert integrations(*GET).code == 3  # there is no token
    monkeypatch.setenv("LOSANT_ACCESS_TOKEN", "x")
    assert integrations(*GET, "--base-url", "http://127.0.0.1:1").code == 8
    assert integrations(*GET, "--timeout", "-1").code == 2
    assert integrations(*GET, "--timeout", "soon").code == 2
    assert integrations(*GET[:-4], "x").code == 2
    assert integrations(*CREATE, "--scopes", "all.Application.read").code == 4


def test_a_write_whose_answer_was_lost_is_looked_for(
    integrations: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOSANT_ACCESS_TOKEN", "x")
    with Server(reset_after_request, answering(b'{"items": [], "totalCount": 0}')) as server:
        ran = integrations(*CREATE, "--base-url", server.url)
        assert [each.line[:4] for each in server.requests] == [b"POST", b"GET "]
    assert ran.code == 9
    assert "AmbiguousWriteError" in ran.err
    assert "Checked: it did not take effect" in ran.err
    assert "error.check()" not in ran.err


def test_a_lost_write_that_cannot_be_looked_for_says_so(
    integrations: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOSANT_ACCESS_TOKEN", "x")
    with Server(reset_after_request) as server:
        ran = integrations(*CREATE, "--base-url", server.url)
    assert ran.code == 9
    assert "reading it failed, too" in ran.err


def test_an_error_steers_no_terminal(
    integrations: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOSANT_ACCESS_TOKEN", "x")
    with Server(refusing("404 Not Found", "\x1b[2J\u202egone\x9b")) as server:
        ran = integrations(*GET, "--base-url", server.url)
    assert not {"\x1b", "\u202e", "\x9b"} & set(ran.err)
    assert "gone" in ran.err


def _leaves(class_: type[IntegrationsError]) -> list[type[IntegrationsError]]:
    return [class_, *(leaf for each in class_.__subclasses__() for leaf in _leaves(each))]


def test_every_class_of_errors_has_the_code_that_is_documented() -> None:
    others = {
        errors.BadRequestError,
        errors.CleanupError,
        errors.DecodeError,
        errors.InternalServerError,
        errors.UnprocessableEntityError,
    }
    public = {class_ for class_ in vars(errors).values() if class_ in _leaves(IntegrationsError)}
    coded = {class_ for _, classes in failures.CODES for class_ in classes}
    bare = {
        class_
        for class_ in public
        if not any(issubclass(class_, each) for each in coded)
        and not class_.__name__.startswith("_")
    }
    assert bare == others | {IntegrationsError, errors.APIError}


def test_one_block_ends_what_was_begun_on_a_terminal(
    integrations: Program, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOSANT_ACCESS_TOKEN", sandbox.token("losant", expires_in=-1))
    ran = integrations(*GET, terminal=True)
    assert ran.code == 4
    assert ran.err.startswith("\x1b[31m\x1b[1mAuthenticationError\x1b[0m: ")
    monkeypatch.setenv("NO_COLOR", "1")
    assert integrations(*GET, terminal=True).err.startswith("AuthenticationError: ")
