"""attrs models to JSON and back, by cattrs.

Decoding never coerces: ``"false"`` is not true and 1.9 is not 1. A strict pass, compiled by cattrs,
serves the documents that are as documented. Only when it fails, a tolerant pass goes through the
document member by member: a member that contradicts its documented type is left absent, kept as it
came in ``extra``, and reported as a [Drift][integrations_sdk.Drift].
"""

from __future__ import annotations

import json
import types
from collections.abc import Callable
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, TypeVar, Union, get_args, get_origin

import attrs

from . import document, timestamps
from .errors import DecodeError, InvalidArgumentError
from .model import UNSET, Model, Unset, member_name
from .secret import MASK, Secret

if TYPE_CHECKING:
    from cattrs import Converter

    from .document import JSON

T = TypeVar("T")
M = TypeVar("M", bound=Model)
Hook = Callable[[Any, Any], Any]


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


class Mismatch(Exception):
    """A value of another kind than documented. Holds the kinds, never the value."""

    def __init__(self, expected: str, value: object) -> None:
        super().__init__()
        self.expected = expected
        self.got = "nothing" if value is UNSET else document.kind(value)


def camel_case(name: str) -> str:
    """``application_id`` becomes ``applicationId``."""
    head, *tail = name.split("_")
    return head + "".join(word.capitalize() for word in tail)


class Codec:
    """How one platform writes its documents.

    Args:
        style: From a field's name to its JSON member.
        timestamp: From a date-time to its text.
    """

    def __init__(
        self,
        style: Callable[[str], str] = camel_case,
        timestamp: Callable[[datetime], str] = timestamps.javascript,
    ) -> None:
        self._style = style
        self._timestamp = timestamp
        self._members: dict[type[Model], dict[str, str]] = {}

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

    def decode(self, type_: type[T], value: JSON, *, strict: bool = False) -> tuple[T, list[Drift]]:
        """Make a model of a parsed document.

        Returns:
            The model, and where the document drifts from what is documented.

        Raises:
            DecodeError: When no model can be made of it or, if strict, when it drifts.
        """
        try:
            return self._converter.structure(value, type_), []
        except (Mismatch, KeyError):
            pass  # the tolerant pass finds out where, and whether it matters
        model, drifts, fatal = self._tolerate(type_, value)
        problem = fatal or (drifts[0] if strict and drifts else None)
        if problem is None:
            return model, drifts
        del value, model
        raise DecodeError(problem.path, problem.expected, problem.got)

    def load(self, type_: type[M], data: JSON | bytes, *, strict: bool) -> M:
        """Make a model of a document that may still be text."""
        try:
            value = document.parse(data) if isinstance(data, (bytes, str)) else data
        except ValueError as error:
            problem = str(error)
        else:
            return self.decode(type_, value, strict=strict)[0]
        del data
        raise DecodeError("$", "JSON", problem)

    def dump(self, model: Model, *, reveal: bool) -> dict[str, JSON]:
        """Return the JSON object that a model stands for, its secrets masked or in clear."""
        written: dict[str, JSON] = {}
        for name, member in self.members(type(model)).items():
            value = getattr(model, name)
            if value is not UNSET:
                written[member] = self._write(value, reveal)
        for member, raw in model.extra.items():
            written.setdefault(member, raw if reveal else document.mask(raw))
        return written

    def encode(self, name: str, model: object, type_: type[Model]) -> bytes:
        """Write a request's body, once it is known to be what the platform documents.

        Args:
            name: The argument that it came in, for the error.
            model: What the caller passed.
            type_: What was asked for.

        Raises:
            InvalidArgumentError: When a member contradicts its documented type, or is a mask.
        """
        if not isinstance(model, type_):
            wanted = f"{type_.__name__} ({type_.__name__}.from_json makes one of a dict)"
            raise InvalidArgumentError(name, wanted, type(model).__name__)
        written = self.dump(model, reveal=True)
        problem = self._problem(type_, written)
        if problem is None:
            return json.dumps(written, separators=(",", ":"), allow_nan=False).encode()
        del written  # it holds secrets, and this frame ends up in a traceback
        path = problem.path if problem.path.startswith("[") else f".{problem.path}"
        raise InvalidArgumentError(name + path, problem.expected, problem.got)

    def _problem(self, type_: type[Model], written: dict[str, JSON]) -> Drift | None:
        _, drifts, fatal = self._tolerate(type_, written)
        masked = document.find_mask(written)
        if masked is not None:
            return Drift(masked.lstrip("."), "a secret's value", "the mask that stands in for it")
        return fatal or next(iter(drifts), None)

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
        walk = _Walk(self, self._converter)
        try:
            return walk.visit(type_, value, ""), walk.drifts, None
        except _At as at:
            fatal = at.drift
        return None, walk.drifts, fatal

    @cached_property
    def _converter(self) -> Converter:
        from cattrs import Converter
        from cattrs.gen import make_dict_structure_fn, override

        converter = Converter(detailed_validation=False)

        def model_hook(cls: type[Model]) -> Hook:
            names = self.members(cls)
            renamed: dict[str, Any] = {
                name: override(rename=member) for name, member in names.items()
            }
            structure = make_dict_structure_fn(
                cls,
                converter,
                _cattrs_detailed_validation=False,
                extra=override(omit=True),
                **renamed,
            )
            known = frozenset(names.values())

            def hook(value: Any, _: Any) -> Any:
                if not document.is_object(value):
                    raise Mismatch("object", value)
                model = structure(value, cls)
                if not known.issuperset(value):
                    model.extra = {k: v for k, v in value.items() if k not in known}
                return model

            return hook

        converter.register_structure_hook_factory(_is_model, model_hook)
        _register_leaves(converter)
        return converter


