from __future__ import annotations

import datetime as dt
import json
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from integrations_sdk.cli import checks
from integrations_sdk.core.transport import Headers
from integrations_sdk.sandbox import Sandbox

from ..conftest import APPLICATION
from ..transports.scripted import Server, answering
from ..transports.test_tls import OPENSSL, encrypted, issued
from .conftest import Program, Ran

NOW = 1_790_000_000.0


def findings(ran: Ran) -> dict[str, dict[str, str]]:
    return {each["check"]: each for each in map(json.loads, ran.out.splitlines())}


def test_a_sandbox_is_found_well(integrations: Program, sandbox: Sandbox) -> None:
    del sandbox
    ran = integrations("doctor")
    assert ran.code == 0
    for platform in ("losant", "celigo", "cxengage", "optimizeplayer", "polis", "polis-auth"):
        assert f"\n{platform}\n" in f"\n{ran.out}"
    assert "failed" not in ran.out
    assert max(map(len, ran.out.splitlines())) <= 100


def test_what_is_not_set_up_is_named(integrations: Program, sandbox: Sandbox) -> None:
    variables = sandbox.environment()
    with pytest.MonkeyPatch.context() as patch:
        for name in variables:
            if not name.startswith("LOSANT"):
                patch.delenv(name)
        ran = integrations("doctor")
    assert ran.code == 0
    assert "Not set up, and not looked at: celigo, cxengage, optimizeplayer, polis" in ran.out


def test_nothing_set_up_is_a_configuration_error(integrations: Program) -> None:
    ran = integrations("doctor")
    assert ran.code == 3
    assert "integrations sandbox" in ran.err


@pytest.mark.parametrize(
    ("token", "said"),
    [
        ({"expires_in": -1}, "make a new token"),
        ({"scopes": ["data.get"]}, "make a token with one of these scopes"),
    ],
)
def test_a_credential_that_does_not_do_is_told(
    token: dict[str, Any],
    said: str,
    integrations: Program,
    sandbox: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    secret = sandbox.token("losant", **token)
    monkeypatch.setenv("LOSANT_ACCESS_TOKEN", secret)
    ran = integrations("doctor", "losant", "--output", "json")
    assert ran.code == 4
    assert said in findings(ran)["credential"]["advice"]
    assert secret not in ran.out + ran.err


def test_scopes_that_are_missing_are_told(
    integrations: Program, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = sandbox.token("losant", scopes=["all.Application.read"])
    monkeypatch.setenv("LOSANT_ACCESS_TOKEN", reader)
    ran = integrations("doctor", "losant", "--output", "json")
    assert findings(ran)["scopes"]["found"] == (
        "not allowed: integration.create, integration.patch, integration.delete"
    )


def test_a_real_id_makes_sure(integrations: Program, sandbox: Sandbox) -> None:
    del sandbox
    made_up = findings(integrations("doctor", "losant", "--output", "json"))["credential"]
    assert "--argument application_id=..." in made_up["advice"]
    argument = ("--argument", f"application_id={APPLICATION}")
    sure = findings(integrations("doctor", "losant", *argument, "--output", "json"))["credential"]
    assert sure["found"] == "accepted: integration.list was answered"
    wrong = ("--argument", f"application_id={'f' * 24}")
    assert integrations("doctor", "losant", *wrong).code in {4, 5}


def test_a_platform_without_a_token_is_looked_at_as_far_as_that_goes(
    integrations: Program, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    del sandbox
    monkeypatch.delenv("CELIGO_API_TOKEN")
    ran = integrations("doctor", "celigo", "--output", "json")
    found = findings(ran)
    assert ran.code == 3
    assert found["answer"]["result"] == "ok"
    assert found["credential"]["advice"] == "set CELIGO_API_TOKEN to a token of Celigo"


@pytest.mark.parametrize(
    ("url", "code", "check"),
    [
        ("gopher://x", 3, "settings"),
        ("https://nowhere.invalid", 8, "DNS"),
        ("http://127.0.0.1:1", 8, "answer"),
        ("https://127.0.0.1:1", 8, "TLS"),
    ],
)
def test_an_api_out_of_reach_is_told_by_what_is_in_the_way(
    url: str, code: int, check: str, integrations: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOSANT_BASE_URL", url)
    monkeypatch.setenv("LOSANT_ACCESS_TOKEN", "x")
    ran = integrations("doctor", "losant", "--output", "json", "--timeout", "3")
    assert ran.code == code
    assert findings(ran)[check]["result"] == "failed"
    if code == 8:
        assert findings(ran)["credential"]["found"] == "the API is out of reach"


def test_a_proxy_is_named_without_its_password(
    integrations: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://user:pr0xy-canary@proxy.invalid:3128")
    monkeypatch.setenv("LOSANT_ACCESS_TOKEN", "x")
    ran = integrations("doctor", "losant", "--output", "json", "--timeout", "3")
    found = findings(ran)
    assert found["proxy"]["found"] == "calls go by proxy.invalid:3128"
    assert found["DNS"]["result"] == "failed"
    assert "canary" not in ran.out + ran.err


@pytest.mark.skipif(OPENSSL is None, reason="NOT TESTED: there is no openssl")
def test_a_certificate_that_nobody_trusts_is_told(
    integrations: Program, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    made = issued(tmp_path, "IP:127.0.0.1")
    monkeypatch.setenv("LOSANT_ACCESS_TOKEN", "x")
    refusal = answering(b'{"type": "No", "message": "no"}', status="401 Unauthorized")
    with Server(encrypted(made, refusal)) as server:
        monkeypatch.setenv("LOSANT_BASE_URL", server.url.replace("http:", "https:"))
        untrusted = integrations("doctor", "losant", "--output", "json", "--timeout", "3")
        monkeypatch.setenv("SSL_CERT_FILE", str(made.authority))
        trusted = integrations("doctor", "losant", "--output", "json", "--timeout", "3")
    found = findings(untrusted)["answer"]
    assert untrusted.code == 8
    assert "the server's certificate is not trusted" in found["found"]
    assert "SSL_CERT_FILE" in found["advice"]
    assert findings(trusted)["TLS"]["found"].startswith("TLSv1.")
    assert trusted.code == 4


@pytest.mark.parametrize(
    ("skew", "result", "found"),
    [
        (0, "ok", "within 60 s"),
        (59, "ok", "within 60 s"),
        (300, "failed", "300 s ahead of the server's"),
        (-90, "failed", "90 s behind the server's"),
    ],
)
def test_a_clock_that_is_wrong_is_told(skew: float, result: str, found: str) -> None:
    date = format_datetime(dt.datetime.fromtimestamp(NOW, dt.timezone.utc), usegmt=True)
    finding = checks.clock(Headers([("Date", date)]), NOW + skew)
    assert finding.result == result
    assert found in finding.found


@pytest.mark.parametrize("headers", [[], [("Date", "yesterday")]])
def test_a_server_that_does_not_tell_its_time_is_passed_over(
    headers: list[tuple[str, str]],
) -> None:
    assert checks.clock(Headers(headers), NOW).result == "skipped"


def test_what_a_server_says_steers_no_terminal(
    integrations: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = json.dumps({"type": "No", "message": "\x1b[2Jno"}).encode()
    with Server(answering(said, status="401 Unauthorized")) as server:
        monkeypatch.setenv("LOSANT_BASE_URL", server.url)
        monkeypatch.setenv("LOSANT_ACCESS_TOKEN", "x")
        ran = integrations("doctor", "losant")
    assert ran.code == 4
    assert "\x1b" not in ran.out
