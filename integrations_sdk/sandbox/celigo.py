"""Celigo's integrations (integrator.io), as its public documents describe them.

Where the public documents are silent, this module decides:

- A PUT replaces the whole document; only the members that the server owns are kept. An ``_id`` in
  it must be the path's. A ``_connectorId`` can be given when an integration is created, not later.
- A change of a SmartConnector integration that says nothing of ``updateInProgress``, or what is
  stored already, turns it on, for the change is taken for a managed update. Only an explicit
  ``false`` turns it off again. Both hold for PATCH too. ``version`` must not go down.
- A clone has the steps of its source, none of them completed, and the connections of its steps are
  those of ``connectionMap``, where that names them. It is called ``Clone - <name>`` by default.
- Members that are not known are stored and sent back, whatever they hold.
- A token's scopes are the role of its user: ``administrator``, ``manage`` or ``monitor``, which may
  only read.
- There is one account, so all tokens share its limit of calls; by default, there is none.
"""

import re
from collections.abc import Mapping

from starlette.responses import JSONResponse, Response

from integrations_sdk.sandbox import json_patch
from integrations_sdk.sandbox.celigo_errors import RULE_CODES, Invalid, error_body
from integrations_sdk.sandbox.celigo_examples import DIY, EXAMPLES, USER
from integrations_sdk.sandbox.celigo_listing import QUERY, page, projected
from integrations_sdk.sandbox.celigo_schema import (
    CLONE,
    CLONE_REQUEST,
    ERRORS,
    INTEGRATION,
    MANIFEST,
    NAME,
    SERVER_OWNED,
    SHOWN,
    STAMPS,
    TOKEN_INFO,
)
from integrations_sdk.sandbox.documents import MAX_DEPTH, Json, JsonObject, is_deep
from integrations_sdk.sandbox.limits import LeakyBucket, bucket_gate
from integrations_sdk.sandbox.platform import (
    Body,
    Call,
    Gate,
    Operation,
    PathParameter,
    Platform,
    Refusal,
    open_gate,
)
from integrations_sdk.sandbox.schema import MASK, Either, Items, Record, Text, check
from integrations_sdk.sandbox.stamps import object_id, timestamp
from integrations_sdk.sandbox.store import Records

# --- The operations -------------------------------------------------------------------------------

INTEGRATIONS = "celigo.integrations"

_JSON = re.compile(r"application/([\w.+-]+\+)?json", re.IGNORECASE)
_VERSION = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})*")
_ID = re.compile("[0-9a-f]{24}")


def _token_info(call: Call) -> Response:
    return JSONResponse({"_userId": call.claims["sub"]})


def _list(call: Call) -> Response:
    records = call.records.all(INTEGRATIONS, "")
    found, headers = page(call, records)
    found = projected(call, [_shown(call, item) for item in found])
    if not records and call.switch("empty_list") == "204":
        return Response(status_code=204)
    return JSONResponse(found, headers=headers)


def _get(call: Call) -> Response:
    return JSONResponse(_shown(call, _integration(call)))


def _create(call: Call) -> Response:
    sent = _object(call)
    _check(INTEGRATION, sent)
    members = {name: value for name, value in sent.items() if name not in STAMPS}
    return JSONResponse(_keep(call, _new(members)), 201)


def _update(call: Call) -> Response:
    stored = _integration(call)
    return JSONResponse(_keep(call, _replaced(stored, _object(call))))


def _patch(call: Call) -> Response:
    stored = _integration(call)
    _check_media(call)
    try:
        patched = json_patch.apply(stored, call.json())
    except json_patch.MalformedPatchError as error:
        raise Refusal(400, str(error)) from error
    except json_patch.PatchConflictError as error:
        raise Invalid(422, (error.path, "invalid_field", str(error))) from error
    # A body is never that deep, but a patch can hang one body below another.
    if not isinstance(patched, dict) or is_deep(patched):
        message = f"An integration must be an object that is at most {MAX_DEPTH} levels deep"
        raise Refusal(422, message)
    document = _keep(call, _replaced(stored, patched))
    if call.switch("patch") == "204":
        return Response(status_code=204)
    return JSONResponse(document)


def _delete(call: Call) -> Response:
    call.records.delete(INTEGRATIONS, "", str(_integration(call)["_id"]))
    return Response(status_code=int(call.switch("delete")))


