"""Give the MQTT broker of every customer a new password.

Each customer is an application of Losant. What has its new password already is left alone, so a
rotation that was interrupted is simply run again, with the same passwords.

    python -m integrations_sdk.sandbox --env-file sandbox.env      # in another terminal
    set -a; . ./sandbox.env
    ROTATION_KEY=something-long python examples/rotate_credentials/rotation.py
"""

from __future__ import annotations

import hashlib
import hmac
import os
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from integrations_sdk import (
    AuthenticationError,
    IntegrationsError,
    Losant,
    MissingScopeError,
    PermissionDeniedError,
    Secret,
)
from integrations_sdk.losant import IntegrationPatch, MqttConfig

CUSTOMERS = ("575ec8687ae143cd83dc4a97", "575ec8687ae143cd83dc4a98")

_FOR_ALL = (AuthenticationError, MissingScopeError, PermissionDeniedError)
"""Errors of no customer's making: the others would meet them as well."""

NewPassword = Callable[[str], Secret]
"""From an integration's id to its new password: the same one each time, for one rotation."""


@dataclass
class Report:
    """What became of each broker, by the ids of integrations."""

    rotated: list[str] = field(default_factory=list[str])
    unchanged: list[str] = field(default_factory=list[str])
    failed: dict[str, str] = field(default_factory=dict[str, str])


def rotate(losant: Losant, customers: Iterable[str], new_password: NewPassword) -> Report:
    """Give every broker its new password, and report what became of each.

    Raises:
        AuthenticationError: When the token is refused.
        MissingScopeError: When the token may not write.
        PermissionDeniedError: When Losant says so.
    """
    report = Report()
    for customer in customers:
        try:
            brokers = _brokers(losant, customer)
        except _FOR_ALL:
            raise
        except IntegrationsError as error:
            report.failed[customer] = str(error)
            continue
        for broker, config in brokers.items():
            try:
                was_written = _rotate_one(losant, customer, broker, config, new_password(broker))
            except _FOR_ALL:
                raise
            except IntegrationsError as error:
                report.failed[broker] = str(error)
            else:
                (report.rotated if was_written else report.unchanged).append(broker)
    return report


def _brokers(losant: Losant, customer: str) -> dict[str, MqttConfig]:
    """Return the configuration of each broker of a customer, by its integration's id."""
    return {
        found.id: found.mqtt_config
        for found in losant.integration.list(application_id=customer)
        if isinstance(found.mqtt_config, MqttConfig)
    }


def _rotate_one(
    losant: Losant, customer: str, broker: str, config: MqttConfig, password: Secret
) -> bool:
    """Give a broker its password; False when it has it already."""
    if config.password == password:
        return False
    config.password = password
    _write(losant, customer, broker, config)
    return True


def _write(losant: Losant, customer: str, integration: str, config: MqttConfig) -> None:
    """Write a broker's configuration, which a patch replaces whole; look if an answer was lost."""
    call = losant.integration.patch.call(
        application_id=customer,
        integration_id=integration,
        integration=IntegrationPatch(mqtt_config=config),
    )
    try:
        losant.send(call)
    except IntegrationsError as error:
        if not error.ambiguous:
            raise
        if not losant.check(call).took_effect:
            losant.send(call)  # the same password as before: to write it twice does no harm


def derived_from(key: str) -> NewPassword:
    """Return passwords that are made of a key, as a vault would keep them."""

    def new_password(integration: str) -> Secret:
        return Secret(hmac.new(key.encode(), integration.encode(), hashlib.sha256).hexdigest())

    return new_password


def main(customers: Iterable[str]) -> int:
    """Rotate, say what became of it, and return the exit code."""
    with Losant() as losant:
        report = rotate(losant, customers, derived_from(os.environ["ROTATION_KEY"]))
    print(f"{len(report.rotated)} rotated, {len(report.unchanged)} unchanged")
    for name, reason in report.failed.items():
        print(f"{name}: {reason}", file=sys.stderr)
    return 1 if report.failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or CUSTOMERS))
