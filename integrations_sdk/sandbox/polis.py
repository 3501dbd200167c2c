"""Polis's credentials of integrations, and its OAuth flow, as its public documents describe them.

Where the public documents are silent, this module decides:

- An integration is known by its ``clientId`` and ``customerId``. To set its credentials again
  replaces them; to delete what is not set is a 404.
- The request header ``etag`` of a DELETE may be left out or empty; else it must be the
  integration's ``meta.etag``, as it stands there. As nothing else shows an integration, the answer
  to a POST carries its new etag in a header of that name.
- Errors are ``{"message": "..."}``, and answers without an error are empty.
- A token's scopes are the security groups whose integrations it reaches.
- Integrations are example data: there are no calls that make, show or list them. The access tokens
  that are sent are checked and forgotten, for no call shows them either.
- Every operation is also there below ``/v1``, which later hosts have before their paths.
- The page on which a person allows an application to act for an organization is left out: that
  address sends the browser back at once, to any web address that it is told.
"""

import base64
import secrets
import time
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from starlette.responses import JSONResponse, RedirectResponse, Response

from integrations_sdk.sandbox.documents import Json, JsonObject
from integrations_sdk.sandbox.platform import Body, Call, Operation, Platform, Refusal
from integrations_sdk.sandbox.polis_examples import (
    CLIENT_ID,
    CLIENT_SECRET,
    CREDENTIALS_SET,
    CUSTOMER,
    EXAMPLES,
    GROUPS,
    REDIRECT_URI,
    USER,
)
from integrations_sdk.sandbox.schema import Choice, Flag, Record, Text, check
from integrations_sdk.sandbox.stamps import timestamp
from integrations_sdk.sandbox.store import Records
from integrations_sdk.sandbox.tokens import scopes_of

INTEGRATIONS = "polis.integrations"
CREDENTIALS = "polis.credentials"
CODES = "polis.codes"

CODE_SECONDS = 600
"""How long a code can be exchanged for a token."""

_TEXT = Text(1, 65536)  # not empty, that is: no real text comes near the upper limit
_SECRET = Text(1, 65536, secret=True)


def _data(*required: str) -> Record:
    rules = {"accessToken": _SECRET}
    data = Record({name: rules.get(name, _TEXT) for name in required}, required=required, open=True)
    return Record({"data": data}, required=["data"], open=True)


SET = _data("clientId", "customerId", "accessToken")
REMOVE = _data("clientId", "customerId")

_GRANT = ("client_id", "client_secret", "code", "grant_type")
EXCHANGE = Record(
    {**dict.fromkeys(_GRANT, _TEXT), **dict.fromkeys(("client_secret", "code"), _SECRET)},
    required=_GRANT,
    open=True,
)


def _error_body(refusal: Refusal) -> Json:
    return {"message": refusal.message}


# --- Credentials ----------------------------------------------------------------------------------

# Documents of both collections belong to a clientId and have a customerId as their key.


def _set(call: Call) -> Response:
    client, customer = _pair(call, SET)
    integration = _integration(call, client, customer)
    call.records.put(CREDENTIALS, client, customer, {"isSet": True})
    return Response(status_code=201, headers={"etag": _touch(call, client, integration)})


def _remove(call: Call) -> Response:
    client, customer = _pair(call, REMOVE)
    integration = _integration(call, client, customer)
    if call.records.get(CREDENTIALS, client, customer) is None:
        raise Refusal(404, "The integration has no credentials")
    etag = call.request.headers.get("etag")
    if etag and etag != _inner(integration, "meta")["etag"]:
        message = "The integration was changed since: the etag is not the present one"
        raise Refusal(int(call.switch("stale_etag")), message)
    call.records.delete(CREDENTIALS, client, customer)
    return Response(status_code=200)


def _body(call: Call, schema: Record) -> JsonObject:
    media = call.request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media != "application/json":
        raise Refusal(400, "The body must be JSON, with the Content-Type application/json")
    sent = call.json_object()
    complaints = [violation.message for violation in check(schema, sent)]
    if complaints:
        raise Refusal(400, "; ".join(complaints))
    return sent


def _pair(call: Call, schema: Record) -> tuple[str, str]:
    """Return the clientId and the customerId of a body."""
    data = _inner(_body(call, schema), "data")
    return str(data["clientId"]), str(data["customerId"])


def _integration(call: Call, client: str, customer: str) -> JsonObject:
    found = call.records.get(INTEGRATIONS, client, customer)
    if found is None:
        raise Refusal(404, "There is no integration of this clientId and customerId")
    if found["securityGroupId"] not in scopes_of(call.claims):
        raise Refusal(403, "The token does not reach the integration's security group")
    return found


def _touch(call: Call, client: str, integration: JsonObject) -> str:
    """Store an integration as changed now, and return its new etag."""
    etag = f"{secrets.randbelow(4096):x}-{base64.b64encode(secrets.token_bytes(15)).decode()}"
    changes: JsonObject = {"etag": etag, "modified": timestamp(), "modifiedBy": USER}
    changed: JsonObject = {**integration, "meta": _inner(integration, "meta") | changes}
    call.records.put(INTEGRATIONS, client, str(integration["customerId"]), changed)
    return etag


def _inner(document: JsonObject, name: str) -> JsonObject:
    """Return a member that is an object, as was checked before or as we made it."""
    value = document[name]
    return value if isinstance(value, dict) else {}


