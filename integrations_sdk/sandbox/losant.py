"""Losant's application integrations, as its public REST clients describe them.

Where the public documents are silent, this module decides:

- A config for another type than the integration's is refused, and so is a ``credentialName`` that
  no credential of the application has.
- A patch replaces the members it names, whole config objects included; ``"credentialName": null``
  takes the credential away; every patch, an empty one too, moves ``lastUpdated``.
- An MQTT integration without a ``clientId`` is given one made of its own id.
- Filters are case-sensitive globs over the whole value: ``*`` is any run of characters and ``?``
  any one. A filter without a ``filterField`` does nothing. Sorting is by code point, then by id.
- ``_type`` and ``_links`` are there unless the query says ``_links=false``.
- Tokens are not bound to one application.
"""

import fnmatch
import re

from starlette.responses import JSONResponse, Response

from integrations_sdk.sandbox import losant_examples as examples
from integrations_sdk.sandbox.documents import Json, JsonObject
from integrations_sdk.sandbox.losant_schema import (
    CONFIG_MEMBERS,
    DELETED,
    ERROR,
    FILTER_FIELDS,
    ID,
    LIST_QUERY,
    LISTED,
    PATCH,
    POST,
    QUERY,
    SHOWN,
    SHOWN_ID,
    SORT_DIRECTIONS,
    SORT_FIELDS,
)
from integrations_sdk.sandbox.platform import (
    Body,
    Call,
    Operation,
    PathParameter,
    Platform,
    Refusal,
    phrase,
)
from integrations_sdk.sandbox.schema import Record, Text, check, mask
from integrations_sdk.sandbox.stamps import object_id, timestamp
from integrations_sdk.sandbox.store import Records

# --- Who may do what ------------------------------------------------------------------------------

_GROUPS = ("all.Application", "all.Organization", "all.User")
_WRITE = frozenset(_GROUPS) | {f"{group}.bounded" for group in _GROUPS}
_READ = _WRITE | {f"{group}.read" for group in _GROUPS}

_TYPES = {
    400: "Validation",
    401: "Unauthorized",
    403: "Forbidden",
    404: "NotFound",
    405: "MethodNotAllowed",
    408: "RequestTimeout",
    413: "PayloadTooLarge",
    415: "UnsupportedMediaType",
    500: "InternalServerError",
}


def _error_body(refusal: Refusal) -> Json:
    kind = _TYPES.get(refusal.status) or phrase(refusal.status).replace(" ", "")
    return {"type": kind, "message": refusal.message}


# --- The operations -------------------------------------------------------------------------------

APPLICATIONS = "losant.applications"
CREDENTIALS = "losant.credentials"
INTEGRATIONS = "losant.integrations"

_MOST_COMPLAINTS = 10


def _list(call: Call) -> Response:
    application_id = _application(call)
    sort_field = _choice(call, "sortField", SORT_FIELDS, default="name")
    sort_direction = _choice(call, "sortDirection", SORT_DIRECTIONS, default="asc")
    filter_field = _choice(call, "filterField", FILTER_FIELDS, default="")
    pattern = call.query("filter")
    page = _whole_number(call, "page", least=0, default=0)
    per_page = _whole_number(call, "perPage", least=1, default=100)

    found = call.records.all(INTEGRATIONS, application_id)
    if filter_field and pattern:
        found = [item for item in found if _matches(str(item[filter_field]), pattern)]
    found.sort(key=lambda item: str(item["id"]))
    found.sort(key=lambda item: str(item[sort_field]), reverse=sort_direction.lower() == "desc")
    items = [_shown(call, item) for item in found[page * per_page :][:per_page]]
    envelope: JsonObject = {
        "items": [*items],
        "count": len(items),
        "totalCount": len(found),
        "perPage": per_page,
        "page": page,
        "filter": pattern,
        "filterField": filter_field,
        "sortField": sort_field,
        "sortDirection": sort_direction,
        "applicationId": application_id,
    }
    path = f"/applications/{application_id}/integrations"
    return JSONResponse(envelope | _hypermedia(call, "integrations", path))