def _clone(call: Call) -> Response:
    source = _integration(call)
    sent = _object(call) if call.body else {}
    _check(CLONE, sent)
    connections = _connection_map(sent.get("connectionMap", {}))
    members = {name: value for name, value in source.items() if name not in STAMPS}
    members["name"] = sent.get("name", f"Clone - {source['name']}"[: NAME.most])
    for name in {"install", "installSteps"} & members.keys():
        members[name] = _reset(members[name], connections)
    if "sandbox" in sent:
        members["sandbox"] = sent["sandbox"]
    clone = _keep(call, _new(members))
    if call.switch("clone") == "manifest":
        manifest = {"model": "Integration", "_id": clone["_id"], "name": clone["name"]}
        return JSONResponse([manifest], 201)
    return JSONResponse(clone, 201)


def _integration(call: Call) -> JsonObject:
    found = call.records.get(INTEGRATIONS, "", call.path("_id"))
    if found is None:
        raise Refusal(404, "The integration was not found")
    return found


def _object(call: Call) -> JsonObject:
    _check_media(call)
    return call.json_object()


def _check_media(call: Call) -> None:
    content_type = call.request.headers.get("content-type", "").partition(";")[0].strip()
    if not _JSON.fullmatch(content_type):
        raise Refusal(415, "The body must be JSON, with the Content-Type application/json")


def _check(schema: Record, sent: JsonObject) -> None:
    complaints = [
        (violation.path, RULE_CODES.get(violation.rule, "invalid_field"), violation.message)
        for violation in check(schema, sent)
    ]
    if complaints:
        raise Invalid(422, *complaints)


def _new(members: JsonObject) -> JsonObject:
    moment = timestamp()
    return {"_id": object_id(), "lastModified": moment, "createdAt": moment, **members}


def _replaced(stored: JsonObject, sent: JsonObject) -> JsonObject:
    """Return what is to be stored when a document is sent for the one that is there."""
    if sent.get("_id", stored["_id"]) != stored["_id"]:
        raise Invalid(400, ("_id", "invalid_ref", "_id is not the one of the path"))
    _check(INTEGRATION, sent)
    _check_version(stored.get("version"), sent.get("version"))
    kept = {name: stored[name] for name in SERVER_OWNED if name in stored}
    document = kept | {name: value for name, value in sent.items() if name not in SERVER_OWNED}
    if "_connectorId" in document:
        document = _managed(stored, document)
    return {**document, "lastModified": timestamp()}


def _check_version(stored: Json, sent: Json) -> None:
    old, new = _numbers(stored), _numbers(sent)
    if old and new and new < old:
        message = f"version must not go down from {stored} to {sent}"
        raise Invalid(422, ("version", "invalid_field", message))


def _numbers(version: Json) -> list[int]:
    """Read a dotted version so that 1.10 comes after 1.9 and is the same as 1.10.0."""
    if not isinstance(version, str) or not _VERSION.fullmatch(version):
        return []
    numbers = [int(part) for part in version.split(".")]
    while len(numbers) > 1 and not numbers[-1]:
        numbers.pop()
    return numbers


def _managed(stored: JsonObject, document: JsonObject) -> JsonObject:
    """Settle ``updateInProgress``, which a change turns on and only ``false`` turns off."""
    flag = "updateInProgress"
    before = stored.get(flag, False)
    after = document.get(flag, before)
    if after == before and not json_patch.same({**stored, flag: 0}, {**document, flag: 0}):
        after = True
    is_said = after or flag in stored or flag in document
    return {**document, flag: after} if is_said else document


def _connection_map(value: Json) -> Mapping[str, str]:
    code, field = "invalid_connectionMap", "connectionMap"
    if not isinstance(value, dict):
        raise Invalid(400, (field, code, "connectionMap must be an object of connection ids"))
    connections: dict[str, str] = {}
    for old, new in value.items():
        path = f"{field}.{old}"
        if not isinstance(new, str) or not _ID.fullmatch(new):
            raise Invalid(400, (path, "invalid_ref", f"{path} is not the id of a connection"))
        connections[old] = new
    return connections


def _reset(steps: Json, connections: Mapping[str, str]) -> Json:
    if not isinstance(steps, list):
        return steps
    return [_reset_step(step, connections) for step in steps]


