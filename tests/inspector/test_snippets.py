"""A call that is copied from a page is the call that was made."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import time
from collections.abc import Callable
from typing import Any

import pytest

from integrations_sdk import (
    JSON,
    BadRequestError,
    Celigo,
    CxEngage,
    Losant,
    OptimizePlayer,
    Polis,
    PolisAuth,
)
from integrations_sdk.celigo import NewIntegration, PatchOperation
from integrations_sdk.cxengage import Echo
from integrations_sdk.losant import IntegrationPatch, IntegrationPost
from integrations_sdk.sandbox import Sandbox
from integrations_sdk.sandbox.inspector import Facts
from integrations_sdk.sandbox.inspector.python import SPELLINGS
from integrations_sdk.sandbox.journal import Entry
from integrations_sdk.sandbox.sandbox import PLATFORMS

from ..conftest import APPLICATION, INTEGRATION

LOSANT = {"application_id": APPLICATION, "integration_id": INTEGRATION}
DIY = "554155c853bb53af2900000b"
CUSTOMER = "3f1d8c52-7a40-4a63-9b0e-2a64d1c7e915"
OTHER_CUSTOMER = "8a6b1f0e-2c3d-4e5f-8091-a2b3c4d5e6f7"
HUB: JSON = {"hubName": "dock", "consumerGroup": "$Default", "hostName": "o'harbour.example"}


def _update(celigo: Celigo) -> None:
    with celigo.integration.edit(integration_id=DIY) as integration:
        integration.description = 'Über "orders" & `$HOME` it\'s\n'


CALLS: dict[str, tuple[type, Callable[[Any], object]]] = {
    "losant integrations.get": (
        Losant,
        lambda losant: (
            losant.integration.list(
                application_id=APPLICATION, per_page=2, filter_field="name", filter="*o*"
            ).data
        ),
    ),
    "losant integrations.post": (
        Losant,
        lambda losant: losant.integration.create(
            application_id=APPLICATION,
            integration=IntegrationPost.from_json(
                {"name": "Dock", "integrationType": "azureEventHub", "azureEventHubConfig": HUB}
            ),
        ),
    ),
    "losant integration.get": (Losant, lambda losant: losant.integration.get(**LOSANT)),
    "losant integration.patch": (
        Losant,
        lambda losant: losant.integration.patch(
            **LOSANT, integration=IntegrationPatch(enabled=False, topics=["a/+", "b\\'c"])
        ),
    ),
    "losant integration.delete": (
        Losant,
        lambda losant: losant.integration.delete(**LOSANT, include_workflows=True),
    ),
    "celigo tokenInfo": (Celigo, lambda celigo: celigo.token.info()),
    "celigo integrations.list": (
        Celigo,
        lambda celigo: celigo.integration.list(limit=2, include=["name", "mode"]).data,
    ),
    "celigo integrations.create": (
        Celigo,
        lambda celigo: celigo.integration.create(integration=NewIntegration(name="Tax & more")),
    ),
    "celigo integrations.get": (
        Celigo,
        lambda celigo: celigo.integration.get(integration_id=DIY),
    ),
    "celigo integrations.update": (Celigo, _update),
    "celigo integrations.patch": (
        Celigo,
        lambda celigo: celigo.integration.patch(
            integration_id=DIY,
            operations=[PatchOperation(op="remove", path="/readme")],
        ),
    ),
    "celigo integrations.delete": (
        Celigo,
        lambda celigo: celigo.integration.delete(integration_id=DIY),
    ),
    "celigo integrations.clone": (
        Celigo,
        lambda celigo: celigo.integration.clone(integration_id=DIY),
    ),
    "polis credentials.set": (
        Polis,
        lambda polis: polis.credentials.set(
            client_id="doorbell-sync", customer_id=CUSTOMER, access_token="tok-SAMPLE-of-ours"
        ),
    ),
    "polis credentials.delete": (
        Polis,
        lambda polis: polis.credentials.delete(
            client_id="doorbell-sync", customer_id=OTHER_CUSTOMER, etag="2c-Zm9yd2FyZHM/YmFj+w"
        ),
    ),
    "polis oauth.token": (PolisAuth, lambda auth: auth.exchange(code="code-SAMPLE-of-ours")),
    "optimizeplayer integrations.list": (
        OptimizePlayer,
        lambda optimizeplayer: optimizeplayer.integration.list().data,
    ),
    "optimizeplayer integrations.get": (
        OptimizePlayer,
        lambda optimizeplayer: optimizeplayer.integration.get(integration_id=31),
    ),
    "cxengage integrations.list": (
        CxEngage,
        lambda cxengage: cxengage.integration.list(tenant_id="harbor").data,
    ),
    "cxengage integrations.get": (
        CxEngage,
        lambda cxengage: cxengage.integration.get(tenant_id="harbor", integration_id="twilio"),
    ),
    "cxengage integrations.set": (
        CxEngage,
        lambda cxengage: cxengage.integration.set(tenant_id="harbor", integration=Echo()),
    ),
}


def entry_of(sandbox: Sandbox, name: str) -> Entry:
    """Make a call, and return what was written down of it."""
    client_class, call = CALLS[name]
    operation = name.partition(" ")[2]
    with client_class() as client, contextlib.suppress(BadRequestError):  # a code of nobody's
        call(client)
    return next(entry for entry in sandbox.journal.entries() if entry.operation == operation)


def facts_of(sandbox: Sandbox) -> Facts:
    store: Any = None  # which no snippet looks at
    return Facts(PLATFORMS, store, sandbox.journal, sandbox.faults, sandbox.reset)


def essence(entry: Entry) -> tuple[object, ...]:
    """Return what two calls have to have in common."""
    return entry.platform, entry.operation, entry.method, entry.path, entry.request_body


def again(sandbox: Sandbox, entry: Entry, repeat: Callable[[], object]) -> Entry:
    """Return what was written down when a call was made again."""
    repeat()
    later = sandbox.journal.entries(after=entry.number)
    return next(each for each in later if each.operation == entry.operation)


def test_every_operation_of_the_sdk_is_tried_here() -> None:
    assert {f"{platform} {operation}" for platform, operation in SPELLINGS} == set(CALLS)


@pytest.mark.parametrize("name", CALLS)
def test_a_call_as_python_is_the_same_call(
    sandbox: Sandbox, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    entry = entry_of(sandbox, name)
    program = facts_of(sandbox).as_python(entry)
    assert program is not None
    assert "SAMPLE" not in program
    assert max(map(len, program.splitlines())) <= 100

    def run() -> None:
        with contextlib.suppress(BadRequestError):  # "******" is no code
            exec(compile(program, name, "exec"), {})

    sandbox.reset()
    repeated = again(sandbox, entry, run)
    assert essence(repeated) == essence(entry)
    assert repeated.query == entry.query
    capsys.readouterr()


@pytest.mark.parametrize("name", CALLS)
def test_a_call_as_curl_is_the_same_call(sandbox: Sandbox, name: str) -> None:
    if shutil.which("curl") is None:
        pytest.skip("NOT TESTED: what is copied as curl, for there is no curl")
    entry = entry_of(sandbox, name)
    command = facts_of(sandbox).as_curl(entry, sandbox.url)
    assert command is not None
    assert "SAMPLE" not in command
    sandbox.reset()
    arguments = ["sh", "-c", f"{command} --silent --show-error --max-time 10"]
    repeated = again(
        sandbox,
        entry,
        lambda: subprocess.run(arguments, check=True, env=os.environ, capture_output=True),
    )
    assert essence(repeated) == essence(entry)
    if name != "polis oauth.token":  # which says who it is by secrets in its body
        assert repeated.status != 401


def test_what_is_no_operation_has_no_python(sandbox: Sandbox) -> None:
    entry = Entry(
        number=1,
        timestamp=time.time(),
        platform="",
        operation="",
        method="GET",
        path="/nothing",
        query="",
        status=404,
        duration_ms=1.0,
        request_headers={},
        request_body=None,
        response_headers={},
        response_body=None,
    )
    assert facts_of(sandbox).as_python(entry) is None
    assert facts_of(sandbox).as_curl(entry, sandbox.url) is None
