"""What users of CxEngage will write, as the type checkers see it."""

from __future__ import annotations

from typing_extensions import assert_type

from integrations_sdk import AsyncCxEngage, AsyncPage, CxEngage, Page, Reply, Secret, Unset
from integrations_sdk.cxengage import AnyIntegration, Integration, Salesforce, Twilio

AnyPage = Page[AnyIntegration, list[AnyIntegration]]


def ask_a_vault() -> str:
    return "tok-SAMPLE"


async def ask_a_vault_async() -> Secret:
    return Secret("tok-SAMPLE")


def synchronous(cxengage: CxEngage) -> None:
    CxEngage(ask_a_vault, environment="1.0")
    CxEngage(client_id="harbor-app", client_secret=Secret("cs-SAMPLE"))
    found = cxengage.integration.get(tenant_id="harbor", integration_id="salesforce")
    assert_type(found, AnyIntegration)
    assert_type(found.id, str)
    match found:
        case Salesforce():
            assert_type(found.consumer_key, Secret | Unset)
        case Twilio(account=account):
            assert_type(account, str | Unset)
        case _:
            pass
    assert_type(cxengage.integration.list(tenant_id="harbor"), AnyPage)
    for item in cxengage.integration.list(tenant_id="harbor"):
        assert_type(item, AnyIntegration)
        if isinstance(item, Twilio):
            _ = item.api_key  # type: ignore[attr-defined] # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownVariableType]
    twilio = Twilio(account="AC-SAMPLE", password="tw-SAMPLE")
    stored = cxengage.integration.set(tenant_id="harbor", integration=twilio)
    assert_type(stored, AnyIntegration)
    reply = cxengage.integration.set.with_response(tenant_id="harbor", integration=stored)
    assert_type(reply, Reply[AnyIntegration])
    CxEngage(environment="2.0")  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    CxEngage(ask_a_vault_async)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    Integration()  # type: ignore[call-arg] # pyright: ignore[reportCallIssue]
    Twilio(api_key="no")  # type: ignore[call-arg] # pyright: ignore[reportCallIssue]
    cxengage.integration.set(tenant_id="harbor", integration={})  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]


async def asynchronous(cxengage: AsyncCxEngage) -> None:
    AsyncCxEngage(ask_a_vault_async)
    assert_type(
        await cxengage.integration.get(tenant_id="harbor", integration_id="twilio"),
        AnyIntegration,
    )
    assert_type(
        await cxengage.integration.list(tenant_id="harbor"),
        AsyncPage[AnyIntegration, list[AnyIntegration]],
    )
    async for item in cxengage.integration.list(tenant_id="harbor"):
        assert_type(item, AnyIntegration)
