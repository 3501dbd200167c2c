"""A body from a command line: a file, members by their paths, and secrets from elsewhere."""

from __future__ import annotations

import copy
import difflib
import json
from collections.abc import Callable, Hashable
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast, get_args, get_origin

import attrs
import click
import yaml

from integrations_sdk.core import document
from integrations_sdk.core.errors import DecodeError, InvalidArgumentError
from integrations_sdk.core.model import Model
from integrations_sdk.core.secret import Secret

from .options import arms, model_of

if TYPE_CHECKING:
    from integrations_sdk.core.document import JSON

    from .sources import Given, Sources

M = TypeVar("M", bound=Model)
_OPEN: Final[object] = object()  # the type of a member that may be anything


class _Loader(yaml.SafeLoader):
    """YAML that stands for JSON: a date stays the text that it is, and members are texts, once."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """Refuse what JSON would not be."""
        pairs: list[tuple[yaml.Node, yaml.Node]] = node.value
        names = [name.value for name, _ in pairs if name.tag == "tag:yaml.org,2002:str"]
        if len(set(names)) < len(pairs):
            raise yaml.YAMLError
        return super().construct_mapping(node, deep=deep)


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


@attrs.frozen(repr=False)
class Parts:
    """What a body is made of, once all of it was read.

    Attributes:
        document: What was in the file.
        members: Paths and values, as text.
        secrets: Paths and secrets.
    """

    document: dict[str, JSON]
    members: tuple[tuple[str, str], ...]
    secrets: tuple[tuple[str, Secret], ...]

    @classmethod
    def of(cls, given: Given, sources: Sources) -> Parts:
        """Read what was given; a person may be asked for secrets.

        Raises:
            UsageError: When it cannot be read.
        """
        read: JSON = _read(given.file, sources) if given.file is not None else {}
        if not document.is_object(read):
            raise click.UsageError(f"{given.file} holds no object")
        secrets = (text.partition("=") for text in given.secrets)
        return cls(
            read,
            tuple(map(_split, given.members)),
            tuple(
                (path, sources.secret(source if separator else None, path))
                for path, separator, source in secrets
            ),
        )


def made(model: type[M], given: Given, sources: Sources) -> M:
    """Make a model of what was given.

    Raises:
        UsageError: When a path, a value or a file makes no sense.
        InvalidArgumentError: When the document is not what the model is.
    """
    return _decoded(model, _filled(model, {}, Parts.of(given, sources)))


def changing(model: type[M], given: Given, sources: Sources) -> Callable[[M], None]:
    """Return what puts into a model that is read later what was given.

    Raises:
        UsageError: When a path, a value or a file makes no sense, as far as that is known before.
    """
    parts = Parts.of(given, sources)
    _filled(model, {}, parts)
    return partial(_change, parts=parts)


def several(model: type[M], given: Given, texts: tuple[str, ...], sources: Sources) -> list[M]:
    """Make models of the array in a file, and of JSON objects on the command line."""
    items = _read(given.file, sources) if given.file is not None else []
    if not document.is_array(items):
        raise click.UsageError(f"{given.file} holds no array")
    return [_decoded(model, item) for item in [*items, *map(_object, texts)]]


def _change(model: Model, parts: Parts) -> None:
    before = model.to_json(reveal=True)
    after = _filled(type(model), model.to_json(reveal=True), parts)
    changed = _decoded(type(model), after)
    for name, member in model.codec.members(type(model)).items():
        if (member in after, after.get(member)) != (member in before, before.get(member)):
            setattr(model, name, getattr(changed, name))
    model.extra = changed.extra


def _filled(model: type[Model], start: dict[str, JSON], parts: Parts) -> dict[str, JSON]:
    """Return a document with the parts in it."""
    start.update(copy.deepcopy(parts.document))
    known = model.variant({**start, **dict(parts.members)})
    for path, value in parts.members:
        _put(known, start, path, partial(_typed, text=value, path=path))
    for path, secret in parts.secrets:
        _put(known, start, path, partial(_revealed, secret=secret))
    return start


def _put(
    model: type[Model], into: dict[str, JSON], path: str, value: Callable[[object], JSON]
) -> None:
    """Put a value where a path leads to; the objects on the way are made."""
    *way, last = path.split(".")
    type_: object = model
    holder: dict[str, JSON] | list[JSON] = into
    for step in way:
        name, type_ = _member(type_, step, path)
        holder = _below(holder, name, path)
    name, type_ = _member(type_, last, path)
    if isinstance(holder, list):
        holder[_index(holder, name, path)] = value(type_)
    else:
        holder[name] = value(type_)


def _below(
    holder: dict[str, JSON] | list[JSON], name: str, path: str
) -> dict[str, JSON] | list[JSON]:
    """Return the object or the array below a member; an object is made where there is neither."""
    if isinstance(holder, list):
        place = _index(holder, name, path)
        if not isinstance(holder[place], (dict, list)):
            holder[place] = {}
        return cast("dict[str, JSON] | list[JSON]", holder[place])  # one of these by now
    if not isinstance(holder.get(name), (dict, list)):
        holder[name] = {}
    return cast("dict[str, JSON] | list[JSON]", holder[name])  # the same


def _index(holder: list[JSON], step: str, path: str) -> int:
    if step.isdecimal() and int(step) < len(holder):
        return int(step)
    raise click.UsageError(f"{path}: {step} is no place in a list of {len(holder)}")


def _member(type_: object, step: str, path: str) -> tuple[str, object]:
    """Return a member's name in JSON and its type."""
    found = model_of(type_)
    if found is not None:
        members = found.codec.members(found)
        fields = attrs.fields_dict(found)
        for name, member in members.items():
            if step in {member, name}:
                return member, fields[name].type
        raise click.UsageError(_unknown(found, step, path, list(members.values())))
    inner = next((get_args(arm)[-1] for arm in arms(type_) if get_args(arm)), _OPEN)
    is_container = any(get_origin(arm) in {list, dict} for arm in arms(type_))
    if not is_container and not _is_open(type_):
        raise click.UsageError(f"{path}: there is nothing below the member before {step}")
    return step, inner if is_container else _OPEN


