"""The pages in a browser: what a person clicks, and what comes of it."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from integrations_sdk import AmbiguousWriteError, Celigo, InternalServerError, Losant
from integrations_sdk.losant import IntegrationPatch
from integrations_sdk.sandbox import Sandbox

from ..conftest import APPLICATION, INTEGRATION
from .browser import executable, started

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Route

PATHS = ("/", "/inspector/calls/1", "/inspector/faults", "/inspector/state")
PATIENCE = 20_000.0  # milliseconds
PHONE = {"width": 390, "height": 844}
OPTIONS: dict[str, Any] = {"application_id": APPLICATION, "integration_id": INTEGRATION}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if importlib.util.find_spec("playwright") is None:
        pytest.skip("NOT TESTED: the inspector in a browser, for there is no playwright")
    if executable() is None:
        pytest.skip("NOT TESTED: the inspector in a browser, for there is no chromium")
    from playwright.sync_api import expect

    expect.set_options(timeout=PATIENCE)
    with started() as browser:
        yield browser


Opener = Callable[..., "Page"]


@pytest.fixture
def opened(browser: Browser, sandbox: Sandbox) -> Iterator[Opener]:
    """Open a page; nothing may be complained of on its console, or asked of another host."""
    contexts, complaints, strangers = [], list[str](), list[str]()

    def watch(route: Route) -> None:
        if route.request.url.startswith(f"{sandbox.url}/"):
            route.continue_()
        else:
            strangers.append(route.request.url)
            route.abort()

    def opened(path: str, **options: object) -> Page:
        context = browser.new_context(**options)  # type: ignore[arg-type] # as the test says
        contexts.append(context)
        context.route("**/*", watch)
        context.grant_permissions(["clipboard-read", "clipboard-write"], origin=sandbox.url)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("console", lambda message: complaints.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(sandbox.url + path)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not complaints
    assert not strangers


def pause() -> None:
    """Make a call that changes something."""
    with Losant() as losant:
        losant.integration.patch(**OPTIONS, integration=IntegrationPatch(enabled=False))


def ask() -> None:
    """Make a call that changes nothing."""
    with Celigo() as celigo:
        celigo.token.info()


def is_live(page: Page) -> None:
    from playwright.sync_api import expect

    expect(page.locator("#live")).to_have_text("Live")


def test_a_call_appears_is_opened_and_copied(sandbox: Sandbox, opened: Opener) -> None:
    from playwright.sync_api import expect

    page = opened("/")
    is_live(page)
    expect(page.get_by_text("No calls yet")).to_be_visible()
    pause()
    call = page.locator("#calls a", has_text="PATCH")
    expect(call).to_be_visible()
    expect(page.get_by_text("No calls yet")).to_be_hidden()
    expect(page.locator("#news")).to_contain_text("200 OK")  # what a screen reader says
    call.click()
    expect(page.get_by_role("heading", level=2)).to_contain_text(f"{INTEGRATION}")
    assert page.url.endswith(f"/inspector/calls/{sandbox.journal.entries()[-1].number}")
    expect(call).to_have_attribute("aria-current", "true")
    page.get_by_role("button", name="Copy as curl").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith('curl -X PATCH \\\n  -H "Authorization: Bearer $LOSANT_ACCESS_TOKEN"')
    page.get_by_role("button", name="Copy as Python").click()
    expect(page.get_by_role("button", name="Copied")).to_have_count(2)
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "losant.integration.patch(" in copied
    page.go_back()
    expect(page.get_by_text("Choose a call")).to_be_visible()


def test_a_fault_is_planned_befalls_a_call_and_is_gone(sandbox: Sandbox, opened: Opener) -> None:
    from playwright.sync_api import expect

    page = opened("/")
    page.get_by_role("link", name="Faults").click()
    page.get_by_label("What happens").select_option("status")
    page.get_by_label("Status").fill("503")
    page.get_by_label("To which calls").select_option("losant/integration.patch")
    page.get_by_role("button", name="Plan it").click()
    expect(page.get_by_role("status").first).to_contain_text("Planned")
    expect(page.locator("#pending")).to_contain_text("Status 503")
    expect(page.locator("#waiting")).to_contain_text("1")
    ask()
    with Losant(retry=1) as losant, pytest.raises(InternalServerError):
        losant.integration.patch(**OPTIONS, integration=IntegrationPatch(enabled=False))
    expect(page.locator("#pending")).to_have_text("None: every call is served.")
    expect(page.locator("#waiting")).to_be_empty()
    page.get_by_role("link", name="Calls").click()
    expect(page.locator("#calls a").first).to_contain_text("fault")


def test_only_the_fields_of_the_chosen_fault_show(opened: Opener) -> None:
    from playwright.sync_api import expect

    page = opened("/inspector/faults")
    kind, status, delay = (
        page.get_by_label(label) for label in ("What happens", "Status", "How slow")
    )
    expect(status).to_be_visible()
    expect(delay).to_be_hidden()
    kind.select_option("slow_body")
    expect(status).to_be_hidden()
    expect(delay).to_be_visible()
    kind.select_option("lost_answer")
    expect(delay).to_be_hidden()


def test_an_answer_that_the_page_lets_get_lost_is_ambiguous(opened: Opener) -> None:
    from playwright.sync_api import expect

    page = opened("/inspector/faults")
    page.get_by_label("What happens").select_option("lost_answer")
    page.get_by_label("Method").select_option("POST")
    page.get_by_role("button", name="Plan it").click()
    expect(page.locator("#pending")).to_contain_text("Answer lost")
    from integrations_sdk.celigo import NewIntegration

    with Celigo() as celigo, pytest.raises(AmbiguousWriteError):
        celigo.integration.create(integration=NewIntegration(name="Lost and found"))
    page.get_by_role("link", name="State").click()
    expect(page.locator("body")).to_contain_text("Lost and found")
    page.get_by_role("link", name="Calls").click()
    expect(page.locator("#calls a").first).to_contain_text("cut")


def test_a_reset_brings_the_data_back_and_empties_the_list(
    sandbox: Sandbox, opened: Opener
) -> None:
    from playwright.sync_api import expect

    watching, page = opened("/"), opened("/inspector/state")
    with Losant() as losant:
        losant.integration.delete(**OPTIONS)
    expect(watching.locator("#calls a")).to_have_count(1)
    page.get_by_role("button", name="Reset to the example data").click()
    expect(page.get_by_role("status").first).to_contain_text("Back to the example data")
    expect(watching.get_by_text("No calls yet")).to_be_visible()
    with Losant() as losant:
        assert losant.integration.get(**OPTIONS).name == "Cold room broker"
    expect(watching.locator("#calls a")).to_have_count(1)


def test_a_list_that_is_paused_catches_up(opened: Opener) -> None:
    from playwright.sync_api import expect

    page = opened("/")
    is_live(page)
    page.get_by_role("button", name="Pause").click()
    pause()
    ask()
    expect(page.locator("#live")).to_have_text("Paused")
    expect(page.locator("#calls a")).to_have_count(0)
    page.get_by_role("button", name="Resume").click()
    expect(page.locator("#calls a")).to_have_count(2)
    expect(page.locator("#calls a").first).to_contain_text("tokenInfo")


def test_a_list_is_filtered_while_it_is_live(opened: Opener) -> None:
    from playwright.sync_api import expect

    page = opened("/")
    pause()
    ask()
    expect(page.locator("#calls a")).to_have_count(2)
    page.get_by_label("Platform").select_option("celigo")
    expect(page.locator("#calls a")).to_have_count(1)
    is_live(page)
    pause()
    ask()
    expect(page.locator("#calls a")).to_have_count(2)
    page.get_by_label("Method, path").fill("patch")
    expect(page.get_by_text("None of the calls")).to_be_visible()
    page.get_by_label("Platform").select_option("")
    expect(page.locator("#calls a")).to_have_count(2)


def test_the_keyboard_goes_through_the_calls(opened: Opener) -> None:
    from playwright.sync_api import expect

    page = opened("/")
    ask()
    pause()
    expect(page.locator("#calls a")).to_have_count(2)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.get_by_label("Method, path").focus()
    page.keyboard.press("Tab")
    first, second = page.locator("#calls a").all()
    expect(first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=2)).to_contain_text("PATCH")
    page.keyboard.press("ArrowDown")
    expect(second).to_be_focused()
    expect(page.get_by_role("heading", level=2)).to_contain_text("GET")
    assert second.evaluate("link => getComputedStyle(link).outlineStyle") == "solid"


def test_a_phone_shows_one_thing_at_a_time_and_nothing_too_wide(
    sandbox: Sandbox, opened: Opener
) -> None:
    from playwright.sync_api import expect

    pause()
    number = sandbox.journal.entries()[-1].number
    sandbox.fail_next(status=503)
    page = opened("/", viewport=PHONE)
    expect(page.get_by_text("Choose a call")).to_be_hidden()
    page.locator("#calls a").first.click()
    expect(page.get_by_role("heading", level=2)).to_be_visible()
    expect(page.locator("#calls")).to_be_hidden()
    page.get_by_role("link", name="All calls").click()
    expect(page.locator("#calls a")).to_have_count(1)
    for path in (*PATHS[:1], *PATHS[2:], f"/inspector/calls/{number}"):
        page.goto(sandbox.url + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_can_be_read(sandbox: Sandbox, opened: Opener, scheme: str) -> None:
    pause()
    number = sandbox.journal.entries()[-1].number
    httpx.get(f"{sandbox.url}/losant/nothing", trust_env=False)
    sandbox.fail_next("lost_answer")
    sandbox.fail_next(status=500, times=2)
    with pytest.raises(AmbiguousWriteError), Losant(retry=1) as losant:
        losant.integration.patch(**OPTIONS, integration=IntegrationPatch(enabled=True))
    check = (Path(__file__).with_name("contrast.js")).read_text().partition("\n")[2]
    page = opened("/", color_scheme=scheme, reduced_motion="reduce")
    for path in (*PATHS[:1], *PATHS[2:], f"/inspector/calls/{number}"):
        page.goto(sandbox.url + path)
        for summary in page.locator("summary").all():
            summary.click()
        assert page.evaluate(check) == []
        assert page.evaluate("document.getAnimations().length") == 0


def test_what_was_sent_never_becomes_markup(sandbox: Sandbox, opened: Opener) -> None:
    from playwright.sync_api import expect

    page = opened("/")
    is_live(page)
    httpx.get(f"{sandbox.url}/losant/<img src=x onerror=alert(1)>", trust_env=False)
    expect(page.locator("#calls a")).to_have_count(1)
    page.locator("#calls a").click()
    expect(page.get_by_role("heading", level=2)).to_be_visible()
    assert page.locator("img").count() == 0


def test_all_of_it_works_without_scripts(sandbox: Sandbox, opened: Opener) -> None:
    from playwright.sync_api import expect

    pause()
    page = opened("/", java_script_enabled=False)
    expect(page.get_by_text("Reload for newer calls")).to_be_visible()
    page.get_by_label("Method, path").fill("patch")
    page.get_by_role("button", name="Filter").click()
    page.locator("#calls a").click()
    expect(page.get_by_role("heading", level=2)).to_contain_text("PATCH")
    expect(page.get_by_role("button", name="Copy")).to_have_count(0)
    page.get_by_role("link", name="Faults").click()
    page.get_by_role("button", name="Plan it").click()
    expect(page.locator("#pending")).to_contain_text("Status 503")
    page.get_by_role("button", name="Clear all").click()
    expect(page.locator("#pending")).to_have_text("None: every call is served.")
    assert not sandbox.faults.pending()
