"""OptimizePlayer's example data, all of it invented: two accounts, and each documented type."""

from collections.abc import Iterator
from typing import NamedTuple

from integrations_sdk.sandbox.documents import JsonObject

ACCOUNT = 8
OTHER_ACCOUNT = 9


class _Row(NamedTuple):
    """One example; the page names the providers of four types, the others are guessed."""

    id: int
    title: str
    name: str
    family: str
    provider: str
    fields: JsonObject


_ROWS = {
    ACCOUNT: (
        _Row(
            31,
            "Main till",
            "Stripe",
            "payment",
            "stripe",
            {"publishable_key": "pk-SAMPLE-31", "secret_key": "sk-SAMPLE-31"},
        ),
        _Row(32, "Letters", "Mailchimp", "email", "mailchimp", {"api_key": "mc-SAMPLE-32"}),
        _Row(
            33,
            "Video bucket",
            "Amazon",
            "csn",
            "amazon",
            {
                "bucket": "clips-example",
                "access_key_id": "AK-SAMPLE-33",
                "cloudfront": "d1.example.net",
                "ready": "ready",
                "secret_access_key": "sk-SAMPLE-33",
            },
        ),
        _Row(
            34,
            "Own form",
            "Html",
            "email",
            "html",
            {
                "html": "<form></form>",
                "params": {"list": "7"},
                "url": "https://forms.example/post",
            },
        ),
        _Row(
            35,
            "Campaigns",
            "ActiveCampaign",
            "email",
            "activecampaign",
            {
                "api_endpoint": "https://campaigns.example/api",
                "actid": "1035",
                "api_key": "ac-SAMPLE-35",
                "event_key": "ev-SAMPLE-35",
            },
        ),
        _Row(
            36,
            "Old letters",
            "Aweber",
            "email",
            "aweber",
            {
                "access_token": "at-SAMPLE-36",
                "consumer_key": "ck-SAMPLE-36",
                "access_token_secret": "as-SAMPLE-36",
                "consumer_secret": "cs-SAMPLE-36",
            },
        ),
        _Row(
            37,
            "Course sign-up",
            "Convertkit",
            "email",
            "convertkit",
            {"api_key": "ak-SAMPLE-37", "secret_key": "sk-SAMPLE-37"},
        ),
        _Row(
            38,
            "Below the films",
            "Disqus",
            "comments",
            "disqus",
            {"forum_shortname": "films-example"},
        ),
        _Row(
            39,
            "Reminders",
            "Drip",
            "email",
            "drip",
            {"api_account_id": "1039", "access_token": "at-SAMPLE-39"},
        ),
        _Row(
            40,
            "Newsletter",
            "Getresponse",
            "email",
            "getresponse",
            {"secret_api_key": "sk-SAMPLE-40"},
        ),
        _Row(
            41,
            "Visitors",
            "GoogleAnalytics",
            "analytics",
            "google_analytics",
            {
                "api_account_id": "1041",
                "web_property_id": "UA-1041-1",
                "access_token": "at-SAMPLE-41",
                "refresh_token": "rt-SAMPLE-41",
            },
        ),
        _Row(
            42,
            "Customers",
            "Infusionsoft",
            "email",
            "infusionsoft",
            {"app_name": "films", "api_key": "ak-SAMPLE-42"},
        ),
        _Row(43, "Help desk", "Intercom", "chat", "intercom", {"access_token": "at-SAMPLE-43"}),
        _Row(
            44,
            "Contacts",
            "Ontraport",
            "email",
            "ontraport",
            {"app_id": "2_1044_example", "api_key": "ak-SAMPLE-44"},
        ),
        _Row(
            45,
            "Second till",
            "Paypal",
            "payment",
            "paypal",
            {"client_id": "ci-SAMPLE-45", "client_secret": "cs-SAMPLE-45"},
        ),
        _Row(
            46,
            "Announcements",
            "Sendreach",
            "email",
            "sendreach",
            {"api_key": "ak-SAMPLE-46", "secret_api_key": "sk-SAMPLE-46"},
        ),
        _Row(
            47,
            "Members",
            "Wishlist",
            "membership",
            "wishlist",
            {"endpoint": "https://members.example", "api_key": "ak-SAMPLE-47"},
        ),
        # In no revision of the page before that of 9 October 2017.
        _Row(48, "Everything else", "Zapier", "automation", "zapier", {}),
    ),
    OTHER_ACCOUNT: (
        _Row(
            101,
            "Kiosk",
            "Stripe",
            "payment",
            "stripe",
            {"publishable_key": "pk-SAMPLE-101", "secret_key": "sk-SAMPLE-101"},
        ),
        _Row(99, "Readers", "Mailchimp", "email", "mailchimp", {"api_key": "mc-SAMPLE-99"}),
    ),
}


def examples() -> Iterator[JsonObject]:
    """Yield the integrations of all accounts."""
    for account, rows in _ROWS.items():
        for row in rows:
            yield {
                "id": row.id,
                "title": row.title,
                "type": f"Integration{row.name}",
                "account_id": account,
                "use_cloudfront": "cloudfront" in row.fields,
                "integration_type": row.family,
                "provider": row.provider,
                "created_at": f"2017-04-25T22:00:{row.id % 60:02}.047560",
                "updated_at": f"2018-06-01T00:00:{row.id % 60:02}.000000",
                **row.fields,
            }
