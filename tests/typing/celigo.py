"""What users of Celigo will write, as the type checkers see it: steps and sessions among it."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager, AbstractContextManager

from typing_extensions import assert_type

from integrations_sdk import AsyncCeligo, AsyncPage, Celigo, Page, Reply, Secret, Unset
from integrations_sdk.celigo import (
    CloneRequest,
    CloneResult,
    InstallProgress,
    InstallStep,
    Integration,
    IntegrationList,
    NewIntegration,
    PatchOperation,
    StepKind,
    TokenInfo,
)

ID = "554155c853bb53af2900000b"


async def ask_a_vault() -> Secret:
    return Secret("tok-SAMPLE")


def synchronous() -> None:
    with Celigo("tok-SAMPLE", region="eu") as celigo:
        assert_type(celigo, Celigo)
        found = celigo.integration.get(integration_id=ID)
        assert_type(found, Integration)
        assert_type(found.id, str)
        assert_type(found.description, str | Unset | None)
        assert_type(found.install_progress, InstallProgress)
        assert_type(found.next_install_step, InstallStep | None)
        for step in found.install or []:
            assert_type(step.kind, StepKind)
        assert_type(celigo.integration.list(limit=5), Page[Integration, IntegrationList])
        assert_type(celigo.token.info(), TokenInfo)
        assert_type(celigo.integration.delete.with_response(integration_id=ID), Reply[None])
        new = NewIntegration(name="Orders", settings={"sections": [], "batch": 5})
        assert_type(celigo.integration.create(integration=new), Integration)
        request = CloneRequest(connection_map={"a": "b"})
        cloned = celigo.integration.clone(integration_id=ID, request=request)
        assert_type(cloned, CloneResult)
        assert_type(cloned.id, str)
        change = PatchOperation(op="add", path="/x", value=[None, {"a": 1}])
        patched = celigo.integration.patch(integration_id=ID, operations=[change])
        assert_type(patched, Integration | None)
        assert_type(celigo.integration.unlock(integration_id=ID), Integration)
        done = celigo.integration.complete_install_step(integration_id=ID, step=2)
        assert_type(done, Integration)
        session = celigo.integration.managed_update(integration_id=ID)
        assert_type(session, AbstractContextManager[Integration, None])
        with session as integration:
            assert_type(integration, Integration)
            integration.version = "2.0.0"
        with celigo.integration.edit(integration_id=ID) as integration:
            integration.name = "Orders"


async def asynchronous() -> None:
    async with AsyncCeligo(ask_a_vault) as celigo:
        assert_type(await celigo.integration.list(), AsyncPage[Integration, IntegrationList])
        assert_type(await celigo.integration.unlock(integration_id=ID), Integration)
        patched = await celigo.integration.patch(integration_id=ID, operations=[])
        assert_type(patched, Integration | None)
        session = celigo.integration.managed_update(integration_id=ID, version="2.0.0")
        assert_type(session, AbstractAsyncContextManager[Integration, None])
        async with session as integration:
            assert_type(integration, Integration)


def mistakes(celigo: Celigo, asynchronous: AsyncCeligo) -> None:
    """Each line is a mistake: a checker that lets one pass finds its comment unused."""
    Celigo("tok-SAMPLE", region="mars")  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    Celigo(ask_a_vault)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    NewIntegration()  # type: ignore[call-arg] # pyright: ignore[reportCallIssue]
    celigo.integration.unlock()  # type: ignore[call-arg] # pyright: ignore[reportCallIssue]
    celigo.integration.managed_update(integration_id=5)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    celigo.integration.patch(integration_id=ID, operations=[5])  # type: ignore[list-item] # pyright: ignore[reportArgumentType]
    with asynchronous.integration.edit(integration_id=ID):  # type: ignore[attr-defined] # pyright: ignore[reportGeneralTypeIssues]
        pass
