"""Markup that escapes whatever is put into it, unless it is markup already."""

from collections.abc import Iterable, Mapping
from html import escape
from typing import TypeAlias

_VOID = {"input", "link", "meta"}


class Html(str):
    """Text that is markup already; any other text is escaped when it gets into some."""

    __slots__ = ()


Attributes: TypeAlias = Mapping[str, str | bool]
"""The attributes of an element; ``True`` is one without a value, ``False`` leaves it out."""


def element(name: str, attributes: Attributes | None = None, *content: str) -> Html:
    """Return an element, with its content escaped."""
    opened = f"<{name}{''.join(_attribute(*pair) for pair in (attributes or {}).items())}>"
    return Html(opened if name in _VOID else f"{opened}{join(content)}</{name}>")


def join(parts: Iterable[str]) -> Html:
    """Return several parts as one, each of them escaped."""
    return Html("".join(part if isinstance(part, Html) else escape(part) for part in parts))


def _attribute(name: str, value: str | bool) -> str:
    if value is False:
        return ""
    return f" {name}" if value is True else f' {name}="{escape(value)}"'
