"""What may show: an allow-list for what is logged, and the removal of what a server repeats."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from itertools import accumulate, chain
from typing import Final
from urllib.parse import quote, quote_plus

HIDDEN: Final = "[hidden]"
"""What stands in a log line for a value that is not on the list of those that may show."""

HEADERS: Final = frozenset(
    {
        "accept",
        "content-encoding",
        "content-length",
        "content-type",
        "date",
        "ratelimit",
        "ratelimit-limit",
        "ratelimit-policy",
        "ratelimit-remaining",
        "ratelimit-reset",
        "retry-after",
        "user-agent",
        "x-ratelimit-limit",
        "x-ratelimit-remaining",
        "x-ratelimit-reset",
        "x-request-id",
    }
)
"""The headers whose values a log line may show, whatever the platform."""

_LOWER: Final = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}
_REPEATED: Final = "[secret]"
_SPACES: Final = "\n\r\t"
_NOT_SHOWN: Final = "\N{REPLACEMENT CHARACTER}"
_PLAIN: Final = re.compile(r"[\w.~-]*", re.ASCII)  # characters that nothing escapes
_STRETCH: Final = 16  # characters of a secret that are replaced wherever they stand
_LONGEST: Final = 10_000  # characters of a text that are looked through
_SHORTEST: Final = 8  # characters of a secret that are looked for in disguise
_DISGUISED: Final = 8_192  # characters of all secrets, the shortest first, for which that is done


def masked(sent: Iterable[tuple[str, str]], shown: frozenset[str]) -> Iterator[tuple[str, str]]:
    """Return headers for a log line, each by its name; a value only if it may show."""
    return ((name, value if name.lower() in shown else HIDDEN) for name, value in sent)


def query(sent: str, shown: frozenset[str]) -> str:
    """Return a query for a log line, its question mark included; a value only if it may show."""
    members = (member.partition("=") for member in sent.split("&") if member)
    told = "&".join(f"{name}={value if name in shown else HIDDEN}" for name, _, value in members)
    return f"?{told}" if told else ""


def unlisted(sent: Mapping[str, str], shown: frozenset[str]) -> list[str]:
    """Return the values that may not show, of those that are no word of any sentence."""
    return [
        value
        for name, value in sent.items()
        if name.lower() not in shown and len(value) >= _SHORTEST
    ]


class Redaction:
    """Takes secrets out of what a server says, in whatever form it repeats them.

    A secret is found as it is, percent-encoded, as a form has it, escaped as in JSON or in HTML, in
    base64 and in hexadecimal. Of a long one, any 16 characters in a row are found, in either case,
    and with spaces or line breaks in between. When there are thousands of characters of them, the
    longest are found as they are alone: a body may be of any size, and so would the search.

    Args:
        secrets: What must not show.
        before: What else is taken out, before these.
    """

    def __init__(self, secrets: Iterable[str], before: Redaction | None = None) -> None:
        self._secrets = sorted({*secrets} - {""}, key=len)
        self._before = before

    @cached_property
    def _forms(self) -> set[str]:
        return {form for secret in self._disguised for form in _forms(secret)}

    @cached_property
    def _disguised(self) -> list[str]:
        return self._secrets[: len(self._secrets) - len(self._long)]

    @cached_property
    def _long(self) -> list[str]:
        """The longest, which no table is made for."""
        ends = accumulate(map(len, self._secrets))
        return [secret for secret, end in zip(self._secrets, ends, strict=True) if end > _DISGUISED]

    @cached_property
    def _stretches(self) -> dict[int, set[str]]:
        stretches: dict[int, set[str]] = {}
        for squeezed in map(_squeezed, self._forms):
            size = min(len(squeezed), _STRETCH)
            if size >= _SHORTEST:
                known = stretches.setdefault(size, set())
                known.update(squeezed[i : i + size] for i in range(len(squeezed) - size + 1))
        return stretches

    def __call__(self, text: str) -> str:
        """Return a text without the secrets.

        Characters that would do something to a terminal go as well, and so does an end that nobody
        would read.
        """
        if len(text) > _LONGEST:
            return f"{self(text[:_LONGEST])[:-_STRETCH]}..."  # a secret may have been cut in two
        return _shown(self._without_secrets(text))

    def _without_secrets(self, text: str) -> str:
        if self._before is not None:
            text = self._before._without_secrets(text)
        shown, end = "", 0
        for start, stop in _merged([*self._whole(text), *self._stretched(text)]):
            shown += text[end:start] + _REPEATED
            end = stop
        return shown + text[end:]

    def _whole(self, text: str) -> Iterator[tuple[int, int]]:
        for form in chain(self._forms, self._long):
            start = text.find(form)
            while start >= 0:
                yield start, start + len(form)
                start = text.find(form, start + 1)

    def _stretched(self, text: str) -> Iterator[tuple[int, int]]:
        squeezed = _squeezed(text)
        found = [*self._in_tables(squeezed), *self._in_long_ones(squeezed)]
        if found:  # not so in by far the most texts
            places = [place for place, character in enumerate(text) if not character.isspace()]
            yield from ((places[start], places[stop - 1] + 1) for start, stop in found)

    def _in_tables(self, squeezed: str) -> Iterator[tuple[int, int]]:
        for size, known in self._stretches.items():
            pieces = [squeezed[i : i + size] for i in range(len(squeezed) - size + 1)]
            if not known.isdisjoint(pieces):
                yield from ((i, i + size) for i, piece in enumerate(pieces) if piece in known)

    def _in_long_ones(self, squeezed: str) -> Iterator[tuple[int, int]]:
        last = len(squeezed) - _STRETCH
        for secret in self._long_and_squeezed:
            for block in range(0, len(squeezed) - _SHORTEST + 1, _SHORTEST):
                if squeezed[block : block + _SHORTEST] not in secret:
                    continue  # which no stretch that it is in can be, then
                for start in range(max(0, block + _SHORTEST - _STRETCH), min(block, last) + 1):
                    if squeezed[start : start + _STRETCH] in secret:
                        yield start, start + _STRETCH

    @cached_property
    def _long_and_squeezed(self) -> list[str]:
        return [*map(_squeezed, self._long)]


def _shown(text: str) -> str:
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in _SPACES else _NOT_SHOWN for c in text)


class Standing:
    """The redaction of what a client sends in confidence with each call.

    It is kept, for making one takes longer than a call.
    """

    def __init__(self) -> None:
        self._last: tuple[tuple[str, ...], Redaction | None] = ((), None)

    def of(self, secrets: Iterable[str]) -> Redaction:
        """Return the redaction of these secrets: the last one, if it is of the same."""
        wanted = tuple(secrets)
        known, redaction = self._last
        if redaction is None or known != wanted:
            redaction = Redaction(wanted)
            self._last = wanted, redaction
        return redaction

    def __reduce__(self) -> tuple[type[Standing], tuple[()]]:
        return Standing, ()  # the secrets stay here


def _merged(ranges: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the same ranges in order, those that overlap or touch as one."""
    merged: list[tuple[int, int]] = []
    for start, stop in sorted(ranges):
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(merged[-1][1], stop)
        else:
            merged.append((start, stop))
    return merged


def _squeezed(text: str) -> str:
    return "".join(text.split()).translate(_LOWER)


def _forms(secret: str) -> Iterator[str]:
    """Return a secret as it is, and as it may be written."""
    if _PLAIN.fullmatch(secret) is None:
        yield from _escaped(secret)
    yield secret
    content = secret.encode("utf-8", "surrogatepass")
    disguises = [content.hex()]
    for before in range(3):  # bytes of something else before it, such as "user:"
        code = base64.b64encode(bytes(before) + content).decode()
        whole = code[(before * 8 + 5) // 6 : (before + len(content)) * 8 // 6]
        disguises += [whole, whole.replace("+", "-").replace("/", "_")]
    yield from (form for form in disguises if len(form) >= _SHORTEST)


def _escaped(secret: str) -> Iterator[str]:
    escaped = json.dumps(secret)[1:-1]
    html = secret.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    yield from (escaped, escaped.replace("/", "\\/"), html, html.replace('"', "&quot;"))
    yield json.dumps(secret, ensure_ascii=False)[1:-1]
    for safe in ("", "/"):
        yield quote(secret, safe=safe, errors="replace")
        yield quote_plus(secret, safe=safe, errors="replace")
