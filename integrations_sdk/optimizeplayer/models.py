"""OptimizePlayer's documents: https://github.com/EvilZorge/slate/blob/master/source/includes/_integrations.md.

An integration has nine members of its own and those of its kind, side by side. OptimizePlayer
promises none of them, so every field but ``id`` may be [UNSET][integrations_sdk.UNSET]. What
OptimizePlayer calls encrypted is a secret, and so is every ``api_key`` and ``access_token``; since
May 2017 it leaves the encrypted ones out of its answers.
"""

from __future__ import annotations

import builtins  # `type` is a member of an integration
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import TYPE_CHECKING, ClassVar, Final, Literal, TypeAlias, get_args

from attrs import define, field

from integrations_sdk.core import timestamps
from integrations_sdk.core.document import JSON
from integrations_sdk.core.model import HIDDEN, OPEN, UNSET, Maybe, Model, to_secret
from integrations_sdk.core.secret import Secret
from integrations_sdk.core.wire import Codec, as_is

if TYPE_CHECKING:
    from typing_extensions import Self

ClassName: TypeAlias = (
    Literal["IntegrationAweber", "IntegrationMailchimp", "IntegrationPaypal", "IntegrationStripe"]
    | str
)
"""OptimizePlayer's class of an integration: those that it writes out, of those that there are."""

IntegrationType: TypeAlias = Literal["csn", "email", "payment"] | str
"""What a kind of integrations is for; one that is not known yet is kept as it came."""

Provider: TypeAlias = Literal["aweber", "mailchimp", "paypal", "stripe"] | str
"""Whose service it is: those that OptimizePlayer writes out, of those that there are."""


def as_utc(moment: Maybe[datetime]) -> Maybe[datetime]:
    """Return a date-time in UTC, taking one without a zone to be in UTC already."""
    if moment is UNSET:
        return UNSET
    if moment.tzinfo is None:
        return moment.replace(tzinfo=timezone.utc)
    return moment.astimezone(timezone.utc)


@define(kw_only=True, repr=False)
class OptimizePlayerModel(Model):
    """A document of OptimizePlayer."""

    codec: ClassVar[Codec] = Codec(style=as_is, timestamp=timestamps.six_digits)


@define(kw_only=True, repr=False)
class Integration(OptimizePlayerModel):
    """An integration: what all kinds have in common, and any kind that is not known yet.

    A document becomes the subclass that its ``type`` names, in whatever case; without a ``type``,
    the one that its ``provider`` names; else this class, with all other members in ``extra``.
    """

    id: int
    title: Maybe[str] = UNSET
    type: Maybe[ClassName] = field(default=UNSET, metadata=OPEN)
    """OptimizePlayer's class: ``IntegrationStripe``."""
    account_id: Maybe[int] = UNSET
    use_cloudfront: Maybe[bool] = UNSET
    integration_type: Maybe[IntegrationType] = field(default=UNSET, metadata=OPEN)
    """What it is for: ``payment``."""
    provider: Maybe[Provider] = field(default=UNSET, metadata=OPEN)
    """Whose service it is: ``stripe``."""
    created_at: Maybe[datetime] = UNSET
    """Without a zone, as OptimizePlayer writes it: compare it with others of its kind only."""
    updated_at: Maybe[datetime] = UNSET
    """Without a zone, as OptimizePlayer writes it: compare it with others of its kind only."""

    @property
    def created_at_utc(self) -> Maybe[datetime]:
        """When it was created, on the assumption that OptimizePlayer's clock runs in UTC."""
        return as_utc(self.created_at)

    @property
    def updated_at_utc(self) -> Maybe[datetime]:
        """When it was updated, on the assumption that OptimizePlayer's clock runs in UTC."""
        return as_utc(self.updated_at)

    @classmethod
    def variant(cls, _document: Mapping[str, JSON]) -> builtins.type[Self]:
        """Return the subclass that a document's ``type`` names, else its ``provider``."""
        name, provider = _document.get("type"), _document.get("provider")
        if not isinstance(name, str):
            name = f"Integration{provider.replace('_', '')}" if isinstance(provider, str) else ""
        found = _VARIANTS.get(name.lower(), Integration)
        return found if issubclass(found, cls) else cls


@define(kw_only=True, repr=False)
class IntegrationActiveCampaign(Integration):
    """ActiveCampaign."""

    api_endpoint: Maybe[str] = UNSET
    actid: Maybe[str] = UNSET
    api_key: Maybe[Secret] = field(default=UNSET, converter=to_secret)
    event_key: Maybe[Secret] = field(default=UNSET, converter=to_secret)


@define(kw_only=True, repr=False)
class IntegrationAmazon(Integration):
    """A bucket of Amazon S3."""

    bucket: Maybe[str] = UNSET
    access_key_id: Maybe[str] = UNSET
    cloudfront: Maybe[str] = UNSET
    """A text; whether it is used, is ``use_cloudfront``."""
    ready: Maybe[str] = UNSET
    """The status of the bucket."""
    secret_access_key: Maybe[Secret] = field(default=UNSET, converter=to_secret)


