"""The tolerant pass: what contradicts its documented type costs that member, not the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

from . import document
from .drift import Drift
from .kinds import Mismatch, describe, is_model, origin, present
from .model import UNSET

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from cattrs import Converter

    from .document import JSON
    from .kinds import Hook, Plan
    from .model import Model


class At(Exception):
    """A mismatch, and where."""

    def __init__(self, drift: Drift) -> None:
        super().__init__()
        self.drift = drift


class Walk:
    """The tolerant pass: one walk through one document, down to where the strict pass fails."""

    def __init__(
        self,
        plan: Callable[[type[Model]], Plan],
        converter: Converter,
        notice: Callable[[type[Model], Iterable[str]], None],
    ) -> None:
        self._plan = plan
        self._converter = converter
        self._notice = notice
        self.drifts: list[Drift] = []

    def descend(self, type_: Any, value: Any, path: str) -> Any:
        """Return what a value is that the strict pass refused; raises At where it cannot be."""
        inner = present(type_)
        if is_model(inner) and document.is_object(value):
            return self._model(inner, value, path)
        if origin(inner) is list and document.is_array(value):
            (item,) = get_args(inner)
            take = self._converter.get_structure_hook(item)
            return [self._visit(take, item, v, f"{path}[{i}]") for i, v in enumerate(value)]
        got = "nothing" if value is UNSET else document.kind(value)
        raise At(Drift(path or "$", describe(inner), got))

    def _visit(self, take: Hook, type_: Any, value: Any, path: str) -> Any:
        try:
            return take(value, type_)
        except Mismatch:
            pass  # what is in it may be left absent
        return self.descend(type_, value, path)

    def _model(self, cls: type[Model], value: dict[str, JSON], path: str) -> Model:
        cls = cls.variant(value)
        slots, required = self._plan(cls)
        prefix = f"{path}." if path else ""
        extra = dict(value)
        found: dict[str, Any] = {}
        for member, (field, plain, take, type_) in slots.items():
            where = prefix + member
            if member not in value:
                if member in required:
                    raise At(Drift(where, describe(type_), "nothing"))
                continue
            raw = value[member]
            try:
                found[field] = raw if type(raw) in plain else self._visit(take, type_, raw, where)
                del extra[member]
            except At as at:
                if member in required:
                    raise
                self.drifts.append(at.drift)
        if undocumented := extra.keys() - slots.keys():
            self._notice(cls, undocumented)
        return cls(**found, extra=extra)
