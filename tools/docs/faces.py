"""Griffe: declared calls as users see them, with the signatures of both faces.

In the source, a declaration returns a ``Call``; on a client it is a method that returns the answer,
or is awaited for it. Its two overloads here are what `help()` shows on the two clients.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from typing import TypeAlias, cast

import griffe

Expression: TypeAlias = "str | griffe.Expr"

_CORE = "integrations_sdk.core"
_DECORATORS = {
    f"{_CORE}.faces.endpoint": "endpoint",
    f"{_CORE}.faces.pages": "pages",
    f"{_CORE}.steps.steps": "steps",
    f"{_CORE}.steps.session": "session",
}


class Faces(griffe.Extension):
    """Show declarations as methods, and a client with the arguments that its base documents."""

    def on_package(self, *, pkg: griffe.Module, **_: object) -> None:
        """Rewrite what a whole package declares."""
        for cls in _classes(pkg):
            for function in list(cls.functions.values()):
                if not function.is_alias:
                    _show(function, pkg)
            _inherit_arguments(cls)
            _construct(cls)
        for cls in _classes(pkg):
            _tidy(cls)


def _classes(module: griffe.Module) -> Iterator[griffe.Class]:
    for member in module.members.values():
        if member.is_alias:
            continue
        if member.is_class:
            yield cast("griffe.Class", member)
        elif member.is_module:
            yield from _classes(cast("griffe.Module", member))


def _show(function: griffe.Function, pkg: griffe.Module) -> None:
    kinds = [_DECORATORS.get(decorator.callable_path) for decorator in function.decorators]
    kind = next(filter(None, kinds), None)
    if kind is None or not isinstance(function.returns, griffe.ExprSubscript):
        return
    result = function.returns.slice
    path = f"{_owner(function)}.{function.name}"
    faces: list[tuple[str, Expression]]
    if kind == "pages":
        types = _paging(function).slice
        faces = [(path, _generic("Page", types, pkg)), (path, _generic("AsyncPages", types, pkg))]
    elif kind == "session":
        faces = [(f"with {path}", result), (f"async with {path}", result)]
    else:
        faces = [(path, result), (f"await {path}", result)]
    function.overloads = [_overload(function, name, returns) for name, returns in faces]
    function.returns = faces[0][1]
    function.labels.clear()


def _owner(function: griffe.Function) -> str:
    """Return how the resource of a call, or the client of one without, is written."""
    owner = cast("griffe.Class", function.parent)
    platform = owner.module.path.split(".")[1]
    name = owner.name.removesuffix("Resource")
    return f"{platform}.{name.lower()}" if name != owner.name else f"{platform}_client"


def _overload(function: griffe.Function, name: str, returns: Expression) -> griffe.Function:
    overload = copy(function)
    overload.name, overload.returns = name, returns
    return overload


def _paging(function: griffe.Function) -> griffe.ExprSubscript:
    """Return ``Paging[item, answer]``, by the name that ``@pages`` was given."""
    (called,) = (d.value for d in function.decorators if isinstance(d.value, griffe.ExprCall))
    attribute = function.module[str(called.arguments[1])]
    if attribute.is_alias:
        attribute = attribute.final_target
    final = cast("griffe.ExprSubscript", attribute.annotation)
    return cast("griffe.ExprSubscript", final.slice)


def _generic(name: str, types: Expression, pkg: griffe.Module) -> griffe.ExprSubscript:
    return griffe.ExprSubscript(griffe.ExprName(name, parent=pkg), types)


def _inherit_arguments(cls: griffe.Class) -> None:
    """Give a client the arguments that its base has for both faces, with the types of its own."""
    if cls.docstring is None or "__init__" in cls.members:
        return
    base = cast("griffe.Class | None", next(iter(cls.resolved_bases), None))
    if base is None or base.docstring is None or "\nArgs:" not in base.docstring.value:
        return
    if not base.name.endswith("Client"):
        return
    arguments = base.docstring.value.partition("\nArgs:")[2]
    summary, example, rest = cls.docstring.value.partition("\nExample:")
    cls.docstring.value = f"{summary}\nArgs:{arguments}\n{example}{rest}"
    declared, given = (_types_of(one.bases[0]) for one in (base, cls))
    types = {str(variable): mine for variable, mine in zip(declared, given, strict=True)}
    init = copy(cast("griffe.Function", base.members["__init__"]))
    init.parameters = griffe.Parameters(*(_typed(one, types) for one in init.parameters))
    cls["__init__"] = init


def _types_of(base: Expression) -> list[Expression]:
    types = cast("griffe.ExprTuple", cast("griffe.ExprSubscript", base).slice)
    return list(types.elements)  # Client[TransportT, ProviderT], LosantClient[Transport, ...]


def _typed(parameter: griffe.Parameter, types: dict[str, Expression]) -> griffe.Parameter:
    typed = copy(parameter)
    if parameter.annotation is not None:
        typed.annotation = _put(parameter.annotation, types)
    return typed


def _put(annotation: Expression, types: dict[str, Expression]) -> Expression:
    if isinstance(annotation, griffe.ExprBinOp):
        left, right = (_put(side, types) for side in (annotation.left, annotation.right))
        return griffe.ExprBinOp(left, annotation.operator, right)
    return types.get(str(annotation), annotation)


def _construct(cls: griffe.Class) -> None:
    """Give a class of attrs the ``__init__`` that attrs gives it."""
    if _attrs(cls) is None or "__init__" in cls.members:
        return
    fields: dict[str, griffe.Parameter] = {}
    for part in [*reversed(cls.mro()), cls]:
        settings = _attrs(part)
        for attribute in part.attributes.values() if settings is not None else ():
            parameter = _parameter(attribute, settings or {})
            if parameter is not None:
                fields[parameter.name] = parameter
                attribute.value = parameter.default
    itself = griffe.Parameter("self", kind=griffe.ParameterKind.positional_or_keyword)
    cls["__init__"] = griffe.Function(
        "__init__", parameters=griffe.Parameters(itself, *fields.values()), returns="None"
    )


def _parameter(attribute: griffe.Attribute, settings: dict[str, str]) -> griffe.Parameter | None:
    if "instance-attribute" not in attribute.labels or attribute.annotation is None:
        return None
    value = attribute.value
    is_field = isinstance(value, griffe.ExprCall) and value.canonical_path == "attrs.field"
    field = _keywords(value) if is_field else {}
    if str(field.get("init")) == "False":
        return None
    default = field.get("default", field.get("factory")) if is_field else value
    if isinstance(default, griffe.ExprCall) and str(default.function) == "cast":
        default = default.arguments[1]
    is_keyword = "True" in (settings.get("kw_only"), str(field.get("kw_only")))
    kinds = griffe.ParameterKind
    return griffe.Parameter(
        attribute.name.lstrip("_"),
        annotation=attribute.annotation,
        kind=kinds.keyword_only if is_keyword else kinds.positional_or_keyword,
        default=default,
    )


def _attrs(cls: griffe.Class) -> dict[str, str] | None:
    """Return what attrs was told about a class; None for a class that is not its."""
    for decorator in cls.decorators:
        if decorator.callable_path in {"attrs.define", "attrs.frozen"}:
            return {name: str(value) for name, value in _keywords(decorator.value).items()}
    return None


def _keywords(value: Expression | None) -> dict[str, Expression]:
    arguments = value.arguments if isinstance(value, griffe.ExprCall) else ()
    return {one.name: one.value for one in arguments if isinstance(one, griffe.ExprKeyword)}


def _tidy(cls: griffe.Class) -> None:
    """Leave out what tells a reader nothing."""
    if cls.docstring:  # the plural is what is shown as code
        cls.docstring.value = cls.docstring.value.replace("\nExample:\n", "\nExamples:\n")
    members = [member for member in cls.members.values() if not member.is_alias]
    for attribute in (cast("griffe.Attribute", one) for one in members if one.is_attribute):
        if attribute.labels == {"instance-attribute"}:
            attribute.value = None  # what a constructor assigns
        attribute.labels -= {"class-attribute", "instance-attribute"}
    for function in (cast("griffe.Function", one) for one in members if one.is_function):
        for parameter in function.parameters:
            if str(parameter.annotation) in {"P.args", "P.kwargs"}:
                parameter.annotation = None  # those of the declared call
