"""Documents as OptimizePlayer writes them, one for each kind, with invented values."""

from __future__ import annotations

from typing import Any

MOMENT = "2018-05-06T07:08:09.000010"

SECRETS = "access_token access_token_secret api_key client_secret consumer_secret event_key"
SECRETS += " refresh_token secret_access_key secret_api_key secret_key"
NAMES_OF_SECRETS = frozenset(SECRETS.split())

OWN: dict[str, dict[str, Any]] = {
    "IntegrationActiveCampaign": {
        "api_endpoint": "https://campaigns.example",
        "actid": "7",
        "api_key": "SAMPLE-1",
        "event_key": "SAMPLE-2",
    },
    "IntegrationAmazon": {
        "bucket": "clips-example",
        "access_key_id": "AK-1",
        "cloudfront": "d1.example.net",
        "ready": "ready",
        "secret_access_key": "SAMPLE-3",
    },
    "IntegrationAweber": {
        "access_token": "SAMPLE-4",
        "consumer_key": "ck-1",
        "access_token_secret": "SAMPLE-5",
        "consumer_secret": "SAMPLE-6",
    },
    "IntegrationConvertkit": {"api_key": "SAMPLE-7", "secret_key": "SAMPLE-8"},
    "IntegrationDisqus": {"forum_shortname": "films"},
    "IntegrationDrip": {"api_account_id": "9", "access_token": "SAMPLE-9"},
    "IntegrationGetresponse": {"secret_api_key": "SAMPLE-10"},
    "IntegrationGoogleAnalytics": {
        "api_account_id": "10",
        "web_property_id": "UA-10-1",
        "access_token": "SAMPLE-11",
        "refresh_token": "SAMPLE-12",
    },
    "IntegrationHtml": {
        "html": "<form></form>",
        "params": {"list": "7", "deeper": {"still": [1, None]}},
        "url": "https://forms.example/post",
    },
    "IntegrationInfusionsoft": {"app_name": "films", "api_key": "SAMPLE-13"},
    "IntegrationIntercom": {"access_token": "SAMPLE-14"},
    "IntegrationMailchimp": {"api_key": "SAMPLE-15"},
    "IntegrationOntraport": {"app_id": "2_1_x", "api_key": "SAMPLE-16"},
    "IntegrationPaypal": {"client_id": "ci-1", "client_secret": "SAMPLE-17"},
    "IntegrationSendreach": {"api_key": "SAMPLE-18", "secret_api_key": "SAMPLE-19"},
    "IntegrationStripe": {"publishable_key": "pk-1", "secret_key": "SAMPLE-20"},
    "IntegrationWishlist": {"endpoint": "https://members.example", "api_key": "SAMPLE-21"},
    "IntegrationZapier": {},
}
"""The members of each kind beside those that all have in common."""

PROVIDERS = {name: name.removeprefix("Integration").lower() for name in OWN}
PROVIDERS["IntegrationGoogleAnalytics"] = "google_analytics"


def integration(name: str = "IntegrationStripe", **members: Any) -> dict[str, Any]:
    return {
        "id": 31,
        "title": "Main till",
        "type": name,
        "account_id": 8,
        "use_cloudfront": False,
        "integration_type": "payment",
        "provider": PROVIDERS.get(name, "somebody"),
        "created_at": MOMENT,
        "updated_at": "2018-06-01T00:00:00.000000",
        **OWN.get(name, {}),
        **members,
    }
