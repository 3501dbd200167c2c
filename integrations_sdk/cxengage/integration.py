"""The integrations of a tenant: https://github.com/cxengage/cxengage.github.io/tree/master/cxengage-api-doc."""

from __future__ import annotations

from typing import Final

import attrs

from integrations_sdk.core.arguments import segment
from integrations_sdk.core.call import Call, Operation
from integrations_sdk.core.document import kind
from integrations_sdk.core.errors import InvalidArgumentError, NotFoundError
from integrations_sdk.core.faces import ClientT_co, Resource, endpoint, pages
from integrations_sdk.core.model import UNSET
from integrations_sdk.core.paging import Paging
from integrations_sdk.core.read_back import as_sent

from .models import AnyIntegration, Integration, Provider

_ALL: Final = "/tenants/{tenant_id}/integrations"
_ONE: Final = f"{_ALL}/{{integration_id}}"
_DOCS: Final = "https://github.com/cxengage/cxengage.github.io/blob/master/cxengage-api-doc/"
_ERRORS: Final = {422: NotFoundError}
"""CxEngage documented 404 for what does not exist, and later 422 for the very same."""

LIST: Final[Operation[list[AnyIntegration]]] = Operation(
    name="integration.list",
    method="GET",
    path=_ALL,
    returns=list[AnyIntegration],
    errors=_ERRORS,
    document=f"{_DOCS}Get-Integrations.md",
)
GET: Final[Operation[AnyIntegration]] = Operation(
    name="integration.get",
    method="GET",
    path=_ONE,
    returns=Integration,
    errors=_ERRORS,
    document=f"{_DOCS}Get-Integration.md",
)
SET: Final[Operation[AnyIntegration]] = Operation(
    name="integration.set",
    method="POST",
    path=_ONE,
    returns=Integration,
    success=frozenset({200, 201}),
    repeatable=True,  # it replaces whole, whatever is there
    body=Integration,
    body_name="integration",
    errors=_ERRORS,
    read_back=as_sent(
        GET, whole=True, owned=frozenset({"type"}), unsettled=frozenset({"instance"})
    ),
    document=f"{_DOCS}Create-Integration.md",
)

_WANTED: Final = "Integration (Integration.from_json makes one of a dict)"

PAGES: Final[Paging[AnyIntegration, list[AnyIntegration]]] = Paging(
    item=Integration, items=lambda answer: answer, following=lambda _call, _reply: None
)


class IntegrationResource(Resource[ClientT_co]):
    """The integrations of a tenant: its credentials for the services that CxEngage talks to."""

    @pages(LIST, PAGES)
    def list(self, *, tenant_id: str) -> Call[list[AnyIntegration]]:
        """List the integrations of a tenant: all at once, for CxEngage has no pages.

        Args:
            tenant_id: The name of the tenant, any text; it is percent-encoded.

        Raises:
            InvalidArgumentError: When the name is empty, ``.`` or ``..``.
            NotFoundError: When there is no such tenant.
            PermissionDeniedError: When the token is for other tenants.

        CxEngage: *GET tenants/:iid/integrations*.
        """
        return LIST({"tenant_id": tenant_id})

    @endpoint(GET)
    def get(self, *, tenant_id: str, integration_id: Provider) -> Call[AnyIntegration]:
        """Read one integration, its passwords and keys included.

        Args:
            tenant_id: The name of the tenant, any text; it is percent-encoded.
            integration_id: The provider: ``salesforce``.

        Raises:
            InvalidArgumentError: When a name is empty, ``.`` or ``..``.
            NotFoundError: When the tenant, or its integration, does not exist.
            PermissionDeniedError: When the token is for other tenants.

        CxEngage: *GET tenants/:iid/integrations/:id*.
        """
        return GET({"tenant_id": tenant_id, "integration_id": integration_id})

    @endpoint(SET)
    def set(self, *, tenant_id: str, integration: Integration) -> Call[AnyIntegration]:
        """Create an integration, or replace the one that the tenant has with the same provider.

        It is replaced whole: what the new one lacks is gone, but for the ``instance`` that
        CxEngage itself may have set.

        Args:
            tenant_id: The name of the tenant, any text; it is percent-encoded.
            integration: The integration: ``Twilio(account=..., password=...)``. Its ``id`` says
                which one it is; its ``type`` is sent as the same word unless it is set.

        Raises:
            InvalidArgumentError: When a name is empty, ``.`` or ``..``, or a member is not of its
                documented type.
            BadRequestError: When CxEngage misses a member, or ``type`` contradicts ``id``.
            NotFoundError: When there is no such tenant.
            PermissionDeniedError: When the token is for other tenants.

        CxEngage: *POST tenants/:iid/integrations/:id*.
        """
        body = _complete(integration)
        return SET(
            {
                "tenant_id": segment("tenant_id", tenant_id),
                "integration_id": segment("integration.id", body.id),
            },
            headers={"Content-Type": "application/json; charset=utf-8"},
            body=body,
        )


def _complete(integration: Integration) -> Integration:
    """Return an integration with its ``type``, as all of CxEngage's examples send it."""
    if not isinstance(integration, Integration):  # pyright: ignore[reportUnnecessaryIsInstance] -- callers without a type checker
        raise InvalidArgumentError("integration", _WANTED, kind(integration))
    if integration.type is not UNSET:
        return integration
    return attrs.evolve(integration, type=integration.id)
