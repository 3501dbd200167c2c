"""Celigo's documents: https://github.com/celigo/integrator-api-docs/blob/master/integration.md.

Celigo requires no member of an integration that it returns, so every field but ``id`` may be
[UNSET][integrations_sdk.UNSET]. The limits beside the fields are Celigo's, and are checked there.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Final, Literal, TypeAlias

import attrs
from attrs import define, field

from integrations_sdk.core.document import JSON
from integrations_sdk.core.model import HIDDEN, UNSET, Maybe, Model, named
from integrations_sdk.core.wire import Codec

Mode: TypeAlias = Literal["install", "settings", "uninstall"] | str
"""Where an integration stands: being installed, ready for its settings, or being uninstalled."""

PatchVerb: TypeAlias = Literal["add", "copy", "move", "remove", "replace", "test"] | str
"""What an operation of a JSON Patch does (RFC 6902)."""

StepKind: TypeAlias = Literal["connection", "generic", "package"]
"""What a step of an installation is about."""


@define(kw_only=True, repr=False)
class CeligoModel(Model):
    """A document of Celigo."""

    codec: ClassVar[Codec] = Codec(mask="******")


@define(kw_only=True, repr=False)
class InstallStep(CeligoModel):
    """One step of an installation.

    What it is about can be told only by which members are there: see ``kind``.
    """

    name: Maybe[str] = UNSET
    description: Maybe[str] = UNSET
    image_url: Maybe[str] = field(default=UNSET, metadata=named("imageURL"))
    """A path on Celigo's site: ``/images/company-logos/netsuite.png``."""
    install_url: Maybe[str] = field(default=UNSET, metadata=named("installURL"))
    """Where a package is installed from; perhaps empty, which is not the same as absent."""
    completed: Maybe[bool] = UNSET
    installer_function: Maybe[str] = UNSET
    """The connector's function that checks the step."""
    uninstaller_function: Maybe[str] = UNSET
    """The connector's function that undoes the step."""
    connection_id: Maybe[str] = field(default=UNSET, metadata=named("_connectionId"))
    """The connection that is set up; 24 hexadecimal characters."""

    @property
    def kind(self) -> StepKind:
        """Whether it sets up a connection, or installs a package, or does something else."""
        if self.connection_id is not UNSET or "_connectionId" in self.extra:
            return "connection"
        if self.install_url is not UNSET or "installURL" in self.extra:
            return "package"
        return "generic"


@attrs.frozen
class InstallProgress:
    """How far an installation is.

    Attributes:
        completed: Steps that are done.
        total: Steps in all.
    """

    completed: int
    total: int

    @property
    def is_complete(self) -> bool:
        """Whether nothing is left to do."""
        return self.completed == self.total

    def __str__(self) -> str:
        return f"{self.completed} of {self.total}"


@define(kw_only=True, repr=False)
class Integration(CeligoModel):
    """An integration as Celigo returns it.

    A do-it-yourself integration has a name and perhaps a readme; one that a SmartConnector
    installed has ``connector_id``, and what follows it, besides.
    """

    unmodelled: ClassVar[frozenset[str]] = frozenset(
        {
            "_templateId",
            "apiGroupings",
            "deletedAt",
            "flowGroupings",
            "installSteps",
            "sandbox",
            "uninstallSteps",
        }
    )

    id: str = field(metadata=named("_id"))
    last_modified: Maybe[datetime] = UNSET
    name: Maybe[str] = UNSET
    """1 to 100 characters; not unique."""
    description: Maybe[str | None] = UNSET
    """At most 5120 characters."""
    readme: Maybe[str] = UNSET
    connector_id: Maybe[str] = field(default=UNSET, metadata=named("_connectorId"))
    """The SmartConnector that installed it."""
    install: Maybe[list[InstallStep]] = UNSET
    """The steps of its installation, in order."""
    mode: Maybe[Mode] = UNSET
    """For Celigo's own pages, mostly: ``install`` while it is installed, then ``settings``."""
    settings: Maybe[dict[str, JSON]] = field(default=UNSET, metadata=HIDDEN)
    """Its configuration, in the SmartConnector's own form; no value of it shows in a repr."""
    version: Maybe[str] = UNSET
    """The release of the SmartConnector that the account runs: ``1.0.1``."""
    update_in_progress: Maybe[bool] = UNSET
    """While true, its user cannot change settings or mappings."""
    created_at: Maybe[datetime] = UNSET
    last_modified_by: Maybe[str] = UNSET
    """The user who changed it last."""
    num_flows: Maybe[int] = UNSET
    """Counted by Celigo, in lists only."""
    num_error: Maybe[int] = UNSET
    """Counted by Celigo, in lists only."""
    num_registered_connections: Maybe[int] = UNSET
    """Counted by Celigo, in lists only."""
    num_offline_connections: Maybe[int] = UNSET
    """Counted by Celigo, in lists only."""
    last_error_at: Maybe[datetime] = UNSET
    """Found by Celigo, in lists only."""

    @property
    def is_smart_connector(self) -> bool:
        """Whether a SmartConnector installed it, and not somebody built it."""
        return self.connector_id is not UNSET or "_connectorId" in self.extra

    @property
    def is_locked(self) -> bool:
        """Whether an update is in progress, so that its user cannot change it."""
        raw = self.extra.get("updateInProgress")
        state = raw if self.update_in_progress is UNSET else self.update_in_progress
        return state is not None and state is not False

    @property
    def install_progress(self) -> InstallProgress:
        """How far its installation is; 0 of 0 where there is none."""
        steps = self.install or []
        return InstallProgress(sum(step.completed is True for step in steps), len(steps))

    @property
    def next_install_step(self) -> InstallStep | None:
        """The first step of its installation that is not done; None where none is left."""
        return next((step for step in self.install or [] if step.completed is not True), None)


