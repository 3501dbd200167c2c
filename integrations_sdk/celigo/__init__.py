"""Celigo integrator.io: the integrations of an account, https://docs.celigo.com."""

from .client import AsyncCeligo, Celigo
from .integration import IntegrationResource
from .models import (
    ClonedResource,
    CloneRequest,
    CloneResult,
    InstallProgress,
    InstallStep,
    Integration,
    IntegrationList,
    JsonPatch,
    Mode,
    NewIntegration,
    PatchOperation,
    PatchVerb,
    StepKind,
    TokenInfo,
)
from .platform import Region
from .token import TokenResource

__all__ = [
    "AsyncCeligo",
    "Celigo",
    "CloneRequest",
    "CloneResult",
    "ClonedResource",
    "InstallProgress",
    "InstallStep",
    "Integration",
    "IntegrationList",
    "IntegrationResource",
    "JsonPatch",
    "Mode",
    "NewIntegration",
    "PatchOperation",
    "PatchVerb",
    "Region",
    "StepKind",
    "TokenInfo",
    "TokenResource",
]
