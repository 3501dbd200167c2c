"""What the pages show, to whom, and what they never show."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

import httpx
import pytest

from integrations_sdk import Celigo, Losant
from integrations_sdk.losant import IntegrationPatch, MqttConfig
from integrations_sdk.sandbox import Sandbox

from ..conftest import APPLICATION, INTEGRATION
from .conftest import Visitor

PAGES = ("/", "/inspector/calls/1", "/inspector/faults", "/inspector/state")
SECRET = "pw-SAMPLE-of-the-inspector"


def rotate(sandbox: Sandbox) -> int:
    """Make a call that has a secret in its request and in its answer, and return its number."""
    config = MqttConfig(protocol="mqtt", host="mq.example", port=1883, password=SECRET)
    with Losant() as losant:
        losant.integration.patch(
            application_id=APPLICATION,
            integration_id=INTEGRATION,
            integration=IntegrationPatch(mqtt_config=config),
        )
    return sandbox.journal.entries()[-1].number


def test_the_front_page_lists_the_newest_call_first(sandbox: Sandbox, visitor: Visitor) -> None:
    rotate(sandbox)
    with Celigo() as celigo:
        celigo.token.info()
    said = re.findall('data-said="([^"]+)"', visitor.see("/").partition('id="calls"')[2])
    assert said[:2] == [
        "GET /celigo/v1/tokenInfo, 200 OK",
        f"PATCH /losant/applications/{APPLICATION}/integrations/{INTEGRATION}, 200 OK",
    ]


def test_a_call_shows_both_ways_without_its_secrets(sandbox: Sandbox, visitor: Visitor) -> None:
    page = visitor.see(f"/inspector/calls/{rotate(sandbox)}")
    assert page.count("mq.example") == 4  # request, answer, as curl, as Python
    assert "authorization" in page
    assert "******" in page
    assert SECRET not in page
    assert sandbox.token("losant").rpartition(".")[0].partition(".")[2] not in page


def test_no_page_shows_a_secret_of_the_data(sandbox: Sandbox, visitor: Visitor) -> None:
    rotate(sandbox)
    page = visitor.see("/inspector/state")
    assert "Cold room broker" in page
    assert SECRET not in page
    assert not re.search("(cs|key|pw|sk|st|tok|tw|us|ps)-SAMPLE", page)


def test_what_was_sent_never_becomes_markup(sandbox: Sandbox, visitor: Visitor) -> None:
    attack = "<script>alert(1)</script>"
    httpx.get(f"{sandbox.url}/losant/{attack}'\"><img>", params={"page": attack}, trust_env=False)
    with Celigo() as celigo:
        from integrations_sdk.celigo import NewIntegration

        celigo.integration.create(integration=NewIntegration(name=attack, readme="'\"><img>"))
    last = sandbox.journal.entries()[-1].number
    pages = [*PAGES, f"/inspector/calls/{last}", f"/inspector/calls/{last - 1}"]
    for page in [visitor.see(path, text=attack) for path in pages if path != PAGES[1]]:
        assert "<script>alert" not in page
        assert "<img" not in page


def test_a_list_is_filtered_by_platform_and_by_words(sandbox: Sandbox, visitor: Visitor) -> None:
    rotate(sandbox)
    with Celigo() as celigo:
        celigo.token.info()

    def listed(**query: str) -> int:
        return visitor.see("/", **query).count("<li>")

    assert listed() == 2
    assert listed(platform="celigo") == 1
    assert listed(text="patch 200") == 1
    assert listed(text="PATCH 404") == 0
    assert listed(platform="celigo", text="patch") == 0
    assert "None of the calls" in visitor.see("/", text="nothing like that")


def test_looking_is_in_no_journal(sandbox: Sandbox, visitor: Visitor) -> None:
    for path in ("/", "/inspector/state", "/inspector/inspector.css"):
        visitor.see(path)
    visitor.press("/inspector/faults/clear")
    assert sandbox.journal.entries() == []


def test_a_fault_befalls_no_page(sandbox: Sandbox, visitor: Visitor) -> None:
    sandbox.fail_next(status=503)
    visitor.see("/")
    assert sandbox.faults.pending()


@pytest.mark.parametrize("path", ["/inspector/calls/99999", "/inspector/nothing", "/inspector/a/b"])
def test_what_is_not_there_is_not_found(sandbox: Sandbox, path: str) -> None:
    assert httpx.get(sandbox.url + path, trust_env=False).status_code == 404


def test_no_page_asks_anything_of_another_host(sandbox: Sandbox, visitor: Visitor) -> None:
    rotate(sandbox)
    for path in (PAGES[0], *PAGES[2:], f"/inspector/calls/{sandbox.journal.entries()[-1].number}"):
        answer = httpx.get(sandbox.url + path, trust_env=False)
        links = re.findall(r'(?:src|href|action)="([^"]*)"', answer.text)
        assert links
        assert all(re.match("[/#][^/]", f"{link} ") for link in links), links
        assert "style=" not in answer.text
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["cache-control"] == "no-store"
        assert "access-control-allow-origin" not in answer.headers
    assert "@import" not in visitor.see("/inspector/inspector.css")
    assert "url(" not in visitor.see("/inspector/inspector.css")


@pytest.mark.parametrize("path", ["/", "/inspector/state", "/inspector/events"])
@pytest.mark.parametrize("header", ["Host", "Origin"])
def test_another_name_is_refused(sandbox: Sandbox, path: str, header: str) -> None:
    value = {"Host": "rebound.example", "Origin": "http://rebound.example"}[header]
    answer = httpx.get(sandbox.url + path, headers={header: value}, trust_env=False)
    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("127.0.0.1", 200),
        ("::1", 200),
        ("::ffff:127.0.0.1", 200),
        ("192.0.2.7", 403),
        ("2001:db8::7", 403),
        ("::ffff:192.0.2.7", 403),
    ],
)
def test_other_machines_see_nothing(sandbox: Sandbox, address: str, status: int) -> None:
    transport = httpx.ASGITransport(sandbox.app, client=(address, 40000))

    async def look() -> int:
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            return (await client.get("/")).status_code

    import asyncio

    assert asyncio.run(look()) == status


class Outline(HTMLParser):
    """What a page is made of, as far as somebody who cannot see it is concerned."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.controls: list[dict[str, str | None]] = []
        self.labels: set[str | None] = set()
        self.ids: list[str] = []
        self.open: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        self.tags.append(tag)
        self.ids += [value for name, value in attrs if name == "id" and value]
        if tag == "label":
            self.labels.add(attributes["for"])
        if tag in {"input", "select"} and attributes.get("type") != "hidden":
            self.controls.append(attributes)
        if tag not in {"input", "link", "meta"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("path", [PAGES[0], *PAGES[2:]])
def test_a_page_is_told_by_landmarks_and_labels(
    sandbox: Sandbox, visitor: Visitor, path: str
) -> None:
    rotate(sandbox)
    sandbox.fail_next(status=503)
    outline = Outline(visitor.see(path))
    assert not outline.open, "an element is not closed"
    for landmark in ("header", "nav", "main", "h1"):
        assert outline.tags.count(landmark) == 1
    assert len(outline.ids) == len(set(outline.ids))
    assert {control["id"] for control in outline.controls} <= outline.labels


def test_the_state_is_what_the_platforms_would_answer(sandbox: Sandbox, visitor: Visitor) -> None:
    with Losant() as losant:
        losant.integration.delete(application_id=APPLICATION, integration_id=INTEGRATION)
    page = visitor.see("/inspector/state")
    assert "Cold room broker" not in page
    assert "7 records" in page
    assert json.dumps("Dock events") in page.replace("&quot;", '"')
