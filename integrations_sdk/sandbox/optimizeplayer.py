"""OptimizePlayer's integrations, as its public API page describes them; nothing can be written.

The page has changed, and each profile is one state of it:

- ``original``, of 27 April 2017: bare bodies, secrets in clear, paths below ``/api/v1``.
- ``current``, of 28 November 2017: bodies in an envelope, secrets left out, paths below ``/v1``.

Unless the switch ``profile`` says otherwise, a path gets what the page said when it had that path.

Where the page is silent, this module decides:

- An error is ``{"error": "<text>"}``.
- An integration that exists nowhere is answered like one of another account: with 401, which the
  page has for what a key cannot reach. It has no 404; the switch ``missing`` sends one.
- A ``POST`` is refused, although the page's first examples, ``curl <url> -d api_key=<key>``, send
  one; the switch ``form_post`` lets it in.
- The list is in the order of the ids.
"""

import dataclasses
import re
from collections.abc import Sequence
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from integrations_sdk.sandbox.documents import Json, JsonObject
from integrations_sdk.sandbox.optimizeplayer_examples import ACCOUNT, examples
from integrations_sdk.sandbox.platform import (
    Body,
    Call,
    Handler,
    Operation,
    PathParameter,
    Platform,
    Refusal,
)
from integrations_sdk.sandbox.schema import MASK, Either, Flag, Items, Number, Record, Text
from integrations_sdk.sandbox.store import Records
from integrations_sdk.sandbox.tokens import TokenError, scopes_of

INTEGRATIONS = "optimizeplayer.integrations"

SECRETS: dict[str, Sequence[str]] = {
    "IntegrationActiveCampaign": ("api_key", "event_key"),
    "IntegrationAmazon": ("secret_access_key",),
    "IntegrationAweber": ("access_token_secret", "consumer_secret"),
    "IntegrationConvertkit": ("secret_key",),
    "IntegrationDisqus": (),
    "IntegrationDrip": ("access_token",),
    "IntegrationGetresponse": ("secret_api_key",),
    "IntegrationGoogleAnalytics": ("access_token", "refresh_token"),
    "IntegrationHtml": (),
    "IntegrationInfusionsoft": ("api_key",),
    "IntegrationIntercom": ("access_token",),
    "IntegrationMailchimp": ("api_key",),
    "IntegrationOntraport": ("api_key",),
    "IntegrationPaypal": ("client_secret",),
    "IntegrationSendreach": ("secret_api_key",),
    "IntegrationStripe": ("secret_key",),
    "IntegrationWishlist": ("api_key",),
    "IntegrationZapier": (),
}
"""The fields of each type that the page calls secret; under ``current``, answers lack them."""

# Convertkit's api_key and Aweber's access_token are not called secret. For a demonstration, what is
# secret for one type is secret for all.
_MASKED = {name for names in SECRETS.values() for name in names}


_ID = re.compile("(-?)0*([0-9]+)")


def _list(call: Call) -> Response:
    _require_json_wanted(call.request)
    found = call.records.all(INTEGRATIONS, _account(call))
    found.sort(key=lambda integration: int(str(integration["id"])))
    return _reply(call, "integrations", [_shown(call, integration) for integration in found])


def _get(call: Call) -> Response:
    _require_json_wanted(call.request)
    number = _ID.fullmatch(call.path("id"))
    if number is None:
        raise Refusal(422, "id must be an integer")
    found = call.records.get(INTEGRATIONS, _account(call), number[1] + number[2])
    if found is None:
        message = "The key cannot reach an integration of this id"
        raise Refusal(int(call.switch("missing")), message)
    return _reply(call, "integration", _shown(call, found))


def _account(call: Call) -> str:
    """Return the one account that the key is of."""
    accounts = scopes_of(call.claims)
    if len(accounts) != 1:
        raise Refusal(401, "The key is not that of an account")
    return accounts.pop()


def _is_original(call: Call) -> bool:
    profile = call.switch("profile")
    if profile == "by_path":
        return call.request.url.path.startswith("/optimizeplayer/api/")
    return profile == "original"


def _shown(call: Call, integration: JsonObject) -> JsonObject:
    hidden = () if _is_original(call) else SECRETS[str(integration["type"])]
    shown = {name: value for name, value in integration.items() if name not in hidden}
    if call.redact:
        shown |= dict.fromkeys(_MASKED & shown.keys(), MASK)
    return shown


def _reply(call: Call, envelope: str, content: Json) -> Response:
    return JSONResponse(content if _is_original(call) else {envelope: content})


