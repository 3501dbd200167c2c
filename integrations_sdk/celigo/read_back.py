"""Whether a JSON Patch took effect, as far as the document after it can tell."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, cast

from integrations_sdk.core import document
from integrations_sdk.core.errors import NotFoundError
from integrations_sdk.core.model import UNSET, Unset

if TYPE_CHECKING:
    from datetime import datetime

    from integrations_sdk.core.call import Call, Operation
    from integrations_sdk.core.document import JSON
    from integrations_sdk.core.read_back import ReadBack, Reading

    from .models import Integration, JsonPatch, PatchOperation


def patched(get: Operation[Integration]) -> ReadBack:
    """Read back a JSON Patch: by looking for what it added, replaced and removed."""
    return partial(_patched, get)


def _patched(get: Operation[Integration], call: Call[Any], _since: datetime | None) -> Reading:
    from integrations_sdk.core.compare import Comparison
    from integrations_sdk.core.outcome import Outcome

    try:
        reply = yield get(call.path)
    except NotFoundError:
        return Outcome(took_effect=False, reason="there is no such thing")
    found = reply.value.to_json(reveal=True)
    patch = cast("JsonPatch", call.body)  # the operation takes no other
    operations = [each for each in patch.operations if each.op != "test"]
    verdicts = [(each.path, _took(each, operations, found)) for each in operations]
    groups = (tuple(path for path, took in verdicts if took is t) for t in (True, False, None))
    result = Comparison(*groups)
    return Outcome(took_effect=result.verdict, reason=result.reason, found=reply.value)


def _took(operation: PatchOperation, all_: list[PatchOperation], found: JSON) -> bool | None:
    """Tell whether one operation took effect; None where others overlap, or it leaves no trace."""
    overlaps = (other for other in all_ if other is not operation and _overlap(operation, other))
    from integrations_sdk.core.compare import same

    if operation.op not in {"add", "remove", "replace"} or any(overlaps):
        return None
    *parents, last = (_unescaped(token) for token in operation.path.split("/"))
    holder = _at(found, parents[1:])
    if document.is_array(holder) and operation.op != "replace":
        return None  # it moves the others
    value = _at(holder, [last]) if operation.path else found
    there = None if value is UNSET else value  # null and absent are the same
    return there is None if operation.op == "remove" else same(operation.value, there)


def _overlap(one: PatchOperation, other: PatchOperation) -> bool:
    paths = [other.path, *([other.from_] if isinstance(other.from_, str) else [])]
    return any(
        f"{one.path}/".startswith(f"{path}/") or f"{path}/".startswith(f"{one.path}/")
        for path in paths
    )


def _at(found: JSON | Unset, tokens: list[str]) -> JSON | Unset:
    for token in tokens:
        if document.is_object(found):
            found = found.get(token, UNSET)
        elif document.is_array(found) and token.isdecimal() and int(token) < len(found):
            found = found[int(token)]
        else:
            return UNSET
    return found


def _unescaped(token: str) -> str:
    return token.replace("~1", "/").replace("~0", "~")  # RFC 6901 section 4
