"""The calls that were received, as a test asks for them."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest
import respx

from integrations_sdk import Losant, NotFoundError, RateLimitError
from integrations_sdk.losant import Integration, IntegrationPatch, MqttConfig
from integrations_sdk.sandbox import SandboxError
from integrations_sdk.sandbox.sandbox import PLATFORMS
from integrations_sdk.testing import LocalSandbox, example, no_sleep, routes
from integrations_sdk.testing.examples import _CALLS
from integrations_sdk.testing.operations import declared, names
from tests.conftest import APPLICATION, INTEGRATION

ONE = {"application_id": APPLICATION, "integration_id": INTEGRATION}
OPERATIONS = [
    (platform.name, name) for platform in PLATFORMS for name in names(platform.name).values()
]


def test_they_are_in_order_with_what_was_sent_and_answered(sandbox: LocalSandbox) -> None:
    broker = MqttConfig(protocol="mqtt", host="mq.example", port=1883, password="pw-SAMPLE-new")
    with sandbox.client(Losant) as losant:
        losant.integration.get(**ONE)
        losant.integration.patch(**ONE, integration=IntegrationPatch(mqtt_config=broker))
    assert sandbox.calls.operations == ["integration.get", "integration.patch"]
    call = sandbox.calls.last
    assert (call.method, call.status, call.platform) == ("PATCH", 200, "losant")
    assert call.path.endswith(INTEGRATION)
    assert call.headers["content-type"] == "application/json"
    assert call.body_as(IntegrationPatch).mqtt_config.host == "mq.example"  # type: ignore[union-attr]
    assert call.answer_as(Integration).integration_type == "mqtt"
    assert "pw-SAMPLE-new" not in repr(call)


def test_they_can_be_narrowed_down(sandbox: LocalSandbox) -> None:
    with sandbox.client(Losant, retry=1) as losant:
        losant.integration.get(**ONE)
        with pytest.raises(NotFoundError):
            losant.integration.get(application_id=APPLICATION, integration_id="0" * 24)
        sandbox.fail_next(status=429)
        with pytest.raises(RateLimitError):
            losant.integration.list(application_id=APPLICATION)
    calls = sandbox.calls
    assert calls.operations[-1] == "integration.list"
    assert len(calls.where("integration.get")) == 2
    assert len(calls.where("integration.get", status=404)) == 1
    assert len(calls.where(fault="status")) == 1
    assert len(calls.where(platform="celigo")) == 0
    assert calls[:2].operations == ["integration.get", "integration.get"]
    assert repr(calls[2:]) == f"<Calls: GET {calls[2].path} -> 429>"
    with pytest.raises(LookupError, match="received no such call"):
        _ = calls.where(method="PUT").last
    assert repr(calls.where(method="PUT")) == "<Calls: none>"


def test_every_operation_of_every_client_has_an_example() -> None:
    for platform in PLATFORMS:
        ours = set(declared(platform.name)) - {"token.request"}  # which clients make by themselves
        assert ours == set(_CALLS[platform.name]) == set(names(platform.name).values())


@pytest.mark.parametrize(("platform", "operation"), OPERATIONS)
def test_an_example_is_a_success_and_can_be_a_route(platform: str, operation: str) -> None:
    found = example(platform, operation)
    assert found.status in found.operation.success
    assert (found.value is None) == (found.operation.returns is type(None)) or found.value is None
    with respx.mock(assert_all_called=False) as router:
        route = routes.add(platform, operation, router=router)
        path = re.sub("{[^}]*}", "575ed78e7ae143cd83dc4aab", found.operation.path)
        answer = httpx.request(found.operation.method, f"https://api.example/v1{path}?a=b")
        assert (answer.status_code, answer.content) == (found.status, found.content)
        assert route.called


def test_routes_are_for_the_default_transport() -> None:
    with respx.mock, Losant("tok-SAMPLE-plain") as losant, no_sleep():
        once = routes.add("losant", "integration.get", status=429, retry_after=3)
        with pytest.raises(RateLimitError) as raised:
            losant.integration.get(**ONE)
        assert raised.value.retry_after == 3
        assert once.call_count == 3
        routes.add("losant", "integration.list", base_url="https://api.losant.com")
        assert losant.integration.list(application_id=APPLICATION).items


def test_what_has_no_example_is_said() -> None:
    with pytest.raises(SandboxError, match="no platform 'lossant'; there are: losant"):
        example("lossant", "integration.get")
    with pytest.raises(SandboxError, match="losant has no operation 'fly'; it has: integration"):
        example("losant", "fly")


def test_all_time_of_calls_is_that_of_the_clock() -> None:
    core = Path(__file__).parents[2] / "integrations_sdk" / "core"
    by_themselves = {
        path.name
        for path in core.glob("*.py")
        if re.search(r"^\s*(import time|from time import)", path.read_text(), re.MULTILINE)
    }
    assert by_themselves == {"clock.py", "outcome.py"}  # that asks for the date