def _require_json_wanted(request: Request) -> None:
    """Refuse a request that takes anything but JSON, by the most precise range that it names."""
    wanted: dict[str, bool] = {}
    for media_range in (", ".join(request.headers.getlist("accept")) or "*/*").split(","):
        name, _, parameters = media_range.partition(";")
        is_refused = re.search(r"(^|;)\s*q=0(\.0*)?\s*(;|$)", parameters, re.IGNORECASE)
        wanted[name.strip().lower()] = not is_refused
    # A bare * is not in the standard, but Java's own client sends it.
    ranges = ("application/json", "application/*", "*/*", "*")
    if not next((wanted[name] for name in ranges if name in wanted), False):
        raise Refusal(406, "Only JSON is offered")


def _key(request: Request) -> str:
    return request.query_params.get("api_key", "")


def _posted(handle: Handler) -> Handler:
    """Let a form carry the key, which nothing before a handler reads."""

    def handle_form(call: Call) -> Response:
        form = parse_qs(call.body.decode(errors="replace"))
        key = form.get("api_key", [_key(call.request)])[-1]
        try:
            claims = call.tokens.claims(key, audience=OPTIMIZEPLAYER.name)
        except TokenError as error:
            raise Refusal(401, str(error)) from error
        return handle(dataclasses.replace(call, claims=claims))

    return handle_form


_MANY = "/integrations"
_ONE = "/integrations/{id}"
_FORM = ("form_post", "accepted")

_NUMBER = Number(0, 2**31)
_SHOWN = Record(
    {
        "id": _NUMBER,
        "account_id": _NUMBER,
        "use_cloudfront": Flag(),
        **dict.fromkeys(("title", "type", "integration_type", "provider"), Text()),
        **dict.fromkeys(("created_at", "updated_at"), Text()),
    },
    required=["id", "title", "type", "account_id", "provider"],
    open=True,
)
_ALL = Items(_SHOWN)
_LISTED = Either([_ALL, Record({"integrations": _ALL}, required=["integrations"])])
_GOTTEN = Either([_SHOWN, Record({"integration": _SHOWN}, required=["integration"])])
_KEY = Body(  # which may stand in the query instead
    Record({"api_key": Text(secret=True)}, open=True),
    required=False,
    media="application/x-www-form-urlencoded",
)

_OPERATIONS = (
    Operation("integrations.list", "GET", _MANY, _list, answers={200: _LISTED}, refusals=[406]),
    Operation(
        "integrations.get",
        "GET",
        _ONE,
        _get,
        answers={200: _GOTTEN},
        refusals=[404, 406, 422],
    ),
    Operation(
        "integrations.list",
        "POST",
        _MANY,
        _posted(_list),
        public=True,
        only_with=_FORM,
        body=_KEY,
        answers={200: _LISTED},
        refusals=[401, 406],
    ),
    Operation(
        "integrations.get",
        "POST",
        _ONE,
        _posted(_get),
        public=True,
        only_with=_FORM,
        body=_KEY,
        answers={200: _GOTTEN},
        refusals=[401, 404, 406, 422],
    ),
)


def _error_body(refusal: Refusal) -> Json:
    return {"error": refusal.message}


def _examples(records: Records) -> None:
    for integration in examples():
        owner, key = str(integration["account_id"]), str(integration["id"])
        records.put(INTEGRATIONS, owner, key, integration)


OPTIMIZEPLAYER = Platform(
    name="optimizeplayer",
    operations=_OPERATIONS,
    examples=_examples,
    error_body=_error_body,
    base_url_variable="OPTIMIZEPLAYER_BASE_URL",
    token_variable="OPTIMIZEPLAYER_API_KEY",  # noqa: S106 - a name, not a key
    hint='curl "$OPTIMIZEPLAYER_BASE_URL/integrations?api_key=$OPTIMIZEPLAYER_API_KEY"',
    # A key has no scopes: here, its only one is the account that it is of.
    scopes=(str(ACCOUNT),),
    credential=_key,
    base_path="/v1",
    other_base_paths=("/api/v1",),
    switches={
        "profile": ("by_path", "original", "current"),
        "missing": ("401", "404"),
        "form_post": ("refused", "accepted"),
    },
    path_parameters={"id": PathParameter(Text(pattern=_ID.pattern), "31")},
    error=Record({"error": Text()}, required=["error"]),
    security={"type": "apiKey", "in": "query", "name": "api_key"},
    collections={INTEGRATIONS: _SHOWN},
)
