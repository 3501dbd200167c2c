"""CxEngage: the integrations of a tenant, https://cxengage.github.io."""

from .client import AsyncCxEngage, CxEngage
from .integration import IntegrationResource
from .models import (
    AnyIntegration,
    DataSift,
    Echo,
    Integration,
    Provider,
    Pusher,
    Salesforce,
    SendGrid,
    Twilio,
    UrbanAirship,
)
from .platform import EnvironmentName

__all__ = [
    "AnyIntegration",
    "AsyncCxEngage",
    "CxEngage",
    "DataSift",
    "Echo",
    "EnvironmentName",
    "Integration",
    "IntegrationResource",
    "Provider",
    "Pusher",
    "Salesforce",
    "SendGrid",
    "Twilio",
    "UrbanAirship",
]
