"""What the journal keeps of a call: what a platform's tables say is no secret, and nothing else.

A member that no table has is hidden by its value, whatever it is, and so is one that is not of the
kind that its table says. Headers show by a list. What was hidden as a secret is hidden also where
an answer or a path repeats it.
"""

import json
from collections.abc import Iterable
from urllib.parse import parse_qsl, quote, unquote, urlencode

from integrations_sdk.sandbox.documents import Json
from integrations_sdk.sandbox.platform import NOTHING, Operation, Platform
from integrations_sdk.sandbox.schema import (
    MASK,
    Anything,
    Choice,
    Either,
    Flag,
    Items,
    Nullable,
    Number,
    Record,
    Rule,
    Text,
    check,
)

MOST = 32 * 1024
"""Bytes of a body above which it is not kept."""

_HEADERS = frozenset(
    {
        "accept",
        "accept-encoding",
        "accept-version",
        "allow",
        "cache-control",
        "connection",
        "content-encoding",
        "content-length",
        "content-type",
        "host",
        "ratelimit",
        "ratelimit-limit",
        "ratelimit-remaining",
        "ratelimit-reset",
        "retry-after",
        "transfer-encoding",
        "user-agent",
        "x-request-id",
    }
)
_ANYTHING = Anything()
_FORM = "application/x-www-form-urlencoded"
_SHORTEST = 8  # characters of a secret that is looked for elsewhere


def redacted(rule: Rule, value: Json) -> Json:
    """Return a document with everything hidden that its rule does not know as harmless."""
    return Redactor(None, None).document(rule, value)


class Redactor:
    """Makes what is kept of one call; first of the request, then of the answer.

    Args:
        platform: The platform that was called, if any.
        operation: What was called, if there is such a thing.
    """

    def __init__(self, platform: Platform | None, operation: Operation | None) -> None:
        self._platform = platform
        self._operation = operation
        self._secrets: set[str] = set()

    def headers(self, sent: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
        """Return headers by their names, with those hidden that may hold a secret."""
        documented = (self._operation.headers if self._operation else NOTHING).members
        shown: dict[str, str] = {}
        for raw_name, raw_value in sent:
            name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
            if name not in _HEADERS and name not in documented:
                self._note(value, *value.split())
                value = MASK
            shown[name] = f"{shown[name]}, {value}" if name in shown else value
        return {name: self._erased(value) for name, value in shown.items()}

    def query(self, sent: bytes) -> str:
        """Return a query with what is not documented hidden."""
        rules = self._operation.query if self._operation else NOTHING
        members = [
            (name, self._kept(rules.members.get(name, _ANYTHING), value))
            for name, value in parse_qsl(sent.decode("latin-1"), keep_blank_values=True)
        ]
        for name, value in parse_qsl(sent.decode("latin-1")):
            if name not in rules.members:
                self._note(value)
        return self._erased(urlencode(members, safe="*", quote_via=quote))

    def path(self, sent: str) -> str:
        """Return a path; it is kept as it was sent, for ids are what one looks for."""
        shown = self._erased(sent)
        return shown if self._erased(unquote(shown)) == unquote(shown) else MASK

    def request_body(self, body: bytes, size: int, media: str) -> Json:
        """Return what was sent: ``size`` bytes, of which ``body`` may be a part."""
        known = self._operation.body if self._operation else None
        return self._body(_ANYTHING if known is None else known.rule, body, size, media)

    def response_body(self, status: int | None, body: bytes, size: int, media: str) -> Json:
        """Return what was answered."""
        rule: Rule | None = _ANYTHING
        operation = self._operation
        if operation is not None and status is not None and status in operation.answers:
            rule = operation.answers[status]
        elif self._platform is not None:
            rule = self._platform.error
        return self._body(rule or _ANYTHING, body, size, media)

    def document(self, rule: Rule, value: Json) -> Json:
        """Return a document that is at hand."""
        self._kept(rule, value)  # for the secrets in it, wherever they are repeated
        return self._kept(rule, value)

    def _body(self, rule: Rule, body: bytes, size: int, media: str) -> Json:
        if not size:
            return None
        if size > MOST:
            return f"[hidden: {size} bytes]"
        media = media.partition(";")[0].strip().lower()
        try:
            value = _form(body) if media == _FORM else json.loads(body)
            return self._kept(rule, value)
        except (ValueError, RecursionError):
            return f"[hidden: {size} bytes that are no JSON]"

    def _kept(self, rule: Rule, value: Json) -> Json:
        """Return a value with everything hidden that its rule does not know as harmless."""
        if isinstance(rule, Nullable):
            rule = rule.rule
        if isinstance(rule, Either):
            fitting = (one for one in rule.rules if not any(check(one, value)))
            rule = next(fitting, _ANYTHING)
        if isinstance(value, dict):
            members = rule.members if isinstance(rule, Record) else NOTHING.members
            return {
                name if name in members else self._erased(name): self._kept(
                    members.get(name, _ANYTHING), content
                )
                for name, content in value.items()
            }
        if isinstance(value, list):
            inner = rule.rule if isinstance(rule, Items) else _ANYTHING
            return [self._kept(inner, item) for item in value]
        return None if value is None else self._plain(rule, value)

    def _plain(self, rule: Rule, value: bool | float | str) -> Json:
        if isinstance(value, str):
            if isinstance(rule, Text) and not rule.secret:
                return self._erased(value)
            if isinstance(rule, Text):
                self._note(value)
            return value if isinstance(rule, Choice) and value in rule.values else MASK
        kind = Flag if isinstance(value, bool) else Number
        return value if isinstance(rule, kind) else MASK

    def _note(self, *secrets: str) -> None:
        for secret in secrets:
            if len(secret) >= _SHORTEST:
                self._secrets.update((secret, quote(secret, safe="")))

    def _erased(self, text: str) -> str:
        for secret in self._secrets:
            if secret in text:
                text = text.replace(secret, MASK)
        return text


def _form(body: bytes) -> Json:
    return dict(parse_qsl(body.decode(), keep_blank_values=True))
