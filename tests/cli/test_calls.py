"""Every call of every platform, from its command to the sandbox and back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from integrations_sdk.sandbox import Sandbox

from ..conftest import APPLICATION, INTEGRATION
from .conftest import Program

pytestmark = pytest.mark.usefixtures("sandbox")

LOSANT = ("losant", "integration")
OF = ("--application-id", APPLICATION)
ONE = (*OF, "--integration-id", INTEGRATION)
CELIGO = ("celigo", "integration")
CONNECTOR = ("--integration-id", "57974ed227a82a3475cecb15")
DIY = ("--integration-id", "61f0a3b29c4e7d1a2b3c4d5e")
MQTT = ("mqttConfig.protocol=mqtt", "mqttConfig.host=a.example", "mqttConfig.port=1883")


def sets(*members: str) -> list[str]:
    return [part for member in members for part in ("--set", member)]


def test_a_list_is_lines_of_json_in_a_pipe(integrations: Program) -> None:
    ran = integrations(*LOSANT, "list", *OF, "--per-page", "2")
    records = [json.loads(line) for line in ran.out.splitlines()]
    assert ran.code == 0
    assert ran.err == ""
    assert len(records) == 6
    assert records[0]["id"] == INTEGRATION


def test_a_list_ends_at_its_limit(integrations: Program) -> None:
    ran = integrations(*LOSANT, "list", *OF, "--limit", "2", "--sort-direction", "desc")
    assert [json.loads(line)["name"] for line in ran.out.splitlines()] == [
        "Harbour weather",
        "Gate queue",
    ]


def test_one_record_is_json_in_a_pipe(integrations: Program) -> None:
    ran = integrations(*LOSANT, "get", *ONE)
    assert json.loads(ran.out)["mqttConfig"]["password"] == "**********"


def test_losant_is_created_changed_and_deleted(integrations: Program, tmp_path: Path) -> None:
    document = tmp_path / "new.yaml"
    document.write_text("integrationType: mqtt\ntopics: [a, b]\n")
    made = integrations(
        *LOSANT, "create", *OF, "--file", str(document), *sets("name=Bridge", *MQTT)
    )
    assert made.code == 0, made.err
    record = json.loads(made.out)
    assert record["topics"] == ["a", "b"]
    which = (*OF, "--integration-id", record["id"])
    paused = integrations(*LOSANT, "patch", *which, *sets("enabled=false", "name=007"))
    assert json.loads(paused.out)["enabled"] is False
    assert json.loads(paused.out)["name"] == "007"
    assert json.loads(integrations(*LOSANT, "delete", *which).out) == {"success": True}
    assert integrations(*LOSANT, "get", *which).code == 5


def test_celigo_is_created_updated_patched_cloned_and_deleted(integrations: Program) -> None:
    made = json.loads(integrations(*CELIGO, "create", *sets("name=New")).out)
    which = ("--integration-id", made["_id"])
    document = json.dumps({**made, "description": "Of use"})
    written = integrations(*CELIGO, "update", *which, "--file", "-", stdin=document)
    assert json.loads(written.out)["description"] == "Of use"
    change = '{"op": "replace", "path": "/name", "value": "Newer"}'
    patched = integrations(*CELIGO, "patch", *which, "--operations", change, "--read-back")
    assert json.loads(patched.out)["name"] == "Newer"
    changes = f"- {change}"
    assert integrations(*CELIGO, "patch", *which, "--file", "-", stdin=changes).code == 0
    cloned = integrations(*CELIGO, "clone", *which, *sets("name=Twin"))
    assert json.loads(cloned.out)["integration"]["name"] == "Twin"
    assert json.loads(integrations(*CELIGO, "clone", *which).out)["_id"] != made["_id"]
    gone = integrations(*CELIGO, "delete", *which)
    assert (gone.code, gone.out) == (0, "")


def test_a_session_does_in_its_block_what_the_options_say(integrations: Program) -> None:
    edited = integrations(*CELIGO, "edit", *DIY, *sets("name=Edited", "settings.deep.er=[1]"))
    assert (edited.code, edited.out) == (0, "")
    found = json.loads(integrations(*CELIGO, "get", *DIY, "--reveal").out)
    assert found["name"] == "Edited"
    assert found["settings"]["deep"] == {"er": [1]}


def test_a_managed_update_raises_the_version_and_unlocks(integrations: Program) -> None:
    done = integrations(*CELIGO, "managed-update", *CONNECTOR, *sets("install.0.completed=true"))
    assert done.code == 0, done.err
    found = json.loads(integrations(*CELIGO, "get", *CONNECTOR).out)
    assert found["version"] == "1.0.2"
    assert found["updateInProgress"] is False
    assert found["install"][0]["completed"] is True


def test_celigos_other_steps_and_token(integrations: Program) -> None:
    assert integrations(*CELIGO, "complete-install-step", *CONNECTOR, "--step", "0").code == 0
    assert integrations(*CELIGO, "unlock", *CONNECTOR).code == 0
    assert "_userId" in json.loads(integrations("celigo", "token", "info").out)


def test_polis_sets_and_deletes_credentials(
    integrations: Program, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    customer = "3f1d8c52-7a40-4a63-9b0e-2a64d1c7e915"
    which = ("--client-id", "doorbell-sync", "--customer-id", customer)
    monkeypatch.setenv("THEIR_TOKEN", "tp-canary")
    ran = integrations("polis", "credentials", "set", *which, "--access-token", "env:THEIR_TOKEN")
    assert ran.code == 0, ran.err
    assert "etag" in json.loads(ran.out)
    assert "tp-canary" not in ran.out + ran.err
    assert integrations("polis", "credentials", "delete", *which).code == 0
    assert integrations("polis", "credentials", "delete", *which).code == 5


def test_polis_auth_takes_the_code_from_standard_input(integrations: Program) -> None:
    ran = integrations("polis-auth", "exchange", "--code", "-", stdin="code-canary\n")
    assert ran.code == 1
    assert "BadRequestError" in ran.err
    assert "code-canary" not in ran.out + ran.err


def test_optimizeplayer_lists_and_gets(integrations: Program) -> None:
    first = json.loads(integrations("optimizeplayer", "integration", "list").out.splitlines()[0])
    which = ("--integration-id", str(first["id"]))
    assert json.loads(integrations("optimizeplayer", "integration", "get", *which).out) == first


def test_cxengage_takes_the_members_of_the_provider_that_is_set(integrations: Program) -> None:
    tenant = ("--tenant-id", "harbor")
    members = sets("id=twilio", "account=0012")
    ran = integrations(
        "cxengage", "integration", "set", *tenant, *members, "--set-secret", "password=-", stdin="x"
    )
    assert ran.code == 0, ran.err
    got = integrations("cxengage", "integration", "get", *tenant, "--integration-id", "twilio")
    assert json.loads(got.out)["account"] == "0012"
    shown = integrations(
        "cxengage", "integration", "get", *tenant, "--integration-id", "twilio", "--reveal"
    )
    assert json.loads(shown.out)["password"] == "x"
    assert integrations("cxengage", "integration", "list", *tenant).out.count("\n") == 7


def test_yaml_is_read_back_as_it_was_written(integrations: Program) -> None:
    written = integrations(*CELIGO, "get", *DIY, "--output", "yaml", "--reveal").out
    as_json = integrations(*CELIGO, "get", *DIY, "--reveal").out
    assert yaml.safe_load(written) == json.loads(as_json)
    ran = integrations(*CELIGO, "update", *DIY, "--file", "-", stdin=written)
    assert ran.code == 0, ran.err


def test_a_json_list_is_one_array(integrations: Program) -> None:
    ran = integrations(*LOSANT, "list", *OF, "--output", "json")
    assert len(json.loads(ran.out)) == 6
    listed = integrations(*LOSANT, "list", *OF, "--output", "yaml", "--limit", "1")
    assert yaml.safe_load(listed.out)[0]["id"] == INTEGRATION


@pytest.mark.parametrize("dry", [False, True])
def test_client_options_reach_the_client(integrations: Program, dry: bool) -> None:
    options = ("--timeout", "7", "--retry", "1", "--actions", "--no-links", "--headers", "x-a=b")
    ran = integrations(*LOSANT, "get", *ONE, *options, *(["--dry-run"] if dry else []))
    assert ran.code == 0
    assert ("_actions=true&_links=false" in ran.out) == dry
    assert ("_actions" in ran.out) or not dry


def test_a_client_option_goes_before_the_environment(integrations: Program) -> None:
    ran = integrations(*CELIGO, "list", "--region", "eu", "--dry-run")
    assert ran.out.startswith("GET https://api.eu.integrator.io/v1/integrations\n")
