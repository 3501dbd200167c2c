"""Read the integrations of an OptimizePlayer account, and tell their kinds apart.

Set OPTIMIZEPLAYER_API_KEY first. Without an account, start a sandbox in another terminal:

    python -m integrations_sdk.sandbox --env-file sandbox.env
    set -a; . ./sandbox.env; python examples/optimizeplayer_quickstart.py
"""

from __future__ import annotations

from integrations_sdk import NotFoundError, OptimizePlayer
from integrations_sdk.optimizeplayer import (
    AnyIntegration,
    IntegrationAmazon,
    IntegrationPaypal,
    IntegrationStripe,
)


def describe(integration: AnyIntegration) -> str:
    """Say what an integration is for."""
    match integration:
        case IntegrationAmazon():
            return f"keeps films in the bucket {integration.bucket}"
        case IntegrationPaypal() | IntegrationStripe():
            return "takes payments"
        case _:
            return f"is of type {integration.type}"


def main() -> None:
    """List all, read one, and look for one that is not there."""
    with OptimizePlayer() as optimizeplayer:
        listed = optimizeplayer.integration.list()
        for integration in listed:
            print(f"{integration.id}  {integration.title} {describe(integration)}")

        if listed.items:
            found = optimizeplayer.integration.get(integration_id=listed.items[0].id)
            print("created", found.created_at_utc, "if OptimizePlayer's clock runs in UTC")

        try:
            optimizeplayer.integration.get(integration_id=999_999)
        except NotFoundError as error:
            print(error)


if __name__ == "__main__":
    main()
