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

from integrations_sdk.sandbox.documents import Json, JsonObject
from integrations_sdk.sandbox.platform import (
    Body,
    Call,
    Operation,
    PathParameter,
    Platform,
    Refusal,
)
from integrations_sdk.sandbox.schema import (
    Choice,
    Flag,
    Items,
    Nullable,
    Number,
    Record,
    Rule,
    Text,
    check,
    mask,
)
from integrations_sdk.sandbox.stamps import object_id, timestamp
from integrations_sdk.sandbox.store import Records

# --- What an integration may hold -----------------------------------------------------------------

_NAME = Text(1, 255)
_SHORT = Text(1, 256)
_TEXT = Text(1, 1024)
_SECRET = Text(1, 1024, secret=True)
_PEM = Text(4, 32767)
_SECRET_PEM = Text(4, 32767, secret=True)
_TLS: dict[str, Rule] = {
    "privateKey": _SECRET_PEM,
    "certificate": _PEM,
    "caCertificate": _PEM,
    "disableSSLVerification": Flag(),
}
_HEADER = Record(
    {"headerKey": _TEXT, "headerValue": _SECRET}, required=["headerKey", "headerValue"]
)

CONFIGS = {
    "azureEventHub": Record(
        {
            "hubName": _SHORT,
            "consumerGroup": _SHORT,
            "connectionString": _SECRET,
            "hostName": _SHORT,
        },
        required=["hubName", "consumerGroup"],
        one_of=["connectionString", "hostName"],
    ),
    "googlePubSub": Record({"projectId": _NAME, "keyJson": _SECRET_PEM}),
    "mqtt": Record(
        {
            "protocol": Choice(["mqtt", "mqtts", "ws", "wss"]),
            "host": _TEXT,
            "port": Number(1, 65535),
            "clientId": _TEXT,
            "username": _TEXT,
            "password": _SECRET,
            "clean": Flag(),
            **_TLS,
            "protocolVersion": Choice(["3.1.1", "5"]),
        },
        required=["protocol", "host", "port"],
    ),
    "particle": Record(
        {
            "accessToken": _SECRET,
            "productSlugOrId": _TEXT,
            "orgSlugOrId": _TEXT,
            "deviceNameOrId": _TEXT,
        },
        required=["accessToken"],
    ),
    # The published schema spells these limits in a way that no validator enforces.
    "sqs": Record(
        {
            "queueUrl": Text(),
            "accessKeyId": Text(secret=True),
            "secretAccessKey": Text(secret=True),
            "region": Text(),
        },
        required=["queueUrl"],
    ),
    "websocket": Record(
        {
            "url": _SECRET,  # a URL may carry a user's name and password
            "username": _TEXT,
            "password": _SECRET,
            **_TLS,
            "headers": Items(_HEADER, most=50),
        },
        required=["url"],
    ),
}

_CONFIG_MEMBERS: dict[str, Rule] = {f"{kind}Config": config for kind, config in CONFIGS.items()}
_COMMON: dict[str, Rule] = {"name": _NAME, "enabled": Flag(), "topics": Items(_TEXT, unique=True)}

POST = Record(
    _COMMON | {"integrationType": Choice(list(CONFIGS)), "credentialName": _NAME} | _CONFIG_MEMBERS,
    required=["name", "integrationType"],
)
PATCH = Record(_COMMON | {"credentialName": Nullable(_NAME)} | _CONFIG_MEMBERS)

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
    return {"type": _TYPES[refusal.status], "message": refusal.message}


# --- The operations -------------------------------------------------------------------------------

APPLICATIONS = "losant.applications"
CREDENTIALS = "losant.credentials"
INTEGRATIONS = "losant.integrations"

_ID = re.compile("[A-Fa-f0-9]{24}")
_SORT_FIELDS = ("name", "id", "creationDate", "integrationType", "lastUpdated")
_SORT_DIRECTIONS = ("asc", "desc", "ASC", "DESC")
_FILTER_FIELDS = ("name", "integrationType")
_MOST_COMPLAINTS = 10


def _list(call: Call) -> Response:
    application_id = _application(call)
    sort_field = _choice(call, "sortField", _SORT_FIELDS, default="name")
    sort_direction = _choice(call, "sortDirection", _SORT_DIRECTIONS, default="asc")
    filter_field = _choice(call, "filterField", _FILTER_FIELDS, default="")
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
    if not _ID.fullmatch(value):
        raise Refusal(400, f"{name} must be 24 hexadecimal digits")
    return value.lower()


