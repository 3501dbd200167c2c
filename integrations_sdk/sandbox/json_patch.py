"""JSON Patch (RFC 6902), as far as platforms are known to take it: add, remove, replace, test."""

import copy
import re
from typing import NamedTuple

from integrations_sdk.sandbox.documents import Json, JsonObject
from integrations_sdk.sandbox.schema import Anything, Choice, Either, Items, Record, Text

OPERATIONS = ("add", "remove", "replace", "test")

_POINTER = re.compile("(/([^~/]|~[01])*)*")
_REMOVAL = Record(
    {"op": Choice(["remove"]), "path": Text(pattern=_POINTER.pattern.replace(")*", ")+", 1))},
    required=["op", "path"],
    open=True,
)
_CHANGE = Record(
    {
        "op": Choice(["add", "replace", "test"]),
        "path": Text(pattern=_POINTER.pattern),
        "value": Anything(),
    },
    required=["op", "path", "value"],
    open=True,
)
PATCH = Items(Either([_REMOVAL, _CHANGE]))
"""What a patch may be."""

_INDEX = re.compile("0|[1-9][0-9]{0,8}")


class MalformedPatchError(ValueError):
    """The patch is no JSON Patch, or has an operation that is not taken here."""


class PatchConflictError(ValueError):
    """The patch does not fit the document.

    Args:
        path: The path of the operation that does not.
        message: Why not.
    """

    def __init__(self, path: str, message: str) -> None:
        super().__init__(message)
        self.path = path


class _Operation(NamedTuple):
    op: str
    path: str
    value: Json


def apply(document: JsonObject, patch: Json) -> Json:
    """Return a patched copy of a document.

    Raises:
        MalformedPatchError: The patch is not one.
        PatchConflictError: A path is not there, or a test fails.
    """
    # The document hangs below an empty name, so that the path "" is no special case.
    root: JsonObject = {"": copy.deepcopy(document)}
    for operation in _parsed(patch):
        *way, last = ["", *_steps(operation.path)]
        _perform(operation, _reached(root, way, operation), last)
    return root[""]


def same(one: Json, other: Json) -> bool:
    """Tell whether two JSON values are equal; unlike in Python, ``true`` is not 1."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[name], other[name]) for name in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return isinstance(one, bool) == isinstance(other, bool) and one == other


def _parsed(patch: Json) -> list[_Operation]:
    if not isinstance(patch, list):
        raise MalformedPatchError("A patch must be an array of operations")
    return [_operation(item) for item in patch]


def _operation(item: Json) -> _Operation:
    if not isinstance(item, dict):
        raise MalformedPatchError("An operation must be an object")
    op, path = item.get("op"), item.get("path")
    if not isinstance(op, str) or op not in OPERATIONS:
        raise MalformedPatchError(f"op must be one of: {', '.join(OPERATIONS)}")
    if not isinstance(path, str) or not _POINTER.fullmatch(path):
        raise MalformedPatchError("path must be a JSON Pointer such as /settings/sections/0")
    if op == "remove" and not path:
        raise MalformedPatchError("The whole document cannot be removed")
    if op != "remove" and "value" not in item:
        raise MalformedPatchError(f"{op} needs a value")
    return _Operation(op, path, item.get("value"))


def _steps(path: str) -> list[str]:
    return [step.replace("~1", "/").replace("~0", "~") for step in path.split("/")[1:]]


def _reached(root: Json, way: list[str], operation: _Operation) -> Json:
    for step in way:
        root = _member(root, step, operation)
    return root


def _member(parent: Json, step: str, operation: _Operation) -> Json:
    if isinstance(parent, dict) and step in parent:
        return parent[step]
    if isinstance(parent, list) and _INDEX.fullmatch(step) and int(step) < len(parent):
        return parent[int(step)]
    raise PatchConflictError(operation.path, f"There is nothing at {operation.path}")


def _perform(operation: _Operation, parent: Json, last: str) -> None:
    if operation.op == "add" and not (isinstance(parent, dict) and last in parent):
        _add(operation, parent, last)
        return
    present = _member(parent, last, operation)
    if operation.op == "test":
        if not same(present, operation.value):
            raise PatchConflictError(operation.path, f"The test of {operation.path} fails")
    elif isinstance(parent, list):
        parent[int(last) : int(last) + 1] = [] if operation.op == "remove" else [operation.value]
    elif isinstance(parent, dict):
        parent[last] = operation.value
        if operation.op == "remove":
            del parent[last]


def _add(operation: _Operation, parent: Json, last: str) -> None:
    if isinstance(parent, dict):
        parent[last] = operation.value
        return
    if isinstance(parent, list):
        index = len(parent) if last == "-" else int(last) if _INDEX.fullmatch(last) else -1
        if 0 <= index <= len(parent):
            parent.insert(index, operation.value)
            return
    raise PatchConflictError(operation.path, f"Nothing can be added at {operation.path}")