SERVER_OWNED: Final = frozenset(
    {
        "_id",
        "createdAt",
        "lastErrorAt",
        "lastModified",
        "numError",
        "numFlows",
        "numOfflineConnections",
        "numRegisteredConnections",
    }
)
"""The members of an integration that Celigo sets or counts by itself, so that none is sent back."""


@define(kw_only=True, repr=False)
class NewIntegration(CeligoModel):
    """An integration to create.

    All but ``name``, ``description`` and ``readme`` is for those who develop a SmartConnector.
    """

    name: str
    """1 to 100 characters; need not be unique."""
    description: Maybe[str | None] = UNSET
    """At most 5120 characters."""
    readme: Maybe[str] = UNSET
    connector_id: Maybe[str] = field(default=UNSET, metadata=named("_connectorId"))
    """The SmartConnector that it belongs to."""
    install: Maybe[list[InstallStep]] = UNSET
    """The steps of its installation, in order."""
    mode: Maybe[Mode] = UNSET
    settings: Maybe[dict[str, JSON]] = field(default=UNSET, metadata=HIDDEN)
    """Its configuration, in the SmartConnector's own form; no value of it shows in a repr."""
    version: Maybe[str] = UNSET
    """The release of the SmartConnector: ``1.0.1``."""
    update_in_progress: Maybe[bool] = UNSET


@define(kw_only=True, repr=False)
class IntegrationList(CeligoModel):
    """One page of integrations. Celigo itself returns the bare array."""

    items: list[Integration]


@define(kw_only=True, repr=False)
class CloneRequest(CeligoModel):
    """How to clone an integration; nothing of it is needed."""

    name: Maybe[str] = UNSET
    """The name of the clone."""
    connection_map: Maybe[dict[str, str]] = UNSET
    """From the id of each connection of the original to that of the clone's."""
    sandbox: Maybe[bool] = UNSET
    """Whether the clone goes into the account's sandbox."""
    stack_id: Maybe[str] = field(default=UNSET, metadata=named("_stackId"))
    """The stack that runs the clone's functions."""
    integration_id: Maybe[str] = field(default=UNSET, metadata=named("_integrationId"))
    """Where a clone goes; of use for flows, not for integrations."""


@define(kw_only=True, repr=False)
class ClonedResource(CeligoModel):
    """One of the things that a clone is made of."""

    model: Maybe[str] = UNSET
    """What it is: ``Integration``, ``Flow``, ``Connection``."""
    id: Maybe[str] = field(default=UNSET, metadata=named("_id"))
    name: Maybe[str] = UNSET


@define(kw_only=True, repr=False)
class CloneResult(CeligoModel):
    """What came of a clone. Celigo returns the new integration, or a list of what it made."""

    id: str = field(metadata=named("_id"))
    """The new integration."""
    integration: Maybe[Integration] = UNSET
    """The new integration, if Celigo returned it whole."""
    manifest: Maybe[list[ClonedResource]] = UNSET
    """All that was made, if Celigo returned that."""


@define(kw_only=True, repr=False)
class PatchOperation(CeligoModel):
    """One change of a JSON Patch: https://www.rfc-editor.org/rfc/rfc6902."""

    op: PatchVerb
    path: str
    """What to change: ``/name``, ``/install/0/completed``."""
    value: Maybe[JSON] = field(default=UNSET, metadata=HIDDEN)
    """For ``add``, ``replace`` and ``test``; does not show in a repr."""
    from_: Maybe[str] = field(default=UNSET, metadata=named("from"))
    """For ``copy`` and ``move``."""


@define(kw_only=True, repr=False)
class JsonPatch(CeligoModel):
    """A JSON Patch, as an object; Celigo takes the bare array."""

    operations: list[PatchOperation]


@define(kw_only=True, repr=False)
class Patched(CeligoModel):
    """What came of a patch: the integration after it, if Celigo returned that."""

    integration: Integration | None


@define(kw_only=True, repr=False)
class TokenInfo(CeligoModel):
    """Whose token it is."""

    user_id: str = field(metadata=named("_userId"))
    scope: Maybe[str] = UNSET
    """``*``; Celigo leaves it out nowadays."""