def _check(call: Call, sent: JsonObject, schema: Record, *, kind: Json) -> None:
    """Refuse a body that the platform would not take, naming what is wrong with it."""
    complaints = [violation.message for violation in check(schema, sent)]
    if not complaints:
        strays = [name for name in _CONFIG_MEMBERS if name in sent and name != f"{kind}Config"]
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
            for name, config in _CONFIG_MEMBERS.items()
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

# --- What a call may say, and is answered ---------------------------------------------------------

_HYPERMEDIA: dict[str, Rule] = {"_links": Text()}
_LIST_QUERY = Record(
    {
        **_HYPERMEDIA,
        "sortField": Choice(["", *_SORT_FIELDS]),
        "sortDirection": Choice(["", *_SORT_DIRECTIONS]),
        "filterField": Choice(["", *_FILTER_FIELDS]),
        "filter": Text(),
        "page": Text(0, 9, pattern="[0-9]*"),
        "perPage": Text(0, 9, pattern="(0*[1-9][0-9]*)?"),
    },
    open=True,
)
_QUERY = Record(_HYPERMEDIA, open=True)

_SHOWN_ID = Text(pattern=_ID.pattern)
_SHOWN = Record(
    {
        **POST.members,
        **dict.fromkeys(("id", "integrationId", "applicationId"), _SHOWN_ID),
        **dict.fromkeys(("creationDate", "lastUpdated"), Text()),
        "status": Record({}, open=True),
    },
    required=["id", "integrationId", "applicationId", "name", "integrationType", "status"],
    open=True,
)
_LISTED = Record(
    {
        "items": Items(_SHOWN),
        **dict.fromkeys(("count", "totalCount", "page"), Number(0, 10**9)),
        "perPage": Number(1, 10**9),
        **dict.fromkeys(("filter", "filterField", "sortField", "sortDirection"), Text()),
        "applicationId": _SHOWN_ID,
    },
    required=["items", "count", "totalCount", "perPage", "page", "applicationId"],
    open=True,
)
_DELETED = Record({"success": Flag()}, required=["success"])

_OPERATIONS = (
    Operation(
        "integrations.get",
        "GET",
        _MANY,
        _list,
        _scopes(_READ, "integrations.get"),
        query=_LIST_QUERY,
        answers={200: _LISTED},
        refusals=[404],
    ),
    Operation(
        "integrations.post",
        "POST",
        _MANY,
        _post,
        _scopes(_WRITE, "integrations.post"),
        query=_QUERY,
        body=Body(POST),
        answers={201: _SHOWN},
        refusals=[404],
    ),
    Operation(
        "integration.get",
        "GET",
        _ONE,
        _get,
        _scopes(_READ, "integration.get"),
        query=_QUERY,
        answers={200: _SHOWN},
        refusals=[404],
    ),
    Operation(
        "integration.patch",
        "PATCH",
        _ONE,
        _patch,
        _scopes(_WRITE, "integration.patch"),
        query=_QUERY,
        body=Body(PATCH),
        answers={200: _SHOWN},
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
        answers={200: _DELETED},
        refusals=[404],
    ),
)

# --- Example data, all of it invented -------------------------------------------------------------

APPLICATION = "575ec8687ae143cd83dc4a97"
OTHER_APPLICATION = "575ec8687ae143cd83dc4a98"

_EXAMPLE_APPLICATIONS = {APPLICATION: "Harbour cold store", OTHER_APPLICATION: "Greenhouse"}

_EXAMPLE_CREDENTIALS: dict[str, list[JsonObject]] = {
    APPLICATION: [
        {"id": "575ed0c07ae143cd83dc4c01", "name": "Hub identity", "type": "azure"},
        {"id": "575ed0c07ae143cd83dc4c02", "name": "Meter reader", "type": "gcp"},
    ],
    OTHER_APPLICATION: [
        {"id": "575ed0c07ae143cd83dc4c03", "name": "Queue reader", "type": "aws"},
    ],
}

