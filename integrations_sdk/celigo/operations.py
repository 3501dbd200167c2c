"""What Celigo can do with integrations: https://github.com/celigo/integrator-api-docs/blob/master/integration.md."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Final

from integrations_sdk.core.call import Operation
from integrations_sdk.core.document import is_array, is_object
from integrations_sdk.core.paging import Paging
from integrations_sdk.core.read_back import among, as_sent, gone

from .links import following
from .models import (
    SERVER_OWNED,
    CloneRequest,
    CloneResult,
    Integration,
    IntegrationList,
    JsonPatch,
    NewIntegration,
    Patched,
)
from .read_back import patched

if TYPE_CHECKING:
    from integrations_sdk.core.document import JSON
    from integrations_sdk.core.transport import Headers

_ALL: Final = "/integrations"
_ONE: Final = "/integrations/{_id}"
_DOCS: Final = "https://github.com/celigo/integrator-api-docs/blob/master/integration.md"


def _listed(body: JSON, _headers: Headers) -> JSON:
    return {"items": body}


def _patched(body: JSON, _headers: Headers) -> JSON:
    return {"integration": body}


def _identity(document: dict[str, JSON]) -> dict[str, JSON]:
    return {name: value for name, value in document.items() if name == "_id"}


def _cloned(body: JSON, _headers: Headers) -> JSON:
    """Find the new integration in either of the two answers: itself, or a list of what was made."""
    if is_array(body):
        made = [item for item in body if is_object(item) and item.get("model") == "Integration"]
        return {**(_identity(made[0]) if made else {}), "manifest": body}
    return {**_identity(body), "integration": body} if is_object(body) else body


def _written(integration: dict[str, JSON]) -> JSON:
    return {name: value for name, value in integration.items() if name not in SERVER_OWNED}


LIST: Final = Operation(
    name="integration.list",
    method="GET",
    path=_ALL,
    returns=IntegrationList,
    success=frozenset({200, 204}),
    unwrap=_listed,
    empty={204: []},
    document=_DOCS,
)
PAGES: Final[Paging[Integration, IntegrationList]] = Paging(
    item=Integration, items=attrgetter("items"), following=following
)
GET: Final = Operation(
    name="integration.get",
    method="GET",
    path=_ONE,
    returns=Integration,
    document=_DOCS,
)
CREATE: Final = Operation(
    name="integration.create",
    method="POST",
    path=_ALL,
    returns=Integration,
    success=frozenset({201}),
    body=NewIntegration,
    body_name="integration",
    read_back=among(LIST, PAGES, created=attrgetter("created_at")),
    document=_DOCS,
)
UPDATE: Final = Operation(
    name="integration.update",
    method="PUT",
    path=_ONE,
    returns=Integration,
    repeatable=True,  # it replaces the whole document, so a second time changes nothing
    body=Integration,
    body_name="integration",
    wrap=_written,
    read_back=as_sent(
        GET,
        whole=True,
        owned=SERVER_OWNED | {"_connectorId", "lastModifiedBy"},
        unsettled=frozenset({"updateInProgress"}),
    ),
    document=_DOCS,
)
DELETE: Final = Operation(
    name="integration.delete",
    method="DELETE",
    path=_ONE,
    returns=type(None),
    success=frozenset({200, 204}),
    repeatable=True,  # a second time is answered 404, which then means that it is done
    when_gone=None,
    read_back=gone(GET),
    document=_DOCS,
)
CLONE: Final = Operation(
    name="integration.clone",
    method="POST",
    path="/integrations/{_id}/clone",
    returns=CloneResult,
    success=frozenset({201}),
    body=CloneRequest,
    body_name="request",
    unwrap=_cloned,
    read_back="nothing in a clone tells which request it came from: look for it in the list",
    document=_DOCS,
)
PATCH: Final = Operation(
    name="integration.patch",
    method="PATCH",
    path=_ONE,
    returns=Patched,
    success=frozenset({200, 204}),
    body=JsonPatch,
    body_name="patch",
    wrap=lambda patch: patch["operations"],
    unwrap=_patched,
    empty={204: None},
    read_back=patched(GET),
    document="https://www.rfc-editor.org/rfc/rfc6902",
)
