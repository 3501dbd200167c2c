"""Tests of the rotation against the sandbox, by the fixtures of integrations_sdk.testing.

pip install 'integrations-sdk[testing]'
pytest examples/rotate_credentials
"""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from rotation import CUSTOMERS, derived_from, main, rotate

from integrations_sdk import AuthenticationError, Losant, MissingScopeError
from integrations_sdk.losant import MqttConfig
from integrations_sdk.testing import FaultKind, LocalSandbox, PassingTime

NEW = derived_from("the key of this rotation")
BROKER, OTHER_BROKER = "575ed78e7ae143cd83dc4aab", "575ed78e7ae143cd83dc4ab1"


def config(losant: Losant, customer: str = CUSTOMERS[0], broker: str = BROKER) -> MqttConfig:
    """Return the broker's configuration as it is on the platform now."""
    found = losant.integration.get(application_id=customer, integration_id=broker).mqtt_config
    assert isinstance(found, MqttConfig)
    return found


def test_every_broker_of_every_customer_gets_its_password(losant_client: Losant) -> None:
    report = rotate(losant_client, CUSTOMERS, NEW)
    assert report.rotated == [BROKER, OTHER_BROKER]
    assert not report.failed
    assert config(losant_client).password == NEW(BROKER)
    assert config(losant_client, CUSTOMERS[1], OTHER_BROKER).password == NEW(OTHER_BROKER)


def test_the_rest_of_the_configuration_stays(losant_client: Losant) -> None:
    before = config(losant_client)
    rotate(losant_client, CUSTOMERS, NEW)
    before.password = NEW(BROKER)
    assert config(losant_client) == before


def test_a_second_run_writes_nothing(
    integrations_sandbox: LocalSandbox, losant_client: Losant
) -> None:
    rotate(losant_client, CUSTOMERS, NEW)
    again = rotate(losant_client, CUSTOMERS, NEW)
    assert (again.rotated, again.unchanged) == ([], [BROKER, OTHER_BROKER])
    assert len(integrations_sandbox.calls.where("integration.patch")) == 2


def test_it_waits_when_it_is_told_to(
    integrations_sandbox: LocalSandbox, losant_client: Losant, integrations_no_sleep: PassingTime
) -> None:
    integrations_sandbox.fail_next(status=429, retry_after=20)
    assert rotate(losant_client, CUSTOMERS, NEW).rotated == [BROKER, OTHER_BROKER]
    assert integrations_no_sleep.waits == [20]


def test_a_write_that_came_too_soon_is_left_to_the_next_run(
    integrations_sandbox: LocalSandbox, losant_client: Losant
) -> None:
    integrations_sandbox.fail_next(status=429, retry_after=20, method="PATCH")
    first = rotate(losant_client, CUSTOMERS, NEW)
    assert (list(first.failed), first.rotated) == ([BROKER], [OTHER_BROKER])
    second = rotate(losant_client, CUSTOMERS, NEW)
    assert (second.rotated, second.unchanged) == ([BROKER], [OTHER_BROKER])


@pytest.mark.parametrize(("kind", "writes"), [("lost_answer", 1), ("lost_request", 2)])
def test_a_lost_answer_is_looked_into_and_no_more_is_written_than_needed(
    integrations_sandbox: LocalSandbox, losant_client: Losant, kind: FaultKind, writes: int
) -> None:
    integrations_sandbox.fail_next(kind, method="PATCH")
    report = rotate(losant_client, CUSTOMERS[:1], NEW)
    assert report.rotated == [BROKER]
    assert config(losant_client).password == NEW(BROKER)
    assert len(integrations_sandbox.calls.where("integration.patch")) == writes


def test_a_customer_who_cannot_be_reached_does_not_stop_the_others(
    integrations_sandbox: LocalSandbox, losant_client: Losant, integrations_no_sleep: PassingTime
) -> None:
    integrations_sandbox.fail_next(status=503, method="GET", times=3)
    report = rotate(losant_client, CUSTOMERS, NEW)
    assert list(report.failed) == [CUSTOMERS[0]]
    assert report.rotated == [OTHER_BROKER]
    assert len(integrations_no_sleep.waits) == 2


def test_a_token_that_expired_ends_it(
    integrations_sandbox: LocalSandbox, losant_client: Losant
) -> None:
    integrations_sandbox.fail_next("expired_token")
    with pytest.raises(AuthenticationError):
        rotate(losant_client, CUSTOMERS, NEW)


def test_a_token_that_expired_is_replaced_where_there_is_another(
    integrations_sandbox: LocalSandbox,
) -> None:
    def provide() -> Iterator[str]:
        for lifetime in (60, 120):
            yield integrations_sandbox.token("losant", expires_in=lifetime)

    tokens = provide()
    integrations_sandbox.fail_next("expired_token")
    with integrations_sandbox.client(Losant, lambda: next(tokens)) as losant:
        assert rotate(losant, CUSTOMERS, NEW).rotated == [BROKER, OTHER_BROKER]


def test_a_token_that_may_not_write_is_told_before_anything_is_written(
    integrations_sandbox: LocalSandbox,
) -> None:
    reader = integrations_sandbox.token("losant", scopes=["all.Application.read"])
    with (
        integrations_sandbox.client(Losant, reader) as losant,
        pytest.raises(MissingScopeError),
    ):
        rotate(losant, CUSTOMERS, NEW)
    assert integrations_sandbox.calls.operations == ["integration.list"]


def test_no_password_is_in_the_records(
    integrations_sandbox: LocalSandbox, losant_client: Losant
) -> None:
    rotate(losant_client, CUSTOMERS, NEW)
    written = integrations_sandbox.calls.where("integration.patch")[0]
    assert NEW(BROKER).reveal() not in repr(written)
    assert '"******"' in json.dumps(written.body)


@pytest.mark.usefixtures("integrations_environment")
def test_the_program_says_what_it_did(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ROTATION_KEY", "the key of this rotation")
    assert main(CUSTOMERS) == 0
    assert capsys.readouterr().out == "2 rotated, 0 unchanged\n"
