"""A tour of everything, against a sandbox that it starts itself: `make demo`."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable

from integrations_sdk import (
    AsyncCeligo,
    AsyncCxEngage,
    AsyncLosant,
    AsyncOptimizePlayer,
    AsyncPolis,
    Celigo,
    CxEngage,
    IntegrationsError,
    Losant,
    OptimizePlayer,
    Polis,
    Secret,
)
from integrations_sdk.celigo import CloneRequest, NewIntegration
from integrations_sdk.cxengage import Twilio
from integrations_sdk.losant import IntegrationPatch, IntegrationPost, MqttConfig
from integrations_sdk.sandbox import Sandbox

APPLICATION = "575ec8687ae143cd83dc4a97"  # of Losant
FIRST = "575ed78e7ae143cd83dc4aab"
MISSING = "575ed78e7ae143cd83dc4fff"
CONNECTOR = "57974ed227a82a3475cecb15"  # an integration of Celigo that a SmartConnector installed
CLIENT, CUSTOMER = "doorbell-sync", "3f1d8c52-7a40-4a63-9b0e-2a64d1c7e915"  # of Polis
TENANT = "harbor"  # of CxEngage


def say(step: str, outcome: object) -> None:
    """Print one line of the report."""
    print(f"  {step:<15}{outcome}")


def new_broker(name: str) -> IntegrationPost:
    """Return an integration of Losant to create."""
    broker = MqttConfig(protocol="mqtts", host="mq.example", port=8883, password="pw-SAMPLE")
    return IntegrationPost(name=name, integration_type="mqtt", mqtt_config=broker)


def losant_tour(losant: Losant) -> None:
    """Go through every operation of Losant, synchronously."""
    page = losant.integration.list(application_id=APPLICATION, per_page=4)
    say("list", f"{len(page.items)} on the first page, {page.data.total_count} in all")
    for found in page:
        say("", f"{found.id}  {found.integration_type:<14}{found.name}")
    post = new_broker("Packing hall")
    created = losant.integration.create(application_id=APPLICATION, integration=post)
    say("create", f"{created.name}, {created.mqtt_config}")
    reply = losant.integration.get.with_response(
        application_id=APPLICATION, integration_id=created.id
    )
    say("get", f"status {reply.status}, request {reply.request_id}, {reply.elapsed * 1000:.1f} ms")
    pause = IntegrationPatch(name="Packing hall 2", enabled=False)
    changed = losant.integration.patch(
        application_id=APPLICATION, integration_id=created.id, integration=pause
    )
    say("patch", f"now {changed.name!r}, enabled={changed.enabled}")
    gone = losant.integration.delete(application_id=APPLICATION, integration_id=created.id)
    say("delete", gone)


def celigo_tour(celigo: Celigo) -> None:
    """Go through every operation of Celigo, synchronously."""
    say("list", [found.name for found in celigo.integration.list()])
    created = celigo.integration.create(integration=NewIntegration(name="Orders to ledger"))
    found = celigo.integration.get(integration_id=created.id)
    found.readme = "Nightly posting of paid orders."
    updated = celigo.integration.update(integration_id=found.id, integration=found)
    say("update", f"{updated.name}: {updated.readme}")
    request = CloneRequest(name="Orders to ledger (test)")
    clone = celigo.integration.clone(integration_id=found.id, request=request)
    say("clone", clone.id)
    celigo.integration.delete(integration_id=clone.id)
    say("delete", "the clone is gone")
    installing = celigo.integration.get(integration_id=CONNECTOR)
    upcoming = installing.next_install_step
    say("install", f"{installing.install_progress} steps, next: {upcoming and upcoming.name}")
    done = celigo.integration.complete_install_step(integration_id=CONNECTOR)
    say("", f"{done.install_progress} steps")
    with celigo.integration.managed_update(integration_id=CONNECTOR) as connector:
        connector.readme = "Updated while its user was locked out."
    after = celigo.integration.get(integration_id=CONNECTOR)
    say("managed_update", f"version {after.version}, locked: {after.is_locked}")


def polis_tour(polis: Polis) -> None:
    """Set and delete credentials of Polis, synchronously."""
    token = Secret("tok-SAMPLE")
    receipt = polis.credentials.set(client_id=CLIENT, customer_id=CUSTOMER, access_token=token)
    say("set", receipt)
    polis.credentials.delete(client_id=CLIENT, customer_id=CUSTOMER, etag=receipt.etag)
    say("delete", "the integration pushes no longer")


def optimizeplayer_tour(player: OptimizePlayer) -> None:
    """Read integrations of OptimizePlayer, synchronously."""
    found = list(player.integration.list())
    say("list", f"{len(found)} of {len({type(one) for one in found})} kinds")
    say("get", player.integration.get(integration_id=found[0].id))


def cxengage_tour(cxengage: CxEngage) -> None:
    """Set and read integrations of CxEngage, synchronously."""
    twilio = Twilio(account="AC-SAMPLE", password="tw-SAMPLE")
    say("set", cxengage.integration.set(tenant_id=TENANT, integration=twilio))
    say("get", cxengage.integration.get(tenant_id=TENANT, integration_id="salesforce"))
    say("list", [found.id for found in cxengage.integration.list(tenant_id=TENANT)])


async def losant_async(losant: AsyncLosant) -> None:
    """Go through every operation of Losant, ten at a time where that makes sense."""
    say("Losant", "")
    posts = [new_broker(f"Bridge {number}") for number in range(10)]
    resource = losant.integration
    created = await asyncio.gather(
        *(resource.create(application_id=APPLICATION, integration=post) for post in posts)
    )
    say("create", f"{len(created)} at the same time")
    bridges = resource.list(
        application_id=APPLICATION, filter_field="name", filter="Bridge*", per_page=3
    )
    say("list", f"{len([found async for found in bridges])} that match Bridge*, three to a page")
    found = await resource.get(application_id=APPLICATION, integration_id=created[0].id)
    say("get", found.name)
    for one in created:
        pause = IntegrationPatch(enabled=False)
        await resource.patch(application_id=APPLICATION, integration_id=one.id, integration=pause)
        await resource.delete(application_id=APPLICATION, integration_id=one.id)
    say("patch", "all paused, one after the other")
    say("delete", "all gone")


async def others_async(sandbox: Sandbox) -> None:
    """Go through the other platforms, asynchronously."""
    async with AsyncCeligo(sandbox.token("celigo"), base_url=sandbox.base_url("celigo")) as celigo:
        async with celigo.integration.managed_update(integration_id=CONNECTOR) as connector:
            connector.name = "BigCommerce - NetSuite"
        updated = await celigo.integration.get(integration_id=CONNECTOR)
        say("Celigo", f"{updated.name}, version {updated.version}")
    async with AsyncPolis(sandbox.token("polis"), base_url=sandbox.base_url("polis")) as polis:
        receipt = await polis.credentials.set(
            client_id=CLIENT, customer_id=CUSTOMER, access_token=Secret("tok-SAMPLE")
        )
        say("Polis", receipt)
    async with AsyncOptimizePlayer(
        sandbox.token("optimizeplayer"), base_url=sandbox.base_url("optimizeplayer")
    ) as player:
        titles = [found.title async for found in player.integration.list()]
        say("OptimizePlayer", f"{len(titles)}, the first is {titles[0]!r}")
    async with AsyncCxEngage(
        sandbox.token("cxengage"), base_url=sandbox.base_url("cxengage")
    ) as cxengage:
        found = await cxengage.integration.get(tenant_id=TENANT, integration_id="twilio")
        say("CxEngage", found)


def errors(sandbox: Sandbox, losant: Losant) -> None:
    """Make the mistakes that everybody makes, and show what a person reads then."""
    url = sandbox.base_url("losant")
    wrong_token = Losant("tok-SAMPLE-wrong", base_url=url)
    reader = Losant(sandbox.token("losant", scopes=["all.Application.read"]), base_url=url)
    offline = Losant("tok-SAMPLE", base_url="http://127.0.0.1:9", retry=2)
    mistakes: list[Callable[[], object]] = [
        lambda: Losant(base_url=url),
        lambda: losant.integration.get(application_id=APPLICATION, integration_id="my-broker"),
        lambda: reader.integration.delete(application_id=APPLICATION, integration_id=FIRST),
        lambda: wrong_token.integration.get(application_id=APPLICATION, integration_id=FIRST),
        lambda: losant.integration.get(application_id=APPLICATION, integration_id=MISSING),
        lambda: losant.integration.patch(
            application_id=APPLICATION, integration_id=FIRST, integration=IntegrationPatch(name="")
        ),
        lambda: offline.integration.get(application_id=APPLICATION, integration_id=FIRST),
    ]
    for mistake in mistakes:
        try:
            mistake()
        except IntegrationsError as error:
            say(type(error).__name__, f"\n    {error}")
    for client in (wrong_token, reader, offline):
        client.close()


async def asynchronous(sandbox: Sandbox) -> None:
    """Take the asynchronous part of the tour."""
    token, url = sandbox.token("losant"), sandbox.base_url("losant")
    async with AsyncLosant(token, base_url=url) as losant:
        await losant_async(losant)
    await others_async(sandbox)


def main() -> int:
    """Start a sandbox and take the tour."""
    with Sandbox() as sandbox:

        def at(platform: str) -> tuple[str, str]:
            return sandbox.token(platform), sandbox.base_url(platform)

        print(f"The sandbox is at {sandbox.url}: five platforms, real sockets, real state\n")
        (token, url) = at("losant")
        with Losant(token, base_url=url) as losant:
            print("Losant")
            losant_tour(losant)
            (token, url) = at("celigo")
            with Celigo(token, base_url=url) as celigo:
                print("\nCeligo")
                celigo_tour(celigo)
            (token, url) = at("polis")
            with Polis(token, base_url=url) as polis:
                print("\nPolis")
                polis_tour(polis)
            (token, url) = at("optimizeplayer")
            with OptimizePlayer(token, base_url=url) as player:
                print("\nOptimizePlayer")
                optimizeplayer_tour(player)
            (token, url) = at("cxengage")
            with CxEngage(token, base_url=url) as cxengage:
                print("\nCxEngage")
                cxengage_tour(cxengage)
            print("\nAsynchronously")
            asyncio.run(asynchronous(sandbox))
            print("\nWhat errors look like")
            errors(sandbox, losant)
    print("\nDone. README.md goes on from here.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
