"""What users write, for type checkers: they run over this file, nothing else does."""

from __future__ import annotations

from datetime import datetime

from typing_extensions import assert_type

import integrations_sdk
from integrations_sdk import (
    UNSET,
    APIError,
    AsyncLosant,
    AsyncPage,
    AsyncPages,
    Call,
    Losant,
    Page,
    Reply,
    Retry,
    Secret,
    Timeout,
    Unset,
)
from integrations_sdk.losant import (
    Integration,
    IntegrationList,
    IntegrationPatch,
    IntegrationPost,
    MqttConfig,
    Success,
)
from integrations_sdk.optimizeplayer import (
    AnyIntegration,
    AsyncOptimizePlayer,
    IntegrationAmazon,
    IntegrationHtml,
    IntegrationStripe,
    OptimizePlayer,
)


def ask_a_vault() -> str:
    return "token"


async def ask_a_vault_async() -> Secret:
    return Secret("token")


def synchronous(application: str, integration: str) -> None:
    with Losant(ask_a_vault, timeout=10, retry=Retry(attempts=5)) as losant:
        assert_type(losant, Losant)
        found = losant.integration.get(application_id=application, integration_id=integration)
        assert_type(found, Integration)
        assert_type(found.id, str)
        assert_type(found.name, str | Unset)
        assert_type(found.creation_date, datetime | Unset)
        assert_type(found.credential_name, str | Unset | None)
        if found.mqtt_config:
            assert_type(found.mqtt_config, MqttConfig)
            assert_type(found.mqtt_config.password, Secret | Unset)
        if found.name is not UNSET:
            assert_type(found.name, str)

        reply = losant.integration.get.with_response(
            application_id=application, integration_id=integration
        )
        assert_type(reply, Reply[Integration])
        assert_type(reply.value, Integration)

        call = losant.integration.delete.call(
            application_id=application, integration_id=integration, include_workflows=True
        )
        assert_type(call, Call[Success])
        assert_type(losant.send(call), Success)

        page = losant.integration.list(application_id=application, sort_field="name")
        assert_type(page, Page[Integration, IntegrationList])
        assert_type(page.data.total_count, int | Unset)
        assert_type(page.next_page(), Page[Integration, IntegrationList] | None)
        for item in page:
            assert_type(item, Integration)

        patch = IntegrationPatch(enabled=False, credential_name=None)
        assert_type(
            losant.integration.patch(
                application_id=application, integration_id=integration, integration=patch
            ),
            Integration,
        )
        config = MqttConfig(protocol="mqtts", host="mq.example", port=8883, password="p")
        post = IntegrationPost(name="Bridge", integration_type="mqtt", mqtt_config=config)
        created = losant.integration.create(application_id=application, integration=post)
        assert_type(created, Integration)
        assert_type(losant.with_options(timeout=Timeout(total=None), retry=1), Losant)
        assert_type(losant.can("integration.patch"), bool)


async def asynchronous(application: str, integration: str) -> None:
    async with AsyncLosant(ask_a_vault_async) as losant:
        assert_type(losant, AsyncLosant)
        ids = losant.integration.get(application_id=application, integration_id=integration)
        assert_type(await ids, Integration)
        reply = await losant.integration.get.with_response(
            application_id=application, integration_id=integration
        )
        assert_type(reply, Reply[Integration])
        pages = losant.integration.list(application_id=application)
        assert_type(pages, AsyncPages[Integration, IntegrationList])
        assert_type(await pages, AsyncPage[Integration, IntegrationList])
        async for item in pages:
            assert_type(item, Integration)
        call = losant.integration.get.call(application_id=application, integration_id=integration)
        assert_type(await losant.send(call), Integration)
        assert_type(losant.with_options(headers={"x-trace": "1"}), AsyncLosant)


def errors(losant: Losant, application: str) -> None:
    try:
        losant.integration.list(application_id=application)
    except APIError as error:
        assert_type(error.status, int)
        assert_type(error.code, str | None)
        assert_type(error.retry_after, float | None)


def mistakes(losant: Losant, asynchronous: AsyncLosant) -> None:
    """Each line is a mistake: a checker that lets one pass finds its comment unused."""
    losant.integration.get(application_id=1, integration_id="x")  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    losant.integration.get(application_id="x")  # type: ignore[call-arg] # pyright: ignore[reportCallIssue]
    losant.integration.get("x", "y")  # type: ignore[call-arg] # pyright: ignore[reportCallIssue]
    losant.integration.get(application_id="x", integration_id="y", colour="red")  # type: ignore[call-arg] # pyright: ignore[reportCallIssue]
    losant.integration.list(application_id="x", sort_direction="up")  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    losant.integration.pause(application_id="x")  # type: ignore[attr-defined] # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
    integrations_sdk.Losantt("token")  # type: ignore[attr-defined] # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
    IntegrationPatch(integration_type="sqs")  # type: ignore[call-arg] # pyright: ignore[reportCallIssue]
    Losant(ask_a_vault_async)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    for _ in asynchronous.integration.list(application_id="x"):  # type: ignore[attr-defined] # pyright: ignore[reportGeneralTypeIssues, reportUnknownVariableType]
        pass


def kinds(optimizeplayer: OptimizePlayer) -> None:
    found = optimizeplayer.integration.get(integration_id=31)
    assert_type(found, AnyIntegration)
    assert_type(found.id, int)
    assert_type(found.created_at_utc, datetime | Unset)
    match found:
        case IntegrationStripe():
            assert_type(found.secret_key, Secret | Unset)
        case IntegrationHtml(url=url):
            assert_type(url, str | Unset)
        case _:
            pass
    for item in optimizeplayer.integration.list():
        assert_type(item, AnyIntegration)
        if isinstance(item, IntegrationAmazon):
            assert_type(item.bucket, str | Unset)
            _ = item.publishable_key  # type: ignore[attr-defined] # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownVariableType]
    optimizeplayer.integration.get(integration_id="31")  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]


async def kinds_later(optimizeplayer: AsyncOptimizePlayer) -> None:
    assert_type(await optimizeplayer.integration.get(integration_id=31), AnyIntegration)
    async for item in optimizeplayer.integration.list():
        assert_type(item, AnyIntegration)
