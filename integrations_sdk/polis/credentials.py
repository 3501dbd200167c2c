"""The credentials of an integration: https://github.com/PolisPolitics/slate/blob/master/source/includes/api/v3/_integrations.md."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from integrations_sdk.core.arguments import filled
from integrations_sdk.core.call import Call, Operation
from integrations_sdk.core.errors import PreconditionFailedError
from integrations_sdk.core.faces import ClientT_co, Resource, endpoint
from integrations_sdk.core.model import Unset
from integrations_sdk.core.secret import Secret

from .models import (
    CredentialsKey,
    CredentialsReceipt,
    CredentialsRemove,
    CredentialsSet,
    NewCredentials,
)

if TYPE_CHECKING:
    from integrations_sdk.core.document import JSON
    from integrations_sdk.core.transport import Headers

_PATH: Final = "/integrations/credentials"
_DOCS: Final = (
    "https://github.com/PolisPolitics/slate/blob/master/source/includes/api/v3/_integrations.md"
)
_UNREADABLE: Final = (
    "Polis lets nobody read credentials: set or delete them again, which does no harm"
)
_STALE: Final = {409: PreconditionFailedError, 412: PreconditionFailedError}
"""Polis documents neither: whichever it uses for an etag that is out of date, it is one error."""


def _receipt(_body: JSON, headers: Headers) -> JSON:
    return {"etag": headers.get("etag")}


SET: Final = Operation(
    name="credentials.set",
    method="POST",
    path=_PATH,
    returns=CredentialsReceipt,
    success=frozenset({201}),
    repeatable=True,  # it sets: twice is as good as once
    body=CredentialsSet,
    body_name="credentials",
    unwrap=_receipt,
    reads_body=False,
    errors=_STALE,
    read_back=_UNREADABLE,
    document=f"{_DOCS}#sets-the-credentials-of-an-existing-integration",
)
DELETE: Final = Operation(
    name="credentials.delete",
    method="DELETE",
    path=_PATH,
    returns=type(None),
    repeatable=True,  # what is deleted twice is as gone as what is deleted once
    body=CredentialsRemove,
    body_name="credentials",
    errors=_STALE,
    read_back=_UNREADABLE,
    when_gone=None,
    document=f"{_DOCS}#deletes-the-credentials-of-an-existing-integration",
)


class CredentialsResource(Resource[ClientT_co]):
    """The credentials that Polis shows when it pushes interactions to a third party."""

    @endpoint(SET)
    def set(
        self, *, client_id: str, customer_id: str, access_token: str | Secret
    ) -> Call[CredentialsReceipt]:
        """Set the credentials of an existing integration; those that it has are replaced.

        Args:
            client_id: The third party's application.
            customer_id: The customer to whom the integration belongs; a UUID.
            access_token: The token that Polis is to use when it calls the third party's API. It
                can be written, never read.

        Returns:
            A receipt, with the etag that Polis answered, if it did.

        Raises:
            InvalidArgumentError: When an argument is empty, or no text.
            BadRequestError: When Polis refuses the content.
            NotFoundError: When there is no such integration.
            PreconditionFailedError: When Polis finds the integration changed: 409 and 412 alike.

        Polis: *Sets the credentials of an existing integration*.
        """
        text = access_token.reveal() if isinstance(access_token, Secret) else access_token
        data = NewCredentials(
            client_id=filled("client_id", client_id),
            customer_id=filled("customer_id", customer_id),
            access_token=Secret(filled("access_token", text, "a token")),
        )
        return SET({}, body=CredentialsSet(data=data))

    @endpoint(DELETE)
    def delete(
        self, *, client_id: str, customer_id: str, etag: str | Unset | None = None
    ) -> Call[None]:
        """Delete the credentials of an existing integration: Polis stops to push to it.

        Args:
            client_id: The third party's application.
            customer_id: The customer to whom the integration belongs; a UUID.
            etag: The integration's ``meta.etag``, or that of a receipt: Polis then deletes only
                if the integration is still in that state. Sent as it is, in the header ``etag``;
                an empty one is not sent.

        Raises:
            InvalidArgumentError: When an argument is empty or no text, or an etag is no header.
            BadRequestError: When Polis refuses the content.
            NotFoundError: When there is no such integration, or it has no credentials.
            PreconditionFailedError: When Polis finds the etag out of date: 409 and 412 alike.

        Polis: *Deletes the credentials of an existing integration*.
        """
        key = CredentialsKey(
            client_id=filled("client_id", client_id),
            customer_id=filled("customer_id", customer_id),
        )
        headers = {"etag": etag} if etag else {}
        return DELETE({}, headers=headers, body=CredentialsRemove(data=key))
