"""Losant's documents: https://github.com/Losant/losant-rest-js/blob/master/docs/_schemas.md.

Losant requires no member of an integration that it returns, so every field but ``id`` may be
[UNSET][integrations_sdk.UNSET]. The limits beside the fields are Losant's, and are checked there.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal, TypeAlias

from attrs import define, field

from integrations_sdk.core.document import JSON
from integrations_sdk.core.model import (
    HIDDEN,
    UNSET,
    Maybe,
    Model,
    named,
    to_required_secret,
    to_secret,
)
from integrations_sdk.core.secret import Secret
from integrations_sdk.core.wire import Codec

IntegrationType: TypeAlias = (
    Literal["azureEventHub", "googlePubSub", "mqtt", "particle", "sqs", "websocket"] | str
)
"""What an integration connects to; one that is not known yet is kept as it came."""

MqttProtocol: TypeAlias = Literal["mqtt", "mqtts", "ws", "wss"] | str
"""How an MQTT broker is reached."""

MqttProtocolVersion: TypeAlias = Literal["3.1.1", "5"] | str
"""The version of MQTT."""

SortField: TypeAlias = Literal["name", "id", "creationDate", "integrationType", "lastUpdated"]
"""What a list of integrations can be sorted by."""

SortDirection: TypeAlias = Literal["asc", "desc"]
"""Which end of a list comes first."""

FilterField: TypeAlias = Literal["name", "integrationType"]
"""What a list of integrations can be filtered by."""


@define(kw_only=True, repr=False)
class LosantModel(Model):
    """A document of Losant."""

    codec: ClassVar[Codec] = Codec()


@define(kw_only=True, repr=False)
class AzureEventHubConfig(LosantModel):
    """An Azure event hub: exactly one of ``connection_string`` and ``host_name`` is needed."""

    hub_name: str
    """1 to 256 characters."""
    consumer_group: str
    """1 to 256 characters."""
    connection_string: Maybe[Secret] = field(default=UNSET, converter=to_secret)
    """1 to 1024 characters."""
    host_name: Maybe[str] = UNSET
    """1 to 256 characters; the credential named by ``credential_name`` opens it."""


@define(kw_only=True, repr=False)
class GooglePubSubConfig(LosantModel):
    """A project of Google Pub/Sub."""

    project_id: Maybe[str] = UNSET
    """1 to 255 characters."""
    key_json: Maybe[Secret] = field(default=UNSET, converter=to_secret)
    """The key of a service account, as the text of its JSON file; 4 to 32767 characters."""


@define(kw_only=True, repr=False)
class MqttConfig(LosantModel):
    """An MQTT broker."""

    protocol: MqttProtocol
    host: str
    """1 to 1024 characters."""
    port: float
    """1 to 65535."""
    client_id: Maybe[str] = UNSET
    """1 to 1024 characters; Losant assigns one when it is left out."""
    username: Maybe[str] = UNSET
    """1 to 1024 characters."""
    password: Maybe[Secret] = field(default=UNSET, converter=to_secret)
    """1 to 1024 characters."""
    private_key: Maybe[Secret] = field(default=UNSET, converter=to_secret)
    """PEM, 4 to 32767 characters."""
    certificate: Maybe[str] = UNSET
    """PEM, 4 to 32767 characters."""
    ca_certificate: Maybe[str] = UNSET
    """PEM, 4 to 32767 characters."""
    clean: Maybe[bool] = UNSET
    """Whether the broker forgets the session when the connection ends."""
    disable_ssl_verification: Maybe[bool] = field(
        default=UNSET, metadata=named("disableSSLVerification")
    )
    protocol_version: Maybe[MqttProtocolVersion] = UNSET


@define(kw_only=True, repr=False)
class ParticleConfig(LosantModel):
    """A product or organization of Particle."""

    access_token: Secret = field(converter=to_required_secret)
    """1 to 1024 characters."""
    product_slug_or_id: Maybe[str] = UNSET
    """1 to 1024 characters."""
    org_slug_or_id: Maybe[str] = UNSET
    """1 to 1024 characters."""
    device_name_or_id: Maybe[str] = UNSET
    """1 to 1024 characters."""


@define(kw_only=True, repr=False)
class SqsConfig(LosantModel):
    """A queue of Amazon SQS."""

    queue_url: str
    access_key_id: Maybe[Secret] = field(default=UNSET, converter=to_secret)
    """Names the secret key; treated as a secret, since the two travel together."""
    secret_access_key: Maybe[Secret] = field(default=UNSET, converter=to_secret)
    region: Maybe[str] = UNSET


@define(kw_only=True, repr=False)
class WebsocketHeader(LosantModel):
    """A header that is sent when a WebSocket is opened."""

    header_key: str
    """1 to 1024 characters."""
    header_value: Secret = field(converter=to_required_secret)
    """1 to 1024 characters."""


@define(kw_only=True, repr=False)
class WebsocketConfig(LosantModel):
    """A WebSocket server."""

    url: Secret = field(converter=to_required_secret)
    """1 to 1024 characters; a secret, since it may hold a user and a password."""
    username: Maybe[str] = UNSET
    """1 to 1024 characters."""
    password: Maybe[Secret] = field(default=UNSET, converter=to_secret)
    """1 to 1024 characters."""
    private_key: Maybe[Secret] = field(default=UNSET, converter=to_secret)
    """PEM, 4 to 32767 characters."""
    certificate: Maybe[str] = UNSET
    """PEM, 4 to 32767 characters."""
    ca_certificate: Maybe[str] = UNSET
    """PEM, 4 to 32767 characters."""
    disable_ssl_verification: Maybe[bool] = field(
        default=UNSET, metadata=named("disableSSLVerification")
    )
    headers: Maybe[list[WebsocketHeader]] = UNSET
    """At most 50."""


@define(kw_only=True, repr=False)
class ConnectInfo(LosantModel):
    """When an integration last connected."""

    ts: Maybe[float | None] = UNSET
    """Milliseconds since 1970."""


@define(kw_only=True, repr=False)
class DisconnectInfo(LosantModel):
    """When and why an integration last lost its connection."""

    ts: Maybe[float | None] = UNSET
    """Milliseconds since 1970."""
    error: Maybe[str] = UNSET


@define(kw_only=True, repr=False)
class IntegrationStatus(LosantModel):
    """How an integration's connection is doing; read-only."""

    last_keep_alive: Maybe[float | None] = UNSET
    """Milliseconds since 1970."""
    next_attempt: Maybe[float | None] = UNSET
    """Milliseconds since 1970."""
    connect_info: Maybe[ConnectInfo] = UNSET
    disconnect_info: Maybe[DisconnectInfo] = UNSET


