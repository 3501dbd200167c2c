"""Polis's documents: https://github.com/PolisPolitics/slate, under ``source/includes/api/v3``.

Polis shows a record whole, but a client should outlive its documentation: every field but ``id``
may be [UNSET][integrations_sdk.UNSET].
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal, TypeAlias

from attrs import define, field

from integrations_sdk.core.model import UNSET, Maybe, Model, to_required_secret
from integrations_sdk.core.secret import Secret
from integrations_sdk.core.wire import Codec, as_is

Provider: TypeAlias = (
    Literal["crowdskout", "escoware", "nationBuilder", "republicanNationalCommittee", "stripe"]
    | str
)
"""Whom an integration connects to; a provider that is new to this library keeps its name."""

Status: TypeAlias = Literal["active", "paused"] | str
"""The state of an integration."""


@define(kw_only=True, repr=False)
class PolisModel(Model):
    """A document of Polis."""

    codec: ClassVar[Codec] = Codec()


@define(kw_only=True, repr=False)
class Meta(PolisModel):
    """What Polis notes about a record: its section *Metadata object*."""

    etag: Maybe[str] = UNSET
    """Stands for this state of the record; opaque, and sometimes empty."""
    created: Maybe[datetime] = UNSET
    created_by: Maybe[str] = UNSET
    """The user who made it; a UUID."""
    modified: Maybe[datetime] = UNSET
    modified_by: Maybe[str] = UNSET
    """The user who changed it last; a UUID."""
    resource: Maybe[str] = UNSET
    """What kind of record it is, in the plural: ``integrations``."""
    is_deleted: Maybe[bool] = UNSET
    """Whether it is deleted, but kept."""


@define(kw_only=True, repr=False)
class IntegrationData(PolisModel):
    """What an integration is about. Its credentials are never in it: they can only be written."""

    provider: Maybe[Provider] = UNSET
    status: Maybe[Status] = UNSET
    account_name: Maybe[str] = UNSET
    """The name of the account's holder."""
    slug: Maybe[str] = UNSET
    """What Polis is called on the provider's side."""
    interaction_type_id: Maybe[float] = UNSET
    """The type of interaction that is pushed."""
    push_all_interactions: Maybe[bool] = UNSET
    """Whether every interaction is pushed."""
    client_id: Maybe[str] = UNSET
    """The application of a third party that uses Polis's API."""


@define(kw_only=True, repr=False)
class Integration(PolisModel):
    """An integration as Polis describes it: its section *The Integration object*.

    Polis documents no call that reads one: decode one that arrived some other way, such as in a
    webhook or a file, with ``Integration.from_json``.
    """

    id: str
    """A UUID."""
    security_group_id: Maybe[str] = UNSET
    """Who may see it; a UUID."""
    customer_id: Maybe[str] = UNSET
    """The customer to whom it belongs; a UUID."""
    data: Maybe[IntegrationData] = UNSET
    meta: Maybe[Meta] = UNSET


@define(kw_only=True, repr=False)
class NewCredentials(PolisModel):
    """The credentials of an integration, and which integration that is."""

    client_id: str
    customer_id: str
    access_token: Secret = field(converter=to_required_secret)
    """What Polis shows when it calls the third party's API; no token of Polis's own."""


@define(kw_only=True, repr=False)
class CredentialsSet(PolisModel):
    """What is sent to set credentials."""

    data: NewCredentials


@define(kw_only=True, repr=False)
class CredentialsKey(PolisModel):
    """Which integration's credentials are meant."""

    client_id: str
    customer_id: str


@define(kw_only=True, repr=False)
class CredentialsRemove(PolisModel):
    """What is sent to delete credentials."""

    data: CredentialsKey


@define(kw_only=True, repr=False)
class CredentialsReceipt(PolisModel):
    """Polis's word that credentials were set."""

    etag: str | None = None
    """The header ``etag`` of the answer, as it came; None when there was none."""


@define(kw_only=True, repr=False)
class PolisAuthModel(Model):
    """A document of Polis's authorization server, which writes names as RFC 6749 does."""

    codec: ClassVar[Codec] = Codec(as_is)


@define(kw_only=True, repr=False)
class TokenRequest(PolisAuthModel):
    """What is sent to exchange a code for a token."""

    client_id: str
    client_secret: Secret = field(converter=to_required_secret)
    code: Secret = field(converter=to_required_secret)
    grant_type: Literal["authorization_code"] | str = "authorization_code"


@define(kw_only=True, repr=False)
class Tokens(PolisAuthModel):
    """What a code was exchanged for. Polis documents no expiry, and no way to refresh a token."""

    access_token: Secret = field(converter=to_required_secret)
    """What [Polis][integrations_sdk.Polis] takes as its ``access_token``."""
    token_type: Maybe[str] = UNSET
    """``bearer``"""
