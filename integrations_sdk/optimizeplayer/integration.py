"""The integrations of an account: https://github.com/EvilZorge/slate/blob/master/source/includes/_integrations.md."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from integrations_sdk.core.arguments import whole_number
from integrations_sdk.core.call import Call, Operation
from integrations_sdk.core.document import is_array, is_object
from integrations_sdk.core.errors import NotFoundError
from integrations_sdk.core.faces import ClientT_co, Resource, endpoint, pages
from integrations_sdk.core.paging import Paging

from .models import AnyIntegration, Integration, IntegrationList

if TYPE_CHECKING:
    from integrations_sdk.core.document import JSON
    from integrations_sdk.core.transport import Headers

_DOCS: Final = (
    "https://github.com/EvilZorge/slate/blob/master/source/includes/_integrations.md#user-content-"
)


def _list(body: JSON, _headers: Headers) -> JSON:
    """OptimizePlayer returned an array, and since July 2017 an object that holds it."""
    return {"integrations": body} if is_array(body) else body


def _one(body: JSON, _headers: Headers) -> JSON:
    """OptimizePlayer returned an integration, and since July 2017 an object that holds it."""
    inner = body.get("integration") if is_object(body) else None
    return inner if is_object(inner) else body


LIST: Final = Operation(
    name="integration.list",
    method="GET",
    path="/integrations",
    returns=IntegrationList,
    unwrap=_list,
    document=f"{_DOCS}list-all-integrations",
)
GET: Final[Operation[AnyIntegration]] = Operation(
    name="integration.get",
    method="GET",
    path="/integrations/{integrationId}",
    returns=Integration,  # decoded as one of its variants
    unwrap=_one,
    errors={401: NotFoundError},  # its 401: a wrong key, or an unavailable entity
    document=f"{_DOCS}retrieve-a-integration",
)

PAGES: Final[Paging[AnyIntegration, IntegrationList]] = Paging(
    item=Integration,
    items=lambda answer: answer.integrations,
    following=lambda _call, _reply: None,  # the list comes whole
)


class IntegrationResource(Resource[ClientT_co]):
    """The integrations of an account: what connects it to payment, e-mail and storage services."""

    @pages(LIST, PAGES)
    def list(self) -> Call[IntegrationList]:
        """List all integrations of the account that the key belongs to.

        Raises:
            AuthenticationError: When the key is wrong.

        OptimizePlayer: *List all integrations*.
        """
        return LIST({})

    @endpoint(GET)
    def get(self, *, integration_id: int) -> Call[AnyIntegration]:
        """Read one integration.

        Args:
            integration_id: The integration; a whole number.

        Raises:
            InvalidArgumentError: When the id is no whole number.
            NotFoundError: When there is no such integration, or the key does not reach it: its
                ``status`` is 401 or 404. OptimizePlayer answers a wrong key in the same way.

        OptimizePlayer: *Retrieve a integration*.
        """
        return GET({"integrationId": str(whole_number("integration_id", integration_id))})
