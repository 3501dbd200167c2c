"""The integrations of an account: https://github.com/celigo/integrator-api-docs/blob/master/integration.md."""

from __future__ import annotations

from collections.abc import Iterable

from integrations_sdk.core.arguments import at_least, object_id
from integrations_sdk.core.call import Call
from integrations_sdk.core.errors import InvalidArgumentError
from integrations_sdk.core.faces import ClientT_co, Resource, endpoint, pages
from integrations_sdk.core.steps import Session, Steps, ask, session, steps

from . import changes
from .models import (
    CloneRequest,
    CloneResult,
    Integration,
    IntegrationList,
    JsonPatch,
    NewIntegration,
    PatchOperation,
)
from .operations import CLONE, CREATE, DELETE, GET, LIST, PAGES, PATCH, UPDATE


def _path(integration_id: str) -> dict[str, str]:
    return {"_id": object_id("integration_id", integration_id)}


def _names(names: str | Iterable[str] | None) -> str | None:
    return names if names is None or isinstance(names, str) else ",".join(names)


class IntegrationResource(Resource[ClientT_co]):
    """The integrations of an account: built by hand, or installed by a SmartConnector."""

    @pages(LIST, PAGES)
    def list(
        self,
        *,
        limit: int | None = None,
        after: str | None = None,
        include: str | Iterable[str] | None = None,
        exclude: str | Iterable[str] | None = None,
    ) -> Call[IntegrationList]:
        """List the integrations of the account, page by page.

        Iterate what it returns for all of them, each page fetched when it is reached. Celigo names
        the next page in a ``Link`` header; one on another host is not followed.

        Args:
            limit: How many to a page, at least 1; without it, Celigo decides.
            after: Where to go on, as a ``Link`` of Celigo's has it.
            include: The members to return, such as ``name`` or ``settings.sections``. An
                integration that was read in part must not be sent back by ``update``, which
                replaces it whole.
            exclude: The members to leave out; not together with ``include``.

        Raises:
            InvalidArgumentError: When an argument is one that Celigo rules out.
            BadRequestError: When Celigo refuses the query.
            DecodeError: When the next page would be on another host.

        Celigo: *Get all integrations*.
        """
        if include is not None and exclude is not None:
            raise InvalidArgumentError("exclude", "nothing beside include", "both")
        return LIST(
            {},
            query={
                "limit": at_least("limit", limit, 1),
                "after": after,
                "include": _names(include),
                "exclude": _names(exclude),
            },
        )

    @endpoint(GET)
    def get(self, *, integration_id: str) -> Call[Integration]:
        """Read one integration.

        Args:
            integration_id: The integration; 24 hexadecimal characters.

        Raises:
            InvalidArgumentError: When the id is malformed.
            NotFoundError: When there is no such integration.

        Celigo: *Get a specific integration*.
        """
        return changes.read(integration_id)

    @endpoint(CREATE)
    def create(self, *, integration: NewIntegration) -> Call[Integration]:
        """Create an integration.

        Args:
            integration: What to create.

        Raises:
            InvalidArgumentError: When a member is of another type than documented, or masked.
            UnprocessableEntityError: When Celigo refuses the content.
            AmbiguousWriteError: When the answer was lost: ``check`` it, before you create it again.

        Celigo: *Create a new integration*.
        """
        return CREATE({}, body=integration)

    @endpoint(UPDATE)
    def update(self, *, integration_id: str, integration: Integration) -> Call[Integration]:
        """Replace an integration whole: what is left out is dropped.

        So send the one that was read, changed; members that this library does not know go along,
        and those that Celigo sets by itself stay behind. An integration of a SmartConnector is
        locked by Celigo on that account: see ``edit`` and ``managed_update``.

        Args:
            integration_id: The integration; 24 hexadecimal characters.
            integration: The whole of it.

        Returns:
            The integration after the change.

        Raises:
            InvalidArgumentError: When the id is malformed or not the integration's own, when a
                member is of another type than documented, or when it is a mask: set its value.
            NotFoundError: When there is no such integration.
            UnprocessableEntityError: When Celigo refuses the content.

        Celigo: *Update a specific integration*.
        """
        return changes.replace(integration_id, integration)

    @endpoint(DELETE)
    def delete(self, *, integration_id: str) -> Call[None]:
        """Delete an integration.

        Args:
            integration_id: The integration; 24 hexadecimal characters.

        Raises:
            InvalidArgumentError: When the id is malformed.
            NotFoundError: When there is no such integration.

        Celigo: *Delete a specific integration*.
        """
        return DELETE(_path(integration_id))

    @endpoint(CLONE)
    def clone(
        self, *, integration_id: str, request: CloneRequest | None = None
    ) -> Call[CloneResult]:
        """Clone an integration, flows and all.

        Celigo cancels the running jobs on the original's connections.

        Args:
            integration_id: The original; 24 hexadecimal characters.
            request: The clone's name, and the connections that it is to use.

        Returns:
            What came of it; its ``id`` is the clone's.

        Raises:
            InvalidArgumentError: When the id is malformed.
            BadRequestError: When Celigo refuses the map of connections.
            NotFoundError: When there is no such integration.
            AmbiguousWriteError: When the answer was lost: list, before you clone it again.

        Celigo: *Clone a specific integration*.
        """
        return CLONE(_path(integration_id), body=request if request is not None else CloneRequest())

    @steps
    def patch(
        self,
        *,
        integration_id: str,
        operations: Iterable[PatchOperation],
        read_back: bool = False,
    ) -> Steps[Integration | None]:
        """Change an integration here and there, by a JSON Patch.

        Args:
            integration_id: The integration; 24 hexadecimal characters.
            operations: The changes, in order.
            read_back: Read the integration where Celigo does not answer with it.

        Returns:
            The integration after the change; None when Celigo does not answer with it.

        Raises:
            InvalidArgumentError: When the id or an operation is malformed.
            BadRequestError: When Celigo finds the patch malformed.
            NotFoundError: When there is no such integration.
            UnprocessableEntityError: When Celigo refuses what the patch comes to.
            AmbiguousWriteError: When the answer was lost: ``check`` tells whether it took effect.

        Celigo: *JSON Patch*, RFC 6902.
        """
        patch = JsonPatch(operations=[*operations])
        patched = yield from ask(PATCH(_path(integration_id), body=patch))
        if patched.integration is None and read_back:
            found = yield from ask(changes.read(integration_id))
            return found
        return patched.integration

    @session
    def edit(self, *, integration_id: str) -> Session[Integration]:
        """Read an integration, and replace it by what the ``with`` block makes of it.

        Nothing is written when the block raises, or changes nothing. An integration of a
        SmartConnector that Celigo locks on that account is unlocked again, unless it was locked
        before or the block says so; its version stays as it is.

        Args:
            integration_id: The integration; 24 hexadecimal characters.

        Returns:
            A context manager; the integration is its value.

        Raises:
            InvalidArgumentError: As ``update`` does.
            NotFoundError: When there is no such integration.
            UnprocessableEntityError: When Celigo refuses the content.
            CleanupError: When it could not be unlocked.

        Celigo: *Get* and *Update a specific integration*.
        """
        return changes.editing(object_id("integration_id", integration_id))

    @steps
    def complete_install_step(
        self, *, integration_id: str, step: str | int | None = None
    ) -> Steps[Integration]:
        """Mark a step of an installation as done.

        Where Celigo locks the integration on that account, it is unlocked again. Its ``mode``
        stays as it is.

        Args:
            integration_id: The integration; 24 hexadecimal characters.
            step: The step, by its name or by its place from 0; by default the next one. Of several
                with the same name, the first that is not done.

        Returns:
            The integration after the change; as it was, if the step was done already.

        Raises:
            InvalidArgumentError: When the id is malformed, or there is no such step.
            NotFoundError: When there is no such integration.
            CleanupError: When it could not be unlocked.

        Celigo: *SmartConnector only fields*, ``install``.
        """
        return changes.completing(object_id("integration_id", integration_id), step)

    @session
    def managed_update(
        self, *, integration_id: str, version: str | None = None
    ) -> Session[Integration]:
        """Update an integration of a SmartConnector while its user is locked out of it.

        Sets ``updateInProgress``, runs the ``with`` block, writes what the block changed in the
        integration that it was given, and last raises ``version`` and unlocks. When the block
        raises, or anything else goes wrong, nothing of the integration is written any more but
        that it is unlocked. One that is locked already, by an update that was cut off, is taken
        over.

        Args:
            integration_id: The integration; 24 hexadecimal characters.
            version: The version after the update. By default the one that the block sets, else
                the next patch release: 1.0.2 after 1.0.1.

        Returns:
            A context manager; the integration is its value.

        Raises:
            InvalidArgumentError: When the id is malformed, when the version is lower than the
                present one or cannot be told, or as ``update`` does.
            NotFoundError: When there is no such integration.
            UnprocessableEntityError: When Celigo refuses the content.
            CleanupError: When it could not be unlocked: see ``unlock``.

        Celigo: *SmartConnector only fields*, ``updateInProgress`` and ``version``.
        """
        return changes.updating(object_id("integration_id", integration_id), version)

    @steps
    def unlock(self, *, integration_id: str) -> Steps[Integration]:
        """End an update that was cut off: let the integration's user change it again.

        Reads the integration and, if it is locked, writes it back with ``updateInProgress`` false
        and nothing else changed. Doing it twice does no harm.

        Args:
            integration_id: The integration; 24 hexadecimal characters.

        Returns:
            The integration, unlocked.

        Raises:
            InvalidArgumentError: When the id is malformed, or when the integration holds a mask,
                which cannot be sent back: replace ``/updateInProgress`` by ``patch`` then.
            NotFoundError: When there is no such integration.
            CleanupError: When Celigo keeps it locked.

        Celigo: *SmartConnector only fields*, ``updateInProgress``.
        """
        return changes.unlocking(object_id("integration_id", integration_id))
