"""Bodies from a command line, each member by the type that its model has for it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ..conftest import APPLICATION, INTEGRATION
from ..transports.scripted import Server, reset_after_request
from .conftest import Program

PATCH = (
    *("losant", "integration", "patch", "--application-id", APPLICATION),
    *("--integration-id", INTEGRATION, "--dry-run", "--reveal"),
)
WHOLE = ["mqttConfig.protocol=mqtt", "mqttConfig.host=h", "mqttConfig.port=1"]


def body(out: str) -> object:
    return json.loads(out.partition("\n\n")[2])


def sets(*members: str) -> list[str]:
    return [part for member in members for part in ("--set", member)]


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        (["enabled=false"], {"enabled": False}),
        (["name=false"], {"name": "false"}),
        (["name=12"], {"name": "12"}),
        (['name="12"'], {"name": "12"}),
        (["name=a=b"], {"name": "a=b"}),
        (["credentialName=null"], {"credentialName": None}),
        (["credential_name=x"], {"credentialName": "x"}),
        (['topics=["a", "b"]'], {"topics": ["a", "b"]}),
        (
            ["mqtt_config.disable_ssl_verification=true", *WHOLE],
            {
                "mqttConfig": {
                    "disableSSLVerification": True,
                    "protocol": "mqtt",
                    "host": "h",
                    "port": 1,
                }
            },
        ),
    ],
)
def test_a_value_is_of_the_type_of_its_member(
    given: list[str], sent: object, integrations: Program
) -> None:
    ran = integrations(*PATCH, *sets(*given))
    assert ran.code == 0, ran.err
    assert body(ran.out) == sent


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["enable=false"], "has no member enable. Is it enabled?"),
        (["nothing=1"], "It has name, enabled,"),
        (["enabled=perhaps"], "enabled: expected bool"),
        (["enabled.deep=1"], "there is nothing below the member before deep"),
        (["mqttConfig.port=1"], "expected"),
        (["topics.3=x"], "3 is no place in a list of 0"),
        (["mqttConfig.password=hunter2"], "--set-secret mqttConfig.password=..."),
        (["enabled"], "--set needs MEMBER=VALUE"),
        (["=x"], "--set needs MEMBER=VALUE"),
    ],
)
def test_what_cannot_be_set_is_a_usage_error(
    given: list[str], said: str, integrations: Program
) -> None:
    start = ["--file", "-"] if "topics" in given[0] else []
    ran = integrations(*PATCH, *start, *sets(*given), stdin='{"topics": []}')
    assert ran.code == 2
    assert said in ran.err
    assert "hunter2" not in ran.err


def test_members_go_into_the_document_of_a_file(integrations: Program, tmp_path: Path) -> None:
    file = tmp_path / "patch.yaml"
    file.write_text("name: 2024-01-01\ntopics: [x]\n")
    ran = integrations(*PATCH, "--file", str(file), *sets("enabled=true", "topics.0=y"))
    assert body(ran.out) == {"name": "2024-01-01", "topics": ["y"], "enabled": True}


def test_a_member_that_is_newer_than_the_model_goes_by_file(integrations: Program) -> None:
    ran = integrations(*PATCH, "--file", "-", stdin='{"newer": {"a": 1}}')
    assert body(ran.out) == {"newer": {"a": 1}}


@pytest.mark.parametrize(
    "content",
    [
        "[canary]",
        "canary",
        '{"canary',
        '{"name": "canary", "name": "b"}',
        "name: canary\nname: b",
        "1: canary",
        "? [a]\n: canary",
        "a: [canary",
        "\x00canary",
        "a: !!python/name:os.canary",
    ],
)
def test_a_file_that_is_no_object_is_a_usage_error_that_does_not_quote_it(
    content: str, integrations: Program
) -> None:
    ran = integrations(*PATCH, "--file", "-", stdin=content)
    assert ran.code == 2
    assert "canary" not in ran.err


def test_a_file_that_is_not_there_is_a_usage_error(integrations: Program, tmp_path: Path) -> None:
    ran = integrations(*PATCH, "--file", str(tmp_path / "none.json"))
    assert ran.code == 2
    assert "No such file" in ran.err


def test_a_body_that_is_needed_and_missing_is_a_usage_error(integrations: Program) -> None:
    ran = integrations(*PATCH)
    assert ran.code == 2
    assert "--set, --set-secret or --file" in ran.err


@pytest.mark.parametrize("call", ["edit", "managed-update"])
def test_a_session_is_not_begun_for_what_makes_no_sense(
    call: str, integrations: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CELIGO_API_TOKEN", "x")
    session = ("celigo", "integration", call, "--integration-id", "0" * 24)
    with Server(reset_after_request) as server:
        given = (*session, "--base-url", server.url)
        assert integrations(*given, "--set", "nam=x").code == 2
        assert integrations(*given, "--set-secret", "settings.key=env:NOT_SET").code == 2
        assert integrations(*given, "--file", "-", stdin="[]").code == 2
        assert server.requests == []


def test_several_changes_are_objects(integrations: Program) -> None:
    patch = ("celigo", "integration", "patch", "--integration-id", "0" * 24, "--dry-run")
    assert integrations(*patch).code == 2
    assert integrations(*patch, "--operations", "[]").code == 2
    assert integrations(*patch, "--operations", '{"op": 1, "path": "/"}').code == 2
    assert integrations(*patch, "--file", "-", stdin='{"op": "test"}').code == 2
    ran = integrations(*patch, "--operations", '{"op": "remove", "path": "/name"}')
    assert '"path": "/name"' in ran.out
