"""Tables for people."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final, cast

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from integrations_sdk.core import document

from .output import printable

if TYPE_CHECKING:
    from integrations_sdk.core.document import JSON

_CHOSEN: Final = (
    (re.compile(r"_?id"),),
    (re.compile(r"name|title"),),
    (re.compile(r"(integration)?type", re.IGNORECASE),),
    (re.compile(r"provider|kind|model"),),
    (re.compile(r"enabled|active|status|mode"),),
    (re.compile(r"version"),),
    (re.compile(r"(last_?)?(updated|modified)(_?at)?", re.IGNORECASE), re.compile(r"creat\w*")),
)
"""What a list shows of its records, in this order: of each kind, what they have first."""

_FEWEST: Final = 2
_MOST: Final = 6
_ID: Final = 36  # characters, a UUID: shorter ones are never broken
_MOMENT: Final = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d):\d\d(\.\d+)?(Z|\+00:00)?")


def rows(found: Sequence[Mapping[str, JSON]], columns: Sequence[str]) -> None:
    """Print records, one to a line."""
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, padding=(0, 1, 0, 0), header_style="bold")
    shown = list(columns) or chosen(found)
    for column in shown:
        widest = max((len(_cell(at(each, column))) for each in found), default=0)
        is_id = column in {"id", "_id"} and widest <= _ID
        table.add_column(Text(printable(column)), overflow="fold", no_wrap=is_id)
    for each in found:
        table.add_row(*(Text(_brief(_cell(at(each, column)))) for column in shown))
    console().print(table)
    if sys.stderr.isatty():
        console(stderr=True).print(f"{len(found)} found", style="dim", highlight=False)


def record(found: Mapping[str, JSON], columns: Sequence[str]) -> None:
    """Print one record, a member to a line."""
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    members = [(column, at(found, column)) for column in columns] or list(_leaves(found))
    for name, value in members:
        table.add_row(Text(printable(name)), Text(_cell(value)))
    console().print(table)


def chosen(found: Sequence[Mapping[str, JSON]]) -> list[str]:
    """Return the members that tell records apart best."""
    names = list(dict.fromkeys(name for each in found for name in each))
    plain = [name for name in names if not any(_is_nested(each.get(name)) for each in found)]
    fitting = (
        next((name for wanted in kind for name in plain if wanted.fullmatch(name)), None)
        for kind in _CHOSEN
    )
    picked = [name for name in fitting if name is not None]
    if len(picked) < _FEWEST:
        picked += [name for name in plain if name not in picked]
    return picked[:_MOST]


def at(value: JSON | Mapping[str, JSON], path: str) -> JSON:
    """Return what is at a path, ``mqttConfig.port``; None where nothing is."""
    found: object = value
    for step in path.split("."):
        if document.is_object(found):
            found = found.get(step)
        elif document.is_array(found) and step.isdecimal() and int(step) < len(found):
            found = found[int(step)]
        else:
            return None
    return cast("JSON", found)  # a part of a document is one


def console(*, stderr: bool = False) -> Console:
    """Return what prints for people: without colours unless it is a terminal."""
    return Console(stderr=stderr, file=None if stderr else sys.stdout, soft_wrap=False)


def _leaves(value: JSON | Mapping[str, JSON], path: str = "") -> Iterator[tuple[str, JSON]]:
    if isinstance(value, Mapping) and value:
        for name, member in value.items():
            yield from _leaves(member, f"{path}.{name}" if path else name)
    elif isinstance(value, list) and any(map(_is_nested, value)):
        for index, item in enumerate(value):
            yield from _leaves(item, f"{path}.{index}")
    else:
        yield path, cast("JSON", value)  # an empty mapping is a document, too


def _is_nested(value: object) -> bool:
    return isinstance(value, (Mapping, list))


def _cell(value: JSON) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(_cell, value))
    return printable(str(value))


def _brief(text: str) -> str:
    """Return a moment to the minute, and anything else as it is."""
    return _MOMENT.sub(r"\1 \2", text) if _MOMENT.fullmatch(text) else text