@define(kw_only=True, repr=False)
class IntegrationAweber(Integration):
    """AWeber."""

    access_token: Maybe[Secret] = field(default=UNSET, converter=to_secret)
    consumer_key: Maybe[str] = UNSET
    access_token_secret: Maybe[Secret] = field(default=UNSET, converter=to_secret)
    consumer_secret: Maybe[Secret] = field(default=UNSET, converter=to_secret)


@define(kw_only=True, repr=False)
class IntegrationConvertkit(Integration):
    """ConvertKit."""

    api_key: Maybe[Secret] = field(default=UNSET, converter=to_secret)
    secret_key: Maybe[Secret] = field(default=UNSET, converter=to_secret)


@define(kw_only=True, repr=False)
class IntegrationDisqus(Integration):
    """A forum of Disqus."""

    forum_shortname: Maybe[str] = UNSET


@define(kw_only=True, repr=False)
class IntegrationDrip(Integration):
    """Drip."""

    api_account_id: Maybe[str] = UNSET
    access_token: Maybe[Secret] = field(default=UNSET, converter=to_secret)


@define(kw_only=True, repr=False)
class IntegrationGetresponse(Integration):
    """GetResponse."""

    secret_api_key: Maybe[Secret] = field(default=UNSET, converter=to_secret)


@define(kw_only=True, repr=False)
class IntegrationGoogleAnalytics(Integration):
    """A property of Google Analytics."""

    api_account_id: Maybe[str] = UNSET
    web_property_id: Maybe[str] = UNSET
    access_token: Maybe[Secret] = field(default=UNSET, converter=to_secret)
    refresh_token: Maybe[Secret] = field(default=UNSET, converter=to_secret)


@define(kw_only=True, repr=False)
class IntegrationHtml(Integration):
    """A form of one's own."""

    html: Maybe[str] = UNSET
    params: Maybe[dict[str, JSON]] = field(default=UNSET, metadata=HIDDEN)
    """Parameters inside of the HTML."""
    url: Maybe[str] = UNSET
    """The URL inside of the HTML."""


@define(kw_only=True, repr=False)
class IntegrationInfusionsoft(Integration):
    """Infusionsoft."""

    app_name: Maybe[str] = UNSET
    api_key: Maybe[Secret] = field(default=UNSET, converter=to_secret)


@define(kw_only=True, repr=False)
class IntegrationIntercom(Integration):
    """Intercom."""

    access_token: Maybe[Secret] = field(default=UNSET, converter=to_secret)


@define(kw_only=True, repr=False)
class IntegrationMailchimp(Integration):
    """Mailchimp."""

    api_key: Maybe[Secret] = field(default=UNSET, converter=to_secret)


@define(kw_only=True, repr=False)
class IntegrationOntraport(Integration):
    """Ontraport."""

    app_id: Maybe[str] = UNSET
    api_key: Maybe[Secret] = field(default=UNSET, converter=to_secret)


@define(kw_only=True, repr=False)
class IntegrationPaypal(Integration):
    """PayPal."""

    client_id: Maybe[str] = UNSET
    client_secret: Maybe[Secret] = field(default=UNSET, converter=to_secret)


@define(kw_only=True, repr=False)
class IntegrationSendreach(Integration):
    """SendReach."""

    api_key: Maybe[Secret] = field(default=UNSET, converter=to_secret)
    secret_api_key: Maybe[Secret] = field(default=UNSET, converter=to_secret)


@define(kw_only=True, repr=False)
class IntegrationStripe(Integration):
    """Stripe."""

    publishable_key: Maybe[str] = UNSET
    secret_key: Maybe[Secret] = field(default=UNSET, converter=to_secret)


@define(kw_only=True, repr=False)
class IntegrationWishlist(Integration):
    """WishList Member."""

    endpoint: Maybe[str] = UNSET
    api_key: Maybe[Secret] = field(default=UNSET, converter=to_secret)


@define(kw_only=True, repr=False)
class IntegrationZapier(Integration):
    """Zapier: no members of its own."""


AnyIntegration: TypeAlias = (
    IntegrationActiveCampaign
    | IntegrationAmazon
    | IntegrationAweber
    | IntegrationConvertkit
    | IntegrationDisqus
    | IntegrationDrip
    | IntegrationGetresponse
    | IntegrationGoogleAnalytics
    | IntegrationHtml
    | IntegrationInfusionsoft
    | IntegrationIntercom
    | IntegrationMailchimp
    | IntegrationOntraport
    | IntegrationPaypal
    | IntegrationSendreach
    | IntegrationStripe
    | IntegrationWishlist
    | IntegrationZapier
    | Integration
)
"""An integration of one of the kinds that are known, or of one that is not known yet."""

_VARIANTS: Final = {
    **{cls.__name__.lower(): cls for cls in get_args(AnyIntegration)},
    "integrationamazons3": IntegrationAmazon,  # what OptimizePlayer's uploads call it
}


@define(kw_only=True, repr=False)
class IntegrationList(OptimizePlayerModel):
    """All integrations of an account."""

    integrations: list[AnyIntegration]
