"""CxEngage's tenant integrations, as its public API pages of 2013 and 2014 describe them.

The pages have changed, and each profile is one state of them:

- ``original``, of 28 October 2013: a tenant that does not exist is answered with 404, Salesforce
  with an ``instance``, and paths have no version.
- ``later``, of March 2014: a tenant or an integration that does not exist is answered with 422,
  nobody has an ``instance`` of the server's making, and paths are below ``/1.0``.

Unless the switch ``profile`` says otherwise, a path gets what the pages said when they had that
path. The first page had the POST alone; both profiles have the GETs too, because tests read.

Where the pages are silent, this module decides:

- A POST creates or replaces, and answers 200 with the record. What the new body lacks is gone, but
  for the ``instance`` that the server has given. ``id`` may be left out of the body; one that is
  not the path's is refused, and so is a ``type`` that is not.
- Members that no page names are kept. So are providers that no page names; the switch
  ``unknown_provider`` refuses these.
- The value of ``error`` is a text; the switch ``error`` makes it something else.
- ``echo`` is there from the start, and keeps nothing but its id. The list is in the order of ids.
- Tokens last an hour. The switch ``new_tokens`` gives out such as have expired.
"""

import base64
import binascii
import hmac
from typing import NamedTuple
from urllib.parse import parse_qs

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
    Either,
    Items,
    Number,
    Record,
    Rule,
    Text,
    check,
    mask,
)
from integrations_sdk.sandbox.store import Records
from integrations_sdk.sandbox.tokens import scopes_of

# --- What an integration may hold -----------------------------------------------------------------


def _provider(*plain: str, secret: tuple[str, ...] = (), optional: tuple[str, ...] = ()) -> Record:
    """Return the rule of a provider whose members are strings, required unless optional."""
    members: dict[str, Rule] = {name: Text() for name in ("id", "type", *plain, *optional)}
    members |= {name: Text(secret=True) for name in secret}
    return Record(members, required=[*plain, *secret], open=True)


PROVIDERS = {
    "datasift": _provider("username", secret=("api-key",)),
    "echo": _provider(),
    "pusher": _provider("key", secret=("secret",)),
    "salesforce": _provider(
        "consumer-key",
        "username",
        secret=("consumer-secret", "secret-token", "password"),
        optional=("instance",),
    ),
    "sendgrid": _provider("account", secret=("password",)),
    "twilio": _provider("account", secret=("password",)),
    "urban-airship": _provider("username", secret=("password",)),
}

_UNKNOWN = _provider()

# --- The operations -------------------------------------------------------------------------------

TENANTS = "cxengage.tenants"
INTEGRATIONS = "cxengage.integrations"

_HOUR = 3600
_MOST_COMPLAINTS = 10


def _list(call: Call) -> Response:
    tenant = _tenant(call)
    found = call.records.all(INTEGRATIONS, call.path("tenant"))
    found.sort(key=lambda integration: str(integration["id"]))
    return JSONResponse([_shown(call, tenant, integration) for integration in found])


def _get(call: Call) -> Response:
    tenant = _tenant(call)
    found = call.records.get(INTEGRATIONS, call.path("tenant"), call.path("id"))
    if found is None:
        raise _missing(call, "Integration not found")
    return JSONResponse(_shown(call, tenant, found))


def _set(call: Call) -> Response:
    tenant = _tenant(call)
    provider = call.path("id")
    if provider not in PROVIDERS and call.switch("unknown_provider") == "refused":
        raise _missing(call, "Integration not found")
    sent = call.json_object()
    _check(provider, sent)
    integration: JsonObject = {"id": provider} if provider == "echo" else {"id": provider, **sent}
    call.records.put(INTEGRATIONS, call.path("tenant"), provider, integration)
    return JSONResponse(_shown(call, tenant, integration))


def _tenant(call: Call) -> JsonObject:
    name = call.path("tenant")
    found = call.records.get(TENANTS, "", name)
    if found is None:
        raise _missing(call, "Tenant not found")
    if name not in scopes_of(call.claims):
        raise Refusal(403, "The token has no access to this tenant")
    return found