def _post(call: Call) -> Response:
    application_id = _application(call)
    sent = call.json_object()
    _check(call, sent, POST, kind=sent.get("integrationType"))
    return JSONResponse(_keep(call, _new(application_id, object_id(), timestamp(), sent)), 201)


def _get(call: Call) -> Response:
    return JSONResponse(_shown(call, _integration(call)))


def _patch(call: Call) -> Response:
    stored = _integration(call)
    changes = call.json_object()
    _check(call, changes, PATCH, kind=stored["integrationType"])
    integration = {**stored, **changes, "lastUpdated": timestamp()}
    if integration.get("credentialName", "") is None:
        del integration["credentialName"]
    return JSONResponse(_keep(call, integration))


def _delete(call: Call) -> Response:
    # Of the official clients, one sends {} with a DELETE and one sends nothing. There are no
    # workflows here, so ?includeWorkflows has nothing more to delete.
    integration = _integration(call)
    if call.body:
        call.json_object()
    call.records.delete(INTEGRATIONS, str(integration["applicationId"]), str(integration["id"]))
    return JSONResponse({"success": True})


def _new(application_id: str, integration_id: str, moment: str, sent: JsonObject) -> JsonObject:
    return {
        "id": integration_id,
        "integrationId": integration_id,
        "applicationId": application_id,
        "creationDate": moment,
        "lastUpdated": moment,
        "enabled": True,
        "topics": [],
        **sent,
        "status": {"connectInfo": {"ts": None}, "disconnectInfo": {"ts": None}},
    }


def _application(call: Call) -> str:
    application_id = _id(call, "applicationId")
    if call.records.get(APPLICATIONS, "", application_id) is None:
        raise Refusal(404, "Application was not found")
    return application_id


def _integration(call: Call) -> JsonObject:
    integration_id = _id(call, "integrationId")
    found = call.records.get(INTEGRATIONS, _application(call), integration_id)
    if found is None:
        raise Refusal(404, "Integration was not found")
    return found


def _id(call: Call, name: str) -> str:
    value = call.path(name)
    if not ID.fullmatch(value):
        raise Refusal(400, f"{name} must be 24 hexadecimal digits")
    return value.lower()


def _check(call: Call, sent: JsonObject, schema: Record, *, kind: Json) -> None:
    """Refuse a body that the platform would not take, naming what is wrong with it."""
    complaints = [violation.message for violation in check(schema, sent)]
    if not complaints:
        strays = [name for name in CONFIG_MEMBERS if name in sent and name != f"{kind}Config"]
        complaints = [f"{name} does not go with the integrationType {kind}" for name in strays]
        credential = sent.get("credentialName")
        known = [item["name"] for item in call.records.all(CREDENTIALS, _application(call))]
        if credential is not None and credential not in known:
            complaints.append(f"credentialName {credential!r} is no credential of the application")
    if complaints:
        raise Refusal(400, "; ".join(complaints[:_MOST_COMPLAINTS]))


def _keep(call: Call, integration: JsonObject) -> JsonObject:
    """Store an integration and return it as the platform shows it."""
    application_id, integration_id = str(integration["applicationId"]), str(integration["id"])
    config = integration.get("mqttConfig")
    if isinstance(config, dict):
        integration["mqttConfig"] = {"clientId": f"losant-{integration_id}", **config}
    call.records.put(INTEGRATIONS, application_id, integration_id, integration)
    return _shown(call, integration)


def _shown(call: Call, integration: JsonObject) -> JsonObject:
    path = f"/applications/{integration['applicationId']}/integrations/{integration['id']}"
    shown = {**integration, **_hypermedia(call, "integration", path)}
    if call.redact:
        shown |= {
            name: mask(config, shown[name])
            for name, config in CONFIG_MEMBERS.items()
            if name in shown
        }
    return shown


def _hypermedia(call: Call, kind: str, path: str) -> JsonObject:
    # Python's own spelling arrives too, for one official client sends str(False).
    if call.query("_links").lower() == "false":
        return {}
    return {"_type": kind, "_links": {"self": {"href": path}}}


