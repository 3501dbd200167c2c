"""What the pages show, and what their buttons do."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from integrations_sdk.sandbox.documents import Json
from integrations_sdk.sandbox.faults import Faults
from integrations_sdk.sandbox.inspector import curl, python
from integrations_sdk.sandbox.journal import Entry, Journal
from integrations_sdk.sandbox.paths import Paths, segments_of
from integrations_sdk.sandbox.platform import Operation, Platform
from integrations_sdk.sandbox.schema import MASK
from integrations_sdk.sandbox.store import Store

_FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Facts:
    """A sandbox, as far as its pages are concerned.

    Attributes:
        platforms: What is served.
        store: The documents.
        journal: The calls.
        faults: What is to go wrong.
        reset: Goes back to the example data.
    """

    platforms: Sequence[Platform]
    store: Store
    journal: Journal
    faults: Faults
    reset: Callable[[], None]

    def entry(self, number: int) -> Entry | None:
        """Return a call, or None when it is not kept any more."""
        found = self.journal.entries(number - 1)[:1]
        return found[0] if found and found[0].number == number else None

    def platform(self, name: str) -> Platform | None:
        """Return a platform by its name."""
        return next((each for each in self.platforms if each.name == name), None)

    def as_curl(self, entry: Entry, origin: str) -> str | None:
        """Return a command that makes a call again, or None when the path is of no platform."""
        platform = self.platform(entry.platform)
        if platform is None:
            return None
        query = urlencode(shown_query(entry), safe="*")
        return curl.curl(
            platform,
            _operation(platform, entry),
            method=entry.method,
            url=f"{origin}{entry.path}{'?' if query else ''}{query}",
            headers=[pair for pair in entry.request_headers.items() if pair[1] != MASK],
            body=_body(entry),
        )

    def as_python(self, entry: Entry) -> str | None:
        """Return a program that makes a call again, or None when the SDK has no function for it."""
        platform = self.platform(entry.platform)
        if platform is None or not entry.operation:
            return None
        sent = python.Sent(
            _path_parameters(platform, entry) | dict(shown_query(entry)),
            entry.request_headers,
            entry.request_body,
        )
        return python.python(platform.name, entry.operation, sent)


def _operation(platform: Platform, entry: Entry) -> Operation | None:
    named = (each for each in platform.operations if each.name == entry.operation)
    return next(named, None)


def shown_query(entry: Entry) -> list[tuple[str, str]]:
    """Return the parameters of a query that are not hidden."""
    members = parse_qsl(entry.query, keep_blank_values=True)
    return [(name, value) for name, value in members if value != MASK]


def _body(entry: Entry) -> str:
    body: Json = entry.request_body
    if body is None:
        return ""
    if isinstance(body, dict) and entry.request_headers.get("content-type", "").startswith(_FORM):
        return urlencode({name: str(value) for name, value in body.items()}, safe="*")
    return body if isinstance(body, str) and body.startswith("[hidden") else curl.compact(body)


def _path_parameters(platform: Platform, entry: Entry) -> dict[str, str]:
    templates = {
        f"/{platform.name}{base}{operation.path}": operation
        for base in (platform.base_path, *platform.other_base_paths)
        for operation in platform.operations
        if operation.name == entry.operation
    }
    found = Paths(templates).find(segments_of({"raw_path": entry.path.encode()}))
    return {} if found is None else found[1]