class _At(Exception):
    """A mismatch, and where."""

    def __init__(self, drift: Drift) -> None:
        super().__init__()
        self.drift = drift


class _Walk:
    """The tolerant pass: one walk through one document."""

    def __init__(self, codec: Codec, converter: Converter) -> None:
        self._codec = codec
        self._converter = converter
        self.drifts: list[Drift] = []

    def visit(self, type_: Any, value: Any, path: str) -> Any:
        if value is not None or not _is_nullable(type_):
            inner = _present(type_)
            if _is_model(inner):
                return self._model(inner, value, path)
            if _origin(inner) is list and document.is_array(value):
                (item,) = get_args(inner)
                return [self.visit(item, v, f"{path}[{i}]") for i, v in enumerate(value)]
        try:
            return self._converter.structure(value, type_)
        except Mismatch as mismatch:
            drift = Drift(path or "$", mismatch.expected, mismatch.got)
        raise _At(drift)

    def _model(self, cls: type[Model], value: Any, path: str) -> Model:
        if not document.is_object(value):
            raise _At(Drift(path or "$", "object", document.kind(value)))
        extra = dict(value)
        found: dict[str, Any] = {}
        for name, member in self._codec.members(cls).items():
            field = attrs.fields_dict(cls)[name]
            try:
                found[name] = self._member(field, value, member, path)
                extra.pop(member, None)
            except _At as at:
                if field.default is attrs.NOTHING:
                    raise
                self.drifts.append(at.drift)
        return cls(**found, extra=extra)

    def _member(
        self, field: attrs.Attribute[Any], owner: dict[str, JSON], member: str, path: str
    ) -> Any:
        where = f"{path}.{member}" if path else member
        if member in owner:
            return self.visit(field.type, owner[member], where)
        if field.default is attrs.NOTHING:
            raise _At(Drift(where, _describe(field.type), "nothing"))
        return field.default


def _is_model(type_: Any) -> bool:
    return isinstance(type_, type) and issubclass(type_, Model)


def _arms(type_: Any) -> tuple[Any, ...]:
    return get_args(type_) if _origin(type_) in {Union, types.UnionType} else (type_,)


def _origin(type_: Any) -> Any:
    return get_origin(type_)


def _is_nullable(type_: Any) -> bool:
    return type(None) in _arms(type_)


def _present(type_: Any) -> Any:
    """Return what a value is when it is there, and not null."""
    arms = tuple(arm for arm in _arms(type_) if arm not in {Unset, type(None)})
    return Union[arms]  # noqa: UP007 -- built from values


def _is_open_choice(type_: Any) -> bool:
    arms = _arms(type_)
    return len(arms) > 1 and all(arm is str or _origin(arm) is Literal for arm in arms)


def _is_anything(type_: Any) -> bool:
    return {bool, int, float, str}.issubset(_arms(type_))


def _describe(type_: Any) -> str:
    inner = _present(type_)
    if _is_model(inner) or _origin(inner) is dict:
        return "object"
    if _origin(inner) is list:
        return "array"
    return {int: "int", float: "number", bool: "bool", datetime: "date-time"}.get(inner, "str")


def _exactly(type_: type, *, also: type | None = None) -> Hook:
    """Take a value of a type as it is: cattrs by default would convert it."""
    expected = _describe(type_)

    def hook(value: Any, _: Any) -> Any:
        if type(value) is type_ or type(value) is also:
            return value
        raise Mismatch(expected, value)

    return hook


def _structure_secret(value: Any, _: Any) -> Secret:
    if type(value) is str:
        return Secret(value)
    raise Mismatch("str", value)


def _structure_datetime(value: Any, _: Any) -> datetime:
    if type(value) is str:
        try:
            return timestamps.parse(value)
        except ValueError:
            pass  # raised below, so that the value is not in the exception's context
    raise Mismatch("date-time", value)


def _register_leaves(converter: Converter) -> None:
    for type_, also in ((str, None), (bool, None), (int, None), (float, int)):
        converter.register_structure_hook(type_, _exactly(type_, also=also))
    converter.register_structure_hook(Secret, _structure_secret)
    converter.register_structure_hook(datetime, _structure_datetime)

    def optional(type_: Any) -> Hook:
        inner = _present(type_)
        hook = converter.get_structure_hook(inner)
        if not _is_nullable(type_):
            return lambda value, _: hook(value, inner)
        return lambda value, _: None if value is None else hook(value, inner)

    def array(type_: Any) -> Hook:
        (item,) = get_args(type_)
        hook = converter.get_structure_hook(item)

        def structure(value: Any, _: Any) -> list[Any]:
            if not document.is_array(value):
                raise Mismatch("array", value)
            return [hook(element, item) for element in value]

        return structure

    def free_form(value: Any, _: Any) -> dict[str, JSON]:
        if not document.is_object(value):
            raise Mismatch("object", value)
        return value

    converter.register_structure_hook_func(lambda type_: _origin(type_) is dict, free_form)
    converter.register_structure_hook_factory(lambda type_: _origin(type_) is list, array)
    converter.register_structure_hook_factory(lambda type_: _present(type_) != type_, optional)
    converter.register_structure_hook_func(_is_anything, lambda value, _: value)
    converter.register_structure_hook_func(_is_open_choice, _exactly(str))
