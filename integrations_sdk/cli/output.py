"""What came back, for people or for pipes."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

import attrs

from integrations_sdk.core.model import Model
from integrations_sdk.core.secret import MASK, Secret

if TYPE_CHECKING:
    from integrations_sdk.core.document import JSON

Format: TypeAlias = Literal["table", "json", "jsonl", "yaml"]
_UNPRINTABLE: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)
"""Characters that steer a terminal, that turn text around, and that UTF-8 cannot write."""


@attrs.frozen
class Look:
    """How results are to look.

    Attributes:
        format: As the command line says it; None for a table on a terminal, and JSON in a pipe.
        columns: The members that a table is to show; those that fit the model when there are none.
        reveal: Write secrets in clear.
    """

    format: Format | None = None
    columns: tuple[str, ...] = ()
    reveal: bool = False

    def for_one(self) -> Format:
        """Return the format of one record."""
        return self.format or ("table" if sys.stdout.isatty() else "json")

    def for_many(self) -> Format:
        """Return the format of a list."""
        return self.format or ("table" if sys.stdout.isatty() else "jsonl")


def write_one(value: object, look: Look) -> None:
    """Write one result; nothing where nothing came back."""
    if value is None:
        return
    document, format_ = document_of(value, reveal=look.reveal), look.for_one()
    if format_ == "table" and isinstance(document, Mapping):
        from .tables import record

        record(document, look.columns)
    else:
        _write(document, "json" if format_ == "table" else format_)


def write_many(values: Iterable[object], look: Look) -> None:
    """Write a list; line by line, as it comes, where the format has lines."""
    format_ = look.for_many()
    documents = (document_of(value, reveal=look.reveal) for value in values)
    if format_ == "jsonl":
        for document in documents:
            _write(document, "jsonl")
    elif format_ == "table":
        from .tables import rows

        rows([each for each in documents if isinstance(each, Mapping)], look.columns)
    else:
        _write(list(documents), format_)


def document_of(value: object, *, reveal: bool = False) -> JSON:
    """Return the document that a result stands for."""
    if isinstance(value, Model):
        return value.to_json(reveal=reveal)
    if isinstance(value, Secret):
        return value.reveal() if reveal else MASK
    if isinstance(value, datetime):
        return value.isoformat()
    return value if isinstance(value, (bool, int, float)) or value is None else str(value)


def printable(text: str) -> str:
    """Return a text that leaves a terminal as it is: what steers one is escaped."""
    return _UNPRINTABLE.sub(lambda found: _escape(found[0]), text)


def _escape(character: str) -> str:
    return json.dumps(character)[1:-1] if character != "\x7f" else "\\u007f"


def _write(document: JSON, format_: str) -> None:
    if format_ == "yaml":
        import yaml

        dumped: str = yaml.safe_dump(document, allow_unicode=True, sort_keys=False, width=100)
        text = dumped.removesuffix("...\n").rstrip("\n")
        lines = map(printable, text.split("\n"))
        sys.stdout.write("\n".join(lines) + "\n")
        return
    written = json.dumps(document, ensure_ascii=False, indent=None if format_ == "jsonl" else 2)
    sys.stdout.write("\n".join(map(printable, written.split("\n"))) + "\n")
    if format_ == "jsonl":
        sys.stdout.flush()
