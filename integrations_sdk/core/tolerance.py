"""The tolerant pass: what contradicts its documented type costs that member, not the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

import attrs

from . import document
from .kinds import Mismatch, describe, is_model, origin, present
from .model import UNSET

if TYPE_CHECKING:
    from collections.abc import Callable

    from cattrs import Converter

    from .document import JSON
    from .kinds import Plan
    from .model import Model


@attrs.frozen
class Drift:
    """A place where an answer is not what the platform documents.

    Attributes:
        path: Where in the document: ``install[2].completed``; ``$`` for all of it.
        expected: The kind that is documented.
        got: The kind that came; never the value.
    """

    path: str
    expected: str
    got: str


class At(Exception):
    """A mismatch, and where."""

    def __init__(self, drift: Drift) -> None:
        super().__init__()
        self.drift = drift


class Walk:
    """The tolerant pass: one walk through one document, down to where the strict pass fails."""

    def __init__(self, plan: Callable[[type[Model]], Plan], converter: Converter) -> None:
        self._plan = plan
        self._converter = converter
        self.drifts: list[Drift] = []

    def descend(self, type_: Any, value: Any, path: str) -> Any:
        """Return what a value is that the strict pass refused; raises At where it cannot be."""
        inner = present(type_)
        if is_model(inner) and document.is_object(value):
            return self._model(inner, value, path)
        if origin(inner) is list and document.is_array(value):
            (item,) = get_args(inner)
            return [self._visit(item, v, f"{path}[{i}]") for i, v in enumerate(value)]
        got = "nothing" if value is UNSET else document.kind(value)
        raise At(Drift(path or "$", describe(inner), got))

    def _visit(self, type_: Any, value: Any, path: str) -> Any:
        try:
            return self._converter.structure(value, type_)
        except Mismatch:
            pass  # what is in it may be left absent
        return self.descend(type_, value, path)

    def _model(self, cls: type[Model], value: dict[str, JSON], path: str) -> Model:
        cls = cls.variant(value)
        slots, required = self._plan(cls)
        prefix = f"{path}." if path else ""
        extra = dict(value)
        found: dict[str, Any] = {}
        for member, (field, plain, _, type_) in slots.items():
            where = prefix + member
            if member not in value:
                if member in required:
                    raise At(Drift(where, describe(type_), "nothing"))
                continue
            raw = value[member]
            try:
                found[field] = raw if type(raw) in plain else self._visit(type_, raw, where)
                del extra[member]
            except At as at:
                if member in required:
                    raise
                self.drifts.append(at.drift)
        return cls(**found, extra=extra)
