"""The page where faults are planned, and the form behind it."""

import math
from collections.abc import Mapping, Sequence

from integrations_sdk.sandbox.errors import SandboxError
from integrations_sdk.sandbox.faults import KINDS, Fault, FaultKind, check_names
from integrations_sdk.sandbox.inspector.facts import Facts
from integrations_sdk.sandbox.inspector.html import Html, element, join
from integrations_sdk.sandbox.inspector.layout import Frame, field, hint_id, label, option
from integrations_sdk.sandbox.platform import Platform

STATUSES = (400, 599)
MOST_SECONDS = 3600
LEAST_DELAY, MOST_DELAY = 0.1, 600
MOST_TIMES = 1000
_WORDS: Mapping[FaultKind, str] = {
    "status": "Error status",
    "expired_token": "Expired token: 401",
    "lost_request": "Request lost: cut before anything is done",
    "lost_answer": "Answer lost: done, then cut",
    "no_connection": "No connection: nothing was sent",
    "late": "Late answer",
    "slow_body": "Slow answer: its body in ten pieces",
    "truncated_body": "Answer cut off amid its body",
    "malformed_json": "Answer that is no JSON",
    "html": "Web page in the place of an answer",
}
_KINDS: Mapping[str, FaultKind] = {kind: kind for kind in KINDS}
_ONLY_IN_PROCESS: FaultKind = "no_connection"  # over a socket, it is lost_request
_DEFAULTS = {"kind": "status", "status": "503", "delay": "2", "times": "1"}


def faults_page(
    facts: Facts,
    frame: Frame,
    sent: Mapping[str, str] | None = None,
    *,
    said: str = "",
    is_bad: bool = False,
) -> Html:
    """Return the page.

    Args:
        facts: The sandbox.
        frame: What goes around the page.
        sent: What was filled in, if it is to be filled in again.
        said: What came of what was done last.
        is_bad: Whether that is a refusal.
    """
    return frame.page(
        "/inspector/faults",
        "Faults",
        element(
            "div",
            {"class": "title"},
            element("h1", None, "Faults"),
            element(
                "p",
                {"class": "lead"},
                "Let the next calls go wrong, and see what your program makes of it. "
                "A call takes the first fault that fits it; a reset forgets them all.",
            ),
        ),
        element(
            "div",
            {"class": "two"},
            element(
                "section",
                {"class": "sheet", "aria-labelledby": "new-title"},
                element("h2", {"id": "new-title"}, "A new one"),
                _form(facts, frame, {**_DEFAULTS, **(sent or {})}),
            ),
            element(
                "section",
                {"class": "sheet", "aria-labelledby": "pending-title"},
                element(
                    "div",
                    {"class": "head"},
                    element("h2", {"id": "pending-title"}, "To come"),
                    frame.form(
                        "/inspector/faults/clear",
                        element("button", {"class": "small"}, "Clear all"),
                    ),
                ),
                pending(frame),
            ),
        ),
        said=said,
        is_bad=is_bad,
    )


def pending(frame: Frame) -> Html:
    """Return the list of the faults to come."""
    if not frame.pending:
        return element("p", {"id": "pending", "class": "nothing"}, "None: every call is served.")
    rows = [
        element(
            "li",
            None,
            element("p", None, _described(fault)),
            element("p", {"class": "hint"}, f"{_calls_of(fault)} · {_often(left)}"),
        )
        for fault, left in frame.pending
    ]
    return element("ol", {"id": "pending", "class": "pending"}, *rows)


def planned(form: Mapping[str, str], platforms: Sequence[Platform]) -> tuple[Fault, int]:
    """Return the fault that a form describes, and how often it is to happen.

    Raises:
        SandboxError: It describes none.
    """
    kind = _KINDS.get(form.get("kind", ""))
    if kind is None:
        raise SandboxError(f"There is no fault {form.get('kind', '')!r}")
    platform, _, operation = form.get("which", "").partition("/")
    is_status, is_slow = kind == "status", kind in {"late", "slow_body"}
    retry_after = form.get("retry_after", "")
    fault = Fault(
        kind,
        status=_whole(form, "status", *STATUSES) if is_status else None,
        retry_after=_whole(form, "retry_after", 0, MOST_SECONDS)
        if is_status and retry_after
        else None,
        delay=_figure(form, "delay", LEAST_DELAY, MOST_DELAY) if is_slow else 0.0,
        platform=platform or None,
        operation=operation or None,
        method=form.get("method") or None,
    )
    check_names(fault, platforms)
    return fault, _whole(form, "times", 1, MOST_TIMES)