def _check(provider: str, sent: JsonObject) -> None:
    schema = PROVIDERS.get(provider, _UNKNOWN)
    complaints = [violation.message for violation in check(schema, sent)]
    complaints += [
        f"{name} must be {provider}, as in the path"
        for name in ("id", "type")
        if isinstance(sent.get(name), str) and sent[name] != provider
    ]
    if complaints:
        raise Refusal(400, "; ".join(complaints[:_MOST_COMPLAINTS]))


def _shown(call: Call, tenant: JsonObject, integration: JsonObject) -> Json:
    shown = integration
    if integration["id"] == "salesforce" and _is_original(call):
        shown = {**integration, "instance": integration.get("instance", tenant["instance"])}
    return mask(PROVIDERS.get(str(shown["id"]), _UNKNOWN), shown) if call.redact else shown


def _is_original(call: Call) -> bool:
    profile = call.switch("profile")
    if profile == "by_path":
        return not call.request.url.path.startswith("/cxengage/1.0/")
    return profile == "original"


def _missing(call: Call, message: str) -> Refusal:
    return Refusal(404 if _is_original(call) else 422, message)


# --- Tokens ---------------------------------------------------------------------------------------


def _token(call: Call) -> Response:
    client = _client(call.request.headers.get("authorization", ""))
    form = parse_qs(call.body.decode(errors="replace"))
    if form.get("grant_type") != ["client_credentials"]:
        raise Refusal(400, "unsupported_grant_type")
    lifetime = 0 if call.switch("new_tokens") == "expired" else _HOUR
    token = CXENGAGE.token(call.tokens, scopes=client.tenants, expires_in=lifetime)
    reply: JsonObject = {"access_token": token, "token_type": "bearer", "expires_in": _HOUR}
    return JSONResponse(reply, headers={"Cache-Control": "no-store"})


def _client(authorization: str) -> "_Client":
    scheme, _, encoded = authorization.partition(" ")
    try:
        pair = base64.b64decode(encoded, validate=True) if scheme.lower() == "basic" else b""
    except binascii.Error:
        pair = b""
    for client in _CLIENTS:
        if hmac.compare_digest(pair, f"{client.id}:{client.secret}".encode()):
            return client
    raise Refusal(401, "invalid_client", headers={"WWW-Authenticate": "Basic"})


# --- Errors ---------------------------------------------------------------------------------------


def _error_body(refusal: Refusal) -> Json:
    shapes: dict[str, Json] = {
        "text": {"error": refusal.message},
        "object": {"error": {"message": refusal.message}},
        "list": {"error": [refusal.message]},
        "empty": None,
    }
    return shapes[refusal.switches["error"]]


_MANY = "/tenants/{tenant}/integrations"
_ONE = f"{_MANY}/{{id}}"

_SHOWN = Record(_UNKNOWN.members, required=["id"], open=True)
_GRANT = Record({"grant_type": Choice(["client_credentials"])}, required=["grant_type"], open=True)
_TOKEN = Record(
    {
        "access_token": Text(secret=True),
        "token_type": Text(),
        "expires_in": Number(_HOUR, _HOUR),
    },
    required=["access_token", "token_type", "expires_in"],
)
_ERROR = Either([Text(), Record({"message": Text()}), Items(Text())])

_OPERATIONS = (
    Operation(
        "token",
        "POST",
        "/token",
        _token,
        public=True,
        body=Body(_GRANT, media="application/x-www-form-urlencoded"),
        answers={200: _TOKEN},
        security={"type": "http", "scheme": "basic"},
    ),
    Operation(
        "integrations.list",
        "GET",
        _MANY,
        _list,
        answers={200: Items(_SHOWN)},
        refusals=[404, 422],
    ),
    Operation(
        "integrations.get",
        "GET",
        _ONE,
        _get,
        answers={200: _SHOWN},
        refusals=[404, 422],
    ),
    Operation(
        "integrations.set",
        "POST",
        _ONE,
        _set,
        body=Body(_UNKNOWN),
        answers={200: _SHOWN},
        refusals=[404, 422],
    ),
)

