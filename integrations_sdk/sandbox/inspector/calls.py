"""The list of calls, and one of them beside it."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from urllib.parse import parse_qsl

from integrations_sdk.sandbox.documents import Json
from integrations_sdk.sandbox.inspector.facts import Facts
from integrations_sdk.sandbox.inspector.html import Html, element
from integrations_sdk.sandbox.inspector.layout import Frame, label, option
from integrations_sdk.sandbox.inspector.pretty import pretty
from integrations_sdk.sandbox.journal import Entry
from integrations_sdk.sandbox.schema import MASK

MOST = 200
"""How many calls a page lists."""

_TAIL = 10  # characters of a path that are never left out
_LONG = 10  # milliseconds from which tenths do not matter


def wanted(entries: Sequence[Entry], platform: str, text: str) -> list[Entry]:
    """Return the calls of a platform in which all words of a text are, newest first."""
    words = text.lower().split()
    return [
        entry
        for entry in reversed(entries)
        if platform in {"", entry.platform} and all(word in _searched(entry) for word in words)
    ]


def calls_page(facts: Facts, frame: Frame, query: Mapping[str, str], entry: Entry | None) -> Html:
    """Return the page with the list, and a call if one was chosen."""
    platform, text = query.get("platform", ""), query.get("text", "")
    everything = facts.journal.entries()
    found = wanted(everything, platform, text)
    title = "Calls" if entry is None else f"{entry.method} {entry.path}"
    return frame.page(
        "/",
        title,
        element(
            "div",
            {"class": "desk" if entry is None else "desk one"},
            element(
                "section",
                {"class": "list", "aria-labelledby": "calls-title"},
                _line(),
                _filter(facts, platform, text),
                _list(found[:MOST], entry, everything[-1].number if everything else 0),
                _none(facts, frame, bool(found), bool(everything)),
            ),
            _chosen(facts, frame, entry),
        ),
    )


def row(entry: Entry, chosen: Entry | None = None) -> Html:
    """Return one line of the list."""
    status = _status(entry)
    said = f"{entry.method} {entry.path}, {_outcome(entry)}"
    is_chosen = chosen is not None and chosen.number == entry.number
    current = "true" if is_chosen else False
    fault = [" · ", element("span", {"class": "tag"}, "fault")] if entry.fault else []
    where = label(entry.platform) or "no platform"
    return element(
        "li",
        None,
        element(
            "a",
            {
                "href": f"/inspector/calls/{entry.number}",
                "data-said": said,
                "aria-current": current,
            },
            element("span", {"class": f"status {_shade(entry)}"}, status),
            element(
                "span",
                {"class": "what mono"},
                element("span", {"class": "method"}, entry.method),
                *_shortened(_after_platform(entry)),
            ),
            element("span", {"class": "took"}, _took(entry)),
            element("span", {"class": "more"}, f"{where} · {entry.operation or '—'}", *fault),
            element("time", {"class": "when", "datetime": entry.at.isoformat()}, _moment(entry)),
        ),
    )


def _line() -> Html:
    return element(
        "div",
        {"class": "line"},
        element("h1", {"id": "calls-title"}, "Calls"),
        element("span", {"id": "live", "class": "live"}, "Reload for newer calls"),
        element(
            "button", {"id": "pause", "class": "small", "type": "button", "hidden": True}, "Pause"
        ),
    )


def _filter(facts: Facts, platform: str, text: str) -> Html:
    names = [("", "All platforms"), *((each.name, label(each.name)) for each in facts.platforms)]
    choices = [option(value, label, platform) for value, label in names]
    words = {
        "id": "text",
        "name": "text",
        "type": "search",
        "value": text,
        "placeholder": "Filter: patch 404",
        "autocomplete": "off",
    }
    return element(
        "form",
        {"id": "filter", "class": "tools", "role": "search", "action": "/"},
        element(
            "div",
            None,
            element("label", {"for": "platform", "class": "unseen"}, "Platform"),
            element("select", {"id": "platform", "name": "platform"}, *choices),
        ),
        element(
            "div",
            None,
            element(
                "label", {"for": "text", "class": "unseen"}, "Method, path, status or operation"
            ),
            element("input", words),
        ),
        element("button", {"class": "go"}, "Filter"),
    )


def _list(found: Sequence[Entry], chosen: Entry | None, last: int) -> Html:
    return element(
        "ol",
        {"id": "calls", "class": "calls", "data-last": str(last), "hidden": not found},
        *(row(entry, chosen) for entry in found),
    )


def _none(facts: Facts, frame: Frame, is_found: bool, is_any: bool) -> Html:
    if is_any:
        told = [element("h2", None, "None of the calls is like that")]
    else:
        told = [
            element("h2", None, "No calls yet"),
            element("p", None, "Point a client at the sandbox, and its calls appear here."),
            element("pre", None, f"LOSANT_BASE_URL={frame.origin}/losant"),
        ]
    return element("div", {"id": "none", "class": "calls empty", "hidden": is_found}, *told)


# --- One call -------------------------------------------------------------------------------------


def _chosen(facts: Facts, frame: Frame, entry: Entry | None) -> Html:
    attributes = {
        "id": "chosen",
        "class": "chosen",
        "aria-label": "The chosen call",
        "tabindex": "0",
    }
    if entry is None:
        nothing = element(
            "div",
            {"class": "sheet empty aside"},
            element("h2", None, "Choose a call"),
            element("p", None, "Its headers and bodies show here, secrets hidden."),
        )
        return element("section", attributes, nothing)
    facts_of = [
        element("span", {"class": f"status {_shade(entry)}"}, _outcome(entry)),
        element("span", None, label(entry.platform) or "no platform"),
        *([element("span", None, entry.operation)] if entry.operation else []),
        element("span", None, _took(entry)),
        element(
            "time", {"datetime": entry.at.isoformat()}, f"{entry.at:%Y-%m-%d} {_moment(entry)}"
        ),
        element("span", None, f"no. {entry.number}"),
    ]
    fault = f"What befell it was planned: {entry.fault}." if entry.fault else ""
    snippets = {
        "curl": facts.as_curl(entry, frame.origin),
        "Python": facts.as_python(entry),
    }
    written = {name: text for name, text in snippets.items() if text is not None}
    return element(
        "section",
        attributes,
        element("a", {"class": "back", "href": "/"}, "← All calls"),
        element(
            "article",
            {"class": "sheet call"},
            element("h2", None, f"{entry.method} {entry.path}"),
            element("p", {"class": "facts"}, *facts_of),
            element("p", {"class": "facts tag"}, fault) if fault else Html(),
            element("div", {"class": "actions"}, *(_copy(name) for name in written)),
            _request(entry),
            _response(entry),
            *(_snippet(name, text) for name, text in written.items()),
        ),
    )


def _request(entry: Entry) -> Html:
    query = parse_qsl(entry.query, keep_blank_values=True)
    shown = [(f"?{name}", value) for name, value in query]
    return element(
        "section",
        None,
        element("h3", None, "Request"),
        _fields(shown),
        _headers(entry.request_headers),
        _body(entry.request_body, "No body."),
    )


def _response(entry: Entry) -> Html:
    told = "None: the connection was cut." if entry.status is None else "No body."
    return element(
        "section",
        None,
        element("h3", None, "Response"),
        _headers(entry.response_headers),
        _body(entry.response_body, told),
    )


def _headers(headers: Mapping[str, str]) -> Html:
    if not headers:
        return Html()
    summary = element("summary", None, f"{len(headers)} headers")
    return element("details", {"class": "headers"}, summary, _fields([*headers.items()]))


def _fields(fields: Sequence[tuple[str, str]]) -> Html:
    rows = [
        element("div", None, element("dt", None, name), element("dd", None, _value(value)))
        for name, value in fields
    ]
    return element("dl", {"class": "fields"}, *rows) if rows else Html()


def _value(value: str) -> str:
    return element("span", {"class": "hidden-value"}, value) if value == MASK else value


def _body(body: Json, told: str) -> Html:
    if body is None:
        return element("p", {"class": "nothing"}, told)
    return element("pre", {"class": "json"}, pretty(body))


def _copy(name: str) -> Html:
    return element(
        "button",
        {"class": "small", "type": "button", "data-copy": f"as-{name}"},
        f"Copy as {name}",
    )


def _snippet(name: str, text: str) -> Html:
    heading = element("h3", None, f"As {name}")
    return element("section", None, heading, element("pre", {"id": f"as-{name}"}, text))


# --- Words for a call -----------------------------------------------------------------------------


def _searched(entry: Entry) -> str:
    parts = (
        entry.method,
        entry.path,
        entry.query,
        _outcome(entry),
        entry.operation,
        entry.fault or "",
    )
    return " ".join(parts).lower()


def _status(entry: Entry) -> str:
    return "cut" if entry.status is None else str(entry.status)


def _shade(entry: Entry) -> str:
    return f"s{(entry.status or 0) // 100}"


def _outcome(entry: Entry) -> str:
    if entry.status is None:
        return "connection cut"
    try:
        return f"{entry.status} {HTTPStatus(entry.status).phrase}"
    except ValueError:
        return str(entry.status)


def _after_platform(entry: Entry) -> str:
    path = entry.path.removeprefix(f"/{entry.platform}") if entry.platform else entry.path
    return path or "/"


def _shortened(path: str) -> list[Html]:
    """Return a path in two parts, the first of which may be cut short: its end tells most."""
    cut = max(0, len(path) - _TAIL)
    parts = (("begin", path[:cut]), ("end", path[cut:]))
    return [element("span", {"class": name}, part) for name, part in parts]


def _took(entry: Entry) -> str:
    digits = 1 if entry.duration_ms < _LONG else 0
    return f"{entry.duration_ms:,.{digits}f} ms"


def _moment(entry: Entry) -> str:
    return f"{entry.at.astimezone():%H:%M:%S}"
