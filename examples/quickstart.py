"""Read, create, pause and delete integrations of Losant, synchronously.

Set LOSANT_ACCESS_TOKEN first. Without an account, start a sandbox in another terminal:

    python -m integrations_sdk.sandbox --env-file sandbox.env
    set -a; . ./sandbox.env; python examples/quickstart.py
"""

from __future__ import annotations

from integrations_sdk import Losant, NotFoundError, Secret
from integrations_sdk.losant import IntegrationPatch, IntegrationPost, MqttConfig

APPLICATION = "575ec8687ae143cd83dc4a97"


def main() -> None:
    """List, create, pause, rotate a password, delete."""
    with Losant() as losant:
        for found in losant.integration.list(application_id=APPLICATION):
            print(f"{found.id}  {found.integration_type:<13} {found.name}")

        broker = MqttConfig(
            protocol="mqtts", host="mq.example", port=8883, username="bridge", password="first"
        )
        post = IntegrationPost(name="Packing hall", integration_type="mqtt", mqtt_config=broker)
        created = losant.integration.create(application_id=APPLICATION, integration=post)
        print("created", created.id)
        print("its configuration:", created.mqtt_config)  # the password does not show

        pause = IntegrationPatch(enabled=False)
        losant.integration.patch(
            application_id=APPLICATION, integration_id=created.id, integration=pause
        )
        print("paused")

        # A configuration is replaced whole, so change the one that was read.
        if created.mqtt_config:
            created.mqtt_config.password = Secret("second")
            rotate = IntegrationPatch(mqtt_config=created.mqtt_config)
            losant.integration.patch(
                application_id=APPLICATION, integration_id=created.id, integration=rotate
            )
            print("password rotated")

        losant.integration.delete(application_id=APPLICATION, integration_id=created.id)
        try:
            losant.integration.get(application_id=APPLICATION, integration_id=created.id)
        except NotFoundError as error:
            print("deleted:", error)


if __name__ == "__main__":
    main()