# --- Example data, all of it invented -------------------------------------------------------------


class _Client(NamedTuple):
    id: str
    secret: str
    tenants: tuple[str, ...]


TENANT = "harbor"
OTHER_TENANT = "lighthouse"

_CLIENTS = (
    _Client("client-SAMPLE", "secret-SAMPLE", (TENANT, OTHER_TENANT)),
    _Client("client-SAMPLE-2", "secret-SAMPLE-2", (OTHER_TENANT,)),
)

_EXAMPLE_TENANTS: dict[str, JsonObject] = {
    TENANT: {"instance": "na-17"},
    OTHER_TENANT: {"instance": "eu-3"},
}

_EXAMPLE_INTEGRATIONS: dict[str, list[JsonObject]] = {
    TENANT: [
        {
            "id": "salesforce",
            "type": "salesforce",
            "consumer-key": "ck-SAMPLE-1",
            "consumer-secret": "cs-SAMPLE-1",
            "username": "ops@harbor.example",
            "secret-token": "st-SAMPLE-1",
            "password": "pw-SAMPLE-1",
        },
        {"id": "twilio", "account": "AC-SAMPLE-2", "password": "tw-SAMPLE-2"},
        {"id": "sendgrid", "account": "harbor", "password": "sg-SAMPLE-3"},
        {"id": "datasift", "api-key": "ds-SAMPLE-4", "username": "harbor"},
        {
            "id": "urban-airship",
            "type": "urban-airship",
            "username": "ua-SAMPLE-5",
            "password": "us-SAMPLE-5",
        },
        {"id": "pusher", "type": "pusher", "key": "pk-SAMPLE-6", "secret": "ps-SAMPLE-6"},
        {"id": "echo"},
    ],
    OTHER_TENANT: [
        {"id": "twilio", "type": "twilio", "account": "AC-SAMPLE-7", "password": "tw-SAMPLE-7"},
        {"id": "echo"},
    ],
}


def _examples(records: Records) -> None:
    for name, tenant in _EXAMPLE_TENANTS.items():
        records.put(TENANTS, "", name, tenant)
        for integration in _EXAMPLE_INTEGRATIONS[name]:
            records.put(INTEGRATIONS, name, str(integration["id"]), integration)


CXENGAGE = Platform(
    name="cxengage",
    operations=_OPERATIONS,
    examples=_examples,
    error_body=_error_body,
    base_url_variable="CXENGAGE_BASE_URL",
    token_variable="CXENGAGE_TOKEN",  # noqa: S106 - a name, not a token
    hint='curl -H "Authorization: Bearer $CXENGAGE_TOKEN" '
    f'"$CXENGAGE_BASE_URL/tenants/{TENANT}/integrations"',
    # A token has no scopes: here, they are the tenants that it reaches.
    scopes=(TENANT, OTHER_TENANT),
    token_seconds=_HOUR,
    other_base_paths=("/1.0",),
    switches={
        "profile": ("by_path", "original", "later"),
        "unknown_provider": ("accepted", "refused"),
        "error": ("text", "object", "list", "empty"),
        "new_tokens": ("valid", "expired"),
    },
    variables={
        "CXENGAGE_CLIENT_ID": _CLIENTS[0].id,
        "CXENGAGE_CLIENT_SECRET": _CLIENTS[0].secret,
        "CXENGAGE_AUTH_URL": "{base_url}/1.0/token",
    },
    path_parameters={
        "tenant": PathParameter(Text(), TENANT),
        "id": PathParameter(Text(), "twilio"),
    },
    error=Record({"error": _ERROR}, required=["error"]),
    collections={TENANTS: Record({"instance": Text()}), INTEGRATIONS: _SHOWN},
)
