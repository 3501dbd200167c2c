"""Celigo's documents once more, as models of pydantic: the same fields, names and types."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class _Model(BaseModel):
    model_config = ConfigDict(extra="allow", populate_by_name=True)


class InstallStep(_Model):
    name: str | None = None
    description: str | None = None
    image_url: str | None = Field(None, alias="imageURL")
    install_url: str | None = Field(None, alias="installURL")
    completed: bool | None = None
    installer_function: str | None = Field(None, alias="installerFunction")
    uninstaller_function: str | None = Field(None, alias="uninstallerFunction")
    connection_id: str | None = Field(None, alias="_connectionId")


class Integration(_Model):
    id: str = Field(alias="_id")
    last_modified: datetime | None = Field(None, alias="lastModified")
    name: str | None = None
    description: str | None = None
    readme: str | None = None
    connector_id: str | None = Field(None, alias="_connectorId")
    install: list[InstallStep] | None = None
    mode: str | None = None
    settings: dict[str, Any] | None = None
    version: str | None = None
    update_in_progress: bool | None = Field(None, alias="updateInProgress")
    created_at: datetime | None = Field(None, alias="createdAt")
    last_modified_by: str | None = Field(None, alias="lastModifiedBy")
    num_flows: int | None = Field(None, alias="numFlows")
    num_error: int | None = Field(None, alias="numError")
    num_registered_connections: int | None = Field(None, alias="numRegisteredConnections")
    num_offline_connections: int | None = Field(None, alias="numOfflineConnections")
    last_error_at: datetime | None = Field(None, alias="lastErrorAt")
