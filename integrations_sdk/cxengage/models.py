"""CxEngage's documents: https://github.com/cxengage/cxengage.github.io/tree/master/cxengage-api-doc.

An integration is a flat object of texts, its members hyphenated. Which members it has depends on
its ``id``, which is the name of the provider. CxEngage promises none but that, so every other field
may be [UNSET][integrations_sdk.UNSET]. It returns passwords and keys in clear, wherever it returns
an integration: they are secrets here.
"""

from __future__ import annotations

import builtins  # `type` is a member of an integration
from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Final, Literal, TypeAlias

from attrs import define, field

from integrations_sdk.core.document import JSON
from integrations_sdk.core.model import REQUIRED, UNSET, Maybe, Model, to_secret
from integrations_sdk.core.secret import Secret
from integrations_sdk.core.wire import Codec, hyphen_case

if TYPE_CHECKING:
    from typing_extensions import Self

Provider: TypeAlias = (
    Literal["datasift", "echo", "pusher", "salesforce", "sendgrid", "twilio", "urban-airship"] | str
)
"""Whose service it is; one that is not known yet is kept as it came."""


@define(kw_only=True, repr=False)
class CxEngageModel(Model):
    """A document of CxEngage."""

    codec: ClassVar[Codec] = Codec(style=hyphen_case)


@define(kw_only=True, repr=False)
class Integration(CxEngageModel):
    """An integration: what all providers have in common, and any provider that is not known yet.

    A document becomes the subclass that its ``id`` names; if there is none, the one that its
    ``type`` names; else this class, with all other members in ``extra``.
    """

    id: Provider
    """The provider: a tenant has one integration for each."""
    type: Maybe[Provider] = UNSET
    """The same word as ``id``; left out of some answers."""

    @classmethod
    def variant(cls, _document: Mapping[str, JSON]) -> builtins.type[Self]:
        """Return the subclass that a document's ``id`` names, else its ``type``."""
        names = (_document.get("id"), _document.get("type"))
        known = (_VARIANTS.get(name) for name in names if isinstance(name, str))
        found = next((variant for variant in known if variant is not None), Integration)
        return found if issubclass(found, cls) else cls


@define(kw_only=True, repr=False)
class Salesforce(Integration):
    """Salesforce. It works with all but ``instance``."""

    id: Provider = field(default="salesforce", metadata=REQUIRED)
    consumer_key: Maybe[Secret] = field(default=UNSET, converter=to_secret)
    """Of the connected app; no password, but it travels with one."""
    consumer_secret: Maybe[Secret] = field(default=UNSET, converter=to_secret)
    """Of the connected app."""
    username: Maybe[str] = UNSET
    secret_token: Maybe[Secret] = field(default=UNSET, converter=to_secret)
    """The security token of the user."""
    password: Maybe[Secret] = field(default=UNSET, converter=to_secret)
    """The password of the user."""
    instance: Maybe[str] = UNSET
    """Which Salesforce it is. CxEngage adds it, and may keep it when it is left out."""


@define(kw_only=True, repr=False)
class Twilio(Integration):
    """Twilio. It needs both of its members."""

    id: Provider = field(default="twilio", metadata=REQUIRED)
    account: Maybe[str] = UNSET
    """The SID of the account."""
    password: Maybe[Secret] = field(default=UNSET, converter=to_secret)
    """The auth token of the account."""


@define(kw_only=True, repr=False)
class SendGrid(Integration):
    """SendGrid. It needs both of its members."""

    id: Provider = field(default="sendgrid", metadata=REQUIRED)
    account: Maybe[str] = UNSET
    """The name of the user."""
    password: Maybe[Secret] = field(default=UNSET, converter=to_secret)
    """The password of the user."""


@define(kw_only=True, repr=False)
class DataSift(Integration):
    """DataSift. It needs both of its members."""

    id: Provider = field(default="datasift", metadata=REQUIRED)
    api_key: Maybe[Secret] = field(default=UNSET, converter=to_secret)
    username: Maybe[str] = UNSET


@define(kw_only=True, repr=False)
class UrbanAirship(Integration):
    """Urban Airship. It needs both of its members."""

    id: Provider = field(default="urban-airship", metadata=REQUIRED)
    username: Maybe[Secret] = field(default=UNSET, converter=to_secret)
    """The key of the app; no password, but it travels with one."""
    password: Maybe[Secret] = field(default=UNSET, converter=to_secret)
    """The master key of the app."""


@define(kw_only=True, repr=False)
class Pusher(Integration):
    """Pusher. It needs both of its members."""

    id: Provider = field(default="pusher", metadata=REQUIRED)
    key: Maybe[Secret] = field(default=UNSET, converter=to_secret)
    """Of the app; no password, but it travels with one."""
    secret: Maybe[Secret] = field(default=UNSET, converter=to_secret)
    """Of the app."""


@define(kw_only=True, repr=False)
class Echo(Integration):
    """CxEngage's own echo, which every tenant has: no members of its own."""

    id: Provider = field(default="echo", metadata=REQUIRED)


AnyIntegration: TypeAlias = (
    Salesforce | Twilio | SendGrid | DataSift | UrbanAirship | Pusher | Echo | Integration
)
"""An integration with a provider that is known, or with one that is not known yet."""

_VARIANTS: Final[Mapping[str, builtins.type[Integration]]] = {
    "datasift": DataSift,
    "echo": Echo,
    "pusher": Pusher,
    "salesforce": Salesforce,
    "sendgrid": SendGrid,
    "twilio": Twilio,
    "urban-airship": UrbanAirship,
}