@define(kw_only=True, repr=False)
class Integration(LosantModel):
    """An integration as Losant returns it: its schema *Integration*."""

    id: str
    integration_id: Maybe[str] = UNSET
    """The same as ``id``."""
    application_id: Maybe[str] = UNSET
    creation_date: Maybe[datetime] = UNSET
    last_updated: Maybe[datetime] = UNSET
    name: Maybe[str] = UNSET
    credential_name: Maybe[str | None] = UNSET
    """The credential of the application that it uses."""
    integration_type: Maybe[IntegrationType] = UNSET
    enabled: Maybe[bool] = UNSET
    topics: Maybe[list[str]] = UNSET
    azure_event_hub_config: Maybe[AzureEventHubConfig] = UNSET
    google_pub_sub_config: Maybe[GooglePubSubConfig] = UNSET
    mqtt_config: Maybe[MqttConfig] = UNSET
    particle_config: Maybe[ParticleConfig] = UNSET
    sqs_config: Maybe[SqsConfig] = UNSET
    websocket_config: Maybe[WebsocketConfig] = UNSET
    status: Maybe[IntegrationStatus] = UNSET
    resource_type: Maybe[str] = field(default=UNSET, metadata=named("_type"))
    etag: Maybe[str] = field(default=UNSET, metadata=named("_etag"))
    links: Maybe[dict[str, JSON]] = field(default=UNSET, metadata=named("_links") | HIDDEN)
    """Where to find related resources; there when the client asks for ``links``."""
    actions: Maybe[JSON] = field(default=UNSET, metadata=named("_actions") | HIDDEN)
    """What can be done with it; there when the client asks for ``actions``."""
    embedded: Maybe[JSON] = field(default=UNSET, metadata=named("_embedded") | HIDDEN)
    """Related resources; there when the client asks for ``embedded``."""