_EXAMPLE_INTEGRATIONS: dict[str, list[JsonObject]] = {
    APPLICATION: [
        {
            "id": "575ed78e7ae143cd83dc4aab",
            "name": "Cold room broker",
            "integrationType": "mqtt",
            "topics": ["coldroom/+/temp", "coldroom/+/door"],
            "mqttConfig": {
                "protocol": "mqtts",
                "host": "mq.coldroom.example",
                "port": 8883,
                "clientId": "harbour-bridge",
                "username": "bridge",
                "password": "pw-SAMPLE-1",
            },
        },
        {
            "id": "575ed78e7ae143cd83dc4aac",
            "name": "Dock events",
            "integrationType": "azureEventHub",
            "credentialName": "Hub identity",
            "azureEventHubConfig": {
                "hubName": "dock",
                "consumerGroup": "$Default",
                "hostName": "harbour.servicebus.example",
            },
        },
        {
            "id": "575ed78e7ae143cd83dc4aad",
            "name": "Electricity meters",
            "integrationType": "googlePubSub",
            "topics": ["projects/harbour-example/subscriptions/meters"],
            "googlePubSubConfig": {"keyJson": '{"private_key": "key-SAMPLE-2"}'},
        },
        {
            "id": "575ed78e7ae143cd83dc4aae",
            "name": "Forklift trackers",
            "integrationType": "particle",
            "enabled": False,
            "particleConfig": {"accessToken": "tok-SAMPLE-3", "productSlugOrId": "forklift-v2"},
        },
        {
            "id": "575ed78e7ae143cd83dc4aaf",
            "name": "Gate queue",
            "integrationType": "sqs",
            "sqsConfig": {
                "queueUrl": "https://sqs.eu-west-1.example/000000000000/gate",
                "accessKeyId": "AK-SAMPLE-4",
                "secretAccessKey": "sk-SAMPLE-4",
                "region": "eu-west-1",
            },
        },
        {
            "id": "575ed78e7ae143cd83dc4ab0",
            "name": "Harbour weather",
            "integrationType": "websocket",
            "websocketConfig": {
                "url": "wss://weather.example/stream",
                "headers": [{"headerKey": "X-Api-Key", "headerValue": "key-SAMPLE-5"}],
            },
        },
    ],
    OTHER_APPLICATION: [
        {
            "id": "575ed78e7ae143cd83dc4ab1",
            "name": "Irrigation broker",
            "integrationType": "mqtt",
            "topics": ["beds/#"],
            "mqttConfig": {
                "protocol": "mqtt",
                "host": "mq.greenhouse.example",
                "port": 1883,
                "clientId": "greenhouse",
                "password": "pw-SAMPLE-6",
            },
        },
        {
            "id": "575ed78e7ae143cd83dc4ab2",
            "name": "Orders",
            "integrationType": "sqs",
            "credentialName": "Queue reader",
            "sqsConfig": {"queueUrl": "https://sqs.eu-west-1.example/000000000000/orders"},
        },
    ],
}

_CONNECTED: JsonObject = {
    "lastKeepAlive": 1739390400123,
    "connectInfo": {"ts": 1739386800000},
    "disconnectInfo": {"ts": None},
}


def _examples(records: Records) -> None:
    for application_id, name in _EXAMPLE_APPLICATIONS.items():
        records.put(APPLICATIONS, "", application_id, {"id": application_id, "name": name})
        for credential in _EXAMPLE_CREDENTIALS[application_id]:
            records.put(CREDENTIALS, application_id, str(credential["id"]), credential)
        for day, example in enumerate(_EXAMPLE_INTEGRATIONS[application_id], start=1):
            moment, key = f"2025-02-0{day}T08:15:30.120Z", str(example["id"])
            integration = _new(application_id, key, moment, example)
            records.put(INTEGRATIONS, application_id, key, {**integration, "status": _CONNECTED})


LOSANT = Platform(
    name="losant",
    operations=_OPERATIONS,
    examples=_examples,
    error_body=_error_body,
    base_url_variable="LOSANT_BASE_URL",
    token_variable="LOSANT_ACCESS_TOKEN",  # noqa: S106 - a name, not a token
    hint='curl -H "Authorization: Bearer $LOSANT_ACCESS_TOKEN" '
    f'"$LOSANT_BASE_URL/applications/{APPLICATION}/integrations"',
    claims={"sub": APPLICATION, "subtype": "apiToken"},
    scopes=_GROUPS,
    path_parameters={
        "applicationId": PathParameter(_SHOWN_ID, APPLICATION),
        "integrationId": PathParameter(_SHOWN_ID, "575ed78e7ae143cd83dc4aab"),
    },
    error=Record({"type": Text(), "message": Text()}, required=["type", "message"]),
)
