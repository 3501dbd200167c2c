"""The page of what each platform holds."""

from collections.abc import Sequence
from itertools import groupby

from integrations_sdk.sandbox.inspector.facts import Facts
from integrations_sdk.sandbox.inspector.html import Html, element
from integrations_sdk.sandbox.inspector.layout import Frame, label
from integrations_sdk.sandbox.inspector.pretty import pretty
from integrations_sdk.sandbox.platform import Platform
from integrations_sdk.sandbox.redaction import redacted
from integrations_sdk.sandbox.schema import Rule
from integrations_sdk.sandbox.store import Stored


def state_page(facts: Facts, frame: Frame, *, said: str = "", is_bad: bool = False) -> Html:
    """Return the page.

    Args:
        facts: The sandbox.
        frame: What goes around the page.
        said: What came of what was done last.
        is_bad: Whether that is a refusal.
    """
    with facts.store.transaction() as records:
        stored = records.everything()
    return frame.page(
        "/inspector/state",
        "State",
        element(
            "div",
            {"class": "title head"},
            element(
                "div",
                None,
                element("h1", None, "State"),
                element("p", {"class": "lead"}, "What each platform holds, secrets hidden."),
            ),
            frame.form("/inspector/reset", element("button", None, "Reset to the example data")),
        ),
        element(
            "div",
            {"class": "platforms"},
            *(_platform(platform, stored, frame.origin) for platform in facts.platforms),
        ),
        said=said,
        is_bad=is_bad,
    )


def _platform(platform: Platform, stored: Sequence[Stored], origin: str) -> Html:
    title = f"platform-{platform.name}"
    prefix = f"{platform.name}."
    ours = [each for each in stored if each.collection.startswith(prefix)]
    collections = [
        _collection(name.removeprefix(prefix), list(each), platform.collections.get(name))
        for name, each in groupby(ours, key=lambda one: one.collection)
    ]
    return element(
        "section",
        {"class": "sheet", "aria-labelledby": title},
        element(
            "div",
            {"class": "head"},
            element("h2", {"id": title}, label(platform.name)),
            element(
                "span", {"class": "mono hint"}, f"{origin}/{platform.name}{platform.base_path}"
            ),
        ),
        *collections,
    )


def _collection(name: str, stored: Sequence[Stored], rule: Rule | None) -> Html:
    count = f"{len(stored)} record{'' if len(stored) == 1 else 's'}"
    summary = element("summary", None, name, element("span", {"class": "hint"}, count))
    if rule is None:
        told = element("p", {"class": "nothing"}, "They are secret.")
        return element("details", None, summary, told)
    return element("details", None, summary, *(_record(each, rule) for each in stored))


def _record(stored: Stored, rule: Rule) -> Html:
    document = redacted(rule, stored.document)
    named = document.get("name") if isinstance(document, dict) else None
    label = [element("span", {"class": "mono"}, stored.key)]
    if isinstance(named, str):
        label.append(element("span", None, named))
    owner = (
        element("span", {"class": "hint mono"}, f"of {stored.owner}") if stored.owner else Html()
    )
    return element(
        "details",
        None,
        element("summary", None, *label, owner),
        element("pre", {"class": "json"}, pretty(document)),
    )
