"""Where answers drift from their documentation, and who has been told of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from typing import Any, Final, Literal, TypeAlias

import attrs

from . import document
from .kinds import choices
from .model import Model, is_open

DriftKind: TypeAlias = Literal["unknown member", "unknown value", "wrong type"]
"""How an answer differs: a member that is not documented, a value that is none of those that are
documented, or one of another type."""

_MOST: Final = 1000  # drifts that are told in all, so that members of any name cost no memory
_NAME: Final = re.compile(r"[\w$@.:\-\[\]]{1,100}", re.ASCII)
_INDEX: Final = re.compile(r"\[\d+\]")


@attrs.frozen
class Drift:
    """A place where an answer is not what the platform documents; never the value there.

    Attributes:
        path: Where in the document: ``install[].completed``, for whichever item of the list; ``$``
            for all of it.
        expected: The kind, or the values, that are documented.
        got: The kind that came.
        kind: How it differs.
    """

    path: str
    expected: str
    got: str
    kind: DriftKind = "wrong type"

    def __str__(self) -> str:
        return f"{self.path}: expected {self.expected}, got {self.got}"


DriftHook = Callable[[str, Drift], None]
"""Told the operation and the drift, once for each place."""


Members = Callable[[type[Model]], dict[str, str]]
"""From a model to its fields, and the JSON members that they stand for."""


def undocumented(value: object, members: Members, path: str = "") -> Iterator[Drift]:
    """Find what a model was made of that the platform does not document.

    What is new in kind has members of its own: they are not told beside the value that says so.
    """
    if document.is_array(value):
        for item in value:
            yield from undocumented(item, members, f"{path}[]")
    if not isinstance(value, Model):
        return
    fields = members(type(value))
    prefix = f"{path}." if path else ""
    drifts = [
        Drift(prefix + member, f"one of {', '.join(sorted(known))}", "another", "unknown value")
        for name, member in fields.items()
        if isinstance(found := getattr(value, name), str)
        and (known := documented(attrs.fields_dict(type(value))[name]))
        and found not in known
    ]
    yield from drifts or (
        Drift(prefix + _shown(member), "no such member", document.kind(raw), "unknown member")
        for member, raw in value.extra.items()
        if member not in fields.values() and member not in value.unmodelled
    )
    for name, member in fields.items():
        yield from undocumented(getattr(value, name), members, prefix + member)


def documented(attribute: attrs.Attribute[Any]) -> frozenset[str]:
    """Return the values that a field has by its documentation; none where it may have any."""
    type_: Any = attribute.type
    return frozenset() if is_open(attribute) else choices(type_)


def anywhere(drift: Drift) -> Drift:
    """Return a drift without the place in a list, so that it is the same for all of its items."""
    return attrs.evolve(drift, path=_INDEX.sub("[]", drift.path))


def _shown(member: str) -> str:
    """Return a member's name if it looks like one: anything else may be data, or break a log."""
    return member if _NAME.fullmatch(member) else "<...>"


def _is_first(what: object, known: dict[object, object]) -> bool:
    mark = object()
    return len(known) < _MOST and known.setdefault(what, mark) is mark


class Told:
    """What a client and those derived from it have told: each once, whichever thread is first."""

    def __init__(self) -> None:
        self._told: dict[object, object] = {}
        self._seen: dict[object, object] = {}

    def is_new(self, *what: object) -> bool:
        """Tell whether something is told for the first time, and take note of it."""
        return _is_first(what, self._told)

    def is_unseen(self, operation: str, noticed: Collection[object]) -> bool:
        """Tell whether an answer has what none had together before, and take note of it.

        Together, for what stands beside something else that is new is not told.
        """
        return _is_first((operation, frozenset(noticed)), self._seen)

    def __reduce__(self) -> tuple[type[Told], tuple[()]]:
        """Pickle and copy nothing: where it arrives, nobody has been told."""
        return Told, ()
