"""What the buttons do, and for whom they do it."""

from __future__ import annotations

import httpx
import pytest

from integrations_sdk import InternalServerError, Losant
from integrations_sdk.sandbox import Sandbox
from integrations_sdk.sandbox.faults import Fault

from ..conftest import APPLICATION, INTEGRATION
from .conftest import Visitor

FORM = {"kind": "status", "status": "503", "retry_after": "", "delay": "2", "times": "1"}
FORMS = ("/inspector/faults/plan", "/inspector/faults/clear", "/inspector/reset")


def test_a_fault_that_is_planned_befalls_the_next_call(sandbox: Sandbox, visitor: Visitor) -> None:
    answer = visitor.press("/inspector/faults/plan", FORM)
    assert answer.status_code == 303
    assert "Status 503" in visitor.see(answer.headers["location"])
    with Losant(retry=1) as losant, pytest.raises(InternalServerError):
        losant.integration.get(application_id=APPLICATION, integration_id=INTEGRATION)
    assert "every call is served" in visitor.see("/inspector/faults")


@pytest.mark.parametrize(
    ("form", "fault"),
    [
        ({"kind": "status", "status": "429", "retry_after": "2"}, Fault("status", 429, 2)),
        ({"kind": "expired_token"}, Fault("expired_token")),
        ({"kind": "lost_answer", "method": "PATCH"}, Fault("lost_answer", method="PATCH")),
        ({"kind": "late", "delay": "0.5"}, Fault("late", delay=0.5)),
        ({"kind": "html", "which": "celigo"}, Fault("html", platform="celigo")),
        (
            {"kind": "truncated_body", "which": "losant/integration.get"},
            Fault("truncated_body", platform="losant", operation="integration.get"),
        ),
    ],
)
def test_a_form_says_what_befalls_which_calls(
    sandbox: Sandbox, visitor: Visitor, form: dict[str, str], fault: Fault
) -> None:
    visitor.press("/inspector/faults/plan", {**FORM, "times": "3", **form})
    assert sandbox.faults.pending() == [(fault, 3)]


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"kind": "none of ours"}, "There is no fault"),
        ({"status": "200"}, "status must be a number from 400 to 599"),
        ({"status": "418.5"}, "status must be a whole number"),
        ({"status": ""}, "status must be a number"),
        ({"retry_after": "-1"}, "retry_after must be a number"),
        ({"kind": "late", "delay": "nan"}, "delay must be a number"),
        ({"times": "0"}, "times must be a number"),
        ({"times": "1e9"}, "times must be a number"),
        ({"which": "acme"}, "knows no platform"),
        ({"which": "losant/nothing"}, "There is no operation"),
        ({"method": "<b>"}, "There is no method"),
    ],
)
def test_a_form_that_makes_no_sense_says_why_and_keeps_what_was_filled_in(
    sandbox: Sandbox, visitor: Visitor, form: dict[str, str], said: str
) -> None:
    answer = visitor.press("/inspector/faults/plan", {**FORM, "times": "7", **form})
    assert answer.status_code == 400
    assert said in answer.text
    assert form.get("times", "7") in answer.text
    assert "<b>" not in answer.text
    assert not sandbox.faults.pending()


def test_clearing_forgets_the_faults_to_come(sandbox: Sandbox, visitor: Visitor) -> None:
    sandbox.fail_next(status=503, times=5)
    visitor.press("/inspector/faults/clear")
    assert not sandbox.faults.pending()


def test_a_reset_brings_the_example_data_back(sandbox: Sandbox, visitor: Visitor) -> None:
    with Losant() as losant:
        losant.integration.delete(application_id=APPLICATION, integration_id=INTEGRATION)
        sandbox.fail_next(status=503)
        visitor.press("/inspector/reset")
        losant.integration.get(application_id=APPLICATION, integration_id=INTEGRATION)
    assert len(sandbox.journal.entries()) == 1


@pytest.mark.parametrize("path", FORMS)
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "null"},
        {"Origin": "http://localhost:1"},
        {"Origin": "https://evil.example"},
        {"Origin": "http://127.0.0.1"},
    ],
    ids=["none", "null", "another port", "another host", "no port"],
)
def test_a_form_of_another_page_does_nothing(
    sandbox: Sandbox, visitor: Visitor, path: str, headers: dict[str, str]
) -> None:
    sandbox.fail_next(status=503)
    sent = {**FORM, "ticket": visitor.ticket()}
    answer = httpx.post(sandbox.url + path, data=sent, headers=headers, trust_env=False)
    assert answer.status_code == 403
    assert len(sandbox.faults.pending()) == 1


@pytest.mark.parametrize("path", FORMS)
@pytest.mark.parametrize("ticket", ["", "guessed", "ä"])
def test_a_form_without_the_ticket_does_nothing(
    sandbox: Sandbox, visitor: Visitor, path: str, ticket: str
) -> None:
    sandbox.fail_next(status=503)
    answer = visitor.press(path, {**FORM, "ticket": ticket})
    assert answer.status_code == 403
    assert "does not come from this sandbox" in answer.text
    assert len(sandbox.faults.pending()) == 1


@pytest.mark.parametrize("path", FORMS)
def test_nothing_is_done_by_a_link(sandbox: Sandbox, path: str) -> None:
    sandbox.fail_next(status=503)
    assert httpx.get(sandbox.url + path, trust_env=False).status_code in {404, 405}
    assert len(sandbox.faults.pending()) == 1
