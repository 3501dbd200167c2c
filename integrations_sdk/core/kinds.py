"""What kinds of values a field may hold, and cattrs hooks that take them exactly as they are."""

from __future__ import annotations

import types
from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, Union, get_args, get_origin

from . import document, timestamps
from .model import Model, Unset
from .secret import Secret

if TYPE_CHECKING:
    from cattrs import Converter

    from .document import JSON

Hook = Callable[[Any, Any], Any]


Slot: TypeAlias = tuple[str, frozenset[type], Hook, Any]
"""Where a member of a document goes: the field, the types whose values go there as they are, what
takes all other values, and what the field holds when it is there and not null."""

Plan: TypeAlias = tuple[dict[str, Slot], frozenset[str]]
"""How a model is made: where each member goes, in the order of the fields; and the members that a
document must have."""


class Mismatch(Exception):
    """A value of another kind than documented. Never holds the value."""


def is_model(type_: Any) -> bool:
    """Tell whether a field holds a model."""
    return isinstance(type_, type) and issubclass(type_, Model)


def _arms(type_: Any) -> tuple[Any, ...]:
    return get_args(type_) if origin(type_) in {Union, types.UnionType} else (type_,)


def origin(type_: Any) -> Any:
    """Return ``list`` for ``list[str]``, ``dict`` for ``dict[str, int]``."""
    return get_origin(type_)


def is_nullable(type_: Any) -> bool:
    """Tell whether a field may be null."""
    return type(None) in _arms(type_)


def present(type_: Any) -> Any:
    """Return what a value is when it is there, and not null.

    Of a model and its variants that is the model itself, which knows how to choose among them.
    """
    if isinstance(type_, type):
        return type_
    arms = tuple(arm for arm in _arms(type_) if arm not in {Unset, type(None)})
    if all(is_model(arm) for arm in arms):
        arms = tuple(base for base in arms if all(issubclass(arm, base) for arm in arms)) or arms
    return Union[arms]  # noqa: UP007 -- built from values


def _is_open_choice(type_: Any) -> bool:
    arms = _arms(type_)
    return len(arms) > 1 and all(arm is str or origin(arm) is Literal for arm in arms)


@cache
def choices(type_: Any) -> frozenset[str]:
    """Return the documented values of an open choice, ``Literal["a", "b"] | str``; else none."""
    inner = present(type_)
    literals = [arm for arm in _arms(inner) if origin(arm) is Literal]
    return frozenset(value for arm in literals for value in get_args(arm))


def _is_anything(type_: Any) -> bool:
    return {bool, int, float, str}.issubset(_arms(type_))


def describe(type_: Any) -> str:
    """Name what a field holds, in the words of JSON."""
    inner = present(type_)
    if is_model(inner) or origin(inner) is dict:
        return "object"
    if origin(inner) is list:
        return "array"
    return {int: "int", float: "number", bool: "bool", datetime: "date-time"}.get(inner, "str")


def plain(type_: Any) -> frozenset[type]:
    """Return the types whose values a field takes as they are, without a look at the value."""
    inner = present(type_)
    types_: set[type] = {dict} if origin(inner) is dict else set()
    if _is_anything(inner):
        types_ = {bool, dict, float, int, list, str}
    elif inner is float:
        types_ = {float, int}
    elif inner in {bool, int, str}:
        types_ = {inner}
    return frozenset(types_ | {type(None)} if is_nullable(type_) else types_)


def _exactly(type_: type, *, also: type | None = None) -> Hook:
    """Take a value of a type as it is: cattrs by default would convert it.

    Subclasses are what callers may have, such as members of an enum that are text; of these, bool
    alone is another kind in JSON than in Python.
    """
    accepted = (type_, also or type_)

    def hook(value: Any, _: Any) -> Any:
        if type(value) in accepted:
            return value
        if isinstance(value, accepted) and not isinstance(value, bool):
            return value
        raise Mismatch

    return hook


def _structure_secret(value: Any, _: Any) -> Secret:
    if isinstance(value, str):
        return Secret(value)
    raise Mismatch


def _structure_datetime(value: Any, _: Any) -> datetime:
    if type(value) is str:
        try:
            return timestamps.parse(value)
        except ValueError:
            pass  # raised below, so that the value is not in the exception's context
    raise Mismatch


def register_leaves(converter: Converter) -> None:
    """Teach a converter all kinds of fields but models."""
    for type_, also in ((str, None), (bool, None), (int, None), (float, int)):
        converter.register_structure_hook(type_, _exactly(type_, also=also))
    converter.register_structure_hook(Secret, _structure_secret)
    converter.register_structure_hook(datetime, _structure_datetime)

    def optional(type_: Any) -> Hook:
        inner = present(type_)
        hook = converter.get_structure_hook(inner)
        if not is_nullable(type_):
            return hook
        return lambda value, _: None if value is None else hook(value, inner)

    def array(type_: Any) -> Hook:
        (item,) = get_args(type_)
        hook = converter.get_structure_hook(item)

        def structure(value: Any, _: Any) -> list[Any]:
            if not document.is_array(value):
                raise Mismatch
            return [hook(element, item) for element in value]

        return structure

    def free_form(value: Any, _: Any) -> dict[str, JSON]:
        if not document.is_object(value):
            raise Mismatch
        return value

    converter.register_structure_hook_func(lambda type_: origin(type_) is dict, free_form)
    converter.register_structure_hook_factory(lambda type_: origin(type_) is list, array)
    converter.register_structure_hook_factory(lambda type_: present(type_) != type_, optional)
    converter.register_structure_hook_func(_is_anything, lambda value, _: value)
    converter.register_structure_hook_func(_is_open_choice, _exactly(str))