def _choice(call: Call, name: str, allowed: tuple[str, ...], *, default: str) -> str:
    value = call.query(name) or default
    if value not in (*allowed, default):
        raise Refusal(400, f"{name} must be one of: {', '.join(allowed)}")
    return value


def _whole_number(call: Call, name: str, *, least: int, default: int) -> int:
    text = call.query(name) or str(default)
    if not re.fullmatch("[0-9]{1,9}", text) or int(text) < least:
        raise Refusal(400, f"{name} must be a whole number of at least {least}")
    return int(text)


def _matches(value: str, pattern: str) -> bool:
    # fnmatch knows [sets] besides * and ?; the platform's globs do not.
    return fnmatch.fnmatchcase(value, pattern.replace("[", "[[]"))


def _scopes(groups: frozenset[str], operation: str) -> frozenset[str]:
    # integration.* and integrations.* are two wildcards; neither implies the other.
    return groups | {operation, operation.partition(".")[0] + ".*"}


_MANY = "/applications/{applicationId}/integrations"
_ONE = f"{_MANY}/{{integrationId}}"

_OPERATIONS = (
    Operation(
        "integrations.get",
        "GET",
        _MANY,
        _list,
        _scopes(_READ, "integrations.get"),
        query=LIST_QUERY,
        answers={200: LISTED},
        refusals=[404],
    ),
    Operation(
        "integrations.post",
        "POST",
        _MANY,
        _post,
        _scopes(_WRITE, "integrations.post"),
        query=QUERY,
        body=Body(POST),
        answers={201: SHOWN},
        refusals=[404],
    ),
    Operation(
        "integration.get",
        "GET",
        _ONE,
        _get,
        _scopes(_READ, "integration.get"),
        query=QUERY,
        answers={200: SHOWN},
        refusals=[404],
    ),
    Operation(
        "integration.patch",
        "PATCH",
        _ONE,
        _patch,
        _scopes(_WRITE, "integration.patch"),
        query=QUERY,
        body=Body(PATCH),
        answers={200: SHOWN},
        refusals=[404],
    ),
    Operation(
        "integration.delete",
        "DELETE",
        _ONE,
        _delete,
        _scopes(_WRITE, "integration.delete"),
        query=Record({"includeWorkflows": Text()}, open=True),
        body=Body(Record({}, open=True), required=False),
        answers={200: DELETED},
        refusals=[404],
    ),
)


# --- The platform ---------------------------------------------------------------------------------


def _examples(records: Records) -> None:
    for application_id, name in examples.APPLICATIONS.items():
        records.put(APPLICATIONS, "", application_id, {"id": application_id, "name": name})
        for credential in examples.CREDENTIALS[application_id]:
            records.put(CREDENTIALS, application_id, str(credential["id"]), credential)
        for day, example in enumerate(examples.INTEGRATIONS[application_id], start=1):
            moment, key = f"2025-02-0{day}T08:15:30.120Z", str(example["id"])
            integration = _new(application_id, key, moment, example)
            records.put(
                INTEGRATIONS, application_id, key, {**integration, "status": examples.CONNECTED}
            )


LOSANT = Platform(
    name="losant",
    operations=_OPERATIONS,
    examples=_examples,
    error_body=_error_body,
    base_url_variable="LOSANT_BASE_URL",
    token_variable="LOSANT_ACCESS_TOKEN",  # noqa: S106 - a name, not a token
    hint='curl -H "Authorization: Bearer $LOSANT_ACCESS_TOKEN" '
    f'"$LOSANT_BASE_URL/applications/{examples.APPLICATION}/integrations"',
    claims={"sub": examples.APPLICATION, "subtype": "apiToken"},
    scopes=_GROUPS,
    path_parameters={
        "applicationId": PathParameter(SHOWN_ID, examples.APPLICATION),
        "integrationId": PathParameter(SHOWN_ID, examples.INTEGRATION),
    },
    error=ERROR,
    collections={
        APPLICATIONS: Record({"id": Text(), "name": Text()}),
        CREDENTIALS: Record({"id": Text(), "name": Text(), "type": Text()}),
        INTEGRATIONS: SHOWN,
    },
)