def _reset_step(step: Json, connections: Mapping[str, str]) -> Json:
    if not isinstance(step, dict):
        return step
    fresh: JsonObject = {**step, "completed": False}
    connection = step.get("_connectionId")
    if isinstance(connection, str):
        fresh["_connectionId"] = connections.get(connection, connection)
    return fresh


def _keep(call: Call, integration: JsonObject) -> JsonObject:
    """Store an integration and return it as the platform shows it."""
    call.records.put(INTEGRATIONS, "", str(integration["_id"]), integration)
    return _shown(call, integration)


def _shown(call: Call, integration: JsonObject) -> JsonObject:
    # Nothing is secret by its name, but settings may hold anything.
    if call.redact and "settings" in integration:
        return {**integration, "settings": _hidden(integration["settings"])}
    return integration


def _hidden(value: Json) -> Json:
    if isinstance(value, dict):
        return {name: _hidden(content) for name, content in value.items()}
    if isinstance(value, list):
        return [_hidden(item) for item in value]
    return MASK if isinstance(value, str) else value


# --- The platform ---------------------------------------------------------------------------------

_BUCKETS = {"on": (1000, 300), "small": (5, 1)}


def _gate(switches: Mapping[str, str]) -> Gate:
    if switches["rate_limit"] == "off":
        return open_gate(switches)
    return bucket_gate(LeakyBucket(*_BUCKETS[switches["rate_limit"]]))


_WRITE = frozenset({"administrator", "manage"})
_READ = _WRITE | {"monitor"}

_MANY = "/integrations"
_ONE = f"{_MANY}/{{_id}}"

_OPERATIONS = (
    Operation(
        "tokenInfo", "GET", "/tokenInfo", _token_info, answers={200: TOKEN_INFO}, refusals=[429]
    ),
    Operation(
        "integrations.list",
        "GET",
        _MANY,
        _list,
        _READ,
        query=QUERY,
        answers={200: Items(SHOWN), 204: None},
        refusals=[429],
    ),
    Operation(
        "integrations.create",
        "POST",
        _MANY,
        _create,
        _WRITE,
        body=Body(INTEGRATION),
        answers={201: SHOWN},
        refusals=[422, 429],
    ),
    Operation(
        "integrations.get",
        "GET",
        _ONE,
        _get,
        _READ,
        answers={200: SHOWN},
        refusals=[404, 429],
    ),
    Operation(
        "integrations.update",
        "PUT",
        _ONE,
        _update,
        _WRITE,
        body=Body(INTEGRATION),
        answers={200: SHOWN},
        refusals=[404, 422, 429],
    ),
    Operation(
        "integrations.patch",
        "PATCH",
        _ONE,
        _patch,
        _WRITE,
        body=Body(json_patch.PATCH),
        answers={200: SHOWN, 204: None},
        refusals=[404, 422, 429],
    ),
    Operation(
        "integrations.delete",
        "DELETE",
        _ONE,
        _delete,
        _WRITE,
        answers={204: None, 200: None},
        refusals=[404, 429],
    ),
    Operation(
        "integrations.clone",
        "POST",
        f"{_ONE}/clone",
        _clone,
        _WRITE,
        body=Body(CLONE_REQUEST, required=False),
        answers={201: Either([SHOWN, Items(MANIFEST)])},
        refusals=[404, 422, 429],
    ),
)


def _examples(records: Records) -> None:
    for example in EXAMPLES:
        records.put(INTEGRATIONS, "", str(example["_id"]), example)


CELIGO = Platform(
    name="celigo",
    operations=_OPERATIONS,
    examples=_examples,
    error_body=error_body,
    base_url_variable="CELIGO_BASE_URL",
    token_variable="CELIGO_API_TOKEN",  # noqa: S106 - a name, not a token
    hint='curl -H "Authorization: Bearer $CELIGO_API_TOKEN" "$CELIGO_BASE_URL/integrations"',
    claims={"sub": USER},
    scopes=("administrator",),
    base_path="/v1",
    switches={
        "empty_list": ("200", "204"),
        "clone": ("integration", "manifest"),
        "patch": ("200", "204"),
        "delete": ("204", "200"),
        "rate_limit": ("off", *_BUCKETS),
    },
    collections={INTEGRATIONS: SHOWN},
    gate=_gate,
    path_parameters={"_id": PathParameter(Text(), DIY)},
    error=ERRORS,
)
