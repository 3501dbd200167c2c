"""Losant's own client from PyPI, unchanged, against the sandbox."""

from typing import Any

import pytest
from losant_rest import Client, LosantError

from integrations_sdk.sandbox import Sandbox

from .facts import APPLICATION, INTEGRATION, UNKNOWN, integration


@pytest.fixture
def client(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("NO_PROXY", "*")
    return Client(auth_token=sandbox.token("losant"), url=sandbox.base_url("losant"))


def test_it_lists(client: Any) -> None:
    page = client.integrations.get(
        applicationId=APPLICATION, sortField="name", sortDirection="desc", page=0, perPage=2
    )
    assert [item["name"] for item in page["items"]] == ["Harbour weather", "Gate queue"]
    assert (page["count"], page["totalCount"]) == (2, 6)


def test_it_filters(client: Any) -> None:
    page = client.integrations.get(
        applicationId=APPLICATION, filterField="integrationType", filter="mqtt"
    )
    assert [item["id"] for item in page["items"]] == [INTEGRATION]


def test_it_creates_gets_patches_and_deletes(client: Any) -> None:
    made = client.integrations.post(applicationId=APPLICATION, integration=integration("sqs"))
    ids = {"applicationId": APPLICATION, "integrationId": made["integrationId"]}
    assert client.integration.get(**ids) == made

    patched = client.integration.patch(**ids, integration={"enabled": False, "topics": ["a"]})
    assert (patched["enabled"], patched["topics"]) == (False, ["a"])
    assert patched["sqsConfig"] == made["sqsConfig"]

    assert client.integration.delete(**ids, includeWorkflows=True) == {"success": True}
    with pytest.raises(LosantError) as caught:
        client.integration.get(**ids)
    assert caught.value.status == 404


def test_it_turns_hypermedia_off(client: Any) -> None:
    found = client.integration.get(
        applicationId=APPLICATION, integrationId=INTEGRATION, _links=False
    )
    assert "_links" not in found


@pytest.mark.parametrize(
    ("application", "key", "status", "kind"),
    [
        (APPLICATION, UNKNOWN, 404, "NotFound"),
        (UNKNOWN, INTEGRATION, 404, "NotFound"),
        (APPLICATION, "1", 400, "Validation"),
    ],
)
def test_it_raises_its_own_error_with_the_platforms_type(
    client: Any, application: str, key: str, status: int, kind: str
) -> None:
    with pytest.raises(LosantError) as caught:
        client.integration.get(applicationId=application, integrationId=key)
    assert (caught.value.status, caught.value.data["type"]) == (status, kind)


def test_it_hears_of_a_bad_body(client: Any) -> None:
    with pytest.raises(LosantError) as caught:
        client.integrations.post(applicationId=APPLICATION, integration={"name": "x"})
    assert caught.value.data["message"] == "integrationType is required"


def test_it_hears_of_a_missing_token(client: Any) -> None:
    client.auth_token = None
    with pytest.raises(LosantError) as caught:
        client.integrations.get(applicationId=APPLICATION)
    assert (caught.value.status, caught.value.data["type"]) == (401, "Unauthorized")
