"""What all pages share."""

from collections.abc import Sequence
from dataclasses import dataclass

from integrations_sdk.sandbox.faults import Fault
from integrations_sdk.sandbox.inspector.html import Html, element, join
from integrations_sdk.sandbox.inspector.python import CLIENTS

TABS = (("/", "Calls"), ("/inspector/faults", "Faults"), ("/inspector/state", "State"))


def label(platform: str) -> str:
    """Return what a platform calls itself."""
    return CLIENTS.get(platform, platform)


@dataclass(frozen=True)
class Frame:
    """What goes around a page.

    Attributes:
        origin: The sandbox's own, such as ``http://127.0.0.1:8787``.
        ticket: What a form has to send, to show that it comes from here.
        pending: The faults to come.
    """

    origin: str
    ticket: str
    pending: Sequence[tuple[Fault, int]]

    def page(
        self, tab: str, title: str, *content: str, said: str = "", is_bad: bool = False
    ) -> Html:
        """Return a whole page.

        Args:
            tab: The path of the tab that it belongs to.
            title: What it is called.
            content: What is on it.
            said: What came of what was done last.
            is_bad: Whether that is a refusal.
        """
        head = element(
            "head",
            None,
            element("meta", {"charset": "utf-8"}),
            element("meta", {"name": "viewport", "content": "width=device-width, initial-scale=1"}),
            element("title", None, f"{title} · Sandbox"),
            element("link", {"rel": "icon", "href": "/inspector/icon.svg"}),
            element("link", {"rel": "stylesheet", "href": "/inspector/inspector.css"}),
            element("script", {"src": "/inspector/inspector.js", "defer": True}),
        )
        kind = "said refused" if is_bad else "said"
        note = element("p", {"class": kind, "role": "status"}, said) if said else Html()
        body = element(
            "body",
            None,
            element("a", {"class": "skip", "href": "#main"}, "Skip to the content"),
            self._top(tab),
            element("main", {"id": "main", "tabindex": "-1"}, note, *content),
            element("p", {"id": "news", "class": "unseen", "role": "status"}),
        )
        return join([Html("<!doctype html>"), element("html", {"lang": "en"}, head, body)])

    def form(self, action: str, *content: str, kind: str = "") -> Html:
        """Return a form that changes something."""
        ticket = element("input", {"type": "hidden", "name": "ticket", "value": self.ticket})
        attributes = {"method": "post", "action": action, "class": kind}
        return element("form", attributes, ticket, *content)

    def waiting(self) -> Html:
        """Return how many faults are to come, as the tab shows it."""
        count = sum(left for _, left in self.pending)
        words = "fault to come" if count == 1 else "faults to come"
        inner = [str(count), element("span", {"class": "unseen"}, f" {words}")] if count else []
        return element("span", {"id": "waiting", "class": "count" if count else ""}, *inner)

    def _top(self, tab: str) -> Html:
        links = [
            element(
                "a",
                {"href": path, "aria-current": "page" if path == tab else False},
                name,
                self.waiting() if name == "Faults" else Html(),
            )
            for path, name in TABS
        ]
        return element(
            "header",
            {"class": "top"},
            element(
                "div",
                None,
                element("a", {"class": "brand", "href": "/"}, "Sandbox"),
                element("span", {"class": "address mono"}, self.origin),
                element("nav", {"class": "tabs", "aria-label": "Pages"}, *links),
            ),
        )


def option(value: str, label: str, chosen: str) -> Html:
    """Return one choice of a select."""
    return element("option", {"value": value, "selected": value == chosen}, label)


def hint_id(name: str) -> str:
    """Return the id of what explains a control."""
    return f"{name}-hint"


def field(name: str, label: str, control: Html, *, kind: str = "", hint: str = "") -> Html:
    """Return a labelled control; its id must be its name."""
    explained = element("p", {"class": "hint", "id": hint_id(name)}, hint) if hint else Html()
    return element(
        "div", {"class": kind}, element("label", {"for": name}, label), control, explained
    )
