"""attrs models to JSON and back, by cattrs.

Decoding never coerces: ``"false"`` is not true and 1.9 is not 1. A strict pass serves the documents
that are as documented. Only where it fails, a tolerant pass goes through the part that drifts,
member by member: a member that contradicts its documented type is left absent, kept as it came in
``extra``, and reported as a [Drift][integrations_sdk.Drift].
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from functools import cached_property
from threading import get_ident
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar, get_args
from urllib.parse import urlencode

import attrs

from . import document, timestamps
from .drift import Drift, documented, undocumented
from .errors import DecodeError, InvalidArgumentError
from .kinds import Hook, Mismatch, Plan, Slot, is_model, plain, present, register_leaves
from .model import UNSET, Model, is_hidden, is_required, member_name
from .secret import MASK, Secret
from .tolerance import At, Walk

if TYPE_CHECKING:
    from cattrs import Converter

    from .document import JSON

Sighting: TypeAlias = tuple[type[Model], str]
"""A model, and a member of it that no documentation has, or whose value none has."""

T = TypeVar("T")
M = TypeVar("M", bound=Model)


def hyphen_case(name: str) -> str:
    """``consumer_key`` becomes ``consumer-key``."""
    return name.replace("_", "-")


def as_is(name: str) -> str:
    """``account_id`` stays as it is."""
    return name


def camel_case(name: str) -> str:
    """``application_id`` becomes ``applicationId``."""
    head, *tail = name.split("_")
    return head + "".join(word.capitalize() for word in tail)


def _is_within(path: str, outer: tuple[str, ...]) -> bool:
    return any(path == o or path.startswith((f"{o}.", f"{o}[")) for o in outer)


class Codec:
    """How one platform writes its documents.

    Args:
        style: From a field's name to its JSON member.
        timestamp: From a date-time to its text.
        mask: What it writes itself in the place of a secret.
    """

    def __init__(
        self,
        style: Callable[[str], str] = camel_case,
        timestamp: Callable[[datetime], str] = timestamps.javascript,
        mask: str = MASK,
    ) -> None:
        self._masks = (MASK, mask)
        self._style = style
        self._timestamp = timestamp
        self._members: dict[type[Model], dict[str, str]] = {}
        self._plans: dict[type[Model], Plan] = {}
        self._noticed: dict[int, set[Sighting]] = {}  # by the thread that decodes
        self._secretive: dict[object, bool] = {}

    def __reduce__(self) -> tuple[type[Codec], tuple[object, ...]]:
        """Pickle what a codec was made from, and not what it knows of models by now."""
        return Codec, (self._style, self._timestamp, self._masks[1])

    def members(self, cls: type[Model]) -> dict[str, str]:
        """Return a model's fields, and the JSON members that they stand for."""
        if cls not in self._members:
            attrs.resolve_types(
                cls, localns={"Codec": Codec}
            )  # Model cannot import it: it is above
            self._members[cls] = {
                field.name: member_name(field, self._style)
                for field in attrs.fields(cls)
                if field.name != "extra"
            }
        return self._members[cls]

    def holds_secrets(self, type_: object) -> bool:
        """Tell whether a model, or a type that models are in, has a secret anywhere in it."""
        if type_ not in self._secretive:
            self._secretive[type_] = Secret in self._types_in(type_, set())
        return self._secretive[type_]

    def _types_in(self, type_: object, found: set[object]) -> set[object]:
        if type_ in found:
            return found
        found.add(type_)
        parts: list[object] = [*get_args(type_)]
        if isinstance(type_, type) and issubclass(type_, Model):
            fields = attrs.fields_dict(type_)
            parts = [fields[name].type for name in self.members(type_)]
            parts += type_.__subclasses__()  # which its variants are
        for part in parts:
            self._types_in(part, found)
        return found

    def decode(self, type_: type[T], value: JSON, *, strict: bool = False) -> tuple[T, list[Drift]]:
        """Make a model of a parsed document.

        Returns:
            The model, and where members contradict their documented types.

        Raises:
            DecodeError: When no model can be made of it or, if strict, when a member contradicts
                its documented type.
        """
        try:
            return self._converter.structure(value, type_), []
        except Mismatch:
            pass  # the tolerant pass finds out where, and whether it matters
        model, drifts, fatal = self._tolerate(type_, value)
        problem = fatal or (drifts[0] if strict and drifts else None)
        if problem is None:
            return model, drifts
        self.noticed()
        del value, model
        raise DecodeError(problem.path, problem.expected, problem.got)

    def noticed(self) -> set[Sighting]:
        """Return what is undocumented in what this thread decoded since it was asked last."""
        return self._noticed.pop(get_ident(), set()) if self._noticed else set()

    def undocumented(self, model: object) -> Iterator[Drift]:
        """Find where a model was made of what no documentation has."""
        return undocumented(model, self.members)

    def load(self, type_: type[M], data: JSON | bytes, *, strict: bool) -> M:
        """Make a model of a document that may still be text."""
        try:
            if isinstance(data, (bytes, str)):
                value = document.parse(data, unique=self.holds_secrets(type_))
            else:
                value = data
        except ValueError as error:
            problem = str(error)
        else:
            model, _ = self.decode(type_, value, strict=strict)
            self.noticed()
            return model
        del data
        raise DecodeError("$", "JSON", problem)

    def dump(self, model: Model, *, reveal: bool) -> dict[str, JSON]:
        """Return the JSON object that a model stands for, its secrets masked or in clear."""
        written: dict[str, JSON] = {}
        fields = {} if reveal else attrs.fields_dict(type(model))
        for name, member in self.members(type(model)).items():
            value = getattr(model, name)
            if value is not UNSET:
                raw = self._write(value, reveal)
                hidden = not reveal and is_hidden(fields[name])
                written[member] = document.mask(raw) if hidden else raw
        for member, raw in model.extra.items():
            written.setdefault(member, raw if reveal else document.mask(raw))
        return written

    def encode(
        self,
        name: str,
        model: object,
        type_: type[Model],
        *,
        is_form: bool = False,
        wrap: Callable[[dict[str, JSON]], JSON] | None = None,
    ) -> bytes:
        """Write a request's body, once it is known to be what the platform documents.

        Args:
            name: The argument that it came in, for the error.
            model: What the caller passed.
            type_: What was asked for.
            is_form: Write a form rather than JSON.
            wrap: From the document to what is sent.

        Raises:
            InvalidArgumentError: When a member contradicts its documented type, unless it came so
                and was not touched, or is a mask.
        """
        if not isinstance(model, type_):
            wanted = f"{type_.__name__} ({type_.__name__}.from_json makes one of a dict)"
            got = type(model).__name__
            del model  # it may hold secrets, and this frame ends up in a traceback
            raise InvalidArgumentError(name, wanted, got)
        written = self.dump(model, reveal=True)
        problem = self._problem(type_, model, written)
        if problem is None and is_form:
            return urlencode(written).encode()
        if problem is None:
            sent = written if wrap is None else wrap(written)
            return json.dumps(sent, separators=(",", ":"), allow_nan=False).encode()
        del written  # it holds secrets, and this frame ends up in a traceback
        path = problem.path if problem.path.startswith("[") else f".{problem.path}"
        raise InvalidArgumentError(name + path, problem.expected, problem.got)

    def _problem(self, type_: type[Model], model: Model, written: dict[str, JSON]) -> Drift | None:
        _, found, fatal = self._tolerate(type_, written)
        self.noticed()
        came = tuple(self._came_so(model))
        drifts = [drift for drift in found if not _is_within(drift.path, came)]
        for wrong, expected, got in (
            (self._is_mask, "a secret's value", "the mask that stands in for it"),
            (document.is_foreign, "a value that JSON knows", "one that it does not"),
        ):
            path = document.find(written, wrong)
            if path is not None:
                drifts.append(Drift(path.lstrip("."), expected, got))
        return fatal or next(iter(drifts), None)

    def _is_mask(self, value: object) -> bool:
        return value in self._masks

    def _came_so(self, value: object, path: str = "") -> Iterator[str]:
        """Find the members that contradicted their documented type when they were read."""
        if document.is_array(value):
            for index, item in enumerate(value):
                yield from self._came_so(item, f"{path}[{index}]")
        if isinstance(value, Model):
            for name, member in self.members(type(value)).items():
                inner: object = getattr(value, name)
                where = f"{path}.{member}" if path else member
                if inner is UNSET and member in value.extra:
                    yield where
                yield from self._came_so(inner, where)

    def _write(self, value: Any, reveal: bool) -> Any:
        if isinstance(value, Model):
            return self.dump(value, reveal=reveal)
        if isinstance(value, Secret):
            return value.reveal() if reveal else MASK
        if document.is_array(value):
            return [self._write(item, reveal) for item in value]
        if document.is_object(value):
            return {name: self._write(member, reveal) for name, member in value.items()}
        return self._timestamp(value) if isinstance(value, datetime) else value

    def _tolerate(self, type_: Any, value: JSON) -> tuple[Any, list[Drift], Drift | None]:
        walk = Walk(self._plan, self._converter, self._notice)
        try:
            return walk.descend(type_, value, ""), walk.drifts, None
        except At as at:
            fatal = at.drift
        return None, walk.drifts, fatal

    def _plan(self, cls: type[Model]) -> Plan:
        if cls not in self._plans:
            fields = attrs.fields_dict(cls)
            slots: dict[str, Slot] = {}
            for name, member in self.members(cls).items():
                type_: Any = fields[name].type  # resolved by members
                hook = self._converter.get_structure_hook(type_)
                if known := documented(fields[name]):
                    hook = self._watched(hook, known, (cls, member))
                slots[member] = (name, plain(type_), hook, present(type_))
            required = (member for member, slot in slots.items() if is_required(fields[slot[0]]))
            self._plans[cls] = (slots, frozenset(required))
        return self._plans[cls]

    @cached_property
    def _converter(self) -> Converter:
        from cattrs import Converter

        converter = Converter(detailed_validation=False)
        converter.register_structure_hook_factory(is_model, self._model_hook)
        register_leaves(converter)
        return converter

    def _notice(self, cls: type[Model], members: Iterable[str]) -> None:
        if news := {(cls, member) for member in members if member not in cls.unmodelled}:
            self._noticed.setdefault(get_ident(), set()).update(news)

    def _watched(self, hook: Hook, known: frozenset[str], place: Sighting) -> Hook:
        """Take any value of an open choice, and notice one that is new."""
        noticed = self._noticed

        def take(value: Any, type_: Any) -> Any:
            if type(value) is str and value in known:
                return value
            taken = hook(value, type_)
            if taken not in known:
                noticed.setdefault(get_ident(), set()).add(place)
            return taken

        return take

    def _model_hook(self, cls: type[Model]) -> Hook:
        plans = self._plans
        is_one = cls.variant.__func__ is Model.variant.__func__  # type: ignore[attr-defined]

        def hook(value: Any, _: Any) -> Any:
            if not issubclass(type(value), dict):
                raise Mismatch
            variant = cls if is_one else cls.variant(value)
            slots, required = plans.get(variant) or self._plan(variant)
            if required and not required <= value.keys():
                raise Mismatch
            found: dict[str, Any] = {}
            extra: dict[str, JSON] | None = None
            for member, raw in value.items():
                try:
                    field, plain, take, type_ = slots[member]
                except KeyError:
                    if extra is None:
                        extra = found["extra"] = {}
                    extra[member] = raw
                else:
                    found[field] = raw if type(raw) in plain else take(raw, type_)
            if extra is not None:
                self._notice(variant, extra)
            return variant(**found)

        return hook
