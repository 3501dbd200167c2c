"""Polis: the credentials of integrations, https://github.com/PolisPolitics/slate."""

from .auth import AsyncPolisAuth, PolisAuth
from .client import AsyncPolis, Polis
from .credentials import CredentialsResource
from .models import (
    CredentialsKey,
    CredentialsReceipt,
    CredentialsRemove,
    CredentialsSet,
    Integration,
    IntegrationData,
    Meta,
    NewCredentials,
    Provider,
    Status,
    TokenRequest,
    Tokens,
)
from .platform import PolisEnvironment
from .redirect import AuthorizeUrl, Redirect

__all__ = [
    "AsyncPolis",
    "AsyncPolisAuth",
    "AuthorizeUrl",
    "CredentialsKey",
    "CredentialsReceipt",
    "CredentialsRemove",
    "CredentialsResource",
    "CredentialsSet",
    "Integration",
    "IntegrationData",
    "Meta",
    "NewCredentials",
    "Polis",
    "PolisAuth",
    "PolisEnvironment",
    "Provider",
    "Redirect",
    "Status",
    "TokenRequest",
    "Tokens",
]
