"""The tolerant pass: what contradicts its documented type costs that member, not the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

import attrs

from . import document
from .kinds import Mismatch, describe, is_model, is_nullable, origin, present
from .model import is_required

if TYPE_CHECKING:
    from collections.abc import Callable

    from cattrs import Converter

    from .document import JSON
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
    """The tolerant pass: one walk through one document."""

    def __init__(
        self, members: Callable[[type[Model]], dict[str, str]], converter: Converter
    ) -> None:
        self._members = members
        self._converter = converter
        self.drifts: list[Drift] = []

    def visit(self, type_: Any, value: Any, path: str) -> Any:
        """Return what a value is as a type; raises At where it cannot be."""
        if value is not None or not is_nullable(type_):
            inner = present(type_)
            if is_model(inner):
                return self._model(inner, value, path)
            if origin(inner) is list and document.is_array(value):
                (item,) = get_args(inner)
                return [self.visit(item, v, f"{path}[{i}]") for i, v in enumerate(value)]
        try:
            return self._converter.structure(value, type_)
        except Mismatch as mismatch:
            drift = Drift(path or "$", mismatch.expected, mismatch.got)
        raise At(drift)

    def _model(self, cls: type[Model], value: Any, path: str) -> Model:
        if not document.is_object(value):
            raise At(Drift(path or "$", "object", document.kind(value)))
        cls = cls.variant(value)
        extra = dict(value)
        found: dict[str, Any] = {}
        for name, member in self._members(cls).items():
            field = attrs.fields_dict(cls)[name]
            try:
                found[name] = self._member(field, value, member, path)
                extra.pop(member, None)
            except At as at:
                if is_required(field):
                    raise
                self.drifts.append(at.drift)
        return cls(**found, extra=extra)

    def _member(
        self, field: attrs.Attribute[Any], owner: dict[str, JSON], member: str, path: str
    ) -> Any:
        where = f"{path}.{member}" if path else member
        if member in owner:
            return self.visit(field.type, owner[member], where)
        if is_required(field):
            raise At(Drift(where, describe(field.type), "nothing"))
        return field.default