# --- OAuth ----------------------------------------------------------------------------------------


def _authorize(call: Call) -> Response:
    if call.query("response_type") != "code":
        raise Refusal(400, "response_type must be code")
    if call.query("client_id") != CLIENT_ID:
        raise Refusal(400, "client_id is not the one of a registered application")
    code = secrets.token_urlsafe(24)
    call.records.put(CODES, "", code, {"code": code, "expires": time.time() + CODE_SECONDS})
    answer = {"code": code, "organizationId": CUSTOMER}
    if "state" in call.request.query_params:
        answer["state"] = call.query("state")
    return RedirectResponse(_extended(call.query("redirect_uri") or REDIRECT_URI, answer), 302)


def _extended(url: str, parameters: Mapping[str, str]) -> str:
    """Add parameters to the query of a web address."""
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.fragment:
        raise Refusal(400, "redirect_uri must be a whole web address without a fragment")
    query = [*parse_qsl(parts.query, keep_blank_values=True), *parameters.items()]
    return urlunsplit(parts._replace(query=urlencode(query)))


def _exchange(call: Call) -> Response:
    sent = _body(call, EXCHANGE)
    if sent["grant_type"] != "authorization_code":
        raise Refusal(400, "grant_type must be authorization_code")
    if (sent["client_id"], sent["client_secret"]) != (CLIENT_ID, CLIENT_SECRET):
        raise Refusal(401, "client_id and client_secret are not those of a registered application")
    code = str(sent["code"])
    known = call.records.get(CODES, "", code)
    expires = 0 if known is None else known["expires"]
    if not isinstance(expires, int | float) or expires <= time.time():
        raise Refusal(400, "The code is unknown, was used before, or has expired")
    call.records.delete(CODES, "", code)
    return JSONResponse({"token_type": "bearer", "access_token": POLIS.token(call.tokens)})


# --- The platform ---------------------------------------------------------------------------------

_CREDENTIALS = "/integrations/credentials"

_AUTHORIZE = Record(
    {
        "response_type": Choice(["code"]),
        "client_id": Choice([CLIENT_ID]),
        "redirect_uri": Text(),
        "state": Text(secret=True),
    },
    required=["response_type", "client_id"],
    open=True,
)
_TOKEN = Record(
    {"token_type": Text(), "access_token": Text(secret=True)},
    required=["token_type", "access_token"],
)
_PAIR: JsonObject = {"clientId": CLIENT_ID, "customerId": CUSTOMER}
_ERROR = Record({"message": Text()}, required=["message"])

_OPERATIONS = (
    Operation(
        "credentials.set",
        "POST",
        _CREDENTIALS,
        _set,
        body=Body(SET, example={"data": {**_PAIR, "accessToken": "tok-SAMPLE"}}),
        answers={201: None},
        refusals=[404],
    ),
    Operation(
        "credentials.delete",
        "DELETE",
        _CREDENTIALS,
        _remove,
        headers=Record({"etag": Text()}, open=True),
        body=Body(REMOVE, example={"data": _PAIR}),
        answers={200: None},
        refusals=[404, 412],
    ),
    Operation(
        "oauth.authorize",
        "GET",
        "/oauth/authorize",
        _authorize,
        public=True,
        query=_AUTHORIZE,
        answers={302: None},
    ),
    Operation(
        "oauth.token",
        "POST",
        "/auth/oauth2/token",
        _exchange,
        public=True,
        body=Body(EXCHANGE),
        answers={200: _TOKEN},
        refusals=[401],
    ),
)


def _examples(records: Records) -> None:
    for example in EXAMPLES:
        # Without a clientId, no body can name it.
        client = str(_inner(example, "data").get("clientId", ""))
        records.put(INTEGRATIONS, client, str(example["customerId"]), example)
    for client, customer in CREDENTIALS_SET:
        records.put(CREDENTIALS, client, customer, {"isSet": True})


_DATA = ("accountName", "clientId", "provider", "slug", "status")
_META = ("created", "createdBy", "etag", "modified", "modifiedBy", "resource")
_STORED = Record(
    {
        **dict.fromkeys(("id", "customerId", "securityGroupId"), Text()),
        "data": Record({**dict.fromkeys(_DATA, Text()), "pushAllInteractions": Flag()}, open=True),
        "meta": Record({**dict.fromkeys(_META, Text()), "isDeleted": Flag()}, open=True),
    },
    open=True,
)

POLIS = Platform(
    name="polis",
    operations=_OPERATIONS,
    examples=_examples,
    error_body=_error_body,
    base_url_variable="POLIS_BASE_URL",
    token_variable="POLIS_ACCESS_TOKEN",  # noqa: S106 - a name, not a token
    hint='curl -i "$POLIS_BASE_URL/oauth/authorize?response_type=code&client_id=$POLIS_CLIENT_ID"',
    claims={"sub": USER},
    scopes=GROUPS,
    other_base_paths=("/v1",),
    switches={"stale_etag": ("400", "412")},
    variables={"POLIS_CLIENT_ID": CLIENT_ID, "POLIS_CLIENT_SECRET": CLIENT_SECRET},
    error=_ERROR,
    collections={
        CREDENTIALS: Record({"isSet": Flag()}),
        INTEGRATIONS: _STORED,
    },
)
