"""The integrations of an application: https://github.com/Losant/losant-rest-js/blob/master/docs/integration.md."""

from __future__ import annotations

import re
from operator import attrgetter
from typing import Final

from integrations_sdk.core.arguments import at_least, choice, object_id
from integrations_sdk.core.call import Call, Operation, Reply, Scalar
from integrations_sdk.core.faces import ClientT_co, Resource, endpoint, pages
from integrations_sdk.core.model import UNSET
from integrations_sdk.core.paging import Paging
from integrations_sdk.core.read_back import among, as_sent, gone

from .models import (
    FilterField,
    Integration,
    IntegrationList,
    IntegrationPatch,
    IntegrationPost,
    SortDirection,
    SortField,
    Success,
)
from .scopes import reading, writing

_ALL: Final = "/applications/{applicationId}/integrations"
_ONE: Final = f"{_ALL}/{{integrationId}}"
_DOCS: Final = "https://github.com/Losant/losant-rest-js/blob/master/docs/"

LIST: Final = Operation(
    name="integration.list",
    method="GET",
    path=_ALL,
    returns=IntegrationList,
    scopes=reading("integrations", "get"),
    document=f"{_DOCS}integrations.md#get",
)
GET: Final = Operation(
    name="integration.get",
    method="GET",
    path=_ONE,
    returns=Integration,
    scopes=reading("integration", "get"),
    document=f"{_DOCS}integration.md#get",
)


def _following(
    call: Call[IntegrationList], reply: Reply[IntegrationList]
) -> Call[IntegrationList] | None:
    """Losant counts pages from 0; the last reaches the total or, if that is not told, is short."""
    answer = reply.value
    page = answer.page if answer.page is not UNSET else int(call.query.get("page", 0))
    size = max(answer.per_page if answer.per_page is not UNSET else 0, len(answer.items))
    if answer.total_count is not UNSET:
        is_last = (page + 1) * size >= answer.total_count
    else:  # without a total, a page that is full and says which one it is may have a next
        is_last = UNSET in (answer.page, answer.per_page) or len(answer.items) < size
    return None if is_last or not answer.items else call.with_query(page=page + 1)


PAGES: Final[Paging[Integration, IntegrationList]] = Paging(
    item=Integration, items=attrgetter("items"), following=_following
)

_ASSIGNED: Final = frozenset({"mqttConfig.clientId"})  # by Losant, where it is left out


def _named(post: IntegrationPost) -> dict[str, Scalar]:
    """Narrow a list down to a name; what may mean something in a pattern stands for anything."""
    return {"filterField": "name", "filter": re.sub(r"[^\w .,:/-]", "*", post.name)}


CREATE: Final = Operation(
    name="integration.create",
    method="POST",
    path=_ALL,
    returns=Integration,
    scopes=writing("integrations", "post"),
    success=frozenset({201}),
    body=IntegrationPost,
    body_name="integration",
    read_back=among(
        LIST, PAGES, created=attrgetter("creation_date"), query=_named, unsettled=_ASSIGNED
    ),
    document=f"{_DOCS}integrations.md#post",
)
PATCH: Final = Operation(
    name="integration.patch",
    method="PATCH",
    path=_ONE,
    returns=Integration,
    scopes=writing("integration", "patch"),
    body=IntegrationPatch,
    body_name="integration",
    read_back=as_sent(GET, unsettled=_ASSIGNED),
    document=f"{_DOCS}integration.md#patch",
)
DELETE: Final = Operation(
    name="integration.delete",
    method="DELETE",
    path=_ONE,
    returns=Success,
    scopes=writing("integration", "delete"),
    repeatable=True,  # RFC 9110 section 9.2.2: a second time is answered 404, and it is done
    when_gone={"success": True},
    read_back=gone(GET),
    document=f"{_DOCS}integration.md#delete",
)


def _path(application_id: str, integration_id: str) -> dict[str, str]:
    return {
        "applicationId": object_id("application_id", application_id),
        "integrationId": object_id("integration_id", integration_id),
    }


