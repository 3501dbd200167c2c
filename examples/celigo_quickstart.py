"""Read, install and update an integration of Celigo integrator.io, synchronously.

Set CELIGO_API_TOKEN first. Without an account, start a sandbox in another terminal:

    python -m integrations_sdk.sandbox --env-file sandbox.env
    set -a; . ./sandbox.env; python examples/celigo_quickstart.py
"""

from __future__ import annotations

from integrations_sdk import Celigo, UnprocessableEntityError
from integrations_sdk.celigo import NewIntegration

CONNECTOR = "57974ed227a82a3475cecb15"  # an integration that a SmartConnector installed


def main() -> None:
    """List, go on with an installation, update what a customer runs, clean up."""
    with Celigo() as celigo:
        for found in celigo.integration.list(limit=3):
            kind = (
                f"SmartConnector {found.version}" if found.is_smart_connector else "do-it-yourself"
            )
            print(f"{found.id}  {kind:<30} {found.name}")

        done = celigo.integration.complete_install_step(integration_id=CONNECTOR)
        print("installed:", done.install_progress)
        if done.next_install_step:
            print("next:", done.next_install_step.kind, done.next_install_step.name)

        # The customer is locked out while the block runs, and let in again whatever happens.
        with celigo.integration.managed_update(integration_id=CONNECTOR) as integration:
            integration.name = "BigCommerce and NetSuite"
        updated = celigo.integration.get(integration_id=CONNECTOR)
        print("updated:", updated.name, updated.version, "locked:", updated.is_locked)

        created = celigo.integration.create(integration=NewIntegration(name="Orders to ledger"))
        clone = celigo.integration.clone(integration_id=created.id)
        print("cloned", created.id, "as", clone.id)
        for integration_id in (created.id, clone.id):
            celigo.integration.delete(integration_id=integration_id)

        try:
            celigo.integration.create(integration=NewIntegration(name="x" * 101))
        except UnprocessableEntityError as error:
            print("refused:", error.message)


if __name__ == "__main__":
    main()