def _unknown(model: type[Model], step: str, path: str, members: list[str]) -> str:
    near = difflib.get_close_matches(step, members, n=1)
    hint = f" Is it {near[0]}?" if near else f" It has {', '.join(members)}."
    more = "A member that is newer than this library can be sent by --file"
    return f"{path}: {model.__name__} has no member {step}.{hint} {more}"


def _revealed(_type: object, secret: Secret) -> JSON:
    return secret.reveal()


def _typed(type_: object, text: str, path: str) -> JSON:
    """Return a value: JSON where the member may have that, else the text itself."""
    found = set(arms(type_)) if type_ is not _OPEN else set[object]()
    if Secret in found:
        raise click.UsageError(
            f"{path} is a secret, and must not stand on the command line: --set-secret {path}=..."
        )
    try:
        value: JSON = document.parse(text)
    except ValueError:
        return text
    is_text = str in found and not isinstance(value, str)
    return text if is_text and value is not None and not _is_open(type_) else value


def _is_open(type_: object) -> bool:
    """Tell whether a member may be any JSON."""
    if type_ is _OPEN:
        return True
    found = set(arms(type_))
    return bool(found) and {str, bool} <= found


def _split(text: str) -> tuple[str, str]:
    path, separator, value = text.partition("=")
    if not (separator and path):
        raise click.UsageError("--set needs MEMBER=VALUE, such as name=Bridge")
    return path, value


def _object(text: str) -> JSON:
    try:
        value = json.loads(text)
    except ValueError:
        value = None
    if not document.is_object(value):
        raise click.UsageError("a change must be a JSON object: '{\"op\": ...}'")
    return value


def _read(path: str, sources: Sources) -> JSON:
    """Read a document in JSON, else in YAML; what is in it is never quoted."""
    content = sources.content(path)
    try:
        return document.parse(content, unique=True)
    except ValueError:
        pass  # raised below: the exception quotes the document
    try:
        value: JSON = yaml.load(content, Loader=_Loader)  # noqa: S506 -- a safe loader
    except (yaml.YAMLError, UnicodeDecodeError, ValueError, RecursionError):
        pass  # the same
    else:
        if isinstance(value, (dict, list)):
            return value
    raise click.UsageError(f"{path} is neither a document in JSON nor one in YAML")


def _decoded(model: type[M], value: JSON) -> M:
    try:
        return model.from_json(value, strict=True)
    except DecodeError as error:
        problem = (error.path, error.expected, error.got)
    del value
    raise InvalidArgumentError(*problem)