@define(kw_only=True, repr=False)
class IntegrationPost(LosantModel):
    """An integration to create: Losant's schema *Integration Post*.

    Of the six configurations, give the one that ``integration_type`` names.
    """

    name: str
    """1 to 255 characters."""
    integration_type: IntegrationType
    enabled: Maybe[bool] = UNSET
    """Losant enables it when this is left out."""
    credential_name: Maybe[str] = UNSET
    """A credential of the application, by its name; 1 to 255 characters."""
    topics: Maybe[list[str]] = UNSET
    """Each 1 to 1024 characters, no two alike."""
    azure_event_hub_config: Maybe[AzureEventHubConfig] = UNSET
    google_pub_sub_config: Maybe[GooglePubSubConfig] = UNSET
    mqtt_config: Maybe[MqttConfig] = UNSET
    particle_config: Maybe[ParticleConfig] = UNSET
    sqs_config: Maybe[SqsConfig] = UNSET
    websocket_config: Maybe[WebsocketConfig] = UNSET


@define(kw_only=True, repr=False)
class IntegrationPatch(LosantModel):
    """Changes to an integration: Losant's schema *Integration Patch*.

    A field that is left out keeps its value. A configuration replaces the stored one whole, so
    send every member of it, secrets included. The type of an integration cannot change.
    """

    name: Maybe[str] = UNSET
    """1 to 255 characters."""
    enabled: Maybe[bool] = UNSET
    """False pauses the integration."""
    credential_name: Maybe[str | None] = UNSET
    """A credential of the application, by its name; None detaches the one in use."""
    topics: Maybe[list[str]] = UNSET
    """Each 1 to 1024 characters, no two alike."""
    azure_event_hub_config: Maybe[AzureEventHubConfig] = UNSET
    google_pub_sub_config: Maybe[GooglePubSubConfig] = UNSET
    mqtt_config: Maybe[MqttConfig] = UNSET
    particle_config: Maybe[ParticleConfig] = UNSET
    sqs_config: Maybe[SqsConfig] = UNSET
    websocket_config: Maybe[WebsocketConfig] = UNSET


@define(kw_only=True, repr=False)
class IntegrationList(LosantModel):
    """One page of integrations as Losant returns it: its schema *Integrations*."""

    items: list[Integration]
    count: Maybe[int] = UNSET
    """How many are on this page."""
    total_count: Maybe[int] = UNSET
    """How many there are on all pages."""
    per_page: Maybe[int] = UNSET
    page: Maybe[int] = UNSET
    """Which page this is; the first is 0."""
    filter: Maybe[str] = UNSET
    filter_field: Maybe[str] = UNSET
    sort_field: Maybe[str] = UNSET
    sort_direction: Maybe[str] = UNSET
    application_id: Maybe[str] = UNSET
    resource_type: Maybe[str] = field(default=UNSET, metadata=named("_type"))
    links: Maybe[dict[str, JSON]] = field(default=UNSET, metadata=named("_links") | HIDDEN)
    actions: Maybe[JSON] = field(default=UNSET, metadata=named("_actions") | HIDDEN)
    embedded: Maybe[JSON] = field(default=UNSET, metadata=named("_embedded") | HIDDEN)


@define(kw_only=True, repr=False)
class Success(LosantModel):
    """Losant's word that a deletion was done: its schema *Success*."""

    success: bool
