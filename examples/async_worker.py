"""An asyncio worker that looks after several applications at once.

It lists each application's integrations concurrently, and reports those that are paused or have
lost their connection. Ctrl-C stops it at once.

    python -m integrations_sdk.sandbox --env-file sandbox.env      # in another terminal
    set -a; . ./sandbox.env
    python examples/async_worker.py 575ec8687ae143cd83dc4a97 575ec8687ae143cd83dc4a98
"""

from __future__ import annotations

import asyncio
import sys

from integrations_sdk import AsyncLosant, IntegrationsError


async def look_after(losant: AsyncLosant, application: str) -> list[str]:
    """Return what deserves a look in one application."""
    findings: list[str] = []
    try:
        async for found in losant.integration.list(application_id=application):
            if found.enabled is False:
                findings.append(f"{found.name}: paused")
            elif found.status and found.status.disconnect_info and found.status.disconnect_info.ts:
                findings.append(f"{found.name}: connection lost")
    except IntegrationsError as error:
        findings.append(f"cannot be listed: {error}")
    return findings


async def main(applications: list[str]) -> None:
    """Look after all applications at the same time, over one client."""
    async with AsyncLosant(timeout=20) as losant:
        reports = await asyncio.gather(*(look_after(losant, one) for one in applications))
    for application, findings in zip(applications, reports, strict=True):
        print(application, *(findings or ["all well"]), sep="\n  ")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:] or ["575ec8687ae143cd83dc4a97"]))