def _form(facts: Facts, frame: Frame, filled: Mapping[str, str]) -> Html:
    kinds = [
        option(kind, words, filled["kind"])
        for kind, words in _WORDS.items()
        if kind != _ONLY_IN_PROCESS
    ]
    methods = {each.method for platform in facts.platforms for each in platform.operations}
    choices = [option(method, method, filled.get("method", "")) for method in sorted(methods)]
    return frame.form(
        "/inspector/faults/plan",
        element(
            "div",
            {"class": "fields-of"},
            field("kind", "What happens", _select("kind", *kinds), kind="wide"),
            field(
                "status",
                "Status",
                _number("status", filled, *STATUSES, is_explained=True),
                kind="of of-status",
                hint="400 to 599, in the platform's own shape",
            ),
            field(
                "retry_after",
                "Retry-After, in seconds",
                _number("retry_after", filled, 0, MOST_SECONDS, is_explained=True),
                kind="of of-status",
                hint="Left out when empty",
            ),
            field(
                "delay",
                "How slow, in seconds",
                _number("delay", filled, LEAST_DELAY, MOST_DELAY, step="any"),
                kind="of of-slow",
            ),
            field("which", "To which calls", _which(facts, filled.get("which", "")), kind="wide"),
            field("method", "Method", _select("method", option("", "Any", ""), *choices)),
            field("times", "How many times", _number("times", filled, 1, MOST_TIMES)),
        ),
        element("div", {"class": "actions"}, element("button", {"class": "main"}, "Plan it")),
        kind="by-kind",
    )


def _which(facts: Facts, chosen: str) -> Html:
    groups: list[Html] = []
    for platform in facts.platforms:
        name = label(platform.name)
        operations = dict.fromkeys(operation.name for operation in platform.operations)
        options = [
            option(platform.name, f"Any of {name}", chosen),
            *(option(f"{platform.name}/{each}", f"{name}: {each}", chosen) for each in operations),
        ]
        groups.append(element("optgroup", {"label": name}, *options))
    return _select("which", option("", "Any", chosen), *groups)


def _select(name: str, *options: Html) -> Html:
    return element("select", {"id": name, "name": name}, join(options))


def _number(
    name: str,
    filled: Mapping[str, str],
    least: float,
    most: float,
    *,
    step: str = "1",
    is_explained: bool = False,
) -> Html:
    return element(
        "input",
        {
            "id": name,
            "name": name,
            "type": "number",
            "min": f"{least:g}",
            "max": f"{most:g}",
            "step": step,
            "value": filled.get(name, ""),
            "aria-describedby": hint_id(name) if is_explained else False,
        },
    )


def _described(fault: Fault) -> str:
    match fault.kind:
        case "status":
            wait = "" if fault.retry_after is None else f", Retry-After {fault.retry_after} s"
            return f"Status {fault.status}{wait}"
        case "late" | "slow_body":
            return f"{_WORDS[fault.kind]}, {fault.delay:g} s"
        case _:
            return _WORDS[fault.kind]


def _calls_of(fault: Fault) -> str:
    where = label(fault.platform) if fault.platform else "Any call"
    parts = [where, fault.operation, fault.method]
    return " · ".join(part for part in parts if part)


def _often(left: int) -> str:
    return "once" if left == 1 else f"{left} times"


def _figure(form: Mapping[str, str], name: str, least: float, most: float) -> float:
    text = form.get(name, "").strip()
    try:
        figure = float(text)
    except ValueError:
        figure = math.nan
    if not least <= figure <= most:  # which nothing is that is no number
        raise SandboxError(f"{name} must be a number from {least:g} to {most:g}, not {text!r}")
    return figure


def _whole(form: Mapping[str, str], name: str, least: int, most: int) -> int:
    figure = _figure(form, name, least, most)
    if not figure.is_integer():
        raise SandboxError(f"{name} must be a whole number, not {figure:g}")
    return int(figure)
