"""A tour of everything, against a sandbox that it starts itself: `make demo`."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable

from integrations_sdk import (
    AsyncLosant,
    IntegrationsError,
    Losant,
)
from integrations_sdk.losant import IntegrationPatch, IntegrationPost, MqttConfig
from integrations_sdk.sandbox import Sandbox

APPLICATION = "575ec8687ae143cd83dc4a97"
FIRST = "575ed78e7ae143cd83dc4aab"
MISSING = "575ed78e7ae143cd83dc4fff"


def say(step: str, outcome: object) -> None:
    """Print one line of the report."""
    print(f"  {step:<11}{outcome}")


def new_integration(name: str) -> IntegrationPost:
    """Return an integration to create."""
    broker = MqttConfig(protocol="mqtts", host="mq.example", port=8883, password="pw-SAMPLE")
    return IntegrationPost(name=name, integration_type="mqtt", mqtt_config=broker)


def synchronous(losant: Losant) -> None:
    """Go through every operation on the synchronous face."""
    page = losant.integration.list(application_id=APPLICATION, per_page=4)
    say("list", f"{len(page.items)} on the first page, {page.data.total_count} in all")
    for found in page:
        say("", f"{found.id}  {found.integration_type:<14}{found.name}")

    post = new_integration("Packing hall")
    created = losant.integration.create(application_id=APPLICATION, integration=post)
    say("create", f"{created.name}, {created.mqtt_config}")

    reply = losant.integration.get.with_response(
        application_id=APPLICATION, integration_id=created.id
    )
    say("get", f"status {reply.status}, request {reply.request_id}, {reply.elapsed * 1000:.1f} ms")

    patch = IntegrationPatch(name="Packing hall 2", enabled=False)
    changed = losant.integration.patch(
        application_id=APPLICATION, integration_id=created.id, integration=patch
    )
    say("patch", f"now {changed.name!r}, enabled={changed.enabled}")
    gone = losant.integration.delete(application_id=APPLICATION, integration_id=created.id)
    say("delete", gone)


async def asynchronous(losant: AsyncLosant) -> None:
    """Go through every operation on the asynchronous face, ten at a time where that makes sense."""
    created = await asyncio.gather(
        *(
            losant.integration.create(
                application_id=APPLICATION, integration=new_integration(f"Bridge {number}")
            )
            for number in range(10)
        )
    )
    say("create", f"{len(created)} at the same time")
    bridges = losant.integration.list(
        application_id=APPLICATION, filter_field="name", filter="Bridge*", per_page=3
    )
    names = [found.name async for found in bridges]
    say("list", f"{len(names)} that match Bridge*, three to a page")
    first = created[0].id
    found = await losant.integration.get(application_id=APPLICATION, integration_id=first)
    say("get", f"{found.name}, created {found.creation_date}")
    pause = IntegrationPatch(enabled=False)
    paused = await asyncio.gather(
        *(
            losant.integration.patch(
                application_id=APPLICATION, integration_id=one.id, integration=pause
            )
            for one in created
        )
    )
    say("patch", f"{sum(one.enabled is False for one in paused)} paused at the same time")
    gone = await asyncio.gather(
        *(
            losant.integration.delete(application_id=APPLICATION, integration_id=one.id)
            for one in created
        )
    )
    say("delete", f"{sum(one.success for one in gone)} gone")


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


def main() -> int:
    """Start a sandbox and take the tour."""
    with Sandbox() as sandbox:
        token, url = sandbox.token("losant"), sandbox.base_url("losant")
        print(f"Losant at {url}, real sockets and real state\n")
        with Losant(token, base_url=url) as losant:
            print("Synchronous: Losant")
            synchronous(losant)
            print("\nAsynchronous: AsyncLosant")

            async def tour() -> None:
                async with AsyncLosant(token, base_url=url) as client:
                    await asynchronous(client)

            asyncio.run(tour())
            print("\nWhat errors look like")
            errors(sandbox, losant)
    print("\nDone. README.md goes on from here.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
