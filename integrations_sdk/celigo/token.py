"""The token itself: https://github.com/celigo/integrator-api-docs."""

from __future__ import annotations

from typing import Final

from integrations_sdk.core.call import Call, Operation
from integrations_sdk.core.faces import ClientT_co, Resource, endpoint

from .models import TokenInfo

INFO: Final = Operation(
    name="token.info",
    method="GET",
    path="/tokenInfo",
    returns=TokenInfo,
    document="https://github.com/celigo/integrator-api-docs/blob/master/readme.md",
)


class TokenResource(Resource[ClientT_co]):
    """The token that a client calls with."""

    @endpoint(INFO)
    def info(self) -> Call[TokenInfo]:
        """Tell whose token it is: the cheapest way to find out whether it is good.

        Raises:
            AuthenticationError: When the token is wrong, expired, revoked or for another region.

        Celigo: *tokenInfo*.
        """
        return INFO({})
