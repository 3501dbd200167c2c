"""Takes the pictures of the documentation: ``python -m tests.inspector.pictures [folder]``."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from integrations_sdk import Celigo, CxEngage, IntegrationsError, Losant, OptimizePlayer, Secret
from integrations_sdk.losant import IntegrationPatch, MqttConfig
from integrations_sdk.sandbox import Sandbox

from ..conftest import APPLICATION, INTEGRATION
from .browser import started

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

FOLDER = Path(__file__).parent.parent.parent / "docs" / "images"
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
WIDE, PHONE = (1280, 800), (390, 844)


def call_all(sandbox: Sandbox) -> None:
    """Make calls that show what there is to see."""
    missing = "575ed78e7ae143cd83dc4fff"
    config = MqttConfig(
        protocol="mqtts",
        host="mq.coldroom.example",
        port=8883,
        username="bridge",
        password=Secret("pw-SAMPLE-of-a-picture"),
    )
    with (
        Losant() as losant,
        Celigo() as celigo,
        CxEngage() as cxengage,
        OptimizePlayer() as optimizeplayer,
        contextlib.suppress(IntegrationsError),
    ):
        list(losant.integration.list(application_id=APPLICATION))
        celigo.token.info()
        list(celigo.integration.list())
        list(optimizeplayer.integration.list())
        optimizeplayer.integration.get(integration_id=31)
        list(cxengage.integration.list(tenant_id="harbor"))
        sandbox.fail_next(status=429, retry_after=0)
        losant.integration.get(application_id=APPLICATION, integration_id=INTEGRATION)
        with contextlib.suppress(IntegrationsError):
            losant.integration.get(application_id=APPLICATION, integration_id=missing)
        for fault in ("lost_answer", None):
            if fault is not None:
                sandbox.fail_next(fault)
            with contextlib.suppress(IntegrationsError):
                losant.integration.patch(
                    application_id=APPLICATION,
                    integration_id=INTEGRATION,
                    integration=IntegrationPatch(mqtt_config=config),
                )


def main(folder: Path) -> None:
    """Take all pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    with Sandbox(port=8787) as sandbox, started() as browser:
        os.environ.update(sandbox.environment())
        call_all(sandbox)
        light, dark, phone, dark_phone = (
            opened(browser, scheme, size) for size in (WIDE, PHONE) for scheme in SCHEMES
        )
        for page in (light, dark, phone, dark_phone):
            page.goto(sandbox.url)
            page.get_by_text("Live").wait_for()
        phone.screenshot(path=folder / "inspector-phone.png")
        for page, name in ((light, "light"), (dark, "dark"), (dark_phone, "phone-dark")):
            page.locator("#calls a").first.click()
            page.get_by_role("heading", level=2).filter(has_text="PATCH").wait_for()
            page.screenshot(path=folder / f"inspector-{name}.png")
        sandbox.fail_next(status=429, retry_after=2, times=3, platform="losant")
        sandbox.fail_next("lost_answer", platform="celigo", operation="integrations.patch")
        light.goto(f"{sandbox.url}/inspector/faults")
        light.screenshot(path=folder / "inspector-faults.png")
        dark.goto(f"{sandbox.url}/inspector/state")
        for summary in ("integrations", "Cold room broker"):
            dark.locator("summary", has_text=summary).first.click()
        dark.screenshot(path=folder / "inspector-state.png")


def opened(browser: Browser, scheme: Literal["light", "dark"], size: tuple[int, int]) -> Page:
    """Return an empty page."""
    return browser.new_page(
        viewport={"width": size[0], "height": size[1]},
        color_scheme=scheme,
        reduced_motion="reduce",
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
