"""List, set and rotate integrations of CxEngage, synchronously and asynchronously.

Set CXENGAGE_TOKEN first, or CXENGAGE_CLIENT_ID and CXENGAGE_CLIENT_SECRET. Without an account,
start a sandbox in another terminal:

    python -m integrations_sdk.sandbox --env-file sandbox.env
    set -a; . ./sandbox.env; python examples/cxengage_quickstart.py
"""

from __future__ import annotations

import asyncio

from integrations_sdk import AsyncCxEngage, CxEngage, NotFoundError, Secret
from integrations_sdk.cxengage import Twilio

TENANT = "harbor"


def main() -> None:
    """List, set, rotate a password, look for what is not there."""
    with CxEngage() as cxengage:
        for found in cxengage.integration.list(tenant_id=TENANT):
            print(f"{found.id:<14} {type(found).__name__}")

        twilio = Twilio(account="AC0123456789", password="first")
        cxengage.integration.set(tenant_id=TENANT, integration=twilio)
        print("set:", twilio)  # the password does not show

        # An integration is replaced whole, so change the one that was read.
        read = cxengage.integration.get(tenant_id=TENANT, integration_id="twilio")
        if isinstance(read, Twilio):
            read.password = Secret("second")
            cxengage.integration.set(tenant_id=TENANT, integration=read)
            print("password rotated")

        try:
            cxengage.integration.get(tenant_id="nowhere", integration_id="twilio")
        except NotFoundError as error:
            print(error)


async def main_async() -> None:
    """List again, asynchronously."""
    async with AsyncCxEngage() as cxengage:
        async for found in cxengage.integration.list(tenant_id=TENANT):
            print("asynchronously:", found.id)


if __name__ == "__main__":
    main()
    asyncio.run(main_async())