class IntegrationResource(Resource[ClientT_co]):
    """The integrations of an application: what connects it to brokers, queues and clouds."""

    @pages(LIST, PAGES)
    def list(
        self,
        *,
        application_id: str,
        page: int | None = None,
        per_page: int | None = None,
        sort_field: SortField | None = None,
        sort_direction: SortDirection | None = None,
        filter_field: FilterField | None = None,
        filter: str | None = None,  # noqa: A002 -- Losant's name for it
    ) -> Call[IntegrationList]:
        """List the integrations of an application, page by page.

        Iterate what it returns for all of them, each page fetched when it is reached.

        Args:
            application_id: The application; 24 hexadecimal characters.
            page: Where to begin; the first page is 0, which is Losant's default.
            per_page: How many to a page, at least 1; Losant's default is 100.
            sort_field: What to sort by; Losant's default is ``name``.
            sort_direction: ``asc``, which is Losant's default, or ``desc``.
            filter_field: What ``filter`` looks at; without it, Losant filters nothing.
            filter: A pattern in which ``*`` stands for anything: ``cold*room``.

        Raises:
            InvalidArgumentError: When an argument is one that Losant rules out.
            MissingScopeError: When the token is known to lack the scope.
            NotFoundError: When there is no such application.

        Losant: *Integrations: Get*.
        """
        return LIST(
            {"applicationId": object_id("application_id", application_id)},
            query={
                "page": at_least("page", page, 0),
                "perPage": at_least("per_page", per_page, 1),
                "sortField": choice("sort_field", sort_field, SortField),
                "sortDirection": choice("sort_direction", sort_direction, SortDirection),
                "filterField": choice("filter_field", filter_field, FilterField),
                "filter": filter,
            },
        )

    @endpoint(GET)
    def get(self, *, application_id: str, integration_id: str) -> Call[Integration]:
        """Read one integration.

        Args:
            application_id: The application; 24 hexadecimal characters.
            integration_id: The integration; 24 hexadecimal characters.

        Raises:
            InvalidArgumentError: When an id is malformed.
            MissingScopeError: When the token is known to lack the scope.
            NotFoundError: When there is no such integration.

        Losant: *Integration: Get*.
        """
        return GET(_path(application_id, integration_id))

    @endpoint(CREATE)
    def create(self, *, application_id: str, integration: IntegrationPost) -> Call[Integration]:
        """Create an integration.

        Args:
            application_id: The application; 24 hexadecimal characters.
            integration: What to create.

        Raises:
            InvalidArgumentError: When an argument is one that Losant rules out.
            MissingScopeError: When the token is known to lack the scope.
            BadRequestError: When Losant refuses the content.
            NotFoundError: When there is no such application.
            AmbiguousWriteError: When the answer was lost: ``check`` it, before you create it again.

        Losant: *Integrations: Post*.
        """
        path = {"applicationId": object_id("application_id", application_id)}
        return CREATE(path, body=integration)

    @endpoint(PATCH)
    def patch(
        self, *, application_id: str, integration_id: str, integration: IntegrationPatch
    ) -> Call[Integration]:
        """Change an integration: rename, pause, resume, or replace its configuration.

        Args:
            application_id: The application; 24 hexadecimal characters.
            integration_id: The integration; 24 hexadecimal characters.
            integration: What to change; what is left out keeps its value.

        Returns:
            The integration after the change.

        Raises:
            InvalidArgumentError: When an argument is one that Losant rules out.
            MissingScopeError: When the token is known to lack the scope.
            BadRequestError: When Losant refuses the content.
            NotFoundError: When there is no such integration.
            AmbiguousWriteError: When the answer was lost: ``check`` tells whether it took effect.

        Losant: *Integration: Patch*.
        """
        return PATCH(_path(application_id, integration_id), body=integration)

    @endpoint(DELETE)
    def delete(
        self, *, application_id: str, integration_id: str, include_workflows: bool | None = None
    ) -> Call[Success]:
        """Delete an integration.

        Args:
            application_id: The application; 24 hexadecimal characters.
            integration_id: The integration; 24 hexadecimal characters.
            include_workflows: Delete the workflows that use it, too.

        Raises:
            InvalidArgumentError: When an id is malformed.
            MissingScopeError: When the token is known to lack the scope.
            NotFoundError: When there is no such integration; not when an attempt before, whose
                answer was lost, may have deleted it.

        Losant: *Integration: Delete*.
        """
        return DELETE(
            _path(application_id, integration_id), query={"includeWorkflows": include_workflows}
        )
